//! Results as comma separated values with a header.

use core::fmt::Display;
use std::borrow::Cow;
use std::io::{self, Write};

use super::columns::*;
use super::{CardView, Hours, because_word};
use crate::fields::Field;

/// The rows of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rows {
    /// The pay of each rule on each workday.
    #[default]
    Lines,
    /// Totals by workweek and pay period.
    Totals,
    /// What a person must look at.
    Exceptions,
    /// Workdays.
    Workdays,
    /// Pay lines that a person stated, with what is computed.
    Overrides,
    /// Totals of the pay period by the values of tags.
    Splits,
    /// Values that plugins carry over: a file that the next pay period reads.
    Carried,
}

/// Writes one kind of rows of all timecards. A timecard that could not be evaluated has no rows here.
///
/// # Errors
/// When `out` takes no more.
pub fn csv<'a>(
    cards: impl Iterator<Item = CardView<'a>>,
    rows: Rows,
    hours: Hours,
    out: &mut dyn Write,
) -> io::Result<()> {
    match rows {
        Rows::Lines => lines(cards, hours, out),
        Rows::Totals => totals(cards, hours, out),
        Rows::Exceptions => exceptions(cards, hours, out),
        Rows::Workdays => workdays(cards, hours, out),
        Rows::Overrides => overrides(cards, hours, out),
        Rows::Splits => splits(cards, hours, out),
        Rows::Carried => carried(cards, out),
    }
}

fn lines<'a>(cards: impl Iterator<Item = CardView<'a>>, hours: Hours, out: &mut dyn Write) -> io::Result<()> {
    let names = [EMPLOYEE, NAME, WORKDAY, PAY_CODE, AMOUNT, UNIT, RULE, BECAUSE, PROVISIONAL];
    let mut table = CsvTable::new(names, out)?;
    for card in cards {
        for line in card.lines() {
            table.row([
                &value(card.employee),
                &value(card.name),
                &line.workday,
                &value(card.code_name(line.code)),
                &card.amount(line.code, u64::from(line.amount), hours),
                &unit(&card, line.code, hours),
                &value(card.names.rule(line.rule)),
                &because_word(line.because),
                &card.card().provisional,
            ])?;
        }
    }
    Ok(())
}

fn totals<'a>(cards: impl Iterator<Item = CardView<'a>>, hours: Hours, out: &mut dyn Write) -> io::Result<()> {
    let names = [EMPLOYEE, NAME, SCOPE, FROM, PAY_CODE, AMOUNT, UNIT, PROVISIONAL];
    let mut table = CsvTable::new(names, out)?;
    for card in cards {
        for total in card.totals() {
            table.row([
                &value(card.employee),
                &value(card.name),
                &total.scope,
                &total.from,
                &value(card.code_name(total.code)),
                &card.amount(total.code, u64::from(total.amount), hours),
                &unit(&card, total.code, hours),
                &card.card().provisional,
            ])?;
        }
    }
    Ok(())
}

fn splits<'a>(cards: impl Iterator<Item = CardView<'a>>, hours: Hours, out: &mut dyn Write) -> io::Result<()> {
    let names = [EMPLOYEE, NAME, TAG, VALUE, PAY_CODE, AMOUNT, UNIT, PROVISIONAL];
    let mut table = CsvTable::new(names, out)?;
    for card in cards {
        for split in card.splits() {
            table.row([
                &value(card.employee),
                &value(card.name),
                &value(split.name),
                &value(split.value),
                &value(card.code_name(split.code)),
                &card.amount(split.code, u64::from(split.amount), hours),
                &unit(&card, split.code, hours),
                &card.card().provisional,
            ])?;
        }
    }
    Ok(())
}

