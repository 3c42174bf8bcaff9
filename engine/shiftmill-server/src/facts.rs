//! Chunks as batches of timecards. Columns move over; only narrow columns, a few entries per employee or shift, are
//! written anew.

use shiftmill::core::{
    BatchError, Carried, CheckedBatch, Correction, CorrectionKind, DayOverride, DayType, ExceptionCode, Leave,
    LeaveTime, Names, OpeningBalance, PunchKind, PunchRef, RuleId, Seconds, Sparse, TimecardBatch, Timestamp, Waiver,
    WaiverKind, Workday,
};
use shiftmill_proto::v1;

use crate::config::Limits;
use crate::problem::{Kind, Problem};
use crate::resolved_header::{ResolvedHeader, days};

/// A leave code that no ruleset has: the card, and only it, gets `SM-UNKNOWN-LEAVE`.
const NO_LEAVE: u16 = u16::MAX;
/// A rule that no ruleset has: the card, and only it, gets `SM-UNKNOWN-RULE`.
const NO_RULE: u16 = u16::MAX;

/// Reads a chunk. Whatever is wrong with it is said with the path of the first wrong entry.
pub(crate) fn read(mut chunk: v1::Chunk, header: &ResolvedHeader, limits: &Limits) -> Result<CheckedBatch, Problem> {
    let at = Path(chunk.number);
    check_size(chunk.employees.len(), days(&header.request.window), limits)
        .map_err(|message| Problem::at(Kind::TooMany, at.column("employees"), message))?;
    let ruleset = narrow(std::mem::take(&mut chunk.ruleset), &at, "ruleset")?;
    let employees = Employees { ruleset: &ruleset, count: chunk.employees.len(), header };
    let shift_template = templates(&chunk.shift_template, &chunk.shift_count, &employees, &at)?;
    let leave = sparse(&chunk.leave, &at, "leave", |row| (row.employee, leave(row, &employees)))?;
    let corrections = sparse(&chunk.corrections, &at, "corrections", |row| (row.employee, correction(row)))?;
    let waivers = sparse(&chunk.waivers, &at, "waivers", |row| (row.employee, waiver(row)))?;
    let day_overrides = sparse(&chunk.day_overrides, &at, "day_overrides", |row| (row.employee, day_override(row)))?;
    let opening_balances =
        sparse(&chunk.opening_balances, &at, "opening_balances", |row| (row.employee, Ok(balance(row, &employees))))?;
    let carried = carried(&chunk, &employees, &at)?;
    let shifts = chunk.shift_workday.len();
    let batch = TimecardBatch {
        zone: narrow(chunk.zone, &at, "zone")?,
        employees: chunk.employees,
        ruleset,
        punch_count: chunk.punch_count,
        punch_base: Timestamp(chunk.punch_base),
        punch_at: chunk.punch_at,
        punch_kind: chunk.punch_kind,
        punch_id: chunk.punch_id,
        shift_count: chunk.shift_count,
        shift_workday: chunk.shift_workday,
        shift_start: or_zeros(chunk.shift_start, shifts),
        shift_end: or_zeros(chunk.shift_end, shifts),
        shift_template,
        leave,
        corrections,
        waivers,
        day_overrides,
        opening_balances,
        carried,
    };
    let (rulesets, zones) = (header.request.rulesets.len(), header.request.zones.zones.len());
    batch.check(rulesets, zones).map_err(|error| problem(&error, &at))
}

/// Few bytes of facts can have many rows of results: employees without punches, in a long window.
fn check_size(employees: usize, days: usize, limits: &Limits) -> Result<(), String> {
    let (employees_max, most) = (limits.employees_per_chunk, limits.employee_days_per_chunk);
    if employees > employees_max {
        return Err(format!("the chunk has {employees} employees, the most is {employees_max}"));
    }
    if employees.saturating_mul(days) > most {
        return Err(format!("{employees} employees over {days} days: employees times days must not exceed {most}"));
    }
    Ok(())
}

/// The bytes that a chunk takes in memory, about.
pub(crate) fn bytes(chunk: &v1::Chunk) -> usize {
    let keys: usize = chunk.employees.iter().map(|key| key.len() + size_of::<String>()).sum();
    let per_employee = chunk.ruleset.len() + chunk.zone.len() + chunk.punch_count.len() + chunk.shift_count.len();
    let shifts = chunk.shift_workday.len() + chunk.shift_start.len() + chunk.shift_end.len();
    let words = per_employee + chunk.punch_at.len() + shifts + chunk.shift_template.len() + chunk.punch_id.len() * 2;
    let rows = chunk.leave.len()
        + chunk.corrections.len()
        + chunk.waivers.len()
        + chunk.day_overrides.len()
        + chunk.opening_balances.len();
    let carried = chunk.carried_owner.len().max(chunk.carried_key.len()).max(chunk.carried_value.len());
    keys + words * 4 + chunk.punch_kind.len() + rows * 96 + carried * 20
}

