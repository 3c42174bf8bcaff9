//! Premiums.

use shiftmill_core::pay::premium_hours::PremiumHours;
use shiftmill_core::pay::premium_limits::{MinimumThen, PremiumLimits, PremiumMaximum, PremiumMinimum};
use shiftmill_core::pay::premiums::{ClockWindow, OverKind, Premium};
use shiftmill_core::{Layer, PayCode, PayCodeSet, Seconds, Unit};

use super::Compiler;
use super::overtime::only_callbacks;
use crate::check::read::OneOrPayCodes;
use crate::check::{Table, written};
use crate::nearest::nearest;
use crate::settings::Fits;

const BASE: Fits = Fits { layer: Layer::Base, unit: Unit::Second };
const COUNT: Fits = Fits { layer: Layer::Quantity, unit: Unit::Count };

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
        let pays_to = match table.flag("per_shift") {
            false => self.pay_code(table, "pay", None),
            true => self.counted_pay_code(table),
        };
        let limits = self.limits(table, pays_to);
        self.check_start(table);
        Premium {
            rule,
            pays_to,
            window: table.window("between").map(|(from, to)| ClockWindow { from, to }),
            weekdays: table.weekdays("weekdays"),
            day_types: table.day_types("day_types"),
            tags: self.filter(rule, table),
            callback: only_callbacks(table),
            zone: table.one_of("zone"),
            starts_after: table.time("starts_after"),
            starts_before: table.time("starts_before"),
            shifts: table.has("shifts").then(|| self.shift_numbers(table)),
            mode: table.one_of("mode"),
            over: self.over(table),
            after: self.premium_hours(table, "after"),
            before: self.premium_hours(table, "before"),
            min,
            max,
            limits,
        }
    }

    /// The pay code of a premium that counts shifts.
    fn counted_pay_code(&mut self, table: &Table) -> PayCode {
        let Some((name, _)) = table.pay_code("pay") else { return PayCode::REGULAR };
        self.named_pay_code(name, &[COUNT], table.place("pay"))
    }

    /// The numbers of the scheduled shifts that are named; names of none are mistakes.
    fn shift_numbers(&mut self, table: &Table) -> Vec<u16> {
        let written = table.texts("shifts");
        if written.is_empty() {
            let hint = Some("name a shift, or drop it".to_owned());
            self.mistakes.add(table.place("shifts"), "`shifts` names no shift".into(), hint);
        }
        let mut numbers = Vec::new();
        for shift in written {
            let known = &self.names.names.shifts;
            match known.iter().position(|name| *name == shift.text) {
                Some(number) => numbers.push(number as u16),
                None => {
                    let hint = || match nearest(&shift.text, known.iter().map(String::as_str)) {
                        Some(near) => Some(format!("did you mean `{near}`?")),
                        None => Some(format!("declare it in `[shifts.{}]`", shift.text)),
                    };
                    self.mistakes.add_with(shift.place, format!("there is no shift `{}`", shift.text), hint);
                }
            }
        }
        numbers
    }

    /// The base codes over which it is paid.
    fn over(&mut self, table: &Table) -> Option<PayCodeSet> {
        match table.one_or_pay_codes("over") {
            Some(OneOrPayCodes::One(OverKind::All)) | None => None,
            Some(OneOrPayCodes::PayCodes(codes)) => {
                if codes.is_empty() {
                    let hint = Some("name the pay codes over which it is paid".to_owned());
                    self.mistakes.add(table.place("over"), "`over` names no pay code".into(), hint);
                }
                let found = codes.iter().map(|code| self.named_pay_code(&code.text, &[BASE], code.place)).collect();
                Some(PayCodeSet::new(found))
            }
        }
    }

    /// How much must have been worked, or must not.
    fn premium_hours(&mut self, table: &Table, setting: &str) -> PremiumHours {
        let Some(inner) = table.optional(setting) else { return PremiumHours::default() };
        let hours = PremiumHours { workday: inner.length("workday"), workweek: inner.length("workweek") };
        if hours.ask_nothing() {
            let hint = Some("such as `workday = \"10h\"`".to_owned());
            self.mistakes.add(inner.place, format!("`{setting}` states no hours"), hint);
        }
        hours
    }

    /// Work begins at one time of the date, so both settings must leave one.
    fn check_start(&mut self, table: &Table) {
        if let (Some(after), Some(before)) = (table.time("starts_after"), table.time("starts_before"))
            && after >= before
        {
            let hint = Some("times of the next date go on from 24:00: `30:00` is 06:00 of it".to_owned());
            let message = "`starts_after` is not before `starts_before`, so the premium is never paid".to_owned();
            self.mistakes.add(table.place("starts_after"), message, hint);
        }
    }

    fn limits(&mut self, table: &Table, pays_to: PayCode) -> PremiumLimits {
        let minimum = table.optional("minimum").map(|inner| PremiumMinimum {
            of: inner.seconds("of"),
            then: inner.one_of("then"),
            per: inner.one_of("per"),
        });
        let maximum =
            table.optional("maximum").map(|inner| PremiumMaximum { of: inner.seconds("of"), per: inner.one_of("per") });
        let group = table.text("group").and_then(|name| {
            let number = self.names.names.premium_groups.iter().position(|group| group == name);
            number.map(|number| number as u16)
        });
        let limits = PremiumLimits {
            minimum,
            maximum,
            group,
            multiplier: self.names.names.multiplier(pays_to),
            hour: table.seconds("hour"),
            per_shift: table.flag("per_shift"),
        };
        self.check_limits(table, &limits);
        limits
    }

    /// Limits that contradict each other.
    fn check_limits(&mut self, table: &Table, limits: &PremiumLimits) {
        let mut never_with = |setting: &str, others: &[(&str, bool)], why: &str| {
            for (other, _) in others.iter().filter(|(_, written)| *written) {
                let message = format!("`{other}` cannot be used with {setting}: {why}");
                self.mistakes.add(table.place(other), message, None);
            }
        };
        let (group, short) = (limits.group.is_some(), limits.hour < Seconds::hours(1));
        let (minimum, maximum) = (limits.minimum.is_some(), limits.maximum.is_some());
        if limits.per_shift {
            let others = [("minimum", minimum), ("maximum", maximum), ("group", group), ("hour", short)];
            never_with("`per_shift`", &others, "it pays no time");
        }
        let Some(PremiumMinimum { of, then, per }) = limits.minimum else { return };
        if then == MinimumThen::TopUp && !limits.per_shift {
            let others = [("maximum", maximum), ("group", group), ("hour", short)];
            never_with("`then = \"top_up\"`", &others, "it pays only what is missing");
        }
        let less = limits.maximum.is_some_and(|maximum| maximum.per == per && maximum.of < of);
        if then == MinimumThen::Raise && less {
            let message = "`minimum` is more than `maximum` of the same time".to_owned();
            let hint = Some("what is raised to the minimum would be cut again".to_owned());
            self.mistakes.add(table.place("minimum"), message, hint);
        }
    }
}
