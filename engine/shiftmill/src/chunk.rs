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

/// Memory that a worker reuses from chunk to chunk.
#[derive(Debug, Default)]
pub(crate) struct Workspace {
    memory: CardMemory,
    hooks: HookScratch,
    /// The timecards of the last chunk and their rows per list: chunks of one stream have similar sizes.
    last: (usize, RowEnds),
}

impl Workspace {
    /// Evaluates a chunk. When the engine panics, the chunk is evaluated again card by card, and the card that panics
    /// gets the error `SM-ENGINE`; the others get their results.
    ///
    /// # Errors
    /// When the request is stopped as a whole.
    pub(crate) fn evaluate(&mut self, request: &Request, batch: &CheckedBatch) -> Result<Evaluations, Stopped> {
        request.check_cancelled()?;
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
                    request.check_cancelled()?;
                    hook_batch::one(request, batch, index, &mut memory, &mut hooks, results)
                })
            }
        }
    }

    /// Capacity for as many rows as the last chunk had, when this chunk has as many timecards. A small chunk after a
    /// large one gets less, so that it does not need the same memory.
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
            request.check_cancelled()?;
        }
        evaluate_card(request, batch, index, memory, &mut results);
    }
    Ok(results)
}

/// Evaluates cards one by one and catches the panic of each. A card is evaluated into separate results first, because a
/// panic could leave half of its rows behind.
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
            assert!(index != 1, "a panic on purpose");
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
