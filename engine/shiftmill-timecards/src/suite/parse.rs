//! From the text of a suite to its structure. Every mistake is listed; none stops the reading.

use shiftmill_core::{PunchKind, Workday};

use super::because::because;
use super::cells::{self, Cell};
use super::table::{Row, Table, cells as split_cells};
use super::{
    ExpectedBecause, ExpectedPay, ExpectedTotal, ExpectedWorkday, FactsRow, NamedBalance, NamedValue, Setting,
    SuiteCase, SuiteFile, SuiteMistake, SuiteMistakes, TomlBlock, WrittenPunch,
};

/// The words that open a line with a meaning. Any other `Word:` at the start of a line is taken for a slip of the
/// pen, except `Note:`.
const KEYS: [&str; 20] = [
    "Ruleset with",
    "Ruleset",
    "Zone",
    "Source",
    "Pay period",
    "Facts",
    "As of",
    "Employed",
    "Assigned",
    "Opening balance",
    "Rejected rows",
    "Tag",
    "Carried",
    "Carries",
    "Exception",
    "Overridden",
    "Error",
    "Provisional",
    "Totals",
    "Note",
];

/// Reads a suite. `file` is its name for messages.
///
/// ```
/// let text = [
///     "# Short days",
///     "Zone: Etc/UTC.",
///     "## A short day",
///     "| workday        | in    | out   |",
///     "|----------------|-------|-------|",
///     "| Mon 2025-06-02 | 08:00 | 12:00 |",
///     "",
///     "| workday        | pay code | time |",
///     "|----------------|----------|------|",
///     "| Mon 2025-06-02 | regular  | 4:00 |",
/// ];
/// let suite = shiftmill_timecards::suite::parse("short.md", &text.join("\n")).unwrap();
/// assert_eq!(suite.cases[0].claim, "A short day");
/// assert_eq!(suite.cases[0].pay.as_ref().unwrap().len(), 1);
/// ```
///
/// # Errors
/// [`SuiteMistakes`] with everything that cannot be understood.
pub fn parse(file: &str, text: &str) -> Result<SuiteFile, SuiteMistakes> {
    let mut reader = Reader::default();
    let mut lines = text.lines().enumerate().map(|(index, line)| (index + 1, line)).peekable();
    while let Some((number, line)) = lines.next() {
        if line.trim_start().starts_with('|') {
            let mut rows = vec![Row { line: number, cells: split_cells(line) }];
            while let Some((number, line)) = lines.next_if(|(_, line)| line.trim_start().starts_with('|')) {
                rows.push(Row { line: number, cells: split_cells(line) });
            }
            reader.table(number, rows);
        } else if let Some(language) = line.trim_start().strip_prefix("```") {
            let mut body = String::new();
            let mut closed = false;
            for (_, line) in lines.by_ref() {
                if line.trim() == "```" {
                    closed = true;
                    break;
                }
                body.push_str(line);
                body.push('\n');
            }
            reader.block(number, language.trim(), closed, body);
        } else if let Some(heading) = line.strip_prefix('#') {
            reader.heading(number, heading);
        } else {
            reader.line(number, line.trim());
        }
    }
    reader.finish(file)
}

#[derive(Default)]
struct Reader {
    title: Option<String>,
    setting: Setting,
    cases: Vec<SuiteCase>,
    mistakes: Vec<SuiteMistake>,
}

impl Reader {
    fn mistake(&mut self, line: usize, message: impl Into<String>) {
        self.mistakes.push(SuiteMistake { line, message: message.into() });
    }

    /// Keeps a mistake and returns `None`, or returns the value.
    fn sound<T>(&mut self, line: usize, cell: Cell<T>) -> Option<T> {
        cell.map_err(|message| self.mistake(line, message)).ok()
    }

    fn heading(&mut self, line: usize, rest: &str) {
        match (rest.strip_prefix('#'), &self.title) {
            (None, None) => self.title = Some(rest.trim().to_owned()),
            (None, Some(_)) => self.mistake(line, "a file has one title; claims open with `##`"),
            (Some(deeper), _) if deeper.starts_with('#') => {
                self.mistake(line, "claims open with `##`; there is nothing below them");
            }
            (Some(claim), _) => {
                self.cases.push(SuiteCase { line, claim: claim.trim().to_owned(), ..SuiteCase::default() });
            }
        }
    }

