//! Files to timecards: CSV, JSON and `attlog.dat`, with every row that cannot be used listed and the good ones kept.
//!
//! ```text
//! bytes ─→ lines ─→ values (CSV, attlog) ─┐
//! bytes ─→ objects ─→ values (JSON) ──────┴→ Intake ─→ rows ─→ CardFacts
//!                                              └─→ Report: rejects, warnings
//! ```
//!
//! Employees are read first ([`read_employees`]), because their zones are needed to understand local times. Then an
//! [`Intake`] takes punches, schedules, leave, corrections, waivers and approvals in any order. Formats are described in
//! `docs/files.md`.

mod intake;
mod json;
mod lines;
mod report;
mod status;
mod tabular;
mod values;

use std::io::{self, BufRead};

use shiftmill_core::{EMPLOYEE_KEY_BYTES_MAX, excerpt, is_employee_key, one_line};

pub use crate::fields::Table;
pub use intake::{Intake, RulesetNames};
pub use report::{KEPT_MAX, Place, Reject, Report};
pub use status::StatusMap;

use crate::fields::Field;
use values::Values;

/// Most rows that one intake takes.
pub const ROWS_MAX: u64 = 50_000_000;
/// Longest line in bytes.
pub const LINE_BYTES_MAX: usize = 64 * 1024;
/// Largest JSON document in bytes. Larger ones are better written as CSV, which is read row by row.
pub const JSON_BYTES_MAX: u64 = 512 * 1024 * 1024;

/// Declares the formats once, each with the ending of its files.
macro_rules! formats {
    ($($(#[$doc:meta])* $format:ident = $ending:literal,)+) => {
        /// How the bytes of a file are to be read.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Format { $($(#[$doc])* $format,)+ }

        impl Format {
            /// All formats.
            pub const ALL: &'static [Format] = &[$(Format::$format,)+];

            /// The ending of its files, without a dot.
            pub const fn ending(self) -> &'static str {
                match self { $(Format::$format => $ending,)+ }
            }
        }
    };
}

formats! {
    /// Comma, semicolon or tab separated values with a header.
    Csv = "csv",
    /// A JSON array of objects, or an object with such arrays under the names of tables.
    Json = "json",
    /// The export of a ZK terminal.
    Attlog = "dat",
}

impl Format {
    /// The format that the ending of a file's name promises; CSV for any other ending.
    pub fn of(file: &str) -> Format {
        let ending = file.rsplit_once('.').map_or("", |(_, ending)| ending);
        let promised = Format::ALL.iter().find(|format| format.ending().eq_ignore_ascii_case(ending));
        promised.copied().unwrap_or(Format::Csv)
    }
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
}

/// Why a text is not the key of an employee.
fn not_a_key(text: &str) -> String {
    format!("the key `{}` has more than {EMPLOYEE_KEY_BYTES_MAX} bytes, or hidden characters", excerpt(text))
}

/// Reads an employees file. Rows without a key and keys or PINs that occur twice are rejected.
///
/// ```
/// use shiftmill_timecards::read::{Format, Report, read_employees};
/// let mut report = Report::default();
/// let file = "employee,name,zone\nE1,Cook 1,Asia/Tokyo\n,nobody,\n";
/// let employees = read_employees("staff.csv", Format::Csv, &mut file.as_bytes(), &mut report).unwrap();
/// assert_eq!(employees.len(), 1);
/// assert_eq!(report.rejects[0].to_string(), "staff.csv line 3: no employee is named");
/// ```
///
/// # Errors
/// When the bytes cannot be read at all.
pub fn read_employees(
    file: &str,
    format: Format,
    bytes: &mut dyn BufRead,
    report: &mut Report,
) -> io::Result<Vec<EmployeeRow>> {
    let mut employees = Vec::new();
    let mut keys = std::collections::BTreeSet::new();
    let mut pins = std::collections::BTreeSet::new();
    let mut take = |place: Place, values: &Values<'_>, report: &mut Report| {
        let row = EmployeeRow {
            place,
            employee: values.get(Field::Employee).to_owned(),
            name: one_line(values.get(Field::Name), NAME_BYTES_MAX),
            zone: values.get(Field::Zone).to_owned(),
            pin: values.get(Field::Pin).to_owned(),
            ruleset: values.get(Field::Ruleset).to_owned(),
        };
        if row.employee.is_empty() {
            return report.reject(file, place, "no employee is named");
        }
        if !is_employee_key(&row.employee) {
            return report.reject(file, place, not_a_key(&row.employee));
        }
        if keys.contains(&row.employee) {
            return report.reject(file, place, format!("employee `{}` is listed twice", excerpt(&row.employee)));
        }
        if !row.pin.is_empty() && !pins.insert(row.pin.clone()) {
            return report.reject(file, place, format!("PIN `{}` belongs to an employee above", excerpt(&row.pin)));
        }
        keys.insert(row.employee.clone());
        employees.push(row);
    };
    match format {
        Format::Json => {
            let wanted = |table| table == Table::Employees;
            json::read(file, Table::Employees, wanted, bytes, report, &mut |_, place, values, report| {
                take(place, values, report);
            })?;
        }
        Format::Csv => tabular::read_csv(file, Table::Employees, bytes, report, &mut take)?,
        Format::Attlog => report.reject(file, Place::FILE, "an attlog holds punches, not employees"),
    }
    Ok(employees)
}

/// The values of one row of comma separated values; none when its quotes do not close.
pub(crate) fn values(line: &str) -> Vec<std::borrow::Cow<'_, str>> {
    tabular::split(line, ',').unwrap_or_default()
}

#[cfg(test)]
mod tests;
