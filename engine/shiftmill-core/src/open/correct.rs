//! Corrections: later facts that add, void or retime a punch, or give it its right kind. The raw punch itself is never
//! changed.
//! - Takes:  raw punches as given, and corrections known at `as_of`.
//! - Gives:  the punches as corrected, and `correction_unmatched` for a correction whose punch does not exist.
//!   The policy of the ruleset decides which corrections count.
//! - Keeps:  the position of every raw punch beside its corrected instant.
//! - Runs:   after raw punches are read, before they are put in order.
//! - Source: 29 CFR 516.2(a)(7): hours worked each workday are recorded, whatever the terminal showed.
//! - Shown:  timecards/punches/corrections.md

use alloc::vec::Vec;

use crate::card::{CardState, KeptPunch, Noticed, PunchRole};
use crate::codes::{ExceptionCode, PunchKind};
use crate::open::correction_policy::{self, Accepted};
use crate::open::normalise;
use crate::record::{Corrected, Note, Recorder};
use crate::shape::corrected::Moved;
use crate::tags::TagTable;
use crate::time::{Seconds, Timestamp};
use crate::timecard::{Correction, CorrectionKind, Inputs, PunchRef};

/// What corrections need to name a punch.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scratch {
    /// Corrections that count, by position, in the order in which they were recorded.
    order: Vec<u32>,
    /// For each punch, how corrections name it.
    named: Vec<Named>,
    accepted: Accepted,
}

#[derive(Clone, Copy, Debug)]
struct Named {
    at: Timestamp,
    kind: PunchKind,
    id: Option<u64>,
    /// The place of its tag in the order of tags: of punches that are named alike, the order given must not decide.
    tag: u16,
    /// When it became known, for the same reason.
    recorded_at: Option<Timestamp>,
    voided: bool,
}

impl Named {
    fn is(&self, punch: PunchRef) -> bool {
        let fits = match punch {
            PunchRef::Id(id) => self.id == Some(id),
            PunchRef::At(at, kind) => self.at == at && self.kind == kind,
        };
        fits && !self.voided
    }
}

/// Applies the corrections known at `as_of` to raw punches, which are in the order given.
pub(super) fn apply<R: Recorder>(inputs: &Inputs<'_>, state: &mut CardState, scratch: &mut Scratch, recorder: &mut R) {
    let corrections = inputs.card.corrections;
    let CardState { punches, noticed, moved, .. } = state;
    let Scratch { order, named, accepted } = scratch;
    accepted.clear();
    let known = |correction: &Correction| correction.recorded_at <= inputs.window.as_of;
    order.clear();
    order.extend((0_u32..).zip(corrections).filter(|(_, correction)| known(correction)).map(|(index, _)| index));
    order.sort_by_key(|index| corrections.get(*index as usize).map(|correction| correction.recorded_at));
    name_all(inputs, punches, named);
    for index in order.iter() {
        let Some(correction) = corrections.get(*index as usize) else { continue };
        let Some(target) = target(correction, named) else {
            let at = instant_named(correction);
            // A correction may name any instant, so the exception is shown on the nearest paid day and is never lost.
            let workday = inputs.window.pay_period.nearest(inputs.card.zone.date_at(at));
            noticed.push(Noticed::in_punches(ExceptionCode::CorrectionUnmatched, workday, at, Seconds::ZERO));
            continue;
        };
        let at = target.map_or_else(|| instant_named(correction), |(_, named)| named.at);
        let (day, recorded) = (inputs.card.zone.date_at(at), inputs.card.zone.date_at(correction.recorded_at));
        let plan = inputs.timeline.at(day);
        let code = match correction_policy::accept(plan, correction.kind, (day, recorded), accepted) {
            Ok(()) => {
                let corrected =
                    apply_one(correction.kind, target.map(|(position, _)| position), punches, named, inputs.tags);
                if let (Some(Corrected::Moved { from, .. }), Some((position, _))) = (corrected, target) {
                    note_moved(inputs, punches.get(position), from, moved);
                }
                if let Some(corrected) = corrected {
                    recorder.note(Note::Corrected(corrected));
                }
                plan.corrections.marked.then_some(ExceptionCode::CorrectedPunch)
            }
            Err(why) => {
                recorder.note(Note::CorrectionRefused { at, why });
                Some(ExceptionCode::CorrectionRefused)
            }
        };
        // A day of context has its exceptions in its own pay period.
        noticed.extend(code.map(|code| Noticed::in_punches(code, day, at, Seconds::ZERO)));
    }
    let mut names = named.iter();
    punches.retain(|_| names.next().is_none_or(|named| !named.voided));
}

/// Keeps where a raw punch was recorded, when it is moved for the first time.
fn note_moved(inputs: &Inputs<'_>, punch: Option<&KeptPunch>, from: Timestamp, moved: &mut Vec<Moved>) {
    let Some(raw) = punch.and_then(|punch| punch.raw).filter(|_| inputs.timeline.needs().still_late) else { return };
    if moved.iter().all(|known| known.raw != raw) {
        let plan = inputs.timeline.at(inputs.card.zone.date_at(from));
        moved.push(Moved { raw, from: plan.normalise.cut(from) });
    }
}

fn name_all(inputs: &Inputs<'_>, punches: &[KeptPunch], named: &mut Vec<Named>) {
    let id_of = |punch: &KeptPunch| inputs.card.punches.id.get(punch.raw?.get() as usize - 1).copied();
    // What was recorded, whether or not the clock was off.
    let recorded = |punch: &KeptPunch| normalise::shown_at(&inputs.card.punches, punch.raw).unwrap_or(punch.at);
    let name = |punch: &KeptPunch| {
        let (at, tag) = (recorded(punch), inputs.tags.rank(punch.tag));
        let recorded_at = normalise::recorded_at(&inputs.card.punches, punch.raw);
        Named { at, kind: punch.kind, id: id_of(punch), tag, recorded_at, voided: false }
    };
    named.clear();
    named.extend(punches.iter().map(name));
}

