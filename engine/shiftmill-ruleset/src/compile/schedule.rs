//! The calendar, named shifts and the weekly pattern.

use std::collections::BTreeMap;

use shiftmill_core::shape::calendar::{Calendar, StatutoryRestDay, StatutoryRestKind};
use shiftmill_core::shape::core_hours::CoreHours;
use shiftmill_core::shape::day_parts::HalfDay;
use shiftmill_core::shape::half_day::{HalfDaySplit, HalfDaySplitKind};
use shiftmill_core::shape::schedule::{LateMax, LateMaxKind, Schedule, ShiftBlock, ShiftTemplate};
use shiftmill_core::{DayType, DayWindow, Workday};

use super::{Compiler, section};
use crate::check::read::{OneOrLength, OneOrTime, OneOrWeekday};
use crate::check::{Named, Table, written};
use crate::effective::Version;
use crate::mistake::Place;
use crate::nearest::nearest;

const DAY: i32 = 86_400;

/// The lists of dates of a calendar, and what their dates are.
pub(super) const DATE_LISTS: [(&str, DayType); 4] = [
    ("statutory_holidays", DayType::StatutoryHoliday),
    ("company_holidays", DayType::CompanyHoliday),
    ("makeup_workdays", DayType::MakeupWorkday),
    ("shifted_rest", DayType::ShiftedRest),
];

