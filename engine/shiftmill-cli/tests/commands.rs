//! The program as people use it: what it prints, and how it ends.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::expect_used, reason = "tests may fail loudly")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

const CALIFORNIA: [&str; 13] = [
    "--ruleset",
    "ruleset.toml",
    "--employees",
    "employees.csv",
    "--punches",
    "punches.csv",
    "--schedule",
    "schedule.csv",
    "--from",
    "2026-03-01",
    "--to",
    "2026-03-07",
    "--complete",
];

fn samples(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(name)
}

/// A folder of a test's own, empty.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn shiftmill(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_shiftmill")).args(arguments).current_dir(folder).output().unwrap()
}

fn in_california(command: &[&str]) -> Output {
    let arguments: Vec<&str> = command.iter().chain(&CALIFORNIA).copied().collect();
    shiftmill(&samples("california-week"), &arguments)
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn json(output: &Output) -> Value {
    serde_json::from_str(out(output).lines().last().unwrap_or(""))
        .or_else(|_| serde_json::from_str(&out(output)))
        .unwrap()
}

#[test]
fn the_californian_week_is_paid_as_worked_out_by_hand() {
    let output = in_california(&["evaluate"]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    let text = out(&output);
    // 08:52:14 to 13:21:12 and 14:21:31 to 18:01:09.
    assert!(text.contains("Mon 2026-03-02  workday   8:08:36     8:00       0:08:36"), "{text}");
    // Over ten hours with one meal.
    assert!(
        text.contains("Wed 2026-03-04  workday  10:06:22     8:00       2:06:22             1  meal missing"),
        "{text}"
    );
    assert!(err(&output).contains("not covered: Rest breaks"), "{}", err(&output));
    assert!(err(&output).contains("as of:    2026-03-07 07:43:08 America/Los_Angeles"), "{}", err(&output));
}

#[test]
fn a_terminals_month_needs_the_people_behind_its_pins() {
    let month = ["--from", "2026-03-01", "--to", "2026-03-31", "--complete"];
    let files = ["--ruleset", "ruleset.toml", "--employees", "employees.csv", "--punches", "attlog.dat"];
    let rest = ["--schedule", "schedule.csv", "--leave", "leave.csv"];
    let known: Vec<&str> = ["evaluate"].iter().chain(&files).chain(&rest).chain(&month).copied().collect();
    let output = shiftmill(&samples("cn-month"), &known);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    assert!(out(&output).contains("72:00  leave_annual"), "{}", out(&output));

    let strangers = folder("strangers");
    let list = "employee,pin,zone\nE00001,1001,Asia/Shanghai\n";
    std::fs::write(strangers.join("employees.csv"), list).unwrap();
    for file in ["attlog.dat", "ruleset.toml"] {
        std::fs::copy(samples("cn-month").join(file), strangers.join(file)).unwrap();
    }
    let some: Vec<&str> = ["evaluate"].iter().chain(&files).chain(&month).copied().collect();
    let output = shiftmill(&strangers, &some);
    assert_eq!(output.status.code(), Some(1));
    let rejected = "rejected: attlog.dat line 1: PIN `1013` belongs to no employee of the employees file";
    assert!(err(&output).contains(rejected), "{}", err(&output));
}

#[test]
fn an_explanation_names_punches_rules_and_limits() {
    let output = in_california(&["explain", "--employee", "E00005"]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    let text = out(&output);
    assert!(text.contains("punched on this date: in 22:29:22"), "{text}");
    assert!(text.contains("beyond 8:00 in the workday"), "{text}");
    assert!(text.contains("Its counter went from 8:00 to"), "{text}");
    assert!(text.contains("was not applied"), "{text}");
    let nobody = in_california(&["explain", "--employee", "E9"]);
    assert_eq!(nobody.status.code(), Some(2));
    assert!(err(&nobody).starts_with("error: there is no employee `E9`"), "{}", err(&nobody));
}

#[test]
fn results_are_the_same_whatever_the_form_and_the_threads() {
    let one = in_california(&["--json", "evaluate", "--threads", "1"]);
    let two = in_california(&["--json", "evaluate", "--threads", "2"]);
    assert_eq!(out(&one), out(&two));
    let document = json(&one);
    assert_eq!(document["employees"].as_array().unwrap().len(), 12);
    assert_eq!(document["employees"][0]["totals"][0]["seconds"], 144_000);
    let csv = in_california(&["evaluate", "--format", "csv", "--rows", "totals", "--hours", "decimal:2"]);
    assert!(out(&csv).contains("E00001,Office 01,pay_period,2026-03-01,regular,40.00,hours,false"), "{}", out(&csv));
}

#[test]
fn what_is_generated_can_be_evaluated() {
    for (like, form) in [("california", "files"), ("shanghai", "files"), ("shanghai", "json")] {
        let place = folder(&format!("company-{like}-{form}"));
        let generate = ["--json", "generate", "--like", like, "--form", form, "--out", "company", "--employees", "40"];
        let output = shiftmill(&place, &generate);
        assert_eq!(output.status.code(), Some(0), "{}", err(&output));
        let next = json(&output)["next"].as_str().unwrap().to_owned();
        let arguments: Vec<&str> = next.split(' ').skip(1).collect();
        let output = shiftmill(&place.join("company"), &arguments);
        assert_eq!(output.status.code(), Some(0), "{}", err(&output));
        assert!(out(&output).contains("All 40 employees"), "{}", out(&output));
        let again = shiftmill(&place, &generate);
        assert_eq!(again.status.code(), Some(2));
    }
}

#[test]
fn rulesets_are_checked_and_shown() {
    let place = folder("rulesets");
    std::fs::write(place.join("wrong.toml"), "name = \"x\"\n[matching]\nmatch_bye = \"cluster\"\n").unwrap();
    std::fs::write(place.join("right.toml"), "name = \"x\"\nextends = \"us-flsa@1\"\n").unwrap();
    let wrong = shiftmill(&place, &["ruleset", "check", "wrong.toml"]);
    assert_eq!(wrong.status.code(), Some(1));
    assert!(out(&wrong).contains("wrong.toml:3:1"), "{}", out(&wrong));
    let right = shiftmill(&place, &["--json", "ruleset", "check", "right.toml"]);
    assert_eq!(right.status.code(), Some(0));
    assert_eq!(json(&right)[0]["mistakes"].as_array().unwrap().len(), 0);
    assert_eq!(shiftmill(&place, &["ruleset", "show", "nothing.toml"]).status.code(), Some(2));
    for arguments in [&["presets"][..], &["schema"], &["reference"], &["show", "us-california@1"]] {
        let arguments: Vec<&str> = ["ruleset"].iter().chain(arguments).copied().collect();
        let output = shiftmill(&place, &arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", err(&output));
        assert!(!output.stdout.is_empty());
    }
}

#[test]
fn a_file_of_garbage_says_so_line_by_line() {
    let place = folder("garbage");
    std::fs::write(place.join("punches.csv"), b"employee,at\n\xff\xfe\nE1,noon\n").unwrap();
    let evaluate = ["evaluate", "--ruleset", "us-flsa@1", "--zone", "Asia/Tokyo", "--punches", "punches.csv"];
    let output = shiftmill(&place, &evaluate);
    assert_eq!(output.status.code(), Some(2));
    let text = err(&output);
    assert!(text.contains("rejected: punches.csv line 2: the line is not utf-8 text"), "{text}");
    assert!(text.contains("rejected: punches.csv line 3: `noon` is not a date and a time"), "{text}");
    assert!(text.contains("error: cannot read `punches.csv`"), "{text}");
}

#[test]
fn a_list_without_a_valid_employee_is_refused() {
    let place = folder("nobody");
    std::fs::write(place.join("punches.csv"), "employee,at\nE1,2026-03-02 08:00\n").unwrap();
    std::fs::write(place.join("employees.csv"), "employee,zone\nE1,Atlantis\n").unwrap();
    let files = ["--punches", "punches.csv", "--employees", "employees.csv", "--zone", "Asia/Tokyo"];
    let evaluate: Vec<&str> = ["evaluate", "--ruleset", "us-flsa@1"].iter().chain(&files).copied().collect();
    let output = shiftmill(&place, &evaluate);
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("error: `employees.csv` contains no valid employee"), "{}", err(&output));
}

#[test]
fn the_demonstration_ends_with_one_object() {
    let output = shiftmill(&folder("demo"), &["demo", "--employees", "400", "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    let document = json(&output);
    assert_eq!(document["employees"], 400);
    assert_eq!(document["provisional"], 0);
    assert!(document["punches_per_second"].as_u64().unwrap() > 0);
    assert!(document["pay_lines"].as_u64().unwrap() > 8_000);
}

#[test]
fn a_service_beyond_this_machine_wants_to_know_its_callers() {
    let output = shiftmill(&folder("serve"), &["serve", "--listen", "0.0.0.0:0"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("hint:  give a client authority"), "{}", err(&output));
}
