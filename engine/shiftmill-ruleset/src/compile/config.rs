//! The configuration of a plugin, checked against what its manifest declares.

use serde_json::{Value as Json, json};
use shiftmill_core::{
    ConfigValue, ExceptionCode, Field as Declared, Layer, Manifest, Names, PluginBinding, Seconds, Setting, Unit,
    ValueKind, Workday, excerpt, is_plain,
};

use super::names::Interned;
use super::plugins::called;
use crate::canonical::object;
use crate::check::{Table, quoted, written};
use crate::document::{Field, Node, Raw, field};
use crate::mistake::{Finder, Place};
use crate::nearest::nearest;
use crate::settings::ENTRIES_MAX;
use crate::values;

/// The most letters of a text for which the plugin states no bound.
const TEXT_MAX: i64 = 1_000;

/// The values of a plugin's settings, in the order of its manifest, defaults filled in. A value that does not fit is
/// a mistake, and reads as zero.
pub(super) fn values(plugin: &Table, manifest: &Manifest, names: &Interned, mistakes: &mut Finder) -> Vec<ConfigValue> {
    let fields = plugin.of_plugin("config");
    let known: Vec<&str> = manifest.settings.iter().map(|setting| setting.field.key.as_str()).collect();
    let mut reader = Reader { plugin: called(manifest), names, mistakes };
    reader.unknown(fields, &known);
    let place = plugin.place("config");
    manifest.settings.iter().map(|setting| reader.setting(setting, fields, place)).collect()
}

struct Reader<'a> {
    /// The name of the plugin in messages.
    plugin: String,
    names: &'a Interned,
    mistakes: &'a mut Finder,
}

/// A mistake in a value, and what to write.
struct Wrong<'a> {
    message: String,
    /// Worked out only for a mistake that is listed.
    hint: Box<dyn FnOnce() -> Option<String> + 'a>,
}

impl Reader<'_> {
    fn unknown(&mut self, fields: &[Field], known: &[&str]) {
        for field in fields.iter().filter(|field| !known.contains(&field.name.as_str())) {
            let hint = || {
                Some(match (nearest(&field.name, known.iter().copied()), known) {
                    (Some(near), _) => format!("did you mean `{near}`?"),
                    (None, []) => "it has no settings".to_owned(),
                    (None, known) => format!("known here: {}", known.join(", ")),
                })
            };
            let message = format!("unknown setting `{}` for {}", excerpt(&field.name), self.plugin);
            self.mistakes.add_with(field.place, message, hint);
        }
    }

    fn setting(&mut self, setting: &Setting, fields: &[Field], place: Place) -> ConfigValue {
        let declared = &setting.field;
        let written = field(fields, &declared.key).map(|field| &field.node);
        match (declared.kind, written) {
            (ValueKind::Rows, Some(node)) => self.rows(setting, node),
            (ValueKind::Rows, None) => {
                self.needed(declared, place);
                ConfigValue::Rows(Vec::new())
            }
            (ValueKind::Text, Some(node)) => {
                let text = self.sound(text(declared, &node.raw), node.place);
                ConfigValue::Text(text.unwrap_or_default())
            }
            (ValueKind::Text, None) => {
                self.needed(declared, place);
                ConfigValue::Text(declared.default.clone().unwrap_or_default())
            }
            _ => ConfigValue::Number(self.number(declared, written, place)),
        }
    }

    fn rows(&mut self, setting: &Setting, node: &Node) -> ConfigValue {
        let (key, most) = (&setting.field.key, setting.field.most.unwrap_or(ENTRIES_MAX as i64));
        let Raw::List(list) = &node.raw else {
            let (kind, hint) = match setting.fields.as_slice() {
                [_] => ("list", format!("write `{key} = [...]`")),
                _ => ("list of tables", format!("write `[[plugin.config.{key}]]` and the fields of a row below it")),
            };
            let message = format!("`{key}` must be a {kind}, not {}", node.raw.describe());
            self.mistakes.add(node.place, message, Some(hint));
            return ConfigValue::Rows(Vec::new());
        };
        if list.len() as i64 > most {
            let message = format!("`{key}` has {} rows; the maximum is {most}", list.len());
            self.mistakes.add(node.place, message, None);
        }
        if let Some(least) = setting.field.least.filter(|least| (list.len() as i64) < *least) {
            let message = format!("`{key}` has {} rows; the minimum is {least}", list.len());
            self.mistakes.add(node.place, message, None);
        }
        let known: Vec<&str> = setting.fields.iter().map(|field| field.key.as_str()).collect();
        // Rows with one field are written as a list of its values, of which messages speak by the name of the list.
        let entry = match setting.fields.as_slice() {
            [only] => Some(Declared { key: key.clone(), ..only.clone() }),
            _ => None,
        };
        let mut numbers = Vec::new();
        for row in list.iter().take(ENTRIES_MAX) {
            let fields = match (&row.raw, &entry) {
                (Raw::Table(fields), _) => fields,
                (_, Some(entry)) => {
                    numbers.push(self.number(entry, Some(row), row.place));
                    continue;
                }
                (_, None) => {
                    let message = format!("a row of `{key}` must be a table, not {}", row.raw.describe());
                    self.mistakes.add(row.place, message, Some(format!("its fields are {}", known.join(", "))));
                    continue;
                }
            };
            self.unknown(fields, &known);
            for declared in &setting.fields {
                let written = field(fields, &declared.key).map(|field| &field.node);
                numbers.push(self.number(declared, written, row.place));
            }
        }
        ConfigValue::Rows(numbers)
    }

    /// The number written, or that of the default.
    fn number(&mut self, declared: &Declared, written: Option<&Node>, place: Place) -> i64 {
        if let Some(node) = written {
            return self.sound(number(declared, &node.raw, self.names), node.place).unwrap_or_default();
        }
        self.needed(declared, place);
        let Some(default) = &declared.default else { return 0 };
        let default = as_written(declared.kind, default);
        let read = number(declared, &default, self.names).map_err(|wrong| Wrong {
            message: format!(
                "the default of `{}` of {} is not valid here: {}",
                declared.key, self.plugin, wrong.message
            ),
            hint: Box::new(move || {
                let set = format!("set `{}` under `[plugin.config]`", declared.key);
                let declare = if declared.kind.is_pay_code() { (wrong.hint)() } else { None };
                Some(declare.map_or_else(|| set.clone(), |declare| format!("{declare}, or {set}")))
            }),
        });
        self.sound(read, place).unwrap_or_default()
    }

    fn needed(&mut self, declared: &Declared, place: Place) {
        if declared.default.is_none() && declared.kind != ValueKind::Rows {
            let message = format!("{} needs `{}`", self.plugin, declared.key);
            let hint = format!("{} {}", declared.meaning, example(declared));
            self.mistakes.missing(place, message, Some(hint.trim().to_owned()));
        }
    }

    fn sound<T>(&mut self, read: Result<T, Wrong<'_>>, place: Place) -> Option<T> {
        read.map_err(|wrong| self.mistakes.add_with(place, wrong.message, wrong.hint)).ok()
    }
}