/// The punch that a correction names: `Some(None)` when it adds one, `None` when there is no such punch.
fn target(correction: &Correction, named: &[Named]) -> Option<Option<(usize, Named)>> {
    let punch = match correction.kind {
        CorrectionKind::Add { .. } => return Some(None),
        CorrectionKind::Void(punch) | CorrectionKind::Retime { punch, .. } | CorrectionKind::SetKind { punch, .. } => {
            punch
        }
    };
    let position = find(named, punch)?;
    Some(Some((position, *named.get(position)?)))
}

/// Applies a correction to the punch at `position`; what it did.
fn apply_one(
    correction: CorrectionKind,
    position: Option<usize>,
    punches: &mut Vec<KeptPunch>,
    named: &mut Vec<Named>,
    tags: &TagTable,
) -> Option<Corrected> {
    match correction {
        CorrectionKind::Add { at, kind, tag } => {
            punches.push(KeptPunch { at, kind, role: PunchRole::Unused, tag, raw: None });
            named.push(Named { at, kind, id: None, tag: tags.rank(tag), recorded_at: None, voided: false });
            Some(Corrected::Added { at })
        }
        CorrectionKind::Void(_) => {
            named.get_mut(position?)?.voided = true;
            Some(Corrected::Voided { at: punches.get(position?)?.at })
        }
        CorrectionKind::Retime { to, .. } => {
            let punch = punches.get_mut(position?)?;
            let from = core::mem::replace(&mut punch.at, to);
            Some(Corrected::Moved { from, to })
        }
        CorrectionKind::SetKind { kind: to, .. } => {
            let punch = punches.get_mut(position?)?;
            let from = core::mem::replace(&mut punch.kind, to);
            Some(Corrected::Kind { at: punch.at, from, to })
        }
    }
}

fn find(named: &[Named], punch: PunchRef) -> Option<usize> {
    let fitting = named.iter().enumerate().filter(|(_, named)| named.is(punch));
    let order =
        |(position, named): &(usize, &Named)| (named.id.unwrap_or(u64::MAX), named.tag, named.recorded_at, *position);
    fitting.min_by_key(order).map(|(position, _)| position)
}

fn instant_named(correction: &Correction) -> Timestamp {
    match correction.kind {
        CorrectionKind::Add { at, .. } => at,
        CorrectionKind::Void(PunchRef::At(at, _))
        | CorrectionKind::Retime { punch: PunchRef::At(at, _), .. }
        | CorrectionKind::SetKind { punch: PunchRef::At(at, _), .. } => at,
        CorrectionKind::Void(PunchRef::Id(_)) | CorrectionKind::SetKind { punch: PunchRef::Id(_), .. } => {
            correction.recorded_at
        }
        CorrectionKind::Retime { punch: PunchRef::Id(_), to } => to,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::PunchKind::{In, Out};
    use crate::tags::TagId;
    use crate::testing::Card;
    use core::num::NonZeroU32;

    fn at(card: &Card, time: &str) -> Timestamp {
        card.instant(0, time)
    }

    #[test]
    fn corrections_add_retime_and_void_in_the_order_recorded() {
        let mut card = Card::new();
        card.punch(0, "08:00", In);
        card.punch(0, "16:00", Out);
        let (eight, four, five, six) = (at(&card, "08:00"), at(&card, "16:00"), at(&card, "17:00"), at(&card, "18:00"));
        card.correct(3, CorrectionKind::Retime { punch: PunchRef::At(four, Out), to: six });
        card.correct(2, CorrectionKind::Retime { punch: PunchRef::At(four, Out), to: five });
        card.correct(4, CorrectionKind::Void(PunchRef::At(eight, In)));
        card.correct(5, CorrectionKind::Add { at: eight.after(Seconds(60)), kind: In, tag: TagId::NONE });
        card.opened().unwrap();
        let kept: Vec<_> = card.state.punches.iter().map(|punch| (punch.at, punch.raw)).collect();
        assert_eq!(kept, [(eight.after(Seconds(60)), None), (six, NonZeroU32::new(2))]);
        assert!(card.state.noticed.is_empty());
    }

    #[test]
    fn a_correction_that_names_no_punch_is_an_exception() {
        let mut card = Card::new();
        card.punch(0, "08:00", In);
        let eight = at(&card, "08:00");
        card.correct(1, CorrectionKind::Void(PunchRef::Id(7)));
        card.correct(2, CorrectionKind::Void(PunchRef::At(eight, In)));
        card.correct(3, CorrectionKind::Void(PunchRef::At(eight, In)));
        card.opened().unwrap();
        assert!(card.state.punches.is_empty());
        assert_eq!(card.state.noticed.len(), 2);
        assert!(card.state.noticed.iter().all(|noticed| noticed.code == ExceptionCode::CorrectionUnmatched));
    }

    #[test]
    fn a_correction_that_became_known_too_late_does_not_count() {
        let mut card = Card::new();
        card.punch(0, "08:00", In);
        let eight = at(&card, "08:00");
        card.correct(1, CorrectionKind::Void(PunchRef::At(eight, In)));
        card.window.as_of = Timestamp(0);
        card.plan.normalise.future_skew_max = Seconds::MAX;
        card.opened().unwrap();
        assert_eq!(card.state.punches.len(), 1);
    }
}
