//! Employment: days on which nothing is expected, and work that is set apart.

use std::collections::BTreeMap;

use shiftmill_core::{Because, ExceptionCode, Reason, RuleId, Seconds, Timestamp, Workday};

use super::moments::Moment;
use super::shifts::Shift;
use super::{Notice, plan_of};
use crate::engine::Question;

/// Whether the person is employed on a day.
pub(crate) fn is_employed(question: &Question, day: Workday) -> bool {
    let stretches = &question.facts.employment;
    stretches.is_empty()
        || stretches.iter().any(|stretch| {
            let not_before = stretch.hired.is_none_or(|hired| day >= hired);
            let not_after = stretch.left.is_none_or(|left| day <= left);
            not_before && not_after
        })
}

/// Sets the work of days without employment apart, and notices it.
pub(crate) fn set_apart(question: &Question, shifts: &[Shift], moments: &mut [Moment], notices: &mut Vec<Notice>) {
    let mut found: BTreeMap<Workday, (Timestamp, u32)> = BTreeMap::new();
    for shift in shifts.iter().filter(|shift| !is_employed(question, shift.shown_on)) {
        let entry = found.entry(shift.shown_on).or_insert((shift.begins, 0));
        entry.0 = entry.0.min(shift.begins);
    }
    let outside = |moment: &&mut Moment| moment.counts_as_work() && !is_employed(question, moment.reporting);
    for moment in moments.iter_mut().filter(outside) {
        let entry = found.entry(moment.reporting).or_insert((moment.at, 0));
        *entry = (entry.0.min(moment.at), entry.1 + moment.length);
        moment.code = plan_of(question, moment.reporting).employment.outside_to;
        moment.reason = Reason { rule: RuleId::ATTENDANCE, because: Because::OutsideEmployment };
    }
    for (workday, (at, measure)) in found {
        notices.push(Notice { code: ExceptionCode::OutsideEmployment, workday, at, measure: Seconds(measure) });
    }
}
