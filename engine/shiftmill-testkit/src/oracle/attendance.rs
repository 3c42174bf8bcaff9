//! Attendance: punches compared with the schedule.

use std::collections::{BTreeMap, BTreeSet};

use shiftmill_core::open::correction_policy::CorrectedAs;
use shiftmill_core::shape::attendance::{Attendance, Compared, GraceMode, Measured};
use shiftmill_core::shape::day_tolerance::ComparedEdges;
use shiftmill_core::shape::pairing::PairingMode;
use shiftmill_core::{
    Because, ExceptionCode, LeaveTime, PunchKind, PunchRole, Reason, RuleId, Seconds, SpanState, Timestamp, Workday,
};

use super::callbacks::{is_callback, is_in_callback};
use super::coverage::seconds_inside;
use super::days::{Away, Duty, allows, blocks_of};
use super::employment::is_employed;
use super::expectation::Planned;
use super::moments::Moment;
use super::punches::{Tap, is_either};
use super::shifts::Shift;
use super::{Amount, Notice, callbacks, holds, plan_of, plan_of_duty, plan_of_shift};
use crate::engine::Question;

/// The inputs of the comparison.
pub(crate) struct View<'a> {
    pub question: &'a Question,
    pub shifts: &'a [Shift],
    pub duties: &'a [Duty],
    pub leaves: &'a [Away],
    pub moments: &'a [Moment],
}

pub(crate) fn compare(view: &View<'_>, notices: &mut Vec<Notice>, amounts: &mut Vec<Amount>) {
    let View { question, shifts, duties, .. } = *view;
    let mut waived = BTreeMap::new();
    let is_judged = |duty: &Duty| !duty.on_leave && duty.start < duty.end;
    for (index, duty) in duties.iter().enumerate().filter(|entry| is_judged(entry.1)) {
        let rules = &plan_of_duty(question, duty).attendance;
        let own: Vec<&Shift> = shifts.iter().filter(|shift| shift.duty == Some(index)).collect();
        if own.is_empty() {
            absent(view, rules, index, notices);
            continue;
        }
        let graces = graces_on(view, duty.workday, rules);
        let (compares_start, compares_end) = compared_edges(view, rules, index);
        if let Some((at, workday)) = judged(question, first_in_tap(question, &own)).filter(|_| compares_start) {
            let (early, late) = distance_in(view, rules, duty, at);
            if graces.early_in.is_some_and(|grace| early > grace) {
                notices.push(Notice { code: ExceptionCode::EarlyIn, workday, at, measure: early });
            }
            if graces.late.is_some_and(|grace| late > grace) && !is_waived(rules, duty.workday, late, &mut waived) {
                raise_late(rules, &graces, late, at, workday, notices, amounts);
            }
        }
        let last_out = judged(question, last_out_tap(question, &own));
        if let Some((at, workday)) = last_out.filter(|_| compares_end && duty.free_end.is_none()) {
            let (early, late) = distance_out(view, rules, duty, at);
            if graces.late_out.is_some_and(|grace| late > grace) {
                notices.push(Notice { code: ExceptionCode::LateOut, workday, at, measure: late });
            }
            if graces.early.is_some_and(|grace| early > grace) {
                raise_early(rules, early, at, workday, notices);
            }
        }
    }
    shifts.iter().for_each(|shift| still_missing(view, shift, notices));
    callbacks::judge(view, notices);
    let unscheduled = |entry: &(usize, &Shift)| entry.1.duty.is_none() && !is_callback(entry.1);
    for (index, shift) in shifts.iter().enumerate().filter(unscheduled) {
        let is_watched =
            plan_of(question, shift.shown_on).attendance.unscheduled && is_employed(question, shift.shown_on);
        if is_watched && !allows(question, shift.shown_on, shift.begins) {
            let own = view.moments.iter().filter(|moment| moment.shift == Some(index) && moment.counts_as_work());
            let measure = Seconds(own.map(|moment| moment.length).sum());
            let (code, workday, at) = (ExceptionCode::UnscheduledWork, shift.shown_on, shift.begins);
            notices.push(Notice { code, workday, at, measure });
        }
    }
    (0..duties.len()).for_each(|index| gap_worked(view, index, notices));
    let present: BTreeSet<Workday> =
        shifts.iter().filter(|shift| !is_callback(shift)).map(|shift| shift.shown_on).collect();
    for workday in present.into_iter().filter(|workday| is_employed(question, *workday)) {
        judge_day(view, workday, notices, amounts);
    }
}

