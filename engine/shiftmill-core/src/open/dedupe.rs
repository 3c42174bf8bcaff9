//! Repeated punches: a second tap on the terminal within a short window is dropped.
//! - Takes:  the punches of one employee in total order.
//! - Gives:  the punches that count, and a `duplicate_punch` exception (information only) for each dropped one, shown
//!   on its local date and measured by its distance from the one that stays.
//! - Keeps:  the instant and kind of every punch that stays.
//! - Runs:   after corrections, before matching.
//! - Source: employer policy; terminals repeat a tap when the reader is slow.
//! - Shown:  timecards/punches/repeated_punches.md

use crate::card::{CardState, KeptPunch, Noticed};
use crate::coded::coded;
use crate::codes::{ExceptionCode, PunchKind};
use crate::plan::Plan;
use crate::record::{Note, Recorder};
use crate::time::{Seconds, Timestamp};
use crate::timecard::Inputs;

/// How repeated punches are recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dedupe {
    /// A punch of the same kind at most this long after the raw punch just before it (kept or not) repeats it.
    /// The boundary is inclusive. Zero: two punches of the same kind at the same second still count once.
    /// `None`: nothing is dropped.
    pub window: Option<Seconds>,
    /// Which of a run of repeated punches stays. A run is a maximal sequence of punches, adjacent in the total order,
    /// all of one kind, each repeating the one before it.
    pub keep: DedupeKeep,
}

coded! {
    /// Which of a run of repeated punches stays.
    DedupeKeep {
        /// The last of closers (out, meal start, break start), the first of all others.
        ByDirection = 0 "by_direction",
        /// The first.
        First = 1 "first",
        /// The last.
        Last = 2 "last",
    }
}

impl Default for Dedupe {
    fn default() -> Dedupe {
        Dedupe { window: Some(Seconds(60)), keep: DedupeKeep::ByDirection }
    }
}

/// Keeps one punch of each run of repeated punches. The plan of a punch decides whether it repeats the one before it,
/// the plan of the first punch of a run which one stays.
pub(super) fn thin_out<'a, R: Recorder>(
    inputs: &Inputs<'_>,
    state: &mut CardState,
    recorder: &mut R,
    plan_at: &mut impl FnMut(Timestamp) -> &'a Plan,
) {
    let CardState { punches, noticed, .. } = state;
    let mut kept = 0;
    let mut next = 0;
    // Most punches are repeated by none: they move up together, as far as the next run.
    while let Some(alone) = alone_before_run(punches.get(next..).unwrap_or(&[]), plan_at) {
        punches.copy_within(next..next + alone, kept);
        kept += alone;
        let first = next + alone;
        let Some(punch) = punches.get(first).copied() else { break };
        let last = first + punches.get(first + 1..).map_or(0, |later| run_length(punch, later, plan_at));
        let plan = plan_at(punch.at);
        let (stays, dropped) = match plan.dedupe.keep {
            DedupeKeep::First => (first, first + 1..last + 1),
            DedupeKeep::ByDirection if !punch.kind.is_closer() => (first, first + 1..last + 1),
            DedupeKeep::ByDirection | DedupeKeep::Last => (last, first..last),
        };
        let stays = punches.get(stays).copied().unwrap_or(punch);
        for dropped in punches.get(dropped).unwrap_or(&[]) {
            let distance = dropped.at.since(stays.at).max(stays.at.since(dropped.at));
            if plan.exceptions.severity(ExceptionCode::DuplicatePunch).is_some() {
                let workday = inputs.card.zone.date_at(dropped.at);
                noticed.push(Noticed::in_punches(ExceptionCode::DuplicatePunch, workday, dropped.at, distance));
            }
            if R::LISTENS {
                recorder.note(Note::Dropped { at: dropped.at, kept: stays.at });
            }
        }
        if let Some(place) = punches.get_mut(kept) {
            *place = stays;
        }
        kept += 1;
        next = last + 1;
    }
    punches.copy_within(next.., kept);
    punches.truncate(kept + punches.len() - next);
}

/// How many punches come before the next run of repeated ones; `None` when there is no run.
fn alone_before_run<'a>(punches: &[KeptPunch], plan_at: &mut impl FnMut(Timestamp) -> &'a Plan) -> Option<usize> {
    let (mut before, later) = punches.split_first()?;
    later.iter().position(|punch| {
        let repeats = repeats(punch, before, plan_at);
        before = punch;
        repeats
    })
}

/// How many of the punches in `later` belong to the run that `first` begins.
fn run_length<'a>(first: KeptPunch, later: &[KeptPunch], plan_at: &mut impl FnMut(Timestamp) -> &'a Plan) -> usize {
    let mut before = first;
    later
        .iter()
        .take_while(|punch| {
            let repeats = repeats(punch, &before, plan_at);
            before = **punch;
            repeats
        })
        .count()
}

/// Whether a punch repeats the one just before it.
#[inline]
fn repeats<'a>(punch: &KeptPunch, before: &KeptPunch, plan_at: &mut impl FnMut(Timestamp) -> &'a Plan) -> bool {
    punch.kind == before.kind
        && (punch.kind != PunchKind::Transfer || punch.tag == before.tag)
        && plan_at(punch.at).dedupe.window.is_some_and(|window| punch.at.since(before.at) <= window)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::PunchKind::{In, Out, Unknown};
    use crate::testing::Card;
    use alloc::vec::Vec;

    fn kept(card: &mut Card) -> Vec<i64> {
        card.opened().unwrap();
        let first = card.facts.punches[0].at;
        card.state.punches.iter().map(|punch| punch.at.0 - first.0).collect()
    }

    #[test]
    fn the_window_is_inclusive_and_measured_from_the_punch_before() {
        let mut card = Card::new();
        for time in ["08:00:00", "08:01:00", "08:02:00", "08:03:01"] {
            card.punch(0, time, In);
        }
        assert_eq!(kept(&mut card), [0, 181]);
    }

    #[test]
    fn each_way_of_keeping_keeps_its_own() {
        let mut card = Card::new();
        for (time, kind) in [("08:00:00", In), ("08:00:30", In), ("17:00:00", Out), ("17:00:30", Out)] {
            card.punch(0, time, kind);
        }
        assert_eq!(kept(&mut card), [0, 32_430]);
        card.plan.dedupe.keep = DedupeKeep::First;
        assert_eq!(kept(&mut card), [0, 32_400]);
        card.plan.dedupe.keep = DedupeKeep::Last;
        assert_eq!(kept(&mut card), [30, 32_430]);
        card.plan.dedupe.window = None;
        assert_eq!(kept(&mut card), [0, 30, 32_400, 32_430]);
    }

    #[test]
    fn a_dropped_punch_is_said_where_the_ruleset_wants_it() {
        let mut card = Card::new();
        card.punch(0, "08:59:50", Unknown);
        card.punch(0, "09:00:20", Unknown);
        card.opened().unwrap();
        assert_eq!(card.state.noticed.len(), 0);
        card.plan.exceptions.set(ExceptionCode::DuplicatePunch, Some(crate::Severity::Info));
        card.opened().unwrap();
        assert_eq!(card.state.noticed[0].measure, Seconds(30));
    }
}
