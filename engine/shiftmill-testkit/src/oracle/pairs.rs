//! Pairs: which in belongs to which out, and the rounded instants of both.

use shiftmill_core::shape::pairing::{Adjacency, Imputed, MealDetect, Pairing, PairingMode, RepeatIn};
use shiftmill_core::shape::rounding::{Anchor, Direction, RoundingCondition, RoundingRule, Tie};
use shiftmill_core::{ExceptionCode, GapKind, Plan, PunchKind, PunchRole, Seconds, TagId, Timestamp, Workday};

use super::callbacks::is_callback;
use super::days::Duty;
use super::punches::{Tap, ends_work, is_either, starts_work};
use super::shifts::{Shift, find_wholes, join};
use super::{Notice, clock, coverage, moments, plan_of_shift, tags};
use crate::engine::Question;

/// A stretch between an opener and its closer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pair {
    pub raw_start: Timestamp,
    pub raw_end: Timestamp,
    pub start: Timestamp,
    pub end: Timestamp,
    pub opened_by: PunchKind,
    pub closed_by: PunchKind,
    pub gap_before: Option<GapKind>,
    pub tag: TagId,
    pub imputed: bool,
    pub starts_at_cut: bool,
    pub ends_at_cut: bool,
}

/// The result of pairing, in order: a pair of punches, or one that misses its partner.
#[derive(Clone, Copy, Debug)]
enum Made {
    Pair(usize, usize),
    TooLong(usize, usize),
    MissesOut(usize),
    MissesIn(usize),
}

/// The neighbours of a worked shift on the card: the punches around it and the pair before it.
struct Neighbours {
    punch_before: Option<Timestamp>,
    punch_after: Option<Timestamp>,
    raw_end_before: Option<Timestamp>,
}

/// Pairs the punches of all worked shifts, cuts the shifts that serve several scheduled ones, and rounds.
pub(crate) fn pair_all(
    question: &Question,
    mut shifts: Vec<Shift>,
    duties: &mut [Duty],
    notices: &mut Vec<Notice>,
) -> Vec<Shift> {
    let mut raw_end_before = None;
    let mut noticed = Vec::new();
    for index in 0..shifts.len() {
        let neighbours = Neighbours {
            punch_before: index.checked_sub(1).and_then(|before| shifts[before].taps.last()).map(|tap| tap.at),
            punch_after: shifts.get(index + 1).map(|after| after.taps[0].at),
            raw_end_before,
        };
        let shift = &mut shifts[index];
        let plan = plan_of_shift(question, shift);
        let duty = shift.duty.map(|duty| &duties[duty]);
        let mut of_shift = Vec::new();
        too_long(plan, shift, &mut of_shift);
        let excused = pair(plan, shift, duty, &neighbours, &mut of_shift);
        if !excused && !is_callback(shift) {
            odd(plan, shift, &mut of_shift);
        }
        let before = index.checked_sub(1).and_then(|before| shifts[before].pairs.last().copied());
        let shift = &mut shifts[index];
        if let (true, Some(before), Some(first)) = (shift.continues, before, shift.pairs.first().copied()) {
            shift.pairs[0].gap_before = Some(gap_kind(&plan.pairing, before, first));
        }
        raw_end_before = shift.pairs.last().map(|pair| pair.raw_end).or(raw_end_before);
        noticed.push(of_shift);
    }
    let (mut parts, mut noticed): (Vec<Shift>, Vec<Vec<Notice>>) =
        coverage::parts(question, shifts, duties, noticed).into_iter().unzip();
    join(&mut parts, duties);
    let mut rounded_end_before = None;
    for (part, noticed) in parts.iter_mut().zip(&mut noticed) {
        let duty = part.duty.map(|duty| &duties[duty]);
        let day = part.plan_day;
        part.pairs.iter_mut().for_each(|pair| pair.tag = tags::of_work(question, day, pair.tag, duty));
        round(question, plan_of_shift(question, part), part, duty, rounded_end_before, noticed);
        rounded_end_before = part.pairs.last().map(|pair| pair.end).or(rounded_end_before);
    }
    find_wholes(&mut parts);
    for (part, noticed) in parts.iter_mut().zip(noticed) {
        part.shown_on = moments::shown_on(question, part, duties);
        notices.extend(noticed.into_iter().map(|notice| Notice { workday: part.shown_on, ..notice }));
        for tap in part.taps.iter().filter(|tap| tap.kind == PunchKind::Offsite) {
            let (code, workday, at) = (ExceptionCode::OffsitePunch, part.shown_on, tap.at);
            notices.push(Notice { code, workday, at, measure: Seconds::ZERO });
        }
    }
    parts
}

