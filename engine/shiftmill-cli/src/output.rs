//! Where results are written, and what is reported beside them.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::sync::Arc;

use serde_json::{Map, Value, json};
use shiftmill::core::{EvaluationError, ExceptionCode, Hook, Isolation, OnFailure, PluginBinding, PluginFailure};
use shiftmill::ruleset::{Ruleset, configuration};
use shiftmill::words;
use shiftmill_timecards::read::{Cause, Reject, Report};
use shiftmill_timecards::write::{self, CardView, Hours};

use crate::evaluated::Evaluated;
use crate::problem::Problem;
use crate::replacing::{self, Replacing};

/// Standard output or a file, buffered.
pub struct Output(BufWriter<Target>);

enum Target {
    Standard(io::Stdout),
    /// What cannot be replaced, such as a pipe.
    Open(File),
    Replaced(Replacing),
}

impl Output {
    /// A file, or standard output. The file has its new content only after [`Output::finish`].
    pub fn to(file: Option<&str>) -> Result<Output, Problem> {
        let target = match file {
            None => Target::Standard(io::stdout()),
            Some(name) => {
                let opened = match Replacing::open(name) {
                    Ok(Some(replacing)) => Ok(Target::Replaced(replacing)),
                    Ok(None) => File::create(name).map(Target::Open),
                    Err(error) => Err(error),
                };
                opened.map_err(|error| Problem::new(format!("cannot write `{name}`")).cause(error))?
            }
        };
        Ok(Output(BufWriter::with_capacity(1 << 16, target)))
    }

    /// Refuses a file that is also read.
    pub fn check(file: Option<&str>, mut inputs: impl Iterator<Item = impl AsRef<str>>) -> Result<(), Problem> {
        match file.filter(|file| inputs.any(|input| replacing::is_same(file, input.as_ref()))) {
            Some(file) => Err(Problem::new(format!("`{file}` is read and would be overwritten"))
                .hint("write the results to another file")),
            None => Ok(()),
        }
    }

    /// Writes what is left, and puts the file in its place.
    pub fn finish(self) -> Result<(), Problem> {
        let target = self.0.into_inner().map_err(io::IntoInnerError::into_error)?;
        match target {
            Target::Standard(mut standard) => standard.flush()?,
            Target::Open(mut file) => file.flush()?,
            Target::Replaced(replacing) => replacing.finish()?,
        }
        Ok(())
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Target::Standard(standard) => standard.write(bytes),
            Target::Open(file) => file.write(bytes),
            Target::Replaced(replacing) => replacing.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Target::Standard(standard) => standard.flush(),
            Target::Open(file) => file.flush(),
            Target::Replaced(replacing) => replacing.flush(),
        }
    }
}

/// The number of exceptions by code, the most frequent first.
pub fn exceptions_by_code(evaluated: &Evaluated) -> Vec<(&'static str, u64)> {
    let mut counts: BTreeMap<&'static str, u64> = BTreeMap::new();
    for code in evaluated.chunks.iter().flat_map(|chunk| &chunk.results.exceptions.code) {
        *counts.entry(code.code()).or_default() += 1;
    }
    let mut counts: Vec<(&'static str, u64)> = counts.into_iter().collect();
    counts.sort_by_key(|(code, count)| (u64::MAX - count, *code));
    counts
}

/// Reports on standard error what was evaluated, with which rulesets and assumptions, and every row that was not used.
pub fn tell(evaluated: &Evaluated, hours: Hours) {
    let period = evaluated.window.window.pay_period;
    for ruleset in &evaluated.facts.rulesets {
        eprintln!("ruleset:  {}", ruleset_line(ruleset));
        for gap in ruleset.not_covered() {
            eprintln!("  not covered: {gap}");
        }
    }
    eprintln!("paid:     {} to {}; lengths are {} ({hours})", period.first, period.last, hours.describe());
    if let Some(zone) = evaluated.window.zones.get(0) {
        let as_of = words::local(zone, evaluated.window.window.as_of);
        eprintln!("as of:    {as_of} {}; zone data {}", zone.name(), evaluated.window.zones.edition);
    }
    for sentence in &evaluated.window.assumed {
        eprintln!("assumed:  {sentence}");
    }
    tell_provisional(evaluated);
    if evaluated.window.left_out > 0 {
        let facts = evaluated.window.window.facts;
        let (count, first, last) = (evaluated.window.left_out, facts.first, facts.last);
        eprintln!("left out: {count} facts more than two days outside {first} to {last}");
    }
    let report = &evaluated.facts.report;
    list_all(report);
    evaluated.cards().for_each(|card| tell_failures(&card, &evaluated.facts.rulesets));
}

/// Reports why a card was not evaluated, and which plugins it was evaluated without.
fn tell_failures(card: &CardView<'_>, rulesets: &[Arc<Ruleset>]) {
    for failure in failures(card).filter(|failure| failure.skipped) {
        eprintln!("evaluated without a plugin: {}: {}", card.employee, words::failure(failure));
    }
    let Some(error) = card.card().error else { return };
    let by_plugin = failures(card).find(|failure| !failure.skipped);
    let why = match by_plugin {
        Some(failure) => format!("{} ({})", words::failure(failure), error.code()),
        None => error_words(error, rulesets),
    };
    eprintln!("not evaluated: {}: {why}", card.employee);
}

/// Why a card was not evaluated, with the names that the numbers of the engine stand for.
pub fn error_words(error: EvaluationError, rulesets: &[Arc<Ruleset>]) -> String {
    let named = words::unknown_calendar(error, rulesets, None);
    named.map_or_else(|| words::error(error), |message| format!("{}: {message}", error.code()))
}

/// The failures of plugins on a card.
fn failures<'a>(card: &CardView<'a>) -> impl Iterator<Item = &'a PluginFailure> + use<'a> {
    let index = card.index;
    card.results.failures.iter().filter(move |failure| failure.card as usize == index)
}

