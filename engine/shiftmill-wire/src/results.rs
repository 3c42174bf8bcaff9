//! Results: the columns of evaluations as messages, and back. Columns move over; the widths of numbers change where they
//! must.

use std::iter::Peekable;
use std::slice;

use shiftmill_core::{
    CardResult, CarriedRows, CheckedBatch, ColumnValue, EvaluationError, Evaluations, ExceptionRows, FactList,
    MarkRows, OverrideRows, PayCode, PayLines, PluginFailure, PremiumSpan, Quantity, ResultHasher, RowEnds, Seconds,
    Span, SplitRows, StreamHash, TagId, Timestamp, TotalRows, Workday, WorkdayRows,
};
use shiftmill_proto::v1;

use crate::numbers::Numbered;
use crate::summary::Summary;
use crate::unknown_names::UnknownNames;
use crate::{card_error, plugin_rows, reason, steps};

/// Declares once how the lists of [`Evaluations`] stand in [`v1::ChunkResult`]; writing, reading and the check of
/// lengths follow. A list, column or field that is missing here does not compile.
///
/// - `columns`: tables of columns, and the field of each column.
/// - `rows`: lists of which each row is a message, and how one row is written and read.
///
/// `always` and `when_any` say when the column that counts the rows of each card is written.
macro_rules! lists {
    (
        columns { $($table:ident: $columns:ident, $when:ident $count:ident {
            $($column:ident => $field:ident,)+
        })+ }
        rows { $($list:ident => $rows:ident ($write:path, $read:path), $rows_when:ident $rows_count:ident;)+ }
    ) => {
        fn write_lists(
            number: u64,
            employee_hash: Vec<u8>,
            errors: Vec<v1::CardError>,
            results: Evaluations,
        ) -> v1::ChunkResult {
            let Evaluations { cards, $($table,)+ $($list,)+ reasons, failures } = results;
            let (plugin_figure_count, plugin_figure) = plugin_rows::write_reasons(&reasons);
            v1::ChunkResult {
                number,
                status: cards.iter().map(|card| status(card) as u8).collect(),
                errors,
                employee_hash,
                $($count: counts(&cards, $when($table.len()), |ends| ends.$table),)+
                $($($field: ColumnValue::to_numbers($table.$column),)+)+
                $($rows_count: counts(&cards, $rows_when($list.len()), |ends| ends.$list),)+
                $($rows: $list.iter().map($write).collect(),)+
                plugin_failures: plugin_rows::write_failures(failures.iter()),
                plugin_reason_count: counts(&cards, when_any(reasons.len()), |ends| ends.reasons),
                plugin_figure_count,
                plugin_figure,
                plugin_use: None,
            }
        }

        fn read_lists(result: v1::ChunkResult) -> Result<Evaluations, &'static str> {
            // Every field is named, so that one that is not read does not compile.
            let v1::ChunkResult {
                number: _, status, errors, employee_hash: _,
                $($count,)+ $($($field,)+)+ $($rows_count, $rows,)+
                plugin_failures, plugin_reason_count, plugin_figure_count, plugin_figure, plugin_use: _,
            } = result;
            let mut ends = RowEnds::default();
            let mut errors = errors.iter().peekable();
            let mut cards = Vec::with_capacity(status.len());
            for (index, status) in status.iter().enumerate() {
                ends = RowEnds {
                    $($table: grown(ends.$table, &$count, index),)+
                    $($list: grown(ends.$list, &$rows_count, index),)+
                    reasons: grown(ends.reasons, &plugin_reason_count, index),
                };
                cards.push(read_card(index, *status, ends, &mut errors)?);
            }
            Ok(Evaluations {
                cards,
                $($table: $columns {
                    $($column: ColumnValue::from_numbers($field).ok_or(stringify!($field))?,)+
                },)+
                $($list: $rows.iter().map($read).collect::<Option<_>>().ok_or(stringify!($rows))?,)+
                reasons: plugin_rows::read_reasons(&plugin_figure_count, &plugin_figure).ok_or("plugin_figure")?,
                failures: plugin_rows::read_failures(plugin_failures).ok_or("plugin_failures")?,
            })
        }

        /// The first field whose length is not what the counts say.
        fn uneven_field(results: &Evaluations) -> Option<&'static str> {
            let ends = results.cards.last().map_or(RowEnds::default(), |card| card.ends);
            let lengths = [
                $($((stringify!($field), results.$table.$column.len(), ends.$table),)+)+
                $((stringify!($rows), results.$list.len(), ends.$list),)+
                ("plugin_figure_count", results.reasons.len(), ends.reasons),
            ];
            lengths.into_iter().find(|(_, length, end)| *length != *end as usize).map(|(field, _, _)| field)
        }

        /// For each table of the core: its columns, and each with its field.
        #[cfg(test)]
        const TABLES: &[(&[&str], &[(&str, &str)])] = &[
            $(($columns::NAMES, &[$((stringify!($column), stringify!($field)),)+]),)+
        ];
    };
}

