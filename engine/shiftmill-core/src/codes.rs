//! The vocabulary: punch kinds, day types, pay codes, rules, exceptions. One spelling of each, everywhere.

use alloc::{string::String, vec::Vec};

use crate::coded::coded;

coded! {
    /// The kind that a punch has.
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
        /// Starts the work of a call-back.
        CallbackIn = 8 "callback_in",
        /// Ends the work of a call-back.
        CallbackOut = 9 "callback_out",
        /// Made outside, without direction.
        Offsite = 10 "offsite",
    }
}

impl PunchKind {
    /// True for the kinds after which the person works: in, meal end, break end, callback in.
    pub const fn is_opener(self) -> bool {
        matches!(self, PunchKind::In | PunchKind::MealEnd | PunchKind::BreakEnd | PunchKind::CallbackIn)
    }

    /// True for the kinds after which the person does not work: out, meal start, break start, callback out.
    pub const fn is_closer(self) -> bool {
        matches!(self, PunchKind::Out | PunchKind::MealStart | PunchKind::BreakStart | PunchKind::CallbackOut)
    }

    /// True for the kinds that may open or close: unknown, offsite.
    pub const fn is_without_direction(self) -> bool {
        matches!(self, PunchKind::Unknown | PunchKind::Offsite)
    }

    /// True for the kinds of a call-back: callback in, callback out.
    pub const fn is_callback(self) -> bool {
        matches!(self, PunchKind::CallbackIn | PunchKind::CallbackOut)
    }

    /// True for the kinds that most cards do not have, those after [`PunchKind::Unknown`]: their rules are looked at only
    /// where some card has one.
    pub const fn is_rare(self) -> bool {
        self.number() > PunchKind::Unknown.number()
    }
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

    /// True for days off that are no holidays.
    pub const fn is_rest(self) -> bool {
        match self {
            DayType::RestDay | DayType::ShiftedRest | DayType::StatutoryRest => true,
            DayType::Workday | DayType::MakeupWorkday | DayType::StatutoryHoliday | DayType::CompanyHoliday => false,
        }
    }

    /// True for public and company holidays.
    pub const fn is_holiday(self) -> bool {
        matches!(self, DayType::StatutoryHoliday | DayType::CompanyHoliday)
    }
}

coded! {
    /// What a roster row tells a person to do on its workday.
    #[derive(Default)]
    RosterKind {
        /// To work a shift.
        #[default]
        Work = 0 "work",
        /// To rest: the day is a rest day. Without times.
        Rest = 1 "rest",
        /// The person may come, at any time. Nothing is late or absent. Without times.
        Open = 2 "open",
        /// To work overtime that was planned: a shift that never changes the type of the day.
        Overtime = 3 "overtime",
        /// To be reachable. Nobody is expected at work, so nothing is late or absent. May overlap a shift.
        OnCall = 4 "on_call",
    }
}

impl RosterKind {
    /// True for a shift that the person is expected to work.
    pub const fn is_duty(self) -> bool {
        match self {
            RosterKind::Work | RosterKind::Overtime => true,
            RosterKind::Rest | RosterKind::Open | RosterKind::OnCall => false,
        }
    }

    /// True for rows that state when; the others hold for their whole workday.
    pub const fn has_times(self) -> bool {
        match self {
            RosterKind::Work | RosterKind::Overtime | RosterKind::OnCall => true,
            RosterKind::Rest | RosterKind::Open => false,
        }
    }
}

coded! {
    /// A half of a workday.
    DayHalf {
        /// The first half.
        First = 1 "first",
        /// The second half.
        Second = 2 "second",
    }
}

/// A set of day types.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct DayTypeSet(u8);

impl DayTypeSet {
    /// No day type.
    pub const NONE: DayTypeSet = DayTypeSet(0);
    /// All day types.
    pub const ALL: DayTypeSet = DayTypeSet(0b111_1111);

    /// The set with `day_type` in it.
    pub const fn with(self, day_type: DayType) -> DayTypeSet {
        DayTypeSet(self.0 | 1 << day_type as u8)
    }

