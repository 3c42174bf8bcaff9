//! One `Evaluate` call: a few timecards as people write them, with readable results.

use std::sync::Arc;

use prost::Message;
use shiftmill::core::{
    ASSIGNMENTS_PER_TIMECARD_MAX, Assignment, BatchError, CardFacts, CarriedRow, CheckedBatch, Detail, EvaluationError,
    ExceptionCode, FactList, Leave, Names, PUNCHES_PER_TIMECARD_MAX, PluginFailure, PunchTooFar, ROWS_PER_TIMECARD_MAX,
    SHIFTS_PER_TIMECARD_MAX, Seconds, SplitRow, TagDictionary, TimecardBatch, Timestamp, Waiver, WaiverKind, WallTime,
    Zone, ZoneTable, assigned_zone, check_keys, excerpt,
};
use shiftmill::ruleset::{JOINED_RULESETS_MAX, Ruleset};
use shiftmill::words::{self, DayExplanation, ExplainError, Explanation, Language};
use shiftmill::{BundledZones, Caller, Finished, Request, ResultHasher, find_zone};
use shiftmill_proto::v1;
use shiftmill_timecards::clock;
use shiftmill_timecards::fields::Field;
use shiftmill_timecards::rows::{
    self, ApprovalRow, AttestationRow, BalanceRow, CorrectionRow, DayTypeRow, EmploymentRow, Given, LeaveRow,
    ManualHoursRow, OverrideRow, PunchRow, RowError, RowReader, ShiftRow, TagBook, WaiverRow,
};
use shiftmill_wire::{Numbered, card_error, failed_plugin, read_tags, write_detail, write_failures};
use tokio::sync::oneshot;
use tokio::task::spawn_blocking;
use tonic::Status;

use crate::budget::Reservation;
use crate::call::Call;
use crate::cancel_on_drop::CancelOnDrop;
use crate::evaluation::Shared;
use crate::info::{plugin_use, response_header};
use crate::memory;
use crate::problem::{ErrorCode, Problem};
use crate::registry::{Ready, Snapshot};
use crate::resolved_header::{self, Fields, detail, joined, request, ruleset, stopped, window, with_context};

/// What a timecard takes in an answer beside its own bytes: the number of its field, and its length.
const FIELD_BYTES: usize = 6;
/// The bytes of a message up to which its rows are read at once: some hundred microseconds.
const READ_HERE_MAX: usize = 64 << 10;
/// What the result hash takes in an answer.
const HASH_BYTES: usize = 40;

/// Evaluates the timecards of a call. A timecard that cannot be read is an error of its own, and the others are
/// evaluated.
pub(crate) async fn evaluate(
    shared: &Shared,
    call: &Call,
    message: v1::EvaluateRequest,
) -> Result<v1::EvaluateResponse, Status> {
    let count = message.timecards.len();
    if count > shared.limits.timecards_per_call {
        let most = shared.limits.timecards_per_call;
        let message = format!("{count} timecards are given; the maximum is {most}; use EvaluateStream for more");
        return Err(Problem::at(ErrorCode::TooMany, "timecards", message).into());
    }
    let (explain, language) = (message.explain, language(&message.language)?);
    check_employees(&message.timecards)?;
    let request = read_request(&message, shared, call.peer.caller()).await?;
    let (length, most) = (message.encoded_len(), shared.limits.message_bytes);
    let bytes = memory::of_call(count, length, &request, most, call.capacity.chunks.most());
    let bytes = bytes.map_err(|message| Problem::at(ErrorCode::TooMany, "timecards", message))?;
    let reservation = call.capacity.of_call(bytes).take(bytes).await?;
    let (keys, batch, refused) = read_timecards(message, length > READ_HERE_MAX, &request).await?;
    request.add_employees(batch.len());
    let header = response_header(&request, &shared.limits.plugin_allowance, most)?;
    let told = Told { explain, language, most };
    let answering = Arc::clone(&request);
    let answer = move |finished: &Finished| answer(header, &answering, finished, keys, refused, told);
    let (answer, reservation) = run(shared, request, batch, reservation, answer).await?;
    call.answered(reservation);
    Ok(answer)
}

