//! Messages for the author of a plugin: log lines, and the message of a panic.

use core::cell::Cell;
use std::panic;

use crate::contract::{Level, log};
use crate::time::Workday;

thread_local! {
    /// The current employee, which log lines name.
    static EMPLOYEE: Cell<Option<u32>> = const { Cell::new(None) };
    /// The current day, which log lines name.
    static DAY: Cell<Option<Workday>> = const { Cell::new(None) };
}

#[inline]
pub(crate) fn set_employee(employee: u32) {
    EMPLOYEE.set(Some(employee));
}

#[inline]
pub(crate) fn set_day(workday: Option<Workday>) {
    DAY.set(workday);
}

pub(crate) fn clear() {
    EMPLOYEE.set(None);
    DAY.set(None);
}

fn log_current(level: Level, message: &str) {
    log(level, EMPLOYEE.get(), DAY.get().map(|workday| workday.0), message);
}

/// Logs a message for the author of the plugin. Tests and trial runs keep it, with the current employee and day. Create
/// the text with `format!`.
pub fn debug(message: impl AsRef<str>) {
    log_current(Level::Debug, message.as_ref());
}

/// Logs information.
pub fn info(message: impl AsRef<str>) {
    log_current(Level::Info, message.as_ref());
}

/// Logs a warning.
pub fn warn(message: impl AsRef<str>) {
    log_current(Level::Warn, message.as_ref());
}

/// Makes panics log their place and message to the host.
#[doc(hidden)]
pub fn report_panics() {
    panic::set_hook(Box::new(|panic| {
        let payload = panic.payload();
        let text = payload.downcast_ref::<&str>().copied();
        let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("panicked");
        match panic.location() {
            Some(place) => log_current(Level::Panic, &format!("{place}: {text}")),
            None => log_current(Level::Panic, text),
        }
    }));
}
