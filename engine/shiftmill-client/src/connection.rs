//! One connection: a stream of chunks out and answers in, and another stream after a broken one.
//!
//! ```text
//! source ─→ under way ─→ service ─→ answer ─→ checked ─→ handed out
//!              ↑ stream broken: unanswered chunks are sent again in the next stream
//! ```
//!
//! A chunk is under way until its answer is received, and an answer is accepted only for a chunk that is under way. So
//! no chunk is answered twice, and no answered chunk is sent again.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use shiftmill_proto::v1;
use shiftmill_proto::v1::evaluate_stream_response::Part;
use shiftmill_wire::{Malformed, Summary};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinHandle;
use tokio_stream::wrappers::ReceiverStream;
use tokio_stream::{Stream, StreamExt};
use tonic::client::Grpc;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::transport::Channel;
use tonic::{Request, Streaming};

use crate::codec::{Sent, StreamCodec};
use crate::error::ClientError;
use crate::results::{Answer, ChunkResults};
use crate::retry::Retry;

/// Results may be larger than their facts, above all explained results.
const MESSAGE_MAX: usize = 64 << 20;

/// The chunks that are still to be sent, numbered in their order.
pub(crate) struct Source<Chunks> {
    chunks: Chunks,
    next: u64,
    /// A stream that has ended must not be asked again.
    ended: bool,
}

impl<Chunks> Source<Chunks>
where
    Chunks: Stream<Item = Result<v1::Chunk, ClientError>> + Unpin,
{
    pub(crate) fn new(chunks: Chunks) -> Source<Chunks> {
        Source { chunks, next: 0, ended: false }
    }

    async fn next(&mut self) -> Option<Result<Arc<v1::Chunk>, ClientError>> {
        if self.ended {
            return None;
        }
        let Some(chunk) = self.chunks.next().await else {
            self.ended = true;
            return None;
        };
        let number = self.next;
        self.next += 1;
        Some(chunk.map(|chunk| Arc::new(v1::Chunk { number, ..chunk })))
    }
}

/// The state that the connections of an evaluation share.
pub(crate) struct Shared<Chunks, Answered> {
    pub(crate) header: v1::Header,
    pub(crate) source: tokio::sync::Mutex<Source<Chunks>>,
    pub(crate) answered: Answered,
    /// The response header of the first stream; all others must be equal.
    pub(crate) runs_with: OnceLock<Arc<v1::ResponseHeader>>,
    pub(crate) window: usize,
    pub(crate) retry: Retry,
    pub(crate) check_rows: bool,
}

/// The outcome of the streams of one connection.
#[derive(Default)]
pub(crate) struct Received {
    pub(crate) summary: Summary,
    /// Streams that broke and were taken up again.
    pub(crate) broken: u64,
}

impl Received {
    /// Adds what another connection received.
    pub(crate) fn add(&mut self, other: &Received) {
        self.summary.add(&other.summary);
        self.broken += other.broken;
    }
}

/// Which streams a connection opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Streams {
    /// Those that have a chunk to send.
    WithChunks,
    /// One even when there are no chunks, for its response header.
    AtLeastOne,
}

/// Streams until the source is empty and every chunk that this connection has taken is answered.
pub(crate) async fn run<Chunks, Answered>(
    channel: Channel,
    shared: Arc<Shared<Chunks, Answered>>,
    streams: Streams,
) -> Result<Received, ClientError>
where
    Chunks: Stream<Item = Result<v1::Chunk, ClientError>> + Send + Unpin + 'static,
    Answered: Fn(Answer) + Send + Sync + 'static,
{
    let under_way = Arc::new(Mutex::new(UnderWay::default()));
    let mut received = Received::default();
    let mut attempt = 0;
    loop {
        // A stream is opened when it has a chunk to send: a slow source keeps no stream waiting for its first one.
        let first = chunk(&shared, &under_way).await?;
        if first.is_none() && streams == Streams::WithChunks {
            return Ok(received);
        }
        let mut of_stream = Summary::default();
        let streamed = stream(&channel, &shared, &under_way, first, &mut of_stream).await;
        received.summary.add(&of_stream);
        let Err(error) = streamed else { return Ok(received) };
        let answered = of_stream.chunks + of_stream.chunk_errors > 0;
        attempt = if answered { 1 } else { attempt + 1 };
        // A chunk that breaks every stream must not be sent again for ever because other chunks are answered.
        let sent = lock(&under_way).take_back();
        let Some(delay) = shared.retry.delay(attempt.max(sent), &error) else { return Err(error) };
        tokio::time::sleep(delay).await;
        received.broken += 1;
    }
}

