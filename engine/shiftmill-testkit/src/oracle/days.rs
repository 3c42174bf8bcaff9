//! Days: their type, their scheduled shifts, their leave, and holidays not worked.

use shiftmill_core::shape::schedule::LateMax;
use shiftmill_core::{
    Because, DayType, EvaluationError, ExceptionCode, LeaveTime, PayCode, Reason, RuleId, Seconds, ShiftTimes,
    Timestamp, Workday,
};

use super::moments::Moment;
use super::{Amount, Notice, clock, date_of, plan_of};
use crate::engine::Question;

/// A scheduled shift.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Duty {
    pub workday: Workday,
    pub start: Timestamp,
    pub end: Timestamp,
    pub expected_start: Timestamp,
    pub expected_end: Timestamp,
    pub breaks: Vec<(Timestamp, Timestamp)>,
    pub on_leave: bool,
    pub earliest_in: Seconds,
    pub latest_out: Seconds,
    /// How long after its start a punch may still be its first.
    pub late_max: Seconds,
    pub template: Option<u16>,
    pub matched: bool,
}

impl Duty {
    /// The planned time: the length less the breaks.
    pub fn planned(&self) -> u32 {
        let breaks: u32 = self.breaks.iter().map(|piece| piece.1.since(piece.0).0).sum();
        self.end.since(self.start).0.saturating_sub(breaks)
    }
}

/// The type of a date.
pub(crate) fn day_type(question: &Question, date: Workday) -> DayType {
    let calendar = &plan_of(question, date).calendar;
    let decided = question.facts.day_overrides.iter().rev().find(|decision| decision.workday == date);
    let listed = calendar.dates.iter().find(|entry| entry.0 == date);
    let scheduled = question.facts.shifts.iter().any(|shift| shift.workday == date);
    if let Some(decided) = decided {
        decided.day_type
    } else if let Some(listed) = listed {
        listed.1
    } else if scheduled {
        DayType::Workday
    } else if calendar.statutory_rest_day == Some(date.weekday()) {
        DayType::StatutoryRest
    } else if calendar.rest_days.contains(date.weekday()) {
        DayType::RestDay
    } else {
        DayType::Workday
    }
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
    let mut duties: Vec<Duty> = Vec::new();
    for (index, shift) in question.facts.shifts.iter().enumerate() {
        duties.push(match shift.times {
            ShiftTimes::Clock { start, end } => by_clock(question, shift.workday, start, end),
            ShiftTimes::Template(template) => by_template(question, shift.workday, template)
                .ok_or(EvaluationError::UnknownTemplate { index: index as u32, template: template + 1 })?,
        });
    }
    if question.facts.shifts.is_empty() {
        for date in question.window.facts.first.0..=question.window.facts.last.0 {
            duties
                .extend(by_pattern(question, Workday(date)).filter(|_| is_working(day_type(question, Workday(date)))));
        }
    }
    let key = |duty: &Duty| (duty.start, duty.end, duty.workday, duty.template);
    if question.facts.shifts.is_empty() {
        duties.sort_by_key(key);
        return Ok(duties);
    }
    let by_fact = duties.clone();
    duties.sort_by_key(key);
    let mut kept: Vec<Duty> = Vec::new();
    for duty in duties {
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
            let fact = by_fact.iter().position(|fact| key(fact) == key(duty));
            return Err(EvaluationError::ShiftsOverlap { index: fact.unwrap_or(0) as u32 });
        }
    }
    Ok(kept)
}

fn by_clock(question: &Question, workday: Workday, start: i32, end: i32) -> Duty {
    let schedule = &plan_of(question, workday).schedule;
    let (start, end) = instants(question, workday, start, end);
    Duty {
        workday,
        start,
        end,
        expected_start: start,
        expected_end: end,
        breaks: Vec::new(),
        on_leave: false,
        earliest_in: schedule.earliest_in,
        latest_out: schedule.latest_out,
        late_max: late_max(schedule.late_max, end.since(start)),
        template: None,
        matched: false,
    }
}

fn late_max(late_max: LateMax, length: Seconds) -> Seconds {
    match late_max {
        LateMax::HalfShift => Seconds(length.0 / 2),
        LateMax::Length(most) => most,
    }
}

fn by_template(question: &Question, workday: Workday, template: u16) -> Option<Duty> {
    let number = template;
    let template = plan_of(question, workday).schedule.templates.get(usize::from(number))?;
    let mut duty = by_clock(question, workday, template.start, template.end);
    let breaks = template.breaks.iter().map(|piece| instants(question, workday, piece.0, piece.1));
    duty.breaks = breaks.filter(|piece| piece.0 < piece.1).collect();
    duty.earliest_in = template.earliest_in;
    duty.latest_out = template.latest_out;
    duty.late_max = late_max(template.late_max, duty.end.since(duty.start));
    duty.template = Some(number);
    Some(duty)
}

