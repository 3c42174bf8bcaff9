//! Attendance: late, early, absent, unscheduled.
//! - Takes:  the raw, unrounded punches of each workday, and its scheduled shifts (moved by leave, `late_off` and
//!   `flexible`).
//! - Gives:  `late_in` and its tiers, `early_out` and its tiers, `absent`, `unscheduled_work`, `early_in`, `late_out`,
//!   `under_hours`, each with its measure in seconds.
//! - Keeps:  all time.
//! - Runs:   after leave, before overtime.
//! - Edges:  on the limit is on time: late means `in > start + grace`, early means `out < end - grace`. Exceptions of a
//!   worked shift are on the workday that the shift is shown on (the reporting workday of its start), at the punch;
//!   `unscheduled_work` is at the start of the worked shift. `absent` is on the scheduled workday, at the scheduled
//!   start, measured by the planned time (of a split shift, see `split`). Exceptions of a whole workday are raised on workdays with worked shifts only:
//!   `under_hours` is at the start of the first, the others at the first scheduled start. A shift wholly on leave is not
//!   compared.
//! - Source: employer policy.
//! - Shown:  timecards/attendance/late.md, early.md, absent.md, tiers.md, half_day.md, planned_time.md,
//!   outside_schedule.md

#![allow(clippy::indexing_slicing, reason = "the indexes are those of the lists of one card, kept by this phase")]

use alloc::vec::Vec;

use crate::card::{CardState, KeptPunch, PunchRole, Quantity, ScheduledShift, Span, SpanState, WorkdayState};
use crate::coded::coded;
use crate::codes::{ExceptionCode, PayCode, PunchKind, RuleId};
use crate::reason::{Because, Reason};
use crate::record::{Note, Recorder};
use crate::shape::breaks::Compare;
use crate::shape::callback;
use crate::shape::core_hours::CoreHours;
use crate::shape::corrected;
use crate::shape::coverage;
use crate::shape::day_tolerance::{ComparedEdges, Comparison, Days, Graces};
use crate::shape::expectation;
use crate::shape::flexible::{self, FlexibleStart};
use crate::shape::free_lateness::{FreeLateness, Waived};
use crate::shape::late_off::{self, LateOff};
use crate::shape::leave::LeavePiece;
use crate::shape::pairing::PairingMode;
use crate::shape::roster_kinds;
use crate::shape::split;
use crate::time::{Seconds, Timestamp, Workday};
use crate::timecard::{Inputs, Leave, LeaveTime};
use crate::zone::ZoneCursor;

/// How worked time is compared with the schedule.
///
/// For each scheduled shift the *first in* is the first kept punch of the shifts matched to it that opens a pair or
/// misses its out, of kind in or unknown; the *last out* the last kept punch that closes a pair or misses its in, of
/// kind out or unknown (a punch made offsite is as an unknown one). Under alternating and first-last pairing the kinds do not matter. A side without such a punch
/// is not compared, nor one that is not known:
///
/// - the start of a worked shift in which a punch that misses its in comes before the first in;
/// - the end of a worked shift in which a punch that misses its out comes after the last out;
/// - both sides of a cut, where work goes on from one scheduled shift to the next (see `coverage`);
/// - with `counts_as = "still_late"`, a side whose punch a correction added (see [`crate::shape::corrected`]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attendance {
    /// Lateness up to this is not counted. Inclusive. `None`: lateness is not checked.
    pub late_grace: Option<Seconds>,
    /// Leaving up to this early is not counted. Inclusive. `None`: not checked.
    pub early_grace: Option<Seconds>,
    /// What the measure of a lateness beyond the grace is. Leaving early always counts from the expected end.
    pub grace_mode: GraceMode,
    /// Steps of lateness, ascending by `from`; the last whose comparison holds decides the exception. Without one,
    /// `late_in`.
    pub late_tiers: Vec<LateTier>,
    /// What lateness and leaving early are: time on the clock, or planned time.
    pub measured: Measured,
    /// Steps of leaving early, as those of lateness. Without one, `early_out`.
    pub early_tiers: Vec<EarlyTier>,
    /// Only punches at most this far from the expected time are compared, for late, early, early in and late out.
    /// `None`: always compared.
    pub watch_window: Option<Seconds>,
    /// Whether seconds count: with [`Compared::Minute`] both sides are cut to the minute first.
    pub compared: Compared,
    /// A scheduled shift that no worked shift matches and no work overlaps (raw pairs, and layer A), wholly outside leave
    /// (no leave within it, and no leave as an amount on its workday), is absent once `as_of` reaches its end plus this.
    /// Before that no exception is raised. `None`: absence is not checked.
    pub absence_delay: Option<Seconds>,
    /// A workday with a worked shift and a scheduled one that is not wholly on leave is also absent when its worked time
    /// (rounded, with paid breaks and paid leave) is below this. Measured by what is lacking. Checked before
    /// `half_day_below`.
    pub absent_below: Option<Seconds>,
    /// Such a workday with worked time below this is absent for half the day. Measured by what is lacking.
    pub half_day_below: Option<Seconds>,
    /// A workday with a worked shift and work (rounded, with paid breaks) below this carries `under_hours`, measured by what is lacking.
    pub min_day: Option<Seconds>,
    /// In before the scheduled start by more than this: `early_in`. `None`: not checked.
    pub early_in_beyond: Option<Seconds>,
    /// Out after the scheduled end by more than this: `late_out`. `None`: not checked.
    pub late_out_beyond: Option<Seconds>,
    /// More work than this in the gap between two blocks of a split shift: `gap_worked`. `None`: not checked.
    pub gap_worked_beyond: Option<Seconds>,
    /// How far the starts of shifts may move that state nothing themselves. See [`crate::shape::flexible`].
    pub flexible: FlexibleStart,
    /// Who stayed so long is expected so much later the next time. See [`crate::shape::late_off`].
    pub late_off: Vec<LateOff>,
    /// Latenesses that are waived. `None`: none.
    pub free_late: Option<FreeLateness>,
    /// Which edges of the scheduled shifts of a workday are compared. See [`crate::shape::day_tolerance`].
    pub edges: ComparedEdges,
    /// The graces hold on a workday while they forgive at most this much together. `None`: whatever they forgive.
    pub day_tolerance: Option<Seconds>,
    /// When the person must be there, in shifts that state nothing themselves. See [`crate::shape::core_hours`].
    pub core_hours: CoreHours,
    /// Whether a worked shift that matches no scheduled shift raises `unscheduled_work`, measured by its work time; unless a
    /// roster row allows its start: the day is open, or the person is on call.
    pub unscheduled: bool,
}

