//! Attestations: what an employee says about a workday that punches do not show, or show wrongly.
//! - Takes:  attestations known at `as_of`.
//! - Gives:  the answer to a question about a workday, to the rules that ask for it (`meal_requirement`,
//!   `rest_requirement`); for explanations, what each attestation and each waiver of a meal does.
//! - Runs:   the explanations, after the rules that ask.
//! - Edges:  of several answers the last one recorded counts; two different ones recorded at the same second are refused
//!   (see `twice`).
//! - Source: Donohue v. AMN (2021): records of short, late or missing meals are presumed to be violations, and the
//!   employer may show otherwise.
//! - Shown:  timecards/california/attestations.md

use crate::card::CardState;
use crate::record::{Note, Recorder, StatementEffect};
use crate::time::Workday;
use crate::timecard::{Attestation, Inputs, WaiverKind};

/// A statement that changed something on a workday.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Acted {
    /// The answer to a question.
    Answer(Workday, u16),
    /// The waiver of a required meal.
    MealWaiver(Workday, u8),
}

/// The answer to a question about a workday; `None` without one.
pub fn answer(inputs: &Inputs<'_>, workday: Workday, question: u16) -> Option<bool> {
    let known = inputs.card.attestations.iter().filter(|said| said.recorded_at <= inputs.window.as_of);
    let said = known.filter(|said| said.workday == workday && said.question == question);
    said.max_by_key(|said| said.recorded_at).map(|said| said.answer)
}

/// Notes what each attestation and each waiver of a meal does.
pub(super) fn note<R: Recorder>(inputs: &Inputs<'_>, state: &CardState, recorder: &mut R) {
    if !R::LISTENS {
        return;
    }
    for said in inputs.card.attestations {
        let Attestation { workday, question, answer, recorded_at: _ } = *said;
        recorder.note(Note::Attested { workday, question, answer, effect: effect(said, inputs, state) });
    }
    for waiver in inputs.card.waivers {
        let workday = waiver.workday;
        match waiver.kind {
            WaiverKind::Meal(ordinal) => {
                let effect = match state.acted.contains(&Acted::MealWaiver(workday, ordinal)) {
                    true => StatementEffect::Acts,
                    false => StatementEffect::ChangesNothing,
                };
                recorder.note(Note::MealWaived { workday, ordinal, effect });
            }
            // Noted when exceptions are raised.
            WaiverKind::Exception(_) => {}
        }
    }
}

fn effect(said: &Attestation, inputs: &Inputs<'_>, state: &CardState) -> StatementEffect {
    let as_of = inputs.window.as_of;
    let is_later = |other: &Attestation| {
        let same = other.workday == said.workday && other.question == said.question;
        same && other.recorded_at <= as_of && other.recorded_at > said.recorded_at
    };
    let plan = inputs.timeline.at(said.workday);
    let by_meal = plan.meal_requirements.iter().any(|meal| meal.attested_by == Some(said.question));
    let by_rest = plan.rest_requirements.iter().any(|rest| rest.attested_by == said.question);
    if said.recorded_at > as_of {
        StatementEffect::NotKnown
    } else if inputs.card.attestations.iter().any(is_later) {
        StatementEffect::Superseded
    } else if !by_meal && !by_rest {
        StatementEffect::NotRead
    } else if state.acted.contains(&Acted::Answer(said.workday, said.question)) {
        StatementEffect::Acts
    } else {
        StatementEffect::ChangesNothing
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PunchKind::{In, Out};
    use crate::codes::{PayCode, RuleId};
    use crate::shape::breaks::Compare;
    use crate::shape::rest_requirement::RestRequirement;
    use crate::testing::{Card, monday};
    use crate::time::{Seconds, Timestamp};
    use crate::timecard::Waiver;

    #[test]
    fn every_statement_is_told_with_what_it_does() {
        use StatementEffect as E;
        let mut card = Card::new();
        card.plan.rest_requirements.push(RestRequirement {
            rule: RuleId(9),
            when_worked: Seconds::hours(4),
            compare: Compare::AtLeast,
            attested_by: 0,
            pays_to: PayCode::REGULAR,
        });
        card.punches(0, &[("08:00", In), ("12:00", Out)]);
        let late = card.window.as_of.after(Seconds(1));
        let said = [(0, 0, 0), (0, 0, 1), (0, 1, 1), (1, 0, 1), (2, 0, late.0)];
        card.facts.attestations = said
            .map(|(day, question, recorded_at)| Attestation {
                workday: monday().plus(day),
                question,
                answer: false,
                recorded_at: Timestamp(recorded_at),
            })
            .to_vec();
        card.facts.waivers.push(Waiver { workday: monday(), kind: WaiverKind::Meal(1) });
        card.shaped().unwrap();
        let effect = |note: &Note| {
            if let Note::Attested { effect, .. } | Note::MealWaived { effect, .. } = note {
                Some(*effect)
            } else {
                None
            }
        };
        let effects: alloc::vec::Vec<E> = card.notes.iter().filter_map(effect).collect();
        let meal = E::ChangesNothing;
        assert_eq!(effects, [E::Superseded, E::Acts, E::NotRead, E::ChangesNothing, E::NotKnown, meal]);
        assert_eq!(card.state.quantities.len(), 1);
    }
}
