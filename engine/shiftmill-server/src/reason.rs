//! Grounds as number and figures, and back.

use shiftmill::core::{Because, DayType, Reason, RuleId, Seconds};
use shiftmill_proto::v1;

pub(crate) fn write(reason: Reason) -> v1::Reason {
    let (limit, figure) = figures(reason.because);
    v1::Reason { rule: u32::from(reason.rule.0), because: u32::from(reason.because.number()), limit, figure }
}

/// `None` when the numbers mean nothing.
pub(crate) fn read(reason: Option<&v1::Reason>) -> Option<Reason> {
    let reason = reason?;
    let because = because(reason.because, Seconds(reason.limit), reason.figure)?;
    Some(Reason { rule: RuleId(u16::try_from(reason.rule).ok()?), because })
}

/// The limit or length in seconds, and the other figure.
fn figures(because: Because) -> (u32, u32) {
    match because {
        Because::ShortGapPaid { limit }
        | Because::BeyondShift { limit }
        | Because::BeyondDay { limit }
        | Because::BeyondWeek { limit }
        | Because::BeyondMonth { limit }
        | Because::BeyondPayPeriod { limit } => (limit.0, 0),
        Because::AutoDeducted { amount } => (amount.0, 0),
        Because::BeyondWeeks { weeks, limit } => (limit.0, u32::from(weeks)),
        Because::ConsecutiveDay { number, limit } => (limit.0, u32::from(number)),
        Because::DayTypeIs { day_type, limit } => (limit.0, day_type as u32),
        Because::Combination { row } => (0, u32::from(row)),
        Because::MealRequirement { ordinal } => (0, u32::from(ordinal)),
        Because::Worked
        | Because::Imputed
        | Because::FixedBreak
        | Because::OutsideSchedule
        | Because::OnLeave
        | Because::HolidayNotWorked
        | Because::InClockWindow
        | Because::ShiftInClockWindow
        | Because::DayPremium
        | Because::Lateness => (0, 0),
        Because::ByPlugin { reason } => (0, reason),
    }
}

fn because(number: u32, limit: Seconds, figure: u32) -> Option<Because> {
    if number == 22 {
        return Some(Because::ByPlugin { reason: figure });
    }
    let figure = u8::try_from(figure).ok()?;
    Some(match number {
        0 => Because::Worked,
        1 => Because::Imputed,
        2 => Because::ShortGapPaid { limit },
        3 => Because::AutoDeducted { amount: limit },
        4 => Because::FixedBreak,
        5 => Because::OutsideSchedule,
        6 => Because::OnLeave,
        7 => Because::BeyondShift { limit },
        8 => Because::BeyondDay { limit },
        9 => Because::BeyondWeek { limit },
        10 => Because::BeyondWeeks { weeks: figure, limit },
        11 => Because::BeyondMonth { limit },
        12 => Because::BeyondPayPeriod { limit },
        13 => Because::ConsecutiveDay { number: figure, limit },
        14 => Because::DayTypeIs { day_type: DayType::from_number(figure)?, limit },
        15 => Because::Combination { row: figure },
        16 => Because::HolidayNotWorked,
        17 => Because::InClockWindow,
        18 => Because::ShiftInClockWindow,
        19 => Because::DayPremium,
        20 => Because::MealRequirement { ordinal: figure },
        21 => Because::Lateness,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_grounds_comes_back_as_it_was() {
        for number in 0..=22 {
            let because = because(number, Seconds(28_800), 3).unwrap();
            assert_eq!(u32::from(because.number()), number);
            let reason = Reason { rule: RuleId(7), because };
            assert_eq!(read(Some(&write(reason))), Some(reason));
        }
    }
}