/// Paths into one chunk.
struct Path(u64);

impl Path {
    fn column(&self, column: &str) -> String {
        format!("chunks[{}].{column}", self.0)
    }

    fn entry(&self, column: &str, index: usize) -> String {
        format!("chunks[{}].{column}[{index}]", self.0)
    }
}

/// What the employees of a chunk go by.
struct Employees<'a> {
    ruleset: &'a [u16],
    count: usize,
    header: &'a ResolvedHeader,
}

impl Employees<'_> {
    fn ruleset(&self, employee: usize) -> usize {
        self.ruleset.get(employee).map_or(0, |ruleset| usize::from(*ruleset))
    }

    fn names(&self, employee: u32) -> Option<&Names> {
        self.header.names(self.ruleset(employee as usize))
    }
}

fn narrow(column: Vec<u32>, at: &Path, name: &str) -> Result<Vec<u16>, Problem> {
    let narrow = |(index, value)| {
        u16::try_from(value).map_err(|_| {
            Problem::at(Kind::ValueUnknown, at.entry(name, index), format!("{value} is more than there can be"))
        })
    };
    column.into_iter().enumerate().map(narrow).collect()
}

fn or_zeros(column: Vec<i32>, length: usize) -> Vec<i32> {
    if column.is_empty() { vec![0; length] } else { column }
}

/// The column of templates: numbers of the header's shifts become numbers of each employee's ruleset.
fn templates(column: &[u32], counts: &[u32], employees: &Employees<'_>, at: &Path) -> Result<Vec<u16>, Problem> {
    let mut templates = Vec::with_capacity(column.len());
    let mut rest = column.iter().enumerate();
    for (employee, count) in counts.iter().enumerate().take(employees.count) {
        let known = employees.header.templates.get(employees.ruleset(employee)).map_or(&[][..], Vec::as_slice);
        for (index, number) in rest.by_ref().take(*count as usize) {
            let template = match number.checked_sub(1) {
                None => Some(0),
                Some(position) => known.get(position as usize).copied(),
            };
            templates.push(template.ok_or_else(|| {
                let message = format!("the header names {} shifts, this is number {number}", known.len());
                Problem::at(Kind::ValueUnknown, at.entry("shift_template", index), message)
            })?);
        }
    }
    // Entries without an employee are left to the check of lengths.
    templates.extend(rest.map(|_| 0));
    Ok(templates)
}

/// Rows that few employees have. A row that cannot be read is `Err` with its message.
fn sparse<Row, Fact>(
    rows: &[Row],
    at: &Path,
    name: &str,
    read: impl Fn(&Row) -> (u32, Result<Fact, (Kind, String)>),
) -> Result<Sparse<Fact>, Problem> {
    let mut sparse = Sparse::default();
    for (index, row) in rows.iter().enumerate() {
        let (owner, fact) = read(row);
        let fact = fact.map_err(|(kind, message)| Problem::at(kind, at.entry(name, index), message))?;
        if !sparse.push(owner, fact) {
            let message = "rows must stand in the order of their employees";
            return Err(Problem::at(Kind::RowsUnordered, at.entry(name, index), message));
        }
    }
    Ok(sparse)
}

/// Carried values: positions of the header's keys become numbers of each employee's ruleset.
fn carried(chunk: &v1::Chunk, employees: &Employees<'_>, at: &Path) -> Result<Sparse<Carried>, Problem> {
    let (owners, keys, values) = (&chunk.carried_owner, &chunk.carried_key, &chunk.carried_value);
    for (column, length) in [("carried_key", keys.len()), ("carried_value", values.len())] {
        if length != owners.len() {
            let message = format!("the column has {length} entries, `carried_owner` has {}", owners.len());
            return Err(Problem::at(Kind::ColumnsUneven, at.column(column), message));
        }
    }
    let rows = || owners.iter().zip(keys);
    if let Some(index) = rows().zip(rows().skip(1)).position(|(row, next)| next <= row) {
        let message = "rows must stand in the order of their employees and keys, each key once";
        return Err(Problem::at(Kind::RowsUnordered, at.entry("carried_key", index + 1), message));
    }
    let mut carried = Sparse::default();
    for (index, ((owner, key), value)) in rows().zip(values).enumerate() {
        let known =
            employees.header.carried_keys.get(employees.ruleset(*owner as usize)).map_or(&[][..], Vec::as_slice);
        let key = match known.get(*key as usize) {
            Some(Some(key)) => *key,
            Some(None) => {
                let message = "the employee's ruleset does not carry this key";
                return Err(Problem::at(Kind::NameUnknown, at.entry("carried_key", index), message));
            }
            None => {
                let message = format!("the header names {} carried keys, this is position {key}", known.len());
                return Err(Problem::at(Kind::ValueUnknown, at.entry("carried_key", index), message));
            }
        };
        // In order, as has been checked.
        let _in_order = carried.push(*owner, Carried { key, value: *value });
    }
    Ok(carried)
}

