//! Times as people write them.

use jiff::Timestamp as JiffTimestamp;
use jiff::civil::{Date, DateTime, Time};
use shiftmill::core::{Fold, Timestamp, WallTime, Workday, Zone};

/// `2026-03-02`.
pub(crate) fn workday(text: &str) -> Option<Workday> {
    let date: Date = plain(text)?.parse().ok()?;
    label(date)
}

/// `2026-03-02T08:58:30-06:00` or with `Z`; fractions of a second are cut off.
pub(crate) fn instant(text: &str) -> Option<Timestamp> {
    let at: JiffTimestamp = text.parse().ok()?;
    Some(Timestamp(at.as_second() - i64::from(at.subsec_nanosecond() < 0)))
}

/// An instant, or `2026-03-02 08:58` by the wall clock of `zone`: shown twice, the earlier; never shown, moved forward.
pub(crate) fn instant_or_local(text: &str, zone: &Zone) -> Option<Timestamp> {
    if let Some(at) = instant(text) {
        return Some(at);
    }
    let wall: DateTime = plain(text)?.parse().ok()?;
    let second = second_of_day(wall.time());
    Some(zone.instant(WallTime::on(label(wall.date())?, second), Fold::Earlier))
}

/// `22:00` or `22:00:30`, up to `72:00`, as seconds from midnight.
pub(crate) fn clock(text: &str) -> Option<i32> {
    let mut parts = text.split(':').map(|part| {
        let digits = !part.is_empty() && part.len() <= 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        if digits { part.parse::<i32>().ok() } else { None }
    });
    let hours = parts.next()??;
    let minutes = parts.next()??;
    let seconds = parts.next().unwrap_or(Some(0))?;
    let sane = hours <= 72 && minutes < 60 && seconds < 60 && parts.next().is_none();
    sane.then_some(hours * 3_600 + minutes * 60 + seconds)
}

/// The reader of civil times would also take, and ignore, what follows them (an offset, a zone in brackets).
fn plain(text: &str) -> Option<&str> {
    let allowed = |byte: u8| byte.is_ascii_digit() || b"-:T ".contains(&byte);
    text.bytes().all(allowed).then_some(text)
}

fn label(date: Date) -> Option<Workday> {
    let (month, day) = (u32::try_from(date.month()).ok()?, u32::try_from(date.day()).ok()?);
    Workday::from_date(i32::from(date.year()), month, day)
}

fn second_of_day(time: Time) -> i32 {
    i32::from(time.hour()) * 3_600 + i32::from(time.minute()) * 60 + i32::from(time.second())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_and_local_times() {
        let chicago = Zone::fixed("America/Chicago", -21_600);
        assert_eq!(instant("2026-03-02T08:58:30-06:00"), Some(Timestamp(1_772_463_510)));
        assert_eq!(instant_or_local("2026-03-02 08:58:30", &chicago), Some(Timestamp(1_772_463_510)));
        assert_eq!(instant_or_local("2026-03-02T08:58", &chicago), Some(Timestamp(1_772_463_480)));
        assert_eq!(instant_or_local("yesterday", &chicago), None);
        assert_eq!(instant("2026-03-02 08:58"), None);
    }

    #[test]
    fn days_and_times_of_day() {
        assert_eq!(workday("2026-03-02"), Some(Workday(20514)));
        assert_eq!(workday("2026-02-29"), None);
        assert_eq!(clock("30:15"), Some(108_900));
        assert_eq!(clock("08:60"), None);
        assert_eq!(clock("8"), None);
    }
}
