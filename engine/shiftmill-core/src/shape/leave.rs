//! Leave and work: what approved leave pays, and what happens when it overlaps work.
//! - Takes:  approved leave known at `as_of`, worked spans, scheduled shifts.
//! - Gives:  leave spans (instants known) or leave quantities (amounts only); `leave_worked`, `leave_overlap`.
//! - Keeps:  no second is both worked and leave.
//! - Runs:   after breaks, before the comparison with the schedule.
//! - Edges:  whole-workday leave covers the day's scheduled shifts less the breaks of their templates; without a
//!   scheduled shift it is what roster rows without clock times expect, else `day_length`, as an amount, once per workday,
//!   and nothing on a rest day or holiday unless its code counts calendar days or something is expected. Leave of half a
//!   day is the same for half of it (see `half_day`). Of a shift without length (see
//!   `schedule`) it covers nothing. Leave between instants covers exactly these seconds, as far as the days of the
//!   facts go. Amounts never overlap anything. Leave on workdays outside of employment does not count.
//!   The first leave in order of start wins where two overlap (then the earlier end, then the lower code); whole-day
//!   leave starts with the first scheduled shift of the day, without one at midnight. One `leave_overlap` per losing
//!   leave and workday, and one `leave_worked` per workday: at the first such second, measured by all of them.
//!   Leave never takes seconds that were deducted as a break, unless leave wins: then it takes them too.
//!   Whole-day leave belongs to its workday. Leave between instants is cut at local midnight (at `opens_at` for the
//!   `divide_time` modes), each second on the date that contains it; under `schedule_label` a second inside a scheduled
//!   shift belongs to that shift's workday instead.
//! - Source: employer policy; China, Regulations on Paid Annual Leave art. 3 (holidays and rest days are no annual leave);
//!   whether leave counts toward overtime is each tier's own setting.
//! - Shown:  timecards/leave/leave_and_work.md, whole_days.md, half_days.md

#![allow(clippy::indexing_slicing, reason = "the indexes are those of the lists of one card, kept by this phase")]

use alloc::vec::Vec;

use crate::card::{CardState, Noticed, Quantity, ScheduledShift, Span, SpanState};
use crate::coded::coded;
use crate::codes::{DayHalf, DayType, ExceptionCode, PayCode, RuleId};
use crate::evaluation::EvaluationError;
use crate::plan::Plan;
use crate::reason::{Because, Reason};
use crate::shape::breaks::{merge as merge_spans, template_breaks};
use crate::shape::calendar;
use crate::shape::half_day;
use crate::shape::workdays::{Attribution, WorkdayWindow, Workdays};
use crate::tags::TagId;
use crate::time::{Seconds, Timestamp, Workday};
use crate::timecard::{Inputs, Leave, LeaveTime};
use crate::zone::ZoneCursor;

/// Leave settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaveRules {
    /// The kinds of leave; a fact names one by index.
    pub codes: Vec<LeaveCode>,
    /// Which one wins where leave and work overlap.
    pub versus_work: LeaveVersusWork,
    /// What whole-day leave is worth on a workday without a scheduled shift.
    pub day_length: Seconds,
    /// Leave that touches the scheduled start (end) moves the expected start (end) to the leave's end (start); when
    /// the leave then touches a break of the shift's template, to that break's end (start); and so on through leave
    /// that touches this. A shift of which nothing is left is on leave, whatever this setting: nothing is compared.
    pub relocates_schedule: bool,
}

/// One kind of leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeaveCode {
    /// What it pays to; a base-layer code whose `paid` says whether it is paid.
    pub pays_to: PayCode,
    /// Which days without a scheduled shift whole-day leave costs.
    pub counts: LeaveDays,
}

coded! {
    /// Which days without a scheduled shift whole-day leave costs.
    #[derive(Default)]
    LeaveDays {
        /// Days on which work is expected. Rest days and holidays inside leave cost none.
        #[default]
        WorkingDays = 0 "working_days",
        /// All days, as leave that the law or the contract states in calendar days (such as maternity leave).
        CalendarDays = 1 "calendar_days",
    }
}

coded! {
    /// Which one wins where leave and work overlap.
    LeaveVersusWork {
        /// Work wins, leave shrinks, `leave_worked` is raised.
        WorkWinsFlag = 0 "work_wins_flag",
        /// Work wins, leave shrinks, and no exception is raised.
        WorkWins = 1 "work_wins",
        /// Leave wins: the worked seconds inside it are not paid as work. `leave_worked` is raised.
        LeaveWins = 2 "leave_wins",
    }
}

