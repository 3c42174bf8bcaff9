//! Matching: which punches form one worked shift, and which scheduled shift it is.
//! - Takes:  kept punches in order, scheduled shifts in order.
//! - Gives:  worked shifts (runs of punches), each with at most one scheduled shift; each scheduled shift at most once.
//! - Runs:   after the schedule, before pairing.
//! - Source: employer policy; an out at 07:10 belongs to the night shift that began the evening before.
//! - Shown:  timecards/matching/worked_shifts.md, overnight.md, punch_windows.md

use crate::card::{CardState, KeptPunch, Noticed, WorkedShift, plain_day};
use crate::coded::coded;
use crate::codes::{ExceptionCode, PunchKind};
use crate::plan::Plan;
use crate::record::{Note, Recorder};
use crate::shape::assignment::{self, Scratch, Stretch, Window};
use crate::shape::pairing::PairingMode;
use crate::time::{Seconds, Timestamp};
use crate::timecard::Inputs;
use crate::zone::ZoneCursor;

/// How punches are gathered into worked shifts and matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Matching {
    /// What starts a worked shift.
    pub shift_starts_at: ShiftStart,
    /// What the gap before a new shift is measured from.
    pub shift_gap_basis: GapBasis,
    /// A gap of this length or longer starts a new shift. Under [`ShiftStart::Gap`] only a punch that may start a
    /// shift does so after a gap (a meal end or break end after a long meal stays with its shift): of kind in or
    /// unknown where pairing goes by kind, any punch under alternating and first-last pairing. With
    /// [`GapBasis::Out`] there is no gap while the shift is open, or else a morning and an evening punch without
    /// direction would never meet; only an in, where pairing goes by kind, starts a new shift a gap after an earlier in
    /// without an out. Open means: by kind, after an opener or a transfer, and after an unknown punch that did not
    /// close; alternating, after an odd number of punches; first-last, always.
    pub new_shift_gap: Seconds,
    /// A shift whose span (first to last punch) would become longer than this is split, and a new one starts at a punch
    /// that may start a shift (see `new_shift_gap`); where the punch may not, the span is kept and the shift carries
    /// `shift_too_long`, noted at its first punch and measured by its span.
    pub shift_length_max: Seconds,
    /// How a worked shift finds its scheduled shift.
    pub match_by: MatchBy,
}

coded! {
    /// What starts a worked shift.
    ShiftStart {
        /// A gap.
        Gap = 0 "gap",
        /// Every in punch, whatever follows an out punch, and a gap before any punch whatever its kind.
        InPunch = 1 "in_punch",
    }
}

coded! {
    /// Where the gap before a new shift is measured from.
    GapBasis {
        /// From the last closer or unknown punch of the shift; after an in with no out, from that in. In other words:
        /// from the last punch of the shift that is neither a meal end nor a break end (the first one, if all are).
        Out = 0 "out",
        /// From the punch just before.
        AnyPunch = 1 "any_punch",
    }
}

coded! {
    /// How a worked shift finds its scheduled shift.
    MatchBy {
        /// The non-crossing assignment (in order of time on both sides) of worked shifts to scheduled shifts that gives
        /// the greatest total overlap in seconds between `[first punch, last punch]` and the scheduled span; ties: more
        /// matches (so a single punch, which overlaps nothing, still finds its shift); ties: the smallest total of
        /// `|first - start| + |last - end|`; ties: more pairs whose scheduled workday is the local date of the first
        /// punch; ties: at the first worked shift where two assignments differ, a match before none and the earlier
        /// scheduled shift before a later one. Only pairs where some punch of the shift lies in
        /// `[start - earliest_in, end + latest_out]`, both inclusive, may match. A punch window that would begin before
        /// the end of an earlier scheduled shift (in order of start) begins at that end.
        Cluster = 0 "cluster",
        /// The scheduled shift of the workday that is the local date of the first punch (the first one in order of
        /// start when there are several), whatever the overlap. Several worked shifts may share it.
        Workday = 1 "workday",
    }
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

/// Groups kept punches into worked shifts. The plan of its local date applies to each punch, as the one that would
/// start a shift. Gives the longest span of a worked shift, from its first punch to its last.
pub(super) fn gather(inputs: &Inputs<'_>, state: &mut CardState) -> Seconds {
    let mut clock = ZoneCursor::new(inputs.card.zone);
    match inputs.timeline.single() {
        Some(plan) => gather_by(state, inputs, |_| plan),
        None => gather_by(state, inputs, |at| inputs.timeline.at(clock.date_at(at))),
    }
}

fn gather_by<'a>(
    state: &mut CardState,
    inputs: &Inputs<'_>,
    mut plan_at: impl FnMut(Timestamp) -> &'a Plan,
) -> Seconds {
    let CardState { punches, shifts, .. } = state;
    let mut longest = Seconds::ZERO;
    let mut clock = ZoneCursor::new(inputs.card.zone);
    let plain_within = inputs.timeline.single().and_then(one_shift_within);
    let mut run: Option<Run> = None;
    let mut index = 0;
    while let Some(punch) = punches.get(index) {
        let plan = plan_at(punch.at);
        match &mut run {
            Some(run) if !run.ends_before(punch, plan) => run.take(punch, plan.pairing.mode),
            _ => {
                if let Some(run) = run {
                    longest = longest.max(run.length());
                    shifts.push(run.shift(index as u32, &mut clock));
                }
                let new = Run::new(index as u32, punch, plan.pairing.mode);
                // A shortcut: the three punches after this one cannot begin a shift of their own, so they are not looked at.
                run = match plain_within.and_then(|within| plain_day(punches.get(index..)?, within)) {
                    Some([_, _, _, last]) => {
                        index += 3;
                        Some(Run { last_at: last.at, last_kind: last.kind, left_at: last.at, open: false, ..new })
                    }
                    None => Some(new),
                };
            }
        }
        index += 1;
    }
    if let Some(run) = run {
        longest = longest.max(run.length());
        shifts.push(run.shift(punches.len() as u32, &mut clock));
    }
    longest
}

