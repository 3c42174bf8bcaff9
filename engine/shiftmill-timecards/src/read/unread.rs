//! Columns that are not read, and whether they hold kinds of punches. Without them every punch loses its direction, and
//! other time is paid.

use shiftmill_core::excerpt;

use super::error::FileError;
use super::status::StatusMap;
use crate::fields::{Table, plain};

/// Values after which a column with few kinds of punches is looked at no more.
const ENOUGH: u32 = 64;

/// A column of punches that is not read.
#[derive(Clone, Debug)]
pub struct UnreadColumn {
    index: usize,
    name: String,
    /// True when the name alone suggests directions, so that the numbers of terminals count as kinds too.
    suggests: bool,
    /// False when nothing more is looked at.
    open: bool,
    filled: u32,
    kinds: u32,
    example: String,
}

impl UnreadColumn {
    /// A column of a table, by its place from 0.
    pub fn new(index: usize, name: &str, table: Table) -> UnreadColumn {
        let plain: String = plain(name).collect();
        let suggests = ["inout", "in/out", "punchstate", "checktype", "direction", "进出", "出入"];
        let suggests = suggests.iter().any(|word| plain.contains(word));
        let open = table == Table::Punches;
        UnreadColumn { index, name: name.to_owned(), suggests, open, filled: 0, kinds: 0, example: String::new() }
    }

    /// Its place, from 0.
    pub fn index(&self) -> usize {
        self.index
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Looks at one of its values.
    pub fn see(&mut self, value: &str, statuses: &StatusMap) {
        let value = value.trim();
        if !self.open || value.is_empty() {
            return;
        }
        self.filled = self.filled.saturating_add(1);
        let number = || self.suggests && matches!(value, "0" | "1" | "2" | "3" | "4" | "5");
        if statuses.is_telling(value) || number() {
            self.kinds = self.kinds.saturating_add(1);
            if self.example.is_empty() {
                self.example = excerpt(value).to_string();
            }
        }
        self.open = self.filled < ENOUGH || self.mostly_kinds();
    }

    fn mostly_kinds(&self) -> bool {
        self.kinds > 0 && u64::from(self.kinds) * 2 >= u64::from(self.filled)
    }

    /// The error when the column holds kinds of punches.
    pub fn error(&self) -> Option<FileError> {
        let (column, example) = (excerpt(&self.name).to_string(), self.example.clone());
        (self.open && self.mostly_kinds()).then_some(FileError::KindsUnread { column, example })
    }
}
