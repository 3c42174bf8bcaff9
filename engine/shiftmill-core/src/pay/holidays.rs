//! Holidays: which seconds are on a holiday. What a holiday pays beside the work on it is in `holiday_pay`.
//! - Takes:  day types, worked spans.
//! - Gives:  the day type of every span; `holiday_worked`, once for each reporting workday with work on a statutory or
//!   company holiday, at its first such second, with all such time as measure.
//! - Keeps:  worked time; a span is cut where its day type changes.
//! - Runs:   the day types of spans at the end of shape, before overtime.
//! - Half days: a stretch of a day by the clock has its own type (see `day_parts`).
//! - Dates:  the basis follows the plan of the overtime workday, the type of a day the plan of that day.
//! - Edges:  for a person who is not eligible for a holiday, where the ruleset asks for it, the date of the calendar says
//!   nothing: work there has the type that the day has without it.
//! - Source: China Labour Law art. 44(3); Japan Labour Standards Act art. 35 and 37 (a day of rest is a calendar day,
//!   so work past midnight changes its code there).
//! - Shown:  timecards/holidays/past_midnight.md, half_days.md, majority.md, forced_overtime.md, substitute_days.md

use alloc::vec::Vec;

use crate::card::{CardState, Noticed, Span};
use crate::coded::coded;
use crate::codes::{DayType, ExceptionCode};
use crate::pay::holiday_pay::{self, HolidayAmount, HolidayNotWorked};
use crate::pay::recode;
use crate::reason::Because;
use crate::shape::calendar::DayTypeGround;
use crate::shape::day_parts::{self, HalfDay};
use crate::shape::{calendar, split};
use crate::time::{Seconds, Timestamp, Workday};
use crate::timecard::Inputs;
use crate::zone::ZoneCursor;

/// Holiday settings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holidays {
    /// How a second gets its day type.
    pub basis: HolidayBasis,
    /// What a statutory or company holiday pays beside the work on it.
    pub not_worked: Option<HolidayNotWorked>,
}

coded! {
    /// How a second gets its day type.
    #[derive(Default)]
    HolidayBasis {
        /// By its local date where that date or the overtime workday is a holiday or statutory rest day: work past
        /// midnight into or out of one changes its type there. Between other day types the overtime workday decides.
        #[default]
        CalendarSplit = 0 "calendar_split",
        /// By its overtime workday.
        Workday = 1 "workday",
        /// By the local date on which its worked shift began; leave by its overtime workday.
        ShiftStart = 2 "shift_start",
        /// By the local date on which most of its worked shift was worked, of two with as much the earlier; leave by its
        /// overtime workday.
        Majority = 3 "majority",
    }
}

impl Holidays {
    /// True when some pay waits for overtime.
    pub(crate) fn pays_after_overtime(&self) -> bool {
        self.not_worked.as_ref().is_some_and(HolidayNotWorked::waits_for_overtime)
    }

    /// True when tiers count what holidays pay.
    pub(crate) fn counts_in_tiers(&self) -> bool {
        self.not_worked.as_ref().is_some_and(|rule| rule.counts_toward != 0)
    }

    /// True when work of people who are not eligible is on no holiday.
    pub(crate) fn is_for_eligible_work(&self) -> bool {
        let eligibility = self.not_worked.as_ref().and_then(|rule| rule.eligibility);
        eligibility.is_some_and(|eligibility| !eligibility.forced_overtime)
    }

    /// How many days before and after a holiday decide at most what it pays.
    pub(crate) fn days_around(&self) -> (u16, u16) {
        let Some(rule) = &self.not_worked else { return (0, 0) };
        let (before, after) = rule.eligibility.map_or((0, 0), |eligibility| eligibility.days_around());
        match &rule.amount {
            HolidayAmount::Average(average) => (before.max(average.days_before()), after),
            HolidayAmount::Nothing | HolidayAmount::Planned | HolidayAmount::Length(_) => (before, after),
        }
    }
}

impl HolidayBasis {
    /// True when the shift of a second decides its day type.
    pub(crate) fn looks_at_shifts(self) -> bool {
        match self {
            HolidayBasis::CalendarSplit | HolidayBasis::Workday => false,
            HolidayBasis::ShiftStart | HolidayBasis::Majority => true,
        }
    }
}

/// Gives every span its day type, and cuts it where that changes. `spare` is scratch for the rewritten spans.
pub(crate) fn assign_day_types(inputs: &Inputs<'_>, state: &mut CardState, spare: &mut Vec<Span>) {
    if may_be_dated(inputs) {
        by_basis(inputs, state, spare);
    } else if calendar::may_be_special(inputs) {
        by_workday(inputs, state);
    }
}

