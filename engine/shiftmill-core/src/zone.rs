//! Zones as values: the offsets from UTC in a window of time. The core never looks one up.

use alloc::{string::String, vec::Vec};

use crate::time::{Timestamp, WallTime, Workday};

/// Seconds of a day without a clock change.
const DAY: i64 = 86_400;

/// Which instant a wall-clock time means on the night when the clock shows it twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fold {
    /// The first time the clock shows it.
    Earlier,
    /// The second time.
    Later,
}

/// One IANA zone over a window of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    name: String,
    first_offset: i32,
    /// Instants at which the offset changes, ascending, each with the offset from then on.
    changes: Vec<(Timestamp, i32)>,
    /// The most by which two of its offsets differ.
    spread: i64,
}

impl Zone {
    /// A zone that shows `first_offset` seconds east of UTC until the first of `changes`. `None` when the changes
    /// are not in ascending order or an offset is a day or more.
    pub fn new(name: String, first_offset: i32, changes: Vec<(Timestamp, i32)>) -> Option<Zone> {
        let ascending = changes.windows(2).all(|pair| matches!(pair, [a, b] if a.0 < b.0));
        let offsets = || core::iter::once(first_offset).chain(changes.iter().map(|change| change.1));
        let (lowest, highest) = (offsets().min()?, offsets().max()?);
        let sane = lowest > -86_400 && highest < 86_400;
        let spread = i64::from(highest) - i64::from(lowest);
        (ascending && sane).then_some(Zone { name, first_offset, changes, spread })
    }

    /// A zone that always shows UTC plus `offset` seconds.
    pub fn fixed(name: &str, offset: i32) -> Zone {
        Zone { name: String::from(name), first_offset: offset, changes: Vec::new(), spread: 0 }
    }

    /// The zones of a person who moves, one after the other: each from the midnight on that opens its workday, the later
    /// one where the clock before shows another. So the date never goes back. The first one holds always before. It has
    /// the name of the first. `None` without any.
    pub(crate) fn in_turn(turns: &[(Workday, &Zone)]) -> Option<Zone> {
        let mut turns = turns.iter();
        let (_, first) = turns.next()?;
        let (mut zone, mut since, mut changes) = (*first, Timestamp(i64::MIN), first.changes.clone());
        for (from, next) in turns {
            since = zone.midnight(*from).max(next.midnight(*from)).max(since);
            changes.retain(|change| change.0 < since);
            changes.push((since, next.offset_at(since)));
            changes.extend(next.changes.iter().filter(|change| change.0 > since));
            zone = next;
        }
        Zone::new(first.name.clone(), first.first_offset, changes)
    }

    /// The IANA name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Seconds east of UTC until the first change.
    pub fn first_offset(&self) -> i32 {
        self.first_offset
    }

    /// Instants at which the offset changes, ascending, each with the offset from then on.
    pub fn changes(&self) -> &[(Timestamp, i32)] {
        &self.changes
    }

    /// Seconds east of UTC at an instant.
    pub fn offset_at(&self, at: Timestamp) -> i32 {
        // A window holds a handful of changes, so the plain scan is the fast one.
        self.changes.iter().rev().find(|change| change.0 <= at).map_or(self.first_offset, |change| change.1)
    }

    /// What the wall clock shows at an instant.
    pub fn wall_at(&self, at: Timestamp) -> WallTime {
        WallTime(at.0.saturating_add(i64::from(self.offset_at(at))))
    }

    /// The calendar date shown at an instant.
    pub fn date_at(&self, at: Timestamp) -> Workday {
        self.wall_at(at).date()
    }

