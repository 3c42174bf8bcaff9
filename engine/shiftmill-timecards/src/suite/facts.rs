//! From a suite's case to the facts that an evaluation takes.

use std::collections::BTreeMap;

use shiftmill_core::{
    CardFacts, Carried, CarryKey, ContextDays, Correction, CorrectionKind, DayOverride, EvaluationWindow, Leave,
    LeaveTime, Names, OpeningBalance, Punch, PunchRef, RuleId, ShiftFact, ShiftTimes, Timestamp, Waiver, WallTime,
    Workday, WorkdayRange, Zone,
};

use super::{
    ClockTime, FactsRow, Setting, SuiteCase, SuiteFile, WrittenCorrection, WrittenCorrectionKind, WrittenLeave,
    WrittenLeaveTime, WrittenPunch, WrittenShift,
};

/// Why a case cannot be turned into facts: it names something that its ruleset does not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} names {what} `{name}`, which the ruleset does not have")]
pub struct FactsError {
    /// The line, from 1.
    pub line: usize,
    /// Shift, leave code, rule or carried key.
    pub what: &'static str,
    /// The name.
    pub name: String,
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
    /// What holds for a case: what it says itself, else what the preamble says. `toml` is only the case's own; see
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

/// True when a key stands at the top of the document.
fn states(text: &str, key: &str) -> bool {
    let top = text.lines().take_while(|line| !line.trim_start().starts_with('['));
    top.into_iter().any(|line| line.split_once('=').is_some_and(|(name, _)| name.trim() == key))
}

impl SuiteCase {
    /// The case's facts as one timecard. `zone_index` is the position of `zone` in the request's zones; `names` are
    /// those of the compiled ruleset.
    ///
    /// # Errors
    /// [`FactsError`] when the case names a shift, leave, rule or carried key that the ruleset does not have.
    pub fn card(&self, zone: &Zone, zone_index: u16, names: &Names) -> Result<CardFacts, FactsError> {
        let mut card = CardFacts { employee: String::from("E1"), zone: zone_index, ..CardFacts::default() };
        for row in &self.facts {
            add_row(&mut card, row, zone, names)?;
        }
        for balance in &self.opening_balances {
            let rule = find(&names.rules, &balance.rule, balance.line, "the rule")?;
            card.opening_balances.push(OpeningBalance { rule: RuleId(rule), amount: balance.amount });
        }
        for carried in &self.carried {
            let key = CarryKey(find(&names.carried, &carried.key, carried.line, "the carried key")?);
            card.carried.push(Carried { key, value: carried.value });
        }
        Ok(card)
    }

    /// What is asked. The pay period is the one stated, else from the first to the last workday that the case
    /// names. The facts cover what is stated, else the pay period with the ruleset's days of context around it. It
    /// is asked at the time stated, else three days after the last day of facts, so that nothing is pending.
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

fn add_row(card: &mut CardFacts, row: &FactsRow, zone: &Zone, names: &Names) -> Result<(), FactsError> {
    let workday = row.workday;
    let at = |time: ClockTime| instant(zone, workday, time);
    card.punches.extend(row.punches.iter().map(|punch| Punch { at: at(punch.at), kind: punch.kind, id: None }));
    for shift in &row.scheduled {
        let times = match shift {
            WrittenShift::Times { start, end } => {
                ShiftTimes::Clock { start: start.wall_seconds(), end: end.wall_seconds() }
            }
            WrittenShift::Named(name) => ShiftTimes::Template(find(&names.shifts, name, row.line, "the shift")?),
        };
        card.shifts.push(ShiftFact { workday, times });
    }
    for leave in &row.leave {
        card.leave.push(read_leave(leave, row, zone, names)?);
    }
    card.day_overrides.extend(row.day_type.map(|day_type| DayOverride { workday, day_type }));
    card.waivers.extend(row.waived.iter().map(|kind| Waiver { workday, kind: *kind }));
    card.corrections.extend(row.corrections.iter().map(|correction| read_correction(correction, workday, zone)));
    Ok(())
}

fn read_leave(leave: &WrittenLeave, row: &FactsRow, zone: &Zone, names: &Names) -> Result<Leave, FactsError> {
    let code = find(&names.leave, &leave.code, row.line, "the leave")?;
    let time = match leave.time {
        WrittenLeaveTime::Workday => LeaveTime::Workday(row.workday),
        WrittenLeaveTime::Amount(amount) => LeaveTime::Amount(row.workday, amount),
        WrittenLeaveTime::Span { start, end } => {
            LeaveTime::Span { start: instant(zone, row.workday, start), end: instant(zone, row.workday, end) }
        }
    };
    // Approved well before, so that it counts whenever the question is asked.
    Ok(Leave { code, time, recorded_at: zone.midnight(row.workday.plus(-1)) })
}

fn read_correction(correction: &WrittenCorrection, workday: Workday, zone: &Zone) -> Correction {
    let at = |punch: WrittenPunch| instant(zone, workday, punch.at);
    let kind = match correction.kind {
        WrittenCorrectionKind::Add(punch) => CorrectionKind::Add { at: at(punch), kind: punch.kind },
        WrittenCorrectionKind::Void(punch) => CorrectionKind::Void(PunchRef::At(at(punch), punch.kind)),
        WrittenCorrectionKind::Retime(punch, to) => {
            CorrectionKind::Retime { punch: PunchRef::At(at(punch), punch.kind), to: instant(zone, workday, to) }
        }
    };
    let recorded_at = match correction.recorded {
        Some((day, time)) => instant(zone, day, time),
        None => zone.midnight(workday.plus(1)),
    };
    Correction { kind, recorded_at }
}

fn find(names: &[String], name: &str, line: usize, what: &'static str) -> Result<u16, FactsError> {
    let index: BTreeMap<&str, usize> = names.iter().enumerate().map(|(index, name)| (name.as_str(), index)).collect();
    let found = index.get(name).and_then(|index| u16::try_from(*index).ok());
    found.ok_or_else(|| FactsError { line, what, name: name.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;
    use shiftmill_core::PunchKind;

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
        let card = case.card(&zone, 0, &names).unwrap();
        assert_eq!(card.punches[1].at.since(card.punches[0].at).0, 8 * 3_600);
        assert_eq!(card.punches[1].kind, PunchKind::Out);
        assert_eq!(card.shifts[0].times, ShiftTimes::Template(0));
        let error = case.card(&zone, 0, &Names::default()).unwrap_err();
        assert_eq!((error.line, error.name.as_str()), (17, "night"));
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
