//! Free ends: the person is due at a start, and goes when the work is done.
//! - Takes:  roster rows to work that have a start and no end, with the length that they expect, if any.
//! - Gives:  scheduled shifts whose end is the latest that it may be: where the next scheduled shift begins, at most
//!   `shift_length_max` after the start.
//! - Runs:   when scheduled shifts are made. Who asks `free_end`: `schedule`, `roster`, `matching`, `assignment`
//!   (windows and nearness), `day_parts`, `pairing` and `rounding` (no scheduled end), `flexible`, `late_off`,
//!   `attendance`, `core_hours`, `expectation`. Who asks `planned_end`: `leave`, `half_day`, `day_parts`, `attendance`.
//! - Edges:  the start is judged as any other. Nobody leaves early or late, and what is worked until the latest end
//!   lies inside the shift, so that no overtime approval decides about it. Punches match until the latest end, which
//!   has no `latest_out`; of two shifts that fit, how far the last punch lies from that end does not matter. The window
//!   of the next shift may begin before the latest end, but not before the start. A missing out is missing, and nothing
//!   is filled in for it. `absent` is judged at the latest end. The planned time is what the row expects, else zero:
//!   without it, no work of the workday is too much (`over_schedule`), and only its other shifts can lack any
//!   (`undertime`). Such a workday has no `half_day_below` and `absent_below`, and the shift no core hours. Leave and
//!   half-day holidays find planned time until the *planned end*: the start and what is expected, else `day_length`,
//!   but not past the latest end. Leave from the start on moves the start. Leave up to the planned end is the whole
//!   shift. A holiday takes its seconds off what is expected; one over the start moves it, and one over all planned
//!   time leaves the shift out. Rows with one start are an error, unless they say the same. The end of a named shift is
//!   never free.
//! - Source: employer policy (China: 只打上班卡, 下班自由).
//! - Shown:  timecards/schedule/free_end.md

use crate::card::ScheduledShift;
use crate::plan::Plan;
use crate::shape::half_day::Stretch;
use crate::shape::schedule::scheduled_shift;
use crate::time::{Seconds, Timestamp, Workday};

/// A scheduled shift that begins at an instant and ends before `shift_length_max` is over. `expects` is zero for a row
/// that expects no length.
pub(super) fn shift(plan: &Plan, workday: Workday, start: Timestamp, expects: Seconds) -> ScheduledShift {
    let end = start.after(plan.matching.shift_length_max);
    let length = if expects.is_zero() { plan.leave.day_length } else { expects };
    let shift = scheduled_shift(workday, start, end, expects, None);
    ScheduledShift { free_end: true, planned_end: start.after(length).min(end), ..shift }
}

/// Ends the shifts whose end is free where the next one begins. Leaves the shifts in order of their start.
pub(super) fn end_at_next(scheduled: &mut [ScheduledShift]) {
    scheduled.sort_unstable_by_key(|shift| shift.start);
    let (mut start, mut next) = (Timestamp(i64::MAX), Timestamp(i64::MAX));
    for shift in scheduled.iter_mut().rev() {
        if shift.start < start {
            (start, next) = (shift.start, start);
        }
        if shift.free_end {
            shift.end = shift.end.min(next);
            shift.planned_end = shift.planned_end.min(next);
            (shift.moved_end, shift.expected_end) = (shift.end, shift.end);
        }
    }
}

/// What is left of a shift with a free end without a stretch in which no work is expected, of which `inside` is planned
/// time; `None`: nothing.
pub(super) fn without(shift: &ScheduledShift, (from, until): Stretch, inside: Seconds) -> Option<ScheduledShift> {
    let planned = shift.planned.beyond(inside);
    let (before, after) = (shift.start < from, until < shift.planned_end);
    let start = if before { shift.start } else { until };
    let planned_end = if after { shift.planned_end } else { from };
    let (moved_start, expected_start) = (start, start);
    let left = ScheduledShift { start, moved_start, expected_start, planned_end, planned, ..*shift };
    (before || after).then_some(left)
}

impl ScheduledShift {
    /// Until when the windows of later shifts may not begin.
    pub(super) fn held_until(&self) -> Timestamp {
        if self.free_end { self.start } else { self.end }
    }

    /// The scheduled end that an out can belong to.
    pub(super) fn known_end(&self) -> Option<Timestamp> {
        (!self.free_end).then_some(self.end)
    }
}
