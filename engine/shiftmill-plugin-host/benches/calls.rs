//! Measures the cost of calls, and checks that memory is freed.
//!
//! ```sh
//! cargo bench -p shiftmill-plugin-host --bench calls                      # nanoseconds per employee-day
//! cargo bench -p shiftmill-plugin-host --bench calls -- plugin FILE       # the same for a plugin: a component or module
//! cargo bench -p shiftmill-plugin-host --bench calls -- soak 1000000      # a million instances, and resident memory
//! cargo bench -p shiftmill-plugin-host --bench calls -- audit             # how often plugins that mix employees are caught
//! cargo bench -p shiftmill-plugin-host --bench calls -- compile           # the cost of compiling the worst plugins in a child
//! cargo bench -p shiftmill-plugin-host --bench calls -- kept              # the memory of a loaded plugin
//! cargo bench -p shiftmill-plugin-host --bench calls -- amplify           # seconds of a whole budget, by operator
//! cargo bench -p shiftmill-plugin-host --bench calls -- amplify i64       # the same, for names that contain `i64`
//! ```
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::float_arithmetic,
    reason = "a measurement that fails ends"
)]

#[path = "calls/amplify.rs"]
mod amplify;
#[path = "../tests/hostile/cards.rs"]
#[allow(dead_code, reason = "tests use more of it")]
mod cards;

use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use cards::{Cards, bind, binding};
use shiftmill_core::{ConfigValue, Hook, PluginBinding};
use shiftmill_guests::Guest;
use shiftmill_plugin_host::{Bound, CallScratch, HookCard, Host, HostSettings, Plugin, compile_child, componentise};

/// Days of one employee.
const DAYS: usize = 20;
/// Rounds of each measurement, of which the median counts.
const ROUNDS: usize = 15;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if arguments == ["compile-child"] {
        return compile_and_tell();
    }
    let host = Host::new(HostSettings::default()).unwrap();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["plugin", file] => measure(&host, given(file)),
        ["soak", count] => soak(&host, count.parse().unwrap()),
        ["audit"] => audit(&host),
        ["compile"] => compile(),
        ["kept"] => kept(),
        ["amplify"] => amplify::amplify(""),
        ["amplify", filter] => amplify::amplify(filter),
        _ => measure(&host, night_premium().component()),
    }
}

/// The plugin in a file.
fn given(file: &str) -> Vec<u8> {
    let bytes = std::fs::read(file).unwrap();
    componentise(&bytes).unwrap_or(bytes)
}