    /// The instant at which the clock shows `wall`. A time shown twice is decided by `fold`; a time that is never
    /// shown moves forward by the length of the gap (02:30 becomes 03:30).
    pub fn instant(&self, wall: WallTime, fold: Fold) -> Timestamp {
        // Offsets are less than a day, so only changes less than a day away matter; a file has a zone of many years.
        let first = self.changes.partition_point(|change| change.0.0 <= wall.0.saturating_sub(DAY));
        let before = first.checked_sub(1).and_then(|index| self.changes.get(index));
        let mut offset_before = before.map_or(self.first_offset, |change| change.1);
        let mut from = before.map_or(i64::MIN, |change| change.0.0);
        let mut earlier = None;
        let mut later = None;
        let mut skipped = None;
        for piece in first..=self.changes.len() {
            if from >= wall.0.saturating_add(DAY) {
                break;
            }
            let next = self.changes.get(piece);
            let until = next.map_or(i64::MAX, |change| change.0.0);
            let candidate = wall.0 - i64::from(offset_before);
            if from <= candidate && candidate < until {
                earlier.get_or_insert(candidate);
                later = Some(candidate);
            } else if candidate >= until {
                // Past the end of this period of one offset: the answer if no later period shows the time (a gap).
                skipped = Some(candidate);
            }
            if let Some(change) = next {
                from = change.0.0;
                offset_before = change.1;
            }
        }
        let shown = match fold {
            Fold::Earlier => earlier,
            Fold::Later => later,
        };
        Timestamp(shown.or(skipped).unwrap_or(wall.0 - i64::from(self.first_offset)))
    }

    /// The instant at which the wall clock passes into `date`.
    pub fn midnight(&self, date: Workday) -> Timestamp {
        self.instant(WallTime::on(date, 0), Fold::Earlier)
    }
}

/// Reads one zone at instants that lie close together. Keeps the offset it found last and for how long that holds,
/// so that most readings are one comparison. The answers are those of [`Zone`].
#[derive(Clone, Debug)]
pub struct ZoneCursor<'z> {
    zone: &'z Zone,
    offset: i64,
    /// The offset holds in `[from, until)` ...
    from: i64,
    until: i64,
    /// ... and what the clock shows in `[clear_from, clear_until)` it shows at no other instant.
    clear_from: i64,
    clear_until: i64,
    /// A midnight that the clock shows, or would show at this offset, its date, and the instants that are counted from
    /// it.
    midnight: i64,
    date: Workday,
    counted_from: i64,
    counted_until: i64,
}

