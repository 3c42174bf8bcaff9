//! A compiled ruleset: the plans by date, and a description of their document.

use std::fmt::Write;
use std::sync::Arc;

use sha2::{Digest, Sha256};
use shiftmill_core::{ContextDays, PlanTimeline, RuleId, Workday};

use crate::canonical;
use crate::check::{Table, Value};
use crate::effective::Version;
use crate::extends::Layers;

/// A ruleset that has been checked and compiled.
#[derive(Clone, Debug)]
pub struct Ruleset {
    timeline: Arc<PlanTimeline>,
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
    pub(crate) fn new(versions: &[Version], layers: &Layers, timeline: PlanTimeline) -> Ruleset {
        let text = |name: &str| {
            let first = versions.first().and_then(|version| version.table.text(name));
            first.unwrap_or_default().to_owned()
        };
        let canonical = canonical::canonical(versions, &timeline);
        let hash = Sha256::digest(canonical.as_bytes()).into();
        let mut sources = vec![None; timeline.names().rules.len()];
        for version in versions {
            gather_sources(&version.table, &timeline.names().rules, &mut sources);
        }
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