coded! {
    /// What the measure of a lateness is.
    GraceMode {
        /// Beyond the grace, all of it counts from the scheduled time.
        Cliff = 0 "cliff",
        /// Only what is beyond the grace counts.
        Deduct = 1 "deduct",
    }
}

coded! {
    /// What lateness and leaving early are.
    Measured {
        /// All time between the punch and the expected time.
        Clock = 0 "clock",
        /// The planned time before the first in and before the first leave of the shift, or after the last out and
        /// after the last leave. Breaks of the shift's template and fixed breaks are not planned time. Without any,
        /// there is no exception.
        Planned = 1 "planned",
    }
}

coded! {
    /// Whether seconds count in comparisons with the schedule.
    Compared {
        /// They do.
        Second = 0 "second",
        /// Both sides are cut to the minute: 09:05:59 is 09:05.
        Minute = 1 "minute",
    }
}

/// One step of lateness. `from` is compared with the lateness from the expected start, whatever the grace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LateTier {
    /// The step.
    pub from: Seconds,
    /// Whether the step itself belongs to it.
    pub compare: Compare,
    /// What it is: one of [`LateTier::OUTCOMES`].
    pub outcome: ExceptionCode,
    /// The deduction: seconds of this quantity-layer code, the measure of the lateness or a fixed amount.
    pub deduct: Option<LateDeduct>,
}

impl LateTier {
    /// What a step of lateness may be.
    pub const OUTCOMES: [ExceptionCode; 5] = [
        ExceptionCode::LateIn,
        ExceptionCode::SeriousLate,
        ExceptionCode::AbsentHalf,
        ExceptionCode::AbsentByLateness,
        ExceptionCode::MissingIn,
    ];
}

/// One step of leaving early. `from` is compared with the time from the punch to the expected end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EarlyTier {
    /// The step.
    pub from: Seconds,
    /// Whether the step itself belongs to it.
    pub compare: Compare,
    /// What it is: one of [`EarlyTier::OUTCOMES`].
    pub outcome: ExceptionCode,
}

impl EarlyTier {
    /// What a step of leaving early may be.
    pub const OUTCOMES: [ExceptionCode; 4] =
        [ExceptionCode::EarlyOut, ExceptionCode::AbsentHalf, ExceptionCode::Absent, ExceptionCode::MissingOut];
}

coded! {
    /// What a deduction for lateness may be besides a fixed length.
    LateDeductKind {
        /// The measure of the lateness.
        Lateness = 0 "lateness",
    }
}

/// The deduction for lateness.
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
            measured: Measured::Clock,
            early_tiers: Vec::new(),
            watch_window: None,
            compared: Compared::Second,
            absence_delay: Some(Seconds::ZERO),
            absent_below: None,
            half_day_below: None,
            min_day: None,
            early_in_beyond: None,
            late_out_beyond: None,
            gap_worked_beyond: Some(Seconds::minutes(15)),
            flexible: FlexibleStart::default(),
            late_off: Vec::new(),
            free_late: None,
            edges: ComparedEdges::All,
            day_tolerance: None,
            core_hours: CoreHours::new(),
            unscheduled: true,
        }
    }
}

/// What the punches matched to one scheduled shift show.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sides {
    /// Work goes on into the shift from the one before, so that there is no first in.
    goes_on: bool,
    first_in: Option<Side>,
    last_out: Option<Side>,
}

impl Sides {
    /// When the person came, where that is known.
    pub(super) fn first_in_at(&self) -> Option<Timestamp> {
        self.first_in.map(|side| side.at)
    }

    /// When the person left, where that is known.
    pub(super) fn last_out_at(&self) -> Option<Timestamp> {
        self.last_out.map(|side| side.at)
    }
}

#[derive(Clone, Copy, Debug)]
struct Side {
    /// The instant of the punch; while attendance is judged, the instant that it is judged by.
    at: Timestamp,
    /// The workday that its worked shift is shown on.
    workday: Workday,
    /// Whether the instant is known. That of a punch which a correction added may not be.
    is_known: bool,
}

