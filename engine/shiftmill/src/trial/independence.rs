//! The check of independence: the results of an employee must not depend on other employees of the chunk. The check
//! evaluates made-up weeks alone and together in several orders: once irregular weeks, and once as many employees as one
//! call of a plugin may have, so that every position in a call is compared with the employee alone. It takes about a tenth
//! of a second for typical rules. Its fuel ends it for rules that do not end.

use std::sync::Arc;
use std::time::Duration;

use shiftmill_core::{
    CardFacts, Detail, ErrorCode, Evaluations, Isolation, PlanTimeline, ResultHash, ResultHasher, Workday,
};
use shiftmill_plugin_host::{CallError, Cancellation, FuelBudget, fuel_budget};
use shiftmill_ruleset::Ruleset;

use super::batch_filler::fill_batch;
use super::{CardReport, Setting, TrialError, chunk, make_up};
use crate::chunk::Workspace;
use crate::metrics::PluginMetrics;
use crate::plugin_registry::PluginRegistry;
use crate::request::{Request, Stopped};

/// Made-up employees of one irregular week.
const EMPLOYEES: u32 = 36;
/// The seed is fixed, so that the same ruleset always has the same outcome.
const SEED: u64 = 1;
/// Their zone.
const ZONE: &str = "America/New_York";
/// The first day of the week: clocks change on its last day.
const FIRST: (i32, u32, u32) = (2026, 3, 2);
/// Most weeks of a trial: one is enough unless versions of the ruleset bind other plugins.
const WEEKS_MAX: usize = 8;
/// Fuel of all calls together. Typical rules use less than a tenth of it; it lasts six seconds at most.
const FUEL: u64 = 2_000_000_000;

/// How long a trial may take: fuel ends most trials sooner, and not those of plugins that take long to fail.
pub const TRIAL_TIME: Duration = Duration::from_secs(20);

/// An employee whose results depend on others.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "plugin {} of ruleset `{ruleset}` does not keep employees apart: employee {employee} of a made-up week from {week}, \
     {arrangement}, has other results than alone; alone: {alone}; together: {together}",
    listed(.bindings)
)]
pub struct Dependence {
    /// The ruleset.
    pub ruleset: String,
    /// The name of the plugin in the ruleset; several when it is not known which plugin it is.
    pub bindings: Vec<String>,
    /// The employee.
    pub employee: String,
    /// The first day of the week.
    pub week: Workday,
    /// How the employees were arranged.
    pub arrangement: &'static str,
    /// The first result that the employee has alone, and not together with others.
    pub alone: String,
    /// The first result that the employee has together with others, and not alone.
    pub together: String,
}

impl Dependence {
    /// The stable code that documentation explains.
    pub const CODE: ErrorCode = ErrorCode::PluginNotIndependent;
}

fn listed(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" or ")
}

