//! Results: the columns of evaluations as messages, and back. Columns move over; the widths of numbers change where they
//! must.

use shiftmill_core::{
    CardResult, CarriedRows, CarryKey, Evaluations, ExceptionRows, MarkRows, PayCode, PayLines, PremiumSpan, Quantity,
    ResultHasher, RowEnds, RuleId, Seconds, Span, StreamHash, Timestamp, TotalRows, Workday, WorkdayRows,
};
use shiftmill_proto::v1;

use crate::numbers::{Numbered, read_bytes};
use crate::summary::Summary;
use crate::{card_error, plugin_rows, reason, steps};

/// Writes the results of a chunk, and counts them; `keys` are those of its employees, in order. The punches of the chunk
/// are left to the caller to count.
pub fn write(number: u64, keys: &[String], results: Evaluations) -> (v1::ChunkResult, Summary) {
    let (employee_hash, hash) = hashes(keys, &results);
    let summary = Summary::of_results(&results, hash);
    let cards = results.cards;
    let count = |end: fn(&RowEnds) -> u32| {
        let mut start = 0;
        let own = move |card: &CardResult| {
            let end = end(&card.ends);
            let count = end.saturating_sub(start);
            start = end;
            count
        };
        cards.iter().map(own).collect::<Vec<u32>>()
    };
    let (workdays, lines) = (results.workdays, results.lines);
    let (exceptions, totals) = (results.exceptions, results.totals);
    let (plugin_figure_count, plugin_figure) = plugin_rows::write_reasons(&results.reasons);
    let result = v1::ChunkResult {
        number,
        status: cards.iter().map(|card| status(card) as u8).collect(),
        errors: cards
            .iter()
            .zip(0..)
            .filter_map(|(card, employee)| Some(card_error::write(employee, card.error?)))
            .collect(),
        employee_hash,
        workday_count: count(|ends| ends.workdays),
        workday: workdays.workday.into_iter().map(|workday| workday.0).collect(),
        workday_type: workdays.day_type.into_iter().map(Numbered::byte).collect(),
        workday_punches: workdays.punches.into_iter().map(u32::from).collect(),
        workday_worked: workdays.worked.into_iter().map(|worked| worked.0).collect(),
        line_count: count(|ends| ends.lines),
        line_workday: lines.workday.into_iter().map(|workday| workday.0).collect(),
        line_code: lines.code.into_iter().map(|code| u32::from(code.0)).collect(),
        line_amount: lines.amount,
        line_rule: lines.rule.into_iter().map(|rule| u32::from(rule.0)).collect(),
        line_because: lines.because,
        exception_count: count(|ends| ends.exceptions),
        exception_workday: exceptions.workday.into_iter().map(|workday| workday.0).collect(),
        exception_code: exceptions.code.into_iter().map(Numbered::byte).collect(),
        exception_state: exceptions.state.into_iter().map(Numbered::byte).collect(),
        exception_severity: exceptions.severity.into_iter().map(Numbered::byte).collect(),
        exception_at: exceptions.at.into_iter().map(|at| at.0).collect(),
        exception_measure: exceptions.measure.into_iter().map(|measure| measure.0).collect(),
        exception_rule: exceptions.rule.into_iter().map(|rule| u32::from(rule.0)).collect(),
        total_count: count(|ends| ends.totals),
        total_scope: totals.scope.into_iter().map(Numbered::byte).collect(),
        total_from: totals.from.into_iter().map(|from| from.0).collect(),
        total_code: totals.code.into_iter().map(|code| u32::from(code.0)).collect(),
        total_amount: totals.amount,
        span_count: if results.spans.is_empty() { Vec::new() } else { count(|ends| ends.spans) },
        spans: results.spans.iter().map(write_span).collect(),
        premium_count: if results.premiums.is_empty() { Vec::new() } else { count(|ends| ends.premiums) },
        premiums: results.premiums.iter().map(write_premium).collect(),
        step_count: if results.notes.is_empty() { Vec::new() } else { count(|ends| ends.notes) },
        steps: results.notes.iter().map(steps::write).collect(),
        carried_count: if results.carried.is_empty() { Vec::new() } else { count(|ends| ends.carried) },
        carried_key: results.carried.key.iter().map(|key| u32::from(key.0)).collect(),
        carried_value: results.carried.value,
        plugin_failures: plugin_rows::write_failures(results.failures.iter()),
        plugin_reason_count: if results.reasons.is_empty() { Vec::new() } else { count(|ends| ends.reasons) },
        plugin_figure_count,
        plugin_figure,
        quantity_count: if results.quantities.is_empty() { Vec::new() } else { count(|ends| ends.quantities) },
        quantities: results.quantities.iter().map(write_quantity).collect(),
        mark_count: if results.marks.is_empty() { Vec::new() } else { count(|ends| ends.marks) },
        mark_exception: results.marks.exception,
        mark_reason: results.marks.reason,
    };
    (result, summary)
}

