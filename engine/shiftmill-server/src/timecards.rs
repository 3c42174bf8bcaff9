//! One `Evaluate` call: a few timecards as people write them, with readable results.

use std::sync::Arc;

use prost::Message;
use shiftmill::core::{
    CardFacts, CarriedRow, CheckedBatch, Detail, ExceptionCode, Leave, Names, Seconds, TimecardBatch, Waiver,
    WaiverKind, ZoneTable,
};
use shiftmill::words::{self, DayExplanation, Explanation, Language};
use shiftmill::{Caller, Finished, Request, ResultHasher};
use shiftmill_proto::v1;
use shiftmill_timecards::clock;
use shiftmill_timecards::fields::Field;
use shiftmill_timecards::rows::{
    self, BalanceRow, CorrectionRow, DayTypeRow, Given, LeaveRow, PunchRow, RowError, RowReader, ShiftRow, WaiverRow,
};
use shiftmill_wire::{Numbered, card_error, write_failures};
use tokio::sync::oneshot;
use tonic::Status;

use crate::budget::Reservation;
use crate::cancel_on_drop::CancelOnDrop;
use crate::evaluation::Shared;
use crate::info::response_header;
use crate::memory;
use crate::problem::{ErrorCode, Problem};
use crate::resolved_header::{Fields, detail, request, ruleset, stopped, window};

/// Evaluates the timecards of a call.
pub(crate) async fn evaluate(
    shared: &Shared,
    message: v1::EvaluateRequest,
    caller: Caller,
) -> Result<v1::EvaluateResponse, Status> {
    let count = message.timecards.len();
    if count > shared.limits.timecards_per_call {
        let most = shared.limits.timecards_per_call;
        let message = format!("{count} timecards are given; the maximum is {most}; use EvaluateStream for more");
        return Err(Problem::at(ErrorCode::TooMany, "timecards", message).into());
    }
    let (explain, language) = (message.explain, language(&message.language)?);
    let request = read_request(&message, shared, caller).await?;
    let bytes = memory::of_call(count, message.encoded_len(), &request, shared.budget.most());
    let bytes = bytes.map_err(|message| Problem::at(ErrorCode::TooMany, "timecards", message))?;
    let reservation = shared.budget.take(bytes).await?;
    let batch = read_batch(&message.timecards, &request)?;
    let (finished, _reservation) = run(shared, Arc::clone(&request), batch, reservation).await?;
    tracing::info!(timecards = count, "timecards evaluated");
    Ok(answer(&request, &finished, explain, language)?)
}

fn language(code: &str) -> Result<Language, Problem> {
    if code.is_empty() {
        return Ok(Language::English);
    }
    let unknown = || Problem::at(ErrorCode::ValueUnknown, "language", format!("`{code}` is neither `en` nor `zh`"));
    Language::from_code(code).ok_or_else(unknown)
}

/// Rulesets, zones and days of the call. The zone of the call comes first, then those of the timecards as they come.
async fn read_request(message: &v1::EvaluateRequest, shared: &Shared, caller: Caller) -> Result<Arc<Request>, Problem> {
    let source =
        message.ruleset.as_ref().ok_or_else(|| Problem::at(ErrorCode::Header, "ruleset", "no ruleset is given"))?;
    let known = shared.registry.now();
    let ruleset = ruleset(source, "ruleset", &known).await?;
    let window = window(message.window.as_ref(), "window")?;
    let detail = if message.explain { Detail::Full } else { detail(message.detail, "detail")? };
    let mut zones: Vec<String> = Vec::new();
    let own = message.timecards.iter().map(|card| &card.zone);
    for zone in std::iter::once(&message.zone).chain(own).filter(|zone| !zone.is_empty()) {
        if !zones.contains(zone) {
            zones.push(zone.clone());
        }
    }
    let fields = Fields { rulesets: "ruleset", zones: "zone" };
    let request = request(vec![ruleset], &zones, window, detail, fields, &known).await?;
    Ok(Arc::new(request.with_caller(caller)))
}

