//! Scheduled shifts: the facts of the card, or else the ruleset's weekly pattern, as instants.
//! - Takes:  roster rows, shift templates, the weekly pattern.
//! - Gives:  scheduled shifts in order of their start, then end, workday, template. Rows that are no duty give none. Of a
//!   split shift each block is one (see `split`).
//! - Runs:   after the calendar, before matching.
//! - Edges:  a row of work without clock times gives no scheduled shift: its workday expects its length (see
//!   `expectation`), and the person may work when they like. The end of a row of work may be free (see `free_end`). A
//!   card with a row to work follows its rows only. Any other card follows the weekly pattern on working days of the
//!   window of facts, except on days that the roster leaves open; planned overtime is beside it. Wall-clock times
//!   become instants in the card's zone (a time shown twice: the earlier for starts, the later for ends), so a shift
//!   across a clock change is 7 or 9 hours long. A time that the clock leaves out moves forward; a shift that would
//!   then end before it starts has no length. A row that repeats another exactly does not count and raises
//!   `duplicate_shift` at its start. Rows of workdays on which the person is not employed do not count. Rows of work
//!   and overtime that share a second are an error, also with a shift of the pattern: nobody works two shifts at once.
//!   Shifts that touch do not overlap.
//! - Source: the employer's schedule.
//! - Shown:  timecards/schedule/shifts.md

use alloc::vec::Vec;

use crate::card::{CardState, Noticed, ScheduledShift};
use crate::coded::coded;
use crate::codes::{ExceptionCode, RosterKind, RuleId};
use crate::evaluation::EvaluationError;
use crate::plan::Plan;
use crate::shape::core_hours::CoreHours;
use crate::shape::half_day::HalfDaySplit;
use crate::shape::{calendar, day_parts, free_end};
use crate::tags::TagId;
use crate::time::{Seconds, Timestamp, WallTime, Workday};
use crate::timecard::Inputs;
use crate::zone::{Fold, ZoneCursor};

/// The shifts that a ruleset knows by name, and when they are worked without being scheduled one by one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// Shift templates. Template number N of a card is `templates[N - 1]`.
    pub templates: Vec<ShiftTemplate>,
    /// For each weekday from Monday: the index into `templates` of the shift worked on it, used for cards without a
    /// single schedule fact, on days whose day type is working.
    pub weekly_pattern: [Option<u16>; 7],
    /// For shifts given by their times only: in punches count from this long before the start ...
    pub earliest_in: Seconds,
    /// ... and out punches up to this long after the end. Both inclusive.
    pub latest_out: Seconds,
    /// For shifts given by their times only: a punch starts the shift up to this long after its start. Inclusive.
    pub late_max: LateMax,
}

/// A named shift.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShiftTemplate {
    /// When it is worked, in order: one block, or several of a split shift.
    pub blocks: Vec<ShiftBlock>,
    /// Unpaid breaks at fixed clock times of the workday, `[start, end)`, in order, inside the blocks. They are taken
    /// off worked time where it was worked (see `breaks`), and off the planned time.
    pub breaks: Vec<(i32, i32)>,
    /// Punches match a block from this long before its start ...
    pub earliest_in: Seconds,
    /// ... up to this long after its end. Both inclusive.
    pub latest_out: Seconds,
    /// A punch starts a block up to this long after its start. Inclusive. See [`Matching`](crate::shape::matching::Matching).
    pub late_max: LateMax,
    /// How much earlier the shift may be begun. `None`: as attendance says.
    pub flex_early: Option<Seconds>,
    /// How much later it may be begun. `None`: as attendance says.
    pub flex_late: Option<Seconds>,
    /// When the person must be there. Empty: as attendance says.
    pub core_hours: CoreHours,
    /// Where leave of half a day divides it.
    pub half_day_split: HalfDaySplit,
}

impl ShiftTemplate {
    /// A shift of these blocks, with everything else as it is by default.
    pub fn of_blocks(blocks: Vec<ShiftBlock>) -> ShiftTemplate {
        ShiftTemplate {
            blocks,
            breaks: Vec::new(),
            earliest_in: EARLIEST_IN_DEFAULT,
            latest_out: LATEST_OUT_DEFAULT,
            late_max: LateMax::HalfShift,
            flex_early: None,
            flex_late: None,
            core_hours: CoreHours::new(),
            half_day_split: HalfDaySplit::Midpoint,
        }
    }
}

