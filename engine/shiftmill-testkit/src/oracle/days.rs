//! Days: their type, their scheduled shifts and their leave.

use std::collections::BTreeSet;

use shiftmill_core::shape::calendar::{StatutoryRestDay, UnrosteredDay};
use shiftmill_core::shape::leave::LeaveDays;
use shiftmill_core::shape::schedule::LateMax;
use shiftmill_core::{
    Because, DayHalf, DayOverride, DayType, EvaluationError, ExceptionCode, LeaveTime, PayCode, Reason, RosterKind,
    RuleId, Seconds, ShiftFact, ShiftTimes, TagId, Timestamp, Workday,
};

use super::assignments::stated_by_calendar;
use super::day_parts::{NotExpected, part_of};
use super::employment::is_employed;
use super::half_day::in_half;
use super::moments::{Moment, away_labels};
use super::overtime::week_of;
use super::{Amount, Notice, clock, date_of, plan_of, plan_of_duty, plan_of_row, tags};
use crate::engine::Question;

/// A scheduled shift, or one block of a split shift.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Duty {
    pub workday: Workday,
    pub kind: RosterKind,
    pub start: Timestamp,
    /// Where its end is free, the latest.
    pub end: Timestamp,
    /// Where its end is free: the length that its row expects, zero for none.
    pub free_end: Option<Seconds>,
    /// Until when leave and holidays find planned time in it.
    pub planned_end: Timestamp,
    /// Where it begins and ends once the person's coming and going moved it.
    pub moved_start: Timestamp,
    pub moved_end: Timestamp,
    pub expected_start: Timestamp,
    pub expected_end: Timestamp,
    pub breaks: Vec<(Timestamp, Timestamp)>,
    pub on_leave: bool,
    pub earliest_in: Seconds,
    pub latest_out: Seconds,
    /// How long after its start a punch may still be its first.
    pub late_max: Seconds,
    pub template: Option<u16>,
    /// The tag of its row.
    pub tag: TagId,
    /// The number of the split shift that its row is a block of; 0: none.
    pub split: u8,
    /// Whether its edges need punches.
    pub needs_in: bool,
    pub needs_out: bool,
    pub matched: bool,
}

impl Duty {
    /// The planned time: the length less the breaks, or what a row with a free end expects.
    pub fn planned(&self) -> u32 {
        if let Some(expects) = self.free_end {
            return expects.0;
        }
        let inside = |piece: &(Timestamp, Timestamp)| piece.1.min(self.end).since(piece.0.max(self.start)).0;
        let breaks: u32 = self.breaks.iter().map(inside).sum();
        self.end.since(self.start).0.saturating_sub(breaks)
    }
}

/// All blocks of the shift that block `index` belongs to, in order.
pub(crate) fn blocks_of(duties: &[Duty], index: usize) -> Vec<usize> {
    let own = &duties[index];
    let numbered = |duty: &Duty| duty.split > 0 && duty.split == own.split;
    let named =
        |duty: &Duty| duty.split == 0 && own.split == 0 && own.template.is_some() && duty.template == own.template;
    let same = |other: &usize| {
        let duty = &duties[*other];
        let of_day = duty.workday == own.workday && duty.kind == own.kind;
        *other == index || of_day && (numbered(duty) || named(duty))
    };
    (0..duties.len()).filter(same).collect()
}

/// The type of a date, as far as it does not follow from the work.
pub(crate) fn day_type(question: &Question, date: Workday) -> DayType {
    let plan = plan_of(question, date);
    let calendar = &plan.calendar;
    let whole = |decision: &&DayOverride| decision.workday == date && decision.window.is_none();
    if let Some(decided) = question.facts.day_overrides.iter().rev().find(whole) {
        return decided.day_type;
    }
    if calendar.statutory_rest_day == Some(StatutoryRestDay::Weekday(date.weekday())) {
        return DayType::StatutoryRest;
    }
    let by_own = || calendar.dates.iter().find(|entry| entry.0 == date).map(|entry| entry.1);
    let listed = match stated_by_calendar(question, date) {
        Some(stated) => stated.day_type,
        None => by_own(),
    };
    if let Some(listed) = listed {
        return listed;
    }
    type_without_dates(question, date)
}

