//! Hours: how much is worked in a workday, a week, a month, a year, or any days in a row.
//! - Takes:  work by its overtime workday, all of it or that on certain pay codes.
//! - Gives:  `hours_over_limit` on the first workday of a scope on which the limit is passed, at the instant at which it
//!   is; `limit_near` on the first one on which a share of it is reached. The measure is what the scope has counted by
//!   the end of that workday.
//! - Edges:  all work counts, also what is not paid or not approved; not leave, automatic breaks, manual hours. Of
//!   `rolling`, `workday` is the last of the days: it raises where the workday before it did not. An opening balance
//!   under the watcher's name stands for the workdays of a running scope before the facts, except for `months` of more
//!   than one and `rolling`. A workday on which the limit is passed is not also near.
//! - Source: China Labour Law art. 41 (36 hours a month); Japan Labour Standards Act art. 36 (45, 360, 720, 100 and 80
//!   hours); Directive 2003/88/EC art. 6 (48 hours on average); ArbZG section 3 (8 and 10 hours).
//! - Shown:  timecards/watchers/hours.md, longer_hours.md, averages.md

use alloc::vec::Vec;

use super::limit::{Level, Limit};
use super::{Finding, Raised, Watch, Watched};
use crate::card::{CardState, Span};
use crate::coded::coded;
use crate::codes::{PayCodeSet, RuleId};
use crate::pay::tiers::{Stretch, TierScope};
use crate::plan::Plan;
use crate::reason::Because;
use crate::record::Recorder;
use crate::tags::FilterId;
use crate::time::{Seconds, Timestamp, Workday, WorkdayRange};
use crate::timecard::{Inputs, OpeningBalance};

/// The most that may be worked in a scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hours {
    /// Over which workdays it counts.
    pub scope: HoursScope,
    /// Which time.
    pub counts: CountedTime,
    /// Only work with these tags.
    pub tags: Option<FilterId>,
    /// The limit of the whole scope.
    pub limit: Limit,
}

/// Over which workdays hours are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HoursScope {
    /// One workday.
    Workday,
    /// One workweek.
    Workweek,
    /// A run of workweeks.
    Workweeks {
        /// How many.
        count: u8,
        /// A workday in the first of the first run.
        anchor: Workday,
    },
    /// A month with the months before it.
    Months {
        /// How many in all, 1 to 12.
        count: u8,
        /// The day on which months open, 1 to 28.
        opens: u8,
    },
    /// A year.
    Year {
        /// The month in which years open, 1 to 12.
        month: u8,
        /// The day of it, 1 to 28.
        opens: u8,
    },
    /// The pay period of the request.
    PayPeriod,
    /// Any run of this many workdays.
    Rolling {
        /// How many; at least 2.
        days: u16,
    },
}

coded! {
    /// The kinds of [`HoursScope`].
    HoursScopeKind {
        /// One workday.
        Workday = 0 "workday",
        /// One workweek.
        Workweek = 1 "workweek",
        /// A run of workweeks.
        Workweeks = 2 "workweeks",
        /// A month, or a month with the months before it.
        Months = 3 "month",
        /// A year.
        Year = 4 "year",
        /// The pay period of the request.
        PayPeriod = 5 "pay_period",
        /// Any run of workdays.
        Rolling = 6 "rolling",
    }
}

/// Which time is counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CountedTime {
    /// All work, whatever it is paid as.
    AllWork,
    /// What is paid as one of these.
    Codes(PayCodeSet),
}

coded! {
    /// The kinds of [`CountedTime`] that have a word; pay codes are written as a list.
    CountedTimeKind {
        /// All work.
        AllWork = 0 "all_work",
    }
}

/// A stretch of time that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Counted {
    pub workday: Workday,
    pub start: Timestamp,
    pub length: Seconds,
    /// The length of all before it.
    before: Seconds,
}

impl Counted {
    fn end(&self) -> Seconds {
        self.before.plus(self.length)
    }
}

