//! Single values as people write them: lengths, times, windows, dates, weekdays.
//!
//! Each reader answers with what it expects when it cannot read the value.

use shiftmill_core::{DayType, DayTypeSet, Weekday, WeekdaySet, Workday};

use crate::document::{Node, Raw};

/// How lengths are written.
pub(crate) const LENGTHS: &str = "write lengths as \"8h\", \"30m\", \"90s\", \"7d\", \"8h30m\" or \"7:30\"";
/// How times of day are written.
pub(crate) const TIMES: &str = "write times of day as \"09:00\" or \"22:00:30\"";
/// How windows are written.
pub(crate) const WINDOWS: &str = "write windows as \"22:00-06:00\"";
/// How dates are written.
pub(crate) const DATES: &str = "write dates as 2026-10-01";
/// How weekdays are written.
pub(crate) const WEEKDAYS: &str = "write weekdays as \"Mon\" to \"Sun\", a run \"Mon-Fri\", or a list";

/// A length in seconds.
pub(crate) fn length(text: &str) -> Option<u32> {
    if text.contains(':') {
        let (hours, rest) = text.split_once(':')?;
        let (minutes, seconds) = rest.split_once(':').unwrap_or((rest, "00"));
        return clock(hours, minutes, seconds);
    }
    let mut total: u32 = 0;
    let mut digits = String::new();
    let mut units = "dhms".chars();
    for letter in text.chars() {
        if letter.is_ascii_digit() {
            digits.push(letter);
            continue;
        }
        // Each unit once, from long to short.
        units.find(|unit| *unit == letter)?;
        let size = match letter {
            'd' => 86_400,
            'h' => 3_600,
            'm' => 60,
            _ => 1,
        };
        total = total.checked_add(digits.parse::<u32>().ok()?.checked_mul(size)?)?;
        digits.clear();
    }
    (digits.is_empty() && !text.is_empty()).then_some(total)
}

fn clock(hours: &str, minutes: &str, seconds: &str) -> Option<u32> {
    let number =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<u32>().ok()).flatten();
    let two = |text: &str| (text.len() == 2).then(|| number(text)).flatten().filter(|value| *value < 60);
    let hours = number(hours).filter(|_| hours.len() <= 4 && !hours.is_empty())?;
    Some(hours * 3_600 + two(minutes)? * 60 + two(seconds)?)
}

/// A time of day in seconds, up to 48:00.
pub(crate) fn time(text: &str) -> Option<u32> {
    let (hours, rest) = text.split_once(':')?;
    let (minutes, seconds) = rest.split_once(':').unwrap_or((rest, "00"));
    clock(hours, minutes, seconds).filter(|time| *time <= 48 * 3_600 && hours.len() <= 2)
}

/// The two times of a window.
pub(crate) fn window(text: &str) -> Option<(u32, u32)> {
    let (from, to) = text.split_once('-')?;
    Some((time(from.trim())?, time(to.trim())?))
}

/// A date.
pub(crate) fn date(raw: &Raw) -> Result<Workday, &'static str> {
    let (Raw::Date(text) | Raw::Text(text)) = raw else { return Err("a date") };
    let mut parts = text.splitn(3, '-').map(|part| part.parse::<u32>().ok());
    let shape = text.len() == 10 && text.bytes().filter(|byte| *byte == b'-').count() == 2;
    match (shape, parts.next(), parts.next(), parts.next()) {
        (true, Some(Some(year)), Some(Some(month)), Some(Some(day))) => {
            Workday::from_date(year as i32, month, day).ok_or("a date that exists")
        }
        _ => Err("a date"),
    }
}

/// One weekday.
pub(crate) fn weekday(text: &str) -> Option<Weekday> {
    Weekday::ALL.into_iter().find(|weekday| weekday.short() == text)
}

/// One weekday or a run such as `Fri-Mon`.
pub(crate) fn weekday_run(text: &str) -> Option<WeekdaySet> {
    let Some((first, last)) = text.split_once('-') else {
        return weekday(text).map(|weekday| WeekdaySet::NONE.with(weekday));
    };
    let (first, last) = (weekday(first)?, weekday(last)?);
    let mut set = WeekdaySet::NONE;
    for day in Weekday::ALL.into_iter().cycle().skip_while(|day| *day != first).take(7) {
        set = set.with(day);
        if day == last {
            return Some(set);
        }
    }
    None
}

