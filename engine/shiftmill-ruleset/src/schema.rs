//! A JSON Schema of rulesets, for editors that complete and check a document while it is written.

use serde_json::{Map, Value as Json, json};
use shiftmill_core::{DayType, ExceptionCode, Severity, Weekday};

use crate::settings::{CHANGE, DOCUMENT, Kind, Section, Setting};

const LENGTH: &str = r"^(\d{1,4}:[0-5]\d(:[0-5]\d)?|(?=\d)(\d+d)?(\d+h)?(\d+m)?(\d+s)?)$";
const TIME: &str = r"^\d{1,2}:[0-5]\d(:[0-5]\d)?$";
const WINDOW: &str = r"^\d{1,2}:[0-5]\d(:[0-5]\d)?\s*-\s*\d{1,2}:[0-5]\d(:[0-5]\d)?$";
const DATE: &str = r"^\d{4}-\d{2}-\d{2}$";
const NAME: &str = "^[a-z0-9_-]{1,64}$";

/// The JSON Schema (draft 2020-12) of ruleset documents.
///
/// ```
/// let schema = shiftmill_ruleset::json_schema();
/// assert_eq!(schema["properties"]["attendance"]["properties"]["late_grace"]["default"], "0m");
/// ```
pub fn json_schema() -> Json {
    let mut schema = section(&DOCUMENT, Strict::Yes);
    schema.insert("$schema".into(), json!("https://json-schema.org/draft/2020-12/schema"));
    schema.insert("title".into(), json!("Shiftmill ruleset"));
    Json::Object(schema)
}

/// Whether the schema requires required settings: a document that extends another may inherit them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Strict {
    Yes,
    No,
}

fn section(section: &Section, strict: Strict) -> Map<String, Json> {
    let properties: Map<String, Json> =
        section.settings().map(|setting| (setting.name.to_owned(), property(setting))).collect();
    let required: Vec<&str> =
        section.settings().filter(|setting| setting.required).map(|setting| setting.name).collect();
    let mut schema = Map::new();
    schema.insert("type".into(), json!("object"));
    schema.insert("description".into(), json!(section.title));
    schema.insert("properties".into(), Json::Object(properties));
    schema.insert("additionalProperties".into(), json!(false));
    if strict == Strict::Yes && !required.is_empty() {
        schema.insert("required".into(), json!(required));
    }
    schema
}

fn property(setting: &Setting) -> Json {
    let mut schema = if let Json::Object(schema) = kind(&setting.kind) { schema } else { Map::new() };
    schema.insert("description".into(), json!(setting.meaning));
    if let Some(default) = setting.default.filter(|default| !default.is_empty()) {
        let value = if matches!(setting.kind, Kind::Flag | Kind::FlagOrFlags) {
            json!(default == "true")
        } else if matches!(setting.kind, Kind::Integer { .. }) {
            json!(default.parse::<i64>().unwrap_or_default())
        } else if default == "[]" {
            json!([])
        } else {
            json!(default)
        };
        schema.insert("default".into(), value);
    }
    Json::Object(schema)
}

fn kind(kind: &Kind) -> Json {
    let text = |pattern: &str| json!({ "type": "string", "pattern": pattern });
    let day_types: Vec<&str> = DayType::ALL.iter().map(|day_type| day_type.code()).collect();
    let days = Weekday::ALL.map(Weekday::short);
    let day = format!("({})", days.join("|"));
    let weekdays = text(&format!("^{day}(-{day})?$"));
    match kind {
        Kind::Text(most) => json!({ "type": "string", "maxLength": most }),
        Kind::Texts => json!({ "type": "array", "items": { "type": "string" } }),
        Kind::Name | Kind::PayCode(_) => text(NAME),
        Kind::Names => json!({ "type": "array", "items": text(NAME) }),
        Kind::Flag => json!({ "type": "boolean" }),
        Kind::FlagOrFlags => {
            let flag = json!({ "type": "boolean" });
            json!({ "anyOf": [flag, { "type": "array", "items": flag, "minItems": 1 }] })
        }
        Kind::Integer { least, most } => json!({ "type": "integer", "minimum": least, "maximum": most }),
        Kind::Length { .. } => text(LENGTH),
        Kind::LengthOrOff { .. } => json!({ "anyOf": [text(LENGTH), { "const": "off" }] }),
        Kind::WordOrLength { words, .. } => json!({ "anyOf": [{ "enum": words }, text(LENGTH)] }),
        Kind::Time | Kind::Clock => text(TIME),
        Kind::WordOrTime(words) => json!({ "anyOf": [{ "enum": words }, text(TIME)] }),
        Kind::Window => text(WINDOW),
        Kind::Windows => json!({ "type": "array", "items": text(WINDOW) }),
        Kind::Date => text(DATE),
        Kind::Dates => json!({ "type": "array", "items": text(DATE) }),
        Kind::Weekday => json!({ "enum": days }),
        Kind::WeekdayOrWord(words) => {
            json!({ "anyOf": [{ "enum": days }, { "enum": words }, { "const": "none" }] })
        }
        Kind::Weekdays => json!({ "anyOf": [{ "const": "none" }, weekdays, { "type": "array", "items": weekdays }] }),
        Kind::DayTypes => one_or_more(&day_types),
        Kind::Word(words) => json!({ "enum": words }),
        Kind::Words(words) => one_or_more(words),
        Kind::Multiplier => json!({ "type": ["string", "number"] }),
        Kind::WordOrPayCodes(words) => {
            json!({ "anyOf": [{ "enum": words }, { "type": "array", "items": text(NAME) }] })
        }
        Kind::Table(inner) | Kind::OptionalTable(inner) => Json::Object(section(inner, Strict::No)),
        Kind::Whole(inner) => Json::Object(section(inner, Strict::Yes)),
        Kind::OffOrWhole(inner) => json!({ "anyOf": [{ "const": "off" }, section(inner, Strict::Yes)] }),
        Kind::Rules(inner) => json!({ "type": "array", "items": named(section(inner, Strict::No)) }),
        Kind::Items(inner) => json!({ "type": "array", "items": section(inner, Strict::Yes) }),
        Kind::Named(inner) => json!({ "type": "object", "additionalProperties": section(inner, Strict::No) }),
        Kind::Tags => json!({
            "type": "object",
            "additionalProperties": {
                "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" }, "minItems": 1 }]
            }
        }),
        Kind::OfPlugin => json!({ "type": "object" }),
        Kind::Pattern => json!({ "type": "object", "additionalProperties": text(NAME) }),
        Kind::Severities => severities(),
        Kind::Changes => json!({ "type": "array", "items": section(&CHANGE, Strict::Yes) }),
    }
}

/// A rule is found by its name, even where the rest is inherited.
fn named(mut schema: Map<String, Json>) -> Map<String, Json> {
    schema.insert("required".into(), json!(["name"]));
    schema
}

fn one_or_more(words: &[&str]) -> Json {
    json!({ "anyOf": [{ "const": "all" }, { "enum": words }, { "type": "array", "items": { "enum": words } }] })
}

fn severities() -> Json {
    let words: Vec<&str> = Severity::ALL.iter().map(|severity| severity.code()).chain(["off"]).collect();
    let properties: Map<String, Json> =
        ExceptionCode::ALL.iter().map(|code| (code.code().to_owned(), json!({ "enum": words }))).collect();
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}
