//! Overtime approval: every moment of work outside the scheduled shifts counts, or is shown under another code.

use std::collections::{BTreeMap, BTreeSet};

use shiftmill_core::pay::overtime_approval::{ApprovalMode, CompensationMode, OvertimeApproval};
use shiftmill_core::{
    Approval, ApprovalKind, ApprovalStatus, ApprovalTime, Because, Compensation, DayType, ExceptionCode, PayCode, Plan,
    PunchRole, Reason, RuleId, Seconds, SpanState, TagId, Timestamp, Workday,
};

use super::assignments::all_plans;
use super::callbacks::{is_callback, is_in_callback};
use super::days::{Duty, is_working};
use super::employment::is_employed;
use super::moments::{self, Moment, Types};
use super::pairs::Pair;
use super::shifts::Shift;
use super::{Notice, clock, date_of, holds, plan_of, tags};
use crate::engine::Question;

/// What becomes of a moment that may be overtime.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Open,
    Counts,
    Banked,
    Rest,
    Not(Because),
}

/// A moment that may be overtime.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    at: Timestamp,
    fate: Fate,
    /// How the approval that covers it is compensated.
    approved: Option<Compensation>,
    punched: bool,
}

/// Decides about all moments of work; removes approved time that was not punched and does not count.
pub(crate) fn apply(
    types: &Types<'_>,
    shifts: &[Shift],
    duties: &[Duty],
    grain: u32,
    moments: &mut Vec<Moment>,
    notices: &mut Vec<Notice>,
) {
    let question = types.question;
    let has_rules = |plan: &Plan| !plan.overtime_approval.is_empty();
    if !all_plans(question).any(has_rules) {
        return;
    }
    let mut line: BTreeMap<Timestamp, Moment> = moments.iter().map(|moment| (moment.at, *moment)).collect();
    let length = moments.first().map_or(grain, |moment| moment.length);
    let unpunched = unpunched(question, shifts, duties, length, &line);
    for moment in unpunched.into_iter().filter(|moment| is_employed(question, moment.reporting)) {
        line.insert(moment.at, moment);
    }
    let with_unpunched: Vec<Moment> = line.values().copied().collect();
    let types = types.anew(shifts, &with_unpunched);
    line.values_mut().for_each(|moment| moment.day_type = types.of(moment));
    // Candidates by workday and rule, each list in order of time.
    let mut groups: BTreeMap<(Workday, usize), Vec<Candidate>> = BTreeMap::new();
    let others = line.values().filter(|moment| !is_in_callback(shifts, moment));
    for moment in others.filter(|moment| moment.counts_as_work() && !moment.is_left_out()) {
        let workday = moment.shift.map_or(moment.overtime, |shift| shifts[shift].plan_day);
        let rules = &plan_of(question, workday).overtime_approval;
        let Some(place) = rules.iter().position(|rule| rule.day_types.contains(moment.day_type)) else { continue };
        let Some(fate) = fate_of(&rules[place], moment, workday, duties) else { continue };
        let (at, punched) = (moment.at, moment.reason.because != Because::ApprovedOnly);
        let candidate = Candidate { at, fate, approved: by_times(question, at), punched };
        groups.entry((workday, place)).or_default().push(candidate);
    }
    for workday in groups.keys().map(|key| key.0).collect::<BTreeSet<Workday>>() {
        cover_by_length(question, workday, length, &mut groups);
    }
    for ((workday, place), candidates) in &mut groups {
        let rule = &plan_of(question, *workday).overtime_approval[*place];
        let sound = !rule.both_punches || has_both_punches(shifts, duties, *workday);
        decide(rule, sound, length, candidates, &line, notices);
        for candidate in candidates.iter() {
            settle(rule, candidate, &mut line);
        }
    }
    // What is left of approved time that was not punched lies where nothing is overtime.
    let left =
        |moment: &Moment| moment.reason.because == Because::ApprovedOnly && moment.reason.rule == RuleId::PUNCHES;
    *moments = line.into_values().filter(|moment| !left(moment)).collect();
}

/// The approvals of overtime that count.
fn approvals(question: &Question) -> impl Iterator<Item = &Approval> {
    question.facts.approvals.iter().filter(|approval| {
        let approved = approval.status == ApprovalStatus::Approved;
        approved && approval.kind == ApprovalKind::Overtime && approval.recorded_at <= question.window.as_of
    })
}

/// The approved stretches between clock times.
fn stretches(question: &Question) -> Vec<(Timestamp, Timestamp, Compensation)> {
    let span = |approval: &Approval| match approval.time {
        ApprovalTime::Span { start, end } => Some((start, end, approval.choice)),
        ApprovalTime::Workday(_) | ApprovalTime::Length(..) => None,
    };
    approvals(question).filter_map(span).collect()
}