/// The most that is not an exception, by what it is. `None`: that is never one.
struct Graces {
    early_in: Option<Seconds>,
    late: Option<Seconds>,
    early: Option<Seconds>,
    late_out: Option<Seconds>,
}

/// The graces that hold on a workday.
fn graces_on(view: &View<'_>, workday: Workday, rules: &Attendance) -> Graces {
    let graces = own_graces(rules);
    match rules.day_tolerance {
        Some(most) if forgiven_on(view, workday) > i64::from(most.0) => Graces {
            early_in: graces.early_in.and(Some(Seconds(0))),
            late: graces.late.and(Some(Seconds(0))),
            early: graces.early.and(Some(Seconds(0))),
            late_out: graces.late_out.and(Some(Seconds(0))),
        },
        Some(_) | None => graces,
    }
}

fn own_graces(rules: &Attendance) -> Graces {
    Graces {
        early_in: rules.early_in_beyond,
        late: rules.late_grace,
        early: rules.early_grace,
        late_out: rules.late_out_beyond,
    }
}

/// All that lies within its grace on a workday, at the edges that are compared.
fn forgiven_on(view: &View<'_>, workday: Workday) -> i64 {
    let View { question, shifts, duties, .. } = *view;
    let mut sum = 0;
    let of_day = |duty: &Duty| duty.workday == workday && !duty.on_leave && duty.start < duty.end;
    for (index, duty) in duties.iter().enumerate().filter(|entry| of_day(entry.1)) {
        let rules = &plan_of_duty(question, duty).attendance;
        let own: Vec<&Shift> = shifts.iter().filter(|shift| shift.duty == Some(index)).collect();
        if rules.day_tolerance.is_none() {
            continue;
        }
        let (graces, (start, end)) = (own_graces(rules), compared_edges(view, rules, index));
        let mut found = Vec::new();
        if let Some((at, _)) = judged(question, first_in_tap(question, &own)).filter(|_| start) {
            let (early, late) = distance_in(view, rules, duty, at);
            found.extend([(early, graces.early_in), (late, graces.late)]);
        }
        if let Some((at, _)) = judged(question, last_out_tap(question, &own)).filter(|_| end && duty.free_end.is_none())
        {
            let (early, late) = distance_out(view, rules, duty, at);
            found.extend([(early, graces.early), (late, graces.late_out)]);
        }
        let within = found.into_iter().filter(|(length, grace)| grace.is_some_and(|grace| *length <= grace));
        sum += within.map(|(length, _)| i64::from(length.0)).sum::<i64>();
    }
    sum
}

/// Whether the start of a duty is compared, and its end.
fn compared_edges(view: &View<'_>, rules: &Attendance, index: usize) -> (bool, bool) {
    if rules.edges == ComparedEdges::All {
        return (true, true);
    }
    let of_day = |duty: &Duty| duty.workday == view.duties[index].workday && !duty.on_leave && duty.start < duty.end;
    let all: Vec<usize> = (0..view.duties.len()).filter(|other| of_day(&view.duties[*other])).collect();
    let first = all.iter().min_by_key(|other| (view.duties[**other].start, **other));
    let last = all.iter().max_by_key(|other| (view.duties[**other].end, **other));
    (first == Some(&index), last == Some(&index))
}

/// Judges a scheduled shift or block that no worked shift matches. A shift of which all blocks are missed is absent once.
fn absent(view: &View<'_>, rules: &Attendance, index: usize, notices: &mut Vec<Notice>) {
    let Some(delay) = rules.absence_delay else { return };
    let blocks = blocks_of(view.duties, index);
    let over = blocks.iter().map(|block| view.duties[*block].end).max().expect("it is a block itself");
    if view.question.window.as_of < over.after(delay) || !is_missed(view, index) {
        return;
    }
    let lasts = |block: &usize| view.duties[*block].start < view.duties[*block].end;
    let lasting: Vec<usize> = blocks.into_iter().filter(lasts).collect();
    let missed = if lasting.iter().all(|block| is_missed(view, *block)) { lasting } else { vec![index] };
    if missed.first() == Some(&index) {
        let measure = Seconds(missed.iter().map(|block| view.duties[*block].planned()).sum());
        let (workday, at) = (view.duties[index].workday, view.duties[index].start);
        notices.push(Notice { code: ExceptionCode::Absent, workday, at, measure });
    }
}

