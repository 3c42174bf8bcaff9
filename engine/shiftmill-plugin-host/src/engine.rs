//! The one WebAssembly engine of a process: how it is set, how many instances run at once, and the clock behind it.

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

use crate::limits::{
    CORE_INSTANCES_MAX, MEMORIES_MAX, MEMORY_BYTES_KEPT, MEMORY_BYTES_MAX, STACK_BYTES, TABLE_BYTES_KEPT,
    TABLE_ELEMENTS_MAX, TABLES_MAX,
};

/// How often the clock ticks.
const TICK: Duration = Duration::from_millis(100);
/// After how many ticks a call is taken to be stuck: half a minute, where the whole budget of fuel lasts a tenth of a
/// second. Fuel decides about plugins; the clock only about a host that does not get on.
pub(crate) const TICKS_MAX: u64 = 300;

/// Everything that decides what code is made of a component. The same here and in a child that compiles.
fn code_settings() -> Config {
    let mut config = Config::new();
    config.strategy(Strategy::Cranelift);
    config.cranelift_opt_level(OptLevel::Speed);
    config.cranelift_nan_canonicalization(true);
    config.consume_fuel(true);
    config.epoch_interruption(true);
    config.max_wasm_stack(STACK_BYTES);
    config.wasm_backtrace_details(WasmBacktraceDetails::Enable);
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

/// An engine that compiles and runs nothing: it reserves no memory for instances.
pub(crate) fn compiling_engine() -> Result<Engine, wasmtime::Error> {
    Engine::new(&code_settings())
}

/// An engine with room for `instances` at once.
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
    // What an instance used is cleared and kept for the next one, which would else meet a page fault for every 4 KiB of
    // columns. Only where the system tells which pages were used: to clear all of them would cost more.
    if PoolingAllocationConfig::is_pagemap_scan_available() {
        pool.pagemap_scan(Enabled::Auto);
        pool.linear_memory_keep_resident(MEMORY_BYTES_KEPT);
        pool.table_keep_resident(TABLE_BYTES_KEPT);
    }
    let mut config = code_settings();
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    Engine::new(&config)
}

/// A number that changes when compiled code of before cannot be used any more.
pub(crate) fn code_version(engine: &Engine) -> u64 {
    let mut hasher = Fnv::new(0);
    engine.precompile_compatibility_hash().hash(&mut hasher);
    hasher.finish()
}

/// A hash that is the same in every process (FNV-1a with a final mix); not against forgery.
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

/// Moves the engine's epoch on until it is dropped.
#[derive(Debug)]
pub(crate) struct Ticker {
    /// `None` only while the ticker is dropped.
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
            // Its only work is to count; there is nothing to learn from how it ended.
            let _ended = thread.join();
        }
    }
}

/// Places for instances. A caller waits for one, so that the pool never runs out.
#[derive(Debug)]
pub(crate) struct Places {
    free: Mutex<u32>,
    freed: Condvar,
}

/// A place for one instance.
#[derive(Debug)]
pub(crate) struct Place<'p>(&'p Places);

impl Places {
    pub(crate) fn new(count: u32) -> Places {
        Places { free: Mutex::new(count), freed: Condvar::new() }
    }

    pub(crate) fn take(&self) -> Place<'_> {
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let mut free = self.freed.wait_while(free, |free| *free == 0).unwrap_or_else(PoisonError::into_inner);
        *free -= 1;
        Place(self)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        *self.0.free.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.0.freed.notify_one();
    }
}
