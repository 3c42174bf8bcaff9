//! The walk of the combiner: second after second, what each counter claims and what the second pays.
//!
//! Nothing is done per second in practice: a step reaches to where the next counter arrives at its limit, or to the
//! end of the span.
#![allow(clippy::indexing_slicing, reason = "tiers are named by their place in the list of counters")]

use alloc::vec::Vec;
use core::ops::Range;

use crate::card::{PremiumSpan, Span, SpanState};
use crate::codes::{DayType, Multiplier, PayCode};
use crate::pay::TimelessLeave;
use crate::pay::combine::{Alternative, CombinationTable, Combine};
use crate::pay::counters::{self, Counter, Feed, Rules};
use crate::pay::premiums;
use crate::pay::recode::{self, Counted};
use crate::pay::tiers::{Counts, Stretch, TierScope};
use crate::reason::{Because, Reason};
use crate::record::{Note, Recorder, Silent, WhyNot};
use crate::time::{Seconds, Timestamp, Workday};

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
enum Outcome {
    /// It stays as it is.
    Unclaimed,
    /// A plugin's claim on it stands.
    Kept,
    /// This counter's tier wins it.
    Won(usize),
    /// This row of the table decides.
    Row(usize),
}

/// What a plugin has made of a span before overtime, as a claim of a scope narrower than all: it pays more than the plain
/// rate, so it is no straight time, and a tier takes it only when it pays more.
#[derive(Clone, Copy)]
struct Preset {
    code: PayCode,
    multiplier: Multiplier,
}

impl Preset {
    /// As the rank of a tier. Equal multipliers are for the plugin.
    fn rank(self) -> u64 {
        u64::from(self.multiplier.0) << 40 | ((1 << 40) - 1)
    }
}

/// A stretch of a span over which nothing changes.
struct Piece {
    outcome: Outcome,
    start: Timestamp,
    /// What the counter of the winner held at its start.
    before: Seconds,
}

/// What one second was found to be, and for how many seconds that holds.
struct Verdict {
    outcome: Outcome,
    /// Whether the set of claims is another than for the second before.
    changed: bool,
    step: Seconds,
}

/// The work in one direction through the spans of a card, which are in order of overtime workday, then of time.
/// Counters are named by their place among those that walk together.
pub(crate) struct Walk<'a> {
    pub(crate) rules: Rules<'a>,
    pub(crate) traits: Traits,
    /// Layer A anew.
    pub(crate) written: &'a mut Vec<Span>,
    pub(crate) premiums: &'a mut Vec<PremiumSpan>,
    /// The counters that claim the piece at hand.
    pub(crate) claims: &'a mut Vec<usize>,
    /// Counters to return to when alternatives are weighed.
    pub(crate) saved: &'a mut Vec<Counter>,
    /// While an alternative is weighed, its premium value so far; nothing is written then.
    pub(crate) weighing: Option<i64>,
}

/// What a card's tiers need, found out once.
#[derive(Clone, Copy, Default)]
pub(crate) struct Traits {
    /// Some tier counts by worked shift.
    pub(crate) by_shift: bool,
    /// Some tier looks at runs of worked days.
    pub(crate) by_run: bool,
    /// Some tier counts leave.
    pub(crate) by_leave: bool,
    /// A plugin has given reasons, so that some spans may be claimed already.
    pub(crate) by_plugin: bool,
    /// Within its stretch every tier looks at every workday alike.
    alike: bool,
}

impl Traits {
    pub(crate) fn of(counters: &[Counter], rules: &Rules<'_>, by_plugin: bool) -> Traits {
        let any = |is: fn(&Counter) -> bool| counters.iter().any(is);
        Traits {
            by_shift: any(|counter| counter.scope == TierScope::Shift),
            by_run: any(|counter| counter.by_run),
            by_leave: any(|counter| counter.leave_counts),
            by_plugin,
            alike: rules.is_one_plan() && rules.opening.is_empty() && !any(Counter::minds_the_day),
        }
    }
}

