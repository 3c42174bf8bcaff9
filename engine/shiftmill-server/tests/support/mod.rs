//! A real server on loopback, and plausible facts for it.
#![allow(dead_code, reason = "each test file uses a part")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

pub mod plugins;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use shiftmill::core::{
    CardFacts, Punch, PunchKind, ShiftFact, ShiftTimes, TagId, TimecardBatch, Timestamp, WallTime, Workday,
};
use shiftmill_client::{Answer, Client, Request};
use shiftmill_proto::v1;
use shiftmill_proto::v1::evaluate_stream_request::Part as Asking;
use shiftmill_proto::v1::evaluate_stream_response::Part as Answering;
use shiftmill_proto::v1::evaluation_client::EvaluationClient;
use shiftmill_server::{Budget, Certificates, Config, Limits, Registry, Server};
use shiftmill_wire::Vocabulary;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tonic::Status;
use tonic::transport::Channel;

/// A Monday.
pub const MONDAY: Workday = Workday(20514);

/// Daily and weekly overtime, with a shift and a leave to name.
pub const RULES: &str = r#"
name = "acme"
[shifts.office]
start = "09:00"
end = "18:00"
[leave.codes.annual]
paid = true
[[overtime.tiers]]
name = "daily-8"
scope = "workday"
after = "8h"
pay = "overtime_1_5"
[[overtime.tiers]]
name = "weekly-40"
scope = "workweek"
after = "40h"
pay = "overtime_1_5"
"#;

pub struct Running {
    pub address: SocketAddr,
    pub budget: Budget,
    pub registry: Arc<Registry>,
    pub certificates: Option<Certificates>,
    stop: Option<oneshot::Sender<()>>,
    pub served: JoinHandle<Result<(), shiftmill_server::ServeError>>,
}

impl Running {
    pub async fn start(limits: Limits) -> Running {
        Running::start_with(Config { workers: 1, limits, ..Config::default() }).await
    }