impl HoursScope {
    /// The kind.
    pub const fn kind(self) -> HoursScopeKind {
        match self {
            HoursScope::Workday => HoursScopeKind::Workday,
            HoursScope::Workweek => HoursScopeKind::Workweek,
            HoursScope::Workweeks { .. } => HoursScopeKind::Workweeks,
            HoursScope::Months { .. } => HoursScopeKind::Months,
            HoursScope::Year { .. } => HoursScopeKind::Year,
            HoursScope::PayPeriod => HoursScopeKind::PayPeriod,
            HoursScope::Rolling { .. } => HoursScopeKind::Rolling,
        }
    }

    /// The days before a workday that its scope has, at worst.
    pub(super) fn days_before(self) -> u16 {
        match self {
            HoursScope::Workday | HoursScope::PayPeriod => 0,
            HoursScope::Workweek => 6,
            HoursScope::Workweeks { count, .. } => (u16::from(count) * 7).saturating_sub(1),
            HoursScope::Months { count, .. } => (u16::from(count) * 31).saturating_sub(1),
            HoursScope::Year { .. } => 365,
            // The workday before is judged too.
            HoursScope::Rolling { days } => days,
        }
    }

    /// The first workday of the scope of a workday, and of the part of it in which a limit is raised once; `None` where
    /// nothing is counted.
    fn opens(self, workday: Workday, plan: &Plan, pay_period: WorkdayRange) -> Option<(Workday, Workday)> {
        let stretch = |scope: TierScope| {
            let Stretch { from, .. } = scope.stretch(workday, plan.workdays.workweek_opens, pay_period);
            Some((from, from))
        };
        match self {
            HoursScope::Workday => Some((workday, workday)),
            HoursScope::Workweek => stretch(TierScope::Workweek),
            HoursScope::Workweeks { count, anchor } => stretch(TierScope::Workweeks { count, anchor }),
            HoursScope::Months { count, opens } => {
                let own = month_of(workday, opens);
                let first = (1..count).fold(own, |month, _| month_of(month.plus(-1), opens));
                Some((first, own))
            }
            HoursScope::Year { month, opens } => {
                let mut from = month_of(workday, opens);
                while from.to_date().1 != u32::from(month) {
                    from = month_of(from.plus(-1), opens);
                }
                Some((from, from))
            }
            HoursScope::PayPeriod => pay_period.contains(workday).then_some((pay_period.first, pay_period.first)),
            HoursScope::Rolling { days } => Some((workday.plus(1 - i32::from(days)), workday)),
        }
    }

    /// Whether an opening balance may stand for the first workdays of it.
    const fn may_be_carried_in(self) -> bool {
        match self {
            HoursScope::Workweek | HoursScope::Workweeks { .. } | HoursScope::Year { .. } => true,
            HoursScope::Months { count, .. } => count == 1,
            HoursScope::Workday | HoursScope::PayPeriod | HoursScope::Rolling { .. } => false,
        }
    }
}

/// The first day of the month of a workday, where months open on this day.
fn month_of(workday: Workday, opens: u8) -> Workday {
    let opens = i32::from(opens) - 1;
    let own = workday.month_start().plus(opens);
    if own <= workday { own } else { workday.month_start().plus(-1).month_start().plus(opens) }
}

/// Lists the time that counts, by workday, then by time.
pub(super) fn gather(
    inputs: &Inputs<'_>,
    spans: &[Span],
    counts: &CountedTime,
    tags: Option<FilterId>,
    found: &mut Vec<Counted>,
) {
    found.clear();
    for span in spans {
        let counted = match counts {
            CountedTime::AllWork => span.state.is_work(),
            CountedTime::Codes(codes) => codes.contains(span.code),
        };
        let employed = span.reason.because != Because::OutsideEmployment;
        if counted && employed && inputs.tags.fits(tags, span.tag) {
            let (workday, start, length) = (span.overtime_workday, span.start, span.length());
            found.push(Counted { workday, start, length, before: Seconds::ZERO });
        }
    }
    found.sort_unstable_by_key(|counted| (counted.workday, counted.start));
    let mut total = Seconds::ZERO;
    for counted in found {
        counted.before = total;
        total = counted.end();
    }
}

