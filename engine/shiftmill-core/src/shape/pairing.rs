//! Pairing: which in belongs to which out.
//! - Takes:  the kept punches of one worked shift, in order.
//! - Gives:  pairs (worked stretches), gaps between them with their kind, and missing punches.
//! - Keeps:  every kept punch is in exactly one pair, or reported missing its partner, or overwritten by the mode.
//! - Runs:   after matching, before rounding.
//! - Edges:  an edge of a named shift that needs no punch (`need_in`, `need_out`) is taken as the scheduled one where its
//!   punch is missing: the stretch is filled in, and nothing is reported. It must lie on the right side of the punch
//!   there is, with no other punch between them. Each block of a split shift says so itself. Work that runs from one
//!   block into the next without a punch is work in the gap.
//! - Source: employer policy. A missing punch is an exception, never silently zero hours.
//! - Shown:  timecards/pairing/typed.md, alternating.md, first_last.md, missing_punches.md, meal_gap.md

#![allow(clippy::indexing_slicing, reason = "punches are named by their position on the card throughout")]

use alloc::vec::Vec;

use crate::card::{CardState, GapKind, KeptPunch, Noticed, Pair, PunchRole, ScheduledShift, plain_day};
use crate::coded::coded;
use crate::codes::{ExceptionCode, PunchKind};
use crate::tags::TagId;
use crate::time::{Seconds, Timestamp, Workday};
use crate::timecard::Inputs;

/// How punches are paired.
///
/// Exceptions carry the workday of their worked shift. `missing_out`: an opener without a closer. `missing_in`: a
/// closer without an opener. `missing_meal_punch` and `missing_break_punch` (typed mode), noted at the punch named:
/// the last pair of the shift was closed by a meal (break) start and no punch opened after it; a meal (break) end did
/// not count because the shift was open ([`RepeatIn::KeepFirst`]); or between two pairs of the shift, neither of them
/// filled in, a meal (break) start is answered by something else than its end, or the reverse. An unknown punch
/// answers everything. `pair_too_long`: at its opener, measured by its raw length. `odd_punches`: at the first punch of
/// the shift, when it has an odd number of punches and none of them counts by a direction: under alternating pairing,
/// and in typed mode when all are without direction. One is missing, and it need not be the last. The punches of a
/// call-back have a direction in every mode, see [`crate::shape::callback`].
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

coded! {
    /// Which punch is an in and which an out.
    PairingMode {
        /// As the kinds say. An unknown or offsite punch closes when the shift is open and opens otherwise. A transfer
        /// closes and opens at the same second.
        Typed = 0 "typed",
        /// First in, second out, third in and so on, whatever the kinds. A last punch without a partner misses its out.
        Alternating = 1 "alternating",
        /// The first punch of the shift opens, the last closes; those between do not count. One punch alone misses its
        /// out.
        FirstLast = 2 "first_last",
    }
}

coded! {
    /// Whether an opener waits for its closer (typed mode).
    Adjacency {
        /// An opener is open until the next closer. An opener while open: see [`RepeatIn`]. A closer while closed: the
        /// pair before it is extended to it when the punch just before closed that pair and both are `out` (the last
        /// out wins); otherwise it misses its in.
        Bridging = 0 "bridging",
        /// An opener pairs only with the very next kept punch of the shift, when that is a closer. Every punch left
        /// over misses its partner.
        Strict = 1 "strict",
    }
}

coded! {
    /// An opener while the shift is open (typed, bridging).
    RepeatIn {
        /// The first stays open, the second does not count.
        KeepFirst = 0 "keep_first",
        /// The first misses its out, the second opens.
        ClosePreviousAtNew = 1 "close_previous_at_new",
    }
}

/// What a punch without its partner is worth. The exception is raised in every case. A stretch filled in never passes
/// the next punch of the card, nor begins before the punch or the pair before it; when nothing is left of it, it is
/// worth nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Imputed {
    /// Nothing.
    Nothing,
    /// Up to (from) the end (start) of the matched scheduled shift, when that is on the right side of the punch.
    /// Nothing when that end is free.
    ToSchedule,
    /// This length.
    Fixed(Seconds),
}

