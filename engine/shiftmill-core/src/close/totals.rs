//! Totals: pay lines per workday, and sums per workweek and pay period.
//! - Takes:  spans, premiums and quantities as pay left them.
//! - Gives:  one pay line per reporting workday, pay code, rule and grounds; totals by pay code.
//! - Keeps:  every second and unit of the pay period; days of context are left out.
//! - Runs:   last in close; [`super::overrides`] changes the lines before they are added up.
//! - Edges:  lines are in order of workday, layer of the pay code, pay code, rule, grounds. A line with amount zero is
//!   left out. The total of a workweek has only its workdays in the pay period, and is named by its first workday,
//!   which may be before the pay period. Time that is not paid (deducted breaks) has lines and totals too.
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

/// What a pay line is sorted and merged by: the workday, counted from the first of the pay period, then the layer of
/// the pay code, the pay code, the rule and the grounds. They are packed into one number, so that one comparison is
/// enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct LineKey(u64);

impl LineKey {
    fn new(day: u16, layer: Layer, code: PayCode, reason: Reason) -> LineKey {
        let (layer, because) = (layer as u8, reason.because.number());
        let what = u64::from(code.0) << 24 | u64::from(reason.rule.0) << 8 | u64::from(because);
        LineKey(u64::from(day) << 48 | u64::from(layer) << 40 | what)
    }

    fn day(self) -> u16 {
        (self.0 >> 48) as u16
    }

    fn code(self) -> PayCode {
        PayCode((self.0 >> 24) as u16)
    }

    /// What lines of one workday and pay code share.
    fn day_and_code(self) -> u64 {
        self.0 >> 24
    }

    fn rule(self) -> RuleId {
        RuleId((self.0 >> 8) as u16)
    }

    fn because(self) -> u8 {
        self.0 as u8
    }
}

/// A pay line on the way: its amount by its key.
type Line = (LineKey, u32);

/// Pay lines and sums on their way to the results.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scratch {
    /// The pay lines of the card.
    lines: Vec<Line>,
    /// The lines of premiums and quantities, before they are merged into the others.
    others: Vec<Line>,
    /// The sums of the current workweek; all zero between cards.
    week: Sums,
    /// The sums of the pay period; all zero between cards.
    period: Sums,
}

/// Gathers the pay lines of the pay period.
pub(super) fn gather_lines(inputs: &Inputs<'_>, state: &CardState, scratch: &mut Scratch) {
    let CardState { spans, premiums, quantities, .. } = state;
    let mut gather = Gather::begin(inputs, &mut scratch.lines);
    for span in spans.iter() {
        gather.add(span.reporting_workday, span.code, span.reason, span.length().0);
    }
    gather.finish();
    if !premiums.is_empty() || !quantities.is_empty() {
        gather_others(inputs, state, scratch);
    }
}

/// Adds the lines of premiums and quantities.
#[inline(never)]
fn gather_others(inputs: &Inputs<'_>, state: &CardState, scratch: &mut Scratch) {
    let CardState { premiums, quantities, .. } = state;
    let Scratch { lines, others, .. } = scratch;
    let mut gather = Gather::begin(inputs, others);
    for premium in premiums.iter() {
        gather.add(premium.reporting_workday, premium.code, premium.reason, premium.end.since(premium.start).0);
    }
    for quantity in quantities.iter() {
        gather.add(quantity.workday, quantity.code, quantity.reason, quantity.amount);
    }
    gather.finish();
    merge(lines, others);
}

/// Collects lines, then sorts them and merges lines with the same key.
struct Gather<'a> {
    lines: &'a mut Vec<Line>,
    names: &'a Names,
    pay_period: WorkdayRange,
    in_order: bool,
}

impl<'a> Gather<'a> {
    fn begin(inputs: &Inputs<'a>, lines: &'a mut Vec<Line>) -> Gather<'a> {
        lines.clear();
        Gather { lines, names: inputs.timeline.names(), pay_period: inputs.window.pay_period, in_order: true }
    }

    /// Adds to the line with this key among the last ones of the workday, or begins it.
    #[inline(always)]
    fn add(&mut self, workday: Workday, code: PayCode, reason: Reason, amount: u32) {
        if amount == 0 || !self.pay_period.contains(workday) {
            return;
        }
        let key = key_of(self.names, self.pay_period, workday, code, reason);
        for (other, sum) in self.lines.iter_mut().rev() {
            if *other == key {
                *sum = sum.saturating_add(amount);
                return;
            }
            if other.day() != key.day() {
                break;
            }
        }
        self.in_order &= self.lines.last().is_none_or(|(last, _)| *last < key);
        self.lines.push((key, amount));
    }

    fn finish(self) {
        if self.in_order {
            return;
        }
        self.lines.sort_unstable();
        // The same key may have come at two places when rows do not follow their workdays in order.
        sum_up(self.lines);
    }
}