/// Checks whether the plugins of a ruleset keep employees apart, until it is cancelled. No plugin is quarantined: only the
/// ruleset is refused, because other rulesets may use the same plugins. A plugin may fail, as long as it fails in the same
/// way for an employee alone and together with others.
///
/// # Errors
/// [`TrialError::NotIndependent`]; [`TrialError::Untried`] when plugins that do not fail use up the fuel of the check;
/// others when the plugins cannot be called, or the check is cancelled.
pub fn check_independence(
    ruleset: &Arc<Ruleset>,
    registry: &PluginRegistry,
    cancellation: &Arc<Cancellation>,
) -> Result<(), TrialError> {
    let trial_budget = Arc::new(FuelBudget::new(FUEL));
    for setting in &weeks(ruleset)? {
        let crowds =
            [(make_up(setting, EMPLOYEES, SEED)?, Compared::Everything), (fill_batch(setting, SEED)?, Compared::Rows)];
        for (cards, compared) in crowds {
            let crowd = Crowd { setting, cards, compared, registry, cancellation, trial_budget: &trial_budget };
            if crowd.check()? == Found::Nothing {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// The weeks in which the plugins without `isolation = "employee"` are in force.
fn weeks(ruleset: &Arc<Ruleset>) -> Result<Vec<Setting>, TrialError> {
    let timeline = ruleset.timeline();
    let (year, month, day) = FIRST;
    let usual = Workday::from_date(year, month, day).unwrap_or_default();
    let mut weeks: Vec<Setting> = Vec::new();
    for (index, binding) in (0_u16..).zip(timeline.bindings()) {
        // A plugin that takes effect within a week may not change the days before.
        let is_tried = weeks.iter().any(|week| timeline.is_in_force(index, week.window.pay_period.first));
        if is_tried || binding.isolation == Isolation::Employee || weeks.len() == WEEKS_MAX {
            continue;
        }
        let first = if timeline.is_in_force(index, usual) { usual } else { in_force(timeline, index).unwrap_or(usual) };
        match Setting::week_of(ruleset, ZONE, first) {
            // Without time-zone data there is nothing to evaluate.
            Err(TrialError::Zones(_)) => {}
            week => weeks.push(week?),
        }
    }
    Ok(weeks)
}

/// A workday on which a plugin is in force: the first of a version, or one in the last week of the first version, which
/// has no first workday.
fn in_force(timeline: &PlanTimeline, binding: u16) -> Option<Workday> {
    let versions = timeline.versions();
    let index = versions.iter().position(|(_, plan)| plan.plugins.contains(&binding))?;
    let (from, until) = (versions.get(index)?.0, versions.get(index + 1).map(|next| next.0));
    Some(if index == 0 { until.unwrap_or(from).plus(-7) } else { from })
}

/// What is compared of each employee.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Compared {
    /// The rows of the result, and the texts that explain them.
    Everything,
    /// The rows of the result, which takes less time.
    Rows,
}

/// The outcome of a check of some employees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    /// All employees have the same results in every arrangement.
    Independence,
    /// None: the plugins fail for all employees.
    Nothing,
}

/// The result of one employee, as far as it is compared.
#[derive(Debug, PartialEq)]
struct Outcome {
    rows: Option<ResultHash>,
    texts: Option<CardReport>,
}

/// The results of employees alone.
struct Alone {
    /// The first of the employees.
    outcomes: Vec<Outcome>,
    /// True when the plugins answered for one of them.
    answered: bool,
    /// True when the fuel was not enough.
    out_of_fuel: bool,
}

/// Some employees of a week under trial.
struct Crowd<'a> {
    setting: &'a Setting,
    cards: Vec<CardFacts>,
    compared: Compared,
    registry: &'a PluginRegistry,
    cancellation: &'a Arc<Cancellation>,
    trial_budget: &'a Arc<FuelBudget>,
}

impl Crowd<'_> {
    fn check(&self) -> Result<Found, TrialError> {
        let mut workspace = Workspace::default();
        let Alone { outcomes, answered, out_of_fuel } = self.alone(&mut workspace)?;
        // Without an answer nothing is paid that could depend on others.
        let without_fuel = || match answered {
            true => Err(TrialError::Untried { ruleset: self.setting.ruleset.name().to_owned() }),
            false => Ok(Found::Nothing),
        };
        if out_of_fuel {
            return without_fuel();
        }
        for (arrangement, order) in arrangements(outcomes.len()) {
            let request = self.request(self.trial_budget, 0)?;
            let Some(results) = self.evaluate(&request, self.ordered(&order), &mut workspace)? else {
                return without_fuel();
            };
            for (position, index) in order.iter().enumerate() {
                let together = self.outcome(*index, &results, position)?;
                if outcomes.get(*index).is_some_and(|alone| *alone != together) {
                    return Err(self.dependence(arrangement, &order, position, &mut workspace)?);
                }
            }
        }
        Ok(Found::Independence)
    }

    /// The results of each employee alone, of as many as the largest call has that succeeds: a call has no more fuel than
    /// an employee alone. Plugins that use much fuel are therefore called with few employees, and here too.
    fn alone(&self, workspace: &mut Workspace) -> Result<Alone, TrialError> {
        let metrics = Arc::new(PluginMetrics::default());
        let request = self.request(self.trial_budget, 0)?.with_metrics(&metrics);
        let facts = self.setting.window.facts;
        let largest_call = fuel_budget((facts.last.0 - facts.first.0 + 1).unsigned_abs());
        let mut alone = Alone { outcomes: Vec::with_capacity(self.cards.len()), answered: false, out_of_fuel: false };
        for (index, card) in self.cards.iter().enumerate() {
            let Some(results) = self.evaluate(&request, [card], workspace)? else {
                return Ok(Alone { out_of_fuel: true, ..alone });
            };
            alone.answered |= results.failures.is_empty();
            if metrics.fuel_by_hook().iter().all(|(_, _, fuel)| *fuel > largest_call) {
                break;
            }
            alone.outcomes.push(self.outcome(index, &results, 0)?);
        }
        Ok(alone)
    }

    /// What is compared of an employee, who is at `position` of some results.
    fn outcome(&self, index: usize, results: &Evaluations, position: usize) -> Result<Outcome, TrialError> {
        let card = self.cards.get(index).ok_or(TrialError::Lost)?;
        let texts = match self.compared {
            Compared::Everything => Some(CardReport::of(self.setting, results, position)?),
            Compared::Rows => None,
        };
        Ok(Outcome { rows: ResultHasher::default().employee(&card.employee, results, position), texts })
    }

    /// The difference between an employee alone and at a position of an arrangement.
    fn dependence(
        &self,
        arrangement: &'static str,
        order: &[usize],
        position: usize,
        workspace: &mut Workspace,
    ) -> Result<TrialError, TrialError> {
        let card = order.get(position).and_then(|index| self.cards.get(*index)).ok_or(TrialError::Lost)?;
        let fuel = Arc::new(FuelBudget::new(FUEL));
        let mut report = |cards: &mut dyn Iterator<Item = &CardFacts>, position: usize| {
            let results = workspace.evaluate(&self.request(&fuel, 0)?, &chunk(cards)?).map_err(TrialError::Stopped)?;
            CardReport::of(self.setting, &results, position)
        };
        let (alone, together) = (report(&mut [card].into_iter(), 0)?, report(&mut self.ordered(order), position)?);
        let (alone, together) = alone.first_difference(&together);
        Ok(TrialError::NotIndependent(Box::new(Dependence {
            ruleset: self.setting.ruleset.name().to_owned(),
            bindings: self.culprits(order, workspace)?,
            employee: card.employee.clone(),
            week: self.setting.window.pay_period.first,
            arrangement,
            alone,
            together,
        })))
    }

    fn ordered<'a>(&'a self, order: &'a [usize]) -> impl Iterator<Item = &'a CardFacts> {
        order.iter().filter_map(|index| self.cards.get(*index))
    }

    /// The name of the plugin that fails first when every answer is compared with the employee alone, with fuel of its
    /// own; the names of all plugins when none fails.
    fn culprits(&self, order: &[usize], workspace: &mut Workspace) -> Result<Vec<String>, TrialError> {
        let request = self.request(&Arc::new(FuelBudget::new(FUEL)), 1)?;
        match workspace.evaluate(&request, &chunk(self.ordered(order))?) {
            Err(Stopped(CallError::NotIndependent { binding, .. })) => Ok(vec![binding]),
            _ => Ok(request.plugins(0).iter().map(|bound| bound.binding().name.clone()).collect()),
        }
    }

    /// A request in which one in about `audit_one_in` answers is compared with the employee alone.
    fn request(&self, trial_budget: &Arc<FuelBudget>, audit_one_in: u32) -> Result<Request, TrialError> {
        let Setting { ruleset, zones, window } = self.setting;
        let (rulesets, zones) = (vec![Arc::clone(ruleset)], Arc::clone(zones));
        let detail = match self.compared {
            Compared::Everything => Detail::Full,
            Compared::Rows => Detail::Workdays,
        };
        let request = Request::cancellable(rulesets, zones, *window, detail, self.registry, self.cancellation);
        Ok(request.map_err(TrialError::Unbound)?.on_trial(trial_budget, audit_one_in))
    }

    /// The results of some cards. `None` when the fuel is used up, or a plugin uses too much of it on failures.
    fn evaluate<'a>(
        &self,
        request: &Request,
        cards: impl IntoIterator<Item = &'a CardFacts>,
        workspace: &mut Workspace,
    ) -> Result<Option<Evaluations>, TrialError> {
        match workspace.evaluate(request, &chunk(cards)?) {
            Ok(results) => Ok((!self.trial_budget.is_empty()).then_some(results)),
            Err(stopped) if matches!(stopped.0, CallError::Broken { .. }) => Ok(None),
            Err(stopped) => Err(TrialError::Stopped(stopped)),
        }
    }
}

/// Orders of so many employees, so that each position has several employees and each employee several positions.
fn arrangements(employees: usize) -> [(&'static str, Vec<usize>); 3] {
    let half = employees / 2;
    [
        ("in one chunk", (0..employees).collect()),
        ("in one chunk in reverse order", (0..employees).rev().collect()),
        ("in one chunk, the second half first", (half..employees).chain(0..half).collect()),
    ]
}
