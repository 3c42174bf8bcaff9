//! Tables of rows: their header, and what its columns hold. Separated values, and the export of ZK terminals.

use shiftmill_core::{PunchKind, excerpt};
use std::borrow::Cow;
use std::io::BufRead;

use super::columns::Holds;
use super::encoding::Encoding;
use super::error::FileError;
use super::layout::Layout;
use super::lines::{LineFault, Lines};
use super::profile::{Profile, refused};
use super::report::{Place, Report};
use super::status::StatusMap;
use super::taps::each_punch;
use super::unread::UnreadColumn;
use super::values::Values;
use crate::clock::{DateOrder, date_and_time_in};
use crate::fields::{Field, Need, Table};

/// Lines at the start of a file among which its header must be: reports open with titles.
const TITLES_MAX: usize = 20;

/// Takes one row. A row with a fault is not used; its values are what could be read of it, so that it is known whose row
/// it is.
pub type TakeRow<'t> = dyn FnMut(Place, &Values<'_>, Option<&str>, &mut Report) + 't;

/// Reads separated values. The divider is the one of comma, semicolon and tab that the header has most of. A quoted value
/// ends on its own line: one forgotten quote then costs one row, not the rest of the file.
pub fn read_csv(
    sheet: &mut Sheet<'_>,
    bytes: &mut dyn BufRead,
    report: &mut Report,
    take: &mut TakeRow<'_>,
) -> Result<(), FileError> {
    let mut lines = Lines::new(bytes, sheet.layout.encoding())?;
    let mut divider = None;
    let mut any = false;
    while let Some(line) = lines.next_line()? {
        let (place, fault) = (Place::line(line.number), line.fault);
        if line.text.trim().is_empty() && fault.is_none() {
            continue;
        }
        any = true;
        if !sheet.has_header() {
            if let Some(fault) = fault {
                sheet.not_a_header(place, fault, lines.bytes())?;
                continue;
            }
            let of_header = divider_of(line.text);
            divider = Some(of_header);
            if sheet.header(place, &cells_of(line.text, of_header).0, report)? {
                continue;
            }
        }
        let (cells, unsplit) = cells_of(line.text, *divider.get_or_insert_with(|| divider_of(line.text)));
        let reason = fault.map(|fault| fault.to_string()).or_else(|| unsplit.map(str::to_owned));
        sheet.row(place, cells, reason, report, take);
    }
    match lines.misread_utf8() {
        Some(stated) => Err(FileError::IsUtf8 { stated }),
        None if any => Ok(()),
        None => Err(FileError::Empty),
    }
}

/// The values of a row; when its quotes do not fit, those between its dividers, and what is wrong.
fn cells_of(text: &str, divider: char) -> (Vec<Cow<'_, str>>, Option<&'static str>) {
    match split(text, divider) {
        Ok(cells) => (cells, None),
        Err(reason) => (text.split(divider).map(Cow::Borrowed).collect(), Some(reason)),
    }
}

/// The divider that a header has most of.
fn divider_of(text: &str) -> char {
    let count = |divider: &char| text.matches(*divider).count();
    [',', ';', '\t'].into_iter().rev().max_by_key(count).unwrap_or(',')
}

/// A table on its way: first its header is looked for, then its rows are taken.
pub struct Sheet<'a> {
    file: &'a str,
    table: Table,
    layout: &'a Layout<'a>,
    statuses: &'a StatusMap,
    header: Option<Header>,
    search: Search,
}

/// What was seen before the header.
#[derive(Default)]
struct Search {
    lines: usize,
    /// The line that looks most like a header: how many columns it has, its place, its text, the columns that it lacks.
    best: Option<(usize, Place, Vec<String>, Vec<Field>)>,
    /// The lines that are not text, with their bytes. Any of them may be the header.
    undecodable: Vec<(Place, Encoding, Vec<u8>)>,
}

