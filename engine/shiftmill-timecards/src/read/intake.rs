//! Rows of files to timecards: names become numbers, local times become instants, and what fits nowhere is listed.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::BufRead;

use shiftmill_core::{
    ASSIGNMENTS_PER_TIMECARD_MAX, Assignment, CardFacts, Names, PUNCHES_PER_TIMECARD_MAX, PunchKind,
    SHIFTS_PER_TIMECARD_MAX, TIME_ZONE, TagDictionary, TagId, Zone, ZoneTable, assigned_zone, excerpt, is_employee_key,
};

use super::error::FileError;
use super::layout::Layout;
use super::report::{Place, Report};
use super::status::StatusMap;
use super::values::Values;
use super::{AssignmentRow, EmployeeRow, Format, ROWS_MAX, Source, json, not_a_key, tabular, unpadded, workbook};
use crate::clock::{DateOrder, date_and_time_in, time_from_day};
use crate::fields::{Field, Table};
use crate::rows::{
    self, ApprovalRow, AttestationRow, CarriedRow, CorrectionRow, DayTypeRow, Fault, FindZone, Given, LeaveRow,
    ManualHoursRow, OverrideRow, PunchRow, RowError, RowReader, ShiftRow, TagBook, WaiverRow,
};

/// A ruleset of the request, as far as files name things in it.
#[derive(Clone, Copy, Debug)]
pub struct RulesetNames<'a> {
    /// The name by which employees files choose it.
    pub name: &'a str,
    /// Its names.
    pub names: &'a Names,
}

/// Collects the facts of files employee by employee.
#[derive(Debug)]
pub struct Intake<'a> {
    zones: &'a ZoneTable,
    rulesets: &'a [RulesetNames<'a>],
    statuses: StatusMap,
    /// True when only listed employees are known; otherwise a new key is a new employee.
    listed: bool,
    // Only looked up by key, never iterated.
    by_key: HashMap<String, usize>,
    by_pin: HashMap<String, usize>,
    cards: Vec<CardFacts>,
    /// The zones of employees whose zone changes.
    moved: HashMap<usize, Zone>,
    /// The tags of all rows.
    tags: TagBook<'a>,
    rows: u64,
    ids_warned: bool,
    /// What holds for the file that is being read.
    dates: Option<DateOrder>,
    statuses_of_file: StatusMap,
    /// Why the file that is being read is not used.
    failed: Option<FileError>,
}

/// Why a row is not used.
pub(super) enum Unused {
    /// In words.
    Row(String),
    /// The order of the numbers of this date is not known; so of no date of the file.
    DateOrder(String),
}

impl Unused {
    pub(super) fn because(reason: impl Into<String>) -> Unused {
        Unused::Row(reason.into())
    }
}

impl From<RowError> for Unused {
    fn from(error: RowError) -> Unused {
        match error.fault {
            Fault::DateOrder(written) => Unused::DateOrder(written),
            _ => Unused::Row(error.to_string()),
        }
    }
}

impl From<String> for Unused {
    fn from(reason: String) -> Unused {
        Unused::Row(reason)
    }
}

/// True for tables that are read before the others are understood.
fn is_read_ahead(table: Table) -> bool {
    matches!(table, Table::Employees | Table::Assignments)
}

/// Reads one kind of row for the employee of a card, and adds its facts to the card.
type AddRow<'r> = dyn FnMut(&mut RowReader<'_>, &mut CardFacts) -> Result<(), Unused> + 'r;

