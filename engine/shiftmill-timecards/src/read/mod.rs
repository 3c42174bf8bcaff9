//! Files to timecards: CSV, JSON and `attlog.dat`, with every row that cannot be used listed and the good ones kept.
//!
//! ```text
//! Layout: format, encoding, dates, columns, Profile
//!   │
//! bytes ─→ lines ─→ header, values (CSV, attlog) ─┐
//! bytes ─→ parts ─→ header, values (XLSX) ────────┤
//! bytes ─→ objects ─→ values (JSON) ──────────────┴→ Intake ─→ rows ─→ CardFacts
//!   └─→ FileError: nothing of the file is used       └─→ Report: rejects, warnings
//! ```
//!
//! Employees are read first ([`read_employees`]), because their zones are needed to understand local times. Then an
//! [`Intake`] takes punches, schedules, leave, corrections, waivers and approvals in any order. Formats are described in
//! `docs/files.md`.

mod columns;
mod encoding;
mod error;
mod intake;
mod json;
mod layout;
mod lines;
mod profile;
mod report;
mod status;
mod tabular;
mod taps;
mod unread;
mod values;
mod workbook;

use std::collections::{BTreeMap, BTreeSet};
use std::io::BufRead;

use shiftmill_core::{EMPLOYEE_KEY_BYTES_MAX, Employment, Workday, excerpt, is_employee_key, one_line};

pub use crate::fields::Table;
pub use columns::{ColumnMap, Holds};
pub use encoding::Encoding;
pub use error::FileError;
pub use intake::{Intake, RulesetNames};
pub use layout::Layout;
pub use profile::{Profile, RefusedExport};
pub use report::{Cause, KEPT_MAX, Place, Reject, Report};
pub use status::StatusMap;

use crate::clock::DateOrder;
use crate::fields::Field;
use crate::rows::{self, EmploymentRow};
use intake::Unused;
use values::Values;

/// Most rows that one intake takes.
pub const ROWS_MAX: u64 = 50_000_000;
/// Longest line in bytes.
pub const LINE_BYTES_MAX: usize = 64 * 1024;
/// Largest JSON document in bytes. Larger ones are better written as CSV, which is read row by row.
pub const JSON_BYTES_MAX: u64 = 512 * 1024 * 1024;
/// Largest workbook in bytes. Larger ones are better written as CSV, which is read row by row.
pub const WORKBOOK_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Declares the formats once, each with the ending of its files.
macro_rules! formats {
    ($($(#[$doc:meta])* $format:ident $word:literal = $ending:literal,)+) => {
        /// How the bytes of a file are to be read.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Format { $($(#[$doc])* $format,)+ }

        impl Format {
            /// All formats.
            pub const ALL: &'static [Format] = &[$(Format::$format,)+];

            /// Its name.
            pub const fn word(self) -> &'static str {
                match self { $(Format::$format => $word,)+ }
            }

            /// The ending of its files, without a dot.
            pub const fn ending(self) -> &'static str {
                match self { $(Format::$format => $ending,)+ }
            }
        }
    };
}

formats! {
    /// Comma, semicolon or tab separated values with a header.
    Csv "csv" = "csv",
    /// A JSON array of objects, or an object with such arrays under the names of tables.
    Json "json" = "json",
    /// The export of a ZK terminal.
    Attlog "attlog" = "dat",
    /// The first sheet of a workbook.
    Xlsx "xlsx" = "xlsx",
}

impl Format {
    /// The format with a name.
    pub fn named(name: &str) -> Option<Format> {
        Format::ALL.iter().find(|format| format.word().eq_ignore_ascii_case(name)).copied()
    }

    /// The format that the ending of a file's name promises; CSV for any other ending.
    pub fn of(file: &str) -> Format {
        let ending = file.rsplit_once('.').map_or("", |(_, ending)| ending);
        let promised = Format::ALL.iter().find(|format| format.ending().eq_ignore_ascii_case(ending));
        promised.copied().unwrap_or(Format::Csv)
    }
}

/// A file with rows of a table.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The file, as the caller names it.
    pub file: &'a str,
    /// The table of its rows, where they do not say it themselves.
    pub table: Table,
    /// How it is laid out.
    pub layout: &'a Layout<'a>,
}

/// Most bytes of the name of an employee, which only people read.
const NAME_BYTES_MAX: usize = 200;

