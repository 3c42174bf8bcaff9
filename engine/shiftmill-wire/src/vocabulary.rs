//! The names with which a client's batches are written: batches have the numbers of rulesets, chunks have names.

use shiftmill_core::{CalendarChoice, CalendarId, CarryKey, Names, PayCode, RuleId, TimecardBatch};
use shiftmill_proto::v1;

/// The names of shifts, leave, rules, pay codes, attestations, calendars and carried keys of the rulesets of a request,
/// in the order of its header.
#[derive(Clone, Debug, Default)]
pub struct Vocabulary {
    rulesets: Vec<RulesetNames>,
    shifts: Vec<String>,
    carried_keys: Vec<String>,
}

/// The names of one ruleset: a number in a batch is a position here.
#[derive(Clone, Debug, Default)]
struct RulesetNames {
    shifts: Vec<String>,
    leave: Vec<String>,
    rules: Vec<String>,
    pay_codes: Vec<String>,
    attestations: Vec<String>,
    calendars: Vec<String>,
    carried: Vec<String>,
    /// The position of each shift among those of the header.
    shift_positions: Vec<u32>,
    /// The position of each carried key among those of the header.
    key_positions: Vec<u32>,
}

/// A batch uses a number that has no name, so that no message can say what it means.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("employee `{employee}`: the ruleset has no {what} with the number {number}")]
pub struct Unnamed {
    /// The employee whose timecard has the number.
    pub employee: String,
    /// The kind of number: `shift`, `calendar` or `carried key`.
    pub what: &'static str,
    /// The number, counted from 0.
    pub number: u16,
}