impl Default for LeaveRules {
    fn default() -> LeaveRules {
        LeaveRules {
            codes: Vec::new(),
            versus_work: LeaveVersusWork::WorkWinsFlag,
            day_length: Seconds::hours(8),
            relocates_schedule: true,
        }
    }
}

/// Approved leave as a stretch of time, before work is taken out of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LeavePiece {
    pub(crate) start: Timestamp,
    pub(crate) end: Timestamp,
    overtime_workday: Workday,
    reporting_workday: Workday,
    code: PayCode,
}

/// The claim of one leave on time: from where to where, its code, its number among the facts.
type Claim = (Timestamp, Timestamp, u16, u32);

/// Leave on its way into layer A.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scratch {
    /// Leave facts by number, in the order in which they claim time.
    order: Vec<Claim>,
    /// The parts of one leave.
    own: Vec<LeavePiece>,
    /// The halves of workdays without a scheduled shift that are on leave.
    halves: Vec<(Workday, DayHalf)>,
    /// The template's breaks of one scheduled shift.
    breaks: Vec<(Timestamp, Timestamp)>,
    /// The rest of the leave outside of work.
    spans: Vec<Span>,
}

/// Adds leave to the spans and quantities, and moves the expected times of the scheduled shifts. `spare` is scratch for
/// the rewritten spans.
///
/// # Errors
/// When leave names a code that the ruleset does not have, or ends before it begins.
pub(super) fn merge(
    inputs: &Inputs<'_>,
    state: &mut CardState,
    scratch: &mut Scratch,
    spare: &mut Vec<Span>,
) -> Result<(), EvaluationError> {
    state.leave.clear();
    if inputs.card.leave.is_empty() {
        return Ok(());
    }
    scratch.halves.clear();
    let clock = &mut ZoneCursor::new(inputs.card.zone);
    order(inputs, state, &mut scratch.order, clock)?;
    for index in 0..scratch.order.len() {
        let (_, _, _, number) = scratch.order[index];
        let leave = &inputs.card.leave[number as usize];
        lay_out(leave, inputs, state, scratch, clock);
        place(&scratch.own, state);
    }
    relocate(inputs, state, &mut scratch.breaks, clock);
    settle_with_work(inputs, state, &mut scratch.spans, spare);
    Ok(())
}

/// The plan by which one leave is read: that of its workday, or of the local date of its start.
fn plan_of<'a>(leave: &Leave, inputs: &Inputs<'a>, clock: &mut ZoneCursor<'_>) -> &'a Plan {
    match leave.time {
        LeaveTime::Span { start, .. } => inputs.timeline.at(clock.date_at(start)),
        LeaveTime::Workday(workday) | LeaveTime::HalfDay(workday, _) | LeaveTime::Amount(workday, _) => {
            inputs.timeline.at(workday)
        }
    }
}

/// Checks all leave, and orders what is known at `as_of`: by start, end, code.
fn order(
    inputs: &Inputs<'_>,
    state: &CardState,
    order: &mut Vec<Claim>,
    clock: &mut ZoneCursor<'_>,
) -> Result<(), EvaluationError> {
    order.clear();
    for (leave, number) in inputs.card.leave.iter().zip(0_u32..) {
        if usize::from(leave.code) >= plan_of(leave, inputs, clock).leave.codes.len() {
            return Err(EvaluationError::UnknownLeave { index: number, code: leave.code });
        }
        let (start, end) = match leave.time {
            LeaveTime::Span { start, end } if end <= start => {
                return Err(EvaluationError::LeaveBackwards { index: number });
            }
            LeaveTime::Span { start, end } => (start, end),
            LeaveTime::Workday(workday) | LeaveTime::HalfDay(workday, _) => {
                let of_day = || state.scheduled.iter().filter(|shift| shift.workday == workday);
                let midnight = clock.midnight(workday);
                let start = of_day().map(|shift| shift.start).min().unwrap_or(midnight);
                let end = of_day().map(|shift| shift.planned_end).max().unwrap_or(clock.midnight(workday.plus(1)));
                (start, end)
            }
            LeaveTime::Amount(workday, _) => (clock.midnight(workday), clock.midnight(workday.plus(1))),
        };
        if leave.recorded_at <= inputs.window.as_of {
            order.push((start, end, leave.code, number));
        }
    }
    order.sort_unstable();
    Ok(())
}

