//! Facts that are given twice: of two that exclude each other, neither is guessed to be the right one.
//! - Takes:  corrections, attestations and overrides known at `as_of`, decided day types, assignments, opening balances
//!   and carried values of one card.
//! - Gives:  an error for the first fact that an earlier one of its list excludes: one punch retimed to two instants,
//!   or given two kinds, recorded at the same second; two types for one day, or for stretches of one day; two answers
//!   to one question, or two overrides of one pay code on one workday, recorded at the same second; two assignments for
//!   one job from one day on; two balances of one rule; two values for one key.
//! - Keeps:  facts that say the same twice, where one says no more than two: a day type, a retime, a kind, an override.
//! - Runs:   with the check of the window, before any fact is used.
//! - Source: 29 CFR 516.2: a record states what was worked once. Waivers are a set and cannot exclude each other.
//! - Shown:  timecards/punches/given_twice.md

use alloc::vec::Vec;

use crate::evaluation::{EvaluationError, FactList};
use crate::open::correction_policy::CorrectionAction;
use crate::time::Timestamp;
use crate::timecard::{Attestation, Correction, CorrectionKind, Inputs, Override, PunchRef};

/// The order in which facts of one list are compared.
pub(crate) type Scratch = Vec<u32>;

/// Refuses a card with two facts that exclude each other.
pub(super) fn check(inputs: &Inputs<'_>, order: &mut Scratch) -> Result<(), EvaluationError> {
    let card = &inputs.card;
    let changed = |correction: &Correction| changed(correction, inputs.window.as_of);
    let said = |said: &Attestation| {
        let known = said.recorded_at <= inputs.window.as_of;
        known.then_some((said.workday, said.question, said.recorded_at))
    };
    let stated = |row: &Override| {
        let known = row.recorded_at <= inputs.window.as_of;
        known.then_some((row.workday, row.code, row.recorded_at))
    };
    let checks = [
        (FactList::Corrections, twice(card.corrections, order, changed, |one, other| to(one) == to(other))),
        (
            FactList::DayOverrides,
            twice(
                card.day_overrides,
                order,
                |day| Some((day.workday, day.window.is_some())),
                |one, other| (one.day_type, one.window) == (other.day_type, other.window),
            ),
        ),
        (FactList::Attestations, twice(card.attestations, order, said, |one, other| one.answer == other.answer)),
        (FactList::Overrides, twice(card.overrides, order, stated, |one, other| one == other)),
        (
            FactList::Assignments,
            twice(card.assignments, order, |row| Some((row.from, row.job)), |one, other| one == other),
        ),
        (FactList::OpeningBalances, twice(card.opening_balances, order, |balance| Some(balance.rule), |_, _| false)),
        (FactList::Carried, twice(card.carried, order, |carried| Some(carried.key), |_, _| false)),
    ];
    match checks.into_iter().find_map(|(list, index)| Some((list, index?))) {
        Some((list, index)) => Err(EvaluationError::GivenTwice { list, index }),
        None => Ok(()),
    }
}

/// The first fact that has the subject of an earlier one and does not agree with it. Facts without a subject are left
/// out.
fn twice<Fact, Subject: Ord>(
    facts: &[Fact],
    order: &mut Scratch,
    subject: impl Fn(&Fact) -> Option<Subject>,
    agree: impl Fn(&Fact, &Fact) -> bool,
) -> Option<u32> {
    // Nearly every card has none or one.
    if facts.len() < 2 {
        return None;
    }
    let subject_of = |index: &u32| subject(facts.get(*index as usize)?);
    order.clear();
    order.extend((0..facts.len() as u32).filter(|index| subject_of(index).is_some()));
    order.sort_unstable_by_key(|index| (subject_of(index), *index));
    let pairs = order.iter().zip(order.iter().skip(1));
    let excluded = pairs.filter(|(one, next)| {
        let facts = facts.get(**one as usize).zip(facts.get(**next as usize));
        subject_of(one) == subject_of(next) && facts.is_some_and(|(one, next)| !agree(one, next))
    });
    excluded.map(|(_, next)| *next).min()
}

