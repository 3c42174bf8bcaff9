//! Facts: batches of timecards as chunks, and chunks as batches. Columns move over; only narrow columns, a few entries
//! per employee or shift, and sparse rows are rewritten.

use shiftmill_core::{
    Approval, ApprovalTime, Assignment, Attestation, BatchError, CalendarChoice, CalendarId, Carried, CheckedBatch,
    ColumnValue, Correction, CorrectionKind, DayHalf, DayOverride, DayType, DayWindow, Employment, ExceptionCode,
    Leave, LeaveTime, ManualHours, Names, OpeningBalance, Override, PayCode, PunchKind, PunchRef, RuleId, Seconds,
    Sparse, TagId, TimecardBatch, Timestamp, Waiver, WaiverKind, Workday,
};
use shiftmill_proto::v1;

use crate::header::{HeaderNames, NO_TEMPLATE};
use crate::numbers::Numbered;
use crate::unknown_names::{NamesByRow, UnknownNames};
use crate::vocabulary::Vocabulary;

/// A leave code that no ruleset has: the card, and only it, gets `SM-UNKNOWN-LEAVE`.
const NO_LEAVE: u16 = u16::MAX;
/// A pay code that no ruleset has: the card, and only it, gets `SM-UNKNOWN-PAY-CODE`.
const NO_PAY_CODE: u16 = u16::MAX;
/// An attestation that no ruleset has: the card, and only it, gets `SM-UNKNOWN-ATTESTATION`.
const NO_QUESTION: u16 = u16::MAX;
/// A calendar that no ruleset has: the card, and only it, gets `SM-UNKNOWN-CALENDAR`.
const NO_CALENDAR: CalendarId = CalendarId(u16::MAX);
/// A rule that no ruleset has: the card, and only it, gets `SM-UNKNOWN-RULE`.
const NO_RULE: u16 = u16::MAX;

/// Writes a batch as the chunk with this number. [`Vocabulary::check`] says first whether all its numbers have names; a
/// chunk with a number that has none is refused by the service.
pub fn write(number: u64, batch: TimecardBatch, vocabulary: &Vocabulary) -> v1::Chunk {
    let shift_template = write_templates(&batch, vocabulary);
    let ruleset = |employee: u32| batch.ruleset.get(employee as usize).copied().unwrap_or(0);
    let mut carried =
        rows(&batch.carried, |employee, row| (employee, vocabulary.header_key(ruleset(employee), row.key), row.value));
    carried.sort_by_key(|(owner, key, _)| (*owner, *key));
    v1::Chunk {
        number,
        carried_owner: carried.iter().map(|row| row.0).collect(),
        carried_key: carried.iter().map(|row| row.1).collect(),
        carried_value: carried.iter().map(|row| row.2).collect(),
        leave: rows(&batch.leave, |employee, row| {
            write_leave(employee, row, vocabulary.leave_name(ruleset(employee), row.code))
        }),
        corrections: rows(&batch.corrections, write_correction),
        waivers: rows(&batch.waivers, write_waiver),
        day_overrides: rows(&batch.day_overrides, write_day_override),
        approvals: rows(&batch.approvals, write_approval),
        employment: rows(&batch.employment, write_employment),
        assignments: rows(&batch.assignments, |employee, row| {
            let calendar = row.calendar.map(|calendar| vocabulary.calendar_name(ruleset(employee), calendar));
            write_assignment(employee, row, calendar.unwrap_or_default())
        }),
        manual_hours: rows(&batch.manual_hours, |employee, row| {
            write_manual_hours(employee, row, vocabulary.pay_code_name(ruleset(employee), row.code))
        }),
        attestations: rows(&batch.attestations, |employee, row| {
            write_attestation(employee, row, vocabulary.attestation_name(ruleset(employee), row.question))
        }),
        overrides: rows(&batch.overrides, |employee, row| {
            write_override(employee, row, vocabulary.pay_code_name(ruleset(employee), row.code))
        }),
        opening_balances: rows(&batch.opening_balances, |employee, row| {
            write_balance(employee, row, vocabulary.rule_name(ruleset(employee), row.rule))
        }),
        employees: batch.employees,
        ruleset: batch.ruleset.into_iter().map(u32::from).collect(),
        zone: batch.zone.into_iter().map(u32::from).collect(),
        rejected_rows: batch.rejected_rows,
        tag: ColumnValue::to_numbers(batch.tag),
        punch_count: batch.punch_count,
        punch_base: batch.punch_base.0,
        punch_at: batch.punch_at,
        punch_kind: batch.punch_kind,
        punch_id: batch.punch_id,
        punch_tag: ColumnValue::to_numbers(batch.punch_tag),
        punch_recorded_at: batch.punch_recorded_at,
        shift_count: batch.shift_count,
        shift_workday: batch.shift_workday,
        shift_start: batch.shift_start,
        shift_end: batch.shift_end,
        shift_template,
        shift_kind: batch.shift_kind,
        shift_tag: ColumnValue::to_numbers(batch.shift_tag),
        shift_split: batch.shift_split,
        shift_hours: batch.shift_hours,
        shift_free_end: batch.shift_free_end,
    }
}

/// The tables that the numbers and names of a chunk refer to.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// The names of each ruleset of the header.
    pub rulesets: &'a [&'a Names],
    /// The shifts and carried keys that the header names.
    pub header: &'a HeaderNames,
    /// How many zones the header names.
    pub zones: usize,
    /// How many tags the header has.
    pub tags: usize,
}

