//! The plugins of the service: those of its own rulesets, which are never removed, and those that callers pushed, as
//! many as fit into memory.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::available_parallelism;
use std::time::Duration;

use sha2::{Digest, Sha256};
use shiftmill::core::PluginHash;
use shiftmill::plugin_host::{HostSettings, LoadError, Plugin, PluginAllowance};
use shiftmill::{PluginRegistry, PluginRegistryError, with_cause};
use tokio::task::spawn_blocking;

use crate::budget::{Budget, Slots, busy};
use crate::config::{Limits, ServeError};
use crate::independence::Independence;
use crate::plugin_cache::PluginCache;
use crate::problem::{ErrorCode, Problem};

/// The field of a push that problems are about.
const FIELD: &str = "component";

/// The plugins of the service.
#[derive(Debug)]
pub(crate) struct PluginStore {
    registry: PluginRegistry,
    cache: Mutex<PluginCache>,
    /// Removed plugins, some of which streams may still run.
    removed: Mutex<Vec<Weak<Plugin>>>,
    /// Where plugins are compiled: half as many slots as cores, so that callers who push many do not slow evaluations
    /// down.
    compilers: Slots,
    independence: Independence,
    /// The memory for all pushed plugins, and again as much for removed plugins that streams still run.
    bytes_max: usize,
    /// How long a caller waits for a slot or for memory.
    wait: Duration,
    /// How long binding the plugins of a request may take.
    binding_time: Duration,
    /// What the plugins of a request may use.
    allowance: PluginAllowance,
    /// Whether compiled code is kept in a folder.
    has_cache: bool,
}

impl PluginStore {
    /// An empty store.
    pub fn new(settings: HostSettings, limits: &Limits) -> PluginStore {
        let cores = available_parallelism().map_or(1, usize::from);
        PluginStore {
            has_cache: settings.cache.is_some(),
            registry: PluginRegistry::new(settings),
            cache: Mutex::new(PluginCache::new(limits.plugins, limits.plugin_bytes)),
            removed: Mutex::default(),
            compilers: Slots::new(
                (cores / 2).max(1),
                limits.memory_wait,
                "the maximum number of plugins is being compiled",
            ),
            independence: Independence::new(limits),
            bytes_max: limits.plugin_bytes,
            wait: limits.memory_wait,
            binding_time: limits.binding_time,
            allowance: limits.plugin_allowance,
        }
    }

    /// Fails at the start of the service, and not with the first plugin, when the folder for compiled code cannot be
    /// used.
    pub fn check_cache(&self) -> Result<(), ServeError> {
        if !self.has_cache {
            return Ok(());
        }
        match self.registry.host() {
            Err(PluginRegistryError::Host(error)) => Err(ServeError::Plugins(error)),
            _ => Ok(()),
        }
    }

    /// The check of rulesets for whether their plugins keep employees apart.
    pub fn independence(&self) -> &Independence {
        &self.independence
    }

    /// How long a caller waits for a slot or for memory.
    pub fn wait(&self) -> Duration {
        self.wait
    }

    /// How long binding the plugins of a request may take.
    pub fn binding_time(&self) -> Duration {
        self.binding_time
    }

    /// What the plugins of a request may use.
    pub fn allowance(&self) -> PluginAllowance {
        self.allowance
    }

    /// The plugin in a file of the service's own folder. [`PluginStore::pin`] adds it to the registry.
    pub fn read(&self, folder: &Path, name: &str) -> Result<Arc<Plugin>, PluginRegistryError> {
        self.registry.prepare_file(folder, name)
    }

    /// A plugin, which is marked as used.
    pub fn get(&self, hash: PluginHash) -> Option<Arc<Plugin>> {
        let mut cache = self.cache();
        cache.touch(hash).then(|| self.registry.get(hash)).flatten()
    }

    /// All plugins, by their hashes.
    pub fn all(&self) -> Vec<Arc<Plugin>> {
        self.registry.plugins()
    }

    /// Whether a plugin came with the service's own rulesets.
    pub fn is_pinned(&self, hash: PluginHash) -> bool {
        self.cache().is_pinned(hash)
    }

