//! The compiler reads every setting that is declared, as what it is declared to be.

use std::sync::Arc;

use shiftmill_core::{Hook, HookSet, Manifest, PluginHash};

use super::compile;
use crate::check::read::reads;
use crate::check::{Whole, table};
use crate::document::{Field, Node, Raw};
use crate::effective::Version;
use crate::extends::{Library, PluginFound, PluginReference};
use crate::mistake::{Finder, Place};
use crate::settings::{CHANGE, DOCUMENT, Kind, Section, Setting};

/// More than any closed set has values.
const ROUNDS: usize = 16;

/// What is read before a document is checked, or of all rules alike.
const READ_ELSEWHERE: [&str; 5] = ["extends", "remove", "from", "change", "source"];

/// The ways of reading that take the name of a setting.
const READERS: [&str; 24] = [
    "place",
    "has",
    "text",
    "texts",
    "flag",
    "integer",
    "length",
    "seconds",
    "time",
    "one_of",
    "some_of",
    "one_or_length",
    "one_or_pay_codes",
    "multiplier",
    "window",
    "windows",
    "date",
    "dates",
    "weekday",
    "weekdays",
    "optional",
    "tables",
    "named",
    "severities",
];

/// What only a whole ruleset keeps, see [`crate::Ruleset`].
const OF_THE_RULESET: [&str; 5] = ["name", "version", "description", "shared", "not_covered"];

struct OnePlugin;

impl Library for OnePlugin {
    fn find(&self, _name: &str) -> Option<String> {
        None
    }

    fn plugin(&self, _which: PluginReference<'_>) -> Result<PluginFound, String> {
        let hooks = Hook::ALL.iter().copied().fold(HookSet::NONE, HookSet::with);
        Ok(PluginFound { hash: PluginHash::default(), manifest: Arc::new(Manifest { hooks, ..Manifest::default() }) })
    }
}

