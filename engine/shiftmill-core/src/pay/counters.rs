//! Counters: the running total of each overtime tier within a card.
//! - Takes:  the tiers of the plans that a card meets, workday after workday.
//! - Gives:  which tiers count a second, and their totals.
//! - Runs:   under the combiner.
#![allow(
    clippy::indexing_slicing,
    reason = "counters name versions and tiers by their place in the plans they came from"
)]

use alloc::vec::Vec;

use crate::card::{Span, WorkedShift};
use crate::codes::{DayType, DayTypeSet, PayCode, RuleId};
use crate::pay::clock_tiers::{TierWindow, Windows};
use crate::pay::combine::{Combine, Overtime};
use crate::pay::tiers::{
    Consecutive, ConsecutiveMode, ConsecutiveReset, Counts, OvertimeTier, Stretch, TierCondition, TierScope,
};
use crate::plan::{Plan, PlanTimeline};
use crate::record::{Note, Recorder, WhyNot};
use crate::shape::split;
use crate::tags::{FilterId, TagId, TagTable};
use crate::time::{Seconds, Timestamp, Weekday, WeekdaySet, Workday};
use crate::timecard::{EvaluationWindow, Inputs, OpeningBalance, Timecard};

/// The plans of a card and what chooses among them.
#[derive(Clone, Copy)]
pub(crate) struct Rules<'a> {
    pub(crate) timeline: &'a PlanTimeline,
    pub(crate) window: &'a EvaluationWindow,
    pub(crate) opening: &'a [OpeningBalance],
    pub(crate) shifts: &'a [WorkedShift],
    pub(crate) tags: &'a TagTable,
    card: &'a Timecard<'a>,
    /// Whether seconds may differ in more than their day types: by tag filters, by call-backs, or by the clock.
    differs: bool,
    /// The windows of the clock by which every span is cut; `None` where no tier has one.
    windows: Option<&'a Windows>,
    /// The versions that can hold on a day of the card: `first..=last` of those for all work, and all of jobs.
    first: usize,
    last: usize,
}