/// Every timecard has a key of its own, as in a chunk.
fn check_employees(timecards: &[v1::Timecard]) -> Result<(), Problem> {
    let keys: Vec<&str> = timecards.iter().map(|timecard| timecard.employee.as_str()).collect();
    check_keys(&keys).map_err(|error| {
        let field = match error {
            BatchError::NoKey { index } | BatchError::KeyNotPlain { index } | BatchError::KeyTwice { index, .. } => {
                format!("timecards[{index}].employee")
            }
            BatchError::UnevenColumn { .. }
            | BatchError::UnknownValue { .. }
            | BatchError::BaseOutOfCalendar { .. }
            | BatchError::TooMany { .. }
            | BatchError::NoSuchEmployee { .. } => "timecards".to_owned(),
        };
        Problem::at(ErrorCode::EmployeeKey, field, error.to_string())
    })
}

fn language(code: &str) -> Result<Language, Problem> {
    if code.is_empty() {
        return Ok(Language::English);
    }
    let wrong = || format!("`{}` is neither `en` nor `zh`", excerpt(code));
    let unknown = || Problem::at(ErrorCode::ValueUnknown, "language", wrong());
    Language::from_code(code).ok_or_else(unknown)
}

/// Rulesets, zones and days of the call. The zone of the call comes first, then those of the timecards as they come. A
/// name of a timecard that is no zone is left out: it is an error of that timecard.
async fn read_request(message: &v1::EvaluateRequest, shared: &Shared, caller: Caller) -> Result<Arc<Request>, Problem> {
    let source =
        message.ruleset.as_ref().ok_or_else(|| Problem::at(ErrorCode::Header, "ruleset", "no ruleset is given"))?;
    let known = shared.registry.now();
    let ruleset = ruleset(source, "ruleset", &known).await?;
    let window = window(message.window.as_ref(), "window")?;
    let detail = if message.explain { Detail::Full } else { detail(message.detail, "detail")? };
    let rulesets = with_others(ruleset, &message.other_rulesets, &known).await?;
    let window = with_context(window, message.window.as_ref(), &rulesets, "window")?;
    let mut zones: Vec<String> = Vec::new();
    if !message.zone.is_empty() {
        named_zone(&message.zone, "zone")?;
        zones.push(message.zone.clone());
    }
    let later = message.timecards.iter().flat_map(|card| &card.assignments).map(|row| &row.zone);
    let named = message.timecards.iter().map(|card| &card.zone).chain(later);
    for zone in named.filter(|zone| !zone.is_empty()) {
        if !zones.contains(zone) && find_zone(zone).is_ok() {
            zones.push(zone.clone());
        }
    }
    let fields = Fields { rulesets: "ruleset", zones: "zone", window: "window" };
    let request = request(rulesets, &zones, window, detail, fields, &known).await?;
    let split_by = message.split_totals_by.clone();
    read_tags(Vec::new(), &split_by)
        .map_err(|fault| Problem::at(ErrorCode::Header, fault.path(), fault.to_string()))?;
    let tags = tags_of(message, &BundledZones::of(&request.window));
    // A tag with an unknown zone is an error of its timecard, so none is left here.
    let request = request.with_tags(tags, split_by);
    let request = request.map_err(|error| Problem::at(ErrorCode::Header, "timecards", error.to_string()))?;
    Ok(Arc::new(request.with_caller(caller)))
}

/// The ruleset of a call, and those to which assignments change, numbered together.
async fn with_others(
    ruleset: Ready,
    others: &[v1::RulesetSource],
    known: &Arc<Snapshot>,
) -> Result<Vec<Ready>, Problem> {
    if others.len() >= JOINED_RULESETS_MAX {
        let message = format!("{} other rulesets are given; the maximum is {}", others.len(), JOINED_RULESETS_MAX - 1);
        return Err(Problem::at(ErrorCode::TooMany, "other_rulesets", message));
    }
    let mut rulesets = vec![ruleset];
    for (index, source) in others.iter().enumerate() {
        rulesets.push(resolved_header::ruleset(source, &format!("other_rulesets[{index}]"), known).await?);
    }
    if others.is_empty() { Ok(rulesets) } else { joined(rulesets, "other_rulesets", known).await }
}

