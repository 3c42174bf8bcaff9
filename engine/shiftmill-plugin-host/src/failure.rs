//! Translates traps: the code of the failure, its message, and its place in the source of the plugin.

use std::fmt::Write;

use shiftmill_core::{FailureCode, Workday};
use wasmtime::{FrameInfo, PoolConcurrencyLimitError, Trap, WasmBacktrace};

use crate::limits::{MESSAGE_BYTES_MAX, shortened};
use crate::places::Places;
use crate::sandbox::Session;

/// A failure of a plugin on one card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardFailure {
    /// The code of the failure.
    pub code: FailureCode,
    /// The workday that the plugin named, if any.
    pub workday: Option<Workday>,
    /// The message, with the place in the source of the plugin where it is known.
    pub message: String,
}

/// Why a call has no answer.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The host could not run it.
    Host(String),
    /// The plugin failed.
    Plugin(Box<PluginFault>),
    /// The call was cancelled.
    Cancelled,
}

/// Why a plugin has no answer for a group.
#[derive(Debug)]
pub(crate) struct PluginFault {
    pub(crate) failure: CardFailure,
    /// The employee that the plugin named, if any.
    pub(crate) employee: Option<u32>,
}

impl Fault {
    /// A failure that is not a trap: an answer that cannot be read.
    pub(crate) fn of_answer(code: FailureCode, message: String) -> Fault {
        let failure = CardFailure { code, workday: None, message };
        Fault::Plugin(Box::new(PluginFault { failure, employee: None }))
    }
}

/// The operation that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Attempted {
    /// The creation of an instance.
    Instantiate,
    /// The call of a function.
    Call,
}

/// The fault that an error of the WebAssembly engine is.
pub(crate) fn fault(error: &wasmtime::Error, attempted: Attempted, session: &Session, places: &Places) -> Fault {
    let trap = error.downcast_ref::<Trap>();
    if session.was_cancelled {
        return Fault::Cancelled;
    }
    if let Some(reason) = host_fault(error, trap, attempted, session) {
        return Fault::Host(reason);
    }
    let at = Location::of(error, places);
    let (code, message) = match (&session.refused, trap, &session.panic) {
        (Some(refused), _, _) => (FailureCode::Memory, format!("{refused}{at}")),
        (_, Some(Trap::OutOfFuel), _) => (FailureCode::Budget, format!("exceeded its fuel budget{at}")),
        (_, Some(Trap::StackOverflow), _) => (FailureCode::Stack, format!("exceeded the stack{at}")),
        (_, Some(_), Some(panic)) => (FailureCode::Panic, panic.message.clone()),
        (_, Some(trap), None) => (FailureCode::Panic, format!("{}{at}", message_of(*trap))),
        (_, None, _) if is_answer_too_large(error) => (FailureCode::Memory, "its answer exceeds the limit".to_owned()),
        (_, None, _) => (FailureCode::Panic, format!("violates the plugin contract: {}", shortened(&root(error)))),
    };
    let failure = CardFailure { code, workday: session.panic.as_ref().and_then(|panic| panic.workday), message };
    let employee = session.panic.as_ref().and_then(|panic| panic.employee);
    Fault::Plugin(Box::new(PluginFault { failure, employee }))
}

fn host_fault(error: &wasmtime::Error, trap: Option<&Trap>, attempted: Attempted, session: &Session) -> Option<String> {
    if let Some(reason) = &session.host_failed {
        return Some(reason.clone());
    }
    let stuck = trap == Some(&Trap::Interrupt);
    let exhausted = error.is::<PoolConcurrencyLimitError>() || error.is::<std::io::Error>();
    let could_not_start = attempted == Attempted::Instantiate && trap.is_none() && session.refused.is_none();
    match () {
        () if stuck => Some("the call made no progress".to_owned()),
        () if exhausted || could_not_start => Some(root(error)),
        () => None,
    }
}

/// The innermost error, without the context that the engine added.
fn root(error: &wasmtime::Error) -> String {
    error.root_cause().to_string()
}

/// The engine has no error type for this case.
fn is_answer_too_large(error: &wasmtime::Error) -> bool {
    root(error).contains("fuel allocated for hostcalls")
}

/// The message of the engine without its prefix.
fn message_of(trap: Trap) -> String {
    let text = trap.to_string();
    let text = text.strip_prefix("wasm trap: ").unwrap_or(&text);
    match trap {
        Trap::UnreachableCodeReached => "stopped without a message".to_owned(),
        _ => text.to_owned(),
    }
}

/// The innermost place in the plugin's own code. Its display text follows a message.
#[derive(Debug, Default)]
struct Location {
    function: Option<String>,
    line: Option<String>,
}

impl Location {
    fn of(error: &wasmtime::Error, places: &Places) -> Location {
        let Some(backtrace) = error.downcast_ref::<WasmBacktrace>() else { return Location::default() };
        let frames = backtrace.frames();
        let own = || frames.iter().filter(|frame| is_own(&function_name(frame)));
        // Code at the start of a function may have no line; its caller has one.
        let in_sources = own().find_map(|frame| Location::in_sources(frame, places));
        let nearest = || own().next().or(frames.first()).map(function_name);
        in_sources.unwrap_or_else(|| Location { function: nearest(), line: None })
    }

    /// The innermost line of a frame outside of libraries.
    fn in_sources(frame: &FrameInfo, places: &Places) -> Option<Location> {
        let place = places.at(frame.module_offset()?)?;
        let function = place.function.map_or_else(|| function_name(frame), str::to_owned);
        Some(Location { function: Some(function), line: Some(place.line) })
    }
}