/// A default as it would be written in a document.
fn as_written(kind: ValueKind, default: &str) -> Raw {
    match (kind, default.parse()) {
        (ValueKind::Whole, Ok(number)) => Raw::Integer(number),
        (ValueKind::Flag, _) if ["true", "false"].contains(&default) => Raw::Flag(default == "true"),
        _ => Raw::Text(default.to_owned()),
    }
}

fn number<'a>(declared: &'a Declared, raw: &'a Raw, names: &'a Interned) -> Result<i64, Wrong<'a>> {
    let read = match (declared.kind, raw) {
        (ValueKind::Whole, Raw::Integer(number)) => Some(*number),
        (ValueKind::Length, Raw::Text(text)) => values::length(text).map(i64::from),
        (ValueKind::Clock, Raw::Text(text)) => values::time(text).map(i64::from),
        (ValueKind::Workday, raw) => values::date(raw).ok().map(|date| i64::from(date.0)),
        (ValueKind::Flag, Raw::Flag(flag)) => Some(i64::from(*flag)),
        (ValueKind::Exception, Raw::Text(text)) => {
            let position = position(declared, text, ExceptionCode::ALL.iter().map(|code| code.code()))?;
            return Ok(ExceptionCode::ALL.get(position).map_or(0, |code| i64::from(*code as u8)));
        }
        (ValueKind::Choice, Raw::Text(text)) => {
            return Ok(position(declared, text, declared.choices.iter().map(String::as_str))? as i64);
        }
        (kind, Raw::Text(text)) if kind.is_pay_code() => return pay_code(declared, text, names),
        _ => None,
    };
    match read {
        Some(number) => within(declared, number),
        None => Err(not_one(declared, raw)),
    }
}

