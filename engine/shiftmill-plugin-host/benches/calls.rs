//! What a call costs, and that memory comes back.
//!
//! ```sh
//! cargo bench -p shiftmill-plugin-host --bench calls                      # nanoseconds per employee-day
//! cargo bench -p shiftmill-plugin-host --bench calls -- soak 1000000      # so many instances, and resident memory
//! ```
//!
//! With `SHIFTMILL_PLUGIN` naming a plugin, component or module, that one is measured instead of the one written by hand.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::float_arithmetic,
    reason = "a measurement that cannot go on ends"
)]

#[path = "../tests/hostile/cards.rs"]
#[allow(dead_code, reason = "tests use more of it")]
mod cards;
#[path = "../tests/hostile/guest.rs"]
#[allow(dead_code, reason = "tests use more of it")]
mod guest;

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use cards::{Cards, binding};
use guest::Guest;
use shiftmill_core::{ConfigValue, Hook, PluginBinding};
use shiftmill_plugin_host::{Bound, CallRoom, Host, HostSettings, Plugin, componentise};

/// Days of one employee.
const DAYS: usize = 20;
/// Rounds of each measurement, of which the median counts.
const ROUNDS: usize = 15;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let host = Host::new(HostSettings::default()).unwrap();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["soak", count] => soak(&host, count.parse().unwrap()),
        _ => measure(&host),
    }
}

fn load(host: &Host) -> (Arc<Plugin>, PluginBinding) {
    let component = match std::env::var_os("SHIFTMILL_PLUGIN") {
        Some(path) => {
            let bytes = std::fs::read(path).unwrap();
            componentise(&bytes).unwrap_or(bytes)
        }
        None => night_premium().component(),
    };
    let plugin = host.load(&component).unwrap();
    let mut binding = binding(&plugin);
    // The settings of the example `night-premium`: from, to, code.
    if plugin.manifest().settings.len() == 3 {
        binding.values = [22 * 3_600, 6 * 3_600, 2].map(ConfigValue::Number).to_vec();
    }
    (plugin, binding)
}

/// A premium over work from 22:00 to 06:00, written by hand. The cards are in UTC and work until 23:00.
fn night_premium() -> Guest {
    let body = "
        (local $day i32) (local $last_day i32) (local $span i32) (local $last_span i32)
        (local $start i64) (local $end i64) (local $night i64)
        (local.set $day (call $first_day (local.get $cards) (local.get $employee)))
        (local.set $last_day (call $day_end (local.get $cards) (local.get $employee)))
        (local.set $span (call $first_span (local.get $cards) (local.get $employee)))
        (block $no_days (br_if $no_days (i32.eq (local.get $day) (local.get $last_day)))
            (local.set $last_span (call $span_end (local.get $cards) (i32.sub (local.get $last_day) (i32.const 1)))))
        (block $done (loop $next
            (br_if $done (i32.ge_u (local.get $span) (local.get $last_span)))
            (local.set $start (call $span_start_at (local.get $cards) (local.get $span)))
            (local.set $end (call $span_end_at (local.get $cards) (local.get $span)))
            (local.set $night (i64.add (i64.const 79200)
                (i64.sub (local.get $start) (i64.rem_u (local.get $start) (i64.const 86400)))))
            (if (i64.gt_s (local.get $end) (local.get $night)) (then
                (call $edit (local.get $employee) (i32.const 8) (local.get $span) (i32.const 0) (local.get $night)
                    (local.get $end) (i32.const 2) (i64.const 0) (i32.const 0))))
            (local.set $span (i32.add (local.get $span) (i32.const 1)))
            (br $next)))";
    Guest::new("night premium", "(nop)").with(|guest| {
        guest.bad = body.to_owned();
        guest.good = body.to_owned();
        guest.columns = ["span.start", "span.end", "span.state"].map(str::to_owned).to_vec();
    })
}

fn measure(host: &Host) {
    let (plugin, binding) = load(host);
    println!("{}, ns per employee-day, median of {ROUNDS}", plugin.title());
    println!("{:>12} {:>10} {:>10} {:>12}", "days a call", "1 thread", "2 threads", "fuel a day");
    for days in [400, 2_000, 8_000] {
        for late in [false, true] {
            let cards = Cards::new(&binding, &vec![DAYS; days / DAYS], Hook::Days, late);
            let bound = Bound::new(&plugin, &binding, 0).unwrap();
            let fuel = cards.call(&bound, Hook::Days).unwrap().fuel();
            let one = median(|| run(&cards, &bound, days));
            let two = median(|| {
                thread::scope(|scope| {
                    let runs = [(); 2].map(|()| scope.spawn(|| run(&cards, &bound, days)));
                    runs.map(|run| run.join().unwrap()).into_iter().fold(0.0, f64::max) / 2.0
                })
            });
            let what = if late { "night" } else { "day" };
            println!("{days:>12} {one:>10.1} {two:>10.1} {:>12} {what}", fuel / days as u64);
        }
    }
}

/// Nanoseconds per employee-day of calls for some time.
fn run(cards: &Cards, bound: &Bound, days: usize) -> f64 {
    let calls = (200_000 / days).max(10);
    cards.all(|cards| {
        let mut room = CallRoom::default();
        let started = Instant::now();
        for _ in 0..calls {
            let answers = bound.call(Hook::Days, cards, &mut room).unwrap();
            assert!(answers.of(0).is_ok());
        }
        started.elapsed().as_nanos() as f64 / (calls * days) as f64
    })
}

fn median(mut one: impl FnMut() -> f64) -> f64 {
    let mut found: Vec<f64> = (0..ROUNDS).map(|_| one()).collect();
    found.sort_by(f64::total_cmp);
    found[ROUNDS / 2]
}

/// Makes many instances, and says what is resident on the way.
fn soak(host: &Host, count: usize) {
    let (plugin, binding) = load(host);
    let cards = Cards::new(&binding, &[DAYS; 4], Hook::Days, true);
    let bound = Bound::new(&plugin, &binding, 0).unwrap();
    let mut fuel = None;
    let mut told = Instant::now();
    cards.all(|cards| {
        let mut room = CallRoom::default();
        for made in 0..count {
            let answers = bound.call(Hook::Days, cards, &mut room).unwrap();
            assert!(*fuel.get_or_insert(answers.fuel()) == answers.fuel(), "the same call uses the same fuel");
            if made == 1_000 || told.elapsed() > Duration::from_secs(10) || made + 1 == count {
                told = Instant::now();
                println!("{:>10} instances, {:>7} KiB resident", made + 1, resident_kib());
            }
        }
    });
}

/// Resident memory of this process; 0 where the system does not tell.
fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
