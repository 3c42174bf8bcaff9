//! The words in which a suite states the grounds of a pay line.

use shiftmill_core::{BecauseKind, Seconds};

use super::ExpectedBecause;
use crate::clock;

/// Reads grounds such as `worked` or `beyond 8:00 in the workday`. `None` when the words are not known.
pub fn because(text: &str) -> Option<ExpectedBecause> {
    let words = text.trim().to_ascii_lowercase();
    let kind = if words.starts_with("beyond ") { beyond(&words)? } else { plain(&words)? };
    Some(ExpectedBecause { text: text.trim().to_owned(), number: kind.number(), limit: limit(&words) })
}

fn beyond(words: &str) -> Option<BecauseKind> {
    let scopes = [
        (" in the shift", BecauseKind::BeyondShift),
        (" in the workday", BecauseKind::BeyondDay),
        (" in the workweek", BecauseKind::BeyondWeek),
        (" workweeks", BecauseKind::BeyondWeeks),
        (" in the month", BecauseKind::BeyondMonth),
        (" in the pay period", BecauseKind::BeyondPayPeriod),
    ];
    scopes.into_iter().find(|(ending, _)| words.ends_with(ending)).map(|(_, kind)| kind)
}

fn plain(words: &str) -> Option<BecauseKind> {
    let openings = [
        ("worked", BecauseKind::Worked),
        ("missing punch filled in", BecauseKind::Imputed),
        ("gap shorter than ", BecauseKind::ShortGapPaid),
        ("taken off automatically", BecauseKind::AutoDeducted),
        ("fixed break", BecauseKind::FixedBreak),
        ("outside the schedule", BecauseKind::OutsideSchedule),
        ("outside employment", BecauseKind::OutsideEmployment),
        ("manual hours", BecauseKind::ManualHours),
        ("overridden", BecauseKind::Override),
        ("rest not taken", BecauseKind::RestRequirement),
        ("on leave", BecauseKind::OnLeave),
        ("day in a row", BecauseKind::ConsecutiveDay),
        ("day type ", BecauseKind::DayTypeIs),
        ("combination", BecauseKind::Combination),
        ("holiday not worked", BecauseKind::HolidayNotWorked),
        ("holiday beside work", BecauseKind::HolidayWorkedToo),
        ("in the clock window", BecauseKind::InClockWindow),
        ("shift in the clock window", BecauseKind::ShiftInClockWindow),
        ("day premium", BecauseKind::DayPremium),
        ("meal ", BecauseKind::MealRequirement),
        ("lateness", BecauseKind::Lateness),
        ("not approved", BecauseKind::Unapproved),
        ("punch missing", BecauseKind::PunchMissing),
        ("below the minimum", BecauseKind::BelowMinimum),
        ("rounded down", BecauseKind::RoundedDown),
        ("above the maximum", BecauseKind::BeyondMaximum),
        ("overtime rest", BecauseKind::OvertimeRest),
        ("taken as time off", BecauseKind::Banked),
        ("approved, not punched", BecauseKind::ApprovedOnly),
        ("outside the shift", BecauseKind::OutsideShift),
        ("length rounded down", BecauseKind::LengthRoundedDown),
        ("length rounded up", BecauseKind::LengthRoundedUp),
        ("raised to the minimum", BecauseKind::RaisedToMinimum),
        ("short hours", BecauseKind::ShortHour),
        ("per shift", BecauseKind::PerShift),
    ];
    let consecutive = words.strip_prefix("day ").filter(|rest| rest.starts_with(|first: char| first.is_ascii_digit()));
    if consecutive.is_some_and(|rest| rest.contains(" in a row")) {
        return Some(BecauseKind::ConsecutiveDay);
    }
    openings.into_iter().find(|(opening, _)| words.starts_with(opening)).map(|(_, kind)| kind)
}

