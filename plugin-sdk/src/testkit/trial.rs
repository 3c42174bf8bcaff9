//! Runs a hook natively.

use core::marker::PhantomData;

use crate::codes::ExceptionCode;
use crate::config::{Values, number, position};
use crate::contract::facts::make;
use crate::contract::{Answer, Cards, ContextDays, Field, Fixed, FixedText, Manifest, Setting, Value, ValueKind};
use crate::hooks::{self, Days, Period, Punches, Schedule};
use crate::plugin::Plugin;
use crate::testkit::cards::{facts, gather};
use crate::testkit::codes::Codes;
use crate::testkit::render::Renderer;
use crate::testkit::week::Week;
use crate::view;

/// A trial of a plugin with the defaults of its configuration.
pub fn trial<P: Plugin>() -> Trial<P> {
    Trial { written: Vec::new(), plugin: PhantomData }
}

/// A plugin with a configuration, which tests run on weeks.
#[derive(Debug)]
pub struct Trial<P> {
    written: Vec<(String, String)>,
    plugin: PhantomData<fn() -> P>,
}

impl<P> Clone for Trial<P> {
    fn clone(&self) -> Self {
        Trial { written: self.written.clone(), plugin: PhantomData }
    }
}

impl<P: Plugin> Trial<P> {
    /// Sets a setting, in the format of a ruleset: `set("least", "9h")`. Rows are written one after another, with `/` between
    /// rows and spaces between fields: `set("ladder", "20:00 30m / 21:00 1h")`.
    pub fn set(mut self, key: &str, value: &str) -> Trial<P> {
        self.written.push((key.to_owned(), value.to_owned()));
        self
    }

    /// The message with which the configuration is refused.
    #[track_caller]
    pub fn refusal(&self) -> Option<String> {
        self.configured(&mut Codes::of(&Week::of(&[]))).err()
    }

    /// The context days that the rule needs.
    #[track_caller]
    pub fn context(&self) -> ContextDays {
        self.plugin(&mut Codes::of(&Week::of(&[]))).context()
    }

    /// Runs the hook `punches`.
    #[track_caller]
    pub fn punches(&self, week: &Week) -> Answered
    where
        P: Punches,
    {
        self.run("punches", week, hooks::visit_punches)
    }

    /// Runs the hook `schedule`.
    #[track_caller]
    pub fn schedule(&self, week: &Week) -> Answered
    where
        P: Schedule,
    {
        self.run("schedule", week, hooks::visit_schedule)
    }

    /// Runs the hook `days`.
    #[track_caller]
    pub fn days(&self, week: &Week) -> Answered
    where
        P: Days,
    {
        self.run("days", week, hooks::visit_days)
    }

    /// Runs the hook `period`.
    #[track_caller]
    pub fn period(&self, week: &Week) -> Answered
    where
        P: Period,
    {
        self.run("period", week, hooks::visit_period)
    }

    #[track_caller]
    fn run(&self, hook: &str, week: &Week, visit: fn(&P, &Cards) -> Answer) -> Answered {
        let manifest = P::MANIFEST;
        let mut codes = Codes::of(week);
        let plugin = self.plugin(&mut codes);
        let keys: Vec<&str> = manifest.carried.get().iter().map(|carried| carried.key.get()).collect();
        let given = gather(week, &mut codes, &keys, hook);
        let mut asked = gather(week, &mut codes, &keys, hook);
        asked.keep(&columns(&manifest, hook));
        make(facts(week));
        view::forget();
        let answer = visit(&plugin, &asked);
        let renderer = Renderer { manifest: &manifest, cards: &given, codes: &codes };
        Answered { edits: renderer.edits(&answer.edits), complaints: renderer.complaints(&answer.complaints) }
    }

    #[track_caller]
    fn plugin(&self, codes: &mut Codes) -> P {
        match self.configured(codes) {
            Ok(plugin) => plugin,
            Err(mistake) => panic!("the configuration is refused: {mistake}"),
        }
    }

    fn configured(&self, codes: &mut Codes) -> Result<P, String> {
        let settings = P::SETTINGS;
        let known = |key: &str| settings.iter().any(|setting| setting.key.get() == key);
        if let Some((key, _)) = self.written.iter().find(|(key, _)| !known(key)) {
            return Err(format!("there is no setting `{key}`"));
        }
        let values = settings.iter().map(|setting| self.value(setting, codes)).collect::<Result<_, _>>()?;
        P::read(&mut Values::new(values))
    }

