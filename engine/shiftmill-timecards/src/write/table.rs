//! Results as tables for people: a row per workday, a column per pay code, and the exceptions.

use std::collections::BTreeMap;
use std::io::{self, Write};

use shiftmill_core::{ExceptionRow, ExceptionState, PayCode, Seconds, TotalScope, Workday};

use super::columns::{WORKDAY, WORKED};
use super::{CardView, Hours};

/// Writes all timecards one below the other.
///
/// # Errors
/// When `out` takes no more.
pub fn table<'a>(cards: impl Iterator<Item = CardView<'a>>, hours: Hours, out: &mut dyn Write) -> io::Result<()> {
    for card in cards {
        one(&card, hours, out)?;
        writeln!(out)?;
    }
    Ok(())
}

fn one(card: &CardView<'_>, hours: Hours, out: &mut dyn Write) -> io::Result<()> {
    let result = card.card();
    let provisional = if result.provisional { "  (provisional: figures may still change)" } else { "" };
    let name = if card.name.is_empty() { String::new() } else { format!("  {}", card.name) };
    writeln!(out, "{}{name}  {}{provisional}", card.employee, card.zone.name())?;
    if let Some(error) = result.error {
        return writeln!(out, "  not evaluated: {error} ({})", error.code());
    }
    let sums = card.by_day_and_code();
    let mut codes: Vec<PayCode> = sums.keys().map(|(_, code)| *code).collect();
    codes.sort_unstable();
    codes.dedup();
    let mut lines = vec![header(card, &codes)];
    for day in card.workdays() {
        let mut cells = vec![
            format!("{} {}", day.workday.weekday().short(), day.workday),
            day.day_type.code().replace('_', " "),
            hours.write(u64::from(day.worked.0)),
        ];
        cells.extend(codes.iter().map(|code| amount(card, &sums, day.workday, *code, hours)));
        cells.push(exceptions_of(card, day.workday));
        lines.push(cells);
    }
    lines.push(totals(card, &codes, hours));
    write_columns(&lines, 3..3 + codes.len(), out)?;
    for stated in card.overrides() {
        let (workday, code) = (stated.workday, card.code_name(stated.code));
        let written = |length: Seconds| hours.write(u64::from(length.0));
        let (amount, computed) = (written(stated.amount), written(stated.computed));
        let stale =
            if stated.is_stale() { format!(", before {}", written(stated.computed_before)) } else { String::new() };
        let weekday = workday.weekday().short();
        writeln!(out, "  overridden: {weekday} {workday}, {code} {amount} (computed {computed}{stale})")?;
    }
    let carried: Vec<String> = card.carried().map(|(key, value)| format!("{key} {value}")).collect();
    if carried.is_empty() { Ok(()) } else { writeln!(out, "  carries over: {}", carried.join(", ")) }
}

fn header(card: &CardView<'_>, codes: &[PayCode]) -> Vec<String> {
    let mut cells = vec![WORKDAY.to_owned(), String::from("day"), WORKED.to_owned()];
    cells.extend(codes.iter().map(|code| card.code_name(*code).to_owned()));
    cells.push(String::from("to look at"));
    cells
}

fn amount(
    card: &CardView<'_>,
    sums: &BTreeMap<(Workday, PayCode), u64>,
    workday: Workday,
    code: PayCode,
    hours: Hours,
) -> String {
    sums.get(&(workday, code)).map_or_else(|| String::from("·"), |sum| card.amount(code, *sum, hours))
}

fn totals(card: &CardView<'_>, codes: &[PayCode], hours: Hours) -> Vec<String> {
    let worked: u64 = card.workdays().map(|day| u64::from(day.worked.0)).sum();
    let of_period: BTreeMap<PayCode, u64> = card
        .totals()
        .filter(|total| total.scope == TotalScope::PayPeriod)
        .map(|total| (total.code, u64::from(total.amount)))
        .collect();
    let mut cells = vec![String::from("total"), String::new(), hours.write(worked)];
    cells.extend(codes.iter().map(|code| card.amount(*code, of_period.get(code).copied().unwrap_or(0), hours)));
    cells.push(String::new());
    cells
}

fn exceptions_of(card: &CardView<'_>, workday: Workday) -> String {
    let of_day = card.exceptions().filter(|exception| exception.workday == workday);
    let texts: Vec<String> = of_day.map(|exception| exception_text(&exception)).collect();
    texts.join(", ")
}

fn exception_text(exception: &ExceptionRow) -> String {
    let mut text = exception.code.code().replace('_', " ");
    if !exception.measure.is_zero() {
        text.push_str(&format!(" {}", exception.measure));
    }
    match exception.state {
        ExceptionState::Final => {}
        ExceptionState::Pending => text.push_str(" (pending)"),
        ExceptionState::Waived => text.push_str(" (waived)"),
    }
    text
}

/// Writes rows with columns of one width; the columns `figures` and the one before them are aligned to the right.
fn write_columns(rows: &[Vec<String>], figures: core::ops::Range<usize>, out: &mut dyn Write) -> io::Result<()> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let cell_width = |column: usize| {
        let widths = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        widths.max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(cell_width).collect();
    for (number, row) in rows.iter().enumerate() {
        let mut text = String::from("  ");
        for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
            let right = column + 1 == figures.start || figures.contains(&column);
            match right {
                true => text.push_str(&format!("{cell:>width$}  ")),
                false => text.push_str(&format!("{cell:<width$}  ")),
            }
        }
        writeln!(out, "{}", text.trim_end())?;
        if number == 0 || number + 2 == rows.len() {
            let ruled: usize = widths.iter().map(|width| width + 2).sum::<usize>().saturating_sub(2);
            writeln!(out, "  {}", "-".repeat(ruled))?;
        }
    }
    Ok(())
}
