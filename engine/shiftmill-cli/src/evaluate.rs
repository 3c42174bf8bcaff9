//! `shiftmill evaluate`: reads files of facts and writes the pay.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;

use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use shiftmill::core::{CardFacts, CheckedBatch, Detail, TAG_TOTALS_MAX, TimecardBatch, TotalScope, is_tag_name};
use shiftmill::{Engine, PluginRegistry, Request};
use shiftmill_timecards::write::{self, Hours, Rows};

use crate::evaluated::Evaluated;
use crate::exit::Exit;
use crate::files::{FactFiles, Facts};
use crate::output::{self, Output};
use crate::plugins;
use crate::problem::Problem;
use crate::serve::THREADS_MAX;
use crate::window::{Window, WindowArguments};

/// Employees per chunk: their columns stay in the cache of a core.
const CHUNK: usize = 330;
/// Chunks that are evaluated at once. Progress is shown between rounds.
const ROUND: usize = 64;

const EXAMPLES: &str = "\
Examples:
  A week of punches under a preset, as a table:
    shiftmill evaluate --ruleset us-california@2 --zone America/Los_Angeles --punches punches.csv

  A month from a terminal, with the employees of its PINs, as hours with two decimals:
    shiftmill evaluate --ruleset cn-standard@2 --zone Asia/Shanghai --employees employees.csv \\
        --punches attlog.dat --from 2026-03-01 --to 2026-03-31 --complete --hours decimal:2

  What a terminal or program exports, as it is (`shiftmill formats` lists the profiles):
    shiftmill evaluate ... --punches AGL_001.TXT --profile zk-usb
    shiftmill evaluate ... --punches Transaction.csv --profile biotime --dates dmy
    shiftmill evaluate ... --punches export.csv --columns \"No.=pin,Date/Time=at\" --dates dmy --encoding windows-1252

  For payroll: totals and exceptions as CSV:
    shiftmill evaluate ... --format csv --rows totals --output pay.csv
    shiftmill evaluate ... --format csv --rows exceptions --output look-at.csv

Exit codes: 0 done; 1 rows were rejected or a timecard could not be evaluated; 2 nothing done, for example because a file
cannot be read; 70 a fault of Shiftmill.";

/// Evaluate files of punches and write the pay.
#[derive(Clone, Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Evaluate {
    #[command(flatten)]
    files: FactFiles,
    #[command(flatten)]
    window: WindowArguments,
    /// The format of the results.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// The rows of a CSV file.
    #[arg(long, value_enum, default_value_t = CsvRows::Lines)]
    rows: CsvRows,
    /// The format of lengths: `hh:mm` and `seconds` are exact; `minutes` and `decimal:0` to `decimal:6` are rounded
    /// half up.
    #[arg(long, default_value_t = Hours::HoursMinutes)]
    hours: Hours,
    /// Also split the totals of the pay period by the values of this tag, such as `site`; may be given up to 8 times.
    #[arg(long = "split-by", value_name = "NAME")]
    split_by: Vec<String>,
    /// Write results to a file instead of standard output. A file that is there is replaced when the new one is complete.
    #[arg(long, value_name = "FILE")]
    output: Option<String>,
    /// The number of threads, at most 1024; 0 is one per core. Results do not depend on it.
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u16).range(0..=THREADS_MAX))]
    threads: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people: a row per workday.
    Table,
    /// For spreadsheets and payroll programs.
    Csv,
    /// For programs.
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum CsvRows {
    /// The pay of each rule on each workday.
    Lines,
    /// Totals by workweek and pay period.
    Totals,
    /// Exceptions: what a person must look at.
    Exceptions,
    /// Workdays.
    Workdays,
    /// Pay lines that a person stated, with what is computed.
    Overrides,
    /// Totals of the pay period by the values of the tags that `--split-by` names.
    Splits,
    /// Values that plugins carry over; `--carried` of the next pay period reads them.
    Carried,
}

/// Runs the command.
pub fn run(command: Evaluate, registry: &PluginRegistry, json: bool) -> Result<Exit, Problem> {
    Output::check(command.output.as_deref(), command.files.inputs())?;
    check_split(&command)?;
    let mut facts = command.files.read(command.window.years(), registry)?;
    facts.split_by.clone_from(&command.split_by);
    let window = command.window.settle(&mut facts)?;
    let evaluated = evaluate(facts, window, Detail::Workdays, registry, usize::from(command.threads))?;
    let format = if json { Format::Json } else { command.format };
    let mut out = Output::to(command.output.as_deref())?;
    match format {
        Format::Table => {
            write::table(evaluated.cards(), command.hours, &mut out)?;
            summary(&evaluated, command.hours, &mut out)?;
        }
        Format::Csv => write::csv(evaluated.cards(), rows(command.rows), command.hours, &mut out)?,
        Format::Json => output::json_document(&evaluated, command.hours, &mut out)?,
    }
    out.finish()?;
    if format != Format::Json {
        output::tell(&evaluated, command.hours);
    }
    Ok(evaluated.exit())
}

/// Refuses names that no tag can have, and rows that nothing is asked for.
fn check_split(command: &Evaluate) -> Result<(), Problem> {
    let names = &command.split_by;
    if let Some(name) = names.iter().find(|name| !is_tag_name(name)) {
        return Err(Problem::new(format!("`{name}` cannot be the name of a tag")).hint("such as `--split-by site`"));
    }
    if names.len() > TAG_TOTALS_MAX {
        let most = format!("totals can be split by {TAG_TOTALS_MAX} names at most");
        return Err(Problem::new(format!("{} names are given", names.len())).cause(most));
    }
    if command.rows == CsvRows::Splits && names.is_empty() {
        return Err(Problem::new("no tag is named to split totals by").hint("such as `--split-by site`"));
    }
    Ok(())
}