/// One stretch of a named shift.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShiftBlock {
    /// Start, in wall-clock seconds of the workday; may pass 24:00.
    pub start: i32,
    /// End; after the start.
    pub end: i32,
    /// Whether a missing in is missing; else the block counts from its start. See [`crate::shape::pairing`].
    pub need_in: bool,
    /// Whether a missing out is missing; else the block counts up to its end.
    pub need_out: bool,
}

impl ShiftBlock {
    /// A block whose edges need punches.
    pub const fn new(start: i32, end: i32) -> ShiftBlock {
        ShiftBlock { start, end, need_in: true, need_out: true }
    }
}

/// How long after the start of a scheduled shift a punch may still be its first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LateMax {
    /// Half the length of the shift.
    HalfShift,
    /// This long.
    Length(Seconds),
}

impl LateMax {
    /// The length for a shift of this length, rounded down.
    pub fn of(self, length: Seconds) -> Seconds {
        match self {
            LateMax::HalfShift => Seconds(length.0 / 2),
            LateMax::Length(most) => most,
        }
    }
}

coded! {
    /// The kinds of [`LateMax`] that have a word; a length is written as a length.
    LateMaxKind {
        /// Half the length of the shift.
        HalfShift = 0 "half_shift",
    }
}

/// Defaults: one hour before and four hours after.
pub const EARLIEST_IN_DEFAULT: Seconds = Seconds::hours(1);
/// See [`EARLIEST_IN_DEFAULT`].
pub const LATEST_OUT_DEFAULT: Seconds = Seconds::hours(4);

impl Default for Schedule {
    fn default() -> Schedule {
        Schedule {
            templates: Vec::new(),
            weekly_pattern: [None; 7],
            earliest_in: EARLIEST_IN_DEFAULT,
            latest_out: LATEST_OUT_DEFAULT,
            late_max: LateMax::HalfShift,
        }
    }
}

impl Schedule {
    /// True when some shift template has breaks.
    pub(crate) fn has_breaks(&self) -> bool {
        self.templates.iter().any(|template| !template.breaks.is_empty())
    }

    /// True when some shift template is a split shift.
    pub(crate) fn has_splits(&self) -> bool {
        self.templates.iter().any(|template| template.blocks.len() > 1)
    }

    /// The punch window of a scheduled shift: from when to when punches match it, whatever shifts come before.
    pub(crate) fn punch_window(&self, shift: &ScheduledShift) -> (Timestamp, Timestamp) {
        let template = self.template(shift.template);
        let (before, after) = template
            .map_or((self.earliest_in, self.latest_out), |template| (template.earliest_in, template.latest_out));
        (shift.start.before(before), shift.known_end().map_or(shift.end, |end| end.after(after)))
    }

    /// How long after its start a punch may still be the first of a scheduled shift.
    pub(crate) fn late_max(&self, shift: &ScheduledShift) -> Seconds {
        let late_max = self.template(shift.template).map_or(self.late_max, |template| template.late_max);
        late_max.of(shift.planned_end.since(shift.start))
    }

    fn template(&self, template: Option<u16>) -> Option<&ShiftTemplate> {
        template.and_then(|template| self.templates.get(usize::from(template)))
    }
}

