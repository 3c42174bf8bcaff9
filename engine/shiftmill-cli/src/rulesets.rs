//! Loads rulesets by file or by the name of a preset.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use shiftmill::core::{ContextDays, PluginBinding};
use shiftmill::ruleset::{
    Document, Library, Mistakes, PluginFound, PluginReference, Ruleset, compile, nearest, presets,
};
use shiftmill::{PluginRegistry, read_text_in};

use crate::plugins;
use crate::problem::Problem;

/// The folder of a ruleset: the rulesets that it may extend, and its plugins.
struct Beside<'a> {
    folder: PathBuf,
    registry: &'a PluginRegistry,
}

impl Library for Beside<'_> {
    fn find(&self, name: &str) -> Option<String> {
        read_text_in(&self.folder, name).ok()
    }

    fn plugin(&self, which: PluginReference<'_>) -> Result<PluginFound, String> {
        plugins::find(self.registry, &self.folder, which)
    }

    fn configure(&self, binding: &PluginBinding) -> Result<ContextDays, String> {
        self.registry.configure(binding)
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

/// Compiles a file or preset; the inner error lists all mistakes.
pub fn try_load(named: &str, registry: &PluginRegistry) -> Result<Result<Ruleset, Mistakes>, Problem> {
    let text = text(named)?;
    let folder = Path::new(named).parent().map(Path::to_path_buf).unwrap_or_default();
    Ok(compile(&Document { name: named, text: &text }, &Beside { folder, registry }))
}

/// Compiles a file or preset.
pub fn load(named: &str, registry: &PluginRegistry) -> Result<Arc<Ruleset>, Problem> {
    match try_load(named, registry)? {
        Ok(ruleset) => Ok(Arc::new(ruleset)),
        Err(mistakes) => {
            Err(Problem::listed(format!("ruleset `{named}` has {}", mistakes.count()), mistakes.to_string()))
        }
    }
}