impl<'a> Sheet<'a> {
    /// A table whose header is still to be read, unless the layout numbers its columns.
    pub fn new(file: &'a str, table: Table, layout: &'a Layout<'a>, statuses: &'a StatusMap) -> Sheet<'a> {
        let numbered = layout.columns.has_numbers();
        let header = numbered.then(|| Header::numbered(layout.columns.by_number()));
        Sheet { file, table, layout, statuses, header, search: Search::default() }
    }

    /// True when rows can be taken.
    pub fn has_header(&self) -> bool {
        self.header.is_some()
    }

    /// Takes a line as the header if it is one. True when it is used up: it is the header, or a title before it. False
    /// when it is already the first row, of a file without a header.
    pub fn header(&mut self, place: Place, cells: &[Cow<'_, str>], report: &mut Report) -> Result<bool, FileError> {
        let names: Vec<String> = cells.iter().map(|cell| cell.trim().to_owned()).collect();
        let of_punches = self.table == Table::Punches;
        if let Some(export) = refused(self.layout.profile, &names).filter(|_| of_punches) {
            return Err(FileError::Refused { because: export.because.clone(), instead: export.instead.clone() });
        }
        let header = Header::read(self.table, self.layout, &names);
        let Some(missing) = header.missing(self.table) else {
            return self.found(place, header, &names, report).map(|()| true);
        };
        if let Some(profile) = self.layout.profile.filter(|_| of_punches && self.search.lines == 0) {
            let values: Vec<&str> = names.iter().map(String::as_str).collect();
            if profile.fits_row(&values) {
                self.header = Some(Header::numbered(profile.without_header.by_number()));
                return Ok(false);
            }
        }
        self.search.lines += 1;
        let known = header.slots.iter().filter(|slot| **slot != Slot::Unread).count();
        if self.search.best.as_ref().is_none_or(|(most, ..)| *most < known) {
            self.search.best = Some((known, place, names, missing));
        }
        self.give_up().map_or(Ok(true), Err)
    }

    fn found(&mut self, place: Place, header: Header, names: &[String], report: &mut Report) -> Result<(), FileError> {
        if let Some(column) = self.layout.columns.missing_in(names) {
            return Err(FileError::NoSuchColumn { column, header: excerpt(&names.join(",")).to_string() });
        }
        if self.search.lines > 0 {
            let titles =
                if self.search.lines == 1 { "1 line".to_owned() } else { format!("{} lines", self.search.lines) };
            report.warn(self.file, place, format!("the header; {titles} before it are not read"));
        }
        let ignored: Vec<String> = header.unread.iter().map(|column| format!("`{}`", excerpt(column.name()))).collect();
        if !ignored.is_empty() {
            report.warn(self.file, place, format!("columns that are not read: {}", ignored.join(", ")));
        }
        self.header = Some(header);
        Ok(())
    }

    /// A line before the header that is not text.
    pub fn not_a_header(&mut self, place: Place, fault: LineFault, bytes: &[u8]) -> Result<(), FileError> {
        self.search.lines += 1;
        if let LineFault::Undecodable(encoding) = fault {
            self.search.undecodable.push((place, encoding, bytes.to_vec()));
        }
        self.give_up().map_or(Ok(()), Err)
    }

    /// The error after so many lines without a header.
    fn give_up(&mut self) -> Option<FileError> {
        (self.search.lines >= TITLES_MAX).then(|| self.no_header())
    }

    fn no_header(&self) -> FileError {
        let of_punches = self.table == Table::Punches;
        let name = |profile: &Profile| profile.name.clone();
        let other = |profile: &&'static Profile| of_punches && Some(*profile) != self.layout.profile;
        if let Some((first, encoding, _)) = self.search.undecodable.first() {
            let names = |text: &str| text.split(divider_of(text)).map(|name| name.trim().to_owned()).collect();
            let fits = |(place, _, bytes): &(Place, Encoding, Vec<u8>)| {
                Some((*place, Profile::nearest_of_bytes(bytes, names).filter(other).map(name)?))
            };
            let header = self.search.undecodable.iter().find_map(fits);
            let (place, nearest) = header.map_or((*first, None), |(place, nearest)| (place, Some(nearest)));
            return FileError::Undecodable { line: place.line, encoding: *encoding, nearest };
        }
        let Some((_, place, names, missing)) = &self.search.best else { return FileError::Empty };
        let words: Vec<String> = missing.iter().map(|field| format!("`{field}`")).collect();
        let values: Vec<&str> = names.iter().map(String::as_str).collect();
        let nearest = Profile::nearest(names).or_else(|| Profile::nearest_of_row(&values)).filter(other).map(name);
        FileError::UnknownHeader {
            line: place.line,
            header: excerpt(&names.join(", ")).to_string(),
            missing: format!("a column {}", words.join(" or ")),
            nearest,
            utf16: names.iter().any(|name| name.contains('\0')),
        }
    }

    /// Takes a row. With a fault it is not used.
    pub fn row(
        &mut self,
        place: Place,
        cells: Vec<Cow<'_, str>>,
        fault: Option<String>,
        report: &mut Report,
        take: &mut TakeRow<'_>,
    ) {
        let Some(header) = &mut self.header else { return };
        let surplus = cells.iter().skip(header.slots.len()).any(|cell| !cell.trim().is_empty());
        let surplus = (surplus && !header.by_number)
            .then(|| format!("the row has {} values, the header has {}", cells.len(), header.slots.len()));
        let fault = fault.or(surplus);
        if fault.is_none() {
            for column in &mut header.unread {
                column.see(cells.get(column.index()).map_or("", AsRef::as_ref), self.statuses);
            }
        }
        let mut row = Values::new();
        if header.punches.is_empty() || fault.is_some() {
            for (slot, cell) in header.slots.iter().zip(cells) {
                if let Slot::Field(field) = slot {
                    row.set(*field, cell);
                }
            }
            return take(place, &row, fault.as_deref(), report);
        }
        for (slot, cell) in header.slots.iter().zip(&cells) {
            if let Slot::Field(field) = slot {
                row.set(*field, Cow::Borrowed(cell.as_ref()));
            }
        }
        let mut punches = header.punches.iter().map(|(index, kind)| {
            (*kind, cells.get(*index).map_or(Cow::Borrowed(""), |cell| Cow::Borrowed(cell.as_ref())))
        });
        each_punch(&mut row, &mut punches, &mut |row| take(place, row, None, report));
    }

    /// Ends the table.
    ///
    /// # Errors
    /// When it has no header, or a column that is not read holds kinds of punches.
    pub fn finish(self) -> Result<(), FileError> {
        let Some(header) = &self.header else { return Err(self.no_header()) };
        header.unread.iter().find_map(UnreadColumn::error).map_or(Ok(()), Err)
    }
}

