//! Coverage: one stretch of work may serve several scheduled shifts, one after the other.
//! - Takes:  worked shifts with their raw pairs, the scheduled shift that each matches, and all scheduled shifts.
//! - Gives:  the worked shifts cut into parts, each with the scheduled shift that it serves.
//! - Keeps:  every second of every pair, and every punch.
//! - Runs:   after pairing, before rounding.
//! - Edges:  a worked shift *serves* the scheduled shifts that its raw pairs overlap: its own match and those that no
//!   other worked shift matches, in order; where shifts match by workday, those of the local date of its first punch.
//!   When it serves others but not its own match, it gives the match up. It is cut between two that it serves: in the
//!   longest gap that touches the time from the end of the earlier to the start of the later (or from start to end,
//!   where they overlap), the first of equals; without such a gap, at the end of the earlier, or the start of the later
//!   if that comes first. A part is a worked shift: it has the plan, the workday and the breaks of its scheduled shift,
//!   and what was noticed at its punches. A punch at the instant of a cut belongs to the earlier part when it closes a
//!   pair or misses its in, and to the later part otherwise. An instant where a pair is cut is no punch: it is neither
//!   rounded nor compared with the schedule.
//! - Source: employer policy. A person who works through two shifts is neither absent from the second nor early out of
//!   the first.
//! - Shown:  timecards/matching/double_shifts.md
#![allow(clippy::indexing_slicing, reason = "the indexes are those of the lists of one card, kept by this phase")]

use alloc::vec::Vec;
use core::mem;
use core::ops::Range;

use crate::card::{CardState, KeptPunch, Pair, PunchRole, ScheduledShift, WorkedShift};
use crate::codes::PunchKind;
use crate::shape::matching::{MatchBy, tag_shifts};
use crate::time::Timestamp;
use crate::timecard::Inputs;
use crate::zone::ZoneCursor;

/// The parts of worked shifts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scratch {
    /// The scheduled shifts that the current worked shift serves.
    serves: Vec<u32>,
    /// All parts of all worked shifts ...
    shifts: Vec<WorkedShift>,
    /// ... and their pairs.
    pairs: Vec<Pair>,
    /// For each worked shift its first part.
    first_parts: Vec<u32>,
}

/// Cuts the worked shifts that serve several scheduled shifts.
pub(super) fn serve(inputs: &Inputs<'_>, state: &mut CardState, scratch: &mut Scratch) {
    // A shortcut: nearly always each worked shift overlaps its own match and nothing else.
    if !serve_own_matches_only(state) {
        divide_by_served(inputs, state, scratch);
    }
}

/// Cuts worked shifts into parts by the scheduled shifts that they serve.
// Kept out of the loop over worked shifts, which needs few values at a time.
#[inline(never)]
fn divide_by_served(inputs: &Inputs<'_>, state: &mut CardState, scratch: &mut Scratch) {
    let CardState { punches, scheduled, shifts, pairs, noticed, .. } = state;
    let mut clock = ZoneCursor::new(inputs.card.zone);
    scratch.shifts.clear();
    scratch.pairs.clear();
    scratch.first_parts.clear();
    for shift in shifts.iter() {
        let own = &pairs[shift.first_pair as usize..shift.last_pair as usize];
        let way = inputs.timeline.at(shift.start_date).matching.match_by;
        scratch.find_served(shift, way, own, scheduled);
        scratch.first_parts.push(scratch.shifts.len() as u32);
        scratch.divide(shift, own, punches, scheduled, &mut clock);
    }
    mem::swap(shifts, &mut scratch.shifts);
    mem::swap(pairs, &mut scratch.pairs);
    for planned in scheduled.iter_mut() {
        planned.matched = false;
    }
    for matched in shifts.iter().filter_map(|shift| shift.scheduled) {
        scheduled[matched as usize].matched = true;
    }
    for noticed in noticed.iter_mut() {
        let Some(shift) = noticed.shift else { continue };
        let [first, next] = [shift as usize, shift as usize + 1].map(|shift| scratch.first_parts.get(shift));
        let parts = first.map_or(0, |first| *first as usize)..next.map_or(shifts.len(), |next| *next as usize);
        let later = shifts[parts.clone()].iter().skip(1).take_while(|part| part.start <= noticed.at);
        let part = parts.start + later.count();
        (noticed.shift, noticed.workday) = (Some(part as u32), shifts[part].workday);
    }
    tag_shifts(inputs, state);
}