impl Side {
    fn if_known(self) -> Option<Side> {
        self.is_known.then_some(self)
    }
}

/// Which instants of corrected punches the sides have.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// Those of the corrections.
    Corrected,
    /// Those that attendance judges by.
    Judged,
}

/// What was punched for the scheduled shifts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scratch {
    /// One entry per scheduled shift.
    sides: Vec<Sides>,
    /// The planned time of one scheduled shift.
    planned: Vec<(Timestamp, Timestamp)>,
    /// Latenesses that were waived.
    waived: Waived,
    /// The workdays, where some rule looks at all shifts of a workday.
    days: Days,
}

/// Moves the scheduled shifts by when the person came, and when the person went the day before.
pub(super) fn move_shifts<R: Recorder>(
    inputs: &Inputs<'_>,
    state: &mut CardState,
    scratch: &mut Scratch,
    recorder: &mut R,
) {
    if inputs.timeline.needs().moved_shifts {
        gather_sides(inputs, state, scratch, Reading::Corrected);
        late_off::apply(inputs, state, &scratch.sides, recorder);
        flexible::apply(inputs, state, &scratch.sides, recorder);
    }
}

/// Compares scheduled shifts with the punches matched to them, and workdays with the work that they should have.
pub(super) fn compare<R: Recorder>(
    inputs: &Inputs<'_>,
    state: &mut CardState,
    scratch: &mut Scratch,
    recorder: &mut R,
) {
    gather_sides(inputs, state, scratch, Reading::Judged);
    scratch.waived.clear();
    let clock = &mut ZoneCursor::new(inputs.card.zone);
    let by_day = inputs.timeline.needs().compared_by_day;
    if by_day {
        add_up_deviations(inputs, state, scratch, clock);
    }
    for index in 0..state.scheduled.len() {
        let (shift, sides) = (&state.scheduled[index], &scratch.sides[index]);
        let rules = &inputs.plan_of_scheduled(shift).attendance;
        // Nobody is late for a shift that the clock leaves out, nor leaves it early.
        let lasts = shift.start < shift.end;
        if !by_day && rules.is_on_time(shift, sides) || shift.on_leave || !lasts {
            continue;
        }
        let (shift, sides) = (*shift, *sides);
        if !shift.matched {
            judge_absence(rules, index, inputs, state);
            continue;
        }
        let planned = planned_of(rules, inputs, &shift, &mut scratch.planned, clock);
        let comparison = match by_day {
            true => scratch.days.comparison(rules, index, &shift),
            false => Comparison::plain(rules),
        };
        if R::LISTENS
            && let Some((deviates, most)) = comparison.exceeded
            && scratch.days.tells(shift.workday)
        {
            recorder.note(Note::ToleranceExceeded { workday: shift.workday, deviates, most });
        }
        let graces = &comparison.graces;
        if let Some(first_in) = sides.first_in.and_then(Side::if_known).filter(|_| comparison.start)
            && let Some(late) = judge_in(rules, graces, &shift, planned, first_in, clock, state)
        {
            match rules.free_late.and_then(|free| Some((free, free.waives(shift.workday, late, &mut scratch.waived)?)))
            {
                None => raise_late(rules, graces, first_in, late, state),
                Some((free, number)) if R::LISTENS => recorder.note(Note::LatenessWaived {
                    workday: first_in.workday,
                    at: first_in.at,
                    late,
                    number,
                    times: free.times,
                }),
                Some(_) => {}
            }
        }
        let last_out = sides.last_out.and_then(Side::if_known);
        if let Some(last_out) = last_out.filter(|_| comparison.end && !shift.free_end) {
            judge_out(rules, graces, &shift, planned, last_out, clock, state);
        }
    }
    corrected::note_missing(inputs, state);
    judge_unscheduled(inputs, state);
    callback::judge(inputs, state);
    split::judge_gaps(inputs, state);
    if inputs.timeline.needs().judged_workdays {
        judge_workdays(inputs, state);
    }
}

/// The planned time of a scheduled shift, where it decides what is late and early.
fn planned_of<'s>(
    rules: &Attendance,
    inputs: &Inputs<'_>,
    shift: &ScheduledShift,
    planned: &'s mut Vec<Stretch>,
    clock: &mut ZoneCursor<'_>,
) -> Option<&'s [Stretch]> {
    match rules.measured {
        Measured::Clock => None,
        Measured::Planned => {
            expectation::stretches(inputs, shift, clock, planned);
            Some(planned.as_slice())
        }
    }
}

