//! Results as columns: pay lines, workdays, exceptions and totals of the timecards of one chunk.

use alloc::vec::Vec;
use core::ops::Range;

use crate::card::{PluginReasons, PremiumSpan, Quantity, Span};
use crate::coded::coded;
use crate::codes::{CarryKey, DayType, ExceptionCode, ExceptionState, PayCode, RuleId, Severity};
use crate::columns::{List, columns};
use crate::error_code::ErrorCode;
use crate::plugin::{FailureCode, PluginFailure};
use crate::record::Note;
use crate::tags::TagId;
use crate::time::{Seconds, Timestamp, Workday};

columns! {
    /// Pay lines as columns.
    PayLines of
    /// What one rule pays to one pay code on one workday.
    PayLine {
        /// The reporting workday.
        workday: Workday,
        /// The pay code; its layer and unit are in the names of the timeline.
        code: PayCode,
        /// Seconds or occurrences, by the unit of the code.
        amount: u32,
        /// The rule that put it there.
        rule: RuleId,
        /// [`crate::Because::number`] of the grounds.
        because: u8,
    }
}

columns! {
    /// Workdays as columns.
    WorkdayRows of
    /// One workday on which anything happened or should have happened.
    WorkdayRow {
        /// Its label.
        workday: Workday,
        /// The type of the day.
        day_type: DayType,
        /// Kept punches shown on it.
        punches: u16,
        /// Work time (worked and paid breaks).
        worked: Seconds,
    }
}

columns! {
    /// Exceptions as columns.
    ExceptionRows of
    /// Something a person must look at.
    ExceptionRow {
        /// The reporting workday.
        workday: Workday,
        /// What.
        code: ExceptionCode,
        /// How far it has got.
        state: ExceptionState,
        /// How much it matters.
        severity: Severity,
        /// The instant it refers to.
        at: Timestamp,
        /// Its size; zero where it has none.
        measure: Seconds,
        /// The rule that noticed it.
        rule: RuleId,
    }
}

columns! {
    /// Totals as columns.
    TotalRows of
    /// The sum of one pay code over a workweek or the pay period.
    TotalRow {
        /// Over what.
        scope: TotalScope,
        /// Its first workday.
        from: Workday,
        /// The pay code.
        code: PayCode,
        /// Seconds or occurrences, by the unit of the code.
        amount: u32,
    }
}

columns! {
    /// Split totals as columns.
    SplitRows of
    /// The part of a total of the pay period that has one value of a tag name.
    SplitRow {
        /// The name: its position among those that totals are split by.
        name: u8,
        /// The first tag of the dictionary with the value; none: the time has no value.
        tag: TagId,
        /// The pay code.
        code: PayCode,
        /// Seconds or occurrences, by the unit of the code.
        amount: u32,
    }
}

columns! {
    /// Overrides as columns.
    OverrideRows of
    /// A pay line that a person stated, beside what is computed.
    OverrideRow {
        /// The reporting workday.
        workday: Workday,
        /// The pay code.
        code: PayCode,
        /// What the person stated, which is paid; zero: nothing.
        amount: Seconds,
        /// What is computed, by all rules together.
        computed: Seconds,
        /// What was computed when the person stated it; the same as now where the person did not say.
        computed_before: Seconds,
    }
}

impl OverrideRow {
    /// True when something else was computed when the person stated it.
    pub fn is_stale(&self) -> bool {
        self.computed != self.computed_before
    }
}

columns! {
    /// Carried values as columns.
    CarriedRows of
    /// A value that a plugin carries over to the next pay period.
    CarriedRow {
        /// The plugin's key.
        key: CarryKey,
        /// The value.
        value: i64,
    }
}

columns! {
    /// Marks as columns.
    MarkRows of
    /// An exception that a plugin marked, with its reason.
    MarkRow {
        /// The exception: its position among those of the card.
        exception: u32,
        /// The reason: its number among those of the card, see [`Evaluations::reasons`].
        reason: u32,
    }
}

coded! {
    /// What a total runs over.
    TotalScope {
        /// The part of a workweek that lies in the pay period.
        Workweek = 0 "workweek",
        /// The pay period.
        PayPeriod = 1 "pay_period",
    }
}

