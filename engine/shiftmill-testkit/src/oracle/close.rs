//! The result: exceptions with their state, pay lines, workdays and totals.

use std::collections::BTreeMap;

use shiftmill_core::{
    DayType, ExceptionState, PayCode, Reason, Seconds, TagId, Timestamp, TotalScope, WaiverKind, Workday,
};

use super::assignments::tag_on;
use super::days::{Duty, day_type};
use super::moments::Moment;
use super::overtime::{Extra, week_of};
use super::shifts::Shift;
use super::{Amount, Notice, plan_of, tags};
use crate::engine::Question;
use crate::outcome::Outcome;

/// Hours after the instant of an exception at which nothing more is expected, on a workday without a shift.
const WAIT: Seconds = Seconds::hours(16);

pub(crate) fn finish(
    question: &Question,
    shifts: &[Shift],
    duties: &[Duty],
    moments: &[Moment],
    extras: &[Extra],
    amounts: &[Amount],
    notices: &[Notice],
) -> Outcome {
    let mut outcome = Outcome::default();
    let mut line = |workday: Workday, code: PayCode, reason: Reason, amount: u64| {
        if amount > 0 && question.window.pay_period.contains(workday) {
            *outcome.lines.entry((workday, code, reason.rule, reason.because.number())).or_default() += amount;
            let week = week_of(plan_of(question, workday), workday);
            *outcome.totals.entry((TotalScope::Workweek, week, code)).or_default() += amount;
            let first = question.window.pay_period.first;
            *outcome.totals.entry((TotalScope::PayPeriod, first, code)).or_default() += amount;
        }
    };
    let mut parts: Vec<(Workday, TagId, PayCode, u64)> = Vec::new();
    for moment in moments {
        line(moment.reporting, moment.code, moment.reason, u64::from(moment.length));
        parts.push((moment.reporting, moment.tag, moment.code, u64::from(moment.length)));
    }
    for extra in extras {
        line(extra.reporting, extra.code, extra.reason, u64::from(extra.length));
        parts.push((extra.reporting, extra.tag, extra.code, u64::from(extra.length)));
    }
    for amount in amounts {
        line(amount.workday, amount.code, amount.reason, amount.amount);
        parts.push((amount.workday, tag_on(question, amount.workday), amount.code, amount.amount));
    }
    outcome.splits = splits(question, &parts);
    outcome.workdays = workdays(question, shifts, duties, moments, amounts);
    for notice in notices {
        exception(question, duties, notice, &mut outcome);
    }
    outcome
}

/// The totals of the pay period by the values of tags.
fn splits(question: &Question, parts: &[(Workday, TagId, PayCode, u64)]) -> BTreeMap<(u8, TagId, PayCode), u64> {
    let mut splits = BTreeMap::new();
    for (position, name) in (0..).zip(&question.split_by) {
        for (workday, tag, code, amount) in parts {
            if *amount > 0 && question.window.pay_period.contains(*workday) {
                let value = tags::same_value(question, *tag, name);
                *splits.entry((position, value, *code)).or_default() += amount;
            }
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
