//! One connection, from the handshake to its end.
//!
//! A connection is closed when
//! * its client does not finish the handshakes of TLS and HTTP/2 in time,
//! * it has had no call for long,
//! * its client does not take the end of a call in time, or
//! * the server stops.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, interval};
use tokio_util::sync::CancellationToken;

use crate::calls::Calls;
use crate::capacity::Capacity;
use crate::config::Limits;
use crate::peer::Peer;

/// Bytes of requests that a connection may hold before a call reads them.
pub(crate) const WINDOW: u32 = 1 << 20;
/// Bytes of one frame.
pub(crate) const FRAME: u32 = 64 << 10;
/// Bytes of answers of one stream that wait to be written, besides the frame that is being written.
const SEND_BUFFER: usize = 64 << 10;
/// Bytes of the headers of one call.
const HEADERS: u32 = 16 << 10;
/// How often a connection is pinged, and how long the answer may take.
const KEEPALIVE: Duration = Duration::from_secs(30);
const KEEPALIVE_ANSWER: Duration = Duration::from_secs(20);
/// Calls that a client may open and reset at once before its connection is closed.
const RESETS_MAX: usize = 64;
/// Calls with mistakes in their frames before the connection is closed.
const FRAME_ERRORS_MAX: usize = 128;
/// The bytes with which a client begins: the preface of HTTP/2, and the head of its settings.
const BEGINNING: usize = 24 + 9;
/// How often a connection is looked after.
const CHECK: Duration = Duration::from_millis(500);
/// How long a client may take to close a connection without calls that the server wants to end.
const FAREWELL: Duration = Duration::from_secs(5);

/// A connection, as its calls know it.
#[derive(Debug)]
pub(crate) struct Connection {
    pub peer: Peer,
    /// What its peer may use.
    pub capacity: Arc<Capacity>,
    calls: Mutex<OpenCalls>,
}

/// The calls that are open.
#[derive(Debug)]
struct OpenCalls {
    /// When each of them must have ended; some calls have no end.
    ends: BTreeMap<u64, Option<Instant>>,
    next: u64,
    /// When the last call ended.
    quiet_since: Instant,
}

/// An open call; it is closed when dropped.
#[derive(Debug)]
pub(crate) struct OpenCall {
    connection: Arc<Connection>,
    number: u64,
}

/// What is wrong with a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// It has had no call for long.
    Quiet,
    /// The end of a call has not been taken.
    Overdue,
}

impl Connection {
    /// A connection that begins now.
    pub fn new(peer: Peer, capacity: Arc<Capacity>) -> Connection {
        let calls = OpenCalls { ends: BTreeMap::new(), next: 0, quiet_since: Instant::now() };
        Connection { peer, capacity, calls: Mutex::new(calls) }
    }

    /// Opens a call, whose end must be taken until `end`.
    pub fn open(self: &Arc<Connection>, end: Option<Instant>) -> OpenCall {
        let mut calls = self.calls();
        let number = calls.next;
        calls.next += 1;
        calls.ends.insert(number, end);
        OpenCall { connection: Arc::clone(self), number }
    }

    fn has_no_call(&self) -> bool {
        self.calls().ends.is_empty()
    }

    fn fault(&self, now: Instant, quiet_max: Duration) -> Option<Fault> {
        let calls = self.calls();
        if calls.ends.values().flatten().any(|end| *end < now) {
            return Some(Fault::Overdue);
        }
        (calls.ends.is_empty() && now.duration_since(calls.quiet_since) > quiet_max).then_some(Fault::Quiet)
    }

    fn calls(&self) -> MutexGuard<'_, OpenCalls> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl OpenCall {
    /// Brings the end of the call forward.
    pub fn must_end_by(&self, end: Instant) {
        if let Some(known) = self.connection.calls().ends.get_mut(&self.number) {
            *known = Some(known.map_or(end, |known| known.min(end)));
        }
    }
}

impl Drop for OpenCall {
    fn drop(&mut self) {
        let mut calls = self.connection.calls();
        calls.ends.remove(&self.number);
        calls.quiet_since = Instant::now();
    }
}

/// What all connections of a server share.
#[derive(Clone, Debug)]
pub(crate) struct Service {
    pub calls: Calls,
    pub limits: Arc<Limits>,
    /// Cancelled when the server begins to stop.
    pub draining: CancellationToken,
    /// Cancelled when the time to stop is over.
    pub closed: CancellationToken,
}

