//! Runs customers' own rules as WebAssembly in a sandbox: checks, compiles, calls and limits them.
//!
//! ```text
//! component ─→ check ─→ strip ─→ compile ─→ describe ─→ Plugin ─┐
//!                                                               ├─→ Bound ─→ call ─→ Answers: edits of each card
//! ruleset ──────────────────────────────────→ PluginBinding ────┘     ↑
//! CardState of many cards ────────────────────────────────────────────┘
//! ```
//!
//! ```
//! use shiftmill_plugin_host::{Host, HostSettings};
//!
//! let host = Host::new(HostSettings::default())?;
//! host.self_test()?;
//! let refused = host.load(b"no plugin").unwrap_err();
//! assert_eq!(refused.to_string(), "the plugin cannot be used: it is not WebAssembly");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! These guarantees hold for every plugin:
//!
//! * A plugin has its input, the facts of its employees that it asks for and the function `log`, and nothing else: no clock, no random numbers, no files, and no floats
//!   unless the operator allows them. The same cards give the same edits.
//! * The outcome for an employee is that of the employee alone. Employees share a call for speed. A group that does not
//!   succeed together is tried again in smaller groups, down to one employee. A sample shows whether a plugin lets
//!   employees depend on each other.
//! * Fuel decides, never the clock. The same call uses the same fuel, and a unit of it takes at most some nanoseconds. A
//!   timer ends a call that makes no progress, or whose caller has gone; that is never a pay result.
//! * Every call has a new instance with limits on memory, tables, stack, host calls and answer. A plugin that exceeds
//!   them loses its own answer only, and its memory is freed.
//! * The host runs only machine code that this program compiled.
//!
//! This crate contains no pay rules. It reads the edits of a plugin and splits them by employee; the core decides whether
//! they are allowed.

mod answer;
mod bound;
mod cancellation;
mod check;
mod columns;
mod compile;
mod componentise;
mod contract;
mod encode;
mod engine;
mod facts;
mod failure;
mod folder_file;
mod fuel_budget;
mod host;
mod limits;
mod manifest;
mod module;
mod operator_fuel;
pub mod os_thread;
mod places;
mod plugin;
mod quarantine;
mod request_budget;
mod sandbox;
mod self_test;
mod settings;
mod wire;

pub use answer::{Answers, EditsOf};
pub use bound::{BindError, Bound, CallError, CallScratch};
pub use cancellation::Cancellation;
pub use check::{Lines, Report};
pub use compile::compile_child;
pub use componentise::{ComponentiseError, componentise};
pub use encode::HookCard;
pub use failure::CardFailure;
pub use folder_file::{is_file_name, read_file_in, read_text_in};
pub use fuel_budget::FuelBudget;
pub use host::{Host, LoadError};
pub use limits::{
    COMPONENT_BYTES_MAX, FAILED_FUEL_MAX, FUEL_BASE, FUEL_PER_DAY, FUEL_TO_CONFIGURE, MEMORY_BYTES_MAX,
    TABLE_ELEMENTS_MAX, compile_bytes_max, fuel_budget,
};
pub use plugin::Plugin;
pub use request_budget::{PluginAllowance, PluginUse, RequestBudget};
pub use sandbox::LogLine;
pub use self_test::SelfTestError;
pub use settings::{Compiler, HostError, HostSettings};
pub use wire::LogLevel;
