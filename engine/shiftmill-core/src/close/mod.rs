//! Phase four: watchers, exceptions, totals and the result.
mod carry;
mod context;
pub mod exceptions;
pub(crate) mod overrides;
mod rejected;
pub(crate) mod splits;
#[cfg(test)]
mod tests;
pub(crate) mod totals;
mod undecided;

use crate::card::CardState;
use crate::evaluation::{Detail, EvaluationError, Evaluations, OverrideRow};
use crate::record::Recorder;
use crate::scratch::Scratch;
use crate::shape::workdays;
use crate::timecard::Inputs;
use crate::watch;

/// Adds the rows of one card to `results`: those of workdays in the pay period. True when they are provisional.
///
/// # Errors
/// [`EvaluationError::ContextShort`] when days of context are missing, [`EvaluationError::HolidayUndecided`] when days
/// that are not over decide about a holiday, [`EvaluationError::FactsRejected`] when rows of the employee could not be
/// read, and the request wants final results only.
pub fn close<R: Recorder>(
    inputs: &Inputs<'_>,
    detail: Detail,
    state: &mut CardState,
    scratch: &mut Scratch,
    results: &mut Evaluations,
    recorder: &mut R,
) -> Result<bool, EvaluationError> {
    watch::watch(inputs, state, &mut scratch.watch, recorder);
    let short = context::check(inputs, state)?;
    let undecided = undecided::check(inputs, state)?;
    let provisional = rejected::check(inputs, state)? || short || undecided;
    totals::gather_lines(inputs, state, &mut scratch.totals);
    overrides::apply(inputs, state, &mut scratch.totals, &mut scratch.overrides);
    let first = results.exceptions.len();
    exceptions::raise(inputs, detail, state, results);
    exceptions::note_waivers(inputs, results, first, recorder);
    totals::add_up(inputs, &mut scratch.totals, results);
    let overrides = scratch.overrides.rows.as_slice();
    splits::add(inputs, state, overrides, &mut scratch.splits, results);
    if detail >= Detail::Workdays {
        add_workdays(inputs, state, overrides, results);
        totals::add_lines(inputs, &scratch.totals, results);
        overrides.iter().for_each(|row| results.overrides.push(*row));
    }
    if detail >= Detail::Spans {
        let pay_period = inputs.window.pay_period;
        results.spans.extend(state.spans.iter().filter(|span| pay_period.contains(span.reporting_workday)));
        results.premiums.extend(state.premiums.iter().filter(|span| pay_period.contains(span.reporting_workday)));
        results.quantities.extend(state.quantities.iter().filter(|quantity| pay_period.contains(quantity.workday)));
        results.reasons.extend(&state.reasons);
    }
    carry::carry_over(inputs, state, results);
    Ok(provisional)
}

fn add_workdays(inputs: &Inputs<'_>, state: &mut CardState, overrides: &[OverrideRow], results: &mut Evaluations) {
    // Holidays that were not worked are paid after the workdays were collected, and may be on a day of their own; so
    // may overrides.
    workdays::add_days_of_quantities(inputs, state);
    workdays::add_days_of_overrides(inputs, state, overrides);
    let pay_period = inputs.window.pay_period;
    let from = state.workdays.partition_point(|day| day.workday < pay_period.first);
    let until = state.workdays.partition_point(|day| day.workday <= pay_period.last);
    let days = state.workdays.get(from..until).unwrap_or(&[]);
    // Column by column: several times faster than row by row.
    let columns = &mut results.workdays;
    columns.workday.extend(days.iter().map(|day| day.workday));
    columns.day_type.extend(days.iter().map(|day| day.day_type));
    columns.punches.extend(days.iter().map(|day| day.punches));
    columns.worked.extend(days.iter().map(|day| day.worked));
}
