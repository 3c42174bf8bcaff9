//! Holiday pay: who gets it, how much it is, and which days decide that.

use shiftmill_core::pay::holiday_average::{AverageUnit, HolidayAverage};
use shiftmill_core::pay::holiday_eligibility::{DaysAround, HolidayEligibility, OnHoliday, WorkedDays};
use shiftmill_core::pay::holiday_pay::{BesideLeave, HolidayAmount, HolidayNotWorked};
use shiftmill_core::{
    Because, DayOverride, EvaluationError, ExceptionCode, PayCode, Reason, RosterKind, RuleId, Seconds, SpanState,
    Timestamp, Workday,
};

use super::day_parts::{self, NotExpected, not_expected_on, part_of};
use super::days::{Duty, by_pattern, day_type, expected_on, is_holiday};
use super::employment::is_employed;
use super::moments::Moment;
use super::overtime::week_of;
use super::{Amount, Notice, clock, plan_of};
use crate::engine::Question;

/// What is known of a card before its holidays are paid.
pub(crate) struct Known<'a> {
    pub question: &'a Question,
    pub duties: &'a [Duty],
    pub left_out: &'a [NotExpected],
    pub moments: &'a [Moment],
    pub amounts: &'a [Amount],
}

/// How a condition turns out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    Met,
    Missed,
    Open,
}

/// A day that is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Day {
    Worked,
    Idle,
    /// It is not over, or not among the facts.
    Unknown,
}

/// Holidays on their way to being paid.
pub(crate) struct Payment<'a> {
    pub question: &'a Question,
    pub duties: &'a [Duty],
    pub left_out: &'a [NotExpected],
    /// The days on which holidays of the pay period depend.
    pub reach: Vec<Workday>,
}

impl Payment<'_> {
    /// Pays holidays: those whose average counts pay codes once overtime is known, the others before it.
    pub fn pay(
        &mut self,
        moments: &[Moment],
        overtime_is_known: bool,
        amounts: &mut Vec<Amount>,
        notices: &mut Vec<Notice>,
    ) {
        let Payment { question, duties, left_out, .. } = *self;
        for date in (question.window.facts.first.0..=question.window.facts.last.0).map(Workday) {
            let Some(rule) = &plan_of(question, date).holidays.not_worked else { continue };
            let by_codes = matches!(&rule.amount, HolidayAmount::Average(average) if average.codes.is_some());
            if by_codes != overtime_is_known || !is_employed(question, date) {
                continue;
            }
            let known = Known { question, duties, left_out, moments, amounts };
            let mut days = Vec::new();
            let amount = pay(&known, rule, date, notices, &mut days);
            if question.window.pay_period.contains(date) {
                self.reach.extend(days);
            }
            amounts.extend(amount);
        }
    }
}

/// Whether days that are not over decide about a holiday; an error when only final results are wanted.
pub(crate) fn is_undecided(question: &Question, notices: &[Notice]) -> Result<bool, EvaluationError> {
    let pay_period = question.window.pay_period;
    let open = notices.iter().filter(|notice| notice.code == ExceptionCode::HolidayUndecided);
    let first = open.map(|notice| notice.workday).filter(|holiday| pay_period.contains(*holiday)).min();
    match first {
        Some(holiday) if question.window.require_final => Err(EvaluationError::HolidayUndecided { holiday }),
        Some(_) => Ok(true),
        None => Ok(false),
    }
}

/// Whether the pay of a holiday fills the counters of a tier.
pub(crate) fn feeds(question: &Question, amount: &Amount, tier: RuleId) -> bool {
    let plan = plan_of(question, amount.workday);
    let Some(rule) = &plan.holidays.not_worked else { return false };
    let is_holiday_pay = matches!(amount.reason.because, Because::HolidayNotWorked | Because::HolidayWorkedToo);
    let named = |index: usize| rule.counts_toward >> index & 1 == 1;
    is_holiday_pay && plan.overtime.tiers.iter().enumerate().any(|(index, own)| own.rule == tier && named(index))
}

