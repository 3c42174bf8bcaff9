//! The steps of an evaluation as sentences.

use shiftmill_core::open::correction_policy::CorrectionRefusal;
use shiftmill_core::pay::premium_limits::PremiumLimitKind;
use shiftmill_core::pay::tiers::TierScope;
use shiftmill_core::watch::{WatchOutcome, WatcherKind};
use shiftmill_core::{
    ApprovalKind, ApprovalOutcome, ApprovalTime, CalendarChoice, CalendarId, Corrected, Edited, Names, Note, PayCode,
    PunchKind, Reason, RuleId, Seconds, ShiftMove, StatementEffect, Timestamp, WhyNot, Workday, Zone,
};

use crate::words::clock::local_on;
use crate::words::exceptions::DAY;
use crate::words::explanation;
use crate::words::grounds::{because, day_type, day_type_ground, nth};

/// One step as a sentence. Instants on `workday` are times of day, other instants have their date. `says` returns the
/// text of a plugin's reason.
pub fn note(
    note: &Note,
    names: &Names,
    zone: &Zone,
    workday: Workday,
    says: impl Fn(Reason) -> Option<String>,
) -> String {
    let voice = Voice { names, zone, workday };
    match *note {
        Note::Dropped { at, kept } => {
            format!("The punch at {} repeats the one at {} and was dropped.", voice.at(at), voice.at(kept))
        }
        Note::PunchNotKnown { at, recorded_at } => format!(
            "The punch at {} does not count: it was recorded at {}, later than the time of the calculation.",
            voice.at(at),
            voice.at(recorded_at)
        ),
        Note::Corrected(Corrected::Added { at }) => {
            format!("The punch at {} was added by a correction.", voice.at(at))
        }
        Note::Corrected(Corrected::Voided { at }) => {
            format!("The punch at {} does not count, by a correction.", voice.at(at))
        }
        Note::Corrected(Corrected::Moved { from, to }) => {
            format!("The punch at {} counts as {}, by a correction.", voice.at(from), voice.at(to))
        }
        Note::Corrected(Corrected::Kind { at, from, to }) => {
            format!("The punch at {} counts as {} instead of {}, by a correction.", voice.at(at), kind(to), kind(from))
        }
        Note::CorrectionRefused { at, why } => {
            format!("The correction of the punch at {} does not count: {}.", voice.at(at), refused(why))
        }
        Note::ClockWasOff { rule, from, to } => {
            format!(
                "The punch at {} counts as {}: its clock was off ({}).",
                voice.at(from),
                voice.at(to),
                voice.rule(rule)
            )
        }
        Note::Rounded { rule, from, to } => {
            format!("The punch at {} counts as {}, rounded by {}.", voice.at(from), voice.at(to), voice.rule(rule))
        }
        Note::Matched { first, scheduled: Some(scheduled) } => {
            format!("The work that began at {} belongs to the shift scheduled for {scheduled}.", voice.at(first))
        }
        Note::Matched { first, scheduled: None } => {
            format!("The work that began at {} fits no scheduled shift.", voice.at(first))
        }
        Note::DayTyped { workday: _, day_type: of, ground, window, calendar } => {
            let ground = match calendar {
                None => day_type_ground(ground).to_owned(),
                Some(number) => format!("the calendar {} of the ruleset names its date", voice.calendar(number)),
            };
            match window {
                None => format!("The day is {}: {ground}.", day_type(of)),
                Some(window) => format!("{window}, the day is {}: {ground}.", day_type(of)),
            }
        }
        Note::TakenOff { reason, start, end } => format!(
            "{} ({}) was deducted by {}: {}.",
            voice.stretch(start, end),
            end.since(start),
            voice.rule(reason.rule),
            because(reason.because)
        ),
        Note::Recoded { start, end, from, to, reason, counter_before, counter_after } => {
            let recoded = format!(
                "{} ({}) is paid as {} instead of {}, by {}: {}.",
                voice.stretch(start, end),
                end.since(start),
                voice.code(to),
                voice.code(from),
                voice.rule(reason.rule),
                because(reason.because)
            );
            // A rule without a counter leaves it at zero.
            match counter_after.is_zero() {
                true => recoded,
                false => format!("{recoded} Its counter went from {counter_before} to {counter_after}."),
            }
        }
        Note::Rejected { rule, winner, start, end } => format!(
            "{} was also claimed by {}; {} was applied.",
            voice.stretch(start, end),
            voice.rule(rule),
            voice.rule(winner)
        ),
        Note::DidNotAct { rule, scope, from, why } => {
            format!("{} was not applied {}: {}.", capital(&voice.rule(rule)), over(scope, from), why_not(why))
        }
        Note::Attested { workday: _, question, answer, effect } => {
            let question = names.attestations.get(usize::from(question)).map_or("", String::as_str);
            let answer = if answer { "yes" } else { "no" };
            format!("The employee attested {answer} to `{question}`, {}.", statement_effect(effect))
        }
        Note::MealWaived { workday: _, ordinal, effect } => {
            format!("The {} meal is waived, {}.", nth(ordinal), statement_effect(effect))
        }
        Note::ExceptionWaived { workday: _, code, effect } => {
            format!("`{code}` is waived, {}.", waiver_effect(effect))
        }
        Note::ShiftMoved { why, start_before, end_before, start, end, .. } => format!(
            "The shift from {} counts as one from {}: {}.",
            voice.stretch(start_before, end_before),
            voice.stretch(start, end),
            shift_move(why)
        ),
        Note::LatenessWaived { at, late, number, times, .. } => format!(
            "The lateness of {late} at {} is waived: it is number {number} of {times} that are free in its month.",
            voice.at(at)
        ),
        Note::ToleranceExceeded { deviates, most, .. } => format!(
            "No grace holds on this workday: what is within the graces comes to {deviates} together, more than the {most} \
             that are forgiven a day."
        ),
        Note::Watched { rule, kind, from, workday, measured, limit, outcome } => {
            let days = format!("from {from} to {workday}");
            format!("{} {}.", capital(&voice.rule(rule)), watched(kind, &days, (measured, limit), outcome))
        }
        Note::PremiumLimited { rule, workday: _, kind, found, paid } => {
            let rule = capital(&voice.rule(rule));
            match kind {
                PremiumLimitKind::NotPassed => format!("{rule} pays nothing: {found} do not pass its minimum."),
                PremiumLimitKind::Beyond => format!("{rule} pays {paid} of {found}: what is beyond its minimum."),
                PremiumLimitKind::Cut => format!("{rule} pays {paid} of {found}: its maximum is reached."),
                PremiumLimitKind::Raised => format!("{rule} pays {paid} for {found}: it is raised to its minimum."),
            }
        }
        Note::Approval { kind, time, outcome } => {
            format!("The approval of {} {}.", voice.approval(kind, time), approval_outcome(outcome))
        }
        Note::ByPlugin { reason, edited } => {
            let (edited, rule) = (voice.edited(edited), voice.rule(reason.rule));
            match says(reason) {
                Some(says) => format!("{edited}, by {rule}: {says}."),
                None => format!("{edited}, by {rule}."),
            }
        }
    }
}