fn hashes(keys: &[String], results: &Evaluations) -> (Vec<u8>, StreamHash) {
    let mut hasher = ResultHasher::default();
    let mut bytes = Vec::with_capacity(keys.len() * 32);
    let mut sum = StreamHash::default();
    for (index, key) in keys.iter().enumerate() {
        if let Some(hash) = hasher.employee(key, results, index) {
            bytes.extend_from_slice(&hash.0);
            sum.add(hash);
        }
    }
    (bytes, sum)
}

fn status(card: &CardResult) -> v1::CardStatus {
    match (card.error, card.provisional) {
        (Some(_), _) => v1::CardStatus::Error,
        (None, true) => v1::CardStatus::Provisional,
        (None, false) => v1::CardStatus::Final,
    }
}

fn write_span(span: &Span) -> v1::SpanRow {
    v1::SpanRow {
        start: span.start.0,
        seconds: span.length().0,
        overtime_workday: span.overtime_workday.0,
        reporting_workday: span.reporting_workday.0,
        state: span.state.wire_number(),
        day_type: span.day_type.wire_number(),
        shift: span.shift,
        code: u32::from(span.code.0),
        reason: Some(reason::write(span.reason)),
    }
}

fn write_premium(premium: &PremiumSpan) -> v1::PremiumRow {
    v1::PremiumRow {
        start: premium.start.0,
        seconds: premium.end.since(premium.start).0,
        reporting_workday: premium.reporting_workday.0,
        code: u32::from(premium.code.0),
        reason: Some(reason::write(premium.reason)),
    }
}

fn write_quantity(quantity: &Quantity) -> v1::QuantityRow {
    v1::QuantityRow {
        reporting_workday: quantity.workday.0,
        code: u32::from(quantity.code.0),
        amount: quantity.amount,
        reason: Some(reason::write(quantity.reason)),
    }
}

/// A message that cannot be the results of a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("column `{column}` of the results of chunk {number} cannot be read")]
pub struct Malformed {
    /// The number of the chunk.
    pub number: u64,
    /// The column.
    pub column: &'static str,
}

