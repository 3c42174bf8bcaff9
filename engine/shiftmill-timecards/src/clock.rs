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

/// The order of the numbers of a date that does not begin with a year of four digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateOrder {
    /// Day, month, year.
    DayMonthYear,
    /// Month, day, year.
    MonthDayYear,
    /// Year, month, day: only a year of two digits needs it.
    YearMonthDay,
}

impl DateOrder {
    /// All orders.
    pub const ALL: [DateOrder; 3] = [DateOrder::DayMonthYear, DateOrder::MonthDayYear, DateOrder::YearMonthDay];

    /// Its word.
    pub const fn code(self) -> &'static str {
        match self {
            DateOrder::DayMonthYear => "dmy",
            DateOrder::MonthDayYear => "mdy",
            DateOrder::YearMonthDay => "ymd",
        }
    }

    /// The order with this word, in any case.
    pub fn from_code(code: &str) -> Option<DateOrder> {
        DateOrder::ALL.into_iter().find(|order| order.code().eq_ignore_ascii_case(code))
    }

    /// The orders in which a text is, or begins with, a date. Empty where the text says the order itself, as
    /// `2026-03-02` does, and where it is no date.
    ///
    /// ```
    /// use shiftmill_timecards::clock::DateOrder;
    /// assert_eq!(DateOrder::possible("29/08/2026 07:54"), [DateOrder::DayMonthYear]);
    /// assert_eq!(DateOrder::possible("01/09/2026"), [DateOrder::DayMonthYear, DateOrder::MonthDayYear]);
    /// assert_eq!(DateOrder::possible("2026-03-02"), []);
    /// ```
    pub fn possible(text: &str) -> Vec<DateOrder> {
        match DateParts::leading(text.trim()) {
            Some((parts, _)) if parts.day(None).is_none() => {
                DateOrder::ALL.into_iter().filter(|order| parts.day(Some(*order)).is_some()).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// The three parts of a date as written.
#[derive(Clone, Copy)]
struct DateParts<'a> {
    first: &'a str,
    second: &'a str,
    third: &'a str,
}

impl<'a> DateParts<'a> {
    /// The parts of the date with which a text begins, and the rest of the text.
    fn leading(text: &'a str) -> Option<(DateParts<'a>, &'a str)> {
        let (first, rest) = run_of(text, |letter| letter.is_ascii_digit())?;
        let (divider, rest) = first_of(rest)?;
        let next = match divider {
            '-' | '/' | '.' => divider,
            '年' => '月',
            _ => return None,
        };
        let (second, rest) = run_of(rest, |letter| letter.is_ascii_alphanumeric())?;
        let rest = rest.strip_prefix(next)?;
        let (third, rest) = run_of(rest, |letter| letter.is_ascii_digit())?;
        let rest = if divider == '年' { rest.strip_prefix('日').unwrap_or(rest) } else { rest };
        Some((DateParts { first, second, third }, rest))
    }

    /// The day. A year of four digits in front, or the name of a month, says the order by itself.
    fn day(self, order: Option<DateOrder>) -> Option<Workday> {
        let DateParts { first, second, third } = self;
        if first.len() == 4 {
            return day_of(first, second, third);
        }
        if let Some(month) = month_named(second) {
            let year = (third.len() == 4).then_some(third)?;
            return Workday::from_date(i32::try_from(digits(year)?).ok()?, month, short(first)?);
        }
        match order? {
            DateOrder::DayMonthYear => day_of(third, second, first),
            DateOrder::MonthDayYear => day_of(third, first, second),
            DateOrder::YearMonthDay => day_of(first, second, third),
        }
    }
}

/// A day by its numbers. A year of two digits is one of this century.
fn day_of(year: &str, month: &str, day: &str) -> Option<Workday> {
    let year = match year.len() {
        4 => digits(year)?,
        2 => 2_000 + digits(year)?,
        _ => return None,
    };
    Workday::from_date(i32::try_from(year).ok()?, short(month)?, short(day)?)
}

/// A number of one or two digits.
fn short(text: &str) -> Option<u32> {
    if text.len() <= 2 { digits(text) } else { None }
}

fn month_named(text: &str) -> Option<u32> {
    const NAMES: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    (1..).zip(NAMES).find(|(_, name)| text.eq_ignore_ascii_case(name)).map(|(number, _)| number)
}

/// The letters at the start of a text for which `is_part` holds, at least one, and the rest.
fn run_of(text: &str, is_part: impl Fn(char) -> bool) -> Option<(&str, &str)> {
    let end = text.find(|letter| !is_part(letter)).unwrap_or(text.len());
    if end == 0 { None } else { text.split_at_checked(end) }
}

fn first_of(text: &str) -> Option<(char, &str)> {
    let mut letters = text.chars();
    letters.next().map(|letter| (letter, letters.as_str()))
}

/// A calendar date that begins with its year: `2026-03-02`, also `2026/3/2` and `2026年3月2日`. A weekday may follow.
///
/// ```
/// use shiftmill_core::Workday;
/// assert_eq!(shiftmill_timecards::clock::date("2026-03-02"), Workday::from_date(2026, 3, 2));
/// assert_eq!(shiftmill_timecards::clock::date("2026-02-30"), None);
/// ```
pub fn date(text: &str) -> Option<Workday> {
    date_in(text, None)
}

/// A calendar date, where `order` says what the numbers of a date mean that does not begin with its year.
///
/// ```
/// use shiftmill_core::Workday;
/// use shiftmill_timecards::clock::{DateOrder, date_in};
/// assert_eq!(date_in("01/09/2026", Some(DateOrder::DayMonthYear)), Workday::from_date(2026, 9, 1));
/// assert_eq!(date_in("01/09/2026", None), None);
/// ```
pub fn date_in(text: &str, order: Option<DateOrder>) -> Option<Workday> {
    let (parts, rest) = DateParts::leading(text.trim())?;
    if after_weekday(rest).is_empty() { parts.day(order) } else { None }
}

/// The text after a weekday, when it begins with one: `星期一`, `(周一)`, `(月)`, `Mon`.
fn after_weekday(text: &str) -> &str {
    let inner = text.trim_start_matches([' ', '(', '（']);
    let named = inner.strip_prefix("星期").or_else(|| inner.strip_prefix('周')).or_else(|| inner.strip_prefix('週'));
    let rest = match (named.and_then(first_of), run_of(inner, |letter| letter.is_ascii_alphabetic())) {
        (Some((_, rest)), _) => rest,
        (None, Some((word, rest))) if weekday(word).is_some() => rest,
        (None, _) => match first_of(inner) {
            Some(('日' | '月' | '火' | '水' | '木' | '金' | '土', rest)) if inner.len() < text.len() => rest,
            _ => return text.trim_start(),
        },
    };
    rest.trim_start_matches([')', '）']).trim_start()
}

/// The wall time that a number means in a spreadsheet that counts days, and fractions of them, from 1900. `None` for
/// other texts, and for numbers of days outside the years 1980 to 2099.
///
/// ```
/// use shiftmill_timecards::clock::serial_date;
/// assert_eq!(serial_date("46083.3333333").unwrap().to_string(), "2026-03-02 08:00");
/// assert_eq!(serial_date("12"), None);
/// assert_eq!(serial_date("46083.次日次日次日次日"), None);
/// ```
pub fn serial_date(text: &str) -> Option<WallTime> {
    /// 1970-01-01 as such a number.
    const UNIX: i32 = 25_569;
    const DAYS: core::ops::Range<i32> = 29_221..73_051;
    let (days, fraction) = text.trim().split_once('.').unwrap_or((text.trim(), "0"));
    let days = i32::try_from(digits(days)?).ok().filter(|days| DAYS.contains(days))?;
    let fraction: String = fraction.chars().take(9).collect();
    // Nine digits at most, once they are digits.
    let part = i64::from(digits(&fraction)?);
    let of = 10_i64.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let second = (part * WALL_DAY + of / 2) / of;
    Some(WallTime(i64::from(days - UNIX) * WALL_DAY + second))
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

/// A date that begins with its year and a time of day, with `T` or blanks between them, and an offset (`Z`, `+08:00`,
/// `-0700`) if there is one. Fractions of a second are cut off, since the calculation knows whole seconds only.
///
/// ```
/// use shiftmill_core::{Timestamp, WallTime};
/// use shiftmill_timecards::clock::{WrittenTime, date_and_time};
/// assert_eq!(date_and_time("1970-01-02 00:00:01"), Some(WrittenTime::Wall(WallTime(86_401))));
/// assert_eq!(date_and_time("1970-01-01T08:00:00.5+08:00"), Some(WrittenTime::Instant(Timestamp(0))));
/// assert_eq!(date_and_time("1970-01-01 25:10"), None);
/// assert_eq!(date_and_time("1970-01-01 次日 1:30 PM"), Some(WrittenTime::Wall(WallTime(135_000))));
/// ```
pub fn date_and_time(text: &str) -> Option<WrittenTime> {
    date_and_time_in(text, None)
}

/// A date and a time of day as [`date_and_time`] reads it, where `order` says what the numbers of a date mean that does
/// not begin with its year.
pub fn date_and_time_in(text: &str, order: Option<DateOrder>) -> Option<WrittenTime> {
    // What programs write is read by its places; most facts of `Evaluate` and of files are that.
    if let Some(time) = plain_time(text.as_bytes()) {
        return Some(time);
    }
    let (parts, rest) = DateParts::leading(text.trim())?;
    let rest = match rest.strip_prefix(['T', 't']) {
        // A `T` also opens `Tue`.
        Some(clock) if clock.starts_with(|letter: char| letter.is_ascii_digit()) => clock,
        _ => after_weekday(rest),
    };
    let (clock, offset) = split_offset(rest)?;
    let wall = WallTime::on(parts.day(order)?, time_from_day(clock.trim())?);
    Some(match offset {
        Some(offset) => WrittenTime::Instant(Timestamp(wall.0 - offset)),
        None => WrittenTime::Wall(wall),
    })
}

/// `2026-03-02T08:00`, with `T` or a blank, with or without seconds, with `Z`, an offset such as `-05:00`, or neither.
/// `None` for every other text, which may still be a time.
fn plain_time(text: &[u8]) -> Option<WrittenTime> {
    let wall = plain_wall(text)?;
    let end = if text.get(16) == Some(&b':') { 19 } else { 16 };
    match text.get(end..)? {
        [] => Some(WrittenTime::Wall(wall)),
        b"Z" => Some(WrittenTime::Instant(Timestamp(wall.0))),
        [sign @ (b'+' | b'-'), _, _, b':', _, _] => {
            let (hours, minutes) = (two_digits(text, end + 1)?, two_digits(text, end + 4)?);
            let east = if *sign == b'+' { 1 } else { -1 };
            let offset = i64::from(hours * 3_600 + minutes * 60);
            (hours <= 23 && minutes < 60).then_some(WrittenTime::Instant(Timestamp(wall.0 - east * offset)))
        }
        _ => None,
    }
}

/// The date and time of day at the start of such a text.
fn plain_wall(text: &[u8]) -> Option<WallTime> {
    let at = |place: usize| two_digits(text, place);
    let dividers = [text.get(4)?, text.get(7)?, text.get(10)?, text.get(13)?];
    let ([b'-', b'-', b'T', b':'] | [b'-', b'-', b' ', b':']) = dividers else { return None };
    let date = Workday::from_date(i32::try_from(at(0)? * 100 + at(2)?).ok()?, at(5)?, at(8)?)?;
    let second = if text.get(16) == Some(&b':') { at(17)? } else { 0 };
    let (hour, minute) = (at(11)?, at(14)?);
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    Some(WallTime::on(date, i32::try_from(hour * 3_600 + minute * 60 + second).ok()?))
}

/// The number of the two digits at a place.
fn two_digits(text: &[u8], place: usize) -> Option<u32> {
    let digit = |place: usize| text.get(place).map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit < 10);
    Some(u32::from(digit(place)?) * 10 + u32::from(digit(place + 1)?))
}

/// A time of day beside a date, in seconds from the midnight that opens the date: on the clock of 24 or of 12 hours, on
/// the date or on the day after it (`次日 00:31`).
///
/// ```
/// use shiftmill_timecards::clock::time_from_day;
/// assert_eq!(time_from_day("8:01:12 PM"), Some(20 * 3_600 + 72));
/// assert_eq!(time_from_day("下午5:30"), time_from_day("17:30"));
/// assert_eq!(time_from_day("次日 00:31"), Some(86_400 + 31 * 60));
/// assert_eq!(time_from_day("13:00 PM"), None);
/// ```
pub fn time_from_day(text: &str) -> Option<i32> {
    // Most times are plain, and most files have nothing else.
    if let Some(second) = time_of_day(text) {
        return i32::try_from(second).ok();
    }
    let (text, later) = match strip_word(text, NEXT_DAY) {
        Some(rest) => (rest, DAY),
        None => (strip_word(text, &["当日", "當日"]).unwrap_or(text), 0),
    };
    let second = match (strip_word(text, MORNING), strip_word(text, AFTERNOON)) {
        (Some(clock), _) => on_the_half(clock)?,
        (None, Some(clock)) => on_the_half(clock)?.checked_add(DAY / 2)?,
        (None, None) => i32::try_from(time_of_day(without_fraction(text)?)?).ok()?,
    };
    second.checked_add(later)
}

const DAY: i32 = 86_400;
/// Words before a time on the day after the date beside it.
const NEXT_DAY: &[&str] = &["次日", "翌日", "第二天", "next day"];
/// Words beside a time of the clock of twelve hours.
const MORNING: &[&str] = &["am", "a.m.", "a. m.", "a.\u{a0}m.", "上午", "午前", "오전"];
const AFTERNOON: &[&str] = &["pm", "p.m.", "p. m.", "p.\u{a0}m.", "下午", "午後", "오후"];

/// A text without one of these words, in any case, at its start or end.
fn strip_word<'a>(text: &'a str, words: &[&str]) -> Option<&'a str> {
    words.iter().find_map(|word| {
        let front = text.get(..word.len()).filter(|front| front.eq_ignore_ascii_case(word));
        let back = text.len().checked_sub(word.len());
        let back = back.filter(|at| text.get(*at..).is_some_and(|back| back.eq_ignore_ascii_case(word)));
        let rest = match (front, back) {
            (Some(_), _) => text.get(word.len()..),
            (None, Some(at)) => text.get(..at),
            (None, None) => None,
        };
        rest.map(str::trim)
    })
}