/// How an instant is compensated by the approvals between clock times that hold it.
fn by_times(question: &Question, at: Timestamp) -> Option<Compensation> {
    let holding: Vec<Compensation> =
        stretches(question).into_iter().filter(|it| it.0 <= at && at < it.1).map(|it| it.2).collect();
    if holding.contains(&Compensation::Pay) { Some(Compensation::Pay) } else { holding.first().copied() }
}

/// The moments of approved time in which nothing is on the timeline.
fn unpunched(
    question: &Question,
    shifts: &[Shift],
    duties: &[Duty],
    length: u32,
    line: &BTreeMap<Timestamp, Moment>,
) -> Vec<Moment> {
    let facts = question.window.facts;
    let opens = clock::midnight(&question.zone, facts.first);
    let closes = clock::midnight(&question.zone, facts.last.plus(1)).min(question.window.as_of);
    let wanted = |rule: &OvertimeApproval| matches!(rule.mode, ApprovalMode::ApprovalOnly | ApprovalMode::Least);
    let mut plans = all_plans(question);
    if !plans.any(|plan| plan.overtime_approval.iter().any(wanted)) {
        return Vec::new();
    }
    let mut instants = BTreeSet::new();
    for (start, end, _) in stretches(question) {
        let steps = (start.max(opens).0..end.min(closes).0).step_by(length as usize).map(Timestamp);
        instants.extend(steps.filter(|at| !line.contains_key(at)));
    }
    let mut moments = Vec::new();
    for at in instants {
        let approved = joined(question, at);
        let meets = |start: Timestamp, end: Timestamp| start <= approved.1 && approved.0 <= end;
        let meeting: Vec<usize> =
            (0..shifts.len()).filter(|shift| meets(shifts[*shift].begins, ends(&shifts[*shift]))).collect();
        let meeting: Vec<usize> = meeting.into_iter().filter(|shift| !is_callback(&shifts[*shift])).collect();
        let began =
            meeting.iter().rev().find(|shift| shifts[**shift].begins <= free_from(line, at, approved.0.max(opens)));
        let shift = began.or(meeting.first()).copied();
        let none = TagId(0);
        let of_shift =
            |shift: &Shift| tags::of_work(question, shift.plan_day, none, shift.duty.map(|duty| &duties[duty]));
        let mut tag = shift.map_or(none, |shift| of_shift(&shifts[shift]));
        let (overtime, reporting) = match shift {
            Some(shift) => moments::labels_of(question, &shifts[shift], duties, at),
            None => {
                let duty = duties.iter().find(|duty| meets(duty.start, duty.end));
                let workday = duty.map_or(date_of(question, approved.0), |duty| duty.workday);
                tag = tags::of_work(question, workday, none, duty);
                (workday, workday)
            }
        };
        moments.push(Moment {
            at,
            length,
            overtime,
            reporting,
            state: SpanState::Worked,
            day_type: DayType::Workday,
            shift,
            tag,
            segment: 0,
            code: PayCode::REGULAR,
            reason: Reason { rule: RuleId::PUNCHES, because: Because::ApprovedOnly },
        });
    }
    moments
}

/// Where the free time that holds an instant of approved time begins.
fn free_from(line: &BTreeMap<Timestamp, Moment>, at: Timestamp, approved_from: Timestamp) -> Timestamp {
    let before = line.range(..at).next_back().map(|entry| entry.1.end());
    before.map_or(approved_from, |end| end.max(approved_from))
}

/// All approved time that an instant is joined with: stretches that overlap or touch.
fn joined(question: &Question, at: Timestamp) -> (Timestamp, Timestamp) {
    let mut whole = (at, Timestamp(at.0 + 1));
    loop {
        let before = whole;
        for (start, end, _) in stretches(question) {
            if start <= whole.1 && whole.0 <= end {
                whole = (whole.0.min(start), whole.1.max(end));
            }
        }
        if whole == before {
            return whole;
        }
    }
}

/// Whether a moment may be overtime; `None`: it is none, and is left as it is.
fn fate_of(rule: &OvertimeApproval, moment: &Moment, workday: Workday, duties: &[Duty]) -> Option<Fate> {
    if rule.whole_rest_days && !is_working(moment.day_type) {
        return Some(Fate::Open);
    }
    let start = |duty: &Duty| duty.start.min(duty.moved_start).min(duty.expected_start);
    let end = |duty: &Duty| duty.moved_end.max(duty.expected_end);
    let at = moment.at;
    if duties.iter().any(|duty| start(duty) <= at && at < end(duty)) {
        return None;
    }
    let of_day: Vec<&Duty> = duties.iter().filter(|duty| duty.workday == workday).collect();
    if of_day.is_empty() {
        return None;
    }
    let ended = of_day.iter().map(|duty| end(duty)).filter(|end| *end <= at).max();
    let may_count = match ended {
        None => rule.before_shift,
        Some(ended) => rule.after_shift && at.since(ended) >= rule.start_offset,
    };
    let punched = moment.reason.because != Because::ApprovedOnly;
    match (may_count, punched) {
        (true, _) => Some(Fate::Open),
        (false, true) => Some(Fate::Not(Because::OutsideSchedule)),
        (false, false) => None,
    }
}