/// A kind of punch in a sentence.
const fn kind(kind: PunchKind) -> &'static str {
    match kind {
        PunchKind::In => "in",
        PunchKind::Out => "out",
        PunchKind::MealStart => "start of a meal",
        PunchKind::MealEnd => "end of a meal",
        PunchKind::BreakStart => "start of a break",
        PunchKind::BreakEnd => "end of a break",
        PunchKind::Transfer => "transfer",
        PunchKind::Unknown => "punch without direction",
        PunchKind::CallbackIn => "start of a call-back",
        PunchKind::CallbackOut => "end of a call-back",
        PunchKind::Offsite => "punch made outside of the site",
    }
}

/// Writes names and instants.
struct Voice<'a> {
    names: &'a Names,
    zone: &'a Zone,
    workday: Workday,
}

impl Voice<'_> {
    fn at(&self, at: Timestamp) -> String {
        local_on(self.zone, at, self.workday)
    }

    /// What an approval allows, and when: `overtime from 19:00 to 21:00`.
    fn approval(&self, kind: ApprovalKind, time: ApprovalTime) -> String {
        let kind = approval_kind(kind);
        match time {
            ApprovalTime::Span { start, end } => format!("{kind} from {}", self.stretch(start, end)),
            ApprovalTime::Workday(workday) => format!("{kind} on {workday}"),
            ApprovalTime::Length(workday, length) => format!("{length} of {kind} on {workday}"),
        }
    }

    /// What an edit of a plugin changed, as the beginning of a sentence.
    fn edited(&self, edited: Edited) -> String {
        match edited {
            Edited::Retimed { from, to } => format!("The punch at {} counts as {}", self.at(from), self.at(to)),
            Edited::Discarded { at } => format!("The punch at {} does not count", self.at(at)),
            Edited::Expected { start_before, end_before, start, end, .. } => format!(
                "The employee is expected from {} instead of from {}",
                self.stretch(start, end),
                self.stretch(start_before, end_before)
            ),
            Edited::Added { start, end, code } => {
                format!("{} ({}) was added, paid as {}", self.stretch(start, end), end.since(start), self.code(code))
            }
            Edited::Recoded { start, end, from, to } => format!(
                "{} ({}) is paid as {} instead of {}",
                self.stretch(start, end),
                end.since(start),
                self.code(to),
                self.code(from)
            ),
            Edited::Resized { start_before, end_before, start, end } => {
                format!("{} was changed to {}", self.stretch(start_before, end_before), self.stretch(start, end))
            }
            Edited::Split { at } => format!("The time around {} was split there", self.at(at)),
            Edited::Premium { start, end, code } => {
                format!("{} ({}) is paid the premium {}", self.stretch(start, end), end.since(start), self.code(code))
            }
            Edited::Quantity { code, amount: 0, .. } => format!("Nothing is paid as {}", self.code(code)),
            Edited::Quantity { code, amount, .. } => {
                format!("{} is paid as {}", self.amount(code, amount), self.code(code))
            }
            Edited::Marked { code, at, .. } => format!("`{code}` was marked at {}", self.at(at)),
            Edited::Carried { key, before, value } => {
                let name = self.names.carried.get(usize::from(key.0)).map_or("", String::as_str);
                let before = before.map_or_else(String::new, |before| format!(" instead of {before}"));
                format!("`{name}` is carried over as {value}{before}")
            }
        }
    }

    fn amount(&self, code: PayCode, amount: u32) -> String {
        explanation::amount(self.names, code, amount)
    }

    fn stretch(&self, start: Timestamp, end: Timestamp) -> String {
        format!("{} to {}", self.at(start), self.at(end))
    }

    fn rule(&self, rule: RuleId) -> String {
        format!("rule `{}`", self.names.rule(rule))
    }

    fn calendar(&self, number: CalendarId) -> String {
        format!("`{}`", self.names.calendar_name(CalendarChoice::Named(number)))
    }

    fn code(&self, code: PayCode) -> String {
        self.names.pay_code(code).map_or_else(|| format!("pay code {}", code.0), |info| format!("`{}`", info.name))
    }
}

