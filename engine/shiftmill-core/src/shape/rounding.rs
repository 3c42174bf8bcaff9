//! Rounding: the instants that pay uses, where the ruleset does not pay to the second.
//! - Takes:  the paired punches of one worked shift, with the matched scheduled shift.
//! - Gives:  a rounded instant per paired punch. The raw instant stays beside it.
//! - Keeps:  raw instants: lateness, meal requirements and rests use them.
//! - Runs:   after pairing, before breaks.
//! - Source: 29 CFR 785.48(b) where rounding is allowed at all; Donohue v. AMN Services (Cal. 2021): meal punches
//!   are not rounded for the meal requirement.
//! - Shown:  timecards/rounding/ties.md, grace.md, strict.md, conflict.md, conditions.md; timecards/tags/filters.md

use crate::card::{CardState, KeptPunch, Noticed, Pair, PunchRole, ScheduledShift, WorkedShift};
use crate::coded::coded;
use crate::codes::{ExceptionCode, PunchKind, RuleId};
use crate::record::{Note, Recorder};
use crate::tags::{FilterId, TagId, TagTable};
use crate::time::{Seconds, Timestamp, WALL_DAY, WallTime};
use crate::timecard::Inputs;
use crate::zone::ZoneCursor;

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
    /// The punches that it rounds.
    pub target: RoundingTarget,
    /// The grid; divides a day evenly. `Seconds(1)` or zero does not change instants (grace and strict still apply).
    pub interval: Seconds,
    /// The direction of rounding.
    pub direction: Direction,
    /// Where the grid starts.
    pub anchor: Anchor,
    /// When it applies.
    pub condition: RoundingCondition,
    /// Only to the punches of work with these tags: an opener to that of the pair it opens, a closer to that of the
    /// pair it closes.
    pub tags: Option<FilterId>,
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

coded! {
    /// One position of a [`RoundingTarget`].
    RoundingPosition {
        /// See [`RoundingTarget::shift_in`].
        ShiftIn = 0 "in",
        /// See [`RoundingTarget::shift_out`].
        ShiftOut = 1 "out",
        /// See [`RoundingTarget::meal_start`].
        MealStart = 2 "meal_start",
        /// See [`RoundingTarget::meal_end`].
        MealEnd = 3 "meal_end",
        /// See [`RoundingTarget::break_start`].
        BreakStart = 4 "break_start",
        /// See [`RoundingTarget::break_end`].
        BreakEnd = 5 "break_end",
    }
}

impl RoundingTarget {
    /// No punch.
    pub const NONE: RoundingTarget = RoundingTarget {
        shift_in: false,
        shift_out: false,
        meal_start: false,
        meal_end: false,
        break_start: false,
        break_end: false,
    };

    /// The set with `position` in it.
    pub const fn with(self, position: RoundingPosition) -> RoundingTarget {
        match position {
            RoundingPosition::ShiftIn => RoundingTarget { shift_in: true, ..self },
            RoundingPosition::ShiftOut => RoundingTarget { shift_out: true, ..self },
            RoundingPosition::MealStart => RoundingTarget { meal_start: true, ..self },
            RoundingPosition::MealEnd => RoundingTarget { meal_end: true, ..self },
            RoundingPosition::BreakStart => RoundingTarget { break_start: true, ..self },
            RoundingPosition::BreakEnd => RoundingTarget { break_end: true, ..self },
        }
    }
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

coded! {
    /// The kinds of [`Direction`].
    DirectionKind {
        /// To the nearer grid point.
        Nearest = 0 "nearest",
        /// To the grid point before.
        Down = 1 "down",
        /// To the grid point after.
        Up = 2 "up",
    }
}

impl Direction {
    /// True when a punch goes to the same side of its interval whatever the schedule is.
    const fn depends_on_time_only(self) -> bool {
        match self {
            Direction::Nearest(_) | Direction::Down | Direction::Up => true,
        }
    }

