//! The smallest useful plugin stays small.

#[test]
fn the_first_example_has_at_most_25_lines() {
    let text = include_str!("../src/lib.rs");
    let (_, example) = text.split_once("//! use shiftmill_plugin::prelude::*;").unwrap();
    let (example, _) = example.split_once("//! ```").unwrap();
    let lines = example.lines().map(|line| line.trim_start_matches("//!").trim());
    let code = lines.filter(|line| !line.is_empty() && !line.starts_with("//")).count() + 1;
    assert!((10..=25).contains(&code), "{code} lines without comments");

    let readme = include_str!("../README.md");
    let same = |line: &str| readme.contains(line.trim_start_matches("//!").trim());
    assert!(example.lines().all(same), "the README shows the same plugin");
}
