//! The non-crossing assignment of worked shifts to scheduled shifts that [`MatchBy::Cluster`] describes.
//!
//! Shifts and punch windows that touch nothing else are settled at once; where several meet, dynamic programming
//! finds the best assignment of that group. Nearly every group is one shift and one window.
//!
//! [`MatchBy::Cluster`]: crate::shape::matching::MatchBy::Cluster
#![allow(clippy::indexing_slicing, reason = "rows and cells of the table are indexed as the recurrence is written")]

use alloc::vec::Vec;
use core::ops::Range;

use crate::card::{KeptPunch, ScheduledShift, WorkedShift};
use crate::time::{Timestamp, Workday};

/// The inputs of the assignment, and the table that it fills.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scratch {
    /// The worked shifts to assign, in order.
    pub(super) stretches: Vec<Stretch>,
    /// The punch windows of the scheduled shifts that may be given, in order of their start.
    pub(super) windows: Vec<Window>,
    table: Table,
}

/// A worked shift from its first to its last punch.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stretch {
    pub(super) shift: u32,
    pub(super) first: Timestamp,
    pub(super) last: Timestamp,
    pub(super) start_date: Workday,
}

/// When punches may match a scheduled shift, both ends inclusive; empty when `begin` is after `end`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    pub(super) scheduled: u32,
    pub(super) begin: Timestamp,
    pub(super) end: Timestamp,
    /// The earliest instant at which this or a later window, or its scheduled shift, begins.
    pub(super) any_begin: Timestamp,
}

/// The facts of an assignment.
struct Facts<'a> {
    stretches: &'a [Stretch],
    windows: &'a [Window],
    punches: &'a [KeptPunch],
    shifts: &'a [WorkedShift],
    scheduled: &'a [ScheduledShift],
}

/// Gives each stretch of `scratch` at most one window, each window to at most one stretch.
pub(super) fn assign(
    scratch: &mut Scratch,
    punches: &[KeptPunch],
    shifts: &mut [WorkedShift],
    scheduled: &mut [ScheduledShift],
) {
    let Scratch { stretches, windows, table } = scratch;
    let mut any_begin = Timestamp(i64::MAX);
    for window in windows.iter_mut().rev() {
        any_begin = any_begin.min(window.any_begin);
        window.any_begin = any_begin;
    }
    let (mut stretch, mut window) = (0, 0);
    while stretch < stretches.len() && window < windows.len() {
        let (from_stretch, from_window) = (stretch, window);
        (stretch, window) = group_end(stretches, windows, stretch, window);
        let facts = Facts {
            stretches: &stretches[from_stretch..stretch],
            windows: &windows[from_window..window],
            punches,
            shifts,
            scheduled,
        };
        facts.assign(table);
        for (stretch, window) in &table.chosen {
            let (stretch, window) = (&stretches[from_stretch + stretch], &windows[from_window + window]);
            shifts[stretch.shift as usize].scheduled = Some(window.scheduled);
            scheduled[window.scheduled as usize].matched = true;
        }
    }
}

/// Where the group of stretches and windows ends that begins here: nothing after it touches anything in it.
fn group_end(stretches: &[Stretch], windows: &[Window], mut stretch: usize, mut window: usize) -> (usize, usize) {
    let begins = |stretch: usize, window: usize| {
        let stretch_begins = stretches.get(stretch).map(|stretch| stretch.first);
        let window_begins = windows.get(window).map(|window| window.any_begin);
        (stretch_begins, window_begins)
    };
    let mut reach = match begins(stretch, window) {
        (Some(first), Some(begin)) => first.min(begin),
        (Some(at), None) | (None, Some(at)) => at,
        (None, None) => return (stretch, window),
    };
    loop {
        match begins(stretch, window) {
            (Some(first), _) if first <= reach => {
                reach = reach.max(stretches[stretch].last);
                stretch += 1;
            }
            (_, Some(begin)) if begin <= reach => {
                reach = reach.max(windows[window].end);
                window += 1;
            }
            _ => return (stretch, window),
        }
    }
}

