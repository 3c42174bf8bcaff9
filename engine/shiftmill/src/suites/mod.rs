//! Timecard suites, run: every claim of every Markdown file under a folder is evaluated and compared.
//!
//! ```text
//! file ─→ claims ─┬─→ ruleset ─→ plan ─┐
//!                 └─→ facts, window ───┴─→ evaluate ─→ answer ─→ compare ─→ differences
//! ```
//!
//! Nothing here knows a rule; what must come out stands in the file. The product's own rules are tested so, and the
//! rules that a customer adds.

mod answer;
mod compare;
mod ruleset;

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use shiftmill_core::{Detail, Evaluations, TimecardBatch, Workday, ZoneTable};
use shiftmill_timecards::suite::{self, SuiteCase, SuiteFile};

use crate::chunk::Workspace;
use crate::engine::{Layout, Request};
use answer::Answer;

/// What came of a folder of suites.
#[derive(Debug, Default)]
pub struct Ran {
    /// How many files were read.
    pub files: usize,
    /// How many claims were evaluated.
    pub claims: usize,
    /// The claims that do not hold, in the order of files and lines.
    pub failures: Vec<Failure>,
}

/// A claim that does not hold, or a file that cannot be read.
#[derive(Debug)]
pub struct Failure {
    /// The file, from the folder of suites.
    pub file: String,
    /// The line of the claim, from 1.
    pub line: usize,
    /// The claim.
    pub claim: String,
    /// What was expected and what came out, with the differing lines marked.
    pub difference: String,
}

/// The claim with its place, then the tables.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}:{}: {}", self.file, self.line, self.claim)?;
        self.difference.lines().try_for_each(|line| writeln!(f, "    {line}"))
    }
}

/// Runs every suite under `folder` whose path holds `only`.
///
/// # Errors
/// When the folder cannot be read.
pub fn run_folder(folder: &Path, only: &str) -> std::io::Result<Ran> {
    let mut ran = Ran::default();
    for path in suites_under(folder)? {
        let name = path.strip_prefix(folder).unwrap_or(&path).display().to_string();
        if name.contains(only) {
            run_file(&path, &name, &mut ran)?;
        }
    }
    Ok(ran)
}

/// The Markdown files under a folder, in order.
fn suites_under(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut suites = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            suites.extend(suites_under(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            suites.push(path);
        }
    }
    suites.sort();
    Ok(suites)
}

fn run_file(path: &Path, name: &str, ran: &mut Ran) -> std::io::Result<()> {
    ran.files += 1;
    let text = fs::read_to_string(path)?;
    let suite = match suite::parse(name, &text) {
        Ok(suite) => suite,
        Err(mistakes) => {
            let line = mistakes.list.first().map_or(1, |mistake| mistake.line);
            let claim = "the suite cannot be read".to_owned();
            ran.failures.push(Failure { file: name.to_owned(), line, claim, difference: mistakes.to_string() });
            return Ok(());
        }
    };
    let beside = path.parent().unwrap_or(Path::new("."));
    for case in &suite.cases {
        ran.claims += 1;
        if let Err(difference) = run_case(&suite, case, beside) {
            let file = name.to_owned();
            ran.failures.push(Failure { file, line: case.line, claim: case.claim.clone(), difference });
        }
    }
    Ok(())
}

/// Evaluates one claim. `Err` with what differs, or with why it cannot be evaluated.
fn run_case(suite: &SuiteFile, case: &SuiteCase, beside: &Path) -> Result<(), String> {
    let ruleset = Arc::new(ruleset::of_case(suite, case, beside)?);
    let setting = suite.setting_of(case);
    let zones = zones(setting.zone.as_deref().unwrap_or_default(), case)?;
    let zone = zones.zones.first().ok_or("the table of zones is empty")?;
    let names = ruleset.timeline().names();
    let mut batch = TimecardBatch::default();
    batch.push(&case.card(zone, 0, names).map_err(told)?).map_err(told)?;
    let batch = batch.check(1, 1).map_err(told)?;
    let request = |detail| Request {
        rulesets: vec![Arc::clone(&ruleset)],
        zones: Arc::clone(&zones),
        window: case.window(&setting, zone, ruleset.context()),
        detail,
        layout: Layout::CardByCard,
    };
    let mut workspace = Workspace::default();
    let derived = workspace.evaluate(&request(Detail::Full), &batch);
    let plain = workspace.evaluate(&request(Detail::Workdays), &batch);
    same_with_less_detail(&derived, &plain)?;
    compare::compare(case, &Answer::new(&derived, names, zone))
}

fn told(error: impl fmt::Display) -> String {
    error.to_string()
}

/// Detail never changes what is paid.
fn same_with_less_detail(derived: &Evaluations, plain: &Evaluations) -> Result<(), String> {
    let same = derived.lines == plain.lines
        && derived.workdays == plain.workdays
        && derived.exceptions == plain.exceptions
        && derived.totals == plain.totals;
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
