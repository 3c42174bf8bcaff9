//! How a host is set up, and why there is none.

use std::ffi::OsString;
use std::path::PathBuf;

/// How a host is set up.
#[derive(Clone, Debug)]
pub struct HostSettings {
    /// Where components are compiled.
    pub compiler: Compiler,
    /// The folder in which compiled code is kept; `None`: nowhere.
    pub cache: Option<PathBuf>,
    /// Whether a host does without that folder where it cannot be used, instead of not being there.
    pub cache_may_fail: bool,
    /// Whether plugins may calculate with floating point numbers.
    pub floats_allowed: bool,
    /// One in about so many employees is evaluated alone too, to see that the plugin keeps employees apart; 0: none.
    pub audit_one_in: u32,
}

impl Default for HostSettings {
    fn default() -> HostSettings {
        HostSettings {
            compiler: Compiler::ThisProcess,
            cache: None,
            cache_may_fail: false,
            floats_allowed: false,
            audit_one_in: 512,
        }
    }
}

/// Where components are compiled.
#[derive(Clone, Debug)]
pub enum Compiler {
    /// Here: for components that one's own people have made.
    ThisProcess,
    /// In a child with little time and memory of its own: for components that are uploaded. The child reads the
    /// component, calls [`crate::compile_child`] and ends.
    Child {
        /// The program.
        program: PathBuf,
        /// What it is started with.
        arguments: Vec<OsString>,
    },
}

/// Why there is no host.
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
