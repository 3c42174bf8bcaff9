//! From punches to workdays: reading, repeats, matching, pairing, rounding, attribution.

use shiftmill_core::Weekday;
use shiftmill_core::open::dedupe::{Dedupe, DedupeKeep};
use shiftmill_core::open::normalise::{Granularity, Normalise};
use shiftmill_core::shape::matching::{GapBasis, MatchBy, Matching, ShiftStart};
use shiftmill_core::shape::pairing::{Adjacency, Imputed, MealDetect, Pairing, PairingMode, RepeatIn};
use shiftmill_core::shape::rounding::{Anchor, Direction, RoundingCondition, RoundingRule, RoundingTarget, Tie};
use shiftmill_core::shape::workdays::{Attribution, Workdays};

use super::Compiler;
use crate::check::{Table, Value, written};

pub(super) fn normalise(table: &Table) -> Normalise {
    Normalise {
        granularity: match table.word("granularity") {
            "minute" => Granularity::Minute,
            _ => Granularity::Second,
        },
        future_skew_max: table.seconds("future_skew"),
    }
}

pub(super) fn dedupe(table: &Table) -> Dedupe {
    Dedupe {
        window: table.length("dedupe_window"),
        keep: match table.word("dedupe_keep") {
            "first" => DedupeKeep::First,
            "last" => DedupeKeep::Last,
            _ => DedupeKeep::ByDirection,
        },
    }
}

pub(super) fn matching(table: &Table) -> Matching {
    Matching {
        shift_starts_at: match table.word("shift_starts_at") {
            "in_punch" => ShiftStart::InPunch,
            _ => ShiftStart::Gap,
        },
        shift_gap_basis: match table.word("shift_gap_basis") {
            "any_punch" => GapBasis::AnyPunch,
            _ => GapBasis::Out,
        },
        new_shift_gap: table.seconds("new_shift_gap"),
        shift_length_max: table.seconds("shift_length_max"),
        match_by: match table.word("match_by") {
            "workday" => MatchBy::Workday,
            _ => MatchBy::Cluster,
        },
    }
}

pub(super) fn workdays(table: &Table) -> Workdays {
    Workdays {
        overtime: attribution(table.word("overtime")),
        reporting: attribution(table.word("reporting")),
        opens_at: table.seconds("opens_at").0,
        workweek_opens: table.weekday("workweek_opens").unwrap_or(Weekday::Monday),
    }
}

fn attribution(word: &str) -> Attribution {
    match word {
        "start_day" => Attribution::StartDay,
        "end_day" => Attribution::EndDay,
        "majority" => Attribution::Majority,
        "split_midnight" => Attribution::SplitMidnight,
        "divide_time" => Attribution::DivideTime,
        "divide_time_split" => Attribution::DivideTimeSplit,
        _ => Attribution::ScheduleLabel,
    }
}

fn imputed(table: &Table, setting: &str) -> Imputed {
    match table.value(setting) {
        Value::Word("to_schedule") => Imputed::ToSchedule,
        Value::Seconds(seconds) => Imputed::Fixed(shiftmill_core::Seconds(*seconds)),
        _ => Imputed::Nothing,
    }
}

impl Compiler<'_> {
    pub(super) fn pairing(&mut self, table: &Table) -> Pairing {
        Pairing {
            mode: match table.word("mode") {
                "alternating" => PairingMode::Alternating,
                "first_last" => PairingMode::FirstLast,
                _ => PairingMode::Typed,
            },
            adjacency: match table.word("adjacency") {
                "strict" => Adjacency::Strict,
                _ => Adjacency::Bridging,
            },
            repeat_in: match table.word("repeat_in") {
                "close_previous_at_new" => RepeatIn::ClosePreviousAtNew,
                _ => RepeatIn::KeepFirst,
            },
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
        RoundingRule {
            rule: self.rule(table),
            target: target(table),
            interval,
            direction: match (table.word("direction"), table.word("tie")) {
                ("down", _) => Direction::Down,
                ("up", _) => Direction::Up,
                (_, "half_up") => Direction::Nearest(Tie::HalfUp),
                (_, "half_down") => Direction::Nearest(Tie::HalfDown),
                (_, "partial_minute_up") => Direction::Nearest(Tie::PartialMinuteUp),
                _ => Direction::Nearest(Tie::PartialMinuteDown),
            },
            anchor: match table.word("anchor") {
                "schedule_start" => Anchor::ScheduleStart,
                _ => Anchor::LocalMidnight,
            },
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

fn target(table: &Table) -> RoundingTarget {
    let words: &[&str] = match table.value("targets") {
        Value::Words(words) => words,
        _ => &[],
    };
    RoundingTarget {
        shift_in: words.contains(&"in"),
        shift_out: words.contains(&"out"),
        meal_start: words.contains(&"meal_start"),
        meal_end: words.contains(&"meal_end"),
        break_start: words.contains(&"break_start"),
        break_end: words.contains(&"break_end"),
    }
}
