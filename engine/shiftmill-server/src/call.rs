//! One call: who makes it, how long it may take, and what it holds.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hyper::HeaderMap;
use tokio::time::Instant;
use tonic::Request;

use crate::budget::Reservation;
use crate::capacity::{Capacity, Place};
use crate::connection::OpenCall;
use crate::messages::Messages;
use crate::peer::Peer;
use crate::problem::{ErrorCode, Problem};

/// What the transport knows of a call. Services find it among the extensions of a request.
#[derive(Debug)]
pub(crate) struct Call {
    pub peer: Peer,
    /// What its peer may use.
    pub capacity: Arc<Capacity>,
    /// When it must have ended.
    pub deadline: Instant,
    /// The messages of a stream, until the service takes them.
    messages: Mutex<Option<Messages>>,
    /// The memory of answers that the service has handed over and the transport has not taken yet.
    answers: Mutex<Vec<Reservation>>,
    open: OpenCall,
    place: Option<Place>,
}

impl Call {
    pub fn new(peer: Peer, capacity: Arc<Capacity>, deadline: Instant, open: OpenCall, place: Option<Place>) -> Call {
        Call { peer, capacity, deadline, messages: Mutex::default(), answers: Mutex::default(), open, place }
    }

    /// Whether it has a place among the calls that are open.
    pub fn has_place(&self) -> bool {
        self.place.is_some()
    }

    /// The call that a request belongs to.
    pub fn of<Message>(request: &Request<Message>) -> Result<Arc<Call>, Problem> {
        let found = request.extensions().get::<Arc<Call>>().cloned();
        found.ok_or_else(|| Problem::new(ErrorCode::Engine, "a call was lost; this is a fault of Shiftmill"))
    }

    /// Keeps the messages for the service.
    pub fn put_messages(&self, messages: Messages) {
        *self.messages.lock().unwrap_or_else(PoisonError::into_inner) = Some(messages);
    }

    /// The messages of a stream; the service takes them once.
    pub fn take_messages(&self) -> Result<Messages, Problem> {
        let taken = self.messages.lock().unwrap_or_else(PoisonError::into_inner).take();
        taken.ok_or_else(|| Problem::new(ErrorCode::Engine, "a stream was lost; this is a fault of Shiftmill"))
    }

    /// Keeps the memory of an answer that the service hands over. It is released once the answer has been sent.
    pub fn answered(&self, memory: Reservation) {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).push(memory);
    }

    /// The memory of the answers that were handed over since the last time.
    pub fn take_answered(&self) -> Vec<Reservation> {
        std::mem::take(&mut *self.answers.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// States when the client must have taken the end of the call; later its connection is closed.
    pub fn must_be_taken_within(&self, time: Duration) {
        self.open.must_end_by(Instant::now() + time);
    }
}

/// The instant at which a call must have ended: the client's deadline, or the server's own.
pub(crate) fn deadline(headers: &HeaderMap, longest: Duration) -> Instant {
    let asked = headers.get("grpc-timeout").and_then(|value| grpc_timeout(value.to_str().ok()?));
    Instant::now() + asked.map_or(longest, |asked| asked.min(longest))
}

/// Digits and a unit, such as `250m`.
fn grpc_timeout(text: &str) -> Option<Duration> {
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let count: u64 = digits.parse().ok().filter(|_| digits.len() <= 8)?;
    match unit {
        "H" => Some(Duration::from_secs(count * 3_600)),
        "M" => Some(Duration::from_secs(count * 60)),
        "S" => Some(Duration::from_secs(count)),
        "m" => Some(Duration::from_millis(count)),
        "u" => Some(Duration::from_micros(count)),
        "n" => Some(Duration::from_nanos(count)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deadlines_are_read_as_grpc_writes_them() {
        assert_eq!(grpc_timeout("250m"), Some(Duration::from_millis(250)));
        assert_eq!(grpc_timeout("2H"), Some(Duration::from_secs(7_200)));
        assert_eq!(grpc_timeout("123456789S"), None);
        assert_eq!(grpc_timeout("5"), None);
        assert_eq!(grpc_timeout(""), None);
    }
}