impl Facts<'_> {
    /// Leaves the best assignment of this group in `table.chosen`.
    fn assign(&self, table: &mut Table) {
        table.chosen.clear();
        if self.stretches.is_empty() || self.windows.is_empty() {
            return;
        }
        let is_plain = self.assign_plain(&mut table.chosen);
        if !is_plain {
            table.fill(self);
            table.choose(self.stretches.len(), self.windows.len());
        }
    }

    /// Settles a group in which every worked shift overlaps exactly one scheduled shift and no two the same; false
    /// when the group is not like that. Every assignment with the greatest total overlap then makes just these
    /// matches: each worked shift must bring in the only overlap it has, and any further match would need a worked
    /// shift that is still free.
    fn assign_plain(&self, chosen: &mut Vec<(usize, usize)>) -> bool {
        if self.stretches.len() == 1 && self.windows.len() == 1 {
            chosen.extend(self.may_match(0, 0).then_some((0, 0)));
            return true;
        }
        let apart = |earlier: &Window, later: &Window| {
            self.scheduled[earlier.scheduled as usize].end <= self.scheduled[later.scheduled as usize].start
        };
        if !self.windows.is_sorted_by(apart) {
            return false;
        }
        let mut window = 0;
        for (stretch, worked) in self.stretches.iter().enumerate() {
            while window < self.windows.len() && self.planned(window).end <= worked.first {
                window += 1;
            }
            let overlaps = |window: usize| window < self.windows.len() && self.planned(window).start < worked.last;
            let taken = chosen.last().is_some_and(|last| last.1 == window);
            if worked.first == worked.last || taken || !overlaps(window) || overlaps(window + 1) {
                return false;
            }
            if !self.may_match(stretch, window) {
                return false;
            }
            chosen.push((stretch, window));
        }
        true
    }

    fn planned(&self, window: usize) -> &ScheduledShift {
        &self.scheduled[self.windows[window].scheduled as usize]
    }

    /// True when the stretch overlaps the scheduled shift, or some punch of it lies in the window.
    fn may_match(&self, stretch: usize, window: usize) -> bool {
        let (stretch, window) = (&self.stretches[stretch], &self.windows[window]);
        let holds = |at: Timestamp| window.begin <= at && at <= window.end;
        let planned = &self.scheduled[window.scheduled as usize];
        let overlaps = stretch.first < planned.end && planned.start < stretch.last;
        if overlaps || holds(stretch.first) || holds(stretch.last) {
            return true;
        }
        let shift = &self.shifts[stretch.shift as usize];
        let own = &self.punches[shift.first_punch as usize..shift.last_punch as usize];
        window.begin < stretch.last && stretch.first < window.end && own.iter().any(|punch| holds(punch.at))
    }

    /// What a match adds to the score of an assignment; `None` when the two may not match.
    fn score(&self, stretch: usize, window: usize) -> Option<Score> {
        let planned = self.planned(window);
        let may = self.may_match(stretch, window);
        let worked = &self.stretches[stretch];
        let overlap = worked.last.min(planned.end).since(worked.first.max(planned.start));
        let start_distance = worked.first.0.abs_diff(planned.start.0);
        let end_distance = planned.known_end().map_or(0, |end| worked.last.0.abs_diff(end.0));
        may.then(|| Score {
            overlap: i64::from(overlap.0),
            matches: 1,
            nearness: -((start_distance + end_distance) as i64),
            same_day: i64::from(planned.workday == worked.start_date),
        })
    }
}

/// How good an assignment is, compared from the first field on. The scores of matches add up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Score {
    overlap: i64,
    matches: i64,
    nearness: i64,
    same_day: i64,
}

impl Score {
    fn plus(self, other: Score) -> Score {
        Score {
            overlap: self.overlap + other.overlap,
            matches: self.matches + other.matches,
            nearness: self.nearness + other.nearness,
            same_day: self.same_day + other.same_day,
        }
    }
}

/// The table of the dynamic programming. Row `s`, column `w` is about the stretches from `s` and the windows from `w`.
#[derive(Clone, Debug, Default)]
struct Table {
    /// Best scores of the row that is filled ...
    row: Vec<Score>,
    /// ... and of the row after it.
    next_row: Vec<Score>,
    cells: Vec<Cell>,
    /// Matches of the best assignment, as positions in the group.
    chosen: Vec<(usize, usize)>,
}

#[derive(Clone, Copy, Debug)]
struct Cell {
    /// Some best assignment matches the first stretch to the first window.
    matches_here: bool,
    /// Some best assignment leaves the first window out.
    may_skip_window: bool,
}

/// Memory for more cells than this is released: no realistic card needs it.
const CELLS_KEPT: usize = 1 << 18;

impl Table {
    fn fill(&mut self, facts: &Facts<'_>) {
        let (stretches, windows) = (facts.stretches.len(), facts.windows.len());
        let unused = Cell { matches_here: false, may_skip_window: false };
        self.chosen.clear();
        self.cells.clear();
        self.cells.shrink_to(CELLS_KEPT);
        self.cells.resize(stretches * windows, unused);
        self.row.clear();
        self.row.resize(windows + 1, Score::default());
        self.next_row.clone_from(&self.row);
        for stretch in (0..stretches).rev() {
            core::mem::swap(&mut self.row, &mut self.next_row);
            self.row[windows] = Score::default();
            for window in (0..windows).rev() {
                let matched = facts.score(stretch, window).map(|score| score.plus(self.next_row[window + 1]));
                let without_window = self.row[window + 1];
                let best = without_window.max(self.next_row[window]).max(matched.unwrap_or(without_window));
                self.row[window] = best;
                self.cells[stretch * windows + window] =
                    Cell { matches_here: matched == Some(best), may_skip_window: without_window == best };
            }
        }
    }

