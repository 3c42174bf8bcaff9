//! Days of context: how far around the pay period the facts must reach for its figures to be final.
//! - Takes:  the plan, the pay period, the days for which the facts are complete.
//! - Gives:  days needed before and after; `context_short` and provisional results when there are fewer.
//! - Runs:   first in close.
//! - Edges:  each overtime tier needs the whole of its first and last scope that the pay period touches: the workweek,
//!   the run of workweeks, the month; a scope of a workday or shift, and the pay period itself, need nothing more. A
//!   condition on consecutive days needs its workweek when runs start again there, else as many days before as its
//!   number. The combination by alternatives needs whole workweeks, and so does a premium whose hours or limits are
//!   those of a workweek. A quota of corrections needs its cycle up to the pay period. A watcher needs the days of its scope
//!   up to the pay period (see `watch`). Free lateness needs its month up to the pay period, and late off, late on the week before. A statutory
//!   rest day that follows from the work needs the workweek, or the four workweeks, that
//!   decide it. The pay of a holiday in the pay period needs the days that decided it, and where none in the facts do, all
//!   that may. A plugin needs the days that it declares. To
//!   that comes one day on each side, always, since a shift may run over midnight. Scopes before the pay period are those of the plan on its first workday, scopes
//!   after it those of the plan on its last. A tier, or a watcher of hours, with an opening balance needs no days before.
//!   The one `context_short` exception is shown on the first workday of the pay period, at `as_of`.
//! - Source: each workweek is on its own (29 CFR 778.104), so it must be known as a whole.
//! - Shown:  timecards/context/days.md

use crate::card::{CardState, Noticed};
use crate::codes::{ExceptionCode, RuleId};
use crate::evaluation::EvaluationError;
use crate::pay::combine::Combine;
use crate::pay::premiums::Premium;
use crate::pay::tiers::{ConsecutiveReset, OvertimeTier, TierScope};
use crate::plan::{ContextDays, Plan, PlanTimeline};
use crate::shape::calendar::StatutoryRestDay;
use crate::shape::late_off;
use crate::shape::workdays::workweek_start;
use crate::time::{Seconds, Workday, WorkdayRange};
use crate::timecard::{EvaluationWindow, Inputs, OpeningBalance};

/// Days needed on each side for shifts over midnight.
const OVER_MIDNIGHT: i32 = 1;

impl Plan {
    /// The days of context that this plan needs for any pay period, at worst.
    pub fn context(&self) -> ContextDays {
        let mut days = ContextDays { before: OVER_MIDNIGHT as u16, after: OVER_MIDNIGHT as u16 };
        let mut at_least = |before: u16, after: u16| {
            days.before = days.before.max(before + OVER_MIDNIGHT as u16);
            days.after = days.after.max(after + OVER_MIDNIGHT as u16);
        };
        for tier in &self.overtime.tiers {
            match tier.scope {
                TierScope::Shift | TierScope::Workday | TierScope::PayPeriod => {}
                TierScope::Workweek => at_least(6, 6),
                TierScope::Workweeks { count, .. } => {
                    let days = (u16::from(count) * 7).saturating_sub(1);
                    at_least(days, days);
                }
                TierScope::Month => at_least(30, 30),
            }
            match tier.when.consecutive {
                None => {}
                Some(run) if run.reset == ConsecutiveReset::Workweek => at_least(6, 0),
                Some(run) => at_least(u16::from(run.day), 0),
            }
        }
        if self.needs_whole_workweeks() {
            at_least(6, 6);
        }
        if self.corrections.quota.is_some() || self.attendance.free_late.is_some() {
            at_least(30, 0);
        }
        if !self.attendance.late_off.is_empty() {
            at_least(late_off::DAYS_BEFORE as u16, 0);
        }
        for watcher in &self.watchers {
            at_least(watcher.days_before(), 0);
        }
        let (before, after) = self.holidays.days_around();
        at_least(before, after);
        match self.scope_of_rest() {
            None => {}
            Some(TierScope::Workweeks { .. }) => at_least(27, 27),
            Some(_) => at_least(6, 6),
        }
        days
    }

    /// The workdays that must be known before a pay period that begins on `first` can be paid: from which one on.
    fn context_from(&self, first: Workday, balances: &[OpeningBalance]) -> Workday {
        let carried = |tier: &&OvertimeTier| !balances.iter().any(|balance| balance.rule == tier.rule);
        let mut from = first;
        for tier in self.overtime.tiers.iter().filter(carried) {
            from = from.min(self.scope_around(tier.scope, first).first);
            if let Some(run) = tier.when.consecutive {
                from = from.min(match run.reset {
                    ConsecutiveReset::Workweek => workweek_start(&self.workdays, first),
                    ConsecutiveReset::Rolling | ConsecutiveReset::AfterTrigger => first.plus(-i32::from(run.day)),
                });
            }
        }
        if self.needs_whole_workweeks() {
            from = from.min(workweek_start(&self.workdays, first));
        }
        if self.corrections.quota.is_some() {
            from = from.min(self.corrections.cycle_of(first));
        }
        if self.attendance.free_late.is_some() {
            from = from.min(first.month_start());
        }
        if !self.attendance.late_off.is_empty() {
            from = from.min(first.plus(-late_off::DAYS_BEFORE));
        }
        if let Some(scope) = self.scope_of_rest() {
            from = from.min(self.scope_around(scope, first).first);
        }
        for watcher in &self.watchers {
            from = from.min(watcher.context_from(self, first, balances));
        }
        from.plus(-OVER_MIDNIGHT)
    }

