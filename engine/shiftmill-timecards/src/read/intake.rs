//! Rows of files to timecards: names become numbers, local times become instants, and what fits nowhere is listed.

use std::collections::HashMap;
use std::io::{self, BufRead};

use shiftmill_core::{
    CardFacts, Carried, CarryKey, Correction, CorrectionKind, ExceptionCode, Fold, Leave, LeaveTime, Names,
    PUNCHES_PER_TIMECARD_MAX, Punch, PunchKind, PunchRef, SHIFTS_PER_TIMECARD_MAX, ShiftFact, ShiftTimes, Timestamp,
    Waiver, WaiverKind, WallTime, Workday, ZoneTable,
};

use super::fields::{Column, Fields, Table};
use super::report::{Place, Report};
use super::status::StatusMap;
use super::{EmployeeRow, Format, ROWS_MAX, json, tabular};
use crate::clock::{self, WrittenTime};

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
    // Only ever asked for one key, never walked through.
    by_key: HashMap<String, usize>,
    by_pin: HashMap<String, usize>,
    cards: Vec<CardFacts>,
    rows: u64,
    ids_warned: bool,
}

/// Why a row is not used.
type Fault = String;

impl<'a> Intake<'a> {
    /// An intake for the listed employees; with an empty list, every key that a row names is an employee in the
    /// first zone under the first ruleset. An employee whose zone or ruleset is not known is rejected.
    pub fn new(
        file: &str,
        employees: &[EmployeeRow],
        zones: &'a ZoneTable,
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
            rows: 0,
            ids_warned: false,
        };
        for row in employees {
            match intake.card_of(row) {
                Ok(card) => {
                    let index = intake.cards.len();
                    intake.by_key.insert(card.employee.clone(), index);
                    if !row.pin.is_empty() {
                        intake.by_pin.insert(row.pin.clone(), index);
                    }
                    intake.cards.push(card);
                    report.rows_used += 1;
                }
                Err(reason) => report.reject(file, row.place, reason),
            }
        }
        intake
    }

    /// Reads one file. The rows of a document that names its arrays go where they are named; the employees in it
    /// are left to [`super::read_employees`]. Of a document of carried values nothing else is read, so that the results
    /// of one pay period can be given to the next.
    ///
    /// # Errors
    /// When the bytes cannot be read at all. Bad rows are listed in `report`.
    pub fn read(
        &mut self,
        file: &str,
        table: Table,
        format: Format,
        bytes: &mut dyn BufRead,
        report: &mut Report,
    ) -> io::Result<()> {
        match format {
            Format::Csv => tabular::read_csv(file, table, bytes, report, &mut |place, fields, report| {
                self.take(file, table, place, fields, report);
            }),
            Format::Json => {
                let wanted = match table {
                    Table::Carried => |table| table == Table::Carried,
                    _ => |table| table != Table::Employees,
                };
                json::read(file, table, wanted, bytes, report, &mut |table, place, fields, report| {
                    self.take(file, table, place, fields, report);
                })
            }
            Format::Attlog => tabular::read_attlog(file, bytes, report, &mut |place, fields, report| {
                self.take(file, Table::Punches, place, fields, report);
            }),
        }
    }

    /// The timecards: those of listed employees in the order of the list, others in the order in which they occurred.
    pub fn finish(self) -> Vec<CardFacts> {
        self.cards
    }

    fn take(&mut self, file: &str, table: Table, place: Place, fields: &Fields<'_>, report: &mut Report) {
        self.rows += 1;
        if self.rows > ROWS_MAX {
            if self.rows == ROWS_MAX + 1 {
                report.reject(file, place, "this and all further rows are more than 50 000 000");
            } else {
                report.rejects_beyond += 1;
            }
            return;
        }
        let outcome = match table {
            Table::Employees => return,
            Table::Punches => self.punch(file, place, fields, report),
            Table::Schedule => self.shift(fields),
            Table::Leave => self.leave(file, place, fields, report),
            Table::Corrections => self.correction(file, place, fields, report),
            Table::Waivers => self.waiver(fields),
            Table::Carried => self.carried(fields),
        };
        match outcome {
            Ok(()) => report.rows_used += 1,
            Err(reason) => report.reject(file, place, reason),
        }
    }

    fn card_of(&self, row: &EmployeeRow) -> Result<CardFacts, Fault> {
        let zone = match row.zone.as_str() {
            "" => 0,
            name => self.zones.find(name).ok_or_else(|| format!("`{name}` is not a zone such as `Europe/Berlin`"))?,
        };
        let ruleset = match row.ruleset.as_str() {
            "" => 0,
            name => {
                self.ruleset_named(name).ok_or_else(|| format!("ruleset `{name}` is not part of this evaluation"))?
            }
        };
        Ok(CardFacts { employee: row.employee.clone(), ruleset, zone, ..CardFacts::default() })
    }

    fn ruleset_named(&self, name: &str) -> Option<u16> {
        let index = self.rulesets.iter().position(|ruleset| ruleset.name == name)?;
        u16::try_from(index).ok()
    }

    /// The card that a row is about.
    fn card(&mut self, fields: &Fields<'_>) -> Result<usize, Fault> {
        let (key, pin) = (fields.get(Column::Employee), fields.get(Column::Pin));
        if key.is_empty() && pin.is_empty() {
            return Err(String::from("no employee is named"));
        }
        let found = if key.is_empty() {
            // Where an employees file gives no PINs, the terminal knows people by their keys.
            self.by_pin.get(pin).or_else(|| self.by_key.get(pin))
        } else {
            self.by_key.get(key)
        };
        match (found, self.listed) {
            (Some(index), _) => Ok(*index),
            (None, true) if key.is_empty() => Err(format!("PIN `{pin}` belongs to no employee of the employees file")),
            (None, true) => Err(format!("employee `{key}` is not in the employees file")),
            (None, false) => {
                let employee = if key.is_empty() { pin } else { key }.to_owned();
                self.by_key.insert(employee.clone(), self.cards.len());
                self.cards.push(CardFacts { employee, ..CardFacts::default() });
                Ok(self.cards.len() - 1)
            }
        }
    }

    fn change(&mut self, index: usize) -> Result<&mut CardFacts, Fault> {
        self.cards.get_mut(index).ok_or_else(|| String::from("no such employee"))
    }

    fn names(&self, index: usize) -> Option<&'a Names> {
        let ruleset = self.cards.get(index)?.ruleset;
        self.rulesets.get(usize::from(ruleset)).map(|ruleset| ruleset.names)
    }

    /// The instant of a written time for an employee. A time that the clock shows twice is the earlier one, a time
    /// that it never shows is moved forward; both are accepted and noted.
    fn instant(&self, index: usize, text: &str, at: (&str, Place), report: &mut Report) -> Result<Timestamp, Fault> {
        let written = clock::date_and_time(text)
            .ok_or_else(|| format!("`{text}` is not a date and a time; write them as 2026-03-02 08:00"))?;
        let instant = match written {
            WrittenTime::Instant(instant) => instant,
            WrittenTime::Wall(wall) => self.on_the_wall(index, wall, text, at, report)?,
        };
        plausible(WallTime(instant.0).date(), text)?;
        Ok(instant)
    }

    fn on_the_wall(
        &self,
        index: usize,
        wall: WallTime,
        text: &str,
        at: (&str, Place),
        report: &mut Report,
    ) -> Result<Timestamp, Fault> {
        let zone = self.cards.get(index).and_then(|card| self.zones.get(card.zone));
        let zone = zone.ok_or_else(|| String::from("the employee has no zone"))?;
        let earlier = zone.instant(wall, Fold::Earlier);
        let (file, place) = at;
        if zone.wall_at(earlier) != wall {
            let name = zone.name();
            report.warn(file, place, format!("the clock in {name} never showed {text}; it was moved forward"));
        } else if zone.instant(wall, Fold::Later) != earlier {
            let name = zone.name();
            report.warn(file, place, format!("the clock in {name} showed {text} twice; the earlier one is taken"));
        }
        Ok(earlier)
    }

    fn kind(&self, word: &str) -> Result<PunchKind, Fault> {
        self.statuses
            .kind(word)
            .ok_or_else(|| format!("`{word}` is not a kind of punch; the status map can say what it means"))
    }

    fn punch(&mut self, file: &str, place: Place, fields: &Fields<'_>, report: &mut Report) -> Result<(), Fault> {
        let kind = self.kind(fields.get(Column::Kind))?;
        let index = self.card(fields)?;
        let at = match (fields.get(Column::At), fields.get(Column::Date), fields.get(Column::Time)) {
            ("", "", time) => self.instant(index, time, (file, place), report)?,
            ("", date, time) => self.instant(index, &format!("{date} {time}"), (file, place), report)?,
            (at, _, _) => self.instant(index, at, (file, place), report)?,
        };
        let written_id = fields.get(Column::Id);
        let id = written_id.parse().ok();
        if id.is_none() && !written_id.is_empty() && !self.ids_warned {
            self.ids_warned = true;
            let reason = format!("punch ids such as `{written_id}` are not numbers and are not kept");
            report.warn(file, place, reason);
        }
        let card = self.change(index)?;
        if card.punches.len() >= PUNCHES_PER_TIMECARD_MAX as usize {
            return Err(format!("employee `{}` has more than {PUNCHES_PER_TIMECARD_MAX} punches", card.employee));
        }
        card.punches.push(Punch { at, kind, id });
        Ok(())
    }

    fn shift(&mut self, fields: &Fields<'_>) -> Result<(), Fault> {
        let index = self.card(fields)?;
        let workday = workday(fields.get(Column::Workday))?;
        let (start, end, name) = (fields.get(Column::Start), fields.get(Column::End), fields.get(Column::Shift));
        let times = if start.is_empty() && end.is_empty() {
            let shifts = self.names(index).map_or(&[] as &[String], |names| names.shifts.as_slice());
            ShiftTimes::Template(numbered(shifts, name).ok_or_else(|| unknown("shift", name, shifts))?)
        } else {
            let (start, end) = (shift_time(start)?, shift_time(end)?);
            // An end that is not after the start belongs to the day after.
            let end = if end <= start { end + 86_400 } else { end };
            if end - start > 172_800 {
                return Err(String::from("a scheduled shift may not be longer than 48 hours"));
            }
            ShiftTimes::Clock { start, end }
        };
        let card = self.change(index)?;
        if card.shifts.len() >= SHIFTS_PER_TIMECARD_MAX as usize {
            return Err(format!(
                "employee `{}` has more than {SHIFTS_PER_TIMECARD_MAX} scheduled shifts",
                card.employee
            ));
        }
        card.shifts.push(ShiftFact { workday, times });
        Ok(())
    }

    fn leave(&mut self, file: &str, place: Place, fields: &Fields<'_>, report: &mut Report) -> Result<(), Fault> {
        let index = self.card(fields)?;
        let codes = self.names(index).map_or(&[] as &[String], |names| names.leave.as_slice());
        let name = fields.get(Column::Code);
        let code = numbered(codes, name).ok_or_else(|| unknown("leave code", name, codes))?;
        let recorded_at = self.recorded(index, fields, (file, place), report)?;
        let (from, to, amount) = (fields.get(Column::From), fields.get(Column::To), fields.get(Column::Amount));
        let times = if from.is_empty() {
            let day = workday(fields.get(Column::Workday))?;
            match amount {
                "" => vec![LeaveTime::Workday(day)],
                amount => vec![LeaveTime::Amount(day, length(amount)?)],
            }
        } else if let Some(first) = clock::date(from) {
            let last = if to.is_empty() { first } else { workday(to)? };
            whole_days(first, last)?
        } else {
            let start = self.instant(index, from, (file, place), report)?;
            let end = self.instant(index, to, (file, place), report)?;
            if end <= start {
                return Err(format!("leave from {from} to {to} does not end after it starts"));
            }
            vec![LeaveTime::Span { start, end }]
        };
        let card = self.change(index)?;
        card.leave.extend(times.into_iter().map(|time| Leave { code, time, recorded_at }));
        Ok(())
    }

    fn correction(&mut self, file: &str, place: Place, fields: &Fields<'_>, report: &mut Report) -> Result<(), Fault> {
        let index = self.card(fields)?;
        let recorded_at = self.recorded(index, fields, (file, place), report)?;
        let action = fields.get(Column::Action).to_lowercase();
        let kind = match action.as_str() {
            "add" => CorrectionKind::Add {
                at: self.instant(index, fields.get(Column::At), (file, place), report)?,
                kind: self.kind(fields.get(Column::Kind))?,
            },
            "void" => CorrectionKind::Void(self.punch_ref(index, fields, (file, place), report)?),
            "retime" => CorrectionKind::Retime {
                punch: self.punch_ref(index, fields, (file, place), report)?,
                to: self.instant(index, fields.get(Column::To), (file, place), report)?,
            },
            _ => return Err(format!("`{action}` is not a correction; write add, void or retime")),
        };
        self.change(index)?.corrections.push(Correction { kind, recorded_at });
        Ok(())
    }

    fn punch_ref(
        &self,
        index: usize,
        fields: &Fields<'_>,
        at: (&str, Place),
        report: &mut Report,
    ) -> Result<PunchRef, Fault> {
        match fields.get(Column::Id) {
            "" => Ok(PunchRef::At(
                self.instant(index, fields.get(Column::At), at, report)?,
                self.kind(fields.get(Column::Kind))?,
            )),
            id => id.parse().map(PunchRef::Id).map_err(|_| format!("`{id}` is not the number of a punch")),
        }
    }

    fn waiver(&mut self, fields: &Fields<'_>) -> Result<(), Fault> {
        let index = self.card(fields)?;
        let workday = workday(fields.get(Column::Workday))?;
        let written = fields.get(Column::Waived).to_lowercase();
        let meal = written.strip_prefix("meal ").and_then(|ordinal| ordinal.trim().parse().ok()).map(WaiverKind::Meal);
        let exception = ExceptionCode::from_code(&written.replace(' ', "_")).map(WaiverKind::Exception);
        let kind = meal
            .or(exception)
            .ok_or_else(|| format!("`{written}` is neither `meal 1` nor an exception such as `late_in`"))?;
        self.change(index)?.waivers.push(Waiver { workday, kind });
        Ok(())
    }

    fn carried(&mut self, fields: &Fields<'_>) -> Result<(), Fault> {
        let index = self.card(fields)?;
        let keys = self.names(index).map_or(&[] as &[String], |names| names.carried.as_slice());
        let name = fields.get(Column::Key);
        let key = numbered(keys, name).map(CarryKey).ok_or_else(|| unknown("carried key", name, keys))?;
        let written = fields.get(Column::Value);
        let value = written.parse().map_err(|_| format!("`{written}` is not a whole number"))?;
        let card = self.change(index)?;
        if card.carried.iter().any(|carried| carried.key == key) {
            return Err(format!("employee `{}` carries a value for `{name}` already", card.employee));
        }
        card.carried.push(Carried { key, value });
        Ok(())
    }

    /// When a row became known; a row that does not say so has always been known.
    fn recorded(
        &self,
        index: usize,
        fields: &Fields<'_>,
        at: (&str, Place),
        report: &mut Report,
    ) -> Result<Timestamp, Fault> {
        match fields.get(Column::Recorded) {
            "" => Ok(Timestamp(0)),
            text => self.instant(index, text, at, report),
        }
    }
}

