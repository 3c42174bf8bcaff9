//! How many files the process may open: every connection is one.

/// Files for other uses than connections: rulesets, plugins, logs, and processes that compile.
const OTHER_USES: usize = 64;
/// Fewer connections are of no use.
const CONNECTIONS_MIN: usize = 16;

/// Raises the limit of open files of this process as far as it may, and returns how many connections fit, at most
/// `wanted`.
pub(crate) fn connections(wanted: usize) -> usize {
    match raise() {
        Some(files) => wanted.min(files.saturating_sub(OTHER_USES).max(CONNECTIONS_MIN)),
        None => wanted,
    }
}

/// Raises the limit; `None` when there is no limit, or none is known.
#[cfg(unix)]
fn raise() -> Option<usize> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    // Some systems refuse to lift the limit altogether. Then the present limit stays.
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    let current = if setrlimit(Resource::Nofile, raised).is_ok() { limit.maximum } else { limit.current };
    current.map(|files| usize::try_from(files).unwrap_or(usize::MAX))
}

#[cfg(not(unix))]
fn raise() -> Option<usize> {
    None
}
