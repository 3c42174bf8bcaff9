//! Reasons: the rule, the grounds by number, and their figures.

use shiftmill_core::{Because, DayType, Reason, RuleId, Seconds};
use shiftmill_proto::v1;

use crate::numbers::Numbered;

/// Writes a reason.
pub(crate) fn write(reason: Reason) -> v1::Reason {
    let figures = write_grounds(reason.because);
    v1::Reason {
        rule: u32::from(reason.rule.0),
        because: u32::from(reason.because.number()),
        limit: figures.limit,
        figure: figures.figure,
    }
}

/// Reads a reason; `None` when the numbers mean nothing.
pub(crate) fn read(reason: Option<&v1::Reason>) -> Option<Reason> {
    let reason = reason?;
    let because = read_grounds(reason.because, Figures { limit: reason.limit, figure: reason.figure })?;
    Some(Reason { rule: RuleId(u16::try_from(reason.rule).ok()?), because })
}

/// The figures of grounds: the limit or length in seconds, and the other one.
#[derive(Clone, Copy, Debug, Default)]
struct Figures {
    limit: u32,
    figure: u32,
}

/// A field of grounds, which has its place among the figures.
trait Figure: Sized {
    fn write(self, figures: &mut Figures);
    fn read(figures: Figures) -> Option<Self>;
}

impl Figure for Seconds {
    fn write(self, figures: &mut Figures) {
        figures.limit = self.0;
    }

    fn read(figures: Figures) -> Option<Seconds> {
        Some(Seconds(figures.limit))
    }
}

impl Figure for u32 {
    fn write(self, figures: &mut Figures) {
        figures.figure = self;
    }

    fn read(figures: Figures) -> Option<u32> {
        Some(figures.figure)
    }
}

impl Figure for u8 {
    fn write(self, figures: &mut Figures) {
        figures.figure = u32::from(self);
    }

    fn read(figures: Figures) -> Option<u8> {
        u8::try_from(figures.figure).ok()
    }
}

impl Figure for DayType {
    fn write(self, figures: &mut Figures) {
        figures.figure = u32::from(self.byte());
    }

    fn read(figures: Figures) -> Option<DayType> {
        <DayType as Numbered>::read(i32::try_from(figures.figure).ok()?)
    }
}

/// Writes and reads each kind of grounds from one list of their numbers and fields.
macro_rules! grounds {
    ($($number:literal $kind:ident $({ $($field:ident)+ })?,)+) => {
        fn write_grounds(because: Because) -> Figures {
            let mut figures = Figures::default();
            match because {
                $(Because::$kind $({ $($field),+ })? => { $($($field.write(&mut figures);)+)? })+
            }
            figures
        }

        fn read_grounds(number: u32, figures: Figures) -> Option<Because> {
            match number {
                $($number => Some(Because::$kind $({ $($field: Figure::read(figures)?),+ })?),)+
                _ => None,
            }
        }

        #[cfg(test)]
        const NUMBERS: &[u32] = &[$($number,)+];
    };
}

grounds! {
    0 Worked,
    1 Imputed,
    2 ShortGapPaid { limit },
    3 AutoDeducted { amount },
    4 FixedBreak,
    5 OutsideSchedule,
    6 OnLeave,
    7 BeyondShift { limit },
    8 BeyondDay { limit },
    9 BeyondWeek { limit },
    10 BeyondWeeks { weeks limit },
    11 BeyondMonth { limit },
    12 BeyondPayPeriod { limit },
    13 ConsecutiveDay { number limit },
    14 DayTypeIs { day_type limit },
    15 Combination { row },
    16 HolidayNotWorked,
    17 InClockWindow,
    18 ShiftInClockWindow,
    19 DayPremium,
    20 MealRequirement { ordinal },
    21 Lateness,
    22 ByPlugin { reason },
    23 Unapproved,
    24 PunchMissing,
    25 BelowMinimum { limit },
    26 RoundedDown { unit },
    27 BeyondMaximum { limit },
    28 OvertimeRest,
    29 Banked,
    30 ApprovedOnly,
    31 OutsideShift,
    32 LengthRoundedDown { interval },
    33 LengthRoundedUp { interval },
    34 OutsideEmployment,
    50 ManualHours,
    51 RestRequirement,
    55 Override,
    56 HolidayWorkedToo,
    59 RaisedToMinimum { minimum },
    60 ShortHour { hour },
    61 PerShift,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_grounds_comes_back_as_it_was() {
        for number in NUMBERS {
            let because = read_grounds(*number, Figures { limit: 28_800, figure: 3 }).unwrap();
            assert_eq!(u32::from(because.number()), *number);
            let reason = Reason { rule: RuleId(7), because };
            assert_eq!(read(Some(&write(reason))), Some(reason));
        }
        let known = (0..=256).filter(|number| read_grounds(*number, Figures::default()).is_some());
        assert_eq!(known.collect::<Vec<_>>(), NUMBERS);
    }

    #[test]
    fn figures_that_do_not_fit_are_refused() {
        let reason = |because, figure| v1::Reason { rule: 1, because, limit: 0, figure };
        assert_eq!(read(Some(&reason(13, 256))), None);
        assert_eq!(read(Some(&reason(14, 7))), None);
        assert_eq!(read(Some(&v1::Reason { rule: 65_536, ..reason(0, 0) })), None);
        assert_eq!(read(None), None);
    }
}
