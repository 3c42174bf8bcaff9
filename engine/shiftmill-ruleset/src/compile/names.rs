//! Names and their numbers. The same name has the same number in every version, so that counters carry on.

use shiftmill_core::{Layer, Multiplier, Names, PayCode, PayCodeInfo, RuleId, Unit};

use super::{Compiler, section};
use crate::check::Table;
use crate::effective::Version;
use crate::mistake::{Finder, Place};
use crate::nearest::nearest;
use crate::settings::Fits;

/// Name, layer, unit, paid, thousandths of the plain rate.
type Shipped = (&'static str, Layer, Unit, bool, u16);

/// The pay codes that every ruleset has, the two built-in ones first.
const SHIPPED: [Shipped; 20] = [
    ("regular", Layer::Base, Unit::Second, true, 1_000),
    ("unpaid_break", Layer::Base, Unit::Second, false, 1_000),
    ("overtime_1_0", Layer::Base, Unit::Second, true, 1_000),
    ("overtime_1_25", Layer::Base, Unit::Second, true, 1_250),
    ("overtime_1_35", Layer::Base, Unit::Second, true, 1_350),
    ("overtime_1_5", Layer::Base, Unit::Second, true, 1_500),
    ("overtime_2_0", Layer::Base, Unit::Second, true, 2_000),
    ("overtime_3_0", Layer::Base, Unit::Second, true, 3_000),
    ("holiday_worked", Layer::Base, Unit::Second, true, 2_000),
    ("unapproved", Layer::Base, Unit::Second, false, 1_000),
    ("night", Layer::Premium, Unit::Second, true, 1_000),
    ("weekend", Layer::Premium, Unit::Second, true, 1_000),
    ("standby", Layer::Premium, Unit::Second, true, 1_000),
    ("holiday_paid", Layer::Quantity, Unit::Second, true, 1_000),
    ("callback_topup", Layer::Quantity, Unit::Second, true, 1_000),
    ("late_deduct", Layer::Quantity, Unit::Second, true, 1_000),
    ("meal_premium", Layer::Quantity, Unit::Count, true, 1_000),
    ("rest_premium", Layer::Quantity, Unit::Count, true, 1_000),
    ("bank_credit", Layer::Base, Unit::Second, false, 1_000),
    ("rounded_off", Layer::Base, Unit::Second, false, 1_000),
];

/// The names of all versions.
pub(super) struct Interned {
    /// The names by number.
    pub names: Names,
    /// What each leave code pays to, in the order of [`Names::leave`].
    pub leave_codes: Vec<PayCode>,
}

impl Interned {
    /// Numbers the pay codes, shifts, calendars and leave codes of all versions of some rulesets, each by name within
    /// the version that first has it. Rules are numbered as they are met.
    pub fn new(rulesets: &[&[Version]], mistakes: &mut Finder) -> Interned {
        let mut interned = Interned {
            names: Names {
                rules: Names::BUILT_IN_RULES.map(String::from).to_vec(),
                pay_codes: SHIPPED
                    .into_iter()
                    .map(|(name, layer, unit, paid, multiplier)| PayCodeInfo {
                        name: name.into(),
                        layer,
                        unit,
                        paid,
                        multiplier: Multiplier(multiplier),
                    })
                    .collect(),
                ..Names::default()
            },
            leave_codes: Vec::new(),
        };
        for first in rulesets.iter().filter_map(|versions| versions.first()) {
            interned.declare_pay_codes(&first.table, mistakes);
        }
        for version in rulesets.iter().copied().flatten() {
            for shift in version.table.named("shifts") {
                if !interned.names.shifts.contains(&shift.name) {
                    interned.names.shifts.push(shift.name.clone());
                }
            }
            for calendar in version.table.named("calendars") {
                if !interned.names.calendars.contains(&calendar.name) {
                    interned.names.calendars.push(calendar.name.clone());
                }
            }
            for name in version.table.tables("attestation").iter().filter_map(|table| table.text("name")) {
                if !interned.names.attestations.iter().any(|known| known == name) {
                    interned.names.attestations.push(name.to_owned());
                }
            }
            for group in version.table.tables("premiums").iter().filter_map(|table| table.text("group")) {
                if !interned.names.premium_groups.iter().any(|known| known == group) {
                    interned.names.premium_groups.push(group.to_owned());
                }
            }
            interned.declare_leave(section(&version.table, "leave"), mistakes);
        }
        interned
    }

    fn declare_pay_codes(&mut self, document: &Table, mistakes: &mut Finder) {
        for declared in document.named("pay_codes") {
            let layer = declared.table.one_of("layer");
            let unit = declared.table.one_of("unit");
            let multiplier = declared.table.multiplier("multiplier");
            let paid = declared.table.flag("paid");
            let info = PayCodeInfo { name: declared.name.clone(), layer, unit, paid, multiplier };
            if let Some(known) = self.find(&declared.name) {
                // Another ruleset that is compiled together with this one may declare the same.
                if usize::from(known.0) >= SHIPPED.len() && self.names.pay_code(known) == Some(&info) {
                    continue;
                }
                let hint = "a built-in pay code cannot be declared again; use a name of your own".to_owned();
                mistakes.add(declared.place, format!("pay code `{}` is already declared", declared.name), Some(hint));
                continue;
            }
            if unit == Unit::Count && layer != Layer::Quantity {
                let hint = "`unit = \"count\"` goes with `layer = \"quantity\"`".to_owned();
                let place = declared.table.place("unit");
                mistakes.add(place, format!("pay code `{}` is time, so it counts seconds", declared.name), Some(hint));
            }
            self.names.pay_codes.push(info);
        }
    }

    fn declare_leave(&mut self, leave: &Table, mistakes: &mut Finder) {
        for code in leave.named("codes") {
            if self.names.leave.contains(&code.name) {
                continue;
            }
            let standard = format!("leave_{}", code.name.replace('-', "_"));
            let name = code.table.pay_code("pay").map_or(standard.as_str(), |written| written.0);
            let place = code.table.place("pay");
            let pays_to = match self.find(name) {
                Some(known) => known,
                None if name.starts_with("leave_") => {
                    let (name, paid) = (name.to_owned(), code.table.flag("paid"));
                    let info = PayCodeInfo {
                        name,
                        layer: Layer::Base,
                        unit: Unit::Second,
                        paid,
                        multiplier: Multiplier::PLAIN,
                    };
                    self.names.pay_codes.push(info);
                    PayCode((self.names.pay_codes.len() - 1) as u16)
                }
                None => {
                    undeclared(self, name, place, mistakes);
                    PayCode::REGULAR
                }
            };
            let base = Fits { layer: Layer::Base, unit: Unit::Second };
            fits(self, pays_to, &[base], place, mistakes);
            self.names.leave.push(code.name.clone());
            self.leave_codes.push(pays_to);
        }
    }

    /// The pay code of this name.
    pub fn find(&self, name: &str) -> Option<PayCode> {
        self.names.pay_codes.iter().position(|info| info.name == name).map(|index| PayCode(index as u16))
    }
}

pub(super) fn undeclared(names: &Interned, name: &str, place: Place, mistakes: &mut Finder) {
    let known = || names.names.pay_codes.iter().map(|info| info.name.as_str());
    let hint = || {
        Some(match nearest(name, known()) {
            Some(near) => format!("did you mean `{near}`? Codes of your own are declared in `[pay_codes.{name}]`"),
            None => format!("declare it in `[pay_codes.{name}]`"),
        })
    };
    mistakes.add_with(place, format!("there is no pay code `{name}`"), hint);
}

/// Records a pay code of a layer that the setting does not accept.
fn fits(names: &Interned, code: PayCode, allowed: &[Fits], place: Place, mistakes: &mut Finder) {
    let Some(info) = names.names.pay_code(code) else { return };
    if allowed.iter().any(|fits| fits.layer == info.layer && fits.unit == info.unit) {
        return;
    }
    let needed: Vec<String> =
        allowed.iter().map(|fits| format!("layer `{}` with unit `{}`", fits.layer, fits.unit)).collect();
    let message = format!("pay code `{}` is of layer `{}` with unit `{}`", info.name, info.layer, info.unit);
    mistakes.add(place, message, Some(format!("this setting takes a code of {}", needed.join(" or "))));
}

impl Compiler<'_> {
    /// The number of a table's rule; a name that another rule of this version has is a mistake.
    pub fn rule(&mut self, table: &Table) -> RuleId {
        let Some(name) = table.text("name") else { return RuleId::WORKED };
        self.claim(name, table.place("name"), "two rules are called");
        let known = self.names.names.rules.iter().position(|rule| rule == name);
        let number = known.unwrap_or_else(|| {
            self.names.names.rules.push(name.to_owned());
            self.names.names.rules.len() - 1
        });
        RuleId(number as u16)
    }

    /// Registers the name of a rule or plugin of this version; a name that is in use is a mistake.
    pub fn claim(&mut self, name: &str, place: Place, twice: &str) {
        if Names::BUILT_IN_RULES.contains(&name) {
            let hint = "choose another name".to_owned();
            self.mistakes.add(place, format!("`{name}` is the name of a built-in rule"), Some(hint));
        } else if self.rules.iter().any(|met| met == name) {
            let hint = "explanations name rules, so each rule needs a name of its own".to_owned();
            self.mistakes.add(place, format!("{twice} `{name}`"), Some(hint));
        } else {
            self.rules.push(name.to_owned());
        }
    }

    /// The pay code that a setting names; one that is not declared, or does not fit the setting, is a mistake.
    pub fn pay_code(&mut self, table: &Table, setting: &str, also: Option<Fits>) -> PayCode {
        let Some((name, own)) = table.pay_code(setting) else { return PayCode::REGULAR };
        let allowed: Vec<Fits> = also.into_iter().chain([own]).collect();
        self.named_pay_code(name, &allowed, table.place(setting))
    }

    /// The pay code of a name written at a place.
    pub fn named_pay_code(&mut self, name: &str, allowed: &[Fits], place: Place) -> PayCode {
        match self.names.find(name) {
            Some(code) => {
                fits(self.names, code, allowed, place, self.mistakes);
                code
            }
            None => {
                undeclared(self.names, name, place, self.mistakes);
                PayCode::REGULAR
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_test_kit_of_plugins_has_the_same_pay_codes() {
        let own = SHIPPED
            .map(|(name, layer, unit, paid, multiplier)| (name, layer as u8, unit as u8, u8::from(paid), multiplier));
        assert_eq!(shiftmill_plugin::testkit::SHIPPED, own);
    }
}
