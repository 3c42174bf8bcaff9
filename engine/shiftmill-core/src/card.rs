//! The state of one card on its way through the four phases. The caller owns it and uses it again.

use alloc::vec::Vec;
use core::num::NonZeroU32;

use crate::coded::coded;
use crate::codes::{CarryKey, DayType, ExceptionCode, PayCode, PunchKind, RosterKind, RuleId};
use crate::reason::Reason;
use crate::shape::attestations::Acted;
use crate::shape::corrected::Moved;
use crate::shape::day_parts::NotExpected;
use crate::shape::leave::LeavePiece;
use crate::tags::TagId;
use crate::time::{Seconds, Timestamp, Workday};
use crate::timecard::{Carried, Inputs};

/// What is known of one card. All lists are cleared, not freed, between cards. What a rule needs only while it works is
/// in the [`Scratch`] beside it.
///
/// Filled by `open`: `punches`, some `noticed`. By `shape`: `scheduled`, `shifts`, `pairs`, `spans`, `workdays`,
/// `shown_on`, leave. By `pay`: codes and reasons of `spans`, `premiums`, `quantities`.
///
/// [`Scratch`]: crate::Scratch
#[derive(Clone, Debug, Default)]
pub struct CardState {
    /// Kept punches in total order.
    pub punches: Vec<KeptPunch>,
    /// Scheduled shifts in order of start.
    pub scheduled: Vec<ScheduledShift>,
    /// Planned time that half-day holidays leave out of them.
    pub(crate) not_expected: Vec<NotExpected>,
    /// Worked shifts in order.
    pub shifts: Vec<WorkedShift>,
    /// Pairs in order of time; each belongs to one shift.
    pub pairs: Vec<Pair>,
    /// Layer A in order of start.
    pub spans: Vec<Span>,
    /// Layer B.
    pub premiums: Vec<PremiumSpan>,
    /// Layer C.
    pub quantities: Vec<Quantity>,
    /// What a person must look at, in the order it was noticed.
    pub noticed: Vec<Noticed>,
    /// One entry per workday that anything happened on, ascending.
    pub workdays: Vec<WorkdayState>,
    /// The reasons that plugins gave.
    pub reasons: PluginReasons,
    /// What plugins carry over to the next pay period, by key.
    pub carried: Vec<Carried>,
    /// For each worked shift the workday that it is shown on: the reporting workday of its first punch. Exceptions carry
    /// this label.
    pub shown_on: Vec<Workday>,
    /// Statutory rest days that follow from the work, see [`crate::shape::calendar::StatutoryRestDay::LastWorked`].
    pub last_worked: Vec<Workday>,
    /// Holidays of the calendar that are none for the work of a person who is not eligible, ascending.
    pub ordinary_holidays: Vec<Workday>,
    /// The first and the last day on which the pay of holidays in the pay period depends.
    pub(crate) holidays_reach: Option<(Workday, Workday)>,
    /// The statements that changed something.
    pub(crate) acted: Vec<Acted>,
    /// Leave with clock times, in order, no two stretches sharing a second.
    pub(crate) leave: Vec<LeavePiece>,
    /// The raw punches that corrections moved, where attendance asks for them.
    pub(crate) moved: Vec<Moved>,
}

impl CardState {
    /// Empties every list and keeps its memory.
    pub fn clear(&mut self) {
        self.punches.clear();
        self.scheduled.clear();
        self.not_expected.clear();
        self.shifts.clear();
        self.pairs.clear();
        self.spans.clear();
        self.premiums.clear();
        self.quantities.clear();
        self.noticed.clear();
        self.workdays.clear();
        self.reasons.clear();
        self.carried.clear();
        self.shown_on.clear();
        self.last_worked.clear();
        self.ordinary_holidays.clear();
        self.holidays_reach = None;
        self.leave.clear();
        self.acted.clear();
        self.moved.clear();
    }

    /// The capacity of all its lists, in rows. The state keeps the memory of the largest card that it ever had.
    pub fn rows_held(&self) -> usize {
        let facts = self.punches.capacity() + self.scheduled.capacity() + self.not_expected.capacity();
        let shape = self.shifts.capacity() + self.pairs.capacity() + self.spans.capacity() + self.workdays.capacity();
        let pay = self.premiums.capacity() + self.quantities.capacity() + self.noticed.capacity();
        let plugins = self.reasons.rows_held() + self.carried.capacity();
        facts
            + shape
            + pay
            + plugins
            + self.shown_on.capacity()
            + self.last_worked.capacity()
            + self.ordinary_holidays.capacity()
            + self.leave.capacity()
            + self.acted.capacity()
            + self.moved.capacity()
    }

