//! Workdays: to which workday each worked second belongs, once for overtime and once for the report.
//! - Takes:  the rounded pairs of each worked shift, with the matched scheduled shift.
//! - Gives:  spans with two labels: the overtime workday and the reporting workday.
//! - Keeps:  every second; a span is cut where a label changes.
//! - Runs:   after rounding, before breaks.
//! - Edges:  where rounded pairs overlap, the later begins where the earlier ends, so that no second is worked twice.
//!   A date opens at the first instant at which the clock shows its midnight. A pair with an imputed side is imputed
//!   as a whole.
//! - Source: a workday is a fixed period of 24 hours (Cal. Labor Code section 500; 29 CFR 778.105 for the workweek).
//! - Shown:  timecards/workdays/attribution.md, clock_changes.md
#![allow(clippy::indexing_slicing, reason = "the indexes are those of the lists of one card, kept by this phase")]

use alloc::vec::Vec;

use crate::card::{CardState, Noticed, Pair, ScheduledShift, Span, SpanState, WorkdayState, WorkedShift};
use crate::coded::coded;
use crate::codes::{DayType, PayCode, RuleId};
use crate::evaluation::OverrideRow;
use crate::reason::{Because, Reason};
use crate::shape::{calendar, split};
use crate::tags::TagId;
use crate::time::{Seconds, Timestamp, WallTime, Weekday, Workday};
use crate::timecard::Inputs;
use crate::zone::{Fold, ZoneCursor};

/// How seconds find their workday.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Workdays {
    /// The label that overtime counts by.
    pub overtime: Attribution,
    /// The label that the time is shown on.
    pub reporting: Attribution,
    /// Wall-clock second of day at which the workday opens, for `DivideTime*` (0 is midnight).
    pub opens_at: u32,
    /// The weekday whose workday opens the workweek.
    pub workweek_opens: Weekday,
}

coded! {
    /// Ways of finding the workday. "The date" of an instant is its local date in the card's zone.
    Attribution {
        /// The whole worked shift: the local date of its start: its first kept punch, or the cut where it continues another.
        StartDay = 0 "start_day",
        /// The whole worked shift: the local date of the raw end of its last pair (imputed or not); without a pair as
        /// `StartDay`.
        EndDay = 1 "end_day",
        /// The whole worked shift: the local date on which most of it was worked (rounded); a tie goes to the start
        /// day, then to the earlier date.
        Majority = 2 "majority",
        /// Each second: its local date. Shifts are cut at local midnight.
        SplitMidnight = 3 "split_midnight",
        /// The whole worked shift: the window, running from `opens_at` to `opens_at`, that holds its start,
        /// labelled by the date on which the window opens.
        DivideTime = 4 "divide_time",
        /// Each second: the window that contains it. Shifts are cut at `opens_at`.
        DivideTimeSplit = 5 "divide_time_split",
        /// The workday of the matched scheduled shift; without one as `StartDay`.
        ScheduleLabel = 6 "schedule_label",
    }
}

impl Default for Workdays {
    fn default() -> Workdays {
        Workdays {
            overtime: Attribution::ScheduleLabel,
            reporting: Attribution::ScheduleLabel,
            opens_at: 0,
            workweek_opens: Weekday::Monday,
        }
    }
}

/// The workday that opens the workweek of `workday`.
pub(crate) fn workweek_start(workdays: &Workdays, workday: Workday) -> Workday {
    workday.back_to(workdays.workweek_opens)
}

/// One workday as instants, `[start, end)`: from the first instant at which the clock shows its opening time to that
/// of the next workday.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WorkdayWindow {
    /// Its label.
    pub workday: Workday,
    /// Its first instant.
    pub start: Timestamp,
    /// One beyond its last.
    pub end: Timestamp,
}

impl WorkdayWindow {
    /// The window of a workday that opens at this second of the day.
    pub fn of(workday: Workday, opens_at: u32, clock: &mut ZoneCursor<'_>) -> WorkdayWindow {
        let opening = |date| WallTime(WallTime::on(date, 0).0 + i64::from(opens_at));
        let start = clock.instant(opening(workday), Fold::Earlier);
        let end = clock.instant(opening(workday.plus(1)), Fold::Earlier);
        WorkdayWindow { workday, start, end }
    }

