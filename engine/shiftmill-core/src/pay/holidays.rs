//! Holidays: which seconds are on a holiday, and what a holiday not worked pays.
//! - Takes:  day types, worked spans, scheduled shifts.
//! - Gives:  the day type of every span; the pay of a holiday not worked; `holiday_worked`, once for each reporting
//!   workday with work on a statutory or company holiday, at its first such second, with all such time as measure.
//! - Keeps:  worked time; a span is cut where its day type changes.
//! - Runs:   the day types of spans at the end of shape, before overtime; pay of holidays not worked after it.
//! - Half days: a stretch of a day by the clock has its own type (see `day_parts`). Where it is a holiday and nothing was
//!   worked in it, it pays the planned time that it leaves out, at most the fixed amount of the rule.
//! - Dates:  the basis follows the plan of the overtime workday, the type of a day and the pay of a holiday not worked
//!   the plan of that day.
//! - Source: China Labour Law art. 44(3); Japan Labour Standards Act art. 35 and 37 (a day of rest is a calendar day,
//!   so work past midnight changes its code there).
//! - Shown:  timecards/holidays/past_midnight.md, not_worked.md, half_days.md

use alloc::vec::Vec;

use crate::card::{CardState, Noticed, Quantity, Span};
use crate::coded::coded;
use crate::codes::{DayType, ExceptionCode, PayCode, RuleId};
use crate::pay::recode;
use crate::reason::{Because, Reason};
use crate::shape::day_parts::{self, HalfDay};
use crate::shape::{calendar, schedule};
use crate::tags::TagId;
use crate::time::{Seconds, Timestamp, Workday};
use crate::timecard::Inputs;
use crate::zone::ZoneCursor;

/// Holiday settings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holidays {
    /// How a second gets its day type.
    pub basis: HolidayBasis,
    /// What a statutory or company holiday pays when nothing was worked on that date's reporting workday. Only for
    /// workdays that the facts cover.
    pub not_worked: Option<HolidayNotWorked>,
}

coded! {
    /// How a second gets its day type.
    #[derive(Default)]
    HolidayBasis {
        /// By its local date where that date or the overtime workday is a holiday or statutory rest day: work past
        /// midnight into or out of one changes its type there. Between other day types the overtime workday decides.
        #[default]
        CalendarSplit = 0 "calendar_split",
        /// By its overtime workday.
        Workday = 1 "workday",
        /// By the local date on which its worked shift began; leave by its overtime workday.
        ShiftStart = 2 "shift_start",
    }
}

coded! {
    /// What a holiday not worked may pay besides a fixed length.
    NotWorkedKind {
        /// The planned time of the day.
        Planned = 0 "planned",
    }
}

/// The pay of a holiday not worked. A quantity in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HolidayNotWorked {
    /// Its name.
    pub rule: RuleId,
    /// Its pay code.
    pub pays_to: PayCode,
    /// This much; `None`: the planned time of the shifts scheduled on the day, else of the weekly pattern's shift for
    /// that weekday, else nothing.
    pub amount: Option<Seconds>,
}

/// Gives every span its day type, and cuts it where that changes. `spare` is scratch for the rewritten spans.
pub(crate) fn assign_day_types(inputs: &Inputs<'_>, state: &mut CardState, spare: &mut Vec<Span>) {
    if may_be_dated(inputs) {
        by_basis(inputs, state, spare);
    } else if calendar::may_be_special(inputs) {
        by_workday(inputs, state);
    }
}

/// True when a day of the card may be a holiday or statutory rest day, or the start of shifts decides.
fn may_be_dated(inputs: &Inputs<'_>) -> bool {
    inputs.timeline.needs().dated_seconds || !inputs.card.day_overrides.is_empty()
}

fn by_workday(inputs: &Inputs<'_>, state: &mut CardState) {
    let CardState { last_worked, spans, .. } = state;
    let mut days = Days { inputs, last_worked, last: None };
    for span in spans {
        span.day_type = days.of(span.overtime_workday).day_type;
    }
}

