//! The plugins of the service: those of its own rulesets, which stay, and those that callers pushed, as many as there is
//! room for.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::available_parallelism;

use sha2::{Digest, Sha256};
use shiftmill::core::PluginHash;
use shiftmill::plugin_host::{HostSettings, LoadError, Plugin};
use shiftmill::{Shelf, ShelfError};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use crate::budget::busy;
use crate::config::{Limits, ServeError};
use crate::kept::Kept;
use crate::problem::{Kind, Problem};

/// The plugins of the service.
#[derive(Debug)]
pub(crate) struct PluginStore {
    shelf: Shelf,
    kept: Mutex<Kept>,
    /// How many plugins are taken in at a time: half the cores, so that callers who push many do not crowd out
    /// evaluations.
    intake: Arc<Semaphore>,
    limits: Limits,
    /// Whether compiled code is kept in a folder.
    has_cache: bool,
}

impl PluginStore {
    /// An empty store.
    pub fn new(settings: HostSettings, limits: &Limits) -> PluginStore {
        let cores = available_parallelism().map_or(1, usize::from);
        PluginStore {
            has_cache: settings.cache.is_some(),
            shelf: Shelf::new(settings),
            kept: Mutex::new(Kept::new(limits.plugins, limits.plugin_bytes)),
            intake: Arc::new(Semaphore::new((cores / 2).max(1))),
            limits: limits.clone(),
        }
    }

    /// A folder for compiled code that cannot be used is told when the service starts, not with the first plugin.
    pub fn check_cache(&self) -> Result<(), ServeError> {
        if !self.has_cache {
            return Ok(());
        }
        match self.shelf.host() {
            Err(ShelfError::Host(error)) => Err(ServeError::Plugins(error)),
            _ => Ok(()),
        }
    }

    /// Where plugins are found.
    pub fn shelf(&self) -> &Shelf {
        &self.shelf
    }

    /// A plugin, which is used now.
    pub fn get(&self, hash: PluginHash) -> Option<Arc<Plugin>> {
        let mut kept = self.kept();
        kept.touch(hash).then(|| self.shelf.get(hash)).flatten()
    }

    /// All plugins, by their hashes.
    pub fn all(&self) -> Vec<Arc<Plugin>> {
        self.shelf.plugins()
    }

    /// Whether a plugin came with the service's own rulesets.
    pub fn is_pinned(&self, hash: PluginHash) -> bool {
        self.kept().is_pinned(hash)
    }

    /// Takes in a plugin that a caller pushed; it is checked and compiled beside the threads that serve calls.
    pub async fn push(self: &Arc<PluginStore>, component: Vec<u8>) -> Result<Arc<Plugin>, Problem> {
        let hash = PluginHash(Sha256::digest(&component).into());
        if let Some(known) = self.get(hash).filter(|known| !known.is_quarantined()) {
            return Ok(known);
        }
        let place = timeout(self.limits.memory_wait, Arc::clone(&self.intake).acquire_owned()).await;
        let Ok(Ok(place)) = place else {
            return Err(busy("as many plugins as the server takes in at a time are being compiled"));
        };
        let store = Arc::clone(self);
        let taken_in = spawn_blocking(move || {
            // Held here: a compilation goes on when its caller has gone.
            let _place = place;
            store.take_in(&component)
        });
        taken_in
            .await
            .unwrap_or_else(|_| Err(Problem::new(Kind::Engine, "a plugin was lost; this is a fault of Shiftmill")))
    }

    fn take_in(&self, component: &[u8]) -> Result<Arc<Plugin>, Problem> {
        loop {
            let plugin = self.shelf.load(component).map_err(refusal)?;
            let mut kept = self.kept();
            let gone = kept.add(plugin.hash(), plugin.report().bytes);
            self.take_off(&gone);
            // It may have left between being found on the shelf and being kept.
            if self.shelf.get(plugin.hash()).is_some() {
                return Ok(plugin);
            }
        }
    }

    /// Pins exactly these plugins, and counts whatever else has come to the shelf among those that may leave.
    pub fn pin(&self, plugins: &[Arc<Plugin>]) {
        let pinned: Vec<_> = plugins.iter().map(|plugin| (plugin.hash(), plugin.report().bytes)).collect();
        let mut kept = self.kept();
        let mut gone = kept.pin(&pinned);
        for plugin in self.shelf.plugins() {
            if !kept.holds(plugin.hash()) {
                gone.extend(kept.add(plugin.hash(), plugin.report().bytes));
            }
        }
        self.take_off(&gone);
    }

    /// Only while `kept` is locked, so that what is kept is on the shelf.
    fn take_off(&self, gone: &[PluginHash]) {
        for hash in gone {
            self.shelf.remove(*hash);
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why a plugin is not taken in, with every objection.
fn refusal(error: ShelfError) -> Problem {
    const FIELD: &str = "component";
    let refused = |message: String, objections: Vec<String>| {
        let problem = Problem::new(Kind::PluginRefused, message);
        objections.into_iter().fold(problem, |problem, objection| problem.and(FIELD, objection))
    };
    match error {
        ShelfError::Load(LoadError::Refused(report)) => {
            let objections: Vec<String> = report.objections.iter().map(ToString::to_string).collect();
            refused(format!("the component is no plugin that can be used: {}", objections.join("; ")), objections)
        }
        ShelfError::Load(LoadError::Manifest(mistakes)) => {
            refused(format!("what the plugin says of itself cannot be: {}", mistakes.join("; ")), mistakes)
        }
        ShelfError::Load(LoadError::Host(reason)) => Problem::new(Kind::PluginHost, reason),
        ShelfError::Host(error) => Problem::new(Kind::PluginHost, error.to_string()),
        error => refused(error.to_string(), vec![error.to_string()]),
    }
}
