//! Totals: pay lines per workday, and sums per workweek and pay period.
//! - Takes:  spans, premiums and quantities as pay left them.
//! - Gives:  one pay line per reporting workday, pay code, rule and grounds; totals by pay code.
//! - Keeps:  every second and unit of the pay period; days of context are left out.
//! - Runs:   last, beside the exceptions.
//! - Edges:  lines stand by workday, layer of the pay code, pay code, rule, grounds. A line of nothing is left out.
//!   The total of a workweek holds only its workdays in the pay period, and is named by its first workday, which may
//!   lie before. Time that is not paid (breaks taken off) has lines and totals too.
//! - Source: 29 CFR 516.2(a)(7): hours worked each workday and total hours worked each workweek are kept.
//! - Shown:  timecards/totals/totals.md
#![allow(clippy::indexing_slicing, reason = "the indexes are those of the lists of one card, kept by this phase")]

use alloc::vec::Vec;

use crate::card::CardState;
use crate::codes::{Layer, PayCode, RuleId};
use crate::evaluation::{Evaluations, TotalRow, TotalScope};
use crate::plan::Names;
use crate::reason::Reason;
use crate::shape::workdays::workweek_start;
use crate::time::{Workday, WorkdayRange};
use crate::timecard::Inputs;

/// What a pay line is sorted and merged by, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct LineKey {
    workday: Workday,
    layer: Layer,
    code: PayCode,
    rule: RuleId,
    because: u8,
}

/// Room that closing uses again for every card.
#[derive(Clone, Debug, Default)]
pub(crate) struct Room {
    lines: Vec<(LineKey, u32)>,
    week: Vec<(PayCode, u32)>,
    period: Vec<(PayCode, u32)>,
}

/// Gathers the pay lines of the pay period.
pub(crate) fn gather_lines(inputs: &Inputs<'_>, state: &mut CardState) {
    let CardState { spans, premiums, quantities, close_room: Room { lines, .. }, .. } = state;
    lines.clear();
    let mut gather = Gather { lines, names: inputs.timeline.names(), pay_period: inputs.window.pay_period };
    for span in spans.iter() {
        gather.add(span.reporting_workday, span.code, span.reason, span.length().0);
    }
    for premium in premiums.iter() {
        gather.add(premium.reporting_workday, premium.code, premium.reason, premium.end.since(premium.start).0);
    }
    for quantity in quantities.iter() {
        gather.add(quantity.workday, quantity.code, quantity.reason, quantity.amount);
    }
    if lines.is_sorted_by(|line, next| line.0 < next.0) {
        return;
    }
    lines.sort_unstable();
    // The same key may have come at two places when spans do not follow their workdays in order.
    lines.dedup_by(|line, kept| {
        let same = line.0 == kept.0;
        if same {
            kept.1 = kept.1.saturating_add(line.1);
        }
        same
    });
}

struct Gather<'a> {
    lines: &'a mut Vec<(LineKey, u32)>,
    names: &'a Names,
    pay_period: WorkdayRange,
}

impl Gather<'_> {
    /// Adds to the line with this key among the last ones of the workday, or begins it.
    fn add(&mut self, workday: Workday, code: PayCode, reason: Reason, amount: u32) {
        if amount == 0 || !self.pay_period.contains(workday) {
            return;
        }
        let because = reason.because.number();
        for (key, sum) in self.lines.iter_mut().rev() {
            if key.workday != workday {
                break;
            }
            if key.code == code && key.rule == reason.rule && key.because == because {
                *sum = sum.saturating_add(amount);
                return;
            }
        }
        let layer = self.names.pay_code(code).map_or(Layer::Base, |info| info.layer);
        self.lines.push((LineKey { workday, layer, code, rule: reason.rule, because }, amount));
    }
}

/// Adds the gathered pay lines to the results.
pub(crate) fn add_lines(state: &CardState, results: &mut Evaluations) {
    // Column by column: several times faster than row by row.
    let (lines, columns) = (&state.close_room.lines, &mut results.lines);
    columns.workday.extend(lines.iter().map(|(key, _)| key.workday));
    columns.code.extend(lines.iter().map(|(key, _)| key.code));
    columns.amount.extend(lines.iter().map(|(_, amount)| *amount));
    columns.rule.extend(lines.iter().map(|(key, _)| key.rule));
    columns.because.extend(lines.iter().map(|(key, _)| key.because));
}

/// Adds the totals of each workweek and of the pay period.
pub(crate) fn add_up(inputs: &Inputs<'_>, state: &mut CardState, results: &mut Evaluations) {
    let Room { lines, week, period } = &mut state.close_room;
    week.clear();
    period.clear();
    let mut week_from = None;
    let mut week_until = Workday(i32::MIN);
    for (key, amount) in lines.iter() {
        if key.workday >= week_until {
            flush(TotalScope::Workweek, week_from, week, results);
            carry(week, period);
            let from = workweek_start(&inputs.timeline.at(key.workday).workdays, key.workday);
            week_from = Some(from);
            week_until = from.plus(7);
        }
        add(week, key.code, *amount);
    }
    flush(TotalScope::Workweek, week_from, week, results);
    carry(week, period);
    flush(TotalScope::PayPeriod, Some(inputs.window.pay_period.first), period, results);
}

fn add(sums: &mut Vec<(PayCode, u32)>, code: PayCode, amount: u32) {
    match sums.iter_mut().find(|sum| sum.0 == code) {
        Some(sum) => sum.1 = sum.1.saturating_add(amount),
        None => sums.push((code, amount)),
    }
}

/// Moves the sums of a workweek to those of the pay period.
fn carry(week: &mut Vec<(PayCode, u32)>, period: &mut Vec<(PayCode, u32)>) {
    for (code, amount) in week.drain(..) {
        add(period, code, amount);
    }
}

fn flush(scope: TotalScope, from: Option<Workday>, sums: &mut [(PayCode, u32)], results: &mut Evaluations) {
    let Some(from) = from else { return };
    sums.sort_unstable();
    for (code, amount) in sums.iter().copied() {
        results.totals.push(TotalRow { scope, from, code, amount });
    }
}