fn tell_provisional(evaluated: &Evaluated) {
    let mut cards = evaluated.chunks.iter().flat_map(|chunk| &chunk.results.cards);
    if cards.any(|card| card.provisional) && context_is_short(evaluated) {
        let context = evaluated.facts.rulesets.iter().map(|ruleset| ruleset.context());
        let (before, after) = context.fold((0, 0), |most, one| (most.0.max(one.before), most.1.max(one.after)));
        eprintln!("provisional: days around the pay period are missing, so figures may still change");
        eprintln!("hint:     the ruleset needs up to {before} days before and {after} after the pay period; give");
        eprintln!("          their punches, or `--complete` if nobody worked on days that the files do not show");
    }
}

/// True when a timecard is provisional because days around the pay period are missing, and not because of rejected rows.
fn context_is_short(evaluated: &Evaluated) -> bool {
    exceptions_by_code(evaluated).iter().any(|(code, _)| *code == ExceptionCode::ContextShort.code())
}

/// A ruleset on one line.
pub fn ruleset_line(ruleset: &Ruleset) -> String {
    let version = if ruleset.version().is_empty() { String::new() } else { format!(" {}", ruleset.version()) };
    let hash = ruleset.hash_hex();
    format!("{}{version} (hash {})", ruleset.name(), hash.get(..12).unwrap_or(&hash))
}

/// Lists rows by their causes on standard error.
fn list(what: &str, causes: &[Cause]) {
    for cause in causes {
        eprintln!("{what}: {cause}");
    }
}

/// Lists warnings and rejected rows on standard error.
pub fn list_all(report: &Report) {
    list("warning", report.warning_causes());
    list_rejected(report);
}

/// Lists the rejected rows on standard error.
pub fn list_rejected(report: &Report) {
    list("rejected", report.reject_causes());
}

/// The rejected rows as JSON: how many, by their causes, and one by one.
pub fn rejected_object(report: &Report) -> Value {
    json!({ "count": report.rejected(), "causes": causes(report.reject_causes()), "rows": rows(&report.rejects) })
}

fn rows(rows: &[Reject]) -> Vec<Value> {
    rows.iter().map(|row| json!({ "file": row.file, "line": row.place.line, "reason": row.reason })).collect()
}

fn causes(causes: &[Cause]) -> Vec<Value> {
    let object = |cause: &Cause| {
        let Reject { file, place, reason } = &cause.first;
        let lines: Vec<u64> = std::iter::once(place).chain(&cause.next).map(|place| place.line).collect();
        json!({ "file": file, "reason": reason, "count": cause.count, "lines": lines })
    };
    causes.iter().map(object).collect()
}

