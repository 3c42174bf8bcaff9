//! Scheduled shifts that are moved by when the person came, or by how late the person left the time before.

use shiftmill_core::{RosterKind, Seconds, Timestamp, Workday};

use super::attendance::{first_in, last_out};
use super::days::{Duty, blocks_of};
use super::plan_of_duty;
use super::shifts::Shift;
use crate::engine::Question;

pub(crate) fn move_duties(question: &Question, shifts: &[Shift], duties: &mut [Duty]) {
    for index in 0..duties.len() {
        if let Some(later) = late_off(question, shifts, duties, index) {
            let duty = &mut duties[index];
            duty.moved_start = duty.start.after(later).min(duty.end);
            duty.expected_start = duty.moved_start;
        }
    }
    for index in 0..duties.len() {
        flexible_start(question, shifts, duties, index);
    }
}

fn is_work(duty: &Duty) -> bool {
    duty.kind == RosterKind::Work
}

/// Whether nothing but the plan says when a shift is.
fn is_untouched(duty: &Duty) -> bool {
    !duty.on_leave && duty.expected_start == duty.moved_start && duty.expected_end == duty.moved_end
}

fn of_duty(shifts: &[Shift], index: usize) -> Vec<&Shift> {
    shifts.iter().filter(|shift| shift.duty == Some(index)).collect()
}

/// How much later somebody is expected who stayed long the time before.
fn late_off(question: &Question, shifts: &[Shift], duties: &[Duty], index: usize) -> Option<Seconds> {
    let duty = &duties[index];
    let is_first = !duties[..index].iter().any(|other| is_work(other) && other.workday == duty.workday);
    if !is_work(duty) || !is_untouched(duty) || !is_first {
        return None;
    }
    let of_day = |day: Workday| -> Vec<usize> {
        (0..duties.len()).filter(|other| is_work(&duties[*other]) && duties[*other].workday == day).collect()
    };
    let before = (1..=7).map(|days| of_day(duty.workday.plus(-days))).find(|found| !found.is_empty())?;
    let last = before.into_iter().max_by_key(|other| duties[*other].end)?;
    if duties[last].free_end.is_some() {
        return None;
    }
    let (out, _) = last_out(question, &of_duty(shifts, last))?;
    let steps = plan_of_duty(question, duty).attendance.late_off.iter();
    let reached = steps.filter(|step| out >= duties[last].end && out.since(duties[last].end) >= step.out_after);
    reached.map(|step| step.start_later).max()
}

/// Moves the first start and the last end of a shift by as much as its first in differs, within bounds.
fn flexible_start(question: &Question, shifts: &[Shift], duties: &mut [Duty], index: usize) {
    let blocks = blocks_of(duties, index);
    let (first, last) = (blocks[0], blocks[blocks.len() - 1]);
    let duty = &duties[first];
    if first != index || !is_work(duty) || !is_untouched(duty) || !is_untouched(&duties[last]) {
        return;
    }
    let Some((came, _)) = first_in(question, &of_duty(shifts, first)) else { return };
    let plan = plan_of_duty(question, duty);
    let template = duty.template.map(|number| &plan.schedule.templates[usize::from(number)]);
    let early = template.and_then(|template| template.flex_early).unwrap_or(plan.attendance.flexible.early);
    let late = template.and_then(|template| template.flex_late).unwrap_or(plan.attendance.flexible.late);
    let by = (came.0 - duty.moved_start.0).clamp(-i64::from(early.0), i64::from(late.0));
    let mut start = Timestamp(duty.moved_start.0 + by);
    let free = duties[last].free_end.is_some();
    let mut end = Timestamp(duties[last].moved_end.0 + if free { 0 } else { by });
    if first != last {
        start = start.min(duty.end);
        end = end.max(duties[last].start);
    }
    (duties[first].moved_start, duties[first].expected_start) = (start, start);
    (duties[last].moved_end, duties[last].expected_end) = (end, end);
}
