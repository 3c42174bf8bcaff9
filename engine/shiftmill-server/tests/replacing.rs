//! What the service runs is replaced while it runs: calls keep what they began with.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that cannot go on fails")]

mod support;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use shiftmill_proto::v1;
use shiftmill_proto::v1::evaluate_stream_request::Part as Asking;
use shiftmill_proto::v1::evaluate_stream_response::Part as Answering;
use shiftmill_proto::v1::plugins_client::PluginsClient;
use shiftmill_server::{Config, Limits, ServeError};
use support::plugins::{first_header, fixed, meals_of, push, with_plugin};
use support::{Folder, Running, chunk, header, problem};
use tokio::sync::{mpsc, watch};
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

/// A pipe that nobody writes to, as a ruleset.
#[cfg(unix)]
async fn a_pipe_does_not_block_a_reload(server: &Running, folder: &Folder) {
    let pipe = folder.0.join("a.toml");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let reload = tokio::time::timeout(std::time::Duration::from_secs(60), server.registry.reload());
    let refused = reload.await.unwrap().unwrap_err();
    assert!(
        matches!(&refused, ServeError::ReadRulesets { path, source }
        if *path == pipe && source.to_string() == "it is not a regular file inside its folder"),
        "{refused}"
    );
    std::fs::remove_file(pipe).unwrap();
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
    #[cfg(unix)]
    a_pipe_does_not_block_a_reload(&server, &folder).await;
    assert_eq!(asked(&server).await, after, "with mistakes everything stays as it was");
}