/// Adds up by workday what the graces forgive.
#[inline(never)]
fn add_up_deviations(inputs: &Inputs<'_>, state: &CardState, scratch: &mut Scratch, clock: &mut ZoneCursor<'_>) {
    scratch.days.find(&state.scheduled);
    for (index, (shift, sides)) in state.scheduled.iter().zip(&scratch.sides).enumerate() {
        let rules = &inputs.plan_of_scheduled(shift).attendance;
        if rules.day_tolerance.is_none() || !shift.matched || shift.on_leave || shift.start >= shift.end {
            continue;
        }
        let planned = planned_of(rules, inputs, shift, &mut scratch.planned, clock);
        let Comparison { start, end, .. } = scratch.days.comparison(rules, index, shift);
        let graces = Graces::of(rules);
        let forgiven = |deviation: Seconds, grace: Option<Seconds>| match grace {
            Some(grace) if deviation <= grace => deviation,
            Some(_) | None => Seconds::ZERO,
        };
        if let Some(first_in) = sides.first_in.and_then(Side::if_known).filter(|_| start)
            && let Some((early, late)) = distance_to(Edge::Start, rules, shift, planned, first_in, clock, state)
        {
            scratch.days.add(shift.workday, forgiven(early, graces.early_in).plus(forgiven(late, graces.late)));
        }
        let last_out = sides.last_out.and_then(Side::if_known).filter(|_| end && !shift.free_end);
        if let Some(last_out) = last_out
            && let Some((early, late)) = distance_to(Edge::End, rules, shift, planned, last_out, clock, state)
        {
            scratch.days.add(shift.workday, forgiven(early, graces.early).plus(forgiven(late, graces.late_out)));
        }
    }
}

/// Judges the workdays with worked shifts as a whole.
fn judge_workdays(inputs: &Inputs<'_>, state: &mut CardState) {
    for index in 0..state.workdays.len() {
        let workday = &state.workdays[index];
        let rules = &inputs.timeline.at(workday.workday).attendance;
        let has_shift = || match inputs.card.rare_kinds {
            true => callback::has_other_shift(workday.workday, state),
            false => workday.punches > 0 || state.shown_on.contains(&workday.workday),
        };
        if rules.judges(workday) && has_shift() && inputs.card.employs(workday.workday) {
            let mut workday = *workday;
            if inputs.card.rare_kinds {
                workday.worked = workday.worked.beyond(callback::work_on(workday.workday, state));
            }
            judge_workday(rules, &workday, inputs, state);
        }
    }
}

/// Finds the first in and the last out of each scheduled shift.
fn gather_sides(inputs: &Inputs<'_>, state: &CardState, scratch: &mut Scratch, reading: Reading) {
    let CardState { punches, scheduled, shifts, shown_on, .. } = state;
    let sides = &mut scratch.sides;
    sides.clear();
    sides.resize(scheduled.len(), Sides::default());
    let may_be_still_late = reading == Reading::Judged && corrected::may_be_still_late(inputs);
    for (number, (shift, shown_on)) in shifts.iter().zip(shown_on).enumerate() {
        let Some(matched) = shift.scheduled else { continue };
        let of_shift = &mut sides[matched as usize];
        let own = &punches[shift.first_punch as usize..shift.last_punch as usize];
        // A shortcut: most worked shifts begin with their in, end with their out, and are not cut.
        let is_continued = shifts.get(number + 1).is_some_and(|next| next.continues);
        let plain = match own {
            [first, .., last] if is_plain_in(first) && is_plain_out(last) => Some((first, last)),
            _ => None,
        };
        if let Some((first, last)) = plain.filter(|_| !shift.continues && !is_continued && !may_be_still_late) {
            let side = |at| Side { at, workday: *shown_on, is_known: true };
            if of_shift.first_in.is_none() && !of_shift.goes_on {
                of_shift.first_in = Some(side(first.at));
            }
            of_shift.last_out = Some(side(last.at));
        } else {
            of_shift.add(inputs, state, number, reading);
        }
    }
}

impl Sides {
    /// Adds what the punches of a worked shift show.
    #[inline(never)]
    fn add(&mut self, inputs: &Inputs<'_>, state: &CardState, number: usize, reading: Reading) {
        let CardState { punches, shifts, pairs, shown_on, moved, .. } = state;
        let (shift, workday) = (&shifts[number], shown_on[number]);
        let own = &punches[shift.first_punch as usize..shift.last_punch as usize];
        let typed = inputs.plan_of(shift).pairing.mode == PairingMode::Typed;
        let as_recorded = reading == Reading::Judged && corrected::is_still_late(inputs, shift);
        let side = |punch: &KeptPunch| {
            let recorded = if as_recorded { corrected::recorded(punch, moved) } else { Some(punch.at) };
            Side { at: recorded.unwrap_or(punch.at), workday, is_known: recorded.is_some() }
        };
        // Only a worked shift that continues another begins at a cut, and only one that is continued ends at one.
        let own_pairs = &pairs[shift.first_pair as usize..shift.last_pair as usize];
        let is_continued = shifts.get(number + 1).is_some_and(|next| next.continues);
        let starts_at_cut = shift.continues && own_pairs.first().is_some_and(|pair| pair.starts_at_cut);
        let ends_at_cut = is_continued && own_pairs.last().is_some_and(|pair| pair.ends_at_cut);
        if self.first_in.is_none() {
            self.goes_on |= starts_at_cut;
            if !self.goes_on {
                self.first_in = first_in(own, typed).map(side);
            }
        }
        if ends_at_cut {
            self.last_out = None;
        } else if let Some(last) = last_out(own, typed) {
            self.last_out = Some(side(last));
        }
    }
}

/// Whether a punch is an in that opens a pair and nothing else.
#[inline]
fn is_plain_in(punch: &KeptPunch) -> bool {
    punch.kind == PunchKind::In && punch.role == PunchRole::Opens
}

