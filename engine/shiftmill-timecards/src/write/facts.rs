//! Facts as the files that `read` reads: nothing is lost on the way there and back, except the order of the tables.

use std::io::{self, Write};

use shiftmill_core::{
    ApprovalTime, CardFacts, CorrectionKind, Employment, Fold, LeaveTime, Names, Punch, PunchKind, PunchRef,
    RosterKind, ShiftTimes, Tag, TagDictionary, TagId, Timestamp, WaiverKind, Workday, Zone,
};

use super::csv::{CARRIED, CsvTable, value};
use super::time_of_day;
use crate::fields::{Field, Table};
use crate::rows::{ALWAYS_KNOWN, Action};

/// One employee's facts with the names of their numbers.
#[derive(Clone, Copy, Debug)]
pub struct FactsView<'a> {
    /// The facts.
    pub card: &'a CardFacts,
    /// The display name of the employee; may be empty.
    pub name: &'a str,
    /// Their number on terminals; may be empty.
    pub pin: &'a str,
    /// The name of their ruleset; may be empty.
    pub ruleset: &'a str,
    /// Their zone, with the changes that assignments make.
    pub zone: &'a Zone,
    /// The zones and the names of the rulesets to which assignments refer.
    pub assigned: (&'a [Zone], &'a [String]),
    /// The names of their ruleset.
    pub names: &'a Names,
    /// The tags of the facts.
    pub tags: &'a TagDictionary,
}

impl FactsView<'_> {
    /// A tag as files write it; nothing for none.
    fn tag(&self, tag: TagId) -> String {
        self.tags.get(tag).map_or_else(String::new, ToString::to_string)
    }

    /// The time of a punch with a tag. By the clock of a place, a time without an offset would be another.
    fn moment_of(&self, at: Timestamp, tag: TagId) -> String {
        match self.tags.get(tag).and_then(Tag::time_zone) {
            Some(_) => with_offset(self.zone, at),
            None => moment(self.zone, at),
        }
    }
}

/// Writes an employees file.
///
/// # Errors
/// When `out` takes no more; so for all writers here.
pub fn employees<'a>(cards: impl Iterator<Item = FactsView<'a>>, out: &mut dyn Write) -> io::Result<()> {
    let columns =
        [Field::Employee, Field::Name, Field::Zone, Field::Pin, Field::Ruleset, Field::Tag, Field::Hired, Field::Left];
    let mut table = CsvTable::new(columns.map(Field::word), out)?;
    let day = |day: Option<Workday>| day.map_or_else(String::new, |day| day.to_string());
    for view in cards {
        let (key, name, tag) = (value(&view.card.employee), value(view.name), view.tag(view.card.tag));
        let always = [Employment::default()];
        let stretches = if view.card.employment.is_empty() { &always[..] } else { &view.card.employment };
        for employment in stretches {
            let (hired, left) = (day(employment.hired), day(employment.left));
            let (pin, ruleset) = (value(view.pin), value(view.ruleset));
            table.row([&key, &name, &view.zone.name(), &pin, &ruleset, &value(&tag), &hired, &left])?;
        }
    }
    Ok(())
}

/// Writes a punches file with local times; a time that the clock shows a second time carries its offset,
/// and so does that of a punch whose tag names a time zone.
pub fn punches<'a>(cards: impl Iterator<Item = FactsView<'a>>, out: &mut dyn Write) -> io::Result<()> {
    let cards: Vec<FactsView<'a>> = cards.collect();
    let [employee, at, kind, id, tag, recorded] =
        [Field::Employee, Field::At, Field::Kind, Field::Id, Field::Tag, Field::Recorded].map(Field::word);
    let any = |has: fn(&Punch) -> bool| cards.iter().any(|view| view.card.punches.iter().any(has));
    if any(|punch| punch.recorded_at.is_some()) {
        let mut table = CsvTable::new([employee, at, kind, id, tag, recorded], out)?;
        return each_punch(&cards, |view, key, punch| {
            let id = punch.id.map_or_else(String::new, |id| id.to_string());
            let recorded = punch.recorded_at.map_or_else(String::new, |at| moment(view.zone, at));
            let (at, tag) = (view.moment_of(punch.at, punch.tag), view.tag(punch.tag));
            table.row([&key, &at, &punch.kind, &id, &value(&tag), &recorded])
        });
    }
    if !any(|punch| punch.id.is_some() || punch.tag != TagId::NONE) {
        let mut table = CsvTable::new([employee, at, kind], out)?;
        return each_punch(&cards, |view, key, punch| table.row([&key, &moment(view.zone, punch.at), &punch.kind]));
    }
    let mut table = CsvTable::new([employee, at, kind, id, tag], out)?;
    each_punch(&cards, |view, key, punch| {
        let id = punch.id.map_or_else(String::new, |id| id.to_string());
        table.row([&key, &view.moment_of(punch.at, punch.tag), &punch.kind, &id, &value(&view.tag(punch.tag))])
    })
}

