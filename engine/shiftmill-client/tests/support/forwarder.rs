//! A service that forwards every call to a real one, and breaks its streams as a test requires.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use shiftmill_client::Summary;
use shiftmill_client::core::Detail;
use shiftmill_proto::v1;
use shiftmill_proto::v1::evaluate_stream_request::Part as Asking;
use shiftmill_proto::v1::evaluate_stream_response::Part as Answering;
use shiftmill_proto::v1::evaluation_client::EvaluationClient;
use shiftmill_proto::v1::evaluation_server::{Evaluation, EvaluationServer};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_stream::wrappers::{ReceiverStream, TcpListenerStream};
use tokio_stream::{Stream, StreamExt};
use tonic::transport::Channel;
use tonic::{Code, Request, Response, Status, Streaming};
use tonic_types::{ErrorDetails, StatusExt};

/// What happens to a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It ends with UNAVAILABLE after so many answers.
    UnavailableAfter(usize),
    /// The result of this chunk is lost, and the stream ends with UNAVAILABLE after the next one.
    LosesChunk(u64),
    /// The service ends it after so many answers, because the client sent nothing for too long.
    IdleAfter(usize),
    /// It ends with OK after so many answers, without a summary.
    EndsAfter(usize),
    /// It ends with OK after so many answers, with a summary of these.
    SummaryAfter(usize),
    /// Its header says that it runs with another engine.
    OtherEngine,
    /// Its first result comes twice.
    FirstResultTwice,
    /// Its first result is lost.
    FirstResultLost,
    /// The rows of its first result are changed.
    FirstRowChanged,
    /// Its summary has another hash.
    OtherHash,
}

/// What was seen of the streams, in their order.
#[derive(Clone, Debug, Default)]
pub struct Streamed {
    pub sent: Vec<u64>,
    pub answered: Vec<u64>,
    /// The punches of each chunk.
    punches: BTreeMap<u64, u64>,
    /// The sums of the answers.
    summary: Summary,
}

impl Streamed {
    fn answers(&mut self, result: &v1::ChunkResult) {
        self.answered.push(result.number);
        let punches = self.punches.get(&result.number).copied().unwrap_or(0);
        self.summary.add(&Summary { punches, ..Summary::of_message(result).unwrap() });
    }
}

#[derive(Clone)]
pub struct Forwarder {
    real: Channel,
    fates: Arc<Mutex<VecDeque<Fate>>>,
    pub streams: Arc<Mutex<Vec<Streamed>>>,
}

impl Forwarder {
    /// Streams meet these fates in the order in which they begin; those after them meet none.
    pub async fn start(real: &str, fates: &[Fate]) -> (Forwarder, String) {
        let real = Channel::from_shared(format!("http://{real}")).unwrap().connect().await.unwrap();
        let fates = Arc::new(Mutex::new(fates.iter().copied().collect()));
        let forwarder = Forwarder { real, fates, streams: Arc::default() };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let service = EvaluationServer::new(forwarder.clone());
        let server = tonic::transport::Server::builder().add_service(service);
        tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));
        (forwarder, address)
    }

    fn begin(&self) -> (usize, Option<Fate>) {
        let mut streams = self.streams.lock().unwrap();
        streams.push(Streamed::default());
        (streams.len() - 1, self.fates.lock().unwrap().pop_front())
    }

    fn saw<Seen>(&self, stream: usize, see: impl FnOnce(&mut Streamed) -> Seen) -> Seen {
        see(self.streams.lock().unwrap().get_mut(stream).unwrap())
    }

    /// Hands answers on until the stream has met its fate.
    async fn answer(
        self,
        stream: usize,
        fate: Option<Fate>,
        mut answers: Streaming<v1::EvaluateStreamResponse>,
        sender: mpsc::Sender<Result<v1::EvaluateStreamResponse, Status>>,
    ) {
        let (mut results, mut lost) = (0, false);
        while let Some(answer) = answers.next().await {
            let Ok(v1::EvaluateStreamResponse { part: Some(part) }) = answer else { return };
            let is_result = matches!(part, Answering::Result(_));
            if matches!(&part, Answering::Result(result) if fate == Some(Fate::LosesChunk(result.number))) {
                lost = true;
                continue;
            }
            for part in changed(part, fate, results) {
                if let Answering::Result(result) = &part {
                    if fate == Some(Fate::UnavailableAfter(results)) {
                        let _ = sender.send(Err(Status::unavailable("the service has gone"))).await;
                        return;
                    }
                    if fate == Some(Fate::IdleAfter(results)) {
                        let _ = sender.send(Err(idle())).await;
                        return;
                    }
                    if fate == Some(Fate::EndsAfter(results)) {
                        return;
                    }
                    self.saw(stream, |seen| seen.answers(result));
                }
                let answer = v1::EvaluateStreamResponse { part: Some(part) };
                if sender.send(Ok(answer)).await.is_err() {
                    return;
                }
            }
            results += usize::from(is_result);
            if is_result && lost {
                let _ = sender.send(Err(Status::unavailable("the service has gone"))).await;
                return;
            }
            if is_result && fate == Some(Fate::SummaryAfter(results)) {
                let summary = self.saw(stream, |seen| seen.summary.write(Detail::Workdays));
                let _ = sender.send(Ok(v1::EvaluateStreamResponse { part: Some(Answering::Summary(summary)) })).await;
                return;
            }
        }
    }
}

