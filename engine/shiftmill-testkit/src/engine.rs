//! The engine, called for one card.

use shiftmill_core::{
    CardFacts, CardResult, CardState, Change, Detail, Edit, Edits, EvaluationWindow, Evaluations, Hook, Inputs,
    PayCode, PlanTimeline, Recorder, RuleId, Silent, SpanState, TimecardBatch, Timestamp, Zone, apply, close, evaluate,
    open, pay, shape,
};

use crate::made_up_plugin;
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
    /// What a plugin makes of the card before overtime.
    pub presets: Vec<Preset>,
}

/// A plugin recodes `[start, end)`, all that is not leave, before overtime. Later ones go over earlier ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preset {
    /// Start.
    pub start: Timestamp,
    /// End.
    pub end: Timestamp,
    /// What it pays.
    pub code: PayCode,
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
    if question.presets.is_empty() {
        let inputs = Inputs { card, timeline: &question.timeline, window: &question.window };
        return evaluate(&inputs, detail, state, results);
    }
    let timeline = made_up_plugin::bound(&question.timeline);
    let inputs = Inputs { card, timeline: &timeline, window: &question.window };
    match detail {
        Detail::Full => {
            let mut notes = std::mem::take(&mut results.notes);
            with_presets(&inputs, &question.presets, detail, state, &mut notes, results);
            results.notes = notes;
        }
        Detail::Totals | Detail::Workdays | Detail::Spans => {
            with_presets(&inputs, &question.presets, detail, state, &mut Silent, results);
        }
    }
}

/// The four phases, and between the second and the third what the plugin makes of the card.
fn with_presets<R: Recorder>(
    inputs: &Inputs<'_>,
    presets: &[Preset],
    detail: Detail,
    state: &mut CardState,
    recorder: &mut R,
    results: &mut Evaluations,
) {
    let starts = results.ends();
    let mut phases = || {
        state.clear();
        open::open(inputs, state, recorder)?;
        shape::shape(inputs, state, recorder)?;
        let edits = recodes(state, presets, made_up_plugin::rule(inputs.timeline));
        apply(inputs, state, Hook::Days, 0, &edits.list, &edits.arguments, recorder).expect("recoding is allowed");
        pay::pay(inputs, state, recorder);
        close::close(inputs, detail, state, results)
    };
    let (provisional, error) = match phases() {
        Ok(provisional) => (provisional, None),
        Err(error) => (false, Some(error)),
    };
    if error.is_some() {
        results.truncate(starts);
    }
    let ends = results.ends();
    results.cards.push(CardResult { ends, provisional, error });
}

/// One edit for each span that a preset meets.
fn recodes(state: &CardState, presets: &[Preset], rule: RuleId) -> Edits {
    let mut edits = Edits::default();
    for preset in presets {
        for (number, span) in (0_u32..).zip(&state.spans).filter(|(_, span)| span.state != SpanState::Leave) {
            let (start, end) = (span.start.max(preset.start), span.end.min(preset.end));
            if start < end {
                edits.arguments.push(i64::from(number));
                let change = Change::Recode { span: number, start, end, to: preset.code };
                edits.list.push(Edit { change, rule, argument_end: edits.arguments.len() as u32 });
            }
        }
    }
    edits
}

/// The engine's answer to one question.
pub fn answer(question: &Question) -> Outcome {
    Outcome::of(&rows(question, Detail::Workdays), 0)
}
