//! What the columns of a file hold, where their names do not say it.

use core::fmt;

use shiftmill_core::PunchKind;

use crate::fields::{Field, Table, plain};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// The values of a field.
    Field(Field),
    /// The times of punches of one kind: in and out stand in one row.
    Punch(PunchKind),
    /// The times of several punches without direction in one value.
    Taps,
    /// Nothing that is read.
    Nothing,
}

impl Holds {
    const TAPS: &'static str = "taps";
    const IGNORE: &'static str = "ignore";

    fn named(table: Table, word: &str) -> Option<Holds> {
        let of_punches = |holds| (table == Table::Punches).then_some(holds);
        match word {
            Holds::TAPS => of_punches(Holds::Taps),
            Holds::IGNORE => Some(Holds::Nothing),
            word => match Field::named(table, word) {
                Some(field) => Some(Holds::Field(field)),
                None => PunchKind::from_code(word).and_then(|kind| of_punches(Holds::Punch(kind))),
            },
        }
    }

    /// The words that say what a column of a table may hold.
    fn words(table: Table) -> Vec<&'static str> {
        let fields = table.columns().map(|column| column.field.word());
        let kinds = PunchKind::ALL.iter().filter(|_| table == Table::Punches).map(|kind| kind.code());
        let taps = (table == Table::Punches).then_some(Holds::TAPS);
        fields.chain(taps).chain(kinds).chain([Holds::IGNORE]).collect()
    }
}

/// How a map names a column.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Name {
    /// By its name in the header, without case, blanks, dashes and underscores.
    Header(String),
    /// By its number, from 1, in a file without a header.
    Number(usize),
}

impl Name {
    fn is(&self, other: &Name) -> bool {
        match (self, other) {
            (Name::Header(one), Name::Header(other)) => plain(one).eq(plain(other)),
            (one, other) => one == other,
        }
    }
}

/// Written as in a map.
impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Name::Header(name) => f.write_str(name),
            Name::Number(number) => write!(f, "#{number}"),
        }
    }
}

/// What columns hold, by their names or numbers.
///
/// ```
/// use shiftmill_timecards::fields::Table;
/// use shiftmill_timecards::read::ColumnMap;
/// assert!(ColumnMap::parse(Table::Punches, "No.=pin, Date/Time=at, \"In, 1\"=in").is_ok());
/// assert!(ColumnMap::parse(Table::Punches, "#3=pin,#10=at").is_ok());
/// let mistake = ColumnMap::parse(Table::Punches, "No.=number").unwrap_err();
/// assert!(mistake.starts_with("`number` is not what a column of punches holds; write employee, punch_zone, pin, "), "{mistake}");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ColumnMap {
    entries: Vec<(Name, Holds)>,
}

impl ColumnMap {
    /// Columns of a file with more values than any export has.
    const NUMBER_MAX: usize = 1_000;

    /// Reads `name=word` entries that commas divide. A name with a comma stands in double quotes.
    ///
    /// # Errors
    /// The mistake in the first entry that cannot be read.
    pub fn parse(table: Table, text: &str) -> Result<ColumnMap, String> {
        let mut map = ColumnMap::default();
        let mut quoted = false;
        let entries = text.split(|letter| {
            quoted ^= letter == '"';
            letter == ',' && !quoted
        });
        for entry in entries.map(str::trim).filter(|entry| !entry.is_empty()) {
            let (name, word) = entry.rsplit_once('=').ok_or_else(|| format!("`{entry}` is not column=word"))?;
            let name = name.trim();
            let name = name.strip_prefix('"').and_then(|name| name.strip_suffix('"')).unwrap_or(name);
            map.insert(table, name, word.trim())?;
        }
        if map.has_numbers() && map.entries.iter().any(|(name, _)| matches!(name, Name::Header(_))) {
            return Err(String::from("columns are named either by the header or by numbers such as `#3`"));
        }
        Ok(map)
    }

    /// Adds what a column holds.
    pub(super) fn insert(&mut self, table: Table, name: &str, word: &str) -> Result<(), String> {
        let holds = Holds::named(table, word).ok_or_else(|| {
            let words = Holds::words(table).join(", ");
            format!("`{word}` is not what a column of {} holds; write {words}", table.name())
        })?;
        let number = name.strip_prefix('#').and_then(|number| number.parse().ok());
        let name = match number {
            Some(number) if (1..=ColumnMap::NUMBER_MAX).contains(&number) => Name::Number(number),
            _ => Name::Header(name.to_owned()),
        };
        if self.entries.iter().any(|(known, _)| known.is(&name)) {
            return Err(format!("column `{name}` is named twice"));
        }
        self.entries.push((name, holds));
        Ok(())
    }

    /// True when the map says nothing.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// True when columns are named by their numbers, so that the file has no header.
    pub(super) fn has_numbers(&self) -> bool {
        self.entries.iter().any(|(name, _)| matches!(name, Name::Number(_)))
    }

    /// What the column with a name holds.
    pub(super) fn of_name(&self, name: &str) -> Option<Holds> {
        let is_it = |known: &Name| matches!(known, Name::Header(known) if plain(known).eq(plain(name)));
        self.entries.iter().find(|(known, _)| is_it(known)).map(|(_, holds)| *holds)
    }

    /// What each column holds, in a file without a header.
    pub(super) fn by_number(&self) -> Vec<Option<Holds>> {
        let mut columns = Vec::new();
        for (name, holds) in &self.entries {
            if let Name::Number(number) = name {
                columns.resize(columns.len().max(*number), None);
                if let Some(column) = columns.get_mut(number - 1) {
                    *column = Some(*holds);
                }
            }
        }
        columns
    }

    /// The first column that is none of these.
    pub(super) fn missing_in(&self, names: &[String]) -> Option<String> {
        let is_there = |known: &Name| match known {
            Name::Header(known) => names.iter().any(|name| plain(known).eq(plain(name))),
            Name::Number(_) => true,
        };
        self.entries.iter().find(|(known, _)| !is_there(known)).map(|(known, _)| known.to_string())
    }

    /// How many of these names the map has.
    pub(super) fn known_among(&self, names: &[String]) -> usize {
        names.iter().filter(|name| self.of_name(name).is_some_and(|holds| holds != Holds::Nothing)).count()
    }
}
