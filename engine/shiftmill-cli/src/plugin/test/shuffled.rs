//! Shuffled timecards: the results of an employee must not depend on other employees. Every timecard is evaluated alone, in
//! one chunk, in another order, and in chunks of other sizes. Differences are reported.

use serde_json::{Value, json};
use shiftmill::core::{CardFacts, Detail};
use shiftmill::suites::Claim;
use shiftmill::trial::CardReport;

use super::golden::counted;
use super::irregular_week::make_up;
use crate::plugin::trial::{self, Setting, Trial};
use crate::problem::Problem;

/// The number of made-up employees in addition to the timecards of each setting.
const MADE_UP: u32 = 60;
/// The maximum number of settings.
const SETTINGS_MAX: usize = 12;
/// The arrangements: orders and groupings of the timecards.
const ARRANGEMENTS: [&str; 4] =
    ["in one chunk", "in one chunk in reverse order", "shuffled", "shuffled in small chunks"];

/// The outcome of all arrangements.
pub struct Shuffled {
    employees: usize,
    differences: Vec<Difference>,
}

/// An employee whose results depend on others.
struct Difference {
    employee: String,
    arrangement: &'static str,
    alone: String,
    together: String,
}

/// Evaluates the timecards of the claims, and made-up ones, in several arrangements.
pub fn run(trial: &Trial<'_>, settings: &[Setting], claims: &[Claim], seed: u64) -> Result<Shuffled, Problem> {
    let mut shuffled = Shuffled { employees: 0, differences: Vec::new() };
    for setting in settings.iter().take(SETTINGS_MAX) {
        let mut cards: Vec<CardFacts> = make_up(setting, MADE_UP, seed)?;
        let own = claims.iter().filter(|claim| Setting::of(claim).is_like(setting));
        cards.extend(
            own.map(|claim| CardFacts {
                employee: format!("{}:{}", claim.file, claim.case.line),
                ..claim.card.clone()
            }),
        );
        shuffled.employees += cards.len();
        shuffled.try_arrangements(trial, setting, &cards, seed)?;
    }
    Ok(shuffled)
}

impl Shuffled {
    fn try_arrangements(
        &mut self,
        trial: &Trial<'_>,
        setting: &Setting,
        cards: &[CardFacts],
        seed: u64,
    ) -> Result<(), Problem> {
        let alone: Vec<CardReport> = cards
            .iter()
            .map(|card| Ok(CardReport::of(setting, &trial.alone(setting, card)?, 0)?))
            .collect::<Result<_, Problem>>()?;
        for (number, arrangement) in ARRANGEMENTS.into_iter().enumerate() {
            let order = order(number, cards.len(), seed);
            for chunk in chunks(number, &order) {
                let together: Vec<CardFacts> = chunk.iter().filter_map(|index| cards.get(*index).cloned()).collect();
                let request = trial.request(setting, Detail::Full)?;
                let finished = trial.evaluate(request, vec![trial::chunk(&together)?])?;
                let Some(results) = finished.first().map(|finished| &finished.results) else { continue };
                for (position, index) in chunk.iter().enumerate() {
                    let (told, Some(alone)) = (CardReport::of(setting, results, position)?, alone.get(*index)) else {
                        continue;
                    };
                    if told != *alone {
                        self.differ(cards, *index, arrangement, alone, &told);
                    }
                }
            }
        }
        Ok(())
    }

    /// Keeps the first difference of an employee.
    fn differ(
        &mut self,
        cards: &[CardFacts],
        index: usize,
        arrangement: &'static str,
        alone: &CardReport,
        together: &CardReport,
    ) {
        let employee = cards.get(index).map(|card| card.employee.clone()).unwrap_or_default();
        if self.differences.iter().all(|known| known.employee != employee) {
            let (alone, together) = alone.first_difference(together);
            self.differences.push(Difference { employee, arrangement, alone, together });
        }
    }

    /// True when every employee has the same results in every arrangement.
    pub fn holds(&self) -> bool {
        self.differences.is_empty()
    }

    /// The lines of the report.
    pub fn lines(&self) -> Vec<String> {
        let employees = counted(self.employees, "timecard");
        if self.holds() {
            return vec![format!(
                "{employees} in {} orders and groupings: each has the same results as alone",
                ARRANGEMENTS.len()
            )];
        }
        let mut lines = vec![format!("{} of {employees} have different results than alone", self.differences.len())];
        for difference in self.differences.iter().take(SHOWN) {
            lines.push(format!("  employee {}, {}", difference.employee, difference.arrangement));
            lines.push(format!("    alone     {}", difference.alone));
            lines.push(format!("    together  {}", difference.together));
        }
        lines
            .push(String::from("  the plugin keeps something from one employee to the next: look for a `static` that"));
        lines.push(String::from("  changes, a cache, or iteration over a HashMap; a service refuses such a plugin"));
        lines
    }

    /// The same as JSON.
    pub fn object(&self) -> Value {
        let object = |difference: &Difference| {
            json!({
                "employee": difference.employee, "arrangement": difference.arrangement,
                "alone": difference.alone, "together": difference.together,
            })
        };
        let differences: Vec<Value> = self.differences.iter().map(object).collect();
        json!({ "timecards": self.employees, "arrangements": ARRANGEMENTS.len(), "differences": differences })
    }
}

/// The number of differences that are shown.
const SHOWN: usize = 3;

/// The order of cards in an arrangement.
fn order(arrangement: usize, cards: usize, seed: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..cards).collect();
    match arrangement {
        0 => {}
        1 => order.reverse(),
        _ => order.sort_by_key(|index| mixed(seed.wrapping_add(arrangement as u64), *index as u64)),
    }
    order
}

fn chunks(arrangement: usize, order: &[usize]) -> Vec<Vec<usize>> {
    match arrangement {
        3 => order.chunks(7).map(<[usize]>::to_vec).collect(),
        _ => vec![order.to_vec()],
    }
}

/// A pseudo-random number.
fn mixed(seed: u64, number: u64) -> u64 {
    let mixed = (number ^ seed.rotate_left(17)).wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_arrangement_has_everybody_once() {
        for arrangement in 0..ARRANGEMENTS.len() {
            let order = order(arrangement, 50, 1);
            let mut all: Vec<usize> = chunks(arrangement, &order).concat();
            assert_eq!(all, order);
            all.sort_unstable();
            assert_eq!(all, (0..50).collect::<Vec<_>>());
        }
        assert_ne!(order(2, 50, 1), order(3, 50, 1));
    }
}
