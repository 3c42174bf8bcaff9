//! Parts of days with a type of their own, and the planned time that they leave out.

use shiftmill_core::{DayType, DayWindow, RosterKind, Seconds, Timestamp, Workday};

use super::assignments::stated_by_calendar;
use super::days::{Duty, is_working, late_max_of};
use super::{clock, plan_of};
use crate::engine::Question;

/// Planned time of one duty that is not expected.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NotExpected {
    pub workday: Workday,
    /// Where the duty began and ended before.
    pub start: Timestamp,
    pub end: Timestamp,
    pub planned: u32,
}

/// The part of a date that has a type of its own.
pub(crate) fn part_of(question: &Question, date: Workday) -> Option<(DayWindow, DayType)> {
    let own: Vec<_> = question.facts.day_overrides.iter().filter(|row| row.workday == date).collect();
    if !own.is_empty() {
        return own.iter().find_map(|row| row.window.map(|window| (window, row.day_type)));
    }
    let by_own = || plan_of(question, date).calendar.half_days.iter().find(|part| part.date == date).copied();
    let listed = match stated_by_calendar(question, date) {
        Some(stated) => stated.half_day,
        None => by_own(),
    };
    listed.map(|part| (part.window, part.day_type))
}

/// From when to when a part lasts.
pub(crate) fn instants(question: &Question, date: Workday, window: DayWindow) -> (Timestamp, Timestamp) {
    let start = clock::first_shown(&question.zone, date, window.opens() as i32);
    (start, clock::last_shown(&question.zone, date, window.closes() as i32).max(start))
}

/// The type of a date at an instant, where the date as a whole has a type.
pub(crate) fn type_at(question: &Question, date: Workday, at: Timestamp, whole: DayType) -> DayType {
    let Some((window, day_type)) = part_of(question, date) else { return whole };
    let (start, end) = instants(question, date, window);
    if start <= at && at < end { day_type } else { whole }
}

/// Leaves planned time out of the duties.
pub(crate) fn leave_out(question: &Question, duties: Vec<Duty>) -> (Vec<Duty>, Vec<NotExpected>) {
    let mut kept: Vec<Duty> = Vec::new();
    let mut left_out = Vec::new();
    let mut taken: Vec<(Workday, RosterKind, u8)> =
        duties.iter().map(|duty| (duty.workday, duty.kind, duty.split)).collect();
    for duty in duties {
        let part = part_of(question, duty.workday).filter(|part| !is_working(part.1));
        let Some((window, _)) = part.filter(|_| duty.kind == RosterKind::Work) else {
            kept.push(duty);
            continue;
        };
        let (from, until) = instants(question, duty.workday, window);
        let in_break = |at: &i64| duty.breaks.iter().any(|piece| piece.0.0 <= *at && *at < piece.1.0);
        let planned: Vec<i64> = (duty.start.0..duty.planned_end.0).filter(|at| !in_break(at)).collect();
        let before = planned.iter().copied().filter(|at| *at < from.0).max();
        let after = planned.iter().copied().filter(|at| *at >= until.0).min();
        let inside = planned.iter().filter(|at| from.0 <= **at && **at < until.0).count() as u32;
        if inside == 0 {
            kept.push(duty);
            continue;
        }
        let (start, end) = (duty.start, duty.planned_end);
        left_out.push(NotExpected { workday: duty.workday, start, end, planned: inside.min(duty.planned()) });
        if let Some(expects) = duty.free_end {
            let left: Vec<i64> = planned.into_iter().filter(|at| *at < from.0 || *at >= until.0).collect();
            if let (Some(first), Some(last)) = (left.first(), left.last()) {
                let (start, planned_end) = (Timestamp(*first), Timestamp(*last + 1));
                let (free_end, late_max) =
                    (Some(expects.beyond(Seconds(inside))), late_max_of(question, &duty, planned_end.since(start)));
                let (expected_start, moved_start) = (start, start);
                kept.push(Duty { start, expected_start, moved_start, planned_end, free_end, late_max, ..duty });
            }
            continue;
        }
        let mut number = duty.split;
        if before.is_some() && after.is_some() && duty.template.is_none() && number == 0 {
            number = (1..=255).rev().find(|number| !taken.contains(&(duty.workday, duty.kind, *number))).unwrap_or(0);
            taken.push((duty.workday, duty.kind, number));
        }
        let piece = |start: Timestamp, end: Timestamp| Duty {
            start,
            end,
            planned_end: end,
            expected_start: start,
            expected_end: end,
            moved_start: start,
            moved_end: end,
            late_max: late_max_of(question, &duty, end.since(start)),
            split: number,
            ..duty.clone()
        };
        kept.extend(before.map(|last| piece(duty.start, Timestamp(last + 1))));
        kept.extend(after.map(|first| piece(Timestamp(first), duty.end)));
    }
    (kept, left_out)
}

/// The planned time of a date that is left out.
pub(crate) fn not_expected_on(left_out: &[NotExpected], date: Workday) -> Seconds {
    Seconds(left_out.iter().filter(|entry| entry.workday == date).map(|entry| entry.planned).sum())
}
