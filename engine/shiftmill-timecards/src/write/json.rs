//! Results as one JSON array with an object per employee.

use std::io::{self, Write};

use serde_json::{Map, Value, json};
use shiftmill_core::{PayCode, Unit};

use super::{CardView, Hours, because_word};

/// Writes all timecards, one object per line inside one array. Amounts are whole seconds or occurrences; with `hours`
/// other than seconds, the written form stands beside them.
///
/// # Errors
/// When `out` takes no more.
pub fn json<'a>(cards: impl Iterator<Item = CardView<'a>>, hours: Hours, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "[")?;
    let mut divider = "\n";
    for card in cards {
        write!(out, "{divider}{}", object(&card, hours))?;
        divider = ",\n";
    }
    writeln!(out, "\n]")
}

/// Writes what plugins carry over as one JSON array, as the facts of the next pay period hold it.
///
/// # Errors
/// When `out` takes no more.
pub fn carried<'a>(cards: impl Iterator<Item = CardView<'a>>, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "[")?;
    let mut divider = "\n";
    for card in cards {
        for (key, value) in card.carried() {
            write!(out, "{divider}{}", json!({ "employee": card.employee, "key": key, "value": value }))?;
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
            "workday": day.workday.to_string(),
            "day_type": day.day_type.code(),
            "punches": day.punches,
            "worked_seconds": day.worked.0,
        })
    });
    let lines = card.lines().map(|line| {
        let mut object = json!({
            "workday": line.workday.to_string(),
            "pay_code": card.code_name(line.code),
            "rule": card.names.rule(line.rule),
            "because": because_word(line.because),
        });
        amount(&mut object, card, line.code, line.amount, hours);
        object
    });
    let totals = card.totals().map(|total| {
        let code = card.code_name(total.code);
        let mut object = json!({ "scope": total.scope.code(), "from": total.from.to_string(), "pay_code": code });
        amount(&mut object, card, total.code, total.amount, hours);
        object
    });
    let exceptions = card.exceptions().map(|exception| {
        json!({
            "workday": exception.workday.to_string(),
            "exception": exception.code.code(),
            "state": exception.state.code(),
            "severity": exception.severity.code(),
            "at": card.local(exception.at),
            "measure_seconds": exception.measure.0,
            "rule": card.names.rule(exception.rule),
        })
    });
    let carried: Map<String, Value> = card.carried().map(|(key, value)| (key.to_owned(), value.into())).collect();
    json!({
        "employee": card.employee,
        "name": card.name,
        "zone": card.zone.name(),
        "provisional": result.provisional,
        "error": error,
        "workdays": workdays.collect::<Vec<_>>(),
        "lines": lines.collect::<Vec<_>>(),
        "totals": totals.collect::<Vec<_>>(),
        "exceptions": exceptions.collect::<Vec<_>>(),
        "carried": carried,
    })
}

/// Adds the amount under the name of its unit.
fn amount(object: &mut Value, card: &CardView<'_>, code: PayCode, amount: u32, hours: Hours) {
    let Some(object) = object.as_object_mut() else { return };
    match card.unit(code) {
        Unit::Count => {
            object.insert("count".to_owned(), amount.into());
        }
        Unit::Second => {
            object.insert("seconds".to_owned(), amount.into());
            if hours != Hours::Seconds {
                object.insert("written".to_owned(), hours.write(u64::from(amount)).into());
            }
        }
    }
}
