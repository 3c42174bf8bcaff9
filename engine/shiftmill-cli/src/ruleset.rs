//! `shiftmill ruleset`: check, show and list rulesets.

use std::io::Write;
use std::sync::Arc;
use std::time::Instant;

use clap::Subcommand;
use serde_json::{Value, json};
use shiftmill::PluginRegistry;
use shiftmill::core::{Names, RuleId};
use shiftmill::plugin_host::Cancellation;
use shiftmill::ruleset::{Mistake, Ruleset, json_schema, presets, reference};
use shiftmill::trial::{Dependence, TRIAL_TIME, TrialError, check_independence};

use crate::exit::Exit;
use crate::output::{self, Output};
use crate::problem::Problem;
use crate::rulesets;

/// Check, show and list rulesets.
#[derive(Clone, Debug, Subcommand)]
pub enum RulesetCommand {
    /// List every mistake of rulesets, with line, column and hint, and plugins whose answer for one
    /// employee depends on others.
    #[command(after_help = "Example:\n  shiftmill ruleset check office.toml plant-2.toml")]
    Check {
        /// Files or presets.
        #[arg(required = true, value_name = "FILE|PRESET")]
        rulesets: Vec<String>,
    },
    /// Write the JSON Schema of rulesets, for completion in editors.
    #[command(after_help = "Example:\n  shiftmill ruleset schema > ruleset.schema.json")]
    Schema,
    /// Print a ruleset: its rules with their sources, its pay codes and shifts, and what it does not cover.
    #[command(after_help = "Examples:\n  shiftmill ruleset show us-california@2\n  \
        shiftmill ruleset show us-california@2 --text > mine.toml\n  \
        shiftmill ruleset show office.toml --canonical")]
    Show {
        /// A file or preset.
        #[arg(value_name = "FILE|PRESET")]
        ruleset: String,
        /// Print the document as written.
        #[arg(long, conflicts_with = "canonical")]
        text: bool,
        /// Print the canonical form, from which the hash is calculated: merged, with defaults filled in.
        #[arg(long)]
        canonical: bool,
    },
    /// List the presets.
    Presets,
    /// Describe every setting, with its default.
    Reference,
}

/// Runs the command.
pub fn run(command: RulesetCommand, registry: &PluginRegistry, json: bool) -> Result<Exit, Problem> {
    let mut out = Output::to(None)?;
    let exit = match command {
        RulesetCommand::Check { rulesets } => check(&rulesets, registry, json, &mut out)?,
        RulesetCommand::Schema => {
            writeln!(out, "{:#}", json_schema())?;
            Exit::Done
        }
        RulesetCommand::Show { ruleset, text, canonical } => {
            match text {
                true => write!(out, "{}", rulesets::text(&ruleset)?)?,
                false => show(&*rulesets::load(&ruleset, registry)?, canonical, json, &mut out)?,
            }
            Exit::Done
        }
        RulesetCommand::Presets => {
            list_presets(json, &mut out)?;
            Exit::Done
        }
        RulesetCommand::Reference => {
            write!(out, "{}", reference())?;
            Exit::Done
        }
    };
    out.flush()?;
    Ok(exit)
}

fn check(named: &[String], registry: &PluginRegistry, json: bool, out: &mut dyn Write) -> Result<Exit, Problem> {
    let mut objects = Vec::new();
    let mut exit = Exit::Done;
    for named in named {
        match (rulesets::try_load(named, registry)?, json) {
            (Ok(ruleset), json) => {
                let ruleset = Arc::new(ruleset);
                let found = dependence(&ruleset, registry)?;
                if found.is_some() {
                    exit = Exit::LeftOut;
                }
                match (json, &found) {
                    (true, _) => objects.push(json!({
                        "file": named, "ruleset": output::ruleset_object(&ruleset), "mistakes": [],
                        "not_independent": found.as_ref().map(ToString::to_string),
                    })),
                    (false, Some(found)) => writeln!(out, "{named}: no mistakes, but {}: {found}", Dependence::CODE)?,
                    (false, None) => sound(named, &ruleset, out)?,
                }
            }
            (Err(mistakes), json) => {
                exit = Exit::LeftOut;
                let list: Vec<Value> = mistakes.list.iter().map(mistake_object).collect();
                objects.push(json!({ "file": named, "mistakes": list }));
                if !json {
                    writeln!(out, "{mistakes}\n\n{named}: {}", mistakes.count())?;
                }
            }
        }
    }
    if json {
        writeln!(out, "{}", Value::Array(objects))?;
    }
    Ok(exit)
}

/// The first employee whose results depend on others, because of a plugin of the ruleset.
fn dependence(ruleset: &Arc<Ruleset>, registry: &PluginRegistry) -> Result<Option<Box<Dependence>>, Problem> {
    let cancellation = Arc::new(Cancellation::at(Instant::now() + TRIAL_TIME));
    match check_independence(ruleset, registry, &cancellation) {
        Ok(()) => Ok(None),
        Err(_) if cancellation.is_late() => {
            let seconds = TRIAL_TIME.as_secs();
            let message = format!("the trial of ruleset `{}` did not end within {seconds} s", ruleset.name());
            Err(Problem::new(message)
                .cause("a service would refuse the ruleset: its plugins take too long, or the machine is busy")
                .hint("`shiftmill plugin bench` shows how long a plugin takes"))
        }
        Err(TrialError::NotIndependent(found)) => Ok(Some(found)),
        Err(error) => Err(error.into()),
    }
}