/// The type of a date by the roster and its weekday alone.
pub(crate) fn type_without_dates(question: &Question, date: Workday) -> DayType {
    let plan = plan_of(question, date);
    let calendar = &plan.calendar;
    let rows = || question.facts.shifts.iter();
    let told = |kind: RosterKind| rows().any(|row| row.workday == date && row.kind == kind);
    if told(RosterKind::Rest) {
        return DayType::RestDay;
    }
    if calendar.roster_decides && told(RosterKind::Work) {
        return DayType::Workday;
    }
    let in_week = rows().any(|row| week_of(plan, row.workday) == week_of(plan, date));
    let without_row = in_week && rows().all(|row| row.workday != date);
    match calendar.unrostered_day {
        UnrosteredDay::RestDay if without_row => return DayType::RestDay,
        UnrosteredDay::Workday if without_row => return DayType::Workday,
        UnrosteredDay::RestDay | UnrosteredDay::Workday | UnrosteredDay::ByPattern => {}
    }
    if calendar.rest_days.contains(date.weekday()) { DayType::RestDay } else { DayType::Workday }
}

/// The question with every statutory rest day that follows from the work as a decision for the employee.
pub(crate) fn with_last_worked(question: &Question, moments: &[Moment]) -> Question {
    let mut decided = question.clone();
    let worked: BTreeSet<Workday> =
        moments.iter().filter(|moment| moment.counts_as_work()).map(|moment| date_of(question, moment.at)).collect();
    let facts = question.window.facts;
    let mut date = facts.first;
    while date <= facts.last {
        let plan = plan_of(question, date);
        let Some(StatutoryRestDay::LastWorked { four_weeks_from }) = plan.calendar.statutory_rest_day else {
            date = date.plus(1);
            continue;
        };
        let week = week_of(plan, date);
        let (first, weeks) = match four_weeks_from {
            None => (week, 1),
            Some(anchor) => (week.plus(-(week.0 - week_of(plan, anchor).0).rem_euclid(28)), 4),
        };
        let days: Vec<Workday> = (0..7 * weeks).map(|day| first.plus(day)).collect();
        date = first.plus(7 * weeks);
        let is_rest = |day: &&Workday| {
            matches!(day_type(question, **day), DayType::RestDay | DayType::ShiftedRest | DayType::StatutoryRest)
        };
        let is_free = |day: &&Workday| !worked.contains(day) || day_type(question, **day) == DayType::StatutoryRest;
        let free = days.iter().filter(is_rest).filter(is_free).count() as i32;
        let by_row = |day: Workday| {
            let mut rows = question.facts.day_overrides.iter();
            rows.any(|decision| decision.workday == day && decision.window.is_none())
        };
        let mut lacking = weeks - free;
        for day in days.iter().rev().filter(is_rest) {
            if lacking > 0 && worked.contains(day) && !by_row(*day) {
                // The part of the day that the calendar names stays.
                let part = part_of(question, *day);
                let part = part.map(|(window, day_type)| DayOverride { workday: *day, day_type, window: Some(window) });
                let whole = DayOverride { workday: *day, day_type: DayType::StatutoryRest, window: None };
                decided.facts.day_overrides.extend(part.into_iter().chain([whole]));
                lacking -= 1;
            }
        }
    }
    decided
}