lists! {
    columns {
        workdays: WorkdayRows, always workday_count {
            workday => workday,
            day_type => workday_type,
            punches => workday_punches,
            worked => workday_worked,
        }
        lines: PayLines, always line_count {
            workday => line_workday,
            code => line_code,
            amount => line_amount,
            rule => line_rule,
            because => line_because,
        }
        exceptions: ExceptionRows, always exception_count {
            workday => exception_workday,
            code => exception_code,
            state => exception_state,
            severity => exception_severity,
            at => exception_at,
            measure => exception_measure,
            rule => exception_rule,
        }
        totals: TotalRows, always total_count {
            scope => total_scope,
            from => total_from,
            code => total_code,
            amount => total_amount,
        }
        carried: CarriedRows, when_any carried_count {
            key => carried_key,
            value => carried_value,
        }
        marks: MarkRows, when_any mark_count {
            exception => mark_exception,
            reason => mark_reason,
        }
        splits: SplitRows, when_any split_count {
            name => split_name,
            tag => split_tag,
            code => split_code,
            amount => split_amount,
        }
        overrides: OverrideRows, when_any override_count {
            workday => override_workday,
            code => override_code,
            amount => override_amount,
            computed => override_computed,
            computed_before => override_computed_before,
        }
    }
    rows {
        spans => spans (write_span, read_span), when_any span_count;
        premiums => premiums (write_premium, read_premium), when_any premium_count;
        notes => steps (steps::write, steps::read), when_any step_count;
        quantities => quantities (write_quantity, read_quantity), when_any quantity_count;
    }
}

/// The rows of a list are counted even when there are none.
fn always(_rows: usize) -> bool {
    true
}

/// The rows of a list are counted when there are any: most results have none.
fn when_any(rows: usize) -> bool {
    rows > 0
}

/// Writes the results of a chunk, and counts them; `unknown` are the unknown names that were found when the chunk was
/// read. `told` gives the message of an error, and of the name that it is about, where it knows more than they do.
pub fn write(
    number: u64,
    chunk: &CheckedBatch,
    unknown: &UnknownNames,
    told: &dyn Fn(EvaluationError, Option<&str>) -> Option<String>,
    results: Evaluations,
) -> (v1::ChunkResult, Summary) {
    let facts = chunk.columns();
    let (employee_hash, hash) = hashes(&facts.employees, &results);
    let punches = facts.punch_at.len() as u64;
    let summary = Summary { punches, ..Summary::of_results(&results, hash) };
    let errors = errors(number, chunk, unknown, told, &results);
    (write_lists(number, employee_hash, errors, results), summary)
}

/// How many rows each card has in a list; empty unless they are `counted`.
fn counts(cards: &[CardResult], counted: bool, end: impl Fn(&RowEnds) -> u32) -> Vec<u32> {
    if !counted {
        return Vec::new();
    }
    let mut start = 0;
    let own = |card: &CardResult| {
        let end = end(&card.ends);
        let count = end.saturating_sub(start);
        start = end;
        count
    };
    cards.iter().map(own).collect()
}

fn errors(
    number: u64,
    chunk: &CheckedBatch,
    unknown: &UnknownNames,
    told: &dyn Fn(EvaluationError, Option<&str>) -> Option<String>,
    results: &Evaluations,
) -> Vec<v1::CardError> {
    let error = |(card, employee): (&CardResult, u32)| {
        let error = card.error?;
        let fact = row(chunk, employee, error);
        let field = match fact {
            Some((column, row)) => format!("chunks[{number}].{column}[{row}]"),
            None => format!("chunks[{number}].employees[{employee}]"),
        };
        let name = fact.and_then(|(_, row)| unknown.of(error, row));
        let name = name.or_else(|| failed_plugin(&results.failures, employee));
        let written = card_error::write(employee, error, field, name);
        Some(v1::CardError { message: told(error, name).unwrap_or(written.message), ..written })
    };
    results.cards.iter().zip(0..).filter_map(error).collect()
}