    /// The last workday that must be known for a pay period that ends on `last`.
    fn context_until(&self, last: Workday) -> Workday {
        let scopes = self.overtime.tiers.iter().map(|tier| self.scope_around(tier.scope, last).last);
        let mut until = scopes.fold(last, Workday::max);
        if self.needs_whole_workweeks() {
            until = until.max(workweek_start(&self.workdays, last).plus(6));
        }
        if let Some(scope) = self.scope_of_rest() {
            until = until.max(self.scope_around(scope, last).last);
        }
        until.plus(OVER_MIDNIGHT)
    }

    /// Whether some rule beside overtime tiers takes the time of a workweek together.
    fn needs_whole_workweeks(&self) -> bool {
        let by_alternatives = matches!(self.overtime.combine, Combine::MaxOfAlternatives(_));
        by_alternatives || self.premiums.iter().any(Premium::looks_at_workweeks)
    }

    /// The workweeks of which some rest day must be free, when the statutory rest day follows from the work.
    fn scope_of_rest(&self) -> Option<TierScope> {
        match self.calendar.statutory_rest_day? {
            StatutoryRestDay::Weekday(_) => None,
            StatutoryRestDay::LastWorked { four_weeks_from } => Some(StatutoryRestDay::scope(four_weeks_from)),
        }
    }

    /// The workdays of the scope that contains `workday`, as far as they are known from the plan.
    fn scope_around(&self, scope: TierScope, workday: Workday) -> WorkdayRange {
        let week_of = |workday| workweek_start(&self.workdays, workday);
        match scope {
            TierScope::Shift | TierScope::Workday | TierScope::PayPeriod => {
                WorkdayRange { first: workday, last: workday }
            }
            TierScope::Workweek => {
                let week = week_of(workday);
                WorkdayRange { first: week, last: week.plus(6) }
            }
            TierScope::Workweeks { count, anchor } => {
                let week = week_of(workday);
                let days = i32::from(count) * 7;
                let into_run = (week.0 - week_of(anchor).0).rem_euclid(days);
                let first = week.plus(-into_run);
                WorkdayRange { first, last: first.plus(days - 1) }
            }
            TierScope::Month => {
                let first = workday.month_start();
                WorkdayRange { first, last: first.plus(31).month_start().plus(-1) }
            }
        }
    }
}

impl ContextDays {
    /// As many as either needs.
    fn or(self, other: ContextDays) -> ContextDays {
        ContextDays { before: self.before.max(other.before), after: self.after.max(other.after) }
    }
}

impl PlanTimeline {
    /// The days of context that any version needs for any pay period, at worst.
    pub fn context(&self) -> ContextDays {
        let plans = self.versions().iter().map(|(_, plan)| plan);
        plans.fold(ContextDays::default(), |most, plan| most.or(plan.context()).or(self.context_of_plugins(plan)))
    }

    /// The days of context that the plugins of a plan need.
    fn context_of_plugins(&self, plan: &Plan) -> ContextDays {
        let bindings = plan.plugins.iter().filter_map(|binding| self.bindings().get(usize::from(*binding)));
        let days = bindings.fold(ContextDays::default(), |most, binding| most.or(binding.context));
        let over_midnight = |days: u16| days.saturating_add(OVER_MIDNIGHT as u16);
        ContextDays { before: over_midnight(days.before), after: over_midnight(days.after) }
    }
}

/// The days of context that one request needs.
fn needed(inputs: &Inputs<'_>, state: &CardState) -> ContextDays {
    let EvaluationWindow { pay_period, .. } = *inputs.window;
    let (first, last) = (inputs.timeline.at(pay_period.first), inputs.timeline.at(pay_period.last));
    let (mut from, mut until) =
        (first.context_from(pay_period.first, inputs.card.opening_balances), last.context_until(pay_period.last));
    if let Some((reaches_from, reaches_until)) = state.holidays_reach {
        from = from.min(reaches_from.plus(-OVER_MIDNIGHT));
        until = until.max(reaches_until.plus(OVER_MIDNIGHT));
    }
    let days = |length: i32| u16::try_from(length).unwrap_or(u16::MAX);
    ContextDays {
        before: days(pay_period.first.0 - from.0).max(inputs.timeline.context_of_plugins(first).before),
        after: days(until.0 - pay_period.last.0).max(inputs.timeline.context_of_plugins(last).after),
    }
}

/// True when days of context are missing; then also notices it.
///
/// # Errors
/// [`EvaluationError::ContextShort`] when days are missing and the request wants final results only.
pub(crate) fn check(inputs: &Inputs<'_>, state: &mut CardState) -> Result<bool, EvaluationError> {
    let EvaluationWindow { pay_period, facts, as_of, require_final } = *inputs.window;
    let ContextDays { before, after } = needed(inputs, state);
    let enough = facts.first <= pay_period.first.plus(-i32::from(before))
        && facts.last >= pay_period.last.plus(i32::from(after));
    if enough {
        return Ok(false);
    }
    if require_final {
        return Err(EvaluationError::ContextShort { before, after });
    }
    state.noticed.push(Noticed {
        code: ExceptionCode::ContextShort,
        workday: pay_period.first,
        at: as_of,
        measure: Seconds::ZERO,
        rule: RuleId::PUNCHES,
        shift: None,
        says: None,
    });
    Ok(true)
}
