//! Which punches count, and in what order.

use shiftmill_core::open::correction_policy::{CorrectionAction, CorrectionPolicy};
use shiftmill_core::open::dedupe::DedupeKeep;
use shiftmill_core::open::normalise::{Granularity, NeedsApproval};
use shiftmill_core::open::restriction::RestrictionOutcome;
use shiftmill_core::{
    ApprovalKind, ApprovalStatus, ApprovalTime, Correction, CorrectionKind, EvaluationError, ExceptionCode, FactList,
    LeaveTime, Punch, PunchKind, PunchRef, Seconds, TagId, Timestamp, Unit, Workday,
};

use super::{Notice, date_of, plan_of, tags};
use crate::engine::Question;

/// A punch that may count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tap {
    pub at: Timestamp,
    pub kind: PunchKind,
    pub tag: TagId,
    /// Position and the caller's number; `None` for an added punch.
    raw: Option<(usize, u64)>,
    /// Where it was recorded, once a correction moved it.
    moved_from: Option<Timestamp>,
}

impl Tap {
    /// Where attendance sees it when corrections do not count for it; `None` for an added punch.
    pub fn recorded(&self) -> Option<Timestamp> {
        self.raw.map(|_| self.moved_from.unwrap_or(self.at))
    }
}

/// Whether the person works after a punch of a kind.
pub(crate) fn starts_work(kind: PunchKind) -> bool {
    match kind {
        PunchKind::In | PunchKind::MealEnd | PunchKind::BreakEnd | PunchKind::CallbackIn => true,
        PunchKind::Out
        | PunchKind::MealStart
        | PunchKind::BreakStart
        | PunchKind::Transfer
        | PunchKind::Unknown
        | PunchKind::CallbackOut
        | PunchKind::Offsite => false,
    }
}

/// Whether the person stops working with a punch of a kind.
pub(crate) fn ends_work(kind: PunchKind) -> bool {
    match kind {
        PunchKind::Out | PunchKind::MealStart | PunchKind::BreakStart | PunchKind::CallbackOut => true,
        PunchKind::In
        | PunchKind::MealEnd
        | PunchKind::BreakEnd
        | PunchKind::Transfer
        | PunchKind::Unknown
        | PunchKind::CallbackIn
        | PunchKind::Offsite => false,
    }
}

/// Whether a punch of a kind may be an in or an out.
pub(crate) fn is_either(kind: PunchKind) -> bool {
    kind == PunchKind::Unknown || kind == PunchKind::Offsite
}

/// Whether the ruleset can read what people state, and it lies in the days of the facts.
fn check_statements(question: &Question) -> Result<(), EvaluationError> {
    let as_of = question.window.as_of;
    for (hours, index) in question.facts.manual_hours.iter().zip(0..) {
        let info = question.timeline.names().pay_codes.get(usize::from(hours.code.0));
        if info.is_none_or(|info| info.unit != Unit::Second) {
            let list = FactList::ManualHours;
            return Err(EvaluationError::UnknownPayCode { index, code: hours.code.0, list });
        }
        if hours.amount.0 > 86_400 {
            return Err(EvaluationError::ManualHoursTooLong { index });
        }
        if hours.recorded_at <= as_of {
            check_fact(question, hours.workday, hours.workday)?;
        }
    }
    for (stated, index) in question.facts.overrides.iter().zip(0..) {
        let info = question.timeline.names().pay_codes.get(usize::from(stated.code.0));
        if info.is_none_or(|info| info.unit != Unit::Second) {
            let list = FactList::Overrides;
            return Err(EvaluationError::UnknownPayCode { index, code: stated.code.0, list });
        }
        if stated.amount.0 > 172_800 {
            return Err(EvaluationError::OverrideTooLong { index });
        }
        if stated.recorded_at <= as_of {
            check_fact(question, stated.workday, stated.workday)?;
        }
    }
    for (said, index) in question.facts.attestations.iter().zip(0..) {
        if usize::from(said.question) >= question.timeline.names().attestations.len() {
            return Err(EvaluationError::UnknownAttestation { index, question: said.question });
        }
        if said.recorded_at <= as_of {
            check_fact(question, said.workday, said.workday)?;
        }
    }
    Ok(())
}