    /// True when `day_type` is in the set.
    pub const fn contains(self, day_type: DayType) -> bool {
        self.0 & 1 << day_type as u8 != 0
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
    /// What was decided about a request.
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

/// A pay code of a ruleset: an index into [`crate::Names::pay_codes`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PayCode(pub u16);

impl PayCode {
    /// Time worked at the plain rate. Always the first pay code.
    pub const REGULAR: PayCode = PayCode(0);
    /// Time deducted by an automatic or fixed break; not paid. Always the second pay code.
    pub const UNPAID_BREAK: PayCode = PayCode(1);
}

/// A calendar beside the own one of a ruleset: an index into [`crate::Names::calendars`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CalendarId(pub u16);

/// A rule of a ruleset: an index into [`crate::Names::rules`]. The same name has the same number in every version
/// of a timeline, so that counters carry on across an effective date.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(pub u16);

impl RuleId {
    /// The rule behind plain worked time, named `worked`. Always the first rule.
    pub const WORKED: RuleId = RuleId(0);
    /// The rule behind everything read from punches (pairing, clusters), named `punches`. Always the second rule.
    pub const PUNCHES: RuleId = RuleId(1);
    /// The rule behind comparisons with the schedule, named `attendance`. Always the third rule.
    pub const ATTENDANCE: RuleId = RuleId(2);
    /// The rule behind leave, named `leave`. Always the fourth rule.
    pub const LEAVE: RuleId = RuleId(3);
}

/// A value that a plugin carries from one pay period to the next: an index into [`crate::Names::carried`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CarryKey(pub u16);

/// A set of pay codes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct PayCodeSet(Vec<PayCode>);

impl PayCodeSet {
    /// The set of these codes.
    pub fn new(mut codes: Vec<PayCode>) -> PayCodeSet {
        codes.sort_unstable();
        codes.dedup();
        PayCodeSet(codes)
    }

    /// True when `code` is in the set.
    pub fn contains(&self, code: PayCode) -> bool {
        self.0.contains(&code)
    }

    /// The codes in order.
    pub fn iter(&self) -> impl Iterator<Item = PayCode> + '_ {
        self.0.iter().copied()
    }
}

coded! {
    /// Which of the three layers of pay a code belongs to.
    Layer {
        /// Exclusive: every second on the timeline has exactly one such code.
        Base = 0 "base",
        /// Additive: paid on top, over the same seconds.
        Premium = 1 "premium",
        /// Not time on the clock: a meal premium, a day, a top-up.
        Quantity = 2 "quantity",
    }
}

coded! {
    /// What the amount of a pay line counts.
    Unit {
        /// Whole seconds.
        Second = 0 "second",
        /// Occurrences.
        Count = 1 "count",
    }
}

/// Thousandths of the plain rate: 1 500 is time and a half.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Multiplier(pub u16);

impl Multiplier {
    /// The plain rate.
    pub const PLAIN: Multiplier = Multiplier(1_000);
}

/// A pay code as the ruleset declares it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayCodeInfo {
    /// The written code, such as `overtime_1_5`.
    pub name: String,
    /// Its layer.
    pub layer: Layer,
    /// What it counts.
    pub unit: Unit,
    /// False for time that is shown but not paid.
    pub paid: bool,
    /// Its rate relative to the plain rate; decides which overtime tier wins.
    pub multiplier: Multiplier,
}

