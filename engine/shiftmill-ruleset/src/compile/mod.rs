//! Compiles checked tables to plans that share one set of names, and checks settings that depend on each other.

mod approval;
mod attendance;
mod breaks;
mod config;
mod filters;
mod names;
mod overtime;
mod plugins;
mod premiums;
mod punches;
mod schedule;
mod table;

use shiftmill_core::close::exceptions::ExceptionRules;
use shiftmill_core::shape::employment::EmploymentRules;
use shiftmill_core::shape::leave::{LeaveCode, LeaveRules};
use shiftmill_core::{PayCode, Plan, PlanTimeline, Workday};

use crate::check::Table;
use crate::effective::Version;
use crate::extends::Library;
use crate::mistake::Finder;
use filters::Filters;
use names::Interned;
use plugins::Plugins;

pub use config::configuration;

/// The label from which the first version holds: the first date there is.
const BEGINNING: Workday = Workday(-719_162);

/// The plans of all versions; `None` when there is no version at all.
pub(crate) fn compile(versions: &[Version], library: &dyn Library, mistakes: &mut Finder) -> Option<PlanTimeline> {
    let mut interned = Interned::new(versions, mistakes);
    let mut plugins = Plugins::found(versions, library);
    let mut filters = Filters::default();
    let mut plans: Vec<(Workday, Plan)> = versions
        .iter()
        .map(|version| {
            let rules = Vec::new();
            let mut compiler =
                Compiler { names: &mut interned, plugins: &mut plugins, filters: &mut filters, rules, mistakes };
            (version.from.unwrap_or(BEGINNING), compiler.plan(&version.table, versions))
        })
        .collect();
    plugins.configure(library, mistakes);
    let bindings = plugins.in_order(plans.iter_mut().map(|(_, plan)| &mut plan.plugins), mistakes);
    interned.names.filters = filters.words();
    PlanTimeline::new(plans, interned.names)?.with_filters(filters.list)?.with_bindings(bindings)
}

/// Compiles one version.
struct Compiler<'a> {
    names: &'a mut Interned,
    plugins: &'a mut Plugins,
    filters: &'a mut Filters,
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
    fn plan(&mut self, document: &Table, versions: &[Version]) -> Plan {
        Plan {
            normalise: punches::normalise(section(document, "punches")),
            corrections: punches::corrections(section(document, "corrections")),
            dedupe: punches::dedupe(section(document, "punches")),
            clock_offsets: self.clock_offsets(document.tables("clock_offset")),
            punch_restrictions: self.punch_restrictions(document.tables("punch_restriction")),
            calendar: self.calendar(section(document, "calendar")),
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
            exceptions: exceptions(document),
            plugins: self.plugins(document.tables("plugin")),
        }
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
