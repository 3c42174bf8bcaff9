//! Premiums: pay on top, over the same seconds (night, weekend).
//! - Takes:  worked and paid-break spans.
//! - Gives:  premium spans beside them (layer B).
//! - Keeps:  the base layer.
//! - Runs:   after overtime, so that a premium meets the overtime it falls on.
//! - Dates:  the plan of the worked shift.
//! - Source: Japan Labour Standards Act art. 37(4) (22:00 to 05:00); employer policy.
//! - Shown:  timecards/premiums/night.md, weekend.md, whole_shift.md, clock_changes.md; timecards/tags/filters.md,
//!   time_zones.md

use alloc::vec::Vec;

use crate::card::{CardState, PremiumSpan, Span};
use crate::coded::coded;
use crate::codes::{DayTypeSet, PayCode, RuleId};
use crate::reason::{Because, Reason};
use crate::shape::split;
use crate::tags::{FilterId, TagTable};
use crate::time::{HOUR, Seconds, Timestamp, WallTime, WeekdaySet, Workday};
use crate::timecard::Inputs;
use crate::zone::{Fold, Zone, ZoneCursor};

/// A day on which no clock is changed.
const DAY: u32 = 24 * HOUR;

/// One premium. A second is inside when it fits `window`, `weekdays`, `day_types` and `tags`. Worked time here includes paid
/// breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Premium {
    /// Its name.
    pub rule: RuleId,
    /// A premium-layer code.
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
    /// What of a shift is paid.
    pub mode: PremiumMode,
    /// When the premium time of a worked shift, before `max` cuts it, is less than this, it pays nothing. Equal pays.
    pub min: Seconds,
    /// At most this much per worked shift: the first seconds.
    pub max: Seconds,
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

/// A stretch that a premium is paid for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Inside {
    start: Timestamp,
    end: Timestamp,
    reporting_workday: Workday,
}

/// What a premium is paid for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scratch {
    /// The stretches of one worked shift.
    inside: Vec<Inside>,
}