/// Writes one JSON document with the request, all results, and every row that was not used.
pub fn json_document(evaluated: &Evaluated, hours: Hours, out: &mut dyn Write) -> Result<(), Problem> {
    let asked = asked(evaluated);
    write!(out, "{{\n\"asked\": {asked},\n\"employees\": ")?;
    write::json(evaluated.cards(), hours, out)?;
    write!(out, ",\"carried\": ")?;
    write::carried(evaluated.cards(), out)?;
    let report = &evaluated.facts.report;
    let exceptions: BTreeMap<&str, u64> = exceptions_by_code(evaluated).into_iter().collect();
    writeln!(out, ",\"exceptions\": {},", json!(exceptions))?;
    writeln!(out, "\"plugin_failures\": {},", plugin_failures(evaluated))?;
    let warned = causes(report.warning_causes());
    let warnings = json!({ "count": report.warned(), "causes": warned, "rows": rows(&report.warnings) });
    writeln!(out, "\"rejected\": {},", rejected_object(report))?;
    writeln!(out, "\"warnings\": {warnings}\n}}")?;
    Ok(())
}

/// The failures of plugins, with the employee.
fn plugin_failures(evaluated: &Evaluated) -> Value {
    let object = |employee: &str, failure: &PluginFailure| {
        json!({
            "employee": employee, "name": failure.binding, "plugin": failure.plugin, "hook": failure.hook.code(),
            "code": failure.code.error_code().code(), "workday": failure.workday.map(|day| day.to_string()),
            "message": failure.message, "skipped": failure.skipped,
        })
    };
    let all = evaluated.cards().flat_map(|card| failures(&card).map(move |failure| object(card.employee, failure)));
    Value::Array(all.collect())
}

/// The request, with everything that decides a result.
pub fn asked(evaluated: &Evaluated) -> Value {
    let window = evaluated.window.window;
    let rulesets: Vec<Value> = evaluated.facts.rulesets.iter().map(|ruleset| ruleset_object(ruleset)).collect();
    json!({
        "engine": shiftmill::ENGINE_VERSION,
        "zone_data": evaluated.window.zones.edition,
        "rulesets": rulesets,
        "pay_period": { "first": window.pay_period.first.to_string(), "last": window.pay_period.last.to_string() },
        "facts": { "first": window.facts.first.to_string(), "last": window.facts.last.to_string() },
        "as_of": window.as_of.0,
        "assumed": evaluated.window.assumed,
        "left_out": evaluated.window.left_out,
    })
}

/// A ruleset as JSON.
pub fn ruleset_object(ruleset: &Ruleset) -> Value {
    let context = ruleset.context();
    json!({
        "name": ruleset.name(),
        "version": ruleset.version(),
        "hash": ruleset.hash_hex(),
        "extends": ruleset.extends(),
        "context_days": { "before": context.before, "after": context.after },
        "not_covered": ruleset.not_covered(),
        "plugins": plugins(ruleset),
    })
}

/// The plugins of all versions of a ruleset, with their configuration.
fn plugins(ruleset: &Ruleset) -> Value {
    let names = ruleset.timeline().names();
    let object = |binding: &PluginBinding| {
        let hooks: Vec<&str> = binding.hooks.iter().map(Hook::code).collect();
        json!({
            "name": binding.name,
            "plugin": binding.manifest.name,
            "version": binding.manifest.version,
            "hash": binding.plugin.to_string(),
            "hooks": hooks,
            "isolation": binding.isolation.code(),
            "on_failure": binding.on_failure.code(),
            "config": Map::from_iter(configuration(binding, names)),
        })
    };
    Value::Array(ruleset.timeline().bindings().iter().map(object).collect())
}

/// A plugin of a ruleset, and its configuration on the lines below.
pub fn plugin_lines(binding: &PluginBinding, ruleset: &Ruleset) -> String {
    let (name, manifest, hash) = (&binding.name, &binding.manifest, binding.plugin.to_string());
    let hooks: Vec<&str> = binding.hooks.iter().map(Hook::code).collect();
    let hash = hash.get(..12).unwrap_or(&hash);
    let mut text = format!("{name}: {} {} (hash {hash}), hooks: {}", manifest.name, manifest.version, hooks.join(", "));
    if binding.isolation == Isolation::Employee {
        text.push_str("; an instance for each employee");
    }
    if binding.on_failure == OnFailure::Skip {
        text.push_str("; skipped where it fails");
    }
    for (key, value) in configuration(binding, ruleset.timeline().names()) {
        text.push_str(&format!("\n    {key} = {value}"));
    }
    text
}