fn workday(text: &str) -> Result<Workday, Fault> {
    let day = clock::date(text).ok_or_else(|| format!("`{text}` is not a date; write it as 2026-03-02"))?;
    plausible(day, text)?;
    Ok(day)
}

/// A slip of the pen in the year would reach no evaluation, and stands too far from other punches to be written
/// beside them.
fn plausible(day: Workday, text: &str) -> Result<(), Fault> {
    let (year, _, _) = day.to_date();
    if (1980..=2099).contains(&year) { Ok(()) } else { Err(format!("`{text}` is not between 1980 and 2099")) }
}

fn length(text: &str) -> Result<shiftmill_core::Seconds, Fault> {
    clock::length(text).ok_or_else(|| format!("`{text}` is not a length; write it as 4:00 or 4h"))
}

/// A time of day up to 48:00, so that the end of a night shift may be written `30:00`.
fn shift_time(text: &str) -> Result<i32, Fault> {
    let second = clock::length(text).filter(|length| text.contains(':') && length.0 <= 172_800);
    let second = second.and_then(|length| i32::try_from(length.0).ok());
    second.ok_or_else(|| format!("`{text}` is not a time of day; write it as HH:MM"))
}

fn whole_days(first: Workday, last: Workday) -> Result<Vec<LeaveTime>, Fault> {
    let days = last.0 - first.0 + 1;
    if !(1..=400).contains(&days) {
        return Err(format!("leave from {first} to {last} is not between 1 and 400 days"));
    }
    Ok((0..days).map(|day| LeaveTime::Workday(first.plus(day))).collect())
}

fn numbered(names: &[String], name: &str) -> Option<u16> {
    names.iter().position(|known| known == name).and_then(|index| u16::try_from(index).ok())
}

fn unknown(what: &str, name: &str, known: &[String]) -> Fault {
    match known {
        [] => format!("the ruleset has no {what} `{name}`, and none at all"),
        known => format!("the ruleset has no {what} `{name}`; it has {}", known.join(", ")),
    }
}