impl<'z> ZoneCursor<'z> {
    /// A cursor that has read nothing yet.
    pub fn new(zone: &'z Zone) -> ZoneCursor<'z> {
        let (from, until) = (i64::MAX, i64::MIN);
        let (clear_from, clear_until) = (from, until);
        let (midnight, date, counted_from, counted_until) = (0, Workday(0), from, until);
        ZoneCursor {
            zone,
            offset: 0,
            from,
            until,
            clear_from,
            clear_until,
            midnight,
            date,
            counted_from,
            counted_until,
        }
    }

    /// See [`Zone::wall_at`].
    #[inline]
    pub fn wall_at(&mut self, at: Timestamp) -> WallTime {
        if at.0 < self.from || at.0 >= self.until {
            self.seek(at);
        }
        WallTime(at.0.saturating_add(self.offset))
    }

    /// See [`Zone::date_at`].
    #[inline]
    pub fn date_at(&mut self, at: Timestamp) -> Workday {
        let days = self.second_of_days(at) / 86_400;
        self.date.plus(days as i32)
    }

    /// A midnight of the clock before `first` from which all instants up to `last` are counted; `None` when the clock is
    /// changed between them.
    #[inline]
    pub(crate) fn midnight_before(&mut self, first: Timestamp, last: Timestamp) -> Option<Timestamp> {
        if first.0 < self.counted_from || first.0 >= self.counted_until {
            self.seek(first);
        }
        (last.0 < self.counted_until).then_some(Timestamp(self.midnight))
    }

    /// As [`ZoneCursor::midnight_before`], with the date of that midnight, where besides no time of day between `first`
    /// and `last` is shown twice or skipped.
    #[inline]
    pub(crate) fn clear_midnight_before(&mut self, first: Timestamp, last: Timestamp) -> Option<(Timestamp, Workday)> {
        let midnight = self.midnight_before(first, last)?;
        let clear = self.clear_from <= first.0 && last.0 <= self.clear_until;
        clear.then_some((midnight, self.date))
    }

    /// The second of the day shown at an instant, plus whole days.
    #[inline]
    pub(crate) fn second_of_days(&mut self, at: Timestamp) -> u32 {
        if at.0 < self.counted_from || at.0 >= self.counted_until {
            self.seek(at);
        }
        at.0.wrapping_sub(self.midnight) as u32
    }

    /// The date shown at an instant, and an instant until which the clock surely goes on showing it.
    pub fn date_until(&mut self, at: Timestamp) -> (Workday, Timestamp) {
        let date = self.date_at(at);
        let midnight = WallTime::on(date.plus(1), 0).0 - self.offset;
        (date, Timestamp(midnight.min(self.until)))
    }

    /// See [`Zone::instant`].
    #[inline]
    pub fn instant(&mut self, wall: WallTime, fold: Fold) -> Timestamp {
        let candidate = wall.0 - self.offset;
        match self.clear_from <= candidate && candidate < self.clear_until {
            true => Timestamp(candidate),
            false => self.instant_near_change(wall, fold),
        }
    }

    #[inline(never)]
    fn instant_near_change(&mut self, wall: WallTime, fold: Fold) -> Timestamp {
        let instant = self.zone.instant(wall, fold);
        self.seek(instant);
        instant
    }

    /// See [`Zone::midnight`].
    pub fn midnight(&mut self, date: Workday) -> Timestamp {
        self.instant(WallTime::on(date, 0), Fold::Earlier)
    }

    #[inline(never)]
    fn seek(&mut self, at: Timestamp) {
        let changes = &self.zone.changes;
        let passed = changes.iter().take_while(|change| change.0 <= at).count();
        let last_passed = passed.checked_sub(1).and_then(|index| changes.get(index));
        self.offset = i64::from(last_passed.map_or(self.zone.first_offset, |change| change.1));
        self.from = last_passed.map_or(i64::MIN, |change| change.0.0);
        self.until = changes.get(passed).map_or(i64::MAX, |change| change.0.0);
        // Two periods of a zone show one wall-clock time only as near to a change as their offsets differ.
        self.clear_from = self.from.saturating_add(self.zone.spread);
        self.clear_until = self.until.saturating_sub(self.zone.spread);
        self.date = WallTime(at.0.saturating_add(self.offset)).date();
        self.midnight = WallTime::on(self.date, 0).0 - self.offset;
        self.counted_from = self.from.max(self.midnight);
        self.counted_until = self.until.min(self.midnight.saturating_add(i64::from(u32::MAX)));
    }
}

/// The zones of one request, and the edition of the time-zone data they were taken from. Part of every result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZoneTable {
    /// The zones; a timecard names one by its index.
    pub zones: Vec<Zone>,
    /// The edition, such as `2026a`.
    pub edition: String,
}

impl ZoneTable {
    /// The index of the zone with this IANA name.
    pub fn find(&self, name: &str) -> Option<u16> {
        let index = self.zones.iter().position(|zone| zone.name() == name)?;
        u16::try_from(index).ok()
    }