    /// Loads a plugin that a caller pushed. It is checked and compiled outside the threads that serve calls, with
    /// memory reserved from `budget`.
    pub async fn push(self: &Arc<PluginStore>, component: Vec<u8>, budget: &Budget) -> Result<Arc<Plugin>, Problem> {
        let hash = PluginHash(Sha256::digest(&component).into());
        if let Some(known) = self.get(hash) {
            return Ok(known);
        }
        let slot = self.compilers.take().await?;
        let memory = budget.take(memory_to_compile(component.len())).await?;
        let store = Arc::clone(self);
        let cancelled = SetOnDrop::default();
        let unless = Arc::clone(&cancelled.0);
        let loading = spawn_blocking(move || {
            // The task owns them until its child process has ended, also when its caller has gone.
            let _held = (slot, memory);
            store.load(&component, &unless)
        });
        loading
            .await
            .unwrap_or_else(|_| Err(Problem::new(ErrorCode::Engine, "a plugin was lost; this is a fault of Shiftmill")))
    }

    fn load(&self, component: &[u8], cancelled: &AtomicBool) -> Result<Arc<Plugin>, Problem> {
        let plugin = self.registry.prepare_unless(component, cancelled).map_err(refusal)?;
        let bytes = plugin.kept_bytes();
        if bytes > self.bytes_max {
            let most = self.bytes_max;
            let message = format!("it needs {bytes} bytes of memory when loaded; the maximum is {most}");
            return Err(Problem::at(ErrorCode::PluginRefused, FIELD, message));
        }
        if self.held_bytes().saturating_add(bytes) > self.bytes_max {
            return Err(busy("streams still run removed plugins, and their memory is full"));
        }
        let mut cache = self.cache();
        let removed = cache.add(plugin.hash(), bytes);
        let plugin = self.registry.put(&plugin);
        // The new plugin itself is removed when the service keeps no pushed plugins.
        self.remove(&removed);
        Ok(plugin)
    }

    /// The memory of removed plugins that streams still run.
    fn held_bytes(&self) -> usize {
        let mut removed = self.removed.lock().unwrap_or_else(PoisonError::into_inner);
        removed.retain(|plugin| plugin.strong_count() > 0);
        let is_removed =
            |plugin: &Arc<Plugin>| !self.registry.get(plugin.hash()).is_some_and(|it| Arc::ptr_eq(&it, plugin));
        removed.iter().filter_map(Weak::upgrade).filter(is_removed).map(|plugin| plugin.kept_bytes()).sum()
    }

    /// Pins exactly these plugins.
    pub fn pin(&self, plugins: &[Arc<Plugin>]) {
        let pinned: Vec<_> = plugins.iter().map(|plugin| (plugin.hash(), plugin.kept_bytes())).collect();
        let mut cache = self.cache();
        let removed = cache.pin(&pinned);
        self.remove(&removed);
        // New plugins, and plugins that were removed since they were loaded.
        for plugin in plugins {
            self.registry.put(plugin);
        }
    }

    /// Called only while `cache` is locked, so that the registry has exactly the plugins of the cache.
    fn remove(&self, hashes: &[PluginHash]) {
        let removed =
            hashes.iter().filter_map(|hash| self.registry.remove(*hash)).map(|plugin| Arc::downgrade(&plugin));
        self.removed.lock().unwrap_or_else(PoisonError::into_inner).extend(removed);
    }

