//! Why a second is paid as it is. A reason is small and has no text; the facade writes the text.

use crate::coded::coded;
use crate::codes::{DayType, RuleId};
use crate::time::Seconds;

/// The rule that put a pay code on a span, and its grounds.
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
    /// Worked, and no rule changed the pay code.
    Worked,
    /// Worked up to an out punch that is missing and was filled in by the ruleset.
    Imputed,
    /// A gap short enough to be paid.
    ShortGapPaid {
        /// Gaps of this length and longer are not paid.
        limit: Seconds,
    },
    /// Deducted automatically, because no meal of this length was punched.
    AutoDeducted {
        /// The whole length that the ruleset deducts.
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
    /// Lateness that the ruleset deducts.
    Lateness,
    /// A plugin's rule decided. Its text is the rule's template with these figures.
    ByPlugin {
        /// The reason's number among those of the card, see [`crate::PluginReasons`].
        reason: u32,
    },
    /// Overtime that is not approved.
    Unapproved,
    /// Overtime of a workday on which an in or out punch is missing.
    PunchMissing,
    /// Less overtime than the ruleset counts.
    BelowMinimum {
        /// The least that counts.
        limit: Seconds,
    },
    /// Overtime that is no whole unit.
    RoundedDown {
        /// The unit.
        unit: Seconds,
    },
    /// Overtime beyond the maximum of the workday.
    BeyondMaximum {
        /// The maximum.
        limit: Seconds,
    },
    /// A rest that belongs to overtime of this length.
    OvertimeRest,
    /// Overtime that is taken as time off.
    Banked,
    /// Approved overtime that was not punched.
    ApprovedOnly,
    /// Overtime outside the scheduled shift.
    OutsideShift,
    /// What is left of a length when it is rounded down.
    LengthRoundedDown {
        /// Lengths are multiples of it.
        interval: Seconds,
    },
    /// What a length gains when it is rounded up.
    LengthRoundedUp {
        /// Lengths are multiples of it.
        interval: Seconds,
    },
    /// Work on a day on which the person is not employed.
    OutsideEmployment,
    /// Hours that a person added.
    ManualHours,
    /// The employee attested that the rests of the day were not all taken.
    RestRequirement,
    /// A person stated it, whatever is computed.
    Override,
    /// What premium time lacks of its minimum.
    RaisedToMinimum {
        /// The minimum.
        minimum: Seconds,
    },
    /// What an hour that is shorter than 60 minutes pays beyond its time on the clock.
    ShortHour {
        /// How much time is paid as an hour.
        hour: Seconds,
    },
    /// A shift with premium time, which counts once.
    PerShift,
    /// A holiday that was worked is paid beside the work.
    HolidayWorkedToo,
}

coded! {
    /// The kinds of [`Because`], for result columns and words.
    BecauseKind {
        /// Worked, and no rule changed the pay code.
        Worked = 0 "worked",
        /// Worked up to an out punch that is missing and was filled in by the ruleset.
        Imputed = 1 "imputed",
        /// A gap short enough to be paid.
        ShortGapPaid = 2 "short_gap_paid",
        /// Deducted automatically, because no meal of this length was punched.
        AutoDeducted = 3 "auto_deducted",
        /// A break at a fixed time of day.
        FixedBreak = 4 "fixed_break",
        /// Outside the scheduled shift, which the ruleset does not pay.
        OutsideSchedule = 5 "outside_schedule",
        /// Approved leave.
        OnLeave = 6 "on_leave",
        /// Beyond a limit in one worked shift.
        BeyondShift = 7 "beyond_shift",
        /// Beyond a limit in one workday.
        BeyondDay = 8 "beyond_day",
        /// Beyond a limit in one workweek.
        BeyondWeek = 9 "beyond_week",
        /// Beyond a limit in a run of workweeks.
        BeyondWeeks = 10 "beyond_weeks",
        /// Beyond a limit in a calendar month.
        BeyondMonth = 11 "beyond_month",
        /// Beyond a limit in the pay period.
        BeyondPayPeriod = 12 "beyond_pay_period",
        /// Worked on a day late in a run of worked days.
        ConsecutiveDay = 13 "consecutive_day",
        /// Worked on a day of this type.
        DayTypeIs = 14 "day_type",
        /// Several tiers were reached together and the combination table decides.
        Combination = 15 "combination",
        /// A holiday that was not worked is paid.
        HolidayNotWorked = 16 "holiday_not_worked",
        /// Within a daily clock window.
        InClockWindow = 17 "in_clock_window",
        /// Within a shift that is paid a premium as a whole.
        ShiftInClockWindow = 18 "shift_in_clock_window",
        /// On a weekday or day type that carries a premium.
        DayPremium = 19 "day_premium",
        /// A required meal was missing, short or late.
        MealRequirement = 20 "meal_requirement",
        /// Lateness that the ruleset deducts.
        Lateness = 21 "lateness",
        /// A plugin's rule decided. Its text is the rule's template with these figures.
        ByPlugin = 22 "by_plugin",
        /// Overtime that is not approved.
        Unapproved = 23 "unapproved",
        /// Overtime of a workday on which an in or out punch is missing.
        PunchMissing = 24 "punch_missing",
        /// Less overtime than the ruleset counts.
        BelowMinimum = 25 "below_minimum",
        /// Overtime that is no whole unit.
        RoundedDown = 26 "rounded_down",
        /// Overtime beyond the maximum of the workday.
        BeyondMaximum = 27 "beyond_maximum",
        /// A rest that belongs to overtime of some length.
        OvertimeRest = 28 "overtime_rest",
        /// Overtime that is taken as time off.
        Banked = 29 "banked",
        /// Approved overtime that was not punched.
        ApprovedOnly = 30 "approved_only",
        /// Overtime outside the scheduled shift.
        OutsideShift = 31 "outside_shift",
        /// What is left of a length when it is rounded down.
        LengthRoundedDown = 32 "length_rounded_down",
        /// What a length gains when it is rounded up.
        LengthRoundedUp = 33 "length_rounded_up",
        /// Work on a day on which the person is not employed.
        OutsideEmployment = 34 "outside_employment",
        /// Hours that a person added.
        ManualHours = 50 "manual_hours",
        /// The employee attested that the rests of the day were not all taken.
        RestRequirement = 51 "rest_requirement",
        /// A person stated it, whatever is computed.
        Override = 55 "override",
        /// What premium time lacks of its minimum.
        RaisedToMinimum = 59 "raised_to_minimum",
        /// What an hour that is shorter than 60 minutes pays beyond its time on the clock.
        ShortHour = 60 "short_hour",
        /// A shift with premium time, which counts once.
        PerShift = 61 "per_shift",
        /// A holiday that was worked is paid beside the work.
        HolidayWorkedToo = 56 "holiday_worked_too",
    }
}