/// What one column of a table holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slot {
    Field(Field),
    /// Times of punches, as [`Header::punches`] says.
    Punches,
    Ignored,
    Unread,
}

struct Header {
    slots: Vec<Slot>,
    /// The columns with times of punches of one kind, or of several punches without direction.
    punches: Vec<(usize, Option<PunchKind>)>,
    unread: Vec<UnreadColumn>,
    /// True without a header: columns beyond the numbered ones are not read.
    by_number: bool,
}

impl Header {
    fn read(table: Table, layout: &Layout<'_>, names: &[String]) -> Header {
        let stated: Vec<Option<Holds>> = names.iter().map(|name| layout.stated(name)).collect();
        let taken: Vec<Field> = stated
            .iter()
            .filter_map(|holds| match holds {
                Some(Holds::Field(field)) => Some(*field),
                _ => None,
            })
            .collect();
        let mut header = Header { slots: Vec::new(), punches: Vec::new(), unread: Vec::new(), by_number: false };
        for (name, stated) in names.iter().zip(stated) {
            // What is stated comes first, then the first column under a name.
            let by_name = || Field::named(table, name).filter(|field| !taken.contains(field)).map(Holds::Field);
            header.push(stated.or_else(by_name));
            if let Some(Slot::Unread) = header.slots.last()
                && !name.is_empty()
            {
                header.unread.push(UnreadColumn::new(header.slots.len() - 1, name, table));
            }
        }
        header
    }

    fn numbered(columns: Vec<Option<Holds>>) -> Header {
        let mut header = Header { slots: Vec::new(), punches: Vec::new(), unread: Vec::new(), by_number: true };
        columns.into_iter().for_each(|holds| header.push(holds));
        header
    }

    fn push(&mut self, holds: Option<Holds>) {
        let slot = match holds {
            Some(Holds::Field(field)) if self.slots.contains(&Slot::Field(field)) => Slot::Unread,
            Some(Holds::Field(field)) => Slot::Field(field),
            Some(Holds::Nothing) => Slot::Ignored,
            Some(Holds::Punch(kind)) => {
                self.punches.push((self.slots.len(), Some(kind)));
                Slot::Punches
            }
            Some(Holds::Taps) => {
                self.punches.push((self.slots.len(), None));
                Slot::Punches
            }
            None => Slot::Unread,
        };
        self.slots.push(slot);
    }

    /// The columns of which the table needs one and the header has none.
    fn missing(&self, table: Table) -> Option<Vec<Field>> {
        let has_start = self.slots.contains(&Slot::Field(Field::Start));
        let needed = table.columns().filter(|column| match column.need {
            Need::Required | Need::Who | Need::When => true,
            Need::WithStart => has_start,
            Need::Optional => false,
        });
        let has_one = |need: Need, choices: &[Field]| {
            let times = need == Need::When && !self.punches.is_empty();
            times || choices.iter().any(|field| self.slots.contains(&Slot::Field(*field)))
        };
        needed
            .map(|column| (column.need, table.choices(column)))
            .find(|(need, choices)| !has_one(*need, choices))
            .map(|(_, choices)| choices)
    }
}

