//! Compiles checked tables to plans that share one set of names, and checks settings that depend on each other.

mod approval;
mod attendance;
mod breaks;
mod calendars;
mod config;
mod filters;
mod holidays;
mod names;
mod overtime;
mod plugins;
mod premiums;
mod punches;
mod schedule;
mod substitutes;
mod table;
mod watchers;

use shiftmill_core::close::exceptions::ExceptionRules;
use shiftmill_core::pay::premiums::ClockWindow;
use shiftmill_core::shape::employment::EmploymentRules;
use shiftmill_core::shape::leave::{LeaveCode, LeaveRules};
use shiftmill_core::{PayCode, Plan, PlanTimeline, Workday};

use crate::check::Table;
use crate::effective::Version;
use crate::extends::Library;
use crate::mistake::Finder;
use calendars::OwnDates;
use filters::Filters;
use names::Interned;
use plugins::{Found, Plugins};

pub use config::configuration;

/// The label from which the first version holds: the first date there is.
const BEGINNING: Workday = Workday(-719_162);

/// All versions of a ruleset, and the plugins that they name. From them it can be compiled again, together with others.
#[derive(Debug)]
pub(crate) struct Parts {
    /// The versions, by date.
    pub versions: Vec<Version>,
    found: Found,
}

/// The plans of all versions; `None` when there is no version at all.
pub(crate) fn compile(
    versions: Vec<Version>,
    library: &dyn Library,
    mistakes: &mut Finder,
) -> (Parts, Option<PlanTimeline>) {
    let found = plugins::found(&versions, library);
    let parts = Parts { versions, found };
    let mut joint = Joint::new(&[&parts], mistakes);
    let plans = joint.compile(&parts, &[&parts], mistakes);
    joint.plugins.configure(library, mistakes);
    let timeline = joint.timelines(vec![plans], mistakes);
    (parts, timeline.and_then(|mut timelines| timelines.pop()))
}

/// The plans of several rulesets, numbered together. `compiled` are their timelines as each was compiled alone. `None` when
/// they cannot be numbered together, which `mistakes` tells.
pub(crate) fn join(all: &[&Parts], compiled: &[&PlanTimeline], mistakes: &mut Finder) -> Option<Vec<PlanTimeline>> {
    let mut joint = Joint::new(all, mistakes);
    let plans: Vec<_> = all.iter().map(|parts| joint.compile(parts, all, mistakes)).collect();
    for (now, alone) in plans.iter().zip(compiled) {
        let versions = now.iter().zip(alone.versions());
        joint.plugins.configure_as(versions.map(|(now, alone)| (&now.1, &*alone.1)), alone.bindings());
    }
    joint.timelines(plans, mistakes)
}

/// What rulesets share that are compiled together.
struct Joint {
    names: Interned,
    plugins: Plugins,
    filters: Filters,
    /// The windows of the clock that tiers have, each once.
    tier_windows: Vec<ClockWindow>,
}

impl Joint {
    fn new(all: &[&Parts], mistakes: &mut Finder) -> Joint {
        let names = Interned::new(&all.iter().map(|parts| parts.versions.as_slice()).collect::<Vec<_>>(), mistakes);
        Joint { names, plugins: Plugins::default(), filters: Filters::default(), tier_windows: Vec::new() }
    }

    /// The plans of one of `all`. A shift that it does not name is that of another.
    fn compile(&mut self, parts: &Parts, all: &[&Parts], mistakes: &mut Finder) -> Vec<(Workday, Plan)> {
        let others = all.iter().filter(|other| !std::ptr::eq(**other, parts)).flat_map(|other| &other.versions);
        let versions: Vec<&Version> = parts.versions.iter().chain(others).collect();
        self.plugins.look_up_in(parts.found.clone());
        let own_dates = OwnDates::of(&parts.versions);
        let plan = |version: &Version| {
            let Joint { names, plugins, filters, tier_windows } = self;
            let mut compiler = Compiler { names, plugins, filters, tier_windows, rules: Vec::new(), mistakes };
            (version.from.unwrap_or(BEGINNING), compiler.plan(&version.table, &versions, &own_dates))
        };
        parts.versions.iter().map(plan).collect()
    }

