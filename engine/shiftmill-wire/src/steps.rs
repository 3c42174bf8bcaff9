//! Steps of an evaluation.

use shiftmill_core::open::correction_policy::CorrectionRefusal;
use shiftmill_core::pay::tiers::TierScope;
use shiftmill_core::{
    ApprovalKind, ApprovalOutcome, ApprovalOutcomeKind, ApprovalTime, CalendarId, CarryKey, Corrected, DayWindow,
    Edited, Note, PayCode, RuleId, Seconds, Timestamp, WhyNot, WhyNotKind, Workday,
};
use shiftmill_proto::v1;

use crate::numbers::Numbered;
use crate::reason;

/// Writes a step.
pub(crate) fn write(note: &Note) -> v1::Step {
    use v1::step::{self, Step};
    let step = match *note {
        Note::Dropped { at, kept } => Step::Dropped(step::Dropped { at: at.0, kept: kept.0 }),
        Note::PunchNotKnown { at, recorded_at } => {
            Step::PunchNotKnown(step::PunchNotKnown { at: at.0, recorded_at: recorded_at.0 })
        }
        Note::Corrected(corrected) => {
            let (from, to) = match corrected {
                Corrected::Added { at } => (None, Some(at.0)),
                Corrected::Voided { at } => (Some(at.0), None),
                Corrected::Moved { from, to } => (Some(from.0), Some(to.0)),
                Corrected::Kind { at, .. } => (Some(at.0), Some(at.0)),
            };
            let (kind_from, kind_to) = match corrected {
                Corrected::Kind { from, to, .. } => (Some(from.wire_number()), Some(to.wire_number())),
                Corrected::Added { .. } | Corrected::Voided { .. } | Corrected::Moved { .. } => (None, None),
            };
            Step::Corrected(step::Corrected { from, to, kind_from, kind_to })
        }
        Note::CorrectionRefused { at, why } => {
            Step::CorrectionRefused(step::CorrectionRefused { at: at.0, why: why.wire_number() })
        }
        Note::ClockWasOff { rule, from, to } => {
            Step::ClockWasOff(step::ClockWasOff { rule: u32::from(rule.0), from: from.0, to: to.0 })
        }
        Note::Rounded { rule, from, to } => {
            Step::Rounded(step::Rounded { rule: u32::from(rule.0), from: from.0, to: to.0 })
        }
        Note::Matched { first, scheduled } => {
            Step::Matched(step::Matched { first: first.0, scheduled: scheduled.map(|workday| workday.0) })
        }
        Note::DayTyped { workday, day_type, ground, window, calendar } => Step::DayTyped(step::DayTyped {
            workday: workday.0,
            day_type: day_type.wire_number(),
            ground: ground.wire_number(),
            from_seconds: window.map(DayWindow::opens),
            to_seconds: window.map(DayWindow::closes),
            calendar: calendar.map(|calendar| u32::from(calendar.0)),
        }),
        Note::TakenOff { reason, start, end } => {
            Step::TakenOff(step::TakenOff { reason: Some(reason::write(reason)), start: start.0, end: end.0 })
        }
        Note::Recoded { start, end, from, to, reason, counter_before, counter_after } => Step::Recoded(step::Recoded {
            start: start.0,
            end: end.0,
            from: u32::from(from.0),
            to: u32::from(to.0),
            reason: Some(reason::write(reason)),
            counter_before: counter_before.0,
            counter_after: counter_after.0,
        }),
        Note::Rejected { rule, winner, start, end } => Step::Rejected(step::Rejected {
            rule: u32::from(rule.0),
            winner: u32::from(winner.0),
            start: start.0,
            end: end.0,
        }),
        Note::DidNotAct { rule, scope, from, why } => Step::DidNotAct(write_did_not_act(rule, scope, from, why)),
        Note::ShiftMoved { workday, why, start_before, end_before, start, end } => Step::ShiftMoved(step::ShiftMoved {
            workday: workday.0,
            why: why.wire_number(),
            start_before: start_before.0,
            end_before: end_before.0,
            start: start.0,
            end: end.0,
        }),
        Note::LatenessWaived { workday, at, late, number, times } => Step::LatenessWaived(step::LatenessWaived {
            workday: workday.0,
            at: at.0,
            late: late.0,
            number: u32::from(number),
            times: u32::from(times),
        }),
        Note::ToleranceExceeded { workday, deviates, most } => {
            Step::ToleranceExceeded(step::ToleranceExceeded { workday: workday.0, deviates: deviates.0, most: most.0 })
        }
        Note::Watched { rule, kind, from, workday, measured, limit, outcome } => Step::Watched(step::Watched {
            rule: u32::from(rule.0),
            kind: kind.wire_number(),
            from: from.0,
            workday: workday.0,
            measured: measured.0,
            limit: limit.0,
            outcome: outcome.wire_number(),
        }),
        Note::PremiumLimited { rule, workday, kind, found, paid } => Step::PremiumLimited(step::PremiumLimited {
            rule: u32::from(rule.0),
            workday: workday.0,
            kind: kind.wire_number(),
            found: found.0,
            paid: paid.0,
        }),
        Note::Approval { kind, time, outcome } => Step::Approval(write_approval(kind, time, outcome)),
        Note::Attested { workday, question, answer, effect } => Step::Attested(step::Attested {
            workday: workday.0,
            question: u32::from(question),
            answer,
            effect: effect.wire_number(),
        }),
        Note::MealWaived { workday, ordinal, effect } => Step::MealWaived(step::MealWaived {
            workday: workday.0,
            ordinal: u32::from(ordinal),
            effect: effect.wire_number(),
        }),
        Note::ExceptionWaived { workday, code, effect } => Step::ExceptionWaived(step::ExceptionWaived {
            workday: workday.0,
            code: code.wire_number(),
            effect: effect.wire_number(),
        }),
        Note::ByPlugin { reason, edited } => {
            Step::ByPlugin(step::ByPlugin { reason: Some(reason::write(reason)), edited: Some(write_edited(edited)) })
        }
    };
    v1::Step { step: Some(step) }
}