/// Reads the results of a chunk: the same rows, byte for byte, that the engine made.
///
/// # Errors
/// [`Malformed`] when columns do not fit together or a number has no meaning: the server is newer than this client.
pub fn read(result: v1::ChunkResult) -> Result<Evaluations, Malformed> {
    let number = result.number;
    let column = |column: &'static str| Malformed { number, column };
    let cards = read_cards(&result)?;
    let narrow = |values: Vec<u32>, name: &'static str| {
        let narrow = |value| u16::try_from(value).map_err(|_| column(name));
        values.into_iter().map(narrow).collect::<Result<Vec<u16>, _>>()
    };
    let workdays = WorkdayRows {
        workday: result.workday.into_iter().map(Workday).collect(),
        day_type: read_bytes(result.workday_type).ok_or_else(|| column("workday_type"))?,
        punches: narrow(result.workday_punches, "workday_punches")?,
        worked: result.workday_worked.into_iter().map(Seconds).collect(),
    };
    let lines = PayLines {
        workday: result.line_workday.into_iter().map(Workday).collect(),
        code: narrow(result.line_code, "line_code")?.into_iter().map(PayCode).collect(),
        amount: result.line_amount,
        rule: narrow(result.line_rule, "line_rule")?.into_iter().map(RuleId).collect(),
        because: result.line_because,
    };
    let exceptions = ExceptionRows {
        workday: result.exception_workday.into_iter().map(Workday).collect(),
        code: read_bytes(result.exception_code).ok_or_else(|| column("exception_code"))?,
        state: read_bytes(result.exception_state).ok_or_else(|| column("exception_state"))?,
        severity: read_bytes(result.exception_severity).ok_or_else(|| column("exception_severity"))?,
        at: result.exception_at.into_iter().map(Timestamp).collect(),
        measure: result.exception_measure.into_iter().map(Seconds).collect(),
        rule: narrow(result.exception_rule, "exception_rule")?.into_iter().map(RuleId).collect(),
    };
    let totals = TotalRows {
        scope: read_bytes(result.total_scope).ok_or_else(|| column("total_scope"))?,
        from: result.total_from.into_iter().map(Workday).collect(),
        code: narrow(result.total_code, "total_code")?.into_iter().map(PayCode).collect(),
        amount: result.total_amount,
    };
    let spans = result.spans.iter().map(read_span).collect::<Option<_>>().ok_or_else(|| column("spans"))?;
    let premiums = result.premiums.iter().map(read_premium).collect::<Option<_>>();
    let notes = result.steps.iter().map(steps::read).collect::<Option<_>>().ok_or_else(|| column("steps"))?;
    let premiums = premiums.ok_or_else(|| column("premiums"))?;
    let carried = CarriedRows {
        key: narrow(result.carried_key, "carried_key")?.into_iter().map(CarryKey).collect(),
        value: result.carried_value,
    };
    let failures = plugin_rows::read_failures(result.plugin_failures).ok_or_else(|| column("plugin_failures"))?;
    let reasons = plugin_rows::read_reasons(&result.plugin_figure_count, &result.plugin_figure);
    let reasons = reasons.ok_or_else(|| column("plugin_figure"))?;
    let quantities = result.quantities.iter().map(read_quantity).collect::<Option<_>>();
    let quantities = quantities.ok_or_else(|| column("quantities"))?;
    let marks = MarkRows { exception: result.mark_exception, reason: result.mark_reason };
    let results = Evaluations {
        cards,
        workdays,
        lines,
        exceptions,
        totals,
        spans,
        premiums,
        quantities,
        notes,
        carried,
        reasons,
        marks,
        failures,
    };
    even(&results).map_err(column)?;
    Ok(results)
}

fn read_cards(result: &v1::ChunkResult) -> Result<Vec<CardResult>, Malformed> {
    let column = |column: &'static str| Malformed { number: result.number, column };
    let mut cards = Vec::with_capacity(result.status.len());
    let mut ends = RowEnds::default();
    let mut errors = result.errors.iter().peekable();
    for (index, status) in result.status.iter().enumerate() {
        let grow = |end: &mut u32, counts: &[u32]| *end = end.saturating_add(counts.get(index).copied().unwrap_or(0));
        grow(&mut ends.workdays, &result.workday_count);
        grow(&mut ends.lines, &result.line_count);
        grow(&mut ends.exceptions, &result.exception_count);
        grow(&mut ends.totals, &result.total_count);
        grow(&mut ends.spans, &result.span_count);
        grow(&mut ends.premiums, &result.premium_count);
        grow(&mut ends.notes, &result.step_count);
        grow(&mut ends.carried, &result.carried_count);
        grow(&mut ends.reasons, &result.plugin_reason_count);
        grow(&mut ends.quantities, &result.quantity_count);
        grow(&mut ends.marks, &result.mark_count);
        let (provisional, error) = match v1::CardStatus::try_from(i32::from(*status)) {
            Ok(v1::CardStatus::Final) => (false, None),
            Ok(v1::CardStatus::Provisional) => (true, None),
            Ok(v1::CardStatus::Error) => {
                let error = errors.next_if(|error| error.employee as usize == index).and_then(card_error::read);
                (false, Some(error.ok_or_else(|| column("errors"))?))
            }
            Err(_) => return Err(column("status")),
        };
        cards.push(CardResult { ends, provisional, error });
    }
    Ok(cards)
}

