//! The timeline: every moment of the card with all that is known of it.

use std::collections::{BTreeMap, BTreeSet};

use shiftmill_core::pay::holidays::HolidayBasis;
use shiftmill_core::shape::breaks::{AutoDeduct, BreakBasis, BreakPlacement, FixedBreak};
use shiftmill_core::shape::leave::LeaveVersusWork;
use shiftmill_core::shape::workdays::Attribution;
use shiftmill_core::{
    ApprovalTime, Because, DayType, ExceptionCode, GapKind, LeaveTime, PayCode, Plan, Reason, RuleId, Seconds,
    ShiftTimes, SpanState, TagId, Timestamp, Workday, Zone,
};

use super::assignments::{all_plans, tag_on};
use super::day_parts::type_at;
use super::days::{Away, Duty, day_type, is_holiday, type_without_dates};
use super::pairs::Pair;
use super::shifts::{Shift, one_stretch, whole_of};
use super::{Amount, Notice, clock, date_of, holds, lengths, plan_of, plan_of_shift, tags};
use crate::engine::Question;

/// A moment of the timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    pub at: Timestamp,
    pub length: u32,
    pub overtime: Workday,
    pub reporting: Workday,
    pub state: SpanState,
    pub day_type: DayType,
    pub shift: Option<usize>,
    pub tag: TagId,
    /// Which worked segment of the card it is in.
    pub segment: usize,
    pub code: PayCode,
    pub reason: Reason,
}

impl Moment {
    pub fn counts_as_work(&self) -> bool {
        match self.state {
            SpanState::Worked | SpanState::PaidBreak => true,
            SpanState::UnpaidBreak | SpanState::Leave => false,
        }
    }

    /// Whether a rule left it out: no tier counts it, and no premium is paid for it.
    pub fn is_left_out(&self) -> bool {
        match self.reason.because {
            Because::OutsideSchedule
            | Because::OutsideEmployment
            | Because::Unapproved
            | Because::PunchMissing
            | Because::BelowMinimum { .. }
            | Because::RoundedDown { .. }
            | Because::BeyondMaximum { .. } => true,
            Because::Worked
            | Because::Imputed
            | Because::ShortGapPaid { .. }
            | Because::AutoDeducted { .. }
            | Because::FixedBreak
            | Because::OnLeave
            | Because::BeyondShift { .. }
            | Because::BeyondDay { .. }
            | Because::BeyondWeek { .. }
            | Because::BeyondWeeks { .. }
            | Because::BeyondMonth { .. }
            | Because::BeyondPayPeriod { .. }
            | Because::ConsecutiveDay { .. }
            | Because::DayTypeIs { .. }
            | Because::Combination { .. }
            | Because::HolidayNotWorked
            | Because::HolidayWorkedToo
            | Because::ManualHours
            | Because::Override
            | Because::RestRequirement
            | Because::InClockWindow
            | Because::ShiftInClockWindow
            | Because::DayPremium
            | Because::MealRequirement { .. }
            | Because::Lateness
            | Because::ByPlugin { .. }
            | Because::OvertimeRest
            | Because::Banked
            | Because::ApprovedOnly
            | Because::OutsideShift
            | Because::RaisedToMinimum { .. }
            | Because::ShortHour { .. }
            | Because::PerShift
            | Because::LengthRoundedDown { .. }
            | Because::LengthRoundedUp { .. } => false,
        }
    }

    /// Whether no tier looks at it: it is left out, or taken as time off.
    pub fn is_settled(&self) -> bool {
        self.is_left_out() || self.reason.because == Because::Banked
    }

    pub fn end(&self) -> Timestamp {
        self.at.after(Seconds(self.length))
    }
}

/// The timeline so far, by instant.
pub(super) type Timeline = BTreeMap<Timestamp, Moment>;

/// A part of an automatic deduction would end between two moments; they must be at most this long.
struct TooCoarse(u32);

/// Lays out all moments: work, paid gaps, deducted breaks and leave, with their workdays and day types.
pub(crate) fn lay_out(
    question: &Question,
    shifts: &[Shift],
    duties: &[Duty],
    leaves: &[Away],
    notices: &mut Vec<Notice>,
) -> Vec<Moment> {
    let mut length = length(question, shifts, duties, leaves);
    loop {
        let mut noticed = Vec::new();
        match lay_out_by(length, question, shifts, duties, leaves, &mut noticed) {
            Ok(moments) => {
                notices.extend(noticed);
                return moments;
            }
            Err(TooCoarse(finer)) => length = finer,
        }
    }
}