    /// The window that contains an instant.
    pub fn holding(at: Timestamp, opens_at: u32, clock: &mut ZoneCursor<'_>) -> WorkdayWindow {
        let shown = WallTime(clock.wall_at(at).0 - i64::from(opens_at)).date();
        let mut window = WorkdayWindow::of(shown, opens_at, clock);
        // Near a change of offset the clock may show a date before it opens for good, or once more after it closed.
        while at < window.start {
            window = WorkdayWindow::of(window.workday.plus(-1), opens_at, clock);
        }
        while at >= window.end {
            window = WorkdayWindow::of(window.workday.plus(1), opens_at, clock);
        }
        window
    }
}

/// Lays the rounded pairs out as spans with their two labels.
pub(crate) fn attribute(inputs: &Inputs<'_>, state: &mut CardState) {
    let clock = &mut ZoneCursor::new(inputs.card.zone);
    let CardState { scheduled, shifts, pairs, spans, noticed, shown_on, .. } = state;
    shown_on.clear();
    spans.reserve(pairs.len());
    let mut free_from = Timestamp(i64::MIN);
    for (index, shift) in (0_u32..).zip(shifts.iter()) {
        let rules = &inputs.plan_of(shift).workdays;
        let row = shift.scheduled.and_then(|row| scheduled.get(row as usize));
        let labels = ShiftLabels::of_dates(rules, shift, row);
        let labels =
            labels.unwrap_or_else(|| ShiftLabels::of(rules, &ShiftFacts::of(shifts, index, pairs, scheduled), clock));
        let reporting_workday = match labels.reporting {
            ShiftLabel::Whole(workday) => workday,
            windows @ ShiftLabel::Windows { .. } => windows.of(shift.start, clock).0,
        };
        shown_on.push(reporting_workday);
        if reporting_workday != shift.workday {
            relabel_exceptions(index, reporting_workday, noticed);
        }
        let whole = labels.whole();
        let row_tag = row.map_or(TagId::NONE, |row| row.tag).or(inputs.card.tag_on(shift.workday));
        for pair in &pairs[shift.first_pair as usize..shift.last_pair as usize] {
            let start = pair.start.max(free_from);
            if start < pair.end {
                let tag = pair.tag.or(row_tag);
                // Each arm makes its own span: the usual one is written in place.
                match whole {
                    Some((overtime_workday, reporting_workday)) => {
                        spans.push(Span { overtime_workday, reporting_workday, ..worked(index, pair, start, tag) });
                    }
                    None => labels.lay_by_windows(worked(index, pair, start, tag), clock, spans),
                }
                free_from = pair.end;
            }
        }
    }
}

/// A worked shift and the lists of its card.
#[derive(Clone, Copy)]
pub(crate) struct ShiftFacts<'a> {
    shift: &'a WorkedShift,
    number: u32,
    shifts: &'a [WorkedShift],
    pairs: &'a [Pair],
    scheduled: &'a [ScheduledShift],
}

impl<'a> ShiftFacts<'a> {
    /// Those of worked shift `number`.
    #[inline]
    pub(crate) fn of(
        shifts: &'a [WorkedShift],
        number: u32,
        pairs: &'a [Pair],
        scheduled: &'a [ScheduledShift],
    ) -> ShiftFacts<'a> {
        ShiftFacts { shift: &shifts[number as usize], number, shifts, pairs, scheduled }
    }

    /// The worked shifts that are one shift: this one, unless it is part of a split shift.
    #[inline]
    fn whole(&self) -> &'a [WorkedShift] {
        split::whole_shift(self.shifts, self.number)
    }

    #[inline]
    pub(crate) fn own_pairs(&self) -> &'a [Pair] {
        self.pairs_of(self.shift, self.shift)
    }

    /// The pairs of the whole shift.
    #[inline]
    fn all_pairs(&self) -> &'a [Pair] {
        let whole = self.whole();
        self.pairs_of(whole.first().unwrap_or(self.shift), whole.last().unwrap_or(self.shift))
    }

    #[inline]
    fn pairs_of(&self, first: &WorkedShift, last: &WorkedShift) -> &'a [Pair] {
        &self.pairs[first.first_pair as usize..last.last_pair as usize]
    }

    /// The instant at which the whole shift starts.
    #[inline]
    fn start(&self) -> Timestamp {
        self.whole().first().unwrap_or(self.shift).start
    }

    /// The tag of the roster row that it matches.
    #[inline]
    pub(crate) fn row_tag(&self) -> TagId {
        self.shift.scheduled.map_or(TagId::NONE, |index| self.scheduled[index as usize].tag)
    }

    #[inline]
    fn scheduled_workday(&self) -> Workday {
        self.shift.scheduled.map_or(self.shift.start_date, |index| self.scheduled[index as usize].workday)
    }
}

