//! Shiftmill for embedders: rulesets and timecards in, explained pay out, on all cores.
//!
//! ```text
//! plugins      ─→ PluginRegistry ───┐
//! ruleset text ─→ ruleset::compile ─┼─→ Request ─┐
//! zone names   ─→ zone_table ───────┘            │
//! timecards    ─→ TimecardBatch::check ──────────┴─→ Engine ─→ Finished ─→ words::explain
//!                                                                      └─→ ResultHasher, StreamHash
//! Markdown     ─→ suites::run_folder: claims about rulesets, with the timecards that test them
//! ruleset      ─→ trial::check_independence: whether its plugins keep employees apart
//! ```
//!
//! ```
//! use std::sync::Arc;
//! use shiftmill::core::{CardFacts, Detail, EvaluationWindow, Punch, PunchKind, TagId, Timestamp, TimecardBatch,
//!     Workday, WorkdayRange};
//! use shiftmill::ruleset::{Document, NoLibrary, compile};
//! use shiftmill::{Engine, Request, PluginRegistry, zone_table};
//!
//! let text = "name = \"acme-hourly\"";
//! let ruleset = compile(&Document { name: "acme.toml", text }, &NoLibrary)?;
//! let monday = Workday(20514);
//! let days = WorkdayRange { first: monday, last: monday.plus(6) };
//! let zones = zone_table(&["America/New_York".to_owned()], days.first, days.last)?;
//! let window =
//!     EvaluationWindow { pay_period: days, facts: days, as_of: Timestamp(1_773_000_000), require_final: false };
//! let rulesets = vec![Arc::new(ruleset)];
//! let request = Request::new(rulesets, Arc::new(zones), window, Detail::Workdays, &PluginRegistry::default())?;
//! let request = Arc::new(request);
//!
//! let punch = |at, kind| Punch { at: Timestamp(at), kind, id: None, tag: TagId::NONE, recorded_at: None };
//! let mut batch = TimecardBatch::default();
//! batch.push(&CardFacts {
//!     employee: "E-100".to_owned(),
//!     punches: vec![punch(1_772_456_400, PunchKind::In), punch(1_772_485_200, PunchKind::Out)],
//!     ..CardFacts::default()
//! })?;
//! let checked = batch.check(request.rulesets.len(), request.zones.zones.len(), request.tags().len())?;
//!
//! let engine = Engine::new(1);
//! let finished = engine.evaluate(&request, vec![checked])?;
//! assert_eq!(finished[0].results.cards.len(), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Never here: sockets, protocols, a decision about pay.
#![deny(clippy::wildcard_enum_match_arm, reason = "a new member must not compile until somebody has said what it does")]

mod card;
mod cause;
mod chunk;
mod engine;
mod hook_batch;
mod metrics;
mod pace;
mod places;
mod plugin_registry;
mod request;
mod schedule;
pub mod suites;
pub mod trial;
pub mod words;
mod workers;
mod zones;

pub use cause::with_cause;
pub use engine::{Engine, Finished};
pub use metrics::PluginMetrics;
pub use plugin_registry::{PluginRegistry, PluginRegistryError};
pub use request::{Layout, Proposals, Request, RequestError, Stopped};
pub use schedule::Caller;
pub use shiftmill_core as core;
pub use shiftmill_core::{ResultHash, ResultHasher, StreamHash};
pub use shiftmill_plugin_host as plugin_host;
pub use shiftmill_plugin_host::{is_file_name, read_file_in, read_text_in};
pub use shiftmill_ruleset as ruleset;
pub use zones::{BundledZones, PlaceError, ZoneError, find_zone, zone_table};

/// The version of the engine: the same facts, ruleset, zone data and version give the same bytes.
pub const ENGINE_VERSION: &str = env!("CARGO_PKG_VERSION");
