//! Overtime tiers: time beyond a limit in a shift, a workday, a workweek or longer is claimed for another pay code.
//! - Takes:  worked (and paid-break) spans with their overtime workday and day type.
//! - Gives:  claims: this stretch to that pay code, with the counter before and after.
//! - Keeps:  all time; only the combiner writes.
//! - Runs:   after attendance; all tiers together, see `combine`.
//! - Source: each tier's own source stands in the ruleset (29 U.S.C. 207(a)(1); Cal. Labor Code section 510(a); China
//!   Labour Law art. 44; Japan Labour Standards Act art. 37).
//! - Shown:  timecards/overtime/daily.md, weekly.md, monthly.md, consecutive_days.md, day_types.md

use crate::codes::{DayTypeSet, Multiplier, PayCode, PayCodeSet, RuleId};
use crate::time::{Seconds, WeekdaySet, Workday};

/// One overtime tier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OvertimeTier {
    /// Its name; the counter of a scope wider than a workday is carried on by it.
    pub rule: RuleId,
    /// The stretch of time over which the counter runs.
    pub scope: TierScope,
    /// Which seconds it looks at. Seconds that do not fit are neither counted nor claimed.
    pub when: TierCondition,
    /// What feeds the counter and may be claimed.
    pub counts: Counts,
    /// Whether paid leave of the scope feeds the counter too (it is never claimed). Leave fills the counter in its
    /// place of time.
    pub leave_counts: bool,
    /// The counter may reach this before anything is claimed; the second after it is.
    pub limit: Seconds,
    /// Where claimed time goes.
    pub pays_to: PayCode,
    /// The multiplier of that code.
    pub multiplier: Multiplier,
    /// Among equal multipliers and scopes the higher wins.
    pub priority: i16,
}

/// The stretch of time over which a counter runs. Ordered from narrow to wide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TierScope {
    /// One worked shift.
    Shift,
    /// One overtime workday.
    Workday,
    /// One workweek of the ruleset.
    Workweek,
    /// A run of workweeks, counted from the workweek that holds `anchor`.
    Workweeks {
        /// How many, 2 to 26.
        count: u8,
        /// A workday in the first of the first run.
        anchor: Workday,
    },
    /// One calendar month of the overtime workday.
    Month,
    /// The pay period of the request; workdays outside it are not counted.
    PayPeriod,
}

/// Which seconds a tier looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TierCondition {
    /// Day types of the second (see holidays for how a second gets its type).
    pub day_types: DayTypeSet,
    /// Weekdays of the overtime workday.
    pub weekdays: WeekdaySet,
    /// Only late in a run of worked days.
    pub consecutive: Option<Consecutive>,
}

/// A condition on the number of the overtime workday in a run of worked days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Consecutive {
    /// The number of the day.
    pub day: u8,
    /// Whether later days count too.
    pub mode: ConsecutiveMode,
    /// Where a run starts anew.
    pub reset: ConsecutiveReset,
    /// A workday belongs to a run when at least this much was worked on it; at least one second.
    pub worked_at_least: Seconds,
}

/// Whether days after the n-th fit too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConsecutiveMode {
    /// The n-th and all after it.
    AtLeast,
    /// Only the n-th.
    Exactly,
}

/// Where a run of worked days starts anew, besides after a day not worked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConsecutiveReset {
    /// With each workweek.
    Workweek,
    /// Nowhere.
    Rolling,
    /// After each n-th day.
    AfterTrigger,
}

/// What feeds a tier's counter and may be claimed by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Counts {
    /// Time not claimed by a tier of a narrower scope.
    StraightTime,
    /// All worked time.
    AllHours,
    /// Time that tiers of narrower scope have put on one of these codes (Japan: hours of overtime a month).
    Codes(PayCodeSet),
}