/// How much counts on workdays from `first` to `last`.
fn sum(counted: &[Counted], first: Workday, last: Workday) -> Seconds {
    let until =
        |end: usize| end.checked_sub(1).and_then(|index| counted.get(index)).map_or(Seconds::ZERO, Counted::end);
    let from = until(counted.partition_point(|it| it.workday < first));
    until(counted.partition_point(|it| it.workday <= last)).beyond(from)
}

impl Hours {
    /// The first workday that it needs to judge workdays from `first` on.
    pub(super) fn context_from(
        &self,
        plan: &Plan,
        rule: RuleId,
        first: Workday,
        balances: &[OpeningBalance],
    ) -> Workday {
        let carried = self.scope.may_be_carried_in() && balances.iter().any(|balance| balance.rule == rule);
        let pay_period = WorkdayRange { first, last: first };
        match self.scope.opens(first, plan, pay_period) {
            Some((from, _)) if !carried => match self.scope {
                // The workday before is judged too.
                HoursScope::Rolling { .. } => from.plus(-1),
                HoursScope::Workday
                | HoursScope::Workweek
                | HoursScope::Workweeks { .. }
                | HoursScope::Months { .. }
                | HoursScope::Year { .. }
                | HoursScope::PayPeriod => from,
            },
            Some(_) | None => first,
        }
    }

    /// Judges the workdays of a version.
    pub(super) fn judge<R: Recorder>(
        &self,
        inputs: &Inputs<'_>,
        watch: &Watch<'_>,
        state: &mut CardState,
        (counted, counted_before): (&mut Vec<Counted>, &mut Vec<Counted>),
        raised: &mut Raised,
        recorder: &mut R,
    ) {
        gather(inputs, &state.spans, &self.counts, self.tags, counted);
        let is_rolling = matches!(self.scope, HoursScope::Rolling { .. });
        let mut kept: Option<(WorkdayRange, Seconds)> = None;
        for of_day in counted.chunk_by(|a, b| a.workday == b.workday) {
            let Some(workday) = of_day.first().map(|first| first.workday) else { continue };
            if !watch.days.contains(workday) {
                continue;
            }
            let Some((total, unit)) = self.total(inputs, watch, counted, workday) else { continue };
            let level = self.limit.level(total);
            let level = match is_rolling {
                true => rising(level, || self.level_before(inputs, watch, state, (counted, counted_before), workday)),
                false => raised.raise(level, unit, workday),
            };
            let from = self.scope.opens(workday, watch.plan, inputs.window.pay_period).map_or(workday, |it| it.0);
            if R::LISTENS {
                if let Some((days, total)) = kept.filter(|(days, _)| days.first != from && !is_rolling) {
                    watch.note(Level::Kept, days, (total, self.limit.most), recorder);
                }
                let in_kept = raised.passed.is_none_or(|passed| passed < unit) && level == Level::Kept;
                kept = in_kept.then_some((WorkdayRange { first: from, last: workday }, total));
            }
            if level != Level::Kept {
                let of_day_total = of_day.iter().fold(Seconds::ZERO, |sum, it| sum.plus(it.length));
                let at = self.instant(level, of_day, total.beyond(of_day_total));
                watch.notice(Finding { level, workday, at, measure: total }, &mut state.noticed);
                watch.note(level, WorkdayRange { first: from, last: workday }, (total, self.limit.most), recorder);
            }
        }
        if let Some((days, total)) = kept {
            watch.note(Level::Kept, days, (total, self.limit.most), recorder);
        }
    }

