//! Holidays that days which are not over still decide.
//! - Takes:  what holiday pay noticed.
//! - Gives:  provisional results when some holiday of the pay period is undecided.
//! - Runs:   in close, before exceptions.
//! - Edges:  the holiday is not paid so far; `holiday_undecided` stands on its workday.
//! - Source: employer policy.
//! - Shown:  timecards/holidays/eligibility.md

use crate::card::CardState;
use crate::codes::ExceptionCode;
use crate::evaluation::EvaluationError;
use crate::timecard::Inputs;

/// True when the pay of some holiday is undecided.
///
/// # Errors
/// [`EvaluationError::HolidayUndecided`] when it is and the request wants final results only.
pub(crate) fn check(inputs: &Inputs<'_>, state: &CardState) -> Result<bool, EvaluationError> {
    if !inputs.timeline.needs().holidays_not_worked {
        return Ok(false);
    }
    let pay_period = inputs.window.pay_period;
    let undecided = state.noticed.iter().filter(|noticed| noticed.code == ExceptionCode::HolidayUndecided);
    match undecided.map(|noticed| noticed.workday).filter(|holiday| pay_period.contains(*holiday)).min() {
        None => Ok(false),
        Some(holiday) if inputs.window.require_final => Err(EvaluationError::HolidayUndecided { holiday }),
        Some(_) => Ok(true),
    }
}
