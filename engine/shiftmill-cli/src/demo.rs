//! `shiftmill demo`: a service on this machine, and a client that streams a generated month of a company through it.

use std::collections::BTreeMap;
use std::io::{Write, stdout};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};
use shiftmill::core::{
    CardFacts, Detail, EvaluationWindow, Evaluations, ShiftTimes, TagDictionary, TimecardBatch, Timestamp, TotalScope,
    Workday, WorkdayRange, Zone, ZoneTable,
};
use shiftmill::{core, zone_table};
use shiftmill_client::{Answer, ChunkResults, Client, ClientError, Outcome, Request, Ruleset, Settings};
use shiftmill_proto::v1;
use shiftmill_proto::v1::evaluation_client::EvaluationClient;
use shiftmill_server::{Config, Server};
use shiftmill_timecards::sample::{Company, Punching, Scheduling};
use shiftmill_timecards::write::Hours;

use crate::exit::Exit;
use crate::problem::Problem;
use crate::serve;

/// The ruleset of the company.
const RULESET: &str = "us-california@2";
const ZONE: &str = "America/Los_Angeles";
/// The month that is paid, and the days around it that its workweeks need.
const MONTH: (i32, u32) = (2026, 3);
const DAYS_OF_MONTH: i32 = 31;
const CONTEXT: i32 = 8;
/// Employees per chunk: about 256 KiB.
const CHUNK: u32 = 330;
/// The maximum length of the demonstration.
const TIME: Duration = Duration::from_secs(55);

const EXAMPLES: &str = "\
Examples:
  shiftmill demo
  shiftmill demo --employees 50000 --json";

/// Demonstrate the service: it evaluates a company's month on this machine, in a few seconds.
#[derive(Clone, Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Demo {
    /// How many employees the company has.
    #[arg(long, default_value_t = 5_000, value_parser = clap::value_parser!(u32).range(1..=200_000))]
    employees: u32,
    /// The seed of the company; the same seed gives the same company.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Connections; 0 is one per core, at most four.
    #[arg(long, default_value_t = 0)]
    connections: usize,
}

/// Runs the command.
pub fn run(command: &Demo, json: bool) -> Result<Exit, Problem> {
    let month = Month::new(command)?;
    if !json {
        println!("A company of {} in Los Angeles, March 2026, paid by `{RULESET}`.\n", people(command.employees));
    }
    let connections = match command.connections {
        0 => std::thread::available_parallelism().map_or(1, usize::from).min(4),
        given => given,
    };
    let shown = serve::runtime()?.block_on(async {
        let serving = Serving::start()?;
        let shown = tokio::time::timeout(TIME, show(&month, &serving.address, connections)).await;
        serving.stop().await?;
        shown.map_err(|_| Problem::new("the demonstration took too long").hint("try fewer `--employees`"))?
    })?;
    if json {
        println!("{}", shown.object(&month, connections));
    } else {
        shown.tell(&month, connections)?;
    }
    Ok(if shown.outcome.summary.errors == 0 { Exit::Done } else { Exit::LeftOut })
}

/// The server of the demonstration, on a free port.
struct Serving {
    address: String,
    stop: tokio::sync::oneshot::Sender<()>,
    task: tokio::task::JoinHandle<Result<(), shiftmill_server::ServeError>>,
}

impl Serving {
    fn start() -> Result<Serving, Problem> {
        let server = Server::bind(Config::default()).map_err(serve::failed)?;
        let address = format!("http://{}", server.address());
        let (stop, stopped) = tokio::sync::oneshot::channel();
        let task = tokio::spawn(server.run(async {
            let _ = stopped.await;
        }));
        Ok(Serving { address, stop, task })
    }

    async fn stop(self) -> Result<(), Problem> {
        let _ = self.stop.send(());
        match self.task.await {
            Ok(outcome) => outcome.map_err(serve::failed),
            Err(error) => Err(Problem::own("the service ended early").cause(error)),
        }
    }
}

