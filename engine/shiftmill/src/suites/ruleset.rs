//! The ruleset of a claim: a preset, a file, a block of TOML, or blocks over one of these.

use std::io;
use std::path::Path;
use std::sync::Arc;

use shiftmill_core::{ContextDays, PluginBinding};
use shiftmill_plugin_host::read_text_in;
use shiftmill_ruleset::{Document, Library, PluginFound, PluginReference, Ruleset, compile, presets};
use shiftmill_timecards::suite::{RulesetLayer, SuiteCase, SuiteFile};

use super::Suites;
use crate::cause::with_cause;
use crate::plugin_registry::{PluginRegistry, PluginRegistryError};

/// What a claim's ruleset may name: the blocks before its own, the files beside the suite, and those of the folder of
/// rulesets.
struct Beside<'a> {
    layers: &'a [RulesetLayer],
    folders: [Option<&'a Path>; 2],
    registry: &'a PluginRegistry,
}

impl Library for Beside<'_> {
    fn find(&self, name: &str) -> Option<String> {
        let layer = self.layers.iter().find(|layer| layer.name == name);
        layer.map(|layer| layer.text.clone()).or_else(|| {
            let mut folders = self.folders.iter().flatten();
            folders.find_map(|folder| read_text_in(folder, name).ok())
        })
    }

    fn plugin(&self, which: PluginReference<'_>) -> Result<PluginFound, String> {
        let plugin = match which {
            PluginReference::Hash(hash) => self.registry.get(hash).ok_or("there is no plugin of this hash")?,
            PluginReference::File(name) => {
                let loaded = self.folders.iter().flatten().map(|folder| self.registry.load_file(folder, name));
                let mut found = loaded.skip_while(|loaded| loaded.as_ref().is_err_and(is_missing));
                found.next().ok_or("there is no such file")?.map_err(|error| with_cause(&error))?
            }
        };
        Ok(PluginFound { hash: plugin.hash(), manifest: Arc::clone(plugin.manifest()) })
    }

    fn configure(&self, binding: &PluginBinding) -> Result<ContextDays, String> {
        self.registry.configure(binding)
    }
}

fn is_missing(error: &PluginRegistryError) -> bool {
    matches!(error, PluginRegistryError::Unreadable(error) if error.kind() == io::ErrorKind::NotFound)
}

/// Compiles the ruleset of a claim of the suite at `path`, and those to which assignments change. `Err` with their mistakes.
pub(super) fn of_case(
    suite: &SuiteFile,
    case: &SuiteCase,
    path: &Path,
    suites: &Suites<'_>,
) -> Result<Vec<Arc<Ruleset>>, String> {
    let layers = suite.rulesets(case);
    let folders = [Some(path.parent().unwrap_or(Path::new("."))), suites.rulesets];
    let library = Beside { layers: &layers, folders, registry: suites.registry };
    let (name, text) = match (layers.last(), suite.setting_of(case).ruleset) {
        (Some(layer), _) => (layer.name.clone(), layer.text.clone()),
        (None, Some(name)) => {
            let text = named(&name, &library).ok_or_else(|| format!("there is no ruleset called `{name}`"))?;
            (name, text)
        }
        (None, None) => return Err("neither the preamble nor this claim gives a ruleset".to_owned()),
    };
    let compiled = |name: &str, text: &str| {
        let ruleset = compile(&Document { name, text }, &library);
        ruleset.map(Arc::new).map_err(|mistakes| mistakes.to_string())
    };
    let mut rulesets = vec![compiled(&name, &text)?];
    for name in case.other_rulesets() {
        let text = named(name, &library).ok_or_else(|| format!("there is no ruleset called `{name}`"))?;
        rulesets.push(compiled(name, &text)?);
    }
    if rulesets.len() == 1 { Ok(rulesets) } else { Ruleset::join(&rulesets).map_err(|error| error.to_string()) }
}

/// The text of a preset or of a file.
fn named(name: &str, library: &Beside<'_>) -> Option<String> {
    let preset = presets().iter().find(|preset| preset.name == name);
    preset.map(|preset| preset.text.to_owned()).or_else(|| library.find(name))
}
