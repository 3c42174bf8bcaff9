//! The findings of the check of a component.

use shiftmill_core::{HookSet, excerpt};

use crate::componentise::way_text;
use crate::limits::{COMPONENT_BYTES_MAX, shortened};

/// The findings of the check of a component. Its names are shortened, and its lists have at most 50 entries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Its size in bytes.
    pub bytes: usize,
    /// The version of the contract that it is built for.
    pub contract: Option<String>,
    /// The hooks that it exports.
    pub hooks: HookSet,
    /// Its imports.
    pub imports: Vec<String>,
    /// Its exports beside the contract. They are never called.
    pub other_exports: Vec<String>,
    /// The number of its functions.
    pub functions: u64,
    /// The initial size of its memory, in bytes.
    pub memory_bytes: u64,
    /// The first functions that use floating point numbers.
    pub float_functions: Vec<String>,
    /// The number of functions that use them.
    pub float_function_count: u64,
    /// Whether its functions have names, so that failures name them.
    pub has_names: bool,
    /// Whether failures name lines of its source.
    pub lines: Lines,
    /// The number of its parts that the engine keeps beside the code: functions, types, imports, exports and so on. Large
    /// ones count several times.
    pub parts: u64,
    /// Why it cannot be used as a plugin; empty when it can.
    pub objections: Vec<String>,
}

/// Whether failures of a plugin name lines of its source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lines {
    /// It has no debug information with lines of its own source.
    #[default]
    Absent,
    /// They do.
    Known,
    /// Its debug information exceeds the limits and is not used.
    TooLarge,
}

/// Why a component cannot be used as a plugin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Objection {
    /// It is larger than a component may be.
    #[error(
        "it has {bytes} bytes, the maximum is {COMPONENT_BYTES_MAX}; build it for release, without debug information"
    )]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// It is not WebAssembly.
    #[error("it is not WebAssembly")]
    NotWasm,
    /// It is a core module.
    #[error("it is a core module and not yet a component; run `shiftmill plugin build`")]
    CoreModule,
    /// It is not a valid component, or uses features of WebAssembly that plugins cannot use.
    #[error("it is not a valid plugin component: {}", shortened(.0))]
    Invalid(String),
    /// It is built for another version of the contract.
    #[error("{}", shortened(.0))]
    OtherVersion(String),
    /// It imports something that plugins cannot have.
    #[error("it imports `{}`, which plugins do not have{}", excerpt(.import), shortened(&way_text(.way)))]
    ForeignImport {
        /// The name of the import.
        import: String,
        /// The chain of calls that leads to the import; may be empty.
        way: String,
    },
    /// It does not export its description.
    #[error("it does not export `shiftmill:plugin/lifecycle`, which every plugin has")]
    NoLifecycle,
    /// It has no hook.
    #[error("it has none of the hooks `punches`, `schedule`, `days`, `period`")]
    NoHook,
    /// It consists of components that use each other.
    #[error("it is composed of several components; a plugin is the component of one module")]
    Composed,
    /// It does not pass text as UTF-8.
    #[error("it passes text as UTF-16; plugins use UTF-8")]
    WideText,
    /// It calculates with floating point numbers.
    #[error("it uses floating point numbers, in {}; use whole numbers", some_of(.functions, *.count))]
    Floats {
        /// The first functions that use them.
        functions: Vec<String>,
        /// The number of functions that use them.
        count: u64,
    },
    /// It uses an operator that plugins cannot use.
    #[error("its function `{function}` uses the operator {operator} of WebAssembly, which plugins cannot use")]
    Operator {
        /// The name of the function.
        function: String,
        /// The operator.
        operator: &'static str,
    },
    /// It has built-in functions of components beside those that the contract needs.
    #[error(
        "it uses built-in functions of components, such as resources, or calls between components; a plugin has only the \
         functions of the contract"
    )]
    BuiltIn,
    /// It has too many items of one kind.
    #[error("it has {found} {what}, the maximum is {most}")]
    TooMany {
        /// The kind of item.
        what: &'static str,
        /// Their number.
        found: u64,
        /// The maximum.
        most: u64,
    },
    /// One of its functions has too many items of one kind.
    #[error("its function `{}` has {found} {what}, the maximum is {most}", excerpt(.function))]
    TooMuchInFunction {
        /// The name of the function.
        function: String,
        /// The kind of item.
        what: &'static str,
        /// Their number.
        found: u64,
        /// The maximum.
        most: u64,
    },
}

impl Objection {
    /// True when a number or size exceeds its maximum.
    pub(super) fn is_of_size(&self) -> bool {
        matches!(self, Objection::TooMany { .. } | Objection::TooMuchInFunction { .. })
    }
}

/// The first names of a list.
fn some_of(names: &[String], count: u64) -> String {
    const SHOWN: usize = 8;
    let shown: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{}`", excerpt(name))).collect();
    match count.saturating_sub(shown.len() as u64) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
