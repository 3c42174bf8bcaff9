//! Sandboxed plugins.