/// The name of the first column whose length is not what the counts say.
fn even(results: &Evaluations) -> Result<(), &'static str> {
    let ends = results.cards.last().map_or(RowEnds::default(), |card| card.ends);
    let (workdays, lines) = (&results.workdays, &results.lines);
    let (exceptions, totals) = (&results.exceptions, &results.totals);
    let lengths = [
        ("workday", workdays.workday.len(), ends.workdays),
        ("workday_type", workdays.day_type.len(), ends.workdays),
        ("workday_punches", workdays.punches.len(), ends.workdays),
        ("workday_worked", workdays.worked.len(), ends.workdays),
        ("line_workday", lines.workday.len(), ends.lines),
        ("line_code", lines.code.len(), ends.lines),
        ("line_amount", lines.amount.len(), ends.lines),
        ("line_rule", lines.rule.len(), ends.lines),
        ("line_because", lines.because.len(), ends.lines),
        ("exception_workday", exceptions.workday.len(), ends.exceptions),
        ("exception_code", exceptions.code.len(), ends.exceptions),
        ("exception_state", exceptions.state.len(), ends.exceptions),
        ("exception_severity", exceptions.severity.len(), ends.exceptions),
        ("exception_at", exceptions.at.len(), ends.exceptions),
        ("exception_measure", exceptions.measure.len(), ends.exceptions),
        ("exception_rule", exceptions.rule.len(), ends.exceptions),
        ("total_scope", totals.scope.len(), ends.totals),
        ("total_from", totals.from.len(), ends.totals),
        ("total_code", totals.code.len(), ends.totals),
        ("total_amount", totals.amount.len(), ends.totals),
        ("spans", results.spans.len(), ends.spans),
        ("premiums", results.premiums.len(), ends.premiums),
        ("steps", results.notes.len(), ends.notes),
        ("carried_key", results.carried.key.len(), ends.carried),
        ("carried_value", results.carried.value.len(), ends.carried),
        ("plugin_figure_count", results.reasons.len(), ends.reasons),
        ("quantities", results.quantities.len(), ends.quantities),
        ("mark_exception", results.marks.exception.len(), ends.marks),
        ("mark_reason", results.marks.reason.len(), ends.marks),
    ];
    match lengths.into_iter().find(|(_, length, end)| *length != *end as usize) {
        Some((column, _, _)) => Err(column),
        None => Ok(()),
    }
}

fn read_span(row: &v1::SpanRow) -> Option<Span> {
    let start = Timestamp(row.start);
    Some(Span {
        start,
        end: start.after(Seconds(row.seconds)),
        overtime_workday: Workday(row.overtime_workday),
        reporting_workday: Workday(row.reporting_workday),
        state: Numbered::read(row.state)?,
        day_type: Numbered::read(row.day_type)?,
        shift: row.shift,
        code: PayCode(u16::try_from(row.code).ok()?),
        reason: reason::read(row.reason.as_ref())?,
    })
}

fn read_premium(row: &v1::PremiumRow) -> Option<PremiumSpan> {
    let start = Timestamp(row.start);
    Some(PremiumSpan {
        start,
        end: start.after(Seconds(row.seconds)),
        reporting_workday: Workday(row.reporting_workday),
        code: PayCode(u16::try_from(row.code).ok()?),
        reason: reason::read(row.reason.as_ref())?,
    })
}

