//! Lengths, times of day, instants and workdays. Whole seconds; every stretch is half-open.

use core::fmt;
use core::iter::Sum;
use core::ops::{Add, AddAssign, Mul, Sub};

const HOUR: u32 = 3_600;
pub(crate) const WALL_DAY: i64 = 86_400;

/// A length of time in whole seconds. Never negative.
///
/// ```
/// use shiftmill_plugin::prelude::*;
/// let worked = Length::hours(9) + Length::minutes(30);
/// assert_eq!(worked.beyond(Length::hours(8)), Length::minutes(90));
/// assert_eq!(worked.to_string(), "9:30");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Length(pub(crate) u32);

impl Length {
    /// Zero.
    pub const ZERO: Length = Length(0);

    /// A length of whole seconds.
    pub const fn seconds(seconds: u32) -> Length {
        Length(seconds)
    }

    /// A length of whole minutes.
    pub const fn minutes(minutes: u32) -> Length {
        Length(minutes * 60)
    }

    /// A length of whole hours.
    pub const fn hours(hours: u32) -> Length {
        Length(hours * HOUR)
    }

    /// The whole seconds in it.
    pub const fn in_seconds(self) -> u32 {
        self.0
    }

    /// The whole minutes in it, rounded down.
    pub const fn in_minutes(self) -> u32 {
        self.0 / 60
    }

    /// The whole hours in it, rounded down.
    pub const fn in_hours(self) -> u32 {
        self.0 / HOUR
    }

    /// The part beyond `limit`; zero when it is within.
    pub const fn beyond(self, limit: Length) -> Length {
        Length(self.0.saturating_sub(limit.0))
    }

    /// The length that is missing to `least`; zero when `least` is reached.
    pub const fn short_of(self, least: Length) -> Length {
        least.beyond(self)
    }

    /// The length without `part`; `None` when `part` is longer.
    pub const fn without(self, part: Length) -> Option<Length> {
        match self.0.checked_sub(part.0) {
            Some(rest) => Some(Length(rest)),
            None => None,
        }
    }

    /// Rounded down to a multiple of `step`; unchanged when `step` is zero.
    pub const fn rounded_down(self, step: Length) -> Length {
        match self.0.checked_rem(step.0) {
            Some(rest) => Length(self.0 - rest),
            None => self,
        }
    }

    /// Rounded up to a multiple of `step`; unchanged when `step` is zero.
    #[track_caller]
    pub fn rounded_up(self, step: Length) -> Length {
        let down = self.rounded_down(step);
        if down == self { self } else { down + step }
    }

    /// Rounded to the nearest multiple of `step`, half up; unchanged when `step` is zero.
    #[track_caller]
    pub fn rounded(self, step: Length) -> Length {
        let down = self.rounded_down(step);
        let rest = self.beyond(down);
        if rest.0 >= step.0 - rest.0 && rest.0 > 0 { down + step } else { down }
    }

    /// How many times it contains `part`; zero when `part` is zero.
    pub const fn divided_by(self, part: Length) -> u32 {
        match self.0.checked_div(part.0) {
            Some(times) => times,
            None => 0,
        }
    }

    /// True when it is zero.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The length, unless it is zero.
    pub const fn unless_zero(self) -> Option<Length> {
        if self.is_zero() { None } else { Some(self) }
    }
}

/// The sum. A sum that does not fit is an error of the plugin.
impl Add for Length {
    type Output = Length;

    #[track_caller]
    #[inline]
    fn add(self, other: Length) -> Length {
        match self.0.checked_add(other.0) {
            Some(sum) => Length(sum),
            None => too_great(),
        }
    }
}

impl AddAssign for Length {
    #[track_caller]
    fn add_assign(&mut self, other: Length) {
        *self = *self + other;
    }
}

/// A multiple of the length. A product that does not fit is an error of the plugin.
impl Mul<u32> for Length {
    type Output = Length;

    #[track_caller]
    fn mul(self, times: u32) -> Length {
        match self.0.checked_mul(times) {
            Some(product) => Length(product),
            None => too_great(),
        }
    }
}

impl Sum for Length {
    fn sum<I: Iterator<Item = Length>>(lengths: I) -> Length {
        lengths.fold(Length::ZERO, |sum, length| sum + length)
    }
}

/// Written as `H:MM`, or `H:MM:SS` when it is not whole minutes.
impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hours, minutes, seconds) = (self.0 / HOUR, self.0 / 60 % 60, self.0 % 60);
        match seconds {
            0 => write!(f, "{hours}:{minutes:02}"),
            _ => write!(f, "{hours}:{minutes:02}:{seconds:02}"),
        }
    }
}

