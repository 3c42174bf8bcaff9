//! An employee of the group.

use crate::carried::Carried;
use crate::codes::{BaseCode, CountCode, Layer, PayCode, PayCodeFacts, PremiumCode, TimeCode};
use crate::columns::{carried, day};
use crate::contract::Cards;
use crate::time::{Clock, Instant, Length, WALL_DAY, Workday};
use crate::view::day::IN_FORCE;
use crate::view::rows::{rows, value};
use crate::view::{Day, Exception, Premium, Quantity};
use crate::zone::Zone;

/// One employee: the days, and the lists that belong to no day in particular. The key of the employee is not available.
#[derive(Debug)]
pub struct Employee<'a> {
    pub(crate) cards: &'a Cards,
    pub(crate) row: u32,
    pub(crate) zone: Zone<'a>,
    pub(crate) first_day: u32,
    pub(crate) end_day: u32,
}

impl<'a> Employee<'a> {
    pub(crate) fn new(cards: &'a Cards, row: u32) -> Employee<'a> {
        let days = rows(&cards.employees.day_end, row, "employee");
        let zone = cards.employees.zone.get(row as usize).copied().unwrap_or(u32::MAX);
        Employee { cards, row, zone: Zone::new(&cards.zones, zone), first_day: days.start, end_day: days.end }
    }

    /// All days with facts, results or a scheduled shift, in order, with the context days around the pay period.
    pub fn days(&self) -> impl DoubleEndedIterator<Item = Day<'_>> + ExactSizeIterator + Clone {
        (self.first_day..self.end_day).map(move |row| Day { employee: self, row })
    }

    /// The days on which the plugin is in force, with their labels.
    #[inline]
    pub(crate) fn days_in_force(&self) -> impl Iterator<Item = (Day<'_>, Workday)> {
        let run = self.first_day as usize..self.end_day as usize;
        let days = &self.cards.days;
        let labels = days.workday.get(run.clone()).unwrap_or_default();
        let marks = days.marks.get(run).unwrap_or_default();
        let all = (self.first_day..self.end_day).zip(labels.iter().zip(marks));
        let in_force = all.filter(|(_, (_, marks))| **marks & IN_FORCE != 0);
        in_force.map(|(row, (label, _))| (Day { employee: self, row }, Workday(*label)))
    }

    /// The days in order that lie in the pay period.
    pub fn paid_days(&self) -> impl DoubleEndedIterator<Item = Day<'_>> + Clone {
        self.days().filter(|day| day.is_paid())
    }

    /// The last day of the pay period that is in the list, when the plugin is in force on it.
    ///
    /// A rule that pays once a pay period pays on this day, and not at all without it. A change inside the pay period may give
    /// the plugin other settings; it is then called once with each, and edits on days of the others are refused. This day
    /// belongs to one of the calls only.
    pub fn closing_day(&self) -> Option<Day<'_>> {
        self.paid_days().next_back().filter(|day| day.is_in_force())
    }

    /// True when the day of this label is in the list and the plugin is in force on it.
    #[track_caller]
    pub fn is_in_force(&self, workday: Workday) -> bool {
        self.day(workday).is_some_and(Day::is_in_force)
    }

    /// The day of this label, if it has facts, results or a scheduled shift.
    #[track_caller]
    pub fn day(&self, workday: Workday) -> Option<Day<'_>> {
        let labels = self.cards.days.workday.get(self.first_day as usize..self.end_day as usize)?;
        let position = labels.binary_search(&workday.0).ok()?;
        Some(Day { employee: self, row: self.first_day + position as u32 })
    }

    /// The first workday that is paid.
    pub fn pay_period_first(&self) -> Workday {
        Workday(self.cards.window.pay_period_first)
    }

    /// The last workday that is paid.
    pub fn pay_period_last(&self) -> Workday {
        Workday(self.cards.window.pay_period_last)
    }

    /// The instant as of which everything is calculated. Facts after it are not known yet.
    pub fn as_of(&self) -> Instant {
        Instant(self.cards.window.as_of)
    }

    /// The carried value of a key: from the previous pay period, or from an earlier hook of this evaluation.
    #[track_caller]
    pub fn carried(&self, key: impl Carried) -> Option<i64> {
        let wanted = key.position();
        rows(&self.cards.employees.carried_end, self.row, "employee")
            .rev()
            .find(|row| value(&self.cards.carried.key, *row, carried::key) == wanted)
            .map(|row| value(&self.cards.carried.value, row, carried::value))
    }

    /// The amount of a pay code in the pay period: time, or a number of occurrences.
    #[track_caller]
    pub fn total<C: Total>(&self, code: C) -> C::Amount {
        code.total(self)
    }

    /// The properties of a pay code in the ruleset.
    pub fn pay_code(&self, code: impl Into<PayCode>) -> PayCodeFacts {
        let codes = &self.cards.pay_codes;
        let row = usize::from(code.into().0);
        PayCodeFacts {
            layer: codes.layer.get(row).map_or(Layer::Other, |layer| Layer::from_number(*layer)),
            counts: codes.unit.get(row).is_some_and(|unit| *unit == 1),
            paid: codes.paid.get(row).is_some_and(|paid| *paid == 1),
            multiplier: codes.multiplier.get(row).copied().unwrap_or(0),
        }
    }

    /// All exceptions, in the order in which they were found.
    #[track_caller]
    pub fn exceptions(&self) -> impl DoubleEndedIterator<Item = Exception<'_>> + Clone {
        rows(&self.cards.employees.exception_end, self.row, "employee").map(|row| Exception { employee: self, row })
    }

    /// All quantities, with leave without times of day ([`Quantity::is_leave`]).
    #[track_caller]
    pub fn quantities(&self) -> impl DoubleEndedIterator<Item = Quantity<'_>> + Clone {
        rows(&self.cards.employees.quantity_end, self.row, "employee").map(|row| Quantity { employee: self, row })
    }

    /// All premiums.
    #[track_caller]
    pub fn premiums(&self) -> impl DoubleEndedIterator<Item = Premium<'_>> + Clone {
        rows(&self.cards.employees.premium_end, self.row, "employee").map(|row| Premium { employee: self, row })
    }

    /// The time of day that the wall clock shows, before 24:00.
    pub fn clock_at(&self, at: Instant) -> Clock {
        Clock(self.zone.wall_at(at).rem_euclid(WALL_DAY) as u32)
    }

    /// The calendar date that the wall clock shows, as the label of a workday.
    pub fn date_at(&self, at: Instant) -> Workday {
        let days = self.zone.wall_at(at).div_euclid(WALL_DAY);
        Workday(days.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32)
    }
}

