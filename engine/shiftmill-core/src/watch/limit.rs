//! The limit of a watcher: when it is passed, and from when on it is near.

use super::WatchOutcome;
use crate::coded::coded;
use crate::time::Seconds;

/// The most that may be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// The limit; at least a second.
    pub most: Seconds,
    /// Whether the limit itself may be reached.
    pub passed: PassedWhen,
    /// From how many hundredths of the limit on, 1 to 99, it is near; `None`: never.
    pub warn_at: Option<u8>,
}

coded! {
    /// When a limit is passed.
    PassedWhen {
        /// By the first second beyond it.
        Over = 0 "over",
        /// As soon as it is reached.
        At = 1 "at",
    }
}

/// How a measure compares with a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    /// It is kept.
    Kept,
    /// It is near.
    Near,
    /// It is passed.
    Passed,
}

impl Level {
    /// The same as what is noted.
    pub(super) const fn outcome(self) -> WatchOutcome {
        match self {
            Level::Kept => WatchOutcome::Kept,
            Level::Near => WatchOutcome::Near,
            Level::Passed => WatchOutcome::Passed,
        }
    }
}

impl Limit {
    /// How a measure compares with it.
    pub(crate) fn level(&self, measured: Seconds) -> Level {
        let passed = match self.passed {
            PassedWhen::Over => measured > self.most,
            PassedWhen::At => measured >= self.most,
        };
        match passed {
            true => Level::Passed,
            false if self.warns_from().is_some_and(|from| measured >= from) => Level::Near,
            false => Level::Kept,
        }
    }

    /// The least measure that is near.
    pub(super) fn warns_from(&self) -> Option<Seconds> {
        let hundredths = u64::from(self.warn_at?);
        let from = (u64::from(self.most.0) * hundredths).div_ceil(100);
        Some(Seconds(u32::try_from(from).unwrap_or(u32::MAX)))
    }

    /// What a counter shows when it comes to a level, and whether only the second after that does so.
    pub(super) fn begins(&self, level: Level) -> (Seconds, bool) {
        match (level, self.passed) {
            (Level::Passed, PassedWhen::Over) => (self.most, true),
            (Level::Passed, PassedWhen::At) => (self.most, false),
            (Level::Near | Level::Kept, _) => (self.warns_from().unwrap_or(self.most), false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_itself_is_passed_where_the_ruleset_says_so() {
        let limit = Limit { most: Seconds::hours(100), passed: PassedWhen::Over, warn_at: None };
        assert_eq!(limit.level(Seconds::hours(100)), Level::Kept);
        assert_eq!(limit.level(Seconds(360_001)), Level::Passed);
        let limit = Limit { passed: PassedWhen::At, ..limit };
        assert_eq!(limit.level(Seconds(359_999)), Level::Kept);
        assert_eq!(limit.level(Seconds::hours(100)), Level::Passed);
    }

    #[test]
    fn a_share_of_a_limit_is_reached_by_whole_seconds() {
        let limit = Limit { most: Seconds(101), passed: PassedWhen::Over, warn_at: Some(80) };
        assert_eq!(limit.warns_from(), Some(Seconds(81)));
        assert_eq!(limit.level(Seconds(80)), Level::Kept);
        assert_eq!(limit.level(Seconds(81)), Level::Near);
        assert_eq!(limit.level(Seconds(101)), Level::Near);
        assert_eq!(limit.level(Seconds(102)), Level::Passed);
    }
}