    /// Adds something that a person must look at.
    pub fn notice(&mut self, code: ExceptionCode, workday: Workday, at: Timestamp, measure: Seconds) {
        self.noticed.push(Noticed { code, workday, at, measure, rule: RuleId::ATTENDANCE, shift: None, says: None });
    }

    /// The carried value of a key: the value that a plugin set in this evaluation, else the value carried in.
    pub fn carried_value(&self, inputs: &Inputs<'_>, key: CarryKey) -> Option<i64> {
        let set = self.carried.iter().find(|carried| carried.key == key);
        let given = || inputs.card.carried.iter().find(|carried| carried.key == key);
        set.or_else(given).map(|carried| carried.value)
    }
}

/// The figures of the reasons that plugins gave on one card, or on the cards of one chunk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PluginReasons {
    /// One beyond the last figure of each reason.
    ends: Vec<u32>,
    figures: Vec<i64>,
}

impl PluginReasons {
    /// Adds a reason and returns its number.
    pub fn push(&mut self, figures: &[i64]) -> u32 {
        self.figures.extend_from_slice(figures);
        self.ends.push(self.figures.len() as u32);
        self.ends.len() as u32 - 1
    }

    /// The figures of reason number `index`.
    pub fn get(&self, index: u32) -> Option<&[i64]> {
        let end = *self.ends.get(index as usize)? as usize;
        self.figures.get(self.start(index as usize)..end)
    }

    /// How many reasons there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// True when there is no reason.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Reserves memory for this many more reasons.
    pub fn reserve(&mut self, reasons: usize) {
        self.ends.reserve(reasons);
    }

    /// Adds all reasons of one card.
    pub fn extend(&mut self, card: &PluginReasons) {
        let before = self.figures.len() as u32;
        self.figures.extend_from_slice(&card.figures);
        self.ends.extend(card.ends.iter().map(|end| before + end));
    }

    /// Removes all reasons after the first `length`.
    pub fn truncate(&mut self, length: usize) {
        if length < self.ends.len() {
            self.figures.truncate(self.start(length));
            self.ends.truncate(length);
        }
    }

    /// Empties the list and keeps its memory.
    pub fn clear(&mut self) {
        self.truncate(0);
    }

    fn rows_held(&self) -> usize {
        self.ends.capacity() + self.figures.capacity()
    }

    /// Where the figures of a reason begin.
    fn start(&self, index: usize) -> usize {
        let before = index.checked_sub(1).and_then(|before| self.ends.get(before));
        before.map_or(0, |end| *end as usize)
    }
}

/// A punch that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeptPunch {
    /// Its instant, corrected, unrounded.
    pub at: Timestamp,
    /// Its kind.
    pub kind: PunchKind,
    /// What became of it in pairing.
    pub role: PunchRole,
    /// Its tag.
    pub tag: TagId,
    /// Its number among the raw punches, from 1; `None` for an added one.
    pub raw: Option<NonZeroU32>,
}

// There is one for each punch of a card, and they are copied and sorted: nothing else belongs in it.
const _: () = assert!(size_of::<KeptPunch>() == 16);

/// The most common worked shift begins so: in, meal start, meal end, out.
const IN_MEAL_OUT: [PunchKind; 4] = [PunchKind::In, PunchKind::MealStart, PunchKind::MealEnd, PunchKind::Out];

/// The first four of these punches, when they are in, meal start, meal end, out and the last comes less than `within`
/// after the first: a day that needs no further checks.
#[inline]
pub(crate) fn plain_day(punches: &[KeptPunch], within: Seconds) -> Option<&[KeptPunch; 4]> {
    let punches = punches.first_chunk::<4>()?;
    let [first, _, _, last] = punches;
    let kinds = punches.each_ref().map(|punch| punch.kind);
    (kinds == IN_MEAL_OUT && last.at.since(first.at) < within).then_some(punches)
}

coded! {
    /// What became of a punch in pairing.
    #[derive(Default)]
    PunchRole {
        /// It does not count (overwritten by the pairing mode).
        #[default]
        Unused = 0 "unused",
        /// It opens a pair.
        Opens = 1 "opens",
        /// It closes a pair.
        Closes = 2 "closes",
        /// It closes one pair and opens the next.
        ClosesAndOpens = 3 "closes_and_opens",
        /// An opener without a closer.
        MissesOut = 4 "misses_out",
        /// A closer without an opener.
        MissesIn = 5 "misses_in",
    }
}

