//! Timecards that people read and write.
//!
//! ```text
//! CSV, JSON, attlog ─→ read ──┬→ rows ─→ CardFacts ─→ (evaluation) ─→ Evaluations ─→ write ─→ CSV, JSON, table
//! Markdown suites ───→ suite ─┘    and the expected results
//! a seed ────────────→ sample ─→ CardFacts, and the files that `read` reads
//! ```
//!
//! No rules, files or network here. Readers accept bytes, writers return bytes.

pub mod clock;
pub mod fields;
pub mod read;
pub mod rows;
pub mod sample;
pub mod suite;
pub mod write;
