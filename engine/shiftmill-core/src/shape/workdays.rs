//! Workdays: to which workday each worked second belongs, once for overtime and once for the report.
//! - Takes:  the rounded pairs of each worked shift, with the matched scheduled shift.
//! - Gives:  spans with two labels: the overtime workday and the reporting workday.
//! - Keeps:  every second; a span is cut where its label changes.
//! - Runs:   after rounding, before breaks.
//! - Source: a workday is a fixed period of 24 hours (Cal. Labor Code section 500; 29 CFR 778.105 for the workweek).
//! - Shown:  timecards/workdays/attribution.md, timecards/workdays/clock_changes.md

use crate::time::Weekday;

/// How seconds find their workday.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Workdays {
    /// The label that overtime counts by.
    pub overtime: Attribution,
    /// The label that the time is shown on.
    pub reporting: Attribution,
    /// Wall-clock second of day at which the workday opens, for `DivideTime*` (0 is midnight).
    pub opens_at: u32,
    /// The weekday whose workday opens the workweek.
    pub workweek_opens: Weekday,
}

/// Ways of finding the workday. "The date" of an instant is its local date in the card's zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attribution {
    /// The whole worked shift: the local date of its first kept punch.
    StartDay,
    /// The whole worked shift: the local date of its last paired punch.
    EndDay,
    /// The whole worked shift: the local date on which most of it was worked (rounded); a tie goes to the start day.
    Majority,
    /// Each second: its local date. Shifts are cut at local midnight.
    SplitMidnight,
    /// The whole worked shift: the window, running from `opens_at` to `opens_at`, that holds its first kept punch,
    /// labelled by the date on which the window opens.
    DivideTime,
    /// Each second: the window that holds it. Shifts are cut at `opens_at`.
    DivideTimeSplit,
    /// The workday of the matched scheduled shift; without one as `StartDay`.
    ScheduleLabel,
}

impl Default for Workdays {
    fn default() -> Workdays {
        Workdays {
            overtime: Attribution::ScheduleLabel,
            reporting: Attribution::ScheduleLabel,
            opens_at: 0,
            workweek_opens: Weekday::Monday,
        }
    }
}
