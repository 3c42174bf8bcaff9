//! `shiftmill plugin bench`: measures the cost of a plugin for each employee and day, in fuel, which is exactly the same in
//! every run, and in time.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use serde_json::{Value, json};
use shiftmill::core::{CardFacts, CheckedBatch, Detail, Workday, WorkdayRange};
use shiftmill::plugin_host::{FUEL_BASE, FUEL_PER_DAY, MEMORY_BYTES_MAX};
use shiftmill::{Finished, PluginMetrics, PluginRegistry};
use shiftmill_timecards::sample::{Company, Punching, Scheduling};

use crate::exit::Exit;
use crate::output::Output;
use crate::plugin::build::Source;
use crate::plugin::describe::{size, topic};
use crate::plugin::project::Project;
use crate::plugin::trial::{self, Setting, Trial};
use crate::problem::Problem;

const EXAMPLES: &str = "\
Examples:
  shiftmill plugin bench
  shiftmill plugin bench --json > before.json
  shiftmill plugin bench --compare before.json --max-regression 5

Fuel is nearly the same in every run on every machine: a busy machine calls the plugin for other groups of employees, which
is less than 1 %. The time is that of the fastest run, which other work disturbs least, and is given with its spread.

Exit codes: 0 done; 1 it uses more fuel than before, and more than is allowed; 2 no figures, such as for a plugin
that fails; 70 a fault of Shiftmill.";

/// Employees in one chunk, as in a stream.
const CHUNK: usize = 330;
/// Days of each employee.
const DAYS: i32 = 28;
/// Employees that are evaluated alone, to find the maximum fuel of one.
const ALONE: usize = 100;

/// Measure the cost of a plugin for each employee and day.
#[derive(Clone, Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Bench {
    #[command(flatten)]
    source: Source,
    /// The number of made-up employees, each with 28 days.
    #[arg(long, default_value_t = 660, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    employees: u32,
    /// The number of runs; the time is that of the fastest.
    #[arg(long, default_value_t = 9, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    runs: u32,
    /// Compare with an earlier output of `--json`.
    #[arg(long, value_name = "FILE")]
    compare: Option<PathBuf>,
    /// The allowed increase of fuel, in percent.
    #[arg(long, value_name = "PERCENT", default_value_t = 1, requires = "compare")]
    max_regression: u32,
    /// The ruleset that uses the plugin. Default: `ruleset.toml` beside it.
    #[arg(long, value_name = "FILE")]
    ruleset: Option<PathBuf>,
}

/// The measurements.
struct Measured {
    employees: u64,
    days: u64,
    fuel: u64,
    /// The maximum fuel of one employee alone, with the instance and its configuration.
    fuel_most: u64,
    memory: usize,
    /// Time inside the calls of the plugin, sorted.
    inside: Vec<Duration>,
    /// Time of the whole evaluation, sorted.
    whole: Vec<Duration>,
}

/// Runs the command.
pub fn run(command: &Bench, registry: &PluginRegistry, json: bool) -> Result<Exit, Problem> {
    let earlier = command.compare.as_ref().map(Earlier::read).transpose()?;
    let built = command.source.build(registry)?;
    built.write(&command.source.folder)?;
    let project = Project { folder: &command.source.folder, ruleset: command.ruleset.as_deref(), registry };
    let first = Workday::from_date(2026, 3, 2).unwrap_or_default();
    let days = WorkdayRange { first, last: first.plus(DAYS - 1) };
    let setting = Setting::days_of(&project.load_ruleset()?, "America/New_York", days)?;
    let measured = measure(&Trial::new(registry), &setting, command)?;
    let regression = earlier.as_ref().map(|earlier| change(earlier.fuel, measured.fuel_thousandths()));
    let too_much = regression.is_some_and(|change| change > i64::from(command.max_regression) * 10);
    let mut out = Output::to(None)?;
    if json {
        writeln!(out, "{}", measured.object(&built.plugin.hash().to_string(), earlier.as_ref()))?;
    } else {
        topic("built", &[built.line()], &mut out)?;
        measured.tell(earlier.as_ref(), &mut out)?;
        if too_much {
            let allowed = command.max_regression;
            topic("slower", &[format!("it uses more fuel than before; {allowed} % more is allowed")], &mut out)?;
        }
    }
    out.flush()?;
    Ok(if too_much { Exit::LeftOut } else { Exit::Done })
}