/// Evaluates all cards.
pub fn evaluate(
    mut facts: Facts,
    window: Window,
    detail: Detail,
    registry: &PluginRegistry,
    threads: usize,
) -> Result<Evaluated, Problem> {
    let cards = std::mem::take(&mut facts.cards);
    let (rulesets, zones) = (facts.rulesets.clone(), Arc::new(window.zones.clone()));
    let request = Request::new(rulesets, zones, window.window, detail, registry);
    let request = request.map_err(plugins::unbound)?.with_tags(facts.tags.clone(), facts.split_by.clone());
    let request = request.map_err(|error| Problem::new("a tag cannot be used").cause(error))?;
    let request = Arc::new(request);
    let engine = Engine::new(threads);
    let progress = ProgressBar::new(cards.len() as u64);
    let style = ProgressStyle::with_template("evaluating {wide_bar} {pos} of {len} employees");
    progress.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let mut chunks = Vec::new();
    for round in cards.chunks(CHUNK * ROUND) {
        let batches = round.chunks(CHUNK).map(|cards| batch(cards, &request));
        let finished = engine.evaluate(&request, batches.collect::<Result<Vec<_>, _>>()?);
        chunks.extend(finished.map_err(plugins::stopped)?);
        progress.inc(round.len() as u64);
    }
    progress.finish_and_clear();
    let moved = |card: &CardFacts| match card.zone_in(&window.zones.zones)? {
        Cow::Owned(zone) => Some((card.employee.clone(), zone)),
        Cow::Borrowed(_) => None,
    };
    let moved = cards.iter().filter(|card| !card.assignments.is_empty()).filter_map(moved).collect();
    Ok(Evaluated { facts, window, moved, chunks })
}

/// The columns of some cards. Readers have rejected everything that columns cannot represent.
fn batch(cards: &[CardFacts], request: &Request) -> Result<CheckedBatch, Problem> {
    let mut batch = TimecardBatch::default();
    for card in cards {
        batch.push(card).map_err(|error| Problem::own(format!("employee `{}`", card.employee)).cause(error))?;
    }
    batch
        .check(request.rulesets.len(), request.zones.zones.len(), request.tags().len())
        .map_err(|error| Problem::own("facts that do not fit together").cause(error))
}

/// Writes the totals of the company, below the table.
fn summary(evaluated: &Evaluated, hours: Hours, out: &mut dyn Write) -> Result<(), Problem> {
    let mut totals: BTreeMap<String, (u64, String)> = BTreeMap::new();
    let mut employees = 0_u64;
    for card in evaluated.cards() {
        employees += 1;
        for total in card.totals().filter(|total| total.scope == TotalScope::PayPeriod) {
            let sum = totals.entry(card.code_name(total.code).to_owned()).or_default();
            sum.0 += u64::from(total.amount);
            sum.1 = card.amount(total.code, sum.0, hours);
        }
    }
    let plural = if employees == 1 { "employee" } else { "employees" };
    let period = evaluated.window.window.pay_period;
    writeln!(out, "All {employees} {plural}, {} to {} ({})", period.first, period.last, hours.describe())?;
    let width = totals.values().map(|(_, written)| written.len()).max().unwrap_or(0);
    for (code, (_, written)) in &totals {
        writeln!(out, "  {written:>width$}  {code}")?;
    }
    split_summary(evaluated, hours, out)?;
    let exceptions = output::exceptions_by_code(evaluated);
    if !exceptions.is_empty() {
        writeln!(out, "\nExceptions")?;
        let width = exceptions.iter().map(|(_, count)| count.to_string().len()).max().unwrap_or(0);
        for (code, count) in exceptions {
            writeln!(out, "  {count:>width$}  {}", code.replace('_', " "))?;
        }
    }
    Ok(())
}

/// Writes the totals of the company by the values of tags.
fn split_summary(evaluated: &Evaluated, hours: Hours, out: &mut dyn Write) -> Result<(), Problem> {
    let mut totals: BTreeMap<(usize, String, String), (u64, String)> = BTreeMap::new();
    for card in evaluated.cards() {
        for split in card.splits() {
            let key = (split.position, split.value.to_owned(), card.code_name(split.code).to_owned());
            let sum = totals.entry(key).or_default();
            sum.0 += u64::from(split.amount);
            sum.1 = card.amount(split.code, sum.0, hours);
        }
    }
    let width = totals.values().map(|(_, written)| written.len()).max().unwrap_or(0);
    for (position, name) in evaluated.facts.split_by.iter().enumerate() {
        writeln!(out, "\nBy {name}")?;
        for ((_, value, code), (_, written)) in totals.iter().filter(|((of, ..), _)| *of == position) {
            let value = if value.is_empty() { "-" } else { value };
            writeln!(out, "  {written:>width$}  {code}  {value}")?;
        }
    }
    Ok(())
}

fn rows(rows: CsvRows) -> Rows {
    match rows {
        CsvRows::Lines => Rows::Lines,
        CsvRows::Totals => Rows::Totals,
        CsvRows::Exceptions => Rows::Exceptions,
        CsvRows::Workdays => Rows::Workdays,
        CsvRows::Overrides => Rows::Overrides,
        CsvRows::Splits => Rows::Splits,
        CsvRows::Carried => Rows::Carried,
    }
}
