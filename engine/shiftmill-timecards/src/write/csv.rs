//! Results as comma separated values with a header.

use std::borrow::Cow;
use std::io::{self, Write};

use super::{CardView, Hours, because_word};

/// Which rows a file holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rows {
    /// What each rule pays on each workday.
    #[default]
    Lines,
    /// Totals by workweek and pay period.
    Totals,
    /// What a person must look at.
    Exceptions,
    /// Workdays.
    Workdays,
    /// What plugins carry over: a file that the next pay period reads.
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
    let header = match rows {
        Rows::Lines => "employee,name,workday,pay_code,amount,unit,rule,because,provisional",
        Rows::Totals => "employee,name,scope,from,pay_code,amount,unit,provisional",
        Rows::Exceptions => "employee,name,workday,exception,state,severity,at,measure,rule",
        Rows::Workdays => "employee,name,workday,day_type,punches,worked",
        Rows::Carried => "employee,key,value",
    };
    writeln!(out, "{header}")?;
    for card in cards {
        match rows {
            Rows::Lines => lines(&card, hours, out)?,
            Rows::Totals => totals(&card, hours, out)?,
            Rows::Exceptions => exceptions(&card, hours, out)?,
            Rows::Workdays => workdays(&card, hours, out)?,
            Rows::Carried => carried(&card, out)?,
        }
    }
    Ok(())
}

fn lines(card: &CardView<'_>, hours: Hours, out: &mut dyn Write) -> io::Result<()> {
    for line in card.lines() {
        let amount = card.amount(line.code, u64::from(line.amount), hours);
        writeln!(
            out,
            "{},{},{},{},{amount},{},{},{},{}",
            value(card.employee),
            value(card.name),
            line.workday,
            value(card.code_name(line.code)),
            unit(card, line.code, hours),
            value(card.names.rule(line.rule)),
            because_word(line.because),
            card.card().provisional,
        )?;
    }
    Ok(())
}

fn totals(card: &CardView<'_>, hours: Hours, out: &mut dyn Write) -> io::Result<()> {
    for total in card.totals() {
        writeln!(
            out,
            "{},{},{},{},{},{},{},{}",
            value(card.employee),
            value(card.name),
            total.scope,
            total.from,
            value(card.code_name(total.code)),
            card.amount(total.code, u64::from(total.amount), hours),
            unit(card, total.code, hours),
            card.card().provisional,
        )?;
    }
    Ok(())
}

fn exceptions(card: &CardView<'_>, hours: Hours, out: &mut dyn Write) -> io::Result<()> {
    for exception in card.exceptions() {
        writeln!(
            out,
            "{},{},{},{},{},{},{},{},{}",
            value(card.employee),
            value(card.name),
            exception.workday,
            exception.code,
            exception.state,
            exception.severity,
            card.local(exception.at),
            hours.write(u64::from(exception.measure.0)),
            value(card.names.rule(exception.rule)),
        )?;
    }
    Ok(())
}

fn workdays(card: &CardView<'_>, hours: Hours, out: &mut dyn Write) -> io::Result<()> {
    for day in card.workdays() {
        let worked = hours.write(u64::from(day.worked.0));
        let (employee, name) = (value(card.employee), value(card.name));
        writeln!(out, "{employee},{name},{},{},{},{worked}", day.workday, day.day_type, day.punches)?;
    }
    Ok(())
}

fn carried(card: &CardView<'_>, out: &mut dyn Write) -> io::Result<()> {
    for (key, carried) in card.carried() {
        writeln!(out, "{},{},{carried}", value(card.employee), value(key))?;
    }
    Ok(())
}

fn unit(card: &CardView<'_>, code: shiftmill_core::PayCode, hours: Hours) -> &'static str {
    match (card.unit(code), hours) {
        (shiftmill_core::Unit::Count, _) => "count",
        (_, Hours::Seconds) => "seconds",
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