impl<'a> Rules<'a> {
    /// The rules for a card whose spans count on the workdays from `from` to `to`.
    pub(crate) fn new(
        inputs: &'a Inputs<'a>,
        shifts: &'a [WorkedShift],
        windows: Option<&'a Windows>,
        from: Workday,
        to: Workday,
    ) -> Rules<'a> {
        let mut rules = Rules {
            timeline: inputs.timeline,
            window: inputs.window,
            opening: inputs.card.opening_balances,
            shifts,
            tags: inputs.tags,
            card: &inputs.card,
            differs: inputs.card.rare_kinds || inputs.tags.has_filters() || windows.is_some(),
            windows,
            first: 0,
            last: 0,
        };
        if inputs.timeline.single().is_none() {
            let labels = shifts.iter().map(|shift| shift.workday);
            let latest = labels.clone().fold(to.max(inputs.window.facts.last), Workday::max);
            rules.first = rules.version_at(labels.fold(from, Workday::min), TagId::NONE);
            rules.last = match inputs.timeline.has_jobs() {
                true => inputs.timeline.version_count().saturating_sub(1),
                false => rules.version_at(latest, TagId::NONE),
            };
        }
        rules
    }

    /// True when one plan holds on every day of the card.
    pub(crate) fn is_one_plan(&self) -> bool {
        self.first == self.last
    }

    /// The number of the version in force on a workday for work with a tag.
    fn version_at(&self, workday: Workday, tag: TagId) -> usize {
        self.timeline.number_of(workday, tag, self.tags)
    }

    /// Whether the tiers of some work are those of a job.
    #[inline]
    pub(crate) fn has_jobs(&self) -> bool {
        self.timeline.has_jobs()
    }

    /// What conditions ask of the seconds of a span.
    #[inline]
    pub(crate) fn kind_of(&self, span: &Span) -> SecondKind {
        if !self.differs {
            return SecondKind { of: WorkSet::one(span.day_type, false), tags: 0, clock: 0 };
        }
        let is_callback = |shift: u32| self.shifts.get(shift as usize).is_some_and(|shift| shift.callback);
        let is_callback = span.shift.is_some_and(is_callback);
        let clock = self.windows.map_or(0, |windows| windows.open_at(span.start, self.card.zone));
        SecondKind { of: WorkSet::one(span.day_type, is_callback), tags: self.tags.mask(span.tag), clock }
    }

    /// What conditions ask of leave without clock times.
    pub(crate) fn kind_of_leave(&self, workday: Workday, day_type: DayType) -> SecondKind {
        let tags = self.tags.mask(self.card.tag_on(workday));
        SecondKind { of: WorkSet::one(day_type, false), tags, clock: 0 }
    }

    /// The plan in force on a workday.
    pub(crate) fn plan_at(&self, workday: Workday) -> &'a Plan {
        if self.is_one_plan() { self.plan(self.first) } else { self.timeline.at(workday) }
    }

    fn plan(&self, version: usize) -> &'a Plan {
        self.timeline.version(version)
    }

    /// The tier behind a counter.
    pub(crate) fn tier(&self, counter: &Counter) -> &'a OvertimeTier {
        &self.plan(counter.version).overtime.tiers[counter.tier]
    }

    /// The workweek that contains a workday.
    pub(crate) fn workweek(&self, workday: Workday) -> Stretch {
        self.stretch(TierScope::Workweek, workday)
    }

    fn stretch(&self, scope: TierScope, workday: Workday) -> Stretch {
        scope.stretch(workday, self.opens(workday), self.window.pay_period)
    }

    fn opens(&self, workday: Workday) -> Weekday {
        self.plan_at(workday).workdays.workweek_opens
    }

    /// The version that governs the workweek of a workday.
    fn version_of_workweek(&self, workday: Workday) -> usize {
        self.version_of(self.workweek(workday), workday, TagId::NONE)
    }

    /// The overtime settings that govern the workweek of a workday.
    pub(crate) fn overtime_of_workweek(&self, workday: Workday) -> &'a Overtime {
        let version = if self.is_one_plan() { self.first } else { self.version_of_workweek(workday) };
        &self.plan(version).overtime
    }

    /// The version that governs a stretch which contains `workday`: that of its last evaluated workday.
    fn version_of(&self, stretch: Stretch, workday: Workday, tag: TagId) -> usize {
        let evaluated = stretch.until.plus(-1).min(self.window.facts.last);
        self.version_at(evaluated.max(workday), tag)
    }

    /// The label by which the plan of a shift's tiers is chosen.
    fn label_of_shift(&self, span: &Span) -> Workday {
        let shift = span.shift.and_then(|shift| self.shifts.get(shift as usize));
        shift.map_or(span.overtime_workday, |shift| shift.workday)
    }

    /// Whether the tier of a counter is in force on a workday for work with a tag; `label` chooses the plan of a shift.
    fn in_force(&self, counter: &Counter, workday: Workday, label: Workday, tag: TagId) -> bool {
        if self.is_one_plan() {
            return true;
        }
        let governing = self.version_of_workweek(workday);
        if self.is_whole(counter.version) || self.is_whole(governing) {
            return counter.version == governing;
        }
        let version = match counter.scope {
            TierScope::Shift => self.version_at(label, tag),
            TierScope::Workday => self.version_at(workday, tag),
            TierScope::Workweek | TierScope::Workweeks { .. } | TierScope::Month | TierScope::PayPeriod => {
                self.version_of(counter.stretch, workday, tag)
            }
        };
        counter.version == version
    }

    /// True for a plan whose tiers hold for whole workweeks and together only.
    fn is_whole(&self, version: usize) -> bool {
        matches!(self.plan(version).overtime.combine, Combine::Table(_) | Combine::MaxOfAlternatives(_))
    }

    /// What was carried in for a counter whose scope is running at the start of the facts.
    fn carried_in(&self, counter: &Counter) -> Option<Seconds> {
        let start = self.window.facts.first;
        let running = counter.stretch.from < start && start < counter.stretch.until;
        let balance = self.opening.iter().find(|balance| running && balance.rule == counter.rule)?;
        Some(balance.amount)
    }
}

/// What the conditions of tiers ask of a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SecondKind {
    /// Its day type, and whether it is of a call-back: one of each.
    of: WorkSet,
    /// The bits of the tag filters that it fits.
    tags: u64,
    /// The bits of the windows of the clock that it lies in.
    clock: u64,
}

/// Day types, and call-backs, other work, or both: one comparison then tests two conditions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct WorkSet(u16);

// The bits of call-backs and other work follow those of day types.
const _: () = assert!(DayType::ALL.len() <= 8);

impl WorkSet {
    const NONE: WorkSet = WorkSet(0);
    const OTHER: u16 = 1 << 8;
    const CALLBACK: u16 = 1 << 9;

