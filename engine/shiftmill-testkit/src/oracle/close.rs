//! The result: exceptions with their state, pay lines, workdays and totals.

use std::collections::BTreeMap;

use shiftmill_core::{
    Because, DayType, ExceptionCode, ExceptionState, Override, PayCode, Reason, RuleId, Seconds, TagId, Timestamp,
    TotalScope, WaiverKind, Workday,
};

use super::assignments::tag_on;
use super::days::{Duty, day_type};
use super::moments::Moment;
use super::overtime::{Extra, week_of};
use super::shifts::Shift;
use super::{Amount, Notice, clock, plan_of, statements, tags, watchers};
use crate::engine::Question;
use crate::outcome::Outcome;

/// Hours after the instant of an exception at which nothing more is expected, on a workday without a shift.
const WAIT: Seconds = Seconds::hours(16);

/// What is paid on a workday to a pay code, for one reason and one tag.
struct Part {
    workday: Workday,
    tag: TagId,
    code: PayCode,
    reason: Reason,
    amount: u64,
}

pub(crate) fn finish(
    question: &Question,
    shifts: &[Shift],
    duties: &[Duty],
    moments: &[Moment],
    extras: &[Extra],
    amounts: &[Amount],
    mut notices: Vec<Notice>,
) -> Outcome {
    let mut parts: Vec<Part> = Vec::new();
    let mut add = |workday, tag, code, reason, amount| parts.push(Part { workday, tag, code, reason, amount });
    for moment in moments {
        add(moment.reporting, moment.tag, moment.code, moment.reason, u64::from(moment.length));
    }
    for extra in extras {
        add(extra.reporting, extra.tag, extra.code, extra.reason, u64::from(extra.length));
    }
    for amount in amounts {
        add(amount.workday, tag_on(question, amount.workday), amount.code, amount.reason, amount.amount);
    }
    let mut outcome = Outcome::default();
    let overrides = statements::overrides(question, &mut notices);
    for stated in overrides.values() {
        override_parts(question, stated, &mut parts, &mut notices, &mut outcome);
    }
    parts.retain(|part| part.amount > 0 && question.window.pay_period.contains(part.workday));
    add_up(question, &parts, &mut outcome);
    outcome.splits = splits(question, &parts);
    outcome.workdays = workdays(question, shifts, duties, moments, amounts, &overrides);
    for notice in &notices {
        exception(question, duties, notice, &mut outcome);
    }
    outcome
}

/// Puts what somebody stated in the place of what is computed: the first parts stay, as much as there is of them, and
/// the rest is the employee's.
fn override_parts(
    question: &Question,
    stated: &Override,
    parts: &mut Vec<Part>,
    notices: &mut Vec<Notice>,
    outcome: &mut Outcome,
) {
    let Override { workday, code, amount, .. } = *stated;
    let reason = Reason { rule: RuleId::WORKED, because: Because::Override };
    let (mut computed, mut left) = (0, u64::from(amount.0));
    for part in parts.iter_mut().filter(|part| part.workday == workday && part.code == code) {
        computed += part.amount;
        part.amount = part.amount.min(left);
        part.reason = reason;
        left -= part.amount;
    }
    parts.push(Part { workday, tag: tag_on(question, workday), code, reason, amount: left });
    let computed = Seconds(computed as u32);
    let before = stated.computed.unwrap_or(computed);
    outcome.overrides.insert((workday, code), (amount, computed, before));
    if before != computed {
        let at = clock::midnight(&question.zone, workday);
        let measure = Seconds(before.0.abs_diff(computed.0));
        notices.push(Notice { code: ExceptionCode::StaleOverride, workday, at, measure });
    }
}

/// Pay lines and totals.
fn add_up(question: &Question, parts: &[Part], outcome: &mut Outcome) {
    for Part { workday, code, reason, amount, .. } in parts {
        *outcome.lines.entry((*workday, *code, reason.rule, reason.because.number())).or_default() += amount;
        let week = week_of(plan_of(question, *workday), *workday);
        *outcome.totals.entry((TotalScope::Workweek, week, *code)).or_default() += amount;
        let first = question.window.pay_period.first;
        *outcome.totals.entry((TotalScope::PayPeriod, first, *code)).or_default() += amount;
    }
}

/// The totals of the pay period by the values of tags.
fn splits(question: &Question, parts: &[Part]) -> BTreeMap<(u8, TagId, PayCode), u64> {
    let mut splits = BTreeMap::new();
    for (position, name) in (0..).zip(&question.split_by) {
        for part in parts {
            let value = tags::same_value(question, part.tag, name);
            *splits.entry((position, value, part.code)).or_default() += part.amount;
        }
    }
    splits
}

fn workdays(
    question: &Question,
    shifts: &[Shift],
    duties: &[Duty],
    moments: &[Moment],
    amounts: &[Amount],
    overrides: &BTreeMap<(Workday, PayCode), Override>,
) -> BTreeMap<Workday, (DayType, u16, Seconds)> {
    let mut rows: BTreeMap<Workday, (u16, Seconds)> = BTreeMap::new();
    for shift in shifts {
        rows.entry(shift.shown_on).or_default().0 += shift.taps.len() as u16;
    }
    for duty in duties {
        rows.entry(duty.workday).or_default();
    }
    for amount in amounts {
        rows.entry(amount.workday).or_default();
    }
    for stated in overrides.values() {
        rows.entry(stated.workday).or_default();
    }
    for moment in moments {
        let row = rows.entry(moment.reporting).or_default();
        if moment.counts_as_work() {
            row.1 = row.1.plus(Seconds(moment.length));
        }
    }
    rows.into_iter()
        .filter(|row| question.window.pay_period.contains(row.0))
        .map(|(workday, (punches, worked))| (workday, (day_type(question, workday), punches, worked)))
        .collect()
}

fn exception(question: &Question, duties: &[Duty], notice: &Notice, outcome: &mut Outcome) {
    let Notice { code, workday, at, measure } = *notice;
    let wanted = plan_of(question, workday).exceptions.severity(code).is_some();
    if !wanted || !question.window.pay_period.contains(workday) {
        return;
    }
    let waived = question
        .facts
        .waivers
        .iter()
        .any(|waiver| waiver.workday == workday && waiver.kind == WaiverKind::Exception(code));
    let state = if waived {
        ExceptionState::Waived
    } else if question.facts.rejected_rows > 0 || question.window.as_of < settled(duties, workday, at) {
        ExceptionState::Pending
    } else {
        ExceptionState::Final
    };
    if watchers::is_of_watcher(code) {
        outcome.exceptions.insert((workday, code, state, at, measure));
        return;
    }
    // Of several with one code, workday and instant the one with the greatest measure stays.
    let known = outcome.exceptions.iter().find(|row| (row.0, row.1, row.3) == (workday, code, at)).copied();
    if known.is_none_or(|known| known.4 < measure) {
        known.inspect(|known| assert!(outcome.exceptions.remove(known)));
        outcome.exceptions.insert((workday, code, state, at, measure));
    }
}

/// The instant at which nothing more can be expected.
fn settled(duties: &[Duty], workday: Workday, at: Timestamp) -> Timestamp {
    let last = duties.iter().filter(|duty| duty.workday == workday).max_by_key(|duty| duty.end);
    last.map_or(at.after(WAIT), |duty| duty.end.after(duty.latest_out))
}
