//! Irregular weeks: made-up timecards that a rule may not have been written for.

use shiftmill_core::{CardFacts, Carried, CarryKey};
use shiftmill_timecards::sample::{Company, Punching, Scheduling, irregular};

use super::{Setting, TrialError};

/// Plausible timecards over the days that a setting's facts cover, every other one with irregular facts. The same seed
/// gives the same timecards.
///
/// # Errors
/// [`TrialError::Lost`] when the setting has no zone.
pub fn make_up(setting: &Setting, employees: u32, seed: u64) -> Result<Vec<CardFacts>, TrialError> {
    let (facts, names, zone) = (setting.window.facts, setting.names(), setting.zone()?);
    let company = Company {
        seed,
        employees,
        first: facts.first,
        days: (facts.last.0 - facts.first.0 + 1).unsigned_abs(),
        punching: if seed.is_multiple_of(3) { Punching::InAndOut } else { Punching::WithMeals },
        leave: (!names.leave.is_empty()).then_some(0),
        scheduling: Scheduling::Times,
    };
    let card = |number: u32| {
        let mut card = company.card(number, zone, 0);
        if number % 2 == 1 {
            irregular(&mut card, &company, number, zone);
        }
        if number % 3 == 1 {
            card.carried = carried(names.carried.len(), number);
        }
        card
    };
    Ok((0..employees).map(card).collect())
}

/// A value for each key that is carried.
fn carried(keys: usize, number: u32) -> Vec<Carried> {
    let keys = u16::try_from(keys).unwrap_or(u16::MAX);
    (0..keys).map(|key| Carried { key: CarryKey(key), value: i64::from((number + u32::from(key)) % 17) - 3 }).collect()
}
