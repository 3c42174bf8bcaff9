//! Carried values: the values that plugins carry over to the next pay period.
//! - Takes:  the values that plugins set in this evaluation, and the values carried in.
//! - Gives:  one value per key, by key: the value set, else the value carried in.
//! - Keeps:  values that were carried in and not changed, as long as a plugin that carries them is in force on a day
//!   that the facts cover. Values of no such plugin are dropped.
//! - Runs:   last, at every level of detail.

use crate::card::CardState;
use crate::codes::CarryKey;
use crate::evaluation::{CarriedRow, Evaluations};
use crate::timecard::Inputs;

/// Adds what is carried over to the results.
pub(crate) fn carry_over(inputs: &Inputs<'_>, state: &mut CardState, results: &mut Evaluations) {
    let CardState { carried, .. } = state;
    for given in inputs.card.carried {
        if carried.iter().all(|known| known.key != given.key) && goes_on(inputs, given.key) {
            carried.push(*given);
        }
    }
    carried.sort_unstable_by_key(|carried| carried.key);
    for carried in carried.iter() {
        results.carried.push(CarriedRow { key: carried.key, value: carried.value });
    }
}

fn goes_on(inputs: &Inputs<'_>, key: CarryKey) -> bool {
    let timeline = inputs.timeline;
    let mut owners = (0_u16..).zip(timeline.bindings()).filter(|(_, binding)| binding.position_of(key).is_some());
    owners.any(|(number, _)| timeline.is_in_force_within(number, inputs.window.facts))
}