fn text<'a>(declared: &'a Declared, raw: &'a Raw) -> Result<String, Wrong<'a>> {
    let Raw::Text(text) = raw else { return Err(not_one(declared, raw)) };
    let (count, most) = (text.chars().count() as i64, declared.most.unwrap_or(TEXT_MAX));
    if count > most {
        let message = format!("`{}` has {count} letters; the maximum is {most}", declared.key);
        return Err(Wrong { message, hint: Box::new(|| None) });
    }
    if !is_plain(text) {
        let hint = || Some("write it on one line, without control characters".to_owned());
        return Err(Wrong { message: format!("`{}` has hidden characters", declared.key), hint: Box::new(hint) });
    }
    Ok(text.clone())
}

/// The position of a word among those known.
fn position<'a>(
    declared: &Declared,
    text: &'a str,
    mut known: impl Iterator<Item = &'a str> + Clone + 'a,
) -> Result<usize, Wrong<'a>> {
    let all = known.clone();
    known.position(|word| word == text).ok_or_else(|| {
        let hint = move || match nearest(text, all.clone()) {
            Some(near) => Some(format!("did you mean `\"{near}\"`?")),
            None => Some(format!("write one of {}", quoted(&all.collect::<Vec<_>>()))),
        };
        let message = format!("`{}` cannot be `\"{}\"`", declared.key, excerpt(text));
        Wrong { message, hint: Box::new(hint) }
    })
}

fn pay_code<'a>(declared: &'a Declared, name: &'a str, names: &'a Interned) -> Result<i64, Wrong<'a>> {
    let fits = declared.kind.fits();
    let Some(code) = names.find(name) else {
        let hint = move || Some(undeclared(fits, name, names));
        return Err(Wrong { message: format!("there is no pay code `{}`", excerpt(name)), hint: Box::new(hint) });
    };
    if let (Some((layer, unit)), Some(info)) = (fits, names.names.pay_code(code))
        && (layer, unit) != (info.layer, info.unit)
    {
        let message = format!("pay code `{name}` is of layer `{}` with unit `{}`", info.layer, info.unit);
        let hint = move || Some(format!("`{}` takes a code of layer `{layer}` with unit `{unit}`", declared.key));
        return Err(Wrong { message, hint: Box::new(hint) });
    }
    Ok(i64::from(code.0))
}

/// What to write instead of a pay code that is not declared.
fn undeclared(fits: Option<(Layer, Unit)>, name: &str, names: &Interned) -> String {
    let (layer, unit) = fits.unwrap_or((Layer::Base, Unit::Second));
    let lines = match unit {
        Unit::Count => format!("`layer = \"{layer}\"` and `unit = \"{unit}\"`"),
        Unit::Second => format!("`layer = \"{layer}\"`"),
    };
    let declare = format!("declare it under `[pay_codes.{}]` with {lines}", excerpt(name));
    let known = names.names.pay_codes.iter();
    let known = known.filter(|info| fits.is_none_or(|fits| fits == (info.layer, info.unit)));
    match nearest(name, known.map(|info| info.name.as_str())) {
        Some(near) => format!("did you mean `{near}`? Else {declare}"),
        None => declare,
    }
}

fn within(declared: &Declared, number: i64) -> Result<i64, Wrong<'_>> {
    let (least, most) = (declared.least.filter(|least| number < *least), declared.most.filter(|most| number > *most));
    if least.is_none() && most.is_none() {
        return Ok(number);
    }
    let show = |number| plain(declared.kind, number);
    let bounds = match (declared.least, declared.most) {
        (Some(least), Some(most)) => format!("from {} to {}", show(least), show(most)),
        (Some(least), None) => format!("at least {}", show(least)),
        (None, most) => format!("at most {}", show(most.unwrap_or_default())),
    };
    let message = format!("`{}` must be {bounds}, not {}", declared.key, show(number));
    Err(Wrong { message, hint: Box::new(move || Some(declared.meaning.clone())) })
}

fn not_one<'a>(declared: &'a Declared, raw: &'a Raw) -> Wrong<'a> {
    let message = format!("`{}` must be {}, not {}", declared.key, expects(declared.kind), raw.describe());
    let hint = move || match (declared.kind, raw) {
        (ValueKind::Length, Raw::Integer(number)) => Some(format!("did you mean `\"{number}m\"`? {}", values::LENGTHS)),
        _ => Some(example(declared)).filter(|hint| !hint.is_empty()),
    };
    Wrong { message, hint: Box::new(hint) }
}

