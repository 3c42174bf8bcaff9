//! Limits of premiums that reach beyond what one second is: minimum and maximum, groups, legal hours, pay per shift.
//! - Takes:  what premiums with limits would pay, as stretches of the card.
//! - Gives:  their premium spans, and amounts beside them: what a minimum adds, what short legal hours add, counts of
//!   shifts.
//! - Keeps:  the base layer, and premiums without such limits.
//! - Runs:   after all premiums were found. In this order: a minimum that must be passed; the maximum, which keeps the
//!   first time; groups; a minimum that raises; short hours; counts of shifts.
//! - Edges:  a pair, shift, workday or workweek without premium time stays without: a minimum raises what is there. A
//!   minimum is passed by one second more than it. What a minimum adds is an amount of the workday of the last premium
//!   time, and counts for the maximum. A second that a maximum cuts may be paid by another premium of the group. Of a
//!   group the premium with the highest multiplier pays a second; of equal ones the rule that is named first. Workdays
//!   are those that the time is shown on, and workweeks those of such workdays. A pair goes up to the next pair, and the
//!   first one holds approved time before it. An hour
//!   of 52:30 pays 60:00: the seconds of a workday times 60:00, divided by 52:30, to the nearest second, halves up.
//! - Source: Brazil CLT art. 73 paragraph 1 (night hour of 52 minutes and 30 seconds), art. 58 paragraph 1 (what does not
//!   pass the minimum is nothing, what passes it counts whole); employer policy.
//! - Shown:  timecards/premiums/limits.md, groups.md, per_shift.md, legal_hour.md

use alloc::vec::Vec;

use crate::card::{CardState, Pair, PremiumSpan, Quantity};
use crate::coded::coded;
use crate::codes::{Multiplier, PayCode, RuleId};
use crate::reason::{Because, Reason};
use crate::record::{Note, Recorder};
use crate::time::{HOUR, Seconds, Timestamp, Workday};

/// What decides on premium time when all of the card is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PremiumLimits {
    /// The least that counts or is paid.
    pub minimum: Option<PremiumMinimum>,
    /// The most that is paid.
    pub maximum: Option<PremiumMaximum>,
    /// The number of its group: of the premiums of a group one pays a second, the one with the highest multiplier.
    pub group: Option<u16>,
    /// The multiplier of its pay code.
    pub multiplier: Multiplier,
    /// How much time is paid as an hour; at least a second, at most an hour.
    pub hour: Seconds,
    /// Whether it pays one for each shift with premium time, instead of the time.
    pub per_shift: bool,
}

impl Default for PremiumLimits {
    fn default() -> PremiumLimits {
        PremiumLimits {
            minimum: None,
            maximum: None,
            group: None,
            multiplier: Multiplier::PLAIN,
            hour: Seconds(HOUR),
            per_shift: false,
        }
    }
}

impl PremiumLimits {
    /// True when its time is paid as it is.
    pub(crate) fn are_none(&self) -> bool {
        let PremiumLimits { minimum, maximum, group, multiplier: _, hour, per_shift } = self;
        minimum.is_none() && maximum.is_none() && group.is_none() && *hour == Seconds(HOUR) && !per_shift
    }
}

/// The least premium time of a pair, shift, workday or workweek.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PremiumMinimum {
    /// How much.
    pub of: Seconds,
    /// What it does.
    pub then: MinimumThen,
    /// Of what.
    pub per: PremiumPer,
}

/// The most premium time of a pair, shift, workday or workweek.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PremiumMaximum {
    /// How much.
    pub of: Seconds,
    /// Of what.
    pub per: PremiumPer,
}

coded! {
    /// Of what premium time has a minimum or a maximum.
    PremiumPer {
        /// Each punch pair.
        Pair = 0 "pair",
        /// Each worked shift.
        Shift = 1 "shift",
        /// Each workday that the time is shown on.
        Workday = 2 "workday",
        /// Each workweek of such workdays.
        Workweek = 3 "workweek",
    }
}

coded! {
    /// What a minimum of premium time does.
    MinimumThen {
        /// Less is paid as the minimum.
        Raise = 0 "raise",
        /// Only what is missing up to the minimum is paid.
        TopUp = 1 "top_up",
        /// What does not pass it is nothing; what passes it is paid whole.
        All = 2 "all",
        /// What does not pass it is nothing; of what passes it the part beyond is paid.
        Beyond = 3 "beyond",
    }
}

