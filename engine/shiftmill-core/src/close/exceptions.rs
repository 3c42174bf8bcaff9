//! Exceptions: what a person must look at, with its severity and state.
//! - Takes:  what the phases noticed.
//! - Gives:  one exception per code, workday and instant, with severity and state.
//! - Runs:   in close, after pay.
//! - Edges:  pending while `as_of` is before the instant at which nothing more can be expected: the end of the last
//!   shift scheduled on its workday plus that shift's `latest_out`; without a shift, 16 hours after the instant it
//!   refers to. With rejected rows none is final: a row that could not be read may resolve any of them. Waived when the card has a waiver for its code and workday, pending or not. Only workdays of the pay
//!   period have exceptions. Of several with one code, workday and instant the one with the greatest measure stays;
//!   reviews of different rules of plugins stay separate, and so do those of different watchers.
//! - Source: employer policy.
//! - Shown:  timecards/exceptions/states.md

use core::cmp::Reverse;

use crate::card::{CardState, Noticed, ScheduledShift};
use crate::codes::{ExceptionCode, ExceptionState, RuleId, Severity};
use crate::evaluation::{Detail, Evaluations, ExceptionRow, MarkRow};
use crate::record::{Note, Recorder, StatementEffect};
use crate::time::{Seconds, Timestamp, Workday};
use crate::timecard::{Inputs, Waiver, WaiverKind};
use crate::watch;

/// How long after the instant it refers to an exception may still resolve itself, without a scheduled shift.
const RESOLVES_WITHIN: Seconds = Seconds::hours(16);

/// One more than the highest number of an exception; not every number below it is taken.
const NUMBERS: usize = {
    let (mut rest, mut highest) = (ExceptionCode::ALL, 0);
    while let [code, others @ ..] = rest {
        highest = if *code as usize > highest { *code as usize } else { highest };
        rest = others;
    }
    highest + 1
};

/// How much each exception matters; `None`: it is not raised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExceptionRules {
    severity: [Option<Severity>; NUMBERS],
}

impl ExceptionRules {
    /// The severity of an exception; `None` when the ruleset turns it off.
    pub fn severity(&self, code: ExceptionCode) -> Option<Severity> {
        self.severity.get(code as usize).copied().flatten()
    }

    /// Sets the severity of an exception, or turns it off.
    pub fn set(&mut self, code: ExceptionCode, severity: Option<Severity>) {
        if let Some(entry) = self.severity.get_mut(code as usize) {
            *entry = severity;
        }
    }
}

impl Default for ExceptionRules {
    fn default() -> ExceptionRules {
        let mut rules = ExceptionRules { severity: [None; NUMBERS] };
        for code in ExceptionCode::ALL {
            rules.set(*code, default_severity(*code));
        }
        rules
    }
}

/// The severity of each exception unless the ruleset says otherwise.
pub const fn default_severity(code: ExceptionCode) -> Option<Severity> {
    use ExceptionCode as E;
    match code {
        E::MissingIn | E::MissingOut | E::MissingMealPunch | E::MissingBreakPunch => Some(Severity::Critical),
        E::LateIn | E::SeriousLate | E::AbsentHalf | E::AbsentByLateness | E::Absent => Some(Severity::High),
        E::MealMissing | E::MealShort | E::MealLate => Some(Severity::High),
        E::ShiftTooLong | E::PairTooLong | E::RoundConflict | E::CorrectionUnmatched | E::CorrectionRefused => {
            Some(Severity::High)
        }
        E::OvertimeCapDay | E::CompLeaveNotAllowed | E::OutsideEmployment => Some(Severity::High),
        E::HoursOverLimit | E::RestShort | E::WeeklyRestShort | E::ConsecutiveDays => Some(Severity::High),
        E::ContinuousWork | E::SpreadTooLong | E::BreakShort => Some(Severity::Medium),
        E::LimitNear => Some(Severity::Low),
        E::OvertimeUnapproved | E::OvertimeOverApproved | E::OvertimeBelowMinimum => Some(Severity::Medium),
        E::PluginFailed => Some(Severity::Critical),
        E::EarlyOut
        | E::UnderHours
        | E::CoreHoursMissed
        | E::FuturePunch
        | E::ContextShort
        | E::FactsRejected
        | E::LeaveOverlap
        | E::NeedsReview
        | E::OddPunches
        | E::Undertime
        | E::IgnoredPunch
        | E::UnapprovedOffsitePunch
        | E::UnapprovedCallback
        | E::OverSchedule
        | E::HolidayUndecided
        | E::StaleOverride => Some(Severity::Medium),
        E::UnscheduledWork | E::EarlyIn | E::LateOut | E::LeaveWorked | E::GapWorked | E::MarkedPunch => {
            Some(Severity::Low)
        }
        E::DuplicateShift
        | E::RestDayRostered
        | E::WorkdayRest
        | E::CallbackWork
        | E::OffsitePunch
        | E::LateRecordedPunch
        | E::HolidayEmployedShort
        | E::HolidayMissedBefore
        | E::HolidayMissedAfter
        | E::HolidayMissedOnDay => Some(Severity::Info),
        // Only where the ruleset marks corrected punches.
        E::CorrectedPunch => Some(Severity::Info),
        // Off by default: every busy terminal causes thousands.
        E::DuplicatePunch | E::HolidayWorked => None,
    }
}

