//! Coverage: worked shifts that serve several scheduled shifts, cut into one part for each.

use shiftmill_core::shape::matching::MatchBy;
use shiftmill_core::{PunchKind, PunchRole, Timestamp};

use super::callbacks::is_callback;
use super::days::Duty;
use super::pairs::Pair;
use super::shifts::{Shift, tag_of};
use super::{Notice, date_of, plan_of};
use crate::engine::Question;

/// Seconds of the raw pairs inside a scheduled shift.
pub(crate) fn seconds_inside(pairs: &[Pair], duty: &Duty) -> i64 {
    let inside = |pair: &Pair| (pair.raw_end.min(duty.end).0 - pair.raw_start.max(duty.start).0).max(0);
    pairs.iter().map(inside).sum()
}

/// The parts of all worked shifts, each with what was noticed in it.
pub(crate) fn parts(
    question: &Question,
    shifts: Vec<Shift>,
    duties: &mut [Duty],
    noticed: Vec<Vec<Notice>>,
) -> Vec<(Shift, Vec<Notice>)> {
    let mut all: Vec<(Shift, Vec<Notice>)> = Vec::new();
    for (shift, noticed) in shifts.into_iter().zip(noticed) {
        let way = plan_of(question, shift.start_date).matching.match_by;
        let served: Vec<usize> = (0..duties.len())
            .filter(|index| {
                let may = match way {
                    MatchBy::Cluster => !duties[*index].matched,
                    MatchBy::Workday => duties[*index].workday == shift.start_date,
                };
                let may = may && !is_callback(&shift);
                (may || shift.duty == Some(*index)) && seconds_inside(&shift.pairs, &duties[*index]) > 0
            })
            .collect();
        if let Some(own) = shift.duty.filter(|own| way == MatchBy::Cluster && !served.contains(own))
            && !served.is_empty()
        {
            duties[own].matched = false;
        }
        served.iter().for_each(|index| duties[*index].matched = true);
        let mut parts = divide(question, shift, &served, duties);
        for notice in noticed {
            let part = parts.iter().rposition(|part| part.0.begins <= notice.at).unwrap_or(0);
            parts[part].1.push(notice);
        }
        all.extend(parts);
    }
    for (index, duty) in duties.iter_mut().enumerate() {
        duty.matched = all.iter().any(|part| part.0.duty == Some(index));
    }
    all
}

fn divide(question: &Question, shift: Shift, served: &[usize], duties: &[Duty]) -> Vec<(Shift, Vec<Notice>)> {
    if served.is_empty() {
        return vec![(shift, Vec::new())];
    }
    let mut cuts: Vec<Timestamp> = Vec::new();
    for two in served.windows(2) {
        let least = cuts.last().copied().unwrap_or(shift.begins);
        cuts.push(cut_between(&shift.pairs, &duties[two[0]], &duties[two[1]]).max(least));
    }
    let mut parts = Vec::new();
    let mut passed = 0;
    for (number, index) in served.iter().enumerate() {
        let from = number.checked_sub(1).map(|before| cuts[before]);
        let until = cuts.get(number).copied();
        let mut taps = passed;
        while taps < shift.taps.len() && until.is_none_or(|until| is_before(&shift, taps, until)) {
            taps += 1;
        }
        let part = Shift {
            taps: shift.taps[passed..taps].to_vec(),
            roles: shift.roles[passed..taps].to_vec(),
            pairs: shift.pairs.iter().filter_map(|pair| within(pair, from, until)).collect(),
            duty: Some(*index),
            plan_day: duties[*index].workday,
            tag: tag_of(question, &shift.taps[passed..taps], duties[*index].workday, Some(&duties[*index])),
            start_date: from.map_or(shift.start_date, |from| date_of(question, from)),
            shown_on: shift.shown_on,
            begins: from.unwrap_or(shift.begins),
            continues: from.is_some() || shift.continues,
            joins: false,
            whole_begins: from.unwrap_or(shift.begins),
            whole_pairs: Vec::new(),
        };
        passed = taps;
        if !part.taps.is_empty() || !part.pairs.is_empty() {
            parts.push((part, Vec::new()));
        }
    }
    parts
}

/// Whether a tap belongs before a cut.
fn is_before(shift: &Shift, tap: usize, cut: Timestamp) -> bool {
    let closes = matches!(shift.roles[tap], PunchRole::Closes | PunchRole::MissesIn);
    shift.taps[tap].at < cut || shift.taps[tap].at == cut && closes
}

fn cut_between(pairs: &[Pair], earlier: &Duty, later: &Duty) -> Timestamp {
    let (from, to) = (earlier.end.min(later.start), earlier.end.max(later.start));
    let gaps = pairs.windows(2).map(|two| (two[0].raw_end, two[1].raw_start));
    let touching: Vec<_> = gaps.filter(|gap| gap.0 < gap.1 && gap.0 <= to && from <= gap.1).collect();
    // Of equal gaps the first.
    let longest = touching.iter().rev().max_by_key(|gap| gap.1.since(gap.0));
    longest.map_or(from, |gap| gap.1)
}

/// What of a pair lies between two cuts.
fn within(pair: &Pair, from: Option<Timestamp>, until: Option<Timestamp>) -> Option<Pair> {
    let ended_before = from.is_some_and(|from| pair.raw_end <= from && pair.raw_start < from);
    let begins_after = until.is_some_and(|until| pair.raw_start >= until);
    if ended_before || begins_after {
        return None;
    }
    let mut part = *pair;
    if let Some(from) = from.filter(|from| pair.raw_start < *from) {
        (part.raw_start, part.start, part.opened_by) = (from, from, PunchKind::Transfer);
        (part.starts_at_cut, part.gap_before) = (true, None);
    }
    if let Some(until) = until.filter(|until| *until < pair.raw_end) {
        (part.raw_end, part.end, part.closed_by) = (until, until, PunchKind::Transfer);
        part.ends_at_cut = true;
    }
    Some(part)
}