/// A worked stretch whose workday is still to be found.
#[inline]
fn worked(shift: u32, pair: &Pair, start: Timestamp, tag: TagId) -> Span {
    let reason = match pair.imputed {
        true => Reason { rule: RuleId::PUNCHES, because: Because::Imputed },
        false => Reason::WORKED,
    };
    Span {
        start,
        end: pair.end,
        overtime_workday: Workday::default(),
        reporting_workday: Workday::default(),
        state: SpanState::Worked,
        day_type: DayType::Workday,
        shift: Some(shift),
        tag,
        code: PayCode::REGULAR,
        reason,
    }
}

/// What pairing noticed before the label was known is shown where the shift is.
fn relabel_exceptions(shift: u32, shown_on: Workday, noticed: &mut [Noticed]) {
    for noticed in noticed.iter_mut().filter(|noticed| noticed.shift == Some(shift)) {
        noticed.workday = shown_on;
    }
}

/// How the seconds of one worked shift find a workday.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ShiftLabel {
    /// All have this one.
    Whole(Workday),
    /// Each has that of the window that contains it.
    Windows {
        /// Second of day at which the windows open.
        opens_at: u32,
    },
}

impl ShiftLabel {
    #[inline(always)]
    fn find(
        attribution: Attribution,
        rules: &Workdays,
        facts: &ShiftFacts<'_>,
        clock: &mut ZoneCursor<'_>,
    ) -> ShiftLabel {
        let start_date = facts.shift.start_date;
        match attribution {
            Attribution::StartDay => ShiftLabel::Whole(start_date),
            Attribution::ScheduleLabel => ShiftLabel::Whole(facts.scheduled_workday()),
            Attribution::EndDay => {
                ShiftLabel::Whole(facts.all_pairs().last().map_or(start_date, |last| clock.date_at(last.raw_end)))
            }
            Attribution::Majority => ShiftLabel::Whole(majority_date(start_date, facts.all_pairs(), clock)),
            Attribution::DivideTime => {
                ShiftLabel::Whole(WorkdayWindow::holding(facts.start(), rules.opens_at, clock).workday)
            }
            Attribution::SplitMidnight => ShiftLabel::Windows { opens_at: 0 },
            Attribution::DivideTimeSplit => ShiftLabel::Windows { opens_at: rules.opens_at },
        }
    }

    /// The label of one instant, and until when it holds.
    #[inline]
    pub(crate) fn of(self, at: Timestamp, clock: &mut ZoneCursor<'_>) -> (Workday, Timestamp) {
        match self {
            ShiftLabel::Whole(workday) => (workday, Timestamp(i64::MAX)),
            ShiftLabel::Windows { opens_at } => {
                let window = WorkdayWindow::holding(at, opens_at, clock);
                (window.workday, window.end)
            }
        }
    }
}

/// Both labels of one worked shift.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ShiftLabels {
    pub(crate) overtime: ShiftLabel,
    pub(crate) reporting: ShiftLabel,
}

impl ShiftLabels {
    /// Those that the dates of a shift and of its scheduled shift say, without a clock: those of most plans.
    #[inline]
    fn of_dates(rules: &Workdays, shift: &WorkedShift, row: Option<&ScheduledShift>) -> Option<ShiftLabels> {
        let label = |attribution| match attribution {
            Attribution::StartDay => Some(ShiftLabel::Whole(shift.start_date)),
            Attribution::ScheduleLabel => Some(ShiftLabel::Whole(row.map_or(shift.start_date, |row| row.workday))),
            Attribution::EndDay
            | Attribution::Majority
            | Attribution::DivideTime
            | Attribution::SplitMidnight
            | Attribution::DivideTimeSplit => None,
        };
        Some(ShiftLabels { overtime: label(rules.overtime)?, reporting: label(rules.reporting)? })
    }

