//! Expectation: the time that a workday expects, compared with the time worked.
//! - Takes:  the scheduled shifts of a workday with their breaks, or a length for workdays without clock times; spans
//!   of work and of leave.
//! - Gives:  `undertime` and `over_schedule`, each with its measure; `absent` on a day that has a length only.
//! - Keeps:  all time.
//! - Runs:   after leave, beside attendance.
//! - Edges:  a workday expects the planned time of its scheduled shifts, as they were moved: their seconds, each once, less the breaks of
//!   their templates, less fixed breaks, less the automatic break that is due when the shifts are worked as planned.
//!   A roster row without clock times expects its length, whatever the type of the day, beside scheduled shifts too; so
//!   does one whose end is free (see `free_end`). On a
//!   card without schedule facts, a working day without a scheduled shift expects the length of its weekday.
//!   Approved leave within the planned time, and leave as an amount, is taken off; on a day with a length, all leave.
//!   Work of a worked shift that matches a scheduled one counts on the workday of that one, other work on its
//!   reporting workday; that of call-backs counts on none. A workday is judged once `as_of` reaches the end of
//!   its last scheduled shift, or of the day, unless a punch is missing: then its work is not known. A workday without
//!   punches and leave is not judged: `absent` says what is lacking.
//! - Source: employer policy; a working-time account compares each day so.
//! - Shown:  timecards/attendance/expectation.md, expected_hours.md

#![allow(clippy::indexing_slicing, reason = "the indexes are those of the lists of one card, kept by this phase")]

use alloc::vec::Vec;

use crate::card::{CardState, Pair, PunchRole, ScheduledShift, Span, SpanState, WorkedShift};
use crate::coded::coded;
use crate::codes::{ExceptionCode, RuleId};
use crate::shape::breaks::{Measures, most_due, template_breaks};
use crate::shape::calendar;
use crate::time::{Seconds, Timestamp, Workday};
use crate::timecard::Inputs;
use crate::zone::ZoneCursor;

/// What workdays expect, and when more or less is an exception.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expectation {
    /// Less work than expected by more than this is `undertime`, measured by all that is lacking. `None`: not checked.
    pub undertime_beyond: Option<Seconds>,
    /// More work than expected by more than this is `over_schedule`, measured by all that is more. `None`: not checked.
    pub over_schedule_beyond: Option<Seconds>,
    /// Which work makes up for the time expected.
    pub counts: WorkThatCounts,
    /// Whether the planned time before the first work or leave of a scheduled shift is undertime; `late_in` reports it
    /// as well. Without scheduled shifts it has no meaning.
    pub lateness_counts: bool,
    /// For each weekday from Monday: what it expects, on working days without a scheduled shift, for cards without a
    /// single schedule fact.
    pub hours: [Option<Seconds>; 7],
}

coded! {
    /// Which work makes up for the time that a workday expects.
    WorkThatCounts {
        /// All work of the workday.
        All = 0 "all",
        /// Work within the planned time only; work outside makes up for nothing. A day with a length only counts all.
        WithinPlanned = 1 "within_planned",
    }
}

impl Default for Expectation {
    fn default() -> Expectation {
        Expectation {
            undertime_beyond: None,
            over_schedule_beyond: None,
            counts: WorkThatCounts::All,
            lateness_counts: true,
            hours: [None; 7],
        }
    }
}

impl Expectation {
    /// Whether any workday is judged.
    pub(crate) fn acts(&self) -> bool {
        self.undertime_beyond.is_some() || self.over_schedule_beyond.is_some() || self.has_hours()
    }

    fn has_hours(&self) -> bool {
        self.hours != [None; 7]
    }
}

/// A stretch, `[start, end)`.
type Stretch = (Timestamp, Timestamp);

/// The planned time of one workday.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scratch {
    /// Planned stretches without breaks.
    planned: Vec<Stretch>,
    /// Those of one scheduled shift.
    of_shift: Vec<Stretch>,
}