/// A chunk that a connection has taken.
struct Taken {
    chunk: Arc<v1::Chunk>,
    /// How many streams broke while it was under way.
    broken: u32,
}

/// Chunks that a connection has taken and that are not answered, in the order in which they are sent.
#[derive(Default)]
struct UnderWay {
    /// Sent in this stream.
    sent: Vec<Taken>,
    /// Sent in an earlier stream, which broke.
    again: VecDeque<Taken>,
}

impl UnderWay {
    fn is_empty(&self) -> bool {
        self.sent.is_empty() && self.again.is_empty()
    }

    /// A chunk of the source, which is sent for the first time.
    fn first_time(&mut self, chunk: Arc<v1::Chunk>) {
        self.sent.push(Taken { chunk, broken: 0 });
    }

    fn next_again(&mut self) -> Option<Arc<v1::Chunk>> {
        let taken = self.again.pop_front()?;
        let chunk = Arc::clone(&taken.chunk);
        self.sent.push(taken);
        Some(chunk)
    }

    /// All sent chunks are sent again, after those that still wait for it. Returns in how many broken streams one of
    /// them was under way, at most.
    fn take_back(&mut self) -> u32 {
        let mut most = 0;
        for taken in self.sent.drain(..) {
            let broken = taken.broken + 1;
            most = most.max(broken);
            self.again.push_back(Taken { broken, ..taken });
        }
        most
    }

    /// Takes the chunk that is answered.
    fn answered(&mut self, number: u64) -> Result<Arc<v1::Chunk>, ClientError> {
        let position = self.sent.iter().position(|taken| taken.chunk.number == number);
        position.map(|position| self.sent.remove(position).chunk).ok_or(ClientError::UnexpectedAnswer { number })
    }
}

/// Runs one stream to its summary, beginning with the chunk `first`. The sums of its answers are in `received`, also when
/// it breaks.
async fn stream<Chunks, Answered>(
    channel: &Channel,
    shared: &Arc<Shared<Chunks, Answered>>,
    under_way: &Arc<Mutex<UnderWay>>,
    first: Option<Arc<v1::Chunk>>,
    received: &mut Summary,
) -> Result<(), ClientError>
where
    Chunks: Stream<Item = Result<v1::Chunk, ClientError>> + Send + Unpin + 'static,
    Answered: Fn(Answer) + Send + Sync + 'static,
{
    // The first chunk has a place already.
    let places = Arc::new(Semaphore::new(shared.window.saturating_sub(1)));
    let (sender, outgoing) = mpsc::channel(1);
    let writing = write(Arc::clone(shared), Arc::clone(under_way), first, Arc::clone(&places), sender);
    let mut writing = Writing(tokio::spawn(writing));
    let streamed = read(channel, outgoing, shared, under_way, &places, received).await;
    match streamed {
        Ok(summary) => {
            let sent_all = writing.end().await?;
            let summary = summary.ok_or(ClientError::Incomplete)?;
            // A service that ends a stream early, even with a summary, leaves chunks to be sent.
            if sent_all == SentAll::No || !lock(under_way).is_empty() {
                return Err(ClientError::Incomplete);
            }
            same(&summary, received)
        }
        Err(error) => {
            // The error of the writer is more precise than that of the stream that it did not finish.
            writing.end().await?;
            Err(error)
        }
    }
}

/// The task that sends. It ends with its stream.
struct Writing(JoinHandle<Result<SentAll, ClientError>>);

/// Whether a stream has sent all chunks that there were.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SentAll {
    Yes,
    No,
}

