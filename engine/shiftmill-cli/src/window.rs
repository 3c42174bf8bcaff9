//! The pay period, the days that the facts cover, and the time of the calculation. What the arguments do not state comes
//! from the files, never from the clock of the machine, and is reported.

use clap::Args;
use shiftmill::core::{
    CardFacts, ContextDays, CorrectionKind, EvaluationWindow, LeaveTime, Timestamp, WallTime, Workday, WorkdayRange,
    Zone, ZoneTable,
};
use shiftmill::{words, zone_table};
use shiftmill_timecards::clock;

use crate::files::Facts;
use crate::problem::Problem;
use crate::stray_punches;

/// Days beside the covered days. A fact on them may belong to a shift at the edge.
const EDGE: i32 = 2;
/// Days around a stated pay period for which zones are loaded: more than an evaluation may span.
const YEARS_AROUND: i32 = 810;

/// The pay period and the time of the calculation.
#[derive(Clone, Debug, Args)]
pub struct WindowArguments {
    /// The first workday that is paid, `2026-03-01`. Default: that of the first punch.
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub from: Option<Workday>,
    /// The last workday that is paid. Default: that of the last punch.
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub to: Option<Workday>,
    /// The time as of which everything is calculated, `2026-03-09 12:00` in the first zone, or with an offset. A shift
    /// after it is pending. Default: the time of the last punch, or at which the last one was recorded.
    #[arg(long, value_name = "TIME")]
    pub as_of: Option<String>,
    /// State that the files contain all facts of the context days: where they show none, nobody worked. Without it,
    /// results are provisional unless the files reach that far.
    #[arg(long)]
    pub complete: bool,
    /// Report timecards with missing context days as errors instead of provisional results.
    #[arg(long)]
    pub require_final: bool,
}

fn date(text: &str) -> Result<Workday, String> {
    clock::date(text).ok_or_else(|| String::from("write the date as 2026-03-02"))
}

/// The window of an evaluation, with its zones and what the command reports about it.
pub struct Window {
    /// The window.
    pub window: EvaluationWindow,
    /// The zones over these days.
    pub zones: ZoneTable,
    /// The assumptions made from the files, one sentence each.
    pub assumed: Vec<String>,
    /// The number of facts outside the needed days.
    pub left_out: usize,
}

impl WindowArguments {
    /// The days for which zones are needed to read files: some years around a stated pay period, because facts outside
    /// them are left out; otherwise all days that readers accept.
    pub fn years(&self) -> WorkdayRange {
        let day = |year| Workday::from_date(year, 1, 1).unwrap_or_default();
        match (self.from, self.to) {
            (Some(first), Some(last)) if first <= last => {
                WorkdayRange { first: first.plus(-YEARS_AROUND), last: last.plus(YEARS_AROUND) }
            }
            _ => WorkdayRange { first: day(1980), last: day(2100) },
        }
    }

    /// Determines the window, and removes facts outside the needed days from the cards. Punches of a clock that was reset
    /// are rejected.
    pub fn settle(&self, facts: &mut Facts) -> Result<Window, Problem> {
        let settled = self.settle_window(facts);
        settled.map_err(|problem| problem.with_rejected(&facts.report))
    }

    fn settle_window(&self, facts: &mut Facts) -> Result<Window, Problem> {
        let years = self.years();
        let all_years = zones_over(&facts.zone_names, years.first, years.last)?;
        stray_punches::set_aside(facts, &all_years, self.from.zip(self.to));
        let mut assumed = Vec::new();
        let punched = punched(&facts.cards, &all_years);
        let (first, last) = match (punched, self.from, self.to) {
            (_, Some(from), Some(to)) => (from, to),
            (Some((range, _)), from, to) => (from.unwrap_or(range.first), to.unwrap_or(range.last)),
            (None, ..) => {
                return Err(Problem::new("the pay period is not given, and no file has a punch")
                    .hint("give `--from` and `--to`, or files with punches"));
            }
        };
        if last < first {
            return Err(Problem::new(format!("the pay period from {first} to {last} ends before it begins")));
        }
        let pay_period = WorkdayRange { first, last };
        if self.from.is_none() || self.to.is_none() {
            assumed
                .push(format!("the pay period is {first} to {last}, from the first to the last punch (--from, --to)"));
        }
        let as_of = self.as_of(&all_years, punched.map(|(_, last)| last), pay_period, &mut assumed)?;
        let context =
            facts.rulesets.iter().map(|ruleset| ruleset.context()).fold(ContextDays::default(), |most, one| {
                ContextDays { before: most.before.max(one.before), after: most.after.max(one.after) }
            });
        let covered = self.covered(pay_period, context, covered_by(&facts.cards, &all_years));
        let mut left_out = 0;
        for card in &mut facts.cards {
            if let Some(zone) = card.zone_in(&all_years.zones) {
                left_out += leave_out(card, &zone, covered);
            }
        }
        let zones = zones_over(&facts.zone_names, covered.first, covered.last)?;
        let window = EvaluationWindow { pay_period, facts: covered, as_of, require_final: self.require_final };
        Ok(Window { window, zones, assumed, left_out })
    }

