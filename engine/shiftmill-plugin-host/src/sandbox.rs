//! One sandbox: a store with its limits, one instance in it, and the one function that a plugin may call.

use std::sync::Arc;

use shiftmill_core::Workday;
use wasmtime::component::{Instance, InstancePre, Linker, WasmStr};
use wasmtime::{Engine, ResourceLimiter, Store, StoreContextMut, UpdateDeadline};

use crate::cancellation::Cancellation;
use crate::contract;
use crate::engine::{Slot, Slots, TICKS_MAX};
use crate::facts::{self, Facts};
use crate::failure::{Attempted, Fault, fault};
use crate::limits::{MEMORY_BYTES_MAX, MESSAGE_BYTES_MAX, TABLE_ELEMENTS_MAX, shortened, shortened_to};
use crate::places::Places;
use crate::wire::LogLevel;

/// Bytes that a kept line counts beside its text, so that the limit also ends empty lines.
const LINE_BYTES: usize = 32;

/// A log line of a plugin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// The card of the line: its position in the call.
    pub card: Option<usize>,
    /// The workday of the line.
    pub workday: Option<Workday>,
    /// Its level.
    pub level: LogLevel,
    /// Its text.
    pub message: String,
}

/// The message of a panic, which a plugin logs before it traps.
#[derive(Clone, Debug)]
pub(crate) struct PanicMessage {
    pub(crate) employee: Option<u32>,
    pub(crate) workday: Option<Workday>,
    pub(crate) message: String,
}

/// The data of the host for one instance.
#[derive(Debug, Default)]
pub(crate) struct Session {
    /// The limit that the instance tried to exceed, in words.
    pub(crate) refused: Option<String>,
    /// Why the host could not provide memory within the limits.
    pub(crate) host_failed: Option<String>,
    pub(crate) panic: Option<PanicMessage>,
    pub(crate) log: Vec<LogLine>,
    /// The facts of the employees of the call that is running.
    pub(crate) facts: Facts,
    /// The maximum size of one of its memories, in bytes.
    pub(crate) memory: usize,
    /// Whether the call ended because it was cancelled.
    pub(crate) was_cancelled: bool,
    cancellation: Option<Arc<Cancellation>>,
    /// Ticks of the timer since the instance was created.
    ticks: u64,
    /// Bytes of log that are still kept.
    log_bytes: usize,
}

impl ResourceLimiter for Session {
    /// Memory beyond the limit ends the call. If `memory.grow` failed instead, a plugin could continue in another way, and
    /// that would depend on the other employees of the group.
    fn memory_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        if desired <= MEMORY_BYTES_MAX {
            self.memory = self.memory.max(desired);
            return Ok(true);
        }
        self.refuse(format!("wanted {desired} bytes of memory, the maximum is {MEMORY_BYTES_MAX}"))
    }

    fn memory_grow_failed(&mut self, error: wasmtime::Error) -> wasmtime::Result<()> {
        if !error.is::<std::io::Error>() {
            return Ok(());
        }
        self.host_failed = Some(format!("no memory: {error}"));
        Err(error)
    }

    fn table_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        if desired <= TABLE_ELEMENTS_MAX {
            return Ok(true);
        }
        self.refuse(format!("wanted a table of {desired} entries, the maximum is {TABLE_ELEMENTS_MAX}"))
    }
}

impl Session {
    fn refuse(&mut self, what: String) -> wasmtime::Result<bool> {
        self.refused = Some(what);
        Err(wasmtime::Error::msg("beyond the limits of a plugin"))
    }

    /// Ends the call when it was cancelled, or makes no progress.
    fn tick(&mut self) -> UpdateDeadline {
        self.ticks += 1;
        self.was_cancelled = self.cancellation.as_ref().is_some_and(|cancellation| cancellation.is_cancelled());
        match self.was_cancelled || self.ticks > TICKS_MAX {
            true => UpdateDeadline::Interrupt,
            false => UpdateDeadline::Continue(1),
        }
    }