impl Writing {
    /// Stops it. An error that it has found in the timecards is returned.
    async fn end(&mut self) -> Result<SentAll, ClientError> {
        self.0.abort();
        match (&mut self.0).await {
            Ok(written) => written,
            Err(stopped) if stopped.is_cancelled() => Ok(SentAll::No),
            Err(_) => Err(ClientError::Task),
        }
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Sends the header, then chunk after chunk, from `first`, as the window allows.
async fn write<Chunks, Answered>(
    shared: Arc<Shared<Chunks, Answered>>,
    under_way: Arc<Mutex<UnderWay>>,
    first: Option<Arc<v1::Chunk>>,
    places: Arc<Semaphore>,
    sender: mpsc::Sender<Sent>,
) -> Result<SentAll, ClientError>
where
    Chunks: Stream<Item = Result<v1::Chunk, ClientError>> + Unpin,
{
    if sender.send(Sent::Header(Box::new(shared.header.clone()))).await.is_err() {
        return Ok(SentAll::No);
    }
    let mut next = first;
    while let Some(sent) = next {
        if sender.send(Sent::Chunk(sent)).await.is_err() {
            return Ok(SentAll::No);
        }
        let Ok(place) = places.acquire().await else { return Ok(SentAll::No) };
        place.forget();
        next = chunk(&shared, &under_way).await?;
    }
    Ok(SentAll::Yes)
}

/// The next chunk, which is under way from now on.
async fn chunk<Chunks, Answered>(
    shared: &Shared<Chunks, Answered>,
    under_way: &Mutex<UnderWay>,
) -> Result<Option<Arc<v1::Chunk>>, ClientError>
where
    Chunks: Stream<Item = Result<v1::Chunk, ClientError>> + Unpin,
{
    if let Some(chunk) = lock(under_way).next_again() {
        return Ok(Some(chunk));
    }
    let next = shared.source.lock().await.next().await;
    let chunk = next.transpose()?;
    if let Some(chunk) = &chunk {
        lock(under_way).first_time(Arc::clone(chunk));
    }
    Ok(chunk)
}

/// Opens the stream and hands out its answers. Gives its summary, if it has one.
async fn read<Chunks, Answered>(
    channel: &Channel,
    outgoing: mpsc::Receiver<Sent>,
    shared: &Shared<Chunks, Answered>,
    under_way: &Mutex<UnderWay>,
    places: &Semaphore,
    received: &mut Summary,
) -> Result<Option<Summary>, ClientError>
where
    Answered: Fn(Answer) + Send + Sync + 'static,
{
    let mut answers = open(channel.clone(), outgoing).await?;
    let (mut runs_with, mut summary) = (None, None);
    while let Some(answer) = answers.message().await.map_err(ClientError::of_status)? {
        match answer.part {
            Some(Part::Header(header)) => runs_with = Some(one_for_all(&shared.runs_with, header)?),
            Some(Part::Result(message)) => {
                let header = runs_with.clone().ok_or(ClientError::Incomplete)?;
                let chunk = lock(under_way).answered(message.number)?;
                places.add_permits(1);
                received.add(&count(&message, &chunk)?);
                let results = ChunkResults::new(chunk, message, header);
                if shared.check_rows {
                    results.check_rows()?;
                }
                (shared.answered)(Answer::Results(results));
            }
            Some(Part::Error(error)) => {
                lock(under_way).answered(error.number)?;
                places.add_permits(1);
                received.add(&Summary::of_error());
                (shared.answered)(Answer::Refused(error));
            }
            Some(Part::Summary(last)) => {
                let last = Summary::read(&last)?;
                covers(&last, received, &lock(under_way))?;
                summary = Some(last);
            }
            None => {}
        }
    }
    // A stream without chunks has no answers, but it has a response header.
    match runs_with {
        Some(_) => Ok(summary),
        None => Ok(None),
    }
}

/// Opens a stream.
pub(crate) async fn open(
    channel: Channel,
    outgoing: mpsc::Receiver<Sent>,
) -> Result<Streaming<v1::EvaluateStreamResponse>, ClientError> {
    let mut grpc = Grpc::new(channel).max_decoding_message_size(MESSAGE_MAX);
    grpc.ready().await.map_err(|error| ClientError::of_status(tonic::Status::from_error(Box::new(error))))?;
    let path = PathAndQuery::from_static("/shiftmill.v1.Evaluation/EvaluateStream");
    let request = Request::new(ReceiverStream::new(outgoing));
    let answers = grpc.streaming(request, path, StreamCodec).await.map_err(ClientError::of_status)?;
    Ok(answers.into_inner())
}

/// Results belong together when all streams run with the same engine, zone data, rulesets and plugins.
fn one_for_all(
    first: &OnceLock<Arc<v1::ResponseHeader>>,
    header: v1::ResponseHeader,
) -> Result<Arc<v1::ResponseHeader>, ClientError> {
    let header = Arc::new(header);
    let first = first.get_or_init(|| Arc::clone(&header));
    if *first == header { Ok(Arc::clone(first)) } else { Err(ClientError::ServerChanged) }
}

/// Counts the results of a chunk, which must be those of its employees.
fn count(message: &v1::ChunkResult, chunk: &v1::Chunk) -> Result<Summary, ClientError> {
    let summary = Summary::of_message(message)?;
    if summary.employees != chunk.employees.len() as u64 {
        return Err(Malformed { number: message.number, column: "status" }.into());
    }
    Ok(Summary { punches: chunk.punch_at.len() as u64, ..summary })
}

/// Compares a summary with what was received when it arrives: later, the stream may break, and the difference would be
/// forgotten. Only answers that were lost are no difference: their chunks are sent again.
fn covers(said: &Summary, received: &Summary, under_way: &UnderWay) -> Result<(), ClientError> {
    let answers = |summary: &Summary| summary.chunks + summary.chunk_errors;
    if answers(said) > answers(received) && !under_way.sent.is_empty() {
        return Err(ClientError::Incomplete);
    }
    same(said, received)
}

/// Compares the summary of a stream with what was received.
fn same(said: &Summary, received: &Summary) -> Result<(), ClientError> {
    let counts = [
        ("chunks", said.chunks, received.chunks),
        ("chunk errors", said.chunk_errors, received.chunk_errors),
        ("employees", said.employees, received.employees),
        ("punches", said.punches, received.punches),
        ("pay lines", said.pay_lines, received.pay_lines),
        ("exceptions", said.exceptions, received.exceptions),
        ("provisional timecards", said.provisional, received.provisional),
        ("timecards with an error", said.errors, received.errors),
    ];
    let mismatch = |what, said: String, received: String| Err(ClientError::SummaryMismatch { what, said, received });
    if let Some((what, said, received)) = counts.into_iter().find(|(_, said, received)| said != received) {
        return mismatch(what, said.to_string(), received.to_string());
    }
    if said.hash != received.hash {
        return mismatch("as the hash", said.hash.finish().to_string(), received.hash.finish().to_string());
    }
    Ok(())
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn under_way(numbers: &[u64]) -> UnderWay {
        let mut under_way = UnderWay::default();
        for number in numbers {
            under_way.first_time(Arc::new(v1::Chunk { number: *number, ..v1::Chunk::default() }));
        }
        under_way
    }

    #[test]
    fn an_answer_is_taken_once() {
        let mut under_way = under_way(&[3, 4]);
        assert_eq!(under_way.answered(3).unwrap().number, 3);
        assert!(matches!(under_way.answered(3), Err(ClientError::UnexpectedAnswer { number: 3 })));
        assert_eq!(under_way.take_back(), 1);
        assert!(under_way.answered(4).is_err() && !under_way.is_empty(), "it is not sent yet");
        assert_eq!(under_way.next_again().unwrap().number, 4);
        assert_eq!(under_way.answered(4).unwrap().number, 4);
        assert!(under_way.next_again().is_none() && under_way.is_empty());
    }

    #[test]
    fn chunks_are_sent_again_in_their_order_and_broken_streams_are_counted() {
        let mut under_way = under_way(&[0, 1, 2]);
        under_way.take_back();
        let mut again = || under_way.next_again().unwrap().number;
        assert_eq!([again(), again()], [0, 1]);
        under_way.answered(0).unwrap();
        assert_eq!(under_way.take_back(), 2, "chunk 1 was under way twice");
        let mut again = || under_way.next_again().unwrap().number;
        assert_eq!([again(), again()], [2, 1]);
    }

    #[test]
    fn a_summary_is_compared_when_it_arrives() {
        let received = Summary { chunks: 2, ..Summary::default() };
        let code = |said: &Summary, under_way: &UnderWay| {
            covers(said, &received, under_way).map_err(|it| it.code().to_owned())
        };
        let more = Summary { chunks: 3, ..received };
        assert_eq!(code(&received, &under_way(&[7])), Ok(()));
        assert_eq!(code(&more, &under_way(&[7])), Err("SM-CLIENT-INCOMPLETE".to_owned()), "an answer was lost");
        assert_eq!(code(&more, &under_way(&[])), Err("SM-CLIENT-SUMMARY".to_owned()));
        let other = Summary { employees: 1, ..received };
        assert_eq!(code(&other, &under_way(&[7])), Err("SM-CLIENT-SUMMARY".to_owned()));
    }

    #[test]
    fn a_summary_that_says_something_else_is_refused() {
        let received = Summary { chunks: 2, employees: 5, ..Summary::default() };
        assert!(same(&received, &received).is_ok());
        let error = same(&Summary { employees: 6, ..received }, &received).unwrap_err();
        assert_eq!(error.code(), "SM-CLIENT-SUMMARY");
        assert!(error.to_string().contains("6 employees were announced, 5 received"), "{error}");
    }
}
