//! The window of an evaluation, and the facts that fall outside of it or of the ruleset.

use core::ops::RangeInclusive;

use crate::card::KeptPunch;
use crate::evaluation::EvaluationError;
use crate::tags::TagId;
use crate::time::{Seconds, Timestamp, Workday};
use crate::timecard::{ApprovalTime, Assignment, Inputs, Leave, LeaveTime};

/// Most days that the facts and the pay period together may span.
pub(crate) const DAYS_MAX: i32 = 800;
/// When a scheduled shift may start, in wall-clock seconds of its workday, and how long it may be.
const SHIFT_STARTS: RangeInclusive<i32> = -86_400..=259_200;
const SHIFT_LENGTHS: RangeInclusive<i64> = 1..=172_800;
/// Most leave without clock times on one workday.
const LEAVE_AMOUNT_MAX: Seconds = Seconds::hours(24);
/// A fact may lie this many days outside the days that the facts cover: a night shift ends on the day after.
const SLACK_DAYS: i32 = 2;

/// Refuses impossible windows, scheduled shifts, leave and approvals that lie outside of the window, and opening balances
/// of unknown rules.
pub(super) fn check(inputs: &Inputs<'_>) -> Result<(), EvaluationError> {
    let (facts, pay_period) = (inputs.window.facts, inputs.window.pay_period);
    if facts.last < facts.first || pay_period.last < pay_period.first {
        return Err(EvaluationError::WindowBackwards);
    }
    let first = facts.first.min(pay_period.first);
    let last = facts.last.max(pay_period.last);
    let days = last.0.saturating_sub(first.0).saturating_add(1);
    if days > DAYS_MAX {
        return Err(EvaluationError::WindowTooLong { days, most: DAYS_MAX });
    }
    if first < Workday::FIRST || last > Workday::LAST {
        return Err(EvaluationError::WindowOutOfCalendar);
    }
    check_schedule(inputs)?;
    check_leave(inputs)?;
    check_approvals(inputs)?;
    check_statements(inputs)?;
    check_employment(inputs)?;
    check_assignments(inputs)?;
    check_opening_balances(inputs)
}

/// Refuses punches outside of the window. `punches` are in order.
pub(super) fn check_punches(inputs: &Inputs<'_>, punches: &[KeptPunch]) -> Result<(), EvaluationError> {
    let (Some(first), Some(last)) = (punches.first(), punches.last()) else { return Ok(()) };
    let [first, last] = [first, last].map(|punch| inputs.card.zone.date_at(punch.at));
    refuse_outside(inputs, first, first)?;
    refuse_outside(inputs, last, last)
}

fn check_schedule(inputs: &Inputs<'_>) -> Result<(), EvaluationError> {
    let (earliest, latest) = bounds(inputs);
    let schedule = inputs.card.schedule;
    let outside = |workday: &&i32| !(earliest.0..=latest.0).contains(*workday);
    if let Some(workday) = schedule.workday.iter().find(outside) {
        return Err(EvaluationError::FactOutsideWindow { workday: Workday(*workday) });
    }
    let is_sound = |(start, end): (&i32, &i32)| {
        SHIFT_STARTS.contains(start) && SHIFT_LENGTHS.contains(&(i64::from(*end) - i64::from(*start)))
    };
    let by_times = |index: usize| {
        schedule.template.get(index).is_none_or(|template| *template == 0) && schedule.kind_of(index).has_times()
    };
    let may_last = |length: Seconds| SHIFT_LENGTHS.contains(&i64::from(length.0));
    let is_sound = |index: usize, times: (&i32, &i32)| match (schedule.length_of(index), schedule.free_end_of(index)) {
        (Some(length), _) => may_last(length),
        (None, Some(expects)) => SHIFT_STARTS.contains(times.0) && (expects.is_zero() || may_last(expects)),
        (None, None) => is_sound(times),
    };
    let mut times = schedule.start.iter().zip(schedule.end).enumerate();
    match times.find(|(index, times)| !is_sound(*index, *times) && by_times(*index)) {
        Some((index, _)) => Err(EvaluationError::ShiftBackwards { index: index as u32 }),
        None => Ok(()),
    }
}

fn check_opening_balances(inputs: &Inputs<'_>) -> Result<(), EvaluationError> {
    let rules = inputs.timeline.names().rules.len();
    let mut balances = (0_u32..).zip(inputs.card.opening_balances);
    match balances.find(|(_, balance)| usize::from(balance.rule.0) >= rules) {
        Some((index, balance)) => Err(EvaluationError::UnknownRule { index, rule: balance.rule.0 }),
        None => Ok(()),
    }
}

/// Long leave may begin before the window and end after it; it is outside only when all of it is.
fn check_leave(inputs: &Inputs<'_>) -> Result<(), EvaluationError> {
    let known = |leave: &Leave| leave.recorded_at <= inputs.window.as_of;
    for (index, leave) in (0_u32..).zip(inputs.card.leave).filter(|(_, leave)| known(leave)) {
        match leave.time {
            LeaveTime::Amount(_, amount) if amount > LEAVE_AMOUNT_MAX => {
                return Err(EvaluationError::LeaveTooLong { index });
            }
            LeaveTime::Workday(workday) | LeaveTime::HalfDay(workday, _) | LeaveTime::Amount(workday, _) => {
                refuse_outside(inputs, workday, workday)?;
            }
            LeaveTime::Span { start, end } if start < end => refuse_span_outside(inputs, start, end)?,
            // Leave that ends before it starts has an error of its own.
            LeaveTime::Span { .. } => {}
        }
    }
    Ok(())
}

