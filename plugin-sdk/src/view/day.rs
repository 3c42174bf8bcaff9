//! A workday of an employee.

use crate::codes::{DayType, SpanState};
use crate::columns::day;
use crate::time::{Clock, Date, Instant, Length, Weekday, Workday};
use crate::view::rows::{rows, value};
use crate::view::{Employee, Exception, Parts, Premium, Punch, Quantity, Scheduled, Shift, Span};
use crate::zone::Fold;

/// One workday of one employee, with its items.
#[derive(Clone, Copy, Debug)]
pub struct Day<'a> {
    pub(crate) employee: &'a Employee<'a>,
    pub(crate) row: u32,
}

const PAID: u8 = 1;
pub(crate) const IN_FORCE: u8 = 2;

impl<'a> Day<'a> {
    /// Its label.
    #[inline]
    #[track_caller]
    pub fn workday(self) -> Workday {
        Workday(value(&self.employee.cards.days.workday, self.row, day::workday))
    }

    /// The calendar date of its label.
    #[track_caller]
    pub fn date(self) -> Date {
        self.workday().date()
    }

    /// The weekday of its label.
    #[track_caller]
    pub fn weekday(self) -> Weekday {
        self.workday().weekday()
    }

    /// Its employee.
    pub fn employee(self) -> &'a Employee<'a> {
        self.employee
    }

    /// True when it lies in the pay period. Other days are context days, which are not paid.
    #[inline]
    #[track_caller]
    pub fn is_paid(self) -> bool {
        self.employee.marks(self.row) & PAID != 0
    }

    /// True when the plugin is in force on it. The rule is not called for other days; it can read them and not change them.
    #[inline]
    #[track_caller]
    pub fn is_in_force(self) -> bool {
        self.employee.marks(self.row) & IN_FORCE != 0
    }

    /// Its type.
    #[track_caller]
    pub fn day_type(self) -> DayType {
        DayType::from_number(value(&self.employee.cards.days.day_type, self.row, day::day_type))
    }

    /// Work time shown on it: worked time and paid breaks. Not available in the hook `punches`.
    #[inline]
    #[track_caller]
    pub fn worked(self) -> Length {
        Length(value(&self.employee.cards.days.worked, self.row, day::worked))
    }

