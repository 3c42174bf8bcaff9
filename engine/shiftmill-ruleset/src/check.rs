//! Checks a document against the table of settings. The checked table has every setting, with defaults filled in.

use shiftmill_core::{DayTypeSet, ExceptionCode, Severity, TagFilter, Weekday, WeekdaySet, Workday, excerpt, is_plain};

use crate::document::{Field, Node, Raw, field};
use crate::mistake::{Finder, Place};
use crate::nearest::nearest;
use crate::settings::{DATES_MAX, DOCUMENT, ENTRIES_MAX, Kind, NOT_YET, Section, Setting, TEXT_MAX};
use crate::values;

pub(crate) mod read;
mod tags;

/// A checked table: settings in the order of the table of settings.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Table {
    /// Its place.
    pub place: Place,
    section: &'static Section,
    entries: Vec<Entry>,
}

#[derive(Clone, Debug, PartialEq)]
struct Entry {
    name: &'static str,
    place: Place,
    value: Value,
}

/// A text with its place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Located {
    /// The text.
    pub text: String,
    /// Where.
    pub place: Place,
}

/// A table with its name.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Named {
    /// Its name.
    pub name: String,
    /// The place of the name.
    pub place: Place,
    /// The table.
    pub table: Table,
}

/// A checked value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    /// Not written, without a default; or wrong, with a mistake recorded.
    Nothing,
    Off,
    Text(String),
    Texts(Vec<Located>),
    Flag(bool),
    Flags(Vec<bool>),
    Integer(i64),
    /// Seconds of a length or of a day.
    Seconds(u32),
    Window(u32, u32),
    Windows(Vec<(u32, u32, Place)>),
    Dates(Vec<(Workday, Place)>),
    Weekday(Weekday),
    Weekdays(WeekdaySet),
    DayTypes(DayTypeSet),
    Word(&'static str),
    Words(Vec<&'static str>),
    Multiplier(u16),
    Table(Table),
    Tables(Vec<Table>),
    Named(Vec<Named>),
    /// As written: the plugin decides what it means.
    Tags(TagFilter),
    OfPlugin(Vec<Field>),
    Pattern(Vec<(Weekday, Located)>),
    Severities(Vec<(ExceptionCode, Option<Severity>)>),
}

/// Whether a table is checked as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whole {
    /// Required settings must be written.
    Yes,
    /// It is only merged over another, so any setting may be omitted.
    No,
}

/// Checks the fields of a table.
pub(crate) fn table(
    section: &'static Section,
    fields: &[Field],
    place: Place,
    whole: Whole,
    mistakes: &mut Finder,
) -> Table {
    for field in fields.iter().filter(|field| section.setting(&field.name).is_none()) {
        if mistakes.has_further() {
            break;
        }
        unknown(section, field, mistakes);
    }
    let mut checker = Checker { whole, mistakes };
    let entries = section.settings().map(|setting| checker.entry(section, setting, fields, place)).collect();
    Table { place, section, entries }
}

fn unknown(section: &Section, found: &Field, mistakes: &mut Finder) {
    let name = &found.name;
    if NOT_YET.contains(&name.as_str()) {
        let hint = "leave it out, and say so in `not_covered`".to_owned();
        mistakes.add(found.place, format!("`{name}` is not supported yet"), Some(hint));
        return;
    }
    let hint = || {
        let known: Vec<&str> = section.settings().map(|setting| setting.name).collect();
        Some(match (nearest(name, known.iter().copied()), DOCUMENT.setting(name)) {
            (Some(near), _) => format!("did you mean `{near}`?"),
            (None, Some(_)) => format!(
                "`{name}` belongs to the ruleset as a whole; write it above the first table, or as a table of its own"
            ),
            (None, None) => format!("known here: {}", known.join(", ")),
        })
    };
    mistakes.add_with(found.place, format!("unknown setting `{}` for {}", excerpt(name), section.title), hint);
}

struct Checker<'a> {
    whole: Whole,
    mistakes: &'a mut Finder,
}

