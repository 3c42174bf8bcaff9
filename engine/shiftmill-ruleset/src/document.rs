//! Documents as located values: what is written and where, before its meaning is known.

use shiftmill_core::excerpt;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::mistake::{Finder, Place};

/// The most bytes of one document.
pub(crate) const SIZE_MAX: usize = 1 << 20;

/// How many bytes are read after the first mistake of syntax.
const READ_AFTER_A_MISTAKE: usize = 64 << 10;

/// The text of one document, for messages.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    /// Its name in messages.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// A value as it was written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    /// Its place.
    pub place: Place,
    /// Its content.
    pub raw: Raw,
}

/// What was written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Raw {
    Text(String),
    Integer(i64),
    /// With its own digits: nothing here computes with floating point.
    Decimal(String),
    Flag(bool),
    /// Dates and times, as written.
    Date(String),
    List(Vec<Node>),
    Table(Vec<Field>),
}

/// One key with its value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Field {
    /// The key.
    pub name: String,
    /// The place of the key.
    pub place: Place,
    /// Its value.
    pub node: Node,
}

impl Raw {
    /// Its kind and content, in words.
    pub fn describe(&self) -> String {
        match self {
            Raw::Text(text) if text.chars().nth(40).is_none() => format!("`\"{}\"`", excerpt(text)),
            Raw::Text(_) => "a longer text".into(),
            Raw::Integer(number) => format!("the number `{number}`"),
            Raw::Decimal(number) => format!("the number `{}`", excerpt(number)),
            Raw::Flag(flag) => format!("`{flag}`"),
            Raw::Date(date) => format!("the date or time `{date}`"),
            Raw::List(_) => "a list".into(),
            Raw::Table(_) => "a table".into(),
        }
    }
}

/// The fields of a document; mistakes of syntax are noted, and what could be read around them is returned.
pub(crate) fn parse(text: &str, file: u16, mistakes: &mut Finder) -> Vec<Field> {
    if text.len() > SIZE_MAX {
        let message = format!("the document has {} bytes; the maximum is {SIZE_MAX}", text.len());
        mistakes.add(Place { file, offset: 0 }, message, None);
        return Vec::new();
    }
    let (table, errors, is_all) = recovered(text);
    for error in &errors {
        if mistakes.has_further() {
            break;
        }
        let offset = error.span().map_or(0, |span| span.start as u32);
        let message = error.message().lines().collect::<Vec<_>>().join(", ");
        let hint = "texts are in double quotes, a setting is written `key = value`, a table `[table]`".to_owned();
        mistakes.syntax(Place { file, offset }, format!("this is not TOML: {message}"), Some(hint));
    }
    if !is_all {
        mistakes.leave_out_further();
    }
    fields(table.get_ref(), file)
}

/// What can be read of a text, its mistakes of syntax, and whether these are all. After the first mistake only so much of
/// the text is read, because each mistake takes memory, and every byte may be one.
fn recovered(text: &str) -> (Spanned<DeTable<'_>>, Vec<toml::de::Error>, bool) {
    let first = match DeTable::parse(text) {
        Ok(table) => return (table, Vec::new(), true),
        Err(first) => first,
    };
    let start = first.span().map_or(0, |span| span.start);
    let end = text.floor_char_boundary(start.saturating_add(READ_AFTER_A_MISTAKE));
    let beginning = text.get(..end).unwrap_or(text);
    let (table, mut errors) = DeTable::parse_recoverable(beginning);
    let is_all = beginning.len() == text.len();
    if !is_all {
        // A value that is cut in two is no mistake.
        errors.retain(|error| error.span().is_some_and(|span| span.end < beginning.len()));
        errors.insert(0, first);
    }
    (table, errors, is_all)
}

fn fields(table: &DeTable<'_>, file: u16) -> Vec<Field> {
    let mut fields: Vec<Field> = table
        .iter()
        .map(|(key, value)| Field {
            name: key.get_ref().to_string(),
            place: Place { file, offset: key.span().start as u32 },
            node: node(value, file),
        })
        .collect();
    fields.sort_by(|a, b| a.name.cmp(&b.name));
    fields
}

fn node(value: &Spanned<DeValue<'_>>, file: u16) -> Node {
    let raw = match value.get_ref() {
        DeValue::String(text) => Raw::Text(text.to_string()),
        DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) => Raw::Integer(number),
            Err(_) => Raw::Decimal(number.as_str().to_owned()),
        },
        DeValue::Float(number) => Raw::Decimal(number.as_str().to_owned()),
        DeValue::Boolean(flag) => Raw::Flag(*flag),
        DeValue::Datetime(date) => Raw::Date(date.to_string()),
        DeValue::Array(list) => Raw::List(list.iter().map(|item| node(item, file)).collect()),
        DeValue::Table(table) => Raw::Table(fields(table, file)),
    };
    Node { place: Place { file, offset: value.span().start as u32 }, raw }
}

/// The field of this name.
pub(crate) fn field<'a>(fields: &'a [Field], name: &str) -> Option<&'a Field> {
    fields.iter().find(|field| field.name == name)
}

/// The text of the field of this name.
pub(crate) fn text<'a>(fields: &'a [Field], name: &str) -> Option<(&'a str, Place)> {
    match field(fields, name) {
        Some(Field { node: Node { raw: Raw::Text(text), place }, .. }) => Some((text, *place)),
        _ => None,
    }
}