    fn timelines(self, mut plans: Vec<Vec<(Workday, Plan)>>, mistakes: &mut Finder) -> Option<Vec<PlanTimeline>> {
        let Joint { mut names, plugins, filters, tier_windows: _ } = self;
        let of_plans = plans.iter_mut().flatten().map(|(_, plan)| &mut plan.plugins);
        let bindings = plugins.in_order(of_plans, mistakes);
        names.names.filters = filters.words();
        let mut plans = plans.into_iter();
        let first =
            PlanTimeline::new(plans.next()?, names.names)?.with_filters(filters.list)?.with_bindings(bindings)?;
        let others = plans.map(|versions| first.sibling(versions)).collect::<Option<Vec<_>>>()?;
        Some(std::iter::once(first).chain(others).collect())
    }
}

/// Compiles one version.
struct Compiler<'a> {
    names: &'a mut Interned,
    plugins: &'a mut Plugins,
    filters: &'a mut Filters,
    tier_windows: &'a mut Vec<ClockWindow>,
    /// The names of the rules of this version.
    rules: Vec<String>,
    mistakes: &'a mut Finder,
}

static NO_TABLE: Table = Table::EMPTY;

/// A table of the document; it always exists, because it has defaults.
fn section<'a>(document: &'a Table, name: &str) -> &'a Table {
    document.optional(name).unwrap_or(&NO_TABLE)
}

impl Compiler<'_> {
    fn plan(&mut self, document: &Table, versions: &[&Version], own_dates: &OwnDates) -> Plan {
        let mut plan = Plan {
            normalise: punches::normalise(section(document, "punches")),
            corrections: punches::corrections(section(document, "corrections")),
            dedupe: punches::dedupe(section(document, "punches")),
            clock_offsets: self.clock_offsets(document.tables("clock_offset")),
            punch_restrictions: self.punch_restrictions(document.tables("punch_restriction")),
            calendar: self.calendar(section(document, "calendar")),
            calendars: self.calendars(document.named("calendars"), own_dates),
            schedule: self.schedule(document, versions),
            matching: punches::matching(section(document, "matching")),
            pairing: self.pairing(section(document, "pairing")),
            rounding: self.rounding(document.tables("rounding")),
            length_rounding: self.length_rounding(document.tables("length_rounding")),
            workdays: punches::workdays(section(document, "workdays")),
            breaks: self.breaks(section(document, "breaks")),
            meal_requirements: self.meal_requirements(document.tables("meal_requirement")),
            rest_requirements: self.rest_requirements(document.tables("rest_requirement")),
            leave: self.leave(section(document, "leave")),
            employment: self.employment(section(document, "employment")),
            attendance: self.attendance(section(document, "attendance")),
            expectation: self.expectation(section(document, "expectation")),
            holidays: self.holidays(section(document, "holidays")),
            overtime_approval: self.overtime_approval(document.tables("overtime_approval")),
            overtime: self.overtime(section(document, "overtime")),
            premiums: self.premiums(document.tables("premiums")),
            watchers: self.watchers(document.tables("watchers")),
            exceptions: exceptions(document),
            plugins: self.plugins(document.tables("plugin")),
        };
        let holidays = section(document, "holidays");
        self.count_holidays(holidays, &mut plan.holidays, &plan.overtime);
        substitutes::observe(holidays, &mut plan.calendar, &mut plan.calendars);
        plan
    }

    fn employment(&mut self, table: &Table) -> EmploymentRules {
        EmploymentRules { outside_to: self.pay_code(table, "outside_pay", None) }
    }

    fn leave(&mut self, table: &Table) -> LeaveRules {
        LeaveRules {
            // The codes are shared by all versions, so that facts can name them by number.
            codes: self.leave_codes(table),
            versus_work: table.one_of("versus_work"),
            day_length: table.seconds("day_length"),
            relocates_schedule: table.flag("relocates_schedule"),
        }
    }
}

impl Compiler<'_> {
    /// The code of each name; one that this version does not declare costs working days.
    fn leave_codes(&self, table: &Table) -> Vec<LeaveCode> {
        let stated = table.named("codes");
        let code = |(name, pays_to): (&String, &PayCode)| {
            let own = stated.iter().find(|code| code.name == *name);
            LeaveCode { pays_to: *pays_to, counts: own.map(|code| code.table.one_of("counts")).unwrap_or_default() }
        };
        self.names.names.leave.iter().zip(&self.names.leave_codes).map(code).collect()
    }
}

fn exceptions(document: &Table) -> ExceptionRules {
    let mut rules = ExceptionRules::default();
    for (code, severity) in document.severities("exceptions") {
        rules.set(*code, *severity);
    }
    rules
}

#[cfg(test)]
mod tests;