impl Compiler<'_> {
    pub(super) fn calendar(&mut self, table: &Table) -> Calendar {
        Calendar {
            dates: self.special_dates(table),
            half_days: self.half_days(table),
            rest_days: table.weekdays("rest_days"),
            statutory_rest_day: self.statutory_rest_day(table),
            roster_decides: table.flag("roster_decides"),
            unrostered_day: table.one_of("unrostered_day"),
        }
    }

    /// The dates of a calendar with the types of their lists, ascending.
    pub(super) fn special_dates(&mut self, table: &Table) -> Vec<(Workday, DayType)> {
        let mut dates: BTreeMap<Workday, DayType> = BTreeMap::new();
        for (setting, day_type) in DATE_LISTS {
            for (date, place) in table.dates(setting) {
                // The same date twice in one list says nothing new.
                let known = *dates.entry(*date).or_insert(day_type);
                if known != day_type {
                    let message = format!("{date} is already a `{known}`, it cannot be a `{day_type}` too");
                    self.mistakes.add(*place, message, Some("a date has one type; leave it in one list".into()));
                }
            }
        }
        dates.into_iter().collect()
    }

    pub(super) fn half_days(&mut self, table: &Table) -> Vec<HalfDay> {
        let mut half_days: Vec<HalfDay> = Vec::new();
        for entry in table.tables("half_day") {
            let (from, to) = (entry.time("from").unwrap_or(0), entry.time("to").unwrap_or(0));
            let day_type = entry.one_of("day_type");
            let Some(date) = entry.date("date") else { continue };
            let Some(window) = DayWindow::new(from, to) else {
                let message = format!("the half day of {date} does not end after it starts, or ends after 24:00");
                self.mistakes.add(entry.place("to"), message, None);
                continue;
            };
            if half_days.iter().any(|other| other.date == date) {
                let message = format!("{date} has two half days");
                self.mistakes.add(entry.place("date"), message, Some("write one; a part of a day has one type".into()));
                continue;
            }
            half_days.push(HalfDay { date, window, day_type });
        }
        half_days.sort_unstable_by_key(|half_day| half_day.date);
        half_days
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

    pub(super) fn schedule(&mut self, document: &Table, versions: &[&Version]) -> Schedule {
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
        let blocks = blocks(table);
        let (Some((start, _)), Some((_, end))) = (blocks.first(), blocks.last()) else {
            let missing = if table.has("start") { "end" } else { "start" };
            let hint = "write `start` and `end`, or the `blocks` of a split shift".to_owned();
            self.mistakes.add(table.place(missing), format!("a named shift needs `{missing}`"), Some(hint));
            return;
        };
        if !table.windows("blocks").is_empty() {
            self.check_blocks(shift, &blocks);
        } else if end <= start || end - start > DAY {
            let message = format!("shift `{}` lasts {}", shift.name, written((end - start).max(0) as u32));
            let hint = "a shift ends after its start and lasts at most 24 hours".to_owned();
            self.mistakes.add(table.place("end"), message, Some(hint));
        }
        self.check_flags(shift, blocks.len());
        let mut previous = *start;
        for (written, (from, to)) in table.windows("breaks").iter().zip(following(table.windows("breaks"), *start)) {
            let is_inside = blocks.iter().any(|block| block.0 <= from && to <= block.1);
            if from < previous || !is_inside || to <= from {
                let message = format!("a break of shift `{}` is not inside it, or overlaps the one before", shift.name);
                let hint = "write breaks in order, between the start and the end of the shift or block".to_owned();
                self.mistakes.add(written.2, message, Some(hint));
            }
            previous = to;
        }
        let start = *start;
        for (written, (from, to)) in table.windows("core_hours").iter().zip(self.core_hours(table, start)) {
            if !blocks.iter().any(|block| from < block.1 && block.0 < to) {
                let message = format!("core hours of shift `{}` lie outside of it", shift.name);
                self.mistakes.add(written.2, message, Some("write windows that the shift overlaps".into()));
            }
        }
        self.check_half_day_split(shift, &blocks);
    }

    /// What is stated for each block is stated for all of them.
    fn check_flags(&mut self, shift: &Named, blocks: usize) {
        for name in ["need_in", "need_out"] {
            if let Some(stated) = shift.table.flags_stated(name).filter(|stated| *stated != blocks) {
                let wrong = format!("`{name}` of shift `{}` has other values than one for each block", shift.name);
                let message = format!("{wrong}: {stated}, not {blocks}");
                let hint = "write one `true` or `false` for each block, or one for all".to_owned();
                self.mistakes.add(shift.table.place(name), message, Some(hint));
            }
        }
    }

    fn check_half_day_split(&mut self, shift: &Named, blocks: &[(i32, i32)]) {
        let table = &shift.table;
        let (Some((start, _)), Some((_, end))) = (blocks.first(), blocks.last()) else { return };
        match half_day_split(table, *start) {
            HalfDaySplit::At(second) if second <= *start || *end <= second => {
                let message = format!("`half_day_split` of shift `{}` is not inside it", shift.name);
                let hint = "write a time between its start and its end".to_owned();
                self.mistakes.add(table.place("half_day_split"), message, Some(hint));
            }
            HalfDaySplit::AtBreak if blocks.len() == 1 && table.windows("breaks").is_empty() => {
                let message = format!("shift `{}` has no break at which it could be divided", shift.name);
                let hint = "state its `breaks`, or write another `half_day_split`".to_owned();
                self.mistakes.add(table.place("half_day_split"), message, Some(hint));
            }
            HalfDaySplit::At(_)
            | HalfDaySplit::AtBreak
            | HalfDaySplit::Midpoint
            | HalfDaySplit::MidpointWithoutBreaks => {}
        }
    }

    /// Core hours in seconds of the workday; what would be before `start` is on the next day.
    pub(super) fn core_hours(&mut self, table: &Table, start: i32) -> CoreHours {
        let windows = following(table.windows("core_hours"), start);
        let mut until = start;
        for (written, (from, to)) in table.windows("core_hours").iter().zip(&windows) {
            if *from < until {
                let message = "core hours overlap the ones before, or come before them".to_owned();
                self.mistakes.add(written.2, message, Some("write core hours in order".into()));
            }
            until = *to;
        }
        windows
    }

    fn check_blocks(&mut self, shift: &Named, blocks: &[(i32, i32)]) {
        let table = &shift.table;
        if table.has("start") || table.has("end") {
            let message = format!("shift `{}` has `blocks` beside `start` and `end`", shift.name);
            self.mistakes.add(table.place("blocks"), message, Some("write one or the other".into()));
        }
        let mut before: Option<&(i32, i32)> = None;
        for (written, block) in table.windows("blocks").iter().zip(blocks) {
            let touches = before.is_some_and(|before| block.0 <= before.1);
            let is_late = blocks.first().is_some_and(|first| block.1 > first.0 + DAY);
            if touches || is_late || block.1 <= block.0 {
                let message = format!("a block of shift `{}` is not after the one before, or too late", shift.name);
                let hint = "write blocks in order, with a gap between them, all within 24 hours".to_owned();
                self.mistakes.add(written.2, message, Some(hint));
            }
            before = Some(block);
        }
    }
}

