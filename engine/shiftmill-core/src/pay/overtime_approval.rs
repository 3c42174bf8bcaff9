//! Overtime approval: which work outside the scheduled shifts counts as overtime, and what becomes of the rest.
//! - Takes:  spans with their day types, scheduled shifts, approvals of kind `overtime` that are approved and known at
//!   `as_of`.
//! - Gives:  work that does not count, with the pay code and the reason for it; overtime taken as time off; a rest taken
//!   off; approved time that was not punched; `overtime_unapproved`, `overtime_over_approved`,
//!   `overtime_below_minimum`, `overtime_cap_day`, `comp_leave_not_allowed`.
//! - Keeps:  every worked second: it counts, or it is shown under another pay code, or it is taken off as a rest.
//! - Runs:   after attendance and day types, before overtime. Tiers neither count nor claim what does not count and what
//!   is taken as time off; premiums are not paid for what does not count. What counts and is paid by a rule of its own
//!   is no straight time, as what a plugin claims.
//! - Edges:  of several rules the first that fits the day type of the second decides. Totals, limits and exceptions are
//!   those of one rule on one workday, which is that of the worked shift (see `WorkedShift::workday`), at the first such
//!   second. A second inside any scheduled shift, planned or expected, is no overtime, unless the rule makes all work of
//!   a rest day overtime. Before a shift is before all shifts of the workday; after a shift is after the last that has
//!   ended. A workday without any scheduled shift has no overtime of its own: there only the tiers decide.
//!   An approval between clock times covers the seconds inside it; one without covers the first seconds of the workday
//!   that no other covers: all of them, or up to its length. Where approvals overlap, one that pays goes before one that
//!   gives time off. The limits apply in the order in which the settings are listed, each to the end of what is left.
//!   Call-backs have approvals of their own, see `callback`, and are no overtime here.
//! - Dates:  the plan of the workday.
//! - Source: employer policy; China Labour Law art. 44 (only overtime on rest days may be compensated by time off).
//! - Shown:  timecards/overtime/approval.md

use alloc::vec::Vec;

use crate::card::{CardState, Noticed, PunchRole, ScheduledShift, Span, SpanState, WorkedShift};
use crate::coded::coded;
use crate::codes::{ApprovalKind, ApprovalStatus, Compensation, DayType, DayTypeSet, ExceptionCode, PayCode, RuleId};
use crate::pay::recode::{self, Counted};
use crate::reason::{Because, Reason};
use crate::record::{ApprovalOutcome, Note, Recorder};
use crate::shape::breaks::Compare;
use crate::shape::expectation;
use crate::shape::workdays::{self, ShiftFacts, ShiftLabels};
use crate::tags::TagId;
use crate::time::{Seconds, Timestamp, Workday};
use crate::timecard::{Approval, ApprovalTime, Inputs};
use crate::zone::ZoneCursor;

/// How overtime is found on days of some types.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OvertimeApproval {
    /// Its name.
    pub rule: RuleId,
    /// Which seconds it decides about, by their day type.
    pub day_types: DayTypeSet,
    /// Which part of the overtime counts.
    pub mode: ApprovalMode,
    /// Whether work before the scheduled shifts of the workday may count.
    pub before_shift: bool,
    /// Whether work after a scheduled shift may count.
    pub after_shift: bool,
    /// Work after a scheduled shift may count from this long after its end.
    pub start_offset: Seconds,
    /// On days that are no working days all work is overtime, whatever is scheduled.
    pub whole_rest_days: bool,
    /// Without this, nothing counts on a workday on which a worked shift misses an in or an out, and without a worked
    /// shift nothing does.
    pub both_punches: bool,
    /// Rests, ascending by `after`: the last one that the overtime of the workday reaches is taken off its end.
    pub rests: Vec<OvertimeRest>,
    /// Less overtime of a workday does not count.
    pub minimum: Seconds,
    /// Whether exactly the minimum counts.
    pub minimum_compare: Compare,
    /// Overtime of a workday counts in whole units; what is left does not count. `None`: by the second.
    pub unit: Option<Seconds>,
    /// The most that counts on a workday.
    pub day_max: Option<Seconds>,
    /// Whether what counts is paid or taken as time off.
    pub compensation: CompensationMode,
    /// The pay code of what counts; `None`: it is worked time like any other, and tiers decide.
    pub pays_to: Option<PayCode>,
    /// The pay code of what does not count.
    pub unapproved_to: PayCode,
    /// The pay code of what is beyond `day_max`.
    pub excess_to: PayCode,
    /// The pay code of what is taken as time off.
    pub bank_to: PayCode,
    /// Work that does not count is an exception when there is more than this on the workday.
    pub exception_beyond: Seconds,
}

