//! Dates, times of day and lengths as people write them.

use shiftmill_core::{Fold, Seconds, Timestamp, WALL_DAY, WallTime, Weekday, Workday, Zone};

/// A point in time as it is written: with an offset from UTC, or as the clock on the wall shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WrittenTime {
    /// With an offset, so that nothing else is needed.
    Instant(Timestamp),
    /// Without one: an instant only together with a zone.
    Wall(WallTime),
    /// Without one, but with the choice between two showings of the clock.
    Showing(WallTime, Fold),
}

/// The effect of a clock change on a written time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockChange {
    /// The clock showed the time twice, and the text does not state which one is meant. The earlier one is used.
    ShownTwice,
    /// The writer means the second showing of a time that the clock showed once. That one is taken.
    ShownOnce,
    /// The clock skipped the time. The time is moved forward by as much as the clock was.
    NeverShown,
}

impl WrittenTime {
    /// The date as it is written; of a time with an offset, the date in UTC.
    pub fn date(self) -> Workday {
        match self {
            WrittenTime::Instant(at) => WallTime(at.0).date(),
            WrittenTime::Wall(wall) | WrittenTime::Showing(wall, _) => wall.date(),
        }
    }

    /// The instant in a zone, and the clock change that a person should know of.
    ///
    /// ```
    /// use shiftmill_core::{Timestamp, WallTime, Workday, Zone};
    /// use shiftmill_timecards::clock::{ClockChange, WrittenTime};
    /// let changes = vec![(Timestamp(1_793_512_800), -18_000)];
    /// let zone = Zone::new("America/New_York".into(), -14_400, changes).unwrap();
    /// let half_past_one = WallTime::on(Workday::from_date(2026, 11, 1).unwrap(), 5_400);
    /// let (at, change) = WrittenTime::Wall(half_past_one).instant(&zone);
    /// assert_eq!((at, change), (Timestamp(1_793_511_000), Some(ClockChange::ShownTwice)));
    /// ```
    pub fn instant(self, zone: &Zone) -> (Timestamp, Option<ClockChange>) {
        let (wall, showing) = match self {
            WrittenTime::Instant(at) => return (at, None),
            WrittenTime::Wall(wall) => (wall, None),
            WrittenTime::Showing(wall, fold) => (wall, Some(fold)),
        };
        let (earlier, later) = (zone.instant(wall, Fold::Earlier), zone.instant(wall, Fold::Later));
        let change = match showing {
            _ if zone.wall_at(earlier) != wall => Some(ClockChange::NeverShown),
            None if earlier != later => Some(ClockChange::ShownTwice),
            Some(Fold::Later) if earlier == later => Some(ClockChange::ShownOnce),
            None | Some(Fold::Earlier | Fold::Later) => None,
        };
        (if showing == Some(Fold::Later) { later } else { earlier }, change)
    }
}

/// A calendar date: `2026-03-02`, also `2026/3/2`.
///
/// ```
/// use shiftmill_core::Workday;
/// assert_eq!(shiftmill_timecards::clock::date("2026-03-02"), Workday::from_date(2026, 3, 2));
/// assert_eq!(shiftmill_timecards::clock::date("2026-02-30"), None);
/// ```
pub fn date(text: &str) -> Option<Workday> {
    let separator = if text.contains('/') { '/' } else { '-' };
    let mut parts = text.split(separator);
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let complete = parts.next().is_none() && year.len() == 4 && month.len() <= 2 && day.len() <= 2;
    if !complete {
        return None;
    }
    Workday::from_date(i32::try_from(digits(year)?).ok()?, digits(month)?, digits(day)?)
}

/// A time of day from `00:00` to `24:00`, optionally with seconds: seconds since midnight.
pub fn time_of_day(text: &str) -> Option<u32> {
    let second = clock_reading(text)?;
    (i64::from(second) <= WALL_DAY).then_some(second)
}

/// A time of a scheduled shift from `00:00` to `48:00`: seconds since the midnight that opens the workday. `26:30` is
/// half past two on the day after.
///
/// ```
/// use shiftmill_timecards::clock::shift_time;
/// assert_eq!(shift_time("26:30"), Some(95_400));
/// assert_eq!(shift_time("48:01"), None);
/// ```
pub fn shift_time(text: &str) -> Option<i32> {
    let second = clock_reading(text)?;
    if i64::from(second) <= 2 * WALL_DAY { i32::try_from(second).ok() } else { None }
}

/// `HH:MM` or `HH:MM:SS` with one or two digits for the hours.
fn clock_reading(text: &str) -> Option<u32> {
    let (hours, rest) = text.split_once(':')?;
    if hours.len() > 2 {
        return None;
    }
    Some(digits(hours)? * 3_600 + minutes_and_seconds(rest)?)
}

/// A length: `8:00`, `8:00:30`, `0:20`, or with units as in rulesets: `8h`, `30m`, `90s`, `8h30m`.
pub fn length(text: &str) -> Option<Seconds> {
    let seconds = match text.split_once(':') {
        Some((hours, rest)) => u64::from(digits(hours)?) * 3_600 + u64::from(minutes_and_seconds(rest)?),
        None => length_with_units(text)?,
    };
    u32::try_from(seconds).ok().map(Seconds)
}