    /// The day before it in the list, whatever its label.
    pub fn previous(self) -> Option<Day<'a>> {
        (self.row > self.employee.first_day).then(|| Day { row: self.row - 1, ..self })
    }

    /// The day after it in the list, whatever its label.
    pub fn next(self) -> Option<Day<'a>> {
        (self.row + 1 < self.employee.end_day).then(|| Day { row: self.row + 1, ..self })
    }

    /// The calendar day before, if it has facts, results or a scheduled shift.
    #[track_caller]
    pub fn day_before(self) -> Option<Day<'a>> {
        let label = self.workday().plus(-1);
        self.previous().filter(|day| day.workday() == label)
    }

    /// The calendar day after, if it has facts, results or a scheduled shift.
    #[track_caller]
    pub fn day_after(self) -> Option<Day<'a>> {
        let label = self.workday().plus(1);
        self.next().filter(|day| day.workday() == label)
    }

    /// The instant of a time of day, counted from the midnight that opens the date of its label; 26:00 is 02:00 of the next
    /// day. When clocks change, the first of two instants is used, and a skipped time moves forward. Use it for starts.
    #[inline]
    #[track_caller]
    pub fn at(self, clock: Clock) -> Instant {
        self.employee.zone.instant(self.workday(), i64::from(clock.0), Fold::Earlier)
    }

    /// Like [`Day::at`], but with the second of two instants. Use it for ends.
    #[inline]
    #[track_caller]
    pub fn at_latest(self, clock: Clock) -> Instant {
        self.employee.zone.instant(self.workday(), i64::from(clock.0), Fold::Later)
    }

    /// The wall-clock time of an instant, before 24:00.
    pub fn clock_at(self, at: Instant) -> Clock {
        self.employee.clock_at(at)
    }

    /// The spans in order of time: work, breaks, leave. Leave without times of day is no span: see [`Day::leave`].
    #[inline]
    #[track_caller]
    pub fn spans(self) -> impl DoubleEndedIterator<Item = Span<'a>> + ExactSizeIterator + Clone {
        rows(&self.employee.cards.days.span_end, self.row, "span").map(move |row| Span { day: self, row })
    }

    /// The spans that are work, including paid breaks.
    #[inline]
    #[track_caller]
    pub fn work(self) -> impl DoubleEndedIterator<Item = Span<'a>> + Clone {
        self.spans().filter(|span| span.is_work())
    }

    /// The first span that is work.
    #[track_caller]
    pub fn first_work(self) -> Option<Span<'a>> {
        self.work().next()
    }

    /// The last span that is work.
    #[track_caller]
    pub fn last_work(self) -> Option<Span<'a>> {
        self.work().next_back()
    }

    /// True when its work continues past a time of day, counted from the midnight that opens its date.
    #[track_caller]
    pub fn works_past(self, clock: Clock) -> bool {
        self.last_work().is_some_and(|work| work.end() > self.at_latest(clock))
    }

    /// Approved leave: the spans on leave, and leave without times of day ([`Quantity::is_leave`]).
    #[track_caller]
    pub fn leave(self) -> Length {
        let spans = self.spans().filter(|span| span.state() == SpanState::Leave).map(Span::length);
        let others = self.quantities().filter(|quantity| quantity.is_leave()).map(|leave| Length(leave.amount()));
        spans.chain(others).sum()
    }

    /// The parts of its work inside a window of the wall clock, as [`Span::within`] finds them.
    #[inline]
    #[track_caller]
    pub fn work_within(self, from: Clock, to: Clock) -> Parts<'a> {
        Parts::of_work(self, rows(&self.employee.cards.days.span_end, self.row, "span"), from, to)
    }

    /// The length of its work inside a window of the wall clock, as [`Span::within`] finds it.
    #[track_caller]
    pub fn worked_within(self, from: Clock, to: Clock) -> Length {
        self.work_within(from, to).map(|part| part.length()).sum()
    }

    /// Punches that count, in order of time. In the hook `punches` a punch belongs to the date on the wall clock.
    #[track_caller]
    pub fn punches(self) -> impl DoubleEndedIterator<Item = Punch<'a>> + ExactSizeIterator + Clone {
        let employee = self.employee;
        rows(&employee.cards.days.punch_end, self.row, "punch").map(move |row| Punch { employee, row })
    }

    /// Worked shifts in order of time.
    #[track_caller]
    pub fn shifts(self) -> impl DoubleEndedIterator<Item = Shift<'a>> + ExactSizeIterator + Clone {
        let employee = self.employee;
        rows(&employee.cards.days.shift_end, self.row, "shift").map(move |row| Shift { employee, row })
    }

    /// Scheduled shifts in order of start.
    #[track_caller]
    pub fn scheduled(self) -> impl DoubleEndedIterator<Item = Scheduled<'a>> + ExactSizeIterator + Clone {
        let employee = self.employee;
        rows(&employee.cards.days.scheduled_end, self.row, "scheduled").map(move |row| Scheduled { employee, row })
    }

    /// Exceptions that were found before the hook.
    #[track_caller]
    pub fn exceptions(self) -> impl DoubleEndedIterator<Item = Exception<'a>> + Clone {
        let label = self.workday();
        self.employee.exceptions().filter(move |exception| exception.workday() == label)
    }

    /// Quantities shown on it, with leave without times of day ([`Quantity::is_leave`]).
    #[track_caller]
    pub fn quantities(self) -> impl DoubleEndedIterator<Item = Quantity<'a>> + Clone {
        let label = self.workday();
        self.employee.quantities().filter(move |quantity| quantity.workday() == label)
    }

    /// Premiums shown on it.
    #[track_caller]
    pub fn premiums(self) -> impl DoubleEndedIterator<Item = Premium<'a>> + Clone {
        let label = self.workday();
        self.employee.premiums().filter(move |premium| premium.workday() == label)
    }
}

/// Its label.
impl From<Day<'_>> for Workday {
    #[track_caller]
    fn from(day: Day<'_>) -> Workday {
        day.workday()
    }
}

/// Its label.
impl From<&Day<'_>> for Workday {
    #[track_caller]
    fn from(day: &Day<'_>) -> Workday {
        day.workday()
    }
}
