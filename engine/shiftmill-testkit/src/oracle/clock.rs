//! The clock on the wall, read off the changes of a zone one by one.

use shiftmill_core::{Timestamp, WallTime, Workday, Zone};

/// What the clock shows at an instant.
pub(crate) fn wall_at(zone: &Zone, at: Timestamp) -> WallTime {
    let last_passed = zone.changes().iter().rev().find(|change| change.0 <= at);
    let offset = last_passed.map_or(zone.first_offset(), |change| change.1);
    WallTime(at.0 + i64::from(offset))
}

/// The date that the clock shows at an instant.
pub(crate) fn date_at(zone: &Zone, at: Timestamp) -> Workday {
    Workday(wall_at(zone, at).0.div_euclid(86_400) as i32)
}

/// The second of the day that the clock shows at an instant.
pub(crate) fn second_of_day(zone: &Zone, at: Timestamp) -> u32 {
    wall_at(zone, at).0.rem_euclid(86_400) as u32
}

/// The first instant at which the clock shows so many seconds after the start of a date.
pub(crate) fn first_shown(zone: &Zone, date: Workday, second: i32) -> Timestamp {
    let wall = wall(date, second);
    shown(zone, wall).into_iter().min().unwrap_or_else(|| skipped(zone, wall))
}

/// The last instant at which the clock shows so many seconds after the start of a date.
pub(crate) fn last_shown(zone: &Zone, date: Workday, second: i32) -> Timestamp {
    let wall = wall(date, second);
    shown(zone, wall).into_iter().max().unwrap_or_else(|| skipped(zone, wall))
}

/// The instant at which a date begins.
pub(crate) fn midnight(zone: &Zone, date: Workday) -> Timestamp {
    first_shown(zone, date, 0)
}

fn wall(date: Workday, second: i32) -> WallTime {
    WallTime(i64::from(date.0) * 86_400 + i64::from(second))
}

/// Every instant at which the clock shows a time.
fn shown(zone: &Zone, wall: WallTime) -> Vec<Timestamp> {
    let offsets = zone.changes().iter().map(|change| change.1).chain([zone.first_offset()]);
    offsets.map(|offset| Timestamp(wall.0 - i64::from(offset))).filter(|at| wall_at(zone, *at) == wall).collect()
}

/// A time that the clock never shows is read by the offset before the change that skips it.
fn skipped(zone: &Zone, wall: WallTime) -> Timestamp {
    let mut before = zone.first_offset();
    for (at, after) in zone.changes() {
        if at.0 + i64::from(before) <= wall.0 && wall.0 < at.0 + i64::from(*after) {
            break;
        }
        before = *after;
    }
    Timestamp(wall.0 - i64::from(before))
}
