//! One timecard of a chunk: its inputs and its row of results.

use shiftmill_core::{Assigned, CardResult, CardState, CheckedBatch, EvaluationError, Evaluations, Inputs, Scratch, evaluate};

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
    let assigned = assigned(request, batch, index);
    match assigned.as_ref().map(|assigned| inputs(request, batch, index, assigned)) {
        Ok(Some(inputs)) => evaluate(&inputs, request.detail, &mut memory.state, &mut memory.scratch, results),
        Ok(None) => fail(results, EvaluationError::Engine),
        Err(error) => fail(results, error.clone()),
    }
}

/// The ruleset and the zone of card `index`, where assignments change them.
///
/// # Errors
/// See [`Assigned::of`].
pub(crate) fn assigned(request: &Request, batch: &CheckedBatch, index: usize) -> Result<Assigned, EvaluationError> {
    let timeline_of = |ruleset: usize| request.rulesets.get(ruleset).map(|ruleset| ruleset.timeline().as_ref());
    Assigned::of(batch, index, timeline_of, &request.zones.zones)
}

/// All that the evaluation of card `index` reads. `None` when the batch was checked against more rulesets or zones
/// than the request has.
pub(crate) fn inputs<'a>(
    request: &'a Request,
    batch: &'a CheckedBatch,
    index: usize,
    assigned: &'a Assigned,
) -> Option<Inputs<'a>> {
    let mut card = batch.timecard(index, &request.zones.zones)?;
    card.zone = assigned.zone.as_ref().unwrap_or(card.zone);
    let number = batch.ruleset(index);
    let own = request.rulesets.get(number)?.timeline();
    let timeline = assigned.timeline.as_ref().unwrap_or(own);
    let tags = request.tag_table(number);
    Some(Inputs { card, timeline, window: &request.window, tags })
}

/// Adds a card that cannot be evaluated.
pub(crate) fn fail(results: &mut Evaluations, error: EvaluationError) {
    let ends = results.ends();
    results.cards.push(CardResult { ends, provisional: false, error: Some(error) });
}