fn lay_out_by(
    length: u32,
    question: &Question,
    shifts: &[Shift],
    duties: &[Duty],
    leaves: &[Away],
    notices: &mut Vec<Notice>,
) -> Result<Vec<Moment>, TooCoarse> {
    let mut timeline = Timeline::new();
    let segments = segments_of(question, shifts);
    for (index, shift) in shifts.iter().enumerate() {
        work(length, question, shift, index, duties, &segments, &mut timeline);
        paid_gaps(length, question, shifts, index, duties, &segments, &mut timeline);
    }
    fixed_breaks(question, shifts, duties, &mut timeline);
    let workdays: BTreeSet<Workday> = timeline.values().map(|moment| moment.overtime).collect();
    for workday in workdays {
        auto_deduct(length, question, workday, shifts, &mut timeline)?;
    }
    lengths::round(length, question, shifts, &mut timeline, notices).map_err(TooCoarse)?;
    leave(length, question, duties, leaves, &mut timeline, notices);
    Ok(timeline.into_values().collect())
}

/// What the day types of moments follow from.
pub(crate) struct Types<'q> {
    pub question: &'q Question,
    /// The start date of each worked shift, and the date on which most of it was worked.
    dates: Vec<(Workday, Option<Workday>)>,
    /// Holidays that are none for the work of the person.
    ordinary: Vec<Workday>,
}

impl<'q> Types<'q> {
    pub fn new(question: &'q Question, shifts: &[Shift], moments: &[Moment], ordinary: Vec<Workday>) -> Types<'q> {
        let mut worked: BTreeMap<(usize, Workday), u32> = BTreeMap::new();
        for moment in moments.iter().filter(|moment| moment.counts_as_work()) {
            let Some(shift) = moment.shift else { continue };
            *worked.entry((whole_of(shifts, shift), date_of(question, moment.at))).or_default() += moment.length;
        }
        let most_worked = |index: usize| {
            let whole = whole_of(shifts, index);
            let own: Vec<_> = worked.iter().filter(|entry| entry.0.0 == whole).collect();
            let most = own.iter().map(|entry| *entry.1).max()?;
            own.iter().find(|entry| *entry.1 == most).map(|entry| entry.0.1)
        };
        let dates = (0..shifts.len()).map(|index| (shifts[index].start_date, most_worked(index))).collect();
        Types { question, dates, ordinary }
    }

    /// The same with other moments.
    pub fn anew(&self, shifts: &[Shift], moments: &[Moment]) -> Types<'q> {
        Types::new(self.question, shifts, moments, self.ordinary.clone())
    }

    /// The day type of a moment.
    pub fn of(&self, moment: &Moment) -> DayType {
        let then = |date| {
            let whole = match self.ordinary.contains(&date) {
                true => type_without_dates(self.question, date),
                false => day_type(self.question, date),
            };
            type_at(self.question, date, moment.at, whole)
        };
        let by_workday = then(moment.overtime);
        match plan_of(self.question, moment.overtime).holidays.basis {
            HolidayBasis::Workday => by_workday,
            HolidayBasis::ShiftStart => then(moment.shift.map_or(moment.overtime, |shift| self.dates[shift].0)),
            HolidayBasis::Majority => {
                let date = moment.shift.and_then(|shift| self.dates[shift].1);
                then(date.unwrap_or(moment.overtime))
            }
            HolidayBasis::CalendarSplit => {
                let by_date = then(date_of(self.question, moment.at));
                let special = |kind: DayType| is_holiday(kind) || kind == DayType::StatutoryRest;
                if special(by_date) || special(by_workday) { by_date } else { by_workday }
            }
        }
    }
}

/// Gives every moment its day type.
pub(crate) fn set_day_types(types: &Types<'_>, moments: &mut [Moment]) {
    for moment in moments {
        moment.day_type = types.of(moment);
    }
}

/// Divides moments so that the pay of holidays, which may fill counters, is a whole number of them.
pub(crate) fn refine(question: &Question, amounts: &[Amount], moments: &mut Vec<Moment>) {
    let Some(length) = moments.iter().map(|moment| moment.length).min() else { return };
    let fills = |amount: &&Amount| {
        let of_holiday = matches!(amount.reason.because, Because::HolidayNotWorked | Because::HolidayWorkedToo);
        let counts = |plan: &Plan| plan.holidays.not_worked.as_ref().is_some_and(|rule| rule.counts_toward != 0);
        of_holiday && all_plans(question).any(counts)
    };
    let finer = amounts.iter().filter(fills).fold(length, |length, amount| gcd(length, amount.amount as u32));
    let pieces = |moment: Moment| {
        let starts = (0..moment.length / finer).map(move |piece| moment.at.after(Seconds(piece * finer)));
        starts.map(move |at| Moment { at, length: finer, ..moment })
    };
    *moments = moments.iter().copied().flat_map(pieces).collect();
}

