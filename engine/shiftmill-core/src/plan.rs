//! Plans: a ruleset checked and compiled. A plan that exists has been checked, so no rule checks it again.

use alloc::{string::String, vec::Vec};

use crate::close::exceptions::ExceptionRules;
use crate::codes::{Multiplier, PayCode, PayCodeInfo, RuleId};
use crate::open::clock_offset::ClockOffset;
use crate::open::correction_policy::CorrectionPolicy;
use crate::open::dedupe::Dedupe;
use crate::open::normalise::{Granularity, NeedsApproval, Normalise};
use crate::open::restriction::PunchRestriction;
use crate::pay::combine::Overtime;
use crate::pay::holidays::{HolidayBasis, Holidays};
use crate::pay::overtime_approval::OvertimeApproval;
use crate::pay::premiums::Premium;
use crate::plugin::{Isolation, PluginBinding, ReasonRule};
use crate::shape::attendance::Attendance;
use crate::shape::breaks::Breaks;
use crate::shape::calendar::Calendar;
use crate::shape::employment::EmploymentRules;
use crate::shape::expectation::Expectation;
use crate::shape::leave::LeaveRules;
use crate::shape::length_rounding::LengthRounding;
use crate::shape::matching::{MatchBy, Matching};
use crate::shape::meal_requirement::MealRequirement;
use crate::shape::pairing::Pairing;
use crate::shape::rest_requirement::RestRequirement;
use crate::shape::rounding::RoundingRule;
use crate::shape::schedule::Schedule;
use crate::shape::workdays::Workdays;
use crate::tags::{TAG_FILTERS_MAX, TagFilter};
use crate::time::{Seconds, Workday, WorkdayRange};

/// All rules of one version of a ruleset.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// How raw punches are read.
    pub normalise: Normalise,
    /// Which corrections count.
    pub corrections: CorrectionPolicy,
    /// Repeated punches.
    pub dedupe: Dedupe,
    /// Clocks that were off; of those that fit a punch the first holds.
    pub clock_offsets: Vec<ClockOffset>,
    /// Punches that do not count, or that a person should look at; the first that fits holds.
    pub punch_restrictions: Vec<PunchRestriction>,
    /// Day types.
    pub calendar: Calendar,
    /// Shift templates and the weekly pattern.
    pub schedule: Schedule,
    /// Worked shifts and their scheduled shifts.
    pub matching: Matching,
    /// In and out.
    pub pairing: Pairing,
    /// Rounding rules, in order.
    pub rounding: Vec<RoundingRule>,
    /// To which workday a second belongs.
    pub workdays: Workdays,
    /// Paid gaps and breaks deducted.
    pub breaks: Breaks,
    /// Rounding of lengths: at most one rule for each kind of length.
    pub length_rounding: Vec<LengthRounding>,
    /// Required meals, in order of their ordinal.
    pub meal_requirements: Vec<MealRequirement>,
    /// Required rests.
    pub rest_requirements: Vec<RestRequirement>,
    /// Leave.
    pub leave: LeaveRules,
    /// Work of people who are not employed on its day.
    pub employment: EmploymentRules,
    /// Late, early, absent.
    pub attendance: Attendance,
    /// The time that workdays expect.
    pub expectation: Expectation,
    /// Holidays.
    pub holidays: Holidays,
    /// Which work outside the scheduled shifts counts as overtime: of these rules the first that fits the day type.
    pub overtime_approval: Vec<OvertimeApproval>,
    /// Overtime.
    pub overtime: Overtime,
    /// Premiums.
    pub premiums: Vec<Premium>,
    /// Severity of exceptions, and which are raised at all.
    pub exceptions: ExceptionRules,
    /// The plugins in force, in the order in which they are called: indexes into [`PlanTimeline::bindings`], ascending.
    pub plugins: Vec<u16>,
}

/// How many days of facts a plan needs around the days it pays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ContextDays {
    /// Before the first workday paid.
    pub before: u16,
    /// After the last workday paid.
    pub after: u16,
}

/// The versions of a ruleset by the date from which each holds, with the names they share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanTimeline {
    versions: Vec<(Workday, Plan)>,
    /// The plan of the first version, which also holds before its date.
    first: Plan,
    names: Names,
    needs: Needs,
    bindings: Vec<PluginBinding>,
    filters: Vec<TagFilter>,
}

