//! Metrics of plugins, for their authors, in tests and trial runs. They never change a result.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use shiftmill_core::Hook;
use shiftmill_plugin_host::{Answers, LogLine};

/// Bytes of log that are kept of one call: more than a person can read.
const LOG_BYTES_MAX: usize = 16 << 20;

/// The metrics of the plugins of a request.
#[derive(Debug, Default)]
pub struct PluginMetrics {
    log_bytes_max: usize,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    /// By hook and plugin, in the order in which they were called first.
    fuel: Vec<(Hook, String, u64)>,
    elapsed: Duration,
    memory: usize,
    log: Vec<LogLine>,
}

impl PluginMetrics {
    /// Metrics that also keep the log of plugins.
    pub fn with_log() -> PluginMetrics {
        PluginMetrics { log_bytes_max: LOG_BYTES_MAX, ..PluginMetrics::default() }
    }

    /// Bytes of log that are kept of one call.
    pub(crate) fn log_bytes_max(&self) -> usize {
        self.log_bytes_max
    }

    /// Records a call.
    pub(crate) fn record(&self, hook: Hook, binding: &str, answers: &Answers, elapsed: Duration) {
        let mut seen = self.seen();
        let known = seen.fuel.iter_mut().find(|(at, name, _)| *at == hook && name == binding);
        match known {
            Some((_, _, fuel)) => *fuel += answers.fuel(),
            None => seen.fuel.push((hook, binding.to_owned(), answers.fuel())),
        }
        seen.elapsed += elapsed;
        seen.memory = seen.memory.max(answers.memory());
        seen.log.extend_from_slice(answers.log());
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Fuel of all calls.
    pub fn fuel(&self) -> u64 {
        self.seen().fuel.iter().map(|(_, _, fuel)| fuel).sum()
    }

    /// Fuel by hook and name of the plugin in the ruleset, in the order of calling.
    pub fn fuel_by_hook(&self) -> Vec<(Hook, String, u64)> {
        self.seen().fuel.clone()
    }

    /// Time of calls: passing timecards, running the plugin, reading its answers.
    pub fn elapsed(&self) -> Duration {
        self.seen().elapsed
    }

    /// The most memory of one instance, in bytes.
    pub fn memory(&self) -> usize {
        self.seen().memory
    }

    /// The log of the plugins, in order.
    pub fn log(&self) -> Vec<LogLine> {
        self.seen().log.clone()
    }
}
