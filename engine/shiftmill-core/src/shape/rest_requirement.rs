//! Required rests: short paid rests are not punched, so the employee attests whether all of them were taken.
//! - Takes:  the worked time of each workday, and the employee's attestations.
//! - Gives:  one unit of the premium pay code per workday at most, where the employee attests that a rest was not taken.
//! - Keeps:  all time.
//! - Runs:   after the required meals.
//! - Edges:  the worked time is that of the workday on which it is shown. Without an answer nothing is owed: nobody can
//!   see from punches whether a rest of ten minutes was taken. Nothing is owed on workdays outside of employment.
//! - Source: Cal. Labor Code section 226.7(c); section 12(A) of the wage orders: ten minutes for every four hours or
//!   major fraction of them, none for less than three and a half hours; Brinker v. Superior Court (2012).
//! - Shown:  timecards/california/rests.md

use crate::card::{CardState, Quantity};
use crate::codes::{PayCode, RuleId};
use crate::reason::{Because, Reason};
use crate::shape::attestations::{Acted, answer};
use crate::shape::breaks::Compare;
use crate::time::{Seconds, Workday};
use crate::timecard::Inputs;

/// Rests that a workday must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RestRequirement {
    /// Its name.
    pub rule: RuleId,
    /// Needed when the worked time of the workday is beyond this ...
    pub when_worked: Seconds,
    /// ... by this comparison.
    pub compare: Compare,
    /// Whether all rests were taken: an index into [`crate::Names::attestations`].
    pub attested_by: u16,
    /// What a violation pays, one unit. Several requirements with one code pay it once per workday, by the first of them.
    pub pays_to: PayCode,
}

/// Judges the required rests of every workday.
pub(super) fn judge(inputs: &Inputs<'_>, state: &mut CardState) {
    // Without an answer nothing is owed.
    if inputs.card.attestations.is_empty() {
        return;
    }
    let CardState { workdays, quantities, acted, .. } = state;
    for day in workdays.iter().filter(|day| inputs.card.employs(day.workday)) {
        for requirement in &inputs.timeline.at(day.workday).rest_requirements {
            let is_due = requirement.compare.holds(day.worked, requirement.when_worked);
            if !is_due || answer(inputs, day.workday, requirement.attested_by) != Some(false) {
                continue;
            }
            let reason = Reason { rule: requirement.rule, because: Because::RestRequirement };
            let owed = Quantity { workday: day.workday, code: requirement.pays_to, amount: 1, reason };
            acted.push(Acted::Answer(day.workday, requirement.attested_by));
            if !is_owed(day.workday, requirement.pays_to, quantities) {
                quantities.push(owed);
            }
        }
    }
}

fn is_owed(workday: Workday, code: PayCode, quantities: &[Quantity]) -> bool {
    let by_rest = |owed: &&Quantity| owed.reason.because == Because::RestRequirement;
    quantities.iter().filter(by_rest).any(|owed| owed.workday == workday && owed.code == code)
}