coded! {
    /// Which part of the overtime counts.
    ApprovalMode {
        /// The approved time, whether it was worked or not.
        ApprovalOnly = 0 "approval_only",
        /// The approved time that was worked.
        ApprovalAndPunch = 1 "approval_and_punch",
        /// The time worked; no approval is needed.
        PunchOnly = 2 "punch_only",
        /// The time worked, up to the length of the approved time of the workday, wherever that lies.
        Least = 3 "least",
    }
}

impl ApprovalMode {
    /// True when approved time matters that was not worked.
    const fn needs_approved_time(self) -> bool {
        match self {
            ApprovalMode::ApprovalOnly | ApprovalMode::Least => true,
            ApprovalMode::ApprovalAndPunch | ApprovalMode::PunchOnly => false,
        }
    }
}

coded! {
    /// Whether overtime is paid or taken as time off.
    CompensationMode {
        /// It is paid. An approval that chooses time off is paid all the same, with an exception.
        Pay = 0 "pay",
        /// It is taken as time off.
        Bank = 1 "bank",
        /// As the approval chooses; without one it is paid.
        Choice = 2 "choice",
    }
}

/// A rest that belongs to overtime of some length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OvertimeRest {
    /// Overtime of this length and longer has it.
    pub after: Seconds,
    /// Its length.
    pub rest: Seconds,
}

impl OvertimeApproval {
    /// True when it changes nothing on a card without approvals.
    pub(crate) fn needs_approvals(&self) -> bool {
        self.mode == ApprovalMode::PunchOnly
            && self.before_shift
            && self.after_shift
            && self.start_offset.is_zero()
            && !self.both_punches
            && self.rests.is_empty()
            && self.minimum.is_zero()
            && self.unit.is_none()
            && self.day_max.is_none()
            && self.compensation != CompensationMode::Bank
            && self.pays_to.is_none()
    }

    /// True when it needs the approved time that was not worked.
    pub(crate) fn needs_approved_time(&self) -> bool {
        self.mode.needs_approved_time()
    }

    /// True when all work on a day of this type is overtime.
    fn takes_whole_day(&self, day_type: DayType) -> bool {
        self.whole_rest_days && !day_type.is_working()
    }

    /// Why a second that counts is overtime.
    fn grounds(&self, day_type: DayType) -> Because {
        match self.takes_whole_day(day_type) {
            true => Because::DayTypeIs { day_type, limit: Seconds::ZERO },
            false => Because::OutsideShift,
        }
    }
}

/// How the approvals of a card cover a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cover {
    Nothing,
    /// By an approval between clock times.
    Times(Compensation),
    /// By an approval of a workday.
    Length(Compensation),
}

impl Cover {
    fn choice(self) -> Option<Compensation> {
        match self {
            Cover::Nothing => None,
            Cover::Times(choice) | Cover::Length(choice) => Some(choice),
        }
    }
}

/// What becomes of a stretch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// It may be overtime.
    Open,
    /// It counts.
    Counts,
    /// It counts and is taken as time off.
    Banked,
    /// It is taken off as a rest.
    Rest,
    /// It does not count: it lies on a side of the shift, or nearer to its end, than overtime may.
    Outside,
    /// It does not count: a punch of the workday is missing.
    PunchMissing,
    /// It does not count: it is not approved.
    Unapproved,
    /// It does not count: there is too little of it.
    BelowMinimum,
    /// It does not count: it is no whole unit.
    RoundedDown,
    /// It does not count: it is beyond the maximum of the workday.
    BeyondMaximum,
}

/// A stretch outside the scheduled shifts, of one fate.
#[derive(Clone, Copy, Debug)]
struct Piece {
    start: Timestamp,
    end: Timestamp,
    /// The workday whose totals it belongs to.
    workday: Workday,
    reporting_workday: Workday,
    /// The rule that decides, by its place in the plan of the workday.
    rule: u16,
    cover: Cover,
    /// Approved and not punched.
    unpunched: bool,
    fate: Fate,
}

impl Piece {
    fn length(&self) -> Seconds {
        self.end.since(self.start)
    }
}

/// A stretch of approved time.
type Stretch = (Timestamp, Timestamp);

/// An approval of a workday: the workday, how it is compensated, and its length; `None`: all of the workday.
type OfWorkday = (Workday, Compensation, Option<Seconds>);