fn measure(trial: &Trial<'_>, setting: &Setting, command: &Bench) -> Result<Measured, Problem> {
    let cards = population(setting, command.employees)?;
    let facts = setting.window.facts;
    let days = cards.len() as u64 * u64::from((facts.last.0 - facts.first.0 + 1).unsigned_abs());
    let (mut inside, mut whole) = (Vec::new(), Vec::new());
    let (mut fuel, mut memory) = (0, 0);
    for _ in 0..command.runs {
        let metrics = Arc::new(PluginMetrics::default());
        let request = trial.request(setting, Detail::Workdays)?.with_metrics(&metrics);
        let chunks: Vec<CheckedBatch> = cards.chunks(CHUNK).map(trial::chunk).collect::<Result<_, _>>()?;
        let began = Instant::now();
        let finished = trial.evaluate(request, chunks)?;
        whole.push(began.elapsed());
        check_answers(&finished, cards.len())?;
        inside.push(metrics.elapsed());
        (fuel, memory) = (metrics.fuel(), metrics.memory());
    }
    inside.sort_unstable();
    whole.sort_unstable();
    let fuel_most = fuel_alone(trial, setting, &cards)?;
    Ok(Measured { employees: cards.len() as u64, days, fuel, fuel_most, memory, inside, whole })
}

/// Refuses figures of a plugin that fails, because they say nothing about its rule.
fn check_answers(finished: &[Finished], employees: usize) -> Result<(), Problem> {
    let mut failures = finished.iter().flat_map(|chunk| &chunk.results.failures).peekable();
    let Some(first) = failures.peek() else { return Ok(()) };
    let cause = format!("{}: {}", first.code.error_code(), first.message);
    let problem = Problem::new(format!("the plugin fails on {} of {employees} made-up employees", failures.count()));
    Err(problem.cause(cause).hint("`shiftmill plugin test` shows such employees as timecards"))
}

/// Made-up employees with usual punches, over all the days that the facts cover.
fn population(setting: &Setting, employees: u32) -> Result<Vec<CardFacts>, Problem> {
    let facts = setting.window.facts;
    let company = Company {
        seed: 1,
        employees,
        first: facts.first,
        days: (facts.last.0 - facts.first.0 + 1).unsigned_abs(),
        punching: Punching::WithMeals,
        leave: None,
        scheduling: Scheduling::Times,
    };
    Ok(company.cards(setting.zone()?, 0))
}

/// The maximum fuel of one employee.
fn fuel_alone(trial: &Trial<'_>, setting: &Setting, cards: &[CardFacts]) -> Result<u64, Problem> {
    let mut most = 0;
    for card in cards.iter().take(ALONE) {
        let metrics = Arc::new(PluginMetrics::default());
        let request = trial.request(setting, Detail::Workdays)?.with_metrics(&metrics);
        trial.evaluate(request, vec![trial::chunk(std::slice::from_ref(card))?])?;
        most = most.max(metrics.fuel());
    }
    Ok(most)
}

/// The figures of an earlier run.
struct Earlier {
    /// Thousandths of fuel for an employee-day.
    fuel: u64,
    /// Nanoseconds for an employee-day.
    nanoseconds: u64,
}

impl Earlier {
    fn read(file: &PathBuf) -> Result<Earlier, Problem> {
        let unread = |cause: String| {
            Problem::new(format!("cannot compare with `{}`", file.display()))
                .cause(cause)
                .hint("give a file that `shiftmill plugin bench --json` wrote")
        };
        let text = fs::read_to_string(file).map_err(|error| unread(error.to_string()))?;
        let object: Value = serde_json::from_str(&text).map_err(|error| unread(error.to_string()))?;
        let figure = |name: &str| {
            object.get(name).and_then(Value::as_u64).ok_or_else(|| unread(format!("there is no `{name}`")))
        };
        Ok(Earlier {
            fuel: figure("fuel_thousandths_per_employee_day")?,
            nanoseconds: figure("nanoseconds_per_employee_day")?,
        })
    }
}

/// The change from one figure to another in thousandths of the first.
fn change(before: u64, now: u64) -> i64 {
    let (before, now) = (i128::from(before.max(1)), i128::from(now));
    i64::try_from((now - before) * 1_000 / before).unwrap_or(i64::MAX)
}

/// `+1.2 %`
fn percent(change: i64) -> String {
    let sign = if change < 0 { '-' } else { '+' };
    let thousandths = change.unsigned_abs();
    format!("{sign}{}.{} %", thousandths / 10, thousandths % 10)
}

