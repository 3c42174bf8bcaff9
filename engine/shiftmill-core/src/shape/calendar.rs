//! Day types: what kind of day each date is.
//! - Takes:  the ruleset's calendar, the employee's scheduled shifts and decided day types.
//! - Gives:  exactly one primary type per date.
//! - Runs:   first in shape; matching, tiers and premiums read it.
//! - Order:  decided for the employee (the last such fact, if there are several) > the date's own type (statutory
//!   holiday, makeup workday, shifted rest, rest day, company holiday; each date has one at most) > statutory rest
//!   weekday without a scheduled shift > scheduled shift (workday) > weekly rest days > workday.
//! - Source: for China, State Council holiday notices (makeup days are ordinary workdays, shifted rest days are
//!   rest days); for Japan, Labour Standards Act art. 35.
//! - Shown:  timecards/calendar/day_types.md

use alloc::vec::Vec;

use crate::codes::DayType;
use crate::time::{Weekday, WeekdaySet, Workday};

/// The days that are not ordinary.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calendar {
    /// Dates with a type of their own, ascending, each date once. Only `statutory_holiday`, `company_holiday`,
    /// `makeup_workday`, `shifted_rest` and `rest_day` occur.
    pub dates: Vec<(Workday, DayType)>,
    /// Weekdays that are rest days unless something above says otherwise.
    pub rest_days: WeekdaySet,
    /// The weekday that the law demands as the weekly day of rest, if it is told from other rest days. It has the
    /// type `statutory_rest` unless a shift is scheduled on it or a date above says otherwise.
    pub statutory_rest_day: Option<Weekday>,
}