/// Reads a chunk, and keeps the names that the rulesets of its employees do not have.
///
/// # Errors
/// The first [`ChunkFault`], with the path of the wrong entry.
pub fn read(mut chunk: v1::Chunk, known: &Known<'_>) -> Result<(CheckedBatch, UnknownNames), ChunkFault> {
    let ruleset = narrow(std::mem::take(&mut chunk.ruleset), "ruleset")?;
    let employees = Employees { ruleset: &ruleset, count: chunk.employees.len(), known };
    let mut unknown = UnknownNames::default();
    let shift_template = read_templates(&chunk.shift_template, &chunk.shift_count, &employees, &mut unknown.shifts)?;
    let leave = sparse(&chunk.leave, "leave", |row| (row.employee, read_leave(row, &employees)))?;
    let corrections = sparse(&chunk.corrections, "corrections", |row| (row.employee, read_correction(row)))?;
    let waivers = sparse(&chunk.waivers, "waivers", |row| (row.employee, read_waiver(row)))?;
    let day_overrides = sparse(&chunk.day_overrides, "day_overrides", |row| (row.employee, read_day_override(row)))?;
    let approvals = sparse(&chunk.approvals, "approvals", |row| (row.employee, read_approval(row)))?;
    let employment = sparse(&chunk.employment, "employment", |row| (row.employee, Ok(read_employment(row))))?;
    let assignments =
        sparse(&chunk.assignments, "assignments", |row| (row.employee, read_assignment(row, &employees)))?;
    let manual_hours =
        sparse(&chunk.manual_hours, "manual_hours", |row| (row.employee, Ok(read_manual_hours(row, &employees))))?;
    let attestations =
        sparse(&chunk.attestations, "attestations", |row| (row.employee, Ok(read_attestation(row, &employees))))?;
    let overrides = sparse(&chunk.overrides, "overrides", |row| (row.employee, Ok(read_override(row, &employees))))?;
    let opening_balances =
        sparse(&chunk.opening_balances, "opening_balances", |row| (row.employee, Ok(read_balance(row, &employees))))?;
    let carried = read_carried(&chunk, &employees)?;
    for (row, (named, (_, leave))) in chunk.leave.iter().zip(leave.iter()).enumerate() {
        if leave.code == NO_LEAVE {
            unknown.leave.push(row, &named.code);
        }
    }
    for (row, (named, (_, balance))) in chunk.opening_balances.iter().zip(opening_balances.iter()).enumerate() {
        if balance.rule == RuleId(NO_RULE) {
            unknown.rules.push(row, &named.rule);
        }
    }
    let counts_time =
        |employee: u32, code: PayCode| employees.names(employee).is_some_and(|names| names.counts_time(code));
    for (row, (named, (_, hours))) in chunk.manual_hours.iter().zip(manual_hours.iter()).enumerate() {
        if !counts_time(named.employee, hours.code) {
            unknown.manual_codes.push(row, &named.code);
        }
    }
    for (row, (named, (_, stated))) in chunk.overrides.iter().zip(overrides.iter()).enumerate() {
        if !counts_time(named.employee, stated.code) {
            unknown.overridden_codes.push(row, &named.code);
        }
    }
    for (row, (named, (_, said))) in chunk.attestations.iter().zip(attestations.iter()).enumerate() {
        if said.question == NO_QUESTION {
            unknown.attestations.push(row, &named.question);
        }
    }
    for (row, (named, (_, assignment))) in chunk.assignments.iter().zip(assignments.iter()).enumerate() {
        if assignment.calendar == Some(CalendarChoice::Named(NO_CALENDAR)) {
            unknown.calendars.push(row, &named.calendar);
        }
    }
    let shifts = chunk.shift_workday.len();
    let batch = TimecardBatch {
        zone: narrow(chunk.zone, "zone")?,
        tag: narrow_tags(chunk.tag, "tag")?,
        rejected_rows: chunk.rejected_rows,
        employees: chunk.employees,
        ruleset,
        punch_count: chunk.punch_count,
        punch_base: Timestamp(chunk.punch_base),
        punch_at: chunk.punch_at,
        punch_kind: chunk.punch_kind,
        punch_id: chunk.punch_id,
        punch_tag: narrow_tags(chunk.punch_tag, "punch_tag")?,
        punch_recorded_at: chunk.punch_recorded_at,
        shift_count: chunk.shift_count,
        shift_workday: chunk.shift_workday,
        shift_start: or_zeros(chunk.shift_start, shifts),
        shift_end: or_zeros(chunk.shift_end, shifts),
        shift_template,
        shift_kind: chunk.shift_kind,
        shift_tag: narrow_tags(chunk.shift_tag, "shift_tag")?,
        shift_split: chunk.shift_split,
        shift_hours: chunk.shift_hours,
        shift_free_end: chunk.shift_free_end,
        leave,
        corrections,
        waivers,
        day_overrides,
        approvals,
        employment,
        assignments,
        manual_hours,
        attestations,
        overrides,
        opening_balances,
        carried,
    };
    let checked = batch.check(known.rulesets.len(), known.zones, known.tags).map_err(ChunkFault::Columns)?;
    Ok((checked, unknown))
}

/// A mistake in a chunk. Nothing of the chunk is evaluated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChunkFault {
    /// Columns do not fit together, or a number has no meaning.
    #[error(transparent)]
    Columns(BatchError),
    /// The columns of carried values do not have the same length.
    #[error("the column has {found} entries, `carried_owner` has {expected}")]
    CarriedUneven {
        /// The column.
        column: &'static str,
        /// The entries that it should have.
        expected: usize,
        /// The entries that it has.
        found: usize,
    },
    /// A position that is larger than any header can have.
    #[error("{value} is more than there can be")]
    TooLarge {
        /// The column.
        column: &'static str,
        /// Where.
        index: usize,
        /// The value.
        value: u32,
    },
    /// A shift that the header does not name.
    #[error("the header names {named} shifts, this is number {number}")]
    NoSuchShift {
        /// Where in `shift_template`.
        index: usize,
        /// The number.
        number: u32,
        /// How many shifts the header names.
        named: usize,
    },
    /// A carried key that the header does not name.
    #[error("the header names {named} carried keys, this is position {position}")]
    NoSuchCarriedKey {
        /// Where in `carried_key`.
        index: usize,
        /// The position.
        position: u32,
        /// How many carried keys the header names.
        named: usize,
    },
    /// A carried key that another ruleset of the header has.
    #[error("the employee's ruleset does not carry this key")]
    KeyNotCarried {
        /// Where in `carried_key`.
        index: usize,
    },
    /// Carried values that are not in order.
    #[error("rows must be in the order of their employees and keys, each key once")]
    CarriedUnordered {
        /// Where in `carried_key`.
        index: usize,
    },
    /// Rows that are not in the order of their employees.
    #[error("rows must be in the order of their employees")]
    Unordered {
        /// The list of rows.
        column: &'static str,
        /// Where.
        index: usize,
    },
    /// A row that cannot be read.
    #[error("{fault}")]
    Row {
        /// The list of rows.
        column: &'static str,
        /// Where.
        index: usize,
        /// Why.
        fault: RowFault,
    },
}

