//! Compares edits of plugins with a slow and obvious application of them.
//!
//! ```text
//! generate ─→ (question, hook, edits) ─┬─→ core's `apply` ─→ what became of the card ─┐
//!                                      └─→ slow, moment by moment ────────────────────┴─→ the same?
//! ```

mod make;
mod slow;

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use shiftmill_core::{
    CardState, EditError, Edits, Hook, Inputs, PayCode, PlanTimeline, Scratch, Silent, Span, SpanState, Stage,
    TimecardBatch, Timestamp, apply,
};

use crate::engine::{Question, tag_table};
use crate::generate::Random;
use crate::invariants::Held;
use crate::made_up_plugin;
use slow::{Moment, Slow};

/// The outcome of one case, for counting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Edits that were applied.
    pub applied: usize,
    /// Calls of which an edit was refused.
    pub refused: usize,
}

/// Lets a made-up plugin propose edits for a card at a hook, and compares what becomes of it.
///
/// # Errors
/// The difference.
pub fn check(question: &Question, hook: Hook, random: &mut Random) -> Result<Seen, String> {
    // Which ruleset and zone a person has is settled before any hook.
    let mut question = question.clone();
    question.facts.assignments.clear();
    let question = &question;
    let timeline = if random.chance(30) { late(&question.timeline) } else { made_up_plugin::bound(&question.timeline) };
    let mut batch = TimecardBatch::default();
    let mut facts = question.facts.clone();
    (facts.ruleset, facts.zone) = (0, 0);
    batch.push(&facts).expect("generated punches lie near each other");
    let batch = batch.check(1, 1, question.tags.len()).expect("generated columns fit together");
    let card = batch.timecard(0, std::slice::from_ref(&question.zone)).expect("the batch has one card");
    let tags = tag_table(question);
    let inputs = Inputs { card, timeline: &timeline, window: &question.window, tags: &tags };
    let (mut state, mut scratch) = (CardState::default(), Scratch::default());
    let mut stages = Stage::before(hook).iter();
    if stages.any(|stage| stage.run(&inputs, &mut state, &mut scratch, None).is_err()) {
        return Ok(Seen::default());
    }
    let edits = make::edits(random, question, &timeline, &state, hook);
    let before = state.clone();
    let expected = Slow::apply(question, &timeline, &before, hook, &edits.list);
    let outcome = apply(&inputs, &mut state, &mut scratch, edits.proposed_at(hook, 0), &mut Silent);
    compare(&edits, &before, &state, expected, outcome).map_err(|problem| format!("{problem}\nedits: {edits:#?}"))
}

/// The plugin in force in the last version only; of one version, everywhere.
fn late(timeline: &PlanTimeline) -> PlanTimeline {
    let everywhere = made_up_plugin::bound(timeline);
    let mut versions = everywhere.to_versions();
    let last = versions.len() - 1;
    versions[..last].iter_mut().for_each(|version| version.1.plugins.clear());
    let late = PlanTimeline::new(versions, everywhere.names().clone()).expect("the same dates and names");
    let late = late.with_filters(everywhere.filters().to_vec()).expect("the same filters");
    late.with_bindings(everywhere.bindings().to_vec()).expect("the same bindings")
}

fn compare(
    edits: &Edits,
    before: &CardState,
    after: &CardState,
    expected: Result<Slow, u32>,
    outcome: Result<(), EditError>,
) -> Result<Seen, String> {
    let slow = match (expected, outcome) {
        (Ok(slow), Ok(())) => slow,
        (Err(expected), Err(EditError::Refused { number, .. })) if number == expected => {
            unchanged(before, after)?;
            return Ok(Seen { applied: 0, refused: 1 });
        }
        (expected, outcome) => return Err(format!("expected {:?}, found {outcome:?}", expected.map(|_| ()))),
    };
    in_order(&after.spans)?;
    same("the timeline", &slow.line, &moments(&after.spans, slow.step))?;
    for at in &slow.cuts {
        if !after.spans.iter().any(|span| span.start == *at) {
            return Err(format!("no span begins at {at:?}, where one was cut"));
        }
    }
    same("the premiums", &slow.premiums, &premium_moments(after, slow.step))?;
    let quantities = after.quantities.iter().map(|it| (it.workday, it.code, it.amount)).collect();
    same("the quantities", &slow.quantities, &quantities)?;
    let expected_times: Vec<_> = after.scheduled.iter().map(|it| (it.expected_start, it.expected_end)).collect();
    same("the times expected", &slow.expected, &expected_times)?;
    let carried: BTreeMap<_, _> = after.carried.iter().map(|carried| (carried.key, carried.value)).collect();
    same("what is carried", &slow.carried, &carried)?;
    let punches: Vec<_> =
        after.punches.iter().map(|punch| (punch.at, punch.kind, punch.raw.map(NonZeroU32::get))).collect();
    same("the punches", &slow.punches, &punches)?;
    let marks: Vec<_> =
        after.noticed.iter().filter(|it| it.says.is_some()).map(|it| (it.code, it.workday, it.at)).collect();
    same("the marks", &slow.marks, &marks)?;
    let worked: BTreeMap<_, _> = after.workdays.iter().map(|day| (day.workday, day.worked.0)).collect();
    same("the work of the days", &slow.worked(&worked), &worked)?;
    if after.reasons.len() != edits.list.len() {
        return Err(format!("{} edits have {} reasons", edits.list.len(), after.reasons.len()));
    }
    Ok(Seen { applied: edits.list.len(), refused: 0 })
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, expected: &T, found: &T) -> Held {
    if expected == found { Ok(()) } else { Err(format!("{what}: expected {expected:#?}\nfound {found:#?}")) }
}

/// A refused call leaves no trace.
fn unchanged(before: &CardState, after: &CardState) -> Held {
    let shown = |state: &CardState| {
        let CardState { punches, scheduled, shifts, pairs, spans, premiums, quantities, .. } = state;
        let CardState { noticed, workdays, reasons, carried, .. } = state;
        let lists = (punches, scheduled, shifts, pairs, spans, premiums, quantities);
        format!("{:?}", (lists, noticed, workdays, reasons, carried))
    };
    if shown(before) == shown(after) { Ok(()) } else { Err("a refused call leaves a trace".into()) }
}

/// Spans have a length, are in order and share no second.
fn in_order(spans: &[Span]) -> Held {
    let apart = |pair: &[Span]| pair[0].end <= pair[1].start;
    let fine = spans.iter().all(|span| span.start < span.end) && spans.windows(2).all(apart);
    if fine { Ok(()) } else { Err(format!("the spans overlap: {spans:#?}")) }
}

/// Every moment of the timeline.
fn moments(spans: &[Span], step: i64) -> BTreeMap<Timestamp, Moment> {
    let mut line = BTreeMap::new();
    for span in spans {
        for at in slow::instants(span.start, span.end, step) {
            line.insert(at, Moment::of(span, None));
        }
    }
    line
}

/// How often each moment is paid each premium.
fn premium_moments(state: &CardState, step: i64) -> BTreeMap<(Timestamp, PayCode, u16), usize> {
    let mut paid = BTreeMap::new();
    for premium in &state.premiums {
        for at in slow::instants(premium.start, premium.end, step) {
            *paid.entry((at, premium.code, premium.reason.rule.0)).or_default() += 1;
        }
    }
    paid
}

/// True for time that counts as work.
fn is_work(state: SpanState) -> bool {
    matches!(state, SpanState::Worked | SpanState::PaidBreak)
}
