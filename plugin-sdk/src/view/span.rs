//! A span of time on the timeline, and parts of one.

use core::ops::Range;

use crate::codes::{DayType, PayCode, SpanState};
use crate::columns::span;
use crate::time::{Clock, Instant, Length, WALL_DAY, Workday};
use crate::view::rows::value;
use crate::view::{Day, Shift};
use crate::zone::{Fold, Zone};

/// A span of work, break or leave. It ends after it starts, and no two spans share a second.
#[derive(Clone, Copy, Debug)]
pub struct Span<'a> {
    pub(crate) day: Day<'a>,
    pub(crate) row: u32,
}

impl<'a> Span<'a> {
    /// The start.
    #[inline]
    #[track_caller]
    pub fn start(self) -> Instant {
        Instant(value(&self.day.employee.cards.spans.start, self.row, span::start))
    }

    /// The end; the first second that does not belong to it.
    #[inline]
    #[track_caller]
    pub fn end(self) -> Instant {
        Instant(value(&self.day.employee.cards.spans.end, self.row, span::end))
    }

    /// Its length.
    #[inline]
    #[track_caller]
    pub fn length(self) -> Length {
        self.end().since(self.start())
    }

    /// Its state.
    #[inline]
    #[track_caller]
    pub fn state(self) -> SpanState {
        SpanState::from_number(value(&self.day.employee.cards.spans.state, self.row, span::state))
    }

    /// True for what counts as work: worked time and paid breaks.
    #[inline]
    #[track_caller]
    pub fn is_work(self) -> bool {
        self.state().is_work()
    }

    /// Its pay code.
    #[track_caller]
    pub fn pay_code(self) -> PayCode {
        PayCode(value(&self.day.employee.cards.spans.pay_code, self.row, span::pay_code))
    }

    /// The workday that overtime counts it in.
    #[track_caller]
    pub fn overtime_workday(self) -> Workday {
        Workday(value(&self.day.employee.cards.spans.overtime_workday, self.row, span::overtime_workday))
    }

    /// The day type of its seconds. In the hook `schedule` it is not decided yet and is `workday`.
    #[track_caller]
    pub fn day_type(self) -> DayType {
        DayType::from_number(value(&self.day.employee.cards.spans.day_type, self.row, span::day_type))
    }

    /// Its worked shift. Leave has none, nor has work that a plugin added outside of shifts.
    #[track_caller]
    pub fn shift(self) -> Option<Shift<'a>> {
        let row = value(&self.day.employee.cards.spans.shift, self.row, span::shift).checked_sub(1)?;
        Some(Shift { employee: self.day.employee, row })
    }

    /// The day that it is shown on.
    pub fn day(self) -> Day<'a> {
        self.day
    }

    /// All of it.
    #[inline]
    #[track_caller]
    pub fn whole(self) -> Part<'a> {
        Part { span: self, start: self.start(), end: self.end() }
    }

    /// The part of it between two instants; `None` when there is none.
    #[track_caller]
    pub fn between(self, start: Instant, end: Instant) -> Option<Part<'a>> {
        let (start, end) = (start.max(self.start()), end.min(self.end()));
        (start < end).then_some(Part { span: self, start, end })
    }

    /// Its first `length`, or all of it when it is shorter; `None` for no length.
    #[track_caller]
    pub fn first(self, length: Length) -> Option<Part<'a>> {
        self.between(self.start(), self.start() + length)
    }

    /// Its last `length`, or all of it when it is shorter; `None` for no length.
    #[track_caller]
    pub fn last(self, length: Length) -> Option<Part<'a>> {
        self.between(self.end() - length, self.end())
    }

    /// Its parts inside a daily window of the wall clock. The window passes midnight when `to` is not after `from`, such as
    /// 22:00 to 06:00.
    ///
    /// When clocks change, a start that the clock shows twice is the first instant, an end that it shows twice is the second,
    /// and a skipped time moves forward.
    #[inline]
    #[track_caller]
    pub fn within(self, from: Clock, to: Clock) -> Parts<'a> {
        Parts::of(self, from, to)
    }
}

/// A part of a span, or all of it.
#[derive(Clone, Copy, Debug)]
pub struct Part<'a> {
    pub(crate) span: Span<'a>,
    pub(crate) start: Instant,
    pub(crate) end: Instant,
}