/// Puts the stretches of one leave into `own`, or adds its amount.
fn lay_out(
    leave: &Leave,
    inputs: &Inputs<'_>,
    state: &mut CardState,
    scratch: &mut Scratch,
    clock: &mut ZoneCursor<'_>,
) {
    let plan = plan_of(leave, inputs, clock);
    let CardState { scheduled, not_expected, quantities, noticed, .. } = state;
    let Scratch { own, halves, .. } = scratch;
    let LeaveCode { pays_to: code, counts } = plan.leave.codes[usize::from(leave.code)];
    own.clear();
    match leave.time {
        LeaveTime::Span { start, end } => {
            let facts = inputs.window.facts;
            let start = start.max(clock.midnight(facts.first));
            let end = end.min(clock.midnight(facts.last.plus(1)));
            lay_between(start, end, code, &plan.workdays, scheduled, clock, own);
            own.retain(|piece| inputs.card.employs(piece.reporting_workday));
        }
        LeaveTime::Workday(workday) | LeaveTime::HalfDay(workday, _) | LeaveTime::Amount(workday, _)
            if !inputs.card.employs(workday) => {}
        LeaveTime::Workday(workday) | LeaveTime::HalfDay(workday, _) => {
            for shift in scheduled.iter().filter(|shift| shift.workday == workday) {
                let mut piece = LeavePiece {
                    start: shift.start,
                    end: shift.planned_end,
                    overtime_workday: workday,
                    reporting_workday: workday,
                    code,
                };
                for (start, end) in template_breaks(inputs, shift, clock) {
                    own.push(LeavePiece { end: start.min(piece.end), ..piece });
                    piece.start = end.max(piece.start);
                }
                own.push(piece);
                own.retain(|piece| piece.start < piece.end);
            }
            let half = match leave.time {
                LeaveTime::HalfDay(_, half) => Some(half),
                LeaveTime::Workday(_) | LeaveTime::Span { .. } | LeaveTime::Amount(..) => None,
            };
            if let Some(half) = half {
                let (from, until) = half_day::part(half, workday, inputs, (scheduled, not_expected), clock);
                own.iter_mut()
                    .for_each(|piece| (piece.start, piece.end) = (piece.start.max(from), piece.end.min(until)));
                own.retain(|piece| piece.start < piece.end);
            }
            let expected = inputs.card.schedule.expected_on(workday);
            let costs_nothing = counts == LeaveDays::WorkingDays
                && expected.is_none()
                && !calendar::of_card(inputs, &[], workday).is_working();
            let is_planned = scheduled.iter().any(|shift| shift.workday == workday)
                || not_expected.iter().any(|left_out| left_out.workday == workday);
            if costs_nothing || is_planned {
                return;
            }
            let shares = half_day::shares(expected.unwrap_or(plan.leave.day_length)).into_iter();
            let (mut gained, mut lost) = (None, None);
            for (each, share) in shares.filter(|(each, _)| half.is_none_or(|half| half == *each)) {
                let is_taken = halves.contains(&(workday, each));
                let sum = if is_taken { &mut lost } else { &mut gained };
                *sum = Some(sum.unwrap_or(Seconds::ZERO).plus(share));
                halves.push((workday, each));
            }
            if let Some(measure) = lost {
                let (code, at, rule) = (ExceptionCode::LeaveOverlap, clock.midnight(workday), RuleId::LEAVE);
                noticed.push(Noticed { code, workday, at, measure, rule, shift: None, says: None });
            }
            if let Some(measure) = gained {
                quantities.push(on_leave(workday, code, measure));
            }
        }
        LeaveTime::Amount(workday, amount) => quantities.push(on_leave(workday, code, amount)),
    }
}

fn on_leave(workday: Workday, code: PayCode, amount: Seconds) -> Quantity {
    Quantity { workday, code, amount: amount.0, reason: ON_LEAVE }
}

const ON_LEAVE: Reason = Reason { rule: RuleId::LEAVE, because: Because::OnLeave };