/// The name of a function, which is as in the source since the component was compiled.
fn function_name(frame: &FrameInfo) -> String {
    frame.func_name().map_or_else(|| format!("function {}", frame.func_index()), str::to_owned)
}

impl std::fmt::Display for Location {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (&self.line, &self.function) {
            (Some(line), Some(function)) => write!(f, ", at {line} in `{function}`"),
            (Some(line), None) => write!(f, ", at {line}"),
            (None, Some(function)) => write!(f, ", in `{function}`"),
            (None, None) => Ok(()),
        }
    }
}

/// Bytes of a function name. Names of generic functions are long; longer names than this are not real ones.
const NAME_BYTES_MAX: usize = 1_000;

/// The name of a function, as in the source.
pub(crate) fn demangled(name: &str) -> String {
    if name.len() > NAME_BYTES_MAX {
        return shortened(name);
    }
    let mut text = Beginning::default();
    // A short name can stand for a very long text. Writing fails where the beginning ends, which is enough.
    let _written = write!(text, "{:#}", rustc_demangle::demangle(name));
    shortened(&text.0)
}

/// The beginning of a text: one piece more than a message shows.
#[derive(Default)]
struct Beginning(String);

impl Write for Beginning {
    fn write_str(&mut self, piece: &str) -> std::fmt::Result {
        if self.0.len() > MESSAGE_BYTES_MAX {
            return Err(std::fmt::Error);
        }
        self.0.push_str(piece);
        Ok(())
    }
}

/// False for functions of libraries: the standard library, the SDK, the allocator.
pub(crate) fn is_own(function: &str) -> bool {
    const LIBRARIES: [&str; 9] =
        ["core::", "alloc::", "std::", "dlmalloc", "rust_", "__r", "cabi_", "compiler_builtins", "shiftmill_plugin::"];
    let bare = function.trim_start_matches(['<', '&']);
    !LIBRARIES.iter().any(|library| bare.starts_with(library))
}

/// False for the sources of libraries: the standard library, crates from a registry or from git, and the SDK, unpacked by
/// `shiftmill plugin new` or in this repository.
pub(crate) fn is_own_file(path: &str) -> bool {
    const LIBRARIES: [&str; 9] = [
        "/rustc/",
        "/library/core/",
        "/library/alloc/",
        "/library/std/",
        "/registry/src/",
        "/git/checkouts/",
        "/.shiftmill/sdk-",
        "/plugin-sdk/src/",
        "/plugin-sdk/derive/src/",
    ];
    // Paths of sources start at the root of a disk, or at the folder of the project.
    let path = with_slashes(path);
    let rooted = |library: &str| path.starts_with(library.trim_start_matches('/'));
    !LIBRARIES.iter().any(|library| path.contains(library) || rooted(library))
}

/// A path from its last `src` folder on. The part before it describes the machine on which the plugin was built.
pub(crate) fn from_sources(path: &str) -> &str {
    with_slashes(path).rfind("/src/").and_then(|at| path.get(at + 1..)).unwrap_or(path)
}

/// A path with `/` as the separator. It has the same length in bytes.
fn with_slashes(path: &str) -> String {
    path.replace('\\', "/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_sources_of_the_plugin_itself_are_its_own() {
        for own in [
            "src/lib.rs",
            "/home/li/rules/shiftmill-plugin-acme/src/lib.rs",
            "/home/li/rules/shiftmill-plugin/src/meals.rs",
            "/home/li/.shiftmill/rules/src/lib.rs",
            "C:/rules/acme/src/lib.rs",
            r"C:\rules\acme\src\lib.rs",
            r"src\lib.rs",
        ] {
            assert!(is_own_file(own), "{own}");
        }
        for library in [
            "/home/li/rules/acme-meals/.shiftmill/sdk-0.1.0/src/view/day.rs",
            ".shiftmill/sdk-0.1.0/src/lib.rs",
            "/home/li/shiftmill/plugin-sdk/src/edits.rs",
            "/rustc/59807616e1fa2540724bfbac14d7976d7e4a3860/library/core/src/option.rs",
            "/home/li/.rustup/toolchains/stable/lib/rustlib/src/rust/library/alloc/src/vec/mod.rs",
            "/home/li/.cargo/registry/src/index-1/shiftmill-plugin-0.1.0/src/lib.rs",
            "/home/li/.cargo/git/checkouts/dates-1/2/src/lib.rs",
            r"C:\Users\li\.cargo\registry\src\index-1\shiftmill-plugin-0.1.0\src\lib.rs",
            r".shiftmill\sdk-0.1.0\src\lib.rs",
        ] {
            assert!(!is_own_file(library), "{library}");
        }
    }

    #[test]
    fn messages_do_not_show_the_machine_that_built_a_plugin() {
        assert_eq!(from_sources("/home/li/acme/src/lib.rs"), "src/lib.rs");
        assert_eq!(from_sources(r"C:\rules\acme\src\lib.rs"), r"src\lib.rs");
        assert_eq!(from_sources("lib.rs"), "lib.rs");
    }

    #[test]
    fn only_the_functions_of_the_plugin_itself_are_its_own() {
        for own in
            ["acme_meals::ladder", "<acme_meals::Meals as shiftmill_plugin::Days>::day", "shiftmill_plugin_acme::f"]
        {
            assert!(is_own(own), "{own}");
        }
        for library in ["shiftmill_plugin::hooks::call", "core::panicking::panic_fmt", "<&core::option::Option<T>>::x"]
        {
            assert!(!is_own(library), "{library}");
        }
    }
}