/// The four punches of a plain day that is shorter than this are one shift in any case: no in or out among them but the
/// first and the last, no gap long enough, and not too long. `None` where the kinds of punches do not say that.
fn one_shift_within(plan: &Plan) -> Option<Seconds> {
    let rules = &plan.matching;
    let by_kind = plan.pairing.mode == PairingMode::Typed;
    by_kind.then_some(rules.new_shift_gap.at_most(rules.shift_length_max))
}

/// A worked shift on its way: what decides whether the next punch still belongs to it.
#[derive(Clone, Copy)]
struct Run {
    first: u32,
    first_at: Timestamp,
    last_at: Timestamp,
    last_kind: PunchKind,
    /// The last punch that is neither a meal end nor a break end.
    left_at: Timestamp,
    /// Whether an in still waits for its out.
    open: bool,
}

impl Run {
    fn new(index: u32, punch: &KeptPunch, mode: PairingMode) -> Run {
        let open = opens(false, punch.kind, mode);
        Run { first: index, first_at: punch.at, last_at: punch.at, last_kind: punch.kind, left_at: punch.at, open }
    }

    #[inline]
    fn ends_before(&self, punch: &KeptPunch, plan: &Plan) -> bool {
        let rules = &plan.matching;
        let by_kind = plan.pairing.mode == PairingMode::Typed;
        let is_in = punch.kind == PunchKind::In;
        let since = match rules.shift_gap_basis {
            GapBasis::Out => self.left_at,
            GapBasis::AnyPunch => self.last_at,
        };
        let gap = || punch.at.since(since) >= rules.new_shift_gap;
        let too_long = || punch.at.since(self.first_at) > rules.shift_length_max;
        match rules.shift_starts_at {
            ShiftStart::Gap => {
                let may_start = !by_kind || is_in || punch.kind == PunchKind::Unknown;
                let may_gap = rules.shift_gap_basis == GapBasis::AnyPunch || !self.open || (by_kind && is_in);
                may_start && ((may_gap && gap()) || too_long())
            }
            ShiftStart::InPunch => {
                let may_start = !by_kind || punch.kind == PunchKind::Unknown;
                is_in || self.last_kind == PunchKind::Out || gap() || (may_start && too_long())
            }
        }
    }

    #[inline]
    fn take(&mut self, punch: &KeptPunch, mode: PairingMode) {
        self.open = opens(self.open, punch.kind, mode);
        self.last_at = punch.at;
        self.last_kind = punch.kind;
        if !matches!(punch.kind, PunchKind::MealEnd | PunchKind::BreakEnd) {
            self.left_at = punch.at;
        }
    }

    fn length(&self) -> Seconds {
        self.last_at.since(self.first_at)
    }

    fn shift(self, last_punch: u32, clock: &mut ZoneCursor<'_>) -> WorkedShift {
        let start_date = clock.date_at(self.first_at);
        WorkedShift {
            first_punch: self.first,
            last_punch,
            first_pair: 0,
            last_pair: 0,
            scheduled: None,
            workday: start_date,
            start_date,
        }
    }
}

