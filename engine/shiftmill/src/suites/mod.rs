//! Runs timecard suites: evaluates every claim of every Markdown file under a folder and compares the results.
//!
//! ```text
//! file ─→ claims ─┬─→ ruleset ─→ plan ─┐
//!                 └─→ facts, window ───┴─→ evaluate ─→ answer ─┬─→ compare ─→ differences
//!                                                              └─→ accept ─→ file
//! ```
//!
//! This module knows no rule: the expected results are in the file. It tests the rules of Shiftmill and the rules that
//! a customer adds.

mod answer;
mod came_out;
mod claim;
mod compare;
mod ruleset;

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use shiftmill_plugin_host::read_text_in;
use shiftmill_timecards::suite::{self, SuiteCase, SuiteFile, SuiteMistakes};

use crate::plugin_registry::PluginRegistry;
pub use claim::Claim;
use claim::Differs;

/// Suites, and where their rulesets and plugins are.
#[derive(Clone, Copy, Debug)]
pub struct Suites<'a> {
    /// The folder of suites.
    pub folder: &'a Path,
    /// Only files whose path in that folder contains this word.
    pub only: &'a str,
    /// A folder of rulesets and plugins, besides those in the folder of a suite.
    pub rulesets: Option<&'a Path>,
    /// Where plugins are loaded.
    pub registry: &'a PluginRegistry,
}

/// The content of suites.
#[derive(Debug, Default)]
pub struct Read {
    /// The claims that can be evaluated, in the order of files and lines.
    pub claims: Vec<Claim>,
    /// Files that cannot be read and claims that cannot be evaluated.
    pub failures: Vec<Failure>,
}

/// The outcome of suites.
#[derive(Debug, Default)]
pub struct Ran {
    /// How many files were read.
    pub files: usize,
    /// How many claims were evaluated.
    pub claims: usize,
    /// How many claims have been rewritten to expect the actual results.
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
    /// The expected and the actual results, with the differing lines marked.
    pub difference: String,
    /// Whether it was evaluated, so that its actual results can be accepted.
    pub evaluated: bool,
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
pub enum Differing<'a> {
    /// Report it.
    Tell,
    /// Rewrite its file to expect the actual results, when the file's path or the claim contains this word. A claim
    /// that cannot be rewritten is reported.
    Accept(&'a str),
}

impl Suites<'_> {
    /// Reads every suite.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn read(&self) -> io::Result<Read> {
        let mut read = Read::default();
        for (path, name) in self.files()? {
            let suite = match suite::parse(&name, &text_of(&path)?) {
                Ok(suite) => suite,
                Err(mistakes) => {
                    read.failures.push(unreadable(&name, &mistakes));
                    continue;
                }
            };
            for case in &suite.cases {
                match Claim::new(&suite, case, &path, self) {
                    Ok(claim) => read.claims.push(claim),
                    Err(difference) => read.failures.push(failure(&name, case, Differs::from(difference))),
                }
            }
        }
        Ok(read)
    }

    /// Runs every suite.
    ///
    /// # Errors
    /// When the folder cannot be read, or a file cannot be written.
    pub fn run(&self, differing: Differing<'_>) -> io::Result<Ran> {
        let mut ran = Ran::default();
        for (path, name) in self.files()? {
            self.run_file(&path, &name, differing, &mut ran)?;
        }
        Ok(ran)
    }

    /// The files with their names, in order.
    fn files(&self) -> io::Result<Vec<(PathBuf, String)>> {
        let name = |path: PathBuf| {
            let name = path.strip_prefix(self.folder).unwrap_or(&path).display().to_string();
            (path, name)
        };
        let files = suites_under(self.folder)?.into_iter().map(name);
        Ok(files.filter(|(_, name)| name.contains(self.only)).collect())
    }

    fn run_file(&self, path: &Path, name: &str, differing: Differing<'_>, ran: &mut Ran) -> io::Result<()> {
        ran.files += 1;
        let before = text_of(path)?;
        let mut run = FileRun { suites: self, path, name, text: before.clone(), ran };
        if let Err(mistakes) = run.claims(differing) {
            run.ran.failures.push(unreadable(name, &mistakes));
        }
        if run.text == before { Ok(()) } else { fs::write(path, run.text) }
    }
}

/// Runs every suite under `folder` whose path holds `only`.
///
/// # Errors
/// When the folder cannot be read, or a file cannot be written.
pub fn run_folder(folder: &Path, only: &str, differing: Differing<'_>) -> io::Result<Ran> {
    Suites { folder, only, rulesets: None, registry: &PluginRegistry::default() }.run(differing)
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

/// The text of a suite.
fn text_of(path: &Path) -> io::Result<String> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    read_text_in(path.parent().unwrap_or(Path::new(".")), &name)
}

fn unreadable(name: &str, mistakes: &SuiteMistakes) -> Failure {
    let line = mistakes.list.first().map_or(1, |mistake| mistake.line);
    let claim = "the suite cannot be read".to_owned();
    Failure { file: name.to_owned(), line, claim, difference: mistakes.to_string(), evaluated: false }
}

fn failure(name: &str, case: &SuiteCase, differs: Differs) -> Failure {
    let (line, claim) = (case.line, case.claim.clone());
    let evaluated = differs.came_out.is_some();
    Failure { file: name.to_owned(), line, claim, difference: differs.difference, evaluated }
}

/// One file while its claims are run.
struct FileRun<'a> {
    suites: &'a Suites<'a>,
    path: &'a Path,
    name: &'a str,
    text: String,
    ran: &'a mut Ran,
}

impl FileRun<'_> {
    fn claims(&mut self, differing: Differing<'_>) -> Result<(), SuiteMistakes> {
        let mut suite = suite::parse(self.name, &self.text)?;
        let mut next = 0;
        while let Some(case) = suite.cases.get(next) {
            next += 1;
            self.ran.claims += 1;
            let Err(differs) = self.run_case(&suite, case) else { continue };
            let accepted = self.accepted(case, &differs, differing);
            let Some((text, read_again)) = accepted else {
                self.ran.failures.push(failure(self.name, case, differs));
                continue;
            };
            (self.text, suite) = (text, read_again);
            self.ran.accepted += 1;
            if let Some(case) = suite.cases.get(next - 1)
                && let Err(still) = self.run_case(&suite, case)
            {
                self.ran.failures.push(failure(self.name, case, still));
            }
        }
        Ok(())
    }

    fn run_case(&self, suite: &SuiteFile, case: &SuiteCase) -> Result<(), Differs> {
        Claim::new(suite, case, self.path, self.suites)?.run(self.suites.registry)
    }

    /// The text in which a claim expects the actual results; it is read again because lines move. `None` when the claim
    /// is not to be accepted or cannot be, and when it would expect nothing: a person must change such a claim.
    fn accepted(&self, case: &SuiteCase, differs: &Differs, differing: Differing<'_>) -> Option<(String, SuiteFile)> {
        let Differing::Accept(word) = differing else { return None };
        let came_out = differs.came_out.as_ref()?;
        if !self.name.contains(word) && !case.claim.contains(word) {
            return None;
        }
        let text = suite::accept(&self.text, case, came_out);
        let suite = suite::parse(self.name, &text).ok()?;
        (text != self.text).then_some((text, suite))
    }
}
