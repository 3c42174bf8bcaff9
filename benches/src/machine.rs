//! The machine that measures: figures mean little without its processor and caches.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

/// Where Linux describes the caches of the first core.
const CACHES: &str = "/sys/devices/system/cpu/cpu0/cache";

/// Processor model, cores and cache sizes in KiB, as far as the system tells them; what it does not tell is `null`.
///
/// The second level counts most: a batch of timecards at a plugin hook is laid out to stay in it.
pub fn describe() -> Value {
    json!({
        "cpu": model(),
        "cores": std::thread::available_parallelism().map(usize::from).ok(),
        "l1d_kib": cache_kib(1),
        "l2_kib": cache_kib(2),
        "l3_kib": cache_kib(3),
    })
}

fn model() -> Option<String> {
    let text = fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

/// The size of the data cache of a level.
fn cache_kib(level: u32) -> Option<u32> {
    let entries = fs::read_dir(CACHES).ok()?;
    let described = entries.filter_map(|entry| Some(entry.ok()?.path()));
    described
        .filter(|path| holds_data(path, level))
        .find_map(|path| read(&path, "size")?.strip_suffix('K')?.parse().ok())
}

fn holds_data(cache: &Path, level: u32) -> bool {
    let is_level = read(cache, "level").is_some_and(|written| written == level.to_string());
    is_level && read(cache, "type").is_some_and(|kind| kind != "Instruction")
}

fn read(cache: &Path, name: &str) -> Option<String> {
    fs::read_to_string(cache.join(name)).ok().map(|text| text.trim().to_owned())
}
