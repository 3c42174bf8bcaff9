//! Phase four: exceptions, totals and the result.
pub mod exceptions;

use crate::card::CardState;
use crate::evaluation::{Detail, Evaluations};
use crate::timecard::Inputs;

/// Adds the rows of one card to `results`. True when they are provisional.
pub fn close(_inputs: &Inputs<'_>, _detail: Detail, _state: &mut CardState, _results: &mut Evaluations) -> bool {
    false
}
