//! Rejected facts: rows of the employee that whoever read the facts could not use.
//! - Takes:  the number of rejected rows.
//! - Gives:  `facts_rejected` and provisional results when there are any.
//! - Runs:   in close, after the days of context.
//! - Edges:  nobody knows on which day a row that cannot be read belongs. The one `facts_rejected` exception is shown on
//!   the first workday of the pay period, at `as_of`, and no exception of the timecard is final.
//! - Source: 29 CFR 785.13 and 516.2: the employer must know and record all hours worked; a record that could not be
//!   read is not a day without work.
//! - Shown:  timecards/context/rejected_rows.md

use crate::card::{CardState, Noticed};
use crate::codes::{ExceptionCode, RuleId};
use crate::evaluation::EvaluationError;
use crate::time::Seconds;
use crate::timecard::{EvaluationWindow, Inputs};

/// True when rows of the employee were rejected; then also notices it.
///
/// # Errors
/// [`EvaluationError::FactsRejected`] when rows were rejected and the request wants final results only.
pub(crate) fn check(inputs: &Inputs<'_>, state: &mut CardState) -> Result<bool, EvaluationError> {
    let rows = inputs.card.rejected_rows;
    let EvaluationWindow { pay_period, as_of, require_final, .. } = *inputs.window;
    if rows == 0 {
        return Ok(false);
    }
    if require_final {
        return Err(EvaluationError::FactsRejected { rows });
    }
    state.noticed.push(Noticed {
        code: ExceptionCode::FactsRejected,
        workday: pay_period.first,
        at: as_of,
        measure: Seconds::ZERO,
        rule: RuleId::PUNCHES,
        shift: None,
        says: None,
    });
    Ok(true)
}