impl<'a> Part<'a> {
    /// The start.
    pub fn start(self) -> Instant {
        self.start
    }

    /// The end; the first second that does not belong to it.
    pub fn end(self) -> Instant {
        self.end
    }

    /// Its length.
    #[inline]
    pub fn length(self) -> Length {
        self.end.since(self.start)
    }

    /// The span that it is a part of.
    pub fn span(self) -> Span<'a> {
        self.span
    }
}

/// All of it.
impl<'a> From<Span<'a>> for Part<'a> {
    #[track_caller]
    fn from(span: Span<'a>) -> Part<'a> {
        span.whole()
    }
}

/// Parts of the spans of a day inside a window of the wall clock, in order of time.
#[derive(Clone, Debug)]
pub struct Parts<'a> {
    day: Day<'a>,
    /// The remaining spans.
    rows: Range<u32>,
    /// The current span, and its remaining part.
    row: u32,
    at: i64,
    end: i64,
    windows: Windows<'a>,
}

impl<'a> Parts<'a> {
    /// The parts of one span, of any state.
    #[inline]
    #[track_caller]
    fn of(span: Span<'a>, from: Clock, to: Clock) -> Parts<'a> {
        let (start, end) = (span.start(), span.end());
        let windows = Windows::from(span.day, start, end, from, to);
        Parts { day: span.day, rows: 0..0, row: span.row, at: start.0, end: end.0, windows }
    }

    /// The parts of the spans that are work.
    #[inline]
    #[track_caller]
    pub(crate) fn of_work(day: Day<'a>, rows: Range<u32>, from: Clock, to: Clock) -> Parts<'a> {
        let row = rows.start;
        let Some(last) = rows.clone().next_back() else {
            return Parts { day, rows, row, at: 0, end: 0, windows: Windows::never(&day.employee.zone) };
        };
        let (start, end) = (Span { day, row }.start(), Span { day, row: last }.end());
        let mut windows = Windows::from(day, start, end, from, to);
        windows.turn_past(start.0);
        // Most days have no second in the window. One comparison of the whole day is enough for them.
        let rows = if windows.opens < end.0 { rows } else { 0..0 };
        Parts { day, rows, row, at: 0, end: 0, windows }
    }

    #[inline]
    fn turn_to_next_work(&mut self) -> bool {
        for row in self.rows.by_ref() {
            let span = Span { day: self.day, row };
            if span.is_work() {
                (self.row, self.at, self.end) = (row, span.start().0, span.end().0);
                return true;
            }
        }
        false
    }
}

impl<'a> Iterator for Parts<'a> {
    type Item = Part<'a>;

    #[inline]
    fn next(&mut self) -> Option<Part<'a>> {
        loop {
            while self.at < self.end {
                self.windows.turn_past(self.at);
                if self.windows.opens < self.end {
                    let start = self.windows.opens.max(self.at);
                    self.at = self.windows.closes.min(self.end);
                    let span = Span { day: self.day, row: self.row };
                    return Some(Part { span, start: Instant(start), end: Instant(self.at) });
                }
                self.at = self.end;
            }
            if !self.turn_to_next_work() {
                return None;
            }
        }
    }
}

/// A daily window of the wall clock, day after day.
#[derive(Clone, Debug)]
struct Windows<'a> {
    zone: &'a Zone<'a>,
    /// The opening, before 24:00.
    from: i64,
    /// The length on the wall clock, at most a day.
    length: i64,
    /// The date of its next opening, and the instants between which it is open.
    date: Workday,
    opens: i64,
    closes: i64,
    /// True when no wall-clock time between start and end is shown twice or skipped. Windows outside of start and end may be
    /// wrong then, but they stay outside.
    is_steady: bool,
}

