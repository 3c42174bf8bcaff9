//! Whole months of whole plants, from their files: every paid line is the one that was worked out by hand.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may fail loudly")]

mod support;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use support::{all, out, shiftmill};

/// Amounts by employee, workday and pay code.
type Lines = BTreeMap<(String, String, String), i64>;

/// Sums the amounts of a CSV file, without unpaid breaks, which nobody is paid for.
fn lines(text: &str) -> Lines {
    let mut rows = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let header = rows.next().unwrap();
    let place = |name: &str| header.iter().position(|column| *column == name).unwrap();
    let columns = ["employee", "workday", "pay_code", "amount"].map(place);
    let mut lines = Lines::new();
    for row in rows {
        let [employee, workday, code, amount] = columns.map(|column| row.get(column).unwrap().to_string());
        if code != "unpaid_break" {
            *lines.entry((employee, workday, code)).or_default() += amount.parse::<i64>().unwrap();
        }
    }
    lines
}

/// Evaluates a situation and compares its paid lines with its `expected.csv`.
fn pays_as_expected(situation: &str, lines_expected: usize, arguments: &[&str]) {
    let folder: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/situations").join(situation);
    let common = ["evaluate", "--complete", "--format", "csv", "--hours", "seconds"];
    let arguments: Vec<&str> = common.iter().chain(arguments).copied().collect();
    let output = shiftmill(&folder, &arguments);
    assert_eq!(output.status.code(), Some(0), "{}", all(&output));
    let expected = lines(&std::fs::read_to_string(folder.join("expected.csv")).unwrap());
    assert_eq!(expected.len(), lines_expected);
    let paid = lines(&out(&output));
    let differ = |line: &&(String, String, String)| paid.get(line) != expected.get(line);
    let differences: Vec<String> = paid
        .keys()
        .chain(expected.keys().filter(|line| !paid.contains_key(line)))
        .filter(differ)
        .map(|line| format!("{line:?}: paid {:?}, expected {:?}", paid.get(line), expected.get(line)))
        .collect();
    assert!(differences.is_empty(), "{situation}\n{}", differences.join("\n"));
}

#[test]
fn a_restaurant_in_california_pays_half_a_month() {
    let arguments = "--ruleset ruleset.toml --zone America/Los_Angeles --punches punches.csv --waivers waivers.csv \
                     --corrections corrections.csv --from 2026-04-01 --to 2026-04-15 --as-of 2026-04-20T12:00";
    pays_as_expected("restaurant", 67, &arguments.split_whitespace().collect::<Vec<_>>());
}

#[test]
fn a_chinese_plant_pays_the_month_of_the_national_day() {
    let arguments = "--ruleset office.toml --ruleset rota.toml --employees employees.csv --punches attlog.dat \
                     --schedule schedule.csv --corrections corrections.csv --from 2026-10-01 --to 2026-10-31 \
                     --as-of 2026-11-03T12:00";
    pays_as_expected("rota-plant", 160, &arguments.split_whitespace().collect::<Vec<_>>());
}

#[test]
fn a_german_plant_pays_the_month_in_which_clocks_go_back() {
    let arguments = "--ruleset ruleset.toml --zone Europe/Berlin --punches punches.csv --leave leave.csv \
                     --from 2026-10-01 --to 2026-10-31 --as-of 2026-11-05T12:00";
    pays_as_expected("thirty-five-hours", 69, &arguments.split_whitespace().collect::<Vec<_>>());
}