/// Whether a shift is open after a punch, given whether it was before.
fn opens(was_open: bool, kind: PunchKind, mode: PairingMode) -> bool {
    match mode {
        PairingMode::Typed if kind == PunchKind::Unknown => !was_open,
        PairingMode::Typed => !kind.is_closer(),
        PairingMode::Alternating => !was_open,
        PairingMode::FirstLast => true,
    }
}

/// Finds the scheduled shift of every worked shift; `longest` is the longest span of one.
pub(super) fn assign<R: Recorder>(
    inputs: &Inputs<'_>,
    state: &mut CardState,
    scratch: &mut Scratch,
    longest: Seconds,
    recorder: &mut R,
) {
    if !state.scheduled.is_empty() {
        let needs = inputs.timeline.needs();
        if needs.match_by_workday {
            assign_by_workday(inputs, state);
        }
        if needs.match_by_cluster {
            assign_by_cluster(inputs, state, scratch);
        }
    }
    // The workday of a shift is its date unless it was found otherwise.
    let may_be_too_long = longest > inputs.timeline.needs().shift_length_max;
    if R::LISTENS || may_be_too_long || inputs.timeline.needs().match_by_cluster {
        settle(inputs, state, recorder);
    }
}

fn way_of(inputs: &Inputs<'_>, shift: &WorkedShift) -> MatchBy {
    inputs.timeline.at(shift.start_date).matching.match_by
}

fn assign_by_workday(inputs: &Inputs<'_>, state: &mut CardState) {
    let CardState { shifts, scheduled, .. } = state;
    // Worked shifts come by date and scheduled shifts nearly always by workday, so the search continues where it
    // stopped.
    let by_workday = scheduled.is_sorted_by_key(|shift| shift.workday);
    let mut from = 0;
    for shift in shifts.iter_mut().filter(|shift| way_of(inputs, shift) == MatchBy::Workday) {
        if by_workday {
            while scheduled.get(from).is_some_and(|planned| planned.workday < shift.start_date) {
                from += 1;
            }
        } else {
            from = scheduled.iter().position(|planned| planned.workday == shift.start_date).unwrap_or(scheduled.len());
        }
        if let Some(planned) = scheduled.get_mut(from).filter(|planned| planned.workday == shift.start_date) {
            planned.matched = true;
            shift.scheduled = Some(from as u32);
        }
    }
}

fn assign_by_cluster(inputs: &Inputs<'_>, state: &mut CardState, scratch: &mut Scratch) {
    let CardState { punches, shifts, scheduled, .. } = state;
    scratch.stretches.clear();
    scratch.windows.clear();
    for (index, shift) in (0_u32..).zip(shifts.iter()).filter(|(_, shift)| way_of(inputs, shift) == MatchBy::Cluster) {
        let own = punches.get(shift.first_punch as usize..shift.last_punch as usize).unwrap_or(&[]);
        if let (Some(first), Some(last)) = (own.first(), own.last()) {
            let (first, last) = (first.at, last.at);
            scratch.stretches.push(Stretch { shift: index, first, last, start_date: shift.start_date });
        }
    }
    let mut latest_end = Timestamp(i64::MIN);
    for (index, planned) in (0_u32..).zip(scheduled.iter()) {
        let (before, after) = inputs.timeline.at(planned.workday).schedule.punch_window(planned.template);
        if !planned.matched {
            let begin = planned.start.before(before).max(latest_end);
            let end = planned.end.after(after);
            scratch.windows.push(Window { scheduled: index, begin, end, any_begin: begin });
        }
        latest_end = latest_end.max(planned.end);
    }
    assignment::assign(scratch, punches, shifts, scheduled);
}

/// Writes the outcome: the workday of each shift, and its note.
fn settle<R: Recorder>(inputs: &Inputs<'_>, state: &mut CardState, recorder: &mut R) {
    let CardState { punches, shifts, scheduled, noticed, .. } = state;
    for (number, shift) in (0_u32..).zip(shifts.iter_mut()) {
        let planned = shift.scheduled.and_then(|index| scheduled.get(index as usize)).map(|planned| planned.workday);
        shift.workday = planned.unwrap_or(shift.start_date);
        let [first, last] = [shift.first_punch, shift.last_punch - 1].map(|index| punches.get(index as usize));
        let (Some(first), Some(last)) = (first, last) else { continue };
        let length = last.at.since(first.at);
        if length > inputs.timeline.at(shift.workday).matching.shift_length_max {
            let too_long = Noticed::in_punches(ExceptionCode::ShiftTooLong, shift.workday, first.at, length);
            noticed.push(too_long.of_shift(number));
        }
        if R::LISTENS {
            recorder.note(Note::Matched { first: first.at, scheduled: planned });
        }
    }
}
