//! Instants as the wall clock shows them.

use shiftmill_core::{Fold, Timestamp, Workday, Zone};

/// What the wall clock shows at an instant: `2026-03-02 08:58`, with seconds when they are not zero, and with the
/// offset from UTC on the night when the clock shows the time twice.
///
/// ```
/// use shiftmill::core::{Timestamp, Zone};
/// use shiftmill::words::local;
/// assert_eq!(local(&Zone::fixed("Etc/UTC", 0), Timestamp(1_772_442_000)), "2026-03-02 09:00");
/// ```
pub fn local(zone: &Zone, at: Timestamp) -> String {
    format!("{} {}", zone.date_at(at), time_of_day(zone, at))
}

/// The time of day when it lies on `workday`, else date and time: `08:58`, or `2026-03-03 06:01`.
pub fn local_on(zone: &Zone, at: Timestamp, workday: Workday) -> String {
    if zone.date_at(at) == workday { time_of_day(zone, at) } else { local(zone, at) }
}

fn time_of_day(zone: &Zone, at: Timestamp) -> String {
    let wall = zone.wall_at(at);
    let second = wall.second_of_day();
    let (hours, minutes, seconds) = (second / 3_600, second / 60 % 60, second % 60);
    let mut text = format!("{hours:02}:{minutes:02}");
    if seconds != 0 {
        text.push_str(&format!(":{seconds:02}"));
    }
    if zone.instant(wall, Fold::Earlier) != zone.instant(wall, Fold::Later) {
        text.push_str(&format!(" ({})", offset(zone.offset_at(at))));
    }
    text
}

fn offset(seconds: i32) -> String {
    let sign = if seconds < 0 { '-' } else { '+' };
    let minutes = seconds.unsigned_abs() / 60;
    format!("UTC{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_shown_twice_has_its_offset() {
        let changes = vec![(Timestamp(1_793_512_800), -18_000)];
        let zone = Zone::new("America/New_York".into(), -14_400, changes).unwrap();
        assert_eq!(local(&zone, Timestamp(1_793_512_800 - 1_800)), "2026-11-01 01:30 (UTC-04:00)");
        assert_eq!(local(&zone, Timestamp(1_793_512_800 + 1_800)), "2026-11-01 01:30 (UTC-05:00)");
        assert_eq!(local(&zone, Timestamp(1_793_512_800 + 3_601)), "2026-11-01 02:00:01");
    }
}
