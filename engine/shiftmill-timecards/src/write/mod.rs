//! Results as files that people and payroll programs read: CSV, JSON and a table.

mod columns;
mod csv;
pub mod facts;
mod hours;
mod json;
mod table;

use std::collections::BTreeMap;

use shiftmill_core::{
    BecauseKind, CardResult, CarriedRow, Evaluations, ExceptionRow, Names, OverrideRow, PayCode, PayLine,
    TagDictionary, TotalRow, Unit, Workday, WorkdayRow, Zone,
};

pub use csv::{Rows, csv};
pub use hours::{Hours, HoursError};
pub use json::{carried, json};
pub use table::table;

/// The results of one employee, with the names of their numbers.
#[derive(Clone, Copy, Debug)]
pub struct CardView<'a> {
    /// The employee's key.
    pub employee: &'a str,
    /// Their display name; empty when not known.
    pub name: &'a str,
    /// The results of the chunk that the employee is in.
    pub results: &'a Evaluations,
    /// The employee's position in that chunk.
    pub index: usize,
    /// The names of the employee's ruleset.
    pub names: &'a Names,
    /// The employee's zone.
    pub zone: &'a Zone,
    /// The tags that results refer to.
    pub tags: &'a TagDictionary,
    /// The names of tags by which totals are split.
    pub split_by: &'a [String],
}

/// The part of a total of the pay period that has one value of a tag.
#[derive(Clone, Copy, Debug)]
pub struct Split<'a> {
    /// The position of the name among those that totals are split by.
    pub position: usize,
    /// The name.
    pub name: &'a str,
    /// The value; empty for what has none.
    pub value: &'a str,
    /// The pay code.
    pub code: PayCode,
    /// How much.
    pub amount: u32,
}

impl<'a> CardView<'a> {
    /// What is true of the timecard as a whole.
    pub fn card(&self) -> CardResult {
        self.results.cards.get(self.index).copied().unwrap_or_default()
    }

    /// Its workdays.
    pub fn workdays(&self) -> impl Iterator<Item = WorkdayRow> + 'a {
        self.results.workdays.rows(self.results.rows_of(self.index).workdays)
    }

    /// Its pay lines.
    pub fn lines(&self) -> impl Iterator<Item = PayLine> + 'a {
        self.results.lines.rows(self.results.rows_of(self.index).lines)
    }

    /// Its exceptions.
    pub fn exceptions(&self) -> impl Iterator<Item = ExceptionRow> + 'a {
        self.results.exceptions.rows(self.results.rows_of(self.index).exceptions)
    }

    /// The pay lines that a person stated.
    pub fn overrides(&self) -> impl Iterator<Item = OverrideRow> + 'a {
        self.results.overrides.rows(self.results.rows_of(self.index).overrides)
    }

    /// Its totals.
    pub fn totals(&self) -> impl Iterator<Item = TotalRow> + 'a {
        self.results.totals.rows(self.results.rows_of(self.index).totals)
    }

    /// Its totals of the pay period by the values of tags.
    pub fn splits(&self) -> impl Iterator<Item = Split<'a>> {
        let (tags, names) = (self.tags, self.split_by);
        self.results.splits.rows(self.results.rows_of(self.index).splits).map(move |row| {
            let position = usize::from(row.name);
            let name = names.get(position).map_or("", String::as_str);
            let value = tags.get(row.tag).and_then(|tag| tag.value(name)).unwrap_or_default();
            Split { position, name, value, code: row.code, amount: row.amount }
        })
    }

    /// The values that plugins carry over to the next pay period, by the names of the keys.
    pub fn carried(&self) -> impl Iterator<Item = (&'a str, i64)> {
        let names = &self.names.carried;
        let named = |row: CarriedRow| (names.get(usize::from(row.key.0)).map_or("", String::as_str), row.value);
        self.results.carried.rows(self.results.rows_of(self.index).carried).map(named)
    }

    /// Its pay lines added up by workday and pay code.
    pub fn by_day_and_code(&self) -> BTreeMap<(Workday, PayCode), u64> {
        let mut sums = BTreeMap::new();
        for line in self.lines() {
            *sums.entry((line.workday, line.code)).or_insert(0) += u64::from(line.amount);
        }
        sums
    }

    /// The written code of a pay code.
    pub fn code_name(&self, code: PayCode) -> &'a str {
        self.names.pay_code(code).map_or("", |info| info.name.as_str())
    }

    /// The unit of a pay code.
    pub fn unit(&self, code: PayCode) -> Unit {
        self.names.pay_code(code).map_or(Unit::Second, |info| info.unit)
    }

    /// An amount of a pay code as text.
    pub fn amount(&self, code: PayCode, amount: u64, hours: Hours) -> String {
        match self.unit(code) {
            Unit::Second => hours.write(amount),
            Unit::Count => amount.to_string(),
        }
    }

    /// The date and time that the employee's clock shows at an instant.
    pub fn local(&self, at: shiftmill_core::Timestamp) -> String {
        self.zone.wall_at(at).to_string()
    }
}

/// `08:00`, or `08:00:30` when it is not a whole minute.
pub fn time_of_day(second: u32) -> String {
    let (hours, minutes, seconds) = (second / 3_600, second / 60 % 60, second % 60);
    match seconds {
        0 => format!("{hours:02}:{minutes:02}"),
        _ => format!("{hours:02}:{minutes:02}:{seconds:02}"),
    }
}

/// One word for each kind of grounds, by [`shiftmill_core::Because::number`]; empty for one that is not known.
pub fn because_word(number: u8) -> &'static str {
    BecauseKind::from_number(number).map_or("", BecauseKind::code)
}

#[cfg(test)]
mod tests;