/// Whether a punch is an out that closes a pair and nothing else.
#[inline]
fn is_plain_out(punch: &KeptPunch) -> bool {
    punch.kind == PunchKind::Out && punch.role == PunchRole::Closes
}

/// The first in of a worked shift, unless its start is not known.
#[inline]
fn first_in(punches: &[KeptPunch], typed: bool) -> Option<&KeptPunch> {
    for punch in punches {
        if is_in(punch, typed) {
            return Some(punch);
        }
        if punch.role == PunchRole::MissesIn {
            return None;
        }
    }
    None
}

/// The last out of a worked shift, unless its end is not known.
#[inline]
fn last_out(punches: &[KeptPunch], typed: bool) -> Option<&KeptPunch> {
    for punch in punches.iter().rev() {
        if is_out(punch, typed) {
            return Some(punch);
        }
        if punch.role == PunchRole::MissesOut {
            return None;
        }
    }
    None
}

fn is_in(punch: &KeptPunch, typed: bool) -> bool {
    let opens = matches!(punch.role, PunchRole::Opens | PunchRole::ClosesAndOpens | PunchRole::MissesOut);
    opens && (!typed || (punch.kind == PunchKind::In || punch.kind.is_without_direction()))
}

fn is_out(punch: &KeptPunch, typed: bool) -> bool {
    let closes = matches!(punch.role, PunchRole::Closes | PunchRole::ClosesAndOpens | PunchRole::MissesIn);
    closes && (!typed || (punch.kind == PunchKind::Out || punch.kind.is_without_direction()))
}

impl Attendance {
    /// True when both sides of a shift were punched in time and no other check applies: there is no exception. A
    /// shortcut for most scheduled shifts, which compares two instants and reads no clock.
    #[inline]
    fn is_on_time(&self, shift: &ScheduledShift, sides: &Sides) -> bool {
        let (Some(first_in), Some(last_out)) = (sides.first_in, sides.last_out) else { return false };
        shift.matched
            && first_in.is_known
            && last_out.is_known
            && self.early_in_beyond.is_none()
            && self.late_out_beyond.is_none()
            && self.compared == Compared::Second
            && first_in.at <= shift.expected_start.after(self.late_grace.unwrap_or(Seconds::ZERO))
            && (shift.free_end || last_out.at >= shift.expected_end.before(self.early_grace.unwrap_or(Seconds::ZERO)))
    }

    /// Whether the shifts of a workday are compared together.
    pub(crate) fn compares_by_day(&self) -> bool {
        self.day_tolerance.is_some() || self.edges != ComparedEdges::All
    }

    /// Whether some workdays with worked shifts are checked as a whole.
    pub(crate) fn judges_workdays(&self) -> bool {
        self.min_day.is_some() || self.judges_short_days()
    }

    fn judges_short_days(&self) -> bool {
        self.absent_below.is_some() || self.half_day_below.is_some()
    }

    /// Whether this workday is checked as a whole, if it has a worked shift.
    fn judges(&self, workday: &WorkdayState) -> bool {
        self.min_day.is_some() || workday.scheduled && self.judges_short_days()
    }

    /// An instant as it is compared.
    #[inline(always)]
    fn cut(&self, at: Timestamp, clock: &mut ZoneCursor<'_>) -> Timestamp {
        match self.compared {
            Compared::Second => at,
            Compared::Minute => cut_to_minute(at, clock),
        }
    }

    /// How far a punch lies before and after its scheduled time (one of them is zero). `None` when it is not watched.
    #[inline(always)]
    fn distance(
        &self,
        punch: Timestamp,
        expected: Timestamp,
        clock: &mut ZoneCursor<'_>,
    ) -> Option<(Seconds, Seconds)> {
        let (punch, expected) = (self.cut(punch, clock), self.cut(expected, clock));
        let (before, after) = (expected.since(punch), punch.since(expected));
        let watched = self.watch_window.is_none_or(|window| before <= window && after <= window);
        watched.then_some((before, after))
    }
}

/// The instant at which the minute shown began.
fn cut_to_minute(at: Timestamp, clock: &mut ZoneCursor<'_>) -> Timestamp {
    at.before(Seconds(clock.wall_at(at).second_of_day() % 60))
}

/// A stretch, `[start, end)`.
type Stretch = (Timestamp, Timestamp);

/// Leave within planned time, as the stretches that they share.
fn leave_within<'s>(planned: &'s [Stretch], state: &'s CardState) -> impl Iterator<Item = Stretch> {
    planned.iter().flat_map(|stretch| {
        let shared = |piece: &LeavePiece| (piece.start.max(stretch.0), piece.end.min(stretch.1));
        state.leave.iter().map(shared).filter(|shared| shared.0 < shared.1)
    })
}

/// The planned time from the expected start to the punch, or to leave before it.
fn missed_before(punch: Timestamp, shift: &ScheduledShift, planned: &[Stretch], state: &CardState) -> Seconds {
    let from = shift.expected_start;
    let leave = leave_within(planned, state).filter(|leave| leave.1 > from).map(|leave| leave.0).min();
    expectation::within(planned, from, leave.map_or(punch, |leave| leave.min(punch)))
}

