//! One `EvaluateStream` call: a header, chunks in, results out as they finish, a summary.
//!
//! ```text
//! client ─→ length ─→ place in window ─→ memory ─→ chunk ─→ turn in engine ─→ worker ─→ answers ─→ client
//! ```
//!
//! A chunk is received once it has its place in the window and memory. It keeps the place until its result is on its way
//! to the client, and the memory until the result has been sent. A client that stops reading therefore stops only its own
//! stream after a few chunks. When it does not read again, the stream ends and releases everything. When a stream ends,
//! for any reason, nothing more is evaluated for it.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use prost::Message;
use prost::bytes::Buf;
use shiftmill::{Caller, words};
use shiftmill_proto::v1;
use shiftmill_proto::v1::evaluate_stream_request::Part as RequestPart;
use shiftmill_proto::v1::evaluate_stream_response::Part as ResponsePart;
use shiftmill_wire::{Summary, results};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::{Instant, sleep, timeout, timeout_at};
use tokio_stream::Stream;
use tonic::Status;
use tracing::{Instrument, Span};

use crate::budget::{Budget, Reservation, used_up};
use crate::call::Call;
use crate::calls::{stopping, too_late};
use crate::cancel_on_drop::CancelOnDrop;
use crate::capacity::Place;
use crate::evaluation::Shared;
use crate::info::{plugin_use, response_header};
use crate::messages::{Messages, PREFIX};
use crate::problem::{ErrorCode, Problem};
use crate::resolved_header::{ResolvedHeader, stopped};
use crate::{facts, memory};

/// Below this much free memory no new stream begins.
const MEMORY_TO_BEGIN: usize = 1 << 20;

/// An answer, with what its chunk holds until the client takes it.
struct Answer {
    message: v1::EvaluateStreamResponse,
    holds: Option<Holds>,
}

/// What a chunk holds while it is under way.
struct Holds {
    _place: OwnedSemaphorePermit,
    memory: Reservation,
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
    call: Arc<Call>,
    pending: Arc<Mutex<PendingAnswers>>,
}