/// The holidays of the calendar that are none for the work of the person.
pub(crate) fn ordinary(known: &Known<'_>) -> Vec<Workday> {
    let question = known.question;
    let is_ordinary = |date: &Workday| {
        let eligibility = plan_of(question, *date).holidays.not_worked.as_ref().and_then(|rule| rule.eligibility);
        let own = |row: &DayOverride| row.workday == *date && row.window.is_none();
        let of_calendar = is_holiday(day_type(question, *date)) && !question.facts.day_overrides.iter().any(own);
        eligibility.filter(|rule| !rule.forced_overtime && of_calendar).is_some_and(|rule| {
            let mut days = Vec::new();
            let turns = [
                employment(known, &rule, *date),
                before(known, &rule, *date, &mut days),
                after(known, &rule, *date, &mut days),
            ];
            is_employed(question, *date) && turns.contains(&Turn::Missed)
        })
    };
    let facts = question.window.facts;
    (facts.first.0..=facts.last.0).map(Workday).filter(is_ordinary).collect()
}

fn pay(
    known: &Known<'_>,
    rule: &HolidayNotWorked,
    date: Workday,
    notices: &mut Vec<Notice>,
    days: &mut Vec<Workday>,
) -> Option<Amount> {
    let question = known.question;
    let part = if is_holiday(day_type(question, date)) {
        None
    } else {
        let (window, _) = part_of(question, date).filter(|part| is_holiday(part.1))?;
        Some(day_parts::instants(question, date, window))
    };
    let worked = is_worked(known, date, part);
    match &rule.eligibility {
        None if worked => return None,
        None => {}
        Some(eligibility) => {
            let turns = [
                (ExceptionCode::HolidayEmployedShort, employment(known, eligibility, date)),
                (ExceptionCode::HolidayMissedBefore, before(known, eligibility, date, days)),
                (ExceptionCode::HolidayMissedAfter, after(known, eligibility, date, days)),
                (ExceptionCode::HolidayMissedOnDay, on_the_day(known, eligibility.on_holiday, date, worked)),
            ];
            let at = clock::midnight(&question.zone, date);
            let mut notice = |code| notices.push(Notice { code, workday: date, at, measure: Seconds(0) });
            if turns.iter().any(|turn| turn.1 == Turn::Missed) {
                turns.iter().filter(|turn| turn.1 == Turn::Missed).for_each(|turn| notice(turn.0));
                return None;
            }
            if turns.iter().any(|turn| turn.1 == Turn::Open) {
                notice(ExceptionCode::HolidayUndecided);
                return None;
            }
        }
    }
    let instead = match rule.beside_leave {
        BesideLeave::Always => false,
        BesideLeave::OtherCodes => leave_codes(known, date).contains(&rule.pays_to),
        BesideLeave::Never => has_paid_leave(known, date),
    };
    if instead {
        return None;
    }
    let left_out = not_expected_on(known.left_out, date).0;
    let whole = match &rule.amount {
        HolidayAmount::Nothing => 0,
        HolidayAmount::Planned if part.is_some() => left_out,
        HolidayAmount::Planned => planned(known, date),
        HolidayAmount::Length(length) => length.0,
        HolidayAmount::Average(average) => mean(known, average, date, days),
    };
    let amount = if part.is_some() { whole.min(left_out) } else { whole };
    let because = if worked { Because::HolidayWorkedToo } else { Because::HolidayNotWorked };
    let reason = Reason { rule: rule.rule, because };
    let amount = u64::from(amount);
    (amount > 0).then_some(Amount { workday: date, code: rule.pays_to, amount, reason, leave: false })
}

/// Whether anything was worked on a date, or in a part of it.
fn is_worked(known: &Known<'_>, date: Workday, part: Option<(Timestamp, Timestamp)>) -> bool {
    let inside = |moment: &Moment| part.is_none_or(|(from, until)| moment.at < until && from < moment.end());
    known.moments.iter().any(|moment| moment.counts_as_work() && moment.reporting == date && inside(moment))
}

