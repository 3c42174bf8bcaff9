//! Calendars by name, for places whose holidays differ from those of the ruleset's own calendar.

use std::collections::{BTreeMap, BTreeSet};

use shiftmill_core::shape::calendar::{NamedCalendar, StatedDate};
use shiftmill_core::{CalendarId, Names, Workday};

use super::schedule::DATE_LISTS;
use super::{Compiler, section};
use crate::check::{Named, Table};
use crate::effective::Version;
use crate::mistake::Place;

/// The most calendars of a ruleset beside its own.
const CALENDARS_MAX: usize = 64;

/// The dates that the own calendar of a ruleset names in some version.
#[derive(Debug, Default)]
pub(super) struct OwnDates {
    dates: BTreeSet<Workday>,
    /// The topmost document that states some of the calendar.
    file: u16,
}

impl OwnDates {
    /// Those of all versions; none when there are no named calendars to compare them with.
    pub(super) fn of(versions: &[Version]) -> OwnDates {
        let mut own = OwnDates::default();
        if versions.iter().all(|version| version.table.named("calendars").is_empty()) {
            return own;
        }
        for version in versions {
            let table = section(&version.table, "calendar");
            for (list, _) in DATE_LISTS {
                own.dates.extend(table.dates(list).iter().map(|(date, _)| *date));
            }
            own.dates.extend(table.tables("half_day").iter().filter_map(|entry| entry.date("date")));
            own.file = own.file.max(table.place.file);
        }
        own
    }

    /// Whether a date at a place is none of them, and was not one when it was written: a document above may have
    /// replaced the lists.
    fn lacks(&self, date: Workday, place: Place) -> bool {
        place.file >= self.file && !self.dates.contains(&date)
    }
}

impl Compiler<'_> {
    /// The named calendars of a version.
    pub(super) fn calendars(&mut self, calendars: &[Named], own: &OwnDates) -> Vec<NamedCalendar> {
        if let Some(beyond) = calendars.get(CALENDARS_MAX) {
            let message = format!("there are {} named calendars; the maximum is {CALENDARS_MAX}", calendars.len());
            self.mistakes.add(beyond.place, message, None);
        }
        let calendars = calendars.iter().take(CALENDARS_MAX);
        let mut compiled: Vec<_> = calendars.map(|named| self.named_calendar(named, own)).collect();
        compiled.sort_by_key(|calendar| calendar.number);
        compiled
    }

    fn named_calendar(&mut self, named: &Named, own: &OwnDates) -> NamedCalendar {
        if named.name == Names::OWN_CALENDAR {
            let message = format!("`{}` is how assignments name the ruleset's own calendar", named.name);
            self.mistakes.add(named.place, message, Some("choose another name".into()));
        }
        let number = self.names.names.calendars.iter().position(|name| *name == named.name).unwrap_or_default();
        NamedCalendar { number: CalendarId(number as u16), dates: self.stated_dates(&named.table, own) }
    }

    /// All dates that a named calendar says something of.
    fn stated_dates(&mut self, table: &Table, own: &OwnDates) -> Vec<StatedDate> {
        let nothing = |date: Workday| StatedDate { date, day_type: None, half_day: None };
        let mut stated: BTreeMap<Workday, StatedDate> = BTreeMap::new();
        for (date, day_type) in self.special_dates(table) {
            stated.entry(date).or_insert(nothing(date)).day_type = Some(day_type);
        }
        for half_day in self.half_days(table) {
            stated.entry(half_day.date).or_insert(nothing(half_day.date)).half_day = Some(half_day);
        }
        for (date, place) in table.dates("remove") {
            if stated.contains_key(date) {
                let message = format!("{date} is special in this calendar, it cannot be removed too");
                let hint = "what a calendar says of a date replaces what `[calendar]` says of it".to_owned();
                self.mistakes.add(*place, message, Some(hint));
            } else if own.lacks(*date, *place) {
                let message = format!("`[calendar]` does not name {date}, so it cannot be removed");
                self.mistakes.add(*place, message, None);
            }
        }
        let removed = table.dates("remove").iter().map(|(date, _)| *date);
        removed.for_each(|date| _ = stated.entry(date).or_insert(nothing(date)));
        stated.into_values().collect()
    }
}