coded! {
    /// What a limit did to premium time.
    PremiumLimitKind {
        /// It did not pass the minimum.
        NotPassed = 0 "not_passed",
        /// The part up to the minimum is not paid.
        Beyond = 1 "beyond",
        /// It was cut to the maximum.
        Cut = 2 "cut",
        /// It was raised to the minimum.
        Raised = 3 "raised",
    }
}

/// A stretch that a premium with limits pays, with what decides on it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Due {
    pub start: Timestamp,
    pub end: Timestamp,
    pub reporting_workday: Workday,
    /// The first workday of its workweek.
    pub week: Workday,
    /// The number of its worked shift.
    pub shift: u32,
    /// The number of the last pair that has begun by then.
    pub pair: u32,
    pub code: PayCode,
    pub reason: Reason,
    pub limits: PremiumLimits,
}

/// The time of one premium that a limit takes together: the number of [`PremiumPer`], and which pair, shift and so on.
type Together = (u8, i64);

impl Due {
    fn length(&self) -> Seconds {
        self.end.since(self.start)
    }

    fn together(&self, per: PremiumPer) -> Together {
        let which = match per {
            PremiumPer::Pair => i64::from(self.pair),
            PremiumPer::Shift => i64::from(self.shift),
            PremiumPer::Workday => i64::from(self.reporting_workday.0),
            PremiumPer::Workweek => i64::from(self.week.0),
        };
        (per.number(), which)
    }

    /// Which of its stretches its minimum takes together.
    fn of_minimum(&self) -> Option<(RuleId, Together)> {
        self.limits.minimum.map(|minimum| (self.reason.rule, self.together(minimum.per)))
    }

    /// Which of its stretches its maximum takes together.
    fn of_maximum(&self) -> Option<(RuleId, Together)> {
        self.limits.maximum.map(|maximum| (self.reason.rule, self.together(maximum.per)))
    }

    fn of_shift(&self) -> Option<(RuleId, u32)> {
        self.limits.per_shift.then_some((self.reason.rule, self.shift))
    }

    fn of_workday(&self) -> Option<(RuleId, Seconds, Workday)> {
        let short = self.limits.hour < Seconds(HOUR);
        short.then_some((self.reason.rule, self.limits.hour, self.reporting_workday))
    }
}

/// What premiums with limits would pay.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scratch {
    dues: Vec<Due>,
    /// What is left of them within their groups.
    within_groups: Vec<Due>,
    /// The instants at which some stretch of a group begins or ends.
    edges: Vec<Timestamp>,
    /// The stretches of a group that go on at an instant.
    open: Vec<Due>,
    /// What has been paid of each maximum.
    paid: Vec<((RuleId, Together), Seconds)>,
}

impl Scratch {
    /// Adds a stretch, cut where pairs begin.
    pub(super) fn add(&mut self, pairs: &[Pair], due: Due) {
        let begun = |at: Timestamp| pairs.partition_point(|pair| pair.start <= at);
        // Where the schedule divides a pair, there is no punch.
        let begins_at_punch = |pair: &Pair| !pair.starts_at_cut;
        let mut start = due.start;
        while start < due.end {
            let pair = begun(start);
            let later = pairs.get(pair..).unwrap_or(&[]).iter();
            let next = later.map(|pair| pair.start).find(|next| start < *next);
            let end = next.map_or(due.end, |next| next.min(due.end));
            let own = pairs.get(..pair).and_then(|begun| begun.iter().rposition(begins_at_punch));
            self.dues.push(Due { start, end, pair: own.unwrap_or(0) as u32, ..due });
            start = end;
        }
    }
}

/// Applies the limits, and adds what is paid.
pub(super) fn settle<R: Recorder>(state: &mut CardState, scratch: &mut Scratch, recorder: &mut R) {
    if scratch.dues.is_empty() {
        return;
    }
    keep_what_passes(&mut scratch.dues, recorder);
    cut(&mut scratch.dues, recorder);
    choose_in_groups(scratch, recorder);
    let Scratch { dues, paid, .. } = scratch;
    dues.sort_unstable_by_key(|due| (due.reason.rule, due.start));
    dues.iter().filter(|due| pays_time(&due.limits)).for_each(|due| pay(due, &mut state.premiums));
    raise(dues, paid, &mut state.quantities, recorder);
    lengthen(dues, &mut state.quantities);
    count_shifts(dues, &mut state.quantities);
    scratch.dues.clear();
}

/// Adds a premium span, or lengthens the last one, which it continues.
fn pay(due: &Due, premiums: &mut Vec<PremiumSpan>) {
    let Due { start, end, reporting_workday, code, reason, .. } = *due;
    match premiums.last_mut() {
        Some(last)
            if last.end == start
                && (last.reporting_workday, last.code, last.reason) == (reporting_workday, code, reason) =>
        {
            last.end = end;
        }
        _ => premiums.push(PremiumSpan { start, end, reporting_workday, code, reason }),
    }
}

