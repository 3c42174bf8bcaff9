//! Why a second is paid where it is. Small and without text; words are put to it at the edge.

use crate::codes::{DayType, RuleId};
use crate::time::Seconds;

/// The rule that put a pay code on a span, and on what grounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Reason {
    /// The rule, by the number of its name.
    pub rule: RuleId,
    /// The grounds.
    pub because: Because,
}

impl Reason {
    /// Plain worked time.
    pub const WORKED: Reason = Reason { rule: RuleId::WORKED, because: Because::Worked };
}

/// The grounds on which a rule acted, with the figures that decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Because {
    /// Worked, and no rule said otherwise.
    Worked,
    /// Worked up to an out punch that is missing and was filled in by the ruleset.
    Imputed,
    /// A gap short enough to be paid.
    ShortGapPaid {
        /// Gaps of this length and longer are not paid.
        limit: Seconds,
    },
    /// Taken off automatically, since nobody punched a meal of this length.
    AutoDeducted {
        /// The length that the ruleset takes off in all.
        amount: Seconds,
    },
    /// A break at a fixed time of day.
    FixedBreak,
    /// Outside the scheduled shift, which the ruleset does not pay.
    OutsideSchedule,
    /// Approved leave.
    OnLeave,
    /// Beyond a limit in one worked shift.
    BeyondShift {
        /// The limit.
        limit: Seconds,
    },
    /// Beyond a limit in one workday.
    BeyondDay {
        /// The limit.
        limit: Seconds,
    },
    /// Beyond a limit in one workweek.
    BeyondWeek {
        /// The limit.
        limit: Seconds,
    },
    /// Beyond a limit in a run of workweeks.
    BeyondWeeks {
        /// How many workweeks.
        weeks: u8,
        /// The limit.
        limit: Seconds,
    },
    /// Beyond a limit in a calendar month.
    BeyondMonth {
        /// The limit.
        limit: Seconds,
    },
    /// Beyond a limit in the pay period.
    BeyondPayPeriod {
        /// The limit.
        limit: Seconds,
    },
    /// Worked on a day late in a run of worked days.
    ConsecutiveDay {
        /// The day's number in the run.
        number: u8,
        /// Time on such a day beyond this.
        limit: Seconds,
    },
    /// Worked on a day of this type.
    DayTypeIs {
        /// The day type.
        day_type: DayType,
        /// Time on such a day beyond this.
        limit: Seconds,
    },
    /// Several tiers were reached together and the combination table decides.
    Combination {
        /// The row of the table, from 0.
        row: u8,
    },
    /// A holiday that was not worked is paid.
    HolidayNotWorked,
    /// Within a daily clock window.
    InClockWindow,
    /// Within a shift that is paid a premium as a whole.
    ShiftInClockWindow,
    /// On a weekday or day type that carries a premium.
    DayPremium,
    /// A required meal was missing, short or late.
    MealRequirement {
        /// 1 for the first meal of the workday.
        ordinal: u8,
    },
    /// Lateness that the ruleset takes off.
    Lateness,
    /// A plugin's rule says so. What it says is put together from the rule's template and these figures.
    ByPlugin {
        /// The reason's number among those of the card, see [`crate::PluginReasons`].
        reason: u32,
    },
}

impl Because {
    /// A stable number for each kind of grounds, for result columns.
    pub const fn number(self) -> u8 {
        match self {
            Because::Worked => 0,
            Because::Imputed => 1,
            Because::ShortGapPaid { .. } => 2,
            Because::AutoDeducted { .. } => 3,
            Because::FixedBreak => 4,
            Because::OutsideSchedule => 5,
            Because::OnLeave => 6,
            Because::BeyondShift { .. } => 7,
            Because::BeyondDay { .. } => 8,
            Because::BeyondWeek { .. } => 9,
            Because::BeyondWeeks { .. } => 10,
            Because::BeyondMonth { .. } => 11,
            Because::BeyondPayPeriod { .. } => 12,
            Because::ConsecutiveDay { .. } => 13,
            Because::DayTypeIs { .. } => 14,
            Because::Combination { .. } => 15,
            Because::HolidayNotWorked => 16,
            Because::InClockWindow => 17,
            Because::ShiftInClockWindow => 18,
            Because::DayPremium => 19,
            Because::MealRequirement { .. } => 20,
            Because::Lateness => 21,
            Because::ByPlugin { .. } => 22,
        }
    }
}