/// The greatest length that divides every instant and limit that could cut the timeline.
pub(crate) fn length(question: &Question, shifts: &[Shift], duties: &[Duty], leaves: &[Away]) -> u32 {
    // Local midnights and clock windows of every zone lie on whole quarters of an hour, those of the plan below.
    let mut length: u32 = 900;
    let mut divide = |value: i64| length = gcd(length, value.unsigned_abs() as u32 % 86_400);
    for pair in shifts.iter().flat_map(|shift| &shift.pairs) {
        divide(pair.start.0.rem_euclid(86_400));
        divide(pair.end.0.rem_euclid(86_400));
    }
    for piece in duties.iter().flat_map(|duty| &duty.breaks) {
        divide(piece.0.0.rem_euclid(86_400));
        divide(piece.1.0.rem_euclid(86_400));
    }
    for duty in duties {
        for edge in [duty.start, duty.end, duty.planned_end, duty.moved_start, duty.moved_end] {
            divide(edge.0.rem_euclid(86_400));
        }
    }
    for piece in leaves.iter().flat_map(|leave| &leave.pieces) {
        divide(piece.0.0.rem_euclid(86_400));
        divide(piece.1.0.rem_euclid(86_400));
    }
    for row in &question.facts.shifts {
        if let ShiftTimes::Length(length) = row.times {
            divide(i64::from(length.0));
            // Leave may take half of what is expected.
            divide(i64::from(length.0 / 2));
        }
    }
    for fact in &question.facts.leave {
        match fact.time {
            LeaveTime::Amount(_, amount) => divide(i64::from(amount.0)),
            LeaveTime::HalfDay(workday, _) => divide(i64::from(plan_of(question, workday).leave.day_length.0 / 2)),
            LeaveTime::Workday(_) | LeaveTime::Span { .. } => {}
        }
    }
    let by_row = question.facts.day_overrides.iter().filter_map(|day| day.window);
    let plans = || all_plans(question);
    let by_calendar = plans().flat_map(|plan| &plan.calendar.half_days).map(|half_day| half_day.window);
    let named = plans().flat_map(|plan| &plan.calendars).flat_map(|calendar| &calendar.dates);
    let by_name = named.filter_map(|stated| stated.half_day).map(|half_day| half_day.window);
    for window in by_row.chain(by_calendar).chain(by_name) {
        divide(i64::from(window.opens()));
        divide(i64::from(window.closes()));
    }
    for approval in &question.facts.approvals {
        match approval.time {
            ApprovalTime::Span { start, end } => {
                divide(start.0.rem_euclid(86_400));
                divide(end.0.rem_euclid(86_400));
                if start < question.window.as_of && question.window.as_of < end {
                    divide(question.window.as_of.0.rem_euclid(86_400));
                }
            }
            ApprovalTime::Length(_, amount) => divide(i64::from(amount.0)),
            ApprovalTime::Workday(_) => {}
        }
    }
    for preset in &question.presets {
        divide(preset.start.0.rem_euclid(86_400));
        divide(preset.end.0.rem_euclid(86_400));
    }
    for balance in &question.facts.opening_balances {
        divide(i64::from(balance.amount.0));
    }
    for plan in all_plans(question) {
        for limit in limits(plan) {
            divide(i64::from(limit));
        }
    }
    length
}

/// Every length and time of day of a plan that could cut the timeline.
fn limits(plan: &Plan) -> Vec<u32> {
    let mut limits = vec![plan.workdays.opens_at, plan.leave.day_length.0];
    for rule in &plan.breaks.fixed {
        limits.extend([rule.start, rule.end]);
    }
    for rule in &plan.breaks.auto_deduct {
        limits.extend([rule.after.0, rule.amount.0]);
    }
    for rule in &plan.length_rounding {
        limits.extend([rule.interval.0, rule.grace.0]);
    }
    for rule in &plan.overtime_approval {
        limits.extend([rule.start_offset.0, rule.minimum.0]);
        limits.extend(rule.unit.iter().chain(&rule.day_max).map(|limit| limit.0));
        limits.extend(rule.rests.iter().flat_map(|rest| [rest.after.0, rest.rest.0]));
    }
    for tier in &plan.overtime.tiers {
        limits.push(tier.limit.0);
    }
    for premium in &plan.premiums {
        limits.push(premium.max.0);
        limits.extend(premium.window.iter().flat_map(|window| [window.from, window.to]));
        let hours = [premium.after.workday, premium.after.workweek, premium.before.workday, premium.before.workweek];
        limits.extend(hours.iter().flatten().map(|limit| limit.0));
        limits.extend(premium.limits.minimum.iter().map(|minimum| minimum.of.0));
        limits.extend(premium.limits.maximum.iter().map(|maximum| maximum.of.0));
    }
    limits
}

