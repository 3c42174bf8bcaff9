//! One employee's facts as rows: for readers of files, screens and tests. Batches are columns of these.

use alloc::{string::String, vec::Vec};

use crate::batch::TimecardBatch;
use crate::codes::{PunchKind, RosterKind};
use crate::tags::TagId;
use crate::time::{Seconds, Timestamp, Workday};
use crate::timecard::{
    Approval, Assignment, Attestation, Carried, Correction, DayOverride, Employment, Leave, ManualHours,
    OpeningBalance, Override, Waiver,
};

/// One employee's facts as rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CardFacts {
    /// The employee's key.
    pub employee: String,
    /// Which of the request's rulesets.
    pub ruleset: u16,
    /// Which of the request's zones.
    pub zone: u16,
    /// How many of the employee's rows could not be read and are not among the facts; results are then provisional.
    pub rejected_rows: u32,
    /// The employee's tag, by position in the request's dictionary: that of work whose punch and roster row have none.
    pub tag: TagId,
    /// Clock events in any order.
    pub punches: Vec<Punch>,
    /// Scheduled shifts in any order.
    pub shifts: Vec<ShiftFact>,
    /// Approved leave.
    pub leave: Vec<Leave>,
    /// Corrections.
    pub corrections: Vec<Correction>,
    /// Waivers.
    pub waivers: Vec<Waiver>,
    /// Day types decided for this employee.
    pub day_overrides: Vec<DayOverride>,
    /// Requests and what was decided about them.
    pub approvals: Vec<Approval>,
    /// When the employee was employed; always, when there is nothing.
    pub employment: Vec<Employment>,
    /// What changes for the employee by date.
    pub assignments: Vec<Assignment>,
    /// Hours that a person added.
    pub manual_hours: Vec<ManualHours>,
    /// What the employee attested.
    pub attestations: Vec<Attestation>,
    /// Pay lines that a person stated, whatever is computed.
    pub overrides: Vec<Override>,
    /// Counters carried in.
    pub opening_balances: Vec<OpeningBalance>,
    /// What plugins carried over from the pay period before.
    pub carried: Vec<Carried>,
}

/// One clock event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Punch {
    /// When.
    pub at: Timestamp,
    /// Its kind.
    pub kind: PunchKind,
    /// The caller's number; within one batch all punches have one or none counts.
    pub id: Option<u64>,
    /// Its tag.
    pub tag: TagId,
    /// When it became known. `None`: at its own instant.
    pub recorded_at: Option<Timestamp>,
}

/// One roster row: mostly a scheduled shift.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShiftFact {
    /// Its workday.
    pub workday: Workday,
    /// What the person is told to do.
    pub kind: RosterKind,
    /// When; not read for kinds without times ([`RosterKind::has_times`]).
    pub times: ShiftTimes,
    /// Its tag.
    pub tag: TagId,
    /// The number of the split shift that it is a block of: rows of one workday and kind with the same number are one
    /// shift. 0: a shift of its own.
    pub split: u8,
}

impl ShiftFact {
    /// A shift that the person is told to work.
    pub const fn work(workday: Workday, times: ShiftTimes) -> ShiftFact {
        ShiftFact { workday, kind: RosterKind::Work, times, split: 0, tag: TagId::NONE }
    }

    /// A row without times.
    pub const fn whole_day(workday: Workday, kind: RosterKind) -> ShiftFact {
        ShiftFact { workday, kind, times: ShiftTimes::Clock { start: 0, end: 0 }, split: 0, tag: TagId::NONE }
    }
}

/// How a roster row states its times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShiftTimes {
    /// Wall-clock seconds from the midnight that opens the workday.
    Clock {
        /// Start; may pass 24:00.
        start: i32,
        /// End; after the start.
        end: i32,
    },
    /// The ruleset's shift template with this index (from 0).
    Template(u16),
    /// No clock times: only how much is expected. Of rows of kind work only.
    Length(Seconds),
    /// A start, and an end that is free. Of rows of kind work only.
    FreeEnd {
        /// Start, as for clock times.
        start: i32,
        /// How much is expected; zero: nothing.
        expects: Seconds,
    },
}

/// A punch lies too far from the batch's base instant (68 years) to be written as an offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a punch lies more than 68 years from the others")]
pub struct PunchTooFar;

impl TimecardBatch {
    /// Adds one employee. The first punch of the batch sets its base instant, unless it was set before.
    ///
    /// # Errors
    /// [`PunchTooFar`]; the batch is then as it was.
    pub fn push(&mut self, facts: &CardFacts) -> Result<(), PunchTooFar> {
        // Every list is named, so that a new one does not compile until it is added here.
        let CardFacts {
            employee,
            ruleset,
            zone,
            rejected_rows,
            tag,
            punches,
            shifts,
            leave: _,
            corrections: _,
            waivers: _,
            day_overrides: _,
            approvals: _,
            employment: _,
            assignments: _,
            manual_hours: _,
            attestations: _,
            overrides: _,
            opening_balances: _,
            carried: _,
        } = facts;
        if self.punch_at.is_empty()
            && self.punch_base == Timestamp::default()
            && let Some(first) = punches.first()
        {
            self.punch_base = first.at;
        }
        let base = self.punch_base;
        let offset = |at: Timestamp| i32::try_from(at.0.saturating_sub(base.0)).ok();
        let recorded = |punch: &Punch| punch.recorded_at.unwrap_or(punch.at);
        if punches.iter().any(|punch| offset(punch.at).is_none() || offset(recorded(punch)).is_none()) {
            return Err(PunchTooFar);
        }
        let owner = self.employees.len() as u32;
        self.employees.push(employee.clone());
        self.ruleset.push(*ruleset);
        self.zone.push(*zone);
        self.push_rejected(*rejected_rows);
        self.push_tag(*tag);
        self.punch_count.push(punches.len() as u32);
        self.punch_at.extend(punches.iter().filter_map(|punch| offset(punch.at)));
        self.punch_kind.extend(punches.iter().map(|punch| punch.kind as u8));
        self.push_ids(punches);
        push_tags(&mut self.punch_tag, self.punch_at.len(), punches.iter().map(|punch| punch.tag));
        // A column of the whole batch: every punch before was recorded at its own instant.
        if punches.iter().any(|punch| punch.recorded_at.is_some()) || !self.punch_recorded_at.is_empty() {
            let before = self.punch_recorded_at.len()..self.punch_at.len() - punches.len();
            self.punch_recorded_at.extend_from_slice(self.punch_at.get(before).unwrap_or(&[]));
            self.punch_recorded_at.extend(punches.iter().filter_map(|punch| offset(recorded(punch))));
        }
        self.push_shifts(shifts);
        self.push_kinds(shifts);
        push_tags(&mut self.shift_tag, self.shift_workday.len(), shifts.iter().map(|shift| shift.tag));
        self.push_splits(shifts);
        self.push_lengths(shifts);
        self.push_free_ends(shifts);
        self.push_sparse(owner, facts);
        Ok(())
    }

