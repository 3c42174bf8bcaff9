//! The grounds on which a second is paid where it is.

use shiftmill_core::shape::calendar::DayTypeGround;
use shiftmill_core::{Because, BecauseKind, DayType, Seconds};

/// The grounds with their figures, as part of a sentence: `beyond 8:00 in the workday`.
///
/// ```
/// use shiftmill::core::{Because, Seconds};
/// use shiftmill::words;
/// assert_eq!(words::because(Because::BeyondDay { limit: Seconds::hours(8) }), "beyond 8:00 in the workday");
/// ```
pub fn because(because: Because) -> String {
    match because {
        Because::ShortGapPaid { limit } => short_gap(limit),
        Because::AutoDeducted { amount } => {
            format!("{amount} deducted automatically, because no meal of that length was punched")
        }
        Because::BeyondShift { limit } => format!("beyond {limit} in the shift"),
        Because::BeyondDay { limit } => format!("beyond {limit} in the workday"),
        Because::BeyondWeek { limit } => format!("beyond {limit} in the workweek"),
        Because::BeyondWeeks { weeks, limit } => format!("beyond {limit} in {weeks} workweeks"),
        Because::BeyondMonth { limit } => format!("beyond {limit} in the month"),
        Because::BeyondPayPeriod { limit } => format!("beyond {limit} in the pay period"),
        Because::ConsecutiveDay { number, limit } => beyond(&format!("day {number} of work in a row"), limit),
        Because::DayTypeIs { day_type: of, limit } => beyond(&format!("work on {}", day_type(of)), limit),
        Because::Combination { row } => {
            format!("several limits were reached together, and row {} of the table decides", u32::from(row) + 1)
        }
        Because::MealRequirement { ordinal } => format!("the {} meal was missing, short or late", nth(ordinal)),
        Because::BelowMinimum { limit } => format!("less overtime than {limit} does not count"),
        Because::RoundedDown { unit } => format!("overtime counts in whole units of {unit}"),
        Because::BeyondMaximum { limit } => format!("beyond the {limit} of overtime that count on a workday"),
        Because::LengthRoundedDown { interval } => format!("lengths are rounded down to multiples of {interval}"),
        Because::LengthRoundedUp { interval } => format!("lengths are rounded up to multiples of {interval}"),
        Because::RaisedToMinimum { minimum } => format!("the premium time is raised to its minimum of {minimum}"),
        Because::ShortHour { hour } => format!("{hour} of the premium time are paid as an hour"),
        Because::Worked
        | Because::Imputed
        | Because::FixedBreak
        | Because::OutsideSchedule
        | Because::OnLeave
        | Because::HolidayNotWorked
        | Because::HolidayWorkedToo
        | Because::InClockWindow
        | Because::ShiftInClockWindow
        | Because::DayPremium
        | Because::Lateness
        | Because::Unapproved
        | Because::PunchMissing
        | Because::OvertimeRest
        | Because::Banked
        | Because::ApprovedOnly
        | Because::OutsideShift
        | Because::OutsideEmployment
        | Because::ManualHours
        | Because::Override
        | Because::RestRequirement
        | Because::PerShift
        | Because::ByPlugin { .. } => because_kind(because.kind()).to_owned(),
    }
}

/// The grounds without their figures, by [`Because::number`]: pay lines keep only that.
pub fn because_number(number: u8) -> &'static str {
    BecauseKind::from_number(number).map_or("a reason that this version does not know", because_kind)
}

