//! The walk of the combiner: second after second, what each counter claims and what the second pays.
//!
//! ```text
//! card ─→ workweek ─→ workday ─→ span ─→ segment: what claims it, what it pays ─→ sink
//!            │
//!            └─ alternatives: each is weighed, the best is walked again and written
//! ```
//!
//! Nothing is done per second: a step reaches to where the next counter arrives at its limit, or to the end of the span.
//! The shortcuts `alike` and `within_limits` answer "nothing special here" for most workdays and spans.
#![allow(clippy::indexing_slicing, reason = "tiers are named by their place in the list of counters")]

mod alike;
mod judge;
pub(crate) mod sink;
mod within_limits;

use alloc::vec::Vec;
use core::ops::Range;

use crate::card::{PremiumSpan, Span, SpanState};
use crate::codes::{Multiplier, PayCode};
use crate::pay::TimelessPay;
use crate::pay::combine::{Alternative, Combine};
use crate::pay::counters::{self, Counter, Rules, SecondKind};
use crate::pay::recode::Counted;
use crate::pay::tiers::{Stretch, TierScope};
use crate::reason::{Because, Reason};
use crate::record::{Note, Recorder, WhyNot};
use crate::time::{Seconds, Timestamp, Workday};

use alike::Today;
use judge::{Meeting, Outcome, Preset, Verdict};
use sink::{Sink, Weigher};
use within_limits::WithinLimits;

/// A part of a span over which nothing changes.
struct Segment {
    outcome: Outcome,
    start: Timestamp,
    /// The total of the winner's counter at its start.
    before: Seconds,
}

/// The work in one direction through the spans of a card, which are in order of overtime workday, then of time.
/// Counters are named by their place among those that walk together.
pub(crate) struct Walk<'a> {
    pub(crate) rules: Rules<'a>,
    pub(crate) traits: Traits,
    /// The counters that claim the current segment; kept only for notes.
    pub(crate) claims: &'a mut Vec<usize>,
    /// Counters to return to when alternatives are weighed.
    pub(crate) saved: &'a mut Vec<Counter>,
}

/// What a card's tiers need, found out once: each trait that is absent spares its work on every workday or span.
#[derive(Clone, Copy, Default)]
pub(crate) struct Traits {
    /// Some tier counts by worked shift: the shift of every span is looked at.
    by_shift: bool,
    /// Some tier has a condition on runs of worked days: the work of every workday is added up beforehand.
    by_run: bool,
    /// Some tier counts leave.
    pub(crate) by_leave: bool,
    /// A plugin has given reasons, overtime is approved, or the card has dates of employment, so that some spans may be
    /// claimed or left out already.
    preset: bool,
    /// Within its stretch every tier treats every workday the same.
    alike: bool,
}

impl Traits {
    pub(crate) fn of(counters: &[Counter], rules: &Rules<'_>, preset: bool) -> Traits {
        let any = |is: fn(&Counter) -> bool| counters.iter().any(is);
        Traits {
            by_shift: any(|counter| counter.scope == TierScope::Shift),
            by_run: any(|counter| counter.by_run),
            by_leave: any(|counter| counter.leave_counts),
            preset,
            alike: rules.is_one_plan() && rules.opening.is_empty() && !any(Counter::minds_the_day),
        }
    }
}

