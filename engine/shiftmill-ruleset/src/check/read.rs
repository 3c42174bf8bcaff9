//! Reads a checked table: each setting with its declared kind.
//!
//! A wrong setting has a mistake and reads as missing. A document with a mistake never becomes a plan.

use shiftmill_core::{
    Coded, DayTypeSet, ExceptionCode, Multiplier, Seconds, Severity, TagFilter, Weekday, WeekdaySet, Workday,
};

use super::{Entry, Located, Named, Table, Value};
use crate::document::Field;
use crate::mistake::Place;
use crate::settings::{Fits, Kind, NOTHING};

/// A value of a closed set, or a length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OneOrLength<T> {
    One(T),
    Length(Seconds),
}

/// A value of a closed set, or a time of day in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OneOrTime<T> {
    One(T),
    Time(u32),
}

/// A value of a closed set, or a weekday.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OneOrWeekday<T> {
    One(T),
    Weekday(Weekday),
}

/// A value of a closed set, or pay codes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum OneOrPayCodes<'a, T> {
    One(T),
    PayCodes(&'a [Located]),
}

impl Table {
    /// A table without settings.
    pub const EMPTY: Table = Table { place: Place { file: 0, offset: 0 }, section: &NOTHING, entries: Vec::new() };

    /// Every setting with its value.
    pub fn entries(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        self.entries.iter().map(|entry| (entry.name, &entry.value))
    }

    /// The place of a setting's value, or of the table when it is not written.
    pub fn place(&self, name: &str) -> Place {
        self.entry(name).map_or(self.place, |entry| entry.place)
    }

    /// Whether a setting has a value: it is written, or has a default.
    pub fn has(&self, name: &str) -> bool {
        self.entry(name).is_some_and(|entry| entry.value != Value::Nothing)
    }

    fn entry(&self, name: &str) -> Option<&Entry> {
        let found = self.entries.iter().find(|entry| entry.name == name);
        debug_assert!(found.is_some() || self.section == &NOTHING, "{} has no setting `{name}`", self.section.title);
        found
    }

    /// The value of a setting that was declared to be such.
    fn read(&self, name: &str, declared: impl Fn(&Kind) -> bool) -> &Value {
        debug_assert!(
            self.section.setting(name).is_none_or(|setting| declared(&setting.kind)),
            "`{name}` of {} is read as something else than it was declared to be",
            self.section.title
        );
        #[cfg(test)]
        reads::note(self.section, name);
        self.entry(name).map_or(&Value::Nothing, |entry| &entry.value)
    }

    pub fn text(&self, name: &str) -> Option<&str> {
        let declared = |kind: &Kind| matches!(kind, Kind::Text(_) | Kind::Name);
        if let Value::Text(text) = self.read(name, declared) { Some(text) } else { None }
    }

    pub fn texts(&self, name: &str) -> &[Located] {
        let declared = |kind: &Kind| matches!(kind, Kind::Texts | Kind::Names);
        if let Value::Texts(texts) = self.read(name, declared) { texts } else { &[] }
    }

    pub fn flag(&self, name: &str) -> bool {
        matches!(self.read(name, |kind| matches!(kind, Kind::Flag)), Value::Flag(true))
    }

    /// A flag that may be stated for each block of a shift: the one of block number `index`.
    pub fn flag_of(&self, name: &str, index: usize) -> bool {
        let value = self.read(name, |kind| matches!(kind, Kind::FlagOrFlags));
        if let Value::Flags(flags) = value {
            // A list of another length has a mistake.
            return flags.get(index).copied().unwrap_or(true);
        }
        matches!(value, Value::Flag(true))
    }

    /// How many flags are stated one by one.
    pub fn flags_stated(&self, name: &str) -> Option<usize> {
        let value = self.read(name, |kind| matches!(kind, Kind::FlagOrFlags));
        if let Value::Flags(flags) = value { Some(flags.len()) } else { None }
    }

    pub fn integer(&self, name: &str) -> Option<i64> {
        let value = self.read(name, |kind| matches!(kind, Kind::Integer { .. }));
        if let Value::Integer(number) = value { Some(*number) } else { None }
    }