/// A mistake in a row of a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RowFault {
    /// A part is not there.
    #[error("{what} is missing")]
    Missing {
        /// Which part.
        what: &'static str,
    },
    /// A number has no meaning.
    #[error("no {what} has the number {number}")]
    UnknownNumber {
        /// Of what.
        what: &'static str,
        /// The number.
        number: i32,
    },
    /// A position that is larger than any header can have.
    #[error("{value} is more positions than there can be")]
    NoSuchPosition {
        /// The position.
        value: u32,
    },
    /// A part of a day that is none.
    #[error("a part of a day has to end after it starts, at 86400 seconds at the latest")]
    NotAPartOfADay,
}

impl ChunkFault {
    /// The path of the wrong column or entry in the chunk, such as `punch_at[1532]`.
    pub fn path(&self) -> String {
        let entry = |column: &str, index: usize| format!("{column}[{index}]");
        match self {
            ChunkFault::Columns(error) => match error {
                BatchError::UnevenColumn { column, .. } | BatchError::NoSuchEmployee { column, .. } => {
                    (*column).to_owned()
                }
                BatchError::UnknownValue { column, index, .. } | BatchError::TooMany { column, index, .. } => {
                    entry(column, *index)
                }
                BatchError::NoKey { index }
                | BatchError::KeyNotPlain { index }
                | BatchError::KeyTwice { index, .. } => entry("employees", *index),
                BatchError::BaseOutOfCalendar { .. } => "punch_base".to_owned(),
            },
            ChunkFault::CarriedUneven { column, .. } => (*column).to_owned(),
            ChunkFault::NoSuchShift { index, .. } => entry("shift_template", *index),
            ChunkFault::NoSuchCarriedKey { index, .. }
            | ChunkFault::KeyNotCarried { index }
            | ChunkFault::CarriedUnordered { index } => entry("carried_key", *index),
            ChunkFault::TooLarge { column, index, .. }
            | ChunkFault::Unordered { column, index }
            | ChunkFault::Row { column, index, .. } => entry(column, *index),
        }
    }
}

/// The ruleset and zone of the employees of a chunk.
struct Employees<'a> {
    ruleset: &'a [u16],
    count: usize,
    known: &'a Known<'a>,
}

impl Employees<'_> {
    fn ruleset(&self, employee: usize) -> usize {
        self.ruleset.get(employee).map_or(0, |ruleset| usize::from(*ruleset))
    }

    fn names(&self, employee: u32) -> Option<&Names> {
        self.known.rulesets.get(self.ruleset(employee as usize)).copied()
    }

    /// The pay code of an employee's ruleset with this name.
    fn pay_code(&self, employee: u32, name: &str) -> PayCode {
        let codes = self.names(employee).map_or(&[][..], |names| names.pay_codes.as_slice());
        let code = codes.iter().position(|info| info.name == name);
        PayCode(code.and_then(|position| u16::try_from(position).ok()).unwrap_or(NO_PAY_CODE))
    }
}

fn narrow(column: Vec<u32>, name: &'static str) -> Result<Vec<u16>, ChunkFault> {
    let narrow = |(index, value)| u16::try_from(value).map_err(|_| ChunkFault::TooLarge { column: name, index, value });
    column.into_iter().enumerate().map(narrow).collect()
}

fn narrow_tags(column: Vec<u32>, name: &'static str) -> Result<Vec<TagId>, ChunkFault> {
    Ok(narrow(column, name)?.into_iter().map(TagId).collect())
}

fn or_zeros(column: Vec<i32>, length: usize) -> Vec<i32> {
    if column.is_empty() { vec![0; length] } else { column }
}

/// Template numbers of each employee's ruleset become numbers of the header's shifts. Empty when there are none.
fn write_templates(batch: &TimecardBatch, vocabulary: &Vocabulary) -> Vec<u32> {
    if batch.shift_template.iter().all(|template| *template == 0) {
        return Vec::new();
    }
    let mut rest = batch.shift_template.iter();
    let mut templates = Vec::with_capacity(batch.shift_template.len());
    for (employee, count) in batch.shift_count.iter().enumerate() {
        let ruleset = batch.ruleset.get(employee).copied().unwrap_or(0);
        let own = rest.by_ref().take(*count as usize);
        templates.extend(own.map(|template| vocabulary.header_shift(ruleset, *template)));
    }
    templates
}

/// Numbers of the header's shifts become template numbers of each employee's ruleset.
fn read_templates(
    column: &[u32],
    counts: &[u32],
    employees: &Employees<'_>,
    unknown: &mut NamesByRow,
) -> Result<Vec<u16>, ChunkFault> {
    let mut templates = Vec::with_capacity(column.len());
    let mut rest = column.iter().enumerate();
    for (employee, count) in counts.iter().enumerate().take(employees.count) {
        let known = employees.known.header.templates(employees.ruleset(employee));
        let mut all_known = true;
        for (index, number) in rest.by_ref().take(*count as usize) {
            let template = match number.checked_sub(1) {
                None => Some(0),
                Some(position) => known.get(position as usize).copied(),
            };
            let fault = || ChunkFault::NoSuchShift { index, number: *number, named: known.len() };
            let template = template.ok_or_else(fault)?;
            // A card names its first unknown shift only, so that names are kept for employees, not for shifts.
            if template == NO_TEMPLATE && all_known {
                unknown.push(index, employees.known.header.shift(*number).unwrap_or_default());
                all_known = false;
            }
            templates.push(template);
        }
    }
    // Entries without an employee are left to the check of lengths.
    templates.extend(rest.map(|_| 0));
    Ok(templates)
}

