//! The whole way of one card: open, shape, pay, close; and the stages of it between the hooks of plugins.

use alloc::vec;
use alloc::vec::Vec;

use crate::card::CardState;
use crate::evaluation::{CardResult, Detail, EvaluationError, Evaluations, RowEnds};
use crate::plugin::Hook;
use crate::record::{Note, Recorder, Silent};
use crate::scratch::Scratch;
use crate::timecard::Inputs;
use crate::{close, open, pay, shape};

/// Evaluates one timecard and adds its rows to `results`; a timecard that cannot be evaluated adds an error and no
/// rows. Earlier contents of `state` and `scratch` do not matter.
pub fn evaluate(
    inputs: &Inputs<'_>,
    detail: Detail,
    state: &mut CardState,
    scratch: &mut Scratch,
    results: &mut Evaluations,
) {
    let starts = results.ends();
    let outcome = match detail {
        Detail::Full => {
            let mut notes = core::mem::take(&mut results.notes);
            let outcome = all_stages(inputs, detail, state, scratch, &mut notes, results);
            results.notes = notes;
            outcome
        }
        Detail::Totals | Detail::Workdays | Detail::Spans => {
            all_stages(inputs, detail, state, scratch, &mut Silent, results)
        }
    };
    add_card(outcome, starts, results);
}

/// Evaluates timecards as [`evaluate`] does each of them, but takes all through a stage before the next one begins: the
/// instructions of a stage then stay in the cache from card to card. That pays for a few small cards, of which all that
/// is known fits into the cache too.
pub fn evaluate_together(
    cards: &[Inputs<'_>],
    detail: Detail,
    states: &mut Vec<CardState>,
    scratch: &mut Scratch,
    results: &mut Evaluations,
) {
    if states.len() < cards.len() {
        states.resize_with(cards.len(), CardState::default);
    }
    // The notes of a card stand together.
    if let (Detail::Full, Some(state)) = (detail, states.first_mut()) {
        cards.iter().for_each(|inputs| evaluate(inputs, detail, state, scratch, results));
        return;
    }
    let mut outcomes = vec![Ok(()); cards.len()];
    for stage in Stage::ALL {
        for ((inputs, state), outcome) in cards.iter().zip(states.iter_mut()).zip(&mut outcomes) {
            if outcome.is_ok() {
                *outcome = stage.run(inputs, state, scratch, None);
            }
        }
    }
    for ((inputs, state), outcome) in cards.iter().zip(states).zip(outcomes) {
        let starts = results.ends();
        let closed = outcome.and_then(|()| close::close(inputs, detail, state, scratch, results, &mut Silent));
        add_card(closed, starts, results);
    }
}

/// Ends the rows of a card, which began at `starts`, or removes them when it cannot be evaluated.
fn add_card(outcome: Result<bool, EvaluationError>, starts: RowEnds, results: &mut Evaluations) {
    let (provisional, error) = match outcome {
        Ok(provisional) => (provisional, None),
        Err(error) => {
            results.truncate(starts);
            (false, Some(error))
        }
    };
    let ends = results.ends();
    results.cards.push(CardResult { ends, provisional, error });
}

/// The steps between the hooks of plugins, before the card is closed. After each, plugins may be called:
///
/// ```text
/// open ─┬─→ lay out ─┬─→ compare ─┬─→ pay ─┬─→ close
///    punches     schedule        days    period
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Order and correct punches.
    Open,
    /// Form worked shifts and their spans.
    LayOut,
    /// Compare work with the schedule.
    Compare,
    /// Calculate pay.
    Pay,
}

impl Stage {
    /// All stages, in order. The only place that states it.
    pub const ALL: [Stage; 4] = [Stage::Open, Stage::LayOut, Stage::Compare, Stage::Pay];

    /// The hook at which plugins are called after this stage. The only place that states it.
    pub const fn hook_after(self) -> Hook {
        match self {
            Stage::Open => Hook::Punches,
            Stage::LayOut => Hook::Schedule,
            Stage::Compare => Hook::Days,
            Stage::Pay => Hook::Period,
        }
    }

    /// The stages that a card has behind it at a hook.
    pub fn before(hook: Hook) -> &'static [Stage] {
        const ALL: &[Stage] = &Stage::ALL;
        let last = ALL.iter().position(|stage| stage.hook_after() == hook);
        last.and_then(|last| ALL.get(..=last)).unwrap_or(ALL)
    }

    /// Takes a card through this stage. With `notes`, what is done is noted.
    ///
    /// # Errors
    /// When the card cannot be evaluated.
    pub fn run(
        self,
        inputs: &Inputs<'_>,
        state: &mut CardState,
        scratch: &mut Scratch,
        notes: Option<&mut Vec<Note>>,
    ) -> Result<(), EvaluationError> {
        match notes {
            Some(notes) => self.run_with(inputs, state, scratch, notes),
            None => self.run_with(inputs, state, scratch, &mut Silent),
        }
    }

    #[inline(always)]
    fn run_with<R: Recorder>(
        self,
        inputs: &Inputs<'_>,
        state: &mut CardState,
        scratch: &mut Scratch,
        recorder: &mut R,
    ) -> Result<(), EvaluationError> {
        match self {
            Stage::Open => {
                state.clear();
                open::open(inputs, state, scratch, recorder)?;
            }
            Stage::LayOut => shape::lay_out(inputs, state, scratch, recorder)?,
            Stage::Compare => shape::compare(inputs, state, scratch, recorder),
            Stage::Pay => pay::pay(inputs, state, scratch, recorder),
        }
        Ok(())
    }
}