/// Why a correction does not count.
const fn refused(why: CorrectionRefusal) -> &'static str {
    match why {
        CorrectionRefusal::Action => "the ruleset accepts no corrections of its kind",
        CorrectionRefusal::TooLate => "it was recorded too many days after the punch",
        CorrectionRefusal::CycleClosed => "it was recorded after its cycle was closed",
        CorrectionRefusal::Quota => "its cycle has as many corrections as are accepted",
    }
}

/// Why a scheduled shift was moved.
const fn shift_move(why: ShiftMove) -> &'static str {
    match why {
        ShiftMove::FlexibleStart => "its start is flexible, and the first in moved it",
        ShiftMove::LateOff => "the last out of the shift before was late enough",
    }
}

fn over(scope: TierScope, from: Workday) -> String {
    match scope {
        TierScope::Shift => format!("on the shift of {from}"),
        TierScope::Workday => format!("on the workday {from}"),
        TierScope::Workweek => format!("in the workweek from {from}"),
        TierScope::Workweeks { count, .. } => format!("in the {count} workweeks from {from}"),
        TierScope::Month => format!("in the month from {from}"),
        TierScope::PayPeriod => format!("in the pay period from {from}"),
    }
}

/// What a watcher found: `counted 45:30 from 2026-03-01 to 2026-03-20; its limit of 45:00 is passed`.
fn watched(kind: WatcherKind, days: &str, (measured, limit): (Seconds, Seconds), outcome: WatchOutcome) -> String {
    let of_limit = match outcome {
        WatchOutcome::Kept => "is kept",
        WatchOutcome::Near => "is near",
        WatchOutcome::Passed => "is passed",
    };
    let of_rest = match outcome {
        WatchOutcome::Kept => "is enough",
        WatchOutcome::Near | WatchOutcome::Passed => "would be enough",
    };
    match kind {
        WatcherKind::Hours => format!("counted {measured} {days}; its limit of {limit} {of_limit}"),
        WatcherKind::RestBetweenShifts => format!("found a rest of {measured}; {limit} {of_rest}"),
        WatcherKind::WeeklyRest => format!("found no longer rest than {measured} {days}; {limit} {of_rest}"),
        WatcherKind::DaysInARow => {
            let of = |length: Seconds| length.0 / DAY.0;
            format!("counted {} worked days {days}; its limit of {} {of_limit}", of(measured), of(limit))
        }
        WatcherKind::ContinuousWork => {
            format!("counted {measured} of work without a break; its limit of {limit} {of_limit}")
        }
        WatcherKind::Spread => {
            format!("counted {measured} from the first in to the last out; its limit of {limit} {of_limit}")
        }
        WatcherKind::Breaks => format!("found breaks of {measured}; {limit} {of_rest}"),
    }
}

