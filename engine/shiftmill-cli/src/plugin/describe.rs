//! Describes a plugin as text and as JSON, for `build` and for `inspect`.

use std::io::Write;

use serde_json::{Value, json};
use shiftmill::core::{CarriedKey, Field, Hook, Manifest, ReasonRule, Seconds, Setting, ValueKind};
use shiftmill::plugin_host::{Lines, Plugin};

use crate::problem::Problem;

/// Writes the description of a plugin, one topic on each line.
pub fn tell(plugin: &Plugin, out: &mut dyn Write) -> Result<(), Problem> {
    let manifest = plugin.manifest();
    if !manifest.description.is_empty() {
        topic("for", std::slice::from_ref(&manifest.description), out)?;
    }
    let hooks: Vec<String> = manifest.hooks.iter().flat_map(|hook| hook_lines(plugin, hook)).collect();
    topic("hooks", &hooks, out)?;
    topic("checks", &checks(plugin), out)?;
    topic("config", &table(&manifest.settings.iter().flat_map(setting_rows).collect::<Vec<_>>()), out)?;
    topic("rules", &manifest.rules.iter().flat_map(rule_lines).collect::<Vec<_>>(), out)?;
    topic("carries", &table(&manifest.carried.iter().map(carried_row).collect::<Vec<_>>()), out)
}

/// Writes a word and its lines; nothing without lines.
pub fn topic(word: &str, lines: &[String], out: &mut dyn Write) -> Result<(), Problem> {
    for (number, line) in lines.iter().enumerate() {
        let word = if number == 0 { word } else { "" };
        writeln!(out, "{}", format!("{word:<9}{line}").trim_end())?;
    }
    Ok(())
}

/// The maximum width of a line of columns.
const WIDTH: usize = 100;

/// `days: reads day.workday, day.worked, span.end`, on as many lines as needed.
fn hook_lines(plugin: &Plugin, hook: Hook) -> Vec<String> {
    let mut lines = vec![format!("{hook}: reads ")];
    let columns = plugin.columns(hook);
    for (number, column) in columns.iter().enumerate() {
        let comma = if number + 1 < columns.len() { ", " } else { "" };
        match lines.last_mut() {
            Some(line) if line.len() + column.len() <= WIDTH => line.push_str(&format!("{column}{comma}")),
            _ => lines.push(format!("  {column}{comma}")),
        }
    }
    if columns.is_empty() { vec![format!("{hook}: reads no optional column")] } else { lines }
}

fn checks(plugin: &Plugin) -> Vec<String> {
    let report = plugin.report();
    let imports = if report.imports.is_empty() { String::from("none") } else { report.imports.join(", ") };
    let floats = match report.float_functions.as_slice() {
        [] => String::from("none"),
        functions => format!("in {}", functions.join(", ")),
    };
    let names = match (report.has_names, report.lines) {
        (true, Lines::Known) => "names and lines kept",
        (true, Lines::Absent) => "names kept, lines not: failures name the function only",
        (true, Lines::TooLarge) => "names kept, debug information too large for lines: failures name the function only",
        (false, _) => "names not kept: failures cannot name the source",
    };
    vec![format!("imports {imports} · floats {floats} · {names}")]
}

/// Key, kind, default and bounds, meaning; the fields of a row below it.
fn setting_rows(setting: &Setting) -> Vec<Vec<String>> {
    let row = |field: &Field, indent: &str| {
        vec![format!("{indent}{}", field.key), kind(field), default(field) + &bounds(field), field.meaning.clone()]
    };
    let fields = setting.fields.iter().map(|field| row(field, "  "));
    std::iter::once(row(&setting.field, "")).chain(fields).collect()
}

fn kind(field: &Field) -> String {
    match field.kind {
        ValueKind::Choice => format!("one of {}", field.choices.join(", ")),
        kind => kind.code().replace('_', " "),
    }
}

fn default(field: &Field) -> String {
    field.default.clone().unwrap_or_else(|| String::from("required"))
}

fn bounds(field: &Field) -> String {
    let least = field.least.map(|least| format!("at least {}", written(field.kind, least)));
    let most = field.most.map(|most| format!("at most {}", written(field.kind, most)));
    let both: Vec<String> = least.into_iter().chain(most).collect();
    if both.is_empty() { String::new() } else { format!(" ({})", both.join(", ")) }
}

/// A number as it is written in a ruleset.
fn written(kind: ValueKind, number: i64) -> String {
    let seconds = u32::try_from(number).ok().map(Seconds);
    match (kind, seconds) {
        (ValueKind::Length, Some(seconds)) => length(seconds),
        (ValueKind::Clock, Some(Seconds(second))) => format!("{:02}:{:02}", second / 3_600, second / 60 % 60),
        _ => number.to_string(),
    }
}