/// All tags of the timecards. A text that is no tag is left out: it is an error of its timecard.
fn tags_of(message: &v1::EvaluateRequest, places: &BundledZones) -> TagDictionary {
    let book = TagBook::default().with_places(places);
    for timecard in &message.timecards {
        let punches = timecard.punches.iter().map(|punch| &punch.tag);
        let shifts = timecard.shifts.iter().map(|shift| &shift.tag);
        let corrections = timecard.corrections.iter().map(|correction| &correction.tag);
        let assigned = timecard.assignments.iter().flat_map(|row| [&row.tag, &row.job]);
        for text in punches.chain(shifts).chain(corrections).chain(assigned).chain([&timecard.tag]) {
            // What cannot be read or added here cannot be read with its timecard either.
            let _number = book.read(text);
        }
    }
    book.into_dictionary()
}

/// The name of a zone that exists.
fn named_zone(name: &str, field: &str) -> Result<(), Problem> {
    find_zone(name).map_err(|error| Problem::at(ErrorCode::ZoneUnknown, field, error.to_string()))
}

/// The timecards that cannot be read, each with its position in the call, ascending.
type Refused = Vec<(usize, Problem)>;

/// The keys of a call, its timecards that can be read, and the others. A large message is read outside of the threads that
/// serve calls.
async fn read_timecards(
    message: v1::EvaluateRequest,
    is_large: bool,
    request: &Arc<Request>,
) -> Result<(Vec<String>, CheckedBatch, Refused), Problem> {
    let request = Arc::clone(request);
    let read = move || {
        let (batch, refused) = read_batch(&message, &request)?;
        let keys = message.timecards.into_iter().map(|timecard| timecard.employee).collect();
        Ok((keys, batch, refused))
    };
    if is_large { spawn_blocking(read).await.map_err(|_| lost_timecard())? } else { read() }
}

/// Reads the timecards. The batch has those that can be read, in their order.
fn read_batch(message: &v1::EvaluateRequest, request: &Request) -> Result<(CheckedBatch, Refused), Problem> {
    let names = names(request)?;
    let own = request.zones.find(&message.zone);
    // Counted from the days of the request, no timecard decides how far the punches of another one may lie.
    let punch_base = Timestamp(WallTime::on(request.window.pay_period.first, 0).0);
    let mut batch = TimecardBatch { punch_base, ..TimecardBatch::default() };
    let mut refused = Vec::new();
    let places = BundledZones::of(&request.window);
    let tags = TagBook::new(request.tags().clone()).with_places(&places);
    for (index, timecard) in message.timecards.iter().enumerate() {
        let at = format!("timecards[{index}]");
        let read = read_timecard(timecard, &at, (own, &request.zones), (names, &request.rulesets), &tags);
        let added = read.and_then(|facts| {
            let far = |error: PunchTooFar| {
                Problem::at(ErrorCode::FactOutsideWindow, format!("{at}.punches"), error.to_string())
            };
            batch.push(&facts).map_err(far)
        });
        if let Err(problem) = added {
            refused.push((index, problem));
        }
    }
    let checked = batch.check(request.rulesets.len(), request.zones.zones.len(), request.tags().len());
    let checked = checked.map_err(|error| Problem::at(ErrorCode::ValueUnknown, "timecards", error.to_string()))?;
    Ok((checked, refused))
}

fn names(request: &Request) -> Result<&Names, Problem> {
    let ruleset = request.rulesets.first().ok_or_else(|| Problem::new(ErrorCode::Header, "no ruleset is given"))?;
    Ok(ruleset.timeline().names())
}

/// Evaluates a batch, and makes the answer on the worker: thousands of sentences take their time, which belongs to the
/// turn of the caller and not to a thread that serves calls. The reservation of memory moves with the batch, and returns
/// with the answer or is released when that is dropped.
async fn run(
    shared: &Shared,
    request: Arc<Request>,
    batch: CheckedBatch,
    reservation: Reservation,
    answer: impl FnOnce(&Finished) -> Result<v1::EvaluateResponse, Problem> + Send + 'static,
) -> Result<(v1::EvaluateResponse, Reservation), Status> {
    let _cancel = CancelOnDrop::new(&request);
    let (done, answered) = oneshot::channel();
    shared.engine.submit_call(request, batch, move |result| {
        let outcome = match result {
            // The receiver is gone when the client has gone.
            Ok(_) if done.is_closed() => return,
            Ok(finished) => answer(&finished).map(|answer| (answer, reservation)),
            Err(why) => Err(stopped(&why)),
        };
        let _sent = done.send(outcome);
    });
    Ok(answered.await.map_err(|_| lost_timecard())??)
}

