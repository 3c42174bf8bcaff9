//! Breaks and meals: which gaps are paid, and what is taken off when nobody punched a meal.
//! - Takes:  rounded pairs of one workday, with the kind of each gap.
//! - Gives:  worked spans, paid-break spans, and unpaid-break spans for what was taken off.
//! - Keeps:  worked + taken off = the rounded pairs; paid gaps come on top.
//! - Runs:   after rounding and attribution to workdays, before leave.
//! - Source: 29 CFR 785.18 (rest of 5 to about 20 minutes is work time), 785.19 (meals); employer policy for
//!   automatic deduction.
//! - Shown:  timecards/breaks/paid_gaps.md, auto_deduct.md, fixed_breaks.md

use alloc::vec::Vec;

use crate::codes::RuleId;
use crate::time::Seconds;

/// Paid gaps, fixed breaks and automatic deductions, applied in this order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Breaks {
    /// Gaps inside a worked shift shorter than this (rounded length) are paid work time, and no break at all.
    pub paid_below: Option<PaidGap>,
    /// Clock intervals taken off wherever they were worked, besides those of the matched shift template.
    pub fixed: Vec<FixedBreak>,
    /// Automatic deductions; per workday the one with the greatest `after` whose trigger is reached applies, no other.
    pub auto_deduct: Vec<AutoDeduct>,
}

/// Gaps that are paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaidGap {
    /// Its name.
    pub rule: RuleId,
    /// Gaps shorter than this are paid.
    pub limit: Seconds,
    /// Whether gaps that are meals (see pairing) are paid too when they are this short.
    pub meals_too: bool,
}

/// A break at a fixed time of day, unpaid, taken off where worked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FixedBreak {
    /// Its name.
    pub rule: RuleId,
    /// Wall-clock second of day of the start.
    pub start: u32,
    /// Wall-clock second of day of the end; not after the start when it wraps midnight.
    pub end: u32,
}

/// A deduction when no meal, or a shorter one, was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AutoDeduct {
    /// Its name.
    pub rule: RuleId,
    /// It triggers when the basis of the workday compares so with `after`.
    pub after: Seconds,
    /// At exactly `after`: triggers (`AtLeast`) or not (`MoreThan`).
    pub compare: Compare,
    /// What is measured.
    pub basis: BreakBasis,
    /// The whole length of the break.
    pub amount: Seconds,
    /// Only when the workday has exactly this many worked segments (1: no break was punched).
    pub only_if_segments: Option<u8>,
    /// Whether unpaid gaps taken between the worked segments of a shift of the workday count against `amount`.
    /// Gaps shorter than `min_piece` do not count.
    pub count_taken: bool,
    /// The shortest gap that counts as break taken.
    pub min_piece: Seconds,
    /// Never takes net time below `after` (deduct = min(amount, net - after)).
    pub taper: bool,
    /// Where it is taken.
    pub placement: BreakPlacement,
}

/// A comparison with a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compare {
    /// `value >= limit`.
    AtLeast,
    /// `value > limit`.
    MoreThan,
}

impl Compare {
    /// Whether `value` compares so with `limit`.
    pub fn holds(self, value: Seconds, limit: Seconds) -> bool {
        match self {
            Compare::AtLeast => value >= limit,
            Compare::MoreThan => value > limit,
        }
    }
}

/// What an automatic deduction measures on a workday.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BreakBasis {
    /// Worked segments (rounded), with paid gaps, before fixed breaks and deductions.
    WorkedGross,
    /// The longest single worked segment (rounded), with paid gaps joined.
    LongestSegment,
    /// From the first opener to the last closer of the workday.
    GrossSpan,
    /// Worked gross less fixed breaks.
    WorkedNet,
}

/// Where an automatic deduction is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BreakPlacement {
    /// One piece that begins when worked time of the workday reaches `after`; when less than `amount` is left after
    /// it, the piece is moved earlier so that it ends with the last worked second.
    AtTrigger,
    /// From every worked segment in proportion to its length, at its end; rounding down, the remainder from the last.
    Proportional,
}

impl Default for AutoDeduct {
    fn default() -> AutoDeduct {
        AutoDeduct {
            rule: RuleId::default(),
            after: Seconds::hours(5),
            compare: Compare::AtLeast,
            basis: BreakBasis::WorkedGross,
            amount: Seconds::minutes(30),
            only_if_segments: None,
            count_taken: true,
            min_piece: Seconds::ZERO,
            taper: false,
            placement: BreakPlacement::AtTrigger,
        }
    }
}
