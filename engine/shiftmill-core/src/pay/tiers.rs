//! Overtime tiers: time beyond a limit in a shift, a workday, a workweek or longer is claimed for another pay code.
//! - Takes:  worked (and paid-break) spans with their overtime workday and day type.
//! - Gives:  claims: this stretch to that pay code, with the counter before and after.
//! - Keeps:  all time; only the combiner writes.
//! - Runs:   after attendance; all tiers together, see `combine`.
//! - Source: each tier's own source is in the ruleset (29 U.S.C. 207(a)(1); Cal. Labor Code section 510(a); China
//!   Labour Law art. 44; Japan Labour Standards Act art. 37).
//! - Shown:  timecards/overtime/daily.md, weekly.md, monthly.md, pay_period.md, consecutive_days.md,
//!   day_types.md; timecards/calendar/month_ends.md; timecards/tags/filters.md

use crate::coded::coded;
use crate::codes::{DayType, DayTypeSet, Multiplier, PayCode, PayCodeSet, RuleId};
use crate::pay::clock_tiers::TierWindow;
use crate::reason::{Because, Reason};
use crate::tags::FilterId;
use crate::time::{Seconds, Weekday, WeekdaySet, Workday, WorkdayRange};

/// One overtime tier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OvertimeTier {
    /// Its name; the counter of a scope wider than a workday is carried on by it.
    pub rule: RuleId,
    /// The stretch of time over which the counter runs.
    pub scope: TierScope,
    /// Which seconds it applies to. Seconds that do not fit are neither counted nor claimed; those that do not fit its
    /// window of the clock alone are counted.
    pub when: TierCondition,
    /// Whether seconds that fit but for their tag feed the counter, without being claimed.
    pub counts_other_tags: bool,
    /// Whether seconds that fit but for their day type feed the counter, without being claimed.
    pub counts_other_day_types: bool,
    /// What feeds the counter and may be claimed.
    pub counts: Counts,
    /// Whether paid leave of the scope feeds the counter too (it is never claimed). Leave fills the counter in its
    /// place of time, leave given as an amount at the start of its workday. It must fit `when` too; its day type is that
    /// of its workday. Leave belongs to no worked shift and never feeds the counter of one.
    pub leave_counts: bool,
    /// The counter may reach this before anything is claimed; the second after it is.
    pub limit: Seconds,
    /// The pay code of claimed time.
    pub pays_to: PayCode,
    /// The multiplier of that code.
    pub multiplier: Multiplier,
    /// Of tiers with equal multiplier and scope, the one with the higher priority wins.
    pub priority: i16,
}

impl OvertimeTier {
    /// Why a second of `day_type`, on the `number`-th day of a run of worked days, is claimed.
    pub(crate) fn reason(&self, day_type: DayType, number: u8) -> Reason {
        let limit = self.limit;
        let working = [DayType::Workday, DayType::MakeupWorkday];
        let because = if self.when.consecutive.is_some() {
            Because::ConsecutiveDay { number, limit }
        } else if !working.iter().any(|&day_type| self.when.day_types.contains(day_type)) {
            Because::DayTypeIs { day_type, limit }
        } else {
            match self.scope {
                TierScope::Shift => Because::BeyondShift { limit },
                TierScope::Workday => Because::BeyondDay { limit },
                TierScope::Workweek => Because::BeyondWeek { limit },
                TierScope::Workweeks { count, .. } => Because::BeyondWeeks { weeks: count, limit },
                TierScope::Month => Because::BeyondMonth { limit },
                TierScope::PayPeriod => Because::BeyondPayPeriod { limit },
            }
        };
        Reason { rule: self.rule, because }
    }
}

/// The stretch of time over which a counter runs. Ordered from narrow to wide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TierScope {
    /// One worked shift.
    Shift,
    /// One overtime workday.
    Workday,
    /// One workweek of the ruleset.
    Workweek,
    /// A run of workweeks, counted from the workweek that contains `anchor`.
    Workweeks {
        /// How many, 2 to 26.
        count: u8,
        /// A workday in the first of the first run.
        anchor: Workday,
    },
    /// One calendar month of the overtime workday.
    Month,
    /// The pay period of the request; workdays outside it are not counted.
    PayPeriod,
}

coded! {
    /// The kinds of [`TierScope`].
    TierScopeKind {
        /// One worked shift.
        Shift = 0 "shift",
        /// One overtime workday.
        Workday = 1 "workday",
        /// One workweek of the ruleset.
        Workweek = 2 "workweek",
        /// A run of workweeks.
        Workweeks = 3 "workweeks",
        /// One calendar month.
        Month = 4 "month",
        /// The pay period of the request.
        PayPeriod = 5 "pay_period",
    }
}

impl TierScope {
    /// The kind.
    pub const fn kind(self) -> TierScopeKind {
        match self {
            TierScope::Shift => TierScopeKind::Shift,
            TierScope::Workday => TierScopeKind::Workday,
            TierScope::Workweek => TierScopeKind::Workweek,
            TierScope::Workweeks { .. } => TierScopeKind::Workweeks,
            TierScope::Month => TierScopeKind::Month,
            TierScope::PayPeriod => TierScopeKind::PayPeriod,
        }
    }

