//! Records the steps of an evaluation for explanations. The same code runs with and without a recorder.

use alloc::vec::Vec;

use crate::coded::coded;
use crate::codes::{ApprovalKind, CalendarId, CarryKey, DayType, ExceptionCode, PayCode, PunchKind, RuleId};
use crate::open::correction_policy::CorrectionRefusal;
use crate::pay::premium_limits::PremiumLimitKind;
use crate::pay::tiers::TierScope;
use crate::reason::Reason;
use crate::shape::calendar::DayTypeGround;
use crate::time::{Seconds, Timestamp, Workday};
use crate::timecard::{ApprovalTime, DayWindow};
use crate::watch::{WatchOutcome, WatcherKind};

/// Collects notes of an evaluation, or discards them.
pub trait Recorder {
    /// False when notes are discarded, so that they are not created.
    const LISTENS: bool;

    /// Takes a note.
    fn note(&mut self, note: Note);
}

/// Takes no notes and costs nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Recorder for Silent {
    const LISTENS: bool = false;

    fn note(&mut self, _: Note) {}
}

/// Keeps every note in order.
impl Recorder for Vec<Note> {
    const LISTENS: bool = true;

    fn note(&mut self, note: Note) {
        self.push(note);
    }
}

/// One step of an evaluation.
///
/// The kinds have no words of their own: explanations write whole sentences, and the wire has a message for each kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// A punch was dropped as a repeat of the one at `kept`.
    Dropped {
        /// The punch dropped.
        at: Timestamp,
        /// The punch it repeats.
        kept: Timestamp,
    },
    /// A punch does not count: it became known after `as_of`.
    PunchNotKnown {
        /// The punch.
        at: Timestamp,
        /// When it became known.
        recorded_at: Timestamp,
    },
    /// A correction was applied.
    Corrected(Corrected),
    /// A correction does not count.
    CorrectionRefused {
        /// The instant of its punch.
        at: Timestamp,
        /// Why.
        why: CorrectionRefusal,
    },
    /// The clock of a punch was off.
    ClockWasOff {
        /// The rule.
        rule: RuleId,
        /// The instant that it showed.
        from: Timestamp,
        /// The right instant.
        to: Timestamp,
    },
    /// A punch was rounded.
    Rounded {
        /// The rule.
        rule: RuleId,
        /// The raw instant.
        from: Timestamp,
        /// The rounded instant.
        to: Timestamp,
    },
    /// A worked shift was matched.
    Matched {
        /// First punch of the worked shift.
        first: Timestamp,
        /// Scheduled workday; `None`: no scheduled shift fits.
        scheduled: Option<Workday>,
    },
    /// A day has a type, and something decided it.
    DayTyped {
        /// The day.
        workday: Workday,
        /// Its type.
        day_type: DayType,
        /// What decided it.
        ground: DayTypeGround,
        /// The stretch of the day that has it; `None`: all of the day.
        window: Option<DayWindow>,
        /// The named calendar whose date decided it; `None`: none did.
        calendar: Option<CalendarId>,
    },
    /// A break was deducted.
    TakenOff {
        /// Grounds.
        reason: Reason,
        /// Start of the deducted time.
        start: Timestamp,
        /// End of the deducted time.
        end: Timestamp,
    },
    /// A stretch was recoded.
    Recoded {
        /// Start.
        start: Timestamp,
        /// End.
        end: Timestamp,
        /// From this code ...
        from: PayCode,
        /// ... to this.
        to: PayCode,
        /// Grounds.
        reason: Reason,
        /// The counter when the stretch began ...
        counter_before: Seconds,
        /// ... and when it ended.
        counter_after: Seconds,
    },
    /// A claim lost against another.
    Rejected {
        /// The rule that lost.
        rule: RuleId,
        /// The rule that won.
        winner: RuleId,
        /// Start of the stretch.
        start: Timestamp,
        /// End of the stretch.
        end: Timestamp,
    },
    /// A tier was not applied in a scope.
    DidNotAct {
        /// The rule.
        rule: RuleId,
        /// The scope of its counter.
        scope: TierScope,
        /// First workday of the scope.
        from: Workday,
        /// Why.
        why: WhyNot,
    },
    /// A scheduled shift was moved.
    ShiftMoved {
        /// Its workday.
        workday: Workday,
        /// Why.
        why: ShiftMove,
        /// Its start before, of a split shift that of the first block ...
        start_before: Timestamp,
        /// ... and its end, of a split shift that of the last block.
        end_before: Timestamp,
        /// Its start now ...
        start: Timestamp,
        /// ... and its end.
        end: Timestamp,
    },
    /// A lateness was waived: it is one of the free ones of its month.
    LatenessWaived {
        /// The workday that it is shown on.
        workday: Workday,
        /// The first in.
        at: Timestamp,
        /// How late it was.
        late: Seconds,
        /// Its number in the month, from 1 ...
        number: u8,
        /// ... and how many are free.
        times: u8,
    },
    /// The graces of a workday do not hold: they would forgive too much together.
    ToleranceExceeded {
        /// The workday.
        workday: Workday,
        /// What they would forgive.
        deviates: Seconds,
        /// The most that is forgiven.
        most: Seconds,
    },
    /// A minimum or maximum changed what a premium pays.
    PremiumLimited {
        /// The premium.
        rule: RuleId,
        /// The workday of the last premium time that it takes together.
        workday: Workday,
        /// What it did.
        kind: PremiumLimitKind,
        /// The premium time before ...
        found: Seconds,
        /// ... and what is left of it, or is paid for it.
        paid: Seconds,
    },
    /// An approval was looked at.
    Approval {
        /// What it allows.
        kind: ApprovalKind,
        /// For when.
        time: ApprovalTime,
        /// What it does.
        outcome: ApprovalOutcome,
    },
    /// An answer of the employee was looked at.
    Attested {
        /// The workday.
        workday: Workday,
        /// The question: an index into [`crate::Names::attestations`].
        question: u16,
        /// Whether the answer is yes.
        answer: bool,
        /// What it does.
        effect: StatementEffect,
    },
    /// A waiver of a required meal was looked at.
    MealWaived {
        /// The workday.
        workday: Workday,
        /// Which meal.
        ordinal: u8,
        /// What it does.
        effect: StatementEffect,
    },
    /// A waiver of an exception was looked at.
    ExceptionWaived {
        /// The workday.
        workday: Workday,
        /// Which exception.
        code: ExceptionCode,
        /// What it does.
        effect: StatementEffect,
    },
    /// A watcher compared what it measured with its limit.
    Watched {
        /// The watcher.
        rule: RuleId,
        /// What it watches.
        kind: WatcherKind,
        /// The first workday of what it measured ...
        from: Workday,
        /// ... and the last, on which this was found.
        workday: Workday,
        /// What it measured; of days, 24 hours for each.
        measured: Seconds,
        /// The limit.
        limit: Seconds,
        /// What it found.
        outcome: WatchOutcome,
    },
    /// A plugin changed something.
    ByPlugin {
        /// Its rule, and the number of its reason.
        reason: Reason,
        /// What changed.
        edited: Edited,
    },
}

