//! Rounding of lengths: work is paid in whole units, and its punches stay as they are.
//! - Takes:  the spans of a card after breaks.
//! - Gives:  an unpaid tail where a length is rounded down, paid time after the last second where it is rounded up.
//! - Keeps:  punches and pairs: lateness, meals and rests see what was worked. Overtime and premiums see rounded lengths.
//! - Runs:   after breaks, before leave. Pairs first, then worked shifts, then workdays.
//! - Edges:  a length is what counts as work: paid gaps with it, deducted breaks without. Nothing worked stays nothing.
//!   Time that is added ends where the next span of the card begins; what has no room is not added, with
//!   `round_conflict`. The workday is that of overtime. A second belongs to the last pair that holds it. Of several rules
//!   for one length the one for the type of the day holds; a day that becomes a statutory rest day because of the work of
//!   its week is not one yet. A length of exactly `up_to` is rounded, which may make it longer.
//! - Source: 29 CFR 785.48(b) where rounding is allowed at all. Taiwan, Labor Standards Act art. 24 as of 2016: work on a
//!   rest day is paid as 4, 8 or 12 hours.
//! - Shown:  timecards/rounding/lengths.md

use alloc::vec::Vec;

use crate::card::{CardState, Noticed, Pair, Span, SpanState, WorkedShift};
use crate::coded::coded;
use crate::codes::{DayType, DayTypeSet, ExceptionCode, PayCode, RuleId};
use crate::reason::{Because, Reason};
use crate::record::{Note, Recorder};
use crate::shape::calendar;
use crate::shape::rounding::Direction;
use crate::time::{Seconds, Workday};
use crate::timecard::Inputs;

/// Rounds the lengths of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LengthRounding {
    /// Its name.
    pub rule: RuleId,
    /// Which lengths it rounds.
    pub of: RoundedLength,
    /// Lengths become whole multiples of it; not zero.
    pub interval: Seconds,
    /// The direction of rounding.
    pub direction: Direction,
    /// A length that lacks at most this much to the multiple above (`Down`), or is at most this much beyond the multiple
    /// below (`Up`), becomes that multiple. Inclusive; less than `interval`.
    pub grace: Seconds,
    /// Longer lengths stay as they are. `None`: all are rounded.
    pub up_to: Option<Seconds>,
    /// Only on days of these types: of the workday itself, of pairs and shifts of that of their plan.
    pub day_types: DayTypeSet,
    /// The pay code of what is rounded off.
    pub off_to: PayCode,
}

coded! {
    /// What a length is the length of.
    RoundedLength {
        /// From an in to its out.
        Pair = 0 "pair",
        /// A worked shift.
        Shift = 1 "shift",
        /// A workday.
        Workday = 2 "workday",
    }
}

impl LengthRounding {
    /// The rounded length.
    fn round(&self, length: Seconds) -> Seconds {
        if self.up_to.is_some_and(|most| length > most) {
            return length;
        }
        let length = match self.direction {
            Direction::Down => length.plus(self.grace),
            Direction::Up => length.beyond(self.grace),
            Direction::Nearest(_) => length,
        };
        let residual = length.0 % self.interval.0.max(1);
        let up = residual > 0 && residual >= self.direction.up_from(self.interval.0);
        Seconds(length.0 - residual).plus(if up { self.interval } else { Seconds::ZERO })
    }
}

/// A pair, worked shift or workday of the card.
#[derive(Clone, Copy, Debug)]
struct Unit {
    /// Which one.
    key: i64,
    /// The worked shift of its first span.
    shift: u32,
    /// The workday of its first span.
    workday: Workday,
    /// What was worked in it.
    worked: Seconds,
    /// Its last span: an index.
    last: usize,
    /// What it rounds off, as far as it is not taken yet, or adds.
    rounded: Option<(LengthRounding, Change)>,
}

/// What becomes of a length.
#[derive(Clone, Copy, Debug)]
enum Change {
    Off(Seconds),
    Added(Seconds),
}