/// Reads the facts of one timecard; `at` is its path. Rows with an ambiguous clock time are used without a warning,
/// because the response has no field for warnings.
fn read_timecard(
    timecard: &v1::Timecard,
    at: &str,
    zones: (Option<u16>, &ZoneTable),
    (names, rulesets): (&Names, &[Arc<Ruleset>]),
    tags: &TagBook<'_>,
) -> Result<CardFacts, Problem> {
    check_counts(timecard, at)?;
    let (number, zone) = home_zone(&timecard.zone, zones, &format!("{at}.zone"))?;
    let known = Known { zones: zones.1, rulesets, tags };
    let assignments = each(at, "assignments", &timecard.assignments, |row| assignment(row, names, known))?;
    let moved = assigned_zone(zone, &assignments, &zones.1.zones);
    let reader = &mut RowReader::new(moved.as_ref().unwrap_or(zone), names, tags);
    let own_tag = reader.tag(&timecard.tag);
    let own_tag = own_tag.map_err(|error| Problem::at(error.code(), format!("{at}.tag"), error.to_string()))?;
    Ok(CardFacts {
        employee: timecard.employee.clone(),
        ruleset: 0,
        zone: number,
        rejected_rows: timecard.rejected_rows,
        tag: own_tag,
        assignments,
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
        approvals: each(at, "approvals", &timecard.approvals, |row| Ok(reader.approval(&approval_row(row))?))?,
        manual_hours: each(at, "manual_hours", &timecard.manual_hours, |row| {
            Ok(reader.manual_hours(&manual_hours_row(row))?)
        })?,
        attestations: each(at, "attestations", &timecard.attestations, |row| {
            Ok(reader.attestation(&attestation_row(row))?)
        })?,
        overrides: each(at, "overrides", &timecard.overrides, |row| Ok(reader.overridden(&override_row(row))?))?,
        employment: each(at, "employment", &timecard.employment, |row| Ok(reader.employment(&employment_row(row))?))?,
        opening_balances: each(at, "opening_balances", &timecard.opening_balances, |row| {
            Ok(reader.balance(&balance_row(row))?)
        })?,
        carried: each(at, "carried", &timecard.carried, |row| Ok(reader.carried(&carried_row(row))?))?,
    })
}

/// Limits the rows of a timecard before they are read. Every field is named, so that a new list is limited too.
fn check_counts(timecard: &v1::Timecard, at: &str) -> Result<(), Problem> {
    let v1::Timecard {
        employee: _,
        zone: _,
        rejected_rows: _,
        tag: _,
        punches,
        shifts,
        leave,
        corrections,
        waivers,
        days,
        opening_balances,
        carried,
        approvals,
        employment,
        manual_hours,
        attestations,
        overrides,
        assignments,
    } = timecard;
    let counts = [
        ("punches", punches.len(), PUNCHES_PER_TIMECARD_MAX),
        ("shifts", shifts.len(), SHIFTS_PER_TIMECARD_MAX),
        ("leave", leave.len(), ROWS_PER_TIMECARD_MAX),
        ("corrections", corrections.len(), ROWS_PER_TIMECARD_MAX),
        ("waivers", waivers.len(), ROWS_PER_TIMECARD_MAX),
        ("days", days.len(), ROWS_PER_TIMECARD_MAX),
        ("opening_balances", opening_balances.len(), ROWS_PER_TIMECARD_MAX),
        ("carried", carried.len(), ROWS_PER_TIMECARD_MAX),
        ("approvals", approvals.len(), ROWS_PER_TIMECARD_MAX),
        ("employment", employment.len(), ROWS_PER_TIMECARD_MAX),
        ("manual_hours", manual_hours.len(), ROWS_PER_TIMECARD_MAX),
        ("attestations", attestations.len(), ROWS_PER_TIMECARD_MAX),
        ("overrides", overrides.len(), ROWS_PER_TIMECARD_MAX),
        ("assignments", assignments.len(), ASSIGNMENTS_PER_TIMECARD_MAX),
    ];
    match counts.into_iter().find(|(_, count, most)| *count > *most as usize) {
        Some((list, count, most)) => {
            let message = format!("{count} entries are given; the maximum is {most}");
            Err(Problem::at(ErrorCode::TooMany, format!("{at}.{list}"), message))
        }
        None => Ok(()),
    }
}

