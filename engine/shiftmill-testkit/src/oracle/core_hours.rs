//! Core hours: between two instants at which anything changes, somebody is there, is excused, or misses them.

use std::collections::BTreeSet;

use shiftmill_core::{ExceptionCode, GapKind, RosterKind, Seconds, Timestamp};

use super::attendance::{View, has_leave_amount};
use super::callbacks::is_callback;
use super::days::instants;
use super::expectation::{Planned, lacks_a_punch};
use super::pairs::Pair;
use super::shifts::Shift;
use super::{Notice, plan_of_duty};

pub(crate) fn judge(view: &View<'_>, notices: &mut Vec<Notice>) {
    let View { question, shifts, duties, .. } = *view;
    let others = shifts.iter().filter(|shift| !is_callback(shift));
    let pairs: Vec<Pair> = others.flat_map(|shift| shift.pairs.clone()).collect();
    let mut there: Vec<(Timestamp, Timestamp)> = pairs.iter().map(|pair| (pair.raw_start, pair.raw_end)).collect();
    for (before, after) in pairs.iter().zip(pairs.iter().skip(1)) {
        if matches!(after.gap_before, Some(GapKind::Meal | GapKind::Break)) {
            there.push((before.raw_end, after.raw_start));
        }
    }
    there.extend(view.leaves.iter().flat_map(|leave| leave.pieces.clone()));
    for (index, duty) in duties.iter().enumerate() {
        let own: Vec<&Shift> = shifts.iter().filter(|shift| shift.duty == Some(index)).collect();
        let is_judged = duty.kind == RosterKind::Work && !own.is_empty() && !duty.on_leave && duty.free_end.is_none();
        let is_known = !own.iter().any(|shift| lacks_a_punch(shift)) && !has_leave_amount(question, duty.workday);
        if !is_judged || !is_known {
            continue;
        }
        let plan = plan_of_duty(question, duty);
        let template = duty.template.map(|number| &plan.schedule.templates[usize::from(number)].core_hours);
        let windows = template.filter(|own| !own.is_empty()).unwrap_or(&plan.attendance.core_hours);
        for (from, to) in windows {
            let (from, to) = instants(question, duty.workday, *from, *to);
            let (from, to) = (from.max(duty.moved_start), to.min(duty.moved_end));
            if from < to && to <= question.window.as_of {
                missed(view, index, from, to, &there, notices);
            }
        }
    }
}

fn missed(
    view: &View<'_>,
    index: usize,
    from: Timestamp,
    to: Timestamp,
    there: &[(Timestamp, Timestamp)],
    notices: &mut Vec<Notice>,
) {
    let duty = &view.duties[index];
    let planned = Planned::of(view.question, duty);
    let near: Vec<(Timestamp, Timestamp)> = there.iter().filter(|it| it.0 < to && from < it.1).copied().collect();
    let mut edges: BTreeSet<Timestamp> = planned.edges().into_iter().collect();
    edges.extend(near.iter().flat_map(|stretch| [stretch.0, stretch.1]));
    edges.retain(|edge| from < *edge && *edge < to);
    edges.extend([from, to]);
    let is_missed = |at: Timestamp| planned.holds(at) && !near.iter().any(|it| it.0 <= at && at < it.1);
    let found: Vec<(Timestamp, Seconds)> = edges
        .iter()
        .zip(edges.iter().skip(1))
        .filter(|(start, _)| is_missed(**start))
        .map(|(start, end)| (*start, end.since(*start)))
        .collect();
    if let Some((at, _)) = found.first() {
        let measure = Seconds(found.iter().map(|stretch| stretch.1.0).sum());
        let (code, workday) = (ExceptionCode::CoreHoursMissed, duty.workday);
        notices.push(Notice { code, workday, at: *at, measure });
    }
}
