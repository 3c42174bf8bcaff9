//! What lies beside a plugin: the ruleset that uses it, and the timecards that prove it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use shiftmill::core::{EvaluationWindow, Workday, WorkdayRange};
use shiftmill::ruleset::Ruleset;
use shiftmill::suites::{Claim, Suites};
use shiftmill::{Shelf, zone_table};

use crate::plugin::trial::Setting;
use crate::problem::Problem;
use crate::rulesets;

/// The folder of a plugin.
#[derive(Clone, Copy)]
pub struct Project<'a> {
    /// The folder.
    pub folder: &'a Path,
    /// The ruleset, when it is not `ruleset.toml`.
    pub ruleset: Option<&'a Path>,
    /// The plugins that rulesets name.
    pub shelf: &'a Shelf,
}

/// Where people are of whom no timecard says where they are.
const ZONE: &str = "America/New_York";
/// Zones are known so many days around the days that are asked about.
const AROUND: i32 = 200;
/// The most days that one setting of generated timecards pays.
const DAYS_MAX: i32 = 31;

impl<'a> Project<'a> {
    /// The suites of the project.
    pub fn suites(&self, folder: &'a Path, only: &'a str) -> Suites<'a> {
        Suites { folder, only, rulesets: Some(self.folder), shelf: self.shelf }
    }

    /// The folder of suites.
    pub fn timecards(&self) -> PathBuf {
        self.folder.join("timecards")
    }

    /// The ruleset that uses the plugin.
    pub fn load_ruleset(&self) -> Result<Arc<Ruleset>, Problem> {
        let file = self.ruleset.map_or_else(|| self.folder.join("ruleset.toml"), Path::to_path_buf);
        let ruleset = rulesets::load(&file.display().to_string(), self.shelf)?;
        if ruleset.timeline().bindings().is_empty() {
            return Err(Problem::new(format!("`{}` uses no plugin", file.display()))
                .hint("add a `[[plugin]]` section with the plugin's `file`"));
        }
        Ok(ruleset)
    }

    /// The settings in which timecards are made up: those of the claims, or one of the ruleset where there are none.
    pub fn settings(&self, claims: &[Claim]) -> Result<Vec<Setting>, Problem> {
        let mut settings: Vec<Setting> = Vec::new();
        let uses = claims.iter().filter(|claim| !claim.ruleset.timeline().bindings().is_empty());
        for setting in uses.map(Setting::of) {
            let days = setting.window.pay_period.last.0 - setting.window.pay_period.first.0;
            if days < DAYS_MAX && !settings.iter().any(|known| known.is_like(&setting)) {
                settings.push(setting);
            }
        }
        if settings.is_empty() {
            let first = Workday::from_date(2026, 3, 2).unwrap_or_default();
            settings.push(week_of(&self.load_ruleset()?, ZONE, first)?);
        }
        Ok(settings)
    }
}

/// A week from a workday on, asked about when it is over and everything around it is known.
pub fn week_of(ruleset: &Arc<Ruleset>, zone: &str, first: Workday) -> Result<Setting, Problem> {
    days_of(ruleset, zone, WorkdayRange { first, last: first.plus(6) })
}

/// Some days, asked about when they are over and everything around them is known.
pub fn days_of(ruleset: &Arc<Ruleset>, zone: &str, pay_period: WorkdayRange) -> Result<Setting, Problem> {
    let WorkdayRange { first, last } = pay_period;
    let context = ruleset.context();
    let facts =
        WorkdayRange { first: first.plus(-i32::from(context.before)), last: last.plus(i32::from(context.after)) };
    let zones = zone_table(&[zone.to_owned()], first.plus(-AROUND), last.plus(AROUND))
        .map_err(|error| Problem::new("there are no zones for these days").cause(error))?;
    let as_of = zones.get(0).ok_or_else(|| Problem::own("there is no zone"))?.midnight(facts.last.plus(3));
    let window = EvaluationWindow { pay_period, facts, as_of, require_final: false };
    Ok(Setting { ruleset: Arc::clone(ruleset), zones: Arc::new(zones), window })
}
