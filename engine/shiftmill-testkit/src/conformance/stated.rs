//! The facts and policy of a case: the whole input of the translation.

use super::keys::Keys;

/// The policy as data and the facts of one case.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stated {
    /// The policy's keys, those of the case over those of its group. Never the text of a policy.
    pub policy: Keys,
    /// Punches in the order given.
    pub punches: Vec<Keys>,
    /// Planned shifts.
    pub schedule: Vec<Keys>,
    /// Absences.
    pub leave: Vec<Keys>,
    /// Approvals and waivers.
    pub approvals: Vec<Keys>,
    /// The zone of all local times.
    pub timezone: String,
}
