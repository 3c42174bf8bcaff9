//! The settings of an evaluation.

use shiftmill_core::{Detail, EvaluationWindow, TagDictionary};
use shiftmill_proto::v1;
use shiftmill_wire::{Vocabulary, write_detail, write_tags, write_window};

/// Rulesets, zones, days and detail of an evaluation.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The rulesets in use; a timecard names one by its position.
    pub rulesets: Vec<Ruleset>,
    /// The IANA zones in use, such as `America/Chicago`; a timecard names one by its position.
    pub zones: Vec<String>,
    /// Which days to pay, which days the facts cover, and the instant as of which is calculated.
    pub window: EvaluationWindow,
    /// The facts are complete for all days of context that the rulesets need: where they show no work, nobody worked.
    /// The service then knows which days these are, and `window.facts` is not sent.
    pub complete: bool,
    /// How much of the derivation the results contain.
    pub detail: Detail,
    /// The tags that timecards refer to by their numbers.
    pub tags: TagDictionary,
    /// The names of tags by which totals of the pay period are split, at most 8. A split total names one by its position.
    pub split_totals_by: Vec<String>,
    /// Employees may change from one of the rulesets to another, by date or by job.
    pub join_rulesets: bool,
}

/// Where a ruleset comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ruleset {
    /// A ruleset that the service has loaded, or a preset such as `us-california@2`.
    Named(String),
    /// The document itself.
    Document {
        /// Its name in mistakes.
        file_name: String,
        /// TOML.
        text: String,
    },
}

impl From<Ruleset> for v1::RulesetSource {
    fn from(ruleset: Ruleset) -> v1::RulesetSource {
        use v1::ruleset_source::Source;
        match ruleset {
            Ruleset::Named(name) => v1::RulesetSource { source: Some(Source::Name(name)), file_name: String::new() },
            Ruleset::Document { file_name, text } => v1::RulesetSource { source: Some(Source::Text(text)), file_name },
        }
    }
}

fn window(settings: &Settings) -> v1::Window {
    let window = write_window(&settings.window);
    match settings.complete {
        true => v1::Window { facts_first: String::new(), facts_last: String::new(), complete: true, ..window },
        false => window,
    }
}

impl From<Settings> for v1::Header {
    fn from(settings: Settings) -> v1::Header {
        let window = Some(window(&settings));
        v1::Header {
            rulesets: settings.rulesets.into_iter().map(v1::RulesetSource::from).collect(),
            zones: settings.zones,
            window,
            detail: write_detail(settings.detail).into(),
            tags: write_tags(&settings.tags),
            split_totals_by: settings.split_totals_by,
            join_rulesets: settings.join_rulesets,
            ..v1::Header::default()
        }
    }
}

/// A request that is ready to be sent: its header, and the names by which timecards are written.
#[derive(Clone, Debug)]
pub struct Request {
    header: v1::Header,
    vocabulary: Vocabulary,
}

impl Request {
    /// A request whose rulesets this program has compiled itself. With [`crate::Client::prepare`] the service compiles
    /// them.
    pub fn new(header: impl Into<v1::Header>, vocabulary: Vocabulary) -> Request {
        let (shifts, carried_keys) = (vocabulary.shifts().to_vec(), vocabulary.carried_keys().to_vec());
        Request { header: v1::Header { shifts, carried_keys, ..header.into() }, vocabulary }
    }

    /// The header as it is sent.
    pub fn header(&self) -> &v1::Header {
        &self.header
    }

    /// The numbers of shifts, leave, rules and carried keys, for timecards that name them.
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }
}