/// Merges neighbouring lines with the same key.
fn sum_up(lines: &mut Vec<Line>) {
    lines.dedup_by(|line, kept| {
        let same = line.0 == kept.0;
        if same {
            kept.1 = kept.1.saturating_add(line.1);
        }
        same
    });
}

/// Merges sorted lines into other sorted lines, from the last to the first.
fn merge(lines: &mut Vec<Line>, others: &mut Vec<Line>) {
    let mut kept = lines.len();
    lines.extend_from_slice(others);
    let (mut place, mut meet) = (lines.len(), false);
    while let Some(other) = others.last() {
        place -= 1;
        if kept > 0 && lines[kept - 1].0 > other.0 {
            kept -= 1;
            lines[place] = lines[kept];
        } else {
            // Leave may be paid as a stretch and as an amount on one day.
            meet |= kept > 0 && lines[kept - 1].0 == other.0;
            lines[place] = *other;
            others.pop();
        }
    }
    if meet {
        sum_up(lines);
    }
}

/// Puts one line in the place of all lines of a workday in the pay period and a pay code, and returns the sum of those.
/// A line with amount zero is left out.
pub(super) fn replace(
    inputs: &Inputs<'_>,
    scratch: &mut Scratch,
    workday: Workday,
    code: PayCode,
    (amount, reason): (u32, Reason),
) -> u32 {
    let key = key_of(inputs.timeline.names(), inputs.window.pay_period, workday, code, reason);
    let lines = &mut scratch.lines;
    let from = lines.partition_point(|(other, _)| other.day_and_code() < key.day_and_code());
    let until = lines.partition_point(|(other, _)| other.day_and_code() <= key.day_and_code());
    let sum = lines[from..until].iter().fold(0_u32, |sum, (_, amount)| sum.saturating_add(*amount));
    lines.splice(from..until, (amount > 0).then_some((key, amount)));
    sum
}

/// The key of a line on a workday of the pay period.
#[inline(always)]
fn key_of(names: &Names, pay_period: WorkdayRange, workday: Workday, code: PayCode, reason: Reason) -> LineKey {
    // The window is no longer than some hundred days.
    let day = workday.0.abs_diff(pay_period.first.0) as u16;
    let layer = names.pay_code(code).map_or(Layer::Base, |info| info.layer);
    LineKey::new(day, layer, code, reason)
}

/// Adds the gathered pay lines to the results.
pub(super) fn add_lines(inputs: &Inputs<'_>, scratch: &Scratch, results: &mut Evaluations) {
    // Column by column: several times faster than row by row.
    let (lines, columns) = (&scratch.lines, &mut results.lines);
    let first = inputs.window.pay_period.first;
    columns.workday.extend(lines.iter().map(|(key, _)| first.plus(i32::from(key.day()))));
    columns.code.extend(lines.iter().map(|(key, _)| key.code()));
    columns.amount.extend(lines.iter().map(|(_, amount)| *amount));
    columns.rule.extend(lines.iter().map(|(key, _)| key.rule()));
    columns.because.extend(lines.iter().map(|(key, _)| key.because()));
}

/// Adds the totals of each workweek and of the pay period.
pub(super) fn add_up(inputs: &Inputs<'_>, scratch: &mut Scratch, results: &mut Evaluations) {
    let Scratch { lines, week, period, .. } = scratch;
    let first = inputs.window.pay_period.first;
    let mut week_from = first;
    let mut week_until = Workday(i32::MIN);
    for (key, amount) in lines.iter() {
        let workday = first.plus(i32::from(key.day()));
        if workday >= week_until {
            week.flush(TotalScope::Workweek, week_from, Some(period), results);
            week_from = workweek_start(&inputs.timeline.at(workday).workdays, workday);
            week_until = week_from.plus(7);
        }
        week.add(key.code(), *amount);
    }
    week.flush(TotalScope::Workweek, week_from, Some(period), results);
    period.flush(TotalScope::PayPeriod, first, None, results);
}

/// Sums by pay code, zero where there is none.
#[derive(Clone, Debug, Default)]
struct Sums(Vec<u32>);

impl Sums {
    #[inline]
    fn add(&mut self, code: PayCode, amount: u32) {
        let index = usize::from(code.0);
        if index >= self.0.len() {
            self.0.resize(index + 1, 0);
        }
        self.0[index] = self.0[index].saturating_add(amount);
    }

    /// Adds a total for each sum, adds them to wider sums, and resets them.
    fn flush(&mut self, scope: TotalScope, from: Workday, mut wider: Option<&mut Sums>, results: &mut Evaluations) {
        for (index, sum) in self.0.iter_mut().enumerate().filter(|(_, sum)| **sum > 0) {
            let (code, amount) = (PayCode(index as u16), core::mem::take(sum));
            results.totals.push(TotalRow { scope, from, code, amount });
            if let Some(wider) = &mut wider {
                wider.add(code, amount);
            }
        }
    }
}