/// `12.345`
fn thousandths(number: u64) -> String {
    format!("{}.{:03}", number / 1_000, number % 1_000)
}

fn nanoseconds_a_day(elapsed: Duration, days: u64) -> u64 {
    u64::try_from(elapsed.as_nanos() / u128::from(days.max(1))).unwrap_or(u64::MAX)
}

/// The median of sorted figures.
fn median(figures: &[Duration]) -> Duration {
    figures.get(figures.len() / 2).copied().unwrap_or_default()
}

impl Measured {
    fn fuel_thousandths(&self) -> u64 {
        self.fuel.saturating_mul(1_000) / self.days.max(1)
    }

    /// The least of sorted figures, for an employee-day.
    fn nanoseconds(&self, figures: &[Duration]) -> u64 {
        nanoseconds_a_day(figures.first().copied().unwrap_or_default(), self.days)
    }

    /// The median and the maximum of the time inside calls, for an employee-day.
    fn spread(&self) -> (u64, u64) {
        let most = self.inside.last().copied().unwrap_or_default();
        (nanoseconds_a_day(median(&self.inside), self.days), nanoseconds_a_day(most, self.days))
    }

    /// The fuel budget of one employee with these days.
    fn budget(&self) -> u64 {
        FUEL_BASE + FUEL_PER_DAY * (self.days / self.employees.max(1))
    }

    fn tell(&self, earlier: Option<&Earlier>, out: &mut dyn Write) -> Result<(), Problem> {
        let compared = |now: u64, before: Option<u64>| {
            before.map(|before| format!(", {} against before", percent(change(before, now)))).unwrap_or_default()
        };
        let (fuel, time) = (self.fuel_thousandths(), self.nanoseconds(&self.inside));
        let (median, most) = self.spread();
        let fuel_change = compared(fuel, earlier.map(|earlier| earlier.fuel));
        let time_change = compared(time, earlier.map(|earlier| earlier.nanoseconds));
        let employees = format!("{} made-up employees, {} employee-days", self.employees, self.days);
        topic("of", &[employees], out)?;
        topic("fuel", &[format!("{} for an employee-day{fuel_change}", thousandths(fuel))], out)?;
        topic(
            "time",
            &[format!(
                "{time} ns for an employee-day, median {median}, most {most} of {} runs{time_change}",
                self.inside.len()
            )],
            out,
        )?;
        let whole = self.nanoseconds(&self.whole);
        topic("", &[format!("of {whole} ns for the whole evaluation")], out)?;
        let factor = self.budget() / self.fuel_most.max(1);
        topic(
            "budget",
            &[format!("{} at most for one employee alone, the limit is {factor} times as much", self.fuel_most)],
            out,
        )?;
        topic("memory", &[format!("{} of {} at most", size(self.memory), size(MEMORY_BYTES_MAX))], out)
    }

    fn object(&self, hash: &str, earlier: Option<&Earlier>) -> Value {
        let (fuel, time) = (self.fuel_thousandths(), self.nanoseconds(&self.inside));
        let (median, most) = self.spread();
        let compared = earlier.map(|earlier| {
            json!({
                "fuel_change_thousandths": change(earlier.fuel, fuel),
                "time_change_thousandths": change(earlier.nanoseconds, time),
            })
        });
        json!({
            "hash": hash,
            "employees": self.employees,
            "employee_days": self.days,
            "fuel": self.fuel,
            "fuel_thousandths_per_employee_day": fuel,
            "nanoseconds_per_employee_day": time,
            "nanoseconds_per_employee_day_median": median,
            "nanoseconds_per_employee_day_most": most,
            "nanoseconds_per_employee_day_of_the_evaluation": self.nanoseconds(&self.whole),
            "runs": self.inside.len(),
            "fuel_most_of_one_employee": self.fuel_most,
            "fuel_budget_of_one_employee": self.budget(),
            "memory_bytes": self.memory,
            "memory_bytes_max": MEMORY_BYTES_MAX,
            "compared": compared,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_shown_in_percent() {
        assert_eq!(percent(change(1_000, 1_012)), "+1.2 %");
        assert_eq!(percent(change(1_000, 500)), "-50.0 %");
        assert_eq!(percent(change(0, 0)), "-100.0 %");
        assert_eq!(thousandths(12_045), "12.045");
    }
}