coded! {
    /// What a statement of a person about a workday does, or why it does nothing.
    StatementEffect {
        /// It changes what the workday pays, or what a person must look at.
        Acts = 0 "acts",
        /// The result would be the same without it.
        ChangesNothing = 1 "changes_nothing",
        /// It was recorded after `as_of`.
        NotKnown = 2 "not_known",
        /// A later one counts instead.
        Superseded = 3 "superseded",
        /// The ruleset has no rule that reads it.
        NotRead = 4 "not_read",
    }
}

coded! {
    /// Why a scheduled shift was moved.
    ShiftMove {
        /// The person came earlier or later than planned, as the ruleset allows.
        FlexibleStart = 0 "flexible_start",
        /// The person stayed long after the shift before.
        LateOff = 1 "late_off",
    }
}

/// What a correction changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Corrected {
    /// A punch was added.
    Added {
        /// Its instant.
        at: Timestamp,
    },
    /// A punch no longer counts.
    Voided {
        /// Its instant.
        at: Timestamp,
    },
    /// A punch was moved.
    Moved {
        /// From here ...
        from: Timestamp,
        /// ... to here.
        to: Timestamp,
    },
    /// A punch has another kind.
    Kind {
        /// Its instant.
        at: Timestamp,
        /// The kind before ...
        from: PunchKind,
        /// ... and now.
        to: PunchKind,
    },
}

