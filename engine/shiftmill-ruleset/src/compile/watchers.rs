//! Watchers: limits that raise exceptions.

use shiftmill_core::watch::breaks::Breaks;
use shiftmill_core::watch::continuous_work::ContinuousWork;
use shiftmill_core::watch::days_in_a_row::DaysInARow;
use shiftmill_core::watch::hours::{CountedTime, CountedTimeKind, Hours, HoursScope, HoursScopeKind};
use shiftmill_core::watch::limit::Limit;
use shiftmill_core::watch::rest_between_shifts::RestBetweenShifts;
use shiftmill_core::watch::spread::Spread;
use shiftmill_core::watch::weekly_rest::WeeklyRest;
use shiftmill_core::watch::{Watched, Watcher, WatcherKind};
use shiftmill_core::{Layer, PayCodeSet, RuleId, Seconds, Unit, Workday};

use super::Compiler;
use crate::check::Table;
use crate::check::read::OneOrPayCodes;
use crate::settings::Fits;

const BASE: Fits = Fits { layer: Layer::Base, unit: Unit::Second };

/// The most watchers: each of them goes through all of a card.
const WATCHERS_MAX: usize = 64;

/// The settings that only some kinds of watcher have.
const PARTICULAR: [&str; 23] = [
    "scope",
    "limit",
    "reached",
    "warn_at",
    "average",
    "counts",
    "where",
    "weeks",
    "anchor",
    "months",
    "days",
    "month_opens",
    "year_opens",
    "at_least",
    "between",
    "per",
    "at_most",
    "reset",
    "worked_at_least",
    "break_at_least",
    "callbacks",
    "worked_over",
    "piece_at_least",
];

/// The settings that a kind of watcher needs, and those that it may have.
const fn settings_of(kind: WatcherKind) -> (&'static [&'static str], &'static [&'static str]) {
    match kind {
        WatcherKind::Hours => (
            &["scope", "limit"],
            &[
                "reached",
                "warn_at",
                "average",
                "counts",
                "where",
                "weeks",
                "anchor",
                "months",
                "days",
                "month_opens",
                "year_opens",
            ],
        ),
        WatcherKind::RestBetweenShifts => (&["at_least"], &["between", "callbacks"]),
        WatcherKind::WeeklyRest => (&["at_least"], &["per", "callbacks"]),
        WatcherKind::DaysInARow => (&["at_most"], &["reset", "worked_at_least", "warn_at"]),
        WatcherKind::ContinuousWork => (&["limit", "break_at_least"], &["reached", "warn_at"]),
        WatcherKind::Spread => (&["limit"], &["reached", "warn_at", "callbacks"]),
        WatcherKind::Breaks => (&["worked_over", "at_least"], &["piece_at_least"]),
    }
}

/// The same for the scopes of hours.
const fn settings_of_scope(scope: HoursScopeKind) -> (&'static [&'static str], &'static [&'static str]) {
    match scope {
        HoursScopeKind::Workday | HoursScopeKind::Workweek | HoursScopeKind::PayPeriod => (&[], &[]),
        HoursScopeKind::Workweeks => (&["weeks", "anchor"], &["average"]),
        HoursScopeKind::Months => (&[], &["months", "month_opens", "average"]),
        HoursScopeKind::Year => (&[], &["year_opens", "month_opens"]),
        HoursScopeKind::Rolling => (&["days"], &["average"]),
    }
}

/// The settings that only some scopes have.
const OF_SCOPES: [&str; 7] = ["weeks", "anchor", "months", "days", "month_opens", "year_opens", "average"];

