//! Premiums: pay on top, over the same seconds (night, weekend).
//! - Takes:  worked and paid-break spans.
//! - Gives:  premium spans beside them (layer B).
//! - Keeps:  the base layer.
//! - Runs:   after overtime, so that a premium meets the overtime it falls on.
//! - Source: Japan Labour Standards Act art. 37(4) (22:00 to 05:00); employer policy.
//! - Shown:  timecards/premiums/night.md, weekend.md, clock_changes.md

use crate::codes::{DayTypeSet, PayCode, RuleId};
use crate::time::{Seconds, WeekdaySet};

/// One premium.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Premium {
    /// Its name.
    pub rule: RuleId,
    /// A premium-layer code.
    pub pays_to: PayCode,
    /// Only within this daily clock window. `None`: all day.
    pub window: Option<ClockWindow>,
    /// Only on these weekdays: of the local date on which the window begins; without a window, of the local date of
    /// the second.
    pub weekdays: WeekdaySet,
    /// Only on seconds of these day types.
    pub day_types: DayTypeSet,
    /// What of a shift is paid.
    pub mode: PremiumMode,
    /// When the premium time of a worked shift is less than this, it pays nothing. Equal pays.
    pub min: Seconds,
    /// At most this much per worked shift: the first seconds.
    pub max: Seconds,
}

/// A window by the wall clock of the card's zone, every day anew. It wraps midnight when `to` is not after `from`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockWindow {
    /// Second of day of the start.
    pub from: u32,
    /// Second of day of the end.
    pub to: u32,
}

/// What of a worked shift a premium pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PremiumMode {
    /// The seconds inside the window.
    Split,
    /// All of the shift when its first worked second is inside.
    WholeIfStartsIn,
    /// All of the shift when its last worked second is inside.
    WholeIfEndsIn,
    /// All of the shift when all of its worked seconds are inside.
    WholeIfWithin,
    /// All of the shift when at least half of its worked seconds are inside and, at exactly half, it starts inside.
    WholeIfMajority,
}
