//! What a hook answers.

use crate::contract::{List, Maybe, Text};

/// What a hook answers.
#[repr(C)]
#[derive(Debug, Default)]
pub struct Answer {
    /// Proposed changes.
    pub edits: Edits,
    /// Employees whose cards cannot be judged.
    pub complaints: List<Complaint>,
}

/// Proposed changes, one per row.
#[repr(C)]
#[derive(Debug, Default)]
pub struct Edits {
    /// A row of `employees`.
    pub employee: List<u32>,
    /// The kind.
    pub kind: List<u8>,
    /// The row it changes.
    pub row: List<u32>,
    /// The workday.
    pub workday: List<i32>,
    /// An instant.
    pub start: List<i64>,
    /// An instant.
    pub end: List<i64>,
    /// A pay code, an exception or a carried key.
    pub code: List<u16>,
    /// A quantity, a state, a measure or a value.
    pub amount: List<i64>,
    /// A position in the manifest's `rules`.
    pub rule: List<u16>,
    /// One beyond the last row of `arguments`.
    pub argument_end: List<u32>,
    /// The figures of the reasons.
    pub arguments: List<i64>,
}

/// Why the card of one employee cannot be judged.
#[repr(C)]
#[derive(Debug)]
pub struct Complaint {
    /// A row of `employees`.
    pub employee: u32,
    /// The workday that it is about.
    pub workday: Maybe<i32>,
    /// What is wrong.
    pub message: Text,
}