fn load(host: &Host, component: &[u8]) -> (Arc<Plugin>, PluginBinding) {
    let plugin = host.load(component).unwrap();
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

fn measure(host: &Host, component: Vec<u8>) {
    let (plugin, binding) = load(host, &component);
    println!("{}, ns of processor time per employee-day, median of {ROUNDS}", plugin.title());
    println!("{:>12} {:>10} {:>10} {:>12}", "days a call", "1 thread", "2 threads", "fuel a day");
    for days in [400, 2_000, 8_000] {
        for late in [false, true] {
            let cards = Cards::new(&binding, &vec![DAYS; days / DAYS], Hook::Days, late);
            let bound = bind(&plugin, &binding).unwrap();
            let fuel = cards.call(&bound, Hook::Days).unwrap().fuel();
            let one = median(|| run(&cards, &bound, days));
            let two = median(|| {
                thread::scope(|scope| {
                    let runs = [(); 2].map(|()| scope.spawn(|| run(&cards, &bound, days)));
                    runs.map(|run| run.join().unwrap()).into_iter().fold(0.0, f64::max)
                })
            });
            let what = if late { "night" } else { "day" };
            println!("{days:>12} {one:>10.1} {two:>10.1} {:>12} {what}", fuel / days as u64);
        }
    }
}

/// Processor time per employee-day, of calls for some time.
fn run(cards: &Cards, bound: &Bound, days: usize) -> f64 {
    let calls = (200_000 / days).max(10);
    cards.all(|cards| {
        let mut scratch = CallScratch::default();
        let started = processor_nanoseconds();
        for _ in 0..calls {
            let answers = bound.call(Hook::Days, cards, &mut scratch).unwrap();
            assert!(answers.of(0).is_ok());
        }
        (processor_nanoseconds() - started) as f64 / (calls * days) as f64
    })
}

/// Processor time of this thread, so that other programs do not count; the clock where the system does not provide it.
fn processor_nanoseconds() -> u64 {
    let status = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let on_processor = status.and_then(|text| text.split_whitespace().next()?.parse().ok());
    on_processor.unwrap_or_else(|| {
        static START: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
        START.elapsed().as_nanos() as u64
    })
}

fn median(mut one: impl FnMut() -> f64) -> f64 {
    let mut found: Vec<f64> = (0..ROUNDS).map(|_| one()).collect();
    found.sort_by(f64::total_cmp);
    found[ROUNDS / 2]
}

/// Creates many instances, and prints resident memory at intervals.
fn soak(host: &Host, count: usize) {
    let (plugin, binding) = load(host, &night_premium().component());
    let cards = Cards::new(&binding, &[DAYS; 4], Hook::Days, true);
    let bound = bind(&plugin, &binding).unwrap();
    let mut fuel = None;
    let mut told = Instant::now();
    cards.all(|cards| {
        let mut scratch = CallScratch::default();
        for made in 0..count {
            let answers = bound.call(Hook::Days, cards, &mut scratch).unwrap();
            assert!(*fuel.get_or_insert(answers.fuel()) == answers.fuel(), "the same call uses the same fuel");
            if made == 1_000 || told.elapsed() > Duration::from_secs(10) || made + 1 == count {
                told = Instant::now();
                println!("{:>10} instances, {:>7} KiB resident", made + 1, resident_kib());
            }
        }
    });
}

/// How many plugins the audit catches whose pay for some employees depends on the number of employees in the call.
fn audit(host: &Host) {
    const PLUGINS: usize = 200;
    println!("plugins caught, of {PLUGINS} whose pay depends on the company, in calls of {TOGETHER} employees");
    println!("{:>10} {:>20} {:>20}", "employees", "it is all employees", "it is 1 in 20");
    for employees in [200, 1_000, 5_000, 20_000] {
        let caught = |one_in| (0..PLUGINS).filter(|number| is_caught(host, *number, one_in, employees)).count();
        println!("{employees:>10} {:>20} {:>20}", caught(1), caught(20));
    }
}

/// How many employees are evaluated in one call of the audit.
const TOGETHER: usize = 200;

/// Whether the audit catches a plugin whose pay for one employee in `one_in` depends on the number of employees.
fn is_caught(host: &Host, number: usize, one_in: usize, employees: usize) -> bool {
    let pays = |amount: &str| {
        format!(
            "(call $edit (local.get $employee) (i32.const 9) (i32.const 0)
                (call $workday (local.get $cards) (call $first_day (local.get $cards) (local.get $employee)))
                (i64.const 0) (i64.const 0) (i32.const 3) (i64.extend_i32_u {amount}) (i32.const 0))"
        )
    };
    let by_company = pays("(call $employees (local.get $cards))");
    let guest = Guest::new(&format!("curious {number}"), &by_company);
    let plugin = host.load(&guest.with(|guest| guest.good = pays("(i32.const 1)")).component()).unwrap();
    let binding = binding(&plugin);
    let bound = bind(&plugin, &binding).unwrap();
    // The pay of employees with three days depends on the group.
    let marked: Vec<usize> = (0..TOGETHER).step_by(one_in).collect();
    let cards = Cards::marked(&binding, TOGETHER, &marked, Hook::Days);
    (0..employees / TOGETHER).any(|company| {
        let keys = (0..TOGETHER).map(|employee| format!("e-{}", company * TOGETHER + employee)).collect::<Vec<_>>();
        cards.all(|cards| {
            let named = cards.iter().zip(&keys).map(|(card, key)| HookCard { key, ..*card }).collect::<Vec<_>>();
            bound.call(Hook::Days, &named, &mut CallScratch::default()).is_err()
        })
    })
}

/// Resident memory of this process; 0 where the system does not provide it.
fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

/// Compiles the plugins that are hardest to compile within the limits, each in a child process as a service does. The child
/// reports its maximum address space and memory.
fn compile() {
    println!("{:>28} {:>10} {:>8}  the maximum of the child", "", "component", "time");
    for (name, component) in hard_to_compile() {
        let started = Instant::now();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .arg("compile-child")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = child.stdin.take().unwrap();
        let size = component.len() / 1_024;
        let written = thread::spawn(move || input.write_all(&component));
        let output = child.wait_with_output().unwrap();
        let _whatever = written.join().unwrap();
        let told = String::from_utf8_lossy(&output.stderr).trim().replace('\n', ", ");
        let told = if told.is_empty() { output.status.to_string() } else { told };
        let (seconds, code) = (started.elapsed().as_secs_f64(), output.stdout.len() / 1_024);
        println!("{name:>28} {size:>6} KiB {seconds:>6.2} s  {told}, {code} KiB of code");
    }
}