/// Whether neither work nor leave touches a block.
fn is_missed(view: &View<'_>, index: usize) -> bool {
    let duty = &view.duties[index];
    let matched = view.shifts.iter().any(|shift| shift.duty == Some(index));
    let others = view.shifts.iter().filter(|shift| !is_callback(shift));
    let seconds: i64 = others.map(|shift| seconds_inside(&shift.pairs, duty)).sum();
    let is_work = |moment: &Moment| {
        let inside = moment.at < duty.end && duty.start < moment.end();
        inside && moment.counts_as_work() && !is_in_callback(view.shifts, moment)
    };
    let pieces = view.leaves.iter().flat_map(|leave| &leave.pieces);
    let within = pieces.clone().any(|piece| piece.0 < duty.planned_end && duty.start < piece.1);
    let as_amount = has_leave_amount(view.question, duty.workday);
    let worked = matched || seconds > 0 || view.moments.iter().any(is_work);
    !duty.on_leave && !worked && !within && !as_amount
}

/// Whether there is leave on a workday that says how long, and not when.
pub(super) fn has_leave_amount(question: &Question, on: Workday) -> bool {
    question.facts.leave.iter().any(|leave| {
        let known = leave.recorded_at <= question.window.as_of;
        known && matches!(leave.time, LeaveTime::Amount(workday, _) if workday == on)
    })
}

/// Work in the gap between a block and the next one of its shift.
fn gap_worked(view: &View<'_>, index: usize, notices: &mut Vec<Notice>) {
    let View { question, shifts, duties, moments, .. } = *view;
    let duty = &duties[index];
    let blocks = blocks_of(duties, index);
    let next = blocks.iter().map(|block| duties[*block].start).filter(|start| *start > duty.start).min();
    let (Some(beyond), Some(next)) = (plan_of_duty(question, duty).attendance.gap_worked_beyond, next) else {
        return;
    };
    let in_gap = |moment: &&Moment| {
        let of_shift = moment.shift.and_then(|shift| shifts[shift].duty).is_some_and(|duty| blocks.contains(&duty));
        of_shift && moment.state == SpanState::Worked && duty.end <= moment.at && moment.at < next
    };
    let measure = Seconds(moments.iter().filter(in_gap).map(|moment| moment.length).sum());
    if let Some(first) = moments.iter().find(in_gap)
        && measure > beyond
    {
        let (code, workday, at) = (ExceptionCode::GapWorked, duty.workday, first.at);
        notices.push(Notice { code, workday, at, measure });
    }
}

fn kinds_matter(question: &Question, shift: &Shift) -> bool {
    plan_of_shift(question, shift).pairing.mode == PairingMode::Typed
}

pub(super) fn first_in(question: &Question, shifts: &[&Shift]) -> Option<(Timestamp, Workday)> {
    first_in_tap(question, shifts).map(|(tap, shift)| (tap.at, shift.shown_on))
}

pub(super) fn last_out(question: &Question, shifts: &[&Shift]) -> Option<(Timestamp, Workday)> {
    last_out_tap(question, shifts).map(|(tap, shift)| (tap.at, shift.shown_on))
}

fn is_still_late(question: &Question, shift: &Shift) -> bool {
    plan_of_shift(question, shift).corrections.counts_as == CorrectedAs::StillLate
}

/// Where a punch is compared with the schedule, and the workday that shows it.
fn judged(question: &Question, found: Option<(Tap, &Shift)>) -> Option<(Timestamp, Workday)> {
    let (tap, shift) = found?;
    let at = if is_still_late(question, shift) { tap.recorded()? } else { tap.at };
    Some((at, shift.shown_on))
}

/// Reports the ins and outs that a correction added although they stay missing.
fn still_missing(view: &View<'_>, shift: &Shift, notices: &mut Vec<Notice>) {
    let question = view.question;
    if is_callback(shift) || !is_still_late(question, shift) || !is_employed(question, shift.shown_on) {
        return;
    }
    let duty = shift.duty.map(|duty| &view.duties[duty]);
    for (tap, role) in shift.taps.iter().zip(&shift.roles).filter(|entry| entry.0.recorded().is_none()) {
        let counts = |kind| !kinds_matter(question, shift) || tap.kind == kind || is_either(tap.kind);
        let opens = matches!(role, PunchRole::Opens | PunchRole::MissesOut) && counts(PunchKind::In);
        let closes = matches!(role, PunchRole::Closes | PunchRole::MissesIn) && counts(PunchKind::Out);
        let found = [
            (ExceptionCode::MissingIn, opens && duty.is_none_or(|duty| duty.needs_in)),
            (ExceptionCode::MissingOut, closes && duty.is_none_or(|duty| duty.needs_out)),
        ];
        for (code, _) in found.into_iter().filter(|found| found.1) {
            notices.push(Notice { code, workday: shift.shown_on, at: tap.at, measure: Seconds(0) });
        }
    }
}

