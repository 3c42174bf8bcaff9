//! Spread: from the first in to the last out of a workday, breaks and gaps included.
//! - Takes:  worked shifts with their raw punches, by the workday that they are shown on.
//! - Gives:  `spread_too_long` on the workday, at the instant at which the limit is passed, measured by the spread; else
//!   `limit_near`, where a share of it is reached.
//! - Edges:  call-backs belong to it, unless `callbacks` is off.
//! - Source: India Factories Act section 56 (10 and a half hours); British Columbia Employment Standards Act s. 33 (12
//!   hours).
//! - Shown:  timecards/watchers/spread.md

use alloc::vec::Vec;

use super::limit::{Level, Limit};
use super::presence::{Presence, that_count};
use super::{Finding, Watch};
use crate::card::Noticed;
use crate::record::Recorder;
use crate::time::{Timestamp, WorkdayRange};

/// The longest spread of a workday.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spread {
    /// The limit.
    pub limit: Limit,
    /// Whether call-backs belong to it.
    pub callbacks: bool,
}

impl Spread {
    /// Judges the workdays of a version. Worked shifts come by workday.
    pub(super) fn judge<R: Recorder>(
        &self,
        watch: &Watch<'_>,
        by_workday: &[Presence],
        noticed: &mut Vec<Noticed>,
        recorder: &mut R,
    ) {
        for of_day in by_workday.chunk_by(|a, b| a.workday == b.workday) {
            let Some(first) = that_count(of_day, self.callbacks).next() else { continue };
            let workday = first.workday;
            if !watch.days.contains(workday) {
                continue;
            }
            let ends = that_count(of_day, self.callbacks).map(|shift| shift.end);
            let spread = ends.fold(first.end, Timestamp::max).since(first.start);
            let level = self.limit.level(spread);
            if level != Level::Kept {
                let at = first.start.after(self.limit.begins(level).0);
                watch.notice(Finding { level, workday, at, measure: spread }, noticed);
                let days = WorkdayRange { first: workday, last: workday };
                watch.note(level, days, (spread, self.limit.most), recorder);
            }
        }
    }
}