/// What is known of one workday.
#[derive(Clone, Copy, Debug)]
struct Day {
    workday: Workday,
    /// Where its exceptions are.
    at: Timestamp,
    /// From here on it is judged.
    ends: Timestamp,
    /// Planned, less breaks.
    planned: Seconds,
    /// Approved leave in place of planned time.
    leave: Seconds,
    /// Planned time before the first work or leave of each shift.
    lateness: Seconds,
    /// Work within planned time.
    within: Seconds,
    /// Whether some of what it expects may be worked at any time.
    at_any_time: bool,
    /// Whether no work is too much: a scheduled shift has neither an end nor a length.
    unlimited: bool,
}

/// Compares what the workdays of the pay period expect with their work.
pub(super) fn judge(inputs: &Inputs<'_>, state: &mut CardState, scratch: &mut Scratch) {
    let roster = &inputs.card.schedule;
    if !inputs.timeline.needs().expectation && roster.hours.is_empty() {
        return;
    }
    let clock = &mut ZoneCursor::new(inputs.card.zone);
    for index in 0..state.scheduled.len() {
        let workday = state.scheduled[index].workday;
        let is_first = state.scheduled[..index].iter().all(|earlier| earlier.workday != workday);
        if is_first && inputs.window.pay_period.contains(workday) && inputs.timeline.at(workday).expectation.acts() {
            let day = by_schedule(workday, inputs, state, scratch, clock);
            judge_scheduled(&day, inputs, state);
        }
    }
    if roster.workday.is_empty() || !roster.hours.is_empty() {
        for workday in inputs.window.pay_period.first.0..=inputs.window.pay_period.last.0 {
            if let Some(day) = by_hours(Workday(workday), inputs, state, clock) {
                judge_hours(&day, inputs, state);
            }
        }
    }
}

/// What a workday with scheduled shifts expects, and what is within its planned time.
fn by_schedule(
    workday: Workday,
    inputs: &Inputs<'_>,
    state: &CardState,
    scratch: &mut Scratch,
    clock: &mut ZoneCursor<'_>,
) -> Day {
    let Scratch { planned, of_shift } = scratch;
    planned.clear();
    let mut measures = Measures::default();
    let (mut segments, mut segment, mut first) = (0, None, None);
    let mut lateness = Seconds::ZERO;
    let expected_on = inputs.card.schedule.expected_on(workday);
    let mut free = FreeTime { expects: expected_on.unwrap_or_default(), ..FreeTime::default() };
    // What a shift expects without an end stays expected however late it begins.
    let lasts = |shift: &&ScheduledShift| shift.moved_start < shift.moved_end || shift.free_end;
    for shift in state.scheduled.iter().filter(|shift| shift.workday == workday).filter(lasts) {
        stretches(inputs, shift, clock, of_shift);
        let arrival = covering(state, of_shift).map(|(span, stretch)| span.start.max(stretch.0)).min();
        lateness = lateness.plus(arrival.map_or(Seconds::ZERO, |arrival| within(of_shift, shift.moved_start, arrival)));
        if shift.free_end {
            free.add(shift, state);
            continue;
        }
        planned.extend_from_slice(of_shift);
        first = first.or(Some(shift.moved_start));
        segment = match segment {
            Some((start, end)) if shift.moved_start <= end => Some((start, shift.moved_end.max(end))),
            closed => {
                add_segment(closed, &mut measures, &mut segments);
                Some((shift.moved_start, shift.moved_end))
            }
        };
    }
    add_segment(segment, &mut measures, &mut segments);
    unite(planned);
    measures.net = planned.iter().map(|stretch| stretch.1.since(stretch.0)).sum();
    let of_day = || state.scheduled.iter().filter(|shift| shift.workday == workday);
    let at = of_day().map(|shift| shift.start).min().unwrap_or_default();
    let ends = of_day().map(|shift| shift.moved_end).max().unwrap_or_default();
    measures.span = segment.map_or(Seconds::ZERO, |last| last.1.since(first.unwrap_or(last.0)));
    let rules = inputs.timeline.at(workday).breaks.auto_deduct.iter();
    let fits = rules.filter(|rule| {
        let of_tag = |row: &ScheduledShift| inputs.tags.fits(rule.tags, row.tag.or(inputs.card.tag_on(workday)));
        rule.only_if_segments.is_none_or(|only| u32::from(only) == segments) && of_day().all(of_tag)
    });
    let due = most_due(fits, |_| measures, |_| Seconds::ZERO).map_or(Seconds::ZERO, |due| due.1);
    let overlap = |(span, stretch): (&Span, Stretch)| span.end.min(stretch.1).since(span.start.max(stretch.0));
    let of_state = |is_leave: bool| {
        let spans = covering(state, planned);
        spans.filter(move |(span, _)| (span.state == SpanState::Leave) == is_leave).map(overlap).sum::<Seconds>()
    };
    Day {
        workday,
        at,
        ends,
        planned: measures.net.beyond(due).plus(free.expects),
        leave: of_state(true).plus(free.leave).plus(leave_amounts(workday, state)),
        lateness,
        within: of_state(false),
        at_any_time: !free.expects.is_zero(),
        unlimited: free.is_unlimited,
    }
}

