//! The home zone of an employee: converts instants to wall-clock times and back.

use core::cell::Cell;

use crate::contract::Zones;
use crate::time::{Instant, Workday};

/// The instant of a wall-clock time that the clock shows twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fold {
    Earlier,
    Later,
}

/// A zone, with the last offset and the stretch of time in which it is valid, so that most conversions are one
/// comparison.
#[derive(Debug)]
pub(crate) struct Zone<'a> {
    first_offset: i64,
    change_at: &'a [i64],
    change_offset: &'a [i32],
    /// The largest difference between two of its offsets.
    spread: i64,
    last_found: LastFound,
}

/// The last stretch, in single cells, so that a conversion reads only those that it needs.
#[derive(Debug)]
struct LastFound {
    from: Cell<i64>,
    until: Cell<i64>,
    steady_from: Cell<i64>,
    steady_until: Cell<i64>,
    offset: Cell<i64>,
}

/// A stretch of time with one offset.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    from: i64,
    until: i64,
    offset: i64,
}

impl<'a> Zone<'a> {
    /// The zone of this row; UTC when there is no such row.
    pub(crate) fn new(zones: &'a Zones, row: u32) -> Zone<'a> {
        let row = row as usize;
        let end = zones.change_end.get(row).map_or(0, |end| *end as usize);
        let start = row.checked_sub(1).and_then(|before| zones.change_end.get(before)).map_or(0, |end| *end as usize);
        let first_offset = zones.first_offset.get(row).copied().unwrap_or(0);
        let change_offset = zones.change_offset.get(start..end).unwrap_or_default();
        let (mut lowest, mut highest) = (first_offset, first_offset);
        for offset in change_offset {
            (lowest, highest) = (lowest.min(*offset), highest.max(*offset));
        }
        Zone {
            first_offset: i64::from(first_offset),
            change_at: zones.change_at.get(start..end).unwrap_or_default(),
            change_offset,
            spread: i64::from(highest) - i64::from(lowest),
            last_found: LastFound {
                from: Cell::new(i64::MAX),
                until: Cell::new(i64::MIN),
                steady_from: Cell::new(i64::MAX),
                steady_until: Cell::new(i64::MIN),
                offset: Cell::new(0),
            },
        }
    }

    /// Seconds east of UTC.
    #[inline]
    pub(crate) fn offset_at(&self, at: Instant) -> i64 {
        if at.0 < self.last_found.from.get() || at.0 >= self.last_found.until.get() {
            self.seek(at);
        }
        self.last_found.offset.get()
    }

    /// The wall-clock time: seconds since 1970-01-01 00:00 on the wall clock.
    #[inline]
    pub(crate) fn wall_at(&self, at: Instant) -> i64 {
        at.0.saturating_add(self.offset_at(at))
    }

    /// True when the wall clock shows the time of an instant only once, with the last offset. Two stretches of a zone show the
    /// same time only near a change, within the difference of their offsets.
    #[inline]
    pub(crate) fn is_steady_at(&self, at: Instant) -> bool {
        self.last_found.steady_from.get() <= at.0 && at.0 < self.last_found.steady_until.get()
    }

    /// The instant at which the wall clock shows `second` seconds after the midnight that opens `date`. A skipped time moves
    /// forward by the length of the gap.
    #[inline]
    pub(crate) fn instant(&self, date: Workday, second: i64, fold: Fold) -> Instant {
        let wall = date.midnight().wrapping_add(second);
        let guess = Instant(wall.wrapping_sub(self.last_found.offset.get()));
        if self.is_steady_at(guess) { guess } else { self.search(wall, fold) }
    }

    #[cold]
    #[inline(never)]
    fn seek(&self, at: Instant) {
        let stretch = self.stretch(self.change_at.iter().take_while(|change| **change <= at.0).count());
        self.last_found.from.set(stretch.from);
        self.last_found.until.set(stretch.until);
        self.last_found.steady_from.set(stretch.from.saturating_add(self.spread));
        self.last_found.steady_until.set(stretch.until.saturating_sub(self.spread));
        self.last_found.offset.set(stretch.offset);
    }

    /// The stretch after this number of changes.
    fn stretch(&self, changes: usize) -> Stretch {
        let last = changes.checked_sub(1);
        Stretch {
            from: last.and_then(|last| self.change_at.get(last)).copied().unwrap_or(i64::MIN),
            until: self.change_at.get(changes).copied().unwrap_or(i64::MAX),
            offset: last
                .and_then(|last| self.change_offset.get(last))
                .map_or(self.first_offset, |offset| i64::from(*offset)),
        }
    }

    #[cold]
    #[inline(never)]
    fn search(&self, wall: i64, fold: Fold) -> Instant {
        let stretches = (0..=self.change_at.len()).map(|changes| self.stretch(changes));
        let at = |stretch: &Stretch| wall.saturating_sub(stretch.offset);
        let shows = |stretch: &Stretch| stretch.from <= at(stretch) && at(stretch) < stretch.until;
        let shown = match fold {
            Fold::Earlier => stretches.clone().find(shows),
            Fold::Later => stretches.clone().filter(shows).last(),
        };
        // A skipped time is past the end of the last stretch before the gap.
        let skipped = || stretches.filter(|stretch| at(stretch) >= stretch.until).last();
        let offset = shown.or_else(skipped).map_or(self.first_offset, |stretch| stretch.offset);
        let instant = Instant(wall.saturating_sub(offset));
        self.seek(instant);
        instant
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::WALL_DAY;

    fn new_york() -> Zones {
        // Clocks change on 2026-03-08 and 2026-11-01 at 02:00; a second zone behind the first must not be seen.
        Zones {
            first_offset: vec![3_600, -18_000].into(),
            change_end: vec![1, 3].into(),
            change_at: vec![1_770_000_000, 1_772_953_200, 1_793_512_800].into(),
            change_offset: vec![7_200, -14_400, -18_000].into(),
        }
    }

    /// The simple conversion, without the last offset.
    fn offset_at(at: i64) -> i64 {
        if (1_772_953_200..1_793_512_800).contains(&at) { -14_400 } else { -18_000 }
    }

    #[test]
    fn every_minute_around_the_changes() {
        let zones = new_york();
        let zone = Zone::new(&zones, 1);
        for change in [1_772_953_200, 1_793_512_800] {
            for minute in -6_000..6_000 {
                let at = change + minute * 60;
                let wall = at + offset_at(at);
                assert_eq!(zone.wall_at(Instant(at)), wall);
                let date = Workday(wall.div_euclid(WALL_DAY) as i32);
                let second = wall.rem_euclid(WALL_DAY);
                let shown = (at - 7_200..=at + 7_200).step_by(60).filter(|other| other + offset_at(*other) == wall);
                assert_eq!(Some(zone.instant(date, second, Fold::Earlier).0), shown.clone().next());
                assert_eq!(Some(zone.instant(date, second, Fold::Later).0), shown.last());
            }
        }
    }

    #[test]
    fn a_time_that_is_skipped_moves_forward() {
        let zones = new_york();
        let zone = Zone::new(&zones, 1);
        let spring = Workday::from_date(2026, 3, 8).unwrap();
        for fold in [Fold::Earlier, Fold::Later] {
            let skipped = zone.instant(spring, 9_000, fold);
            assert_eq!(zone.wall_at(skipped).rem_euclid(WALL_DAY), 12_600);
        }
    }

    #[test]
    fn a_zone_that_is_not_there_is_utc() {
        assert_eq!(Zone::new(&Zones::default(), 7).wall_at(Instant(5)), 5);
    }
}