/// Writes the rows that few employees have. A row of an employee that is not in the batch is written too, so that the
/// service refuses it.
fn rows<Fact, Row>(facts: &Sparse<Fact>, write: impl Fn(u32, &Fact) -> Row) -> Vec<Row> {
    facts.iter().map(|(employee, fact)| write(employee, fact)).collect()
}

/// Reads the rows that few employees have.
fn sparse<Row, Fact>(
    rows: &[Row],
    column: &'static str,
    read: impl Fn(&Row) -> (u32, Result<Fact, RowFault>),
) -> Result<Sparse<Fact>, ChunkFault> {
    let mut sparse = Sparse::default();
    for (index, row) in rows.iter().enumerate() {
        let (owner, fact) = read(row);
        let fact = fact.map_err(|fault| ChunkFault::Row { column, index, fault })?;
        if !sparse.push(owner, fact) {
            return Err(ChunkFault::Unordered { column, index });
        }
    }
    Ok(sparse)
}

/// Reads carried values: positions of the header's keys become numbers of each employee's ruleset.
fn read_carried(chunk: &v1::Chunk, employees: &Employees<'_>) -> Result<Sparse<Carried>, ChunkFault> {
    let (owners, keys, values) = (&chunk.carried_owner, &chunk.carried_key, &chunk.carried_value);
    for (column, found) in [("carried_key", keys.len()), ("carried_value", values.len())] {
        if found != owners.len() {
            return Err(ChunkFault::CarriedUneven { column, expected: owners.len(), found });
        }
    }
    let rows = || owners.iter().zip(keys);
    if let Some(index) = rows().zip(rows().skip(1)).position(|(row, next)| next <= row) {
        return Err(ChunkFault::CarriedUnordered { index: index + 1 });
    }
    let mut carried = Sparse::default();
    for (index, ((owner, key), value)) in rows().zip(values).enumerate() {
        let known = employees.known.header.carried_keys(employees.ruleset(*owner as usize));
        let key = match known.get(*key as usize) {
            Some(Some(key)) => *key,
            Some(None) => return Err(ChunkFault::KeyNotCarried { index }),
            None => return Err(ChunkFault::NoSuchCarriedKey { index, position: *key, named: known.len() }),
        };
        // In order, as has been checked.
        let _in_order = carried.push(*owner, Carried { key, value: *value });
    }
    Ok(carried)
}

fn write_leave(employee: u32, leave: &Leave, code: String) -> v1::LeaveRow {
    let time = match leave.time {
        LeaveTime::Span { start, end } => v1::leave_row::Time::Span(v1::InstantSpan { start: start.0, end: end.0 }),
        LeaveTime::Workday(workday) | LeaveTime::HalfDay(workday, _) => v1::leave_row::Time::Workday(workday.0),
        LeaveTime::Amount(workday, amount) => {
            v1::leave_row::Time::Amount(v1::LeaveAmount { workday: workday.0, seconds: amount.0 })
        }
    };
    let half = match leave.time {
        LeaveTime::HalfDay(_, DayHalf::First) => v1::LeaveHalf::First,
        LeaveTime::HalfDay(_, DayHalf::Second) => v1::LeaveHalf::Second,
        LeaveTime::Span { .. } | LeaveTime::Workday(_) | LeaveTime::Amount(..) => v1::LeaveHalf::Neither,
    };
    v1::LeaveRow { employee, code, recorded_at: leave.recorded_at.0, time: Some(time), half: half.into() }
}

fn read_leave(row: &v1::LeaveRow, employees: &Employees<'_>) -> Result<Leave, RowFault> {
    let names = employees.names(row.employee).map_or(&[][..], |names| names.leave.as_slice());
    let position = names.iter().position(|name| *name == row.code).and_then(|position| u16::try_from(position).ok());
    let code = position.unwrap_or(NO_LEAVE);
    let unknown = RowFault::UnknownNumber { what: "half of a workday", number: row.half };
    let half = match v1::LeaveHalf::try_from(row.half).map_err(|_| unknown)? {
        v1::LeaveHalf::Neither => None,
        v1::LeaveHalf::First => Some(DayHalf::First),
        v1::LeaveHalf::Second => Some(DayHalf::Second),
    };
    let time = match &row.time {
        Some(v1::leave_row::Time::Span(_) | v1::leave_row::Time::Amount(_)) if half.is_some() => {
            return Err(RowFault::Missing { what: "the workday of which the leave is a half" });
        }
        Some(v1::leave_row::Time::Span(span)) => {
            LeaveTime::Span { start: Timestamp(span.start), end: Timestamp(span.end) }
        }
        Some(v1::leave_row::Time::Workday(workday)) => {
            let workday = Workday(*workday);
            half.map_or(LeaveTime::Workday(workday), |half| LeaveTime::HalfDay(workday, half))
        }
        Some(v1::leave_row::Time::Amount(amount)) => {
            LeaveTime::Amount(Workday(amount.workday), Seconds(amount.seconds))
        }
        None => return Err(RowFault::Missing { what: "the time of the leave" }),
    };
    Ok(Leave { code, time, recorded_at: Timestamp(row.recorded_at) })
}

