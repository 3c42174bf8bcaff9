//! Holiday pay: what a holiday pays beside the work on it, and to whom.
//! - Takes:  day types, worked spans, scheduled shifts, leave, dates of employment.
//! - Gives:  one quantity for each holiday that is paid; for each that is not, which condition the person does not meet.
//! - Keeps:  worked time.
//! - Runs:   before overtime, so that tiers can count it; after overtime where its average counts time by pay codes.
//! - Half days: a stretch of a day by the clock has its own type (see `day_parts`). Where it is a holiday, it pays the
//!   planned time that it leaves out, at most the fixed or average amount of the rule. Whether work was done is asked of
//!   the stretch.
//! - Dates:  by the plan of the holiday. Only holidays that the facts cover, and on which the person is employed.
//! - Edges:  leave of the day changes the pay only where the rule says so. A rule without conditions pays a holiday on
//!   which nothing was worked.
//! - Source: employer policy; Employment Standards Acts of British Columbia, sections 44 and 45, and Ontario, sections 24
//!   to 26.
//! - Shown:  timecards/holidays/not_worked.md, half_days.md, eligibility.md, on_the_day.md, averages.md,
//!   counted_in_tiers.md

use alloc::vec::Vec;

use crate::card::{CardState, Quantity, Span, SpanState};
use crate::coded::coded;
use crate::codes::{PayCode, RuleId};
use crate::pay::TimelessPay;
use crate::pay::holiday_average::HolidayAverage;
use crate::pay::holiday_eligibility::HolidayEligibility;
use crate::reason::{Because, Reason};
use crate::shape::{calendar, day_parts, schedule};
use crate::tags::TagId;
use crate::time::{Seconds, Timestamp, Workday};
use crate::timecard::Inputs;
use crate::zone::ZoneCursor;

/// What a holiday pays beside the work on it. A quantity in seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HolidayNotWorked {
    /// Its name.
    pub rule: RuleId,
    /// Its pay code.
    pub pays_to: PayCode,
    /// How much.
    pub amount: HolidayAmount,
    /// Who is paid; `None`: everybody who did not work on the holiday.
    pub eligibility: Option<HolidayEligibility>,
    /// Whether it is paid beside leave of the day.
    pub beside_leave: BesideLeave,
    /// The overtime tiers of the same plan whose counters it fills, as bits by their index.
    pub counts_toward: u64,
}

/// How much a holiday pays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HolidayAmount {
    /// Nothing: the rule only says who is eligible.
    Nothing,
    /// The planned time of the shifts scheduled on the day, else of the weekly pattern's shift for that weekday, else
    /// nothing.
    Planned,
    /// This much.
    Length(Seconds),
    /// An average of what was worked before.
    Average(HolidayAverage),
}

coded! {
    /// What a holiday may pay besides a fixed length.
    HolidayAmountKind {
        /// The planned time of the day.
        Planned = 0 "planned",
        /// Nothing.
        Nothing = 1 "none",
        /// An average of what was worked before.
        Average = 2 "average",
    }
}

coded! {
    /// Whether a holiday is paid beside leave of its day.
    #[derive(Default)]
    BesideLeave {
        /// It is, whatever the leave pays.
        #[default]
        Always = 0 "always",
        /// Unless the leave pays to the same pay code.
        OtherCodes = 1 "other_codes",
        /// Not beside paid leave.
        Never = 2 "never",
    }
}

impl HolidayNotWorked {
    /// True when the time of tiers decides how much it pays, so that it can only be paid after overtime.
    pub(crate) fn waits_for_overtime(&self) -> bool {
        matches!(&self.amount, HolidayAmount::Average(average) if average.codes.is_some())
    }
}

/// A holiday, or a stretch of a day that is one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HolidayOf {
    /// Its date.
    pub(crate) date: Workday,
    /// From when to when, for a stretch of the day.
    pub(crate) stretch: Option<(Timestamp, Timestamp)>,
}

/// Pays the holidays of a card: before overtime those whose amount does not wait for it, and after it the others.
pub(crate) fn pay(inputs: &Inputs<'_>, state: &mut CardState, after_overtime: bool) {
    let facts = inputs.window.facts;
    let mut clock = ZoneCursor::new(inputs.card.zone);
    for date in (facts.first.0..=facts.last.0).map(Workday) {
        let rule = inputs.timeline.at(date).holidays.not_worked.as_ref();
        let rule = rule.filter(|rule| rule.waits_for_overtime() == after_overtime && inputs.card.employs(date));
        let Some(rule) = rule else { continue };
        if let Some(holiday) = on(inputs, state, date, &mut clock) {
            pay_one(inputs, state, rule, &holiday);
        }
    }
}