    // Kept out of the loop over worked shifts, which needs few values at a time.
    #[inline(never)]
    pub(crate) fn of(rules: &Workdays, facts: &ShiftFacts<'_>, clock: &mut ZoneCursor<'_>) -> ShiftLabels {
        let overtime = ShiftLabel::find(rules.overtime, rules, facts, clock);
        let reporting = match rules.reporting == rules.overtime {
            true => overtime,
            false => ShiftLabel::find(rules.reporting, rules, facts, clock),
        };
        ShiftLabels { overtime, reporting }
    }

    /// The workdays, when all seconds have the same.
    #[inline]
    fn whole(self) -> Option<(Workday, Workday)> {
        match (self.overtime, self.reporting) {
            (ShiftLabel::Whole(overtime), ShiftLabel::Whole(reporting)) => Some((overtime, reporting)),
            (ShiftLabel::Windows { .. }, _) | (_, ShiftLabel::Windows { .. }) => None,
        }
    }

    /// Adds `stretch` to `spans`, labelled, and cut where a label changes.
    #[inline]
    pub(crate) fn lay(self, stretch: Span, clock: &mut ZoneCursor<'_>, spans: &mut Vec<Span>) {
        match self.whole() {
            Some((overtime_workday, reporting_workday)) => {
                spans.push(Span { overtime_workday, reporting_workday, ..stretch });
            }
            None => self.lay_by_windows(stretch, clock, spans),
        }
    }

    #[inline(never)]
    fn lay_by_windows(self, stretch: Span, clock: &mut ZoneCursor<'_>, spans: &mut Vec<Span>) {
        let mut start = stretch.start;
        while start < stretch.end {
            let (overtime_workday, overtime_until) = self.overtime.of(start, clock);
            let (reporting_workday, reporting_until) = self.reporting.of(start, clock);
            let end = stretch.end.min(overtime_until).min(reporting_until);
            spans.push(Span { start, end, overtime_workday, reporting_workday, ..stretch });
            start = end;
        }
    }
}

fn majority_date(start_date: Workday, pairs: &[Pair], clock: &mut ZoneCursor<'_>) -> Workday {
    let (Some(first), Some(last)) = (pairs.first(), pairs.last()) else { return start_date };
    let mut winner = start_date;
    let mut most = seconds_within(pairs, WorkdayWindow::of(start_date, 0, clock));
    let mut window = WorkdayWindow::holding(first.start, 0, clock);
    while window.start < last.end {
        let worked = seconds_within(pairs, window);
        if worked > most {
            (winner, most) = (window.workday, worked);
        }
        window = WorkdayWindow::of(window.workday.plus(1), 0, clock);
    }
    winner
}

fn seconds_within(pairs: &[Pair], window: WorkdayWindow) -> Seconds {
    pairs.iter().map(|pair| pair.end.min(window.end).since(pair.start.max(window.start))).sum()
}

/// Gathers what happened on each workday into `state.workdays`: kept punches of worked shifts, scheduled shifts, work
/// and leave shown on it. The punches of a worked shift all count on the workday that the shift is shown on.
pub(crate) fn summarise(inputs: &Inputs<'_>, state: &mut CardState) {
    let CardState { scheduled, shifts, spans, quantities, workdays, shown_on, last_worked, .. } = state;
    workdays.clear();
    let near = &mut 0;
    for shift in scheduled.iter() {
        match workdays.last() {
            Some(last) if last.workday >= shift.workday => row_of(workdays, near, shift.workday).scheduled = true,
            _ => workdays.push(WorkdayState { scheduled: true, ..WorkdayState::empty(shift.workday) }),
        }
    }
    *near = 0;
    for (shift, workday) in shifts.iter().zip(shown_on.iter()) {
        let row = row_of(workdays, near, *workday);
        let punches = (shift.last_punch - shift.first_punch).min(u32::from(u16::MAX)) as u16;
        row.punches = row.punches.saturating_add(punches);
    }
    *near = 0;
    for span in spans.iter() {
        let row = row_of(workdays, near, span.reporting_workday);
        if span.state.is_work() {
            row.worked = row.worked.plus(span.length());
        }
    }
    for quantity in quantities.iter() {
        row_of(workdays, near, quantity.workday);
    }
    if calendar::may_be_special(inputs) {
        for row in workdays.iter_mut() {
            row.day_type = calendar::of_card(inputs, last_worked, row.workday);
        }
    }
}