    /// The kind.
    pub const fn kind(self) -> DirectionKind {
        match self {
            Direction::Nearest(_) => DirectionKind::Nearest,
            Direction::Down => DirectionKind::Down,
            Direction::Up => DirectionKind::Up,
        }
    }
}

coded! {
    /// Where "nearest" turns from down to up, for a residual of r seconds over the grid point before. `half` is half
    /// the interval, `middle minute` the whole minutes in it (7 for 15 minutes).
    Tie {
        /// Up when 2 r >= interval.
        HalfUp = 0 "half_up",
        /// Up when 2 r > interval.
        HalfDown = 1 "half_down",
        /// Up when r >= (middle minute + 1) x 60: 7:59 goes down, 8:00 up. The US reading of 15 minutes.
        PartialMinuteDown = 2 "partial_minute_down",
        /// Up when r >= middle minute x 60: 6:59 goes down, 7:00 up.
        PartialMinuteUp = 3 "partial_minute_up",
    }
}

coded! {
    /// Where the grid starts. All by the wall clock of the card's zone.
    Anchor {
        /// At the midnight of the punch's local date.
        LocalMidnight = 0 "local_midnight",
        /// At the scheduled start of the matched shift (for openers and closers alike); at local midnight without one.
        ScheduleStart = 1 "schedule_start",
    }
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

/// Rounds the pairs of every worked shift.
pub(super) fn round<R: Recorder>(inputs: &Inputs<'_>, state: &mut CardState, recorder: &mut R) {
    if inputs.timeline.single().is_some_and(|plan| plan.rounding.is_empty()) {
        return;
    }
    let CardState { punches, shifts, pairs, scheduled, noticed, .. } = state;
    let only_grid = inputs.timeline.single().map(|plan| Grid::for_all(&plan.rounding));
    let grid_of = |shift: &WorkedShift| Grid::for_all(&inputs.plan_of(shift).rounding);
    let mut rounder = Rounder {
        clock: ZoneCursor::new(inputs.card.zone),
        tags: inputs.tags,
        recorder,
        free_from: Timestamp(i64::MIN),
    };
    for (number, shift) in (0_u32..).zip(shifts.iter()) {
        let own = pairs.get_mut(shift.first_pair as usize..shift.last_pair as usize).unwrap_or(&mut []);
        let grid = only_grid.unwrap_or_else(|| grid_of(shift)).filter(|_| !R::LISTENS);
        match grid.and_then(|grid| round_to_grid(own, grid, &mut rounder.clock, rounder.free_from)) {
            Some(free_from) => rounder.free_from = free_from,
            None => {
                let rules = inputs.plan_of(shift).rounding.as_slice();
                let scheduled = shift.scheduled.and_then(|index| scheduled.get(index as usize));
                let tag =
                    scheduled.map_or(TagId::NONE, |scheduled| scheduled.tag).or(inputs.card.tag_on(shift.workday));
                let planned = Planned { scheduled, tag };
                let in_conflict = |at| {
                    let conflict = ExceptionCode::RoundConflict;
                    noticed.push(Noticed::in_punches(conflict, shift.workday, at, Seconds::ZERO).of_shift(number));
                };
                rounder.round_shift(own, rules, planned, in_conflict);
                let punches = punches.get(shift.first_punch as usize..shift.last_punch as usize).unwrap_or_default();
                rounder.note_unpaired(punches, rules, planned);
            }
        }
    }
}

/// A grid for all punches of a shift, whatever their kind and position.
#[derive(Clone, Copy)]
struct Grid {
    interval: u32,
    /// The smallest residual, above zero, that goes up.
    up_from: u32,
}

impl Grid {
    /// The grid of rules that depend only on the time of a punch; `None` when they depend on more.
    #[inline]
    fn for_all(rules: &[RoundingRule]) -> Option<Grid> {
        let rule = rules.first()?;
        let asks_nothing = rule.condition == RoundingCondition::Always
            && rule.target == RoundingTarget::ALL
            && rule.tags.is_none()
            && rule.anchor == Anchor::LocalMidnight
            && rule.grace.is_zero()
            && !rule.strict
            && rule.direction.depends_on_time_only()
            && rule.interval.0 > 1;
        let interval = rule.interval.0;
        asks_nothing.then(|| Grid { interval, up_from: rule.direction.up_from(interval).max(1) })
    }

    #[inline]
    fn round(self, at: Timestamp, midnight: Timestamp) -> Timestamp {
        // The interval divides a day evenly, so whole days do not matter.
        let residual = at.0.wrapping_sub(midnight.0) as u32 % self.interval;
        let up = if residual >= self.up_from { self.interval } else { 0 };
        Timestamp(at.0 + (i64::from(up) - i64::from(residual)))
    }
}

/// Rounds the pairs of a shift to one grid, when no other rule applies to them, and returns the end of the last pair
/// of the card so far. `None`, and nothing that counts is changed, when the clock is changed meanwhile, and when pairs
/// touch, were filled in, would turn around or overlap.
#[inline]
fn round_to_grid(
    pairs: &mut [Pair],
    grid: Grid,
    clock: &mut ZoneCursor<'_>,
    mut free_from: Timestamp,
) -> Option<Timestamp> {
    let (Some(first), Some(last)) = (pairs.first(), pairs.last()) else { return Some(free_from) };
    let midnight = clock.midnight_before(first.raw_start, last.raw_end)?;
    let mut touched = None;
    for pair in pairs {
        let start = grid.round(pair.raw_start, midnight);
        let end = grid.round(pair.raw_end, midnight);
        let is_cut = pair.starts_at_cut || pair.ends_at_cut;
        if pair.imputed || is_cut || touched == Some(pair.raw_start) || start < free_from || end < start {
            return None;
        }
        (pair.start, pair.end) = (start, end);
        touched = Some(pair.raw_end);
        free_from = end;
    }
    Some(free_from)
}

/// The scheduled shift of a worked shift, and the tag of work whose punch has none.
#[derive(Clone, Copy)]
struct Planned<'s> {
    scheduled: Option<&'s ScheduledShift>,
    tag: TagId,
}

/// The position of a pair in its shift.
#[derive(Clone, Copy)]
struct Position {
    first: bool,
    last: bool,
    /// The raw and the rounded end of the pair before it.
    before: Option<(Timestamp, Timestamp)>,
}

/// One punch to be rounded.
struct Side<'s> {
    at: Timestamp,
    place: Place,
    scheduled: Option<&'s ScheduledShift>,
    /// The scheduled time it belongs to.
    belongs_to: Option<Timestamp>,
    /// True for the first opener and the last closer of a shift, which grace and strict are for.
    outermost: bool,
    /// The tag of the work that it opens or closes.
    tag: TagId,
}