impl Vocabulary {
    /// The vocabulary of rulesets that this program has compiled.
    pub fn new<'a>(names: impl IntoIterator<Item = &'a Names>) -> Vocabulary {
        let own = |names: &Names| RulesetNames {
            shifts: names.shifts.clone(),
            leave: names.leave.clone(),
            rules: names.rules.clone(),
            pay_codes: names.pay_codes.iter().map(|info| info.name.clone()).collect(),
            attestations: names.attestations.clone(),
            calendars: names.calendars.clone(),
            carried: names.carried.clone(),
            ..RulesetNames::default()
        };
        Vocabulary::of(names.into_iter().map(own).collect())
    }

    /// The vocabulary of rulesets as a service describes them.
    pub fn of_rulesets(rulesets: &[v1::RulesetInfo]) -> Vocabulary {
        let own = |info: &v1::RulesetInfo| RulesetNames {
            shifts: info.shifts.clone(),
            leave: info.leave.clone(),
            rules: info.rules.clone(),
            pay_codes: info.pay_codes.iter().map(|code| code.name.clone()).collect(),
            attestations: info.attestations.clone(),
            calendars: info.calendars.clone(),
            carried: info.carried_keys.iter().map(|key| key.name.clone()).collect(),
            ..RulesetNames::default()
        };
        Vocabulary::of(rulesets.iter().map(own).collect())
    }

    fn of(mut rulesets: Vec<RulesetNames>) -> Vocabulary {
        let (mut shifts, mut carried_keys) = (Vec::new(), Vec::new());
        for names in &mut rulesets {
            names.shift_positions = positions(&mut shifts, &names.shifts);
            names.key_positions = positions(&mut carried_keys, &names.carried);
        }
        Vocabulary { rulesets, shifts, carried_keys }
    }

    /// For [`v1::Header::shifts`].
    pub fn shifts(&self) -> &[String] {
        &self.shifts
    }

    /// For [`v1::Header::carried_keys`].
    pub fn carried_keys(&self) -> &[String] {
        &self.carried_keys
    }

    /// The number of a shift of a ruleset, for [`shiftmill_core::ShiftTimes::Template`].
    pub fn shift(&self, ruleset: u16, name: &str) -> Option<u16> {
        number(self.names(ruleset)?.shifts.as_slice(), name)
    }

    /// The number of a leave code of a ruleset, for [`shiftmill_core::Leave`].
    pub fn leave(&self, ruleset: u16, name: &str) -> Option<u16> {
        number(self.names(ruleset)?.leave.as_slice(), name)
    }

    /// The rule of a ruleset with this name, for [`shiftmill_core::OpeningBalance`].
    pub fn rule(&self, ruleset: u16, name: &str) -> Option<RuleId> {
        number(self.names(ruleset)?.rules.as_slice(), name).map(RuleId)
    }

    /// The pay code of a ruleset with this name, for [`shiftmill_core::ManualHours`] and [`shiftmill_core::Override`].
    pub fn pay_code(&self, ruleset: u16, name: &str) -> Option<PayCode> {
        number(self.names(ruleset)?.pay_codes.as_slice(), name).map(PayCode)
    }

    /// The number of an attestation of a ruleset, for [`shiftmill_core::Attestation`].
    pub fn attestation(&self, ruleset: u16, name: &str) -> Option<u16> {
        number(self.names(ruleset)?.attestations.as_slice(), name)
    }

    /// The calendar of a ruleset with this name, for [`shiftmill_core::Assignment`]; `own` is the ruleset's own.
    pub fn calendar(&self, ruleset: u16, name: &str) -> Option<CalendarChoice> {
        if name == Names::OWN_CALENDAR {
            return Some(CalendarChoice::Own);
        }
        let number = number(self.names(ruleset)?.calendars.as_slice(), name)?;
        Some(CalendarChoice::Named(CalendarId(number)))
    }

    /// The carried key of a ruleset with this name, such as `points/balance`, for [`shiftmill_core::Carried`].
    pub fn carried_key(&self, ruleset: u16, name: &str) -> Option<CarryKey> {
        number(self.names(ruleset)?.carried.as_slice(), name).map(CarryKey)
    }

    /// Checks that all shifts, carried keys and calendars of a batch have names. Leave, rules, pay codes and
    /// attestations without one need no check: the service answers their timecards with an error.
    ///
    /// # Errors
    /// The first [`Unnamed`].
    pub fn check(&self, batch: &TimecardBatch) -> Result<(), Unnamed> {
        let ruleset = |employee: usize| batch.ruleset.get(employee).copied().unwrap_or(0);
        let unnamed = |employee: usize, what, number| Unnamed {
            employee: batch.employees.get(employee).cloned().unwrap_or_default(),
            what,
            number,
        };
        let mut templates = batch.shift_template.iter();
        for (employee, count) in batch.shift_count.iter().enumerate() {
            let mut own = templates.by_ref().take(*count as usize);
            let without_name =
                |template: &&u16| **template != 0 && self.shift_position(ruleset(employee), **template).is_none();
            if let Some(template) = own.find(without_name) {
                return Err(unnamed(employee, "shift", template.saturating_sub(1)));
            }
        }
        for (owner, row) in batch.assignments.iter() {
            let employee = owner as usize;
            if let Some(CalendarChoice::Named(number)) = row.calendar
                && self.calendar_name(ruleset(employee), CalendarChoice::Named(number)).is_empty()
            {
                return Err(unnamed(employee, "calendar", number.0));
            }
        }
        for (owner, carried) in batch.carried.iter() {
            let employee = owner as usize;
            if self.key_position(ruleset(employee), carried.key).is_none() {
                return Err(unnamed(employee, "carried key", carried.key.0));
            }
        }
        Ok(())
    }

    fn names(&self, ruleset: u16) -> Option<&RulesetNames> {
        self.rulesets.get(usize::from(ruleset))
    }

    /// The name of a leave code; empty when it has none, which no ruleset knows either.
    pub(crate) fn leave_name(&self, ruleset: u16, code: u16) -> String {
        self.name(ruleset, code, |names| &names.leave)
    }

    /// The name of a rule; empty when it has none.
    pub(crate) fn rule_name(&self, ruleset: u16, rule: RuleId) -> String {
        self.name(ruleset, rule.0, |names| &names.rules)
    }

    /// The name of a pay code; empty when it has none.
    pub(crate) fn pay_code_name(&self, ruleset: u16, code: PayCode) -> String {
        self.name(ruleset, code.0, |names| &names.pay_codes)
    }

    /// The name of an attestation; empty when it has none.
    pub(crate) fn attestation_name(&self, ruleset: u16, question: u16) -> String {
        self.name(ruleset, question, |names| &names.attestations)
    }

    /// The name of a calendar; empty when it has none.
    pub(crate) fn calendar_name(&self, ruleset: u16, calendar: CalendarChoice) -> String {
        match calendar {
            CalendarChoice::Own => Names::OWN_CALENDAR.to_owned(),
            CalendarChoice::Named(number) => self.name(ruleset, number.0, |names| &names.calendars),
        }
    }

    fn name(&self, ruleset: u16, number: u16, list: impl Fn(&RulesetNames) -> &Vec<String>) -> String {
        let name = self.names(ruleset).and_then(|names| list(names).get(usize::from(number)));
        name.cloned().unwrap_or_default()
    }

    /// The number of a template among the header's shifts, from 1; 0 for shifts without a template. A template without a
    /// name gets a number beyond the header's shifts, which the service refuses.
    pub(crate) fn header_shift(&self, ruleset: u16, template: u16) -> u32 {
        match template {
            0 => 0,
            template => self.shift_position(ruleset, template).unwrap_or(self.shifts.len() as u32) + 1,
        }
    }

    /// The position of a carried key among those of the header; one beyond them when it has no name, which the service
    /// refuses.
    pub(crate) fn header_key(&self, ruleset: u16, key: CarryKey) -> u32 {
        self.key_position(ruleset, key).unwrap_or(self.carried_keys.len() as u32)
    }

    fn shift_position(&self, ruleset: u16, template: u16) -> Option<u32> {
        let position = usize::from(template).checked_sub(1)?;
        self.names(ruleset)?.shift_positions.get(position).copied()
    }

    fn key_position(&self, ruleset: u16, key: CarryKey) -> Option<u32> {
        self.names(ruleset)?.key_positions.get(usize::from(key.0)).copied()
    }
}

