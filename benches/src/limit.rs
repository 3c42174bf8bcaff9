//! The limit: the rules of workload W as one hand-made loop, one thread, columns in memory, nothing allocated.
//!
//! It knows everything in advance (the rules, the four weeks, that punches are in order, that zones are whole hours
//! from UTC), explains nothing, and can do nothing else. It shows what the machine could do, and how far a general
//! engine is from it.

use shiftmill_core::TimecardBatch;

use crate::checksum::{Row, flag};
use crate::workload::{FIRST_WORKDAY, clock_changes};

const DAY: i32 = 86_400;
const REPEAT: i32 = 60;
const NEW_SHIFT_GAP: i32 = 16 * 3_600;
const GRACE: i32 = 300;
const IN: u8 = 0;
const OUT: u8 = 1;
const MEAL_OUT: u8 = 2;
const MEAL_IN: u8 = 3;
/// In, meal out, meal in, out: the four punches of a plain day as one number.
const PLAIN_DAY: u32 = u32::from_le_bytes([IN, MEAL_OUT, MEAL_IN, OUT]);
/// Lengths below are in quarters of an hour, since every punch is rounded to one.
const QUARTER: u32 = 900;
const LUNCH_AFTER: u16 = 24;
const LUNCH: u16 = 2;
const DAILY_LIMIT: u16 = 32;
const DAILY_SECOND_LIMIT: u16 = 48;
const WEEKLY_LIMIT: u16 = 160;
const PEOPLE_AT_A_TIME: usize = 64;

/// The workload as flat columns.
#[derive(Debug, Default)]
pub struct Columns {
    people: Vec<Person>,
    at: Vec<i32>,
    kind: Vec<u8>,
    shifts: Vec<Scheduled>,
}

#[derive(Debug)]
struct Person {
    punches: u32,
    shifts: u32,
    offset_before: i32,
    offset_after: i32,
    clock_change: i32,
}

/// Wall-clock seconds from the first workday at 00:00.
#[derive(Debug)]
struct Scheduled {
    day: i32,
    late_after: i32,
    early_before: i32,
}

impl Columns {
    /// Adds the timecards of a chunk.
    pub fn add(&mut self, chunk: &TimecardBatch) {
        let changes = clock_changes();
        for (index, punches) in chunk.punch_count.iter().enumerate() {
            let change = changes[usize::from(chunk.zone[index])];
            self.people.push(Person {
                punches: *punches,
                shifts: chunk.shift_count[index],
                offset_before: change.offset_before,
                offset_after: change.offset_after,
                clock_change: (change.at.0 - chunk.punch_base.0) as i32,
            });
        }
        self.at.extend_from_slice(&chunk.punch_at);
        self.kind.extend_from_slice(&chunk.punch_kind);
        for (index, workday) in chunk.shift_workday.iter().enumerate() {
            let day = workday - FIRST_WORKDAY.0;
            let late_after = day * DAY + chunk.shift_start[index] + GRACE;
            let early_before = day * DAY + chunk.shift_end[index] - GRACE;
            self.shifts.push(Scheduled { day, late_after, early_before });
        }
    }

    /// How many punches there are.
    pub fn punches(&self) -> usize {
        self.at.len()
    }

    /// Capacity for every workday of the results.
    pub fn capacity(&self) -> Days {
        let most = self.at.len();
        Days {
            written: 0,
            day: vec![0; most],
            worked: vec![0; most],
            segments: vec![0; most],
            overtime_1_5: vec![0; most],
            overtime_2: vec![0; most],
            flags: vec![0; most],
        }
    }

