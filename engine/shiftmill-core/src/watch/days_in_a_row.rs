//! Days in a row: how many workdays a person works one after the other.
//! - Takes:  work by its overtime workday.
//! - Gives:  `consecutive_days` on the first workday beyond the limit, at the start of its work, once in a run;
//!   `limit_near` on the first one that reaches a share of it. The measure is 24 hours for each day.
//! - Edges:  a workday belongs to a run when at least `worked_at_least` was worked on it; with less it ends the run, as a
//!   day without work does. With `reset = "workweek"` a run ends with its workweek. A run that was too long before the
//!   pay period is not raised again in it.
//! - Source: Directive 2003/88/EC art. 5 (six days); Cal. Labor Code section 552; Japan Labour Standards Act art. 35.
//! - Shown:  timecards/watchers/days_in_a_row.md

use alloc::vec::Vec;

use super::hours::Counted;
use super::limit::{Level, Limit};
use super::{Finding, Raised, Watch};
use crate::card::Noticed;
use crate::coded::coded;
use crate::plan::Plan;
use crate::record::Recorder;
use crate::shape::workdays::workweek_start;
use crate::time::{Seconds, Workday, WorkdayRange};

/// A day of a run, as a length.
const DAY: Seconds = Seconds::hours(24);

/// The most worked days in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DaysInARow {
    /// The limit, as so many times 24 hours.
    pub limit: Limit,
    /// Where a run ends, besides at a day that is not worked.
    pub reset: RunReset,
    /// A workday is worked when so much was worked on it; at least a second.
    pub worked_at_least: Seconds,
}

coded! {
    /// Where a run of worked days ends, besides at a day that is not worked.
    RunReset {
        /// Nowhere.
        Rolling = 0 "rolling",
        /// With each workweek.
        Workweek = 1 "workweek",
    }
}

impl DaysInARow {
    /// A limit of so many days.
    pub const fn most(days: u8) -> Seconds {
        Seconds(DAY.0 * days as u32)
    }

    /// The days before a workday that it looks at, at worst.
    pub(super) fn days_before(&self) -> u16 {
        match self.reset {
            // One more than the limit shows that a run was too long before.
            RunReset::Rolling => (self.limit.most.0 / DAY.0) as u16 + 1,
            RunReset::Workweek => 6,
        }
    }

    /// The first workday that it needs to judge workdays from `first` on.
    pub(super) fn context_from(&self, plan: &Plan, first: Workday) -> Workday {
        match self.reset {
            RunReset::Rolling => first.plus(-i32::from(self.days_before())),
            RunReset::Workweek => workweek_start(&plan.workdays, first),
        }
    }

    /// Judges the workdays of a version.
    pub(super) fn judge<R: Recorder>(
        &self,
        watch: &Watch<'_>,
        counted: &[Counted],
        raised: &mut Raised,
        noticed: &mut Vec<Noticed>,
        recorder: &mut R,
    ) {
        let mut run: Option<WorkdayRange> = None;
        for of_day in counted.chunk_by(|a, b| a.workday == b.workday) {
            let Some(first) = of_day.first() else { continue };
            let worked = of_day.iter().fold(Seconds::ZERO, |sum, it| sum.plus(it.length));
            if worked < self.worked_at_least {
                continue;
            }
            let workday = first.workday;
            let before = run.filter(|run| run.last.plus(1) == workday && !self.starts_anew(watch.plan, workday));
            let days = WorkdayRange { first: before.map_or(workday, |run| run.first), last: workday };
            run = Some(days);
            if !watch.days.contains(workday) {
                continue;
            }
            let length = Seconds(DAY.0.saturating_mul((workday.0 - days.first.0 + 1) as u32));
            let level = raised.raise(self.limit.level(length), days.first, workday);
            if level != Level::Kept {
                watch.notice(Finding { level, workday, at: first.start, measure: length }, noticed);
                watch.note(level, days, (length, self.limit.most), recorder);
            }
        }
    }

    fn starts_anew(&self, plan: &Plan, workday: Workday) -> bool {
        self.reset == RunReset::Workweek && workweek_start(&plan.workdays, workday) == workday
    }
}
