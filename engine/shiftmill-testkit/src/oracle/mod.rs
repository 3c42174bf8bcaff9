//! The oracle: one timecard worked out the slow and obvious way, from the meaning of the settings alone.
//!
//! It keeps one entry for every moment of the card and applies each rule to each moment. A *moment* is the longest
//! whole number of seconds that divides every instant and every limit in play, so that nothing can change inside it;
//! on a card with times off the grid a moment is a second.
//!
//! It shares types with the engine, and no code that decides:
//!
//! - facts, settings of rules and what results are made of ([`Plan`], [`ExceptionCode`], [`Reason`] and so on): both sides
//!   must mean the same question and the same answer;
//! - arithmetic of [`Seconds`], [`Timestamp`] and [`Workday`], the calendar included: it knows no rule, and has tests of
//!   its own;
//! - membership of the sets that settings hold;
//! - readings of what a ruleset states: the versions of a timeline, the pay code and multiplier of a number, the severity
//!   of an exception;
//! - readings of what a zone states: its offsets. What a clock shows is worked out in `clock`.
//!
//! The test `oracle_is_independent` lists them, and fails when anything else is used.

mod approval;
mod assignments;
mod attendance;
mod callbacks;
mod clock;
mod close;
mod context;
mod core_hours;
mod coverage;
mod day_parts;
mod days;
mod employment;
mod expectation;
mod flexible;
mod half_day;
mod holidays;
mod lengths;
mod meals;
mod moments;
mod overtime;
mod pairs;
mod premium_limits;
mod premiums;
mod presets;
mod punches;
mod roster;
mod shifts;
mod statements;
mod tags;
mod watchers;

use shiftmill_core::shape::breaks::Compare;
use shiftmill_core::{
    DayType, EvaluationError, ExceptionCode, PayCode, Plan, Reason, Seconds, TagId, Timestamp, Workday,
};

use crate::engine::Question;
use crate::outcome::Outcome;

/// Something noticed on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Notice {
    code: ExceptionCode,
    workday: Workday,
    at: Timestamp,
    measure: Seconds,
}

/// A quantity beside the timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Amount {
    workday: Workday,
    code: PayCode,
    amount: u64,
    reason: Reason,
    /// True for paid leave stated as an amount, which some tiers count.
    leave: bool,
}

/// The oracle's answer to one question.
pub fn answer(question: &Question) -> Outcome {
    assignments::check_calendars(question)
        .and_then(|()| work_out(&assignments::in_one_zone(question)))
        .unwrap_or_else(|error| Outcome { error: Some(error), ..Outcome::default() })
}

fn work_out(question: &Question) -> Result<Outcome, EvaluationError> {
    let mut notices = Vec::new();
    let mut amounts = Vec::new();
    punches::check_window(question)?;
    let taps = punches::that_count(question, &mut notices)?;
    let (mut schedule, left_out) = day_parts::leave_out(question, days::schedule(question, &mut notices)?);
    let shifts = shifts::worked(question, &taps, &mut schedule);
    let shifts = pairs::pair_all(question, shifts, &mut schedule, &mut notices);
    let leaves = days::leaves(question, (&mut schedule, &left_out), &mut notices, &mut amounts)?;
    flexible::move_duties(question, &shifts, &mut schedule);
    let mut moments = moments::lay_out(question, &shifts, &schedule, &leaves, &mut notices);
    employment::set_apart(question, &shifts, &mut moments, &mut notices);
    let question = &days::with_last_worked(question, &moments);
    let known =
        holidays::Known { question, duties: &schedule, left_out: &left_out, moments: &moments, amounts: &amounts };
    let types = moments::Types::new(question, &shifts, &moments, holidays::ordinary(&known));
    moments::set_day_types(&types, &mut moments);
    days::judge_roster(question, &schedule, &mut notices);
    let view = attendance::View { question, shifts: &shifts, duties: &schedule, leaves: &leaves, moments: &moments };
    attendance::compare(&view, &mut notices, &mut amounts);
    core_hours::judge(&view, &mut notices);
    expectation::compare(&view, &amounts, &mut notices);
    meals::judge(question, &shifts, &schedule, &mut notices, &mut amounts);
    statements::judge_rests(question, &moments, &mut amounts);
    let grain = moments::length(question, &shifts, &schedule, &leaves);
    approval::apply(&types, &shifts, &schedule, grain, &mut moments, &mut notices);
    presets::apply(question, &mut moments);
    moments::holiday_work(question, &moments, &mut notices);
    let mut payment = holidays::Payment { question, duties: &schedule, left_out: &left_out, reach: Vec::new() };
    payment.pay(&moments, false, &mut amounts, &mut notices);
    moments::refine(question, &amounts, &mut moments);
    let mut premiums = overtime::apply(question, &mut moments, &amounts, &shifts);
    payment.pay(&moments, true, &mut amounts, &mut notices);
    statements::add_hours(question, &mut amounts, &mut notices);
    premiums.extend(premiums::all(question, &moments, &shifts, &schedule, &mut amounts));
    watchers::judge(question, &shifts, &moments, &mut notices);
    let short = context::is_short(question, &payment.reach, &mut notices)?;
    let undecided = holidays::is_undecided(question, &notices)?;
    let provisional = context::has_rejected(question, &mut notices)? || short || undecided;
    let outcome = close::finish(question, &shifts, &schedule, &moments, &premiums, &amounts, notices);
    Ok(Outcome { provisional, ..outcome })
}

/// The type of a day at an instant, where the day as a whole has a type.
pub(crate) fn type_at(question: &Question, date: Workday, at: Timestamp, whole: DayType) -> DayType {
    day_parts::type_at(question, date, at, whole)
}

/// The type of a day of which the calendar says nothing.
pub(crate) fn type_without_dates(question: &Question, date: Workday) -> DayType {
    days::type_without_dates(question, date)
}

/// The type of a day.
pub(crate) fn day_type(question: &Question, date: Workday) -> DayType {
    days::day_type(question, date)
}

/// The plan of a workday: of the ruleset that the last assignment by then names, the last version that holds by then, or
/// the first.
pub(crate) fn plan_of(question: &Question, workday: Workday) -> &Plan {
    assignments::plan_of(question, workday)
}

/// The plan of a worked shift.
pub(crate) fn plan_of_shift<'q>(question: &'q Question, shift: &shifts::Shift) -> &'q Plan {
    assignments::plan_for(question, shift.plan_day, shift.tag)
}

/// The plan of a scheduled shift.
pub(crate) fn plan_of_duty<'q>(question: &'q Question, duty: &days::Duty) -> &'q Plan {
    plan_of_row(question, duty.workday, duty.tag)
}

/// The plan of a roster row with a tag.
pub(crate) fn plan_of_row(question: &Question, workday: Workday, tag: TagId) -> &Plan {
    let tag = if tag == TagId(0) { assignments::tag_on(question, workday) } else { tag };
    assignments::plan_for(question, workday, tag)
}

/// The local date of an instant.
pub(crate) fn date_of(question: &Question, at: Timestamp) -> Workday {
    clock::date_at(&question.zone, at)
}

/// Whether a length compares so with a limit.
pub(crate) fn holds(compare: Compare, length: Seconds, limit: Seconds) -> bool {
    match compare {
        Compare::AtLeast => length >= limit,
        Compare::MoreThan => length > limit,
    }
}
