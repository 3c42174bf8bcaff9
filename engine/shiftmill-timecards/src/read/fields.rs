//! Tables and columns: which words in a header or an object name which fact.

use std::borrow::Cow;

/// What the rows of a file state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// Who there is.
    Employees,
    /// Clock events.
    Punches,
    /// Scheduled shifts.
    Schedule,
    /// Approved leave.
    Leave,
    /// Corrections of punches.
    Corrections,
    /// Waivers.
    Waivers,
    /// What plugins carried over from the pay period before.
    Carried,
}

impl Table {
    /// All tables.
    pub const ALL: [Table; 7] = [
        Table::Employees,
        Table::Punches,
        Table::Schedule,
        Table::Leave,
        Table::Corrections,
        Table::Waivers,
        Table::Carried,
    ];

    /// The name by which a JSON document holds it.
    pub const fn name(self) -> &'static str {
        match self {
            Table::Employees => "employees",
            Table::Punches => "punches",
            Table::Schedule => "schedule",
            Table::Leave => "leave",
            Table::Corrections => "corrections",
            Table::Waivers => "waivers",
            Table::Carried => "carried",
        }
    }

    /// The table with this name.
    pub fn named(name: &str) -> Option<Table> {
        Table::ALL.into_iter().find(|table| table.name() == name)
    }
}

/// One column of some table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub enum Column {
    Employee,
    Name,
    Zone,
    Pin,
    Ruleset,
    At,
    Date,
    Time,
    Kind,
    Id,
    Workday,
    Start,
    End,
    Shift,
    Code,
    From,
    To,
    Amount,
    Action,
    Recorded,
    Waived,
    Key,
    Value,
}

const COLUMNS: usize = Column::Value as usize + 1;

/// The words that name a column, our own first. Compared without case, blanks, dashes and underscores.
const WORDS: &[(Column, &[&str])] = &[
    (Column::Employee, &["employee", "employeeid", "employeeno", "emp", "empid", "empno", "worker", "badge", "工号"]),
    (Column::Name, &["name", "employeename", "fullname", "姓名"]),
    (Column::Zone, &["zone", "timezone", "tz"]),
    (Column::Pin, &["pin", "terminalpin", "enrollnumber", "deviceuserid"]),
    (Column::Ruleset, &["ruleset", "rules", "paygroup"]),
    (Column::At, &["at", "timestamp", "datetime", "punchtime", "punchedat", "clocktime"]),
    (Column::Date, &["date", "punchdate"]),
    (Column::Time, &["time"]),
    (Column::Kind, &["kind", "type", "punchtype", "direction", "status", "state", "event", "action", "inout"]),
    (Column::Id, &["id", "punchid"]),
    (Column::Workday, &["workday", "date", "day", "shiftdate"]),
    (Column::Start, &["start", "starttime", "shiftstart", "from"]),
    (Column::End, &["end", "endtime", "shiftend", "to"]),
    (Column::Shift, &["shift", "shiftname", "template"]),
    (Column::Code, &["code", "leave", "leavecode", "leavetype", "type"]),
    (Column::From, &["from", "start", "startdate", "begin"]),
    (Column::To, &["to", "end", "enddate", "until", "newat"]),
    (Column::Amount, &["amount", "hours", "length", "duration"]),
    (Column::Action, &["action", "correction", "does"]),
    (Column::Recorded, &["recorded", "recordedat", "approvedat"]),
    (Column::Waived, &["waived", "waiver", "what"]),
    (Column::Key, &["key", "carried"]),
    (Column::Value, &["value", "amount"]),
];

/// The columns that a table may have; a word counts for the first of them that knows it.
const fn columns_of(table: Table) -> &'static [Column] {
    use Column::*;
    match table {
        Table::Employees => &[Employee, Name, Zone, Pin, Ruleset],
        Table::Punches => &[Employee, Pin, At, Date, Time, Kind, Id],
        Table::Schedule => &[Employee, Workday, Start, End, Shift],
        Table::Leave => &[Employee, Code, From, To, Workday, Amount, Recorded],
        Table::Corrections => &[Employee, Action, At, Kind, Id, To, Recorded],
        Table::Waivers => &[Employee, Workday, Waived],
        Table::Carried => &[Employee, Key, Value],
    }
}

impl Column {
    /// The column of a table that a word names.
    pub fn named(table: Table, word: &str) -> Option<Column> {
        let plain: String = word.chars().filter(|mark| !matches!(mark, ' ' | '-' | '_')).collect();
        let plain = plain.to_lowercase();
        let known = |column: &Column| {
            let words = WORDS.iter().find(|(other, _)| other == column).map_or(&[] as &[&str], |(_, words)| *words);
            words.contains(&plain.as_str())
        };
        columns_of(table).iter().copied().find(known)
    }

    /// Our own word for it.
    pub fn word(self) -> &'static str {
        let words = WORDS.iter().find(|(column, _)| *column == self);
        words.and_then(|(_, words)| words.first()).copied().unwrap_or("")
    }
}

/// The values of one row, by column; a column that is not there holds nothing.
pub struct Fields<'a> {
    values: [Cow<'a, str>; COLUMNS],
}

impl<'a> Fields<'a> {
    /// A row without values.
    pub fn new() -> Fields<'a> {
        Fields { values: [const { Cow::Borrowed("") }; COLUMNS] }
    }

    /// Puts a value, without the blanks around it.
    pub fn set(&mut self, column: Column, value: Cow<'a, str>) {
        let trimmed = match value {
            Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
            Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
        };
        if let Some(place) = self.values.get_mut(column as usize) {
            *place = trimmed;
        }
    }

    /// The value of a column; nothing where there is none.
    pub fn get(&self, column: Column) -> &str {
        self.values.get(column as usize).map_or("", AsRef::as_ref)
    }
}
