//! The whole way of one card: open, shape, pay, close.

use crate::card::CardState;
use crate::evaluation::{CardResult, Detail, EvaluationError, Evaluations};
use crate::record::{Recorder, Silent};
use crate::timecard::Inputs;
use crate::{close, open, pay, shape};

/// Evaluates one timecard and adds its rows to `results`; a timecard that cannot be evaluated adds an error and no
/// rows. `state` is working memory; what it held before does not matter.
pub fn evaluate(inputs: &Inputs<'_>, detail: Detail, state: &mut CardState, results: &mut Evaluations) {
    let starts = results.ends();
    let outcome = match detail {
        Detail::Full => {
            let mut notes = core::mem::take(&mut results.notes);
            let outcome = all_phases(inputs, detail, state, &mut notes, results);
            results.notes = notes;
            outcome
        }
        _ => all_phases(inputs, detail, state, &mut Silent, results),
    };
    let (provisional, error) = match outcome {
        Ok(provisional) => (provisional, None),
        Err(error) => {
            results.truncate(starts);
            (false, Some(error))
        }
    };
    let ends = results.ends();
    results.cards.push(CardResult { ends, provisional, error });
}

fn all_phases<R: Recorder>(
    inputs: &Inputs<'_>,
    detail: Detail,
    state: &mut CardState,
    recorder: &mut R,
    results: &mut Evaluations,
) -> Result<bool, EvaluationError> {
    state.clear();
    open::open(inputs, state, recorder)?;
    shape::shape(inputs, state, recorder)?;
    pay::pay(inputs, state, recorder);
    close::close(inputs, detail, state, results)
}
