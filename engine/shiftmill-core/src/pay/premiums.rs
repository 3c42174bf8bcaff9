//! Premiums: pay on top, over the same seconds (night, weekend).
//! - Takes:  worked and paid-break spans.
//! - Gives:  premium spans beside them (layer B).
//! - Keeps:  the base layer.
//! - Runs:   after overtime, so that a premium meets the overtime it falls on. Premiums with limits that reach beyond
//!   one worked shift go on in [`super::premium_limits`].
//! - Dates:  the plan of the worked shift.
//! - Source: Japan Labour Standards Act art. 37(4) (22:00 to 05:00); German Income Tax Act section 3b(3) (work that
//!   began before midnight); employer policy.
//! - Shown:  timecards/premiums/night.md, weekend.md, whole_shift.md, clock_changes.md, hours.md, narrowed.md;
//!   timecards/tags/filters.md, time_zones.md

use alloc::vec::Vec;

use crate::card::{CardState, Pair, PremiumSpan, Span};
use crate::coded::coded;
use crate::codes::{DayTypeSet, PayCode, PayCodeSet, RuleId};
use crate::pay::premium_hours::{self, PremiumHours, WorkedBefore};
use crate::pay::premium_limits::{self, Due, PremiumLimits, PremiumPer};
use crate::reason::{Because, Reason};
use crate::record::Recorder;
use crate::shape::split;
use crate::shape::workdays::workweek_start;
use crate::tags::{FilterId, TagTable};
use crate::time::{HOUR, Seconds, Timestamp, WallTime, WeekdaySet, Workday};
use crate::timecard::Inputs;
use crate::zone::{Fold, Zone, ZoneCursor};

/// A day on which no clock is changed.
const DAY: u32 = 24 * HOUR;

/// One premium. A second is inside when it fits `window`, `weekdays`, `day_types` and `tags`, and its shift began when it
/// should. Worked time here includes paid breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Premium {
    /// Its name.
    pub rule: RuleId,
    /// A premium-layer code; a code of occurrences when it pays per shift.
    pub pays_to: PayCode,
    /// Only within this daily clock window. `None`: all day.
    pub window: Option<ClockWindow>,
    /// Only on these weekdays: of the local date on which the window begins; without a window, of the local date of
    /// the second.
    pub weekdays: WeekdaySet,
    /// Only on seconds of these day types.
    pub day_types: DayTypeSet,
    /// Only on seconds with these tags.
    pub tags: Option<FilterId>,
    /// Only on call-backs, or only on other work. `None`: on both.
    pub callback: Option<bool>,
    /// On whose clock window, weekdays and dates are read.
    pub zone: PremiumZone,
    /// Only when the work of the shift began at this second of the day or later: on the date on which the window begins;
    /// without a window, on the date on which the work began. 24:00 and later is the next date.
    pub starts_after: Option<u32>,
    /// Only when it began before this second of the day.
    pub starts_before: Option<u32>,
    /// Only worked shifts that match a scheduled shift of one of these templates. `None`: all.
    pub shifts: Option<Vec<u16>>,
    /// What of a shift is paid.
    pub mode: PremiumMode,
    /// Of what is paid by `mode`, only the time that these base codes pay. `None`: all of it.
    pub over: Option<PayCodeSet>,
    /// Of that, only what comes when this much has been worked.
    pub after: PremiumHours,
    /// Of that, only what comes before this much has been worked.
    pub before: PremiumHours,
    /// When the premium time of a worked shift, before `max` cuts it, is less than this, it pays nothing. Equal pays.
    pub min: Seconds,
    /// At most this much per worked shift: the first seconds.
    pub max: Seconds,
    /// What decides beyond that, when all of the card is known.
    pub limits: PremiumLimits,
}

/// A window by the wall clock, on every day. It wraps midnight when `to` is not after `from`.
///
/// Where clocks change, a start that is shown twice is the earlier, an end that is shown twice the later, and a time that
/// is skipped moves forward. A second inside the windows of two days is inside once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockWindow {
    /// Second of day of the start.
    pub from: u32,
    /// Second of day of the end.
    pub to: u32,
}

