//! What is found out about a component when it is checked.

use shiftmill_core::PluginHash;

/// What is found out about a component when it is checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// SHA-256 of the component.
    pub hash: PluginHash,
    /// Its size in bytes.
    pub bytes: usize,
}
