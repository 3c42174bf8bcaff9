//! The ruleset of a claim: a preset, a file beside the suite, a block of TOML, or blocks over one of these.

use std::fs;
use std::path::Path;

use shiftmill_ruleset::{Document, Library, Ruleset, compile, presets};
use shiftmill_timecards::suite::{RulesetLayer, SuiteCase, SuiteFile};

/// The documents that a claim's ruleset may extend: the blocks before its own, and the files beside the suite.
struct Beside<'a> {
    layers: &'a [RulesetLayer],
    folder: &'a Path,
}

impl Library for Beside<'_> {
    fn find(&self, name: &str) -> Option<String> {
        let layer = self.layers.iter().find(|layer| layer.name == name);
        layer.map(|layer| layer.text.clone()).or_else(|| fs::read_to_string(self.folder.join(name)).ok())
    }
}

/// Compiles the ruleset of a claim. `Err` with its mistakes.
pub(super) fn of_case(suite: &SuiteFile, case: &SuiteCase, folder: &Path) -> Result<Ruleset, String> {
    let layers = suite.rulesets(case);
    let library = Beside { layers: &layers, folder };
    let (name, text) = match (layers.last(), suite.setting_of(case).ruleset) {
        (Some(layer), _) => (layer.name.clone(), layer.text.clone()),
        (None, Some(name)) => {
            let text = named(&name, &library).ok_or_else(|| format!("there is no ruleset called `{name}`"))?;
            (name, text)
        }
        (None, None) => return Err("neither the preamble nor this claim gives a ruleset".to_owned()),
    };
    compile(&Document { name: &name, text: &text }, &library).map_err(|mistakes| mistakes.to_string())
}

/// The text of a preset or of a file beside the suite.
fn named(name: &str, library: &Beside<'_>) -> Option<String> {
    let preset = presets().iter().find(|preset| preset.name == name);
    preset.map(|preset| preset.text.to_owned()).or_else(|| library.find(name))
}