impl Walk<'_> {
    /// Walks through all of a card.
    pub(crate) fn card<R: Recorder>(
        &mut self,
        counters: &mut [Counter],
        mut spans: &[Span],
        mut leave: &[TimelessLeave],
        recorder: &mut R,
    ) {
        while let Some(workday) = first_workday(spans, leave) {
            let overtime = self.rules.overtime_of_workweek(workday);
            let alternatives = match &overtime.combine {
                Combine::MaxOfAlternatives(alternatives) => alternatives.as_slice(),
                Combine::StraightTimeOnly | Combine::AllHoursCount | Combine::Table(_) | Combine::Additive => &[],
            };
            // One plan without alternatives does not care where a workweek ends.
            let at_once = self.rules.is_one_plan() && alternatives.is_empty();
            let workweek = self.rules.workweek(workday);
            let here = |other: Workday| at_once || self.rules.workweek(other) == workweek;
            let (now, later) = split_while(spans, |span| here(span.overtime_workday));
            let (leave_now, leave_later) = split_while(leave, |leave| here(leave.workday));
            match alternatives {
                [] => {
                    let shared = places_of(counters, 0);
                    self.workdays(&mut counters[shared], now, leave_now, Meeting::of(&overtime.combine), recorder);
                }
                _ => self.best_alternative(counters, now, leave_now, workweek, alternatives, recorder),
            }
            (spans, leave) = (later, leave_later);
        }
        for counter in counters {
            counter.end_scope(recorder);
        }
    }

    /// Weighs the alternatives over one workweek and keeps the one that is worth most; of equals the first.
    fn best_alternative<R: Recorder>(
        &mut self,
        counters: &mut [Counter],
        spans: &[Span],
        leave: &[TimelessLeave],
        workweek: Stretch,
        alternatives: &[Alternative],
        recorder: &mut R,
    ) {
        self.saved.clear();
        self.saved.extend_from_slice(counters);
        let mut best = (0, i64::MIN);
        for alternative in 1..=alternatives.len() {
            let places = places_of(counters, alternative);
            self.weighing = Some(0);
            self.workdays(&mut counters[places], spans, leave, Meeting::StraightTimeOnly, &mut Silent);
            let value = self.weighing.take().unwrap_or(0);
            if value > best.1 {
                best = (alternative, value);
            }
        }
        let kept = places_of(counters, best.0);
        counters[kept.clone()].clone_from_slice(&self.saved[kept.clone()]);
        self.workdays(&mut counters[kept.clone()], spans, leave, Meeting::StraightTimeOnly, recorder);
        if R::LISTENS {
            end_workweek(counters, workweek, kept, recorder);
            let others = alternatives.iter().enumerate().filter(|(index, _)| index + 1 != best.0);
            for (_, other) in others {
                recorder.note(Note::DidNotAct {
                    rule: other.rule,
                    scope: TierScope::Workweek,
                    from: workweek.from,
                    why: WhyNot::OtherAlternative,
                });
            }
        }
    }

    /// Walks through spans and leave, workday by workday.
    fn workdays<R: Recorder>(
        &mut self,
        counters: &mut [Counter],
        spans: &[Span],
        mut leave: &[TimelessLeave],
        meeting: Meeting<'_>,
        recorder: &mut R,
    ) {
        // Notes tell of every second, and a table says of every second what it pays.
        let passes_over = !R::LISTENS && !matches!(meeting, Meeting::Table(_));
        let mut within = WithinLimits::default();
        let mut today = Today { workday: None, alike_until: Workday(i32::MIN) };
        for (index, span) in spans.iter().enumerate() {
            let workday = span.overtime_workday;
            if today.workday != Some(workday) {
                within.count(counters);
                if passes_over && self.traits.alike && workday < today.alike_until && leave.is_empty() {
                    today.workday = Some(workday);
                    counters::begin_alike_workday(counters);
                } else {
                    leave = self.pass_to(workday, &spans[index..], leave, counters, &mut today, recorder);
                }
            }
            match span.state {
                SpanState::Worked | SpanState::PaidBreak => {
                    if self.traits.by_shift {
                        within.count(counters);
                        self.enter_shift(counters, span, recorder);
                    }
                    let length = span.length();
                    let passed_over = passes_over && self.preset(span).is_none();
                    let unclaimed = if passed_over { within.take(span, length, counters) } else { Seconds::ZERO };
                    if unclaimed == length {
                        self.keep_whole(span);
                    } else {
                        within.count(counters);
                        self.claim(counters, span, unclaimed, meeting, recorder);
                    }
                }
                SpanState::Leave => {
                    within.count(counters);
                    self.leave(counters, span);
                }
                SpanState::UnpaidBreak => self.keep_whole(span),
            }
        }
        within.count(counters);
        while let Some(next) = leave.first() {
            leave = self.pass_to(next.workday, &[], leave, counters, &mut today, recorder);
        }
        self.end_workday(counters);
    }

    /// Passes on to a workday whose spans are the first of `spans`: through those of leave before it, which have none.
    /// Gives the leave after it.
    fn pass_to<'l, R: Recorder>(
        &mut self,
        workday: Workday,
        spans: &[Span],
        mut leave: &'l [TimelessLeave],
        counters: &mut [Counter],
        today: &mut Today,
        recorder: &mut R,
    ) -> &'l [TimelessLeave] {
        while let Some(earlier) = leave.first().filter(|leave| leave.workday < workday) {
            leave = self.begin_workday(earlier.workday, &[], leave, counters, today, recorder);
        }
        self.begin_workday(workday, spans, leave, counters, today, recorder)
    }

    /// Ends the workday before and begins another with what leave without clock times it has. Gives the leave after it.
    fn begin_workday<'l, R: Recorder>(
        &mut self,
        workday: Workday,
        spans: &[Span],
        leave: &'l [TimelessLeave],
        counters: &mut [Counter],
        today: &mut Today,
        recorder: &mut R,
    ) -> &'l [TimelessLeave] {
        self.end_workday(counters);
        today.workday = Some(workday);
        let of_day = || spans.iter().take_while(|span| span.overtime_workday == workday);
        let worked = match self.traits.by_run {
            true => of_day().filter(|span| span.state.is_work()).map(Span::length).sum(),
            false => Seconds::ZERO,
        };
        for counter in counters.iter_mut() {
            counter.open_workday(workday, worked, &self.rules, recorder);
        }
        if !self.rules.is_one_plan() {
            counters::settle_versions(counters);
        }
        today.alike_until = counters::alike_until(counters);
        let (of_day, later) = split_while(leave, |leave| leave.workday == workday);
        for leave in of_day {
            count_leave(counters, leave.day_type, leave.amount);
        }
        later
    }

    fn end_workday(&self, counters: &mut [Counter]) {
        if !self.rules.is_one_plan() {
            counters::share_versions(counters);
        }
    }

    fn enter_shift<R: Recorder>(&mut self, counters: &mut [Counter], span: &Span, recorder: &mut R) {
        for counter in counters.iter_mut().filter(|it| it.scope == TierScope::Shift) {
            counter.enter_shift(span, &self.rules, recorder);
        }
    }

    /// The claim that a span of work carries already.
    #[inline]
    fn preset(&self, span: &Span) -> Option<Preset> {
        if !self.traits.by_plugin || !matches!(span.reason.because, Because::ByPlugin { .. }) {
            return None;
        }
        let multiplier = self.rules.timeline.names().multiplier(span.code);
        (multiplier > Multiplier::PLAIN).then_some(Preset { code: span.code, multiplier })
    }

    fn leave(&mut self, counters: &mut [Counter], span: &Span) {
        let names = self.rules.timeline.names();
        if self.traits.by_leave && names.pay_code(span.code).is_none_or(|code| code.paid) {
            count_leave(counters, span.day_type, span.length());
        }
        self.keep_whole(span);
    }

    /// Finds out what claims a span of work after its first seconds, which nobody does and which are counted already.
    #[inline(never)]
    fn claim<R: Recorder>(
        &mut self,
        counters: &mut [Counter],
        span: &Span,
        unclaimed: Seconds,
        meeting: Meeting<'_>,
        recorder: &mut R,
    ) {
        let mut at = span.start.after(unclaimed);
        let mut piece = match unclaimed.is_zero() {
            true => None,
            false => Some(Piece { outcome: Outcome::Unclaimed, start: span.start, before: Seconds::ZERO }),
        };
        let preset = self.preset(span);
        let tells_claims = R::LISTENS || matches!(meeting, Meeting::Additive);
        loop {
            let remaining = span.end.since(at);
            let verdict = match meeting {
                _ if remaining.is_zero() => None,
                Meeting::Table(table) => Some(look_up(counters, span.day_type, remaining, table)),
                Meeting::StraightTimeOnly | Meeting::AllHours | Meeting::Additive => {
                    Some(judge(counters, &self.rules, span.day_type, remaining, meeting, preset))
                }
            };
            let goes_on = |piece: &Piece, verdict: &Verdict| {
                piece.outcome == verdict.outcome && !(tells_claims && verdict.changed)
            };
            let ended = piece.take_if(|piece| !verdict.as_ref().is_some_and(|verdict| goes_on(piece, verdict)));
            if let Some(ended) = ended {
                self.pay(counters, span, &ended, at, meeting, recorder);
            }
            let Some(Verdict { outcome, step, .. }) = verdict else { return };
            if piece.is_none() {
                piece = Some(self.begin(counters, outcome, at, tells_claims));
            }
            for counter in counters.iter_mut() {
                if R::LISTENS {
                    counter.saw(counter.fits(span.day_type));
                }
                if counter.grows {
                    counter.counted = counter.counted.plus(step);
                }
            }
            at = at.after(step);
        }
    }

    /// Begins a piece and, when anybody asks, remembers who claims it.
    fn begin(&mut self, counters: &[Counter], outcome: Outcome, start: Timestamp, tells_claims: bool) -> Piece {
        if tells_claims {
            self.claims.clear();
            self.claims.extend((0..counters.len()).filter(|&index| counters[index].claims));
        }
        Piece { outcome, start, before: counted_for(counters, outcome) }
    }

    /// Pays a piece that ends at `end`.
    #[inline]
    fn pay<R: Recorder>(
        &mut self,
        counters: &[Counter],
        span: &Span,
        piece: &Piece,
        end: Timestamp,
        meeting: Meeting<'_>,
        recorder: &mut R,
    ) {
        match (piece.outcome, meeting) {
            (Outcome::Unclaimed, _) => self.keep(span, piece.start, end),
            (Outcome::Kept, _) => self.keep_preset(counters, span, piece.start, end, recorder),
            (Outcome::Won(_), Meeting::Additive) => {
                self.keep(span, piece.start, end);
                self.add_premiums(counters, span, piece.start, end);
            }
            (Outcome::Won(winner), _) => self.pay_winner(counters, span, piece, end, winner, recorder),
            (Outcome::Row(row), Meeting::Table(table)) => {
                let (rule, to) = (table.rule, table.rows[row].pays_to);
                let reason =
                    Reason { rule, because: Because::Combination { row: u8::try_from(row).unwrap_or(u8::MAX) } };
                let pays = self.rules.timeline.names().multiplier(to);
                if to == span.code || self.preset(span).is_some_and(|preset| pays <= preset.multiplier) {
                    self.keep(span, piece.start, end);
                } else {
                    let stretch = Counted { start: piece.start, end, before: Seconds::ZERO, after: Seconds::ZERO };
                    recode::recode(self.written, span, stretch, to, reason, recorder);
                }
            }
            (Outcome::Row(_), _) => self.keep(span, piece.start, end),
        }
    }

    fn pay_winner<R: Recorder>(
        &mut self,
        counters: &[Counter],
        span: &Span,
        piece: &Piece,
        end: Timestamp,
        winner: usize,
        recorder: &mut R,
    ) {
        let counter = &counters[winner];
        let tier = self.rules.tier(counter);
        if self.weigh(tier.multiplier, end.since(piece.start)) {
            return;
        }
        let reason = tier.reason(span.day_type, counter.number);
        let stretch = Counted { start: piece.start, end, before: piece.before, after: counter.counted };
        recode::recode(self.written, span, stretch, tier.pays_to, reason, recorder);
        if R::LISTENS {
            let (winner_rule, start) = (counter.rule, piece.start);
            let tiers = self.claims.iter().filter(|&&index| index != winner).map(|&index| counters[index].rule);
            for rule in self.preset(span).map(|_| span.reason.rule).into_iter().chain(tiers) {
                recorder.note(Note::Rejected { rule, winner: winner_rule, start, end });
            }
        }
    }

    /// Leaves a stretch to the plugin that claimed it.
    fn keep_preset<R: Recorder>(
        &mut self,
        counters: &[Counter],
        span: &Span,
        start: Timestamp,
        end: Timestamp,
        recorder: &mut R,
    ) {
        let multiplier = self.rules.timeline.names().multiplier(span.code);
        if self.weigh(multiplier, end.since(start)) {
            return;
        }
        self.keep(span, start, end);
        if R::LISTENS {
            for &index in self.claims.iter() {
                recorder.note(Note::Rejected { rule: counters[index].rule, winner: span.reason.rule, start, end });
            }
        }
    }

    /// Adds to the premium value while an alternative is weighed; false when none is.
    fn weigh(&mut self, multiplier: Multiplier, length: Seconds) -> bool {
        let Some(value) = &mut self.weighing else { return false };
        let above_plain = i64::from(multiplier.0) - i64::from(Multiplier::PLAIN.0);
        *value = value.saturating_add(i64::from(length.0) * above_plain);
        true
    }

    #[inline]
    fn keep_whole(&mut self, span: &Span) {
        if self.weighing.is_none() {
            self.written.push(*span);
        }
    }

    fn keep(&mut self, span: &Span, start: Timestamp, end: Timestamp) {
        if self.weighing.is_none() {
            recode::keep(self.written, span, start, end);
        }
    }

    /// Adds a premium for each claim on the piece.
    fn add_premiums(&mut self, counters: &[Counter], span: &Span, start: Timestamp, end: Timestamp) {
        for &index in self.claims.iter() {
            let counter = &counters[index];
            let tier = self.rules.tier(counter);
            let reason = tier.reason(span.day_type, counter.number);
            let reporting_workday = span.reporting_workday;
            premiums::add(self.premiums, PremiumSpan { start, end, reporting_workday, code: tier.pays_to, reason });
        }
    }
}

