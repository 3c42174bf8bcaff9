//! A client with its connections.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::available_parallelism;
use std::time::Duration;

use shiftmill_core::{CardFacts, TimecardBatch};
use shiftmill_proto::v1;
use shiftmill_proto::v1::evaluate_stream_response::Part;
use shiftmill_wire::{HEADER_NAMES_MAX, Summary, Vocabulary};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_stream::{Stream, iter};
use tonic::transport::{Channel, ClientTlsConfig, Endpoint};

use crate::codec::Sent;
use crate::connection::{self, Received, Shared, Source, Streams};
use crate::cut::{Chunks, written};
use crate::error::ClientError;
use crate::request::Request;
use crate::results::{Answer, ChunkResults};
use crate::retry::Retry;

/// Bytes that may be under way on a stream and on a connection: several chunks.
const TRANSPORT_WINDOW: u32 = 4 << 20;
const FRAME: u32 = 1 << 20;
const CONNECT_TIME: Duration = Duration::from_secs(10);
/// An idle connection is pinged after this time, and closed when there is no answer.
const ALIVE_INTERVAL: Duration = Duration::from_secs(30);
const ALIVE_TIME: Duration = Duration::from_secs(20);
/// Chunks under way on each connection.
const WINDOW: usize = 4;

/// How to connect.
#[derive(Clone, Debug)]
pub struct Builder {
    address: String,
    connections: usize,
    window: usize,
    retry: Retry,
    tls: Option<ClientTlsConfig>,
    check_rows: bool,
}

impl Builder {
    /// How many connections to open. One connection is served by one core at a time. Without this: one per core.
    pub fn connections(self, connections: usize) -> Builder {
        Builder { connections, ..self }
    }

    /// How many chunks each connection has under way. Without this: 4. A service keeps 8 of one stream at most.
    pub fn window(self, window: usize) -> Builder {
        Builder { window, ..self }
    }

    /// When a broken stream is taken up again.
    pub fn retry(self, retry: Retry) -> Builder {
        Builder { retry, ..self }
    }

    /// Certificates: the authority that signed the service's, and this client's own for mutual TLS. The address then
    /// begins with `https://`; [`Builder::connect`] refuses any other.
    pub fn tls(self, tls: ClientTlsConfig) -> Builder {
        Builder { tls: Some(tls), ..self }
    }

    /// Whether each employee's rows are hashed again and compared with the hash in the result. This takes about as long
    /// as the transport itself; without it, the received hashes are added up and compared with the summary.
    pub fn check_rows(self, check_rows: bool) -> Builder {
        Builder { check_rows, ..self }
    }

    /// Opens the connections.
    ///
    /// # Errors
    /// [`ClientError::Address`], [`ClientError::Plaintext`] and [`ClientError::Connect`].
    pub async fn connect(self) -> Result<Client, ClientError> {
        let endpoint =
            self.endpoint().map_err(|source| ClientError::Address { address: self.address.clone(), source })?;
        if self.tls.is_some() && endpoint.uri().scheme_str() != Some("https") {
            return Err(ClientError::Plaintext { address: self.address });
        }
        let connections = match self.connections {
            0 => available_parallelism().map_or(1, usize::from),
            given => given,
        };
        let failed = |source| ClientError::Connect { address: self.address.clone(), source };
        let first = endpoint.connect().await.map_err(failed)?;
        let mut more = Vec::with_capacity(connections - 1);
        for _ in 1..connections {
            more.push(endpoint.connect().await.map_err(failed)?);
        }
        Ok(Client { first, more, window: self.window, retry: self.retry, check_rows: self.check_rows })
    }

    fn endpoint(&self) -> Result<Endpoint, tonic::transport::Error> {
        let endpoint = Endpoint::from_shared(self.address.clone())?
            .initial_stream_window_size(TRANSPORT_WINDOW)
            .initial_connection_window_size(TRANSPORT_WINDOW)
            .max_frame_size(FRAME)
            .tcp_nodelay(true)
            .http2_keep_alive_interval(ALIVE_INTERVAL)
            .keep_alive_timeout(ALIVE_TIME)
            .connect_timeout(CONNECT_TIME);
        match &self.tls {
            Some(tls) => endpoint.tls_config(tls.clone()),
            None => Ok(endpoint),
        }
    }
}

/// A client of one service. Cheap to clone: clones share the connections.
#[derive(Clone, Debug)]
pub struct Client {
    first: Channel,
    more: Vec<Channel>,
    window: usize,
    retry: Retry,
    check_rows: bool,
}

/// The end of an evaluation. With it, all results that were handed out are final.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The rulesets, plugins and versions of the results. Keep them with the results: together they can be computed
    /// again to the byte.
    pub header: v1::ResponseHeader,
    /// The sums of all received results.
    pub summary: Summary,
    /// Streams that broke and were taken up again.
    pub broken_streams: u64,
}