pub(crate) fn check_window(question: &Question) -> Result<(), EvaluationError> {
    let (facts, period) = (question.window.facts, question.window.pay_period);
    if facts.last < facts.first || period.last < period.first {
        return Err(EvaluationError::WindowBackwards);
    }
    let days = facts.last.max(period.last).0 - facts.first.min(period.first).0 + 1;
    if days > 800 {
        return Err(EvaluationError::WindowTooLong { days, most: 800 });
    }
    for shift in &question.facts.shifts {
        check_fact(question, shift.workday, shift.workday)?;
    }
    for leave in question.facts.leave.iter().filter(|leave| leave.recorded_at <= question.window.as_of) {
        match leave.time {
            LeaveTime::Workday(workday) | LeaveTime::HalfDay(workday, _) | LeaveTime::Amount(workday, _) => {
                check_fact(question, workday, workday)?;
            }
            LeaveTime::Span { start, end } if start < end => {
                check_fact(question, date_of(question, start), date_of(question, Timestamp(end.0 - 1)))?;
            }
            LeaveTime::Span { .. } => {}
        }
    }
    check_approvals(question)?;
    check_statements(question)?;
    for (stretch, index) in question.facts.employment.iter().zip(0..) {
        if stretch.hired.zip(stretch.left).is_some_and(|(hired, left)| hired > left) {
            return Err(EvaluationError::EmploymentBackwards { index });
        }
    }
    check_assignments(question)?;
    check_twice(question)
}

/// An assignment for a job states a ruleset and nothing else.
fn check_assignments(question: &Question) -> Result<(), EvaluationError> {
    for (row, index) in question.facts.assignments.iter().zip(0..) {
        let states_more = row.calendar.is_some() || row.zone.is_some() || row.tag.is_some();
        if row.job != TagId(0) && (row.ruleset.is_none() || states_more) {
            return Err(EvaluationError::AssignmentOfJob { index });
        }
    }
    Ok(())
}

/// An approval that does not end after it starts is refused whenever it was recorded.
fn check_approvals(question: &Question) -> Result<(), EvaluationError> {
    for (approval, index) in question.facts.approvals.iter().zip(0..) {
        let (first, last) = match approval.time {
            ApprovalTime::Workday(workday) | ApprovalTime::Length(workday, _) => (workday, workday),
            ApprovalTime::Span { start, end } if start < end => {
                (date_of(question, start), date_of(question, Timestamp(end.0 - 1)))
            }
            ApprovalTime::Span { .. } => return Err(EvaluationError::ApprovalBackwards { index }),
        };
        if approval.recorded_at <= question.window.as_of {
            check_fact(question, first, last)?;
        }
    }
    Ok(())
}

