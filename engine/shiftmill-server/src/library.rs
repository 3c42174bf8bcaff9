//! The documents and plugins that a ruleset refers to, found while it is compiled. Plugins that are found are kept
//! until the ruleset is ready, so that the service cannot remove them in between.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use shiftmill::core::{ContextDays, PluginBinding};
use shiftmill::plugin_host::Plugin;
use shiftmill::ruleset::{Library, PluginFound, PluginReference};
use shiftmill::{PluginRegistry, is_file_name, with_cause};

use crate::plugin_store::PluginStore;

/// The files of the service's folder that are for all callers: rulesets with `shared = true`, and the plugins that they
/// name. Whose the other files are, the service does not know.
#[derive(Debug, Default)]
pub(crate) struct SharedFiles {
    /// The texts of the rulesets by the names of their files.
    pub texts: HashMap<String, String>,
    /// The plugins by the names of their files.
    pub plugins: BTreeMap<String, Arc<Plugin>>,
}

/// What the rulesets of the folder may refer to.
pub(crate) struct InFolder<'a> {
    pub folder: &'a Path,
    pub texts: &'a HashMap<String, String>,
    pub store: &'a PluginStore,
    /// The plugins found, by the names of their files.
    pub found: Mutex<BTreeMap<String, Arc<Plugin>>>,
    /// The files of plugins that the ruleset being compiled names.
    pub named: Mutex<BTreeSet<String>>,
    /// All plugins found.
    pub held: PluginRegistry,
}

impl InFolder<'_> {
    /// The plugins that rulesets have named by their files since the last time, by the names of these files.
    pub fn take_named(&self) -> BTreeMap<String, Arc<Plugin>> {
        let named = std::mem::take(&mut *self.named.lock().unwrap_or_else(PoisonError::into_inner));
        let found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        named.into_iter().filter_map(|name| Some((name.clone(), Arc::clone(found.get(&name)?)))).collect()
    }

    fn file(&self, name: &str) -> Result<Arc<Plugin>, String> {
        self.named.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned());
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(plugin) = found.get(name) {
            return Ok(Arc::clone(plugin));
        }
        if !is_file_name(name) {
            return Err("a plugin must be a file in the folder of its ruleset".to_owned());
        }
        let plugin = self.store.read(self.folder, name).map_err(|error| with_cause(&error))?;
        found.insert(name.to_owned(), Arc::clone(&plugin));
        Ok(plugin)
    }
}

impl Library for InFolder<'_> {
    fn find(&self, name: &str) -> Option<String> {
        self.texts.get(name).cloned()
    }

    fn plugin(&self, which: PluginReference<'_>) -> Result<PluginFound, String> {
        let plugin = match which {
            PluginReference::File(name) => self.file(name)?,
            PluginReference::Hash(hash) => self.store.get(hash).ok_or_else(not_there)?,
        };
        Ok(found(&self.held.put(&plugin)))
    }

    fn configure(&self, binding: &PluginBinding) -> Result<ContextDays, String> {
        self.held.configure(binding)
    }
}

/// What a ruleset of a caller may refer to: the shared rulesets of the folder with their plugins, and pushed plugins.
pub(crate) struct Sent<'a> {
    pub files: &'a SharedFiles,
    pub store: &'a PluginStore,
    /// The plugins found.
    pub held: PluginRegistry,
}

impl Library for Sent<'_> {
    fn find(&self, name: &str) -> Option<String> {
        self.files.texts.get(name).cloned()
    }

    fn plugin(&self, which: PluginReference<'_>) -> Result<PluginFound, String> {
        let plugin = match which {
            PluginReference::File(file) => self.files.plugins.get(file).cloned().ok_or(
                "a ruleset that is sent names its plugins by their `hash`: push the plugin, and write its hash here",
            )?,
            PluginReference::Hash(hash) => self.store.get(hash).ok_or_else(not_there)?,
        };
        Ok(found(&self.held.put(&plugin)))
    }

    fn configure(&self, binding: &PluginBinding) -> Result<ContextDays, String> {
        self.held.configure(binding)
    }
}

fn found(plugin: &Plugin) -> PluginFound {
    PluginFound { hash: plugin.hash(), manifest: Arc::clone(plugin.manifest()) }
}

fn not_there() -> String {
    "the service has no plugin of this hash: push it first".to_owned()
}
