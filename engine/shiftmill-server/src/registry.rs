//! Compiled rulesets with their plugins: presets, those of the folder, and the last ones that callers sent themselves.
//!
//! ```text
//! folder ─→ Snapshot ─→ current ─→ a call takes the current one and keeps it to its end
//!           (reload: a new one, or with mistakes the old one stays)
//! ```

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::available_parallelism;

use arc_swap::ArcSwap;
use sha2::{Digest, Sha256};
use shiftmill::core::{ContextDays, PluginBinding};
use shiftmill::plugin_host::Plugin;
use shiftmill::ruleset::{
    Document, Library, Mistake, Mistakes, NoLibrary, PluginFound, PluginReference, Ruleset, compile, presets,
};
use shiftmill::{Shelf, ShelfError, beside};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::spawn_blocking;

use crate::config::ServeError;
use crate::plugin_store::PluginStore;
use crate::problem::{Kind, Problem};

/// How many rulesets sent by callers are kept compiled.
const RECENT_MAX: usize = 64;

/// What the service knows of rulesets, now.
#[derive(Debug)]
pub struct Registry {
    folder: Option<PathBuf>,
    presets: BTreeMap<String, Arc<Ruleset>>,
    current: ArcSwap<Snapshot>,
    plugins: Arc<PluginStore>,
    /// Held while the folder is read anew, so that the last one read is the last one put in place.
    reloading: Mutex<()>,
    /// How many texts are compiled at a time: one per core, so that callers who send many do not crowd out evaluations.
    compilers: Arc<Semaphore>,
}

/// What the service knew of rulesets at one time.
#[derive(Debug)]
pub(crate) struct Snapshot {
    named: BTreeMap<String, Arc<Ruleset>>,
    files: Files,
    plugins: Arc<PluginStore>,
    /// By the hash of file name and text; the least recently used first.
    recent: Mutex<Vec<([u8; 32], Arc<Ruleset>)>>,
    compilers: Arc<Semaphore>,
}

/// The files in the folder.
#[derive(Debug, Default)]
struct Files {
    /// The texts of rulesets, for those that extend them.
    texts: HashMap<String, String>,
    /// The plugins that rulesets of the folder name.
    plugins: BTreeMap<String, Arc<Plugin>>,
}

/// What the rulesets of the folder find beside themselves.
struct InFolder<'a> {
    folder: &'a Path,
    texts: &'a HashMap<String, String>,
    plugins: &'a PluginStore,
    /// The plugins found, by the names of their files.
    found: RefCell<BTreeMap<String, Arc<Plugin>>>,
}

impl InFolder<'_> {
    fn file(&self, name: &str) -> Result<Arc<Plugin>, String> {
        if let Some(found) = self.found.borrow().get(name) {
            return Ok(Arc::clone(found));
        }
        let file = beside(self.folder, name).ok_or("a plugin stands beside its ruleset")?;
        let plugin = self.plugins.shelf().load_file(&file).map_err(|error| told(&error))?;
        self.found.borrow_mut().insert(name.to_owned(), Arc::clone(&plugin));
        Ok(plugin)
    }
}

impl Library for InFolder<'_> {
    fn find(&self, name: &str) -> Option<String> {
        self.texts.get(name).cloned()
    }

    fn plugin(&self, which: PluginReference<'_>) -> Result<PluginFound, String> {
        match which {
            PluginReference::File(name) => self.file(name).map(|plugin| found(&plugin)),
            PluginReference::Hash(hash) => {
                self.plugins.shelf().get(hash).map(|plugin| found(&plugin)).ok_or_else(not_there)
            }
        }
    }

    fn configure(&self, binding: &PluginBinding) -> Result<ContextDays, String> {
        self.plugins.shelf().configure(binding)
    }
}

/// What the rulesets that callers send find: the folder's rulesets with their plugins, and plugins that were pushed.
impl Library for Snapshot {
    fn find(&self, name: &str) -> Option<String> {
        self.files.texts.get(name).cloned()
    }

    fn plugin(&self, which: PluginReference<'_>) -> Result<PluginFound, String> {
        let plugin = match which {
            PluginReference::File(file) => self.files.plugins.get(file).cloned().ok_or(
                "a ruleset that is sent names its plugins by their `hash`: push the plugin, and write its hash here",
            )?,
            PluginReference::Hash(hash) => self.plugins.get(hash).ok_or_else(not_there)?,
        };
        Ok(found(&plugin))
    }

    fn configure(&self, binding: &PluginBinding) -> Result<ContextDays, String> {
        self.plugins.shelf().configure(binding)
    }
}

fn found(plugin: &Plugin) -> PluginFound {
    PluginFound { hash: plugin.hash(), manifest: Arc::clone(plugin.manifest()) }
}

fn not_there() -> String {
    "the service has no plugin of this hash: push it first".to_owned()
}