fn write_correction(employee: u32, correction: &Correction) -> v1::CorrectionRow {
    use v1::correction_row::Correction as Row;
    let tag = match correction.kind {
        CorrectionKind::Add { tag, .. } => u32::from(tag.0),
        CorrectionKind::Void(_) | CorrectionKind::Retime { .. } | CorrectionKind::SetKind { .. } => 0,
    };
    let row = match correction.kind {
        CorrectionKind::Add { at, kind, .. } => Row::Add(v1::PunchAt { at: at.0, kind: kind.wire_number() }),
        CorrectionKind::Void(punch) => Row::Void(write_punch_ref(punch)),
        CorrectionKind::Retime { punch, to } => {
            Row::Retime(v1::Retime { punch: Some(write_punch_ref(punch)), to: to.0 })
        }
        CorrectionKind::SetKind { punch, kind } => {
            Row::SetKind(v1::SetKind { punch: Some(write_punch_ref(punch)), kind: kind.wire_number() })
        }
    };
    v1::CorrectionRow { employee, recorded_at: correction.recorded_at.0, correction: Some(row), tag }
}

fn read_correction(row: &v1::CorrectionRow) -> Result<Correction, RowFault> {
    use v1::correction_row::Correction as Row;
    let kind = match &row.correction {
        Some(Row::Add(punch)) => {
            // A number that no dictionary can have is refused with the other tags.
            let tag = TagId(u16::try_from(row.tag).unwrap_or(u16::MAX));
            CorrectionKind::Add { at: Timestamp(punch.at), kind: read_punch_kind(punch.kind)?, tag }
        }
        Some(Row::Void(punch)) => CorrectionKind::Void(read_punch_ref(Some(punch))?),
        Some(Row::Retime(retime)) => {
            CorrectionKind::Retime { punch: read_punch_ref(retime.punch.as_ref())?, to: Timestamp(retime.to) }
        }
        Some(Row::SetKind(set)) => {
            CorrectionKind::SetKind { punch: read_punch_ref(set.punch.as_ref())?, kind: read_punch_kind(set.kind)? }
        }
        None => return Err(RowFault::Missing { what: "what the correction does" }),
    };
    Ok(Correction { kind, recorded_at: Timestamp(row.recorded_at) })
}

fn write_punch_ref(punch: PunchRef) -> v1::PunchRef {
    let punch = match punch {
        PunchRef::Id(id) => v1::punch_ref::Punch::Id(id),
        PunchRef::At(at, kind) => v1::punch_ref::Punch::At(v1::PunchAt { at: at.0, kind: kind.wire_number() }),
    };
    v1::PunchRef { punch: Some(punch) }
}

fn read_punch_ref(punch: Option<&v1::PunchRef>) -> Result<PunchRef, RowFault> {
    match punch.and_then(|punch| punch.punch.as_ref()) {
        Some(v1::punch_ref::Punch::Id(id)) => Ok(PunchRef::Id(*id)),
        Some(v1::punch_ref::Punch::At(at)) => Ok(PunchRef::At(Timestamp(at.at), read_punch_kind(at.kind)?)),
        None => Err(RowFault::Missing { what: "the punch that is corrected" }),
    }
}

fn read_punch_kind(number: i32) -> Result<PunchKind, RowFault> {
    read_number(number, "punch kind")
}

fn write_waiver(employee: u32, waiver: &Waiver) -> v1::WaiverRow {
    let waived = match waiver.kind {
        WaiverKind::Meal(ordinal) => v1::waiver_row::Waived::Meal(u32::from(ordinal)),
        WaiverKind::Exception(code) => v1::waiver_row::Waived::Exception(code.wire_number()),
    };
    v1::WaiverRow { employee, workday: waiver.workday.0, waived: Some(waived) }
}

fn read_waiver(row: &v1::WaiverRow) -> Result<Waiver, RowFault> {
    let kind = match row.waived {
        Some(v1::waiver_row::Waived::Meal(ordinal)) => {
            let fault = RowFault::UnknownNumber { what: "meal ordinal", number: ordinal.cast_signed() };
            WaiverKind::Meal(u8::try_from(ordinal).map_err(|_| fault)?)
        }
        Some(v1::waiver_row::Waived::Exception(code)) => {
            WaiverKind::Exception(read_number::<ExceptionCode>(code, "exception")?)
        }
        None => return Err(RowFault::Missing { what: "what is waived" }),
    };
    Ok(Waiver { workday: Workday(row.workday), kind })
}

fn write_approval(employee: u32, approval: &Approval) -> v1::ApprovalRow {
    use v1::approval_row::Time as Row;
    let time = match approval.time {
        ApprovalTime::Span { start, end } => Row::Span(v1::InstantSpan { start: start.0, end: end.0 }),
        ApprovalTime::Workday(workday) => Row::Workday(workday.0),
        ApprovalTime::Length(workday, length) => {
            Row::Length(v1::WorkdayLength { workday: workday.0, seconds: length.0 })
        }
    };
    v1::ApprovalRow {
        employee,
        kind: approval.kind.wire_number(),
        time: Some(time),
        status: approval.status.wire_number(),
        choice: approval.choice.wire_number(),
        recorded_at: approval.recorded_at.0,
    }
}

fn read_approval(row: &v1::ApprovalRow) -> Result<Approval, RowFault> {
    use v1::approval_row::Time as Row;
    let time = match &row.time {
        Some(Row::Span(span)) => ApprovalTime::Span { start: Timestamp(span.start), end: Timestamp(span.end) },
        Some(Row::Workday(workday)) => ApprovalTime::Workday(Workday(*workday)),
        Some(Row::Length(length)) => ApprovalTime::Length(Workday(length.workday), Seconds(length.seconds)),
        None => return Err(RowFault::Missing { what: "the time of the approval" }),
    };
    let unknown = |what, number| move || RowFault::UnknownNumber { what, number };
    Ok(Approval {
        kind: Numbered::read(row.kind).ok_or_else(unknown("kind of approval", row.kind))?,
        time,
        status: Numbered::read(row.status).ok_or_else(unknown("status of an approval", row.status))?,
        choice: Numbered::read(row.choice).ok_or_else(unknown("compensation", row.choice))?,
        recorded_at: Timestamp(row.recorded_at),
    })
}

