//! The output of a walk: layer A and the notes, or one figure while alternatives are compared. The walk is generic over
//! it, so that each of them is a loop of its own without a question per span.

use alloc::vec::Vec;

use crate::card::{PremiumSpan, Span};
use crate::codes::{Multiplier, PayCode};
use crate::pay::premiums;
use crate::pay::recode::{self, Counted};
use crate::reason::Reason;
use crate::record::{Recorder, Silent};
use crate::time::{Seconds, Timestamp};

/// What becomes of the seconds of a walk.
pub(crate) trait Sink {
    /// The recorder of the walk.
    type Recorder: Recorder;

    /// Whether the walk records the reason of every second.
    const LISTENS: bool = <Self::Recorder as Recorder>::LISTENS;

    /// The recorder of the walk.
    fn recorder(&mut self) -> &mut Self::Recorder;

    /// All of a span stays as it is.
    fn keep_whole(&mut self, span: &Span);

    /// A segment of a span stays as it is.
    fn keep(&mut self, span: &Span, start: Timestamp, end: Timestamp);

    /// A segment of a span stays with the plugin that claimed it, at this multiplier.
    fn keep_preset(&mut self, span: &Span, start: Timestamp, end: Timestamp, multiplier: Multiplier);

    /// A segment of a span pays another code from now on, at this multiplier.
    fn recode(&mut self, span: &Span, segment: Counted, to: PayCode, multiplier: Multiplier, reason: Reason);

    /// Adds a premium on top of the span.
    fn add_premium(&mut self, premium: PremiumSpan);
}

/// Rewrites layer A, adds premiums, and records notes.
pub(crate) struct Writer<'a, R> {
    pub(crate) spans: &'a mut Vec<Span>,
    pub(crate) premiums: &'a mut Vec<PremiumSpan>,
    pub(crate) recorder: &'a mut R,
}

impl<R: Recorder> Sink for Writer<'_, R> {
    type Recorder = R;

    #[inline]
    fn recorder(&mut self) -> &mut R {
        self.recorder
    }

    #[inline]
    fn keep_whole(&mut self, span: &Span) {
        self.spans.push(*span);
    }

    #[inline]
    fn keep(&mut self, span: &Span, start: Timestamp, end: Timestamp) {
        recode::keep(self.spans, span, start, end);
    }

    #[inline]
    fn keep_preset(&mut self, span: &Span, start: Timestamp, end: Timestamp, _: Multiplier) {
        recode::keep(self.spans, span, start, end);
    }

    #[inline]
    fn recode(&mut self, span: &Span, segment: Counted, to: PayCode, _: Multiplier, reason: Reason) {
        recode::recode(self.spans, span, segment, to, reason, self.recorder);
    }

    fn add_premium(&mut self, premium: PremiumSpan) {
        premiums::add(self.premiums, premium);
    }
}

/// Weighs an alternative: adds up what its claims pay above the plain rate, and writes nothing.
#[derive(Default)]
pub(crate) struct Weigher {
    /// Seconds times thousandths above the plain rate.
    pub(crate) value: i64,
    silent: Silent,
}

impl Weigher {
    fn add(&mut self, length: Seconds, multiplier: Multiplier) {
        let above_plain = i64::from(multiplier.0) - i64::from(Multiplier::PLAIN.0);
        self.value = self.value.saturating_add(i64::from(length.0) * above_plain);
    }
}

impl Sink for Weigher {
    type Recorder = Silent;

    #[inline]
    fn recorder(&mut self) -> &mut Silent {
        &mut self.silent
    }

    #[inline]
    fn keep_whole(&mut self, _: &Span) {}

    #[inline]
    fn keep(&mut self, _: &Span, _: Timestamp, _: Timestamp) {}

    fn keep_preset(&mut self, _: &Span, start: Timestamp, end: Timestamp, multiplier: Multiplier) {
        self.add(end.since(start), multiplier);
    }

    fn recode(&mut self, _: &Span, segment: Counted, _: PayCode, multiplier: Multiplier, _: Reason) {
        self.add(segment.end.since(segment.start), multiplier);
    }

    fn add_premium(&mut self, _: PremiumSpan) {}
}
