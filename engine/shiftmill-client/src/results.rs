//! Results of a chunk: as the message, as columns, or as rows with names.

use std::sync::Arc;

use shiftmill_core::{
    EvaluationError, Evaluations, ExceptionCode, ExceptionState, PayCode, PluginFailure, ResultHasher, RowRanges,
    RuleId, Seconds, Severity, Timestamp, TotalScope, Unit, Workday, WorkdayRow,
};
use shiftmill_proto::v1;
use shiftmill_wire::{Malformed, Numbered, results};

use crate::error::ClientError;

/// The answer to one chunk.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant, reason = "nearly every answer is a result, and each is handed on once")]
pub enum Answer {
    /// Its results.
    Results(ChunkResults),
    /// The service could not read the chunk; the evaluation goes on without its employees.
    Refused(v1::ChunkError),
}

/// The results of one chunk.
#[derive(Clone, Debug)]
pub struct ChunkResults {
    chunk: Arc<v1::Chunk>,
    message: v1::ChunkResult,
    header: Arc<v1::ResponseHeader>,
}

impl ChunkResults {
    pub(crate) fn new(
        chunk: Arc<v1::Chunk>,
        message: v1::ChunkResult,
        header: Arc<v1::ResponseHeader>,
    ) -> ChunkResults {
        ChunkResults { chunk, message, header }
    }

    /// The number of the chunk: chunks are numbered from 0 in their order.
    pub fn number(&self) -> u64 {
        self.message.number
    }

    /// The keys of its employees, in the order of the results.
    pub fn employees(&self) -> &[String] {
        &self.chunk.employees
    }

    /// The origin of the results, with the names of their numbers.
    pub fn header(&self) -> &v1::ResponseHeader {
        &self.header
    }

    /// The received message.
    pub fn message(&self) -> &v1::ChunkResult {
        &self.message
    }

    /// The results as columns, without names. The cheapest way to read them.
    ///
    /// # Errors
    /// [`ClientError::Malformed`].
    pub fn into_columns(self) -> Result<Evaluations, ClientError> {
        Ok(results::read(self.message)?)
    }

    /// The results as rows with names, and as columns.
    ///
    /// # Errors
    /// [`ClientError::Malformed`], also when a number has no name.
    pub fn into_rows(self) -> Result<Rows, ClientError> {
        let number = self.message.number;
        let errors = self.message.errors.clone();
        let rows = Rows { columns: results::read(self.message)?, errors, chunk: self.chunk, header: self.header };
        let nameless = rows.employees().find_map(|employee| employee.nameless());
        match nameless {
            Some(column) => Err(Malformed { number, column }.into()),
            None => Ok(rows),
        }
    }

    /// Computes the hash of each employee's rows and compares it with the hash in the result.
    ///
    /// # Errors
    /// [`ClientError::HashMismatch`] for the first employee with another hash; [`ClientError::Malformed`].
    pub fn check_rows(&self) -> Result<(), ClientError> {
        let columns = results::read(self.message.clone())?;
        let mut hasher = ResultHasher::default();
        let (hashes, _) = self.message.employee_hash.as_chunks::<32>();
        for (index, (employee, hash)) in self.chunk.employees.iter().zip(hashes).enumerate() {
            if hasher.employee(employee, &columns, index).is_none_or(|own| own.0 != *hash) {
                return Err(ClientError::HashMismatch { employee: employee.clone() });
            }
        }
        Ok(())
    }
}

/// The results of one chunk with names.
#[derive(Clone, Debug)]
pub struct Rows {
    columns: Evaluations,
    /// By ascending employee.
    errors: Vec<v1::CardError>,
    chunk: Arc<v1::Chunk>,
    header: Arc<v1::ResponseHeader>,
}

impl Rows {
    /// The columns.
    pub fn columns(&self) -> &Evaluations {
        &self.columns
    }

    /// The origin of the results.
    pub fn header(&self) -> &v1::ResponseHeader {
        &self.header
    }

    /// The results of each employee, in the order of the chunk.
    pub fn employees(&self) -> impl Iterator<Item = EmployeeRows<'_>> {
        (0..self.columns.cards.len()).map(|index| EmployeeRows { rows: self, index })
    }
}

/// The results of one employee.
#[derive(Clone, Copy, Debug)]
pub struct EmployeeRows<'a> {
    rows: &'a Rows,
    index: usize,
}

/// What one rule pays to one pay code on one workday.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PayLine<'a> {
    /// The workday that it is shown on.
    pub workday: Workday,
    /// The pay code, such as `overtime_1_5`.
    pub pay_code: &'a str,
    /// The unit of the amount.
    pub unit: Unit,
    /// False for time that is shown but not paid.
    pub paid: bool,
    /// How much.
    pub amount: u32,
    /// The rule that decided it.
    pub rule: &'a str,
    /// On what grounds, in English.
    pub because: &'a str,
}

