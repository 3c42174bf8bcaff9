use alloc::vec::Vec;

use super::*;
use crate::PunchKind::{In, Out};
use crate::card::{Quantity, Span, SpanState};
use crate::codes::{DayType, DayTypeSet, ExceptionCode, ExceptionState, Multiplier, PayCode, RuleId, Severity};
use crate::evaluation::TotalScope;
use crate::pay::tiers::{Counts, OvertimeTier, TierCondition, TierScope};
use crate::plan::ContextDays;
use crate::reason::{Because, Reason};
use crate::record::{Note, Silent, StatementEffect};
use crate::tags::TagId;
use crate::testing::{Card, monday};
use crate::time::{Seconds, Timestamp, WeekdaySet, WorkdayRange};
use crate::timecard::{OpeningBalance, Waiver, WaiverKind};
use crate::{Hook, Stage};

fn evaluated(card: &mut Card) -> Result<(bool, Evaluations), EvaluationError> {
    let mut results = Evaluations::default();
    let mut provisional = false;
    card.run(|inputs, state, scratch, _| {
        Stage::ALL.iter().try_for_each(|stage| stage.run(inputs, state, scratch, None))?;
        provisional = close(inputs, Detail::Spans, state, scratch, &mut results, &mut Silent)?;
        Ok(())
    })?;
    Ok((provisional, results))
}

/// Facts for as many days around the week as this.
fn context(card: &mut Card, before: i32, after: i32) {
    card.window.facts = WorkdayRange { first: monday().plus(-before), last: monday().plus(6 + after) };
}

fn tier(scope: TierScope) -> OvertimeTier {
    OvertimeTier {
        rule: RuleId(3),
        scope,
        when: TierCondition {
            day_types: DayTypeSet::ALL,
            weekdays: WeekdaySet::ALL,
            tags: None,
            callback: None,
            between: None,
            consecutive: None,
        },
        counts: Counts::StraightTime,
        counts_other_tags: false,
        counts_other_day_types: false,
        leave_counts: false,
        limit: Seconds::hours(8),
        pays_to: PayCode(1),
        multiplier: Multiplier(1_500),
        priority: 0,
    }
}

#[test]
fn lines_and_totals_hold_the_pay_period_only() {
    let mut card = Card::new();
    context(&mut card, 1, 1);
    card.plan.overtime.tiers.push(tier(TierScope::Workday));
    for day in -1..=7 {
        card.punches(day, &[("08:00", In), ("12:00", Out), ("13:00", In), ("18:00", Out)]);
    }
    let (provisional, results) = evaluated(&mut card).unwrap();
    assert!(!provisional);
    let lines: Vec<_> = (0..results.lines.len()).filter_map(|row| results.lines.get(row)).collect();
    assert_eq!(lines.len(), 14);
    assert_eq!((lines[0].workday, lines[0].code, lines[0].amount), (monday(), PayCode::REGULAR, 8 * 3_600));
    assert_eq!((lines[1].workday, lines[1].code, lines[1].amount), (monday(), PayCode(1), 3_600));
    let totals: Vec<_> = (0..results.totals.len()).filter_map(|row| results.totals.get(row)).collect();
    let of = |scope| totals.iter().filter(|total| total.scope == scope).map(|total| total.amount).collect::<Vec<_>>();
    assert_eq!(of(TotalScope::Workweek), [56 * 3_600, 7 * 3_600]);
    assert_eq!(of(TotalScope::PayPeriod), [56 * 3_600, 7 * 3_600]);
    assert_eq!(results.workdays.len(), 7);
    assert_eq!(results.workdays.worked[0], Seconds::hours(9));
    assert_eq!(results.workdays.punches[0], 4);
    assert!(results.spans.iter().all(|span| card.window.pay_period.contains(span.reporting_workday)));
}

