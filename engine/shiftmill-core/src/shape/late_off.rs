//! Late off, late on (晚走晚到): who stayed long after the shift before is expected later.
//! - Takes:  scheduled shifts, the punches matched to them, and what leave moved.
//! - Gives:  a later start of the first shift of a workday; its end stays.
//! - Keeps:  all time.
//! - Runs:   after leave, before `flexible`, which moves on from the later start.
//! - Edges:  the last out, raw, of the last shift of the workday scheduled before, at most a week before, is compared
//!   with the planned end of that shift: `out_after` or more beyond it. Of the steps that are reached the largest
//!   `start_later` counts; the start never passes the end. After a shift whose end is free nobody is late off. Planned
//!   overtime is no shift here. Not moved are a shift of which leave has moved an edge, and a shift on leave. Punch
//!   windows, rounding and absence go by the planned start. Work before the later start is work within the shift.
//! - Source: employer policy (China: 晚走晚到).
//! - Shown:  timecards/attendance/late_off.md

#![allow(clippy::indexing_slicing, reason = "the indexes are those of the lists of one card, kept by this phase")]

use crate::card::{CardState, ScheduledShift};
use crate::codes::RosterKind;
use crate::record::{Note, Recorder, ShiftMove};
use crate::shape::attendance::Sides;
use crate::time::Seconds;
use crate::timecard::Inputs;

/// One step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LateOff {
    /// The last out came at least this long after the end of its shift.
    pub out_after: Seconds,
    /// The next start is this much later.
    pub start_later: Seconds,
}

/// How many days before a workday the shift before it may be.
pub(crate) const DAYS_BEFORE: i32 = 7;

/// Moves the starts of the scheduled shifts. `sides` has an entry for each.
pub(super) fn apply<R: Recorder>(inputs: &Inputs<'_>, state: &mut CardState, sides: &[Sides], recorder: &mut R) {
    for index in 0..state.scheduled.len() {
        let shift = state.scheduled[index];
        let steps = &inputs.plan_of_scheduled(&shift).attendance.late_off;
        let is_work = |other: &ScheduledShift| other.kind == RosterKind::Work;
        let is_first = |earlier: &ScheduledShift| !(is_work(earlier) && earlier.workday == shift.workday);
        let may_move = is_work(&shift) && !shift.is_moved_by_leave() && !shift.on_leave;
        if steps.is_empty() || !may_move || !state.scheduled[..index].iter().all(is_first) {
            continue;
        }
        let near = shift.workday.plus(-DAYS_BEFORE)..shift.workday;
        let all = state.scheduled.iter().zip(sides);
        let before = all.filter(|(other, _)| is_work(other) && near.contains(&other.workday));
        let last = before.max_by_key(|(other, _)| (other.workday, other.end));
        let Some((end, last_out)) = last.and_then(|(other, sides)| Some((other.known_end()?, sides.last_out_at()?)))
        else {
            continue;
        };
        let reached = steps.iter().filter(|step| end.after(step.out_after) <= last_out);
        let Some(later) = reached.map(|step| step.start_later).max() else { continue };
        let start = shift.start.after(later).min(shift.end);
        if R::LISTENS && start != shift.start {
            recorder.note(Note::ShiftMoved {
                workday: shift.workday,
                why: ShiftMove::LateOff,
                start_before: shift.start,
                end_before: shift.end,
                start,
                end: shift.end,
            });
        }
        let moved = &mut state.scheduled[index];
        (moved.moved_start, moved.expected_start) = (start, start);
    }
}