/// What the rows of a workday expect that say no end.
#[derive(Clone, Copy, Debug, Default)]
struct FreeTime {
    expects: Seconds,
    /// Leave in place of it.
    leave: Seconds,
    is_unlimited: bool,
}

impl FreeTime {
    /// Adds a scheduled shift whose end is free.
    fn add(&mut self, shift: &ScheduledShift, state: &CardState) {
        if shift.planned.is_zero() {
            self.is_unlimited = true;
            return;
        }
        let on_leave = state.spans.iter().filter(|span| span.state == SpanState::Leave);
        let inside = on_leave.map(|span| span.end.min(shift.planned_end).since(span.start.max(shift.start)));
        self.leave = self.leave.plus(inside.sum());
        self.expects = self.expects.plus(shift.planned);
    }
}

fn add_segment(segment: Option<Stretch>, measures: &mut Measures, segments: &mut u32) {
    if let Some((start, end)) = segment {
        measures.add_segment(end.since(start));
        *segments += 1;
    }
}

/// What a working day without clock times expects.
fn by_hours(workday: Workday, inputs: &Inputs<'_>, state: &CardState, clock: &mut ZoneCursor<'_>) -> Option<Day> {
    let roster = &inputs.card.schedule;
    let by_row = roster.expected_on(workday);
    let hours = &inputs.timeline.at(workday).expectation.hours;
    let by_weekday = hours.get(workday.weekday() as usize).copied().flatten().filter(|_| roster.workday.is_empty());
    let planned = by_row.or(by_weekday)?;
    let is_planned = state.scheduled.iter().any(|shift| shift.workday == workday);
    // A row says to work, whatever the day is.
    let is_working = || by_row.is_some() || calendar::of_card(inputs, &state.last_worked, workday).is_working();
    if is_planned || !inputs.card.employs(workday) || !is_working() {
        return None;
    }
    let of_day = |span: &&Span| span.state == SpanState::Leave && span.reporting_workday == workday;
    let leave: Seconds = state.spans.iter().filter(of_day).map(Span::length).sum();
    Some(Day {
        workday,
        at: clock.midnight(workday),
        ends: clock.midnight(workday.plus(1)),
        planned,
        leave: leave.plus(leave_amounts(workday, state)),
        lateness: Seconds::ZERO,
        within: Seconds::ZERO,
        at_any_time: true,
        unlimited: false,
    })
}

fn leave_amounts(workday: Workday, state: &CardState) -> Seconds {
    let of_day = state.quantities.iter().filter(|quantity| quantity.workday == workday);
    let amounts = of_day.filter(|quantity| quantity.reason.rule == RuleId::LEAVE);
    amounts.fold(Seconds::ZERO, |sum, quantity| sum.plus(Seconds(quantity.amount)))
}

fn judge_scheduled(day: &Day, inputs: &Inputs<'_>, state: &mut CardState) {
    let rules = &inputs.timeline.at(day.workday).expectation;
    let Some(work) = work_of(day.workday, state) else { return };
    if inputs.window.as_of < day.ends || !work.present && day.leave.is_zero() {
        return;
    }
    let expected = day.planned.beyond(day.leave);
    let counted = match rules.counts {
        WorkThatCounts::All => work.total,
        WorkThatCounts::WithinPlanned if day.at_any_time => work.total,
        WorkThatCounts::WithinPlanned => day.within,
    };
    let lacking = expected.beyond(counted);
    let lacking = if rules.lateness_counts { lacking } else { lacking.beyond(day.lateness) };
    compare(rules, day, lacking, work.total.beyond(expected), state);
}

