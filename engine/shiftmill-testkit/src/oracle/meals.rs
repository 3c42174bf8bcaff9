//! Required meals, checked on the raw pairs of each overtime workday.

use std::collections::BTreeSet;

use shiftmill_core::shape::meal_requirement::{JudgedBy, MealRequirement};
use shiftmill_core::{Because, ExceptionCode, GapKind, PayCode, Plan, Reason, Seconds, Timestamp, WaiverKind, Workday};

use super::days::Duty;
use super::employment::is_employed;
use super::pairs::Pair;
use super::shifts::{Shift, one_stretch};
use super::statements::answer;
use super::{Amount, Notice, clock, date_of, holds, moments, plan_of, plan_of_shift};
use crate::engine::Question;

/// A stretch of raw work of one workday.
#[derive(Clone, Copy, Debug)]
struct Work {
    start: Timestamp,
    end: Timestamp,
    overtime: Workday,
    reporting: Workday,
    /// Which worked shift.
    shift: usize,
    /// What the gap before it is, for the first stretch of a pair.
    gap: Option<GapKind>,
    gap_is_paid: bool,
}

/// An unpaid gap between two stretches of raw work of a workday.
#[derive(Clone, Copy, Debug)]
struct Gap {
    at: Timestamp,
    length: Seconds,
    /// Work time of the day before it.
    work_before: Seconds,
    kind: Option<GapKind>,
}

pub(crate) fn judge(
    question: &Question,
    shifts: &[Shift],
    duties: &[Duty],
    notices: &mut Vec<Notice>,
    amounts: &mut Vec<Amount>,
) {
    let mut work: Vec<Work> = Vec::new();
    let mut before: Option<&Pair> = None;
    for (index, shift) in shifts.iter().enumerate() {
        before = before.filter(|_| shift.continues);
        for pair in &shift.pairs {
            let paid = before.is_some_and(|before| moments::is_paid_gap(question, shift, before, pair));
            before = Some(pair);
            work.extend(
                by_workday(question, shift, duties, pair, paid).into_iter().map(|it| Work { shift: index, ..it }),
            );
        }
    }
    let workdays: BTreeSet<Workday> = work.iter().map(|stretch| stretch.overtime).collect();
    for workday in workdays {
        let of_day: Vec<Work> = work.iter().filter(|stretch| stretch.overtime == workday).copied().collect();
        let requirements = required(plan_of(question, workday), JudgedBy::Workday);
        judge_stretch(question, &requirements, &of_day, &mut BTreeSet::new(), notices, amounts);
    }
    let mut paid = BTreeSet::new();
    // What the schedule alone divides is one work period.
    let mut periods: Vec<Vec<Work>> = Vec::new();
    for stretch in work {
        match periods.last_mut() {
            Some(period) if one_stretch(shifts, period[period.len() - 1].shift, stretch.shift) => period.push(stretch),
            _ => periods.push(vec![stretch]),
        }
    }
    for period in periods {
        let requirements = required(plan_of_shift(question, &shifts[period[0].shift]), JudgedBy::Shift);
        judge_stretch(question, &requirements, &period, &mut paid, notices, amounts);
    }
}

/// The requirements of a plan that are judged so.
fn required(plan: &Plan, judged_by: JudgedBy) -> Vec<MealRequirement> {
    let all = plan.meal_requirements.iter();
    all.filter(|requirement| requirement.judged_by == judged_by).copied().collect()
}

/// The raw stretches of a pair, cut where its overtime workday changes.
fn by_workday(question: &Question, shift: &Shift, duties: &[Duty], pair: &Pair, gap_is_paid: bool) -> Vec<Work> {
    let label = |at| {
        let overtime = moments::overtime_of(question, shift, duties, at);
        (overtime, moments::reporting_of(question, shift, duties, at))
    };
    let mut pieces: Vec<Work> = Vec::new();
    let mut at = pair.raw_start;
    while at < pair.raw_end {
        let (overtime, reporting) = label(at);
        // Labels change at whole quarters of an hour or where workdays open; a step never passes one.
        let end = next_change(question, shift, at).min(pair.raw_end);
        match pieces.last_mut() {
            Some(piece) if piece.overtime == overtime => piece.end = end,
            _ => {
                let first = pieces.is_empty();
                let gap = pair.gap_before;
                let gap_is_paid = gap_is_paid && first;
                pieces.push(Work { start: at, end, overtime, reporting, shift: 0, gap, gap_is_paid });
            }
        }
        at = end;
    }
    pieces
}