fn too_long(plan: &Plan, shift: &Shift, notices: &mut Vec<Notice>) {
    let length = shift.taps[shift.taps.len() - 1].at.since(shift.begins);
    if length > plan.matching.shift_length_max {
        let (code, workday, at) = (ExceptionCode::ShiftTooLong, shift.shown_on, shift.begins);
        notices.push(Notice { code, workday, at, measure: length });
    }
}

/// One of an odd number of punches without direction is missing.
fn odd(plan: &Plan, shift: &Shift, notices: &mut Vec<Notice>) {
    let without_direction = match plan.pairing.mode {
        PairingMode::Alternating => true,
        PairingMode::Typed => shift.taps.iter().all(|tap| is_either(tap.kind)),
        PairingMode::FirstLast => false,
    };
    if without_direction && shift.taps.len() % 2 == 1 {
        let (code, workday, at) = (ExceptionCode::OddPunches, shift.shown_on, shift.begins);
        notices.push(Notice { code, workday, at, measure: Seconds::ZERO });
    }
}

/// Pairs the punches of a worked shift; whether an edge of the scheduled shift was taken without its punch.
fn pair(
    plan: &Plan,
    shift: &mut Shift,
    duty: Option<&Duty>,
    neighbours: &Neighbours,
    notices: &mut Vec<Notice>,
) -> bool {
    let pairing = &plan.pairing;
    let made = match pairing.mode {
        _ if is_callback(shift) => strict(pairing, &shift.taps),
        PairingMode::Typed if pairing.adjacency == Adjacency::Strict => strict(pairing, &shift.taps),
        PairingMode::Typed => bridging(pairing, &shift.taps, notices),
        PairingMode::Alternating => alternating(pairing, &shift.taps),
        PairingMode::FirstLast => first_last(pairing, &shift.taps),
    };
    let mut excused = false;
    for entry in &made {
        excused |= record(pairing, shift, duty, *entry, neighbours, notices);
    }
    for index in 1..shift.pairs.len() {
        let (before, after) = (shift.pairs[index - 1], shift.pairs[index]);
        shift.pairs[index].gap_before = Some(gap_kind(pairing, before, after));
    }
    if pairing.mode == PairingMode::Typed {
        missing_returns(shift, &made, notices);
        wrong_answers(shift, notices);
    }
    excused
}

/// A pair, or what is longer than a pair may be.
fn pair_of(pairing: &Pairing, taps: &[Tap], opener: usize, closer: usize) -> Made {
    if is_too_long(pairing, taps, opener, closer) { Made::TooLong(opener, closer) } else { Made::Pair(opener, closer) }
}

fn is_too_long(pairing: &Pairing, taps: &[Tap], opener: usize, closer: usize) -> bool {
    pairing.pair_length_max.is_some_and(|most| taps[closer].at.since(taps[opener].at) > most)
}

fn strict(pairing: &Pairing, taps: &[Tap]) -> Vec<Made> {
    let mut made = Vec::new();
    let mut waiting: Option<usize> = None;
    for (index, tap) in taps.iter().enumerate() {
        let closes = ends_work(tap.kind)
            || tap.kind == PunchKind::Transfer && waiting.is_some()
            || is_either(tap.kind) && waiting.is_some();
        let opens =
            starts_work(tap.kind) || tap.kind == PunchKind::Transfer || is_either(tap.kind) && waiting.is_none();
        match waiting.take() {
            Some(opener) if closes => made.push(pair_of(pairing, taps, opener, index)),
            Some(opener) => made.push(Made::MissesOut(opener)),
            None if closes => made.push(Made::MissesIn(index)),
            None => {}
        }
        if opens {
            waiting = Some(index);
        }
    }
    made.extend(waiting.map(Made::MissesOut));
    made
}

