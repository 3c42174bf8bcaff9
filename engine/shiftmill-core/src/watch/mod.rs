//! Watchers: limits that raise an exception when they are passed. Hours are never cut, and nothing is paid otherwise.
//! - Takes:  the card after pay and after the plugins: worked shifts, pairs, spans with their pay codes.
//! - Gives:  exceptions; each names its watcher.
//! - Keeps:  everything else.
//! - Runs:   first in close, for rulesets with watchers only.
//! - Order:  watchers do not know each other; one kind is one file.
//! - Dates:  each workday is judged by the watchers of its plan, with their settings, over all days that they ask for.
//!   What a watcher raised under an earlier version, the one of the same name does not repeat in the same scope. Where
//!   work of a job is under a ruleset of its own, the ruleset for all work watches: a limit is of the person.
//! - Edges:  workdays outside of employment are neither counted nor judged.
//! - Source: each watcher's own source is in the ruleset (Directive 2003/88/EC art. 3 to 6; ArbZG sections 3 to 5;
//!   China Labour Law art. 38 and 41; Japan Labour Standards Act art. 36).
//! - Shown:  timecards/watchers/hours.md, longer_hours.md
#![allow(clippy::indexing_slicing, reason = "the index is that of an entry found or added just before")]

pub mod breaks;
pub mod continuous_work;
pub mod days_in_a_row;
pub mod hours;
pub mod limit;
mod presence;
pub mod rest_between_shifts;
pub mod spread;
pub mod weekly_rest;

use alloc::vec::Vec;

use crate::card::{CardState, Noticed, Pair};
use crate::coded::coded;
use crate::codes::{ExceptionCode, RuleId, Severity};
use crate::plan::Plan;
use crate::record::{Note, Recorder};
use crate::time::{Seconds, Timestamp, Workday, WorkdayRange};
use crate::timecard::{Inputs, OpeningBalance};
use breaks::Breaks;
use continuous_work::ContinuousWork;
use days_in_a_row::DaysInARow;
use hours::{Counted, Hours};
use limit::Level;
use presence::Presence;
use rest_between_shifts::RestBetweenShifts;
use spread::Spread;
use weekly_rest::WeeklyRest;

/// One watcher.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watcher {
    /// Its name.
    pub rule: RuleId,
    /// How much it matters when its limit is passed; `None`: as the exceptions of the ruleset say.
    pub severity: Option<Severity>,
    /// What it watches.
    pub watches: Watched,
}

/// What a watcher watches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Watched {
    /// How much is worked in a scope.
    Hours(Hours),
    /// The rest from one worked shift to the next.
    RestBetweenShifts(RestBetweenShifts),
    /// The longest rest of seven days.
    WeeklyRest(WeeklyRest),
    /// Worked days in a row.
    DaysInARow(DaysInARow),
    /// Work without a break.
    ContinuousWork(ContinuousWork),
    /// From the first in to the last out of a workday.
    Spread(Spread),
    /// The breaks of a long workday.
    Breaks(Breaks),
}

coded! {
    /// The kinds of [`Watched`].
    WatcherKind {
        /// How much is worked in a scope.
        Hours = 0 "hours",
        /// The rest from one worked shift to the next.
        RestBetweenShifts = 1 "rest_between_shifts",
        /// The longest rest of seven days.
        WeeklyRest = 2 "weekly_rest",
        /// Worked days in a row.
        DaysInARow = 3 "days_in_a_row",
        /// Work without a break.
        ContinuousWork = 4 "continuous_work",
        /// From the first in to the last out of a workday.
        Spread = 5 "spread",
        /// The breaks of a long workday.
        Breaks = 6 "breaks",
    }
}

coded! {
    /// What a watcher found.
    WatchOutcome {
        /// The limit is kept.
        Kept = 0 "kept",
        /// The limit is near.
        Near = 1 "near",
        /// The limit is passed.
        Passed = 2 "passed",
    }
}

impl WatcherKind {
    /// What is raised when the limit of such a watcher is passed.
    pub const fn raises(self) -> ExceptionCode {
        match self {
            WatcherKind::Hours => ExceptionCode::HoursOverLimit,
            WatcherKind::RestBetweenShifts => ExceptionCode::RestShort,
            WatcherKind::WeeklyRest => ExceptionCode::WeeklyRestShort,
            WatcherKind::DaysInARow => ExceptionCode::ConsecutiveDays,
            WatcherKind::ContinuousWork => ExceptionCode::ContinuousWork,
            WatcherKind::Spread => ExceptionCode::SpreadTooLong,
            WatcherKind::Breaks => ExceptionCode::BreakShort,
        }
    }
}

