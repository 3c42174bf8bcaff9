//! One chunk of timecards on one worker: card by card or phase by phase, and what happens when the engine itself
//! fails on a card.

use std::panic::{AssertUnwindSafe, catch_unwind};

use shiftmill_core::{
    CardResult, CardState, CheckedBatch, Detail, EvaluationError, Evaluations, Inputs, Note, Recorder, RowEnds, Silent,
    close, evaluate, open, pay, shape,
};

use crate::engine::{Layout, Request};

/// What a worker keeps from chunk to chunk.
#[derive(Debug, Default)]
pub(crate) struct Workspace {
    card: CardState,
    cards: Vec<CardState>,
    /// The timecards of the last chunk and their rows per list: chunks of one stream are much alike.
    last: (usize, RowEnds),
}

impl Workspace {
    /// Evaluates a chunk. Should the engine panic, the chunk is evaluated again card by card, and the card at fault
    /// gets the error `SM-ENGINE`; the others get their results.
    pub(crate) fn evaluate(&mut self, request: &Request, batch: &CheckedBatch) -> Evaluations {
        let room = self.room_for(batch);
        let whole = catch_unwind(AssertUnwindSafe(|| match request.layout {
            Layout::CardByCard => card_by_card(request, batch, &mut self.card, room),
            Layout::PhaseByPhase => phase_by_phase(request, batch, &mut self.cards),
        }));
        if let Ok(results) = &whole {
            self.last = (results.cards.len(), results.ends());
        }
        whole.unwrap_or_else(|_| {
            *self = Workspace::default();
            guarded(batch.len(), |index, state, results| evaluate_card(request, batch, index, state, results))
        })
    }

    /// Room for the rows of the last chunk where this one has as many timecards, so that a small chunk after a large
    /// one does not take its memory.
    fn room_for(&self, batch: &CheckedBatch) -> Evaluations {
        match self.last {
            (cards, ends) if cards <= batch.len() => Evaluations::with_room(batch.len(), ends),
            _ => Evaluations::default(),
        }
    }
}

fn card_by_card(
    request: &Request,
    batch: &CheckedBatch,
    state: &mut CardState,
    mut results: Evaluations,
) -> Evaluations {
    for index in 0..batch.len() {
        evaluate_card(request, batch, index, state, &mut results);
    }
    results
}

fn evaluate_card(
    request: &Request,
    batch: &CheckedBatch,
    index: usize,
    state: &mut CardState,
    results: &mut Evaluations,
) {
    match inputs(request, batch, index) {
        Some(inputs) => evaluate(&inputs, request.detail, state, results),
        None => fail(results, EvaluationError::Engine),
    }
}

/// All that the evaluation of card `index` reads. `None` when the batch was checked against more rulesets or zones
/// than the request has.
fn inputs<'a>(request: &'a Request, batch: &'a CheckedBatch, index: usize) -> Option<Inputs<'a>> {
    let card = batch.timecard(index, &request.zones.zones)?;
    let ruleset = request.rulesets.get(batch.ruleset(index))?;
    Some(Inputs { card, timeline: ruleset.timeline(), window: &request.window })
}

fn fail(results: &mut Evaluations, error: EvaluationError) {
    let ends = results.ends();
    results.cards.push(CardResult { ends, provisional: false, error: Some(error) });
}

/// Evaluates cards one by one, each behind a guard. A card is tried beside the results first: a panic could leave
/// half of its rows behind.
fn guarded(cards: usize, run: impl Fn(usize, &mut CardState, &mut Evaluations)) -> Evaluations {
    let mut results = Evaluations::default();
    for index in 0..cards {
        let trial = catch_unwind(AssertUnwindSafe(|| {
            run(index, &mut CardState::default(), &mut Evaluations::default());
        }));
        match trial {
            Ok(()) => run(index, &mut CardState::default(), &mut results),
            Err(_) => fail(&mut results, EvaluationError::Engine),
        }
    }
    results
}

fn phase_by_phase(request: &Request, batch: &CheckedBatch, states: &mut Vec<CardState>) -> Evaluations {
    match request.detail {
        Detail::Full => phases::<Vec<Note>>(request, batch, states),
        _ => phases::<Silent>(request, batch, states),
    }
}

/// A recorder of one card whose notes are handed over when the card is closed.
trait CardRecorder: Recorder + Default {
    fn hand_over(&mut self, notes: &mut Vec<Note>);
}

impl CardRecorder for Silent {
    fn hand_over(&mut self, _: &mut Vec<Note>) {}
}

impl CardRecorder for Vec<Note> {
    fn hand_over(&mut self, notes: &mut Vec<Note>) {
        notes.append(self);
    }
}

/// A card between two phases.
struct Underway<'a, R> {
    inputs: Inputs<'a>,
    state: &'a mut CardState,
    recorder: R,
}

fn phases<R: CardRecorder>(request: &Request, batch: &CheckedBatch, states: &mut Vec<CardState>) -> Evaluations {
    if states.len() < batch.len() {
        states.resize_with(batch.len(), CardState::default);
    }
    let begin = |(index, state)| {
        let inputs = inputs(request, batch, index).ok_or(EvaluationError::Engine)?;
        Ok(Underway { inputs, state, recorder: R::default() })
    };
    let mut cards: Vec<Result<Underway<'_, R>, EvaluationError>> =
        states.iter_mut().take(batch.len()).enumerate().map(begin).collect();

    phase(&mut cards, |card| {
        card.state.clear();
        open::open(&card.inputs, card.state, &mut card.recorder)
    });
    phase(&mut cards, |card| shape::shape(&card.inputs, card.state, &mut card.recorder));
    phase(&mut cards, |card| {
        pay::pay(&card.inputs, card.state, &mut card.recorder);
        Ok(())
    });

    let mut results = Evaluations::default();
    for card in cards {
        close_card(card, request.detail, &mut results);
    }
    results
}

/// Takes every card that has not failed through one phase.
fn phase<R>(
    cards: &mut [Result<Underway<'_, R>, EvaluationError>],
    run: impl Fn(&mut Underway<'_, R>) -> Result<(), EvaluationError>,
) {
    for card in cards {
        let outcome = match card {
            Ok(underway) => run(underway),
            Err(_) => Ok(()),
        };
        if let Err(error) = outcome {
            *card = Err(error);
        }
    }
}

fn close_card<R: CardRecorder>(
    card: Result<Underway<'_, R>, EvaluationError>,
    detail: Detail,
    results: &mut Evaluations,
) {
    let starts = results.ends();
    let closed = card.and_then(|mut card| {
        let provisional = close::close(&card.inputs, detail, card.state, results)?;
        card.recorder.hand_over(&mut results.notes);
        Ok(provisional)
    });
    match closed {
        Ok(provisional) => {
            let ends = results.ends();
            results.cards.push(CardResult { ends, provisional, error: None });
        }
        Err(error) => {
            results.truncate(starts);
            fail(results, error);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_card_at_fault_gets_an_error_and_the_others_their_results() {
        let run = |index: usize, _: &mut CardState, results: &mut Evaluations| {
            assert!(index != 1, "a fault of our own, on purpose");
            let ends = results.ends();
            results.cards.push(CardResult { ends, provisional: index == 2, error: None });
        };
        let results = guarded(3, run);
        let errors: Vec<_> = results.cards.iter().map(|card| card.error).collect();
        assert_eq!(errors, [None, Some(EvaluationError::Engine), None]);
        assert!(results.cards[2].provisional);
    }
}
