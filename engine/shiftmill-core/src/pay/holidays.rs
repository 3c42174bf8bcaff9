//! Holidays: which seconds are on a holiday, and what a holiday not worked pays.
//! - Takes:  day types, worked spans, scheduled shifts.
//! - Gives:  the day type of every span; the pay of a holiday not worked; `holiday_worked`.
//! - Keeps:  worked time; a span is cut where its day type changes.
//! - Runs:   the day types of spans at the end of shape, before overtime; pay of holidays not worked after it.
//! - Source: China Labour Law art. 44(3); Japan Labour Standards Act art. 35 and 37 (a day of rest is a calendar day,
//!   so work past midnight changes its code there).
//! - Shown:  timecards/holidays/past_midnight.md, not_worked.md

use crate::codes::{PayCode, RuleId};
use crate::time::Seconds;

/// Holiday settings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holidays {
    /// How a second gets its day type.
    pub basis: HolidayBasis,
    /// What a statutory or company holiday pays when nothing was worked on that date's reporting workday.
    pub not_worked: Option<HolidayNotWorked>,
}

/// How a second gets its day type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HolidayBasis {
    /// By its local date where that date or the overtime workday is a holiday or statutory rest day: work past
    /// midnight into or out of one changes its type there. Between other day types the overtime workday decides.
    #[default]
    CalendarSplit,
    /// By its overtime workday.
    Workday,
    /// By the local date on which its worked shift began.
    ShiftStart,
}

/// The pay of a holiday not worked. A quantity in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HolidayNotWorked {
    /// Its name.
    pub rule: RuleId,
    /// Where it goes.
    pub pays_to: PayCode,
    /// This much; `None`: the planned time of the shift scheduled on the day, else of the weekly pattern's shift for
    /// that weekday, else nothing.
    pub amount: Option<Seconds>,
}
