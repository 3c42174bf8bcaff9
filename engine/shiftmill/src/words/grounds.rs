//! The grounds on which a second is paid where it is.

use shiftmill_core::{Because, DayType, Seconds};

/// The grounds with their figures, as part of a sentence: `beyond 8:00 in the workday`.
///
/// ```
/// use shiftmill::core::{Because, Seconds};
/// use shiftmill::words;
/// assert_eq!(words::because(Because::BeyondDay { limit: Seconds::hours(8) }), "beyond 8:00 in the workday");
/// ```
pub fn because(because: Because) -> String {
    match because {
        Because::ShortGapPaid { limit } => format!("a gap shorter than {limit}, which is paid"),
        Because::AutoDeducted { amount } => {
            format!("{amount} taken off automatically, as no meal of that length was punched")
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
        plain => because_number(plain.number()).to_owned(),
    }
}

/// The grounds without their figures, by [`Because::number`]: pay lines keep only that.
pub fn because_number(number: u8) -> &'static str {
    match number {
        0 => "worked",
        1 => "worked until an out punch that is missing and was filled in by the ruleset",
        2 => "a short gap, which is paid",
        3 => "taken off automatically, as no meal was punched",
        4 => "a fixed break",
        5 => "outside the scheduled shift, which is not paid",
        6 => "on approved leave",
        7 => "beyond the limit of the shift",
        8 => "beyond the limit of the workday",
        9 => "beyond the limit of the workweek",
        10 => "beyond the limit of a run of workweeks",
        11 => "beyond the limit of the month",
        12 => "beyond the limit of the pay period",
        13 => "worked late in a run of days of work",
        14 => "worked on a day of this type",
        15 => "several limits were reached together, and the table decides",
        16 => "a holiday that was not worked is paid",
        17 => "within the hours of the premium",
        18 => "the shift as a whole carries the premium",
        19 => "on a day that carries the premium",
        20 => "a required meal was missing, short or late",
        21 => "lateness that is taken off",
        22 => "a plugin says so",
        _ => "a reason that this version does not know",
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
    fn a_limit_of_zero_is_not_said() {
        let holiday = Because::DayTypeIs { day_type: DayType::StatutoryHoliday, limit: Seconds::ZERO };
        assert_eq!(because(holiday), "work on a statutory holiday");
        let seventh = Because::ConsecutiveDay { number: 7, limit: Seconds::hours(8) };
        assert_eq!(because(seventh), "day 7 of work in a row, beyond 8:00");
    }

    #[test]
    fn every_kind_of_grounds_has_words() {
        assert!((0..=22).all(|number| !because_number(number).contains("does not know")));
    }
}
