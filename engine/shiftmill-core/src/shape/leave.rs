//! Leave against work: what approved leave pays when somebody worked in it.
//! - Takes:  approved leave known at `as_of`, worked spans, scheduled shifts.
//! - Gives:  leave spans (instants known) or leave quantities (amounts only); `leave_worked`, `leave_overlap`.
//! - Keeps:  no second is both worked and leave.
//! - Runs:   after breaks, before the comparison with the schedule.
//! - Edges:  whole-workday leave covers the day's scheduled shifts less their breaks; without a scheduled shift it is
//!   `day_length` as an amount. The first leave in order of start wins where two overlap.
//! - Source: employer policy; whether leave counts toward overtime is each tier's own setting.
//! - Shown:  timecards/leave/leave_and_work.md

use alloc::vec::Vec;

use crate::codes::PayCode;
use crate::time::Seconds;

/// Leave settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaveRules {
    /// The kinds of leave; a fact names one by index.
    pub codes: Vec<LeaveCode>,
    /// Who wins where leave and work meet.
    pub versus_work: LeaveVersusWork,
    /// What whole-day leave is worth on a workday without a scheduled shift.
    pub day_length: Seconds,
    /// Leave that touches the scheduled start (end) moves the expected start (end) to the leave's end (start); when
    /// the leave then touches a fixed break of the shift, to that break's end (start).
    pub relocates_schedule: bool,
}

/// One kind of leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeaveCode {
    /// What it pays to; a base-layer code whose `paid` says whether it is paid.
    pub pays_to: PayCode,
}

/// Who wins where leave and work meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeaveVersusWork {
    /// Work wins, leave shrinks, `leave_worked` is raised.
    WorkWinsFlag,
    /// Work wins, leave shrinks, nothing is said.
    WorkWins,
    /// Leave wins: the worked seconds inside it are not paid as work. `leave_worked` is raised.
    LeaveWins,
}

impl Default for LeaveRules {
    fn default() -> LeaveRules {
        LeaveRules {
            codes: Vec::new(),
            versus_work: LeaveVersusWork::WorkWinsFlag,
            day_length: Seconds::hours(8),
            relocates_schedule: true,
        }
    }
}