/// The units of one card.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scratch {
    units: Vec<Unit>,
    /// For each span the index of its unit; `usize::MAX` where it has none.
    unit_of: Vec<usize>,
}

/// Rounds the lengths of a card. `spare` is scratch for the rewritten spans.
pub(super) fn apply<R: Recorder>(
    inputs: &Inputs<'_>,
    state: &mut CardState,
    scratch: &mut Scratch,
    spare: &mut Vec<Span>,
    recorder: &mut R,
) {
    if !inputs.timeline.needs().length_rounding {
        return;
    }
    let CardState { shifts, pairs, spans, noticed, shown_on, .. } = state;
    for of in RoundedLength::ALL {
        scratch.measure(spans, |span| key_of(*of, span, pairs));
        let mut any = false;
        for unit in &mut scratch.units {
            unit.decide(*of, inputs, shifts);
            any |= unit.rounded.is_some();
        }
        if any {
            rewrite(spans, spare, scratch, shown_on, noticed, recorder);
        }
    }
}

/// Which pair, worked shift or workday a span belongs to; a gap belongs to no pair.
fn key_of(of: RoundedLength, span: &Span, pairs: &[Pair]) -> Option<i64> {
    match of {
        RoundedLength::Pair => {
            let begun = pairs.partition_point(|pair| pair.start <= span.start);
            let holding = pairs.get(..begun)?.iter().rposition(|pair| span.start < pair.end);
            holding.and_then(|index| i64::try_from(index).ok())
        }
        RoundedLength::Shift => span.shift.map(i64::from),
        RoundedLength::Workday => Some(i64::from(span.overtime_workday.0)),
    }
}

impl Scratch {
    /// Finds the units, and what was worked in each.
    fn measure(&mut self, spans: &[Span], key_of: impl Fn(&Span) -> Option<i64>) {
        let Scratch { units, unit_of } = self;
        units.clear();
        unit_of.clear();
        for (index, span) in spans.iter().enumerate() {
            let (Some(key), Some(shift)) = (key_of(span), span.shift) else {
                unit_of.push(usize::MAX);
                continue;
            };
            // Spans of one unit mostly follow each other, so that it is the last one.
            let known = units.iter().rposition(|unit| unit.key == key);
            let place = known.unwrap_or_else(|| {
                let workday = span.overtime_workday;
                units.push(Unit { key, shift, workday, worked: Seconds::ZERO, last: index, rounded: None });
                units.len() - 1
            });
            unit_of.push(place);
            if let Some(unit) = units.get_mut(place) {
                let worked = if span.state.is_work() { span.length() } else { Seconds::ZERO };
                (unit.worked, unit.last) = (unit.worked.plus(worked), index);
            }
        }
    }
}

impl Unit {
    /// Finds what its rule changes: that of the plan of its shift, for a workday of that of the workday.
    fn decide(&mut self, of: RoundedLength, inputs: &Inputs<'_>, shifts: &[WorkedShift]) {
        let of_shift = shifts.get(self.shift as usize).map_or(self.workday, |shift| shift.workday);
        let workday = match of {
            RoundedLength::Pair | RoundedLength::Shift => of_shift,
            RoundedLength::Workday => self.workday,
        };
        let rules = &inputs.timeline.at(workday).length_rounding;
        // What follows from the work of whole weeks is not known yet.
        let fits_day = |rule: &LengthRounding| {
            rule.day_types == DayTypeSet::ALL || rule.day_types.contains(calendar::of_card(inputs, &[], workday))
        };
        let own = rules.iter().find(|rule| rule.of == of && fits_day(rule));
        let Some(rule) = own.filter(|_| !self.worked.is_zero()) else { return };
        let rounded = rule.round(self.worked);
        let change = match rounded.cmp(&self.worked) {
            core::cmp::Ordering::Less => Change::Off(self.worked.beyond(rounded)),
            core::cmp::Ordering::Greater => Change::Added(rounded.beyond(self.worked)),
            core::cmp::Ordering::Equal => return,
        };
        self.rounded = Some((*rule, change));
    }
}