/// Rows of the roster that do not agree with the type of their day.
pub(crate) fn judge_roster(question: &Question, duties: &[Duty], notices: &mut Vec<Notice>) {
    if question.facts.shifts.is_empty() {
        return;
    }
    for (index, duty) in duties.iter().enumerate().filter(|entry| entry.1.kind == RosterKind::Work) {
        let of_day = day_type(question, duty.workday);
        let blocks = blocks_of(duties, index);
        if !is_working(of_day) && !is_holiday(of_day) && blocks[0] == index {
            let planned = blocks.iter().map(|block| duties[*block].planned()).sum();
            let (workday, at, measure) = (duty.workday, duty.start, Seconds(planned));
            notices.push(Notice { code: ExceptionCode::RestDayRostered, workday, at, measure });
        }
    }
    let days: BTreeSet<Workday> = question.facts.shifts.iter().map(|row| row.workday).collect();
    for workday in days {
        let of_day = day_type(question, workday);
        if let Some(measure) = expected_on(question, workday).filter(|_| is_employed(question, workday))
            && !is_working(of_day)
            && !is_holiday(of_day)
        {
            let at = clock::midnight(&question.zone, workday);
            notices.push(Notice { code: ExceptionCode::RestDayRostered, workday, at, measure });
        }
    }
    let off = question.facts.shifts.iter().filter(|row| row.kind == RosterKind::Rest).map(|row| row.workday);
    for workday in off.collect::<BTreeSet<Workday>>() {
        if is_employed(question, workday) && is_working(day_type(question, workday)) {
            let at = clock::midnight(&question.zone, workday);
            notices.push(Notice { code: ExceptionCode::WorkdayRest, workday, at, measure: Seconds(0) });
        }
    }
}

/// What rows without clock times expect of a workday, each length once; `None`: there is no such row.
pub(super) fn expected_on(question: &Question, workday: Workday) -> Option<Seconds> {
    let of_day = question.facts.shifts.iter().filter(|row| row.workday == workday);
    let lengths: BTreeSet<Seconds> = of_day
        .filter_map(|row| match row.times {
            ShiftTimes::Length(length) => Some(length),
            ShiftTimes::Clock { .. } | ShiftTimes::Template(_) | ShiftTimes::FreeEnd { .. } => None,
        })
        .collect();
    (!lengths.is_empty()).then(|| Seconds(lengths.iter().map(|length| length.0).sum()))
}

/// Whether the roster allows work on a workday that begins at an instant, without a shift.
pub(crate) fn allows(question: &Question, workday: Workday, at: Timestamp) -> bool {
    expected_on(question, workday).is_some()
        || question.facts.shifts.iter().any(|row| match row.kind {
            RosterKind::Open => row.workday == workday,
            RosterKind::OnCall => {
                let mut blocks = by_row(question, row).into_iter().flatten();
                row.workday == workday || blocks.any(|duty| duty.start <= at && at < duty.end)
            }
            RosterKind::Work | RosterKind::Rest | RosterKind::Overtime => false,
        })
}

/// Whether work is expected on days of a type.
pub(crate) fn is_working(day_type: DayType) -> bool {
    match day_type {
        DayType::Workday | DayType::MakeupWorkday => true,
        DayType::RestDay
        | DayType::StatutoryHoliday
        | DayType::CompanyHoliday
        | DayType::ShiftedRest
        | DayType::StatutoryRest => false,
    }
}

/// Whether days of a type are holidays.
pub(crate) fn is_holiday(day_type: DayType) -> bool {
    match day_type {
        DayType::StatutoryHoliday | DayType::CompanyHoliday => true,
        DayType::Workday
        | DayType::RestDay
        | DayType::MakeupWorkday
        | DayType::ShiftedRest
        | DayType::StatutoryRest => false,
    }
}