/// A fact that an earlier one excludes. Of several lists, the first in the order of corrections, day types, balances and
/// carried values.
fn check_twice(question: &Question) -> Result<(), EvaluationError> {
    let facts = &question.facts;
    let as_of = question.window.as_of;
    let corrections = later_of_two(&facts.corrections, |one, next| {
        let same_moment = one.recorded_at == next.recorded_at && one.recorded_at <= as_of;
        same_moment
            && match (one.kind, next.kind) {
                (CorrectionKind::Retime { punch, to }, CorrectionKind::Retime { punch: other, to: other_to }) => {
                    punch == other && to != other_to
                }
                (
                    CorrectionKind::SetKind { punch, kind },
                    CorrectionKind::SetKind { punch: other, kind: other_kind },
                ) => punch == other && kind != other_kind,
                (CorrectionKind::Add { .. }, _)
                | (CorrectionKind::Void(_), _)
                | (CorrectionKind::Retime { .. }, _)
                | (CorrectionKind::SetKind { .. }, _) => false,
            }
    });
    let days = later_of_two(&facts.day_overrides, |one, next| {
        let same = one.workday == next.workday && one.window.is_some() == next.window.is_some();
        same && (one.day_type != next.day_type || one.window != next.window)
    });
    let as_of = question.window.as_of;
    let attestations = later_of_two(&facts.attestations, |one, next| {
        let known = one.recorded_at == next.recorded_at && one.recorded_at <= as_of;
        known && one.workday == next.workday && one.question == next.question && one.answer != next.answer
    });
    let overrides = later_of_two(&facts.overrides, |one, next| {
        let known = one.recorded_at == next.recorded_at && one.recorded_at <= as_of;
        known && one.workday == next.workday && one.code == next.code && one != next
    });
    let assignments =
        later_of_two(&facts.assignments, |one, next| one.from == next.from && one.job == next.job && one != next);
    let balances = later_of_two(&facts.opening_balances, |one, next| one.rule == next.rule);
    let carried = later_of_two(&facts.carried, |one, next| one.key == next.key);
    let lists = [
        (FactList::Corrections, corrections),
        (FactList::DayOverrides, days),
        (FactList::Attestations, attestations),
        (FactList::Overrides, overrides),
        (FactList::Assignments, assignments),
        (FactList::OpeningBalances, balances),
        (FactList::Carried, carried),
    ];
    match lists.into_iter().find_map(|(list, index)| Some((list, index?))) {
        Some((list, index)) => Err(EvaluationError::GivenTwice { list, index }),
        None => Ok(()),
    }
}

/// The first fact that any earlier one excludes.
fn later_of_two<Fact>(facts: &[Fact], exclude: impl Fn(&Fact, &Fact) -> bool) -> Option<u32> {
    let later = (0..facts.len()).find(|later| facts[..*later].iter().any(|one| exclude(one, &facts[*later])));
    later.map(|later| later as u32)
}

/// A fact that lies wholly more than two days outside the facts was meant for another request.
fn check_fact(question: &Question, first: Workday, last: Workday) -> Result<(), EvaluationError> {
    let facts = question.window.facts;
    let outside = last < facts.first.plus(-2) || first > facts.last.plus(2);
    if outside { Err(EvaluationError::FactOutsideWindow { workday: first }) } else { Ok(()) }
}

/// The punches that count, in the total order.
pub(crate) fn that_count(question: &Question, notices: &mut Vec<Notice>) -> Result<Vec<Tap>, EvaluationError> {
    let mut taps = corrected(question, notices);
    taps.retain(|tap| !is_ahead(question, tap, notices));
    for tap in &mut taps {
        if plan_of(question, date_of(question, tap.at)).normalise.granularity == Granularity::Minute {
            tap.at = Timestamp(tap.at.0 - tap.at.0.rem_euclid(60));
        }
    }
    let mut present = Vec::new();
    for tap in taps {
        let skew = plan_of(question, date_of(question, tap.at)).normalise.future_skew_max;
        if tap.at > question.window.as_of.after(skew) {
            notice_in_period(
                question,
                notices,
                ExceptionCode::FuturePunch,
                tap.at,
                tap.at.since(question.window.as_of),
            );
        } else {
            present.push(tap);
        }
    }
    present.sort_by_key(|tap| {
        let side = if ends_work(tap.kind) { 0 } else { 1 + u8::from(starts_work(tap.kind)) };
        let (position, id) = tap.raw.map_or((usize::MAX, u64::MAX), |raw| (raw.0, raw.1));
        let recorded_at = raw(question, tap).and_then(recorded);
        (tap.at, side, tap.kind as u8, id, tags::pairs(question, tap.tag), recorded_at, position)
    });
    present.retain(|tap| is_accepted_punch(question, tap, notices));
    present.retain(|tap| {
        let needs = plan_of(question, date_of(question, tap.at)).normalise.offsite == NeedsApproval::Always;
        let counts = tap.kind != PunchKind::Offsite || !needs || may_be_outside(question, tap.at);
        if !counts {
            notice(question, notices, ExceptionCode::UnapprovedOffsitePunch, tap.at, Seconds::ZERO);
        }
        counts
    });
    for tap in &present {
        let date = date_of(question, tap.at);
        check_fact(question, date, date)?;
    }
    let kept = without_repeats(question, present, notices);
    for tap in &kept {
        let limit = plan_of(question, date_of(question, tap.at)).normalise.recorded_late_after;
        let late = raw(question, tap).and_then(recorded).map(|recorded_at| recorded_at.since(tap.at));
        if let (Some(late), Some(limit)) = (late, limit)
            && late > limit
        {
            notice(question, notices, ExceptionCode::LateRecordedPunch, tap.at, late);
        }
    }
    Ok(kept)
}