    fn as_of(
        &self,
        zones: &ZoneTable,
        last: Option<Timestamp>,
        pay_period: WorkdayRange,
        assumed: &mut Vec<String>,
    ) -> Result<Timestamp, Problem> {
        let Some(zone) = zones.get(0) else { return Err(Problem::own("there is no zone")) };
        if let Some(text) = &self.as_of {
            let written = clock::date_and_time(text).or_else(|| clock::date_and_time(&format!("{text} 00:00")));
            let written = written.ok_or_else(|| {
                Problem::new(format!("`{text}` is not a time")).hint("write it as `2026-03-09 12:00`")
            })?;
            let (at, change) = written.instant(zone);
            if change.is_some() {
                let (zone, taken) = (zone.name(), WallTime(at.0));
                assumed.push(format!("the clock in {zone} changes at {text}, which is taken as {taken}Z (--as-of)"));
            }
            return Ok(at);
        }
        let (at, what) = match last {
            Some(last) => (last, "the last punch"),
            None => (zone.midnight(pay_period.last.plus(1)), "the end of the pay period"),
        };
        let shown = words::local(zone, at);
        assumed.push(format!("everything is calculated as of {shown} {}, {what} (--as-of)", zone.name()));
        Ok(at)
    }

    /// The days for which the facts are complete: the days that the ruleset needs, as far as the files reach.
    fn covered(&self, pay_period: WorkdayRange, context: ContextDays, seen: Option<WorkdayRange>) -> WorkdayRange {
        let needed = WorkdayRange {
            first: pay_period.first.plus(-i32::from(context.before)),
            last: pay_period.last.plus(i32::from(context.after)),
        };
        match seen {
            _ if self.complete => needed,
            Some(seen) => WorkdayRange {
                first: needed.first.max(seen.first.min(pay_period.first)),
                last: needed.last.min(seen.last.max(pay_period.last)),
            },
            None => pay_period,
        }
    }
}

fn zones_over(names: &[String], first: Workday, last: Workday) -> Result<ZoneTable, Problem> {
    zone_table(names, first, last)
        .map_err(|error| Problem::new("there is no time-zone data for these days").cause(error))
}

/// The local dates of the first and the last punch, and the instant of the last, or at which the last was recorded.
fn punched(cards: &[CardFacts], zones: &ZoneTable) -> Option<(WorkdayRange, Timestamp)> {
    let mut found: Option<(WorkdayRange, Timestamp)> = None;
    for card in cards {
        let Some(zone) = card.zone_in(&zones.zones) else { continue };
        let (Some(first), Some(last)) =
            (card.punches.iter().map(|punch| punch.at).min(), card.punches.iter().map(|punch| punch.at).max())
        else {
            continue;
        };
        let (from, to) = (zone.date_at(first), zone.date_at(last));
        let before = found.unwrap_or((WorkdayRange { first: from, last: to }, last));
        let range = WorkdayRange { first: before.0.first.min(from), last: before.0.last.max(to) };
        let recorded = card.punches.iter().filter_map(|punch| punch.recorded_at).max();
        found = Some((range, before.1.max(last).max(recorded.unwrap_or(last))));
    }
    found
}

/// The workdays from the first to the last with punches or scheduled shifts.
fn covered_by(cards: &[CardFacts], zones: &ZoneTable) -> Option<WorkdayRange> {
    let scheduled = cards.iter().flat_map(|card| card.shifts.iter().map(|shift| shift.workday));
    let scheduled = scheduled.fold(None, |range: Option<WorkdayRange>, day| {
        let before = range.unwrap_or(WorkdayRange { first: day, last: day });
        Some(WorkdayRange { first: before.first.min(day), last: before.last.max(day) })
    });
    match (punched(cards, zones).map(|(range, _)| range), scheduled) {
        (Some(a), Some(b)) => Some(WorkdayRange { first: a.first.min(b.first), last: a.last.max(b.last) }),
        (a, b) => a.or(b),
    }
}

/// Removes facts outside the relevant days from a card, and returns their number.
fn leave_out(card: &mut CardFacts, zone: &Zone, covered: WorkdayRange) -> usize {
    let relevant = WorkdayRange { first: covered.first.plus(-EDGE), last: covered.last.plus(EDGE) };
    let count = |card: &CardFacts| {
        let stated = card.manual_hours.len() + card.attestations.len() + card.overrides.len();
        card.punches.len() + card.shifts.len() + card.leave.len() + card.corrections.len() + stated
    };
    let before = count(card);
    card.punches.retain(|punch| relevant.contains(zone.date_at(punch.at)));
    card.shifts.retain(|shift| relevant.contains(shift.workday));
    card.leave.retain(|leave| match leave.time {
        LeaveTime::Workday(day) | LeaveTime::HalfDay(day, _) | LeaveTime::Amount(day, _) => relevant.contains(day),
        // Long leave may begin before these days and end after them.
        LeaveTime::Span { start, end } => {
            zone.date_at(start) <= relevant.last && relevant.first <= zone.date_at(Timestamp(end.0 - 1))
        }
    });
    card.corrections.retain(|correction| match correction.kind {
        CorrectionKind::Add { at, .. } => relevant.contains(zone.date_at(at)),
        CorrectionKind::Retime { to, .. } => relevant.contains(zone.date_at(to)),
        CorrectionKind::Void(_) | CorrectionKind::SetKind { .. } => true,
    });
    card.manual_hours.retain(|hours| relevant.contains(hours.workday));
    card.attestations.retain(|said| relevant.contains(said.workday));
    card.overrides.retain(|stated| relevant.contains(stated.workday));
    before - count(card)
}
