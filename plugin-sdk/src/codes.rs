//! The vocabulary: day types, states of time, punch kinds, exceptions, pay codes. One spelling of each, everywhere.

use core::fmt;

/// Declares an enum whose values each have a number in the contract and a written code.
macro_rules! coded {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $number:literal $code:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$doc])* $variant,)+
            /// A value of a later version of the contract.
            Other,
        }

        impl $name {
            /// Every value that this version knows, in the order of their numbers.
            pub const ALL: &'static [$name] = &[$($name::$variant,)+];

            /// The written code.
            pub const fn code(self) -> &'static str {
                match self { $($name::$variant => $code,)+ $name::Other => "other" }
            }

            /// The number in the contract.
            pub const fn number(self) -> u8 {
                match self { $($name::$variant => $number,)+ $name::Other => u8::MAX }
            }

            #[inline]
            pub(crate) const fn from_number(number: u8) -> $name {
                match number { $($number => $name::$variant,)+ _ => $name::Other }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.code())
            }
        }
    };
}

coded! {
    /// The one primary type of a day.
    DayType {
        /// An ordinary working day.
        Workday = 0 "workday",
        /// A day off by the weekly pattern or the schedule.
        RestDay = 1 "rest_day",
        /// A public holiday by law.
        StatutoryHoliday = 2 "statutory_holiday",
        /// A holiday that the company grants.
        CompanyHoliday = 3 "company_holiday",
        /// A day off turned into a working day by decree.
        MakeupWorkday = 4 "makeup_workday",
        /// A working day turned into a day off by decree.
        ShiftedRest = 5 "shifted_rest",
        /// The weekly day of rest that the law requires, where it differs from other days off.
        StatutoryRest = 6 "statutory_rest",
    }
}

impl DayType {
    /// True when work is expected on such a day.
    pub const fn is_working(self) -> bool {
        matches!(self, DayType::Workday | DayType::MakeupWorkday)
    }

    /// True for public and company holidays.
    pub const fn is_holiday(self) -> bool {
        matches!(self, DayType::StatutoryHoliday | DayType::CompanyHoliday)
    }
}

coded! {
    /// What a roster row tells an employee.
    RosterKind {
        /// To work a shift.
        Work = 0 "work",
        /// To rest. Without times.
        Rest = 1 "rest",
        /// The employee may come, at any time. Without times.
        Open = 2 "open",
        /// To work overtime that was planned.
        Overtime = 3 "overtime",
        /// To be reachable.
        OnCall = 4 "on_call",
    }
}

coded! {
    /// What an approval allows.
    ApprovalKind {
        /// Overtime.
        Overtime = 0 "overtime",
        /// Arriving before the scheduled start.
        EarlyIn = 1 "early_in",
        /// Leaving after the scheduled end.
        LateOut = 2 "late_out",
        /// A business trip.
        Trip = 3 "trip",
        /// Field work away from the site.
        Outing = 4 "outing",
        /// Leave.
        Leave = 5 "leave",
        /// A call back to work.
        Callback = 6 "callback",
    }
}

coded! {
    /// What was decided about an approval.
    ApprovalStatus {
        /// It is approved.
        Approved = 0 "approved",
        /// Nothing is decided yet.
        Pending = 1 "pending",
        /// It is rejected.
        Rejected = 2 "rejected",
    }
}

coded! {
    /// How an employee wants to be compensated for overtime.
    Compensation {
        /// With pay.
        Pay = 0 "pay",
        /// With time off later.
        Bank = 1 "bank",
    }
}

coded! {
    /// The state of a span of time.
    SpanState {
        /// Work.
        Worked = 0 "worked",
        /// A break that counts as work.
        PaidBreak = 1 "paid_break",
        /// A break that does not count as work.
        UnpaidBreak = 2 "unpaid_break",
        /// Approved absence.
        Leave = 3 "leave",
    }
}

impl SpanState {
    /// True for what counts as work: worked time and paid breaks.
    pub const fn is_work(self) -> bool {
        matches!(self, SpanState::Worked | SpanState::PaidBreak)
    }
}