fn length_with_units(text: &str) -> Option<u64> {
    let mut rest = text;
    let mut total = 0_u64;
    for (unit, worth) in [('h', 3_600), ('m', 60), ('s', 1)] {
        if let Some((number, after)) = rest.split_once(unit) {
            total += u64::from(digits(number)?) * worth;
            rest = after;
        }
    }
    (rest.is_empty() && !text.is_empty()).then_some(total)
}

/// `MM` or `MM:SS`.
fn minutes_and_seconds(text: &str) -> Option<u32> {
    let (minutes, seconds) = text.split_once(':').unwrap_or((text, "00"));
    let two_digits = minutes.len() == 2 && seconds.len() == 2;
    let (minutes, seconds) = (digits(minutes)?, digits(seconds)?);
    (two_digits && minutes < 60 && seconds < 60).then_some(minutes * 60 + seconds)
}

/// A weekday as its first three letters or in full, in any case.
pub fn weekday(text: &str) -> Option<Weekday> {
    const NAMES: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let lower = text.to_ascii_lowercase();
    let fits = |name: &str| lower.len() >= 3 && name.starts_with(&lower);
    Weekday::ALL.into_iter().zip(NAMES).find(|(_, name)| fits(name)).map(|(weekday, _)| weekday)
}

/// A date and a time of day, with `T` or blanks between them, and an offset (`Z`, `+08:00`, `-0700`) if there is one.
/// Fractions of a second are cut off, since the calculation knows whole seconds only.
///
/// ```
/// use shiftmill_core::{Timestamp, WallTime};
/// use shiftmill_timecards::clock::{WrittenTime, date_and_time};
/// assert_eq!(date_and_time("1970-01-02 00:00:01"), Some(WrittenTime::Wall(WallTime(86_401))));
/// assert_eq!(date_and_time("1970-01-01T08:00:00.5+08:00"), Some(WrittenTime::Instant(Timestamp(0))));
/// assert_eq!(date_and_time("1970-01-01 25:10"), None);
/// ```
pub fn date_and_time(text: &str) -> Option<WrittenTime> {
    let text = text.trim();
    let (day, rest) = text.split_once(['T', 't', ' '])?;
    let rest = rest.trim_start();
    let (clock, offset) = split_offset(rest)?;
    let clock = match clock.split_once('.') {
        Some((clock, fraction)) if !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit()) => clock,
        Some(_) => return None,
        None => clock,
    };
    let wall = WallTime::on(date(day)?, i32::try_from(time_of_day(clock.trim_end())?).ok()?);
    Some(match offset {
        Some(offset) => WrittenTime::Instant(Timestamp(wall.0 - offset)),
        None => WrittenTime::Wall(wall),
    })
}

/// Splits `08:00:00+08:00` into the time of day and the seconds east of UTC.
fn split_offset(text: &str) -> Option<(&str, Option<i64>)> {
    if let Some(clock) = text.strip_suffix(['Z', 'z']) {
        return Some((clock, Some(0)));
    }
    let Some(sign) = text.find(['+', '-']) else {
        return Some((text, None));
    };
    let (clock, offset) = text.split_at_checked(sign)?;
    let east = if offset.starts_with('+') { 1 } else { -1 };
    let offset = offset.get(1..)?;
    let (hours, minutes) = match offset.split_once(':') {
        Some(parts) => parts,
        None => offset.split_at_checked(2)?,
    };
    if hours.len() != 2 || !matches!(minutes.len(), 0 | 2) {
        return None;
    }
    let minutes = if minutes.is_empty() { 0 } else { digits(minutes)? };
    let hours = digits(hours)?;
    (hours <= 23 && minutes < 60).then_some((clock, Some(east * i64::from(hours * 3_600 + minutes * 60))))
}

/// A number of at most nine plain digits.
fn digits(text: &str) -> Option<u32> {
    let plain = !text.is_empty() && text.len() <= 9 && text.bytes().all(|byte| byte.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_read_as_hours_and_minutes_or_with_units() {
        assert_eq!(length("8:00"), Some(Seconds::hours(8)));
        assert_eq!(length("100:00:30"), Some(Seconds(360_030)));
        assert_eq!(length("8h30m"), Some(Seconds::minutes(510)));
        assert_eq!(length("90s"), Some(Seconds(90)));
        assert_eq!(length("8:60"), None);
        assert_eq!(length("8"), None);
        assert_eq!(length(""), None);
    }

    #[test]
    fn offsets_come_in_three_shapes() {
        for written in ["2026-03-02T08:00:00+0530", "2026-03-02 08:00+05:30", "2026-03-02 02:30:00Z"] {
            assert_eq!(date_and_time(written), date_and_time("2026-03-02 02:30Z"), "{written}");
        }
        for wrong in ["08:00+99", "08:00+8:00", "08:00+080", "08:00+08:0", "08:00+"] {
            assert_eq!(date_and_time(&format!("2026-03-02 {wrong}")), None, "{wrong}");
        }
        assert_eq!(date_and_time("2026-03-02 08:00:00.x"), None);
    }

    #[test]
    fn weekdays_need_three_letters() {
        assert_eq!(weekday("Tue"), Some(Weekday::Tuesday));
        assert_eq!(weekday("Thursday"), Some(Weekday::Thursday));
        assert_eq!(weekday("Th"), None);
    }
}
