//! Breaks and meals: which gaps are paid, and what is deducted when no meal was punched.
//! - Takes:  rounded pairs of one workday, with the kind of each gap.
//! - Gives:  worked spans, paid-break spans, and unpaid-break spans for deducted time.
//! - Keeps:  worked + deducted = the rounded pairs; paid gaps come on top.
//! - Runs:   after rounding and attribution to workdays, before leave.
//! - Edges:  a *worked segment* of an overtime workday is a rounded pair; a paid gap joins two, and so does no gap at all
//!   (a transfer, or the next shift from the same second on). A punched break whose rounded length is zero still
//!   separates them, unless gaps of its kind are paid: then it was work all along. Fixed breaks do not, and are no
//!   break taken. A pair that rounds to nothing is no segment. Paid gaps and breaks of a shift follow the plan of the
//!   shift, deductions that of the overtime workday.
//!   Where two fixed breaks overlap, the one that begins earlier takes the seconds; then those of the shift template,
//!   whose rule is `attendance`. A break's clock times shown twice mean the earlier for starts, the later for ends.
//! - Source: 29 CFR 785.18 (rest of 5 to about 20 minutes is work time), 785.19 (meals); employer policy for
//!   automatic deduction.
//! - Shown:  timecards/breaks/paid_gaps.md, auto_deduct.md, fixed_breaks.md; timecards/tags/filters.md

#![allow(clippy::indexing_slicing, reason = "the indexes are those of the lists of one card, kept by this phase")]

use alloc::vec::Vec;

use crate::card::{CardState, GapKind, Pair, ScheduledShift, Span, SpanState, WorkedShift, tag_of};
use crate::coded::coded;
use crate::codes::{DayType, PayCode, RuleId};
use crate::reason::{Because, Reason};
use crate::record::{Note, Recorder};
use crate::shape::workdays::{ShiftFacts, ShiftLabels};
use crate::tags::{FilterId, TagId, TagTable};
use crate::time::{Seconds, Timestamp, WallTime, Workday};
use crate::timecard::Inputs;
use crate::zone::{Fold, ZoneCursor};

/// Paid gaps, fixed breaks and automatic deductions, applied in this order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Breaks {
    /// Gaps inside a worked shift, or between parts of one, shorter than this (rounded length) are paid work time, and no break at all.
    pub paid_below: Option<PaidGap>,
    /// Clock intervals deducted wherever they were worked, besides those of the matched shift template.
    pub fixed: Vec<FixedBreak>,
    /// Automatic deductions. Per overtime workday one applies at most: of those whose trigger is reached and whose
    /// number of segments fits, the one that deducts most; ties: the greatest `after`, then the first.
    pub auto_deduct: Vec<AutoDeduct>,
}

/// Gaps that are paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaidGap {
    /// Its name.
    pub rule: RuleId,
    /// Gaps shorter than this are paid.
    pub limit: Seconds,
    /// Whether gaps that are meals (see pairing) are paid too when they are this short.
    pub meals_too: bool,
    /// Only gaps after work with these tags.
    pub tags: Option<FilterId>,
}

/// A break at a fixed time of day, unpaid, deducted where worked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FixedBreak {
    /// Its name.
    pub rule: RuleId,
    /// Wall-clock second of day of the start.
    pub start: u32,
    /// Wall-clock second of day of the end; not after the start when it wraps midnight.
    pub end: u32,
    /// Deducted from work with these tags only.
    pub tags: Option<FilterId>,
}

/// A deduction when no meal, or a shorter one, was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AutoDeduct {
    /// Its name.
    pub rule: RuleId,
    /// It triggers when the basis of the workday compares so with `after`.
    pub after: Seconds,
    /// At exactly `after`: triggers (`AtLeast`) or not (`MoreThan`).
    pub compare: Compare,
    /// What is measured.
    pub basis: BreakBasis,
    /// The whole length of the break.
    pub amount: Seconds,
    /// Only when the workday has exactly this many worked segments (1: no break was punched).
    pub only_if_segments: Option<u8>,
    /// Whether unpaid gaps (rounded) between two worked segments of the workday that belong to one shift count against
    /// `amount`. Gaps shorter than `min_piece` do not count.
    pub count_taken: bool,
    /// The shortest gap that counts as break taken.
    pub min_piece: Seconds,
    /// Never takes net time below `after`: takes at most net - after, where net is worked gross less fixed breaks.
    pub taper: bool,
    /// For work with these tags only: nothing else is measured, is a worked segment, or is deducted from, and a gap is a
    /// break taken only when there is such work on both sides of it.
    pub tags: Option<FilterId>,
    /// Where it is deducted.
    pub placement: BreakPlacement,
}

