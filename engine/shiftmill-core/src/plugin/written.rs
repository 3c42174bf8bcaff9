//! Values of plugin settings as people write them. The same for defaults in a manifest and for values in a ruleset.

use alloc::string::String;

use crate::codes::ExceptionCode;
use crate::plugin::ValueKind;
use crate::time::{Workday, WorkdayRange};

impl ValueKind {
    /// Reads what a person wrote. `choices` holds the words of a choice. `None` when it is no such value, and for
    /// kinds that are no number or need the names of a ruleset: text, rows, instants, pay codes.
    ///
    /// ```
    /// use shiftmill_core::ValueKind;
    /// assert_eq!(ValueKind::Length.read("8h30m", &[]), Some(30_600));
    /// assert_eq!(ValueKind::Clock.read("22:00", &[]), Some(79_200));
    /// assert_eq!(ValueKind::Flag.read("yes", &[]), None);
    /// ```
    pub fn read(self, text: &str, choices: &[String]) -> Option<i64> {
        match self {
            ValueKind::Whole => text.parse().ok(),
            ValueKind::Length => length(text).map(i64::from),
            ValueKind::Clock => clock(text).map(i64::from),
            ValueKind::Workday => date(text).map(|workday| i64::from(workday.0)),
            ValueKind::Flag => match text {
                "false" => Some(0),
                "true" => Some(1),
                _ => None,
            },
            ValueKind::Exception => ExceptionCode::from_code(text).map(|code| i64::from(code as u8)),
            ValueKind::Choice => choices.iter().position(|choice| choice == text).map(|position| position as i64),
            ValueKind::Instant
            | ValueKind::PayCode
            | ValueKind::BaseCode
            | ValueKind::PremiumCode
            | ValueKind::TimeCode
            | ValueKind::CountCode
            | ValueKind::Text
            | ValueKind::Rows => None,
        }
    }

    /// True when every value of the kind has this number: the bounds that hold without any being declared.
    pub fn admits(self, number: i64) -> bool {
        match self {
            ValueKind::Length => u32::try_from(number).is_ok(),
            ValueKind::Clock => (0..=48 * 3_600).contains(&number),
            ValueKind::Flag => (0..=1).contains(&number),
            ValueKind::Workday => {
                let dates = WorkdayRange { first: Workday::FIRST, last: Workday::LAST };
                i32::try_from(number).is_ok_and(|label| dates.contains(Workday(label)))
            }
            ValueKind::Whole
            | ValueKind::Exception
            | ValueKind::Choice
            | ValueKind::Instant
            | ValueKind::PayCode
            | ValueKind::BaseCode
            | ValueKind::PremiumCode
            | ValueKind::TimeCode
            | ValueKind::CountCode
            | ValueKind::Text
            | ValueKind::Rows => true,
        }
    }
}

/// A length such as `8h`, `30m`, `90s`, `8h30m` or `7:30`, in seconds.
fn length(text: &str) -> Option<u32> {
    if text.contains(':') {
        return of_clock(text, 4);
    }
    let mut total: u32 = 0;
    let mut rest = text;
    for (unit, size) in [('h', 3_600), ('m', 60), ('s', 1)] {
        if let Some((digits, after)) = rest.split_once(unit) {
            total = total.checked_add(digits_of(digits)?.checked_mul(size)?)?;
            rest = after;
        }
    }
    (rest.is_empty() && !text.is_empty()).then_some(total)
}

/// A time of day such as `22:00` or `22:00:30`, up to 48:00, in seconds.
fn clock(text: &str) -> Option<u32> {
    of_clock(text, 2).filter(|time| *time <= 48 * 3_600)
}

/// `H:MM` or `H:MM:SS` with at most so many digits of hours.
fn of_clock(text: &str, hour_digits: usize) -> Option<u32> {
    let (hours, rest) = text.split_once(':')?;
    let (minutes, seconds) = rest.split_once(':').unwrap_or((rest, "00"));
    let sixtieth = |text: &str| (text.len() == 2).then(|| digits_of(text)).flatten().filter(|value| *value < 60);
    let hours = digits_of(hours).filter(|_| hours.len() <= hour_digits)?;
    Some(hours * 3_600 + sixtieth(minutes)? * 60 + sixtieth(seconds)?)
}

/// A date such as `2026-10-01`.
fn date(text: &str) -> Option<Workday> {
    let mut parts = text.split('-');
    let mut part = |digits: usize| parts.next().filter(|part| part.len() == digits).and_then(digits_of);
    let (year, month, day) = (part(4)?, part(2)?, part(2)?);
    match parts.next() {
        None => Workday::from_date(year as i32, month, day),
        Some(_) => None,
    }
}

fn digits_of(text: &str) -> Option<u32> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_people_write_them() {
        let read = |kind: ValueKind, text| kind.read(text, &["before".into(), "after".into()]);
        for (text, seconds) in [("8h", 28_800), ("90s", 90), ("1h2m3s", 3_723), ("7:30", 27_000), ("0m", 0)] {
            assert_eq!(read(ValueKind::Length, text), Some(seconds), "{text}");
        }
        for text in ["", "8", "h", "8h5", "30m8h", "8h8h", "-1h", "99999999h", "7:5", "+1h"] {
            assert_eq!(read(ValueKind::Length, text), None, "{text}");
        }
        assert_eq!(read(ValueKind::Clock, "48:00"), Some(172_800));
        for text in ["48:01", "24:60", "9", "009:00", "22:00:"] {
            assert_eq!(read(ValueKind::Clock, text), None, "{text}");
        }
        assert_eq!(read(ValueKind::Workday, "1970-01-02"), Some(1));
        for text in ["1970-1-2", "1970-02-30", "1970-01-02-03", "1970-01-+2"] {
            assert_eq!(read(ValueKind::Workday, text), None, "{text}");
        }
        assert_eq!(read(ValueKind::Whole, "-3"), Some(-3));
        assert_eq!(read(ValueKind::Flag, "true"), Some(1));
        assert_eq!(read(ValueKind::Exception, "late_in"), Some(0));
        assert_eq!(read(ValueKind::Choice, "after"), Some(1));
        assert_eq!(read(ValueKind::BaseCode, "regular"), None);
    }

    #[test]
    fn a_kind_bounds_its_numbers() {
        assert!(ValueKind::Clock.admits(172_800) && !ValueKind::Clock.admits(172_801));
        assert!(ValueKind::Length.admits(0) && !ValueKind::Length.admits(-1));
        assert!(ValueKind::Workday.admits(0) && !ValueKind::Workday.admits(i64::MAX));
        assert!(ValueKind::Whole.admits(i64::MIN));
    }
}
