//! Worked shifts: which punches belong together, and which scheduled shift they are.

use std::collections::BTreeMap;

use shiftmill_core::shape::matching::{GapBasis, MatchBy, Matching, ShiftStart};
use shiftmill_core::shape::pairing::PairingMode;
use shiftmill_core::{Plan, PunchKind, PunchRole, TagId, Timestamp, Workday};

use super::days::{Duty, blocks_of};
use super::pairs::Pair;
use super::punches::{Tap, is_either};
use super::{callbacks, date_of, plan_of, roster, tags};
use crate::engine::Question;

/// A run of punches that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shift {
    pub taps: Vec<Tap>,
    pub roles: Vec<PunchRole>,
    pub pairs: Vec<Pair>,
    pub duty: Option<usize>,
    /// The workday whose plan holds for the shift.
    pub plan_day: Workday,
    /// The tag that chooses the ruleset: of its first punch that has one, else of its roster row, else of the person.
    pub tag: TagId,
    /// The local date of its start.
    pub start_date: Workday,
    /// The reporting workday of its start; exceptions carry it.
    pub shown_on: Workday,
    /// The first punch, or where it is cut from the one before.
    pub begins: Timestamp,
    /// Whether it goes on with the work of the one before: it is cut from it, or only the schedule divides them.
    pub continues: bool,
    /// Whether it is one shift with the one before: the two match different blocks of one scheduled shift.
    pub joins: bool,
    /// Where the whole shift begins, and all its pairs: its own, unless some are joined.
    pub whole_begins: Timestamp,
    pub whole_pairs: Vec<Pair>,
}

/// Whether two worked shifts, by their place on the card, are the same or parts of one.
pub(crate) fn one_stretch(shifts: &[Shift], earlier: usize, later: usize) -> bool {
    (earlier + 1..=later).all(|index| shifts[index].continues)
}

/// The place of the first of the worked shifts that are one shift with this one.
pub(crate) fn whole_of(shifts: &[Shift], index: usize) -> usize {
    (0..=index).rev().find(|index| !shifts[*index].joins).unwrap_or(0)
}

/// Joins the worked shifts that follow each other and match different blocks of one scheduled shift.
pub(crate) fn join(shifts: &mut [Shift], duties: &[Duty]) {
    for index in 1..shifts.len() {
        let (Some(before), Some(own)) = (shifts[index - 1].duty, shifts[index].duty) else { continue };
        if before != own && blocks_of(duties, own).contains(&before) {
            shifts[index].joins = true;
            shifts[index].continues = true;
            shifts[index].start_date = shifts[index - 1].start_date;
        }
    }
}

/// Tells each worked shift the whole that it belongs to.
pub(crate) fn find_wholes(shifts: &mut [Shift]) {
    let wholes: Vec<usize> = (0..shifts.len()).map(|index| whole_of(shifts, index)).collect();
    for index in 0..shifts.len() {
        let parts = (0..shifts.len()).filter(|other| wholes[*other] == wholes[index]);
        let pairs: Vec<Pair> = parts.flat_map(|part| shifts[part].pairs.clone()).collect();
        shifts[index].whole_begins = shifts[wholes[index]].begins;
        shifts[index].whole_pairs = pairs;
    }
}

