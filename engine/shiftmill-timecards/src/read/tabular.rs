//! Rows of values divided by commas, semicolons or tabs, and the export of ZK terminals.

use shiftmill_core::excerpt;
use std::borrow::Cow;
use std::io::{self, BufRead};

use super::lines::Lines;
use super::report::{Place, Report};
use super::values::Values;
use crate::fields::{Field, Need, Table};

/// Takes one row.
pub type TakeRow<'t> = dyn FnMut(Place, &Values<'_>, &mut Report) + 't;

/// Reads values with a header. The divider is the one of comma, semicolon and tab that the header has most of. A
/// quoted value ends on its own line: one forgotten quote then costs one row, not the rest of the file.
pub fn read_csv(
    file: &str,
    table: Table,
    bytes: &mut dyn BufRead,
    report: &mut Report,
    take: &mut TakeRow<'_>,
) -> io::Result<()> {
    let mut lines = Lines::new(bytes);
    let mut header: Option<Header> = None;
    while let Some(line) = lines.next_line()? {
        let place = Place::line(line.number);
        let text = match line.text {
            Ok(text) if text.trim().is_empty() => continue,
            Ok(text) => text,
            Err(reason) => {
                report.reject(file, place, reason);
                continue;
            }
        };
        let Some(header) = &header else {
            let read = Header::read(table, text);
            if let Some(reason) = read.fault(table) {
                report.reject(file, place, reason);
                return Ok(());
            }
            if !read.ignored.is_empty() {
                report.warn(file, place, format!("columns that are not read: {}", read.ignored.join(", ")));
            }
            header = Some(read);
            continue;
        };
        match header.values(text) {
            Ok(row) => take(place, &row, report),
            Err(reason) => report.reject(file, place, reason),
        }
    }
    if header.is_none() {
        report.reject(file, Place::FILE, "the file has no header");
    }
    Ok(())
}

struct Header {
    divider: char,
    columns: Vec<Option<Field>>,
    ignored: Vec<String>,
}

impl Header {
    fn read(table: Table, text: &str) -> Header {
        let count = |divider: char| text.matches(divider).count();
        let divider = [',', ';', '\t'].into_iter().rev().max_by_key(|divider| count(*divider)).unwrap_or(',');
        let names: Vec<String> = match split(text, divider) {
            Ok(values) => values.into_iter().map(|value| value.trim().to_owned()).collect(),
            Err(_) => text.split(divider).map(|value| value.trim().to_owned()).collect(),
        };
        let mut columns: Vec<Option<Field>> = Vec::with_capacity(names.len());
        for name in &names {
            // The first column under a name is the one that counts.
            let column = Field::named(table, name).filter(|column| !columns.contains(&Some(*column)));
            columns.push(column);
        }
        let ignored = names.into_iter().zip(&columns).filter(|(name, column)| column.is_none() && !name.is_empty());
        let ignored = ignored.map(|(name, _)| format!("`{}`", excerpt(&name))).collect();
        Header { divider, columns, ignored }
    }

    /// The required columns of a table.
    fn fault(&self, table: Table) -> Option<String> {
        let needed = table.columns().filter(|column| column.need != Need::Optional).map(|column| table.choices(column));
        let lacks = |choices: &Vec<Field>| !choices.iter().any(|field| self.columns.contains(&Some(*field)));
        let missing = needed.into_iter().find(lacks)?;
        let words: Vec<String> = missing.iter().map(|field| format!("`{field}`")).collect();
        Some(format!("the header has no column {}, so the file is not read", words.join(" or ")))
    }

    fn values<'a>(&self, text: &'a str) -> Result<Values<'a>, String> {
        let values = split(text, self.divider)?;
        let surplus = values.iter().skip(self.columns.len()).any(|value| !value.trim().is_empty());
        if surplus {
            return Err(format!("the row has {} values, the header has {}", values.len(), self.columns.len()));
        }
        let mut row = Values::new();
        for (column, value) in self.columns.iter().zip(values) {
            if let Some(column) = column {
                row.set(*column, value);
            }
        }
        Ok(row)
    }
}

/// Splits one row. A value may be in double quotes; two double quotes inside are one.
pub fn split(text: &str, divider: char) -> Result<Vec<Cow<'_, str>>, String> {
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
            None => return Err(String::from("a value goes on after its closing quote")),
        };
    }
    Ok(values)
}

/// The value up to its closing quote, and the text after it.
fn quoted_value(text: &str) -> Result<(Cow<'_, str>, &str), String> {
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
    Err(String::from("a quote is opened and not closed on the same line"))
}

/// Reads `attlog.dat`: PIN, date and time, status, and columns that are not read, divided by tabs.
pub fn read_attlog(file: &str, bytes: &mut dyn BufRead, report: &mut Report, take: &mut TakeRow<'_>) -> io::Result<()> {
    let mut lines = Lines::new(bytes);
    while let Some(line) = lines.next_line()? {
        let place = Place::line(line.number);
        match line.text {
            Ok(text) if text.trim().is_empty() => {}
            Ok(text) => match attlog_row(text) {
                Some(row) => take(place, &row, report),
                None => report.reject(file, place, "a row has a PIN, a date and time and a status, divided by tabs"),
            },
            Err(reason) => report.reject(file, place, reason),
        }
    }
    Ok(())
}

fn attlog_row(text: &str) -> Option<Values<'_>> {
    let mut values = text.split('\t');
    let mut row = Values::new();
    row.set(Field::Pin, Cow::Borrowed(values.next()?));
    row.set(Field::At, Cow::Borrowed(values.next()?));
    row.set(Field::Kind, Cow::Borrowed(values.next()?));
    let complete = !row.get(Field::Pin).is_empty() && !row.get(Field::At).is_empty();
    complete.then_some(row)
}

#[cfg(test)]
mod tests {
    use super::*;

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
            let header = Header::read(Table::Punches, text);
            assert_eq!(header.columns, [Some(Field::Employee), Some(Field::At), Some(Field::Kind)]);
        }
    }
}
