//! Loads compiled code as a component. This is the only place that trusts bytes.
//!
//! Machine code cannot be checked, so its origin must be known. [`OwnCode`] has three sources: the compiler of this process,
//! the output of a child process of this program, and a file with a valid seal.
#![allow(unsafe_code, reason = "wasmtime's deserialize is unsafe for any bytes that it did not write itself")]

use wasmtime::Engine;
use wasmtime::component::Component;

use super::cache::SealedCode;
use super::child::ChildCode;

/// Code that this program compiled with these settings, unchanged.
pub(super) struct OwnCode(Vec<u8>);

impl OwnCode {
    /// Code of the engine of this process.
    pub(super) fn compiled_here(code: Vec<u8>) -> OwnCode {
        OwnCode(code)
    }

    /// Code of a child process.
    pub(super) fn of_child(code: ChildCode) -> OwnCode {
        OwnCode(code.into_bytes())
    }

    /// Code of the cache, with a verified seal.
    pub(super) fn kept(code: SealedCode) -> OwnCode {
        OwnCode(code.into_bytes())
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

/// Loads code as a component.
pub(super) fn admit(engine: &Engine, code: &OwnCode) -> wasmtime::Result<Component> {
    // SAFETY: `deserialize` requires bytes from wasmtime's own compiler that have not been changed since. `OwnCode`
    // guarantees that. It owns the bytes, so they do not change between the check and the use. Wasmtime itself refuses
    // code of another version or with other settings.
    unsafe { Component::deserialize(engine, &code.0) }
}