/// Lays leave between two instants out on its workdays.
fn lay_between(
    start: Timestamp,
    end: Timestamp,
    code: PayCode,
    rules: &Workdays,
    scheduled: &[ScheduledShift],
    clock: &mut ZoneCursor<'_>,
    own: &mut Vec<LeavePiece>,
) {
    let mut from = start;
    while from < end {
        let (overtime_workday, overtime_until) = label(rules.overtime, rules, from, scheduled, clock);
        let (reporting_workday, reporting_until) = label(rules.reporting, rules, from, scheduled, clock);
        let until = end.min(overtime_until).min(reporting_until);
        own.push(LeavePiece { start: from, end: until, overtime_workday, reporting_workday, code });
        from = until;
    }
}

/// The workday of leave at an instant, and until when it holds.
fn label(
    attribution: Attribution,
    rules: &Workdays,
    at: Timestamp,
    scheduled: &[ScheduledShift],
    clock: &mut ZoneCursor<'_>,
) -> (Workday, Timestamp) {
    let opens_at = match attribution {
        Attribution::DivideTime | Attribution::DivideTimeSplit => rules.opens_at,
        Attribution::StartDay
        | Attribution::EndDay
        | Attribution::Majority
        | Attribution::SplitMidnight
        | Attribution::ScheduleLabel => 0,
    };
    let window = WorkdayWindow::holding(at, opens_at, clock);
    if attribution != Attribution::ScheduleLabel {
        return (window.workday, window.end);
    }
    match scheduled.iter().find(|shift| shift.start <= at && at < shift.planned_end) {
        Some(shift) => (shift.workday, shift.planned_end),
        None => {
            let next = scheduled.iter().map(|shift| shift.start).filter(|start| *start > at).min();
            (window.workday, next.map_or(window.end, |next| next.min(window.end)))
        }
    }
}

/// Adds the stretches of one leave to those of the card where no earlier leave has the time.
fn place(own: &[LeavePiece], state: &mut CardState) {
    let CardState { leave: pieces, noticed, .. } = state;
    let lost = Losses::new(ExceptionCode::LeaveOverlap, noticed);
    for piece in own {
        let mut rest = *piece;
        let mut index = pieces.partition_point(|taken| taken.end <= rest.start);
        while let Some(taken) = pieces.get(index).copied().filter(|taken| taken.start < rest.end) {
            let before = LeavePiece { end: taken.start, ..rest };
            let (start, end) = (rest.start.max(taken.start), rest.end.min(taken.end));
            lost.add(rest.reporting_workday, start, end.since(start), noticed);
            rest.start = taken.end.max(rest.start);
            if before.start < before.end {
                pieces.insert(index, before);
                index += 1;
            }
            index += 1;
        }
        if rest.start < rest.end {
            pieces.insert(index, rest);
        }
    }
}

/// Gathers time that leave lost, one exception per workday.
struct Losses {
    code: ExceptionCode,
    /// Where among the exceptions noticed its own begin.
    first: usize,
}

impl Losses {
    fn new(code: ExceptionCode, noticed: &[Noticed]) -> Losses {
        Losses { code, first: noticed.len() }
    }

    /// Adds a loss; those of one workday come in order of time, but another workday may lie between them.
    fn add(&self, workday: Workday, at: Timestamp, measure: Seconds, noticed: &mut Vec<Noticed>) {
        let mut own = noticed[self.first..].iter_mut();
        match own.find(|noticed| noticed.workday == workday) {
            Some(noticed) => noticed.measure = noticed.measure.plus(measure),
            None => {
                let (code, rule) = (self.code, RuleId::LEAVE);
                noticed.push(Noticed { code, workday, at, measure, rule, shift: None, says: None });
            }
        }
    }
}

/// Moves the expected start and end of the scheduled shifts, and finds those that are wholly on leave.
fn relocate(
    inputs: &Inputs<'_>,
    state: &mut CardState,
    breaks: &mut Vec<(Timestamp, Timestamp)>,
    clock: &mut ZoneCursor<'_>,
) {
    let CardState { scheduled, leave: pieces, .. } = state;
    for shift in scheduled.iter_mut() {
        let first = pieces.partition_point(|piece| piece.end <= shift.start);
        let count = pieces[first..].iter().take_while(|piece| piece.start < shift.planned_end).count();
        let leave = &pieces[first..first + count];
        breaks.clear();
        breaks.extend(template_breaks(inputs, shift, clock));
        let start = expected_start(shift, leave, breaks);
        let end = expected_end(shift, leave, breaks);
        shift.on_leave = start > shift.start && start >= shift.planned_end;
        if inputs.plan_of_scheduled(shift).leave.relocates_schedule && !shift.on_leave {
            shift.expected_start = start;
            shift.expected_end = if shift.free_end { shift.end } else { end };
        }
    }
}