/// The places of the counters of one alternative; of 0, those of no alternative.
fn places_of(counters: &[Counter], alternative: usize) -> Range<usize> {
    let start = counters.partition_point(|counter| counter.alternative < alternative);
    let length = counters[start..].partition_point(|counter| counter.alternative == alternative);
    start..start + length
}

/// Lets scopes that end with the workweek say why they did not act, while it is known which alternative was kept.
fn end_workweek<R: Recorder>(counters: &mut [Counter], workweek: Stretch, kept: Range<usize>, recorder: &mut R) {
    for (index, counter) in counters.iter_mut().enumerate() {
        if counter.alternative == 0 {
            continue;
        }
        match kept.contains(&index) {
            true if counter.ends_by(workweek.until) => counter.end_scope(recorder),
            true => {}
            false => counter.forget(),
        }
    }
}

fn count_leave(counters: &mut [Counter], day_type: DayType, amount: Seconds) {
    for counter in counters {
        if counter.leave_counts && counter.scope != TierScope::Shift && counter.fits(day_type) {
            counter.counted = counter.counted.plus(amount);
        }
    }
}

/// What the counter behind an outcome holds; zero when there is none.
fn counted_for(counters: &[Counter], outcome: Outcome) -> Seconds {
    match outcome {
        Outcome::Won(winner) => counters[winner].counted,
        Outcome::Unclaimed | Outcome::Kept | Outcome::Row(_) => Seconds::ZERO,
    }
}