fn number(names: &[String], name: &str) -> Option<u16> {
    names.iter().position(|own| own == name).and_then(|position| u16::try_from(position).ok())
}

/// The positions of names among all names of the header, to which new ones are added.
fn positions(all: &mut Vec<String>, names: &[String]) -> Vec<u32> {
    let mut position = |name: &String| {
        let known = all.iter().position(|known| known == name);
        known.unwrap_or_else(|| {
            all.push(name.clone());
            all.len() - 1
        }) as u32
    };
    names.iter().map(&mut position).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use shiftmill_core::{CardFacts, Carried, ShiftFact, ShiftTimes, Workday};

    #[test]
    fn rulesets_share_the_names_of_the_header() {
        let names = |shifts: &[&str], carried: &[&str]| {
            let list = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
            Names { shifts: list(shifts), carried: list(carried), ..Names::default() }
        };
        let day = names(&["early", "late"], &["points/last"]);
        let night = names(&["night", "late"], &["hours/left", "points/last"]);
        let vocabulary = Vocabulary::new([&day, &night]);
        assert_eq!(vocabulary.shifts(), ["early", "late", "night"]);
        assert_eq!(vocabulary.carried_keys(), ["points/last", "hours/left"]);
        assert_eq!([0, 1, 2, 3].map(|template| vocabulary.header_shift(0, template)), [0, 1, 2, 4]);
        assert_eq!([0, 1, 2, 3].map(|template| vocabulary.header_shift(1, template)), [0, 3, 2, 4]);
        assert_eq!([0, 1, 2].map(|key| vocabulary.header_key(1, CarryKey(key))), [1, 0, 2]);
    }

    #[test]
    fn numbers_without_a_name_are_found_with_their_employee() {
        let list = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let names = Names { shifts: list(&["early"]), carried: list(&["points/last"]), ..Names::default() };
        let vocabulary = Vocabulary::new([&names]);
        let card = |template, key| CardFacts {
            employee: format!("E-{template}-{key}"),
            shifts: vec![ShiftFact::work(Workday(20_514), ShiftTimes::Template(template))],
            carried: vec![Carried { key: CarryKey(key), value: 1 }],
            ..CardFacts::default()
        };
        let checked = |cards: &[CardFacts]| {
            let mut batch = TimecardBatch::default();
            cards.iter().for_each(|card| batch.push(card).unwrap());
            vocabulary.check(&batch).map_err(|error| error.to_string())
        };
        assert_eq!(checked(&[card(0, 0), card(0, 0)]), Ok(()));
        let error = "employee `E-1-0`: the ruleset has no shift with the number 1";
        assert_eq!(checked(&[card(0, 0), card(1, 0)]), Err(error.to_owned()));
        let error = "employee `E-0-1`: the ruleset has no carried key with the number 1";
        assert_eq!(checked(&[card(0, 1)]), Err(error.to_owned()));
    }
}
