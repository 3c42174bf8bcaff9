//! Expectation: what each workday expects, second by second, compared with its work.

use std::collections::{BTreeMap, BTreeSet};

use shiftmill_core::shape::breaks::BreakBasis;
use shiftmill_core::shape::expectation::{Expectation, WorkThatCounts};
use shiftmill_core::{ExceptionCode, PunchRole, Seconds, SpanState, TagId, Timestamp, Workday};

use super::attendance::View;
use super::callbacks::{is_callback, is_in_callback};
use super::days::{Duty, day_type, expected_on, is_working};
use super::employment::is_employed;
use super::moments::{DailyWindow, Moment, daily_windows};
use super::shifts::Shift;
use super::{Amount, Notice, clock, holds, plan_of, plan_of_duty, tags};
use crate::engine::Question;

/// The seconds at which a scheduled shift plans work.
pub(crate) struct Planned<'a> {
    duty: &'a Duty,
    fixed: Vec<DailyWindow>,
}

impl Planned<'_> {
    pub fn of<'a>(question: &Question, duty: &'a Duty) -> Planned<'a> {
        let rules = plan_of_duty(question, duty).breaks.fixed.iter();
        let tag = tags::of_work(question, duty.workday, TagId(0), Some(duty));
        let rules = rules.filter(|rule| tags::fits(question, rule.tags, tag));
        let windows = rules
            .flat_map(|rule| daily_windows(&question.zone, duty.moved_start, duty.moved_end, rule.start, rule.end));
        Planned { duty, fixed: windows.collect() }
    }

    /// The instants at which a break begins or ends.
    pub fn edges(&self) -> Vec<Timestamp> {
        let breaks = self.duty.breaks.iter().flat_map(|piece| [piece.0, piece.1]);
        breaks.chain(self.fixed.iter().flat_map(|window| [window.start, window.end])).collect()
    }

    pub fn holds(&self, at: Timestamp) -> bool {
        let inside = |start: Timestamp, end: Timestamp| start <= at && at < end;
        inside(self.duty.moved_start, self.duty.moved_end)
            && !self.duty.breaks.iter().any(|piece| inside(piece.0, piece.1))
            && !self.fixed.iter().any(|window| inside(window.start, window.end))
    }
}

pub(crate) fn compare(view: &View<'_>, amounts: &[Amount], notices: &mut Vec<Notice>) {
    let period = view.question.window.pay_period;
    for workday in (period.first.0..=period.last.0).map(Workday) {
        let rules = &plan_of(view.question, workday).expectation;
        let is_checked = rules.undertime_beyond.is_some() || rules.over_schedule_beyond.is_some();
        if view.duties.iter().any(|duty| duty.workday == workday) {
            if is_checked {
                judge_scheduled(view, rules, workday, amounts, notices);
            }
        } else if is_employed(view.question, workday) {
            let by_weekday = rules.hours[workday.weekday() as usize]
                .filter(|_| view.question.facts.shifts.is_empty() && is_working(day_type(view.question, workday)));
            if let Some(hours) = expected_on(view.question, workday).or(by_weekday) {
                judge_hours(view, rules, workday, hours, amounts, notices);
            }
        }
    }
}

