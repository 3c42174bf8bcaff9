//! Required meals: a day long enough must have a meal, long enough and early enough, or it pays a premium.
//! - Takes:  the raw pairs of one workday (the overtime workday) or of one worked shift, and the employee's waivers and
//!   attestations.
//! - Gives:  `meal_missing`, `meal_short` or `meal_late`, and one unit of the premium pay code per workday at most.
//! - Keeps:  all time; it only reads raw, unrounded instants.
//! - Runs:   after attribution to workdays.
//! - Edges:  a gap that the ruleset pays (see breaks; by its rounded length) is no meal. A gap between two worked shifts
//!   of the workday is one. By workday, a pair is cut where the overtime workday changes, and a gap over that boundary is a
//!   meal of neither day. By shift, nothing is cut: the parts of a worked shift that serves several scheduled shifts (see
//!   `coverage`) are judged as one, by the plan of the first. The n-th meal of a requirement is the n-th gap of at least
//!   `length_min`. When there is none, short meals replace the missing ones in order: `meal_short`, at the start of that gap, measured by what is
//!   lacking; else `meal_missing`, at the instant at which work time reached `start_by`, measured by `length_min`.
//!   `meal_late` is at the start of the meal, measured by the work beyond `start_by`. Exceptions, premium and
//!   waivers go by the reporting workday of the first work of the workday or shift; a waived requirement says and
//!   pays nothing. With `attested_by`, the employee's answer decides before the punches: yes, and nothing is wrong; no,
//!   and the meal is missing, short or late as the punches say, else missing.
//! - Source: Cal. Labor Code sections 512(a) and 226.7; section 11(A) of the wage orders (a "work period", which does not
//!   end at midnight); Brinker v. Superior Court (2012); Donohue v. AMN (2021).
//! - Shown:  timecards/california/meals.md

#![allow(clippy::indexing_slicing, reason = "the indexes are those of the lists of one card, kept by this phase")]

use alloc::vec::Vec;

use crate::card::{CardState, GapKind, Noticed, Pair, Quantity};
use crate::coded::coded;
use crate::codes::{ExceptionCode, PayCode, RuleId};
use crate::reason::{Because, Reason};
use crate::shape::attestations::{Acted, answer};
use crate::shape::breaks::{Compare, are_one_stretch};
use crate::shape::workdays::{ShiftFacts, ShiftLabels};
use crate::time::{Seconds, Timestamp, Workday};
use crate::timecard::{Inputs, Waiver, WaiverKind};
use crate::zone::ZoneCursor;

coded! {
    /// What a required meal is judged by.
    #[derive(Default)]
    JudgedBy {
        /// All work of an overtime workday, cut where the workday changes.
        #[default]
        Workday = 0 "workday",
        /// Each worked shift as a whole, across midnight and from one scheduled shift into the next.
        Shift = 1 "shift",
    }
}

/// One required meal of a workday or worked shift. Several are checked in order of `ordinal`; the n-th needs the n-th meal.
///
/// A *meal* here is an unpaid gap between two raw pairs of one workday (or shift) of at least `length_min`; a shorter gap
/// whose kind is a meal is a short meal. Work time is the sum of its raw pairs, gaps excluded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MealRequirement {
    /// Its name.
    pub rule: RuleId,
    /// What it is judged by.
    pub judged_by: JudgedBy,
    /// 1 for the first meal of the workday or shift.
    pub ordinal: u8,
    /// Needed when the raw work time of the day is beyond this ...
    pub when_worked: Seconds,
    /// ... by this comparison.
    pub compare: Compare,
    /// The meal must begin before work time passes this: at exactly this much work time it is in time.
    pub start_by: Seconds,
    /// The shortest raw gap that is this meal.
    pub length_min: Seconds,
    /// A waiver with this ordinal is honoured when the work time of the day is at most this.
    pub waivable_up_to: Option<Seconds>,
    /// A waiver is honoured only when the meal before it was taken, late or not (the second meal in California).
    pub waivable_only_if_previous_taken: bool,
    /// Whether the meal was taken as it has to be: an index into [`crate::Names::attestations`]. Yes takes a violation
    /// away, no makes one; without an answer the punches decide.
    pub attested_by: Option<u16>,
    /// What a violation pays, one unit. Several violated requirements with one code pay it once per workday, by the first
    /// of them: per overtime workday, or of shifts per workday that they are shown on.
    pub pays_to: PayCode,
}

/// A stretch of raw work on one workday.
#[derive(Clone, Copy, Debug)]
struct RawWork {
    start: Timestamp,
    end: Timestamp,
    overtime_workday: Workday,
    reporting_workday: Workday,
    /// The worked shift.
    shift: u32,
    /// What the gap before it is, when a pair of the same shift ends it.
    gap_before: Option<GapKind>,
    /// Whether that gap is paid.
    gap_is_paid: bool,
}

