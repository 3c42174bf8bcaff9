//! Breaks, and meals that must be taken.

use shiftmill_core::Seconds;
use shiftmill_core::shape::breaks::{AutoDeduct, Breaks, FixedBreak, PaidGap};
use shiftmill_core::shape::meal_requirement::MealRequirement;
use shiftmill_core::shape::rest_requirement::RestRequirement;

use super::Compiler;
use crate::check::Table;
use crate::nearest::nearest;

impl Compiler<'_> {
    pub(super) fn breaks(&mut self, table: &Table) -> Breaks {
        Breaks {
            paid_below: table.optional("paid_gap").map(|gap| {
                let (rule, limit, meals_too) = (self.rule(gap), self.paid_gap_limit(gap), gap.flag("meals_too"));
                PaidGap { rule, limit, meals_too, tags: self.filter(rule, gap) }
            }),
            fixed: table.tables("fixed").iter().map(|fixed| self.fixed_break(fixed)).collect(),
            auto_deduct: table.tables("auto_deduct").iter().map(|deduct| self.auto_deduct(deduct)).collect(),
        }
    }

    /// The length from which gaps are not paid. Lengths are whole seconds, so "at most" ends a second later.
    fn paid_gap_limit(&mut self, gap: &Table) -> Seconds {
        match (gap.length("below"), gap.length("at_most")) {
            (Some(below), None) => below,
            (None, Some(at_most)) => at_most.plus(Seconds(1)),
            (Some(_), Some(at_most)) => {
                let hint = "to change an inherited `at_most`, write `at_most`".to_owned();
                let message = "`below` and `at_most` both say which gaps are paid; write one of them".to_owned();
                self.mistakes.add(gap.place("below"), message, Some(hint));
                at_most
            }
            (None, None) => {
                let hint = "such as `at_most = \"20m\"`".to_owned();
                self.mistakes.missing(gap.place, "`paid_gap` needs `below` or `at_most`".into(), Some(hint));
                Seconds::ZERO
            }
        }
    }

    fn fixed_break(&mut self, table: &Table) -> FixedBreak {
        let (start, end) = table.window("between").unwrap_or_default();
        if table.window("between").is_some() && start == end {
            let hint = "a break ends after its start".to_owned();
            self.mistakes.add(table.place("between"), "a fixed break has no length".into(), Some(hint));
        }
        let rule = self.rule(table);
        FixedBreak { rule, start, end, tags: self.filter(rule, table) }
    }

    fn auto_deduct(&mut self, table: &Table) -> AutoDeduct {
        if table.length("amount") == Some(Seconds::ZERO) {
            let hint = "leave the rule out, or write how much it deducts".to_owned();
            self.mistakes.add(table.place("amount"), "`amount` deducts nothing".into(), Some(hint));
        }
        let rule = self.rule(table);
        AutoDeduct {
            rule,
            tags: self.filter(rule, table),
            after: table.seconds("after"),
            compare: table.one_of("compare"),
            basis: table.one_of("basis"),
            amount: table.seconds("amount"),
            only_if_segments: table.integer("only_if_segments").map(|count| count as u8),
            count_taken: table.flag("count_taken"),
            min_piece: table.seconds("min_piece"),
            taper: table.flag("taper"),
            placement: table.one_of("placement"),
        }
    }

    pub(super) fn meal_requirements(&mut self, tables: &[Table]) -> Vec<MealRequirement> {
        let mut meals: Vec<MealRequirement> = tables.iter().map(|table| self.meal_requirement(table)).collect();
        meals.sort_by_key(|meal| meal.ordinal);
        meals
    }

    fn meal_requirement(&mut self, table: &Table) -> MealRequirement {
        let rule = self.rule(table);
        MealRequirement {
            rule,
            judged_by: table.one_of("judged_by"),
            ordinal: table.integer("ordinal").unwrap_or(1) as u8,
            when_worked: table.seconds("when_worked"),
            compare: table.one_of("compare"),
            start_by: table.seconds("start_by"),
            length_min: table.seconds("length"),
            waivable_up_to: table.length("waivable_up_to"),
            waivable_only_if_previous_taken: table.flag("waivable_only_if_previous_taken"),
            attested_by: self.attestation(table),
            pays_to: self.pay_code(table, "pay", None),
        }
    }

    pub(super) fn rest_requirements(&mut self, tables: &[Table]) -> Vec<RestRequirement> {
        let mut rests = Vec::new();
        for table in tables {
            let rule = self.rule(table);
            let attested_by = self.attestation(table);
            let (when_worked, compare) = (table.seconds("when_worked"), table.one_of("compare"));
            let pays_to = self.pay_code(table, "pay", None);
            rests.extend(attested_by.map(|attested_by| RestRequirement {
                rule,
                when_worked,
                compare,
                attested_by,
                pays_to,
            }));
        }
        rests
    }

    /// The attestation that a rule names; one that is not declared is a mistake.
    fn attestation(&mut self, table: &Table) -> Option<u16> {
        let name = table.text("attested_by")?;
        let attestations = &self.names.names.attestations;
        let position = attestations.iter().position(|known| known == name);
        if position.is_none() {
            let known = || attestations.iter().map(String::as_str);
            let hint = || match nearest(name, known()) {
                Some(near) => Some(format!("did you mean `{near}`?")),
                None => Some(format!("declare it: `[[attestation]]` with `name = \"{name}\"`")),
            };
            self.mistakes.add_with(table.place("attested_by"), format!("there is no attestation `{name}`"), hint);
        }
        position.and_then(|position| u16::try_from(position).ok())
    }
}