fn read_batch(timecards: &[v1::Timecard], request: &Request) -> Result<CheckedBatch, Problem> {
    let names = names(request)?;
    let mut batch = TimecardBatch::default();
    for (index, timecard) in timecards.iter().enumerate() {
        let at = format!("timecards[{index}]");
        let facts = read_timecard(timecard, &at, &request.zones, names)?;
        batch
            .push(&facts)
            .map_err(|error| Problem::at(ErrorCode::ValueUnknown, format!("{at}.punches"), error.to_string()))?;
    }
    let checked = batch.check(request.rulesets.len(), request.zones.zones.len());
    checked.map_err(|error| Problem::at(ErrorCode::ValueUnknown, "timecards", error.to_string()))
}

fn names(request: &Request) -> Result<&Names, Problem> {
    let ruleset = request.rulesets.first().ok_or_else(|| Problem::new(ErrorCode::Header, "no ruleset is given"))?;
    Ok(ruleset.timeline().names())
}

/// Evaluates a batch. The reservation of memory moves with it, and is returned with the results or released when they
/// are dropped.
async fn run(
    shared: &Shared,
    request: Arc<Request>,
    batch: CheckedBatch,
    reservation: Reservation,
) -> Result<(Finished, Reservation), Status> {
    let _cancel = CancelOnDrop::new(&request);
    let (done, finished) = oneshot::channel();
    shared.engine.submit_call(request, batch, move |result| {
        // The receiver is gone when the client has gone.
        let _sent = done.send(result.map(|finished| (finished, reservation)));
    });
    let lost = |_| Problem::new(ErrorCode::Engine, "a timecard was lost; this is a fault of Shiftmill");
    let finished = finished.await.map_err(lost)?;
    finished.map_err(|why| stopped(&why).into())
}

/// Reads the facts of one timecard; `at` is its path. Rows with an ambiguous clock time are used without a warning,
/// because the response has no field for warnings.
fn read_timecard(timecard: &v1::Timecard, at: &str, zones: &ZoneTable, names: &Names) -> Result<CardFacts, Problem> {
    let number = if timecard.zone.is_empty() { Some(0) } else { zones.find(&timecard.zone) };
    let found = number.and_then(|number| Some((number, zones.get(number)?)));
    let (number, zone) =
        found.ok_or_else(|| Problem::at(ErrorCode::ZoneUnknown, format!("{at}.zone"), "no such zone"))?;
    let reader = &mut RowReader::new(zone, names);
    Ok(CardFacts {
        employee: timecard.employee.clone(),
        ruleset: 0,
        zone: number,
        punches: each(at, "punches", &timecard.punches, |row| Ok(reader.punch(&punch_row(row))?))?,
        shifts: each(at, "shifts", &timecard.shifts, |row| Ok(reader.shift(&shift_row(row))?))?,
        leave: each(at, "leave", &timecard.leave, |row| leave(row, reader))?.into_iter().flatten().collect(),
        corrections: each(
            at,
            "corrections",
            &timecard.corrections,
            |row| Ok(reader.correction(&correction_row(row))?),
        )?,
        waivers: each(at, "waivers", &timecard.waivers, |row| waiver(row, reader))?,
        day_overrides: each(at, "days", &timecard.days, |row| Ok(reader.day_type(&day_row(row))?))?,
        opening_balances: each(at, "opening_balances", &timecard.opening_balances, |row| {
            Ok(reader.balance(&balance_row(row))?)
        })?,
        carried: each(at, "carried", &timecard.carried, |row| Ok(reader.carried(&carried_row(row))?))?,
    })
}

/// The wrong field of a message, with its mistake.
struct Wrong {
    field: &'static str,
    message: String,
}

impl From<RowError> for Wrong {
    fn from(error: RowError) -> Wrong {
        Wrong { field: message_field(error.field), message: error.to_string() }
    }
}

/// The name of a field in messages: the one in files, unless messages have another.
fn message_field(field: Field) -> &'static str {
    const OTHERS: [(Field, &str); 2] = [(Field::Recorded, "recorded_at"), (Field::Amount, "seconds")];
    OTHERS.iter().find(|(other, _)| *other == field).map_or(field.word(), |(_, name)| *name)
}

/// Reads the rows of a list, or names the first row and field that is wrong.
fn each<Row, Fact>(
    at: &str,
    list: &str,
    rows: &[Row],
    mut read: impl FnMut(&Row) -> Result<Fact, Wrong>,
) -> Result<Vec<Fact>, Problem> {
    let one = |(index, row)| {
        read(row).map_err(|Wrong { field, message }| {
            Problem::at(ErrorCode::ValueUnknown, format!("{at}.{list}[{index}].{field}"), message)
        })
    };
    rows.iter().enumerate().map(one).collect()
}