    /// A column of the whole batch: it is filled up with zeros as soon as one employee has rejected rows.
    fn push_rejected(&mut self, rows: u32) {
        if rows > 0 || !self.rejected_rows.is_empty() {
            self.rejected_rows.resize(self.employees.len() - 1, 0);
            self.rejected_rows.push(rows);
        }
    }

    /// A column of the whole batch, as rejected rows are.
    fn push_tag(&mut self, tag: TagId) {
        if tag != TagId::NONE || !self.tag.is_empty() {
            self.tag.resize(self.employees.len() - 1, TagId::NONE);
            self.tag.push(tag);
        }
    }

    /// Kinds are a column of the whole batch: it is filled up with `work` as soon as one row has another kind.
    fn push_kinds(&mut self, shifts: &[ShiftFact]) {
        let any = shifts.iter().any(|shift| shift.kind != RosterKind::Work);
        if any || !self.shift_kind.is_empty() {
            self.shift_kind.resize(self.shift_workday.len() - shifts.len(), RosterKind::Work.number());
            self.shift_kind.extend(shifts.iter().map(|shift| shift.kind.number()));
        }
    }

    /// Split shifts are a column of the whole batch: it is filled up with zeros as soon as one row is a block of one.
    fn push_splits(&mut self, shifts: &[ShiftFact]) {
        if shifts.iter().any(|shift| shift.split != 0) || !self.shift_split.is_empty() {
            self.shift_split.resize(self.shift_workday.len() - shifts.len(), 0);
            self.shift_split.extend(shifts.iter().map(|shift| shift.split));
        }
    }

    /// Free ends are a column of the whole batch: it is filled up with zeros as soon as one end is free.
    fn push_free_ends(&mut self, shifts: &[ShiftFact]) {
        let free = |shift: &ShiftFact| u8::from(matches!(shift.times, ShiftTimes::FreeEnd { .. }));
        if shifts.iter().any(|shift| free(shift) != 0) || !self.shift_free_end.is_empty() {
            self.shift_free_end.resize(self.shift_workday.len() - shifts.len(), 0);
            self.shift_free_end.extend(shifts.iter().map(free));
        }
    }

    /// Lengths are a column of the whole batch: it is filled up with zeros as soon as one row states one.
    fn push_lengths(&mut self, shifts: &[ShiftFact]) {
        let length = |shift: &ShiftFact| match shift.times {
            ShiftTimes::Length(length) | ShiftTimes::FreeEnd { expects: length, .. } => length.0,
            ShiftTimes::Clock { .. } | ShiftTimes::Template(_) => 0,
        };
        if shifts.iter().any(|shift| length(shift) != 0) || !self.shift_hours.is_empty() {
            self.shift_hours.resize(self.shift_workday.len() - shifts.len(), 0);
            self.shift_hours.extend(shifts.iter().map(length));
        }
    }

    fn push_shifts(&mut self, shifts: &[ShiftFact]) {
        self.shift_count.push(shifts.len() as u32);
        for shift in shifts {
            let (start, end, template) = match shift.times {
                ShiftTimes::Clock { start, end } => (start, end, 0),
                ShiftTimes::Template(index) => (0, 0, index.saturating_add(1)),
                ShiftTimes::Length(_) => (0, 0, 0),
                ShiftTimes::FreeEnd { start, .. } => (start, 0, 0),
            };
            self.shift_workday.push(shift.workday.0);
            self.shift_start.push(start);
            self.shift_end.push(end);
            self.shift_template.push(template);
        }
    }

    /// Ids are a column of the whole batch: it is filled up with zeros as soon as one punch has an id.
    fn push_ids(&mut self, punches: &[Punch]) {
        let any = punches.iter().any(|punch| punch.id.is_some());
        if any || !self.punch_id.is_empty() {
            self.punch_id.resize(self.punch_at.len() - punches.len(), 0);
            self.punch_id.extend(punches.iter().map(|punch| punch.id.unwrap_or(0)));
        }
    }
}

/// Tags are a column of the whole batch: it is filled up with no tag as soon as one row has a tag. `rows` are the rows of
/// the batch with those of the new tags.
fn push_tags(column: &mut Vec<TagId>, rows: usize, tags: impl ExactSizeIterator<Item = TagId> + Clone) {
    let any = tags.clone().any(|tag| tag != TagId::NONE);
    if any || !column.is_empty() {
        column.resize(rows - tags.len(), TagId::NONE);
        column.extend(tags);
    }
}
