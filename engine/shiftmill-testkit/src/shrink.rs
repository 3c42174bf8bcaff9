//! Shrinking: the smallest question, by taking facts and rules away one after the other, on which both still differ.

use std::collections::BTreeSet;

use shiftmill_core::pay::combine::Combine;
use shiftmill_core::pay::premium_hours::PremiumHours;
use shiftmill_core::pay::premium_limits::PremiumLimits;
use shiftmill_core::pay::tiers::TierCondition;
use shiftmill_core::shape::attendance::Attendance;
use shiftmill_core::shape::day_tolerance::ComparedEdges;
use shiftmill_core::shape::schedule::ShiftBlock;
use shiftmill_core::{DayTypeSet, Plan, PlanTimeline, TagId, WeekdaySet, Workday};

use crate::engine::Question;

/// Removes what does not matter to `fails`, until nothing more can be removed.
pub fn shrink(question: &Question, fails: impl Fn(&Question) -> bool) -> Question {
    let mut smallest = question.clone();
    // Two steps may undo each other, so none leads back.
    let mut seen = BTreeSet::new();
    loop {
        let mut candidates = smaller(&smallest).into_iter();
        let Some(smaller) = candidates.find(|candidate| fails(candidate) && seen.insert(format!("{candidate:?}")))
        else {
            return smallest;
        };
        smallest = smaller;
    }
}

/// All questions that are one step smaller.
fn smaller(question: &Question) -> Vec<Question> {
    let mut all = Vec::new();
    let mut with = |change: &dyn Fn(&mut Question)| {
        let mut changed = question.clone();
        change(&mut changed);
        if changed != *question {
            all.push(changed);
        }
    };
    let facts = &question.facts;
    // Half of the punches at once, then fewer.
    let mut chunk = facts.punches.len() / 2;
    while chunk > 0 {
        for from in (0..facts.punches.len()).step_by(chunk) {
            let until = (from + chunk).min(facts.punches.len());
            with(&|question| gone(question.facts.punches.drain(from..until)));
        }
        chunk /= 2;
    }
    for index in 0..facts.shifts.len() {
        with(&|question| gone(question.facts.shifts.remove(index)));
    }
    with(&|question| question.facts.shifts.iter_mut().for_each(|shift| shift.split = 0));
    for index in 0..facts.leave.len() {
        with(&|question| gone(question.facts.leave.remove(index)));
    }
    for index in 0..facts.corrections.len() {
        with(&|question| gone(question.facts.corrections.remove(index)));
    }
    for index in 0..question.presets.len() {
        with(&|question| gone(question.presets.remove(index)));
    }
    with(&|question| question.facts.waivers.clear());
    with(&|question| question.facts.day_overrides.clear());
    with(&|question| question.facts.approvals.clear());
    with(&|question| gone(question.facts.manual_hours.pop()));
    with(&|question| gone(question.facts.attestations.pop()));
    for index in 0..facts.overrides.len() {
        with(&|question| gone(question.facts.overrides.remove(index)));
    }
    with(&|question| question.split_by.clear());
    with(&|question| question.facts.tag = TagId::NONE);
    with(&|question| question.facts.shifts.iter_mut().for_each(|row| row.tag = TagId::NONE));
    for index in 0..facts.punches.len() {
        with(&|question| question.facts.punches[index].tag = TagId::NONE);
    }
    for index in 0..facts.assignments.len() {
        with(&|question| gone(question.facts.assignments.remove(index)));
        with(&|question| question.facts.assignments[index].calendar = None);
    }
    for index in 0..facts.employment.len() {
        with(&|question| gone(question.facts.employment.remove(index)));
    }
    with(&|question| question.facts.opening_balances.clear());
    with(&|question| question.facts.punches.iter_mut().for_each(|punch| punch.id = None));
    for index in 0..facts.punches.len() {
        with(&|question| question.facts.punches[index].recorded_at = None);
    }
    with(&|question| question.facts.punches.sort_by_key(|punch| punch.at));
    with(&|question| question.window.facts.first = question.window.facts.first.plus(1).min(question.window.facts.last));
    with(&|question| question.window.facts.last = question.window.facts.last.plus(-1).max(question.window.facts.first));
    with(&|question| question.window.pay_period = question.window.facts);
    for (number, other) in question.others.iter().enumerate() {
        if other.len() > 1 {
            with(&|question| question.others[number].truncate(1));
        } else {
            with(&|question| question.others[number][0].1 = Plan::clone(&question.timeline.versions()[0].1));
        }
    }
    for timeline in smaller_timelines(&question.timeline) {
        with(&|question| question.timeline = timeline.clone());
    }
    all
}

