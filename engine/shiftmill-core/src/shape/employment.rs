//! Employment: days on which the person is not employed raise nothing and earn nothing.
//! - Takes:  the dates of employment, spans of work.
//! - Gives:  work shown on a workday outside of employment, under a pay code of its own; `outside_employment`, once for
//!   each such workday with work or punches, at the first of it, measured by its work time.
//! - Keeps:  every second. Work outside of employment is seen by no overtime tier and earns no premium.
//! - Runs:   after leave, before the comparison with the schedule. The rules that expect something of a day, or pay a day
//!   without work, ask [`Timecard::employs`] themselves: scheduled shifts, leave, attendance, expected time, required
//!   meals, approved time, holidays.
//! - Edges:  both the day of hiring and the last day are employed. A card without dates is of a person employed always.
//!   The reporting workday decides: a night shift that begins on the last day belongs to it, unless the ruleset shows
//!   work on the date of each second.
//! - Source: 29 CFR 785.11: work that is suffered or permitted is work time, so it is shown and never dropped.
//! - Shown:  timecards/employment/dates.md
//!
//! [`Timecard::employs`]: crate::Timecard::employs

use alloc::vec::Vec;

use crate::card::{CardState, Noticed};
use crate::codes::{ExceptionCode, PayCode, RuleId};
use crate::reason::{Because, Reason};
use crate::record::{Note, Recorder};
use crate::time::{Seconds, Timestamp, Workday};
use crate::timecard::Inputs;

/// What becomes of work outside of employment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EmploymentRules {
    /// The pay code of such work.
    pub outside_to: PayCode,
}

const OUTSIDE: Reason = Reason { rule: RuleId::ATTENDANCE, because: Because::OutsideEmployment };

/// Gives work outside of employment its pay code, and notices it.
pub(super) fn leave_out<R: Recorder>(inputs: &Inputs<'_>, state: &mut CardState, recorder: &mut R) {
    if inputs.card.employment.is_empty() {
        return;
    }
    let first = state.noticed.len();
    let CardState { spans, shifts, shown_on, noticed, .. } = state;
    for (shift, workday) in shifts.iter().zip(shown_on.iter()) {
        if !inputs.card.employs(*workday) {
            notice(noticed, first, *workday, shift.start, Seconds::ZERO);
        }
    }
    for span in spans.iter_mut().filter(|span| span.state.is_work()) {
        let workday = span.reporting_workday;
        if inputs.card.employs(workday) {
            continue;
        }
        notice(noticed, first, workday, span.start, span.length());
        let to = inputs.timeline.at(workday).employment.outside_to;
        if R::LISTENS {
            let (start, end, from) = (span.start, span.end, span.code);
            let (reason, counter_before, counter_after) = (OUTSIDE, Seconds::ZERO, Seconds::ZERO);
            recorder.note(Note::Recoded { start, end, from, to, reason, counter_before, counter_after });
        }
        (span.code, span.reason) = (to, OUTSIDE);
    }
}

/// Adds to the exception of a workday, or begins it.
fn notice(noticed: &mut Vec<Noticed>, first: usize, workday: Workday, at: Timestamp, measure: Seconds) {
    let own = noticed.get_mut(first..).unwrap_or_default();
    match own.iter_mut().find(|noticed| noticed.workday == workday) {
        Some(noticed) => {
            noticed.at = noticed.at.min(at);
            noticed.measure = noticed.measure.plus(measure);
        }
        None => noticed.push(Noticed {
            code: ExceptionCode::OutsideEmployment,
            workday,
            at,
            measure,
            rule: RuleId::ATTENDANCE,
            shift: None,
            says: None,
        }),
    }
}
