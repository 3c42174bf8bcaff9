//! Files as devices and offices write them: what is read, what is asked for, and how the program ends.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests may fail loudly")]

mod support;

use serde_json::Value;
use support::{Place, all, out, shiftmill};

const RULES: &str = "name = \"day\"\n[shifts.day]\nstart = \"08:00\"\nend = \"17:00\"\n[schedule]\n\
    pattern = { Mon-Fri = \"day\" }\n";

/// A folder with rules, two people and one file of punches.
fn place(name: &str, file: &str, punches: &[u8]) -> Place {
    let place = Place::new(name);
    std::fs::write(place.0.join("rules.toml"), RULES).unwrap();
    std::fs::write(place.0.join("people.csv"), "employee,pin,zone\n42,1000,Europe/Madrid\n43,17,Europe/Madrid\n")
        .unwrap();
    std::fs::write(place.0.join(file), punches).unwrap();
    place
}

/// Evaluates July 2026, as far as the arguments do not say otherwise.
fn evaluate(place: &Place, code: i32, arguments: &[&str]) -> std::process::Output {
    let common = ["evaluate", "--ruleset", "rules.toml", "--employees", "people.csv", "--complete"];
    let arguments: Vec<&str> = common.iter().chain(arguments).copied().collect();
    let output = shiftmill(&place.0, &arguments);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}\n{}", all(&output));
    output
}

