//! The processor and caches of this machine: figures mean little without them.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

/// Where Linux describes the caches of the first core.
const CACHES: &str = "/sys/devices/system/cpu/cpu0/cache";

/// The processor and its caches, as far as the system reports them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Machine {
    /// The model of the processor.
    pub cpu: Option<String>,
    /// How many threads run at once.
    pub cores: Option<usize>,
    /// The first-level data cache of a core, in KiB.
    pub l1d_kib: Option<u32>,
    /// The second-level cache of a core, in KiB.
    pub l2_kib: Option<u32>,
    /// The third-level cache, in KiB; usually shared by cores.
    pub l3_kib: Option<u32>,
}

impl Machine {
    /// This machine, read once.
    pub fn here() -> &'static Machine {
        static HERE: OnceLock<Machine> = OnceLock::new();
        HERE.get_or_init(|| Machine {
            cpu: fs::read_to_string("/proc/cpuinfo").ok().and_then(|text| model(&text)),
            cores: std::thread::available_parallelism().map(usize::from).ok(),
            l1d_kib: data_cache_kib(1),
            l2_kib: data_cache_kib(2),
            l3_kib: data_cache_kib(3),
        })
    }
}

fn model(cpuinfo: &str) -> Option<String> {
    let line = cpuinfo.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn data_cache_kib(level: u32) -> Option<u32> {
    let entries = fs::read_dir(CACHES).ok()?;
    let mut caches = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let size = read(&caches.find(|cache| holds_data(cache, level))?, "size")?;
    kib(&size)
}

fn holds_data(cache: &Path, level: u32) -> bool {
    let is_level = read(cache, "level").is_some_and(|written| written == level.to_string());
    is_level && read(cache, "type").is_some_and(|kind| kind != "Instruction")
}

fn read(cache: &Path, name: &str) -> Option<String> {
    fs::read_to_string(cache.join(name)).ok().map(|text| text.trim().to_owned())
}

/// A size as Linux writes it: `1024K`, `32M`.
fn kib(written: &str) -> Option<u32> {
    match written.strip_suffix('M') {
        Some(mib) => mib.parse::<u32>().ok()?.checked_mul(1_024),
        None => written.strip_suffix('K')?.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_linux_writes_is_read() {
        assert_eq!((kib("1024K"), kib("32M"), kib("many")), (Some(1_024), Some(32_768), None));
        let cpuinfo = "processor\t: 0\nmodel name\t: AMD EPYC 9\nmodel name\t: other\n";
        assert_eq!(model(cpuinfo).as_deref(), Some("AMD EPYC 9"));
        assert_eq!(model(""), None);
    }
}
