//! Accepts actual results: rewrites the expectations of one claim where they differ, in the text of the suite. Every
//! line that matches stays unchanged, to the byte.

use std::collections::BTreeMap;
use std::ops::Range;

use shiftmill_core::{DayType, Seconds, Workday};

use super::cells as read;
use super::table::{Row, Table, cells as split_cells};
use super::{Amount, Overridden, SuiteCase};

/// The actual results of a claim, in the words of a suite.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CameOut {
    /// The pay lines.
    pub lines: Vec<CameOutLine>,
    /// The actual value of each of [`SuiteCase::totals`].
    pub totals: Vec<Amount>,
    /// The actual value of each of [`SuiteCase::workdays`]; `None`: no such workday.
    pub workdays: Vec<Option<(Seconds, DayType)>>,
    /// The exceptions.
    pub exceptions: Vec<CameOutException>,
    /// The overridden lines.
    pub overridden: Vec<Overridden>,
    /// The carried values, by the names of the keys.
    pub carried: Vec<(String, i64)>,
}

/// An actual pay line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CameOutLine {
    /// The reporting workday.
    pub workday: Workday,
    /// The pay code.
    pub pay_code: String,
    /// How much.
    pub amount: Amount,
    /// The rule.
    pub rule: String,
    /// The grounds, in words that the column `because` knows.
    pub because: String,
    /// The position in [`SuiteCase::pay`] of the row that it belongs to.
    pub listed: Option<usize>,
    /// False for a line that need not be listed: its pay code is not paid, and no row names it.
    pub must_be_listed: bool,
}

/// An actual exception.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CameOutException {
    /// The statement that expects it, without a full stop: `Exception: Mon 2025-06-02, late_in at 09:20`.
    pub statement: String,
    /// The position in [`SuiteCase::exceptions`] of the one that expects it.
    pub listed: Option<usize>,
}

/// The text of a suite in which a claim expects the actual results. Rewritten are pay lines, totals, workdays,
/// exceptions, overridden lines and carried values; an error, and whether figures are provisional, are for a person to
/// write.
/// ```
/// use shiftmill_core::Workday;
/// use shiftmill_timecards::suite::{Amount, CameOut, CameOutLine, accept, parse};
/// use shiftmill_core::Seconds;
///
/// let text = [
///     "# Short days\nZone: Etc/UTC.",
///     "## A short day",
///     "| workday        | in    | out   |",
///     "|----------------|-------|-------|",
///     "| Mon 2025-06-02 | 08:00 | 12:00 |\n",
///     "| workday        | pay code | time |",
///     "|----------------|----------|------|",
///     "| Mon 2025-06-02 | regular  | 5:00 |",
/// ];
/// let text = text.join("\n");
/// let suite = parse("short.md", &text).unwrap();
/// let line = CameOutLine {
///     workday: Workday::from_date(2025, 6, 2).unwrap(),
///     pay_code: "regular".into(),
///     amount: Amount::Time(Seconds::hours(4)),
///     rule: "worked".into(),
///     because: "worked".into(),
///     listed: Some(0),
///     must_be_listed: true,
/// };
/// let accepted = accept(&text, &suite.cases[0], &CameOut { lines: vec![line], ..CameOut::default() });
/// assert_eq!(accepted, text.replace("5:00", "4:00"));
/// ```
pub fn accept(text: &str, case: &SuiteCase, came_out: &CameOut) -> String {
    let mut claim = Claim::find(text, case.line);
    if case.pay.is_some() {
        claim.pay(case, came_out);
    }
    for (total, amount) in case.totals.iter().zip(&came_out.totals) {
        if total.amount.number() != amount.number() {
            claim.set(total.line, &AMOUNT, &amount.to_string());
        }
    }
    claim.workdays(case, came_out);
    claim.exceptions(case, came_out);
    claim.overridden(case, came_out);
    claim.carries(case, came_out);
    claim.text()
}

/// The names of the columns with an amount.
const AMOUNT: [&str; 3] = ["time", "amount", "count"];

