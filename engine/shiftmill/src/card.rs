//! One timecard of a chunk: its inputs and its row of results.

use shiftmill_core::{CardResult, CardState, CheckedBatch, EvaluationError, Evaluations, Inputs, Scratch, evaluate};

use crate::request::Request;

/// Memory that a worker reuses from card to card.
#[derive(Debug, Default)]
pub(crate) struct CardMemory {
    /// The state of the current card.
    pub(crate) state: CardState,
    /// The scratch of all cards, also of those whose states wait at a hook.
    pub(crate) scratch: Scratch,
}

/// Evaluates a card without plugins.
pub(crate) fn evaluate_card(
    request: &Request,
    batch: &CheckedBatch,
    index: usize,
    memory: &mut CardMemory,
    results: &mut Evaluations,
) {
    match inputs(request, batch, index) {
        Some(inputs) => evaluate(&inputs, request.detail, &mut memory.state, &mut memory.scratch, results),
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
