//! Results as one JSON array with an object per employee.

use std::io::{self, Write};

use serde_json::{Map, Value, json};
use shiftmill_core::{PayCode, Unit};

use super::columns::*;
use super::csv::CARRIED;
use super::{CardView, Hours, because_word};
use crate::fields::{Field, Table};

/// Writes all timecards, one object per line inside one array. Amounts are whole seconds or occurrences; with `hours`
/// other than seconds, the written form is added.
///
/// # Errors
/// When `out` takes no more.
pub fn json<'a>(cards: impl Iterator<Item = CardView<'a>>, hours: Hours, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "[")?;
    let mut divider = "\n";
    for card in cards {
        out.write_all(divider.as_bytes())?;
        // Not through `fmt`, which costs a call for each word.
        serde_json::to_writer(&mut *out, &object(&card, hours))?;
        divider = ",\n";
    }
    writeln!(out, "\n]")
}

/// Writes the carried values of plugins as one JSON array, in the form of the facts of the next pay period.
///
/// # Errors
/// When `out` takes no more.
pub fn carried<'a>(cards: impl Iterator<Item = CardView<'a>>, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "[")?;
    let mut divider = "\n";
    for card in cards {
        for (key, value) in card.carried() {
            let [employee, name, number] = CARRIED.map(Field::word);
            write!(out, "{divider}{}", json!({ employee: card.employee, name: key, number: value }))?;
            divider = ",\n";
        }
    }
    write!(out, "]")
}

fn object(card: &CardView<'_>, hours: Hours) -> Value {
    let result = card.card();
    let error = result.error.map(|error| json!({ "code": error.code().code(), "message": error.to_string() }));
    let workdays = card.workdays().map(|day| {
        json!({
            WORKDAY: day.workday.to_string(),
            DAY_TYPE: day.day_type.code(),
            PUNCHES: day.punches,
            WORKED_SECONDS: day.worked.0,
        })
    });
    let lines = card.lines().map(|line| {
        let mut object = json!({
            WORKDAY: line.workday.to_string(),
            PAY_CODE: card.code_name(line.code),
            RULE: card.names.rule(line.rule),
            BECAUSE: because_word(line.because),
        });
        amount(&mut object, card, line.code, line.amount, hours);
        object
    });
    let totals = card.totals().map(|total| {
        let code = card.code_name(total.code);
        let mut object = json!({ SCOPE: total.scope.code(), FROM: total.from.to_string(), PAY_CODE: code });
        amount(&mut object, card, total.code, total.amount, hours);
        object
    });
    let splits = card.splits().map(|split| {
        let mut object = json!({ TAG: split.name, VALUE: split.value, PAY_CODE: card.code_name(split.code) });
        amount(&mut object, card, split.code, split.amount, hours);
        object
    });
    let splits: Vec<Value> = splits.collect();
    let overrides = card.overrides().map(|stated| {
        let mut object = json!({
            WORKDAY: stated.workday.to_string(),
            PAY_CODE: card.code_name(stated.code),
            COMPUTED_SECONDS: stated.computed.0,
            COMPUTED_BEFORE_SECONDS: stated.computed_before.0,
            STALE: stated.is_stale(),
        });
        amount(&mut object, card, stated.code, stated.amount.0, hours);
        object
    });
    let overrides: Vec<Value> = overrides.collect();
    let exceptions = card.exceptions().map(|exception| {
        json!({
            WORKDAY: exception.workday.to_string(),
            EXCEPTION: exception.code.code(),
            STATE: exception.state.code(),
            SEVERITY: exception.severity.code(),
            AT: card.local(exception.at),
            MEASURE_SECONDS: exception.measure.0,
            RULE: card.names.rule(exception.rule),
        })
    });
    let carried: Map<String, Value> = card.carried().map(|(key, value)| (key.to_owned(), value.into())).collect();
    let mut object = json!({
        EMPLOYEE: card.employee,
        NAME: card.name,
        ZONE: card.zone.name(),
        PROVISIONAL: result.provisional,
        ERROR: error,
        "workdays": workdays.collect::<Vec<_>>(),
        "lines": lines.collect::<Vec<_>>(),
        "totals": totals.collect::<Vec<_>>(),
        "exceptions": exceptions.collect::<Vec<_>>(),
        Table::Carried.name(): carried,
    });
    if let Some(object) = object.as_object_mut() {
        if !card.split_by.is_empty() {
            object.insert("splits".to_owned(), splits.into());
        }
        if !overrides.is_empty() {
            object.insert(Table::Overrides.name().to_owned(), overrides.into());
        }
    }
    object
}

/// Adds the amount under the name of its unit.
fn amount(object: &mut Value, card: &CardView<'_>, code: PayCode, amount: u32, hours: Hours) {
    let Some(object) = object.as_object_mut() else { return };
    match card.unit(code) {
        Unit::Count => {
            object.insert(COUNT.to_owned(), amount.into());
        }
        Unit::Second => {
            object.insert(SECONDS.to_owned(), amount.into());
            if hours != Hours::Seconds {
                object.insert(WRITTEN.to_owned(), hours.write(u64::from(amount)).into());
            }
        }
    }
}
