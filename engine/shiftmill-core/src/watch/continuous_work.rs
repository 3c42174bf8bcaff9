//! Continuous work: how long a person works without a break.
//! - Takes:  the pairs of all worked shifts with their raw punches.
//! - Gives:  `continuous_work` on the workday of the shift in which the limit is passed, at that instant, once for each
//!   stretch without a break; else `limit_near` where a share of it is reached. The measure is all work of the stretch.
//! - Edges:  a gap of exactly `break_at_least` is a break; a shorter one is not, and its time is no work. Breaks that are
//!   deducted automatically or at fixed times are none: nobody knows whether they were taken.
//! - Source: ArbZG section 4 (never more than six hours, breaks of 15 minutes); Ontario Employment Standards Act s. 20.
//! - Shown:  timecards/watchers/continuous_work.md

use super::limit::{Level, Limit};
use super::{Finding, Watch};
use crate::card::CardState;
use crate::record::Recorder;
use crate::time::{Seconds, Timestamp, Workday, WorkdayRange};
use crate::timecard::Inputs;

/// The most work without a break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContinuousWork {
    /// The limit.
    pub limit: Limit,
    /// How long a break is, at least.
    pub break_at_least: Seconds,
}

/// Work without a break so far.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    /// The workday of its first shift.
    workday: Workday,
    end: Timestamp,
    worked: Seconds,
    /// When it came to be near the limit, and to pass it.
    near: Option<(Workday, Timestamp)>,
    passed: Option<(Workday, Timestamp)>,
}

impl ContinuousWork {
    /// Judges all stretches of work. The workday on which the limit is passed must be of the version.
    pub(super) fn judge<R: Recorder>(
        &self,
        inputs: &Inputs<'_>,
        watch: &Watch<'_>,
        state: &mut CardState,
        recorder: &mut R,
    ) {
        let CardState { pairs, shown_on, noticed, .. } = state;
        let mut stretch: Option<Stretch> = None;
        let mut end = |stretch: Stretch| {
            let passed = stretch.passed.map(|it| (Level::Passed, it));
            let reached = passed.or(stretch.near.map(|it| (Level::Near, it)));
            let Some((level, (workday, at))) = reached.filter(|it| watch.days.contains(it.1.0)) else { return };
            watch.notice(Finding { level, workday, at, measure: stretch.worked }, noticed);
            let days = WorkdayRange { first: stretch.workday, last: workday };
            watch.note(level, days, (stretch.worked, self.limit.most), recorder);
        };
        for pair in pairs.iter() {
            let Some(&workday) = shown_on.get(pair.shift as usize) else { continue };
            if !inputs.card.employs(workday) {
                continue;
            }
            let goes_on = stretch.filter(|it| pair.raw_start.since(it.end) < self.break_at_least);
            if let (None, Some(ended)) = (goes_on, stretch) {
                end(ended);
            }
            let fresh = Stretch { workday, end: pair.raw_start, worked: Seconds::ZERO, near: None, passed: None };
            let mut current = goes_on.unwrap_or(fresh);
            let worked = current.worked.plus(pair.raw_end.since(pair.raw_start));
            let reached = |level| {
                let (shows, only_after) = self.limit.begins(level);
                let is_reached = worked > shows || worked == shows && !only_after;
                is_reached.then(|| (workday, pair.raw_start.after(shows.beyond(current.worked))))
            };
            let near = self.limit.warn_at.and_then(|_| reached(Level::Near));
            let passed = reached(Level::Passed);
            (current.near, current.passed) = (current.near.or(near), current.passed.or(passed));
            (current.worked, current.end) = (worked, current.end.max(pair.raw_end));
            stretch = Some(current);
        }
        if let Some(ended) = stretch {
            end(ended);
        }
    }
}