/// A scheduled shift as instants, or one block of a split shift.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScheduledShift {
    /// Its workday.
    pub workday: Workday,
    /// What the person is told to do: one of the kinds that are a duty.
    pub kind: RosterKind,
    /// Start.
    pub start: Timestamp,
    /// End. Where it is free, the latest: see [`crate::shape::free_end`].
    pub end: Timestamp,
    /// Whether the person goes when the work is done.
    pub free_end: bool,
    /// Until when leave and holidays find planned time in it: its end, unless that is free.
    pub planned_end: Timestamp,
    /// Start after [`crate::shape::late_off`] and [`crate::shape::flexible`] moved it; equal to `start` until then.
    pub moved_start: Timestamp,
    /// End after they moved it.
    pub moved_end: Timestamp,
    /// Expected start after leave, or else they, moved it; equal to `start` until then.
    pub expected_start: Timestamp,
    /// Expected end after that.
    pub expected_end: Timestamp,
    /// True once leave covers all of it.
    pub on_leave: bool,
    /// Planned time: elapsed length less the template's breaks; with a free end what its row expects, or nothing.
    pub planned: Seconds,
    /// Index into the templates of the plan at `workday`; `None` for times only.
    pub template: Option<u16>,
    /// The tag of its roster row.
    pub tag: TagId,
    /// The number of the split shift that its row belongs to; 0: none. See [`crate::shape::split`].
    pub split: u8,
    /// Whether its start needs a punch. See [`crate::shape::pairing`].
    pub needs_in: bool,
    /// Whether its end needs a punch.
    pub needs_out: bool,
    /// Whether a worked shift matches it.
    pub matched: bool,
}

impl ScheduledShift {
    /// True when leave has moved an edge of it. Says so only while nothing else has moved the expected times.
    pub(crate) fn is_moved_by_leave(&self) -> bool {
        (self.expected_start, self.expected_end) != (self.moved_start, self.moved_end)
    }
}

/// A run of punches that belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkedShift {
    /// Its punches: `punches[first..last]`.
    pub first_punch: u32,
    /// One beyond its last punch.
    pub last_punch: u32,
    /// Its pairs: `pairs[first_pair..last_pair]`.
    pub first_pair: u32,
    /// One beyond its last pair.
    pub last_pair: u32,
    /// The scheduled shift it matches: an index into `scheduled`.
    pub scheduled: Option<u32>,
    /// The workday of the scheduled shift it matches, else the local date of its start. The plan of this day is the plan
    /// of the shift.
    pub workday: Workday,
    /// The local date of its start, or of the start of the shift that it joins.
    pub start_date: Workday,
    /// The instant of its first punch. Where it is cut from the worked shift before it, the instant of the cut.
    pub start: Timestamp,
    /// The instant of its last punch. Where the next worked shift is cut from it, the end of its last pair or punch.
    pub end: Timestamp,
    /// Where the rules of some work depend on its tag: that of its first punch that has one, else of its roster row, else
    /// of the employee. Else not filled in.
    pub tag: TagId,
    /// True when it goes on with the work of the worked shift before it: the schedule divides them.
    pub continues: bool,
    /// True when it matches another block of the scheduled shift that the worked shift before it matches: the two are
    /// one shift. See [`crate::shape::split`].
    pub joins: bool,
    /// True for a call-back. See [`crate::shape::callback`].
    pub callback: bool,
}

/// A stretch between an opener and its closer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// Raw start.
    pub raw_start: Timestamp,
    /// Raw end.
    pub raw_end: Timestamp,
    /// Rounded start.
    pub start: Timestamp,
    /// Rounded end; not before `start`.
    pub end: Timestamp,
    /// The kind of the punch that opened it.
    pub opened_by: PunchKind,
    /// The kind of the punch that closed it.
    pub closed_by: PunchKind,
    /// The gap between the pair before it and this one; `None` for the first pair of a shift, unless it continues the
    /// shift before it.
    pub gap_before: Option<GapKind>,
    /// The tag of the punch that opened it; where that was filled in, of the punch that closed it.
    pub tag: TagId,
    /// True when one side was filled in.
    pub imputed: bool,
    /// True when work goes on here from the scheduled shift before; the instant is no punch.
    pub starts_at_cut: bool,
    /// True when work goes on into the next scheduled shift; the instant is no punch.
    pub ends_at_cut: bool,
    /// Which worked shift: an index into `shifts`.
    pub shift: u32,
}