/// Weekdays: `none`, one, a run, or a list of these.
pub(crate) fn weekdays(raw: &Raw) -> Option<WeekdaySet> {
    match raw {
        Raw::Text(text) if text == "none" => Some(WeekdaySet::NONE),
        Raw::Text(text) => weekday_run(text),
        Raw::List(list) => list.iter().try_fold(WeekdaySet::NONE, |set, node| {
            let run = if let Raw::Text(text) = &node.raw { weekday_run(text) } else { None };
            run.map(|run| union(set, run))
        }),
        Raw::Integer(_) | Raw::Decimal(_) | Raw::Flag(_) | Raw::Date(_) | Raw::Table(_) => None,
    }
}

fn union(a: WeekdaySet, b: WeekdaySet) -> WeekdaySet {
    Weekday::ALL.into_iter().filter(|day| b.contains(*day)).fold(a, WeekdaySet::with)
}

/// The weekdays of a set, from Monday.
pub(crate) fn weekday_list(set: WeekdaySet) -> Vec<&'static str> {
    Weekday::ALL.into_iter().filter(|day| set.contains(*day)).map(Weekday::short).collect()
}

/// Day types: `all`, one, or a list. The error is the text that is none.
pub(crate) fn day_types(raw: &Raw) -> Result<DayTypeSet, String> {
    match raw {
        Raw::Text(text) if text == "all" => Ok(DayTypeSet::ALL),
        Raw::Text(text) => day_type(text).map(|day_type| DayTypeSet::NONE.with(day_type)),
        Raw::List(list) => list.iter().try_fold(DayTypeSet::NONE, |set, node: &Node| match &node.raw {
            Raw::Text(text) => day_type(text).map(|day_type| set.with(day_type)),
            Raw::Integer(_) | Raw::Decimal(_) | Raw::Flag(_) | Raw::Date(_) | Raw::List(_) | Raw::Table(_) => {
                Err(node.raw.describe())
            }
        }),
        Raw::Integer(_) | Raw::Decimal(_) | Raw::Flag(_) | Raw::Date(_) | Raw::Table(_) => Err(raw.describe()),
    }
}

fn day_type(text: &str) -> Result<DayType, String> {
    DayType::from_code(text).ok_or_else(|| text.to_owned())
}

/// Thousandths of the plain rate, from `1.75` or `"1.75"`; at most three decimals and at most 65.
pub(crate) fn multiplier(text: &str) -> Option<u16> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(part) || part.len() > 3 || whole.len() > 2 {
        return None;
    }
    let thousandths = format!("{part:0<3}").parse::<u16>().ok()?;
    whole.parse::<u16>().ok().filter(|whole| *whole < 65)?.checked_mul(1_000)?.checked_add(thousandths)
}

/// Whether a text is a name.
pub(crate) fn is_name(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_';
    !text.is_empty() && text.len() <= crate::settings::NAME_MAX && text.bytes().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths() {
        assert_eq!(length("8h"), Some(28_800));
        assert_eq!(length("8h30m"), Some(30_600));
        assert_eq!(length("7:30"), Some(27_000));
        assert_eq!(length("90s"), Some(90));
        assert_eq!(length("7d"), Some(604_800));
        assert_eq!(length("1d12h"), Some(129_600));
        assert_eq!(length("12h1d"), None);
        assert_eq!(length("0m"), Some(0));
        for wrong in ["", "8", "h", "30m8h", "8hh", "7:60", "-1h", "1.5h", "99999999h", "7:3"] {
            assert_eq!(length(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn times_and_windows() {
        assert_eq!(time("26:00"), Some(93_600));
        assert_eq!(time("48:00"), Some(172_800));
        assert_eq!(time("48:01"), None);
        assert_eq!(window("22:00-06:00"), Some((79_200, 21_600)));
    }

    #[test]
    fn runs_of_weekdays_go_round() {
        assert_eq!(weekday_run("Fri-Mon").map(weekday_list), Some(vec!["Mon", "Fri", "Sat", "Sun"]));
        assert_eq!(weekday_run("mon"), None);
    }

    #[test]
    fn multipliers() {
        assert_eq!(multiplier("1.75"), Some(1_750));
        assert_eq!(multiplier("2"), Some(2_000));
        assert_eq!(multiplier("0.25"), Some(250));
        assert_eq!(multiplier("1.2345"), None);
    }
}