pub(super) fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// The moments of `[start, end)`.
fn moments_of(length: u32, start: Timestamp, end: Timestamp) -> impl Iterator<Item = Timestamp> {
    (start.0..end.0).step_by(length as usize).map(Timestamp)
}

fn work(
    length: u32,
    question: &Question,
    shift: &Shift,
    index: usize,
    duties: &[Duty],
    segments: &BTreeMap<(usize, usize), usize>,
    timeline: &mut Timeline,
) {
    let labels = Labels::of(question, shift, duties);
    for (place, pair) in shift.pairs.iter().enumerate() {
        let segment = segments.get(&(index, place)).copied().unwrap_or(0);
        let because = if pair.imputed { Because::Imputed } else { Because::Worked };
        let rule = if pair.imputed { RuleId::PUNCHES } else { RuleId::WORKED };
        for at in moments_of(length, pair.start, pair.end) {
            let (overtime, reporting) = labels.of_instant(question, at);
            timeline.entry(at).or_insert(Moment {
                at,
                length,
                overtime,
                reporting,
                state: SpanState::Worked,
                day_type: DayType::Workday,
                shift: Some(index),
                tag: pair.tag,
                segment,
                code: PayCode::REGULAR,
                reason: Reason { rule, because },
            });
        }
    }
}

fn paid_gaps(
    length: u32,
    question: &Question,
    shifts: &[Shift],
    index: usize,
    duties: &[Duty],
    segments: &BTreeMap<(usize, usize), usize>,
    timeline: &mut Timeline,
) {
    let shift = &shifts[index];
    let Some(rule) = plan_of_shift(question, shift).breaks.paid_below else { return };
    let labels = Labels::of(question, shift, duties);
    let worked: Vec<(usize, usize)> = (0..=index)
        .filter(|part| one_stretch(shifts, *part, index))
        .flat_map(|part| (0..shifts[part].pairs.len()).map(move |place| (part, place)))
        .filter(|(part, place)| shifts[*part].pairs[*place].start < shifts[*part].pairs[*place].end)
        .collect();
    for two in worked.windows(2).filter(|two| two[1].0 == index) {
        let (before, after) = (shifts[two[0].0].pairs[two[0].1], shift.pairs[two[1].1]);
        if !is_paid_gap(question, shift, &before, &after) {
            continue;
        }
        let segment = segments[&two[1]];
        let reason = Reason { rule: rule.rule, because: Because::ShortGapPaid { limit: rule.limit } };
        for at in moments_of(length, before.end, after.start) {
            let (overtime, reporting) = labels.of_instant(question, at);
            timeline.entry(at).or_insert(Moment {
                at,
                length,
                overtime,
                reporting,
                state: SpanState::PaidBreak,
                day_type: DayType::Workday,
                shift: Some(index),
                tag: before.tag,
                segment,
                code: PayCode::REGULAR,
                reason,
            });
        }
    }
}

/// Whether the gap between two pairs of one shift, or of parts of one, is paid: of its kind, which the later pair has, and of its
/// rounded length, which may be nothing.
pub(crate) fn is_paid_gap(question: &Question, shift: &Shift, before: &Pair, after: &Pair) -> bool {
    let rule = plan_of_shift(question, shift).breaks.paid_below;
    rule.is_some_and(|rule| {
        let short = after.start.since(before.end) < rule.limit;
        let of_kind = after.gap_before.is_some_and(|kind| rule.meals_too || kind != GapKind::Meal);
        short && of_kind && tags::fits(question, rule.tags, before.tag)
    })
}

