//! Conformance: worked examples from laws and other programs, restated without any engine in mind, answered by ours.
//!
//! ```text
//! file ─→ Case ─┬─ Stated ─→ translate ─→ ruleset.toml, punches.csv, ... ─→ answer ─┐
//!               └─ Expected ────────────────────────────────────────────────────────┴─→ judge ─→ Outcome
//! ```
//!
//! The translation sees what a case states (its policy as data, and its facts) and nothing else: [`Stated`] has no
//! room for the text of a policy, for what is expected, or for the name of a case. What it cannot express is
//! unsupported, never guessed. The format is described in `docs/conformance.md`.

mod answer;
mod case;
mod judge;
mod keys;
mod report;
mod stated;
mod translate;

use std::path::Path;

pub use answer::{Answer, answer};
pub use case::{Case, cases};
pub use judge::judge;
pub use keys::{Keys, Unsupported};
pub use report::{Judged, Outcome, Report};
pub use stated::Stated;
pub use translate::{Compared, Translation, translate};

/// Answers one case and judges the answer.
pub fn run(case: &Case) -> (Option<Translation>, Judged) {
    let (outcome, detail, translation) = match translate(&case.stated) {
        Err(missing) => (Outcome::Unsupported, missing.0, None),
        Ok(translation) => {
            let (outcome, detail) = match answer(&translation) {
                Ok(answer) => judge(&case.expected, &answer),
                Err(problem) => (Outcome::Failed, problem),
            };
            (outcome, detail, Some(translation))
        }
    };
    let outcome = if outcome == Outcome::Failed && case.ambiguous { Outcome::Ambiguous } else { outcome };
    (translation, Judged { group: case.group.clone(), id: case.id.clone(), outcome, detail })
}

/// Answers all cases of a folder; the files of each are kept under `emit`.
///
/// # Errors
/// When a file cannot be read or written, or is no file of cases.
pub fn run_folder(folder: &Path, emit: Option<&Path>) -> Result<Report, String> {
    let mut report = Report::default();
    for case in cases(folder)? {
        let (translation, judged) = run(&case);
        if let (Some(translation), Some(emit)) = (translation, emit) {
            translation.write(&emit.join(&case.id)).map_err(|error| format!("cannot write `{}`: {error}", case.id))?;
        }
        report.cases.push(judged);
    }
    Ok(report)
}
