//! Late, early, absent.

use shiftmill_core::shape::attendance::{Attendance, LateDeduct, LateDeductKind, LateTier};
use shiftmill_core::shape::breaks::Compare;

use super::Compiler;
use crate::check::read::OneOrLength;
use crate::check::{Table, written};

impl Compiler<'_> {
    pub(super) fn attendance(&mut self, table: &Table) -> Attendance {
        if let (Some(absent), Some(half)) = (table.length("absent_below"), table.length("half_day_below"))
            && absent > half
        {
            let message = format!("`absent_below` of {} is more than `half_day_below`", written(absent.0));
            let hint = "`absent_below` must not be more than `half_day_below`".to_owned();
            self.mistakes.add(table.place("absent_below"), message, Some(hint));
        }
        Attendance {
            late_grace: table.length("late_grace"),
            early_grace: table.length("early_grace"),
            grace_mode: table.one_of("grace_mode"),
            late_tiers: self.late_tiers(table.tables("late_tiers")),
            watch_window: table.length("watch_window"),
            compared: table.one_of("compared"),
            absence_delay: table.length("absence_delay"),
            absent_below: table.length("absent_below"),
            half_day_below: table.length("half_day_below"),
            min_day: table.length("min_day"),
            early_in_beyond: table.length("early_in_beyond"),
            late_out_beyond: table.length("late_out_beyond"),
            unscheduled: table.flag("unscheduled"),
        }
    }

    fn late_tiers(&mut self, tables: &[Table]) -> Vec<LateTier> {
        let mut tiers: Vec<LateTier> = Vec::new();
        for table in tables {
            let tier = self.late_tier(table);
            if tiers.iter().any(|other| other.from == tier.from && other.compare == tier.compare) {
                let message = format!("two steps of lateness begin at {}", written(tier.from.0));
                self.mistakes.add(table.place("from"), message, None);
            }
            tiers.push(tier);
        }
        tiers.sort_by_key(|tier| (tier.from, tier.compare == Compare::MoreThan));
        tiers
    }

    fn late_tier(&mut self, table: &Table) -> LateTier {
        LateTier {
            from: table.seconds("from"),
            compare: table.one_of("compare"),
            outcome: table.one_of("outcome"),
            deduct: table.one_or_length("deduct").map(|amount| LateDeduct {
                pays_to: self.pay_code(table, "deduct_pay", None),
                amount: match amount {
                    OneOrLength::Length(length) => Some(length),
                    OneOrLength::One(LateDeductKind::Lateness) => None,
                },
            }),
        }
    }
}
