//! Phase two: punches become worked spans with their workday, beside what was scheduled.
mod assignment;
pub mod attendance;
pub mod breaks;
pub mod calendar;
pub mod leave;
pub mod matching;
pub mod meal_requirement;
pub mod pairing;
pub mod rounding;
pub mod schedule;
pub mod workdays;

pub(crate) use assignment::Room as MatchingRoom;

use crate::card::CardState;
use crate::codes::DayType;
use crate::evaluation::EvaluationError;
use crate::pay::holidays;
use crate::record::Recorder;
use crate::time::Workday;
use crate::timecard::Inputs;

/// Turns kept punches into spans with workdays, and compares them with the schedule.
///
/// # Errors
/// When a fact names something that the ruleset does not have.
pub fn shape<R: Recorder>(inputs: &Inputs<'_>, state: &mut CardState, recorder: &mut R) -> Result<(), EvaluationError> {
    lay_out(inputs, state, recorder)?;
    compare(inputs, state);
    Ok(())
}

/// The first part of shape: kept punches become spans with workdays, beside the scheduled shifts.
///
/// # Errors
/// When a fact names something that the ruleset does not have.
pub fn lay_out<R: Recorder>(
    inputs: &Inputs<'_>,
    state: &mut CardState,
    recorder: &mut R,
) -> Result<(), EvaluationError> {
    schedule::fill(inputs, state)?;
    matching::gather(inputs, state);
    matching::assign(inputs, state, recorder);
    pairing::pair(inputs, state);
    rounding::round(inputs, state, recorder);
    workdays::attribute(inputs, state);
    breaks::apply(inputs, state, recorder);
    leave::merge(inputs, state)?;
    workdays::summarise(inputs, state);
    Ok(())
}

/// The second part of shape: attendance, required meals and day types.
pub fn compare(inputs: &Inputs<'_>, state: &mut CardState) {
    attendance::compare(inputs, state);
    meal_requirement::judge(inputs, state);
    holidays::assign_day_types(inputs, state);
}

/// The type of a day, by the plan of that day and the shifts scheduled so far.
pub fn day_type(inputs: &Inputs<'_>, state: &CardState, workday: Workday) -> DayType {
    calendar::of_card(inputs, &state.scheduled, workday)
}
