//! Timecards of many employees as columns: the one form in which facts reach the engine.

use alloc::{string::String, vec::Vec};
use core::ops::Range;

use crate::codes::{PunchKind, RosterKind};
use crate::facts::CardFacts;
use crate::tags::TagId;
use crate::text::is_plain;
use crate::time::{Timestamp, Workday};
use crate::timecard::{
    Approval, Assignment, Attestation, Carried, Correction, CorrectionKind, DayOverride, Employment, Leave,
    ManualHours, OpeningBalance, Override, PunchColumns, ScheduleColumns, Timecard, Waiver,
};
use crate::zone::Zone;

/// Most punches that one timecard may hold.
pub const PUNCHES_PER_TIMECARD_MAX: u32 = 20_000;
/// Most scheduled shifts that one timecard may hold.
pub const SHIFTS_PER_TIMECARD_MAX: u32 = 2_000;

/// Most bytes of the key of an employee.
pub const EMPLOYEE_KEY_BYTES_MAX: usize = 200;

/// True for a text that may be the key of an employee: short, and without hidden characters, so that a person who reads
/// it sees all of it.
///
/// ```
/// use shiftmill_core::is_employee_key;
/// assert!(is_employee_key("E-100") && is_employee_key("王小明"));
/// assert!(!is_employee_key("E\n100") && !is_employee_key(&"E".repeat(201)));
/// ```
pub fn is_employee_key(text: &str) -> bool {
    text.len() <= EMPLOYEE_KEY_BYTES_MAX && is_plain(text)
}

/// Most rows of leave, corrections, waivers, decided day types, approvals, manual hours, attestations, overrides or
/// balances that one timecard may hold, each.
pub const ROWS_PER_TIMECARD_MAX: u32 = 2_000;

/// Most assignments by date that one timecard may hold.
pub const ASSIGNMENTS_PER_TIMECARD_MAX: u32 = 32;