fn punch_row(punch: &v1::Punch) -> PunchRow<'_> {
    PunchRow { at: punch.at.as_str().into(), kind: punch.kind.as_str().into(), id: unless_zero(punch.id) }
}

fn shift_row(shift: &v1::ScheduledShift) -> ShiftRow<'_> {
    ShiftRow {
        workday: shift.workday.as_str().into(),
        start: shift.start.as_str().into(),
        end: shift.end.as_str().into(),
        shift: &shift.shift,
    }
}

/// Leave between two times, or on one workday. Files may also state whole workdays from a date to a date; here a
/// workday is a row of its own, so that a small message cannot grow into many facts.
fn leave(leave: &v1::LeaveFact, reader: &mut RowReader<'_>) -> Result<Vec<Leave>, Wrong> {
    if clock::date(leave.from.trim()).is_some() {
        let message = format!("`{}` is a date without a time; whole workdays are given as `workday`", leave.from);
        return Err(Wrong { field: "from", message });
    }
    let row = LeaveRow {
        code: &leave.code,
        from: leave.from.as_str().into(),
        to: leave.to.as_str().into(),
        workday: leave.workday.as_str().into(),
        amount: if leave.seconds == 0 { Given::default() } else { Given::Value(Seconds(leave.seconds)) },
        recorded: leave.recorded_at.as_str().into(),
    };
    Ok(reader.leave(&row)?)
}

fn correction_row(correction: &v1::CorrectionFact) -> CorrectionRow<'_> {
    CorrectionRow {
        action: correction.action.as_str().into(),
        id: unless_zero(correction.id),
        at: correction.at.as_str().into(),
        kind: correction.kind.as_str().into(),
        to: correction.to.as_str().into(),
        recorded: correction.recorded_at.as_str().into(),
    }
}

/// A message has one field for the name of an exception and one for the ordinal of a meal.
fn waiver(waiver: &v1::WaiverFact, reader: &mut RowReader<'_>) -> Result<Waiver, Wrong> {
    let wrong = |field, message: &str| Wrong { field, message: message.to_owned() };
    let waived = match (waiver.exception.as_str(), waiver.meal) {
        ("", 0) => return Err(wrong("meal", "neither an exception nor the ordinal of a meal is given")),
        ("", ordinal) => {
            let ordinal = u8::try_from(ordinal).map_err(|_| wrong("meal", "a workday has at most 255 meals"))?;
            WaiverKind::Meal(ordinal)
        }
        (code, 0) => {
            let unknown = || wrong("exception", &format!("no exception is called `{code}`"));
            WaiverKind::Exception(ExceptionCode::from_code(code).ok_or_else(unknown)?)
        }
        (_, _) => return Err(wrong("meal", "both an exception and a meal are given; waive one in each row")),
    };
    let row = WaiverRow { workday: waiver.workday.as_str().into(), waived: Given::Value(waived) };
    Ok(reader.waiver(&row)?)
}

fn day_row(day: &v1::DayFact) -> DayTypeRow<'_> {
    DayTypeRow { workday: day.workday.as_str().into(), day_type: day.day_type.as_str().into() }
}

fn balance_row(balance: &v1::BalanceFact) -> BalanceRow<'_> {
    BalanceRow { rule: &balance.rule, amount: Given::Value(Seconds(balance.seconds)) }
}

fn carried_row(carried: &v1::CarriedValue) -> rows::CarriedRow<'_> {
    rows::CarriedRow { key: &carried.key, value: Given::Value(carried.value) }
}

/// A message cannot omit a number, so zero means none.
fn unless_zero(number: u64) -> Given<'static, u64> {
    if number == 0 { Given::default() } else { Given::Value(number) }
}