/// Fills `state.scheduled`.
///
/// # Errors
/// [`EvaluationError::UnknownTemplate`], [`EvaluationError::ShiftsOverlap`].
pub(super) fn fill(inputs: &Inputs<'_>, state: &mut CardState) -> Result<(), EvaluationError> {
    let mut clock = ZoneCursor::new(inputs.card.zone);
    let roster = &inputs.card.schedule;
    // Tags, split shifts, lengths and free ends are looked up row by row, as kinds are.
    let states_times_only = roster.hours.is_empty() && roster.free_end.is_empty();
    if roster.kind.is_empty() && roster.split.is_empty() && roster.tag.is_empty() && states_times_only {
        follow_rows(inputs, &mut clock, &mut state.scheduled)?;
    } else {
        follow_rows_of_kinds(inputs, &mut clock, &mut state.scheduled)?;
    }
    // Nobody is told to do anything on a day without employment.
    if !inputs.card.employment.is_empty() {
        state.scheduled.retain(|shift| inputs.card.employs(shift.workday));
    }
    if !roster.free_end.is_empty() {
        free_end::end_at_next(&mut state.scheduled);
    }
    // A shortcut: rows of which each begins after the one before it ended hold neither repeats nor overlaps.
    let apart = |one: &ScheduledShift, next: &ScheduledShift| one.end <= next.start && one.start < next.start;
    if !state.scheduled.is_sorted_by(apart) {
        // Of two that differ in their tags only, one stays, whatever their order.
        state.scheduled.sort_unstable_by_key(|shift| (key(shift), inputs.tags.rank(shift.tag)));
        drop_repeated(state);
        check_overlap(inputs, &mut clock, &state.scheduled)?;
    }
    note_repeated_lengths(inputs, &mut clock, state);
    let by_length = || (0..roster.hours.len()).any(|row| roster.length_of(row).is_some() && employs(inputs, row));
    if !state.scheduled.iter().any(|shift| shift.kind == RosterKind::Work) && !by_length() {
        let has_rows = !state.scheduled.is_empty();
        follow_pattern(inputs, &mut clock, &mut state.scheduled);
        if has_rows {
            check_beside_pattern(inputs, &mut clock, &state.scheduled)?;
        }
        if has_rows || !state.scheduled.is_sorted_by_key(key) {
            state.scheduled.sort_unstable_by_key(key);
        }
    }
    day_parts::shorten_shifts(inputs, state, &mut clock);
    Ok(())
}

/// Whether the person is employed on the workday of a row.
fn employs(inputs: &Inputs<'_>, row: usize) -> bool {
    let workday = inputs.card.schedule.workday.get(row);
    workday.is_some_and(|workday| inputs.card.employs(Workday(*workday)))
}

/// Reports rows without clock times that repeat another.
fn note_repeated_lengths(inputs: &Inputs<'_>, clock: &mut ZoneCursor<'_>, state: &mut CardState) {
    let roster = &inputs.card.schedule;
    for row in 0..roster.hours.len() {
        let (Some(length), Some(workday)) = (roster.length_of(row), roster.workday.get(row)) else { continue };
        let same =
            |earlier: usize| roster.workday.get(earlier) == Some(workday) && roster.length_of(earlier) == Some(length);
        if employs(inputs, row) && (0..row).any(same) {
            let workday = Workday(*workday);
            state.notice(ExceptionCode::DuplicateShift, workday, clock.midnight(workday), length);
        }
    }
}

/// What makes two scheduled shifts the same, in the order of scheduled shifts.
fn key(shift: &ScheduledShift) -> (Timestamp, Option<Timestamp>, Workday, Option<u16>, u8, u8, Seconds) {
    let ScheduledShift { start, workday, template, kind, split, planned, .. } = *shift;
    (start, shift.known_end(), workday, template, kind.number(), split, planned)
}

/// Keeps one of the schedule facts that say the same.
fn drop_repeated(state: &mut CardState) {
    let CardState { scheduled, noticed, .. } = state;
    scheduled.dedup_by(|next, kept| {
        let repeats = key(next) == key(kept);
        if repeats {
            noticed.push(Noticed {
                code: ExceptionCode::DuplicateShift,
                workday: kept.workday,
                at: kept.start,
                measure: kept.planned,
                rule: RuleId::ATTENDANCE,
                shift: None,
                says: None,
            });
        }
        repeats
    });
}