/// An error with its cause.
fn told(error: &ShelfError) -> String {
    match std::error::Error::source(error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}

impl Registry {
    /// The presets, and every `*.toml` in `folder`. A ruleset goes by the name it gives itself.
    ///
    /// # Errors
    /// [`ServeError`] when a file cannot be read, has mistakes, or repeats a name.
    pub(crate) fn load(folder: Option<&Path>, plugins: Arc<PluginStore>) -> Result<Registry, ServeError> {
        let presets = compiled_presets()?;
        let compilers = Arc::new(Semaphore::new(available_parallelism().map_or(1, usize::from)));
        let current = Snapshot::load(folder, &presets, &compilers, &plugins)?;
        plugins.pin(&current.own_plugins());
        Ok(Registry {
            plugins,
            folder: folder.map(Path::to_owned),
            presets,
            current: ArcSwap::from_pointee(current),
            reloading: Mutex::default(),
            compilers,
        })
    }

    /// Reads the folder anew. Calls that begin from now on find what it holds; those under way keep what they began
    /// with. With mistakes in it everything stays as it was, and the mistakes are logged.
    ///
    /// # Errors
    /// [`ServeError`] when a file cannot be read, has mistakes, or repeats a name.
    pub async fn reload(self: &Arc<Registry>) -> Result<(), ServeError> {
        let registry = Arc::clone(self);
        let read = spawn_blocking(move || registry.reload_now()).await;
        let read = read.unwrap_or_else(|failed| Err(ServeError::Transport(Box::new(failed))));
        match &read {
            Ok(()) => tracing::info!(rulesets = self.now().named.len(), "rulesets have been read anew"),
            Err(error) => log(error),
        }
        read
    }

    fn reload_now(&self) -> Result<(), ServeError> {
        let _one_at_a_time = self.reloading.lock().unwrap_or_else(PoisonError::into_inner);
        let before = self.now().own_plugins();
        let fresh = Snapshot::load(self.folder.as_deref(), &self.presets, &self.compilers, &self.plugins);
        let fresh = fresh.inspect_err(|_| {
            // What has been loaded for nothing is one of many.
            self.plugins.pin(&before);
        })?;
        let own = fresh.own_plugins();
        self.plugins.pin(&[before, own.clone()].concat());
        self.current.store(Arc::new(fresh));
        self.plugins.pin(&own);
        Ok(())
    }

    /// The plugins.
    pub(crate) fn plugins(&self) -> &Arc<PluginStore> {
        &self.plugins
    }

    /// What is known now. A call takes it once, so that all its rulesets are of one time.
    pub(crate) fn now(&self) -> Arc<Snapshot> {
        self.current.load_full()
    }
}

/// Why the folder cannot be used, each mistake for itself.
fn log(error: &ServeError) {
    tracing::error!("rulesets stay as they were: {error}");
    match error {
        ServeError::Ruleset { source, .. } => source.list.iter().for_each(|mistake| tracing::error!("{mistake}")),
        error => {
            if let Some(cause) = std::error::Error::source(error) {
                tracing::error!("{cause}");
            }
        }
    }
}

fn compiled_presets() -> Result<BTreeMap<String, Arc<Ruleset>>, ServeError> {
    let compiled = presets().iter().map(|preset| {
        let document = Document { name: preset.name, text: preset.text };
        let compiled = compile(&document, &NoLibrary);
        let ruleset = compiled.map_err(|source| ServeError::Ruleset { path: PathBuf::from(preset.name), source })?;
        Ok((preset.name.to_owned(), Arc::new(ruleset)))
    });
    compiled.collect()
}

impl Snapshot {
    fn load(
        folder: Option<&Path>,
        presets: &BTreeMap<String, Arc<Ruleset>>,
        compilers: &Arc<Semaphore>,
        plugins: &Arc<PluginStore>,
    ) -> Result<Snapshot, ServeError> {
        let mut snapshot = Snapshot {
            named: presets.clone(),
            files: Files::default(),
            plugins: Arc::clone(plugins),
            recent: Mutex::default(),
            compilers: Arc::clone(compilers),
        };
        if let Some(folder) = folder {
            snapshot.load_folder(folder)?;
        }
        Ok(snapshot)
    }

    fn load_folder(&mut self, folder: &Path) -> Result<(), ServeError> {
        let paths = ruleset_files(folder)?;
        for path in &paths {
            let text = fs::read_to_string(path).map_err(|source| unreadable(path, source))?;
            self.files.texts.insert(file_name(path), text);
        }
        let (texts, plugins) = (&self.files.texts, &*self.plugins);
        let library = InFolder { folder, texts, plugins, found: RefCell::default() };
        for path in &paths {
            let name = file_name(path);
            let text = self.files.texts.get(&name).map_or("", String::as_str);
            let compiled = compile(&Document { name: &name, text }, &library);
            let ruleset = compiled.map_err(|source| ServeError::Ruleset { path: path.clone(), source })?;
            let name = ruleset.name().to_owned();
            if self.named.insert(name.clone(), Arc::new(ruleset)).is_some() {
                return Err(ServeError::SameName { name, path: path.clone() });
            }
        }
        self.files.plugins = library.found.into_inner();
        Ok(())
    }

    /// The plugins of the folder's own rulesets.
    fn own_plugins(&self) -> Vec<Arc<Plugin>> {
        let bindings = self.named.values().flat_map(|ruleset| ruleset.timeline().bindings());
        bindings.filter_map(|binding| self.plugins.shelf().get(binding.plugin)).collect()
    }

    /// Where plugins are found.
    pub fn shelf(&self) -> &Shelf {
        self.plugins.shelf()
    }

    /// A place among those who compile, or bind plugins.
    pub async fn place_to_compile(&self) -> Result<OwnedSemaphorePermit, Problem> {
        let place = Arc::clone(&self.compilers).acquire_owned().await;
        place.map_err(|_| Problem::new(Kind::Draining, "the server is stopping"))
    }

    /// The names of all rulesets that requests may name.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.named.keys().map(String::as_str)
    }

    /// The ruleset with this name.
    pub fn named(&self, name: &str) -> Option<Arc<Ruleset>> {
        self.named.get(name).cloned()
    }

    /// Finds a text compiled already, or compiles it beside the threads that serve calls: a long text takes its time.
    ///
    /// # Errors
    /// All mistakes in the text.
    pub async fn compile(self: &Arc<Snapshot>, file_name: &str, text: &str) -> Result<Arc<Ruleset>, Mistakes> {
        let key = Sha256::new().chain_update(file_name).chain_update([0]).chain_update(text).finalize().into();
        if let Some(ruleset) = self.recently_compiled(&key) {
            return Ok(ruleset);
        }
        let Ok(compiler) = Arc::clone(&self.compilers).acquire_owned().await else {
            return Err(own_fault(file_name));
        };
        // Who waited may have waited for this very text.
        if let Some(ruleset) = self.recently_compiled(&key) {
            return Ok(ruleset);
        }
        let (snapshot, name, text) = (Arc::clone(self), file_name.to_owned(), text.to_owned());
        let compiled = spawn_blocking(move || {
            // Held here: a compilation goes on when its caller has gone.
            let _compiler = compiler;
            snapshot.compile_anew(key, &name, &text)
        });
        compiled.await.unwrap_or_else(|_| Err(own_fault(file_name)))
    }

    fn compile_anew(&self, key: [u8; 32], name: &str, text: &str) -> Result<Arc<Ruleset>, Mistakes> {
        let ruleset = Arc::new(compile(&Document { name, text }, self)?);
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        if recent.len() >= RECENT_MAX {
            recent.remove(0);
        }
        recent.push((key, Arc::clone(&ruleset)));
        Ok(ruleset)
    }

    fn recently_compiled(&self, key: &[u8; 32]) -> Option<Arc<Ruleset>> {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        let position = recent.iter().position(|(known, _)| known == key)?;
        let entry = recent.remove(position);
        // Plugins that were pushed may have left since. Asked for, those that are there are used now.
        let mut bindings = entry.1.timeline().bindings().iter();
        if !bindings.all(|binding| self.plugins.get(binding.plugin).is_some()) {
            return None;
        }
        let ruleset = Arc::clone(&entry.1);
        recent.push(entry);
        Some(ruleset)
    }
}