fn planned(known: &Known<'_>, date: Workday) -> u32 {
    let question = known.question;
    let not_expected = not_expected_on(known.left_out, date).0;
    let on_date: Vec<&Duty> = known.duties.iter().filter(|duty| duty.workday == date).collect();
    if !on_date.is_empty() || not_expected > 0 {
        return on_date.iter().map(|duty| duty.planned()).sum::<u32>() + not_expected;
    }
    match expected_on(question, date) {
        Some(expected) => expected.0,
        None => by_pattern(question, date).iter().map(Duty::planned).sum(),
    }
}

fn employment(known: &Known<'_>, rule: &HolidayEligibility, date: Workday) -> Turn {
    let stretches = &known.question.facts.employment;
    let long_enough = stretches.iter().any(|stretch| {
        let since = stretch.hired.is_none_or(|hired| date.0 - hired.0 >= i32::from(rule.employed_for));
        since && stretch.left.is_none_or(|left| date <= left)
    });
    if rule.employed_for == 0 || stretches.is_empty() || long_enough { Turn::Met } else { Turn::Missed }
}

fn before(known: &Known<'_>, rule: &HolidayEligibility, date: Workday, days: &mut Vec<Workday>) -> Turn {
    rule.before.map_or(Turn::Met, |wanted| {
        let near: Vec<Workday> = (1..=i32::from(wanted.within)).map(|away| date.plus(-away)).collect();
        enough(known, &wanted, date, &near, days)
    })
}

fn after(known: &Known<'_>, rule: &HolidayEligibility, date: Workday, days: &mut Vec<Workday>) -> Turn {
    rule.after.map_or(Turn::Met, |wanted| {
        let near: Vec<Workday> = (1..=i32::from(wanted.within)).map(|away| date.plus(away)).collect();
        enough(known, &wanted, date, &near, days)
    })
}

/// Whether enough of the days nearest to a holiday were worked. `near` has them by their distance.
fn enough(known: &Known<'_>, wanted: &WorkedDays, date: Workday, near: &[Workday], days: &mut Vec<Workday>) -> Turn {
    let (at_least, of) = (usize::from(wanted.at_least), usize::from(wanted.of));
    let mut seen: Vec<Day> = Vec::new();
    for day in near {
        let missing = of - seen.len();
        if missing == 0 || turn(&seen, missing, at_least) != Turn::Open {
            break;
        }
        let facts = known.question.window.facts;
        if *day < facts.first || *day > facts.last {
            days.extend(near.last());
            seen.extend(vec![Day::Unknown; missing]);
            break;
        }
        days.push(*day);
        let of_kind = match wanted.days {
            DaysAround::Calendar => true,
            DaysAround::Scheduled => is_scheduled(known, *day),
            DaysAround::SameWeekday => (day.0 - date.0) % 7 == 0,
        };
        if of_kind && !is_holiday(day_type(known.question, *day)) {
            let leave = wanted.leave_counts && has_paid_leave(known, *day);
            seen.push(match is_worked(known, *day, None) || leave {
                true => Day::Worked,
                false if is_over(known, *day) => Day::Idle,
                false => Day::Unknown,
            });
        }
    }
    turn(&seen, 0, at_least)
}

/// What days say of which some are still missing.
fn turn(seen: &[Day], missing: usize, at_least: usize) -> Turn {
    let count = |kind: Day| seen.iter().filter(|day| **day == kind).count();
    if count(Day::Worked) >= at_least {
        Turn::Met
    } else if count(Day::Worked) + count(Day::Unknown) + missing >= at_least {
        Turn::Open
    } else {
        Turn::Missed
    }
}