/// A gap between two stretches of raw work of one workday.
#[derive(Clone, Copy, Debug)]
struct Gap {
    start: Timestamp,
    length: Seconds,
    /// Work time of the day before it.
    after_work: Seconds,
    is_meal: bool,
}

/// The work of all workdays, and the meals of the current one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scratch {
    work: Vec<RawWork>,
    gaps: Vec<Gap>,
    /// What was paid for which workday.
    paid: Vec<(Workday, PayCode)>,
}

/// Judges the required meals of every workday and worked shift.
pub(super) fn judge(inputs: &Inputs<'_>, state: &mut CardState, scratch: &mut Scratch) {
    if !inputs.timeline.needs().meals {
        return;
    }
    gather_work(inputs, state, &mut scratch.work);
    scratch.paid.clear();
    judge_workdays(inputs, state, scratch);
    scratch.paid.clear();
    judge_shifts(inputs, state, scratch);
}

fn judge_workdays(inputs: &Inputs<'_>, state: &mut CardState, scratch: &mut Scratch) {
    let Scratch { work, gaps, paid } = scratch;
    let in_order = work.is_sorted_by_key(|work| work.overtime_workday);
    let mut judged = None;
    for index in 0..work.len() {
        let workday = work[index].overtime_workday;
        let again =
            judged == Some(workday) || !in_order && work[..index].iter().any(|work| work.overtime_workday == workday);
        if !again {
            let of_day = work[index..].iter().filter(|work| work.overtime_workday == workday);
            let requirements = &inputs.timeline.at(workday).meal_requirements;
            let terms = Terms { requirements, judged_by: JudgedBy::Workday, once_for: workday };
            judge_stretch(of_day, terms, inputs, state, gaps, paid);
        }
        judged = Some(workday);
    }
}

fn judge_shifts(inputs: &Inputs<'_>, state: &mut CardState, scratch: &mut Scratch) {
    let Scratch { work, gaps, paid } = scratch;
    let mut rest = work.as_slice();
    while let Some(first) = rest.first() {
        let apart = |pair: &[RawWork]| !are_one_stretch(&state.shifts, pair[0].shift, pair[1].shift);
        let parts = rest.windows(2).position(apart).map_or(rest.len(), |last| last + 1);
        let (of_shift, later) = rest.split_at(parts);
        rest = later;
        let requirements = &inputs.plan_of(&state.shifts[first.shift as usize]).meal_requirements;
        let terms = Terms { requirements, judged_by: JudgedBy::Shift, once_for: first.reporting_workday };
        judge_stretch(of_shift.iter(), terms, inputs, state, gaps, paid);
    }
}

/// Lays the raw pairs out on their overtime workdays.
fn gather_work(inputs: &Inputs<'_>, state: &CardState, work: &mut Vec<RawWork>) {
    let clock = &mut ZoneCursor::new(inputs.card.zone);
    let CardState { scheduled, shifts, pairs, .. } = state;
    let mut before: Option<&Pair> = None;
    work.clear();
    for (number, shift) in (0_u32..).zip(shifts.iter()) {
        let plan = inputs.plan_of(shift);
        let facts = ShiftFacts::of(shifts, number, pairs, scheduled);
        let labels = ShiftLabels::of(&plan.workdays, &facts, clock);
        if !shift.continues {
            before = None;
        }
        for pair in facts.own_pairs() {
            let mut gap_is_paid = before
                .replace(pair)
                .is_some_and(|before| plan.breaks.pays_between(inputs, (shifts, scheduled), before, pair).is_some());
            let mut start = pair.raw_start;
            while start < pair.raw_end {
                let (overtime_workday, overtime_until) = labels.overtime.of(start, clock);
                let (reporting_workday, reporting_until) = labels.reporting.of(start, clock);
                let end = pair.raw_end.min(overtime_until).min(reporting_until);
                let gap_before = pair.gap_before;
                work.push(RawWork {
                    start,
                    end,
                    overtime_workday,
                    reporting_workday,
                    shift: number,
                    gap_before,
                    gap_is_paid,
                });
                gap_is_paid = false;
                start = end;
            }
        }
    }
}

/// By which requirements the work of a workday or shift is judged.
#[derive(Clone, Copy)]
struct Terms<'a> {
    requirements: &'a [MealRequirement],
    /// Only those that are judged so.
    judged_by: JudgedBy,
    /// A code is paid once for this workday.
    once_for: Workday,
}