fn bridging(pairing: &Pairing, taps: &[Tap], notices: &mut Vec<Notice>) -> Vec<Made> {
    let mut made = Vec::new();
    let mut open: Option<usize> = None;
    for (index, tap) in taps.iter().enumerate() {
        let closes = ends_work(tap.kind) || is_either(tap.kind) && open.is_some();
        match (tap.kind, open) {
            (PunchKind::Transfer, Some(opener)) => {
                made.push(pair_of(pairing, taps, opener, index));
                open = Some(index);
            }
            (_, Some(opener)) if closes => {
                made.push(pair_of(pairing, taps, opener, index));
                open = None;
            }
            (_, Some(opener)) => match pairing.repeat_in {
                RepeatIn::ClosePreviousAtNew => {
                    made.push(Made::MissesOut(opener));
                    open = Some(index);
                }
                RepeatIn::KeepFirst => start_is_missing(*tap, notices),
            },
            (_, None) if closes => match made.last_mut() {
                Some(Made::Pair(opener, closer))
                    if *closer + 1 == index
                        && both_out(taps[*closer], *tap)
                        && !is_too_long(pairing, taps, *opener, index) =>
                {
                    *closer = index;
                }
                _ => made.push(Made::MissesIn(index)),
            },
            (_, None) => open = Some(index),
        }
    }
    made.extend(open.map(Made::MissesOut));
    made
}

/// The end of a meal or break while the shift is open says that its start is missing.
fn start_is_missing(tap: Tap, notices: &mut Vec<Notice>) {
    let code = match tap.kind {
        PunchKind::MealEnd => ExceptionCode::MissingMealPunch,
        PunchKind::BreakEnd => ExceptionCode::MissingBreakPunch,
        PunchKind::In
        | PunchKind::Out
        | PunchKind::MealStart
        | PunchKind::BreakStart
        | PunchKind::Transfer
        | PunchKind::Unknown
        | PunchKind::CallbackIn
        | PunchKind::CallbackOut
        | PunchKind::Offsite => return,
    };
    notices.push(Notice { code, workday: Workday::default(), at: tap.at, measure: Seconds::ZERO });
}

fn both_out(a: Tap, b: Tap) -> bool {
    a.kind == PunchKind::Out && b.kind == PunchKind::Out
}

fn alternating(pairing: &Pairing, taps: &[Tap]) -> Vec<Made> {
    let indexes: Vec<usize> = (0..taps.len()).collect();
    indexes
        .chunks(2)
        .map(|chunk| match chunk {
            [opener, closer] => pair_of(pairing, taps, *opener, *closer),
            _ => Made::MissesOut(chunk[0]),
        })
        .collect()
}

fn first_last(pairing: &Pairing, taps: &[Tap]) -> Vec<Made> {
    match taps.len() {
        1 => vec![Made::MissesOut(0)],
        count => vec![pair_of(pairing, taps, 0, count - 1)],
    }
}

fn record(
    pairing: &Pairing,
    shift: &mut Shift,
    duty: Option<&Duty>,
    made: Made,
    neighbours: &Neighbours,
    notices: &mut Vec<Notice>,
) -> bool {
    match made {
        Made::Pair(opener, closer) => {
            opens(&mut shift.roles[opener]);
            shift.roles[closer] = PunchRole::Closes;
            let (a, b) = (shift.taps[opener], shift.taps[closer]);
            shift.pairs.push(Pair { tag: a.tag, ..plain_pair(a.at, b.at, a.kind, b.kind) });
            false
        }
        Made::TooLong(opener, closer) => {
            let (at, until) = (shift.taps[opener].at, shift.taps[closer].at);
            let workday = shift.shown_on;
            notices.push(Notice { code: ExceptionCode::PairTooLong, workday, at, measure: until.since(at) });
            let without_out = misses_out(pairing, shift, duty, opener, neighbours, notices);
            let without_in = misses_in(pairing, shift, duty, closer, neighbours, notices);
            without_out || without_in
        }
        Made::MissesOut(index) => misses_out(pairing, shift, duty, index, neighbours, notices),
        Made::MissesIn(index) => misses_in(pairing, shift, duty, index, neighbours, notices),
    }
}

