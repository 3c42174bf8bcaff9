//! Call-backs: people who are called back to work after they have left.
//! - Takes:  punches of the kinds `callback_in` and `callback_out`; approvals of kind `callback` that are approved and
//!   known at `as_of`.
//! - Gives:  worked shifts of their own; for each `callback_work` (information only), or `unapproved_callback` where the
//!   ruleset asks for an approval and none covers it. Both are where the shift is shown, at its start, measured by its
//!   work time.
//! - Keeps:  all time. A call-back without approval counts all the same: a person must look at it.
//! - Runs:   their punches are gathered and paired with all others, in `matching` and `pairing`; judged with attendance.
//! - Edges:  a `callback_in` begins a worked shift, whatever the gap, and only a `callback_out` as the very next punch
//!   belongs to it; alone, the one misses its out and the other its in, in every mode of pairing. So a call-back divides
//!   the work around it. It matches no scheduled shift and is compared with none: nobody is late, early or present by it,
//!   it makes up for no time that a workday expects, and it is no `unscheduled_work`. Overtime approvals do not decide
//!   about it. An approval between clock times covers the call-backs that start in it; one without covers those shown on
//!   its workday, whatever its length.
//! - Dates:  the plan of the worked shift.
//! - Source: employer policy; collective agreements on call-back pay.
//! - Shown:  timecards/callbacks/callbacks.md

#![allow(clippy::indexing_slicing, reason = "the indexes are those of the lists of one card, kept by this phase")]

use crate::card::{CardState, KeptPunch, Span, WorkedShift};
use crate::codes::{ApprovalKind, ApprovalStatus, ExceptionCode};
use crate::open::normalise::NeedsApproval;
use crate::time::{Seconds, Workday};
use crate::timecard::{Approval, ApprovalTime, Inputs};

/// Whether a worked shift that may be a call-back, or the punch after it, is one: then nothing else decides whether the
/// punch belongs to it.
pub(super) fn is_next_to(is_callback: bool, punch: &KeptPunch) -> bool {
    is_callback || punch.kind.is_callback()
}

/// Reports every call-back.
pub(super) fn judge(inputs: &Inputs<'_>, state: &mut CardState) {
    if !inputs.card.rare_kinds {
        return;
    }
    for number in 0..state.shifts.len() {
        let (shift, label) = (&state.shifts[number], state.shown_on[number]);
        // Work outside of employment has an exception of its own.
        if !shift.callback || !inputs.card.employs(label) {
            continue;
        }
        let own = |span: &&Span| span.shift == Some(number as u32) && span.state.is_work();
        let measure = state.spans.iter().filter(own).map(Span::length).sum();
        let code = match inputs.timeline.at(shift.workday).normalise.callback {
            NeedsApproval::Always if !is_approved(inputs, shift, label) => ExceptionCode::UnapprovedCallback,
            NeedsApproval::Always | NeedsApproval::Never => ExceptionCode::CallbackWork,
        };
        let at = shift.start;
        state.notice(code, label, at, measure);
    }
}

/// Whether somebody approved a call-back.
fn is_approved(inputs: &Inputs<'_>, shift: &WorkedShift, shown_on: Workday) -> bool {
    let covers = |approval: &Approval| match approval.time {
        ApprovalTime::Span { start, end } => start <= shift.start && shift.start < end,
        ApprovalTime::Workday(workday) | ApprovalTime::Length(workday, _) => workday == shown_on,
    };
    inputs.card.approvals.iter().any(|approval| {
        approval.kind == ApprovalKind::Callback
            && approval.status == ApprovalStatus::Approved
            && approval.recorded_at <= inputs.window.as_of
            && covers(approval)
    })
}

/// Whether a worked shift that is no call-back is shown on a workday.
pub(super) fn has_other_shift(workday: Workday, state: &CardState) -> bool {
    state.shifts.iter().zip(&state.shown_on).any(|(shift, shown_on)| *shown_on == workday && !shift.callback)
}

/// The work of call-backs that is shown on a workday.
pub(super) fn work_on(workday: Workday, state: &CardState) -> Seconds {
    let is_callback = |shift: u32| state.shifts[shift as usize].callback;
    let own = |span: &&Span| span.reporting_workday == workday && span.shift.is_some_and(is_callback);
    state.spans.iter().filter(own).filter(|span| span.state.is_work()).map(Span::length).sum()
}