fn write_did_not_act(rule: RuleId, scope: TierScope, from: Workday, why: WhyNot) -> v1::step::DidNotAct {
    let (scope, scope_weeks, scope_anchor) = match scope {
        TierScope::Shift => (v1::TierScope::Shift, 0, 0),
        TierScope::Workday => (v1::TierScope::Workday, 0, 0),
        TierScope::Workweek => (v1::TierScope::Workweek, 0, 0),
        TierScope::Workweeks { count, anchor } => (v1::TierScope::Workweeks, u32::from(count), anchor.0),
        TierScope::Month => (v1::TierScope::Month, 0, 0),
        TierScope::PayPeriod => (v1::TierScope::PayPeriod, 0, 0),
    };
    let (counted, limit) = match why {
        WhyNot::WithinLimit { counted, limit } => (counted.0, limit.0),
        WhyNot::ConditionNotMet | WhyNot::OtherAlternative => (0, 0),
    };
    v1::step::DidNotAct {
        rule: u32::from(rule.0),
        scope: scope as i32,
        scope_weeks,
        scope_anchor,
        from: from.0,
        why: why.kind().wire_number(),
        counted,
        limit,
    }
}

fn write_approval(kind: ApprovalKind, time: ApprovalTime, outcome: ApprovalOutcome) -> v1::step::Approval {
    use v1::step::approval::Time;
    let counted = match outcome {
        ApprovalOutcome::Covers { counted } => counted.0,
        ApprovalOutcome::NotKnown
        | ApprovalOutcome::Pending
        | ApprovalOutcome::Rejected
        | ApprovalOutcome::NotRead
        | ApprovalOutcome::Allows => 0,
    };
    let time = match time {
        ApprovalTime::Span { start, end } => Time::Span(v1::InstantSpan { start: start.0, end: end.0 }),
        ApprovalTime::Workday(workday) => Time::Workday(workday.0),
        ApprovalTime::Length(workday, length) => {
            Time::Length(v1::WorkdayLength { workday: workday.0, seconds: length.0 })
        }
    };
    let outcome = outcome.kind().wire_number();
    v1::step::Approval { kind: kind.wire_number(), time: Some(time), outcome, counted }
}

fn read_corrected(step: &v1::step::Corrected) -> Option<Corrected> {
    let (from, to) = (step.from.map(Timestamp), step.to.map(Timestamp));
    if let Some(kind_to) = step.kind_to {
        let (from, kind) = (Numbered::read(step.kind_from?)?, Numbered::read(kind_to)?);
        return Some(Corrected::Kind { at: to?, from, to: kind });
    }
    match (from, to) {
        (None, Some(at)) => Some(Corrected::Added { at }),
        (Some(at), None) => Some(Corrected::Voided { at }),
        (Some(from), Some(to)) => Some(Corrected::Moved { from, to }),
        (None, None) => None,
    }
}

