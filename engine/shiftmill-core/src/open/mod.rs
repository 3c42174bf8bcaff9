//! Phase one: raw punches become the punches that count.
pub mod clock_offset;
pub(crate) mod correct;
pub mod correction_policy;
pub mod dedupe;
pub mod normalise;
pub mod offsite;
pub mod recorded;
pub mod restriction;
pub(crate) mod twice;
pub(crate) mod window;

use crate::card::CardState;
use crate::evaluation::EvaluationError;
use crate::plan::Plan;
use crate::record::Recorder;
use crate::scratch::Scratch;
use crate::time::Timestamp;
use crate::timecard::Inputs;
use crate::zone::ZoneCursor;

/// Corrects, orders and thins out the raw punches into `state.punches`.
///
/// # Errors
/// When the window or a fact cannot be evaluated at all.
pub fn open<R: Recorder>(
    inputs: &Inputs<'_>,
    state: &mut CardState,
    scratch: &mut Scratch,
    recorder: &mut R,
) -> Result<(), EvaluationError> {
    window::check(inputs)?;
    twice::check(inputs, &mut scratch.twice)?;
    let ascending = normalise::gather(&inputs.card.punches, &mut state.punches);
    let has_recorded = !inputs.card.punches.recorded_at.is_empty();
    if has_recorded {
        recorded::leave_out_unknown(inputs, &mut state.punches, recorder);
    }
    let needs = inputs.timeline.needs();
    let as_given = inputs.card.corrections.is_empty() && !needs.whole_minutes && !needs.clock_offsets;
    if needs.clock_offsets {
        clock_offset::apply(inputs, &mut state.punches, recorder);
    }
    if !inputs.card.corrections.is_empty() {
        correct::apply(inputs, state, &mut scratch.corrections, recorder);
    }
    if has_recorded {
        recorded::leave_out_ahead(inputs, state);
    }
    // Punches in strict order of time are in the total order as long as nothing changes their instants.
    let in_order = ascending && as_given;
    // One plan for all days: no punch needs its local date to find its plan.
    match inputs.timeline.single() {
        Some(plan) => settle(inputs, state, recorder, in_order, |_| plan),
        None => {
            let mut clock = ZoneCursor::new(inputs.card.zone);
            settle(inputs, state, recorder, in_order, |at| inputs.timeline.at(clock.date_at(at)))
        }
    }
}

/// Sorts corrected punches, unless they are surely in order, and removes those that do not count. `plan_at` gives
/// the plan of the local date of a punch.
fn settle<'a, R: Recorder>(
    inputs: &Inputs<'a>,
    state: &mut CardState,
    recorder: &mut R,
    in_order: bool,
    mut plan_at: impl FnMut(Timestamp) -> &'a Plan,
) -> Result<(), EvaluationError> {
    if inputs.timeline.needs().whole_minutes {
        normalise::cut_to_granularity(&mut state.punches, &mut plan_at);
    }
    if !in_order {
        normalise::order(&mut state.punches, &inputs.card.punches, inputs.tags);
    }
    normalise::leave_out_future(inputs, state, &mut plan_at);
    if inputs.timeline.needs().punch_restrictions {
        restriction::apply(inputs, state, &mut plan_at);
    }
    if inputs.card.rare_kinds {
        offsite::leave_out(inputs, state, &mut plan_at);
    }
    window::check_punches(inputs, &state.punches)?;
    dedupe::thin_out(inputs, state, recorder, &mut plan_at);
    if !inputs.card.punches.recorded_at.is_empty() {
        recorded::note_late(inputs, state, &mut plan_at);
    }
    Ok(())
}

/// Brings punches that a plugin edited into order, and leaves out those that repeat others now.
pub(crate) fn settle_edited<R: Recorder>(inputs: &Inputs<'_>, state: &mut CardState, recorder: &mut R) {
    let mut clock = ZoneCursor::new(inputs.card.zone);
    normalise::order(&mut state.punches, &inputs.card.punches, inputs.tags);
    dedupe::thin_out(inputs, state, recorder, &mut |at| inputs.timeline.at(clock.date_at(at)));
}