    fn value(&self, setting: &Setting, codes: &mut Codes) -> Result<Value, String> {
        let key = setting.key.get();
        let written = self.written.iter().rev().find(|(written, _)| written == key);
        let text = match (written, setting.default.get()) {
            (Some((_, value)), _) => value.as_str(),
            (None, Some(default)) => default.get(),
            (None, None) => return Err(format!("`{key}` has no default: write `.set(\"{key}\", ...)`")),
        };
        match setting.kind {
            ValueKind::Text => Ok(Value::Text(text.to_owned().into())),
            ValueKind::Rows => rows(key, setting.fields, text, codes),
            _ => one(&field(setting), text, codes).map(Value::Number),
        }
    }
}

fn field(setting: &Setting) -> Field {
    Field {
        key: setting.key,
        meaning: setting.meaning,
        kind: setting.kind,
        default: setting.default,
        least: setting.least,
        most: setting.most,
        choices: setting.choices,
    }
}

/// The number of a text, within its bounds.
fn one(field: &Field, text: &str, codes: &mut Codes) -> Result<i64, String> {
    let found = match field.kind {
        ValueKind::Choice => position(field.choices.get(), text).map(|position| position as i64),
        ValueKind::Exception => exception(text),
        kind => number(kind, text).or_else(|| codes.setting(kind, text).map(i64::from)),
    };
    let key = field.key.get();
    match found {
        None => Err(format!("`{key}` cannot be `{text}`")),
        Some(value) if field.least.get().is_some_and(|least| value < least) => Err(format!("`{key}` is too small")),
        Some(value) if field.most.get().is_some_and(|most| value > most) => Err(format!("`{key}` is too large")),
        Some(value) => Ok(value),
    }
}

fn exception(text: &str) -> Option<i64> {
    let code = ExceptionCode::ALL.iter().find(|code| code.code() == text)?;
    Some(i64::from(code.number()))
}

fn rows(key: &str, fields: Fixed<Field>, text: &str, codes: &mut Codes) -> Result<Value, String> {
    let mut numbers = Vec::new();
    let rows = text.split('/').map(str::trim).filter(|row| !row.is_empty() && *row != "[]");
    for row in rows {
        let words: Vec<&str> = row.split_whitespace().collect();
        if words.len() != fields.get().len() {
            return Err(format!("a row of `{key}` has {} fields, not `{row}`", fields.get().len()));
        }
        for (field, word) in fields.get().iter().zip(words) {
            numbers.push(one(field, word, codes)?);
        }
    }
    Ok(Value::Rows(numbers.into()))
}

/// The columns that a hook reads.
fn columns(manifest: &Manifest, hook: &str) -> Vec<&'static str> {
    let listed = manifest.reads.get().iter().find(|reads| reads.hook.get() == hook);
    match listed {
        Some(reads) => reads.columns.get().iter().map(|column: &FixedText| column.get()).collect(),
        None => panic!("`plugin!` does not name the hook `{hook}`"),
    }
}

/// The answer of a rule as text.
#[derive(Clone, Debug)]
pub struct Answered {
    edits: Vec<String>,
    complaints: Vec<String>,
}

impl Answered {
    /// The edits in order, each with its reason: `Mon 2026-06-01 quantity night_meal 1: worked 11:10 and past 22:00`.
    pub fn edits(&self) -> &[String] {
        &self.edits
    }

    /// The complaints: `Mon 2026-06-01: no shift is scheduled`.
    pub fn complaints(&self) -> &[String] {
        &self.complaints
    }

    /// Compares the edits with lines of text. Use [`assert_edits!`](crate::assert_edits).
    #[track_caller]
    pub fn assert_edits(&self, expected: &[&str]) {
        if let Some(complaint) = self.complaints.first() {
            panic!("the rule complains: {complaint}");
        }
        if self.edits == expected {
            return;
        }
        let list = |lines: &[&str]| match lines {
            [] => "  nothing\n".to_owned(),
            lines => lines.iter().map(|line| format!("  {line}\n")).collect(),
        };
        let found: Vec<&str> = self.edits.iter().map(String::as_str).collect();
        panic!("the edits differ\nexpected:\n{}found:\n{}", list(expected), list(&found));
    }
}
