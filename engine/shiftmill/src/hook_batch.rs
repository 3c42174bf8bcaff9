//! Batches: consecutive cards that stop together at the hooks of plugins.
//!
//! ```text
//! chunk ─→ batch ─→ stage ─┬─→ stage ─┬─→ … ─┬─→ close, in the order of the cards
//!                         hook       hook   hook
//!                          └── each plugin in its order: call for all cards of its ruleset, apply the edits to each
//! ```
//!
//! Which stages there are, and at which hook a card stops after each, is stated by [`Stage`].
//!
//! Between two hooks at which a plugin is called, a few cards at a time are evaluated stage by stage, as in `evaluate_together`.
//! A batch is small enough that all of its cards stay in the cache from one hook to the next, and smaller where plugins
//! take long. Cards without plugins do not stop: each is evaluated as a whole when the batch is closed.

use std::ops::Range;
use std::time::Instant;

use shiftmill_core::{
    Assigned, CardResult, CardState, CheckedBatch, Detail, EvaluationError, Evaluations, ExceptionCode, FailureCode,
    Hook, Inputs, Note, Noticed, OnFailure, PluginFailure, Proposal, Recorder, RuleId, Scratch, Seconds, Silent, Stage,
    apply, close,
};
use shiftmill_plugin_host::{Answers, Bound, CallScratch, CardFailure, HookCard};

use crate::card::{CardMemory, assigned, evaluate_card, fail, inputs};
use crate::chunk::SliceLimits;
use crate::request::{Request, Stopped};

/// About how many employee-days a batch has: the states of its cards fit into the cache of a core, and a call of a
/// plugin is spread over enough of them.
const BATCH_DAYS: u32 = 2_000;
/// Most cards of a batch: those of a weekly pattern have days that their facts do not show.
pub(crate) const BATCH_CARDS: usize = 512;
/// Cards that are taken through a stage before the next one begins.
const CARDS_TOGETHER: usize = 16;
/// The most that a batch has; a slice is one batch.
pub(crate) const LIMITS: SliceLimits = SliceLimits { cards: BATCH_CARDS, days: BATCH_DAYS, days_of_a_card: 0 };
/// Rows that the state of a card may hold from batch to batch: those of about a quarter of a year. Any state may get a
/// large card once, and all of them together must not keep the memory of so many.
const ROWS_KEPT: usize = 1_536;

/// Memory that a worker reuses from batch to batch.
#[derive(Debug, Default)]
pub(crate) struct HookScratch {
    /// One for each card that stops at hooks.
    states: Vec<CardState>,
    calls: CallScratch,
}

/// Evaluates consecutive cards of a chunk as one batch.
///
/// # Errors
/// When the request is stopped, by a plugin or by the caller.
pub(crate) fn evaluate(
    request: &Request,
    batch: &CheckedBatch,
    cards: Range<usize>,
    memory: &mut CardMemory,
    hooks: &mut HookScratch,
    results: &mut Evaluations,
) -> Result<(), Stopped> {
    match request.detail {
        Detail::Full => HookBatch::<Vec<Note>>::evaluate(request, batch, cards, memory, hooks, results),
        Detail::Totals | Detail::Workdays | Detail::Spans => {
            HookBatch::<Silent>::evaluate(request, batch, cards, memory, hooks, results)
        }
    }
}

/// A recorder of one card whose notes are handed over when the card is closed.
trait CardRecorder: Recorder + Default {
    fn notes(&mut self) -> Option<&mut Vec<Note>>;

    fn hand_over(&mut self, notes: &mut Vec<Note>);
}

impl CardRecorder for Silent {
    fn notes(&mut self) -> Option<&mut Vec<Note>> {
        None
    }

    fn hand_over(&mut self, _: &mut Vec<Note>) {}
}

impl CardRecorder for Vec<Note> {
    fn notes(&mut self) -> Option<&mut Vec<Note>> {
        Some(self)
    }

    fn hand_over(&mut self, notes: &mut Vec<Note>) {
        notes.append(self);
    }
}

/// A card that is evaluated from hook to hook.
struct Underway<'a, R> {
    /// Its position in the chunk.
    index: usize,
    /// The first of the rulesets whose plugins are numbered as those of its own.
    group: usize,
    inputs: Inputs<'a>,
    state: &'a mut CardState,
    recorder: R,
    /// The plugins, by their numbers, that have changed it.
    changed_by: Vec<u16>,
    /// The plugins that failed on it and are not called for it again.
    left_out: Vec<u16>,
    /// How plugins failed on it.
    failures: Vec<PluginFailure>,
    /// Why it is not evaluated further.
    error: Option<EvaluationError>,
}

/// The cards of a batch that stop at hooks, in the order of the chunk.
struct HookBatch<'a, R> {
    request: &'a Request,
    batch: &'a CheckedBatch,
    cards: Vec<Underway<'a, R>>,
}