impl<'a> Intake<'a> {
    /// An intake for the listed employees; with an empty list, every key that a row names is an employee in the
    /// first zone under the first ruleset. An employee whose zone or ruleset is not known is rejected. `places` knows the
    /// zones that tags name.
    pub fn new(
        file: &str,
        employees: &[EmployeeRow],
        zones: &'a ZoneTable,
        places: &'a dyn FindZone,
        rulesets: &'a [RulesetNames<'a>],
        statuses: StatusMap,
        report: &mut Report,
    ) -> Intake<'a> {
        let mut intake = Intake {
            zones,
            rulesets,
            statuses,
            listed: !employees.is_empty(),
            by_key: HashMap::new(),
            by_pin: HashMap::new(),
            cards: Vec::new(),
            moved: HashMap::new(),
            tags: TagBook::default().with_places(places),
            rows: 0,
            ids_warned: false,
            dates: None,
            statuses_of_file: StatusMap::default(),
            failed: None,
        };
        for row in employees {
            match intake.card_of(row) {
                Ok(card) => {
                    let index = intake.cards.len();
                    intake.by_key.insert(card.employee.clone(), index);
                    if !row.pin.is_empty() {
                        intake.by_pin.insert(unpadded(&row.pin).to_owned(), index);
                    }
                    intake.cards.push(card);
                    report.rows_used += 1;
                }
                Err(reason) => report.reject(file, row.place, reason),
            }
        }
        intake
    }

    /// Takes the assignments of `file`, before any other file is read. One whose employee, zone or ruleset is not known is
    /// rejected.
    pub fn assign(&mut self, file: &str, rows: &[AssignmentRow], report: &mut Report) {
        for row in rows {
            let added = self.card_named(&row.employee, "").and_then(|index| {
                let assignment = self.assignment(row, index)?;
                let card = self.cards.get_mut(index).ok_or_else(|| Unused::because("no such employee"))?;
                if card.assignments.len() >= ASSIGNMENTS_PER_TIMECARD_MAX as usize {
                    let most = ASSIGNMENTS_PER_TIMECARD_MAX;
                    return Err(Unused::because(format!("the employee has more than {most} assignments")));
                }
                card.assignments.push(assignment);
                Ok(index)
            });
            match added {
                Ok(index) => {
                    report.rows_used += 1;
                    self.move_to_zones(index);
                }
                Err(Unused::Row(reason) | Unused::DateOrder(reason)) => {
                    report.reject(file, row.place, reason);
                    if let Ok(index) = self.card_named(&row.employee, "")
                        && let Some(card) = self.cards.get_mut(index)
                    {
                        card.rejected_rows = card.rejected_rows.saturating_add(1);
                    }
                }
            }
        }
    }

    fn move_to_zones(&mut self, index: usize) {
        let card = self.cards.get(index);
        let zones = &self.zones.zones;
        let zone = card.and_then(|card| assigned_zone(zones.get(usize::from(card.zone))?, &card.assignments, zones));
        if let Some(zone) = zone {
            self.moved.insert(index, zone);
        }
    }

    fn assignment(&self, row: &AssignmentRow, index: usize) -> Result<Assignment, Unused> {
        let stated = |text: &str| !text.is_empty();
        let tag = |text: &str| self.tags.read(text).map_err(Unused::from);
        if [&row.ruleset, &row.calendar, &row.zone, &row.tag].iter().all(|text| text.is_empty()) {
            return Err(Unused::because("no ruleset, calendar, zone or tag is named"));
        }
        let ruleset = self.cards.get(index).and_then(|card| self.rulesets.get(usize::from(card.ruleset)));
        let ruleset = ruleset.ok_or_else(|| Unused::because("the employee has no ruleset"))?;
        let assignment = Assignment {
            from: row.from.clone()?,
            ruleset: stated(&row.ruleset).then(|| self.ruleset_in_use(&row.ruleset)).transpose()?,
            calendar: rows::calendar(&row.calendar, ruleset.names)?,
            zone: stated(&row.zone).then(|| self.zone_in_use(&row.zone)).transpose()?,
            tag: stated(&row.tag).then(|| tag(&row.tag)).transpose()?,
            job: tag(&row.job)?,
        };
        let Assignment { ruleset, calendar, zone, tag, job, .. } = assignment;
        let alone = ruleset.is_some() && calendar.is_none() && zone.is_none() && tag.is_none();
        match job == TagId::NONE || alone {
            true => Ok(assignment),
            false => Err(Unused::because("an assignment for a job names a ruleset, and no calendar, zone or tag")),
        }
    }

    /// Reads one file. The rows of a document that names its arrays go where they are named; the employees in it
    /// are left to [`super::read_employees`]. Of a document of carried values nothing else is read, so that the results
    /// of one pay period can be given to the next. Bad rows are listed in `report`, and counted for their employees.
    ///
    /// # Errors
    /// When the file as a whole cannot be used. What was read of it stays, so that nothing should be evaluated then.
    pub fn read(
        &mut self,
        file: &str,
        table: Table,
        layout: &Layout<'_>,
        bytes: &mut dyn BufRead,
        report: &mut Report,
    ) -> Result<(), FileError> {
        let source = Source { file, table, layout };
        self.dates = layout.dates();
        let of_profile = layout.profile.map(|profile| &profile.statuses);
        self.statuses_of_file = of_profile.map_or_else(|| self.statuses.clone(), |own| self.statuses.clone().or(own));
        self.failed = None;
        let before = (report.rows_used, report.rejected(), report.reject_causes().len());
        self.read_rows(&source, bytes, report)?;
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        let (used, rejected) = (report.rows_used - before.0, report.rejected() - before.1);
        // Without any punch everybody would be absent.
        if table == Table::Punches && used == 0 && rejected > 0 {
            let cause = report.reject_causes().get(before.2);
            let first = cause.map_or_else(String::new, |cause| cause.first.to_string());
            return Err(FileError::NothingUsed { rows: rejected, first });
        }
        Ok(())
    }

    fn read_rows(
        &mut self,
        source: &Source<'_>,
        bytes: &mut dyn BufRead,
        report: &mut Report,
    ) -> Result<(), FileError> {
        let Source { file, table, layout } = *source;
        let statuses = self.statuses_of_file.clone();
        match layout.format {
            Format::Csv => {
                let mut sheet = tabular::Sheet::new(file, table, layout, &statuses);
                tabular::read_csv(&mut sheet, bytes, report, &mut |place, values, fault, report| {
                    self.take(table, FileRow { file, place, values }, fault, report);
                })?;
                sheet.finish()
            }
            Format::Xlsx => {
                let mut sheet = tabular::Sheet::new(file, table, layout, &statuses);
                workbook::read(&mut sheet, bytes, report, &mut |place, values, fault, report| {
                    self.take(table, FileRow { file, place, values }, fault, report);
                })?;
                sheet.finish()
            }
            Format::Json => {
                let wanted = match table {
                    Table::Carried => |table| table == Table::Carried,
                    _ => |table| !is_read_ahead(table),
                };
                json::read(source, &statuses, wanted, bytes, report, &mut |table, place, values, fault, report| {
                    self.take(table, FileRow { file, place, values }, fault, report);
                })
            }
            Format::Attlog => {
                if table != Table::Punches {
                    let other = format!("an attlog holds punches, not {}", table.name());
                    return Err(FileError::Document(other));
                }
                tabular::read_attlog(layout, bytes, report, &mut |place, values, fault, report| {
                    self.take(table, FileRow { file, place, values }, fault, report);
                })
            }
        }
    }

    /// The timecards: those of listed employees in the order of the list, others in the order in which they occurred. And
    /// the tags that they refer to.
    pub fn finish(self) -> (Vec<CardFacts>, TagDictionary) {
        (self.cards, self.tags.into_dictionary())
    }

    fn take(&mut self, table: Table, row: FileRow<'_>, fault: Option<&str>, report: &mut Report) {
        if self.failed.is_some() || is_read_ahead(table) {
            return;
        }
        self.rows += 1;
        if self.rows > ROWS_MAX {
            self.failed = Some(FileError::TooManyRows);
            return;
        }
        let FileRow { file, place, values } = row;
        let outcome = match fault {
            Some(fault) => Err(Unused::because(fault)),
            None => self.use_row(table, row, report),
        };
        match outcome {
            Ok(()) => report.rows_used += 1,
            Err(Unused::Row(reason)) => {
                report.reject(file, place, reason);
                self.count_rejected(values);
            }
            Err(Unused::DateOrder(written)) => {
                self.failed = Some(FileError::DateOrder { line: place.line, written });
            }
        }
    }

    fn use_row(&mut self, table: Table, row: FileRow<'_>, report: &mut Report) -> Result<(), Unused> {
        let values = row.values;
        match table {
            Table::Employees | Table::Assignments => Ok(()),
            Table::Punches => self.punch(row, report),
            Table::Schedule => self.add(row, report, &mut |reader, card| shift(values, reader, card)),
            Table::Days => self.add(row, report, &mut |reader, card| day(values, reader, card)),
            Table::Leave => self.add(row, report, &mut |reader, card| leave(values, reader, card)),
            Table::Corrections => self.correction(row, report),
            Table::Waivers => self.add(row, report, &mut |reader, card| waiver(values, reader, card)),
            Table::Approvals => self.add(row, report, &mut |reader, card| approval(values, reader, card)),
            Table::ManualHours => self.add(row, report, &mut |reader, card| manual_hours(values, reader, card)),
            Table::Attestations => self.add(row, report, &mut |reader, card| attestation(values, reader, card)),
            Table::Overrides => self.add(row, report, &mut |reader, card| overridden(values, reader, card)),
            Table::Carried => self.add(row, report, &mut |reader, card| carried(values, reader, card)),
        }
    }

    /// Counts a row that is not used for the employee that it names, whose results are then provisional.
    fn count_rejected(&mut self, values: &Values<'_>) {
        let undecoded = [Field::Employee, Field::Pin].iter().any(|field| values.get(*field).contains('\u{FFFD}'));
        if undecoded {
            return;
        }
        if let Ok(index) = self.card(values)
            && let Some(card) = self.cards.get_mut(index)
        {
            card.rejected_rows = card.rejected_rows.saturating_add(1);
        }
    }

    fn card_of(&self, row: &EmployeeRow) -> Result<CardFacts, String> {
        let zone = if row.zone.is_empty() { 0 } else { self.zone_in_use(&row.zone)? };
        let ruleset = if row.ruleset.is_empty() { 0 } else { self.ruleset_in_use(&row.ruleset)? };
        let tag = self.tags.read(&row.tag).map_err(|error| error.to_string())?;
        let employment = row.employment.clone();
        Ok(CardFacts { employee: row.employee.clone(), ruleset, zone, tag, employment, ..CardFacts::default() })
    }

    fn zone_in_use(&self, name: &str) -> Result<u16, String> {
        let unknown = || format!("`{}` is not a zone such as `Europe/Berlin`", excerpt(name));
        self.zones.find(name).ok_or_else(unknown)
    }

    fn ruleset_in_use(&self, name: &str) -> Result<u16, String> {
        let index = self.rulesets.iter().position(|ruleset| ruleset.name == name);
        let unknown = || format!("ruleset `{}` is not part of this evaluation", excerpt(name));
        index.and_then(|index| u16::try_from(index).ok()).ok_or_else(unknown)
    }

    /// The position of the card that a row is about.
    fn card(&mut self, values: &Values<'_>) -> Result<usize, Unused> {
        self.card_named(values.get(Field::Employee), values.get(Field::Pin))
    }

    fn card_named(&mut self, key: &str, pin: &str) -> Result<usize, Unused> {
        if key.is_empty() && pin.is_empty() {
            return Err(Unused::because("no employee is named"));
        }
        let found = if key.is_empty() {
            // Without PINs in the employees file, the PINs of the terminal are the keys.
            self.by_pin.get(unpadded(pin)).or_else(|| self.by_key.get(pin))
        } else {
            self.by_key.get(key)
        };
        match (found, self.listed) {
            (Some(index), _) => Ok(*index),
            (None, true) if key.is_empty() => {
                Err(Unused::because(format!("PIN `{}` belongs to no employee of the employees file", excerpt(pin))))
            }
            (None, true) => Err(Unused::because(format!("employee `{}` is not in the employees file", excerpt(key)))),
            (None, false) => {
                let employee = if key.is_empty() { pin } else { key };
                if !is_employee_key(employee) {
                    return Err(Unused::because(not_a_key(employee)));
                }
                let employee = employee.to_owned();
                self.by_key.insert(employee.clone(), self.cards.len());
                self.cards.push(CardFacts { employee, ..CardFacts::default() });
                Ok(self.cards.len() - 1)
            }
        }
    }

    /// Adds the facts of a row to the card of its employee, and lists the warnings of a row that is used.
    fn add(&mut self, row: FileRow<'_>, report: &mut Report, add: &mut AddRow<'_>) -> Result<(), Unused> {
        let index = self.card(row.values)?;
        let card = self.cards.get_mut(index).ok_or_else(|| Unused::because(String::from("no such employee")))?;
        let zone = self.moved.get(&index).or_else(|| self.zones.get(card.zone));
        let zone = zone.ok_or_else(|| Unused::because(String::from("the employee has no zone")))?;
        let ruleset = self.rulesets.get(usize::from(card.ruleset));
        let ruleset = ruleset.ok_or_else(|| Unused::because(String::from("the employee has no ruleset")))?;
        let mut reader = RowReader::new(zone, ruleset.names, &self.tags).with_dates(self.dates);
        add(&mut reader, card)?;
        for warning in reader.into_warnings() {
            report.warn(row.file, row.place, warning.to_string());
        }
        Ok(())
    }

    /// The kind that a file's word means; vendors' words are ours from here on.
    fn kind(&self, word: &str) -> Result<Given<'static, PunchKind>, Unused> {
        let unknown = || {
            Unused::because(format!("`{}` is not a kind of punch; the status map can say what it means", excerpt(word)))
        };
        self.statuses_of_file.kind(word).map(Given::Value).ok_or_else(unknown)
    }

    fn punch(&mut self, row: FileRow<'_>, report: &mut Report) -> Result<(), Unused> {
        let values = row.values;
        let kind = match values.punch_kind {
            Some(kind) => Given::Value(kind),
            None => self.kind(values.get(Field::Kind))?,
        };
        let id = self.punch_number(row, report);
        let joined;
        let (date, time) = (values.get(Field::Date), values.get(Field::Time));
        let at = match values.get(Field::At) {
            "" => time,
            at => at,
        };
        // A column of times may hold dates too, and then says more than the date beside it.
        let has_date = || DateOrder::ALL.into_iter().any(|order| date_and_time_in(at, Some(order)).is_some());
        let at = if !date.is_empty() && (time_from_day(at).is_some() || !has_date()) {
            joined = format!("{date} {at}");
            &joined
        } else {
            at
        };
        let written = PunchRow {
            at: at.into(),
            kind,
            id,
            tag: &tag_at_place(values),
            recorded: values.get(Field::Recorded).into(),
        };
        self.add(row, report, &mut |reader, card| {
            if card.punches.len() >= PUNCHES_PER_TIMECARD_MAX as usize {
                let employee = &card.employee;
                return Err(Unused::because(format!(
                    "employee `{employee}` has more than {PUNCHES_PER_TIMECARD_MAX} punches"
                )));
            }
            card.punches.push(reader.punch(&written)?);
            Ok(())
        })
    }

    /// The number of a punch. Other ids name nothing that corrections could mean, so the first of them is a warning.
    fn punch_number(&mut self, row: FileRow<'_>, report: &mut Report) -> Given<'static, u64> {
        let written = row.values.get(Field::Id);
        let number: Option<u64> = written.parse().ok();
        if number.is_none() && !written.is_empty() && !self.ids_warned {
            self.ids_warned = true;
            let reason = format!("punch ids such as `{}` are not numbers and are not kept", excerpt(written));
            report.warn(row.file, row.place, reason);
        }
        number.into()
    }

    fn correction(&mut self, row: FileRow<'_>, report: &mut Report) -> Result<(), Unused> {
        let values = row.values;
        let adds = values.get(Field::Action).eq_ignore_ascii_case("add");
        // A punch that is named by its number has a kind of its own: what stands in the column is not read.
        let by_number = !adds && !values.get(Field::Id).is_empty();
        let written = CorrectionRow {
            action: values.get(Field::Action).into(),
            id: values.get(Field::Id).into(),
            at: values.get(Field::At).into(),
            kind: if by_number { Given::default() } else { self.kind(values.get(Field::Kind))? },
            to: values.get(Field::To).into(),
            tag: &tag_at_place(values),
            new_kind: match values.get(Field::NewKind) {
                "" => Given::default(),
                word => self.kind(word)?,
            },
            recorded: values.get(Field::Recorded).into(),
        };
        self.add(row, report, &mut |reader, card| {
            card.corrections.push(reader.correction(&written)?);
            Ok(())
        })
    }
}

