//! The engine in process: chunks in memory, results in memory.

use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::Duration;

use shiftmill::ruleset::{Document, Library, Mistakes, NoLibrary, Ruleset, compile};
use shiftmill::{Engine, Finished, Layout, PluginRegistry, Request, Stopped, zone_table};
use shiftmill_core::{CheckedBatch, Detail, EvaluationWindow, TimecardBatch, Timestamp, Workday, WorkdayRange};

use crate::checksum::Checksum;
use crate::measure::timed;
use crate::results::{Codes, add_up};
use crate::workload::{RULESET, ZONE_NAMES, window, zones};

/// Compiles the ruleset of the workload.
///
/// # Errors
/// The mistakes found in it.
pub fn workload_ruleset() -> Result<Ruleset, Mistakes> {
    workload_ruleset_of(RULESET, &NoLibrary)
}

/// Compiles the ruleset of the workload with more at its end.
///
/// # Errors
/// The mistakes found in it.
pub fn workload_ruleset_of(text: &str, library: &dyn Library) -> Result<Ruleset, Mistakes> {
    compile(&Document { name: "workload-w.toml", text }, library)
}

/// The request of the workload, whose plugins are those of `registry`.
///
/// # Errors
/// When the ruleset binds a plugin that cannot be called, in words.
pub fn workload_request(
    ruleset: Arc<Ruleset>,
    layout: Layout,
    registry: &PluginRegistry,
) -> Result<Arc<Request>, String> {
    let request = Request::new(vec![ruleset], Arc::new(zones()), window(), Detail::Workdays, registry);
    request.map(|request| Arc::new(request.with_layout(layout))).map_err(|error| error.to_string())
}

/// The month of March under a ruleset of California, with its context days and the full derivation.
///
/// # Errors
/// The mistakes in the ruleset or the zones, in words.
pub fn rich_request() -> Result<Arc<Request>, String> {
    let text = "name = \"rich\"\nextends = \"us-california@1\"\n";
    let ruleset =
        compile(&Document { name: "rich.toml", text }, &NoLibrary).map_err(|mistakes| mistakes.to_string())?;
    let pay_period = WorkdayRange { first: Workday(20_513), last: Workday(20_543) };
    let context = ruleset.context();
    let facts = WorkdayRange {
        first: pay_period.first.plus(-i32::from(context.before)),
        last: pay_period.last.plus(i32::from(context.after)),
    };
    let as_of = Timestamp(i64::from(facts.last.0 + 3) * 86_400);
    let names = ZONE_NAMES.map(str::to_owned);
    let zones = zone_table(&names, facts.first, facts.last).map_err(|error| error.to_string())?;
    let window = EvaluationWindow { pay_period, facts, as_of, require_final: true };
    let request =
        Request::new(vec![Arc::new(ruleset)], Arc::new(zones), window, Detail::Full, &PluginRegistry::default());
    request.map(Arc::new).map_err(|error| error.to_string())
}

/// Chunks that can be evaluated; a chunk that cannot be is left out, which the check sums show.
pub fn checked(chunks: impl Iterator<Item = TimecardBatch>) -> Vec<CheckedBatch> {
    chunks.filter_map(|chunk| chunk.check(1, ZONE_NAMES.len(), 0).ok()).collect()
}

/// Evaluates all chunks once. A run that a plugin stops has nothing, which the check sums show.
pub fn run(engine: &Engine, request: &Arc<Request>, chunks: Vec<CheckedBatch>) -> (Duration, Vec<Finished>) {
    timed(|| engine.evaluate(request, chunks).unwrap_or_default())
}

/// Evaluates all chunks once and drops the results of each chunk when it is done, as a stream does. Chunks of a run
/// that a plugin stops are lost.
pub fn run_as_stream(
    engine: &Engine,
    request: &Arc<Request>,
    chunks: Vec<CheckedBatch>,
) -> (Duration, Vec<CheckedBatch>) {
    timed(|| {
        let (done, returned) = channel();
        for chunk in chunks {
            let done = done.clone();
            engine.submit(Arc::clone(request), chunk, move |finished: Result<Finished, Stopped>| {
                let Ok(finished) = finished else { return };
                drop(std::hint::black_box(finished.results));
                // The receiver outlives every chunk, so the chunk cannot be lost here.
                let _ = done.send(finished.batch);
            });
        }
        drop(done);
        returned.iter().collect()
    })
}

/// The chunks that were evaluated, for the next run.
pub fn chunks_of(finished: Vec<Finished>) -> Vec<CheckedBatch> {
    finished.into_iter().map(|chunk| chunk.batch).collect()
}

/// The check sums of evaluated chunks. A timecard with an error adds nothing.
pub fn checksum(finished: &[Finished], codes: Codes) -> Checksum {
    let mut sums = Checksum::default();
    finished.iter().for_each(|chunk| add_up(&chunk.results, codes, &mut sums));
    sums
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workload::chunks;

    #[test]
    fn the_engine_comes_to_the_known_sums() {
        let ruleset = Arc::new(workload_ruleset().unwrap());
        let codes = Codes::of(ruleset.timeline().names()).unwrap();
        let request = workload_request(ruleset, Layout::CardByCard, &PluginRegistry::default()).unwrap();
        for employees in [100, 1_000] {
            let (_, finished) = run(&Engine::new(1), &request, checked(chunks(employees)));
            assert_eq!(Some(checksum(&finished, codes)), Checksum::known(employees), "{employees} employees");
        }
    }
}