fn judge_hours(day: &Day, inputs: &Inputs<'_>, state: &mut CardState) {
    let plan = inputs.timeline.at(day.workday);
    let Some(work) = work_of(day.workday, state) else { return };
    if !work.present && day.leave.is_zero() {
        let delay = plan.attendance.absence_delay;
        if delay.is_some_and(|delay| inputs.window.as_of >= day.ends.after(delay)) {
            state.notice(ExceptionCode::Absent, day.workday, day.at, day.planned);
        }
    } else if inputs.window.as_of >= day.ends {
        let expected = day.planned.beyond(day.leave);
        compare(&plan.expectation, day, expected.beyond(work.total), work.total.beyond(expected), state);
    }
}

fn compare(rules: &Expectation, day: &Day, lacking: Seconds, more: Seconds, state: &mut CardState) {
    if rules.undertime_beyond.is_some_and(|limit| lacking > limit) {
        state.notice(ExceptionCode::Undertime, day.workday, day.at, lacking);
    }
    if !day.unlimited && rules.over_schedule_beyond.is_some_and(|limit| more > limit) {
        state.notice(ExceptionCode::OverSchedule, day.workday, day.at, more);
    }
}

/// The work that counts on a workday.
struct Work {
    total: Seconds,
    /// Whether a worked shift belongs to the workday.
    present: bool,
}

/// The work of a workday; `None` while a punch is missing.
fn work_of(workday: Workday, state: &CardState) -> Option<Work> {
    let CardState { scheduled, shifts, spans, shown_on, .. } = state;
    let planned_for = |shift: &WorkedShift| shift.scheduled.map(|index| scheduled[index as usize].workday);
    let mut work = Work { total: Seconds::ZERO, present: false };
    for (shift, shown_on) in shifts.iter().zip(shown_on) {
        if shift.callback || planned_for(shift).unwrap_or(*shown_on) != workday {
            continue;
        }
        work.present = true;
        if misses_a_punch(shift, state) {
            return None;
        }
    }
    let is_callback = |shift: u32| shifts[shift as usize].callback;
    for span in spans.iter().filter(|span| span.state.is_work() && !span.shift.is_some_and(is_callback)) {
        let planned_for = span.shift.and_then(|index| planned_for(&shifts[index as usize]));
        if planned_for.unwrap_or(span.reporting_workday) == workday {
            work.total = work.total.plus(span.length());
        }
    }
    Some(work)
}

/// Whether a punch of a worked shift misses its other side, which was not filled in.
pub(super) fn misses_a_punch(shift: &WorkedShift, state: &CardState) -> bool {
    let pairs = &state.pairs[shift.first_pair as usize..shift.last_pair as usize];
    let own = &state.punches[shift.first_punch as usize..shift.last_punch as usize];
    own.iter().any(|punch| misses_other_side(punch.role) && !is_filled_in(punch.at, pairs))
}

const fn misses_other_side(role: PunchRole) -> bool {
    match role {
        PunchRole::MissesOut | PunchRole::MissesIn => true,
        PunchRole::Unused | PunchRole::Opens | PunchRole::Closes | PunchRole::ClosesAndOpens => false,
    }
}

/// Whether a punch is an end of a pair that was filled in.
pub(crate) fn is_filled_in(at: Timestamp, pairs: &[Pair]) -> bool {
    pairs.iter().any(|pair| pair.imputed && (pair.raw_start == at || pair.raw_end == at))
}

/// Fills `stretches` with the planned time of a scheduled shift, in order: without the breaks of its template and
/// without fixed breaks.
pub(crate) fn stretches(
    inputs: &Inputs<'_>,
    shift: &ScheduledShift,
    clock: &mut ZoneCursor<'_>,
    stretches: &mut Vec<Stretch>,
) {
    less_breaks(inputs, shift, (shift.moved_start, shift.moved_end), clock, stretches);
}