fn first_in_tap<'a>(question: &Question, shifts: &[&'a Shift]) -> Option<(Tap, &'a Shift)> {
    let mut candidates = Vec::new();
    for shift in shifts {
        if candidates.is_empty() && shift.pairs.first().is_some_and(|pair| pair.starts_at_cut) {
            return None;
        }
        let known = |entry: &(&Tap, &PunchRole)| *entry.1 != PunchRole::MissesIn;
        for (tap, role) in shift.taps.iter().zip(&shift.roles).take_while(known) {
            let opens = matches!(role, PunchRole::Opens | PunchRole::ClosesAndOpens | PunchRole::MissesOut);
            let kind = !kinds_matter(question, shift) || tap.kind == PunchKind::In || is_either(tap.kind);
            candidates.extend((opens && kind).then_some((*tap, *shift)));
        }
    }
    candidates.into_iter().next()
}

fn last_out_tap<'a>(question: &Question, shifts: &[&'a Shift]) -> Option<(Tap, &'a Shift)> {
    let mut candidates = Vec::new();
    for shift in shifts {
        if shift.pairs.last().is_some_and(|pair| pair.ends_at_cut) {
            candidates = Vec::new();
            continue;
        }
        let after = shift.roles.iter().rposition(|role| *role == PunchRole::MissesOut).map_or(0, |last| last + 1);
        for (tap, role) in shift.taps.iter().zip(&shift.roles).skip(after) {
            let closes = matches!(role, PunchRole::Closes | PunchRole::ClosesAndOpens | PunchRole::MissesIn);
            let kind = !kinds_matter(question, shift) || tap.kind == PunchKind::Out || is_either(tap.kind);
            candidates.extend((closes && kind).then_some((*tap, *shift)));
        }
    }
    candidates.into_iter().next_back()
}

fn cut(rules: &Attendance, at: Timestamp) -> Timestamp {
    match rules.compared {
        Compared::Second => at,
        Compared::Minute => Timestamp(at.0 - at.0.rem_euclid(60)),
    }
}

fn watched(rules: &Attendance, at: Timestamp, scheduled: Timestamp) -> bool {
    rules.watch_window.is_none_or(|most| at.since(scheduled).max(scheduled.since(at)) <= most)
}

/// The planned seconds from `from` to `until` that come before all leave, or after it.
fn missed(view: &View<'_>, duty: &Duty, from: Timestamp, until: Timestamp, before_leave: bool) -> Seconds {
    let planned = Planned::of(view.question, duty);
    let on_leave = |at: Timestamp| {
        let mut pieces = view.leaves.iter().flat_map(|leave| &leave.pieces);
        pieces.any(|piece| piece.0 <= at && at < piece.1)
    };
    let seconds = (from.0..until.0).map(Timestamp).filter(|at| planned.holds(*at));
    let missed = if before_leave {
        seconds.take_while(|at| !on_leave(*at)).count()
    } else {
        seconds.rev().take_while(|at| !on_leave(*at)).count()
    };
    Seconds(missed as u32)
}

/// How early somebody came, and how late.
fn distance_in(view: &View<'_>, rules: &Attendance, duty: &Duty, at: Timestamp) -> (Seconds, Seconds) {
    let (seen, scheduled) = (cut(rules, at), cut(rules, duty.expected_start));
    if !watched(rules, seen, scheduled) {
        return (Seconds(0), Seconds(0));
    }
    let late = match rules.measured {
        Measured::Clock => seen.since(scheduled),
        Measured::Planned if seen > scheduled => missed(view, duty, duty.expected_start, seen, true),
        Measured::Planned => Seconds(0),
    };
    (scheduled.since(seen), late)
}

