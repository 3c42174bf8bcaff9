//! One `EvaluateStream` call: a header, chunks in, results out as they finish, a summary.
//!
//! ```text
//! client ─→ read ─→ place in window ─→ share of memory ─→ slot in engine ─→ worker ─→ answers ─→ client
//! ```
//!
//! A chunk keeps its place in the window and its share of the memory until the client has taken its result. A client
//! that stops reading therefore stops only its own stream after a few chunks. When it does not read again, the stream
//! ends and releases everything. When a stream ends, for any reason, nothing more is evaluated for it.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use shiftmill_proto::v1;
use shiftmill_proto::v1::evaluate_stream_request::Part as RequestPart;
use shiftmill_proto::v1::evaluate_stream_response::Part as ResponsePart;
use shiftmill_wire::{Summary, results};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::{Instant, sleep, timeout, timeout_at};
use tokio_stream::Stream;
use tonic::metadata::MetadataMap;
use tonic::{Status, Streaming};
use tracing::{Instrument, Span};

use crate::budget::{Reservation, StreamBudget, used_up};
use crate::cancel_on_drop::CancelOnDrop;
use crate::evaluation::Shared;
use crate::info::response_header;
use crate::problem::{ErrorCode, Problem, unreadable};
use crate::resolved_header::{ResolvedHeader, stopped};
use crate::{facts, memory};

/// Below this much free memory no new stream begins.
const MEMORY_TO_BEGIN: usize = 1 << 20;

