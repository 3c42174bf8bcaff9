//! A shortcut: work that no tier claims, because no counter has reached its limit, is handled span by span.
//!
//! Most spans of most cards are such work. The full way judges every counter for each of them; here a span costs one
//! subtraction from the time that is left, and the counters count many spans together, when the day type or the
//! workday changes, or when no time is left. A span that reaches a limit takes the full way from that second on.

use crate::card::Span;
use crate::codes::DayType;
use crate::pay::counters::Counter;
use crate::time::Seconds;

/// Work of one day type within all limits, of which the counters have not heard yet.
#[derive(Default)]
pub(super) struct WithinLimits {
    /// `None` while nothing is collected.
    day_type: Option<DayType>,
    /// How much more can be collected until the first counter reaches its limit.
    room: Seconds,
    taken: Seconds,
}

impl WithinLimits {
    /// How much of a span of work of this length, from its start on, no tier claims.
    #[inline]
    pub(super) fn take(&mut self, span: &Span, length: Seconds, counters: &mut [Counter]) -> Seconds {
        if self.day_type != Some(span.day_type) {
            self.count(counters);
            self.day_type = Some(span.day_type);
            self.room = room_within_limits(counters, span.day_type);
        }
        let taken = length.at_most(self.room);
        self.room = self.room.beyond(taken);
        self.taken = self.taken.plus(taken);
        taken
    }

    /// Adds the collected time to the counters, and starts again. Called before any other use of a counter.
    #[inline]
    pub(super) fn count(&mut self, counters: &mut [Counter]) {
        if let Some(day_type) = self.day_type {
            for counter in counters.iter_mut().filter(|counter| counter.is_fed_unclaimed(day_type)) {
                counter.counted = counter.counted.plus(self.taken);
            }
        }
        *self = WithinLimits::default();
    }
}

/// How much work can be counted until the first counter reaches its limit.
#[inline]
fn room_within_limits(counters: &[Counter], day_type: DayType) -> Seconds {
    let mut room = Seconds::MAX;
    for counter in counters.iter().filter(|counter| counter.is_fed_unclaimed(day_type)) {
        room = room.at_most(counter.limit.beyond(counter.counted));
    }
    room
}