fn read_approval(step: &v1::step::Approval) -> Option<Note> {
    use v1::step::approval::Time;
    let time = match step.time.as_ref()? {
        Time::Span(span) => ApprovalTime::Span { start: Timestamp(span.start), end: Timestamp(span.end) },
        Time::Workday(workday) => ApprovalTime::Workday(Workday(*workday)),
        Time::Length(length) => ApprovalTime::Length(Workday(length.workday), Seconds(length.seconds)),
    };
    let outcome = match ApprovalOutcomeKind::read(step.outcome)? {
        ApprovalOutcomeKind::Covers => ApprovalOutcome::Covers { counted: Seconds(step.counted) },
        ApprovalOutcomeKind::NotKnown => ApprovalOutcome::NotKnown,
        ApprovalOutcomeKind::Pending => ApprovalOutcome::Pending,
        ApprovalOutcomeKind::Rejected => ApprovalOutcome::Rejected,
        ApprovalOutcomeKind::NotRead => ApprovalOutcome::NotRead,
        ApprovalOutcomeKind::Allows => ApprovalOutcome::Allows,
    };
    Some(Note::Approval { kind: Numbered::read(step.kind)?, time, outcome })
}

fn write_edited(edited: Edited) -> v1::step::by_plugin::Edited {
    use v1::step::by_plugin::{self as message, Edited as Written};
    match edited {
        Edited::Retimed { from, to } => Written::Retimed(message::Retimed { from: from.0, to: to.0 }),
        Edited::Discarded { at } => Written::Discarded(message::Discarded { at: at.0 }),
        Edited::Expected { workday, start_before, end_before, start, end } => Written::Expected(message::Expected {
            workday: workday.0,
            start_before: start_before.0,
            end_before: end_before.0,
            start: start.0,
            end: end.0,
        }),
        Edited::Added { start, end, code } => Written::Added(write_stretch(start, end, code)),
        Edited::Recoded { start, end, from, to } => Written::Recoded(message::Recoded {
            start: start.0,
            end: end.0,
            from: u32::from(from.0),
            to: u32::from(to.0),
        }),
        Edited::Resized { start_before, end_before, start, end } => Written::Resized(message::Resized {
            start_before: start_before.0,
            end_before: end_before.0,
            start: start.0,
            end: end.0,
        }),
        Edited::Split { at } => Written::Split(message::Split { at: at.0 }),
        Edited::Premium { start, end, code } => Written::Premium(write_stretch(start, end, code)),
        Edited::Quantity { workday, code, amount } => {
            Written::Quantity(message::Quantity { workday: workday.0, code: u32::from(code.0), amount })
        }
        Edited::Marked { workday, code, at, measure } => Written::Marked(message::Marked {
            workday: workday.0,
            code: code.wire_number(),
            at: at.0,
            measure: measure.0,
        }),
        Edited::Carried { key, before, value } => {
            Written::Carried(message::Carried { key: u32::from(key.0), before, value })
        }
    }
}

fn write_stretch(start: Timestamp, end: Timestamp, code: PayCode) -> v1::step::by_plugin::Stretch {
    v1::step::by_plugin::Stretch { start: start.0, end: end.0, code: u32::from(code.0) }
}

