//! Every claim of every timecard suite holds, and every suite that a rule names is there.
//! `SHIFTMILL_SUITES=overtime` runs only the files whose path says so.
#![allow(clippy::panic, clippy::expect_used, reason = "test code")]

use std::fs;
use std::path::{Path, PathBuf};

use shiftmill::suites::{Differing, Failure, run_folder};

#[test]
fn every_claim_holds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../timecards");
    let only = std::env::var("SHIFTMILL_SUITES").unwrap_or_default();
    let ran = run_folder(&folder, &only, Differing::Tell).expect("the folder of suites can be read");
    let failures: Vec<String> = ran.failures.iter().map(Failure::to_string).collect();
    let (failed, claims, files) = (failures.len(), ran.claims, ran.files);
    assert!(failures.is_empty(), "{failed} of {claims} claims in {files} files do not hold\n\n{}", failures.join("\n"));
    assert!(claims > 0, "no suite has `{only}` in its path");
}

#[test]
fn every_suite_that_a_rule_names_is_there() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let missing: Vec<String> = rule_files(&repository.join("engine/shiftmill-core/src"))
        .iter()
        .flat_map(|file| suites_shown(&fs::read_to_string(file).expect("a source file can be read")))
        .filter(|suite| !repository.join(suite).is_file())
        .collect();
    assert!(missing.is_empty(), "named as shown, and not there: {missing:?}");
}

fn rule_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder of rules can be read");
    let paths = entries.map(|entry| entry.expect("an entry of the folder can be read").path());
    paths.flat_map(|path| if path.is_dir() { rule_files(&path) } else { vec![path] }).collect()
}

/// The files that the `Shown:` lines of a rule file name. A name without a folder is in the folder of the one before.
fn suites_shown(source: &str) -> Vec<String> {
    let lines = source.lines().skip_while(|line| !line.starts_with("//! - Shown:"));
    let own = lines.enumerate().take_while(|(index, line)| *index == 0 || line.starts_with("//!   "));
    let text: String = own.map(|(_, line)| line.trim_start_matches("//! - Shown:").trim_start_matches("//!")).collect();
    let mut folder = String::new();
    let names = text.split([',', ';', ' ']).filter(|name| !name.is_empty());
    names
        .map(|name| match name.rsplit_once('/') {
            Some((named, _)) => {
                folder = named.to_owned();
                name.to_owned()
            }
            None => format!("{folder}/{name}"),
        })
        .collect()
}