    fn block(&mut self, line: usize, language: &str, closed: bool, text: String) {
        if !closed {
            self.mistake(line, "this block has no closing line of three backticks");
        }
        if language.split(' ').next() != Some("toml") {
            return self.mistake(line, "only blocks of `toml` have a meaning here");
        }
        let setting = self.cases.last_mut().map_or(&mut self.setting, |case| &mut case.setting);
        if setting.toml.replace(TomlBlock { line: line + 1, text }).is_some() {
            self.mistake(line, "one block of `toml` is enough here; this is the second");
        }
    }

    /// A line of prose, or one or more statements such as `Zone: Asia/Tokyo.`
    fn line(&mut self, line: usize, text: &str) {
        match text.trim_end_matches('.') {
            "No exception" => return self.no_other_exceptions(line),
            "No other exception" => return self.no_other_exceptions(line),
            "Carries nothing" => return self.carries_nothing_else(line),
            "Carries nothing else" => return self.carries_nothing_else(line),
            "Provisional" => return self.in_case(line, "Provisional", |case| case.provisional = Some(true)),
            "Not provisional" => return self.in_case(line, "Not provisional", |case| case.provisional = Some(false)),
            "Final only" => return self.in_case(line, "Final only", |case| case.final_only = true),
            text => {
                if let Some(codes) = text.strip_prefix("No exception of ") {
                    return self.no_exceptions_of(line, codes);
                }
            }
        }
        let mut rest = text;
        while let Some((key, value, after)) = statement(rest) {
            self.statement(line, key, value);
            rest = after;
        }
        if let Some(word) = slip_of_the_pen(rest) {
            let known = KEYS.join(", ");
            self.mistake(line, format!("`{word}:` has no meaning; lines may open with {known}"));
        }
    }

    fn no_other_exceptions(&mut self, line: usize) {
        self.in_case(line, "No exception", |case| case.no_other_exceptions = true);
    }

    fn carries_nothing_else(&mut self, line: usize) {
        self.in_case(line, "Carries nothing", |case| case.carries_nothing_else = true);
    }

    fn no_exceptions_of(&mut self, line: usize, codes: &str) {
        for item in cells::items(codes) {
            if let Some(code) = self.sound(line, cells::exception_code(item)) {
                self.in_case(line, "No exception of", |case| case.no_exceptions_of.push(code));
            }
        }
    }

    fn in_case(&mut self, line: usize, what: &str, change: impl FnOnce(&mut SuiteCase)) {
        match self.cases.last_mut() {
            Some(case) => change(case),
            None => self.mistake(line, format!("`{what}` belongs below a claim that opens with `##`")),
        }
    }

    fn statement(&mut self, line: usize, key: &str, value: &str) {
        match key {
            "Ruleset" => self.setting().ruleset = Some(value.to_owned()),
            "Zone" => self.setting().zone = Some(value.to_owned()),
            "Source" => self.setting().source = Some(value.to_owned()),
            "Pay period" => self.setting().pay_period = self.sound(line, cells::range(value)),
            "Facts" => self.setting().facts = self.sound(line, cells::range(value)),
            "As of" => self.setting().as_of = self.sound(line, cells::moment(value)),
            "Employed" => {
                if let Some(employment) = self.sound(line, cells::employment(line, value)) {
                    self.in_case(line, key, |case| case.employment.push(employment));
                }
            }
            "Assigned" => {
                if let Some(assignment) = self.sound(line, cells::assignment(line, value)) {
                    self.in_case(line, key, |case| case.assignments.push(assignment));
                }
            }
            "Opening balance" => self.opening_balance(line, value),
            "Tag" => self.in_case(line, key, |case| case.tag = Some((line, value.to_owned()))),
            "Rejected rows" => match value.parse() {
                Ok(rows) => self.in_case(line, key, |case| case.rejected_rows = rows),
                Err(_) => self.mistake(line, format!("`{value}` is not a number of rows")),
            },
            "Carried" => self.values(line, key, value, |case| &mut case.carried),
            "Carries" => self.values(line, key, value, |case| &mut case.carries),
            "Exception" => {
                if let Some(exception) = self.sound(line, cells::exception(line, value)) {
                    self.in_case(line, key, |case| case.exceptions.push(exception));
                }
            }
            "Overridden" => {
                if let Some(overridden) = self.sound(line, cells::overridden(value)) {
                    self.in_case(line, key, |case| case.overridden.push((line, overridden)));
                }
            }
            "Error" => {
                if let Some(code) = self.sound(line, cells::error_code(value)) {
                    self.in_case(line, key, |case| case.error = Some(code));
                }
            }
            // `Ruleset with:` and `Totals:` announce the block or the table below them.
            _ => {}
        }
    }

