//! Matching: which punches form one worked shift, and which scheduled shift it is.
//! - Takes:  kept punches in order, scheduled shifts in order.
//! - Gives:  worked shifts (runs of punches), each with at most one scheduled shift; each scheduled shift at most once.
//! - Runs:   after the schedule, before pairing.
//! - Source: employer policy; an out at 07:10 belongs to the night shift that began the evening before.
//! - Shown:  timecards/matching/worked_shifts.md, overnight.md, punch_windows.md, forgotten_punches.md

use crate::card::{CardState, KeptPunch, Noticed, ScheduledShift, WorkedShift, plain_day};
use crate::coded::coded;
use crate::codes::{ExceptionCode, PunchKind};
use crate::plan::Plan;
use crate::record::{Note, Recorder};
use crate::shape::assignment::{self, Scratch, Stretch, Window};
use crate::shape::callback;
use crate::shape::pairing::PairingMode;
use crate::shape::roster::{Begun, Roster};
use crate::tags::TagId;
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
    /// unknown where pairing goes by kind, any punch under alternating and first-last pairing. There is no gap while the
    /// shift is open and the punch comes within `pair_length_max` of the punch that opened it, since it may be its out;
    /// only an in, where pairing goes by kind, starts a new shift a gap after an earlier in without an out. With
    /// `pair_length_max` off, that holds for [`GapBasis::Out`] only: nothing else would keep two days apart. Open
    /// means: by kind, after an opener or a transfer, and after an unknown punch that did not close; alternating, after
    /// an odd number of punches; first-last, always.
    ///
    /// Between punches without direction in the window of one scheduled shift there is no gap either. Whatever the gap,
    /// the next scheduled shift may start a new worked shift; `shape/roster.rs` states both.
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
        /// scheduled shift before a later one. Only pairs that overlap may match, or where some punch of the shift lies
        /// in `[start - earliest_in, end + latest_out]`, both inclusive. A punch window that would begin before the end
        /// of an earlier scheduled shift (in order of start) begins at that end. A worked shift that overlaps further
        /// scheduled shifts is then cut; `shape/coverage.rs` states where.
        Cluster = 0 "cluster",
        /// The scheduled shift of the workday that is the local date of the first punch (the first one in order of
        /// start when there are several), whatever the overlap. Several worked shifts may share it. A worked shift that
        /// overlaps several scheduled shifts of that workday is then cut; `shape/coverage.rs` states where.
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
    let CardState { punches, shifts, scheduled, .. } = state;
    let mut roster = Roster::new(inputs, scheduled);
    let mut longest = Seconds::ZERO;
    let mut clock = ZoneCursor::new(inputs.card.zone);
    let plain_within = inputs.timeline.single().and_then(one_shift_within);
    let mut run: Option<Run> = None;
    let rare_kinds = inputs.card.rare_kinds;
    let mut index = 0;
    while let Some(punch) = punches.get(index) {
        let plan = plan_at(punch.at);
        roster.advance(punch.at);
        let rest = punches.get(index..).unwrap_or_default();
        let mut continues = false;
        if let Some(run) = &mut run {
            let is_apart = rare_kinds && callback::is_next_to(run.callback, punch);
            let ends = match is_apart {
                true => !run.is_answered_by(punch),
                false => run.ends_before(punch, plan, &roster),
            };
            if !ends && (is_apart || !roster.starts_at(run, rest, plan)) {
                run.take(punch, plan.pairing.mode, &roster);
                index += 1;
                continue;
            }
            longest = longest.max(run.length());
            shifts.push(run.shift(index as u32, &mut clock));
            continues = !is_apart && !ends && run.is_continued_at(punch, plan);
        }
        let first = index as u32;
        // A shortcut: the three punches after this one cannot begin a shift of their own, so they are not looked at.
        let new = match plain_within.and_then(|within| plain_day(rest, within)) {
            Some([_, _, _, last]) if roster.is_quiet_until(last.at) => {
                index += 3;
                Run::plain(first, punch, last, &roster)
            }
            _ => Run::new(first, punch, plan.pairing.mode, &roster),
        };
        run = Some(Run { continues, ..new });
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
pub(super) struct Run {
    first: u32,
    pub(super) first_at: Timestamp,
    pub(super) last_at: Timestamp,
    last_kind: PunchKind,
    /// Whether its first punch is an out, or the start of a meal or break, where pairing goes by kind.
    pub(super) begins_with_out: bool,
    /// The last punch that is neither a meal end nor a break end.
    left_at: Timestamp,
    /// The in that still waits for its out.
    opened_at: Option<Timestamp>,
    /// The scheduled shifts whose windows had begun at the last punch.
    pub(super) begun: Begun,
    /// Whether it continues the worked shift before it.
    continues: bool,
    /// Whether it is a call-back.
    callback: bool,
}

impl Run {
    fn new(index: u32, punch: &KeptPunch, mode: PairingMode, roster: &Roster<'_>) -> Run {
        Run {
            first: index,
            first_at: punch.at,
            last_at: punch.at,
            last_kind: punch.kind,
            begins_with_out: mode == PairingMode::Typed && punch.kind.is_closer(),
            left_at: punch.at,
            opened_at: opens(false, punch.kind, mode).then_some(punch.at),
            begun: roster.begun(),
            continues: false,
            callback: punch.kind.is_callback(),
        }
    }

    /// A plain day, from its in to its out.
    fn plain(index: u32, first: &KeptPunch, last: &KeptPunch, roster: &Roster<'_>) -> Run {
        Run {
            first: index,
            first_at: first.at,
            last_at: last.at,
            last_kind: PunchKind::Out,
            begins_with_out: false,
            left_at: last.at,
            opened_at: None,
            begun: roster.begun(),
            continues: false,
            callback: false,
        }
    }

    /// Whether an in still waits for its out.
    pub(super) fn is_open(&self) -> bool {
        self.opened_at.is_some()
    }

    /// Whether a call-back that only began goes on with a punch: its out, and nothing else.
    fn is_answered_by(&self, punch: &KeptPunch) -> bool {
        self.last_kind == PunchKind::CallbackIn && punch.kind == PunchKind::CallbackOut
    }

    /// Whether a punch may be the out that the shift waits for, however long after the punch before it.
    #[inline]
    fn awaits(&self, punch: &KeptPunch, plan: &Plan) -> bool {
        let starts_anew = plan.pairing.mode == PairingMode::Typed && punch.kind == PunchKind::In;
        let within = |opened_at| match plan.pairing.pair_length_max {
            Some(most) => punch.at.since(opened_at) <= most,
            None => plan.matching.shift_gap_basis == GapBasis::Out,
        };
        !starts_anew && self.opened_at.is_some_and(within)
    }

    #[inline(always)]
    fn ends_before(&self, punch: &KeptPunch, plan: &Plan, roster: &Roster<'_>) -> bool {
        let rules = &plan.matching;
        let by_kind = plan.pairing.mode == PairingMode::Typed;
        let is_in = punch.kind == PunchKind::In;
        let since = match rules.shift_gap_basis {
            GapBasis::Out => self.left_at,
            GapBasis::AnyPunch => self.last_at,
        };
        let is_far = || punch.at.since(since) >= rules.new_shift_gap;
        let gap = || is_far() && !self.awaits(punch, plan) && !roster.holds(self, punch, plan);
        let too_long = || punch.at.since(self.first_at) > rules.shift_length_max;
        match rules.shift_starts_at {
            ShiftStart::Gap => {
                let may_start = !by_kind || is_in || punch.kind.is_without_direction();
                may_start && (gap() || too_long())
            }
            ShiftStart::InPunch => {
                let may_start = || !by_kind || punch.kind.is_without_direction();
                is_in || self.last_kind == PunchKind::Out || gap() || (may_start() && too_long())
            }
        }
    }

    /// Whether the worked shift that a punch starts because of the schedule alone goes on with the work of this one:
    /// nothing was left open.
    fn is_continued_at(&self, punch: &KeptPunch, plan: &Plan) -> bool {
        punch.at.since(self.last_at) < plan.matching.new_shift_gap && !self.is_open()
    }

    #[inline]
    fn take(&mut self, punch: &KeptPunch, mode: PairingMode, roster: &Roster<'_>) {
        if self.begun.count != roster.begun().count {
            self.begun = roster.begun();
        }
        self.opened_at = match opens(self.is_open(), punch.kind, mode) {
            // By kind, a transfer closes and opens.
            true if mode == PairingMode::Typed && punch.kind == PunchKind::Transfer => Some(punch.at),
            true => self.opened_at.or(Some(punch.at)),
            false => None,
        };
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
            start: self.first_at,
            end: self.last_at,
            continues: self.continues,
            tag: TagId::NONE,
            joins: false,
            callback: self.callback,
        }
    }
}

