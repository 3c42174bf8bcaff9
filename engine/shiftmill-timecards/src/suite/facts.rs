//! From a suite's case to the facts that an evaluation takes.

use shiftmill_core::{
    Assignment, CardFacts, ContextDays, EvaluationWindow, Names, Timestamp, WallTime, Workday, WorkdayRange, Zone,
};

use super::{
    ClockTime, FactsRow, Setting, SuiteCase, SuiteFile, WrittenApproval, WrittenAssignment, WrittenBlock,
    WrittenCorrection, WrittenCorrectionKind, WrittenLeave, WrittenLeaveTime, WrittenPunch, WrittenRosterRow,
    WrittenShift,
};
use crate::clock::WrittenTime;
use crate::rows::{
    self, Action, ApprovalRow, AttestationRow, BalanceRow, CarriedRow, CorrectionRow, DayTypeRow, EmploymentRow, Given,
    LeaveRow, ManualHoursRow, OverrideRow, PunchRow, RowError, RowReader, ShiftRow, TagBook, WaiverRow,
};

/// Why a case cannot be turned into facts.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct FactsError {
    /// The line, from 1.
    pub line: usize,
    /// The mistake.
    pub message: String,
}

/// One ruleset document in the chain that a case evaluates with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RulesetLayer {
    /// The name by which the next document extends it.
    pub name: String,
    /// Its TOML.
    pub text: String,
}

impl SuiteFile {
    /// The settings of a case: its own, else those of the preamble. `toml` is only the case's own; see
    /// [`SuiteFile::rulesets`].
    pub fn setting_of(&self, case: &SuiteCase) -> Setting {
        let (own, common) = (&case.setting, &self.setting);
        Setting {
            ruleset: own.ruleset.clone().or_else(|| common.ruleset.clone()),
            toml: own.toml.clone(),
            zone: own.zone.clone().or_else(|| common.zone.clone()),
            source: own.source.clone().or_else(|| common.source.clone()),
            pay_period: own.pay_period.or(common.pay_period),
            facts: own.facts.or(common.facts),
            as_of: own.as_of.or(common.as_of),
        }
    }

    /// The documents that a case evaluates with. Each extends the one before it; the first extends the named preset
    /// or file, when one is named; the last is the one to compile. Empty when the case only names a ruleset, which
    /// is then to be compiled as it is.
    pub fn rulesets(&self, case: &SuiteCase) -> Vec<RulesetLayer> {
        // A case that names a ruleset of its own leaves the preamble's block behind.
        let common = if case.setting.ruleset.is_some() { None } else { self.setting.toml.as_ref() };
        let mut base = self.setting_of(case).ruleset;
        let mut layers = Vec::new();
        for block in common.into_iter().chain(case.setting.toml.as_ref()) {
            let name = format!("{}-line-{}.toml", self.file.trim_end_matches(".md"), block.line);
            let text = match &base {
                Some(base) => extending(base, &block.text),
                None => named(&block.text),
            };
            base = Some(name.clone());
            layers.push(RulesetLayer { name, text });
        }
        layers
    }
}

/// The block with `extends` and a `name` before it, unless it states them.
fn extending(base: &str, text: &str) -> String {
    let text = named(text);
    if states(&text, "extends") { text } else { format!("extends = \"{base}\"\n{text}") }
}

fn named(text: &str) -> String {
    if states(text, "name") { text.to_owned() } else { format!("name = \"suite\"\n{text}") }
}

/// True when the document has a key at the top.
fn states(text: &str, key: &str) -> bool {
    let top = text.lines().take_while(|line| !line.trim_start().starts_with('['));
    top.into_iter().any(|line| line.split_once('=').is_some_and(|(name, _)| name.trim() == key))
}

impl SuiteCase {
    /// The case's facts as one timecard. `zone_index` is the position of `zone` in the request's zones; `names` are
    /// those of the compiled ruleset. The tags of the case are added to `tags`.
    ///
    /// `zone` is the zone by whose clock its times are written, with the changes that assignments make.
    ///
    /// # Errors
    /// [`FactsError`] when the case names a shift, leave, rule or carried key that the ruleset does not have, or a time
    /// that the clock of the zone did not show.
    pub fn card(
        &self,
        zone: &Zone,
        zone_index: u16,
        names: &Names,
        tags: &TagBook<'_>,
    ) -> Result<CardFacts, FactsError> {
        let (employee, rejected_rows) = (String::from("E1"), self.rejected_rows);
        let mut card = CardFacts { employee, zone: zone_index, rejected_rows, ..CardFacts::default() };
        let known = Known { zone, names, tags };
        if let Some((line, tag)) = &self.tag {
            card.tag = on_line(*line, known, |reader| reader.tag(tag))?;
        }
        for row in &self.facts {
            on_line(row.line, known, |reader| add_row(&mut card, row, zone, reader))?;
        }
        for employment in &self.employment {
            let given = |day: Option<Workday>| day.map_or_else(Given::default, Given::Value);
            let row = EmploymentRow { hired: given(employment.hired), left: given(employment.left) };
            card.employment.push(on_line(employment.line, known, |reader| reader.employment(&row))?);
        }
        for balance in &self.opening_balances {
            let row = BalanceRow { rule: &balance.rule, amount: Given::Value(balance.amount) };
            card.opening_balances.push(on_line(balance.line, known, |reader| reader.balance(&row))?);
        }
        for carried in &self.carried {
            let row = CarriedRow { key: &carried.key, value: Given::Value(carried.value) };
            card.carried.push(on_line(carried.line, known, |reader| reader.carried(&row))?);
        }
        Ok(card)
    }

