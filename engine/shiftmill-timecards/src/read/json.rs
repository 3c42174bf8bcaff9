//! JSON documents: an array of objects, or an object with such arrays under the names of tables.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, BufRead, Read};

use serde_json::Value;
use serde_json::value::RawValue;
use shiftmill_core::excerpt;

use super::JSON_BYTES_MAX;
use super::report::{Place, Report};
use super::values::Values;
use crate::fields::{Field, Table};

/// Takes one row of some table.
pub type TakeTableRow<'t> = dyn FnMut(Table, Place, &Values<'_>, &mut Report) + 't;

/// Reads the `wanted` tables of a document. The rows of an array without a name belong to `table`. Unknown names
/// are rejected only when punches are read, so that a document that is read twice is rejected once.
pub fn read(
    file: &str,
    table: Table,
    wanted: fn(Table) -> bool,
    bytes: &mut dyn BufRead,
    report: &mut Report,
    take: &mut TakeTableRow<'_>,
) -> io::Result<()> {
    let mut document = Vec::new();
    bytes.take(JSON_BYTES_MAX + 1).read_to_end(&mut document)?;
    if document.len() as u64 > JSON_BYTES_MAX {
        report.reject(file, Place::FILE, "the document is larger than 512 MiB; write it as CSV");
        return Ok(());
    }
    let text = match core::str::from_utf8(&document) {
        Ok(text) => text.trim_start_matches('\u{FEFF}'),
        Err(_) => {
            report.reject(file, Place::FILE, "the document is not UTF-8 text");
            return Ok(());
        }
    };
    let mut rows = Rows { file, text, line: 1, counted: 0 };
    if text.trim_start().starts_with('[') {
        rows.array(table, text, report, take);
        return Ok(());
    }
    match serde_json::from_str::<BTreeMap<Cow<'_, str>, &RawValue>>(text) {
        Ok(arrays) => {
            // In the order of the document, so that lines are counted once.
            let mut arrays: Vec<(Cow<'_, str>, &RawValue)> = arrays.into_iter().collect();
            arrays.sort_by_key(|(_, array)| array.get().as_ptr() as usize);
            for (name, array) in arrays {
                match Table::named(&name) {
                    Some(table) if wanted(table) => rows.array(table, array.get(), report, take),
                    None if wanted(Table::Punches) => {
                        let place = rows.place(array.get());
                        report.reject(file, place, format!("`{}` is not the name of a table", excerpt(&name)));
                    }
                    _ => {}
                }
            }
        }
        Err(error) => report.reject(file, Place::line(error.line() as u64), format!("not JSON: {error}")),
    }
    Ok(())
}

struct Rows<'a> {
    file: &'a str,
    text: &'a str,
    /// The line at byte `counted`.
    line: u64,
    counted: usize,
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

    fn array(&mut self, table: Table, text: &str, report: &mut Report, take: &mut TakeTableRow<'_>) {
        let place = self.place(text);
        let objects = match serde_json::from_str::<Vec<&RawValue>>(text) {
            Ok(objects) => objects,
            Err(error) => {
                let line = place.line.saturating_add(error.line() as u64).saturating_sub(1);
                return report.reject(self.file, Place::line(line), format!("not an array of objects: {error}"));
            }
        };
        for object in objects {
            let place = self.place(object.get());
            match serde_json::from_str::<BTreeMap<String, Value>>(object.get()) {
                Ok(values) => self.object(table, place, &values, report, take),
                Err(_) => report.reject(self.file, place, "a row has to be an object"),
            }
        }
    }

    fn object(
        &self,
        table: Table,
        place: Place,
        values: &BTreeMap<String, Value>,
        report: &mut Report,
        take: &mut TakeTableRow<'_>,
    ) {
        let mut row = Values::new();
        for (key, value) in values {
            let Some(field) = Field::named(table, key) else {
                report.warn(self.file, place, format!("`{}` is not read", excerpt(key)));
                continue;
            };
            match value {
                Value::Null => {}
                Value::String(text) => row.set(field, Cow::Borrowed(text)),
                Value::Number(number) => row.set(field, Cow::Owned(number.to_string())),
                _ => return report.reject(self.file, place, format!("`{}` has to be text or a number", excerpt(key))),
            }
        }
        take(table, place, &row, report);
    }
}
