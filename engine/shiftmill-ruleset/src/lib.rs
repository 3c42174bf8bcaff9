//! The documents that people write: parsed, merged with what they extend, checked as a whole and compiled to plans.
//!
//! ```text
//! text ─→ document ─→ extends ─→ effective ─→ check ─→ compile ─→ PlanTimeline
//!         located     parents    one merged   against   names,
//!         values      and        document     the one   cross-checks, plugins
//!                     presets    per date     table of                 └─→ canonical ─→ hash
//!                                             settings ─→ schema, reference
//! ```
//!
//! Every setting is declared once, in `settings`: its meaning, default and bounds. Checking, the JSON Schema, the
//! reference in the handbook and "did you mean" all come from that table. Nothing is evaluated here.
//!
//! ```
//! use shiftmill_ruleset::{Document, NoLibrary, compile};
//! let text = "name = \"acme\"\nextends = \"us-flsa@2\"\n";
//! let ruleset = compile(&Document { name: "acme.toml", text }, &NoLibrary).unwrap();
//! assert_eq!(ruleset.name(), "acme");
//! ```
#![deny(clippy::wildcard_enum_match_arm, reason = "a new member must not compile until somebody has said what it does")]

mod canonical;
mod check;
mod compile;
mod document;
mod effective;
mod extends;
mod merge;
mod mistake;
mod nearest;
mod presets;
mod reference;
mod ruleset;
mod schema;
mod settings;
mod values;

pub use compile::configuration;
pub use extends::{Library, NoLibrary, PluginFound, PluginReference};
pub use mistake::{Mistake, Mistakes};
pub use nearest::nearest;
pub use presets::{Preset, presets};
pub use reference::reference;
pub use ruleset::{JOINED_RULESETS_MAX, JoinError, Ruleset};
pub use schema::json_schema;

/// A document to compile.
#[derive(Clone, Copy, Debug)]
pub struct Document<'a> {
    /// Its name in messages, usually its file name.
    pub name: &'a str,
    /// Its text, TOML.
    pub text: &'a str,
}

/// Checks a document, with all that it extends, and compiles it.
///
/// `library` finds the other files that it extends, presets are built in, and the plugins that it names.
///
/// # Errors
/// Every mistake in the document and in the files it extends, in the order of file and line.
pub fn compile(document: &Document<'_>, library: &dyn Library) -> Result<Ruleset, Mistakes> {
    let mut mistakes = mistake::Finder::default();
    let layers = extends::load(document, library, &mut mistakes);
    let versions = effective::versions(&layers, &mut mistakes);
    let (parts, compiled) = compile::compile(versions, library, &mut mistakes);
    match (mistakes.located(&layers.sources), compiled) {
        (list, Some(timeline)) if list.is_empty() => Ok(Ruleset::new(parts, &layers, timeline)),
        (list, _) => Err(Mistakes { list, further: mistakes.has_further() }),
    }
}
