//! Hours after and before which premiums are paid: the time worked so far in the workday and in the workweek.
//! - Takes:  the work of a card.
//! - Gives:  for each span what was worked before it.
//! - Keeps:  the spans.
//! - Runs:   before the premiums, when one of them asks.
//! - Edges:  all work that counts is counted, in order of time: also work that the premium is not for, such as that of
//!   other sites or outside of its window. Paid breaks are work. With `after` of 8 hours the 8th hour is not paid, and
//!   the first second after it is; with `before` of 8 hours the last second of the 8th hour is. Both a workday and a
//!   workweek: what fits both. The workday is the one that overtime counts by, the workweek that of this workday.
//! - Source: employer policy, such as a premium from the 11th hour of a shift on.
//! - Shown:  timecards/premiums/hours.md
#![allow(clippy::indexing_slicing, reason = "the index was found in the same list")]

use alloc::vec::Vec;

use crate::card::Span;
use crate::shape::workdays::workweek_start;
use crate::time::{Seconds, Workday};
use crate::timecard::Inputs;

/// An amount of work in the workday, in the workweek, or in both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PremiumHours {
    /// In the workday that overtime counts by.
    pub workday: Option<Seconds>,
    /// In the workweek of this workday.
    pub workweek: Option<Seconds>,
}

impl PremiumHours {
    /// True when no amount is asked for.
    pub fn ask_nothing(self) -> bool {
        self == PremiumHours::default()
    }

    /// How much more must be worked until both are reached.
    pub(crate) fn lacking(self, worked: WorkedBefore) -> Seconds {
        let lacking = |limit: Option<Seconds>, worked: Seconds| limit.map_or(Seconds::ZERO, |it| it.beyond(worked));
        lacking(self.workday, worked.workday).max(lacking(self.workweek, worked.workweek))
    }

    /// How much can be worked until either is reached.
    pub(crate) fn left(self, worked: WorkedBefore) -> Seconds {
        let left = |limit: Option<Seconds>, worked: Seconds| limit.map_or(Seconds::MAX, |it| it.beyond(worked));
        left(self.workday, worked.workday).min(left(self.workweek, worked.workweek))
    }
}

/// What was worked before some instant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct WorkedBefore {
    workday: Seconds,
    workweek: Seconds,
}

impl WorkedBefore {
    /// The same, with more work.
    pub(crate) fn plus(self, more: Seconds) -> WorkedBefore {
        WorkedBefore { workday: self.workday.plus(more), workweek: self.workweek.plus(more) }
    }
}

/// Counts for each span what was worked before it in its workday and workweek.
pub(super) fn count(inputs: &Inputs<'_>, spans: &[Span], counted: &mut Vec<WorkedBefore>) {
    counted.clear();
    let (mut days, mut weeks) = (Vec::new(), Vec::new());
    for span in spans {
        let workday = span.overtime_workday;
        let week = workweek_start(&inputs.timeline.at(workday).workdays, workday);
        let more = if span.counts_as_work() { span.length() } else { Seconds::ZERO };
        let (workday, workweek) = (add(&mut days, workday, more), add(&mut weeks, week, more));
        counted.push(WorkedBefore { workday, workweek });
    }
}

/// Adds to the sum of a day or week, and returns what it was before. Sums are found from the last one back: work mostly
/// goes on where it was.
fn add(sums: &mut Vec<(Workday, Seconds)>, of: Workday, more: Seconds) -> Seconds {
    let index = match sums.iter().rposition(|(known, _)| *known == of) {
        Some(index) => index,
        None => {
            sums.push((of, Seconds::ZERO));
            sums.len() - 1
        }
    };
    let before = sums[index].1;
    sums[index].1 = before.plus(more);
    before
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_the_hours_leave_nothing_after_them() {
        let after = PremiumHours { workday: Some(Seconds::hours(8)), workweek: None };
        let worked = |hours| WorkedBefore { workday: Seconds::hours(hours), workweek: Seconds::hours(hours) };
        assert_eq!(after.lacking(worked(6)), Seconds::hours(2));
        assert_eq!(after.lacking(worked(8)), Seconds::ZERO);
        assert_eq!(after.left(worked(6)), Seconds::hours(2));
        assert_eq!(after.left(worked(9)), Seconds::ZERO);
        let both = PremiumHours { workday: Some(Seconds::hours(8)), workweek: Some(Seconds::hours(10)) };
        assert_eq!(both.lacking(worked(7)), Seconds::hours(3));
        assert_eq!(both.left(worked(7)), Seconds::hours(1));
        assert_eq!(PremiumHours::default().left(worked(9)), Seconds::MAX);
    }
}