/// What must be written, in words.
const fn expects(kind: ValueKind) -> &'static str {
    match kind {
        ValueKind::Whole => "a whole number",
        ValueKind::Length => "a length",
        ValueKind::Clock => "a time of day",
        ValueKind::Instant => "an instant, which no ruleset can state",
        ValueKind::Workday => "a date that exists",
        ValueKind::Flag => "`true` or `false`",
        ValueKind::PayCode => "a pay code",
        ValueKind::BaseCode => "a pay code of the base layer",
        ValueKind::PremiumCode => "a premium",
        ValueKind::TimeCode => "a quantity that counts time",
        ValueKind::CountCode => "a quantity that counts occurrences",
        ValueKind::Exception => "the code of an exception",
        ValueKind::Choice => "a word",
        ValueKind::Text => "a text",
        ValueKind::Rows => "a list of tables",
    }
}

fn example(declared: &Declared) -> String {
    match declared.kind {
        ValueKind::Length => values::LENGTHS.to_owned(),
        ValueKind::Clock => values::TIMES.to_owned(),
        ValueKind::Workday => values::DATES.to_owned(),
        ValueKind::Exception => "write an exception as `\"late_in\"`".to_owned(),
        ValueKind::Choice => {
            let words: Vec<&str> = declared.choices.iter().map(String::as_str).collect();
            format!("write one of {}", quoted(&words))
        }
        ValueKind::Text => "write texts in double quotes".to_owned(),
        ValueKind::PayCode
        | ValueKind::BaseCode
        | ValueKind::PremiumCode
        | ValueKind::TimeCode
        | ValueKind::CountCode => "write the name of a pay code in double quotes".to_owned(),
        ValueKind::Whole | ValueKind::Instant | ValueKind::Flag | ValueKind::Rows => String::new(),
    }
}

/// A number as messages show it.
fn plain(kind: ValueKind, number: i64) -> String {
    match kind {
        ValueKind::Length => u32::try_from(number).map_or_else(|_| number.to_string(), written),
        ValueKind::Clock => u32::try_from(number).map_or_else(|_| number.to_string(), |time| clock(Seconds(time))),
        ValueKind::Workday => i32::try_from(number).map_or_else(|_| number.to_string(), |day| Workday(day).to_string()),
        ValueKind::Whole
        | ValueKind::Instant
        | ValueKind::Flag
        | ValueKind::PayCode
        | ValueKind::BaseCode
        | ValueKind::PremiumCode
        | ValueKind::TimeCode
        | ValueKind::CountCode
        | ValueKind::Exception
        | ValueKind::Choice
        | ValueKind::Text
        | ValueKind::Rows => number.to_string(),
    }
}

/// `06:30`
fn clock(time: Seconds) -> String {
    let text = time.to_string();
    if text.find(':') == Some(1) { format!("0{text}") } else { text }
}

/// The configuration of a plugin as it would be written in a document, defaults filled in: one entry per setting.
pub fn configuration(binding: &PluginBinding, names: &Names) -> Vec<(String, Json)> {
    let settings = binding.manifest.settings.iter().zip(&binding.values);
    let value = |setting: &Setting, value: &ConfigValue| match value {
        ConfigValue::Number(number) => shown(&setting.field, *number, names),
        ConfigValue::Text(text) => json!(text),
        ConfigValue::Rows(numbers) => {
            if let [only] = setting.fields.as_slice() {
                return numbers.iter().map(|number| shown(only, *number, names)).collect();
            }
            let row = |row: &[i64]| {
                let fields = setting.fields.iter().zip(row);
                let entries = fields.map(|(field, number)| (field.key.clone(), shown(field, *number, names)));
                object(entries.collect())
            };
            numbers.chunks(setting.fields.len().max(1)).map(row).collect()
        }
    };
    settings.map(|(setting, given)| (setting.field.key.clone(), value(setting, given))).collect()
}

fn shown(declared: &Declared, number: i64, names: &Names) -> Json {
    let index = usize::try_from(number).unwrap_or(usize::MAX);
    let exception = || u8::try_from(number).ok().and_then(ExceptionCode::from_number);
    match declared.kind {
        ValueKind::Whole | ValueKind::Instant => json!(number),
        ValueKind::Flag => json!(number != 0),
        ValueKind::Choice => json!(declared.choices.get(index)),
        ValueKind::Exception => json!(exception().map(ExceptionCode::code)),
        ValueKind::PayCode
        | ValueKind::BaseCode
        | ValueKind::PremiumCode
        | ValueKind::TimeCode
        | ValueKind::CountCode => json!(names.pay_codes.get(index).map(|info| info.name.as_str())),
        ValueKind::Length | ValueKind::Clock | ValueKind::Workday | ValueKind::Text | ValueKind::Rows => {
            json!(plain(declared.kind, number))
        }
    }
}
