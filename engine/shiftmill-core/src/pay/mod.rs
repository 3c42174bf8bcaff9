//! Phase three: spans get their pay codes; premiums and quantities are added.
pub mod clock_tiers;
pub mod combine;
pub mod holidays;
pub(crate) mod manual_hours;
pub mod overtime_approval;
pub mod premium_hours;
pub mod premium_limits;
pub mod premiums;
pub mod tiers;

mod counters;
mod recode;
mod walk;

#[cfg(test)]
#[allow(clippy::float_arithmetic, reason = "examples are written in hours")]
mod tests;

use alloc::vec::Vec;

use crate::card::{CardState, Quantity};
use crate::codes::DayType;
use crate::reason::Because;
use crate::record::Recorder;
use crate::scratch::Scratch;
use crate::shape::calendar;
use crate::time::{Seconds, Workday};
use crate::timecard::Inputs;

/// Recodes spans by overtime, then adds the pay of holidays, manual hours and premiums.
pub fn pay<R: Recorder>(inputs: &Inputs<'_>, state: &mut CardState, scratch: &mut Scratch, recorder: &mut R) {
    combine::combine(inputs, state, &mut scratch.overtime, &mut scratch.spans, recorder);
    holidays::pay(inputs, state);
    manual_hours::pay(inputs, state);
    premiums::add_all(inputs, state, &mut scratch.premiums, recorder);
}

/// Leave on a workday without clock times.
#[derive(Clone, Copy, Debug)]
struct TimelessLeave {
    workday: Workday,
    amount: Seconds,
    day_type: DayType,
}

/// The paid leave among the quantities, in order of its workday.
fn leave_without_times(
    inputs: &Inputs<'_>,
    quantities: &[Quantity],
    last_worked: &[Workday],
    found: &mut Vec<TimelessLeave>,
) {
    let names = inputs.timeline.names();
    let is_paid = |quantity: &&Quantity| names.pay_code(quantity.code).is_none_or(|code| code.paid);
    let leave = quantities.iter().filter(|quantity| quantity.reason.because == Because::OnLeave).filter(is_paid);
    found.extend(leave.map(|leave| {
        let day_type = calendar::of_card(inputs, last_worked, leave.workday);
        TimelessLeave { workday: leave.workday, amount: Seconds(leave.amount), day_type }
    }));
    found.sort_by_key(|leave| leave.workday);
}
