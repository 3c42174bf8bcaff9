//! Workload W: four weeks of plausible punches for any number of employees, the same to the second everywhere.
//!
//! The README of this crate describes it in words.

use core::ops::Range;

use shiftmill_core::{
    EvaluationWindow, Fold, PunchKind, TimecardBatch, Timestamp, WallTime, Workday, WorkdayRange, Zone, ZoneTable,
};

/// Monday 2026-03-02, the first workday.
pub const FIRST_WORKDAY: Workday = Workday(20_514);
/// The four weeks end with Sunday 2026-03-29.
pub const LAST_WORKDAY: Workday = Workday(20_541);
/// The instant from which punches are counted: the first workday at 00:00 UTC.
pub const PUNCH_BASE: Timestamp = Timestamp(FIRST_WORKDAY.0 as i64 * 86_400);
/// Employees per chunk: with their scheduled shifts about 256 KiB.
pub const CHUNK_EMPLOYEES: u32 = 330;
/// The zones in the order of their numbers.
pub const ZONE_NAMES: [&str; 3] = ["America/New_York", "America/Chicago", "America/Los_Angeles"];
/// The ruleset of the workload.
pub const RULESET: &str = include_str!("../workload-w.toml");

/// Hours that each zone is behind UTC before the clocks change on 2026-03-08 at 02:00.
const HOURS_BEHIND: [i32; 3] = [5, 6, 8];
const WEEKS: i32 = 4;
const OVERNIGHT_START: i32 = 1_320;

/// How the clocks of one zone change in the four weeks.
#[derive(Clone, Copy, Debug)]
pub struct ClockChange {
    /// When.
    pub at: Timestamp,
    /// Seconds east of UTC until then ...
    pub offset_before: i32,
    /// ... and from then on.
    pub offset_after: i32,
}

/// The clock change of each zone.
pub fn clock_changes() -> [ClockChange; 3] {
    let midnight = i64::from(FIRST_WORKDAY.plus(6).0) * 86_400;
    HOURS_BEHIND.map(|behind| ClockChange {
        at: Timestamp(midnight + i64::from(2 + behind) * 3_600),
        offset_before: -behind * 3_600,
        offset_after: (1 - behind) * 3_600,
    })
}

/// The zones over the four weeks, with their clock change.
pub fn zones() -> ZoneTable {
    let zones = ZONE_NAMES.iter().zip(clock_changes()).filter_map(|(name, change)| {
        Zone::new((*name).to_owned(), change.offset_before, vec![(change.at, change.offset_after)])
    });
    ZoneTable { zones: zones.collect(), edition: "workload".to_owned() }
}

/// All four weeks are paid, and everything is calculated as of a time after them. There is no work on the days around
/// them.
pub fn window() -> EvaluationWindow {
    let pay_period = WorkdayRange { first: FIRST_WORKDAY, last: LAST_WORKDAY };
    let facts = WorkdayRange { first: FIRST_WORKDAY.plus(-1), last: LAST_WORKDAY.plus(1) };
    let as_of = Timestamp(i64::from(LAST_WORKDAY.0 + 3) * 86_400);
    EvaluationWindow { pay_period, facts, as_of, require_final: true }
}

/// The timecards of `employees` people in chunks.
pub fn chunks(employees: u32) -> impl Iterator<Item = TimecardBatch> {
    let firsts = (0..employees).step_by(CHUNK_EMPLOYEES as usize);
    firsts.map(move |first| chunk(first..employees.min(first + CHUNK_EMPLOYEES)))
}

/// The timecards of the employees with these numbers.
pub fn chunk(employees: Range<u32>) -> TimecardBatch {
    let zones = zones();
    let mut batch = TimecardBatch { punch_base: PUNCH_BASE, ..TimecardBatch::default() };
    for employee in employees {
        add_employee(employee, &zones.zones, &mut batch);
    }
    batch
}

fn add_employee(employee: u32, zones: &[Zone], batch: &mut TimecardBatch) {
    let mut random = Random::of_employee(employee);
    let zone_number = random.below(3);
    let (days, length) = match random.below(100) {
        0..60 => (5, 480),
        60..80 => (4, 600),
        80..90 => (3, 720),
        _ => (6, 480),
    };
    let base_start = 360 + 30 * random.below(9) as i32;
    let lunch = 30 + 30 * random.below(2) as i32;
    let zone = &zones[zone_number as usize];
    let punches_before = batch.punch_at.len();
    for week in 0..WEEKS {
        let overnight = random.below(100) < 5;
        let start = if overnight { OVERNIGHT_START } else { base_start };
        for day in 0..days {
            let shift = Shift { workday: FIRST_WORKDAY.plus(7 * week + day), start, length, lunch };
            add_shift(&shift, zone, &mut random, batch);
        }
    }
    batch.employees.push(format!("{employee:07}"));
    batch.zone.push(zone_number as u16);
    batch.punch_count.push((batch.punch_at.len() - punches_before) as u32);
    batch.shift_count.push((WEEKS * days) as u32);
}

/// One scheduled shift; times in minutes.
struct Shift {
    workday: Workday,
    start: i32,
    length: i32,
    lunch: i32,
}

fn add_shift(shift: &Shift, zone: &Zone, random: &mut Random, batch: &mut TimecardBatch) {
    batch.shift_workday.push(shift.workday.0);
    batch.shift_start.push(shift.start * 60);
    batch.shift_end.push((shift.start + shift.length + shift.lunch) * 60);
    let stays_longer = random.below(100) < 10;
    let extra = if stays_longer { 30 + random.below(271) as i32 } else { 0 };
    let start = zone.instant(WallTime::on(shift.workday, shift.start * 60), Fold::Earlier);
    let start = (start.0 - PUNCH_BASE.0) as i32;
    let punches = [
        (PunchKind::In, 0),
        (PunchKind::MealStart, shift.length / 2),
        (PunchKind::MealEnd, shift.length / 2 + shift.lunch),
        (PunchKind::Out, shift.length + shift.lunch + extra),
    ];
    for (kind, minutes) in punches {
        let at = start + minutes * 60 + random.jitter();
        let missing = random.below(100) < 2;
        let repeated = random.below(100) < 3;
        let gap = 1 + random.below(59) as i32;
        if missing {
            continue;
        }
        batch.punch_at.push(at);
        batch.punch_kind.push(kind as u8);
        if repeated {
            batch.punch_at.push(at + gap);
            batch.punch_kind.push(kind as u8);
        }
    }
}

/// The stream of random numbers of one employee (splitmix64).
struct Random(u64);

impl Random {
    fn of_employee(employee: u32) -> Random {
        Random(0x5348_4946_544D_494C ^ (u64::from(employee) + 1).wrapping_mul(0xD1B5_4A32_D192_ED03))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to `count` - 1.
    fn below(&mut self, count: u64) -> u64 {
        ((self.next() >> 32) * count) >> 32
    }

    /// Up to twelve minutes early or late, most often near zero.
    fn jitter(&mut self) -> i32 {
        let sum = self.below(721) + self.below(721);
        sum as i32 - 720
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workload_has_the_known_size() {
        for (employees, punches, shifts) in [(100, 7_306, 1_804), (1_000, 75_680, 18_748), (13_000, 985_714, 244_164)] {
            let (mut found_punches, mut found_shifts) = (0, 0);
            for chunk in chunks(employees) {
                found_punches += chunk.punch_at.len();
                found_shifts += chunk.shift_workday.len();
                assert!(chunk.check(1, 3, 0).is_ok());
            }
            assert_eq!((found_punches, found_shifts), (punches, shifts), "{employees} employees");
        }
    }
}