/// An error at the first scheduled shift, in order of start, that begins before an earlier one has ended.
fn check_overlap(
    inputs: &Inputs<'_>,
    clock: &mut ZoneCursor<'_>,
    scheduled: &[ScheduledShift],
) -> Result<(), EvaluationError> {
    let mut latest_end = Timestamp(i64::MIN);
    for shift in scheduled {
        if shift.start < latest_end && shift.start < shift.end {
            let is_it = |block: ScheduledShift| block.kind.is_duty() && key(&block) == key(shift);
            let mut rows = 0..inputs.card.schedule.workday.len();
            let found = rows.find(|row| timed_row(inputs, clock, *row).is_ok_and(|mut blocks| blocks.any(is_it)));
            return Err(EvaluationError::ShiftsOverlap { index: found.unwrap_or_default() as u32 });
        }
        latest_end = latest_end.max(shift.end);
    }
    Ok(())
}

/// An error at the first row that shares time with a shift of the weekly pattern.
fn check_beside_pattern(
    inputs: &Inputs<'_>,
    clock: &mut ZoneCursor<'_>,
    scheduled: &[ScheduledShift],
) -> Result<(), EvaluationError> {
    for row in 0..inputs.card.schedule.workday.len() {
        let counts = |block: &ScheduledShift| block.kind.is_duty() && inputs.card.employs(block.workday);
        for overtime in timed_row(inputs, clock, row)?.filter(counts) {
            let of_pattern = scheduled.iter().filter(|shift| shift.kind == RosterKind::Work);
            let mut shared = of_pattern.map(|shift| (shift.start.max(overtime.start), shift.end.min(overtime.end)));
            if shared.any(|shared| shared.0 < shared.1) {
                return Err(EvaluationError::ShiftsOverlap { index: row as u32 });
            }
        }
    }
    Ok(())
}

/// Every row is a shift to work, and none is a block of a split shift.
fn follow_rows(
    inputs: &Inputs<'_>,
    clock: &mut ZoneCursor<'_>,
    scheduled: &mut Vec<ScheduledShift>,
) -> Result<(), EvaluationError> {
    let facts = inputs.card.schedule;
    let rows = facts.workday.iter().zip(facts.start).zip(facts.end);
    if facts.template.is_empty() {
        scheduled.extend(rows.map(|((workday, start), end)| by_times(clock, Workday(*workday), *start, *end)));
        return Ok(());
    }
    for ((index, template), ((workday, start), end)) in (0_u32..).zip(facts.template).zip(rows) {
        let workday = Workday(*workday);
        match *template {
            0 => scheduled.push(by_times(clock, workday, *start, *end)),
            number => scheduled.extend(
                by_template(
                    clock,
                    inputs.plan_of_row(workday, inputs.card.schedule.tag_of(index as usize)),
                    workday,
                    number - 1,
                )
                .ok_or(EvaluationError::UnknownTemplate { index, template: number })?,
            ),
        }
    }
    Ok(())
}

fn follow_rows_of_kinds(
    inputs: &Inputs<'_>,
    clock: &mut ZoneCursor<'_>,
    scheduled: &mut Vec<ScheduledShift>,
) -> Result<(), EvaluationError> {
    for index in 0..inputs.card.schedule.workday.len() {
        scheduled.extend(timed_row(inputs, clock, index)?.filter(|block| block.kind.is_duty()));
    }
    Ok(())
}

/// What a roster row tells a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RosterRow {
    /// Its workday.
    pub workday: Workday,
    /// What the person is told to do.
    pub kind: RosterKind,
    /// From when until when; none for kinds without times. Of a named shift with several blocks, its outer edges. An
    /// end that is free is the latest, whatever shifts come after.
    pub times: Option<(Timestamp, Timestamp)>,
    /// The number of the split shift that it is a block of; 0: none.
    pub split: u8,
    /// Its tag.
    pub tag: TagId,
}

/// The roster rows of a card, in the order given.
pub fn roster_rows<'a>(inputs: &'a Inputs<'a>) -> impl Iterator<Item = RosterRow> + 'a {
    let rows = &inputs.card.schedule;
    let mut clock = ZoneCursor::new(inputs.card.zone);
    (0..rows.workday.len()).zip(rows.workday).map(move |(index, workday)| {
        let mut times: Option<(Timestamp, Timestamp)> = None;
        // A card with an unknown template has been refused before.
        for block in timed_row(inputs, &mut clock, index).into_iter().flatten() {
            let (start, end) = times.unwrap_or((block.start, block.end));
            times = Some((start.min(block.start), end.max(block.end)));
        }
        let (kind, split) = (rows.kind_of(index), rows.split.get(index).copied().unwrap_or(0));
        RosterRow { workday: Workday(*workday), kind, times, split, tag: rows.tag_of(index) }
    })
}