#[cold]
#[track_caller]
#[allow(clippy::panic, reason = "a sum of 136 years is a mistake in the plugin, which this reports with its line")]
fn too_great() -> Length {
    panic!("a length of more than 136 years");
}

/// A wall-clock time of day: seconds from the midnight that opens a workday. It may pass 24:00, up to
/// 48:00: 26:00 is two in the morning of the day after.
///
/// ```
/// use shiftmill_plugin::prelude::*;
/// assert_eq!(Clock::at(22, 30).map(|clock| clock.to_string()), Some("22:30".to_owned()));
/// assert_eq!(Clock::at(48, 1), None);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Clock(pub(crate) u32);

impl Clock {
    /// The midnight that opens a workday.
    pub const MIDNIGHT: Clock = Clock(0);

    pub(crate) const MOST: u32 = 48 * HOUR;

    /// Hour and minute; `None` beyond 48:00.
    pub const fn at(hour: u32, minute: u32) -> Option<Clock> {
        if hour > 48 || minute > 59 {
            return None;
        }
        Clock::from_seconds(hour * HOUR + minute * 60)
    }

    /// The time this number of seconds after midnight; `None` beyond 48:00.
    pub const fn from_seconds(seconds: u32) -> Option<Clock> {
        if seconds <= Clock::MOST { Some(Clock(seconds)) } else { None }
    }

    /// Seconds after midnight.
    pub const fn in_seconds(self) -> u32 {
        self.0
    }

    /// The clock `length` later; `None` beyond 48:00.
    pub const fn later_by(self, length: Length) -> Option<Clock> {
        match self.0.checked_add(length.0) {
            Some(seconds) => Clock::from_seconds(seconds),
            None => None,
        }
    }
}

/// Written as `HH:MM`, or `HH:MM:SS` when it is not a whole minute.
impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hours, minutes, seconds) = (self.0 / HOUR, self.0 / 60 % 60, self.0 % 60);
        match seconds {
            0 => write!(f, "{hours:02}:{minutes:02}"),
            _ => write!(f, "{hours:02}:{minutes:02}:{seconds:02}"),
        }
    }
}

/// An instant: whole seconds since 1970-01-01T00:00:00 UTC. [`Day::clock_at`](crate::Day::clock_at) gives the
/// wall-clock time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(pub(crate) i64);

impl Instant {
    /// The instant this number of seconds after 1970-01-01T00:00:00 UTC.
    pub const fn from_unix(seconds: i64) -> Instant {
        Instant(seconds)
    }

    /// Seconds since 1970-01-01T00:00:00 UTC.
    pub const fn to_unix(self) -> i64 {
        self.0
    }

    /// The length from `earlier` to this instant; zero when `earlier` is later.
    #[inline]
    pub fn since(self, earlier: Instant) -> Length {
        let seconds = self.0.saturating_sub(earlier.0).max(0);
        Length(u32::try_from(seconds).unwrap_or(u32::MAX))
    }

    /// The length from this instant to `later`; zero when `later` is earlier.
    pub fn until(self, later: Instant) -> Length {
        later.since(self)
    }
}

impl Add<Length> for Instant {
    type Output = Instant;

    fn add(self, length: Length) -> Instant {
        Instant(self.0.saturating_add(i64::from(length.0)))
    }
}

impl Sub<Length> for Instant {
    type Output = Instant;

    fn sub(self, length: Length) -> Instant {
        Instant(self.0.saturating_sub(i64::from(length.0)))
    }
}

/// The label of a workday. The ruleset decides which seconds belong to it.
///
/// ```
/// use shiftmill_plugin::prelude::*;
/// let workday = Workday::from_date(2026, 3, 2).unwrap();
/// assert_eq!(workday.weekday(), Weekday::Monday);
/// assert_eq!(workday.plus(7).to_string(), "2026-03-09");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Workday(pub(crate) i32);

/// A calendar date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    /// The year.
    pub year: i32,
    /// The month, 1 to 12.
    pub month: u32,
    /// The day of the month, from 1.
    pub day: u32,
}

