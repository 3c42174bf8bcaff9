//! How large the slices of a request are, and where they run: learned from the processor time that they take. It never
//! changes a result.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use shiftmill_plugin_host::Bound;

use crate::chunk::Slice;

/// The longest that a slice should take: enough for a whole batch with usual plugins. A slice of one card that takes
/// longer cannot be made shorter, and sends its request to the background.
const SLICE_TIME: Duration = Duration::from_millis(4);
/// A longer slice shows that the request is not ready to leave the background.
const LONG_SLICE: Duration = Duration::from_millis(10);
/// How many slices in a row must be short before a request leaves the background.
const BACKGROUND_SLICES: u32 = 64;
/// The same for a new request, only because one of its plugins was slow for another request.
const FIRST_BACKGROUND_SLICES: u32 = 4;
/// A slice may have so many times the days of the one before: the next cards may take longer than the last ones.
const GROWTH: u32 = 4;

/// The pace of one request.
#[derive(Debug)]
pub(crate) struct Pace(Mutex<State>);

#[derive(Clone, Copy, Debug)]
struct State {
    /// About the most days of the next slice. A slice has one card at least.
    days: u32,
    /// The short slices that are missing before it leaves the background.
    background_slices: u32,
    /// True once a slice of one card was too long.
    was_slow: bool,
}

impl Pace {
    /// The pace of a new request with these plugins, by ruleset.
    pub(crate) fn of(plugins: &[Vec<Bound>]) -> Pace {
        let plugins = || plugins.iter().flatten().map(Bound::plugin);
        Pace::new(plugins().next().is_some(), plugins().any(|plugin| plugin.is_slow()))
    }

    /// The pace of a new request. With plugins, the first slice has one card, because a plugin may take its whole budget
    /// for each.
    fn new(has_plugins: bool, has_slow_plugin: bool) -> Pace {
        let days = if has_plugins { 1 } else { u32::MAX };
        let background_slices = if has_slow_plugin { FIRST_BACKGROUND_SLICES } else { 0 };
        Pace(Mutex::new(State { days, background_slices, was_slow: false }))
    }

    /// About the most days of the next slice.
    pub(crate) fn days(&self) -> u32 {
        self.locked().days
    }

    /// True when its jobs run in the background.
    pub(crate) fn is_background(&self) -> bool {
        self.locked().background_slices > 0
    }

    /// True when a single card ever took so long that the request was sent to the background.
    pub(crate) fn was_slow(&self) -> bool {
        self.locked().was_slow
    }

    /// Learns from the processor time of a slice.
    pub(crate) fn measured(&self, slice: Slice, took: Duration) {
        let mut state = self.locked();
        let fitting = u128::from(slice.days) * SLICE_TIME.as_nanos() / took.as_nanos().max(1);
        let fitting = u32::try_from(fitting).unwrap_or(u32::MAX).max(1);
        state.days = match took > SLICE_TIME {
            true => fitting,
            // The last slice of a chunk is small, and does not make the next one smaller.
            false => state.days.max(fitting.min(slice.days.saturating_mul(GROWTH))),
        };
        let is_slow = took > SLICE_TIME && slice.cards == 1;
        state.was_slow |= is_slow;
        state.background_slices = match state.background_slices {
            _ if is_slow => BACKGROUND_SLICES,
            0 => 0,
            _ if took > LONG_SLICE => BACKGROUND_SLICES,
            missing => missing - 1,
        };
    }

    fn locked(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slice(cards: usize, days: u32) -> Slice {
        Slice { cards, days, is_last: false }
    }

    #[test]
    fn slices_grow_from_one_card_to_the_time_of_a_slice() {
        let pace = Pace::new(true, false);
        assert_eq!(pace.days(), 1);
        pace.measured(slice(1, 30), Duration::from_micros(60));
        assert_eq!(pace.days(), 120, "the next cards may take longer");
        pace.measured(slice(4, 120), Duration::from_micros(240));
        pace.measured(slice(16, 480), Duration::from_micros(960));
        assert_eq!(pace.days(), 1_920);
        pace.measured(slice(1, 5), Duration::from_micros(60));
        assert_eq!(pace.days(), 1_920, "the last slice of a chunk is small");
        pace.measured(slice(64, 1_920), Duration::from_millis(8));
        assert_eq!(pace.days(), 960);
        assert!(!pace.is_background() && !pace.was_slow());
    }

    #[test]
    fn only_a_long_slice_of_one_card_goes_to_the_background_and_short_ones_return() {
        let pace = Pace::new(true, false);
        pace.measured(slice(60, 1_800), Duration::from_secs(6));
        assert!(!pace.is_background(), "smaller slices may be short");
        assert_eq!(pace.days(), 1);
        pace.measured(slice(1, 30), Duration::from_millis(100));
        assert!(pace.is_background() && pace.was_slow());
        for _ in 1..BACKGROUND_SLICES {
            pace.measured(slice(1, 30), Duration::from_millis(1));
        }
        pace.measured(slice(3, 90), Duration::from_millis(11));
        for _ in 1..BACKGROUND_SLICES {
            pace.measured(slice(1, 30), Duration::from_millis(1));
        }
        assert!(pace.is_background(), "one long slice begins the count again");
        pace.measured(slice(1, 30), Duration::from_millis(1));
        assert!(!pace.is_background());
    }

    #[test]
    fn a_request_with_a_plugin_known_as_slow_begins_in_the_background() {
        let pace = Pace::new(true, true);
        for _ in 0..FIRST_BACKGROUND_SLICES {
            assert!(pace.is_background());
            pace.measured(slice(1, 30), Duration::from_millis(1));
        }
        assert!(!pace.is_background() && !pace.was_slow());
    }

    #[test]
    fn a_request_without_plugins_begins_with_whole_slices() {
        let pace = Pace::new(false, false);
        assert_eq!(pace.days(), u32::MAX);
    }
}