/// The grounds without their figures.
pub const fn because_kind(kind: BecauseKind) -> &'static str {
    match kind {
        BecauseKind::Worked => "worked",
        BecauseKind::Imputed => "worked until a missing out punch, which the ruleset filled in",
        BecauseKind::ShortGapPaid => "a short gap, which is paid",
        BecauseKind::AutoDeducted => "deducted automatically, because no meal was punched",
        BecauseKind::FixedBreak => "a fixed break",
        BecauseKind::OutsideSchedule => "outside the scheduled shift, which is not paid",
        BecauseKind::OnLeave => "on approved leave",
        BecauseKind::BeyondShift => "beyond the limit of the shift",
        BecauseKind::BeyondDay => "beyond the limit of the workday",
        BecauseKind::BeyondWeek => "beyond the limit of the workweek",
        BecauseKind::BeyondWeeks => "beyond the limit of a run of workweeks",
        BecauseKind::BeyondMonth => "beyond the limit of the month",
        BecauseKind::BeyondPayPeriod => "beyond the limit of the pay period",
        BecauseKind::ConsecutiveDay => "work on a late day of a run of days of work",
        BecauseKind::DayTypeIs => "worked on a day of this type",
        BecauseKind::Combination => "several limits were reached together, and the table decides",
        BecauseKind::HolidayNotWorked => "a holiday that was not worked is paid",
        BecauseKind::HolidayWorkedToo => "a holiday is paid beside the work on it",
        BecauseKind::InClockWindow => "within the hours of the premium",
        BecauseKind::ShiftInClockWindow => "the whole shift earns the premium",
        BecauseKind::DayPremium => "on a day with the premium",
        BecauseKind::MealRequirement => "a required meal was missing, short or late",
        BecauseKind::Lateness => "lateness that is deducted",
        BecauseKind::ByPlugin => "decided by a plugin",
        BecauseKind::Unapproved => "overtime that is not approved",
        BecauseKind::PunchMissing => "overtime of a workday on which a punch is missing",
        BecauseKind::BelowMinimum => "less overtime than counts",
        BecauseKind::RoundedDown => "overtime that is no whole unit",
        BecauseKind::BeyondMaximum => "beyond the overtime that counts on a workday",
        BecauseKind::OvertimeRest => "a rest that belongs to overtime of this length",
        BecauseKind::Banked => "overtime taken as time off",
        BecauseKind::ApprovedOnly => "approved overtime that was not punched",
        BecauseKind::OutsideShift => "overtime outside the scheduled shift",
        BecauseKind::LengthRoundedDown => "the length is rounded down",
        BecauseKind::LengthRoundedUp => "the length is rounded up",
        BecauseKind::OutsideEmployment => "work on a day without employment",
        BecauseKind::ManualHours => "manual hours",
        BecauseKind::Override => "stated by a person, in place of what is computed",
        BecauseKind::RaisedToMinimum => "the premium time is raised to its minimum",
        BecauseKind::ShortHour => "hours of the premium are shorter than 60 minutes",
        BecauseKind::PerShift => "a shift with premium time",
        BecauseKind::RestRequirement => "the employee attested that a rest was not taken",
    }
}

/// Lengths are whole seconds: a gap shorter than 20:01 minutes is one of at most 20 minutes.
fn short_gap(limit: Seconds) -> String {
    let most = limit.beyond(Seconds(1));
    match most.0.is_multiple_of(60) {
        true => format!("a gap of at most {most}, which is paid"),
        false => format!("a gap shorter than {limit}, which is paid"),
    }
}

/// A day type with its article: `a rest day`.
pub const fn day_type(day_type: DayType) -> &'static str {
    match day_type {
        DayType::Workday => "an ordinary workday",
        DayType::RestDay => "a rest day",
        DayType::StatutoryHoliday => "a statutory holiday",
        DayType::CompanyHoliday => "a company holiday",
        DayType::MakeupWorkday => "a makeup workday",
        DayType::ShiftedRest => "a shifted rest day",
        DayType::StatutoryRest => "a statutory rest day",
    }
}

/// What decided the type of a day.
pub const fn day_type_ground(ground: DayTypeGround) -> &'static str {
    match ground {
        DayTypeGround::DayRow => "it was decided for the employee",
        DayTypeGround::StatutoryRestDay => "its weekday is the statutory rest day of the ruleset",
        DayTypeGround::LastWorked => {
            "too few rest days were free of work, and this is one of the last that were worked"
        }
        DayTypeGround::Date => "the calendar of the ruleset names its date",
        DayTypeGround::RosterRest => "the roster says that the employee rests",
        DayTypeGround::RosterWork => "the roster has a shift to work, and the roster decides",
        DayTypeGround::Unrostered => "the roster of the workweek has nothing for this day",
        DayTypeGround::RestWeekday => "its weekday is a rest day of the ruleset",
        DayTypeGround::Nothing => "nothing says otherwise",
    }
}

fn beyond(grounds: &str, limit: Seconds) -> String {
    if limit.is_zero() { grounds.to_owned() } else { format!("{grounds}, beyond {limit}") }
}

/// `first`, `second`, `third`, then `4th`.
pub(crate) fn nth(ordinal: u8) -> String {
    match ordinal {
        1 => "first".to_owned(),
        2 => "second".to_owned(),
        3 => "third".to_owned(),
        other => format!("{other}th"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_of_zero_is_left_out() {
        let holiday = Because::DayTypeIs { day_type: DayType::StatutoryHoliday, limit: Seconds::ZERO };
        assert_eq!(because(holiday), "work on a statutory holiday");
        let seventh = Because::ConsecutiveDay { number: 7, limit: Seconds::hours(8) };
        assert_eq!(because(seventh), "day 7 of work in a row, beyond 8:00");
    }
}
