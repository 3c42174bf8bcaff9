//! Evaluates timecards for the author of a plugin, as a service does, on this machine.

use std::sync::Arc;

use shiftmill::core::{CardFacts, CheckedBatch, Detail, Evaluations, TagDictionary};
pub use shiftmill::trial::{Setting, carried, chunk};
use shiftmill::words::{self, Explanation, Language};
use shiftmill::{Engine, Finished, PluginMetrics, PluginRegistry, Request};

use crate::plugins;
use crate::problem::Problem;

/// An engine with one worker, so that figures can be compared.
pub struct Trial<'a> {
    registry: &'a PluginRegistry,
    engine: Engine,
}

impl<'a> Trial<'a> {
    /// An engine with the plugins of a registry.
    pub fn new(registry: &'a PluginRegistry) -> Trial<'a> {
        Trial { registry, engine: Engine::new(1) }
    }

    /// The request for timecards in this setting.
    pub fn request(&self, setting: &Setting, detail: Detail) -> Result<Request, Problem> {
        let Setting { ruleset, zones, window } = setting;
        Request::new(vec![Arc::clone(ruleset)], Arc::clone(zones), *window, detail, self.registry)
            .map_err(plugins::unbound)
    }

    /// Evaluates chunks of timecards.
    pub fn evaluate(&self, request: Request, chunks: Vec<CheckedBatch>) -> Result<Vec<Finished>, Problem> {
        self.engine.evaluate(&Arc::new(request), chunks).map_err(plugins::stopped)
    }

    /// Evaluates timecards as one chunk, with full detail.
    pub fn one_chunk(&self, setting: &Setting, cards: &[CardFacts]) -> Result<Evaluations, Problem> {
        let request = self.request(setting, Detail::Full)?;
        let finished = self.evaluate(request, vec![chunk(cards)?])?;
        finished.into_iter().next().map(|chunk| chunk.results).ok_or_else(|| Problem::own("a result is missing"))
    }

    /// Evaluates one timecard.
    pub fn alone(&self, setting: &Setting, card: &CardFacts) -> Result<Evaluations, Problem> {
        self.one_chunk(setting, std::slice::from_ref(card))
    }

    /// Evaluates one timecard with and without plugins, and returns the metrics of the plugins.
    pub fn with_and_without(&self, setting: &Setting, card: &CardFacts) -> Result<WithAndWithout, Problem> {
        let one = |request: Request| -> Result<Evaluations, Problem> {
            let finished = self.evaluate(request, vec![chunk(std::slice::from_ref(card))?])?;
            finished.into_iter().next().map(|chunk| chunk.results).ok_or_else(|| Problem::own("a result is missing"))
        };
        let metrics = Arc::new(PluginMetrics::with_log());
        let with = one(self.request(setting, Detail::Full)?.with_metrics(&metrics))?;
        let without = one(self.request(setting, Detail::Full)?.without_plugins())?;
        Ok(WithAndWithout { with, without, metrics })
    }
}

/// One timecard with and without plugins.
pub struct WithAndWithout {
    /// With them.
    pub with: Evaluations,
    /// Without.
    pub without: Evaluations,
    /// Their metrics.
    pub metrics: Arc<PluginMetrics>,
}

/// The explanation of one card of a chunk.
pub fn explain(setting: &Setting, results: &Evaluations, index: usize) -> Result<Explanation, Problem> {
    let most = words::EXPLANATION_BYTES_MAX;
    let told = words::explain(
        setting.names(),
        &TagDictionary::default(),
        results,
        index,
        setting.zone()?,
        Language::English,
        most,
    );
    told.map_err(|error| Problem::own(error.to_string()))
}
