//! Clocks that were off: the punches of a device are moved by how much its clock was wrong.
//! - Takes:  raw punches with their tags.
//! - Gives:  their instants as a right clock would have shown them.
//! - Keeps:  the raw punch: corrections name a punch by what was recorded.
//! - Runs:   before corrections, so that repeats, shifts and everything after see right instants.
//! - Edges:  the local date that the wrong clock showed decides which rule holds; of several the first. What a correction
//!   adds or retimes was stated by a person and is not moved.
//! - Source: 29 CFR 785.48(a): clocks and hours worked may differ; the hours worked are paid.
//! - Shown:  timecards/punches/clocks.md

use crate::card::KeptPunch;
use crate::codes::RuleId;
use crate::record::{Note, Recorder};
use crate::tags::{FilterId, TagId};
use crate::time::{Timestamp, Workday};
use crate::timecard::Inputs;
use crate::zone::ZoneCursor;

/// How much the clock of some punches was off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockOffset {
    /// Its name.
    pub rule: RuleId,
    /// The punches: those of a device, say.
    pub tags: FilterId,
    /// Seconds that are added to an instant; less than zero where the clock was fast. At most a day either way.
    pub add: i32,
    /// The first local date on which it holds; none: always before `until`.
    pub from: Option<Workday>,
    /// The last one; none: always after `from`.
    pub until: Option<Workday>,
}

impl ClockOffset {
    fn holds_on(&self, day: Workday) -> bool {
        self.from.is_none_or(|from| from <= day) && self.until.is_none_or(|until| day <= until)
    }
}

/// Moves the raw punches whose clock was off.
pub(super) fn apply<R: Recorder>(inputs: &Inputs<'_>, punches: &mut [KeptPunch], recorder: &mut R) {
    let mut clock = ZoneCursor::new(inputs.card.zone);
    for punch in punches {
        let from = punch.at;
        if let Some((rule, to)) = right_instant(inputs, &mut clock, from, punch.tag) {
            punch.at = to;
            recorder.note(Note::ClockWasOff { rule, from, to });
        }
    }
}

/// The instant that a right clock would have shown for a punch with a tag, and the rule that says so; `None`: its clock
/// was right.
pub(super) fn right_instant(
    inputs: &Inputs<'_>,
    clock: &mut ZoneCursor<'_>,
    shown: Timestamp,
    tag: TagId,
) -> Option<(RuleId, Timestamp)> {
    let day = clock.date_at(shown);
    let rules = &inputs.timeline.at(day).clock_offsets;
    let fitting = |rule: &&ClockOffset| rule.holds_on(day) && inputs.tags.fits(Some(rule.tags), tag);
    let rule = rules.iter().find(fitting)?;
    let right = Timestamp(shown.0.saturating_add(i64::from(rule.add)));
    Some((rule.rule, right.max(Timestamp::FIRST).min(Timestamp::LAST)))
}
