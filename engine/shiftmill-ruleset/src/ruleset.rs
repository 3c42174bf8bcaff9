//! A compiled ruleset: the plans by date, and a description of their document.

use std::fmt::Write;
use std::sync::Arc;

use sha2::{Digest, Sha256};
use shiftmill_core::{ContextDays, PlanTimeline, RuleId, Workday};

use crate::canonical;
use crate::check::{Table, Value};
use crate::compile::{self, Parts};
use crate::effective::Version;
use crate::extends::Layers;
use crate::mistake::Finder;

/// Most rulesets that are numbered together.
pub const JOINED_RULESETS_MAX: usize = 32;
/// Most shifts that they have together: every version of each knows the shifts of all.
const JOINED_SHIFTS_MAX: usize = 1_024;

/// A ruleset that has been checked and compiled.
#[derive(Clone, Debug)]
pub struct Ruleset {
    timeline: Arc<PlanTimeline>,
    parts: Arc<Parts>,
    name: String,
    version: String,
    description: String,
    source: String,
    not_covered: Vec<String>,
    extends: Vec<String>,
    shared: bool,
    sources: Vec<Option<String>>,
    canonical: String,
    hash: [u8; 32],
}

impl Ruleset {
    pub(crate) fn new(parts: Parts, layers: &Layers, timeline: PlanTimeline) -> Ruleset {
        let versions = parts.versions.as_slice();
        let text = |name: &str| {
            let first = versions.first().and_then(|version| version.table.text(name));
            first.unwrap_or_default().to_owned()
        };
        let canonical = canonical::canonical(versions, &timeline);
        let hash = Sha256::digest(canonical.as_bytes()).into();
        let sources = sources(versions, &timeline);
        let not_covered = versions.first().map(|version| version.table.texts("not_covered")).unwrap_or_default();
        Ruleset {
            timeline: Arc::new(timeline),
            name: text("name"),
            version: text("version"),
            description: text("description"),
            source: text("source"),
            not_covered: not_covered.iter().map(|entry| entry.text.clone()).collect(),
            extends: layers.chain.clone(),
            shared: versions.first().is_some_and(|version| version.table.flag("shared")),
            sources,
            canonical,
            hash,
            parts: Arc::new(parts),
        }
    }

    /// The same rulesets, at most [`JOINED_RULESETS_MAX`], numbered together: an employee may change from one to another. Rules of one name share their
    /// counters. Everything else, also the hashes, is as before.
    ///
    /// # Errors
    /// [`JoinError`].
    pub fn join(rulesets: &[Arc<Ruleset>]) -> Result<Vec<Arc<Ruleset>>, JoinError> {
        if rulesets.len() > JOINED_RULESETS_MAX {
            let message = format!("{} are given; the maximum is {JOINED_RULESETS_MAX}", rulesets.len());
            return Err(JoinError::TooMuch { message });
        }
        let shifts: usize = rulesets.iter().map(|ruleset| ruleset.timeline.names().shifts.len()).sum();
        if shifts > JOINED_SHIFTS_MAX {
            let message = format!("they have {shifts} shifts; the maximum is {JOINED_SHIFTS_MAX}");
            return Err(JoinError::TooMuch { message });
        }
        for (index, ruleset) in rulesets.iter().enumerate() {
            rulesets.iter().take(index).try_for_each(|earlier| check_same_meanings(earlier, ruleset))?;
        }
        let mut mistakes = Finder::default();
        let parts: Vec<&Parts> = rulesets.iter().map(|ruleset| ruleset.parts.as_ref()).collect();
        let alone: Vec<&PlanTimeline> = rulesets.iter().map(|ruleset| ruleset.timeline.as_ref()).collect();
        let timelines = compile::join(&parts, &alone, &mut mistakes);
        match (mistakes.first_message(), timelines) {
            (None, Some(timelines)) => {
                let joined = rulesets.iter().zip(timelines).map(|(ruleset, timeline)| {
                    let sources = sources(&ruleset.parts.versions, &timeline);
                    Arc::new(Ruleset { timeline: Arc::new(timeline), sources, ..Ruleset::clone(ruleset) })
                });
                Ok(joined.collect())
            }
            (message, _) => Err(JoinError::TooMuch { message: message.unwrap_or_default() }),
        }
    }

    /// The plans, each with the workday from which it is in force.
    pub fn timeline(&self) -> &Arc<PlanTimeline> {
        &self.timeline
    }