    /// The settings at this line: of the last claim, or of the preamble before the first claim.
    fn setting(&mut self) -> &mut Setting {
        self.cases.last_mut().map_or(&mut self.setting, |case| &mut case.setting)
    }

    fn opening_balance(&mut self, line: usize, value: &str) {
        let read = value.split_once(' ').and_then(|(rule, amount)| Some((rule, cells::length(amount.trim()).ok()?)));
        match read {
            Some((rule, amount)) => {
                let balance = NamedBalance { line, rule: rule.to_owned(), amount };
                self.in_case(line, "Opening balance", |case| case.opening_balances.push(balance));
            }
            None => self.mistake(line, format!("`{value}` is not a rule and a length such as `weekly-40 12:00`")),
        }
    }

    fn values(&mut self, line: usize, key: &str, text: &str, list: fn(&mut SuiteCase) -> &mut Vec<NamedValue>) {
        for item in cells::items(text) {
            if let Some(value) = self.sound(line, cells::named_value(line, item)) {
                self.in_case(line, key, |case| list(case).push(value));
            }
        }
    }

    fn table(&mut self, line: usize, rows: Vec<Row>) {
        let Some(table) = Table::new(rows) else {
            return self.mistake(line, "a table needs a header and a line of dashes below it");
        };
        if self.cases.is_empty() {
            return self.mistake(line, "a table belongs below a claim that opens with `##`");
        }
        for row in &table.rows {
            if row.cells.len() > table.header.len() {
                let (has, header) = (row.cells.len(), table.header.len());
                self.mistake(row.line, format!("this row has {has} cells, its header has {header}"));
            }
        }
        match (table.has("pay code"), table.has("worked")) {
            (true, _) if table.has("total") => self.totals(&table),
            (true, _) => self.pay(&table),
            (false, true) => self.workdays(&table),
            (false, false) => self.facts(&table),
        }
    }

    fn pay(&mut self, table: &Table) {
        self.only_columns(table, &["workday", "pay code", "time", "amount", "count", "rule", "because"]);
        // An empty table states that nothing is paid.
        self.in_case(table.line, "a table", |case| {
            case.pay.get_or_insert_default();
        });
        for row in &table.rows {
            let Some(workday) = self.workday_of(table, row) else { continue };
            let amount = cell(table, row, &["time", "amount", "count"]);
            let Some(amount) = self.sound(row.line, cells::amount(amount)) else { continue };
            let grounds = cell(table, row, &["because"]);
            let rule = Some(cell(table, row, &["rule"])).filter(|rule| !cells::is_nothing(rule)).map(str::to_owned);
            let because = match &rule {
                // Plugins speak for themselves.
                Some(rule) if rule.contains('/') => {
                    Some(grounds).filter(|grounds| !cells::is_nothing(grounds)).map(ExpectedBecause::by_plugin)
                }
                _ => because(grounds),
            };
            if because.is_none() && !cells::is_nothing(grounds) {
                self.mistake(row.line, format!("`{grounds}` is not a reason that this format knows"));
            }
            let pay_code = cell(table, row, &["pay code"]).to_owned();
            let expected = ExpectedPay { line: row.line, workday, pay_code, amount, rule, because };
            self.in_case(row.line, "a table", |case| case.pay.get_or_insert_default().push(expected));
        }
    }

    fn totals(&mut self, table: &Table) {
        self.only_columns(table, &["total", "pay code", "time", "amount", "count"]);
        for row in &table.rows {
            let scope = self.sound(row.line, cells::total_scope(cell(table, row, &["total"])));
            let amount = self.sound(row.line, cells::amount(cell(table, row, &["time", "amount", "count"])));
            if let (Some((scope, from, tag)), Some(amount)) = (scope, amount) {
                let pay_code = cell(table, row, &["pay code"]).to_owned();
                let expected = ExpectedTotal { line: row.line, scope, from, tag, pay_code, amount };
                self.in_case(row.line, "a table", |case| case.totals.push(expected));
            }
        }
    }