coded! {
    /// A comparison with a limit.
    Compare {
        /// `value >= limit`.
        AtLeast = 0 "at_least",
        /// `value > limit`.
        MoreThan = 1 "more_than",
    }
}

impl Compare {
    /// Whether `value` compares so with `limit`.
    pub fn holds(self, value: Seconds, limit: Seconds) -> bool {
        match self {
            Compare::AtLeast => value >= limit,
            Compare::MoreThan => value > limit,
        }
    }
}

coded! {
    /// What an automatic deduction measures on a workday.
    BreakBasis {
        /// Worked segments (rounded), with paid gaps, before fixed breaks and deductions.
        WorkedGross = 0 "worked_gross",
        /// The longest single worked segment (rounded), with paid gaps joined.
        LongestSegment = 1 "longest_segment",
        /// From the start of the first worked segment to the end of the last, gaps included.
        GrossSpan = 2 "gross_span",
        /// Worked gross less fixed breaks.
        WorkedNet = 3 "worked_net",
        /// Worked net less the deduction itself: what is left of the workday after it.
        NetAfter = 4 "net_after",
    }
}

coded! {
    /// Where an automatic deduction is made.
    BreakPlacement {
        /// The worked seconds (fixed breaks left out) from where the worked time of the workday reaches `after`; when
        /// less than is due is left after it, earlier, so that it ends with the last worked second. A gap may lie
        /// inside.
        AtTrigger = 0 "at_trigger",
        /// From every worked segment in proportion to its worked time (fixed breaks left out), at its end; rounding
        /// down, the remainder from the last, and what the last does not have from the one before it.
        Proportional = 1 "proportional",
    }
}

impl Default for AutoDeduct {
    fn default() -> AutoDeduct {
        AutoDeduct {
            rule: RuleId::default(),
            after: Seconds::hours(5),
            compare: Compare::AtLeast,
            basis: BreakBasis::WorkedGross,
            amount: Seconds::minutes(30),
            only_if_segments: None,
            count_taken: true,
            min_piece: Seconds::ZERO,
            taper: false,
            tags: None,
            placement: BreakPlacement::AtTrigger,
        }
    }
}

/// A stretch to deduct from the work of one worked shift.
#[derive(Clone, Copy, Debug)]
struct Cut {
    start: Timestamp,
    end: Timestamp,
    shift: Option<u32>,
    reason: Reason,
    /// The tags of the work that it is deducted from.
    tags: Option<FilterId>,
    /// Where two begin together, the lower one gets the seconds.
    rank: u32,
}

/// What is paid and what is deducted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scratch {
    /// Paid gaps.
    paid: Vec<Span>,
    /// What is to be deducted.
    cuts: Vec<Cut>,
    /// Where a punched break rounded to no time at all, ascending: spans touch there, and are two segments.
    vanished: Vec<Timestamp>,
    /// What each segment gives to a proportional deduction.
    takes: Vec<Take>,
}

/// Pays short gaps, then deducts fixed breaks, then automatic breaks. `spare` is scratch for the rewritten spans.
pub(super) fn apply<R: Recorder>(
    inputs: &Inputs<'_>,
    state: &mut CardState,
    scratch: &mut Scratch,
    spare: &mut Vec<Span>,
    recorder: &mut R,
) {
    let needs = inputs.timeline.needs();
    if needs.paid_gaps {
        pay_short_gaps(inputs, state, &mut scratch.paid, spare);
    }
    if needs.fixed_breaks {
        find_fixed(inputs, state, &mut scratch.cuts);
        carve(inputs, &mut state.spans, &mut scratch.cuts, spare, recorder);
    }
    if needs.auto_deduct {
        find_vanished(inputs, state, &mut scratch.vanished);
        find_due(inputs, &state.shifts, &state.spans, scratch);
        carve(inputs, &mut state.spans, &mut scratch.cuts, spare, recorder);
    }
}

impl PaidGap {
    /// Whether a gap of this kind and rounded length is paid.
    fn pays(&self, kind: GapKind, length: Seconds) -> bool {
        length < self.limit && (self.meals_too || kind != GapKind::Meal)
    }
}

fn pay_short_gaps(inputs: &Inputs<'_>, state: &mut CardState, paid: &mut Vec<Span>, spare: &mut Vec<Span>) {
    let clock = &mut ZoneCursor::new(inputs.card.zone);
    let CardState { scheduled, shifts, pairs, spans, .. } = state;
    paid.clear();
    for (earlier, pair) in worked_neighbours(pairs).filter(|(earlier, pair)| earlier.end < pair.start) {
        let shift = &shifts[pair.shift as usize];
        let plan = inputs.plan_of(shift);
        if let Some(rule) = plan.breaks.pays_between(inputs, (shifts, scheduled), earlier, pair) {
            let tag = tag_of(inputs, &shifts[earlier.shift as usize], scheduled, earlier);
            let facts = ShiftFacts::of(shifts, pair.shift, pairs, scheduled);
            let labels = ShiftLabels::of(&plan.workdays, &facts, clock);
            labels.lay(paid_gap(earlier.end, pair, rule, tag), clock, paid);
        }
    }
    if !paid.is_empty() {
        merge(spans, paid, spare);
    }
}

