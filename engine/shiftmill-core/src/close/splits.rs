//! Split totals: the totals of the pay period by the values of tag names, for labour distribution.
//! - Takes:  spans, premiums and quantities as pay left them, and the names that totals are split by.
//! - Gives:  for each name, one sum for each of its values and pay code.
//! - Keeps:  the sums of a name over all its values, and over what has no value, are the totals of the pay period.
//! - Runs:   after the totals; only when a request names something to split by.
//! - Edges:  a premium has the tags of the work that it is paid for. Quantities, and what of a premium no work is left
//!   for, have the tag of the employee. Rows are in order of the name asked for, then of the tag, then of the pay code.
//! - Source: cost accounting of the customer: hours by site, job or department.
//! - Shown:  timecards/tags/totals.md

use alloc::vec::Vec;

use crate::card::{CardState, PremiumSpan, Span};
use crate::codes::PayCode;
use crate::evaluation::{Evaluations, SplitRow};
use crate::tags::TagId;
use crate::time::Seconds;
use crate::timecard::Inputs;

/// A sum on its way: what of the total, and how much.
type Part = ((TagId, PayCode), u32);

/// The sums of one name.
pub(crate) type Scratch = Vec<Part>;

/// Adds the split totals of a card.
pub(super) fn add(inputs: &Inputs<'_>, state: &CardState, parts: &mut Scratch, results: &mut Evaluations) {
    for (name, split) in (0_u8..).zip(inputs.tags.splits()) {
        let value_of = |tag: TagId| split.get(usize::from(tag.0)).copied().unwrap_or_default();
        gather(inputs, state, value_of, parts);
        for ((tag, code), amount) in parts.drain(..) {
            results.splits.push(SplitRow { name, tag, code, amount });
        }
    }
}

fn gather(inputs: &Inputs<'_>, state: &CardState, value_of: impl Fn(TagId) -> TagId, parts: &mut Scratch) {
    let pay_period = inputs.window.pay_period;
    let own = |workday| value_of(inputs.card.tag_on(workday));
    let mut add = |value: TagId, code: PayCode, amount: u32| {
        if amount > 0 {
            parts.push(((value, code), amount));
        }
    };
    for span in state.spans.iter().filter(|span| pay_period.contains(span.reporting_workday)) {
        add(value_of(span.tag), span.code, span.length().0);
    }
    for premium in state.premiums.iter().filter(|premium| pay_period.contains(premium.reporting_workday)) {
        let mut left = premium.end.since(premium.start);
        for (span, paid) in beneath(premium, &state.spans) {
            add(value_of(span.tag), premium.code, paid.0);
            left = left.beyond(paid);
        }
        add(own(premium.reporting_workday), premium.code, left.0);
    }
    for quantity in state.quantities.iter().filter(|quantity| pay_period.contains(quantity.workday)) {
        add(own(quantity.workday), quantity.code, quantity.amount);
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
