//! From punches to workdays: reading, repeats, matching, pairing, rounding, attribution.

use shiftmill_core::open::clock_offset::ClockOffset;
use shiftmill_core::open::correction_policy::{CorrectionActions, CorrectionPolicy};
use shiftmill_core::open::dedupe::Dedupe;
use shiftmill_core::open::normalise::Normalise;
use shiftmill_core::open::restriction::PunchRestriction;
use shiftmill_core::shape::length_rounding::LengthRounding;
use shiftmill_core::shape::matching::Matching;
use shiftmill_core::shape::pairing::{Imputed, ImputedKind, MealDetect, Pairing};
use shiftmill_core::shape::rounding::{Direction, DirectionKind, RoundingCondition, RoundingRule, RoundingTarget};
use shiftmill_core::shape::workdays::Workdays;
use shiftmill_core::{DayType, Weekday};

use super::Compiler;
use crate::check::read::OneOrLength;
use crate::check::{Table, written};

pub(super) fn normalise(table: &Table) -> Normalise {
    Normalise {
        granularity: table.one_of("granularity"),
        future_skew_max: table.seconds("future_skew"),
        offsite: table.one_of("offsite"),
        callback: table.one_of("callback"),
        recorded_late_after: table.length("recorded_late_after"),
    }
}

pub(super) fn dedupe(table: &Table) -> Dedupe {
    Dedupe { window: table.length("dedupe_window"), keep: table.one_of("dedupe_keep") }
}

pub(super) fn corrections(table: &Table) -> CorrectionPolicy {
    // Within the bounds of the settings.
    let small = |setting| table.integer(setting).and_then(|number| u16::try_from(number).ok());
    let accepts = table.some_of("accept");
    CorrectionPolicy {
        accepts: accepts
            .map_or(CorrectionActions::ALL, |actions| actions.fold(CorrectionActions::NONE, CorrectionActions::with)),
        quota: small("quota"),
        cycle_opens: small("cycle_opens").and_then(|day| u8::try_from(day).ok()).unwrap_or(1),
        within_days: small("within_days"),
        closes_after: small("closes_after"),
        marked: table.flag("mark"),
        counts_as: table.one_of("counts_as"),
    }
}

pub(super) fn matching(table: &Table) -> Matching {
    Matching {
        shift_starts_at: table.one_of("shift_starts_at"),
        shift_gap_basis: table.one_of("shift_gap_basis"),
        new_shift_gap: table.seconds("new_shift_gap"),
        shift_length_max: table.seconds("shift_length_max"),
        match_by: table.one_of("match_by"),
    }
}

pub(super) fn workdays(table: &Table) -> Workdays {
    Workdays {
        overtime: table.one_of("overtime"),
        reporting: table.one_of("reporting"),
        opens_at: table.time("opens_at").unwrap_or_default(),
        workweek_opens: table.weekday("workweek_opens").unwrap_or(Weekday::Monday),
    }
}

fn imputed(table: &Table, setting: &str) -> Imputed {
    match table.one_or_length(setting) {
        Some(OneOrLength::Length(length)) => Imputed::Fixed(length),
        Some(OneOrLength::One(ImputedKind::ToSchedule)) => Imputed::ToSchedule,
        Some(OneOrLength::One(ImputedKind::Nothing)) | None => Imputed::Nothing,
    }
}

fn direction(table: &Table) -> Direction {
    match table.one_of("direction") {
        DirectionKind::Nearest => Direction::Nearest(table.one_of("tie")),
        DirectionKind::Down => Direction::Down,
        DirectionKind::Up => Direction::Up,
    }
}

fn target(table: &Table) -> RoundingTarget {
    table
        .some_of("targets")
        .map_or(RoundingTarget::NONE, |positions| positions.fold(RoundingTarget::NONE, RoundingTarget::with))
}