coded! {
    /// How much of the derivation the results contain. Never changes what is paid.
    #[derive(Default)]
    Detail {
        /// Totals and exceptions only.
        Totals = 0 "totals",
        /// Also workdays and pay lines per workday.
        #[default]
        Workdays = 1 "workdays",
        /// Also spans with their instants.
        Spans = 2 "spans",
        /// Also every step: counters before and after, limits, losing claims, rules that were not applied and why.
        Full = 3 "full",
    }
}

impl Detail {
    /// The level whose rows the result hash covers: totals have a hash of their own, all other levels that of workdays.
    pub const fn hashed(self) -> Detail {
        match self {
            Detail::Totals => Detail::Totals,
            Detail::Workdays | Detail::Spans | Detail::Full => Detail::Workdays,
        }
    }
}

/// Declares the lists of [`Evaluations`] once: every operation on all lists is derived from it.
macro_rules! lists {
    ($($(#[$doc:meta])* $list:ident: $type:ty,)+) => {
        /// Results of the timecards of one chunk. Timecard `i` owns the rows from the end of card `i - 1` to its own
        /// ends.
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub struct Evaluations {
            /// One per timecard, in the order given.
            pub cards: Vec<CardResult>,
            $($(#[$doc])* pub $list: $type,)+
            /// The failures of plugins, by card.
            pub failures: Vec<PluginFailure>,
        }

        /// One beyond the last row of a timecard in each list.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        #[allow(missing_docs, reason = "named after the lists of Evaluations")]
        pub struct RowEnds { $(pub $list: u32,)+ }

        /// The rows of one timecard in each list.
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        #[allow(missing_docs, reason = "named after the lists of Evaluations")]
        pub struct RowRanges { $(pub $list: Range<usize>,)+ }

        impl Evaluations {
            /// Empty lists with capacity for as many timecards and rows as an earlier chunk had, so that they do not
            /// grow in steps.
            pub fn with_room(cards: usize, ends: RowEnds) -> Evaluations {
                let mut results = Evaluations::default();
                results.cards.reserve(cards);
                $(List::reserve(&mut results.$list, ends.$list as usize);)+
                results
            }

            /// The current ends of all lists.
            pub fn ends(&self) -> RowEnds {
                RowEnds { $($list: List::len(&self.$list) as u32,)+ }
            }

            /// Removes all rows after `ends`: those of a timecard that failed half way.
            pub fn truncate(&mut self, ends: RowEnds) {
                $(List::truncate(&mut self.$list, ends.$list as usize);)+
            }

            /// The rows of timecard `index` in each list; no rows beyond the last timecard.
            pub fn rows_of(&self, index: usize) -> RowRanges {
                let ends = |card: Option<&CardResult>| card.map_or(RowEnds::default(), |card| card.ends);
                let from = ends(index.checked_sub(1).and_then(|before| self.cards.get(before)));
                let to = ends(self.cards.get(index));
                RowRanges { $($list: from.$list as usize..to.$list as usize,)+ }
            }

            /// The first list, and its column, that does not have all the rows of its timecards: a column that somebody
            /// forgot to fill.
            pub fn uneven(&self) -> Option<(&'static str, &'static str)> {
                let (ends, needed) = (self.ends(), self.cards.last().map_or(RowEnds::default(), |card| card.ends));
                $(
                    if let Some(column) = List::uneven_column(&self.$list) {
                        return Some((stringify!($list), column));
                    }
                    if ends.$list != needed.$list {
                        return Some((stringify!($list), "all"));
                    }
                )+
                None
            }
        }
    };
}

lists! {
    /// Workdays.
    workdays: WorkdayRows,
    /// Pay lines: by workday, then layer A before B before C, then pay code, then rule.
    lines: PayLines,
    /// Exceptions: by workday, code, instant.
    exceptions: ExceptionRows,
    /// Totals: workweeks in order, then the pay period; by pay code.
    totals: TotalRows,
    /// Layer A (from [`Detail::Spans`]).
    spans: Vec<Span>,
    /// Layer B (from [`Detail::Spans`]).
    premiums: Vec<PremiumSpan>,
    /// Layer C (from [`Detail::Spans`]).
    quantities: Vec<Quantity>,
    /// The derivation ([`Detail::Full`]).
    notes: Vec<Note>,
    /// What plugins carry over to the next pay period.
    carried: CarriedRows,
    /// The figures of the reasons that plugins gave (from [`Detail::Spans`]); a card counts its own from 0.
    reasons: PluginReasons,
    /// The exceptions that plugins marked (from [`Detail::Spans`]).
    marks: MarkRows,
    /// Totals of the pay period by the values of tag names, where the request names some.
    splits: SplitRows,
    /// Pay lines that a person stated: by workday and pay code (from [`Detail::Workdays`]).
    overrides: OverrideRows,
}

/// Where the rows of one timecard end, and what is true of it as a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CardResult {
    /// Ends of its rows in each list.
    pub ends: RowEnds,
    /// True when days of context are missing, so that the figures may still change.
    pub provisional: bool,
    /// Why it could not be evaluated; it then has no rows.
    pub error: Option<EvaluationError>,
}

/// Why one timecard cannot be evaluated. The others go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum EvaluationError {
    /// The facts or the pay period span more days than an evaluation takes.
    #[error("the evaluation would span {days} days; the maximum is {most}")]
    WindowTooLong {
        /// How many.
        days: i32,
        /// How many there may be.
        most: i32,
    },
    /// The pay period or the range of facts ends before it begins.
    #[error("a range of days ends before it begins")]
    WindowBackwards,
    /// The facts or the pay period are outside the calendar.
    #[error("the days must be between the years 1 and 9999")]
    WindowOutOfCalendar,
    /// A scheduled shift that does not end after it starts, or does so more than 48 hours later, or starts more than
    /// a day before its workday or three days after.
    #[error("scheduled shift {index} must start near its workday and end after its start, within 48 hours")]
    ShiftBackwards {
        /// Which scheduled shift of the card, from 0.
        index: u32,
    },
    /// Leave of more than a day's length on one workday.
    #[error("leave {index} states more than 24 hours on one workday")]
    LeaveTooLong {
        /// Which leave of the card, from 0.
        index: u32,
    },
    /// A shift template that the ruleset does not have.
    #[error("scheduled shift {index} names shift template {template}, which the ruleset does not have")]
    UnknownTemplate {
        /// Which scheduled shift of the card, from 0.
        index: u32,
        /// The number named.
        template: u16,
    },
    /// A scheduled shift that begins before an earlier one has ended. Shifts that touch do not overlap.
    #[error("scheduled shift {index} begins before another one has ended")]
    ShiftsOverlap {
        /// Which scheduled shift of the card, from 0: the later one.
        index: u32,
    },
    /// A leave code that the ruleset does not have.
    #[error("leave {index} names leave code {code}, which the ruleset does not have")]
    UnknownLeave {
        /// Which leave of the card, from 0.
        index: u32,
        /// The number named.
        code: u16,
    },
    /// An opening balance of a rule that the ruleset does not have.
    #[error("opening balance {index} names rule {rule}, which the ruleset does not have")]
    UnknownRule {
        /// Which opening balance of the card, from 0.
        index: u32,
        /// The number named.
        rule: u16,
    },
    /// A fact that an earlier one of its list contradicts, or states already where one is the most.
    #[error("{list} {index} is given twice: {why}", why = .list.why_twice())]
    GivenTwice {
        /// The list of the fact.
        list: FactList,
        /// Which fact of the list, from 0: the later one.
        index: u32,
    },
    /// Leave that does not end after it starts.
    #[error("leave {index} must end after its start")]
    LeaveBackwards {
        /// Which leave of the card, from 0.
        index: u32,
    },
    /// An approval that does not end after it starts.
    #[error("approval {index} must end after its start")]
    ApprovalBackwards {
        /// Which approval of the card, from 0.
        index: u32,
    },
    /// An employee left before they were hired.
    #[error("employment {index} ends before it begins")]
    EmploymentBackwards {
        /// Which employment of the card, from 0.
        index: u32,
    },
    /// An employee changes between rulesets whose names are not numbered together.
    #[error("an assignment changes the ruleset, and the request does not allow changes between its rulesets")]
    RulesetsApart,
    /// An assignment for a job that states more than a ruleset, or none.
    #[error("assignment {index} is for a job, so it has a ruleset, and no zone, calendar or tag")]
    AssignmentOfJob {
        /// Which assignment of the card, from 0.
        index: u32,
    },
    /// A calendar that the ruleset in force does not have.
    #[error("from assignment {index} on, the calendar is number {calendar}, which ruleset {ruleset} does not have")]
    UnknownCalendar {
        /// Which assignment of the card, from 0: the one that changes to the calendar, or to the ruleset.
        index: u32,
        /// The ruleset, by position in the request.
        ruleset: u16,
        /// The number of the calendar.
        calendar: u16,
    },
    /// Manual hours or an override of a pay code that the ruleset does not have, or that does not count time.
    #[error("{list} {index}: the ruleset has no pay code {code} for time")]
    UnknownPayCode {
        /// Which fact of the list, from 0.
        index: u32,
        /// The number named.
        code: u16,
        /// The list of the fact.
        list: FactList,
    },
    /// More manual hours than a day has.
    #[error("manual hours {index} are longer than 24:00")]
    ManualHoursTooLong {
        /// Which manual hours of the card, from 0.
        index: u32,
    },
    /// An override with more of a pay code than a workday can have.
    #[error("override {index} states more than 48:00")]
    OverrideTooLong {
        /// Which override of the card, from 0.
        index: u32,
    },
    /// An answer to a question that the ruleset does not have.
    #[error("attestation {index} answers question {question}, which the ruleset does not have")]
    UnknownAttestation {
        /// Which attestation of the card, from 0.
        index: u32,
        /// The number named.
        question: u16,
    },
    /// A fact that lies outside the window of facts by more than two days, so that it was meant for another request.
    #[error("a fact lies on {workday}, outside the days that the facts cover")]
    FactOutsideWindow {
        /// Its local date.
        workday: Workday,
    },
    /// The engine itself failed on this timecard.
    #[error("the engine failed on this timecard; this is a fault of Shiftmill")]
    Engine,
    /// A plugin failed on this timecard; see [`Evaluations::failures`] for how.
    #[error("a plugin failed on this timecard: {code}")]
    Plugin {
        /// How.
        code: FailureCode,
    },
    /// Days of context are missing and the request requires final results.
    #[error("{before} days before and {after} days after the pay period are needed for a final result")]
    ContextShort {
        /// Days needed before.
        before: u16,
        /// Days needed after.
        after: u16,
    },
    /// Rows of the employee could not be read and the request requires final results.
    #[error("{rows} rows of the employee could not be read, and a final result is required")]
    FactsRejected {
        /// How many.
        rows: u32,
    },
    /// Days that are not over decide whether a holiday is paid, and the request requires final results.
    #[error("days that are not over decide whether the holiday {holiday} is paid, and a final result is required")]
    HolidayUndecided {
        /// The first such holiday.
        holiday: Workday,
    },
}

impl EvaluationError {
    /// The stable code that documentation explains.
    pub const fn code(&self) -> ErrorCode {
        match self {
            EvaluationError::WindowTooLong { .. } => ErrorCode::WindowTooLong,
            EvaluationError::WindowBackwards => ErrorCode::WindowBackwards,
            EvaluationError::WindowOutOfCalendar => ErrorCode::WindowOutOfCalendar,
            EvaluationError::ShiftBackwards { .. } => ErrorCode::ShiftBackwards,
            EvaluationError::LeaveTooLong { .. } => ErrorCode::LeaveTooLong,
            EvaluationError::UnknownTemplate { .. } => ErrorCode::UnknownShift,
            EvaluationError::ShiftsOverlap { .. } => ErrorCode::ShiftsOverlap,
            EvaluationError::UnknownLeave { .. } => ErrorCode::UnknownLeave,
            EvaluationError::UnknownRule { .. } => ErrorCode::UnknownRule,
            EvaluationError::GivenTwice { .. } => ErrorCode::FactTwice,
            EvaluationError::LeaveBackwards { .. } => ErrorCode::LeaveBackwards,
            EvaluationError::ApprovalBackwards { .. } => ErrorCode::ApprovalBackwards,
            EvaluationError::EmploymentBackwards { .. } => ErrorCode::EmploymentBackwards,
            EvaluationError::RulesetsApart => ErrorCode::RulesetsApart,
            EvaluationError::AssignmentOfJob { .. } => ErrorCode::AssignmentOfJob,
            EvaluationError::UnknownCalendar { .. } => ErrorCode::UnknownCalendar,
            EvaluationError::UnknownPayCode { .. } => ErrorCode::UnknownPayCode,
            EvaluationError::ManualHoursTooLong { .. } => ErrorCode::ManualHoursTooLong,
            EvaluationError::OverrideTooLong { .. } => ErrorCode::OverrideTooLong,
            EvaluationError::UnknownAttestation { .. } => ErrorCode::UnknownAttestation,
            EvaluationError::FactOutsideWindow { .. } => ErrorCode::FactOutsideWindow,
            EvaluationError::Engine => ErrorCode::Engine,
            EvaluationError::Plugin { code } => code.error_code(),
            EvaluationError::ContextShort { .. } => ErrorCode::ContextShort,
            EvaluationError::FactsRejected { .. } => ErrorCode::FactsRejected,
            EvaluationError::HolidayUndecided { .. } => ErrorCode::HolidayUndecided,
        }
    }
}

impl EvaluationError {
    /// The fact that is wrong, where it is one: its list, and its position among those of the card.
    pub const fn fact(&self) -> Option<(FactList, u32)> {
        match self {
            EvaluationError::ShiftBackwards { index }
            | EvaluationError::UnknownTemplate { index, .. }
            | EvaluationError::ShiftsOverlap { index } => Some((FactList::Shifts, *index)),
            EvaluationError::LeaveTooLong { index }
            | EvaluationError::LeaveBackwards { index }
            | EvaluationError::UnknownLeave { index, .. } => Some((FactList::Leave, *index)),
            EvaluationError::ApprovalBackwards { index } => Some((FactList::Approvals, *index)),
            EvaluationError::EmploymentBackwards { index } => Some((FactList::Employment, *index)),
            EvaluationError::AssignmentOfJob { index } | EvaluationError::UnknownCalendar { index, .. } => {
                Some((FactList::Assignments, *index))
            }
            EvaluationError::UnknownPayCode { index, list, .. } => Some((*list, *index)),
            EvaluationError::ManualHoursTooLong { index } => Some((FactList::ManualHours, *index)),
            EvaluationError::OverrideTooLong { index } => Some((FactList::Overrides, *index)),
            EvaluationError::UnknownAttestation { index, .. } => Some((FactList::Attestations, *index)),
            EvaluationError::UnknownRule { index, .. } => Some((FactList::OpeningBalances, *index)),
            EvaluationError::GivenTwice { list, index } => Some((*list, *index)),
            EvaluationError::WindowTooLong { .. }
            | EvaluationError::WindowBackwards
            | EvaluationError::RulesetsApart
            | EvaluationError::WindowOutOfCalendar
            | EvaluationError::FactOutsideWindow { .. }
            | EvaluationError::Engine
            | EvaluationError::Plugin { .. }
            | EvaluationError::ContextShort { .. }
            | EvaluationError::FactsRejected { .. }
            | EvaluationError::HolidayUndecided { .. } => None,
        }
    }
}

coded! {
    /// The lists of facts of one timecard that an error may point into.
    FactList {
        /// Scheduled shifts.
        Shifts = 0 "scheduled shift",
        /// Leave.
        Leave = 1 "leave",
        /// Corrections of punches.
        Corrections = 2 "correction",
        /// Day types decided for the employee.
        DayOverrides = 3 "decided day type",
        /// Opening balances.
        OpeningBalances = 4 "opening balance",
        /// Carried values.
        Carried = 5 "carried value",
        /// Approvals.
        Approvals = 6 "approval",
        /// Stretches of employment.
        Employment = 7 "employment",
        /// Manual hours.
        ManualHours = 8 "manual hours",
        /// Attestations.
        Attestations = 9 "attestation",
        /// Assignments by date.
        Assignments = 10 "assignment",
        /// Overrides.
        Overrides = 14 "override",
    }
}

impl FactList {
    /// How two facts of the list exclude each other.
    const fn why_twice(self) -> &'static str {
        match self {
            FactList::Corrections => {
                "an earlier one, recorded at the same second, moves the same punch to another time, or gives it another \
                 kind; state when each was recorded"
            }
            FactList::DayOverrides => "an earlier one gives the day another type",
            FactList::OpeningBalances => "an earlier one is of the same rule; give one total for each rule",
            FactList::Carried => "an earlier one has the same key; give one value for each key",
            FactList::Attestations => {
                "an earlier one, recorded at the same second, gives another answer; state when each was recorded"
            }
            FactList::Overrides => {
                "an earlier one of its workday and pay code, recorded at the same second, says something else; state when \
                 each was recorded"
            }
            FactList::Assignments => "an earlier one from the same day on says something else; make one of them",
            FactList::Shifts | FactList::Leave | FactList::Approvals | FactList::Employment | FactList::ManualHours => {
                "an earlier one is the same"
            }
        }
    }
}

impl Evaluations {
    /// Empties every list and keeps its memory.
    pub fn clear(&mut self) {
        self.cards.clear();
        self.truncate(RowEnds::default());
        self.failures.clear();
    }
}