/// Approvals and overtime on their way.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scratch {
    /// The approved stretches that pay, in order and apart from each other.
    pay: Vec<Stretch>,
    /// The approved stretches that give time off, in order and apart from each other.
    bank: Vec<Stretch>,
    /// All approved stretches, in order and apart from each other.
    all: Vec<Stretch>,
    /// The approvals of workdays, in order.
    of_workdays: Vec<OfWorkday>,
    /// Approved time that was not punched.
    unpunched: Vec<Span>,
    /// What may be overtime.
    pieces: Vec<Piece>,
    /// That of one workday.
    day: Vec<Piece>,
    /// That of one rule on one workday.
    group: Vec<Piece>,
    /// What is decided.
    decided: Vec<Piece>,
}

/// True when an approval allows overtime, as far as is known.
fn allows_overtime(approval: &Approval, inputs: &Inputs<'_>) -> bool {
    approval.kind == ApprovalKind::Overtime
        && approval.status == ApprovalStatus::Approved
        && approval.recorded_at <= inputs.window.as_of
}

/// True when some rule can change the card.
fn acts(inputs: &Inputs<'_>) -> bool {
    let needs = inputs.timeline.needs();
    needs.overtime_approval && (needs.overtime_without_approval || !inputs.card.approvals.is_empty())
}

/// Adds approved time that was not punched to the spans, where a rule may count it. [`decide`] removes what does not
/// count; day types are given to the spans in between.
pub(crate) fn add_approved_time(inputs: &Inputs<'_>, state: &mut CardState, scratch: &mut Scratch) {
    if !acts(inputs) {
        return;
    }
    gather(inputs, scratch);
    if !inputs.timeline.needs().approved_time || scratch.all.is_empty() {
        return;
    }
    let clock = &mut ZoneCursor::new(inputs.card.zone);
    let Scratch { all, unpunched, .. } = scratch;
    unpunched.clear();
    let facts = inputs.window.facts;
    let (opens, closes) = (clock.midnight(facts.first), clock.midnight(facts.last.plus(1)));
    // Nobody has worked yet what lies after `as_of`.
    let closes = closes.min(inputs.window.as_of);
    for approved in all.iter() {
        let mut at = approved.0.max(opens);
        let end = approved.1.min(closes);
        let first = state.spans.partition_point(|span| span.end <= at);
        let taken = state.spans.get(first..).unwrap_or(&[]).iter().map(|span| (span.start, span.end));
        for (busy, free) in taken.take_while(|span| span.0 < end).chain([(end, end)]) {
            if at < busy {
                lay_unpunched((at, busy), *approved, inputs, state, clock, unpunched);
            }
            at = at.max(free);
        }
    }
    unpunched.retain(|span| inputs.card.employs(span.reporting_workday));
    if !unpunched.is_empty() {
        state.spans.append(unpunched);
        state.spans.sort_unstable_by_key(|span| span.start);
    }
}

/// Gathers the approvals that count: those between clock times as stretches apart from each other, those of workdays by
/// workday.
fn gather(inputs: &Inputs<'_>, scratch: &mut Scratch) {
    let Scratch { pay, bank, all, of_workdays, .. } = scratch;
    for list in [&mut *pay, &mut *bank, &mut *all] {
        list.clear();
    }
    of_workdays.clear();
    for approval in inputs.card.approvals.iter().filter(|approval| allows_overtime(approval, inputs)) {
        match approval.time {
            ApprovalTime::Span { start, end } => {
                let list = match approval.choice {
                    Compensation::Pay => &mut *pay,
                    Compensation::Bank => &mut *bank,
                };
                list.push((start, end));
                all.push((start, end));
            }
            ApprovalTime::Workday(workday) => of_workdays.push((workday, approval.choice, None)),
            ApprovalTime::Length(workday, length) => of_workdays.push((workday, approval.choice, Some(length))),
        }
    }
    for list in [pay, bank, all] {
        unite(list);
    }
    // Of one workday those that pay come first, and of these those of all of it.
    of_workdays.sort_unstable();
}

/// Orders stretches, and joins those that overlap or touch.
fn unite(list: &mut Vec<Stretch>) {
    list.sort_unstable();
    list.dedup_by(|next, before| {
        let joins = next.0 <= before.1;
        if joins {
            before.1 = before.1.max(next.1);
        }
        joins
    });
}

