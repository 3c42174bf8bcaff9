//! Customers' own rules as sandboxed WebAssembly: checked, compiled, pooled, called, limited.
//!
//! ```text
//! component ─→ check ─→ compile ─→ describe ─→ Plugin ─┐
//!                                                      ├─→ Bound ─→ call ─→ Answers: edits of each card
//! ruleset ─────────────────────────→ PluginBinding ────┘     ↑
//! CardState of many cards ───────────────────────────────────┘
//! ```
//!
//! ```
//! use shiftmill_plugin_host::{Host, HostSettings};
//!
//! let host = Host::new(HostSettings::default())?;
//! host.self_test()?;
//! let refused = host.load(b"no plugin").unwrap_err();
//! assert_eq!(refused.to_string(), "this is no plugin that can be used: it is no WebAssembly");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What holds, whatever a plugin does:
//!
//! * It has what it is given and the function `log`, and nothing else: no clock, no random numbers, no files, no floats
//!   unless the operator allows them. The same cards give the same edits.
//! * Its outcome is that of each employee alone. Employees share a call for speed; what does not pass together is tried
//!   in parts, down to one employee. Whether a plugin lets employees depend on each other is found out by a sample.
//! * Fuel decides, never the clock. The same call uses the same fuel. A clock behind it ends a call that is stuck, and
//!   that is a fault of the host and no pay result.
//! * Every call has a fresh instance with limits on memory, tables, stack, host calls and what it answers. Whatever it
//!   does costs its own answer, and memory comes back.
//! * Code of a machine is believed only when this program made it.
//!
//! Never here: pay rules. What a plugin proposes is read and split by employee; whether it holds is the core's matter.

mod answer;
mod bound;
mod check;
mod columns;
mod compile;
mod componentise;
mod contract;
mod encode;
mod engine;
mod failure;
mod fuel_budget;
mod host;
mod limits;
mod manifest;
mod module;
mod plugin;
mod sandbox;
mod self_test;
mod settings;
mod wire;

pub use answer::{Answers, EditsOf};
pub use bound::{BindError, Bound, CallError, CallScratch};
pub use check::{Objection, Report, check};
pub use compile::compile_child;
pub use componentise::{ComponentiseError, componentise};
pub use encode::HookCard;
pub use failure::CardFailure;
pub use fuel_budget::FuelBudget;
pub use host::{Host, LoadError};
pub use limits::{
    COMPONENT_BYTES_MAX, FUEL_BASE, FUEL_IN_VAIN_MAX, FUEL_PER_DAY, FUEL_TO_CONFIGURE, MEMORY_BYTES_MAX,
    TABLE_ELEMENTS_MAX, compile_bytes_max, fuel_budget,
};
pub use plugin::Plugin;
pub use sandbox::LogLine;
pub use self_test::SelfTestError;
pub use settings::{Compiler, HostError, HostSettings};
pub use wire::LogLevel;
