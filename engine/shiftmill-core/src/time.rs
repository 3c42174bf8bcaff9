//! Lengths, instants and labels of time. All whole seconds; every span is half-open.

use core::fmt;

/// Seconds in an hour.
pub const HOUR: u32 = 3_600;
/// Seconds in a wall-clock day. Never add it to a [`Timestamp`]: a day may last 23 or 25 hours.
pub const WALL_DAY: i64 = 86_400;

/// A length of time in whole seconds. Never negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seconds(pub u32);

impl Seconds {
    /// No time at all.
    pub const ZERO: Seconds = Seconds(0);
    /// Longer than any length that can occur; a limit that nothing exceeds.
    pub const MAX: Seconds = Seconds(u32::MAX);

    /// A length of whole hours.
    pub const fn hours(hours: u32) -> Seconds {
        Seconds(hours * HOUR)
    }

    /// A length of whole minutes.
    pub const fn minutes(minutes: u32) -> Seconds {
        Seconds(minutes * 60)
    }

    /// The part of `self` beyond `limit`; zero when `self` is within it.
    pub const fn beyond(self, limit: Seconds) -> Seconds {
        Seconds(self.0.saturating_sub(limit.0))
    }

    /// The sum, limited to the longest length.
    pub const fn plus(self, other: Seconds) -> Seconds {
        Seconds(self.0.saturating_add(other.0))
    }

    /// The shorter of two lengths.
    pub fn at_most(self, other: Seconds) -> Seconds {
        Seconds(self.0.min(other.0))
    }

    /// True when there is no time in it.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }
}

impl core::iter::Sum for Seconds {
    fn sum<I: Iterator<Item = Seconds>>(lengths: I) -> Seconds {
        lengths.fold(Seconds::ZERO, Seconds::plus)
    }
}

/// Written as `H:MM`, or `H:MM:SS` when it is not whole minutes.
impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hours, minutes, seconds) = (self.0 / HOUR, self.0 / 60 % 60, self.0 % 60);
        match seconds {
            0 => write!(f, "{hours}:{minutes:02}"),
            _ => write!(f, "{hours}:{minutes:02}:{seconds:02}"),
        }
    }
}

/// An instant: seconds since 1970-01-01T00:00:00 UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The first second of the year 1.
    pub const FIRST: Timestamp = Timestamp(-62_135_596_800);
    /// The last second of the year 9999.
    pub const LAST: Timestamp = Timestamp(253_402_300_799);

    /// The length from `earlier` to `self`; zero when `earlier` is later.
    pub fn since(self, earlier: Timestamp) -> Seconds {
        match self > earlier {
            true => Seconds(u32::try_from(self.0.abs_diff(earlier.0)).unwrap_or(u32::MAX)),
            false => Seconds::ZERO,
        }
    }

    /// The instant `length` later.
    pub fn after(self, length: Seconds) -> Timestamp {
        Timestamp(self.0.saturating_add(i64::from(length.0)))
    }

    /// The instant `length` earlier.
    pub fn before(self, length: Seconds) -> Timestamp {
        Timestamp(self.0.saturating_sub(i64::from(length.0)))
    }
}

/// What a clock on the wall shows: seconds since 1970-01-01 00:00 in some zone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WallTime(pub i64);

impl WallTime {
    /// The time `second_of_day` seconds after the midnight that opens `date`; may pass 24:00 or be negative.
    pub fn on(date: Workday, second_of_day: i32) -> WallTime {
        WallTime(i64::from(date.0) * WALL_DAY + i64::from(second_of_day))
    }

    /// The calendar date shown; the first or last label for a date outside the calendar.
    pub fn date(self) -> Workday {
        let days = self.0.div_euclid(WALL_DAY);
        Workday(days.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32)
    }

    /// Seconds since the midnight shown, 0 to 86 399.
    pub fn second_of_day(self) -> u32 {
        self.0.rem_euclid(WALL_DAY) as u32
    }
}

/// Written as `YYYY-MM-DD HH:MM`, with seconds when there are any.
impl fmt::Display for WallTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let second = self.second_of_day();
        write!(f, "{} {:02}:{:02}", self.date(), second / HOUR, second / 60 % 60)?;
        match second % 60 {
            0 => Ok(()),
            seconds => write!(f, ":{seconds:02}"),
        }
    }
}

/// The label of a workday: days since 1970-01-01. Which instants belong to it is the ruleset's choice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Workday(pub i32);

impl Workday {
    /// The label of a calendar date in the proleptic Gregorian calendar; `None` when there is no such date.
    ///
    /// ```
    /// use shiftmill_core::Workday;
    /// assert_eq!(Workday::from_date(2026, 3, 2), Some(Workday(20514)));
    /// assert_eq!(Workday::from_date(2026, 2, 29), None);
    /// ```
    pub fn from_date(year: i32, month: u32, day: u32) -> Option<Workday> {
        let in_range = (1..=12).contains(&month) && (1..=9999).contains(&year);
        if !in_range || day == 0 || day > days_in_month(year, month) {
            return None;
        }
        // Days from civil, counting years from March so that the leap day comes last.
        let shifted_year = i64::from(year) - i64::from(month <= 2);
        let era = shifted_year.div_euclid(400);
        let year_of_era = shifted_year.rem_euclid(400);
        let month_from_march = i64::from((month + 9) % 12);
        let day_of_year = (153 * month_from_march + 2) / 5 + i64::from(day) - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        Some(Workday((era * 146_097 + day_of_era - 719_468) as i32))
    }

