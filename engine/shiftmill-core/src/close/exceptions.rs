//! Exceptions: what a person must look at, how much it matters, and how far it has got.
//! - Takes:  what the phases noticed.
//! - Gives:  one exception per code, workday and instant, with severity and state.
//! - Runs:   in close, after pay.
//! - Edges:  pending while `as_of` is before the instant at which nothing more can be expected: the end of the
//!   workday's scheduled shift plus its `latest_out`; without a shift, 16 hours after the instant it refers to.
//!   Waived when the card has a waiver for its code and workday.
//! - Source: employer policy.
//! - Shown:  timecards/exceptions/states.md

use crate::codes::{ExceptionCode, Severity};

/// How much each exception matters; `None`: it is not raised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExceptionRules {
    severity: [Option<Severity>; ExceptionCode::ALL.len()],
}

impl ExceptionRules {
    /// The severity of an exception; `None` when the ruleset does not want it.
    pub fn severity(&self, code: ExceptionCode) -> Option<Severity> {
        self.severity.get(code as usize).copied().flatten()
    }

    /// Sets the severity of an exception, or that it is not wanted.
    pub fn set(&mut self, code: ExceptionCode, severity: Option<Severity>) {
        if let Some(entry) = self.severity.get_mut(code as usize) {
            *entry = severity;
        }
    }
}

impl Default for ExceptionRules {
    fn default() -> ExceptionRules {
        let mut rules = ExceptionRules { severity: [Some(Severity::Medium); ExceptionCode::ALL.len()] };
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
        E::ShiftTooLong | E::PairTooLong | E::RoundConflict | E::CorrectionUnmatched => Some(Severity::High),
        E::EarlyOut | E::UnderHours | E::FuturePunch | E::ContextShort | E::LeaveOverlap => Some(Severity::Medium),
        E::UnscheduledWork | E::EarlyIn | E::LateOut | E::LeaveWorked => Some(Severity::Low),
        E::ClockAmbiguous => Some(Severity::Info),
        // Said only on demand: every busy terminal makes thousands.
        E::DuplicatePunch | E::HolidayWorked => None,
    }
}
