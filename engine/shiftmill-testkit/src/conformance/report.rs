//! The outcomes of the cases.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Value, json};

/// The outcome of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// The result is as expected.
    Passed,
    /// The result differs.
    Failed,
    /// The rules cannot be expressed, or the result has no such figure.
    Unsupported,
    /// The result differs, and the source itself is not clear.
    Ambiguous,
}

impl Outcome {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Outcome::Passed => "passed",
            Outcome::Failed => "failed",
            Outcome::Unsupported => "unsupported",
            Outcome::Ambiguous => "ambiguous",
        }
    }
}

/// A case with its outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// Its group.
    pub group: String,
    /// Its name.
    pub id: String,
    /// The outcome.
    pub outcome: Outcome,
    /// What differs, or what is missing.
    pub detail: String,
}

/// The outcomes of all cases.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The cases in order.
    pub cases: Vec<Judged>,
}

impl Report {
    /// How many cases have this outcome.
    pub fn count(&self, outcome: Outcome) -> usize {
        self.cases.iter().filter(|case| case.outcome == outcome).count()
    }

    /// The report for machines.
    pub fn json(&self) -> Value {
        let cases: Vec<Value> = self
            .cases
            .iter()
            .map(|case| {
                json!({ "group": case.group, "id": case.id, "outcome": case.outcome.word(), "detail": case.detail })
            })
            .collect();
        json!({
            "passed": self.count(Outcome::Passed),
            "failed": self.count(Outcome::Failed),
            "unsupported": self.count(Outcome::Unsupported),
            "ambiguous": self.count(Outcome::Ambiguous),
            "cases": cases,
        })
    }
}

/// The report for people: counts per group, every difference, and what is missing most often.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut groups: BTreeMap<&str, BTreeMap<Outcome, usize>> = BTreeMap::new();
        let mut missing: BTreeMap<&str, usize> = BTreeMap::new();
        for case in &self.cases {
            *groups.entry(&case.group).or_default().entry(case.outcome).or_default() += 1;
            if case.outcome == Outcome::Unsupported {
                *missing.entry(&case.detail).or_default() += 1;
            }
        }
        let outcomes = [Outcome::Passed, Outcome::Failed, Outcome::Unsupported, Outcome::Ambiguous];
        writeln!(f, "{:<40} {:>7} {:>7} {:>11} {:>9}", "group", "passed", "failed", "unsupported", "ambiguous")?;
        for (group, counts) in &groups {
            let of = outcomes.map(|outcome| counts.get(&outcome).copied().unwrap_or(0));
            writeln!(f, "{group:<40} {:>7} {:>7} {:>11} {:>9}", of[0], of[1], of[2], of[3])?;
        }
        let of = outcomes.map(|outcome| self.count(outcome));
        writeln!(f, "{:<40} {:>7} {:>7} {:>11} {:>9}", "all", of[0], of[1], of[2], of[3])?;
        let mut missing: Vec<(&str, usize)> = missing.into_iter().collect();
        missing.sort_by_key(|entry| std::cmp::Reverse(entry.1));
        writeln!(f, "\nmissing:")?;
        for (feature, count) in missing {
            writeln!(f, "  {count:>4}  {feature}")?;
        }
        for case in self.cases.iter().filter(|case| matches!(case.outcome, Outcome::Failed | Outcome::Ambiguous)) {
            writeln!(f, "\n{} {}: {}", case.outcome.word(), case.id, case.detail)?;
        }
        Ok(())
    }
}