    /// The calendar date of the label as (year, month, day).
    pub fn to_date(self) -> (i32, u32, u32) {
        let days = i64::from(self.0) + 719_468;
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = (day_of_year - (153 * month_from_march + 2) / 5 + 1) as u32;
        let month = ((month_from_march + 2) % 12 + 1) as u32;
        let year = (year_of_era + era * 400) as i32 + i32::from(month <= 2);
        (year, month, day)
    }

    /// The weekday of the label.
    pub fn weekday(self) -> Weekday {
        match (i64::from(self.0) + 3).rem_euclid(7) {
            0 => Weekday::Monday,
            1 => Weekday::Tuesday,
            2 => Weekday::Wednesday,
            3 => Weekday::Thursday,
            4 => Weekday::Friday,
            5 => Weekday::Saturday,
            _ => Weekday::Sunday,
        }
    }

    /// The first label that has a date: 0001-01-01.
    pub const FIRST: Workday = Workday(-719_162);
    /// The last label that is written with four digits: 9999-12-31.
    pub const LAST: Workday = Workday(2_932_896);

    /// The label `days` later, or earlier when negative.
    pub const fn plus(self, days: i32) -> Workday {
        Workday(self.0.saturating_add(days))
    }

    /// The last label on this weekday that is not after `self`.
    pub fn back_to(self, weekday: Weekday) -> Workday {
        self.plus(-(self.weekday() as i32 - weekday as i32).rem_euclid(7))
    }

    /// The first label of the calendar month.
    pub fn month_start(self) -> Workday {
        let (_, _, day) = self.to_date();
        self.plus(1 - day as i32)
    }
}

/// Written as `YYYY-MM-DD`.
impl fmt::Display for Workday {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.to_date();
        if !(0..=9_999).contains(&year) {
            return write!(f, "{year:04}-{month:02}-{day:02}");
        }
        // Digit by digit: every line of a readable result has a date.
        let digit = |number: u32| b'0' + (number % 10) as u8;
        let year = year.unsigned_abs();
        let [thousands, hundreds, tens, ones] = [year / 1_000, year / 100, year / 10, year].map(digit);
        let [month_tens, month_ones, day_tens, day_ones] = [month / 10, month, day / 10, day].map(digit);
        let text = [thousands, hundreds, tens, ones, b'-', month_tens, month_ones, b'-', day_tens, day_ones];
        f.write_str(core::str::from_utf8(&text).unwrap_or_default())
    }
}

fn days_in_month(year: i32, month: u32) -> u32 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 31,
    }
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the names say all")]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl Weekday {
    /// All seven, from Monday.
    pub const ALL: [Weekday; 7] = [
        Weekday::Monday,
        Weekday::Tuesday,
        Weekday::Wednesday,
        Weekday::Thursday,
        Weekday::Friday,
        Weekday::Saturday,
        Weekday::Sunday,
    ];

    /// Three letters: `Mon` to `Sun`.
    pub const fn short(self) -> &'static str {
        match self {
            Weekday::Monday => "Mon",
            Weekday::Tuesday => "Tue",
            Weekday::Wednesday => "Wed",
            Weekday::Thursday => "Thu",
            Weekday::Friday => "Fri",
            Weekday::Saturday => "Sat",
            Weekday::Sunday => "Sun",
        }
    }
}

/// A set of weekdays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct WeekdaySet(u8);

impl WeekdaySet {
    /// No weekday.
    pub const NONE: WeekdaySet = WeekdaySet(0);
    /// All seven.
    pub const ALL: WeekdaySet = WeekdaySet(0b111_1111);

    /// The set with `weekday` in it.
    pub const fn with(self, weekday: Weekday) -> WeekdaySet {
        WeekdaySet(self.0 | 1 << weekday as u8)
    }

    /// True when `weekday` is in the set.
    pub const fn contains(self, weekday: Weekday) -> bool {
        self.0 & 1 << weekday as u8 != 0
    }
}

/// A run of workday labels, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WorkdayRange {
    /// The first label.
    pub first: Workday,
    /// The last label; not before `first`.
    pub last: Workday,
}

impl WorkdayRange {
    /// True when `workday` is one of the labels.
    pub fn contains(self, workday: Workday) -> bool {
        self.first <= workday && workday <= self.last
    }

    /// The label of the range that is nearest to `workday`.
    pub fn nearest(self, workday: Workday) -> Workday {
        workday.max(self.first).min(self.last)
    }
}