/// How early somebody went, and how late.
fn distance_out(view: &View<'_>, rules: &Attendance, duty: &Duty, at: Timestamp) -> (Seconds, Seconds) {
    let (seen, scheduled) = (cut(rules, at), cut(rules, duty.expected_end));
    if !watched(rules, seen, scheduled) {
        return (Seconds(0), Seconds(0));
    }
    let early = match rules.measured {
        Measured::Clock => scheduled.since(seen),
        Measured::Planned if seen < scheduled => missed(view, duty, seen, duty.expected_end, false),
        Measured::Planned => Seconds(0),
    };
    (early, seen.since(scheduled))
}

/// Whether a lateness is one of the free ones of its month.
fn is_waived(rules: &Attendance, workday: Workday, late: Seconds, waived: &mut BTreeMap<Workday, u8>) -> bool {
    let used = waived.entry(workday.month_start()).or_insert(0);
    match rules.free_late {
        Some(free) if late <= free.up_to && *used < free.times => {
            *used += 1;
            true
        }
        Some(_) | None => false,
    }
}

fn raise_late(
    rules: &Attendance,
    graces: &Graces,
    lateness: Seconds,
    at: Timestamp,
    workday: Workday,
    notices: &mut Vec<Notice>,
    amounts: &mut Vec<Amount>,
) {
    let measure = match rules.grace_mode {
        GraceMode::Cliff => lateness,
        GraceMode::Deduct => lateness.beyond(graces.late.unwrap_or(Seconds(0))),
    };
    let tier = rules.late_tiers.iter().rev().find(|tier| holds(tier.compare, lateness, tier.from));
    let code = tier.map_or(ExceptionCode::LateIn, |tier| tier.outcome);
    notices.push(Notice { code, workday, at, measure });
    if let Some(deduct) = tier.and_then(|tier| tier.deduct) {
        let amount = u64::from(deduct.amount.unwrap_or(measure).0);
        let reason = Reason { rule: RuleId::ATTENDANCE, because: Because::Lateness };
        amounts.push(Amount { workday, code: deduct.pays_to, amount, reason, leave: false });
    }
}

fn raise_early(rules: &Attendance, early: Seconds, at: Timestamp, workday: Workday, notices: &mut Vec<Notice>) {
    let tier = rules.early_tiers.iter().rev().find(|tier| holds(tier.compare, early, tier.from));
    let code = tier.map_or(ExceptionCode::EarlyOut, |tier| tier.outcome);
    notices.push(Notice { code, workday, at, measure: early });
}

/// Judges a workday with punches as a whole.
fn judge_day(view: &View<'_>, workday: Workday, notices: &mut Vec<Notice>, amounts: &[Amount]) {
    let View { question, shifts, duties, moments, .. } = *view;
    let rules = &plan_of(question, workday).attendance;
    let of_day = || moments.iter().filter(|moment| moment.reporting == workday);
    let work = of_day().filter(|moment| moment.counts_as_work() && !is_in_callback(shifts, moment));
    let worked = Seconds(work.map(|moment| moment.length).sum());
    let shown: Vec<&Shift> = shifts.iter().filter(|shift| shift.shown_on == workday && !is_callback(shift)).collect();
    let first = shown[0].begins;
    if let Some(least) = rules.min_day
        && worked < least
    {
        let measure = least.beyond(worked);
        notices.push(Notice { code: ExceptionCode::UnderHours, workday, at: first, measure });
    }
    let expected: Vec<&Duty> = duties.iter().filter(|duty| duty.workday == workday && !duty.on_leave).collect();
    let Some(duty) = expected.first().filter(|_| expected.iter().all(|duty| duty.free_end.is_none())) else { return };
    let is_paid = |code| question.timeline.names().pay_code(code).is_some_and(|info| info.paid);
    let on_leave = of_day().filter(|moment| moment.state == SpanState::Leave && is_paid(moment.code));
    let as_amounts = amounts.iter().filter(|amount| amount.leave && amount.workday == workday && is_paid(amount.code));
    let credited = worked
        .plus(Seconds(on_leave.map(|moment| moment.length).sum()))
        .plus(Seconds(as_amounts.map(|amount| amount.amount as u32).sum()));
    let (code, least) = match (rules.absent_below, rules.half_day_below) {
        (Some(least), _) if credited < least => (ExceptionCode::Absent, least),
        (_, Some(least)) if credited < least => (ExceptionCode::AbsentHalf, least),
        _ => return,
    };
    notices.push(Notice { code, workday, at: duty.start, measure: least.beyond(credited) });
}
