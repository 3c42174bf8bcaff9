//! Customers' own rules, as the calculation sees them: what a plugin declares, how a ruleset binds it, which edits it
//! may propose, and what becomes of them. How plugins are run is no matter of the core.
//!
//! ```text
//! Manifest ─→ PluginBinding ─┐
//! (declared)  (in a ruleset) ├─→ hook ─→ Edits ─→ apply ─→ CardState
//! CardState ─────────────────┘                      └────→ EditError: none of them is applied
//! ```

pub(crate) mod apply;
mod binding;
mod edit;
mod failure;
mod manifest;
mod refusal;
mod written;

pub use apply::{Proposal, apply};
pub use binding::{ConfigValue, Isolation, OnFailure, PluginBinding, PluginHash};
pub use edit::{Change, Edit, EditKind, Edits};
pub use failure::{FailureCode, PluginFailure};
pub use manifest::{Argument, CarriedKey, Field, Hook, HookSet, Manifest, ReasonRule, Setting, ValueKind};
pub use refusal::{EditError, FIGURES_PER_EDIT_MAX, Refusal, edits_per_card_max};