/// The worked segment of every pair, by shift and place. Pairs that round to nothing are as if they were not there.
fn segments_of(question: &Question, shifts: &[Shift]) -> BTreeMap<(usize, usize), usize> {
    let mut segments = BTreeMap::new();
    let mut before: Option<(usize, Pair)> = None;
    let mut segment = 0;
    for (index, shift) in shifts.iter().enumerate() {
        for (place, pair) in shift.pairs.iter().enumerate().filter(|entry| entry.1.start < entry.1.end) {
            if let Some((shift_before, earlier)) = before {
                let no_gap = earlier.raw_end >= pair.raw_start && earlier.end == pair.start;
                let paid = one_stretch(shifts, shift_before, index) && is_paid_gap(question, shift, &earlier, pair);
                segment += usize::from(!no_gap && !paid);
            }
            before = Some((index, *pair));
            segments.insert((index, place), segment);
        }
    }
    segments
}

/// How the seconds of one worked shift find their two labels.
struct Labels {
    overtime: Label,
    reporting: Label,
}

/// One way to a label.
#[derive(Clone, Copy)]
enum Label {
    Whole(Workday),
    ByDate,
    ByWindow(u32),
}

impl Labels {
    fn of(question: &Question, shift: &Shift, duties: &[Duty]) -> Labels {
        let workdays = &plan_of_shift(question, shift).workdays;
        let label = |way| Label::of(question, shift, duties, way, workdays.opens_at);
        Labels { overtime: label(workdays.overtime), reporting: label(workdays.reporting) }
    }

    fn of_instant(&self, question: &Question, at: Timestamp) -> (Workday, Workday) {
        (self.overtime.of_instant(question, at), self.reporting.of_instant(question, at))
    }
}

impl Label {
    fn of(question: &Question, shift: &Shift, duties: &[Duty], way: Attribution, opens_at: u32) -> Label {
        match way {
            Attribution::StartDay => Label::Whole(shift.start_date),
            Attribution::EndDay => {
                let last = shift.whole_pairs.last().map_or(shift.whole_begins, |pair| pair.raw_end);
                Label::Whole(date_of(question, last))
            }
            Attribution::Majority => Label::Whole(majority(question, shift)),
            Attribution::SplitMidnight => Label::ByDate,
            Attribution::DivideTime => Label::Whole(window_of(question, shift.whole_begins, opens_at)),
            Attribution::DivideTimeSplit => Label::ByWindow(opens_at),
            Attribution::ScheduleLabel => {
                Label::Whole(shift.duty.map_or(shift.start_date, |duty| duties[duty].workday))
            }
        }
    }

    fn of_instant(self, question: &Question, at: Timestamp) -> Workday {
        match self {
            Label::Whole(workday) => workday,
            Label::ByDate => date_of(question, at),
            Label::ByWindow(opens_at) => window_of(question, at, opens_at),
        }
    }
}

/// The label of the window from `opens_at` to `opens_at` that holds an instant.
fn window_of(question: &Question, at: Timestamp, opens_at: u32) -> Workday {
    let opens = |date| clock::first_shown(&question.zone, date, opens_at as i32);
    // Where a person moves over an ocean, the window of a date may open after the date.
    let mut date = date_of(question, at).plus(1);
    while opens(date) > at {
        date = date.plus(-1);
    }
    date
}

fn majority(question: &Question, shift: &Shift) -> Workday {
    let mut by_date: BTreeMap<Workday, i64> = BTreeMap::new();
    for pair in &shift.whole_pairs {
        let mut date = date_of(question, pair.start);
        while clock::midnight(&question.zone, date) < pair.end {
            let from = clock::midnight(&question.zone, date).max(pair.start);
            let until = clock::midnight(&question.zone, date.plus(1)).min(pair.end);
            *by_date.entry(date).or_default() += i64::from(until.since(from).0);
            date = date.plus(1);
        }
    }
    let most = by_date.values().copied().max().unwrap_or(0);
    let start_day = by_date.get(&shift.start_date).copied().unwrap_or(0);
    if start_day == most {
        return shift.start_date;
    }
    by_date.iter().find(|entry| *entry.1 == most).map_or(shift.start_date, |entry| *entry.0)
}

/// The reporting workday of a worked shift's first punch.
pub(crate) fn shown_on(question: &Question, shift: &Shift, duties: &[Duty]) -> Workday {
    Labels::of(question, shift, duties).reporting.of_instant(question, shift.begins)
}

/// The reporting workday of an instant of a worked shift.
pub(crate) fn reporting_of(question: &Question, shift: &Shift, duties: &[Duty], at: Timestamp) -> Workday {
    Labels::of(question, shift, duties).reporting.of_instant(question, at)
}