    /// The assignments of the case. The rulesets of the evaluation are its own, then [`SuiteCase::other_rulesets`]; so are
    /// its zones. `names` are those of the compiled ruleset.
    ///
    /// # Errors
    /// [`FactsError`] for a tag that cannot be read, or a calendar that the ruleset does not have.
    pub fn assignments(&self, names: &Names, tags: &TagBook<'_>) -> Result<Vec<Assignment>, FactsError> {
        let place = |names: &[&str], name: &str| {
            let place = names.iter().position(|known| *known == name);
            place.and_then(|place| u16::try_from(place + 1).ok())
        };
        let (rulesets, zones) = (self.other_rulesets(), self.other_zones());
        let row = |row: &WrittenAssignment| {
            let located = |error: RowError| FactsError { line: row.line, message: error.to_string() };
            let tag = |text: &str| tags.read(text).map_err(located);
            let calendar = rows::calendar(&row.calendar, names).map_err(located)?;
            let stated = if row.tag.is_empty() { None } else { Some(tag(&row.tag)?) };
            let (ruleset, zone) = (place(&rulesets, &row.ruleset), place(&zones, &row.zone));
            Ok(Assignment { from: row.from, ruleset, calendar, zone, tag: stated, job: tag(&row.job)? })
        };
        self.assignments.iter().map(row).collect()
    }

    /// The window of the evaluation. The pay period is the one stated, else from the first to the last workday that the
    /// case names. The facts cover the days stated, else the pay period with the ruleset's days of context around it.
    /// It is calculated as of the time stated, else three days after the last day of facts, so that nothing is pending.
    pub fn window(&self, setting: &Setting, zone: &Zone, context: ContextDays) -> EvaluationWindow {
        let pay_period = setting.pay_period.unwrap_or_else(|| self.workdays_named());
        let days = self.workdays_named();
        let facts = setting.facts.unwrap_or(WorkdayRange {
            first: pay_period.first.plus(-i32::from(context.before)).min(days.first),
            last: pay_period.last.plus(i32::from(context.after)).max(days.last),
        });
        let as_of = match setting.as_of {
            Some((workday, time)) => instant(zone, workday, time),
            None => zone.midnight(facts.last.plus(3)),
        };
        EvaluationWindow { pay_period, facts, as_of, require_final: self.final_only }
    }

    fn workdays_named(&self) -> WorkdayRange {
        let facts = self.facts.iter().map(|row| row.workday);
        let pay = self.pay.iter().flatten().map(|line| line.workday);
        let days: Vec<Workday> = facts.chain(pay).chain(self.workdays.iter().map(|row| row.workday)).collect();
        WorkdayRange {
            first: days.iter().min().copied().unwrap_or_default(),
            last: days.iter().max().copied().unwrap_or_default(),
        }
    }
}

/// The instant of a clock time on a workday.
pub fn instant(zone: &Zone, workday: Workday, time: ClockTime) -> Timestamp {
    zone.instant(WallTime::on(workday, time.wall_seconds()), time.fold())
}

/// A clock time on a workday. Suites state which one they mean when the clock shows a time twice.
fn written(workday: Workday, time: ClockTime) -> Given<'static, WrittenTime> {
    Given::Value(WrittenTime::Showing(WallTime::on(workday, time.wall_seconds()), time.fold()))
}

/// What the facts of a case refer to.
#[derive(Clone, Copy)]
struct Known<'a> {
    zone: &'a Zone,
    names: &'a Names,
    tags: &'a TagBook<'a>,
}