/// The first length in the words.
fn limit(words: &str) -> Option<Seconds> {
    words.split([' ', ',']).find_map(|word| if word.contains(':') { clock::length(word) } else { None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grounds_are_known_by_their_words() {
        let read = |text| because(text).map(|because| (because.number, because.limit));
        assert_eq!(read("worked"), Some((0, None)));
        assert_eq!(read("Beyond 8:00 in the workday"), Some((8, Some(Seconds::hours(8)))));
        assert_eq!(read("beyond 80:00 in 2 workweeks"), Some((10, Some(Seconds::hours(80)))));
        assert_eq!(read("day 7 in a row, beyond 8:00"), Some((13, Some(Seconds::hours(8)))));
        assert_eq!(read("day type rest_day"), Some((14, None)));
        assert_eq!(read("because of the moon"), None);
    }

    #[test]
    fn every_kind_of_grounds_can_be_stated() {
        let words = |kind: BecauseKind| match kind {
            BecauseKind::Worked => Some("worked"),
            BecauseKind::Imputed => Some("missing punch filled in"),
            BecauseKind::ShortGapPaid => Some("gap shorter than 0:20"),
            BecauseKind::AutoDeducted => Some("taken off automatically"),
            BecauseKind::FixedBreak => Some("fixed break"),
            BecauseKind::OutsideSchedule => Some("outside the schedule"),
            BecauseKind::OnLeave => Some("on leave"),
            BecauseKind::BeyondShift => Some("beyond 8:00 in the shift"),
            BecauseKind::BeyondDay => Some("beyond 8:00 in the workday"),
            BecauseKind::BeyondWeek => Some("beyond 40:00 in the workweek"),
            BecauseKind::BeyondWeeks => Some("beyond 80:00 in 2 workweeks"),
            BecauseKind::BeyondMonth => Some("beyond 60:00 in the month"),
            BecauseKind::BeyondPayPeriod => Some("beyond 80:00 in the pay period"),
            BecauseKind::ConsecutiveDay => Some("day 7 in a row"),
            BecauseKind::DayTypeIs => Some("day type rest_day"),
            BecauseKind::Combination => Some("combination"),
            BecauseKind::HolidayNotWorked => Some("holiday not worked"),
            BecauseKind::HolidayWorkedToo => Some("holiday beside work"),
            BecauseKind::InClockWindow => Some("in the clock window"),
            BecauseKind::ShiftInClockWindow => Some("shift in the clock window"),
            BecauseKind::DayPremium => Some("day premium"),
            BecauseKind::MealRequirement => Some("meal 1"),
            BecauseKind::Lateness => Some("lateness"),
            BecauseKind::Unapproved => Some("not approved"),
            BecauseKind::PunchMissing => Some("punch missing"),
            BecauseKind::BelowMinimum => Some("below the minimum of 0:15"),
            BecauseKind::RoundedDown => Some("rounded down to 0:30"),
            BecauseKind::BeyondMaximum => Some("above the maximum of 3:00"),
            BecauseKind::OvertimeRest => Some("overtime rest"),
            BecauseKind::Banked => Some("taken as time off"),
            BecauseKind::ApprovedOnly => Some("approved, not punched"),
            BecauseKind::OutsideShift => Some("outside the shift"),
            BecauseKind::LengthRoundedDown => Some("length rounded down to 0:15"),
            BecauseKind::LengthRoundedUp => Some("length rounded up to 0:15"),
            BecauseKind::OutsideEmployment => Some("outside employment"),
            BecauseKind::ManualHours => Some("manual hours"),
            BecauseKind::Override => Some("overridden"),
            BecauseKind::RaisedToMinimum => Some("raised to the minimum of 1:00"),
            BecauseKind::ShortHour => Some("short hours of 0:52:30"),
            BecauseKind::PerShift => Some("per shift"),
            BecauseKind::RestRequirement => Some("rest not taken"),
            // The text of a plugin is compared as written.
            BecauseKind::ByPlugin => None,
        };
        for kind in BecauseKind::ALL {
            if let Some(words) = words(*kind) {
                assert_eq!(because(words).map(|because| because.number), Some(kind.number()), "{words}");
            }
        }
    }
}