impl Walk<'_> {
    /// Walks through all of a card.
    pub(crate) fn card<S: Sink>(
        &mut self,
        counters: &mut [Counter],
        mut spans: &[Span],
        mut leave: &[TimelessPay],
        sink: &mut S,
    ) {
        while let Some(workday) = first_workday(spans, leave) {
            let overtime = self.rules.overtime_of_workweek(workday);
            let alternatives = alternatives_of(&overtime.combine);
            // One plan without alternatives does not care where a workweek ends: all of the card is walked at once.
            let at_once = self.rules.is_one_plan() && alternatives.is_empty();
            let workweek = self.rules.workweek(workday);
            let here = |other: Workday| at_once || self.rules.workweek(other) == workweek;
            let (now, later) = split_while(spans, |span| here(span.overtime_workday));
            let (leave_now, leave_later) = split_while(leave, |leave| here(leave.workday));
            if alternatives.is_empty() {
                let shared = places_of(counters, 0);
                self.workdays(&mut counters[shared], now, leave_now, Meeting::of(&overtime.combine), sink);
            } else {
                self.best_alternative(counters, now, leave_now, workweek, alternatives, sink);
            }
            (spans, leave) = (later, leave_later);
        }
        for counter in counters {
            counter.end_card(sink.recorder());
        }
    }

    /// Weighs the alternatives over one workweek and keeps the one that is worth most; of equals the first.
    fn best_alternative<S: Sink>(
        &mut self,
        counters: &mut [Counter],
        spans: &[Span],
        leave: &[TimelessPay],
        workweek: Stretch,
        alternatives: &[Alternative],
        sink: &mut S,
    ) {
        self.saved.clear();
        self.saved.extend_from_slice(counters);
        let mut best = (0, i64::MIN);
        for alternative in 1..=alternatives.len() {
            let places = places_of(counters, alternative);
            let mut weigher = Weigher::default();
            self.workdays(&mut counters[places], spans, leave, Meeting::StraightTimeOnly, &mut weigher);
            if weigher.value > best.1 {
                best = (alternative, weigher.value);
            }
        }
        let kept = places_of(counters, best.0);
        counters[kept.clone()].clone_from_slice(&self.saved[kept.clone()]);
        self.workdays(&mut counters[kept.clone()], spans, leave, Meeting::StraightTimeOnly, sink);
        if S::LISTENS {
            end_workweek(counters, workweek, kept, sink.recorder());
            let others = alternatives.iter().enumerate().filter(|(index, _)| index + 1 != best.0);
            for (_, other) in others {
                sink.recorder().note(Note::DidNotAct {
                    rule: other.rule,
                    scope: TierScope::Workweek,
                    from: workweek.from,
                    why: WhyNot::OtherAlternative,
                });
            }
        }
    }

    /// Walks through spans and leave, workday by workday.
    fn workdays<S: Sink>(
        &mut self,
        counters: &mut [Counter],
        spans: &[Span],
        mut leave: &[TimelessPay],
        meeting: Meeting<'_>,
        sink: &mut S,
    ) {
        // Notes explain every second, and a table decides every second: neither takes a shortcut.
        let passes_over = !S::LISTENS && !matches!(meeting, Meeting::Table(_));
        // On most cards no span is asked for more than its kind and its length.
        let is_simple = passes_over && !self.traits.preset && !self.traits.by_shift && !self.rules.has_jobs();
        let mut within = WithinLimits::default();
        let mut today = Today::before_all(passes_over && self.traits.alike);
        for (index, span) in spans.iter().enumerate() {
            let workday = span.overtime_workday;
            if !today.is(workday) {
                within.count(counters);
                if !leave.is_empty() || !today.begin_alike(workday, counters) {
                    leave = self.pass_to(workday, &spans[index..], leave, counters, &mut today, sink);
                }
            }
            match span.state {
                SpanState::Worked | SpanState::PaidBreak if !is_simple && self.is_settled(span) => {
                    sink.keep_whole(span)
                }
                SpanState::Worked | SpanState::PaidBreak => {
                    if !is_simple && self.traits.by_shift {
                        within.count(counters);
                        self.enter_shift(counters, span, sink);
                    }
                    if !is_simple && self.rules.has_jobs() {
                        within.count(counters);
                        self.enter_job(counters, span);
                    }
                    let length = span.length();
                    let passed_over = is_simple || passes_over && self.preset(span).is_none();
                    let unclaimed = if passed_over {
                        within.take(self.rules.kind_of(span), length, counters)
                    } else {
                        Seconds::ZERO
                    };
                    if unclaimed == length {
                        sink.keep_whole(span);
                    } else {
                        within.count(counters);
                        self.claim(counters, span, unclaimed, meeting, sink);
                    }
                }
                SpanState::Leave => {
                    within.count(counters);
                    if self.rules.has_jobs() {
                        self.enter_job(counters, span);
                    }
                    self.leave(counters, span);
                    sink.keep_whole(span);
                }
                SpanState::UnpaidBreak => sink.keep_whole(span),
            }
        }
        within.count(counters);
        while let Some(next) = leave.first() {
            leave = self.pass_to(next.workday, &[], leave, counters, &mut today, sink);
        }
        self.end_workday(counters);
    }

    /// Passes on to a workday whose spans are the first of `spans`: through those of leave before it, which have none.
    /// Gives the leave after it.
    fn pass_to<'l, S: Sink>(
        &mut self,
        workday: Workday,
        spans: &[Span],
        mut leave: &'l [TimelessPay],
        counters: &mut [Counter],
        today: &mut Today,
        sink: &mut S,
    ) -> &'l [TimelessPay] {
        while let Some(earlier) = leave.first().filter(|leave| leave.workday < workday) {
            leave = self.begin_workday(earlier.workday, &[], leave, counters, today, sink);
        }
        self.begin_workday(workday, spans, leave, counters, today, sink)
    }

    /// Ends the workday before and begins another with what leave without clock times it has. Gives the leave after it.
    fn begin_workday<'l, S: Sink>(
        &mut self,
        workday: Workday,
        spans: &[Span],
        leave: &'l [TimelessPay],
        counters: &mut [Counter],
        today: &mut Today,
        sink: &mut S,
    ) -> &'l [TimelessPay] {
        self.end_workday(counters);
        let of_day = || spans.iter().take_while(|span| span.overtime_workday == workday);
        let worked = match self.traits.by_run {
            true => of_day().filter(|span| span.counts_as_work()).map(Span::length).sum(),
            false => Seconds::ZERO,
        };
        for counter in counters.iter_mut() {
            counter.open_workday(workday, worked, &self.rules, sink.recorder());
        }
        if !self.rules.is_one_plan() {
            counters::settle_versions(counters);
        }
        today.begun(workday, counters);
        let (of_day, later) = split_while(leave, |leave| leave.workday == workday);
        for leave in of_day {
            let kind = self.rules.kind_of_leave(workday, leave.day_type);
            match leave.toward {
                None => count_leave(counters, kind, leave.amount),
                Some(toward) => self.count_holiday(counters, (kind, workday), leave.amount, toward),
            }
        }
        later
    }

    /// Lets the tiers that a holiday names count what it pays.
    fn count_holiday(
        &self,
        counters: &mut [Counter],
        (kind, workday): (SecondKind, Workday),
        amount: Seconds,
        toward: u64,
    ) {
        let tiers = &self.rules.plan_at(workday).overtime.tiers;
        let named = tiers.iter().enumerate().filter(|(tier, _)| toward & 1_u64.unbounded_shl(*tier as u32) != 0);
        for rule in named.map(|(_, tier)| tier.rule) {
            let own = counters.iter_mut().filter(|counter| counter.rule == rule && counter.counts(kind));
            let own = own.filter(|counter| counter.scope != TierScope::Shift);
            own.for_each(|counter| counter.counted = counter.counted.plus(amount));
        }
    }

    fn end_workday(&self, counters: &mut [Counter]) {
        if !self.rules.is_one_plan() {
            counters::share_versions(counters);
        }
    }

    fn enter_shift<S: Sink>(&mut self, counters: &mut [Counter], span: &Span, sink: &mut S) {
        for counter in counters.iter_mut().filter(|it| it.scope == TierScope::Shift) {
            counter.enter_shift(span, &self.rules, sink.recorder());
        }
    }

    /// Lets the tiers of the job of a span be in force, with what others of their names have counted.
    fn enter_job(&self, counters: &mut [Counter], span: &Span) {
        counters::share_versions(counters);
        for counter in counters.iter_mut().filter(|it| it.scope != TierScope::Shift) {
            counter.enter_job(span, &self.rules);
        }
        counters::settle_versions(counters);
    }

    /// Whether no tier sees a span of work: it does not count, or is taken as time off.
    #[inline]
    fn is_settled(&self, span: &Span) -> bool {
        self.traits.preset && (span.reason.because == Because::Banked || span.reason.because.leaves_out())
    }

    /// The claim that a span of work carries already.
    #[inline]
    fn preset(&self, span: &Span) -> Option<Preset> {
        if !self.traits.preset || span.code == PayCode::REGULAR {
            return None;
        }
        let multiplier = self.rules.timeline.names().multiplier(span.code);
        (multiplier > Multiplier::PLAIN).then_some(Preset { code: span.code, multiplier })
    }

    /// Lets the tiers that count leave count a span of it.
    fn leave(&self, counters: &mut [Counter], span: &Span) {
        let names = self.rules.timeline.names();
        if self.traits.by_leave && names.pay_code(span.code).is_none_or(|code| code.paid) {
            count_leave(counters, self.rules.kind_of(span), span.length());
        }
    }

    /// Finds the claims on a span of work after its first seconds, which no tier claims and which are already counted.
    // Kept out of the loop over spans: most spans never get here.
    #[inline(never)]
    fn claim<S: Sink>(
        &mut self,
        counters: &mut [Counter],
        span: &Span,
        unclaimed: Seconds,
        meeting: Meeting<'_>,
        sink: &mut S,
    ) {
        let mut at = span.start.after(unclaimed);
        let mut segment = match unclaimed.is_zero() {
            true => None,
            false => Some(Segment { outcome: Outcome::Unclaimed, start: span.start, before: Seconds::ZERO }),
        };
        let (preset, kind) = (self.preset(span), self.rules.kind_of(span));
        let tells_claims = S::LISTENS || matches!(meeting, Meeting::Additive);
        loop {
            let remaining = span.end.since(at);
            let verdict = match remaining.is_zero() {
                true => None,
                false => Some(Verdict::on_next(counters, &self.rules, kind, remaining, meeting, preset)),
            };
            let goes_on = |segment: &Segment, verdict: &Verdict| {
                segment.outcome == verdict.outcome && !(tells_claims && verdict.changed)
            };
            let ended = segment.take_if(|segment| !verdict.as_ref().is_some_and(|verdict| goes_on(segment, verdict)));
            if let Some(ended) = ended {
                self.pay(counters, span, &ended, at, meeting, sink);
            }
            let Some(Verdict { outcome, step, .. }) = verdict else { return };
            if segment.is_none() {
                segment = Some(self.begin(counters, outcome, at, tells_claims));
            }
            for counter in counters.iter_mut() {
                if S::LISTENS {
                    counter.saw(counter.fits(kind));
                }
                if counter.grows {
                    counter.counted = counter.counted.plus(step);
                }
            }
            at = at.after(step);
        }
    }

    /// Begins a segment and, for notes, keeps the counters that claim it.
    fn begin(&mut self, counters: &[Counter], outcome: Outcome, start: Timestamp, tells_claims: bool) -> Segment {
        if tells_claims {
            self.claims.clear();
            self.claims.extend((0..counters.len()).filter(|&index| counters[index].claims));
        }
        Segment { outcome, start, before: counted_for(counters, outcome) }
    }

    /// Pays a segment that ends at `end`.
    #[inline]
    fn pay<S: Sink>(
        &mut self,
        counters: &[Counter],
        span: &Span,
        segment: &Segment,
        end: Timestamp,
        meeting: Meeting<'_>,
        sink: &mut S,
    ) {
        match segment.outcome {
            Outcome::Unclaimed => sink.keep(span, segment.start, end),
            Outcome::Kept => self.keep_preset(counters, span, segment.start, end, sink),
            Outcome::Won(winner) => match meeting {
                Meeting::Additive => {
                    sink.keep(span, segment.start, end);
                    self.add_premiums(counters, span, segment.start, end, sink);
                }
                Meeting::StraightTimeOnly | Meeting::AllHours | Meeting::Table(_) => {
                    self.pay_winner(counters, span, segment, end, winner, sink);
                }
            },
            Outcome::Row(row) => self.pay_row(span, segment.start, end, row, meeting, sink),
        }
    }

    fn pay_winner<S: Sink>(
        &mut self,
        counters: &[Counter],
        span: &Span,
        segment: &Segment,
        end: Timestamp,
        winner: usize,
        sink: &mut S,
    ) {
        let counter = &counters[winner];
        let tier = self.rules.tier(counter);
        let reason = tier.reason(span.day_type, counter.number);
        let counted = Counted { start: segment.start, end, before: segment.before, after: counter.counted };
        sink.recode(span, counted, tier.pays_to, tier.multiplier, reason);
        if S::LISTENS {
            let (winner_rule, start) = (counter.rule, segment.start);
            let tiers = self.claims.iter().filter(|&&index| index != winner).map(|&index| counters[index].rule);
            for rule in self.preset(span).map(|_| span.reason.rule).into_iter().chain(tiers) {
                sink.recorder().note(Note::Rejected { rule, winner: winner_rule, start, end });
            }
        }
    }

    /// Pays the code of a row of the table. A claim of a plugin stays, unless the row pays more.
    fn pay_row<S: Sink>(
        &mut self,
        span: &Span,
        start: Timestamp,
        end: Timestamp,
        row: usize,
        meeting: Meeting<'_>,
        sink: &mut S,
    ) {
        // Rows are found in a table only.
        let Meeting::Table(table) = meeting else { return sink.keep(span, start, end) };
        let to = table.rows[row].pays_to;
        let multiplier = self.rules.timeline.names().multiplier(to);
        if to == span.code || self.preset(span).is_some_and(|preset| multiplier <= preset.multiplier) {
            return sink.keep(span, start, end);
        }
        let because = Because::Combination { row: u8::try_from(row).unwrap_or(u8::MAX) };
        let counted = Counted { start, end, before: Seconds::ZERO, after: Seconds::ZERO };
        sink.recode(span, counted, to, multiplier, Reason { rule: table.rule, because });
    }

    /// Leaves a segment to the plugin that claimed it.
    fn keep_preset<S: Sink>(
        &mut self,
        counters: &[Counter],
        span: &Span,
        start: Timestamp,
        end: Timestamp,
        sink: &mut S,
    ) {
        sink.keep_preset(span, start, end, self.rules.timeline.names().multiplier(span.code));
        if S::LISTENS {
            for &index in self.claims.iter() {
                let (rule, winner) = (counters[index].rule, span.reason.rule);
                sink.recorder().note(Note::Rejected { rule, winner, start, end });
            }
        }
    }

    /// Adds a premium for each claim on the segment.
    fn add_premiums<S: Sink>(
        &mut self,
        counters: &[Counter],
        span: &Span,
        start: Timestamp,
        end: Timestamp,
        sink: &mut S,
    ) {
        for &index in self.claims.iter() {
            let counter = &counters[index];
            let tier = self.rules.tier(counter);
            let reason = tier.reason(span.day_type, counter.number);
            let reporting_workday = span.reporting_workday;
            sink.add_premium(PremiumSpan { start, end, reporting_workday, code: tier.pays_to, reason });
        }
    }
}

