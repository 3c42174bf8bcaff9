//! Assignments by date: the ruleset, calendar, zone and tag of a person who changes them.
//! - Takes:  what the person has at first, and the assignments, in any order.
//! - Gives:  one timeline of plans and calendars and one zone, in which the others follow at their dates; the tag on a
//!   workday.
//! - Keeps:  what an assignment leaves out.
//! - Runs:   before a card is evaluated, so that no rule knows of it.
//! - Edges:  the plan of a shift is that of its workday, as when a ruleset changes by date: counters of one name go on.
//!   An assignment for a job holds for work with its tag: for its worked shifts, scheduled shifts, tiers and premiums.
//!   What concerns a workday as a whole, its type above all, follows the assignments for all work. A calendar is looked
//!   up in the ruleset of its day, so a person who changes the ruleset keeps the calendar of that name; under a ruleset
//!   without it the card is an error.
//! - Source: effective dating of person data in payroll systems; 29 CFR 778.115 (one person at two or more rates).
//! - Shown:  timecards/assignments/rulesets.md, calendars.md, zones_and_tags.md

use alloc::borrow::Cow;
use alloc::vec::Vec;

use crate::batch::CheckedBatch;
use crate::evaluation::EvaluationError;
use crate::facts::CardFacts;
use crate::plan::{PlanTimeline, Turn};
use crate::tags::TagId;
use crate::time::Workday;
use crate::timecard::{Assignment, CalendarChoice};
use crate::zone::Zone;

/// The timeline and the zone of a person, where assignments change them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assigned {
    /// The timeline; `None`: that of the person's ruleset.
    pub timeline: Option<PlanTimeline>,
    /// The zone; `None`: the person's zone.
    pub zone: Option<Zone>,
}

impl Assigned {
    /// What assignments make of the ruleset and the zone of timecard number `index`. `timeline_of` gives the timeline of
    /// each ruleset of the request.
    ///
    /// # Errors
    /// [`EvaluationError::RulesetsApart`] when a person changes between rulesets whose names are not numbered together.
    /// [`EvaluationError::UnknownCalendar`] when the ruleset does not have the person's calendar.
    /// [`EvaluationError::Engine`] when the batch was checked against more rulesets or zones.
    pub fn of<'a>(
        batch: &CheckedBatch,
        index: usize,
        timeline_of: impl Fn(usize) -> Option<&'a PlanTimeline>,
        zones: &[Zone],
    ) -> Result<Assigned, EvaluationError> {
        let rows = batch.assignments(index);
        if rows.is_empty() {
            return Ok(Assigned::default());
        }
        let own = timeline_of(batch.ruleset(index)).ok_or(EvaluationError::Engine)?;
        let timeline = timeline(own, rows, &timeline_of)?;
        check_calendars(batch.ruleset(index), rows, &timeline_of)?;
        let zone = assigned_zone(zones.get(batch.zone(index)).ok_or(EvaluationError::Engine)?, rows, zones);
        Ok(Assigned { timeline, zone })
    }
}

/// The timeline of a person; `None` when it is the own one.
fn timeline<'a>(
    own: &'a PlanTimeline,
    rows: &[Assignment],
    timeline_of: &impl Fn(usize) -> Option<&'a PlanTimeline>,
) -> Result<Option<PlanTimeline>, EvaluationError> {
    let calendars = calendars(rows);
    let named = || rows.iter().filter_map(|row| Some((row.from, row.job, usize::from(row.ruleset?))));
    if named().next().is_none() && calendars.is_empty() {
        return Ok(None);
    }
    let mut jobs: Vec<TagId> = named().map(|(_, job, _)| job).filter(|job| *job != TagId::NONE).collect();
    jobs.sort_unstable();
    jobs.dedup();
    let turns_of = |job: TagId, first: Option<&'a PlanTimeline>| {
        let first = first.map(|timeline| Ok(Turn { from: Workday::FIRST, timeline }));
        let turn = |(from, _, ruleset)| {
            let timeline = timeline_of(ruleset).ok_or(EvaluationError::Engine)?;
            let is_sibling = timeline.is_sibling_of(own);
            if is_sibling { Ok(Turn { from, timeline }) } else { Err(EvaluationError::RulesetsApart) }
        };
        let of_job = named().filter(move |(_, other, _)| *other == job);
        let mut turns = first.into_iter().chain(of_job.map(turn)).collect::<Result<Vec<_>, _>>()?;
        turns.sort_by_key(|turn| turn.from);
        // Two that say different things from one day on are refused with the other facts that exclude each other.
        turns.dedup_by(|next, kept| {
            let same = next.from == kept.from;
            if same {
                *kept = *next;
            }
            same
        });
        Ok(turns)
    };
    let all_work = PlanTimeline::in_turn(&turns_of(TagId::NONE, Some(own))?).ok_or(EvaluationError::Engine)?;
    let with_jobs =
        jobs.into_iter().try_fold(all_work, |timeline, job| Ok(timeline.with_job(job, &turns_of(job, None)?)));
    with_jobs.map(|timeline| Some(timeline.with_calendars(calendars)))
}