/// The shift of the weekly pattern on a date, whatever the type of the day.
fn by_pattern(question: &Question, date: Workday) -> Option<Duty> {
    let template = plan_of(question, date).schedule.weekly_pattern[date.weekday() as usize]?;
    by_template(question, date, template)
}

fn instants(question: &Question, date: Workday, start: i32, end: i32) -> (Timestamp, Timestamp) {
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
    duties: &mut [Duty],
    notices: &mut Vec<Notice>,
    amounts: &mut Vec<Amount>,
) -> Result<Vec<Away>, EvaluationError> {
    let mut ordered = Vec::new();
    for (index, leave) in question.facts.leave.iter().enumerate() {
        let (start, end, plan_day) = extent(question, duties, leave.time);
        let code = plan_of(question, plan_day).leave.codes.get(usize::from(leave.code));
        let index = index as u32;
        let code = code.ok_or(EvaluationError::UnknownLeave { index, code: leave.code })?.pays_to;
        if matches!(leave.time, LeaveTime::Span { start, end } if end <= start) {
            return Err(EvaluationError::LeaveBackwards { index });
        }
        if leave.recorded_at <= question.window.as_of {
            ordered.push((start, end, leave.code, index, code, plan_day));
        }
    }
    ordered.sort();
    let mut aways = Vec::new();
    let mut whole_days = Vec::new();
    for (start, end, _, index, code, plan_day) in ordered {
        let mut away = Away { code, pieces: Vec::new(), workday: None, plan_day };
        match question.facts.leave[index as usize].time {
            LeaveTime::Span { .. } => {
                let facts = question.window.facts;
                let from = start.max(clock::midnight(&question.zone, facts.first));
                away.pieces.push((from, end.min(clock::midnight(&question.zone, facts.last.plus(1)))));
            }
            LeaveTime::Amount(workday, amount) => amounts.push(leave_amount(workday, code, amount)),
            LeaveTime::Workday(workday) => {
                away.workday = Some(workday);
                let of_day: Vec<&Duty> = duties.iter().filter(|duty| duty.workday == workday).collect();
                away.pieces.extend(of_day.iter().flat_map(|duty| less_breaks(duty)));
                let measure = plan_of(question, workday).leave.day_length;
                if of_day.is_empty() && whole_days.contains(&workday) {
                    notices.push(Notice { code: ExceptionCode::LeaveOverlap, workday, at: start, measure });
                } else if of_day.is_empty() {
                    whole_days.push(workday);
                    amounts.push(leave_amount(workday, code, measure));
                }
            }
        }
        away.pieces.retain(|piece| piece.0 < piece.1);
        aways.push(away);
    }
    relocate(question, duties, &aways);
    Ok(aways)
}

/// From when to when a leave claims time, and the workday whose plan it is read by.
fn extent(question: &Question, duties: &[Duty], time: LeaveTime) -> (Timestamp, Timestamp, Workday) {
    match time {
        LeaveTime::Span { start, end } => (start, end, date_of(question, start)),
        LeaveTime::Workday(workday) | LeaveTime::Amount(workday, _) => {
            let whole = matches!(time, LeaveTime::Workday(_));
            let of_day = || duties.iter().filter(|duty| whole && duty.workday == workday);
            let midnight = |date| clock::midnight(&question.zone, date);
            let start = of_day().map(|duty| duty.start).min().unwrap_or(midnight(workday));
            let end = of_day().map(|duty| duty.end).max().unwrap_or(midnight(workday.plus(1)));
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
        pieces.push((from, (*start).min(duty.end)));
        from = from.max(*end);
    }
    pieces.push((from, duty.end));
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
        duty.on_leave = start >= duty.end;
        if plan_of(question, duty.workday).leave.relocates_schedule && !duty.on_leave {
            (duty.expected_start, duty.expected_end) = (start, end);
        }
    }
}

/// The pay of holidays not worked.
pub(crate) fn holidays_not_worked(question: &Question, duties: &[Duty], moments: &[Moment], amounts: &mut Vec<Amount>) {
    for date in question.window.facts.first.0..=question.window.facts.last.0 {
        let date = Workday(date);
        let Some(rule) = plan_of(question, date).holidays.not_worked else { continue };
        let worked = moments.iter().any(|moment| moment.counts_as_work() && moment.reporting == date);
        if worked || !is_holiday(day_type(question, date)) {
            continue;
        }
        let scheduled: u32 = duties.iter().filter(|duty| duty.workday == date).map(Duty::planned).sum();
        let by_pattern = by_pattern(question, date).map_or(0, |duty| duty.planned());
        let planned = if scheduled > 0 { scheduled } else { by_pattern };
        let amount = u64::from(rule.amount.map_or(planned, |amount| amount.0));
        let reason = Reason { rule: rule.rule, because: Because::HolidayNotWorked };
        if amount > 0 {
            amounts.push(Amount { workday: date, code: rule.pays_to, amount, reason, leave: false });
        }
    }
}
