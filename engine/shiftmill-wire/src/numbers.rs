//! Closed sets of the core and their numbers on the wire. Each set is named once, member by member: a member that is
//! missing on either side, or that has another number there, does not compile.

use shiftmill_core::open::correction_policy::CorrectionRefusal;
use shiftmill_core::pay::premium_limits::PremiumLimitKind;
use shiftmill_core::shape::calendar::DayTypeGround;
use shiftmill_core::watch::{WatchOutcome, WatcherKind};
use shiftmill_core::{
    ApprovalKind, ApprovalOutcomeKind, ApprovalStatus, Compensation, DayType, ExceptionCode, ExceptionState, Hook,
    Isolation, Layer, OnFailure, PunchKind, RosterKind, Severity, ShiftMove, SpanState, StatementEffect, TotalScope,
    Unit, ValueKind, WhyNotKind,
};
use shiftmill_proto::v1;

/// A set of the core whose members have the same numbers in the proto files.
pub trait Numbered: Copy {
    /// The set in the proto files.
    type Message: Copy + Into<i32> + TryFrom<i32>;

    /// The member of the proto files.
    fn message(self) -> Self::Message;

    /// The member of the core.
    fn of_message(message: Self::Message) -> Self;

    /// The number in columns of one byte.
    fn byte(self) -> u8;

    /// The number in fields of messages.
    fn wire_number(self) -> i32 {
        i32::from(self.byte())
    }

    /// The member with this number; `None` when there is none.
    fn read(number: i32) -> Option<Self> {
        Self::Message::try_from(number).ok().map(Self::of_message)
    }
}

macro_rules! numbered {
    ($($core:ident is $message:ident { $($member:ident)+ })+) => {
        $(
            impl Numbered for $core {
                type Message = v1::$message;

                fn message(self) -> v1::$message {
                    match self { $($core::$member => v1::$message::$member,)+ }
                }

                fn of_message(message: v1::$message) -> $core {
                    match message { $(v1::$message::$member => $core::$member,)+ }
                }

                fn byte(self) -> u8 {
                    self as u8
                }
            }

            $(const _: () = assert!($core::$member as i32 == v1::$message::$member as i32);)+
        )+

        /// For each set: its name, what the proto files know of a number, and what reading and writing makes of it.
        #[cfg(test)]
        const SETS: &[(&str, fn(i32) -> (bool, Option<i32>))] = &[
            $((stringify!($core), |number| {
                (v1::$message::try_from(number).is_ok(), <$core as Numbered>::read(number).map(Numbered::wire_number))
            }),)+
        ];

        /// For each set: whether every member is read as it was written.
        #[cfg(test)]
        const ROUND_TRIPS: &[fn() -> bool] = &[
            $(|| [$($core::$member,)+].into_iter().all(|member| <$core as Numbered>::read(member.message().into()) == Some(member)),)+
        ];
    };
}

numbered! {
    PunchKind is PunchKind {
        In Out MealStart MealEnd BreakStart BreakEnd Transfer Unknown CallbackIn CallbackOut Offsite
    }
    DayType is DayType {
        Workday RestDay StatutoryHoliday CompanyHoliday MakeupWorkday ShiftedRest StatutoryRest
    }
    RosterKind is RosterKind { Work Rest Open Overtime OnCall }
    DayTypeGround is DayTypeGround {
        DayRow StatutoryRestDay LastWorked Date RosterRest RosterWork Unrostered RestWeekday Nothing
    }
    ExceptionCode is ExceptionCode {
        LateIn SeriousLate AbsentHalf AbsentByLateness EarlyOut Absent MissingIn MissingOut MissingMealPunch
        MissingBreakPunch UnscheduledWork EarlyIn LateOut UnderHours MealMissing MealShort MealLate LeaveWorked
        LeaveOverlap HolidayWorked ShiftTooLong PairTooLong RoundConflict DuplicatePunch FuturePunch
        CorrectionUnmatched ContextShort NeedsReview PluginFailed OddPunches DuplicateShift CorrectionRefused
        CorrectedPunch FactsRejected OvertimeUnapproved OvertimeOverApproved OvertimeBelowMinimum OvertimeCapDay
        CompLeaveNotAllowed RestDayRostered WorkdayRest Undertime OverSchedule GapWorked
        OutsideEmployment MarkedPunch IgnoredPunch CoreHoursMissed CallbackWork UnapprovedCallback OffsitePunch
        UnapprovedOffsitePunch LateRecordedPunch StaleOverride HoursOverLimit LimitNear RestShort WeeklyRestShort
        ConsecutiveDays ContinuousWork SpreadTooLong BreakShort HolidayEmployedShort HolidayMissedBefore
        HolidayMissedAfter HolidayMissedOnDay HolidayUndecided
    }
    ExceptionState is ExceptionState { Pending Final Waived }
    Severity is Severity { Info Low Medium High Critical }
    SpanState is SpanState { Worked PaidBreak UnpaidBreak Leave }
    TotalScope is TotalScope { Workweek PayPeriod }
    CorrectionRefusal is CorrectionRefusal { Action TooLate CycleClosed Quota }
    PremiumLimitKind is PremiumLimitKind { NotPassed Beyond Cut Raised }
    ShiftMove is ShiftMove { FlexibleStart LateOff }
    ApprovalOutcomeKind is ApprovalOutcome { Covers NotKnown Pending Rejected NotRead Allows }
    StatementEffect is StatementEffect { Acts ChangesNothing NotKnown Superseded NotRead }
    WatcherKind is WatcherKind {
        Hours RestBetweenShifts WeeklyRest DaysInARow ContinuousWork Spread Breaks
    }
    WatchOutcome is WatchOutcome { Kept Near Passed }
    WhyNotKind is WhyNot { WithinLimit ConditionNotMet OtherAlternative }
    ApprovalKind is ApprovalKind { Overtime EarlyIn LateOut Trip Outing Leave Callback }
    ApprovalStatus is ApprovalStatus { Approved Pending Rejected }
    Compensation is Compensation { Pay Bank }
    Layer is Layer { Base Premium Quantity }
    Unit is Unit { Second Count }
    Hook is PluginHook { Punches Schedule Days Period }
    Isolation is PluginIsolation { Chunk Employee }
    OnFailure is PluginOnFailure { Fail Skip }
    ValueKind is ValueKind {
        Whole Length Clock Instant Workday Flag PayCode BaseCode PremiumCode TimeCode CountCode Exception Choice Text
        Rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_of_the_proto_files_is_read_and_no_other() {
        for (set, look_up) in SETS {
            for number in -1..=256 {
                let (known, read) = look_up(number);
                assert_eq!(read, known.then_some(number), "{set} {number}");
            }
        }
    }

    #[test]
    fn every_member_is_read_as_it_was_written() {
        assert!(ROUND_TRIPS.iter().all(|round_trip| round_trip()));
    }
}