/// A time from 0:00 to 12:59 on the clock of twelve hours, where 12:30 is half past midnight or noon.
fn on_the_half(text: &str) -> Option<i32> {
    let second = i32::try_from(clock_reading(without_fraction(text)?)?).ok()?;
    (second < 13 * 3_600).then_some(second % (DAY / 2))
}

fn without_fraction(text: &str) -> Option<&str> {
    match text.split_once('.') {
        Some((clock, fraction)) if !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit()) => {
            Some(clock)
        }
        Some(_) => None,
        None => Some(text),
    }
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

    /// A blank in front keeps a text from being read by its places.
    #[test]
    fn times_that_programs_write_are_read_as_all_others() {
        let dates = ["2026-03-02", "2024-02-29", "2026-02-30", "0000-01-01", "1970-13-01", "9999-12-31"];
        let clocks = ["T08:00", " 23:59:59", "T24:00", "T12:60", "T07:05:60", " 8:00", "T00:00:00", "t09:10"];
        let ends = ["", "Z", "z", "+08:00", "-07:30", "+23:59", "+24:00", "-00:60", "+0800", " ", ".5", "+08:0", "Z1"];
        for date in dates {
            for clock in clocks {
                for end in ends {
                    let text = format!("{date}{clock}{end}");
                    assert_eq!(date_and_time(&text), date_and_time(&format!(" {text}")), "{text}");
                }
            }
        }
        assert!(matches!(plain_time(b"2026-03-02T08:00:01-05:00"), Some(WrittenTime::Instant(_))));
    }

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
    fn dates_are_read_only_where_their_order_is_known() {
        let day = Workday::from_date(2026, 9, 1);
        for written in ["2026-09-01", "2026/9/1", "2026年9月1日", "2026.09.01", "01-Sep-2026", "2026/09/01 星期二"]
        {
            assert_eq!(date(written), day, "{written}");
        }
        for written in ["2026-09-01(周二)", "2026-09-01 Tue", "2026/09/01（火）"] {
            assert_eq!(date(written), day, "{written}");
        }
        for (written, order) in [("1.9.2026", "dmy"), ("09/01/2026", "mdy"), ("26-09-01", "ymd"), ("1/9/26", "DMY")] {
            assert_eq!(date(written), None, "{written}");
            assert_eq!(date_in(written, DateOrder::from_code(order)), day, "{written}");
        }
        for wrong in ["2026-09-01x", "2026-9-001", "2026-13-01", "1-9", "2026-09", "2026/09-01", "29/29/2026", ""] {
            assert_eq!(date_in(wrong, Some(DateOrder::DayMonthYear)), None, "{wrong}");
        }
    }

    #[test]
    fn times_may_use_twelve_hours_and_the_next_day() {
        let at = |text: &str| date_and_time_in(text, Some(DateOrder::MonthDayYear));
        let evening = date_and_time("2026-03-02 20:01:12");
        for written in
            ["3/2/2026 8:01:12 PM", "2026/3/2 下午 8:01:12", "2026-03-02T08:01:12p.m.", "2026-03-02 Mon 20:01:12.7"]
        {
            assert_eq!(at(written), evening, "{written}");
        }
        assert_eq!(at("2026-03-02 12:05 AM"), at("2026-03-02 00:05"));
        assert_eq!(at("2026-03-02 12:05 a. m."), at("2026-03-02 00:05"));
        assert_eq!(at("2026-03-02 次日 00:31"), at("2026-03-03 00:31"));
        for wrong in
            ["2026-03-02 13:05 AM", "2026-03-02 AM", "2026-03-02 8:00 AM PM", "2026-03-02 次日", "2026-03-02 25:10"]
        {
            assert_eq!(at(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn weekdays_need_three_letters() {
        assert_eq!(weekday("Tue"), Some(Weekday::Tuesday));
        assert_eq!(weekday("Thursday"), Some(Weekday::Thursday));
        assert_eq!(weekday("Th"), None);
    }
}