/// Declares the columns of a batch once: their names, types, lengths and checks.
///
/// - `employee`: columns with one entry per employee.
/// - `rows … by`: columns with one entry per row; the column behind `by` counts the rows of each employee.
/// - `sparse`: rows that few employees have, each with its owner, and what messages call the column of owners.
///
/// After each column comes its check: [`even`] when every entry is needed, [`even_or_empty`] when the column may be
/// left out.
macro_rules! batch {
    (
        $(#[$meta:meta])* $batch:ident
        employee { $($(#[$employee_doc:meta])* $employee:ident: $employee_type:ty, $employee_even:ident;)+ }
        $(
            rows $table:ident by $(#[$count_doc:meta])* $count:ident, $count_even:ident, at most $most:ident {
                $($(#[$doc:meta])* $column:ident: $type:ty, $even:ident;)+
            }
        )+
        sparse { $($(#[$sparse_doc:meta])* $sparse:ident: $sparse_type:ty as $owner:literal;)+ }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default)]
        pub struct $batch {
            /// One key per employee, as the caller knows them.
            pub employees: Vec<String>,
            /// The instant from which `punch_at` counts.
            pub punch_base: Timestamp,
            $($(#[$employee_doc])* pub $employee: Vec<$employee_type>,)+
            $(
                $(#[$count_doc])* pub $count: Vec<u32>,
                $($(#[$doc])* pub $column: Vec<$type>,)+
            )+
            $($(#[$sparse_doc])* pub $sparse: Sparse<$sparse_type>,)+
        }

        /// Where the rows of each employee begin.
        #[derive(Clone, Debug)]
        struct Starts { $($table: Vec<u32>,)+ }

        impl $batch {
            /// The names of all columns, in order.
            pub const COLUMNS: &'static [&'static str] = &[
                "employees", "punch_base",
                $(stringify!($employee),)+
                $(stringify!($count), $(stringify!($column),)+)+
                $(stringify!($sparse),)+
            ];

            /// Checks the lengths of all columns.
            fn check_lengths(&self) -> Result<Starts, BatchError> {
                let employees = self.employees.len();
                $($employee_even(stringify!($employee), self.$employee.len(), employees)?;)+
                $(
                    $count_even(stringify!($count), self.$count.len(), employees)?;
                    let $table = starts(stringify!($count), &self.$count, employees, $most)?;
                    let rows = $table.last().map_or(0, |total| *total as usize);
                    $($even(stringify!($column), self.$column.len(), rows)?;)+
                )+
                Ok(Starts { $($table,)+ })
            }

            /// Checks that the owner of every sparse row is in the batch, and has not too many.
            fn check_owners(&self) -> Result<(), BatchError> {
                let employees = self.employees.len();
                $(owned($owner, &self.$sparse.owners, employees)?;)+
                Ok(())
            }

            /// Adds the sparse rows of an employee.
            pub(crate) fn push_sparse(&mut self, owner: u32, facts: &CardFacts) {
                $(self.$sparse.extend(owner, &facts.$sparse);)+
            }
        }
    };
}

batch! {
    /// Facts of many employees. Employee `i` owns the next `punch_count[i]` punches, `shift_count[i]` shifts and so on.
    /// Public columns; [`TimecardBatch::check`] turns them into a [`CheckedBatch`].
    TimecardBatch
    employee {
        /// Which of the request's rulesets; empty when all use the first.
        ruleset: u16, even_or_empty;
        /// Which of the request's zones; empty when all use the first.
        zone: u16, even_or_empty;
        /// Rows of the employee that could not be read; empty when there are none.
        rejected_rows: u32, even_or_empty;
        /// Their tags, by position in the request's dictionary; empty when nobody has one.
        tag: TagId, even_or_empty;
    }
    rows punches by
        /// Punches per employee.
        punch_count, even, at most PUNCHES_PER_TIMECARD_MAX
    {
        /// Seconds after `punch_base`.
        punch_at: i32, even;
        /// [`PunchKind`] by number; empty when every punch is unknown.
        punch_kind: u8, even_or_empty;
        /// The caller's number of each punch; empty when they have none.
        punch_id: u64, even_or_empty;
        /// The tag of each punch; empty when none has one.
        punch_tag: TagId, even_or_empty;
        /// When each punch became known, in seconds after `punch_base`; empty when each did at its own instant.
        punch_recorded_at: i32, even_or_empty;
    }
    rows shifts by
        /// Scheduled shifts per employee; empty when there are none.
        shift_count, even_or_empty, at most SHIFTS_PER_TIMECARD_MAX
    {
        /// Workday of each shift.
        shift_workday: i32, even;
        /// Start in wall-clock seconds of the workday.
        shift_start: i32, even;
        /// End in wall-clock seconds of the workday.
        shift_end: i32, even;
        /// See [`ScheduleColumns::template`]; empty: all 0.
        shift_template: u16, even_or_empty;
        /// [`RosterKind`] by number; empty when every row is a shift to work.
        shift_kind: u8, even_or_empty;
        /// The tag of each row; empty when none has one.
        shift_tag: TagId, even_or_empty;
        /// See [`ScheduleColumns::split`]; empty: all 0.
        shift_split: u8, even_or_empty;
        /// See [`ScheduleColumns::hours`]; empty: all 0.
        shift_hours: u32, even_or_empty;
        /// See [`ScheduleColumns::free_end`]; empty: all 0.
        shift_free_end: u8, even_or_empty;
    }
    sparse {
        /// Approved leave.
        leave: Leave as "leave";
        /// Corrections of punches.
        corrections: Correction as "corrections";
        /// Waivers.
        waivers: Waiver as "waivers";
        /// Day types decided per employee.
        day_overrides: DayOverride as "day_overrides";
        /// Requests and what was decided about them.
        approvals: Approval as "approvals";
        /// When employees were employed.
        employment: Employment as "employment";
        /// What changes for employees by date.
        assignments: Assignment as "assignments";
        /// Hours that people added.
        manual_hours: ManualHours as "manual_hours";
        /// What employees attested.
        attestations: Attestation as "attestations";
        /// Pay lines that people stated.
        overrides: Override as "overrides";
        /// Counters carried in.
        opening_balances: OpeningBalance as "opening_balances";
        /// What plugins carried over from the pay period before.
        carried: Carried as "carried_owner";
    }
}

/// Rows that few employees have: the owner of each row, ascending, and the row.
#[derive(Clone, Debug)]
pub struct Sparse<T> {
    owners: Vec<u32>,
    rows: Vec<T>,
}

impl<T> Default for Sparse<T> {
    fn default() -> Sparse<T> {
        Sparse { owners: Vec::new(), rows: Vec::new() }
    }
}

impl<T> Sparse<T> {
    /// Adds a row of employee number `owner`. False, and nothing added, when an earlier row has a later owner.
    #[must_use]
    pub fn push(&mut self, owner: u32, row: T) -> bool {
        let in_order = self.owners.last().is_none_or(|last| *last <= owner);
        if in_order {
            self.owners.push(owner);
            self.rows.push(row);
        }
        in_order
    }

    /// Adds the rows of the last employee so far.
    pub(crate) fn extend(&mut self, owner: u32, rows: &[T])
    where
        T: Clone,
    {
        self.owners.extend(rows.iter().map(|_| owner));
        self.rows.extend_from_slice(rows);
    }

    /// The rows of one employee.
    pub fn of(&self, owner: u32) -> &[T] {
        if self.owners.is_empty() {
            return &[];
        }
        let from = self.owners.partition_point(|other| *other < owner);
        let to = self.owners.partition_point(|other| *other <= owner);
        self.rows.get(from..to).unwrap_or(&[])
    }

    /// The position of the first row of an employee, or of the place where it would be.
    pub fn first_of(&self, owner: u32) -> usize {
        self.owners.partition_point(|other| *other < owner)
    }

    /// Every row with its owner, in order.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        self.owners.iter().copied().zip(&self.rows)
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// True when there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

/// Why columns cannot be timecards. The column is named as in the API; `index` points at the first bad entry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BatchError {
    /// A column has the wrong length.
    #[error("column `{column}` has {found} entries where {expected} are needed")]
    UnevenColumn {
        /// The column.
        column: &'static str,
        /// The entries that it should have.
        expected: usize,
        /// The entries that it has.
        found: usize,
    },
    /// A number that means nothing.
    #[error("column `{column}` has no meaning for the value {value} at position {index}")]
    UnknownValue {
        /// The column.
        column: &'static str,
        /// Where.
        index: usize,
        /// The value.
        value: i64,
    },
    /// A text that may not be the key of an employee.
    #[error("the key of employee {index} has more than {EMPLOYEE_KEY_BYTES_MAX} bytes, or hidden characters")]
    KeyNotPlain {
        /// Which employee.
        index: usize,
    },
    /// The base instant of punches lies where there are no dates.
    #[error("`punch_base` is {base}, which is not between the years 1 and 9999")]
    BaseOutOfCalendar {
        /// The base.
        base: i64,
    },
    /// More rows for one employee than an evaluation takes.
    #[error("employee {index} has {found} entries in `{column}`; the maximum is {most}")]
    TooMany {
        /// The column of counts.
        column: &'static str,
        /// Which employee.
        index: usize,
        /// How many there are.
        found: u32,
        /// How many there may be.
        most: u32,
    },
    /// An employee without a key.
    #[error("the key of employee {index} is empty")]
    NoKey {
        /// Which employee.
        index: usize,
    },
    /// Two entries for one employee. Each would be paid as if the other did not exist.
    #[error(
        "employee `{key}` is given twice, as entries {first} and {index}; give all facts of an employee in one entry"
    )]
    KeyTwice {
        /// The key.
        key: String,
        /// The entry before.
        first: usize,
        /// The entry that has its key.
        index: usize,
    },
    /// A sparse row belongs to an employee that is not in the batch.
    #[error("column `{column}` names employee {owner}, the batch has {employees}")]
    NoSuchEmployee {
        /// The column.
        column: &'static str,
        /// The owner named.
        owner: u32,
        /// How many employees there are.
        employees: usize,
    },
}

/// Columns that fit together, with where each employee's rows begin.
#[derive(Clone, Debug)]
pub struct CheckedBatch {
    columns: TimecardBatch,
    starts: Starts,
    /// Whether some punch, raw or corrected, has a rare kind.
    rare_kinds: bool,
}

impl TimecardBatch {
    /// Checks that all columns fit together and every number has a meaning, against the numbers of
    /// `rulesets`, `zones` and `tags` of the request.
    ///
    /// # Errors
    /// The first [`BatchError`] met.
    pub fn check(self, rulesets: usize, zones: usize, tags: usize) -> Result<CheckedBatch, BatchError> {
        check_keys(&self.employees)?;
        let starts = self.check_lengths()?;
        known("punch_kind", &self.punch_kind, |kind| PunchKind::from_number(*kind).is_some())?;
        known("shift_kind", &self.shift_kind, |kind| RosterKind::from_number(*kind).is_some())?;
        known("shift_free_end", &self.shift_free_end, |free| *free <= 1)?;
        known("ruleset", &self.ruleset, |ruleset| usize::from(*ruleset) < rulesets)?;
        known("zone", &self.zone, |zone| usize::from(*zone) < zones)?;
        for (column, numbers) in [("tag", &self.tag), ("punch_tag", &self.punch_tag), ("shift_tag", &self.shift_tag)] {
            known(column, numbers, |tag| usize::from(tag.0) <= tags)?;
        }
        self.check_correction_tags(tags)?;
        self.check_assignments(rulesets, zones, tags)?;
        let base = self.punch_base;
        if base < Timestamp::FIRST || base > Timestamp::LAST {
            return Err(BatchError::BaseOutOfCalendar { base: base.0 });
        }
        self.check_owners()?;
        let rare_kinds = self.has_rare_kinds();
        Ok(CheckedBatch { columns: self, starts, rare_kinds })
    }
}

impl TimecardBatch {
    /// Whether some punch, raw or corrected, has a rare kind.
    fn has_rare_kinds(&self) -> bool {
        // One number decides, so that this costs next to nothing for each punch.
        let most = self.punch_kind.iter().copied().max();
        let is_rare = most.and_then(PunchKind::from_number).is_some_and(PunchKind::is_rare);
        let corrected = |(_, correction): (u32, &Correction)| match correction.kind {
            CorrectionKind::Add { kind, .. } | CorrectionKind::SetKind { kind, .. } => kind.is_rare(),
            CorrectionKind::Void(_) | CorrectionKind::Retime { .. } => false,
        };
        is_rare || self.corrections.iter().any(corrected)
    }

    /// Added punches have tags too.
    fn check_correction_tags(&self, tags: usize) -> Result<(), BatchError> {
        let unknown = |(_, correction): &(u32, &Correction)| match correction.kind {
            CorrectionKind::Add { tag, .. } => usize::from(tag.0) > tags,
            CorrectionKind::Void(_) | CorrectionKind::Retime { .. } | CorrectionKind::SetKind { .. } => false,
        };
        match self.corrections.iter().zip(0..).find(|(row, _)| unknown(row)) {
            Some(((_, Correction { kind: CorrectionKind::Add { tag, .. }, .. }), index)) => {
                Err(BatchError::UnknownValue { column: "corrections", index, value: i64::from(tag.0) })
            }
            _ => Ok(()),
        }
    }
}

impl TimecardBatch {
    /// Assignments name what the request has, few for each employee.
    fn check_assignments(&self, rulesets: usize, zones: usize, tags: usize) -> Result<(), BatchError> {
        const COLUMN: &str = "assignments";
        for (index, (_, row)) in self.assignments.iter().enumerate() {
            let named = [(row.ruleset, rulesets), (row.zone, zones)];
            let unknown =
                named.into_iter().find(|(number, known)| number.is_some_and(|number| usize::from(number) >= *known));
            let tag = [row.tag.unwrap_or_default(), row.job].into_iter().find(|tag| usize::from(tag.0) > tags);
            let is_date = Workday::FIRST <= row.from && row.from <= Workday::LAST;
            let date = (!is_date).then_some(i64::from(row.from.0));
            let value = unknown.and_then(|(number, _)| number.map(i64::from)).or(tag.map(i64::from)).or(date);
            if let Some(value) = value {
                return Err(BatchError::UnknownValue { column: COLUMN, index, value });
            }
        }
        for rows in self.assignments.owners.chunk_by(|one, next| one == next) {
            let (most, found) = (ASSIGNMENTS_PER_TIMECARD_MAX, rows.len() as u32);
            if found > most {
                let index = rows.first().map_or(0, |owner| *owner as usize);
                return Err(BatchError::TooMany { column: COLUMN, index, found, most });
            }
        }
        Ok(())
    }
}

impl CheckedBatch {
    /// How many timecards there are.
    pub fn len(&self) -> usize {
        self.columns.employees.len()
    }

    /// True when there is no timecard.
    pub fn is_empty(&self) -> bool {
        self.columns.employees.is_empty()
    }

    /// The columns.
    pub fn columns(&self) -> &TimecardBatch {
        &self.columns
    }

    /// Gives the columns back, so that their memory can be used again.
    pub fn into_columns(self) -> TimecardBatch {
        self.columns
    }

    /// The position of the first scheduled shift of timecard `index` in the columns of shifts.
    pub fn first_shift(&self, index: usize) -> usize {
        self.starts.shifts.get(index).map_or(0, |first| *first as usize)
    }

    /// Which of the request's rulesets timecard `index` uses.
    pub fn ruleset(&self, index: usize) -> usize {
        self.columns.ruleset.get(index).map_or(0, |ruleset| usize::from(*ruleset))
    }

    /// Which of the request's zones timecard `index` has at first.
    pub fn zone(&self, index: usize) -> usize {
        self.columns.zone.get(index).map_or(0, |zone| usize::from(*zone))
    }

    /// What changes for the employee of timecard `index` by date.
    pub fn assignments(&self, index: usize) -> &[Assignment] {
        self.columns.assignments.of(index as u32)
    }

    /// Timecard number `index`, borrowed. `None` beyond the last one, or when `zones` are fewer than were checked.
    pub fn timecard<'a>(&'a self, index: usize, zones: &'a [Zone]) -> Option<Timecard<'a>> {
        let columns = &self.columns;
        let owner = index as u32;
        let (punches, shifts) = (rows_of(&self.starts.punches, index)?, rows_of(&self.starts.shifts, index)?);
        Some(Timecard {
            zone: zones.get(self.zone(index))?,
            rejected_rows: columns.rejected_rows.get(index).copied().unwrap_or(0),
            tag: columns.tag.get(index).copied().unwrap_or_default(),
            punches: PunchColumns {
                base: columns.punch_base,
                at: columns.punch_at.get(punches.clone())?,
                kind: columns.punch_kind.get(punches.clone()).unwrap_or(&[]),
                id: columns.punch_id.get(punches.clone()).unwrap_or(&[]),
                tag: columns.punch_tag.get(punches.clone()).unwrap_or(&[]),
                recorded_at: columns.punch_recorded_at.get(punches).unwrap_or(&[]),
            },
            rare_kinds: self.rare_kinds,
            schedule: ScheduleColumns {
                workday: columns.shift_workday.get(shifts.clone())?,
                start: columns.shift_start.get(shifts.clone())?,
                end: columns.shift_end.get(shifts.clone())?,
                template: columns.shift_template.get(shifts.clone()).unwrap_or(&[]),
                kind: columns.shift_kind.get(shifts.clone()).unwrap_or(&[]),
                hours: columns.shift_hours.get(shifts.clone()).unwrap_or(&[]),
                free_end: columns.shift_free_end.get(shifts.clone()).unwrap_or(&[]),
                split: columns.shift_split.get(shifts.clone()).unwrap_or(&[]),
                tag: columns.shift_tag.get(shifts).unwrap_or(&[]),
            },
            leave: columns.leave.of(owner),
            corrections: columns.corrections.of(owner),
            waivers: columns.waivers.of(owner),
            day_overrides: columns.day_overrides.of(owner),
            approvals: columns.approvals.of(owner),
            employment: columns.employment.of(owner),
            assignments: columns.assignments.of(owner),
            manual_hours: columns.manual_hours.of(owner),
            attestations: columns.attestations.of(owner),
            overrides: columns.overrides.of(owner),
            opening_balances: columns.opening_balances.of(owner),
            carried: columns.carried.of(owner),
        })
    }
}

/// Checks that every employee has a key that a person can read, and no other employee has it.
///
/// # Errors
/// [`BatchError::NoKey`], [`BatchError::KeyNotPlain`], [`BatchError::KeyTwice`]: the first of each.
pub fn check_keys<Key: AsRef<str>>(keys: &[Key]) -> Result<(), BatchError> {
    if let Some(index) = keys.iter().position(|key| key.as_ref().is_empty()) {
        return Err(BatchError::NoKey { index });
    }
    if let Some(index) = keys.iter().position(|key| !is_employee_key(key.as_ref())) {
        return Err(BatchError::KeyNotPlain { index });
    }
    // Most callers send employees in the order of their keys, and then one comparison for each is enough.
    if keys.is_sorted_by(|key, next| key.as_ref() < next.as_ref()) {
        return Ok(());
    }
    let mut order: Vec<(&str, usize)> = keys.iter().map(AsRef::as_ref).zip(0..).collect();
    order.sort_unstable();
    let pairs = order.iter().zip(order.iter().skip(1));
    let twice = pairs.filter(|(entry, next)| entry.0 == next.0).min_by_key(|(_, next)| next.1);
    match twice {
        Some(((key, first), (_, index))) => {
            Err(BatchError::KeyTwice { key: String::from(*key), first: *first, index: *index })
        }
        None => Ok(()),
    }
}

/// The rows of one employee.
fn rows_of(starts: &[u32], index: usize) -> Option<Range<usize>> {
    Some(*starts.get(index)? as usize..*starts.get(index + 1)? as usize)
}

/// Where the rows of each employee begin, and where the last ones end. Without counts no employee has rows.
fn starts(column: &'static str, counts: &[u32], employees: usize, most: u32) -> Result<Vec<u32>, BatchError> {
    if counts.is_empty() {
        return Ok(alloc::vec![0; employees + 1]);
    }
    let mut starts = Vec::with_capacity(employees + 1);
    let mut next = 0_u32;
    starts.push(next);
    for (index, count) in counts.iter().enumerate() {
        if *count > most {
            return Err(BatchError::TooMany { column, index, found: *count, most });
        }
        next = next.saturating_add(*count);
        starts.push(next);
    }
    Ok(starts)
}

fn even(column: &'static str, found: usize, expected: usize) -> Result<(), BatchError> {
    if found == expected { Ok(()) } else { Err(BatchError::UnevenColumn { column, expected, found }) }
}

fn even_or_empty(column: &'static str, found: usize, expected: usize) -> Result<(), BatchError> {
    if found == 0 { Ok(()) } else { even(column, found, expected) }
}

fn known<T: Copy + Into<i64>>(
    column: &'static str,
    values: &[T],
    has_meaning: impl Fn(&T) -> bool,
) -> Result<(), BatchError> {
    match values.iter().enumerate().find(|(_, value)| !has_meaning(value)) {
        Some((index, value)) => Err(BatchError::UnknownValue { column, index, value: (*value).into() }),
        None => Ok(()),
    }
}

fn owned(column: &'static str, owners: &[u32], employees: usize) -> Result<(), BatchError> {
    for rows in owners.chunk_by(|one, next| one == next) {
        let Some(owner) = rows.first().copied() else { continue };
        if owner as usize >= employees {
            return Err(BatchError::NoSuchEmployee { column, owner, employees });
        }
        if rows.len() > ROWS_PER_TIMECARD_MAX as usize {
            let (index, found) = (owner as usize, rows.len() as u32);
            return Err(BatchError::TooMany { column, index, found, most: ROWS_PER_TIMECARD_MAX });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_employee_has_a_key_of_their_own() {
        assert_eq!(check_keys::<&str>(&[]), Ok(()));
        assert_eq!(check_keys(&["a", "b", "c"]), Ok(()));
        assert_eq!(check_keys(&["c", "a", "b"]), Ok(()));
        assert_eq!(check_keys(&["a", "", "a"]), Err(BatchError::NoKey { index: 1 }));
        let twice = |key: &str, first, index| Err(BatchError::KeyTwice { key: String::from(key), first, index });
        assert_eq!(check_keys(&["a", "b", "b"]), twice("b", 1, 2));
        assert_eq!(check_keys(&["c", "b", "a", "b", "c", "a", "a"]), twice("b", 1, 3));
    }
}
