//! `shiftmill generate`: the data of a made-up company, generated from a seed, as the files that `evaluate` reads.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use clap::{Args, ValueEnum};
use serde_json::json;
use shiftmill::core::{CardFacts, Names, TagDictionary, Workday};
use shiftmill::zone_table;
use shiftmill_timecards::sample::{Company, Punching, Scheduling, TEAMS, shifts_toml};
use shiftmill_timecards::write::facts::{self, FactsView};

use crate::exit::Exit;
use crate::problem::Problem;

const EXAMPLES: &str = "\
Examples:
  A month of twenty employees in California who punch their meals:
    shiftmill generate --out company

  A month of two thousand employees in Shanghai, as a terminal exports it:
    shiftmill generate --like shanghai --employees 2000 --out company

The same arguments make the same company, to the second.";

/// Generate the data of a made-up company, as the files that `evaluate` reads.
#[derive(Clone, Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Generate {
    /// The folder to write to; created when it does not exist.
    #[arg(long, value_name = "FOLDER")]
    out: String,
    /// The kind of company.
    #[arg(long, value_enum, default_value_t = Like::California)]
    like: Like,
    /// The number of employees.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    employees: u32,
    /// The first workday.
    #[arg(long, value_name = "DATE", default_value = "2026-03-01", value_parser = |text: &str| shiftmill_timecards::clock::date(text).ok_or("write the date as 2026-03-02"))]
    first: Workday,
    /// The number of days.
    #[arg(long, default_value_t = 31, value_parser = clap::value_parser!(u32).range(1..=366))]
    days: u32,
    /// The seed of the company; the same seed gives the same company.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The format of the facts.
    #[arg(long, value_enum, default_value_t = Form::Files)]
    form: Form,
    /// Overwrite existing files.
    #[arg(long)]
    force: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Like {
    /// Los Angeles: meal punches, shifts with times.
    California,
    /// Shanghai: a terminal log of in and out punches, named shifts, leave.
    Shanghai,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// One CSV file for each table, and an attlog where a terminal is used.
    Files,
    /// One JSON document.
    Json,
}

/// Runs the command.
pub fn run(command: &Generate, json: bool) -> Result<Exit, Problem> {
    let (zone_name, punching, scheduling, leave) = match command.like {
        Like::California => ("America/Los_Angeles", Punching::WithMeals, Scheduling::Times, None),
        Like::Shanghai => ("Asia/Shanghai", Punching::InAndOut, Scheduling::Named, Some(0)),
    };
    let Generate { seed, employees, first, days, .. } = *command;
    let company = Company { seed, employees, first, days, punching, leave, scheduling };
    let last = first.plus(days.cast_signed() - 1);
    let zones = zone_table(&[zone_name.to_owned()], first, last)
        .map_err(|error| Problem::new("there is no time-zone data for these days").cause(error))?;
    let Some(zone) = zones.get(0) else { return Err(Problem::own("there is no zone")) };
    let cards = company.cards(zone, 0);
    let labels: Vec<(String, String)> =
        (0..employees).map(|number| (company.name(number), company.pin(number))).collect();
    let names = Names {
        shifts: TEAMS.iter().map(|team| team.shift.to_owned()).collect(),
        leave: vec![String::from("annual")],
        ..Names::default()
    };
    let tags = TagDictionary::default();
    let views = cards.iter().zip(&labels).map(|(card, (name, pin))| FactsView {
        card,
        name,
        pin,
        ruleset: "",
        zone,
        assigned: (&zones.zones, &[]),
        names: &names,
        tags: &tags,
    });
    let folder = Folder { path: Path::new(&command.out), force: command.force };
    fs::create_dir_all(folder.path)
        .map_err(|error| Problem::new(format!("cannot create the folder `{}`", command.out)).cause(error))?;
    folder.write("ruleset.toml", |out| out.write_all(ruleset(command.like).as_bytes()))?;
    let arguments = match (command.form, command.like) {
        (Form::Json, _) => {
            folder.write("facts.json", |out| facts::document(views.clone(), out))?;
            "--facts facts.json"
        }
        (Form::Files, Like::California) => {
            folder.write("employees.csv", |out| facts::employees(views.clone(), out))?;
            folder.write("punches.csv", |out| facts::punches(views.clone(), out))?;
            folder.write("schedule.csv", |out| facts::schedule(views.clone(), out))?;
            "--employees employees.csv --punches punches.csv --schedule schedule.csv"
        }
        (Form::Files, Like::Shanghai) => {
            folder.write("employees.csv", |out| facts::employees(views.clone(), out))?;
            folder.write("attlog.dat", |out| facts::attlog(views.clone(), out))?;
            folder.write("schedule.csv", |out| facts::schedule(views.clone(), out))?;
            folder.write("leave.csv", |out| facts::leave(views.clone(), out))?;
            "--employees employees.csv --punches attlog.dat --schedule schedule.csv --leave leave.csv"
        }
    };
    let evaluate =
        format!("shiftmill evaluate --ruleset ruleset.toml {arguments} --from {first} --to {last} --complete");
    tell(command, &cards, &evaluate, json);
    Ok(Exit::Done)
}

fn tell(command: &Generate, cards: &[CardFacts], evaluate: &str, json: bool) {
    let punches: usize = cards.iter().map(|card| card.punches.len()).sum();
    if json {
        println!(
            "{}",
            json!({ "folder": command.out, "employees": cards.len(), "punches": punches, "next": evaluate })
        );
    } else {
        println!("{}: {} employees, {punches} punches, {} days", command.out, cards.len(), command.days);
        println!("\nNext:\n  cd {}\n  {evaluate}", command.out);
    }
}

struct Folder<'a> {
    path: &'a Path,
    force: bool,
}

impl Folder<'_> {
    fn write(&self, name: &str, write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> Result<(), Problem> {
        let path = self.path.join(name);
        let opened = if self.force { File::create(&path) } else { File::create_new(&path) };
        let failed = |error: std::io::Error| {
            let problem = Problem::new(format!("cannot write `{}`", path.display())).cause(&error);
            match error.kind() {
                std::io::ErrorKind::AlreadyExists => problem.hint("`--force` overwrites it"),
                _ => problem,
            }
        };
        let mut out = BufWriter::new(opened.map_err(failed)?);
        write(&mut out).and_then(|()| out.flush()).map_err(failed)
    }
}

/// The ruleset that fits the company.
fn ruleset(like: Like) -> String {
    match like {
        Like::California => String::from(
            "name = \"california-plant\"\ndescription = \"Hourly staff in California who punch their meals\"\n\
             extends = \"us-california@2\"\n\n[attendance]\nlate_grace = \"5m\"\nearly_grace = \"5m\"\n",
        ),
        Like::Shanghai => format!(
            "name = \"shanghai-plant\"\ndescription = \"Standard working hours, five shifts, meals deducted by the \
             shift\"\nextends = \"cn-standard@2\"\n\n[leave.codes.annual]\npay = \"leave_annual\"\n\n{}",
            shifts_toml()
        ),
    }
}