/// A pay code whose amount in the pay period can be read.
pub trait Total: Copy {
    /// The type of the amount: time, or a number of occurrences.
    type Amount;

    /// The amount.
    #[doc(hidden)]
    fn total(self, employee: &Employee<'_>) -> Self::Amount;
}

/// The time of all spans with the code, and of leave without times of day that it pays.
impl Total for BaseCode {
    type Amount = Length;

    #[track_caller]
    fn total(self, employee: &Employee<'_>) -> Length {
        let mut total: Length = employee.amounts(self.into()).map(Length).sum();
        for day in employee.paid_days() {
            for span in day.spans().filter(|span| span.pay_code() == self) {
                total += span.length();
            }
        }
        total
    }
}

/// The time over which the premium is paid.
impl Total for PremiumCode {
    type Amount = Length;

    #[track_caller]
    fn total(self, employee: &Employee<'_>) -> Length {
        let paid = employee.premiums().filter(|premium| premium.pay_code() == self);
        paid.filter(|premium| employee.pays(premium.workday())).map(|premium| premium.length()).sum()
    }
}

/// The time of the quantity.
impl Total for TimeCode {
    type Amount = Length;

    #[track_caller]
    fn total(self, employee: &Employee<'_>) -> Length {
        employee.amounts(self.into()).map(Length).sum()
    }
}

/// The number of occurrences.
impl Total for CountCode {
    type Amount = u32;

    #[track_caller]
    fn total(self, employee: &Employee<'_>) -> u32 {
        employee.amounts(self.into()).fold(0, u32::saturating_add)
    }
}

impl Employee<'_> {
    fn pays(&self, workday: Workday) -> bool {
        self.pay_period_first() <= workday && workday <= self.pay_period_last()
    }

    #[track_caller]
    fn amounts(&self, code: PayCode) -> impl Iterator<Item = u32> {
        let paid = self.quantities().filter(move |quantity| quantity.pay_code() == code);
        paid.filter(|quantity| self.pays(quantity.workday())).map(|quantity| quantity.amount())
    }

    /// Whether the day of this row lies in the pay period, and the plugin is in force on it.
    #[inline]
    #[track_caller]
    pub(crate) fn marks(&self, row: u32) -> u8 {
        value(&self.cards.days.marks, row, day::marks)
    }
}
