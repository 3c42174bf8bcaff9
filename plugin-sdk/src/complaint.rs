//! Complaints: a rule cannot judge a timecard.

use crate::time::Workday;

/// The outcome of a rule: nothing, because its edits are the answer, or a complaint with which the timecard fails.
pub type Outcome = Result<(), Complaint>;

/// Why the timecard of an employee cannot be judged. The timecard fails as `bad-data` with this message and the date that
/// the rule was called for. None of the plugin's edits is applied to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    pub(crate) message: String,
    pub(crate) workday: Option<Workday>,
}

impl Complaint {
    /// A complaint with a message for the person who corrects the timecard: `two shifts share a start`.
    pub fn new(message: impl Into<String>) -> Complaint {
        Complaint { message: message.into(), workday: None }
    }

    /// The same complaint about another day than the one that the rule is called for.
    pub fn on(self, workday: impl Into<Workday>) -> Complaint {
        Complaint { workday: Some(workday.into()), ..self }
    }

    /// The message.
    pub fn message(&self) -> &str {
        &self.message
    }
}

/// Converts a missing value to a complaint.
///
/// ```
/// use shiftmill_plugin::prelude::*;
///
/// fn expected(day: &Day) -> Result<Instant, Complaint> {
///     let shift = day.scheduled().next().or_complain("no shift is scheduled")?;
///     Ok(shift.expected_start())
/// }
/// ```
pub trait OrComplain {
    /// The type of the value.
    type Value;

    /// The value, or a complaint with this message. Follow it with `?`.
    fn or_complain(self, message: &str) -> Result<Self::Value, Complaint>;
}

impl<T> OrComplain for Option<T> {
    type Value = T;

    fn or_complain(self, message: &str) -> Result<T, Complaint> {
        self.ok_or_else(|| Complaint::new(message))
    }
}