/// The lines of a suite, of which those of one claim change.
struct Claim<'a> {
    before: &'a str,
    after: &'a str,
    /// The lines of the claim with their endings.
    lines: Vec<Line>,
    tables: Vec<TableAt>,
}

struct Line {
    /// Its number, from 1; 0 for a line that was not there.
    number: usize,
    /// Its text with its ending; `None` once it is taken out.
    text: Option<String>,
}

/// A table of the claim.
struct TableAt {
    /// The number of its header.
    first: usize,
    /// The number of its last line.
    last: usize,
    header: Vec<String>,
}

impl TableAt {
    fn is_pay(&self) -> bool {
        self.has("pay code") && !self.has("total")
    }

    fn has(&self, column: &str) -> bool {
        self.header.iter().any(|name| name == column)
    }

    fn column(&self, names: &[&str]) -> Option<usize> {
        self.header.iter().position(|name| names.contains(&name.as_str()))
    }
}

impl<'a> Claim<'a> {
    /// The claim whose heading is on line `heading`.
    fn find(text: &'a str, heading: usize) -> Claim<'a> {
        let mut start = text.len();
        let mut end = text.len();
        let mut at = 0;
        let mut in_block = false;
        for (index, line) in text.split_inclusive('\n').enumerate() {
            if line.trim_start().starts_with("```") {
                in_block = !in_block;
            }
            if index + 1 == heading {
                start = at;
            } else if index + 1 > heading && line.starts_with('#') && !in_block {
                end = at;
                break;
            }
            at += line.len();
        }
        let (before, rest) = text.split_at_checked(start).unwrap_or((text, ""));
        let (own, after) = rest.split_at_checked(end - start).unwrap_or((rest, ""));
        let numbered = own.split_inclusive('\n').enumerate();
        let lines: Vec<Line> =
            numbered.map(|(index, line)| Line { number: heading + index, text: Some(line.to_owned()) }).collect();
        let tables = tables(&lines);
        Claim { before, after, lines, tables }
    }

    fn text(self) -> String {
        let own: String = self.lines.into_iter().filter_map(|line| line.text).collect();
        format!("{}{own}{}", self.before, self.after)
    }

    fn line(&self, number: usize) -> Option<&str> {
        self.lines.iter().find(|line| line.number == number)?.text.as_deref()
    }

    fn change(&mut self, number: usize, text: Option<String>) {
        if let Some(line) = self.lines.iter_mut().find(|line| line.number == number) {
            line.text = text;
        }
    }

    /// Puts a line after another, with the ending of that one.
    fn insert_after(&mut self, number: usize, text: &str) {
        let Some(mut at) = self.lines.iter().position(|line| line.number == number) else { return };
        // New lines keep their order.
        while self.lines.get(at + 1).is_some_and(|line| line.number == 0) {
            at += 1;
        }
        let ending = self.ending();
        if let Some(Line { text: Some(before), .. }) = self.lines.get_mut(at)
            && !before.ends_with('\n')
        {
            before.push_str(ending);
        }
        self.lines.insert(at + 1, Line { number: 0, text: Some(format!("{text}{ending}")) });
    }

    fn ending(&self) -> &'static str {
        let windows = self.lines.iter().any(|line| line.text.as_deref().is_some_and(|text| text.ends_with("\r\n")));
        if windows { "\r\n" } else { "\n" }
    }

    /// Writes a cell of a row of a table.
    fn set(&mut self, number: usize, columns: &[&str], value: &str) {
        let Some(table) = self.tables.iter().find(|table| (table.first..=table.last).contains(&number)) else { return };
        let (first, last, column) = (table.first, table.last, table.column(columns));
        let Some((column, line)) = column.zip(self.line(number)) else { return };
        let Some(place) = cell_places(line).into_iter().nth(column) else { return };
        let room = line.get(place.clone()).map_or(0, |cell| cell.chars().count()).saturating_sub(2);
        let fits = value.chars().count() <= room;
        let padded = format!(" {value:<room$} ");
        let mut text = line.to_owned();
        text.replace_range(place, &padded);
        self.change(number, Some(text));
        if !fits {
            self.align(first, last);
        }
    }