fn write_employment(employee: u32, employment: &Employment) -> v1::EmploymentRow {
    let day = |day: Option<Workday>| day.map(|day| day.0);
    v1::EmploymentRow { employee, hired: day(employment.hired), left: day(employment.left) }
}

fn read_employment(row: &v1::EmploymentRow) -> Employment {
    Employment { hired: row.hired.map(Workday), left: row.left.map(Workday) }
}

fn write_assignment(employee: u32, row: &Assignment, calendar: String) -> v1::AssignmentRow {
    let Assignment { from, ruleset, calendar: _, zone, tag, job } = *row;
    v1::AssignmentRow {
        calendar,
        employee,
        from: from.0,
        ruleset: ruleset.map(u32::from),
        zone: zone.map(u32::from),
        tag: tag.map(|tag| u32::from(tag.0)),
        job: u32::from(job.0),
    }
}

fn read_assignment(row: &v1::AssignmentRow, employees: &Employees<'_>) -> Result<Assignment, RowFault> {
    let known = |name| employees.names(row.employee).and_then(|names| names.calendar(name));
    let stated = Some(row.calendar.as_str()).filter(|name| !name.is_empty());
    let narrow = |value: u32| u16::try_from(value).map_err(|_| RowFault::NoSuchPosition { value });
    Ok(Assignment {
        from: Workday(row.from),
        ruleset: row.ruleset.map(narrow).transpose()?,
        calendar: stated.map(|name| known(name).unwrap_or(CalendarChoice::Named(NO_CALENDAR))),
        zone: row.zone.map(narrow).transpose()?,
        tag: row.tag.map(narrow).transpose()?.map(TagId),
        job: TagId(narrow(row.job)?),
    })
}

fn write_manual_hours(employee: u32, hours: &ManualHours, code: String) -> v1::ManualHoursRow {
    let ManualHours { workday, code: _, amount, recorded_at } = *hours;
    v1::ManualHoursRow { employee, workday: workday.0, code, seconds: amount.0, recorded_at: recorded_at.0 }
}

fn read_manual_hours(row: &v1::ManualHoursRow, employees: &Employees<'_>) -> ManualHours {
    ManualHours {
        workday: Workday(row.workday),
        code: employees.pay_code(row.employee, &row.code),
        amount: Seconds(row.seconds),
        recorded_at: Timestamp(row.recorded_at),
    }
}

fn write_override(employee: u32, stated: &Override, code: String) -> v1::OverrideRow {
    let Override { workday, code: _, amount, computed, recorded_at } = *stated;
    v1::OverrideRow {
        employee,
        workday: workday.0,
        code,
        seconds: amount.0,
        computed: computed.map(|computed| computed.0),
        recorded_at: recorded_at.0,
    }
}

fn read_override(row: &v1::OverrideRow, employees: &Employees<'_>) -> Override {
    Override {
        workday: Workday(row.workday),
        code: employees.pay_code(row.employee, &row.code),
        amount: Seconds(row.seconds),
        computed: row.computed.map(Seconds),
        recorded_at: Timestamp(row.recorded_at),
    }
}

fn write_attestation(employee: u32, said: &Attestation, question: String) -> v1::AttestationRow {
    let Attestation { workday, question: _, answer, recorded_at } = *said;
    v1::AttestationRow { employee, workday: workday.0, question, answer, recorded_at: recorded_at.0 }
}

fn read_attestation(row: &v1::AttestationRow, employees: &Employees<'_>) -> Attestation {
    let names = employees.names(row.employee).map_or(&[][..], |names| names.attestations.as_slice());
    let question = names.iter().position(|name| *name == row.question);
    Attestation {
        workday: Workday(row.workday),
        question: question.and_then(|position| u16::try_from(position).ok()).unwrap_or(NO_QUESTION),
        answer: row.answer,
        recorded_at: Timestamp(row.recorded_at),
    }
}

fn write_day_override(employee: u32, day: &DayOverride) -> v1::DayOverrideRow {
    let (from_seconds, to_seconds) = day.window.map(|window| (window.opens(), window.closes())).unzip();
    v1::DayOverrideRow {
        employee,
        workday: day.workday.0,
        day_type: day.day_type.wire_number(),
        from_seconds,
        to_seconds,
    }
}

fn read_day_override(row: &v1::DayOverrideRow) -> Result<DayOverride, RowFault> {
    let day_type = read_number::<DayType>(row.day_type, "day type")?;
    let window = match (row.from_seconds, row.to_seconds) {
        (None, None) => None,
        (Some(from), Some(to)) => Some(DayWindow::new(from, to).ok_or(RowFault::NotAPartOfADay)?),
        (None, Some(_)) | (Some(_), None) => return Err(RowFault::NotAPartOfADay),
    };
    Ok(DayOverride { workday: Workday(row.workday), day_type, window })
}

fn write_balance(employee: u32, balance: &OpeningBalance, rule: String) -> v1::OpeningBalanceRow {
    v1::OpeningBalanceRow { employee, rule, seconds: balance.amount.0 }
}

fn read_balance(row: &v1::OpeningBalanceRow, employees: &Employees<'_>) -> OpeningBalance {
    let names = employees.names(row.employee).map_or(&[][..], |names| names.rules.as_slice());
    let rule = names.iter().position(|name| *name == row.rule).and_then(|position| u16::try_from(position).ok());
    OpeningBalance { rule: RuleId(rule.unwrap_or(NO_RULE)), amount: Seconds(row.seconds) }
}

fn read_number<Set: Numbered>(number: i32, what: &'static str) -> Result<Set, RowFault> {
    Set::read(number).ok_or(RowFault::UnknownNumber { what, number })
}

#[cfg(test)]
mod tests {
    use super::*;
    use shiftmill_core::{
        ApprovalKind, ApprovalStatus, CardFacts, CarryKey, Compensation, EvaluationError, Layer, Multiplier,
        PayCodeInfo, Punch, RosterKind, ShiftFact, ShiftTimes, Unit,
    };

