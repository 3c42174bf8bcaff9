//! Exceptions and errors as sentences.

use std::sync::Arc;

use shiftmill_core::{
    CalendarChoice, CalendarId, EvaluationError, ExceptionCode, ExceptionRow, ExceptionState, RuleId, Seconds, Zone,
};
use shiftmill_ruleset::Ruleset;

use crate::words::clock::local_on;

/// What the measure of an exception has for each day, where it counts days.
pub(crate) const DAY: Seconds = Seconds::hours(24);

/// What an exception means in general: for headings and lists.
pub const fn exception_code(code: ExceptionCode) -> &'static str {
    match code {
        ExceptionCode::LateIn => "in later than the scheduled start allows",
        ExceptionCode::SeriousLate => "seriously late",
        ExceptionCode::AbsentHalf => "counts as absent for half the day",
        ExceptionCode::AbsentByLateness => "so late that the day counts as absent",
        ExceptionCode::EarlyOut => "out earlier than the scheduled end allows",
        ExceptionCode::Absent => "scheduled, but no punch and no leave",
        ExceptionCode::MissingIn => "an in punch is missing",
        ExceptionCode::MissingOut => "an out punch is missing",
        ExceptionCode::MissingMealPunch => "a meal punch is missing",
        ExceptionCode::MissingBreakPunch => "a break punch is missing",
        ExceptionCode::UnscheduledWork => "work without a scheduled shift",
        ExceptionCode::EarlyIn => "in well before the scheduled start",
        ExceptionCode::LateOut => "out well after the scheduled end",
        ExceptionCode::UnderHours => "worked less than the day requires",
        ExceptionCode::MealMissing => "a required meal was not taken",
        ExceptionCode::MealShort => "a required meal was too short",
        ExceptionCode::MealLate => "a required meal began too late",
        ExceptionCode::LeaveWorked => "work during approved leave",
        ExceptionCode::LeaveOverlap => "two leaves claim the same time",
        ExceptionCode::HolidayWorked => "work on a holiday",
        ExceptionCode::ShiftTooLong => "a shift longer than allowed",
        ExceptionCode::PairTooLong => "an in punch and an out punch are too far apart",
        ExceptionCode::RoundConflict => "rounding would move the end before the start, so the punched times were used",
        ExceptionCode::DuplicatePunch => "a repeated punch was dropped",
        ExceptionCode::FuturePunch => "a punch in the future was ignored",
        ExceptionCode::CorrectionUnmatched => "a correction names a punch that does not exist",
        ExceptionCode::ContextShort => {
            "days before or after the pay period are missing, so the figures may still change"
        }
        ExceptionCode::NeedsReview => "a plugin requests a review",
        ExceptionCode::PluginFailed => "a plugin failed, and the timecard was evaluated without it",
        ExceptionCode::OddPunches => "an odd number of punches without direction, so one is missing",
        ExceptionCode::DuplicateShift => "a scheduled shift was given twice and counts once",
        ExceptionCode::CorrectionRefused => "a correction that the ruleset does not accept",
        ExceptionCode::CorrectedPunch => "a corrected punch",
        ExceptionCode::FactsRejected => "rows of this person could not be read, so the figures may still change",
        ExceptionCode::OvertimeUnapproved => "overtime that is not approved does not count",
        ExceptionCode::OvertimeOverApproved => "overtime outside of what is approved does not count",
        ExceptionCode::OvertimeBelowMinimum => "too little overtime to count",
        ExceptionCode::OvertimeCapDay => "more overtime than counts on a workday",
        ExceptionCode::CompLeaveNotAllowed => "time off was chosen for overtime that must be paid",
        ExceptionCode::RestDayRostered => "a shift is scheduled on a rest day, and the day stays a rest day",
        ExceptionCode::WorkdayRest => "a day off by roster, but the day is a working day",
        ExceptionCode::Undertime => "worked less than planned",
        ExceptionCode::OverSchedule => "worked more than planned",
        ExceptionCode::GapWorked => "worked in the gap between two blocks of a split shift",
        ExceptionCode::OutsideEmployment => "work, or punches, on a day without employment",
        ExceptionCode::MarkedPunch => "a punch that the ruleset wants somebody to look at",
        ExceptionCode::IgnoredPunch => "a punch that the ruleset does not accept, and that does not count",
        ExceptionCode::CoreHoursMissed => "not there in core hours",
        ExceptionCode::CallbackWork => "called back to work",
        ExceptionCode::UnapprovedCallback => "called back to work without approval",
        ExceptionCode::OffsitePunch => "a punch made outside of the site",
        ExceptionCode::UnapprovedOffsitePunch => {
            "a punch made outside of the site without approval, and that does not count"
        }
        ExceptionCode::LateRecordedPunch => "a punch that was recorded long after it happened",
        ExceptionCode::StaleOverride => "what is computed has changed since a person overrode it",
        ExceptionCode::HoursOverLimit => "more work than a limit allows",
        ExceptionCode::LimitNear => "a limit is near",
        ExceptionCode::RestShort => "too little rest between two shifts",
        ExceptionCode::WeeklyRestShort => "no rest in seven days that is long enough",
        ExceptionCode::ConsecutiveDays => "more worked days in a row than a limit allows",
        ExceptionCode::ContinuousWork => "more work without a break than a limit allows",
        ExceptionCode::SpreadTooLong => "too long from the first in to the last out of the day",
        ExceptionCode::BreakShort => "too little time of breaks for so much work",
        ExceptionCode::HolidayEmployedShort => "no holiday pay: not employed long enough on the holiday",
        ExceptionCode::HolidayMissedBefore => "no holiday pay: too few of the days before the holiday were worked",
        ExceptionCode::HolidayMissedAfter => "no holiday pay: too few of the days after the holiday were worked",
        ExceptionCode::HolidayMissedOnDay => {
            "no holiday pay: it depends on work and schedule of the holiday, and they are different"
        }
        ExceptionCode::HolidayUndecided => "no holiday pay yet: days that are not over decide",
    }
}

