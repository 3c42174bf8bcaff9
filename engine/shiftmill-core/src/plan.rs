//! Plans: a ruleset checked and compiled. A plan that exists has been checked, so no rule checks it again.

use alloc::sync::Arc;
use alloc::{string::String, vec::Vec};
use core::ops::Range;

use crate::close::exceptions::ExceptionRules;
use crate::codes::{CalendarId, Multiplier, PayCode, PayCodeInfo, RuleId, Unit};
use crate::open::clock_offset::ClockOffset;
use crate::open::correction_policy::{CorrectedAs, CorrectionPolicy};
use crate::open::dedupe::Dedupe;
use crate::open::normalise::{Granularity, NeedsApproval, Normalise};
use crate::open::restriction::PunchRestriction;
use crate::pay::combine::Overtime;
use crate::pay::holidays::Holidays;
use crate::pay::overtime_approval::OvertimeApproval;
use crate::pay::premiums::Premium;
use crate::plugin::{Isolation, PluginBinding, ReasonRule};
use crate::shape::attendance::Attendance;
use crate::shape::breaks::Breaks;
use crate::shape::calendar::{Calendar, NamedCalendar, StatedDate};
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
use crate::tags::{TAG_FILTERS_MAX, TagFilter, TagId, TagTable};
use crate::time::{Seconds, Workday, WorkdayRange};
use crate::timecard::CalendarChoice;
use crate::watch::Watcher;

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
    /// Calendars beside it, by ascending number. An assignment chooses one for an employee.
    pub calendars: Vec<NamedCalendar>,
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
    /// Limits that raise exceptions.
    pub watchers: Vec<Watcher>,
    /// Severity of exceptions, and which are raised at all.
    pub exceptions: ExceptionRules,
    /// The plugins in force, in the order in which they are called: indexes into [`PlanTimeline::bindings`], ascending.
    pub plugins: Vec<u16>,
}

impl Plan {
    /// The calendar of this number.
    fn named_calendar(&self, number: CalendarId) -> Option<&NamedCalendar> {
        let index = self.calendars.binary_search_by_key(&number, |named| named.number).ok()?;
        self.calendars.get(index)
    }
}

/// How many days of facts a plan needs around the days it pays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ContextDays {
    /// Before the first workday paid.
    pub before: u16,
    /// After the last workday paid.
    pub after: u16,
}

/// The versions of a ruleset by the date from which each holds, with the names they share. For a person whose ruleset
/// changes by date, the versions of several rulesets one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanTimeline {
    /// Those for all work by date, then those of each job by date.
    versions: Vec<(Workday, Arc<Plan>)>,
    /// Whether there is more than one.
    several: bool,
    /// The plan of the first version, which also holds before its date.
    first: Arc<Plan>,
    /// How many versions are for all work.
    common: usize,
    /// Whose work of some tag is under versions of its own.
    jobs: Vec<Job>,
    /// The calendar of a person by the date from which it holds; before it and without any, that of the ruleset.
    calendars: Vec<(Workday, CalendarChoice)>,
    needs: Needs,
    shared: Arc<Shared>,
}

/// What timelines share whose numbers mean the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Shared {
    names: Names,
    bindings: Vec<PluginBinding>,
    filters: Vec<TagFilter>,
}

/// Work that is under versions of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Job {
    /// Work whose tag has all pairs of this one.
    tag: TagId,
    versions: Range<usize>,
}

/// From a workday on, a person is under another timeline.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Turn<'a> {
    /// The first workday.
    pub(crate) from: Workday,
    /// The timeline.
    pub(crate) timeline: &'a PlanTimeline,
}

impl PlanTimeline {
    /// A timeline of versions, each holding from its workday until the next. `None` when there is none, when the
    /// dates do not ascend, or when the four built-in rules and two built-in pay codes do not lead the names.
    pub fn new(versions: Vec<(Workday, Plan)>, names: Names) -> Option<PlanTimeline> {
        let named = names.rules.starts_with(&Names::BUILT_IN_RULES.map(String::from)) && names.pay_codes.len() >= 2;
        let shared = Shared { names, ..Shared::default() };
        let versions = versions.into_iter().map(|(from, plan)| (from, Arc::new(plan))).collect();
        if named { PlanTimeline::of(versions, Arc::new(shared)) } else { None }
    }

