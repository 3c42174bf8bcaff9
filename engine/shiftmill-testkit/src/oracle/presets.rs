//! The recodes of a plugin before overtime, applied moment by moment.

use shiftmill_core::{Because, PayCode, Reason, RuleId, SpanState};

use super::moments::Moment;
use crate::engine::Question;

/// Recodes the moments inside the presets, in order.
pub(crate) fn apply(question: &Question, moments: &mut [Moment]) {
    // The rule of the plugin follows those of the ruleset.
    let rule = RuleId(question.timeline.names().rules.len() as u16);
    for preset in &question.presets {
        let inside = moments.iter_mut().filter(|moment| preset.start <= moment.at && moment.at < preset.end);
        for moment in inside.filter(|moment| moment.state != SpanState::Leave) {
            moment.state = match (moment.state, preset.code) {
                (_, PayCode::UNPAID_BREAK) => SpanState::UnpaidBreak,
                (SpanState::UnpaidBreak, _) => SpanState::PaidBreak,
                (work, _) => work,
            };
            moment.code = preset.code;
            moment.reason = Reason { rule, because: Because::ByPlugin { reason: 0 } };
        }
    }
}

/// Thousandths of the plain rate that the claim of a plugin, or of approved overtime, is worth; `None`: there is none,
/// or it is straight time.
pub(crate) fn claim(question: &Question, moment: &Moment) -> Option<u16> {
    let multiplier = question.timeline.names().multiplier(moment.code).0;
    let claimed =
        matches!(moment.reason.because, Because::ByPlugin { .. } | Because::OutsideShift | Because::DayTypeIs { .. });
    (claimed && multiplier > 1_000).then_some(multiplier)
}