/// Finds the punched breaks that rounded to no time at all and are not paid.
fn find_vanished(inputs: &Inputs<'_>, state: &CardState, vanished: &mut Vec<Timestamp>) {
    let CardState { scheduled, shifts, pairs, .. } = state;
    vanished.clear();
    let was_punched = |(earlier, pair): &(&Pair, &Pair)| earlier.end >= pair.start && earlier.raw_end < pair.raw_start;
    for (earlier, pair) in worked_neighbours(pairs).filter(was_punched) {
        let plan = inputs.plan_of(&shifts[pair.shift as usize]);
        if plan.breaks.pays_between(inputs, (shifts, scheduled), earlier, pair).is_none() {
            vanished.push(pair.start.max(earlier.end));
        }
    }
}

/// Each two pairs that follow each other, without those that rounded to nothing.
fn worked_neighbours(pairs: &[Pair]) -> impl Iterator<Item = (&Pair, &Pair)> {
    let mut before = None;
    let worked = pairs.iter().filter(|pair| pair.start < pair.end);
    worked.filter_map(move |pair| before.replace(pair).map(|earlier| (earlier, pair)))
}

impl Breaks {
    /// The rule that pays the gap between two pairs.
    pub(crate) fn pays_between(
        &self,
        inputs: &Inputs<'_>,
        (shifts, scheduled): (&[WorkedShift], &[ScheduledShift]),
        earlier: &Pair,
        pair: &Pair,
    ) -> Option<&PaidGap> {
        let rule = self.paid_below.as_ref()?;
        let kind = pair.gap_before.filter(|_| are_one_stretch(shifts, earlier.shift, pair.shift))?;
        let of_tag =
            || inputs.tags.fits(rule.tags, tag_of(inputs, &shifts[earlier.shift as usize], scheduled, earlier));
        (rule.pays(kind, pair.start.since(earlier.end)) && of_tag()).then_some(rule)
    }
}

/// Whether two worked shifts are the same, or parts of one that was cut.
pub(super) fn are_one_stretch(shifts: &[WorkedShift], earlier: u32, later: u32) -> bool {
    earlier == later || shifts[earlier as usize + 1..=later as usize].iter().all(|shift| shift.continues)
}

fn paid_gap(start: Timestamp, pair: &Pair, rule: &PaidGap, tag: TagId) -> Span {
    Span {
        start,
        end: pair.start,
        overtime_workday: Workday::default(),
        reporting_workday: Workday::default(),
        state: SpanState::PaidBreak,
        day_type: DayType::Workday,
        shift: Some(pair.shift),
        tag,
        code: PayCode::REGULAR,
        reason: Reason { rule: rule.rule, because: Because::ShortGapPaid { limit: rule.limit } },
    }
}

/// Adds `more` to `spans`. Both are in order, and no two share a second.
pub(crate) fn merge(spans: &mut Vec<Span>, more: &[Span], spare: &mut Vec<Span>) {
    spare.clear();
    let mut added = more.iter().peekable();
    for span in spans.iter() {
        while let Some(next) = added.next_if(|next| next.start < span.start) {
            spare.push(*next);
        }
        spare.push(*span);
    }
    spare.extend(added);
    core::mem::swap(spans, spare);
}

/// Finds the fixed breaks of every worked shift.
fn find_fixed(inputs: &Inputs<'_>, state: &CardState, cuts: &mut Vec<Cut>) {
    let clock = &mut ZoneCursor::new(inputs.card.zone);
    let CardState { shifts, scheduled, pairs, .. } = state;
    cuts.clear();
    for (index, shift) in shifts.iter().enumerate() {
        let plan = inputs.plan_of(shift);
        let matched = shift.scheduled.map(|scheduled_index| &scheduled[scheduled_index as usize]);
        let template = matched.and_then(|matched| matched.template);
        if template.is_none() && plan.breaks.fixed.is_empty() {
            continue;
        }
        let own = &pairs[shift.first_pair as usize..shift.last_pair as usize];
        let (Some(first), Some(last)) = (own.first(), own.last()) else { continue };
        // The gap between two parts of a stretch, which may be paid, belongs to the later one.
        let before = if shift.continues { pairs[..shift.first_pair as usize].last() } else { None };
        let opens = before.map_or(first.start, |pair| pair.end);
        let mut cut = |start: Timestamp, end: Timestamp, rule: RuleId, tags: Option<FilterId>| {
            if start < last.end && opens < end && start < end {
                let reason = Reason { rule, because: Because::FixedBreak };
                let rank = cuts.len() as u32;
                cuts.push(Cut { start, end, shift: Some(index as u32), reason, tags, rank });
            }
        };
        if let Some(matched) = matched {
            for (start, end) in template_breaks(inputs, matched, clock) {
                cut(start, end, RuleId::ATTENDANCE, None);
            }
        }
        for fixed in &plan.breaks.fixed {
            let last_date = clock.date_at(last.end);
            let mut date = clock.date_at(opens).plus(-1);
            while date <= last_date {
                let (start, end) = fixed.on(date, clock);
                cut(start, end, fixed.rule, fixed.tags);
                date = date.plus(1);
            }
        }
    }
}