/// The tag of a punch, with the zone that its row names beside it.
fn tag_at_place<'v>(values: &'v Values<'_>) -> Cow<'v, str> {
    match (values.get(Field::Tag), values.get(Field::PunchZone)) {
        (tag, "") => Cow::Borrowed(tag),
        (tag, zone) => Cow::Owned(format!("{tag};{TIME_ZONE}={zone}")),
    }
}

/// A row with its place.
#[derive(Clone, Copy)]
struct FileRow<'a> {
    file: &'a str,
    place: Place,
    values: &'a Values<'a>,
}

fn shift(values: &Values<'_>, reader: &mut RowReader<'_>, card: &mut CardFacts) -> Result<(), Unused> {
    if card.shifts.len() >= SHIFTS_PER_TIMECARD_MAX as usize {
        let employee = &card.employee;
        return Err(Unused::because(format!(
            "employee `{employee}` has more than {SHIFTS_PER_TIMECARD_MAX} scheduled shifts"
        )));
    }
    card.shifts.push(reader.shift(&ShiftRow {
        workday: values.get(Field::Workday).into(),
        start: values.get(Field::Start).into(),
        end: values.get(Field::End).into(),
        shift: values.get(Field::Shift),
        kind: values.get(Field::Kind).into(),
        tag: values.get(Field::Tag),
        split: values.get(Field::Split).into(),
        length: values.get(Field::Amount).into(),
    })?);
    Ok(())
}

