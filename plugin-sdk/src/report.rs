//! What is said to the author of a plugin: log lines, and the last words before a trap.

use core::cell::Cell;
use std::panic;

use crate::contract::{Level, log};
use crate::time::Workday;

thread_local! {
    /// Who is visited, for whatever is said meanwhile.
    static EMPLOYEE: Cell<Option<u32>> = const { Cell::new(None) };
    /// Which day is.
    static DAY: Cell<Option<Workday>> = const { Cell::new(None) };
}

#[inline]
pub(crate) fn visit(employee: u32) {
    EMPLOYEE.set(Some(employee));
}

#[inline]
pub(crate) fn visit_day(workday: Option<Workday>) {
    DAY.set(workday);
}

pub(crate) fn visit_nobody() {
    EMPLOYEE.set(None);
    DAY.set(None);
}

fn say(level: Level, message: &str) {
    log(level, EMPLOYEE.get(), DAY.get().map(|workday| workday.0), message);
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
