//! Why a file as a whole is not used.

use std::io;

use super::encoding::Encoding;
use crate::clock::DateOrder;

/// Why a file is not used. Nothing of it counts, and nothing should be evaluated without it.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// Its bytes cannot be read.
    #[error(transparent)]
    Bytes(#[from] io::Error),
    /// It has no content.
    #[error("the file is empty")]
    Empty,
    /// No line at its start names the columns that are needed.
    #[error("line {line} is not a header with {missing}: `{header}`")]
    UnknownHeader {
        /// The line that looks most like a header.
        line: u64,
        /// The line.
        header: String,
        /// The columns that it lacks, in words.
        missing: String,
        /// A profile that fits better.
        nearest: Option<String>,
        /// It has zero bytes between its letters, as UTF-16 has.
        utf16: bool,
    },
    /// A line at its start is not text in the encoding of the file.
    #[error("line {line} is not {encoding} text")]
    Undecodable {
        /// The line.
        line: u64,
        /// The encoding.
        encoding: Encoding,
        /// A profile whose encoding and columns fit.
        nearest: Option<String>,
    },
    /// It is UTF-8, and would be misread in the encoding that is stated.
    #[error("the file is utf-8 text, not {stated}")]
    IsUtf8 {
        /// The encoding that is stated.
        stated: Encoding,
    },
    /// The header lacks a column that the caller names.
    #[error("the header has no column `{column}`: `{header}`")]
    NoSuchColumn {
        /// The column.
        column: String,
        /// The header.
        header: String,
    },
    /// A column that is not read holds kinds of punches.
    #[error("column `{column}` holds kinds of punches such as `{example}` and is not read")]
    KindsUnread {
        /// The column.
        column: String,
        /// One of its values.
        example: String,
    },
    /// The order of the numbers of its dates is not known.
    #[error("line {line}: `{written}` does not say which number is the day and which the month")]
    DateOrder {
        /// The line of the first such date.
        line: u64,
        /// The date.
        written: String,
    },
    /// An export that does not hold what is needed.
    #[error("{because}")]
    Refused {
        /// Why, and what to export instead.
        because: String,
        /// What to export instead.
        instead: String,
    },
    /// Rows of another export.
    #[error("line {line} is not a row of an attlog: `{row}`")]
    NotAttlog {
        /// The line.
        line: u64,
        /// The row.
        row: String,
        /// The profile whose rows look so.
        nearest: Option<String>,
    },
    /// None of its rows can be used.
    #[error("none of its {rows} rows can be used; {first}")]
    NothingUsed {
        /// How many rows there are.
        rows: u64,
        /// The first of them, with its reason.
        first: String,
    },
    /// It has more rows than an evaluation takes.
    #[error("the files have more than 50 000 000 rows")]
    TooManyRows,
    /// A document or workbook that cannot be read.
    #[error("{0}")]
    Document(String),
}

impl FileError {
    /// What the caller can do, where something helps.
    pub fn hint(&self) -> Option<String> {
        let profile = |name: &Option<String>| {
            name.as_ref()
                .map(|name| format!("it looks like an export of the profile `{name}`: give `--profile {name}`"))
        };
        match self {
            FileError::Bytes(_) | FileError::Document(_) => None,
            FileError::Empty => Some(String::from("leave the file out if there is nothing to read")),
            FileError::UnknownHeader { utf16: true, .. } => {
                Some(String::from("the file looks like UTF-16: give `--encoding utf-16`"))
            }
            FileError::UnknownHeader { nearest, .. } => profile(nearest).or_else(|| {
                Some(String::from(
                    "say what its columns hold: `--columns \"No.=pin,Date/Time=at\"`; `shiftmill formats` lists profiles",
                ))
            }),
            FileError::Undecodable { nearest, .. } => profile(nearest).or_else(|| {
                Some(String::from("save the file as UTF-8, or give its encoding: `--encoding gbk`, `windows-1252`, `shift_jis`, `utf-16`"))
            }),
            FileError::IsUtf8 { .. } => Some(String::from("give `--encoding utf-8` for this file")),
            FileError::NoSuchColumn { .. } => Some(String::from("name columns as the header does")),
            FileError::KindsUnread { column, .. } => Some(format!(
                "read it with `--columns \"{column}=kind\"`, or leave it out knowingly with `--columns \"{column}=ignore\"`"
            )),
            FileError::DateOrder { written, .. } => Some(order_hint(written)),
            FileError::Refused { instead, .. } => Some(instead.clone()),
            FileError::NotAttlog { nearest, .. } => profile(nearest),
            FileError::NothingUsed { .. } => None,
            FileError::TooManyRows => Some(String::from("evaluate fewer employees or days at once")),
        }
    }
}

fn order_hint(written: &str) -> String {
    let orders = DateOrder::possible(written);
    match orders.as_slice() {
        [order] => format!(
            "it is a date only as `{0}`: give `--dates {0}` if all dates of the file are written so",
            order.code()
        ),
        _ => {
            let codes: Vec<String> = orders.iter().map(|order| format!("`--dates {}`", order.code())).collect();
            format!("give {}: the file does not say which", codes.join(" or "))
        }
    }
}