/// The punch as it was given.
fn raw<'a>(question: &'a Question, tap: &Tap) -> Option<&'a Punch> {
    tap.raw.map(|raw| &question.facts.punches[raw.0])
}

/// When a punch became known, unless it did when it was punched.
fn recorded(punch: &Punch) -> Option<Timestamp> {
    punch.recorded_at.filter(|recorded_at| *recorded_at != punch.at)
}

/// Whether the clock of a punch ran ahead of when it was recorded. A person who gave it another time knew better.
fn is_ahead(question: &Question, tap: &Tap, notices: &mut Vec<Notice>) -> bool {
    let Some(punch) = raw(question, tap) else { return false };
    let Some(recorded_at) = recorded(punch) else { return false };
    let skew = plan_of(question, date_of(question, tap.at)).normalise.future_skew_max;
    let stated = tap.at != by_a_right_clock(question, punch.at, punch.tag);
    if stated || tap.at <= recorded_at.after(skew) {
        return false;
    }
    notice_in_period(question, notices, ExceptionCode::FuturePunch, tap.at, tap.at.since(recorded_at));
    true
}

/// The instant that a clock would have shown, had it been right.
fn by_a_right_clock(question: &Question, at: Timestamp, tag: TagId) -> Timestamp {
    let date = date_of(question, at);
    for offset in &plan_of(question, date).clock_offsets {
        let from = offset.from.unwrap_or(date);
        let until = offset.until.unwrap_or(date);
        if from <= date && date <= until && tags::fits(question, Some(offset.tags), tag) {
            return Timestamp((at.0 + i64::from(offset.add)).clamp(Timestamp::FIRST.0, Timestamp::LAST.0));
        }
    }
    at
}

/// Whether a punch counts, as far as restrictions go; what they say of it is noted.
fn is_accepted_punch(question: &Question, tap: &Tap, notices: &mut Vec<Notice>) -> bool {
    let rules = &plan_of(question, date_of(question, tap.at)).punch_restrictions;
    let rule = rules.iter().find(|rule| tags::fits(question, Some(rule.tags), tap.tag));
    match rule.filter(|_| tap.raw.is_some()).map(|rule| rule.outcome) {
        None => true,
        Some(RestrictionOutcome::Mark) => {
            notice(question, notices, ExceptionCode::MarkedPunch, tap.at, Seconds::ZERO);
            true
        }
        Some(RestrictionOutcome::Ignore) => {
            notice(question, notices, ExceptionCode::IgnoredPunch, tap.at, Seconds::ZERO);
            false
        }
    }
}

/// Whether a trip or field work is approved at an instant.
fn may_be_outside(question: &Question, at: Timestamp) -> bool {
    question.facts.approvals.iter().any(|approval| {
        let known = approval.status == ApprovalStatus::Approved && approval.recorded_at <= question.window.as_of;
        let outside = approval.kind == ApprovalKind::Trip || approval.kind == ApprovalKind::Outing;
        let then = match approval.time {
            ApprovalTime::Span { start, end } => at >= start && at <= end,
            ApprovalTime::Workday(day) => day == date_of(question, at),
            ApprovalTime::Length(day, _) => day == date_of(question, at),
        };
        known && outside && then
    })
}

/// Notes something on its local date.
fn notice(question: &Question, notices: &mut Vec<Notice>, code: ExceptionCode, at: Timestamp, measure: Seconds) {
    notices.push(Notice { code, workday: date_of(question, at), at, measure });
}

/// Notes something that must not be lost, whatever instant it names: on the nearest day that is paid.
fn notice_in_period(
    question: &Question,
    notices: &mut Vec<Notice>,
    code: ExceptionCode,
    at: Timestamp,
    measure: Seconds,
) {
    let period = question.window.pay_period;
    let workday = date_of(question, at).max(period.first).min(period.last);
    notices.push(Notice { code, workday, at, measure });
}