    /// That of one second.
    #[inline]
    fn one(day_type: DayType, is_callback: bool) -> WorkSet {
        WorkSet(1 << day_type as u8 | if is_callback { WorkSet::CALLBACK } else { WorkSet::OTHER })
    }

    /// All that a condition allows.
    fn of(day_types: DayTypeSet, callback: Option<bool>) -> WorkSet {
        let of = match callback {
            None => WorkSet::OTHER | WorkSet::CALLBACK,
            Some(true) => WorkSet::CALLBACK,
            Some(false) => WorkSet::OTHER,
        };
        let days = DayType::ALL.iter().filter(|day_type| day_types.contains(**day_type));
        WorkSet(days.fold(of, |set, day_type| set | 1 << *day_type as u8))
    }

    #[inline]
    const fn contains(self, other: WorkSet) -> bool {
        other.0 & !self.0 == 0
    }
}

/// A tier on its way through a card.
#[derive(Clone, Debug)]
pub(crate) struct Counter {
    version: usize,
    /// Which work its version is for.
    job: Option<usize>,
    /// Its index among the tiers of its plan.
    pub(crate) tier: usize,
    /// 0, or the number of the alternative it is counted for, from 1.
    pub(crate) alternative: usize,
    /// Its rule.
    pub(crate) rule: RuleId,
    /// Its scope.
    pub(crate) scope: TierScope,
    /// How wide its scope is.
    pub(crate) width: u8,
    /// The higher wins a second that several tiers claim.
    pub(crate) rank: u64,
    /// What feeds it.
    pub(crate) feed: Feed,
    /// Whether paid leave feeds it.
    pub(crate) leave_counts: bool,
    /// The limit.
    pub(crate) limit: Seconds,
    /// What it has counted.
    pub(crate) counted: Seconds,
    /// The number of the workday in the run of worked days.
    pub(crate) number: u8,
    /// Whether the second now looked at feeds it.
    pub(crate) grows: bool,
    /// Whether it claims the second now looked at.
    pub(crate) claims: bool,
    /// Whether it has a condition on runs of worked days.
    pub(crate) by_run: bool,
    /// Whether more than the weekday decides if the tier applies to a workday.
    special: bool,
    weekdays: WeekdaySet,
    /// The work that it is for.
    work: WorkSet,
    /// The same, or work on days of all types where that counts too.
    counted_work: WorkSet,
    /// The bit of its tag filter; 0 without one.
    tags: u64,
    /// The same, or 0 where work with other tags counts too.
    counted_tags: u64,
    /// The bit of its window of the clock; 0 without one.
    clock: u64,
    /// The work that it applies to on this workday.
    looks_at: WorkSet,
    /// The work that feeds it on this workday.
    counts_at: WorkSet,
    stretch: Stretch,
    shift: Option<u32>,
    /// The shift that was left for work that belongs to none.
    aside: Option<Aside>,
    /// The end of the work of the shift so far.
    worked_until: Timestamp,
    in_force: bool,
    /// Whether it applies to this workday at all.
    today: bool,
    /// Whether it began with what was carried in.
    carried: bool,
    run: Run,
    seen: Seen,
}

/// What feeds a counter, without the codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Feed {
    /// Straight time.
    StraightTime,
    /// All worked time.
    AllHours,
    /// Time on codes of tiers of narrower scope.
    Codes,
    /// Straight time, and time on codes of tiers of narrower scope.
    CodesAndStraightTime,
}

/// The worked days in a row up to a workday.
#[derive(Clone, Copy, Debug)]
struct Run {
    last: Workday,
    length: u32,
}

/// What a counter by shift had when the shift was left.
#[derive(Clone, Copy, Debug)]
struct Aside {
    shift: u32,
    stretch: Stretch,
    counted: Seconds,
    seen: Seen,
}

/// What happened in a scope, kept for notes only.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    work: bool,
    fit: bool,
    claim: bool,
}