type Read<Fact> = Result<Fact, (Kind, String)>;

fn missing<Fact>(what: &str) -> Read<Fact> {
    Err((Kind::ValueUnknown, format!("{what} is missing")))
}

fn leave(row: &v1::LeaveRow, employees: &Employees<'_>) -> Read<Leave> {
    let names = employees.names(row.employee).map_or(&[][..], |names| names.leave.as_slice());
    let position = names.iter().position(|name| *name == row.code).and_then(|position| u16::try_from(position).ok());
    let code = position.unwrap_or(NO_LEAVE);
    let time = match &row.time {
        Some(v1::leave_row::Time::Span(span)) => {
            LeaveTime::Span { start: Timestamp(span.start), end: Timestamp(span.end) }
        }
        Some(v1::leave_row::Time::Workday(workday)) => LeaveTime::Workday(Workday(*workday)),
        Some(v1::leave_row::Time::Amount(amount)) => {
            LeaveTime::Amount(Workday(amount.workday), Seconds(amount.seconds))
        }
        None => return missing("the time of the leave"),
    };
    Ok(Leave { code, time, recorded_at: Timestamp(row.recorded_at) })
}

fn correction(row: &v1::CorrectionRow) -> Read<Correction> {
    let kind = match &row.correction {
        Some(v1::correction_row::Correction::Add(punch)) => {
            CorrectionKind::Add { at: Timestamp(punch.at), kind: punch_kind(punch.kind)? }
        }
        Some(v1::correction_row::Correction::Void(punch)) => CorrectionKind::Void(punch_ref(Some(punch))?),
        Some(v1::correction_row::Correction::Retime(retime)) => {
            CorrectionKind::Retime { punch: punch_ref(retime.punch.as_ref())?, to: Timestamp(retime.to) }
        }
        None => return missing("what the correction does"),
    };
    Ok(Correction { kind, recorded_at: Timestamp(row.recorded_at) })
}

fn punch_ref(punch: Option<&v1::PunchRef>) -> Read<PunchRef> {
    match punch.and_then(|punch| punch.punch.as_ref()) {
        Some(v1::punch_ref::Punch::Id(id)) => Ok(PunchRef::Id(*id)),
        Some(v1::punch_ref::Punch::At(at)) => Ok(PunchRef::At(Timestamp(at.at), punch_kind(at.kind)?)),
        None => missing("the punch that is corrected"),
    }
}

fn punch_kind(number: i32) -> Read<PunchKind> {
    coded(number, PunchKind::from_number, "punch kind")
}

fn waiver(row: &v1::WaiverRow) -> Read<Waiver> {
    let kind = match row.waived {
        Some(v1::waiver_row::Waived::Meal(ordinal)) => {
            WaiverKind::Meal(coded(ordinal.cast_signed(), Some, "meal ordinal")?)
        }
        Some(v1::waiver_row::Waived::Exception(code)) => {
            WaiverKind::Exception(coded(code, ExceptionCode::from_number, "exception")?)
        }
        None => return missing("what is waived"),
    };
    Ok(Waiver { workday: Workday(row.workday), kind })
}

fn day_override(row: &v1::DayOverrideRow) -> Read<DayOverride> {
    let day_type = coded(row.day_type, DayType::from_number, "day type")?;
    Ok(DayOverride { workday: Workday(row.workday), day_type })
}

fn balance(row: &v1::OpeningBalanceRow, employees: &Employees<'_>) -> OpeningBalance {
    let names = employees.names(row.employee).map_or(&[][..], |names| names.rules.as_slice());
    let rule = names.iter().position(|name| *name == row.rule).and_then(|position| u16::try_from(position).ok());
    OpeningBalance { rule: RuleId(rule.unwrap_or(NO_RULE)), amount: Seconds(row.seconds) }
}

fn coded<Coded>(number: i32, read: impl Fn(u8) -> Option<Coded>, what: &str) -> Read<Coded> {
    let coded = u8::try_from(number).ok().and_then(read);
    coded.ok_or_else(|| (Kind::ValueUnknown, format!("no {what} has the number {number}")))
}

/// What the check of a batch found, with its path.
fn problem(error: &BatchError, at: &Path) -> Problem {
    let (kind, field) = match error {
        BatchError::UnevenColumn { column, .. } => (Kind::ColumnsUneven, at.column(column)),
        BatchError::UnknownValue { column, index, .. } => (Kind::ValueUnknown, at.entry(column, *index)),
        BatchError::BaseOutOfCalendar { .. } => (Kind::ValueUnknown, at.column("punch_base")),
        BatchError::TooMany { column, index, .. } => (Kind::TooMany, at.entry(column, *index)),
        BatchError::NoSuchEmployee { column, .. } => (Kind::RowsUnordered, at.column(column)),
    };
    Problem::at(kind, field, error.to_string())
}