/// The company and its month.
struct Month {
    company: Company,
    zones: ZoneTable,
    first: Workday,
    last: Workday,
}

impl Month {
    fn new(command: &Demo) -> Result<Month, Problem> {
        let first = Workday::from_date(MONTH.0, MONTH.1, 1).unwrap_or_default();
        let company = Company {
            seed: command.seed,
            employees: command.employees,
            first: first.plus(-CONTEXT),
            days: (DAYS_OF_MONTH + 2 * CONTEXT).unsigned_abs(),
            punching: Punching::WithMeals,
            leave: None,
            scheduling: Scheduling::Times,
        };
        let last = first.plus(DAYS_OF_MONTH - 1);
        let zones = zone_table(&[ZONE.to_owned()], first.plus(-CONTEXT), last.plus(CONTEXT))
            .map_err(|error| Problem::own("there is no time-zone data").cause(error))?;
        Ok(Month { company, zones, first, last })
    }

    fn zone(&self) -> Result<&Zone, Problem> {
        self.zones.get(0).ok_or_else(|| Problem::own("there is no zone"))
    }

    fn batches(&self) -> Result<Vec<TimecardBatch>, Problem> {
        let zone = self.zone()?;
        let mut batches = Vec::new();
        let mut batch = TimecardBatch::default();
        for number in 0..self.company.employees {
            let card = self.company.card(number, zone, 0);
            batch.push(&card).map_err(|error| Problem::own("the company is too old").cause(error))?;
            if (number + 1).is_multiple_of(CHUNK) || number + 1 == self.company.employees {
                batches.push(std::mem::take(&mut batch));
            }
        }
        Ok(batches)
    }

    fn settings(&self) -> Settings {
        let facts_last = self.last.plus(CONTEXT);
        let noon_two_days_later = i64::from(facts_last.plus(2).0) * 86_400 + 43_200;
        let window = EvaluationWindow {
            pay_period: WorkdayRange { first: self.first, last: self.last },
            facts: WorkdayRange { first: self.company.first, last: facts_last },
            as_of: Timestamp(noon_two_days_later),
            require_final: false,
        };
        let (rulesets, zones) = (vec![Ruleset::Named(RULESET.to_owned())], vec![ZONE.to_owned()]);
        Settings {
            rulesets,
            zones,
            window,
            complete: false,
            detail: Detail::Workdays,
            tags: TagDictionary::default(),
            split_totals_by: Vec::new(),
            join_rulesets: false,
        }
    }
}