impl PlanTimeline {
    /// A timeline of versions, each holding from its workday until the next. `None` when there is none, when the
    /// dates do not ascend, or when the four built-in rules and two built-in pay codes do not lead the names.
    pub fn new(versions: Vec<(Workday, Plan)>, names: Names) -> Option<PlanTimeline> {
        let ascending = versions.windows(2).all(|pair| matches!(pair, [a, b] if a.0 < b.0));
        let named = names.rules.starts_with(&Names::BUILT_IN_RULES.map(String::from)) && names.pay_codes.len() >= 2;
        let (needs, bindings, filters) = (Needs::of(&versions), Vec::new(), Vec::new());
        let first = versions.first()?.1.clone();
        (ascending && named).then_some(PlanTimeline { versions, first, names, needs, bindings, filters })
    }

    /// The same timeline with the plugins that its plans name. `None` when a plan names one that is not there.
    pub fn with_bindings(self, bindings: Vec<PluginBinding>) -> Option<PlanTimeline> {
        let named = self.versions.iter().flat_map(|(_, plan)| &plan.plugins);
        let known = named.into_iter().all(|index| usize::from(*index) < bindings.len());
        known.then_some(PlanTimeline { bindings, ..self })
    }

    /// The same rules with a change on a workday, from which every plugin is bound anew, with an instance for each employee.
    /// A plugin is then called once for the days before the change and once for those after it, as when a change gives it
    /// other settings. For trials.
    pub fn rebound_from(&self, workday: Workday) -> PlanTimeline {
        let anew = |binding: &PluginBinding| PluginBinding { isolation: Isolation::Employee, ..binding.clone() };
        let bindings = self.bindings.iter().cloned().chain(self.bindings.iter().map(anew)).collect();
        let first_new = self.bindings.len() as u16;
        let rebound = |plan: &Plan| {
            let plugins = plan.plugins.iter().map(|index| first_new.saturating_add(*index)).collect();
            Plan { plugins, ..plan.clone() }
        };
        let mut versions: Vec<_> = self.versions.iter().filter(|version| version.0 < workday).cloned().collect();
        versions.push((workday, rebound(self.at(workday))));
        let later = self.versions.iter().filter(|version| version.0 > workday);
        versions.extend(later.map(|(from, plan)| (*from, rebound(plan))));
        let first = versions.first().map_or_else(|| self.first.clone(), |(_, plan)| plan.clone());
        let (names, filters) = (self.names.clone(), self.filters.clone());
        PlanTimeline { versions, first, names, needs: self.needs, bindings, filters }
    }

    /// The same timeline with the tag filters that its rules name. `None` when there are more than
    /// [`crate::TAG_FILTERS_MAX`].
    pub fn with_filters(self, filters: Vec<TagFilter>) -> Option<PlanTimeline> {
        (filters.len() <= TAG_FILTERS_MAX).then_some(PlanTimeline { filters, ..self })
    }

    /// The tag filters of all versions, by [`crate::FilterId`].
    pub fn filters(&self) -> &[TagFilter] {
        &self.filters
    }

    /// The plugins of all versions. The same plugin with the same configuration in several versions is one binding.
    pub fn bindings(&self) -> &[PluginBinding] {
        &self.bindings
    }

    /// Whether a plugin is in force on a workday.
    pub fn is_in_force(&self, binding: u16, workday: Workday) -> bool {
        self.at(workday).plugins.contains(&binding)
    }

    /// Whether a plugin is in force on any of some workdays. It is called for a card when it is in force on any workday
    /// that the facts cover.
    pub fn is_in_force_within(&self, binding: u16, days: WorkdayRange) -> bool {
        let ends = self.versions.iter().skip(1).map(|next| Some(next.0)).chain([None]);
        let mut versions = self.versions.iter().enumerate().zip(ends);
        versions.any(|((index, (from, plan)), next)| {
            let begins = index == 0 || *from <= days.last;
            begins && next.is_none_or(|next| days.first < next) && plan.plugins.contains(&binding)
        })
    }

    /// The plan in force on a workday; before the first version's date, the first version.
    #[inline]
    pub fn at(&self, workday: Workday) -> &Plan {
        match self.versions.as_slice() {
            [(_, only)] => only,
            _ => self.at_one_of_several(workday),
        }
    }

    fn at_one_of_several(&self, workday: Workday) -> &Plan {
        // Two versions are many, so the plain scan is the fast one.
        let holding = self.versions.iter().rev().find(|version| version.0 <= workday);
        holding.map_or(&self.first, |version| &version.1)
    }

    /// The versions, each with the workday from which it holds.
    pub fn versions(&self) -> &[(Workday, Plan)] {
        &self.versions
    }

    /// The only plan, when there is one version.
    pub fn single(&self) -> Option<&Plan> {
        match self.versions.as_slice() {
            [(_, plan)] => Some(plan),
            _ => None,
        }
    }

    /// The names that all versions share.
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// What some version uses.
    pub(crate) fn needs(&self) -> Needs {
        self.needs
    }
}

