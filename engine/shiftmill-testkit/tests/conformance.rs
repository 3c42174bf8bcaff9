//! The conformance runner itself: what passes, what fails, and what it refuses to guess.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that fails may say so")]

use std::path::{Path, PathBuf};

use shiftmill_testkit::conformance::{Outcome, cases, run_folder, translate};

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
        ]
    );
    assert_eq!(report.cases[1].detail, "2026-03-02: overtime_1_5 2:00, expected 2:30");
    assert_eq!(report.cases[3].detail, "`moon_phase`");
    assert_eq!(report.cases[4].detail, "`punches.branch`");
    let json = report.json();
    assert_eq!(
        (&json["passed"], &json["failed"], &json["unsupported"], &json["ambiguous"]),
        (&3.into(), &1.into(), &3.into(), &1.into())
    );
}

#[test]
fn the_translation_depends_on_nothing_but_what_is_stated() {
    let cases = cases(&folder()).unwrap();
    // These two differ in name and expectation only.
    assert_eq!(cases[0].stated, cases[1].stated);
    assert!(!format!("{:?}", cases[0].stated).contains("Daily overtime after eight hours"));
    let translation = translate(&cases[0].stated).unwrap();
    assert_eq!(translation.files[1].1, "employee,at,kind\nE1,2026-03-02T08:00:00,in\nE1,2026-03-02T18:00:00,out\n");
    assert!(translation.ruleset.contains("after = \"480m\""));
}