coded! {
    /// On whose clock a premium is read.
    PremiumZone {
        /// The person's.
        Home = 0 "home",
        /// That of the place that the tag of the work names, else the person's.
        Punch = 1 "punch",
    }
}

coded! {
    /// The kinds of base codes over which a premium is paid, beside a list of them.
    OverKind {
        /// All of them.
        All = 0 "all",
    }
}

coded! {
    /// What of a worked shift a premium pays. "All of the shift" is all of its worked seconds whose day type and tag fit.
    PremiumMode {
        /// The seconds inside the window.
        Split = 0 "split",
        /// All of the shift when its first worked second is inside.
        WholeIfStartsIn = 1 "whole_if_starts_in",
        /// All of the shift when its last worked second is inside.
        WholeIfEndsIn = 2 "whole_if_ends_in",
        /// All of the shift when all of its worked seconds are inside.
        WholeIfWithin = 3 "whole_if_within",
        /// All of the shift when at least half of its worked seconds are inside and, at exactly half, it starts inside.
        WholeIfMajority = 4 "whole_if_majority",
    }
}

/// A stretch that a premium is paid for, within one span.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Inside {
    start: Timestamp,
    end: Timestamp,
    reporting_workday: Workday,
    /// Which span of the worked shift.
    span: u32,
}

/// What a premium is paid for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scratch {
    /// The stretches of one worked shift.
    inside: Vec<Inside>,
    /// For each span what was worked before it, where some premium asks.
    worked: Vec<WorkedBefore>,
    /// What premiums with limits pay, before their limits.
    limits: premium_limits::Scratch,
}

/// The work of one worked shift.
#[derive(Clone, Copy)]
struct Shift<'a> {
    spans: &'a [Span],
    /// What was worked before each of them; empty where no premium asks.
    worked: &'a [WorkedBefore],
    tags: &'a TagTable,
    /// When its work began.
    began: Timestamp,
}

/// Adds the premiums of every worked shift.
pub(super) fn add_all<R: Recorder>(
    inputs: &Inputs<'_>,
    state: &mut CardState,
    scratch: &mut Scratch,
    recorder: &mut R,
) {
    let needs = inputs.timeline.needs();
    if !needs.premiums {
        return;
    }
    if needs.premium_hours {
        premium_hours::count(inputs, &state.spans, &mut scratch.worked);
    }
    let worked = if needs.premium_hours { scratch.worked.as_slice() } else { &[] };
    let mut clock = ZoneCursor::new(inputs.card.zone);
    let CardState { spans, shifts, scheduled, pairs, premiums, .. } = &mut *state;
    let mut rest = spans.as_slice();
    let mut number = 0;
    while let Some(first) = rest.iter().find(|span| span.state.is_work()) {
        let whole = |span: &Span| span.shift.map(|shift| split::first_part(shifts, shift));
        let of_shift = whole(first);
        let mut worked_until = first.start;
        let of_other_shift = |span: &Span| {
            // Work that belongs to no shift is one of its own as far as it is not interrupted.
            let apart = span.shift.is_none() && span.start != worked_until;
            let other = span.state.is_work() && (whole(span) != of_shift || apart);
            worked_until = if span.state.is_work() { span.end } else { worked_until };
            other
        };
        let before = spans.len() - rest.len();
        let (shift_spans, later) = rest.split_at(rest.iter().position(of_other_shift).unwrap_or(rest.len()));
        let shift = first.shift.and_then(|shift| shifts.get(shift as usize));
        let workday = shift.map_or(first.overtime_workday, |shift| shift.workday);
        let plan = inputs.timeline.of_work(workday, first.tag, inputs.tags);
        let is_callback = shift.is_some_and(|shift| shift.callback);
        let template = || {
            let row = shift.and_then(|shift| scheduled.get(shift.scheduled? as usize));
            row.and_then(|row| row.template)
        };
        let work = Shift {
            spans: shift_spans,
            worked: worked.get(before..).unwrap_or(&[]),
            tags: inputs.tags,
            began: shift_spans.iter().find(|span| span.counts_as_work()).map_or(first.start, |span| span.start),
        };
        for premium in plan.premiums.iter().filter(|premium| premium.callback.is_none_or(|only| only == is_callback)) {
            if premium.shifts.as_ref().is_some_and(|these| !template().is_some_and(|own| these.contains(&own))) {
                continue;
            }
            premium.find(work, &mut clock, &mut scratch.inside);
            if premium.is_narrowed() {
                premium.narrow(work, &mut scratch.inside);
            }
            premium.keep_within_the_shift(&mut scratch.inside);
            match premium.limits.are_none() {
                true => premium.pay(&scratch.inside, premiums),
                false => premium.defer(inputs, &scratch.inside, number, pairs, &mut scratch.limits),
            }
        }
        rest = later;
        number += 1;
    }
    if needs.premium_limits {
        premium_limits::settle(state, &mut scratch.limits, recorder);
    }
}