coded! {
    /// Something a person must look at. Evaluated, unlike an error.
    ExceptionCode {
        /// In more than the grace after the scheduled start.
        LateIn = 0 "late_in",
        /// Late enough for the ruleset's second tier.
        SeriousLate = 1 "serious_late",
        /// Late enough to count as absent for half the day.
        AbsentHalf = 2 "absent_half",
        /// Late enough to count as absent for the day.
        AbsentByLateness = 3 "absent_by_lateness",
        /// Out more than the grace before the scheduled end.
        EarlyOut = 4 "early_out",
        /// A scheduled shift with no work, no punch and no leave.
        Absent = 5 "absent",
        /// An out punch, meal start or break start with no in punch.
        MissingIn = 6 "missing_in",
        /// An in punch, meal end or break end with no out punch.
        MissingOut = 7 "missing_out",
        /// A meal start without a meal end, or the reverse.
        MissingMealPunch = 8 "missing_meal_punch",
        /// A break start without a break end, or the reverse.
        MissingBreakPunch = 9 "missing_break_punch",
        /// Work without a scheduled shift.
        UnscheduledWork = 10 "unscheduled_work",
        /// In before the scheduled start by more than the ruleset allows.
        EarlyIn = 11 "early_in",
        /// Out after the scheduled end by more than the ruleset allows.
        LateOut = 12 "late_out",
        /// Worked less on the day than the ruleset requires.
        UnderHours = 13 "under_hours",
        /// A required meal was not taken.
        MealMissing = 14 "meal_missing",
        /// A required meal was shorter than required.
        MealShort = 15 "meal_short",
        /// A required meal began later than required.
        MealLate = 16 "meal_late",
        /// Work inside approved leave.
        LeaveWorked = 17 "leave_worked",
        /// Two leaves claim the same time.
        LeaveOverlap = 18 "leave_overlap",
        /// Work on a holiday.
        HolidayWorked = 19 "holiday_worked",
        /// A worked shift longer than the ruleset allows.
        ShiftTooLong = 20 "shift_too_long",
        /// An in punch and an out punch are too far apart.
        PairTooLong = 21 "pair_too_long",
        /// Rounding would move the end before the start; the raw instants were used.
        RoundConflict = 22 "round_conflict",
        /// A repeated punch was dropped.
        DuplicatePunch = 23 "duplicate_punch",
        /// A punch later than `as_of`, or than it was recorded; left out.
        FuturePunch = 24 "future_punch",
        /// A correction that names no punch.
        CorrectionUnmatched = 25 "correction_unmatched",
        /// Fewer days of context than the ruleset needs: the rows are provisional (`SM-CONTEXT-SHORT`).
        ContextShort = 26 "context_short",
        /// A plugin requests a review.
        NeedsReview = 27 "needs_review",
        /// A plugin failed, and the timecard was evaluated without it.
        PluginFailed = 28 "plugin_failed",
        /// An odd number of punches without direction: one of them is missing, and nobody knows which.
        OddPunches = 29 "odd_punches",
        /// A scheduled shift that was given twice; it counts once.
        DuplicateShift = 30 "duplicate_shift",
        /// A correction that the ruleset does not accept; the punch stays as it was.
        CorrectionRefused = 31 "correction_refused",
        /// A corrected punch.
        CorrectedPunch = 32 "corrected_punch",
        /// Rows of the employee could not be read: the rows are provisional (`SM-FACTS-REJECTED`).
        FactsRejected = 33 "facts_rejected",
        /// Overtime without an approval.
        OvertimeUnapproved = 34 "overtime_unapproved",
        /// Overtime outside of what is approved on its workday.
        OvertimeOverApproved = 35 "overtime_over_approved",
        /// Less overtime on the workday than the ruleset counts.
        OvertimeBelowMinimum = 36 "overtime_below_minimum",
        /// More overtime on the workday than the ruleset counts.
        OvertimeCapDay = 37 "overtime_cap_day",
        /// Time off was chosen for overtime that must be paid.
        CompLeaveNotAllowed = 38 "comp_leave_not_allowed",
        /// A shift is scheduled on a day that stays a rest day.
        RestDayRostered = 39 "rest_day_rostered",
        /// A day off by roster is a working day.
        WorkdayRest = 40 "workday_rest",
        /// Worked less than the workday expects.
        Undertime = 41 "undertime",
        /// Worked more than the workday expects.
        OverSchedule = 42 "over_schedule",
        /// Work in the gap between two blocks of a split shift.
        GapWorked = 43 "gap_worked",
        /// Work, or punches, on a day on which the person is not employed.
        OutsideEmployment = 44 "outside_employment",
        /// A punch that counts, and that a person should look at.
        MarkedPunch = 45 "marked_punch",
        /// A punch of a way or place that is not accepted; it does not count.
        IgnoredPunch = 46 "ignored_punch",
        /// Not there in core hours.
        CoreHoursMissed = 47 "core_hours_missed",
        /// Work of a call-back.
        CallbackWork = 48 "callback_work",
        /// Work of a call-back without the approval that the ruleset asks for.
        UnapprovedCallback = 49 "unapproved_callback",
        /// A punch made outside, which counts.
        OffsitePunch = 50 "offsite_punch",
        /// A punch made outside, without the approval that the ruleset asks for; it does not count.
        UnapprovedOffsitePunch = 51 "unapproved_offsite_punch",
        /// A punch that counts, and that became known long after it happened.
        LateRecordedPunch = 52 "late_recorded_punch",
        /// Something else is computed than when a person overrode it.
        StaleOverride = 53 "stale_override",
        /// More work in a scope than a watcher allows.
        HoursOverLimit = 60 "hours_over_limit",
        /// A limit of a watcher is near.
        LimitNear = 61 "limit_near",
        /// Less rest between two worked shifts than a watcher asks for.
        RestShort = 62 "rest_short",
        /// No rest in seven days that is as long as a watcher asks for.
        WeeklyRestShort = 63 "weekly_rest_short",
        /// More worked days in a row than a watcher allows.
        ConsecutiveDays = 64 "consecutive_days",
        /// More work without a break than a watcher allows.
        ContinuousWork = 65 "continuous_work",
        /// A workday with a longer spread than a watcher allows.
        SpreadTooLong = 66 "spread_too_long",
        /// Less time of breaks in a long workday than a watcher asks for.
        BreakShort = 67 "break_short",
        /// A holiday is not paid: the person was not employed long enough.
        HolidayEmployedShort = 70 "holiday_employed_short",
        /// A holiday is not paid: too few of the days before it were worked.
        HolidayMissedBefore = 71 "holiday_missed_before",
        /// A holiday is not paid: too few of the days after it were worked.
        HolidayMissedAfter = 72 "holiday_missed_after",
        /// A holiday is not paid for what the person did on it, or was scheduled to do.
        HolidayMissedOnDay = 73 "holiday_missed_on_day",
        /// A holiday is not paid yet: days that are not over decide (`SM-HOLIDAY-UNDECIDED`).
        HolidayUndecided = 74 "holiday_undecided",
    }
}

