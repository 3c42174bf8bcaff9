//! Late, early, absent, and the time that workdays expect.

use shiftmill_core::shape::attendance::{Attendance, EarlyTier, LateDeduct, LateDeductKind, LateTier};
use shiftmill_core::shape::breaks::Compare;
use shiftmill_core::shape::expectation::Expectation;
use shiftmill_core::shape::flexible::FlexibleStart;
use shiftmill_core::shape::free_lateness::FreeLateness;
use shiftmill_core::shape::late_off::LateOff;
use shiftmill_core::{Seconds, Weekday};

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
        for (index, step) in table.tables("late_off_late_on").iter().enumerate() {
            let after = step.seconds("out_after");
            if table.tables("late_off_late_on").iter().take(index).any(|it| it.seconds("out_after") == after) {
                let message = format!("two steps of late off begin at {}", written(after.0));
                self.mistakes.add(step.place("out_after"), message, None);
            }
        }
        Attendance {
            late_grace: table.length("late_grace"),
            early_grace: table.length("early_grace"),
            grace_mode: table.one_of("grace_mode"),
            late_tiers: self.late_tiers(table.tables("late_tiers")),
            measured: table.one_of("measured"),
            early_tiers: self.early_tiers(table.tables("early_tiers")),
            watch_window: table.length("watch_window"),
            compared: table.one_of("compared"),
            absence_delay: table.length("absence_delay"),
            absent_below: table.length("absent_below"),
            half_day_below: table.length("half_day_below"),
            min_day: table.length("min_day"),
            early_in_beyond: table.length("early_in_beyond"),
            late_out_beyond: table.length("late_out_beyond"),
            gap_worked_beyond: table.length("gap_worked_beyond"),
            flexible: FlexibleStart { early: table.seconds("flex_early"), late: table.seconds("flex_late") },
            late_off: table.tables("late_off_late_on").iter().map(late_off).collect(),
            free_late: table.optional("monthly_free_late").map(free_lateness),
            edges: table.one_of("edges"),
            day_tolerance: table.length("day_tolerance"),
            core_hours: self.core_hours(table, 0),
            unscheduled: table.flag("unscheduled"),
        }
    }

    pub(super) fn expectation(&mut self, table: &Table) -> Expectation {
        Expectation {
            undertime_beyond: table.length("undertime_beyond"),
            over_schedule_beyond: table.length("over_schedule_beyond"),
            counts: table.one_of("counts"),
            lateness_counts: table.flag("lateness_counts"),
            hours: self.expected_hours(table.tables("hours")),
        }
    }

    fn expected_hours(&mut self, tables: &[Table]) -> [Option<Seconds>; 7] {
        let mut hours = [None; 7];
        for table in tables {
            let days = table.weekdays("days");
            for (weekday, slot) in Weekday::ALL.iter().zip(&mut hours).filter(|(weekday, _)| days.contains(**weekday)) {
                if slot.replace(table.seconds("length")).is_some() {
                    self.mistakes.add(table.place("days"), format!("{} has two lengths", weekday.short()), None);
                }
            }
        }
        hours
    }

    fn late_tiers(&mut self, tables: &[Table]) -> Vec<LateTier> {
        self.check_steps("lateness", tables);
        let mut tiers: Vec<LateTier> = tables.iter().map(|table| self.late_tier(table)).collect();
        tiers.sort_by_key(|tier| (tier.from, tier.compare == Compare::MoreThan));
        tiers
    }

    fn early_tiers(&mut self, tables: &[Table]) -> Vec<EarlyTier> {
        self.check_steps("leaving early", tables);
        let tier = |table: &Table| EarlyTier {
            from: table.seconds("from"),
            compare: table.one_of("compare"),
            outcome: table.one_of("outcome"),
        };
        let mut tiers: Vec<EarlyTier> = tables.iter().map(tier).collect();
        tiers.sort_by_key(|tier| (tier.from, tier.compare == Compare::MoreThan));
        tiers
    }

    /// No two steps begin at the same length.
    fn check_steps(&mut self, of: &str, tables: &[Table]) {
        let begins = |table: &Table| (table.seconds("from"), table.one_of::<Compare>("compare"));
        for (index, table) in tables.iter().enumerate() {
            if tables.iter().take(index).any(|earlier| begins(earlier) == begins(table)) {
                let message = format!("two steps of {of} begin at {}", written(table.seconds("from").0));
                self.mistakes.add(table.place("from"), message, None);
            }
        }
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

fn late_off(table: &Table) -> LateOff {
    LateOff { out_after: table.seconds("out_after"), start_later: table.seconds("start_later") }
}

fn free_lateness(table: &Table) -> FreeLateness {
    let times = table.integer("times").and_then(|times| u8::try_from(times).ok()).unwrap_or(1);
    FreeLateness { times, up_to: table.seconds("up_to") }
}