/// The scheduled shifts in order of start.
pub(crate) fn schedule(question: &Question, notices: &mut Vec<Notice>) -> Result<Vec<Duty>, EvaluationError> {
    let mut by_fact: Vec<(u32, Duty)> = Vec::new();
    for (index, row) in question.facts.shifts.iter().enumerate() {
        if matches!(row.kind, RosterKind::Rest | RosterKind::Open) {
            continue;
        }
        let index = index as u32;
        let blocks = by_row(question, row).ok_or_else(|| match row.times {
            ShiftTimes::Template(template) => EvaluationError::UnknownTemplate { index, template: template + 1 },
            ShiftTimes::Clock { .. } | ShiftTimes::Length(_) | ShiftTimes::FreeEnd { .. } => {
                EvaluationError::ShiftBackwards { index }
            }
        })?;
        let counts = row.kind != RosterKind::OnCall && is_employed(question, row.workday);
        by_fact.extend(blocks.into_iter().filter(|_| counts).map(|duty| (index, duty)));
    }
    let key = |duty: &Duty| {
        let end = duty.free_end.is_none().then_some(duty.end);
        (duty.start, end, duty.workday, duty.template, duty.kind as u8, duty.split, duty.planned())
    };
    let mut in_order: Vec<Duty> = by_fact.iter().map(|(_, duty)| duty.clone()).collect();
    end_at_next(question, &mut in_order);
    // Of two that differ in their tags only, the one with the first pairs stays.
    in_order.sort_by_key(|duty| (key(duty), tags::pairs(question, duty.tag)));
    let mut kept: Vec<Duty> = Vec::new();
    for duty in in_order {
        if kept.iter().any(|other| key(other) == key(&duty)) {
            let (code, at, measure) = (ExceptionCode::DuplicateShift, duty.start, Seconds(duty.planned()));
            notices.push(Notice { code, workday: duty.workday, at, measure });
        } else {
            kept.push(duty);
        }
    }
    for (index, duty) in kept.iter().enumerate() {
        let shares = |other: &Duty| other.end > duty.start && duty.start < duty.end;
        if kept[..index].iter().any(shares) {
            let row = by_fact.iter().find(|(_, fact)| key(fact) == key(duty));
            return Err(EvaluationError::ShiftsOverlap { index: row.map_or(0, |(row, _)| *row) });
        }
    }
    let rows = &question.facts.shifts;
    for (index, row) in rows.iter().enumerate().filter(|entry| is_employed(question, entry.1.workday)) {
        if let ShiftTimes::Length(measure) = row.times
            && rows[..index].iter().any(|other| other.workday == row.workday && other.times == row.times)
        {
            let at = clock::midnight(&question.zone, row.workday);
            notices.push(Notice { code: ExceptionCode::DuplicateShift, workday: row.workday, at, measure });
        }
    }
    let by_length =
        rows.iter().any(|row| matches!(row.times, ShiftTimes::Length(_)) && is_employed(question, row.workday));
    if kept.iter().all(|duty| duty.kind != RosterKind::Work) && !by_length {
        for date in question.window.facts.first.0..=question.window.facts.last.0 {
            let date = Workday(date);
            let is_open = question.facts.shifts.iter().any(|row| row.workday == date && row.kind == RosterKind::Open);
            let followed = is_working(day_type(question, date)) && !is_open && is_employed(question, date);
            kept.extend(by_pattern(question, date).into_iter().filter(|_| followed));
        }
        for (row, overtime) in &by_fact {
            let shares = |duty: &Duty| {
                let lasts = duty.start < duty.end && overtime.start < overtime.end;
                duty.kind == RosterKind::Work && lasts && duty.start < overtime.end && overtime.start < duty.end
            };
            if kept.iter().any(shares) {
                return Err(EvaluationError::ShiftsOverlap { index: *row });
            }
        }
    }
    kept.sort_by_key(key);
    Ok(kept)
}

/// Ends the duties whose end is free where the next one begins.
fn end_at_next(question: &Question, duties: &mut [Duty]) {
    let starts: Vec<Timestamp> = duties.iter().map(|duty| duty.start).collect();
    for duty in duties.iter_mut().filter(|duty| duty.free_end.is_some()) {
        let next = starts.iter().filter(|start| **start > duty.start).min();
        duty.end = next.map_or(duty.end, |next| duty.end.min(*next));
        duty.planned_end = duty.planned_end.min(duty.end);
        (duty.moved_end, duty.expected_end) = (duty.end, duty.end);
        duty.late_max = late_max_of(question, duty, duty.planned_end.since(duty.start));
    }
}

/// The blocks of a row with times; none when its template does not exist.
fn by_row(question: &Question, row: &ShiftFact) -> Option<Vec<Duty>> {
    let blocks = match row.times {
        ShiftTimes::Clock { start, end } => vec![by_clock(question, row.workday, row.tag, start, end)],
        ShiftTimes::Template(template) => by_template(question, row.workday, row.tag, template)?,
        ShiftTimes::Length(_) => Vec::new(),
        ShiftTimes::FreeEnd { start, expects } => vec![with_free_end(question, row, start, expects)],
    };
    let of_row = |duty| Duty { kind: row.kind, split: row.split, tag: row.tag, ..duty };
    Some(blocks.into_iter().map(of_row).collect())
}