impl Counter {
    fn new(version: usize, job: Option<usize>, tier: usize, alternative: usize, of: &OvertimeTier) -> Counter {
        // Every condition is named, so that a new one does not compile until it is applied.
        let TierCondition { day_types, weekdays, tags, callback, between, consecutive } = &of.when;
        Counter {
            version,
            job,
            tier,
            alternative,
            rule: of.rule,
            scope: of.scope,
            width: of.scope.width(),
            rank: rank(of),
            feed: match &of.counts {
                Counts::StraightTime => Feed::StraightTime,
                Counts::AllHours => Feed::AllHours,
                Counts::Codes(codes) if codes.contains(PayCode::REGULAR) => Feed::CodesAndStraightTime,
                Counts::Codes(_) => Feed::Codes,
            },
            leave_counts: of.leave_counts,
            limit: of.limit,
            counted: Seconds::ZERO,
            number: 0,
            grows: false,
            claims: false,
            by_run: consecutive.is_some(),
            special: consecutive.is_some() || of.scope == TierScope::PayPeriod,
            weekdays: *weekdays,
            work: WorkSet::of(*day_types, *callback),
            counted_work: match of.counts_other_day_types {
                true => WorkSet::of(DayTypeSet::ALL, *callback),
                false => WorkSet::of(*day_types, *callback),
            },
            looks_at: WorkSet::NONE,
            counts_at: WorkSet::NONE,
            tags: tags.map_or(0, FilterId::bit),
            counted_tags: tags.filter(|_| !of.counts_other_tags).map_or(0, FilterId::bit),
            clock: between.map_or(0, TierWindow::bit),
            stretch: Stretch::NONE,
            shift: None,
            aside: None,
            worked_until: Timestamp::default(),
            in_force: true,
            today: false,
            carried: false,
            run: Run { last: Workday(i32::MIN), length: 0 },
            seen: Seen::default(),
        }
    }

    /// Whether it may apply to one workday of its stretch and not to another.
    pub(crate) fn minds_the_day(&self) -> bool {
        self.special || self.weekdays != WeekdaySet::ALL
    }

    /// Whether the tier applies to such seconds on this workday.
    #[inline]
    pub(crate) fn fits(&self, kind: SecondKind) -> bool {
        let bits = kind.tags & self.tags == self.tags && kind.clock & self.clock == self.clock;
        self.looks_at.contains(kind.of) && bits
    }

    /// Whether such seconds may feed the counter on this workday.
    #[inline]
    pub(crate) fn counts(&self, kind: SecondKind) -> bool {
        self.counts_at.contains(kind.of) && kind.tags & self.counted_tags == self.counted_tags
    }

    /// Whether it counts work that no tier claims.
    #[inline]
    pub(crate) fn is_fed_unclaimed(&self, kind: SecondKind) -> bool {
        self.counts(kind) && self.feed != Feed::Codes
    }

    /// Prepares for a workday on which `worked` was worked in all.
    pub(crate) fn open_workday<R: Recorder>(
        &mut self,
        workday: Workday,
        worked: Seconds,
        rules: &Rules<'_>,
        recorder: &mut R,
    ) {
        match self.scope {
            TierScope::Shift => {}
            TierScope::Workday => {
                self.end_scope(recorder);
                self.stretch = Stretch { from: workday, until: workday.plus(1) };
                self.counted = Seconds::ZERO;
            }
            TierScope::Workweek | TierScope::Workweeks { .. } | TierScope::Month | TierScope::PayPeriod => {
                if workday >= self.stretch.until || !rules.is_one_plan() {
                    self.enter(rules.stretch(self.scope, workday), rules, recorder);
                }
            }
        }
        if !rules.is_one_plan() || self.special {
            self.in_force = rules.in_force(self, workday, workday, rules.card.tag_on(workday));
        }
        self.today = self.weekdays == WeekdaySet::ALL || self.weekdays.contains(workday.weekday());
        if self.special {
            self.today &= self.is_special_day(workday, worked, rules);
        }
        self.look();
    }

    /// Whether the rarer conditions hold on a workday.
    fn is_special_day(&mut self, workday: Workday, worked: Seconds, rules: &Rules<'_>) -> bool {
        if self.scope == TierScope::PayPeriod {
            self.in_force &= rules.window.pay_period.contains(workday);
        }
        let late_enough = rules.tier(self).when.consecutive.as_ref().is_none_or(|consecutive| {
            self.number = self.run.number(consecutive, workday, worked, rules.workweek(workday).from);
            is_reached(consecutive, self.number)
        });
        late_enough && !(self.carried && workday < rules.window.facts.first)
    }

    /// Determines what the tier applies to.
    fn look(&mut self) {
        (self.looks_at, self.counts_at) = match self.today && self.in_force {
            true => (self.work, self.counted_work),
            false => (WorkSet::NONE, WorkSet::NONE),
        };
    }

    /// Begins a stretch, if it is another one, and ends the one before.
    fn enter<R: Recorder>(&mut self, stretch: Stretch, rules: &Rules<'_>, recorder: &mut R) {
        if stretch == self.stretch {
            return;
        }
        self.end_scope(recorder);
        self.stretch = stretch;
        let carried = rules.carried_in(self);
        self.carried = carried.is_some();
        self.special |= self.carried;
        self.counted = carried.unwrap_or(Seconds::ZERO);
    }

