//! Facts: one employee's punches, scheduled shifts, leave and corrections for one evaluation, as borrowed columns.

use core::fmt;

use crate::assigned;
use crate::card::{ScheduledShift, WorkedShift};
use crate::codes::{
    ApprovalKind, ApprovalStatus, CalendarId, CarryKey, Compensation, DayHalf, DayType, ExceptionCode, PayCode,
    PunchKind, RosterKind, RuleId,
};
use crate::plan::{Plan, PlanTimeline};
use crate::tags::{TagId, TagTable};
use crate::time::{Seconds, Timestamp, Workday, WorkdayRange};
use crate::zone::Zone;

/// One employee's facts. Borrows from the columns of a [`crate::TimecardBatch`]; nothing is copied per punch.
#[derive(Clone, Copy, Debug)]
pub struct Timecard<'a> {
    /// The employee's home zone.
    pub zone: &'a Zone,
    /// How many of their rows could not be read and are not among the facts.
    pub rejected_rows: u32,
    /// The employee's tag, before any assignment changes it.
    pub tag: TagId,
    /// Clock events in any order.
    pub punches: PunchColumns<'a>,
    /// False when no punch, also none of the corrections, has a kind that is rare: see [`PunchKind::is_rare`].
    pub rare_kinds: bool,
    /// Scheduled shifts in any order.
    pub schedule: ScheduleColumns<'a>,
    /// Approved leave.
    pub leave: &'a [Leave],
    /// Later facts about punches.
    pub corrections: &'a [Correction],
    /// What a person has waived.
    pub waivers: &'a [Waiver],
    /// Day types decided for this employee.
    pub day_overrides: &'a [DayOverride],
    /// What was requested for this employee, and what was decided.
    pub approvals: &'a [Approval],
    /// When the employee was employed; always, when there is nothing.
    pub employment: &'a [Employment],
    /// What changes for the employee by date.
    pub assignments: &'a [Assignment],
    /// Hours that a person added.
    pub manual_hours: &'a [ManualHours],
    /// What the employee attested.
    pub attestations: &'a [Attestation],
    /// Pay lines that a person stated, whatever is computed.
    pub overrides: &'a [Override],
    /// Counters carried in, for days that the facts do not cover.
    pub opening_balances: &'a [OpeningBalance],
    /// What plugins carried over from the pay period before.
    pub carried: &'a [Carried],
}

impl Timecard<'_> {
    /// The employee's tag on a workday.
    #[inline]
    pub fn tag_on(&self, workday: Workday) -> TagId {
        if self.assignments.is_empty() { self.tag } else { assigned::tag_on(self.tag, self.assignments, workday) }
    }

    /// Whether the person is employed on a workday.
    #[inline]
    pub fn employs(&self, workday: Workday) -> bool {
        self.employment.is_empty() || self.employment.iter().any(|employment| employment.holds(workday))
    }
}

/// Punches as columns of one length.
#[derive(Clone, Copy, Debug)]
pub struct PunchColumns<'a> {
    /// The instant from which `at` counts.
    pub base: Timestamp,
    /// Seconds after `base`.
    pub at: &'a [i32],
    /// [`PunchKind`] by number; empty when every punch is unknown.
    pub kind: &'a [u8],
    /// The caller's number of each punch; empty when they have none.
    pub id: &'a [u64],
    /// The tag of each punch; empty when none has one.
    pub tag: &'a [TagId],
    /// When each became known, in seconds after `base`; empty when each did at its own instant.
    pub recorded_at: &'a [i32],
}

/// Roster rows, mostly scheduled shifts, as columns of one length.
#[derive(Clone, Copy, Debug)]
pub struct ScheduleColumns<'a> {
    /// The workday of the shift.
    pub workday: &'a [i32],
    /// Start in wall-clock seconds from the midnight that opens the workday; may pass 24:00.
    pub start: &'a [i32],
    /// End in wall-clock seconds from the same midnight; after the start. Not read where the end is free.
    pub end: &'a [i32],
    /// 0: the times are in `start` and `end`. N: the ruleset's N-th shift template, and `start` and `end` are not
    /// read. Empty: all 0.
    pub template: &'a [u16],
    /// [`RosterKind`] by number; empty when every row is a shift to work. Of kinds without times nothing else but the
    /// workday is read.
    pub kind: &'a [u8],
    /// The tag of each row; empty when none has one.
    pub tag: &'a [TagId],
    /// The number of the split shift that a row is a block of: rows of one workday and kind with the same number are one
    /// shift. 0: a shift of its own. Empty: all 0.
    pub split: &'a [u8],
    /// 0: a row as the other columns say. Else the workday expects this many seconds, and the row has no clock times,
    /// or a start and a free end; read for rows to work without a template. Empty: all 0.
    pub hours: &'a [u32],
    /// 1: the row has a start, and its end is free; read for rows to work without a template. See
    /// [`crate::shape::free_end`]. Empty: all 0.
    pub free_end: &'a [u8],
}