/// What some version of a timeline uses, determined once: the phases skip what no version uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Needs {
    /// Some shift of the rulesets is a split shift.
    pub(crate) split_templates: bool,
    /// Punches lose their seconds.
    pub(crate) whole_minutes: bool,
    /// Clocks were off.
    pub(crate) clock_offsets: bool,
    /// Some punches are restricted.
    pub(crate) punch_restrictions: bool,
    /// A day may be something else than an ordinary workday, without being decided so for an employee.
    pub(crate) day_types: bool,
    /// The statutory rest day follows from the work.
    pub(crate) follows_work: bool,
    /// Some days have stretches with another type.
    pub(crate) half_days: bool,
    /// The date of a second, or of the start of its shift, may change its day type.
    pub(crate) dated_seconds: bool,
    /// Cards without scheduled shifts follow a weekly pattern.
    pub(crate) weekly_pattern: bool,
    /// Worked shifts find their scheduled shift by overlap.
    pub(crate) match_by_cluster: bool,
    /// Worked shifts find their scheduled shift by workday.
    pub(crate) match_by_workday: bool,
    /// No worked shift up to this is too long.
    pub(crate) shift_length_max: Seconds,
    /// Short gaps are paid.
    pub(crate) paid_gaps: bool,
    /// Breaks at fixed times are deducted.
    pub(crate) fixed_breaks: bool,
    /// Breaks are deducted automatically.
    pub(crate) auto_deduct: bool,
    /// Lengths are rounded.
    pub(crate) length_rounding: bool,
    /// Work is compared with the time that its workday expects.
    pub(crate) expectation: bool,
    /// Scheduled shifts may be moved by when the person comes or went.
    pub(crate) moved_shifts: bool,
    /// Some shift has core hours.
    pub(crate) core_hours: bool,
    /// Meals are required.
    pub(crate) meals: bool,
    /// Call-backs need an approval.
    pub(crate) callback_approval: bool,
    /// Punches made outside need an approval.
    pub(crate) offsite_approval: bool,
    /// Some work may not count as overtime.
    pub(crate) overtime_approval: bool,
    /// That is so on cards without approvals too.
    pub(crate) overtime_without_approval: bool,
    /// Approved time that was not worked may count.
    pub(crate) approved_time: bool,
    /// Time is claimed for overtime.
    pub(crate) overtime: bool,
    /// Holidays that were not worked are paid.
    pub(crate) holidays_not_worked: bool,
    /// Premiums are paid.
    pub(crate) premiums: bool,
}

impl Needs {
    fn of(versions: &[(Workday, Plan)]) -> Needs {
        let any = |asks: fn(&Plan) -> bool| versions.iter().any(|(_, plan)| asks(plan));
        Needs {
            whole_minutes: any(|plan| plan.normalise.granularity == Granularity::Minute),
            clock_offsets: any(|plan| !plan.clock_offsets.is_empty()),
            punch_restrictions: any(|plan| !plan.punch_restrictions.is_empty()),
            day_types: any(|plan| !plan.calendar.is_plain()),
            follows_work: any(|plan| plan.calendar.follows_work()),
            half_days: any(|plan| !plan.calendar.half_days.is_empty()),
            dated_seconds: any(|plan| {
                plan.calendar.has_dated_seconds() || plan.holidays.basis == HolidayBasis::ShiftStart
            }),
            weekly_pattern: any(|plan| plan.schedule.weekly_pattern != [None; 7]),
            match_by_cluster: any(|plan| plan.matching.match_by == MatchBy::Cluster),
            match_by_workday: any(|plan| plan.matching.match_by == MatchBy::Workday),
            shift_length_max: versions.iter().map(|(_, plan)| plan.matching.shift_length_max).min().unwrap_or_default(),
            paid_gaps: any(|plan| plan.breaks.paid_below.is_some()),
            split_templates: any(|plan| plan.schedule.has_splits()),
            fixed_breaks: any(|plan| !plan.breaks.fixed.is_empty() || plan.schedule.has_breaks()),
            auto_deduct: any(|plan| !plan.breaks.auto_deduct.is_empty()),
            length_rounding: any(|plan| !plan.length_rounding.is_empty()),
            expectation: any(|plan| plan.expectation.acts()),
            moved_shifts: any(|plan| plan.has_flexible_starts() || !plan.attendance.late_off.is_empty()),
            core_hours: any(Plan::has_core_hours),
            meals: any(|plan| !plan.meal_requirements.is_empty()),
            overtime_approval: any(|plan| !plan.overtime_approval.is_empty()),
            callback_approval: any(|plan| plan.normalise.callback == NeedsApproval::Always),
            offsite_approval: any(|plan| plan.normalise.offsite == NeedsApproval::Always),
            overtime_without_approval: any(|plan| plan.overtime_approval.iter().any(|rule| !rule.needs_approvals())),
            approved_time: any(|plan| plan.overtime_approval.iter().any(OvertimeApproval::needs_approved_time)),
            overtime: any(|plan| plan.overtime.acts()),
            holidays_not_worked: any(|plan| plan.holidays.not_worked.is_some()),
            premiums: any(|plan| !plan.premiums.is_empty()),
        }
    }
}

