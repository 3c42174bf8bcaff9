//! The conformance runner itself: what passes, what fails, and what it refuses to guess.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that fails may say so")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::{Map, json};
use shiftmill_testkit::conformance::{Keys, Outcome, Stated, Unsupported, cases, run_folder, translate};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance")
}

#[test]
fn each_case_comes_out_as_it_should() {
    let report = run_folder(&folder(), None).unwrap();
    let outcomes: Vec<(&str, Outcome)> = report.cases.iter().map(|case| (case.id.as_str(), case.outcome)).collect();
    assert_eq!(
        outcomes,
        [
            ("own.ten-hours", Outcome::Passed),
            ("own.expects-too-much", Outcome::Failed),
            ("own.unclear-source", Outcome::Ambiguous),
            ("own.unknown-policy-key", Outcome::Unsupported),
            ("own.unknown-attribute-of-a-punch", Outcome::Unsupported),
            ("own.figure-without-a-rule", Outcome::Unsupported),
            ("own.rounded-with-a-grace", Outcome::Passed),
            ("own.late", Outcome::Passed),
            ("own.branches-and-employees", Outcome::Passed),
        ]
    );
    assert_eq!(report.cases[1].detail, "2026-03-02: overtime_1_5 2:00, expected 2:30");
    assert_eq!(report.cases[3].detail, "`moon_phase`");
    assert_eq!(report.cases[4].detail, "`punches.mood`");
    let json = report.json();
    assert_eq!(
        (&json["passed"], &json["failed"], &json["unsupported"], &json["ambiguous"]),
        (&4.into(), &1.into(), &3.into(), &1.into())
    );
}

#[test]
fn the_translation_depends_on_nothing_but_what_is_stated() {
    let cases = cases(&folder()).unwrap();
    // These two differ in name and expectation only.
    assert_eq!(cases[0].stated, cases[1].stated);
    assert!(!format!("{:?}", cases[0].stated).contains("Daily overtime after eight hours"));
    let translation = translate(&cases[0].stated).unwrap();
    assert_eq!(
        translation.files[1].1,
        "employee,at,kind,tag\nE1,2026-03-02T08:00:00,in,\nE1,2026-03-02T18:00:00,out,\n"
    );
    assert!(translation.ruleset.contains("after = \"480m\""));
}

/// The keys in the first column of the tables below a heading of a page, between backticks.
fn keys_below(page: &str, heading: &str) -> BTreeSet<String> {
    let section = page.split("\n## ").find(|section| section.starts_with(heading)).unwrap();
    let cells = section.lines().filter_map(|line| line.strip_prefix("| ")?.split(" | ").next());
    // Only names: a cell may also quote values.
    let is_name = |word: &&str| word.chars().all(|letter| letter.is_ascii_lowercase() || "_".contains(letter));
    cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).filter(is_name).map(str::to_owned).collect()
}

/// True when some reader of a translation takes a key of a policy that states nothing else.
fn is_read(key: &str) -> bool {
    let unread = Err(Unsupported(format!("`{key}`")));
    let probes = [json!(1), json!(true), json!("x"), json!([]), json!({}), json!([{}]), json!([1])];
    probes.into_iter().any(|value| {
        let policy = Keys::new("", Map::from_iter([(key.to_owned(), value)]));
        let stated = Stated { policy, timezone: "Etc/UTC".to_owned(), ..Stated::default() };
        translate(&stated).map(|_| ()) != unread
    })
}

#[test]
fn every_key_of_a_policy_is_read_by_itself_or_said_to_be_missing() {
    let docs =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/conformance.md")).unwrap();
    let read = keys_below(&docs, "What a policy becomes");
    let missing = keys_below(&docs, "What is missing");
    let unread: Vec<&String> = read.iter().filter(|key| !is_read(key)).collect();
    assert!(unread.is_empty(), "said to be read, and not read where they stand alone: {unread:?}");
    let found: Vec<&String> = missing.iter().filter(|key| is_read(key)).collect();
    assert!(found.is_empty(), "said to be missing, and read: {found:?}");
    // The page of the format is beside the cases, where they are.
    if let Some(folder) = std::env::var_os("SHIFTMILL_CONFORMANCE_DIR") {
        let page = std::fs::read_to_string(Path::new(&folder).join("README.md")).unwrap();
        let stated = keys_below(&page, "Policy keys");
        let silent: Vec<&String> =
            stated.iter().filter(|key| !read.contains(*key) && !missing.contains(*key)).collect();
        assert!(silent.is_empty(), "docs/conformance.md says nothing about {silent:?}");
    }
}