/// A punch and what corrections call it.
struct Named {
    tap: Tap,
    at: Timestamp,
    kind: PunchKind,
    id: Option<u64>,
}

fn corrected(question: &Question, notices: &mut Vec<Notice>) -> Vec<Tap> {
    let any_id = question.facts.punches.iter().any(|punch| punch.id.is_some());
    let mut present: Vec<Named> = Vec::new();
    for (index, punch) in question.facts.punches.iter().enumerate() {
        if recorded(punch).is_some_and(|recorded_at| recorded_at > question.window.as_of) {
            continue;
        }
        let id = punch.id.unwrap_or(0);
        let at = by_a_right_clock(question, punch.at, punch.tag);
        let tap = Tap { at, kind: punch.kind, tag: punch.tag, raw: Some((index, id)), moved_from: None };
        present.push(Named { tap, at: punch.at, kind: punch.kind, id: any_id.then_some(id) });
    }
    let mut corrections = question.facts.corrections.clone();
    corrections.sort_by_key(|correction| correction.recorded_at);
    corrections.retain(|correction| correction.recorded_at <= question.window.as_of);
    let mut accepted: Vec<Workday> = Vec::new();
    for correction in corrections {
        if let Some(day) = day_of(question, &present, &correction) {
            let policy = plan_of(question, day).corrections;
            let recorded = date_of(question, correction.recorded_at);
            let at = named_instant(question, &present, &correction).unwrap_or(correction.recorded_at);
            if !is_accepted(&policy, correction.kind, day, recorded, &mut accepted) {
                notice(question, notices, ExceptionCode::CorrectionRefused, at, Seconds::ZERO);
                continue;
            }
            if policy.marked {
                notice(question, notices, ExceptionCode::CorrectedPunch, at, Seconds::ZERO);
            }
        }
        let unmatched_at = match correction.kind {
            CorrectionKind::Add { at, kind, tag } => {
                present.push(Named { tap: Tap { at, kind, tag, raw: None, moved_from: None }, at, kind, id: None });
                None
            }
            CorrectionKind::Void(punch) => match find(question, &present, punch) {
                Some(index) => {
                    present.remove(index);
                    None
                }
                None => Some(named_at(punch).unwrap_or(correction.recorded_at)),
            },
            CorrectionKind::Retime { punch, to } => match find(question, &present, punch) {
                Some(index) => {
                    let from = present[index].tap.at;
                    let minutes =
                        plan_of(question, date_of(question, from)).normalise.granularity == Granularity::Minute;
                    let seen = if minutes { Timestamp(from.0 - from.0.rem_euclid(60)) } else { from };
                    present[index].tap.moved_from.get_or_insert(seen);
                    present[index].tap.at = to;
                    None
                }
                None => Some(named_at(punch).unwrap_or(to)),
            },
            CorrectionKind::SetKind { punch, kind } => match find(question, &present, punch) {
                Some(index) => {
                    present[index].tap.kind = kind;
                    None
                }
                None => Some(named_at(punch).unwrap_or(correction.recorded_at)),
            },
        };
        if let Some(at) = unmatched_at {
            notice_in_period(question, notices, ExceptionCode::CorrectionUnmatched, at, Seconds::ZERO);
        }
    }
    present.into_iter().map(|named| named.tap).collect()
}

/// The instant of the punch that a correction adds, or that it names as first punched.
fn named_instant(question: &Question, present: &[Named], correction: &Correction) -> Option<Timestamp> {
    match correction.kind {
        CorrectionKind::Add { at, .. } => Some(at),
        CorrectionKind::Void(punch) | CorrectionKind::Retime { punch, .. } | CorrectionKind::SetKind { punch, .. } => {
            find(question, present, punch).map(|index| present[index].at)
        }
    }
}

fn day_of(question: &Question, present: &[Named], correction: &Correction) -> Option<Workday> {
    named_instant(question, present, correction).map(|at| date_of(question, at))
}