    /// Enters the shift of a span, if it is another one. For tiers whose scope is a shift.
    pub(crate) fn enter_shift<R: Recorder>(&mut self, span: &Span, rules: &Rules<'_>, recorder: &mut R) {
        let label = rules.label_of_shift(span);
        // Work that belongs to no shift is one of its own as far as it is not interrupted.
        let apart = span.shift.is_none() && span.start != self.worked_until;
        self.worked_until = span.end;
        let shift = span.shift.map(|shift| split::first_part(rules.shifts, shift));
        if self.shift != shift || self.stretch == Stretch::NONE || apart {
            match self.shift.filter(|_| shift.is_none()) {
                Some(left) => self.set_aside(left),
                None => self.end_scope(recorder),
            }
            self.stretch = Stretch { from: label, until: label.plus(1) };
            self.shift = shift;
            self.counted = Seconds::ZERO;
            if shift.is_some() {
                self.take_up(recorder);
            }
        }
        self.in_force = rules.in_force(self, span.overtime_workday, label, span.tag);
        self.look();
    }

    /// Leaves a shift for work that belongs to none; the shift may go on after it.
    fn set_aside(&mut self, left: u32) {
        let seen = core::mem::take(&mut self.seen);
        self.aside = Some(Aside { shift: left, stretch: self.stretch, counted: self.counted, seen });
    }

    /// Goes on with the shift that was set aside, when it is the current one; else that one is over.
    fn take_up<R: Recorder>(&mut self, recorder: &mut R) {
        match self.aside.take() {
            Some(aside) if Some(aside.shift) == self.shift => {
                (self.stretch, self.counted, self.seen) = (aside.stretch, aside.counted, aside.seen);
            }
            Some(aside) => {
                let now = (self.stretch, self.counted);
                (self.stretch, self.counted, self.seen) = (aside.stretch, aside.counted, aside.seen);
                self.end_scope(recorder);
                (self.stretch, self.counted) = now;
            }
            None => {}
        }
    }

    /// Ends all that is running at the end of a card.
    pub(crate) fn end_card<R: Recorder>(&mut self, recorder: &mut R) {
        self.end_scope(recorder);
        self.shift = None;
        self.take_up(recorder);
    }

    /// Is in force for the work of a span, or not. For tiers of other scopes than a shift.
    pub(crate) fn enter_job(&mut self, span: &Span, rules: &Rules<'_>) {
        self.in_force = rules.in_force(self, span.overtime_workday, span.overtime_workday, span.tag);
        if self.scope == TierScope::PayPeriod {
            self.in_force &= rules.window.pay_period.contains(span.overtime_workday);
        }
        self.look();
    }

    /// Keeps for notes that there was work, whether it fits and whether it is claimed.
    pub(crate) fn saw(&mut self, fits: bool) {
        self.seen.work |= self.in_force;
        self.seen.fit |= fits;
        self.seen.claim |= self.claims;
    }

    /// Records why the tier was not applied in the scope that ends now.
    pub(crate) fn end_scope<R: Recorder>(&mut self, recorder: &mut R) {
        if !R::LISTENS {
            return;
        }
        let seen = core::mem::take(&mut self.seen);
        let why = match seen {
            Seen { work: false, .. } | Seen { claim: true, .. } => return,
            Seen { fit: false, .. } => WhyNot::ConditionNotMet,
            Seen { fit: true, .. } => WhyNot::WithinLimit { counted: self.counted, limit: self.limit },
        };
        recorder.note(Note::DidNotAct { rule: self.rule, scope: self.scope, from: self.stretch.from, why });
    }

    /// Forgets what was seen for notes.
    pub(crate) fn forget(&mut self) {
        self.seen = Seen::default();
    }

    /// Whether the scope ends with or before `until`.
    pub(crate) fn ends_by(&self, until: Workday) -> bool {
        self.stretch.until <= until
    }
}

