//! Made-up employees with so few days that as many as possible are passed to a plugin in one call.

use shiftmill_core::CardFacts;
use shiftmill_timecards::sample::{Company, Punching, Scheduling};

use super::{Setting, TrialError};
use crate::hook_batch::BATCH_CARDS;

/// Consecutive workdays on which an employee works.
const DAYS: u32 = 2;

/// As many timecards as one call has at most. Each has work on one or two days of the pay period; the days differ. The same
/// seed gives the same timecards.
///
/// # Errors
/// [`TrialError::Lost`] when the setting has no zone.
pub(super) fn fill_batch(setting: &Setting, seed: u64) -> Result<Vec<CardFacts>, TrialError> {
    let (pay_period, zone) = (setting.window.pay_period, setting.zone()?);
    let employees = u32::try_from(BATCH_CARDS).unwrap_or(u32::MAX);
    let starts = (pay_period.last.0 - pay_period.first.0).max(1);
    let card = |number: u32| {
        let first = pay_period.first.plus(number as i32 % starts);
        let punching = if number.is_multiple_of(3) { Punching::InAndOut } else { Punching::WithMeals };
        let scheduling = Scheduling::Times;
        Company { seed, employees, first, days: DAYS, punching, leave: None, scheduling }.card(number, zone, 0)
    };
    // Two days of rest have no work.
    let works = |card: &CardFacts| !card.punches.is_empty();
    Ok((0..4 * employees).map(card).filter(works).take(BATCH_CARDS).collect())
}
