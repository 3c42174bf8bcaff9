//! Half days: where a workday is divided, second by second.

use shiftmill_core::shape::half_day::HalfDaySplit;
use shiftmill_core::{DayHalf, RosterKind, Timestamp, Workday};

use super::day_parts::NotExpected;
use super::days::{Duty, by_template};
use super::{clock, plan_of_duty};
use crate::engine::Question;

/// The stretches of whole-day leave that lie in one half of the workday.
pub(crate) fn in_half(
    question: &Question,
    planned: (&[Duty], &[NotExpected]),
    (workday, half): (Workday, DayHalf),
    pieces: Vec<(Timestamp, Timestamp)>,
) -> Vec<(Timestamp, Timestamp)> {
    let Some(boundary) = boundary(question, planned, workday) else { return pieces };
    let cut = |(start, end): (Timestamp, Timestamp)| match half {
        DayHalf::First => (start, end.min(boundary)),
        DayHalf::Second => (start.max(boundary), end),
    };
    pieces.into_iter().map(cut).collect()
}

/// Where the halves of a workday meet.
fn boundary(question: &Question, (duties, left_out): (&[Duty], &[NotExpected]), workday: Workday) -> Option<Timestamp> {
    let of_day: Vec<&Duty> = duties.iter().filter(|duty| duty.workday == workday).collect();
    let mut divided = of_day.clone();
    divided.retain(|duty| duty.kind == RosterKind::Work);
    if divided.is_empty() {
        divided = of_day;
    }
    divided.first()?;
    let left_out: Vec<&NotExpected> = left_out.iter().filter(|entry| entry.workday == workday).collect();
    let start = divided.iter().map(|duty| duty.start).chain(left_out.iter().map(|entry| entry.start)).min()?;
    let end = divided.iter().map(|duty| duty.planned_end).chain(left_out.iter().map(|entry| entry.end)).max()?;
    let middle = Timestamp((start.0 + end.0).div_euclid(2));
    let name = divided[0].template;
    let (Some(template), true) = (name, divided.iter().all(|duty| duty.template == name)) else { return Some(middle) };
    let in_break = |duty: &Duty, at| duty.breaks.iter().any(|piece| piece.0 <= at && at < piece.1);
    let blocks = by_template(question, workday, divided[0].tag, template)?;
    let is_planned = |at: Timestamp| blocks.iter().any(|duty| duty.start <= at && at < duty.end && !in_break(duty, at));
    let seconds = || (start.0..end.0).map(Timestamp);
    Some(match plan_of_duty(question, divided[0]).schedule.templates[usize::from(template)].half_day_split {
        HalfDaySplit::Midpoint => middle,
        HalfDaySplit::At(second) => clock::first_shown(&question.zone, workday, second).max(start).min(end),
        HalfDaySplit::MidpointWithoutBreaks => {
            let planned = seconds().filter(|at| is_planned(*at)).count();
            let last = seconds().filter(|at| is_planned(*at)).take(planned / 2).last();
            last.map_or(start, |last| Timestamp(last.0 + 1))
        }
        HalfDaySplit::AtBreak => {
            let mut pauses: Vec<(i64, i64)> = Vec::new();
            let mut worked_until = None;
            for at in seconds().filter(|at| is_planned(*at)) {
                if worked_until.is_some_and(|until| until < at.0) {
                    pauses.extend(worked_until.map(|until| (until, at.0)));
                }
                worked_until = Some(at.0 + 1);
            }
            let nearest = pauses.into_iter().min_by_key(|pause| (pause.0 + pause.1 - 2 * middle.0).abs());
            nearest.map_or(middle, |pause| Timestamp(pause.0))
        }
    })
}