fn exceptions<'a>(cards: impl Iterator<Item = CardView<'a>>, hours: Hours, out: &mut dyn Write) -> io::Result<()> {
    let names = [EMPLOYEE, NAME, WORKDAY, EXCEPTION, STATE, SEVERITY, AT, MEASURE, RULE];
    let mut table = CsvTable::new(names, out)?;
    for card in cards {
        for exception in card.exceptions() {
            table.row([
                &value(card.employee),
                &value(card.name),
                &exception.workday,
                &exception.code,
                &exception.state,
                &exception.severity,
                &card.local(exception.at),
                &hours.write(u64::from(exception.measure.0)),
                &value(card.names.rule(exception.rule)),
            ])?;
        }
    }
    Ok(())
}

fn workdays<'a>(cards: impl Iterator<Item = CardView<'a>>, hours: Hours, out: &mut dyn Write) -> io::Result<()> {
    let mut table = CsvTable::new([EMPLOYEE, NAME, WORKDAY, DAY_TYPE, PUNCHES, WORKED], out)?;
    for card in cards {
        for day in card.workdays() {
            let worked = hours.write(u64::from(day.worked.0));
            let (employee, name) = (value(card.employee), value(card.name));
            table.row([&employee, &name, &day.workday, &day.day_type, &day.punches, &worked])?;
        }
    }
    Ok(())
}

fn overrides<'a>(cards: impl Iterator<Item = CardView<'a>>, hours: Hours, out: &mut dyn Write) -> io::Result<()> {
    let names = [EMPLOYEE, NAME, WORKDAY, PAY_CODE, AMOUNT, UNIT, COMPUTED, COMPUTED_BEFORE, STALE, PROVISIONAL];
    let mut table = CsvTable::new(names, out)?;
    for card in cards {
        for stated in card.overrides() {
            table.row([
                &value(card.employee),
                &value(card.name),
                &stated.workday,
                &value(card.code_name(stated.code)),
                &hours.write(u64::from(stated.amount.0)),
                &unit(&card, stated.code, hours),
                &hours.write(u64::from(stated.computed.0)),
                &hours.write(u64::from(stated.computed_before.0)),
                &stated.is_stale(),
                &card.card().provisional,
            ])?;
        }
    }
    Ok(())
}

/// The columns are those that the reader of carried values knows.
fn carried<'a>(cards: impl Iterator<Item = CardView<'a>>, out: &mut dyn Write) -> io::Result<()> {
    let mut table = CsvTable::new(CARRIED.map(Field::word), out)?;
    for card in cards {
        for (key, carried) in card.carried() {
            table.row([&value(card.employee), &value(key), &carried])?;
        }
    }
    Ok(())
}

/// The columns of carried values.
pub const CARRIED: [Field; 3] = [Field::Employee, Field::Key, Field::Value];

/// A table of comma separated values: every row has as many values as the header has names.
pub struct CsvTable<'o, const N: usize> {
    out: &'o mut dyn Write,
}

impl<'o, const N: usize> CsvTable<'o, N> {
    /// Writes the header.
    pub fn new(names: [&str; N], out: &'o mut dyn Write) -> io::Result<CsvTable<'o, N>> {
        writeln!(out, "{}", names.join(","))?;
        Ok(CsvTable { out })
    }

    /// Writes a row. Text that may contain a separator is written with [`value`].
    pub fn row(&mut self, values: [&dyn Display; N]) -> io::Result<()> {
        for (number, value) in values.into_iter().enumerate() {
            let divider = if number == 0 { "" } else { "," };
            write!(self.out, "{divider}{value}")?;
        }
        writeln!(self.out)
    }
}

fn unit(card: &CardView<'_>, code: shiftmill_core::PayCode, hours: Hours) -> &'static str {
    match (card.unit(code), hours) {
        (shiftmill_core::Unit::Count, _) => COUNT,
        (_, Hours::Seconds) => SECONDS,
        (_, Hours::Minutes) => "minutes",
        (_, Hours::HoursMinutes | Hours::Decimal(_)) => "hours",
    }
}

/// A value, in quotes where it has to be.
pub fn value(text: &str) -> Cow<'_, str> {
    if text.contains([',', '"', '\n', '\r']) {
        return Cow::Owned(format!("\"{}\"", text.replace('"', "\"\"")));
    }
    Cow::Borrowed(text)
}