fn read_quantity(row: &v1::QuantityRow) -> Option<Quantity> {
    Some(Quantity {
        workday: Workday(row.reporting_workday),
        code: PayCode(u16::try_from(row.code).ok()?),
        amount: row.amount,
        reason: reason::read(row.reason.as_ref())?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use shiftmill_core::{
        Because, CarriedRow, DayType, EvaluationError, ExceptionCode, ExceptionRow, ExceptionState, MarkRow, Note,
        PayLine, Reason, Severity, SpanState, TotalRow, TotalScope, WorkdayRow,
    };

    /// One employee with a row of every kind, one with an error, one without anything.
    fn evaluations() -> Evaluations {
        let mut results = Evaluations::default();
        let (workday, at) = (Workday(20_514), Timestamp(1_772_456_400));
        let reason = Reason { rule: RuleId(1), because: Because::BeyondDay { limit: Seconds(28_800) } };
        results.workdays.push(WorkdayRow {
            workday,
            day_type: DayType::StatutoryRest,
            punches: 2,
            worked: Seconds(3_600),
        });
        results.lines.push(PayLine { workday, code: PayCode(3), amount: 3_600, rule: RuleId(4), because: 8 });
        results.exceptions.push(ExceptionRow {
            workday,
            code: ExceptionCode::PluginFailed,
            state: ExceptionState::Waived,
            severity: Severity::Critical,
            at,
            measure: Seconds(60),
            rule: RuleId(2),
        });
        results.totals.push(TotalRow { scope: TotalScope::PayPeriod, from: workday, code: PayCode(3), amount: 3_600 });
        results.spans.push(Span {
            start: at,
            end: at.after(Seconds(3_600)),
            overtime_workday: workday,
            reporting_workday: workday.plus(1),
            state: SpanState::PaidBreak,
            day_type: DayType::RestDay,
            shift: Some(1),
            code: PayCode(3),
            reason,
        });
        results.premiums.push(PremiumSpan {
            start: at,
            end: at.after(Seconds(60)),
            reporting_workday: workday,
            code: PayCode(5),
            reason,
        });
        results.quantities.push(Quantity { workday, code: PayCode(6), amount: 1, reason });
        results.notes.push(Note::Dropped { at, kept: at });
        results.carried.push(CarriedRow { key: CarryKey(0), value: -1 });
        results.reasons.push(&[1, 2]);
        results.marks.push(MarkRow { exception: 0, reason: 0 });
        let ends = results.ends();
        let card = |provisional, error| CardResult { ends, provisional, error };
        results.cards = vec![card(true, None), card(false, Some(EvaluationError::Engine)), card(false, None)];
        results
    }

    #[test]
    fn every_row_comes_back_as_it_was() {
        let keys = ["E1", "E2", "E3"].map(str::to_owned);
        let (written, summary) = write(5, &keys, evaluations());
        assert_eq!(Summary::of_message(&written), Ok(summary));
        assert_eq!(read(written), Ok(evaluations()));
    }

    #[test]
    fn a_column_that_does_not_fit_is_named() {
        let (written, _) = write(5, &["E1".to_owned()], evaluations());
        type Damage = fn(&mut v1::ChunkResult);
        let damages: [(&str, Damage); 7] = [
            ("line_amount", |result| result.line_amount.clear()),
            ("exception_code", |result| result.exception_code[0] = 200),
            ("line_rule", |result| result.line_rule[0] = 70_000),
            ("total_scope", |result| result.total_scope[0] = 2),
            ("status", |result| result.status[0] = 9),
            ("errors", |result| result.errors.clear()),
            ("spans", |result| result.spans[0].state = 4),
        ];
        for (column, damage) in damages {
            let mut damaged = written.clone();
            damage(&mut damaged);
            assert_eq!(read(damaged), Err(Malformed { number: 5, column }));
        }
    }
}
