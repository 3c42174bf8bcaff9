//! The host: one engine for the process, and the way in for plugins.

use std::path::PathBuf;
use std::sync::Arc;

use sha2::{Digest, Sha256};
use shiftmill_core::PluginHash;
use wasmtime::Engine;
use wasmtime::component::{Component, Linker};

use crate::engine::{self, Places, Ticker};
use crate::failure::{CardFailure, Fault};
use crate::plugin::{Guest, Plugin};
use crate::report::Report;
use crate::sandbox::{self, Session};

/// How a host is set up.
#[derive(Clone, Debug)]
pub struct HostSettings {
    /// Where components are compiled.
    pub compiler: Compiler,
    /// The folder in which compiled code is kept; `None`: nowhere.
    pub cache: Option<PathBuf>,
    /// Whether plugins may calculate with floating point numbers.
    pub floats_allowed: bool,
    /// One in about so many employees is evaluated alone too, to see that the plugin keeps employees apart; 0: none.
    pub audit_one_in: u32,
}

impl Default for HostSettings {
    fn default() -> HostSettings {
        HostSettings { compiler: Compiler::ThisProcess, cache: None, floats_allowed: false, audit_one_in: 512 }
    }
}

/// Where components are compiled.
#[derive(Clone, Debug)]
pub enum Compiler {
    /// Here: for components that one's own people have made.
    ThisProcess,
}

/// Sandboxes for plugins. Cheap to clone; one for a process.
#[derive(Clone, Debug)]
pub struct Host(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) settings: HostSettings,
    pub(crate) places: Places,
    engine: Engine,
    linker: Linker<Session>,
    _ticker: Ticker,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inner").field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// Why there is no host.
#[derive(Debug, thiserror::Error)]
#[error("plugins cannot be run here: {reason}")]
pub struct HostError {
    reason: String,
}

impl HostError {
    fn new(error: impl std::fmt::Display) -> HostError {
        HostError { reason: format!("{error:#}") }
    }
}

/// Why a plugin cannot be loaded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// It is no plugin, or none that is allowed.
    #[error("{0}")]
    Refused(String),
    /// It failed when it was asked what it is.
    #[error("the plugin fails when it is asked what it is: {}", .0.message)]
    Undescribed(CardFailure),
    /// What it says of itself cannot be.
    #[error("what the plugin says of itself cannot be: {}", .0.join("; "))]
    Manifest(Vec<String>),
    /// The host could not run it.
    #[error("the plugin could not be run, try again: {0}")]
    Host(String),
}

impl From<Fault> for LoadError {
    fn from(fault: Fault) -> LoadError {
        match fault {
            Fault::Host(reason) => LoadError::Host(reason),
            Fault::Plugin(fault) => LoadError::Undescribed(fault.failure),
        }
    }
}

impl Host {
    /// A host with these settings.
    ///
    /// # Errors
    /// When the system does not give what sandboxes need.
    pub fn new(settings: HostSettings) -> Result<Host, HostError> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let instances = u32::try_from(cores).unwrap_or(u32::MAX).saturating_mul(2).clamp(8, 1_024);
        let engine = engine::running_engine(instances).map_err(HostError::new)?;
        let linker = sandbox::linker(&engine).map_err(HostError::new)?;
        let ticker = Ticker::start(&engine).map_err(HostError::new)?;
        Ok(Host(Arc::new(Inner { settings, places: Places::new(instances), engine, linker, _ticker: ticker })))
    }

    /// Checks and compiles a component, and asks it what it is.
    ///
    /// # Errors
    /// See [`LoadError`].
    pub fn load(&self, component: &[u8]) -> Result<Arc<Plugin>, LoadError> {
        let hash = PluginHash(Sha256::digest(component).into());
        let report = Report { hash, bytes: component.len() };
        let compiled = self.compile(component)?;
        let refused = |error: wasmtime::Error| LoadError::Refused(format!("{error:#}"));
        let pre = self.0.linker.instantiate_pre(&compiled).map_err(refused)?;
        let guest = Guest::new(&compiled, pre).map_err(LoadError::Refused)?;
        guest.check_types(&self.0)?.map_err(LoadError::Refused)?;
        let described = guest.describe(&self.0)?;
        let described = described.check(guest.hooks()).map_err(LoadError::Manifest)?;
        Ok(Arc::new(Plugin::new(Arc::clone(&self.0), hash, guest, described, report)))
    }

    fn compile(&self, component: &[u8]) -> Result<Component, LoadError> {
        Component::from_binary(&self.0.engine, component).map_err(|error| LoadError::Refused(format!("{error:#}")))
    }
}