/// Adds a stretch of approved time in which nothing was punched. It belongs to a worked shift that the approved time
/// overlaps or touches: to the last that had begun, else to the first. Without one it is on the workday of the scheduled
/// shift that the approved time overlaps or touches, else on its first date.
fn lay_unpunched(
    stretch: Stretch,
    approved: Stretch,
    inputs: &Inputs<'_>,
    state: &CardState,
    clock: &mut ZoneCursor<'_>,
    unpunched: &mut Vec<Span>,
) {
    let CardState { scheduled, shifts, pairs, .. } = state;
    let meets = |start: Timestamp, end: Timestamp| start <= approved.1 && approved.0 <= end;
    let span = Span {
        start: stretch.0,
        end: stretch.1,
        overtime_workday: Workday::default(),
        reporting_workday: Workday::default(),
        state: SpanState::Worked,
        day_type: DayType::Workday,
        shift: None,
        tag: TagId::NONE,
        code: PayCode::REGULAR,
        reason: Reason { rule: RuleId::PUNCHES, because: Because::ApprovedOnly },
    };
    let mut own = None;
    for (shift, index) in shifts.iter().zip(0_u32..).filter(|(shift, _)| !shift.callback) {
        if meets(shift.start, ends(shift, state)) && (own.is_none() || shift.start <= stretch.0) {
            own = Some((shift, index));
        }
    }
    if let Some((shift, index)) = own {
        let rules = &inputs.plan_of(shift).workdays;
        let facts = ShiftFacts::of(shifts, index, pairs, scheduled);
        let tag = facts.row_tag().or(inputs.card.tag_on(shift.workday));
        ShiftLabels::of(rules, &facts, clock).lay(Span { shift: Some(index), tag, ..span }, clock, unpunched);
        return;
    }
    let duty = scheduled.iter().find(|shift| meets(shift.start, shift.end));
    let workday = duty.map_or_else(|| clock.date_at(approved.0), |shift| shift.workday);
    let tag = duty.map_or(TagId::NONE, |row| row.tag).or(inputs.card.tag_on(workday));
    unpunched.push(Span { overtime_workday: workday, reporting_workday: workday, tag, ..span });
}

/// The last punch of a worked shift, or where the next one is cut from it.
fn ends(shift: &WorkedShift, state: &CardState) -> Timestamp {
    let pairs = state.pairs.get(shift.first_pair as usize..shift.last_pair as usize).unwrap_or_default();
    let punches = state.punches.get(shift.first_punch as usize..shift.last_punch as usize).unwrap_or_default();
    match pairs.last().filter(|pair| pair.ends_at_cut) {
        Some(pair) => pair.raw_end,
        None => punches.last().map_or(shift.start, |punch| punch.at),
    }
}

/// Decides what counts as overtime, and rewrites the spans. `written` is scratch for them.
pub(crate) fn decide<R: Recorder>(
    inputs: &Inputs<'_>,
    state: &mut CardState,
    scratch: &mut Scratch,
    written: &mut Vec<Span>,
    recorder: &mut R,
) {
    let Scratch { decided, .. } = scratch;
    decided.clear();
    if acts(inputs) {
        find_pieces(inputs, state, scratch);
        let Scratch { pieces, .. } = scratch;
        pieces.sort_unstable_by_key(|piece| (piece.workday, piece.start));
        let mut from = 0;
        while let Some(first) = scratch.pieces.get(from).copied() {
            let rest = scratch.pieces.get(from..).unwrap_or(&[]);
            let count = rest.iter().take_while(|piece| piece.workday == first.workday).count();
            cover_by_length(rest.get(..count).unwrap_or(&[]), &scratch.of_workdays, &mut scratch.day);
            decide_workday(first.workday, inputs, state, scratch);
            from += count;
        }
        scratch.decided.sort_unstable_by_key(|piece| piece.start);
        write(inputs, state, &scratch.decided, written, recorder);
    }
    if R::LISTENS {
        note_approvals(inputs, &scratch.decided, recorder);
    }
}

