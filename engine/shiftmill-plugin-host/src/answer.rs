//! Reads the answer of a hook: checks its columns and splits them into the edits of each employee, in order.
//!
//! A fault of the whole answer (columns of different lengths, a row of an unknown employee) belongs to no employee in
//! particular, so the group is tried again in smaller groups. A fault of one row belongs to its employee.

use shiftmill_core::{
    Change, Edit, EditKind, ExceptionCode, FailureCode, PayCode, PluginBinding, Seconds, SpanState, Timestamp, Workday,
};

use crate::encode::{RowsOf, Tables};
use crate::failure::{CardFailure, Fault};
use crate::limits::shortened;
use crate::sandbox::LogLine;
use crate::wire::{Answer, Complaint, EditColumns};

/// The answers of a plugin for the cards of one call.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    edits: Vec<Edit>,
    arguments: Vec<i64>,
    cards: Vec<CardAnswer>,
    fuel: u64,
    own_fuel: u64,
    days: u64,
    memory: usize,
    log: Vec<LogLine>,
}

/// The edits for one card, in order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EditsOf<'a> {
    /// The edits.
    pub list: &'a [Edit],
    /// The figures of their reasons, as [`Edit::argument_end`] counts them.
    pub arguments: &'a [i64],
}

/// The answer for one card: where its edits end, or how the plugin failed.
#[derive(Clone, Debug)]
struct CardAnswer {
    edits_end: usize,
    arguments_end: usize,
    failure: Option<Box<CardFailure>>,
    /// Whether the card was alone in its group.
    alone: bool,
}

impl Answers {
    /// The edits for card `index`, or how the plugin failed on it. A card that the call did not have has no edits.
    pub fn of(&self, index: usize) -> Result<EditsOf<'_>, &CardFailure> {
        let Some(card) = self.cards.get(index) else { return Ok(EditsOf::default()) };
        if let Some(failure) = &card.failure {
            return Err(failure);
        }
        let (edits_start, arguments_start) = self.ends_before(index);
        let list = self.edits.get(edits_start..card.edits_end).unwrap_or(&[]);
        let arguments = self.arguments.get(arguments_start..card.arguments_end).unwrap_or(&[]);
        Ok(EditsOf { list, arguments })
    }

    /// The number of cards.
    pub fn len(&self) -> usize {
        self.cards.len()
    }

    /// True when there is no card.
    pub fn is_empty(&self) -> bool {
        self.cards.is_empty()
    }

    /// True when there are neither edits nor failures: nothing changes.
    pub fn change_nothing(&self) -> bool {
        self.edits.is_empty() && self.cards.iter().all(|card| card.failure.is_none())
    }

    /// The fuel used, with that for instances and configuration, and without that of failed attempts for several
    /// employees.
    pub fn fuel(&self) -> u64 {
        self.fuel
    }

    /// The same without the fuel for instances and configuration.
    pub(crate) fn own_fuel(&self) -> u64 {
        self.own_fuel
    }

    /// The days in the input of the calls that used it.
    pub fn days(&self) -> u64 {
        self.days
    }

    /// The maximum memory of one instance, in bytes.
    pub fn memory(&self) -> usize {
        self.memory
    }

    /// The log of the plugin, when the call kept it.
    pub fn log(&self) -> &[LogLine] {
        &self.log
    }

    pub(crate) fn with_capacity(cards: usize) -> Answers {
        Answers { cards: Vec::with_capacity(cards), ..Answers::default() }
    }

    /// Adds cards without edits.
    pub(crate) fn push_nothing(&mut self, cards: usize) {
        for _ in 0..cards {
            self.push_edits(Ok(()), true);
        }
    }

    pub(crate) fn is_alone(&self, index: usize) -> bool {
        self.cards.get(index).is_some_and(|card| card.alone)
    }

    pub(crate) fn add_fuel(&mut self, to_configure: u64, own: u64, days: u64) {
        self.fuel = self.fuel.saturating_add(to_configure).saturating_add(own);
        self.own_fuel = self.own_fuel.saturating_add(own);
        self.days += days;
    }

    pub(crate) fn record_memory(&mut self, bytes: usize) {
        self.memory = self.memory.max(bytes);
    }

    /// Adds the log of a group that begins with card `before`.
    pub(crate) fn add_log(&mut self, lines: Vec<LogLine>, before: usize) {
        self.log.extend(lines.into_iter().map(|line| LogLine { card: line.card.map(|card| before + card), ..line }));
    }

    pub(crate) fn push_failure(&mut self, failure: CardFailure, alone: bool) {
        let (edits_end, arguments_end) = (self.edits.len(), self.arguments.len());
        self.cards.push(CardAnswer { edits_end, arguments_end, failure: Some(Box::new(failure)), alone });
    }

    fn ends_before(&self, index: usize) -> (usize, usize) {
        let before = index.checked_sub(1).and_then(|before| self.cards.get(before));
        before.map_or((0, 0), |before| (before.edits_end, before.arguments_end))
    }

    /// Adds one employee: the edits that were read last, or the failure of one of them.
    fn push_edits(&mut self, rows: Result<(), CardFailure>, alone: bool) {
        match rows {
            Ok(()) => {
                let (edits_end, arguments_end) = (self.edits.len(), self.arguments.len());
                self.cards.push(CardAnswer { edits_end, arguments_end, failure: None, alone });
            }
            Err(failure) => {
                let (edits_start, arguments_start) = self.ends_before(self.cards.len());
                self.edits.truncate(edits_start);
                self.arguments.truncate(arguments_start);
                self.push_failure(failure, alone);
            }
        }
    }
}

