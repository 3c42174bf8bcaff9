//! What is said to the author of a plugin: log lines, and the last words before a trap.

use core::cell::Cell;
use std::panic;

use crate::contract::{Level, log};
use crate::time::Workday;

thread_local! {
    /// Who and which day is visited, for whatever is said meanwhile.
    static VISITED: Cell<(Option<u32>, Option<Workday>)> = const { Cell::new((None, None)) };
}

#[inline]
pub(crate) fn visit(employee: u32, workday: Option<Workday>) {
    VISITED.set((Some(employee), workday));
}

pub(crate) fn visit_nobody() {
    VISITED.set((None, None));
}

fn say(level: Level, message: &str) {
    let (employee, workday) = VISITED.get();
    log(level, employee, workday.map(|workday| workday.0), message);
}

/// Says something to whoever looks for a mistake: kept in tests and trial runs, with the employee and the day that are
/// visited. Write with `format!`.
pub fn debug(message: impl AsRef<str>) {
    say(Level::Debug, message.as_ref());
}

/// Says something worth knowing.
pub fn info(message: impl AsRef<str>) {
    say(Level::Info, message.as_ref());
}

/// Says something worth looking at.
pub fn warn(message: impl AsRef<str>) {
    say(Level::Warn, message.as_ref());
}

/// Lets a panic tell the host where it was and what it says.
#[doc(hidden)]
pub fn report_panics() {
    panic::set_hook(Box::new(|panic| {
        let said = panic.payload();
        let words = said.downcast_ref::<&str>().copied().or_else(|| said.downcast_ref::<String>().map(String::as_str));
        let words = words.unwrap_or("panicked");
        match panic.location() {
            Some(place) => say(Level::Panic, &format!("{place}: {words}")),
            None => say(Level::Panic, words),
        }
    }));
}
