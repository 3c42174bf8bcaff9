//! Plausible companies made of a seed: what clocks, planners and people really do, in figures that never change.
//!
//! Every employee depends on the seed and their own number alone, so that a large company can be generated in parts.

mod dice;
mod irregular;
mod person;

use shiftmill_core::{CardFacts, ShiftTimes, Workday, Zone};

use dice::Dice;
pub use irregular::irregular;

/// A company to make up.
///
/// ```
/// use shiftmill_core::{Workday, Zone};
/// use shiftmill_timecards::sample::{Company, Punching, Scheduling};
/// let first = Workday::from_date(2026, 3, 2).unwrap();
/// let company = Company {
///     seed: 7,
///     employees: 12,
///     first,
///     days: 7,
///     punching: Punching::WithMeals,
///     leave: None,
///     scheduling: Scheduling::Times,
/// };
/// let zone = Zone::fixed("Etc/UTC", 0);
/// let card = company.card(3, &zone, 0);
/// assert_eq!(card, company.card(3, &zone, 0));
/// assert!(card.punches.len() >= 8);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Company {
    /// The same seed gives the same company.
    pub seed: u64,
    /// How many employees there are.
    pub employees: u32,
    /// The first workday.
    pub first: Workday,
    /// How many workdays from there.
    pub days: u32,
    /// What people punch.
    pub punching: Punching,
    /// The leave code of the employees; `None`: no leave.
    pub leave: Option<u16>,
    /// How the schedule states shifts.
    pub scheduling: Scheduling,
}

/// How the schedule states shifts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheduling {
    /// By their times.
    Times,
    /// By name: the ruleset's N-th shift is that of the N-th of [`TEAMS`], as in [`shifts_toml`].
    Named,
}

/// What people punch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Punching {
    /// In, meal start, meal end, out.
    WithMeals,
    /// In and out only; the ruleset deducts breaks.
    InAndOut,
}

/// A team with the hours it works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Team {
    /// Its name.
    pub name: &'static str,
    /// The name of its shift.
    pub shift: &'static str,
    /// Start of its shift in minutes after midnight.
    pub start: i32,
    /// End of its shift in minutes after the same midnight.
    pub end: i32,
    /// Its unpaid meal in the middle of the shift, in minutes.
    pub meal: i32,
}

/// The teams: three on days, one in the evening, one at night.
pub const TEAMS: [Team; 5] = [
    Team { name: "Office", shift: "office", start: 9 * 60, end: 18 * 60, meal: 60 },
    Team { name: "Assembly", shift: "assembly", start: 8 * 60, end: 17 * 60, meal: 60 },
    Team { name: "Warehouse", shift: "early", start: 6 * 60, end: 14 * 60 + 30, meal: 30 },
    Team { name: "Packing", shift: "late", start: 14 * 60, end: 22 * 60 + 30, meal: 30 },
    Team { name: "Night line", shift: "night", start: 22 * 60, end: 30 * 60 + 30, meal: 30 },
];

/// The shifts of [`TEAMS`] as settings of a ruleset.
pub fn shifts_toml() -> String {
    let clock = |minutes: i32| format!("{:02}:{:02}", minutes / 60 % 24, minutes % 60);
    let mut text = String::new();
    for team in TEAMS {
        let meal = (team.start + team.end - team.meal) / 2;
        let (start, end) = (clock(team.start), clock(team.end));
        let breaks = format!("{}-{}", clock(meal), clock(meal + team.meal));
        text.push_str(&format!(
            "[shifts.{}]\nstart = \"{start}\"\nend = \"{end}\"\nbreaks = [\"{breaks}\"]\n\n",
            team.shift
        ));
    }
    text
}

impl Company {
    /// The key of an employee, from 0: `E00001` is the first.
    pub fn key(&self, number: u32) -> String {
        format!("E{:05}", number + 1)
    }

    /// The display name of an employee: the team and a number in it.
    pub fn name(&self, number: u32) -> String {
        format!("{} {:02}", self.team(number).name, number / TEAMS.len() as u32 + 1)
    }

    /// The number by which terminals know an employee.
    pub fn pin(&self, number: u32) -> String {
        (1_001 + number).to_string()
    }

    /// The team of an employee.
    pub fn team(&self, number: u32) -> Team {
        let [office, assembly, warehouse, packing, night] = TEAMS;
        match number % 5 {
            0 => office,
            1 => assembly,
            2 => warehouse,
            3 => packing,
            _ => night,
        }
    }

    /// The timecard of an employee: punches in the order of the days, scheduled shifts, leave.
    pub fn card(&self, number: u32, zone: &Zone, zone_index: u16) -> CardFacts {
        let dice = Dice::new(self.seed, u64::from(number));
        let mut card = CardFacts { employee: self.key(number), zone: zone_index, ..CardFacts::default() };
        person::live(self, self.team(number), dice, zone, &mut card);
        if self.scheduling == Scheduling::Named {
            for shift in &mut card.shifts {
                shift.times = ShiftTimes::Template((number % TEAMS.len() as u32) as u16);
            }
        }
        card
    }

    /// The timecards of all employees.
    pub fn cards(&self, zone: &Zone, zone_index: u16) -> Vec<CardFacts> {
        (0..self.employees).map(|number| self.card(number, zone, zone_index)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shiftmill_core::PunchKind;

    fn company(punching: Punching) -> Company {
        let first = Workday::from_date(2026, 3, 1).unwrap();
        Company { seed: 1, employees: 500, first, days: 31, punching, leave: Some(0), scheduling: Scheduling::Times }
    }

    #[test]
    fn a_month_holds_what_a_month_holds() {
        let zone = Zone::fixed("Etc/UTC", 0);
        let cards = company(Punching::WithMeals).cards(&zone, 0);
        let punches: usize = cards.iter().map(|card| card.punches.len()).sum();
        let shifts: usize = cards.iter().map(|card| card.shifts.len()).sum();
        let leave: usize = cards.iter().map(|card| card.leave.len()).sum();
        assert_eq!(shifts, 500 * 22);
        assert!((40_000..48_000).contains(&punches), "{punches}");
        assert!((50..500).contains(&leave), "{leave}");
        let meals = cards.iter().flat_map(|card| &card.punches).filter(|punch| punch.kind == PunchKind::MealStart);
        assert!(meals.count() > 9_000);
    }

    #[test]
    fn nobody_is_in_two_places() {
        let zone = Zone::fixed("Etc/UTC", 0);
        for card in company(Punching::WithMeals).cards(&zone, 0) {
            let in_order = card.punches.windows(2).all(|pair| pair[0].at < pair[1].at);
            assert!(in_order, "{}", card.employee);
        }
    }
}