impl ScheduleColumns<'_> {
    /// The tag of row `index`.
    pub(crate) fn tag_of(&self, index: usize) -> TagId {
        self.tag.get(index).copied().unwrap_or_default()
    }

    /// The kind of row `index`.
    pub fn kind_of(&self, index: usize) -> RosterKind {
        self.kind.get(index).copied().and_then(RosterKind::from_number).unwrap_or_default()
    }

    /// The length of row `index`, when it states one instead of clock times.
    pub(crate) fn length_of(&self, index: usize) -> Option<Seconds> {
        let length = self.hours.get(index).copied().filter(|length| *length > 0)?;
        (self.may_state_less(index) && !self.is_marked_free(index)).then_some(Seconds(length))
    }

    /// What row `index` expects, zero for nothing, when its end is free.
    pub(crate) fn free_end_of(&self, index: usize) -> Option<Seconds> {
        let is_free = self.is_marked_free(index) && self.may_state_less(index);
        is_free.then(|| Seconds(self.hours.get(index).copied().unwrap_or(0)))
    }

    fn is_marked_free(&self, index: usize) -> bool {
        self.free_end.get(index).is_some_and(|free| *free != 0)
    }

    /// Whether row `index` may state less than a start and an end.
    fn may_state_less(&self, index: usize) -> bool {
        self.kind_of(index) == RosterKind::Work && self.template.get(index).is_none_or(|template| *template == 0)
    }

    /// The rows of a workday that state a length, with whether an earlier one states the same.
    pub(crate) fn lengths_of(&self, workday: Workday) -> impl Iterator<Item = (Seconds, bool)> + '_ {
        let of_day = move |index: usize| {
            let on_day = self.workday.get(index) == Some(&workday.0);
            if on_day { self.length_of(index) } else { None }
        };
        let rows = (0..self.hours.len()).filter_map(move |index| Some((index, of_day(index)?)));
        rows.map(move |(index, length)| (length, (0..index).any(|earlier| of_day(earlier) == Some(length))))
    }

    /// What the rows without clock times expect of a workday. Of rows that say the same, one counts. `None`: there is no
    /// such row.
    pub(crate) fn expected_on(&self, workday: Workday) -> Option<Seconds> {
        let counts = self.lengths_of(workday).filter(|(_, repeats)| !repeats).map(|(length, _)| length);
        counts.reduce(Seconds::plus)
    }

    /// True when some row says to work on a workday.
    pub(crate) fn is_to_work(&self, workday: Workday) -> bool {
        let mut rows = self.workday.iter().enumerate();
        rows.any(|(index, row)| *row == workday.0 && self.kind_of(index) == RosterKind::Work)
    }

    /// The rows of one kind, by their workdays. Nothing to look at when every row is a shift to work.
    pub(crate) fn of_kind(&self, kind: RosterKind) -> impl Iterator<Item = Workday> + '_ {
        let rows = self.workday.iter().zip(self.kind);
        rows.filter(move |(_, row)| **row == kind.number()).map(|(workday, _)| Workday(*workday))
    }
}

/// Approved leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leave {
    /// Which leave: an index into [`crate::Plan::leave`]'s codes.
    pub code: u16,
    /// From when to when.
    pub time: LeaveTime,
    /// When it became known; leave recorded after `as_of` does not count.
    pub recorded_at: Timestamp,
}

/// How leave states its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeaveTime {
    /// Between two instants.
    Span {
        /// Start.
        start: Timestamp,
        /// End; after the start.
        end: Timestamp,
    },
    /// The whole of one workday: the scheduled time of that day.
    Workday(Workday),
    /// A half of one workday: see [`crate::shape::half_day`].
    HalfDay(Workday, DayHalf),
    /// A length on a workday without clock times.
    Amount(Workday, Seconds),
}

