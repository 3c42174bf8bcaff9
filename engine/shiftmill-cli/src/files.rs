//! Files of facts, from arguments to timecards.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::sync::Arc;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use shiftmill::core::{CardFacts, Names, TagDictionary, WorkdayRange, ZoneTable};
use shiftmill::ruleset::Ruleset;
use shiftmill::{BundledZones, PluginRegistry, ZoneError, zone_table};
use shiftmill_timecards::read::{
    AssignmentRow, EmployeeRow, FileError, Intake, Place, Report, RulesetNames, StatusMap, Table, read_assignments,
    read_employees,
};

use crate::layouts::{LayoutArguments, Layouts};
use crate::problem::Problem;
use crate::rulesets;

/// The rulesets and the files of facts.
#[derive(Clone, Debug, Args)]
#[command(mut_arg("punches", |punches| punches.required_unless_present("facts")))]
pub struct FactFiles {
    /// A ruleset: a file or a preset such as `us-california@2`. Give several where the employees file chooses by name.
    #[arg(long, value_name = "FILE|PRESET", required = true)]
    pub ruleset: Vec<String>,
    #[command(flatten)]
    tables: FactTables,
}

/// The files of facts, and how to read them.
#[derive(Clone, Debug, Args)]
pub struct FactTables {
    /// Punches: `.csv`, `.json`, `.xlsx`, or the `attlog.dat` of a terminal. `-` reads CSV from standard input.
    #[arg(long, value_name = "FILE")]
    pub punches: Vec<String>,
    /// Employees: keys, names, zones, PINs, rulesets. With this file, rows of other people are rejected.
    #[arg(long, value_name = "FILE")]
    pub employees: Option<String>,
    /// The roster: scheduled shifts, days off, open days, planned overtime, days on call.
    #[arg(long, value_name = "FILE")]
    pub schedule: Vec<String>,
    /// Day types decided for employees.
    #[arg(long, value_name = "FILE")]
    pub days: Vec<String>,
    /// Approved leave.
    #[arg(long, value_name = "FILE")]
    pub leave: Vec<String>,
    /// Corrections of punches.
    #[arg(long, value_name = "FILE")]
    pub corrections: Vec<String>,
    /// Waivers.
    #[arg(long, value_name = "FILE")]
    pub waivers: Vec<String>,
    /// Requests, such as for overtime, and what was decided about them.
    #[arg(long, value_name = "FILE")]
    pub approvals: Vec<String>,
    /// Hours that people added, paid to the pay code that they name.
    #[arg(long, value_name = "FILE")]
    pub manual_hours: Vec<String>,
    /// What employees attested, such as that all rests were taken.
    #[arg(long, value_name = "FILE")]
    pub attestations: Vec<String>,
    /// Pay lines that people stated, whatever is computed.
    #[arg(long, value_name = "FILE")]
    pub overrides: Vec<String>,
    /// What changes for employees by date: their ruleset, calendar, zone or tag.
    #[arg(long, value_name = "FILE")]
    pub assignments: Vec<String>,
    /// The values that plugins carried over: the `--rows carried` or the JSON results of the pay period before.
    #[arg(long, value_name = "FILE")]
    pub carried: Vec<String>,
    /// One JSON document with all of these, under their names.
    #[arg(long, value_name = "FILE", conflicts_with = "employees")]
    pub facts: Option<String>,
    /// The zone of employees that state none, such as `America/Los_Angeles`.
    #[arg(long, value_name = "IANA")]
    pub zone: Option<String>,
    /// What the words or numbers of a terminal mean: `2=meal_start,3=meal_end`.
    #[arg(long, value_name = "MAP", default_value = "")]
    pub status_map: String,
    #[command(flatten)]
    layouts: LayoutArguments,
}

/// The contents of the files.
pub struct Facts {
    /// The rulesets, in the order of the arguments.
    pub rulesets: Vec<Arc<Ruleset>>,
    /// The names of the zones, the default first.
    pub zone_names: Vec<String>,
    /// The timecards.
    pub cards: Vec<CardFacts>,
    /// The tags that the facts refer to.
    pub tags: TagDictionary,
    /// The names of tags by which totals are split.
    pub split_by: Vec<String>,
    /// The names of the employees, where the file has them.
    pub names: BTreeMap<String, String>,
    /// Rows that were not used, and warnings.
    pub report: Report,
    /// The file of punches, or all of them.
    pub punches: String,
}

impl Facts {
    /// The names of a card's ruleset.
    pub fn names_of(&self, ruleset: usize) -> Option<&Names> {
        self.rulesets.get(ruleset).map(|ruleset| ruleset.timeline().names())
    }
}

impl FactFiles {
    /// Reads all files. `years` are the days for which zones are loaded.
    pub fn read(&self, years: WorkdayRange, registry: &PluginRegistry) -> Result<Facts, Problem> {
        let rulesets =
            self.ruleset.iter().map(|named| rulesets::load(named, registry)).collect::<Result<Vec<_>, _>>()?;
        self.tables.read(rulesets, years)
    }

