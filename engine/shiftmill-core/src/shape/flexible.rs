//! Flexible start (弹性): who comes earlier or later than planned leaves as much earlier or later.
//! - Takes:  scheduled shifts, the punches matched to them, and what leave moved.
//! - Gives:  where each scheduled shift begins and ends for this person on this day, and so its expected times.
//! - Keeps:  all time, and the length of every shift.
//! - Runs:   after leave and `late_off`, before attendance. Plugins of the schedule see the moved times.
//! - Edges:  the first in, raw, decides: up to `flex_early` before the start, or up to `flex_late` after it, both
//!   inclusive, it moves the start to itself and the end as far. Outside of that the shift is moved as far as it may be,
//!   and what is left is early or late. A named shift states its own windows; else those of attendance hold. Of a split
//!   shift the first in of its first block decides, and only the first start and the last end move, never past the other
//!   edge of their block. Not moved are: planned overtime; a shift without a known first in; a shift of which leave has
//!   moved an edge, or the first or last block; a shift on leave. Punch windows, rounding and whole-day leave go by the planned times.
//! - Source: employer policy (China: 弹性上下班).
//! - Shown:  timecards/attendance/flexible.md

#![allow(clippy::indexing_slicing, reason = "the indexes are those of the lists of one card, kept by this phase")]

use crate::card::CardState;
use crate::codes::RosterKind;
use crate::plan::Plan;
use crate::record::{Note, Recorder, ShiftMove};
use crate::shape::attendance::Sides;
use crate::shape::split;
use crate::time::{Seconds, Timestamp};
use crate::timecard::Inputs;

/// How far a start may move.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FlexibleStart {
    /// Up to this much earlier.
    pub early: Seconds,
    /// Up to this much later.
    pub late: Seconds,
}

impl FlexibleStart {
    /// True when nothing may move.
    pub(crate) fn is_fixed(&self) -> bool {
        self.early.is_zero() && self.late.is_zero()
    }

    /// Where a shift begins when the first in is at this instant.
    fn moved(&self, start: Timestamp, first_in: Timestamp) -> Timestamp {
        first_in.max(start.before(self.early)).min(start.after(self.late))
    }
}

impl Plan {
    /// How far the start of a scheduled shift may move: as its template says, else as attendance does.
    fn flexible_start(&self, template: Option<u16>) -> FlexibleStart {
        let template = template.and_then(|index| self.schedule.templates.get(usize::from(index)));
        let general = self.attendance.flexible;
        FlexibleStart {
            early: template.and_then(|template| template.flex_early).unwrap_or(general.early),
            late: template.and_then(|template| template.flex_late).unwrap_or(general.late),
        }
    }

    /// True when some start may move.
    pub(crate) fn has_flexible_starts(&self) -> bool {
        let moves = |length: Option<Seconds>| length.is_some_and(|length| !length.is_zero());
        let of_shifts = self.schedule.templates.iter().any(|it| moves(it.flex_early) || moves(it.flex_late));
        of_shifts || !self.attendance.flexible.is_fixed()
    }
}

/// Moves the scheduled shifts. `sides` has an entry for each.
pub(super) fn apply<R: Recorder>(inputs: &Inputs<'_>, state: &mut CardState, sides: &[Sides], recorder: &mut R) {
    for (first, own) in sides.iter().enumerate() {
        let block = state.scheduled[first];
        let flexible = inputs.plan_of_scheduled(&block).flexible_start(block.template);
        let Some(first_in) = own.first_in_at() else { continue };
        if flexible.is_fixed() || block.kind != RosterKind::Work || !split::is_first_block(&state.scheduled, first) {
            continue;
        }
        let last = split::last_block(&state.scheduled, first);
        let end = state.scheduled[last];
        let is_free = !block.is_moved_by_leave() && !end.is_moved_by_leave() && !block.on_leave && !end.on_leave;
        let start = flexible.moved(block.moved_start, first_in);
        if !is_free || start == block.moved_start {
            continue;
        }
        let until = if end.free_end {
            end.moved_end
        } else if start < block.moved_start {
            end.moved_end.before(block.moved_start.since(start))
        } else {
            end.moved_end.after(start.since(block.moved_start))
        };
        let (start, until) = match first == last {
            true => (start, until),
            false => (start.min(block.end), until.max(end.start)),
        };
        if R::LISTENS {
            recorder.note(Note::ShiftMoved {
                workday: block.workday,
                why: ShiftMove::FlexibleStart,
                start_before: block.moved_start,
                end_before: end.moved_end,
                start,
                end: until,
            });
        }
        let moved = &mut state.scheduled[first];
        (moved.moved_start, moved.expected_start) = (start, start);
        let moved = &mut state.scheduled[last];
        (moved.moved_end, moved.expected_end) = (until, until);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PunchKind::{In, Out};
    use crate::testing::Card;

    /// Where a shift of 09:00 to 18:00 is expected, in minutes from its planned times, when it was worked so.
    fn moved(flexible: FlexibleStart, first_in: &str) -> (i64, i64) {
        let mut card = Card::new();
        card.plan.attendance.flexible = flexible;
        card.schedule(0, "09:00", "18:00");
        card.punches(0, &[(first_in, In), ("18:30", Out)]);
        card.shaped().unwrap();
        let shift = card.state.scheduled[0];
        assert_eq!((shift.moved_start, shift.moved_end), (shift.expected_start, shift.expected_end));
        ((shift.moved_start.0 - shift.start.0) / 60, (shift.moved_end.0 - shift.end.0) / 60)
    }

    #[test]
    fn a_shift_moves_with_the_first_in_as_far_as_it_may() {
        let flexible = FlexibleStart { early: Seconds::minutes(30), late: Seconds::hours(1) };
        assert_eq!(moved(flexible, "08:00"), (-30, -30));
        assert_eq!(moved(flexible, "08:40"), (-20, -20));
        assert_eq!(moved(flexible, "09:00"), (0, 0));
        assert_eq!(moved(flexible, "09:20"), (20, 20));
        assert_eq!(moved(flexible, "11:00"), (60, 60));
        assert_eq!(moved(FlexibleStart::default(), "09:20"), (0, 0));
    }
}