fn alternatives_of(combine: &Combine) -> &[Alternative] {
    match combine {
        Combine::MaxOfAlternatives(alternatives) => alternatives,
        Combine::StraightTimeOnly | Combine::AllHoursCount | Combine::Additive | Combine::Table(_) => &[],
    }
}

/// The places of the counters of one alternative; of 0, those of no alternative.
fn places_of(counters: &[Counter], alternative: usize) -> Range<usize> {
    let start = counters.partition_point(|counter| counter.alternative < alternative);
    let length = counters[start..].partition_point(|counter| counter.alternative == alternative);
    start..start + length
}

/// Records for scopes that end with the workweek why they were not applied, while the kept alternative is known.
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

fn count_leave(counters: &mut [Counter], kind: SecondKind, amount: Seconds) {
    for counter in counters {
        if counter.leave_counts && counter.scope != TierScope::Shift && counter.counts(kind) {
            counter.counted = counter.counted.plus(amount);
        }
    }
}

/// The total of the counter of an outcome; zero when there is none.
fn counted_for(counters: &[Counter], outcome: Outcome) -> Seconds {
    match outcome {
        Outcome::Won(winner) => counters[winner].counted,
        Outcome::Unclaimed | Outcome::Kept | Outcome::Row(_) => Seconds::ZERO,
    }
}

/// The earliest workday of what is left; both lists are in order.
fn first_workday(spans: &[Span], leave: &[TimelessPay]) -> Option<Workday> {
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