/// How many versions take turns, and how often.
const VERSIONS: u32 = 8;
const REPLACEMENTS: usize = 1_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_replacements_under_load_lose_nothing() {
    let folder = Folder::new("swap");
    let components: Vec<Vec<u8>> = (1..=VERSIONS).map(|amount| fixed("meals", amount)).collect();
    folder.write("meals.wasm", &components[0]);
    folder.write("plant.toml", "name = \"plant\"\n[shifts.office]\nstart = \"09:00\"\nend = \"18:00\"\n[[plugin]]\nname = \"meals\"\nfile = \"meals.wasm\"\n");
    let config = Config { workers: 2, rulesets: Some(folder.0.clone()), ..Config::default() };
    let server = Arc::new(Running::start_with(config).await);
    let mut amounts = BTreeMap::new();
    for (component, amount) in components.iter().zip(1..) {
        amounts.insert(push(&server, component.clone()).await.unwrap().hash, amount);
    }
    let amounts = Arc::new(amounts);
    let (done, streams) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let load: Vec<_> = (0..3)
        .map(|_| {
            let (server, amounts) = (Arc::clone(&server), Arc::clone(&amounts));
            let (done, streams) = (Arc::clone(&done), Arc::clone(&streams));
            tokio::spawn(async move {
                while !done.load(Ordering::Relaxed) {
                    answered_by_one_version(&server, &amounts).await;
                    streams.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    for number in 0..REPLACEMENTS {
        folder.write("meals.wasm", &components[number % components.len()]);
        server.registry.reload().await.unwrap();
    }
    done.store(true, Ordering::Relaxed);
    for streams in load {
        streams.await.unwrap();
    }
    assert!(streams.load(Ordering::Relaxed) > 3);
    server.is_untouched().await;
}

/// A stream whose chunks are all paid as the version that its header names pays.
async fn answered_by_one_version(server: &Running, amounts: &BTreeMap<String, u32>) {
    let chunks = (0..4).map(|number| chunk(number, 0..3)).collect();
    let answers = server.exchange(v1::Header { rulesets: vec![named("plant")], ..header() }, chunks).await.unwrap();
    let amount = amounts[&first_header(&answers).rulesets[0].plugins[0].hash];
    let results = support::results(&answers);
    assert_eq!(results.len(), 4);
    assert!(results.iter().all(|result| meals_of(result) == [amount; 3]), "one version for all chunks");
    assert_eq!(support::summary(&answers).errors, 0);
}

/// A version of a plugin: the same code as others, and content of its own. Its number decides how much it pays.
fn version(codes: &[Vec<u8>], number: usize) -> (Vec<u8>, u32) {
    let amount = number % codes.len();
    // A custom section, named `v`.
    let content = u32::try_from(number).unwrap().to_le_bytes();
    let section = [&[0, 6, 1, b'v'], &content[..]].concat();
    ([&codes[amount][..], &section].concat(), u32::try_from(amount).unwrap() + 1)
}

/// A ruleset of the folder, and memory for two pushed plugins.
async fn with_little_room(folder: &Folder) -> Running {
    folder.write("meals.wasm", fixed("pinned", 9));
    folder.write("plant.toml", "name = \"plant\"\n[[plugin]]\nname = \"meals\"\nfile = \"meals.wasm\"\n");
    let limits = Limits { plugins: ROOM, ..Limits::default() };
    Running::start_with(Config { workers: 2, rulesets: Some(folder.0.clone()), limits, ..Config::default() }).await
}

/// How many pushed plugins fit into memory.
const ROOM: usize = 2;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_pushes_into_little_room_lose_nothing() {
    let folder = Folder::new("push");
    let server = Arc::new(with_little_room(&folder).await);
    let codes: Vec<Vec<u8>> = (1..=VERSIONS).map(|amount| fixed("meals", amount)).collect();
    let (latest, newest) = watch::channel(None);
    let answered: Vec<_> = (0..2).map(|_| tokio::spawn(streams(Arc::clone(&server), newest.clone()))).collect();
    drop(newest);
    let mut plugins = PluginsClient::new(server.channel().await);
    for number in 0..REPLACEMENTS {
        let (component, amount) = version(&codes, number);
        let pushed = plugins.push_plugin(v1::PushPluginRequest { component }).await.unwrap().into_inner();
        let kept = plugins.list_plugins(v1::ListPluginsRequest::default()).await.unwrap().into_inner().plugins;
        let pinned = kept.iter().filter(|plugin| plugin.pinned).count();
        assert_eq!(pinned, 1);
        assert!(kept.len() <= ROOM + pinned, "{} plugins are kept", kept.len());
        assert!(kept.iter().any(|plugin| plugin.hash == pushed.hash), "the one that came last is there");
        latest.send_replace(Some((number, pushed, amount)));
    }
    drop(latest);
    let mut streams = 0;
    for answered in answered {
        streams += answered.await.unwrap();
    }
    assert!(streams > 3, "{streams} streams were answered");
    server.is_untouched().await;
}

type Latest = watch::Receiver<Option<(usize, v1::Plugin, u32)>>;

/// Opens streams that bind the plugin that came last, until there are no more. Each stands still after its header until
/// its plugin has long left, and is paid by it all the same. Tells how many were answered.
async fn streams(server: Arc<Running>, mut latest: Latest) -> usize {
    let mut answered = 0;
    while latest.changed().await.is_ok() {
        let Some((number, plugin, amount)) = latest.borrow_and_update().clone() else { continue };
        let (sender, outgoing) = mpsc::channel(4);
        let message = |part| v1::EvaluateStreamRequest { part: Some(part) };
        sender.send(message(Asking::Header(with_plugin(&plugin, "")))).await.unwrap();
        let begun = server.client().await.evaluate_stream(ReceiverStream::new(outgoing)).await;
        let mut answers = begun.unwrap().into_inner();
        let first = match answers.message().await {
            Ok(first) => first.unwrap(),
            Err(late) => {
                // It left before the stream began, or too many new rulesets wait for their trial.
                let code = problem(&late).0;
                assert!(["SM-RULESET-MISTAKES", "SM-BUSY"].contains(&code.as_str()), "{late:?}");
                continue;
            }
        };
        assert_eq!(first_header(std::slice::from_ref(&first)).rulesets[0].plugins[0].hash, plugin.hash);
        let gone = |came: &Option<(usize, v1::Plugin, u32)>| came.as_ref().is_some_and(|came| came.0 > number + ROOM);
        // The last ones stay, as nothing comes after them.
        let _gone = latest.wait_for(gone).await.map(drop);
        for number in 0..4 {
            sender.send(message(Asking::Chunk(chunk(number, 0..3)))).await.unwrap();
        }
        drop(sender);
        let mut all = vec![first];
        while let Some(answer) = answers.message().await.unwrap() {
            all.push(answer);
        }
        let results = support::results(&all);
        assert_eq!((results.len(), support::summary(&all).errors), (4, 0));
        assert!(results.iter().all(|result| meals_of(result) == [amount; 3]), "one version for all chunks");
        answered += 1;
    }
    answered
}

/// Rulesets of a folder: two customers', one that is shared, and one that a shared one may not extend.
fn folder_of_two_customers() -> Folder {
    let folder = Folder::new("shared");
    folder.write("plant.toml", rules("8h"));
    folder.write("c7.toml", "name = \"customer-7\"\n[[plugin]]\nname = \"meals\"\nfile = \"c7.wasm\"\n");
    folder.write("c7.wasm", fixed("c7", 7));
    let base = format!("shared = true\n{}[[plugin]]\nname = \"meals\"\nfile = \"base.wasm\"\n", rules("8h"));
    folder.write("base.toml", base.replace("plant", "base"));
    folder.write("base.wasm", fixed("base", 1));
    folder
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ruleset_that_is_sent_stands_on_shared_files_only() {
    let folder = folder_of_two_customers();
    let config = Config { workers: 1, rulesets: Some(folder.0.clone()), ..Config::default() };
    let server = Running::start_with(config).await;
    let sent = |text: &str| v1::Header { rulesets: vec![support::source(text)], ..header() };
    let plugin = |file: &str| format!("name = \"mine\"\n[[plugin]]\nname = \"meals\"\nfile = \"{file}\"\n");
    for text in ["name = \"mine\"\nextends = \"c7.toml\"\n", "name = \"mine\"\nextends = \"plant.toml\"\n"] {
        let status = server.exchange(sent(text), vec![]).await.unwrap_err();
        assert_eq!(problem(&status).0, "SM-RULESET-MISTAKES");
        let expected = ["there is no ruleset or preset `c7.toml`", "there is no ruleset or preset `plant.toml`"];
        assert!(expected.iter().any(|words| status.message().contains(words)), "{}", status.message());
    }
    let no_shifts = |text: &str| v1::Header { shifts: vec![], ..sent(text) };
    let status = server.exchange(no_shifts(&plugin("c7.wasm")), vec![]).await.unwrap_err();
    assert!(status.message().contains("names its plugins by their `hash`"), "{}", status.message());
    assert!(server.exchange(no_shifts(&plugin("base.wasm")), vec![]).await.is_ok());
    let text = "name = \"mine\"\nextends = \"base.toml\"\n";
    let answers = server.exchange(sent(text), vec![chunk(0, 0..3)]).await.unwrap();
    assert_eq!(support::summary(&answers).employees, 3);

    // A name that is known works; a guess is told presets and shared rulesets only.
    assert!(server.exchange(v1::Header { rulesets: vec![named("plant")], ..header() }, vec![]).await.is_ok());
    let guess = async |name: &str| {
        let header = v1::Header { rulesets: vec![named(name)], ..header() };
        server.exchange(header, vec![]).await.unwrap_err().message().to_owned()
    };
    assert_eq!(guess("customer-8").await, "no ruleset is named `customer-8`");
    assert_eq!(guess("bass").await, "no ruleset is named `bass`; did you mean `base`?");

    folder.write("base.toml", "name = \"base\"\nshared = true\nextends = \"plant.toml\"\n");
    let refused = server.registry.reload().await.unwrap_err();
    assert_eq!(refused.to_string(), "ruleset `base` is shared, and extends `plant.toml`, which is not");
}