/// Whether the time itself is paid.
fn pays_time(limits: &PremiumLimits) -> bool {
    let tops_up = limits.minimum.is_some_and(|minimum| minimum.then == MinimumThen::TopUp);
    !limits.per_shift && !tops_up
}

fn total(dues: &[Due]) -> Seconds {
    dues.iter().map(Due::length).sum()
}

/// Leaves out what does not pass a minimum, and what comes before it.
fn keep_what_passes<R: Recorder>(dues: &mut Vec<Due>, recorder: &mut R) {
    dues.sort_unstable_by_key(|due| (due.of_minimum(), due.start));
    for together in dues.chunk_by_mut(|one, other| one.of_minimum() == other.of_minimum()) {
        let found = total(together);
        let mut before = Seconds::ZERO;
        for due in together.iter_mut() {
            let (length, Some(minimum)) = (due.length(), due.limits.minimum) else { continue };
            let left_out = match minimum.then {
                MinimumThen::Raise | MinimumThen::TopUp => Seconds::ZERO,
                MinimumThen::All if found > minimum.of => Seconds::ZERO,
                MinimumThen::All => length,
                MinimumThen::Beyond => minimum.of.beyond(before).at_most(length),
            };
            due.start = due.start.after(left_out);
            before = before.plus(length);
        }
        let paid = total(together);
        let kind = if paid.is_zero() { PremiumLimitKind::NotPassed } else { PremiumLimitKind::Beyond };
        note(together, found, paid, kind, recorder);
    }
    dues.retain(|due| due.start < due.end);
}

/// Keeps the first time up to a maximum.
fn cut<R: Recorder>(dues: &mut Vec<Due>, recorder: &mut R) {
    dues.sort_unstable_by_key(|due| (due.of_maximum(), due.start));
    for together in dues.chunk_by_mut(|one, other| one.of_maximum() == other.of_maximum()) {
        let found = total(together);
        let mut before = Seconds::ZERO;
        for due in together.iter_mut() {
            let Some(maximum) = due.limits.maximum else { continue };
            let paid = due.length().at_most(maximum.of.beyond(before));
            due.end = due.start.after(paid);
            before = before.plus(paid);
        }
        note(together, found, total(together), PremiumLimitKind::Cut, recorder);
    }
    dues.retain(|due| due.start < due.end);
}

/// Notes what a limit did to time that it takes together, when it did something.
fn note<R: Recorder>(together: &[Due], found: Seconds, paid: Seconds, kind: PremiumLimitKind, recorder: &mut R) {
    if let (true, Some(last)) = (R::LISTENS && found != paid, together.last()) {
        let (rule, workday) = (last.reason.rule, last.reporting_workday);
        recorder.note(Note::PremiumLimited { rule, workday, kind, found, paid });
    }
}

/// Of the premiums of a group keeps for each second the one that pays most.
fn choose_in_groups<R: Recorder>(scratch: &mut Scratch, recorder: &mut R) {
    let Scratch { dues, within_groups, edges, open, .. } = scratch;
    if dues.iter().all(|due| due.limits.group.is_none()) {
        return;
    }
    dues.sort_unstable_by_key(|due| (due.limits.group, due.start, due.reason.rule));
    within_groups.clear();
    for group in dues.chunk_by(|one, other| one.limits.group == other.limits.group) {
        if group.first().is_some_and(|due| due.limits.group.is_none()) {
            within_groups.extend_from_slice(group);
            continue;
        }
        edges.clear();
        edges.extend(group.iter().flat_map(|due| [due.start, due.end]));
        edges.sort_unstable();
        edges.dedup();
        open.clear();
        let mut later = group.iter().peekable();
        for (start, end) in edges.iter().copied().zip(edges.iter().copied().skip(1)) {
            open.retain(|due| start < due.end);
            while let Some(due) = later.next_if(|due| due.start <= start) {
                open.push(*due);
            }
            let highest = open.iter().min_by_key(|due| (core::cmp::Reverse(due.limits.multiplier), due.reason.rule));
            let Some(winner) = highest else { continue };
            within_groups.push(Due { start, end, ..*winner });
            if R::LISTENS {
                let (wins, others) =
                    (winner.reason.rule, open.iter().filter(|due| due.reason.rule != winner.reason.rule));
                others
                    .for_each(|due| recorder.note(Note::Rejected { rule: due.reason.rule, winner: wins, start, end }));
            }
        }
    }
    core::mem::swap(dues, within_groups);
}