    fn names() -> Names {
        let list = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Names {
            rules: list(&["worked", "weekly-40"]),
            shifts: list(&["early", "late"]),
            leave: list(&["annual", "sick"]),
            carried: list(&["points/balance", "points/last"]),
            attestations: list(&["rest_taken", "meal_taken"]),
            calendars: list(&["hesse", "bavaria"]),
            pay_codes: ["regular", "overtime_1_5"].map(pay_code).to_vec(),
            ..Names::default()
        }
    }

    fn pay_code(name: &str) -> PayCodeInfo {
        let (layer, unit, multiplier) = (Layer::Base, Unit::Second, Multiplier::PLAIN);
        PayCodeInfo { name: name.to_owned(), layer, unit, paid: true, multiplier }
    }

    /// Cards with every kind of fact, in every form.
    fn cards() -> [CardFacts; 2] {
        let (day, at, recorded_at) = (Workday(20_514), Timestamp(1_772_456_400), Timestamp(5));
        let punch = |kind| Punch { at, kind, id: Some(9), tag: TagId(2), recorded_at: Some(recorded_at) };
        let correction = |kind| Correction { kind, recorded_at };
        let leave = |code, time| Leave { code, time, recorded_at };
        let (status, choice) = (ApprovalStatus::Pending, Compensation::Bank);
        let approval = |kind, time| Approval { kind, time, status, choice, recorded_at };
        let full = CardFacts {
            employee: "E-1".to_owned(),
            tag: TagId(1),
            punches: PunchKind::ALL.iter().map(|kind| punch(*kind)).collect(),
            shifts: vec![
                ShiftFact { tag: TagId(3), ..ShiftFact::work(day, ShiftTimes::Clock { start: 32_400, end: 64_800 }) },
                ShiftFact::work(day.plus(1), ShiftTimes::Template(1)),
                ShiftFact::whole_day(day.plus(2), RosterKind::Rest),
                ShiftFact::work(day.plus(4), ShiftTimes::Length(Seconds::hours(8))),
                ShiftFact::work(day.plus(5), ShiftTimes::FreeEnd { start: 28_800, expects: Seconds::hours(6) }),
                ShiftFact { split: 255, ..ShiftFact::work(day.plus(3), ShiftTimes::Clock { start: 0, end: 60 }) },
            ],
            leave: vec![
                leave(0, LeaveTime::Span { start: at, end: Timestamp(at.0 + 60) }),
                leave(1, LeaveTime::Workday(day)),
                leave(1, LeaveTime::HalfDay(day, DayHalf::First)),
                leave(1, LeaveTime::HalfDay(day, DayHalf::Second)),
                leave(1, LeaveTime::Amount(day, Seconds(3_600))),
            ],
            corrections: vec![
                correction(CorrectionKind::Add { at, kind: PunchKind::Out, tag: TagId(1) }),
                correction(CorrectionKind::Void(PunchRef::Id(9))),
                correction(CorrectionKind::Retime { punch: PunchRef::At(at, PunchKind::In), to: at }),
                correction(CorrectionKind::SetKind { punch: PunchRef::Id(9), kind: PunchKind::MealEnd }),
            ],
            waivers: [WaiverKind::Meal(1), WaiverKind::Exception(ExceptionCode::LateIn)]
                .map(|kind| Waiver { workday: day, kind })
                .to_vec(),
            day_overrides: DayType::ALL
                .iter()
                .map(|it| DayOverride {
                    workday: day,
                    day_type: *it,
                    window: DayWindow::new(0, u32::from(it.number())),
                })
                .collect(),
            approvals: vec![
                approval(ApprovalKind::Overtime, ApprovalTime::Span { start: at, end: Timestamp(at.0 + 60) }),
                approval(ApprovalKind::Trip, ApprovalTime::Workday(day)),
                approval(ApprovalKind::Callback, ApprovalTime::Length(day, Seconds(3_600))),
            ],
            employment: vec![
                Employment { hired: None, left: Some(day) },
                Employment { hired: Some(day.plus(9)), left: None },
            ],
            manual_hours: vec![ManualHours { workday: day, code: PayCode(1), amount: Seconds(60), recorded_at }],
            overrides: [(0, None), (7_200, Some(Seconds::ZERO)), (1, Some(Seconds(90)))]
                .map(|(amount, computed)| Override {
                    workday: day,
                    code: PayCode(1),
                    amount: Seconds(amount),
                    computed,
                    recorded_at,
                })
                .to_vec(),
            attestations: [true, false]
                .map(|answer| Attestation { workday: day, question: u16::from(answer), answer, recorded_at })
                .to_vec(),
            assignments: [Some(CalendarChoice::Named(CalendarId(1))), Some(CalendarChoice::Own), None]
                .map(|calendar| Assignment {
                    from: day,
                    ruleset: Some(0),
                    calendar,
                    zone: Some(0),
                    tag: Some(TagId(2)),
                    job: TagId(3),
                })
                .to_vec(),
            opening_balances: vec![OpeningBalance { rule: RuleId(1), amount: Seconds(7_200) }],
            carried: [1, 0].map(|key| Carried { key: CarryKey(key), value: -4 }).to_vec(),
            ..CardFacts::default()
        };
        [CardFacts { employee: "E-0".to_owned(), ..CardFacts::default() }, full]
    }

    fn batch() -> TimecardBatch {
        let mut batch = TimecardBatch::default();
        for card in cards() {
            batch.push(&card).unwrap();
        }
        batch
    }

    fn read_as_served(chunk: v1::Chunk) -> Result<TimecardBatch, ChunkFault> {
        let (names, vocabulary) = (names(), Vocabulary::new([&names()]));
        let header = HeaderNames::read(vocabulary.shifts(), vocabulary.carried_keys(), &[&names]).unwrap();
        let known = Known { rulesets: &[&names], header: &header, zones: 1, tags: 3 };
        read(chunk, &known).map(|(batch, _)| batch.into_columns())
    }