fn all_stages<R: Recorder>(
    inputs: &Inputs<'_>,
    detail: Detail,
    state: &mut CardState,
    scratch: &mut Scratch,
    recorder: &mut R,
    results: &mut Evaluations,
) -> Result<bool, EvaluationError> {
    // One call for each stage instead of a loop: each stage is a constant then, and its call is inlined without a branch.
    let [first, second, third, fourth] = Stage::ALL;
    first.run_with(inputs, state, scratch, recorder)?;
    second.run_with(inputs, state, scratch, recorder)?;
    third.run_with(inputs, state, scratch, recorder)?;
    fourth.run_with(inputs, state, scratch, recorder)?;
    close::close(inputs, detail, state, scratch, results, recorder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::PunchKind::{In, Out};
    use crate::facts::{Punch, ShiftFact, ShiftTimes};
    use crate::shape::workdays::Attribution;
    use crate::tags::TagId;
    use crate::testing::{Card, monday};
    use crate::time::{Seconds, Timestamp, Workday};
    use crate::timecard::{CorrectionKind, Leave, LeaveTime, PunchRef};

    const EXTREMES: [i64; 8] =
        [i64::MIN, i64::MIN + 1, -371_085_174_374_400, -1, 0, 371_085_174_374_400, i64::MAX - 1, i64::MAX];

    fn all(card: &mut Card) -> Result<(), EvaluationError> {
        card.run(|inputs, state, scratch, notes| {
            let mut results = Evaluations::default();
            all_stages(inputs, Detail::Full, state, scratch, notes, &mut results).map(|_| ())
        })
    }

    #[test]
    fn hooks_follow_the_stages_in_their_own_order() {
        assert_eq!(Stage::ALL.map(Stage::hook_after).as_slice(), Hook::ALL);
        for (stage, count) in Stage::ALL.into_iter().zip(1..) {
            assert_eq!(Stage::before(stage.hook_after()), &Stage::ALL[..count]);
        }
    }

    #[test]
    fn facts_at_the_ends_of_time_are_refused_or_reported_and_nothing_else() {
        for attribution in [Attribution::DivideTimeSplit, Attribution::SplitMidnight, Attribution::ScheduleLabel] {
            for at in EXTREMES.map(Timestamp) {
                let mut card = Card::new();
                card.plan.workdays.overtime = attribution;
                card.punches(0, &[("08:00", In), ("17:00", Out)]);
                card.correct(0, CorrectionKind::Add { at, kind: In, tag: TagId::NONE });
                card.correct(1, CorrectionKind::Retime { punch: PunchRef::Id(7), to: at });
                card.facts.corrections[1].recorded_at = Timestamp(i64::MIN);
                let _ = all(&mut card);
                card.facts.corrections.clear();
                let time = LeaveTime::Span { start: at, end: Timestamp(i64::MAX) };
                card.facts.leave.push(Leave { code: 0, time, recorded_at: Timestamp(i64::MIN) });
                let _ = all(&mut card);
            }
        }
    }

    #[test]
    fn a_correction_of_nothing_is_reported_whenever_it_was_recorded() {
        let mut card = Card::new();
        card.punches(0, &[("08:00", In), ("17:00", Out)]);
        card.correct(0, CorrectionKind::Void(PunchRef::Id(7)));
        card.facts.corrections[0].recorded_at = Timestamp(i64::MIN);
        assert_eq!(all(&mut card), Ok(()));
        assert!(card.state.noticed.iter().any(|noticed| noticed.workday == monday()));
    }

    #[test]
    fn shifts_and_leave_that_cannot_be_are_errors_of_their_card() {
        for (start, end) in [(60, 60), (i32::MIN, i32::MAX), (i32::MAX - 1, i32::MAX), (0, 172_801)] {
            let mut card = Card::new();
            card.facts.shifts.push(ShiftFact::work(monday(), ShiftTimes::Clock { start, end }));
            assert_eq!(all(&mut card), Err(EvaluationError::ShiftBackwards { index: 0 }));
        }
        for (length, is_sound) in [(172_800, true), (172_801, false), (u32::MAX, false)] {
            let mut card = Card::new();
            card.facts.shifts.push(ShiftFact::work(monday(), ShiftTimes::Length(Seconds(length))));
            assert_eq!(all(&mut card).is_ok(), is_sound, "{length}");
        }
        let mut card = Card::new();
        let time = LeaveTime::Amount(monday(), Seconds(86_401));
        card.facts.leave.push(Leave { code: 0, time, recorded_at: Timestamp(0) });
        assert_eq!(all(&mut card), Err(EvaluationError::LeaveTooLong { index: 0 }));
    }

    #[test]
    fn days_without_a_date_are_refused() {
        for day in [Workday(i32::MIN), Workday(i32::MAX), Workday::LAST.plus(1)] {
            let mut card = Card::new();
            card.window.facts.first = day;
            card.window.facts.last = day;
            card.window.pay_period = card.window.facts;
            card.facts.punches.push(Punch {
                at: Timestamp(0),
                kind: In,
                id: None,
                tag: TagId::NONE,
                recorded_at: None,
            });
            assert_eq!(all(&mut card), Err(EvaluationError::WindowOutOfCalendar));
        }
    }
}
