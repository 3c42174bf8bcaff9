//! A shortcut: workdays that begin alike need not be prepared for one by one.
//!
//! Under one plan without conditions on weekdays, runs of worked days or carried balances, a new workday within the
//! same workweek and pay period changes one thing: what counts by workday begins at zero. The full way prepares every
//! counter for its stretch, its weekday and its conditions; the shortcut is passed by where leave without clock times
//! has still to be counted, and where notes are taken.

use crate::pay::counters::{self, Counter};
use crate::time::Workday;

/// The current workday of a walk.
pub(super) struct Today {
    /// `None` before the first.
    workday: Option<Workday>,
    /// Whether workdays of the same stretches begin alike.
    alike: bool,
    /// Up to this workday, exclusive, all counters wider than a workday stay in their stretches.
    alike_until: Workday,
}

impl Today {
    /// Before the first workday. `alike`: whether workdays of the same stretches begin alike.
    pub(super) fn before_all(alike: bool) -> Today {
        Today { workday: None, alike, alike_until: Workday(i32::MIN) }
    }

    #[inline]
    pub(super) fn is(&self, workday: Workday) -> bool {
        self.workday == Some(workday)
    }

    /// Begins a workday the short way; false when that is not possible, and nothing is done then.
    #[inline]
    pub(super) fn begin_alike(&mut self, workday: Workday, counters: &mut [Counter]) -> bool {
        if workday >= self.alike_until {
            return false;
        }
        self.workday = Some(workday);
        counters::begin_alike_workday(counters);
        true
    }

    /// Notes that a workday was begun the full way.
    pub(super) fn begun(&mut self, workday: Workday, counters: &[Counter]) {
        self.workday = Some(workday);
        if self.alike {
            self.alike_until = counters::alike_until(counters);
        }
    }
}