/// The next instant after `at` at which a label may change.
fn next_change(question: &Question, shift: &Shift, at: Timestamp) -> Timestamp {
    let opens_at = plan_of_shift(question, shift).workdays.opens_at;
    let date = date_of(question, at);
    let candidates = (-1..=2).flat_map(|days| {
        let date = date.plus(days);
        [0, opens_at as i32].map(|second| clock::first_shown(&question.zone, date, second))
    });
    candidates.filter(|candidate| *candidate > at).min().unwrap_or(at.after(Seconds(60)))
}

/// Judges the work of one workday or shift. A code is paid once for a workday that it is shown on.
fn judge_stretch(
    question: &Question,
    requirements: &[MealRequirement],
    work: &[Work],
    paid: &mut BTreeSet<(Workday, PayCode)>,
    notices: &mut Vec<Notice>,
    amounts: &mut Vec<Amount>,
) {
    let shown_on = work[0].reporting;
    if !is_employed(question, shown_on) {
        return;
    }
    let mut gaps = Vec::new();
    let mut worked = Seconds::ZERO;
    for (index, stretch) in work.iter().enumerate() {
        if let Some(before) = index.checked_sub(1).map(|before| work[before])
            && before.end < stretch.start
            && !stretch.gap_is_paid
        {
            let length = stretch.start.since(before.end);
            gaps.push(Gap { at: before.end, length, work_before: worked, kind: stretch.gap });
        }
        worked = worked.plus(stretch.end.since(stretch.start));
    }
    for requirement in requirements {
        if !holds(requirement.compare, worked, requirement.when_worked) {
            continue;
        }
        let found = match requirement.attested_by.and_then(|asked| answer(question, shown_on, asked)) {
            Some(true) => continue,
            Some(false) => violation(requirement, &gaps, work).or_else(|| Some(missing(requirement, work))),
            None => violation(requirement, &gaps, work),
        };
        let Some((code, at, measure)) = found else { continue };
        if is_waived(question, requirement, shown_on, worked, &gaps) {
            continue;
        }
        notices.push(Notice { code, workday: shown_on, at, measure });
        if paid.insert((shown_on, requirement.pays_to)) {
            let because = Because::MealRequirement { ordinal: requirement.ordinal };
            let reason = Reason { rule: requirement.rule, because };
            amounts.push(Amount { workday: shown_on, code: requirement.pays_to, amount: 1, reason, leave: false });
        }
    }
}

/// A violation of a required meal: the exception, its instant and size.
fn violation(
    requirement: &MealRequirement,
    gaps: &[Gap],
    work: &[Work],
) -> Option<(ExceptionCode, Timestamp, Seconds)> {
    let place = usize::from(requirement.ordinal) - 1;
    let (meals, others): (Vec<&Gap>, Vec<&Gap>) = gaps.iter().partition(|gap| gap.length >= requirement.length_min);
    let short: Vec<&&Gap> = others.iter().filter(|gap| gap.kind == Some(GapKind::Meal)).collect();
    if let Some(meal) = meals.get(place) {
        let late = meal.work_before.beyond(requirement.start_by);
        return (!late.is_zero()).then_some((ExceptionCode::MealLate, meal.at, late));
    }
    if let Some(meal) = short.get(place - meals.len()) {
        return Some((ExceptionCode::MealShort, meal.at, requirement.length_min.beyond(meal.length)));
    }
    Some(missing(requirement, work))
}

/// A meal that is not there: by then it should have begun.
fn missing(requirement: &MealRequirement, work: &[Work]) -> (ExceptionCode, Timestamp, Seconds) {
    let mut left = requirement.start_by;
    for stretch in work {
        let length = stretch.end.since(stretch.start);
        if length >= left {
            return (ExceptionCode::MealMissing, stretch.start.after(left), requirement.length_min);
        }
        left = left.beyond(length);
    }
    (ExceptionCode::MealMissing, work[work.len() - 1].end, requirement.length_min)
}

fn is_waived(
    question: &Question,
    requirement: &MealRequirement,
    shown_on: Workday,
    worked: Seconds,
    gaps: &[Gap],
) -> bool {
    let kind = WaiverKind::Meal(requirement.ordinal);
    let waived = question.facts.waivers.iter().any(|waiver| waiver.workday == shown_on && waiver.kind == kind);
    let meals = gaps.iter().filter(|gap| gap.length >= requirement.length_min).count();
    let previous_taken = meals + 1 >= usize::from(requirement.ordinal);
    waived
        && requirement.waivable_up_to.is_some_and(|most| worked <= most)
        && (previous_taken || !requirement.waivable_only_if_previous_taken)
}
