//! Made-up timecards for a setting, and what is shown of one of them.

use shiftmill::core::{CardFacts, Carried, CarryKey, Workday};
use shiftmill_timecards::sample::{Company, Punching, Scheduling, odd};
use shiftmill_timecards::suite;

use crate::plugin::trial::Setting;
use crate::problem::Problem;

/// Plausible timecards over the days that a setting's facts cover, every other one with odd things on it.
pub fn make_up(setting: &Setting, employees: u32, seed: u64) -> Result<Vec<CardFacts>, Problem> {
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
            odd(&mut card, &company, number, zone);
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

/// A card without what is not needed for `fails`: whole days first, then single punches and whatever else.
pub fn shrink(card: CardFacts, setting: &Setting, mut fails: impl FnMut(&CardFacts) -> bool) -> CardFacts {
    let mut card = card;
    let Some(zone) = setting.zones.get(0) else { return card };
    let mut keep = |smaller: CardFacts, card: &mut CardFacts| {
        if smaller != *card && fails(&smaller) {
            *card = smaller;
        }
    };
    let facts = setting.window.facts;
    for day in (facts.first.0 - 1..=facts.last.0 + 1).map(Workday) {
        let mut smaller = card.clone();
        smaller.punches.retain(|punch| zone.date_at(punch.at) != day);
        smaller.shifts.retain(|shift| shift.workday != day);
        keep(smaller, &mut card);
    }
    for strip in [
        |card: &mut CardFacts| card.leave.clear(),
        |card: &mut CardFacts| card.corrections.clear(),
        |card: &mut CardFacts| card.waivers.clear(),
        |card: &mut CardFacts| card.day_overrides.clear(),
        |card: &mut CardFacts| card.carried.clear(),
        |card: &mut CardFacts| card.shifts.clear(),
    ] {
        let mut smaller = card.clone();
        strip(&mut smaller);
        keep(smaller, &mut card);
    }
    for index in (0..card.punches.len()).rev() {
        let mut smaller = card.clone();
        smaller.punches.remove(index);
        keep(smaller, &mut card);
    }
    card
}

/// A timecard that can be pasted into a suite: it holds once the plugin does not fail on it any more.
pub fn pasted(title: &str, card: &CardFacts, setting: &Setting) -> Result<String, Problem> {
    let facts = suite::facts(card, &setting.window, setting.zone()?, setting.names());
    Ok(format!("## {title}\n{facts}\nNo exception of plugin_failed.\n"))
}
