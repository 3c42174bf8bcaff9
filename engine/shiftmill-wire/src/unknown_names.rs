//! The names in a chunk that the rulesets of its employees do not have. The engine refuses such timecards and knows
//! numbers only, so the names are kept for the messages.

use shiftmill_core::{EvaluationError, FactList};

/// Most bytes of a name in a message.
const NAME_BYTES_MAX: usize = 64;

/// The unknown names of a chunk, by their rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnknownNames {
    /// The first unknown shift of each employee, by its row in `shift_template`.
    pub(crate) shifts: NamesByRow,
    /// Leave codes, by their rows in `leave`.
    pub(crate) leave: NamesByRow,
    /// Rules, by their rows in `opening_balances`.
    pub(crate) rules: NamesByRow,
    /// Pay codes, by their rows in `manual_hours`.
    pub(crate) manual_codes: NamesByRow,
    /// Pay codes, by their rows in `overrides`.
    pub(crate) overridden_codes: NamesByRow,
    /// Questions, by their rows in `attestations`.
    pub(crate) attestations: NamesByRow,
    /// Calendars, by their rows in `assignments`.
    pub(crate) calendars: NamesByRow,
}

/// Names by their rows, ascending.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct NamesByRow(Vec<(usize, String)>);

impl UnknownNames {
    /// The name that an error is about; `row` is the row of the wrong fact in its column.
    pub(crate) fn of(&self, error: EvaluationError, row: usize) -> Option<&str> {
        let (list, _) = error.fact()?;
        match list {
            FactList::Shifts => self.shifts.get(row),
            FactList::Leave => self.leave.get(row),
            FactList::OpeningBalances => self.rules.get(row),
            FactList::ManualHours => self.manual_codes.get(row),
            FactList::Overrides => self.overridden_codes.get(row),
            FactList::Attestations => self.attestations.get(row),
            FactList::Assignments => self.calendars.get(row),
            FactList::Corrections
            | FactList::DayOverrides
            | FactList::Carried
            | FactList::Approvals
            | FactList::Employment => None,
        }
    }
}

impl NamesByRow {
    /// Adds the name in a row after all others.
    pub fn push(&mut self, row: usize, name: &str) {
        let shown = name.get(..name.floor_char_boundary(NAME_BYTES_MAX)).unwrap_or_default();
        let more = if shown.len() < name.len() { "…" } else { "" };
        self.0.push((row, format!("{shown}{more}")));
    }

    fn get(&self, row: usize) -> Option<&str> {
        let position = self.0.binary_search_by_key(&row, |named| named.0).ok()?;
        self.0.get(position).map(|named| named.1.as_str())
    }
}
