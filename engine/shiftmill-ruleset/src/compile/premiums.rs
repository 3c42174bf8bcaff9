//! Premiums.

use shiftmill_core::pay::premiums::{ClockWindow, Premium};

use super::Compiler;
use super::overtime::only_callbacks;
use crate::check::{Table, written};

impl Compiler<'_> {
    pub(super) fn premiums(&mut self, tables: &[Table]) -> Vec<Premium> {
        tables.iter().map(|table| self.premium(table)).collect()
    }

    fn premium(&mut self, table: &Table) -> Premium {
        let (min, max) = (table.seconds("min"), table.seconds("max"));
        if min > max {
            let message = format!("`min` of {} is more than `max` of {}", written(min.0), written(max.0));
            self.mistakes.add(table.place("min"), message, Some("such a premium would never be paid".into()));
        }
        let rule = self.rule(table);
        Premium {
            rule,
            pays_to: self.pay_code(table, "pay", None),
            window: table.window("between").map(|(from, to)| ClockWindow { from, to }),
            weekdays: table.weekdays("weekdays"),
            day_types: table.day_types("day_types"),
            tags: self.filter(rule, table),
            callback: only_callbacks(table),
            zone: table.one_of("zone"),
            mode: table.one_of("mode"),
            min,
            max,
        }
    }
}