fn each_punch(
    cards: &[FactsView<'_>],
    mut write: impl FnMut(&FactsView<'_>, &str, &Punch) -> io::Result<()>,
) -> io::Result<()> {
    for view in cards {
        let key = value(&view.card.employee);
        view.card.punches.iter().try_for_each(|punch| write(view, &key, punch))?;
    }
    Ok(())
}

/// Writes a schedule file.
pub fn schedule<'a>(cards: impl Iterator<Item = FactsView<'a>>, out: &mut dyn Write) -> io::Result<()> {
    let columns = [
        Field::Employee,
        Field::Workday,
        Field::Start,
        Field::End,
        Field::Shift,
        Field::Kind,
        Field::Split,
        Field::Tag,
        Field::Amount,
    ];
    let mut table = CsvTable::new(columns.map(Field::word), out)?;
    for view in cards {
        let key = value(&view.card.employee);
        for shift in &view.card.shifts {
            let kind = if shift.kind == RosterKind::Work { "" } else { shift.kind.code() };
            let split = if shift.split == 0 { String::new() } else { shift.split.to_string() };
            let tag = view.tag(shift.tag);
            let tag = value(&tag);
            match shift.times {
                _ if !shift.kind.has_times() => {
                    table.row([&key, &shift.workday, &"", &"", &"", &kind, &"", &tag, &""])?
                }
                // The end is counted on past midnight: 30:30 is half past six on the day after.
                ShiftTimes::Clock { start, end } => {
                    table.row([&key, &shift.workday, &clock(start), &clock(end), &"", &kind, &split, &tag, &""])?;
                }
                ShiftTimes::Template(index) => {
                    let name = view.names.shifts.get(usize::from(index)).map_or("", String::as_str);
                    table.row([&key, &shift.workday, &"", &"", &value(name), &kind, &split, &tag, &""])?;
                }
                ShiftTimes::Length(length) => {
                    table.row([&key, &shift.workday, &"", &"", &"", &kind, &"", &tag, &length])?;
                }
                ShiftTimes::FreeEnd { start, expects } => {
                    let expects = if expects.is_zero() { String::new() } else { expects.to_string() };
                    table.row([&key, &shift.workday, &clock(start), &"", &"", &kind, &split, &tag, &expects])?;
                }
            }
        }
    }
    Ok(())
}

/// Writes a file of day types.
pub fn days<'a>(cards: impl Iterator<Item = FactsView<'a>>, out: &mut dyn Write) -> io::Result<()> {
    let columns = [Field::Employee, Field::Workday, Field::DayType, Field::From, Field::To];
    let mut table = CsvTable::new(columns.map(Field::word), out)?;
    for view in cards {
        let key = value(&view.card.employee);
        for day in &view.card.day_overrides {
            let [from, to] = match day.window {
                Some(window) => [window.opens(), window.closes()].map(time_of_day),
                None => [String::new(), String::new()],
            };
            table.row([&key, &day.workday, &day.day_type, &from, &to])?;
        }
    }
    Ok(())
}