/// What the demonstration found.
struct Shown {
    outcome: Outcome,
    elapsed: Duration,
    /// Employee, and the day chosen for its variety.
    explained: v1::EvaluatedTimecard,
    explained_day: String,
    totals: BTreeMap<u16, u64>,
    exceptions: Vec<(&'static str, u64)>,
    punches: u64,
}

async fn show(month: &Month, address: &str, connections: usize) -> Result<Shown, Problem> {
    let client = Client::builder(address).connections(connections).connect().await;
    let client = client.map_err(|error| Problem::own("cannot reach the service").cause(error))?;
    let request = client.prepare(month.settings()).await.map_err(refused)?;
    let batches = month.batches()?;
    let punches = batches.iter().map(|batch| batch.punch_at.len() as u64).sum();
    let progress = progress(u64::from(month.company.employees));
    let gathered: Arc<Mutex<Gathered>> = Arc::default();
    let (bar, gathering) = (progress.clone(), Arc::clone(&gathered));
    let began = Instant::now();
    let evaluated = client.evaluate_batches(&request, batches, move |answer| {
        bar.inc(u64::from(CHUNK));
        let mut gathered = gathering.lock().unwrap_or_else(PoisonError::into_inner);
        match answer {
            Answer::Results(results) => gathered.take(results),
            Answer::Refused(error) => gathered.fault = Some(format!("{}: {}", error.code, error.message)),
        }
    });
    let outcome = evaluated.await.map_err(refused)?;
    let elapsed = began.elapsed();
    progress.finish_and_clear();
    let gathered = std::mem::take(&mut *gathered.lock().unwrap_or_else(PoisonError::into_inner));
    if let Some(fault) = gathered.fault {
        return Err(Problem::own("a chunk was not evaluated").cause(fault));
    }
    let (number, day) = gathered.chosen();
    let card = month.company.card(number, month.zone()?, 0);
    let explained = explain(month, &card, &request, &client).await?;
    let exceptions = gathered.exceptions_by_count();
    Ok(Shown { outcome, elapsed, explained, explained_day: day, totals: gathered.totals, exceptions, punches })
}

fn refused(error: ClientError) -> Problem {
    Problem::own("the service refused the stream").cause(error)
}

fn progress(employees: u64) -> ProgressBar {
    let progress = ProgressBar::new(employees);
    let style = ProgressStyle::with_template("streaming {wide_bar} {pos} of {len} employees");
    progress.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    progress
}

/// What is kept of the results while they come in.
#[derive(Default)]
struct Gathered {
    totals: BTreeMap<u16, u64>,
    exceptions: BTreeMap<&'static str, u64>,
    /// The employee and workday with the most to show: how much, which employee, which day.
    richest: Option<(usize, std::cmp::Reverse<u32>, Workday)>,
    fault: Option<String>,
}

impl Gathered {
    fn take(&mut self, results: ChunkResults) {
        let first = results.number() as u32 * CHUNK;
        let results = match results.into_columns() {
            Ok(results) => results,
            Err(error) => {
                self.fault = Some(error.to_string());
                return;
            }
        };
        for total in results.totals.rows(0..results.totals.len()) {
            if total.scope == TotalScope::PayPeriod {
                *self.totals.entry(total.code.0).or_default() += u64::from(total.amount);
            }
        }
        for code in &results.exceptions.code {
            *self.exceptions.entry(code.code()).or_default() += 1;
        }
        for index in 0..results.cards.len() {
            self.consider(&results, index, first + index as u32);
        }
    }

    /// Keeps the day that shows most: several pay lines and an exception. Between equal days the lowest employee number
    /// decides, so that the order in which chunks arrive does not matter.
    fn consider(&mut self, results: &Evaluations, index: usize, number: u32) {
        let own = results.rows_of(index);
        let mut days: BTreeMap<Workday, (usize, usize)> = BTreeMap::new();
        for line in results.lines.rows(own.lines) {
            days.entry(line.workday).or_default().0 += 1;
        }
        for exception in results.exceptions.rows(own.exceptions) {
            days.entry(exception.workday).or_default().1 += 1;
        }
        for (day, (lines, exceptions)) in days {
            let candidate = (lines * 2 + exceptions.min(2), std::cmp::Reverse(number), day);
            if lines > 1 && self.richest.is_none_or(|richest| richest < candidate) {
                self.richest = Some(candidate);
            }
        }
    }

    fn chosen(&self) -> (u32, String) {
        self.richest.map_or((0, String::new()), |(_, number, day)| (number.0, day.to_string()))
    }