/// Judges the work of one workday or shift.
fn judge_stretch<'a>(
    work: impl Iterator<Item = &'a RawWork> + Clone,
    terms: Terms<'_>,
    inputs: &Inputs<'_>,
    state: &mut CardState,
    gaps: &mut Vec<Gap>,
    paid: &mut Vec<(Workday, PayCode)>,
) {
    let is_judged_so = |requirement: &&MealRequirement| requirement.judged_by == terms.judged_by;
    let mut requirements = terms.requirements.iter().filter(is_judged_so).peekable();
    let Some(shown_on) = work.clone().next().map(|first| first.reporting_workday) else { return };
    if requirements.peek().is_none() || !inputs.card.employs(shown_on) {
        return;
    }
    let worked = gather_gaps(work.clone(), gaps);
    for requirement in requirements {
        if !requirement.compare.holds(worked, requirement.when_worked) {
            continue;
        }
        let deadline = || instant_at(work.clone(), requirement.start_by);
        let attested = requirement.attested_by.and_then(|question| answer(inputs, shown_on, question));
        let punched = requirement.violation(gaps, deadline);
        let violation = match (attested, punched) {
            (Some(true), _) => None,
            (None | Some(false), Some(violation)) => Some(violation),
            (Some(false), None) => Some((ExceptionCode::MealMissing, deadline(), requirement.length_min)),
            (None, None) => None,
        };
        if let Some(question) = requirement.attested_by.filter(|_| violation.is_some() != punched.is_some()) {
            state.acted.push(Acted::Answer(shown_on, question));
        }
        let Some((code, at, measure)) = violation else { continue };
        if requirement.is_waived(shown_on, worked, gaps, inputs.card.waivers) {
            state.acted.push(Acted::MealWaiver(shown_on, requirement.ordinal));
            continue;
        }
        let rule = requirement.rule;
        state.noticed.push(Noticed { code, workday: shown_on, at, measure, rule, shift: None, says: None });
        if !paid.contains(&(terms.once_for, requirement.pays_to)) {
            paid.push((terms.once_for, requirement.pays_to));
            let because = Because::MealRequirement { ordinal: requirement.ordinal };
            let reason = Reason { rule, because };
            state.quantities.push(Quantity { workday: shown_on, code: requirement.pays_to, amount: 1, reason });
        }
    }
}

/// Finds the unpaid gaps between stretches of work; gives the work time.
fn gather_gaps<'a>(stretch: impl Iterator<Item = &'a RawWork>, gaps: &mut Vec<Gap>) -> Seconds {
    gaps.clear();
    let mut worked = Seconds::ZERO;
    let mut end_before = None;
    for work in stretch {
        if let Some(start) = end_before
            && start < work.start
            && !work.gap_is_paid
        {
            let is_meal = work.gap_before == Some(GapKind::Meal);
            gaps.push(Gap { start, length: work.start.since(start), after_work: worked, is_meal });
        }
        worked = worked.plus(work.end.since(work.start));
        end_before = Some(work.end);
    }
    worked
}

/// The instant at which the work time of the day reaches `counter`, at most its end.
fn instant_at<'a>(of_day: impl Iterator<Item = &'a RawWork>, counter: Seconds) -> Timestamp {
    let mut worked = Seconds::ZERO;
    let mut end = Timestamp::default();
    for work in of_day {
        let with_this = worked.plus(work.end.since(work.start));
        if with_this >= counter {
            return work.start.after(counter.beyond(worked));
        }
        (worked, end) = (with_this, work.end);
    }
    end
}

impl MealRequirement {
    /// What is wrong with this meal of a workday with these gaps: the exception, its instant and its measure.
    fn violation(&self, gaps: &[Gap], deadline: impl Fn() -> Timestamp) -> Option<(ExceptionCode, Timestamp, Seconds)> {
        let earlier_meals = usize::from(self.ordinal.saturating_sub(1));
        let mut meals = gaps.iter().filter(|gap| gap.length >= self.length_min);
        if let Some(meal) = meals.nth(earlier_meals) {
            let late = meal.after_work.beyond(self.start_by);
            return (!late.is_zero()).then_some((ExceptionCode::MealLate, meal.start, late));
        }
        let mut short_meals = gaps.iter().filter(|gap| gap.is_meal && gap.length < self.length_min);
        match short_meals.nth(earlier_meals - self.meals(gaps)) {
            Some(meal) => Some((ExceptionCode::MealShort, meal.start, self.length_min.beyond(meal.length))),
            None => Some((ExceptionCode::MealMissing, deadline(), self.length_min)),
        }
    }

    /// How many of the gaps are long enough.
    fn meals(&self, gaps: &[Gap]) -> usize {
        gaps.iter().filter(|gap| gap.length >= self.length_min).count()
    }

