//! The one place that trusts bytes: compiled code becomes a component that will be run.
//!
//! Machine code cannot be checked. What makes it safe is where it comes from, and [`OwnCode`] can be made in three ways
//! only: by compiling here, by reading what our own child compiled, and by reading a file whose seal fits.
#![allow(unsafe_code, reason = "wasmtime's deserialize is unsafe for any bytes that it did not write itself")]

use wasmtime::Engine;
use wasmtime::component::Component;

use super::cache::SealedCode;
use super::child::ChildCode;

/// Code that was made by this program with these settings, byte for byte.
pub(super) struct OwnCode(Vec<u8>);

impl OwnCode {
    /// What the engine of this process made.
    pub(super) fn compiled_here(code: Vec<u8>) -> OwnCode {
        OwnCode(code)
    }

    /// What a child of ours made.
    pub(super) fn of_child(code: ChildCode) -> OwnCode {
        OwnCode(code.into_bytes())
    }

    /// What this or an earlier process of ours kept, its seal verified.
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

/// Loads code.
pub(super) fn admit(engine: &Engine, code: &OwnCode) -> wasmtime::Result<Component> {
    // SAFETY: `deserialize` demands bytes that came from wasmtime's own compiler and were not changed since. That is
    // the promise of `OwnCode`. The bytes are owned here, so nobody changes them between the check and the use.
    // Wasmtime itself refuses code of another version or of other settings.
    unsafe { Component::deserialize(engine, &code.0) }
}
