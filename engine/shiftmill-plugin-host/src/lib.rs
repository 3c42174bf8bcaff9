//! Customers' own rules as sandboxed WebAssembly: checked, compiled, pooled, called, limited.
//!
//! ```text
//! component ─→ check ─→ compile ─→ describe ─→ Plugin ─┐
//!                                                      ├─→ Bound ─→ call ─→ Answers: edits of each card
//! ruleset ─────────────────────────→ PluginBinding ────┘     ↑
//! CardState of many cards ───────────────────────────────────┘
//! ```
//!
//! Never here: pay rules. What a plugin proposes is read and split by employee; whether it holds is the core's matter.

mod answer;
mod bound;
mod check;
mod columns;
mod compile;
mod componentise;
mod contract;
mod engine;
mod failure;
mod gather;
mod host;
mod limits;
mod manifest;
mod module;
mod plugin;
mod sandbox;
mod self_test;
mod wire;

pub use answer::{Answers, EditsOf};
pub use bound::{BindError, Bound, CallError, CallRoom};
pub use check::{Objection, Report, check};
pub use compile::{Compiler, compile_child};
pub use componentise::{ComponentiseError, componentise};
pub use failure::CardFailure;
pub use gather::HookCard;
pub use host::{Host, HostError, HostSettings, LoadError};
pub use limits::{COMPONENT_BYTES_MAX, FUEL_BASE, FUEL_PER_DAY, MEMORY_BYTES_MAX, TABLE_ELEMENTS_MAX, fuel_budget};
pub use plugin::Plugin;
pub use sandbox::LogLine;
pub use self_test::SelfTestError;
pub use wire::LogLevel;