/// Finds the stretches of work outside the scheduled shifts.
fn find_pieces(inputs: &Inputs<'_>, state: &CardState, scratch: &mut Scratch) {
    let Scratch { pay, bank, pieces, .. } = scratch;
    pieces.clear();
    let (mut paid, mut banked) = (Walk::new(pay), Walk::new(bank));
    // Work outside of employment is left out already.
    for span in state.spans.iter().filter(|span| span.counts_as_work()) {
        let shift = span.shift.and_then(|shift| state.shifts.get(shift as usize));
        if shift.is_some_and(|shift| shift.callback) {
            continue;
        }
        let workday = shift.map_or(span.overtime_workday, |shift| shift.workday);
        let rules = &inputs.timeline.at(workday).overtime_approval;
        let Some((rule, index)) = rules.iter().zip(0_u16..).find(|(rule, _)| rule.day_types.contains(span.day_type))
        else {
            continue;
        };
        let unpunched = span.reason.because == Because::ApprovedOnly;
        let near = near(&state.scheduled, span);
        let mut at = span.start;
        while at < span.end {
            let (fate, until) = rule.place(at, workday, span.day_type, near);
            let ((is_paid, paid_until), (is_banked, banked_until)) = (paid.at(at), banked.at(at));
            let end = span.end.min(until).min(paid_until).min(banked_until);
            let cover = match (is_paid, is_banked) {
                (true, _) => Cover::Times(Compensation::Pay),
                (false, true) => Cover::Times(Compensation::Bank),
                (false, false) => Cover::Nothing,
            };
            let reporting_workday = span.reporting_workday;
            // Time that was not punched is overtime or nothing.
            if let Some(fate) = fate.filter(|fate| *fate == Fate::Open || !unpunched) {
                pieces.push(Piece { start: at, end, workday, reporting_workday, rule: index, cover, unpunched, fate });
            }
            at = end;
        }
    }
}

/// The scheduled shifts that can matter to a span: those of its workday and those that it overlaps begin within days.
fn near<'a>(scheduled: &'a [ScheduledShift], span: &Span) -> &'a [ScheduledShift] {
    const FAR: Seconds = Seconds::hours(8 * 24);
    let first = scheduled.partition_point(|shift| shift.start < span.start.before(FAR));
    let last = scheduled.partition_point(|shift| shift.start <= span.end.after(FAR));
    scheduled.get(first..last).unwrap_or(&[])
}

impl OvertimeApproval {
    /// Whether work at an instant may be overtime, and until when that holds. `None`: it is none.
    fn place(
        &self,
        at: Timestamp,
        workday: Workday,
        day_type: DayType,
        near: &[ScheduledShift],
    ) -> (Option<Fate>, Timestamp) {
        let mut until = Timestamp(i64::MAX);
        if self.takes_whole_day(day_type) {
            return (Some(Fate::Open), until);
        }
        let (mut inside, mut has_shift, mut ended) = (false, false, None);
        for shift in near {
            let start = shift.start.min(shift.moved_start).min(shift.expected_start);
            let end = shift.moved_end.max(shift.expected_end);
            let edges = [start, end, end.after(self.start_offset)];
            until = edges.into_iter().filter(|edge| *edge > at).fold(until, Timestamp::min);
            inside |= start <= at && at < end;
            if shift.workday == workday {
                has_shift = true;
                ended = ended.max((end <= at).then_some(end));
            }
        }
        if inside || !has_shift {
            return (None, until);
        }
        let may_count = match ended {
            Some(end) => self.after_shift && end.after(self.start_offset) <= at,
            None => self.before_shift,
        };
        let fate = if may_count { Fate::Open } else { Fate::Outside };
        (Some(fate), until)
    }
}

/// A walk along stretches, with instants that ascend.
struct Walk<'a> {
    rest: &'a [Stretch],
}

