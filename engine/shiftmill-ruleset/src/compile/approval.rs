//! Overtime approval: rules in order, each for the day types that no earlier one has.

use shiftmill_core::pay::overtime_approval::{OvertimeApproval, OvertimeRest};
use shiftmill_core::{DayType, DayTypeSet};

use super::Compiler;
use crate::check::Table;

impl Compiler<'_> {
    pub(super) fn overtime_approval(&mut self, tables: &[Table]) -> Vec<OvertimeApproval> {
        let rules: Vec<OvertimeApproval> = tables.iter().map(|table| self.approval_rule(table)).collect();
        let mut decided = DayTypeSet::NONE;
        for (rule, table) in rules.iter().zip(tables) {
            let own = || DayType::ALL.iter().copied().filter(|day_type| rule.day_types.contains(*day_type));
            if own().all(|day_type| decided.contains(day_type)) {
                let hint = "name day types that earlier rules leave, or change an earlier rule by its name".to_owned();
                let message = "the rules before this one decide about all of its day types".to_owned();
                self.mistakes.add(table.place, message, Some(hint));
            }
            decided = own().fold(decided, DayTypeSet::with);
        }
        rules
    }

    fn approval_rule(&mut self, table: &Table) -> OvertimeApproval {
        OvertimeApproval {
            rule: self.rule(table),
            day_types: table.day_types("day_types"),
            mode: table.one_of("mode"),
            before_shift: table.flag("before_shift"),
            after_shift: table.flag("after_shift"),
            start_offset: table.seconds("start_offset"),
            whole_rest_days: table.flag("whole_rest_days"),
            both_punches: table.flag("both_punches"),
            rests: self.rests(table),
            minimum: table.seconds("minimum"),
            minimum_compare: table.one_of("minimum_compare"),
            unit: table.length("unit"),
            day_max: table.length("day_max"),
            compensation: table.one_of("compensation"),
            pays_to: table.has("pay").then(|| self.pay_code(table, "pay", None)),
            unapproved_to: self.pay_code(table, "unapproved_pay", None),
            excess_to: self.pay_code(table, "excess_pay", None),
            bank_to: self.pay_code(table, "bank_pay", None),
            exception_beyond: table.seconds("exception_beyond"),
        }
    }

    fn rests(&mut self, table: &Table) -> Vec<OvertimeRest> {
        let mut rests: Vec<OvertimeRest> = Vec::new();
        for step in table.tables("rests") {
            let rest = OvertimeRest { after: step.seconds("after"), rest: step.seconds("rest") };
            if rests.last().is_some_and(|before| before.after >= rest.after) {
                let hint = "write the rests in ascending order of `after`".to_owned();
                let message = format!("a rest after {} follows one that is not shorter", rest.after);
                self.mistakes.add(step.place, message, Some(hint));
            }
            rests.push(rest);
        }
        rests
    }
}