/// Reads a line. A suite is written by hand, so an ambiguous clock time in it is a mistake.
fn on_line<T>(
    line: usize,
    known: Known<'_>,
    read: impl FnOnce(&mut RowReader<'_>) -> Result<T, RowError>,
) -> Result<T, FactsError> {
    let mut reader = RowReader::new(known.zone, known.names, known.tags);
    let read = read(&mut reader).map_err(|error| FactsError { line, message: error.to_string() })?;
    match reader.into_warnings().first() {
        Some(warning) => Err(FactsError { line, message: warning.showing() }),
        None => Ok(read),
    }
}

fn add_row(card: &mut CardFacts, row: &FactsRow, zone: &Zone, reader: &mut RowReader<'_>) -> Result<(), RowError> {
    let workday = Given::Value(row.workday);
    for punch in &row.punches {
        let (at, kind) = (written(row.workday, punch.at), Given::Value(punch.kind));
        let recorded = punch.recorded.map_or_else(Given::default, |(day, time)| written(day, time));
        card.punches.push(reader.punch(&PunchRow { at, kind, id: Given::default(), tag: &punch.tag, recorded })?);
    }
    for written in &row.scheduled {
        add_shift(card, written, row.workday, reader)?;
    }
    for leave in &row.leave {
        card.leave.extend(reader.leave(&leave_row(leave, row.workday, zone))?);
    }
    for written in &row.day_types {
        let (from, to) = written.window.unzip();
        let day_type = Given::Value(written.day_type);
        card.day_overrides.push(reader.day_type(&DayTypeRow {
            workday,
            day_type,
            from: from.into(),
            to: to.into(),
        })?);
    }
    for waived in &row.waived {
        card.waivers.push(reader.waiver(&WaiverRow { workday, waived: Given::Value(*waived) })?);
    }
    for correction in &row.corrections {
        card.corrections.push(reader.correction(&correction_row(correction, row.workday, zone))?);
    }
    for approval in &row.approvals {
        card.approvals.push(reader.approval(&approval_row(approval, row.workday, zone))?);
    }
    for manual in &row.manual {
        let recorded = known(manual.recorded, row.workday, zone);
        let (code, amount) = (manual.code.as_str(), Given::Value(manual.amount));
        card.manual_hours.push(reader.manual_hours(&ManualHoursRow { workday, code, amount, recorded })?);
    }
    for said in &row.attested {
        let recorded = known(said.recorded, row.workday, zone);
        let (question, answer) = (said.question.as_str(), Given::Value(said.answer));
        card.attestations.push(reader.attestation(&AttestationRow { workday, question, answer, recorded })?);
    }
    for stated in &row.overrides {
        let recorded = known(stated.recorded, row.workday, zone);
        let (code, amount, computed) = (stated.code.as_str(), Given::Value(stated.amount), stated.computed.into());
        card.overrides.push(reader.overridden(&OverrideRow { workday, code, amount, computed, recorded })?);
    }
    Ok(())
}

/// Adds a roster row: one fact, or one for each block of a split shift, all with the next number of the workday.
fn add_shift(
    card: &mut CardFacts,
    written: &WrittenRosterRow,
    workday: Workday,
    reader: &mut RowReader<'_>,
) -> Result<(), RowError> {
    let of_day = card.shifts.iter().filter(|shift| shift.workday == workday);
    let number = of_day.map(|shift| shift.split).max().unwrap_or(0).saturating_add(1);
    let split = if written.blocks.len() > 1 { Given::Value(u64::from(number)) } else { Given::default() };
    let row =
        ShiftRow { workday: Given::Value(workday), kind: Given::Value(written.kind), split, ..ShiftRow::default() };
    for WrittenBlock { shift, tag } in &written.blocks {
        card.shifts.push(reader.shift(&match shift {
            Some(WrittenShift::Times { start, end }) => {
                let (start, end) = (Given::Value(start.wall_seconds()), Given::Value(end.wall_seconds()));
                ShiftRow { start, end, tag, ..row }
            }
            Some(WrittenShift::Named(name)) => ShiftRow { shift: name, tag, ..row },
            Some(WrittenShift::Length(length)) => ShiftRow { length: Given::Value(*length), tag, ..row },
            Some(WrittenShift::FreeEnd { start, expects }) => {
                let (start, length) = (Given::Value(start.wall_seconds()), Given::Value(*expects));
                ShiftRow { start, length, tag, ..row }
            }
            None => ShiftRow { tag, ..row },
        })?);
    }
    Ok(())
}

fn leave_row<'a>(leave: &'a WrittenLeave, workday: Workday, zone: &Zone) -> LeaveRow<'a> {
    // Approved well before, so that it counts at every `as_of`.
    let recorded = Given::Value(WrittenTime::Instant(zone.midnight(workday.plus(-1))));
    let row = LeaveRow { code: &leave.code, recorded, ..LeaveRow::default() };
    let on_workday = Given::Value(workday);
    match leave.time {
        WrittenLeaveTime::Workday => LeaveRow { workday: on_workday, half: leave.half.into(), ..row },
        WrittenLeaveTime::Amount(amount) => LeaveRow { workday: on_workday, amount: Given::Value(amount), ..row },
        WrittenLeaveTime::Span { start, end } => {
            LeaveRow { from: written(workday, start), to: written(workday, end), ..row }
        }
    }
}

