//! The engine, called for one card.

use shiftmill_core::{
    CardFacts, CardState, Detail, EvaluationWindow, Evaluations, Inputs, PlanTimeline, TimecardBatch, Zone, evaluate,
};

use crate::outcome::Outcome;

/// One question: a card, its zone, its rules and what is asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// The facts.
    pub facts: CardFacts,
    /// The home zone.
    pub zone: Zone,
    /// The rules.
    pub timeline: PlanTimeline,
    /// What is asked.
    pub window: EvaluationWindow,
}

/// The engine's rows for one question.
pub fn rows(question: &Question, detail: Detail) -> Evaluations {
    let mut results = Evaluations::default();
    rows_with(question, detail, &mut CardState::default(), &mut results);
    results
}

/// Adds the engine's rows for one question, with the caller's working memory.
pub fn rows_with(question: &Question, detail: Detail, state: &mut CardState, results: &mut Evaluations) {
    let mut batch = TimecardBatch::default();
    let facts = CardFacts { ruleset: 0, zone: 0, ..question.facts.clone() };
    batch.push(&facts).expect("generated punches lie near each other");
    let batch = batch.check(1, 1).expect("generated columns fit together");
    let zones = std::slice::from_ref(&question.zone);
    let card = batch.timecard(0, zones).expect("the batch has one card");
    let inputs = Inputs { card, timeline: &question.timeline, window: &question.window };
    evaluate(&inputs, detail, state, results);
}

/// The engine's answer to one question.
pub fn answer(question: &Question) -> Outcome {
    Outcome::of(&rows(question, Detail::Workdays), 0)
}
