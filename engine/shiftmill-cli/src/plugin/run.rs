//! `shiftmill plugin run`: shows timecards before and after a plugin, with its reasons and fuel.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use serde_json::{Value, json};
use shiftmill::PluginRegistry;
use shiftmill::core::{CardFacts, Workday};
use shiftmill::plugin_host::{FUEL_BASE, LogLevel};
use shiftmill::suites::Claim;
use shiftmill::words::Explanation;

use crate::exit::Exit;
use crate::files::FactTables;
use crate::output::Output;
use crate::plugin::build::Source;
use crate::plugin::describe::{table, topic};
use crate::plugin::project::Project;
use crate::plugin::trial::{self, Setting, Trial, WithAndWithout};
use crate::problem::Problem;
use crate::window::WindowArguments;

const EXAMPLES: &str = "\
Examples:
  Every claim of a suite, or those that contain `eleven`:
    shiftmill plugin run timecards/night-meal.md
    shiftmill plugin run --timecard timecards/night-meal.md#eleven

  One employee of files that `evaluate` reads:
    shiftmill plugin run --punches punches.csv --zone America/Chicago --employee E00004

Exit codes: 0 done; 1 a timecard cannot be evaluated; 2 nothing done; 70 a fault of Shiftmill.";

/// Show timecards before and after a plugin, with its reasons and fuel.
#[derive(Clone, Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Run {
    #[command(flatten)]
    source: Source,
    /// A suite, with `#` and words of a claim that select it; without them, all claims.
    #[arg(long, value_name = "FILE[#CLAIM]", conflicts_with_all = ["punches", "facts"])]
    timecard: Option<String>,
    /// The employee, where the facts come from files.
    #[arg(long, value_name = "KEY")]
    employee: Option<String>,
    /// The ruleset that uses the plugin. Default: `ruleset.toml` beside it.
    #[arg(long, value_name = "FILE")]
    ruleset: Option<PathBuf>,
    #[command(flatten)]
    files: FactTables,
    #[command(flatten)]
    window: WindowArguments,
}

/// A timecard to run.
struct Case {
    title: String,
    setting: Setting,
    card: CardFacts,
}

/// Runs the command.
pub fn run(command: &Run, registry: &PluginRegistry, json: bool) -> Result<Exit, Problem> {
    let command = command.clone().with_timecard_in_place();
    let built = command.source.build(registry)?;
    built.write(&command.source.folder)?;
    let project = Project { folder: &command.source.folder, ruleset: command.ruleset.as_deref(), registry };
    let cases = command.cases(&project)?;
    let trial = Trial::new(registry);
    let mut out = Output::to(None)?;
    let mut objects = Vec::new();
    let mut exit = Exit::Done;
    if !json {
        topic("built", &[built.line()], &mut out)?;
    }
    for case in cases {
        let ran = trial.with_and_without(&case.setting, &case.card)?;
        let seen = Seen::of(&case, &ran)?;
        if seen.after.error.is_some() {
            exit = Exit::LeftOut;
        }
        if json {
            objects.push(seen.object(&case, &ran));
        } else {
            seen.tell(&case, &ran, &mut out)?;
        }
    }
    if json {
        writeln!(out, "{}", json!({ "hash": built.plugin.hash().to_string(), "timecards": objects }))?;
    }
    out.flush()?;
    Ok(exit)
}

impl Run {
    /// Accepts a suite in place of the folder: `run SUITE.md` is `run --timecard SUITE.md` in this folder.
    fn with_timecard_in_place(mut self) -> Run {
        let text = self.source.folder.display().to_string();
        let file = text.split('#').next().unwrap_or(&text);
        if self.timecard.is_none() && file.ends_with(".md") && Path::new(file).is_file() {
            self.timecard = Some(text);
            self.source.folder = PathBuf::from(".");
        }
        self
    }

    fn cases(&self, project: &Project<'_>) -> Result<Vec<Case>, Problem> {
        match &self.timecard {
            Some(timecard) => claims(project, timecard),
            None if self.files.is_empty() => Err(Problem::new("there is no timecard to run")
                .hint("give `--timecard timecards/FILE.md`, or `--punches FILE` and `--employee KEY`")),
            None => self.cases_of_files(project),
        }
    }

