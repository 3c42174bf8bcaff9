//! Scheduled shifts: the facts of the card, or else the ruleset's weekly pattern, as instants.
//! - Takes:  schedule facts, shift templates, the weekly pattern.
//! - Gives:  scheduled shifts in order of their start, then end, workday, template.
//! - Runs:   after the calendar, before matching.
//! - Edges:  a card with no schedule fact at all follows the weekly pattern on working days of the window of facts;
//!   a card with one or more follows its facts only. Wall-clock times become instants in the card's zone (a time
//!   shown twice: the earlier for starts, the later for ends), so a shift across a clock change is 7 or 9 hours long.
//! - Source: the employer's schedule.
//! - Shown:  timecards/schedule/shifts.md

use alloc::vec::Vec;

use crate::time::Seconds;

/// The shifts that a ruleset knows by name, and when they are worked without being scheduled one by one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schedule {
    /// Shift templates. Template number N of a card is `templates[N - 1]`.
    pub templates: Vec<ShiftTemplate>,
    /// For each weekday from Monday: the index into `templates` of the shift worked on it, used for cards without a
    /// single schedule fact, on days whose day type is working.
    pub weekly_pattern: [Option<u16>; 7],
    /// For shifts given by their times only: in punches count from this long before the start ...
    pub earliest_in: Seconds,
    /// ... and out punches up to this long after the end. Both inclusive.
    pub latest_out: Seconds,
}

/// A named shift.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShiftTemplate {
    /// Start in wall-clock seconds of the workday.
    pub start: i32,
    /// End in wall-clock seconds of the workday; after the start, may pass 24:00.
    pub end: i32,
    /// Unpaid breaks at fixed clock times of the workday, `[start, end)`, in order, inside the shift. They are taken
    /// off worked time where it was worked (see `breaks`), and off the planned time.
    pub breaks: Vec<(i32, i32)>,
    /// Punches match the shift from this long before its start ...
    pub earliest_in: Seconds,
    /// ... up to this long after its end. Both inclusive.
    pub latest_out: Seconds,
}

/// Defaults: one hour before and four hours after.
pub const EARLIEST_IN_DEFAULT: Seconds = Seconds::hours(1);
/// See [`EARLIEST_IN_DEFAULT`].
pub const LATEST_OUT_DEFAULT: Seconds = Seconds::hours(4);