fn mistake_object(mistake: &Mistake) -> Value {
    json!({
        "file": mistake.file, "line": mistake.line, "column": mistake.column, "message": mistake.message,
        "hint": mistake.hint,
    })
}

fn sound(named: &str, ruleset: &Ruleset, out: &mut dyn Write) -> Result<(), Problem> {
    let context = ruleset.context();
    writeln!(out, "{named}: no mistakes")?;
    writeln!(out, "  {}", output::ruleset_line(ruleset))?;
    writeln!(out, "  needs up to {} days before and {} days after the pay period", context.before, context.after)?;
    for binding in ruleset.timeline().bindings() {
        writeln!(out, "  plugin {}", output::plugin_lines(binding, ruleset))?;
    }
    for gap in ruleset.not_covered() {
        writeln!(out, "  not covered: {gap}")?;
    }
    Ok(())
}

fn show(ruleset: &Ruleset, canonical: bool, json: bool, out: &mut dyn Write) -> Result<(), Problem> {
    if canonical {
        return Ok(writeln!(out, "{}", ruleset.canonical())?);
    }
    let names = ruleset.timeline().names();
    if json {
        let mut object = output::ruleset_object(ruleset);
        if let Some(object) = object.as_object_mut() {
            object.insert(String::from("rules"), rules(ruleset, names));
            object.insert(String::from("pay_codes"), pay_codes(names));
            object.insert(String::from("shifts"), json!(names.shifts));
            object.insert(String::from("leave"), json!(names.leave));
            object.insert(String::from("calendars"), json!(names.calendars));
            object.insert(String::from("versions"), versions(ruleset));
        }
        return Ok(writeln!(out, "{object}")?);
    }
    describe(ruleset, names, out)
}

fn rules(ruleset: &Ruleset, names: &Names) -> Value {
    let rules = names.rules.iter().enumerate().map(|(index, name)| {
        json!({ "name": name, "source": ruleset.source_of(RuleId(u16::try_from(index).unwrap_or(u16::MAX))) })
    });
    Value::Array(rules.collect())
}

fn pay_codes(names: &Names) -> Value {
    let codes = names.pay_codes.iter().map(|code| {
        let (layer, unit) = (code.layer.code(), code.unit.code());
        json!({ "name": code.name, "layer": layer, "unit": unit, "paid": code.paid, "multiplier_thousandths": code.multiplier.0 })
    });
    Value::Array(codes.collect())
}

fn versions(ruleset: &Ruleset) -> Value {
    Value::Array(ruleset.timeline().versions().iter().map(|(from, _)| json!(from.to_string())).collect())
}

fn describe(ruleset: &Ruleset, names: &Names, out: &mut dyn Write) -> Result<(), Problem> {
    writeln!(out, "{}", output::ruleset_line(ruleset))?;
    if !ruleset.description().is_empty() {
        writeln!(out, "{}", ruleset.description())?;
    }
    if !ruleset.extends().is_empty() {
        writeln!(out, "extends {}", ruleset.extends().join(", which extends "))?;
    }
    let later = ruleset.timeline().versions().get(1..).unwrap_or(&[]);
    for (from, _) in later {
        writeln!(out, "changes on {from}")?;
    }
    writeln!(out, "\nRules")?;
    let width = names.rules.iter().map(String::len).max().unwrap_or(0);
    for (index, rule) in names.rules.iter().enumerate().skip(Names::BUILT_IN_RULES.len()) {
        let id = RuleId(u16::try_from(index).unwrap_or(u16::MAX));
        writeln!(out, "  {rule:<width$}  {}", ruleset.source_of(id).unwrap_or(""))?;
    }
    writeln!(out, "\nPay codes")?;
    let width = names.pay_codes.iter().map(|code| code.name.len()).max().unwrap_or(0);
    for code in &names.pay_codes {
        let paid = if code.paid { "" } else { ", not paid" };
        let worth = format!("{}.{:03}", code.multiplier.0 / 1_000, code.multiplier.0 % 1_000);
        let worth = worth.trim_end_matches('0').trim_end_matches('.');
        writeln!(out, "  {:<width$}  {}, {}, times {worth}{paid}", code.name, code.layer, code.unit)?;
    }
    if !ruleset.timeline().bindings().is_empty() {
        writeln!(out, "\nPlugins")?;
        for binding in ruleset.timeline().bindings() {
            writeln!(out, "  {}", output::plugin_lines(binding, ruleset))?;
        }
    }
    for (what, list) in [("Shifts", &names.shifts), ("Leave", &names.leave), ("Calendars", &names.calendars)] {
        if !list.is_empty() {
            writeln!(out, "\n{what}\n  {}", list.join(", "))?;
        }
    }
    if !ruleset.not_covered().is_empty() {
        writeln!(out, "\nNot covered")?;
        for gap in ruleset.not_covered() {
            writeln!(out, "  {gap}")?;
        }
    }
    Ok(())
}

fn list_presets(json: bool, out: &mut dyn Write) -> Result<(), Problem> {
    if json {
        let list: Vec<Value> =
            presets().iter().map(|preset| json!({ "name": preset.name, "title": preset.title })).collect();
        return Ok(writeln!(out, "{}", Value::Array(list))?);
    }
    let width = presets().iter().map(|preset| preset.name.len()).max().unwrap_or(0);
    for preset in presets() {
        writeln!(out, "{:<width$}  {}", preset.name, preset.title)?;
    }
    writeln!(out, "\nStarting points, not legal advice. Take one with `extends = \"us-california@2\"`.")?;
    Ok(())
}
