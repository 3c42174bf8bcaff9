//! The roster: when the next scheduled shift starts a new worked shift, whatever the gap.

use shiftmill_core::shape::pairing::PairingMode;
use shiftmill_core::{Plan, PunchKind, Timestamp};

use super::callbacks::is_of_callback;
use super::days::Duty;
use super::punches::{Tap, ends_work};
use super::shifts::opened_at;

/// What a tap says of its direction.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    In,
    Out,
    Unsaid,
    Inside,
}

fn direction(plan: &Plan, tap: Tap) -> Direction {
    match plan.pairing.mode {
        _ if is_of_callback(tap) => Direction::Inside,
        PairingMode::Alternating | PairingMode::FirstLast => Direction::Unsaid,
        PairingMode::Typed => match tap.kind {
            PunchKind::In => Direction::In,
            PunchKind::Out => Direction::Out,
            PunchKind::Unknown | PunchKind::Offsite => Direction::Unsaid,
            PunchKind::MealStart
            | PunchKind::MealEnd
            | PunchKind::BreakStart
            | PunchKind::BreakEnd
            | PunchKind::Transfer
            | PunchKind::CallbackIn
            | PunchKind::CallbackOut => Direction::Inside,
        },
    }
}

/// From when on punches may belong to a scheduled shift.
pub(crate) fn window_begins(duties: &[Duty], index: usize) -> Timestamp {
    let own = duties[index].start.before(duties[index].earliest_in);
    let holds_until = |earlier: &Duty| if earlier.free_end.is_some() { earlier.start } else { earlier.end };
    duties[..index].iter().map(holds_until).fold(own, Timestamp::max)
}

fn window_ends(duty: &Duty) -> Timestamp {
    duty.end.after(duty.latest_out)
}

/// Whether a run is of some scheduled shifts.
fn is_of(plan: &Plan, run: &[Tap], duties: &[Duty]) -> bool {
    let begins_with_out = plan.pairing.mode == PairingMode::Typed && ends_work(run[0].kind);
    duties.iter().any(|duty| run[0].at < duty.end || begins_with_out && run[0].at <= window_ends(duty))
}

/// For each pause that a run passes at an instant, whether it lies between two workdays.
fn pauses(plan: &Plan, duties: &[Duty], run: &[Tap], at: Timestamp) -> Vec<bool> {
    let last = run[run.len() - 1].at;
    let began_since = |index: &usize| last < window_begins(duties, *index) && window_begins(duties, *index) <= at;
    let mut passed = Vec::new();
    for index in (1..duties.len()).filter(began_since) {
        let before = &duties[..index];
        let over = before.iter().map(window_ends).fold(Timestamp(i64::MIN), Timestamp::max);
        let is_pause = before.iter().all(|earlier| earlier.end < duties[index].start);
        if is_pause && is_of(plan, run, before) && last <= over && over < at {
            passed.push(before[index - 1].workday != duties[index].workday);
        }
    }
    passed
}

/// Whether a tap without direction and the whole run before it are in one window.
pub(crate) fn holds(plan: &Plan, duties: &[Duty], run: &[Tap], tap: Tap) -> bool {
    let index = (0..duties.len()).rev().find(|index| window_begins(duties, *index) <= tap.at);
    let inside = |index| window_begins(duties, index) <= run[0].at && tap.at <= window_ends(&duties[index]);
    direction(plan, tap) == Direction::Unsaid && index.is_some_and(inside)
}

/// Whether the first of the `rest` of the taps starts a new worked shift after `run` because of the schedule.
pub(crate) fn starts_anew(plan: &Plan, duties: &[Duty], run: &[Tap], rest: &[Tap]) -> bool {
    let (tap, first, last) = (rest[0], run[0], run[run.len() - 1]);
    let passed = pauses(plan, duties, run, tap.at);
    if passed.contains(&true) {
        return true;
    }
    let gap = plan.matching.new_shift_gap;
    let direction = direction(plan, tap);
    let is_open = opened_at(plan.pairing.mode, run).is_some();
    let Some(index) = (0..duties.len()).rev().find(|index| window_begins(duties, *index) <= tap.at) else {
        return false;
    };
    let (duty, begins, ends) = (&duties[index], window_begins(duties, index), window_ends(&duties[index]));
    if tap.at > ends {
        let of_duty = first.at < duty.end && last.at <= ends;
        return direction == Direction::Unsaid && is_open && of_duty && tap.at.since(ends) >= gap;
    }
    if first.at >= begins {
        return false;
    }
    let start_window_ends = duty.start.after(duty.late_max);
    let in_start_window = tap.at <= start_window_ends;
    let of_before = is_of(plan, run, &duties[..index]);
    let nothing_in_window = last.at <= begins;
    match direction {
        Direction::Inside => false,
        Direction::In => of_before && in_start_window && (is_open || nothing_in_window),
        Direction::Out => of_before && !is_open && last.at <= start_window_ends && tap.at > start_window_ends,
        Direction::Unsaid if !in_start_window => false,
        Direction::Unsaid if !is_open => of_before && nothing_in_window,
        Direction::Unsaid => {
            let next = (index + 1 < duties.len()).then(|| window_begins(duties, index + 1));
            let inside = |tap: &Tap| tap.at <= ends && next.is_none_or(|next| tap.at < next);
            let unsaid = |tap: &Tap| self::direction(plan, *tap) == Direction::Unsaid;
            let left = rest.iter().filter(|tap| inside(tap) && unsaid(tap)).count();
            let over = duties[..index].iter().map(window_ends).max();
            let stray = !of_before || over.is_some_and(|over| over < last.at);
            !passed.is_empty() || stray && begins.since(last.at) >= gap || of_before && left % 2 == 0
        }
    }
}