/// The position of a punch, as rounding rules name it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    ShiftIn,
    ShiftOut,
    MealStart,
    MealEnd,
    BreakStart,
    BreakEnd,
}

impl Place {
    fn of_opener(kind: PunchKind) -> Place {
        match kind {
            PunchKind::MealEnd => Place::MealEnd,
            PunchKind::BreakEnd => Place::BreakEnd,
            PunchKind::In
            | PunchKind::Out
            | PunchKind::MealStart
            | PunchKind::BreakStart
            | PunchKind::Transfer
            | PunchKind::Unknown
            | PunchKind::CallbackIn
            | PunchKind::CallbackOut
            | PunchKind::Offsite => Place::ShiftIn,
        }
    }

    fn of_closer(kind: PunchKind) -> Place {
        match kind {
            PunchKind::MealStart => Place::MealStart,
            PunchKind::BreakStart => Place::BreakStart,
            PunchKind::In
            | PunchKind::Out
            | PunchKind::MealEnd
            | PunchKind::BreakEnd
            | PunchKind::Transfer
            | PunchKind::Unknown
            | PunchKind::CallbackIn
            | PunchKind::CallbackOut
            | PunchKind::Offsite => Place::ShiftOut,
        }
    }

    fn opens(self) -> bool {
        matches!(self, Place::ShiftIn | Place::MealEnd | Place::BreakEnd)
    }
}