/// What happened at which time: `in later than the scheduled start allows (at 09:07, by 0:07)`.
pub fn about(row: &ExceptionRow, zone: &Zone) -> String {
    placed(words_of(row), row, zone)
}

/// What an exception means. Attendance notices punches that a correction added, and pairing those that are not there.
fn words_of(row: &ExceptionRow) -> &'static str {
    let is_added = |code| row.code == code && row.rule == RuleId::ATTENDANCE && row.measure.is_zero();
    if is_added(ExceptionCode::MissingIn) {
        return "an in punch was missing; a correction added it, and it is paid";
    }
    if is_added(ExceptionCode::MissingOut) {
        return "an out punch was missing; a correction added it, and it is paid";
    }
    exception_code(row.code)
}

/// What a plugin says of an exception that it marked, and at which time.
pub fn about_marked(row: &ExceptionRow, says: &str, zone: &Zone) -> String {
    // The code adds nothing to the text of the plugin.
    if row.code == ExceptionCode::NeedsReview {
        return placed(says, row, zone);
    }
    placed(&format!("{}: {says}", exception_code(row.code)), row, zone)
}

fn placed(words: &str, row: &ExceptionRow, zone: &Zone) -> String {
    if row.code == ExceptionCode::ConsecutiveDays {
        let days = row.measure.0 / DAY.0;
        return format!("{words} (at {}, {days} days)", local_on(zone, row.at, row.workday));
    }
    match (concerns_an_instant(row.code), row.measure.is_zero()) {
        (true, true) => format!("{words} (at {})", local_on(zone, row.at, row.workday)),
        (true, false) => {
            format!("{words} (at {}, {} {})", local_on(zone, row.at, row.workday), by(row.code), row.measure)
        }
        (false, true) => words.to_owned(),
        (false, false) => format!("{words} ({} {})", by(row.code), row.measure),
    }
}