fn judge_scheduled(
    view: &View<'_>,
    rules: &Expectation,
    workday: Workday,
    amounts: &[Amount],
    notices: &mut Vec<Notice>,
) {
    let duties: Vec<&Duty> = view.duties.iter().filter(|duty| duty.workday == workday).collect();
    let over = duties.iter().map(|duty| duty.moved_end).max().expect("there is a scheduled shift");
    let at = duties.iter().map(|duty| duty.start).min().expect("there is a scheduled shift");
    if view.question.window.as_of < over || misses_a_punch(view, workday) {
        return;
    }
    // The moments of the card are so short that nothing planned begins inside one.
    let step = view.moments.first().map_or(1, |moment| moment.length);
    let others = view.moments.iter().filter(|moment| !is_in_callback(view.shifts, moment));
    let covered: BTreeMap<Timestamp, &Moment> = others.map(|moment| (moment.at, moment)).collect();
    let is_leave = |at: &Timestamp| covered.get(at).is_some_and(|moment| moment.state == SpanState::Leave);
    let is_work = |at: &Timestamp| covered.get(at).is_some_and(|moment| moment.counts_as_work());
    let (mut scheduled, mut planned) = (BTreeSet::new(), BTreeSet::new());
    let mut lateness = 0;
    let (mut free, mut free_leave) = (0, 0);
    let unlimited = duties.iter().any(|duty| duty.free_end == Some(Seconds(0)));
    for duty in duties {
        let of_duty = Planned::of(view.question, duty);
        let seconds = (duty.moved_start.0..duty.moved_end.0).step_by(step as usize).map(Timestamp);
        let own: Vec<Timestamp> = seconds.clone().filter(|at| of_duty.holds(*at)).collect();
        lateness += own.iter().position(|at| is_leave(at) || is_work(at)).unwrap_or(0) as u32 * step;
        match duty.free_end {
            Some(Seconds(0)) => continue,
            Some(expects) => {
                let usual = (duty.start.0..duty.planned_end.0).step_by(step as usize).map(Timestamp);
                free += expects.0;
                free_leave += usual.filter(|at| is_leave(at)).count();
                continue;
            }
            None => {}
        }
        scheduled.extend(seconds);
        planned.extend(own);
    }
    let length = |count: usize| Seconds(count as u32 * step);
    let on_leave = planned.iter().filter(|at| is_leave(at)).count() + free_leave;
    let leave = length(on_leave).plus(leave_amounts(workday, amounts));
    if !is_present(view, workday) && leave.is_zero() {
        return;
    }
    let planned_net = length(planned.len());
    let due = automatic_break(view, workday, &scheduled, step, planned_net);
    let at_any_time = expected_on(view.question, workday).unwrap_or(Seconds(0)).plus(Seconds(free));
    let expected = planned_net.beyond(due).plus(at_any_time).beyond(leave);
    let worked = work(view, workday);
    let counted = match rules.counts {
        WorkThatCounts::WithinPlanned if !at_any_time.is_zero() => worked,
        WorkThatCounts::All => worked,
        WorkThatCounts::WithinPlanned => length(planned.iter().filter(|at| is_work(at)).count()),
    };
    let late = Seconds(if rules.lateness_counts { 0 } else { lateness });
    let more = if unlimited { Seconds(0) } else { worked.beyond(expected) };
    notice(rules, workday, at, expected.beyond(counted).beyond(late), more, notices);
}

fn judge_hours(
    view: &View<'_>,
    rules: &Expectation,
    workday: Workday,
    hours: Seconds,
    amounts: &[Amount],
    notices: &mut Vec<Notice>,
) {
    let question = view.question;
    let midnight = |date| clock::midnight(&question.zone, date);
    if misses_a_punch(view, workday) {
        return;
    }
    let of_day = view.moments.iter().filter(|moment| moment.reporting == workday);
    let on_leave: u32 = of_day.filter(|it| it.state == SpanState::Leave).map(|moment| moment.length).sum();
    let leave = Seconds(on_leave).plus(leave_amounts(workday, amounts));
    let over = midnight(workday.plus(1));
    if is_present(view, workday) || !leave.is_zero() {
        if question.window.as_of >= over {
            let (expected, worked) = (hours.beyond(leave), work(view, workday));
            notice(rules, workday, midnight(workday), expected.beyond(worked), worked.beyond(expected), notices);
        }
    } else if let Some(delay) = plan_of(question, workday).attendance.absence_delay
        && question.window.as_of >= over.after(delay)
    {
        notices.push(Notice { code: ExceptionCode::Absent, workday, at: midnight(workday), measure: hours });
    }
}

fn notice(
    rules: &Expectation,
    workday: Workday,
    at: Timestamp,
    lacking: Seconds,
    more: Seconds,
    notices: &mut Vec<Notice>,
) {
    let found = [
        (ExceptionCode::Undertime, rules.undertime_beyond, lacking),
        (ExceptionCode::OverSchedule, rules.over_schedule_beyond, more),
    ];
    for (code, beyond, measure) in found {
        if let Some(most) = beyond
            && measure > most
        {
            notices.push(Notice { code, workday, at, measure });
        }
    }
}

