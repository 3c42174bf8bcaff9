//! The combiner: what happens when several overtime tiers want the same second. The only writer of overtime.
//! - Takes:  the spans of a card and the tiers of the plan.
//! - Gives:  spans recoded, each with its reason; losing claims as `rejected` notes.
//! - Keeps:  the total; no second is paid twice.
//! - Runs:   first in pay.
//! - Source: 29 CFR 778.117-122 and Cal. Labor Code section 510(a) (no duty to combine rates); 7 CCR 1103-1
//!   (Colorado: whichever gives the greater payment).
//! - Shown:  timecards/overtime/combining.md

use alloc::vec::Vec;

use crate::codes::{PayCode, RuleId};
use crate::pay::tiers::OvertimeTier;

/// The overtime of a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overtime {
    /// The tiers, in the order of their scope from narrow to wide, then by limit.
    pub tiers: Vec<OvertimeTier>,
    /// How they combine.
    pub combine: Combine,
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
    MaxOfAlternatives(Vec<Alternative>),
    /// Every counter counts all worked time, whatever narrower scopes claimed. A second claimed more than once is
    /// paid once, by the precedence above.
    AllHoursCount,
    /// Seconds in order of time. For each scope the highest tier reached (counter of that tier at its limit, and
    /// conditions met) is a condition; the row with exactly this set of conditions gives the code and says which
    /// counters grow.
    Table(CombinationTable),
    /// The base layer stays as it is; each tier's claim is a premium over its seconds, side by side. Counters count
    /// all worked time.
    Additive,
}

/// A set of tiers that stands for one way of counting.
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
    /// The tiers reached, exactly these: bit i stands for tier i.
    pub when: u64,
    /// What the second pays.
    pub pays_to: PayCode,
    /// The tiers whose counters grow by the second: bit i stands for tier i.
    pub counts_toward: u64,
}