impl FixedBreak {
    /// The break that begins on this local date.
    pub(crate) fn on(&self, date: Workday, clock: &mut ZoneCursor<'_>) -> (Timestamp, Timestamp) {
        let end_date = if self.end > self.start { date } else { date.plus(1) };
        let start = WallTime(WallTime::on(date, 0).0 + i64::from(self.start));
        let end = WallTime(WallTime::on(end_date, 0).0 + i64::from(self.end));
        (clock.instant(start, Fold::Earlier), clock.instant(end, Fold::Later))
    }
}

/// The breaks of a scheduled shift's template as instants, in order.
pub(crate) fn template_breaks<'a>(
    inputs: &Inputs<'a>,
    scheduled: &ScheduledShift,
    clock: &mut ZoneCursor<'_>,
) -> impl Iterator<Item = (Timestamp, Timestamp)> {
    let plan = inputs.plan_of_scheduled(scheduled);
    let template = scheduled.template.and_then(|index| plan.schedule.templates.get(usize::from(index)));
    let workday = scheduled.workday;
    let instants = move |(start, end): &(i32, i32)| {
        let start = clock.instant(WallTime::on(workday, *start), Fold::Earlier);
        (start, clock.instant(WallTime::on(workday, *end), Fold::Later))
    };
    // A break that begins at a time that the clock leaves out may end before it starts: it has no length then.
    template.map_or(&[][..], |template| &template.breaks).iter().map(instants).filter(|(start, end)| start < end)
}

/// Turns the stretches in `cuts` from work into unpaid breaks, where they were worked.
fn carve<R: Recorder>(
    inputs: &Inputs<'_>,
    spans: &mut Vec<Span>,
    cuts: &mut [Cut],
    spare: &mut Vec<Span>,
    recorder: &mut R,
) {
    if cuts.is_empty() {
        return;
    }
    cuts.sort_unstable_by_key(|cut| (cut.start, cut.rank));
    spare.clear();
    let mut passed = 0;
    for span in spans.iter() {
        while cuts.get(passed).is_some_and(|cut| cut.end <= span.start) {
            passed += 1;
        }
        let mut rest = *span;
        for cut in cuts[passed..].iter().take_while(|cut| cut.start < span.end) {
            let (start, end) = (cut.start.max(rest.start), cut.end.min(rest.end));
            let is_meant = cut.shift == span.shift && inputs.tags.fits(cut.tags, span.tag);
            if !span.state.is_work() || !is_meant || start >= end {
                continue;
            }
            if rest.start < start {
                spare.push(Span { end: start, ..rest });
            }
            let (state, code, reason) = (SpanState::UnpaidBreak, PayCode::UNPAID_BREAK, cut.reason);
            spare.push(Span { start, end, state, code, reason, ..rest });
            if R::LISTENS {
                recorder.note(Note::TakenOff { reason, start, end });
            }
            rest.start = end;
        }
        if rest.start < rest.end {
            spare.push(rest);
        }
    }
    core::mem::swap(spans, spare);
}

/// Finds what is due automatically on every workday.
fn find_due(inputs: &Inputs<'_>, shifts: &[WorkedShift], spans: &[Span], scratch: &mut Scratch) {
    let Scratch { cuts, vanished, takes, .. } = scratch;
    cuts.clear();
    let rules_of = |workday| inputs.timeline.at(workday).breaks.auto_deduct.as_slice();
    // Only shifts that are labelled as a whole can put the workdays out of order.
    if spans.is_sorted_by_key(|span| span.overtime_workday) {
        for spans in spans.chunk_by(|span, next| span.overtime_workday == next.overtime_workday) {
            let workday = spans[0].overtime_workday;
            WorkedDay { workday, shifts, spans, vanished, tags: inputs.tags }.take_due(rules_of(workday), cuts, takes);
        }
    } else {
        for (index, span) in spans.iter().enumerate() {
            let workday = span.overtime_workday;
            if spans[..index].iter().all(|earlier| earlier.overtime_workday != workday) {
                let day = WorkedDay { workday, shifts, spans: &spans[index..], vanished, tags: inputs.tags };
                day.take_due(rules_of(workday), cuts, takes);
            }
        }
    }
}

