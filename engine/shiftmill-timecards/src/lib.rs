//! Timecards that people read and write.
//!
//! ```text
//! CSV, JSON, attlog ─→ read ──┬→ rows ─→ CardFacts ─→ (evaluation) ─→ Evaluations ─→ write ─→ CSV, JSON, table
//! Markdown suites ───→ suite ─┘    and what must come out
//! a seed ────────────→ sample ─→ CardFacts, and the files that `read` reads
//! ```
//!
//! Never here: rules, files, the network. Readers take bytes, writers give bytes.

pub mod clock;
pub mod fields;
pub mod read;
pub mod rows;
pub mod sample;
pub mod suite;
pub mod write;
