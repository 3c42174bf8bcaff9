//! Punches as they count: corrected, in total order, without repeats and without the future.
//! - Takes:  raw punches in any order, and corrections.
//! - Gives:  kept punches in the total order: instant, then closers before transfers and unknown punches before openers
//!   (out before in), then kind number, then the caller's number (none: after all numbers), then the pairs of the tag,
//!   then when it became known, then the position given.
//! - Keeps:  raw punches; a correction is a later fact beside them.
//! - Runs:   first of all.
//! - Source: employer policy. Later than `as_of` + `future_skew_max`: `future_punch`, left out, measured by how much
//!   it is later than `as_of` and shown on its local date. So is one later than it was recorded, see `recorded`.
//! - Shown:  timecards/punches/order.md

use alloc::vec::Vec;
use core::num::NonZeroU32;

use crate::card::{CardState, KeptPunch, Noticed, PunchRole};
use crate::coded::coded;
use crate::codes::{ExceptionCode, PunchKind};
use crate::plan::Plan;
use crate::tags::{TagId, TagTable};
use crate::time::{Seconds, Timestamp};
use crate::timecard::{Inputs, PunchColumns};

/// How raw punches are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Normalise {
    /// Whether seconds count.
    pub granularity: Granularity,
    /// A punch later than `as_of`, or than it was recorded, by more than this is left out, with a `future_punch`
    /// exception.
    pub future_skew_max: Seconds,
    /// Whether punches made outside need an approval to count. See [`crate::open::offsite`].
    pub offsite: NeedsApproval,
    /// Whether call-backs need an approval. See [`crate::shape::callback`].
    pub callback: NeedsApproval,
    /// A punch that became known later than this after it happened is an exception. `None`: none is. See
    /// [`crate::open::recorded`].
    pub recorded_late_after: Option<Seconds>,
}

coded! {
    /// Whether something that employees record themselves needs an approval.
    #[derive(Default)]
    NeedsApproval {
        /// No.
        #[default]
        Never = 0 "count",
        /// Yes.
        Always = 1 "approved",
    }
}

coded! {
    /// Whether the seconds of a punch count.
    Granularity {
        /// They do.
        Second = 0 "second",
        /// They are dropped for every kind of punch (also added and retimed ones), after corrections and before every
        /// other rule.
        Minute = 1 "minute",
    }
}

impl Default for Normalise {
    fn default() -> Normalise {
        Normalise {
            granularity: Granularity::Second,
            future_skew_max: Seconds(300),
            offsite: NeedsApproval::Never,
            callback: NeedsApproval::Never,
            recorded_late_after: None,
        }
    }
}

impl Normalise {
    /// The instant of a punch as it counts.
    pub(crate) fn cut(&self, at: Timestamp) -> Timestamp {
        match self.granularity {
            Granularity::Second => at,
            Granularity::Minute => Timestamp(at.0.saturating_sub(at.0.rem_euclid(60))),
        }
    }
}

/// Adds every raw punch as given, in the order given. True when each comes later than the one before it.
pub(super) fn gather(columns: &PunchColumns<'_>, punches: &mut Vec<KeptPunch>) -> bool {
    // Held within the calendar, the base and any offset add up.
    let base = columns.base.max(Timestamp::FIRST).min(Timestamp::LAST).0;
    let mut ascending = true;
    let mut before = i64::MIN;
    let mut punch = |at: &i32, kind, number| {
        let at = i64::from(*at);
        ascending &= before < at;
        before = at;
        let (role, tag) = (PunchRole::Unused, TagId::NONE);
        KeptPunch { at: Timestamp(base + at), kind, role, tag, raw: NonZeroU32::new(number) }
    };
    let numbers = 1..(columns.at.len() as u32).saturating_add(1);
    if columns.kind.is_empty() {
        punches.extend(columns.at.iter().zip(numbers).map(|(at, number)| punch(at, PunchKind::Unknown, number)));
    } else {
        punches.extend(columns.at.iter().zip(columns.kind).zip(numbers).map(|((at, kind), number)| {
            let kind = PunchKind::from_number(*kind).unwrap_or(PunchKind::Unknown);
            punch(at, kind, number)
        }));
    }
    // Nearly always there is no tag at all.
    punches.iter_mut().zip(columns.tag).for_each(|(punch, tag)| punch.tag = *tag);
    ascending
}

/// The instant of a raw punch as its clock showed it.
pub(super) fn shown_at(columns: &PunchColumns<'_>, raw: Option<NonZeroU32>) -> Option<Timestamp> {
    instant(columns, columns.at, raw)
}

/// When a raw punch became known; `None` where that is its own instant, so that the facts say nothing, and for an added
/// one.
pub(super) fn recorded_at(columns: &PunchColumns<'_>, raw: Option<NonZeroU32>) -> Option<Timestamp> {
    let recorded_at = instant(columns, columns.recorded_at, raw)?;
    (shown_at(columns, raw) != Some(recorded_at)).then_some(recorded_at)
}