/// Whether an exception is of watchers. Several of them may raise it at one instant.
pub(crate) fn raise(code: ExceptionCode) -> bool {
    code == ExceptionCode::LimitNear || WatcherKind::ALL.iter().any(|kind| kind.raises() == code)
}

impl Watched {
    /// The kind.
    pub const fn kind(&self) -> WatcherKind {
        match self {
            Watched::Hours(_) => WatcherKind::Hours,
            Watched::RestBetweenShifts(_) => WatcherKind::RestBetweenShifts,
            Watched::WeeklyRest(_) => WatcherKind::WeeklyRest,
            Watched::DaysInARow(_) => WatcherKind::DaysInARow,
            Watched::ContinuousWork(_) => WatcherKind::ContinuousWork,
            Watched::Spread(_) => WatcherKind::Spread,
            Watched::Breaks(_) => WatcherKind::Breaks,
        }
    }
}

impl Watcher {
    /// The days before any pay period whose facts it needs, at worst.
    pub(crate) fn days_before(&self) -> u16 {
        match &self.watches {
            Watched::Hours(hours) => hours.scope.days_before(),
            Watched::RestBetweenShifts(rest) => rest.days_before(),
            Watched::WeeklyRest(rest) => rest.days_before(),
            Watched::DaysInARow(days) => days.days_before(),
            Watched::ContinuousWork(_) | Watched::Spread(_) | Watched::Breaks(_) => 0,
        }
    }

    /// The first workday that it needs to judge workdays from `first` on.
    pub(crate) fn context_from(&self, plan: &Plan, first: Workday, balances: &[OpeningBalance]) -> Workday {
        let by_days = || first.plus(-i32::from(self.days_before()));
        match &self.watches {
            Watched::Hours(hours) => hours.context_from(plan, self.rule, first, balances),
            Watched::WeeklyRest(rest) => rest.context_from(plan, first),
            Watched::DaysInARow(days) => days.context_from(plan, first),
            Watched::RestBetweenShifts(_) | Watched::ContinuousWork(_) | Watched::Spread(_) | Watched::Breaks(_) => {
                by_days()
            }
        }
    }
}

impl Plan {
    /// The watcher of this name.
    pub(crate) fn watcher(&self, rule: RuleId) -> Option<&Watcher> {
        self.watchers.iter().find(|watcher| watcher.rule == rule)
    }

    /// The severity of an exception that a rule raises; `None` when it is not raised.
    pub(crate) fn severity_of(&self, code: ExceptionCode, rule: RuleId) -> Option<Severity> {
        let raises = |watcher: &&Watcher| watcher.rule == rule && watcher.watches.kind().raises() == code;
        let own = self.watchers.iter().find(raises).and_then(|watcher| watcher.severity);
        own.or_else(|| self.exceptions.severity(code))
    }
}

/// Working memory of the watchers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scratch {
    presence: Vec<Presence>,
    /// The same by workday.
    presence_by_workday: Vec<Presence>,
    /// Pairs by workday.
    pairs: Vec<(Workday, Pair)>,
    counted: Vec<Counted>,
    /// As `counted`, by the settings of the version before.
    counted_before: Vec<Counted>,
    raised: Vec<(RuleId, Raised)>,
}

/// On which workday a watcher raised what, last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Raised {
    near: Option<Workday>,
    passed: Option<Workday>,
}

impl Raised {
    /// What is to be raised on a workday of a scope that begins on `from`: once each, and nothing milder after it.
    fn raise(&mut self, level: Level, from: Workday, workday: Workday) -> Level {
        let since = |raised: Option<Workday>| raised.is_some_and(|raised| raised >= from);
        match level {
            Level::Passed if !since(self.passed) => self.passed = Some(workday),
            Level::Near if !since(self.passed) && !since(self.near) => self.near = Some(workday),
            Level::Passed | Level::Near | Level::Kept => return Level::Kept,
        }
        level
    }
}

/// The watcher of one version, on the workdays of that version.
#[derive(Clone, Copy)]
struct Watch<'a> {
    rule: RuleId,
    kind: WatcherKind,
    plan: &'a Plan,
    days: WorkdayRange,
}

