//! Random edits: most of them are allowed, some not.

use shiftmill_core::{
    CardState, CarryKey, Change, Edit, Edits, ExceptionCode, Hook, PayCode, PlanTimeline, Seconds, SpanState,
    Timestamp, Workday,
};

use crate::engine::Question;
use crate::generate::Random;
use crate::made_up_plugin;

/// An edit in the making.
struct Maker<'a> {
    random: &'a mut Random,
    question: &'a Question,
    timeline: &'a PlanTimeline,
    state: &'a CardState,
    /// Instants are multiples of this.
    grid: i64,
    /// How likely anything is out of place, in percent.
    odd: u64,
}

/// A few edits for a card at a hook.
pub(super) fn edits(
    random: &mut Random,
    question: &Question,
    timeline: &PlanTimeline,
    state: &CardState,
    hook: Hook,
) -> Edits {
    let odd = *random.one_of(&[0, 0, 3, 10]);
    let fine = state.spans.iter().any(|span| span.start.0 % 300 != 0 || span.end.0 % 300 != 0);
    let grid = if fine { 60 } else { 300 };
    let mut maker = Maker { random, question, timeline, state, grid, odd };
    let mut edits = Edits::default();
    for number in 0..1 + maker.random.below(6) {
        let Some(change) = maker.change(hook) else { continue };
        edits.arguments.push(number as i64);
        let argument_end = edits.arguments.len() as u32;
        edits.list.push(Edit { change, rule: made_up_plugin::rule(timeline), argument_end });
    }
    edits
}

