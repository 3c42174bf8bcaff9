//! Phase three: spans get their pay codes; premiums and quantities are added.
pub mod clock_tiers;
pub mod combine;
pub mod holiday_average;
pub mod holiday_eligibility;
pub mod holiday_pay;
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

/// Pays holidays, recodes spans by overtime, then adds manual hours and premiums.
pub fn pay<R: Recorder>(inputs: &Inputs<'_>, state: &mut CardState, scratch: &mut Scratch, recorder: &mut R) {
    state.holidays_reach = None;
    holidays::pay(inputs, state);
    combine::combine(inputs, state, &mut scratch.overtime, &mut scratch.spans, recorder);
    holidays::pay_after_overtime(inputs, state);
    manual_hours::pay(inputs, state);
    premiums::add_all(inputs, state, &mut scratch.premiums, recorder);
}

/// Paid time of a workday without clock times: leave, or the pay of a holiday.
#[derive(Clone, Copy, Debug)]
struct TimelessPay {
    workday: Workday,
    amount: Seconds,
    day_type: DayType,
    /// The tiers of the plan of the workday that count it, as bits by their index; `None`: those that count leave.
    toward: Option<u64>,
}

impl TimelessPay {
    fn of(inputs: &Inputs<'_>, quantity: &Quantity, last_worked: &[Workday]) -> TimelessPay {
        let day_type = calendar::of_card(inputs, last_worked, quantity.workday);
        TimelessPay { workday: quantity.workday, amount: Seconds(quantity.amount), day_type, toward: None }
    }

    /// The pay of a holiday, for the tiers that count it.
    fn holiday(inputs: &Inputs<'_>, quantity: &Quantity, last_worked: &[Workday], toward: u64) -> TimelessPay {
        TimelessPay { toward: Some(toward), ..TimelessPay::of(inputs, quantity, last_worked) }
    }
}

/// The paid leave among the quantities.
fn leave_without_times(
    inputs: &Inputs<'_>,
    quantities: &[Quantity],
    last_worked: &[Workday],
    found: &mut Vec<TimelessPay>,
) {
    let names = inputs.timeline.names();
    let is_paid = |quantity: &&Quantity| names.pay_code(quantity.code).is_none_or(|code| code.paid);
    let leave = quantities.iter().filter(|quantity| quantity.reason.because == Because::OnLeave).filter(is_paid);
    found.extend(leave.map(|leave| TimelessPay::of(inputs, leave, last_worked)));
}
