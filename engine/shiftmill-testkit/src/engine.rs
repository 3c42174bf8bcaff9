//! The engine, called for one card.

use std::sync::Arc;

use shiftmill_core::{
    Assigned, CardFacts, CardResult, CardState, Change, CheckedBatch, Detail, Edit, Edits, EvaluationError,
    EvaluationWindow, Evaluations, Hook, Inputs, Note, PayCode, Plan, PlanTimeline, RuleId, Scratch, Silent, SpanState,
    Stage, TagDictionary, TagIndex, TagTable, TimecardBatch, Timestamp, Workday, Zone, apply, close, evaluate,
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
    /// The versions of the rulesets to which assignments change, with the names of the first.
    pub others: Vec<Vec<(Workday, Plan)>>,
    /// The zones to which assignments change.
    pub other_zones: Vec<Zone>,
    /// The window of the evaluation.
    pub window: EvaluationWindow,
    /// The tags that the facts refer to.
    pub tags: TagDictionary,
    /// The zones that these tags name.
    pub places: Vec<Zone>,
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
    let given = Given::of(question);
    let inputs = given.inputs(question);
    if question.presets.is_empty() && given.refused.is_none() {
        return evaluate(&inputs, detail, state, scratch, results);
    }
    let mut card = Waiting { question, notes: notes(detail), state, error: given.refused };
    Stage::ALL.iter().for_each(|stage| card.advance(*stage, &inputs, scratch));
    card.close(&inputs, detail, scratch, results);
}

/// The engine's rows for cards that wait for each other after every stage, as they do at the hooks of plugins: each has
/// a state of its own, all have one scratch.
pub fn rows_stage_by_stage(questions: &[Question], detail: Detail) -> Vec<Evaluations> {
    let given: Vec<Given> = questions.iter().map(Given::of).collect();
    let inputs: Vec<Inputs<'_>> =
        questions.iter().zip(&given).map(|(question, given)| given.inputs(question)).collect();
    let mut states = vec![CardState::default(); questions.len()];
    let mut cards: Vec<Waiting<'_>> = Vec::new();
    for ((question, given), state) in questions.iter().zip(&given).zip(&mut states) {
        cards.push(Waiting { question, notes: notes(detail), state, error: given.refused });
    }
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

/// What the engine is given for a question.
struct Given {
    batch: CheckedBatch,
    timelines: Vec<PlanTimeline>,
    zones: Vec<Zone>,
    assigned: Assigned,
    /// Why the card is not evaluated: its assignments.
    refused: Option<EvaluationError>,
    tags: TagTable,
}

impl Given {
    fn of(question: &Question) -> Given {
        let (timelines, zones) = (timelines(question), zones(question));
        let mut batch = TimecardBatch::default();
        let facts = CardFacts { ruleset: 0, zone: 0, ..question.facts.clone() };
        batch.push(&facts).expect("generated punches lie near each other");
        let batch = batch.check(timelines.len(), zones.len(), question.tags.len());
        let batch = batch.expect("generated columns fit together");
        let assigned = Assigned::of(&batch, 0, |ruleset| timelines.get(ruleset), &zones);
        Given {
            refused: assigned.as_ref().err().copied(),
            assigned: assigned.unwrap_or_default(),
            batch,
            timelines,
            zones,
            tags: tag_table(question),
        }
    }

    fn inputs<'a>(&'a self, question: &'a Question) -> Inputs<'a> {
        inputs(question, &self.batch, 0, &self.assigned, &self.timelines[0], &self.zones, &self.tags)
    }
}

/// The rulesets of a question, with the plugin that its presets are of.
pub(crate) fn timelines(question: &Question) -> Vec<PlanTimeline> {
    let first = match question.presets.is_empty() {
        true => question.timeline.clone(),
        false => made_up_plugin::bound(&question.timeline),
    };
    let plugins = first.versions()[0].1.plugins.clone();
    let sibling = |versions: &Vec<(Workday, Plan)>| {
        let bound = |(from, plan): &(Workday, Plan)| (*from, Plan { plugins: plugins.clone(), ..plan.clone() });
        first.sibling(versions.iter().map(bound).collect()).expect("generated versions are in order")
    };
    let others: Vec<PlanTimeline> = question.others.iter().map(sibling).collect();
    std::iter::once(first).chain(others).collect()
}

/// The zones of a question.
pub(crate) fn zones(question: &Question) -> Vec<Zone> {
    std::iter::once(&question.zone).chain(&question.other_zones).cloned().collect()
}

/// The filters of the rules, compared with the tags of a question.
pub(crate) fn tag_table(question: &Question) -> TagTable {
    let index = Arc::new(TagIndex::new(question.tags.clone(), &question.split_by, question.places.clone()));
    TagTable::new(question.timeline.filters(), &index)
}

/// What the engine reads for one card of a batch of a question.
pub(crate) fn inputs<'a>(
    question: &'a Question,
    batch: &'a CheckedBatch,
    index: usize,
    assigned: &'a Assigned,
    own: &'a PlanTimeline,
    zones: &'a [Zone],
    tags: &'a TagTable,
) -> Inputs<'a> {
    let mut card = batch.timecard(index, zones).expect("the card is in the batch");
    card.zone = assigned.zone.as_ref().unwrap_or(card.zone);
    let timeline = assigned.timeline.as_ref().unwrap_or(own);
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
        let closed = match (self.error, self.notes) {
            (Some(error), _) => Err(error),
            (None, None) => close::close(inputs, detail, self.state, scratch, results, &mut Silent),
            (None, Some(mut notes)) => {
                let closed = close::close(inputs, detail, self.state, scratch, results, &mut notes);
                results.notes.extend(notes);
                closed
            }
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