/// Covers the moments of a workday that no approval between clock times covers, one after the other.
fn cover_by_length(
    question: &Question,
    workday: Workday,
    length: u32,
    groups: &mut BTreeMap<(Workday, usize), Vec<Candidate>>,
) {
    let mut left: Vec<(Compensation, Option<u32>)> = Vec::new();
    for choice in [Compensation::Pay, Compensation::Bank] {
        let mut lengths = 0;
        for approval in approvals(question).filter(|approval| approval.choice == choice) {
            match approval.time {
                ApprovalTime::Workday(day) if day == workday => left.insert(0, (choice, None)),
                ApprovalTime::Length(day, amount) if day == workday => lengths += amount.0,
                ApprovalTime::Workday(_) | ApprovalTime::Length(..) | ApprovalTime::Span { .. } => {}
            }
        }
        left.push((choice, Some(lengths)));
    }
    // Pay goes before time off, and all of the workday before a length.
    left.sort_by_key(|entry| (entry.0, entry.1.is_some()));
    let mut open: Vec<&mut Candidate> = groups
        .iter_mut()
        .filter(|group| group.0.0 == workday)
        .flat_map(|group| group.1.iter_mut())
        .filter(|it| it.fate == Fate::Open && it.punched && it.approved.is_none())
        .collect();
    open.sort_by_key(|candidate| candidate.at);
    for candidate in open {
        let Some(entry) = left.iter_mut().find(|entry| entry.1 != Some(0)) else { return };
        candidate.approved = Some(entry.0);
        entry.1 = entry.1.map(|amount| amount - length);
    }
}

/// The last punch, or where the next worked shift is cut from this one.
fn ends(shift: &Shift) -> Timestamp {
    match shift.pairs.last().filter(|pair| pair.ends_at_cut) {
        Some(pair) => pair.raw_end,
        None => shift.taps.last().map_or(shift.begins, |tap| tap.at),
    }
}

fn has_both_punches(shifts: &[Shift], duties: &[Duty], workday: Workday) -> bool {
    let own: Vec<&Shift> = shifts.iter().filter(|shift| shift.plan_day == workday && !is_callback(shift)).collect();
    let lacks = |shift: &&&Shift| {
        let duty = shift.duty.map(|duty| &duties[duty]);
        shift.taps.iter().zip(&shift.roles).any(|(tap, role)| {
            let is_end = |pair: &&Pair| pair.raw_start == tap.at || pair.raw_end == tap.at;
            let filled = shift.pairs.iter().filter(|pair| pair.imputed).any(|pair| is_end(&pair));
            match role {
                PunchRole::MissesIn => !filled || duty.is_none_or(|duty| duty.needs_in),
                PunchRole::MissesOut => !filled || duty.is_none_or(|duty| duty.needs_out),
                PunchRole::Unused | PunchRole::Opens | PunchRole::Closes | PunchRole::ClosesAndOpens => false,
            }
        })
    };
    !own.is_empty() && !own.iter().any(|shift| lacks(&shift))
}

/// The moments that count, as places in the list.
fn counting(candidates: &[Candidate]) -> Vec<usize> {
    (0..candidates.len()).filter(|place| candidates[*place].fate == Fate::Counts).collect()
}

/// Takes this much from the end of what counts.
fn take(candidates: &mut [Candidate], amount: u32, length: u32, fate: Fate) {
    let counting = counting(candidates);
    let count = (amount / length) as usize;
    for place in counting.iter().rev().take(count) {
        candidates[*place].fate = fate;
    }
}