    /// Evaluates everything into `days`, which comes from [`Columns::capacity`].
    pub fn evaluate(&self, days: &mut Days) {
        let (mut at, mut kind, mut shifts) = (&self.at[..], &self.kind[..], &self.shifts[..]);
        days.written = 0;
        // A few people at a time, so that their days are still near when they are paid.
        for people in self.people.chunks(PEOPLE_AT_A_TIME) {
            let first = days.written;
            for person in people {
                let (own_at, other_at) = at.split_at(person.punches as usize);
                let (own_kind, other_kind) = kind.split_at(person.punches as usize);
                let (own_shifts, other_shifts) = shifts.split_at(person.shifts as usize);
                read_person(person, own_at, own_kind, own_shifts, days);
                (at, kind, shifts) = (other_at, other_kind, other_shifts);
            }
            pay(days, first);
        }
    }
}

/// One entry per employee and workday, as columns. Times are quarters of an hour.
#[derive(Debug)]
pub struct Days {
    written: usize,
    /// From the first workday of the workload. The days of one employee ascend; the next employee starts again.
    day: Vec<u16>,
    /// Worked at first, regular in the end.
    worked: Vec<u16>,
    segments: Vec<u16>,
    overtime_1_5: Vec<u16>,
    overtime_2: Vec<u16>,
    flags: Vec<u16>,
}

impl Days {
    /// The workdays as rows.
    pub fn rows(&self) -> Vec<Row> {
        let row = |index: usize| Row {
            day: self.day[index],
            regular: 15 * self.worked[index],
            overtime_1_5: 15 * self.overtime_1_5[index],
            overtime_2: 15 * self.overtime_2[index],
            flags: self.flags[index] as u8,
        };
        (0..self.written).map(row).collect()
    }
}

/// The current workday.
struct Day {
    day: i32,
    worked: i32,
    segments: i32,
    missing: bool,
    first_in: i32,
    last_out: i32,
}

impl Day {
    fn new(day: i32) -> Day {
        Day { day, worked: 0, segments: 0, missing: false, first_in: i32::MIN, last_out: i32::MAX }
    }
}

fn read_person(person: &Person, at: &[i32], kind: &[u8], shifts: &[Scheduled], days: &mut Days) {
    let wall = |at: i32| at + if at >= person.clock_change { person.offset_after } else { person.offset_before };
    let mut days = Writer { days, shifts, next_shift: 0 };
    let mut today = Day::new(-1);
    // The raw punch before, the kept punch before, and the opener that waits for its closer.
    let (mut raw_at, mut raw_kind, mut kept_at, mut kept_kind) = (i32::MIN / 2, OUT, i32::MIN / 2, OUT);
    let mut open: Option<u32> = None;
    let mut index = 0;
    while index < at.len() {
        if raw_kind == OUT
            && let Some([a, b, c, d]) = at[index..].first_chunk()
            && kind[index..].first_chunk().is_some_and(|kinds| u32::from_le_bytes(*kinds) == PLAIN_DAY)
            && d - a < NEW_SHIFT_GAP
        {
            let start = wall(*a);
            let day = start / DAY;
            if day != today.day {
                days.close(&today);
                today = Day::new(day);
            }
            today.worked += (quarter(*b) - quarter(*a) + quarter(*d) - quarter(*c)) as i32;
            today.segments += 2;
            today.first_in = if today.first_in == i32::MIN { start } else { today.first_in };
            today.last_out = wall(*d);
            (raw_at, raw_kind, kept_at, kept_kind) = (*d, OUT, *d, OUT);
            index += 4;
            continue;
        }
        let (this_at, this_kind) = (at[index], kind[index]);
        index += 1;
        let repeated = this_kind == raw_kind && this_at - raw_at <= REPEAT;
        (raw_at, raw_kind) = (this_at, this_kind);
        if repeated {
            continue;
        }
        let here = wall(this_at);
        if this_kind == IN || kept_kind == OUT || this_at - kept_at >= NEW_SHIFT_GAP {
            today.missing |= open.take().is_some();
            let day = here / DAY;
            if day != today.day {
                days.close(&today);
                today = Day::new(day);
            }
        }
        (kept_at, kept_kind) = (this_at, this_kind);
        if this_kind == IN && today.first_in == i32::MIN {
            today.first_in = here;
        }
        if this_kind == OUT {
            today.last_out = here;
        }
        let opens = this_kind == IN || this_kind == MEAL_IN;
        match (opens, open) {
            (true, waiting) => {
                today.missing |= waiting.is_some();
                open = Some(quarter(this_at));
            }
            (false, Some(start)) => {
                today.worked += (quarter(this_at) - start) as i32;
                today.segments += 1;
                open = None;
            }
            (false, None) => today.missing = true,
        }
    }
    today.missing |= open.is_some();
    days.close(&today);
}