/// The child of [`compile`].
fn compile_and_tell() {
    let _code = compile_child();
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    for line in status.lines().filter(|line| line.starts_with("VmPeak:") || line.starts_with("VmHWM:")) {
        eprintln!("{}", line.split_whitespace().collect::<Vec<_>>().join(" "));
    }
}

/// Names and components.
fn hard_to_compile() -> Vec<(&'static str, Vec<u8>)> {
    let repeated = |what: &str, times: usize| what.repeat(times);
    let read_all = |locals: usize| (0..locals).map(|local| format!("(drop (local.get {local}))")).collect::<String>();
    // Every loop may have changed every variable, and all are read after the last one.
    let loops = |locals: usize, loops: usize| {
        let body = repeated("(loop $again (br_if $again (local.get 0)))", loops);
        format!("(func (local {}) {body} {})", repeated("i32 ", locals), read_all(locals))
    };
    let branches = |blocks: usize, tables: usize| {
        let targets: String = (0..blocks).map(|block| format!("{block} ")).collect();
        let table = format!("(br_table {targets} (local.get 0))");
        format!(
            "(func (local i32) {} {} {})",
            repeated("(block ", blocks),
            repeated(&table, tables),
            repeated(")", blocks)
        )
    };
    let adds = |count: usize| {
        let sum = repeated("(local.set 0 (i64.mul (local.get 0) (i64.xor (local.get 0) (i64.const 3))))", count);
        format!("(func (local i64) {sum})")
    };
    // Each may trap, at a place of its own.
    let loads = |count: usize| {
        let load = repeated("(local.set 0 (i32.load (local.get 0)))", count);
        format!("(func (local i32) {load})")
    };
    let calls = |count: usize| {
        format!("(func $c (param i32) (result i32) (local.get 0)) {}", {
            let call = repeated("(local.set 0 (call $c (local.get 0)))", count);
            repeated(&format!("(func (local i32) {call})"), 16)
        })
    };
    let cases = [
        ("nothing", String::new()),
        ("10000 functions", repeated("(func)", 9_900)),
        ("100 loops, 100 locals", loops(100, 100)),
        ("1000 loops, 1000 locals", loops(1_000, 1_000)),
        ("4000 loops, 500 locals", loops(500, 4_000)),
        ("1000 loops, 2000 locals", loops(2_000, 1_000)),
        ("10000 loops, 2000 locals", loops(2_000, 10_000)),
        ("900 blocks, 200 tables", branches(900, 200)),
        ("25000 operations", adds(20_000)),
        ("10 times 25000 operations", repeated(&adds(20_000), 10)),
        ("16 of 250 KiB operations", repeated(&adds(27_000), 16)),
        ("16 of 250 KiB loads", repeated(&loads(34_000), 16)),
        ("16 of 250 KiB calls", calls(40_000)),
        ("9000 of 400 B operations", repeated(&adds(40), 9_000)),
        ("9000 of 400 B loads", repeated(&loads(60), 9_000)),
        ("15 of 900 blocks", repeated(&branches(900, 140), 15)),
        ("20 of 1500 locals in loops", repeated(&loops(1_500, 500), 20)),
    ];
    cases.map(|(name, fields)| (name, Guest::honest("slow").with(|guest| guest.fields = fields).component())).into()
}

/// The memory of loaded plugins, compared with the bytes that are counted for each.
fn kept() {
    println!("{:>28} {:>10} {:>10} {:>14}", "", "component", "code", "resident each");
    // The others take long to compile, and that leaves more behind than they do.
    let quick = ["nothing", "10000 functions", "10 times 25000 operations", "9000 of 400 B loads"];
    for (name, component) in hard_to_compile().into_iter().filter(|(name, _)| quick.contains(name)) {
        // A host of its own, whose pool has been used.
        let host = Host::new(HostSettings::default()).unwrap();
        let Ok(first) = host.load(&component) else { continue };
        let before = resident_kib();
        let more: Vec<Arc<Plugin>> = (0..8).map(|_| host.load(&component).unwrap()).collect();
        let each = resident_kib().saturating_sub(before) / more.len() as u64;
        let (size, code) = (component.len() / 1_024, first.code_bytes() / 1_024);
        println!("{name:>28} {size:>6} KiB {code:>6} KiB {each:>10} KiB");
    }
}
