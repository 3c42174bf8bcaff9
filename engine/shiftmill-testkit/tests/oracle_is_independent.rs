//! The oracle shares types with the engine and no code that decides: whatever else it imports or calls fails here.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Types of core: facts, settings of rules, and what results are made of.
const TYPES: &[&str] = &[
    "Approval",
    "ApprovalKind",
    "ApprovalStatus",
    "ApprovalTime",
    "Assignment",
    "Because",
    "CalendarChoice",
    "Compensation",
    "Correction",
    "CorrectionKind",
    "DayHalf",
    "DayOverride",
    "DayType",
    "DayWindow",
    "EvaluationError",
    "ExceptionCode",
    "ExceptionState",
    "FactList",
    "FilterId",
    "GapKind",
    "LeaveTime",
    "Override",
    "PayCode",
    "PayCodeSet",
    "Plan",
    "Punch",
    "PunchKind",
    "PunchRef",
    "PunchRole",
    "Reason",
    "RosterKind",
    "RuleId",
    "Seconds",
    "ShiftFact",
    "ShiftTimes",
    "SpanState",
    "TagId",
    "TagValues",
    "Timestamp",
    "TotalScope",
    "Unit",
    "WaiverKind",
    "WallTime",
    "Workday",
    "Zone",
    "open::correction_policy::CorrectedAs",
    "open::correction_policy::CorrectionAction",
    "open::correction_policy::CorrectionPolicy",
    "open::dedupe::DedupeKeep",
    "open::normalise::Granularity",
    "open::normalise::NeedsApproval",
    "open::restriction::RestrictionOutcome",
    "pay::combine::Alternative",
    "pay::combine::CombinationTable",
    "pay::combine::Combine",
    "pay::holiday_average::AverageUnit",
    "pay::holiday_average::HolidayAverage",
    "pay::holiday_eligibility::DaysAround",
    "pay::holiday_eligibility::HolidayEligibility",
    "pay::holiday_eligibility::OnHoliday",
    "pay::holiday_eligibility::WorkedDays",
    "pay::holiday_pay::BesideLeave",
    "pay::holiday_pay::HolidayAmount",
    "pay::holiday_pay::HolidayNotWorked",
    "pay::holidays::HolidayBasis",
    "pay::overtime_approval::ApprovalMode",
    "pay::overtime_approval::CompensationMode",
    "pay::overtime_approval::OvertimeApproval",
    "pay::premium_limits::MinimumThen",
    "pay::premium_limits::PremiumPer",
    "pay::premiums::Premium",
    "pay::premiums::PremiumMode",
    "pay::premiums::PremiumZone",
    "pay::tiers::Consecutive",
    "pay::tiers::ConsecutiveMode",
    "pay::tiers::ConsecutiveReset",
    "pay::tiers::Counts",
    "pay::tiers::OvertimeTier",
    "pay::tiers::TierCondition",
    "pay::tiers::TierScope",
    "shape::attendance::Attendance",
    "shape::attendance::Compared",
    "shape::attendance::GraceMode",
    "shape::attendance::Measured",
    "shape::breaks::AutoDeduct",
    "shape::breaks::BreakBasis",
    "shape::breaks::BreakPlacement",
    "shape::breaks::Compare",
    "shape::breaks::FixedBreak",
    "shape::calendar::StatedDate",
    "shape::calendar::StatutoryRestDay",
    "shape::calendar::UnrosteredDay",
    "shape::day_tolerance::ComparedEdges",
    "shape::expectation::Expectation",
    "shape::expectation::WorkThatCounts",
    "shape::half_day::HalfDaySplit",
    "shape::leave::LeaveDays",
    "shape::leave::LeaveVersusWork",
    "shape::length_rounding::LengthRounding",
    "shape::length_rounding::RoundedLength",
    "shape::matching::GapBasis",
    "shape::matching::MatchBy",
    "shape::matching::Matching",
    "shape::matching::ShiftStart",
    "shape::meal_requirement::JudgedBy",
    "shape::meal_requirement::MealRequirement",
    "shape::pairing::Adjacency",
    "shape::pairing::Imputed",
    "shape::pairing::MealDetect",
    "shape::pairing::Pairing",
    "shape::pairing::PairingMode",
    "shape::pairing::RepeatIn",
    "shape::rounding::Anchor",
    "shape::rounding::Direction",
    "shape::rounding::RoundingCondition",
    "shape::rounding::RoundingRule",
    "shape::rounding::Tie",
    "shape::schedule::LateMax",
    "shape::workdays::Attribution",
    "watch::Watched",
    "watch::Watcher",
    "watch::breaks::Breaks",
    "watch::continuous_work::ContinuousWork",
    "watch::days_in_a_row::DaysInARow",
    "watch::days_in_a_row::RunReset",
    "watch::hours::CountedTime",
    "watch::hours::Hours",
    "watch::hours::HoursScope",
    "watch::limit::Limit",
    "watch::limit::PassedWhen",
    "watch::rest_between_shifts::RestBetween",
    "watch::rest_between_shifts::RestBetweenShifts",
    "watch::spread::Spread",
    "watch::weekly_rest::RestPer",
    "watch::weekly_rest::WeeklyRest",
];

/// What the oracle is asked, and how its answer is compared.
const OF_THE_TESTKIT: &[&str] = &["engine::Question", "outcome::Outcome"];