/// Whether a shift is open after a punch, given whether it was before.
fn opens(was_open: bool, kind: PunchKind, mode: PairingMode) -> bool {
    match mode {
        PairingMode::Typed if kind.is_without_direction() => !was_open,
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
    let depends_on_tag = inputs.timeline.has_jobs();
    if R::LISTENS || may_be_too_long || depends_on_tag || inputs.timeline.needs().match_by_cluster {
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
    for shift in shifts.iter_mut().filter(|shift| !shift.callback && way_of(inputs, shift) == MatchBy::Workday) {
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
    let may_match = |shift: &WorkedShift| !shift.callback && way_of(inputs, shift) == MatchBy::Cluster;
    for (index, shift) in (0_u32..).zip(shifts.iter()).filter(|(_, shift)| may_match(shift)) {
        let (first, last) = (shift.start, shift.end);
        scratch.stretches.push(Stretch { shift: index, first, last, start_date: shift.start_date });
    }
    let mut latest_end = Timestamp(i64::MIN);
    for (index, planned) in (0_u32..).zip(scheduled.iter()) {
        let (begin, end) = inputs.plan_of_scheduled(planned).schedule.punch_window(planned);
        if !planned.matched {
            let begin = begin.max(latest_end);
            let any_begin = begin.min(planned.start);
            scratch.windows.push(Window { scheduled: index, begin, end, any_begin });
        }
        latest_end = latest_end.max(planned.held_until());
    }
    assignment::assign(scratch, punches, shifts, scheduled);
}

/// Gives worked shifts their tags, where the rules of some work depend on them.
pub(super) fn tag_shifts(inputs: &Inputs<'_>, state: &mut CardState) {
    if !inputs.timeline.has_jobs() {
        return;
    }
    let CardState { punches, shifts, scheduled, .. } = state;
    for shift in shifts {
        let row = shift.scheduled.and_then(|index| scheduled.get(index as usize));
        shift.tag = tag_of_shift(inputs, shift, punches, row);
    }
}

fn tag_of_shift(
    inputs: &Inputs<'_>,
    shift: &WorkedShift,
    punches: &[KeptPunch],
    row: Option<&ScheduledShift>,
) -> TagId {
    let own = punches.get(shift.first_punch as usize..shift.last_punch as usize).unwrap_or_default();
    let punched = own.iter().map(|punch| punch.tag).fold(TagId::NONE, TagId::or);
    punched.or(row.map_or(TagId::NONE, |row| row.tag)).or(inputs.card.tag_on(shift.workday))
}

/// Writes the outcome: the workday of each shift, and its note.
fn settle<R: Recorder>(inputs: &Inputs<'_>, state: &mut CardState, recorder: &mut R) {
    let CardState { punches, shifts, scheduled, noticed, .. } = state;
    for (number, shift) in (0_u32..).zip(shifts.iter_mut()) {
        let row = shift.scheduled.and_then(|index| scheduled.get(index as usize));
        let planned = row.map(|row| row.workday);
        shift.workday = planned.unwrap_or(shift.start_date);
        if inputs.timeline.has_jobs() {
            shift.tag = tag_of_shift(inputs, shift, punches, row);
        }
        let length = shift.end.since(shift.start);
        if length > inputs.plan_of(shift).matching.shift_length_max {
            let too_long = Noticed::in_punches(ExceptionCode::ShiftTooLong, shift.workday, shift.start, length);
            noticed.push(too_long.of_shift(number));
        }
        if R::LISTENS {
            recorder.note(Note::Matched { first: shift.start, scheduled: planned });
        }
    }
}