/// What an edit of a plugin changed.
///
/// The kinds have no words of their own, as those of [`Note`]. What a plugin *proposes* has: [`crate::EditKind`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edited {
    /// A punch was moved.
    Retimed {
        /// From when ...
        from: Timestamp,
        /// ... to when.
        to: Timestamp,
    },
    /// A punch does not count.
    Discarded {
        /// The punch.
        at: Timestamp,
    },
    /// The employee is expected at other times.
    Expected {
        /// The workday of the scheduled shift.
        workday: Workday,
        /// The expected start before ...
        start_before: Timestamp,
        /// ... and the expected end.
        end_before: Timestamp,
        /// The expected start now ...
        start: Timestamp,
        /// ... and the expected end.
        end: Timestamp,
    },
    /// Work was added.
    Added {
        /// Start.
        start: Timestamp,
        /// End.
        end: Timestamp,
        /// What it pays.
        code: PayCode,
    },
    /// A stretch has another pay code.
    Recoded {
        /// Start.
        start: Timestamp,
        /// End.
        end: Timestamp,
        /// From this code ...
        from: PayCode,
        /// ... to this.
        to: PayCode,
    },
    /// A span has other ends.
    Resized {
        /// Its start before ...
        start_before: Timestamp,
        /// ... and its end.
        end_before: Timestamp,
        /// Its start now ...
        start: Timestamp,
        /// ... and its end.
        end: Timestamp,
    },
    /// A span was split.
    Split {
        /// Where.
        at: Timestamp,
    },
    /// A stretch is paid a premium.
    Premium {
        /// Start.
        start: Timestamp,
        /// End.
        end: Timestamp,
        /// What it pays.
        code: PayCode,
    },
    /// A quantity is paid.
    Quantity {
        /// The workday that it is shown on.
        workday: Workday,
        /// What it pays.
        code: PayCode,
        /// How much, in the unit of the code; 0 where a plugin says why it pays nothing.
        amount: u32,
    },
    /// A person must look at something.
    Marked {
        /// The workday that it is shown on.
        workday: Workday,
        /// At what.
        code: ExceptionCode,
        /// The instant it refers to.
        at: Timestamp,
        /// Its size; zero where it has none.
        measure: Seconds,
    },
    /// A value is carried over to the next pay period.
    Carried {
        /// The key.
        key: CarryKey,
        /// What was carried until now; `None`: nothing.
        before: Option<i64>,
        /// What is carried.
        value: i64,
    },
}

/// What an approval does, or why it does nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApprovalOutcome {
    /// It covers overtime.
    Covers {
        /// How much of the overtime that counts; zero when all of the overtime lies elsewhere.
        counted: Seconds,
    },
    /// It was recorded after `as_of`.
    NotKnown,
    /// It is not decided yet.
    Pending,
    /// It is rejected.
    Rejected,
    /// The ruleset has no rule that reads approvals of its kind.
    NotRead,
    /// It allows what its kind says, where the ruleset asks for approval: a call-back, or punches made outside.
    Allows,
}

coded! {
    /// The kinds of [`ApprovalOutcome`], for the wire.
    ApprovalOutcomeKind {
        /// It covers overtime.
        Covers = 0 "covers",
        /// It was recorded after `as_of`.
        NotKnown = 1 "not_known",
        /// It is not decided yet.
        Pending = 2 "pending",
        /// It is rejected.
        Rejected = 3 "rejected",
        /// The ruleset has no rule that reads approvals of its kind.
        NotRead = 4 "not_read",
        /// It allows what its kind says.
        Allows = 5 "allows",
    }
}

impl ApprovalOutcome {
    /// The kind.
    pub const fn kind(self) -> ApprovalOutcomeKind {
        match self {
            ApprovalOutcome::Covers { .. } => ApprovalOutcomeKind::Covers,
            ApprovalOutcome::NotKnown => ApprovalOutcomeKind::NotKnown,
            ApprovalOutcome::Pending => ApprovalOutcomeKind::Pending,
            ApprovalOutcome::Rejected => ApprovalOutcomeKind::Rejected,
            ApprovalOutcome::NotRead => ApprovalOutcomeKind::NotRead,
            ApprovalOutcome::Allows => ApprovalOutcomeKind::Allows,
        }
    }
}

/// Why a rule was not applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhyNot {
    /// The counter stayed within the limit.
    WithinLimit {
        /// What it reached.
        counted: Seconds,
        /// The limit.
        limit: Seconds,
    },
    /// No work met its condition.
    ConditionNotMet,
    /// Another alternative pays more.
    OtherAlternative,
}

coded! {
    /// The kinds of [`WhyNot`], for the wire.
    WhyNotKind {
        /// The counter stayed within the limit.
        WithinLimit = 0 "within_limit",
        /// No work met its condition.
        ConditionNotMet = 1 "condition_not_met",
        /// Another alternative pays more.
        OtherAlternative = 2 "other_alternative",
    }
}

impl WhyNot {
    /// The kind.
    pub const fn kind(self) -> WhyNotKind {
        match self {
            WhyNot::WithinLimit { .. } => WhyNotKind::WithinLimit,
            WhyNot::ConditionNotMet => WhyNotKind::ConditionNotMet,
            WhyNot::OtherAlternative => WhyNotKind::OtherAlternative,
        }
    }
}