/// The holiday of a date.
pub(crate) fn on(
    inputs: &Inputs<'_>,
    state: &CardState,
    date: Workday,
    clock: &mut ZoneCursor<'_>,
) -> Option<HolidayOf> {
    if calendar::of_card(inputs, &state.last_worked, date).is_holiday() {
        return Some(HolidayOf { date, stretch: None });
    }
    let (half_day, _) = day_parts::of(inputs, date)?;
    let is_holiday = half_day.day_type.is_holiday();
    is_holiday.then(|| HolidayOf { date, stretch: Some(half_day.instants(clock)) })
}

fn pay_one(inputs: &Inputs<'_>, state: &mut CardState, rule: &HolidayNotWorked, holiday: &HolidayOf) {
    let is_worked = is_worked(state, holiday);
    let is_eligible = match &rule.eligibility {
        None => !is_worked,
        Some(eligibility) => eligibility.judge(inputs, state, rule.rule, holiday),
    };
    if !is_eligible || is_on_leave_instead(inputs, state, rule, holiday.date) {
        return;
    }
    let amount = amount(inputs, state, rule, holiday);
    if !amount.is_zero() {
        let because = if is_worked { Because::HolidayWorkedToo } else { Because::HolidayNotWorked };
        let reason = Reason { rule: rule.rule, because };
        state.quantities.push(Quantity { workday: holiday.date, code: rule.pays_to, amount: amount.0, reason });
    }
}

/// Whether anything was worked on a holiday.
pub(crate) fn is_worked(state: &CardState, holiday: &HolidayOf) -> bool {
    let (from, until) = holiday.stretch.unwrap_or((Timestamp(i64::MIN), Timestamp(i64::MAX)));
    let on_it = |span: &&Span| span.reporting_workday == holiday.date && span.start < until && from < span.end;
    state.spans.iter().filter(on_it).any(|span| span.state.is_work())
}

/// Whether leave of the day takes the place of holiday pay.
fn is_on_leave_instead(inputs: &Inputs<'_>, state: &CardState, rule: &HolidayNotWorked, date: Workday) -> bool {
    match rule.beside_leave {
        BesideLeave::Always => false,
        BesideLeave::OtherCodes => leave_of(state, date).any(|code| code == rule.pays_to),
        BesideLeave::Never => is_on_paid_leave(inputs, state, date),
    }
}

/// Whether a day has paid leave.
pub(crate) fn is_on_paid_leave(inputs: &Inputs<'_>, state: &CardState, date: Workday) -> bool {
    let names = inputs.timeline.names();
    leave_of(state, date).any(|code| names.pay_code(code).is_none_or(|info| info.paid))
}

/// What the leave of a day pays to.
fn leave_of(state: &CardState, date: Workday) -> impl Iterator<Item = PayCode> + '_ {
    let of_day = move |span: &&Span| span.reporting_workday == date && span.state == SpanState::Leave;
    let timed = state.spans.iter().filter(of_day).map(|span| span.code);
    timed.chain(leave_amounts(state, date).map(|leave| leave.code))
}

/// The leave of a day without clock times.
pub(crate) fn leave_amounts(state: &CardState, date: Workday) -> impl Iterator<Item = &Quantity> + '_ {
    let of_day = move |quantity: &&Quantity| quantity.workday == date;
    state.quantities.iter().filter(of_day).filter(|quantity| quantity.reason.because == Because::OnLeave)
}

fn amount(inputs: &Inputs<'_>, state: &mut CardState, rule: &HolidayNotWorked, holiday: &HolidayOf) -> Seconds {
    let left_out = not_expected(state, holiday.date);
    let amount = match &rule.amount {
        HolidayAmount::Nothing => return Seconds::ZERO,
        HolidayAmount::Planned if holiday.stretch.is_some() => left_out,
        HolidayAmount::Planned => planned(inputs, state, holiday.date),
        HolidayAmount::Length(length) => *length,
        HolidayAmount::Average(average) => average.of(inputs, state, holiday.date),
    };
    if holiday.stretch.is_some() { amount.at_most(left_out) } else { amount }
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

/// The holiday pay that tiers count, for the walk of the combiner.
pub(super) fn that_tiers_count(inputs: &Inputs<'_>, state: &CardState, found: &mut Vec<TimelessPay>) {
    let is_paid = |because| matches!(because, Because::HolidayNotWorked | Because::HolidayWorkedToo);
    for quantity in state.quantities.iter().filter(|quantity| is_paid(quantity.reason.because)) {
        let rule = inputs.timeline.at(quantity.workday).holidays.not_worked.as_ref();
        let toward = rule.filter(|rule| rule.rule == quantity.reason.rule).map_or(0, |rule| rule.counts_toward);
        if toward != 0 {
            found.push(TimelessPay::holiday(inputs, quantity, &state.last_worked, toward));
        }
    }
}

/// Keeps that the pay of a holiday depends on a day, so that the days of context reach there.
pub(crate) fn depends_on(inputs: &Inputs<'_>, state: &mut CardState, holiday: Workday, day: Workday) {
    if inputs.window.pay_period.contains(holiday) {
        let (first, last) = state.holidays_reach.unwrap_or((day, day));
        state.holidays_reach = Some((first.min(day), last.max(day)));
    }
}
