//! One chunk of timecards on a worker, slice by slice: a few cards at a time, or a batch of cards where plugins are
//! called, and what happens when the engine itself fails on a card.
//!
//! Between two slices an evaluation holds no more than its results and its next card, so the next slice may run on
//! another worker. Neither slices nor workers change a result.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use shiftmill_core::{CheckedBatch, EvaluationError, Evaluations, RowEnds};

use crate::card::{CardMemory, evaluate_cards, fail};
use crate::hook_batch::{self, HookScratch};
use crate::request::{Request, Stopped};

/// Days of a slice without plugins, about: half a millisecond, or two with all explanations.
const SLICE_DAYS: u32 = 4_000;
/// Most cards of a slice without plugins.
const SLICE_CARDS: usize = 256;
/// Days of cards without plugins that are evaluated together: what is known of them fits into the cache of a core, and
/// the instructions of a stage are loaded for enough of them. A card with more days is evaluated by itself.
const TOGETHER_DAYS: u32 = 320;
/// Days of a small call: a fraction of a millisecond.
const CALL_DAYS: u32 = 1_000;
/// Punches on a day with a meal.
const PUNCHES_A_DAY: u32 = 4;

/// Memory that a worker reuses from slice to slice.
#[derive(Debug, Default)]
pub(crate) struct Workspace {
    memory: CardMemory,
    hooks: HookScratch,
    /// The timecards of the last chunk and their rows per list: chunks of one stream have similar sizes.
    last: (usize, RowEnds),
}

/// How far the evaluation of a chunk has come.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    /// The next card.
    next: usize,
    /// The results of the cards before it.
    results: Evaluations,
    /// True after a panic of the engine: each card is evaluated by itself.
    is_guarded: bool,
}

impl Progress {
    /// The results, once the last slice has been evaluated.
    pub(crate) fn into_results(self) -> Evaluations {
        self.results
    }
}

/// A part of a chunk that was evaluated in one go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slice {
    pub(crate) cards: usize,
    /// About how many employee-days they have.
    pub(crate) days: u32,
    /// True when all cards of the chunk are evaluated.
    pub(crate) is_last: bool,
}

/// The most that a slice may have.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SliceLimits {
    pub(crate) cards: usize,
    pub(crate) days: u32,
    /// The days that a card counts at least.
    pub(crate) days_of_a_card: u32,
}

impl Workspace {
    /// Evaluates a whole chunk, in slices as large as they may be.
    ///
    /// # Errors
    /// When the request is stopped as a whole.
    pub(crate) fn evaluate(&mut self, request: &Request, batch: &CheckedBatch) -> Result<Evaluations, Stopped> {
        let mut progress = Progress::default();
        while !self.evaluate_slice(request, batch, u32::MAX, &mut progress)?.is_last {}
        Ok(progress.results)
    }

    /// Evaluates the next cards of a chunk, about `days` of them at most, and one card at least. When the engine panics,
    /// the chunk is evaluated again card by card, and the card that panics gets the error `SM-ENGINE`; the others get
    /// their results.
    ///
    /// # Errors
    /// When the request is stopped as a whole.
    pub(crate) fn evaluate_slice(
        &mut self,
        request: &Request,
        batch: &CheckedBatch,
        days: u32,
        progress: &mut Progress,
    ) -> Result<Slice, Stopped> {
        request.check_cancelled()?;
        let limits = limits(request);
        let (slice, cards) = next_slice(batch, progress.next, SliceLimits { days: days.min(limits.days), ..limits });
        if progress.is_guarded {
            guarded(cards.clone(), &mut progress.results, |index, results| {
                let (mut memory, mut hooks) = (CardMemory::default(), HookScratch::default());
                request.check_cancelled()?;
                hook_batch::evaluate(request, batch, index..index + 1, &mut memory, &mut hooks, results)
            })?;
        } else {
            if progress.next == 0 {
                progress.results = self.room_for(batch);
            }
            let run = || self.evaluate_cards(request, batch, cards.clone(), &mut progress.results);
            let Ok(outcome) = catch_unwind(AssertUnwindSafe(run)) else {
                *self = Workspace::default();
                *progress = Progress { is_guarded: true, ..Progress::default() };
                return Ok(Slice { is_last: false, ..slice });
            };
            outcome?;
            if slice.is_last {
                self.last = (progress.results.cards.len(), progress.results.ends());
            }
        }
        progress.next = cards.end;
        Ok(slice)
    }