/// What was worked on one overtime workday. Spans of other workdays between its own are passed over.
struct WorkedDay<'a> {
    workday: Workday,
    shifts: &'a [WorkedShift],
    spans: &'a [Span],
    vanished: &'a [Timestamp],
    tags: &'a TagTable,
}

/// A worked segment: a stretch of the workday without an unpaid gap, fixed breaks still in it.
#[derive(Clone, Copy, Debug)]
struct Segment {
    end: Timestamp,
    /// Without the fixed breaks.
    net: Seconds,
}

/// What a segment gives to a proportional deduction: up to `most`, at the point where the worked time of the day has
/// reached `counter_end`.
#[derive(Clone, Copy, Debug)]
struct Take {
    most: u32,
    share: u32,
    counter_end: u32,
}

/// The measures of one workday.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Measures {
    gross: Seconds,
    longest: Seconds,
    pub(crate) span: Seconds,
    pub(crate) net: Seconds,
}

impl Measures {
    pub(crate) fn add_segment(&mut self, length: Seconds) {
        self.gross = self.gross.plus(length);
        self.longest = self.longest.max(length);
    }

    fn basis(&self, basis: BreakBasis) -> Seconds {
        match basis {
            BreakBasis::WorkedGross => self.gross,
            BreakBasis::LongestSegment => self.longest,
            BreakBasis::GrossSpan => self.span,
            BreakBasis::WorkedNet | BreakBasis::NetAfter => self.net,
        }
    }
}

/// The deduction that applies, of rules whose number of segments fits, and how much it deducts. `measure` measures the
/// work that a rule is for, `taken` the breaks taken that it counts.
#[inline(always)]
pub(crate) fn most_due<'p>(
    rules: impl Iterator<Item = &'p AutoDeduct>,
    measure: impl Fn(&AutoDeduct) -> Measures,
    taken: impl Fn(&AutoDeduct) -> Seconds,
) -> Option<(&'p AutoDeduct, Seconds)> {
    let mut winner: Option<(&AutoDeduct, Seconds)> = None;
    for rule in rules {
        let measured = measure(rule);
        if !rule.compare.holds(measured.basis(rule.basis), rule.after) {
            continue;
        }
        let taken = if rule.count_taken { taken(rule) } else { Seconds::ZERO };
        let tapered = if rule.taper { measured.net.beyond(rule.after) } else { Seconds::MAX };
        let amount = rule.amount.beyond(taken).at_most(tapered).at_most(measured.net);
        let left = measured.net.beyond(amount);
        if rule.basis == BreakBasis::NetAfter && !rule.compare.holds(left, rule.after) {
            continue;
        }
        let better = winner.is_none_or(|(best, most)| (amount, rule.after) > (most, best.after));
        if better && !amount.is_zero() {
            winner = Some((rule, amount));
        }
    }
    winner
}

/// What of a span is not work.
fn break_time(span: &Span) -> Seconds {
    if span.state.is_work() { Seconds::ZERO } else { span.length() }
}

