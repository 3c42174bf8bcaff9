//! One sandbox: a store with its limits, one instance in it, and the one function that a plugin may call.

use shiftmill_core::Workday;
use wasmtime::component::{Instance, InstancePre, Linker, WasmStr};
use wasmtime::{Engine, ResourceLimiter, Store, StoreContextMut, Trap};

use crate::contract;
use crate::engine::{Place, Places, TICKS_MAX};
use crate::failure::{Fault, Stage, fault};
use crate::limits::{FUEL_PER_HOST_CALL, MEMORY_BYTES_MAX, MESSAGE_BYTES_MAX, TABLE_ELEMENTS_MAX, shortened};
use crate::wire::LogLevel;

/// What a line that is kept costs beside its text, so that empty lines come to an end too.
const LINE_BYTES: usize = 32;

/// Something that a plugin said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// The card that it is about: its position in the call.
    pub card: Option<usize>,
    /// The workday that it is about.
    pub workday: Option<Workday>,
    /// How much it matters.
    pub level: LogLevel,
    /// What was said.
    pub message: String,
}

/// What a plugin said before it trapped.
#[derive(Clone, Debug)]
pub(crate) struct LastWords {
    pub(crate) employee: Option<u32>,
    pub(crate) workday: Option<Workday>,
    pub(crate) message: String,
}

/// What the host keeps about one instance.
#[derive(Debug, Default)]
pub(crate) struct Session {
    /// What was refused to the instance, when it wanted more than it may have.
    pub(crate) refused: Option<String>,
    /// Why the host could not give what the instance may have.
    pub(crate) host_failed: Option<String>,
    pub(crate) last_words: Option<LastWords>,
    pub(crate) log: Vec<LogLine>,
    /// The most that one of its memories had, in bytes.
    pub(crate) memory: usize,
    /// Bytes of text that are still kept.
    listening: usize,
}

impl ResourceLimiter for Session {
    /// More than the cap ends the call. A plugin that were told "no" instead could go on in another way, and which way
    /// would depend on the employees beside.
    fn memory_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        if desired <= MEMORY_BYTES_MAX {
            self.memory = self.memory.max(desired);
            return Ok(true);
        }
        self.refuse(format!("wanted {desired} bytes of memory, the most is {MEMORY_BYTES_MAX}"))
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
        self.refuse(format!("wanted a table of {desired} entries, the most is {TABLE_ELEMENTS_MAX}"))
    }
}

impl Session {
    fn refuse(&mut self, what: String) -> wasmtime::Result<bool> {
        self.refused = Some(what);
        Err(wasmtime::Error::msg("more than a plugin may have"))
    }

    /// How much of a text of this level is kept.
    fn wanted(&self, level: LogLevel) -> usize {
        match level {
            LogLevel::Panic => self.listening.max(MESSAGE_BYTES_MAX),
            _ => self.listening,
        }
    }

    fn hear(&mut self, level: LogLevel, employee: Option<u32>, workday: Option<i32>, message: String) {
        let workday = workday.map(Workday);
        if level == LogLevel::Panic {
            self.last_words = Some(LastWords { employee, workday, message: shortened(&message) });
        }
        if self.listening > 0 {
            self.listening = self.listening.saturating_sub(message.len() + LINE_BYTES);
            let card = employee.map(|employee| employee as usize);
            self.log.push(LogLine { card, workday, level, message });
        }
    }
}

/// The imports that plugins may have.
pub(crate) fn linker(engine: &Engine) -> wasmtime::Result<Linker<Session>> {
    let mut linker = Linker::new(engine);
    linker.instance(&contract::interface("host"))?.func_wrap("log", log)?;
    Ok(linker)
}

/// Every host call costs fuel, so that a flood of them ends as an endless loop does.
fn log(
    mut store: StoreContextMut<'_, Session>,
    (level, employee, workday, message): (LogLevel, Option<u32>, Option<i32>, WasmStr),
) -> wasmtime::Result<()> {
    let text = message.to_str(&store)?;
    let cost = FUEL_PER_HOST_CALL + text.len() as u64;
    let kept = text.get(..text.floor_char_boundary(store.data().wanted(level))).unwrap_or_default().to_owned();
    store.data_mut().hear(level, employee, workday, kept);
    match store.get_fuel()?.checked_sub(cost) {
        Some(left) => store.set_fuel(left),
        None => {
            store.set_fuel(0)?;
            Err(Trap::OutOfFuel.into())
        }
    }
}

/// What one sandbox may use.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Allowance {
    pub(crate) fuel: u64,
    /// Bytes of the host's memory that an answer may take.
    pub(crate) answer_bytes: usize,
    /// Bytes of text of which the words are kept.
    pub(crate) listening: usize,
}

/// An instance that nothing has been asked of yet, and what it may use.
pub(crate) struct Sandbox<'p> {
    pub(crate) store: Store<Session>,
    pub(crate) instance: Instance,
    allowance: Allowance,
    _place: Place<'p>,
}

impl<'p> Sandbox<'p> {
    /// Makes an instance. Its start functions run within the allowance.
    pub(crate) fn open(
        pre: &InstancePre<Session>,
        places: &'p Places,
        allowance: Allowance,
    ) -> Result<Sandbox<'p>, Fault> {
        let place = places.take();
        let session = Session { listening: allowance.listening, ..Session::default() };
        let mut store = Store::new(pre.engine(), session);
        store.limiter(|session| session);
        store.set_epoch_deadline(TICKS_MAX);
        store.set_hostcall_fuel(allowance.answer_bytes);
        let made = store.set_fuel(allowance.fuel).and_then(|()| pre.instantiate(&mut store));
        match made {
            Ok(instance) => Ok(Sandbox { store, instance, allowance, _place: place }),
            Err(error) => Err(fault(&error, Stage::Instantiate, store.data())),
        }
    }

    /// Fuel used so far.
    pub(crate) fn fuel_used(&self) -> u64 {
        self.allowance.fuel.saturating_sub(self.store.get_fuel().unwrap_or(0))
    }

    /// What a failed call means.
    pub(crate) fn fault(&self, error: &wasmtime::Error) -> Fault {
        fault(error, Stage::Call, self.store.data())
    }
}
