//! Repeated punches: a second tap on the terminal within a short window is dropped.
//! - Takes:  the punches of one employee in total order.
//! - Gives:  the punches that count, and a `duplicate_punch` exception (information only) for each dropped one.
//! - Keeps:  the instant and kind of every punch that stays.
//! - Runs:   after corrections, before matching.
//! - Source: employer policy; terminals repeat a tap when the reader is slow.
//! - Shown:  timecards/punches/repeated_punches.md

use crate::time::Seconds;

/// How repeated punches are recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dedupe {
    /// A punch of the same kind at most this long after the raw punch just before it (kept or not) repeats it.
    /// The boundary is inclusive. Zero: two punches of the same kind at the same second still count once.
    /// `None`: nothing is dropped.
    pub window: Option<Seconds>,
    /// Which of a run of repeated punches stays. A run is a maximal sequence of punches, adjacent in the total order,
    /// all of one kind, each repeating the one before it.
    pub keep: DedupeKeep,
}

/// Which of a run of repeated punches stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DedupeKeep {
    /// The last of closers (out, meal start, break start), the first of all others.
    ByDirection,
    /// The first.
    First,
    /// The last.
    Last,
}

impl Default for Dedupe {
    fn default() -> Dedupe {
        Dedupe { window: Some(Seconds(60)), keep: DedupeKeep::ByDirection }
    }
}
