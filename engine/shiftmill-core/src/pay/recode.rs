//! Rewrites layer A, stretch by stretch: the only way in which the pay code of a second changes.
//! - Takes:  spans in order, and for each stretch of a span what it pays from now on.
//! - Gives:  the spans, cut only where the pay code or its reason changes.
//! - Keeps:  every second and everything but code and reason.

use alloc::vec::Vec;

use crate::card::{Span, SpanState};
use crate::codes::PayCode;
use crate::reason::Reason;
use crate::record::{Note, Recorder};
use crate::time::{Seconds, Timestamp};

/// A stretch of a span, with the total of a counter at its two ends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counted {
    /// Start.
    pub(crate) start: Timestamp,
    /// End.
    pub(crate) end: Timestamp,
    /// The counter at the start.
    pub(crate) before: Seconds,
    /// The counter at the end.
    pub(crate) after: Seconds,
}

/// Copies a stretch of `span` as it is.
#[inline]
pub(crate) fn keep(spans: &mut Vec<Span>, span: &Span, start: Timestamp, end: Timestamp) {
    put(spans, span, Span { start, end, ..*span });
}

/// Copies a stretch of `span` with another pay code and the reason for it.
#[inline]
pub(crate) fn recode<R: Recorder>(
    spans: &mut Vec<Span>,
    span: &Span,
    stretch: Counted,
    to: PayCode,
    reason: Reason,
    recorder: &mut R,
) {
    let Counted { start, end, before, after } = stretch;
    if R::LISTENS {
        recorder.note(Note::Recoded {
            start,
            end,
            from: span.code,
            to,
            reason,
            counter_before: before,
            counter_after: after,
        });
    }
    put(spans, span, Span { start, end, code: to, reason, ..*span });
}

/// Copies a stretch of `span` as an unpaid break.
pub(crate) fn take_off<R: Recorder>(
    spans: &mut Vec<Span>,
    span: &Span,
    start: Timestamp,
    end: Timestamp,
    reason: Reason,
    recorder: &mut R,
) {
    if R::LISTENS {
        recorder.note(Note::TakenOff { reason, start, end });
    }
    let (state, code) = (SpanState::UnpaidBreak, PayCode::UNPAID_BREAK);
    put(spans, span, Span { start, end, state, code, reason, ..*span });
}

/// Adds a part of `span`, or extends the part before it when that is of the same span and has the same day type,
/// code and reason.
#[inline]
fn put(spans: &mut Vec<Span>, span: &Span, piece: Span) {
    if piece.start > span.start
        && let Some(last) = spans.last_mut()
        && last.end == piece.start
        && (last.day_type, last.code, last.reason) == (piece.day_type, piece.code, piece.reason)
    {
        last.end = piece.end;
        return;
    }
    spans.push(piece);
}
