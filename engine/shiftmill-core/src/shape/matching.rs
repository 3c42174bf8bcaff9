//! Matching: which punches form one worked shift, and which scheduled shift it is.
//! - Takes:  kept punches in order, scheduled shifts in order.
//! - Gives:  worked shifts (runs of punches), each with at most one scheduled shift; each scheduled shift at most once.
//! - Runs:   after the schedule, before pairing.
//! - Source: employer policy; an out at 07:10 belongs to the night shift that began the evening before.
//! - Shown:  timecards/matching/worked_shifts.md, timecards/matching/overnight.md

use crate::time::Seconds;

/// How punches are gathered into worked shifts and matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Matching {
    /// What starts a worked shift.
    pub shift_starts_at: ShiftStart,
    /// What the gap before a new shift is measured from.
    pub shift_gap_basis: GapBasis,
    /// A gap of this length or longer starts a new shift. Under [`ShiftStart::Gap`] only a punch of kind in or
    /// unknown starts one after a gap (a meal end or break end after a long meal stays with its shift).
    pub new_shift_gap: Seconds,
    /// A shift whose span would become longer than this starts anew instead, at a punch that could start one; where
    /// none could, the span is kept and the shift carries `shift_too_long`.
    pub shift_length_max: Seconds,
    /// How a worked shift finds its scheduled shift.
    pub match_by: MatchBy,
}

/// What starts a worked shift.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShiftStart {
    /// A gap.
    Gap,
    /// Every in punch, whatever follows an out punch, and a gap before any punch whatever its kind.
    InPunch,
}

/// Where the gap before a new shift is measured from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GapBasis {
    /// From the last closer or unknown punch of the shift; after an in with no out, from that in.
    Out,
    /// From the punch just before.
    AnyPunch,
}

/// How a worked shift finds its scheduled shift.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MatchBy {
    /// The non-crossing assignment (in order of time on both sides) of worked shifts to scheduled shifts that gives
    /// the greatest total overlap in seconds between `[first punch, last punch]` and the scheduled span; ties: the
    /// smallest total of `|first - start| + |last - end|`; ties: more pairs whose scheduled workday is the local date
    /// of the first punch; ties: the earlier scheduled shift. Only pairs where some punch of the shift lies in
    /// `[start - earliest_in, end + latest_out]` may match. Where the punch windows of two scheduled shifts overlap,
    /// the later window begins at the earlier shift's end.
    Cluster,
    /// The scheduled shift of the workday that is the local date of the first punch (the first one in order of start
    /// when there are several), whatever the overlap. Several worked shifts may share it.
    Workday,
}

impl Default for Matching {
    fn default() -> Matching {
        Matching {
            shift_starts_at: ShiftStart::Gap,
            shift_gap_basis: GapBasis::Out,
            new_shift_gap: Seconds::hours(4),
            shift_length_max: Seconds::hours(16),
            match_by: MatchBy::Cluster,
        }
    }
}
