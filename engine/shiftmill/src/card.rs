//! The timecards of a chunk: their inputs and their rows of results.

use std::ops::Range;
use std::slice;

use shiftmill_core::{
    Assigned, CardResult, CardState, CheckedBatch, EvaluationError, Evaluations, Inputs, Scratch, evaluate_together,
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
    // Nearly always nobody has an assignment.
    let no_change = Assigned::default();
    let changes = !batch.columns().assignments.is_empty();
    let assigned: Vec<Assigned> = match changes {
        true => cards.clone().map_while(|index| assigned(request, batch, index).ok()).collect(),
        false => Vec::new(),
    };
    let is_complete = !changes || assigned.len() == cards.len();
    let assigned = assigned.iter().chain(std::iter::repeat(&no_change));
    let inputs = cards.clone().zip(assigned).map(|(index, assigned)| inputs(request, batch, index, assigned));
    match inputs.collect::<Option<Vec<_>>>().filter(|_| is_complete) {
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
    let assigned = assigned(request, batch, index);
    match assigned.as_ref().map(|assigned| inputs(request, batch, index, assigned)) {
        Ok(Some(inputs)) => {
            let inputs = slice::from_ref(&inputs);
            evaluate_together(inputs, request.detail, &mut memory.states, &mut memory.scratch, results);
        }
        Ok(None) => fail(results, EvaluationError::Engine),
        Err(error) => fail(results, *error),
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