/// Both workdays of an instant of a worked shift: the one that overtime counts by, and the one it is shown on.
pub(crate) fn labels_of(question: &Question, shift: &Shift, duties: &[Duty], at: Timestamp) -> (Workday, Workday) {
    Labels::of(question, shift, duties).of_instant(question, at)
}

/// The overtime workday of an instant of a worked shift.
pub(crate) fn overtime_of(question: &Question, shift: &Shift, duties: &[Duty], at: Timestamp) -> Workday {
    Labels::of(question, shift, duties).overtime.of_instant(question, at)
}

fn fixed_breaks(question: &Question, shifts: &[Shift], duties: &[Duty], timeline: &mut Timeline) {
    let (Some(first), Some(last)) = (timeline.keys().next().copied(), timeline.keys().next_back().copied()) else {
        return;
    };
    let of_plan = |plan: &Plan| -> Vec<(FixedBreak, Vec<DailyWindow>)> {
        let rules = plan.breaks.fixed.iter();
        rules.map(|rule| (*rule, daily_windows(&question.zone, first, last, rule.start, rule.end))).collect()
    };
    let windows: Vec<Vec<(FixedBreak, Vec<DailyWindow>)>> =
        shifts.iter().map(|shift| of_plan(plan_of_shift(question, shift))).collect();
    for moment in timeline.values_mut() {
        let index = moment.shift.expect("only work is on the timeline yet");
        let duty = shifts[index].duty.map(|duty| &duties[duty]);
        let of_template =
            duty.and_then(|duty| duty.breaks.iter().find(|piece| piece.0 <= moment.at && moment.at < piece.1));
        let mut candidates: Vec<(Timestamp, bool, RuleId)> = Vec::new();
        candidates.extend(of_template.map(|piece| (piece.0, false, RuleId::ATTENDANCE)));
        for (rule, windows) in windows[index].iter().filter(|entry| tags::fits(question, entry.0.tags, moment.tag)) {
            let holding = windows.iter().filter(|window| window.start <= moment.at && moment.at < window.end);
            candidates.extend(holding.map(|window| (window.start, true, rule.rule)));
        }
        // The break that begins first takes the second; then that of the template, then the first in order.
        let rule = candidates.iter().min_by_key(|candidate| (candidate.0, candidate.1)).map(|found| found.2);
        if let Some(rule) = rule {
            moment.state = SpanState::UnpaidBreak;
            moment.code = PayCode::UNPAID_BREAK;
            moment.reason = Reason { rule, because: Because::FixedBreak };
        }
    }
}

/// The daily window of one local date as instants.
pub(crate) struct DailyWindow {
    pub date: Workday,
    pub start: Timestamp,
    pub end: Timestamp,
}

/// The daily windows from `from` to `to` of all dates that a clock shows between two instants. Two may hold the same
/// second where a window outlasts its day.
pub(crate) fn daily_windows(zone: &Zone, first: Timestamp, last: Timestamp, from: u32, to: u32) -> Vec<DailyWindow> {
    let days_on = i32::from(to <= from);
    let (first, last) = (clock::date_at(zone, first).plus(-2), clock::date_at(zone, last).plus(1));
    (first.0..=last.0)
        .map(Workday)
        .map(|date| DailyWindow {
            date,
            start: clock::first_shown(zone, date, from as i32),
            end: clock::last_shown(zone, date.plus(days_on), to as i32),
        })
        .collect()
}

