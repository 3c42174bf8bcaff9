//! The canonical form: the content of a ruleset, independent of its layout. Its hash identifies the ruleset.
//!
//! JSON with sorted keys of every version's settings, after merging, with defaults filled in, lengths in seconds and
//! dates as written. Formatting, comments, the order of keys and the way a length is written do not change it. A plugin
//! is in it by the hash of its content, not by the name of its file.

use serde_json::{Map, Value as Json, json};

use shiftmill_core::{Hook, Plan, PlanTimeline, PluginBinding, TagCondition, TagValues};

use crate::check::{Table, Value};
use crate::compile::configuration;
use crate::effective::Version;
use crate::values;

/// The canonical form of all versions, which `timeline` has been compiled from.
pub(crate) fn canonical(versions: &[Version], timeline: &PlanTimeline) -> String {
    let versions: Vec<Json> = versions
        .iter()
        .zip(timeline.versions())
        .map(|(version, (_, plan))| {
            let from = version.from.map_or(Json::Null, |from| json!(from.to_string()));
            json!({ "from": from, "rules": rules(&version.table, plan, timeline) })
        })
        .collect();
    json!({ "format": 1, "versions": versions }).to_string()
}

fn rules(document: &Table, plan: &Plan, timeline: &PlanTimeline) -> Json {
    let bindings = plan.plugins.iter().filter_map(|number| timeline.bindings().get(usize::from(*number)));
    let tables = document.tables("plugin");
    let plugins: Vec<Json> = tables.iter().zip(bindings).map(|(it, binding)| plugin(it, binding, timeline)).collect();
    // Who may extend a ruleset changes nothing that it decides.
    let others = entries(document).filter(|entry| !["plugin", "shared"].contains(&entry.0));
    let mut rules: Vec<(String, Json)> = others.map(|(name, entry)| (name.to_owned(), value(entry))).collect();
    if !plugins.is_empty() {
        rules.push(("plugin".to_owned(), json!(plugins)));
    }
    object(rules)
}

fn plugin(table: &Table, binding: &PluginBinding, timeline: &PlanTimeline) -> Json {
    let hooks: Vec<&str> = binding.hooks.iter().map(Hook::code).collect();
    let stated = [
        ("hash", json!(binding.plugin.to_string())),
        ("hooks", json!(hooks)),
        ("config", object(configuration(binding, timeline.names()))),
    ];
    let as_written = entries(table).filter(|(name, _)| !["file", "hash", "hooks", "config"].contains(name));
    let as_written = as_written.map(|(name, entry)| (name, value(entry)));
    object(as_written.chain(stated).map(|(name, entry)| (name.to_owned(), entry)).collect())
}

fn table(table: &Table) -> Json {
    object(entries(table).map(|(name, entry)| (name.to_owned(), value(entry))).collect())
}

fn entries(table: &Table) -> impl Iterator<Item = (&'static str, &Value)> {
    table.entries().filter(|entry| *entry.1 != Value::Nothing)
}

/// An object with sorted keys, whichever map the JSON library was built with.
pub(crate) fn object(mut entries: Vec<(String, Json)>) -> Json {
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
        Value::Flags(flags) => json!(flags),
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
        Value::Tags(filter) => {
            let condition = |condition: &TagCondition| {
                let values: Json = match &condition.values {
                    TagValues::OneOf(values) => values.iter().map(|value| json!(value)).collect(),
                    TagValues::NoneOf(values) => values.iter().map(|value| json!(format!("!{value}"))).collect(),
                };
                (condition.name.clone(), values)
            };
            object(filter.conditions.iter().map(condition).collect())
        }
        // Shown by what the plugin makes of it.
        Value::OfPlugin(_) => Json::Null,
        Value::Pattern(pattern) => {
            object(pattern.iter().map(|(day, shift)| (day.short().to_owned(), json!(shift.text))).collect())
        }
        Value::Severities(severities) => {
            let word = |severity: &Option<shiftmill_core::Severity>| severity.map_or("off", |severity| severity.code());
            object(severities.iter().map(|(code, severity)| (code.code().to_owned(), json!(word(severity)))).collect())
        }
    }
}