impl Compiler<'_> {
    pub(super) fn clock_offsets(&mut self, tables: &[Table]) -> Vec<ClockOffset> {
        tables.iter().filter_map(|table| self.clock_offset(table)).collect()
    }

    fn clock_offset(&mut self, table: &Table) -> Option<ClockOffset> {
        let seconds = |setting| table.length(setting).map(|length| length.0 as i32);
        let rule = self.rule(table);
        let tags = self.filter(rule, table);
        let (from, until) = (table.date("from"), table.date("until"));
        let add = match (seconds("add"), seconds("subtract")) {
            (Some(add), None) => add,
            (None, Some(subtract)) => -subtract,
            (both, _) => {
                let hint = "`add` for a clock that was slow, or `subtract` for one that was fast".to_owned();
                let place = if both.is_some() { table.place("subtract") } else { table.place };
                self.mistakes.add(place, "a clock offset needs one of `add` and `subtract`".into(), Some(hint));
                return None;
            }
        };
        if from.zip(until).is_some_and(|(from, until)| until < from) {
            self.mistakes.add(table.place("until"), "`until` is before `from`".into(), None);
        }
        Some(ClockOffset { rule, tags: tags?, add, from, until })
    }

    pub(super) fn punch_restrictions(&mut self, tables: &[Table]) -> Vec<PunchRestriction> {
        let restriction = |table: &Table| {
            let rule = self.rule(table);
            Some(PunchRestriction { rule, tags: self.filter(rule, table)?, outcome: table.one_of("then") })
        };
        tables.iter().filter_map(restriction).collect()
    }

    pub(super) fn pairing(&mut self, table: &Table) -> Pairing {
        Pairing {
            mode: table.one_of("mode"),
            adjacency: table.one_of("adjacency"),
            repeat_in: table.one_of("repeat_in"),
            pair_length_max: table.length("pair_length_max"),
            missing_out: imputed(table, "missing_out"),
            missing_in: imputed(table, "missing_in"),
            meal_detect: match table.optional("meal_gap") {
                Some(gap) => self.meal_gap(gap),
                None => MealDetect::ByKind,
            },
        }
    }

    fn meal_gap(&mut self, gap: &Table) -> MealDetect {
        let (min, max) = (gap.seconds("min"), gap.seconds("max"));
        if let (Some(min), Some(max)) = (gap.length("min"), gap.length("max"))
            && min > max
        {
            let message = format!("`min` is {}, longer than `max` of {}", written(min.0), written(max.0));
            self.mistakes.add(gap.place("min"), message, None);
        }
        MealDetect::ByGapLength { min, max }
    }

    pub(super) fn rounding(&mut self, tables: &[Table]) -> Vec<RoundingRule> {
        tables.iter().map(|table| self.rounding_rule(table)).collect()
    }

    pub(super) fn length_rounding(&mut self, tables: &[Table]) -> Vec<LengthRounding> {
        let mut rules: Vec<LengthRounding> = Vec::new();
        for table in tables {
            let rule = self.length_rounding_rule(table);
            let on_both = |earlier: &LengthRounding, day_type: &DayType| {
                earlier.day_types.contains(*day_type) && rule.day_types.contains(*day_type)
            };
            let meets = |earlier: &LengthRounding| {
                earlier.of == rule.of && DayType::ALL.iter().any(|day_type| on_both(earlier, day_type))
            };
            if rules.iter().any(meets) {
                let hint = "change the earlier rule by its name, or leave one out".to_owned();
                let message = format!("the length of a {} is rounded by an earlier rule", rule.of.code());
                self.mistakes.add(table.place, message, Some(hint));
            }
            rules.push(rule);
        }
        rules
    }

    fn length_rounding_rule(&mut self, table: &Table) -> LengthRounding {
        let (interval, grace, direction) = (table.seconds("interval"), table.seconds("grace"), direction(table));
        if interval.is_zero() {
            let hint = "such as 5m, 15m or 1h".to_owned();
            self.mistakes.add(table.place("interval"), "lengths cannot be multiples of 0m".into(), Some(hint));
        } else if grace >= interval {
            let hint = format!("a grace is shorter than the interval of {}", written(interval.0));
            self.mistakes.add(table.place("grace"), "the grace reaches every length".into(), Some(hint));
        }
        if matches!(direction, Direction::Nearest(_)) && !grace.is_zero() {
            let hint = "leave it out, or round `down` or `up`".to_owned();
            self.mistakes.add(table.place("grace"), "rounding to the nearest has no grace".into(), Some(hint));
        }
        LengthRounding {
            rule: self.rule(table),
            of: table.one_of("of"),
            interval,
            direction,
            grace,
            up_to: table.length("up_to"),
            day_types: table.day_types("day_types"),
            off_to: self.pay_code(table, "off_pay", None),
        }
    }

    fn rounding_rule(&mut self, table: &Table) -> RoundingRule {
        let interval = table.seconds("interval");
        if interval.0 > 0 && 86_400 % interval.0 != 0 {
            let hint = "such as 1m, 5m, 6m, 10m, 15m, 30m or 1h".to_owned();
            let message = format!("`interval` of {} does not divide a day evenly", written(interval.0));
            self.mistakes.add(table.place("interval"), message, Some(hint));
        }
        if table.length("near_schedule").is_some() && table.window("between").is_some() {
            let hint = "leave out `near_schedule` or `between`".to_owned();
            self.mistakes.add(table.place("between"), "a rounding rule has at most one condition".into(), Some(hint));
        }
        let rule = self.rule(table);
        RoundingRule {
            rule,
            tags: self.filter(rule, table),
            target: target(table),
            interval,
            direction: direction(table),
            anchor: table.one_of("anchor"),
            condition: match (table.length("near_schedule"), table.window("between")) {
                (Some(near), _) => RoundingCondition::NearSchedule(near),
                (None, Some((from, to))) => RoundingCondition::ClockWindow { from, to },
                (None, None) => RoundingCondition::Always,
            },
            grace: table.seconds("grace"),
            strict: table.flag("strict"),
        }
    }
}
