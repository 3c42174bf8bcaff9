//! The names with which a client's batches are written: batches have the numbers of rulesets, chunks have names.

use shiftmill_core::{CarryKey, Names, RuleId};
use shiftmill_proto::v1;

/// The names of shifts, leave, rules and carried keys of the rulesets of a request, in the order of its header.
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
    carried: Vec<String>,
}

impl Vocabulary {
    /// The vocabulary of rulesets that this program has compiled.
    pub fn new<'a>(names: impl IntoIterator<Item = &'a Names>) -> Vocabulary {
        let own = |names: &Names| RulesetNames {
            shifts: names.shifts.clone(),
            leave: names.leave.clone(),
            rules: names.rules.clone(),
            carried: names.carried.clone(),
        };
        Vocabulary::of(names.into_iter().map(own).collect())
    }

    /// The vocabulary of rulesets as a service describes them.
    pub fn of_rulesets(rulesets: &[v1::RulesetInfo]) -> Vocabulary {
        let own = |info: &v1::RulesetInfo| RulesetNames {
            shifts: info.shifts.clone(),
            leave: info.leave.clone(),
            rules: info.rules.clone(),
            carried: info.carried_keys.iter().map(|key| key.name.clone()).collect(),
        };
        Vocabulary::of(rulesets.iter().map(own).collect())
    }

    fn of(rulesets: Vec<RulesetNames>) -> Vocabulary {
        let (mut shifts, mut carried_keys) = (Vec::new(), Vec::new());
        for names in &rulesets {
            add_names(&mut shifts, &names.shifts);
            add_names(&mut carried_keys, &names.carried);
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

    /// The carried key of a ruleset with this name, such as `points/balance`, for [`shiftmill_core::Carried`].
    pub fn carried_key(&self, ruleset: u16, name: &str) -> Option<CarryKey> {
        number(self.names(ruleset)?.carried.as_slice(), name).map(CarryKey)
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

    fn name(&self, ruleset: u16, number: u16, list: impl Fn(&RulesetNames) -> &Vec<String>) -> String {
        let name = self.names(ruleset).and_then(|names| list(names).get(usize::from(number)));
        name.cloned().unwrap_or_default()
    }

    /// The number of a template among the header's shifts, from 1; 0 when it has no name.
    pub(crate) fn header_shift(&self, ruleset: u16, template: u16) -> u32 {
        let own = self.names(ruleset).map_or(&[][..], |names| names.shifts.as_slice());
        let name = usize::from(template).checked_sub(1).and_then(|position| own.get(position));
        let position = name.and_then(|name| self.shifts.iter().position(|shift| shift == name));
        position.map_or(0, |position| position as u32 + 1)
    }

    /// The position of a carried key among those of the header; one beyond them when it has no name.
    pub(crate) fn header_key(&self, ruleset: u16, key: CarryKey) -> u32 {
        let name = self.name(ruleset, key.0, |names| &names.carried);
        self.carried_keys.iter().position(|key| *key == name).unwrap_or(self.carried_keys.len()) as u32
    }
}

fn number(names: &[String], name: &str) -> Option<u16> {
    names.iter().position(|own| own == name).and_then(|position| u16::try_from(position).ok())
}

fn add_names(known: &mut Vec<String>, names: &[String]) {
    for name in names {
        if !known.contains(name) {
            known.push(name.clone());
        }
    }
}