/// Approvals that end before they start are refused whenever they were recorded, as leave is.
fn check_approvals(inputs: &Inputs<'_>) -> Result<(), EvaluationError> {
    for (index, approval) in (0_u32..).zip(inputs.card.approvals) {
        let known = approval.recorded_at <= inputs.window.as_of;
        match approval.time {
            ApprovalTime::Span { start, end } if end <= start => {
                return Err(EvaluationError::ApprovalBackwards { index });
            }
            ApprovalTime::Span { start, end } if known => refuse_span_outside(inputs, start, end)?,
            ApprovalTime::Workday(workday) | ApprovalTime::Length(workday, _) if known => {
                refuse_outside(inputs, workday, workday)?;
            }
            ApprovalTime::Span { .. } | ApprovalTime::Workday(_) | ApprovalTime::Length(..) => {}
        }
    }
    Ok(())
}

/// What people state about workdays. What the ruleset cannot read is refused whenever it was recorded, as for leave.
fn check_statements(inputs: &Inputs<'_>) -> Result<(), EvaluationError> {
    let as_of = inputs.window.as_of;
    for (index, hours) in (0_u32..).zip(inputs.card.manual_hours) {
        hours.check(index, inputs)?;
        if hours.recorded_at <= as_of {
            refuse_outside(inputs, hours.workday, hours.workday)?;
        }
    }
    for (index, stated) in (0_u32..).zip(inputs.card.overrides) {
        stated.check(index, inputs)?;
        if stated.recorded_at <= as_of {
            refuse_outside(inputs, stated.workday, stated.workday)?;
        }
    }
    for (index, said) in (0_u32..).zip(inputs.card.attestations) {
        if usize::from(said.question) >= inputs.timeline.names().attestations.len() {
            return Err(EvaluationError::UnknownAttestation { index, question: said.question });
        }
        if said.recorded_at <= as_of {
            refuse_outside(inputs, said.workday, said.workday)?;
        }
    }
    Ok(())
}

/// Days of employment may lie anywhere: most people were hired long before.
fn check_employment(inputs: &Inputs<'_>) -> Result<(), EvaluationError> {
    let mut stretches = (0_u32..).zip(inputs.card.employment);
    let is_backwards = |(hired, left): (Workday, Workday)| left < hired;
    match stretches.find(|(_, employment)| employment.hired.zip(employment.left).is_some_and(is_backwards)) {
        Some((index, _)) => Err(EvaluationError::EmploymentBackwards { index }),
        None => Ok(()),
    }
}

/// An assignment for a job chooses a ruleset only: a person has one zone and one calendar, and the tag of work chooses
/// the job.
fn check_assignments(inputs: &Inputs<'_>) -> Result<(), EvaluationError> {
    let mut rows = (0_u32..).zip(inputs.card.assignments).filter(|(_, row)| row.job != TagId::NONE);
    let states_more = |row: &Assignment| row.zone.is_some() || row.calendar.is_some() || row.tag.is_some();
    match rows.find(|(_, row)| row.ruleset.is_none() || states_more(row)) {
        Some((index, _)) => Err(EvaluationError::AssignmentOfJob { index }),
        None => Ok(()),
    }
}

/// Refuses a stretch of which all lies outside of the window, or some of it where there are no dates.
fn refuse_span_outside(inputs: &Inputs<'_>, start: Timestamp, end: Timestamp) -> Result<(), EvaluationError> {
    let last_second = Timestamp(end.0.saturating_sub(1));
    let (first, last) = (inputs.card.zone.date_at(start), inputs.card.zone.date_at(last_second));
    if first < Workday::FIRST || last > Workday::LAST {
        return Err(EvaluationError::FactOutsideWindow { workday: first });
    }
    refuse_outside(inputs, first, last)
}

/// True when facts may lie on a workday: the days that they cover, and a little slack.
pub(crate) fn covers(inputs: &Inputs<'_>, workday: Workday) -> bool {
    let (earliest, latest) = bounds(inputs);
    earliest <= workday && workday <= latest
}

fn refuse_outside(inputs: &Inputs<'_>, first: Workday, last: Workday) -> Result<(), EvaluationError> {
    let (earliest, latest) = bounds(inputs);
    if last < earliest || first > latest {
        return Err(EvaluationError::FactOutsideWindow { workday: first });
    }
    Ok(())
}

fn bounds(inputs: &Inputs<'_>) -> (Workday, Workday) {
    let facts = inputs.window.facts;
    (facts.first.plus(-SLACK_DAYS), facts.last.plus(SLACK_DAYS))
}

#[cfg(test)]
mod tests {
    use crate::evaluation::EvaluationError;
    use crate::testing::{Card, monday};
    use crate::time::Workday;

    #[test]
    fn a_punch_two_days_outside_is_taken_and_one_three_days_outside_is_not() {
        let mut card = Card::new();
        card.window.facts.last = monday();
        card.punch(2, "12:00", crate::PunchKind::In);
        assert_eq!(card.opened(), Ok(()));
        card.punch(3, "00:00", crate::PunchKind::Out);
        assert_eq!(card.opened(), Err(EvaluationError::FactOutsideWindow { workday: monday().plus(3) }));
    }

    #[test]
    fn windows_too_long_or_backwards_are_refused() {
        let mut card = Card::new();
        card.window.facts.last = card.window.facts.first.plus(799);
        assert_eq!(card.opened(), Ok(()));
        card.window.facts.last = card.window.facts.first.plus(800);
        assert_eq!(card.opened(), Err(EvaluationError::WindowTooLong { days: 801, most: 800 }));
        card.window.facts.last = Workday(i32::MIN);
        assert_eq!(card.opened(), Err(EvaluationError::WindowBackwards));
    }
}