    #[test]
    fn every_kind_of_fact_comes_back_as_it_was() {
        let vocabulary = Vocabulary::new([&names()]);
        let mut expected = batch();
        let chunk = write(3, batch(), &vocabulary);
        let found = read_as_served(chunk.clone()).unwrap();
        // Carried values are put in order.
        expected.carried = Sparse::default();
        for key in [0, 1] {
            assert!(expected.carried.push(1, Carried { key: CarryKey(key), value: -4 }));
        }
        assert_eq!(format!("{found:?}"), format!("{expected:?}"));
        assert_eq!(write(3, found, &vocabulary), chunk);
    }

    #[test]
    fn nothing_of_a_wrong_batch_is_left_out_so_that_the_service_refuses_it() {
        let vocabulary = Vocabulary::new([&names()]);
        let refused = |batch| read_as_served(write(3, batch, &vocabulary)).unwrap_err().path();
        let mut stranger = batch();
        assert!(stranger.waivers.push(7, Waiver { workday: Workday(20_514), kind: WaiverKind::Meal(1) }));
        assert_eq!(refused(stranger), "waivers");
        let mut unnamed = batch();
        unnamed.shift_template[1] = 3;
        assert_eq!(refused(unnamed), "shift_template[1]");
        let mut unnamed = batch();
        assert!(unnamed.carried.push(1, Carried { key: CarryKey(2), value: 0 }));
        assert_eq!(refused(unnamed), "carried_key[2]");
    }

    #[test]
    fn a_calendar_that_no_ruleset_has_is_an_error_of_its_card() {
        let (names, mut chunk) = (names(), write(3, batch(), &Vocabulary::new([&names()])));
        chunk.assignments[1].calendar = "ruritania".to_owned();
        let header = HeaderNames::default();
        chunk.shift_template.clear();
        let known = Known { rulesets: &[&names], header: &header, zones: 1, tags: 3 };
        chunk.carried_owner.clear();
        chunk.carried_key.clear();
        chunk.carried_value.clear();
        let (read, unknown) = read(chunk, &known).unwrap();
        let error = EvaluationError::UnknownCalendar { index: 1, ruleset: 0, calendar: NO_CALENDAR.0 };
        assert_eq!(read.assignments(1)[1].calendar, Some(CalendarChoice::Named(NO_CALENDAR)));
        assert_eq!((unknown.of(error, 1), unknown.of(error, 0)), (Some("ruritania"), None));
        let mut unnamed = batch();
        assert_eq!(Vocabulary::new([&names]).check(&unnamed), Ok(()));
        let beyond = Some(CalendarChoice::Named(CalendarId(2)));
        let last = unnamed.assignments.iter().last().map(|(_, row)| Assignment { calendar: beyond, ..*row }).unwrap();
        assert!(unnamed.assignments.push(1, last));
        let error = Vocabulary::new([&names]).check(&unnamed).unwrap_err();
        assert_eq!(error.to_string(), "employee `E-1`: the ruleset has no calendar with the number 2");
    }

    #[test]
    fn faults_have_the_path_of_the_wrong_entry() {
        type Damage = fn(&mut v1::Chunk);
        let damages: [(&str, Damage); 24] = [
            ("punch_kind", |chunk| chunk.punch_kind.truncate(3)),
            ("punch_kind[4]", |chunk| chunk.punch_kind[4] = 99),
            ("punch_base", |chunk| chunk.punch_base = i64::MAX),
            ("ruleset[1]", |chunk| chunk.ruleset[1] = 70_000),
            ("zone[0]", |chunk| chunk.zone[0] = 1),
            ("shift_template[1]", |chunk| chunk.shift_template[1] = 3),
            ("shift_kind[2]", |chunk| chunk.shift_kind[2] = 5),
            ("shift_free_end[1]", |chunk| chunk.shift_free_end[1] = 2),
            ("tag[1]", |chunk| chunk.tag[1] = 4),
            ("punch_tag[5]", |chunk| chunk.punch_tag[5] = 70_000),
            ("punch_tag", |chunk| chunk.punch_tag.truncate(2)),
            ("punch_recorded_at", |chunk| chunk.punch_recorded_at.truncate(2)),
            ("shift_tag[0]", |chunk| chunk.shift_tag[0] = 4),
            ("corrections[0]", |chunk| chunk.corrections[0].tag = 70_000),
            ("leave[2]", |chunk| chunk.leave[2].time = None),
            ("leave[0]", |chunk| chunk.leave[0].half = 1),
            ("leave[2]", |chunk| chunk.leave[2].half = 3),
            ("corrections[1]", |chunk| chunk.corrections[1].correction = None),
            ("waivers[1]", |chunk| chunk.waivers[1].waived = Some(v1::waiver_row::Waived::Meal(256))),
            ("day_overrides[0]", |chunk| chunk.day_overrides[0].from_seconds = Some(0)),
            ("day_overrides[1]", |chunk| chunk.day_overrides[1].to_seconds = Some(86_401)),
            ("day_overrides[6]", |chunk| chunk.day_overrides[6].employee = 0),
            ("carried_key[1]", |chunk| chunk.carried_key[1] = 0),
            ("carried_value", |chunk| chunk.carried_value.clear()),
        ];
        let chunk = write(3, batch(), &Vocabulary::new([&names()]));
        for (path, damage) in damages {
            let mut damaged = chunk.clone();
            damage(&mut damaged);
            assert_eq!(read_as_served(damaged).unwrap_err().path(), path);
        }
    }

    #[test]
    fn every_column_of_a_batch_has_a_field_of_its_name_and_no_field_is_left_over() {
        let mut expected: Vec<&str> = TimecardBatch::COLUMNS.to_vec();
        // The number of a chunk is not a fact, and rows of two numbers are columns.
        expected.retain(|column| *column != "carried");
        expected.extend(["number", "carried_owner", "carried_key", "carried_value"]);
        expected.sort_unstable();
        let mut fields = crate::descriptor::fields("Chunk");
        fields.sort_unstable();
        assert_eq!(fields, expected);
    }
}