/// Measures the work shown on each workday again, after spans were edited.
pub(crate) fn measure_work(inputs: &Inputs<'_>, state: &mut CardState) {
    let CardState { spans, workdays, last_worked, .. } = state;
    for day in workdays.iter_mut() {
        day.worked = Seconds::ZERO;
    }
    let near = &mut 0;
    for span in spans.iter() {
        let row = row_with_type(inputs, last_worked, workdays, near, span.reporting_workday);
        if span.state.is_work() {
            row.worked = row.worked.plus(span.length());
        }
    }
}

/// Adds rows for quantities on workdays that have none yet.
pub(crate) fn add_days_of_quantities(inputs: &Inputs<'_>, state: &mut CardState) {
    let CardState { quantities, workdays, last_worked, .. } = state;
    let near = &mut 0;
    for quantity in quantities.iter() {
        row_with_type(inputs, last_worked, workdays, near, quantity.workday);
    }
}

/// Adds rows for overrides on workdays that have none yet.
pub(crate) fn add_days_of_overrides(inputs: &Inputs<'_>, state: &mut CardState, overrides: &[OverrideRow]) {
    let CardState { workdays, last_worked, .. } = state;
    let near = &mut 0;
    for row in overrides {
        row_with_type(inputs, last_worked, workdays, near, row.workday);
    }
}

/// As [`row_of`]; a row that is added has its day type.
fn row_with_type<'a>(
    inputs: &Inputs<'_>,
    last_worked: &[Workday],
    rows: &'a mut Vec<WorkdayState>,
    near: &mut usize,
    workday: Workday,
) -> &'a mut WorkdayState {
    let before = rows.len();
    row_of(rows, near, workday);
    if rows.len() > before {
        rows[*near].day_type = calendar::of_card(inputs, last_worked, workday);
    }
    &mut rows[*near]
}

impl WorkdayState {
    /// A workday on which nothing happened so far.
    const fn empty(workday: Workday) -> WorkdayState {
        WorkdayState { workday, day_type: DayType::Workday, punches: 0, scheduled: false, worked: Seconds::ZERO }
    }
}

/// The row of `workday`, which is added when it is missing. `near` is the position of the row before: nearly
/// all lists run through the workdays in order.
#[inline(always)]
fn row_of<'a>(rows: &'a mut Vec<WorkdayState>, near: &mut usize, workday: Workday) -> &'a mut WorkdayState {
    let is_at = |index: usize| rows.get(index).is_some_and(|row| row.workday == workday);
    if !is_at(*near) {
        *near = if is_at(*near + 1) { *near + 1 } else { find_or_add_row(rows, workday) };
    }
    &mut rows[*near]
}