impl Workday {
    /// The label of a calendar date; `None` when there is no such date between the years 1 and 9999.
    pub const fn from_date(year: i32, month: u32, day: u32) -> Option<Workday> {
        let in_range = 1 <= year && year <= 9999 && 1 <= month && month <= 12;
        if !in_range || day == 0 || day > days_in_month(year, month) {
            return None;
        }
        // Days since 0000-03-01: years counted from March, so that the leap day comes last.
        let years = year - (month <= 2) as i32;
        let months = (month as i32 + 9) % 12;
        let leap_days = years.div_euclid(4) - years.div_euclid(100) + years.div_euclid(400);
        let days = years * 365 + leap_days + (153 * months + 2) / 5 + day as i32 - 1;
        Some(Workday(days - DAYS_TO_1970))
    }

    /// The label this number of days after 1970-01-01.
    pub const fn from_days(days: i32) -> Workday {
        Workday(days)
    }

    /// Days since 1970-01-01.
    pub const fn to_days(self) -> i32 {
        self.0
    }

    /// The calendar date of the label.
    pub fn date(self) -> Date {
        // The inverse of `from_date`, by whole cycles of 400 years.
        let days = i64::from(self.0) + i64::from(DAYS_TO_1970);
        let (cycle, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
        let day_of_year = day - (365 * year + year / 4 - year / 100);
        let month = (5 * day_of_year + 2) / 153;
        let month_of_year = (month + 2) % 12 + 1;
        Date {
            year: (cycle * 400 + year) as i32 + i32::from(month_of_year <= 2),
            month: month_of_year as u32,
            day: (day_of_year - (153 * month + 2) / 5 + 1) as u32,
        }
    }

    /// Its weekday.
    pub const fn weekday(self) -> Weekday {
        // 1970-01-01 was a Thursday.
        match (self.0 as i64 + 3).rem_euclid(7) {
            0 => Weekday::Monday,
            1 => Weekday::Tuesday,
            2 => Weekday::Wednesday,
            3 => Weekday::Thursday,
            4 => Weekday::Friday,
            5 => Weekday::Saturday,
            _ => Weekday::Sunday,
        }
    }

    /// The wall-clock time of the midnight that opens the date of the label.
    #[inline]
    pub(crate) const fn midnight(self) -> i64 {
        (self.0 as i64).wrapping_mul(WALL_DAY)
    }

    /// The label `days` later, or earlier when negative.
    pub const fn plus(self, days: i32) -> Workday {
        Workday(self.0.saturating_add(days))
    }

    /// The number of days from `earlier` to this label; negative when `earlier` is later.
    pub const fn days_since(self, earlier: Workday) -> i32 {
        self.0.saturating_sub(earlier.0)
    }
}

/// Days from 0000-03-01 to 1970-01-01.
const DAYS_TO_1970: i32 = 719_468;

const fn days_in_month(year: i32, month: u32) -> u32 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 31,
    }
}

/// Written as `YYYY-MM-DD`.
impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// Written as `YYYY-MM-DD`.
impl fmt::Display for Workday {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.date().fmt(f)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_go_there_and_back() {
        assert_eq!(Workday::from_date(1970, 1, 1), Some(Workday(0)));
        assert_eq!(Workday::from_date(2026, 3, 2), Some(Workday(20_514)));
        assert_eq!(Workday::from_date(2026, 2, 29), None);
        for days in -719_162..=2_932_896 {
            let date = Workday(days).date();
            assert_eq!(Workday::from_date(date.year, date.month, date.day), Some(Workday(days)));
        }
    }

    #[test]
    fn lengths_round() {
        let step = Length::minutes(15);
        let seven = Length::minutes(7) + Length::seconds(30);
        assert_eq!(seven.rounded(step), step);
        assert_eq!(Length::minutes(7).rounded(step), Length::ZERO);
        assert_eq!(Length::minutes(16).rounded_up(step), Length::minutes(30));
        assert_eq!(step.rounded_up(step), step);
        assert_eq!(seven.rounded(Length::ZERO), seven);
        assert_eq!(Length::hours(5).divided_by(Length::hours(2)), 2);
    }

    #[test]
    fn a_length_is_never_negative() {
        assert_eq!(Length::hours(7).without(Length::hours(8)), None);
        assert_eq!(Length::hours(7).beyond(Length::hours(8)), Length::ZERO);
        assert_eq!(Length::hours(7).short_of(Length::hours(8)), Length::hours(1));
        assert_eq!(Instant(5).since(Instant(9)), Length::ZERO);
    }

    #[test]
    #[should_panic(expected = "136 years")]
    fn a_length_that_cannot_be_written_stops_the_plugin() {
        let _ = Length::seconds(u32::MAX) + Length::seconds(1);
    }
}
