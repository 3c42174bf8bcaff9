//! Why edits are refused, in words for the person who wrote the plugin.

use alloc::string::String;

use crate::card::SpanState;
use crate::codes::{ExceptionCode, Layer, Unit};
use crate::plugin::{EditKind, Hook};
use crate::time::{WallTime, Workday, WorkdayRange};

/// Most edits that a plugin may propose for one card at one hook, however many days there are.
const EDITS_PER_CARD_MAX: usize = 4_096;
/// Edits that it may propose for any days, and further edits for each day that the facts cover.
const EDITS_BASE: usize = 64;
const EDITS_PER_DAY: usize = 16;
/// Most figures that the reason of one edit may have.
pub const FIGURES_PER_EDIT_MAX: usize = 8;

/// Most edits that a plugin may propose for one card at one hook, when the facts cover these days. The results
/// of an employee stay in proportion to the facts.
pub fn edits_per_card_max(facts: WorkdayRange) -> usize {
    let days = i64::from(facts.last.0) - i64::from(facts.first.0) + 1;
    let days = usize::try_from(days).unwrap_or(0);
    EDITS_PER_CARD_MAX.min(EDITS_BASE.saturating_add(days.saturating_mul(EDITS_PER_DAY)))
}

/// Why the edits that a plugin proposes for one card are refused, all of them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The caller names a plugin that the ruleset does not have.
    #[error("the ruleset has no plugin number {binding}")]
    UnknownPlugin {
        /// The number named.
        binding: u16,
    },
    /// More edits than one card takes.
    #[error("there are {found} edits for one employee; the maximum is {most}")]
    TooMany {
        /// How many.
        found: usize,
        /// How many there may be.
        most: usize,
    },
    /// One edit cannot be made.
    #[error("edit {number}, `{kind}` by rule `{rule}`, is refused: {why}")]
    Refused {
        /// Which edit of the employee, from 1.
        number: u32,
        /// Its kind.
        kind: EditKind,
        /// The rule that proposes it.
        rule: String,
        /// The workday that it is about, where that is clear.
        workday: Option<Workday>,
        /// Why.
        why: Refusal,
    },
}

impl EditError {
    /// The workday that the refused edit is about, where that is clear.
    pub const fn workday(&self) -> Option<Workday> {
        match self {
            EditError::Refused { workday, .. } => *workday,
            EditError::UnknownPlugin { .. } | EditError::TooMany { .. } => None,
        }
    }
}