// Kept out of the loops over lists that run through the workdays in order.
#[inline(never)]
fn find_or_add_row(rows: &mut Vec<WorkdayState>, workday: Workday) -> usize {
    let new = WorkdayState::empty(workday);
    if rows.last().is_none_or(|last| last.workday < workday) {
        rows.push(new);
        return rows.len() - 1;
    }
    match rows.binary_search_by_key(&workday, |row| row.workday) {
        Ok(found) => found,
        Err(place) => {
            rows.insert(place, new);
            place
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PunchKind::{In, Out};
    use crate::testing::{Card, monday};

    /// The spans of 22:00 to 06:00 over the midnight after day `day`: overtime day, reporting day, hours.
    fn night(day: i32, overtime: Attribution, reporting: Attribution) -> Vec<(i32, i32, u32)> {
        let mut card = Card::new();
        card.plan.workdays = Workdays { overtime, reporting, opens_at: 3 * 3_600, ..Workdays::default() };
        card.punches(day, &[("22:00", In), ("30:00", Out)]);
        card.shaped().unwrap();
        let label = |workday: Workday| workday.0 - monday().0;
        let of_span =
            |span: &Span| (label(span.overtime_workday), label(span.reporting_workday), span.length().0 / 3_600);
        card.state.spans.iter().map(of_span).collect()
    }

    #[test]
    fn each_attribution_labels_a_night() {
        use Attribution as A;
        assert_eq!(night(0, A::StartDay, A::ScheduleLabel), [(0, 0, 8)]);
        assert_eq!(night(0, A::EndDay, A::StartDay), [(1, 0, 8)]);
        assert_eq!(night(0, A::Majority, A::StartDay), [(1, 0, 8)]);
        assert_eq!(night(0, A::SplitMidnight, A::StartDay), [(0, 0, 2), (1, 0, 6)]);
        assert_eq!(night(0, A::DivideTime, A::StartDay), [(0, 0, 8)]);
        assert_eq!(night(0, A::DivideTimeSplit, A::StartDay), [(0, 0, 5), (1, 0, 3)]);
        assert_eq!(night(0, A::DivideTimeSplit, A::SplitMidnight), [(0, 0, 2), (0, 1, 3), (1, 1, 3)]);
    }

    #[test]
    fn the_night_on_which_the_clock_jumps_is_an_hour_shorter() {
        // Saturday 7 March 2026; the clock passes from 02:00 to 03:00 on Sunday, where the workday opens at 03:00.
        assert_eq!(night(5, Attribution::SplitMidnight, Attribution::StartDay), [(5, 5, 2), (6, 5, 5)]);
        assert_eq!(night(5, Attribution::DivideTimeSplit, Attribution::StartDay), [(5, 5, 4), (6, 5, 3)]);
    }

    #[test]
    fn a_tie_of_the_majority_goes_to_the_start_day() {
        let mut card = Card::new();
        card.plan.workdays.overtime = Attribution::Majority;
        card.punches(0, &[("20:00", In), ("28:00", Out)]);
        card.shaped().unwrap();
        assert_eq!(card.state.spans[0].overtime_workday, monday());
    }

    #[test]
    fn an_out_at_midnight_ends_on_the_next_date() {
        let mut card = Card::new();
        card.plan.workdays.overtime = Attribution::EndDay;
        card.punches(0, &[("16:00", In), ("24:00", Out)]);
        card.shaped().unwrap();
        assert_eq!(card.state.spans[0].overtime_workday, monday().plus(1));
    }

    #[test]
    fn exceptions_stand_where_the_shift_is_shown() {
        let mut card = Card::new();
        card.plan.workdays.reporting = Attribution::DivideTime;
        card.plan.workdays.opens_at = 5 * 3_600;
        card.punches(1, &[("01:00", In)]);
        card.shaped().unwrap();
        assert!(card.state.noticed.iter().all(|noticed| noticed.workday == monday()));
        assert_eq!(card.state.workdays[0].workday, monday());
        assert_eq!(card.state.workdays[0].punches, 1);
    }

    #[test]
    fn the_workweek_opens_on_its_weekday() {
        let rules = Workdays { workweek_opens: Weekday::Sunday, ..Workdays::default() };
        assert_eq!(workweek_start(&rules, monday()), monday().plus(-1));
        assert_eq!(workweek_start(&rules, monday().plus(-1)), monday().plus(-1));
        assert_eq!(workweek_start(&Workdays::default(), monday().plus(6)), monday());
    }

    #[test]
    fn workdays_on_the_nights_of_clock_changes_are_23_and_25_hours_long() {
        let card = Card::new();
        let clock = &mut ZoneCursor::new(&card.zone);
        let hours = |date, opens_at, clock: &mut ZoneCursor<'_>| {
            let window = WorkdayWindow::of(date, opens_at, clock);
            window.end.since(window.start).0 / 3_600
        };
        let autumn = Workday::from_date(2026, 11, 1).unwrap();
        assert_eq!(hours(monday().plus(6), 0, clock), 23);
        assert_eq!(hours(autumn, 0, clock), 25);
        assert_eq!(hours(autumn, 5 * 3_600, clock), 24);
        assert_eq!(hours(autumn.plus(-1), 5 * 3_600, clock), 25);
    }
}
