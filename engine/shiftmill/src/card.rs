//! The timecards of a chunk: their inputs and their rows of results.

use std::ops::Range;
use std::slice;

use shiftmill_core::{
    CardResult, CardState, CheckedBatch, EvaluationError, Evaluations, Inputs, Scratch, evaluate_together,
};

use crate::hook_batch::give_back;
use crate::request::Request;

/// Memory that a worker reuses from card to card.
#[derive(Debug, Default)]
pub(crate) struct CardMemory {
    /// The states of the cards that are evaluated together. The first keeps the memory of the largest card that it ever
    /// had, the others what usual cards need.
    pub(crate) states: Vec<CardState>,
    /// The scratch of all cards, also of those whose states wait at a hook.
    pub(crate) scratch: Scratch,
}

/// Evaluates cards without plugins together.
pub(crate) fn evaluate_cards(
    request: &Request,
    batch: &CheckedBatch,
    cards: Range<usize>,
    memory: &mut CardMemory,
    results: &mut Evaluations,
) {
    match cards.clone().map(|index| inputs(request, batch, index)).collect::<Option<Vec<_>>>() {
        Some(inputs) => evaluate_together(&inputs, request.detail, &mut memory.states, &mut memory.scratch, results),
        None => cards.for_each(|index| evaluate_card(request, batch, index, memory, results)),
    }
    memory.states.iter_mut().skip(1).for_each(give_back);
}

/// Evaluates a card without plugins.
pub(crate) fn evaluate_card(
    request: &Request,
    batch: &CheckedBatch,
    index: usize,
    memory: &mut CardMemory,
    results: &mut Evaluations,
) {
    match inputs(request, batch, index).as_ref().map(slice::from_ref) {
        Some(inputs) => evaluate_together(inputs, request.detail, &mut memory.states, &mut memory.scratch, results),
        None => fail(results, EvaluationError::Engine),
    }
}

/// All that the evaluation of card `index` reads. `None` when the batch was checked against more rulesets or zones
/// than the request has.
pub(crate) fn inputs<'a>(request: &'a Request, batch: &'a CheckedBatch, index: usize) -> Option<Inputs<'a>> {
    let card = batch.timecard(index, &request.zones.zones)?;
    let number = batch.ruleset(index);
    let ruleset = request.rulesets.get(number)?;
    let tags = request.tag_table(number);
    Some(Inputs { card, timeline: ruleset.timeline(), window: &request.window, tags })
}

/// Adds a card that cannot be evaluated.
pub(crate) fn fail(results: &mut Evaluations, error: EvaluationError) {
    let ends = results.ends();
    results.cards.push(CardResult { ends, provisional: false, error: Some(error) });
}
