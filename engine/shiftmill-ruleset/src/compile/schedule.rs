//! The calendar, named shifts and the weekly pattern.

use shiftmill_core::shape::calendar::{Calendar, StatutoryRestDay, StatutoryRestKind};
use shiftmill_core::shape::schedule::{LateMax, LateMaxKind, Schedule, ShiftTemplate};
use shiftmill_core::{DayType, Workday};

use super::{Compiler, section};
use crate::check::read::{OneOrLength, OneOrWeekday};
use crate::check::{Named, Table, written};
use crate::effective::Version;
use crate::nearest::nearest;

const DAY: i32 = 86_400;

impl Compiler<'_> {
    pub(super) fn calendar(&mut self, table: &Table) -> Calendar {
        let lists = [
            ("statutory_holidays", DayType::StatutoryHoliday),
            ("company_holidays", DayType::CompanyHoliday),
            ("makeup_workdays", DayType::MakeupWorkday),
            ("shifted_rest", DayType::ShiftedRest),
        ];
        let mut dates: Vec<(Workday, DayType)> = Vec::new();
        for (setting, day_type) in lists {
            for (date, place) in table.dates(setting) {
                match dates.iter().find(|entry| entry.0 == *date) {
                    // The same date twice in one list says nothing new.
                    Some((_, other)) if *other == day_type => {}
                    Some((_, other)) => {
                        let message = format!("{date} is already a `{other}`, it cannot be a `{day_type}` too");
                        self.mistakes.add(*place, message, Some("a date has one type; leave it in one list".into()));
                    }
                    None => dates.push((*date, day_type)),
                }
            }
        }
        dates.sort_unstable();
        Calendar {
            dates,
            rest_days: table.weekdays("rest_days"),
            statutory_rest_day: self.statutory_rest_day(table),
            roster_decides: table.flag("roster_decides"),
            unrostered_day: table.one_of("unrostered_day"),
        }
    }

    fn statutory_rest_day(&mut self, table: &Table) -> Option<StatutoryRestDay> {
        let four_weeks_from = table.date("four_weeks_from");
        let stated = table.one_or_weekday("statutory_rest_day").map(|stated| match stated {
            OneOrWeekday::Weekday(weekday) => StatutoryRestDay::Weekday(weekday),
            OneOrWeekday::One(StatutoryRestKind::LastWorked) => StatutoryRestDay::LastWorked { four_weeks_from },
        });
        if four_weeks_from.is_some() && !matches!(stated, Some(StatutoryRestDay::LastWorked { .. })) {
            let message = "`four_weeks_from` is for `statutory_rest_day = \"last_worked\"` only".to_owned();
            self.mistakes.add(table.place("four_weeks_from"), message, None);
        }
        stated
    }

    pub(super) fn schedule(&mut self, document: &Table, versions: &[Version]) -> Schedule {
        let table = section(document, "schedule");
        let shifts = document.named("shifts");
        for shift in shifts {
            self.check_shift(shift);
        }
        Schedule {
            templates: self.names.names.shifts.iter().map(|name| template(name, shifts, versions)).collect(),
            weekly_pattern: self.pattern(table, shifts),
            earliest_in: table.seconds("earliest_in"),
            latest_out: table.seconds("latest_out"),
            late_max: late_max(table),
        }
    }

    fn pattern(&mut self, table: &Table, shifts: &[Named]) -> [Option<u16>; 7] {
        let mut pattern = [None; 7];
        for (weekday, shift) in table.pattern("pattern") {
            let known = shifts.iter().any(|named| named.name == shift.text);
            if !known {
                let known = || shifts.iter().map(|named| named.name.as_str());
                let hint = || match nearest(&shift.text, known()) {
                    Some(near) => Some(format!("did you mean `{near}`?")),
                    None => Some(format!("declare it in `[shifts.{}]`", shift.text)),
                };
                self.mistakes.add_with(shift.place, format!("there is no shift `{}`", shift.text), hint);
            }
            let number = self.names.names.shifts.iter().position(|name| *name == shift.text);
            if let Some(slot) = pattern.get_mut(*weekday as usize) {
                *slot = number.map(|number| number as u16);
            }
        }
        pattern
    }

    fn check_shift(&mut self, shift: &Named) {
        let table = &shift.table;
        let (Some(_), Some(_)) = (table.time("start"), table.time("end")) else { return };
        let (start, end) = times(table);
        if end <= start || end - start > DAY {
            let message = format!("shift `{}` lasts {}", shift.name, written((end - start).max(0) as u32));
            let hint = "a shift ends after its start and lasts at most 24 hours".to_owned();
            self.mistakes.add(table.place("end"), message, Some(hint));
        }
        let mut previous = start;
        for (written, (from, to)) in table.windows("breaks").iter().zip(breaks(table, start)) {
            if from < previous || to > end || to <= from {
                let message = format!("a break of shift `{}` is not inside it, or overlaps the one before", shift.name);
                let hint = "write breaks in order, between the start and the end of the shift".to_owned();
                self.mistakes.add(written.2, message, Some(hint));
            }
            previous = to;
        }
    }
}

/// The template of a name: this version's, or else the one of the first version that has it, so that the numbers of
/// shifts are the same in every version.
fn template(name: &str, shifts: &[Named], versions: &[Version]) -> ShiftTemplate {
    let all = shifts.iter().chain(versions.iter().flat_map(|version| version.table.named("shifts")));
    let mut found = all.filter(|shift| shift.name == name);
    found.next().map_or_else(empty, |shift| {
        let (start, end) = times(&shift.table);
        ShiftTemplate {
            start,
            end,
            breaks: breaks(&shift.table, start),
            earliest_in: shift.table.seconds("earliest_in"),
            latest_out: shift.table.seconds("latest_out"),
            late_max: late_max(&shift.table),
        }
    })
}

fn empty() -> ShiftTemplate {
    let none = shiftmill_core::Seconds::ZERO;
    let late_max = LateMax::HalfShift;
    ShiftTemplate { start: 0, end: 1, breaks: Vec::new(), earliest_in: none, latest_out: none, late_max }
}

fn late_max(table: &Table) -> LateMax {
    match table.one_or_length("late_max") {
        Some(OneOrLength::Length(length)) => LateMax::Length(length),
        Some(OneOrLength::One(LateMaxKind::HalfShift)) | None => LateMax::HalfShift,
    }
}

/// Start and end in seconds of the workday; an end at or before the start is on the next day.
fn times(table: &Table) -> (i32, i32) {
    let time = |setting| table.time(setting).unwrap_or_default() as i32;
    let (start, end) = (time("start"), time("end"));
    (start, if end <= start { end + DAY } else { end })
}

/// Breaks in seconds of the workday; what would be before the shift's start is on the next day.
fn breaks(table: &Table, start: i32) -> Vec<(i32, i32)> {
    let after = |time: i32, floor: i32| if time < floor { time + DAY } else { time };
    table
        .windows("breaks")
        .iter()
        .map(|(from, to, _)| {
            let from = after(*from as i32, start);
            (from, after(*to as i32, from))
        })
        .collect()
}