/// Gathers punches into worked shifts and matches them.
pub(crate) fn worked(question: &Question, taps: &[Tap], duties: &mut [Duty]) -> Vec<Shift> {
    let mut runs: Vec<Vec<Tap>> = Vec::new();
    let mut continues = Vec::new();
    for (index, tap) in taps.iter().enumerate() {
        let plan = plan_of(question, date_of(question, tap.at));
        let by_roster = |run: &[Tap]| roster::starts_anew(plan, duties, run, &taps[index..]);
        let by_callback = runs.last().and_then(|run| callbacks::goes_on(run, *tap));
        match runs.last_mut() {
            Some(run) if by_callback == Some(true) => run.push(*tap),
            Some(run) if by_callback.is_none() && !starts_anew(plan, duties, run, *tap) && !by_roster(run) => {
                run.push(*tap)
            }
            before => {
                continues.push(
                    by_callback.is_none()
                        && before.is_some_and(|run| {
                            let is_near = tap.at.since(run[run.len() - 1].at) < plan.matching.new_shift_gap;
                            is_near
                                && opened_at(plan.pairing.mode, run).is_none()
                                && !starts_anew(plan, duties, run, *tap)
                        }),
                );
                runs.push(vec![*tap]);
            }
        }
    }
    let matched = match_all(question, &runs, duties);
    let mut shifts = Vec::new();
    for ((run, duty), continues) in runs.into_iter().zip(matched).zip(continues) {
        let start_date = date_of(question, run[0].at);
        let plan_day = duty.map_or(start_date, |duty| duties[duty].workday);
        if let Some(duty) = duty {
            duties[duty].matched = true;
        }
        let roles = vec![PunchRole::Unused; run.len()];
        let begins = run[0].at;
        let tag = tag_of(question, &run, plan_day, duty.map(|duty| &duties[duty]));
        shifts.push(Shift {
            tag,
            taps: run,
            roles,
            pairs: Vec::new(),
            duty,
            plan_day,
            start_date,
            shown_on: start_date,
            begins,
            continues,
            joins: false,
            whole_begins: begins,
            whole_pairs: Vec::new(),
        });
    }
    shifts
}

/// The tag of a worked shift.
pub(crate) fn tag_of(question: &Question, taps: &[Tap], plan_day: Workday, duty: Option<&Duty>) -> TagId {
    let punched = taps.iter().map(|tap| tap.tag).find(|tag| *tag != TagId(0));
    punched.unwrap_or_else(|| tags::of_work(question, plan_day, TagId(0), duty))
}

fn starts_anew(plan: &Plan, duties: &[Duty], run: &[Tap], tap: Tap) -> bool {
    let matching = &plan.matching;
    let typed = plan.pairing.mode == PairingMode::Typed;
    let gap = tap.at.since(measured_from(matching, run));
    let may_be_its_out =
        opened_at(plan.pairing.mode, run).is_some_and(|opened_at| match plan.pairing.pair_length_max {
            Some(most) => tap.at.since(opened_at) <= most,
            None => matching.shift_gap_basis == GapBasis::Out,
        });
    let is_in = typed && tap.kind == PunchKind::In;
    let is_held = roster::holds(plan, duties, run, tap);
    let after_gap = gap >= matching.new_shift_gap && (is_in || !may_be_its_out) && !is_held;
    let too_long = tap.at.since(run[0].at) > matching.shift_length_max;
    let may_start = !typed || tap.kind == PunchKind::In || is_either(tap.kind);
    match matching.shift_starts_at {
        ShiftStart::Gap => may_start && (after_gap || too_long),
        ShiftStart::InPunch => {
            tap.kind == PunchKind::In
                || run[run.len() - 1].kind == PunchKind::Out
                || after_gap
                || (may_start && too_long)
        }
    }
}

/// The punch that opened what still waits for an out.
pub(crate) fn opened_at(mode: PairingMode, run: &[Tap]) -> Option<Timestamp> {
    let last = run[run.len() - 1];
    match mode {
        PairingMode::FirstLast => Some(run[0].at),
        PairingMode::Alternating => (run.len() % 2 == 1).then_some(last.at),
        PairingMode::Typed => run.iter().fold(None, |open: Option<Timestamp>, tap| match tap.kind {
            PunchKind::Unknown | PunchKind::Offsite if open.is_some() => None,
            PunchKind::Transfer => Some(tap.at),
            PunchKind::Unknown
            | PunchKind::Offsite
            | PunchKind::In
            | PunchKind::MealEnd
            | PunchKind::BreakEnd
            | PunchKind::CallbackIn => open.or(Some(tap.at)),
            PunchKind::Out | PunchKind::MealStart | PunchKind::BreakStart | PunchKind::CallbackOut => None,
        }),
    }
}