fn with_free_end(question: &Question, row: &ShiftFact, start: i32, expects: Seconds) -> Duty {
    let plan = plan_of_row(question, row.workday, row.tag);
    let duty = by_clock(question, row.workday, row.tag, start, start + 1);
    let end = duty.start.after(plan.matching.shift_length_max);
    let usual = if expects.is_zero() { plan.leave.day_length } else { expects };
    Duty {
        end,
        free_end: Some(expects),
        planned_end: duty.start.after(usual).min(end),
        moved_end: end,
        expected_end: end,
        latest_out: Seconds(0),
        ..duty
    }
}

fn by_clock(question: &Question, workday: Workday, tag: TagId, start: i32, end: i32) -> Duty {
    let schedule = &plan_of_row(question, workday, tag).schedule;
    let (start, end) = instants(question, workday, start, end);
    Duty {
        workday,
        kind: RosterKind::Work,
        start,
        end,
        free_end: None,
        planned_end: end,
        moved_start: start,
        moved_end: end,
        expected_start: start,
        expected_end: end,
        breaks: Vec::new(),
        on_leave: false,
        earliest_in: schedule.earliest_in,
        latest_out: schedule.latest_out,
        late_max: late_max(schedule.late_max, end.since(start)),
        template: None,
        tag: TagId(0),
        split: 0,
        needs_in: true,
        needs_out: true,
        matched: false,
    }
}

/// How late the first punch of a duty may be, when it is so long.
pub(crate) fn late_max_of(question: &Question, duty: &Duty, length: Seconds) -> Seconds {
    let schedule = &plan_of_duty(question, duty).schedule;
    let of_template = duty.template.map(|template| schedule.templates[usize::from(template)].late_max);
    late_max(of_template.unwrap_or(schedule.late_max), length)
}

fn late_max(late_max: LateMax, length: Seconds) -> Seconds {
    match late_max {
        LateMax::HalfShift => Seconds(length.0 / 2),
        LateMax::Length(most) => most,
    }
}

pub(crate) fn by_template(question: &Question, workday: Workday, tag: TagId, template: u16) -> Option<Vec<Duty>> {
    let number = template;
    let template = plan_of_row(question, workday, tag).schedule.templates.get(usize::from(number))?;
    let breaks = template.breaks.iter().map(|piece| instants(question, workday, piece.0, piece.1));
    let breaks: Vec<(Timestamp, Timestamp)> = breaks.filter(|piece| piece.0 < piece.1).collect();
    let mut blocks = Vec::new();
    for block in &template.blocks {
        let mut duty = by_clock(question, workday, tag, block.start, block.end);
        duty.breaks = breaks.clone();
        duty.earliest_in = template.earliest_in;
        duty.latest_out = template.latest_out;
        duty.late_max = late_max(template.late_max, duty.end.since(duty.start));
        duty.template = Some(number);
        (duty.needs_in, duty.needs_out) = (block.need_in, block.need_out);
        blocks.push(duty);
    }
    Some(blocks)
}

/// The shift of the weekly pattern on a date, whatever the type of the day.
pub(crate) fn by_pattern(question: &Question, date: Workday) -> Vec<Duty> {
    let template = plan_of_row(question, date, TagId(0)).schedule.weekly_pattern[date.weekday() as usize];
    template.and_then(|template| by_template(question, date, TagId(0), template)).unwrap_or_default()
}

pub(super) fn instants(question: &Question, date: Workday, start: i32, end: i32) -> (Timestamp, Timestamp) {
    let start = clock::first_shown(&question.zone, date, start);
    (start, clock::last_shown(&question.zone, date, end).max(start))
}