coded! {
    /// The kinds of [`Imputed`] that have a word; a fixed length is written as a length.
    ImputedKind {
        /// Nothing: only the exception is raised.
        Nothing = 0 "exception",
        /// Up to the scheduled end, or from the scheduled start.
        ToSchedule = 1 "to_schedule",
    }
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

/// Fills `state.pairs` with raw pairs, and records the role of each punch.
pub(super) fn pair(inputs: &Inputs<'_>, state: &mut CardState) {
    let CardState { punches, shifts, pairs, scheduled, noticed, .. } = state;
    for (index, shift) in (0_u32..).zip(shifts.iter_mut()) {
        shift.first_pair = pairs.len() as u32;
        // A shortcut: every way of typed pairing makes the same two pairs of a plain day, so there is nothing to decide and
        // nothing to notice.
        let rules = &inputs.plan_of(shift).pairing;
        if let Some(own) = punches.get_mut(shift.first_punch as usize..shift.last_punch as usize)
            && own.len() == 4
            && rules.mode == PairingMode::Typed
            && let Some(day) = plain_day(own, rules.pair_length_max.unwrap_or(Seconds::MAX))
        {
            pairs.extend_from_slice(&pairs_of_plain_day(day, index));
            for (punch, role) in own.iter_mut().zip(ROLES_OF_PLAIN_DAY) {
                punch.role = role;
            }
            shift.last_pair = pairs.len() as u32;
            continue;
        }
        let mut pairer = Pairer {
            rules,
            scheduled: shift.scheduled.and_then(|index| scheduled.get(index as usize)),
            workday: shift.workday,
            shift: index,
            continues: shift.continues,
            excused: false,
            punches,
            pairs,
            noticed,
        };
        let (first, last) = (shift.first_punch as usize, shift.last_punch as usize);
        match pairer.rules.mode {
            // Its punches say what they are in every mode.
            _ if shift.callback => pairer.typed(first, last, Adjacency::Strict),
            PairingMode::Typed => pairer.typed(first, last, pairer.rules.adjacency),
            PairingMode::Alternating => pairer.alternating(first, last),
            PairingMode::FirstLast => pairer.first_last(first, last),
        }
        if !shift.callback {
            pairer.notice_odd(first, last);
        }
        shift.last_pair = pairs.len() as u32;
    }
}

const ROLES_OF_PLAIN_DAY: [PunchRole; 4] = [PunchRole::Opens, PunchRole::Closes, PunchRole::Opens, PunchRole::Closes];

/// The pairs of in, meal start, meal end, out: the same in every way of typed pairing.
#[inline]
fn pairs_of_plain_day([start, meal_start, meal_end, end]: &[KeptPunch; 4], shift: u32) -> [Pair; 2] {
    let pair = |opener: &KeptPunch, closer: &KeptPunch, gap_before| Pair {
        raw_start: opener.at,
        raw_end: closer.at,
        start: opener.at,
        end: closer.at,
        opened_by: opener.kind,
        closed_by: closer.kind,
        gap_before,
        tag: opener.tag,
        imputed: false,
        starts_at_cut: false,
        ends_at_cut: false,
        shift,
    };
    [pair(start, meal_start, None), pair(meal_end, end, Some(GapKind::Meal))]
}

/// Pairs the punches of one worked shift. Punches are named by their position on the card.
struct Pairer<'s> {
    rules: &'s Pairing,
    scheduled: Option<&'s ScheduledShift>,
    workday: Workday,
    shift: u32,
    continues: bool,
    /// Whether some edge of the scheduled shift was taken without its punch.
    excused: bool,
    punches: &'s mut [KeptPunch],
    pairs: &'s mut Vec<Pair>,
    noticed: &'s mut Vec<Noticed>,
}

