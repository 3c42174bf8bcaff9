//! Phase two: punches become worked spans with their workday, compared with the schedule.
pub(crate) mod assignment;
pub mod attendance;
pub mod attestations;
pub mod breaks;
pub mod calendar;
pub mod callback;
pub mod core_hours;
pub mod corrected;
pub(crate) mod coverage;
pub mod day_parts;
pub mod day_tolerance;
pub mod employment;
pub mod expectation;
pub mod flexible;
pub mod free_end;
pub mod free_lateness;
pub mod half_day;
pub mod late_off;
pub mod leave;
pub mod length_rounding;
pub mod matching;
pub mod meal_requirement;
pub mod pairing;
pub mod rest_requirement;
pub(crate) mod roster;
mod roster_kinds;
pub mod rounding;
pub mod schedule;
pub mod split;
pub mod workdays;

use crate::card::CardState;
use crate::codes::DayType;
use crate::evaluation::EvaluationError;
use crate::open::offsite;
use crate::pay::{holidays, overtime_approval};
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
    coverage::serve(inputs, state, &mut scratch.coverage);
    split::join(inputs, state);
    rounding::round(inputs, state, recorder);
    workdays::attribute(inputs, state);
    offsite::note(inputs, state);
    breaks::apply(inputs, state, &mut scratch.breaks, &mut scratch.spans, recorder);
    length_rounding::apply(inputs, state, &mut scratch.lengths, &mut scratch.spans, recorder);
    leave::merge(inputs, state, &mut scratch.leave, &mut scratch.spans)?;
    attendance::move_shifts(inputs, state, &mut scratch.attendance, recorder);
    employment::leave_out(inputs, state, recorder);
    calendar::find_last_worked(inputs, state, &mut scratch.worked_dates);
    workdays::summarise(inputs, state);
    calendar::note(inputs, state, recorder);
    Ok(())
}

/// The second part of shape: attendance, what workdays expect, required meals and rests, day types, and which overtime counts.
pub fn compare<R: Recorder>(inputs: &Inputs<'_>, state: &mut CardState, scratch: &mut Scratch, recorder: &mut R) {
    roster_kinds::compare(inputs, state);
    attendance::compare(inputs, state, &mut scratch.attendance, recorder);
    core_hours::judge(inputs, state, &mut scratch.core_hours);
    expectation::judge(inputs, state, &mut scratch.expectation);
    state.acted.clear();
    meal_requirement::judge(inputs, state, &mut scratch.meals);
    rest_requirement::judge(inputs, state);
    attestations::note(inputs, state, recorder);
    holidays::find_ordinary(inputs, state);
    overtime_approval::add_approved_time(inputs, state, &mut scratch.approval);
    holidays::assign_day_types(inputs, state, &mut scratch.spans);
    overtime_approval::decide(inputs, state, &mut scratch.approval, &mut scratch.spans, recorder);
}

/// The type of a day, by the plan of that day and the shifts scheduled so far.
pub fn day_type(inputs: &Inputs<'_>, state: &CardState, workday: Workday) -> DayType {
    calendar::of_card(inputs, &state.last_worked, workday)
}