    /// What the scope of a workday has counted by its end, and the first workday of the part of it in which a limit is
    /// raised once. `None` where it counts nothing.
    fn total(
        &self,
        inputs: &Inputs<'_>,
        watch: &Watch<'_>,
        counted: &[Counted],
        workday: Workday,
    ) -> Option<(Seconds, Workday)> {
        let (from, unit) = self.scope.opens(workday, watch.plan, inputs.window.pay_period)?;
        let facts_from = inputs.window.facts.first;
        let balances = inputs.card.opening_balances;
        let runs = self.scope.may_be_carried_in() && from < facts_from;
        let carried = balances.iter().find(|balance| runs && balance.rule == watch.rule);
        match carried {
            // The workdays that the balance stands for are not judged.
            Some(_) if workday < facts_from => None,
            Some(balance) => Some((balance.amount.plus(sum(counted, facts_from, workday)), unit)),
            None => Some((sum(counted, from, workday), unit)),
        }
    }

    /// The level of the watcher of this name on the workday before, by the settings that hold there.
    fn level_before(
        &self,
        inputs: &Inputs<'_>,
        watch: &Watch<'_>,
        state: &CardState,
        (counted, counted_before): (&[Counted], &mut Vec<Counted>),
        workday: Workday,
    ) -> Level {
        let day = workday.plus(-1);
        if watch.days.contains(day) {
            return self.total(inputs, watch, counted, day).map_or(Level::Kept, |(total, _)| self.limit.level(total));
        }
        let plan = inputs.timeline.at(day);
        let Some(Watched::Hours(hours)) = plan.watcher(watch.rule).map(|watcher| &watcher.watches) else {
            return Level::Kept;
        };
        gather(inputs, &state.spans, &hours.counts, hours.tags, counted_before);
        let watch = Watch { plan, ..*watch };
        hours.total(inputs, &watch, counted_before, day).map_or(Level::Kept, |(total, _)| hours.limit.level(total))
    }

    /// When a counter that shows `before` at the start of a workday comes to a level.
    fn instant(&self, level: Level, of_day: &[Counted], before: Seconds) -> Timestamp {
        let (shows, only_after) = self.limit.begins(level);
        let (mut shown, mut at) = (before, Timestamp::default());
        for stretch in of_day {
            at = stretch.start.after(shows.beyond(shown));
            shown = shown.plus(stretch.length);
            if shown > shows || shown == shows && !only_after {
                break;
            }
        }
        at
    }
}

/// What is raised where a level was not so high on the workday before.
fn rising(level: Level, before: impl FnOnce() -> Level) -> Level {
    let rises = match level {
        Level::Kept => false,
        Level::Near => before() == Level::Kept,
        Level::Passed => before() != Level::Passed,
    };
    if rises { level } else { Level::Kept }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(year: i32, month: u32, day: u32) -> Workday {
        Workday::from_date(year, month, day).unwrap()
    }

    #[test]
    fn months_and_years_open_on_their_day() {
        let pay_period = WorkdayRange { first: day(2026, 3, 1), last: day(2026, 3, 31) };
        let opens = |scope: HoursScope, of| scope.opens(of, &Plan::default(), pay_period).unwrap();
        let month = HoursScope::Months { count: 1, opens: 21 };
        assert_eq!(opens(month, day(2026, 3, 20)).0, day(2026, 2, 21));
        assert_eq!(opens(month, day(2026, 3, 21)).0, day(2026, 3, 21));
        let months = HoursScope::Months { count: 3, opens: 1 };
        assert_eq!(opens(months, day(2026, 2, 28)), (day(2025, 12, 1), day(2026, 2, 1)));
        let year = HoursScope::Year { month: 4, opens: 1 };
        assert_eq!(opens(year, day(2026, 3, 31)).0, day(2025, 4, 1));
        assert_eq!(opens(year, day(2026, 4, 1)).0, day(2026, 4, 1));
        assert_eq!(opens(HoursScope::Rolling { days: 7 }, day(2026, 3, 9)).0, day(2026, 3, 3));
    }
}