impl Run {
    /// Counts a workday, and returns its number in the run; 0 when too little was worked on it.
    fn number(&mut self, of: &Consecutive, workday: Workday, worked: Seconds, workweek_from: Workday) -> u8 {
        if worked < of.worked_at_least || worked.is_zero() {
            return 0;
        }
        let starts_anew = of.reset == ConsecutiveReset::Workweek && workday == workweek_from;
        let follows = self.last.plus(1) == workday && !starts_anew;
        self.length = if follows { self.length.saturating_add(1) } else { 1 };
        self.last = workday;
        let number = match of.reset {
            ConsecutiveReset::AfterTrigger => (self.length - 1) % u32::from(of.day.max(1)) + 1,
            ConsecutiveReset::Workweek | ConsecutiveReset::Rolling => self.length,
        };
        u8::try_from(number).unwrap_or(u8::MAX)
    }
}

/// Whether the `number`-th day of a run is one that the condition means.
fn is_reached(condition: &Consecutive, number: u8) -> bool {
    match condition.mode {
        ConsecutiveMode::AtLeast => number >= condition.day,
        ConsecutiveMode::Exactly => number == condition.day,
    }
}

/// One number for the precedence of a tier: the multiplier, then the narrower scope, then the priority, then the
/// lower rule number.
fn rank(tier: &OvertimeTier) -> u64 {
    let multiplier = u64::from(tier.multiplier.0);
    let narrowness = u64::from(u8::MAX - tier.scope.width());
    let priority = (i64::from(tier.priority) - i64::from(i16::MIN)) as u64;
    let earliness = u64::from(u16::MAX - tier.rule.0);
    multiplier << 40 | narrowness << 32 | priority << 16 | earliness
}

/// Lists the counters of a card: alternatives one after the other, and within each the tiers from narrow to wide.
pub(crate) fn line_up(rules: &Rules<'_>, counters: &mut Vec<Counter>) {
    counters.clear();
    for version in rules.first..=rules.last {
        let (overtime, job) = (&rules.plan(version).overtime, rules.timeline.job_of(version));
        match &overtime.combine {
            Combine::MaxOfAlternatives(alternatives) => {
                for (alternative, set) in alternatives.iter().enumerate() {
                    let tiers = set.tiers.iter().map(|&tier| usize::from(tier));
                    let counter = |tier| Counter::new(version, job, tier, alternative + 1, &overtime.tiers[tier]);
                    counters.extend(tiers.map(counter));
                }
            }
            Combine::StraightTimeOnly | Combine::AllHoursCount | Combine::Table(_) | Combine::Additive => {
                let tiers = overtime.tiers.iter().enumerate();
                counters.extend(tiers.map(|(tier, of)| Counter::new(version, job, tier, 0, of)));
            }
        }
    }
    let order = |counter: &Counter| (counter.alternative, counter.width);
    if !counters.is_sorted_by_key(order) {
        counters.sort_by_key(order);
    }
}

/// The workday up to which all counters wider than a workday stay in their stretches.
pub(crate) fn alike_until(counters: &[Counter]) -> Workday {
    let wide = counters.iter().filter(|counter| !matches!(counter.scope, TierScope::Shift | TierScope::Workday));
    wide.map(|counter| counter.stretch.until).min().unwrap_or(Workday(i32::MAX))
}

/// Begins the next workday of stretches in which all workdays are treated the same.
#[inline]
pub(crate) fn begin_alike_workday(counters: &mut [Counter]) {
    let narrow = counters.iter_mut().take_while(|counter| counter.width <= TierScope::Workday.width());
    for counter in narrow.filter(|counter| counter.scope == TierScope::Workday) {
        counter.counted = Seconds::ZERO;
    }
}

/// Synchronises the counters of one rule in several versions: one is in force at a time, and all have its total.
pub(crate) fn settle_versions(counters: &mut [Counter]) {
    for later in 0..counters.len() {
        for earlier in 0..counters.len() {
            let (a, b) = (&counters[earlier], &counters[later]);
            let same = a.rule == b.rule && a.alternative == b.alternative && a.version < b.version;
            if same && a.in_force && b.in_force {
                counters[earlier].in_force = false;
                counters[earlier].look();
            }
        }
    }
}

/// Copies the total of each counter in force to the other versions of its rule that run over the same stretch. Two jobs
/// have no counter of a workday or a shift in common.
pub(crate) fn share_versions(counters: &mut [Counter]) {
    for from in 0..counters.len() {
        for to in 0..counters.len() {
            let (a, b) = (&counters[from], &counters[to]);
            let same = a.rule == b.rule && a.alternative == b.alternative && a.stretch == b.stretch;
            let is_shared = a.width > TierScope::Workday.width() || a.job == b.job;
            if same && is_shared && from != to && a.in_force && !b.in_force {
                counters[to].counted = counters[from].counted;
            }
        }
    }
}