    fn is_waived(&self, shown_on: Workday, worked: Seconds, gaps: &[Gap], waivers: &[Waiver]) -> bool {
        let waiver = Waiver { workday: shown_on, kind: WaiverKind::Meal(self.ordinal) };
        let honoured = self.waivable_up_to.is_some_and(|limit| worked <= limit);
        let previous_taken = self.meals(gaps) >= usize::from(self.ordinal.saturating_sub(1));
        honoured && (previous_taken || !self.waivable_only_if_previous_taken) && waivers.contains(&waiver)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PunchKind::{self, In, MealEnd, MealStart, Out};
    use crate::shape::rounding::{Anchor, Direction, RoundingCondition, RoundingRule, RoundingTarget, Tie};
    use crate::testing::{Card, monday};

    fn california(ordinal: u8, hours: u32, waivable_hours: u32) -> MealRequirement {
        MealRequirement {
            rule: RuleId(9),
            judged_by: JudgedBy::Workday,
            ordinal,
            when_worked: Seconds::hours(hours),
            compare: Compare::MoreThan,
            start_by: Seconds::hours(hours),
            length_min: Seconds::minutes(30),
            waivable_up_to: Some(Seconds::hours(waivable_hours)),
            waivable_only_if_previous_taken: ordinal == 2,
            attested_by: None,
            pays_to: PayCode(1),
        }
    }

    fn card(punches: &[(&str, PunchKind)]) -> Card {
        let mut card = Card::new();
        card.plan.meal_requirements = [california(1, 5, 6), california(2, 10, 12)].to_vec();
        card.plan.attendance.unscheduled = false;
        card.punches(0, punches);
        card
    }

    /// What was noticed, with seconds, and how many units were paid.
    fn judged(card: &mut Card) -> (Vec<(ExceptionCode, u32)>, u32) {
        card.shaped().unwrap();
        let noticed = card.state.noticed.iter().map(|it| (it.code, it.measure.0)).collect();
        (noticed, card.state.quantities.iter().map(|it| it.amount).sum())
    }

    #[test]
    fn a_second_more_than_five_hours_needs_a_meal() {
        assert_eq!(judged(&mut card(&[("08:00", In), ("13:00", Out)])), (Vec::new(), 0));
        let mut missing = card(&[("08:00", In), ("13:00:01", Out)]);
        assert_eq!(judged(&mut missing), ([(ExceptionCode::MealMissing, 1_800)].to_vec(), 1));
        assert_eq!(missing.state.noticed[0].at, missing.instant(0, "13:00"));
    }

    #[test]
    fn a_meal_begun_at_exactly_five_hours_is_in_time() {
        let day = |start, end| card(&[("08:00", In), (start, MealStart), (end, MealEnd), ("17:00", Out)]);
        assert_eq!(judged(&mut day("13:00:00", "13:30:00")), (Vec::new(), 0));
        assert_eq!(judged(&mut day("13:01", "13:31")), ([(ExceptionCode::MealLate, 60)].to_vec(), 1));
    }

    #[test]
    fn a_short_meal_is_short_even_when_rounding_shows_thirty_minutes() {
        let mut card = card(&[("08:00", In), ("12:02", MealStart), ("12:25", MealEnd), ("17:00", Out)]);
        card.plan.rounding.push(RoundingRule {
            rule: RuleId(8),
            target: RoundingTarget::ALL,
            interval: Seconds::minutes(10),
            direction: Direction::Nearest(Tie::HalfUp),
            anchor: Anchor::LocalMidnight,
            condition: RoundingCondition::Always,
            tags: None,
            grace: Seconds::ZERO,
            strict: false,
        });
        assert_eq!(judged(&mut card), ([(ExceptionCode::MealShort, 7 * 60)].to_vec(), 1));
        assert_eq!(card.state.spans[1].start.since(card.state.spans[0].end), Seconds::minutes(30));
    }

    #[test]
    fn two_missing_meals_pay_once_a_day() {
        let both = [(ExceptionCode::MealMissing, 1_800), (ExceptionCode::MealMissing, 1_800)];
        assert_eq!(judged(&mut card(&[("08:00", In), ("18:30", Out)])), (both.to_vec(), 1));
    }

    #[test]
    fn a_waiver_holds_within_its_limits() {
        let waive = |card: &mut Card, ordinal| {
            card.facts.waivers.push(Waiver { workday: monday(), kind: WaiverKind::Meal(ordinal) });
        };
        let mut six = card(&[("08:00", In), ("14:00", Out)]);
        waive(&mut six, 1);
        assert_eq!(judged(&mut six), (Vec::new(), 0));
        let mut longer = card(&[("08:00", In), ("14:00:01", Out)]);
        waive(&mut longer, 1);
        assert_eq!(judged(&mut longer).1, 1);
        let mut eleven = card(&[("08:00", In), ("12:00", MealStart), ("12:30", MealEnd), ("19:30", Out)]);
        waive(&mut eleven, 2);
        assert_eq!(judged(&mut eleven), (Vec::new(), 0));
        let mut no_first = card(&[("08:00", In), ("19:00", Out)]);
        waive(&mut no_first, 2);
        assert_eq!(judged(&mut no_first).0.len(), 2);
    }
}
