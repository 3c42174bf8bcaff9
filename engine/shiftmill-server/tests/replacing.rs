//! What the service runs is replaced while it runs: calls keep what they began with.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that cannot go on fails")]

mod support;

use shiftmill_proto::v1;
use shiftmill_proto::v1::evaluate_stream_request::Part as Asking;
use shiftmill_proto::v1::evaluate_stream_response::Part as Answering;
use shiftmill_server::{Config, ServeError};
use support::{Folder, Running, chunk, header};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

fn named(name: &str) -> v1::RulesetSource {
    v1::RulesetSource {
        source: Some(v1::ruleset_source::Source::Name(name.to_owned())),
        ..v1::RulesetSource::default()
    }
}

fn rules(after: &str) -> String {
    format!(
        "name = \"plant\"\n[shifts.office]\nstart = \"09:00\"\nend = \"18:00\"\n[[overtime.tiers]]\nname = \"daily\"\nafter = \"{after}\"\npay = \"overtime_1_5\"\n"
    )
}

/// The hash of the ruleset that a new stream runs with, and the pay lines of ten employees.
async fn asked(server: &Running) -> (String, u64) {
    let header = v1::Header { rulesets: vec![named("plant")], ..header() };
    let answers = server.exchange(header, vec![chunk(0, 0..10)]).await.unwrap();
    let Some(Answering::Header(first)) = &answers[0].part else { panic!("no header") };
    (first.rulesets[0].hash.clone(), support::summary(&answers).pay_lines)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_read_anew_holds_for_new_streams_only() {
    let folder = Folder::new("reload");
    folder.write("plant.toml", rules("8h"));
    let config = Config { workers: 1, rulesets: Some(folder.0.clone()), ..Config::default() };
    let server = Running::start_with(config).await;
    let before = asked(&server).await;

    let (sender, outgoing) = mpsc::channel(4);
    let message = |part| v1::EvaluateStreamRequest { part: Some(part) };
    let running = v1::Header { rulesets: vec![named("plant")], ..header() };
    sender.send(message(Asking::Header(running))).await.unwrap();
    let mut answers = server.client().await.evaluate_stream(ReceiverStream::new(outgoing)).await.unwrap().into_inner();
    let Some(Answering::Header(first)) = answers.message().await.unwrap().unwrap().part else { panic!("no header") };
    assert_eq!(first.rulesets[0].hash, before.0);

    folder.write("plant.toml", rules("24h"));
    server.registry.reload().await.unwrap();
    let after = asked(&server).await;
    assert_ne!(after, before);

    sender.send(message(Asking::Chunk(chunk(0, 0..10)))).await.unwrap();
    drop(sender);
    let mut last = None;
    while let Some(answer) = answers.message().await.unwrap() {
        last = answer.part;
    }
    let Some(Answering::Summary(summary)) = last else { panic!("no summary") };
    assert_eq!(summary.pay_lines, before.1, "a stream under way keeps its rules");

    folder.write("plant.toml", rules("8 hours"));
    assert!(matches!(server.registry.reload().await, Err(ServeError::Ruleset { .. })));
    assert_eq!(asked(&server).await, after, "with mistakes everything stays as it was");
}