impl Because {
    /// The kind of grounds.
    pub const fn kind(self) -> BecauseKind {
        match self {
            Because::Worked => BecauseKind::Worked,
            Because::Imputed => BecauseKind::Imputed,
            Because::ShortGapPaid { .. } => BecauseKind::ShortGapPaid,
            Because::AutoDeducted { .. } => BecauseKind::AutoDeducted,
            Because::FixedBreak => BecauseKind::FixedBreak,
            Because::OutsideSchedule => BecauseKind::OutsideSchedule,
            Because::OnLeave => BecauseKind::OnLeave,
            Because::BeyondShift { .. } => BecauseKind::BeyondShift,
            Because::BeyondDay { .. } => BecauseKind::BeyondDay,
            Because::BeyondWeek { .. } => BecauseKind::BeyondWeek,
            Because::BeyondWeeks { .. } => BecauseKind::BeyondWeeks,
            Because::BeyondMonth { .. } => BecauseKind::BeyondMonth,
            Because::BeyondPayPeriod { .. } => BecauseKind::BeyondPayPeriod,
            Because::ConsecutiveDay { .. } => BecauseKind::ConsecutiveDay,
            Because::DayTypeIs { .. } => BecauseKind::DayTypeIs,
            Because::Combination { .. } => BecauseKind::Combination,
            Because::HolidayNotWorked => BecauseKind::HolidayNotWorked,
            Because::InClockWindow => BecauseKind::InClockWindow,
            Because::ShiftInClockWindow => BecauseKind::ShiftInClockWindow,
            Because::DayPremium => BecauseKind::DayPremium,
            Because::MealRequirement { .. } => BecauseKind::MealRequirement,
            Because::Lateness => BecauseKind::Lateness,
            Because::ByPlugin { .. } => BecauseKind::ByPlugin,
            Because::Unapproved => BecauseKind::Unapproved,
            Because::PunchMissing => BecauseKind::PunchMissing,
            Because::BelowMinimum { .. } => BecauseKind::BelowMinimum,
            Because::RoundedDown { .. } => BecauseKind::RoundedDown,
            Because::BeyondMaximum { .. } => BecauseKind::BeyondMaximum,
            Because::OvertimeRest => BecauseKind::OvertimeRest,
            Because::Banked => BecauseKind::Banked,
            Because::ApprovedOnly => BecauseKind::ApprovedOnly,
            Because::OutsideShift => BecauseKind::OutsideShift,
            Because::LengthRoundedDown { .. } => BecauseKind::LengthRoundedDown,
            Because::LengthRoundedUp { .. } => BecauseKind::LengthRoundedUp,
            Because::OutsideEmployment => BecauseKind::OutsideEmployment,
            Because::ManualHours => BecauseKind::ManualHours,
            Because::RestRequirement => BecauseKind::RestRequirement,
            Because::Override => BecauseKind::Override,
            Because::RaisedToMinimum { .. } => BecauseKind::RaisedToMinimum,
            Because::ShortHour { .. } => BecauseKind::ShortHour,
            Because::PerShift => BecauseKind::PerShift,
            Because::HolidayWorkedToo => BecauseKind::HolidayWorkedToo,
        }
    }

    /// True for the grounds on which worked time does not count: no tier sees it, and no premium is paid for it.
    pub(crate) const fn leaves_out(self) -> bool {
        matches!(
            self,
            Because::OutsideSchedule
                | Because::OutsideEmployment
                | Because::Unapproved
                | Because::PunchMissing
                | Because::BelowMinimum { .. }
                | Because::RoundedDown { .. }
                | Because::BeyondMaximum { .. }
        )
    }

    /// The number of the kind of grounds.
    pub const fn number(self) -> u8 {
        self.kind().number()
    }
}