/// The template of a name: this version's, or else the one of the first version that has it, so that the numbers of
/// shifts are the same in every version.
fn template(name: &str, shifts: &[Named], versions: &[&Version]) -> ShiftTemplate {
    let all = shifts.iter().chain(versions.iter().flat_map(|version| version.table.named("shifts")));
    let mut found = all.filter(|shift| shift.name == name);
    found.next().map_or_else(empty, |shift| {
        let blocks = blocks(&shift.table);
        let start = blocks.first().map_or(0, |first| first.0);
        let block = |(index, (start, end)): (usize, (i32, i32))| ShiftBlock {
            need_in: shift.table.flag_of("need_in", index),
            need_out: shift.table.flag_of("need_out", index),
            ..ShiftBlock::new(start, end)
        };
        ShiftTemplate {
            breaks: following(shift.table.windows("breaks"), start),
            earliest_in: shift.table.seconds("earliest_in"),
            latest_out: shift.table.seconds("latest_out"),
            late_max: late_max(&shift.table),
            half_day_split: half_day_split(&shift.table, start),
            flex_early: shift.table.length("flex_early"),
            flex_late: shift.table.length("flex_late"),
            core_hours: following(shift.table.windows("core_hours"), start),
            ..ShiftTemplate::of_blocks(blocks.into_iter().enumerate().map(block).collect())
        }
    })
}

fn empty() -> ShiftTemplate {
    let none = shiftmill_core::Seconds::ZERO;
    ShiftTemplate { earliest_in: none, latest_out: none, ..ShiftTemplate::of_blocks(vec![ShiftBlock::new(0, 1)]) }
}

/// Where leave of half a day divides a shift; a time before its start is on the next day.
fn half_day_split(table: &Table, start: i32) -> HalfDaySplit {
    match table.one_or_time("half_day_split") {
        Some(OneOrTime::Time(time)) => {
            let time = time as i32;
            HalfDaySplit::At(if time < start { time + DAY } else { time })
        }
        Some(OneOrTime::One(HalfDaySplitKind::AtBreak)) => HalfDaySplit::AtBreak,
        Some(OneOrTime::One(HalfDaySplitKind::MidpointWithoutBreaks)) => HalfDaySplit::MidpointWithoutBreaks,
        Some(OneOrTime::One(HalfDaySplitKind::Midpoint)) | None => HalfDaySplit::Midpoint,
    }
}

fn late_max(table: &Table) -> LateMax {
    match table.one_or_length("late_max") {
        Some(OneOrLength::Length(length)) => LateMax::Length(length),
        Some(OneOrLength::One(LateMaxKind::HalfShift)) | None => LateMax::HalfShift,
    }
}

/// When a shift is worked, in seconds of the workday: its blocks, or its start and end. An end at or before the start is
/// on the next day. Nothing where the document says neither.
fn blocks(table: &Table) -> Vec<(i32, i32)> {
    let times = table.time("start").zip(table.time("end")).map(|(start, end)| (start as i32, end as i32));
    let windows = table.windows("blocks");
    if let Some((start, _, _)) = windows.first() {
        return following(windows, *start as i32);
    }
    times.map(|(start, end)| (start, if end <= start { end + DAY } else { end })).into_iter().collect()
}

/// Windows of a shift in seconds of the workday; what would be before the shift's start is on the next day.
fn following(windows: &[(u32, u32, Place)], start: i32) -> Vec<(i32, i32)> {
    let after = |time: i32, floor: i32| if time < floor { time + DAY } else { time };
    let windows = windows.iter().map(|(from, to, _)| {
        let from = after(*from as i32, start);
        (from, after(*to as i32, from))
    });
    windows.collect()
}
