//! The plugins of the service: those of its own rulesets, which stay, and those that callers pushed, as many as there is
//! room for.

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::available_parallelism;
use std::time::Duration;

use sha2::{Digest, Sha256};
use shiftmill::core::PluginHash;
use shiftmill::plugin_host::{HostSettings, LoadError, Plugin};
use shiftmill::{PluginRegistry, PluginRegistryError, with_cause};
use tokio::task::spawn_blocking;

use crate::budget::{Budget, Places, busy};
use crate::config::{Limits, ServeError};
use crate::independence::Independence;
use crate::plugin_cache::PluginCache;
use crate::problem::{Kind, Problem};

/// The field of a push that problems are about.
const FIELD: &str = "component";

/// The plugins of the service.
#[derive(Debug)]
pub(crate) struct PluginStore {
    registry: PluginRegistry,
    cache: Mutex<PluginCache>,
    /// Those that left, of which streams may still hold some.
    left: Mutex<Vec<Weak<Plugin>>>,
    /// Where plugins are taken in: half as many places as cores, so that callers who push many do not crowd out
    /// evaluations.
    intake: Places,
    independence: Independence,
    /// What all pushed plugins may take, and as much again those that left and are still held.
    bytes_max: usize,
    /// How long a caller waits for something that others use.
    wait: Duration,
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
            left: Mutex::default(),
            intake: Places::new(
                (cores / 2).max(1),
                limits.memory_wait,
                "as many plugins as the server takes in at a time are being compiled",
            ),
            independence: Independence::new(limits.memory_wait),
            bytes_max: limits.plugin_bytes,
            wait: limits.memory_wait,
        }
    }

    /// A folder for compiled code that cannot be used is told when the service starts, not with the first plugin.
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

    /// How long a caller waits for something that others use.
    pub fn wait(&self) -> Duration {
        self.wait
    }

    /// The plugin in a file of the service's own. It comes to the registry when it is pinned.
    pub fn read(&self, file: &Path) -> Result<Arc<Plugin>, PluginRegistryError> {
        self.registry.prepare(&fs::read(file).map_err(PluginRegistryError::Unreadable)?)
    }

    /// A plugin, which is used now.
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

    /// Takes in a plugin that a caller pushed; it is checked and compiled beside the threads that serve calls, and in the
    /// memory that it takes out of `budget`.
    pub async fn push(self: &Arc<PluginStore>, component: Vec<u8>, budget: &Budget) -> Result<Arc<Plugin>, Problem> {
        let hash = PluginHash(Sha256::digest(&component).into());
        if let Some(known) = self.get(hash).filter(|known| !known.is_quarantined()) {
            return Ok(known);
        }
        let place = self.intake.take().await?;
        let memory = budget.take(budget.half().min(memory_to_compile(component.len()))).await?;
        let store = Arc::clone(self);
        let taken_in = spawn_blocking(move || {
            // Held here: a compilation goes on when its caller has gone.
            let _held = (place, memory);
            store.take_in(&component)
        });
        taken_in
            .await
            .unwrap_or_else(|_| Err(Problem::new(Kind::Engine, "a plugin was lost; this is a fault of Shiftmill")))
    }

    fn take_in(&self, component: &[u8]) -> Result<Arc<Plugin>, Problem> {
        let plugin = self.registry.prepare(component).map_err(refusal)?;
        let bytes = plugin.kept_bytes();
        if bytes > self.bytes_max {
            let most = self.bytes_max;
            let message = format!("loaded it takes {bytes} bytes of memory, the most that the service keeps is {most}");
            return Err(Problem::at(Kind::PluginRefused, FIELD, message));
        }
        if self.held_bytes().saturating_add(bytes) > self.bytes_max {
            return Err(busy("streams hold plugins that left for others, as many as there is memory for"));
        }
        let mut cache = self.cache();
        let gone = cache.add(plugin.hash(), bytes);
        let plugin = self.registry.put(&plugin);
        // It may be among them, when there is no room at all.
        self.take_off(&gone);
        Ok(plugin)
    }

    /// What plugins take that are not in the registry any more, and that streams still hold.
    fn held_bytes(&self) -> usize {
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        left.retain(|plugin| plugin.strong_count() > 0);
        let has_left =
            |plugin: &Arc<Plugin>| !self.registry.get(plugin.hash()).is_some_and(|it| Arc::ptr_eq(&it, plugin));
        left.iter().filter_map(Weak::upgrade).filter(has_left).map(|plugin| plugin.kept_bytes()).sum()
    }

    /// Pins exactly these plugins.
    pub fn pin(&self, plugins: &[Arc<Plugin>]) {
        let pinned: Vec<_> = plugins.iter().map(|plugin| (plugin.hash(), plugin.kept_bytes())).collect();
        let mut cache = self.cache();
        let gone = cache.pin(&pinned);
        self.take_off(&gone);
        // Those that are new here, and those that left since they were loaded.
        for plugin in plugins {
            self.registry.put(plugin);
        }
    }

    /// Only while `cache` is locked, so that what is kept is in the registry.
    fn take_off(&self, gone: &[PluginHash]) {
        let left = gone.iter().filter_map(|hash| self.registry.remove(*hash)).map(|plugin| Arc::downgrade(&plugin));
        self.left.lock().unwrap_or_else(PoisonError::into_inner).extend(left);
    }

    fn cache(&self) -> MutexGuard<'_, PluginCache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// About what a child takes that compiles a component: itself, which is 40 MiB for an example plugin, and what was
