//! `mill`: one command that measures Shiftmill on workload W from end to end.
//!
//! ```text
//! mill --employees 130000 --json    everything below, one JSON object on the last line
//!   limit       the one-purpose loop
//!   in_process  the engine, one and two workers
//!   plugin      the engine with a plugin on every workday, one and two workers, and through gRPC
//!   rich        California, a month, full explanation
//!   grpc        a server in a process of its own
//! ```
#![allow(clippy::float_arithmetic, reason = "speeds are fractions")]

mod engine_runs;
mod grpc_runs;
mod limit_runs;
mod plugin_runs;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use serde_json::{Value, json};
use shiftmill_benches::checksum::Checksum;
use shiftmill_benches::machine::Machine;
use shiftmill_benches::server_process;

use crate::limit_runs::Limit;

/// As in the server that people run.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What to measure.
#[derive(Debug, Parser)]
#[command(about = "Measures Shiftmill on workload W, beside a one-purpose loop in the same run")]
struct Arguments {
    /// People in the workload; check sums are known for 100, 1000, 13000 and 130000
    #[arg(long, default_value_t = 13_000)]
    employees: u32,
    /// Runs of each measurement; the median counts
    #[arg(long, default_value_t = 5)]
    runs: usize,
    /// Print one JSON object on the last line
    #[arg(long)]
    json: bool,
    /// Instead of all this, stream so many million punches and report the memory of the server
    #[arg(long, value_name = "MILLIONS")]
    endless: Option<u64>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve until the input closes; `mill` starts itself so.
    #[command(hide = true)]
    Serve,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = match (&arguments.command, arguments.endless) {
        (Some(Command::Serve), _) => in_runtime(server_process::serve()).map(|()| None),
        (None, Some(millions)) => measure_endless(millions).map(Some),
        (None, None) => measure(&arguments).map(Some),
    };
    match outcome {
        Ok(report) => {
            if let Some(report) = report.filter(|_| arguments.json) {
                println!("{report}");
            }
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn measure(arguments: &Arguments) -> Result<Value, String> {
    let night_premium = plugin_runs::build()?;
    let mut limit = Limit::new(arguments.employees);
    let in_process = engine_runs::measure(&mut limit, arguments.employees, arguments.runs)?;
    let (limit_speed, limit_checksum) = (in_process.limit, limit.checksum());
    let punches = limit.punches();
    let plugin = plugin_runs::measure(&mut limit, &night_premium, arguments.employees, arguments.runs)?;
    drop(limit);
    println!("limit: {limit_speed:.1} M punches/s");
    println!(
        "in process: {:.1} M punches/s with one worker, {:.1} with two, {:.1} phase by phase",
        in_process.threads_1, in_process.threads_2, in_process.phased_threads_1
    );
    println!(
        "with a plugin: {:.1} M punches/s with one worker, {:.1} with two, {:.1} with the rule built in",
        plugin.threads_1, plugin.threads_2, plugin.built_in
    );
    let rich = engine_runs::measure_rich(arguments.employees, arguments.runs)?;
    println!("rich: {rich:.1} M punches/s");
    let grpc = in_runtime(grpc_runs::measure(arguments.employees, arguments.runs))?;
    let plugin_grpc = grpc_runs::measure_plugin(&night_premium, arguments.employees, arguments.runs, &plugin.came_to);
    let plugin_grpc = in_runtime(plugin_grpc)?;
    println!(
        "gRPC: {:.1} M punches/s as columns, {plugin_grpc:.1} with the plugin, {:.2} as rows",
        grpc.columns, grpc.rows
    );
    let agrees = in_process.checksum == limit_checksum
        && grpc.checksum == limit_checksum
        && plugin.came_to.checksum == limit_checksum;
    Ok(json!({
        "machine": machine(),
        "employees": arguments.employees,
        "punches": punches,
        "rows": limit_checksum.rows,
        "checksum": sums(&in_process.checksum),
        "checksum_known": Checksum::known(arguments.employees).map(|known| known == in_process.checksum),
        "checksum_agrees": agrees,
        "in_process": {
            "threads_1": whole(in_process.threads_1),
            "threads_2": whole(in_process.threads_2),
            "phased_threads_1": whole(in_process.phased_threads_1),
        },
        "plugin": plugin.report(plugin_grpc),
        "rich": whole(rich),
        "grpc": { "columns": whole(grpc.columns), "rows": whole(grpc.rows) },
        "unary": {
            "p50_us": grpc.unary.p50.round(),
            "p99_us": grpc.unary.p99.round(),
            "explained_p50_us": grpc.unary.explained_p50.round(),
            "empty_p50_us": grpc.unary.empty_p50.round(),
        },
        "server_rss_mb": { "start": grpc.rss_start_mb.round(), "peak": grpc.rss_peak_mb.round() },
        "limit_kernel": whole(limit_speed),
        "ratios": {
            "threads_1": ratio(in_process.threads_1, limit_speed),
            "threads_2": ratio(in_process.threads_2, limit_speed),
            "threads_2_to_1": ratio(in_process.threads_2, in_process.threads_1),
            "phased_threads_1": ratio(in_process.phased_threads_1, limit_speed),
            "grpc_columns": ratio(grpc.columns, limit_speed),
            "grpc_rows": ratio(grpc.rows, limit_speed),
            "rich": ratio(rich, limit_speed),
            "unary_to_empty": ratio(grpc.unary.p50, grpc.unary.empty_p50),
            "explained_to_empty": ratio(grpc.unary.explained_p50, grpc.unary.empty_p50),
        },
        "runs": arguments.runs,
    }))
}

fn measure_endless(millions: u64) -> Result<Value, String> {
    let endless = in_runtime(grpc_runs::endless(millions))?;
    println!(
        "server memory: {:.0} MB at 10 M punches, {:.0} MB at {} M, {:.0} MB at most; {:.1} M punches/s",
        endless.at_10_million_mb,
        endless.at_end_mb,
        endless.punches / 1_000_000,
        endless.peak_mb,
        endless.speed
    );
    Ok(json!({
        "punches": endless.punches,
        "server_rss_mb": {
            "at_10_million": endless.at_10_million_mb.round(),
            "at_end": endless.at_end_mb.round(),
            "peak": endless.peak_mb.round(),
        },
        "columns": whole(endless.speed),
    }))
}

/// Runs a future on two threads.
fn in_runtime<T>(future: impl Future<Output = Result<T, String>>) -> Result<T, String> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.map_err(|error| error.to_string())?.block_on(future)
}

fn sums(sums: &Checksum) -> Value {
    json!({
        "regular_min": sums.regular_min,
        "overtime_1_5_min": sums.overtime_1_5_min,
        "overtime_2_min": sums.overtime_2_min,
        "missing": sums.missing,
        "late": sums.late,
        "early": sums.early,
        "auto_lunch": sums.auto_lunch,
        "unscheduled": sums.unscheduled,
    })
}

/// Figures mean little without the processor and its caches.
fn machine() -> Value {
    let Machine { cpu, cores, l1d_kib, l2_kib, l3_kib } = Machine::here();
    json!({ "cpu": cpu, "cores": cores, "l1d_kib": l1d_kib, "l2_kib": l2_kib, "l3_kib": l3_kib })
}

/// Punches per second from millions.
fn whole(millions: f64) -> u64 {
    (millions * 1e6) as u64
}

/// To four digits.
fn ratio(speed: f64, limit: f64) -> f64 {
    if limit > 0.0 { (speed / limit * 1e4).round() / 1e4 } else { 0.0 }
}