fn expected_start(shift: &ScheduledShift, leave: &[LeavePiece], breaks: &[(Timestamp, Timestamp)]) -> Timestamp {
    let past_breaks =
        |at: Timestamp| breaks.iter().fold(at, |at, (start, end)| if *start <= at && at < *end { *end } else { at });
    let mut expected = shift.start;
    for piece in leave {
        if piece.start > past_breaks(expected) {
            break;
        }
        expected = past_breaks(piece.end.max(expected));
    }
    expected.min(shift.planned_end)
}

fn expected_end(shift: &ScheduledShift, leave: &[LeavePiece], breaks: &[(Timestamp, Timestamp)]) -> Timestamp {
    let before_breaks = |at: Timestamp| {
        breaks.iter().rev().fold(at, |at, (start, end)| if *start < at && at <= *end { *start } else { at })
    };
    let mut expected = shift.end;
    for piece in leave.iter().rev() {
        if piece.end < before_breaks(expected) {
            break;
        }
        expected = before_breaks(piece.start.min(expected));
    }
    expected.max(shift.start)
}

/// Shortens work or leave where they overlap, and adds the rest of the leave to the spans.
fn settle_with_work(inputs: &Inputs<'_>, state: &mut CardState, leave_spans: &mut Vec<Span>, spare: &mut Vec<Span>) {
    let CardState { spans, leave: pieces, noticed, .. } = state;
    let wins = |piece: &LeavePiece| inputs.timeline.at(piece.reporting_workday).leave.versus_work;
    let worked = Losses::new(ExceptionCode::LeaveWorked, noticed);
    let mut displaces = false;
    leave_spans.clear();
    for piece in pieces.iter() {
        let versus_work = wins(piece);
        let first = spans.partition_point(|span| span.end <= piece.start);
        let mut from = piece.start;
        for span in spans[first..].iter().take_while(|span| span.start < piece.end) {
            let (start, end) = (span.start.max(piece.start), span.end.min(piece.end));
            if span.state.is_work() && versus_work != LeaveVersusWork::WorkWins {
                worked.add(piece.reporting_workday, start, end.since(start), noticed);
            }
            if versus_work == LeaveVersusWork::LeaveWins {
                displaces = true;
                continue;
            }
            if from < start {
                leave_spans.push(piece.span(from, start, inputs.card.tag_on(piece.reporting_workday)));
            }
            from = end;
        }
        if from < piece.end {
            leave_spans.push(piece.span(from, piece.end, inputs.card.tag_on(piece.reporting_workday)));
        }
    }
    if displaces {
        displace(spans, pieces, |piece| wins(piece) == LeaveVersusWork::LeaveWins, spare);
    }
    merge_spans(spans, leave_spans, spare);
}

impl LeavePiece {
    fn span(&self, start: Timestamp, end: Timestamp, tag: TagId) -> Span {
        Span {
            start,
            end,
            overtime_workday: self.overtime_workday,
            reporting_workday: self.reporting_workday,
            state: SpanState::Leave,
            day_type: DayType::Workday,
            shift: None,
            tag,
            code: self.code,
            reason: ON_LEAVE,
        }
    }
}