/// One leave that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Away {
    pub code: PayCode,
    /// Its stretches.
    pub pieces: Vec<(Timestamp, Timestamp)>,
    /// The workday of whole-day leave.
    pub workday: Option<Workday>,
    /// The workday whose plan it is read by.
    pub plan_day: Workday,
}

/// Known leave in the order in which it claims time; moves the expected times of the schedule.
pub(crate) fn leaves(
    question: &Question,
    (duties, left_out): (&mut [Duty], &[NotExpected]),
    notices: &mut Vec<Notice>,
    amounts: &mut Vec<Amount>,
) -> Result<Vec<Away>, EvaluationError> {
    let mut ordered = Vec::new();
    for (index, leave) in question.facts.leave.iter().enumerate() {
        let (start, end, plan_day) = extent(question, duties, leave.time);
        let code = plan_of(question, plan_day).leave.codes.get(usize::from(leave.code));
        let index = index as u32;
        let code = *code.ok_or(EvaluationError::UnknownLeave { index, code: leave.code })?;
        if matches!(leave.time, LeaveTime::Span { start, end } if end <= start) {
            return Err(EvaluationError::LeaveBackwards { index });
        }
        if leave.recorded_at <= question.window.as_of {
            let always = code.counts == LeaveDays::CalendarDays;
            ordered.push((start, end, leave.code, index, code.pays_to, always, plan_day));
        }
    }
    ordered.sort();
    let mut aways = Vec::new();
    let mut halves_taken = Vec::new();
    for (start, end, _, index, code, always, plan_day) in ordered {
        let mut away = Away { code, pieces: Vec::new(), workday: None, plan_day };
        match question.facts.leave[index as usize].time {
            LeaveTime::Span { .. } => {
                let facts = question.window.facts;
                let from = start.max(clock::midnight(&question.zone, facts.first));
                let until = end.min(clock::midnight(&question.zone, facts.last.plus(1)));
                away.pieces = employed_pieces(question, duties, &away, from, until);
            }
            LeaveTime::Workday(workday) | LeaveTime::HalfDay(workday, _) | LeaveTime::Amount(workday, _)
                if !is_employed(question, workday) => {}
            LeaveTime::Amount(workday, amount) => amounts.push(leave_amount(workday, code, amount)),
            time @ (LeaveTime::Workday(workday) | LeaveTime::HalfDay(workday, _)) => {
                away.workday = Some(workday);
                let of_day: Vec<&Duty> = duties.iter().filter(|duty| duty.workday == workday).collect();
                away.pieces.extend(of_day.iter().flat_map(|duty| less_breaks(duty)));
                let expected = expected_on(question, workday);
                let day_length = expected.unwrap_or(plan_of(question, workday).leave.day_length).0;
                let first_half = (DayHalf::First, day_length / 2);
                let second_half = (DayHalf::Second, day_length - day_length / 2);
                let halves = match time {
                    LeaveTime::HalfDay(_, half) => {
                        away.pieces = in_half(question, (duties, left_out), (workday, half), away.pieces);
                        if half == DayHalf::First { vec![first_half] } else { vec![second_half] }
                    }
                    LeaveTime::Workday(_) | LeaveTime::Span { .. } | LeaveTime::Amount(..) => {
                        vec![first_half, second_half]
                    }
                };
                let planned = !of_day.is_empty() || left_out.iter().any(|entry| entry.workday == workday);
                let costs = !planned && (always || expected.is_some() || is_working(day_type(question, workday)));
                let (taken, free): (Vec<_>, Vec<_>) =
                    halves.into_iter().partition(|half| halves_taken.contains(&(workday, half.0)));
                let sum = |halves: &[(DayHalf, u32)]| Seconds(halves.iter().map(|half| half.1).sum());
                if costs && !taken.is_empty() {
                    let (code, measure) = (ExceptionCode::LeaveOverlap, sum(&taken));
                    notices.push(Notice { code, workday, at: start, measure });
                }
                if costs && !free.is_empty() {
                    halves_taken.extend(free.iter().map(|half| (workday, half.0)));
                    amounts.push(leave_amount(workday, code, sum(&free)));
                }
            }
        }
        away.pieces.retain(|piece| piece.0 < piece.1);
        aways.push(away);
    }
    relocate(question, duties, &aways);
    Ok(aways)
}