    fn workdays(&mut self, table: &Table) {
        self.only_columns(table, &["workday", "worked", "day type"]);
        for row in &table.rows {
            let Some(workday) = self.workday_of(table, row) else { continue };
            let worked = cell(table, row, &["worked"]);
            let worked = if cells::is_nothing(worked) { None } else { self.sound(row.line, cells::length(worked)) };
            let day_type = self.day_type_of(table, row);
            let expected = ExpectedWorkday { line: row.line, workday, worked, day_type };
            self.in_case(row.line, "a table", |case| case.workdays.push(expected));
        }
    }

    fn facts(&mut self, table: &Table) {
        for name in &table.header {
            let known = [
                "workday",
                "meal",
                "break",
                "punches",
                "scheduled",
                "leave",
                "day type",
                "waived",
                "approvals",
                "manual",
                "attested",
                "overrides",
            ];
            let is_known = known.contains(&name.as_str()) || name == "correction" || name == "corrections";
            if !is_known && cells::punch_kind(name).is_none() {
                let columns = known.join("`, `");
                let message =
                    format!("`{name}` is not a column of a facts table: those are `{columns}` and punches by kind");
                self.mistake(table.line, message);
            }
        }
        for row in &table.rows {
            let Some(workday) = self.workday_of(table, row) else { continue };
            let facts = self.facts_row(table, row, workday);
            self.in_case(row.line, "a table", |case| case.facts.push(facts));
        }
    }

    fn facts_row(&mut self, table: &Table, row: &Row, workday: Workday) -> FactsRow {
        let mut facts = FactsRow { line: row.line, workday, ..FactsRow::default() };
        for (name, cell) in table.header.iter().zip(&row.cells) {
            for item in cells::items(cell) {
                let outcome = self.facts_item(name, item, &mut facts);
                self.sound(row.line, outcome);
            }
        }
        facts
    }

    fn facts_item(&mut self, column: &str, item: &str, facts: &mut FactsRow) -> Cell<()> {
        match column {
            "workday" => {}
            "day type" => facts.day_types.push(cells::day_part(item)?),
            "scheduled" => facts.scheduled.push(cells::roster_row(item)?),
            "leave" => facts.leave.push(cells::leave(item)?),
            "waived" => facts.waived.push(cells::waiver(item)?),
            "correction" | "corrections" => facts.corrections.push(cells::correction(item)?),
            "approvals" => facts.approvals.push(cells::approval(item)?),
            "manual" => facts.manual.push(cells::manual(item)?),
            "attested" => facts.attested.push(cells::attestation(item)?),
            "overrides" => facts.overrides.push(cells::written_override(item)?),
            "punches" => facts.punches.push(cells::punch(item)?),
            "meal" => facts.punches.extend(both(item, PunchKind::MealStart, PunchKind::MealEnd)?),
            "break" => facts.punches.extend(both(item, PunchKind::BreakStart, PunchKind::BreakEnd)?),
            name => {
                if let Some(kind) = cells::punch_kind(name) {
                    facts.punches.push(cells::punch_of(kind, item)?);
                }
            }
        }
        Ok(())
    }

    fn workday_of(&mut self, table: &Table, row: &Row) -> Option<Workday> {
        self.sound(row.line, cells::workday(cell(table, row, &["workday"])))
    }

    fn day_type_of(&mut self, table: &Table, row: &Row) -> Option<shiftmill_core::DayType> {
        let written = cell(table, row, &["day type"]);
        if cells::is_nothing(written) { None } else { self.sound(row.line, cells::day_type(written)) }
    }

    fn only_columns(&mut self, table: &Table, known: &[&str]) {
        for name in &table.header {
            if !known.contains(&name.as_str()) {
                self.mistake(
                    table.line,
                    format!("`{name}` is not a column of this table; it has {}", known.join(", ")),
                );
            }
        }
    }

