//! Irregular weeks: made-up timecards with cases that the author of a rule may not expect. A plugin must not panic on them,
//! must not propose edits that are refused, and must stay within its budget. It may complain about a timecard.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};
use shiftmill::PluginMetrics;
use shiftmill::core::{CardFacts, Detail, EvaluationError, FailureCode, PluginFailure, Workday};
use shiftmill::plugin_host::FUEL_BASE;
use shiftmill::words;

use super::golden::counted;
use super::irregular_week::{make_up, pasted, shrink};
use crate::plugin::trial::{self, Setting, Trial};
use crate::problem::Problem;

/// Employees in one chunk, which is a request of its own. They are so few that the request is not stopped even when the
/// plugin exceeds its fuel budget on every one of them.
const CHUNK: u32 = 50;
/// The number of failures that are shown as timecards, the first of each kind.
const SHOWN: usize = 3;

/// The outcome of irregular weeks.
pub struct Fuzz {
    weeks: u32,
    seed: u64,
    complaints: u64,
    /// The number of failures.
    failed: u64,
    /// The first failure of each kind, with a timecard that shows it.
    failures: Vec<Shown>,
    fuel: u64,
    days: u64,
}

struct Shown {
    kind: String,
    message: String,
    code: FailureCode,
    timecard: String,
}

/// A week of made-up timecards.
struct Week {
    setting: Setting,
    /// The workday inside it from which the plugins are bound anew, as by a change of the ruleset.
    change: Option<Workday>,
}

/// The day of the week on which plugins are bound anew, from 0.
const DAY_OF_CHANGE: i32 = 3;

/// Evaluates made-up weeks in the zones of the claims: in the time of the claims, with a change of the ruleset inside the
/// week, at clock changes, at the end of a year.
pub fn run(trial: &Trial<'_>, settings: &[Setting], weeks: u32, seed: u64) -> Result<Fuzz, Problem> {
    let mut fuzz = Fuzz { weeks, seed, complaints: 0, failed: 0, failures: Vec::new(), fuel: 0, days: 0 };
    let made_up = weeks_of(settings)?;
    let mut made = 0;
    while made < weeks {
        let number = made / CHUNK;
        let Some(week) = made_up.get(number as usize % made_up.len().max(1)) else { break };
        let employees = CHUNK.min(weeks - made);
        let seed = seed.wrapping_mul(1_000_003).wrapping_add(u64::from(number));
        let cards = make_up(&week.setting, employees, seed)?;
        fuzz.attempt(trial, week, &cards)?;
        made += employees;
    }
    Ok(fuzz)
}

/// The weeks of the made-up timecards.
fn weeks_of(settings: &[Setting]) -> Result<Vec<Week>, Problem> {
    let mut weeks: Vec<Week> = Vec::new();
    for setting in settings {
        let (zone, own) = (setting.zone()?, setting.window.pay_period.first);
        let (year, ..) = own.to_date();
        let day = |month, day| Workday::from_date(year, month, day).unwrap_or(own);
        for first in [own, day(3, 5), day(3, 25), day(10, 28), day(12, 28)] {
            let week = Setting::week_of(&setting.ruleset, zone.name(), first)?;
            if weeks.iter().any(|known| known.setting.is_like(&week)) {
                continue;
            }
            weeks.push(Week { setting: week, change: None });
            if first == own {
                let change = own.plus(DAY_OF_CHANGE);
                let ruleset = Arc::new(setting.ruleset.rebound_from(change));
                let setting = Setting::week_of(&ruleset, zone.name(), first)?;
                weeks.push(Week { setting, change: Some(change) });
            }
        }
    }
    Ok(weeks)
}

