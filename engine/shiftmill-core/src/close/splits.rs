//! Split totals: the totals of the pay period by the values of tag names, for labour distribution.
//! - Takes:  spans, premiums and quantities as pay left them, overrides, and the names that totals are split by.
//! - Gives:  for each name, one sum for each of its values and pay code.
//! - Keeps:  the sums of a name over all its values, and over what has no value, are the totals of the pay period.
//! - Runs:   after the totals; only when a request names something to split by.
//! - Edges:  a premium has the tags of the work that it is paid for. Quantities, and what of a premium no work is left
//!   for, have the tag of the employee. An override has the tags of what is computed, from the first work of the
//!   workday on, as far as it goes; what a person stated beyond that has the tag of the employee. Rows are in order of
//!   the name asked for, then of the tag, then of the pay code.
//! - Source: cost accounting of the customer: hours by site, job or department.
//! - Shown:  timecards/tags/totals.md, timecards/manual/overrides.md

use alloc::vec::Vec;

use crate::card::{CardState, PremiumSpan, Span};
use crate::codes::PayCode;
use crate::evaluation::{Evaluations, OverrideRow, SplitRow};
use crate::tags::TagId;
use crate::time::{Seconds, Workday};
use crate::timecard::Inputs;

/// A sum on its way: what of the total, and how much.
type Part = ((TagId, PayCode), u32);

/// What is needed for one name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scratch {
    /// Its sums.
    parts: Vec<Part>,
    /// For each override how much of it has no tag yet.
    left: Vec<Seconds>,
}

/// Adds the split totals of a card.
pub(super) fn add(
    inputs: &Inputs<'_>,
    state: &CardState,
    overrides: &[OverrideRow],
    scratch: &mut Scratch,
    results: &mut Evaluations,
) {
    for (name, split) in (0_u8..).zip(inputs.tags.splits()) {
        let value_of = |tag: TagId| split.get(usize::from(tag.0)).copied().unwrap_or_default();
        gather(inputs, state, overrides, value_of, scratch);
        for ((tag, code), amount) in scratch.parts.drain(..) {
            results.splits.push(SplitRow { name, tag, code, amount });
        }
    }
}

/// `overrides` are in order of workday and pay code.
fn gather(
    inputs: &Inputs<'_>,
    state: &CardState,
    overrides: &[OverrideRow],
    value_of: impl Fn(TagId) -> TagId,
    Scratch { parts, left }: &mut Scratch,
) {
    let pay_period = inputs.window.pay_period;
    let own = |workday| value_of(inputs.card.tag_on(workday));
    left.clear();
    left.extend(overrides.iter().map(|row| row.amount));
    let mut add = |value: TagId, workday: Workday, code: PayCode, computed: u32| {
        let stated = overrides.binary_search_by_key(&(workday, code), |row| (row.workday, row.code)).ok();
        let amount = match stated.and_then(|index| left.get_mut(index)) {
            Some(left) => {
                let part = Seconds(computed).min(*left);
                *left = left.beyond(part);
                part.0
            }
            None => computed,
        };
        if amount > 0 {
            parts.push(((value, code), amount));
        }
    };
    for span in state.spans.iter().filter(|span| pay_period.contains(span.reporting_workday)) {
        add(value_of(span.tag), span.reporting_workday, span.code, span.length().0);
    }
    for premium in state.premiums.iter().filter(|premium| pay_period.contains(premium.reporting_workday)) {
        let (workday, code) = (premium.reporting_workday, premium.code);
        let mut left = premium.end.since(premium.start);
        for (span, paid) in beneath(premium, &state.spans) {
            add(value_of(span.tag), workday, code, paid.0);
            left = left.beyond(paid);
        }
        add(own(workday), workday, code, left.0);
    }
    for quantity in state.quantities.iter().filter(|quantity| pay_period.contains(quantity.workday)) {
        add(own(quantity.workday), quantity.workday, quantity.code, quantity.amount);
    }
    // What a person stated beyond what is computed.
    for row in overrides {
        add(own(row.workday), row.workday, row.code, row.amount.0);
    }
    parts.sort_unstable_by_key(|((value, code), _)| (inputs.tags.rank(*value), *value, *code));
    parts.dedup_by(|part, kept| {
        let same = part.0 == kept.0;
        if same {
            kept.1 = kept.1.saturating_add(part.1);
        }
        same
    });
}

/// The spans that a premium is paid for, and how much of each.
fn beneath<'a>(premium: &PremiumSpan, spans: &'a [Span]) -> impl Iterator<Item = (&'a Span, Seconds)> {
    let (start, end) = (premium.start, premium.end);
    let first = spans.partition_point(|span| span.end <= start);
    let later = spans.get(first..).unwrap_or(&[]).iter().take_while(move |span| span.start < end);
    later.map(move |span| (span, span.end.min(end).since(span.start.max(start))))
}
