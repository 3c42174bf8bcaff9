//! The check of independence: what comes out for an employee must not depend on the employees beside. Made-up weeks are
//! evaluated alone, together, and together the other way round. It takes a few hundredths of a second for usual rules, and
//! ends with its fuel for those that do not end.

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
/// The same weeks are made up every time, so that the same ruleset fares the same.
const SEED: u64 = 1;
/// Where they work.
const ZONE: &str = "America/New_York";
/// When: clocks change on the last day of the week.
const FIRST: (i32, u32, u32) = (2026, 3, 2);
/// So many weeks are tried at most: one is enough unless versions of the ruleset bind other plugins.
const WEEKS_MAX: usize = 8;
/// Fuel of all calls together. Usual rules take less than a hundredth of it; an endless one burns it in a few seconds.
const FUEL: u64 = 1_000_000_000;

/// An employee whose results depend on others.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "plugin {} of ruleset `{ruleset}` does not keep employees apart: employee {employee} of a made-up week from {week}, \
     {arrangement}, comes out otherwise than alone; alone: {alone}; together: {together}",
    listed(.bindings)
)]
pub struct Dependence {
    /// The ruleset.
    pub ruleset: String,
    /// What the ruleset calls the plugin; several when it is not known which it is.
    pub bindings: Vec<String>,
    /// The employee.
    pub employee: String,
    /// The first day of the week.
    pub week: Workday,
    /// In which company.
    pub arrangement: &'static str,
    /// What is told of the employee alone, and not together with others.
    pub alone: String,
    /// What is told of the employee together with others, and not alone.
    pub together: String,
}

impl Dependence {
    /// The stable code that documentation explains.
    pub const CODE: ErrorCode = ErrorCode::PluginNotIndependent;
}

fn listed(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" or ")
}

/// Finds out whether the plugins of a ruleset keep employees apart. Nothing is quarantined: it is the ruleset that is
/// refused, and others may use the same plugins. Whether a plugin fails is no matter here, as long as it fails alike; one
/// that uses up the fuel of the check has not been found out.
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

/// The weeks in which the plugins are in force that are not kept apart anyway.
fn weeks(ruleset: &Arc<Ruleset>) -> Result<Vec<Setting>, TrialError> {
    let timeline = ruleset.timeline();
    let (year, month, day) = FIRST;
    let usual = Workday::from_date(year, month, day).unwrap_or_default();
    let mut weeks: Vec<Setting> = Vec::new();
    for (index, binding) in (0_u16..).zip(timeline.bindings()) {
        // What takes effect within a week may not change the days before it.
        let is_tried = weeks.iter().any(|week| timeline.is_in_force(index, week.window.pay_period.first));
        if is_tried || binding.isolation == Isolation::Employee || weeks.len() == WEEKS_MAX {
            continue;
        }
        let first = if timeline.is_in_force(index, usual) { usual } else { in_force(timeline, index).unwrap_or(usual) };
        match Setting::week_of(ruleset, ZONE, first) {
            // Nobody works where there is no calendar.
            Err(TrialError::Zones(_)) => {}
            week => weeks.push(week?),
        }
    }
    Ok(weeks)
}

/// A workday on which a plugin is in force: the first of a version, or the last week of the very first one, which has
/// always been.
fn in_force(timeline: &PlanTimeline, binding: u16) -> Option<Workday> {
    let versions = timeline.versions();
    let index = versions.iter().position(|(_, plan)| plan.plugins.contains(&binding))?;
    let (from, until) = (versions.get(index)?.0, versions.get(index + 1).map(|next| next.0));
    Some(if index == 0 { until.unwrap_or(from).plus(-7) } else { from })
}

/// What a week has told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    /// Everybody comes out alike.
    Independence,
    /// Nothing: there was not enough fuel, or a plugin fails for everybody.
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
        let mut room = Workspace::default();
        let Some(alone) = self.alone(&mut room)? else { return Ok(Found::Nothing) };
        let order: Vec<usize> = (0..self.cards.len()).collect();
        let back: Vec<usize> = order.iter().rev().copied().collect();
        for (arrangement, order) in [("in one chunk", order), ("in one chunk the other way round", back)] {
            let request = self.request(&self.trial_budget, 0)?;
            let Some(results) = self.evaluate(&request, self.ordered(&order), &mut room)? else {
                return Ok(Found::Nothing);
            };
            for (position, index) in order.iter().enumerate() {
                let together = CardReport::of(&self.setting, &results, position)?;
                let Some((card, alone)) = self.cards.get(*index).zip(alone.get(*index)) else { continue };
                if *alone != together {
                    let (alone, together) = alone.first_difference(&together);
                    return Err(TrialError::NotIndependent(Box::new(Dependence {
                        ruleset: self.setting.ruleset.name().to_owned(),
                        bindings: self.culprits(&order, &mut room)?,
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

    /// What is told of everybody alone. `None` when that is nothing to compare with.
    fn alone(&self, room: &mut Workspace) -> Result<Option<Vec<CardReport>>, TrialError> {
        let request = self.request(&self.trial_budget, 0)?;
        let mut alone = Vec::with_capacity(self.cards.len());
        for card in &self.cards {
            let Some(results) = self.evaluate(&request, [card], room)? else { return Ok(None) };
            alone.push(CardReport::of(&self.setting, &results, 0)?);
        }
        Ok(Some(alone))
    }

    fn ordered<'a>(&'a self, order: &'a [usize]) -> impl Iterator<Item = &'a CardFacts> {
        order.iter().filter_map(|index| self.cards.get(*index))
    }

    /// What the plugin is called that is found out first when every answer is looked at twice, with fuel of its own; all
    /// of them when none is.
    fn culprits(&self, order: &[usize], room: &mut Workspace) -> Result<Vec<String>, TrialError> {
        let request = self.request(&Arc::new(FuelBudget::new(FUEL)), 1)?;
        match room.evaluate(&request, &chunk(self.ordered(order))?) {
            Err(Stopped(CallError::NotIndependent { binding, .. })) => Ok(vec![binding]),
            _ => Ok(request.plugins(0).iter().map(|bound| bound.binding().name.clone()).collect()),
        }
    }

    /// What is asked; one in about so many answers is looked at twice.
    fn request(&self, trial_budget: &Arc<FuelBudget>, audit_one_in: u32) -> Result<Request, TrialError> {
        let Setting { ruleset, zones, window } = &self.setting;
        let request = Request::new(vec![Arc::clone(ruleset)], Arc::clone(zones), *window, Detail::Full, self.registry);
        Ok(request.map_err(TrialError::Unbound)?.on_trial(trial_budget, audit_one_in))
    }

    /// The results of some cards. `None` when they tell nothing: the fuel is used up, or a plugin fails for everybody.
    fn evaluate<'a>(
        &self,
        request: &Request,
        cards: impl IntoIterator<Item = &'a CardFacts>,
        room: &mut Workspace,
    ) -> Result<Option<Evaluations>, TrialError> {
        match room.evaluate(request, &chunk(cards)?) {
            Ok(results) => Ok((!self.trial_budget.is_empty()).then_some(results)),
            Err(stopped) if matches!(stopped.0, CallError::Broken { .. }) => Ok(None),
            Err(stopped) => Err(TrialError::Stopped(stopped)),
        }
    }
}