/// One employee as a file states them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EmployeeRow {
    /// Its place in the file.
    pub place: Place,
    /// The key.
    pub employee: String,
    /// Their display name, on one line; empty when not stated.
    pub name: String,
    /// The IANA name of the zone; empty when not stated.
    pub zone: String,
    /// Their number on terminals; empty when not stated.
    pub pin: String,
    /// Their ruleset; empty when not stated.
    pub ruleset: String,
    /// Their tag; empty when not stated.
    pub tag: String,
    /// When they were employed; always, when there is nothing.
    pub employment: Vec<Employment>,
}

impl EmployeeRow {
    /// Whether another row of the employee only states another employment.
    fn is_employed_again(&self, other: &EmployeeRow) -> bool {
        let same = |own: &str, other: &str| other.is_empty() || own == other;
        let employed = !self.employment.is_empty() && !other.employment.is_empty();
        employed
            && same(&self.name, &other.name)
            && same(&self.zone, &other.zone)
            && same(&self.pin, &other.pin)
            && same(&self.ruleset, &other.ruleset)
            && same(&self.tag, &other.tag)
    }
}

/// Why a text is not the key of an employee.
fn not_a_key(text: &str) -> String {
    format!("the key `{}` has more than {EMPLOYEE_KEY_BYTES_MAX} bytes, or hidden characters", excerpt(text))
}

/// Reads an employees file. Rows without a key and keys or PINs that occur twice are rejected; a second row of an
/// employee may only state another employment.
///
/// ```
/// use shiftmill_timecards::read::{Format, Layout, Report, read_employees};
/// let mut report = Report::default();
/// let file = "employee,name,zone\nE1,Cook 1,Asia/Tokyo\n,nobody,\n";
/// let layout = Layout::from(Format::Csv);
/// let employees = read_employees("staff.csv", &layout, &mut file.as_bytes(), &mut report).unwrap();
/// assert_eq!(employees.len(), 1);
/// assert_eq!(report.rejects[0].to_string(), "staff.csv line 3: no employee is named");
/// ```
///
/// # Errors
/// When the file as a whole cannot be used.
pub fn read_employees(
    file: &str,
    layout: &Layout<'_>,
    bytes: &mut dyn BufRead,
    report: &mut Report,
) -> Result<Vec<EmployeeRow>, FileError> {
    let dates = layout.dates();
    let mut list = EmployeeList { employees: Vec::new(), keys: BTreeMap::new(), pins: BTreeSet::new(), dates };
    let source = Source { file, table: Table::Employees, layout };
    read_ahead(&source, bytes, report, &mut |place, values| list.add(place, values))?;
    Ok(list.employees)
}

/// One assignment by date as a file states it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssignmentRow {
    /// Its place in the file.
    pub place: Place,
    /// The key of the employee.
    pub employee: String,
    /// The first workday, or why what is written is none.
    pub from: Result<Workday, String>,
    /// The ruleset from then on; empty: as before.
    pub ruleset: String,
    /// The calendar from then on; empty: as before.
    pub calendar: String,
    /// The IANA name of the zone from then on; empty: as before.
    pub zone: String,
    /// The tag from then on; empty: as before.
    pub tag: String,
    /// The work that the ruleset is for; empty: all.
    pub job: String,
}

/// Reads a file of assignments. They are read before other facts, because the zone of local times follows from them.
///
/// # Errors
/// When the file as a whole cannot be used.
pub fn read_assignments(
    file: &str,
    layout: &Layout<'_>,
    bytes: &mut dyn BufRead,
    report: &mut Report,
) -> Result<Vec<AssignmentRow>, FileError> {
    let (dates, mut rows) = (layout.dates(), Vec::new());
    let source = Source { file, table: Table::Assignments, layout };
    read_ahead(&source, bytes, report, &mut |place, values| {
        let text = |field| values.get(field).to_owned();
        let from = rows::date(values.get(Field::From).into(), Field::From, dates).map_err(|error| error.to_string());
        let (employee, ruleset, zone) = (text(Field::Employee), text(Field::Ruleset), text(Field::Zone));
        let (calendar, tag, job) = (text(Field::Calendar), text(Field::Tag), text(Field::Job));
        if employee.is_empty() {
            return Err(Unused::because("no employee is named"));
        }
        rows.push(AssignmentRow { place, employee, from, ruleset, calendar, zone, tag, job });
        Ok(())
    })?;
    Ok(rows)
}

/// Takes one row of a table, or says why it cannot be used.
type TakeRow<'t> = dyn FnMut(Place, &Values<'_>) -> Result<(), Unused> + 't;