fn auto_deduct(
    length: u32,
    question: &Question,
    workday: Workday,
    shifts: &[Shift],
    timeline: &mut Timeline,
) -> Result<(), TooCoarse> {
    let plan = plan_of(question, workday);
    let day: Vec<Moment> = timeline.values().filter(|moment| moment.overtime == workday).copied().collect();
    let own_of = |rule: &AutoDeduct| -> Vec<Moment> {
        day.iter().filter(|moment| tags::fits(question, rule.tags, moment.tag)).copied().collect()
    };
    let work_of =
        |own: &[Moment]| -> Vec<Moment> { own.iter().filter(|moment| moment.counts_as_work()).copied().collect() };
    let takes = |rule: &AutoDeduct| {
        let own = own_of(rule);
        let segments = segments(&own);
        let net = work_of(&own).len() as u32 * length;
        let reached = holds(rule.compare, Seconds(basis(rule, &own, &segments)), rule.after);
        let fits = rule.only_if_segments.is_none_or(|count| usize::from(count) == segments.len());
        if !reached || !fits {
            return 0;
        }
        let taken = if rule.count_taken { taken(rule, shifts, &day, &segments) } else { 0 };
        let due = rule.amount.0.saturating_sub(taken).min(net);
        let due = if rule.taper { due.min(net.saturating_sub(rule.after.0)) } else { due };
        let enough_is_left = holds(rule.compare, Seconds(net - due), rule.after);
        if rule.basis == BreakBasis::NetAfter && !enough_is_left { 0 } else { due }
    };
    let places = plan.breaks.auto_deduct.iter().enumerate();
    let most = places.max_by_key(|(place, rule)| (takes(rule), rule.after, std::cmp::Reverse(*place)));
    let Some((_, rule)) = most else { return Ok(()) };
    let amount = takes(rule);
    if amount == 0 {
        return Ok(());
    }
    if amount % length != 0 {
        return Err(TooCoarse(gcd(length, amount % length)));
    }
    let own = own_of(rule);
    let (segments, work) = (segments(&own), work_of(&own));
    let pieces = match rule.placement {
        BreakPlacement::AtTrigger => at_trigger(rule, &work, amount / length, length)?,
        BreakPlacement::Proportional => proportional(&segments, amount, length)?,
    };
    for at in pieces {
        let moment = timeline.get_mut(&at).expect("the piece is cut from the timeline");
        moment.state = SpanState::UnpaidBreak;
        moment.code = PayCode::UNPAID_BREAK;
        moment.reason = Reason { rule: rule.rule, because: Because::AutoDeducted { amount: rule.amount } };
    }
    Ok(())
}

/// Stretches of moments that follow each other.
fn segments(moments: &[Moment]) -> Vec<Vec<Moment>> {
    let mut segments: Vec<Vec<Moment>> = Vec::new();
    for moment in moments {
        match segments.last_mut() {
            Some(segment) if follows(&segment[segment.len() - 1], moment) => segment.push(*moment),
            _ => segments.push(vec![*moment]),
        }
    }
    segments
}

/// Whether a moment goes on with the worked segment of the one before it.
fn follows(before: &Moment, after: &Moment) -> bool {
    before.end() == after.at && before.segment == after.segment
}

fn basis(rule: &AutoDeduct, day: &[Moment], segments: &[Vec<Moment>]) -> u32 {
    let length = |moments: &[Moment]| moments.iter().map(|moment| moment.length).sum::<u32>();
    match rule.basis {
        BreakBasis::WorkedGross => length(day),
        BreakBasis::LongestSegment => segments.iter().map(|segment| length(segment)).max().unwrap_or(0),
        BreakBasis::GrossSpan => day.last().map_or(0, |last| last.end().since(day[0].at).0),
        BreakBasis::WorkedNet | BreakBasis::NetAfter => {
            day.iter().filter(|moment| moment.counts_as_work()).map(|moment| moment.length).sum()
        }
    }
}

/// The breaks between two segments that a rule is for, with nothing else of the workday between them.
fn taken(rule: &AutoDeduct, shifts: &[Shift], day: &[Moment], segments: &[Vec<Moment>]) -> u32 {
    let gaps = segments.windows(2).filter_map(|pair| {
        let (before, after) = (pair[0][pair[0].len() - 1], pair[1][0]);
        let gap = after.at.since(before.end());
        let (earlier, later) = (before.shift?, after.shift?);
        if day.iter().any(|moment| before.end() <= moment.at && moment.at < after.at) {
            return None;
        }
        (one_stretch(shifts, earlier, later) && gap >= rule.min_piece).then_some(gap.0)
    });
    gaps.sum()
}

fn at_trigger(rule: &AutoDeduct, work: &[Moment], count: u32, length: u32) -> Result<Vec<Timestamp>, TooCoarse> {
    let begins = (rule.after.0 / length).min(work.len() as u32 - count);
    Ok(work[begins as usize..(begins + count) as usize].iter().map(|moment| moment.at).collect())
}

fn proportional(segments: &[Vec<Moment>], amount: u32, length: u32) -> Result<Vec<Timestamp>, TooCoarse> {
    let work = |segment: &Vec<Moment>| segment.iter().filter(|moment| moment.counts_as_work()).copied().collect();
    let segments: Vec<Vec<Moment>> = segments.iter().map(work).collect();
    let long = |segment: &Vec<Moment>| segment.len() as u32 * length;
    let whole: u32 = segments.iter().map(long).sum();
    let share = |segment| (u64::from(amount) * u64::from(long(segment)) / u64::from(whole)) as u32;
    let mut pieces: Vec<u32> = segments.iter().map(share).collect();
    let mut remainder = amount - pieces.iter().sum::<u32>();
    for (piece, segment) in pieces.iter_mut().zip(&segments).rev() {
        let more = remainder.min(long(segment) - *piece);
        *piece += more;
        remainder -= more;
    }
    if let Some(odd) = pieces.iter().find(|piece| **piece % length != 0) {
        return Err(TooCoarse(gcd(length, *odd % length)));
    }
    let mut moments = Vec::new();
    for (segment, piece) in segments.iter().zip(pieces) {
        let count = (piece / length) as usize;
        moments.extend(segment[segment.len() - count..].iter().map(|moment| moment.at));
    }
    Ok(moments)
}

