//! Worked shifts: which punches belong together, and which scheduled shift they are.

use std::collections::BTreeMap;

use shiftmill_core::shape::matching::{GapBasis, MatchBy, Matching, ShiftStart};
use shiftmill_core::shape::pairing::PairingMode;
use shiftmill_core::{Plan, PunchKind, PunchRole, Timestamp, Workday};

use super::days::Duty;
use super::pairs::Pair;
use super::punches::Tap;
use super::{date_of, plan_of};
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
    /// The local date of the first punch.
    pub start_date: Workday,
    /// The reporting workday of the first punch; exceptions carry it.
    pub shown_on: Workday,
}

impl Shift {
    pub fn first(&self) -> Timestamp {
        self.taps[0].at
    }

    pub fn last(&self) -> Timestamp {
        self.taps[self.taps.len() - 1].at
    }
}

/// Gathers punches into worked shifts and matches them.
pub(crate) fn worked(question: &Question, taps: &[Tap], duties: &mut [Duty]) -> Vec<Shift> {
    let mut runs: Vec<Vec<Tap>> = Vec::new();
    for tap in taps {
        let plan = plan_of(question, date_of(question, tap.at));
        match runs.last_mut() {
            Some(run) if !starts_anew(plan, run, *tap) => run.push(*tap),
            _ => runs.push(vec![*tap]),
        }
    }
    let matched = match_all(question, &runs, duties);
    let mut shifts = Vec::new();
    for (run, duty) in runs.into_iter().zip(matched) {
        let start_date = date_of(question, run[0].at);
        let plan_day = duty.map_or(start_date, |duty| duties[duty].workday);
        if let Some(duty) = duty {
            duties[duty].matched = true;
        }
        let roles = vec![PunchRole::Unused; run.len()];
        let shift = Shift { taps: run, roles, pairs: Vec::new(), duty, plan_day, start_date, shown_on: start_date };
        shifts.push(shift);
    }
    shifts
}

fn starts_anew(plan: &Plan, run: &[Tap], tap: Tap) -> bool {
    let matching = &plan.matching;
    let typed = plan.pairing.mode == PairingMode::Typed;
    let gap = tap.at.since(measured_from(matching, run));
    let after_gap = gap >= matching.new_shift_gap;
    let too_long = tap.at.since(run[0].at) > matching.shift_length_max;
    let may_start = !typed || matches!(tap.kind, PunchKind::In | PunchKind::Unknown);
    let open_waits = matching.shift_gap_basis == GapBasis::Out
        && is_open(plan.pairing.mode, run)
        && !(typed && tap.kind == PunchKind::In);
    match matching.shift_starts_at {
        ShiftStart::Gap => may_start && ((after_gap && !open_waits) || too_long),
        ShiftStart::InPunch => {
            tap.kind == PunchKind::In
                || run[run.len() - 1].kind == PunchKind::Out
                || after_gap
                || (may_start && too_long)
        }
    }
}

/// Whether the run still waits for an out.
fn is_open(mode: PairingMode, run: &[Tap]) -> bool {
    match mode {
        PairingMode::FirstLast => true,
        PairingMode::Alternating => run.len() % 2 == 1,
        PairingMode::Typed => run.iter().fold(false, |open, tap| match tap.kind {
            PunchKind::Unknown => !open,
            PunchKind::In | PunchKind::MealEnd | PunchKind::BreakEnd | PunchKind::Transfer => true,
            PunchKind::Out | PunchKind::MealStart | PunchKind::BreakStart => false,
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
            runs.iter().map(|run| duties.iter().position(|duty| duty.workday == date_of(question, run[0].at))).collect()
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
    let duty = &duties[chosen];
    let mut from = duty.start.before(duty.earliest_in);
    let until = duty.end.after(duty.latest_out);
    for earlier in &duties[..chosen] {
        from = from.max(earlier.end);
    }
    run.iter().any(|tap| from <= tap.at && tap.at <= until)
}

fn score(question: &Question, run: &[Tap], duty: &Duty) -> Score {
    let (first, last) = (run[0].at, run[run.len() - 1].at);
    let overlap = (last.min(duty.end).0 - first.max(duty.start).0).max(0);
    let distance = (first.0 - duty.start.0).abs() + (last.0 - duty.end.0).abs();
    let label = i64::from(duty.workday == date_of(question, first));
    (overlap, 1, -distance, label)
}