/// The zone of a timecard: its own, or that of the call.
fn home_zone<'a>(
    name: &str,
    (of_call, zones): (Option<u16>, &'a ZoneTable),
    field: &str,
) -> Result<(u16, &'a Zone), Problem> {
    let number = if name.is_empty() { of_call } else { zones.find(name) };
    if let Some((number, zone)) = number.and_then(|number| Some((number, zones.get(number)?))) {
        return Ok((number, zone));
    }
    if !name.is_empty() {
        named_zone(name, field)?;
    }
    Err(Problem::at(ErrorCode::ZoneUnknown, field, "neither the timecard nor the call names a time zone"))
}

/// The wrong field of a message, with its mistake.
struct Wrong {
    field: &'static str,
    code: ErrorCode,
    message: String,
}

impl Wrong {
    fn value(field: &'static str, message: impl Into<String>) -> Wrong {
        Wrong { field, code: ErrorCode::ValueUnknown, message: message.into() }
    }
}

impl From<RowError> for Wrong {
    fn from(error: RowError) -> Wrong {
        Wrong { field: message_field(error.field), code: error.code(), message: error.to_string() }
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
        read(row).map_err(|Wrong { field, code, message }| {
            Problem::at(code, format!("{at}.{list}[{index}].{field}"), message)
        })
    };
    rows.iter().enumerate().map(one).collect()
}

fn punch_row(punch: &v1::Punch) -> PunchRow<'_> {
    PunchRow {
        at: punch.at.as_str().into(),
        kind: punch.kind.as_str().into(),
        id: unless_zero(punch.id),
        tag: &punch.tag,
        recorded: punch.recorded_at.as_str().into(),
    }
}

fn shift_row(shift: &v1::ScheduledShift) -> ShiftRow<'_> {
    ShiftRow {
        workday: shift.workday.as_str().into(),
        start: shift.start.as_str().into(),
        end: shift.end.as_str().into(),
        shift: &shift.shift,
        kind: shift.kind.as_str().into(),
        tag: &shift.tag,
        split: unless_zero(u64::from(shift.split)),
        length: if shift.seconds == 0 { Given::default() } else { Given::Value(Seconds(shift.seconds)) },
    }
}

/// Leave between two times, or on one workday. Files may also state whole workdays from a date to a date; here a
/// workday is a row of its own, so that a small message cannot grow into many facts.
fn leave(leave: &v1::LeaveFact, reader: &mut RowReader<'_>) -> Result<Vec<Leave>, Wrong> {
    if clock::date(leave.from.trim()).is_some() {
        let from = excerpt(&leave.from);
        let message = format!("`{from}` is a date without a time; whole workdays are given as `workday`");
        return Err(Wrong::value("from", message));
    }
    let row = LeaveRow {
        code: &leave.code,
        from: leave.from.as_str().into(),
        to: leave.to.as_str().into(),
        workday: leave.workday.as_str().into(),
        amount: if leave.seconds == 0 { Given::default() } else { Given::Value(Seconds(leave.seconds)) },
        half: leave.half.as_str().into(),
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
        new_kind: correction.new_kind.as_str().into(),
        recorded: correction.recorded_at.as_str().into(),
        tag: &correction.tag,
    }
}