/// What is wrong with one edit. Instants are given by the clock of the employee's home zone.
///
/// The kinds have no words or numbers: only people read them, as the message of `SM-PLUGIN-EDIT`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The hook does not accept edits of this kind.
    #[error("the hook `{hook}` does not accept this edit")]
    NotAtThisHook {
        /// The hook.
        hook: Hook,
    },
    /// The rule is none of the plugin's.
    #[error("the plugin has no such rule")]
    UnknownRule,
    /// The reason has other figures than its rule.
    #[error("its reason has {found} figures, the rule has {expected}")]
    Figures {
        /// How many there are.
        found: usize,
        /// How many the rule declares.
        expected: usize,
    },
    /// There is no such punch.
    #[error("there is no punch {row}, the employee has {rows}")]
    NoSuchPunch {
        /// The punch named, from 0.
        row: u32,
        /// How many there are.
        rows: usize,
    },
    /// There is no such scheduled shift.
    #[error("there is no scheduled shift {row}, the employee has {rows}")]
    NoSuchScheduled {
        /// The scheduled shift named, from 0.
        row: u32,
        /// How many there are.
        rows: usize,
    },
    /// There is no such span.
    #[error("there is no span {row}, the employee has {rows}")]
    NoSuchSpan {
        /// The span named, from 0.
        row: u32,
        /// How many there are.
        rows: usize,
    },
    /// An earlier edit of the same call took the punch away.
    #[error("an earlier edit discards the punch")]
    PunchDiscarded,
    /// The plugin is not in force on the day.
    #[error("the plugin is not in force on {workday}")]
    NotInForce {
        /// The day.
        workday: Workday,
    },
    /// The day lies outside the window of facts.
    #[error("{workday} lies outside the days that the facts cover")]
    OutsideWindow {
        /// The day.
        workday: Workday,
    },
    /// The punch would lie in the future.
    #[error("{at} is later than as_of")]
    Future {
        /// When.
        at: WallTime,
    },
    /// The stretch ends before it begins, or has no length.
    #[error("the end must be after the start")]
    Backwards,
    /// The stretch or instant is not inside the span.
    #[error("it must lie inside the span, which runs from {start} to {end}")]
    OutsideSpan {
        /// The start of the span.
        start: WallTime,
        /// The end of the span.
        end: WallTime,
    },
    /// The span would keep no part of itself.
    #[error("a resized span must keep a part of its time, from {start} to {end}")]
    MovedAway {
        /// The start of the span.
        start: WallTime,
        /// The end of the span.
        end: WallTime,
    },
    /// Something is on the timeline already.
    #[error("the timeline already has a span from {start} to {end}")]
    Overlaps {
        /// Its start.
        start: WallTime,
        /// Its end.
        end: WallTime,
    },
    /// The workday of added work is not near it.
    #[error("work that starts on {date} cannot be counted on {workday}")]
    FarFromWorkday {
        /// The local date of its start.
        date: Workday,
        /// The workday given.
        workday: Workday,
    },
    /// The employee would be expected far away from the scheduled shift.
    #[error("the employee must be expected within a day of the scheduled shift, which runs from {start} to {end}")]
    FarFromShift {
        /// The start of the scheduled shift.
        start: WallTime,
        /// Its end.
        end: WallTime,
    },
    /// There is no such pay code.
    #[error("there is no pay code {code}")]
    UnknownCode {
        /// The number given.
        code: u16,
    },
    /// The pay code is of another layer or unit.
    #[error(
        "`{code}` is a pay code of the {} and counts {}; needed is one {}",
        words_of_layer(*.layer),
        words_of_unit(*.unit),
        words_of_needed(*.needed)
    )]
    CodeDoesNotFit {
        /// The pay code.
        code: String,
        /// Its layer.
        layer: Layer,
        /// Its unit.
        unit: Unit,
        /// The layer needed, and the unit where it matters.
        needed: (Layer, Option<Unit>),
    },
    /// Added time must be paid.
    #[error("added time is work or a paid break, and `unpaid_break` pays neither")]
    AddedUnpaid,
    /// Leave keeps its ends.
    #[error("leave keeps its start and end")]
    LeaveKeepsItsTime,
    /// Leave stays leave.
    #[error("leave can only be paid as leave, and `{code}` is not a pay code of leave")]
    NotForLeave {
        /// The pay code.
        code: String,
    },
    /// A premium is for work.
    #[error("a premium is paid for work, and from {start} to {end} there is {}", words_of_state(*.state))]
    NotWork {
        /// The start of the stretch.
        start: WallTime,
        /// Its end.
        end: WallTime,
        /// What it is.
        state: SpanState,
    },
    /// The rule pays this already.
    #[error("the rule already pays `{code}` from {start} to {end}")]
    PaidTwice {
        /// The pay code.
        code: String,
        /// The start of what it pays.
        start: WallTime,
        /// Its end.
        end: WallTime,
    },
    /// More than one edit may pay.
    #[error("it pays {amount}; the maximum is {most}")]
    TooMuch {
        /// The amount.
        amount: u32,
        /// How much it may be.
        most: u32,
    },
    /// Only the engine raises this exception.
    #[error("`{code}` is raised by the engine only")]
    NotForPlugins {
        /// The exception.
        code: ExceptionCode,
    },
    /// The plugin does not carry this value.
    #[error("the plugin carries no such value")]
    UnknownKey,
}

const fn words_of_layer(layer: Layer) -> &'static str {
    match layer {
        Layer::Base => "base layer",
        Layer::Premium => "premium layer",
        Layer::Quantity => "quantity layer",
    }
}

const fn words_of_unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Second => "seconds",
        Unit::Count => "occurrences",
    }
}

const fn words_of_needed(needed: (Layer, Option<Unit>)) -> &'static str {
    match needed {
        (Layer::Base, _) => "of the base layer that counts seconds",
        (Layer::Premium, _) => "of the premium layer that counts seconds",
        (Layer::Quantity, _) => "of the quantity layer",
    }
}

const fn words_of_state(state: SpanState) -> &'static str {
    match state {
        SpanState::Worked => "work",
        SpanState::PaidBreak => "a paid break",
        SpanState::UnpaidBreak => "an unpaid break",
        SpanState::Leave => "leave",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn edits_are_in_proportion_to_the_days() {
        let most = |days| edits_per_card_max(WorkdayRange { first: Workday(20_514), last: Workday(20_513 + days) });
        assert_eq!([0, 1, 30].map(most), [64, 80, 544]);
        assert_eq!(most(800), EDITS_PER_CARD_MAX);
        let backwards = WorkdayRange { first: Workday(i32::MAX), last: Workday(i32::MIN) };
        assert_eq!(edits_per_card_max(backwards), 64);
    }

    #[test]
    fn a_refusal_names_the_edit_and_says_why() {
        let why = Refusal::CodeDoesNotFit {
            code: "night_meal".into(),
            layer: Layer::Quantity,
            unit: Unit::Count,
            needed: (Layer::Base, Some(Unit::Second)),
        };
        let rule = "night-meal/long-night".into();
        let error = EditError::Refused { number: 3, kind: EditKind::Recode, rule, workday: None, why };
        let expected = "edit 3, `recode` by rule `night-meal/long-night`, is refused: `night_meal` is a pay code of \
                        the quantity layer and counts occurrences; needed is one of the base layer that counts seconds";
        assert_eq!(error.to_string(), expected);
    }
}