/// Something a person must look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exception<'a> {
    /// The workday that it is shown on.
    pub workday: Workday,
    /// What.
    pub code: ExceptionCode,
    /// How far it has got.
    pub state: ExceptionState,
    /// How much it matters.
    pub severity: Severity,
    /// The instant it refers to.
    pub at: Timestamp,
    /// Its size; zero where it has none.
    pub measure: Seconds,
    /// The rule that noticed it.
    pub rule: &'a str,
}

/// The sum of one pay code over a workweek or the pay period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Total<'a> {
    /// Over what.
    pub scope: TotalScope,
    /// Its first workday.
    pub from: Workday,
    /// The pay code.
    pub pay_code: &'a str,
    /// The unit of the amount.
    pub unit: Unit,
    /// How much.
    pub amount: u32,
}

impl<'a> EmployeeRows<'a> {
    /// The employee's key.
    pub fn employee(&self) -> &'a str {
        self.rows.chunk.employees.get(self.index).map_or("", String::as_str)
    }

    /// Why the timecard could not be evaluated; it then has no rows.
    pub fn error(&self) -> Option<EvaluationError> {
        self.rows.columns.cards.get(self.index)?.error
    }

    /// The same error in the words of the service, which name what the timecard named, with the path of the wrong entry.
    pub fn error_message(&self) -> Option<&'a v1::CardError> {
        let employee = u32::try_from(self.index).ok()?;
        let position = self.rows.errors.binary_search_by_key(&employee, |error| error.employee).ok()?;
        self.rows.errors.get(position)
    }

    /// True when days of context are missing, so that the figures may still change.
    pub fn is_provisional(&self) -> bool {
        self.rows.columns.cards.get(self.index).is_some_and(|card| card.provisional)
    }

    /// The workdays (from `Detail::Workdays`).
    pub fn workdays(&self) -> impl Iterator<Item = WorkdayRow> + 'a {
        self.rows.columns.workdays.rows(self.own().workdays)
    }

    /// The pay lines, by workday (from `Detail::Workdays`).
    pub fn pay_lines(&self) -> impl Iterator<Item = PayLine<'a>> + 'a {
        let employee = *self;
        self.rows.columns.lines.rows(self.own().lines).filter_map(move |row| {
            let code = employee.pay_code(row.code)?;
            Some(PayLine {
                workday: row.workday,
                pay_code: &code.name,
                unit: Unit::read(code.unit)?,
                paid: code.paid,
                amount: row.amount,
                rule: employee.rule(row.rule)?,
                because: employee.rows.header.reasons.get(usize::from(row.because))?,
            })
        })
    }

    /// The exceptions, by workday.
    pub fn exceptions(&self) -> impl Iterator<Item = Exception<'a>> + 'a {
        let employee = *self;
        self.rows.columns.exceptions.rows(self.own().exceptions).filter_map(move |row| {
            Some(Exception {
                workday: row.workday,
                code: row.code,
                state: row.state,
                severity: row.severity,
                at: row.at,
                measure: row.measure,
                rule: employee.rule(row.rule)?,
            })
        })
    }

    /// The totals: workweeks in order, then the pay period.
    pub fn totals(&self) -> impl Iterator<Item = Total<'a>> + 'a {
        let employee = *self;
        self.rows.columns.totals.rows(self.own().totals).filter_map(move |row| {
            let code = employee.pay_code(row.code)?;
            Some(Total {
                scope: row.scope,
                from: row.from,
                pay_code: &code.name,
                unit: Unit::read(code.unit)?,
                amount: row.amount,
            })
        })
    }

    /// How plugins failed on the timecard.
    pub fn plugin_failures(&self) -> impl Iterator<Item = &'a PluginFailure> + 'a {
        let index = self.index;
        self.rows.columns.failures.iter().filter(move |failure| failure.card as usize == index)
    }

    /// The column with a number that has no name.
    fn nameless(&self) -> Option<&'static str> {
        let complete = [
            ("line_code", self.pay_lines().count(), self.own().lines.len()),
            ("exception_rule", self.exceptions().count(), self.own().exceptions.len()),
            ("total_code", self.totals().count(), self.own().totals.len()),
        ];
        complete.into_iter().find(|(_, named, all)| named != all).map(|(column, _, _)| column)
    }

    /// Its rows in each list.
    fn own(&self) -> RowRanges {
        self.rows.columns.rows_of(self.index)
    }

    fn ruleset(&self) -> Option<&'a v1::RulesetInfo> {
        let position = self.rows.chunk.ruleset.get(self.index).copied().unwrap_or(0);
        self.rows.header.rulesets.get(position as usize)
    }

    fn pay_code(&self, code: PayCode) -> Option<&'a v1::PayCodeInfo> {
        self.ruleset()?.pay_codes.get(usize::from(code.0))
    }

    fn rule(&self, rule: RuleId) -> Option<&'a str> {
        self.ruleset()?.rules.get(usize::from(rule.0)).map(String::as_str)
    }
}