/// An exception as a whole sentence with its state.
pub fn exception(row: &ExceptionRow, zone: &Zone) -> String {
    let about = about(row, zone);
    match row.state {
        ExceptionState::Pending => format!("{about}; it may still resolve itself"),
        ExceptionState::Final => about,
        ExceptionState::Waived => format!("{about}; waived"),
    }
}

/// Why a timecard could not be evaluated, with its code: `SM-UNKNOWN-SHIFT: scheduled shift 3 names ...`.
pub fn error(error: EvaluationError) -> String {
    format!("{}: {error}", error.code())
}

/// How many names of calendars a message repeats: there may be such an error for every timecard.
const CALENDARS_SHOWN_MAX: usize = 8;

/// Which ruleset does not have which calendar, when that is the error. `rulesets` are those of the request; `name` is
/// what the client calls the calendar, where no ruleset has one of that name.
pub fn unknown_calendar(error: EvaluationError, rulesets: &[Arc<Ruleset>], name: Option<&str>) -> Option<String> {
    let EvaluationError::UnknownCalendar { ruleset, calendar, .. } = error else { return None };
    let ruleset = rulesets.get(usize::from(ruleset))?;
    let name_of = |number| ruleset.timeline().names().calendar_name(CalendarChoice::Named(number));
    let own = ruleset.timeline().calendars();
    let shown: Vec<&str> = own.iter().take(CALENDARS_SHOWN_MAX).copied().map(name_of).collect();
    let has = match own.len() {
        0 => "none".to_owned(),
        count if count > CALENDARS_SHOWN_MAX => format!("{} and others", shown.join(", ")),
        _ => shown.join(", "),
    };
    let name = name.unwrap_or(name_of(CalendarId(calendar)));
    Some(format!("the ruleset `{}` has no calendar `{name}`; it has {has}", ruleset.name()))
}

/// False for exceptions of a whole day, whose instant means nothing to a person.
const fn concerns_an_instant(code: ExceptionCode) -> bool {
    use ExceptionCode as E;
    match code {
        E::Absent
        | E::UnderHours
        | E::ContextShort
        | E::PluginFailed
        | E::FactsRejected
        | E::RestDayRostered
        | E::WorkdayRest
        | E::Undertime
        | E::OverSchedule
        | E::StaleOverride
        | E::WeeklyRestShort
        | E::HolidayEmployedShort
        | E::HolidayMissedBefore
        | E::HolidayMissedAfter
        | E::HolidayMissedOnDay
        | E::HolidayUndecided => false,
        E::LateIn
        | E::SeriousLate
        | E::AbsentHalf
        | E::AbsentByLateness
        | E::EarlyOut
        | E::MissingIn
        | E::MissingOut
        | E::MissingMealPunch
        | E::MissingBreakPunch
        | E::UnscheduledWork
        | E::EarlyIn
        | E::LateOut
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
        | E::ConsecutiveDays
        | E::ContinuousWork
        | E::SpreadTooLong
        | E::BreakShort => true,
    }
}