/// The planned time from the punch, or from leave after it, to the expected end.
fn missed_after(punch: Timestamp, shift: &ScheduledShift, planned: &[Stretch], state: &CardState) -> Seconds {
    let until = shift.expected_end;
    let leave = leave_within(planned, state).filter(|leave| leave.0 < until).map(|leave| leave.1).max();
    expectation::within(planned, leave.map_or(punch, |leave| leave.max(punch)), until)
}

/// An edge of a scheduled shift.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Edge {
    Start,
    End,
}

/// How far a punch lies before an edge of its shift and after it (one of them is zero). `None` when it is not watched.
fn distance_to(
    edge: Edge,
    rules: &Attendance,
    shift: &ScheduledShift,
    planned: Option<&[Stretch]>,
    punch: Side,
    clock: &mut ZoneCursor<'_>,
    state: &CardState,
) -> Option<(Seconds, Seconds)> {
    let expected = if edge == Edge::Start { shift.expected_start } else { shift.expected_end };
    let (before, after) = rules.distance(punch.at, expected, clock)?;
    // Of what lies inside the shift, only planned time counts.
    Some(match (edge, planned) {
        (Edge::Start, Some(planned)) if !after.is_zero() => {
            (before, missed_before(rules.cut(punch.at, clock), shift, planned, state))
        }
        (Edge::End, Some(planned)) if !before.is_zero() => {
            (missed_after(rules.cut(punch.at, clock), shift, planned, state), after)
        }
        (Edge::Start | Edge::End, _) => (before, after),
    })
}

/// Judges the first in; how late it is, when that is beyond the grace.
fn judge_in(
    rules: &Attendance,
    graces: &Graces,
    shift: &ScheduledShift,
    planned: Option<&[Stretch]>,
    punch: Side,
    clock: &mut ZoneCursor<'_>,
    state: &mut CardState,
) -> Option<Seconds> {
    let (early, late) = distance_to(Edge::Start, rules, shift, planned, punch, clock, state)?;
    if graces.early_in.is_some_and(|limit| early > limit) {
        state.notice(ExceptionCode::EarlyIn, punch.workday, punch.at, early);
    }
    graces.late.filter(|grace| late > *grace).map(|_| late)
}

/// Reports a lateness beyond the grace, and deducts it.
fn raise_late(rules: &Attendance, graces: &Graces, punch: Side, late: Seconds, state: &mut CardState) {
    let measure = match rules.grace_mode {
        GraceMode::Cliff => late,
        GraceMode::Deduct => late.beyond(graces.late.unwrap_or(Seconds::ZERO)),
    };
    let tier = rules.late_tiers.iter().rev().find(|tier| tier.compare.holds(late, tier.from));
    let outcome = tier.map_or(ExceptionCode::LateIn, |tier| tier.outcome);
    state.notice(outcome, punch.workday, punch.at, measure);
    if let Some(deduct) = tier.and_then(|tier| tier.deduct) {
        state.quantities.push(Quantity {
            workday: punch.workday,
            code: deduct.pays_to,
            amount: deduct.amount.unwrap_or(measure).0,
            reason: Reason { rule: RuleId::ATTENDANCE, because: Because::Lateness },
        });
    }
}

fn judge_out(
    rules: &Attendance,
    graces: &Graces,
    shift: &ScheduledShift,
    planned: Option<&[Stretch]>,
    punch: Side,
    clock: &mut ZoneCursor<'_>,
    state: &mut CardState,
) {
    let Some((early, late)) = distance_to(Edge::End, rules, shift, planned, punch, clock, state) else { return };
    if graces.early.is_some_and(|grace| early > grace) {
        let tier = rules.early_tiers.iter().rev().find(|tier| tier.compare.holds(early, tier.from));
        let outcome = tier.map_or(ExceptionCode::EarlyOut, |tier| tier.outcome);
        state.notice(outcome, punch.workday, punch.at, early);
    }
    if graces.late_out.is_some_and(|limit| late > limit) {
        state.notice(ExceptionCode::LateOut, punch.workday, punch.at, late);
    }
}

fn judge_absence(rules: &Attendance, index: usize, inputs: &Inputs<'_>, state: &mut CardState) {
    let Some(delay) = rules.absence_delay else { return };
    let shift = state.scheduled[index];
    let is_absent = |block: &ScheduledShift| {
        let is_missed = !block.matched && !block.on_leave;
        is_missed && !is_attended(block, state) && !touches_leave(block, inputs, state)
    };
    let blocks = || split::blocks_of(&state.scheduled, &shift);
    let ends = blocks().map(|block| block.end).fold(shift.end, Timestamp::max);
    // Nobody misses a shift or block that the clock leaves out.
    let lasts = |block: &ScheduledShift| block.start < block.end;
    if inputs.window.as_of < ends.after(delay) || !lasts(&shift) || !is_absent(&shift) {
        return;
    }
    // A split shift of which no block was worked is absent once.
    let timed = || blocks().filter(|block| lasts(block));
    let measure = match timed().all(is_absent) {
        true if timed().next().is_some_and(|first| first.start == shift.start) => {
            timed().map(|block| block.planned).sum()
        }
        true => return,
        false => shift.planned,
    };
    state.notice(ExceptionCode::Absent, shift.workday, shift.start, measure);
}