/// The column and the row of the fact that an error is about.
fn row(chunk: &CheckedBatch, employee: u32, error: EvaluationError) -> Option<(&'static str, usize)> {
    let (list, index) = error.fact()?;
    let facts = chunk.columns();
    let (column, first) = match list {
        FactList::Shifts => {
            let named = matches!(error, EvaluationError::UnknownTemplate { .. });
            (if named { "shift_template" } else { "shift_end" }, chunk.first_shift(employee as usize))
        }
        FactList::Leave => ("leave", facts.leave.first_of(employee)),
        FactList::Corrections => ("corrections", facts.corrections.first_of(employee)),
        FactList::DayOverrides => ("day_overrides", facts.day_overrides.first_of(employee)),
        FactList::Approvals => ("approvals", facts.approvals.first_of(employee)),
        FactList::Employment => ("employment", facts.employment.first_of(employee)),
        FactList::ManualHours => ("manual_hours", facts.manual_hours.first_of(employee)),
        FactList::Overrides => ("overrides", facts.overrides.first_of(employee)),
        FactList::Attestations => ("attestations", facts.attestations.first_of(employee)),
        FactList::Assignments => ("assignments", facts.assignments.first_of(employee)),
        FactList::OpeningBalances => ("opening_balances", facts.opening_balances.first_of(employee)),
        FactList::Carried => ("carried_key", facts.carried.first_of(employee)),
    };
    Some((column, first + index as usize))
}

/// The name of the plugin that failed on a card. The failures are in the order of their cards.
pub fn failed_plugin(failures: &[PluginFailure], card: u32) -> Option<&str> {
    let first = failures.partition_point(|failure| failure.card < card);
    let mut own = failures.get(first..)?.iter().take_while(|failure| failure.card == card);
    own.find(|failure| !failure.skipped).map(|failure| failure.binding.as_str())
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
        tag: u32::from(span.tag.0),
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
    let results = read_lists(result).map_err(|column| Malformed { number, column })?;
    match uneven_field(&results) {
        Some(column) => Err(Malformed { number, column }),
        None => Ok(results),
    }
}

/// Where the rows of a card end in a list: the rows before it, and its own.
fn grown(end: u32, counts: &[u32], index: usize) -> u32 {
    end.saturating_add(counts.get(index).copied().unwrap_or(0))
}

/// What is true of a card as a whole. The next of `errors` is taken when it is that of the card.
fn read_card(
    index: usize,
    status: u8,
    ends: RowEnds,
    errors: &mut Peekable<slice::Iter<'_, v1::CardError>>,
) -> Result<CardResult, &'static str> {
    let (provisional, error) = match v1::CardStatus::try_from(i32::from(status)) {
        Ok(v1::CardStatus::Final) => (false, None),
        Ok(v1::CardStatus::Provisional) => (true, None),
        Ok(v1::CardStatus::Error) => {
            let error = errors.next_if(|error| error.employee as usize == index).and_then(card_error::read);
            (false, Some(error.ok_or("errors")?))
        }
        Err(_) => return Err("status"),
    };
    Ok(CardResult { ends, provisional, error })
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
        tag: TagId(u16::try_from(row.tag).ok()?),
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
pub(crate) mod tests {
    use super::*;
    use shiftmill_core::{
        Assignment, Because, CalendarChoice, CardFacts, CarriedRow, CarryKey, DayType, ExceptionCode, ExceptionRow,
        ExceptionState, FailureCode, Hook, Leave, LeaveTime, MarkRow, Note, OpeningBalance, OverrideRow, PayLine,
        Reason, RuleId, Severity, ShiftFact, ShiftTimes, SpanState, SplitRow, TimecardBatch, TotalRow, TotalScope,
        WorkdayRow,
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
            tag: TagId(3),
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
        results.splits.push(SplitRow { name: 1, tag: TagId(2), code: PayCode(3), amount: 3_600 });
        results.overrides.push(OverrideRow {
            workday,
            code: PayCode(3),
            amount: Seconds(3_600),
            computed: Seconds(0),
            computed_before: Seconds(60),
        });
        let ends = results.ends();
        let card = |provisional, error| CardResult { ends, provisional, error };
        results.cards = vec![card(true, None), card(false, Some(EvaluationError::Engine)), card(false, None)];
        results
    }

    /// Employees without facts.
    pub(crate) fn chunk(keys: &[&str]) -> CheckedBatch {
        let mut batch = TimecardBatch::default();
        keys.iter().for_each(|key| batch.push(&CardFacts { employee: (*key).to_owned(), ..<_>::default() }).unwrap());
        batch.check(1, 1, 0).unwrap()
    }

    fn failure(card: u32, binding: &str) -> PluginFailure {
        PluginFailure {
            card,
            binding: binding.to_owned(),
            plugin: "acme-bonus 1.0.0".to_owned(),
            hook: Hook::Days,
            code: FailureCode::Panic,
            workday: None,
            message: String::new(),
            skipped: false,
        }
    }

    fn nothing_more(_: EvaluationError, _: Option<&str>) -> Option<String> {
        None
    }

