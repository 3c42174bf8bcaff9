//! One claim: a timecard, its ruleset, its days, and the expected results.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use shiftmill_core::{
    CardFacts, Detail, EvaluationWindow, Evaluations, TagDictionary, TimecardBatch, Workday, ZoneTable,
};
use shiftmill_ruleset::Ruleset;
use shiftmill_timecards::suite::{CameOut, SuiteCase, SuiteFile};

use super::answer::Answer;
use super::{Suites, came_out, compare, ruleset};
use crate::cause::with_cause;
use crate::chunk::Workspace;
use crate::plugin_registry::PluginRegistry;
use crate::request::Request;

/// A claim that can be evaluated.
#[derive(Debug)]
pub struct Claim {
    /// The file, from the folder of suites.
    pub file: String,
    /// Where the file is.
    pub path: PathBuf,
    /// The claim as written.
    pub case: SuiteCase,
    /// The ruleset.
    pub ruleset: Arc<Ruleset>,
    /// The zone of the employee, as the only one.
    pub zones: Arc<ZoneTable>,
    /// The days and the instant of the calculation.
    pub window: EvaluationWindow,
    /// The facts.
    pub card: CardFacts,
    /// The tags of the facts.
    pub tags: TagDictionary,
}

/// Why a claim does not hold.
pub(super) struct Differs {
    /// What differs, or why the claim cannot be evaluated.
    pub(super) difference: String,
    /// The actual results, when it has been evaluated.
    pub(super) came_out: Option<Box<CameOut>>,
}

impl From<String> for Differs {
    fn from(difference: String) -> Differs {
        Differs { difference, came_out: None }
    }
}

impl Claim {
    /// A claim of a suite. `Err` with why it cannot be evaluated.
    pub(super) fn new(suite: &SuiteFile, case: &SuiteCase, path: &Path, suites: &Suites<'_>) -> Result<Claim, String> {
        let ruleset = Arc::new(ruleset::of_case(suite, case, path, suites)?);
        let setting = suite.setting_of(case);
        let zones = zones(setting.zone.as_deref().unwrap_or_default(), case)?;
        let zone = zones.zones.first().ok_or("the table of zones is empty")?;
        let tags = RefCell::new(TagDictionary::default());
        let card = case.card(zone, 0, ruleset.timeline().names(), &tags).map_err(told)?;
        let window = case.window(&setting, zone, ruleset.context());
        let (file, path, case, tags) = (suite.file.clone(), path.to_owned(), case.clone(), tags.into_inner());
        Ok(Claim { file, path, case, ruleset, zones, window, card, tags })
    }

    /// Evaluates it and compares.
    pub(super) fn run(&self, registry: &PluginRegistry) -> Result<(), Differs> {
        let derived = self.evaluate(registry)?;
        let zone = self.zones.zones.first().ok_or_else(|| "the table of zones is empty".to_owned())?;
        let answer = Answer::new(&derived, self.ruleset.timeline().names(), zone);
        let answer = answer.with_splits(&derived, &self.case.split_by(), &self.tags);
        let came_out = || answer.error.is_none().then(|| Box::new(came_out::came_out(&self.case, &answer)));
        compare::compare(&self.case, &answer).map_err(|difference| Differs { difference, came_out: came_out() })
    }

    fn evaluate(&self, registry: &PluginRegistry) -> Result<Evaluations, String> {
        let mut batch = TimecardBatch::default();
        batch.push(&self.card).map_err(told)?;
        let batch = batch.check(1, 1, self.tags.len()).map_err(told)?;
        let mut workspace = Workspace::default();
        let mut evaluate = |detail| {
            let rulesets = vec![Arc::clone(&self.ruleset)];
            let request = Request::new(rulesets, Arc::clone(&self.zones), self.window, detail, registry);
            let request = request.map_err(|error| with_cause(&error))?;
            let request = request.with_tags(self.tags.clone(), self.case.split_by());
            workspace.evaluate(&request, &batch).map_err(told)
        };
        let (derived, plain) = (evaluate(Detail::Full)?, evaluate(Detail::Workdays)?);
        same_with_less_detail(&derived, &plain)?;
        Ok(derived)
    }
}

fn told(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// Checks that the level of detail does not change what is paid.
fn same_with_less_detail(derived: &Evaluations, plain: &Evaluations) -> Result<(), String> {
    let same = derived.lines == plain.lines
        && derived.workdays == plain.workdays
        && derived.exceptions == plain.exceptions
        && derived.totals == plain.totals
        && derived.splits == plain.splits
        && derived.carried == plain.carried;
    if same { Ok(()) } else { Err("the rows with full detail differ from those without".to_owned()) }
}

/// The zone of a claim, for some months around its facts.
fn zones(name: &str, case: &SuiteCase) -> Result<Arc<ZoneTable>, String> {
    const AROUND: i32 = 200;
    let days: Vec<Workday> = case.facts.iter().map(|row| row.workday).collect();
    let first = days.iter().min().copied().unwrap_or_default();
    let last = days.iter().max().copied().unwrap_or_default();
    crate::zone_table(&[name.to_owned()], first.plus(-AROUND), last.plus(AROUND)).map(Arc::new).map_err(told)
}