/// Takes the time of leave that wins out of `spans`.
fn displace(spans: &mut Vec<Span>, pieces: &[LeavePiece], wins: impl Fn(&LeavePiece) -> bool, spare: &mut Vec<Span>) {
    spare.clear();
    for span in spans.iter() {
        let first = pieces.partition_point(|piece| piece.end <= span.start);
        let mut rest = *span;
        for piece in pieces[first..].iter().take_while(|piece| piece.start < span.end).filter(|piece| wins(piece)) {
            if rest.start < piece.start {
                spare.push(Span { end: piece.start, ..rest });
            }
            rest.start = piece.end;
        }
        if rest.start < rest.end {
            spare.push(rest);
        }
    }
    core::mem::swap(spans, spare);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PunchKind::{In, Out};
    use crate::shape::schedule::{ShiftBlock, ShiftTemplate};
    use crate::testing::{Card, monday, seconds};
    use crate::{ShiftFact, ShiftTimes};

    fn card() -> Card {
        let mut card = Card::new();
        card.plan.leave.codes.push(LeaveCode { pays_to: PayCode::REGULAR, counts: LeaveDays::WorkingDays });
        card
    }

    fn leave(card: &mut Card, start: &str, end: &str) {
        let time = LeaveTime::Span { start: card.instant(0, start), end: card.instant(0, end) };
        card.facts.leave.push(Leave { code: 0, time, recorded_at: Timestamp(0) });
    }

    /// Minutes of leave, minutes of work, and what was noticed of leave with its minutes.
    fn outcome(card: &mut Card) -> (u32, u32, Vec<(ExceptionCode, u32)>) {
        card.shaped().unwrap();
        let minutes = |work: bool| {
            let spans = card.state.spans.iter().filter(|span| span.state.is_work() == work);
            spans.map(|span| span.length().0).sum::<u32>() / 60
        };
        let noticed = card.state.noticed.iter().filter(|noticed| noticed.rule == RuleId::LEAVE);
        (minutes(false), minutes(true), noticed.map(|noticed| (noticed.code, noticed.measure.0 / 60)).collect())
    }

    #[test]
    fn work_or_leave_gives_way_as_the_ruleset_says() {
        let mut card = card();
        leave(&mut card, "08:00", "12:00");
        card.punches(0, &[("09:00", In), ("10:00", Out), ("11:30", In), ("13:00", Out)]);
        let worked = [(ExceptionCode::LeaveWorked, 90)];
        assert_eq!(outcome(&mut card), (150, 150, worked.to_vec()));
        card.plan.leave.versus_work = LeaveVersusWork::WorkWins;
        assert_eq!(outcome(&mut card), (150, 150, Vec::new()));
        card.plan.leave.versus_work = LeaveVersusWork::LeaveWins;
        assert_eq!(outcome(&mut card), (240, 60, worked.to_vec()));
        assert!(card.state.spans.windows(2).all(|pair| pair[0].end <= pair[1].start));
    }

    #[test]
    fn the_first_leave_wins_where_two_overlap() {
        let mut card = card();
        leave(&mut card, "10:00", "14:00");
        leave(&mut card, "08:00", "12:00");
        assert_eq!(outcome(&mut card), (360, 0, [(ExceptionCode::LeaveOverlap, 120)].to_vec()));
    }

    #[test]
    fn leave_known_later_does_not_count_and_wrong_leave_is_an_error() {
        let mut card = card();
        leave(&mut card, "08:00", "12:00");
        card.facts.leave[0].recorded_at = card.window.as_of.after(Seconds(1));
        assert_eq!(outcome(&mut card), (0, 0, Vec::new()));
        leave(&mut card, "12:00", "12:00");
        assert_eq!(card.shaped(), Err(EvaluationError::LeaveBackwards { index: 1 }));
        card.facts.leave[1].code = 1;
        assert_eq!(card.shaped(), Err(EvaluationError::UnknownLeave { index: 1, code: 1 }));
    }

    fn with_office_shift() -> Card {
        let mut card = card();
        card.plan.schedule.templates.push(ShiftTemplate {
            breaks: [(seconds("12:00"), seconds("13:00"))].to_vec(),
            ..ShiftTemplate::of_blocks([ShiftBlock::new(seconds("09:00"), seconds("18:00"))].to_vec())
        });
        card.facts.shifts.push(ShiftFact::work(monday(), ShiftTimes::Template(0)));
        card
    }

    #[test]
    fn a_whole_workday_is_its_shift_less_the_breaks_or_an_amount() {
        let mut card = with_office_shift();
        for workday in [monday(), monday().plus(1)] {
            card.facts.leave.push(Leave { code: 0, time: LeaveTime::Workday(workday), recorded_at: Timestamp(0) });
        }
        assert_eq!(outcome(&mut card), (480, 0, Vec::new()));
        assert!(card.state.scheduled[0].on_leave);
        assert!(card.state.noticed.is_empty(), "nobody on leave is absent");
        assert_eq!(card.state.quantities, [on_leave(monday().plus(1), PayCode::REGULAR, Seconds::hours(8))]);
        assert_eq!(card.state.workdays.len(), 2);
    }

    #[test]
    fn leave_moves_what_is_expected_past_the_break_it_touches() {
        let mut card = with_office_shift();
        leave(&mut card, "09:00", "12:00");
        leave(&mut card, "17:00", "18:00");
        outcome(&mut card);
        let shift = card.state.scheduled[0];
        assert_eq!(shift.expected_start, card.instant(0, "13:00"));
        assert_eq!(shift.expected_end, card.instant(0, "17:00"));
        assert!(!shift.on_leave);
    }
}