/// How the measure of an exception is introduced.
const fn by(code: ExceptionCode) -> &'static str {
    match code {
        ExceptionCode::LateIn
        | ExceptionCode::SeriousLate
        | ExceptionCode::AbsentByLateness
        | ExceptionCode::EarlyOut
        | ExceptionCode::EarlyIn
        | ExceptionCode::LateOut
        | ExceptionCode::Undertime
        | ExceptionCode::LateRecordedPunch
        | ExceptionCode::StaleOverride
        | ExceptionCode::OverSchedule => "by",
        ExceptionCode::AbsentHalf
        | ExceptionCode::Absent
        | ExceptionCode::MissingIn
        | ExceptionCode::MissingOut
        | ExceptionCode::MissingMealPunch
        | ExceptionCode::MissingBreakPunch
        | ExceptionCode::UnscheduledWork
        | ExceptionCode::GapWorked
        | ExceptionCode::UnderHours
        | ExceptionCode::MealMissing
        | ExceptionCode::MealShort
        | ExceptionCode::MealLate
        | ExceptionCode::LeaveWorked
        | ExceptionCode::LeaveOverlap
        | ExceptionCode::HolidayWorked
        | ExceptionCode::ShiftTooLong
        | ExceptionCode::PairTooLong
        | ExceptionCode::RoundConflict
        | ExceptionCode::DuplicatePunch
        | ExceptionCode::FuturePunch
        | ExceptionCode::CorrectionUnmatched
        | ExceptionCode::CorrectionRefused
        | ExceptionCode::CorrectedPunch
        | ExceptionCode::ContextShort
        | ExceptionCode::NeedsReview
        | ExceptionCode::PluginFailed
        | ExceptionCode::OddPunches
        | ExceptionCode::DuplicateShift
        | ExceptionCode::FactsRejected
        | ExceptionCode::HolidayEmployedShort
        | ExceptionCode::HolidayMissedBefore
        | ExceptionCode::HolidayMissedAfter
        | ExceptionCode::HolidayMissedOnDay
        | ExceptionCode::HolidayUndecided
        | ExceptionCode::OvertimeUnapproved
        | ExceptionCode::OvertimeOverApproved
        | ExceptionCode::OvertimeBelowMinimum
        | ExceptionCode::OvertimeCapDay
        | ExceptionCode::CompLeaveNotAllowed
        | ExceptionCode::RestDayRostered
        | ExceptionCode::WorkdayRest
        | ExceptionCode::OutsideEmployment
        | ExceptionCode::MarkedPunch
        | ExceptionCode::IgnoredPunch
        | ExceptionCode::CoreHoursMissed
        | ExceptionCode::CallbackWork
        | ExceptionCode::UnapprovedCallback
        | ExceptionCode::OffsitePunch
        | ExceptionCode::UnapprovedOffsitePunch
        | ExceptionCode::HoursOverLimit
        | ExceptionCode::LimitNear
        | ExceptionCode::RestShort
        | ExceptionCode::WeeklyRestShort
        | ExceptionCode::ConsecutiveDays
        | ExceptionCode::ContinuousWork
        | ExceptionCode::SpreadTooLong
        | ExceptionCode::BreakShort => "time:",
    }
}

#[cfg(test)]
mod tests {
    use shiftmill_core::{Severity, Timestamp, Workday};

    use super::*;

    #[test]
    fn an_exception_says_when_and_by_how_much() {
        let row = ExceptionRow {
            workday: Workday(20514),
            code: ExceptionCode::LateIn,
            state: ExceptionState::Final,
            severity: Severity::High,
            at: Timestamp(1_772_442_420),
            measure: Seconds(420),
            rule: RuleId::ATTENDANCE,
        };
        let zone = Zone::fixed("Etc/UTC", 0);
        assert_eq!(exception(&row, &zone), "in later than the scheduled start allows (at 09:07, by 0:07)");
        let added = ExceptionRow { code: ExceptionCode::MissingIn, measure: Seconds::ZERO, ..row };
        let words = "an in punch was missing; a correction added it, and it is paid (at 09:07)";
        assert_eq!(exception(&added, &zone), words);
        let missing = ExceptionRow { rule: RuleId::PUNCHES, ..added };
        assert_eq!(exception(&missing, &zone), "an in punch is missing (at 09:07)");
        let days = ExceptionRow { code: ExceptionCode::ConsecutiveDays, measure: Seconds::hours(168), ..row };
        assert_eq!(exception(&days, &zone), "more worked days in a row than a limit allows (at 09:07, 7 days)");
        let waived = ExceptionRow { state: ExceptionState::Waived, ..row };
        assert!(exception(&waived, &zone).ends_with("; waived"));
    }
}