/// Adds a premium span, or lengthens the one that it continues.
pub(crate) fn add(premiums: &mut Vec<PremiumSpan>, premium: PremiumSpan) {
    let touching = premiums.iter_mut().rev().take_while(|before| before.end >= premium.start);
    let continues = |before: &&mut PremiumSpan| {
        let same = before.code == premium.code && before.reason == premium.reason;
        same && before.end == premium.start && before.reporting_workday == premium.reporting_workday
    };
    match touching.into_iter().find(continues) {
        Some(before) => before.end = premium.end,
        None => premiums.push(premium),
    }
}

impl Premium {
    /// A premium for all work, without conditions and limits.
    pub fn for_all_work(rule: RuleId, pays_to: PayCode) -> Premium {
        Premium {
            rule,
            pays_to,
            window: None,
            weekdays: WeekdaySet::ALL,
            day_types: DayTypeSet::ALL,
            tags: None,
            callback: None,
            zone: PremiumZone::Home,
            starts_after: None,
            starts_before: None,
            shifts: None,
            mode: PremiumMode::Split,
            over: None,
            after: PremiumHours::default(),
            before: PremiumHours::default(),
            min: Seconds::ZERO,
            max: Seconds::MAX,
            limits: PremiumLimits::default(),
        }
    }

    /// Whether it depends on all of a workweek.
    pub(crate) fn looks_at_workweeks(&self) -> bool {
        let per_week = |per| per == PremiumPer::Workweek;
        self.after.workweek.is_some()
            || self.before.workweek.is_some()
            || self.limits.minimum.is_some_and(|minimum| per_week(minimum.per))
            || self.limits.maximum.is_some_and(|maximum| per_week(maximum.per))
    }

