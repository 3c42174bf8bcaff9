//! The facts and policy of a case: the whole input of the translation.

use std::collections::BTreeSet;

use super::keys::{Keys, Unsupported, unsupported};

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

impl Stated {
    /// What is stated of each employee, who is a timecard of their own. Rows that name nobody are one employee's.
    ///
    /// # Errors
    /// When leave or approvals, which name nobody, would have to be somebody's.
    pub fn by_employee(&self) -> Result<Vec<Stated>, Unsupported> {
        let mut rows = [self.punches.clone(), self.schedule.clone()];
        let mut named = Vec::new();
        for row in rows.iter_mut().flatten() {
            named.push(row.text("employee")?);
        }
        let employees: BTreeSet<&Option<String>> = named.iter().collect();
        if employees.len() > 1 && !(self.leave.is_empty() && self.approvals.is_empty()) {
            return unsupported("leave or approvals of one of several employees");
        }
        let [punches, schedule] = rows;
        let of = |rows: &[Keys], names: &[Option<String>], employee: &Option<String>| -> Vec<Keys> {
            let own = rows.iter().zip(names).filter(|(_, name)| *name == employee);
            own.map(|(row, _)| row.clone()).collect()
        };
        let (of_punches, of_schedule) = named.split_at(punches.len());
        let stated = |employee: &Option<String>| Stated {
            punches: of(&punches, of_punches, employee),
            schedule: of(&schedule, of_schedule, employee),
            ..self.clone()
        };
        match employees.is_empty() {
            true => Ok(vec![self.clone()]),
            false => Ok(employees.into_iter().map(stated).collect()),
        }
    }
}
