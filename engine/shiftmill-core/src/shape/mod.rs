//! Phase two: punches become worked spans with their workday, compared with the schedule.
pub(crate) mod assignment;
pub mod attendance;
pub mod breaks;
pub mod calendar;
pub mod expectation;
pub mod leave;
pub mod matching;
pub mod meal_requirement;
pub mod pairing;
pub mod rounding;
pub mod schedule;
pub mod workdays;

use crate::card::CardState;
use crate::codes::DayType;
use crate::evaluation::EvaluationError;
use crate::pay::holidays;
use crate::record::Recorder;
use crate::scratch::Scratch;
use crate::time::Workday;
use crate::timecard::Inputs;

/// The first part of shape: kept punches become spans with workdays, beside the scheduled shifts.
///
/// # Errors
/// When a fact names something that the ruleset does not have.
pub fn lay_out<R: Recorder>(
    inputs: &Inputs<'_>,
    state: &mut CardState,
    scratch: &mut Scratch,
    recorder: &mut R,
) -> Result<(), EvaluationError> {
    schedule::fill(inputs, state)?;
    let longest = matching::gather(inputs, state);
    matching::assign(inputs, state, &mut scratch.matching, longest, recorder);
    pairing::pair(inputs, state);
    rounding::round(inputs, state, recorder);
    workdays::attribute(inputs, state);
    breaks::apply(inputs, state, &mut scratch.breaks, &mut scratch.spans, recorder);
    leave::merge(inputs, state, &mut scratch.leave, &mut scratch.spans)?;
    workdays::summarise(inputs, state);
    Ok(())
}

/// The second part of shape: attendance, what workdays expect, required meals and day types.
pub fn compare(inputs: &Inputs<'_>, state: &mut CardState, scratch: &mut Scratch) {
    attendance::compare(inputs, state, &mut scratch.attendance);
    expectation::judge(inputs, state, &mut scratch.expectation);
    meal_requirement::judge(inputs, state, &mut scratch.meals);
    holidays::assign_day_types(inputs, state, &mut scratch.spans);
}

/// The type of a day, by the plan of that day and the shifts scheduled so far.
pub fn day_type(inputs: &Inputs<'_>, state: &CardState, workday: Workday) -> DayType {
    calendar::of_card(inputs, &state.scheduled, workday)
}
