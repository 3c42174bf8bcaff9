//! Half days of leave: where the scheduled time of a workday is divided into its first and its second half.
//! - Takes:  the scheduled shifts of a workday; how the shift's template says that it is divided.
//! - Gives:  the part of the workday that leave of half a day covers.
//! - Runs:   when leave is laid out (see `leave`).
//! - Edges:  the boundary is that of the day's shift to work, also of all blocks of a split shift. Shifts that are given
//!   by their times, or several on one workday, are divided in the middle between the first start and the last end; with
//!   an odd number of seconds the first half is the shorter one. A half-day holiday does not move the boundary. Without a shift to work, planned overtime is divided so.
//!   `midpoint_without_breaks` divides the planned time: of breaks that follow the first half, none belongs to it.
//!   `at_break` takes the break whose middle is nearest to the middle of the shift, of two as near the earlier; the gap
//!   between two blocks is one. A clock time that a clock change leaves out moves forward.
//!   Without a scheduled shift each half is worth half of `day_length`.
//! - Source: employer policy; China, attendance systems with half days of leave (上半天, 下半天).
//! - Shown:  timecards/leave/half_days.md

use alloc::vec::Vec;

use crate::card::ScheduledShift;
use crate::coded::coded;
use crate::codes::{DayHalf, RosterKind};
use crate::shape::breaks::template_breaks;
use crate::shape::day_parts::NotExpected;
use crate::shape::schedule;
use crate::time::{Seconds, Timestamp, WallTime, Workday};
use crate::timecard::Inputs;
use crate::zone::{Fold, ZoneCursor};

/// Where a named shift is divided into halves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HalfDaySplit {
    /// In the middle between its start and its end.
    #[default]
    Midpoint,
    /// Where half of its planned time is over.
    MidpointWithoutBreaks,
    /// At a break.
    AtBreak,
    /// At a clock time: seconds of the workday, inside the shift.
    At(i32),
}

coded! {
    /// The kinds of [`HalfDaySplit`] that have a word; a clock time is written as one.
    HalfDaySplitKind {
        /// In the middle between its start and its end.
        Midpoint = 0 "midpoint",
        /// Where half of its planned time is over.
        MidpointWithoutBreaks = 1 "midpoint_without_breaks",
        /// At a break.
        AtBreak = 2 "at_break",
    }
}

/// What each half of a workday without a scheduled shift is worth.
pub(super) fn shares(day_length: Seconds) -> [(DayHalf, Seconds); 2] {
    let first = Seconds(day_length.0 / 2);
    [(DayHalf::First, first), (DayHalf::Second, day_length.beyond(first))]
}

/// From when to when half a workday lasts; all of time on a workday without a scheduled shift.
pub(super) fn part(
    half: DayHalf,
    workday: Workday,
    inputs: &Inputs<'_>,
    (scheduled, not_expected): (&[ScheduledShift], &[NotExpected]),
    clock: &mut ZoneCursor<'_>,
) -> (Timestamp, Timestamp) {
    let (from, until) = (Timestamp(i64::MIN), Timestamp(i64::MAX));
    match (half, boundary(workday, inputs, (scheduled, not_expected), clock)) {
        (_, None) => (from, until),
        (DayHalf::First, Some(boundary)) => (from, boundary),
        (DayHalf::Second, Some(boundary)) => (boundary, until),
    }
}

/// The instant between the halves of a workday; `None` without a scheduled shift.
fn boundary(
    workday: Workday,
    inputs: &Inputs<'_>,
    (scheduled, not_expected): (&[ScheduledShift], &[NotExpected]),
    clock: &mut ZoneCursor<'_>,
) -> Option<Timestamp> {
    let of_day = || scheduled.iter().filter(move |shift| shift.workday == workday);
    let has_work = of_day().any(|shift| shift.kind == RosterKind::Work);
    let divided = || of_day().filter(move |shift| shift.kind == RosterKind::Work || !has_work);
    let first = divided().next()?;
    // The shift as it was planned, also where a half-day holiday has shortened it.
    let left_out = || not_expected.iter().filter(move |left_out| left_out.workday == workday);
    let start = left_out().map(|left_out| left_out.start).fold(first.start, Timestamp::min);
    let ends = divided().map(|shift| shift.planned_end).chain(left_out().map(|left_out| left_out.end));
    let end = ends.fold(first.planned_end, Timestamp::max);
    let middle = start.after(Seconds(end.since(start).0 / 2));
    let named = first.template.filter(|_| divided().all(|shift| shift.template == first.template));
    let plan = inputs.plan_of_scheduled(first);
    let Some(index) = named else { return Some(middle) };
    let Some(template) = plan.schedule.templates.get(usize::from(index)) else { return Some(middle) };
    let planned = |clock: &mut ZoneCursor<'_>| {
        let blocks: Vec<ScheduledShift> =
            schedule::by_template(clock, plan, workday, index).into_iter().flatten().collect();
        stretches(inputs, blocks.iter(), clock)
    };
    match template.half_day_split {
        HalfDaySplit::Midpoint => Some(middle),
        HalfDaySplit::MidpointWithoutBreaks => half_planned(&planned(clock)),
        HalfDaySplit::AtBreak => Some(at_break(&planned(clock), middle)),
        HalfDaySplit::At(second) => {
            Some(clock.instant(WallTime::on(workday, second), Fold::Earlier).max(start).min(end))
        }
    }
}

/// A stretch of time.
pub(super) type Stretch = (Timestamp, Timestamp);

/// The planned time of shifts: their blocks less the breaks, in order.
pub(super) fn stretches<'a>(
    inputs: &Inputs<'_>,
    blocks: impl Iterator<Item = &'a ScheduledShift>,
    clock: &mut ZoneCursor<'_>,
) -> Vec<Stretch> {
    let mut stretches = Vec::new();
    for block in blocks {
        let mut from = block.start;
        for (start, end) in template_breaks(inputs, block, clock) {
            stretches.push((from, start.min(block.planned_end)));
            from = end.max(from);
        }
        stretches.push((from, block.planned_end));
    }
    stretches.retain(|(start, end)| start < end);
    stretches
}

/// Where half of the planned time is over.
fn half_planned(stretches: &[Stretch]) -> Option<Timestamp> {
    let length = |stretch: &Stretch| stretch.1.since(stretch.0);
    let planned: Seconds = stretches.iter().map(length).sum();
    let mut left = Seconds(planned.0 / 2);
    for stretch in stretches {
        if left <= length(stretch) {
            return Some(stretch.0.after(left));
        }
        left = left.beyond(length(stretch));
    }
    None
}

/// The start of the break that is nearest to the middle; the middle itself on a day when clocks leave out every break.
fn at_break(stretches: &[Stretch], middle: Timestamp) -> Timestamp {
    // Twice the distance of the middle of a break, so that no half second is lost.
    let distance = |pause: &Stretch| (pause.0.0 - middle.0 + pause.1.0 - middle.0).unsigned_abs();
    let between = stretches.iter().zip(stretches.iter().skip(1)).map(|(before, after)| (before.1, after.0));
    let pauses = between.filter(|(start, end)| start < end);
    pauses.min_by_key(distance).map_or(middle, |pause| pause.0)
}