/// Serves a connection until it ends.
pub(crate) async fn serve<Io>(io: Io, connection: Arc<Connection>, service: Service)
where
    Io: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let Service { calls, limits, draining, closed } = service;
    let heard = Arc::new(AtomicUsize::new(0));
    let io = TokioIo::new(Heard { io, bytes: Arc::clone(&heard) });
    let served = Arc::clone(&connection);
    let answer = service_fn(move |request| {
        let (calls, connection) = (calls.clone(), Arc::clone(&served));
        async move { Ok::<_, Infallible>(calls.answer(request, &connection).await) }
    });
    let mut serving = pin!(transport(&limits).serve_connection(io, answer));
    let begin_by = Instant::now() + limits.handshake_time;
    let mut checks = interval(CHECK);
    // Since when the server has wanted to end the connection.
    let mut ending: Option<Instant> = None;
    loop {
        let is_ending = ending.is_some();
        tokio::select! {
            outcome = serving.as_mut() => {
                if let Err(error) = outcome {
                    tracing::debug!(peer = %connection.peer, %error, "connection failed");
                }
                return;
            }
            () = closed.cancelled() => return,
            () = draining.cancelled(), if !is_ending => ending = Some(Instant::now()),
            now = checks.tick() => {
                let silent = now > begin_by && heard.load(Ordering::Relaxed) < BEGINNING;
                let is_over = ending.is_some_and(|since| now > since + FAREWELL) && connection.has_no_call();
                if silent || is_over {
                    return;
                }
                match connection.fault(now, limits.quiet_time) {
                    Some(Fault::Overdue) => {
                        tracing::info!(peer = %connection.peer, "connection closed: its client does not take its answers");
                        return;
                    }
                    Some(Fault::Quiet) => ending = ending.or(Some(now)),
                    None => {}
                }
            }
        }
        if ending.is_some() && !is_ending {
            serving.as_mut().graceful_shutdown();
        }
    }
}

fn transport(limits: &Limits) -> http2::Builder<TokioExecutor> {
    let mut builder = http2::Builder::new(TokioExecutor::new());
    builder
        .timer(TokioTimer::new())
        .initial_stream_window_size(WINDOW)
        .initial_connection_window_size(WINDOW)
        .max_frame_size(FRAME)
        .max_send_buf_size(SEND_BUFFER)
        .max_header_list_size(HEADERS)
        .max_concurrent_streams(limits.calls_per_connection)
        .keep_alive_interval(KEEPALIVE)
        .keep_alive_timeout(KEEPALIVE_ANSWER)
        .max_pending_accept_reset_streams(RESETS_MAX)
        .max_local_error_reset_streams(FRAME_ERRORS_MAX);
    builder
}

/// Counts the bytes that a client sends.
struct Heard<Io> {
    io: Io,
    bytes: Arc<AtomicUsize>,
}

impl<Io: AsyncRead + Unpin> AsyncRead for Heard<Io> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let before = buffer.filled().len();
        let outcome = Pin::new(&mut self.io).poll_read(context, buffer);
        self.bytes.fetch_add(buffer.filled().len().saturating_sub(before), Ordering::Relaxed);
        outcome
    }
}

impl<Io: AsyncWrite + Unpin> AsyncWrite for Heard<Io> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[std::io::IoSlice<'_>],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.io).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capacity::Capacities;

    #[tokio::test]
    async fn a_connection_is_at_fault_when_it_is_quiet_or_a_call_is_overdue() {
        let peer = Peer::at([127, 0, 0, 1].into());
        let connection = Arc::new(Connection::new(peer, Capacities::new(&Limits::default(), 1).of(peer)));
        let (now, second) = (Instant::now(), Duration::from_secs(1));
        let fault = |seconds: u32| connection.fault(now + second * seconds, second * 10);
        assert_eq!((fault(9), fault(11)), (None, Some(Fault::Quiet)));
        let endless = connection.open(None);
        assert_eq!(fault(1_000), None);
        let call = connection.open(Some(now + second * 30));
        call.must_end_by(now + second * 20);
        call.must_end_by(now + second * 40);
        assert_eq!((fault(19), fault(21)), (None, Some(Fault::Overdue)));
        drop((call, endless));
        assert_eq!(fault(9), None);
    }
}