const fn approval_kind(kind: ApprovalKind) -> &'static str {
    match kind {
        ApprovalKind::Overtime => "overtime",
        ApprovalKind::EarlyIn => "early arrival",
        ApprovalKind::LateOut => "late departure",
        ApprovalKind::Trip => "a business trip",
        ApprovalKind::Outing => "field work",
        ApprovalKind::Leave => "leave",
        ApprovalKind::Callback => "a call back to work",
    }
}

fn approval_outcome(outcome: ApprovalOutcome) -> String {
    match outcome {
        ApprovalOutcome::Covers { counted } if counted.is_zero() => {
            "does not count: no overtime that counts lies within it".to_owned()
        }
        ApprovalOutcome::Covers { counted } => format!("covers {counted} of the overtime that counts"),
        ApprovalOutcome::NotKnown => "does not count: it was not recorded in time".to_owned(),
        ApprovalOutcome::Pending => "does not count: it is pending".to_owned(),
        ApprovalOutcome::Rejected => "does not count: it was rejected".to_owned(),
        ApprovalOutcome::Allows => "allows what lies within it".to_owned(),
        ApprovalOutcome::NotRead => "is not read: the ruleset has no rule for approvals of this kind".to_owned(),
    }
}

/// Of the waiver of an exception, which acts or finds nothing to act on.
fn waiver_effect(effect: StatementEffect) -> &'static str {
    if effect == StatementEffect::Acts {
        "so that nobody need look at it"
    } else {
        "which changes nothing: there is none on this workday"
    }
}

const fn statement_effect(effect: StatementEffect) -> &'static str {
    match effect {
        StatementEffect::Acts => "and that decides",
        StatementEffect::ChangesNothing => "which changes nothing",
        StatementEffect::NotKnown => "which does not count: it was not recorded in time",
        StatementEffect::Superseded => "which does not count: a later answer does",
        StatementEffect::NotRead => "which no rule of the ruleset asks",
    }
}