/// A value for a setting: another one in each round.
fn written(setting: &Setting, round: usize) -> Option<Raw> {
    let text = |text: &str| Some(Raw::Text(text.to_owned()));
    let list = |list: Vec<Raw>| Some(Raw::List(list.into_iter().map(node).collect()));
    let word = |words: &[&'static str]| words[round % words.len()];
    match &setting.kind {
        Kind::Text(_) if setting.name == "hash" => round.is_multiple_of(2).then(|| Raw::Text("0".repeat(64))),
        Kind::Text(_) if setting.name == "file" => (round % 2 == 1).then(|| Raw::Text("a.wasm".into())),
        Kind::Text(_) | Kind::Name => text("a"),
        Kind::Texts | Kind::Names => list(vec![Raw::Text("a".into())]),
        Kind::Flag | Kind::FlagOrFlags => Some(Raw::Flag(round.is_multiple_of(2))),
        Kind::Integer { least, .. } => Some(Raw::Integer(*least)),
        Kind::Length { most, .. } => Some(Raw::Text(format!("{most}s"))),
        Kind::LengthOrOff { .. } if round.is_multiple_of(2) => text("off"),
        Kind::LengthOrOff { most, .. } => Some(Raw::Text(format!("{most}s"))),
        Kind::WordOrLength { words, most } => match words.get(round % (words.len() + 1)) {
            Some(word) => text(word),
            None => Some(Raw::Text(format!("{most}s"))),
        },
        Kind::WordOrTime(words) => text(words.get(round % (words.len() + 1)).unwrap_or(&"12:00")),
        Kind::Time | Kind::Clock => text(if setting.name == "end" { "17:00" } else { "08:00" }),
        Kind::Window => text("22:00-06:00"),
        Kind::Windows => list(vec![Raw::Text("12:00-13:00".into())]),
        Kind::Date => text("2026-01-05"),
        Kind::Dates => list(vec![Raw::Text("2026-01-05".into())]),
        Kind::WeekdayOrWord(words) if round.is_multiple_of(2) => text(word(words)),
        Kind::Weekday | Kind::WeekdayOrWord(_) | Kind::Weekdays => text("Mon"),
        Kind::DayTypes => text("workday"),
        Kind::Word(words) | Kind::Words(words) => text(word(words)),
        Kind::Multiplier => text("1.5"),
        Kind::PayCode(_) if round.is_multiple_of(2) && !setting.required => None,
        Kind::PayCode(_) => text("regular"),
        Kind::WordOrPayCodes(words) => match words.get(round % (words.len() + 1)) {
            Some(word) => text(word),
            None => list(vec![Raw::Text("overtime_1_5".into())]),
        },
        Kind::OffOrWhole(_) if round.is_multiple_of(2) => text("off"),
        Kind::Table(inner) | Kind::OptionalTable(inner) | Kind::Whole(inner) | Kind::OffOrWhole(inner) => {
            Some(Raw::Table(fields(inner, round)))
        }
        Kind::Rules(inner) | Kind::Items(inner) => list(vec![Raw::Table(fields(inner, round))]),
        Kind::Named(inner) => Some(Raw::Table(vec![field("a", Raw::Table(fields(inner, round)))])),
        Kind::Pattern => Some(Raw::Table(vec![field("Mon", Raw::Text("a".into()))])),
        Kind::Severities => Some(Raw::Table(vec![field("late_in", Raw::Text("off".into()))])),
        Kind::Tags => Some(Raw::Table(vec![field("job", Raw::Text("!welder".into()))])),
        Kind::OfPlugin => Some(Raw::Table(Vec::new())),
        Kind::Changes => None,
    }
}

fn node(raw: Raw) -> Node {
    Node { place: Place::default(), raw }
}

fn field(name: &str, raw: Raw) -> Field {
    Field { name: name.to_owned(), place: Place::default(), node: node(raw) }
}

fn fields(section: &Section, round: usize) -> Vec<Field> {
    section.settings().filter_map(|setting| Some(field(setting.name, written(setting, round)?))).collect()
}

/// Every setting below a section, with its section.
fn declared(section: &'static Section) -> Vec<(&'static Section, &'static str)> {
    let below = section.settings().filter_map(Setting::inner).flat_map(declared);
    section
        .settings()
        .filter(|setting| setting.inner().is_none())
        .map(|setting| (section, setting.name))
        .chain(below)
        .collect()
}

fn compile_documents_with_everything() {
    for round in 0..ROUNDS {
        let mut mistakes = Finder::default();
        let fields = fields(&DOCUMENT, round);
        let table = table(&DOCUMENT, &fields, Place::default(), Whole::Yes, &mut mistakes);
        // Many of these values contradict each other; they are read all the same.
        let _ = compile(vec![Version { from: None, table }], &OnePlugin, &mut mistakes);
    }
}

#[test]
fn every_setting_is_read_as_what_it_was_declared_to_be() {
    // Reading a setting under another name, or as something else, fails an assertion of the table.
    compile_documents_with_everything();
    let read = reads::all();
    let is_read = |(section, name): &(&'static Section, &str)| {
        read.iter().any(|(of, read)| std::ptr::eq(*of, *section) && read == name)
    };
    let elsewhere = |(section, name): &(&'static Section, &str)| {
        READ_ELSEWHERE.contains(name) || std::ptr::eq(*section, &DOCUMENT) && OF_THE_RULESET.contains(name)
    };
    let unread: Vec<String> = declared(&DOCUMENT)
        .into_iter()
        .filter(|setting| !elsewhere(setting) && !is_read(setting))
        .map(|(section, name)| format!("`{name}` of {}", section.title))
        .collect();
    assert!(unread.is_empty(), "declared, but read by nobody: {unread:?}");
    assert!(
        CHANGE
            .settings()
            .all(|setting| READ_ELSEWHERE.contains(&setting.name) || DOCUMENT.setting(setting.name).is_some())
    );
}

#[test]
fn every_name_in_the_compiler_has_been_read() {
    compile_documents_with_everything();
    let read = reads::all();
    let source = [
        include_str!("attendance.rs"),
        include_str!("breaks.rs"),
        include_str!("config.rs"),
        include_str!("mod.rs"),
        include_str!("names.rs"),
        include_str!("overtime.rs"),
        include_str!("plugins.rs"),
        include_str!("premiums.rs"),
        include_str!("punches.rs"),
        include_str!("schedule.rs"),
        include_str!("table.rs"),
        include_str!("watchers.rs"),
    ]
    .concat();
    // Every way of reading is called with the name alone.
    let names = source.split('.').filter_map(|call| {
        let (reader, name) = call.split_once("(\"")?;
        let reader = reader.split_once("::<").map_or(reader, |(reader, _)| reader);
        name.split_once("\")").filter(|_| READERS.contains(&reader)).map(|(name, _)| name)
    });
    let names: Vec<&str> = names.collect();
    assert!(names.len() > 100, "{}", names.len());
    for name in names {
        assert!(read.iter().any(|(_, read)| read == name), "no table has been asked for `{name}`");
    }
}
