//! What people state: manual hours, attestations, the rests that attestations decide, and overrides.

use std::collections::BTreeMap;

use shiftmill_core::{Because, ExceptionCode, Override, PayCode, Reason, RuleId, Seconds, Workday};

use super::employment::is_employed;
use super::moments::Moment;
use super::{Amount, Notice, clock, holds, plan_of};
use crate::engine::Question;

/// The last known answer to a question about a day.
pub(crate) fn answer(question: &Question, day: Workday, asked: u16) -> Option<bool> {
    let mut said: Vec<_> = question.facts.attestations.iter().collect();
    said.retain(|said| said.workday == day && said.question == asked && said.recorded_at <= question.window.as_of);
    said.sort_by_key(|said| said.recorded_at);
    said.last().map(|said| said.answer)
}

/// Rests that were not taken.
pub(crate) fn judge_rests(question: &Question, moments: &[Moment], amounts: &mut Vec<Amount>) {
    let mut worked: BTreeMap<Workday, u32> = BTreeMap::new();
    for moment in moments.iter().filter(|moment| moment.counts_as_work()) {
        *worked.entry(moment.reporting).or_default() += moment.length;
    }
    for (workday, worked) in worked.into_iter().filter(|(workday, _)| is_employed(question, *workday)) {
        let mut paid = Vec::new();
        for rule in &plan_of(question, workday).rest_requirements {
            let is_due = holds(rule.compare, Seconds(worked), rule.when_worked);
            if is_due && answer(question, workday, rule.attested_by) == Some(false) && !paid.contains(&rule.pays_to) {
                paid.push(rule.pays_to);
                let reason = Reason { rule: rule.rule, because: Because::RestRequirement };
                amounts.push(Amount { workday, code: rule.pays_to, amount: 1, reason, leave: false });
            }
        }
    }
}

/// The overrides that hold: of each workday and pay code the last one known. Those outside of employment are noticed.
pub(crate) fn overrides(question: &Question, notices: &mut Vec<Notice>) -> BTreeMap<(Workday, PayCode), Override> {
    let mut known: Vec<Override> = question.facts.overrides.clone();
    known.retain(|stated| stated.recorded_at <= question.window.as_of);
    known.retain(|stated| question.window.pay_period.contains(stated.workday));
    known.sort_by_key(|stated| stated.recorded_at);
    let mut last: BTreeMap<(Workday, PayCode), Override> =
        known.into_iter().map(|stated| ((stated.workday, stated.code), stated)).collect();
    for stated in last.values().filter(|stated| !is_employed(question, stated.workday)) {
        let (workday, at) = (stated.workday, clock::midnight(&question.zone, stated.workday));
        notices.push(Notice { code: ExceptionCode::OutsideEmployment, workday, at, measure: stated.amount });
    }
    last.retain(|_, stated| is_employed(question, stated.workday));
    last
}

/// Hours that somebody added.
pub(crate) fn add_hours(question: &Question, amounts: &mut Vec<Amount>, notices: &mut Vec<Notice>) {
    for hours in question.facts.manual_hours.iter().filter(|hours| hours.recorded_at <= question.window.as_of) {
        let workday = hours.workday;
        if is_employed(question, workday) {
            let reason = Reason { rule: RuleId::WORKED, because: Because::ManualHours };
            amounts.push(Amount { workday, code: hours.code, amount: u64::from(hours.amount.0), reason, leave: false });
        } else {
            let (at, measure) = (clock::midnight(&question.zone, workday), hours.amount);
            notices.push(Notice { code: ExceptionCode::OutsideEmployment, workday, at, measure });
        }
    }
}