    /// The zone at this index.
    pub fn get(&self, index: u16) -> Option<&Zone> {
        self.zones.get(usize::from(index))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new_york_2026() -> Zone {
        // Clocks change on 2026-03-08 and 2026-11-01 at 02:00.
        let changes = alloc::vec![(Timestamp(1_772_953_200), -14_400), (Timestamp(1_793_512_800), -18_000)];
        Zone::new("America/New_York".into(), -18_000, changes).unwrap()
    }

    #[test]
    fn a_cursor_answers_as_its_zone_does() {
        let zone = new_york_2026();
        let mut cursor = ZoneCursor::new(&zone);
        for (change, _) in zone.changes.clone() {
            for minutes in -4_000..4_000 {
                let at = Timestamp(change.0 + minutes * 60);
                let wall = zone.wall_at(at);
                assert_eq!(cursor.wall_at(at), wall);
                assert_eq!(cursor.date_at(at), wall.date());
                assert_eq!(cursor.second_of_days(at) % 86_400, wall.second_of_day());
                for fold in [Fold::Earlier, Fold::Later] {
                    assert_eq!(cursor.instant(wall, fold), zone.instant(wall, fold));
                }
            }
        }
    }

    #[test]
    fn a_clock_with_many_changes_is_read_as_one_with_those_nearby() {
        let days = 200;
        // Every day the clock is put forward or back by another length.
        let offset = |day: i64| ((day * 7_919) % 80_000 - 40_000) as i32;
        let changes: Vec<_> = (1..days).map(|day| (Timestamp(day * 100_000), offset(day))).collect();
        let zone = Zone::new("Test/Zone".into(), offset(0), changes.clone()).unwrap();
        for wall in (-200_000..days * 100_000 + 200_000).step_by(7_001).map(WallTime) {
            let shown: Vec<Timestamp> = (0..days)
                .map(|day| Timestamp(wall.0 - i64::from(offset(day))))
                .filter(|at| zone.wall_at(*at) == wall)
                .collect();
            for (fold, expected) in [(Fold::Earlier, shown.iter().min()), (Fold::Later, shown.iter().max())] {
                match expected {
                    Some(expected) => assert_eq!(zone.instant(wall, fold), *expected),
                    // Skipped: read by the offset before a change that skips it.
                    None => {
                        let read = zone.instant(wall, fold);
                        let skips = |(day, at): (i64, Timestamp)| {
                            let skips =
                                at.0 + i64::from(offset(day - 1)) <= wall.0 && wall.0 < at.0 + i64::from(offset(day));
                            skips && read.0 == wall.0 - i64::from(offset(day - 1))
                        };
                        assert!((1..days).map(|day| (day, Timestamp(day * 100_000))).any(skips), "{wall:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_person_who_moves_reads_one_clock_at_a_time() {
        let (new_york, day) = (new_york_2026(), Workday::from_date(2026, 3, 10).unwrap());
        let (kathmandu, back) = (Zone::fixed("Asia/Kathmandu", 20_700), day.plus(1));
        let zone = Zone::in_turn(&[(Workday::FIRST, &new_york), (day, &kathmandu), (back, &new_york)]).unwrap();
        let (moves, returns) = (new_york.midnight(day), new_york.midnight(back));
        assert_eq!(zone.changes().len(), 4);
        assert_eq!(zone.wall_at(Timestamp(moves.0 - 1)), new_york.wall_at(Timestamp(moves.0 - 1)));
        assert_eq!(zone.wall_at(moves), kathmandu.wall_at(moves));
        assert_eq!(zone.wall_at(returns), new_york.wall_at(returns));
        let mut cursor = ZoneCursor::new(&zone);
        let mut date = zone.date_at(Timestamp(moves.0 - 400_000));
        for minutes in -6_000..9_000 {
            let at = Timestamp(moves.0 + minutes * 60);
            let wall = zone.wall_at(at);
            assert!(date <= wall.date(), "the date goes back at {at:?}");
            date = wall.date();
            assert_eq!(cursor.wall_at(at), wall);
            assert_eq!(cursor.date_at(at), wall.date());
            assert_eq!(cursor.second_of_days(at) % 86_400, wall.second_of_day());
            for fold in [Fold::Earlier, Fold::Later] {
                for shown in [wall, WallTime(at.0 - 18_000), WallTime(at.0 + 20_700)] {
                    assert_eq!(cursor.instant(shown, fold), zone.instant(shown, fold), "{shown} at {at:?}");
                }
            }
        }
    }

    #[test]
    fn a_skipped_time_moves_forward_and_a_repeated_one_is_chosen() {
        let zone = new_york_2026();
        let spring = Workday::from_date(2026, 3, 8).unwrap();
        let skipped = zone.instant(WallTime::on(spring, 9_000), Fold::Earlier);
        assert_eq!(zone.wall_at(skipped).second_of_day(), 12_600);
        let autumn = Workday::from_date(2026, 11, 1).unwrap();
        let first = zone.instant(WallTime::on(autumn, 5_400), Fold::Earlier);
        let second = zone.instant(WallTime::on(autumn, 5_400), Fold::Later);
        assert_eq!(second.since(first).0, 3_600);
        assert_eq!(zone.midnight(autumn.plus(1)).since(zone.midnight(autumn)).0, 25 * 3_600);
    }
}