/// The punch of which a correction known at `as_of` changes the instant, or the kind, and when that was recorded, in an
/// order.
fn changed(correction: &Correction, as_of: Timestamp) -> Option<(Timestamp, CorrectionAction, u8, i64, u64)> {
    let recorded_at = correction.recorded_at;
    let (punch, action) = match correction.kind {
        CorrectionKind::Retime { punch, .. } => (punch, CorrectionAction::Retime),
        CorrectionKind::SetKind { punch, .. } => (punch, CorrectionAction::SetKind),
        CorrectionKind::Add { .. } | CorrectionKind::Void(_) => return None,
    };
    (recorded_at <= as_of).then_some(match punch {
        PunchRef::Id(id) => (recorded_at, action, 0, 0, id),
        PunchRef::At(at, kind) => (recorded_at, action, 1, at.0, u64::from(kind.number())),
    })
}

/// The instant to which a correction moves a punch, or the number of the kind that it gives it.
fn to(correction: &Correction) -> Option<i64> {
    match correction.kind {
        CorrectionKind::Retime { to, .. } => Some(to.0),
        CorrectionKind::SetKind { kind, .. } => Some(i64::from(kind.number())),
        CorrectionKind::Add { .. } | CorrectionKind::Void(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::PunchKind::{In, Out};
    use crate::codes::{CarryKey, DayType, RuleId};
    use crate::testing::{Card, monday};
    use crate::time::Seconds;
    use crate::timecard::{Carried, DayOverride, OpeningBalance, Waiver, WaiverKind};

    fn refused(card: &mut Card) -> Option<(FactList, u32)> {
        match card.opened() {
            Err(EvaluationError::GivenTwice { list, index }) => Some((list, index)),
            other => {
                assert_eq!(other, Ok(()));
                None
            }
        }
    }

    #[test]
    fn a_day_has_one_type() {
        let mut card = Card::new();
        let decided = |day, day_type| DayOverride { workday: monday().plus(day), day_type, window: None };
        card.facts.day_overrides = [0, 1, 0].map(|day| decided(day, DayType::RestDay)).to_vec();
        assert_eq!(refused(&mut card), None);
        card.facts.day_overrides.push(decided(1, DayType::Workday));
        assert_eq!(refused(&mut card), Some((FactList::DayOverrides, 3)));
    }

    #[test]
    fn a_rule_has_one_balance_and_a_key_one_value() {
        let mut card = Card::new();
        let balance = |rule, hours| OpeningBalance { rule: RuleId(rule), amount: Seconds::hours(hours) };
        card.facts.opening_balances = alloc::vec![balance(1, 8), balance(0, 8)];
        assert_eq!(refused(&mut card), None);
        card.facts.opening_balances.push(balance(1, 8));
        assert_eq!(refused(&mut card), Some((FactList::OpeningBalances, 2)));
        card.facts.opening_balances.pop();
        card.facts.carried = [3, 1, 3].map(|key| Carried { key: CarryKey(key), value: 5 }).to_vec();
        assert_eq!(refused(&mut card), Some((FactList::Carried, 2)));
    }

    #[test]
    fn a_punch_is_moved_to_one_time_at_a_time() {
        let mut card = Card::new();
        card.punches(0, &[("08:00", In), ("17:00", Out)]);
        let (eight, nine, ten) = (card.instant(0, "08:00"), card.instant(0, "09:00"), card.instant(0, "10:00"));
        let moved = |to| CorrectionKind::Retime { punch: PunchRef::At(eight, In), to };
        card.correct(1, moved(nine));
        card.correct(1, moved(nine));
        card.correct(2, moved(ten));
        card.correct(2, CorrectionKind::Void(PunchRef::At(eight, In)));
        assert_eq!(refused(&mut card), None);
        card.correct(2, moved(nine));
        assert_eq!(refused(&mut card), Some((FactList::Corrections, 4)));
        // What was not known does not count.
        card.facts.corrections[4].recorded_at = card.window.as_of.after(Seconds(1));
        card.facts.corrections[2].recorded_at = card.facts.corrections[4].recorded_at;
        assert_eq!(refused(&mut card), None);
    }

    #[test]
    fn waivers_are_a_set() {
        let mut card = Card::new();
        card.facts.waivers = [1, 2, 1].map(|meal| Waiver { workday: monday(), kind: WaiverKind::Meal(meal) }).to_vec();
        assert_eq!(refused(&mut card), None);
    }
}