/// Methods of core: arithmetic of time, membership of a set, and readings of what a ruleset or zone states.
const METHODS: &[&str] = &[
    "after",
    "before",
    "beyond",
    "changes",
    "closes",
    "contains",
    "filters",
    "first_offset",
    "is_zero",
    "month_start",
    "multiplier",
    "name",
    "names",
    "number",
    "opens",
    "pairs",
    "pay_code",
    "plus",
    "severity",
    "since",
    "tags",
    "versions",
    "weekday",
];

/// Functions of core types: a length in hours, a zone of offsets, and what the standard library derives.
const FUNCTIONS: &[&str] = &["Seconds::hours", "Timestamp::max", "Workday::default", "Zone::new"];

/// Methods of the standard library whose names core uses too.
const STANDARD: &[&str] = &[
    "contains", "count", "expect", "extend", "find", "get", "insert", "is_empty", "iter", "len", "or", "push", "take",
];

#[test]
fn only_listed_types_are_imported() {
    let mut imported = BTreeSet::new();
    for text in oracle() {
        for path in imports(&text) {
            match path.strip_prefix("shiftmill_core::") {
                Some(of_core) => {
                    assert!(TYPES.contains(&of_core), "the oracle imports `{of_core}` of core");
                    imported.insert(of_core.to_owned());
                }
                None => {
                    let own = path.strip_prefix("crate::").is_some_and(|path| OF_THE_TESTKIT.contains(&path));
                    let standard = path.starts_with("super::") || path.starts_with("std::");
                    assert!(own || standard, "the oracle imports `{path}`");
                }
            }
        }
        let code: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("use ")).collect();
        assert!(!code.iter().any(|line| line.contains("shiftmill_")), "paths of other crates stand in imports only");
    }
    let listed: BTreeSet<String> = TYPES.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(imported, listed, "the list holds what the oracle imports, and no more");
}

#[test]
fn only_listed_methods_of_core_are_called() {
    let (oracle, core) = (oracle(), read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../shiftmill-core/src")));
    let (own, of_core) = (methods(&oracle), methods(&core));
    assert!(of_core.contains("is_holiday") && of_core.contains("date_at"), "methods of core are found");
    for call in oracle.iter().flat_map(|text| calls(text)) {
        let allowed = !of_core.contains(call)
            || METHODS.contains(&call)
            || STANDARD.contains(&call)
            || (own.contains(call) && !METHODS.contains(&call));
        assert!(allowed, "the oracle calls `{call}`, which core has too");
    }
    let names: BTreeSet<&str> = TYPES.iter().map(|path| path.rsplit("::").next().unwrap()).collect();
    for (type_name, function) in oracle.iter().flat_map(|text| functions_called(text)) {
        let path = format!("{type_name}::{function}");
        assert!(!names.contains(type_name) || FUNCTIONS.contains(&path.as_str()), "the oracle calls `{path}`");
    }
}

fn oracle() -> Vec<String> {
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/oracle"))
}

/// The text of all Rust files in a folder.
fn read(folder: &Path) -> Vec<String> {
    let paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    let (folders, files): (Vec<PathBuf>, Vec<PathBuf>) = paths.into_iter().partition(|path| path.is_dir());
    let mut texts: Vec<String> = folders.iter().flat_map(|folder| read(folder)).collect();
    texts.extend(files.iter().map(|file| fs::read_to_string(file).unwrap()));
    texts
}

/// The paths that a file imports, groups written out.
fn imports(text: &str) -> Vec<String> {
    let statements = text.split("\nuse ").skip(1).filter_map(|rest| rest.split_once(';'));
    let mut paths = Vec::new();
    for (statement, _) in statements {
        let statement: String = statement.split_whitespace().collect();
        match statement.split_once('{') {
            Some((prefix, group)) => {
                let members = group.trim_end_matches('}').split(',').filter(|member| !member.is_empty());
                paths.extend(members.map(|member| format!("{prefix}{member}")));
            }
            None => paths.push(statement),
        }
    }
    paths
}

/// The names of functions that take `self`.
fn methods(texts: &[String]) -> BTreeSet<&str> {
    let declared = |rest| {
        let (name, after) = word(rest);
        let parameters = after.split_once('(')?.1;
        let first = parameters.split([',', ')']).next()?;
        first.split(|letter: char| !letter.is_alphanumeric()).any(|part| part == "self").then_some(name)
    };
    texts.iter().flat_map(|text| text.split("fn ").skip(1)).filter_map(declared).collect()
}

/// The names that are called after a point.
fn calls(text: &str) -> impl Iterator<Item = &str> {
    text.split('.').skip(1).filter_map(|rest| {
        let (name, after) = word(rest);
        (after.starts_with('(') || after.starts_with("::<")).then_some(name)
    })
}

/// The types of which a function is named, each with the function.
fn functions_called(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.match_indices("::").filter_map(|(place, separator)| {
        let (before, after) = (text.get(..place)?, text.get(place + separator.len()..)?);
        let type_name = before.rsplit(|letter: char| !letter.is_alphanumeric()).next()?;
        let function = word(after).0;
        let is_function = function.starts_with(|letter: char| letter.is_ascii_lowercase());
        (type_name.starts_with(|letter: char| letter.is_ascii_uppercase()) && is_function)
            .then_some((type_name, function))
    })
}

/// The word that a text begins with, and the rest.
fn word(text: &str) -> (&str, &str) {
    let end = text.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(text.len());
    text.split_at(end)
}