    /// The same ruleset with a change on a workday, from which every plugin is bound anew: [`PlanTimeline::rebound_from`].
    /// Everything else, also the hash, is that of the document. For trials.
    pub fn rebound_from(&self, workday: Workday) -> Ruleset {
        Ruleset { timeline: Arc::new(self.timeline.rebound_from(workday)), ..self.clone() }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its version, free text; empty when the document gives none.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The employees that it is for; empty when the document does not state it.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// What a reader might expect and the ruleset does not cover, with inherited entries.
    pub fn not_covered(&self) -> &[String] {
        &self.not_covered
    }

    /// The documents that it extends, nearest first.
    pub fn extends(&self) -> &[String] {
        &self.extends
    }

    /// True when it is in the folder of a service for all: rulesets that callers send may extend it.
    pub fn is_shared(&self) -> bool {
        self.shared
    }

    /// Where a rule is written down: the rule's own source, else the document's.
    pub fn source_of(&self, rule: RuleId) -> Option<&str> {
        let own = self.sources.get(usize::from(rule.0)).and_then(Option::as_deref);
        own.or((!self.source.is_empty()).then_some(self.source.as_str()))
    }

    /// The canonical form, JSON; the same for documents with the same content.
    pub fn canonical(&self) -> &str {
        &self.canonical
    }

    /// SHA-256 of the canonical form.
    pub fn hash(&self) -> [u8; 32] {
        self.hash
    }

    /// The hash in hexadecimal digits.
    pub fn hash_hex(&self) -> String {
        self.hash.iter().fold(String::with_capacity(64), |mut text, byte| {
            // Writing to a text cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
    }

    /// The most days of facts that any version needs around the days it pays.
    pub fn context(&self) -> ContextDays {
        self.timeline.context()
    }
}

/// Why rulesets cannot be numbered together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JoinError {
    /// A name means different things in two of them.
    #[error(
        "the {what} `{name}` is not the same in the rulesets `{first}` and `{second}`, so no employee can change between them; give one of both another name"
    )]
    Differs {
        /// What has the name.
        what: &'static str,
        /// The name.
        name: String,
        /// The ruleset that comes first.
        first: String,
        /// The other.
        second: String,
    },
    /// Together they have more of something than one ruleset may have, or their plugins have no common order.
    #[error("the rulesets cannot be used together: {message}")]
    TooMuch {
        /// What there is too much of.
        message: String,
    },
}

/// Pay codes and leave of one name must mean the same.
fn check_same_meanings(first: &Ruleset, second: &Ruleset) -> Result<(), JoinError> {
    let [one, other] = [first, second].map(|ruleset| ruleset.timeline.names());
    let differs = |what: &'static str, name: &str| JoinError::Differs {
        what,
        name: name.to_owned(),
        first: first.name.clone(),
        second: second.name.clone(),
    };
    let code = one.pay_codes.iter().find(|code| other.pay_codes.iter().any(|it| it.name == code.name && it != *code));
    if let Some(code) = code {
        return Err(differs("pay code", &code.name));
    }
    let pays_to = |ruleset: &Ruleset, name: &str| {
        let names = ruleset.timeline.names();
        let index = names.leave.iter().position(|leave| leave == name)?;
        let code = ruleset.timeline.at(Workday::FIRST).leave.codes.get(index)?.pays_to;
        names.pay_code(code).map(|code| code.name.clone())
    };
    let both = one.leave.iter().filter(|name| other.leave.contains(name));
    match both.into_iter().find(|name| pays_to(first, name) != pays_to(second, name)) {
        Some(name) => Err(differs("leave", name)),
        None => Ok(()),
    }
}

/// The source of every rule that has one of its own.
fn sources(versions: &[Version], timeline: &PlanTimeline) -> Vec<Option<String>> {
    let rules = &timeline.names().rules;
    let mut sources = vec![None; rules.len()];
    versions.iter().for_each(|version| gather_sources(&version.table, rules, &mut sources));
    sources
}

/// Collects the source of every rule inside a table; the first version with a source counts.
fn gather_sources(table: &Table, rules: &[String], sources: &mut [Option<String>]) {
    for (_, value) in table.entries() {
        let inner: &[Table] = if let Value::Table(inner) = value {
            std::slice::from_ref(inner)
        } else if let Value::Tables(tables) = value {
            tables
        } else {
            &[]
        };
        for table in inner {
            note_source(table, rules, sources);
            gather_sources(table, rules, sources);
        }
    }
}

fn note_source(table: &Table, rules: &[String], sources: &mut [Option<String>]) {
    let text = |name: &str| match table.entries().find(|entry| entry.0 == name) {
        Some((_, Value::Text(text))) => Some(text),
        _ => None,
    };
    if let (Some(name), Some(source)) = (text("name"), text("source")) {
        // The rules of a plugin are named `plugin/rule`, and have the source of the plugin.
        let of_table = |rule: &str| rule == name || rule.split_once('/').is_some_and(|(plugin, _)| plugin == name);
        let slots = rules.iter().zip(sources).filter(|(rule, slot)| of_table(rule) && slot.is_none());
        slots.for_each(|(_, slot)| *slot = Some(source.clone()));
    }
}
