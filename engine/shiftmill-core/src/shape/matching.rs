//! Matching: which punches form one worked shift, and which scheduled shift it is.
//! - Takes:  kept punches in order, scheduled shifts in order.
//! - Gives:  worked shifts (runs of punches), each with at most one scheduled shift; each scheduled shift at most once.
//! - Runs:   after the schedule, before pairing.
//! - Source: employer policy; an out at 07:10 belongs to the night shift that began the evening before.
//! - Shown:  timecards/matching/worked_shifts.md, timecards/matching/overnight.md

use crate::time::Seconds;

/// Room that matching uses again for every card.
#[derive(Clone, Debug, Default)]
pub(crate) struct Room {}

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
    /// A shift whose span (first to last punch) would become longer than this starts anew instead, at a punch of kind
    /// in or unknown; where the punch is of another kind, the span is kept and the shift carries `shift_too_long`,
    /// noted at its first punch and measured by its span.
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
    /// From the last closer or unknown punch of the shift; after an in with no out, from that in. In other words:
    /// from the last punch of the shift that is neither a meal end nor a break end (the first one, if all are).
    Out,
    /// From the punch just before.
    AnyPunch,
}

/// How a worked shift finds its scheduled shift.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MatchBy {
    /// The non-crossing assignment (in order of time on both sides) of worked shifts to scheduled shifts that gives
    /// the greatest total overlap in seconds between `[first punch, last punch]` and the scheduled span; ties: more
    /// matches (so a single punch, which overlaps nothing, still finds its shift); ties: the smallest total of
    /// `|first - start| + |last - end|`; ties: more pairs whose scheduled workday is the local date of the first
    /// punch; ties: at the first worked shift where two assignments differ, a match before none and the earlier
    /// scheduled shift before a later one. Only pairs where some punch of the shift lies in
    /// `[start - earliest_in, end + latest_out]`, both inclusive, may match. A punch window that would begin before
    /// the end of an earlier scheduled shift (in order of start) begins at that end.
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
