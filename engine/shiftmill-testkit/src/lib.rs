//! Tests of the engine: a slow and obvious oracle, generated timecards, and named invariants.
//!
//! ```text
//! generate ─→ (plan, timecard) ─┬─→ engine ─┐
//!                               └─→ oracle ─┴─→ compare ─→ shrink ─→ print
//! ```
//!
//! The oracle shares the engine's data types and none of its steps. Nothing here is part of what is shipped, so it
//! indexes and unwraps where that keeps it plain.
#![deny(clippy::wildcard_enum_match_arm, reason = "a new member must not compile until somebody has said what it does")]
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "test code: a wrong index is a failing test"
)]

pub mod compare;
pub mod conformance;
pub mod edits;
pub mod engine;
pub mod example_plugins;
pub mod generate;
pub mod invariants;
pub mod made_up_plugin;
pub mod oracle;
pub mod outcome;
pub mod print;
pub mod shrink;
pub mod strategies;