/// The nearest quarter of an hour, ties upwards.
fn quarter(at: i32) -> u32 {
    (at as u32 + QUARTER / 2) / QUARTER
}

/// Where days go, with the next scheduled shift of the person.
struct Writer<'a> {
    days: &'a mut Days,
    shifts: &'a [Scheduled],
    next_shift: usize,
}

impl Writer<'_> {
    #[inline(always)]
    fn close(&mut self, today: &Day) {
        if today.day < 0 {
            return;
        }
        while self.shifts.get(self.next_shift).is_some_and(|shift| shift.day < today.day) {
            self.next_shift += 1;
        }
        let (late_after, early_before, unscheduled) = match self.shifts.get(self.next_shift) {
            Some(shift) if shift.day == today.day => (shift.late_after, shift.early_before, false),
            _ => (i32::MAX, i32::MIN, true),
        };
        let flags = flag::MISSING * u8::from(today.missing)
            + flag::LATE * u8::from(today.first_in > late_after)
            + flag::EARLY * u8::from(today.last_out < early_before)
            + flag::UNSCHEDULED * u8::from(unscheduled);
        let index = self.days.written;
        self.days.day[index] = today.day as u16;
        self.days.worked[index] = today.worked as u16;
        self.days.segments[index] = today.segments as u16;
        self.days.flags[index] = u16::from(flags);
        self.days.written = index + 1;
    }
}

/// Lunch, daily and weekly overtime of the days from `first` on.
fn pay(days: &mut Days, first: usize) {
    let range = first..days.written;
    let count = range.len();
    let day = &days.day[range.clone()][..count];
    let segments = &days.segments[range.clone()][..count];
    let worked = &mut days.worked[range.clone()][..count];
    let overtime_1_5 = &mut days.overtime_1_5[range.clone()][..count];
    let overtime_2 = &mut days.overtime_2[range.clone()][..count];
    let flags = &mut days.flags[range][..count];
    for index in 0..count {
        let auto_lunch = u16::from(segments[index] == 1) & u16::from(worked[index] > LUNCH_AFTER);
        let net = worked[index].wrapping_sub(auto_lunch.wrapping_mul(LUNCH));
        let beyond = net.saturating_sub(DAILY_LIMIT);
        overtime_2[index] = net.saturating_sub(DAILY_SECOND_LIMIT);
        overtime_1_5[index] = beyond.wrapping_sub(overtime_2[index]);
        worked[index] = net.wrapping_sub(beyond);
        flags[index] |= auto_lunch.wrapping_mul(u16::from(flag::AUTO_LUNCH));
    }
    // Everybody works in all four weeks, so the first days of one person never continue the last week of another.
    let (mut week, mut straight) = (u16::MAX, 0_u16);
    for index in 0..count {
        let this_week = day[index] / 7;
        let before = if this_week == week { straight } else { 0 };
        week = this_week;
        straight = before + worked[index];
        let weekly = straight.saturating_sub(WEEKLY_LIMIT) - before.saturating_sub(WEEKLY_LIMIT);
        worked[index] -= weekly;
        overtime_1_5[index] += weekly;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checksum::Checksum;
    use crate::workload::chunks;

    #[test]
    fn the_limit_comes_to_the_known_sums() {
        for employees in [100, 1_000, 13_000] {
            let mut columns = Columns::default();
            chunks(employees).for_each(|chunk| columns.add(&chunk));
            let mut days = columns.capacity();
            columns.evaluate(&mut days);
            assert_eq!(Some(Checksum::of(&days.rows())), Checksum::known(employees));
        }
    }
}
