//! Punches made outside of the site (field work): they count, or need an approval.
//! - Takes:  punches of kind `offsite` after corrections, in order; approvals of kind `trip` and `outing` that are
//!   approved and known at `as_of`.
//! - Gives:  those that count, with `offsite_punch` (information only) for each, on the workday that its worked shift is
//!   shown on; `unapproved_offsite_punch` for one that does not count, on its local date.
//! - Keeps:  every other punch. One that counts is paired as a punch without direction.
//! - Runs:   left out before repeats are dropped, so that one that does not count repeats nothing; noted once the shifts
//!   have their workdays.
//! - Edges:  an approval between clock times covers the punches from its start to its end, both included; one without
//!   covers those of the local date that is its workday, whatever its length. The local date of the punch decides which
//!   version of the rules.
//! - Source: employer policy (China: 外勤打卡; approvals of 外出 and 出差).
//! - Shown:  timecards/punches/offsite.md

use crate::card::{CardState, Noticed};
use crate::codes::{ApprovalKind, ApprovalStatus, ExceptionCode, PunchKind};
use crate::open::normalise::NeedsApproval;
use crate::plan::Plan;
use crate::time::{Seconds, Timestamp};
use crate::timecard::{Approval, ApprovalTime, Inputs};

/// Leaves out the punches made outside that need an approval and have none.
pub(super) fn leave_out<'a>(
    inputs: &Inputs<'_>,
    state: &mut CardState,
    plan_at: &mut impl FnMut(Timestamp) -> &'a Plan,
) {
    let CardState { punches, noticed, .. } = state;
    punches.retain(|punch| {
        let counts = match punch.kind == PunchKind::Offsite {
            true => match plan_at(punch.at).normalise.offsite {
                NeedsApproval::Never => true,
                NeedsApproval::Always => is_approved(inputs, punch.at),
            },
            false => true,
        };
        if !counts {
            let workday = inputs.card.zone.date_at(punch.at);
            let code = ExceptionCode::UnapprovedOffsitePunch;
            noticed.push(Noticed::in_punches(code, workday, punch.at, Seconds::ZERO));
        }
        counts
    });
}

/// Whether somebody approved that the person was outside at an instant.
fn is_approved(inputs: &Inputs<'_>, at: Timestamp) -> bool {
    let covers = |approval: &Approval| match approval.time {
        ApprovalTime::Span { start, end } => start <= at && at <= end,
        ApprovalTime::Workday(workday) | ApprovalTime::Length(workday, _) => inputs.card.zone.date_at(at) == workday,
    };
    inputs.card.approvals.iter().any(|approval| {
        let allows = match approval.kind {
            ApprovalKind::Trip | ApprovalKind::Outing => true,
            ApprovalKind::Overtime
            | ApprovalKind::EarlyIn
            | ApprovalKind::LateOut
            | ApprovalKind::Leave
            | ApprovalKind::Callback => false,
        };
        allows
            && approval.status == ApprovalStatus::Approved
            && approval.recorded_at <= inputs.window.as_of
            && covers(approval)
    })
}

/// Notes the punches made outside that count.
pub(crate) fn note(inputs: &Inputs<'_>, state: &mut CardState) {
    if !inputs.card.rare_kinds {
        return;
    }
    let CardState { punches, shifts, shown_on, noticed, .. } = state;
    for ((number, shift), workday) in (0_u32..).zip(shifts.iter()).zip(shown_on.iter()) {
        let own = punches.get(shift.first_punch as usize..shift.last_punch as usize).unwrap_or(&[]);
        for punch in own.iter().filter(|punch| punch.kind == PunchKind::Offsite) {
            let noticed_now = Noticed::in_punches(ExceptionCode::OffsitePunch, *workday, punch.at, Seconds::ZERO);
            noticed.push(noticed_now.of_shift(number));
        }
    }
}
