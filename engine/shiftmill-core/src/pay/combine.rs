//! The combiner: what happens when several overtime tiers claim the same second. The only writer of overtime.
//! - Takes:  the spans of a card and the tiers of the plan.
//! - Gives:  spans recoded, each with its reason; losing claims as `rejected` notes.
//! - Keeps:  the total; no second is paid twice.
//! - Runs:   first in pay.
//! - Order:  seconds are walked through by overtime workday, then by time. Counters run in this order.
//! - Dates:  tiers of a workday follow the plan of the workday, tiers of a shift the plan of the shift, tiers of a wider
//!   scope the plan of its last evaluated workday: the last one that the facts cover, or the workday itself when
//!   that is later. The settings of the workday's own plan decide which scope contains it. A rule keeps its counter
//!   while its scope lasts; where two versions of one rule are in force at once, the later one counts. The way of
//!   combining follows the plan of the workweek's last evaluated workday; a table, or alternatives, are one whole: in
//!   their workweeks only the tiers of their plan are in force, in other workweeks none of them.
//! - Plugins: time that a plugin recoded before overtime and that pays more than the plain rate is a claim of a scope
//!   narrower than all others: it is not straight time, a tier takes it only when the tier pays more (also under a
//!   table), and tiers that count its code count it. Time that pays the plain rate or less is straight time. The same
//!   holds for overtime that `overtime_approval` pays; what it leaves out or gives time off for, no tier sees.
//! - Opening balances: a counter wider than a workday whose scope is already running at the start of the facts begins
//!   with the opening balance of its rule; workdays before the facts are then neither counted nor claimed by it.
//! - Source: 29 CFR 778.117-122 and Cal. Labor Code section 510(a) (no duty to combine rates); 7 CCR 1103-1
//!   (Colorado: whichever gives the greater payment).
//! - Shown:  timecards/overtime/combining.md, timecards/rulesets/effective_dates.md

use alloc::vec::Vec;

use crate::card::{CardState, Span};
use crate::coded::coded;
use crate::codes::{PayCode, RuleId};
use crate::pay::clock_tiers::{self, Windows};
use crate::pay::counters::{self, Counter, Rules};
use crate::pay::tiers::OvertimeTier;
use crate::pay::walk::sink::Writer;
use crate::pay::walk::{Traits, Walk};
use crate::pay::{TimelessPay, holiday_pay, leave_without_times};
use crate::record::Recorder;
use crate::time::Timestamp;
use crate::timecard::Inputs;

/// The overtime of a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overtime {
    /// The tiers, in the order of their scope from narrow to wide, then by limit.
    pub tiers: Vec<OvertimeTier>,
    /// How they combine.
    pub combine: Combine,
}

impl Overtime {
    /// True when it may change what a second pays. A table does so even when no tier is reached.
    pub(crate) fn acts(&self) -> bool {
        !self.tiers.is_empty() || matches!(self.combine, Combine::Table(_))
    }
}

/// How tiers combine. In all but the table, when several tiers claim one second: the higher multiplier wins; then the
/// narrower scope; then the higher priority; then the lower rule number. The others are rejected.
///
/// A claim is always a tail: the last seconds of what a scope counts. For scopes wider than a workday the counter runs
/// through the workdays in order, and each workday's claim is the tail of that workday's counted time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Combine {
    /// No pyramiding. Narrow scopes first; a wider scope with [`crate::pay::tiers::Counts::StraightTime`] counts and
    /// claims only what no narrower scope has claimed: with R the straight time of earlier workdays of the scope and
    /// r that of this one, it claims the last `max(0, R + r - limit) - max(0, R - limit)` seconds of r. Tiers of one
    /// scope see the same counter; the highest reached wins second by second.
    #[default]
    StraightTimeOnly,
    /// Each alternative (a set of tiers, combined as above) is computed alone over each workweek; the one with the
    /// greatest premium value, the sum of seconds times (multiplier - 1), is kept for that workweek. Ties: the first.
    /// Counters of scopes wider than a workweek run on within each alternative, whether it was kept or not.
    MaxOfAlternatives(Vec<Alternative>),
    /// Every counter counts all worked time, whatever narrower scopes claimed; [`crate::pay::tiers::Counts::Codes`]
    /// keeps its meaning. A second claimed more than once is paid once, by the precedence above.
    AllHoursCount,
    /// Seconds in order of time. For each scope the highest tier reached (counter of that tier at its limit, and
    /// conditions met) is a condition; the row with exactly this set of conditions gives the code and the counters that
    /// grow. `counts` of the tiers does not matter; a counter grows only by seconds that fit its tier's conditions, and
    /// by leave as the tier says. The highest of a scope is the last in the order of the tiers. A row that pays what
    /// the second already pays changes nothing.
    Table(CombinationTable),
    /// The base layer stays as it is; each tier's claim is a premium over its seconds, side by side, also within one
    /// scope. Counters count all worked time; [`crate::pay::tiers::Counts::Codes`] counts what any tier of narrower
    /// scope puts on one of its codes.
    Additive,
}

