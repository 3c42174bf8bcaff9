//! Compiled rulesets with their plugins: presets, those of the folder, and the last ones that callers sent themselves.
//!
//! ```text
//! folder ─→ Snapshot ─→ current ─→ a call takes the current one and keeps it to its end
//!           (reload: a new one, or with mistakes the old one stays)
//! ```

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::available_parallelism;
use std::time::Duration;

use arc_swap::ArcSwap;
use sha2::{Digest, Sha256};
use shiftmill::plugin_host::{Plugin, PluginAllowance};
use shiftmill::ruleset::{Document, Mistakes, NoLibrary, Ruleset, compile, presets};
use shiftmill::trial::TrialError;
use shiftmill::{PluginRegistry, read_text_in, with_cause};
use tokio::sync::OwnedSemaphorePermit;
use tokio::task::{JoinError, spawn_blocking};

use crate::budget::Slots;
use crate::cancel_on_drop::CancelPluginsOnDrop;
use crate::config::ServeError;
use crate::library::{InFolder, Sent, SharedFiles};
use crate::low_priority;
use crate::plugin_store::PluginStore;
use crate::problem::{ErrorCode, Problem};

/// How many rulesets sent by callers are kept compiled.
const RECENT_MAX: usize = 64;

/// What the service knows of rulesets, now.
#[derive(Debug)]
pub struct Registry {
    folder: Option<PathBuf>,
    presets: BTreeMap<String, Ready>,
    current: ArcSwap<Snapshot>,
    plugins: Arc<PluginStore>,
    /// Locked while the folder is read again, so that the last folder read is the one that counts.
    reloading: Mutex<()>,
    /// Where rulesets are compiled: one slot per core, so that callers who send many do not slow evaluations down.
    compilers: Slots,
}

/// The rulesets of the service at one time.
#[derive(Debug)]
pub(crate) struct Snapshot {
    named: BTreeMap<String, Ready>,
    shared: SharedFiles,
    plugins: Arc<PluginStore>,
    /// By the hash of file name and text; the least recently used first.
    recent: Mutex<Vec<([u8; 32], Arc<Ruleset>)>>,
    compilers: Slots,
}

/// A ruleset with the plugins that it binds. It keeps the plugins, so that it can be used even when the service removes
/// them in the meantime.
#[derive(Clone, Debug)]
pub(crate) struct Ready {
    /// The ruleset.
    pub ruleset: Arc<Ruleset>,
    /// Its plugins, among others.
    pub plugins: PluginRegistry,
}

/// Why a text is not compiled.
#[derive(Debug)]
pub(crate) enum Uncompiled {
    /// It has mistakes.
    Mistakes(Mistakes),
    /// Its plugins do not keep employees apart, or cannot be called.
    Trial(TrialError),
    /// There was no slot for it, or the service failed.
    Other(Problem),
}

impl From<Problem> for Uncompiled {
    fn from(problem: Problem) -> Uncompiled {
        Uncompiled::Other(problem)
    }
}