    pub async fn start_with(config: Config) -> Running {
        let server = Server::bind(config).unwrap();
        let (address, budget, registry) = (server.address(), server.budget(), server.registry());
        let certificates = server.certificates();
        let (stop, stopped) = oneshot::channel();
        let served = tokio::spawn(server.run(async move {
            let _ = stopped.await;
        }));
        Running { address, budget, registry, certificates, stop: Some(stop), served }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub async fn channel(&self) -> Channel {
        self.connect(1).await.channel()
    }

    pub async fn connect(&self, connections: usize) -> Client {
        Client::builder(self.url()).connections(connections).window(2).connect().await.unwrap()
    }

    pub async fn client(&self) -> EvaluationClient<Channel> {
        EvaluationClient::new(self.channel().await)
    }

    pub fn stop(&mut self) {
        let _ = self.stop.take().unwrap().send(());
    }

    /// The server still does its work.
    pub async fn is_untouched(&self) {
        let answers = self.exchange(header(), vec![chunk(1, 0..2)]).await.unwrap();
        assert_eq!(summary(&answers).employees, 2);
    }

    /// Sends messages and gathers all answers.
    pub async fn exchange(
        &self,
        header: v1::Header,
        chunks: Vec<v1::Chunk>,
    ) -> Result<Vec<v1::EvaluateStreamResponse>, Status> {
        let mut client = self.client().await;
        let parts = std::iter::once(Asking::Header(header)).chain(chunks.into_iter().map(Asking::Chunk));
        let requests: Vec<_> = parts.map(|part| v1::EvaluateStreamRequest { part: Some(part) }).collect();
        let mut answers = client.evaluate_stream(tokio_stream::iter(requests)).await?.into_inner();
        let mut gathered = Vec::new();
        while let Some(answer) = answers.message().await? {
            gathered.push(answer);
        }
        Ok(gathered)
    }
}

pub fn source(text: &str) -> v1::RulesetSource {
    v1::RulesetSource {
        source: Some(v1::ruleset_source::Source::Text(text.to_owned())),
        file_name: "acme.toml".to_owned(),
    }
}

pub fn window() -> v1::Window {
    v1::Window {
        pay_period_first: "2026-03-02".to_owned(),
        pay_period_last: "2026-03-29".to_owned(),
        facts_first: "2026-03-01".to_owned(),
        facts_last: "2026-03-30".to_owned(),
        as_of: "2026-04-03T00:00:00Z".to_owned(),
        ..v1::Window::default()
    }
}

pub fn header() -> v1::Header {
    v1::Header {
        rulesets: vec![source(RULES)],
        zones: vec!["America/New_York".to_owned()],
        window: Some(window()),
        detail: v1::Detail::Workdays as i32,
        shifts: vec!["office".to_owned()],
        ..v1::Header::default()
    }
}

/// Four weeks of an employee who works five days a week with a lunch, some days long, and sometimes forgets a punch.
pub fn facts(number: u64) -> CardFacts {
    let mut card = CardFacts { employee: format!("E-{number:05}"), ..CardFacts::default() };
    for day in (0..28_i32).filter(|day| day % 7 < 5) {
        let workday = MONDAY.plus(day);
        card.shifts.push(ShiftFact::work(workday, ShiftTimes::Clock { start: 32_400, end: 64_800 }));
        let turn = i64::try_from(number).unwrap() * 7 + i64::from(day);
        let offset = if day < 6 { 18_000 } else { 14_400 };
        let start = WallTime::on(workday, 32_400).0 + offset + (turn % 13) * 60 - 300;
        let end = start + 9 * 3_600 + (turn % 3) * 3_600;
        let noon = start + 4 * 3_600;
        for (at, kind) in [
            (start, PunchKind::In),
            (noon, PunchKind::MealStart),
            (noon + 1_800, PunchKind::MealEnd),
            (end, PunchKind::Out),
        ] {
            if turn % 17 != 0 || kind != PunchKind::Out {
                card.punches.push(Punch { at: Timestamp(at), kind, id: None, tag: TagId::NONE, recorded_at: None });
            }
        }
    }
    card
}

pub fn batch(employees: impl IntoIterator<Item = u64>) -> TimecardBatch {
    let mut batch = TimecardBatch::default();
    for number in employees {
        batch.push(&facts(number)).unwrap();
    }
    batch
}

pub fn vocabulary() -> Vocabulary {
    let document = shiftmill::ruleset::Document { name: "acme.toml", text: RULES };
    let ruleset = shiftmill::ruleset::compile(&document, &shiftmill::ruleset::NoLibrary).unwrap();
    Vocabulary::new([ruleset.timeline().names()])
}

pub fn chunk(number: u64, employees: impl IntoIterator<Item = u64>) -> v1::Chunk {
    message(number, batch(employees))
}

pub fn message(number: u64, batch: TimecardBatch) -> v1::Chunk {
    shiftmill_wire::chunk::write(number, batch, &vocabulary())
}

/// The request of [`header`] with another level of detail.
pub fn request(detail: v1::Detail) -> Request {
    Request::new(v1::Header { detail: detail as i32, ..header() }, vocabulary())
}

pub fn summary(answers: &[v1::EvaluateStreamResponse]) -> &v1::Summary {
    match answers.last().and_then(|answer| answer.part.as_ref()) {
        Some(Answering::Summary(summary)) => summary,
        other => panic!("the last answer is no summary: {other:?}"),
    }
}

pub fn chunk_errors(answers: &[v1::EvaluateStreamResponse]) -> Vec<&v1::ChunkError> {
    let error = |answer: &'_ v1::EvaluateStreamResponse| matches!(answer.part, Some(Answering::Error(_)));
    answers
        .iter()
        .filter(|answer| error(answer))
        .filter_map(|answer| match &answer.part {
            Some(Answering::Error(error)) => Some(error),
            _ => None,
        })
        .collect()
}

pub fn results(answers: &[v1::EvaluateStreamResponse]) -> Vec<v1::ChunkResult> {
    answers
        .iter()
        .filter_map(|answer| match &answer.part {
            Some(Answering::Result(result)) => Some(result.clone()),
            _ => None,
        })
        .collect()
}

/// The stable code and the wrong fields of a failed call.
pub fn problem(status: &Status) -> (String, Vec<String>) {
    use tonic_types::StatusExt;
    let code = status.get_details_error_info().map_or_else(String::new, |info| info.reason);
    let fields = status.get_details_bad_request().map_or_else(Vec::new, |request| {
        request.field_violations.into_iter().map(|violation| violation.field).collect()
    });
    (code, fields)
}

/// Gathers the answers of several connections.
#[derive(Clone, Default)]
pub struct Gathered(pub Arc<Mutex<Vec<Answer>>>);

impl Gathered {
    pub fn taker(&self) -> impl Fn(Answer) + Send + Sync + 'static + use<> {
        let answers = Arc::clone(&self.0);
        move |answer| answers.lock().unwrap().push(answer)
    }
}

/// A folder of its own for one test, removed when dropped.
pub struct Folder(pub std::path::PathBuf);

impl Folder {
    pub fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("shiftmill-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    pub fn write(&self, file: &str, content: impl AsRef<[u8]>) {
        std::fs::write(self.0.join(file), content).unwrap();
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Waits until `met`, at most ten seconds.
pub async fn eventually(what: &str, met: impl Fn() -> bool) {
    for _ in 0..500 {
        if met() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("waited in vain for {what}");
}