/// Reads a step; `None` when it means nothing.
pub(crate) fn read(step: &v1::Step) -> Option<Note> {
    use v1::step::Step;
    let rule = |number: u32| u16::try_from(number).ok().map(RuleId);
    Some(match step.step.as_ref()? {
        Step::Dropped(step) => Note::Dropped { at: Timestamp(step.at), kept: Timestamp(step.kept) },
        Step::PunchNotKnown(step) => {
            Note::PunchNotKnown { at: Timestamp(step.at), recorded_at: Timestamp(step.recorded_at) }
        }
        Step::Corrected(step) => Note::Corrected(read_corrected(step)?),
        Step::CorrectionRefused(step) => {
            Note::CorrectionRefused { at: Timestamp(step.at), why: CorrectionRefusal::read(step.why)? }
        }
        Step::ClockWasOff(step) => {
            Note::ClockWasOff { rule: rule(step.rule)?, from: Timestamp(step.from), to: Timestamp(step.to) }
        }
        Step::Rounded(step) => {
            Note::Rounded { rule: rule(step.rule)?, from: Timestamp(step.from), to: Timestamp(step.to) }
        }
        Step::Matched(step) => Note::Matched { first: Timestamp(step.first), scheduled: step.scheduled.map(Workday) },
        Step::DayTyped(step) => Note::DayTyped {
            workday: Workday(step.workday),
            day_type: Numbered::read(step.day_type)?,
            ground: Numbered::read(step.ground)?,
            window: match (step.from_seconds, step.to_seconds) {
                (None, None) => None,
                (Some(from), Some(to)) => Some(DayWindow::new(from, to)?),
                (None, Some(_)) | (Some(_), None) => return None,
            },
            calendar: match step.calendar {
                None => None,
                Some(number) => Some(CalendarId(u16::try_from(number).ok()?)),
            },
        },
        Step::TakenOff(step) => Note::TakenOff {
            reason: reason::read(step.reason.as_ref())?,
            start: Timestamp(step.start),
            end: Timestamp(step.end),
        },
        Step::Recoded(step) => Note::Recoded {
            start: Timestamp(step.start),
            end: Timestamp(step.end),
            from: code(step.from)?,
            to: code(step.to)?,
            reason: reason::read(step.reason.as_ref())?,
            counter_before: Seconds(step.counter_before),
            counter_after: Seconds(step.counter_after),
        },
        Step::Rejected(step) => Note::Rejected {
            rule: rule(step.rule)?,
            winner: rule(step.winner)?,
            start: Timestamp(step.start),
            end: Timestamp(step.end),
        },
        Step::DidNotAct(step) => Note::DidNotAct {
            rule: rule(step.rule)?,
            scope: read_scope(step)?,
            from: Workday(step.from),
            why: read_why(step)?,
        },
        Step::ShiftMoved(step) => Note::ShiftMoved {
            workday: Workday(step.workday),
            why: Numbered::read(step.why)?,
            start_before: Timestamp(step.start_before),
            end_before: Timestamp(step.end_before),
            start: Timestamp(step.start),
            end: Timestamp(step.end),
        },
        Step::LatenessWaived(step) => Note::LatenessWaived {
            workday: Workday(step.workday),
            at: Timestamp(step.at),
            late: Seconds(step.late),
            number: u8::try_from(step.number).ok()?,
            times: u8::try_from(step.times).ok()?,
        },
        Step::ToleranceExceeded(step) => Note::ToleranceExceeded {
            workday: Workday(step.workday),
            deviates: Seconds(step.deviates),
            most: Seconds(step.most),
        },
        Step::Watched(step) => Note::Watched {
            rule: RuleId(u16::try_from(step.rule).ok()?),
            kind: Numbered::read(step.kind)?,
            from: Workday(step.from),
            workday: Workday(step.workday),
            measured: Seconds(step.measured),
            limit: Seconds(step.limit),
            outcome: Numbered::read(step.outcome)?,
        },
        Step::PremiumLimited(step) => Note::PremiumLimited {
            rule: rule(step.rule)?,
            workday: Workday(step.workday),
            kind: Numbered::read(step.kind)?,
            found: Seconds(step.found),
            paid: Seconds(step.paid),
        },
        Step::Approval(step) => read_approval(step)?,
        Step::Attested(step) => Note::Attested {
            workday: Workday(step.workday),
            question: u16::try_from(step.question).ok()?,
            answer: step.answer,
            effect: Numbered::read(step.effect)?,
        },
        Step::MealWaived(step) => Note::MealWaived {
            workday: Workday(step.workday),
            ordinal: u8::try_from(step.ordinal).ok()?,
            effect: Numbered::read(step.effect)?,
        },
        Step::ExceptionWaived(step) => Note::ExceptionWaived {
            workday: Workday(step.workday),
            code: Numbered::read(step.code)?,
            effect: Numbered::read(step.effect)?,
        },
        Step::ByPlugin(step) => {
            Note::ByPlugin { reason: reason::read(step.reason.as_ref())?, edited: read_edited(step.edited.as_ref()?)? }
        }
    })
}

fn code(number: u32) -> Option<PayCode> {
    u16::try_from(number).ok().map(PayCode)
}