/// Whether no worked shift overlaps a scheduled shift that is not its match.
fn serve_own_matches_only(state: &CardState) -> bool {
    let CardState { scheduled, shifts, pairs, .. } = state;
    let mut ahead = 0;
    for shift in shifts {
        let own = pairs.get(shift.first_pair as usize..shift.last_pair as usize);
        let Some([first, ..]) = own else { continue };
        let until = own.and_then(<[Pair]>::last).map_or(first.raw_end, |last| last.raw_end);
        while scheduled.get(ahead).is_some_and(|planned| planned.end <= first.raw_start) {
            ahead += 1;
        }
        let is_met = |number: usize| scheduled.get(number).is_some_and(|planned| planned.start < until);
        if is_met(ahead) && (shift.scheduled != Some(ahead as u32) || is_met(ahead + 1)) {
            return false;
        }
    }
    true
}

/// Whether some work of these pairs lies in a scheduled shift.
pub(super) fn overlaps<'a>(pairs: impl IntoIterator<Item = &'a Pair>, planned: &ScheduledShift) -> bool {
    let shares = |pair: &Pair| pair.raw_start.max(planned.start) < pair.raw_end.min(planned.end);
    pairs.into_iter().any(shares)
}

impl Scratch {
    /// Leaves the scheduled shifts that a worked shift serves in `serves`.
    fn find_served(&mut self, shift: &WorkedShift, way: MatchBy, own: &[Pair], scheduled: &mut [ScheduledShift]) {
        self.serves.clear();
        for (index, planned) in (0_u32..).zip(scheduled.iter_mut()) {
            let may = shift.scheduled == Some(index)
                || !shift.callback
                    && match way {
                        MatchBy::Cluster => !planned.matched,
                        MatchBy::Workday => planned.workday == shift.start_date,
                    };
            if may && overlaps(own, planned) {
                planned.matched = true;
                self.serves.push(index);
            }
        }
        let gives_up = !self.serves.is_empty() && way == MatchBy::Cluster;
        if let Some(matched) = shift.scheduled.filter(|matched| gives_up && !self.serves.contains(matched)) {
            scheduled[matched as usize].matched = false;
        }
    }

    /// Adds the parts of a worked shift, one for each scheduled shift that it serves.
    fn divide(
        &mut self,
        shift: &WorkedShift,
        own: &[Pair],
        punches: &[KeptPunch],
        scheduled: &[ScheduledShift],
        clock: &mut ZoneCursor<'_>,
    ) {
        let serving = |part: WorkedShift, index: u32| {
            let workday = scheduled[index as usize].workday;
            WorkedShift { scheduled: Some(index), workday, ..part }
        };
        let mut rest = *shift;
        let mut from = Timestamp(i64::MIN);
        for place in 1..self.serves.len() {
            let [earlier, later] = [place - 1, place].map(|place| self.serves[place]);
            let cut = cut_between(own, &scheduled[earlier as usize], &scheduled[later as usize]).max(rest.start);
            let of_earlier = |punch: &&KeptPunch| punch.at < cut || punch.at == cut && closes(punch);
            let left = &punches[rest.first_punch as usize..rest.last_punch as usize];
            let next_punch = rest.first_punch + left.iter().take_while(of_earlier).count() as u32;
            self.add(serving(WorkedShift { last_punch: next_punch, ..rest }, earlier), from..cut, own, punches);
            let start_date = clock.date_at(cut);
            rest = WorkedShift { first_punch: next_punch, start_date, start: cut, continues: true, ..rest };
            from = cut;
        }
        let last = self.serves.last().map_or(rest, |last| serving(rest, *last));
        self.add(last, from..Timestamp(i64::MAX), own, punches);
    }

    /// Adds a part with its pairs, those between two cuts. Where the schedule overlaps, a part may hold nothing; it is
    /// left out.
    fn add(&mut self, mut part: WorkedShift, between: Range<Timestamp>, own: &[Pair], punches: &[KeptPunch]) {
        let Range { start: from, end: until } = between;
        part.first_pair = self.pairs.len() as u32;
        let inside = |pair: &&Pair| (from < pair.raw_end || from <= pair.raw_start) && pair.raw_start < until;
        for pair in own.iter().filter(inside) {
            self.pairs.push(clipped(pair, from, until, self.shifts.len() as u32));
        }
        part.last_pair = self.pairs.len() as u32;
        let own_punches = &punches[part.first_punch as usize..part.last_punch as usize];
        let last_pair = self.pairs[part.first_pair as usize..].last();
        if own_punches.is_empty() && last_pair.is_none() {
            return;
        }
        if until <= part.end {
            let ends = [own_punches.last().map(|punch| punch.at), last_pair.map(|pair| pair.raw_end)];
            part.end = ends.into_iter().flatten().fold(part.start, Timestamp::max);
        }
        self.shifts.push(part);
    }
}

