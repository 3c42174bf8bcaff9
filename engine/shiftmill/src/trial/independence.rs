//! The check of independence: the results of an employee must not depend on other employees of the chunk. The check
//! evaluates made-up weeks alone, together, and together in reverse order. It takes a few hundredths of a second for
//! typical rules. Its fuel ends it for rules that do not end.

use std::sync::Arc;

use shiftmill_core::{CardFacts, Detail, ErrorCode, Evaluations, Isolation, PlanTimeline, Workday};
use shiftmill_plugin_host::{CallError, FuelBudget};
use shiftmill_ruleset::Ruleset;

use super::{CardReport, Setting, TrialError, chunk, make_up};
use crate::chunk::Workspace;
use crate::plugin_registry::PluginRegistry;
use crate::request::{Request, Stopped};

/// Made-up employees of one week.
const EMPLOYEES: u32 = 36;
/// The seed is fixed, so that the same ruleset always has the same outcome.
const SEED: u64 = 1;
/// Their zone.
const ZONE: &str = "America/New_York";
/// The first day of the week: clocks change on its last day.
const FIRST: (i32, u32, u32) = (2026, 3, 2);
/// Most weeks of a trial: one is enough unless versions of the ruleset bind other plugins.
const WEEKS_MAX: usize = 8;
/// Fuel of all calls together. Typical rules use less than a hundredth of it; an endless rule uses it in a few seconds.
const FUEL: u64 = 1_000_000_000;

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

/// Checks whether the plugins of a ruleset keep employees apart. No plugin is quarantined: only the ruleset is refused,
/// because other rulesets may use the same plugins. A plugin may fail, as long as it fails in the same way for an
/// employee alone and together with others. A plugin that uses up the fuel of the check passes.
///
/// # Errors
/// [`TrialError::NotIndependent`]; others when the plugins cannot be called.
pub fn check_independence(ruleset: &Arc<Ruleset>, registry: &PluginRegistry) -> Result<(), TrialError> {
    let trial_budget = Arc::new(FuelBudget::new(FUEL));
    for setting in weeks(ruleset)? {
        let cards = make_up(&setting, EMPLOYEES, SEED)?;
        let week = Week { setting, cards, registry, trial_budget: Arc::clone(&trial_budget) };
        if week.check()? == Found::Nothing {
            break;
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

/// The outcome of a week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    /// All employees have the same results in every arrangement.
    Independence,
    /// None: there was not enough fuel, or a plugin fails for all employees.
    Nothing,
}

/// One week under trial.
struct Week<'a> {
    setting: Setting,
    cards: Vec<CardFacts>,
    registry: &'a PluginRegistry,
    trial_budget: Arc<FuelBudget>,
}

impl Week<'_> {
    fn check(&self) -> Result<Found, TrialError> {
        let mut workspace = Workspace::default();
        let Some(alone) = self.alone(&mut workspace)? else { return Ok(Found::Nothing) };
        let order: Vec<usize> = (0..self.cards.len()).collect();
        let back: Vec<usize> = order.iter().rev().copied().collect();
        for (arrangement, order) in [("in one chunk", order), ("in one chunk in reverse order", back)] {
            let request = self.request(&self.trial_budget, 0)?;
            let Some(results) = self.evaluate(&request, self.ordered(&order), &mut workspace)? else {
                return Ok(Found::Nothing);
            };
            for (position, index) in order.iter().enumerate() {
                let together = CardReport::of(&self.setting, &results, position)?;
                let Some((card, alone)) = self.cards.get(*index).zip(alone.get(*index)) else { continue };
                if *alone != together {
                    let (alone, together) = alone.first_difference(&together);
                    return Err(TrialError::NotIndependent(Box::new(Dependence {
                        ruleset: self.setting.ruleset.name().to_owned(),
                        bindings: self.culprits(&order, &mut workspace)?,
                        employee: card.employee.clone(),
                        week: self.setting.window.pay_period.first,
                        arrangement,
                        alone,
                        together,
                    })));
                }
            }
        }
        Ok(Found::Independence)
    }

    /// The results of each employee alone. `None` when there are none to compare with.
    fn alone(&self, workspace: &mut Workspace) -> Result<Option<Vec<CardReport>>, TrialError> {
        let request = self.request(&self.trial_budget, 0)?;
        let mut alone = Vec::with_capacity(self.cards.len());
        for card in &self.cards {
            let Some(results) = self.evaluate(&request, [card], workspace)? else { return Ok(None) };
            alone.push(CardReport::of(&self.setting, &results, 0)?);
        }
        Ok(Some(alone))
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
        let Setting { ruleset, zones, window } = &self.setting;
        let request = Request::new(vec![Arc::clone(ruleset)], Arc::clone(zones), *window, Detail::Full, self.registry);
        Ok(request.map_err(TrialError::Unbound)?.on_trial(trial_budget, audit_one_in))
    }

    /// The results of some cards. `None` when they cannot be compared: the fuel is used up, or a plugin fails for all.
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
