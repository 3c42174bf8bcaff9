//! The line of the log that every call has, once it has ended.

use std::time::Instant;

use tonic::{Code, Status};
use tonic_types::StatusExt;
use tracing::Span;

/// Writes the line when the call ends, however it ends.
#[derive(Debug)]
pub(crate) struct CallLog {
    span: Span,
    begun: Instant,
    written: bool,
}

impl CallLog {
    /// For a call that begins now. `span` states its method, id and peer.
    pub fn new(span: Span) -> CallLog {
        CallLog { span, begun: Instant::now(), written: false }
    }

    /// Writes the line, unless it has been written. The message of an error is left out, because it may quote what the
    /// caller sent.
    pub fn end(&mut self, status: &Status) {
        if std::mem::replace(&mut self.written, true) {
            return;
        }
        let milliseconds = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        let (code, error) = (status.code(), status.get_details_error_info().map(|info| info.reason));
        tracing::info!(parent: &self.span, ?code, error, milliseconds, "call ended");
    }
}

impl Drop for CallLog {
    /// The client has gone.
    fn drop(&mut self) {
        self.end(&Status::new(Code::Cancelled, ""));
    }
}
