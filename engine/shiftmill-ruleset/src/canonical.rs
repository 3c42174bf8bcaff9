//! The canonical form: what a ruleset says, whatever it looks like. Its hash identifies the ruleset.
//!
//! JSON with sorted keys of every version's settings, after merging, with defaults filled in, lengths in seconds and
//! dates as written. Formatting, comments, the order of keys and the way a length is written do not show in it.

use serde_json::{Map, Value as Json, json};

use crate::check::{Table, Value};
use crate::effective::Version;
use crate::values;

/// The canonical form of all versions.
pub(crate) fn canonical(versions: &[Version]) -> String {
    let versions: Vec<Json> = versions
        .iter()
        .map(|version| {
            let from = version.from.map_or(Json::Null, |from| json!(from.to_string()));
            json!({ "from": from, "rules": table(&version.table) })
        })
        .collect();
    json!({ "format": 1, "versions": versions }).to_string()
}

fn table(table: &Table) -> Json {
    let written = table.entries().filter(|entry| *entry.1 != Value::Nothing);
    object(written.map(|(name, entry)| (name.to_owned(), value(entry))).collect())
}

/// An object with sorted keys, whichever map the JSON library was built with.
fn object(mut entries: Vec<(String, Json)>) -> Json {
    entries.sort_by(|a, b| a.0.cmp(&b.0));
    Json::Object(Map::from_iter(entries))
}

fn value(value: &Value) -> Json {
    match value {
        Value::Nothing => Json::Null,
        Value::Off => json!("off"),
        Value::Text(text) => json!(text),
        Value::Texts(texts) => texts.iter().map(|text| json!(text.text)).collect(),
        Value::Flag(flag) => json!(flag),
        Value::Integer(number) => json!(number),
        Value::Seconds(seconds) => json!(seconds),
        Value::Window(from, to) => json!([from, to]),
        Value::Windows(windows) => windows.iter().map(|window| json!([window.0, window.1])).collect(),
        Value::Dates(dates) => {
            let mut dates: Vec<_> = dates.iter().map(|date| date.0).collect();
            dates.sort_unstable();
            dates.iter().map(|date| json!(date.to_string())).collect()
        }
        Value::Weekday(weekday) => json!(weekday.short()),
        Value::Weekdays(set) => json!(values::weekday_list(*set)),
        Value::DayTypes(set) => {
            let days = shiftmill_core::DayType::ALL.iter().filter(|day_type| set.contains(**day_type));
            days.map(|day_type| json!(day_type.code())).collect()
        }
        Value::Word(word) => json!(word),
        Value::Words(words) => json!(words),
        Value::Multiplier(multiplier) => json!(multiplier),
        Value::Table(inner) => table(inner),
        Value::Tables(tables) => tables.iter().map(table).collect(),
        Value::Named(named) => object(named.iter().map(|named| (named.name.clone(), table(&named.table))).collect()),
        Value::Pattern(pattern) => {
            object(pattern.iter().map(|(day, shift)| (day.short().to_owned(), json!(shift.text))).collect())
        }
        Value::Severities(severities) => {
            let word = |severity: &Option<shiftmill_core::Severity>| severity.map_or("off", |severity| severity.code());
            object(severities.iter().map(|(code, severity)| (code.code().to_owned(), json!(word(severity)))).collect())
        }
    }
}
