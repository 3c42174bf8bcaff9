//! What lies beside a plugin: the ruleset that uses it, and the timecards that prove it.

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
    /// The plugins that rulesets name.
    pub registry: &'a PluginRegistry,
}

/// Where people are of whom no timecard says where they are.
const ZONE: &str = "America/New_York";
/// The most days that one setting of generated timecards pays.
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

    /// All mistakes of the ruleset, before each claim that is evaluated by it tells them.
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
            settings.push(Setting::week_of(&self.load_ruleset()?, ZONE, first)?);
        }
        Ok(settings)
    }
}