    /// Follows the best assignment from the first stretch on, where two are equal the one that matches it, and that to
    /// the earliest window.
    fn choose(&mut self, stretches: usize, windows: usize) {
        let mut from: Range<usize> = 0..windows;
        for stretch in 0..stretches {
            let row = &self.cells[stretch * windows..(stretch + 1) * windows];
            let mut window = from.start;
            while window < windows && !row[window].matches_here && row[window].may_skip_window {
                window += 1;
            }
            if window < windows && row[window].matches_here {
                self.chosen.push((stretch, window));
                from.start = window + 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::PunchRole;
    use crate::codes::PunchKind;
    use crate::tags::TagId;
    use crate::time::Seconds;

    /// A group made up from a number: a few worked shifts of two punches and a few scheduled shifts, in order.
    struct Made {
        scratch: Scratch,
        punches: Vec<KeptPunch>,
        shifts: Vec<WorkedShift>,
        scheduled: Vec<ScheduledShift>,
    }

    fn made(seed: u64) -> Made {
        let mut state = seed;
        let mut below = |most: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            ((state >> 33) % most) as i64
        };
        let mut made =
            Made { scratch: Scratch::default(), punches: Vec::new(), shifts: Vec::new(), scheduled: Vec::new() };
        let mut at = 0;
        for shift in 0..below(5) as u32 {
            let first = at + below(4);
            let last = first + below(6);
            at = last + 1;
            let (kind, role, tag) = (PunchKind::In, PunchRole::Unused, TagId::NONE);
            let punch = |at| KeptPunch { at: Timestamp(at), kind, role, tag, raw: None };
            made.punches.extend([punch(first), punch(last)]);
            made.shifts.push(WorkedShift {
                first_punch: shift * 2,
                last_punch: shift * 2 + 2,
                first_pair: 0,
                last_pair: 0,
                scheduled: None,
                workday: Workday(0),
                start_date: Workday(0),
                start: Timestamp(first),
                end: Timestamp(last),
                tag: crate::tags::TagId::NONE,
                continues: false,
                joins: false,
                callback: false,
            });
            let (first, last) = (Timestamp(first), Timestamp(last));
            made.scratch.stretches.push(Stretch { shift, first, last, start_date: Workday(0) });
        }
        let mut start = 0;
        let mut latest_end = i64::MIN;
        for scheduled in 0..below(5) as u32 {
            start += below(6);
            let end = start + 1 + below(5);
            let window = (start - below(3)).max(latest_end);
            latest_end = latest_end.max(end);
            made.scheduled.push(ScheduledShift {
                workday: Workday(below(2) as i32),
                kind: crate::codes::RosterKind::Work,
                start: Timestamp(start),
                end: Timestamp(end),
                free_end: false,
                planned_end: Timestamp(end),
                moved_start: Timestamp(start),
                moved_end: Timestamp(end),
                expected_start: Timestamp(start),
                expected_end: Timestamp(end),
                on_leave: false,
                planned: Seconds::ZERO,
                template: None,
                tag: TagId::NONE,
                split: 0,
                needs_in: true,
                needs_out: true,
                matched: false,
            });
            let (begin, end) = (Timestamp(window), Timestamp(end + below(3)));
            let any_begin = begin.min(Timestamp(start));
            made.scratch.windows.push(Window { scheduled, begin, end, any_begin });
        }
        made
    }

    /// The best of all assignments of stretches from `stretch` to windows from `window`, tried one by one in the order
    /// in which the rule prefers equals.
    fn tried(facts: &Facts<'_>, stretch: usize, window: usize) -> (Score, Vec<(usize, usize)>) {
        if stretch == facts.stretches.len() {
            return (Score::default(), Vec::new());
        }
        let mut best: Option<(Score, Vec<(usize, usize)>)> = None;
        let mut offer = |score: Score, matches: Vec<(usize, usize)>| {
            if best.as_ref().is_none_or(|best| score > best.0) {
                best = Some((score, matches));
            }
        };
        for taken in window..facts.windows.len() {
            if let Some(score) = facts.score(stretch, taken) {
                let (rest, mut matches) = tried(facts, stretch + 1, taken + 1);
                matches.insert(0, (stretch, taken));
                offer(score.plus(rest), matches);
            }
        }
        let (rest, matches) = tried(facts, stretch + 1, window);
        offer(rest, matches);
        best.unwrap()
    }

    #[test]
    fn the_assignment_is_the_best_of_all_and_groups_are_settled_as_the_whole_would_be() {
        for seed in 0..20_000 {
            let Made { mut scratch, punches, mut shifts, mut scheduled } = made(seed);
            let facts = Facts {
                stretches: &scratch.stretches,
                windows: &scratch.windows,
                punches: &punches,
                shifts: &shifts,
                scheduled: &scheduled,
            };
            let (_, matches) = tried(&facts, 0, 0);
            let mut expected: Vec<Option<u32>> = alloc::vec![None; shifts.len()];
            for (stretch, window) in matches {
                expected[stretch] = Some(window as u32);
            }
            assign(&mut scratch, &punches, &mut shifts, &mut scheduled);
            let found: Vec<_> = shifts.iter().map(|shift| shift.scheduled).collect();
            assert_eq!(found, expected, "seed {seed}");
        }
    }
}