impl WorkedDay<'_> {
    /// Takes what is due.
    #[inline(always)]
    fn take_due(&self, rules: &[AutoDeduct], cuts: &mut Vec<Cut>, takes: &mut Vec<Take>) {
        // Most workdays are out at the number of their segments, which is the cheapest to find.
        let segments = self.count_segments(None);
        let fits = |rule: &&AutoDeduct| {
            let own = || if rule.tags.is_none() { segments } else { self.count_tagged_segments(rule.tags) };
            rule.only_if_segments.is_none_or(|only| u32::from(only) == own())
        };
        if rules.iter().any(|rule| fits(&rule)) {
            self.take_most(rules.iter().filter(fits), cuts, takes);
        }
    }

    /// Takes the deduction that applies, of those whose number of segments fits.
    // Kept out of the loop over workdays: most of them have no rule whose number of segments fits.
    #[inline(never)]
    fn take_most<'p>(&self, rules: impl Iterator<Item = &'p AutoDeduct>, cuts: &mut Vec<Cut>, takes: &mut Vec<Take>) {
        let whole = self.measure(None);
        let measure = |rule: &AutoDeduct| if rule.tags.is_none() { whole } else { self.measure(rule.tags) };
        if let Some((rule, amount)) = most_due(rules, measure, |rule| self.taken(rule)) {
            self.take(rule, amount, cuts, takes);
        }
    }

    /// The spans of the workday, those with some tags only.
    #[inline]
    fn own(&self, only: Option<FilterId>) -> impl Iterator<Item = &Span> {
        let is_own = move |span: &&Span| span.overtime_workday == self.workday && self.tags.fits(only, span.tag);
        self.spans.iter().filter(is_own)
    }

    fn segments(&self, only: Option<FilterId>) -> impl Iterator<Item = Segment> {
        let mut spans = self.own(only).peekable();
        core::iter::from_fn(move || {
            let first = spans.next()?;
            let net_of = |span: &Span| if span.state.is_work() { span.length() } else { Seconds::ZERO };
            let mut segment = Segment { end: first.end, net: net_of(first) };
            while let Some(span) = spans.next_if(|span| self.continues(segment.end, span)) {
                segment.end = span.end;
                segment.net = segment.net.plus(net_of(span));
            }
            Some(segment)
        })
    }

    fn continues(&self, end: Timestamp, span: &Span) -> bool {
        span.start == end && self.vanished.binary_search(&end).is_err()
    }

    // Kept out of the loop over workdays: most rules are for all work.
    #[inline(never)]
    fn count_tagged_segments(&self, only: Option<FilterId>) -> u32 {
        self.count_segments(only)
    }

    #[inline(always)]
    fn count_segments(&self, only: Option<FilterId>) -> u32 {
        let (mut segments, mut end) = (0, None);
        for span in self.own(only) {
            segments += u32::from(end.is_none_or(|end| !self.continues(end, span)));
            end = Some(span.end);
        }
        segments
    }

    fn measure(&self, only: Option<FilterId>) -> Measures {
        let mut measures = Measures::default();
        let mut spans = self.own(only);
        let Some(first) = spans.next() else { return measures };
        let (mut segment_start, mut end) = (first.start, first.end);
        let mut taken_off = break_time(first);
        for span in spans {
            if !self.continues(end, span) {
                measures.add_segment(end.since(segment_start));
                segment_start = span.start;
            }
            taken_off = taken_off.plus(break_time(span));
            end = span.end;
        }
        measures.add_segment(end.since(segment_start));
        measures.span = end.since(first.start);
        measures.net = measures.gross.beyond(taken_off);
        measures
    }

    /// Breaks taken between the segments of one shift, or of parts of one, without those shorter than the rule counts.
    /// Work that the rule is not for ends the search for the other side of a break.
    fn taken(&self, rule: &AutoDeduct) -> Seconds {
        let mut before: Option<&Span> = None;
        let mut taken = Seconds::ZERO;
        for span in self.own(None) {
            if !self.tags.fits(rule.tags, span.tag) {
                before = None;
                continue;
            }
            if let Some(before) = before.replace(span)
                && !self.continues(before.end, span)
                && let (Some(earlier), Some(later)) = (before.shift, span.shift)
                && are_one_stretch(self.shifts, earlier, later)
            {
                let gap = span.start.since(before.end);
                taken = taken.plus(if gap >= rule.min_piece { gap } else { Seconds::ZERO });
            }
        }
        taken
    }

    fn take(&self, rule: &AutoDeduct, amount: Seconds, cuts: &mut Vec<Cut>, takes: &mut Vec<Take>) {
        let because = Because::AutoDeducted { amount: rule.amount };
        let reason = Reason { rule: rule.rule, because };
        let only = rule.tags;
        let worked: Seconds = self.segments(only).map(|segment| segment.net).sum();
        match rule.placement {
            BreakPlacement::AtTrigger => {
                let from = rule.after.at_most(worked.beyond(amount));
                self.cut(only, (from, from.plus(amount)), reason, cuts);
            }
            BreakPlacement::Proportional => {
                self.share(only, worked, amount, takes);
                for take in takes.iter() {
                    let until = Seconds(take.counter_end);
                    self.cut(only, (until.beyond(Seconds(take.share)), until), reason, cuts);
                }
            }
        }
    }

    /// Shares `amount` out among the segments in proportion to their length, rounding down. The remainder comes from
    /// the last, and what the last does not have from the one before it.
    fn share(&self, only: Option<FilterId>, worked: Seconds, amount: Seconds, takes: &mut Vec<Take>) {
        takes.clear();
        let mut counter = 0_u32;
        let mut remainder = amount.0;
        for segment in self.segments(only) {
            counter = counter.saturating_add(segment.net.0);
            let share = u64::from(amount.0) * u64::from(segment.net.0) / u64::from(worked.0.max(1));
            let share = u32::try_from(share).unwrap_or(u32::MAX).min(remainder);
            remainder -= share;
            takes.push(Take { most: segment.net.0, share, counter_end: counter });
        }
        for take in takes.iter_mut().rev() {
            let more = remainder.min(take.most - take.share);
            take.share += more;
            remainder -= more;
        }
    }

    /// Cuts the seconds at which the worked time of the day, counted from 0, is in `[from, to)`.
    fn cut(&self, only: Option<FilterId>, (from, to): (Seconds, Seconds), reason: Reason, cuts: &mut Vec<Cut>) {
        let mut counter = Seconds::ZERO;
        for span in self.own(only).filter(|span| span.state.is_work()) {
            let counter_end = counter.plus(span.length());
            let (first, last) = (from.max(counter), to.min(counter_end));
            if first < last {
                let start = span.start.after(first.beyond(counter));
                let end = span.start.after(last.beyond(counter));
                cuts.push(Cut { start, end, shift: span.shift, reason, tags: only, rank: 0 });
            }
            counter = counter_end;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PunchKind::{In, MealEnd, MealStart, Out};
    use crate::shape::rounding::{Anchor, Direction, RoundingCondition, RoundingRule, RoundingTarget, Tie};
    use crate::shape::schedule::{ShiftBlock, ShiftTemplate};
    use crate::shape::workdays::Attribution;
    use crate::testing::{Card, monday, seconds};
    use crate::{ShiftFact, ShiftTimes};
    use alloc::vec;

    /// The spans as start and end in minutes of Monday, and `w`, `p`, `u` for worked, paid and deducted.
    fn spans(card: &Card) -> Vec<(u32, u32, char)> {
        let midnight = card.instant(0, "00:00");
        let minute = |at: Timestamp| at.since(midnight).0 / 60;
        let letter = |state| match state {
            SpanState::Worked => 'w',
            SpanState::PaidBreak => 'p',
            SpanState::UnpaidBreak => 'u',
            SpanState::Leave => 'l',
        };
        card.state.spans.iter().map(|span| (minute(span.start), minute(span.end), letter(span.state))).collect()
    }

    fn taken_off(card: &Card) -> u32 {
        card.state.spans.iter().filter(|span| span.state == SpanState::UnpaidBreak).map(|span| span.length().0).sum()
    }

    #[test]
    fn a_gap_shorter_than_the_limit_is_paid_and_one_of_the_limit_is_not() {
        let mut card = Card::new();
        card.plan.breaks.paid_below =
            Some(PaidGap { rule: RuleId(9), limit: Seconds::minutes(20), meals_too: false, tags: None });
        card.punches(0, &[("08:00", In), ("10:00", Out), ("10:19", In), ("12:00", Out), ("12:20", In), ("13:00", Out)]);
        card.shaped().unwrap();
        assert_eq!(spans(&card), [(480, 600, 'w'), (600, 619, 'p'), (619, 720, 'w'), (740, 780, 'w')]);
        card.facts.punches.clear();
        card.punches(0, &[("08:00", In), ("10:00", MealStart), ("10:19", MealEnd), ("12:00", Out)]);
        card.shaped().unwrap();
        assert_eq!(spans(&card), [(480, 600, 'w'), (619, 720, 'w')]);
    }

    #[test]
    fn breaks_of_the_template_and_of_the_ruleset_are_taken_off_where_worked() {
        let mut card = Card::new();
        let template = ShiftTemplate {
            breaks: vec![(seconds("12:00"), seconds("13:00"))],
            ..ShiftTemplate::of_blocks(vec![ShiftBlock::new(seconds("09:00"), seconds("18:00"))])
        };
        card.plan.schedule.templates.push(template);
        card.plan.breaks.fixed.push(FixedBreak { rule: RuleId(9), start: 46_200, end: 48_600, tags: None });
        card.facts.shifts.push(ShiftFact::work(monday(), ShiftTimes::Template(0)));
        card.punches(0, &[("09:00", In), ("12:30", Out), ("12:40", In), ("18:00", Out)]);
        card.shaped().unwrap();
        let expected = [(540, 720, 'w'), (720, 750, 'u'), (760, 780, 'u'), (780, 810, 'u'), (810, 1080, 'w')];
        assert_eq!(spans(&card), expected);
        assert_eq!(card.state.spans[2].reason.rule, RuleId::ATTENDANCE);
        assert_eq!(card.state.spans[3].reason.rule, RuleId(9));
        assert_eq!(card.notes.iter().filter(|note| matches!(note, Note::TakenOff { .. })).count(), 3);
    }

    #[test]
    fn a_fixed_break_over_midnight_is_found_on_both_sides() {
        let mut card = Card::new();
        card.plan.breaks.fixed.push(FixedBreak { rule: RuleId(9), start: 85_800, end: 600, tags: None });
        card.punches(0, &[("22:00", In), ("30:00", Out)]);
        card.shaped().unwrap();
        assert_eq!(spans(&card), [(1320, 1430, 'w'), (1430, 1450, 'u'), (1450, 1800, 'w')]);
    }

    fn deducted(rules: &[AutoDeduct], punches: &[(&str, crate::PunchKind)]) -> Card {
        let mut card = Card::new();
        card.plan.breaks.auto_deduct = rules.to_vec();
        card.punches(0, punches);
        card.shaped().unwrap();
        card
    }

    #[test]
    fn tapered_deductions_never_fall_below_what_triggered_them() {
        let rule = |after, amount| AutoDeduct {
            after: Seconds::hours(after),
            compare: Compare::MoreThan,
            amount: Seconds::minutes(amount),
            taper: true,
            ..AutoDeduct::default()
        };
        let rules = [rule(6, 30), rule(9, 45)];
        let cases = [("06:00", 0), ("06:10", 10), ("06:30", 30), ("09:01", 30), ("09:30", 30), ("09:35", 35)];
        for (end, minutes) in cases.into_iter().chain([("09:45", 45), ("10:00", 45)]) {
            assert_eq!(taken_off(&deducted(&rules, &[("00:00", In), (end, Out)])), minutes * 60, "{end}");
        }
    }

    #[test]
    fn a_deduction_begins_where_worked_time_reaches_the_trigger() {
        let rule = AutoDeduct { after: Seconds::hours(6), ..AutoDeduct::default() };
        let long = deducted(&[rule], &[("08:00", In), ("17:00", Out)]);
        assert_eq!(spans(&long), [(480, 840, 'w'), (840, 870, 'u'), (870, 1020, 'w')]);
        let exact = deducted(&[rule], &[("08:00", In), ("14:00", Out)]);
        assert_eq!(spans(&exact), [(480, 810, 'w'), (810, 840, 'u')]);
        let more_than = AutoDeduct { compare: Compare::MoreThan, ..rule };
        assert_eq!(taken_off(&deducted(&[more_than], &[("08:00", In), ("14:00", Out)])), 0);
    }

    #[test]
    fn breaks_taken_count_but_not_short_pieces() {
        let rule =
            AutoDeduct { amount: Seconds::minutes(45), min_piece: Seconds::minutes(15), ..AutoDeduct::default() };
        let punches = [("08:00", In), ("10:00", Out), ("10:10", In), ("12:00", Out), ("12:20", In), ("17:00", Out)];
        assert_eq!(taken_off(&deducted(&[rule], &punches)), 25 * 60);
        let ignored = AutoDeduct { count_taken: false, ..rule };
        assert_eq!(taken_off(&deducted(&[ignored], &punches)), 45 * 60);
    }

    #[test]
    fn a_break_that_rounds_to_nothing_still_separates_segments() {
        let mut card = Card::new();
        card.plan.breaks.auto_deduct =
            vec![AutoDeduct { only_if_segments: Some(1), count_taken: false, ..AutoDeduct::default() }];
        card.plan.rounding.push(RoundingRule {
            rule: RuleId(9),
            target: RoundingTarget::ALL,
            interval: Seconds::minutes(15),
            direction: Direction::Nearest(Tie::HalfUp),
            anchor: Anchor::LocalMidnight,
            condition: RoundingCondition::Always,
            tags: None,
            grace: Seconds::ZERO,
            strict: false,
        });
        card.punches(0, &[("08:00", In), ("12:10", MealStart), ("12:20", MealEnd), ("16:00", Out)]);
        card.shaped().unwrap();
        assert_eq!(spans(&card), [(480, 735, 'w'), (735, 960, 'w')]);
        card.plan.breaks.paid_below =
            Some(PaidGap { rule: RuleId(8), limit: Seconds(60), meals_too: true, tags: None });
        card.shaped().unwrap();
        assert_eq!(taken_off(&card), 30 * 60);
    }

    #[test]
    fn a_proportional_deduction_comes_from_the_end_of_each_segment() {
        let rule = AutoDeduct { placement: BreakPlacement::Proportional, count_taken: false, ..AutoDeduct::default() };
        let card = deducted(&[rule], &[("08:00", In), ("10:00", Out), ("11:00", In), ("15:00", Out)]);
        assert_eq!(spans(&card), [(480, 590, 'w'), (590, 600, 'u'), (660, 880, 'w'), (880, 900, 'u')]);
        let uneven = AutoDeduct { amount: Seconds(100), ..rule };
        let card = deducted(&[uneven], &[("08:00", In), ("10:00", Out), ("11:00", In), ("15:00", Out)]);
        let taken: Vec<u32> =
            card.state.spans.iter().filter(|it| !it.state.is_work()).map(|it| it.length().0).collect();
        assert_eq!(taken, [33, 67]);
    }

    #[test]
    fn workdays_that_do_not_follow_each_other_are_still_measured_whole() {
        let mut card = Card::new();
        card.plan.breaks.auto_deduct = vec![AutoDeduct::default()];
        card.plan.workdays.overtime = Attribution::SplitMidnight;
        card.punches(0, &[("20:00", In), ("29:00", Out)]);
        card.shaped().unwrap();
        assert_eq!(taken_off(&card), 30 * 60, "only the five hours of Tuesday");
    }
}
