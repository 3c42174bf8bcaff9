//! Substitute days: a holiday on a weekday off is observed on a working day.

use std::collections::BTreeMap;

use shiftmill_core::shape::calendar::{Calendar, NamedCalendar, StatedDate, SubstituteDay};
use shiftmill_core::{DayType, WeekdaySet, Workday};

use crate::check::Table;

/// How far away a substitute day may be.
const DAYS_AWAY_MAX: i32 = 31;

/// Dates with a type of their own.
type Dates = BTreeMap<Workday, DayType>;

/// Moves the holidays of a calendar, and of those beside it, to their substitute days.
pub(super) fn observe(holidays: &Table, own: &mut Calendar, named: &mut [NamedCalendar]) {
    let rule = Rule {
        way: holidays.one_of("substitute_day"),
        keeps_date: holidays.flag("substitute_keeps_date"),
        rest_days: own.rest_days,
    };
    if rule.way == SubstituteDay::None {
        return;
    }
    let stated: Dates = own.dates.iter().copied().collect();
    let observed = rule.observed(&stated);
    for calendar in named {
        let there = rule.observed(&dates_of(&stated, calendar));
        calendar.dates = differences(&observed, &there, calendar);
    }
    own.dates = observed.into_iter().collect();
}

/// All dates that hold for a person with a named calendar.
fn dates_of(own: &Dates, calendar: &NamedCalendar) -> Dates {
    let mut dates = own.clone();
    for stated in &calendar.dates {
        match stated.day_type {
            Some(day_type) => _ = dates.insert(stated.date, day_type),
            None => _ = dates.remove(&stated.date),
        }
    }
    dates
}

/// What a named calendar must say so that `there` holds beside `own`, with its parts of days.
fn differences(own: &Dates, there: &Dates, calendar: &NamedCalendar) -> Vec<StatedDate> {
    let half_day = |date: Workday| calendar.dates.iter().find(|stated| stated.date == date)?.half_day;
    let mut dates: Vec<Workday> = own.keys().chain(there.keys()).copied().collect();
    dates.extend(calendar.dates.iter().map(|stated| stated.date));
    dates.sort_unstable();
    dates.dedup();
    let states =
        |date: &Workday| own.get(date) != there.get(date) || calendar.dates.iter().any(|stated| stated.date == *date);
    let stated = |date| StatedDate { date, day_type: there.get(&date).copied(), half_day: half_day(date) };
    dates.into_iter().filter(states).map(stated).collect()
}

struct Rule {
    way: SubstituteDay,
    keeps_date: bool,
    rest_days: WeekdaySet,
}

impl Rule {
    /// The dates with each holiday where it is observed, in order of the holidays.
    fn observed(&self, stated: &Dates) -> Dates {
        let mut observed = stated.clone();
        let moved =
            |date: &Workday, day_type: DayType| day_type.is_holiday() && self.rest_days.contains(date.weekday());
        for (date, day_type) in stated.iter().filter(|(date, day_type)| moved(date, **day_type)) {
            let Some(substitute) = self.substitute(*date, &observed) else { continue };
            observed.insert(substitute, *day_type);
            if !self.keeps_date {
                observed.remove(date);
            }
        }
        observed
    }

    /// The day on which a holiday is observed: a working day that is not special itself.
    fn substitute(&self, date: Workday, taken: &Dates) -> Option<Workday> {
        let is_free = |day: &Workday| !self.rest_days.contains(day.weekday()) && !taken.contains_key(day);
        let find = |step: i32| (1..=DAYS_AWAY_MAX).map(|away| date.plus(away * step)).find(is_free);
        match self.way {
            SubstituteDay::None => None,
            SubstituteDay::Next => find(1),
            SubstituteDay::Previous => find(-1),
            SubstituteDay::Nearest => {
                let distance = |day: &Workday| ((day.0 - date.0).abs(), day.0 < date.0);
                find(1).into_iter().chain(find(-1)).min_by_key(distance)
            }
        }
    }
}