/// The tag of the work of a pair: of its punch, else of the roster row that its shift matches, else of the employee.
#[inline]
pub(crate) fn tag_of(inputs: &Inputs<'_>, shift: &WorkedShift, scheduled: &[ScheduledShift], pair: &Pair) -> TagId {
    let row = shift.scheduled.and_then(|index| scheduled.get(index as usize));
    pair.tag.or(row.map_or(TagId::NONE, |row| row.tag)).or(inputs.card.tag_on(shift.workday))
}

coded! {
    /// What the gap between two pairs of a shift is.
    GapKind {
        /// A meal.
        Meal = 0 "meal",
        /// A break.
        Break = 1 "break",
        /// Neither is known.
        Plain = 2 "plain",
    }
}

/// A stretch of layer A: `[start, end)`, in order, without overlap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Start.
    pub start: Timestamp,
    /// End; after the start.
    pub end: Timestamp,
    /// The workday that overtime counts it in.
    pub overtime_workday: Workday,
    /// The workday it is shown on.
    pub reporting_workday: Workday,
    /// What it is.
    pub state: SpanState,
    /// The day type of its seconds.
    pub day_type: DayType,
    /// The worked shift it comes from; `None` for leave.
    pub shift: Option<u32>,
    /// The tag of its seconds: of the punch that opened them, else of the roster row, else of the employee.
    pub tag: TagId,
    /// What it pays.
    pub code: PayCode,
    /// Why.
    pub reason: Reason,
}

impl Span {
    /// Its length.
    pub fn length(&self) -> Seconds {
        self.end.since(self.start)
    }

    /// True for work that no rule left out, such as overtime without approval.
    pub(crate) fn counts_as_work(&self) -> bool {
        self.state.is_work() && !self.reason.because.leaves_out()
    }
}

coded! {
    /// What a stretch of layer A is.
    SpanState {
        /// Work.
        Worked = 0 "worked",
        /// A short gap that is paid. Counts as work everywhere.
        PaidBreak = 1 "paid_break",
        /// Taken off: a fixed or automatic break. Not paid, not counted.
        UnpaidBreak = 2 "unpaid_break",
        /// Approved leave.
        Leave = 3 "leave",
    }
}

impl SpanState {
    /// True for time that counts as work.
    pub const fn is_work(self) -> bool {
        matches!(self, SpanState::Worked | SpanState::PaidBreak)
    }
}

/// A premium over a stretch of layer A.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PremiumSpan {
    /// Start.
    pub start: Timestamp,
    /// End.
    pub end: Timestamp,
    /// The workday it is shown on.
    pub reporting_workday: Workday,
    /// What it pays.
    pub code: PayCode,
    /// Why.
    pub reason: Reason,
}

/// A quantity that is not time on the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quantity {
    /// The workday it is shown on.
    pub workday: Workday,
    /// What it pays.
    pub code: PayCode,
    /// How much, in the unit of the code.
    pub amount: u32,
    /// Why.
    pub reason: Reason,
}

/// Something noticed that a person must look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Noticed {
    /// What.
    pub code: ExceptionCode,
    /// The workday it is shown on.
    pub workday: Workday,
    /// The instant it refers to.
    pub at: Timestamp,
    /// Its size; zero where it has none.
    pub measure: Seconds,
    /// The rule that noticed it.
    pub rule: RuleId,
    /// The worked shift (an index into `shifts`) on whose workday it is shown; `None` when `workday` says all.
    pub shift: Option<u32>,
    /// The reason of the plugin that marked it, as its number among the reasons of the card.
    pub says: Option<u32>,
}

impl Noticed {
    /// Something noticed while punches were read.
    pub(crate) fn in_punches(code: ExceptionCode, workday: Workday, at: Timestamp, measure: Seconds) -> Noticed {
        Noticed { code, workday, at, measure, rule: RuleId::PUNCHES, shift: None, says: None }
    }

    /// The same, shown where a worked shift is.
    pub(crate) fn of_shift(self, shift: u32) -> Noticed {
        Noticed { shift: Some(shift), ..self }
    }
}

/// What is known of one workday.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkdayState {
    /// Its label.
    pub workday: Workday,
    /// The type of the day.
    pub day_type: DayType,
    /// Kept punches of worked shifts shown on it.
    pub punches: u16,
    /// Whether a shift is scheduled on it.
    pub scheduled: bool,
    /// Work time (worked and paid breaks) shown on it.
    pub worked: Seconds,
}