    fn exceptions_by_count(&self) -> Vec<(&'static str, u64)> {
        let mut counts: Vec<(&'static str, u64)> =
            self.exceptions.iter().map(|(code, count)| (*code, *count)).collect();
        counts.sort_by_key(|(code, count)| (u64::MAX - count, *code));
        counts
    }
}

/// Asks the service to explain one timecard, written as a person would write it.
async fn explain(
    month: &Month,
    card: &CardFacts,
    request: &Request,
    client: &Client,
) -> Result<v1::EvaluatedTimecard, Problem> {
    let zone = month.zone()?;
    let punches = card.punches.iter().map(|punch| v1::Punch {
        at: written(zone, punch.at),
        kind: punch.kind.code().to_owned(),
        ..v1::Punch::default()
    });
    let header = request.header();
    let message = v1::EvaluateRequest {
        ruleset: header.rulesets.first().cloned(),
        window: header.window.clone(),
        zone: ZONE.to_owned(),
        timecards: vec![v1::Timecard {
            employee: card.employee.clone(),
            punches: punches.collect(),
            shifts: card.shifts.iter().map(shift).collect(),
            ..v1::Timecard::default()
        }],
        detail: v1::Detail::Full as i32,
        explain: true,
        language: String::new(),
        split_totals_by: Vec::new(),
        other_rulesets: Vec::new(),
    };
    let answer = EvaluationClient::new(client.channel()).evaluate(message).await;
    let answer = answer.map_err(|status| Problem::own("the service refused the call").cause(status.message()))?;
    answer.into_inner().timecards.into_iter().next().ok_or_else(|| Problem::own("the service explained nothing"))
}

fn shift(shift: &core::ShiftFact) -> v1::ScheduledShift {
    let clock = |second: i32| format!("{:02}:{:02}", second / 3_600, second / 60 % 60);
    let (start, end) = match shift.times {
        ShiftTimes::Clock { start, end } if shift.kind.has_times() => (clock(start), clock(end)),
        ShiftTimes::FreeEnd { start, .. } => (clock(start), String::new()),
        ShiftTimes::Clock { .. } | ShiftTimes::Template(_) | ShiftTimes::Length(_) => (String::new(), String::new()),
    };
    let seconds = match shift.times {
        ShiftTimes::Length(length) | ShiftTimes::FreeEnd { expects: length, .. } => length.0,
        ShiftTimes::Clock { .. } | ShiftTimes::Template(_) => 0,
    };
    let kind = shift.kind.code().to_owned();
    let split = u32::from(shift.split);
    let workday = shift.workday.to_string();
    v1::ScheduledShift { workday, start, end, kind, split, seconds, ..v1::ScheduledShift::default() }
}

/// An instant in a form that needs no zone.
fn written(zone: &Zone, at: core::Timestamp) -> String {
    let (wall, offset) = (zone.wall_at(at), zone.offset_at(at));
    let second = wall.second_of_day();
    let sign = if offset < 0 { '-' } else { '+' };
    let minutes = offset.unsigned_abs() / 60;
    let time = format!("{:02}:{:02}:{:02}", second / 3_600, second / 60 % 60, second % 60);
    format!("{}T{time}{sign}{:02}:{:02}", wall.date(), minutes / 60, minutes % 60)
}

impl Shown {
    fn punches_per_second(&self) -> u64 {
        let micros = self.elapsed.as_micros().max(1);
        u64::try_from(u128::from(self.punches) * 1_000_000 / micros).unwrap_or(u64::MAX)
    }

    /// The name of each paid pay code, whether it counts seconds, and its sum.
    fn named_totals(&self) -> Vec<(&str, bool, u64)> {
        let codes = self.outcome.header.rulesets.first().map_or(&[][..], |ruleset| ruleset.pay_codes.as_slice());
        let named = self.totals.iter().filter_map(|(code, amount)| {
            let info = codes.get(usize::from(*code))?;
            Some((info.name.as_str(), info.unit() == v1::Unit::Second, *amount))
        });
        named.collect()
    }

    fn object(&self, month: &Month, connections: usize) -> Value {
        let summary = &self.outcome.summary;
        let totals: BTreeMap<&str, u64> =
            self.named_totals().into_iter().map(|(name, _, amount)| (name, amount)).collect();
        let exceptions: BTreeMap<&str, u64> = self.exceptions.iter().copied().collect();
        json!({
            "employees": summary.employees,
            "punches": summary.punches,
            "punches_per_second": self.punches_per_second(),
            "pay_lines": summary.pay_lines,
            "exceptions": summary.exceptions,
            "errors": summary.errors,
            "provisional": summary.provisional,
            "elapsed_microseconds": u64::try_from(self.elapsed.as_micros()).unwrap_or(u64::MAX),
            "connections": connections,
            "ruleset": RULESET,
            "pay_period": { "first": month.first.to_string(), "last": month.last.to_string() },
            "totals": totals,
            "exceptions_by_code": exceptions,
            "explained_employee": self.explained.employee,
            "result_hash": summary.hash.finish().to_string(),
        })
    }

