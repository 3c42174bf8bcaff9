//! Manual hours: hours that a person adds to a workday, paid to the pay code that the person names.
//! - Takes:  manual hours known at `as_of`.
//! - Gives:  a quantity for each of them, with "manual hours" as the reason.
//! - Keeps:  all other time: no counter of overtime and no premium sees manual hours, and they are no worked time.
//! - Runs:   after overtime and the pay of holidays.
//! - Edges:  several on one workday add up. Manual hours on workdays outside of employment do not count, and raise
//!   `outside_employment`, at midnight, measured by their length.
//! - Source: 29 CFR 516.2 (a record shows what was paid, and why); vendors' "add hours".
//! - Shown:  timecards/manual/hours.md

use crate::card::{CardState, Quantity};
use crate::codes::{ExceptionCode, RuleId};
use crate::evaluation::{EvaluationError, FactList};
use crate::reason::{Because, Reason};
use crate::time::Seconds;
use crate::timecard::{Inputs, ManualHours};

/// The most hours that one fact may add.
pub(crate) const MANUAL_HOURS_MAX: Seconds = Seconds::hours(24);

impl ManualHours {
    /// Refuses hours that the ruleset cannot pay.
    pub(crate) fn check(&self, index: u32, inputs: &Inputs<'_>) -> Result<(), EvaluationError> {
        if !inputs.timeline.names().counts_time(self.code) {
            return Err(EvaluationError::UnknownPayCode { index, code: self.code.0, list: FactList::ManualHours });
        }
        if self.amount > MANUAL_HOURS_MAX {
            return Err(EvaluationError::ManualHoursTooLong { index });
        }
        Ok(())
    }
}

/// Adds the manual hours of a card.
pub(super) fn pay(inputs: &Inputs<'_>, state: &mut CardState) {
    for hours in inputs.card.manual_hours.iter().filter(|hours| hours.recorded_at <= inputs.window.as_of) {
        let ManualHours { workday, code, amount, recorded_at: _ } = *hours;
        if inputs.card.employs(workday) {
            let reason = Reason { rule: RuleId::WORKED, because: Because::ManualHours };
            state.quantities.push(Quantity { workday, code, amount: amount.0, reason });
        } else {
            state.notice(ExceptionCode::OutsideEmployment, workday, inputs.card.zone.midnight(workday), amount);
        }
    }
}
