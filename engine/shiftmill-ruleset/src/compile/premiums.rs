//! Premiums, and the pay of holidays not worked.

use shiftmill_core::pay::holidays::{HolidayNotWorked, Holidays, NotWorkedKind};
use shiftmill_core::pay::premiums::{ClockWindow, Premium};

use super::Compiler;
use super::overtime::only_callbacks;
use crate::check::read::OneOrLength;
use crate::check::{Table, written};

impl Compiler<'_> {
    pub(super) fn holidays(&mut self, table: &Table) -> Holidays {
        Holidays {
            basis: table.one_of("basis"),
            not_worked: table.optional("not_worked").map(|inner| HolidayNotWorked {
                rule: self.rule(inner),
                pays_to: self.pay_code(inner, "pay", None),
                amount: match inner.one_or_length("amount") {
                    Some(OneOrLength::Length(length)) => Some(length),
                    Some(OneOrLength::One(NotWorkedKind::Planned)) | None => None,
                },
            }),
        }
    }

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