fn read_scope(step: &v1::step::DidNotAct) -> Option<TierScope> {
    Some(match v1::TierScope::try_from(step.scope).ok()? {
        v1::TierScope::Shift => TierScope::Shift,
        v1::TierScope::Workday => TierScope::Workday,
        v1::TierScope::Workweek => TierScope::Workweek,
        v1::TierScope::Workweeks => {
            TierScope::Workweeks { count: u8::try_from(step.scope_weeks).ok()?, anchor: Workday(step.scope_anchor) }
        }
        v1::TierScope::Month => TierScope::Month,
        v1::TierScope::PayPeriod => TierScope::PayPeriod,
    })
}

fn read_why(step: &v1::step::DidNotAct) -> Option<WhyNot> {
    Some(match WhyNotKind::read(step.why)? {
        WhyNotKind::WithinLimit => WhyNot::WithinLimit { counted: Seconds(step.counted), limit: Seconds(step.limit) },
        WhyNotKind::ConditionNotMet => WhyNot::ConditionNotMet,
        WhyNotKind::OtherAlternative => WhyNot::OtherAlternative,
    })
}

fn read_edited(edited: &v1::step::by_plugin::Edited) -> Option<Edited> {
    use v1::step::by_plugin::Edited as Written;
    Some(match edited {
        Written::Retimed(it) => Edited::Retimed { from: Timestamp(it.from), to: Timestamp(it.to) },
        Written::Discarded(it) => Edited::Discarded { at: Timestamp(it.at) },
        Written::Expected(it) => Edited::Expected {
            workday: Workday(it.workday),
            start_before: Timestamp(it.start_before),
            end_before: Timestamp(it.end_before),
            start: Timestamp(it.start),
            end: Timestamp(it.end),
        },
        Written::Added(it) => {
            Edited::Added { start: Timestamp(it.start), end: Timestamp(it.end), code: code(it.code)? }
        }
        Written::Recoded(it) => Edited::Recoded {
            start: Timestamp(it.start),
            end: Timestamp(it.end),
            from: code(it.from)?,
            to: code(it.to)?,
        },
        Written::Resized(it) => Edited::Resized {
            start_before: Timestamp(it.start_before),
            end_before: Timestamp(it.end_before),
            start: Timestamp(it.start),
            end: Timestamp(it.end),
        },
        Written::Split(it) => Edited::Split { at: Timestamp(it.at) },
        Written::Premium(it) => {
            Edited::Premium { start: Timestamp(it.start), end: Timestamp(it.end), code: code(it.code)? }
        }
        Written::Quantity(it) => {
            Edited::Quantity { workday: Workday(it.workday), code: code(it.code)?, amount: it.amount }
        }
        Written::Marked(it) => Edited::Marked {
            workday: Workday(it.workday),
            code: Numbered::read(it.code)?,
            at: Timestamp(it.at),
            measure: Seconds(it.measure),
        },
        Written::Carried(it) => {
            Edited::Carried { key: CarryKey(u16::try_from(it.key).ok()?), before: it.before, value: it.value }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use shiftmill_core::pay::premium_limits::PremiumLimitKind;
    use shiftmill_core::shape::calendar::DayTypeGround;
    use shiftmill_core::watch::{WatchOutcome, WatcherKind};
    use shiftmill_core::{Because, DayType, ExceptionCode, Reason, ShiftMove, StatementEffect};

    const REASON: Reason = Reason { rule: RuleId(9), because: Because::ByPlugin { reason: 300 } };

    #[test]
    fn what_a_plugin_changed_is_read_as_it_was_written() {
        let (start, end, code, workday) = (Timestamp(60), Timestamp(120), PayCode(7), Workday(20_000));
        let (start_before, end_before) = (Timestamp(0), Timestamp(180));
        let all = [
            Edited::Retimed { from: start, to: end },
            Edited::Discarded { at: start },
            Edited::Expected { workday, start_before, end_before, start, end },
            Edited::Added { start, end, code },
            Edited::Recoded { start, end, from: code, to: PayCode(8) },
            Edited::Resized { start_before, end_before, start, end },
            Edited::Split { at: start },
            Edited::Premium { start, end, code },
            Edited::Quantity { workday, code, amount: 2 },
            Edited::Marked { workday, code: ExceptionCode::NeedsReview, at: end, measure: Seconds(30) },
            Edited::Carried { key: CarryKey(3), before: Some(-4), value: 5 },
        ];
        for edited in all {
            let note = Note::ByPlugin { reason: REASON, edited };
            assert_eq!(read(&write(&note)), Some(note));
        }
    }

    #[test]
    fn every_step_is_read_as_it_was_written() {
        let (start, end, rule, reason) = (Timestamp(60), Timestamp(120), RuleId(3), REASON);
        let notes = [
            Note::Dropped { at: start, kept: end },
            Note::ClockWasOff { rule, from: start, to: end },
            Note::Rounded { rule, from: start, to: end },
            Note::Matched { first: start, scheduled: Some(Workday(20_000)) },
            Note::Matched { first: start, scheduled: None },
            Note::DayTyped {
                workday: Workday(20_000),
                day_type: DayType::RestDay,
                ground: DayTypeGround::RosterRest,
                window: DayWindow::new(43_200, 86_400),
                calendar: None,
            },
            Note::DayTyped {
                workday: Workday(20_000),
                day_type: DayType::StatutoryHoliday,
                ground: DayTypeGround::Date,
                window: None,
                calendar: Some(CalendarId(1)),
            },
            Note::TakenOff { reason, start, end },
            Note::Recoded {
                start,
                end,
                from: PayCode(0),
                to: PayCode(2),
                reason,
                counter_before: Seconds(5),
                counter_after: Seconds(65),
            },
            Note::Rejected { rule, winner: RuleId(4), start, end },
            Note::Attested { workday: Workday(20_000), question: 1, answer: true, effect: StatementEffect::Superseded },
            Note::MealWaived { workday: Workday(20_000), ordinal: 2, effect: StatementEffect::Acts },
            Note::ExceptionWaived {
                workday: Workday(20_000),
                code: ExceptionCode::LateIn,
                effect: StatementEffect::ChangesNothing,
            },
            Note::ShiftMoved {
                workday: Workday(20_000),
                why: ShiftMove::LateOff,
                start_before: start,
                end_before: end,
                start: end,
                end: Timestamp(600),
            },
            Note::LatenessWaived { workday: Workday(20_000), at: start, late: Seconds(540), number: 2, times: 3 },
            Note::ToleranceExceeded { workday: Workday(20_000), deviates: Seconds(660), most: Seconds(600) },
            Note::Watched {
                rule,
                kind: WatcherKind::DaysInARow,
                from: Workday(19_994),
                workday: Workday(20_000),
                measured: Seconds(604_800),
                limit: Seconds(518_400),
                outcome: WatchOutcome::Passed,
            },
            Note::PremiumLimited {
                rule: RuleId(3),
                workday: Workday(20_000),
                kind: PremiumLimitKind::Cut,
                found: Seconds(9_000),
                paid: Seconds(7_200),
            },
            Note::Approval {
                kind: ApprovalKind::Overtime,
                time: ApprovalTime::Span { start, end },
                outcome: ApprovalOutcome::Covers { counted: Seconds(60) },
            },
            Note::Approval {
                kind: ApprovalKind::Callback,
                time: ApprovalTime::Length(Workday(20_000), Seconds(7_200)),
                outcome: ApprovalOutcome::NotRead,
            },
            Note::Approval {
                kind: ApprovalKind::Trip,
                time: ApprovalTime::Workday(Workday(20_000)),
                outcome: ApprovalOutcome::Rejected,
            },
        ];
        for note in notes {
            assert_eq!(read(&write(&note)), Some(note));
        }
    }

    #[test]
    fn every_scope_and_every_ground_for_not_acting_is_read_as_it_was_written() {
        let did_not_act = |scope, why| v1::step::DidNotAct {
            scope,
            scope_weeks: 4,
            scope_anchor: 20_000,
            why,
            counted: 7,
            limit: 8,
            ..v1::step::DidNotAct::default()
        };
        for number in -1..=256 {
            let scope = read_scope(&did_not_act(number, 0));
            assert_eq!(scope.is_some(), v1::TierScope::try_from(number).is_ok(), "scope {number}");
            let why = read_why(&did_not_act(0, number));
            assert_eq!(why.is_some(), v1::WhyNot::try_from(number).is_ok(), "why {number}");
            if let Some(scope) = scope {
                assert_eq!(write_did_not_act(RuleId(1), scope, Workday(0), WhyNot::ConditionNotMet).scope, number);
            }
            if let Some(why) = why {
                assert_eq!(write_did_not_act(RuleId(1), TierScope::Shift, Workday(0), why).why, number);
            }
        }
    }
}
