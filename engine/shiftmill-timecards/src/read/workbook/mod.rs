//! Workbooks of spreadsheets (XLSX): the first sheet that is shown, row by row.
//!
//! ```text
//! bytes ─→ archive ─→ inflated parts ─→ xml ─┬→ workbook, styles, strings
//!                                            └→ cells of a row ─→ Sheet
//! ```
//!
//! Every part is read in one pass and in bounded memory: what the file claims about sizes and counts is not believed.

mod archive;
mod styles;
mod xml;

use std::borrow::Cow;
use std::io::{BufRead, Read};

use archive::Archive;
use styles::Styles;
use xml::{Tag, Xml};

use super::error::FileError;
use super::report::{Place, Report};
use super::tabular::{Sheet, TakeRow};
use super::{LINE_BYTES_MAX, WORKBOOK_BYTES_MAX};

/// Most bytes that the parts of one workbook unpack to, together.
const UNPACKED_BYTES_MAX: u64 = 1 << 30;
/// Most columns of a sheet that are read.
const COLUMNS_MAX: usize = 1_000;
/// Most sheets and parts of a workbook.
const PARTS_MAX: usize = 10_000;
/// Days between the two calendars that workbooks count from.
const DAYS_FROM_1904: i64 = 1_462;

/// Reads the rows of the first sheet that is shown. Lines are rows of the sheet.
pub fn read(
    sheet: &mut Sheet<'_>,
    bytes: &mut dyn BufRead,
    report: &mut Report,
    take: &mut TakeRow<'_>,
) -> Result<(), FileError> {
    let mut content = Vec::new();
    bytes.take(WORKBOOK_BYTES_MAX + 1).read_to_end(&mut content)?;
    if content.is_empty() {
        return Err(FileError::Empty);
    }
    if content.len() as u64 > WORKBOOK_BYTES_MAX {
        return Err(unreadable("it is larger than 64 MiB; save it as CSV"));
    }
    read_unpacked(&content, UNPACKED_BYTES_MAX, sheet, report, take)
}

/// Reads a workbook whose parts unpack to `most` bytes at most.
fn read_unpacked(
    content: &[u8],
    most: u64,
    sheet: &mut Sheet<'_>,
    report: &mut Report,
    take: &mut TakeRow<'_>,
) -> Result<(), FileError> {
    let archive = Archive::open(content, most)?;
    let workbook = Workbook::read(&archive)?;
    let rows = Xml::new(archive.part(&workbook.sheet)?);
    Rows { workbook: &workbook, xml: rows, cells: Vec::new(), bytes: 0, fault: None }.read(sheet, report, take)
}

/// Why a workbook cannot be read.
fn unreadable(reason: impl core::fmt::Display) -> FileError {
    FileError::Document(format!("the workbook cannot be read: {reason}"))
}

/// What the cells of a sheet refer to.
struct Workbook {
    /// The part of the first sheet that is shown.
    sheet: String,
    /// Days are counted from 1904.
    from_1904: bool,
    styles: Styles,
    strings: Strings,
}

/// The texts that cells share, in one text.
#[derive(Default)]
struct Strings {
    text: String,
    ends: Vec<usize>,
}

impl Strings {
    fn get(&self, index: usize) -> Option<&str> {
        let start = match index.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => 0,
        };
        self.text.get(start..*self.ends.get(index)?)
    }

    fn read(xml: &mut Xml<impl BufRead>) -> Result<Strings, FileError> {
        let mut strings = Strings::default();
        let mut phonetic = false;
        while xml.step()? {
            match (xml.name(), xml.tag()) {
                ("rPh", tag) => phonetic = tag == Tag::Open,
                ("t", Tag::Close) if !phonetic => strings.text.push_str(xml.text()),
                ("si", Tag::Close | Tag::Empty) => strings.ends.push(strings.text.len()),
                _ => {}
            }
        }
        Ok(strings)
    }
}

impl Workbook {
    fn read(archive: &Archive<'_>) -> Result<Workbook, FileError> {
        let (mut from_1904, mut sheet) = (false, None);
        let mut xml = Xml::new(archive.part("xl/workbook.xml")?);
        while xml.step()? {
            match (xml.name(), xml.tag()) {
                ("workbookPr", Tag::Open | Tag::Empty) => {
                    from_1904 = matches!(xml.attribute("date1904").as_deref(), Some("1" | "true"));
                }
                ("sheet", Tag::Open | Tag::Empty) if sheet.is_none() => {
                    let hidden = matches!(xml.attribute("state").as_deref(), Some("hidden" | "veryHidden"));
                    sheet = if hidden { None } else { xml.attribute("id").map(Cow::into_owned) };
                }
                _ => {}
            }
        }
        let sheet = sheet.ok_or_else(|| unreadable("it has no sheet"))?;
        let (mut part, mut styles, mut strings) = (None, Styles::default(), Strings::default());
        let mut xml = Xml::new(archive.part("xl/_rels/workbook.xml.rels")?);
        let mut parts = 0;
        while xml.step()? {
            if xml.name() != "Relationship" || xml.tag() == Tag::Close {
                continue;
            }
            parts += 1;
            if parts > PARTS_MAX {
                return Err(unreadable("it has too many parts"));
            }
            let (Some(target), Some(kind)) = (xml.attribute("Target"), xml.attribute("Type")) else { continue };
            let target = match target.strip_prefix('/') {
                Some(target) => target.to_owned(),
                None => format!("xl/{target}"),
            };
            if xml.attribute("Id").as_deref() == Some(sheet.as_str()) {
                part = Some(target);
            } else if kind.ends_with("/styles") {
                styles = Styles::read(&mut Xml::new(archive.part(&target)?))?;
            } else if kind.ends_with("/sharedStrings") {
                strings = Strings::read(&mut Xml::new(archive.part(&target)?))?;
            }
        }
        let sheet = part.ok_or_else(|| unreadable("its first sheet is missing"))?;
        Ok(Workbook { sheet, from_1904, styles, strings })
    }

