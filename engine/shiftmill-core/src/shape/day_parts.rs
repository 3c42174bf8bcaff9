//! Half-day holidays: a stretch of a day by the clock that has another type than the rest of the day.
//! - Takes:  day rows of the person that state times, and the half days of the calendar; the scheduled shifts.
//! - Gives:  the type of the stretch, which `holidays` gives to the seconds inside it; shifts to work without their
//!   planned time inside a stretch on which no work is expected.
//! - Runs:   once the scheduled shifts are known. Leave, attendance and expected time see the shortened shifts.
//! - Edges:  a day row of the person for the day, with or without times, is above the half days of the calendar. The day
//!   itself keeps its type. A shift of which planned time is left before and after the stretch becomes a split shift; one
//!   of which nothing is left is not expected, and the leave of that day costs nothing. Breaks at the cut are left out
//!   too. Planned overtime stays expected. Times that the clock shows twice: the earlier starts, the later ends.
//! - Source: employer and public policy (24 and 31 December); the type is the calendar's, the law that pays it the tier's.
//! - Shown:  timecards/holidays/half_days.md

#![allow(clippy::indexing_slicing, reason = "the indexes are those of the lists of one card, kept by this phase")]

use alloc::vec::Vec;

use crate::card::{CardState, ScheduledShift};
use crate::codes::{DayType, RosterKind};
use crate::shape::calendar::DayTypeGround;
use crate::shape::free_end;
use crate::shape::half_day::{Stretch, stretches};
use crate::time::{Seconds, Timestamp, WallTime, Workday};
use crate::timecard::{DayWindow, Inputs};
use crate::zone::{Fold, ZoneCursor};

/// A stretch of a date that has a type of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HalfDay {
    /// The date.
    pub date: Workday,
    /// From when to when.
    pub window: DayWindow,
    /// Its type there.
    pub day_type: DayType,
}

/// Planned time that is not expected because of a stretch of its day.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NotExpected {
    pub(crate) workday: Workday,
    /// From when to when the shift lay inside the stretch.
    pub(crate) start: Timestamp,
    pub(crate) end: Timestamp,
    /// The planned time there.
    pub(crate) planned: Seconds,
}

/// True when some day of the card may have such a stretch.
pub(crate) fn may_occur(inputs: &Inputs<'_>) -> bool {
    inputs.timeline.needs().half_days || inputs.card.day_overrides.iter().any(|row| row.window.is_some())
}

/// The stretch of a day that has a type of its own, and what decided it.
pub(crate) fn of(inputs: &Inputs<'_>, workday: Workday) -> Option<(HalfDay, DayTypeGround)> {
    let own = || inputs.card.day_overrides.iter().filter(move |row| row.workday == workday);
    if own().next().is_some() {
        let stated = own().find_map(|row| Some((row.window?, row.day_type)));
        let half_day = |(window, day_type)| (HalfDay { date: workday, window, day_type }, DayTypeGround::DayRow);
        return stated.map(half_day);
    }
    let half_day = match inputs.timeline.stated_by_named_calendar(workday) {
        Some((_, stated)) => stated.half_day,
        None => inputs.timeline.at(workday).calendar.half_day(workday),
    };
    half_day.map(|half_day| (half_day, DayTypeGround::Date))
}

impl HalfDay {
    /// From when to when the stretch lasts.
    pub(crate) fn instants(&self, clock: &mut ZoneCursor<'_>) -> Stretch {
        let at = |second: u32| WallTime::on(self.date, second as i32);
        let start = clock.instant(at(self.window.opens()), Fold::Earlier);
        (start, clock.instant(at(self.window.closes()), Fold::Later).max(start))
    }
}

/// Leaves planned time out of the scheduled shifts.
pub(super) fn shorten_shifts(inputs: &Inputs<'_>, state: &mut CardState, clock: &mut ZoneCursor<'_>) {
    state.not_expected.clear();
    if !may_occur(inputs) {
        return;
    }
    let mut index = 0;
    while index < state.scheduled.len() {
        let shift = state.scheduled[index];
        let half_day = of(inputs, shift.workday).map(|(half_day, _)| half_day);
        let is_free = |half_day: &HalfDay| shift.kind == RosterKind::Work && !half_day.day_type.is_working();
        index += match half_day.filter(is_free) {
            Some(half_day) => shorten(index, half_day.instants(clock), inputs, state, clock),
            None => 1,
        };
    }
}

/// Leaves the planned time of one block in a stretch out, and returns how many blocks are left of it.
fn shorten(
    index: usize,
    (from, until): Stretch,
    inputs: &Inputs<'_>,
    state: &mut CardState,
    clock: &mut ZoneCursor<'_>,
) -> usize {
    let shift = state.scheduled[index];
    let planned = stretches(inputs, core::iter::once(&shift), clock);
    let within = |from: Timestamp, until: Timestamp| -> Seconds {
        planned.iter().map(|stretch| stretch.1.min(until).since(stretch.0.max(from))).sum()
    };
    let inside = within(from, until);
    if inside.is_zero() {
        return 1;
    }
    let ends = planned.iter().filter(|stretch| stretch.0 < from).map(|stretch| stretch.1.min(from)).max();
    let starts = planned.iter().filter(|stretch| stretch.1 > until).map(|stretch| stretch.0.max(until)).min();
    state.not_expected.push(NotExpected {
        workday: shift.workday,
        start: ends.map_or(shift.start, |_| from),
        end: starts.map_or(shift.planned_end, |_| until),
        planned: inside.at_most(shift.planned),
    });
    if shift.free_end {
        let left = free_end::without(&shift, (from, until), inside);
        let count = usize::from(left.is_some());
        state.scheduled.splice(index..=index, left);
        return count;
    }
    let before = ends.map(|end| block(&shift, shift.start, end, within(shift.start, from)));
    let after = starts.map(|start| block(&shift, start, shift.end, within(until, shift.end)));
    // The blocks of a named shift, and those of a split shift, are one shift already.
    let has_two = before.is_some() && after.is_some();
    let needs_number = has_two && shift.template.is_none() && shift.split == 0;
    let split = if needs_number { free_number(&state.scheduled, &shift) } else { shift.split };
    let left = before.into_iter().chain(after).map(|block| ScheduledShift { split, ..block });
    let left: Vec<ScheduledShift> = left.collect();
    let count = left.len();
    state.scheduled.splice(index..=index, left);
    count
}

fn block(shift: &ScheduledShift, start: Timestamp, end: Timestamp, planned: Seconds) -> ScheduledShift {
    let (expected_start, expected_end, moved_start, moved_end) = (start, end, start, end);
    let edges = ScheduledShift { start, end, planned_end: end, ..*shift };
    ScheduledShift { expected_start, expected_end, moved_start, moved_end, planned, ..edges }
}

/// A number of split shifts that no other shift of the day has.
fn free_number(scheduled: &[ScheduledShift], shift: &ScheduledShift) -> u8 {
    let is_taken = |number: &u8| {
        let mut of_day = scheduled.iter().filter(|other| other.workday == shift.workday && other.kind == shift.kind);
        of_day.any(|other| other.split == *number)
    };
    (1..=u8::MAX).rev().find(|number| !is_taken(number)).unwrap_or(0)
}
