//! Reads values in the format of rulesets, when the plugin is compiled (bounds and defaults) or tested.

use crate::contract::ValueKind;
use crate::time::{Clock, Workday};

/// The number of a value of this kind; `None` when the text has another format. The numbers of pay codes, exceptions and
/// choices are not known here, and text has none.
pub(crate) const fn number(kind: ValueKind, text: &str) -> Option<i64> {
    let text = text.as_bytes();
    match kind {
        ValueKind::Whole => whole(text),
        ValueKind::Length => match by_clock(text, 4) {
            Some(seconds) => Some(seconds),
            None => by_units(text),
        },
        ValueKind::Clock => match by_clock(text, 2) {
            Some(seconds) if seconds <= Clock::MOST as i64 => Some(seconds),
            _ => None,
        },
        ValueKind::Workday => date(text),
        ValueKind::Flag => match text {
            b"true" => Some(1),
            b"false" => Some(0),
            _ => None,
        },
        _ => None,
    }
}

/// `-12`.
const fn whole(text: &[u8]) -> Option<i64> {
    let (sign, digits_text) = match text {
        [b'-', rest @ ..] => (-1, rest),
        _ => (1, text),
    };
    match digits(digits_text) {
        Some((value, _, [])) => Some(sign * value),
        _ => None,
    }
}

/// `7:30` or `7:30:15`, with at most so many digits before the first colon.
const fn by_clock(text: &[u8], most: usize) -> Option<i64> {
    let Some((hours, count, [b':', rest @ ..])) = digits(text) else { return None };
    let Some((minutes, 2, rest)) = digits(rest) else { return None };
    let seconds = match rest {
        [] => 0,
        [b':', rest @ ..] => match digits(rest) {
            Some((seconds, 2, [])) => seconds,
            _ => return None,
        },
        _ => return None,
    };
    if count > most || minutes > 59 || seconds > 59 {
        return None;
    }
    Some(hours * 3_600 + minutes * 60 + seconds)
}

/// `8h30m`: each unit once, from long to short.
const fn by_units(text: &[u8]) -> Option<i64> {
    let mut rest = text;
    let mut total = 0;
    let mut smallest = i64::MAX;
    while !rest.is_empty() {
        let Some((value, _, [unit, after @ ..])) = digits(rest) else { return None };
        let size = match *unit {
            b'h' => 3_600,
            b'm' => 60,
            b's' => 1,
            _ => return None,
        };
        if size >= smallest {
            return None;
        }
        smallest = size;
        total += value * size;
        rest = after;
    }
    if text.is_empty() || total > u32::MAX as i64 { None } else { Some(total) }
}

/// `2026-07-01`.
const fn date(text: &[u8]) -> Option<i64> {
    let Some((year, 4, [b'-', rest @ ..])) = digits(text) else { return None };
    let Some((month, 2, [b'-', rest @ ..])) = digits(rest) else { return None };
    let Some((day, 2, [])) = digits(rest) else { return None };
    match Workday::from_date(year as i32, month as u32, day as u32) {
        Some(workday) => Some(workday.to_days() as i64),
        None => None,
    }
}

/// The number at the front, how many digits it has, and what follows; `None` without digits, or with too many.
const fn digits(text: &[u8]) -> Option<(i64, usize, &[u8])> {
    let (mut value, mut count, mut rest) = (0, 0, text);
    while let [digit @ b'0'..=b'9', after @ ..] = rest {
        value = value * 10 + (*digit - b'0') as i64;
        count += 1;
        rest = after;
        if count > 12 {
            return None;
        }
    }
    if count == 0 { None } else { Some((value, count, rest)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_a_ruleset_reads_them() {
        let length = |text| number(ValueKind::Length, text);
        assert_eq!(length("8h"), Some(28_800));
        assert_eq!(length("8h30m"), Some(30_600));
        assert_eq!(length("7:30"), Some(27_000));
        assert_eq!(length("90s"), Some(90));
        assert_eq!(length("0m"), Some(0));
        for wrong in ["", "8", "h", "30m8h", "8hh", "7:60", "-1h", "1.5h", "99999999h", "7:3"] {
            assert_eq!(length(wrong), None, "{wrong}");
        }
        assert_eq!(number(ValueKind::Clock, "26:00"), Some(93_600));
        assert_eq!(number(ValueKind::Clock, "48:01"), None);
        assert_eq!(number(ValueKind::Clock, "8h"), None);
        assert_eq!(number(ValueKind::Whole, "-3"), Some(-3));
        assert_eq!(number(ValueKind::Whole, "3h"), None);
        assert_eq!(number(ValueKind::Workday, "2026-03-02"), Some(20_514));
        assert_eq!(number(ValueKind::Workday, "2026-02-29"), None);
        assert_eq!(number(ValueKind::Flag, "true"), Some(1));
        assert_eq!(number(ValueKind::BaseCode, "1"), None);
    }
}