/// Adds the premiums of every worked shift.
pub(super) fn add_all(inputs: &Inputs<'_>, state: &mut CardState, scratch: &mut Scratch) {
    if !inputs.timeline.needs().premiums {
        return;
    }
    let mut clock = ZoneCursor::new(inputs.card.zone);
    let CardState { spans, shifts, premiums, .. } = state;
    let mut rest = spans.as_slice();
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
        let (shift_spans, later) = rest.split_at(rest.iter().position(of_other_shift).unwrap_or(rest.len()));
        let shift = first.shift.and_then(|shift| shifts.get(shift as usize));
        let workday = shift.map_or(first.overtime_workday, |shift| shift.workday);
        let plan = inputs.timeline.of_work(workday, first.tag, inputs.tags);
        let is_callback = shift.is_some_and(|shift| shift.callback);
        for premium in plan.premiums.iter().filter(|premium| premium.callback.is_none_or(|only| only == is_callback)) {
            premium.find(shift_spans, inputs.tags, &mut clock, &mut scratch.inside);
            premium.pay(&scratch.inside, premiums);
        }
        rest = later;
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
    /// Finds what of a worked shift the premium is paid for, before its limits.
    fn find(&self, shift: &[Span], tags: &TagTable, clock: &mut ZoneCursor<'_>, found: &mut Vec<Inside>) {
        found.clear();
        let fits = |span: &&Span| self.day_types.contains(span.day_type) && tags.fits(self.tags, span.tag);
        let worked = || shift.iter().filter(|span| span.counts_as_work());
        for span in worked().filter(fits) {
            match self.place_of(span, tags) {
                Some(zone) => self.find_inside(span, &mut ZoneCursor::new(zone), found),
                None => self.find_inside(span, clock, found),
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
            found.extend(worked().filter(fits).map(|span| Inside {
                start: span.start,
                end: span.end,
                reporting_workday: span.reporting_workday,
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
    fn find_inside(&self, span: &Span, clock: &mut ZoneCursor<'_>, found: &mut Vec<Inside>) {
        let reporting_workday = span.reporting_workday;
        let mut add = |start, end| found.push(Inside { start, end, reporting_workday });
        match self.window {
            Some(window) => self.find_in_window(window, span, clock, add),
            None if self.weekdays == WeekdaySet::ALL => add(span.start, span.end),
            None => self.find_on_weekdays(span, clock, add),
        }
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
        clock: &mut ZoneCursor<'_>,
        add: impl FnMut(Timestamp, Timestamp),
    ) {
        match clock.clear_midnight_before(span.start, span.end) {
            Some((midnight, date)) => self.find_by_counting(window, span, midnight, date, add),
            None => self.find_by_clock(window, span, clock, add),
        }
    }

    /// The opening and closing of the window on every date.
    fn find_by_clock(
        &self,
        window: ClockWindow,
        span: &Span,
        clock: &mut ZoneCursor<'_>,
        mut add: impl FnMut(Timestamp, Timestamp),
    ) {
        let mut at = span.start;
        // The window of the day before reaches into this one; another day on each side is for clocks that are set back
        // over midnight.
        let mut date = clock.date_at(span.start).plus(-2);
        let last = clock.date_at(span.end).plus(1);
        while date <= last && at < span.end {
            if self.weekdays.contains(date.weekday()) {
                let (opens, closes) = window.on(date, clock);
                let (start, end) = (opens.max(at), closes.min(span.end));
                if start < end {
                    add(start, end);
                    at = end;
                }
            }
            date = date.plus(1);
        }
    }

    /// Far from changes of the clock, windows are a day apart. Those that lie elsewhere may be misplaced by it, and are
    /// elsewhere all the same.
    fn find_by_counting(
        &self,
        window: ClockWindow,
        span: &Span,
        midnight: Timestamp,
        date: Workday,
        mut add: impl FnMut(Timestamp, Timestamp),
    ) {
        let length = if window.to > window.from { window.to - window.from } else { window.to + DAY - window.from };
        // The window of the day before reaches into this one.
        let days = (span.start.since(midnight).0 / DAY) as i32 - 1;
        let mut date = date.plus(days);
        let mut opens = Timestamp(midnight.0 + i64::from(days) * i64::from(DAY) + i64::from(window.from));
        while opens < span.end {
            let (start, end) = (opens.max(span.start), opens.after(Seconds(length)).min(span.end));
            if start < end && self.weekdays.contains(date.weekday()) {
                add(start, end);
            }
            opens = opens.after(Seconds(DAY));
            date = date.plus(1);
        }
    }

    /// Pays what was found, within the premium's limits.
    fn pay(&self, found: &[Inside], premiums: &mut Vec<PremiumSpan>) {
        let total = found.iter().map(|inside| inside.end.since(inside.start)).sum::<Seconds>();
        if total < self.min {
            return;
        }
        let because = match (self.window, self.mode) {
            (None, _) => Because::DayPremium,
            (Some(_), PremiumMode::Split) => Because::InClockWindow,
            (Some(_), _) => Because::ShiftInClockWindow,
        };
        let mut left = self.max;
        for inside in found {
            let paid = inside.end.since(inside.start).at_most(left);
            if paid.is_zero() {
                return;
            }
            left = left.beyond(paid);
            add(
                premiums,
                PremiumSpan {
                    start: inside.start,
                    end: inside.start.after(paid),
                    reporting_workday: inside.reporting_workday,
                    code: self.pays_to,
                    reason: Reason { rule: self.rule, because },
                },
            );
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

    fn premium(window: ClockWindow, weekdays: WeekdaySet) -> Premium {
        Premium {
            rule: RuleId(4),
            pays_to: PayCode(2),
            window: Some(window),
            weekdays,
            day_types: DayTypeSet::ALL,
            tags: None,
            callback: None,
            zone: PremiumZone::Home,
            mode: PremiumMode::Split,
            min: Seconds::ZERO,
            max: Seconds::MAX,
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
                let premium = premium(window, weekdays);
                let (mut by_counting, mut by_clock) = (Vec::new(), Vec::new());
                premium.find_by_counting(window, &span, midnight, date, |start, end| by_counting.push((start, end)));
                let clock = &mut ZoneCursor::new(&zone);
                premium.find_by_clock(window, &span, clock, |start, end| by_clock.push((start, end)));
                assert_eq!(by_counting, by_clock, "{window:?} from {start} for {length}");
            }
        }
        assert!(counted > 2_000, "most spans are far from changes: {counted}");
    }
}