    fn tell(&self, month: &Month, connections: usize) -> Result<(), Problem> {
        let mut out = stdout().lock();
        let summary = &self.outcome.summary;
        let over = if connections == 1 { String::from("one connection") } else { format!("{connections} connections") };
        writeln!(
            out,
            "{} punches went to the service and {} pay lines came back in {} ms over {over}:\n{} punches a second, \
             every pay line with its rule and reason.\n",
            grouped(summary.punches),
            grouped(summary.pay_lines),
            grouped(u64::try_from(self.elapsed.as_millis()).unwrap_or(u64::MAX)),
            grouped(self.punches_per_second())
        )?;
        self.tell_totals(&mut out)?;
        self.tell_explained(month, &mut out)?;
        let gaps = self.outcome.header.rulesets.first().map_or(&[][..], |ruleset| ruleset.not_covered.as_slice());
        writeln!(out, "Not covered by the preset")?;
        for gap in gaps {
            writeln!(out, "  {gap}")?;
        }
        writeln!(
            out,
            "\nNext: `shiftmill generate --out company` generates files; `shiftmill evaluate --help` shows how to evaluate them."
        )?;
        Ok(())
    }

    fn tell_totals(&self, out: &mut dyn Write) -> Result<(), Problem> {
        writeln!(out, "Paid in March, hours and minutes or times")?;
        for (name, seconds, amount) in self.named_totals() {
            // Whole minutes are enough for a company.
            let written = if seconds {
                Hours::HoursMinutes.write(amount / 60 * 60)
            } else {
                format!("{} times", grouped(amount))
            };
            writeln!(out, "  {written:>16}  {name}")?;
        }
        writeln!(out, "\nExceptions, the most frequent first")?;
        for (code, count) in self.exceptions.iter().take(6) {
            writeln!(out, "  {:>16}  {}", grouped(*count), code.replace('_', " "))?;
        }
        writeln!(out)?;
        Ok(())
    }

    fn tell_explained(&self, month: &Month, out: &mut dyn Write) -> Result<(), Problem> {
        let Some(day) = self.explained.days.iter().find(|day| day.workday == self.explained_day) else {
            return Ok(());
        };
        let number = self.explained.employee.trim_start_matches(['E', '0']).parse().unwrap_or(1_u32);
        let name = month.company.name(number.saturating_sub(1));
        let worked = Hours::HoursMinutes.write(u64::from(day.worked_seconds));
        writeln!(out, "One day explained: {} ({name}) on {}, {worked} of work", self.explained.employee, day.workday)?;
        for stretch in &day.timeline {
            let length = Hours::HoursMinutes.write(u64::from(stretch.seconds));
            let (from, to) = (&stretch.from, &stretch.to);
            writeln!(out, "  {from} to {to}, {length} of {}: {}, {}", stretch.what, stretch.pay_code, stretch.because)?;
        }
        writeln!(out, " Pay")?;
        for line in &day.pay {
            let (amount, code) = (&line.amount_text, &line.pay_code);
            writeln!(out, "  {amount:>8}  {code}: {} (rule `{}`)", line.because, line.rule)?;
        }
        if !day.exceptions.is_empty() {
            writeln!(out, " Exceptions")?;
        }
        for exception in &day.exceptions {
            writeln!(out, "  {}: {}", exception.code.replace('_', " "), exception.text)?;
        }
        writeln!(out, " How it was calculated")?;
        for step in &day.steps {
            writeln!(out, "  - {step}")?;
        }
        writeln!(out)?;
        Ok(())
    }
}

fn people(count: u32) -> String {
    if count == 1 { String::from("one") } else { grouped(u64::from(count)) }
}

/// A number with a blank between thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}
