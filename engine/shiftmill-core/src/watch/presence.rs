//! Presence: from the first to the last punch of each worked shift, as clocks recorded it. Rest is what lies between.

use alloc::vec::Vec;

use crate::card::{CardState, Pair};
use crate::time::{Timestamp, Workday};
use crate::timecard::Inputs;

/// A worked shift without its breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Presence {
    /// Its first punch, or the in that pairing filled in before it.
    pub start: Timestamp,
    /// Its last punch, or the out that was filled in after it.
    pub end: Timestamp,
    /// The workday that it is shown on.
    pub workday: Workday,
    /// Whether it is one shift with the one before.
    pub goes_on: bool,
    /// Whether it is a call-back.
    pub callback: bool,
}

/// Lists the worked shifts of a card in order, as far as the person is employed.
pub(super) fn gather(inputs: &Inputs<'_>, state: &CardState, found: &mut Vec<Presence>) {
    found.clear();
    for (shift, &workday) in state.shifts.iter().zip(&state.shown_on) {
        if !inputs.card.employs(workday) {
            continue;
        }
        let pairs: &[Pair] = state.pairs.get(shift.first_pair as usize..shift.last_pair as usize).unwrap_or(&[]);
        let start = pairs.first().map_or(shift.start, |pair| pair.raw_start.min(shift.start));
        let end = pairs.last().map_or(shift.end, |pair| pair.raw_end.max(shift.end));
        let goes_on = shift.continues || shift.joins;
        found.push(Presence { start, end, workday, goes_on, callback: shift.callback });
    }
}

/// Those that count: call-backs only where they interrupt a rest.
pub(super) fn that_count(presence: &[Presence], callbacks: bool) -> impl Iterator<Item = &Presence> {
    presence.iter().filter(move |it| callbacks || !it.callback)
}