/// All results of an evaluation.
#[derive(Clone, Debug)]
pub struct Evaluated {
    /// Their origin and sums.
    pub outcome: Outcome,
    /// The results of each chunk, in the order of the timecards.
    pub results: Vec<ChunkResults>,
    /// Chunks that the service could not read.
    pub refused: Vec<v1::ChunkError>,
}

impl Client {
    /// Connects to a service, such as `http://127.0.0.1:50061`, with the usual settings.
    ///
    /// # Errors
    /// [`ClientError::Address`] and [`ClientError::Connect`].
    pub async fn connect(address: impl Into<String>) -> Result<Client, ClientError> {
        Client::builder(address).connect().await
    }

    /// How to connect to a service.
    pub fn builder(address: impl Into<String>) -> Builder {
        let (retry, tls) = (Retry::default(), None);
        Builder { address: address.into(), connections: 0, window: WINDOW, retry, tls, check_rows: false }
    }

    /// A connection, for the other calls of the API.
    pub fn channel(&self) -> Channel {
        self.first.clone()
    }

    /// All connections.
    pub fn channels(&self) -> impl Iterator<Item = &Channel> {
        std::iter::once(&self.first).chain(&self.more)
    }

    /// Asks the service for the names of the rulesets of a request: by opening a stream without timecards.
    ///
    /// # Errors
    /// [`ClientError::Refused`], above all when a ruleset has mistakes; [`ClientError::Broken`].
    pub async fn prepare(&self, header: impl Into<v1::Header>) -> Result<Request, ClientError> {
        let header = header.into();
        let (sender, outgoing) = mpsc::channel(1);
        let bare = v1::Header { shifts: Vec::new(), carried_keys: Vec::new(), ..header.clone() };
        // The receiver is there until the stream ends.
        let _sent = sender.send(Sent::Header(Box::new(bare))).await;
        drop(sender);
        let mut answers = connection::open(self.channel(), outgoing).await?;
        let mut names = None;
        while let Some(answer) = answers.message().await.map_err(ClientError::of_status)? {
            if let Some(Part::Header(header)) = answer.part {
                names = Some(Vocabulary::of_rulesets(&header.rulesets));
            }
        }
        names.map(|names| Request::new(header, names)).ok_or(ClientError::Incomplete)
    }

    /// Evaluates timecards, which are cut into chunks. `answered` is called once for every chunk as its answer comes, in
    /// any order and from several tasks.
    ///
    /// Each employee must come once. The service refuses a chunk with two timecards of one employee. It does not notice
    /// two in different chunks: each gets a result, calculated without the facts of the other.
    ///
    /// The answers passed to `answered` are final only when this returns `Ok`; otherwise discard them. `answered` is not
    /// called any more when this has returned. When the future is dropped instead, the streams end, but answers that
    /// are being read at that moment may still be passed to `answered`.
    ///
    /// Another stream carries on after a broken connection, and after a stream that the service has ended because the
    /// timecards came slowly or the stream lasted long. It sends the chunks without an answer, and no others. Every
    /// stream must run with the same engine, zone data, rulesets and plugins, so that it gives the same bytes for an
    /// employee as any other.
    ///
    /// # Errors
    /// The first [`ClientError`] after which no other stream can carry on, or the last of too many broken streams.
    pub async fn evaluate<Cards, Answered>(
        &self,
        request: &Request,
        cards: Cards,
        answered: Answered,
    ) -> Result<Outcome, ClientError>
    where
        Cards: IntoIterator<Item = CardFacts>,
        Cards::IntoIter: Send + 'static,
        Answered: Fn(Answer) + Send + Sync + 'static,
    {
        self.evaluate_stream(request, iter(cards), answered).await
    }

    /// Evaluates timecards from an iterator, such as rows of a database, as [`Client::evaluate`] does.
    ///
    /// # Errors
    /// As [`Client::evaluate`].
    pub async fn evaluate_stream<Cards, Answered>(
        &self,
        request: &Request,
        cards: Cards,
        answered: Answered,
    ) -> Result<Outcome, ClientError>
    where
        Cards: Stream<Item = CardFacts> + Send + Unpin + 'static,
        Answered: Fn(Answer) + Send + Sync + 'static,
    {
        self.run(request, Chunks::new(cards, request.vocabulary().clone()), answered).await
    }

