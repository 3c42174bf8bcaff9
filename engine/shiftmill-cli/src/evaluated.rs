//! Evaluated timecards, ready to be written.

use std::collections::BTreeMap;

use shiftmill::Finished;
use shiftmill::core::{EvaluationError, Zone};
use shiftmill_timecards::write::CardView;

use crate::exit::Exit;
use crate::files::Facts;
use crate::window::Window;

/// Evaluated timecards, with the names that their numbers stand for.
pub struct Evaluated {
    /// The facts without the cards, which are in the chunks.
    pub facts: Facts,
    /// The window.
    pub window: Window,
    /// The zones of employees whose zone changes.
    pub moved: BTreeMap<String, Zone>,
    /// The chunks, in order.
    pub chunks: Vec<Finished>,
}

impl Evaluated {
    /// All timecards in order.
    pub fn cards(&self) -> impl Iterator<Item = CardView<'_>> + Clone {
        self.chunks.iter().flat_map(move |chunk| {
            let keys = chunk.batch.columns().employees.iter().enumerate();
            keys.filter_map(move |(index, key)| self.view(chunk, index, key))
        })
    }

    fn view<'a>(&'a self, chunk: &'a Finished, index: usize, employee: &'a str) -> Option<CardView<'a>> {
        let zone = chunk.batch.columns().zone.get(index).copied().unwrap_or(0);
        Some(CardView {
            employee,
            name: self.facts.names.get(employee).map_or("", String::as_str),
            results: &chunk.results,
            index,
            names: self.facts.names_of(chunk.batch.ruleset(index))?,
            tags: &self.facts.tags,
            split_by: &self.facts.split_by,
            zone: self.moved.get(employee).or_else(|| self.window.zones.get(zone))?,
        })
    }

    /// The exit code after the evaluation.
    pub fn exit(&self) -> Exit {
        let errors = || self.chunks.iter().flat_map(|chunk| &chunk.results.cards).filter_map(|card| card.error);
        if errors().any(|error| error == EvaluationError::Engine) {
            return Exit::OwnFault;
        }
        let left_out = self.facts.report.rejected() > 0 || errors().next().is_some();
        if left_out { Exit::LeftOut } else { Exit::Done }
    }
}
