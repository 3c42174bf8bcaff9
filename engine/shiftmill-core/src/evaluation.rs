//! Results as columns: pay lines, workdays, exceptions and totals of the timecards of one chunk.

use alloc::vec::Vec;

use crate::card::{PluginReasons, PremiumSpan, Quantity, Span};
use crate::coded::coded;
use crate::codes::{CarryKey, DayType, ExceptionCode, ExceptionState, PayCode, RuleId, Severity};
use crate::error_code::ErrorCode;
use crate::plugin::{FailureCode, PluginFailure};
use crate::record::Note;
use crate::time::{Seconds, Timestamp, Workday};

/// Declares a struct of columns with a row type, `push`, `get`, `len` and `clear`.
macro_rules! columns {
    ($(#[$meta:meta])* $columns:ident of $(#[$row_meta:meta])* $row:ident {
        $($(#[$doc:meta])* $field:ident: $type:ty,)+
    }) => {
        $(#[$row_meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $row { $($(#[$doc])* pub $field: $type,)+ }

        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub struct $columns { $($(#[$doc])* pub $field: Vec<$type>,)+ }

        impl $columns {
            /// Adds a row.
            pub fn push(&mut self, row: $row) {
                $(self.$field.push(row.$field);)+
            }

            /// Row number `index`.
            pub fn get(&self, index: usize) -> Option<$row> {
                Some($row { $($field: *self.$field.get(index)?,)+ })
            }

            /// Makes room for this many rows more.
            pub fn reserve(&mut self, rows: usize) {
                $(self.$field.reserve(rows);)+
            }

            /// How many rows there are.
            pub fn len(&self) -> usize {
                columns!(@first self, $($field)+).len()
            }

            /// True when there is no row.
            pub fn is_empty(&self) -> bool {
                self.len() == 0
            }

            /// Rows `from..to`.
            pub fn rows(&self, range: core::ops::Range<usize>) -> impl Iterator<Item = $row> + '_ {
                range.filter_map(|index| self.get(index))
            }

            /// Removes all rows after the first `length`.
            pub fn truncate(&mut self, length: usize) {
                $(self.$field.truncate(length);)+
            }
        }
    };
    (@first $self:ident, $first:ident $($rest:ident)*) => { $self.$first };
}

columns! {
    /// Pay lines as columns.
    PayLines of
    /// What one rule pays to one pay code on one workday.
    PayLine {
        /// The reporting workday.
        workday: Workday,
        /// The pay code; its layer and unit stand in the names of the timeline.
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
    /// An exception that a plugin marked, and what it says of it.
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
    /// How much of the derivation is wanted. Never changes what is paid.
    #[derive(Default)]
    Detail {
        /// Totals and exceptions only.
        Totals = 0 "totals",
        /// Also workdays and pay lines per workday.
        #[default]
        Workdays = 1 "workdays",
        /// Also spans with their instants.
        Spans = 2 "spans",
        /// Also every step: counters before and after, limits, losing claims, rules that did not act and why.
        Full = 3 "full",
    }
}

/// Results of the timecards of one chunk. Timecard `i` owns the rows from the end of card `i - 1` to its own ends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evaluations {
    /// One per timecard, in the order given.
    pub cards: Vec<CardResult>,
    /// Workdays.
    pub workdays: WorkdayRows,
    /// Pay lines: by workday, then layer A before B before C, then pay code, then rule.
    pub lines: PayLines,
    /// Exceptions: by workday, code, instant.
    pub exceptions: ExceptionRows,
    /// Totals: workweeks in order, then the pay period; by pay code.
    pub totals: TotalRows,
    /// Layer A (from [`Detail::Spans`]).
    pub spans: Vec<Span>,
    /// Layer B (from [`Detail::Spans`]).
    pub premiums: Vec<PremiumSpan>,
    /// Layer C (from [`Detail::Spans`]).
    pub quantities: Vec<Quantity>,
    /// The derivation ([`Detail::Full`]).
    pub notes: Vec<Note>,
    /// What plugins carry over to the next pay period.
    pub carried: CarriedRows,
    /// The figures of the reasons that plugins gave (from [`Detail::Spans`]); a card counts its own from 0.
    pub reasons: PluginReasons,
    /// The exceptions that plugins marked (from [`Detail::Spans`]).
    pub marks: MarkRows,
    /// The failures of plugins, by card.
    pub failures: Vec<PluginFailure>,
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

/// One beyond the last row of a timecard in each list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "named after the lists of Evaluations")]
pub struct RowEnds {
    pub workdays: u32,
    pub lines: u32,
    pub exceptions: u32,
    pub totals: u32,
    pub spans: u32,
    pub premiums: u32,
    pub quantities: u32,
    pub notes: u32,
    pub carried: u32,
    pub reasons: u32,
    pub marks: u32,
}

/// Why one timecard cannot be evaluated. The others go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum EvaluationError {
    /// The facts or the pay period span more days than an evaluation takes.
    #[error("the evaluation would span {days} days, the most is {most}")]
    WindowTooLong {
        /// How many.
        days: i32,
        /// How many there may be.
        most: i32,
    },
    /// The pay period or the range of facts ends before it begins.
    #[error("a range of days ends before it begins")]
    WindowBackwards,
    /// The facts or the pay period lie where there are no dates.
    #[error("the days asked for must lie between the years 1 and 9999")]
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
    /// Leave that does not end after it starts.
    #[error("leave {index} must end after its start")]
    LeaveBackwards {
        /// Which leave of the card, from 0.
        index: u32,
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
    /// Days of context are missing and the request asks for final results only.
    #[error("{before} days before and {after} days after the pay period are needed for a final result")]
    ContextShort {
        /// Days needed before.
        before: u16,
        /// Days needed after.
        after: u16,
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
            EvaluationError::UnknownLeave { .. } => ErrorCode::UnknownLeave,
            EvaluationError::UnknownRule { .. } => ErrorCode::UnknownRule,
            EvaluationError::LeaveBackwards { .. } => ErrorCode::LeaveBackwards,
            EvaluationError::FactOutsideWindow { .. } => ErrorCode::FactOutsideWindow,
            EvaluationError::Engine => ErrorCode::Engine,
            EvaluationError::Plugin { code } => code.error_code(),
            EvaluationError::ContextShort { .. } => ErrorCode::ContextShort,
        }
    }
}

impl Evaluations {
    /// Empty lists with room for as many timecards and rows as an earlier chunk had, so that they do not grow in steps.
    pub fn with_room(cards: usize, ends: RowEnds) -> Evaluations {
        let mut results = Evaluations::default();
        results.cards.reserve(cards);
        results.workdays.reserve(ends.workdays as usize);
        results.lines.reserve(ends.lines as usize);
        results.exceptions.reserve(ends.exceptions as usize);
        results.totals.reserve(ends.totals as usize);
        results.spans.reserve(ends.spans as usize);
        results.premiums.reserve(ends.premiums as usize);
        results.quantities.reserve(ends.quantities as usize);
        results.notes.reserve(ends.notes as usize);
        results.carried.reserve(ends.carried as usize);
        results.reasons.reserve(ends.reasons as usize);
        results.marks.reserve(ends.marks as usize);
        results
    }

    /// The ends of all lists as they stand.
    pub fn ends(&self) -> RowEnds {
        RowEnds {
            workdays: self.workdays.len() as u32,
            lines: self.lines.len() as u32,
            exceptions: self.exceptions.len() as u32,
            totals: self.totals.len() as u32,
            spans: self.spans.len() as u32,
            premiums: self.premiums.len() as u32,
            quantities: self.quantities.len() as u32,
            notes: self.notes.len() as u32,
            carried: self.carried.len() as u32,
            reasons: self.reasons.len() as u32,
            marks: self.marks.len() as u32,
        }
    }

    /// Takes back all rows after `ends`: those of a timecard that failed half way.
    pub fn truncate(&mut self, ends: RowEnds) {
        self.workdays.truncate(ends.workdays as usize);
        self.lines.truncate(ends.lines as usize);
        self.exceptions.truncate(ends.exceptions as usize);
        self.totals.truncate(ends.totals as usize);
        self.spans.truncate(ends.spans as usize);
        self.premiums.truncate(ends.premiums as usize);
        self.quantities.truncate(ends.quantities as usize);
        self.notes.truncate(ends.notes as usize);
        self.carried.truncate(ends.carried as usize);
        self.reasons.truncate(ends.reasons as usize);
        self.marks.truncate(ends.marks as usize);
    }

    /// Empties every list and keeps its memory.
    pub fn clear(&mut self) {
        self.cards.clear();
        self.truncate(RowEnds::default());
        self.failures.clear();
    }

    /// The ends of the timecard before `index`: where the rows of timecard `index` begin.
    pub fn starts(&self, index: usize) -> RowEnds {
        let before = index.checked_sub(1).and_then(|before| self.cards.get(before));
        before.map_or(RowEnds::default(), |card| card.ends)
    }
}
