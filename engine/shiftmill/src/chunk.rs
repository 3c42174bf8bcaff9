//! One chunk of timecards on one worker: card by card, or batch by batch where plugins are called, and what happens
//! when the engine itself fails on a card.

use std::panic::{AssertUnwindSafe, catch_unwind};

use shiftmill_core::{CheckedBatch, EvaluationError, Evaluations, RowEnds};

use crate::card::{CardMemory, evaluate_card, fail};
use crate::hook_batch::{self, HookScratch};
use crate::request::{Request, Stopped};

/// Cards without plugins that are evaluated before the worker checks again whether the request was cancelled: about a
/// millisecond.
const CARDS_IN_A_ROW: usize = 256;

/// What a worker keeps from chunk to chunk.
#[derive(Debug, Default)]
pub(crate) struct Workspace {
    memory: CardMemory,
    hooks: HookScratch,
    /// The timecards of the last chunk and their rows per list: chunks of one stream are much alike.
    last: (usize, RowEnds),
}

impl Workspace {
    /// Evaluates a chunk. Should the engine panic, the chunk is evaluated again card by card, and the card at fault
    /// gets the error `SM-ENGINE`; the others get their results.
    ///
    /// # Errors
    /// When the request is stopped as a whole.
    pub(crate) fn evaluate(&mut self, request: &Request, batch: &CheckedBatch) -> Result<Evaluations, Stopped> {
        request.check_wanted()?;
        let room = self.room_for(batch);
        let whole = catch_unwind(AssertUnwindSafe(|| match request.has_hooks() {
            false => card_by_card(request, batch, &mut self.memory, room),
            true => hook_batch::all(request, batch, &mut self.memory, &mut self.hooks, room),
        }));
        match whole {
            Ok(outcome) => {
                if let Ok(results) = &outcome {
                    self.last = (results.cards.len(), results.ends());
                }
                outcome
            }
            Err(_) => {
                *self = Workspace::default();
                guarded(batch.len(), |index, results| {
                    let (mut memory, mut hooks) = (CardMemory::default(), HookScratch::default());
                    request.check_wanted()?;
                    hook_batch::one(request, batch, index, &mut memory, &mut hooks, results)
                })
            }
        }
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
    memory: &mut CardMemory,
    mut results: Evaluations,
) -> Result<Evaluations, Stopped> {
    for index in 0..batch.len() {
        if index % CARDS_IN_A_ROW == 0 {
            request.check_wanted()?;
        }
        evaluate_card(request, batch, index, memory, &mut results);
    }
    Ok(results)
}

/// Evaluates cards one by one, each behind a guard. A card is tried beside the results first: a panic could leave
/// half of its rows behind.
fn guarded(cards: usize, run: impl Fn(usize, &mut Evaluations) -> Result<(), Stopped>) -> Result<Evaluations, Stopped> {
    let mut results = Evaluations::default();
    for index in 0..cards {
        let trial = catch_unwind(AssertUnwindSafe(|| run(index, &mut Evaluations::default())));
        match trial {
            Ok(outcome) => outcome.and_then(|()| run(index, &mut results))?,
            Err(_) => fail(&mut results, EvaluationError::Engine),
        }
    }
    Ok(results)
}

#[cfg(test)]
mod tests {
    use shiftmill_core::CardResult;

    use super::*;

    #[test]
    fn the_card_at_fault_gets_an_error_and_the_others_their_results() {
        let run = |index: usize, results: &mut Evaluations| {
            assert!(index != 1, "a fault of our own, on purpose");
            let ends = results.ends();
            results.cards.push(CardResult { ends, provisional: index == 2, error: None });
            Ok(())
        };
        let results = guarded(3, run).unwrap();
        let errors: Vec<_> = results.cards.iter().map(|card| card.error).collect();
        assert_eq!(errors, [None, Some(EvaluationError::Engine), None]);
        assert!(results.cards[2].provisional);
    }
}
