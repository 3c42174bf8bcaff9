//! The plugins whose answer for one employee depended on other employees, by their content: loading the same bytes again
//! does not make them better. The quarantine ends with the process.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use shiftmill_core::PluginHash;

/// The quarantined plugins of a host. Each needs 32 bytes, and has been compiled and called before.
#[derive(Debug, Default)]
pub(crate) struct Quarantine(Mutex<HashSet<PluginHash>>);

impl Quarantine {
    pub(crate) fn insert(&self, plugin: PluginHash) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(plugin);
    }

    pub(crate) fn holds(&self, plugin: PluginHash) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(&plugin)
    }
}