    /// Finds what of a worked shift the premium is paid for, before its limits.
    fn find(&self, shift: Shift<'_>, clock: &mut ZoneCursor<'_>, found: &mut Vec<Inside>) {
        found.clear();
        let tags = shift.tags;
        let fits = |span: &Span| self.day_types.contains(span.day_type) && tags.fits(self.tags, span.tag);
        let numbered = || (0_u32..).zip(shift.spans).filter(|(_, span)| span.counts_as_work());
        let worked = || shift.spans.iter().filter(|span| span.counts_as_work());
        for (number, span) in numbered().filter(|(_, span)| fits(span)) {
            let reporting_workday = span.reporting_workday;
            let add = |start, end| found.push(Inside { start, end, reporting_workday, span: number });
            match self.place_of(span, tags) {
                Some(zone) => self.find_inside(span, shift.began, &mut ZoneCursor::new(zone), add),
                None => self.find_inside(span, shift.began, clock, add),
            }
        }
        if self.mode == PremiumMode::Split {
            return;
        }
        let (Some(first), Some(last)) = (worked().next(), worked().next_back()) else {
            return;
        };
        let starts_inside = found.first().is_some_and(|inside| inside.start == first.start);
        let ends_inside = found.last().is_some_and(|inside| inside.end == last.end);
        let inside = found.iter().map(|inside| i64::from(inside.end.since(inside.start).0)).sum::<i64>();
        let all = worked().map(|span| i64::from(span.length().0)).sum::<i64>();
        let pays = match self.mode {
            PremiumMode::Split => return,
            PremiumMode::WholeIfStartsIn => starts_inside,
            PremiumMode::WholeIfEndsIn => ends_inside,
            PremiumMode::WholeIfWithin => inside == all,
            PremiumMode::WholeIfMajority => 2 * inside > all || (2 * inside == all && starts_inside),
        };
        found.clear();
        if pays {
            found.extend(numbered().filter(|(_, span)| fits(span)).map(|(number, span)| Inside {
                start: span.start,
                end: span.end,
                reporting_workday: span.reporting_workday,
                span: number,
            }));
        }
    }

