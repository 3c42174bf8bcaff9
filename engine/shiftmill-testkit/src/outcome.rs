//! What is compared: the result of one timecard without the order of its rows.

use std::collections::{BTreeMap, BTreeSet};

use shiftmill_core::{
    DayType, EvaluationError, Evaluations, ExceptionCode, ExceptionRow, ExceptionState, OverrideRow, PayCode, PayLine,
    RuleId, Seconds, SplitRow, TagId, Timestamp, TotalRow, TotalScope, Workday, WorkdayRow,
};

/// The key of a pay line: workday, pay code, rule and the number of its grounds.
pub type LineKey = (Workday, PayCode, RuleId, u8);

/// One exception: workday, code, state, instant, measure.
pub type ExceptionKey = (Workday, ExceptionCode, ExceptionState, Timestamp, Seconds);

/// The result of one timecard.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Why there is none.
    pub error: Option<EvaluationError>,
    /// Whether days of context are missing.
    pub provisional: bool,
    /// Pay lines with their amounts.
    pub lines: BTreeMap<LineKey, u64>,
    /// Exceptions.
    pub exceptions: BTreeSet<ExceptionKey>,
    /// Totals by scope, first workday and pay code.
    pub totals: BTreeMap<(TotalScope, Workday, PayCode), u64>,
    /// Totals of the pay period by the values of tags: the position of the name, the first tag with the value, and the
    /// pay code.
    pub splits: BTreeMap<(u8, TagId, PayCode), u64>,
    /// Overrides by workday and pay code: what is stated, what is computed, what was computed before.
    pub overrides: BTreeMap<(Workday, PayCode), (Seconds, Seconds, Seconds)>,
    /// Day type, punches and work time of each workday.
    pub workdays: BTreeMap<Workday, (DayType, u16, Seconds)>,
}

impl Outcome {
    /// The outcome of card number `index` as the engine wrote it.
    pub fn of(results: &Evaluations, index: usize) -> Outcome {
        let (own, card) = (results.rows_of(index), results.cards[index]);
        let mut outcome = Outcome { error: card.error, provisional: card.provisional, ..Outcome::default() };
        // Every column is named, so that a new one does not compile until it is compared, or said not to be.
        for PayLine { workday, code, amount, rule, because } in results.lines.rows(own.lines) {
            *outcome.lines.entry((workday, code, rule, because)).or_default() += u64::from(amount);
        }
        for row in results.exceptions.rows(own.exceptions) {
            // Severity and rule follow from the code and the plan.
            let ExceptionRow { workday, code, state, severity: _, at, measure, rule: _ } = row;
            outcome.exceptions.insert((workday, code, state, at, measure));
        }
        for TotalRow { scope, from, code, amount } in results.totals.rows(own.totals) {
            *outcome.totals.entry((scope, from, code)).or_default() += u64::from(amount);
        }
        for SplitRow { name, tag, code, amount } in results.splits.rows(own.splits) {
            *outcome.splits.entry((name, tag, code)).or_default() += u64::from(amount);
        }
        for row in results.overrides.rows(own.overrides) {
            let OverrideRow { workday, code, amount, computed, computed_before } = row;
            outcome.overrides.insert((workday, code), (amount, computed, computed_before));
        }
        for WorkdayRow { workday, day_type, punches, worked } in results.workdays.rows(own.workdays) {
            outcome.workdays.insert(workday, (day_type, punches, worked));
        }
        outcome
    }
}