impl Pairer<'_> {
    #[inline]
    fn typed(&mut self, first: usize, last: usize, adjacency: Adjacency) {
        let bridging = adjacency == Adjacency::Bridging;
        let keep_first = bridging && self.rules.repeat_in == RepeatIn::KeepFirst;
        let mut open = None;
        // The punch just before, when it closed a pair.
        let mut closed = None;
        // The closer of the last pair, while nothing has opened after it.
        let mut left = None;
        for index in first..last {
            let kind = self.punches[index].kind;
            match open {
                Some(opener) if !kind.is_opener() => {
                    closed = self.join(opener, index).then_some(index);
                    left = closed.or(left);
                    open = (kind == PunchKind::Transfer).then_some(index);
                }
                Some(_) if keep_first => self.does_not_count(index),
                Some(opener) => {
                    self.misses_out(opener);
                    open = Some(index);
                }
                None if kind.is_closer() => {
                    let extended = bridging && closed.is_some_and(|closer| self.extend(closer, index));
                    if !extended {
                        self.misses_in(index);
                    }
                    closed = extended.then_some(index);
                }
                None => {
                    open = Some(index);
                    left = None;
                }
            }
        }
        if let Some(opener) = open {
            self.misses_out(opener);
        } else if let Some(closer) = left {
            self.notice_unfinished(closer);
        }
    }

    /// An odd number of punches without direction.
    fn notice_odd(&mut self, first: usize, last: usize) {
        if (last - first).is_multiple_of(2) || self.excused {
            return;
        }
        let own = &self.punches[first..last];
        let without_direction = match self.rules.mode {
            PairingMode::Typed => own.iter().all(|punch| punch.kind.is_without_direction()),
            PairingMode::Alternating => true,
            PairingMode::FirstLast => false,
        };
        if without_direction {
            self.notice(ExceptionCode::OddPunches, own[0].at, Seconds::ZERO);
        }
    }

    fn alternating(&mut self, first: usize, last: usize) {
        for opener in (first..last).step_by(2) {
            if opener + 1 < last {
                self.join(opener, opener + 1);
            } else {
                self.misses_out(opener);
            }
        }
    }

    fn first_last(&mut self, first: usize, last: usize) {
        if first + 1 < last {
            self.join(first, last - 1);
        } else {
            self.misses_out(first);
        }
    }

    /// Makes a pair of two punches, unless it would be too long; then both miss their partner, and the answer is false.
    #[inline]
    fn join(&mut self, opener: usize, closer: usize) -> bool {
        let (start, end) = (self.punches[opener], self.punches[closer]);
        let length = end.at.since(start.at);
        if self.too_long(length) {
            self.notice(ExceptionCode::PairTooLong, start.at, length);
            self.misses_out(opener);
            self.misses_in(closer);
            return false;
        }
        self.punches[opener].role = match start.role {
            PunchRole::Closes => PunchRole::ClosesAndOpens,
            PunchRole::Unused
            | PunchRole::Opens
            | PunchRole::ClosesAndOpens
            | PunchRole::MissesOut
            | PunchRole::MissesIn => PunchRole::Opens,
        };
        self.punches[closer].role = PunchRole::Closes;
        self.push(start.at, end.at, (start.kind, end.kind), start.tag, false);
        true
    }

    /// Moves the end of the last pair from one out to a later one; false when they are not both outs or the pair would
    /// be too long.
    fn extend(&mut self, closer: usize, later: usize) -> bool {
        let (before, after) = (self.punches[closer], self.punches[later]);
        let both_out = before.kind == PunchKind::Out && after.kind == PunchKind::Out;
        let too_long = |pair: &Pair| self.rules.pair_length_max.is_some_and(|max| after.at.since(pair.raw_start) > max);
        match self.pairs.last_mut() {
            Some(pair) if both_out && !too_long(pair) => {
                (pair.raw_end, pair.end) = (after.at, after.at);
                self.punches[closer].role = PunchRole::Unused;
                self.punches[later].role = PunchRole::Closes;
                true
            }
            _ => false,
        }
    }

    fn too_long(&self, length: Seconds) -> bool {
        self.rules.pair_length_max.is_some_and(|max| length > max)
    }

    fn misses_out(&mut self, opener: usize) {
        let punch = self.punches[opener];
        // A transfer that closed a pair keeps that role.
        if punch.role != PunchRole::Closes {
            self.punches[opener].role = PunchRole::MissesOut;
        }
        let next = self.punches.get(opener + 1).map_or(Timestamp(i64::MAX), |next| next.at);
        let not_needed = self.scheduled.filter(|scheduled| !scheduled.needs_out).map(|scheduled| scheduled.end);
        if let Some(end) = not_needed.filter(|end| punch.at < *end && *end <= next) {
            self.excused = true;
            self.push(punch.at, end, (punch.kind, PunchKind::Out), punch.tag, true);
            return;
        }
        self.notice(ExceptionCode::MissingOut, punch.at, Seconds::ZERO);
        let end = match self.rules.missing_out {
            Imputed::Nothing => None,
            Imputed::ToSchedule => self.scheduled.and_then(ScheduledShift::known_end),
            Imputed::Fixed(length) => Some(punch.at.after(length)),
        };
        if let Some(end) = end.map(|end| end.min(next)).filter(|end| punch.at < *end) {
            self.push(punch.at, end, (punch.kind, PunchKind::Out), punch.tag, true);
        }
    }

    fn misses_in(&mut self, closer: usize) {
        let punch = self.punches[closer];
        self.punches[closer].role = PunchRole::MissesIn;
        let before = closer.checked_sub(1).map_or(Timestamp(i64::MIN), |before| self.punches[before].at);
        let free_from = self.pairs.last().map_or(before, |pair| pair.raw_end.max(before));
        let not_needed = self.scheduled.filter(|scheduled| !scheduled.needs_in).map(|scheduled| scheduled.start);
        if let Some(start) = not_needed.filter(|start| free_from <= *start && *start < punch.at) {
            self.excused = true;
            self.push(start, punch.at, (PunchKind::In, punch.kind), punch.tag, true);
            return;
        }
        self.notice(ExceptionCode::MissingIn, punch.at, Seconds::ZERO);
        let start = match self.rules.missing_in {
            Imputed::Nothing => None,
            Imputed::ToSchedule => self.scheduled.map(|scheduled| scheduled.start),
            Imputed::Fixed(length) => Some(punch.at.before(length)),
        };
        if let Some(start) = start.map(|start| start.max(free_from)).filter(|start| *start < punch.at) {
            self.push(start, punch.at, (PunchKind::In, punch.kind), punch.tag, true);
        }
    }

    /// An opener while the shift is open. That a meal or break ended says that its start is missing.
    fn does_not_count(&mut self, index: usize) {
        let punch = self.punches[index];
        match punch.kind {
            PunchKind::MealEnd => self.notice(ExceptionCode::MissingMealPunch, punch.at, Seconds::ZERO),
            PunchKind::BreakEnd => self.notice(ExceptionCode::MissingBreakPunch, punch.at, Seconds::ZERO),
            PunchKind::In
            | PunchKind::Out
            | PunchKind::MealStart
            | PunchKind::BreakStart
            | PunchKind::Transfer
            | PunchKind::Unknown
            | PunchKind::CallbackIn
            | PunchKind::CallbackOut
            | PunchKind::Offsite => {}
        }
    }

    /// The shift ended with this closer. That a meal or break started says that its end is missing.
    fn notice_unfinished(&mut self, closer: usize) {
        let punch = self.punches[closer];
        match punch.kind {
            PunchKind::MealStart => self.notice(ExceptionCode::MissingMealPunch, punch.at, Seconds::ZERO),
            PunchKind::BreakStart => self.notice(ExceptionCode::MissingBreakPunch, punch.at, Seconds::ZERO),
            PunchKind::In
            | PunchKind::Out
            | PunchKind::MealEnd
            | PunchKind::BreakEnd
            | PunchKind::Transfer
            | PunchKind::Unknown
            | PunchKind::CallbackIn
            | PunchKind::CallbackOut
            | PunchKind::Offsite => {}
        }
    }

    /// The gap between two pairs. What one side says of a meal or break, the other must say too.
    fn notice_unanswered(&mut self, before: Pair, start: Timestamp, opened_by: PunchKind) {
        use PunchKind::{BreakEnd, BreakStart, In, MealEnd, MealStart, Out, Transfer};
        let (meal, paused) = (ExceptionCode::MissingMealPunch, ExceptionCode::MissingBreakPunch);
        match (before.closed_by, opened_by) {
            (MealStart, In | BreakEnd | Transfer) => self.notice(meal, before.raw_end, Seconds::ZERO),
            (BreakStart, In | MealEnd | Transfer) => self.notice(paused, before.raw_end, Seconds::ZERO),
            _ => {}
        }
        match (before.closed_by, opened_by) {
            (Out | BreakStart | Transfer, MealEnd) => self.notice(meal, start, Seconds::ZERO),
            (Out | MealStart | Transfer, BreakEnd) => self.notice(paused, start, Seconds::ZERO),
            _ => {}
        }
    }

    fn notice(&mut self, code: ExceptionCode, at: Timestamp, measure: Seconds) {
        self.noticed.push(Noticed::in_punches(code, self.workday, at, measure).of_shift(self.shift));
    }

    #[inline]
    fn push(&mut self, start: Timestamp, end: Timestamp, kinds: (PunchKind, PunchKind), tag: TagId, imputed: bool) {
        let (opened_by, closed_by) = kinds;
        let is_near = |before: &&Pair| before.shift == self.shift || self.continues && before.shift + 1 == self.shift;
        let before = self.pairs.last().filter(is_near);
        let gap_before = before.map(|before| {
            let length = start.since(before.raw_end);
            self.rules.meal_detect.gap(before.closed_by, opened_by, length)
        });
        let is_own = |before: &Pair| before.shift == self.shift && !before.imputed && !imputed;
        let before = before.copied().filter(is_own);
        if let (Some(before), PairingMode::Typed) = (before, self.rules.mode) {
            self.notice_unanswered(before, start, opened_by);
        }
        self.pairs.push(Pair {
            raw_start: start,
            raw_end: end,
            start,
            end,
            opened_by,
            closed_by,
            gap_before,
            tag,
            imputed,
            starts_at_cut: false,
            ends_at_cut: false,
            shift: self.shift,
        });
    }
}