#[test]
fn exceptions_are_pending_until_nothing_more_can_come() {
    let mut card = Card::new();
    context(&mut card, 1, 1);
    card.schedule(0, "09:00", "18:00");
    card.punches(0, &[("09:30", In), ("18:00", Out)]);
    let state_at = |card: &mut Card, time: &str| {
        card.window.as_of = card.instant(0, time);
        let (_, results) = evaluated(card).unwrap();
        let rows: Vec<_> = (0..results.exceptions.len()).filter_map(|row| results.exceptions.get(row)).collect();
        assert_eq!(rows.len(), 1);
        assert_eq!((rows[0].code, rows[0].severity), (ExceptionCode::LateIn, Severity::High));
        rows[0].state
    };
    assert_eq!(state_at(&mut card, "21:59:59"), ExceptionState::Pending);
    assert_eq!(state_at(&mut card, "22:00"), ExceptionState::Final);
    card.facts.waivers.push(Waiver { workday: monday(), kind: WaiverKind::Exception(ExceptionCode::LateIn) });
    assert_eq!(state_at(&mut card, "22:00"), ExceptionState::Waived);
    card.plan.exceptions.set(ExceptionCode::LateIn, None);
    assert!(evaluated(&mut card).unwrap().1.exceptions.is_empty());
}

#[test]
fn every_waiver_of_an_exception_is_told_with_what_it_does() {
    let mut card = Card::new();
    context(&mut card, 1, 1);
    card.plan.attendance.unscheduled = false;
    card.punches(0, &[("06:00", In)]);
    let waived = |days, code| Waiver { workday: monday().plus(days), kind: WaiverKind::Exception(code) };
    let codes = [(0, ExceptionCode::MissingOut), (0, ExceptionCode::MissingIn), (1, ExceptionCode::MissingOut)];
    card.facts.waivers = codes.map(|(days, code)| waived(days, code)).to_vec();
    card.run(|inputs, state, scratch, notes| {
        Stage::ALL.iter().try_for_each(|stage| stage.run(inputs, state, scratch, Some(notes)))?;
        close(inputs, Detail::Full, state, scratch, &mut Evaluations::default(), notes).map(|_| ())
    })
    .unwrap();
    let told = card.notes.iter().filter_map(|note| {
        let Note::ExceptionWaived { code, effect, .. } = note else { return None };
        Some((*code, *effect))
    });
    let (acts, nothing) = (StatementEffect::Acts, StatementEffect::ChangesNothing);
    let expected = [acts, nothing, nothing].into_iter().zip(codes).map(|(effect, (_, code))| (code, effect));
    assert_eq!(told.collect::<Vec<_>>(), expected.collect::<Vec<_>>());
}

#[test]
fn without_a_shift_an_exception_is_pending_for_sixteen_hours() {
    let mut card = Card::new();
    context(&mut card, 1, 1);
    card.plan.attendance.unscheduled = false;
    card.punches(0, &[("06:00", In)]);
    for (time, state) in [("21:59:59", ExceptionState::Pending), ("22:00", ExceptionState::Final)] {
        card.window.as_of = card.instant(0, time);
        let (_, results) = evaluated(&mut card).unwrap();
        assert_eq!(results.exceptions.code, [ExceptionCode::MissingOut]);
        assert_eq!(results.exceptions.state, [state]);
    }
}

#[test]
fn missing_days_of_context_make_results_provisional_or_an_error() {
    let mut card = Card::new();
    context(&mut card, 0, 1);
    let (provisional, results) = evaluated(&mut card).unwrap();
    assert!(provisional);
    assert_eq!(results.exceptions.code, [ExceptionCode::ContextShort]);
    assert_eq!(results.exceptions.workday, [monday()]);
    card.window.require_final = true;
    assert_eq!(evaluated(&mut card), Err(EvaluationError::ContextShort { before: 1, after: 1 }));
    context(&mut card, 1, 1);
    assert!(!evaluated(&mut card).unwrap().0);
}

