//! Generated questions: plans over all rule kinds, and ordinary and irregular timecards. The same seed gives the same
//! question for ever.

mod cards;
mod plans;
mod random;
mod tags;
mod zones;

use shiftmill_core::{
    Assignment, CalendarChoice, CalendarId, EvaluationWindow, TagId, Timestamp, Workday, WorkdayRange, Zone,
};

pub use random::Random;
pub use zones::{ZONES, zone};

use crate::engine::{Preset, Question};

/// Question number `index` of a run that starts from `seed`.
pub fn question(seed: u64, index: u64) -> Question {
    let mut random = Random::new(seed ^ (index + 1).wrapping_mul(0xD1B5_4A32_D192_ED03));
    from(&mut random)
}

/// Question number `index` of a run over all rule kinds: every fourth has a plugin that recodes before overtime.
pub fn any(seed: u64, index: u64) -> Question {
    let mut question = question(seed, index);
    if index % 4 == 3 {
        let mut random = Random::new(seed ^ (index + 1).wrapping_mul(0x9FB2_1C65_1E98_DF25));
        question.presets = presets(&mut random, &question);
    }
    question
}

/// The recodes of a plugin: stretches around the punches.
fn presets(random: &mut Random, question: &Question) -> Vec<Preset> {
    let codes = plans::codes_to_recode();
    let punches = &question.facts.punches;
    let step = if punches.iter().all(|punch| punch.at.0 % 300 == 0) { 300 } else { 60 };
    let preset = |random: &mut Random| {
        let punch = punches.get(random.below(punches.len() as u64) as usize)?;
        let start = Timestamp(punch.at.0 + (random.below(96) as i64 - 24) * step);
        let end = Timestamp(start.0 + (1 + random.below(96) as i64) * step);
        Some(Preset { start, end, code: *random.one_of(&codes) })
    };
    (0..1 + random.below(3)).filter_map(|_| preset(random)).collect()
}

/// The next question of a stream of random numbers.
pub fn from(random: &mut Random) -> Question {
    let grid = Grid::pick(random);
    let zone = zones::pick(random);
    let first = first_workday(random);
    let days = days(random, grid);
    let facts = WorkdayRange { first, last: first.plus(days - 1) };
    let changes = random.chance(10);
    let (timeline, others) = plans::rulesets(random, grid, facts, changes);
    let other_zones: Vec<Zone> = (0..if changes { random.below(3) } else { 0 }).map(|_| zones::pick(random)).collect();
    let window = window(random, facts);
    let (tags, split_by) = tags::dictionary(random);
    let places = tags.time_zones().into_iter().map(|(name, _)| zones::zone(name)).collect();
    let mut facts = cards::facts(random, grid, &zone, &timeline, &window, &tags);
    if changes {
        facts.assignments = assignments(random, window.facts, &[others.len(), other_zones.len(), tags.len()]);
    }
    Question { facts, zone, timeline, others, other_zones, window, tags, places, split_by, presets: Vec::new() }
}

/// What assignments choose among: the calendars of generated rulesets, of which some have one only.
const CALENDARS: [CalendarChoice; 4] = [
    CalendarChoice::Own,
    CalendarChoice::Named(CalendarId(0)),
    CalendarChoice::Named(CalendarId(0)),
    CalendarChoice::Named(CalendarId(1)),
];