    fn cases_of_files(&self, project: &Project<'_>) -> Result<Vec<Case>, Problem> {
        let ruleset = project.load_ruleset()?;
        let mut facts = self.files.read(vec![Arc::clone(&ruleset)], self.window.years())?;
        let window = self.window.settle(&mut facts)?;
        let wanted = |card: &&CardFacts| self.employee.as_ref().is_none_or(|key| *key == card.employee);
        let mut chosen = facts.cards.iter().filter(wanted);
        let (Some(card), None) = (chosen.next(), chosen.next()) else {
            let many = self.employee.is_none();
            let problem = match &self.employee {
                Some(key) => Problem::new(format!("there is no employee `{key}` in these files")),
                None => Problem::new("the files contain more than one employee, or none"),
            };
            return Err(if many { problem.hint("choose one with `--employee KEY`") } else { problem });
        };
        let zone = window.zones.get(card.zone).cloned().ok_or_else(|| Problem::own("there is no zone"))?;
        let edition = window.zones.edition.clone();
        let zones = Arc::new(shiftmill::core::ZoneTable { zones: vec![zone], edition });
        let setting = Setting { ruleset, zones, window: window.window };
        let card = CardFacts { zone: 0, ruleset: 0, ..card.clone() };
        Ok(vec![Case { title: format!("employee {}", card.employee), setting, card }])
    }
}

/// The selected claims of a suite.
fn claims(project: &Project<'_>, timecard: &str) -> Result<Vec<Case>, Problem> {
    let (file, words) = timecard.split_once('#').unwrap_or((timecard, ""));
    let path = Path::new(file);
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let unread = |error| Problem::new(format!("cannot read `{file}`")).cause(error);
    if !path.is_file() {
        return Err(Problem::new(format!("there is no suite `{file}`")));
    }
    let read = project.suites(folder, &name).read().map_err(unread)?;
    let selects = |claim: &str| claim.to_lowercase().contains(&words.to_lowercase().replace('-', " "));
    if let Some(failure) = read.failures.iter().find(|failure| failure.file == name && selects(&failure.claim)) {
        return Err(Problem::listed(format!("`{file}` cannot be used"), failure.to_string()));
    }
    let chosen = read.claims.into_iter().filter(|claim| claim.file == name && selects(&claim.case.claim));
    let case = |claim: Claim| Case { title: claim.case.claim.clone(), setting: Setting::of(&claim), card: claim.card };
    let cases: Vec<Case> = chosen.map(case).collect();
    if cases.is_empty() {
        return Err(Problem::new(format!("no claim of `{file}` contains `{words}`")));
    }
    Ok(cases)
}

/// One timecard before and after.
struct Seen {
    before: Explanation,
    after: Explanation,
    carried_before: Vec<(String, i64)>,
    carried_after: Vec<(String, i64)>,
}

/// A pay line or exception that exists before, after, or both.
#[derive(Default)]
struct Row {
    before: Option<String>,
    after: Option<String>,
    because: String,
}

impl Row {
    fn differs(&self) -> bool {
        self.before != self.after
    }
}

impl Seen {
    fn of(case: &Case, ran: &WithAndWithout) -> Result<Seen, Problem> {
        let names = case.setting.names();
        Ok(Seen {
            before: trial::explain(&case.setting, &ran.without, 0)?,
            after: trial::explain(&case.setting, &ran.with, 0)?,
            carried_before: trial::carried(names, &ran.without, 0),
            carried_after: trial::carried(names, &ran.with, 0),
        })
    }

    /// The pay, by day and by pay code and rule.
    fn pay(&self) -> BTreeMap<(Workday, String), Row> {
        let mut rows: BTreeMap<(Workday, String), Row> = BTreeMap::new();
        for (explanation, is_after) in [(&self.before, false), (&self.after, true)] {
            for day in &explanation.days {
                for line in day.pay.iter() {
                    let row = rows.entry((day.workday, format!("{} by {}", line.pay_code, line.rule))).or_default();
                    let amount = if is_after { &mut row.after } else { &mut row.before };
                    *amount = Some(line.amount.clone());
                    row.because.clone_from(&line.because);
                }
            }
        }
        rows
    }

    /// The exceptions, by day.
    fn exceptions(&self) -> BTreeMap<(Workday, String), Row> {
        let mut rows: BTreeMap<(Workday, String), Row> = BTreeMap::new();
        for (explanation, is_after) in [(&self.before, false), (&self.after, true)] {
            for day in &explanation.days {
                for exception in &day.exceptions {
                    let text = format!("{}: {}", exception.code, exception.text);
                    let row = rows.entry((day.workday, text)).or_default();
                    let there = if is_after { &mut row.after } else { &mut row.before };
                    *there = Some(String::from("yes"));
                }
            }
        }
        rows
    }