/// Adds what is missing up to a minimum, as far as the maximum has room for it.
fn raise<R: Recorder>(
    dues: &mut [Due],
    paid: &mut Vec<((RuleId, Together), Seconds)>,
    quantities: &mut Vec<Quantity>,
    recorder: &mut R,
) {
    let raises = |due: &Due| {
        let then = due.limits.minimum.map(|minimum| minimum.then);
        matches!(then, Some(MinimumThen::Raise | MinimumThen::TopUp))
    };
    if !dues.iter().any(raises) {
        return;
    }
    dues.sort_unstable_by_key(|due| (due.of_maximum(), due.start));
    paid.clear();
    for together in dues.chunk_by(|one, other| one.of_maximum() == other.of_maximum()) {
        paid.extend(together.first().and_then(Due::of_maximum).map(|of| (of, total(together))));
    }
    dues.sort_unstable_by_key(|due| (due.of_minimum(), due.start));
    for together in dues.chunk_by(|one, other| one.of_minimum() == other.of_minimum()) {
        let Some(last) = together.last().filter(|due| raises(due)) else { continue };
        let Some(minimum) = last.limits.minimum else { continue };
        let found = total(together);
        let mut missing = minimum.of.beyond(found);
        if let (Some(maximum), Some(of)) = (last.limits.maximum, last.of_maximum())
            && let Ok(index) = paid.binary_search_by_key(&of, |(of, _)| *of)
            && let Some((_, so_far)) = paid.get_mut(index)
        {
            missing = missing.at_most(maximum.of.beyond(*so_far));
            *so_far = so_far.plus(missing);
        }
        if missing.is_zero() {
            continue;
        }
        let reason = Reason { because: Because::RaisedToMinimum { minimum: minimum.of }, ..last.reason };
        quantities.push(Quantity { workday: last.reporting_workday, code: last.code, amount: missing.0, reason });
        note(together, found, found.plus(missing), PremiumLimitKind::Raised, recorder);
    }
}

/// Adds what short hours pay beyond their time on the clock.
fn lengthen(dues: &mut [Due], quantities: &mut Vec<Quantity>) {
    if dues.iter().all(|due| due.of_workday().is_none()) {
        return;
    }
    dues.sort_unstable_by_key(|due| (due.of_workday(), due.start));
    for together in dues.chunk_by(|one, other| one.of_workday() == other.of_workday()) {
        let Some(first) = together.first().filter(|due| due.of_workday().is_some()) else { continue };
        let (found, hour) = (total(together), first.limits.hour);
        let amount = beyond_the_clock(found, hour).0;
        if amount > 0 {
            let reason = Reason { because: Because::ShortHour { hour }, ..first.reason };
            quantities.push(Quantity { workday: first.reporting_workday, code: first.code, amount, reason });
        }
    }
}

/// What hours of this length pay beyond their time on the clock, to the nearest second, halves up.
fn beyond_the_clock(worked: Seconds, hour: Seconds) -> Seconds {
    let (worked, hour, full) = (u64::from(worked.0), u64::from(hour.0.max(1)), u64::from(HOUR));
    let paid = (2 * worked * full + hour) / (2 * hour);
    Seconds(u32::try_from(paid.saturating_sub(worked)).unwrap_or(u32::MAX))
}

/// Pays one for each shift with premium time.
fn count_shifts(dues: &mut [Due], quantities: &mut Vec<Quantity>) {
    if dues.iter().all(|due| !due.limits.per_shift) {
        return;
    }
    dues.sort_unstable_by_key(|due| (due.of_shift(), due.start));
    for together in dues.chunk_by(|one, other| one.of_shift() == other.of_shift()) {
        let Some(first) = together.first().filter(|due| due.limits.per_shift) else { continue };
        let reason = Reason { because: Because::PerShift, ..first.reason };
        quantities.push(Quantity { workday: first.reporting_workday, code: first.code, amount: 1, reason });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seven_night_hours_are_eight_of_the_legal_ones() {
        let night = Seconds(3_150);
        assert_eq!(beyond_the_clock(Seconds::hours(7), night), Seconds::hours(1));
        assert_eq!(beyond_the_clock(Seconds(3_150), night), Seconds(450));
        // 3.5 / 7 of a second is half a second.
        assert_eq!(beyond_the_clock(Seconds(3), night), Seconds::ZERO);
        assert_eq!(beyond_the_clock(Seconds(4), night), Seconds(1));
        assert_eq!(beyond_the_clock(Seconds(4), Seconds(HOUR)), Seconds::ZERO);
    }
}