impl Compiler<'_> {
    pub(super) fn watchers(&mut self, tables: &[Table]) -> Vec<Watcher> {
        if let Some(beyond) = tables.get(WATCHERS_MAX) {
            let message = format!("there are {} watchers; the maximum is {WATCHERS_MAX}", tables.len());
            self.mistakes.add(beyond.place, message, None);
        }
        tables.iter().take(WATCHERS_MAX).map(|table| self.watcher(table)).collect()
    }

    fn watcher(&mut self, table: &Table) -> Watcher {
        let kind: WatcherKind = table.one_of("kind");
        self.check_settings(table, &PARTICULAR, settings_of(kind), ("kind", kind.code()));
        let rule = self.rule(table);
        let severity = table.has("severity").then(|| table.one_of("severity"));
        Watcher { rule, severity, watches: self.watched(kind, rule, table) }
    }

    fn watched(&mut self, kind: WatcherKind, rule: RuleId, table: &Table) -> Watched {
        let callbacks = !table.has("callbacks") || table.flag("callbacks");
        let at_least = table.seconds("at_least");
        match kind {
            WatcherKind::Hours => Watched::Hours(self.hours(rule, table)),
            WatcherKind::RestBetweenShifts => {
                Watched::RestBetweenShifts(RestBetweenShifts { at_least, between: table.one_of("between"), callbacks })
            }
            WatcherKind::WeeklyRest => {
                Watched::WeeklyRest(WeeklyRest { at_least, per: table.one_of("per"), callbacks })
            }
            WatcherKind::DaysInARow => {
                let days = table.integer("at_most").unwrap_or(1) as u8;
                Watched::DaysInARow(DaysInARow {
                    limit: limit(table, DaysInARow::most(days)),
                    reset: table.one_of("reset"),
                    worked_at_least: table.length("worked_at_least").unwrap_or(Seconds(1)),
                })
            }
            WatcherKind::ContinuousWork => Watched::ContinuousWork(ContinuousWork {
                limit: limit(table, table.seconds("limit")),
                break_at_least: table.seconds("break_at_least"),
            }),
            WatcherKind::Spread => Watched::Spread(Spread { limit: limit(table, table.seconds("limit")), callbacks }),
            WatcherKind::Breaks => Watched::Breaks(Breaks {
                worked_over: table.seconds("worked_over"),
                at_least,
                piece_at_least: table.length("piece_at_least").unwrap_or(Seconds(1)),
            }),
        }
    }

    fn hours(&mut self, rule: RuleId, table: &Table) -> Hours {
        let kind: HoursScopeKind = table.one_of("scope");
        self.check_settings(table, &OF_SCOPES, settings_of_scope(kind), ("scope", kind.code()));
        let scope = scope(kind, table);
        let times = if table.flag("average") { self.averaged_over(scope, table) } else { 1 };
        let most = Seconds(table.seconds("limit").0.saturating_mul(times));
        Hours { scope, counts: self.counted_time(table), tags: self.filter(rule, table), limit: limit(table, most) }
    }

    /// Over how many weeks or months a limit is an average.
    fn averaged_over(&mut self, scope: HoursScope, table: &Table) -> u32 {
        match scope {
            HoursScope::Workweeks { count, .. } | HoursScope::Months { count, .. } => u32::from(count),
            HoursScope::Rolling { days } => {
                if days % 7 != 0 {
                    let message = format!("{days} days are no whole weeks, over which an average could be");
                    let hint = "with `average`, the limit is for each week: write a multiple of 7".to_owned();
                    self.mistakes.add(table.place("days"), message, Some(hint));
                }
                u32::from(days / 7)
            }
            // These have no average, which is a mistake already.
            HoursScope::Workday | HoursScope::Workweek | HoursScope::Year { .. } | HoursScope::PayPeriod => 1,
        }
    }

    fn counted_time(&mut self, table: &Table) -> CountedTime {
        match table.one_or_pay_codes("counts") {
            Some(OneOrPayCodes::One(CountedTimeKind::AllWork)) | None => CountedTime::AllWork,
            Some(OneOrPayCodes::PayCodes(codes)) => {
                if codes.is_empty() {
                    let hint = "name the pay codes whose time it counts".to_owned();
                    self.mistakes.add(table.place("counts"), "`counts` names no pay code".into(), Some(hint));
                }
                let found = codes.iter().map(|code| self.named_pay_code(&code.text, &[BASE], code.place)).collect();
                CountedTime::Codes(PayCodeSet::new(found))
            }
        }
    }

    /// Of some settings, those that a watcher needs must be written, and those of which it has no use must not be.
    fn check_settings(
        &mut self,
        table: &Table,
        settings: &[&str],
        (needed, possible): (&[&str], &[&str]),
        (deciding, word): (&str, &str),
    ) {
        for &setting in settings {
            let (is_needed, is_possible) = (needed.contains(&setting), possible.contains(&setting));
            // A setting with a wrong value is written, and has a mistake already.
            let is_missing = !table.has(setting) && table.place(setting) == table.place;
            if is_needed && is_missing {
                let message = format!("`{deciding} = \"{word}\"` needs `{setting}`");
                self.mistakes.missing(table.place(deciding), message, None);
            } else if !is_needed && !is_possible && table.has(setting) {
                let message = format!("`{setting}` has no effect with `{deciding} = \"{word}\"`");
                self.mistakes.add(table.place(setting), message, Some("drop it".into()));
            }
        }
    }
}

fn scope(kind: HoursScopeKind, table: &Table) -> HoursScope {
    let number = |number: Option<i64>, default| number.unwrap_or(default) as u8;
    let (weeks, anchor) = (number(table.integer("weeks"), 2), table.date("anchor").unwrap_or(Workday(0)));
    let (months, month_opens) = (number(table.integer("months"), 1), number(table.integer("month_opens"), 1));
    let year_opens = number(table.integer("year_opens"), 1);
    let days = table.integer("days").unwrap_or(7) as u16;
    match kind {
        HoursScopeKind::Workday => HoursScope::Workday,
        HoursScopeKind::Workweek => HoursScope::Workweek,
        HoursScopeKind::Workweeks => HoursScope::Workweeks { count: weeks, anchor },
        HoursScopeKind::Months => HoursScope::Months { count: months, opens: month_opens },
        HoursScopeKind::Year => HoursScope::Year { month: year_opens, opens: month_opens },
        HoursScopeKind::PayPeriod => HoursScope::PayPeriod,
        HoursScopeKind::Rolling => HoursScope::Rolling { days },
    }
}

fn limit(table: &Table, most: Seconds) -> Limit {
    Limit { most, passed: table.one_of("reached"), warn_at: table.integer("warn_at").map(|share| share as u8) }
}
