//! A shortcut: work that no tier claims, because no counter has reached its limit, is handled span by span.
//!
//! Most spans of most cards are such work. The full way judges every counter for each of them; here a span costs one
//! subtraction from the time that is left, and the counters count many spans together, when the day type or the
//! workday changes, or when no time is left. A span that reaches a limit takes the full way from that second on.

use crate::pay::counters::{Counter, SecondKind};
use crate::time::Seconds;

/// Work of one kind within all limits, of which the counters have not heard yet.
#[derive(Default)]
pub(super) struct WithinLimits {
    /// `None` while nothing is collected.
    kind: Option<SecondKind>,
    /// How much more can be collected until the first counter reaches its limit.
    room: Seconds,
    taken: Seconds,
}

impl WithinLimits {
    /// How much of a span of work of this length, from its start on, no tier claims.
    #[inline]
    pub(super) fn take(&mut self, kind: SecondKind, length: Seconds, counters: &mut [Counter]) -> Seconds {
        if self.kind != Some(kind) {
            self.count(counters);
            self.kind = Some(kind);
            self.room = find_room(counters, kind);
        }
        let taken = length.at_most(self.room);
        self.room = self.room.beyond(taken);
        self.taken = self.taken.plus(taken);
        taken
    }

    /// Adds the collected time to the counters, and starts again. Called before any other use of a counter.
    #[inline]
    pub(super) fn count(&mut self, counters: &mut [Counter]) {
        if self.kind.is_some() {
            for counter in counters.iter_mut().filter(|counter| counter.grows) {
                counter.counted = counter.counted.plus(self.taken);
            }
        }
        *self = WithinLimits::default();
    }
}

/// Finds which counters work of a kind feeds, and how much of it can be counted until the first counter that may claim it
/// reaches its limit.
#[inline]
fn find_room(counters: &mut [Counter], kind: SecondKind) -> Seconds {
    let mut room = Seconds::MAX;
    for counter in counters {
        counter.grows = counter.is_fed_unclaimed(kind);
        if counter.grows && counter.fits(kind) {
            room = room.at_most(counter.limit.beyond(counter.counted));
        }
    }
    room
}