/// Whether a correction is accepted; those that count for the quota are listed by the opening of their cycle.
fn is_accepted(
    policy: &CorrectionPolicy,
    kind: CorrectionKind,
    day: Workday,
    recorded: Workday,
    accepted: &mut Vec<Workday>,
) -> bool {
    let (action, counts) = match kind {
        CorrectionKind::Add { .. } => (CorrectionAction::Add, true),
        CorrectionKind::Void(_) => (CorrectionAction::Void, false),
        CorrectionKind::Retime { .. } => (CorrectionAction::Retime, true),
        CorrectionKind::SetKind { .. } => (CorrectionAction::SetKind, false),
    };
    let opens = |day: Workday| day == day.month_start().plus(i32::from(policy.cycle_opens) - 1);
    let cycle = (0..40).map(|back| day.plus(-back)).find(|day| opens(*day)).expect("a cycle opens every month");
    let next = (1..40).map(|on| cycle.plus(on)).find(|day| opens(*day)).expect("a cycle opens every month");
    let late = policy.within_days.is_some_and(|days| recorded.0 - day.0 >= i32::from(days));
    let closed = policy.closes_after.is_some_and(|days| recorded.0 >= next.0 + i32::from(days));
    if !policy.accepts.contains(action) || late || closed {
        return false;
    }
    if let Some(quota) = policy.quota.filter(|_| counts) {
        if accepted.iter().filter(|other| **other == cycle).count() >= usize::from(quota) {
            return false;
        }
        accepted.push(cycle);
    }
    true
}

fn find(question: &Question, present: &[Named], punch: PunchRef) -> Option<usize> {
    let fits = |named: &Named| match punch {
        PunchRef::Id(id) => named.id == Some(id),
        PunchRef::At(at, kind) => named.at == at && named.kind == kind,
    };
    let fitting = present.iter().enumerate().filter(|entry| fits(entry.1));
    // Which of two that are named alike does not depend on the order given.
    let order = |(place, named): &(usize, &Named)| {
        let recorded_at = raw(question, &named.tap).and_then(recorded);
        (named.id.unwrap_or(u64::MAX), tags::pairs(question, named.tap.tag), recorded_at, *place)
    };
    fitting.min_by_key(order).map(|entry| entry.0)
}

fn named_at(punch: PunchRef) -> Option<Timestamp> {
    match punch {
        PunchRef::Id(_) => None,
        PunchRef::At(at, _) => Some(at),
    }
}

/// Drops repeated punches: of each run of one kind, each soon after the one before it, one stays.
fn without_repeats(question: &Question, taps: Vec<Tap>, notices: &mut Vec<Notice>) -> Vec<Tap> {
    let mut runs: Vec<Vec<Tap>> = Vec::new();
    for tap in taps {
        let window = plan_of(question, date_of(question, tap.at)).dedupe.window;
        match runs.last_mut() {
            Some(run) if repeats(run[run.len() - 1], tap, window) => run.push(tap),
            _ => runs.push(vec![tap]),
        }
    }
    let mut kept = Vec::new();
    for run in runs {
        let keep = plan_of(question, date_of(question, run[0].at)).dedupe.keep;
        let stays = match keep {
            DedupeKeep::First => 0,
            DedupeKeep::Last => run.len() - 1,
            DedupeKeep::ByDirection if ends_work(run[0].kind) => run.len() - 1,
            DedupeKeep::ByDirection => 0,
        };
        for (index, tap) in run.iter().enumerate() {
            if index == stays {
                kept.push(*tap);
            } else {
                let distance = tap.at.since(run[stays].at).max(run[stays].at.since(tap.at));
                notice(question, notices, ExceptionCode::DuplicatePunch, tap.at, distance);
            }
        }
    }
    kept
}

fn repeats(before: Tap, tap: Tap, window: Option<Seconds>) -> bool {
    // A transfer to something else is news, however soon it comes.
    let same = before.kind == tap.kind && (tap.kind != PunchKind::Transfer || before.tag == tap.tag);
    same && window.is_some_and(|window| tap.at.since(before.at) <= window)
}