/// A message has one field for the name of an exception and one for the ordinal of a meal.
fn waiver(waiver: &v1::WaiverFact, reader: &mut RowReader<'_>) -> Result<Waiver, Wrong> {
    let waived = match (waiver.exception.as_str(), waiver.meal) {
        ("", 0) => return Err(Wrong::value("meal", "neither an exception nor the ordinal of a meal is given")),
        ("", ordinal) => {
            let ordinal = u8::try_from(ordinal).map_err(|_| Wrong::value("meal", "a workday has at most 255 meals"))?;
            WaiverKind::Meal(ordinal)
        }
        (code, 0) => {
            let unknown = || Wrong::value("exception", format!("no exception is called `{}`", excerpt(code)));
            WaiverKind::Exception(ExceptionCode::from_code(code).ok_or_else(unknown)?)
        }
        (_, _) => return Err(Wrong::value("meal", "both an exception and a meal are given; waive one in each row")),
    };
    let row = WaiverRow { workday: waiver.workday.as_str().into(), waived: Given::Value(waived) };
    Ok(reader.waiver(&row)?)
}

fn day_row(day: &v1::DayFact) -> DayTypeRow<'_> {
    DayTypeRow {
        workday: day.workday.as_str().into(),
        day_type: day.day_type.as_str().into(),
        from: day.from.as_str().into(),
        to: day.to.as_str().into(),
    }
}

fn approval_row(approval: &v1::ApprovalFact) -> ApprovalRow<'_> {
    ApprovalRow {
        kind: approval.kind.as_str().into(),
        from: approval.from.as_str().into(),
        to: approval.to.as_str().into(),
        workday: approval.workday.as_str().into(),
        amount: if approval.seconds == 0 { Given::default() } else { Given::Value(Seconds(approval.seconds)) },
        status: approval.status.as_str().into(),
        choice: approval.choice.as_str().into(),
        recorded: approval.recorded_at.as_str().into(),
    }
}

fn manual_hours_row(hours: &v1::ManualHoursFact) -> ManualHoursRow<'_> {
    ManualHoursRow {
        workday: hours.workday.as_str().into(),
        code: &hours.code,
        amount: Given::Value(Seconds(hours.seconds)),
        recorded: hours.recorded_at.as_str().into(),
    }
}

fn attestation_row(said: &v1::AttestationFact) -> AttestationRow<'_> {
    AttestationRow {
        workday: said.workday.as_str().into(),
        question: &said.question,
        answer: said.answer.as_str().into(),
        recorded: said.recorded_at.as_str().into(),
    }
}

fn override_row(stated: &v1::OverrideFact) -> OverrideRow<'_> {
    OverrideRow {
        workday: stated.workday.as_str().into(),
        code: &stated.code,
        amount: Given::Value(Seconds(stated.seconds)),
        computed: stated.computed.map(Seconds).into(),
        recorded: stated.recorded_at.as_str().into(),
    }
}

/// What assignments may name.
#[derive(Clone, Copy)]
struct Known<'a> {
    zones: &'a ZoneTable,
    rulesets: &'a [Arc<Ruleset>],
    tags: &'a TagBook<'a>,
}

fn assignment(row: &v1::AssignmentFact, names: &Names, known: Known<'_>) -> Result<Assignment, Wrong> {
    let not_a_date = || Wrong::value("from", format!("`{}` is not a date such as 2026-03-02", excerpt(&row.from)));
    let tag =
        |field: &'static str, text: &str| known.tags.read(text).map_err(|error| Wrong { field, ..Wrong::from(error) });
    let ruleset = |name: &str| {
        let place = known.rulesets.iter().position(|ruleset| ruleset.name() == name);
        let unknown = || Wrong {
            field: "ruleset",
            code: ErrorCode::RulesetUnknown,
            message: format!("`{}` is not the name of a ruleset of the call", excerpt(name)),
        };
        place.and_then(|place| u16::try_from(place).ok()).ok_or_else(unknown)
    };
    let zone = |name: &str| {
        let unknown = || Wrong {
            field: "zone",
            code: ErrorCode::ZoneUnknown,
            message: format!("`{}` is not a time zone such as `Europe/Berlin`", excerpt(name)),
        };
        known.zones.find(name).ok_or_else(unknown)
    };
    let stated = |text: &str| !text.is_empty();
    Ok(Assignment {
        from: clock::date(row.from.trim()).ok_or_else(not_a_date)?,
        ruleset: stated(&row.ruleset).then(|| ruleset(&row.ruleset)).transpose()?,
        calendar: rows::calendar(&row.calendar, names)?,
        zone: stated(&row.zone).then(|| zone(&row.zone)).transpose()?,
        tag: stated(&row.tag).then(|| tag("tag", &row.tag)).transpose()?,
        job: tag("job", &row.job)?,
    })
}