/// True when work overlaps the shift, whatever it matches.
fn is_attended(shift: &ScheduledShift, state: &CardState) -> bool {
    let is_callback = |worked: u32| state.shifts[worked as usize].callback;
    let inside = |span: &Span| {
        let shares = span.start.max(shift.start) < span.end.min(shift.end);
        shares && span.state.is_work() && !span.shift.is_some_and(is_callback)
    };
    let pairs = || state.pairs.iter().filter(|pair| !is_callback(pair.shift));
    coverage::overlaps(pairs(), shift) || state.spans.iter().any(inside)
}

/// True when there is leave within the shift, or leave as an amount on its workday.
fn touches_leave(shift: &ScheduledShift, inputs: &Inputs<'_>, state: &CardState) -> bool {
    state.leave.iter().any(|piece| piece.start < shift.planned_end && shift.start < piece.end)
        || has_leave_amount(shift.workday, inputs)
}

/// True when there is leave as an amount on a workday.
pub(super) fn has_leave_amount(workday: Workday, inputs: &Inputs<'_>) -> bool {
    let is_on = |leave: &Leave| {
        let known = leave.recorded_at <= inputs.window.as_of;
        known && matches!(leave.time, LeaveTime::Amount(of, _) if of == workday)
    };
    inputs.card.leave.iter().any(is_on)
}

/// Judges a workday with worked shifts as a whole.
fn judge_workday(rules: &Attendance, workday: &WorkdayState, inputs: &Inputs<'_>, state: &mut CardState) {
    let label = workday.workday;
    if let Some(least) = rules.min_day
        && workday.worked < least
    {
        let at = first_start(label, state);
        state.notice(ExceptionCode::UnderHours, label, at, least.beyond(workday.worked));
    }
    if workday.scheduled && rules.judges_short_days() {
        judge_short_day(rules, workday, inputs, state);
    }
}

/// Reports the worked shifts without a scheduled shift.
fn judge_unscheduled(inputs: &Inputs<'_>, state: &mut CardState) {
    // Spans follow each other as their shifts do, so the search continues where it stopped.
    let mut passed = 0;
    for number in 0..state.shifts.len() {
        let shift = &state.shifts[number];
        if shift.scheduled.is_some() || shift.callback {
            continue;
        }
        let (label, own) = (state.shown_on[number], Some(number as u32));
        // Work outside of employment has an exception of its own.
        let is_watched = inputs.timeline.at(label).attendance.unscheduled && inputs.card.employs(label);
        if !is_watched || roster_kinds::allows(inputs, label, shift.start) {
            continue;
        }
        while state.spans.get(passed).is_some_and(|span| span.shift < own) {
            passed += 1;
        }
        let near = state.spans[passed..].iter().take_while(|span| span.shift <= own);
        let worked = near.filter(|span| span.shift == own && span.state.is_work()).map(Span::length).sum();
        state.notice(ExceptionCode::UnscheduledWork, label, shift.start, worked);
    }
}

/// The start of the first worked shift shown on a workday.
fn first_start(workday: Workday, state: &CardState) -> Timestamp {
    let mut shown = state.shifts.iter().zip(&state.shown_on);
    let first = shown.find(|(shift, on)| **on == workday && !shift.callback);
    first.map_or(Timestamp::default(), |(shift, _)| shift.start)
}

fn judge_short_day(rules: &Attendance, workday: &WorkdayState, inputs: &Inputs<'_>, state: &mut CardState) {
    let label = workday.workday;
    let mut of_day = state.scheduled.iter().filter(|shift| shift.workday == label && !shift.on_leave);
    let Some(first) = of_day.next().filter(|first| !first.free_end && !of_day.any(|shift| shift.free_end)) else {
        return;
    };
    let credited = workday.worked.plus(paid_leave(label, inputs, state));
    let (code, least) = match (rules.absent_below, rules.half_day_below) {
        (Some(least), _) if credited < least => (ExceptionCode::Absent, least),
        (_, Some(least)) if credited < least => (ExceptionCode::AbsentHalf, least),
        _ => return,
    };
    state.notice(code, label, first.start, least.beyond(credited));
}