/// Writes a leave file.
pub fn leave<'a>(cards: impl Iterator<Item = FactsView<'a>>, out: &mut dyn Write) -> io::Result<()> {
    let columns = [
        Field::Employee,
        Field::Code,
        Field::From,
        Field::To,
        Field::Workday,
        Field::Amount,
        Field::Half,
        Field::Recorded,
    ];
    let mut table = CsvTable::new(columns.map(Field::word), out)?;
    for view in cards {
        let key = value(&view.card.employee);
        for leave in &view.card.leave {
            let code = value(view.names.leave.get(usize::from(leave.code)).map_or("", String::as_str));
            let recorded = recorded(view.zone, leave.recorded_at);
            match leave.time {
                LeaveTime::Workday(workday) => table.row([&key, &code, &"", &"", &workday, &"", &"", &recorded])?,
                LeaveTime::HalfDay(workday, half) => {
                    table.row([&key, &code, &"", &"", &workday, &"", &half, &recorded])?;
                }
                LeaveTime::Amount(workday, amount) => {
                    table.row([&key, &code, &"", &"", &workday, &amount, &"", &recorded])?;
                }
                LeaveTime::Span { start, end } => {
                    let (from, to) = (moment(view.zone, start), moment(view.zone, end));
                    table.row([&key, &code, &from, &to, &"", &"", &"", &recorded])?;
                }
            }
        }
    }
    Ok(())
}

/// Writes a corrections file.
pub fn corrections<'a>(cards: impl Iterator<Item = FactsView<'a>>, out: &mut dyn Write) -> io::Result<()> {
    let columns = [
        Field::Employee,
        Field::Action,
        Field::At,
        Field::Kind,
        Field::Id,
        Field::To,
        Field::NewKind,
        Field::Tag,
        Field::Recorded,
    ];
    let mut table = CsvTable::new(columns.map(Field::word), out)?;
    for view in cards {
        let key = value(&view.card.employee);
        for correction in &view.card.corrections {
            let (action, punch, to, new_kind, tag) = match correction.kind {
                CorrectionKind::Add { at, kind, tag } => (Action::Add, PunchRef::At(at, kind), None, "", tag),
                CorrectionKind::Void(punch) => (Action::Void, punch, None, "", TagId::NONE),
                CorrectionKind::Retime { punch, to } => (Action::Retime, punch, Some(to), "", TagId::NONE),
                CorrectionKind::SetKind { punch, kind } => (Action::SetKind, punch, None, kind.code(), TagId::NONE),
            };
            let (at, kind, id) = match punch {
                PunchRef::Id(id) => (String::new(), "", id.to_string()),
                PunchRef::At(at, kind) => (view.moment_of(at, tag), kind.code(), String::new()),
            };
            let to = to.map_or_else(String::new, |to| moment(view.zone, to));
            let (recorded, tag) = (recorded(view.zone, correction.recorded_at), view.tag(tag));
            table.row([&key, &action.code(), &at, &kind, &id, &to, &new_kind, &value(&tag), &recorded])?;
        }
    }
    Ok(())
}

/// Writes a waivers file.
pub fn waivers<'a>(cards: impl Iterator<Item = FactsView<'a>>, out: &mut dyn Write) -> io::Result<()> {
    let columns = [Field::Employee, Field::Workday, Field::Waived];
    let mut table = CsvTable::new(columns.map(Field::word), out)?;
    for view in cards {
        let key = value(&view.card.employee);
        for waiver in &view.card.waivers {
            match waiver.kind {
                WaiverKind::Meal(ordinal) => table.row([&key, &waiver.workday, &format_args!("meal {ordinal}")])?,
                WaiverKind::Exception(code) => table.row([&key, &waiver.workday, &code])?,
            }
        }
    }
    Ok(())
}

/// Writes a file of manual hours.
pub fn manual_hours<'a>(cards: impl Iterator<Item = FactsView<'a>>, out: &mut dyn Write) -> io::Result<()> {
    let columns = [Field::Employee, Field::Workday, Field::Code, Field::Amount, Field::Recorded];
    let mut table = CsvTable::new(columns.map(Field::word), out)?;
    for view in cards {
        let key = value(&view.card.employee);
        for hours in &view.card.manual_hours {
            let code = value(view.names.pay_code(hours.code).map_or("", |info| info.name.as_str()));
            table.row([&key, &hours.workday, &code, &hours.amount, &recorded(view.zone, hours.recorded_at)])?;
        }
    }
    Ok(())
}