    fn of(versions: Vec<(Workday, Arc<Plan>)>, shared: Arc<Shared>) -> Option<PlanTimeline> {
        let ascending = versions.windows(2).all(|pair| matches!(pair, [a, b] if a.0 < b.0));
        let (first, needs, common) = (Arc::clone(&versions.first()?.1), Needs::of(&versions), versions.len());
        let several = versions.len() > 1;
        let (jobs, calendars) = (Vec::new(), Vec::new());
        let timeline = PlanTimeline { versions, several, first, common, jobs, calendars, needs, shared };
        ascending.then_some(timeline)
    }

    /// Other versions whose numbers mean the same: with the names, plugins and filters of this timeline. `None` when
    /// there is none, or when the dates do not ascend.
    pub fn sibling(&self, versions: Vec<(Workday, Plan)>) -> Option<PlanTimeline> {
        let versions = versions.into_iter().map(|(from, plan)| (from, Arc::new(plan))).collect();
        PlanTimeline::of(versions, Arc::clone(&self.shared))?.knows_its_plugins()
    }

    /// Whether the numbers of both mean the same, so that a person may change from one to the other.
    pub fn is_sibling_of(&self, other: &PlanTimeline) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }

    /// The versions that hold for a person who is under several siblings, one after the other, in the order of their
    /// dates; the first one also before its date. `None` without any.
    pub(crate) fn in_turn(turns: &[Turn<'_>]) -> Option<PlanTimeline> {
        let mut versions = Vec::new();
        for (index, turn) in turns.iter().enumerate() {
            let until = turns.get(index + 1).map(|next| next.from);
            let from = if index == 0 { Workday::FIRST } else { turn.from };
            turn.timeline.cut(from, until, &mut versions);
        }
        PlanTimeline::of(versions, Arc::clone(&turns.first()?.timeline.shared))
    }

    /// Adds the versions that hold on workdays from `from` until `until`.
    fn cut(&self, from: Workday, until: Option<Workday>, versions: &mut Vec<(Workday, Arc<Plan>)>) {
        let begun = self.versions().iter().rposition(|version| version.0 <= from);
        let plan = begun.and_then(|index| self.versions.get(index)).map_or(&self.first, |version| &version.1);
        versions.push((from, Arc::clone(plan)));
        let later = self.versions().iter().filter(|version| version.0 > from);
        versions.extend(later.filter(|version| until.is_none_or(|until| version.0 < until)).cloned());
    }

    /// The same timeline, under which work whose tag has all pairs of `tag` follows `turns`, and other rules before them.
    #[must_use]
    pub(crate) fn with_job(mut self, tag: TagId, turns: &[Turn<'_>]) -> PlanTimeline {
        let start = self.versions.len();
        for (index, turn) in turns.iter().enumerate() {
            let until = turns.get(index + 1).map(|next| next.from);
            turn.timeline.cut(turn.from, until, &mut self.versions);
        }
        self.jobs.push(Job { tag, versions: start..self.versions.len() });
        self.several = self.versions.len() > 1;
        self.needs = Needs::of(&self.versions);
        self
    }

    /// The same timeline for a person with these calendars, by ascending date.
    #[must_use]
    pub(crate) fn with_calendars(mut self, calendars: Vec<(Workday, CalendarChoice)>) -> PlanTimeline {
        let is_chosen = |named: &NamedCalendar| {
            let chosen = CalendarChoice::Named(named.number);
            calendars.iter().any(|turn| turn.1 == chosen)
        };
        let mut named = self.versions.iter().flat_map(|(_, plan)| &plan.calendars);
        if named.any(|named| !named.dates.is_empty() && is_chosen(named)) {
            (self.needs.day_types, self.needs.dated_seconds, self.needs.half_days) = (true, true, true);
        }
        self.calendars = calendars;
        self
    }

    /// Whether some version has a calendar of this number.
    pub fn has_calendar(&self, number: CalendarId) -> bool {
        // Calendars come with changes and stay, so the last version has nearly always all of them.
        self.versions.iter().rev().any(|(_, plan)| plan.named_calendar(number).is_some())
    }

    /// The calendars that some version has, ascending.
    pub fn calendars(&self) -> Vec<CalendarId> {
        let named = self.versions.iter().flat_map(|(_, plan)| &plan.calendars);
        let mut numbers: Vec<CalendarId> = named.map(|named| named.number).collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }

    /// What the named calendar that a person has on a workday says of it, and its number. `None` when the ruleset's own
    /// calendar decides.
    #[inline]
    pub(crate) fn stated_by_named_calendar(&self, workday: Workday) -> Option<(CalendarId, &StatedDate)> {
        if self.calendars.is_empty() { None } else { self.stated_by_chosen_calendar(workday) }
    }

    // Kept out of the loops over days: most people have the calendar of their ruleset.
    #[inline(never)]
    fn stated_by_chosen_calendar(&self, workday: Workday) -> Option<(CalendarId, &StatedDate)> {
        let (_, chosen) = self.calendars.iter().rev().find(|turn| turn.0 <= workday)?;
        let CalendarChoice::Named(number) = *chosen else { return None };
        Some((number, self.at(workday).named_calendar(number)?.states(workday)?))
    }

    /// The same timeline with the plugins that its plans name. `None` when a plan names one that is not there.
    pub fn with_bindings(self, bindings: Vec<PluginBinding>) -> Option<PlanTimeline> {
        let shared = Arc::new(Shared { bindings, ..Arc::unwrap_or_clone(self.shared) });
        PlanTimeline { shared, ..self }.knows_its_plugins()
    }

    fn knows_its_plugins(self) -> Option<PlanTimeline> {
        let mut named = self.versions.iter().flat_map(|(_, plan)| &plan.plugins);
        let known = named.all(|index| usize::from(*index) < self.shared.bindings.len());
        known.then_some(self)
    }

    /// The same rules with a change on a workday, from which every plugin is bound anew, with an instance for each employee.
    /// A plugin is then called once for the days before the change and once for those after it, as when a change gives it
    /// other settings. For trials.
    pub fn rebound_from(&self, workday: Workday) -> PlanTimeline {
        let anew = |binding: &PluginBinding| PluginBinding { isolation: Isolation::Employee, ..binding.clone() };
        let bindings = self.bindings().iter().cloned().chain(self.bindings().iter().map(anew)).collect();
        let first_new = self.bindings().len() as u16;
        let rebound = |plan: &Plan| {
            let plugins = plan.plugins.iter().map(|index| first_new.saturating_add(*index)).collect();
            Arc::new(Plan { plugins, ..plan.clone() })
        };
        let mut versions: Vec<_> = self.versions().iter().filter(|version| version.0 < workday).cloned().collect();
        versions.push((workday, rebound(self.at(workday))));
        let later = self.versions().iter().filter(|version| version.0 > workday);
        versions.extend(later.map(|(from, plan)| (*from, rebound(plan))));
        let first = versions.first().map_or_else(|| Arc::clone(&self.first), |(_, plan)| Arc::clone(plan));
        let shared = Arc::new(Shared { bindings, ..Shared::clone(&self.shared) });
        let common = versions.len();
        PlanTimeline {
            several: versions.len() > 1,
            versions,
            first,
            common,
            jobs: Vec::new(),
            calendars: Vec::new(),
            needs: self.needs,
            shared,
        }
    }

    /// The same timeline with the tag filters that its rules name. `None` when there are more than
    /// [`crate::TAG_FILTERS_MAX`].
    pub fn with_filters(self, filters: Vec<TagFilter>) -> Option<PlanTimeline> {
        let few = filters.len() <= TAG_FILTERS_MAX;
        let shared = Arc::new(Shared { filters, ..Arc::unwrap_or_clone(self.shared) });
        few.then_some(PlanTimeline { shared, ..self })
    }

    /// The tag filters of all versions, by [`crate::FilterId`].
    pub fn filters(&self) -> &[TagFilter] {
        &self.shared.filters
    }

    /// The plugins of all versions. The same plugin with the same configuration in several versions is one binding.
    pub fn bindings(&self) -> &[PluginBinding] {
        &self.shared.bindings
    }

    /// Whether a plugin is in force on a workday.
    pub fn is_in_force(&self, binding: u16, workday: Workday) -> bool {
        self.at(workday).plugins.contains(&binding)
    }

    /// Whether a plugin is in force on any of some workdays. It is called for a card when it is in force on any workday
    /// that the facts cover.
    pub fn is_in_force_within(&self, binding: u16, days: WorkdayRange) -> bool {
        let ends = self.versions().iter().skip(1).map(|next| Some(next.0)).chain([None]);
        let mut versions = self.versions().iter().enumerate().zip(ends);
        versions.any(|((index, (from, plan)), next)| {
            let begins = index == 0 || *from <= days.last;
            begins && next.is_none_or(|next| days.first < next) && plan.plugins.contains(&binding)
        })
    }

    /// The plan in force on a workday; before the first version's date, the first version.
    #[inline]
    pub fn at(&self, workday: Workday) -> &Plan {
        if self.several { self.at_one_of_several(workday) } else { &self.first }
    }

    // Kept out of the loops over shifts and spans: most rulesets have one version.
    #[inline(never)]
    fn at_one_of_several(&self, workday: Workday) -> &Plan {
        // Two versions are many, so the plain scan is the fast one.
        let holding = self.versions().iter().rev().find(|version| version.0 <= workday);
        holding.map_or(&self.first, |version| &version.1)
    }

    /// The plan in force on a workday for work with a tag.
    #[inline]
    pub(crate) fn of_work(&self, workday: Workday, tag: TagId, tags: &TagTable) -> &Plan {
        if self.jobs.is_empty() { self.at(workday) } else { self.version(self.number_of(workday, tag, tags)) }
    }

    /// The number of the version in force on a workday for work with a tag.
    pub(crate) fn number_of(&self, workday: Workday, tag: TagId, tags: &TagTable) -> usize {
        let begun = |versions: Range<usize>| {
            let start = versions.start;
            let found = self.versions.get(versions)?.iter().rposition(|version| version.0 <= workday);
            found.map(|index| start + index)
        };
        let jobs = self.jobs.iter().filter(|job| tags.has_pairs_of(tag, job.tag));
        // Of several jobs the one whose pairs come last, whatever the order of the dictionary.
        let begun_jobs = jobs.filter_map(|job| Some((tags.rank(job.tag), begun(job.versions.clone())?)));
        let of_job = begun_jobs.max_by_key(|(rank, _)| *rank).map(|(_, number)| number);
        of_job.or_else(|| begun(0..self.common)).unwrap_or(0)
    }

    /// The plan of a version by its number.
    pub(crate) fn version(&self, number: usize) -> &Plan {
        self.versions.get(number).map_or(&self.first, |version| &version.1)
    }

    /// Which work a version is for: `None` for all, else the number of its job.
    pub(crate) fn job_of(&self, version: usize) -> Option<usize> {
        self.jobs.iter().position(|job| job.versions.contains(&version))
    }

    /// How many versions there are, with those of jobs.
    pub(crate) fn version_count(&self) -> usize {
        self.versions.len()
    }

    /// Whether some work is under versions of its own.
    #[inline]
    pub(crate) fn has_jobs(&self) -> bool {
        !self.jobs.is_empty()
    }

    /// The versions for all work, each with the workday from which it holds.
    pub fn versions(&self) -> &[(Workday, Arc<Plan>)] {
        self.versions.get(..self.common).unwrap_or(&[])
    }

    /// A copy of the versions for all work, to be changed.
    pub fn to_versions(&self) -> Vec<(Workday, Plan)> {
        self.versions().iter().map(|(from, plan)| (*from, Plan::clone(plan))).collect()
    }

    /// The only plan, when there is one version.
    #[inline]
    pub fn single(&self) -> Option<&Plan> {
        (!self.several).then_some(&self.first)
    }

    /// The names that all versions share.
    pub fn names(&self) -> &Names {
        &self.shared.names
    }

    /// What some version uses.
    #[inline]
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
    /// Corrections repair pay and not attendance.
    pub(crate) still_late: bool,
    /// Scheduled shifts may be moved by when the person comes or went.
    pub(crate) moved_shifts: bool,
    /// Workdays are compared as a whole with the work that they should have.
    pub(crate) judged_workdays: bool,
    /// Some scheduled shifts are compared with all others of their workday.
    pub(crate) compared_by_day: bool,
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
    /// Some of it inside a window of the clock only.
    pub(crate) clock_tiers: bool,
    /// Holidays are paid beside the work on them.
    pub(crate) holidays_not_worked: bool,
    /// Some of them only once overtime is known.
    pub(crate) holidays_after_overtime: bool,
    /// Tiers count what they pay.
    pub(crate) holidays_count: bool,
    /// Work of people who are not eligible is on no holiday.
    pub(crate) holidays_for_eligible: bool,
    /// Premiums are paid.
    pub(crate) premiums: bool,
    /// Limits are watched.
    pub(crate) watchers: bool,
    /// Some premium asks how much has been worked.
    pub(crate) premium_hours: bool,
    /// Some premium has limits that reach beyond a worked shift.
    pub(crate) premium_limits: bool,
}

impl Needs {
    fn of(versions: &[(Workday, Arc<Plan>)]) -> Needs {
        let any = |asks: fn(&Plan) -> bool| versions.iter().any(|(_, plan)| asks(plan));
        Needs {
            whole_minutes: any(|plan| plan.normalise.granularity == Granularity::Minute),
            clock_offsets: any(|plan| !plan.clock_offsets.is_empty()),
            punch_restrictions: any(|plan| !plan.punch_restrictions.is_empty()),
            day_types: any(|plan| !plan.calendar.is_plain()),
            follows_work: any(|plan| plan.calendar.follows_work()),
            half_days: any(|plan| !plan.calendar.half_days.is_empty()),
            dated_seconds: any(|plan| plan.calendar.has_dated_seconds() || plan.holidays.basis.looks_at_shifts()),
            weekly_pattern: any(|plan| plan.schedule.weekly_pattern != [None; 7]),
            match_by_cluster: any(|plan| plan.matching.match_by == MatchBy::Cluster),
            match_by_workday: any(|plan| plan.matching.match_by == MatchBy::Workday),
            shift_length_max: versions.iter().map(|(_, plan)| plan.matching.shift_length_max).min().unwrap_or_default(),
            paid_gaps: any(|plan| plan.breaks.paid_below.is_some()),
            split_templates: any(|plan| plan.schedule.has_splits()),
            fixed_breaks: any(|plan| !plan.breaks.fixed.is_empty() || plan.schedule.has_breaks()),
            judged_workdays: any(|plan| plan.attendance.judges_workdays()),
            compared_by_day: any(|plan| plan.attendance.compares_by_day()),
            auto_deduct: any(|plan| !plan.breaks.auto_deduct.is_empty()),
            length_rounding: any(|plan| !plan.length_rounding.is_empty()),
            expectation: any(|plan| plan.expectation.acts()),
            still_late: any(|plan| plan.corrections.counts_as == CorrectedAs::StillLate),
            moved_shifts: any(|plan| plan.has_flexible_starts() || !plan.attendance.late_off.is_empty()),
            core_hours: any(Plan::has_core_hours),
            meals: any(|plan| !plan.meal_requirements.is_empty()),
            overtime_approval: any(|plan| !plan.overtime_approval.is_empty()),
            callback_approval: any(|plan| plan.normalise.callback == NeedsApproval::Always),
            offsite_approval: any(|plan| plan.normalise.offsite == NeedsApproval::Always),
            overtime_without_approval: any(|plan| plan.overtime_approval.iter().any(|rule| !rule.needs_approvals())),
            approved_time: any(|plan| plan.overtime_approval.iter().any(OvertimeApproval::needs_approved_time)),
            overtime: any(|plan| plan.overtime.acts()),
            clock_tiers: any(|plan| plan.overtime.tiers.iter().any(|tier| tier.when.between.is_some())),
            holidays_not_worked: any(|plan| plan.holidays.not_worked.is_some()),
            holidays_after_overtime: any(|plan| plan.holidays.pays_after_overtime()),
            holidays_count: any(|plan| plan.holidays.counts_in_tiers()),
            holidays_for_eligible: any(|plan| plan.holidays.is_for_eligible_work()),
            premiums: any(|plan| !plan.premiums.is_empty()),
            watchers: any(|plan| !plan.watchers.is_empty()),
            premium_hours: any(|plan| {
                plan.premiums.iter().any(|premium| !premium.after.ask_nothing() || !premium.before.ask_nothing())
            }),
            premium_limits: any(|plan| plan.premiums.iter().any(|premium| !premium.limits.are_none())),
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
    /// Calendars beside the own ones of rulesets.
    pub calendars: Vec<String>,
    /// Groups of premiums.
    pub premium_groups: Vec<String>,
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

    /// How facts name the ruleset's own calendar, which no other calendar is called.
    pub const OWN_CALENDAR: &'static str = "own";

    /// The calendar of this name; `None` when there is none.
    pub fn calendar(&self, name: &str) -> Option<CalendarChoice> {
        if name == Names::OWN_CALENDAR {
            return Some(CalendarChoice::Own);
        }
        let number = self.calendars.iter().position(|known| known == name)?;
        u16::try_from(number).ok().map(|number| CalendarChoice::Named(CalendarId(number)))
    }

    /// The name of a calendar; empty for a number that has none.
    pub fn calendar_name(&self, calendar: CalendarChoice) -> &str {
        match calendar {
            CalendarChoice::Own => Names::OWN_CALENDAR,
            CalendarChoice::Named(number) => self.calendars.get(usize::from(number.0)).map_or("", String::as_str),
        }
    }

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

    /// True for a pay code that there is, and that counts time.
    pub fn counts_time(&self, code: PayCode) -> bool {
        self.pay_code(code).is_some_and(|info| info.unit == Unit::Second)
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
