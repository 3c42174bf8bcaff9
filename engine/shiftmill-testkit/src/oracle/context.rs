//! Context: whether the facts reach as far around the pay period as its figures depend on.

use shiftmill_core::pay::combine::Combine;
use shiftmill_core::pay::premium_limits::PremiumPer;
use shiftmill_core::pay::premiums::Premium;
use shiftmill_core::pay::tiers::{ConsecutiveReset, OvertimeTier, TierScope};
use shiftmill_core::shape::calendar::StatutoryRestDay;
use shiftmill_core::{EvaluationError, ExceptionCode, Plan, Seconds, Workday};

use super::overtime::week_of;
use super::{Notice, plan_of, watchers};
use crate::engine::Question;

/// True when days are missing, also those on which the pay of holidays depends; notes it, or is an error when only final results are wanted.
pub(crate) fn is_short(
    question: &Question,
    reach: &[Workday],
    notices: &mut Vec<Notice>,
) -> Result<bool, EvaluationError> {
    let (period, facts) = (question.window.pay_period, question.window.facts);
    let first = first_needed(question, plan_of(question, period.first));
    let last = last_needed(plan_of(question, period.last), period.last);
    let first = reach.iter().map(|day| day.plus(-1)).fold(first, |a, b| a.min(b));
    let last = reach.iter().map(|day| day.plus(1)).fold(last, |a, b| a.max(b));
    if facts.first <= first && last <= facts.last {
        return Ok(false);
    }
    if question.window.require_final {
        let (before, after) = (period.first.0 - first.0, last.0 - period.last.0);
        return Err(EvaluationError::ContextShort { before: before as u16, after: after as u16 });
    }
    let (code, at) = (ExceptionCode::ContextShort, question.window.as_of);
    notices.push(Notice { code, workday: period.first, at, measure: Seconds::ZERO });
    Ok(true)
}

/// True when rows of the employee were rejected; notes it, or is an error when only final results are wanted.
pub(crate) fn has_rejected(question: &Question, notices: &mut Vec<Notice>) -> Result<bool, EvaluationError> {
    let (window, rows) = (question.window, question.facts.rejected_rows);
    if rows > 0 && window.require_final {
        return Err(EvaluationError::FactsRejected { rows });
    }
    if rows > 0 {
        let (code, workday) = (ExceptionCode::FactsRejected, window.pay_period.first);
        notices.push(Notice { code, workday, at: window.as_of, measure: Seconds::ZERO });
    }
    Ok(rows > 0)
}

/// The first workday that must be known: of every tier without an opening balance the whole scope.
fn first_needed(question: &Question, plan: &Plan) -> Workday {
    let start = question.window.pay_period.first;
    let mut first = start;
    for tier in &plan.overtime.tiers {
        if question.facts.opening_balances.iter().any(|balance| balance.rule == tier.rule) {
            continue;
        }
        while same_scope(plan, tier, first.plus(-1), start) {
            first = first.plus(-1);
        }
        if let Some(consecutive) = tier.when.consecutive {
            first = first.min(match consecutive.reset {
                ConsecutiveReset::Workweek => week_of(plan, start),
                ConsecutiveReset::Rolling | ConsecutiveReset::AfterTrigger => start.plus(-i32::from(consecutive.day)),
            });
        }
    }
    if takes_weeks_together(plan) {
        first = first.min(week_of(plan, start));
    }
    if plan.corrections.quota.is_some() {
        let mut cycle = start;
        let opens = |day: Workday| day == day.month_start().plus(i32::from(plan.corrections.cycle_opens) - 1);
        while !opens(cycle) {
            cycle = cycle.plus(-1);
        }
        first = first.min(cycle);
    }
    if plan.attendance.free_late.is_some() {
        first = first.min(start.month_start());
    }
    if !plan.attendance.late_off.is_empty() {
        first = first.min(start.plus(-7));
    }
    for watcher in &plan.watchers {
        first = first.min(watchers::first_needed(question, plan, watcher, start));
    }
    let rest_days_from = first_of_rest(plan, start);
    first.min(rest_days_from).plus(-1)
}

fn last_needed(plan: &Plan, end: Workday) -> Workday {
    let mut last = end;
    for tier in &plan.overtime.tiers {
        while same_scope(plan, tier, last.plus(1), end) {
            last = last.plus(1);
        }
    }
    if takes_weeks_together(plan) {
        last = last.max(week_of(plan, end).plus(6));
    }
    while first_of_rest(plan, last.plus(1)) == first_of_rest(plan, end) {
        last = last.plus(1);
    }
    last.plus(1)
}

/// Whether some figure beside those of tiers depends on a whole workweek.
fn takes_weeks_together(plan: &Plan) -> bool {
    let by_week = |premium: &Premium| {
        let limits = &premium.limits;
        let per = [limits.minimum.map(|it| it.per), limits.maximum.map(|it| it.per)];
        per.contains(&Some(PremiumPer::Workweek)) || premium.after.workweek.or(premium.before.workweek).is_some()
    };
    matches!(plan.overtime.combine, Combine::MaxOfAlternatives(_)) || plan.premiums.iter().any(by_week)
}

/// The first workday of the workweeks that decide together which rest day is statutory; the workday itself when the
/// work does not decide it.
fn first_of_rest(plan: &Plan, workday: Workday) -> Workday {
    match plan.calendar.statutory_rest_day {
        None | Some(StatutoryRestDay::Weekday(_)) => workday,
        Some(StatutoryRestDay::LastWorked { four_weeks_from: None }) => week_of(plan, workday),
        Some(StatutoryRestDay::LastWorked { four_weeks_from: Some(anchor) }) => {
            let weeks = (week_of(plan, workday).0 - week_of(plan, anchor).0).rem_euclid(28);
            week_of(plan, workday).plus(-weeks)
        }
    }
}

fn same_scope(plan: &Plan, tier: &OvertimeTier, one: Workday, other: Workday) -> bool {
    let run = |workday: Workday, anchor: Workday, count: u8| {
        (week_of(plan, workday).0 - week_of(plan, anchor).0).div_euclid(7 * i32::from(count))
    };
    match tier.scope {
        TierScope::Shift | TierScope::Workday | TierScope::PayPeriod => one == other,
        TierScope::Workweek => week_of(plan, one) == week_of(plan, other),
        TierScope::Workweeks { count, anchor } => run(one, anchor, count) == run(other, anchor, count),
        TierScope::Month => one.month_start() == other.month_start(),
    }
}
