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
#![no_std]
extern crate alloc;

mod batch;
mod card;
mod codes;
mod evaluate;
mod evaluation;
mod facts;
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
pub use codes::*;
pub use evaluate::*;
pub use evaluation::*;
pub use facts::*;
pub use plan::*;
pub use plugin::*;
pub use reason::*;
pub use record::*;
pub use scratch::*;
pub use time::*;
pub use timecard::*;
pub use zone::*;