impl<'a, R: CardRecorder> HookBatch<'a, R> {
    fn evaluate(
        request: &Request,
        batch: &CheckedBatch,
        cards: Range<usize>,
        memory: &mut CardMemory,
        hooks: &mut HookScratch,
        results: &mut Evaluations,
    ) -> Result<(), Stopped> {
        let HookScratch { states, calls } = hooks;
        let stopping = cards.clone().filter(|index| request.stops(batch.ruleset(*index)));
        let assigned: Vec<_> = stopping.map(|index| (index, assigned(request, batch, index))).collect();
        let hook_batch = HookBatch::<'_, R>::begin(request, batch, &assigned, states);
        let outcome = hook_batch.run(cards.clone(), memory, calls, results);
        states.iter_mut().take(cards.len()).for_each(give_back);
        outcome
    }

    /// Takes all cards from hook to hook and closes them.
    fn run(
        mut self,
        cards: Range<usize>,
        memory: &mut CardMemory,
        calls: &mut CallScratch,
        results: &mut Evaluations,
    ) -> Result<(), Stopped> {
        let request = self.request;
        let mut ahead = Stage::ALL.as_slice();
        while let Some((stages, hook, later)) = up_to_hook(ahead, |hook| request.stops_at(hook)) {
            self.advance(stages, &mut memory.scratch);
            ahead = later;
            for (group, bound) in request.calls_at(hook) {
                self.call(hook, group, bound, calls, &mut memory.scratch)?;
            }
        }
        self.finish(ahead, cards, memory, results);
        Ok(())
    }

    /// Gives a state to every card that stops at hooks.
    fn begin(
        request: &'a Request,
        batch: &'a CheckedBatch,
        assigned: &'a [(usize, Result<Assigned, EvaluationError>)],
        states: &'a mut Vec<CardState>,
    ) -> HookBatch<'a, R> {
        if states.len() < assigned.len() {
            states.resize_with(assigned.len(), CardState::default);
        }
        // A card whose assignments cannot be followed does not stop, and is an error when the batch is closed.
        let begin = |((index, assigned), state): (&'a (usize, Result<Assigned, _>), _)| {
            Some(Underway {
                index: *index,
                group: request.group(batch.ruleset(*index)),
                inputs: inputs(request, batch, *index, assigned.as_ref().ok()?)?,
                state,
                recorder: R::default(),
                changed_by: Vec::new(),
                left_out: Vec::new(),
                failures: Vec::new(),
                error: None,
            })
        };
        HookBatch { request, batch, cards: assigned.iter().zip(states).filter_map(begin).collect() }
    }

    /// Takes every card through some stages, a few cards at a time: the instructions of a stage and what is known of
    /// these cards stay in the cache.
    fn advance(&mut self, stages: &[Stage], scratch: &mut Scratch) {
        for cards in self.cards.chunks_mut(CARDS_TOGETHER) {
            for stage in stages {
                cards.iter_mut().for_each(|card| card.advance(*stage, scratch));
            }
        }
    }

    /// Calls a plugin for the cards of its rulesets on which it is in force, and applies what it proposes.
    fn call(
        &mut self,
        hook: Hook,
        group: usize,
        bound: &Bound,
        calls: &mut CallScratch,
        scratch: &mut Scratch,
    ) -> Result<(), Stopped> {
        let (number, facts) = (bound.index(), self.request.window.facts);
        let concerned = |card: &Underway<'_, R>| {
            let is_called = card.group == group && card.error.is_none() && !card.left_out.contains(&number);
            is_called && card.inputs.timeline.is_in_force_within(number, facts)
        };
        let keys = &self.batch.columns().employees;
        let shown = self.cards.iter().filter(|card| concerned(card)).map(|card| HookCard {
            key: keys.get(card.index).map_or("", String::as_str),
            inputs: &card.inputs,
            state: card.state,
        });
        let shown: Vec<HookCard<'_>> = shown.collect();
        if shown.is_empty() {
            return Ok(());
        }
        let answers = self.call_recorded(hook, bound, &shown, calls)?;
        drop(shown);
        if answers.change_nothing() {
            return Ok(());
        }
        for (place, card) in self.cards.iter_mut().filter(|card| concerned(card)).enumerate() {
            card.take(hook, bound, &answers, place, scratch);
        }
        Ok(())
    }

    /// Calls a plugin and records its metrics.
    fn call_recorded(
        &self,
        hook: Hook,
        bound: &Bound,
        shown: &[HookCard<'_>],
        calls: &mut CallScratch,
    ) -> Result<Answers, Stopped> {
        let Some(metrics) = self.request.metrics() else {
            return bound.call(hook, shown, calls).map_err(|error| self.request.stop(error));
        };
        calls.set_log_bytes(metrics.log_bytes_max());
        let began = Instant::now();
        let answers = bound.call(hook, shown, calls).map_err(|error| self.request.stop(error));
        calls.set_log_bytes(0);
        let answers = answers?;
        metrics.record(hook, &bound.binding().name, &answers, began.elapsed());
        Ok(answers)
    }

    /// Takes every card through the last stages and adds its results, in the order of the chunk; those that did not stop
    /// at hooks are evaluated here.
    fn finish(mut self, stages: &[Stage], cards: Range<usize>, memory: &mut CardMemory, results: &mut Evaluations) {
        self.advance(stages, &mut memory.scratch);
        let mut stopping = self.cards.iter_mut().peekable();
        for index in cards {
            match stopping.next_if(|card| card.index == index) {
                Some(card) => card.close(self.request.detail, &mut memory.scratch, results),
                None => evaluate_card(self.request, self.batch, index, memory, results),
            }
        }
    }
}