impl RoundingTarget {
    fn holds(&self, place: Place) -> bool {
        match place {
            Place::ShiftIn => self.shift_in,
            Place::ShiftOut => self.shift_out,
            Place::MealStart => self.meal_start,
            Place::MealEnd => self.meal_end,
            Place::BreakStart => self.break_start,
            Place::BreakEnd => self.break_end,
        }
    }
}

/// A rounded instant and the rule that rounded it.
type Rounded = (Timestamp, Option<RuleId>);

struct Rounder<'s, R> {
    clock: ZoneCursor<'s>,
    tags: &'s TagTable,
    recorder: &'s mut R,
    /// The end of the last pair of the card so far.
    free_from: Timestamp,
}

impl<R: Recorder> Rounder<'_, R> {
    /// Rounds the pairs of one worked shift.
    // Kept out of the loop over shifts: most of them take the way of `round_to_grid`.
    #[inline(never)]
    fn round_shift(
        &mut self,
        pairs: &mut [Pair],
        rules: &[RoundingRule],
        planned: Planned<'_>,
        mut in_conflict: impl FnMut(Timestamp),
    ) {
        let last = pairs.len().saturating_sub(1);
        let mut before = None;
        for (index, pair) in pairs.iter_mut().enumerate() {
            let position = Position { first: index == 0, last: index == last, before };
            if self.round(pair, rules, planned, position) {
                in_conflict(pair.raw_start);
            }
            before = Some((pair.raw_end, pair.end));
            self.free_from = pair.end;
        }
    }

    /// Rounds both ends of one pair. True when the rules could not be applied to both.
    fn round(&mut self, pair: &mut Pair, rules: &[RoundingRule], planned: Planned<'_>, position: Position) -> bool {
        let (start, end) = if pair.imputed || rules.is_empty() {
            ((pair.raw_start, None), (pair.raw_end, None))
        } else {
            let start = match position.before {
                _ if pair.starts_at_cut => (pair.raw_start, None),
                Some((raw_end, end)) if raw_end == pair.raw_start => (end, None),
                _ => self.apply_first(rules, &Side::opener(pair, planned, position.first)),
            };
            let end = match pair.ends_at_cut {
                true => (pair.raw_end, None),
                false => self.apply_first(rules, &Side::closer(pair, planned, position.last)),
            };
            (start, end)
        };
        let turned_around = end.0 < start.0;
        (pair.start, pair.end) = if turned_around { (pair.raw_start, pair.raw_end) } else { (start.0, end.0) };
        let overlaps = pair.start < self.free_from;
        if overlaps {
            pair.start = self.free_from;
            pair.end = pair.end.max(self.free_from);
        }
        self.note(pair.raw_start, pair.start, start);
        self.note(pair.raw_end, pair.end, end);
        turned_around || overlaps
    }

    /// The instant that the first rule gives whose target and condition hold.
    #[inline]
    fn apply_first(&mut self, rules: &[RoundingRule], side: &Side<'_>) -> Rounded {
        let wall = self.clock.wall_at(side.at);
        let rule = rules.iter().find(|rule| {
            rule.target.holds(side.place) && rule.condition.holds(side, wall) && self.tags.fits(rule.tags, side.tag)
        });
        rule.map_or((side.at, None), |rule| (self.apply(rule, side, wall), Some(rule.rule)))
    }

    #[inline]
    fn apply(&mut self, rule: &RoundingRule, side: &Side<'_>, wall: WallTime) -> Timestamp {
        let belongs_to = side.belongs_to.filter(|_| side.outermost);
        match belongs_to {
            Some(planned) if !rule.grace.is_zero() && distance(side.at, planned) <= rule.grace => planned,
            Some(planned) if rule.strict && side.place.opens() => self.grid_instant(rule, side, wall).max(planned),
            Some(planned) if rule.strict => self.grid_instant(rule, side, wall).min(planned),
            _ => self.grid_instant(rule, side, wall),
        }
    }

    #[inline]
    fn grid_instant(&mut self, rule: &RoundingRule, side: &Side<'_>, wall: WallTime) -> Timestamp {
        let interval = rule.interval.0;
        if interval <= 1 {
            return side.at;
        }
        // The interval divides a day evenly, so whole days between the punch and the anchor do not matter.
        let since_anchor = match (rule.anchor, side.scheduled) {
            (Anchor::ScheduleStart, Some(scheduled)) => {
                wall.second_of_day() + WALL_DAY as u32 - self.clock.wall_at(scheduled.start).second_of_day()
            }
            (Anchor::ScheduleStart, None) | (Anchor::LocalMidnight, _) => wall.second_of_day(),
        };
        let residual = since_anchor % interval;
        if residual > 0 && residual >= rule.direction.up_from(interval) {
            side.at.after(Seconds(interval - residual))
        } else {
            side.at.before(Seconds(residual))
        }
    }

    /// Records the rounding of punches without a partner: they are in no pair, so their rounded instants pay nothing.
    fn note_unpaired(&mut self, punches: &[KeptPunch], rules: &[RoundingRule], planned: Planned<'_>) {
        let scheduled = planned.scheduled;
        if !R::LISTENS {
            return;
        }
        for punch in punches {
            let (place, belongs_to) = match punch.role {
                PunchRole::MissesOut => (Place::of_opener(punch.kind), scheduled.map(|scheduled| scheduled.start)),
                PunchRole::MissesIn => (Place::of_closer(punch.kind), scheduled.and_then(ScheduledShift::known_end)),
                PunchRole::Unused | PunchRole::Opens | PunchRole::Closes | PunchRole::ClosesAndOpens => continue,
            };
            let tag = punch.tag.or(planned.tag);
            let side = Side { at: punch.at, place, scheduled, belongs_to, outermost: true, tag };
            let rounded = self.apply_first(rules, &side);
            self.note(punch.at, rounded.0, rounded);
        }
    }

    fn note(&mut self, raw: Timestamp, kept: Timestamp, (rounded, rule): Rounded) {
        if let Some(rule) = rule.filter(|_| R::LISTENS && kept == rounded && rounded != raw) {
            self.recorder.note(Note::Rounded { rule, from: raw, to: rounded });
        }
    }
}

