//! Punches far from all others: those of a terminal whose clock was reset, to the year 2000 for example. One of them would
//! stretch a pay period over decades, and on its real day a punch is missing.

use shiftmill::core::{CardFacts, Timestamp, WallTime, Workday, ZoneTable};
use shiftmill::words;
use shiftmill_timecards::read::Place;

use crate::files::Facts;

/// Days without any punch of anybody that divide the punches of a reset clock from the others.
const APART: i32 = 180;
/// A reset clock is noticed within some days: more days with punches than these are history.
const DAYS_MAX: usize = 7;

/// A run of days without a long gap between days with punches.
#[derive(Clone, Copy, Default)]
struct Run {
    first: i32,
    last: i32,
    /// Days with punches.
    days: usize,
    punches: u64,
}

/// Rejects punches that lie apart from the others on a few days. `paid` is the pay period where it is stated: punches near
/// it are never rejected.
pub fn set_aside(facts: &mut Facts, zones: &ZoneTable, paid: Option<(Workday, Workday)>) {
    let runs = runs(&facts.cards);
    let near = |run: &&Run| paid.is_none_or(|(from, to)| run.last >= from.0 - APART && run.first <= to.0 + APART);
    let Some(main) = runs.iter().filter(near).max_by_key(|run| (run.punches, run.first)).copied() else { return };
    let is_stray = |run: &&Run| run.first != main.first && run.days <= DAYS_MAX && run.punches <= main.punches;
    let stray: Vec<Run> = runs.iter().filter(is_stray).filter(|run| paid.is_none() || !near(run)).copied().collect();
    if stray.is_empty() {
        return;
    }
    let Facts { cards, report, punches, .. } = facts;
    for card in cards {
        let Some(zone) = card.zone_in(&zones.zones) else { continue };
        let employee = card.employee.clone();
        let before = card.punches.len();
        card.punches.retain(|punch| {
            let day = day_of(punch.at);
            let keep = !stray.iter().any(|run| (run.first..=run.last).contains(&day));
            if !keep {
                let at = words::local(&zone, punch.at);
                let reason = format!(
                    "the punch of `{employee}` at `{at}` is months apart from all others, as of a clock that was reset; \
                     it is set aside"
                );
                report.reject(punches, Place::FILE, reason);
                report.rows_used = report.rows_used.saturating_sub(1);
            }
            keep
        });
        card.rejected_rows = card.rejected_rows.saturating_add((before - card.punches.len()) as u32);
    }
}

/// The runs of days with punches, in order.
fn runs(cards: &[CardFacts]) -> Vec<Run> {
    let days = cards.iter().flat_map(|card| card.punches.iter().map(|punch| day_of(punch.at)));
    let (Some(first), Some(last)) = (days.clone().min(), days.clone().max()) else { return Vec::new() };
    if last.abs_diff(first) <= APART.unsigned_abs() {
        return Vec::new();
    }
    // Readers accept a hundred years or so.
    let mut counts = vec![0_u64; last.abs_diff(first) as usize + 1];
    for day in days {
        if let Some(count) = counts.get_mut(day.abs_diff(first) as usize) {
            *count += 1;
        }
    }
    let mut runs: Vec<Run> = Vec::new();
    for (day, punches) in (first..).zip(counts).filter(|(_, punches)| *punches > 0) {
        match runs.last_mut().filter(|run| day - run.last <= APART) {
            Some(run) => *run = Run { last: day, days: run.days + 1, punches: run.punches + punches, ..*run },
            None => runs.push(Run { first: day, last: day, days: 1, punches }),
        }
    }
    runs
}

/// The date in UTC: whether days are months apart does not depend on the zone.
fn day_of(at: Timestamp) -> i32 {
    WallTime(at.0).date().0
}