impl MealDetect {
    /// What the gap is between a closer and the next opener.
    fn gap(self, closed_by: PunchKind, opened_by: PunchKind, length: Seconds) -> GapKind {
        use PunchKind::{
            BreakEnd, BreakStart, CallbackIn, CallbackOut, In, MealEnd, MealStart, Offsite, Out, Transfer, Unknown,
        };
        let closed = match closed_by {
            MealStart => GapKind::Meal,
            BreakStart => GapKind::Break,
            In | Out | MealEnd | BreakEnd | Transfer | Unknown | CallbackIn | CallbackOut | Offsite => GapKind::Plain,
        };
        let opened = match opened_by {
            MealEnd => GapKind::Meal,
            BreakEnd => GapKind::Break,
            In | Out | MealStart | BreakStart | Transfer | Unknown | CallbackIn | CallbackOut | Offsite => {
                GapKind::Plain
            }
        };
        if closed == GapKind::Meal || opened == GapKind::Meal {
            return GapKind::Meal;
        }
        if closed == GapKind::Break || opened == GapKind::Break {
            return GapKind::Break;
        }
        match self {
            MealDetect::ByGapLength { min, max } if min <= length && length <= max => GapKind::Meal,
            MealDetect::ByGapLength { .. } | MealDetect::ByKind => GapKind::Plain,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::open::dedupe::DedupeKeep;
    use crate::testing::{Card, seconds};
    use PunchKind::{BreakStart, In, MealEnd, MealStart, Out, Transfer, Unknown};

    /// Raw pairs as seconds of Monday.
    fn pairs(card: &mut Card) -> Vec<(i64, i64)> {
        card.shaped().unwrap();
        let midnight = card.instant(0, "00:00").0;
        card.state.pairs.iter().map(|pair| (pair.raw_start.0 - midnight, pair.raw_end.0 - midnight)).collect()
    }

    fn at(start: &str, end: &str) -> (i64, i64) {
        (i64::from(seconds(start)), i64::from(seconds(end)))
    }

    /// What pairing noticed, by code.
    fn missing(card: &Card) -> Vec<&'static str> {
        card.state.noticed.iter().filter(|it| it.rule == crate::RuleId::PUNCHES).map(|it| it.code.code()).collect()
    }

    #[test]
    fn four_punches_make_two_pairs_with_a_meal_between() {
        let mut card = Card::new();
        card.punches(0, &[("08:00", In), ("12:00", MealStart), ("12:30", MealEnd), ("17:00", Out)]);
        assert_eq!(pairs(&mut card), [at("08:00", "12:00"), at("12:30", "17:00")]);
        assert_eq!(card.state.pairs[1].gap_before, Some(GapKind::Meal));
        assert!(missing(&card).is_empty());
    }

    #[test]
    fn bridging_lets_the_first_in_and_the_last_out_count() {
        let mut card = Card::new();
        card.punches(0, &[("08:00", In), ("08:05", In), ("17:00", Out), ("17:05", Out)]);
        assert_eq!(pairs(&mut card), [at("08:00", "17:05")]);
        let roles: Vec<_> = card.state.punches.iter().map(|punch| punch.role).collect();
        assert_eq!(roles, [PunchRole::Opens, PunchRole::Unused, PunchRole::Unused, PunchRole::Closes]);
        card.plan.pairing.repeat_in = RepeatIn::ClosePreviousAtNew;
        assert_eq!(pairs(&mut card), [at("08:05", "17:05")]);
        assert_eq!(missing(&card), ["missing_out"]);
    }

    #[test]
    fn strict_pairs_neighbours_only() {
        let mut card = Card::new();
        card.plan.pairing.adjacency = Adjacency::Strict;
        card.punches(0, &[("08:00", In), ("12:30", MealEnd), ("17:00", Out), ("17:05", Out)]);
        assert_eq!(pairs(&mut card), [at("12:30", "17:00")]);
        assert_eq!(missing(&card), ["missing_out", "missing_in"]);
    }

    #[test]
    fn a_meal_or_break_without_its_other_end_is_said() {
        let mut card = Card::new();
        card.punches(0, &[("08:00", In), ("12:00", MealStart)]);
        assert_eq!(pairs(&mut card), [at("08:00", "12:00")]);
        assert_eq!(missing(&card), ["missing_meal_punch"]);
        card.facts.punches[1].kind = BreakStart;
        pairs(&mut card);
        assert_eq!(missing(&card), ["missing_break_punch"]);
        card.facts.punches.pop();
        card.punches(0, &[("12:30", MealEnd), ("17:00", Out)]);
        assert_eq!(pairs(&mut card), [at("08:00", "17:00")]);
        assert_eq!(missing(&card), ["missing_meal_punch"]);
    }

    #[test]
    fn a_meal_or_break_answered_by_something_else_is_said() {
        let mut card = Card::new();
        card.punches(0, &[("08:00", In), ("12:00", MealStart), ("12:30", In), ("17:00", Out)]);
        assert_eq!(pairs(&mut card), [at("08:00", "12:00"), at("12:30", "17:00")]);
        assert_eq!(missing(&card), ["missing_meal_punch"]);
        card.facts.punches[1].kind = Out;
        card.facts.punches[2].kind = PunchKind::BreakEnd;
        pairs(&mut card);
        assert_eq!(missing(&card), ["missing_break_punch"]);
        card.facts.punches[1].kind = MealStart;
        pairs(&mut card);
        assert_eq!(missing(&card), ["missing_meal_punch", "missing_break_punch"]);
        card.facts.punches[2].kind = PunchKind::Unknown;
        pairs(&mut card);
        assert_eq!(missing(&card).len(), 0);
    }

    #[test]
    fn a_pair_too_long_is_no_pair() {
        let mut card = Card::new();
        card.plan.matching.shift_length_max = Seconds::hours(30);
        card.punches(0, &[("08:00", In), ("24:00", Out)]);
        assert_eq!(pairs(&mut card).len(), 1);
        card.facts.punches[1].at = card.instant(0, "24:00:01");
        assert_eq!(pairs(&mut card).len(), 0);
        assert_eq!(missing(&card), ["pair_too_long", "missing_out", "missing_in"]);
    }

    #[test]
    fn a_transfer_closes_and_opens_at_one_second() {
        let mut card = Card::new();
        card.punches(0, &[("08:00", In), ("11:00", Transfer), ("17:00", Out)]);
        assert_eq!(pairs(&mut card), [at("08:00", "11:00"), at("11:00", "17:00")]);
        assert_eq!(card.state.punches[1].role, PunchRole::ClosesAndOpens);
    }

    #[test]
    fn repeated_taps_of_an_unknown_kind_are_one_pair() {
        let mut card = Card::new();
        card.plan.pairing.mode = PairingMode::Alternating;
        card.plan.matching.new_shift_gap = Seconds::hours(12);
        for time in ["08:59:50", "09:00:20", "18:01:00", "18:01:30"] {
            card.punch(0, time, Unknown);
        }
        assert_eq!(pairs(&mut card), [at("08:59:50", "18:01:00")]);
        card.plan.dedupe.window = None;
        card.plan.dedupe.keep = DedupeKeep::First;
        assert_eq!(pairs(&mut card), [at("08:59:50", "09:00:20"), at("18:01:00", "18:01:30")]);
    }

    #[test]
    fn first_and_last_count_and_one_alone_misses_its_out() {
        let mut card = Card::new();
        card.plan.pairing.mode = PairingMode::FirstLast;
        card.plan.matching.new_shift_gap = Seconds::hours(12);
        card.punches(0, &[("08:00", Out), ("12:00", In), ("17:00", In)]);
        assert_eq!(pairs(&mut card), [at("08:00", "17:00")]);
        card.facts.punches.truncate(1);
        assert_eq!(pairs(&mut card).len(), 0);
        assert_eq!(missing(&card), ["missing_out"]);
    }

    #[test]
    fn what_is_filled_in_never_covers_time_that_is_counted_already() {
        let mut card = Card::new();
        card.schedule(0, "08:00", "17:00");
        card.plan.pairing.adjacency = Adjacency::Strict;
        card.plan.pairing.missing_out = Imputed::ToSchedule;
        card.plan.pairing.missing_in = Imputed::ToSchedule;
        card.punches(0, &[("08:10", In), ("12:30", MealEnd), ("16:00", Out), ("16:30", Out)]);
        assert_eq!(pairs(&mut card), [at("08:10", "12:30"), at("12:30", "16:00"), at("16:00", "16:30")]);
        assert!(card.state.pairs[0].imputed && !card.state.pairs[1].imputed && card.state.pairs[2].imputed);
    }

    #[test]
    fn a_plain_gap_may_be_a_meal_by_its_length() {
        let mut card = Card::new();
        card.plan.pairing.meal_detect =
            MealDetect::ByGapLength { min: Seconds::minutes(20), max: Seconds::minutes(40) };
        card.punches(0, &[("08:00", In), ("12:00", Out), ("12:40", In), ("17:00", Out)]);
        pairs(&mut card);
        assert_eq!(card.state.pairs[1].gap_before, Some(GapKind::Meal));
    }
}