impl<'a> Walk<'a> {
    fn new(stretches: &'a [Stretch]) -> Walk<'a> {
        Walk { rest: stretches }
    }

    /// Whether an instant is inside a stretch, and until when that holds.
    fn at(&mut self, at: Timestamp) -> (bool, Timestamp) {
        while let [first, later @ ..] = self.rest
            && first.1 <= at
        {
            self.rest = later;
        }
        match self.rest.first() {
            Some((start, end)) if *start <= at => (true, *end),
            Some((start, _)) => (false, *start),
            None => (false, Timestamp(i64::MAX)),
        }
    }
}

/// Copies the stretches of a workday, and covers those that no approval between clock times covers by the approvals of
/// the workday, in order of time.
fn cover_by_length(pieces: &[Piece], of_workdays: &[OfWorkday], day: &mut Vec<Piece>) {
    day.clear();
    let Some(first) = pieces.first() else { return };
    let from = of_workdays.partition_point(|approval| approval.0 < first.workday);
    let own = of_workdays.get(from..).unwrap_or(&[]).iter().take_while(|approval| approval.0 == first.workday);
    let mut own = own.map(|(_, choice, length)| (*choice, length.unwrap_or(Seconds::MAX)));
    let mut current = None;
    for piece in pieces {
        let mut rest = *piece;
        if piece.fate != Fate::Open || piece.unpunched || piece.cover != Cover::Nothing {
            day.push(rest);
            continue;
        }
        while rest.start < rest.end {
            while current.is_none_or(|(_, left): (Compensation, Seconds)| left.is_zero()) {
                current = own.next();
                if current.is_none() {
                    break;
                }
            }
            let Some((choice, left)) = current else {
                day.push(rest);
                break;
            };
            let taken = rest.length().at_most(left);
            let end = rest.start.after(taken);
            day.push(Piece { end, cover: Cover::Length(choice), ..rest });
            current = Some((choice, if left == Seconds::MAX { left } else { left.beyond(taken) }));
            rest.start = end;
        }
    }
}

/// Decides about the overtime of a workday, rule by rule.
fn decide_workday(workday: Workday, inputs: &Inputs<'_>, state: &mut CardState, scratch: &mut Scratch) {
    let Scratch { day, group, decided, .. } = scratch;
    for (rule, index) in inputs.timeline.at(workday).overtime_approval.iter().zip(0_u16..) {
        group.clear();
        group.extend(day.iter().filter(|piece| piece.rule == index));
        if group.is_empty() {
            continue;
        }
        let is_sound = !rule.both_punches || has_both_punches(workday, state);
        rule.choose(group, is_sound);
        let before_minimum = rule.limit(group);
        let refused = rule.compensate(group);
        rule.notice(group, before_minimum, refused, state);
        decided.append(group);
    }
}

/// True when the workday has a worked shift, and none of them misses a punch.
fn has_both_punches(workday: Workday, state: &CardState) -> bool {
    let mut own = state.shifts.iter().filter(|shift| shift.workday == workday && !shift.callback).peekable();
    let is_whole = |shift: &WorkedShift| {
        let punches = state.punches.get(shift.first_punch as usize..shift.last_punch as usize).unwrap_or(&[]);
        let pairs = state.pairs.get(shift.first_pair as usize..shift.last_pair as usize).unwrap_or(&[]);
        let scheduled = shift.scheduled.and_then(|index| state.scheduled.get(index as usize));
        !punches.iter().any(|punch| {
            // An edge that needs no punch misses none.
            let needs = match punch.role {
                PunchRole::MissesIn => scheduled.is_none_or(|scheduled| scheduled.needs_in),
                PunchRole::MissesOut => scheduled.is_none_or(|scheduled| scheduled.needs_out),
                PunchRole::Unused | PunchRole::Opens | PunchRole::Closes | PunchRole::ClosesAndOpens => return false,
            };
            needs || !expectation::is_filled_in(punch.at, pairs)
        })
    };
    own.peek().is_some() && own.all(is_whole)
}

/// The total of what counts.
fn counted(group: &[Piece]) -> Seconds {
    group.iter().filter(|piece| piece.fate == Fate::Counts).map(Piece::length).sum()
}

/// Gives the last seconds of what counts another fate.
fn turn_tail(group: &mut Vec<Piece>, amount: Seconds, fate: Fate) {
    let mut left = amount;
    for index in (0..group.len()).rev() {
        let Some(piece) = group.get_mut(index).filter(|piece| piece.fate == Fate::Counts) else { continue };
        if left.is_zero() {
            return;
        }
        let turned = piece.length().at_most(left);
        left = left.beyond(turned);
        if turned == piece.length() {
            piece.fate = fate;
            continue;
        }
        let middle = piece.end.before(turned);
        let tail = Piece { start: middle, fate, ..*piece };
        piece.end = middle;
        group.insert(index + 1, tail);
    }
}

impl OvertimeApproval {
    /// Decides by the mode which stretches count.
    fn choose(&self, group: &mut Vec<Piece>, is_sound: bool) {
        let is_open = |piece: &&Piece| piece.fate == Fate::Open;
        let approved = group.iter().filter(is_open).filter(|piece| piece.cover != Cover::Nothing);
        let approved: Seconds = approved.map(Piece::length).sum();
        for piece in group.iter_mut().filter(|piece| piece.fate == Fate::Open) {
            let counts = match self.mode {
                ApprovalMode::ApprovalOnly => piece.cover != Cover::Nothing,
                ApprovalMode::ApprovalAndPunch => piece.cover != Cover::Nothing && !piece.unpunched,
                ApprovalMode::PunchOnly | ApprovalMode::Least => !piece.unpunched,
            };
            piece.fate = match (is_sound, counts) {
                (false, _) => Fate::PunchMissing,
                (true, true) => Fate::Counts,
                (true, false) => Fate::Unapproved,
            };
        }
        if self.mode == ApprovalMode::Least {
            let beyond = counted(group).beyond(approved);
            turn_tail(group, beyond, Fate::Unapproved);
        }
    }