/// Fills `stretches` with the part of a stretch of a scheduled shift that is no break of it.
pub(super) fn less_breaks(
    inputs: &Inputs<'_>,
    shift: &ScheduledShift,
    stretch: Stretch,
    clock: &mut ZoneCursor<'_>,
    stretches: &mut Vec<Stretch>,
) {
    stretches.clear();
    stretches.push(stretch);
    for taken in template_breaks(inputs, shift, clock) {
        take_off(taken, stretches);
    }
    let plan = inputs.plan_of_scheduled(shift);
    if plan.breaks.fixed.is_empty() {
        return;
    }
    let (first, last) = (clock.date_at(stretch.0).plus(-1), clock.date_at(stretch.1));
    let tag = shift.tag.or(inputs.card.tag_on(shift.workday));
    for fixed in plan.breaks.fixed.iter().filter(|fixed| inputs.tags.fits(fixed.tags, tag)) {
        for date in first.0..=last.0 {
            take_off(fixed.on(Workday(date), clock), stretches);
        }
    }
}

/// Takes one stretch off others.
pub(super) fn take_off((start, end): Stretch, stretches: &mut Vec<Stretch>) {
    let mut index = 0;
    while index < stretches.len() {
        let (from, to) = stretches[index];
        if start >= end || end <= from || to <= start {
            index += 1;
            continue;
        }
        stretches.remove(index);
        for rest in [(end, to), (from, start)] {
            if rest.0 < rest.1 {
                stretches.insert(index, rest);
            }
        }
        // What is left before the break does not meet it again.
        index += usize::from(from < start);
    }
}

/// Orders stretches and unites those that overlap or touch.
fn unite(stretches: &mut Vec<Stretch>) {
    stretches.sort_unstable();
    stretches.dedup_by(|next, before| {
        let meets = next.0 <= before.1;
        before.1 = if meets { before.1.max(next.1) } else { before.1 };
        meets
    });
}

/// Work and leave that overlap planned stretches, with the stretch. Call-backs make up for nothing.
fn covering<'s>(state: &'s CardState, stretches: &'s [Stretch]) -> impl Iterator<Item = (&'s Span, Stretch)> {
    let is_callback = |shift: u32| state.shifts[shift as usize].callback;
    let is_other = move |span: &&Span| !span.shift.is_some_and(is_callback);
    let covers = |span: &&Span| span.state.is_work() || span.state == SpanState::Leave;
    state.spans.iter().filter(covers).filter(is_other).flat_map(move |span| {
        let overlapping = stretches.iter().filter(|stretch| span.start < stretch.1 && stretch.0 < span.end);
        overlapping.map(move |stretch| (span, *stretch))
    })
}

/// How much of the stretches lies in `[from, to)`.
pub(crate) fn within(stretches: &[Stretch], from: Timestamp, to: Timestamp) -> Seconds {
    stretches.iter().map(|stretch| stretch.1.min(to).since(stretch.0.max(from))).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp(second)
    }

    #[test]
    fn breaks_are_taken_off_wherever_they_lie() {
        let mut stretches = alloc::vec![(at(10), at(20))];
        take_off((at(0), at(10)), &mut stretches);
        take_off((at(12), at(14)), &mut stretches);
        take_off((at(13), at(15)), &mut stretches);
        take_off((at(18), at(30)), &mut stretches);
        take_off((at(16), at(16)), &mut stretches);
        assert_eq!(stretches, [(at(10), at(12)), (at(15), at(18))]);
        assert_eq!(within(&stretches, at(11), at(16)), Seconds(2));
        take_off((at(0), at(50)), &mut stretches);
        assert!(stretches.is_empty());
    }

    #[test]
    fn stretches_of_several_shifts_count_once() {
        let mut stretches = alloc::vec![(at(13), at(16)), (at(8), at(12)), (at(11), at(17)), (at(17), at(18))];
        unite(&mut stretches);
        assert_eq!(stretches, [(at(8), at(18))]);
    }
}
