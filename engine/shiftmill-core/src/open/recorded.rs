//! When punches became known: a punch counts from then on, and one that happened later than it was recorded was punched on
//! a clock that ran ahead.
//! - Takes:  raw punches with the instants at which they were recorded.
//! - Gives:  those that are known at `as_of`; `future_punch` for one that is later than it was recorded by more than
//!   `future_skew_max`, measured by how much later; `late_recorded_punch` for one that counts and was recorded later than
//!   `recorded_late_after` after it happened, measured by how late. Both are on the local date of the punch, a
//!   `future_punch` on the nearest paid day.
//! - Keeps:  punches of which the facts do not say when they were recorded, and those that a correction adds: its own
//!   instant of recording counts.
//! - Runs:   punches that are not known are left out before everything else, so that a correction cannot name them. Clocks
//!   that ran ahead are judged after `clock_offset` and corrections: a punch to which a correction gave another time is not
//!   judged. Late ones are noted once repeats are dropped, by their instants as they count.
//! - Edges:  a punch that was recorded at the very instant that its clock showed is as one of which the facts say nothing.
//!   Recorded at `as_of` is known; exactly `future_skew_max` later is no future, and exactly `recorded_late_after`
//!   is not late.
//! - Dates:  the plan of the local date of the punch.
//! - Source: employer policy; terminals without a network deliver their punches late.
//! - Shown:  timecards/punches/recorded.md

use alloc::vec::Vec;

use crate::card::{CardState, KeptPunch, Noticed};
use crate::codes::ExceptionCode;
use crate::open::{clock_offset, normalise};
use crate::plan::Plan;
use crate::record::{Note, Recorder};
use crate::time::Timestamp;
use crate::timecard::Inputs;
use crate::zone::ZoneCursor;

/// Leaves out raw punches that are not known at `as_of`.
pub(super) fn leave_out_unknown<R: Recorder>(inputs: &Inputs<'_>, punches: &mut Vec<KeptPunch>, recorder: &mut R) {
    punches.retain(|punch| match normalise::recorded_at(&inputs.card.punches, punch.raw) {
        Some(recorded_at) if recorded_at > inputs.window.as_of => {
            recorder.note(Note::PunchNotKnown { at: punch.at, recorded_at });
            false
        }
        Some(_) | None => true,
    });
}

/// Leaves out punches of clocks that ran ahead. Punches have lost no seconds yet.
pub(super) fn leave_out_ahead(inputs: &Inputs<'_>, state: &mut CardState) {
    let CardState { punches, noticed, .. } = state;
    let mut clock = ZoneCursor::new(inputs.card.zone);
    punches.retain(|punch| {
        let Some(recorded_at) = normalise::recorded_at(&inputs.card.punches, punch.raw) else { return true };
        let (day, ahead) = (clock.date_at(punch.at), punch.at.since(recorded_at));
        let counts =
            ahead <= inputs.timeline.at(day).normalise.future_skew_max || is_retimed(inputs, &mut clock, punch);
        if !counts {
            let workday = inputs.window.pay_period.nearest(day);
            noticed.push(Noticed::in_punches(ExceptionCode::FuturePunch, workday, punch.at, ahead));
        }
        counts
    });
}

/// Whether a correction gave a raw punch another time.
fn is_retimed(inputs: &Inputs<'_>, clock: &mut ZoneCursor<'_>, punch: &KeptPunch) -> bool {
    normalise::shown_at(&inputs.card.punches, punch.raw).is_some_and(|shown| {
        let right = clock_offset::right_instant(inputs, clock, shown, punch.tag);
        punch.at != right.map_or(shown, |(_, right)| right)
    })
}

/// Notes punches that became known late.
pub(super) fn note_late<'a>(
    inputs: &Inputs<'_>,
    state: &mut CardState,
    plan_at: &mut impl FnMut(Timestamp) -> &'a Plan,
) {
    let CardState { punches, noticed, .. } = state;
    for punch in punches.iter() {
        let recorded_at = normalise::recorded_at(&inputs.card.punches, punch.raw);
        let limit = plan_at(punch.at).normalise.recorded_late_after;
        let Some((recorded_at, limit)) = recorded_at.zip(limit) else { continue };
        let late = recorded_at.since(punch.at);
        if late > limit {
            let workday = inputs.card.zone.date_at(punch.at);
            noticed.push(Noticed::in_punches(ExceptionCode::LateRecordedPunch, workday, punch.at, late));
        }
    }
}
