//! Premiums, and the pay of holidays not worked.

use shiftmill_core::Seconds;
use shiftmill_core::pay::holidays::{HolidayBasis, HolidayNotWorked, Holidays};
use shiftmill_core::pay::premiums::{ClockWindow, Premium, PremiumMode};

use super::Compiler;
use crate::check::{Table, Value, written};

impl Compiler<'_> {
    pub(super) fn holidays(&mut self, table: &Table) -> Holidays {
        Holidays {
            basis: match table.word("basis") {
                "workday" => HolidayBasis::Workday,
                "shift_start" => HolidayBasis::ShiftStart,
                _ => HolidayBasis::CalendarSplit,
            },
            not_worked: table.optional("not_worked").map(|inner| HolidayNotWorked {
                rule: self.rule(inner),
                pays_to: self.pay_code(inner, "pay", None),
                amount: match inner.value("amount") {
                    Value::Seconds(seconds) => Some(Seconds(*seconds)),
                    _ => None,
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
        Premium {
            rule: self.rule(table),
            pays_to: self.pay_code(table, "pay", None),
            window: table.window("between").map(|(from, to)| ClockWindow { from, to }),
            weekdays: table.weekdays("weekdays"),
            day_types: table.day_types("day_types"),
            mode: match table.word("mode") {
                "whole_if_starts_in" => PremiumMode::WholeIfStartsIn,
                "whole_if_ends_in" => PremiumMode::WholeIfEndsIn,
                "whole_if_within" => PremiumMode::WholeIfWithin,
                "whole_if_majority" => PremiumMode::WholeIfMajority,
                _ => PremiumMode::Split,
            },
            min,
            max,
        }
    }
}