    /// The names of all files that are read.
    pub fn inputs(&self) -> impl Iterator<Item = &str> {
        self.ruleset.iter().map(String::as_str).chain(self.tables.inputs())
    }
}

impl FactTables {
    /// True when the arguments name no file of facts.
    pub fn is_empty(&self) -> bool {
        self.punches.is_empty() && self.facts.is_none()
    }

    /// The names of all files that are read.
    pub fn inputs(&self) -> impl Iterator<Item = &str> {
        let tables = self.tables().map(|(_, file)| file.as_str());
        let ahead = self.employees.iter().chain(&self.assignments).map(String::as_str);
        tables.chain(ahead).chain(self.layouts.inputs())
    }

    /// Reads all files. `years` are the days for which zones are loaded.
    ///
    /// A file that cannot be used as a whole is a problem, which names the rows that were rejected until then.
    pub fn read(&self, rulesets: Vec<Arc<Ruleset>>, years: WorkdayRange) -> Result<Facts, Problem> {
        let mut report = Report::default();
        match self.read_into(rulesets, years, &mut report) {
            Ok(facts) => Ok(Facts { report, ..facts }),
            Err(problem) => Err(problem.with_rejected(&report)),
        }
    }

    fn read_into(
        &self,
        rulesets: Vec<Arc<Ruleset>>,
        years: WorkdayRange,
        report: &mut Report,
    ) -> Result<Facts, Problem> {
        let statuses = StatusMap::parse(&self.status_map).map_err(|error| {
            Problem::new("cannot read the status map").cause(error).hint("write it as `2=meal_start,3=meal_end`")
        })?;
        let layouts = self.layouts.settle()?;
        let mut employees = self.read_employees(&layouts, report)?;
        let employees_file = self.employees.as_deref().or(self.facts.as_deref()).unwrap_or("employees");
        let before = report.rejected();
        let assignments = self.read_assignments(&layouts, report)?;
        let of_assignments = report.rejected() - before;
        let (zone_names, zones) = self.zones((employees_file, &mut employees), &assignments, years, report)?;
        let changes = assignments.iter().flat_map(|(_, rows)| rows).any(|row| !row.ruleset.is_empty());
        let rulesets = if changes { joined(&rulesets)? } else { rulesets };
        // Without a list every employee is accepted. A list without a valid row must not have that effect.
        if employees.is_empty() && (self.employees.is_some() || report.rejected() > of_assignments) {
            let cause = report.rejects.first().map_or_else(|| String::from("there is no row"), ToString::to_string);
            return Err(Problem::new(format!("`{employees_file}` contains no valid employee")).cause(cause));
        }
        let names: Vec<RulesetNames<'_>> = rulesets
            .iter()
            .map(|ruleset| RulesetNames { name: ruleset.name(), names: ruleset.timeline().names() })
            .collect();
        let places = BundledZones { days: years };
        let mut intake = Intake::new(employees_file, &employees, &zones, &places, &names, statuses, report);
        for (file, rows) in &assignments {
            intake.assign(file, rows, report);
        }
        for (table, file) in self.tables() {
            read_one(&mut intake, file, table, &layouts, report)?;
        }
        let (cards, tags) = intake.finish();
        let names = employees.into_iter().map(|row| (row.employee, row.name)).collect();
        let punches = self.facts.iter().chain(&self.punches).cloned().collect::<Vec<_>>().join(", ");
        Ok(Facts { rulesets, zone_names, cards, tags, split_by: Vec::new(), names, report: Report::default(), punches })
    }

    fn read_employees(&self, layouts: &Layouts, report: &mut Report) -> Result<Vec<EmployeeRow>, Problem> {
        let Some(file) = self.employees.as_ref().or(self.facts.as_ref()) else {
            return Ok(Vec::new());
        };
        let layout = layouts.of(file, Table::Employees);
        read_employees(file, &layout, &mut *open(file)?.0, report).map_err(|error| unread(file, error))
    }

