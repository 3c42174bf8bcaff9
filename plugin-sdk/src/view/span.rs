//! A stretch on the timeline, and parts of one.

use crate::codes::{DayType, PayCode, SpanState};
use crate::columns::span;
use crate::time::{Clock, Instant, Length, WALL_DAY, Workday};
use crate::view::rows::value;
use crate::view::{Day, Shift};
use crate::zone::Fold;

/// A stretch of work, break or leave. It ends after it starts, and no two share a second.
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

    /// What it is.
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

    /// What it pays.
    #[track_caller]
    pub fn pay_code(self) -> PayCode {
        PayCode(value(&self.day.employee.cards.spans.pay_code, self.row, span::pay_code))
    }

    /// The workday that overtime counts it in.
    #[track_caller]
    pub fn overtime_workday(self) -> Workday {
        Workday(value(&self.day.employee.cards.spans.overtime_workday, self.row, span::overtime_workday))
    }

    /// The day type of its seconds. Known from the hook `days` on.
    #[track_caller]
    pub fn day_type(self) -> DayType {
        DayType::from_number(value(&self.day.employee.cards.spans.day_type, self.row, span::day_type))
    }

    /// Its worked shift; leave has none.
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

    /// Its parts inside a window of the wall clock, every day anew. The window wraps midnight when `to` is not after
    /// `from`: 22:00 to 06:00 is the night.
    ///
    /// Where clocks change, a start that is shown twice is the earlier, an end that is shown twice the later, and a
    /// time that is skipped moves forward.
    #[inline]
    #[track_caller]
    pub fn within(self, from: Clock, to: Clock) -> Parts<'a> {
        Parts::new(self, from, to)
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

    /// Of what it is a part.
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

/// The parts of a span inside a window of the clock.
#[derive(Clone, Debug)]
pub struct Parts<'a> {
    span: Span<'a>,
    /// What lies before it has been dealt with.
    at: i64,
    end: i64,
    /// The date on which the next window opens.
    date: i64,
    last_date: i64,
    /// The opening, before 24:00.
    from: i64,
    /// The length by the clock, at most a day.
    length: i64,
    /// The offset, where clocks do not change anywhere near.
    offset: Option<i64>,
}

impl<'a> Parts<'a> {
    #[inline]
    #[track_caller]
    fn new(span: Span<'a>, from: Clock, to: Clock) -> Parts<'a> {
        let (start, end) = (span.start(), span.end());
        let zone = &span.day.employee.zone;
        let wall = zone.wall_at(start);
        let label = i64::from(span.day.workday().0);
        // Most work starts on the date of its workday, which saves a division.
        let on_label = (0..WALL_DAY).contains(&(wall - label * WALL_DAY));
        let date = if on_label { label } else { wall.div_euclid(WALL_DAY) };
        let offset = zone.steady_offset(start).filter(|offset| zone.steady_offset(end) == Some(*offset));
        // The window of the day before reaches into this one; another day on each side is for clocks that are set back
        // over midnight.
        let margin = i64::from(offset.is_none());
        let (from, length) = opening(from, to);
        Parts {
            span,
            at: start.0,
            end: end.0,
            date: date - 1 - margin,
            last_date: date + 1 + margin + (end.0.saturating_sub(start.0)) / WALL_DAY,
            from,
            length,
            offset,
        }
    }
}

/// When a window opens, before 24:00, and for how long, at most a day.
fn opening(from: Clock, to: Clock) -> (i64, i64) {
    let (from, to) = (i64::from(from.0), i64::from(to.0));
    let length = if to >= from + WALL_DAY { WALL_DAY } else { (to - from - 1).rem_euclid(WALL_DAY) + 1 };
    (from % WALL_DAY, length)
}

impl<'a> Iterator for Parts<'a> {
    type Item = Part<'a>;

    #[inline]
    fn next(&mut self) -> Option<Part<'a>> {
        while self.at < self.end && self.date <= self.last_date {
            let (opens, closes) = self.window();
            self.date += 1;
            if opens >= self.end {
                return None;
            }
            let (start, end) = (opens.max(self.at), closes.min(self.end));
            if start < end {
                self.at = end;
                return Some(Part { span: self.span, start: Instant(start), end: Instant(end) });
            }
        }
        None
    }
}

impl Parts<'_> {
    /// The instants between which the window is open.
    #[inline]
    fn window(&self) -> (i64, i64) {
        if let Some(offset) = self.offset {
            let opens = self.date * WALL_DAY + self.from - offset;
            return (opens, opens + self.length);
        }
        let zone = &self.span.day.employee.zone;
        let date = Workday(self.date as i32);
        let opens = zone.instant(date, self.from, Fold::Earlier);
        let closes = zone.instant(date, self.from + self.length, Fold::Later);
        (opens.0, closes.0)
    }
}