/// Reads an answer, with the input that it is checked against.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AnswerReader<'a> {
    pub(crate) binding: &'a PluginBinding,
    pub(crate) tables: &'a Tables,
    pub(crate) employees: usize,
    /// The maximum number of edits of one employee.
    pub(crate) edits_max: usize,
}

impl AnswerReader<'_> {
    /// Adds the edits of every employee of the group to `answers`.
    ///
    /// # Errors
    /// When the answer as a whole cannot be read. Then nothing is added.
    pub(crate) fn split(self, answer: &Answer, answers: &mut Answers) -> Result<(), Fault> {
        let Answer { edits, complaints } = answer;
        self.check(edits, complaints).map_err(|message| Fault::of_answer(FailureCode::BadEdit, message))?;
        let rows = RowOrder::of(&edits.employee);
        let complaints = first_complaints(complaints, self.employees);
        let alone = self.employees == 1;
        let mut next = 0;
        for employee in 0..self.employees {
            let from = next;
            while rows.employee(edits, next) == Some(employee as u32) {
                next += 1;
            }
            match complaints.get(employee).copied().flatten() {
                Some(complaint) => answers.push_failure(bad_data(complaint), alone),
                None => {
                    let taken = self.take(employee, edits, rows.slice(from..next), answers);
                    answers.push_edits(taken, alone);
                }
            }
        }
        Ok(())
    }

    /// Why the answer as a whole cannot be read.
    fn check(self, edits: &EditColumns, complaints: &[Complaint]) -> Result<(), String> {
        let rows = edits.employee.len();
        let columns = [
            ("kind", edits.kind.len()),
            ("row", edits.row.len()),
            ("workday", edits.workday.len()),
            ("start", edits.start.len()),
            ("end", edits.end.len()),
            ("code", edits.code.len()),
            ("amount", edits.amount.len()),
            ("rule", edits.rule.len()),
            ("argument-end", edits.argument_end.len()),
        ];
        if let Some((column, found)) = columns.into_iter().find(|(_, found)| *found != rows) {
            return Err(format!(
                "answers columns of different lengths: `edits.employee` has {rows} rows, `edits.{column}` {found}"
            ));
        }
        let named = edits.employee.iter().chain(complaints.iter().map(|complaint| &complaint.employee));
        if let Some(stranger) = named.into_iter().find(|employee| **employee as usize >= self.employees) {
            return Err(format!("answers about employee {stranger}, where {} were given", self.employees));
        }
        if complaints.len() > self.employees {
            return Err(format!("answers {} complaints about {} employees", complaints.len(), self.employees));
        }
        let figures = edits.arguments.len();
        let ascending = edits.argument_end.is_sorted();
        let last = edits.argument_end.last().copied().unwrap_or(0) as usize;
        if !ascending || last != figures {
            return Err(format!("answers `edits.argument-end` that does not divide its {figures} arguments"));
        }
        Ok(())
    }

    /// Adds the edits of one employee.
    fn take(
        self,
        employee: usize,
        edits: &EditColumns,
        rows: Rows<'_>,
        answers: &mut Answers,
    ) -> Result<(), CardFailure> {
        let count = rows.len();
        if count > self.edits_max {
            let message = format!("answers {count} edits for one employee, the maximum is {}", self.edits_max);
            return Err(CardFailure { code: FailureCode::Memory, workday: None, message });
        }
        let first_figure = answers.arguments.len();
        for position in 0..count {
            // All columns have the same length, so every row exists.
            let Some(proposal) = Proposal::of(edits, rows.get(position)) else { continue };
            let edit = self.edit(employee, proposal);
            let edit = edit.map_err(|problem| bad_edit(position, proposal, self.binding, &problem))?;
            answers.arguments.extend_from_slice(proposal.figures);
            let argument_end = (answers.arguments.len() - first_figure) as u32;
            answers.edits.push(Edit { argument_end, ..edit });
        }
        Ok(())
    }

    fn edit(self, employee: usize, proposal: Proposal<'_>) -> Result<Edit, String> {
        let kind = proposal.kind()?;
        let rule = self.binding.rule(proposal.rule).ok_or_else(|| {
            format!("its rule {} is none of the {} of the manifest", proposal.rule, self.binding.manifest.rules.len())
        })?;
        let change = self.change(employee, kind, proposal)?;
        Ok(Edit { change, rule, argument_end: 0 })
    }

    fn change(self, employee: usize, kind: EditKind, proposal: Proposal<'_>) -> Result<Change, String> {
        let row = |table| self.row(employee, table, proposal.row);
        let workday = Workday(proposal.workday);
        let (start, end) = (Timestamp(proposal.start), Timestamp(proposal.end));
        let code = PayCode(proposal.code);
        Ok(match kind {
            EditKind::Retime => Change::Retime { punch: row(RowsOf::Punches)?, to: start },
            EditKind::Discard => Change::Discard { punch: row(RowsOf::Punches)? },
            EditKind::Expect => Change::Expect { scheduled: row(RowsOf::Scheduled)?, start, end },
            EditKind::Add => Change::Add { workday, start, end, state: added_state(proposal.amount)?, code },
            EditKind::Recode => Change::Recode { span: row(RowsOf::Spans)?, start, end, to: code },
            EditKind::Resize => Change::Resize { span: row(RowsOf::Spans)?, start, end },
            EditKind::Split => Change::Split { span: row(RowsOf::Spans)?, at: start },
            EditKind::Premium => Change::Premium { span: row(RowsOf::Spans)?, start, end, code },
            EditKind::Quantity => Change::Quantity { workday, code, amount: amount(proposal.amount)? },
            EditKind::Mark => Change::Mark {
                workday,
                code: exception(proposal.code)?,
                at: start,
                measure: Seconds(amount(proposal.amount)?),
            },
            EditKind::Carry => {
                let key = self.binding.carried(proposal.code);
                let known = self.binding.carried_keys.len();
                let key = key.ok_or_else(|| format!("its key {} is none of the {known} carried", proposal.code))?;
                Change::Carry { key, value: proposal.amount }
            }
        })
    }

    fn row(self, employee: usize, table: RowsOf, row: u32) -> Result<u32, String> {
        // The message does not name the row number, because it depends on the employees before this one.
        let position = self.tables.on_card(employee, table, row);
        position.ok_or_else(|| format!("a row of `{}` that the employee does not have", table.name()))
    }
}