impl Stream for Answers {
    type Item = Result<v1::EvaluateStreamResponse, Status>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut pending = lock(&self.pending);
        pending.polled = Instant::now();
        match pending.answers.poll_recv(context) {
            Poll::Ready(Some(answer)) => {
                if let Some(holds) = answer.holds {
                    self.call.answered(holds.memory);
                }
                Poll::Ready(Some(Ok(answer.message)))
            }
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
pub(crate) fn open(shared: Shared, call: Arc<Call>, messages: Messages, place: Place) -> Answers {
    // The window bounds what is under way, so the queue itself need not.
    let (sender, answers) = mpsc::unbounded_channel();
    // Within the capacity of the engine, so that submitting a chunk never blocks.
    let places = shared.limits.chunks_under_way.min(shared.engine.capacity());
    let window = Arc::new(Semaphore::new(places));
    let pending = Arc::new(Mutex::new(PendingAnswers::new(answers)));
    let answers = Answers { call: Arc::clone(&call), pending: Arc::clone(&pending) };
    let (stopped, idle_time) = (shared.stopping.clone(), shared.limits.idle_time);
    let memory = call.capacity.chunks.stream_part();
    let (stopper, mut stops) = mpsc::unbounded_channel();
    let stream = OpenStream {
        shared,
        messages,
        caller: call.peer.caller(),
        answers: sender.clone(),
        stopper,
        window,
        places,
        memory,
        summary: Arc::default(),
        received: 0,
        usual: 0,
        tags: None,
    };
    let served = async move {
        let outcome = tokio::select! {
            outcome = timeout_at(call.deadline, stream.serve()) => outcome.unwrap_or_else(|_| Err(too_late().into())),
            Some(problem) = stops.recv() => Err(Status::from(problem)),
            () = stopped.cancelled() => Err(stopping().into()),
            () = stalled(&pending, idle_time) => Err(not_taken()),
            () = sender.closed() => return,
        };
        if let Err(status) = outcome {
            lock(&pending).fail(status);
        }
        call.must_be_taken_within(idle_time);
        drop(place);
    };
    tokio::spawn(served.instrument(Span::current()));
    answers
}

fn not_taken() -> Status {
    Problem::new(ErrorCode::Idle, "the client has taken no answer for too long").into()
}

struct OpenStream {
    shared: Shared,
    messages: Messages,
    caller: Caller,
    answers: mpsc::UnboundedSender<Answer>,
    /// Receives why a plugin has stopped the evaluation, whose results then do not count.
    stopper: mpsc::UnboundedSender<Problem>,
    window: Arc<Semaphore>,
    /// All places of the window.
    places: usize,
    memory: Budget,
    summary: Arc<Mutex<Summary>>,
    /// Chunks received.
    received: u64,
    /// The memory that the last chunk needed: the next one will need about as much.
    usual: usize,
    /// What the tags of the header take.
    tags: Option<Reservation>,
}

impl OpenStream {
    async fn serve(mut self) -> Result<(), Status> {
        let header = Arc::new(self.header().await?);
        let _cancel = CancelOnDrop::new(&header.request);
        let limits = &self.shared.limits;
        let described = response_header(&header.request, &limits.plugin_allowance, limits.message_bytes)?;
        self.send(ResponsePart::Header(described), None);
        while let Some(length) = self.next_length(self.shared.limits.idle_time).await? {
            self.evaluate(length, &header).await?;
        }
        self.finish(&header).await
    }

    async fn header(&mut self) -> Result<ResolvedHeader, Status> {
        if self.memory.free() < MEMORY_TO_BEGIN {
            return Err(used_up().into());
        }
        let length = self.next_length(self.shared.limits.header_time).await?;
        let expected = || Problem::new(ErrorCode::HeaderExpected, "the first message of a stream must be its header");
        let (message, memory) = self.receive(length.ok_or_else(expected)?).await?;
        match message {
            RequestPart::Header(header) => {
                // The tags stay until the stream ends, and so does their memory.
                self.tags = memory.filter(|_| !header.tags.is_empty());
                Ok(ResolvedHeader::read(header, &self.shared.registry.now(), self.caller).await?)
            }
            RequestPart::Chunk(_) => Err(expected().into()),
        }
    }

    /// The length of the next message, once it begins; `None` once the client has sent all.
    async fn next_length(&mut self, patience: Duration) -> Result<Option<usize>, Status> {
        let idle = |_| Problem::new(ErrorCode::Idle, "the client has sent nothing for too long");
        Ok(timeout(patience, self.messages.next_length()).await.map_err(idle)??)
    }

    /// Receives a message, with its memory. A message without content counts as an empty chunk.
    async fn receive(&mut self, length: usize) -> Result<(RequestPart, Option<Reservation>), Status> {
        let (mut wire, mut memory) = self.messages.receive(length).await?;
        wire.advance(PREFIX);
        let message = v1::EvaluateStreamRequest::decode(wire);
        // The bytes that it was decoded from are gone.
        if let Some(memory) = &mut memory {
            memory.shrink(memory.bytes().saturating_sub(length * 2));
        }
        let message = message.map_err(|error| Problem::new(ErrorCode::MessageUnreadable, error.to_string()))?;
        Ok((message.part.unwrap_or_else(|| RequestPart::Chunk(v1::Chunk::default())), memory))
    }

    /// Receives a chunk of `length` bytes and submits it to the engine, which sends its result. The place and about the
    /// memory that it needs are taken first, so that no chunk waits for them while it occupies memory.
    async fn evaluate(&mut self, length: usize, header: &Arc<ResolvedHeader>) -> Result<(), Status> {
        let place = permit(&self.window).await?;
        let wanted = self.usual.max(length);
        if self.memory.is_scarce(wanted) {
            self.others_taken().await;
        }
        let mut memory = self.memory.take(wanted).await?;
        let (message, received) = self.receive(length).await?;
        let RequestPart::Chunk(chunk) = message else {
            let text = "only the first message of a stream may be a header";
            return Err(Problem::new(ErrorCode::HeaderExpected, text).into());
        };
        self.received += 1;
        let number = chunk.number;
        self.usual = match memory::of_chunk(&chunk, header, self.memory.most()) {
            Ok(bytes) => bytes,
            Err(message) => {
                let problem = Problem::at(ErrorCode::TooMany, format!("chunks[{number}].employees"), message);
                return self.refuse(number, problem, Holds { _place: place, memory });
            }
        };
        memory.resize(self.usual).await?;
        let holds = Holds { _place: place, memory };
        let (batch, unknown) = match facts::read(chunk, header, &self.shared.limits) {
            Ok(read) => read,
            Err(problem) => return self.refuse(number, problem, holds),
        };
        drop(received);
        header.request.add_employees(batch.len());
        let request = Arc::clone(&header.request);
        let (answers, summary) = (self.answers.clone(), Arc::clone(&self.summary));
        let stopper = self.stopper.clone();
        self.shared.engine.submit(Arc::clone(&header.request), batch, move |finished| {
            let finished = match finished {
                Ok(finished) => finished,
                Err(why) => {
                    // The receiver is gone when the stream has ended.
                    let _sent = stopper.send(stopped(&why));
                    return;
                }
            };
            let told = |error, name: Option<&str>| words::unknown_calendar(error, &request.rulesets, name);
            let (mut result, counted) = results::write(number, &finished.batch, &unknown, &told, finished.results);
            result.plugin_use = plugin_use(&request);
            lock(&summary).add(&counted);
            // The receiver is gone when the client has gone.
            let _sent = answers.send(answer(ResponsePart::Result(result), Some(holds)));
        });
        Ok(())
    }

    /// Waits until the client has taken the results of all chunks but the one that has its place already.
    async fn others_taken(&self) {
        let places = u32::try_from(self.places.saturating_sub(1)).unwrap_or(u32::MAX);
        // It fails only when the window is closed, which nobody does.
        let _others = self.window.acquire_many(places).await;
    }

    /// Waits until the client has taken every result, then sends the summary. It borrows the stream, because the
    /// request must be cancelled before the stream drops its reference to the engine: dropping an engine waits for its
    /// workers.
    async fn finish(&self, header: &ResolvedHeader) -> Result<(), Status> {
        let places = u32::try_from(self.places).unwrap_or(u32::MAX);
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
            background = header.request.was_in_background(),
            "stream evaluated"
        );
        let summary = summary.write(header.request.detail);
        self.send(ResponsePart::Summary(v1::Summary { plugin_use: plugin_use(&header.request), ..summary }), None);
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
    Answer { message: v1::EvaluateStreamResponse { part: Some(part) }, holds }
}

async fn permit(semaphore: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, Status> {
    let permit = Arc::clone(semaphore).acquire_owned().await;
    permit.map_err(|_| stopping().into())
}