fn paid_leave(workday: Workday, inputs: &Inputs<'_>, state: &CardState) -> Seconds {
    let is_paid = |code| inputs.timeline.names().pay_code(code).is_some_and(|info| info.paid);
    let spans = state.spans.iter().filter(|span| span.state == SpanState::Leave && span.reporting_workday == workday);
    let timed: Seconds = spans.filter(|span| is_paid(span.code)).map(Span::length).sum();
    let of_day = state.quantities.iter().filter(|quantity| quantity.workday == workday);
    let amounts = of_day.filter(|quantity| quantity.reason.rule == RuleId::LEAVE && is_paid(quantity.code));
    amounts.fold(timed, |sum, quantity| sum.plus(Seconds(quantity.amount)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PunchKind::{In, Out};
    use crate::testing::{Card, monday};

    /// What was noticed when a shift of 09:00 to 18:00 was worked so: code and seconds.
    fn noticed(attendance: Attendance, start: &str, end: &str) -> Vec<(ExceptionCode, u32)> {
        let mut card = Card::new();
        card.plan.attendance = attendance;
        card.schedule(0, "09:00", "18:00");
        card.punches(0, &[(start, In), (end, Out)]);
        card.shaped().unwrap();
        card.state.noticed.iter().map(|noticed| (noticed.code, noticed.measure.0)).collect()
    }

    fn grace(minutes: u32) -> Attendance {
        let grace = Some(Seconds::minutes(minutes));
        Attendance { late_grace: grace, early_grace: grace, ..Attendance::default() }
    }

    #[test]
    fn on_the_limit_is_on_time() {
        assert_eq!(noticed(grace(5), "09:05:00", "17:55:00"), []);
        assert_eq!(noticed(grace(5), "09:05:01", "18:00"), [(ExceptionCode::LateIn, 301)]);
        assert_eq!(noticed(grace(5), "09:00", "17:54:59"), [(ExceptionCode::EarlyOut, 301)]);
        let deduct = Attendance { grace_mode: GraceMode::Deduct, ..grace(5) };
        assert_eq!(noticed(deduct, "09:05:01", "18:00"), [(ExceptionCode::LateIn, 1)]);
        let minute = Attendance { compared: Compared::Minute, ..grace(5) };
        assert_eq!(noticed(minute.clone(), "09:05:59", "18:00"), []);
        assert_eq!(noticed(minute, "09:06:00", "18:00"), [(ExceptionCode::LateIn, 360)]);
    }

    #[test]
    fn the_last_step_reached_decides_what_a_lateness_is() {
        let tier = |minutes, outcome| LateTier {
            from: Seconds::minutes(minutes),
            compare: Compare::AtLeast,
            outcome,
            deduct: Some(LateDeduct { pays_to: PayCode(1), amount: None }),
        };
        let rules = Attendance {
            late_tiers: [tier(30, ExceptionCode::SeriousLate), tier(60, ExceptionCode::AbsentHalf)].to_vec(),
            ..grace(5)
        };
        assert_eq!(noticed(rules.clone(), "09:29:59", "18:00"), [(ExceptionCode::LateIn, 1_799)]);
        assert_eq!(noticed(rules.clone(), "09:30", "18:00"), [(ExceptionCode::SeriousLate, 1_800)]);
        assert_eq!(noticed(rules, "10:00", "18:00"), [(ExceptionCode::AbsentHalf, 3_600)]);
    }

    #[test]
    fn punches_far_from_the_schedule_are_not_compared() {
        let near = Attendance { watch_window: Some(Seconds::hours(2)), ..grace(0) };
        assert_eq!(noticed(near.clone(), "11:00", "18:00"), [(ExceptionCode::LateIn, 7_200)]);
        assert_eq!(noticed(near, "11:00:01", "18:00"), []);
        assert_eq!(noticed(grace(0), "12:00", "18:00"), [(ExceptionCode::LateIn, 10_800)]);
    }

    #[test]
    fn too_early_and_too_late_are_said_when_asked() {
        let limit = Some(Seconds::minutes(15));
        let rules = Attendance { early_in_beyond: limit, late_out_beyond: limit, ..grace(0) };
        assert_eq!(noticed(rules.clone(), "08:45", "18:15"), []);
        let both = [(ExceptionCode::EarlyIn, 901), (ExceptionCode::LateOut, 901)];
        assert_eq!(noticed(rules, "08:44:59", "18:15:01"), both);
    }

    #[test]
    fn a_short_day_is_absent_before_it_is_half_absent() {
        let rules = Attendance {
            absent_below: Some(Seconds::hours(2)),
            half_day_below: Some(Seconds::hours(4)),
            min_day: Some(Seconds::hours(5)),
            early_grace: None,
            ..grace(0)
        };
        let absent = [(ExceptionCode::UnderHours, 14_400), (ExceptionCode::Absent, 3_600)];
        assert_eq!(noticed(rules.clone(), "09:00", "10:00"), absent);
        let half = [(ExceptionCode::UnderHours, 7_200), (ExceptionCode::AbsentHalf, 3_600)];
        assert_eq!(noticed(rules.clone(), "09:00", "12:00"), half);
        assert_eq!(noticed(rules, "09:00", "14:00"), []);
    }

    #[test]
    fn nobody_is_absent_before_the_shift_is_over() {
        let mut card = Card::new();
        card.schedule(0, "09:00", "18:00");
        card.window.as_of = card.instant(0, "17:59:59");
        card.shaped().unwrap();
        assert!(card.state.noticed.is_empty());
        card.window.as_of = card.instant(0, "18:00");
        card.shaped().unwrap();
        let absent = card.state.noticed[0];
        assert_eq!((absent.code, absent.measure), (ExceptionCode::Absent, Seconds::hours(9)));
        assert!(card.state.workdays[0].scheduled);
    }

    #[test]
    fn work_without_a_scheduled_shift_is_said_once_per_worked_shift() {
        let mut card = Card::new();
        card.punches(0, &[("08:00", In), ("09:00", Out), ("15:00", In), ("16:00", Out)]);
        card.schedule(1, "09:00", "18:00");
        card.window.as_of = card.instant(1, "00:00");
        card.shaped().unwrap();
        let noticed: Vec<_> = card.state.noticed.iter().map(|it| (it.code, it.workday, it.measure)).collect();
        let each = (ExceptionCode::UnscheduledWork, monday(), Seconds::hours(1));
        assert_eq!(noticed, [each, each]);
    }
}