/// Where a worked shift passes from one scheduled shift to the next.
fn cut_between(own: &[Pair], earlier: &ScheduledShift, later: &ScheduledShift) -> Timestamp {
    let (from, to) = (earlier.end.min(later.start), earlier.end.max(later.start));
    let mut longest: Option<(&Pair, &Pair)> = None;
    for (before, after) in own.iter().zip(own.iter().skip(1)) {
        let touches = before.raw_end <= to && from <= after.raw_start;
        let length = after.raw_start.since(before.raw_end);
        if touches
            && !length.is_zero()
            && longest.is_none_or(|(before, after)| length > after.raw_start.since(before.raw_end))
        {
            longest = Some((before, after));
        }
    }
    longest.map_or(from, |(_, after)| after.raw_start)
}

fn closes(punch: &KeptPunch) -> bool {
    matches!(punch.role, PunchRole::Closes | PunchRole::MissesIn)
}

/// The part of a pair inside `[from, until)`, in worked shift number `shift`.
fn clipped(pair: &Pair, from: Timestamp, until: Timestamp, shift: u32) -> Pair {
    let mut part = Pair { shift, ..*pair };
    if pair.raw_start < from {
        part.starts_at_cut = true;
        part.opened_by = PunchKind::Transfer;
        part.gap_before = None;
        (part.raw_start, part.start) = (from, from);
    }
    if until < pair.raw_end {
        part.ends_at_cut = true;
        part.closed_by = PunchKind::Transfer;
        (part.raw_end, part.end) = (until, until);
    }
    part
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PunchKind::{In, Out};
    use crate::testing::{Card, monday};

    /// The scheduled shift and the seconds of each worked shift.
    fn parts(card: &Card) -> Vec<(Option<u32>, u32)> {
        let length = |shift: &WorkedShift| -> u32 {
            let own = &card.state.pairs[shift.first_pair as usize..shift.last_pair as usize];
            own.iter().map(|pair| pair.raw_end.since(pair.raw_start).0).sum()
        };
        card.state.shifts.iter().map(|shift| (shift.scheduled, length(shift))).collect()
    }

    #[test]
    fn one_pair_serves_three_shifts_and_the_middle_part_has_no_punch() {
        let mut card = Card::new();
        for (start, end) in [("06:00", "10:00"), ("10:00", "12:00"), ("13:00", "16:00")] {
            card.schedule(0, start, end);
        }
        card.punches(0, &[("06:00", In), ("16:00", Out)]);
        card.shaped().unwrap();
        assert_eq!(parts(&card), [(Some(0), 14_400), (Some(1), 7_200), (Some(2), 14_400)]);
        assert_eq!(card.state.shifts[1].first_punch, card.state.shifts[1].last_punch);
        assert!(card.state.noticed.is_empty());
        assert_eq!(card.state.workdays[0].punches, 2);
    }

    #[test]
    fn a_shift_is_cut_in_the_longest_gap_between_two_scheduled_shifts() {
        let mut card = Card::new();
        card.schedule(0, "08:00", "12:00");
        card.schedule(0, "14:00", "18:00");
        card.punches(0, &[("08:00", In), ("12:10", Out), ("12:20", In), ("12:30", Out), ("13:50", In), ("18:00", Out)]);
        card.plan.matching.new_shift_gap = crate::Seconds::hours(9);
        card.plan.schedule.earliest_in = crate::Seconds::ZERO;
        card.shaped().unwrap();
        assert_eq!(parts(&card), [(Some(0), 15_600), (Some(1), 15_000)]);
    }

    #[test]
    fn a_part_ends_with_its_last_punch_and_not_where_the_next_one_begins() {
        let mut card = Card::new();
        card.schedule(0, "14:50", "19:25");
        card.schedule(0, "19:25", "24:00");
        card.punches(0, &[("14:40", In), ("18:05", Out), ("23:10", In)]);
        card.plan.matching.new_shift_gap = crate::Seconds::hours(9);
        card.plan.schedule.earliest_in = crate::Seconds::ZERO;
        card.plan.pairing.missing_out = crate::shape::pairing::Imputed::Fixed(crate::Seconds::hours(3));
        card.shaped().unwrap();
        let ends: Vec<_> = card.state.shifts.iter().map(|shift| shift.end.since(card.state.shifts[0].start)).collect();
        assert_eq!(ends[0], crate::Seconds::minutes(205));
    }

    #[test]
    fn what_was_noticed_stands_at_the_part_of_its_punch() {
        let mut card = Card::new();
        card.schedule(0, "16:00", "24:00");
        card.schedule(1, "00:00", "08:00");
        card.punches(0, &[("16:00", In), ("28:00", Out), ("29:00", In)]);
        card.shaped().unwrap();
        let noticed: Vec<_> = card.state.noticed.iter().map(|it| (it.code.code(), it.workday)).collect();
        assert_eq!(noticed, [("missing_out", monday().plus(1))]);
    }
}
