//! Edits of punches: one is moved, or does not count.

use alloc::vec::Vec;

use crate::card::{CardState, KeptPunch};
use crate::open;
use crate::plugin::Refusal;
use crate::plugin::apply::Draft;
use crate::reason::Reason;
use crate::record::{Edited, Recorder};
use crate::time::Timestamp;
use crate::timecard::Inputs;

impl Draft<'_> {
    /// Moves a punch. Both its dates must be covered by the facts, and the new instant may not be ahead of time.
    pub(super) fn retime(&mut self, punch: u32, to: Timestamp, reason: Reason) -> Result<(), Refusal> {
        let from = self.punch(punch)?.at;
        let date = self.inputs.card.zone.date_at(to);
        self.check_covered(date)?;
        self.check_in_force(date)?;
        let rules = &self.inputs.timeline.at(date).normalise;
        if to.since(self.inputs.window.as_of) > rules.future_skew_max {
            return Err(Refusal::Future { at: self.wall(to) });
        }
        if let Some(Some(punch)) = self.proposed.punches.get_mut(punch as usize) {
            punch.at = rules.cut(to);
        }
        self.note(reason, || Edited::Retimed { from, to: rules.cut(to) });
        Ok(())
    }

    /// Lets a punch not count.
    pub(super) fn discard(&mut self, punch: u32, reason: Reason) -> Result<(), Refusal> {
        let at = self.punch(punch)?.at;
        if let Some(place) = self.proposed.punches.get_mut(punch as usize) {
            *place = None;
        }
        self.note(reason, || Edited::Discarded { at });
        Ok(())
    }

    /// A punch as earlier edits left it, on a day on which the plugin is in force.
    fn punch(&mut self, row: u32) -> Result<KeptPunch, Refusal> {
        if !self.proposed.drafted.punches {
            self.proposed.punches.extend(self.state.punches.iter().copied().map(Some));
            self.proposed.drafted.punches = true;
        }
        let rows = self.proposed.punches.len();
        let punch = self.proposed.punches.get(row as usize).ok_or(Refusal::NoSuchPunch { row, rows })?;
        let punch = punch.ok_or(Refusal::PunchDiscarded)?;
        self.check_in_force(self.inputs.card.zone.date_at(punch.at))?;
        Ok(punch)
    }
}

/// Brings the edited punches into order and thins them out.
pub(super) fn commit<R: Recorder>(
    inputs: &Inputs<'_>,
    state: &mut CardState,
    punches: &mut Vec<Option<KeptPunch>>,
    recorder: &mut R,
) {
    state.punches.clear();
    state.punches.extend(punches.drain(..).flatten());
    open::settle_edited(inputs, state, recorder);
}
