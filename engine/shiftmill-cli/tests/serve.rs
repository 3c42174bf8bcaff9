//! `shiftmill serve` as it is started: a plugin that is pushed to it, compiled in a process of its own, kept, and called;
//! and a running stream when it is stopped.
//!
//! Needs cargo. The target that plugins are compiled for is added when it is missing.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests may fail loudly")]

mod support;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};

use serde_json::Value;
use shiftmill::core::{CardFacts, TimecardBatch};
use shiftmill_client::Client;
use shiftmill_guests::{Guest, SLOW};
use shiftmill_proto::v1;
use shiftmill_proto::v1::evaluate_stream_request::Part as Asking;
use shiftmill_proto::v1::evaluate_stream_response::Part as Answering;
use shiftmill_proto::v1::evaluation_client::EvaluationClient;
use shiftmill_proto::v1::plugins_client::PluginsClient;
use shiftmill_proto::v1::ruleset_source::Source;
use shiftmill_wire::{Vocabulary, chunk};
use support::{Place, Plugin, all, command, shiftmill};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Code;
use tonic::transport::Channel;

/// A service that runs until it is dropped.
struct Service {
    child: Child,
    address: String,
}

impl Service {
    /// Starts it on a port that is free, with a folder for compiled code.
    fn start(folder: &Path, cache: &Path) -> Service {
        let mut serve = command(folder);
        serve.args(["serve", "--listen", "127.0.0.1:0", "--log", "json", "--plugin-cache"]).arg(cache);
        let mut child = serve.stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
        let told = lines.find_map(|line| {
            let line: Value = serde_json::from_str(&line).unwrap();
            line["fields"]["address"].as_str().map(str::to_owned)
        });
        // Later output is read too, so that the service never waits for a reader.
        std::thread::spawn(move || lines.count());
        Service { child, address: format!("http://{}", told.unwrap()) }
    }

    async fn channel(&self) -> Channel {
        Client::builder(&self.address).connections(1).connect().await.unwrap().channel()
    }

    async fn push(&self, component: Vec<u8>) -> Result<v1::Plugin, tonic::Status> {
        let mut plugins = PluginsClient::new(self.channel().await);
        Ok(plugins.push_plugin(v1::PushPluginRequest { component }).await?.into_inner())
    }

    /// How often pages were given to processes that this one started and that have ended.
    #[cfg(target_os = "linux")]
    fn faults_of_children(&self) -> u64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        stat.rsplit_once(')').unwrap().1.split_whitespace().nth(8).unwrap().parse().unwrap()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

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
    let punch = |at: &str, kind: &str| v1::Punch { at: at.to_owned(), kind: kind.to_owned(), id: 0 };
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
