//! Edits beside the timeline: premiums, quantities, exceptions, and what is carried over.

use crate::card::{Noticed, PremiumSpan, Quantity};
use crate::codes::{CarryKey, ExceptionCode, Layer, PayCode, Unit};
use crate::plugin::Refusal;
use crate::plugin::apply::Draft;
use crate::reason::Reason;
use crate::record::Edited;
use crate::time::{HOUR, Seconds, Timestamp, Workday};
use crate::timecard::Carried;

/// Most occurrences that one edit may pay.
const OCCURRENCES_MAX: u32 = 1_000_000;
/// Most seconds that one edit may pay: a year.
const SECONDS_MAX: u32 = 366 * 24 * HOUR;

impl Draft<'_> {
    /// Pays a premium over a stretch of a span, which must be work.
    pub(super) fn premium(
        &mut self,
        span: u32,
        start: Timestamp,
        end: Timestamp,
        code: PayCode,
        reason: Reason,
    ) -> Result<(), Refusal> {
        self.check_code(code, Layer::Premium, Some(Unit::Second))?;
        let parts = self.parts(span)?;
        self.check_inside(start, end, parts.clone())?;
        self.check_unpaid(start, end, code, reason)?;
        let new = self.proposed.premiums.len();
        for index in parts {
            let Some(part) = self.at(index..index + 1).first().copied() else { continue };
            let (start, end) = (part.start.max(start), part.end.min(end));
            if start >= end {
                continue;
            }
            self.check_in_force(part.reporting_workday)?;
            if !part.state.is_work() {
                return Err(Refusal::NotWork { start: self.wall(start), end: self.wall(end), state: part.state });
            }
            let reporting_workday = part.reporting_workday;
            match self.proposed.premiums.get_mut(new..).and_then(<[PremiumSpan]>::last_mut) {
                Some(last) if last.end == start && last.reporting_workday == reporting_workday => last.end = end,
                _ => self.proposed.premiums.push(PremiumSpan { start, end, reporting_workday, code, reason }),
            }
        }
        self.note(reason, || Edited::Premium { start, end, code });
        Ok(())
    }

    /// One rule pays no second twice with one code.
    fn check_unpaid(&self, start: Timestamp, end: Timestamp, code: PayCode, reason: Reason) -> Result<(), Refusal> {
        let mut paid = self.state.premiums.iter().chain(&self.proposed.premiums).filter(|premium| {
            let same = premium.code == code && premium.reason.rule == reason.rule;
            same && premium.start < end && start < premium.end
        });
        match paid.next() {
            Some(paid) => Err(Refusal::PaidTwice {
                code: self.code_name(code),
                start: self.wall(paid.start),
                end: self.wall(paid.end),
            }),
            None => Ok(()),
        }
    }

    /// Pays a quantity. Nothing is no quantity, but a plugin may say why it pays nothing: a note gives the reason.
    pub(super) fn quantity(
        &mut self,
        workday: Workday,
        code: PayCode,
        amount: u32,
        reason: Reason,
    ) -> Result<(), Refusal> {
        self.check_covered(workday)?;
        self.check_in_force(workday)?;
        let most = match self.check_code(code, Layer::Quantity, None)?.unit {
            Unit::Second => SECONDS_MAX,
            Unit::Count => OCCURRENCES_MAX,
        };
        if amount > most {
            return Err(Refusal::TooMuch { amount, most });
        }
        if amount > 0 {
            self.proposed.quantities.push(Quantity { workday, code, amount, reason });
        }
        self.note(reason, || Edited::Quantity { workday, code, amount });
        Ok(())
    }

    /// Adds an exception.
    pub(super) fn mark(
        &mut self,
        workday: Workday,
        code: ExceptionCode,
        at: Timestamp,
        measure: Seconds,
        reason: Reason,
    ) -> Result<(), Refusal> {
        self.check_covered(workday)?;
        self.check_in_force(workday)?;
        self.check_covered(self.inputs.card.zone.date_at(at))?;
        if code.is_of_engine() {
            return Err(Refusal::NotForPlugins { code });
        }
        let says = if let crate::reason::Because::ByPlugin { reason } = reason.because { Some(reason) } else { None };
        self.proposed.noticed.push(Noticed { code, workday, at, measure, rule: reason.rule, shift: None, says });
        self.note(reason, || Edited::Marked { workday, code, at, measure });
        Ok(())
    }

    /// Carries a value over to the next pay period; the last one for a key counts.
    pub(super) fn carry(&mut self, key: CarryKey, value: i64, reason: Reason) -> Result<(), Refusal> {
        if self.bound.position_of(key).is_none() {
            return Err(Refusal::UnknownKey);
        }
        let before = self.carried(key);
        self.proposed.carried.push(Carried { key, value });
        self.note(reason, || Edited::Carried { key, before, value });
        Ok(())
    }

    fn carried(&self, key: CarryKey) -> Option<i64> {
        let drafted = self.proposed.carried.iter().rev().find(|carried| carried.key == key);
        drafted.map(|carried| carried.value).or_else(|| self.state.carried_value(self.inputs, key))
    }
}
