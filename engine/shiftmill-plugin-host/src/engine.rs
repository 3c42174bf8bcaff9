//! The WebAssembly engine of a process: its settings, its instance slots, and its timer.

use std::hash::{Hash, Hasher};
use std::num::NonZeroUsize;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use wasmtime::{
    Config, Enabled, Engine, InstanceAllocationStrategy, OptLevel, PoolingAllocationConfig, Strategy,
    WasmBacktraceDetails,
};

use crate::check;
use crate::limits::{
    CORE_INSTANCES_MAX, MEMORIES_MAX, MEMORY_BYTES_KEPT, MEMORY_BYTES_MAX, STACK_BYTES, TABLE_BYTES_KEPT,
    TABLE_ELEMENTS_MAX, TABLES_MAX,
};
use crate::operator_fuel;

/// The interval of the timer.
const TICK: Duration = Duration::from_millis(100);
/// The number of ticks after which a call is considered stuck: ten seconds, while the whole fuel budget lasts a third of a
/// second at most. Fuel limits plugins; the timer only detects a host that makes no progress.
pub(crate) const TICKS_MAX: u64 = 100;

/// All settings that affect compiled code. They are the same here and in a child process that compiles.
fn code_settings() -> Config {
    let mut config = Config::new();
    config.strategy(Strategy::Cranelift);
    config.cranelift_opt_level(OptLevel::Speed);
    config.cranelift_nan_canonicalization(true);
    config.consume_fuel(true);
    config.operator_cost(operator_fuel::costs());
    config.epoch_interruption(true);
    config.max_wasm_stack(STACK_BYTES);
    // Components have no debug information here: `places` has what failures name.
    config.wasm_backtrace_details(WasmBacktraceDetails::Disable);
    config.wasm_backtrace_max_frames(NonZeroUsize::new(32));
    config.native_unwind_info(false);
    config.concurrency_support(false);
    config.wasm_relaxed_simd(false);
    config.wasm_memory64(false);
    config.wasm_multi_memory(false);
    config.wasm_tail_call(false);
    config.wasm_wide_arithmetic(false);
    config.wasm_custom_page_sizes(false);
    config.wasm_stack_switching(false);
    config
}

/// An engine that only compiles: it reserves no memory for instances.
pub(crate) fn compiling_engine() -> Result<Engine, wasmtime::Error> {
    Engine::new(&code_settings())
}

/// An engine for up to `instances` at once.
pub(crate) fn running_engine(instances: u32) -> Result<Engine, wasmtime::Error> {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(instances);
    pool.total_core_instances(instances.saturating_mul(CORE_INSTANCES_MAX));
    pool.total_memories(instances.saturating_mul(MEMORIES_MAX));
    pool.total_tables(instances.saturating_mul(TABLES_MAX));
    pool.max_core_instances_per_component(CORE_INSTANCES_MAX);
    pool.max_memories_per_component(MEMORIES_MAX);
    pool.max_tables_per_component(TABLES_MAX);
    pool.max_tables_per_module(TABLES_MAX);
    pool.max_memories_per_module(1);
    pool.max_memory_size(MEMORY_BYTES_MAX);
    pool.table_elements(TABLE_ELEMENTS_MAX);
    // The memory of an instance is cleared and kept for the next one, which otherwise has a page fault for every 4 KiB of
    // columns. This needs a system that reports which pages were used: clearing all pages costs more.
    if PoolingAllocationConfig::is_pagemap_scan_available() {
        pool.pagemap_scan(Enabled::Auto);
        pool.linear_memory_keep_resident(MEMORY_BYTES_KEPT);
        pool.table_keep_resident(TABLE_BYTES_KEPT);
    }
    let mut config = code_settings();
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    Engine::new(&config)
}

/// A number that changes when earlier compiled code, or the findings of its check, can no longer be used.
pub(crate) fn code_version(engine: &Engine) -> u64 {
    let mut hasher = Fnv::new(0);
    engine.precompile_compatibility_hash().hash(&mut hasher);
    check::SOURCES.iter().for_each(|source| hasher.write(source));
    hasher.finish()
}

/// A hash that is the same in every process (FNV-1a with a final mix). It does not protect against forgery.
#[derive(Debug)]
pub(crate) struct Fnv(u64);

impl Fnv {
    pub(crate) fn new(seed: u64) -> Fnv {
        Fnv(0xcbf2_9ce4_8422_2325 ^ seed)
    }
}

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    fn finish(&self) -> u64 {
        let mixed = (self.0 ^ self.0 >> 32).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        mixed ^ mixed >> 29
    }
}

/// Advances the epoch of the engine until it is dropped.
#[derive(Debug)]
pub(crate) struct Ticker {
    /// `None` only while the ticker is being dropped.
    running: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Ticker {
    pub(crate) fn start(engine: &Engine) -> std::io::Result<Ticker> {
        let engine = engine.weak();
        let (running, stopped) = mpsc::channel::<()>();
        let tick = move || {
            while stopped.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                let Some(engine) = engine.upgrade() else { return };
                engine.increment_epoch();
            }
        };
        let thread = thread::Builder::new().name("shiftmill-ticker".to_owned()).spawn(tick)?;
        Ok(Ticker { running: Some(running), thread: Some(thread) })
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.running = None;
        if let Some(thread) = self.thread.take() {
            // The thread only counts, so its outcome does not matter.
            let _ended = thread.join();
        }
    }
}

/// Slots for instances. A caller waits for a slot, so that the pool is never exhausted.
#[derive(Debug)]
pub(crate) struct Slots {
    free: Mutex<u32>,
    freed: Condvar,
}

/// A slot for one instance. Dropping it frees the slot.
#[derive(Debug)]
pub(crate) struct Slot<'p>(&'p Slots);

impl Slots {
    pub(crate) fn new(count: u32) -> Slots {
        Slots { free: Mutex::new(count), freed: Condvar::new() }
    }

    pub(crate) fn take(&self) -> Slot<'_> {
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let mut free = self.freed.wait_while(free, |free| *free == 0).unwrap_or_else(PoisonError::into_inner);
        *free -= 1;
        Slot(self)
    }
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        *self.0.free.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.0.freed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use wasmtime::OperatorCost;

    use super::*;

    #[test]
    fn compiled_code_is_compiled_again_when_the_fuel_of_operators_changes() {
        let mut other = code_settings();
        other.operator_cost(OperatorCost::new());
        let (now, before) = (compiling_engine().unwrap(), Engine::new(&other).unwrap());
        assert_ne!(code_version(&now), code_version(&before));
        assert_eq!(code_version(&now), code_version(&compiling_engine().unwrap()));
    }
}
