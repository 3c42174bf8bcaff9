//! Core hours: windows of a scheduled shift in which the person must be there.
//! - Takes:  scheduled shifts as they were moved, raw pairs, leave, breaks.
//! - Gives:  `core_hours_missed`, one for each window.
//! - Keeps:  all time.
//! - Runs:   after attendance.
//! - Edges:  a window is required as far as it lies inside the shift, or inside a block of it, after `flexible` and
//!   `late_off` moved it. Present is who is inside a raw pair, also one that was filled in; not one of a call-back. These excuse: approved leave,
//!   gaps that are a meal or a break, breaks of the shift, fixed breaks; on a workday with leave as an amount nothing is
//!   judged. A named shift states its own windows; else those of attendance hold. Planned overtime has none, nor a
//!   shift whose end is free. A shift that no work matches is not judged (`absent` reports it), nor one in which a
//!   punch is missing that was not filled in, nor a window before `as_of` reaches its end. The exception is on the
//!   scheduled workday, at the first second missed, measured by all that are missed.
//! - Source: employer policy; working-time agreements with core time (Kernarbeitszeit).
//! - Shown:  timecards/attendance/core_hours.md

#![allow(clippy::indexing_slicing, reason = "the indexes are those of the lists of one card, kept by this phase")]

use alloc::vec::Vec;

use crate::card::{CardState, GapKind, ScheduledShift};
use crate::codes::{ExceptionCode, RosterKind};
use crate::plan::Plan;
use crate::shape::attendance;
use crate::shape::expectation::{self, take_off};
use crate::shape::schedule;
use crate::time::Timestamp;
use crate::timecard::Inputs;
use crate::zone::ZoneCursor;

/// Windows in wall-clock seconds of the workday, `[start, end)`, in order; a time may pass 24:00.
pub type CoreHours = Vec<(i32, i32)>;

impl Plan {
    /// The core hours of a scheduled shift.
    fn core_hours(&self, template: Option<u16>) -> &CoreHours {
        let template = template.and_then(|index| self.schedule.templates.get(usize::from(index)));
        let own = template.map(|template| &template.core_hours).filter(|own| !own.is_empty());
        own.unwrap_or(&self.attendance.core_hours)
    }

    /// True when some shift has core hours.
    pub(crate) fn has_core_hours(&self) -> bool {
        let of_shifts = self.schedule.templates.iter().any(|template| !template.core_hours.is_empty());
        of_shifts || !self.attendance.core_hours.is_empty()
    }
}

/// Judges the core hours of every scheduled shift.
pub(super) fn judge(inputs: &Inputs<'_>, state: &mut CardState, missed: &mut Vec<(Timestamp, Timestamp)>) {
    if !inputs.timeline.needs().core_hours {
        return;
    }
    let clock = &mut ZoneCursor::new(inputs.card.zone);
    for index in 0..state.scheduled.len() {
        let shift = state.scheduled[index];
        let windows = inputs.plan_of_scheduled(&shift).core_hours(shift.template);
        let is_judged = shift.kind == RosterKind::Work && shift.matched && !shift.on_leave && !shift.free_end;
        if windows.is_empty() || !is_judged || !is_known(index, &shift, inputs, state) {
            continue;
        }
        for (start, end) in windows {
            let (start, end) = schedule::span(clock, shift.workday, *start, *end);
            let window = (start.max(shift.moved_start), end.min(shift.moved_end));
            if window.0 >= window.1 || inputs.window.as_of < window.1 {
                continue;
            }
            expectation::less_breaks(inputs, &shift, window, clock, missed);
            excuse(state, window, missed);
            if let Some(first) = missed.first().map(|stretch| stretch.0) {
                let measure = missed.iter().map(|stretch| stretch.1.since(stretch.0)).sum();
                state.notice(ExceptionCode::CoreHoursMissed, shift.workday, first, measure);
            }
        }
    }
}

/// Whether it is known when the person was there.
fn is_known(index: usize, shift: &ScheduledShift, inputs: &Inputs<'_>, state: &CardState) -> bool {
    let mut own = state.shifts.iter().filter(|worked| worked.scheduled == Some(index as u32));
    own.all(|worked| !expectation::misses_a_punch(worked, state))
        && !attendance::has_leave_amount(shift.workday, inputs)
}

/// Takes off what was worked in a window, and what excuses.
fn excuse(state: &CardState, (from, until): (Timestamp, Timestamp), missed: &mut Vec<(Timestamp, Timestamp)>) {
    let first = state.pairs.partition_point(|pair| pair.raw_end <= from);
    let mut before = first.checked_sub(1).and_then(|before| state.pairs.get(before)).map(|pair| pair.raw_end);
    for pair in &state.pairs[first..] {
        if state.shifts[pair.shift as usize].callback {
            continue;
        }
        take_off((pair.raw_start, pair.raw_end), missed);
        match (pair.gap_before, before) {
            (Some(GapKind::Meal | GapKind::Break), Some(end)) => take_off((end, pair.raw_start), missed),
            (Some(GapKind::Plain) | None, _) | (_, None) => {}
        }
        if until <= pair.raw_start {
            break;
        }
        before = Some(pair.raw_end);
    }
    let first = state.leave.partition_point(|piece| piece.end <= from);
    for piece in state.leave[first..].iter().take_while(|piece| piece.start < until) {
        take_off((piece.start, piece.end), missed);
    }
}