/// Writes a file of attestations.
pub fn attestations<'a>(cards: impl Iterator<Item = FactsView<'a>>, out: &mut dyn Write) -> io::Result<()> {
    let columns = [Field::Employee, Field::Workday, Field::Question, Field::Answer, Field::Recorded];
    let mut table = CsvTable::new(columns.map(Field::word), out)?;
    for view in cards {
        let key = value(&view.card.employee);
        for said in &view.card.attestations {
            let question = view.names.attestations.get(usize::from(said.question)).map_or("", String::as_str);
            let answer = if said.answer { "yes" } else { "no" };
            let known = recorded(view.zone, said.recorded_at);
            table.row([&key, &said.workday, &value(question), &answer, &known])?;
        }
    }
    Ok(())
}

/// Writes a file of overrides.
pub fn overrides<'a>(cards: impl Iterator<Item = FactsView<'a>>, out: &mut dyn Write) -> io::Result<()> {
    let columns = [Field::Employee, Field::Workday, Field::Code, Field::Amount, Field::Computed, Field::Recorded];
    let mut table = CsvTable::new(columns.map(Field::word), out)?;
    for view in cards {
        let key = value(&view.card.employee);
        for stated in &view.card.overrides {
            let code = value(view.names.pay_code(stated.code).map_or("", |info| info.name.as_str()));
            let computed = stated.computed.map_or_else(String::new, |computed| computed.to_string());
            let known = recorded(view.zone, stated.recorded_at);
            table.row([&key, &stated.workday, &code, &stated.amount, &computed, &known])?;
        }
    }
    Ok(())
}

/// Writes an approvals file.
pub fn approvals<'a>(cards: impl Iterator<Item = FactsView<'a>>, out: &mut dyn Write) -> io::Result<()> {
    let columns = [
        Field::Employee,
        Field::Kind,
        Field::From,
        Field::To,
        Field::Workday,
        Field::Amount,
        Field::Status,
        Field::Choice,
        Field::Recorded,
    ];
    let mut table = CsvTable::new(columns.map(Field::word), out)?;
    for view in cards {
        let key = value(&view.card.employee);
        for approval in &view.card.approvals {
            let (from, to, workday, amount) = match approval.time {
                ApprovalTime::Span { start, end } => {
                    (moment(view.zone, start), moment(view.zone, end), String::new(), String::new())
                }
                ApprovalTime::Workday(workday) => (String::new(), String::new(), workday.to_string(), String::new()),
                ApprovalTime::Length(workday, length) => {
                    (String::new(), String::new(), workday.to_string(), length.to_string())
                }
            };
            let (kind, status, choice) = (approval.kind, approval.status, approval.choice);
            let recorded = recorded(view.zone, approval.recorded_at);
            table.row([&key, &kind, &from, &to, &workday, &amount, &status, &choice, &recorded])?;
        }
    }
    Ok(())
}

/// Writes a file of carried values.
pub fn carried<'a>(cards: impl Iterator<Item = FactsView<'a>>, out: &mut dyn Write) -> io::Result<()> {
    let mut table = CsvTable::new(CARRIED.map(Field::word), out)?;
    for view in cards {
        let key = value(&view.card.employee);
        for carried in &view.card.carried {
            let name = view.names.carried.get(usize::from(carried.key.0)).map_or("", String::as_str);
            table.row([&key, &value(name), &carried.value])?;
        }
    }
    Ok(())
}

