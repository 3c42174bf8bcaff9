//! One claim: a timecard, its ruleset, its days, and the expected results.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use shiftmill_core::{
    CardFacts, Detail, EvaluationWindow, Evaluations, TagDictionary, TimecardBatch, Workday, Zone, ZoneTable,
    assigned_zone,
};
use shiftmill_ruleset::Ruleset;
use shiftmill_timecards::rows::TagBook;
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
    /// The rulesets to which assignments change.
    pub other_rulesets: Vec<Arc<Ruleset>>,
    /// The zone of the employee, then those to which assignments change.
    pub zones: Arc<ZoneTable>,
    /// The zone of the employee with these changes.
    pub zone: Zone,
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
        let mut rulesets = ruleset::of_case(suite, case, path, suites)?.into_iter();
        let ruleset = rulesets.next().ok_or("there is no ruleset")?;
        let setting = suite.setting_of(case);
        let zones = zones(setting.zone.as_deref().unwrap_or_default(), case)?;
        let own_zone = zones.zones.first().ok_or("the table of zones is empty")?;
        let tags = TagBook::default();
        let assignments = case.assignments(ruleset.timeline().names(), &tags).map_err(told)?;
        let zone = assigned_zone(own_zone, &assignments, &zones.zones).unwrap_or_else(|| own_zone.clone());
        let card = case.card(&zone, 0, ruleset.timeline().names(), &tags).map_err(told)?;
        let card = CardFacts { assignments, ..card };
        let window = case.window(&setting, &zone, ruleset.context());
        Ok(Claim {
            file: suite.file.clone(),
            path: path.to_owned(),
            case: case.clone(),
            ruleset,
            other_rulesets: rulesets.collect(),
            zones,
            zone,
            window,
            card,
            tags: tags.into_dictionary(),
        })
    }

    /// Evaluates it and compares.
    pub(super) fn run(&self, registry: &PluginRegistry) -> Result<(), Differs> {
        let derived = self.evaluate(registry)?;
        let answer = Answer::new(&derived, self.ruleset.timeline().names(), &self.zone);
        let answer = answer.with_splits(&derived, &self.case.split_by(), &self.tags);
        let came_out = || answer.error.is_none().then(|| Box::new(came_out::came_out(&self.case, &answer)));
        compare::compare(&self.case, &answer).map_err(|difference| Differs { difference, came_out: came_out() })
    }

    fn evaluate(&self, registry: &PluginRegistry) -> Result<Evaluations, String> {
        let mut batch = TimecardBatch::default();
        batch.push(&self.card).map_err(told)?;
        let rulesets: Vec<Arc<Ruleset>> = std::iter::once(&self.ruleset).chain(&self.other_rulesets).cloned().collect();
        let batch = batch.check(rulesets.len(), self.zones.zones.len(), self.tags.len()).map_err(told)?;
        let mut workspace = Workspace::default();
        let mut evaluate = |detail| {
            let request = Request::new(rulesets.clone(), Arc::clone(&self.zones), self.window, detail, registry);
            let request = request.map_err(|error| with_cause(&error))?;
            let request = request.with_tags(self.tags.clone(), self.case.split_by()).map_err(told)?;
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

/// The zones of a claim, for some months around its facts.
fn zones(name: &str, case: &SuiteCase) -> Result<Arc<ZoneTable>, String> {
    const AROUND: i32 = 200;
    let days: Vec<Workday> = case.facts.iter().map(|row| row.workday).collect();
    let first = days.iter().min().copied().unwrap_or_default();
    let last = days.iter().max().copied().unwrap_or_default();
    let names = std::iter::once(name).chain(case.other_zones()).map(str::to_owned);
    crate::zone_table(&names.collect::<Vec<_>>(), first.plus(-AROUND), last.plus(AROUND)).map(Arc::new).map_err(told)
}