    fn evaluate_cards(
        &mut self,
        request: &Request,
        batch: &CheckedBatch,
        cards: Range<usize>,
        results: &mut Evaluations,
    ) -> Result<(), Stopped> {
        let Workspace { memory, hooks, .. } = self;
        if request.has_hooks() {
            return hook_batch::evaluate(request, batch, cards, memory, hooks, results);
        }
        let (mut first, limits) = (cards.start, limits(request));
        while first < cards.end {
            let group = next_group(batch, first..cards.end, limits);
            first = group.end;
            evaluate_cards(request, batch, group, memory, results);
        }
        Ok(())
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

/// The limits of the slices of a request.
fn limits(request: &Request) -> SliceLimits {
    match request.has_hooks() {
        true => hook_batch::LIMITS,
        false => {
            let facts = request.window.facts;
            let window = u32::try_from(facts.last.0.saturating_sub(facts.first.0)).unwrap_or(0);
            SliceLimits { cards: SLICE_CARDS, days: SLICE_DAYS, days_of_a_card: window }
        }
    }
}

/// True when a call has no plugins, and few days or a single timecard.
pub(crate) fn is_small_call(request: &Request, batch: &CheckedBatch) -> bool {
    let limits = SliceLimits { days: CALL_DAYS, ..limits(request) };
    !request.has_hooks() && next_slice(batch, 0, limits).0.is_last
}

/// The slice that begins with card `first`: one card at least, as long as there is one.
fn next_slice(batch: &CheckedBatch, first: usize, limits: SliceLimits) -> (Slice, Range<usize>) {
    let mut days = 0_u32;
    let mut end = first;
    while end < batch.len() && end - first < limits.cards && days < limits.days {
        days = days.saturating_add(days_of(batch, end, limits));
        end += 1;
    }
    (Slice { cards: end - first, days, is_last: end >= batch.len() }, first..end)
}

/// The first of these cards that are evaluated together: one at least.
fn next_group(batch: &CheckedBatch, cards: Range<usize>, limits: SliceLimits) -> Range<usize> {
    let mut days = days_of(batch, cards.start, limits);
    let mut end = cards.start + 1;
    while end < cards.end {
        days = days.saturating_add(days_of(batch, end, limits));
        if days > TOGETHER_DAYS {
            break;
        }
        end += 1;
    }
    cards.start..end
}

/// About how many employee-days a card has, and one more.
fn days_of(batch: &CheckedBatch, card: usize, limits: SliceLimits) -> u32 {
    let columns = batch.columns();
    let punches = columns.punch_count.get(card).copied().unwrap_or(0);
    let shifts = columns.shift_count.get(card).copied().unwrap_or(0);
    shifts.max(punches / PUNCHES_A_DAY).max(limits.days_of_a_card).saturating_add(1)
}

/// Evaluates cards one by one and catches the panic of each. A card is evaluated into separate results first, because a
/// panic could leave half of its rows behind.
fn guarded(
    cards: Range<usize>,
    results: &mut Evaluations,
    run: impl Fn(usize, &mut Evaluations) -> Result<(), Stopped>,
) -> Result<(), Stopped> {
    for index in cards {
        let trial = catch_unwind(AssertUnwindSafe(|| run(index, &mut Evaluations::default())));
        match trial {
            Ok(outcome) => outcome.and_then(|()| run(index, results))?,
            Err(_) => fail(results, EvaluationError::Engine),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use shiftmill_core::{CardFacts, CardResult, Punch, PunchKind, TagId, TimecardBatch, Timestamp};

    use super::*;

    #[test]
    fn the_card_at_fault_gets_an_error_and_the_others_their_results() {
        let run = |index: usize, results: &mut Evaluations| {
            assert!(index != 1, "a panic on purpose");
            let ends = results.ends();
            results.cards.push(CardResult { ends, provisional: index == 2, error: None });
            Ok(())
        };
        let mut results = Evaluations::default();
        guarded(0..2, &mut results, run).unwrap();
        guarded(2..3, &mut results, run).unwrap();
        let errors: Vec<_> = results.cards.iter().map(|card| card.error).collect();
        assert_eq!(errors, [None, Some(EvaluationError::Engine), None]);
        assert!(results.cards[2].provisional);
    }

    /// Cards with so many punches each.
    fn cards(punches: &[i64]) -> CheckedBatch {
        let mut batch = TimecardBatch::default();
        for (index, count) in punches.iter().enumerate() {
            let punch = |number| Punch {
                at: Timestamp(number * 3_600),
                kind: PunchKind::In,
                id: None,
                tag: TagId::NONE,
                recorded_at: None,
            };
            let (employee, punches) = (format!("E{index}"), (0..*count).map(punch).collect());
            batch.push(&CardFacts { employee, punches, ..CardFacts::default() }).unwrap();
        }
        batch.check(1, 1, 0).unwrap()
    }

    #[test]
    fn a_slice_is_limited_in_cards_and_days_and_has_one_card() {
        let limits = SliceLimits { cards: 3, days: 100, days_of_a_card: 0 };
        let batch = cards(&[40, 40, 40, 40, 4_000, 40, 40]);
        let ends = |limits| {
            let mut ends = vec![0];
            while *ends.last().unwrap() < batch.len() {
                ends.push(next_slice(&batch, *ends.last().unwrap(), limits).1.end);
            }
            ends
        };
        assert_eq!(ends(limits), [0, 3, 5, 7]);
        assert_eq!(ends(SliceLimits { days: 1, ..limits }), [0, 1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(ends(SliceLimits { days_of_a_card: 60, ..limits }), [0, 2, 4, 5, 7]);
        let (slice, _) = next_slice(&batch, 5, limits);
        assert_eq!((slice.cards, slice.days, slice.is_last), (2, 22, true));
        assert!(next_slice(&cards(&[]), 0, limits).0.is_last);
    }
}