/// Lays leave over the timeline: the first leave has the time, and work or leave gives way where they meet.
fn leave(
    length: u32,
    question: &Question,
    duties: &[Duty],
    leaves: &[Away],
    timeline: &mut Timeline,
    notices: &mut Vec<Notice>,
) {
    let mut claimed: BTreeSet<Timestamp> = BTreeSet::new();
    let mut met: BTreeMap<Workday, (Timestamp, u32)> = BTreeMap::new();
    for away in leaves {
        let mut lost: BTreeMap<Workday, (Timestamp, u32)> = BTreeMap::new();
        for at in away.pieces.iter().flat_map(|piece| moments_of(length, piece.0, piece.1)) {
            let (overtime, reporting) = away_labels(question, duties, away, at);
            if !claimed.insert(at) {
                lost.entry(reporting).or_insert((at, 0)).1 += length;
                continue;
            }
            let present = timeline.get(&at).copied();
            let versus = plan_of(question, reporting).leave.versus_work;
            if present.is_some_and(|moment| moment.counts_as_work()) && versus != LeaveVersusWork::WorkWins {
                let entry = met.entry(reporting).or_insert((at, 0));
                *entry = (entry.0.min(at), entry.1 + length);
            }
            if present.is_some() && versus != LeaveVersusWork::LeaveWins {
                continue;
            }
            let reason = Reason { rule: RuleId::LEAVE, because: Because::OnLeave };
            timeline.insert(
                at,
                Moment {
                    at,
                    length,
                    overtime,
                    reporting,
                    state: SpanState::Leave,
                    day_type: DayType::Workday,
                    shift: None,
                    tag: tag_on(question, reporting),
                    segment: 0,
                    code: away.code,
                    reason,
                },
            );
        }
        for (workday, (at, measure)) in lost {
            notices.push(Notice { code: ExceptionCode::LeaveOverlap, workday, at, measure: Seconds(measure) });
        }
    }
    for (workday, (at, measure)) in met {
        notices.push(Notice { code: ExceptionCode::LeaveWorked, workday, at, measure: Seconds(measure) });
    }
}

/// The workdays of one second of leave.
pub(crate) fn away_labels(question: &Question, duties: &[Duty], away: &Away, at: Timestamp) -> (Workday, Workday) {
    if let Some(workday) = away.workday {
        return (workday, workday);
    }
    let rules = &plan_of(question, away.plan_day).workdays;
    let label = |way| match way {
        Attribution::DivideTime | Attribution::DivideTimeSplit => window_of(question, at, rules.opens_at),
        Attribution::ScheduleLabel => {
            let duty = duties.iter().find(|duty| duty.start <= at && at < duty.planned_end);
            duty.map_or(date_of(question, at), |duty| duty.workday)
        }
        Attribution::StartDay | Attribution::EndDay | Attribution::Majority | Attribution::SplitMidnight => {
            date_of(question, at)
        }
    };
    (label(rules.overtime), label(rules.reporting))
}

/// Notes work on a holiday, once per workday.
pub(crate) fn holiday_work(_question: &Question, moments: &[Moment], notices: &mut Vec<Notice>) {
    let employed = |moment: &Moment| moment.reason.because != Because::OutsideEmployment;
    let on_holiday: Vec<&Moment> = moments
        .iter()
        .filter(|moment| moment.counts_as_work() && is_holiday(moment.day_type) && employed(moment))
        .collect();
    let workdays: BTreeSet<Workday> = on_holiday.iter().map(|moment| moment.reporting).collect();
    for workday in workdays {
        let of_day = || on_holiday.iter().filter(|moment| moment.reporting == workday);
        let at = of_day().map(|moment| moment.at).min().expect("the workday has work");
        let measure = Seconds(of_day().map(|moment| moment.length).sum());
        notices.push(Notice { code: ExceptionCode::HolidayWorked, workday, at, measure });
    }
}