/// Adds what was noticed in the pay period to the results: by workday, code, instant.
pub(crate) fn raise(inputs: &Inputs<'_>, detail: Detail, state: &mut CardState, results: &mut Evaluations) {
    let CardState { noticed, scheduled, .. } = state;
    let first = results.exceptions.len();
    noticed.retain(|noticed| inputs.window.pay_period.contains(noticed.workday));
    noticed.sort_unstable_by_key(|noticed| (noticed.key(), Reverse(noticed.measure), noticed.rule, noticed.says));
    noticed.dedup_by_key(|noticed| noticed.key());
    let all_settled = all_settled(noticed, scheduled, inputs);
    let incomplete = inputs.card.rejected_rows > 0;
    for Noticed { code, workday, at, measure, rule, says, .. } in noticed.iter().copied() {
        let Some(severity) = inputs.timeline.at(workday).severity_of(code, rule) else { continue };
        let waiver = Waiver { workday, kind: WaiverKind::Exception(code) };
        let state = if inputs.card.waivers.contains(&waiver) {
            ExceptionState::Waived
        } else if incomplete || !all_settled && inputs.window.as_of < settled_at(workday, at, scheduled, inputs) {
            ExceptionState::Pending
        } else {
            ExceptionState::Final
        };
        if let Some(reason) = says.filter(|_| detail >= Detail::Spans) {
            results.marks.push(MarkRow { exception: (results.exceptions.len() - first) as u32, reason });
        }
        results.exceptions.push(ExceptionRow { workday, code, state, severity, at, measure, rule });
    }
}

/// Notes what each waiver of an exception in the pay period does. The exceptions of the card begin at row `first`.
pub(super) fn note_waivers<R: Recorder>(inputs: &Inputs<'_>, results: &Evaluations, first: usize, recorder: &mut R) {
    if !R::LISTENS {
        return;
    }
    let raised = || (first..results.exceptions.len()).filter_map(|row| results.exceptions.get(row));
    for waiver in inputs.card.waivers.iter().filter(|waiver| inputs.window.pay_period.contains(waiver.workday)) {
        let WaiverKind::Exception(code) = waiver.kind else { continue };
        let workday = waiver.workday;
        let acts = raised().any(|row| row.workday == workday && row.code == code);
        let effect = if acts { StatementEffect::Acts } else { StatementEffect::ChangesNothing };
        recorder.note(Note::ExceptionWaived { workday, code, effect });
    }
}

impl Noticed {
    /// What makes two of them one exception, in the order of exceptions.
    fn key(&self) -> (Workday, ExceptionCode, Timestamp, Option<RuleId>) {
        let names_rule = self.code == ExceptionCode::NeedsReview || watch::raise(self.code);
        let asked_by = names_rule.then_some(self.rule);
        (self.workday, self.code, self.at, asked_by)
    }
}

/// True when nothing more can be expected of any workday, as is usual when a pay period is evaluated after its end.
fn all_settled(noticed: &[Noticed], scheduled: &[ScheduledShift], inputs: &Inputs<'_>) -> bool {
    let as_of = inputs.window.as_of;
    let shift_is_settled =
        |shift: &ScheduledShift| inputs.plan_of_scheduled(shift).schedule.punch_window(shift).1 <= as_of;
    noticed.iter().all(|noticed| noticed.at.after(RESOLVES_WITHIN) <= as_of) && scheduled.iter().all(shift_is_settled)
}

/// The instant from which nothing more can be expected of a workday.
fn settled_at(workday: Workday, at: Timestamp, scheduled: &[ScheduledShift], inputs: &Inputs<'_>) -> Timestamp {
    let of_day = scheduled.iter().filter(|shift| shift.workday == workday);
    match of_day.max_by_key(|shift| shift.end) {
        Some(last) => inputs.plan_of_scheduled(last).schedule.punch_window(last).1,
        None => at.after(RESOLVES_WITHIN),
    }
}
