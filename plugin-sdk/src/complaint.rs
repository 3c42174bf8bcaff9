//! When a rule cannot judge a timecard.

use crate::time::Workday;

/// What a rule answers: nothing, its edits say all; or a complaint, and then the timecard fails with it.
pub type Outcome = Result<(), Complaint>;

/// Why the timecard of an employee cannot be judged. The timecard fails as `bad-data` with this message and the date
/// that the rule was at; none of the plugin's edits is applied to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    pub(crate) message: String,
    pub(crate) workday: Option<Workday>,
}

impl Complaint {
    /// A complaint in the words of whoever has to mend the timecard: `two shifts share a start`.
    pub fn new(message: impl Into<String>) -> Complaint {
        Complaint { message: message.into(), workday: None }
    }

    /// The complaint, about another day than the one that is visited.
    pub fn on(self, workday: impl Into<Workday>) -> Complaint {
        Complaint { workday: Some(workday.into()), ..self }
    }

    /// What is wrong.
    pub fn message(&self) -> &str {
        &self.message
    }
}

/// Turns something that must be there into a complaint when it is not.
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
    /// What must be there.
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