    #[test]
    fn errors_name_what_the_client_named() {
        let shift = |template| ShiftFact::work(Workday(20_514), ShiftTimes::Template(template));
        let leave = |code| Leave { code, time: LeaveTime::Workday(Workday(20_514)), recorded_at: Timestamp(0) };
        let balance = |rule| OpeningBalance { rule: RuleId(rule), amount: Seconds(1) };
        let assignment = Assignment {
            from: Workday(20_514),
            ruleset: None,
            calendar: Some(CalendarChoice::Own),
            zone: None,
            tag: None,
            job: TagId::NONE,
        };
        let card = |key: &str| CardFacts {
            employee: key.to_owned(),
            shifts: vec![shift(0), shift(0)],
            leave: vec![leave(0), leave(0)],
            opening_balances: vec![balance(0)],
            assignments: vec![assignment],
            ..CardFacts::default()
        };
        let mut batch = TimecardBatch::default();
        ["E1", "E2", "E3", "E4", "E5", "E6"].iter().for_each(|key| batch.push(&card(key)).unwrap());
        let mut unknown = UnknownNames::default();
        unknown.shifts.push(3, "night");
        unknown.leave.push(5, &"ä".repeat(99));
        unknown.rules.push(3, "weekly-50");
        unknown.calendars.push(5, "bavaria");
        let failed = [
            EvaluationError::Plugin { code: FailureCode::Panic },
            EvaluationError::UnknownTemplate { index: 1, template: u16::MAX },
            EvaluationError::UnknownLeave { index: 1, code: u16::MAX },
            EvaluationError::UnknownRule { index: 0, rule: u16::MAX },
            EvaluationError::GivenTwice { list: FactList::OpeningBalances, index: 0 },
            EvaluationError::UnknownCalendar { index: 0, ruleset: 0, calendar: u16::MAX },
        ];
        let cards = failed.map(|error| CardResult { error: Some(error), ..CardResult::default() }).to_vec();
        let failures = vec![failure(0, "bonus")];
        let results = Evaluations { cards, failures, ..Evaluations::default() };
        let told = |error, name: Option<&str>| {
            matches!(error, EvaluationError::UnknownCalendar { .. }).then(|| format!("no {}", name.unwrap_or_default()))
        };
        let (written, _) = write(7, &batch.check(1, 1, 1).unwrap(), &unknown, &told, results);
        let told: Vec<_> = written.errors.iter().map(|error| (error.field.as_str(), error.message.as_str())).collect();
        let long = format!("the ruleset has no leave code `{}…`", "ä".repeat(32));
        let plugin = format!("the plugin `bonus` failed on this timecard: {}", FailureCode::Panic);
        let expected = [
            ("chunks[7].employees[0]", plugin.as_str()),
            ("chunks[7].shift_template[3]", "the ruleset has no shift `night`"),
            ("chunks[7].leave[5]", long.as_str()),
            ("chunks[7].opening_balances[3]", "the ruleset has no overtime rule `weekly-50`"),
            (
                "chunks[7].opening_balances[4]",
                "opening balance 0 is given twice: an earlier one is of the same rule; give one total for each rule",
            ),
            ("chunks[7].assignments[5]", "no bavaria"),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn every_row_comes_back_as_it_was() {
        let (written, summary) =
            write(5, &chunk(&["E1", "E2", "E3"]), &UnknownNames::default(), &nothing_more, evaluations());
        assert_eq!(Summary::of_message(&written), Ok(summary));
        assert_eq!(read(written), Ok(evaluations()));
    }

    #[test]
    fn a_column_that_does_not_fit_is_named() {
        let (written, _) = write(5, &chunk(&["E1"]), &UnknownNames::default(), &nothing_more, evaluations());
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

    #[test]
    fn every_column_has_a_field_of_its_name() {
        let fields = crate::descriptor::fields("ChunkResult");
        let prefixes = ["workday", "line", "exception", "total", "carried", "mark", "split", "override"];
        // The table of workdays does not say twice that it is about workdays.
        let others = [("workday_workday", "workday"), ("workday_day_type", "workday_type")];
        for ((columns, told), prefix) in TABLES.iter().zip(prefixes) {
            assert!(told.iter().map(|column| column.0).eq(columns.iter().copied()), "order of {prefix}");
            for (column, field) in *told {
                let name = format!("{prefix}_{column}");
                let other = others.iter().find(|other| other.0 == name);
                assert_eq!(*field, other.map_or(name.as_str(), |other| other.1));
                assert!(fields.iter().any(|other| other == field), "{field}");
            }
        }
        assert_eq!(TABLES.len(), prefixes.len());
    }
}
