//! Runs of the engine in this process.

use std::sync::Arc;

use shiftmill::{Engine, Layout, PluginRegistry, Request};
use shiftmill_benches::checksum::Checksum;
use shiftmill_benches::in_process::{
    checked, checksum, chunks_of, rich_request, run, run_as_stream, workload_request, workload_ruleset,
};
use shiftmill_benches::measure::{median, millions_per_second};
use shiftmill_benches::results::Codes;
use shiftmill_benches::workload::chunks;
use shiftmill_core::CheckedBatch;

use crate::limit_runs::Limit;

/// The speed of the engine and of the limit, in millions of punches per second.
pub struct InProcess {
    pub limit: f64,
    pub threads_1: f64,
    pub threads_2: f64,
    pub phased_threads_1: f64,
    pub checksum: Checksum,
}

/// Runs workload W with one and two workers, in turns with the limit: the speed of a machine changes from one second to
/// the next, and compared runs should have the same conditions.
pub fn measure(limit: &mut Limit, employees: u32, runs: usize) -> Result<InProcess, String> {
    let ruleset = Arc::new(workload_ruleset().map_err(|mistakes| mistakes.to_string())?);
    let codes = Codes::of(ruleset.timeline().names()).ok_or("the ruleset lacks a pay code of the workload")?;
    let by_card = workload_request(Arc::clone(&ruleset), Layout::CardByCard, &PluginRegistry::default())?;
    let by_phase = workload_request(ruleset, Layout::PhaseByPhase, &PluginRegistry::default())?;
    let first = run(&Engine::new(1), &by_card, checked(chunks(employees)));
    let checksum = checksum(&first.1, codes);
    let mut batches = chunks_of(first.1);
    let (one, two) = (Engine::new(1), two_workers());
    let mut speeds = [const { Vec::new() }; 4];
    // The first round meets memory that has never been touched and does not count.
    for round in 0..=runs {
        let mut speed = [limit.run(), 0.0, 0.0, 0.0];
        (speed[1], batches) = speed_of(&one, &by_card, batches);
        (speed[2], batches) = speed_of(&two, &by_card, batches);
        (speed[3], batches) = speed_of(&one, &by_phase, batches);
        if round > 0 {
            speeds.iter_mut().zip(speed).for_each(|(speeds, speed)| speeds.push(speed));
        }
    }
    let [limit, threads_1, threads_2, phased_threads_1] = speeds.map(|speeds| median(&speeds));
    Ok(InProcess { limit, threads_1, threads_2, phased_threads_1, checksum })
}

/// Runs the same people under a ruleset of California, with full explanation.
pub fn measure_rich(employees: u32, runs: usize) -> Result<f64, String> {
    let request = rich_request()?;
    // A full explanation is a hundred times larger than the punches, so fewer employees are enough.
    let mut batches = checked(chunks(employees.min(13_000)));
    let engine = Engine::new(1);
    let mut speeds = Vec::new();
    for round in 0..=runs {
        let speed;
        (speed, batches) = speed_of(&engine, &request, batches);
        if round > 0 {
            speeds.push(speed);
        }
    }
    Ok(median(&speeds))
}

/// On a machine of two cores one worker pinned to each.
pub fn two_workers() -> Engine {
    let every_core = Engine::new(0);
    if every_core.workers() == 2 { every_core } else { Engine::new(2) }
}

/// The speed of one run.
pub fn speed_of(engine: &Engine, request: &Arc<Request>, batches: Vec<CheckedBatch>) -> (f64, Vec<CheckedBatch>) {
    let punches = batches.iter().map(|batch| batch.columns().punch_at.len()).sum();
    let (took, batches) = run_as_stream(engine, request, batches);
    (millions_per_second(punches, took), batches)
}