fn employment_row(employment: &v1::EmploymentFact) -> EmploymentRow<'_> {
    EmploymentRow { hired: employment.hired.as_str().into(), left: employment.left.as_str().into() }
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

/// How results are told.
#[derive(Clone, Copy)]
struct Told {
    explain: bool,
    language: Language,
    /// The most bytes of the answer.
    most: usize,
}

/// The answer, with the timecards in the order of the call: the batch has those that were not refused, in their order.
/// Its sentences are counted as they are made, because plugins may propose hundreds of edits for each timecard.
fn answer(
    header: v1::ResponseHeader,
    request: &Request,
    finished: &Finished,
    keys: Vec<String>,
    refused: Refused,
    told: Told,
) -> Result<v1::EvaluateResponse, Problem> {
    let columns = finished.batch.columns();
    let mut hasher = ResultHasher::default();
    let mut hash = hasher.chunk(&columns.employees, &finished.results);
    let mut answer = v1::EvaluateResponse {
        header: Some(header),
        timecards: Vec::with_capacity(keys.len()),
        result_hash: Vec::new(),
        result_hash_detail: write_detail(request.detail.hashed()).into(),
        plugin_use: plugin_use(request),
    };
    let mut left = told.most.saturating_sub(answer.encoded_len() + HASH_BYTES);
    let (mut refused, mut index, count) = (refused.into_iter().peekable(), 0, keys.len());
    for (position, employee) in keys.into_iter().enumerate() {
        let too_large = || too_large(position, count, told.most);
        let number = Number { index, of_call: u32::try_from(position).unwrap_or(u32::MAX) };
        let timecard = match refused.next_if(|(refused, _)| *refused == position) {
            Some((_, problem)) => {
                hash.add(hasher.refused(&employee, problem.code()));
                let error = Some(problem.into_card_error(number.of_call));
                v1::EvaluatedTimecard { employee, error, ..v1::EvaluatedTimecard::default() }
            }
            None => {
                index += 1;
                explained(employee, number, request, finished, Told { most: left, ..told }, &too_large)?
            }
        };
        left = left.checked_sub(timecard.encoded_len() + FIELD_BYTES).ok_or_else(too_large)?;
        answer.timecards.push(timecard);
    }
    answer.result_hash = hash.finish().0.to_vec();
    Ok(answer)
}

/// A timecard that was evaluated, in words.
fn explained(
    employee: String,
    number: Number,
    request: &Request,
    finished: &Finished,
    told: Told,
    too_large: &impl Fn() -> Problem,
) -> Result<v1::EvaluatedTimecard, Problem> {
    let names = names(request)?;
    let zone = request.zone_of(&finished.batch, number.index).ok_or_else(lost_timecard)?;
    let explanation =
        words::explain(names, request.tags(), &finished.results, number.index, &zone, told.language, told.most);
    let explanation = explanation.map_err(|error| match error {
        ExplainError::NoTimecard { .. } => lost_timecard(),
        ExplainError::TooLong { .. } => too_large(),
    })?;
    let mut timecard = write_timecard(employee, number, finished, &explanation, told.explain);
    if let Some(error) = &mut timecard.error
        && let Some(card) = finished.results.cards.get(number.index)
        && let Some(message) = card.error.and_then(|error| words::unknown_calendar(error, &request.rulesets, None))
    {
        error.message = message;
    }
    timecard.carried = carried(names, finished, number.index);
    timecard.split_totals = split_totals(names, request, finished, number.index);
    Ok(timecard)
}

fn lost_timecard() -> Problem {
    Problem::new(ErrorCode::Engine, "a timecard was lost; this is a fault of Shiftmill")
}