/// A later fact about a punch. The punch itself is never changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Correction {
    /// What it does.
    pub kind: CorrectionKind,
    /// When it became known; a correction recorded after `as_of` does not count.
    pub recorded_at: Timestamp,
}

/// What a correction does. Several corrections apply in the order in which they were recorded; those recorded at the
/// same second, in the order given; they may not move one punch to two instants, nor give it two kinds. One that names no
/// punch, or only voided ones, raises `correction_unmatched` at the instant it names (a retime by number: its right
/// instant; others by number: when they were recorded), on the local date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CorrectionKind {
    /// A punch that was forgotten.
    Add {
        /// Its instant.
        at: Timestamp,
        /// Its kind.
        kind: PunchKind,
        /// Its tag.
        tag: TagId,
    },
    /// A punch that does not count.
    Void(PunchRef),
    /// A punch at the wrong instant.
    Retime {
        /// Which.
        punch: PunchRef,
        /// Its right instant.
        to: Timestamp,
    },
    /// A punch of the wrong kind, or without direction.
    SetKind {
        /// Which.
        punch: PunchRef,
        /// Its right kind.
        kind: PunchKind,
    },
}

/// Names a raw punch that is not voided, or one added by an earlier correction. Where several fit, the one with the
/// lowest number, then the first given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PunchRef {
    /// By the caller's number.
    Id(u64),
    /// By its raw instant and kind: as first given, whatever corrections have moved it since.
    At(Timestamp, PunchKind),
}

/// What a person has waived for a workday.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiver {
    /// The workday.
    pub workday: Workday,
    /// What.
    pub kind: WaiverKind,
}

/// The kinds of waiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaiverKind {
    /// The employee waived the required meal with this ordinal (1 for the first).
    Meal(u8),
    /// A manager waived an exception.
    Exception(ExceptionCode),
}

/// A day type decided for one employee: one for each day, and one for a stretch of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayOverride {
    /// The day.
    pub workday: Workday,
    /// Its type.
    pub day_type: DayType,
    /// The stretch of the day that has the type; `None`: the whole day.
    pub window: Option<DayWindow>,
}

/// A stretch of a day by the clock, inside the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DayWindow {
    opens: u32,
    closes: u32,
}

impl DayWindow {
    /// From and to so many seconds after the midnight that opens the day. `None` unless it ends after it starts, at
    /// 24:00 at the latest.
    ///
    /// ```
    /// use shiftmill_core::DayWindow;
    /// assert!(DayWindow::new(43_200, 86_400).is_some());
    /// assert!(DayWindow::new(43_200, 43_200).is_none() && DayWindow::new(0, 86_401).is_none());
    /// ```
    pub const fn new(opens: u32, closes: u32) -> Option<DayWindow> {
        if opens < closes && closes <= 86_400 { Some(DayWindow { opens, closes }) } else { None }
    }

    /// Its start.
    pub const fn opens(self) -> u32 {
        self.opens
    }

    /// Its end.
    pub const fn closes(self) -> u32 {
        self.closes
    }
}

/// Written as `12:00-24:00`, with seconds where a time has some.
impl fmt::Display for DayWindow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (mark, second) in [("", self.opens), ("-", self.closes)] {
            write!(f, "{mark}{:02}:{:02}", second / 3_600, second / 60 % 60)?;
            if second % 60 != 0 {
                write!(f, ":{:02}", second % 60)?;
            }
        }
        Ok(())
    }
}

/// A request, such as for overtime, and what was decided about it. Approvals may overlap: what one of them allows is
/// allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Approval {
    /// What it allows.
    pub kind: ApprovalKind,
    /// For when.
    pub time: ApprovalTime,
    /// What was decided; only approved ones count.
    pub status: ApprovalStatus,
    /// How overtime is compensated.
    pub choice: Compensation,
    /// When it became known; an approval recorded after `as_of` does not count.
    pub recorded_at: Timestamp,
}

/// How an approval states its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApprovalTime {
    /// Between two instants.
    Span {
        /// Start.
        start: Timestamp,
        /// End; after the start.
        end: Timestamp,
    },
    /// All of one workday.
    Workday(Workday),
    /// A length on a workday without clock times.
    Length(Workday, Seconds),
}

/// A stretch of employment. A person who was hired again has several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Employment {
    /// The first workday of it; `None`: it began before all facts.
    pub hired: Option<Workday>,
    /// The last workday of it; `None`: it goes on.
    pub left: Option<Workday>,
}