/// What a watcher measured on a workday.
#[derive(Clone, Copy)]
struct Finding {
    level: Level,
    workday: Workday,
    at: Timestamp,
    measure: Seconds,
}

impl Watch<'_> {
    /// Notices that a limit is passed, or near.
    fn notice(&self, finding: Finding, noticed: &mut Vec<Noticed>) {
        let Finding { level, workday, at, measure } = finding;
        let code = match level {
            Level::Kept => return,
            Level::Near => ExceptionCode::LimitNear,
            Level::Passed => self.kind.raises(),
        };
        noticed.push(Noticed { code, workday, at, measure, rule: self.rule, shift: None, says: None });
    }

    /// Notes what was compared.
    fn note<R: Recorder>(&self, level: Level, days: WorkdayRange, figures: (Seconds, Seconds), recorder: &mut R) {
        if R::LISTENS {
            let (measured, limit) = figures;
            let WorkdayRange { first: from, last: workday } = days;
            let outcome = level.outcome();
            let (rule, kind) = (self.rule, self.kind);
            recorder.note(Note::Watched { rule, kind, from, workday, measured, limit, outcome });
        }
    }
}

/// Raises what the watchers of a card find.
pub(crate) fn watch<R: Recorder>(inputs: &Inputs<'_>, state: &mut CardState, scratch: &mut Scratch, recorder: &mut R) {
    if inputs.timeline.needs().watchers {
        watch_all(inputs, state, scratch, recorder);
    }
}

// Kept out of the way of cards without watchers.
#[inline(never)]
fn watch_all<R: Recorder>(inputs: &Inputs<'_>, state: &mut CardState, scratch: &mut Scratch, recorder: &mut R) {
    presence::gather(inputs, state, &mut scratch.presence);
    scratch.presence_by_workday.clone_from(&scratch.presence);
    scratch.presence_by_workday.sort_by_key(|shift| (shift.workday, shift.start));
    scratch.raised.clear();
    let versions = inputs.timeline.versions();
    for (index, (from, plan)) in versions.iter().enumerate() {
        let first = if index == 0 { Workday(i32::MIN) } else { *from };
        let last = versions.get(index + 1).map_or(Workday(i32::MAX), |next| next.0.plus(-1));
        let days = WorkdayRange { first, last };
        for watcher in &plan.watchers {
            let watch = Watch { rule: watcher.rule, kind: watcher.watches.kind(), plan, days };
            judge(inputs, &watch, watcher, state, scratch, recorder);
        }
    }
}

fn judge<R: Recorder>(
    inputs: &Inputs<'_>,
    watch: &Watch<'_>,
    watcher: &Watcher,
    state: &mut CardState,
    scratch: &mut Scratch,
    recorder: &mut R,
) {
    let Scratch { presence, presence_by_workday, pairs, counted, counted_before, raised } = scratch;
    match &watcher.watches {
        Watched::Hours(hours) => {
            let raised = raised_by(watcher.rule, raised);
            hours.judge(inputs, watch, state, (counted, counted_before), raised, recorder);
        }
        Watched::DaysInARow(days) => {
            hours::gather(inputs, &state.spans, &hours::CountedTime::AllWork, None, counted);
            days.judge(watch, counted, raised_by(watcher.rule, raised), &mut state.noticed, recorder);
        }
        Watched::RestBetweenShifts(rest) => rest.judge(watch, presence, &mut state.noticed, recorder),
        Watched::WeeklyRest(rest) => rest.judge(inputs, watch, presence, &mut state.noticed, recorder),
        Watched::ContinuousWork(work) => work.judge(inputs, watch, state, recorder),
        Watched::Spread(spread) => spread.judge(watch, presence_by_workday, &mut state.noticed, recorder),
        Watched::Breaks(breaks) => breaks.judge(inputs, watch, state, pairs, recorder),
    }
}

/// What the watcher of a name raised so far.
fn raised_by(rule: RuleId, raised: &mut Vec<(RuleId, Raised)>) -> &mut Raised {
    let known = raised.iter().position(|entry| entry.0 == rule);
    let index = known.unwrap_or(raised.len());
    if known.is_none() {
        raised.push((rule, Raised::default()));
    }
    &mut raised[index].1
}