fn err(output: &std::process::Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn a_file_that_cannot_be_read_makes_nobody_absent() {
    let july = ["--from", "2026-07-01", "--to", "2026-07-02"];
    let files: [(&str, &str, &[u8], &str); 5] = [
        ("header", "p.csv", b"Badge,When\n42,2026-07-01 08:00\n", "is not a header with a column"),
        ("empty", "p.csv", b"", "the file is empty"),
        ("bytes", "p.csv", b"employee\xD1,at\n42,2026-07-01 08:00\n", "line 1 is not utf-8 text"),
        ("order", "p.csv", b"employee,at\n42,07/01/2026 08:00\n", "does not say which number is the day"),
        ("rows", "p.csv", b"employee,at\n99,2026-07-01 08:00\n", "none of its 1 rows can be used"),
    ];
    for (name, file, bytes, because) in files {
        let place = place(&format!("unread-{name}"), file, bytes);
        let arguments: Vec<&str> = ["--punches", file].iter().chain(&july).copied().collect();
        let output = evaluate(&place, 2, &arguments);
        assert_eq!(out(&output), "", "{name}");
        assert!(err(&output).contains("error: cannot read `p.csv`"), "{}", err(&output));
        assert!(err(&output).contains(because), "{}", err(&output));
        let json: Vec<&str> = arguments.iter().chain(&["--json"]).copied().collect();
        let output = evaluate(&place, 2, &json);
        let object: Value = serde_json::from_str(&err(&output)).unwrap();
        assert!(object["cause"].as_str().unwrap().contains(because), "{object}");
        assert_eq!(object["rejected"]["count"].as_u64(), (name == "rows").then_some(1), "{object}");
    }
}

#[test]
fn people_with_rejected_rows_are_provisional() {
    let file = b"employee,Name,at,status\n42,MAR\xCDA,2026-07-01 07:58,in\n42,MAR\xCDA,2026-07-01 18:00,out\n\
        43,LUIS,2026-07-01 08:00,in\n43,LUIS,2026-07-01 17:00,out\n";
    let place = place("rejected", "p.csv", file);
    let arguments = ["--punches", "p.csv", "--from", "2026-07-01", "--to", "2026-07-01"];
    let json: Vec<&str> = arguments.iter().chain(&["--json"]).copied().collect();
    let document: Value = serde_json::from_str(&out(&evaluate(&place, 1, &json))).unwrap();
    let people = document["employees"].as_array().unwrap();
    assert_eq!(people[0]["provisional"], true);
    assert_eq!(people[1]["provisional"], false);
    assert_eq!(document["exceptions"]["facts_rejected"], 1);
    assert_eq!(document["rejected"]["causes"][0]["count"], 2);
    let output = evaluate(&place, 1, &arguments);
    assert!(
        err(&output).contains("rejected: p.csv line 2: the line is not utf-8 text; give `--encoding`, or save the file as UTF-8 (and 1 more row: line 3)"),
        "{}",
        err(&output)
    );
    let decoded: Vec<&str> = arguments.iter().chain(&["--encoding", "windows-1252"]).copied().collect();
    evaluate(&place, 0, &decoded);
    let finals: Vec<&str> = arguments.iter().chain(&["--require-final"]).copied().collect();
    assert!(err(&evaluate(&place, 1, &finals)).contains("SM-FACTS-REJECTED"));
}

#[test]
fn a_tap_of_a_clock_that_was_reset_is_set_aside() {
    let log = "     1000\t2026-07-02 07:05:30\t255\t1\t0\t0\n       17\t2026-07-02 08:00:00\t255\t15\t0\t0\n\
        1000\t2026-07-02 17:05:30\t255\t1\t0\t0\n17\t2026-07-02 17:00:00\t255\t1\t0\t0\n\
        1000\t2000-01-01 00:00:12\t255\t1\t0\t0\n";
    let place = place("reset", "1_attlog.dat", log.as_bytes());
    for period in [&[][..], &["--from", "2026-07-01", "--to", "2026-07-31"]] {
        let arguments: Vec<&str> = ["--punches", "1_attlog.dat"].iter().chain(period).copied().collect();
        let output = evaluate(&place, 1, &arguments);
        let text = err(&output);
        assert!(text.contains("the punch of `42` at `2000-01-01 00:00:12` is months apart"), "{text}");
        assert!(text.contains("paid:     2026-07-"), "{text}");
    }
}

#[test]
fn wrong_arguments_are_an_object_with_json() {
    let place = Place::new("arguments");
    let output = shiftmill(&place.0, &["--json", "evaluate", "--punhces", "p.csv"]);
    assert_eq!(output.status.code(), Some(2));
    let object: Value = serde_json::from_str(&err(&output)).unwrap();
    assert_eq!(object["error"], "wrong arguments");
    assert!(object["cause"].as_str().unwrap().contains("--punhces"), "{object}");
    let output = shiftmill(&place.0, &["--json", "evaluate", "--help"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(out(&output).contains("Examples:"));
}

#[test]
fn results_replace_a_file_only_when_they_are_complete() {
    let file = b"employee,at,kind\n42,2026-07-01 08:00,in\n42,2026-07-01 17:00,out\n";
    let place = place("output", "p.csv", file);
    let read = |name: &str| std::fs::read_to_string(place.0.join(name)).unwrap();
    let output = evaluate(&place, 2, &["--punches", "p.csv", "--output", "./p.csv"]);
    assert!(err(&output).contains("error: `./p.csv` is read and would be overwritten"), "{}", err(&output));
    assert!(read("p.csv").starts_with("employee,at,kind"));
    evaluate(&place, 0, &["--punches", "p.csv", "--format", "csv", "--output", "pay.csv"]);
    let pay = read("pay.csv");
    assert!(pay.starts_with("employee,"), "{pay}");
    std::fs::write(place.0.join("broken.csv"), "employee,at\n42,noon\n").unwrap();
    evaluate(&place, 2, &["--punches", "broken.csv", "--output", "pay.csv"]);
    assert_eq!(read("pay.csv"), pay);
    let names = std::fs::read_dir(&place.0).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(names.into_iter().all(|name| !name.to_string_lossy().ends_with(".part")));
}

#[test]
fn profiles_are_listed_shown_and_written_by_customers() {
    let place =
        place("profiles", "p.csv", b"Karte;Wann;Richtung\n42;01.07.2026 08:00;Kommen\n42;01.07.2026 17:00;Gehen\n");
    let listed = shiftmill(&place.0, &["formats"]);
    for name in ["csv", "attlog", "zk-usb", "biotime", "hikvision", "dingtalk", "wecom", "feishu"] {
        assert!(out(&listed).contains(&format!("  {name} ")), "{}", out(&listed));
    }
    assert!(out(&shiftmill(&place.0, &["formats", "biotime"])).contains("\"Punch State\" = \"kind\""));
    let own = "name = \"own\"\ndates = \"dmy\"\n[columns]\nKarte = \"employee\"\nWann = \"at\"\nRichtung = \"kind\"\n";
    std::fs::write(place.0.join("own.toml"), own).unwrap();
    let output = evaluate(&place, 0, &["--punches", "p.csv", "--profile", "own.toml", "--format", "csv"]);
    assert!(out(&output).contains("2026-07-01"), "{}", all(&output));
    std::fs::write(place.0.join("wrong.toml"), "name = \"own\"\ncolor = 1\n").unwrap();
    let output = evaluate(&place, 2, &["--punches", "p.csv", "--profile", "wrong.toml"]);
    assert!(err(&output).contains("`color` is not a setting of a profile"), "{}", err(&output));
    let output = evaluate(&place, 2, &["--punches", "p.csv", "--profile", "nothing"]);
    assert!(err(&output).contains("`shiftmill formats` lists"), "{}", err(&output));
}