    /// A length that is not `off`.
    pub fn length(&self, name: &str) -> Option<Seconds> {
        let value = self.read(name, |kind| matches!(kind, Kind::Length { .. } | Kind::LengthOrOff { .. }));
        if let Value::Seconds(seconds) = value { Some(Seconds(*seconds)) } else { None }
    }

    /// A length that has a default and cannot be `off`.
    pub fn seconds(&self, name: &str) -> Seconds {
        let value = self.read(name, |kind| matches!(kind, Kind::Length { .. }));
        if let Value::Seconds(seconds) = value { Seconds(*seconds) } else { Seconds::ZERO }
    }

    /// A time of day, in seconds.
    pub fn time(&self, name: &str) -> Option<u32> {
        let value = self.read(name, |kind| matches!(kind, Kind::Time | Kind::Clock));
        if let Value::Seconds(seconds) = value { Some(*seconds) } else { None }
    }

    /// The value of a closed set; the first one where a wrong one has been noted.
    pub fn one_of<T: Coded>(&self, name: &str) -> T {
        // A setting may take only some values of the set.
        let known = |words: &[&str]| words.iter().all(|word| T::CODES.contains(word));
        let value = self.read(name, |kind| matches!(kind, Kind::Word(words) if known(words)));
        let chosen = if let Value::Word(word) = value { T::from_code(word) } else { None };
        chosen.unwrap_or(T::FIRST)
    }

    /// The values of a closed set that are written; `None` when nothing is.
    pub fn some_of<T: Coded>(&self, name: &str) -> Option<impl Iterator<Item = T>> {
        let value = self.read(name, |kind| matches!(kind, Kind::Words(words) if *words == T::CODES));
        if let Value::Words(words) = value { Some(words.iter().filter_map(|word| T::from_code(word))) } else { None }
    }

    /// A value of a closed set, or a length.
    pub fn one_or_length<T: Coded>(&self, name: &str) -> Option<OneOrLength<T>> {
        let value = self.read(name, |kind| matches!(kind, Kind::WordOrLength { words, .. } if *words == T::CODES));
        if let Value::Seconds(seconds) = value {
            return Some(OneOrLength::Length(Seconds(*seconds)));
        }
        if let Value::Word(word) = value { T::from_code(word).map(OneOrLength::One) } else { None }
    }

    /// A value of a closed set, or a time of day.
    pub fn one_or_time<T: Coded>(&self, name: &str) -> Option<OneOrTime<T>> {
        let value = self.read(name, |kind| matches!(kind, Kind::WordOrTime(words) if *words == T::CODES));
        if let Value::Seconds(seconds) = value {
            return Some(OneOrTime::Time(*seconds));
        }
        if let Value::Word(word) = value { T::from_code(word).map(OneOrTime::One) } else { None }
    }