    /// Applies rests and limits to what counts. Gives the total that was compared with the minimum.
    fn limit(&self, group: &mut Vec<Piece>) -> Seconds {
        let total = counted(group);
        let rest = self.rests.iter().rev().find(|rest| rest.after <= total).map_or(Seconds::ZERO, |rest| rest.rest);
        turn_tail(group, rest, Fate::Rest);
        let total = counted(group);
        if !self.minimum_compare.holds(total, self.minimum) {
            turn_tail(group, total, Fate::BelowMinimum);
        }
        if let Some(unit) = self.unit.filter(|unit| !unit.is_zero()) {
            let left = Seconds(counted(group).0 % unit.0);
            turn_tail(group, left, Fate::RoundedDown);
        }
        if let Some(limit) = self.day_max {
            let beyond = counted(group).beyond(limit);
            turn_tail(group, beyond, Fate::BeyondMaximum);
        }
        total
    }

    /// Takes what counts as time off, where that is chosen. Gives the first second for which time off was chosen and is
    /// not given, and their number.
    fn compensate(&self, group: &mut [Piece]) -> Option<(Piece, Seconds)> {
        let mut refused: Option<(Piece, Seconds)> = None;
        for piece in group.iter_mut().filter(|piece| piece.fate == Fate::Counts) {
            let chosen = piece.cover.choice() == Some(Compensation::Bank);
            match self.compensation {
                CompensationMode::Pay if chosen => {
                    let (first, length) = refused.unwrap_or((*piece, Seconds::ZERO));
                    refused = Some((first, length.plus(piece.length())));
                }
                CompensationMode::Bank => piece.fate = Fate::Banked,
                CompensationMode::Choice if chosen => piece.fate = Fate::Banked,
                CompensationMode::Pay | CompensationMode::Choice => {}
            }
        }
        refused
    }