coded! {
    /// The kind of a punch. Shiftmill has more kinds than the contract: a plugin sees `callback_in` as `in`, `callback_out`
    /// as `out`, and `offsite` as `unknown`.
    PunchKind {
        /// Starts work.
        In = 0 "in",
        /// Ends work.
        Out = 1 "out",
        /// Ends work for a meal.
        MealStart = 2 "meal_start",
        /// Resumes work after a meal.
        MealEnd = 3 "meal_end",
        /// Ends work for a break.
        BreakStart = 4 "break_start",
        /// Resumes work after a break.
        BreakEnd = 5 "break_end",
        /// Ends one stretch of work and starts another at the same second.
        Transfer = 6 "transfer",
        /// The terminal recorded no direction.
        Unknown = 7 "unknown",
    }
}

impl PunchKind {
    /// True for the kinds after which the person works.
    pub const fn is_opener(self) -> bool {
        matches!(self, PunchKind::In | PunchKind::MealEnd | PunchKind::BreakEnd)
    }

    /// True for the kinds after which the person does not work.
    pub const fn is_closer(self) -> bool {
        matches!(self, PunchKind::Out | PunchKind::MealStart | PunchKind::BreakStart)
    }
}

coded! {
    /// The role of a punch in a pair.
    PunchRole {
        /// It is not used. In the hook `punches` nothing has been paired yet.
        Unused = 0 "unused",
        /// It opens a punch pair.
        Opens = 1 "opens",
        /// It closes a punch pair.
        Closes = 2 "closes",
        /// It closes a punch pair and opens the next.
        ClosesAndOpens = 3 "closes_and_opens",
        /// Its out punch is missing.
        MissesOut = 4 "misses_out",
        /// Its in punch is missing.
        MissesIn = 5 "misses_in",
    }
}

coded! {
    /// The layer of a pay code.
    Layer {
        /// Every second on the timeline has exactly one such code.
        Base = 0 "base",
        /// Paid on top, over the same seconds.
        Premium = 1 "premium",
        /// Not clock time: an allowance, a day, a top-up.
        Quantity = 2 "quantity",
    }
}

/// The code of an exception: what a person must look at. The list grows; a rule should ignore codes that it does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExceptionCode(u8);

