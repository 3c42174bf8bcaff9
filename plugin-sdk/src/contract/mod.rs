//! The contract between plugin and host: the records of `wit/v1` in the layout of the canonical ABI, and the functions behind
//! the exports of a plugin. Plugins use it through `plugin!` only. No other code of this crate handles addresses.
//!
//! A record of lists is passed as one block of addresses and lengths, so each record is a struct with the same fields, also
//! natively. A test outside this crate compares the structs with the contract.

mod answer;
mod border;
mod cards;
pub mod facts;
mod list;
mod manifest;
#[cfg(any(test, target_family = "wasm"))]
mod memory;

pub use answer::{Answer, Complaint, EditKind, Edits};
pub use border::{Level, adopt, adopt_list, hand_over, log, realloc};
pub use cards::{
    Cards, Carried, Days, Employees, Exceptions, PayCodes, Premiums, Punches, Quantities, Scheduled, Shifts, Spans,
    Window, Zones,
};
pub use cards::{carried, day, exception, premium, punch, quantity, scheduled, shift, span};
pub use facts::{Answers, Approvals, Roster, Tagged};
pub use list::{Fixed, FixedText, List, Maybe, Text};
pub use manifest::{
    Argument, CarriedKey, Configured, ContextDays, Field, HookColumns, Manifest, Rule, Setting, Value, ValueKind,
};

#[cfg(target_family = "wasm")]
#[global_allocator]
static MEMORY: memory::Memory = memory::Memory::new();