fn misses_out(
    pairing: &Pairing,
    shift: &mut Shift,
    duty: Option<&Duty>,
    index: usize,
    neighbours: &Neighbours,
    notices: &mut Vec<Notice>,
) -> bool {
    opens_nothing(&mut shift.roles[index]);
    let tap = shift.taps[index];
    let next_punch = shift.taps.get(index + 1).map(|tap| tap.at).or(neighbours.punch_after);
    let filled = |until| Pair { imputed: true, tag: tap.tag, ..plain_pair(tap.at, until, tap.kind, PunchKind::Out) };
    if let Some(duty) = duty.filter(|duty| !duty.needs_out)
        && tap.at < duty.end
        && next_punch.is_none_or(|next| duty.end <= next)
    {
        shift.pairs.push(filled(duty.end));
        return true;
    }
    let (workday, measure) = (shift.shown_on, Seconds::ZERO);
    notices.push(Notice { code: ExceptionCode::MissingOut, workday, at: tap.at, measure });
    let until = match pairing.missing_out {
        Imputed::Nothing => return false,
        Imputed::ToSchedule => duty.filter(|duty| duty.free_end.is_none()).map(|duty| duty.end),
        Imputed::Fixed(length) => Some(tap.at.after(length)),
    };
    let until = until.map(|until| next_punch.map_or(until, |next| next.min(until)));
    if let Some(until) = until.filter(|until| *until > tap.at) {
        shift.pairs.push(filled(until));
    }
    false
}

fn misses_in(
    pairing: &Pairing,
    shift: &mut Shift,
    duty: Option<&Duty>,
    index: usize,
    neighbours: &Neighbours,
    notices: &mut Vec<Notice>,
) -> bool {
    shift.roles[index] = PunchRole::MissesIn;
    let tap = shift.taps[index];
    let punch_before = index.checked_sub(1).map(|before| shift.taps[before].at).or(neighbours.punch_before);
    let pair_before = shift.pairs.last().map(|pair| pair.raw_end).or(neighbours.raw_end_before);
    if let Some(duty) = duty.filter(|duty| !duty.needs_in)
        && duty.start < tap.at
        && punch_before.is_none_or(|before| before <= duty.start)
        && pair_before.is_none_or(|before| before <= duty.start)
    {
        let pair = plain_pair(duty.start, tap.at, PunchKind::In, tap.kind);
        shift.pairs.push(Pair { imputed: true, tag: tap.tag, ..pair });
        return true;
    }
    let (workday, measure) = (shift.shown_on, Seconds::ZERO);
    notices.push(Notice { code: ExceptionCode::MissingIn, workday, at: tap.at, measure });
    let from = match pairing.missing_in {
        Imputed::Nothing => return false,
        Imputed::ToSchedule => duty.map(|duty| duty.start),
        Imputed::Fixed(length) => Some(tap.at.before(length)),
    };
    let bounds = [punch_before, pair_before];
    let from = from.map(|from| bounds.into_iter().flatten().fold(from, Timestamp::max));
    if let Some(from) = from.filter(|from| *from < tap.at) {
        let pair = plain_pair(from, tap.at, PunchKind::In, tap.kind);
        shift.pairs.push(Pair { imputed: true, tag: tap.tag, ..pair });
    }
    false
}

fn opens(role: &mut PunchRole) {
    *role = if *role == PunchRole::Closes { PunchRole::ClosesAndOpens } else { PunchRole::Opens };
}

fn opens_nothing(role: &mut PunchRole) {
    if *role != PunchRole::Closes {
        *role = PunchRole::MissesOut;
    }
}

fn plain_pair(start: Timestamp, end: Timestamp, opened_by: PunchKind, closed_by: PunchKind) -> Pair {
    Pair {
        raw_start: start,
        raw_end: end,
        start,
        end,
        opened_by,
        closed_by,
        gap_before: None,
        tag: TagId(0),
        imputed: false,
        starts_at_cut: false,
        ends_at_cut: false,
    }
}