impl<'a> Windows<'a> {
    /// The windows from `start` to `end`, perhaps with some before, for the spans of a day.
    #[inline]
    fn from(day: Day<'a>, start: Instant, end: Instant, from: Clock, to: Clock) -> Windows<'a> {
        let (from, length) = opening(from, to);
        let zone = &day.employee.zone;
        let offset = zone.offset_at(start);
        let wall = start.0.wrapping_add(offset);
        let label = day.workday();
        // Most work starts on the date of its workday, which saves a division.
        let on_label = (0..WALL_DAY).contains(&wall.wrapping_sub(label.midnight()));
        let date = if on_label { label } else { Workday(wall.div_euclid(WALL_DAY) as i32) };
        if !(zone.is_steady_at(start) && zone.is_steady_at(end)) {
            return Windows::near_a_change(zone, from, length, date);
        }
        // The window of the day before reaches into this one.
        let opens = date.midnight().wrapping_sub(WALL_DAY - from).wrapping_sub(offset);
        Windows { zone, from, length, date, opens, closes: opens.wrapping_add(length), is_steady: true }
    }

    #[cold]
    #[inline(never)]
    fn near_a_change(zone: &'a Zone<'a>, from: i64, length: i64, date: Workday) -> Windows<'a> {
        // One more day back, because clocks may be set back across midnight.
        let date = date.plus(-2);
        let mut windows = Windows { zone, from, length, date, opens: 0, closes: 0, is_steady: false };
        windows.turn_to_next();
        windows
    }

    /// No window, for a day without spans.
    fn never(zone: &'a Zone<'a>) -> Windows<'a> {
        Windows { zone, from: 0, length: 0, date: Workday(0), opens: i64::MAX, closes: i64::MAX, is_steady: true }
    }

    /// Moves to the first window that is open after an instant.
    #[inline]
    fn turn_past(&mut self, at: i64) {
        // A window whose opening is skipped may close before it opens. It is empty.
        while self.closes <= at.max(self.opens) {
            self.turn_to_next();
        }
    }

    #[inline]
    fn turn_to_next(&mut self) {
        if self.is_steady {
            self.opens = self.opens.wrapping_add(WALL_DAY);
            self.closes = self.closes.wrapping_add(WALL_DAY);
            return;
        }
        (self.opens, self.closes) = on(self.zone, self.date, self.from, self.length);
        self.date = self.date.plus(1);
    }
}

/// The opening of a window, before 24:00, and its length, at most a day.
#[inline]
fn opening(from: Clock, to: Clock) -> (i64, i64) {
    let (from, to) = (i64::from(from.0), i64::from(to.0));
    // A clock reaches 48:00, so at most two days are removed.
    let opens = if from < WALL_DAY { from } else { (from - WALL_DAY) % WALL_DAY };
    let length = match (to > from, to > opens) {
        (true, _) => to - from,
        (false, true) => to - opens,
        (false, false) => to + WALL_DAY - opens,
    };
    (opens, length.min(WALL_DAY))
}