    /// The zone in which the premium is read on a span; `None`: the person's.
    fn place_of<'t>(&self, span: &Span, tags: &'t TagTable) -> Option<&'t Zone> {
        match self.zone {
            PremiumZone::Home => None,
            PremiumZone::Punch => tags.zone(span.tag),
        }
    }

    /// Finds the stretches of a span inside the window and on the weekdays.
    fn find_inside(
        &self,
        span: &Span,
        began: Timestamp,
        clock: &mut ZoneCursor<'_>,
        mut add: impl FnMut(Timestamp, Timestamp),
    ) {
        match self.window {
            Some(window) => self.find_in_window(window, span, began, clock, add),
            None if self.asks_for_start() && !self.fits_start(clock.date_at(began), began, clock) => {}
            None if self.weekdays == WeekdaySet::ALL => add(span.start, span.end),
            None => self.find_on_weekdays(span, clock, add),
        }
    }

    fn asks_for_start(&self) -> bool {
        self.starts_after.is_some() || self.starts_before.is_some()
    }

    /// Whether work that began at `began` began when it should, read on a date.
    fn fits_start(&self, date: Workday, began: Timestamp, clock: &mut ZoneCursor<'_>) -> bool {
        let mut on = |second: u32| clock.instant(WallTime::on(date, second as i32), Fold::Earlier);
        self.starts_after.is_none_or(|second| on(second) <= began)
            && self.starts_before.is_none_or(|second| began < on(second))
    }

    fn find_on_weekdays(&self, span: &Span, clock: &mut ZoneCursor<'_>, mut add: impl FnMut(Timestamp, Timestamp)) {
        let mut at = span.start;
        while at < span.end {
            let (date, until) = clock.date_until(at);
            let end = until.min(span.end);
            if self.weekdays.contains(date.weekday()) {
                add(at, end);
            }
            at = end;
        }
    }

    fn find_in_window(
        &self,
        window: ClockWindow,
        span: &Span,
        began: Timestamp,
        clock: &mut ZoneCursor<'_>,
        mut add: impl FnMut(Timestamp, Timestamp),
    ) {
        let dates = self.weekdays;
        let found = |date: Workday, start, end, clock: &mut ZoneCursor<'_>| {
            let fits = dates.contains(date.weekday()) && self.fits_start(date, began, clock);
            if fits {
                add(start, end);
            }
            fits
        };
        match clock.clear_midnight_before(span.start, span.end) {
            Some((midnight, date)) => Self::find_by_counting(window, span, midnight, date, clock, found),
            None => Self::find_by_clock(window, span, clock, found),
        }
    }

    /// The opening and closing of the window on every date. `found` says whether a date counts.
    fn find_by_clock(
        window: ClockWindow,
        span: &Span,
        clock: &mut ZoneCursor<'_>,
        mut found: impl FnMut(Workday, Timestamp, Timestamp, &mut ZoneCursor<'_>) -> bool,
    ) {
        let mut at = span.start;
        // The window of the day before reaches into this one; another day on each side is for clocks that are set back
        // over midnight.
        let mut date = clock.date_at(span.start).plus(-2);
        let last = clock.date_at(span.end).plus(1);
        while date <= last && at < span.end {
            let (opens, closes) = window.on(date, clock);
            let (start, end) = (opens.max(at), closes.min(span.end));
            if start < end && found(date, start, end, clock) {
                at = end;
            }
            date = date.plus(1);
        }
    }

    /// Far from changes of the clock, windows are a day apart. Those that lie elsewhere may be misplaced by it, and are
    /// elsewhere all the same.
    fn find_by_counting(
        window: ClockWindow,
        span: &Span,
        midnight: Timestamp,
        date: Workday,
        clock: &mut ZoneCursor<'_>,
        mut found: impl FnMut(Workday, Timestamp, Timestamp, &mut ZoneCursor<'_>) -> bool,
    ) {
        let length = if window.to > window.from { window.to - window.from } else { window.to + DAY - window.from };
        // The window of the day before reaches into this one.
        let days = (span.start.since(midnight).0 / DAY) as i32 - 1;
        let mut date = date.plus(days);
        let mut opens = Timestamp(midnight.0 + i64::from(days) * i64::from(DAY) + i64::from(window.from));
        while opens < span.end {
            let (start, end) = (opens.max(span.start), opens.after(Seconds(length)).min(span.end));
            if start < end {
                found(date, start, end, clock);
            }
            opens = opens.after(Seconds(DAY));
            date = date.plus(1);
        }
    }

    /// Whether only some of the time that `mode` pays is paid.
    fn is_narrowed(&self) -> bool {
        self.over.is_some() || !self.after.ask_nothing() || !self.before.ask_nothing()
    }

    /// Keeps the time that the pay codes of `over` pay, after and before the hours worked.
    fn narrow(&self, shift: Shift<'_>, found: &mut Vec<Inside>) {
        found.retain_mut(|inside| {
            let Some(span) = shift.spans.get(inside.span as usize) else { return false };
            let worked = shift.worked.get(inside.span as usize).copied().unwrap_or_default();
            let worked = worked.plus(inside.start.since(span.start));
            let end = inside.start.after(self.before.left(worked).at_most(inside.end.since(inside.start)));
            inside.start = inside.start.after(self.after.lacking(worked)).min(end);
            inside.end = end;
            inside.start < inside.end && self.over.as_ref().is_none_or(|codes| codes.contains(span.code))
        });
    }

    /// Applies the limits of one worked shift.
    fn keep_within_the_shift(&self, found: &mut Vec<Inside>) {
        let total = found.iter().map(|inside| inside.end.since(inside.start)).sum::<Seconds>();
        if total < self.min {
            found.clear();
            return;
        }
        if total <= self.max {
            return;
        }
        let mut left = self.max;
        found.retain_mut(|inside| {
            let paid = inside.end.since(inside.start).at_most(left);
            left = left.beyond(paid);
            inside.end = inside.start.after(paid);
            !paid.is_zero()
        });
    }

    /// Why its time is paid.
    fn reason(&self) -> Reason {
        let because = match (self.window, self.mode) {
            (Some(_), PremiumMode::Split) => Because::InClockWindow,
            (Some(_), _) => Because::ShiftInClockWindow,
            (None, _) => match self.after {
                PremiumHours { workday: Some(limit), .. } => Because::BeyondDay { limit },
                PremiumHours { workweek: Some(limit), .. } => Because::BeyondWeek { limit },
                PremiumHours { workday: None, workweek: None } => Because::DayPremium,
            },
        };
        Reason { rule: self.rule, because }
    }

    /// Pays what was found.
    fn pay(&self, found: &[Inside], premiums: &mut Vec<PremiumSpan>) {
        let (code, reason) = (self.pays_to, self.reason());
        for Inside { start, end, reporting_workday, .. } in found.iter().copied() {
            add(premiums, PremiumSpan { start, end, reporting_workday, code, reason });
        }
    }

    /// Keeps what was found until all of the card is known.
    fn defer(
        &self,
        inputs: &Inputs<'_>,
        found: &[Inside],
        shift: u32,
        pairs: &[Pair],
        kept: &mut premium_limits::Scratch,
    ) {
        let (code, reason, limits) = (self.pays_to, self.reason(), self.limits);
        for Inside { start, end, reporting_workday, .. } in found.iter().copied() {
            let week = workweek_start(&inputs.timeline.at(reporting_workday).workdays, reporting_workday);
            kept.add(pairs, Due { start, end, reporting_workday, week, shift, pair: 0, code, reason, limits });
        }
    }
}

impl ClockWindow {
    /// The instants between which the window that begins on a date is open.
    pub(crate) fn on(self, date: Workday, clock: &mut ZoneCursor<'_>) -> (Timestamp, Timestamp) {
        let closing_date = if self.to > self.from { date } else { date.plus(1) };
        let opens = clock.instant(WallTime::on(date, self.from as i32), Fold::Earlier);
        let closes = clock.instant(WallTime::on(closing_date, self.to as i32), Fold::Later);
        (opens, closes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::SpanState;
    use crate::codes::DayType;
    use crate::tags::TagId;
    use crate::time::Weekday;

    fn span(start: i64, length: i64) -> Span {
        Span {
            start: Timestamp(start),
            end: Timestamp(start + length),
            overtime_workday: Workday(0),
            reporting_workday: Workday(0),
            state: SpanState::Worked,
            day_type: DayType::Workday,
            shift: None,
            tag: TagId::NONE,
            code: PayCode::REGULAR,
            reason: Reason { rule: RuleId(3), because: Because::Worked },
        }
    }

    #[test]
    fn counted_windows_are_those_that_the_clock_shows() {
        let changes = [1_772_953_200_i64, 1_793_512_800];
        let offsets = alloc::vec![(Timestamp(changes[0]), -14_400), (Timestamp(changes[1]), -18_000)];
        let zone = Zone::new("America/New_York".into(), -18_000, offsets).unwrap();
        let hours = [(22, 6), (1, 2), (2, 3), (0, 1), (23, 0), (0, 0), (9, 9), (6, 5), (0, 23)];
        let weekdays = [WeekdaySet::ALL, WeekdaySet::NONE.with(Weekday::Saturday).with(Weekday::Monday)];
        let starts = changes.iter().flat_map(|change| (-220..220).map(move |step| change + step * 2_700));
        let mut counted = 0;
        for (start, length) in starts.flat_map(|start| [1, 7, 30].map(|hours| (start, hours * 3_600))) {
            let span = span(start, length);
            let Some((midnight, date)) = ZoneCursor::new(&zone).clear_midnight_before(span.start, span.end) else {
                continue;
            };
            counted += 1;
            for (window, weekdays) in hours.iter().flat_map(|window| weekdays.map(|weekdays| (window, weekdays))) {
                let window = ClockWindow { from: window.0 * HOUR, to: window.1 * HOUR };
                let (mut by_counting, mut by_clock) = (Vec::new(), Vec::new());
                let clock = &mut ZoneCursor::new(&zone);
                let fits = |date: Workday| weekdays.contains(date.weekday());
                Premium::find_by_counting(window, &span, midnight, date, clock, |date, start, end, _| {
                    if fits(date) {
                        by_counting.push((start, end));
                    }
                    fits(date)
                });
                Premium::find_by_clock(window, &span, clock, |date, start, end, _| {
                    if fits(date) {
                        by_clock.push((start, end));
                    }
                    fits(date)
                });
                assert_eq!(by_counting, by_clock, "{window:?} from {start} for {length}");
            }
        }
        assert!(counted > 2_000, "most spans are far from changes: {counted}");
    }
}