fn smaller_timelines(timeline: &PlanTimeline) -> Vec<PlanTimeline> {
    let versions = timeline.to_versions();
    let mut all = Vec::new();
    if versions.len() > 1 {
        for index in 0..versions.len() {
            let mut fewer = versions.clone();
            fewer.remove(index);
            all.extend(like(timeline, fewer));
        }
    }
    let changed = |change: &dyn Fn(&mut Plan)| {
        let mut versions = versions.clone();
        versions.iter_mut().for_each(|version| change(&mut version.1));
        like(timeline, versions)
    };
    let default = Plan::default();
    let mut with = |change: &dyn Fn(&mut Plan)| all.extend(changed(change));
    with(&|plan| plan.normalise = default.normalise);
    with(&|plan| plan.dedupe = default.dedupe);
    with(&|plan| plan.calendar = default.calendar.clone());
    with(&|plan| plan.calendar.statutory_rest_day = None);
    with(&|plan| plan.calendar.roster_decides = false);
    with(&|plan| plan.calendar.unrostered_day = default.calendar.unrostered_day);
    with(&|plan| plan.calendar.rest_days = default.calendar.rest_days);
    with(&|plan| gone(plan.calendar.dates.pop()));
    with(&|plan| plan.calendars.iter_mut().for_each(|calendar| calendar.dates.clear()));
    with(&|plan| gone(plan.calendar.half_days.pop()));
    with(&|plan| plan.schedule.weekly_pattern = [None; 7]);
    with(&|plan| plan.schedule.templates.iter_mut().for_each(|template| template.breaks.clear()));
    with(&|plan| plan.matching = default.matching);
    with(&|plan| plan.pairing = default.pairing);
    with(&|plan| plan.pairing.missing_in = default.pairing.missing_in);
    with(&|plan| plan.pairing.missing_out = default.pairing.missing_out);
    with(&|plan| plan.pairing.meal_detect = default.pairing.meal_detect);
    with(&|plan| plan.workdays.overtime = default.workdays.overtime);
    with(&|plan| plan.workdays.reporting = default.workdays.reporting);
    with(&|plan| plan.workdays.opens_at = 0);
    with(&|plan| plan.rounding.iter_mut().for_each(|rule| rule.tags = None));
    with(&|plan| plan.premiums.iter_mut().for_each(|premium| premium.tags = None));
    with(&|plan| plan.premiums.iter_mut().for_each(|premium| premium.limits = PremiumLimits::default()));
    with(&|plan| plan.premiums.iter_mut().for_each(|premium| premium.limits.minimum = None));
    with(&|plan| plan.premiums.iter_mut().for_each(|premium| premium.limits.maximum = None));
    with(&|plan| plan.premiums.iter_mut().for_each(|premium| premium.limits.group = None));
    with(&|plan| {
        plan.premiums.iter_mut().for_each(|premium| {
            (premium.after, premium.before) = (PremiumHours::default(), PremiumHours::default());
        });
    });
    with(&|plan| plan.premiums.iter_mut().for_each(|premium| premium.over = None));
    with(&|plan| {
        plan.premiums.iter_mut().for_each(|premium| (premium.starts_after, premium.starts_before) = (None, None));
    });
    with(&|plan| plan.overtime.tiers.iter_mut().for_each(|tier| tier.when.tags = None));
    with(&|plan| plan.breaks.auto_deduct.iter_mut().for_each(|rule| rule.tags = None));
    with(&|plan| plan.breaks.paid_below = None);
    with(&|plan| gone(plan.breaks.fixed.pop()));
    with(&|plan| {
        // Attendance is not checked.
        plan.attendance = Attendance {
            late_grace: None,
            early_grace: None,
            absence_delay: None,
            unscheduled: false,
            gap_worked_beyond: None,
            ..default.attendance.clone()
        };
    });
    with(&|plan| plan.attendance.unscheduled = false);
    with(&|plan| plan.attendance.late_grace = None);
    with(&|plan| plan.attendance.early_grace = None);
    with(&|plan| plan.attendance.absence_delay = None);
    with(&|plan| plan.attendance.early_in_beyond = None);
    with(&|plan| plan.attendance.late_out_beyond = None);
    with(&|plan| plan.attendance.gap_worked_beyond = None);
    with(&|plan| plan.attendance.flexible = default.attendance.flexible);
    with(&|plan| plan.attendance.late_off.clear());
    with(&|plan| plan.attendance.free_late = None);
    with(&|plan| plan.attendance.day_tolerance = None);
    with(&|plan| plan.attendance.edges = ComparedEdges::All);
    with(&|plan| plan.attendance.core_hours.clear());
    with(&|plan| {
        for template in &mut plan.schedule.templates {
            (template.flex_early, template.flex_late) = (None, None);
            template.blocks.iter_mut().for_each(|block| *block = ShiftBlock::new(block.start, block.end));
            template.core_hours.clear();
        }
    });
    with(&|plan| plan.attendance.late_tiers.clear());
    with(&|plan| plan.attendance.early_tiers.clear());
    with(&|plan| plan.attendance.measured = default.attendance.measured);
    with(&|plan| plan.expectation = default.expectation.clone());
    with(&|plan| plan.expectation.hours = default.expectation.hours);
    with(&|plan| plan.expectation.undertime_beyond = None);
    with(&|plan| plan.expectation.over_schedule_beyond = None);
    with(&|plan| plan.attendance.absent_below = None);
    with(&|plan| plan.attendance.half_day_below = None);
    with(&|plan| plan.attendance.min_day = None);
    with(&|plan| plan.holidays = default.holidays.clone());
    with(&|plan| plan.leave.relocates_schedule = false);
    with(&|plan| plan.exceptions = default.exceptions);
    with(&|plan| {
        if !matches!(plan.overtime.combine, Combine::Table(_)) {
            plan.overtime.combine = Combine::StraightTimeOnly;
        }
    });
    for index in 0..3 {
        with(&|plan| remove(&mut plan.rounding, index));
        with(&|plan| remove(&mut plan.length_rounding, index));
        with(&|plan| remove(&mut plan.clock_offsets, index));
        with(&|plan| remove(&mut plan.punch_restrictions, index));
        with(&|plan| remove(&mut plan.premiums, index));
        with(&|plan| remove(&mut plan.breaks.auto_deduct, index));
        with(&|plan| remove(&mut plan.meal_requirements, index));
    }
    for index in 0..versions[0].1.overtime.tiers.len() {
        with(&|plan| {
            let plain = !matches!(plan.overtime.combine, Combine::Table(_) | Combine::MaxOfAlternatives(_));
            if plain && index < plan.overtime.tiers.len() {
                plan.overtime.tiers.remove(index);
            }
        });
        with(&|plan| {
            if let Some(tier) = plan.overtime.tiers.get_mut(index) {
                tier.counts_other_tags = false;
                tier.counts_other_day_types = false;
                tier.leave_counts = false;
                tier.priority = 0;
            }
        });
        with(&|plan| {
            if let Some(tier) = plan.overtime.tiers.get_mut(index) {
                tier.when = TierCondition {
                    day_types: DayTypeSet::ALL,
                    weekdays: WeekdaySet::ALL,
                    tags: None,
                    callback: None,
                    between: None,
                    consecutive: None,
                };
            }
        });
    }
    with(&|plan| {
        if !matches!(plan.overtime.combine, Combine::StraightTimeOnly) {
            plan.overtime = default.overtime.clone();
        }
    });
    all.retain(|smaller| smaller != timeline);
    all
}

/// Other versions with the names and filters of a timeline.
fn like(timeline: &PlanTimeline, versions: Vec<(Workday, Plan)>) -> Option<PlanTimeline> {
    PlanTimeline::new(versions, timeline.names().clone())?.with_filters(timeline.filters().to_vec())
}

/// Takes what was removed.
fn gone<T>(_: T) {}

fn remove<T>(list: &mut Vec<T>, index: usize) {
    if index < list.len() {
        list.remove(index);
    }
}