/// The instant of a raw punch in a column of offsets.
fn instant(columns: &PunchColumns<'_>, offsets: &[i32], raw: Option<NonZeroU32>) -> Option<Timestamp> {
    let offset = offsets.get(raw?.get() as usize - 1)?;
    let base = columns.base.max(Timestamp::FIRST).min(Timestamp::LAST).0;
    Some(Timestamp(base + i64::from(*offset)))
}

/// Drops seconds where the plan says that they do not count.
pub(super) fn cut_to_granularity<'a>(punches: &mut [KeptPunch], plan_at: &mut impl FnMut(Timestamp) -> &'a Plan) {
    for punch in punches {
        punch.at = plan_at(punch.at).normalise.cut(punch.at);
    }
}

/// Brings punches into the total order. `columns` are the raw punches.
pub(super) fn order(punches: &mut [KeptPunch], columns: &PunchColumns<'_>, tags: &TagTable) {
    // The punches of most cards are in order, and then one check is enough.
    let in_order = |earlier: &KeptPunch, later: &KeptPunch| {
        earlier.at < later.at
            || (earlier.at == later.at && order_key(earlier, columns, tags) <= order_key(later, columns, tags))
    };
    if !punches.is_sorted_by(in_order) {
        punches.sort_unstable_by_key(|punch| order_key(punch, columns, tags));
    }
}

type OrderKey = (Timestamp, u8, u8, u64, u16, Option<Timestamp>, u32);

fn order_key(punch: &KeptPunch, columns: &PunchColumns<'_>, tags: &TagTable) -> OrderKey {
    let number = punch.raw.map_or(u32::MAX, NonZeroU32::get);
    // A punch that was added comes last.
    let id = punch.raw.map_or(u64::MAX, |raw| columns.id.get(raw.get() as usize - 1).copied().unwrap_or(0));
    let recorded_at = recorded_at(columns, punch.raw);
    (punch.at, direction_order(punch.kind), punch.kind as u8, id, tags.rank(punch.tag), recorded_at, number)
}

/// Whoever leaves and arrives in the same second has left first.
fn direction_order(kind: PunchKind) -> u8 {
    match (kind.is_closer(), kind.is_opener()) {
        (true, _) => 0,
        (_, false) => 1,
        (_, true) => 2,
    }
}

/// Leaves out punches later than `as_of` by more than the plan allows. Punches are in order.
pub(super) fn leave_out_future<'a>(
    inputs: &Inputs<'_>,
    state: &mut CardState,
    plan_at: &mut impl FnMut(Timestamp) -> &'a Plan,
) {
    let as_of = inputs.window.as_of;
    let past = state.punches.iter().rposition(|punch| punch.at <= as_of).map_or(0, |last| last + 1);
    if past == state.punches.len() {
        return;
    }
    let CardState { punches, noticed, .. } = state;
    let mut position = 0;
    punches.retain(|punch| {
        position += 1;
        let ahead = punch.at.since(as_of);
        let counts = position <= past || ahead <= plan_at(punch.at).normalise.future_skew_max;
        if !counts {
            // A future day is not paid, so the exception is shown on the nearest paid day.
            let workday = inputs.window.pay_period.nearest(inputs.card.zone.date_at(punch.at));
            noticed.push(Noticed::in_punches(ExceptionCode::FuturePunch, workday, punch.at, ahead));
        }
        counts
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Card;
    use PunchKind::{BreakStart, In, MealEnd, Out, Transfer, Unknown};

    #[test]
    fn any_order_of_facts_gives_one_order_of_punches() {
        let mut card = Card::new();
        for kind in [Unknown, In, MealEnd, Out, BreakStart, Transfer] {
            card.punch(0, "12:00", kind);
        }
        card.punch(0, "08:00", In);
        card.plan.dedupe.window = None;
        card.opened().unwrap();
        let kinds = |card: &Card| card.state.punches.iter().map(|punch| punch.kind).collect::<Vec<_>>();
        let expected = alloc::vec![In, Out, BreakStart, Transfer, Unknown, In, MealEnd];
        assert_eq!(kinds(&card), expected);
        for turn in 0..7 {
            card.facts.punches.rotate_left(1);
            card.facts.punches.swap(turn, 6);
            card.opened().unwrap();
            assert_eq!(kinds(&card), expected);
        }
    }

    #[test]
    fn a_punch_from_the_future_is_left_out_and_said() {
        let mut card = Card::new();
        card.punch(0, "08:00", In);
        card.punch(0, "08:05", Out);
        card.punch(0, "08:05:01", Out);
        card.window.as_of = card.facts.punches[0].at;
        card.opened().unwrap();
        assert_eq!(card.state.punches.len(), 2);
        assert_eq!(card.state.noticed[0].code, ExceptionCode::FuturePunch);
        assert_eq!(card.state.noticed[0].measure, Seconds(301));
    }

    #[test]
    fn seconds_are_dropped_for_every_kind_alike() {
        let mut card = Card::new();
        card.plan.normalise.granularity = Granularity::Minute;
        card.punch(0, "08:00:59", In);
        card.punch(0, "17:00:59", Out);
        card.opened().unwrap();
        assert!(card.state.punches.iter().all(|punch| punch.at.0 % 60 == 0));
    }
}
