//! Mistakes in rows, and warnings about rows that are used.

use core::fmt;

use shiftmill_core::{ApprovalKind, ApprovalStatus, Coded, ErrorCode, RosterKind, TagError, Workday};

use super::Action;
use crate::clock::ClockChange;
use crate::fields::Field;

/// A row that cannot be used: the field, the mistake, and what to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowError {
    /// The field.
    pub field: Field,
    /// The mistake.
    pub fault: Fault,
}

impl RowError {
    /// The stable code that documentation explains: that of the timecard, wherever the mistake is found.
    pub const fn code(&self) -> ErrorCode {
        match &self.fault {
            Fault::Unknown { what, .. } => what.error_code(),
            Fault::ShiftBackwards | Fault::ShiftTooLong => ErrorCode::ShiftBackwards,
            Fault::LeaveBackwards { .. } | Fault::LeaveDays { .. } => ErrorCode::LeaveBackwards,
            Fault::ApprovalBackwards { .. } => ErrorCode::ApprovalBackwards,
            Fault::EmploymentBackwards { .. } => ErrorCode::EmploymentBackwards,
            Fault::PlaceWithoutZone(_) => ErrorCode::ZoneUnknown,
            Fault::Empty
            | Fault::NotADateAndTime(_)
            | Fault::NotADate(_)
            | Fault::DateOrder(_)
            | Fault::SerialDate { .. }
            | Fault::YearOutOfRange(_)
            | Fault::NotAShiftTime(_)
            | Fault::LengthBesideTimes
            | Fault::FreeEnd(_)
            | Fault::ShiftStatedTwice(_)
            | Fault::NotALength(_)
            | Fault::LeaveStatedTwice
            | Fault::NotAHalf(_)
            | Fault::HalfWithAmount
            | Fault::ApprovalStatedTwice
            | Fault::NotAnApproval(_)
            | Fault::NotAStatus(_)
            | Fault::NotACompensation(_)
            | Fault::NotAKind(_)
            | Fault::NotANumber(_)
            | Fault::NotAnAction(_)
            | Fault::NotWaivable(_)
            | Fault::NotADayType(_)
            | Fault::NotAPartOfADay
            | Fault::NotARosterKind(_)
            | Fault::NotASplit(_)
            | Fault::RosterKindWithTimes(_)
            | Fault::NotAWholeNumber(_)
            | Fault::NegativeHours
            | Fault::NotAnAnswer(_)
            | Fault::NotATag(_) => ErrorCode::ValueUnknown,
        }
    }
}

/// Written as the fault, with the name of a field that is empty.
impl fmt::Display for RowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.fault {
            Fault::Empty => write!(f, "`{}` is empty", self.field),
            fault => fault.fmt(f),
        }
    }
}

impl core::error::Error for RowError {}