/// The blocks of one row, whether it is a duty or not; none for kinds without times.
///
/// # Errors
/// [`EvaluationError::UnknownTemplate`].
pub(super) fn timed_row<'a>(
    inputs: &Inputs<'a>,
    clock: &'a mut ZoneCursor<'_>,
    index: usize,
) -> Result<impl Iterator<Item = ScheduledShift>, EvaluationError> {
    let rows = &inputs.card.schedule;
    let kind = rows.kind_of(index);
    let split = rows.split.get(index).copied().unwrap_or(0);
    let tag = rows.tag_of(index);
    let times = rows.workday.get(index).zip(rows.start.get(index).zip(rows.end.get(index)));
    let mut by_clock = None;
    let mut by_name = None;
    if let Some((workday, (start, end))) = times.filter(|_| kind.has_times() && rows.length_of(index).is_none()) {
        let workday = Workday(*workday);
        match (rows.template.get(index).copied().unwrap_or(0), rows.free_end_of(index)) {
            (_, Some(expects)) => {
                let start = clock.instant(WallTime::on(workday, *start), Fold::Earlier);
                by_clock = Some(free_end::shift(inputs.plan_of_row(workday, tag), workday, start, expects));
            }
            (0, None) => by_clock = Some(by_times(clock, workday, *start, *end)),
            (number, None) => {
                let blocks = by_template(clock, inputs.plan_of_row(workday, tag), workday, number - 1);
                let unknown = EvaluationError::UnknownTemplate { index: index as u32, template: number };
                by_name = Some(blocks.ok_or(unknown)?);
            }
        }
    }
    let blocks = by_clock.into_iter().chain(by_name.into_iter().flatten());
    Ok(blocks.map(move |block| ScheduledShift { kind, split, tag, ..block }))
}

fn follow_pattern(inputs: &Inputs<'_>, clock: &mut ZoneCursor<'_>, scheduled: &mut Vec<ScheduledShift>) {
    if !inputs.timeline.needs().weekly_pattern {
        return;
    }
    let window = inputs.window.facts;
    for day in window.first.0..=window.last.0 {
        let workday = Workday(day);
        let plan = inputs.plan_of_row(workday, TagId::NONE);
        let template = plan.schedule.weekly_pattern.get(workday.weekday() as usize).copied().flatten();
        let roster = &inputs.card.schedule;
        let followed = || {
            let is_open = roster.of_kind(RosterKind::Open).any(|open| open == workday);
            !is_open && inputs.card.employs(workday) && calendar::of_card(inputs, &[], workday).is_working()
        };
        let blocks = template.filter(|_| followed()).and_then(|template| by_template(clock, plan, workday, template));
        scheduled.extend(blocks.into_iter().flatten());
    }
}

#[inline(always)]
fn by_times(clock: &mut ZoneCursor<'_>, workday: Workday, start: i32, end: i32) -> ScheduledShift {
    let (start, end) = span(clock, workday, start, end);
    let planned = end.since(start);
    scheduled_shift(workday, start, end, planned, None)
}

/// The blocks that a template makes on a workday; `None` when there is no such template.
pub(crate) fn by_template<'a>(
    clock: &'a mut ZoneCursor<'_>,
    plan: &'a Plan,
    workday: Workday,
    index: u16,
) -> Option<impl Iterator<Item = ScheduledShift>> {
    let template = plan.schedule.templates.get(usize::from(index))?;
    Some(template.blocks.iter().map(move |stated| {
        let (start, end) = span(clock, workday, stated.start, stated.end);
        let mut taken_off = Seconds::ZERO;
        for (break_start, break_end) in &template.breaks {
            let (break_start, break_end) = span(clock, workday, *break_start, *break_end);
            taken_off = taken_off.plus(break_end.min(end).since(break_start.max(start)));
        }
        let block = scheduled_shift(workday, start, end, end.since(start).beyond(taken_off), Some(index));
        ScheduledShift { needs_in: stated.need_in, needs_out: stated.need_out, ..block }
    }))
}

