//! The whole result of a card, and the differences between two of them.

use shiftmill_core::{Evaluations, Names, TagDictionary};

use super::{Setting, TrialError};
use crate::words::{self, Explanation, Language};

/// The whole result of a card.
#[derive(Debug, PartialEq)]
pub struct CardReport {
    explanation: Explanation,
    carried: Vec<(String, i64)>,
}

impl CardReport {
    /// The report of card `index` of a chunk that was evaluated with full detail.
    ///
    /// # Errors
    /// [`TrialError::Lost`] when there is no such card.
    pub fn of(setting: &Setting, results: &Evaluations, index: usize) -> Result<CardReport, TrialError> {
        let (names, zone) = (setting.names(), setting.zone()?);
        // The edits of the 16 plugins that a ruleset may have, in a week, have fewer words.
        let most = words::EXPLANATION_BYTES_MAX;
        let explained = words::explain(names, &TagDictionary::default(), results, index, zone, Language::English, most);
        let explanation = explained.map_err(|_| TrialError::Lost)?;
        Ok(CardReport { explanation, carried: carried(names, results, index) })
    }

    /// The first line of each that the other does not have.
    pub fn first_difference(&self, other: &CardReport) -> (String, String) {
        let (own, others) = (self.lines(), other.lines());
        let only = |here: &[String], there: &[String]| {
            let line = here.iter().find(|line| !there.contains(line));
            line.map_or_else(|| String::from("no such line"), |line| line.trim().to_owned())
        };
        (only(&own, &others), only(&others, &own))
    }

    fn lines(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.explanation.error.iter().cloned().collect();
        for day in &self.explanation.days {
            let text = day.to_string();
            lines.extend(text.lines().map(|line| format!("{}: {}", day.workday, line.trim())));
        }
        lines.extend(self.explanation.other_steps.iter().cloned());
        lines.extend(self.carried.iter().map(|(key, value)| format!("carries {key} {value}")));
        lines
    }
}

/// What a card of a chunk carries over, by the names of the keys.
pub fn carried(names: &Names, results: &Evaluations, index: usize) -> Vec<(String, i64)> {
    let name = |key: u16| names.carried.get(usize::from(key)).cloned().unwrap_or_default();
    results.carried.rows(results.rows_of(index).carried).map(|row| (name(row.key.0), row.value)).collect()
}