/// The start and end of the window that opens on a date.
#[cold]
#[inline(never)]
fn on(zone: &Zone<'_>, date: Workday, from: i64, length: i64) -> (i64, i64) {
    let opens = zone.instant(date, from, Fold::Earlier);
    let closes = zone.instant(date, from.saturating_add(length), Fold::Later);
    (opens.0, closes.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::{Cards, Days, Employees, Spans, Zones};
    use crate::view::Employee;

    const HOUR: i64 = 3_600;
    const SPRING: i64 = 1_772_953_200;
    const AUTUMN: i64 = 1_793_512_800;

    /// One day in New York with these spans of work, which may overlap in this test.
    fn cards(workday: Workday, spans: &[(i64, i64)]) -> Cards {
        Cards {
            zones: Zones {
                first_offset: vec![-18_000].into(),
                change_end: vec![2].into(),
                change_at: vec![SPRING, AUTUMN].into(),
                change_offset: vec![-14_400, -18_000].into(),
            },
            employees: Employees { zone: vec![0].into(), day_end: vec![1].into(), ..Employees::default() },
            days: Days {
                workday: vec![workday.0].into(),
                marks: vec![3].into(),
                span_end: vec![spans.len() as u32].into(),
                ..Days::default()
            },
            spans: Spans {
                start: spans.iter().map(|span| span.0).collect::<Vec<_>>().into(),
                end: spans.iter().map(|span| span.1).collect::<Vec<_>>().into(),
                state: vec![0; spans.len()].into(),
                ..Spans::default()
            },
            ..Cards::default()
        }
    }

    fn clock(hour: u32) -> Clock {
        Clock::at(hour, 0).unwrap()
    }

    #[test]
    fn parts_are_the_quarters_of_an_hour_that_a_window_holds() {
        let windows = [(22, 6), (1, 2), (2, 3), (0, 1), (23, 24), (9, 9), (22, 30), (25, 27), (12, 36), (26, 25)];
        for change in [SPRING, AUTUMN, SPRING + 30 * 86_400] {
            let date = Workday((change - 18_000).div_euclid(WALL_DAY) as i32);
            let starts = (-200..200).step_by(3).map(|quarter| change + quarter * 900);
            let spans: Vec<_> =
                starts.flat_map(|at| [HOUR, 7 * HOUR, 30 * HOUR].map(|length| (at, at + length))).collect();
            for label in [date.plus(-1), date, date.plus(1)] {
                let cards = cards(label, &spans);
                let employee = Employee::new(&cards, 0);
                let day = employee.days().next().unwrap();
                for (from, to) in windows {
                    day.spans().for_each(|span| compare(span, clock(from), clock(to)));
                }
            }
        }
    }

    /// A quarter is inside when it is, on any date, after the opening and before the closing.
    fn compare(span: Span<'_>, from: Clock, to: Clock) {
        let zone = &span.day.employee.zone;
        let (opens, mut length) = (from.0 % 86_400, (i64::from(to.0) - i64::from(from.0)).rem_euclid(WALL_DAY));
        if length == 0 || to.0 >= from.0 + 86_400 {
            length = WALL_DAY;
        }
        let date = span.start().0.div_euclid(WALL_DAY) as i32;
        let open: Vec<(i64, i64)> = (date - 4..date + 5)
            .map(|date| {
                let opens = i64::from(opens);
                let closes = zone.instant(Workday(date), opens + length, Fold::Later);
                (zone.instant(Workday(date), opens, Fold::Earlier).0, closes.0)
            })
            .collect();
        let expected: Vec<i64> = (span.start().0..span.end().0)
            .step_by(900)
            .filter(|at| open.iter().any(|(opens, closes)| opens <= at && at < closes))
            .collect();
        let found: Vec<i64> =
            span.within(from, to).flat_map(|part| (part.start().0..part.end().0).step_by(900)).collect();
        assert_eq!(found, expected, "{from} to {to} within {span:?}");
    }

    #[test]
    fn a_night_when_clocks_are_set_forward_lasts_seven_hours_and_one_when_they_are_set_back_nine() {
        for (change, hours) in [(SPRING, 7), (AUTUMN, 9), (SPRING + 30 * 86_400, 8)] {
            let label = Workday((change - 18_000).div_euclid(WALL_DAY) as i32 - 1);
            let cards =
                cards(label, &[(change - 20 * HOUR, change - 19 * HOUR), (change - 8 * HOUR, change + 12 * HOUR)]);
            let employee = Employee::new(&cards, 0);
            let day = employee.days().next().unwrap();
            assert_eq!(day.worked_within(clock(22), clock(6)), Length::hours(hours));
        }
    }

    #[test]
    fn work_that_is_not_there_has_no_parts() {
        let cards = cards(Workday(20_514), &[]);
        let employee = Employee::new(&cards, 0);
        let day = employee.days().next().unwrap();
        assert_eq!(day.work_within(clock(22), clock(6)).count(), 0);
        assert!(day.first_work().is_none() && day.last_work().is_none());
    }

    #[test]
    fn parts_of_a_span() {
        let cards = cards(Workday(20_514), &[(1_000, 5_000)]);
        let employee = Employee::new(&cards, 0);
        let span = employee.days().next().unwrap().first_work().unwrap();
        let bounds = |part: Option<Part<'_>>| part.map(|part| (part.start().0, part.end().0));
        assert_eq!(bounds(span.first(Length(60))), Some((1_000, 1_060)));
        assert_eq!(bounds(span.last(Length(9_000))), Some((1_000, 5_000)));
        assert_eq!(bounds(span.last(Length::ZERO)), None);
        assert_eq!(bounds(span.between(Instant(4_000), Instant(9_000))), Some((4_000, 5_000)));
        assert_eq!(bounds(span.between(Instant(5_000), Instant(9_000))), None);
    }
}
