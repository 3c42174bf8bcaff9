//! The pay codes of a trial: those of the week and those of the configuration.

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
        let mut codes = Codes(Vec::new());
        codes.find("regular", BASE, SECONDS);
        codes.find("unpaid_break", BASE, SECONDS);
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

    /// The number of the code. A new code is declared.
    fn find(&mut self, name: &str, layer: u8, unit: u8) -> u16 {
        if let Some(number) = self.0.iter().position(|known| known.name == name) {
            let known = &self.0[number];
            assert!(known.layer == layer && known.unit == unit, "`{name}` is used as two kinds of pay code");
            return number as u16;
        }
        let paid = u8::from(name != "unpaid_break");
        self.0.push(Known { name: name.to_owned(), layer, unit, paid, multiplier: 1_000 });
        self.0.len() as u16 - 1
    }
}

fn unit(amount: Amount) -> u8 {
    match amount {
        Amount::Time(_) => SECONDS,
        Amount::Count(_) => COUNT,
    }
}