    /// The text of a cell: of a number that is shown as a date or time, that date or time.
    fn text<'t>(&'t self, kind: &str, style: usize, value: &'t str) -> Cow<'t, str> {
        match kind {
            "s" => Cow::Borrowed(value.trim().parse().ok().and_then(|index| self.strings.get(index)).unwrap_or("")),
            "b" => Cow::Borrowed(if value.trim() == "1" { "TRUE" } else { "FALSE" }),
            "str" | "inlineStr" | "e" | "d" => Cow::Borrowed(value),
            _ => {
                let shown = self.styles.shown(style);
                let offset = if self.from_1904 { DAYS_FROM_1904 } else { 0 };
                shown.text(value.trim(), offset).map_or(Cow::Borrowed(value), Cow::Owned)
            }
        }
    }
}

/// A sheet on its way.
struct Rows<'a, Part> {
    workbook: &'a Workbook,
    xml: Xml<Part>,
    cells: Vec<String>,
    /// Bytes of the cells of the row.
    bytes: usize,
    fault: Option<&'static str>,
}

/// A cell on its way.
#[derive(Default)]
struct Cell {
    column: usize,
    kind: String,
    style: usize,
    value: String,
}

impl<Part: BufRead> Rows<'_, Part> {
    fn read(mut self, sheet: &mut Sheet<'_>, report: &mut Report, take: &mut TakeRow<'_>) -> Result<(), FileError> {
        let (mut row, mut column, mut any) = (0_u64, 0, false);
        let mut cell = Cell::default();
        let mut phonetic = false;
        while self.xml.step()? {
            match (self.xml.name(), self.xml.tag()) {
                ("row", Tag::Open | Tag::Empty) => {
                    row = self.xml.attribute("r").and_then(|row| row.parse().ok()).unwrap_or(row + 1);
                    column = 0;
                }
                ("row", Tag::Close) => {
                    any |= self.cells.iter().any(|cell| !cell.trim().is_empty());
                    self.finish(Place::line(row), sheet, report, take)?;
                }
                ("c", tag @ (Tag::Open | Tag::Empty)) => {
                    let named = self.xml.attribute("r").and_then(|name| column_of(&name));
                    let index = named.unwrap_or(column);
                    column = index.saturating_add(1);
                    let kind = self.xml.attribute("t").map(Cow::into_owned).unwrap_or_default();
                    let style = self.xml.attribute("s").and_then(|style| style.parse().ok()).unwrap_or(0);
                    cell = Cell { column: index, kind, style, value: String::new() };
                    if tag == Tag::Empty {
                        cell.kind.clear();
                    }
                }
                ("rPh", tag) => phonetic = tag == Tag::Open,
                ("v", Tag::Close) => self.xml.text().clone_into(&mut cell.value),
                ("t", Tag::Close) if !phonetic => cell.value.push_str(self.xml.text()),
                ("c", Tag::Close) => {
                    let workbook = self.workbook;
                    let text = workbook.text(&cell.kind, cell.style, &cell.value);
                    self.put(cell.column, &text);
                }
                ("sheetData", Tag::Close | Tag::Empty) => break,
                _ => {}
            }
        }
        if any { Ok(()) } else { Err(FileError::Empty) }
    }

    fn put(&mut self, column: usize, text: &str) {
        if text.is_empty() {
            return;
        }
        self.bytes = self.bytes.saturating_add(text.len());
        if self.bytes > LINE_BYTES_MAX {
            self.fault = Some("the row is longer than 64 KiB");
            return;
        }
        if column >= COLUMNS_MAX {
            self.fault = Some("the row has more than 1 000 columns");
            return;
        }
        if self.cells.len() <= column {
            self.cells.resize(column + 1, String::new());
        }
        if let Some(cell) = self.cells.get_mut(column) {
            text.clone_into(cell);
        }
    }

    /// Takes the row as a header or as a row.
    fn finish(
        &mut self,
        place: Place,
        sheet: &mut Sheet<'_>,
        report: &mut Report,
        take: &mut TakeRow<'_>,
    ) -> Result<(), FileError> {
        let cells = std::mem::take(&mut self.cells);
        let fault = self.fault.take();
        self.bytes = 0;
        if cells.iter().all(|cell| cell.trim().is_empty()) && fault.is_none() {
            return Ok(());
        }
        let cells: Vec<Cow<'_, str>> = cells.iter().map(|cell| Cow::Borrowed(cell.as_str())).collect();
        if !sheet.has_header() && sheet.header(place, &cells, report)? {
            return Ok(());
        }
        sheet.row(place, cells, fault.map(str::to_owned), report, take);
        Ok(())
    }
}

/// The column of a cell such as `B12`, from 0.
fn column_of(name: &str) -> Option<usize> {
    let letters = name.bytes().take_while(u8::is_ascii_uppercase);
    let column = letters.take(4).fold(0_usize, |column, letter| column * 26 + usize::from(letter - b'A') + 1);
    column.checked_sub(1)
}

#[cfg(test)]
pub mod tests;