fn on_the_day(known: &Known<'_>, wanted: OnHoliday, date: Workday, worked: bool) -> Turn {
    let (scheduled, off) = (is_scheduled(known, date), is_off(known, date));
    let (met, work_helps) = match wanted {
        OnHoliday::Either => (true, false),
        OnHoliday::MustWork => (worked, true),
        OnHoliday::MustWorkIfScheduled => (worked || !scheduled, true),
        OnHoliday::MustNotWork => (!worked, false),
        OnHoliday::MustNotWorkIfOff => (!(worked && off), false),
        OnHoliday::MustNotWorkAndBeOff => (!worked && off, false),
        OnHoliday::MustNotWorkNorBeScheduled => (!(worked || scheduled || off), false),
    };
    match met {
        true => Turn::Met,
        false if work_helps && !is_over(known, date) => Turn::Open,
        false => Turn::Missed,
    }
}

/// Whether the person is expected on a day, as far as leave does not take all of it.
fn is_scheduled(known: &Known<'_>, date: Workday) -> bool {
    let by_times = known.duties.iter().any(|duty| duty.workday == date && !duty.on_leave);
    let leave: u64 = known.amounts.iter().filter(|it| it.leave && it.workday == date).map(|it| it.amount).sum();
    by_times || expected_on(known.question, date).is_some_and(|expected| u64::from(expected.0) > leave)
}

/// Whether the plan is that the person does not work on a day.
fn is_off(known: &Known<'_>, date: Workday) -> bool {
    let rows = &known.question.facts.shifts;
    let rests = rows.iter().any(|row| row.workday == date && row.kind == RosterKind::Rest);
    let planned = known.duties.iter().any(|duty| duty.workday == date) || expected_on(known.question, date).is_some();
    (rests || planned) && !is_scheduled(known, date)
}

fn is_over(known: &Known<'_>, date: Workday) -> bool {
    known.question.window.as_of >= clock::midnight(&known.question.zone, date.plus(1))
}

/// What the leave of a day pays to.
fn leave_codes(known: &Known<'_>, date: Workday) -> Vec<PayCode> {
    let timed = known.moments.iter().filter(|it| it.state == SpanState::Leave && it.reporting == date);
    let stated = known.amounts.iter().filter(|it| it.leave && it.workday == date);
    timed.map(|it| it.code).chain(stated.map(|it| it.code)).collect()
}

fn has_paid_leave(known: &Known<'_>, date: Workday) -> bool {
    let names = known.question.timeline.names();
    leave_codes(known, date).iter().any(|code| names.pay_code(*code).is_none_or(|info| info.paid))
}

/// The mean of the days before a holiday, half a second rounded up.
fn mean(known: &Known<'_>, average: &HolidayAverage, date: Workday, days: &mut Vec<Workday>) -> u32 {
    let over = i32::from(average.over);
    let (first, end) = match average.unit {
        AverageUnit::Days => (date.plus(-over), date),
        AverageUnit::Workweeks => {
            let week = week_of(plan_of(known.question, date), date);
            (week.plus(-7 * over), week)
        }
    };
    days.push(first);
    let counts = |code| average.codes.as_ref().is_some_and(|codes| codes.contains(code));
    let of_moment = |moment: &Moment| match &average.codes {
        None => moment.counts_as_work(),
        Some(_) => moment.state != SpanState::UnpaidBreak && counts(moment.code),
    };
    let (mut sum, mut days_with_time) = (0_u64, 0_u64);
    for day in (first.0..end.0).map(Workday) {
        let timed = known.moments.iter().filter(|it| it.reporting == day && of_moment(it));
        let stated = known.amounts.iter().filter(|it| it.leave && it.workday == day && counts(it.code));
        let time = timed.map(|it| u64::from(it.length)).sum::<u64>() + stated.map(|it| it.amount).sum::<u64>();
        sum += time;
        days_with_time += u64::from(time > 0);
    }
    match average.divisor.map_or(days_with_time, u64::from) {
        0 => 0,
        divisor => ((2 * sum + divisor) / (2 * divisor)) as u32,
    }
}