fn day(values: &Values<'_>, reader: &mut RowReader<'_>, card: &mut CardFacts) -> Result<(), Unused> {
    card.day_overrides.push(reader.day_type(&DayTypeRow {
        workday: values.get(Field::Workday).into(),
        day_type: values.get(Field::DayType).into(),
        from: values.get(Field::From).into(),
        to: values.get(Field::To).into(),
    })?);
    Ok(())
}

fn leave(values: &Values<'_>, reader: &mut RowReader<'_>, card: &mut CardFacts) -> Result<(), Unused> {
    card.leave.extend(reader.leave(&LeaveRow {
        code: values.get(Field::Code),
        from: values.get(Field::From).into(),
        to: values.get(Field::To).into(),
        workday: values.get(Field::Workday).into(),
        amount: values.get(Field::Amount).into(),
        half: values.get(Field::Half).into(),
        recorded: values.get(Field::Recorded).into(),
    })?);
    Ok(())
}

fn waiver(values: &Values<'_>, reader: &mut RowReader<'_>, card: &mut CardFacts) -> Result<(), Unused> {
    let (workday, waived) = (values.get(Field::Workday).into(), values.get(Field::Waived).into());
    card.waivers.push(reader.waiver(&WaiverRow { workday, waived })?);
    Ok(())
}

