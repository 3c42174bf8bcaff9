//! The host: one engine for the process, which loads plugins.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use sha2::{Digest, Sha256};
use shiftmill_core::PluginHash;
use wasmtime::Engine;
use wasmtime::component::Linker;

use crate::check::Report;
use crate::compile::{Compilation, Compiled};
use crate::engine::{self, Slots, Ticker};
use crate::failure::{CardFailure, Fault};
use crate::limits::shortened;
use crate::plugin::{Guest, Plugin};
use crate::quarantine::Quarantine;
use crate::sandbox::{self, Session};
use crate::settings::{HostError, HostSettings};

/// Sandboxes for plugins. Cheap to clone; one for a process.
#[derive(Clone, Debug)]
pub struct Host(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) settings: HostSettings,
    pub(crate) slots: Slots,
    engine: Engine,
    linker: Linker<Session>,
    compilation: Compilation,
    pub(crate) quarantine: Quarantine,
    _ticker: Ticker,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inner").field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// Why a plugin cannot be loaded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// It is not a plugin, or not an allowed one: [`Report::objections`] states why.
    #[error("the plugin cannot be used: {}", objections(.0))]
    Refused(Box<Report>),
    /// It cannot be compiled.
    #[error("the plugin cannot be compiled: {0}")]
    Uncompiled(String),
    /// A function or an import has another type than in the contract.
    #[error("the plugin violates the contract: {0}")]
    Unlike(String),
    /// Its function `describe` failed.
    #[error("the plugin's description fails: {}", .0.message)]
    Undescribed(CardFailure),
    /// Its manifest is invalid.
    #[error("the plugin's description is invalid: {}", .0.join("; "))]
    Manifest(Vec<String>),
    /// The host could not run it.
    #[error("the plugin could not be run, try again: {0}")]
    Host(String),
}

fn objections(report: &Report) -> String {
    report.objections.join("; ")
}

impl From<Fault> for LoadError {
    fn from(fault: Fault) -> LoadError {
        match fault {
            Fault::Host(reason) => LoadError::Host(reason),
            Fault::Plugin(fault) => LoadError::Undescribed(fault.failure),
            Fault::Cancelled => LoadError::Host("it was cancelled".to_owned()),
        }
    }
}

/// Instances for each worker: its own, that of its counterpart in the background, those of the threads that a long slice
/// holds, and those of trials and of requests that begin. So no worker waits for a slot that a slow plugin holds.
const INSTANCES_PER_WORKER: usize = 8;

/// How many instances there may be at once.
fn instances(workers: usize) -> u32 {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let instances = workers.max(cores).saturating_mul(INSTANCES_PER_WORKER);
    u32::try_from(instances).unwrap_or(u32::MAX).clamp(16, 1_024)
}

impl Host {
    /// A host with these settings.
    ///
    /// # Errors
    /// When the system does not provide what sandboxes need.
    pub fn new(settings: HostSettings) -> Result<Host, HostError> {
        let instances = instances(settings.workers);
        let engine = engine::running_engine(instances).map_err(HostError::new)?;
        let linker = sandbox::linker(&engine).map_err(HostError::new)?;
        let compilation = Compilation::new(&settings, &engine)?;
        let ticker = Ticker::start(&engine).map_err(HostError::new)?;
        let slots = Slots::new(instances);
        let quarantine = Quarantine::default();
        Ok(Host(Arc::new(Inner { settings, slots, engine, linker, compilation, quarantine, _ticker: ticker })))
    }

    /// Checks and compiles a component, and reads its manifest.
    ///
    /// # Errors
    /// See [`LoadError`].
    pub fn load(&self, component: &[u8]) -> Result<Arc<Plugin>, LoadError> {
        self.load_unless(component, &AtomicBool::new(false))
    }

    /// Loads a component as [`Host::load`] does. When `cancelled` is set, a child process that compiles it is ended, and
    /// loading fails.
    ///
    /// # Errors
    /// See [`LoadError`].
    pub fn load_unless(&self, component: &[u8], cancelled: &AtomicBool) -> Result<Arc<Plugin>, LoadError> {
        let hash = PluginHash(Sha256::digest(component).into());
        let Compiled { component, report, places, code_bytes } =
            self.0.compilation.component(&self.0.engine, component, hash, cancelled)?;
        let unlike = |error: wasmtime::Error| LoadError::Unlike(shortened(&format!("{error:#}")));
        let pre = self.0.linker.instantiate_pre(&component).map_err(unlike)?;
        let guest = Guest::new(&component, pre, places).map_err(LoadError::Unlike)?;
        guest.check_types(&self.0)?.map_err(|why| LoadError::Unlike(shortened(&why)))?;
        let described = guest.describe(&self.0)?.check(guest.hooks()).map_err(LoadError::Manifest)?;
        Ok(Arc::new(Plugin::new(Arc::clone(&self.0), guest, described, (hash, report), code_bytes)))
    }
}