/// `10h`, `1h30m`, `45s`.
fn length(length: Seconds) -> String {
    let parts = [(length.0 / 3_600, "h"), (length.0 / 60 % 60, "m"), (length.0 % 60, "s")];
    let text: String =
        parts.into_iter().filter(|(count, _)| *count > 0).map(|(count, unit)| format!("{count}{unit}")).collect();
    if text.is_empty() { String::from("0s") } else { text }
}

/// The key with the English text, and the Chinese text below it.
fn rule_lines(rule: &ReasonRule) -> Vec<String> {
    let chinese = Some(&rule.chinese).filter(|text| !text.is_empty());
    let width = rule.key.chars().count();
    let below = chinese.map(|text| format!("{:<width$}  {text}", ""));
    std::iter::once(format!("{}  {}", rule.key, rule.english)).chain(below).collect()
}

fn carried_row(key: &CarriedKey) -> Vec<String> {
    vec![key.key.clone(), key.meaning.clone()]
}

/// Rows with columns of one width.
pub fn table(rows: &[Vec<String>]) -> Vec<String> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}  "));
        cells.collect::<String>().trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

/// A size as text.
pub fn size(bytes: usize) -> String {
    match bytes {
        0..1_024 => format!("{bytes} B"),
        1_024..1_048_576 => format!("{} KB", bytes.div_ceil(1_024)),
        _ => {
            let tenths = bytes.saturating_mul(10).div_ceil(1_048_576);
            format!("{}.{} MB", tenths / 10, tenths % 10)
        }
    }
}

/// The first digits of a hash.
pub fn short(hash: &str) -> &str {
    hash.get(..12).unwrap_or(hash)
}

/// The description of a plugin as JSON.
pub fn object(plugin: &Plugin) -> Value {
    let (manifest, report): (&Manifest, _) = (plugin.manifest(), plugin.report());
    let hooks: Vec<Value> =
        manifest.hooks.iter().map(|hook| json!({ "hook": hook.code(), "reads": plugin.columns(hook) })).collect();
    let settings: Vec<Value> = manifest.settings.iter().map(setting_object).collect();
    let rules: Vec<Value> = manifest.rules.iter().map(rule_object).collect();
    let carried: Vec<Value> =
        manifest.carried.iter().map(|key| json!({ "key": key.key, "meaning": key.meaning })).collect();
    json!({
        "name": manifest.name,
        "version": manifest.version,
        "description": manifest.description,
        "made_with": manifest.made_with,
        "hash": plugin.hash().to_string(),
        "bytes": report.bytes,
        "hooks": hooks,
        "imports": report.imports,
        "float_functions": report.float_functions,
        "has_names": report.has_names,
        "has_lines": report.lines == Lines::Known,
        "settings": settings,
        "rules": rules,
        "carries": carried,
    })
}

fn setting_object(setting: &Setting) -> Value {
    let mut object = field_object(&setting.field);
    if let (false, Some(object)) = (setting.fields.is_empty(), object.as_object_mut()) {
        let fields = setting.fields.iter().map(field_object).collect();
        object.insert(String::from("fields"), Value::Array(fields));
    }
    object
}

fn field_object(field: &Field) -> Value {
    json!({
        "key": field.key, "meaning": field.meaning, "kind": field.kind.code(), "default": field.default,
        "least": field.least, "most": field.most, "choices": field.choices,
    })
}

fn rule_object(rule: &ReasonRule) -> Value {
    let arguments: Vec<Value> =
        rule.arguments.iter().map(|it| json!({ "name": it.name, "kind": it.kind.code() })).collect();
    json!({ "key": rule.key, "english": rule.english, "chinese": rule.chinese, "arguments": arguments })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_shown_as_they_are_written() {
        let field = Field {
            key: String::from("least"),
            meaning: String::from("What counts."),
            kind: ValueKind::Length,
            default: Some(String::from("10h")),
            least: Some(0),
            most: Some(5_430),
            choices: Vec::new(),
        };
        assert_eq!(default(&field) + &bounds(&field), "10h (at least 0s, at most 1h30m30s)");
        assert_eq!(written(ValueKind::Clock, 93_600), "26:00");
        assert_eq!(written(ValueKind::Whole, -3), "-3");
    }

    #[test]
    fn sizes_are_rounded_up() {
        assert_eq!([1, 1_025, 3_000_000, 16 << 20].map(size), ["1 B", "2 KB", "2.9 MB", "16.0 MB"]);
    }
}
