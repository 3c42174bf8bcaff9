//! The types of the contract `plugin-sdk/wit/v1` that host and plugin exchange.

use shiftmill_core::{ConfigValue, EvaluationWindow};
use wasmtime::component::{ComponentType, Lift, Lower};

use crate::columns::{
    CarriedColumns, DayColumns, EmployeeColumns, ExceptionColumns, PayCodeColumns, PremiumColumns, PunchColumns,
    QuantityColumns, ScheduledColumns, ShiftColumns, SpanColumns, ZoneColumns,
};

/// The timecards of a group.
#[derive(Clone, Copy, Debug, ComponentType, Lower)]
#[component(record)]
pub(crate) struct Cards<'a> {
    pub(crate) window: Window,
    #[component(name = "pay-codes")]
    pub(crate) pay_codes: PayCodeColumns<'a>,
    pub(crate) zones: ZoneColumns<'a>,
    pub(crate) employees: EmployeeColumns<'a>,
    pub(crate) days: DayColumns<'a>,
    pub(crate) punches: PunchColumns<'a>,
    pub(crate) shifts: ShiftColumns<'a>,
    pub(crate) scheduled: ScheduledColumns<'a>,
    pub(crate) spans: SpanColumns<'a>,
    pub(crate) quantities: QuantityColumns<'a>,
    pub(crate) exceptions: ExceptionColumns<'a>,
    pub(crate) premiums: PremiumColumns<'a>,
    pub(crate) carried: CarriedColumns<'a>,
}

#[derive(Clone, Copy, Debug, Default, ComponentType, Lower)]
#[component(record)]
pub(crate) struct Window {
    #[component(name = "pay-period-first")]
    pay_period_first: i32,
    #[component(name = "pay-period-last")]
    pay_period_last: i32,
    #[component(name = "as-of")]
    as_of: i64,
}

impl Window {
    pub(crate) fn of(window: &EvaluationWindow) -> Window {
        let pay_period = window.pay_period;
        Window { pay_period_first: pay_period.first.0, pay_period_last: pay_period.last.0, as_of: window.as_of.0 }
    }
}

/// The answer of a hook.
#[derive(Debug, Default, ComponentType, Lift)]
#[component(record)]
pub(crate) struct Answer {
    pub(crate) edits: EditColumns,
    pub(crate) complaints: Vec<Complaint>,
}

#[derive(Debug, Default, ComponentType, Lift)]
#[component(record)]
pub(crate) struct EditColumns {
    pub(crate) employee: Vec<u32>,
    pub(crate) kind: Vec<u8>,
    pub(crate) row: Vec<u32>,
    pub(crate) workday: Vec<i32>,
    pub(crate) start: Vec<i64>,
    pub(crate) end: Vec<i64>,
    pub(crate) code: Vec<u16>,
    pub(crate) amount: Vec<i64>,
    pub(crate) rule: Vec<u16>,
    #[component(name = "argument-end")]
    pub(crate) argument_end: Vec<u32>,
    pub(crate) arguments: Vec<i64>,
}

#[derive(Debug, ComponentType, Lift)]
#[component(record)]
pub(crate) struct Complaint {
    pub(crate) employee: u32,
    pub(crate) workday: Option<i32>,
    pub(crate) message: String,
}

/// The context days that a plugin needs.
#[derive(Clone, Copy, Debug, ComponentType, Lift)]
#[component(record)]
pub(crate) struct Around {
    pub(crate) before: u16,
    pub(crate) after: u16,
}

/// A value of the configuration.
#[derive(Clone, Copy, Debug, ComponentType, Lower)]
#[component(variant)]
pub(crate) enum Value<'a> {
    #[component(name = "number")]
    Number(i64),
    #[component(name = "text")]
    Text(&'a str),
    #[component(name = "rows")]
    Rows(&'a [i64]),
}

impl<'a> Value<'a> {
    pub(crate) fn of(value: &'a ConfigValue) -> Value<'a> {
        match value {
            ConfigValue::Number(number) => Value::Number(*number),
            ConfigValue::Text(text) => Value::Text(text),
            ConfigValue::Rows(rows) => Value::Rows(rows),
        }
    }
}

/// The level of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ComponentType, Lift)]
#[component(enum)]
#[repr(u8)]
pub enum LogLevel {
    /// Details for the author of the plugin.
    #[component(name = "debug")]
    Debug,
    /// Information.
    #[component(name = "info")]
    Info,
    /// Unusual, and not a failure.
    #[component(name = "warn")]
    Warn,
    /// The message of a panic, before the trap.
    #[component(name = "panic")]
    Panic,
}
