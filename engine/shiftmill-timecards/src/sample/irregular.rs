//! Irregular but possible things on a plausible card: what rules trip over that were only tried on good days.

use shiftmill_core::{
    CardFacts, Correction, CorrectionKind, DayOverride, DayType, ExceptionCode, Fold, Leave, LeaveTime, Punch,
    PunchKind, PunchRef, Seconds, ShiftFact, ShiftTimes, TagId, Timestamp, Waiver, WaiverKind, WallTime, Workday, Zone,
};

use super::Company;
use super::dice::Dice;

/// Kinds of oddness.
const KINDS: i32 = 16;

/// Lets a few irregular things happen to the card of employee `number`: punches forgotten, repeated, in the wrong order or
/// without direction, work through midnight and through the night, second shifts, a shift of a second, days without
/// anything, leave over work, corrections, waivers, day types. The card can still be evaluated. The same company and
/// number make the same card.
///
/// ```
/// use shiftmill_core::{Workday, Zone};
/// use shiftmill_timecards::sample::{Company, Punching, Scheduling, irregular};
/// let company = Company {
///     seed: 7,
///     employees: 12,
///     first: Workday::from_date(2026, 3, 2).unwrap(),
///     days: 7,
///     punching: Punching::WithMeals,
///     leave: None,
///     scheduling: Scheduling::Times,
/// };
/// let zone = Zone::fixed("Etc/UTC", 0);
/// let plain = company.card(3, &zone, 0);
/// let mut card = plain.clone();
/// irregular(&mut card, &company, 3, &zone);
/// assert_ne!(card, plain);
/// ```
pub fn irregular(card: &mut CardFacts, company: &Company, number: u32, zone: &Zone) {
    let dice = Dice::new(company.seed ^ 0x6f64_6421, u64::from(number));
    let mut irregular = Irregular { card, company, zone, dice };
    for _ in 0..irregular.dice.between(1, 5) {
        let kind = irregular.dice.between(0, KINDS - 1);
        irregular.happen(kind);
    }
}

struct Irregular<'a> {
    card: &'a mut CardFacts,
    company: &'a Company,
    zone: &'a Zone,
    dice: Dice,
}

