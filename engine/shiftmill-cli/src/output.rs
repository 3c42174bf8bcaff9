//! Where results are written, and what is reported beside them.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};

use serde_json::{Map, Value, json};
use shiftmill::core::{Hook, Isolation, OnFailure, PluginBinding, PluginFailure};
use shiftmill::ruleset::{Ruleset, configuration};
use shiftmill::words;
use shiftmill_timecards::read::{Reject, Report};
use shiftmill_timecards::write::{self, CardView, Hours};

use crate::evaluated::Evaluated;
use crate::problem::Problem;

/// Standard output or a file, buffered.
pub struct Output(BufWriter<Box<dyn Write>>);

impl Output {
    /// A file, or standard output.
    pub fn to(file: Option<&str>) -> Result<Output, Problem> {
        let target: Box<dyn Write> = match file {
            None => Box::new(io::stdout()),
            Some(name) => Box::new(
                File::create(name).map_err(|error| Problem::new(format!("cannot write `{name}`")).cause(error))?,
            ),
        };
        Ok(Output(BufWriter::with_capacity(1 << 16, target)))
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
    list("warning", &report.warnings, report.warnings_beyond);
    list("rejected", &report.rejects, report.rejects_beyond);
    evaluated.cards().for_each(|card| tell_failures(&card));
}

/// Reports why a card was not evaluated, and which plugins it was evaluated without.
fn tell_failures(card: &CardView<'_>) {
    for failure in failures(card).filter(|failure| failure.skipped) {
        eprintln!("evaluated without a plugin: {}: {}", card.employee, words::failure(failure));
    }
    let Some(error) = card.card().error else { return };
    let by_plugin = failures(card).find(|failure| !failure.skipped);
    let why = by_plugin
        .map_or_else(|| words::error(error), |failure| format!("{} ({})", words::failure(failure), error.code()));
    eprintln!("not evaluated: {}: {why}", card.employee);
}

/// The failures of plugins on a card.
fn failures<'a>(card: &CardView<'a>) -> impl Iterator<Item = &'a PluginFailure> + use<'a> {
    let index = card.index;
    card.results.failures.iter().filter(move |failure| failure.card as usize == index)
}

fn tell_provisional(evaluated: &Evaluated) {
    let mut cards = evaluated.chunks.iter().flat_map(|chunk| &chunk.results.cards);
    if cards.any(|card| card.provisional) {
        let context = evaluated.facts.rulesets.iter().map(|ruleset| ruleset.context());
        let (before, after) = context.fold((0, 0), |most, one| (most.0.max(one.before), most.1.max(one.after)));
        eprintln!("provisional: days around the pay period are missing, so figures may still change");
        eprintln!("hint:     the ruleset needs up to {before} days before and {after} after the pay period; give");
        eprintln!("          their punches, or `--complete` if nobody worked on days that the files do not show");
    }
}

/// A ruleset on one line.
pub fn ruleset_line(ruleset: &Ruleset) -> String {
    let version = if ruleset.version().is_empty() { String::new() } else { format!(" {}", ruleset.version()) };
    let hash = ruleset.hash_hex();
    format!("{}{version} (hash {})", ruleset.name(), hash.get(..12).unwrap_or(&hash))
}

/// Lists rows on standard error.
pub fn list(what: &str, rows: &[Reject], beyond: u64) {
    for row in rows {
        eprintln!("{what}: {row}");
    }
    if beyond > 0 {
        eprintln!("{what}: {beyond} more");
    }
}

/// Lists the rejected rows before a problem is printed, because they are often its cause.
pub fn list_rejected(report: &Report, json: bool) {
    if !json {
        list("rejected", &report.rejects, report.rejects_beyond);
    }
}

/// Writes one JSON document with the request, all results, and every row that was not used.
pub fn json_document(evaluated: &Evaluated, hours: Hours, out: &mut dyn Write) -> Result<(), Problem> {
    let asked = asked(evaluated);
    write!(out, "{{\n\"asked\": {asked},\n\"employees\": ")?;
    write::json(evaluated.cards(), hours, out)?;
    write!(out, ",\"carried\": ")?;
    write::carried(evaluated.cards(), out)?;
    let report = &evaluated.facts.report;
    let rows = |rows: &[Reject]| -> Vec<Value> {
        rows.iter().map(|row| json!({ "file": row.file, "line": row.place.line, "reason": row.reason })).collect()
    };
    let exceptions: BTreeMap<&str, u64> = exceptions_by_code(evaluated).into_iter().collect();
    writeln!(out, ",\"exceptions\": {},", json!(exceptions))?;
    writeln!(out, "\"plugin_failures\": {},", plugin_failures(evaluated))?;
    writeln!(out, "\"rejected\": {},", json!({ "count": report.rejected(), "rows": rows(&report.rejects) }))?;
    writeln!(out, "\"warnings\": {}\n}}", json!({ "count": report.warned(), "rows": rows(&report.warnings) }))?;
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