    fn read_assignments(&self, layouts: &Layouts, report: &mut Report) -> Result<Vec<Assignments<'_>>, Problem> {
        let mut read = |file: &String| {
            let layout = layouts.of(file, Table::Assignments);
            let rows = read_assignments(file, &layout, &mut *open(file)?.0, report);
            rows.map_err(|error| unread(file, error))
        };
        let files: Vec<&String> = self.facts.iter().chain(&self.assignments).collect();
        let rows: Vec<Vec<AssignmentRow>> = files.iter().copied().map(&mut read).collect::<Result<_, _>>()?;
        Ok(files.into_iter().map(String::as_str).zip(rows).collect())
    }

    fn tables(&self) -> impl Iterator<Item = (Table, &String)> {
        let several = [
            (Table::Punches, &self.punches),
            (Table::Schedule, &self.schedule),
            (Table::Days, &self.days),
            (Table::Leave, &self.leave),
            (Table::Corrections, &self.corrections),
            (Table::Waivers, &self.waivers),
            (Table::Approvals, &self.approvals),
            (Table::ManualHours, &self.manual_hours),
            (Table::Attestations, &self.attestations),
            (Table::Overrides, &self.overrides),
            (Table::Carried, &self.carried),
        ];
        let files = several.into_iter().flat_map(|(table, files)| files.iter().map(move |file| (table, file)));
        self.facts.iter().map(|file| (Table::Punches, file)).chain(files)
    }

    /// The zones in use. An employee in an unknown zone is rejected; the default zone must exist.
    fn zones(
        &self,
        (file, employees): (&str, &mut Vec<EmployeeRow>),
        assignments: &[Assignments<'_>],
        years: WorkdayRange,
        report: &mut Report,
    ) -> Result<(Vec<String>, ZoneTable), Problem> {
        let mut names: Vec<String> = self.zone.iter().cloned().collect();
        if let Some(name) = &self.zone {
            table_of(std::slice::from_ref(name), years).map_err(unknown_zone)?;
        } else if employees.is_empty() || employees.iter().any(|row| row.zone.is_empty()) {
            return Err(Problem::new("the zone of some employees is not known")
                .cause("a local time needs a zone to be an instant")
                .hint("give `--zone America/Los_Angeles`, or a column `zone` in the employees file"));
        }
        let mut find = |zone: &String| {
            if !zone.is_empty() && !names.contains(zone) {
                table_of(std::slice::from_ref(zone), years)?;
                names.push(zone.clone());
            }
            Ok::<(), ZoneError>(())
        };
        employees.retain(|row| {
            let known = find(&row.zone);
            known.inspect_err(|error| report.reject(file, row.place, error.to_string())).is_ok()
        });
        for row in assignments.iter().flat_map(|(_, rows)| rows) {
            // One that is not there is rejected with its row, when the row is taken.
            let _unknown = find(&row.zone);
        }
        if names.is_empty() {
            return Err(Problem::new(format!("no employee of `{file}` is in a known zone")));
        }
        let table = table_of(&names, years).map_err(unknown_zone)?;
        Ok((names, table))
    }
}

/// A file of assignments and its rows.
type Assignments<'f> = (&'f str, Vec<AssignmentRow>);

/// The rulesets numbered together, so that employees may change between them.
fn joined(rulesets: &[Arc<Ruleset>]) -> Result<Vec<Arc<Ruleset>>, Problem> {
    Ruleset::join(rulesets).map_err(|error| Problem::new("employees cannot change between these rulesets").cause(error))
}

fn table_of(names: &[String], years: WorkdayRange) -> Result<ZoneTable, ZoneError> {
    zone_table(names, years.first, years.last)
}

fn unknown_zone(error: ZoneError) -> Problem {
    Problem::new("the zone is not known").cause(error).hint("zones are named as `Asia/Shanghai`")
}

fn read_one(
    intake: &mut Intake<'_>,
    file: &str,
    table: Table,
    layouts: &Layouts,
    report: &mut Report,
) -> Result<(), Problem> {
    let (bytes, length) = open(file)?;
    let progress = ProgressBar::new(length);
    let style = ProgressStyle::with_template("reading {msg} {wide_bar} {bytes} of {total_bytes}");
    progress.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    progress.set_message(file.to_owned());
    let mut bytes = BufReader::with_capacity(1 << 20, progress.wrap_read(bytes));
    let (before, rejected) = (report.rows_used, report.rejected());
    let outcome = intake.read(file, table, &layouts.of(file, table), &mut bytes, report);
    progress.finish_and_clear();
    outcome.map_err(|error| unread(file, error))?;
    // A file of carried values may be empty.
    if report.rows_used == before && report.rejected() == rejected && table != Table::Carried {
        report.warn(file, Place::FILE, format!("the file has no {}", table.name()));
    }
    Ok(())
}

/// A file and its length. The length of standard input is not known and is given as 0.
fn open(file: &str) -> Result<(Box<dyn BufRead>, u64), Problem> {
    if file == "-" {
        return Ok((Box::new(BufReader::new(io::stdin())), 0));
    }
    let opened = File::open(file).map_err(|error| unread(file, FileError::Bytes(error)))?;
    let length = opened.metadata().map_or(0, |metadata| metadata.len());
    Ok((Box::new(BufReader::new(opened)), length))
}

fn unread(file: &str, error: FileError) -> Problem {
    let hint = error.hint();
    let problem = Problem::new(format!("cannot read `{file}`")).cause(error);
    hint.into_iter().fold(problem, Problem::hint)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;
    use shiftmill_timecards::read::Format;

    #[derive(clap::Parser)]
    struct Files {
        #[command(flatten)]
        _tables: FactTables,
    }

    #[test]
    fn the_help_names_the_ending_of_every_format() {
        let help = Files::command().render_long_help().to_string();
        for format in Format::ALL {
            assert!(help.contains(&format!(".{}", format.ending())), "{format:?}");
        }
    }
}