    fn finish(mut self, file: &str) -> Result<SuiteFile, SuiteMistakes> {
        if self.title.is_none() {
            self.mistake(1, "the file has no title; write one as `# California: daily overtime`");
        }
        for case in &self.cases {
            let silent = case.pay.is_none()
                && case.totals.is_empty()
                && case.workdays.is_empty()
                && case.exceptions.is_empty()
                && case.no_exceptions_of.is_empty()
                && case.overridden.is_empty()
                && case.carries.is_empty()
                && !case.carries_nothing_else
                && case.error.is_none()
                && case.provisional.is_none()
                && !case.no_other_exceptions;
            let zone = case.setting.zone.is_some() || self.setting.zone.is_some();
            let list = &mut self.mistakes;
            let mut mistake = |message: &str| list.push(SuiteMistake { line: case.line, message: message.to_owned() });
            if case.facts.is_empty() {
                mistake("this claim has no facts: write a table with a workday and punches");
            }
            if silent {
                mistake("this claim expects nothing: write the expected results");
            }
            if !zone {
                mistake("neither the preamble nor this claim names a zone: write `Zone: America/Los_Angeles.`");
            }
        }
        self.mistakes.sort_by_key(|mistake| mistake.line);
        if !self.mistakes.is_empty() {
            return Err(SuiteMistakes { file: file.to_owned(), list: self.mistakes });
        }
        Ok(SuiteFile {
            file: file.to_owned(),
            title: self.title.unwrap_or_default(),
            setting: self.setting,
            cases: self.cases,
        })
    }
}

/// Both punches of a meal or a break: `12:00-12:30`.
fn both(item: &str, opens: PunchKind, closes: PunchKind) -> Cell<[WrittenPunch; 2]> {
    let (start, end) = cells::window(item)?;
    let punch = |kind, at| WrittenPunch { kind, at, tag: String::new(), recorded: None };
    Ok([punch(opens, start), punch(closes, end)])
}

/// The text of a row under one of these columns; nothing where there is none.
fn cell<'a>(table: &Table, row: &'a Row, columns: &[&str]) -> &'a str {
    table.column(columns).and_then(|index| row.cells.get(index)).map_or("", String::as_str)
}

/// The first statement of a line, its value and the text after it. A value ends where the next statement begins.
fn statement(text: &str) -> Option<(&'static str, &str, &str)> {
    let text = text.trim_start();
    let (key, value) = KEYS.iter().find_map(|key| Some((*key, text.strip_prefix(key)?.strip_prefix(':')?)))?;
    let next = KEYS.iter().filter_map(|key| value.find(&format!(". {key}:"))).min();
    let (value, rest) = match next {
        Some(at) => (value.get(..at)?, value.get(at + 2..)?),
        None => (value, ""),
    };
    Some((key, value.trim().trim_end_matches('.'), rest))
}