/// The calendars of a person, by date.
fn calendars(rows: &[Assignment]) -> Vec<(Workday, CalendarChoice)> {
    let of_all_work = rows.iter().filter(|row| row.job == TagId::NONE);
    let mut turns: Vec<_> = of_all_work.filter_map(|row| Some((row.from, row.calendar?))).collect();
    turns.sort_by_key(|turn| turn.0);
    turns
}

/// Refuses a calendar that the ruleset in force with it does not have: from the assignment on that changes to either.
fn check_calendars<'a>(
    own: usize,
    rows: &[Assignment],
    timeline_of: &impl Fn(usize) -> Option<&'a PlanTimeline>,
) -> Result<(), EvaluationError> {
    for (index, row) in (0_u32..).zip(rows).filter(|(_, row)| row.job == TagId::NONE) {
        let calendar = last_by(rows, row.from, |row| row.calendar);
        let Some(CalendarChoice::Named(calendar)) = calendar else { continue };
        let ruleset = last_by(rows, row.from, |row| row.ruleset).map_or(own, usize::from);
        if !timeline_of(ruleset).ok_or(EvaluationError::Engine)?.has_calendar(calendar) {
            let (ruleset, calendar) = (ruleset as u16, calendar.0);
            return Err(EvaluationError::UnknownCalendar { index, ruleset, calendar });
        }
    }
    Ok(())
}

/// The zone of a person whose assignments change it; `None` when it is the own one. `zones` are those of the request.
pub fn assigned_zone(own: &Zone, rows: &[Assignment], zones: &[Zone]) -> Option<Zone> {
    let moves = rows.iter().filter(|row| row.job == TagId::NONE);
    let moves = moves.filter_map(|row| Some((row.from, zones.get(usize::from(row.zone?))?)));
    let mut turns: Vec<(Workday, &Zone)> = core::iter::once((Workday::FIRST, own)).chain(moves).collect();
    turns.sort_by_key(|turn| turn.0);
    if turns.len() > 1 { Zone::in_turn(&turns) } else { None }
}

impl CardFacts {
    /// The zone of the person, with the changes that assignments make. `None` for a zone that is not there.
    pub fn zone_in<'z>(&self, zones: &'z [Zone]) -> Option<Cow<'z, Zone>> {
        let own = zones.get(usize::from(self.zone))?;
        Some(assigned_zone(own, &self.assignments, zones).map_or(Cow::Borrowed(own), Cow::Owned))
    }
}

/// The tag of a person on a workday.
pub(crate) fn tag_on(own: TagId, rows: &[Assignment], workday: Workday) -> TagId {
    last_by(rows, workday, |row| row.tag).unwrap_or(own)
}

/// What the last assignment for all work states that begins by a workday and states it.
fn last_by<T>(rows: &[Assignment], workday: Workday, stated: impl Fn(&Assignment) -> Option<T>) -> Option<T> {
    let begun = rows.iter().filter(|row| row.from <= workday && row.job == TagId::NONE);
    let stated = begun.filter_map(|row| Some((row.from, stated(row)?)));
    stated.max_by_key(|row| row.0).map(|row| row.1)
}