fn by_basis(inputs: &Inputs<'_>, state: &mut CardState, typed: &mut Vec<Span>) {
    let mut days = Days { inputs, last_worked: &state.last_worked, last: None };
    let mut clock = ZoneCursor::new(inputs.card.zone);
    typed.clear();
    for span in &state.spans {
        let own = days.of(span.overtime_workday);
        let basis = inputs.timeline.at(span.overtime_workday).holidays.basis;
        let shift = span.shift.and_then(|shift| state.shifts.get(shift as usize));
        match (basis, shift) {
            (HolidayBasis::CalendarSplit, _) => split_by_date(span, own, &mut days, &mut clock, typed),
            (HolidayBasis::ShiftStart, Some(shift)) => by_day(span, days.of(shift.start_date), &mut clock, typed),
            (HolidayBasis::ShiftStart, None) | (HolidayBasis::Workday, _) => by_day(span, own, &mut clock, typed),
        }
    }
    core::mem::swap(&mut state.spans, typed);
}

/// Cuts a span where a half-day holiday of one day begins and ends.
fn by_day(span: &Span, day: Day, clock: &mut ZoneCursor<'_>, typed: &mut Vec<Span>) {
    let mut at = span.start;
    while at < span.end {
        let (day_type, until) = day.at(at, clock);
        let end = until.min(span.end);
        recode::keep(typed, &Span { day_type, ..*span }, at, end);
        at = end;
    }
}

/// Cuts a span at every local midnight that takes it into or out of a holiday or statutory rest day, and where a
/// half-day holiday begins and ends.
fn split_by_date(span: &Span, own: Day, days: &mut Days<'_>, clock: &mut ZoneCursor<'_>, typed: &mut Vec<Span>) {
    let mut at = span.start;
    while at < span.end {
        let (date, until) = clock.date_until(at);
        let (own, own_until) = own.at(at, clock);
        let (dated, dated_until) = days.of(date).at(at, clock);
        let day_type = if is_by_date(own) || is_by_date(dated) { dated } else { own };
        let end = until.min(own_until).min(dated_until).min(span.end);
        recode::keep(typed, &Span { day_type, ..*span }, at, end);
        at = end;
    }
}

/// True for the types that begin and end at midnight, whatever workday the work belongs to.
fn is_by_date(day_type: DayType) -> bool {
    day_type.is_holiday() || day_type == DayType::StatutoryRest
}

/// The types of days, with a cache of the last day: neighbouring spans mostly need the same day.
struct Days<'a> {
    inputs: &'a Inputs<'a>,
    last_worked: &'a [Workday],
    last: Option<(Workday, Day)>,
}

/// The type of one day, and the stretch of it that has another.
#[derive(Clone, Copy)]
struct Day {
    day_type: DayType,
    half_day: Option<HalfDay>,
}

impl Days<'_> {
    fn of(&mut self, workday: Workday) -> Day {
        match self.last {
            Some((last, day)) if last == workday => day,
            _ => {
                let day_type = calendar::of_card(self.inputs, self.last_worked, workday);
                let half_day = day_parts::of(self.inputs, workday).map(|(half_day, _)| half_day);
                let day = Day { day_type, half_day };
                self.last = Some((workday, day));
                day
            }
        }
    }
}

impl Day {
    /// The type at an instant, and until when it surely holds.
    fn at(self, at: Timestamp, clock: &mut ZoneCursor<'_>) -> (DayType, Timestamp) {
        let forever = Timestamp(i64::MAX);
        let Some(half_day) = self.half_day else { return (self.day_type, forever) };
        let (from, until) = half_day.instants(clock);
        match (at < from, at < until) {
            (true, _) => (self.day_type, from),
            (false, true) => (half_day.day_type, until),
            (false, false) => (self.day_type, forever),
        }
    }
}

/// Notices work on holidays, and pays those not worked.
pub(crate) fn pay(inputs: &Inputs<'_>, state: &mut CardState) {
    if !may_be_dated(inputs) {
        return;
    }
    notice_worked(state);
    if inputs.timeline.needs().holidays_not_worked {
        pay_not_worked(inputs, state);
    }
}

