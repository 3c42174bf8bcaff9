//! The engine, called for one card.

use std::sync::Arc;

use shiftmill_core::{
    CardFacts, CardResult, CardState, Change, CheckedBatch, Detail, Edit, Edits, EvaluationError, EvaluationWindow,
    Evaluations, Hook, Inputs, Note, PayCode, PlanTimeline, RuleId, Scratch, Silent, SpanState, Stage, TagDictionary,
    TagIndex, TagTable, TimecardBatch, Timestamp, Zone, apply, close, evaluate,
};

use crate::made_up_plugin;
use crate::outcome::Outcome;

/// One question: a card, its zone, its rules and its window.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// The facts.
    pub facts: CardFacts,
    /// The home zone.
    pub zone: Zone,
    /// The rules.
    pub timeline: PlanTimeline,
    /// The window of the evaluation.
    pub window: EvaluationWindow,
    /// The tags that the facts refer to.
    pub tags: TagDictionary,
    /// The names of tags by which totals are split.
    pub split_by: Vec<String>,
    /// The recodes of a plugin before overtime.
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
    rows_with(question, detail, &mut CardState::default(), &mut Scratch::default(), &mut results);
    results
}

/// Adds the engine's rows for one question, with the caller's working memory.
pub fn rows_with(
    question: &Question,
    detail: Detail,
    state: &mut CardState,
    scratch: &mut Scratch,
    results: &mut Evaluations,
) {
    if question.presets.is_empty() {
        let (batch, tags) = (batch(question), tag_table(question));
        return evaluate(&inputs(question, &batch, &question.timeline, &tags), detail, state, scratch, results);
    }
    let mut card = Waiting { question, notes: notes(detail), state, error: None };
    let (batch, timeline, tags) = (batch(question), made_up_plugin::bound(&question.timeline), tag_table(question));
    let inputs = inputs(question, &batch, &timeline, &tags);
    Stage::ALL.iter().for_each(|stage| card.advance(*stage, &inputs, scratch));
    card.close(&inputs, detail, scratch, results);
}

/// The engine's rows for cards that wait for each other after every stage, as they do at the hooks of plugins: each has
/// a state of its own, all have one scratch.
pub fn rows_stage_by_stage(questions: &[Question], detail: Detail) -> Vec<Evaluations> {
    let batches: Vec<CheckedBatch> = questions.iter().map(batch).collect();
    let timelines: Vec<PlanTimeline> = questions.iter().map(timeline).collect();
    let tables: Vec<TagTable> = questions.iter().map(tag_table).collect();
    let facts = questions.iter().zip(&batches).zip(&timelines).zip(&tables);
    let inputs: Vec<Inputs<'_>> =
        facts.map(|(((question, batch), timeline), tags)| inputs(question, batch, timeline, tags)).collect();
    let mut states = vec![CardState::default(); questions.len()];
    let waiting = |(question, state)| Waiting { question, notes: notes(detail), state, error: None };
    let mut cards: Vec<Waiting<'_>> = questions.iter().zip(&mut states).map(waiting).collect();
    let mut scratch = Scratch::default();
    for stage in Stage::ALL {
        cards.iter_mut().zip(&inputs).for_each(|(card, inputs)| card.advance(stage, inputs, &mut scratch));
    }
    let close = |(card, inputs): (Waiting<'_>, &Inputs<'_>)| {
        let mut results = Evaluations::default();
        card.close(inputs, detail, &mut scratch, &mut results);
        results
    };
    cards.into_iter().zip(&inputs).map(close).collect()
}

fn batch(question: &Question) -> CheckedBatch {
    let mut batch = TimecardBatch::default();
    let facts = CardFacts { ruleset: 0, zone: 0, ..question.facts.clone() };
    batch.push(&facts).expect("generated punches lie near each other");
    batch.check(1, 1, question.tags.len()).expect("generated columns fit together")
}

/// The rules of a question, with the plugin that its presets are of.
fn timeline(question: &Question) -> PlanTimeline {
    match question.presets.is_empty() {
        true => question.timeline.clone(),
        false => made_up_plugin::bound(&question.timeline),
    }
}

/// The filters of the rules, compared with the tags of a question.
pub(crate) fn tag_table(question: &Question) -> TagTable {
    let index = Arc::new(TagIndex::new(question.tags.clone(), &question.split_by));
    TagTable::new(question.timeline.filters(), &index)
}

fn inputs<'a>(
    question: &'a Question,
    batch: &'a CheckedBatch,
    timeline: &'a PlanTimeline,
    tags: &'a TagTable,
) -> Inputs<'a> {
    let card = batch.timecard(0, std::slice::from_ref(&question.zone)).expect("the batch has one card");
    Inputs { card, timeline, window: &question.window, tags }
}

fn notes(detail: Detail) -> Option<Vec<Note>> {
    (detail == Detail::Full).then(Vec::new)
}

/// A card between two stages.
struct Waiting<'a> {
    question: &'a Question,
    state: &'a mut CardState,
    notes: Option<Vec<Note>>,
    error: Option<EvaluationError>,
}

impl Waiting<'_> {
    /// Takes the card through a stage, and at the hook `days` through what the plugin makes of it.
    fn advance(&mut self, stage: Stage, inputs: &Inputs<'_>, scratch: &mut Scratch) {
        if self.error.is_some() {
            return;
        }
        self.error = stage.run(inputs, self.state, scratch, self.notes.as_mut()).err();
        if self.error.is_some() || stage.hook_after() != Hook::Days || self.question.presets.is_empty() {
            return;
        }
        let rule = made_up_plugin::rule(inputs.timeline);
        let edits = recodes(self.state, &self.question.presets, rule);
        let proposal = edits.proposed_at(Hook::Days, 0);
        let applied = match &mut self.notes {
            Some(notes) => apply(inputs, self.state, scratch, proposal, notes),
            None => apply(inputs, self.state, scratch, proposal, &mut Silent),
        };
        applied.expect("recoding is allowed");
    }

    fn close(self, inputs: &Inputs<'_>, detail: Detail, scratch: &mut Scratch, results: &mut Evaluations) {
        let starts = results.ends();
        results.notes.extend(self.notes.unwrap_or_default());
        let closed = match self.error {
            Some(error) => Err(error),
            None => close::close(inputs, detail, self.state, scratch, results),
        };
        let (provisional, error) = match closed {
            Ok(provisional) => (provisional, None),
            Err(error) => (false, Some(error)),
        };
        if error.is_some() {
            results.truncate(starts);
        }
        let ends = results.ends();
        results.cards.push(CardResult { ends, provisional, error });
    }
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
