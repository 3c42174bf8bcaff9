//! Working memory of the rules, which a worker uses again for every card.

use alloc::vec::Vec;

use crate::card::Span;
use crate::pay::{combine, overtime_approval, premiums};
use crate::shape::{assignment, attendance, breaks, coverage, expectation, leave, length_rounding, meal_requirement};
use crate::time::{Timestamp, Workday};
use crate::{close, open, plugin, watch};

/// Working memory of the rules, which no other rule reads afterwards: a rule clears its part before use. One scratch
/// serves any number of cards, even cards that wait at a hook between two stages; what one rule hands on to another is
/// a field of [`CardState`].
///
/// It keeps the memory of the largest card that it ever served.
///
/// [`CardState`]: crate::CardState
#[derive(Clone, Debug, Default)]
pub struct Scratch {
    /// Layer A while a rule rewrites it. It is then swapped with the spans of the card, so that both keep their
    /// memory.
    pub(crate) spans: Vec<Span>,
    /// Facts given twice: the order in which they are compared.
    pub(crate) twice: open::twice::Scratch,
    /// Corrections: how they name punches.
    pub(crate) corrections: open::correct::Scratch,
    /// Matching by cluster: the worked shifts and punch windows that meet.
    pub(crate) matching: assignment::Scratch,
    /// Coverage: the parts of worked shifts that serve several scheduled shifts.
    pub(crate) coverage: coverage::Scratch,
    /// Breaks: what is paid and what is deducted.
    pub(crate) breaks: breaks::Scratch,
    /// Rounding of lengths: what is rounded.
    pub(crate) lengths: length_rounding::Scratch,
    /// Leave: the order of the facts, and the stretches on their way into layer A.
    pub(crate) leave: leave::Scratch,
    /// The calendar: the dates on which anything was worked.
    pub(crate) worked_dates: Vec<Workday>,
    /// Attendance: the first in and last out of each scheduled shift.
    pub(crate) attendance: attendance::Scratch,
    /// Core hours: what is missed of one window.
    pub(crate) core_hours: Vec<(Timestamp, Timestamp)>,
    /// Expectation: the planned time of one workday.
    pub(crate) expectation: expectation::Scratch,
    /// Required meals: raw work and its gaps.
    pub(crate) meals: meal_requirement::Scratch,
    /// Overtime approval: approved time, and what may be overtime.
    pub(crate) approval: overtime_approval::Scratch,
    /// Overtime: counters and claims.
    pub(crate) overtime: combine::Scratch,
    /// Premiums: the stretches of a worked shift that one premium is paid for.
    pub(crate) premiums: premiums::Scratch,
    /// Watchers: what they count.
    pub(crate) watch: watch::Scratch,
    /// Closing: pay lines and sums.
    pub(crate) totals: close::totals::Scratch,
    /// Closing: the overrides that hold.
    pub(crate) overrides: close::overrides::Scratch,
    /// Closing: the sums of one tag name.
    pub(crate) splits: close::splits::Scratch,
    /// Edits of plugins, until all of them are known to be allowed.
    pub(crate) edits: plugin::apply::Scratch,
}