impl Registry {
    /// The presets, and every `*.toml` in `folder`. A ruleset goes by the name it gives itself.
    ///
    /// # Errors
    /// [`ServeError`] when a file cannot be read, has mistakes, or repeats a name.
    pub(crate) fn load(folder: Option<&Path>, plugins: Arc<PluginStore>) -> Result<Registry, ServeError> {
        let presets = compiled_presets()?;
        let compilers = Slots::new(
            available_parallelism().map_or(1, usize::from),
            plugins.wait(),
            "the maximum number of rulesets is being compiled",
        );
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

    /// Reads the folder again. New calls use the new rulesets; calls under way keep the rulesets that they began with.
    /// When a ruleset has mistakes, all rulesets stay unchanged and the mistakes are logged.
    ///
    /// # Errors
    /// [`ServeError`] when a file cannot be read, has mistakes, or repeats a name.
    pub async fn reload(self: &Arc<Registry>) -> Result<(), ServeError> {
        let registry = Arc::clone(self);
        let read = spawn_blocking(move || registry.reload_now()).await;
        let read = read.unwrap_or_else(|failed| Err(ServeError::Transport(Box::new(failed))));
        match &read {
            Ok(()) => tracing::info!(rulesets = self.now().named.len(), "rulesets reloaded"),
            Err(error) => log(error),
        }
        read
    }

    fn reload_now(&self) -> Result<(), ServeError> {
        let _one_at_a_time = self.reloading.lock().unwrap_or_else(PoisonError::into_inner);
        let before = self.now().own_plugins();
        let fresh = Snapshot::load(self.folder.as_deref(), &self.presets, &self.compilers, &self.plugins)?;
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

    /// The current rulesets. A call takes them once, so that all its rulesets are from the same time.
    pub(crate) fn now(&self) -> Arc<Snapshot> {
        self.current.load_full()
    }
}

/// Logs why the folder cannot be used, one line for each mistake.
fn log(error: &ServeError) {
    tracing::error!("rulesets were not reloaded: {error}");
    if let ServeError::Ruleset { source, .. } = error {
        // One line of the log for each mistake.
        source.list.iter().for_each(|mistake| tracing::error!("{}", mistake.to_string().replace('\n', "; ")));
    } else if let Some(cause) = std::error::Error::source(error) {
        tracing::error!("{}", with_cause(cause));
    }
}

fn compiled_presets() -> Result<BTreeMap<String, Ready>, ServeError> {
    let compiled = presets().iter().map(|preset| {
        let document = Document { name: preset.name, text: preset.text };
        let compiled = compile(&document, &NoLibrary);
        let ruleset = compiled.map_err(|source| ServeError::Ruleset { path: PathBuf::from(preset.name), source })?;
        Ok((preset.name.to_owned(), Ready { ruleset: Arc::new(ruleset), plugins: PluginRegistry::default() }))
    });
    compiled.collect()
}

impl Snapshot {
    fn load(
        folder: Option<&Path>,
        presets: &BTreeMap<String, Ready>,
        compilers: &Slots,
        plugins: &Arc<PluginStore>,
    ) -> Result<Snapshot, ServeError> {
        let mut snapshot = Snapshot {
            named: presets.clone(),
            shared: SharedFiles::default(),
            plugins: Arc::clone(plugins),
            recent: Mutex::default(),
            compilers: compilers.clone(),
        };
        if let Some(folder) = folder {
            snapshot.load_folder(folder)?;
        }
        Ok(snapshot)
    }

    fn load_folder(&mut self, folder: &Path) -> Result<(), ServeError> {
        let paths = ruleset_files(folder)?;
        let mut texts = HashMap::new();
        for path in &paths {
            let name = file_name(path);
            let text = read_text_in(folder, &name).map_err(|source| unreadable(path, source))?;
            texts.insert(name, text);
        }
        let store = &*self.plugins;
        let library = InFolder {
            folder,
            texts: &texts,
            store,
            found: Mutex::default(),
            named: Mutex::default(),
            held: PluginRegistry::default(),
        };
        let mut tried = HashSet::new();
        for path in &paths {
            let file = file_name(path);
            let text = texts.get(&file).map_or("", String::as_str);
            let compiled = compile(&Document { name: &file, text }, &library);
            let ruleset = compiled.map_err(|source| ServeError::Ruleset { path: path.clone(), source })?;
            let plugins = library.take_named();
            if ruleset.is_shared() {
                self.shared.plugins.extend(plugins);
                self.shared.texts.insert(file, text.to_owned());
            }
            let name = ruleset.name().to_owned();
            let ready = Ready { ruleset: Arc::new(ruleset), plugins: library.held.clone() };
            let passed = store.independence().check(&ready.ruleset, &ready.plugins, &Arc::default());
            passed.map_err(|why| ServeError::Trial { path: path.clone(), source: Box::new(why) })?;
            tried.insert(ready.ruleset.hash_hex());
            if self.named.insert(name.clone(), ready).is_some() {
                return Err(ServeError::SameName { name, path: path.clone() });
            }
        }
        store.independence().keep_own(tried);
        self.check_shared()
    }

    /// A shared ruleset extends only what is shared: whoever extends it also uses what it extends.
    fn check_shared(&self) -> Result<(), ServeError> {
        let is_shared = |file: &String| {
            self.shared.texts.contains_key(file) || presets().iter().any(|preset| preset.name == file.as_str())
        };
        for ruleset in self.named.values().map(|ready| &ready.ruleset).filter(|ruleset| ruleset.is_shared()) {
            if let Some(file) = ruleset.extends().iter().find(|file| !is_shared(file)) {
                return Err(ServeError::NotShared { name: ruleset.name().to_owned(), file: file.clone() });
            }
        }
        Ok(())
    }

    /// The plugins of the folder's own rulesets.
    fn own_plugins(&self) -> Vec<Arc<Plugin>> {
        self.named.values().flat_map(Ready::bound).collect()
    }

    /// The plugins of some rulesets: those of the registry, or else those that the rulesets were compiled with.
    pub fn plugins_of(&self, rulesets: &[Ready]) -> PluginRegistry {
        let now = |plugin: Arc<Plugin>| self.plugins.get(plugin.hash()).unwrap_or(plugin);
        PluginRegistry::of(&rulesets.iter().flat_map(Ready::bound).map(now).collect::<Vec<_>>())
    }

    /// How long binding the plugins of a request may take.
    pub fn binding_time(&self) -> Duration {
        self.plugins.binding_time()
    }

    /// What the plugins of a request may use.
    pub fn plugin_allowance(&self) -> PluginAllowance {
        self.plugins.allowance()
    }

    /// A slot for compiling a ruleset or binding plugins.
    pub async fn slot_to_compile(&self) -> Result<OwnedSemaphorePermit, Problem> {
        self.compilers.take().await
    }

    /// The names of the rulesets that are for all callers: presets, and shared rulesets of the folder.
    pub fn names_for_all(&self) -> impl Iterator<Item = &str> {
        let is_preset = |name: &str| presets().iter().any(|preset| preset.name == name);
        let for_all = self.named.iter().filter(move |(name, ready)| ready.ruleset.is_shared() || is_preset(name));
        for_all.map(|(name, _)| name.as_str())
    }

    /// The ruleset with this name.
    pub fn named(&self, name: &str) -> Option<Ready> {
        self.named.get(name).cloned()
    }

    /// Finds a ruleset that is already compiled, or compiles it outside the threads that serve calls, because a long
    /// text takes long. A ruleset with plugins is then tried.
    ///
    /// # Errors
    /// All mistakes in the text, or why it could not be compiled.
    pub async fn compile(self: &Arc<Snapshot>, file_name: &str, text: &str) -> Result<Ready, Uncompiled> {
        let key = Sha256::new().chain_update(file_name).chain_update([0]).chain_update(text).finalize().into();
        if let Some(ready) = self.recently_compiled(&key) {
            return Ok(ready);
        }
        let slot = self.compilers.take().await?;
        // Another caller may have compiled the same text in the meantime.
        if let Some(ready) = self.recently_compiled(&key) {
            return Ok(ready);
        }
        let (snapshot, name, text) = (Arc::clone(self), file_name.to_owned(), text.to_owned());
        let compiled = spawn_blocking(move || {
            // The task owns the slot, because a compilation goes on when its caller has gone.
            let _slot = slot;
            snapshot.compile_anew(&name, &text)
        });
        let ready = compiled.await.map_err(lost)??;
        self.check_independence(&ready).await?;
        self.remember(key, &ready);
        Ok(ready)
    }

    fn compile_anew(&self, name: &str, text: &str) -> Result<Ready, Uncompiled> {
        let library = Sent { files: &self.shared, store: &self.plugins, held: PluginRegistry::default() };
        let ruleset = compile(&Document { name, text }, &library).map_err(Uncompiled::Mistakes)?;
        Ok(Ready { ruleset: Arc::new(ruleset), plugins: library.held })
    }

    /// Tries a ruleset in a slot for trials, unless the finding is known. The trial ends when its caller has gone.
    async fn check_independence(&self, ready: &Ready) -> Result<(), Uncompiled> {
        let independence = self.plugins.independence();
        if let Some(known) = independence.known(&ready.ruleset) {
            return known.map_err(Uncompiled::Trial);
        }
        let slot = independence.slot().await?;
        let cancellation = independence.cancellation();
        let _cancel = CancelPluginsOnDrop::new(&cancellation);
        let (store, ready, ended_by) = (Arc::clone(&self.plugins), ready.clone(), Arc::clone(&cancellation));
        let tried = low_priority::run("shiftmill-trial", move || {
            // The thread owns the slot, because it goes on for a moment when its caller has gone.
            let _slot = slot;
            store.independence().check(&ready.ruleset, &ready.plugins, &ended_by)
        });
        match tried.await? {
            Err(why) if why.code() == ErrorCode::Cancelled && cancellation.is_late() => {
                Err(Uncompiled::Other(independence.late()))
            }
            outcome => outcome.map_err(Uncompiled::Trial),
        }
    }

    fn remember(&self, key: [u8; 32], ready: &Ready) {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        // Another caller may have sent the same text.
        recent.retain(|(known, _)| *known != key);
        if recent.len() >= RECENT_MAX {
            recent.remove(0);
        }
        // Without its plugins: pushed plugins may be removed.
        recent.push((key, Arc::clone(&ready.ruleset)));
    }

    fn recently_compiled(&self, key: &[u8; 32]) -> Option<Ready> {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        let position = recent.iter().position(|(known, _)| known == key)?;
        let entry = recent.remove(position);
        // Pushed plugins may have been removed since. Plugins that are still loaded are reused.
        let bindings = entry.1.timeline().bindings().iter();
        let plugins: Option<Vec<Arc<Plugin>>> = bindings.map(|binding| self.plugins.get(binding.plugin)).collect();
        let ready = Ready { ruleset: Arc::clone(&entry.1), plugins: PluginRegistry::of(&plugins?) };
        recent.push(entry);
        Some(ready)
    }
}

impl Ready {
    /// The plugins that it binds.
    fn bound(&self) -> impl Iterator<Item = Arc<Plugin>> {
        self.ruleset.timeline().bindings().iter().filter_map(|binding| self.plugins.get(binding.plugin))
    }
}

fn lost(_: JoinError) -> Problem {
    Problem::new(ErrorCode::Engine, "the ruleset could not be compiled; this is a fault of Shiftmill")
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
    use shiftmill_guests::Guest;

    use crate::budget::Budget;

    fn presets_only() -> Arc<Snapshot> {
        let plugins = Arc::new(PluginStore::new(HostSettings::default(), &Limits::default()));
        Registry::load(None, plugins).unwrap().now()
    }

    #[tokio::test]
    async fn a_text_is_compiled_once() {
        let now = presets_only();
        let first = now.compile("a.toml", "name = \"a\"").await.unwrap();
        let second = now.compile("a.toml", "name = \"a\"").await.unwrap();
        assert!(Arc::ptr_eq(&first.ruleset, &second.ruleset));
    }

    /// A text that binds a plugin of this name, which is pushed.
    async fn binding(now: &Snapshot, guest: Guest) -> String {
        let budget = Budget::new(100 << 20, Duration::from_secs(5));
        let hash = now.plugins.push(guest.component(), &budget).await.unwrap().hash();
        format!("name = \"plant\"\n[[plugin]]\nname = \"meals\"\nhash = \"{hash}\"\n")
    }

    #[tokio::test]
    async fn trials_have_places_of_their_own_and_what_they_found_is_known() {
        let limits = Limits { memory_wait: Duration::from_millis(50), ..Limits::default() };
        let now = Registry::load(None, Arc::new(PluginStore::new(HostSettings::default(), &limits))).unwrap().now();
        let honest = binding(&now, Guest::honest("honest")).await;
        let crowd = "(call $edit (local.get $employee) (i32.const 9) (i32.const 0)
            (call $workday (local.get $cards) (call $first_day (local.get $cards) (local.get $employee)))
            (i64.const 0) (i64.const 0) (i32.const 16) (i64.extend_i32_u (call $employees (local.get $cards)))
            (i32.const 0))";
        let crowd = Guest::new("crowd", crowd).with(|guest| guest.good = crowd.to_owned());
        let crowd = binding(&now, crowd).await;
        let refused = |compiled| matches!(compiled, Err(Uncompiled::Trial(TrialError::NotIndependent(_))));
        assert!(refused(now.compile("a.toml", &crowd).await));

        let mut taken = Vec::new();
        while let Ok(slot) = now.plugins.independence().slot().await {
            taken.push(slot);
        }
        let busy = now.compile("a.toml", &honest).await;
        assert!(matches!(busy, Err(Uncompiled::Other(problem)) if problem.message().contains("being tried")));
        assert!(now.slot_to_compile().await.is_ok(), "trials do not use the slots for binding plugins");
        assert!(refused(now.compile("b.toml", &crowd).await), "it is known");
        drop(taken);
        assert!(now.compile("a.toml", &honest).await.is_ok());
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