impl ExceptionCode {
    /// True for exceptions that only the engine raises, never a plugin.
    pub const fn is_of_engine(self) -> bool {
        use ExceptionCode as E;
        match self {
            E::ContextShort | E::PluginFailed | E::FactsRejected | E::StaleOverride | E::HolidayUndecided => true,
            E::LateIn
            | E::SeriousLate
            | E::AbsentHalf
            | E::AbsentByLateness
            | E::EarlyOut
            | E::Absent
            | E::MissingIn
            | E::MissingOut
            | E::MissingMealPunch
            | E::MissingBreakPunch
            | E::UnscheduledWork
            | E::EarlyIn
            | E::LateOut
            | E::UnderHours
            | E::MealMissing
            | E::MealShort
            | E::MealLate
            | E::LeaveWorked
            | E::LeaveOverlap
            | E::HolidayWorked
            | E::ShiftTooLong
            | E::PairTooLong
            | E::RoundConflict
            | E::DuplicatePunch
            | E::FuturePunch
            | E::CorrectionUnmatched
            | E::NeedsReview
            | E::OddPunches
            | E::DuplicateShift
            | E::CorrectionRefused
            | E::CorrectedPunch
            | E::OvertimeUnapproved
            | E::OvertimeOverApproved
            | E::OvertimeBelowMinimum
            | E::OvertimeCapDay
            | E::CompLeaveNotAllowed
            | E::RestDayRostered
            | E::WorkdayRest
            | E::Undertime
            | E::OverSchedule
            | E::GapWorked
            | E::OutsideEmployment
            | E::MarkedPunch
            | E::IgnoredPunch
            | E::CoreHoursMissed
            | E::CallbackWork
            | E::UnapprovedCallback
            | E::OffsitePunch
            | E::UnapprovedOffsitePunch
            | E::LateRecordedPunch
            | E::HoursOverLimit
            | E::LimitNear
            | E::RestShort
            | E::WeeklyRestShort
            | E::ConsecutiveDays
            | E::ContinuousWork
            | E::SpreadTooLong
            | E::BreakShort
            | E::HolidayEmployedShort
            | E::HolidayMissedBefore
            | E::HolidayMissedAfter
            | E::HolidayMissedOnDay => false,
        }
    }
}

coded! {
    /// How far an exception has got.
    ExceptionState {
        /// It may still resolve itself.
        Pending = 0 "pending",
        /// It is final.
        Final = 1 "final",
        /// A person has waived it.
        Waived = 2 "waived",
    }
}

coded! {
    /// How much an exception matters.
    Severity {
        /// Good to know.
        Info = 0 "info",
        /// Rarely needs a person.
        Low = 1 "low",
        /// Needs a person before payroll.
        Medium = 2 "medium",
        /// Affects pay.
        High = 3 "high",
        /// Pay is unknown until a person corrects it.
        Critical = 4 "critical",
    }
}
