//! Edits of the schedule: the employee is expected at other times.

use crate::plugin::Refusal;
use crate::plugin::apply::Draft;
use crate::reason::Reason;
use crate::record::Edited;
use crate::time::{HOUR, Seconds, Timestamp};

/// How far from the scheduled shift an employee may be expected.
const EXPECTED_WITHIN: Seconds = Seconds(24 * HOUR);

impl Draft<'_> {
    /// Moves what is expected of a scheduled shift; the shift itself stays. A shift that is wholly on leave is not
    /// compared, whatever is expected.
    pub(super) fn expect(
        &mut self,
        scheduled: u32,
        start: Timestamp,
        end: Timestamp,
        reason: Reason,
    ) -> Result<(), Refusal> {
        if !self.proposed.drafted.scheduled {
            self.proposed.scheduled.extend_from_slice(&self.state.scheduled);
            self.proposed.drafted.scheduled = true;
        }
        let rows = self.proposed.scheduled.len();
        let shift = self.proposed.scheduled.get(scheduled as usize).copied();
        let shift = shift.ok_or(Refusal::NoSuchScheduled { row: scheduled, rows })?;
        self.check_in_force(shift.workday)?;
        if end <= start {
            return Err(Refusal::Backwards);
        }
        if start < shift.start.before(EXPECTED_WITHIN) || shift.end.after(EXPECTED_WITHIN) < end {
            return Err(Refusal::FarFromShift { start: self.wall(shift.start), end: self.wall(shift.end) });
        }
        if let Some(shift) = self.proposed.scheduled.get_mut(scheduled as usize) {
            (shift.expected_start, shift.expected_end) = (start, end);
        }
        self.note(reason, || Edited::Expected {
            workday: shift.workday,
            start_before: shift.expected_start,
            end_before: shift.expected_end,
            start,
            end,
        });
        Ok(())
    }
}
