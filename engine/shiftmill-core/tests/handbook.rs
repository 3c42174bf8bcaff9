//! The handbook's page of errors names every code, and no other.
#![allow(clippy::unwrap_used, reason = "a test that fails may say so")]

use std::collections::BTreeSet;

use shiftmill_core::{ErrorCode, ExceptionCode};

const PAGE: &str = include_str!("../../../docs/errors.md");

/// The words in backticks in the first column of the tables of a part of the page.
fn first_column(part: &str) -> impl Iterator<Item = &str> {
    let rows = part.lines().filter(|line| line.starts_with("| `"));
    rows.filter_map(|row| row.split('|').nth(1)).flat_map(|cell| cell.split('`').skip(1).step_by(2))
}

#[test]
fn every_error_has_a_row_and_every_row_an_error() {
    let (errors, _) = PAGE.split_once("## Exceptions").unwrap();
    let stated: BTreeSet<&str> = first_column(errors).collect();
    // No answer of the service has it, so it is below the tables.
    assert!(errors.contains(&format!("`{}`", ErrorCode::Cancelled)));
    let codes = ErrorCode::ALL.iter().filter(|code| **code != ErrorCode::Cancelled).map(|code| code.code());
    assert_eq!(stated, codes.collect());
    let named = PAGE.split('`').skip(1).step_by(2).filter(|word| word.starts_with("SM-"));
    let unknown: Vec<&str> = named.filter(|code| ErrorCode::from_code(code).is_none()).collect();
    assert!(unknown.is_empty(), "no error has the code {unknown:?}");
}

#[test]
fn every_exception_has_a_row_and_every_row_an_exception() {
    let (_, exceptions) = PAGE.split_once("## Exceptions").unwrap();
    let stated: Vec<&str> = first_column(exceptions).collect();
    let rows: BTreeSet<&str> = stated.iter().copied().collect();
    assert_eq!(rows, ExceptionCode::ALL.iter().map(|code| code.code()).collect());
    assert_eq!(rows.len(), stated.len(), "an exception has two rows");
}