impl Fuzz {
    fn attempt(&mut self, trial: &Trial<'_>, week: &Week, cards: &[CardFacts]) -> Result<(), Problem> {
        let setting = &week.setting;
        let metrics = Arc::new(PluginMetrics::default());
        let request = trial.request(setting, Detail::Workdays)?.with_metrics(&metrics);
        let finished = trial.evaluate(request, vec![trial::chunk(cards)?])?;
        self.fuel += metrics.fuel();
        let facts = setting.window.facts;
        self.days += cards.len() as u64 * u64::from((facts.last.0 - facts.first.0 + 1).unsigned_abs());
        if finished
            .iter()
            .flat_map(|chunk| &chunk.results.cards)
            .any(|card| card.error == Some(EvaluationError::Engine))
        {
            return Err(Problem::own("the engine failed on a made-up week").hint("please report it with the seed"));
        }
        let failures = finished.iter().flat_map(|chunk| &chunk.results.failures);
        let mut first_of_kind: BTreeMap<String, PluginFailure> = BTreeMap::new();
        for failure in failures {
            if failure.code == FailureCode::BadData {
                self.complaints += 1;
                continue;
            }
            self.failed += 1;
            first_of_kind.entry(kind(failure)).or_insert_with(|| failure.clone());
        }
        for failure in first_of_kind.into_values() {
            self.show(trial, week, cards, &failure)?;
        }
        Ok(())
    }

    /// Keeps a failure with the smallest timecard that shows it.
    fn show(
        &mut self,
        trial: &Trial<'_>,
        week: &Week,
        cards: &[CardFacts],
        failure: &PluginFailure,
    ) -> Result<(), Problem> {
        let setting = &week.setting;
        let wanted = kind(failure);
        let is_known = self.failures.iter().any(|shown| shown.kind == wanted);
        let Some(card) = cards.get(failure.card as usize).filter(|_| !is_known && self.failures.len() < SHOWN) else {
            return Ok(());
        };
        let fails = |card: &CardFacts| {
            trial
                .alone(setting, card)
                .is_ok_and(|results| results.failures.iter().any(|failure| kind(failure) == wanted))
        };
        let card = shrink(card.clone(), setting, fails);
        // The message is that of the small timecard.
        let told = trial.alone(setting, &card)?.failures.into_iter().next();
        let message = words::failure(told.as_ref().unwrap_or(failure));
        let title = format!("The plugin does not fail ({}) on this week", failure.code);
        let timecard = pasted(&title, &card, setting, week.change)?;
        self.failures.push(Shown { kind: wanted, message, code: failure.code, timecard });
        Ok(())
    }

    /// True when the plugin failed on no timecard.
    pub fn holds(&self) -> bool {
        self.failed == 0
    }

    fn fuel_a_day(&self) -> u64 {
        self.fuel.div_ceil(self.days.max(1))
    }

    /// The lines of the report.
    pub fn lines(&self) -> Vec<String> {
        let weeks = counted(self.weeks as usize, "irregular week");
        if self.weeks == 0 {
            return vec![String::from("no irregular weeks were requested")];
        }
        let complaints = match self.complaints {
            0 => String::new(),
            1 => String::from("; it refused one timecard"),
            count => format!("; it refused {count} timecards"),
        };
        if self.holds() {
            let (fuel, seed) = (self.fuel_a_day(), self.seed);
            let budget = FUEL_BASE / 1_000_000;
            return vec![format!(
                "{weeks} (seed {seed}) without a failure{complaints}; {fuel} fuel for a day; the budget of a call is {budget} million"
            )];
        }
        let mut lines =
            vec![format!("the plugin fails on {} of {weeks} (seed {}){complaints}", self.failed, self.seed)];
        for shown in &self.failures {
            lines.push(format!("  error[{}] {}", shown.code, shown.message));
            lines.push(String::from("  paste this into a suite; it passes when the plugin no longer fails on it:"));
            lines.push(String::new());
            lines.extend(shown.timecard.lines().map(|line| format!("    {line}")));
            lines.push(String::new());
        }
        lines
    }

    /// The same as JSON.
    pub fn object(&self) -> Value {
        let shown =
            |shown: &Shown| json!({ "code": shown.code.code(), "message": shown.message, "timecard": shown.timecard });
        let failures: Vec<Value> = self.failures.iter().map(shown).collect();
        json!({
            "weeks": self.weeks, "seed": self.seed, "failed": self.failed, "refused_timecards": self.complaints,
            "failures": failures, "fuel_per_employee_day": self.fuel_a_day(),
        })
    }
}

/// The kind of a failure: its code, its hook and its place. Failures of one kind are shown once.
fn kind(failure: &PluginFailure) -> String {
    format!("{} {} {}", failure.code, failure.hook, place(&failure.message))
}

/// The place in the source, or the whole message when it names none.
fn place(message: &str) -> &str {
    message.split_once(": ").map_or(message, |(place, _)| place)
}
