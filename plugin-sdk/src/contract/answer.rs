//! The answer of a hook.

use crate::contract::cards::table;
use crate::contract::{List, Maybe, Text};

/// The answer of a hook.
#[repr(C)]
#[derive(Debug, Default)]
pub struct Answer {
    /// Proposed changes.
    pub edits: Edits,
    /// Employees whose cards cannot be judged.
    pub complaints: List<Complaint>,
}

table! {
    /// Proposed changes, one per row.
    Edits, given {
        /// A row of `employees`.
        employee: u32,
        /// The kind.
        kind: u8,
        /// The row it changes.
        row: u32,
        /// The workday.
        workday: i32,
        /// An instant.
        start: i64,
        /// An instant.
        end: i64,
        /// A pay code, an exception or a carried key.
        code: u16,
        /// A quantity, a state, a measure or a value.
        amount: i64,
        /// A position in the manifest's `rules`.
        rule: u16,
        /// One beyond the last row of `arguments`.
        argument_end: u32,
        /// The figures of the reasons.
        arguments: i64,
    }
}

/// The kinds of edit, by their numbers.
#[repr(u8)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EditKind {
    /// Moves a punch.
    #[default]
    Retime = 1,
    /// Discards a punch.
    Discard,
    /// Moves the expected start and end of a scheduled shift.
    Expect,
    /// Adds time where there is no span.
    Add,
    /// Changes the pay code of a span.
    Recode,
    /// Moves the ends of a span.
    Resize,
    /// Cuts a span in two.
    Split,
    /// Pays a premium over a span.
    Premium,
    /// Pays a quantity.
    Quantity,
    /// Adds an exception.
    Mark,
    /// Carries a value over to the next pay period.
    Carry,
}

impl EditKind {
    /// All of them, in the order of their numbers.
    pub const ALL: &[EditKind] = &[
        EditKind::Retime,
        EditKind::Discard,
        EditKind::Expect,
        EditKind::Add,
        EditKind::Recode,
        EditKind::Resize,
        EditKind::Split,
        EditKind::Premium,
        EditKind::Quantity,
        EditKind::Mark,
        EditKind::Carry,
    ];
}

/// Why the card of one employee cannot be judged.
#[repr(C)]
#[derive(Debug)]
pub struct Complaint {
    /// A row of `employees`.
    pub employee: u32,
    /// The workday that it concerns.
    pub workday: Maybe<i32>,
    /// The message.
    pub message: Text,
}