/// measured of large ones. It may take 80 MiB more before it is stopped; that is room to spare, and not charged for.
fn memory_to_compile(component_bytes: usize) -> usize {
    (48 << 20) + component_bytes.saturating_mul(64)
}

/// Why a plugin is not taken in, with its objections.
fn refusal(error: PluginRegistryError) -> Problem {
    let refused = |what: &str, list: &[String]| Problem::listing(Kind::PluginRefused, what, FIELD, list);
    match error {
        PluginRegistryError::Load(LoadError::Refused(report)) => {
            let objections: Vec<String> = report.objections.iter().map(ToString::to_string).collect();
            refused("the component is no plugin that can be used", &objections)
        }
        PluginRegistryError::Load(LoadError::Manifest(mistakes)) => {
            refused("what the plugin says of itself cannot be", &mistakes)
        }
        PluginRegistryError::Load(LoadError::Host(reason)) => Problem::new(Kind::PluginHost, reason),
        PluginRegistryError::Host(error) => Problem::new(Kind::PluginHost, error.to_string()),
        PluginRegistryError::Unreadable(_)
        | PluginRegistryError::Load(LoadError::Uncompiled(_) | LoadError::Unlike(_) | LoadError::Undescribed(_)) => {
            Problem::at(Kind::PluginRefused, FIELD, with_cause(&error))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shiftmill_guests::Guest;

    fn store(limits: &Limits) -> Arc<PluginStore> {
        Arc::new(PluginStore::new(HostSettings::default(), limits))
    }

    #[tokio::test]
    async fn a_plugin_that_left_before_it_was_pinned_is_back() {
        let store = store(&Limits { plugins: 1, ..Limits::default() });
        let budget = Budget::new(100 << 20, Duration::from_secs(5));
        let [first, second, third] = ["first", "second", "third"].map(|name| Guest::honest(name).component());
        let file = std::env::temp_dir().join(format!("shiftmill-pin-{}.wasm", std::process::id()));
        fs::write(&file, &first).unwrap();
        store.push(first, &budget).await.unwrap();
        let own = store.read(&file).unwrap();
        store.push(second, &budget).await.unwrap();
        assert!(store.get(own.hash()).is_none(), "it has left");
        store.pin(&[Arc::clone(&own)]);
        store.push(third, &budget).await.unwrap();
        assert!(store.get(own.hash()).is_some_and(|found| Arc::ptr_eq(&found, &own)) && store.is_pinned(own.hash()));
        assert_eq!(store.all().len(), 2, "the pinned one, and one of those that were pushed");
        fs::remove_file(file).unwrap();
    }

    #[tokio::test]
    async fn without_room_nothing_stays() {
        let store = store(&Limits { plugins: 0, ..Limits::default() });
        let budget = Budget::new(100 << 20, Duration::from_secs(5));
        let pushed = store.push(Guest::honest("one").component(), &budget).await.unwrap();
        assert!(store.all().is_empty() && store.get(pushed.hash()).is_none());
    }

    #[tokio::test]
    async fn plugins_that_left_count_as_long_as_they_are_held() {
        let budget = Budget::new(100 << 20, Duration::from_secs(5));
        let [first, second, third] = ["first", "other", "third"].map(|name| Guest::honest(name).component());
        let bytes = store(&Limits::default()).push(first.clone(), &budget).await.unwrap().kept_bytes();
        let store = store(&Limits { plugin_bytes: bytes * 3 / 2, ..Limits::default() });
        let held = store.push(first, &budget).await.unwrap();
        store.push(second, &budget).await.unwrap();
        assert!(store.get(held.hash()).is_none(), "it has left");
        let refused = store.push(third.clone(), &budget).await.unwrap_err();
        assert!(refused.message().starts_with("streams hold plugins"), "{}", refused.message());
        drop(held);
        assert!(store.push(third, &budget).await.is_ok());
    }

    #[tokio::test]
    async fn what_is_kept_is_counted_by_what_it_takes_in_memory() {
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
        assert!(refused.message().starts_with("loaded it takes "), "{}", refused.message());
        assert!(none.all().is_empty());
    }
}
