//! `shiftmill serve` as it is started: a plugin that is pushed to it, compiled in a process of its own, kept, and called;
//! and a running stream when it is stopped.
//!
//! Needs cargo. The target that plugins are compiled for is added when it is missing.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests may fail loudly")]

mod support;

use std::ffi::OsStr;
use std::path::Path;

use prost::Message;
use prost::bytes::Bytes;
use serde_json::Value;
use shiftmill::core::{CardFacts, TimecardBatch};
use shiftmill_client::Client;
use shiftmill_guests::{Guest, SLOW};
use shiftmill_proto::v1;
use shiftmill_proto::v1::evaluate_stream_request::Part as Asking;
use shiftmill_proto::v1::evaluate_stream_response::Part as Answering;
use shiftmill_proto::v1::evaluation_client::EvaluationClient;
use shiftmill_proto::v1::ruleset_source::Source;
use shiftmill_wire::{Vocabulary, chunk};
use support::service::{Log, Service};
use support::{Place, Plugin, all, command, shiftmill};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Code;

/// The files of compiled code in a folder.
fn kept(cache: &Path) -> usize {
    let entries = std::fs::read_dir(cache).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.extension().is_some_and(|it| it == "code")).count()
}

/// A plugin that pays an allowance, as it is handed over.
fn built(place: &Place) -> Plugin {
    let made = shiftmill(&place.0, &["plugin", "new", "acme-meals"]);
    assert_eq!(made.status.code(), Some(0), "{}", all(&made));
    let plugin = place.plugin("acme-meals");
    plugin.ends(0, &["plugin", "build", "--add-target"]);
    plugin
}

/// An employee who works from 11:00 to 23:00, with a ruleset that names the plugin by its hash.
fn long_day(hash: &str) -> v1::EvaluateRequest {
    let text = format!(
        "name = \"acme\"\nextends = \"us-flsa@1\"\n[pay_codes.allowance]\nlayer = \"quantity\"\nunit = \"count\"\n\
         [[plugin]]\nname = \"meals\"\nhash = \"{hash}\"\n"
    );
    let punch = |at: &str, kind: &str| v1::Punch { at: at.to_owned(), kind: kind.to_owned(), ..v1::Punch::default() };
    v1::EvaluateRequest {
        ruleset: Some(v1::RulesetSource { source: Some(Source::Text(text)), file_name: "acme.toml".to_owned() }),
        window: Some(v1::Window {
            pay_period_first: "2026-03-01".to_owned(),
            pay_period_last: "2026-03-07".to_owned(),
            facts_first: "2026-02-28".to_owned(),
            facts_last: "2026-03-08".to_owned(),
            as_of: "2026-03-12T00:00:00Z".to_owned(),
            ..v1::Window::default()
        }),
        zone: "America/Chicago".to_owned(),
        timecards: vec![v1::Timecard {
            employee: "E1".to_owned(),
            punches: vec![punch("2026-03-02 11:00", "in"), punch("2026-03-02 23:00", "out")],
            ..v1::Timecard::default()
        }],
        detail: v1::Detail::Spans as i32,
        ..v1::EvaluateRequest::default()
    }
}

async fn is_paid(service: &Service, hash: &str) {
    let mut evaluation = EvaluationClient::new(service.channel().await);
    let answer = evaluation.evaluate(long_day(hash)).await.unwrap().into_inner();
    let day = answer.timecards[0].days.iter().find(|day| day.workday == "2026-03-02").unwrap();
    let paid = day.pay.iter().find(|line| line.pay_code == "allowance").unwrap();
    assert_eq!((paid.amount, paid.rule.as_str()), (1, "meals/long-day"));
    assert_eq!(paid.because, "worked 12:00, at least 10:00");
}

#[tokio::test]
async fn a_pushed_plugin_is_compiled_in_a_child_kept_and_called_by_its_hash() {
    let place = Place::new("served");
    let plugin = built(&place);
    let component = std::fs::read(plugin.folder.join("acme-meals.wasm")).unwrap();
    let cache = place.0.join("cache");

    let service = Service::start(&place.0, &cache);
    assert_eq!(kept(&cache), 0);
    #[cfg(target_os = "linux")]
    assert_eq!(service.faults_of_children(), 0);
    let pushed = service.push(component.clone()).await.unwrap();
    assert_eq!(pushed.plugin, "acme-meals");
    #[cfg(target_os = "linux")]
    assert_ne!(service.faults_of_children(), 0, "a process of its own compiles what strangers push");
    assert_eq!(kept(&cache), 1);
    is_paid(&service, &pushed.hash).await;

    let refused = service.push(b"MZ".to_vec()).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    is_paid(&service, &pushed.hash).await;
    drop(service);

    // The next one finds the code, and starts no child.
    let service = Service::start(&place.0, &cache);
    let again = service.push(component).await.unwrap();
    assert_eq!(again.hash, pushed.hash);
    #[cfg(target_os = "linux")]
    assert_eq!(service.faults_of_children(), 0);
    is_paid(&service, &again.hash).await;
}