fn gap_kind(pairing: &Pairing, before: Pair, after: Pair) -> GapKind {
    let gap = after.raw_start.since(before.raw_end);
    if before.closed_by == PunchKind::MealStart || after.opened_by == PunchKind::MealEnd {
        return GapKind::Meal;
    }
    if before.closed_by == PunchKind::BreakStart || after.opened_by == PunchKind::BreakEnd {
        return GapKind::Break;
    }
    match pairing.meal_detect {
        MealDetect::ByGapLength { min, max } if min <= gap && gap <= max => GapKind::Meal,
        MealDetect::ByGapLength { .. } | MealDetect::ByKind => GapKind::Plain,
    }
}

/// A last pair closed by the start of a meal or break, with no opener after it, says that its end is missing.
fn missing_returns(shift: &Shift, made: &[Made], notices: &mut Vec<Notice>) {
    let last = made.iter().rev().find(|entry| !matches!(entry, Made::MissesIn(_)));
    let Some(Made::Pair(_, closer)) = last else { return };
    let tap = shift.taps[*closer];
    let code = match tap.kind {
        PunchKind::MealStart => ExceptionCode::MissingMealPunch,
        PunchKind::BreakStart => ExceptionCode::MissingBreakPunch,
        PunchKind::In
        | PunchKind::Out
        | PunchKind::MealEnd
        | PunchKind::BreakEnd
        | PunchKind::Transfer
        | PunchKind::Unknown
        | PunchKind::CallbackIn
        | PunchKind::CallbackOut
        | PunchKind::Offsite => return,
    };
    notices.push(Notice { code, workday: shift.shown_on, at: tap.at, measure: Seconds::ZERO });
}

/// Between two pairs, the start of a meal or break that something else than its end answers, and the reverse.
fn wrong_answers(shift: &Shift, notices: &mut Vec<Notice>) {
    let pauses = [
        (PunchKind::MealStart, PunchKind::MealEnd, ExceptionCode::MissingMealPunch),
        (PunchKind::BreakStart, PunchKind::BreakEnd, ExceptionCode::MissingBreakPunch),
    ];
    for gap in shift.pairs.windows(2).filter(|gap| !gap[0].imputed && !gap[1].imputed) {
        let (from, to) = (gap[0].closed_by, gap[1].opened_by);
        for (start, end, code) in pauses {
            let notice = |at| Notice { code, workday: shift.shown_on, at, measure: Seconds::ZERO };
            if from == start && to != end && !is_either(to) {
                notices.push(notice(gap[0].raw_end));
            }
            if to == end && from != start && !is_either(from) {
                notices.push(notice(gap[1].raw_start));
            }
        }
    }
}

/// The two sides of a pair.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Start,
    End,
}

fn round(
    question: &Question,
    plan: &Plan,
    shift: &mut Shift,
    duty: Option<&Duty>,
    rounded_end_before: Option<Timestamp>,
    notices: &mut Vec<Notice>,
) {
    let count = shift.pairs.len();
    let mut free_from = rounded_end_before;
    for index in 0..count {
        let pair = shift.pairs[index];
        let (mut start, mut end) = (pair.raw_start, pair.raw_end);
        let mut conflict = false;
        if !pair.imputed && !plan.rounding.is_empty() {
            let before = index.checked_sub(1).map(|before| shift.pairs[before]);
            start = match before.filter(|before| before.raw_end == pair.raw_start) {
                _ if pair.starts_at_cut => start,
                // One second closes and opens: it is rounded once.
                Some(before) => before.end,
                None => {
                    let punch = Punched { at: start, kind: pair.opened_by, side: Side::Start, tag: pair.tag };
                    rounded(question, plan, punch, index == 0, duty)
                }
            };
            if !pair.ends_at_cut {
                let punch = Punched { at: end, kind: pair.closed_by, side: Side::End, tag: pair.tag };
                end = rounded(question, plan, punch, index + 1 == count, duty);
            }
            if end < start {
                conflict = true;
                (start, end) = (pair.raw_start, pair.raw_end);
            }
        }
        if let Some(free) = free_from.filter(|free| *free > start) {
            conflict = true;
            (start, end) = (free, end.max(free));
        }
        if conflict {
            let (code, workday, at) = (ExceptionCode::RoundConflict, shift.shown_on, pair.raw_start);
            notices.push(Notice { code, workday, at, measure: Seconds::ZERO });
        }
        shift.pairs[index].start = start;
        shift.pairs[index].end = end;
        free_from = Some(end);
    }
}

