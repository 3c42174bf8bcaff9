//! The calculation of Shiftmill: punches in, explained pay out.
//!
//! ```text
//! Timecard ─→ open ─→ shape ─→ pay ─→ close ─→ Evaluations
//!             order   match    tiers  exceptions
//!             repeats pair     holidays totals
//!             correct round    premiums
//!                     breaks
//!                     workdays
//!                     attendance
//! ```
//!
//! Never here: IO, a clock, threads, floats, wire formats. Whatever the calculation needs arrives as a value.
#![deny(clippy::wildcard_enum_match_arm, reason = "a new member must not compile until somebody has said what it does")]
#![no_std]
extern crate alloc;

mod batch;
mod card;
mod coded;
mod codes;
mod columns;
mod error_code;
mod evaluate;
mod evaluation;
mod facts;
mod hash;
mod plan;
mod plugin;
mod reason;
mod record;
mod scratch;
mod time;
mod timecard;
mod zone;

#[cfg(test)]
mod testing;

pub mod close;
pub mod open;
pub mod pay;
pub mod shape;

pub use batch::*;
pub use card::*;
pub use coded::Coded;
pub use codes::*;
pub use columns::*;
pub use error_code::*;
pub use evaluate::*;
pub use evaluation::*;
pub use facts::*;
pub use hash::*;
pub use plan::*;
pub use plugin::*;
pub use reason::*;
pub use record::*;
pub use scratch::*;
pub use time::*;
pub use timecard::*;
pub use zone::*;