/// Lets every tier look at the next second, from narrow to wide.
#[inline(always)]
fn judge(
    counters: &mut [Counter],
    rules: &Rules<'_>,
    day_type: DayType,
    remaining: Seconds,
    meeting: Meeting<'_>,
    preset: Option<Preset>,
) -> Verdict {
    let straight = matches!(meeting, Meeting::StraightTimeOnly);
    let additive = matches!(meeting, Meeting::Additive);
    let mut step = remaining;
    let mut changed = false;
    let mut winner: Option<(usize, u64)> = None;
    // Premiums beside it take nothing away from a plugin.
    let to_beat = preset.filter(|_| !additive).map(Preset::rank);
    // What tiers of narrower scope than the one at hand made of the second.
    let mut narrower: Option<(usize, u64)> = None;
    let mut width = 0;
    for index in 0..counters.len() {
        let counter = &counters[index];
        if counter.width != width {
            width = counter.width;
            narrower = winner;
        }
        let feeds = counter.fits(day_type)
            && match counter.feed {
                Feed::StraightTime => !straight || narrower.is_none() && preset.is_none(),
                Feed::AllHours => true,
                Feed::Codes if additive => {
                    is_preset_to_code_of(counter, preset, rules)
                        || counters[..index].iter().any(|other| is_on_code_of(counter, other, rules))
                }
                Feed::Codes => match narrower {
                    Some((it, _)) => is_on_code_of(counter, &counters[it], rules),
                    None => is_preset_to_code_of(counter, preset, rules),
                },
            };
        let counter = &mut counters[index];
        let claims = feeds && counter.counted >= counter.limit;
        changed |= counter.claims != claims;
        counter.grows = feeds;
        counter.claims = claims;
        if claims {
            let highest = winner.map(|(_, rank)| rank).or(to_beat);
            let wins = highest.is_none_or(|highest| counter.rank > highest);
            winner = if wins { Some((index, counter.rank)) } else { winner };
        } else if feeds {
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
fn look_up(counters: &mut [Counter], day_type: DayType, remaining: Seconds, table: &CombinationTable) -> Verdict {
    let mut reached = 0u64;
    let mut highest = 0u64;
    let mut width = None;
    for counter in counters.iter_mut() {
        counter.claims = counter.fits(day_type) && counter.counted >= counter.limit;
        if counter.claims {
            // The tiers of a scope follow each other, so a later one takes the place of the one before it.
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
        counter.grows = counter.fits(day_type) && toward & 1 << counter.tier != 0;
        if counter.grows && !counter.claims {
            step = step.at_most(counter.limit.beyond(counter.counted));
        }
    }
    Verdict { outcome: row.map_or(Outcome::Unclaimed, Outcome::Row), changed: false, step }
}

/// The workday at which a walk stands.
struct Today {
    workday: Option<Workday>,
    /// Until here workdays begin alike.
    alike_until: Workday,
}

/// Work of one day type that nobody claims, since no counter has reached its limit. The counters hear of it together.
#[derive(Default)]
struct WithinLimits {
    day_type: Option<DayType>,
    room: Seconds,
    taken: Seconds,
}

impl WithinLimits {
    /// How much of a span of work, which is this long, nobody claims from its start on.
    #[inline]
    fn take(&mut self, span: &Span, length: Seconds, counters: &mut [Counter]) -> Seconds {
        if self.day_type != Some(span.day_type) {
            self.count(counters);
            self.day_type = Some(span.day_type);
            self.room = room_within_limits(counters, span.day_type);
        }
        let taken = length.at_most(self.room);
        self.room = self.room.beyond(taken);
        self.taken = self.taken.plus(taken);
        taken
    }

    /// Lets the counters count what was taken, and begins anew.
    #[inline]
    fn count(&mut self, counters: &mut [Counter]) {
        if let Some(day_type) = self.day_type {
            for counter in counters.iter_mut().filter(|counter| counter.is_fed_unclaimed(day_type)) {
                counter.counted = counter.counted.plus(self.taken);
            }
        }
        *self = WithinLimits::default();
    }
}

/// How much work can be counted until the first counter reaches its limit.
#[inline]
fn room_within_limits(counters: &[Counter], day_type: DayType) -> Seconds {
    let mut room = Seconds::MAX;
    for counter in counters.iter().filter(|counter| counter.is_fed_unclaimed(day_type)) {
        room = room.at_most(counter.limit.beyond(counter.counted));
    }
    room
}

/// The earliest workday of what is left; both lists are in order.
fn first_workday(spans: &[Span], leave: &[TimelessLeave]) -> Option<Workday> {
    let worked = spans.first().map(|span| span.overtime_workday);
    let absent = leave.first().map(|leave| leave.workday);
    match (worked, absent) {
        (Some(worked), Some(absent)) => Some(worked.min(absent)),
        (worked, absent) => worked.or(absent),
    }
}

/// The leading items that fit, and the rest.
fn split_while<T>(items: &[T], mut fits: impl FnMut(&T) -> bool) -> (&[T], &[T]) {
    let length = items.iter().position(|item| !fits(item)).unwrap_or(items.len());
    items.split_at(length)
}
