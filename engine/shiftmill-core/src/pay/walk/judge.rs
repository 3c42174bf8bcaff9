//! What one second pays: which counters claim it, how their claims are combined, and for how many seconds that is so.
#![allow(clippy::indexing_slicing, reason = "tiers are named by their place in the list of counters")]

use crate::codes::{Multiplier, PayCode};
use crate::pay::combine::{CombinationTable, Combine};
use crate::pay::counters::{Counter, Feed, Rules, SecondKind};
use crate::pay::tiers::Counts;
use crate::time::Seconds;

/// How the claims on one second meet.
#[derive(Clone, Copy)]
pub(crate) enum Meeting<'a> {
    /// The highest claim wins; time claimed by a narrower scope is no straight time.
    StraightTimeOnly,
    /// The highest claim wins; claimed time feeds all counters.
    AllHours,
    /// All claims are paid beside the base layer; claimed time feeds all counters.
    Additive,
    /// The table decides.
    Table(&'a CombinationTable),
}

impl<'a> Meeting<'a> {
    /// How claims meet; alternatives each count straight time only.
    pub(crate) fn of(combine: &'a Combine) -> Meeting<'a> {
        match combine {
            Combine::StraightTimeOnly | Combine::MaxOfAlternatives(_) => Meeting::StraightTimeOnly,
            Combine::AllHoursCount => Meeting::AllHours,
            Combine::Additive => Meeting::Additive,
            Combine::Table(table) => Meeting::Table(table),
        }
    }
}

/// What becomes of a second.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It stays as it is.
    Unclaimed,
    /// A plugin's claim on it wins.
    Kept,
    /// This counter's tier wins it.
    Won(usize),
    /// This row of the table decides.
    Row(usize),
}

/// What a plugin has made of a span before overtime, as a claim of a scope narrower than all: it pays more than the plain
/// rate, so it is no straight time, and a tier takes it only when it pays more.
#[derive(Clone, Copy)]
pub(super) struct Preset {
    pub(super) code: PayCode,
    pub(super) multiplier: Multiplier,
}

impl Preset {
    /// As the rank of a tier. Equal multipliers are for the plugin.
    fn rank(self) -> u64 {
        u64::from(self.multiplier.0) << 40 | ((1 << 40) - 1)
    }
}

/// What one second pays, and for how many seconds that is so.
pub(super) struct Verdict {
    pub(super) outcome: Outcome,
    /// Whether the set of claims is another than for the second before.
    pub(super) changed: bool,
    pub(super) step: Seconds,
}

impl Verdict {
    /// What the next second of a span of work is found to be, of which this much remains.
    #[inline(always)]
    pub(super) fn on_next(
        counters: &mut [Counter],
        rules: &Rules<'_>,
        kind: SecondKind,
        remaining: Seconds,
        meeting: Meeting<'_>,
        preset: Option<Preset>,
    ) -> Verdict {
        match meeting {
            Meeting::Table(table) => look_up(counters, kind, remaining, table),
            Meeting::StraightTimeOnly | Meeting::AllHours | Meeting::Additive => {
                judge(counters, rules, kind, remaining, meeting, preset)
            }
        }
    }
}