/// The instant at which a call must have ended: the client's deadline, or the server's own.
pub(crate) fn deadline(metadata: &MetadataMap, longest: Duration) -> Instant {
    let asked = metadata.get("grpc-timeout").and_then(|value| grpc_timeout(value.to_str().ok()?));
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

/// An answer, with what its chunk holds until the client takes it.
struct Answer {
    message: v1::EvaluateStreamResponse,
    _holds: Option<Holds>,
}

/// What a chunk holds while it is under way.
struct Holds {
    _place: OwnedSemaphorePermit,
    _reservation: Option<Reservation>,
}

/// The answers that the client has not taken yet.
struct PendingAnswers {
    answers: mpsc::UnboundedReceiver<Answer>,
    /// How the stream failed; sent last.
    failure: Option<Status>,
    /// When the client last polled for an answer.
    polled: Instant,
    /// The task that waits for an answer.
    waker: Option<Waker>,
}

impl PendingAnswers {
    fn new(answers: mpsc::UnboundedReceiver<Answer>) -> PendingAnswers {
        PendingAnswers { answers, failure: None, polled: Instant::now(), waker: None }
    }

    /// When the client last polled, if answers are pending.
    fn waiting_since(&self) -> Option<Instant> {
        (!self.answers.is_empty()).then_some(self.polled)
    }

    /// Drops the pending answers and all later ones, and releases what their chunks hold.
    fn discard(&mut self) {
        self.answers.close();
        while self.answers.try_recv().is_ok() {}
    }

    /// Ends the stream. A failed stream has no results, so no answer is kept for a client that may never take it.
    fn fail(&mut self, status: Status) {
        self.discard();
        self.failure = Some(status);
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

/// The answers of a stream, in the order in which they finish.
pub(crate) struct Answers {
    pending: Arc<Mutex<PendingAnswers>>,
}

impl Stream for Answers {
    type Item = Result<v1::EvaluateStreamResponse, Status>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut pending = lock(&self.pending);
        pending.polled = Instant::now();
        match pending.answers.poll_recv(context) {
            Poll::Ready(Some(answer)) => Poll::Ready(Some(Ok(answer.message))),
            Poll::Ready(None) => Poll::Ready(pending.failure.take().map(Err)),
            Poll::Pending => {
                pending.waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

impl Drop for Answers {
    /// The client has gone.
    fn drop(&mut self) {
        lock(&self.pending).discard();
    }
}

/// Resolves when an answer has waited for the client longer than `idle_time`: an answer was pending at two checks in a
/// row, and the client has taken nothing between them.
async fn stalled(pending: &Mutex<PendingAnswers>, idle_time: Duration) {
    let mut before = None;
    loop {
        sleep(idle_time).await;
        let now = lock(pending).waiting_since();
        if now.is_some() && now == before {
            return;
        }
        before = now;
    }
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Serves a stream in a task of its own, so that reading and writing go on side by side.
pub(crate) fn open(
    shared: Shared,
    requests: Streaming<v1::EvaluateStreamRequest>,
    deadline: Instant,
    place: OwnedSemaphorePermit,
    span: Span,
) -> Answers {
    // The window bounds what is under way, so the queue itself need not.
    let (sender, answers) = mpsc::unbounded_channel();
    let window = Arc::new(Semaphore::new(shared.limits.chunks_under_way));
    let pending = Arc::new(Mutex::new(PendingAnswers::new(answers)));
    let answers = Answers { pending: Arc::clone(&pending) };
    let (stopping, idle_time) = (shared.stopping.clone(), shared.limits.idle_time);
    let memory = shared.budget.stream_budget();
    let (stopper, mut stops) = mpsc::unbounded_channel();
    let stream = OpenStream {
        shared,
        requests,
        answers: sender.clone(),
        stopper,
        window,
        memory,
        summary: Arc::default(),
        received: 0,
    };
    let served = async move {
        let outcome = tokio::select! {
            outcome = timeout_at(deadline, stream.serve()) => outcome.unwrap_or_else(|_| Err(too_late())),
            Some(problem) = stops.recv() => Err(Status::from(problem)),
            () = stopping.cancelled() => Err(draining()),
            () = stalled(&pending, idle_time) => Err(not_taken()),
            () = sender.closed() => {
                tracing::info!("the client has gone");
                return;
            }
        };
        if let Err(status) = outcome {
            tracing::info!(code = ?status.code(), message = status.message(), "stream failed");
            lock(&pending).fail(status);
        }
        drop(place);
    };
    tokio::spawn(served.instrument(span));
    answers
}

fn not_taken() -> Status {
    Problem::new(ErrorCode::Idle, "the client has taken no answer for too long").into()
}

fn too_late() -> Status {
    Problem::new(ErrorCode::Deadline, "the stream took longer than its deadline").into()
}

fn draining() -> Status {
    Problem::new(ErrorCode::Draining, "the server is stopping; send the stream again, elsewhere or later").into()
}

struct OpenStream {
    shared: Shared,
    requests: Streaming<v1::EvaluateStreamRequest>,
    answers: mpsc::UnboundedSender<Answer>,
    /// Receives why a plugin has stopped the evaluation, whose results then do not count.
    stopper: mpsc::UnboundedSender<Problem>,
    window: Arc<Semaphore>,
    memory: StreamBudget,
    summary: Arc<Mutex<Summary>>,
    /// Chunks received.
    received: u64,
}

impl OpenStream {
    async fn serve(mut self) -> Result<(), Status> {
        let header = Arc::new(self.header().await?);
        let _cancel = CancelOnDrop::new(&header.request);
        let described = response_header(&header.request, self.shared.limits.message_bytes)?;
        self.send(ResponsePart::Header(described), None);
        while let Some(chunk) = self.chunk().await? {
            self.evaluate(chunk, &header).await?;
        }
        self.finish(&header).await
    }

    async fn header(&mut self) -> Result<ResolvedHeader, Status> {
        if self.shared.budget.free() < MEMORY_TO_BEGIN {
            return Err(used_up().into());
        }
        match self.next().await? {
            Some(RequestPart::Header(header)) => Ok(ResolvedHeader::read(header, &self.shared.registry.now()).await?),
            _ => {
                Err(Problem::new(ErrorCode::HeaderExpected, "the first message of a stream must be its header").into())
            }
        }
    }

    async fn chunk(&mut self) -> Result<Option<v1::Chunk>, Status> {
        match self.next().await? {
            Some(RequestPart::Chunk(chunk)) => Ok(Some(chunk)),
            Some(RequestPart::Header(_)) => {
                Err(Problem::new(ErrorCode::HeaderExpected, "only the first message of a stream may be a header")
                    .into())
            }
            None => Ok(None),
        }
    }

    /// The next message; `None` once the client has sent all. A message without content counts as an empty chunk.
    async fn next(&mut self) -> Result<Option<RequestPart>, Status> {
        let idle = |_| Status::from(Problem::new(ErrorCode::Idle, "the client has sent nothing for too long"));
        let message = timeout(self.shared.limits.idle_time, self.requests.message()).await.map_err(idle)?;
        let message = message.map_err(|status| unreadable(status, self.shared.limits.message_bytes))?;
        Ok(message.map(|message| message.part.unwrap_or_else(|| RequestPart::Chunk(v1::Chunk::default()))))
    }

    /// Submits a chunk to the engine, which sends its result.
    async fn evaluate(&mut self, chunk: v1::Chunk, header: &Arc<ResolvedHeader>) -> Result<(), Status> {
        self.received += 1;
        let number = chunk.number;
        let place = permit(&self.window).await?;
        let bytes = match memory::of_chunk(&chunk, header, self.memory.most()) {
            Ok(bytes) => bytes,
            Err(message) => {
                let problem = Problem::at(ErrorCode::TooMany, format!("chunks[{number}].employees"), message);
                return self.refuse(number, problem, Holds { _place: place, _reservation: None });
            }
        };
        let reservation = self.memory.take(bytes).await?;
        let holds = Holds { _place: place, _reservation: Some(reservation) };
        let batch = match facts::read(chunk, header, &self.shared.limits) {
            Ok(batch) => batch,
            Err(problem) => return self.refuse(number, problem, holds),
        };
        let slot = permit(&self.shared.engine_slots).await?;
        let (answers, summary) = (self.answers.clone(), Arc::clone(&self.summary));
        let stopper = self.stopper.clone();
        self.shared.engine.submit(Arc::clone(&header.request), batch, move |finished| {
            drop(slot);
            let finished = match finished {
                Ok(finished) => finished,
                Err(why) => {
                    // The receiver is gone when the stream has ended.
                    let _sent = stopper.send(stopped(&why));
                    return;
                }
            };
            let facts = finished.batch.into_columns();
            let (result, mut counted) = results::write(number, &facts.employees, finished.results);
            counted.punches = facts.punch_at.len() as u64;
            lock(&summary).add(&counted);
            // The receiver is gone when the client has gone.
            let _sent = answers.send(answer(ResponsePart::Result(result), Some(holds)));
        });
        Ok(())
    }

    /// Waits until the client has taken every result, then sends the summary. It borrows the stream, because the
    /// request must be cancelled before the stream drops its reference to the engine: dropping an engine waits for its
    /// workers.
    async fn finish(&self, header: &ResolvedHeader) -> Result<(), Status> {
        let places = u32::try_from(self.shared.limits.chunks_under_way).unwrap_or(u32::MAX);
        let _all = self.window.acquire_many(places).await;
        if let Some(why) = header.request.stopped() {
            return Err(stopped(why).into());
        }
        let summary = *lock(&self.summary);
        if summary.chunks + summary.chunk_errors != self.received {
            tracing::error!(received = self.received, evaluated = summary.chunks, "a chunk was lost");
            return Err(Problem::new(ErrorCode::Engine, "a chunk was lost; this is a fault of Shiftmill").into());
        }
        tracing::info!(
            chunks = summary.chunks,
            chunk_errors = summary.chunk_errors,
            employees = summary.employees,
            punches = summary.punches,
            errors = summary.errors,
            "stream evaluated"
        );
        self.send(ResponsePart::Summary(summary.write()), None);
        Ok(())
    }

    /// Answers a chunk that cannot be evaluated; the stream goes on.
    fn refuse(&self, number: u64, problem: Problem, holds: Holds) -> Result<(), Status> {
        lock(&self.summary).add(&Summary::of_error());
        self.send(ResponsePart::Error(problem.into_chunk_error(number)), Some(holds));
        Ok(())
    }

    fn send(&self, part: ResponsePart, holds: Option<Holds>) {
        // Nobody listens any more when the client has gone; the task then ends by itself.
        let _told = self.answers.send(answer(part, holds));
    }
}

fn answer(part: ResponsePart, holds: Option<Holds>) -> Answer {
    Answer { message: v1::EvaluateStreamResponse { part: Some(part) }, _holds: holds }
}

async fn permit(semaphore: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, Status> {
    let permit = Arc::clone(semaphore).acquire_owned().await;
    permit.map_err(|_| draining())
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