    fn cache(&self) -> MutexGuard<'_, PluginCache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Set when its call has ended, for whatever reason: the child process that compiles for it is then ended.
#[derive(Default)]
struct SetOnDrop(Arc<AtomicBool>);

impl Drop for SetOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// About the memory of a process that compiles a component: 40 MiB for an example plugin, and as measured for large
/// components. The process is stopped at 80 MiB more; that margin is not reserved.
fn memory_to_compile(component_bytes: usize) -> usize {
    (48 << 20) + component_bytes.saturating_mul(64)
}

/// Why a plugin is refused, with all objections.
fn refusal(error: PluginRegistryError) -> Problem {
    let refused = |what: &str, list: &[String]| Problem::listing(ErrorCode::PluginRefused, what, FIELD, list);
    match error {
        PluginRegistryError::Load(LoadError::Refused(report)) => {
            refused("the plugin cannot be used", &report.objections)
        }
        PluginRegistryError::Load(LoadError::Manifest(mistakes)) => {
            refused("the plugin's description is invalid", &mistakes)
        }
        PluginRegistryError::Load(LoadError::Host(reason)) => Problem::new(ErrorCode::PluginHost, reason),
        PluginRegistryError::Host(error) => Problem::new(ErrorCode::PluginHost, error.to_string()),
        PluginRegistryError::Unreadable(_)
        | PluginRegistryError::Load(LoadError::Uncompiled(_) | LoadError::Unlike(_) | LoadError::Undescribed(_)) => {
            Problem::at(ErrorCode::PluginRefused, FIELD, with_cause(&error))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shiftmill::plugin_host::Compiler;
    use shiftmill_guests::Guest;

    fn store(limits: &Limits) -> Arc<PluginStore> {
        Arc::new(PluginStore::new(HostSettings::default(), limits))
    }

    #[tokio::test]
    async fn a_plugin_that_was_removed_before_it_was_pinned_is_loaded_again() {
        let store = store(&Limits { plugins: 1, ..Limits::default() });
        let budget = Budget::new(100 << 20, Duration::from_secs(5));
        let [first, second, third] = ["first", "second", "third"].map(|name| Guest::honest(name).component());
        let (folder, name) = (std::env::temp_dir(), format!("shiftmill-pin-{}.wasm", std::process::id()));
        std::fs::write(folder.join(&name), &first).unwrap();
        store.push(first, &budget).await.unwrap();
        let own = store.read(&folder, &name).unwrap();
        store.push(second, &budget).await.unwrap();
        assert!(store.get(own.hash()).is_none(), "it was removed");
        store.pin(&[Arc::clone(&own)]);
        store.push(third, &budget).await.unwrap();
        assert!(store.get(own.hash()).is_some_and(|found| Arc::ptr_eq(&found, &own)) && store.is_pinned(own.hash()));
        assert_eq!(store.all().len(), 2, "the pinned one, and one of those that were pushed");
        std::fs::remove_file(folder.join(name)).unwrap();
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_caller_that_leaves_ends_the_compilation() {
        let arguments = ["-c", "cat > /dev/null; exec sleep 600"].map(Into::into).to_vec();
        let compiler = Compiler::Child { program: "/bin/sh".into(), arguments };
        let settings = HostSettings { compiler, ..HostSettings::default() };
        let store = Arc::new(PluginStore::new(settings, &Limits::default()));
        let budget = Budget::new(100 << 20, Duration::from_secs(5));
        let all = budget.free();
        let push = store.push(Guest::honest("one").component(), &budget);
        assert!(tokio::time::timeout(Duration::from_millis(300), push).await.is_err(), "it compiles for ever");
        assert!(budget.free() < all);
        // The slot and the memory are freed long before the compilation would end.
        for _ in 0..1_000 {
            tokio::time::sleep(Duration::from_millis(20)).await;
            if budget.free() == all {
                return;
            }
        }
        panic!("the compilation goes on for a caller who has gone");
    }

    #[tokio::test]
    async fn without_memory_for_plugins_nothing_is_kept() {
        let store = store(&Limits { plugins: 0, ..Limits::default() });
        let budget = Budget::new(100 << 20, Duration::from_secs(5));
        let pushed = store.push(Guest::honest("one").component(), &budget).await.unwrap();
        assert!(store.all().is_empty() && store.get(pushed.hash()).is_none());
    }

    #[tokio::test]
    async fn removed_plugins_count_as_long_as_streams_run_them() {
        let budget = Budget::new(100 << 20, Duration::from_secs(5));
        let [first, second, third] = ["first", "other", "third"].map(|name| Guest::honest(name).component());
        let bytes = store(&Limits::default()).push(first.clone(), &budget).await.unwrap().kept_bytes();
        let store = store(&Limits { plugin_bytes: bytes * 3 / 2, ..Limits::default() });
        let held = store.push(first, &budget).await.unwrap();
        store.push(second, &budget).await.unwrap();
        assert!(store.get(held.hash()).is_none(), "it was removed");
        let refused = store.push(third.clone(), &budget).await.unwrap_err();
        assert!(refused.message().starts_with("streams still run removed plugins"), "{}", refused.message());
        drop(held);
        assert!(store.push(third, &budget).await.is_ok());
    }

    #[tokio::test]
    async fn loaded_plugins_are_counted_by_their_memory() {
        let budget = Budget::new(100 << 20, Duration::from_secs(5));
        let component = |name: &str| Guest::honest(name).component();
        let one = store(&Limits::default()).push(component("one"), &budget).await.unwrap();
        assert!(one.kept_bytes() > one.code_bytes() && one.code_bytes() > one.report().bytes);
        let few = store(&Limits { plugin_bytes: one.kept_bytes() * 5 / 2, ..Limits::default() });
        for name in ["one", "two", "six"] {
            few.push(component(name), &budget).await.unwrap();
        }
        assert_eq!(few.all().len(), 2);
        assert!(few.get(one.hash()).is_none(), "the first has left");

        let none = store(&Limits { plugin_bytes: one.kept_bytes() - 1, ..Limits::default() });
        let refused = none.push(component("one"), &budget).await.unwrap_err();
        assert!(refused.message().starts_with("it needs "), "{}", refused.message());
        assert!(none.all().is_empty());
    }
}
