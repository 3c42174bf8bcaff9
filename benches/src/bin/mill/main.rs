//! `mill`: one command that measures Shiftmill on workload W from end to end.
//!
//! ```text
//! mill --employees 130000 --json    everything below, one JSON object on the last line
//!   limit       the one-purpose loop
//!   in_process  the engine, one and two workers
//!   rich        California, a month, full explanation
//!   grpc        a server in a process of its own
//! ```
#![allow(clippy::float_arithmetic, reason = "speeds are fractions")]

mod engine_runs;
mod limit_runs;

use std::process::ExitCode;

use clap::Parser;
use serde_json::{Value, json};
use shiftmill_benches::checksum::Checksum;

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
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match measure(&arguments) {
        Ok(report) => {
            if arguments.json {
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
    let limit = limit_runs::measure(arguments.employees, arguments.runs);
    println!("limit: {:.1} M punches/s", limit.speed);
    let in_process = engine_runs::measure(arguments.employees, arguments.runs)?;
    println!(
        "in process: {:.1} M punches/s with one worker, {:.1} with two, {:.1} phase by phase",
        in_process.threads_1, in_process.threads_2, in_process.phased_threads_1
    );
    let rich = engine_runs::measure_rich(arguments.employees, arguments.runs)?;
    println!("rich: {rich:.1} M punches/s");
    let agrees = in_process.checksum == limit.checksum;
    Ok(json!({
        "employees": arguments.employees,
        "punches": limit.punches,
        "rows": limit.checksum.rows,
        "checksum": sums(&in_process.checksum),
        "checksum_known": Checksum::known(arguments.employees).map(|known| known == in_process.checksum),
        "checksum_agrees": agrees,
        "in_process": {
            "threads_1": whole(in_process.threads_1),
            "threads_2": whole(in_process.threads_2),
            "phased_threads_1": whole(in_process.phased_threads_1),
        },
        "rich": whole(rich),
        "limit_kernel": whole(limit.speed),
        "ratios": {
            "threads_1": ratio(in_process.threads_1, limit.speed),
            "threads_2": ratio(in_process.threads_2, limit.speed),
            "threads_2_to_1": ratio(in_process.threads_2, in_process.threads_1),
            "rich": ratio(rich, limit.speed),
        },
        "runs": arguments.runs,
    }))
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

/// Punches per second from millions.
fn whole(millions: f64) -> u64 {
    (millions * 1e6) as u64
}

/// To four digits.
fn ratio(speed: f64, limit: f64) -> f64 {
    if limit > 0.0 { (speed / limit * 1e4).round() / 1e4 } else { 0.0 }
}
