//! The plugins whose answer for one employee depended on other employees, by their content: loading the same bytes again
//! does not make them better. The quarantine ends with the process.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use shiftmill_core::PluginHash;

/// The quarantined plugins of a host. Each needs 32 bytes, and has been compiled and called before.
#[derive(Debug, Default)]
pub(crate) struct Quarantine {
    /// False while there are none, so that calls need not take the lock.
    has_any: AtomicBool,
    plugins: Mutex<HashSet<PluginHash>>,
}

impl Quarantine {
    pub(crate) fn insert(&self, plugin: PluginHash) {
        self.plugins.lock().unwrap_or_else(PoisonError::into_inner).insert(plugin);
        self.has_any.store(true, Ordering::Release);
    }

    pub(crate) fn holds(&self, plugin: PluginHash) -> bool {
        self.has_any.load(Ordering::Acquire)
            && self.plugins.lock().unwrap_or_else(PoisonError::into_inner).contains(&plugin)
    }
}