/// A mistake in a field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A required value is missing.
    #[error("a value is missing")]
    Empty,
    /// No tag.
    #[error(transparent)]
    NotATag(TagError),
    /// A tag that names the zone of a place that is none, with why.
    #[error("the tag has no clock: {0}")]
    PlaceWithoutZone(String),
    /// Neither local time nor instant.
    #[error(
        "`{0}` is not a date and a time; write 2026-03-02 08:00, with an offset if wanted: 2026-03-02T08:00:30-06:00"
    )]
    NotADateAndTime(String),
    /// No date.
    #[error("`{0}` is not a date; write it as 2026-03-02")]
    NotADate(String),
    /// A date whose numbers can be read in more than one order, or whose order is not stated.
    #[error("`{0}` does not say which number is the day and which the month; write dates as 2026-03-02")]
    DateOrder(String),
    /// A date as the number of a spreadsheet.
    #[error("`{written}` is the number by which a spreadsheet stores {at}; format the cells as date and time")]
    SerialDate {
        /// The number.
        written: String,
        /// What it means.
        at: String,
    },
    /// A date too far away.
    #[error("`{0}` is not between 1980 and 2099")]
    YearOutOfRange(String),
    /// No time of a scheduled shift.
    #[error("`{0}` is not a time of day from 00:00 to 48:00; write it as 22:00")]
    NotAShiftTime(String),
    /// A shift that ends before it starts, even on the day after.
    #[error("a scheduled shift has to end after it starts")]
    ShiftBackwards,
    /// A shift that is too long.
    #[error("a scheduled shift may not be longer than 48 hours")]
    ShiftTooLong,
    /// A length on a row that has times, or is not to work.
    #[error(
        "only a row to work without times, name and number of a split shift, or with a start and no end, may have a length"
    )]
    LengthBesideTimes,
    /// A free end of a row that needs one.
    #[error("a row of kind `{0}` has to end; only the end of a row to work is free where it is empty")]
    FreeEnd(RosterKind),
    /// Times and a name for one shift.
    #[error("shift `{0}` is given in addition to times; give the times or the name of a shift of the ruleset")]
    ShiftStatedTwice(String),
    /// No length.
    #[error("`{0}` is not a length; write it as 4:00 or 4h")]
    NotALength(String),
    /// Leave that states its time in two ways.
    #[error("leave is given both from-to and on a workday; give `from` and `to`, or `workday` and an `amount`")]
    LeaveStatedTwice,
    /// No half of a workday.
    #[error("`{0}` is not a half of a workday; write `first` or `second`")]
    NotAHalf(String),
    /// Leave of half a day with a length.
    #[error("leave is given for half of the workday and with a length; give `half` or `amount`")]
    HalfWithAmount,
    /// Leave that ends before it starts.
    #[error("leave from {from} to {to} does not end after it starts")]
    LeaveBackwards {
        /// Start.
        from: String,
        /// End.
        to: String,
    },
    /// Leave over no days or too many.
    #[error("leave from {first} to {last} is not between 1 and 400 days")]
    LeaveDays {
        /// The first day.
        first: Workday,
        /// The last day.
        last: Workday,
    },
    /// An approval that states its time in two ways.
    #[error("the approval is given both from-to and on a workday; give `from` and `to`, or `workday` and an `amount`")]
    ApprovalStatedTwice,
    /// An approval that ends before it starts.
    #[error("the approval from {from} to {to} does not end after it starts")]
    ApprovalBackwards {
        /// Start.
        from: String,
        /// End.
        to: String,
    },
    /// Employment that ends before it begins.
    #[error("the employment from {hired} to {left} ends before it begins")]
    EmploymentBackwards {
        /// The day of hiring.
        hired: Workday,
        /// The last day.
        left: Workday,
    },
    /// No kind of approval.
    #[error("`{0}` is not a kind of approval; write {words}", words = ApprovalKind::CODES.join(", "))]
    NotAnApproval(String),
    /// No status of an approval.
    #[error("`{0}` is not the status of an approval; write {words}", words = ApprovalStatus::CODES.join(", "))]
    NotAStatus(String),
    /// Neither pay nor time off.
    #[error("`{0}` is neither `pay` nor `bank`")]
    NotACompensation(String),
    /// No kind of punch.
    #[error("`{0}` is not a kind of punch such as `in`")]
    NotAKind(String),
    /// No number of a punch.
    #[error("`{0}` is not the number of a punch")]
    NotANumber(String),
    /// No correction.
    #[error("`{0}` is not a correction; write {words}", words = Action::WORDS)]
    NotAnAction(String),
    /// Neither a meal nor an exception.
    #[error("`{0}` is neither `meal 1` nor an exception such as `late_in`")]
    NotWaivable(String),
    /// No day type.
    #[error("`{0}` is not a day type such as `rest_day`")]
    NotADayType(String),
    /// A part of a day that is none.
    #[error("a part of a day has to end after it starts, at 24:00 at the latest")]
    NotAPartOfADay,
    /// No kind of a roster row.
    #[error("`{0}` is not a kind of roster row; write {words}", words = roster_words())]
    NotARosterKind(String),
    /// No number of a split shift.
    #[error("`{0}` is not the number of a split shift; write a number from 1 to 255 on each row of the shift")]
    NotASplit(String),
    /// Times of a roster row that has none.
    #[error("a row of kind `{0}` holds for the whole day; leave its times and the name of a shift empty")]
    RosterKindWithTimes(RosterKind),
    /// Hours below zero.
    #[error("manual hours cannot be negative; correct what was paid too much")]
    NegativeHours,
    /// Neither yes nor no.
    #[error("`{0}` is neither `yes` nor `no`")]
    NotAnAnswer(String),
    /// No whole number.
    #[error("`{0}` is not a whole number")]
    NotAWholeNumber(String),
    /// A name that the ruleset does not have.
    #[error("the ruleset has no {what} `{name}`{}", others(.known))]
    Unknown {
        /// The kind of name.
        what: NameKind,
        /// The name.
        name: String,
        /// The names that the ruleset has.
        known: Vec<String>,
    },
}