#[test]
fn the_days_needed_depend_on_where_the_pay_period_lies() {
    let mut card = Card::new();
    context(&mut card, 0, 0);
    card.window.require_final = true;
    let mut needed = |scope, first: i32, last: i32, balances: &[OpeningBalance]| {
        card.plan.overtime.tiers = [tier(scope)].to_vec();
        card.window.pay_period = WorkdayRange { first: monday().plus(first), last: monday().plus(last) };
        card.facts.opening_balances = balances.to_vec();
        match evaluated(&mut card) {
            Err(EvaluationError::ContextShort { before, after }) => (before, after),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(needed(TierScope::Workday, 0, 6, &[]), (1, 1));
    assert_eq!(needed(TierScope::Workweek, 0, 6, &[]), (1, 1));
    assert_eq!(needed(TierScope::Workweek, 3, 3, &[]), (4, 4));
    let balance = OpeningBalance { rule: RuleId(3), amount: Seconds::hours(20) };
    assert_eq!(needed(TierScope::Workweek, 3, 3, &[balance]), (1, 4));
    // Monday is 2 March 2026.
    assert_eq!(needed(TierScope::Month, 0, 6, &[]), (2, 24));
    let two_weeks = TierScope::Workweeks { count: 2, anchor: monday().plus(-12) };
    assert_eq!(needed(two_weeks, 0, 6, &[]), (1, 8));
    let worst = card.plan.context();
    assert_eq!(worst, ContextDays { before: 14, after: 14 });
}

#[test]
fn an_evaluation_of_nothing_has_no_rows() {
    let mut card = Card::new();
    context(&mut card, 1, 1);
    let (_, results) = evaluated(&mut card).unwrap();
    assert_eq!(results.ends(), crate::evaluation::RowEnds::default());
}

#[test]
fn what_is_paid_beside_the_timeline_stands_among_its_day() {
    let mut card = Card::new();
    let day = |offset: i32| monday().plus(offset);
    let why = |rule| Reason { rule: RuleId(rule), because: Because::Worked };
    let quantity =
        |offset, rule, amount| Quantity { workday: day(offset), code: PayCode::REGULAR, amount, reason: why(rule) };
    let rows = |card: &mut Card, quantities: &[Quantity]| {
        let mut results = Evaluations::default();
        let (spans, premiums) = (card.state.spans.clone(), card.state.premiums.clone());
        card.run(|inputs, state, scratch, _| {
            let mut stages = Stage::before(Hook::Days).iter();
            stages.try_for_each(|stage| stage.run(inputs, state, scratch, None))?;
            (state.spans, state.premiums) = (spans, premiums);
            state.quantities = quantities.to_vec();
            close(inputs, Detail::Workdays, state, scratch, &mut results, &mut Silent).map(|_| ())
        })
        .unwrap();
        let lines = (0..results.lines.len()).filter_map(|row| results.lines.get(row));
        lines.map(|line| (line.workday, line.rule.0, line.amount)).collect::<Vec<_>>()
    };
    for offset in [0, 2] {
        let start = card.instant(offset, "08:00");
        card.state.spans.push(Span {
            start,
            end: Timestamp(start.0 + 3_600),
            overtime_workday: day(offset),
            reporting_workday: day(offset),
            state: SpanState::Leave,
            day_type: DayType::Workday,
            shift: None,
            tag: TagId::NONE,
            code: PayCode::REGULAR,
            reason: why(5),
        });
    }
    let lines = rows(&mut card, &[quantity(3, 9, 60), quantity(0, 9, 60), quantity(2, 5, 60), quantity(2, 4, 60)]);
    let expected = [(0, 5, 3_600), (0, 9, 60), (2, 4, 60), (2, 5, 3_660), (3, 9, 60)];
    assert_eq!(lines, expected.map(|(offset, rule, amount)| (day(offset), rule, amount)));
}