    /// The steps of the plugin: those that exist with it and not without it.
    fn steps(&self) -> Vec<String> {
        let all = |explanation: &Explanation| -> Vec<String> {
            let days =
                explanation.days.iter().flat_map(|day| day.steps.iter().map(|step| format!("{}  {step}", day.workday)));
            days.chain(explanation.other_steps.iter().cloned()).collect()
        };
        let before = all(&self.before);
        all(&self.after).into_iter().filter(|step| !before.contains(step)).collect()
    }

    fn tell(&self, case: &Case, ran: &WithAndWithout, out: &mut dyn Write) -> Result<(), Problem> {
        writeln!(out, "\n{}", case.title)?;
        if let Some(error) = &self.after.error {
            topic("error", std::slice::from_ref(error), out)?;
        }
        let or_nothing = |amount: &Option<String>| amount.clone().unwrap_or_else(|| String::from("·"));
        let mut rows = vec![["", "", "pays", "before", "after", "because"].map(String::from).to_vec()];
        for ((day, what), row) in self.pay() {
            let mark = if row.differs() { ">" } else { "" };
            let day = format!("{} {day}", day.weekday().short());
            rows.push(vec![mark.to_owned(), day, what, or_nothing(&row.before), or_nothing(&row.after), row.because]);
        }
        topic("pay", &table(&rows), out)?;
        let look: Vec<String> = self
            .exceptions()
            .into_iter()
            .map(|((day, what), row)| match (row.before, row.after) {
                (Some(_), Some(_)) => format!("  {day} {what}"),
                (None, _) => format!("> {day} {what}"),
                (_, None) => format!("> {day} no longer {what}"),
            })
            .collect();
        topic("look at", &look, out)?;
        topic("steps", &self.steps(), out)?;
        topic("carries", &self.carried_lines(), out)?;
        topic("fuel", &fuel(ran), out)?;
        topic("log", &log_lines(ran), out)
    }

    fn carried_lines(&self) -> Vec<String> {
        let before = |key: &String| self.carried_before.iter().find(|(known, _)| known == key).map(|(_, value)| *value);
        let line = |(key, value): &(String, i64)| match before(key) {
            Some(before) if before == *value => format!("  {key} {value}"),
            Some(before) => format!("> {key} {before}, now {value}"),
            None => format!("> {key} {value}"),
        };
        self.carried_after.iter().map(line).collect()
    }

    fn object(&self, case: &Case, ran: &WithAndWithout) -> Value {
        let row = |((day, what), row): ((Workday, String), Row)| {
            json!({
                "workday": day.to_string(), "what": what, "before": row.before, "after": row.after,
                "because": row.because,
            })
        };
        let exception = |((day, what), row): ((Workday, String), Row)| {
            json!({
                "workday": day.to_string(), "what": what, "before": row.before.is_some(), "after": row.after.is_some(),
            })
        };
        let carried = |list: &[(String, i64)]| -> BTreeMap<String, i64> { list.iter().cloned().collect() };
        json!({
            "timecard": case.title,
            "error": self.after.error,
            "pay": self.pay().into_iter().map(row).collect::<Vec<_>>(),
            "exceptions": self.exceptions().into_iter().map(exception).collect::<Vec<_>>(),
            "steps": self.steps(),
            "carried": { "before": carried(&self.carried_before), "after": carried(&self.carried_after) },
            "fuel": ran.metrics.fuel(),
            "budget_at_least": FUEL_BASE,
            "said": log_lines(ran),
        })
    }
}

/// `night-meal at days: 12345 of at least 100000000`: each day of the timecard adds to the budget.
fn fuel(ran: &WithAndWithout) -> Vec<String> {
    let line = |(hook, plugin, fuel)| format!("{plugin} at {hook}: {fuel} of at least {FUEL_BASE}");
    ran.metrics.fuel_by_hook().into_iter().map(line).collect()
}

/// All log lines of the plugin.
fn log_lines(ran: &WithAndWithout) -> Vec<String> {
    let level = |level: LogLevel| match level {
        LogLevel::Debug => "debug",
        LogLevel::Info => "info",
        LogLevel::Warn => "warn",
        LogLevel::Panic => "panic",
    };
    let lines = ran.metrics.log();
    let line = |line: &shiftmill::plugin_host::LogLine| {
        let day = line.workday.map(|day| format!("{day} ")).unwrap_or_default();
        format!("{day}{}: {}", level(line.level), line.message)
    };
    lines.iter().map(line).collect()
}
