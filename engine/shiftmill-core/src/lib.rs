//! The calculation of Shiftmill: punches in, explained pay out.
//!
//! ```text
//! Timecard ─→ open ─→ shape ─→ pay ─→ close ─→ Evaluations
//!             order   match    tiers  exceptions
//!             repeats pair     holidays totals
//!             correct round    premiums
//!                     breaks
//!                     workdays
//!                     attendance
//! ```
//!
//! Never here: IO, a clock, threads, floats, wire formats. Whatever the calculation needs arrives as a value.
#![deny(clippy::wildcard_enum_match_arm, reason = "a new member must not compile until somebody has said what it does")]
#![no_std]
extern crate alloc;

mod assigned;
mod batch;
mod card;
mod coded;
mod codes;
mod columns;
mod error_code;
mod evaluate;
mod evaluation;
mod facts;
mod hash;
mod plan;
mod plugin;
mod reason;
mod record;
mod scratch;
mod tags;
mod text;
mod time;
mod timecard;
mod zone;

#[cfg(test)]
mod testing;

// The phases, and the settings of each rule beside the rule.
pub mod close;
pub mod open;
pub mod pay;
pub mod shape;
pub mod watch;

// Facts: what is known of an employee, one timecard or many at once.
pub use assigned::{Assigned, assigned_zone};
pub use batch::{
    ASSIGNMENTS_PER_TIMECARD_MAX, BatchError, CheckedBatch, EMPLOYEE_KEY_BYTES_MAX, PUNCHES_PER_TIMECARD_MAX,
    ROWS_PER_TIMECARD_MAX, SHIFTS_PER_TIMECARD_MAX, Sparse, TimecardBatch, check_keys, is_employee_key,
};
pub use facts::{CardFacts, Punch, PunchTooFar, ShiftFact, ShiftTimes};
pub use timecard::{
    Approval, ApprovalTime, Assignment, Attestation, CalendarChoice, Carried, Correction, CorrectionKind, DayOverride,
    DayWindow, Employment, EvaluationWindow, Inputs, Leave, LeaveTime, ManualHours, OpeningBalance, Override,
    PunchColumns, PunchRef, ScheduleColumns, Timecard, Waiver, WaiverKind,
};

// Tags: what punches, roster rows and people carry, and which rules are for whom.
pub use tags::{
    FilterId, NO_TAGS, PAIRS_PER_TAG_MAX, TAG_FILTERS_MAX, TAG_NAME_BYTES_MAX, TAG_TOTALS_MAX, TAG_VALUE_BYTES_MAX,
    TAGS_MAX, TIME_ZONE, Tag, TagCondition, TagDictionary, TagError, TagFilter, TagId, TagIndex, TagTable, TagValues,
    is_tag_name, is_tag_value,
};

// Plans: rulesets that have been checked.
pub use plan::{ContextDays, Names, Plan, PlanTimeline};

// States: a card between the stages of its evaluation.
pub use card::{
    CardState, GapKind, KeptPunch, Noticed, Pair, PluginReasons, PremiumSpan, PunchRole, Quantity, ScheduledShift,
    Span, SpanState, WorkdayState, WorkedShift,
};
pub use evaluate::{Stage, evaluate, evaluate_together};
pub use scratch::Scratch;

// Results: the rows of every card as columns, and their hash.
pub use columns::ColumnValue;
pub use evaluation::{
    CardResult, CarriedRow, CarriedRows, Detail, EvaluationError, Evaluations, ExceptionRow, ExceptionRows, FactList,
    MarkRow, MarkRows, OverrideRow, OverrideRows, PayLine, PayLines, RowEnds, RowRanges, SplitRow, SplitRows, TotalRow,
    TotalRows, TotalScope, WorkdayRow, WorkdayRows,
};
pub use hash::{ResultHash, ResultHasher, StreamHash};

// Reasons: the rule behind every second, and its grounds.
pub use reason::{Because, BecauseKind, Reason};

// Notes: the steps of a derivation.
pub use record::{
    ApprovalOutcome, ApprovalOutcomeKind, Corrected, Edited, Note, Recorder, ShiftMove, Silent, StatementEffect,
    WhyNot, WhyNotKind,
};

// Codes: the closed sets and the numbers by which plans, facts and results name things.
pub use coded::Coded;
pub use codes::{
    ApprovalKind, ApprovalStatus, CalendarId, CarryKey, Compensation, DayHalf, DayType, DayTypeSet, ExceptionCode,
    ExceptionState, Layer, Multiplier, PayCode, PayCodeInfo, PayCodeSet, PunchKind, RosterKind, RuleId, Severity, Unit,
};
pub use error_code::ErrorCode;

// Texts of others: which may be names, and how a message repeats them.
pub use text::{EXCERPT_BYTES_MAX, Excerpt, excerpt, is_plain, one_line};

// Time: lengths, instants, clock times, labels of days, and zones.
pub use time::{HOUR, Seconds, Timestamp, WALL_DAY, WallTime, Weekday, WeekdaySet, Workday, WorkdayRange};
pub use zone::{Fold, Zone, ZoneCursor, ZoneTable};

// Plugins: what they declare, what they propose, and how they fail.
pub use plugin::{
    Argument, CarriedKey, Change, ConfigValue, Edit, EditError, EditKind, Edits, FIGURES_PER_EDIT_MAX, FailureCode,
    Field, Hook, HookSet, Isolation, Manifest, OnFailure, PluginBinding, PluginFailure, PluginHash, Proposal,
    ReasonRule, Refusal, Setting, ValueKind, apply, edits_per_card_max,
};
