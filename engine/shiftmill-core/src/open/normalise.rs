//! Punches as they count: corrected, in total order, without repeats and without the future.
//! - Takes:  raw punches in any order, and corrections.
//! - Gives:  kept punches in the total order: instant, then closers before openers (out before in), then kind number,
//!   then the caller's number, then the position given.
//! - Keeps:  raw punches; a correction is a later fact beside them.
//! - Runs:   first of all.
//! - Source: employer policy. Later than `as_of` + `future_skew_max`: `future_punch`, left out.
//! - Shown:  timecards/punches/order.md

use crate::time::Seconds;

/// How raw punches are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Normalise {
    /// Whether seconds count.
    pub granularity: Granularity,
    /// A punch later than `as_of` by more than this is left out, with a `future_punch` exception.
    pub future_skew_max: Seconds,
}

/// Whether the seconds of a punch count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Granularity {
    /// They do.
    Second,
    /// They are dropped, for every kind of punch alike, before anything else looks at them.
    Minute,
}

impl Default for Normalise {
    fn default() -> Normalise {
        Normalise { granularity: Granularity::Second, future_skew_max: Seconds(300) }
    }
}