impl Maker<'_> {
    /// A change of a kind that the hook takes; seldom of any.
    fn change(&mut self, hook: Hook) -> Option<Change> {
        let hook = if self.is_odd() { *self.random.one_of(Hook::ALL) } else { hook };
        let kinds: &[u8] = match hook {
            Hook::Punches => &[1, 1, 1, 2, 10],
            Hook::Schedule => &[3, 3, 3, 9, 10, 11],
            Hook::Days | Hook::Period => &[4, 4, 5, 5, 5, 6, 6, 7, 8, 8, 9, 10, 11],
        };
        match *self.random.one_of(kinds) {
            1 => {
                let punch = self.row(self.state.punches.len())?;
                let at = self.state.punches.get(punch as usize).map_or(Timestamp(0), |punch| punch.at);
                let to = self.near(at, 12);
                Some(Change::Retime { punch, to })
            }
            2 => Some(Change::Discard { punch: self.row(self.state.punches.len())? }),
            3 => {
                let scheduled = self.row(self.state.scheduled.len())?;
                let shift = self.state.scheduled.get(scheduled as usize)?;
                let (start, end) = (self.near(shift.start, 60), self.near(shift.end, 60));
                Some(Change::Expect { scheduled, start, end })
            }
            4 => {
                let span = self.state.spans.get(self.row(self.state.spans.len())? as usize).copied();
                let beside = span.map_or(Timestamp(self.question.window.as_of.0 - 86_400), |span| span.end);
                let start = if self.random.chance(50) { beside } else { self.near(beside, 60) };
                let end = Timestamp(start.0.saturating_add((1 + self.random.below(30) as i64) * self.grid));
                let workday = span.map_or_else(|| self.day(), |span| span.reporting_workday);
                let states = [SpanState::Worked, SpanState::Worked, SpanState::PaidBreak, SpanState::Leave];
                let states = if self.is_odd() { &states[..] } else { &states[..3] };
                let state = *self.random.one_of(states);
                Some(Change::Add { workday: self.or_any_day(workday), start, end, state, code: self.code() })
            }
            5 => {
                let (span, start, end) = self.part()?;
                Some(Change::Recode { span, start, end, to: self.code() })
            }
            6 => {
                let span = self.row(self.state.spans.len())?;
                let given = self.state.spans.get(span as usize)?;
                let (start, end) = (self.near(given.start, 8), self.near(given.end, 8));
                Some(Change::Resize { span, start, end })
            }
            7 => {
                let (span, start, _) = self.part()?;
                Some(Change::Split { span, at: start })
            }
            8 => {
                let (span, start, end) = self.part()?;
                let code = if self.is_odd() { self.code() } else { PayCode(6 + self.random.below(2) as u16) };
                Some(Change::Premium { span, start, end, code })
            }
            9 => {
                let code = *self.random.one_of(&[PayCode(8), PayCode(9), PayCode(13)]);
                let code = if self.is_odd() { self.code() } else { code };
                let amount = if self.is_odd() { u32::MAX } else { self.random.below(20_000) as u32 };
                Some(Change::Quantity { workday: self.day(), code, amount })
            }
            10 => {
                let code = *self.random.one_of(ExceptionCode::ALL);
                let code = if code.is_of_engine() && !self.is_odd() { ExceptionCode::NeedsReview } else { code };
                let workday = self.day();
                let at = self.near(self.question.zone.midnight(workday), 100);
                Some(Change::Mark { workday, code, at, measure: Seconds(self.random.below(4_000) as u32) })
            }
            _ => {
                let key = CarryKey(u16::from(self.is_odd()));
                Some(Change::Carry { key, value: self.random.next_number() as i64 })
            }
        }
    }

    fn is_odd(&mut self) -> bool {
        self.random.chance(self.odd)
    }

    /// A row of a list, seldom one beyond.
    fn row(&mut self, rows: usize) -> Option<u32> {
        let beyond = u64::from(self.is_odd());
        (rows > 0).then(|| self.random.below(rows as u64 + beyond) as u32)
    }

    /// An instant within some steps of another; seldom anywhere.
    fn near(&mut self, at: Timestamp, steps: i64) -> Timestamp {
        if self.is_odd() {
            return Timestamp(*self.random.one_of(&[i64::MIN, 0, at.0 + 900 * 86_400, at.0 - 3 * 86_400, i64::MAX]));
        }
        Timestamp(at.0 + (self.random.below(2 * steps as u64 + 1) as i64 - steps) * self.grid)
    }

    /// A part of a span, often all of it.
    fn part(&mut self) -> Option<(u32, Timestamp, Timestamp)> {
        let row = self.row(self.state.spans.len())?;
        let Some(span) = self.state.spans.get(row as usize) else { return Some((row, Timestamp(0), Timestamp(60))) };
        let length = (span.end.0 - span.start.0).div_euclid(self.grid).max(1) as u64;
        let from = if self.random.chance(40) { 0 } else { self.random.below(length) };
        let steps = 1 + self.random.below(length - from);
        let start = Timestamp(span.start.0 + from as i64 * self.grid);
        let end = if self.random.chance(40) { span.end } else { Timestamp(start.0 + steps as i64 * self.grid) };
        let end = if self.is_odd() { Timestamp(end.0 + self.grid) } else { end.min(span.end) };
        Some((row, start, end))
    }

    /// A day that the facts cover; seldom another.
    fn day(&mut self) -> Workday {
        let facts = self.question.window.facts;
        let slack = if self.is_odd() { 4 } else { 0 };
        let days = (facts.last.0 - facts.first.0 + 1 + 2 * slack) as u64;
        facts.first.plus(self.random.below(days) as i32 - slack)
    }

    fn or_any_day(&mut self, workday: Workday) -> Workday {
        if self.is_odd() { self.day() } else { workday }
    }

    /// A code of the base layer; seldom any, or none.
    fn code(&mut self) -> PayCode {
        if self.is_odd() {
            let codes = self.timeline.names().pay_codes.len() as u64;
            return PayCode(self.random.below(codes + 2) as u16);
        }
        *self.random.one_of(&[0, 0, 1, 2, 3, 4, 5, 11, 12].map(PayCode))
    }
}