/// The status of a service that has waited for the client's next message for too long.
fn idle() -> Status {
    let details = ErrorDetails::with_error_info("SM-IDLE", "shiftmill", HashMap::<String, String>::new());
    Status::with_error_details(Code::DeadlineExceeded, "the client sent nothing", details)
}

/// What becomes of one message.
fn changed(part: Answering, fate: Option<Fate>, results: usize) -> Vec<Answering> {
    match (part, fate) {
        (Answering::Header(mut header), Some(Fate::OtherEngine)) => {
            header.engine_version.push_str("-other");
            vec![Answering::Header(header)]
        }
        (Answering::Result(result), Some(Fate::FirstResultTwice)) if results == 0 => {
            vec![Answering::Result(result.clone()), Answering::Result(result)]
        }
        (Answering::Result(_), Some(Fate::FirstResultLost)) if results == 0 => vec![],
        (Answering::Result(mut result), Some(Fate::FirstRowChanged)) if results == 0 => {
            *result.line_amount.first_mut().unwrap() += 1;
            vec![Answering::Result(result)]
        }
        (Answering::Summary(mut summary), Some(Fate::OtherHash)) => {
            *summary.result_hash.first_mut().unwrap() ^= 1;
            vec![Answering::Summary(summary)]
        }
        (part, _) => vec![part],
    }
}

#[tonic::async_trait]
impl Evaluation for Forwarder {
    type EvaluateStreamStream = Pin<Box<dyn Stream<Item = Result<v1::EvaluateStreamResponse, Status>> + Send>>;

    async fn evaluate_stream(
        &self,
        request: Request<Streaming<v1::EvaluateStreamRequest>>,
    ) -> Result<Response<Self::EvaluateStreamStream>, Status> {
        let (stream, fate) = self.begin();
        let seeing = self.clone();
        let requests = request.into_inner().map_while(Result::ok).map(move |request| {
            if let Some(Asking::Chunk(chunk)) = &request.part {
                seeing.saw(stream, |seen| {
                    seen.sent.push(chunk.number);
                    seen.punches.insert(chunk.number, chunk.punch_at.len() as u64);
                });
            }
            request
        });
        let answers = EvaluationClient::new(self.real.clone()).evaluate_stream(requests).await?.into_inner();
        let (sender, receiver) = mpsc::channel(1);
        tokio::spawn(self.clone().answer(stream, fate, answers, sender));
        Ok(Response::new(Box::pin(ReceiverStream::new(receiver))))
    }

    async fn evaluate(&self, _: Request<v1::EvaluateRequest>) -> Result<Response<v1::EvaluateResponse>, Status> {
        Err(Status::unimplemented("only streams are handed on"))
    }
}
