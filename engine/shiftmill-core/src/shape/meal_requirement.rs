//! Required meals: a day long enough must have a meal, long enough and early enough, or it pays a premium.
//! - Takes:  the raw pairs of one workday (the overtime workday), and the employee's waivers.
//! - Gives:  `meal_missing`, `meal_short` or `meal_late`, and one unit of the premium pay code per workday at most.
//! - Keeps:  all time; it only looks at raw, unrounded instants.
//! - Runs:   after attribution to workdays.
//! - Source: Cal. Labor Code sections 512(a) and 226.7; Brinker v. Superior Court (2012); Donohue v. AMN (2021).
//! - Shown:  timecards/california/meals.md

use crate::codes::{PayCode, RuleId};
use crate::shape::breaks::Compare;
use crate::time::Seconds;

/// One required meal of a workday. Several are judged in order of `ordinal`; the n-th needs the n-th meal.
///
/// A *meal* here is an unpaid gap between two raw pairs of one workday of at least `length_min`; a shorter gap whose
/// kind is a meal is a short meal. Work time is the sum of raw pairs of the workday, gaps excluded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MealRequirement {
    /// Its name.
    pub rule: RuleId,
    /// 1 for the first meal of the workday.
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
    /// A waiver is honoured only when the meal before it was taken (the second meal in California).
    pub waivable_only_if_previous_taken: bool,
    /// What a violation pays, one unit. Several violated requirements with one code pay it once per workday.
    pub pays_to: PayCode,
}
