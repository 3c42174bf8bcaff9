//! The folder of a plugin: the ruleset that uses it, and the timecards that test it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use shiftmill::PluginRegistry;
use shiftmill::core::Workday;
use shiftmill::ruleset::Ruleset;
use shiftmill::suites::{Claim, Suites};

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
    /// The loaded plugins.
    pub registry: &'a PluginRegistry,
}

/// The zone of made-up timecards when no timecard states one.
const ZONE: &str = "America/New_York";
/// The maximum length of the pay period of made-up timecards, in days.
const DAYS_MAX: i32 = 31;

impl<'a> Project<'a> {
    /// The suites of the project.
    pub fn suites(&self, folder: &'a Path, only: &'a str) -> Suites<'a> {
        Suites { folder, only, rulesets: Some(self.folder), registry: self.registry }
    }

    /// The folder of suites.
    pub fn timecards(&self) -> PathBuf {
        self.folder.join("timecards")
    }

    fn ruleset_file(&self) -> PathBuf {
        self.ruleset.map_or_else(|| self.folder.join("ruleset.toml"), Path::to_path_buf)
    }

    /// Reports all mistakes of the ruleset once, before every claim with that ruleset fails on them.
    pub fn check_ruleset(&self) -> Result<(), Problem> {
        let file = self.ruleset_file();
        if file.is_file() {
            rulesets::load(&file.display().to_string(), self.registry)?;
        }
        Ok(())
    }

    /// The ruleset that uses the plugin.
    pub fn load_ruleset(&self) -> Result<Arc<Ruleset>, Problem> {
        let file = self.ruleset_file();
        let ruleset = rulesets::load(&file.display().to_string(), self.registry)?;
        if ruleset.timeline().bindings().is_empty() {
            return Err(Problem::new(format!("`{}` uses no plugin", file.display()))
                .hint("add a `[[plugin]]` section with the plugin's `file`"));
        }
        Ok(ruleset)
    }

    /// The settings of made-up timecards: those of the claims, or one of the ruleset when there are no claims.
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
            settings.push(Setting::week_of(&self.load_ruleset()?, ZONE, first)?);
        }
        Ok(settings)
    }
}