impl Employment {
    /// Whether a workday is in it.
    pub(crate) fn holds(&self, workday: Workday) -> bool {
        self.hired.is_none_or(|hired| hired <= workday) && self.left.is_none_or(|left| workday <= left)
    }
}

/// From a workday on, another ruleset, calendar, zone or tag is the employee's. What it leaves out stays as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// The first workday.
    pub from: Workday,
    /// The ruleset, by position in the request.
    pub ruleset: Option<u16>,
    /// The calendar of whichever ruleset is the employee's.
    pub calendar: Option<CalendarChoice>,
    /// The zone, by position in the request.
    pub zone: Option<u16>,
    /// The tag of work whose punch and roster row have none.
    pub tag: Option<TagId>,
    /// With a tag: the ruleset is for work that has all pairs of it only, such as `job=driver`. Such an assignment
    /// changes no calendar, zone or tag.
    pub job: TagId,
}

/// One of the calendars of a ruleset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CalendarChoice {
    /// The ruleset's own.
    Own,
    /// A named one.
    Named(CalendarId),
}

/// Hours that a person adds to a workday. They are paid to one pay code and fill no counter of overtime.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ManualHours {
    /// The workday.
    pub workday: Workday,
    /// What they are paid to: a code that counts time.
    pub code: PayCode,
    /// How much.
    pub amount: Seconds,
    /// When they became known; hours recorded after `as_of` do not count.
    pub recorded_at: Timestamp,
}

/// The answer of an employee to a question about a workday that punches do not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attestation {
    /// The workday.
    pub workday: Workday,
    /// The question: an index into [`crate::Names::attestations`].
    pub question: u16,
    /// Whether the answer is yes.
    pub answer: bool,
    /// When it became known; an answer recorded after `as_of` does not count. Of several, the last one recorded counts.
    pub recorded_at: Timestamp,
}

/// How much of a pay code a workday has, whatever is computed, because a person says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Override {
    /// The workday.
    pub workday: Workday,
    /// The pay code: one that counts time.
    pub code: PayCode,
    /// How much the workday has of it; zero: nothing.
    pub amount: Seconds,
    /// What was computed when the person stated it. `None`: not known.
    pub computed: Option<Seconds>,
    /// When it became known; one recorded after `as_of` does not count. Of several the last one recorded counts.
    pub recorded_at: Timestamp,
}

/// The total of a counter at the start of the facts: one for each rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpeningBalance {
    /// The overtime tier whose counter it is.
    pub rule: RuleId,
    /// Its total.
    pub amount: Seconds,
}

/// A value that a plugin carries from one pay period to the next: one for each key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Carried {
    /// The plugin's key.
    pub key: CarryKey,
    /// The value.
    pub value: i64,
}

/// The window of an evaluation: which days to pay, which days the facts cover, and as of when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EvaluationWindow {
    /// The workdays that are paid out. Other days are computed as context only.
    pub pay_period: WorkdayRange,
    /// The workdays for which the facts are complete.
    pub facts: WorkdayRange,
    /// The instant as of which everything is calculated; decides what is still pending.
    pub as_of: Timestamp,
    /// With fewer days of context than the plan needs, or with rows that could not be read, the card is an error instead
    /// of provisional.
    pub require_final: bool,
}

/// All that an evaluation of one card reads.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a> {
    /// The facts.
    pub card: Timecard<'a>,
    /// The rules, by date.
    pub timeline: &'a PlanTimeline,
    /// The window of the evaluation.
    pub window: &'a EvaluationWindow,
    /// Which rules are for which tags.
    pub tags: &'a TagTable,
}

impl<'a> Inputs<'a> {
    /// The plan of a worked shift.
    #[inline]
    pub(crate) fn plan_of(&self, shift: &WorkedShift) -> &'a Plan {
        self.timeline.of_work(shift.workday, shift.tag, self.tags)
    }

    /// The plan of a scheduled shift.
    #[inline]
    pub(crate) fn plan_of_row(&self, workday: Workday, tag: TagId) -> &'a Plan {
        if !self.timeline.has_jobs() {
            return self.timeline.at(workday);
        }
        self.timeline.of_work(workday, tag.or(self.card.tag_on(workday)), self.tags)
    }

    /// The plan of a scheduled shift.
    #[inline]
    pub(crate) fn plan_of_scheduled(&self, shift: &ScheduledShift) -> &'a Plan {
        self.plan_of_row(shift.workday, shift.tag)
    }
}