/// Changes of calendar, and of ruleset, zone and tag, of which there are so many others.
fn assignments(random: &mut Random, days: WorkdayRange, others: &[usize; 3]) -> Vec<Assignment> {
    let length = (days.last.0 - days.first.0 + 4) as u64;
    let row = |random: &mut Random| {
        let mut stated = |others: usize| random.maybe(60, |random| random.below(others as u64 + 1) as u16);
        let (ruleset, zone, tag) = (stated(others[0]), stated(others[1]), stated(others[2]).map(TagId));
        let from = days.first.plus(random.below(length) as i32 - 2);
        let calendar = random.maybe(40, |random| *random.one_of(&CALENDARS));
        Assignment { from, ruleset, calendar, zone, tag, job: TagId(0) }
    };
    let mut rows: Vec<Assignment> = (0..1 + random.below(3)).map(|_| row(random)).collect();
    // People move once in a few days: there and back, a day has two mornings.
    rows.iter_mut().filter(|row| row.zone.is_some()).skip(1).for_each(|row| row.zone = None);
    // Some have work of a job under another ruleset.
    if others[2] > 0 && random.chance(40) {
        for row in rows.iter_mut().filter(|row| row.ruleset.is_some()) {
            if random.chance(50) {
                let job = TagId(1 + random.below(others[2] as u64) as u16);
                *row = Assignment { job, ..*row };
                // One that states more is refused; that is the lot of a few.
                if random.chance(90) {
                    (row.calendar, row.zone, row.tag) = (None, None, None);
                }
            }
        }
    }
    // Two that differ from one day on are refused; that is the lot of a few.
    if random.chance(95) {
        rows.sort_by_key(|row| (row.from, row.job));
        rows.dedup_by_key(|row| (row.from, row.job));
    }
    rows
}

/// The steps in which times of a card and lengths of its plan are chosen, so that the oracle need not look at every
/// second of every card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grid {
    /// Times are multiples of this many seconds.
    pub seconds: u32,
}

impl Grid {
    fn pick(random: &mut Random) -> Grid {
        // A card by the second takes the oracle as long as two hundred others.
        let seconds = match random.below(500) {
            0 => 1,
            1..=30 => 60,
            31..=120 => 900,
            _ => 300,
        };
        Grid { seconds }
    }

    /// A length from `from` to `to` minutes.
    pub(crate) fn minutes(self, random: &mut Random, from: i64, to: i64) -> i64 {
        let step = i64::from(self.seconds);
        let (from, to) = ((from * 60).div_euclid(step), (to * 60).div_euclid(step));
        (from + random.below((to - from + 1).max(1) as u64) as i64) * step
    }
}

/// Cards on a fine grid are short, since the oracle looks at every second of them.
fn days(random: &mut Random, grid: Grid) -> i32 {
    let most = match grid.seconds {
        1 => 2,
        60 => 7,
        _ => 14,
    };
    1 + random.below(most) as i32
}

/// Days on which something may go wrong come up more often than others.
fn first_workday(random: &mut Random) -> Workday {
    let odd = [
        (2024, 2, 26), // leap day
        (2025, 2, 24),
        (2024, 12, 27), // turn of the year
        (2025, 3, 7),   // clocks change in North America
        (2025, 10, 31),
        (2025, 3, 27), // in Europe
        (2025, 10, 23),
        (2025, 4, 3), // on Lord Howe Island, by half an hour
        (2025, 10, 2),
        (2026, 9, 28), // month end
    ];
    if random.chance(60) {
        let (year, month, day) = *random.one_of(&odd);
        let date = Workday::from_date(year, month, day).unwrap_or_default();
        return date.plus(random.below(4) as i32 - 1);
    }
    Workday(20_000 + random.below(700) as i32)
}

fn window(random: &mut Random, facts: WorkdayRange) -> EvaluationWindow {
    let mut pay_period = facts;
    if random.chance(40) {
        let days = (facts.last.0 - facts.first.0) as u64;
        pay_period.first = facts.first.plus(random.below(days + 1) as i32);
        pay_period.last = pay_period.first.plus(random.below((facts.last.0 - pay_period.first.0) as u64 + 1) as i32);
    }
    let after = Timestamp(i64::from(facts.last.0 + 3) * 86_400);
    let as_of = match random.below(10) {
        0..=7 => after,
        8 => Timestamp(after.0 - random.below(3 * 24) as i64 * 3_600),
        _ => Timestamp(i64::from(facts.first.0) * 86_400 + random.below(240) as i64 * 3_600),
    };
    EvaluationWindow { pay_period, facts, as_of, require_final: false }
}
