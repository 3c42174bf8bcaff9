//! Pairing: which in belongs to which out.
//! - Takes:  the kept punches of one worked shift, in order.
//! - Gives:  pairs (worked stretches), gaps between them with their kind, and missing punches.
//! - Keeps:  every kept punch is in exactly one pair, or reported missing its partner, or overwritten by the mode.
//! - Runs:   after matching, before rounding.
//! - Source: employer policy. A missing punch is an exception, never silently zero hours.
//! - Shown:  timecards/pairing/typed.md, alternating.md, first_last.md, missing_punches.md

use crate::time::Seconds;

/// How punches are paired.
///
/// Exceptions carry the workday of their worked shift. `missing_out`: an opener without a closer. `missing_in`: a
/// closer without an opener. `missing_meal_punch` and `missing_break_punch` (typed mode), noted at the punch named:
/// the last pair of the shift was closed by a meal (break) start and no punch opened after it; or a meal (break) end
/// did not count because the shift was open ([`RepeatIn::KeepFirst`]). `pair_too_long`: at its opener, measured by
/// its raw length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pairing {
    /// Which punch is an in and which an out.
    pub mode: PairingMode,
    /// Typed mode only: whether an opener waits for its closer.
    pub adjacency: Adjacency,
    /// Typed mode, bridging: an opener after an opener that is still open.
    pub repeat_in: RepeatIn,
    /// A pair longer than this is no pair: both sides are missing their partner, with `pair_too_long`. A later out
    /// that would extend a pair beyond this does not, and misses its in. `None`: no pair is too long.
    pub pair_length_max: Option<Seconds>,
    /// What an opener without a closer is worth.
    pub missing_out: Imputed,
    /// What a closer without an opener is worth.
    pub missing_in: Imputed,
    /// When the gap between two pairs of one shift is a meal rather than a plain gap.
    pub meal_detect: MealDetect,
}

/// Which punch is an in and which an out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PairingMode {
    /// As the kinds say. An unknown punch closes when the shift is open and opens otherwise. A transfer closes and
    /// opens at the same second.
    Typed,
    /// First in, second out, third in and so on, whatever the kinds. An odd last punch misses its out.
    Alternating,
    /// The first punch of the shift opens, the last closes; those between do not count. One punch alone misses its
    /// out.
    FirstLast,
}

/// Whether an opener waits for its closer (typed mode).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Adjacency {
    /// An opener is open until the next closer. An opener while open: see [`RepeatIn`]. A closer while closed: the
    /// pair before it is extended to it when the punch just before closed that pair and both are `out` (the last out
    /// wins); otherwise it misses its in.
    Bridging,
    /// An opener pairs only with the very next kept punch of the shift, when that is a closer. Every punch left over
    /// misses its partner.
    Strict,
}

/// An opener while the shift is open (typed, bridging).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RepeatIn {
    /// The first stays open, the second does not count.
    KeepFirst,
    /// The first misses its out, the second opens.
    ClosePreviousAtNew,
}

/// What a punch without its partner is worth. The exception is raised in every case. A stretch filled in never passes
/// the next punch of the card, nor begins before the punch or the pair before it; when nothing is left of it, it is
/// worth nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Imputed {
    /// Nothing.
    Nothing,
    /// Up to (from) the end (start) of the matched scheduled shift, when that is on the right side of the punch.
    ToSchedule,
    /// This length.
    Fixed(Seconds),
}

/// When the gap between two pairs is a meal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MealDetect {
    /// When a meal start opens it or a meal end closes it. A gap opened by `break_start` or closed by `break_end` is
    /// a break, any other a plain gap.
    ByKind,
    /// As by kind, and also a plain gap whose raw length is within these bounds, both inclusive.
    ByGapLength {
        /// The shortest.
        min: Seconds,
        /// The longest.
        max: Seconds,
    },
}

impl Default for Pairing {
    fn default() -> Pairing {
        Pairing {
            mode: PairingMode::Typed,
            adjacency: Adjacency::Bridging,
            repeat_in: RepeatIn::KeepFirst,
            pair_length_max: Some(Seconds::hours(16)),
            missing_out: Imputed::Nothing,
            missing_in: Imputed::Nothing,
            meal_detect: MealDetect::ByKind,
        }
    }
}