impl Checker<'_> {
    fn entry(&mut self, section: &Section, setting: &'static Setting, fields: &[Field], place: Place) -> Entry {
        let written = field(fields, setting.name);
        let value = match written {
            Some(field) => self.value(setting, &field.node, field.place),
            None => {
                if setting.required && self.whole == Whole::Yes {
                    let hint = format!("{} {}", setting.meaning, setting.kind.example());
                    let message = format!("{} needs `{}`", section.title, setting.name);
                    self.mistakes.missing(place, message, Some(hint.trim_end().to_owned()));
                }
                self.standard(setting, place)
            }
        };
        Entry { name: setting.name, place: written.map_or(place, |field| field.node.place), value }
    }

    /// The default of a setting.
    fn standard(&mut self, setting: &'static Setting, place: Place) -> Value {
        let Some(text) = setting.default else { return Value::Nothing };
        let raw = match &setting.kind {
            Kind::Flag | Kind::FlagOrFlags => Raw::Flag(text == "true"),
            Kind::Integer { .. } => Raw::Integer(text.parse().unwrap_or(0)),
            Kind::Table(_) | Kind::Named(_) | Kind::OfPlugin | Kind::Severities => Raw::Table(Vec::new()),
            Kind::Rules(_)
            | Kind::Items(_)
            | Kind::Texts
            | Kind::Names
            | Kind::Dates
            | Kind::Windows
            | Kind::Changes => Raw::List(Vec::new()),
            Kind::Text(_)
            | Kind::Name
            | Kind::Length { .. }
            | Kind::LengthOrOff { .. }
            | Kind::WordOrLength { .. }
            | Kind::Time
            | Kind::WordOrTime(_)
            | Kind::Clock
            | Kind::Window
            | Kind::Date
            | Kind::Weekday
            | Kind::WeekdayOrWord(_)
            | Kind::Weekdays
            | Kind::DayTypes
            | Kind::Word(_)
            | Kind::Words(_)
            | Kind::Multiplier
            | Kind::PayCode(_)
            | Kind::WordOrPayCodes(_)
            | Kind::OptionalTable(_)
            | Kind::Whole(_)
            | Kind::OffOrWhole(_)
            | Kind::Tags
            | Kind::Pattern => Raw::Text(text.to_owned()),
        };
        self.value(setting, &Node { place, raw }, place)
    }

    fn value(&mut self, setting: &'static Setting, node: &Node, key: Place) -> Value {
        let name = setting.name;
        match (&setting.kind, &node.raw) {
            (Kind::Text(most), Raw::Text(text)) => self.text(name, text, *most, node.place),
            (Kind::Texts, Raw::List(list)) => {
                let texts = self.texts(name, list, "texts");
                texts.iter().for_each(|text| self.plain(name, &text.text, TEXT_MAX, text.place));
                Value::Texts(texts)
            }
            (Kind::Name, Raw::Text(text)) => self.name(text, node.place),
            (Kind::Names, Raw::List(list)) => Value::Texts(self.names(name, list, "names")),
            (Kind::Flag | Kind::FlagOrFlags, Raw::Flag(flag)) => Value::Flag(*flag),
            (Kind::FlagOrFlags, Raw::List(list)) => self.flags(setting, list, key),
            (Kind::Integer { least, most }, Raw::Integer(number)) => {
                self.within(name, *number, *least, *most, node.place);
                Value::Integer((*number).clamp(*least, *most))
            }
            (Kind::LengthOrOff { .. }, Raw::Text(text)) if text == "off" => Value::Off,
            (Kind::Length { least, most } | Kind::LengthOrOff { least, most }, Raw::Text(text)) => {
                self.length(setting, text, *least, *most, node.place)
            }
            (Kind::WordOrLength { words, most }, Raw::Text(text)) => {
                match words.iter().find(|word| **word == text.as_str()) {
                    Some(word) => Value::Word(word),
                    None if values::length(text).is_some() => self.length(setting, text, 0, *most, node.place),
                    None => self.not_a_word(name, text, words, Some(values::LENGTHS), node.place),
                }
            }
            (Kind::Time | Kind::Clock, Raw::Text(text)) => self.time(setting, text, node.place),
            (Kind::WordOrTime(words), Raw::Text(text)) => match words.iter().find(|word| **word == text.as_str()) {
                Some(word) => Value::Word(word),
                None if values::time(text).is_some() => self.time(setting, text, node.place),
                None => self.not_a_word(name, text, words, Some(values::TIMES), node.place),
            },
            (Kind::Window, Raw::Text(text)) => match values::window(text).filter(|it| it.0 <= 86_400 && it.1 <= 86_400)
            {
                // 24:00 is the midnight at which a window that wraps ends.
                Some((from, to)) => Value::Window(from % 86_400, to % 86_400),
                None => self.wrong(name, node, "a daily window", values::WINDOWS),
            },
            (Kind::Windows, Raw::List(list)) => {
                self.most(name, list.len(), ENTRIES_MAX, key);
                Value::Windows(list.iter().take(ENTRIES_MAX).filter_map(|node| self.shift_window(name, node)).collect())
            }
            (Kind::Date, raw) => match values::date(raw) {
                Ok(date) => Value::Dates(vec![(date, node.place)]),
                Err(expected) => self.wrong(name, node, expected, values::DATES),
            },
            (Kind::Dates, Raw::List(list)) => {
                self.most(name, list.len(), DATES_MAX, key);
                Value::Dates(list.iter().take(DATES_MAX).filter_map(|node| self.date(name, node)).collect())
            }
            (Kind::WeekdayOrWord(_), Raw::Text(text)) if text == "none" => Value::Off,
            (Kind::WeekdayOrWord(words), Raw::Text(text)) => {
                match (values::weekday(text), words.iter().find(|word| **word == text.as_str())) {
                    (Some(weekday), _) => Value::Weekday(weekday),
                    (None, Some(word)) => Value::Word(word),
                    (None, None) => self.not_a_word(name, text, words, Some(values::WEEKDAYS), node.place),
                }
            }
            (Kind::Weekday, Raw::Text(text)) => match values::weekday(text) {
                Some(weekday) => Value::Weekday(weekday),
                None => self.wrong(name, node, "a weekday", values::WEEKDAYS),
            },
            (Kind::Weekdays, raw @ (Raw::Text(_) | Raw::List(_))) => match values::weekdays(raw) {
                Some(set) => Value::Weekdays(set),
                None => self.wrong(name, node, "weekdays", values::WEEKDAYS),
            },
            (Kind::DayTypes, raw) => self.day_types(name, raw, node),
            (Kind::Word(words), Raw::Text(text)) => match words.iter().find(|word| **word == text.as_str()) {
                Some(word) => Value::Word(word),
                None => self.not_a_word(name, text, words, None, node.place),
            },
            (Kind::Words(words), raw @ (Raw::Text(_) | Raw::List(_))) => self.words(name, raw, words, node),
            (Kind::Multiplier, Raw::Text(_) | Raw::Integer(_) | Raw::Decimal(_)) => self.multiplier(name, node),
            (Kind::PayCode(_), Raw::Text(text)) => Value::Text(named(text)),
            (Kind::WordOrPayCodes(words), Raw::Text(text)) => match words.iter().find(|word| **word == text.as_str()) {
                Some(word) => Value::Word(word),
                None => self.not_a_word(name, text, words, Some("or write a list of pay codes"), node.place),
            },
            (Kind::WordOrPayCodes(_), Raw::List(list)) => Value::Texts(self.names(name, list, "pay codes")),
            (Kind::OffOrWhole(_), Raw::Text(text)) if text == "off" => Value::Off,
            (
                Kind::Table(inner) | Kind::OptionalTable(inner) | Kind::Whole(inner) | Kind::OffOrWhole(inner),
                Raw::Table(fields),
            ) => {
                // A value written whole must be whole, also in a document that is only laid over another.
                let is_whole = matches!(setting.kind, Kind::Whole(_) | Kind::OffOrWhole(_));
                let whole = if is_whole { Whole::Yes } else { self.whole };
                Value::Table(table(inner, fields, node.place, whole, self.mistakes))
            }
            (Kind::Rules(inner) | Kind::Items(inner), Raw::List(list)) => {
                self.most(name, list.len(), ENTRIES_MAX, key);
                Value::Tables(
                    list.iter().take(ENTRIES_MAX).filter_map(|node| self.item(setting, inner, node)).collect(),
                )
            }
            (Kind::Named(inner), Raw::Table(fields)) => {
                self.most(name, fields.len(), ENTRIES_MAX, key);
                Value::Named(
                    fields.iter().take(ENTRIES_MAX).filter_map(|field| self.named(setting, inner, field)).collect(),
                )
            }
            (Kind::Tags, Raw::Table(fields)) => tags::filter(name, fields, node.place, self.mistakes),
            (Kind::OfPlugin, Raw::Table(fields)) => {
                self.most(name, fields.len(), ENTRIES_MAX, key);
                Value::OfPlugin(fields.iter().take(ENTRIES_MAX).cloned().collect())
            }
            (Kind::Pattern, Raw::Table(fields)) => self.pattern(fields),
            (Kind::Severities, Raw::Table(fields)) => self.severities(fields),
            (Kind::Changes, Raw::List(list)) => {
                for node in list.iter().filter(|node| !matches!(node.raw, Raw::Table(_))) {
                    self.wrong(name, node, "a table", "write `[[change]]` and the settings below it");
                }
                Value::Nothing
            }
            (kind, _) => self.wrong(name, node, kind.expects(), kind.example()),
        }
    }

    fn wrong(&mut self, name: &str, node: &Node, expected: &str, hint: &str) -> Value {
        let message = format!("`{name}` must be {expected}, not {}", node.raw.describe());
        let hint = match (&node.raw, expected) {
            (Raw::Integer(number), "a length") => format!("did you mean `\"{number}m\"`? {hint}"),
            _ => hint.to_owned(),
        };
        self.mistakes.add(node.place, message, (!hint.is_empty()).then_some(hint));
        Value::Nothing
    }

    fn not_a_word(&mut self, name: &str, text: &str, words: &[&str], more: Option<&str>, place: Place) -> Value {
        let hint = || {
            let hint = match nearest(text, words.iter().copied()) {
                Some(near) => format!("did you mean `\"{near}\"`?"),
                None => format!("write one of {}", quoted(words)),
            };
            Some(match more {
                Some(more) => format!("{hint} {more}"),
                None => hint,
            })
        };
        self.mistakes.add_with(place, format!("`{name}` cannot be `\"{}\"`", excerpt(text)), hint);
        Value::Nothing
    }

    fn within(&mut self, name: &str, number: i64, least: i64, most: i64, place: Place) {
        if !(least..=most).contains(&number) {
            let hint = format!("write a whole number from {least} to {most}");
            self.mistakes.add(place, format!("`{name}` must be from {least} to {most}, not {number}"), Some(hint));
        }
    }

    fn most(&mut self, name: &str, count: usize, most: usize, place: Place) {
        if count > most {
            self.mistakes.add(place, format!("`{name}` has {count} entries; the maximum is {most}"), None);
        }
    }

    fn text(&mut self, name: &str, text: &str, most: usize, place: Place) -> Value {
        self.plain(name, text, most, place);
        Value::Text(text.chars().take(most).collect())
    }

    /// Checks the length of a text, and that it shows all that it has.
    fn plain(&mut self, name: &str, text: &str, most: usize, place: Place) {
        let count = text.chars().count();
        if count > most {
            self.mistakes.add(place, format!("`{name}` has {count} letters; the maximum is {most}"), None);
        }
        if !is_plain(text) {
            let hint = "write it on one line, without control characters and marks of the direction of writing";
            self.mistakes.add(place, format!("`{name}` has hidden characters"), Some(hint.to_owned()));
        }
    }

    fn name(&mut self, text: &str, place: Place) -> Value {
        if !values::is_name(text) {
            let hint = "a name has lower case letters, digits, `-` and `_`, at most 64 in all".to_owned();
            self.mistakes.add(place, format!("`{}` is not a name", excerpt(text)), Some(hint));
        }
        Value::Text(named(text))
    }

    /// Texts that name what is declared elsewhere.
    fn names(&mut self, name: &str, list: &[Node], of: &str) -> Vec<Located> {
        let texts = self.texts(name, list, of);
        texts.into_iter().map(|Located { text, place }| Located { text: named(&text), place }).collect()
    }

    fn texts(&mut self, name: &str, list: &[Node], of: &str) -> Vec<Located> {
        if let Some(first) = list.first() {
            self.most(name, list.len(), ENTRIES_MAX, first.place);
        }
        let mut texts = Vec::new();
        for node in list.iter().take(ENTRIES_MAX) {
            if let Raw::Text(text) = &node.raw {
                texts.push(Located { text: text.clone(), place: node.place });
            } else {
                self.wrong(name, node, &format!("a list of {of}"), "");
            }
        }
        texts
    }

    fn length(&mut self, setting: &Setting, text: &str, least: u32, most: u32, place: Place) -> Value {
        let name = setting.name;
        let Some(length) = values::length(text) else {
            let off = if matches!(setting.kind, Kind::LengthOrOff { .. }) { ", or \"off\"" } else { "" };
            let message = format!("`{name}` must be a length, not `\"{}\"`", excerpt(text));
            self.mistakes.add(place, message, Some(format!("{}{off}", values::LENGTHS)));
            return Value::Nothing;
        };
        if length < least || length > most {
            let (low, high) = (written(least), written(most));
            let message = format!("`{name}` must be from {low} to {high}, not {}", written(length));
            self.mistakes.add(place, message, None);
        }
        Value::Seconds(length.clamp(least, most))
    }

    fn time(&mut self, setting: &Setting, text: &str, place: Place) -> Value {
        let bound = if matches!(setting.kind, Kind::Clock) { 86_399 } else { 172_800 };
        match values::time(text).filter(|time| *time <= bound) {
            Some(time) => Value::Seconds(time),
            None => {
                let name = setting.name;
                let message = format!("`{name}` must be a time of day, not `\"{}\"`", excerpt(text));
                self.mistakes.add(place, message, Some(values::TIMES.into()));
                Value::Nothing
            }
        }
    }

    fn shift_window(&mut self, name: &str, node: &Node) -> Option<(u32, u32, Place)> {
        let read = if let Raw::Text(text) = &node.raw { values::window(text) } else { None };
        if read.is_none() {
            self.wrong(name, node, "a list of windows", values::WINDOWS);
        }
        read.map(|(from, to)| (from, to, node.place))
    }

    fn flags(&mut self, setting: &'static Setting, list: &[Node], key: Place) -> Value {
        self.most(setting.name, list.len(), ENTRIES_MAX, key);
        let mut flags = Vec::new();
        for node in list.iter().take(ENTRIES_MAX) {
            let Raw::Flag(flag) = node.raw else { return self.wrong(setting.name, node, "`true` or `false`", "") };
            flags.push(flag);
        }
        Value::Flags(flags)
    }

    fn date(&mut self, name: &str, node: &Node) -> Option<(Workday, Place)> {
        match values::date(&node.raw) {
            Ok(date) => Some((date, node.place)),
            Err(expected) => {
                self.wrong(name, node, expected, values::DATES);
                None
            }
        }
    }

    fn day_types(&mut self, name: &str, raw: &Raw, node: &Node) -> Value {
        match values::day_types(raw) {
            Ok(set) if set == DayTypeSet::NONE => self.wrong(name, node, "at least one day type", ""),
            Ok(set) => Value::DayTypes(set),
            Err(text) => {
                let known: Vec<&str> = shiftmill_core::DayType::ALL.iter().map(|day_type| day_type.code()).collect();
                let known = [known.as_slice(), &["all"]].concat();
                // The wrong entry, rather than the whole list.
                let list: &[Node] = if let Raw::List(list) = raw { list } else { &[] };
                let inner = list.iter().find(|node| node.raw == Raw::Text(text.clone()));
                self.not_a_word(name, &text, &known, None, inner.map_or(node.place, |inner| inner.place))
            }
        }
    }

    fn words(&mut self, name: &str, raw: &Raw, words: &'static [&'static str], node: &Node) -> Value {
        let single = [node.clone()];
        if *raw == Raw::Text("all".to_owned()) {
            return Value::Words(words.to_vec());
        }
        let list: &[Node] = if let Raw::List(list) = raw { list } else { &single };
        let mut chosen = Vec::new();
        for node in list {
            let Raw::Text(text) = &node.raw else {
                self.wrong(name, node, "a list of words", "");
                continue;
            };
            match words.iter().find(|word| **word == text.as_str()) {
                Some(word) => chosen.push(*word),
                None => {
                    let known = [words, &["all"]].concat();
                    self.not_a_word(name, text, &known, None, node.place);
                }
            }
        }
        if list.is_empty() {
            return self.wrong(name, node, "at least one word", "");
        }
        // In the order of the table of settings, so that the order of writing does not matter.
        Value::Words(words.iter().copied().filter(|word| chosen.contains(word)).collect())
    }

    fn multiplier(&mut self, name: &str, node: &Node) -> Value {
        let read = match &node.raw {
            Raw::Text(text) | Raw::Decimal(text) => values::multiplier(text),
            Raw::Integer(number) => values::multiplier(&number.to_string()),
            Raw::Flag(_) | Raw::Date(_) | Raw::List(_) | Raw::Table(_) => None,
        };
        match read {
            Some(multiplier) => Value::Multiplier(multiplier),
            None => self.wrong(name, node, "a multiplier", "write \"1.5\": below 65, at most three decimals"),
        }
    }

    fn item(&mut self, setting: &Setting, inner: &'static Section, node: &Node) -> Option<Table> {
        let Raw::Table(fields) = &node.raw else {
            self.wrong(setting.name, node, "a list of tables", "");
            return None;
        };
        // Entries without names are written whole.
        let whole = if matches!(setting.kind, Kind::Items(_)) { Whole::Yes } else { self.whole };
        Some(table(inner, fields, node.place, whole, self.mistakes))
    }

    fn named(&mut self, setting: &Setting, inner: &'static Section, field: &Field) -> Option<Named> {
        self.name(&field.name, field.place);
        let name = named(&field.name);
        let Raw::Table(fields) = &field.node.raw else {
            let hint = format!("write `[{}.{name}]` and its settings below", setting.name);
            self.wrong(&name, &field.node, "a table", &hint);
            return None;
        };
        let table = table(inner, fields, field.place, self.whole, self.mistakes);
        Some(Named { name, place: field.place, table })
    }

    fn pattern(&mut self, fields: &[Field]) -> Value {
        let mut pattern: Vec<(Weekday, Located)> = Vec::new();
        for field in fields {
            let Some(days) = values::weekday_run(&field.name) else {
                let message = format!("`{}` is not a weekday", excerpt(&field.name));
                self.mistakes.add(field.place, message, Some(values::WEEKDAYS.into()));
                continue;
            };
            let Raw::Text(text) = &field.node.raw else {
                self.wrong("pattern", &field.node, "the name of a shift", "");
                continue;
            };
            for day in Weekday::ALL.into_iter().filter(|day| days.contains(*day)) {
                if pattern.iter().any(|entry| entry.0 == day) {
                    let message = format!("`pattern` names {} twice", day.short());
                    self.mistakes.add(field.place, message, None);
                } else {
                    pattern.push((day, Located { text: named(text), place: field.node.place }));
                }
            }
        }
        pattern.sort_by_key(|entry| entry.0 as u8);
        Value::Pattern(pattern)
    }

    fn severities(&mut self, fields: &[Field]) -> Value {
        let words: Vec<&str> = Severity::ALL.iter().map(|severity| severity.code()).chain(["off"]).collect();
        let mut severities = Vec::new();
        for field in fields {
            let Some(code) = ExceptionCode::from_code(&field.name) else {
                let known = || ExceptionCode::ALL.iter().map(|code| code.code());
                let hint = || nearest(&field.name, known()).map(|near| format!("did you mean `{near}`?"));
                let message = format!("there is no exception `{}`", excerpt(&field.name));
                self.mistakes.add_with(field.place, message, hint);
                continue;
            };
            let Raw::Text(text) = &field.node.raw else {
                self.wrong(code.code(), &field.node, "a severity", &format!("write one of {}", quoted(&words)));
                continue;
            };
            match Severity::from_code(text) {
                Some(severity) => severities.push((code, Some(severity))),
                None if text == "off" => severities.push((code, None)),
                None => {
                    self.not_a_word(code.code(), text, &words, None, field.node.place);
                }
            }
        }
        severities.sort_by_key(|entry| entry.0);
        Value::Severities(severities)
    }
}