/// Writes a file of assignments by date.
pub fn assignments<'a>(cards: impl Iterator<Item = FactsView<'a>>, out: &mut dyn Write) -> io::Result<()> {
    let columns = [Field::Employee, Field::From, Field::Ruleset, Field::Calendar, Field::Zone, Field::Tag, Field::Job];
    let mut table = CsvTable::new(columns.map(Field::word), out)?;
    for view in cards {
        let (zones, rulesets) = view.assigned;
        for row in &view.card.assignments {
            let ruleset = row.ruleset.and_then(|ruleset| rulesets.get(usize::from(ruleset)));
            let zone = row.zone.and_then(|zone| zones.get(usize::from(zone)));
            let (tag, job) = (view.tag(row.tag.unwrap_or_default()), view.tag(row.job));
            let ruleset = value(ruleset.map_or("", String::as_str));
            let zone = zone.map_or("", Zone::name);
            let calendar = row.calendar.map_or("", |calendar| view.names.calendar_name(calendar));
            let employee = value(&view.card.employee);
            table.row([&employee, &row.from, &ruleset, &calendar, &zone, &value(&tag), &value(&job)])?;
        }
    }
    Ok(())
}

/// Writes the punches as a ZK terminal exports them, in the order of time.
pub fn attlog<'a>(cards: impl Iterator<Item = FactsView<'a>>, out: &mut dyn Write) -> io::Result<()> {
    let mut punches = Vec::new();
    for view in cards {
        punches.extend(view.card.punches.iter().map(|punch| (punch.at, view.pin, punch.kind, view.zone)));
    }
    punches.sort_by_key(|(at, pin, ..)| (*at, *pin));
    for (at, pin, kind, zone) in punches {
        let wall = zone.wall_at(at);
        let (hour, minute, second) =
            (wall.second_of_day() / 3_600, wall.second_of_day() / 60 % 60, wall.second_of_day() % 60);
        let status = match kind {
            PunchKind::In | PunchKind::CallbackIn => 0,
            PunchKind::Out | PunchKind::CallbackOut => 1,
            PunchKind::MealStart | PunchKind::BreakStart => 2,
            PunchKind::MealEnd | PunchKind::BreakEnd => 3,
            PunchKind::Transfer | PunchKind::Unknown | PunchKind::Offsite => 255,
        };
        writeln!(out, "{pin:>9}\t{} {hour:02}:{minute:02}:{second:02}\t{status}\t1\t0\t0", wall.date())?;
    }
    Ok(())
}

fn moment(zone: &Zone, at: Timestamp) -> String {
    let wall = zone.wall_at(at);
    if zone.instant(wall, Fold::Earlier) == at { wall.to_string() } else { with_offset(zone, at) }
}