/// The answer is too large when it has the timecard after the first `fit`.
fn too_large(fit: usize, count: usize, most: usize) -> Problem {
    let instead = match fit {
        0 => "not even the first one fits: ask for less detail, without `explain`, or for a shorter pay period"
            .to_owned(),
        fit => format!("the first {fit} fit: send {fit} at a time, or ask for less detail, without `explain`"),
    };
    let message = format!("the answer about {count} timecards has more than {most} bytes; {instead}");
    Problem::at(ErrorCode::TooMany, "timecards", message)
}

/// The position of a timecard.
#[derive(Clone, Copy)]
struct Number {
    /// In the batch and its results.
    index: usize,
    /// In the call.
    of_call: u32,
}

/// The error of a timecard that was evaluated, with the path of the wrong fact.
fn card_error(number: Number, error: EvaluationError, failures: &[PluginFailure]) -> v1::CardError {
    let timecard = format!("timecards[{}]", number.of_call);
    let field = error.fact().map_or_else(
        || timecard.clone(),
        |(list, index)| {
            let list = match list {
                FactList::Shifts => "shifts",
                FactList::Leave => "leave",
                FactList::Corrections => "corrections",
                FactList::DayOverrides => "days",
                FactList::Approvals => "approvals",
                FactList::Employment => "employment",
                FactList::ManualHours => "manual_hours",
                FactList::Attestations => "attestations",
                FactList::Overrides => "overrides",
                FactList::Assignments => "assignments",
                FactList::OpeningBalances => "opening_balances",
                FactList::Carried => "carried",
            };
            format!("{timecard}.{list}[{index}]")
        },
    );
    let plugin = u32::try_from(number.index).ok().and_then(|index| failed_plugin(failures, index));
    card_error::write(number.of_call, error, field, plugin)
}

fn write_timecard(
    employee: String,
    number: Number,
    finished: &Finished,
    told: &Explanation,
    explain: bool,
) -> v1::EvaluatedTimecard {
    let index = number.index;
    let card = finished.results.cards.get(index).copied().unwrap_or_default();
    let failures = &finished.results.failures;
    let own_failures = failures.iter().filter(|failure| failure.card as usize == index);
    let mut plugin_failures = write_failures(own_failures);
    plugin_failures.iter_mut().for_each(|failure| failure.employee = number.of_call);
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
        employee,
        provisional: card.provisional,
        error: card.error.map(|error| card_error(number, error, failures)),
        days,
        totals: totals.zip(&told.totals).map(total).collect(),
        steps: told.other_steps.clone(),
        explanation: if explain { told.to_string() } else { String::new() },
        carried: Vec::new(),
        plugin_failures,
        split_totals: Vec::new(),
    }
}

fn split_totals(names: &Names, request: &Request, finished: &Finished, index: usize) -> Vec<v1::SplitTotal> {
    let rows = finished.results.splits.rows(finished.results.rows_of(index).splits);
    let total = |row: SplitRow| {
        let name = request.split_by().get(usize::from(row.name)).cloned().unwrap_or_default();
        let value = request.tags().get(row.tag).and_then(|tag| tag.value(&name)).unwrap_or_default().to_owned();
        let pay_code = names.pay_code(row.code).map(|info| info.name.clone()).unwrap_or_default();
        let amount_text = words::amount(names, row.code, row.amount);
        v1::SplitTotal { name, value, pay_code, amount_text, amount: row.amount }
    };
    rows.map(total).collect()
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
    let overridden = |stated: &words::OverrideSentence| v1::Overridden {
        pay_code: stated.pay_code.clone(),
        seconds: stated.row.amount.0,
        computed: stated.row.computed.0,
        computed_before: stated.row.computed_before.0,
        stale: stated.row.is_stale(),
        text: stated.text.clone(),
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
        tag: stretch.tag.clone(),
    };
    v1::EvaluatedDay {
        workday: day.workday.to_string(),
        day_type: day.day_type.map_or_else(String::new, |day_type| day_type.code().to_owned()),
        worked_seconds: worked,
        pay: day.pay.iter().map(pay).collect(),
        overridden: day.overrides.iter().map(overridden).collect(),
        exceptions: day.exceptions.iter().map(exception).collect(),
        timeline: day.timeline.iter().map(stretch).collect(),
        steps: day.steps.clone(),
    }
}

#[cfg(test)]
mod tests;
