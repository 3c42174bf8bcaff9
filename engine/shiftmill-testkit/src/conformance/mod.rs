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

/// Answers one case and judges the answer: the figures of all its employees together.
pub fn run(case: &Case) -> (Vec<Translation>, Judged) {
    let translated: Result<Vec<Translation>, Unsupported> =
        case.stated.by_employee().and_then(|stated| stated.iter().map(translate).collect());
    let (outcome, detail, translations) = match translated {
        Err(missing) => (Outcome::Unsupported, missing.0, Vec::new()),
        Ok(translations) => {
            let answers: Result<Vec<Answer>, String> = translations.iter().map(answer).collect();
            let (outcome, detail) = match answers {
                Ok(answers) => judge(&case.expected, &Answer::together(answers)),
                Err(problem) => (Outcome::Failed, problem),
            };
            (outcome, detail, translations)
        }
    };
    let outcome = if outcome == Outcome::Failed && case.ambiguous { Outcome::Ambiguous } else { outcome };
    (translations, Judged { group: case.group.clone(), id: case.id.clone(), outcome, detail })
}

/// Answers all cases of a folder; the files of each are kept under `emit`.
///
/// # Errors
/// When a file cannot be read or written, or is no file of cases.
pub fn run_folder(folder: &Path, emit: Option<&Path>) -> Result<Report, String> {
    let mut report = Report::default();
    for case in cases(folder)? {
        let (translations, judged) = run(&case);
        for (number, translation) in (1..).zip(&translations) {
            let Some(emit) = emit else { continue };
            // A folder for each employee where there are several.
            let folder = emit.join(&case.id);
            let folder = if translations.len() > 1 { folder.join(format!("employee-{number}")) } else { folder };
            translation.write(&folder).map_err(|error| format!("cannot write `{}`: {error}", case.id))?;
        }
        report.cases.push(judged);
    }
    Ok(report)
}
