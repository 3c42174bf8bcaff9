//! Weekly rest: in seven days there must be one rest that is long enough.
//! - Takes:  worked shifts with their raw punches.
//! - Gives:  `weekly_rest_short` on the last of the seven workdays, at its beginning, measured by their longest rest.
//! - Edges:  only the part of a rest that lies in the seven days counts; exactly `at_least` is enough. Days without work,
//!   also those still to come, are rest. With `per = "seven_days"` any seven workdays in a row are judged, and it is
//!   raised where the seven that end a day earlier have their rest. Call-backs interrupt a rest, unless `callbacks` is
//!   off.
//! - Source: Directive 2003/88/EC art. 5 (24 hours and the 11 of the day); China Labour Law art. 38; British Columbia
//!   Employment Standards Act s. 36 (32 hours).
//! - Shown:  timecards/watchers/weekly_rest.md

use alloc::vec::Vec;

use super::limit::Level;
use super::presence::{Presence, that_count};
use super::{Finding, Watch, Watched};
use crate::card::Noticed;
use crate::coded::coded;
use crate::plan::Plan;
use crate::record::Recorder;
use crate::shape::workdays::{WorkdayWindow, workweek_start};
use crate::time::{Seconds, Timestamp, Workday, WorkdayRange};
use crate::timecard::Inputs;
use crate::zone::ZoneCursor;

/// The least rest of seven days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WeeklyRest {
    /// So much in one piece is enough.
    pub at_least: Seconds,
    /// Which seven days.
    pub per: RestPer,
    /// Whether call-backs interrupt a rest.
    pub callbacks: bool,
}

coded! {
    /// Which seven days must have a rest.
    RestPer {
        /// Each workweek.
        Workweek = 0 "workweek",
        /// Any seven workdays in a row.
        SevenDays = 1 "seven_days",
    }
}

impl WeeklyRest {
    /// The days before a workday that it looks at, at worst.
    pub(super) fn days_before(&self) -> u16 {
        match self.per {
            RestPer::Workweek => 6,
            RestPer::SevenDays => 7,
        }
    }

    /// The first workday that it needs to judge workdays from `first` on.
    pub(super) fn context_from(&self, plan: &Plan, first: Workday) -> Workday {
        match self.per {
            RestPer::Workweek => workweek_start(&plan.workdays, first),
            RestPer::SevenDays => first.plus(-7),
        }
    }

    /// Judges the workdays of a version that are in the pay period.
    pub(super) fn judge<R: Recorder>(
        &self,
        inputs: &Inputs<'_>,
        watch: &Watch<'_>,
        presence: &[Presence],
        noticed: &mut Vec<Noticed>,
        recorder: &mut R,
    ) {
        let WorkdayRange { first, last } = inputs.window.pay_period;
        let mut workday = first.max(watch.days.first);
        while workday <= last.min(watch.days.last) {
            let ends_week = workweek_start(&watch.plan.workdays, workday).plus(6) == workday;
            if (self.per == RestPer::SevenDays || ends_week) && inputs.card.employs(workday) {
                let rest = self.longest(inputs, watch.plan, presence, workday);
                let short = rest < self.at_least;
                let raised = short
                    && !(self.per == RestPer::SevenDays && is_short_on(inputs, watch, presence, workday.plus(-1)));
                let level = if raised { Level::Passed } else { Level::Kept };
                let at =
                    WorkdayWindow::of(workday, watch.plan.workdays.opens_at, &mut ZoneCursor::new(inputs.card.zone))
                        .start;
                watch.notice(Finding { level, workday, at, measure: rest }, noticed);
                if raised || ends_week && !short {
                    let days = WorkdayRange { first: workday.plus(-6), last: workday };
                    watch.note(level, days, (rest, self.at_least), recorder);
                }
            }
            workday = workday.plus(1);
        }
    }

    /// The longest rest of the seven workdays up to one.
    fn longest(&self, inputs: &Inputs<'_>, plan: &Plan, presence: &[Presence], workday: Workday) -> Seconds {
        let clock = &mut ZoneCursor::new(inputs.card.zone);
        let opens_at = plan.workdays.opens_at;
        let opens = WorkdayWindow::of(workday.plus(-6), opens_at, clock).start;
        let closes = WorkdayWindow::of(workday, opens_at, clock).end;
        let (mut longest, mut free_from): (Seconds, Timestamp) = (Seconds::ZERO, opens);
        for shift in that_count(presence, self.callbacks) {
            longest = longest.max(shift.start.min(closes).since(free_from));
            free_from = free_from.max(shift.end);
        }
        longest.max(closes.since(free_from))
    }
}

/// Whether the watcher of this name finds no rest in the seven workdays up to one, by the settings that hold there.
fn is_short_on(inputs: &Inputs<'_>, watch: &Watch<'_>, presence: &[Presence], workday: Workday) -> bool {
    let plan = if watch.days.contains(workday) { watch.plan } else { inputs.timeline.at(workday) };
    let Some(Watched::WeeklyRest(rest)) = plan.watcher(watch.rule).map(|watcher| &watcher.watches) else {
        return false;
    };
    let judged = rest.per == RestPer::SevenDays && inputs.card.employs(workday);
    judged && rest.longest(inputs, plan, presence, workday) < rest.at_least
}