/// The stretches of leave between two instants that lie on days of employment.
fn employed_pieces(
    question: &Question,
    duties: &[Duty],
    away: &Away,
    from: Timestamp,
    until: Timestamp,
) -> Vec<(Timestamp, Timestamp)> {
    if question.facts.employment.is_empty() {
        return vec![(from, until)];
    }
    let mut pieces: Vec<(Timestamp, Timestamp)> = Vec::new();
    for at in (from.0..until.0).map(Timestamp) {
        if !is_employed(question, away_labels(question, duties, away, at).1) {
            continue;
        }
        let end = at.after(Seconds(1));
        match pieces.last_mut() {
            Some(piece) if piece.1 == at => piece.1 = end,
            _ => pieces.push((at, end)),
        }
    }
    pieces
}

/// From when to when a leave claims time, and the workday whose plan it is read by.
fn extent(question: &Question, duties: &[Duty], time: LeaveTime) -> (Timestamp, Timestamp, Workday) {
    match time {
        LeaveTime::Span { start, end } => (start, end, date_of(question, start)),
        LeaveTime::Workday(workday) | LeaveTime::HalfDay(workday, _) | LeaveTime::Amount(workday, _) => {
            let whole = !matches!(time, LeaveTime::Amount(..));
            let of_day = || duties.iter().filter(|duty| whole && duty.workday == workday);
            let midnight = |date| clock::midnight(&question.zone, date);
            let start = of_day().map(|duty| duty.start).min().unwrap_or(midnight(workday));
            let end = of_day().map(|duty| duty.planned_end).max().unwrap_or(midnight(workday.plus(1)));
            (start, end, workday)
        }
    }
}

fn leave_amount(workday: Workday, code: PayCode, amount: Seconds) -> Amount {
    let reason = Reason { rule: RuleId::LEAVE, because: Because::OnLeave };
    Amount { workday, code, amount: u64::from(amount.0), reason, leave: true }
}

/// The stretches of a scheduled shift between its breaks.
fn less_breaks(duty: &Duty) -> Vec<(Timestamp, Timestamp)> {
    let mut pieces = Vec::new();
    let mut from = duty.start;
    for (start, end) in &duty.breaks {
        pieces.push((from, (*start).min(duty.planned_end)));
        from = from.max(*end);
    }
    pieces.push((from, duty.planned_end));
    pieces.retain(|piece| piece.0 < piece.1);
    pieces
}

/// Moves the expected times through leave and breaks that touch them, as far as that goes.
fn relocate(question: &Question, duties: &mut [Duty], aways: &[Away]) {
    let pieces: Vec<(Timestamp, Timestamp)> = aways.iter().flat_map(|away| away.pieces.clone()).collect();
    for duty in duties {
        let breaks = duty.breaks.clone();
        let leave_from = |at| pieces.iter().find(|piece| piece.0 <= at && at < piece.1).map(|piece| piece.1);
        let leave_to = |at| pieces.iter().find(|piece| piece.0 < at && at <= piece.1).map(|piece| piece.0);
        let break_from = |at| breaks.iter().find(|piece| piece.0 <= at && at < piece.1).map(|piece| piece.1);
        let break_to = |at| breaks.iter().find(|piece| piece.0 < at && at <= piece.1).map(|piece| piece.0);
        let mut start = duty.start;
        while let Some(later) = leave_from(start).or(break_from(start).filter(|_| start > duty.start)) {
            start = later;
        }
        let mut end = duty.end;
        while let Some(earlier) = leave_to(end).or(break_to(end).filter(|_| end < duty.end)) {
            end = earlier;
        }
        duty.on_leave = start > duty.start && start >= duty.planned_end;
        if plan_of_duty(question, duty).leave.relocates_schedule && !duty.on_leave {
            duty.expected_start = start;
            duty.expected_end = if duty.free_end.is_none() { end } else { duty.end };
        }
    }
}
