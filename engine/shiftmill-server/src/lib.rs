//! The gRPC services of Shiftmill: messages in, the engine's calls, messages out.
//!
//! ```text
//! EvaluateStream: header ─→ asked ──────────────────────────────┐
//!                 chunk  ─→ facts ─→ budget ─→ Engine ─→ results ─→ chunk result … summary
//! Evaluate:       readable rows ─→ timecards ─→ Engine ─→ words ─→ readable rows
//! Validate:       text ─→ registry ─→ mistakes, or what the ruleset is
//! ```
//!
//! Each service method translates, calls, translates. Never here: a decision about pay.

mod asked;
mod budget;
pub mod client;
mod config;
mod evaluation;
mod facts;
mod problem;
mod reason;
mod registry;
mod request_id;
mod results;
mod rulesets;
mod serve;
mod stream;
mod timecards;
mod times;

pub use budget::Budget;
pub use config::{Config, Limits, ServeError, Tls};
pub use registry::Registry;
pub use results::{Malformed, read_results};
pub use serve::{Server, serve};