/// The workday on which the work of a worked shift counts, when a scheduled shift decides it.
fn planned_for(view: &View<'_>, shift: &Shift) -> Option<Workday> {
    shift.duty.map(|duty| view.duties[duty].workday)
}

fn shifts_of<'a>(view: &View<'a>, workday: Workday) -> Vec<&'a Shift> {
    let own = |shift: &&Shift| planned_for(view, shift).unwrap_or(shift.shown_on) == workday;
    view.shifts.iter().filter(own).filter(|shift| !is_callback(shift)).collect()
}

fn is_present(view: &View<'_>, workday: Workday) -> bool {
    !shifts_of(view, workday).is_empty()
}

fn misses_a_punch(view: &View<'_>, workday: Workday) -> bool {
    shifts_of(view, workday).into_iter().any(lacks_a_punch)
}

/// Whether a punch of a worked shift misses its partner, and nothing was filled in.
pub(super) fn lacks_a_punch(shift: &Shift) -> bool {
    shift.taps.iter().zip(&shift.roles).any(|(tap, role)| {
        let is_end = |at: Timestamp| at == tap.at;
        let filled = shift.pairs.iter().any(|pair| pair.imputed && (is_end(pair.raw_start) || is_end(pair.raw_end)));
        matches!(role, PunchRole::MissesOut | PunchRole::MissesIn) && !filled
    })
}

fn work(view: &View<'_>, workday: Workday) -> Seconds {
    let counts_on = |moment: &Moment| {
        let shift = moment.shift.map(|index| &view.shifts[index]);
        shift.and_then(|shift| planned_for(view, shift)).unwrap_or(moment.reporting)
    };
    let own = view.moments.iter().filter(|moment| moment.counts_as_work() && counts_on(moment) == workday);
    let own = own.filter(|moment| !is_in_callback(view.shifts, moment));
    Seconds(own.map(|moment| moment.length).sum())
}

fn leave_amounts(workday: Workday, amounts: &[Amount]) -> Seconds {
    let own = amounts.iter().filter(|amount| amount.leave && amount.workday == workday);
    Seconds(own.map(|amount| amount.amount as u32).sum())
}

/// The automatic break of a workday that is worked exactly as scheduled.
fn automatic_break(
    view: &View<'_>,
    workday: Workday,
    scheduled: &BTreeSet<Timestamp>,
    step: u32,
    net: Seconds,
) -> Seconds {
    let question = view.question;
    let duties = view.duties.iter().filter(|duty| duty.workday == workday);
    let mut segments: Vec<u32> = Vec::new();
    let mut before: Option<Timestamp> = None;
    for at in scheduled {
        match segments.last_mut() {
            Some(segment) if before.is_some_and(|before| before.after(Seconds(step)) == *at) => *segment += step,
            _ => segments.push(step),
        }
        before = Some(*at);
    }
    let (Some(first), Some(last)) = (scheduled.first(), scheduled.last()) else { return Seconds(0) };
    let rules = plan_of(question, workday).breaks.auto_deduct.iter();
    let takes = rules.filter_map(|rule| {
        let basis = match rule.basis {
            BreakBasis::WorkedGross => segments.iter().sum(),
            BreakBasis::LongestSegment => segments.iter().copied().max().unwrap_or(0),
            BreakBasis::GrossSpan => last.since(*first).0 + step,
            BreakBasis::WorkedNet | BreakBasis::NetAfter => net.0,
        };
        let fits = rule.only_if_segments.is_none_or(|count| usize::from(count) == segments.len());
        let reached = holds(rule.compare, Seconds(basis), rule.after);
        let most = if rule.taper { net.beyond(rule.after).0 } else { net.0 };
        let amount = rule.amount.0.min(most).min(net.0);
        let left = rule.basis != BreakBasis::NetAfter || holds(rule.compare, Seconds(net.0 - amount), rule.after);
        let of_tag = duties
            .clone()
            .all(|duty| tags::fits(question, rule.tags, tags::of_work(question, workday, TagId(0), Some(duty))));
        (fits && reached && left && of_tag).then_some(amount)
    });
    Seconds(takes.max().unwrap_or(0))
}
