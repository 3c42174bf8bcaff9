//! JSON documents: an array of objects, or an object with such arrays under the names of tables.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{BufRead, Read};

use serde_json::Value;
use serde_json::value::RawValue;
use shiftmill_core::excerpt;

use super::columns::Holds;
use super::encoding::opened;
use super::error::FileError;
use super::report::{Place, Report};
use super::status::StatusMap;
use super::taps::each_punch;
use super::unread::UnreadColumn;
use super::values::Values;
use super::{JSON_BYTES_MAX, Source};
use crate::fields::{Field, Table};

/// Takes one row of some table. A row with a fault is not used; its values are what could be read of it.
pub type TakeTableRow<'t> = dyn FnMut(Table, Place, &Values<'_>, Option<&str>, &mut Report) + 't;

/// Reads the `wanted` tables of a document. The rows of an array without a name belong to the table of the `source`.
/// Unknown names are rejected only when punches are read, so that a document that is read twice is rejected once.
pub fn read(
    source: &Source<'_>,
    statuses: &StatusMap,
    wanted: fn(Table) -> bool,
    bytes: &mut dyn BufRead,
    report: &mut Report,
    take: &mut TakeTableRow<'_>,
) -> Result<(), FileError> {
    let (mut bytes, encoding) = opened(bytes, source.layout.encoding())?;
    let mut document = Vec::new();
    bytes.by_ref().take(JSON_BYTES_MAX + 1).read_to_end(&mut document)?;
    if document.len() as u64 > JSON_BYTES_MAX {
        return Err(FileError::Document(String::from("the document is larger than 512 MiB; write it as CSV")));
    }
    let (text, true) = encoding.decode(&document) else {
        return Err(FileError::Document(format!("the document is not {encoding} text")));
    };
    if text.trim().is_empty() {
        return Err(FileError::Empty);
    }
    let mut rows = Rows { source, statuses, text: &text, line: 1, counted: 0, unread: BTreeMap::new() };
    if text.trim_start().starts_with('[') {
        rows.array(source.table, &text, report, take)?;
        return rows.finish(report);
    }
    let arrays = serde_json::from_str::<BTreeMap<Cow<'_, str>, &RawValue>>(&text);
    let arrays = arrays.map_err(|error| FileError::Document(format!("not JSON: {error}")))?;
    // In the order of the document, so that lines are counted once.
    let mut arrays: Vec<(Cow<'_, str>, &RawValue)> = arrays.into_iter().collect();
    arrays.sort_by_key(|(_, array)| array.get().as_ptr() as usize);
    for (name, array) in arrays {
        match Table::named(&name) {
            Some(table) if wanted(table) => rows.array(table, array.get(), report, take)?,
            None if wanted(Table::Punches) => {
                let place = rows.place(array.get());
                report.reject(source.file, place, format!("`{}` is not the name of a table", excerpt(&name)));
            }
            _ => {}
        }
    }
    rows.finish(report)
}

/// Most names of unknown keys that are watched.
const UNREAD_MAX: usize = 1_000;

struct Rows<'a> {
    source: &'a Source<'a>,
    statuses: &'a StatusMap,
    text: &'a str,
    /// The line at byte `counted`.
    line: u64,
    counted: usize,
    /// Keys that are not read, with the line on which each occurs first.
    unread: BTreeMap<(Table, String), (Place, UnreadColumn)>,
}

impl Rows<'_> {
    /// The line on which a part of the document begins.
    fn place(&mut self, piece: &str) -> Place {
        let offset = (piece.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        if let Some(between) = self.text.as_bytes().get(self.counted..offset) {
            self.line += between.iter().filter(|byte| **byte == b'\n').count() as u64;
            self.counted = offset;
        }
        Place::line(self.line)
    }

    fn array(
        &mut self,
        table: Table,
        text: &str,
        report: &mut Report,
        take: &mut TakeTableRow<'_>,
    ) -> Result<(), FileError> {
        let place = self.place(text);
        let objects = serde_json::from_str::<Vec<&RawValue>>(text).map_err(|error| {
            let line = place.line.saturating_add(error.line() as u64).saturating_sub(1);
            FileError::Document(format!("line {line}: not an array of objects: {error}"))
        })?;
        for object in objects {
            let place = self.place(object.get());
            match serde_json::from_str::<BTreeMap<String, Value>>(object.get()) {
                Ok(values) => self.object(table, place, &values, report, take),
                Err(_) => report.reject(self.source.file, place, "a row has to be an object"),
            }
        }
        Ok(())
    }

    fn object(
        &mut self,
        table: Table,
        place: Place,
        values: &BTreeMap<String, Value>,
        report: &mut Report,
        take: &mut TakeTableRow<'_>,
    ) {
        let mut row = Values::new();
        let mut punches = Vec::new();
        let mut fault = None;
        for (key, value) in values {
            let stated = self.source.layout.stated(key).filter(|_| table == self.source.table);
            let holds = stated.or_else(|| Field::named(table, key).map(Holds::Field));
            let text = match value {
                Value::Null => continue,
                Value::String(text) => Cow::Borrowed(text.as_str()),
                Value::Number(number) => Cow::Owned(number.to_string()),
                Value::Bool(_) | Value::Array(_) | Value::Object(_) if holds.is_none() => Cow::Borrowed(""),
                Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
                    fault = Some(format!("`{}` has to be text or a number", excerpt(key)));
                    continue;
                }
            };
            match holds {
                Some(Holds::Field(field)) => row.set(field, text),
                Some(Holds::Punch(kind)) => punches.push((Some(kind), text)),
                Some(Holds::Taps) => punches.push((None, text)),
                Some(Holds::Nothing) => {}
                None => self.unread(table, place, key, &text),
            }
        }
        if punches.is_empty() || fault.is_some() {
            return take(table, place, &row, fault.as_deref(), report);
        }
        each_punch(&mut row, &mut punches.into_iter(), &mut |row| take(table, place, row, None, report));
    }

    /// Looks at a value under a key that is not read.
    fn unread(&mut self, table: Table, place: Place, key: &str, value: &str) {
        let known = (table, key.to_owned());
        if !self.unread.contains_key(&known) && self.unread.len() >= UNREAD_MAX {
            return;
        }
        let (_, column) = self.unread.entry(known).or_insert_with(|| (place, UnreadColumn::new(0, key, table)));
        column.see(value, self.statuses);
    }

    /// Lists the keys that are not read, once each.
    fn finish(self, report: &mut Report) -> Result<(), FileError> {
        for ((_, key), (place, _)) in &self.unread {
            report.warn(self.source.file, *place, format!("`{}` is not read", excerpt(key)));
        }
        self.unread.values().find_map(|(_, column)| column.error()).map_or(Ok(()), Err)
    }
}