macro_rules! exceptions {
    ($($(#[$doc:meta])* $name:ident = $number:literal $code:literal,)+) => {
        impl ExceptionCode {
            $($(#[$doc])* pub const $name: ExceptionCode = ExceptionCode($number);)+

            /// Every code that this version knows, in the order of their numbers.
            pub const ALL: &'static [ExceptionCode] = &[$(ExceptionCode::$name,)+];

            /// The written code; empty for one that a later version knows.
            pub const fn code(self) -> &'static str {
                match self.0 { $($number => $code,)+ _ => "" }
            }
        }
    };
}

exceptions! {
    /// In more than the grace after the scheduled start.
    LATE_IN = 0 "late_in",
    /// Late enough for the ruleset's second tier.
    SERIOUS_LATE = 1 "serious_late",
    /// Late enough to count as absent for half the day.
    ABSENT_HALF = 2 "absent_half",
    /// Late enough to count as absent for the day.
    ABSENT_BY_LATENESS = 3 "absent_by_lateness",
    /// Out more than the grace before the scheduled end.
    EARLY_OUT = 4 "early_out",
    /// A scheduled shift with no punch and no leave.
    ABSENT = 5 "absent",
    /// An out punch, meal start or break start with no in punch.
    MISSING_IN = 6 "missing_in",
    /// An in punch, meal end or break end with no out punch.
    MISSING_OUT = 7 "missing_out",
    /// A meal start without a meal end, or the reverse.
    MISSING_MEAL_PUNCH = 8 "missing_meal_punch",
    /// A break start without a break end, or the reverse.
    MISSING_BREAK_PUNCH = 9 "missing_break_punch",
    /// Work without a scheduled shift.
    UNSCHEDULED_WORK = 10 "unscheduled_work",
    /// In before the scheduled start by more than the ruleset allows.
    EARLY_IN = 11 "early_in",
    /// Out after the scheduled end by more than the ruleset allows.
    LATE_OUT = 12 "late_out",
    /// Worked less on the day than the ruleset requires.
    UNDER_HOURS = 13 "under_hours",
    /// A required meal was not taken.
    MEAL_MISSING = 14 "meal_missing",
    /// A required meal was shorter than required.
    MEAL_SHORT = 15 "meal_short",
    /// A required meal began later than required.
    MEAL_LATE = 16 "meal_late",
    /// Work inside approved leave.
    LEAVE_WORKED = 17 "leave_worked",
    /// Two leaves claim the same time.
    LEAVE_OVERLAP = 18 "leave_overlap",
    /// Work on a holiday.
    HOLIDAY_WORKED = 19 "holiday_worked",
    /// A worked shift longer than the ruleset allows.
    SHIFT_TOO_LONG = 20 "shift_too_long",
    /// An in and an out too far apart to belong together.
    PAIR_TOO_LONG = 21 "pair_too_long",
    /// Rounding would move the end of a pair before its start; the pair is not rounded.
    ROUND_CONFLICT = 22 "round_conflict",
    /// A repeated punch was dropped.
    DUPLICATE_PUNCH = 23 "duplicate_punch",
    /// A punch later than `as_of`; left out.
    FUTURE_PUNCH = 24 "future_punch",
    /// A correction that names no punch.
    CORRECTION_UNMATCHED = 25 "correction_unmatched",
    /// Fewer context days than the ruleset needs.
    CONTEXT_SHORT = 26 "context_short",
    /// A plugin asks a person to look.
    NEEDS_REVIEW = 27 "needs_review",
    /// A plugin failed, and the timecard was evaluated without it.
    PLUGIN_FAILED = 28 "plugin_failed",
    /// An odd number of punches without direction: one of them is missing, and nobody knows which.
    ODD_PUNCHES = 29 "odd_punches",
    /// A scheduled shift that was given twice; it counts once.
    DUPLICATE_SHIFT = 30 "duplicate_shift",
    /// A correction that the ruleset does not accept.
    CORRECTION_REFUSED = 31 "correction_refused",
    /// A corrected punch.
    CORRECTED_PUNCH = 32 "corrected_punch",
    /// Rows of the employee could not be read.
    FACTS_REJECTED = 33 "facts_rejected",
    /// Overtime without an approval.
    OVERTIME_UNAPPROVED = 34 "overtime_unapproved",
    /// Overtime outside of what is approved on its workday.
    OVERTIME_OVER_APPROVED = 35 "overtime_over_approved",
    /// Less overtime on the workday than the ruleset counts.
    OVERTIME_BELOW_MINIMUM = 36 "overtime_below_minimum",
    /// More overtime on the workday than the ruleset counts.
    OVERTIME_CAP_DAY = 37 "overtime_cap_day",
    /// Time off was chosen for overtime that must be paid.
    COMP_LEAVE_NOT_ALLOWED = 38 "comp_leave_not_allowed",
    /// A shift is scheduled on a day that stays a rest day.
    REST_DAY_ROSTERED = 39 "rest_day_rostered",
    /// A day off by roster is a working day.
    WORKDAY_REST = 40 "workday_rest",
    /// Worked less than the workday expects.
    UNDERTIME = 41 "undertime",
    /// Worked more than the workday expects.
    OVER_SCHEDULE = 42 "over_schedule",
    /// Work in the gap between two blocks of a split shift.
    GAP_WORKED = 43 "gap_worked",
    /// Work, or punches, on a day on which the person is not employed.
    OUTSIDE_EMPLOYMENT = 44 "outside_employment",
    /// A punch that counts, and that a person should look at.
    MARKED_PUNCH = 45 "marked_punch",
    /// A punch of a way or place that is not accepted; it does not count.
    IGNORED_PUNCH = 46 "ignored_punch",
    /// Not there in core hours.
    CORE_HOURS_MISSED = 47 "core_hours_missed",
    /// Work of a call-back.
    CALLBACK_WORK = 48 "callback_work",
    /// Work of a call-back without the approval that the ruleset asks for.
    UNAPPROVED_CALLBACK = 49 "unapproved_callback",
    /// A punch made outside of the site, which counts.
    OFFSITE_PUNCH = 50 "offsite_punch",
    /// A punch made outside of the site, without the approval that the ruleset asks for; it does not count.
    UNAPPROVED_OFFSITE_PUNCH = 51 "unapproved_offsite_punch",
    /// A punch that counts, and that became known long after it happened.
    LATE_RECORDED_PUNCH = 52 "late_recorded_punch",
    /// Something else is computed than when a person overrode it. Only the engine raises it.
    STALE_OVERRIDE = 53 "stale_override",
    /// More work in a scope than a watcher allows.
    HOURS_OVER_LIMIT = 60 "hours_over_limit",
    /// A limit of a watcher is near.
    LIMIT_NEAR = 61 "limit_near",
    /// Less rest between two worked shifts than a watcher asks for.
    REST_SHORT = 62 "rest_short",
    /// No rest in seven days that is as long as a watcher asks for.
    WEEKLY_REST_SHORT = 63 "weekly_rest_short",
    /// More worked days in a row than a watcher allows.
    CONSECUTIVE_DAYS = 64 "consecutive_days",
    /// More work without a break than a watcher allows.
    CONTINUOUS_WORK = 65 "continuous_work",
    /// A workday with a longer spread than a watcher allows.
    SPREAD_TOO_LONG = 66 "spread_too_long",
    /// Less time of breaks in a long workday than a watcher asks for.
    BREAK_SHORT = 67 "break_short",
    /// A holiday is not paid: the person was not employed long enough.
    HOLIDAY_EMPLOYED_SHORT = 70 "holiday_employed_short",
    /// A holiday is not paid: too few of the days before it were worked.
    HOLIDAY_MISSED_BEFORE = 71 "holiday_missed_before",
    /// A holiday is not paid: too few of the days after it were worked.
    HOLIDAY_MISSED_AFTER = 72 "holiday_missed_after",
    /// A holiday is not paid for what the person did on it, or was scheduled to do.
    HOLIDAY_MISSED_ON_DAY = 73 "holiday_missed_on_day",
    /// A holiday is not paid yet: days that are not over decide. Only the engine raises it.
    HOLIDAY_UNDECIDED = 74 "holiday_undecided",
}

impl ExceptionCode {
    /// The number in the contract.
    pub const fn number(self) -> u8 {
        self.0
    }

    pub(crate) const fn from_number(number: u8) -> ExceptionCode {
        ExceptionCode(number)
    }
}

impl fmt::Display for ExceptionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code() {
            "" => write!(f, "exception {}", self.0),
            code => f.write_str(code),
        }
    }
}

/// A pay code of the ruleset, of any layer. Compare it with a pay code of the configuration.
/// [`Employee::pay_code`](crate::Employee::pay_code) gives its properties.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PayCode(pub(crate) u16);

macro_rules! typed_codes {
    ($($(#[$meta:meta])* $name:ident,)+) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub(crate) u16);

        impl From<$name> for PayCode {
            fn from(code: $name) -> PayCode {
                PayCode(code.0)
            }
        }

        impl PartialEq<$name> for PayCode {
            fn eq(&self, other: &$name) -> bool {
                self.0 == other.0
            }
        }
    )+};
}

typed_codes! {
    /// A pay code of the base layer. Every second has exactly one.
    BaseCode,
    /// A pay code of the premium layer: paid on top of the base pay code.
    PremiumCode,
    /// A quantity that counts time.
    TimeCode,
    /// A quantity that counts occurrences.
    CountCode,
}

impl BaseCode {
    /// Time worked at the plain rate.
    pub const REGULAR: BaseCode = BaseCode(0);
    /// Time deducted as a break; not paid.
    pub const UNPAID_BREAK: BaseCode = BaseCode(1);
}

/// The properties of a pay code in the ruleset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PayCodeFacts {
    /// Its layer.
    pub layer: Layer,
    /// Whether it counts occurrences; otherwise it counts time.
    pub counts: bool,
    /// False for time that is shown but not paid.
    pub paid: bool,
    /// Its multiplier of the plain rate, in thousandths: 1500 is time and a half.
    pub multiplier: u16,
}
