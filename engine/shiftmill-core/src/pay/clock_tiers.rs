//! Tiers by the clock: a tier may claim the seconds inside a window of the day only (overtime at night).
//! - Takes:  spans, and the windows of the tiers of the plans that a card meets.
//! - Gives:  spans cut where a window opens or closes, so that all seconds of one are inside it or none; and which windows
//!   a span lies in.
//! - Keeps:  every second. After the tiers, pieces that are still alike are one span again.
//! - Runs:   before and after the walk of the combiner.
//! - Edges:  what lies outside the window feeds the counter of the tier, and is not claimed by it: overtime at night begins
//!   after eight hours, whenever they were worked. The window is read on the clock of the person, as that of a premium (see
//!   [`ClockWindow`]). Leave is not cut.
//! - Source: each tier's own (Colombia, Código Sustantivo del Trabajo art. 168: overtime by day 25 %, by night 75 %).
//! - Shown:  timecards/overtime/by_clock.md

use alloc::vec::Vec;

use crate::card::{Span, SpanState};
use crate::pay::premiums::ClockWindow;
use crate::plan::{Plan, PlanTimeline};
use crate::time::Timestamp;
use crate::zone::{Zone, ZoneCursor};

/// The most different windows that the tiers of rulesets which are numbered together may have.
pub const TIER_WINDOWS_MAX: usize = 64;

/// The window of a tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TierWindow {
    /// When it is open, on every day.
    pub window: ClockWindow,
    /// Its number among the windows of all tiers of rulesets that are numbered together; equal windows have one number.
    /// Less than [`TIER_WINDOWS_MAX`].
    pub number: u8,
}

impl TierWindow {
    /// Its bit in a set of windows.
    pub(crate) fn bit(self) -> u64 {
        1_u64.checked_shl(u32::from(self.number)).unwrap_or(0)
    }
}

/// The windows of the tiers of some plans, each once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Windows(Vec<TierWindow>);

impl Windows {
    /// Finds those of all versions of a timeline.
    pub(crate) fn find(&mut self, timeline: &PlanTimeline) {
        self.0.clear();
        for version in 0..timeline.version_count().max(1) {
            for window in of_plan(timeline.version(version)) {
                if !self.0.contains(&window) {
                    self.0.push(window);
                }
            }
        }
    }

    /// The bits of the windows that are open at an instant.
    pub(crate) fn open_at(&self, at: Timestamp, zone: &Zone) -> u64 {
        let mut clock = ZoneCursor::new(zone);
        let open = self.0.iter().filter(|it| it.window.is_open(at, &mut clock));
        open.fold(0, |bits, window| bits | window.bit())
    }

    /// Cuts work where a window opens or closes, and notes where.
    pub(crate) fn cut(&self, spans: &mut Vec<Span>, zone: &Zone, cuts: &mut Vec<Timestamp>, spare: &mut Vec<Span>) {
        let mut clock = ZoneCursor::new(zone);
        cuts.clear();
        spare.clear();
        for span in spans.iter() {
            let first = cuts.len();
            if matches!(span.state, SpanState::Worked | SpanState::PaidBreak) {
                self.0.iter().for_each(|it| it.window.edges_inside(span, &mut clock, cuts));
                let own = cuts.get_mut(first..).unwrap_or_default();
                own.sort_unstable();
            }
            let mut start = span.start;
            for cut in cuts.get(first..).unwrap_or_default() {
                if start < *cut {
                    spare.push(Span { start, end: *cut, ..*span });
                    start = *cut;
                }
            }
            spare.push(Span { start, ..*span });
        }
        core::mem::swap(spans, spare);
        cuts.sort_unstable();
    }
}

/// The windows of the tiers of a plan.
fn of_plan(plan: &Plan) -> impl Iterator<Item = TierWindow> {
    plan.overtime.tiers.iter().filter_map(|tier| tier.when.between)
}

/// Makes one span of the pieces on both sides of a cut that are still alike.
pub(crate) fn join(spans: &mut Vec<Span>, cuts: &[Timestamp]) {
    spans.dedup_by(|next, last| {
        let alike = Span { start: last.start, end: last.end, ..*next } == *last;
        let joins = alike && last.end == next.start && cuts.binary_search(&next.start).is_ok();
        if joins {
            last.end = next.end;
        }
        joins
    });
}

impl ClockWindow {
    /// Whether it is open at an instant.
    fn is_open(self, at: Timestamp, clock: &mut ZoneCursor<'_>) -> bool {
        let date = clock.date_at(at);
        (-2..=1).any(|days| {
            let (opens, closes) = self.on(date.plus(days), clock);
            opens <= at && at < closes
        })
    }

    /// Adds the instants inside a span at which it opens or closes.
    fn edges_inside(self, span: &Span, clock: &mut ZoneCursor<'_>, edges: &mut Vec<Timestamp>) {
        // The window of the day before reaches into this one; another day on each side is for clocks that are set back
        // over midnight.
        let mut date = clock.date_at(span.start).plus(-2);
        let last = clock.date_at(span.end).plus(1);
        while date <= last {
            let (opens, closes) = self.on(date, clock);
            edges.extend([opens, closes].into_iter().filter(|edge| span.start < *edge && *edge < span.end));
            date = date.plus(1);
        }
    }
}
