//! What is compared: the result of one timecard without the order of its rows.

use std::collections::{BTreeMap, BTreeSet};

use shiftmill_core::{
    DayType, EvaluationError, Evaluations, ExceptionCode, ExceptionState, PayCode, RuleId, Seconds, Timestamp,
    TotalScope, Workday,
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
    /// Day type, punches and work time of each workday.
    pub workdays: BTreeMap<Workday, (DayType, u16, Seconds)>,
}

impl Outcome {
    /// The outcome of card number `index` as the engine wrote it.
    pub fn of(results: &Evaluations, index: usize) -> Outcome {
        let (own, card) = (results.rows_of(index), results.cards[index]);
        let mut outcome = Outcome { error: card.error, provisional: card.provisional, ..Outcome::default() };
        for row in results.lines.rows(own.lines) {
            let key = (row.workday, row.code, row.rule, row.because);
            *outcome.lines.entry(key).or_default() += u64::from(row.amount);
        }
        for row in results.exceptions.rows(own.exceptions) {
            outcome.exceptions.insert((row.workday, row.code, row.state, row.at, row.measure));
        }
        for row in results.totals.rows(own.totals) {
            *outcome.totals.entry((row.scope, row.from, row.code)).or_default() += u64::from(row.amount);
        }
        for row in results.workdays.rows(own.workdays) {
            outcome.workdays.insert(row.workday, (row.day_type, row.punches, row.worked));
        }
        outcome
    }
}
