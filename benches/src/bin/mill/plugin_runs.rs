//! Runs with a plugin on every workday, without it, and with the rule built in.

use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};
use shiftmill::{Engine, Layout, PluginRegistry, Request};
use shiftmill_benches::in_process::{checked, chunks_of, workload_request, workload_ruleset};
use shiftmill_benches::measure::median;
use shiftmill_benches::night::{CameTo, NightPremium};
use shiftmill_benches::results::Codes;
use shiftmill_benches::workload::chunks;
use shiftmill_core::CheckedBatch;

use crate::engine_runs::{speed_of, two_workers};
use crate::limit_runs::Limit;
use crate::{ratio, whole};

/// Workload W with a plugin: millions of punches per second, and the time of all workers in nanoseconds per
/// employee-day, that is an employee's workday with a punch.
pub struct Plugin {
    pub threads_1: f64,
    pub threads_2: f64,
    /// The built-in rule instead of the plugin, one worker.
    pub built_in: f64,
    pub limit_ns: f64,
    /// The time that the plugin adds, with one worker and with two: columns, instance, guest, edits, and the premiums
    /// that are paid for it.
    pub added_ns: [f64; 2],
    /// The time that the built-in rule adds, with one worker.
    pub built_in_ns: f64,
    /// The whole evaluation with the plugin.
    pub whole_ns: [f64; 2],
    /// The results with the plugin, and with the built-in rule.
    pub came_to: CameTo,
}

impl Plugin {
    /// As JSON, with the speed through gRPC.
    pub fn report(&self, grpc: f64) -> Value {
        let ([added, added_2], [whole_ns, whole_ns_2]) = (self.added_ns, self.whole_ns);
        json!({
            "threads_1": whole(self.threads_1),
            "threads_2": whole(self.threads_2),
            "grpc": whole(grpc),
            "native_same_rule": whole(self.built_in),
            "ns_per_employee_day": tenths(added),
            "ns_per_employee_day_2": tenths(added_2),
            "limit_ns_per_employee_day": tenths(self.limit_ns),
            "times_limit": ratio(added, self.limit_ns),
            "times_limit_2": ratio(added_2, self.limit_ns),
            "native_ns_per_employee_day": tenths(self.built_in_ns),
            "whole_ns_per_employee_day": tenths(whole_ns),
            "whole_ns_per_employee_day_2": tenths(whole_ns_2),
            "night_premiums": self.came_to.night.len(),
        })
    }
}

/// Builds the plugin in the folder of this program.
pub fn build() -> Result<NightPremium, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let target = program.parent().and_then(Path::parent).ok_or("this program stands in no folder")?;
    NightPremium::build(&target.join("plugins"))
}

/// Runs workload W without the plugin, with it, and with the built-in rule, in turns with the limit.
pub fn measure(limit: &mut Limit, plugin: &NightPremium, employees: u32, runs: usize) -> Result<Plugin, String> {
    let ruleset = Arc::new(workload_ruleset().map_err(|mistakes| mistakes.to_string())?);
    let codes = Codes::of(ruleset.timeline().names()).ok_or("the ruleset lacks a pay code of the workload")?;
    let without = workload_request(ruleset, Layout::CardByCard, &PluginRegistry::default())?;
    let (with, built_in) = (plugin.request()?, plugin.built_in_request()?);
    let (one, two) = (Engine::new(1), two_workers());
    let (expected, mut batches) = came_to(&one, &built_in, codes, checked(chunks(employees)))?;
    for engine in [&one, &two] {
        let found;
        (found, batches) = came_to(engine, &with, codes, batches)?;
        found.check(&expected)?;
    }

    let punches_a_day = limit.punches() as f64 / expected.checksum.rows as f64;
    let ns = |speed: f64, workers: f64| punches_a_day / speed * 1e3 * workers;
    let mut speeds = [const { Vec::new() }; 6];
    let mut added = [const { Vec::new() }; 3];
    for round in 0..=runs {
        let mut speed = [limit.run(), 0.0, 0.0, 0.0, 0.0, 0.0];
        (speed[1], batches) = speed_of(&one, &without, batches);
        (speed[2], batches) = speed_of(&one, &with, batches);
        (speed[3], batches) = speed_of(&one, &built_in, batches);
        (speed[4], batches) = speed_of(&two, &without, batches);
        (speed[5], batches) = speed_of(&two, &with, batches);
        if round > 0 {
            speeds.iter_mut().zip(speed).for_each(|(speeds, speed)| speeds.push(speed));
            // Of one round, which met the same machine.
            let more = |with: f64, without: f64, workers| ns(with, workers) - ns(without, workers);
            let more = [more(speed[2], speed[1], 1.0), more(speed[5], speed[4], 2.0), more(speed[3], speed[1], 1.0)];
            added.iter_mut().zip(more).for_each(|(added, more)| added.push(more));
        }
    }
    let [limit, _, threads_1, built_in, _, threads_2] = speeds.map(|speeds| median(&speeds));
    let [added_1, added_2, built_in_ns] = added.map(|added| median(&added));
    Ok(Plugin {
        threads_1,
        threads_2,
        built_in,
        limit_ns: ns(limit, 1.0),
        added_ns: [added_1, added_2],
        built_in_ns,
        whole_ns: [ns(threads_1, 1.0), ns(threads_2, 2.0)],
        came_to: expected,
    })
}

/// Evaluates everything once, with one worker or several, and reads all results.
fn came_to(
    engine: &Engine,
    request: &Arc<Request>,
    codes: Codes,
    batches: Vec<CheckedBatch>,
) -> Result<(CameTo, Vec<CheckedBatch>), String> {
    let finished = engine.evaluate(request, batches).map_err(|stopped| stopped.to_string())?;
    let mut came_to = CameTo::default();
    (0..).zip(&finished).for_each(|(number, chunk)| came_to.add(number, &chunk.results, codes));
    Ok((came_to, chunks_of(finished)))
}

fn tenths(figure: f64) -> f64 {
    (figure * 10.0).round() / 10.0
}