/// Finds the holidays of the calendar that are none for the work of a person who is not eligible.
pub(crate) fn find_ordinary(inputs: &Inputs<'_>, state: &mut CardState) {
    state.ordinary_holidays.clear();
    if !inputs.timeline.needs().holidays_for_eligible {
        return;
    }
    let facts = inputs.window.facts;
    for date in (facts.first.0..=facts.last.0).map(Workday) {
        let rule = inputs.timeline.at(date).holidays.not_worked.as_ref();
        let Some(eligibility) = rule.and_then(|rule| rule.eligibility) else { continue };
        let (day_type, ground) = calendar::decide(inputs, &state.last_worked, date);
        let of_calendar = day_type.is_holiday() && ground == DayTypeGround::Date && inputs.card.employs(date);
        if of_calendar && eligibility.leaves_ordinary(inputs, state, date) {
            state.ordinary_holidays.push(date);
        }
    }
}

/// True when a day of the card may be a holiday or statutory rest day, or the start of shifts decides.
fn may_be_dated(inputs: &Inputs<'_>) -> bool {
    inputs.timeline.needs().dated_seconds || !inputs.card.day_overrides.is_empty()
}

fn by_workday(inputs: &Inputs<'_>, state: &mut CardState) {
    let CardState { last_worked, spans, .. } = state;
    let mut days = Days { inputs, last_worked, ordinary: &[], last: None };
    for span in spans {
        span.day_type = days.of(span.overtime_workday).day_type;
    }
}

fn by_basis(inputs: &Inputs<'_>, state: &mut CardState, typed: &mut Vec<Span>) {
    let CardState { last_worked, ordinary_holidays, .. } = &*state;
    let mut days = Days { inputs, last_worked, ordinary: ordinary_holidays, last: None };
    let mut clock = ZoneCursor::new(inputs.card.zone);
    let mut majority = Majority::default();
    typed.clear();
    for span in &state.spans {
        let own = days.of(span.overtime_workday);
        let basis = inputs.timeline.at(span.overtime_workday).holidays.basis;
        let shift = span.shift.and_then(|shift| state.shifts.get(shift as usize));
        match (basis, shift) {
            (HolidayBasis::CalendarSplit, _) => split_by_date(span, own, &mut days, &mut clock, typed),
            (HolidayBasis::ShiftStart, Some(shift)) => by_day(span, days.of(shift.start_date), &mut clock, typed),
            (HolidayBasis::Majority, Some(_)) => {
                let date = majority.of(span.shift, state, &mut clock).unwrap_or(span.overtime_workday);
                by_day(span, days.of(date), &mut clock, typed);
            }
            (HolidayBasis::ShiftStart | HolidayBasis::Majority, None) | (HolidayBasis::Workday, _) => {
                by_day(span, own, &mut clock, typed);
            }
        }
    }
    core::mem::swap(&mut state.spans, typed);
}

/// The date on which most of a shift was worked, with a cache of the last shift.
#[derive(Default)]
struct Majority {
    last: Option<(u32, Option<Workday>)>,
}

impl Majority {
    /// The date for a span of a shift; `None` for a shift without work.
    fn of(&mut self, shift: Option<u32>, state: &CardState, clock: &mut ZoneCursor<'_>) -> Option<Workday> {
        let shift = split::first_part(&state.shifts, shift?);
        if let Some((last, date)) = self.last
            && last == shift
        {
            return date;
        }
        let date = most_worked_date(shift, state, clock);
        self.last = Some((shift, date));
        date
    }
}

/// The date with most of the work of a shift; of several the earliest. The spans are in order of time.
fn most_worked_date(shift: u32, state: &CardState, clock: &mut ZoneCursor<'_>) -> Option<Workday> {
    let mut most: Option<(Workday, Seconds)> = None;
    let mut current: Option<(Workday, Seconds)> = None;
    let is_of_shift = |span: &&Span| span.shift.is_some_and(|own| split::first_part(&state.shifts, own) == shift);
    for span in state.spans.iter().filter(is_of_shift).filter(|span| span.state.is_work()) {
        let mut at = span.start;
        while at < span.end {
            let (date, until) = clock.date_until(at);
            let end = until.min(span.end);
            let before = current.filter(|current| current.0 == date).map_or(Seconds::ZERO, |current| current.1);
            let length = before.plus(end.since(at));
            current = Some((date, length));
            if most.is_none_or(|most| most.1 < length) {
                most = current;
            }
            at = end;
        }
    }
    most.map(|most| most.0)
}

