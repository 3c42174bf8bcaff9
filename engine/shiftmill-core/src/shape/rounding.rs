//! Rounding: the instants that pay uses, where the ruleset does not pay to the second.
//! - Takes:  the paired punches of one worked shift, with the matched scheduled shift.
//! - Gives:  a rounded instant per paired punch. The raw instant stays beside it.
//! - Keeps:  raw instants: lateness, meal requirements and rests are judged on them.
//! - Runs:   after pairing, before breaks.
//! - Source: 29 CFR 785.48(b) where rounding is allowed at all; Donohue v. AMN Services (Cal. 2021): meal punches
//!   are not rounded for the meal requirement.
//! - Shown:  timecards/rounding/ties.md, grace.md, strict.md, conflict.md

use crate::codes::RuleId;
use crate::time::Seconds;

/// One rounding rule. For each punch the first rule in order whose target and condition hold applies, no other.
///
/// A pair that was filled in is not rounded. A second that closes one pair of a shift and opens the next is rounded
/// once, as a closer. A pair whose rounded end lies before its rounded start keeps its raw instants, with
/// `round_conflict`. A pair that would then begin before the (rounded) end of the pair before it on the card begins at
/// that end, and ends no earlier, with `round_conflict`. Either is noted once per pair, at its raw start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoundingRule {
    /// Its name.
    pub rule: RuleId,
    /// Which punches it is for.
    pub target: RoundingTarget,
    /// The grid; divides a day evenly. `Seconds(1)` or zero leaves instants alone (grace and strict still act).
    pub interval: Seconds,
    /// Which way.
    pub direction: Direction,
    /// Where the grid starts.
    pub anchor: Anchor,
    /// When it applies.
    pub condition: RoundingCondition,
    /// A punch at most this far from the scheduled time it belongs to (start for the first opener of the shift, end
    /// for its last closer) is moved to that time, before and instead of the grid. Inclusive. Needs a matched shift.
    /// Zero: no grace, not even for a punch on the second.
    pub grace: Seconds,
    /// After rounding, the first opener is not earlier than the scheduled start and the last closer not later than
    /// the scheduled end. Needs a matched shift.
    pub strict: bool,
}

/// Which punches a rounding rule is for, as a set of positions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct RoundingTarget {
    /// Every opener of another kind than meal end and break end.
    pub shift_in: bool,
    /// Every closer of another kind than meal start and break start.
    pub shift_out: bool,
    /// Closers of kind meal start.
    pub meal_start: bool,
    /// Openers of kind meal end.
    pub meal_end: bool,
    /// Closers of kind break start.
    pub break_start: bool,
    /// Openers of kind break end.
    pub break_end: bool,
}

impl RoundingTarget {
    /// Every paired punch.
    pub const ALL: RoundingTarget = RoundingTarget {
        shift_in: true,
        shift_out: true,
        meal_start: true,
        meal_end: true,
        break_start: true,
        break_end: true,
    };
}

/// Which way an instant moves to the grid. An instant on the grid stays. The residual is read off the wall clock; the
/// instant moves by as many elapsed seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// To the grid point before.
    Down,
    /// To the grid point after.
    Up,
    /// To the nearer grid point.
    Nearest(Tie),
}

/// Where "nearest" turns from down to up, for a residual of r seconds over the grid point before. `half` is half the
/// interval, `middle minute` the whole minutes in it (7 for 15 minutes).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tie {
    /// Up when 2 r >= interval.
    HalfUp,
    /// Up when 2 r > interval.
    HalfDown,
    /// Up when r >= (middle minute + 1) x 60: 7:59 goes down, 8:00 up. The US reading of 15 minutes.
    PartialMinuteDown,
    /// Up when r >= middle minute x 60: 6:59 goes down, 7:00 up.
    PartialMinuteUp,
}

/// Where the grid starts. All by the wall clock of the card's zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// At the midnight of the punch's local date.
    LocalMidnight,
    /// At the scheduled start of the matched shift (for openers and closers alike); at local midnight without one.
    ScheduleStart,
}

/// When a rounding rule applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoundingCondition {
    /// Always.
    Always,
    /// When the punch is at most this far from the scheduled time it belongs to (start for openers, end for closers);
    /// inclusive. Never without a matched shift.
    NearSchedule(Seconds),
    /// When its wall-clock second of day is in `[from, to)`, which may wrap midnight.
    ClockWindow {
        /// First second of day.
        from: u32,
        /// Second of day after the last.
        to: u32,
    },
}
