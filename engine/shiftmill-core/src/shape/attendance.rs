//! Attendance: late, early, absent, unscheduled.
//! - Takes:  the raw, unrounded punches of each workday, and its scheduled shifts (moved by leave).
//! - Gives:  `late_in` and its tiers, `early_out`, `absent`, `unscheduled_work`, `early_in`, `late_out`,
//!   `under_hours`, each with its measure in seconds.
//! - Keeps:  all time.
//! - Runs:   after leave, before overtime.
//! - Edges:  on the limit is on time: late means `in > start + grace`, early means `out < end - grace`.
//! - Source: employer policy.
//! - Shown:  timecards/attendance/late.md, early.md, absent.md, tiers.md

use alloc::vec::Vec;

use crate::codes::{ExceptionCode, PayCode};
use crate::shape::breaks::Compare;
use crate::time::Seconds;

/// How worked time is compared with the schedule.
///
/// For each scheduled shift the *first in* is the first kept punch of the shifts matched to it that opens a pair or
/// misses its out, of kind in or unknown; the *last out* the last kept punch that closes a pair or misses its in, of
/// kind out or unknown. Under alternating and first-last pairing the kinds do not matter. A side without such a punch
/// is not compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attendance {
    /// Lateness up to this is none. Inclusive. `None`: lateness is not judged.
    pub late_grace: Option<Seconds>,
    /// Leaving up to this early is none. Inclusive. `None`: not judged.
    pub early_grace: Option<Seconds>,
    /// What the measure of a lateness beyond the grace is.
    pub grace_mode: GraceMode,
    /// Steps of lateness, ascending by `from`; the last whose comparison holds decides the exception. Without one,
    /// `late_in`.
    pub late_tiers: Vec<LateTier>,
    /// Only punches at most this far from the scheduled time are compared. `None`: always compared.
    pub watch_window: Option<Seconds>,
    /// Whether seconds count: with [`Compared::Minute`] both sides are cut to the minute first.
    pub compared: Compared,
    /// A scheduled shift without any matched punch, wholly outside leave, is absent once `as_of` reaches its end plus
    /// this. Before that nothing is said. `None`: absence is not judged.
    pub absence_delay: Option<Seconds>,
    /// A workday with a scheduled shift and worked time (paid base time, rounded) below this is also absent.
    /// Checked before `half_day_below`.
    pub absent_below: Option<Seconds>,
    /// A workday with a scheduled shift and worked time below this is absent for half the day.
    pub half_day_below: Option<Seconds>,
    /// A workday with work below this carries `under_hours`, measured by what is lacking.
    pub min_day: Option<Seconds>,
    /// In before the scheduled start by more than this: `early_in`. `None`: not judged.
    pub early_in_beyond: Option<Seconds>,
    /// Out after the scheduled end by more than this: `late_out`. `None`: not judged.
    pub late_out_beyond: Option<Seconds>,
    /// Whether work without a scheduled shift raises `unscheduled_work`: on workdays with punches and no scheduled
    /// shift, once per workday.
    pub unscheduled: bool,
}

/// What the measure of a lateness is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GraceMode {
    /// Beyond the grace, all of it counts from the scheduled time.
    Cliff,
    /// Only what is beyond the grace counts.
    Deduct,
}

/// Whether seconds count in comparisons with the schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compared {
    /// They do.
    Second,
    /// Both sides are cut to the minute: 09:05:59 is 09:05.
    Minute,
}

/// One step of lateness. `from` is compared with the lateness counted from the scheduled time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LateTier {
    /// The step.
    pub from: Seconds,
    /// Whether the step itself belongs to it.
    pub compare: Compare,
    /// What it is: `late_in`, `serious_late`, `absent_half`, `absent_by_lateness` or `missing_in`.
    pub outcome: ExceptionCode,
    /// What is taken off: seconds of this quantity-layer code, the measure of the lateness or a fixed amount.
    pub deduct: Option<LateDeduct>,
}

/// What a lateness takes off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LateDeduct {
    /// The quantity code (unit: seconds).
    pub pays_to: PayCode,
    /// This much; `None`: the measure of the lateness.
    pub amount: Option<Seconds>,
}

impl Default for Attendance {
    fn default() -> Attendance {
        Attendance {
            late_grace: Some(Seconds::ZERO),
            early_grace: Some(Seconds::ZERO),
            grace_mode: GraceMode::Cliff,
            late_tiers: Vec::new(),
            watch_window: Some(Seconds::hours(2)),
            compared: Compared::Second,
            absence_delay: Some(Seconds::ZERO),
            absent_below: None,
            half_day_below: None,
            min_day: None,
            early_in_beyond: None,
            late_out_beyond: None,
            unscheduled: true,
        }
    }
}