/// When something was recorded; well before its workday, as leave is, unless that is stated.
fn known(recorded: Option<(Workday, ClockTime)>, workday: Workday, zone: &Zone) -> Given<'static, WrittenTime> {
    match recorded {
        Some((day, time)) => written(day, time),
        None => Given::Value(WrittenTime::Instant(zone.midnight(workday.plus(-1)))),
    }
}

fn approval_row(approval: &WrittenApproval, workday: Workday, zone: &Zone) -> ApprovalRow<'static> {
    let recorded = known(approval.recorded, workday, zone);
    let row = ApprovalRow {
        kind: Given::Value(approval.kind),
        status: Given::Value(approval.status),
        choice: Given::Value(approval.choice),
        recorded,
        ..ApprovalRow::default()
    };
    let on_workday = Given::Value(workday);
    match approval.time {
        WrittenLeaveTime::Workday => ApprovalRow { workday: on_workday, ..row },
        WrittenLeaveTime::Amount(amount) => ApprovalRow { workday: on_workday, amount: Given::Value(amount), ..row },
        WrittenLeaveTime::Span { start, end } => {
            ApprovalRow { from: written(workday, start), to: written(workday, end), ..row }
        }
    }
}

fn correction_row<'a>(correction: &'a WrittenCorrection, workday: Workday, zone: &Zone) -> CorrectionRow<'a> {
    let recorded = match correction.recorded {
        Some((day, time)) => written(day, time),
        None => Given::Value(WrittenTime::Instant(zone.midnight(workday.plus(1)))),
    };
    let about = |action, punch: &'a WrittenPunch| CorrectionRow {
        action: Given::Value(action),
        at: written(workday, punch.at),
        kind: Given::Value(punch.kind),
        tag: &punch.tag,
        recorded,
        ..CorrectionRow::default()
    };
    match &correction.kind {
        WrittenCorrectionKind::Add(punch) => about(Action::Add, punch),
        WrittenCorrectionKind::Void(punch) => about(Action::Void, punch),
        WrittenCorrectionKind::Retime(punch, to) => {
            CorrectionRow { to: written(workday, *to), ..about(Action::Retime, punch) }
        }
        WrittenCorrectionKind::SetKind(punch, kind) => {
            CorrectionRow { new_kind: Given::Value(*kind), ..about(Action::SetKind, punch) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;
    use shiftmill_core::{PunchKind, ShiftTimes};

    const SUITE: &str = "\
# Nights
Ruleset: cn-standard@1. Zone: Asia/Shanghai.

```toml
[pairing]
mode = \"alternating\"
```

## A night
Ruleset with:
```toml
[attendance]
late_grace = \"0m\"
```
| workday        | in    | out      | scheduled | leave         |
|----------------|-------|----------|-----------|---------------|
| Mon 2025-06-02 | 22:00 | +1 06:00 | night     | annual 4:00   |

Exception: Mon 2025-06-02, late_in
";

    #[test]
    fn a_case_becomes_a_timecard() {
        let suite = parse("nights.md", SUITE).unwrap();
        let case = &suite.cases[0];
        let zone = Zone::fixed("Asia/Shanghai", 28_800);
        let names = Names { shifts: vec!["night".into()], leave: vec!["annual".into()], ..Names::default() };
        let card = case.card(&zone, 0, &names, &TagBook::default()).unwrap();
        assert_eq!(card.punches[1].at.since(card.punches[0].at).0, 8 * 3_600);
        assert_eq!(card.punches[1].kind, PunchKind::Out);
        assert_eq!(card.shifts[0].times, ShiftTimes::Template(0));
        let error = case.card(&zone, 0, &Names::default(), &TagBook::default()).unwrap_err();
        let message = "line 17: the ruleset has no shift `night`, and none at all";
        assert_eq!(error.to_string(), message);
        let context = ContextDays { before: 7, after: 6 };
        let window = case.window(&suite.setting_of(case), &zone, context);
        assert_eq!(window.facts.first.plus(7), window.pay_period.first);
    }

    #[test]
    fn blocks_extend_one_another() {
        let suite = parse("nights.md", SUITE).unwrap();
        let layers = suite.rulesets(&suite.cases[0]);
        assert_eq!(layers.len(), 2);
        assert!(layers[0].text.contains("extends = \"cn-standard@1\""));
        assert!(layers[1].text.contains(&format!("extends = \"{}\"", layers[0].name)));
    }
}
