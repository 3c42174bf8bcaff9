//! The settings of a host, and the error when it cannot be created.

use std::ffi::OsString;
use std::path::PathBuf;

/// The settings of a host.
#[derive(Clone, Debug)]
pub struct HostSettings {
    /// Where components are compiled.
    pub compiler: Compiler,
    /// The folder of compiled code; `None` keeps no code.
    pub cache: Option<PathBuf>,
    /// Whether a host works without that folder when it cannot be used. Otherwise creating the host fails.
    pub cache_may_fail: bool,
    /// Whether plugins may calculate with floating point numbers.
    pub floats_allowed: bool,
    /// The workers of the engine that calls the plugins; 0 means one per core. There is room for the instances of all its
    /// threads.
    pub workers: usize,
    /// About one employee in so many is evaluated alone too, to check that its answer does not depend on other employees;
    /// 0: none.
    pub audit_one_in: u32,
}

impl Default for HostSettings {
    fn default() -> HostSettings {
        HostSettings {
            compiler: Compiler::ThisProcess,
            cache: None,
            cache_may_fail: false,
            floats_allowed: false,
            workers: 0,
            audit_one_in: 512,
        }
    }
}

/// Where components are compiled.
#[derive(Clone, Debug)]
pub enum Compiler {
    /// In this process: for trusted components.
    ThisProcess,
    /// In a child process with limited time and memory: for uploaded components. The child reads the component, calls
    /// [`crate::compile_child`] and ends.
    Child {
        /// The program.
        program: PathBuf,
        /// Its arguments.
        arguments: Vec<OsString>,
    },
}

/// Why a host cannot be created.
#[derive(Debug, thiserror::Error)]
#[error("plugins cannot be run here: {reason}")]
pub struct HostError {
    reason: String,
}

impl HostError {
    pub(crate) fn new(error: impl std::fmt::Display) -> HostError {
        HostError { reason: format!("{error:#}") }
    }
}