fn why_not(why: WhyNot) -> String {
    match why {
        WhyNot::WithinLimit { counted, limit } => format!("{counted} counted, the limit is {limit}"),
        WhyNot::ConditionNotMet => "no work met its condition".to_owned(),
        WhyNot::OtherAlternative => "another alternative pays more".to_owned(),
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use shiftmill_core::{Because, Layer, Multiplier, PayCodeInfo, Seconds, Unit};

    use super::*;

    fn names() -> Names {
        let code = |name: &str| PayCodeInfo {
            name: name.into(),
            layer: Layer::Base,
            unit: Unit::Second,
            paid: true,
            multiplier: Multiplier::PLAIN,
        };
        Names {
            rules: ["worked", "punches", "attendance", "leave", "daily-8"].map(String::from).to_vec(),
            pay_codes: vec![code("regular"), code("unpaid_break"), code("overtime_1_5")],
            ..Names::default()
        }
    }

    #[test]
    fn a_recoded_stretch_has_its_counters() {
        let (start, end) = (Timestamp(1_772_470_800), Timestamp(1_772_478_000));
        let step = Note::Recoded {
            start,
            end,
            from: PayCode::REGULAR,
            to: PayCode(2),
            reason: Reason { rule: RuleId(4), because: Because::BeyondDay { limit: Seconds::hours(8) } },
            counter_before: Seconds::hours(8),
            counter_after: Seconds::hours(10),
        };
        assert_eq!(
            note(&step, &names(), &Zone::fixed("Etc/UTC", 0), Workday(20514), |_| None),
            "17:00 to 19:00 (2:00) is paid as `overtime_1_5` instead of `regular`, by rule `daily-8`: beyond 8:00 in \
             the workday. Its counter went from 8:00 to 10:00."
        );
    }

    #[test]
    fn an_approval_says_what_it_covers_or_why_it_does_not_count() {
        let time = ApprovalTime::Span { start: Timestamp(1_772_478_000), end: Timestamp(1_772_485_200) };
        let told = |time, outcome| {
            let step = Note::Approval { kind: ApprovalKind::Overtime, time, outcome };
            note(&step, &names(), &Zone::fixed("Etc/UTC", 0), Workday(20514), |_| None)
        };
        let counted = Seconds::minutes(100);
        assert_eq!(
            told(time, ApprovalOutcome::Covers { counted }),
            "The approval of overtime from 19:00 to 21:00 covers 1:40 of the overtime that counts."
        );
        assert_eq!(
            told(ApprovalTime::Length(Workday(20514), Seconds::hours(2)), ApprovalOutcome::Pending),
            "The approval of 2:00 of overtime on 2026-03-02 does not count: it is pending."
        );
    }

    #[test]
    fn a_moved_shift_says_from_where_to_where_and_why() {
        let at = |hour: i64| Timestamp(1_772_409_600 + hour * 3_600);
        let step = Note::ShiftMoved {
            workday: Workday(20514),
            why: ShiftMove::FlexibleStart,
            start_before: at(9),
            end_before: at(18),
            start: at(8),
            end: at(17),
        };
        let told = |step| note(&step, &names(), &Zone::fixed("Etc/UTC", 0), Workday(20514), |_| None);
        assert_eq!(
            told(step),
            "The shift from 09:00 to 18:00 counts as one from 08:00 to 17:00: its start is flexible, and the first in \
             moved it."
        );
        let (found, paid) = (Seconds::minutes(30), Seconds::hours(1));
        let raised = PremiumLimitKind::Raised;
        let step = Note::PremiumLimited { rule: RuleId(1), workday: Workday(20514), kind: raised, found, paid };
        let rule = capital(&names().rules[1]);
        assert!(told(step).ends_with("pays 1:00 for 0:30: it is raised to its minimum."), "{rule}: {}", told(step));
        let late = Seconds::minutes(7);
        let step = Note::LatenessWaived { workday: Workday(20514), at: at(9), late, number: 2, times: 3 };
        assert_eq!(
            told(step),
            "The lateness of 0:07 at 09:00 is waived: it is number 2 of 3 that are free in its month."
        );
        let (deviates, most) = (Seconds::minutes(12), Seconds::minutes(10));
        assert_eq!(
            told(Note::ToleranceExceeded { workday: Workday(20514), deviates, most }),
            "No grace holds on this workday: what is within the graces comes to 0:12 together, more than the 0:10 that \
             are forgiven a day."
        );
    }

    #[test]
    fn a_watcher_says_what_it_found() {
        let told = |kind, measured, limit, outcome| {
            let (from, workday) = (Workday(20508), Workday(20514));
            let step = Note::Watched { rule: RuleId(4), kind, from, workday, measured, limit, outcome };
            note(&step, &names(), &Zone::fixed("Etc/UTC", 0), Workday(20514), |_| None)
        };
        assert_eq!(
            told(WatcherKind::Hours, Seconds(173_700), Seconds::hours(48), WatchOutcome::Passed),
            "Rule `daily-8` counted 48:15 from 2026-02-24 to 2026-03-02; its limit of 48:00 is passed."
        );
        assert_eq!(
            told(WatcherKind::DaysInARow, Seconds::hours(168), Seconds::hours(144), WatchOutcome::Passed),
            "Rule `daily-8` counted 7 worked days from 2026-02-24 to 2026-03-02; its limit of 6 is passed."
        );
        assert_eq!(
            told(WatcherKind::WeeklyRest, Seconds::hours(24), Seconds::hours(24), WatchOutcome::Kept),
            "Rule `daily-8` found no longer rest than 24:00 from 2026-02-24 to 2026-03-02; 24:00 is enough."
        );
    }

    #[test]
    fn a_rule_that_was_not_applied_has_a_reason() {
        let why = WhyNot::WithinLimit { counted: Seconds::hours(38), limit: Seconds::hours(40) };
        let step = Note::DidNotAct { rule: RuleId(4), scope: TierScope::Workweek, from: Workday(20514), why };
        assert_eq!(
            note(&step, &names(), &Zone::fixed("Etc/UTC", 0), Workday(20514), |_| None),
            "Rule `daily-8` was not applied in the workweek from 2026-03-02: 38:00 counted, the limit is 40:00."
        );
    }
}