impl<'s> Side<'s> {
    fn opener(pair: &Pair, planned: Planned<'s>, outermost: bool) -> Side<'s> {
        let (scheduled, tag) = (planned.scheduled, pair.tag.or(planned.tag));
        let belongs_to = scheduled.map(|scheduled| scheduled.start);
        Side { at: pair.raw_start, place: Place::of_opener(pair.opened_by), scheduled, belongs_to, outermost, tag }
    }

    fn closer(pair: &Pair, planned: Planned<'s>, outermost: bool) -> Side<'s> {
        let (scheduled, tag) = (planned.scheduled, pair.tag.or(planned.tag));
        let belongs_to = scheduled.and_then(ScheduledShift::known_end);
        Side { at: pair.raw_end, place: Place::of_closer(pair.closed_by), scheduled, belongs_to, outermost, tag }
    }
}

impl RoundingCondition {
    fn holds(self, side: &Side<'_>, wall: WallTime) -> bool {
        match self {
            RoundingCondition::Always => true,
            RoundingCondition::NearSchedule(within) => {
                side.belongs_to.is_some_and(|planned| distance(side.at, planned) <= within)
            }
            RoundingCondition::ClockWindow { from, to } => {
                let second = wall.second_of_day();
                match from < to {
                    true => from <= second && second < to,
                    false => from <= second || second < to,
                }
            }
        }
    }
}

impl Direction {
    /// The smallest residual, above zero, that goes up.
    pub(super) fn up_from(self, interval: u32) -> u32 {
        let middle_minute = interval / 2 / 60;
        match self {
            Direction::Down => interval,
            Direction::Up => 1,
            Direction::Nearest(Tie::HalfUp) => interval.div_ceil(2),
            Direction::Nearest(Tie::HalfDown) => interval / 2 + 1,
            Direction::Nearest(Tie::PartialMinuteDown) => (middle_minute + 1) * 60,
            Direction::Nearest(Tie::PartialMinuteUp) => middle_minute * 60,
        }
    }
}

fn distance(one: Timestamp, other: Timestamp) -> Seconds {
    one.since(other).max(other.since(one))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::PunchKind::{In, MealEnd, MealStart, Out, Transfer};
    use crate::testing::{Card, seconds};
    use alloc::vec::Vec;

    fn rule(interval: Seconds, direction: Direction) -> RoundingRule {
        RoundingRule {
            rule: RuleId::PUNCHES,
            target: RoundingTarget::ALL,
            interval,
            direction,
            anchor: Anchor::LocalMidnight,
            condition: RoundingCondition::Always,
            tags: None,
            grace: Seconds::ZERO,
            strict: false,
        }
    }

    /// Rounded pairs as seconds of Monday.
    fn rounded(card: &mut Card) -> Vec<(i64, i64)> {
        card.shaped().unwrap();
        let midnight = card.instant(0, "00:00").0;
        card.state.pairs.iter().map(|pair| (pair.start.0 - midnight, pair.end.0 - midnight)).collect()
    }

    fn at(start: &str, end: &str) -> (i64, i64) {
        (i64::from(seconds(start)), i64::from(seconds(end)))
    }

    fn conflicts(card: &Card) -> usize {
        card.state.noticed.iter().filter(|it| it.code == ExceptionCode::RoundConflict).count()
    }

    #[test]
    fn ties_turn_where_the_ruleset_says() {
        let goes_up = |residual: &str, tie| {
            let mut card = Card::new();
            card.plan.rounding.push(rule(Seconds::minutes(15), Direction::Nearest(tie)));
            card.punches(0, &[(residual, In), ("18:00", Out)]);
            rounded(&mut card)[0].0 == 8 * 3_600 + 900
        };
        let ties = [Tie::HalfUp, Tie::HalfDown, Tie::PartialMinuteDown, Tie::PartialMinuteUp];
        let up = |residual| ties.map(|tie| goes_up(residual, tie));
        assert_eq!(up("08:06:59"), [false; 4]);
        assert_eq!(up("08:07:00"), [false, false, false, true]);
        assert_eq!(up("08:07:30"), [true, false, false, true]);
        assert_eq!(up("08:07:59"), [true, true, false, true]);
        assert_eq!(up("08:08:00"), [true; 4]);
    }

    #[test]
    fn grace_moves_to_the_schedule_and_strict_holds_it() {
        let mut card = Card::new();
        card.schedule(0, "08:07", "17:00");
        let mut grace = rule(Seconds::minutes(15), Direction::Nearest(Tie::HalfUp));
        grace.grace = Seconds::minutes(5);
        card.plan.rounding.push(grace);
        card.punches(0, &[("08:12", In), ("17:05:01", Out)]);
        assert_eq!(rounded(&mut card), [at("08:07", "17:00")]);
        card.facts.punches[0].at = card.instant(0, "08:12:01");
        assert_eq!(rounded(&mut card), [at("08:15", "17:00")]);
        card.plan.rounding[0].grace = Seconds::ZERO;
        card.plan.rounding[0].strict = true;
        card.facts.punches[0].at = card.instant(0, "08:00");
        card.facts.punches[1].at = card.instant(0, "17:10");
        assert_eq!(rounded(&mut card), [at("08:07", "17:00")]);
    }

    #[test]
    fn a_pair_turned_around_keeps_its_raw_instants() {
        let mut card = Card::new();
        let target = RoundingTarget { shift_in: true, ..RoundingTarget::default() };
        card.plan.rounding.push(RoundingRule { target, ..rule(Seconds::minutes(15), Direction::Up) });
        card.plan.rounding.push(rule(Seconds::minutes(15), Direction::Down));
        card.punches(0, &[("15:04", In), ("15:07", Out)]);
        assert_eq!(rounded(&mut card), [at("15:04", "15:07")]);
        assert_eq!(conflicts(&card), 1);
    }

    #[test]
    fn pairs_rounded_into_each_other_meet_where_the_first_ends() {
        let mut card = Card::new();
        let target = RoundingTarget { meal_end: true, shift_in: true, ..RoundingTarget::default() };
        card.plan.rounding.push(RoundingRule { target, ..rule(Seconds::minutes(15), Direction::Down) });
        card.plan.rounding.push(rule(Seconds::minutes(15), Direction::Up));
        card.punches(0, &[("08:00", In), ("12:05", MealStart), ("12:10", MealEnd), ("17:00", Out)]);
        assert_eq!(rounded(&mut card), [at("08:00", "12:15"), at("12:15", "17:00")]);
        assert_eq!(conflicts(&card), 1);
        card.facts.punches.remove(2);
        card.facts.punches[1].kind = Transfer;
        assert_eq!(rounded(&mut card), [at("08:00", "12:15"), at("12:15", "17:00")]);
        assert_eq!(conflicts(&card), 0);
    }

    #[test]
    fn the_grid_follows_the_wall_clock_or_the_scheduled_start() {
        let mut card = Card::new();
        card.schedule(0, "08:10", "17:10");
        card.plan.rounding.push(rule(Seconds::minutes(30), Direction::Down));
        card.punches(0, &[("08:20", In), ("17:20", Out)]);
        assert_eq!(rounded(&mut card), [at("08:00", "17:00")]);
        card.plan.rounding[0].anchor = Anchor::ScheduleStart;
        assert_eq!(rounded(&mut card), [at("08:10", "17:10")]);
    }

    #[test]
    fn a_clock_time_shown_twice_rounds_within_the_hour_it_was_punched_in() {
        let mut card = Card::new();
        let autumn = crate::time::Workday::from_date(2026, 11, 1).unwrap();
        (card.window.facts.first, card.window.facts.last) = (autumn, autumn);
        card.window.as_of = card.zone.midnight(autumn.plus(30));
        card.plan.rounding.push(rule(Seconds::minutes(15), Direction::Nearest(Tie::HalfUp)));
        let first_one = card.zone.instant(WallTime::on(autumn, seconds("01:07:30")), crate::Fold::Earlier);
        for (at, kind) in [(first_one, In), (first_one.after(Seconds::hours(1)), Out)] {
            card.facts.punches.push(crate::Punch { at, kind, id: None, tag: TagId::NONE, recorded_at: None });
        }
        card.shaped().unwrap();
        let pair = card.state.pairs[0];
        assert_eq!(pair.start, first_one.after(Seconds(450)));
        assert_eq!(pair.end, pair.start.after(Seconds::hours(1)));
    }

    #[test]
    fn the_first_rule_that_fits_decides() {
        let mut card = Card::new();
        let window = RoundingCondition::ClockWindow { from: 22 * 3_600, to: 6 * 3_600 };
        card.plan.rounding.push(RoundingRule { condition: window, ..rule(Seconds::hours(1), Direction::Down) });
        card.plan.rounding.push(rule(Seconds::minutes(15), Direction::Down));
        card.punches(0, &[("05:59", In), ("06:29", Out)]);
        assert_eq!(rounded(&mut card), [at("05:00", "06:15")]);
        card.shaped().unwrap();
        let rounds = card.notes.iter().filter(|note| matches!(note, Note::Rounded { .. })).count();
        assert_eq!(rounds, 2);
    }
}