    /// Notices what a person must look at.
    fn notice(
        &self,
        group: &[Piece],
        before_minimum: Seconds,
        refused: Option<(Piece, Seconds)>,
        state: &mut CardState,
    ) {
        let CardState { noticed, .. } = state;
        let mut notice = |code, first: &Piece, measure| {
            let (workday, at, rule) = (first.reporting_workday, first.start, self.rule);
            noticed.push(Noticed { code, workday, at, measure, rule, shift: None, says: None });
        };
        let of =
            |fates: &'static [Fate]| group.iter().filter(move |piece| !piece.unpunched && fates.contains(&piece.fate));
        const UNAPPROVED: &[Fate] = &[Fate::Unapproved, Fate::PunchMissing, Fate::Outside];
        let measure = of(UNAPPROVED).map(Piece::length).sum::<Seconds>();
        if let Some(first) = of(UNAPPROVED).next().filter(|_| measure > self.exception_beyond) {
            let approved = self.mode != ApprovalMode::PunchOnly && group.iter().any(|it| it.cover != Cover::Nothing);
            let code = if approved { ExceptionCode::OvertimeOverApproved } else { ExceptionCode::OvertimeUnapproved };
            notice(code, first, measure);
        }
        if let Some(first) = of(&[Fate::BelowMinimum]).next().filter(|_| before_minimum > self.exception_beyond) {
            notice(ExceptionCode::OvertimeBelowMinimum, first, before_minimum);
        }
        if let Some(first) = of(&[Fate::BeyondMaximum]).next() {
            notice(ExceptionCode::OvertimeCapDay, first, of(&[Fate::BeyondMaximum]).map(Piece::length).sum());
        }
        if let Some((first, measure)) = refused {
            notice(ExceptionCode::CompLeaveNotAllowed, &first, measure);
        }
    }
}

/// Writes the spans anew. `decided` is in order of time.
fn write<R: Recorder>(
    inputs: &Inputs<'_>,
    state: &mut CardState,
    decided: &[Piece],
    written: &mut Vec<Span>,
    recorder: &mut R,
) {
    written.clear();
    let mut changes_work = false;
    let mut rest = decided;
    for span in &state.spans {
        let unpunched = span.reason.because == Because::ApprovedOnly;
        let mut at = span.start;
        while let [piece, later @ ..] = rest
            && piece.start < span.end
        {
            if at < piece.start && !unpunched {
                recode::keep(written, span, at, piece.start);
            }
            let rules = &inputs.timeline.at(piece.workday).overtime_approval;
            if let Some(rule) = rules.get(usize::from(piece.rule)) {
                rule.write(piece, span, written, recorder);
            }
            changes_work |= unpunched || piece.fate == Fate::Rest;
            (at, rest) = (piece.end, later);
        }
        if at < span.end && !unpunched {
            recode::keep(written, span, at, span.end);
        }
    }
    core::mem::swap(&mut state.spans, written);
    if changes_work {
        workdays::measure_work(inputs, state);
    }
}

impl OvertimeApproval {
    fn write<R: Recorder>(&self, piece: &Piece, span: &Span, written: &mut Vec<Span>, recorder: &mut R) {
        let Piece { start, end, unpunched, .. } = *piece;
        let (to, because) = match piece.fate {
            Fate::Open => return recode::keep(written, span, start, end),
            Fate::Counts => match self.pays_to {
                Some(code) => (code, self.grounds(span.day_type)),
                None if unpunched => (PayCode::REGULAR, Because::ApprovedOnly),
                None => return recode::keep(written, span, start, end),
            },
            Fate::Banked => (self.bank_to, Because::Banked),
            // What was not punched and does not count is nothing.
            Fate::Rest
            | Fate::Outside
            | Fate::PunchMissing
            | Fate::Unapproved
            | Fate::BelowMinimum
            | Fate::RoundedDown
            | Fate::BeyondMaximum
                if unpunched =>
            {
                return;
            }
            Fate::Rest => {
                let reason = Reason { rule: self.rule, because: Because::OvertimeRest };
                return recode::take_off(written, span, start, end, reason, recorder);
            }
            Fate::Outside => (self.unapproved_to, Because::OutsideSchedule),
            Fate::PunchMissing => (self.unapproved_to, Because::PunchMissing),
            Fate::Unapproved => (self.unapproved_to, Because::Unapproved),
            Fate::BelowMinimum => (self.unapproved_to, Because::BelowMinimum { limit: self.minimum }),
            Fate::RoundedDown => (self.unapproved_to, Because::RoundedDown { unit: self.unit.unwrap_or_default() }),
            Fate::BeyondMaximum => (self.excess_to, Because::BeyondMaximum { limit: self.day_max.unwrap_or_default() }),
        };
        let stretch = Counted { start, end, before: Seconds::ZERO, after: Seconds::ZERO };
        recode::recode(written, span, stretch, to, Reason { rule: self.rule, because }, recorder);
    }
}

/// Notes of every approval what it covers, or why it covers nothing.
fn note_approvals<R: Recorder>(inputs: &Inputs<'_>, decided: &[Piece], recorder: &mut R) {
    let needs = inputs.timeline.needs();
    for approval in inputs.card.approvals {
        let Approval { kind, time, .. } = *approval;
        let outcome = match approval.status {
            _ if approval.recorded_at > inputs.window.as_of => ApprovalOutcome::NotKnown,
            ApprovalStatus::Pending => ApprovalOutcome::Pending,
            ApprovalStatus::Rejected => ApprovalOutcome::Rejected,
            ApprovalStatus::Approved => match kind {
                ApprovalKind::Overtime if needs.overtime_approval => {
                    ApprovalOutcome::Covers { counted: covered(time, decided) }
                }
                ApprovalKind::Callback if needs.callback_approval => ApprovalOutcome::Allows,
                ApprovalKind::Trip | ApprovalKind::Outing if needs.offsite_approval => ApprovalOutcome::Allows,
                ApprovalKind::Overtime
                | ApprovalKind::EarlyIn
                | ApprovalKind::LateOut
                | ApprovalKind::Trip
                | ApprovalKind::Outing
                | ApprovalKind::Leave
                | ApprovalKind::Callback => ApprovalOutcome::NotRead,
            },
        };
        recorder.note(Note::Approval { kind, time, outcome });
    }
}

/// The overtime that counts and that an approval covers.
fn covered(time: ApprovalTime, decided: &[Piece]) -> Seconds {
    let counts = decided.iter().filter(|piece| matches!(piece.fate, Fate::Counts | Fate::Banked));
    let length = |piece: &Piece| match time {
        ApprovalTime::Span { start, end } => piece.end.min(end).since(piece.start.max(start)),
        ApprovalTime::Workday(workday) | ApprovalTime::Length(workday, _) => {
            let covers = piece.workday == workday && matches!(piece.cover, Cover::Length(_));
            if covers { piece.length() } else { Seconds::ZERO }
        }
    };
    counts.map(length).sum()
}