/// Takes off and adds what was decided, from the last span to the first.
fn rewrite<R: Recorder>(
    spans: &mut Vec<Span>,
    spare: &mut Vec<Span>,
    scratch: &mut Scratch,
    shown_on: &[Workday],
    noticed: &mut Vec<Noticed>,
    recorder: &mut R,
) {
    spare.clear();
    let Scratch { units, unit_of } = scratch;
    for (index, (span, place)) in spans.iter().zip(unit_of.iter()).enumerate().rev() {
        let unit = units.get_mut(*place);
        let Some((unit, (rule, change))) = unit.and_then(|unit| Some((unit.last, unit.rounded.as_mut()?))) else {
            spare.push(*span);
            continue;
        };
        match change {
            Change::Off(left) if span.state.is_work() => {
                let taken = span.length().at_most(*left);
                *left = left.beyond(taken);
                take_off(span, taken, rule, spare, recorder);
            }
            Change::Added(added) if unit == index => {
                let room = spare.last().map_or(Seconds::MAX, |next| next.start.since(span.end));
                let given = added.at_most(room);
                if given < *added {
                    let code = ExceptionCode::RoundConflict;
                    let shown_on = span.shift.and_then(|shift| shown_on.get(shift as usize));
                    let workday = shown_on.copied().unwrap_or(span.reporting_workday);
                    let lacks = added.beyond(given);
                    noticed.push(Noticed { rule: rule.rule, ..Noticed::in_punches(code, workday, span.end, lacks) });
                }
                if !given.is_zero() {
                    spare.push(added_after(span, given, rule));
                }
                spare.push(*span);
            }
            Change::Off(_) | Change::Added(_) => spare.push(*span),
        }
    }
    spare.reverse();
    core::mem::swap(spans, spare);
}

/// Pushes a span without its last seconds, behind them.
fn take_off<R: Recorder>(span: &Span, taken: Seconds, rule: &LengthRounding, spare: &mut Vec<Span>, recorder: &mut R) {
    let start = span.end.before(taken);
    if start < span.end {
        let reason = Reason { rule: rule.rule, because: Because::LengthRoundedDown { interval: rule.interval } };
        spare.push(Span { start, state: SpanState::UnpaidBreak, code: rule.off_to, reason, ..*span });
        if R::LISTENS {
            recorder.note(Note::TakenOff { reason, start, end: span.end });
        }
    }
    if span.start < start {
        spare.push(Span { end: start, ..*span });
    }
}

/// Paid time right after a span.
fn added_after(span: &Span, length: Seconds, rule: &LengthRounding) -> Span {
    Span {
        start: span.end,
        end: span.end.after(length),
        state: SpanState::Worked,
        day_type: DayType::Workday,
        code: PayCode::REGULAR,
        reason: Reason { rule: rule.rule, because: Because::LengthRoundedUp { interval: rule.interval } },
        ..*span
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shape::rounding::Tie;

    fn rounded(direction: Direction, grace: u32, length: u32) -> u32 {
        let rule = LengthRounding {
            rule: RuleId(4),
            of: RoundedLength::Workday,
            interval: Seconds::minutes(15),
            direction,
            grace: Seconds::minutes(grace),
            up_to: None,
            day_types: DayTypeSet::ALL,
            off_to: PayCode::UNPAID_BREAK,
        };
        rule.round(Seconds::minutes(length)).0 / 60
    }

    #[test]
    fn a_grace_reaches_the_multiple_that_is_near() {
        assert_eq!([536, 537, 540, 549].map(|length| rounded(Direction::Down, 3, length)), [525, 540, 540, 540]);
        assert_eq!([3, 525, 528, 529].map(|length| rounded(Direction::Up, 3, length)), [0, 525, 525, 540]);
        let nearest = Direction::Nearest(Tie::PartialMinuteDown);
        assert_eq!([7, 8, 22, 23].map(|length| rounded(nearest, 0, length)), [0, 15, 15, 30]);
    }
}
