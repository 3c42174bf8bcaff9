//! Edits of layer A: adding, recoding, resizing and splitting time.

use alloc::vec::Vec;
use core::ops::Range;

use crate::card::{CardState, Span, SpanState};
use crate::codes::{DayType, Layer, PayCode, Unit};
use crate::plugin::Refusal;
use crate::plugin::apply::{Draft, Scratch};
use crate::reason::Reason;
use crate::record::Edited;
use crate::shape::workdays::{ShiftFacts, ShiftLabels};
use crate::time::{Timestamp, Workday};
use crate::timecard::Inputs;
use crate::zone::ZoneCursor;

/// How many days the local date on which added work starts may lie from its workday.
const DAYS_FROM_WORKDAY: u32 = 2;

impl Draft<'_> {
    /// Adds work where nothing is. It belongs to the worked shift whose work it touches, that before it first;
    /// touching none, it belongs to none.
    pub(super) fn add(
        &mut self,
        workday: Workday,
        start: Timestamp,
        end: Timestamp,
        state: SpanState,
        code: PayCode,
        reason: Reason,
    ) -> Result<(), Refusal> {
        self.check_covered(workday)?;
        self.check_in_force(workday)?;
        self.check_stretch(start, end)?;
        let date = self.inputs.card.zone.date_at(start);
        if date.0.abs_diff(workday.0) > DAYS_FROM_WORKDAY {
            return Err(Refusal::FarFromWorkday { date, workday });
        }
        self.check_code(code, Layer::Base, Some(Unit::Second))?;
        if !state.is_work() || code == PayCode::UNPAID_BREAK {
            return Err(Refusal::AddedUnpaid);
        }
        self.draft_spans();
        let place = self.proposed.spans.partition_point(|span| span.end <= start);
        self.check_free(start, end, place..place)?;
        let before = place.checked_sub(1).and_then(|before| self.proposed.spans.get(before));
        let before = before.filter(|span| span.end == start && span.state.is_work());
        let after = self.proposed.spans.get(place).filter(|span| span.start == end && span.state.is_work());
        let shift = before.and_then(|span| span.shift).or(after.and_then(|span| span.shift));
        // Work that goes on has the tag of the work that it touches.
        let neighbour = before.or(after);
        let added = Span {
            start,
            end,
            overtime_workday: workday,
            reporting_workday: workday,
            state,
            day_type: DayType::Workday,
            shift,
            tag: neighbour.map_or(self.inputs.card.tag_on(workday), |span| span.tag),
            code,
            reason,
        };
        let origin_before = place.checked_sub(1).and_then(|before| self.proposed.places.get(before));
        let between = origin_before.map_or(0, |origin| origin.saturating_add(1) & !1);
        self.proposed.spans.insert(place, added);
        self.proposed.places.insert(place, between);
        self.proposed.drafted.new_seconds = true;
        self.proposed.drafted.work = true;
        self.note(reason, || Edited::Added { start, end, code });
        Ok(())
    }

    /// Changes the pay code of a stretch of a span.
    pub(super) fn recode(
        &mut self,
        span: u32,
        start: Timestamp,
        end: Timestamp,
        to: PayCode,
        reason: Reason,
    ) -> Result<(), Refusal> {
        self.check_code(to, Layer::Base, Some(Unit::Second))?;
        self.draft_spans();
        let parts = self.parts(span)?;
        self.check_inside(start, end, parts.clone())?;
        self.cut(start, parts.start);
        self.cut(end, parts.start);
        let mut index = parts.start;
        while let Some(part) = self.proposed.spans.get(index).copied().filter(|part| part.start < end) {
            if start <= part.start {
                let recoded = self.recoded(part, to, reason)?;
                if let Some(place) = self.proposed.spans.get_mut(index) {
                    *place = recoded;
                }
                self.note(reason, || Edited::Recoded { start: part.start, end: part.end, from: part.code, to });
            }
            index += 1;
        }
        Ok(())
    }

    /// The state of a recoded span: deducted, it is an unpaid break; paid again, a paid break.
    fn recoded(&mut self, part: Span, to: PayCode, reason: Reason) -> Result<Span, Refusal> {
        self.check_in_force(part.reporting_workday)?;
        let state = match (part.state, to == PayCode::UNPAID_BREAK) {
            (SpanState::Leave, _) => {
                self.check_leave(part.reporting_workday, to)?;
                SpanState::Leave
            }
            (_, true) => SpanState::UnpaidBreak,
            (SpanState::UnpaidBreak, false) => SpanState::PaidBreak,
            (work, false) => work,
        };
        self.proposed.drafted.work |= state.is_work() != part.state.is_work();
        Ok(Span { state, code: to, reason, ..part })
    }

    fn check_leave(&self, workday: Workday, to: PayCode) -> Result<(), Refusal> {
        let codes = &self.inputs.timeline.at(workday).leave.codes;
        let is_leave = codes.iter().any(|leave| leave.pays_to == to);
        if is_leave { Ok(()) } else { Err(Refusal::NotForLeave { code: self.code_name(to) }) }
    }

    /// Moves the ends of a span. What lies outside of them now is gone; new seconds pay what the end pays that they
    /// are added to, and have the workday that the ruleset gives to seconds of the worked shift.
    pub(super) fn resize(
        &mut self,
        span: u32,
        start: Timestamp,
        end: Timestamp,
        reason: Reason,
    ) -> Result<(), Refusal> {
        self.check_stretch(start, end)?;
        self.draft_spans();
        let parts = self.parts(span)?;
        let (start_before, end_before) = self.extent(parts.clone());
        let spans = self.proposed.spans.get(parts.clone()).unwrap_or(&[]);
        if spans.iter().any(|part| part.state == SpanState::Leave) {
            return Err(Refusal::LeaveKeepsItsTime);
        }
        if end <= start_before || end_before <= start {
            return Err(Refusal::MovedAway { start: self.wall(start_before), end: self.wall(end_before) });
        }
        self.check_free(start, end, parts.clone())?;
        self.lay_resized(parts.clone(), start, end);
        for index in 0..self.proposed.pieces.len() {
            let workday = self.proposed.pieces.get(index).map(|piece| piece.reporting_workday);
            workday.map_or(Ok(()), |workday| self.check_in_force(workday))?;
        }
        let Scratch { spans, places, pieces, drafted, .. } = &mut *self.proposed;
        let origin = span.saturating_mul(2).saturating_add(1);
        places.splice(parts.clone(), pieces.iter().map(|_| origin));
        drafted.work |= pieces.iter().any(|piece| piece.state.is_work());
        drafted.new_seconds = true;
        spans.splice(parts, pieces.drain(..));
        self.note(reason, || Edited::Resized { start_before, end_before, start, end });
        Ok(())
    }

    /// Fits the parts of a span between new ends, which contain some of it, and writes them to `pieces`.
    fn lay_resized(&mut self, parts: Range<usize>, start: Timestamp, end: Timestamp) {
        let Scratch { spans, pieces, .. } = &mut *self.proposed;
        pieces.clear();
        let spans = spans.get(parts).unwrap_or(&[]);
        let kept = || spans.iter().filter(|part| part.start < end && start < part.end);
        let (Some(first), Some(last)) = (kept().next(), kept().next_back()) else { return };
        if start < first.start {
            lay_like_shift(self.inputs, self.state, Span { start, end: first.start, ..*first }, pieces);
        }
        let first_kept = pieces.len();
        pieces.extend(kept().map(|part| Span { start: part.start.max(start), end: part.end.min(end), ..*part }));
        let first_added = pieces.len();
        if last.end < end {
            lay_like_shift(self.inputs, self.state, Span { start: last.end, end, ..*last }, pieces);
        }
        join(pieces, first_added);
        join(pieces, first_kept);
    }

    /// Cuts a span in two.
    pub(super) fn split(&mut self, span: u32, at: Timestamp, reason: Reason) -> Result<(), Refusal> {
        self.draft_spans();
        let parts = self.parts(span)?;
        let (start, end) = self.extent(parts.clone());
        if at <= start || end <= at {
            return Err(Refusal::OutsideSpan { start: self.wall(start), end: self.wall(end) });
        }
        let part = self.proposed.spans.get(parts.clone()).and_then(|parts| parts.iter().find(|part| at <= part.end));
        part.map_or(Ok(()), |part| self.check_in_force(part.reporting_workday))?;
        self.cut(at, parts.start);
        self.note(reason, || Edited::Split { at });
        Ok(())
    }

    fn draft_spans(&mut self) {
        if !self.proposed.drafted.spans {
            self.proposed.spans.extend_from_slice(&self.state.spans);
            self.proposed.places.extend((0..self.state.spans.len() as u32).map(|index| 2 * index + 1));
            self.proposed.drafted.spans = true;
        }
    }

    /// Layer A as earlier edits left it.
    fn spans(&self) -> &[Span] {
        if self.proposed.drafted.spans { &self.proposed.spans } else { &self.state.spans }
    }

    /// Where the parts of a span that the hook was given are now. There is always at least one.
    pub(super) fn parts(&self, span: u32) -> Result<Range<usize>, Refusal> {
        let rows = self.state.spans.len();
        if span as usize >= rows {
            return Err(Refusal::NoSuchSpan { row: span, rows });
        }
        if !self.proposed.drafted.spans {
            return Ok(span as usize..span as usize + 1);
        }
        let origin = span.saturating_mul(2).saturating_add(1);
        let first = self.proposed.places.partition_point(|place| *place < origin);
        let end = self.proposed.places.partition_point(|place| *place <= origin);
        Ok(first..end)
    }

    /// The parts of a span as they are now.
    pub(super) fn at(&self, parts: Range<usize>) -> &[Span] {
        self.spans().get(parts).unwrap_or(&[])
    }

    /// From where to where the parts of a span reach.
    fn extent(&self, parts: Range<usize>) -> (Timestamp, Timestamp) {
        match self.at(parts) {
            [only] => (only.start, only.end),
            [first, .., last] => (first.start, last.end),
            [] => (Timestamp::default(), Timestamp::default()),
        }
    }

    pub(super) fn check_inside(&self, start: Timestamp, end: Timestamp, parts: Range<usize>) -> Result<(), Refusal> {
        let (first, last) = self.extent(parts);
        if end <= start {
            return Err(Refusal::Backwards);
        }
        if start < first || last < end {
            return Err(Refusal::OutsideSpan { start: self.wall(first), end: self.wall(last) });
        }
        Ok(())
    }

    /// A stretch meets none of the spans around `parts`.
    fn check_free(&self, start: Timestamp, end: Timestamp, parts: Range<usize>) -> Result<(), Refusal> {
        let before = parts.start.checked_sub(1).and_then(|before| self.spans().get(before));
        let before = before.filter(|span| start < span.end);
        let after = self.spans().get(parts.end).filter(|span| span.start < end);
        match before.or(after) {
            Some(span) => Err(Refusal::Overlaps { start: self.wall(span.start), end: self.wall(span.end) }),
            None => Ok(()),
        }
    }

    /// Cuts the span that contains `at` inside, among those from `from` on.
    fn cut(&mut self, at: Timestamp, from: usize) {
        let Scratch { spans, places, .. } = &mut *self.proposed;
        let behind = spans.get(from..).map_or(0, |spans| spans.partition_point(|span| span.end <= at));
        let index = from + behind;
        let Some(span) = spans.get_mut(index).filter(|span| span.start < at) else { return };
        let later = Span { start: at, ..*span };
        span.end = at;
        let place = places.get(index).copied().unwrap_or(0);
        spans.insert(index + 1, later);
        places.insert(index + 1, place);
    }
}