    /// Gives the columns of a table one width.
    fn align(&mut self, first: usize, last: usize) {
        let is_row = |line: &&mut Line| line.text.as_deref().is_some_and(|text| text.trim_start().starts_with('|'));
        let from = self.lines.iter().position(|line| line.number == first).unwrap_or(0);
        let mut to = self.lines.iter().position(|line| line.number == last).map_or(from, |at| at + 1);
        while self.lines.get(to).is_some_and(|line| line.number == 0) {
            to += 1;
        }
        let mut rows: Vec<&mut Line> =
            self.lines.get_mut(from..to).unwrap_or_default().iter_mut().filter(is_row).collect();
        let texts = |line: &Line| -> Vec<String> {
            let text = line.text.as_deref().unwrap_or("");
            cell_places(text).into_iter().map(|place| text.get(place).unwrap_or("").trim().to_owned()).collect()
        };
        let cells: Vec<Vec<String>> = rows.iter().map(|line| texts(line)).collect();
        let columns = cells.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column| {
            let own = cells.iter().enumerate().filter(|(row, _)| *row != 1).filter_map(|(_, row)| row.get(column));
            own.map(|cell: &String| cell.chars().count()).max().unwrap_or(0).max(1)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        for (number, (line, cells)) in rows.iter_mut().zip(&cells).enumerate() {
            let Some(old) = line.text.as_deref() else { continue };
            let (indent, ending) = (indent_of(old), ending_of(old));
            let mut text = indent.to_owned();
            for (cell, width) in cells.iter().zip(&widths) {
                match number {
                    1 => text.push_str(&format!("|{}", rule_of_dashes(cell, *width))),
                    _ => text.push_str(&format!("| {cell:<width$} ")),
                }
            }
            text.push('|');
            text.push_str(ending);
            line.text = Some(text);
        }
    }

    fn pay(&mut self, case: &SuiteCase, came_out: &CameOut) {
        let expected = case.pay.as_deref().unwrap_or(&[]);
        for (index, row) in expected.iter().enumerate() {
            let own = || came_out.lines.iter().filter(|line| line.listed == Some(index));
            let sum: u32 = own().map(|line| line.amount.number()).sum();
            let amount = own().next().map(|line| with_number(line.amount, sum));
            match amount {
                _ if sum == row.amount.number() => {}
                Some(amount) => self.set(row.line, &AMOUNT, &amount.to_string()),
                None => self.change(row.line, None),
            }
        }
        let tables: Vec<usize> =
            self.tables.iter().enumerate().filter(|(_, table)| table.is_pay()).map(|(index, _)| index).collect();
        let Some(last) = tables.last().copied() else { return };
        let mut new: BTreeMap<usize, Vec<&CameOutLine>> = BTreeMap::new();
        for line in came_out.lines.iter().filter(|line| line.listed.is_none() && line.must_be_listed) {
            let of_day = |index: &&usize| self.has_row_of(**index, expected, line.workday);
            let table = tables.iter().rev().find(of_day).copied().unwrap_or(last);
            new.entry(table).or_default().push(line);
        }
        for (table, lines) in new {
            self.add_pay(table, expected, &lines);
        }
    }

    fn has_row_of(&self, table: usize, expected: &[super::ExpectedPay], workday: Workday) -> bool {
        let Some(table) = self.tables.get(table) else { return false };
        expected.iter().any(|row| row.workday == workday && (table.first..=table.last).contains(&row.line))
    }

    /// Adds rows to a table of pay lines: each after those of its workday and of earlier ones.
    fn add_pay(&mut self, table: usize, expected: &[super::ExpectedPay], lines: &[&CameOutLine]) {
        let Some(TableAt { first, last, header }) = self.tables.get(table) else { return };
        let (first, last, header) = (*first, *last, header.clone());
        for (cells, workday) in rows_of(&header, lines) {
            let before = expected.iter().filter(|row| (first..=last).contains(&row.line) && row.workday <= workday);
            // The header is followed by its rule of dashes.
            let after = before.map(|row| row.line).max().unwrap_or(first + 1);
            let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
            self.insert_after(after, &format!("| {} |", cells.join(" | ")));
        }
        self.align(first, last);
    }

    fn workdays(&mut self, case: &SuiteCase, came_out: &CameOut) {
        for (row, found) in case.workdays.iter().zip(&came_out.workdays) {
            let Some((worked, day_type)) = found else {
                self.change(row.line, None);
                continue;
            };
            if row.worked.is_some_and(|expected| expected != *worked) {
                self.set(row.line, &["worked"], &worked.to_string());
            }
            if row.day_type.is_some_and(|expected| expected != *day_type) {
                self.set(row.line, &["day type"], day_type.code());
            }
        }
    }

    fn exceptions(&mut self, case: &SuiteCase, came_out: &CameOut) {
        let last = case.exceptions.last().map(|exception| exception.line);
        for (index, expected) in case.exceptions.iter().enumerate() {
            let raised = came_out.exceptions.iter().any(|exception| exception.listed == Some(index));
            // A person must change a line that states more than this.
            let alone = self.line(expected.line).is_some_and(says_one_thing);
            if !raised && alone {
                self.change(expected.line, None);
            }
        }
        if !case.no_other_exceptions {
            return;
        }
        let new: Vec<&CameOutException> =
            came_out.exceptions.iter().filter(|exception| exception.listed.is_none()).collect();
        let closing = self.find_line(&["No exception", "No other exception"]);
        let Some(closing) = closing.filter(|_| !new.is_empty()) else { return };
        let after = last.unwrap_or(closing - 1);
        for exception in new {
            self.insert_after(after, &format!("{}.", exception.statement));
        }
        let renamed = self.line(closing).map(|text| text.replace("No exception", "No other exception"));
        self.change(closing, renamed);
    }

    /// A claim that states overridden lines states all of them.
    fn overridden(&mut self, case: &SuiteCase, came_out: &CameOut) {
        let Some((last, _)) = case.overridden.last() else { return };
        for (line, expected) in &case.overridden {
            let alone = self.line(*line).is_some_and(says_one_thing);
            if !came_out.overridden.contains(expected) && alone {
                self.change(*line, None);
            }
        }
        let listed = |row: &Overridden| case.overridden.iter().any(|(_, expected)| expected == row);
        for new in came_out.overridden.iter().filter(|row| !listed(row)) {
            self.insert_after(*last, &format!("Overridden: {new}."));
        }
    }

    fn carries(&mut self, case: &SuiteCase, came_out: &CameOut) {
        let came = |key: &str| came_out.carried.iter().find(|(name, _)| name == key).map(|(_, value)| *value);
        let mut by_line: BTreeMap<usize, Vec<String>> = BTreeMap::new();
        for expected in &case.carries {
            let items = by_line.entry(expected.line).or_default();
            items.extend(came(&expected.key).map(|value| format!("{} {value}", expected.key)));
        }
        let differs = |line: usize| {
            let own = case.carries.iter().filter(|expected| expected.line == line);
            own.into_iter().any(|expected| came(&expected.key) != Some(expected.value))
        };
        let listed = |key: &String| case.carries.iter().any(|expected| expected.key == *key);
        let new: Vec<String> = came_out.carried.iter().filter(|(key, _)| !listed(key)).map(written).collect();
        let last = by_line.keys().next_back().copied();
        for (line, mut items) in by_line {
            let more = case.carries_nothing_else && Some(line) == last && !new.is_empty();
            if more {
                items.extend(new.iter().cloned());
            }
            let alone = self.line(line).is_some_and(says_one_thing);
            if (more || differs(line)) && alone {
                let ending = self.line(line).map_or("", ending_of).to_owned();
                let text =
                    if items.is_empty() { None } else { Some(format!("Carries: {}.{ending}", items.join(", "))) };
                self.change(line, text);
            }
        }
        let closing = self.find_line(&["Carries nothing", "Carries nothing else"]);
        if let (true, None, Some(closing), false) = (case.carries_nothing_else, last, closing, new.is_empty()) {
            self.insert_after(closing - 1, &format!("Carries: {}.", new.join(", ")));
            let renamed = self.line(closing).map(|text| text.replace("nothing.", "nothing else."));
            self.change(closing, renamed);
        }
    }

    /// The line that states one of these and nothing else.
    fn find_line(&self, sayings: &[&str]) -> Option<usize> {
        let says = |line: &&Line| {
            line.text.as_deref().is_some_and(|text| sayings.contains(&text.trim().trim_end_matches('.')))
        };
        self.lines.iter().find(says).map(|line| line.number)
    }
}

fn tables(lines: &[Line]) -> Vec<TableAt> {
    let mut tables = Vec::new();
    let mut rows: Vec<Row> = Vec::new();
    let mut in_block = false;
    let end = Line { number: 0, text: None };
    for line in lines.iter().chain([&end]) {
        let text = line.text.as_deref().unwrap_or("").trim_start();
        if text.starts_with("```") {
            in_block = !in_block;
        }
        if text.starts_with('|') && !in_block {
            rows.push(Row { line: line.number, cells: split_cells(text) });
            continue;
        }
        let last = rows.last().map_or(0, |row| row.line);
        if let Some(table) = Table::new(std::mem::take(&mut rows)) {
            tables.push(TableAt { first: table.line, last, header: table.header });
        }
    }
    tables
}

/// The rows that list these lines, with the columns of the header. Lines that are equal in these columns are one row.
fn rows_of(header: &[String], lines: &[&CameOutLine]) -> Vec<(Vec<String>, Workday)> {
    let mut sums: Vec<(&CameOutLine, u32)> = Vec::new();
    let says = |column: &str| header.iter().any(|name| name == column);
    let (rules, grounds) = (says("rule"), says("because"));
    let alike = |one: &CameOutLine, other: &CameOutLine| {
        one.workday == other.workday
            && one.pay_code == other.pay_code
            && (!rules || one.rule == other.rule)
            && (!grounds || one.because == other.because)
    };
    for line in lines {
        match sums.iter_mut().find(|(first, _)| alike(first, line)) {
            Some((_, sum)) => *sum += line.amount.number(),
            None => sums.push((line, line.amount.number())),
        }
    }
    let cell = |name: &String, line: &CameOutLine, sum: u32| match name.as_str() {
        "workday" => format!("{} {}", line.workday.weekday().short(), line.workday),
        "pay code" => line.pay_code.clone(),
        "rule" => line.rule.clone(),
        "because" => line.because.clone(),
        name if AMOUNT.contains(&name) => with_number(line.amount, sum).to_string(),
        _ => String::new(),
    };
    let row =
        |(line, sum): &(&CameOutLine, u32)| (header.iter().map(|name| cell(name, line, *sum)).collect(), line.workday);
    sums.iter().map(row).collect()
}

fn with_number(amount: Amount, number: u32) -> Amount {
    match amount {
        Amount::Time(_) => Amount::Time(Seconds(number)),
        Amount::Count(_) => Amount::Count(number),
    }
}

fn written((key, value): &(String, i64)) -> String {
    format!("{key} {value}")
}

/// True for a line with one statement.
fn says_one_thing(line: &str) -> bool {
    !line.trim().trim_end_matches('.').contains(". ")
}

/// The positions of the cells of a table's line, with the blanks around them.
fn cell_places(line: &str) -> Vec<Range<usize>> {
    let mut places = Vec::new();
    let mut start = None;
    let mut escaped = false;
    for (at, mark) in line.char_indices() {
        if mark == '|' && !escaped {
            places.extend(start.map(|start| start..at));
            start = Some(at + 1);
        }
        escaped = mark == '\\' && !escaped;
    }
    // A line may leave out its last bar.
    if let Some(start) = start.filter(|start| line.get(*start..).is_some_and(|rest| !read::is_nothing(rest.trim()))) {
        places.push(start..line.trim_end().len());
    }
    places
}

fn indent_of(line: &str) -> &str {
    line.split('|').next().unwrap_or("")
}

fn ending_of(line: &str) -> &str {
    line.get(line.trim_end_matches(['\r', '\n']).len()..).unwrap_or("")
}

/// A rule of dashes that keeps the colons by which columns are set to one side.
fn rule_of_dashes(old: &str, width: usize) -> String {
    let (left, right) = (old.starts_with(':'), old.ends_with(':'));
    let dashes = (width + 2).saturating_sub(usize::from(left) + usize::from(right));
    let colon = |there| if there { ":" } else { "" };
    format!("{}{}{}", colon(left), "-".repeat(dashes), colon(right))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::parse;

    const SUITE: &str = "\
# Nights
Zone: Etc/UTC.

## Untouched
| workday | in |
|---|---|
| Mon 2025-06-02 | 08:00 |

| workday | pay code | time |
|---|---|---|
| Mon 2025-06-02 |   regular | 9:00 |

## A long night
| workday        | in    | out      |
|----------------|-------|----------|
| Mon 2025-06-02 | 12:00 | +1 01:00 |

| workday        | pay code   | time | rule             | because |
|----------------|------------|-----:|------------------|---------|
| Mon 2025-06-02 | regular    | 8:00 |                  |         |
| Mon 2025-06-02 | overtime_2 | 1:00 |                  |         |

| total      | pay code | time |
|------------|----------|------|
| pay period | regular  | 8:00 |

| workday        | worked | day type |
|----------------|--------|----------|
| Mon 2025-06-02 | 9:00   | rest_day |

Exception: Mon 2025-06-02, late_in at 09:20.
Exception: Mon 2025-06-02, early_out.
No other exception.
Overridden: Mon 2025-06-02, regular 8:00 (computed 7:45).
Carries: points/balance 3.
Carries nothing else.

## After it
| workday        | in    |
|----------------|-------|
| Mon 2025-06-02 | 08:00 |

No exception.
";

    fn monday() -> Workday {
        Workday::from_date(2025, 6, 2).unwrap()
    }

    fn line(pay_code: &str, amount: Amount, because: &str, listed: Option<usize>) -> CameOutLine {
        let rule = if because.is_empty() { "worked" } else { "nights/long" };
        CameOutLine {
            workday: monday(),
            pay_code: pay_code.into(),
            amount,
            rule: rule.into(),
            because: because.into(),
            listed,
            must_be_listed: true,
        }
    }

    fn overridden(computed: Seconds) -> Overridden {
        Overridden {
            workday: monday(),
            pay_code: "regular".into(),
            amount: Seconds::hours(8),
            computed,
            computed_before: Seconds::minutes(465),
        }
    }

    #[test]
    fn what_differs_is_rewritten_and_nothing_else() {
        let suite = parse("nights.md", SUITE).unwrap();
        let came_out = CameOut {
            lines: vec![
                line("regular", Amount::Time(Seconds::hours(12)), "", Some(0)),
                line("night_meal", Amount::Count(1), "worked 13:00 and past 22:00", None),
            ],
            totals: vec![Amount::Time(Seconds::hours(12))],
            workdays: vec![Some((Seconds::hours(13), DayType::Workday))],
            exceptions: vec![
                CameOutException { statement: "Exception: Mon 2025-06-02, late_in".into(), listed: Some(0) },
                CameOutException { statement: "Exception: Mon 2025-06-02, meal_missing at 12:00".into(), listed: None },
            ],
            overridden: vec![overridden(Seconds::minutes(450)), overridden(Seconds::minutes(435))],
            carried: vec![("points/balance".into(), 4), ("points/streak".into(), 1)],
        };
        let accepted = accept(SUITE, &suite.cases[1], &came_out);
        let expected = SUITE
            .replace(
                "\
| workday        | pay code   | time | rule             | because |
|----------------|------------|-----:|------------------|---------|
| Mon 2025-06-02 | regular    | 8:00 |                  |         |
| Mon 2025-06-02 | overtime_2 | 1:00 |                  |         |
",
                "\
| workday        | pay code   | time  | rule        | because                     |
|----------------|------------|------:|-------------|-----------------------------|
| Mon 2025-06-02 | regular    | 12:00 |             |                             |
| Mon 2025-06-02 | night_meal | 1     | nights/long | worked 13:00 and past 22:00 |
",
            )
            .replace("| pay period | regular  | 8:00 |", "| pay period | regular  | 12:00 |")
            .replace(
                "| total      | pay code | time |\n|------------|----------|------|",
                "| total      | pay code | time  |\n|------------|----------|-------|",
            )
            .replace("| 9:00   | rest_day |", "| 13:00  | workday  |")
            .replace("Exception: Mon 2025-06-02, early_out.\n", "Exception: Mon 2025-06-02, meal_missing at 12:00.\n")
            .replace(
                "Overridden: Mon 2025-06-02, regular 8:00 (computed 7:45).\n",
                "Overridden: Mon 2025-06-02, regular 8:00 (computed 7:30, before 7:45).\n\
                 Overridden: Mon 2025-06-02, regular 8:00 (computed 7:15, before 7:45).\n",
            )
            .replace("Carries: points/balance 3.", "Carries: points/balance 4, points/streak 1.");
        assert_eq!(accepted, expected);
        let read_again = parse("nights.md", &accepted).unwrap();
        assert_eq!(read_again.cases[1].pay.as_ref().unwrap().len(), 2);
    }

    #[test]
    fn what_holds_stays_to_the_byte() {
        let suite = parse("nights.md", SUITE).unwrap();
        let came_out = CameOut {
            lines: vec![
                line("regular", Amount::Time(Seconds::hours(8)), "", Some(0)),
                line("overtime_2", Amount::Time(Seconds::hours(1)), "", Some(1)),
                CameOutLine {
                    must_be_listed: false,
                    ..line("unpaid_break", Amount::Time(Seconds::hours(1)), "", None)
                },
            ],
            totals: vec![Amount::Time(Seconds::hours(8))],
            workdays: vec![Some((Seconds::hours(9), DayType::RestDay))],
            exceptions: [0, 1].map(|listed| CameOutException { statement: String::new(), listed: Some(listed) }).into(),
            overridden: vec![overridden(Seconds::minutes(465))],
            carried: vec![("points/balance".into(), 3)],
        };
        assert_eq!(accept(SUITE, &suite.cases[1], &came_out), SUITE);
        let windows = SUITE.replace('\n', "\r\n");
        assert_eq!(accept(&windows, &suite.cases[1], &came_out), windows);
    }

    #[test]
    fn an_empty_table_is_filled_and_a_bare_statement_is_told_more() {
        let text = "# T\nZone: Etc/UTC.\n\n## C\n| workday | in |\n|---|---|\n| Mon 2025-06-02 | 08:00 |\n\n\
            | workday | pay code | time |\n|---|---|---|\n\nNo exception.\nCarries nothing.\n";
        let suite = parse("t.md", text).unwrap();
        let came_out = CameOut {
            lines: vec![
                line("regular", Amount::Time(Seconds::hours(1)), "", None),
                line("regular", Amount::Time(Seconds::hours(2)), "more", None),
            ],
            exceptions: vec![CameOutException { statement: "Exception: Mon 2025-06-02, absent".into(), listed: None }],
            carried: vec![("points/balance".into(), 4)],
            ..CameOut::default()
        };
        let accepted = accept(text, &suite.cases[0], &came_out);
        assert!(accepted.contains("| Mon 2025-06-02 | regular  | 3:00 |\n\nException: Mon 2025-06-02, absent.\n"));
        assert!(
            accepted.ends_with("No other exception.\nCarries: points/balance 4.\nCarries nothing else.\n"),
            "{accepted}"
        );
        assert!(parse("t.md", &accepted).is_ok());
    }
}
