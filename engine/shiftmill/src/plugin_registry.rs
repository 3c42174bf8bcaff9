//! The registry: the plugins that this process has loaded, each compiled once and shared by all requests.

use std::io;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};

use dashmap::DashMap;
use sha2::{Digest, Sha256};
use shiftmill_core::{ContextDays, PluginBinding, PluginHash};
use shiftmill_plugin_host::{
    BindError, Bound, COMPONENT_BYTES_MAX, Host, HostError, HostSettings, LoadError, Plugin, read_file_in,
};
use shiftmill_ruleset::{Library, PluginFound, PluginReference};

/// The plugins that this process has loaded, by their content. Cheap to clone; all clones are one registry.
///
/// A request takes its plugins when it is created and keeps them. Plugins that are added or removed later affect only
/// later requests.
#[derive(Clone, Debug, Default)]
pub struct PluginRegistry(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    settings: HostSettings,
    /// Created when the first plugin is loaded; without plugins it costs nothing.
    host: OnceLock<Host>,
    plugins: DashMap<PluginHash, Arc<Plugin>>,
}

/// Why a plugin is not in the registry.
#[derive(Debug, thiserror::Error)]
pub enum PluginRegistryError {
    /// The file cannot be read.
    #[error("the file cannot be read")]
    Unreadable(#[source] io::Error),
    /// Plugins cannot be run here.
    #[error(transparent)]
    Host(HostError),
    /// The plugin cannot be loaded.
    #[error(transparent)]
    Load(LoadError),
}

impl PluginRegistry {
    /// An empty registry whose plugins will run with these settings.
    pub fn new(settings: HostSettings) -> PluginRegistry {
        PluginRegistry(Arc::new(Inner { settings, ..Inner::default() }))
    }

    /// A registry of a few plugins, such as those of one request.
    pub fn of<'a>(plugins: impl IntoIterator<Item = &'a Arc<Plugin>>) -> PluginRegistry {
        let registry = PluginRegistry::default();
        for plugin in plugins {
            registry.put(plugin);
        }
        registry
    }

    /// Loads a plugin. A plugin that is already loaded is reused.
    ///
    /// # Errors
    /// See [`PluginRegistryError`].
    pub fn load(&self, component: &[u8]) -> Result<Arc<Plugin>, PluginRegistryError> {
        Ok(self.put(&self.prepare(component)?))
    }

    /// Loads a plugin as [`PluginRegistry::load`] does, but does not put it in the registry.
    ///
    /// # Errors
    /// See [`PluginRegistryError`].
    pub fn prepare(&self, component: &[u8]) -> Result<Arc<Plugin>, PluginRegistryError> {
        self.prepare_unless(component, &AtomicBool::new(false))
    }

    /// Loads a plugin as [`PluginRegistry::prepare`] does. When `cancelled` is set, a child process that compiles it is
    /// ended, and loading fails.
    ///
    /// # Errors
    /// See [`PluginRegistryError`].
    pub fn prepare_unless(&self, component: &[u8], cancelled: &AtomicBool) -> Result<Arc<Plugin>, PluginRegistryError> {
        let hash = PluginHash(Sha256::digest(component).into());
        match self.get(hash) {
            Some(known) => Ok(known),
            None => self.host()?.load_unless(component, cancelled).map_err(PluginRegistryError::Load),
        }
    }

    /// Loads a plugin from a file of a folder as [`PluginRegistry::prepare`] does.
    ///
    /// # Errors
    /// See [`PluginRegistryError`].
    pub fn prepare_file(&self, folder: &Path, name: &str) -> Result<Arc<Plugin>, PluginRegistryError> {
        let component = read_file_in(folder, name, COMPONENT_BYTES_MAX).map_err(PluginRegistryError::Unreadable)?;
        self.prepare(&component)
    }

    /// Adds a plugin and returns the one that the registry then has: a loaded plugin with the same content stays.
    pub fn put(&self, plugin: &Arc<Plugin>) -> Arc<Plugin> {
        Arc::clone(&self.0.plugins.entry(plugin.hash()).or_insert_with(|| Arc::clone(plugin)))
    }

    /// Loads a plugin from a file of a folder.
    ///
    /// # Errors
    /// See [`PluginRegistryError`].
    pub fn load_file(&self, folder: &Path, name: &str) -> Result<Arc<Plugin>, PluginRegistryError> {
        Ok(self.put(&self.prepare_file(folder, name)?))
    }

    /// The plugin with this content.
    pub fn get(&self, hash: PluginHash) -> Option<Arc<Plugin>> {
        self.0.plugins.get(&hash).map(|plugin| Arc::clone(plugin.value()))
    }

    /// Checks a configuration with its plugin, and returns how many days around the pay period the plugin then needs.
    ///
    /// # Errors
    /// Why the plugin refuses it.
    pub fn configure(&self, binding: &PluginBinding) -> Result<ContextDays, String> {
        let unchecked = || "its configuration could not be checked; try again".to_owned();
        let plugin = self.get(binding.plugin).ok_or_else(unchecked)?;
        match Bound::new(&plugin, binding, 0, &Arc::default()) {
            Ok(bound) => Ok(bound.context()),
            Err(BindError::Refused { failure, .. }) => Err(failure.message),
            Err(_) => Err(unchecked()),
        }
    }

    /// Removes a plugin. Requests that have it keep it.
    pub fn remove(&self, hash: PluginHash) -> Option<Arc<Plugin>> {
        self.0.plugins.remove(&hash).map(|(_, plugin)| plugin)
    }

    /// All plugins, by their content.
    pub fn plugins(&self) -> Vec<Arc<Plugin>> {
        let mut plugins: Vec<_> = self.0.plugins.iter().map(|plugin| Arc::clone(plugin.value())).collect();
        plugins.sort_unstable_by_key(|plugin| plugin.hash());
        plugins
    }

    /// The host, which is created on first use.
    ///
    /// # Errors
    /// When plugins cannot be run here.
    pub fn host(&self) -> Result<&Host, PluginRegistryError> {
        if let Some(host) = self.0.host.get() {
            return Ok(host);
        }
        let host = Host::new(self.0.settings.clone()).map_err(PluginRegistryError::Host)?;
        Ok(self.0.host.get_or_init(|| host))
    }
}

/// For rulesets without a folder, which name their plugins by hash.
impl Library for PluginRegistry {
    fn find(&self, _: &str) -> Option<String> {
        None
    }

    fn plugin(&self, which: PluginReference<'_>) -> Result<PluginFound, String> {
        let PluginReference::Hash(hash) = which else {
            return Err("plugins are named by their `hash` here".to_owned());
        };
        let plugin = self.get(hash).ok_or("no plugin of this hash is loaded")?;
        Ok(PluginFound { hash, manifest: Arc::clone(plugin.manifest()) })
    }

    fn configure(&self, binding: &PluginBinding) -> Result<ContextDays, String> {
        PluginRegistry::configure(self, binding)
    }
}