/// Reads the rows of a table that is needed before the others are understood.
fn read_ahead(
    source: &Source<'_>,
    bytes: &mut dyn BufRead,
    report: &mut Report,
    add: &mut TakeRow<'_>,
) -> Result<(), FileError> {
    let Source { file, table, layout } = *source;
    let mut failed = None;
    let mut take = |place: Place, values: &Values<'_>, fault: Option<&str>, report: &mut Report| {
        let added = match fault {
            Some(fault) => Err(Unused::because(fault)),
            None => add(place, values),
        };
        match added {
            Ok(()) => {}
            Err(Unused::Row(reason)) => report.reject(file, place, reason),
            Err(Unused::DateOrder(written)) => {
                failed.get_or_insert(FileError::DateOrder { line: place.line, written });
            }
        }
    };
    let statuses = StatusMap::default();
    match layout.format {
        Format::Json => {
            let wanted = match table {
                Table::Assignments => |table| table == Table::Assignments,
                _ => |table| table == Table::Employees,
            };
            json::read(source, &statuses, wanted, bytes, report, &mut |_, place, values, fault, report| {
                take(place, values, fault, report);
            })?;
        }
        Format::Csv => {
            let mut sheet = tabular::Sheet::new(file, table, layout, &statuses);
            tabular::read_csv(&mut sheet, bytes, report, &mut take)?;
            sheet.finish()?;
        }
        Format::Xlsx => {
            let mut sheet = tabular::Sheet::new(file, table, layout, &statuses);
            workbook::read(&mut sheet, bytes, report, &mut take)?;
            sheet.finish()?;
        }
        Format::Attlog => {
            return Err(FileError::Document(format!("an attlog holds punches, not {}", table.name())));
        }
    }
    failed.map_or(Ok(()), Err)
}

/// Employees as they are read, with what must not occur twice.
struct EmployeeList {
    employees: Vec<EmployeeRow>,
    /// The positions of the employees.
    keys: BTreeMap<String, usize>,
    pins: BTreeSet<String>,
    dates: Option<DateOrder>,
}

impl EmployeeList {
    fn add(&mut self, place: Place, values: &Values<'_>) -> Result<(), Unused> {
        let row = EmployeeRow {
            place,
            employee: values.get(Field::Employee).to_owned(),
            name: one_line(values.get(Field::Name), NAME_BYTES_MAX),
            zone: values.get(Field::Zone).to_owned(),
            pin: values.get(Field::Pin).to_owned(),
            ruleset: values.get(Field::Ruleset).to_owned(),
            tag: values.get(Field::Tag).to_owned(),
            employment: self.employment(values)?.into_iter().collect(),
        };
        if row.employee.is_empty() {
            return Err(Unused::because("no employee is named"));
        }
        if !is_employee_key(&row.employee) {
            return Err(Unused::because(not_a_key(&row.employee)));
        }
        if let Some(position) = self.keys.get(&row.employee) {
            let known = self.employees.get_mut(*position).filter(|known| known.is_employed_again(&row));
            let twice = || Unused::because(format!("employee `{}` is listed twice", excerpt(&row.employee)));
            known.ok_or_else(twice)?.employment.extend(row.employment);
            return Ok(());
        }
        if !row.pin.is_empty() && !self.pins.insert(unpadded(&row.pin).to_owned()) {
            return Err(Unused::because(format!("PIN `{}` belongs to an employee above", excerpt(&row.pin))));
        }
        self.keys.insert(row.employee.clone(), self.employees.len());
        self.employees.push(row);
        Ok(())
    }

    /// The employment that a row states.
    fn employment(&self, values: &Values<'_>) -> Result<Option<Employment>, Unused> {
        let row = EmploymentRow { hired: values.get(Field::Hired).into(), left: values.get(Field::Left).into() };
        match row.hired.is_nothing() && row.left.is_nothing() {
            true => Ok(None),
            false => Ok(Some(rows::employment(&row, self.dates)?)),
        }
    }
}

/// A PIN without the zeros by which terminals fill it up.
fn unpadded(pin: &str) -> &str {
    match pin.trim_start_matches('0') {
        "" => pin.get(..1).unwrap_or(pin),
        digits => digits,
    }
}

/// The values of one row of comma separated values; none when its quotes do not close.
pub(crate) fn values(line: &str) -> Vec<std::borrow::Cow<'_, str>> {
    tabular::split(line, ',').unwrap_or_default()
}

#[cfg(test)]
mod tests;