fn measured_from(matching: &Matching, run: &[Tap]) -> Timestamp {
    let counts = |tap: &&Tap| !matches!(tap.kind, PunchKind::MealEnd | PunchKind::BreakEnd);
    match matching.shift_gap_basis {
        GapBasis::AnyPunch => run[run.len() - 1].at,
        GapBasis::Out => run.iter().rev().find(counts).unwrap_or(&run[0]).at,
    }
}

fn match_all(question: &Question, runs: &[Vec<Tap>], duties: &[Duty]) -> Vec<Option<usize>> {
    let Some(first) = runs.first() else { return Vec::new() };
    match plan_of(question, date_of(question, first[0].at)).matching.match_by {
        MatchBy::Workday => {
            let of_date = |run: &Vec<Tap>| {
                let date = date_of(question, run[0].at);
                let duty = duties.iter().position(|duty| duty.workday == date);
                duty.filter(|_| !callbacks::is_of_callback(run[0]))
            };
            runs.iter().map(of_date).collect()
        }
        MatchBy::Cluster => {
            let mut known = BTreeMap::new();
            best(question, runs, duties, 0, 0, &mut known).1
        }
    }
}

/// How good an assignment is: overlap, pairs made, nearness (negative distance), labels that agree.
type Score = (i64, i64, i64, i64);
type Known = BTreeMap<(usize, usize), (Score, Vec<Option<usize>>)>;

/// The best assignment of `runs[run..]` to `duties[duty..]`: every choice is tried, none crossing another.
fn best(
    question: &Question,
    runs: &[Vec<Tap>],
    duties: &[Duty],
    run: usize,
    duty: usize,
    known: &mut Known,
) -> (Score, Vec<Option<usize>>) {
    if run == runs.len() {
        return ((0, 0, 0, 0), Vec::new());
    }
    if let Some(answer) = known.get(&(run, duty)) {
        return answer.clone();
    }
    let mut winner: Option<(Score, Vec<Option<usize>>)> = None;
    // The earlier scheduled shifts are tried first, so that they win ties; no shift at all is tried last.
    for choice in (duty..duties.len()).map(Some).chain([None]) {
        let own = match choice {
            Some(chosen) if may_match(&runs[run], duties, chosen) => score(question, &runs[run], &duties[chosen]),
            Some(_) => continue,
            None => (0, 0, 0, 0),
        };
        let next = choice.map_or(duty, |chosen| chosen + 1);
        let (rest, mut choices) = best(question, runs, duties, run + 1, next, known);
        let total = (own.0 + rest.0, own.1 + rest.1, own.2 + rest.2, own.3 + rest.3);
        if winner.as_ref().is_none_or(|winner| total > winner.0) {
            choices.insert(0, choice);
            winner = Some((total, choices));
        }
    }
    let winner = winner.expect("no shift at all is always a choice");
    known.insert((run, duty), winner.clone());
    winner
}

fn may_match(run: &[Tap], duties: &[Duty], chosen: usize) -> bool {
    if callbacks::is_of_callback(run[0]) {
        return false;
    }
    let duty = &duties[chosen];
    let from = roster::window_begins(duties, chosen);
    let until = duty.end.after(duty.latest_out);
    let overlaps = run[0].at < duty.end && duty.start < run[run.len() - 1].at;
    overlaps || run.iter().any(|tap| from <= tap.at && tap.at <= until)
}

fn score(question: &Question, run: &[Tap], duty: &Duty) -> Score {
    let (first, last) = (run[0].at, run[run.len() - 1].at);
    let overlap = (last.min(duty.end).0 - first.max(duty.start).0).max(0);
    let from_end = if duty.free_end.is_some() { 0 } else { (last.0 - duty.end.0).abs() };
    let distance = (first.0 - duty.start.0).abs() + from_end;
    let label = i64::from(duty.workday == date_of(question, first));
    (overlap, 1, -distance, label)
}