/// The stages up to the first hook at which cards stop, that hook, and the stages after it. `None` when they stop at no
/// hook any more.
fn up_to_hook(stages: &[Stage], stops: impl Fn(Hook) -> bool) -> Option<(&[Stage], Hook, &[Stage])> {
    let hooks = stages.iter().map(|stage| stage.hook_after());
    let (last, hook) = hooks.enumerate().find(|(_, hook)| stops(*hook))?;
    let (before, after) = stages.split_at(last + 1);
    Some((before, hook, after))
}

/// Gives back the memory of a state that had an unusually large card, or unusually many edits.
pub(crate) fn give_back(state: &mut CardState) {
    if state.rows_held() > ROWS_KEPT {
        *state = CardState::default();
    }
}

impl<R: CardRecorder> Underway<'_, R> {
    fn advance(&mut self, stage: Stage, scratch: &mut Scratch) {
        if self.error.is_none() {
            self.error = stage.run(&self.inputs, self.state, scratch, self.recorder.notes()).err();
        }
    }

    /// Applies what a plugin proposes for the card, or records its failure.
    fn take(&mut self, hook: Hook, bound: &Bound, answers: &Answers, place: usize, scratch: &mut Scratch) {
        let outcome = match answers.of(place) {
            Ok(edits) => {
                let index = bound.index();
                let proposal = Proposal { hook, binding: index, edits: edits.list, arguments: edits.arguments };
                let applied = apply(&self.inputs, self.state, scratch, proposal, &mut self.recorder);
                if applied.is_ok() && !edits.list.is_empty() && !self.changed_by.contains(&index) {
                    self.changed_by.push(index);
                }
                applied.map_err(|refused| CardFailure {
                    code: FailureCode::BadEdit,
                    workday: refused.workday(),
                    message: refused.to_string(),
                })
            }
            Err(failure) => Err(failure.clone()),
        };
        if let Err(failure) = outcome {
            self.fail(hook, bound, failure);
        }
    }

    /// Records a failure. A skipped plugin has no effect on the card: it is not called again, and when an earlier hook
    /// of it has changed the card, the card fails, because a result with half of a plugin's edits follows no rule.
    fn fail(&mut self, hook: Hook, bound: &Bound, failure: CardFailure) {
        let CardFailure { code, workday, message } = failure;
        let binding = bound.binding();
        let skipped = binding.on_failure == OnFailure::Skip && !self.changed_by.contains(&bound.index());
        self.left_out.push(bound.index());
        let manifest = &binding.manifest;
        self.failures.push(PluginFailure {
            card: self.index as u32,
            binding: binding.name.clone(),
            plugin: format!("{} {}", manifest.name, manifest.version),
            hook,
            code,
            workday,
            message,
            skipped,
        });
        if !skipped {
            self.error = Some(EvaluationError::Plugin { code });
            return;
        }
        let pay_period = self.inputs.window.pay_period;
        let workday = pay_period.nearest(workday.unwrap_or(pay_period.first));
        self.state.noticed.push(Noticed {
            code: ExceptionCode::PluginFailed,
            workday,
            at: self.inputs.card.zone.midnight(workday),
            measure: Seconds::ZERO,
            rule: RuleId::PUNCHES,
            shift: None,
            says: None,
        });
    }

    fn close(&mut self, detail: Detail, scratch: &mut Scratch, results: &mut Evaluations) {
        let starts = results.ends();
        let closed = match self.error {
            Some(error) => Err(error),
            None => close::close(&self.inputs, detail, self.state, scratch, results, &mut self.recorder),
        };
        match closed {
            Ok(provisional) => {
                self.recorder.hand_over(&mut results.notes);
                let ends = results.ends();
                results.cards.push(CardResult { ends, provisional, error: None });
            }
            Err(error) => {
                results.truncate(starts);
                fail(results, error);
            }
        }
        results.failures.append(&mut self.failures);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_memory_of_large_cards_is_given_back_and_that_of_usual_ones_kept() {
        let mut usual = CardState::default();
        usual.punches.reserve(120);
        usual.spans.reserve(240);
        let mut large = usual.clone();
        large.punches.reserve(20_000);
        let held = usual.rows_held();
        assert!(held >= 360 && large.rows_held() >= 20_000);
        give_back(&mut usual);
        give_back(&mut large);
        assert_eq!((usual.rows_held(), large.rows_held()), (held, 0));
    }
}
