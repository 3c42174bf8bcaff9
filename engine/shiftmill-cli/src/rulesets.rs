//! Rulesets by file or by the name of a preset.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use shiftmill::ruleset::{Document, Library, Mistakes, Ruleset, compile, nearest, presets};

use crate::problem::Problem;

/// The files beside a ruleset, which it may extend.
struct Beside(PathBuf);

impl Library for Beside {
    fn find(&self, name: &str) -> Option<String> {
        // Only files of the same folder: a ruleset from elsewhere cannot reach out of its own.
        let plain = !name.contains(['/', '\\']) && name != "..";
        if plain { std::fs::read_to_string(self.0.join(name)).ok() } else { None }
    }
}

/// The text of a file or preset.
pub fn text(named: &str) -> Result<String, Problem> {
    if let Some(preset) = presets().iter().find(|preset| preset.name == named) {
        return Ok(preset.text.to_owned());
    }
    std::fs::read_to_string(named).map_err(|error| {
        let problem = Problem::new(format!("cannot read ruleset `{named}`")).cause(error);
        let known = || presets().iter().map(|preset| preset.name);
        match nearest(named, known()) {
            Some(preset) => {
                problem.hint(format!("there is a preset `{preset}`; `shiftmill ruleset presets` lists all"))
            }
            None => problem.hint("give a file, or a preset that `shiftmill ruleset presets` lists"),
        }
    })
}

/// Compiles a file or preset; the inner error holds all mistakes.
pub fn try_load(named: &str) -> Result<Result<Ruleset, Mistakes>, Problem> {
    let text = text(named)?;
    let folder = Path::new(named).parent().map(Path::to_path_buf).unwrap_or_default();
    Ok(compile(&Document { name: named, text: &text }, &Beside(folder)))
}

/// Compiles a file or preset.
pub fn load(named: &str) -> Result<Arc<Ruleset>, Problem> {
    match try_load(named)? {
        Ok(ruleset) => Ok(Arc::new(ruleset)),
        Err(mistakes) => {
            let count = mistakes.list.len();
            Err(Problem::listed(format!("ruleset `{named}` has {count} mistakes"), mistakes.to_string()))
        }
    }
}