/// The word of a line such as `Exeption: ...` that looks like a statement but is not one.
fn slip_of_the_pen(text: &str) -> Option<&str> {
    let (word, _) = text.split_once(": ").or_else(|| text.split_once(':').filter(|(_, rest)| rest.is_empty()))?;
    let like_a_key = word.starts_with(|first: char| first.is_ascii_uppercase())
        && word.split(' ').count() <= 3
        && word.chars().all(|mark| mark.is_ascii_alphabetic() || mark == ' ');
    like_a_key.then_some(word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    use crate::suite::{Amount, ClockTime, WrittenBlock, WrittenShift};
    use shiftmill_core::{ExceptionCode, Seconds};

    const SUITE: &str = "\
# California: daily overtime
Ruleset: us-california@1. Zone: America/Los_Angeles. Source: Cal. Labor Code section 510(a).

Plain words may stand anywhere.

## Ten hours in one workday pay two hours of overtime
| workday        | in    | out   | in    | out   | scheduled   |
|----------------|-------|-------|-------|-------|-------------|
| Mon 2025-06-02 | 08:00 | 12:00 | 12:30 | 18:30 | 08:00-17:00 |

| workday        | pay code     | time | because                    |
|----------------|--------------|------|----------------------------|
| Mon 2025-06-02 | regular      | 8:00 | worked                     |
| Mon 2025-06-02 | overtime_1_5 | 2:00 | beyond 8:00 in the workday |
| Mon 2025-06-02 | meal_premium | 1    |                            |

## A missing out punch is an exception, not zero hours
Ruleset with:
```toml
[pairing]
missing_out = \"exception\"
```
Pay period: 2025-06-01 to 2025-06-07. As of: Mon 2025-06-09 12:00.

| workday        | in    | out | meal        |
|----------------|-------|-----|-------------|
| Tue 2025-06-03 | 22:00 | -   | 23:50-00:20 |

Exception: Tue 2025-06-03, no out punch after the in punch at 22:00
No other exception.
No exception of late_in, early_out.
Final only.

## Points go on from month to month
Carried: points/balance 3, points/streak -1. As of: Mon 2025-06-09 12:00.
| workday        | in    | out   |
|----------------|-------|-------|
| Tue 2025-06-03 | 09:20 | 17:00 |

| workday        | pay code | time | rule              | because                 |
|----------------|----------|------|-------------------|-------------------------|
| Tue 2025-06-03 | night    | 1    | points/late-night | worked late, past 22:00 |

Carries: points/balance 4.
Carries nothing else.
";

    #[test]
    fn a_suite_is_read_to_the_last_cell() {
        let suite = parse("daily.md", SUITE).unwrap();
        assert_eq!(suite.setting.source.as_deref(), Some("Cal. Labor Code section 510(a)"));
        assert_eq!(suite.setting.zone.as_deref(), Some("America/Los_Angeles"));
        let [first, second, third] = suite.cases.as_slice() else { panic!("three cases") };
        assert_eq!(first.facts[0].punches.len(), 4);
        assert!(matches!(
            first.facts[0].scheduled[0].blocks[..],
            [WrittenBlock { shift: Some(WrittenShift::Times { .. }), .. }]
        ));
        let pay = first.pay.as_ref().unwrap();
        assert_eq!(pay[1].amount, Amount::Time(Seconds::hours(2)));
        assert_eq!(pay[1].because.as_ref().unwrap().number, 8);
        assert_eq!(pay[2].amount, Amount::Count(1));
        assert_eq!(second.pay, None);
        assert_eq!(second.setting.toml.as_ref().unwrap().line, 20);
        assert_eq!(second.facts[0].punches[2].at, ClockTime { days: 1, second: 1_200, second_showing: false });
        assert_eq!(second.exceptions[0].code, ExceptionCode::MissingOut);
        assert!(second.no_other_exceptions && second.final_only);
        assert_eq!(second.no_exceptions_of, [ExceptionCode::LateIn, ExceptionCode::EarlyOut]);
        assert_eq!(second.setting.as_of.unwrap().1.second, 43_200);
        let carried: Vec<(&str, i64)> = third.carried.iter().map(|it| (it.key.as_str(), it.value)).collect();
        assert_eq!(carried, [("points/balance", 3), ("points/streak", -1)]);
        assert_eq!((third.carries.len(), third.carries[0].value, third.carries_nothing_else), (1, 4, true));
        let by_plugin = third.pay.as_ref().unwrap()[0].because.clone().unwrap();
        assert_eq!((by_plugin.number, by_plugin.text.as_str()), (22, "worked late, past 22:00"));
    }

    #[test]
    fn every_mistake_is_listed_with_its_line() {
        let text = "\
# Title
Zone: Etc/UTC.
Exeption: nothing

## Claim
| workday        | in    | lunch |
|----------------|-------|-------|
| Tue 2025-06-02 | 08:00 | 1     |
| Mon 2025-06-02 | 25:10 | 1     |

| workday        | pay code | time  | because |
|----------------|----------|-------|---------|
| Mon 2025-06-02 | regular  | eight | worked  |
| Mon 2025-06-02 | regular  | 8:00  | sun     |
";
        let lines: Vec<usize> = parse("wrong.md", text).unwrap_err().list.iter().map(|mistake| mistake.line).collect();
        assert_eq!(lines, [3, 6, 8, 9, 13, 14]);
    }

    #[test]
    fn a_claim_without_proof_is_a_mistake() {
        let mistakes = parse("empty.md", "# T\n\n## Claim\n").unwrap_err();
        assert_eq!(mistakes.list.len(), 3);
    }

    proptest! {
        #[test]
        fn no_text_is_too_odd(pieces in prop::collection::vec(prop::sample::select(vec![
            "# T\n", "## C\n", "| workday | in | out |", "| workday | pay code | time |", "|---|---|", "\n", "\n", "|",
            "Mon 2025-06-02", "+1 06:00", "-1 22:00", "2nd 01:30", "12:00-13:00", "meal", "scheduled", "leave", "-",
            "Zone: Etc/UTC.", "Exception: Mon 2025-06-02, late_in at ", "```toml\n", "```\n", "Ruleset with:", "é",
            "Carried: a/b 3", "Carries: ", "Carries nothing.\n", " by a/b", "rule", "corrections", "retime in 08:00 to 09:00", "waived", "Pay period: ", " to ", "As of: ", "\\", "08:00",
        ]), 0..80)) {
            let _ = parse("odd.md", &pieces.concat());
        }
    }
}