    /// A value of a closed set, or a list of pay codes.
    pub fn one_or_pay_codes<T: Coded>(&self, name: &str) -> Option<OneOrPayCodes<'_, T>> {
        let value = self.read(name, |kind| matches!(kind, Kind::WordOrPayCodes(words) if *words == T::CODES));
        if let Value::Texts(codes) = value {
            return Some(OneOrPayCodes::PayCodes(codes));
        }
        if let Value::Word(word) = value { T::from_code(word).map(OneOrPayCodes::One) } else { None }
    }

    /// The pay code that is named, with which ones fit.
    pub fn pay_code(&self, name: &str) -> Option<(&str, Fits)> {
        let value = self.read(name, |kind| matches!(kind, Kind::PayCode(_)));
        match (value, self.section.setting(name).map(|setting| &setting.kind)) {
            (Value::Text(text), Some(Kind::PayCode(fits))) => Some((text, *fits)),
            _ => None,
        }
    }

    pub fn multiplier(&self, name: &str) -> Multiplier {
        let value = self.read(name, |kind| matches!(kind, Kind::Multiplier));
        if let Value::Multiplier(multiplier) = value { Multiplier(*multiplier) } else { Multiplier::PLAIN }
    }

    pub fn window(&self, name: &str) -> Option<(u32, u32)> {
        let value = self.read(name, |kind| matches!(kind, Kind::Window));
        if let Value::Window(from, to) = value { Some((*from, *to)) } else { None }
    }

    pub fn windows(&self, name: &str) -> &[(u32, u32, Place)] {
        let value = self.read(name, |kind| matches!(kind, Kind::Windows));
        if let Value::Windows(windows) = value { windows } else { &[] }
    }

    pub fn date(&self, name: &str) -> Option<Workday> {
        let value = self.read(name, |kind| matches!(kind, Kind::Date));
        if let Value::Dates(dates) = value { dates.first().map(|date| date.0) } else { None }
    }

    pub fn dates(&self, name: &str) -> &[(Workday, Place)] {
        let value = self.read(name, |kind| matches!(kind, Kind::Dates));
        if let Value::Dates(dates) = value { dates } else { &[] }
    }

    pub fn weekday(&self, name: &str) -> Option<Weekday> {
        let value = self.read(name, |kind| matches!(kind, Kind::Weekday));
        if let Value::Weekday(weekday) = value { Some(*weekday) } else { None }
    }

    /// A weekday or a value of a closed set that is not `none`.
    pub fn one_or_weekday<T: Coded>(&self, name: &str) -> Option<OneOrWeekday<T>> {
        let value = self.read(name, |kind| matches!(kind, Kind::WeekdayOrWord(words) if *words == T::CODES));
        if let Value::Weekday(weekday) = value {
            return Some(OneOrWeekday::Weekday(*weekday));
        }
        if let Value::Word(word) = value { T::from_code(word).map(OneOrWeekday::One) } else { None }
    }

    pub fn weekdays(&self, name: &str) -> WeekdaySet {
        let value = self.read(name, |kind| matches!(kind, Kind::Weekdays));
        if let Value::Weekdays(set) = value { *set } else { WeekdaySet::NONE }
    }

    pub fn day_types(&self, name: &str) -> DayTypeSet {
        let value = self.read(name, |kind| matches!(kind, Kind::DayTypes));
        if let Value::DayTypes(set) = value { *set } else { DayTypeSet::ALL }
    }

    /// A table that is there: it has defaults, is written, or is not `off`.
    pub fn optional(&self, name: &str) -> Option<&Table> {
        let declared = |kind: &Kind| {
            matches!(kind, Kind::Table(_) | Kind::OptionalTable(_) | Kind::Whole(_) | Kind::OffOrWhole(_))
        };
        if let Value::Table(table) = self.read(name, declared) { Some(table) } else { None }
    }

    pub fn tables(&self, name: &str) -> &[Table] {
        let value = self.read(name, |kind| matches!(kind, Kind::Rules(_) | Kind::Items(_)));
        if let Value::Tables(tables) = value { tables } else { &[] }
    }

    pub fn named(&self, name: &str) -> &[Named] {
        let value = self.read(name, |kind| matches!(kind, Kind::Named(_)));
        if let Value::Named(named) = value { named } else { &[] }
    }

    /// A filter on tags.
    pub fn tags(&self, name: &str) -> Option<&TagFilter> {
        let value = self.read(name, |kind| matches!(kind, Kind::Tags));
        if let Value::Tags(filter) = value { Some(filter) } else { None }
    }

    pub fn of_plugin(&self, name: &str) -> &[Field] {
        let value = self.read(name, |kind| matches!(kind, Kind::OfPlugin));
        if let Value::OfPlugin(fields) = value { fields } else { &[] }
    }

    pub fn pattern(&self, name: &str) -> &[(Weekday, Located)] {
        let value = self.read(name, |kind| matches!(kind, Kind::Pattern));
        if let Value::Pattern(entries) = value { entries } else { &[] }
    }

    pub fn severities(&self, name: &str) -> &[(ExceptionCode, Option<Severity>)] {
        let value = self.read(name, |kind| matches!(kind, Kind::Severities));
        if let Value::Severities(severities) = value { severities } else { &[] }
    }
}

/// Which settings a test has read.
#[cfg(test)]
pub(crate) mod reads {
    use std::cell::RefCell;

    use crate::settings::Section;

    thread_local! {
        static READ: RefCell<Vec<(&'static Section, String)>> = const { RefCell::new(Vec::new()) };
    }

    pub(super) fn note(section: &'static Section, name: &str) {
        READ.with_borrow_mut(|read| read.push((section, name.to_owned())));
    }

    /// Every setting that has been read on this thread.
    pub(crate) fn all() -> Vec<(&'static Section, String)> {
        READ.with_borrow(Clone::clone)
    }
}
