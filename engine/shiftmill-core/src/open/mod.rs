//! Phase one: raw punches become the punches that count.
pub mod dedupe;
pub mod normalise;

use crate::card::CardState;
use crate::evaluation::EvaluationError;
use crate::record::Recorder;
use crate::timecard::Inputs;

/// Corrects, orders and thins out the raw punches into `state.punches`.
///
/// # Errors
/// When the window or a fact cannot be evaluated at all.
pub fn open<R: Recorder>(
    _inputs: &Inputs<'_>,
    _state: &mut CardState,
    _recorder: &mut R,
) -> Result<(), EvaluationError> {
    Ok(())
}