impl Irregular<'_> {
    fn happen(&mut self, kind: i32) {
        let day = self.some_day();
        match kind {
            0 => self.forget(),
            1 => self.repeat(),
            2 => self.turn_around(),
            3 => self.say_nothing_of_directions(),
            4 => self.nothing_happens(day),
            5 => self.work_late(day),
            6 => self.through_midnight(day),
            7 => self.work(day, 43_200, 43_201),
            8 => self.split_shift(day),
            9 => self.unscheduled(day),
            10 => self.scheduled_twice(day),
            11 => self.leave(day),
            12 => self.correct(day),
            13 => self.waive(day),
            14 => self.day_type(day),
            _ => self.shift_late(),
        }
    }

    fn some_day(&mut self) -> Workday {
        let last = self.company.days.saturating_sub(1).min(1_000).cast_signed();
        self.company.first.plus(self.dice.between(0, last))
    }

    fn some_punch(&mut self) -> Option<usize> {
        let last = self.card.punches.len().checked_sub(1)?;
        let index = self.dice.between(0, i32::try_from(last).unwrap_or(i32::MAX));
        usize::try_from(index).ok()
    }

    fn at(&self, day: Workday, second: i32) -> Timestamp {
        self.zone.instant(WallTime::on(day, second), Fold::Earlier)
    }

    fn punch(&mut self, at: Timestamp, kind: PunchKind) {
        self.card.punches.push(Punch { at, kind, id: None, tag: TagId::NONE, recorded_at: None });
    }

    fn work(&mut self, day: Workday, from: i32, to: i32) {
        let (from, to) = (self.at(day, from), self.at(day, to));
        self.punch(from, PunchKind::In);
        self.punch(to, PunchKind::Out);
    }

    fn work_late(&mut self, day: Workday) {
        let length = self.dice.between(3_600, 50_000);
        self.work(day, 72_000, 72_000 + length);
    }

    fn through_midnight(&mut self, day: Workday) {
        let (from, to) = (self.dice.between(0, 86_399), self.dice.between(86_400, 150_000));
        self.work(day, from, to);
    }

    fn forget(&mut self) {
        if let Some(index) = self.some_punch() {
            self.card.punches.remove(index);
        }
    }

    fn repeat(&mut self) {
        let seconds = self.dice.between(0, 90);
        if let Some(punch) = self.some_punch().and_then(|index| self.card.punches.get(index)).copied() {
            self.card.punches.push(Punch { at: Timestamp(punch.at.0 + i64::from(seconds)), ..punch });
        }
    }

    /// An in punch of kind out, or the reverse.
    fn turn_around(&mut self) {
        let index = self.some_punch();
        if let Some(punch) = index.and_then(|index| self.card.punches.get_mut(index)) {
            punch.kind = match punch.kind {
                PunchKind::In => PunchKind::Out,
                PunchKind::Out => PunchKind::In,
                PunchKind::MealStart => PunchKind::BreakStart,
                other => other,
            };
        }
    }

    fn say_nothing_of_directions(&mut self) {
        for punch in self.card.punches.iter_mut().skip(4).take(6) {
            punch.kind = PunchKind::Unknown;
        }
    }

    fn nothing_happens(&mut self, day: Workday) {
        let zone = self.zone;
        self.card.punches.retain(|punch| zone.date_at(punch.at) != day);
        self.card.shifts.retain(|shift| shift.workday != day);
    }

    fn split_shift(&mut self, day: Workday) {
        self.nothing_happens(day);
        let gap = self.dice.between(0, 4) * 3_600;
        self.work(day, 6 * 3_600, 9 * 3_600);
        self.work(day, 9 * 3_600 + gap, 13 * 3_600 + gap);
    }

    fn unscheduled(&mut self, day: Workday) {
        self.card.shifts.retain(|shift| shift.workday != day);
    }

    fn scheduled_twice(&mut self, day: Workday) {
        let start = self.dice.between(0, 23) * 3_600;
        let times = ShiftTimes::Clock { start, end: start + self.dice.between(1, 12) * 3_600 };
        self.card.shifts.push(ShiftFact::work(day, times));
    }

    fn leave(&mut self, day: Workday) {
        let Some(code) = self.company.leave else { return self.forget() };
        let time = match self.dice.between(0, 2) {
            0 => LeaveTime::Workday(day),
            1 => LeaveTime::Amount(day, Seconds::hours(4)),
            _ => LeaveTime::Span { start: self.at(day, 36_000), end: self.at(day, 36_000 + 14_400) },
        };
        self.card.leave.push(Leave { code, time, recorded_at: Timestamp(0) });
    }

    fn correct(&mut self, day: Workday) {
        let recorded_at = self.at(day, 36_000);
        let named = self.some_punch().and_then(|index| self.card.punches.get(index)).copied();
        let kind = match (self.dice.between(0, 2), named) {
            (0, Some(punch)) => CorrectionKind::Void(PunchRef::At(punch.at, punch.kind)),
            (1, Some(punch)) => CorrectionKind::Retime {
                punch: PunchRef::At(punch.at, punch.kind),
                to: Timestamp(punch.at.0 + i64::from(self.dice.between(-3_600, 3_600))),
            },
            _ => CorrectionKind::Add { at: self.at(day, 61_200), kind: PunchKind::Out, tag: TagId::NONE },
        };
        self.card.corrections.push(Correction { kind, recorded_at });
    }

    fn waive(&mut self, day: Workday) {
        let kind = match self.dice.between(0, 1) {
            0 => WaiverKind::Meal(1),
            _ => WaiverKind::Exception(ExceptionCode::LateIn),
        };
        self.card.waivers.push(Waiver { workday: day, kind });
    }

    fn day_type(&mut self, day: Workday) {
        let day_type = match self.dice.between(0, 2) {
            0 => DayType::RestDay,
            1 => DayType::StatutoryHoliday,
            _ => DayType::CompanyHoliday,
        };
        self.card.day_overrides.retain(|other| other.workday != day);
        self.card.day_overrides.push(DayOverride { workday: day, day_type, window: None });
    }

    /// Everybody is late for a week.
    fn shift_late(&mut self) {
        let late = i64::from(self.dice.between(60, 7_200));
        for punch in self.card.punches.iter_mut().take(20) {
            punch.at = Timestamp(punch.at.0 + late);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{Punching, Scheduling};

    #[test]
    fn every_kind_of_oddness_happens_and_happens_again() {
        let first = Workday::from_date(2026, 3, 2).unwrap();
        let company = Company {
            seed: 1,
            employees: 1,
            first,
            days: 14,
            punching: Punching::WithMeals,
            leave: Some(0),
            scheduling: Scheduling::Times,
        };
        let zone = Zone::fixed("Etc/UTC", 0);
        for kind in 0..KINDS {
            let happened = || {
                let mut card = company.card(0, &zone, 0);
                let before = card.clone();
                let dice = Dice::new(2, kind.unsigned_abs().into());
                Irregular { card: &mut card, company: &company, zone: &zone, dice }.happen(kind);
                assert_ne!(card, before, "{kind}");
                card
            };
            assert_eq!(happened(), happened());
        }
    }
}