/// Splits one row. A value may be in double quotes; two double quotes inside are one.
pub fn split(text: &str, divider: char) -> Result<Vec<Cow<'_, str>>, &'static str> {
    if !text.contains('"') {
        return Ok(text.split(divider).map(Cow::Borrowed).collect());
    }
    let mut values = Vec::new();
    let mut rest = Some(text);
    while let Some(here) = rest {
        let opened = here.trim_start_matches(' ').strip_prefix('"');
        let (value, after) = match opened {
            Some(quoted) => quoted_value(quoted)?,
            None => {
                let end = here.find(divider).unwrap_or(here.len());
                let (value, after) = here.split_at_checked(end).unwrap_or((here, ""));
                (Cow::Borrowed(value), after)
            }
        };
        values.push(value);
        let after = if opened.is_some() { after.trim_start_matches(' ') } else { after };
        rest = match after.strip_prefix(divider) {
            Some(next) => Some(next),
            None if after.is_empty() => None,
            None => return Err("a value goes on after its closing quote"),
        };
    }
    Ok(values)
}

/// The value up to its closing quote, and the text after it.
fn quoted_value(text: &str) -> Result<(Cow<'_, str>, &str), &'static str> {
    let mut value = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('"') {
        value.push_str(before);
        match after.strip_prefix('"') {
            Some(further) => {
                value.push('"');
                rest = further;
            }
            None => return Ok((Cow::Owned(value), after)),
        }
    }
    Err("a quote is opened and not closed on the same line")
}

/// Reads `attlog.dat`: PIN, date and time, status, and columns that are not read, divided by tabs.
pub fn read_attlog(
    layout: &Layout<'_>,
    bytes: &mut dyn BufRead,
    report: &mut Report,
    take: &mut TakeRow<'_>,
) -> Result<(), FileError> {
    let mut lines = Lines::new(bytes, layout.encoding())?;
    let mut any = false;
    while let Some(line) = lines.next_line()? {
        if line.text.trim().is_empty() && line.fault.is_none() {
            continue;
        }
        let (row, complete) = attlog_row(line.text);
        let first = !any;
        any = true;
        let dated = |at: &str| DateOrder::ALL.into_iter().any(|order| date_and_time_in(at, Some(order)).is_some());
        if first && !dated(row.get(Field::At)) {
            let values: Vec<&str> = line.text.split('\t').collect();
            let nearest = Profile::nearest_of_row(&values).map(|profile| profile.name.clone());
            if nearest.is_some() {
                let row = excerpt(&values.join(" ")).to_string();
                return Err(FileError::NotAttlog { line: line.number, row, nearest });
            }
        }
        let fault = line.fault.map(|fault| fault.to_string());
        let incomplete = || Some(String::from("a row has a PIN, a date and time and a status, divided by tabs"));
        let fault = fault.or_else(|| if complete { None } else { incomplete() });
        take(Place::line(line.number), &row, fault.as_deref(), report);
    }
    if any { Ok(()) } else { Err(FileError::Empty) }
}

/// The values of a row, and whether none is missing.
fn attlog_row(text: &str) -> (Values<'_>, bool) {
    let mut values = text.split('\t');
    let mut row = Values::new();
    let mut complete = true;
    for field in [Field::Pin, Field::At, Field::Kind] {
        let value = values.next();
        complete &= value.is_some();
        row.set(field, Cow::Borrowed(value.unwrap_or("")));
    }
    complete &= !row.get(Field::Pin).is_empty() && !row.get(Field::At).is_empty();
    (row, complete)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::Format;

    #[test]
    fn quotes_hold_dividers_and_quotes() {
        assert_eq!(split(r#"a,"b, ""c""", d"#, ',').unwrap(), ["a", r#"b, "c""#, " d"]);
        assert_eq!(split(r#""a","#, ',').unwrap(), ["a", ""]);
        assert!(split(r#"a,"b"#, ',').is_err());
        assert!(split(r#""a"b,c"#, ',').is_err());
    }

    #[test]
    fn the_divider_is_the_one_the_header_has_most_of() {
        for text in ["employee,at,kind", "employee;at;kind", "employee\tat\tkind"] {
            let names: Vec<String> = text.split(divider_of(text)).map(str::to_owned).collect();
            let header = Header::read(Table::Punches, &Layout::from(Format::Csv), &names);
            assert_eq!(header.slots, [Field::Employee, Field::At, Field::Kind].map(Slot::Field));
        }
    }
}