fn approval(values: &Values<'_>, reader: &mut RowReader<'_>, card: &mut CardFacts) -> Result<(), Unused> {
    card.approvals.push(reader.approval(&ApprovalRow {
        kind: values.get(Field::Kind).into(),
        from: values.get(Field::From).into(),
        to: values.get(Field::To).into(),
        workday: values.get(Field::Workday).into(),
        amount: values.get(Field::Amount).into(),
        status: values.get(Field::Status).into(),
        choice: values.get(Field::Choice).into(),
        recorded: values.get(Field::Recorded).into(),
    })?);
    Ok(())
}

fn manual_hours(values: &Values<'_>, reader: &mut RowReader<'_>, card: &mut CardFacts) -> Result<(), Unused> {
    card.manual_hours.push(reader.manual_hours(&ManualHoursRow {
        workday: values.get(Field::Workday).into(),
        code: values.get(Field::Code),
        amount: values.get(Field::Amount).into(),
        recorded: values.get(Field::Recorded).into(),
    })?);
    Ok(())
}

fn attestation(values: &Values<'_>, reader: &mut RowReader<'_>, card: &mut CardFacts) -> Result<(), Unused> {
    card.attestations.push(reader.attestation(&AttestationRow {
        workday: values.get(Field::Workday).into(),
        question: values.get(Field::Question),
        answer: values.get(Field::Answer).into(),
        recorded: values.get(Field::Recorded).into(),
    })?);
    Ok(())
}

fn overridden(values: &Values<'_>, reader: &mut RowReader<'_>, card: &mut CardFacts) -> Result<(), Unused> {
    card.overrides.push(reader.overridden(&OverrideRow {
        workday: values.get(Field::Workday).into(),
        code: values.get(Field::Code),
        amount: values.get(Field::Amount).into(),
        computed: values.get(Field::Computed).into(),
        recorded: values.get(Field::Recorded).into(),
    })?);
    Ok(())
}

fn carried(values: &Values<'_>, reader: &mut RowReader<'_>, card: &mut CardFacts) -> Result<(), Unused> {
    let row = CarriedRow { key: values.get(Field::Key), value: values.get(Field::Value).into() };
    let carried = reader.carried(&row)?;
    if card.carried.iter().any(|other| other.key == carried.key) {
        return Err(Unused::because(format!("employee `{}` carries a value for `{}` already", card.employee, row.key)));
    }
    card.carried.push(carried);
    Ok(())
}
