//! Timecards evaluated for the author of a plugin: as a service would, on this machine, with whoever watches.

use std::sync::Arc;

use shiftmill::core::{
    CardFacts, CheckedBatch, Detail, EvaluationWindow, Evaluations, Names, TimecardBatch, Zone, ZoneTable,
};
use shiftmill::ruleset::Ruleset;
use shiftmill::suites::Claim;
use shiftmill::words::{self, Explanation, Language};
use shiftmill::{Engine, Finished, Request, Shelf, Watch};

use crate::plugins;
use crate::problem::Problem;

/// By what, where and over which days timecards are evaluated.
#[derive(Clone)]
pub struct Setting {
    /// The ruleset.
    pub ruleset: Arc<Ruleset>,
    /// The zone of all employees, as the only one.
    pub zones: Arc<ZoneTable>,
    /// What is asked.
    pub window: EvaluationWindow,
}

impl Setting {
    /// The setting of a claim.
    pub fn of(claim: &Claim) -> Setting {
        Setting { ruleset: Arc::clone(&claim.ruleset), zones: Arc::clone(&claim.zones), window: claim.window }
    }

    /// The zone.
    pub fn zone(&self) -> Result<&Zone, Problem> {
        self.zones.get(0).ok_or_else(|| Problem::own("there is no zone"))
    }

    /// The names of the ruleset.
    pub fn names(&self) -> &Names {
        self.ruleset.timeline().names()
    }

    /// True when nothing that decides a result differs.
    pub fn is_like(&self, other: &Setting) -> bool {
        let zone = |setting: &Setting| setting.zones.get(0).map(|zone| zone.name().to_owned());
        self.ruleset.hash_hex() == other.ruleset.hash_hex() && zone(self) == zone(other) && self.window == other.window
    }
}

/// What evaluates: one worker, so that figures can be compared.
pub struct Trial<'a> {
    shelf: &'a Shelf,
    engine: Engine,
}

impl<'a> Trial<'a> {
    /// Over the plugins of a shelf.
    pub fn new(shelf: &'a Shelf) -> Trial<'a> {
        Trial { shelf, engine: Engine::new(1) }
    }

    /// What is asked of timecards in this setting.
    pub fn request(&self, setting: &Setting, detail: Detail) -> Result<Request, Problem> {
        let Setting { ruleset, zones, window } = setting;
        Request::new(vec![Arc::clone(ruleset)], Arc::clone(zones), *window, detail, self.shelf)
            .map_err(plugins::unbound)
    }

    /// Evaluates chunks of timecards.
    pub fn evaluate(&self, request: Request, chunks: Vec<CheckedBatch>) -> Result<Vec<Finished>, Problem> {
        self.engine.evaluate(&Arc::new(request), chunks).map_err(plugins::stopped)
    }

    /// Evaluates timecards as one chunk, with everything that is to be told of them.
    pub fn one_chunk(&self, setting: &Setting, cards: &[CardFacts]) -> Result<Evaluations, Problem> {
        let request = self.request(setting, Detail::Full)?;
        let finished = self.evaluate(request, vec![chunk(cards)?])?;
        finished.into_iter().next().map(|chunk| chunk.results).ok_or_else(|| Problem::own("a chunk got lost"))
    }

    /// Evaluates one timecard.
    pub fn alone(&self, setting: &Setting, card: &CardFacts) -> Result<Evaluations, Problem> {
        self.one_chunk(setting, std::slice::from_ref(card))
    }

    /// Evaluates one timecard with and without plugins, and tells what was seen of them.
    pub fn with_and_without(&self, setting: &Setting, card: &CardFacts) -> Result<WithAndWithout, Problem> {
        let one = |request: Request| -> Result<Evaluations, Problem> {
            let finished = self.evaluate(request, vec![chunk(std::slice::from_ref(card))?])?;
            finished.into_iter().next().map(|chunk| chunk.results).ok_or_else(|| Problem::own("a chunk got lost"))
        };
        let watch = Arc::new(Watch::listening());
        let with = one(self.request(setting, Detail::Full)?.watched(&watch))?;
        let without = one(self.request(setting, Detail::Full)?.without_plugins())?;
        Ok(WithAndWithout { with, without, watch })
    }
}

/// One timecard with and without plugins.
pub struct WithAndWithout {
    /// With them.
    pub with: Evaluations,
    /// Without.
    pub without: Evaluations,
    /// What was seen of them.
    pub watch: Arc<Watch>,
}

/// Columns of some cards.
pub fn chunk(cards: &[CardFacts]) -> Result<CheckedBatch, Problem> {
    let mut batch = TimecardBatch::default();
    for card in cards {
        batch.push(card).map_err(|error| Problem::own(format!("employee `{}`", card.employee)).cause(error))?;
    }
    batch.check(1, 1).map_err(|error| Problem::own("facts that do not fit together").cause(error))
}

/// The results of one card of a chunk in words.
pub fn explain(setting: &Setting, results: &Evaluations, index: usize) -> Result<Explanation, Problem> {
    let told = words::explain(setting.names(), results, index, setting.zone()?, Language::English);
    told.ok_or_else(|| Problem::own("the result got lost"))
}

/// What a card of a chunk carries over, by the names of the keys.
pub fn carried(names: &Names, results: &Evaluations, index: usize) -> Vec<(String, i64)> {
    let (from, to) = (results.starts(index).carried, results.cards.get(index).map_or(0, |card| card.ends.carried));
    let name = |key: u16| names.carried.get(usize::from(key)).cloned().unwrap_or_default();
    results.carried.rows(from as usize..to as usize).map(|row| (name(row.key.0), row.value)).collect()
}