    /// How wide the scope is, for comparing two tiers: shift, workday, workweek, runs of workweeks by their number,
    /// month, pay period. Runs of equally many workweeks are equally wide, whatever their anchor.
    pub(crate) const fn width(self) -> u8 {
        match self {
            TierScope::Shift => 0,
            TierScope::Workday => 1,
            TierScope::Workweek => 2,
            TierScope::Workweeks { count, .. } => count.saturating_add(1),
            TierScope::Month => u8::MAX - 1,
            TierScope::PayPeriod => u8::MAX,
        }
    }

    /// The stretch of workdays that contains `workday`. A shift is not a stretch of workdays; it has its workday's.
    pub(crate) fn stretch(self, workday: Workday, workweek_opens: Weekday, pay_period: WorkdayRange) -> Stretch {
        match self {
            TierScope::Shift | TierScope::Workday => Stretch { from: workday, until: workday.plus(1) },
            TierScope::Workweek => Stretch::workweeks(workday.back_to(workweek_opens), 1),
            TierScope::Workweeks { count, anchor } => {
                let anchor = anchor.back_to(workweek_opens);
                let run = 7 * i32::from(count.max(1));
                let behind = (workday.0 - anchor.0).rem_euclid(run);
                Stretch::workweeks(workday.plus(-behind), count)
            }
            TierScope::Month => {
                let from = workday.month_start();
                Stretch { from, until: from.plus(31).month_start() }
            }
            TierScope::PayPeriod if pay_period.contains(workday) => {
                Stretch { from: pay_period.first, until: pay_period.last.plus(1) }
            }
            // Outside the pay period nothing is counted; the stretch only has to end somewhere.
            TierScope::PayPeriod => Stretch { from: workday, until: workday.plus(1) },
        }
    }
}

/// The workdays `[from, until)` over which a counter runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stretch {
    /// The first workday.
    pub(crate) from: Workday,
    /// One beyond the last workday.
    pub(crate) until: Workday,
}

impl Stretch {
    /// No workday at all.
    pub(crate) const NONE: Stretch = Stretch { from: Workday(i32::MIN), until: Workday(i32::MIN) };

    fn workweeks(from: Workday, count: u8) -> Stretch {
        Stretch { from, until: from.plus(7 * i32::from(count)) }
    }
}

/// Which seconds a tier applies to.
///
/// The grounds that a claim states follow from it: with `consecutive`, [`Because::ConsecutiveDay`]; else, when
/// `day_types` holds neither workdays nor makeup workdays, [`Because::DayTypeIs`] with the day type of the second; else
/// the grounds of the scope, such as [`Because::BeyondDay`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TierCondition {
    /// Day types of the second (see holidays for how a second gets its type).
    pub day_types: DayTypeSet,
    /// Weekdays of the overtime workday.
    pub weekdays: WeekdaySet,
    /// Only seconds with these tags.
    pub tags: Option<FilterId>,
    /// Only call-backs, or only other work. `None`: both.
    pub callback: Option<bool>,
    /// Only seconds inside this window of the clock are claimed; those outside feed the counter all the same.
    pub between: Option<TierWindow>,
    /// Only on late days of a run of worked days.
    pub consecutive: Option<Consecutive>,
}

/// A condition on the number of the overtime workday in a run of worked days. Work of any kind makes a worked day,
/// whatever its day type; leave does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Consecutive {
    /// The number of the day.
    pub day: u8,
    /// Whether later days count too.
    pub mode: ConsecutiveMode,
    /// Where a run starts again.
    pub reset: ConsecutiveReset,
    /// A workday belongs to a run when at least this much was worked on it (worked and paid breaks); at least one
    /// second. On a workday with less the tier does not apply, and the run ends.
    pub worked_at_least: Seconds,
}

coded! {
    /// Whether days after the n-th fit too.
    ConsecutiveMode {
        /// The n-th and all after it.
        AtLeast = 0 "at_least",
        /// Only the n-th.
        Exactly = 1 "exactly",
    }
}

coded! {
    /// Where a run of worked days starts again, besides after a day not worked.
    ConsecutiveReset {
        /// With each workweek.
        Workweek = 0 "workweek",
        /// Nowhere.
        Rolling = 1 "rolling",
        /// After each n-th day, so that days are numbered 1 to n again and again.
        AfterTrigger = 2 "after_trigger",
    }
}

/// What feeds a tier's counter and may be claimed by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Counts {
    /// Time not claimed by a tier of a narrower scope.
    StraightTime,
    /// All worked time.
    AllHours,
    /// Time that all tiers of narrower scope together have put on one of these codes (Japan: hours of overtime a
    /// month). Such a second stays in the counter when this scope or a wider one recodes it. With
    /// [`PayCode::REGULAR`] among them also straight time, which is on no other code: agreed overtime at the plain rate
    /// then fills the statutory week.
    Codes(PayCodeSet),
}

coded! {
    /// The kinds of [`Counts`] that have a word; pay codes are written as a list.
    CountsKind {
        /// Time not claimed by a tier of a narrower scope.
        StraightTime = 0 "straight_time",
        /// All worked time.
        AllHours = 1 "all_hours",
    }
}