fn notice_worked(state: &mut CardState) {
    for index in 0..state.spans.len() {
        let Some(span) = state.spans.get(index) else {
            return;
        };
        let employed = span.reason.because != Because::OutsideEmployment;
        if !span.state.is_work() || !span.day_type.is_holiday() || !employed {
            continue;
        }
        let (workday, start, length) = (span.reporting_workday, span.start, span.length());
        let mut noticed = state.noticed.iter_mut();
        let own = |it: &&mut Noticed| it.code == ExceptionCode::HolidayWorked && it.says.is_none();
        match noticed.find(|it| own(it) && it.workday == workday) {
            Some(noticed) => noticed.measure = noticed.measure.plus(length),
            None => state.notice(ExceptionCode::HolidayWorked, workday, start, length),
        }
    }
}

fn pay_not_worked(inputs: &Inputs<'_>, state: &mut CardState) {
    let facts = inputs.window.facts;
    let mut clock = ZoneCursor::new(inputs.card.zone);
    for date in (facts.first.0..=facts.last.0).map(Workday) {
        let rule = inputs.timeline.at(date).holidays.not_worked.as_ref();
        let Some(rule) = rule.filter(|_| inputs.card.employs(date)) else {
            continue;
        };
        let amount = match calendar::of_card(inputs, &state.last_worked, date).is_holiday() {
            true if is_worked(date, None, state) => continue,
            true => rule.amount.unwrap_or_else(|| planned(inputs, state, date)),
            false => {
                let half_day = day_parts::of(inputs, date).map(|(half_day, _)| half_day);
                let Some(half_day) = half_day.filter(|half_day| half_day.day_type.is_holiday()) else { continue };
                if is_worked(date, Some(half_day.instants(&mut clock)), state) {
                    continue;
                }
                let left_out = not_expected(state, date);
                rule.amount.map_or(left_out, |amount| amount.at_most(left_out))
            }
        };
        if !amount.is_zero() {
            let reason = Reason { rule: rule.rule, because: Because::HolidayNotWorked };
            state.quantities.push(Quantity { workday: date, code: rule.pays_to, amount: amount.0, reason });
        }
    }
}

/// Whether anything was worked on a date, or in a stretch of it.
fn is_worked(date: Workday, stretch: Option<(Timestamp, Timestamp)>, state: &CardState) -> bool {
    let (from, until) = stretch.unwrap_or((Timestamp(i64::MIN), Timestamp(i64::MAX)));
    let on_date = |span: &&Span| span.reporting_workday == date && span.start < until && from < span.end;
    state.spans.iter().filter(on_date).any(|span| span.state.is_work())
}

/// The planned time of a date that a half-day holiday leaves out.
fn not_expected(state: &CardState, date: Workday) -> Seconds {
    let on_date = state.not_expected.iter().filter(|left_out| left_out.workday == date);
    on_date.map(|left_out| left_out.planned).sum()
}

/// What would have been worked on a date.
fn planned(inputs: &Inputs<'_>, state: &CardState, date: Workday) -> Seconds {
    let mut on_date = state.scheduled.iter().filter(|shift| shift.workday == date).peekable();
    let left_out = not_expected(state, date);
    if on_date.peek().is_some() || !left_out.is_zero() {
        return on_date.map(|shift| shift.planned).sum::<Seconds>().plus(left_out);
    }
    if let Some(expected) = inputs.card.schedule.expected_on(date) {
        return expected;
    }
    let plan = inputs.plan_of_row(date, TagId::NONE);
    let pattern = plan.schedule.weekly_pattern.get(date.weekday() as usize).copied().flatten();
    let mut clock = ZoneCursor::new(inputs.card.zone);
    let blocks = pattern.and_then(|template| schedule::by_template(&mut clock, plan, date, template));
    blocks.into_iter().flatten().map(|block| block.planned).sum()
}