/// What a name of a ruleset stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameKind {
    /// A shift.
    Shift,
    /// A leave code.
    Leave,
    /// An overtime rule.
    Rule,
    /// A pay code.
    PayCode,
    /// An attestation.
    Attestation,
    /// A carried key.
    CarriedKey,
    /// A calendar.
    Calendar,
}

impl NameKind {
    /// The code of the error when the ruleset does not have the name.
    const fn error_code(self) -> ErrorCode {
        match self {
            NameKind::Shift => ErrorCode::UnknownShift,
            NameKind::Leave => ErrorCode::UnknownLeave,
            NameKind::Rule => ErrorCode::UnknownRule,
            NameKind::PayCode => ErrorCode::UnknownPayCode,
            NameKind::Attestation => ErrorCode::UnknownAttestation,
            NameKind::CarriedKey => ErrorCode::NameUnknown,
            NameKind::Calendar => ErrorCode::UnknownCalendar,
        }
    }
}

impl fmt::Display for NameKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NameKind::Shift => "shift",
            NameKind::Leave => "leave code",
            NameKind::Rule => "rule",
            NameKind::PayCode => "pay code",
            NameKind::Attestation => "attestation",
            NameKind::CarriedKey => "carried key",
            NameKind::Calendar => "calendar",
        })
    }
}

/// All kinds of roster rows.
fn roster_words() -> String {
    RosterKind::ALL.iter().map(|kind| kind.code()).collect::<Vec<_>>().join(", ")
}

/// The names that could have been meant; of many only the first, so that a message stays a message.
fn others(known: &[String]) -> String {
    const SHOWN_MAX: usize = 20;
    let shown = known.iter().take(SHOWN_MAX).map(String::as_str).collect::<Vec<_>>().join(", ");
    match known.len() {
        0 => String::from(", and none at all"),
        1..=SHOWN_MAX => format!("; it has {shown}"),
        count => format!("; it has {shown} and {} more", count - SHOWN_MAX),
    }
}

/// A written time that a clock change makes doubtful. The row is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The field.
    pub field: Field,
    /// The time as it is written.
    pub written: String,
    /// The name of the zone.
    pub zone: String,
    /// The effect of the clock change.
    pub change: ClockChange,
}

impl Warning {
    /// The time as written.
    pub fn showing(&self) -> String {
        let (zone, written) = (&self.zone, &self.written);
        match self.change {
            ClockChange::ShownTwice => format!("the clock in {zone} showed {written} twice"),
            ClockChange::ShownOnce => format!("the clock in {zone} showed {written} once, not a second time"),
            ClockChange::NeverShown => format!("the clock in {zone} never showed {written}"),
        }
    }
}

/// The time as written, and the time that is used.
impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let taken = match self.change {
            ClockChange::ShownTwice => "the earlier one is used",
            ClockChange::ShownOnce => "that one is used",
            ClockChange::NeverShown => "it was moved forward",
        };
        write!(f, "{}; {taken}", self.showing())
    }
}