fn with_offset(zone: &Zone, at: Timestamp) -> String {
    let local = zone.wall_at(at).to_string();
    let offset = zone.offset_at(at);
    let sign = if offset < 0 { '-' } else { '+' };
    let minutes = offset.unsigned_abs() / 60;
    format!("{local}{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

/// Nothing for what has always been known.
fn recorded(zone: &Zone, at: Timestamp) -> String {
    if at == ALWAYS_KNOWN { String::new() } else { moment(zone, at) }
}

/// Seconds from midnight as a time of day that may pass 24:00.
fn clock(second: i32) -> String {
    time_of_day(u32::try_from(second).unwrap_or(0))
}

/// Writes one JSON document with all tables that have rows.
pub fn document<'a>(cards: impl Iterator<Item = FactsView<'a>> + Clone, out: &mut dyn Write) -> io::Result<()> {
    type Writer<'a, I> = fn(I, &mut dyn Write) -> io::Result<()>;
    let tables: [(Table, Writer<'a, _>); Table::ALL.len()] = [
        (Table::Employees, employees),
        (Table::Punches, punches),
        (Table::Schedule, schedule),
        (Table::Days, days),
        (Table::Leave, leave),
        (Table::Corrections, corrections),
        (Table::Waivers, waivers),
        (Table::Approvals, approvals),
        (Table::ManualHours, manual_hours),
        (Table::Attestations, attestations),
        (Table::Overrides, overrides),
        (Table::Assignments, assignments),
        (Table::Carried, carried),
    ];
    // The same rows as in the files, so that one place decides how a fact is written.
    let mut divider = "{\n";
    for (table, write) in tables {
        let mut rows = Vec::new();
        write(cards.clone(), &mut rows)?;
        let text = String::from_utf8_lossy(&rows);
        let mut lines = text.lines();
        let header: Vec<&str> = lines.next().unwrap_or("").split(',').collect();
        let objects: Vec<String> = lines.map(|line| object(&header, line)).collect();
        if !objects.is_empty() {
            write!(out, "{divider}  \"{}\": [\n    {}\n  ]", table.name(), objects.join(",\n    "))?;
            divider = ",\n";
        }
    }
    if divider == "{\n" {
        write!(out, "{{")?;
    }
    writeln!(out, "\n}}")
}

/// One row as an object; values that are not there are left out.
fn object(header: &[&str], line: &str) -> String {
    let values = crate::read::values(line);
    let pairs = header.iter().zip(values).filter(|(_, value)| !value.is_empty());
    let object: serde_json::Map<String, serde_json::Value> =
        pairs.map(|(name, value)| ((*name).to_owned(), value.into_owned().into())).collect();
    serde_json::Value::Object(object).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::{Format, Intake, Report, RulesetNames, StatusMap, read_assignments, read_employees};
    use crate::sample::{Company, Punching, Scheduling};
    use shiftmill_core::{
        Approval, ApprovalKind, ApprovalStatus, Assignment, Attestation, CalendarChoice, CalendarId, Carried, CarryKey,
        Compensation, Correction, DayHalf, DayOverride, DayType, DayWindow, ExceptionCode, Layer, Leave, ManualHours,
        Multiplier, Override, PayCode, PayCodeInfo, Seconds, ShiftFact, Unit, Waiver, Workday, ZoneTable,
    };

    fn new_york() -> Zone {
        let changes = vec![(Timestamp(1_772_953_200), -14_400), (Timestamp(1_793_512_800), -18_000)];
        Zone::new("America/New_York".into(), -18_000, changes).unwrap()
    }

    /// A month with a night on which clocks go back, and one of every kind of row.
    fn tokyo() -> Zone {
        Zone::fixed("Asia/Tokyo", 32_400)
    }

    fn cards(zone: &Zone) -> Vec<CardFacts> {
        let first = Workday::from_date(2026, 10, 20).unwrap();
        let (punching, scheduling) = (Punching::WithMeals, Scheduling::Times);
        let company = Company { seed: 3, employees: 60, first, days: 28, punching, leave: Some(0), scheduling };
        let mut cards = company.cards(zone, 0);
        let at = cards[0].punches[0].at;
        let night = Timestamp(1_793_514_600);
        cards[0].corrections = vec![
            Correction { kind: CorrectionKind::Add { at: night, kind: PunchKind::In, tag: TagId(5) }, recorded_at: at },
            Correction { kind: CorrectionKind::Void(PunchRef::At(at, PunchKind::In)), recorded_at: Timestamp(0) },
            Correction {
                kind: CorrectionKind::Retime { punch: PunchRef::Id(7), to: night },
                recorded_at: Timestamp(0),
            },
            Correction {
                kind: CorrectionKind::SetKind { punch: PunchRef::Id(7), kind: PunchKind::MealEnd },
                recorded_at: at,
            },
        ];
        for (shift, kind) in cards[3].shifts.iter_mut().zip(RosterKind::ALL) {
            let row = ShiftFact { kind: *kind, ..*shift };
            *shift = if kind.has_times() { row } else { ShiftFact::whole_day(shift.workday, *kind) };
        }
        cards[0].shifts.iter_mut().take(1).for_each(|shift| shift.times = ShiftTimes::Length(Seconds::hours(8)));
        cards[2].shifts.iter_mut().take(2).for_each(|shift| shift.split = 1);
        for (shift, expects) in cards[2].shifts.iter_mut().zip([Seconds(0), Seconds::hours(6)]) {
            shift.times = ShiftTimes::FreeEnd { start: 21_600, expects };
        }
        cards[4].day_overrides = vec![
            DayOverride { workday: first, day_type: DayType::RestDay, window: None },
            DayOverride { workday: first, day_type: DayType::CompanyHoliday, window: DayWindow::new(43_200, 86_400) },
        ];
        cards[1].waivers = vec![
            Waiver { workday: first, kind: WaiverKind::Meal(2) },
            Waiver { workday: first, kind: WaiverKind::Exception(ExceptionCode::LateIn) },
        ];
        let approval = |kind, time, status, choice| Approval { kind, time, status, choice, recorded_at: at };
        let span = ApprovalTime::Span { start: at, end: night };
        cards[1].approvals = vec![
            approval(ApprovalKind::Overtime, span, ApprovalStatus::Approved, Compensation::Bank),
            approval(ApprovalKind::Trip, ApprovalTime::Workday(first), ApprovalStatus::Pending, Compensation::Pay),
            Approval {
                recorded_at: Timestamp(0),
                ..approval(
                    ApprovalKind::LateOut,
                    ApprovalTime::Length(first, Seconds::hours(2)),
                    ApprovalStatus::Rejected,
                    Compensation::Pay,
                )
            },
        ];
        let half = LeaveTime::HalfDay(first, DayHalf::Second);
        cards[3].leave.push(Leave { code: 0, time: half, recorded_at: at });
        cards[3].manual_hours =
            vec![ManualHours { workday: first, code: PayCode(1), amount: Seconds::hours(2), recorded_at: at }];
        let stated = |code, amount, computed, recorded_at| Override {
            workday: first,
            code: PayCode(code),
            amount: Seconds(amount),
            computed,
            recorded_at,
        };
        cards[3].overrides = vec![stated(0, 0, None, Timestamp(0)), stated(1, 7_230, Some(Seconds::ZERO), at)];
        cards[3].attestations = [true, false]
            .map(|answer| Attestation { workday: first, question: u16::from(answer), answer, recorded_at: at })
            .to_vec();
        let assigned = |days, ruleset, zone, tag| Assignment {
            from: first.plus(days),
            ruleset,
            calendar: None,
            zone,
            tag,
            job: TagId::NONE,
        };
        cards[5].assignments = vec![assigned(3, Some(1), None, Some(TagId(1))), assigned(100, None, Some(1), None)];
        let on_calendar = |days, calendar| Assignment { calendar: Some(calendar), ..assigned(days, None, None, None) };
        cards[4].assignments =
            vec![on_calendar(0, CalendarChoice::Named(CalendarId(1))), on_calendar(9, CalendarChoice::Own)];
        cards[6].assignments = vec![Assignment { job: TagId(1), ..assigned(-40, Some(1), None, None) }];
        // In the order in which they are read.
        cards[1].tag = TagId(1);
        cards[1].punches[0].tag = TagId(2);
        cards[2].shifts[0].tag = TagId(4);
        cards[6].punches[0].tag = TagId(3);
        cards[2].employment =
            vec![Employment { hired: None, left: Some(first) }, Employment { hired: Some(first.plus(7)), left: None }];
        cards[2].carried = [(1, 3), (0, i64::MIN)].map(|(key, value)| Carried { key: CarryKey(key), value }).to_vec();
        cards
    }

    fn read_back(files: &[(Table, Format, Vec<u8>)], zone: &Zone, names: &Names) -> Vec<CardFacts> {
        let zones = ZoneTable { zones: vec![zone.clone(), tokyo()], edition: String::new() };
        let rulesets = ["standard", "office"].map(|name| RulesetNames { name, names });
        let mut report = Report::default();
        let (_, format, bytes) = &files[0];
        let employees = read_employees("employees", &(*format).into(), &mut bytes.as_slice(), &mut report).unwrap();
        let mut intake =
            Intake::new("employees", &employees, &zones, &zones, &rulesets, StatusMap::default(), &mut report);
        for (table, format, bytes) in files {
            if *table == Table::Assignments || *format == Format::Json {
                let layout = (*format).into();
                let rows = read_assignments("assignments", &layout, &mut bytes.as_slice(), &mut report).unwrap();
                intake.assign("assignments", &rows, &mut report);
            }
        }
        for (table, format, bytes) in files {
            let is_read = matches!(table, Table::Employees | Table::Assignments);
            if !is_read || *format == Format::Json {
                intake.read(table.name(), *table, &(*format).into(), &mut bytes.as_slice(), &mut report).unwrap();
            }
        }
        assert_eq!(report.rejects, []);
        let (cards, tags) = intake.finish();
        assert_eq!(tags, dictionary());
        cards
    }

    fn dictionary() -> TagDictionary {
        let mut tags = TagDictionary::default();
        for text in ["site=north", "job=welder, 2;site=north", "time_zone=Asia/Tokyo", "site=south", "job=fitter"] {
            tags.read(text).unwrap();
        }
        tags
    }

    #[test]
    fn what_is_written_is_read_again_to_the_second() {
        let zone = new_york();
        let keys = vec!["points/balance".into(), "points/streak".into()];
        let pay_code = |name: &str| PayCodeInfo {
            name: name.into(),
            layer: Layer::Base,
            unit: Unit::Second,
            paid: true,
            multiplier: Multiplier::PLAIN,
        };
        let names = Names {
            leave: vec!["annual".into()],
            calendars: vec!["hesse".into(), "bavaria".into()],
            pay_codes: vec![pay_code("regular"), pay_code("overtime_1_5")],
            attestations: vec!["meal_taken".into(), "rests_taken".into()],
            carried: keys,
            ..Names::default()
        };
        let (cards, tags) = (cards(&zone), dictionary());
        let (zones, rulesets) = ([zone.clone(), tokyo()], ["standard", "office"].map(str::to_owned));
        let pins: Vec<String> = (0..cards.len()).map(|number| number.to_string()).collect();
        let views = cards.iter().zip(&pins).map(|(card, pin)| FactsView {
            card,
            name: "Line, 1",
            pin,
            ruleset: "standard",
            zone: &zone,
            assigned: (&zones, &rulesets),
            names: &names,
            tags: &tags,
        });
        type Writer<'w> = &'w dyn Fn(&mut Vec<u8>);
        let write = |writer: Writer<'_>| {
            let mut bytes = Vec::new();
            writer(&mut bytes);
            bytes
        };
        let files = [
            (Table::Employees, Format::Csv, write(&|out| employees(views.clone(), out).unwrap())),
            (Table::Punches, Format::Csv, write(&|out| punches(views.clone(), out).unwrap())),
            (Table::Schedule, Format::Csv, write(&|out| schedule(views.clone(), out).unwrap())),
            (Table::Days, Format::Csv, write(&|out| days(views.clone(), out).unwrap())),
            (Table::Leave, Format::Csv, write(&|out| leave(views.clone(), out).unwrap())),
            (Table::Corrections, Format::Csv, write(&|out| corrections(views.clone(), out).unwrap())),
            (Table::Waivers, Format::Csv, write(&|out| waivers(views.clone(), out).unwrap())),
            (Table::Approvals, Format::Csv, write(&|out| approvals(views.clone(), out).unwrap())),
            (Table::ManualHours, Format::Csv, write(&|out| manual_hours(views.clone(), out).unwrap())),
            (Table::Attestations, Format::Csv, write(&|out| attestations(views.clone(), out).unwrap())),
            (Table::Overrides, Format::Csv, write(&|out| overrides(views.clone(), out).unwrap())),
            (Table::Assignments, Format::Csv, write(&|out| assignments(views.clone(), out).unwrap())),
            (Table::Carried, Format::Csv, write(&|out| carried(views.clone(), out).unwrap())),
        ];
        assert_eq!(read_back(&files, &zone, &names), cards);
        let one = [(Table::Employees, Format::Json, write(&|out| document(views.clone(), out).unwrap()))];
        assert_eq!(read_back(&one, &zone, &names), cards);
        let log = write(&|out| attlog(views.clone(), out).unwrap());
        assert_eq!(
            log.iter().filter(|byte| **byte == b'\n').count(),
            cards.iter().map(|card| card.punches.len()).sum::<usize>()
        );
    }
}
