//! The pay codes of a trial: those of the week and those of the configuration.

use crate::codes::Layer;
use crate::contract::{PayCodes, ValueKind};
use crate::testkit::line::{Amount, Line};
use crate::testkit::week::Week;

/// A pay code with its properties.
struct Known {
    name: String,
    layer: u8,
    unit: u8,
    paid: u8,
    multiplier: u16,
}

/// Name, layer, unit, 1 when paid, thousandths of the plain rate.
type Shipped = (&'static str, u8, u8, u8, u16);

/// The pay codes that every ruleset has, the two built-in ones first. A test compares them with those of rulesets.
#[rustfmt::skip]
pub const SHIPPED: [Shipped; 20] = [
    ("regular", BASE, SECONDS, 1, 1_000),
    ("unpaid_break", BASE, SECONDS, 0, 1_000),
    ("overtime_1_0", BASE, SECONDS, 1, 1_000),
    ("overtime_1_25", BASE, SECONDS, 1, 1_250),
    ("overtime_1_35", BASE, SECONDS, 1, 1_350),
    ("overtime_1_5", BASE, SECONDS, 1, 1_500),
    ("overtime_2_0", BASE, SECONDS, 1, 2_000),
    ("overtime_3_0", BASE, SECONDS, 1, 3_000),
    ("holiday_worked", BASE, SECONDS, 1, 2_000),
    ("unapproved", BASE, SECONDS, 0, 1_000),
    ("night", PREMIUM, SECONDS, 1, 1_000),
    ("weekend", PREMIUM, SECONDS, 1, 1_000),
    ("standby", PREMIUM, SECONDS, 1, 1_000),
    ("holiday_paid", QUANTITY, SECONDS, 1, 1_000),
    ("callback_topup", QUANTITY, SECONDS, 1, 1_000),
    ("late_deduct", QUANTITY, SECONDS, 1, 1_000),
    ("meal_premium", QUANTITY, COUNT, 1, 1_000),
    ("rest_premium", QUANTITY, COUNT, 1, 1_000),
    ("bank_credit", BASE, SECONDS, 0, 1_000),
    ("rounded_off", BASE, SECONDS, 0, 1_000),
];

/// Pay codes by number.
pub struct Codes(Vec<Known>);

const BASE: u8 = 0;
const PREMIUM: u8 = 1;
const QUANTITY: u8 = 2;

const SECONDS: u8 = 0;
const COUNT: u8 = 1;

impl Codes {
    /// The codes of a week.
    pub fn of(week: &Week) -> Codes {
        let known = |&(name, layer, unit, paid, multiplier): &Shipped| Known {
            name: name.to_owned(),
            layer,
            unit,
            paid,
            multiplier,
        };
        let mut codes = Codes(SHIPPED.iter().map(known).collect());
        for (name, multiplier) in &week.base_codes {
            let number = codes.find(name, BASE, SECONDS);
            if let Some(known) = codes.0.get_mut(usize::from(number)) {
                known.multiplier = *multiplier;
            }
        }
        week.lines.iter().for_each(|line| codes.add(line));
        codes
    }

    fn add(&mut self, line: &Line) {
        for code in line.stretches.iter().filter_map(|stretch| stretch.code.as_ref()) {
            self.find(code, BASE, SECONDS);
        }
        for (_, _, code) in &line.premiums {
            self.find(code, PREMIUM, SECONDS);
        }
        for (code, amount) in &line.quantities {
            self.find(code, QUANTITY, unit(*amount));
        }
        for (code, _) in &line.leave {
            self.find(code, BASE, SECONDS);
        }
    }

    /// The code that a setting of this kind names.
    pub fn setting(&mut self, kind: ValueKind, name: &str) -> Option<u16> {
        match kind {
            ValueKind::BaseCode => Some(self.find(name, BASE, SECONDS)),
            ValueKind::PremiumCode => Some(self.find(name, PREMIUM, SECONDS)),
            ValueKind::TimeCode => Some(self.find(name, QUANTITY, SECONDS)),
            ValueKind::CountCode => Some(self.find(name, QUANTITY, COUNT)),
            _ => None,
        }
    }

    /// The number of a base code.
    pub fn base(&mut self, name: &str) -> u16 {
        self.find(name, BASE, SECONDS)
    }

    /// The number of a premium code.
    pub fn premium(&mut self, name: &str) -> u16 {
        self.find(name, PREMIUM, SECONDS)
    }

    /// The number of a quantity.
    pub fn quantity(&mut self, name: &str, amount: Amount) -> u16 {
        self.find(name, QUANTITY, unit(amount))
    }

    /// The name of a code.
    pub fn name(&self, code: i64) -> String {
        let known = usize::try_from(code).ok().and_then(|code| self.0.get(code));
        known.map_or_else(|| format!("pay code {code}"), |known| known.name.clone())
    }

    /// True when the code counts time.
    pub fn counts_time(&self, code: u16) -> bool {
        self.0.get(usize::from(code)).is_some_and(|known| known.unit == SECONDS)
    }

    /// The columns for a hook.
    pub fn columns(&self) -> PayCodes {
        PayCodes {
            layer: self.0.iter().map(|known| known.layer).collect::<Vec<_>>().into(),
            unit: self.0.iter().map(|known| known.unit).collect::<Vec<_>>().into(),
            paid: self.0.iter().map(|known| known.paid).collect::<Vec<_>>().into(),
            multiplier: self.0.iter().map(|known| known.multiplier).collect::<Vec<_>>().into(),
        }
    }

    /// The number of the code. A new code is declared, as a ruleset would declare it, with the plain rate.
    #[track_caller]
    fn find(&mut self, name: &str, layer: u8, unit: u8) -> u16 {
        if let Some(number) = self.0.iter().position(|known| known.name == name) {
            let known = &self.0[number];
            assert!(
                known.layer == layer && known.unit == unit,
                "`{name}` is a pay code of {}; here it is used as one of {}",
                kind(known.layer, known.unit),
                kind(layer, unit)
            );
            return number as u16;
        }
        self.0.push(Known { name: name.to_owned(), layer, unit, paid: 1, multiplier: 1_000 });
        self.0.len() as u16 - 1
    }
}

/// A layer and a unit in words.
fn kind(layer: u8, unit: u8) -> String {
    let layer = Layer::from_number(layer);
    let unit = if unit == SECONDS { "time" } else { "occurrences" };
    format!("layer `{layer}` that counts {unit}")
}

fn unit(amount: Amount) -> u8 {
    match amount {
        Amount::Time(_) => SECONDS,
        Amount::Count(_) => COUNT,
    }
}