/// What rule and pay-code numbers are called, in the order of those numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// Rule names.
    pub rules: Vec<String>,
    /// Pay codes.
    pub pay_codes: Vec<PayCodeInfo>,
    /// Shift templates.
    pub shifts: Vec<String>,
    /// Leave codes.
    pub leave: Vec<String>,
    /// Questions that employees may be asked about a workday.
    pub attestations: Vec<String>,
    /// What plugins carry from one pay period to the next, as `plugin/key`.
    pub carried: Vec<String>,
    /// The tags that rules are for, in words, by the number of the rule, ascending.
    pub filters: Vec<(RuleId, String)>,
    /// The texts of the rules of plugins, by the number of the rule, ascending.
    pub reasons: Vec<(RuleId, ReasonRule)>,
}

impl Names {
    /// The rules that every ruleset has, first in [`Names::rules`].
    pub const BUILT_IN_RULES: [&'static str; 4] = ["worked", "punches", "attendance", "leave"];

    /// The name of a rule.
    pub fn rule(&self, rule: RuleId) -> &str {
        self.rules.get(usize::from(rule.0)).map_or("", String::as_str)
    }

    /// The texts of a plugin's rule; `None` for other rules.
    pub fn reason_rule(&self, rule: RuleId) -> Option<&ReasonRule> {
        let index = self.reasons.binary_search_by_key(&rule, |reason| reason.0).ok()?;
        self.reasons.get(index).map(|reason| &reason.1)
    }

    /// The tags that a rule is for, in words; `None` for a rule without a filter.
    pub fn tags_wanted_by(&self, rule: RuleId) -> Option<&str> {
        let index = self.filters.binary_search_by_key(&rule, |filter| filter.0).ok()?;
        self.filters.get(index).map(|filter| filter.1.as_str())
    }

    /// What is known of a pay code.
    pub fn pay_code(&self, code: PayCode) -> Option<&PayCodeInfo> {
        self.pay_codes.get(usize::from(code.0))
    }

    /// The multiplier of a pay code.
    pub fn multiplier(&self, code: PayCode) -> Multiplier {
        self.pay_code(code).map_or(Multiplier::PLAIN, |info| info.multiplier)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plugin::{HookSet, Manifest, OnFailure, PluginHash};
    use alloc::sync::Arc;

    fn binding() -> PluginBinding {
        PluginBinding {
            name: "acme".into(),
            plugin: PluginHash::default(),
            manifest: Arc::new(Manifest::default()),
            hooks: HookSet::default(),
            values: Vec::new(),
            isolation: Isolation::Chunk,
            on_failure: OnFailure::Fail,
            first_rule: RuleId(4),
            carried_keys: Vec::new(),
            context: ContextDays::default(),
        }
    }

    #[test]
    fn plugins_that_are_bound_anew_are_other_bindings_from_that_day_on() {
        let names = Names {
            rules: Names::BUILT_IN_RULES.map(String::from).to_vec(),
            pay_codes: ["regular", "unpaid_break"]
                .map(|name| PayCodeInfo {
                    name: name.into(),
                    layer: crate::codes::Layer::Base,
                    unit: crate::codes::Unit::Second,
                    paid: true,
                    multiplier: Multiplier::PLAIN,
                })
                .to_vec(),
            ..Names::default()
        };
        let bound = Plan { plugins: [0].to_vec(), ..Plan::default() };
        let versions = [(Workday(0), bound.clone()), (Workday(20), Plan::default()), (Workday(30), bound)].to_vec();
        let timeline = PlanTimeline::new(versions, names).unwrap().with_bindings([binding()].to_vec()).unwrap();
        let rebound = timeline.rebound_from(Workday(10));
        let in_force = |day| (rebound.is_in_force(0, Workday(day)), rebound.is_in_force(1, Workday(day)));
        assert_eq!(
            [9, 10, 19, 20, 30].map(in_force),
            [(true, false), (false, true), (false, true), (false, false), (false, true)]
        );
        assert_eq!(timeline.rebound_from(Workday(20)).versions().len(), 3);
        assert_ne!(rebound.bindings()[0], rebound.bindings()[1]);
    }
}