/// What is said when the compiler itself fails.
fn own_fault(file_name: &str) -> Mistakes {
    let message = "the ruleset could not be compiled; this is a fault of Shiftmill".to_owned();
    Mistakes { list: vec![Mistake { file: file_name.to_owned(), line: 1, column: 1, message, hint: None }] }
}

/// The ruleset files of a folder, by name.
fn ruleset_files(folder: &Path) -> Result<Vec<PathBuf>, ServeError> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(|source| unreadable(folder, source))? {
        let path = entry.map_err(|source| unreadable(folder, source))?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            paths.push(path);
        }
    }
    paths.sort_unstable();
    Ok(paths)
}

fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

fn unreadable(path: &Path, source: std::io::Error) -> ServeError {
    ServeError::ReadRulesets { path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Limits;
    use shiftmill::plugin_host::HostSettings;

    fn presets_only() -> Arc<Snapshot> {
        let plugins = Arc::new(PluginStore::new(HostSettings::default(), &Limits::default()));
        Registry::load(None, plugins).unwrap().now()
    }

    #[tokio::test]
    async fn a_text_is_compiled_once() {
        let now = presets_only();
        let first = now.compile("a.toml", "name = \"a\"").await.unwrap();
        let second = now.compile("a.toml", "name = \"a\"").await.unwrap();
        assert!(Arc::ptr_eq(&first, &second));
    }

    #[tokio::test]
    async fn no_more_than_the_most_recent_are_kept() {
        let now = presets_only();
        for number in 0..=RECENT_MAX {
            now.compile("a.toml", &format!("name = \"a{number}\"")).await.unwrap();
        }
        assert_eq!(now.recent.lock().unwrap().len(), RECENT_MAX);
    }
}
