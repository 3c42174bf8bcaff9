//! Rest between shifts: from the last out of a worked shift to the first in of the next, as clocks recorded them.
//! - Takes:  worked shifts with their raw punches; the ins and outs that pairing filled in.
//! - Gives:  `rest_short` on the workday of the later shift, at its first in, measured by the rest that there was.
//! - Edges:  a rest of exactly `at_least` is enough. The blocks of a split shift, and a stretch of work that only the
//!   schedule divides, are one shift, and so are shifts that touch. With `between = "workdays"` the shifts of one workday are one too. Call-backs
//!   interrupt a rest, unless `callbacks` is off. Rounding changes no rest.
//! - Source: Directive 2003/88/EC art. 3 and ArbZG section 5 (11 hours); Ontario Employment Standards Act s. 18 (8 hours).
//! - Shown:  timecards/watchers/rest_between_shifts.md

use alloc::vec::Vec;

use super::limit::Level;
use super::presence::{Presence, that_count};
use super::{Finding, Watch};
use crate::card::Noticed;
use crate::coded::coded;
use crate::record::Recorder;
use crate::time::{Seconds, WorkdayRange};

/// The least rest between two shifts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RestBetweenShifts {
    /// So much is enough.
    pub at_least: Seconds,
    /// Between what.
    pub between: RestBetween,
    /// Whether call-backs interrupt a rest.
    pub callbacks: bool,
}

coded! {
    /// Between what rest is measured.
    RestBetween {
        /// Any two worked shifts.
        Shifts = 0 "shifts",
        /// The last worked shift of a workday and the first of a later one.
        Workdays = 1 "workdays",
    }
}

impl RestBetweenShifts {
    /// The days before a shift in which the shift before it may end too late.
    pub(super) fn days_before(&self) -> u16 {
        u16::try_from(self.at_least.0.div_ceil(86_400)).unwrap_or(u16::MAX)
    }

    /// Judges the shifts of a version.
    pub(super) fn judge<R: Recorder>(
        &self,
        watch: &Watch<'_>,
        presence: &[Presence],
        noticed: &mut Vec<Noticed>,
        recorder: &mut R,
    ) {
        let mut before: Option<Presence> = None;
        for shift in that_count(presence, self.callbacks) {
            let Some(last) = before else {
                before = Some(*shift);
                continue;
            };
            let same = shift.goes_on || self.between == RestBetween::Workdays && shift.workday == last.workday;
            let rest = shift.start.since(last.end);
            if !same && !rest.is_zero() && rest < self.at_least && watch.days.contains(shift.workday) {
                let (level, workday, at) = (Level::Passed, shift.workday, shift.start);
                watch.notice(Finding { level, workday, at, measure: rest }, noticed);
                let days = WorkdayRange { first: last.workday, last: workday };
                watch.note(level, days, (rest, self.at_least), recorder);
            }
            before = Some(Presence { end: shift.end.max(last.end), ..*shift });
        }
    }
}