    /// Evaluates batches, each as one chunk, as [`Client::evaluate`] does. About 256 KiB, 300 to 400 employees with a
    /// month each, are fastest.
    ///
    /// # Errors
    /// As [`Client::evaluate`].
    pub async fn evaluate_batches<Batches, Answered>(
        &self,
        request: &Request,
        batches: Batches,
        answered: Answered,
    ) -> Result<Outcome, ClientError>
    where
        Batches: IntoIterator<Item = TimecardBatch>,
        Batches::IntoIter: Send + 'static,
        Answered: Fn(Answer) + Send + Sync + 'static,
    {
        let vocabulary = request.vocabulary().clone();
        let chunks = batches.into_iter().map(move |batch| written(batch, &vocabulary));
        self.run(request, iter(chunks), answered).await
    }

    /// Evaluates chunks that are written already, as [`Client::evaluate`] does. They get new numbers, from 0.
    ///
    /// # Errors
    /// As [`Client::evaluate`].
    pub async fn evaluate_chunks<Chunks, Answered>(
        &self,
        request: &Request,
        chunks: Chunks,
        answered: Answered,
    ) -> Result<Outcome, ClientError>
    where
        Chunks: IntoIterator<Item = v1::Chunk>,
        Chunks::IntoIter: Send + 'static,
        Answered: Fn(Answer) + Send + Sync + 'static,
    {
        self.run(request, iter(chunks.into_iter().map(Ok)), answered).await
    }

    /// Evaluates timecards and gathers all results. They are in memory together: for millions of punches take
    /// [`Client::evaluate`].
    ///
    /// # Errors
    /// As [`Client::evaluate`].
    pub async fn evaluate_all<Cards>(&self, request: &Request, cards: Cards) -> Result<Evaluated, ClientError>
    where
        Cards: IntoIterator<Item = CardFacts>,
        Cards::IntoIter: Send + 'static,
    {
        let gathered: Arc<Mutex<Gathered>> = Arc::default();
        let gathering = Arc::clone(&gathered);
        let answered = move |answer| gathering.lock().unwrap_or_else(PoisonError::into_inner).take(answer);
        let outcome = self.evaluate(request, cards, answered).await?;
        let gathered = std::mem::take(&mut *gathered.lock().unwrap_or_else(PoisonError::into_inner));
        let (results, refused) = (gathered.results.into_values(), gathered.refused.into_values());
        Ok(Evaluated { outcome, results: results.collect(), refused: refused.collect() })
    }

    /// Streams chunks over all connections, and adds up what they received.
    async fn run<Chunks, Answered>(
        &self,
        request: &Request,
        chunks: Chunks,
        answered: Answered,
    ) -> Result<Outcome, ClientError>
    where
        Chunks: Stream<Item = Result<v1::Chunk, ClientError>> + Send + Unpin + 'static,
        Answered: Fn(Answer) + Send + Sync + 'static,
    {
        check_names(request.header())?;
        let shared = Arc::new(Shared {
            header: request.header().clone(),
            source: tokio::sync::Mutex::new(Source::new(chunks)),
            answered,
            runs_with: OnceLock::new(),
            window: self.window,
            retry: self.retry,
            check_rows: self.check_rows,
        });
        // Dropped with this future, it ends all connections' streams.
        let mut connections = JoinSet::new();
        for channel in self.channels() {
            connections.spawn(connection::run(channel.clone(), Arc::clone(&shared), Streams::WithChunks));
        }
        let mut whole = Received::default();
        while let Some(received) = connections.join_next().await {
            match received.unwrap_or(Err(ClientError::Task)) {
                Ok(received) => whole.add(&received),
                Err(error) => {
                    // Waits for all of them, so that none calls `answered` afterwards.
                    connections.shutdown().await;
                    return Err(error);
                }
            }
        }
        if shared.runs_with.get().is_none() {
            whole.add(&connection::run(self.channel(), Arc::clone(&shared), Streams::AtLeastOne).await?);
        }
        let header = shared.runs_with.get().ok_or(ClientError::Incomplete)?;
        Ok(Outcome { header: header.as_ref().clone(), summary: whole.summary, broken_streams: whole.broken })
    }
}

/// Checks that a service can accept the names of a header.
fn check_names(header: &v1::Header) -> Result<(), ClientError> {
    for (what, names) in [("shifts", &header.shifts), ("carried keys", &header.carried_keys)] {
        if names.len() > HEADER_NAMES_MAX {
            return Err(ClientError::TooManyNames { what, found: names.len(), most: HEADER_NAMES_MAX });
        }
    }
    Ok(())
}

/// Answers by the number of their chunk.
#[derive(Default)]
struct Gathered {
    results: BTreeMap<u64, ChunkResults>,
    refused: BTreeMap<u64, v1::ChunkError>,
}

impl Gathered {
    fn take(&mut self, answer: Answer) {
        match answer {
            Answer::Results(results) => {
                self.results.insert(results.number(), results);
            }
            Answer::Refused(error) => {
                self.refused.insert(error.number, error);
            }
        }
    }
}
