//! Call-backs: worked shifts that belong to no roster.

use shiftmill_core::open::normalise::NeedsApproval;
use shiftmill_core::{ApprovalKind, ApprovalStatus, ApprovalTime, ExceptionCode, PunchKind, Seconds};

use super::attendance::View;
use super::employment::is_employed;
use super::moments::Moment;
use super::punches::Tap;
use super::shifts::Shift;
use super::{Notice, plan_of};

/// Whether a tap is of a call-back.
pub(crate) fn is_of_callback(tap: Tap) -> bool {
    tap.kind == PunchKind::CallbackIn || tap.kind == PunchKind::CallbackOut
}

/// Whether a worked shift is a call-back.
pub(crate) fn is_callback(shift: &Shift) -> bool {
    shift.taps.first().is_some_and(|tap| is_of_callback(*tap))
}

/// Whether a moment is work of a call-back.
pub(crate) fn is_in_callback(shifts: &[Shift], moment: &Moment) -> bool {
    moment.shift.is_some_and(|shift| is_callback(&shifts[shift]))
}

/// Whether a tap belongs to the run before it because of a call-back; `None`: neither has to do with one.
pub(crate) fn goes_on(run: &[Tap], tap: Tap) -> Option<bool> {
    let concerned = is_of_callback(run[0]) || is_of_callback(tap);
    let is_answer = run.len() == 1 && run[0].kind == PunchKind::CallbackIn && tap.kind == PunchKind::CallbackOut;
    concerned.then_some(is_answer)
}

/// Reports all call-backs.
pub(crate) fn judge(view: &View<'_>, notices: &mut Vec<Notice>) {
    let View { question, shifts, moments, .. } = *view;
    for (index, shift) in shifts.iter().enumerate().filter(|entry| is_callback(entry.1)) {
        if !is_employed(question, shift.shown_on) {
            continue;
        }
        let approved = question.facts.approvals.iter().any(|approval| {
            let covers = match approval.time {
                ApprovalTime::Span { start, end } => shift.begins >= start && shift.begins < end,
                ApprovalTime::Workday(day) => day == shift.shown_on,
                ApprovalTime::Length(day, _) => day == shift.shown_on,
            };
            let counts = approval.status == ApprovalStatus::Approved && approval.kind == ApprovalKind::Callback;
            counts && covers && approval.recorded_at <= question.window.as_of
        });
        let asks = plan_of(question, shift.plan_day).normalise.callback == NeedsApproval::Always;
        let code = if asks && !approved { ExceptionCode::UnapprovedCallback } else { ExceptionCode::CallbackWork };
        let own = moments.iter().filter(|moment| moment.shift == Some(index) && moment.counts_as_work());
        let measure = Seconds(own.map(|moment| moment.length).sum());
        notices.push(Notice { code, workday: shift.shown_on, at: shift.begins, measure });
    }
}
