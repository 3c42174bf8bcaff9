//! Assignments by date: which ruleset, calendar, zone and tag a person has on a workday.

use shiftmill_core::shape::calendar::StatedDate;
use shiftmill_core::{Assignment, CalendarChoice, EvaluationError, Plan, TagId, Timestamp, Workday, Zone};

use super::{clock, tags};
use crate::engine::Question;

/// The last assignment for all work that begins by a workday and states something.
fn last(question: &Question, workday: Workday, states: fn(&Assignment) -> bool) -> Option<&Assignment> {
    let rows = question.facts.assignments.iter().filter(|row| row.job == TagId(0) && states(row));
    rows.filter(|row| row.from <= workday).max_by_key(|row| row.from)
}

/// The plan of a workday.
pub(super) fn plan_of(question: &Question, workday: Workday) -> &Plan {
    let number = last(question, workday, |row| row.ruleset.is_some()).and_then(|row| row.ruleset).unwrap_or(0);
    of_ruleset(question, number, workday)
}

/// What the person's named calendar says of a date, in the ruleset of that date; `None`: the ruleset's own decides.
pub(super) fn stated_by_calendar(question: &Question, date: Workday) -> Option<&StatedDate> {
    let row = last(question, date, |row| row.calendar.is_some())?;
    let Some(CalendarChoice::Named(number)) = row.calendar else { return None };
    let calendar = plan_of(question, date).calendars.iter().find(|calendar| calendar.number == number)?;
    calendar.dates.iter().find(|stated| stated.date == date)
}

/// Every calendar that a person has must be one of the ruleset that the person has then.
pub(super) fn check_calendars(question: &Question) -> Result<(), EvaluationError> {
    for (row, index) in question.facts.assignments.iter().zip(0..).filter(|(row, _)| row.job == TagId(0)) {
        let chosen = last(question, row.from, |row| row.calendar.is_some()).and_then(|row| row.calendar);
        let Some(CalendarChoice::Named(number)) = chosen else { continue };
        let ruleset = last(question, row.from, |row| row.ruleset.is_some()).and_then(|row| row.ruleset).unwrap_or(0);
        let has = |plan: &Plan| plan.calendars.iter().any(|calendar| calendar.number == number);
        let known = match ruleset {
            0 => question.timeline.versions().iter().any(|version| has(&version.1)),
            other => question.others[usize::from(other) - 1].iter().any(|version| has(&version.1)),
        };
        if !known {
            return Err(EvaluationError::UnknownCalendar { index, ruleset, calendar: number.0 });
        }
    }
    Ok(())
}

fn of_ruleset(question: &Question, number: u16, workday: Workday) -> &Plan {
    match number {
        0 => {
            let versions = question.timeline.versions();
            &versions.iter().rev().find(|version| version.0 <= workday).unwrap_or(&versions[0]).1
        }
        other => {
            let versions = &question.others[usize::from(other) - 1];
            &versions.iter().rev().find(|version| version.0 <= workday).unwrap_or(&versions[0]).1
        }
    }
}

/// The plan of a workday for work with a tag: of the ruleset that the last assignment by then for one of its jobs names, else
/// that of all work. Of several jobs the one whose pairs come last.
pub(super) fn plan_for(question: &Question, workday: Workday, tag: TagId) -> &Plan {
    let job = job_of(question, workday, tag);
    let begun = question.facts.assignments.iter().filter(|row| row.job == job && row.from <= workday);
    match begun.max_by_key(|row| row.from).and_then(|row| row.ruleset).filter(|_| job != TagId(0)) {
        Some(ruleset) => of_ruleset(question, ruleset, workday),
        None => plan_of(question, workday),
    }
}

/// The job that work with a tag is of on a workday, of those that have a ruleset of their own; no tag for none.
pub(super) fn job_of(question: &Question, workday: Workday, tag: TagId) -> TagId {
    let own = tags::pairs(question, tag);
    let begun = question.facts.assignments.iter().filter(|row| row.job != TagId(0) && row.from <= workday);
    let is_of_job = |row: &&Assignment| tags::pairs(question, row.job).iter().all(|pair| own.contains(pair));
    begun.filter(is_of_job).map(|row| row.job).max_by_key(|job| tags::pairs(question, *job)).unwrap_or(TagId(0))
}

/// Whether some work is under a ruleset of its own.
pub(super) fn has_jobs(question: &Question) -> bool {
    question.facts.assignments.iter().any(|row| row.job != TagId(0))
}

/// All plans of a question, whether they hold on some day or not.
pub(super) fn all_plans(question: &Question) -> impl Iterator<Item = &Plan> {
    let own = question.timeline.versions().iter().map(|version| version.1.as_ref());
    own.chain(question.others.iter().flatten().map(|version| &version.1))
}

/// The tag of the person on a workday.
pub(super) fn tag_on(question: &Question, workday: Workday) -> TagId {
    last(question, workday, |row| row.tag.is_some()).and_then(|row| row.tag).unwrap_or(question.facts.tag)
}

/// The question in one zone: that of the person, with the offsets of the others from their dates on.
pub(super) fn in_one_zone(question: &Question) -> Question {
    let mut moves: Vec<(Workday, &Zone)> = Vec::new();
    for row in question.facts.assignments.iter().filter(|row| row.job == TagId(0)) {
        match row.zone {
            Some(0) => moves.push((row.from, &question.zone)),
            Some(other) => moves.push((row.from, &question.other_zones[usize::from(other) - 1])),
            None => {}
        }
    }
    moves.sort_by_key(|row| row.0);
    if moves.is_empty() {
        return question.clone();
    }
    // Each zone begins when its date has begun by its own clock and by the clock before.
    let mut begins: Vec<(Timestamp, &Zone)> = vec![(Timestamp(i64::MIN), &question.zone)];
    for (from, zone) in moves {
        let (since, before) = *begins.last().expect("there is the first");
        let at = clock::midnight(before, from).max(clock::midnight(zone, from)).max(since);
        begins.push((at, zone));
    }
    let mut instants: Vec<Timestamp> = begins.iter().skip(1).map(|begin| begin.0).collect();
    instants.extend(begins.iter().flat_map(|(_, zone)| zone.changes().iter().map(|change| change.0)));
    instants.sort_unstable();
    instants.dedup();
    let offset = |at: Timestamp| {
        let (_, zone) = begins.iter().rev().find(|begin| begin.0 <= at).expect("the first holds always");
        (clock::wall_at(zone, at).0 - at.0) as i32
    };
    let changes = instants.into_iter().map(|at| (at, offset(at))).collect();
    let zone = Zone::new(String::new(), question.zone.first_offset(), changes);
    Question { zone: zone.expect("instants in order"), ..question.clone() }
}