/// Applies every tier to the next second, from narrow to wide.
#[inline(always)]
fn judge(
    counters: &mut [Counter],
    rules: &Rules<'_>,
    kind: SecondKind,
    remaining: Seconds,
    meeting: Meeting<'_>,
    preset: Option<Preset>,
) -> Verdict {
    let straight = matches!(meeting, Meeting::StraightTimeOnly);
    let additive = matches!(meeting, Meeting::Additive);
    let mut step = remaining;
    let mut changed = false;
    let mut winner: Option<(usize, u64)> = None;
    // Premiums on top do not change what a plugin pays.
    let to_beat = preset.filter(|_| !additive).map(Preset::rank);
    // The claim on the second by tiers of narrower scope than the current one.
    let mut narrower: Option<(usize, u64)> = None;
    let mut width = 0;
    for index in 0..counters.len() {
        let counter = &counters[index];
        if counter.width != width {
            width = counter.width;
            narrower = winner;
        }
        let feeds = counter.counts(kind)
            && match counter.feed {
                Feed::StraightTime => !straight || narrower.is_none() && preset.is_none(),
                Feed::AllHours => true,
                // Additive overtime leaves all time on the plain code.
                Feed::CodesAndStraightTime if additive => true,
                Feed::Codes if additive => {
                    is_preset_to_code_of(counter, preset, rules)
                        || counters[..index].iter().any(|other| is_on_code_of(counter, other, rules))
                }
                Feed::CodesAndStraightTime if narrower.is_none() && preset.is_none() => true,
                Feed::Codes | Feed::CodesAndStraightTime => match narrower {
                    Some((it, _)) => is_on_code_of(counter, &counters[it], rules),
                    None => is_preset_to_code_of(counter, preset, rules),
                },
            };
        let counter = &mut counters[index];
        let fits = counter.fits(kind);
        let claims = feeds && fits && counter.counted >= counter.limit;
        changed |= counter.claims != claims;
        counter.grows = feeds;
        counter.claims = claims;
        if claims {
            let highest = winner.map(|(_, rank)| rank).or(to_beat);
            let wins = highest.is_none_or(|highest| counter.rank > highest);
            winner = if wins { Some((index, counter.rank)) } else { winner };
        } else if feeds && fits {
            step = step.at_most(counter.limit.beyond(counter.counted));
        }
    }
    let outcome = match (winner, preset) {
        (Some((index, _)), _) => Outcome::Won(index),
        (None, Some(_)) => Outcome::Kept,
        (None, None) => Outcome::Unclaimed,
    };
    Verdict { outcome, changed, step }
}

/// Whether a plugin put the second on a code that the tier of `counter` counts.
fn is_preset_to_code_of(counter: &Counter, preset: Option<Preset>, rules: &Rules<'_>) -> bool {
    match (&rules.tier(counter).counts, preset) {
        (Counts::Codes(codes), Some(preset)) => codes.contains(preset.code),
        _ => false,
    }
}

/// Whether `other` has a narrower scope and puts the second on a code that the tier of `counter` counts.
fn is_on_code_of(counter: &Counter, other: &Counter, rules: &Rules<'_>) -> bool {
    let counted = match &rules.tier(counter).counts {
        Counts::Codes(codes) => codes.contains(rules.tier(other).pays_to),
        Counts::StraightTime | Counts::AllHours => false,
    };
    other.claims && other.width < counter.width && counted
}

/// Finds the row of the table for the next second.
fn look_up(counters: &mut [Counter], kind: SecondKind, remaining: Seconds, table: &CombinationTable) -> Verdict {
    let mut reached = 0u64;
    let mut highest = 0u64;
    let mut width = None;
    for counter in counters.iter_mut() {
        counter.claims = counter.fits(kind) && counter.counted >= counter.limit;
        if counter.claims {
            // The tiers of a scope follow each other, so a later one replaces the one before.
            reached = if width == Some(counter.width) { reached & !highest } else { reached };
            highest = 1 << counter.tier;
            reached |= highest;
            width = Some(counter.width);
        }
    }
    let row = table.rows.iter().position(|row| row.when == reached);
    let toward = row.map_or(0, |row| table.rows[row].counts_toward);
    let mut step = remaining;
    for counter in counters {
        counter.grows = counter.counts(kind) && toward & 1 << counter.tier != 0;
        if counter.grows && counter.fits(kind) && !counter.claims {
            step = step.at_most(counter.limit.beyond(counter.counted));
        }
    }
    Verdict { outcome: row.map_or(Outcome::Unclaimed, Outcome::Row), changed: false, step }
}