/// A punch of a pair, with the tag of the work that it opens or closes.
#[derive(Clone, Copy)]
struct Punched {
    at: Timestamp,
    kind: PunchKind,
    side: Side,
    tag: TagId,
}

fn rounded(question: &Question, plan: &Plan, punch: Punched, outermost: bool, duty: Option<&Duty>) -> Timestamp {
    let Punched { at, kind, side, tag } = punch;
    let rule = plan.rounding.iter().find(|rule| {
        is_target(rule, kind, side)
            && condition_holds(question, rule, at, side, duty)
            && tags::fits(question, rule.tags, tag)
    });
    let Some(rule) = rule else { return at };
    let scheduled = scheduled_at(duty, side);
    let graceful = outermost && !rule.grace.is_zero();
    let near = scheduled.filter(|scheduled| graceful && distance(at, *scheduled) <= rule.grace);
    let mut moved = near.unwrap_or_else(|| on_grid(question, rule, at, duty));
    if let Some(scheduled) = scheduled.filter(|_| rule.strict && outermost) {
        moved = if side == Side::Start { moved.max(scheduled) } else { moved.min(scheduled) };
    }
    moved
}

fn distance(a: Timestamp, b: Timestamp) -> Seconds {
    a.since(b).max(b.since(a))
}

fn is_target(rule: &RoundingRule, kind: PunchKind, side: Side) -> bool {
    let target = rule.target;
    match (side, kind) {
        (Side::Start, PunchKind::MealEnd) => target.meal_end,
        (Side::Start, PunchKind::BreakEnd) => target.break_end,
        (Side::Start, _) => target.shift_in,
        (Side::End, PunchKind::MealStart) => target.meal_start,
        (Side::End, PunchKind::BreakStart) => target.break_start,
        (Side::End, _) => target.shift_out,
    }
}

/// The scheduled time that a punch belongs to. A free end is none.
fn scheduled_at(duty: Option<&Duty>, side: Side) -> Option<Timestamp> {
    let duty = duty.filter(|duty| side == Side::Start || duty.free_end.is_none());
    duty.map(|duty| if side == Side::Start { duty.start } else { duty.end })
}

fn condition_holds(question: &Question, rule: &RoundingRule, at: Timestamp, side: Side, duty: Option<&Duty>) -> bool {
    match rule.condition {
        RoundingCondition::Always => true,
        RoundingCondition::NearSchedule(most) => {
            scheduled_at(duty, side).is_some_and(|scheduled| distance(at, scheduled) <= most)
        }
        RoundingCondition::ClockWindow { from, to } => {
            let second = clock::second_of_day(&question.zone, at);
            if from < to { from <= second && second < to } else { second >= from || second < to }
        }
    }
}

fn on_grid(question: &Question, rule: &RoundingRule, at: Timestamp, duty: Option<&Duty>) -> Timestamp {
    let interval = i64::from(rule.interval.0);
    if interval <= 1 {
        return at;
    }
    let wall = clock::wall_at(&question.zone, at).0;
    let anchor = match (rule.anchor, duty) {
        (Anchor::ScheduleStart, Some(duty)) => clock::wall_at(&question.zone, duty.start).0,
        _ => 0,
    };
    let residual = (wall - anchor).rem_euclid(interval);
    if residual == 0 {
        return at;
    }
    let up = match rule.direction {
        Direction::Down => false,
        Direction::Up => true,
        Direction::Nearest(Tie::HalfUp) => 2 * residual >= interval,
        Direction::Nearest(Tie::HalfDown) => 2 * residual > interval,
        Direction::Nearest(Tie::PartialMinuteDown) => residual >= (interval / 2 / 60 + 1) * 60,
        Direction::Nearest(Tie::PartialMinuteUp) => residual >= interval / 2 / 60 * 60,
    };
    Timestamp(at.0 - residual + if up { interval } else { 0 })
}
