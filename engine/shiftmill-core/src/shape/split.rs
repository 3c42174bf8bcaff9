//! Split shifts: several blocks of work are one shift, and the gap between two of them is neither worked nor absent.
//! - Takes:  scheduled shifts, of which each block is an entry of its own; worked shifts with the block that each matches.
//! - Gives:  which worked shifts are one; `absent` of blocks; `gap_worked`: work in the gap between two blocks.
//! - Keeps:  all time. Work in a gap is work.
//! - Runs:   worked shifts are joined after coverage, before rounding; the rest with attendance.
//! - Edges:  the blocks of a shift are roster rows of one workday and kind with the same number, or the blocks of one
//!   shift template. Each block is matched, cut, rounded and compared with the punches at its own edges. Worked shifts
//!   that follow each other and match different blocks of one shift are one shift: for its workday, the breaks between
//!   them, required meals judged by shift, premiums, tiers by shift, and the holiday on which it starts.
//!   A block is absent as a shift is (see `attendance`). It is judged when the last block is over; when all blocks are
//!   absent there is one `absent`, at the first, measured by the planned time of all.
//!   `gap_worked` is on the scheduled workday, at the first work in the gap of the worked shifts that match a block of
//!   the shift, measured by all of it, when that is more than the limit. Paid breaks are no such work.
//! - Source: employer policy (China: 两头班, restaurants: split shifts).
//! - Shown:  timecards/schedule/split_shifts.md

#![allow(clippy::indexing_slicing, reason = "the indexes are those of the lists of one card, kept by this phase")]

use crate::card::{CardState, ScheduledShift, Span, SpanState, WorkedShift};
use crate::codes::ExceptionCode;
use crate::shape::day_parts;
use crate::time::{Seconds, Timestamp};
use crate::timecard::Inputs;

/// True when the card may have a split shift.
pub(super) fn may_occur(inputs: &Inputs<'_>) -> bool {
    inputs.timeline.needs().split_templates || !inputs.card.schedule.split.is_empty() || day_parts::may_occur(inputs)
}

impl ScheduledShift {
    /// True for two blocks of one shift, and for a block and itself.
    fn is_one_with(&self, other: &ScheduledShift) -> bool {
        let same_row = match self.split {
            0 => self.template.is_some() && self.template == other.template,
            _ => true,
        };
        let same_day = self.workday == other.workday && self.kind == other.kind && self.split == other.split;
        same_day && (same_row || self.start == other.start)
    }
}

/// The blocks of the shift that a block belongs to, in order.
pub(super) fn blocks_of<'a>(
    scheduled: &'a [ScheduledShift],
    block: &'a ScheduledShift,
) -> impl Iterator<Item = &'a ScheduledShift> {
    scheduled.iter().filter(|other| other.is_one_with(block))
}

/// The last entry that is a block of the same shift.
pub(super) fn last_block(scheduled: &[ScheduledShift], index: usize) -> usize {
    scheduled.iter().rposition(|other| other.is_one_with(&scheduled[index])).unwrap_or(index)
}

/// Whether no earlier entry is a block of the same shift.
pub(super) fn is_first_block(scheduled: &[ScheduledShift], index: usize) -> bool {
    !scheduled[..index].iter().any(|earlier| earlier.is_one_with(&scheduled[index]))
}

/// Finds the worked shifts that are one shift with the worked shift before them.
pub(super) fn join(inputs: &Inputs<'_>, state: &mut CardState) {
    if !may_occur(inputs) {
        return;
    }
    let CardState { scheduled, shifts, .. } = state;
    for index in 1..shifts.len() {
        let before = shifts[index - 1];
        let shift = &mut shifts[index];
        let (Some(matched), Some(matched_before)) = (shift.scheduled, before.scheduled) else { continue };
        let blocks = [matched_before, matched].map(|block| &scheduled[block as usize]);
        if matched != matched_before && blocks[0].is_one_with(blocks[1]) {
            (shift.joins, shift.continues) = (true, true);
            shift.start_date = before.start_date;
        }
    }
}

/// The number of the first of the worked shifts that are one shift with this one.
pub(crate) fn first_part(shifts: &[WorkedShift], number: u32) -> u32 {
    let mut first = number;
    while first > 0 && shifts.get(first as usize).is_some_and(|shift| shift.joins) {
        first -= 1;
    }
    first
}

/// The worked shifts that are one shift with this one.
pub(super) fn whole_shift(shifts: &[WorkedShift], number: u32) -> &[WorkedShift] {
    let first = first_part(shifts, number) as usize;
    let joined = shifts[first + 1..].iter().take_while(|shift| shift.joins).count();
    &shifts[first..=first + joined]
}

/// Reports work in the gaps of split shifts.
pub(super) fn judge_gaps(inputs: &Inputs<'_>, state: &mut CardState) {
    if !may_occur(inputs) {
        return;
    }
    for index in 0..state.scheduled.len() {
        let block = state.scheduled[index];
        let beyond = inputs.plan_of_scheduled(&block).attendance.gap_worked_beyond;
        let next = blocks_of(&state.scheduled, &block).find(|later| later.start > block.start).copied();
        let (Some(beyond), Some(next)) = (beyond, next) else { continue };
        let (first, worked) = work_between(&block, &next, state);
        if worked > beyond {
            state.notice(ExceptionCode::GapWorked, block.workday, first, worked);
        }
    }
}

/// The work in the gap between two blocks of a shift: where it begins, and how much it is.
fn work_between(block: &ScheduledShift, next: &ScheduledShift, state: &CardState) -> (Timestamp, Seconds) {
    let CardState { scheduled, shifts, spans, .. } = state;
    let matches = |span: &&Span| {
        let shift = span.shift.and_then(|shift| shifts.get(shift as usize));
        let matched = shift.and_then(|shift| shift.scheduled);
        matched.is_some_and(|matched| scheduled[matched as usize].is_one_with(block))
    };
    let inside = |span: &Span| (span.start.max(block.end), span.end.min(next.start));
    let work = spans.iter().filter(|span| span.state == SpanState::Worked).filter(matches);
    let pieces = work.map(inside).filter(|piece| piece.0 < piece.1);
    let first = pieces.clone().map(|piece| piece.0).min().unwrap_or(block.end);
    (first, pieces.map(|piece| piece.1.since(piece.0)).sum())
}
