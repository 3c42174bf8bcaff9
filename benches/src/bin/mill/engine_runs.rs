//! Runs of the engine in this process.

use std::sync::Arc;

use shiftmill::{Engine, Layout, Request};
use shiftmill_benches::checksum::Checksum;
use shiftmill_benches::in_process::{
    checked, checksum, chunks_of, rich_request, run, run_as_stream, workload_request, workload_ruleset,
};
use shiftmill_benches::measure::{median, millions_per_second};
use shiftmill_benches::results::Codes;
use shiftmill_benches::workload::chunks;
use shiftmill_core::CheckedBatch;

/// What the engine came to, in millions of punches per second.
pub struct InProcess {
    pub threads_1: f64,
    pub threads_2: f64,
    pub phased_threads_1: f64,
    pub checksum: Checksum,
}

/// Runs workload W with one and two workers.
pub fn measure(employees: u32, runs: usize) -> Result<InProcess, String> {
    let ruleset = Arc::new(workload_ruleset().map_err(|mistakes| mistakes.to_string())?);
    let codes = Codes::of(ruleset.timeline().names()).ok_or("the ruleset lacks a pay code of the workload")?;
    let by_card = workload_request(Arc::clone(&ruleset), Layout::CardByCard);
    let by_phase = workload_request(ruleset, Layout::PhaseByPhase);
    let mut batches = checked(chunks(employees));
    let first = run(&Engine::new(1), &by_card, batches);
    let checksum = checksum(&first.1, codes);
    batches = chunks_of(first.1);
    let threads_1;
    let threads_2;
    let phased_threads_1;
    (threads_1, batches) = speed(&Engine::new(1), &by_card, batches, runs);
    (threads_2, batches) = speed(&two_workers(), &by_card, batches, runs);
    (phased_threads_1, _) = speed(&Engine::new(1), &by_phase, batches, runs);
    Ok(InProcess { threads_1, threads_2, phased_threads_1, checksum })
}

/// Runs the same people under a ruleset of California, with full explanation.
pub fn measure_rich(employees: u32, runs: usize) -> Result<f64, String> {
    let request = rich_request()?;
    // A full explanation is a hundred times larger than the punches, so fewer people say the same.
    let batches = checked(chunks(employees.min(13_000)));
    let (rich, _) = speed(&Engine::new(1), &request, batches, runs);
    Ok(rich)
}

/// On a machine of two cores one worker pinned to each.
fn two_workers() -> Engine {
    let every_core = Engine::new(0);
    if every_core.workers() == 2 { every_core } else { Engine::new(2) }
}

/// The median speed of some runs, after one that does not count.
fn speed(
    engine: &Engine,
    request: &Arc<Request>,
    mut batches: Vec<CheckedBatch>,
    runs: usize,
) -> (f64, Vec<CheckedBatch>) {
    let punches = batches.iter().map(|batch| batch.columns().punch_at.len()).sum();
    let mut speeds = Vec::new();
    for number in 0..=runs {
        let took;
        (took, batches) = run_as_stream(engine, request, batches);
        if number > 0 {
            speeds.push(millions_per_second(punches, took));
        }
    }
    (median(&speeds), batches)
}