/// One row of the answer.
#[derive(Clone, Copy, Debug)]
struct Proposal<'a> {
    kind: u8,
    row: u32,
    workday: i32,
    start: i64,
    end: i64,
    code: u16,
    amount: i64,
    rule: u16,
    figures: &'a [i64],
}

impl<'a> Proposal<'a> {
    fn of(edits: &'a EditColumns, row: usize) -> Option<Proposal<'a>> {
        let figures_from = match row.checked_sub(1) {
            Some(before) => *edits.argument_end.get(before)?,
            None => 0,
        };
        Some(Proposal {
            kind: *edits.kind.get(row)?,
            row: *edits.row.get(row)?,
            workday: *edits.workday.get(row)?,
            start: *edits.start.get(row)?,
            end: *edits.end.get(row)?,
            code: *edits.code.get(row)?,
            amount: *edits.amount.get(row)?,
            rule: *edits.rule.get(row)?,
            figures: edits.arguments.get(figures_from as usize..*edits.argument_end.get(row)? as usize)?,
        })
    }

    fn kind(self) -> Result<EditKind, String> {
        let unknown = || format!("kind {} does not exist; the plugin may need a newer Shiftmill", self.kind);
        EditKind::from_number(self.kind).ok_or_else(unknown)
    }
}

fn amount(amount: i64) -> Result<u32, String> {
    u32::try_from(amount).map_err(|_| format!("its amount {amount} is negative or too large"))
}

fn added_state(number: i64) -> Result<SpanState, String> {
    match u8::try_from(number).ok().and_then(SpanState::from_number) {
        Some(state @ (SpanState::Worked | SpanState::PaidBreak)) => Ok(state),
        Some(SpanState::UnpaidBreak | SpanState::Leave) | None => {
            Err(format!("its amount {number} is neither 0 (worked) nor 1 (paid break)"))
        }
    }
}

fn exception(code: u16) -> Result<ExceptionCode, String> {
    let known = u8::try_from(code).ok().and_then(ExceptionCode::from_number);
    known.ok_or_else(|| format!("exception {code} does not exist"))
}

fn bad_data(complaint: &Complaint) -> CardFailure {
    let workday = complaint.workday.map(Workday);
    CardFailure { code: FailureCode::BadData, workday, message: shortened(&complaint.message) }
}

fn bad_edit(position: usize, proposal: Proposal<'_>, binding: &PluginBinding, problem: &str) -> CardFailure {
    let kind = proposal.kind().map_or_else(|_| String::new(), |kind| format!(" ({kind})"));
    let rule = binding.manifest.rules.get(usize::from(proposal.rule));
    let rule = rule.map_or_else(String::new, |rule| format!(" of rule `{}`", rule.key));
    let message = format!("edit {}{kind}{rule}: {problem}", position + 1);
    CardFailure { code: FailureCode::BadEdit, workday: None, message }
}

/// The first complaint about each employee; empty when there is none at all.
fn first_complaints(complaints: &[Complaint], employees: usize) -> Vec<Option<&Complaint>> {
    if complaints.is_empty() {
        return Vec::new();
    }
    let mut first = vec![None; employees];
    for complaint in complaints {
        if let Some(first) = first.get_mut(complaint.employee as usize) {
            first.get_or_insert(complaint);
        }
    }
    first
}

/// The order of the rows by employee. The rows of one employee keep the order of the answer.
struct RowOrder(Option<Vec<u32>>);

impl RowOrder {
    fn of(employees: &[u32]) -> RowOrder {
        if employees.is_sorted() {
            return RowOrder(None);
        }
        let mut rows: Vec<u32> = (0..employees.len() as u32).collect();
        rows.sort_by_key(|row| employees.get(*row as usize));
        RowOrder(Some(rows))
    }

    /// The employee of the row at a position of the order.
    fn employee(&self, edits: &EditColumns, position: usize) -> Option<u32> {
        let row = match &self.0 {
            None => position,
            Some(rows) => *rows.get(position)? as usize,
        };
        edits.employee.get(row).copied()
    }

    fn slice(&self, positions: std::ops::Range<usize>) -> Rows<'_> {
        match &self.0 {
            None => Rows::Run(positions),
            Some(rows) => Rows::Listed(rows.get(positions).unwrap_or(&[])),
        }
    }
}

/// The rows of one employee.
enum Rows<'a> {
    Run(std::ops::Range<usize>),
    Listed(&'a [u32]),
}

impl Rows<'_> {
    fn len(&self) -> usize {
        match self {
            Rows::Run(positions) => positions.len(),
            Rows::Listed(rows) => rows.len(),
        }
    }

    /// The row at this position; beyond the end, a row that does not exist.
    fn get(&self, position: usize) -> usize {
        match self {
            Rows::Run(positions) => positions.start + position,
            Rows::Listed(rows) => rows.get(position).map_or(usize::MAX, |row| *row as usize),
        }
    }
}