/// Cuts a span where a half-day holiday of one day begins and ends.
fn by_day(span: &Span, day: Day, clock: &mut ZoneCursor<'_>, typed: &mut Vec<Span>) {
    let mut at = span.start;
    while at < span.end {
        let (day_type, until) = day.at(at, clock);
        let end = until.min(span.end);
        recode::keep(typed, &Span { day_type, ..*span }, at, end);
        at = end;
    }
}

/// Cuts a span at every local midnight that takes it into or out of a holiday or statutory rest day, and where a
/// half-day holiday begins and ends.
fn split_by_date(span: &Span, own: Day, days: &mut Days<'_>, clock: &mut ZoneCursor<'_>, typed: &mut Vec<Span>) {
    let mut at = span.start;
    while at < span.end {
        let (date, until) = clock.date_until(at);
        let (own, own_until) = own.at(at, clock);
        let (dated, dated_until) = days.of(date).at(at, clock);
        let day_type = if is_by_date(own) || is_by_date(dated) { dated } else { own };
        let end = until.min(own_until).min(dated_until).min(span.end);
        recode::keep(typed, &Span { day_type, ..*span }, at, end);
        at = end;
    }
}

/// True for the types that begin and end at midnight, whatever workday the work belongs to.
fn is_by_date(day_type: DayType) -> bool {
    day_type.is_holiday() || day_type == DayType::StatutoryRest
}

/// The types of days, with a cache of the last day: neighbouring spans mostly need the same day.
struct Days<'a> {
    inputs: &'a Inputs<'a>,
    last_worked: &'a [Workday],
    /// Holidays that are none for the person, ascending.
    ordinary: &'a [Workday],
    last: Option<(Workday, Day)>,
}

/// The type of one day, and the stretch of it that has another.
#[derive(Clone, Copy)]
struct Day {
    day_type: DayType,
    half_day: Option<HalfDay>,
}

impl Days<'_> {
    fn of(&mut self, workday: Workday) -> Day {
        match self.last {
            Some((last, day)) if last == workday => day,
            _ => {
                let day_type = match self.ordinary.binary_search(&workday) {
                    Ok(_) => calendar::without_dates(self.inputs, workday).0,
                    Err(_) => calendar::of_card(self.inputs, self.last_worked, workday),
                };
                let half_day = day_parts::of(self.inputs, workday).map(|(half_day, _)| half_day);
                let day = Day { day_type, half_day };
                self.last = Some((workday, day));
                day
            }
        }
    }
}

impl Day {
    /// The type at an instant, and until when it surely holds.
    fn at(self, at: Timestamp, clock: &mut ZoneCursor<'_>) -> (DayType, Timestamp) {
        let forever = Timestamp(i64::MAX);
        let Some(half_day) = self.half_day else { return (self.day_type, forever) };
        let (from, until) = half_day.instants(clock);
        match (at < from, at < until) {
            (true, _) => (self.day_type, from),
            (false, true) => (half_day.day_type, until),
            (false, false) => (self.day_type, forever),
        }
    }
}

/// Notices work on holidays, and pays holidays as far as that does not wait for overtime.
pub(crate) fn pay(inputs: &Inputs<'_>, state: &mut CardState) {
    if !may_be_dated(inputs) {
        return;
    }
    notice_worked(state);
    if inputs.timeline.needs().holidays_not_worked {
        holiday_pay::pay(inputs, state, false);
    }
}

/// Pays holidays whose pay waits for overtime.
pub(crate) fn pay_after_overtime(inputs: &Inputs<'_>, state: &mut CardState) {
    if inputs.timeline.needs().holidays_after_overtime && may_be_dated(inputs) {
        holiday_pay::pay(inputs, state, true);
    }
}

fn notice_worked(state: &mut CardState) {
    for index in 0..state.spans.len() {
        let Some(span) = state.spans.get(index) else {
            return;
        };
        let employed = span.reason.because != Because::OutsideEmployment;
        if !span.state.is_work() || !span.day_type.is_holiday() || !employed {
            continue;
        }
        let (workday, start, length) = (span.reporting_workday, span.start, span.length());
        let mut noticed = state.noticed.iter_mut();
        let own = |it: &&mut Noticed| it.code == ExceptionCode::HolidayWorked && it.says.is_none();
        match noticed.find(|it| own(it) && it.workday == workday) {
            Some(noticed) => noticed.measure = noticed.measure.plus(length),
            None => state.notice(ExceptionCode::HolidayWorked, workday, start, length),
        }
    }
}