/// Clock times of a workday as instants. On a night when the clock skips, the end may fall on the start, not before.
pub(super) fn span(clock: &mut ZoneCursor<'_>, workday: Workday, start: i32, end: i32) -> (Timestamp, Timestamp) {
    let start = clock.instant(WallTime::on(workday, start), Fold::Earlier);
    let end = clock.instant(WallTime::on(workday, end), Fold::Later);
    (start, end.max(start))
}

pub(super) fn scheduled_shift(
    workday: Workday,
    start: Timestamp,
    end: Timestamp,
    planned: Seconds,
    template: Option<u16>,
) -> ScheduledShift {
    ScheduledShift {
        workday,
        kind: RosterKind::Work,
        start,
        end,
        free_end: false,
        planned_end: end,
        moved_start: start,
        moved_end: end,
        expected_start: start,
        expected_end: end,
        on_leave: false,
        planned,
        template,
        tag: TagId::NONE,
        split: 0,
        needs_in: true,
        needs_out: true,
        matched: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{ShiftFact, ShiftTimes};
    use crate::testing::{Card, monday, seconds};
    use crate::time::{Weekday, WeekdaySet};

    fn night() -> ShiftTemplate {
        ShiftTemplate {
            breaks: alloc::vec![(seconds("26:30"), seconds("27:00"))],
            ..ShiftTemplate::of_blocks(alloc::vec![ShiftBlock::new(seconds("22:00"), seconds("30:00"))])
        }
    }

    #[test]
    fn a_night_on_which_clocks_change_is_seven_or_nine_hours_long() {
        let mut card = Card::new();
        card.schedule(5, "22:00", "30:00");
        card.shaped().unwrap();
        assert_eq!(card.state.scheduled[0].planned, Seconds::hours(7));
        let autumn = Workday::from_date(2026, 10, 31).unwrap();
        card.window.facts.first = autumn;
        card.window.facts.last = autumn;
        card.facts.shifts[0].workday = autumn;
        card.shaped().unwrap();
        assert_eq!(card.state.scheduled[0].planned, Seconds::hours(9));
    }

    #[test]
    fn cards_without_schedule_facts_follow_the_weekly_pattern_on_working_days() {
        let mut card = Card::new();
        card.plan.schedule.templates.push(night());
        card.plan.schedule.weekly_pattern = [Some(0); 7];
        card.plan.calendar.rest_days = WeekdaySet::NONE.with(Weekday::Saturday).with(Weekday::Sunday);
        card.shaped().unwrap();
        assert_eq!(card.state.scheduled.len(), 5);
        assert_eq!(card.state.scheduled[0].planned, Seconds::minutes(450));
        card.facts.shifts.push(ShiftFact::whole_day(monday().plus(1), RosterKind::Rest));
        card.facts.shifts.push(ShiftFact::whole_day(monday().plus(2), RosterKind::Open));
        card.schedule(5, "09:00", "17:00");
        card.facts.shifts[2].kind = RosterKind::Overtime;
        card.shaped().unwrap();
        let days: Vec<i32> = card.state.scheduled.iter().map(|shift| shift.workday.0 - monday().0).collect();
        assert_eq!(days, [0, 3, 4, 5]);
        card.schedule(6, "09:00", "17:00");
        card.shaped().unwrap();
        assert_eq!(card.state.scheduled.len(), 2);
    }

    #[test]
    fn an_unknown_template_is_an_error() {
        let mut card = Card::new();
        card.facts.shifts.push(ShiftFact::work(monday(), ShiftTimes::Template(3)));
        assert_eq!(card.shaped(), Err(EvaluationError::UnknownTemplate { index: 0, template: 4 }));
        card.facts.shifts[0].kind = RosterKind::OnCall;
        assert_eq!(card.shaped(), Err(EvaluationError::UnknownTemplate { index: 0, template: 4 }));
        card.facts.shifts[0].kind = RosterKind::Open;
        assert_eq!(card.shaped(), Ok(()));
    }
}
