//! Phase two: punches become worked spans with their workday, beside what was scheduled.
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

use crate::card::CardState;
use crate::evaluation::EvaluationError;
use crate::record::Recorder;
use crate::timecard::Inputs;

/// Turns kept punches into spans with workdays, and compares them with the schedule.
///
/// # Errors
/// When a fact names something that the ruleset does not have.
pub fn shape<R: Recorder>(
    _inputs: &Inputs<'_>,
    _state: &mut CardState,
    _recorder: &mut R,
) -> Result<(), EvaluationError> {
    Ok(())
}