fn decide(
    rule: &OvertimeApproval,
    sound: bool,
    length: u32,
    candidates: &mut [Candidate],
    line: &BTreeMap<Timestamp, Moment>,
    notices: &mut Vec<Notice>,
) {
    let open = |it: &&Candidate| it.fate == Fate::Open;
    let approved = candidates.iter().filter(open).filter(|it| it.approved.is_some()).count() as u32 * length;
    let any_approved = candidates.iter().any(|it| it.approved.is_some());
    for candidate in candidates.iter_mut().filter(|it| it.fate == Fate::Open) {
        let counts = match rule.mode {
            ApprovalMode::ApprovalOnly => candidate.approved.is_some(),
            ApprovalMode::ApprovalAndPunch => candidate.approved.is_some() && candidate.punched,
            ApprovalMode::PunchOnly | ApprovalMode::Least => candidate.punched,
        };
        candidate.fate = if !sound {
            Fate::Not(Because::PunchMissing)
        } else if counts {
            Fate::Counts
        } else {
            Fate::Not(Because::Unapproved)
        };
    }
    let total = |candidates: &[Candidate]| counting(candidates).len() as u32 * length;
    if rule.mode == ApprovalMode::Least {
        take(candidates, total(candidates).saturating_sub(approved), length, Fate::Not(Because::Unapproved));
    }
    let reached = rule.rests.iter().filter(|rest| rest.after.0 <= total(candidates)).max_by_key(|rest| rest.after);
    take(candidates, reached.map_or(0, |rest| rest.rest.0), length, Fate::Rest);
    let compared = total(candidates);
    if !holds(rule.minimum_compare, Seconds(compared), rule.minimum) {
        take(candidates, compared, length, Fate::Not(Because::BelowMinimum { limit: rule.minimum }));
    }
    if let Some(unit) = rule.unit {
        take(candidates, total(candidates) % unit.0, length, Fate::Not(Because::RoundedDown { unit }));
    }
    if let Some(limit) = rule.day_max {
        let beyond = total(candidates).saturating_sub(limit.0);
        take(candidates, beyond, length, Fate::Not(Because::BeyondMaximum { limit }));
    }
    let mut notice = |code, found: &[&Candidate], measure: u32, beyond: Seconds| {
        if let Some(first) = found.first().filter(|_| measure > beyond.0) {
            let workday = line[&first.at].reporting;
            notices.push(Notice { code, workday, at: first.at, measure: Seconds(measure) });
        }
    };
    let of = |fits: fn(Fate) -> bool| candidates.iter().filter(|it| it.punched && fits(it.fate)).collect::<Vec<_>>();
    let long = |found: &[&Candidate]| found.len() as u32 * length;
    let unapproved = of(|fate| {
        let reasons = [Because::Unapproved, Because::PunchMissing, Because::OutsideSchedule];
        reasons.into_iter().any(|reason| fate == Fate::Not(reason))
    });
    let code = match any_approved && rule.mode != ApprovalMode::PunchOnly {
        true => ExceptionCode::OvertimeOverApproved,
        false => ExceptionCode::OvertimeUnapproved,
    };
    notice(code, &unapproved, long(&unapproved), rule.exception_beyond);
    let below = of(|fate| matches!(fate, Fate::Not(Because::BelowMinimum { .. })));
    notice(ExceptionCode::OvertimeBelowMinimum, &below, compared, rule.exception_beyond);
    let beyond = of(|fate| matches!(fate, Fate::Not(Because::BeyondMaximum { .. })));
    notice(ExceptionCode::OvertimeCapDay, &beyond, long(&beyond), Seconds::ZERO);
    let wants_time_off = |it: &&Candidate| it.fate == Fate::Counts && it.approved == Some(Compensation::Bank);
    let refused: Vec<&Candidate> = candidates.iter().filter(wants_time_off).collect();
    if rule.compensation == CompensationMode::Pay {
        notice(ExceptionCode::CompLeaveNotAllowed, &refused, long(&refused), Seconds::ZERO);
    }
    for candidate in candidates.iter_mut().filter(|it| it.fate == Fate::Counts) {
        let banked = match rule.compensation {
            CompensationMode::Pay => false,
            CompensationMode::Bank => true,
            CompensationMode::Choice => candidate.approved == Some(Compensation::Bank),
        };
        if banked {
            candidate.fate = Fate::Banked;
        }
    }
}

/// Writes what was decided about a moment.
fn settle(rule: &OvertimeApproval, candidate: &Candidate, line: &mut BTreeMap<Timestamp, Moment>) {
    let moment = line.get_mut(&candidate.at).expect("a candidate is on the timeline");
    let mut pays = |code, because| {
        moment.code = code;
        moment.reason = Reason { rule: rule.rule, because };
    };
    match candidate.fate {
        Fate::Counts => match rule.pays_to {
            Some(code) => {
                let day_type = moment.day_type;
                let whole = rule.whole_rest_days && !is_working(day_type);
                let limit = Seconds::ZERO;
                pays(code, if whole { Because::DayTypeIs { day_type, limit } } else { Because::OutsideShift });
            }
            None if !candidate.punched => pays(PayCode::REGULAR, Because::ApprovedOnly),
            None => {}
        },
        Fate::Banked => pays(rule.bank_to, Because::Banked),
        Fate::Open | Fate::Rest | Fate::Not(_) if !candidate.punched => {}
        Fate::Open => {}
        Fate::Rest => {
            pays(PayCode::UNPAID_BREAK, Because::OvertimeRest);
            moment.state = SpanState::UnpaidBreak;
        }
        Fate::Not(because @ Because::BeyondMaximum { .. }) => pays(rule.excess_to, because),
        Fate::Not(because) => pays(rule.unapproved_to, because),
    }
}
