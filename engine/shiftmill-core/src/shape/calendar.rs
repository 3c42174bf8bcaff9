//! Day types: what kind of day each date is.
//! - Takes:  the ruleset's calendar, the employee's scheduled shifts and decided day types.
//! - Gives:  exactly one primary type per date.
//! - Runs:   first in shape; matching, tiers and premiums read it.
//! - Order:  decided for the employee (the last such fact, if there are several) > the date's own type (statutory
//!   holiday, makeup workday, shifted rest, rest day, company holiday; each date has one at most) > statutory rest
//!   weekday without a scheduled shift > scheduled shift (workday) > weekly rest days > workday.
//! - Source: for China, State Council holiday notices (makeup days are ordinary workdays, shifted rest days are
//!   rest days); for Japan, Labour Standards Act art. 35.
//! - Shown:  timecards/calendar/day_types.md, statutory_rest.md

use alloc::vec::Vec;

use crate::card::ScheduledShift;
use crate::codes::DayType;
use crate::plan::Plan;
use crate::time::{Weekday, WeekdaySet, Workday};
use crate::timecard::{DayOverride, Inputs};

/// The days that are not ordinary.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calendar {
    /// Dates with a type of their own, ascending, each date once. Only `statutory_holiday`, `company_holiday`,
    /// `makeup_workday`, `shifted_rest` and `rest_day` occur.
    pub dates: Vec<(Workday, DayType)>,
    /// Weekdays that are rest days unless something above says otherwise.
    pub rest_days: WeekdaySet,
    /// The weekday that the law requires as the weekly day of rest, if it differs from other rest days. It has the
    /// type `statutory_rest` unless a shift is scheduled on it or a date above says otherwise.
    pub statutory_rest_day: Option<Weekday>,
}

impl Calendar {
    /// True when every date is an ordinary workday unless it is decided otherwise for an employee.
    pub(crate) fn is_plain(&self) -> bool {
        self.rest_days == WeekdaySet::NONE && !self.has_dated_seconds()
    }

    /// True when some date may be a holiday or statutory rest day, which begins and ends at midnight.
    pub(crate) fn has_dated_seconds(&self) -> bool {
        !self.dates.is_empty() || self.statutory_rest_day.is_some()
    }

    /// The type of a date that the calendar itself names.
    fn named(&self, workday: Workday) -> Option<DayType> {
        let index = self.dates.binary_search_by_key(&workday, |date| date.0).ok()?;
        self.dates.get(index).map(|date| date.1)
    }
}

/// True when a day of the card may be something else than an ordinary workday.
pub(crate) fn may_be_special(inputs: &Inputs<'_>) -> bool {
    inputs.timeline.needs().day_types || !inputs.card.day_overrides.is_empty()
}

/// The type of a day of a card, by the plan of that day.
pub(crate) fn of_card(inputs: &Inputs<'_>, scheduled: &[ScheduledShift], workday: Workday) -> DayType {
    day_type(inputs.timeline.at(workday), inputs.card.day_overrides, scheduled, workday)
}

/// The type of a day. `plan` is the plan of that day, `scheduled` holds the card's scheduled shifts.
pub(crate) fn day_type(
    plan: &Plan,
    overrides: &[DayOverride],
    scheduled: &[ScheduledShift],
    workday: Workday,
) -> DayType {
    let calendar = &plan.calendar;
    // A shortcut: without dates, rest days and overrides every day is an ordinary workday.
    if calendar.is_plain() && overrides.is_empty() {
        return DayType::Workday;
    }
    let decided = overrides.iter().find(|decided| decided.workday == workday).map(|decided| decided.day_type);
    decided.or_else(|| calendar.named(workday)).unwrap_or_else(|| {
        let weekday = workday.weekday();
        let statutory = calendar.statutory_rest_day == Some(weekday);
        let rest = statutory || calendar.rest_days.contains(weekday);
        match rest && !scheduled.iter().any(|shift| shift.workday == workday) {
            true if statutory => DayType::StatutoryRest,
            true => DayType::RestDay,
            false => DayType::Workday,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Card, monday};

    #[test]
    fn a_named_date_beats_the_schedule_and_the_schedule_beats_the_weekday() {
        let mut card = Card::new();
        let sunday = monday().plus(6);
        card.plan.calendar.rest_days = WeekdaySet::NONE.with(Weekday::Saturday).with(Weekday::Sunday);
        card.plan.calendar.statutory_rest_day = Some(Weekday::Sunday);
        let of =
            |card: &Card, day: Workday| day_type(&card.plan, &card.facts.day_overrides, &card.state.scheduled, day);
        assert_eq!(of(&card, sunday), DayType::StatutoryRest);
        assert_eq!(of(&card, sunday.plus(-1)), DayType::RestDay);
        assert_eq!(of(&card, monday()), DayType::Workday);
        card.schedule(6, "09:00", "17:00");
        card.shaped().unwrap();
        assert_eq!(of(&card, sunday), DayType::Workday);
        card.plan.calendar.dates.push((sunday, DayType::StatutoryHoliday));
        assert_eq!(of(&card, sunday), DayType::StatutoryHoliday);
        card.facts.day_overrides.push(DayOverride { workday: sunday, day_type: DayType::CompanyHoliday });
        assert_eq!(of(&card, sunday), DayType::CompanyHoliday);
    }
}
