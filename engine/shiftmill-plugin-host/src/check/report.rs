//! What the check of a component found.

use shiftmill_core::{HookSet, PluginHash};

use crate::componentise::way_text;
use crate::limits::COMPONENT_BYTES_MAX;

/// What the check of a component found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// SHA-256 of the component.
    pub hash: PluginHash,
    /// Its size in bytes.
    pub bytes: usize,
    /// The version of the contract that it is built for.
    pub contract: Option<String>,
    /// The hooks that it exports.
    pub hooks: HookSet,
    /// What it imports.
    pub imports: Vec<String>,
    /// What it exports beside the contract; never called.
    pub other_exports: Vec<String>,
    /// How many functions it has.
    pub functions: u64,
    /// Memory that it has at first, in bytes.
    pub memory_bytes: u64,
    /// The functions that use floating point numbers.
    pub float_functions: Vec<String>,
    /// Whether its functions have names, so that failures can be told by them.
    pub has_names: bool,
    /// Whether it knows its lines of source, so that failures can be told by them.
    pub has_lines: bool,
    /// Whether it runs code when an instance is made. That is within the budget of every call.
    pub has_start: bool,
    /// Why it is no plugin; empty when it is one.
    pub objections: Vec<Objection>,
}

/// Why a component is no plugin, or none that is allowed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Objection {
    /// It is larger than a component may be.
    #[error("it has {bytes} bytes, the most is {COMPONENT_BYTES_MAX}; build it for release, without debug information")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// It is no WebAssembly.
    #[error("it is no WebAssembly")]
    NotWasm,
    /// It is a core module.
    #[error("it is a core module and no component yet; run `shiftmill plugin build`")]
    CoreModule,
    /// It is no valid component, or uses parts of WebAssembly that plugins cannot.
    #[error("it is no valid plugin component: {0}")]
    Invalid(String),
    /// It is built for another version of the contract.
    #[error("{0}")]
    OtherVersion(String),
    /// It wants something that plugins cannot have.
    #[error("it imports `{import}`, which plugins do not have{}", way_text(.way))]
    ForeignImport {
        /// What.
        import: String,
        /// The chain of calls that pulled it in; may be empty.
        way: String,
    },
    /// It does not say what it is.
    #[error("it does not export `shiftmill:plugin/lifecycle`, which every plugin has")]
    NoLifecycle,
    /// There is nothing to call.
    #[error("it has none of the hooks `punches`, `schedule`, `days`, `period`")]
    NoHook,
    /// Its text is not in UTF-8.
    #[error("it hands text over in UTF-16; plugins use UTF-8")]
    WideText,
    /// It calculates with floating point numbers.
    #[error("it uses floating point numbers, in {}; use whole numbers", some_of(.functions))]
    Floats {
        /// Where.
        functions: Vec<String>,
    },
    /// It has more of something than it may.
    #[error("it has {found} {what}, the most is {most}")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many there are.
        found: u64,
        /// How many there may be.
        most: u64,
    },
    /// One of its functions has more of something than it may.
    #[error("its function `{function}` has {found} {what}, the most is {most}")]
    TooMuchInFunction {
        /// Which function.
        function: String,
        /// Of what.
        what: &'static str,
        /// How much there is.
        found: u64,
        /// How much there may be.
        most: u64,
    },
}

impl Objection {
    /// True when there is too much of something.
    pub(super) fn is_of_size(&self) -> bool {
        matches!(self, Objection::TooMany { .. } | Objection::TooMuchInFunction { .. })
    }
}

/// The first names of a list.
fn some_of(names: &[String]) -> String {
    const SHOWN: usize = 8;
    let shown: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    match names.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
