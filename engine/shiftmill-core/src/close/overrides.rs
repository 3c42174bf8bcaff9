//! Overrides: a person states how much of a pay code a workday has, whatever is computed.
//! - Takes:  the pay lines, and the overrides known at `as_of`.
//! - Gives:  for each override one pay line, in place of all lines of its workday and pay code, with "override" as the
//!   reason, and a row with what is computed; `stale_override` where that is no longer what it was when the person
//!   stated the override.
//! - Keeps:  all that is computed: spans, premiums, quantities, counters, the work time of the workday. Plugins and
//!   other rules see no override. Without overrides the lines of that workday and pay code add up to the computed
//!   amount.
//! - Runs:   in close, when the pay lines are gathered, before exceptions and totals.
//! - Edges:  an override of zero leaves no line, and one without a computed line adds one. Of several of one workday
//!   and pay code the last one recorded counts. A stale override holds until a person changes it; a workday has one
//!   `stale_override`, measured by its largest difference. Overrides on days of context change nothing. Those on
//!   workdays outside of employment do not count, and raise `outside_employment`, at midnight, measured by their
//!   amount.
//! - Source: 29 CFR 516.2 (a record shows what was paid, and why); manual lines of time sheets.
//! - Shown:  timecards/manual/overrides.md

use alloc::vec::Vec;

use super::totals;
use crate::card::CardState;
use crate::codes::{ExceptionCode, RuleId};
use crate::evaluation::{EvaluationError, FactList, OverrideRow};
use crate::reason::{Because, Reason};
use crate::time::Seconds;
use crate::timecard::{Inputs, Override};

/// The most of a pay code that one override may state: as much as the longest scheduled shift has.
pub(crate) const OVERRIDE_MAX: Seconds = Seconds::hours(48);

/// Why an overridden line is paid.
const REASON: Reason = Reason { rule: RuleId::WORKED, because: Because::Override };

/// The overrides of a card.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scratch {
    /// Those that count, in order of workday and pay code.
    counting: Vec<Override>,
    /// Those that hold, in the same order, with what is computed.
    pub(super) rows: Vec<OverrideRow>,
}

impl Override {
    /// Refuses an override that the ruleset cannot pay.
    pub(crate) fn check(&self, index: u32, inputs: &Inputs<'_>) -> Result<(), EvaluationError> {
        if !inputs.timeline.names().counts_time(self.code) {
            return Err(EvaluationError::UnknownPayCode { index, code: self.code.0, list: FactList::Overrides });
        }
        if self.amount > OVERRIDE_MAX {
            return Err(EvaluationError::OverrideTooLong { index });
        }
        Ok(())
    }
}

/// Puts the overrides of a card in the place of the lines that they override.
pub(super) fn apply(
    inputs: &Inputs<'_>,
    state: &mut CardState,
    lines: &mut totals::Scratch,
    Scratch { counting, rows }: &mut Scratch,
) {
    rows.clear();
    if inputs.card.overrides.is_empty() {
        return;
    }
    last_recorded(inputs, counting);
    for stated in counting.iter() {
        let Override { workday, code, amount, .. } = *stated;
        let midnight = inputs.card.zone.midnight(workday);
        if !inputs.card.employs(workday) {
            state.notice(ExceptionCode::OutsideEmployment, workday, midnight, amount);
            continue;
        }
        let computed = Seconds(totals::replace(inputs, lines, workday, code, (amount.0, REASON)));
        let computed_before = stated.computed.unwrap_or(computed);
        let row = OverrideRow { workday, code, amount, computed, computed_before };
        if row.is_stale() {
            let difference = computed.beyond(computed_before).max(computed_before.beyond(computed));
            state.notice(ExceptionCode::StaleOverride, workday, midnight, difference);
        }
        rows.push(row);
    }
}

/// The overrides in the pay period that are known: of each workday and pay code the last one recorded.
fn last_recorded(inputs: &Inputs<'_>, counting: &mut Vec<Override>) {
    let counts = |stated: &&Override| {
        stated.recorded_at <= inputs.window.as_of && inputs.window.pay_period.contains(stated.workday)
    };
    counting.clear();
    counting.extend(inputs.card.overrides.iter().filter(counts));
    counting.sort_unstable_by_key(|stated| (stated.workday, stated.code, stated.recorded_at));
    counting.dedup_by(|next, kept| {
        let same = (next.workday, next.code) == (kept.workday, kept.code);
        if same {
            *kept = *next;
        }
        same
    });
}