/// Adds a stretch with the labels that the ruleset gives to seconds of its worked shift, cut where they change; without
/// a worked shift, as it is.
fn lay_like_shift(inputs: &Inputs<'_>, state: &CardState, stretch: Span, pieces: &mut Vec<Span>) {
    let clock = &mut ZoneCursor::new(inputs.card.zone);
    let CardState { shifts, pairs, scheduled, .. } = state;
    match stretch.shift.and_then(|number| Some((number, shifts.get(number as usize)?))) {
        Some((number, shift)) => {
            let rules = &inputs.plan_of(shift).workdays;
            let facts = ShiftFacts::of(shifts, number, pairs, scheduled);
            ShiftLabels::of(rules, &facts, clock).lay(stretch, clock, pieces);
        }
        None => pieces.push(stretch),
    }
}

/// Joins the span at `index` with the one before it, when they touch and differ in nothing else.
fn join(spans: &mut Vec<Span>, index: usize) {
    let Some(later) = spans.get(index).copied() else { return };
    let before = index.checked_sub(1).and_then(|before| spans.get_mut(before));
    let Some(earlier) = before.filter(|before| before.end == later.start) else { return };
    if (Span { start: later.start, end: later.end, ..*earlier }) == later {
        earlier.end = later.end;
        spans.remove(index);
    }
}
