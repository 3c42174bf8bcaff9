//! The oracle: one timecard worked out the slow and obvious way, from the meaning of the settings alone.
//!
//! It keeps one entry for every moment of the card and applies each rule to each moment. A *moment* is the longest
//! whole number of seconds that divides every instant and every limit in play, so that nothing can change inside it;
//! on a card with times off the grid a moment is a second.

mod attendance;
mod close;
mod context;
mod days;
mod meals;
mod moments;
mod overtime;
mod pairs;
mod premiums;
mod presets;
mod punches;
mod shifts;

use shiftmill_core::{DayType, EvaluationError, ExceptionCode, PayCode, Plan, Reason, Seconds, Timestamp, Workday};

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
    work_out(question).unwrap_or_else(|error| Outcome { error: Some(error), ..Outcome::default() })
}

fn work_out(question: &Question) -> Result<Outcome, EvaluationError> {
    let mut notices = Vec::new();
    let mut amounts = Vec::new();
    punches::check_window(question)?;
    let taps = punches::that_count(question, &mut notices)?;
    let mut schedule = days::schedule(question)?;
    let mut shifts = shifts::worked(question, &taps, &mut schedule);
    pairs::pair_all(question, &mut shifts, &schedule, &mut notices);
    let leaves = days::leaves(question, &mut schedule, &mut notices, &mut amounts)?;
    let mut moments = moments::lay_out(question, &shifts, &schedule, &leaves, &mut notices);
    let view = attendance::View { question, shifts: &shifts, duties: &schedule, leaves: &leaves, moments: &moments };
    attendance::compare(&view, &mut notices, &mut amounts);
    meals::judge(question, &shifts, &schedule, &mut notices, &mut amounts);
    presets::apply(question, &mut moments);
    moments::holiday_work(question, &moments, &mut notices);
    let mut premiums = overtime::apply(question, &mut moments, &amounts, &shifts);
    days::holidays_not_worked(question, &schedule, &moments, &mut amounts);
    premiums.extend(premiums::all(question, &moments, &shifts));
    let provisional = context::is_short(question, &mut notices)?;
    let outcome = close::finish(question, &shifts, &schedule, &moments, &premiums, &amounts, &notices);
    Ok(Outcome { provisional, ..outcome })
}

/// The type of a day.
pub(crate) fn day_type(question: &Question, date: Workday) -> DayType {
    days::day_type(question, date)
}

/// The plan of a workday.
pub(crate) fn plan_of(question: &Question, workday: Workday) -> &Plan {
    question.timeline.at(workday)
}

/// The local date of an instant.
pub(crate) fn date_of(question: &Question, at: Timestamp) -> Workday {
    question.zone.date_at(at)
}
