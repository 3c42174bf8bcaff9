//! A few zones, for tests of clock changes. The service knows all zones; these follow the rules of today.

use crate::contract::Zones;
use crate::time::{WALL_DAY, Weekday, Workday};

/// The rule of clock changes.
#[derive(Clone, Copy)]
enum Changes {
    Never,
    /// Second Sunday of March to first Sunday of November, at 02:00 on the wall.
    UnitedStates,
    /// Last Sunday of March to last Sunday of October, at 01:00 UTC.
    Europe,
}

/// The name, the minutes east of UTC in winter, and the rule of clock changes.
const KNOWN: &[(&str, i32, Changes)] = &[
    ("UTC", 0, Changes::Never),
    ("America/Chicago", -360, Changes::UnitedStates),
    ("America/Denver", -420, Changes::UnitedStates),
    ("America/Los_Angeles", -480, Changes::UnitedStates),
    ("America/New_York", -300, Changes::UnitedStates),
    ("America/Phoenix", -420, Changes::Never),
    ("Asia/Kolkata", 330, Changes::Never),
    ("Asia/Shanghai", 480, Changes::Never),
    ("Asia/Singapore", 480, Changes::Never),
    ("Asia/Tokyo", 540, Changes::Never),
    ("Europe/Berlin", 60, Changes::Europe),
    ("Europe/London", 0, Changes::Europe),
    ("Europe/Paris", 60, Changes::Europe),
];

/// The zone of this name from the year before to the year after; `None` when it is not in the list.
pub fn named(name: &str, year: i32) -> Option<Zones> {
    let (_, minutes, changes) = KNOWN.iter().find(|(known, _, _)| *known == name)?;
    let offset = minutes * 60;
    let found: Vec<(i64, i32)> =
        (year - 1..=year + 1).flat_map(|year| in_year(year, offset, *changes)).flatten().collect();
    Some(Zones {
        first_offset: vec![offset].into(),
        change_end: vec![found.len() as u32].into(),
        change_at: found.iter().map(|(at, _)| *at).collect::<Vec<_>>().into(),
        change_offset: found.iter().map(|(_, offset)| *offset).collect::<Vec<_>>().into(),
    })
}

/// The names of all zones in the list.
pub fn names() -> String {
    KNOWN.iter().map(|(name, _, _)| *name).collect::<Vec<_>>().join(", ")
}

fn in_year(year: i32, offset: i32, changes: Changes) -> [Option<(i64, i32)>; 2] {
    let summer = offset + 3_600;
    let at = |day: Option<Workday>, second: i64| day.map(|day| i64::from(day.to_days()) * WALL_DAY + second);
    let (spring, autumn) = match changes {
        Changes::Never => (None, None),
        Changes::UnitedStates => (
            at(sunday_from(year, 3, 8), 7_200 - i64::from(offset)),
            at(sunday_from(year, 11, 1), 7_200 - i64::from(summer)),
        ),
        Changes::Europe => (at(sunday_from(year, 3, 25), 3_600), at(sunday_from(year, 10, 25), 3_600)),
    };
    [spring.map(|at| (at, summer)), autumn.map(|at| (at, offset))]
}

/// The first Sunday from a date on.
fn sunday_from(year: i32, month: u32, day: u32) -> Option<Workday> {
    let first = Workday::from_date(year, month, day)?;
    (0..7).map(|days| first.plus(days)).find(|day| day.weekday() == Weekday::Sunday)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_change_when_they_do() {
        let zones = named("America/New_York", 2026).unwrap();
        assert!(zones.change_at.contains(&1_772_953_200) && zones.change_at.contains(&1_793_512_800));
        assert_eq!(zones.change_at.len(), 6);
        let zones = named("Europe/Berlin", 2026).unwrap();
        assert!(zones.change_at.contains(&1_774_746_000) && zones.change_at.contains(&1_792_890_000));
        assert!(named("Mars/Olympus", 2026).is_none());
    }
}