/// One message of a stream.
fn message(part: Asking) -> v1::EvaluateStreamRequest {
    v1::EvaluateStreamRequest { part: Some(part) }
}

/// A chunk of employees who did not work.
fn idle_chunk(number: u64, employees: u64) -> v1::Chunk {
    let mut batch = TimecardBatch::default();
    for employee in 0..employees {
        batch.push(&CardFacts { employee: format!("E{number}-{employee}"), ..CardFacts::default() }).unwrap();
    }
    chunk::write(number, batch, &Vocabulary::default())
}

/// A stream of timecards by a ruleset with this text.
fn header(text: &str) -> v1::Header {
    let v1::EvaluateRequest { window, zone, .. } = long_day("");
    let source = Some(Source::Text(format!("name = \"acme\"\n{text}")));
    let ruleset = v1::RulesetSource { source, file_name: "acme.toml".to_owned() };
    v1::Header { rulesets: vec![ruleset], zones: vec![zone], window, ..v1::Header::default() }
}

#[cfg(unix)]
fn stop(service: &Service) {
    let stop = format!("kill -TERM {}", service.child.id());
    assert!(std::process::Command::new("sh").args(["-c", &stop]).status().unwrap().success());
}

#[cfg(unix)]
#[tokio::test]
async fn a_stopped_service_does_not_wait_for_a_plugin_whose_caller_has_gone() {
    let place = Place::new("stopped-slow");
    let mut service = Service::start(&place.0, &place.0.join("cache"));
    let slow = Guest::new("slow", SLOW).with(|guest| guest.good = SLOW.to_owned());
    let hash = service.push(slow.component()).await.unwrap().hash;
    let (sender, sent) = mpsc::channel(4);
    let begin = Asking::Header(header(&format!("[[plugin]]\nname = \"slow\"\nhash = \"{hash}\"\n")));
    // Chunks that would keep every worker busy for minutes.
    for part in std::iter::once(begin).chain((0..3).map(|number| Asking::Chunk(idle_chunk(number, 2_000)))) {
        sender.send(message(part)).await.unwrap();
    }
    let mut evaluation = EvaluationClient::new(service.channel().await);
    let mut answers = evaluation.evaluate_stream(ReceiverStream::new(sent)).await.unwrap().into_inner();
    assert!(matches!(answers.message().await.unwrap().unwrap().part, Some(Answering::Header(_))));

    stop(&service);
    drop((answers, evaluation, sender));
    for _ in 0..1_000 {
        if let Some(ended) = service.child.try_wait().unwrap() {
            return assert!(ended.success());
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("the plugin holds the process");
}

#[cfg(unix)]
#[tokio::test]
async fn a_stopped_service_answers_the_running_stream_to_its_end() {
    let place = Place::new("stopped");
    let mut service = Service::start(&place.0, &place.0.join("cache"));
    let (sender, sent) = mpsc::channel(4);
    sender.send(message(Asking::Header(header("")))).await.unwrap();
    sender.send(message(Asking::Chunk(idle_chunk(0, 1)))).await.unwrap();
    let mut evaluation = EvaluationClient::new(service.channel().await);
    let mut answers = evaluation.evaluate_stream(ReceiverStream::new(sent)).await.unwrap().into_inner();
    assert!(matches!(answers.message().await.unwrap().unwrap().part, Some(Answering::Header(_))));

    stop(&service);
    while Client::builder(&service.address).connections(1).connect().await.is_ok() {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    // It accepts no new calls, and continues running ones.
    assert_eq!(service.child.try_wait().unwrap(), None);
    sender.send(message(Asking::Chunk(idle_chunk(1, 1)))).await.unwrap();
    drop(sender);
    let mut last = None;
    while let Some(answer) = answers.message().await.unwrap() {
        last = answer.part;
    }
    let Some(Answering::Summary(summary)) = last else { panic!("no summary: {last:?}") };
    assert_eq!((summary.chunks, summary.employees), (2, 2));
    drop((answers, evaluation));
    assert!(service.child.wait().unwrap().success());
}

/// The code and the error of every call that has ended, by its method.
fn calls_in(log: &Log) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let log = log.lock().unwrap();
    let ended = log.iter().filter(|entry| entry["fields"]["message"] == "call ended");
    let call = |entry: &Value| {
        let (span, fields) = (&entry["span"], &entry["fields"]);
        assert_eq!(span["peer"], "127.0.0.1");
        assert!(fields["milliseconds"].is_u64() && span["request_id"].is_string());
        assert_eq!(span["ruleset"].is_string(), fields["code"] == "Ok", "{entry}");
        (text(&span["method"]), text(&fields["code"]), text(&fields["error"]))
    };
    ended.map(call).collect()
}

#[tokio::test]
async fn every_call_has_one_line_in_the_log() {
    let place = Place::new("served-log");
    let service = Service::start(&place.0, &place.0.join("cache"));
    let mut evaluation = EvaluationClient::new(service.channel().await);
    let ruleset = header("").rulesets.first().cloned();
    let good = v1::EvaluateRequest { ruleset, ..long_day("") };
    evaluation.evaluate(good.clone()).await.unwrap();
    let nobody = v1::EvaluateRequest { zone: "Nowhere/At_all".to_owned(), ..good };
    let status = evaluation.evaluate(nobody).await.unwrap_err();
    assert!(status.metadata().get("x-request-id").is_some());
    let (sender, sent) = mpsc::channel(4);
    sender.send(message(Asking::Chunk(idle_chunk(0, 1)))).await.unwrap();
    let mut answers = evaluation.evaluate_stream(ReceiverStream::new(sent)).await.unwrap().into_inner();
    assert!(answers.message().await.is_err());
    service.push(b"MZ".to_vec()).await.unwrap_err();
    let expected = [
        ("shiftmill.v1.Evaluation/Evaluate", "Ok", ""),
        ("shiftmill.v1.Evaluation/Evaluate", "InvalidArgument", "SM-ZONE-UNKNOWN"),
        ("shiftmill.v1.Evaluation/EvaluateStream", "InvalidArgument", "SM-HEADER-EXPECTED"),
        ("shiftmill.v1.Plugins/PushPlugin", "InvalidArgument", "SM-PLUGIN-REFUSED"),
    ];
    let expected = expected.map(|(method, code, error)| (method.to_owned(), code.to_owned(), error.to_owned()));
    for _ in 0..500 {
        if calls_in(&service.log).len() == expected.len() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(calls_in(&service.log), expected);
}

#[test]
fn too_many_threads_are_refused() {
    let started = shiftmill(&Place::new("served-threads").0, &["serve", "--threads", "1000000"]);
    assert_eq!(started.status.code(), Some(2), "{}", all(&started));
    assert!(all(&started).contains("1000000 is not in 0..=1024"), "{}", all(&started));
}

/// A message as it travels.
#[cfg(target_os = "linux")]
fn framed(message: &impl Message) -> Bytes {
    let mut bytes = vec![0];
    bytes.extend(u32::try_from(message.encoded_len()).unwrap().to_be_bytes());
    message.encode(&mut bytes).unwrap();
    bytes.into()
}

/// A call that sends all of `messages`, does not end, and reads nothing.
#[cfg(target_os = "linux")]
async fn send(connection: &h2::client::SendRequest<Bytes>, method: &str, messages: &[Bytes]) -> impl Sized + use<> {
    let request = tonic::codegen::http::Request::post(format!("http://localhost/shiftmill.v1.Evaluation/{method}"));
    let (answer, mut sender) =
        connection.clone().ready().await.unwrap().send_request(request.body(()).unwrap(), false).unwrap();
    for message in messages {
        sender.send_data(message.clone(), false).unwrap();
    }
    (answer, sender)
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn the_memory_of_a_service_stays_within_what_its_limits_state() {
    const MEMORY: usize = 64;
    let place = Place::new("served-memory");
    let service = Service::start_with(&place.0, &["--memory", &MEMORY.to_string()].map(OsStr::new));
    let at_start = service.memory_mib();
    let header = framed(&message(Asking::Header(header(""))));
    let chunk = framed(&message(Asking::Chunk(idle_chunk(0, 4_000))));
    let stream: Vec<Bytes> = std::iter::once(header).chain(std::iter::repeat_n(chunk, 20)).collect();
    let half: Bytes = [&[0, 0, 64, 0, 0][..], &vec![0; (4 << 20) - 1]].concat().into();
    let mut open = Vec::new();
    for last in 2..8 {
        let connection = service.connect_from(last).await;
        for _ in 0..40 {
            open.push(send(&connection, "EvaluateStream", &stream).await);
        }
        let connection = service.connect_from(last).await;
        for _ in 0..100 {
            open.push(send(&connection, "Evaluate", std::slice::from_ref(&half)).await);
        }
    }
    // As `docs/service.md` states it: chunks, messages, calls, connections.
    let stated = at_start + MEMORY + 96 + 64 + 12 * 5 / 4;
    for _ in 0..8 {
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        let memory = service.memory_mib();
        assert!(memory <= stated, "{memory} MiB; {stated} MiB are stated");
    }
    drop(open);
}

#[test]
fn a_folder_for_compiled_code_that_cannot_be_used_stops_the_start() {
    let place = Place::new("served-open");
    let file = place.0.join("no-folder");
    std::fs::write(&file, "").unwrap();
    let started = command(&place.0).args(["serve", "--listen", "127.0.0.1:0", "--plugin-cache", "no-folder"]).output();
    let started = started.unwrap();
    assert_eq!(started.status.code(), Some(2), "{}", all(&started));
    assert!(all(&started).contains("error: cannot run plugins"), "{}", all(&started));
    assert!(all(&started).contains("no-folder"), "{}", all(&started));
}