/// A text that names something. No name is longer than an excerpt, so the rest of a longer text decides nothing.
fn named(text: &str) -> String {
    excerpt(text).to_string()
}

pub(crate) fn quoted(words: &[&str]) -> String {
    words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", ")
}

/// A length as people write it.
pub(crate) fn written(seconds: u32) -> String {
    let (hours, minutes, rest) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    let mut text = String::new();
    for (amount, unit) in [(hours, 'h'), (minutes, 'm'), (rest, 's')] {
        if amount > 0 {
            text.push_str(&format!("{amount}{unit}"));
        }
    }
    if text.is_empty() { "0s".into() } else { text }
}

impl Kind {
    /// What must be written, in words.
    pub fn expects(&self) -> &'static str {
        match self {
            Kind::Text(_) => "a text",
            Kind::Texts => "a list of texts",
            Kind::Name => "a name",
            Kind::Names => "a list of names",
            Kind::Flag => "`true` or `false`",
            Kind::FlagOrFlags => "`true`, `false`, or a list of them",
            Kind::Integer { .. } => "a whole number",
            Kind::Length { .. } | Kind::LengthOrOff { .. } => "a length",
            Kind::WordOrLength { .. } => "a word or a length",
            Kind::Time | Kind::Clock => "a time of day",
            Kind::WordOrTime(_) => "a word or a time of day",
            Kind::Window => "a daily window",
            Kind::Windows => "a list of windows",
            Kind::Date => "a date",
            Kind::Dates => "a list of dates",
            Kind::Weekday | Kind::WeekdayOrWord(_) => "a weekday",
            Kind::Weekdays => "weekdays",
            Kind::DayTypes => "day types",
            Kind::Word(_) => "a word",
            Kind::Words(_) => "a list of words",
            Kind::Multiplier => "a multiplier",
            Kind::PayCode(_) => "a pay code",
            Kind::WordOrPayCodes(_) => "a word or a list of pay codes",
            Kind::Table(_) | Kind::OptionalTable(_) | Kind::Whole(_) => "a table",
            Kind::OffOrWhole(_) => "`\"off\"` or a table",
            Kind::Rules(_) => "a list of rules",
            Kind::Items(_) | Kind::Changes => "a list of tables",
            Kind::Named(_) => "tables by name",
            Kind::Tags => "a table of tags",
            Kind::OfPlugin => "a table of the plugin's own settings",
            Kind::Pattern => "a shift for each weekday",
            Kind::Severities => "a severity for each exception",
        }
    }

    /// How such a value is written.
    pub fn example(&self) -> &'static str {
        match self {
            Kind::Length { .. } | Kind::LengthOrOff { .. } | Kind::WordOrLength { .. } => values::LENGTHS,
            Kind::Time | Kind::Clock | Kind::WordOrTime(_) => values::TIMES,
            Kind::Window | Kind::Windows => values::WINDOWS,
            Kind::Date | Kind::Dates => values::DATES,
            Kind::Weekday | Kind::WeekdayOrWord(_) | Kind::Weekdays => values::WEEKDAYS,
            Kind::Text(_) | Kind::Name => "write texts in double quotes",
            Kind::Tags => "write `where = { job = [\"welder\", \"fitter\"], site = \"!north\" }`",
            Kind::OfPlugin => "write `[plugin.config]` and its settings below",
            Kind::Rules(_) | Kind::Items(_) => "each entry opens with its name in double brackets, `[[...]]`",
            Kind::Pattern => "write `pattern = { Mon-Fri = \"office\" }`",
            Kind::Severities => "write `late_in = \"high\"` or `late_in = \"off\"`",
            Kind::Texts
            | Kind::Names
            | Kind::Flag
            | Kind::FlagOrFlags
            | Kind::Integer { .. }
            | Kind::DayTypes
            | Kind::Word(_)
            | Kind::Words(_)
            | Kind::Multiplier
            | Kind::PayCode(_)
            | Kind::WordOrPayCodes(_)
            | Kind::Table(_)
            | Kind::OptionalTable(_)
            | Kind::Whole(_)
            | Kind::OffOrWhole(_)
            | Kind::Named(_)
            | Kind::Changes => "",
        }
    }
}