    /// How many bytes of a text of this level are kept.
    fn kept_bytes(&self, level: LogLevel) -> usize {
        match level {
            LogLevel::Panic => self.log_bytes.max(MESSAGE_BYTES_MAX),
            _ => self.log_bytes,
        }
    }

    fn record(&mut self, level: LogLevel, employee: Option<u32>, workday: Option<i32>, message: String) {
        let workday = workday.map(Workday);
        if level == LogLevel::Panic {
            self.panic = Some(PanicMessage { employee, workday, message: shortened(&message) });
        }
        if self.log_bytes > 0 {
            let message = shortened_to(&message, self.log_bytes);
            self.log_bytes = self.log_bytes.saturating_sub(message.len() + LINE_BYTES);
            let card = employee.map(|employee| employee as usize);
            self.log.push(LogLine { card, workday, level, message });
        }
    }
}

/// The functions that plugins may import.
pub(crate) fn linker(engine: &Engine) -> wasmtime::Result<Linker<Session>> {
    let mut linker = Linker::new(engine);
    linker.instance(&contract::interface("host"))?.func_wrap("log", log)?;
    facts::link(&mut linker)?;
    Ok(linker)
}

/// The host function `log`. Every call costs fuel, so that endless calls end like an endless loop.
fn log(
    mut store: StoreContextMut<'_, Session>,
    (level, employee, workday, message): (LogLevel, Option<u32>, Option<i32>, WasmStr),
) -> wasmtime::Result<()> {
    let text = message.to_str(&store)?;
    let length = text.len();
    let kept = text.get(..text.floor_char_boundary(store.data().kept_bytes(level))).unwrap_or_default().to_owned();
    store.data_mut().record(level, employee, workday, kept);
    facts::charge(&mut store, length)
}

/// The limits of one sandbox.
#[derive(Clone, Debug, Default)]
pub(crate) struct Allowance {
    pub(crate) fuel: u64,
    /// Bytes of the host's memory for an answer.
    pub(crate) answer_bytes: usize,
    /// Bytes of log that are kept.
    pub(crate) log_bytes: usize,
    pub(crate) cancellation: Option<Arc<Cancellation>>,
}

/// A new instance and its limits.
pub(crate) struct Sandbox<'p> {
    pub(crate) store: Store<Session>,
    pub(crate) instance: Instance,
    /// The fuel that it began with.
    fuel: u64,
    places: &'p Places,
    _slot: Slot<'p>,
}

impl<'p> Sandbox<'p> {
    /// Creates an instance. Its start functions run within the allowance.
    pub(crate) fn open(
        pre: &InstancePre<Session>,
        places: &'p Places,
        slots: &'p Slots,
        allowance: Allowance,
    ) -> Result<Sandbox<'p>, Fault> {
        let slot = slots.take();
        let Allowance { fuel, answer_bytes, log_bytes, cancellation } = allowance;
        let mut store = Store::new(pre.engine(), Session { log_bytes, cancellation, ..Session::default() });
        store.limiter(|session| session);
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(|mut store| Ok(store.data_mut().tick()));
        store.set_hostcall_fuel(answer_bytes);
        let instance = store.set_fuel(fuel).and_then(|()| pre.instantiate(&mut store));
        match instance {
            Ok(instance) => Ok(Sandbox { store, instance, fuel, places, _slot: slot }),
            Err(error) => Err(fault(&error, Attempted::Instantiate, store.data(), places)),
        }
    }

    /// Fuel used so far.
    pub(crate) fn fuel_used(&self) -> u64 {
        self.fuel.saturating_sub(self.store.get_fuel().unwrap_or(0))
    }

    /// The fault of a failed call.
    pub(crate) fn fault(&self, error: &wasmtime::Error) -> Fault {
        fault(error, Attempted::Call, self.store.data(), self.places)
    }
}
