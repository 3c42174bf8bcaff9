//! Breaks: long work needs enough time of breaks, in pieces that are long enough.
//! - Takes:  the pairs of the worked shifts shown on a workday, with their raw punches.
//! - Gives:  `break_short` on the workday, at the instant at which its work passes `worked_over`, measured by the breaks
//!   that were taken.
//! - Edges:  work of exactly `worked_over` needs no break, breaks of exactly `at_least` are enough. A gap shorter than
//!   `piece_at_least` is no break. Gaps between the shifts of one workday are breaks. When a break is taken does not
//!   matter (see `continuous_work`). Breaks that are deducted automatically or at fixed times are none.
//! - Source: ArbZG section 4 (30 minutes over six hours, 45 over nine, in pieces of 15); Japan Labour Standards Act
//!   art. 34.
//! - Shown:  timecards/watchers/breaks.md

use alloc::vec::Vec;

use super::limit::Level;
use super::{Finding, Watch};
use crate::card::{CardState, Pair};
use crate::record::Recorder;
use crate::time::{Seconds, Timestamp, Workday, WorkdayRange};
use crate::timecard::Inputs;

/// The least breaks of a workday.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Breaks {
    /// More work than this needs them.
    pub worked_over: Seconds,
    /// So much in all is enough.
    pub at_least: Seconds,
    /// How long each of them is, at least.
    pub piece_at_least: Seconds,
}

/// The pairs of a workday so far.
struct OfDay {
    workday: Workday,
    end: Timestamp,
    worked: Seconds,
    breaks: Seconds,
    /// When work passed the length that needs breaks.
    needed_at: Option<Timestamp>,
}

impl Breaks {
    /// Judges the workdays of a version.
    pub(super) fn judge<R: Recorder>(
        &self,
        inputs: &Inputs<'_>,
        watch: &Watch<'_>,
        state: &mut CardState,
        pairs: &mut Vec<(Workday, Pair)>,
        recorder: &mut R,
    ) {
        let CardState { pairs: all, shown_on, noticed, .. } = state;
        let shown = all.iter().filter_map(|pair| Some((*shown_on.get(pair.shift as usize)?, *pair)));
        pairs.clear();
        pairs.extend(shown.filter(|(day, _)| watch.days.contains(*day) && inputs.card.employs(*day)));
        pairs.sort_by_key(|(day, pair)| (*day, pair.raw_start));
        for of_day in pairs.chunk_by(|a, b| a.0 == b.0) {
            let Some(day) = self.measured(of_day) else { continue };
            let Some(at) = day.needed_at.filter(|_| day.breaks < self.at_least) else { continue };
            let (level, workday, measure) = (Level::Passed, day.workday, day.breaks);
            watch.notice(Finding { level, workday, at, measure }, noticed);
            watch.note(level, WorkdayRange { first: workday, last: workday }, (measure, self.at_least), recorder);
        }
    }

    fn measured(&self, of_day: &[(Workday, Pair)]) -> Option<OfDay> {
        let (workday, first) = of_day.first()?;
        let (worked, breaks) = (Seconds::ZERO, Seconds::ZERO);
        let mut day = OfDay { workday: *workday, end: first.raw_start, worked, breaks, needed_at: None };
        for (_, pair) in of_day {
            let gap = pair.raw_start.since(day.end);
            if gap >= self.piece_at_least {
                day.breaks = day.breaks.plus(gap);
            }
            let worked = day.worked.plus(pair.raw_end.since(pair.raw_start));
            if day.needed_at.is_none() && worked > self.worked_over {
                day.needed_at = Some(pair.raw_start.after(self.worked_over.beyond(day.worked)));
            }
            (day.worked, day.end) = (worked, day.end.max(pair.raw_end));
        }
        Some(day)
    }
}
