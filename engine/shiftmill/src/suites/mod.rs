//! Timecard suites, run: every claim of every Markdown file under a folder is evaluated and compared.
//!
//! ```text
//! file ─→ claims ─┬─→ ruleset ─→ plan ─┐
//!                 └─→ facts, window ───┴─→ evaluate ─→ answer ─┬─→ compare ─→ differences
//!                                                              └─→ accept ─→ file
//! ```
//!
//! Nothing here knows a rule; what must come out stands in the file. The product's own rules are tested so, and the
//! rules that a customer adds.

mod answer;
mod came_out;
mod compare;
mod ruleset;

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use shiftmill_core::{Detail, Evaluations, TimecardBatch, Workday, ZoneTable};
use shiftmill_timecards::suite::{self, CameOut, SuiteCase, SuiteFile, SuiteMistakes};

use crate::chunk::Workspace;
use crate::request::Request;
use crate::shelf::Shelf;
use answer::Answer;

/// What came of a folder of suites.
#[derive(Debug, Default)]
pub struct Ran {
    /// How many files were read.
    pub files: usize,
    /// How many claims were evaluated.
    pub claims: usize,
    /// How many claims have been rewritten to expect what came out.
    pub accepted: usize,
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

/// What is done about a claim that does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Differing {
    /// It is told.
    Tell,
    /// Its file is rewritten to expect what came out; what cannot be rewritten is told.
    Accept,
}

/// Runs every suite under `folder` whose path holds `only`.
///
/// # Errors
/// When the folder cannot be read, or a file cannot be written.
pub fn run_folder(folder: &Path, only: &str, differing: Differing) -> io::Result<Ran> {
    let mut ran = Ran::default();
    for path in suites_under(folder)? {
        let name = path.strip_prefix(folder).unwrap_or(&path).display().to_string();
        if name.contains(only) {
            run_file(&path, &name, differing, &mut ran)?;
        }
    }
    Ok(ran)
}

/// The Markdown files under a folder, in order.
fn suites_under(folder: &Path) -> io::Result<Vec<PathBuf>> {
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

fn run_file(path: &Path, name: &str, differing: Differing, ran: &mut Ran) -> io::Result<()> {
    ran.files += 1;
    let before = fs::read_to_string(path)?;
    let mut run = FileRun { name, beside: path.parent().unwrap_or(Path::new(".")), text: before.clone(), ran };
    if let Err(mistakes) = run.claims(differing) {
        let line = mistakes.list.first().map_or(1, |mistake| mistake.line);
        run.fails(line, "the suite cannot be read", mistakes.to_string());
    }
    if run.text == before { Ok(()) } else { fs::write(path, run.text) }
}

/// One file while its claims are run.
struct FileRun<'a> {
    name: &'a str,
    beside: &'a Path,
    text: String,
    ran: &'a mut Ran,
}

impl FileRun<'_> {
    fn claims(&mut self, differing: Differing) -> Result<(), SuiteMistakes> {
        let mut suite = suite::parse(self.name, &self.text)?;
        let mut next = 0;
        while let Some(case) = suite.cases.get(next) {
            next += 1;
            self.ran.claims += 1;
            let Err(differs) = run_case(&suite, case, self.beside) else { continue };
            let accepted = differs.came_out.filter(|_| differing == Differing::Accept).map(|came_out| {
                // Lines move, so the file is read again.
                suite::accept(&self.text, case, &came_out)
            });
            let Some(accepted) = accepted.filter(|text| *text != self.text) else {
                self.fails(case.line, &case.claim, differs.difference);
                continue;
            };
            self.text = accepted;
            suite = suite::parse(self.name, &self.text)?;
            self.ran.accepted += 1;
            if let Some(case) = suite.cases.get(next - 1)
                && let Err(still) = run_case(&suite, case, self.beside)
            {
                self.fails(case.line, &case.claim, still.difference);
            }
        }
        Ok(())
    }

    fn fails(&mut self, line: usize, claim: &str, difference: String) {
        self.ran.failures.push(Failure { file: self.name.to_owned(), line, claim: claim.to_owned(), difference });
    }
}

/// Why a claim does not hold.
struct Differs {
    /// What differs, or why the claim cannot be evaluated.
    difference: String,
    /// What came out, when it has been evaluated.
    came_out: Option<Box<CameOut>>,
}

impl From<String> for Differs {
    fn from(difference: String) -> Differs {
        Differs { difference, came_out: None }
    }
}

/// Evaluates one claim.
fn run_case(suite: &SuiteFile, case: &SuiteCase, beside: &Path) -> Result<(), Differs> {
    let ruleset = Arc::new(ruleset::of_case(suite, case, beside)?);
    let setting = suite.setting_of(case);
    let zones = zones(setting.zone.as_deref().unwrap_or_default(), case)?;
    let zone = zones.zones.first().ok_or_else(|| "the table of zones is empty".to_owned())?;
    let names = ruleset.timeline().names();
    let mut batch = TimecardBatch::default();
    batch.push(&case.card(zone, 0, names).map_err(told)?).map_err(told)?;
    let batch = batch.check(1, 1).map_err(told)?;
    let window = case.window(&setting, zone, ruleset.context());
    let mut workspace = Workspace::default();
    let mut evaluate = |detail| {
        let request = Request::new(vec![Arc::clone(&ruleset)], Arc::clone(&zones), window, detail, &Shelf::default());
        workspace.evaluate(&request.map_err(told)?, &batch).map_err(told)
    };
    let derived = evaluate(Detail::Full)?;
    let plain = evaluate(Detail::Workdays)?;
    same_with_less_detail(&derived, &plain)?;
    let answer = Answer::new(&derived, names, zone);
    let came_out = || answer.error.is_none().then(|| Box::new(came_out::came_out(case, &answer)));
    compare::compare(case, &answer).map_err(|difference| Differs { difference, came_out: came_out() })
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