coded! {
    /// The kinds of [`Combine`].
    CombineKind {
        /// No pyramiding.
        StraightTimeOnly = 0 "straight_time_only",
        /// The best of several ways of counting.
        MaxOfAlternatives = 1 "max_of_alternatives",
        /// Every counter counts all worked time.
        AllHoursCount = 2 "all_hours_count",
        /// A table has the pay code of each combination.
        Table = 3 "table",
        /// Claims are premiums, side by side.
        Additive = 4 "additive",
    }
}

impl Combine {
    /// The kind.
    pub const fn kind(&self) -> CombineKind {
        match self {
            Combine::StraightTimeOnly => CombineKind::StraightTimeOnly,
            Combine::MaxOfAlternatives(_) => CombineKind::MaxOfAlternatives,
            Combine::AllHoursCount => CombineKind::AllHoursCount,
            Combine::Table(_) => CombineKind::Table,
            Combine::Additive => CombineKind::Additive,
        }
    }
}

/// A set of tiers that is one alternative.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alternative {
    /// Its name, for reasons and notes.
    pub rule: RuleId,
    /// Indexes into [`Overtime::tiers`].
    pub tiers: Vec<u8>,
}

/// A complete table of conditions. A set of conditions that is not listed cannot occur: the ruleset refuses it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CombinationTable {
    /// The rule named in reasons.
    pub rule: RuleId,
    /// The rows.
    pub rows: Vec<CombinationRow>,
}

/// One row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CombinationRow {
    /// The tiers reached, exactly these: bit i is tier i.
    pub when: u64,
    /// What the second pays.
    pub pays_to: PayCode,
    /// The tiers whose counters grow by the second: bit i is tier i.
    pub counts_toward: u64,
}

/// The tiers at work.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scratch {
    /// The tiers on their way.
    counters: Vec<Counter>,
    /// The tiers that claim the current segment.
    claims: Vec<usize>,
    /// Counters to return to when alternatives are weighed.
    saved: Vec<Counter>,
    /// Leave given as amounts, and the pay of holidays.
    leave: Vec<TimelessPay>,
    /// The windows of the clock that tiers have ...
    windows: Windows,
    /// ... and where spans were cut by them.
    cuts: Vec<Timestamp>,
}

/// Recodes the spans of a card by the overtime tiers of its plans. `written` is scratch for the rewritten spans.
pub(super) fn combine<R: Recorder>(
    inputs: &Inputs<'_>,
    state: &mut CardState,
    scratch: &mut Scratch,
    written: &mut Vec<Span>,
    recorder: &mut R,
) {
    if !inputs.timeline.needs().overtime {
        return;
    }
    // Whole shifts may be labelled so that a later one counts on an earlier workday.
    let in_order = state.spans.is_sorted_by_key(|span| span.overtime_workday);
    if !in_order {
        state.spans.sort_unstable_by_key(|span| (span.overtime_workday, span.start));
    }
    let (Some(first), Some(last)) = (state.spans.first(), state.spans.last()) else {
        return;
    };
    let Scratch { counters, claims, saved, leave, windows, cuts } = scratch;
    let (first, last) = (first.overtime_workday, last.overtime_workday);
    let by_clock = inputs.timeline.needs().clock_tiers;
    if by_clock {
        windows.find(inputs.timeline);
        windows.cut(&mut state.spans, inputs.card.zone, cuts, written);
    }
    let rules = Rules::new(inputs, &state.shifts, by_clock.then_some(&*windows), first, last);
    counters::line_up(&rules, counters);
    let by_facts = !state.reasons.is_empty() || !inputs.card.employment.is_empty();
    let preset = inputs.timeline.needs().overtime_approval || by_facts;
    let traits = Traits::of(counters, &rules, preset);
    leave.clear();
    if traits.by_leave {
        leave_without_times(inputs, &state.quantities, &state.last_worked, leave);
    }
    if inputs.timeline.needs().holidays_count {
        holiday_pay::that_tiers_count(inputs, state, leave);
    }
    leave.sort_by_key(|leave| leave.workday);
    written.clear();
    let mut sink = Writer { spans: written, premiums: &mut state.premiums, recorder };
    Walk { rules, traits, claims, saved }.card(counters, &state.spans, leave, &mut sink);
    core::mem::swap(&mut state.spans, written);
    if by_clock {
        clock_tiers::join(&mut state.spans, cuts);
    }
    if !in_order {
        state.spans.sort_unstable_by_key(|span| span.start);
    }
}
