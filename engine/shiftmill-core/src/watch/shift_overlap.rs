//! Overlap of scheduled shifts: a person cannot work two shifts at once.
//! - Takes:  scheduled shifts to work, as planned.
//! - Gives:  `shift_overlap` on the workday of the later shift, at its start, measured by the time that it shares with
//!   earlier ones.
//! - Edges:  shifts that touch do not overlap. Days on call may overlap shifts. A free end is none.
//! - Source: employer policy.
//! - Shown:  timecards/watchers/shift_overlap.md

use super::limit::Level;
use super::{Finding, Watch};
use crate::card::CardState;
use crate::record::Recorder;
use crate::time::{Seconds, Timestamp, WorkdayRange};
use crate::timecard::Inputs;

/// Judges the scheduled shifts of the workdays of a version.
pub(super) fn judge<R: Recorder>(inputs: &Inputs<'_>, watch: &Watch<'_>, state: &mut CardState, recorder: &mut R) {
    let CardState { scheduled, noticed, .. } = state;
    let mut taken_until = Timestamp(i64::MIN);
    for shift in scheduled.iter() {
        let shared = taken_until.min(shift.planned_end).since(shift.start);
        let workday = shift.workday;
        if !shared.is_zero() && watch.days.contains(workday) && inputs.card.employs(workday) {
            let level = Level::Passed;
            watch.notice(Finding { level, workday, at: shift.start, measure: shared }, noticed);
            watch.note(level, WorkdayRange { first: workday, last: workday }, (shared, Seconds::ZERO), recorder);
        }
        taken_until = taken_until.max(shift.planned_end);
    }
}
