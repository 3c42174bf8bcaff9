//! Corrected punches in the attendance record: with `counts_as = "still_late"` a correction repairs the pay, and not
//! what the person did.
//! - Takes:  punches that accepted corrections added or moved, with the roles that pairing gave them.
//! - Gives:  the instant at which attendance judges a punch; `missing_in` and `missing_out` for added punches.
//! - Keeps:  all time: pairs, rounding, breaks and tiers see the punches as corrected.
//! - Runs:   inside attendance.
//! - Edges:  the plan of the worked shift decides. A punch that was moved is judged where it was recorded, before the first
//!   correction that moved it, by a right clock and in whole minutes where seconds do not count; grace, `watch_window`,
//!   `early_in`, `late_out` and free latenesses go by that instant, and the exception stands there. Where the shift lies is
//!   pay: `flexible` and `late_off` move it by the corrected punch. An edge whose punch was added is not known, so that it
//!   is not compared: the in or out that opens or closes a pair, or misses its other side, stays missing, at its own
//!   instant, unless the edge needs no punch. A punch that was moved and then repeats another does not count, nor is it
//!   judged; of an added one nothing stays missing then. Meals and breaks, `absent`, `undertime` and what overtime asks of
//!   punches see the punches as corrected.
//! - Source: employer policy (China: 补卡 repairs the record of hours, and the lateness is counted all the same).
//! - Shown:  timecards/punches/still_late.md

#![allow(clippy::indexing_slicing, reason = "the indexes are those of the lists of one card, kept by this phase")]

use core::num::NonZeroU32;

use crate::card::{CardState, KeptPunch, PunchRole, WorkedShift};
use crate::codes::{ExceptionCode, PunchKind};
use crate::open::correction_policy::CorrectedAs;
use crate::shape::pairing::PairingMode;
use crate::time::{Seconds, Timestamp};
use crate::timecard::Inputs;

/// A raw punch that corrections moved.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moved {
    /// Its number among the raw punches.
    pub(crate) raw: NonZeroU32,
    /// Where it was recorded.
    pub(crate) from: Timestamp,
}

/// Whether attendance judges the punches of a worked shift as they were recorded.
pub(super) fn is_still_late(inputs: &Inputs<'_>, shift: &WorkedShift) -> bool {
    may_be_still_late(inputs) && inputs.plan_of(shift).corrections.counts_as == CorrectedAs::StillLate
}

/// A shortcut: most rulesets do not say so, and most cards have no corrections.
pub(super) fn may_be_still_late(inputs: &Inputs<'_>) -> bool {
    inputs.timeline.needs().still_late && !inputs.card.corrections.is_empty()
}

/// Where a punch was recorded; `None` for one that a correction added.
pub(super) fn recorded(punch: &KeptPunch, moved: &[Moved]) -> Option<Timestamp> {
    let raw = punch.raw?;
    let from = moved.iter().find(|moved| moved.raw == raw).map(|moved| moved.from);
    Some(from.unwrap_or(punch.at))
}

/// Reports added punches that stay missing.
pub(super) fn note_missing(inputs: &Inputs<'_>, state: &mut CardState) {
    if !may_be_still_late(inputs) {
        return;
    }
    for number in 0..state.shifts.len() {
        let (shift, shown_on) = (state.shifts[number], state.shown_on[number]);
        if shift.callback || !is_still_late(inputs, &shift) || !inputs.card.employs(shown_on) {
            continue;
        }
        let typed = inputs.plan_of(&shift).pairing.mode == PairingMode::Typed;
        let planned = shift.scheduled.map(|index| state.scheduled[index as usize]);
        for index in shift.first_punch as usize..shift.last_punch as usize {
            let punch = state.punches[index];
            let missing = missing(&punch, typed).filter(|_| punch.raw.is_none());
            let is_needed = planned.is_none_or(|planned| match missing {
                Some(ExceptionCode::MissingIn) => planned.needs_in,
                Some(_) | None => planned.needs_out,
            });
            if let Some(code) = missing.filter(|_| is_needed) {
                state.notice(code, shown_on, punch.at, Seconds::ZERO);
            }
        }
    }
}

/// What is missing without a punch.
fn missing(punch: &KeptPunch, typed: bool) -> Option<ExceptionCode> {
    let is = |kind| !typed || punch.kind == kind || punch.kind.is_without_direction();
    match punch.role {
        PunchRole::Opens | PunchRole::MissesOut => is(PunchKind::In).then_some(ExceptionCode::MissingIn),
        PunchRole::Closes | PunchRole::MissesIn => is(PunchKind::Out).then_some(ExceptionCode::MissingOut),
        PunchRole::ClosesAndOpens | PunchRole::Unused => None,
    }
}