fn answer(
    request: &Request,
    finished: &Finished,
    explain: bool,
    language: Language,
) -> Result<v1::EvaluateResponse, Problem> {
    let names = names(request)?;
    let columns = finished.batch.columns();
    let zones = (0..columns.employees.len()).map(|index| columns.zone.get(index).copied().unwrap_or(0));
    let timecards = columns.employees.iter().zip(zones).enumerate().filter_map(|(index, (employee, zone))| {
        let told = words::explain(names, &finished.results, index, request.zones.get(zone)?, language)?;
        let mut timecard = write_timecard(employee, index, finished, &told, explain);
        timecard.carried = carried(names, finished, index);
        Some(timecard)
    });
    let hash = ResultHasher::default().chunk(&columns.employees, &finished.results).finish();
    Ok(v1::EvaluateResponse {
        header: Some(response_header(request)),
        timecards: timecards.collect(),
        result_hash: hash.0.to_vec(),
    })
}

fn write_timecard(
    employee: &str,
    index: usize,
    finished: &Finished,
    told: &Explanation,
    explain: bool,
) -> v1::EvaluatedTimecard {
    let card = finished.results.cards.get(index).copied().unwrap_or_default();
    let number = u32::try_from(index).unwrap_or(u32::MAX);
    let own = finished.results.rows_of(index);
    let amounts: Vec<u32> = finished.results.lines.rows(own.lines).map(|line| line.amount).collect();
    let totals = finished.results.totals.rows(own.totals);
    let total = |(row, sentence): (shiftmill::core::TotalRow, &words::TotalSentence)| v1::Total {
        scope: row.scope.wire_number(),
        from: row.from.to_string(),
        pay_code: sentence.pay_code.clone(),
        amount_text: sentence.amount.clone(),
        amount: row.amount,
    };
    // The days are in order, and the pay lines of each day are in the order of the rows.
    let mut amounts = amounts.into_iter();
    let worked = |workday| {
        let mut rows = finished.results.workdays.rows(own.workdays.clone());
        rows.find(|row| row.workday == workday).map_or(0, |row| row.worked.0)
    };
    let days = told.days.iter().map(|day| write_day(day, worked(day.workday), &mut amounts)).collect();
    v1::EvaluatedTimecard {
        employee: employee.to_owned(),
        provisional: card.provisional,
        error: card.error.map(|error| card_error::write(number, error)),
        days,
        totals: totals.zip(&told.totals).map(total).collect(),
        steps: told.other_steps.clone(),
        explanation: if explain { told.to_string() } else { String::new() },
        carried: Vec::new(),
        plugin_failures: write_failures(finished.results.failures.iter().filter(|it| it.card == number)),
    }
}

fn carried(names: &Names, finished: &Finished, index: usize) -> Vec<v1::CarriedValue> {
    let rows = finished.results.carried.rows(finished.results.rows_of(index).carried);
    let value = |row: CarriedRow| v1::CarriedValue {
        key: names.carried.get(usize::from(row.key.0)).cloned().unwrap_or_default(),
        value: row.value,
    };
    rows.map(value).collect()
}

fn write_day(day: &DayExplanation, worked: u32, amounts: &mut impl Iterator<Item = u32>) -> v1::EvaluatedDay {
    let pay = |line: &words::PaySentence| v1::PayLine {
        pay_code: line.pay_code.clone(),
        amount: amounts.next().unwrap_or(0),
        amount_text: line.amount.clone(),
        paid: line.paid,
        rule: line.rule.clone(),
        because: line.because.clone(),
    };
    let exception = |exception: &words::ExceptionSentence| v1::Exception {
        code: exception.code.to_owned(),
        severity: exception.severity.code().to_owned(),
        state: exception.state.code().to_owned(),
        text: exception.text.clone(),
    };
    let stretch = |stretch: &words::TimelineSentence| v1::Stretch {
        from: stretch.from.clone(),
        to: stretch.to.clone(),
        seconds: stretch.length.0,
        what: stretch.what.to_owned(),
        pay_code: stretch.pay_code.clone(),
        rule: stretch.rule.clone(),
        because: stretch.because.clone(),
    };
    v1::EvaluatedDay {
        workday: day.workday.to_string(),
        day_type: day.day_type.map_or_else(String::new, |day_type| day_type.code().to_owned()),
        worked_seconds: worked,
        pay: day.pay.iter().map(pay).collect(),
        exceptions: day.exceptions.iter().map(exception).collect(),
        timeline: day.timeline.iter().map(stretch).collect(),
        steps: day.steps.clone(),
    }
}

#[cfg(test)]
mod tests;
