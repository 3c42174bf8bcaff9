//! Runs every claim of the project's suites in the sandbox.

use serde_json::{Value, json};
use shiftmill::suites::{Claim, Differing, Failure, Ran};

use crate::plugin::project::Project;
use crate::problem::Problem;

/// The outcome of the suites.
pub struct Golden {
    ran: Ran,
    /// The command that accepts the actual results.
    accept: String,
    /// The claims that can be evaluated.
    pub claims: Vec<Claim>,
}

/// Runs the suites. Claims that fail are rewritten when their file or claim contains `accepted`.
pub fn run(project: &Project<'_>, accepted: Option<&str>) -> Result<Golden, Problem> {
    let folder = project.timecards();
    let accept = match project.folder.display().to_string() {
        here if here == "." => String::from("shiftmill plugin test --accept"),
        there => format!("shiftmill plugin test {there} --accept"),
    };
    if !folder.is_dir() {
        return Ok(Golden { ran: Ran::default(), accept, claims: Vec::new() });
    }
    let failed = |error| Problem::new(format!("cannot use `{}`", folder.display())).cause(error);
    let suites = project.suites(&folder, "");
    let ran = suites.run(accepted.map_or(Differing::Tell, Differing::Accept)).map_err(failed)?;
    Ok(Golden { ran, accept, claims: suites.read().map_err(failed)?.claims })
}

impl Golden {
    /// True when every claim holds.
    pub fn holds(&self) -> bool {
        self.ran.failures.is_empty()
    }

    /// The lines of the report.
    pub fn lines(&self) -> Vec<String> {
        let Ran { files, claims, accepted, failures } = &self.ran;
        let mut lines = Vec::new();
        if *accepted > 0 {
            lines.push(format!("{} rewritten to the actual results", counted(*accepted, "claim")));
        }
        let all = format!("{} in {}", counted(*claims, "claim"), counted(*files, "file"));
        match (claims, failures.len()) {
            (0, 0) => lines.push(String::from("there is no timecard: write one in `timecards/`; a heading is a claim")),
            (1, 0) => lines.push(format!("{all} holds")),
            (_, 0) => lines.push(format!("{all} hold")),
            (_, 1) => lines.push(format!("1 of {all} does not hold")),
            (_, failed) => lines.push(format!("{failed} of {all} do not hold")),
        }
        for (index, failure) in failures.iter().enumerate() {
            // A ruleset with mistakes is the same failure of all its claims, and is printed once.
            let same = |before: &Failure| !before.evaluated && before.difference == failure.difference;
            let first = failures.get(..index).unwrap_or(&[]).iter().find(|before| same(before));
            lines.extend(failure_lines(failure, first));
        }
        if failures.iter().any(|failure| failure.evaluated) {
            lines.push(format!("  if the actual results are right, accept them with: {}", self.accept));
        }
        lines
    }

    /// The same as JSON.
    pub fn object(&self) -> Value {
        let failure = |failure: &Failure| {
            json!({
                "file": failure.file, "line": failure.line, "claim": failure.claim, "difference": failure.difference,
            })
        };
        let failures: Vec<Value> = self.ran.failures.iter().map(failure).collect();
        let Ran { files, claims, accepted, .. } = self.ran;
        json!({ "files": files, "claims": claims, "accepted": accepted, "failures": failures })
    }
}

/// The lines of a failure, or the place where the same failure is printed.
fn failure_lines(failure: &Failure, before: Option<&Failure>) -> Vec<String> {
    let place = format!("  timecards/{}:{}: {}", failure.file, failure.line, failure.claim);
    if let Some(before) = before {
        return vec![place, format!("    the same as timecards/{}:{}", before.file, before.line), String::new()];
    }
    let difference = failure.difference.lines().map(|line| format!("    {line}"));
    std::iter::once(place).chain(difference).chain([String::new()]).collect()
}

/// `1 claim`, `3 claims`.
pub fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
