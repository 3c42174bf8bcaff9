//! Plugins over gRPC: taken in, refused, called, failing, replaced under load.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that cannot go on fails")]

#[path = "../../shiftmill-plugin-host/tests/hostile/guest.rs"]
#[allow(dead_code, reason = "other tests use more of it")]
mod guest;
mod support;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use guest::{Guest, SLOW};
use shiftmill::core::{FailureCode, TimecardBatch};
use shiftmill::plugin_host::HostSettings;
use shiftmill_proto::v1;
use shiftmill_proto::v1::evaluate_stream_request::Part as Asking;
use shiftmill_proto::v1::evaluate_stream_response::Part as Answering;
use shiftmill_proto::v1::plugins_client::PluginsClient;
use shiftmill_proto::v1::rulesets_client::RulesetsClient;
use shiftmill_server::{Config, Limits, read_results};
use support::{Folder, Running, eventually, facts, header, problem, source};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Status};

/// The number of `meal_premium` among the pay codes of every ruleset.
const MEAL: u32 = 16;

/// A plugin that pays every employee so many meals, and does `bad` to those with exactly three days.
fn meals(name: &str, amount: &str, bad: &str) -> Guest {
    let pay = format!(
        "(call $edit (local.get $employee) (i32.const 9) (i32.const 0)
            (call $workday (local.get $cards) (call $first_day (local.get $cards) (local.get $employee)))
            (i64.const 0) (i64.const 0) (i32.const {MEAL}) {amount} (i32.const 0))"
    );
    Guest::new(name, if bad.is_empty() { &pay } else { bad }).with(|guest| guest.good = pay.clone())
}

fn fixed(name: &str, amount: u32) -> Vec<u8> {
    meals(name, &format!("(i64.const {amount})"), "").component()
}

async fn push(server: &Running, component: Vec<u8>) -> Result<v1::Plugin, Status> {
    let mut plugins = PluginsClient::new(server.channel().await);
    Ok(plugins.push_plugin(v1::PushPluginRequest { component }).await?.into_inner())
}

/// A ruleset with a plugin, sent as text.
fn with_plugin(plugin: &v1::Plugin, more: &str) -> v1::Header {
    let text = format!(
        "name = \"acme\"\n[shifts.office]\nstart = \"09:00\"\nend = \"18:00\"\n[[plugin]]\nname = \"meals\"\nhash = \"{}\"\n{more}",
        plugin.hash
    );
    v1::Header { rulesets: vec![source(&text)], ..header() }
}

/// What employees of one chunk are paid in meals.
fn meals_of(result: &v1::ChunkResult) -> Vec<u32> {
    let lines = result.line_code.iter().zip(&result.line_amount);
    lines.filter(|(code, _)| **code == MEAL).map(|(_, amount)| *amount).collect()
}

fn first_header(answers: &[v1::EvaluateStreamResponse]) -> &v1::ResponseHeader {
    match answers.first().and_then(|answer| answer.part.as_ref()) {
        Some(Answering::Header(header)) => header,
        other => panic!("the first answer is no header: {other:?}"),
    }
}

/// Employees of whom every second one works on three days only.
fn some_with_three_days(employees: u64) -> TimecardBatch {
    let mut batch = TimecardBatch::default();
    for number in 0..employees {
        let mut card = facts(number);
        if number % 2 == 1 {
            card.shifts.truncate(3);
            let end = card.shifts.last().map(|shift| i64::from(shift.workday.0 + 1) * 86_400 + 18_000).unwrap();
            card.punches.retain(|punch| punch.at.0 < end);
        }
        batch.push(&card).unwrap();
    }
    batch
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_that_was_pushed_is_called_by_its_hash() {
    let server = Running::start(Limits::default()).await;
    let plugin = push(&server, fixed("meals", 2)).await.unwrap();
    assert_eq!(plugin.name, format!("plugins/{}", plugin.hash));
    assert_eq!((plugin.plugin.as_str(), plugin.version.as_str()), ("meals", "0.1.0"));
    let manifest = plugin.manifest.as_ref().unwrap();
    assert_eq!(manifest.hooks, [v1::PluginHook::Days as i32]);
    assert_eq!(manifest.rules[0].english, "has a meal");
    assert!(!plugin.pinned && !plugin.quarantined);
    assert_eq!(push(&server, fixed("meals", 2)).await.unwrap(), plugin, "pushing it again changes nothing");

    let header = v1::Header { detail: v1::Detail::Full as i32, ..with_plugin(&plugin, "") };
    let answers = server.exchange(header, vec![support::chunk(0, 0..3)]).await.unwrap();
    let ruleset = &first_header(&answers).rulesets[0];
    assert_eq!((ruleset.plugins[0].name.as_str(), &ruleset.plugins[0].hash), ("meals", &plugin.hash));
    let rule = ruleset.reason_rules.iter().find(|rule| rule.key == "meal").unwrap();
    assert_eq!(ruleset.rules[rule.rule as usize], "meals/meal");
    assert_eq!(ruleset.carried_keys[0].name, "meals/points");
    let result = support::results(&answers).remove(0);
    assert_eq!(meals_of(&result), [2, 2, 2]);
    let line = result.line_code.iter().position(|code| *code == MEAL).unwrap();
    assert_eq!(result.line_rule[line], rule.rule);
    assert_eq!(result.plugin_reason_count, [1, 1, 1]);
    let read = read_results(result).unwrap();
    assert_eq!((read.quantities.len(), read.reasons.len()), (3, 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn plugins_are_listed_page_by_page() {
    let server = Running::start(Limits::default()).await;
    let mut hashes = Vec::new();
    for amount in 1..=5 {
        hashes.push(push(&server, fixed("meals", amount)).await.unwrap().hash);
    }
    hashes.sort();
    let mut plugins = PluginsClient::new(server.channel().await);
    let mut listed = Vec::new();
    let mut page_token = String::new();
    loop {
        let page =
            plugins.list_plugins(v1::ListPluginsRequest { page_size: 2, page_token }).await.unwrap().into_inner();
        assert!(page.plugins.len() <= 2 && page.plugins.iter().all(|plugin| plugin.manifest.is_none()));
        listed.extend(page.plugins.into_iter().map(|plugin| plugin.hash));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    assert_eq!(listed, hashes);
    let odd = v1::ListPluginsRequest { page_size: -1, page_token: "x".to_owned() };
    assert_eq!(problem(&plugins.list_plugins(odd).await.unwrap_err()).1, ["page_token"]);

    let get = |name: String| v1::GetPluginRequest { name };
    let found = plugins.get_plugin(get(format!("plugins/{}", hashes[0]))).await.unwrap().into_inner();
    assert!(found.manifest.is_some());
    let unknown = plugins.get_plugin(get(format!("plugins/{}", "0".repeat(64)))).await.unwrap_err();
    assert_eq!((unknown.code(), problem(&unknown).0.as_str()), (Code::NotFound, "SM-PLUGIN-UNKNOWN"));
    assert_eq!(problem(&plugins.get_plugin(get("meals".to_owned())).await.unwrap_err()).0, "SM-VALUE-UNKNOWN");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_plugin_is_refused_with_every_objection() {
    let server = Running::start(Limits::default()).await;
    let foreign = fixed("meals", 1);
    for (component, said) in [
        (b"not a plugin".to_vec(), "no WebAssembly"),
        (meals("meals", "(i64.const 1)", "").module(), "core module"),
        (foreign[..foreign.len() - 40].to_vec(), ""),
        (Vec::new(), "no WebAssembly"),
    ] {
        let status = push(&server, component).await.unwrap_err();
        let (code, fields) = problem(&status);
        assert_eq!((status.code(), code.as_str()), (Code::InvalidArgument, "SM-PLUGIN-REFUSED"), "{status:?}");
        assert!(!fields.is_empty() && fields.iter().all(|field| field == "component"));
        assert!(status.message().contains(said), "{}", status.message());
    }
    let large = push(&server, vec![0; (4 << 20) + 1]).await.unwrap_err();
    assert_eq!(problem(&large).0, "SM-PLUGIN-REFUSED", "{large:?}");
    assert!(push(&server, vec![0; 8 << 20]).await.is_err());
    server.is_untouched().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn plugins_not_used_for_longest_leave() {
    let server = Running::start(Limits { plugins: 2, ..Limits::default() }).await;
    let first = push(&server, fixed("meals", 1)).await.unwrap();
    let second = push(&server, fixed("meals", 2)).await.unwrap();
    let running = with_plugin(&first, "");
    assert!(server.exchange(running.clone(), vec![]).await.is_ok());
    push(&server, fixed("meals", 3)).await.unwrap();
    assert!(server.exchange(running, vec![]).await.is_ok(), "it was used last");
    let status = server.exchange(with_plugin(&second, ""), vec![]).await.unwrap_err();
    assert_eq!(problem(&status).0, "SM-RULESET-MISTAKES", "{status:?}");
    assert!(format!("{status:?}").contains("push it first"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ruleset_that_is_sent_names_no_files() {
    let server = Running::start(Limits::default()).await;
    let mut rulesets = RulesetsClient::new(server.channel().await);
    let text = "name = \"acme\"\n[[plugin]]\nname = \"meals\"\nfile = \"meals.wasm\"\n".to_owned();
    let answer = rulesets.validate(v1::ValidateRequest { text, file_name: String::new() }).await.unwrap().into_inner();
    assert_eq!((answer.mistakes[0].line, answer.mistakes[0].column), (4, 8));
    assert!(answer.mistakes[0].message.contains("by their `hash`"), "{:?}", answer.mistakes);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_costs_its_timecard_or_the_plugins_edits_on_it() {
    let server = Running::start(Limits::default()).await;
    let plugin = push(&server, meals("meals", "(i64.const 1)", "unreachable").component()).await.unwrap();
    let vocabulary = support::vocabulary();
    for (more, skipped) in [("", false), ("on_failure = \"skip\"\n", true)] {
        let chunk = vocabulary.chunk(0, some_with_three_days(6));
        let answers = server.exchange(with_plugin(&plugin, more), vec![chunk]).await.unwrap();
        let result = support::results(&answers).remove(0);
        let failed: Vec<_> = result.plugin_failures.iter().map(|failure| failure.employee).collect();
        assert_eq!(failed, [1, 3, 5]);
        let failure = &result.plugin_failures[0];
        assert_eq!((failure.binding.as_str(), failure.plugin.as_str()), ("meals", "meals 0.1.0"));
        assert_eq!((failure.code.as_str(), failure.hook()), ("SM-PLUGIN-PANIC", v1::PluginHook::Days));
        assert!(!failure.message.is_empty());
        assert_eq!(failure.skipped, skipped);
        let errors: Vec<_> = result.errors.iter().map(|error| (error.employee, error.code.as_str())).collect();
        match skipped {
            true => assert_eq!(errors, []),
            false => assert_eq!(errors, [1, 3, 5].map(|employee| (employee, "SM-PLUGIN-PANIC"))),
        }
        let marked = result.exception_code.iter().filter(|code| **code == v1::ExceptionCode::PluginFailed as u8);
        assert_eq!(marked.count(), if skipped { 3 } else { 0 });
        assert_eq!(meals_of(&result), [1, 1, 1], "the others are paid");
        let read = read_results(result).unwrap();
        assert!(read.failures.iter().all(|failure| failure.code == FailureCode::Panic));
    }
    server.is_untouched().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_that_does_not_keep_employees_apart_ends_the_stream() {
    let plugins = HostSettings { audit_one_in: 1, ..HostSettings::default() };
    let server = Running::start_with(Config { workers: 1, plugins, ..Config::default() }).await;
    let crowd = "(i64.extend_i32_u (call $employees (local.get $cards)))";
    let plugin = push(&server, meals("crowd", crowd, "").component()).await.unwrap();
    let status = server.exchange(with_plugin(&plugin, ""), vec![support::chunk(0, 0..10)]).await.unwrap_err();
    assert_eq!(problem(&status).0, "SM-PLUGIN-NOT-INDEPENDENT", "{status:?}");
    assert_eq!(status.code(), Code::FailedPrecondition);

    let again = server.exchange(with_plugin(&plugin, ""), vec![support::chunk(0, 0..10)]).await.unwrap_err();
    assert_eq!(problem(&again).0, "SM-PLUGIN-NOT-INDEPENDENT", "it is quarantined: {again:?}");
    let apart = with_plugin(&plugin, "isolation = \"employee\"\n");
    assert!(push(&server, meals("crowd", crowd, "").component()).await.is_ok_and(|plugin| !plugin.quarantined));
    let answers = server.exchange(apart, vec![support::chunk(0, 0..10)]).await.unwrap();
    assert_eq!(meals_of(&support::results(&answers)[0]), [1; 10]);
    server.is_untouched().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_that_fails_for_everybody_fails_for_each() {
    let server = Running::start(Limits::default()).await;
    let broken = meals("broken", "(i64.const 1)", "").with(|guest| guest.entry = "unreachable".to_owned());
    let plugin = push(&server, broken.component()).await.unwrap();
    let answers = server.exchange(with_plugin(&plugin, ""), vec![support::chunk(0, 0..200)]).await.unwrap();
    let result = support::results(&answers).remove(0);
    assert_eq!((result.errors.len(), result.plugin_failures.len()), (200, 200));
    assert!(result.errors.iter().all(|error| error.code == "SM-PLUGIN-PANIC"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_that_burns_its_fuel_in_vain_ends_the_stream() {
    let server = Running::start(Limits::default()).await;
    let endless = meals("endless", "(i64.const 1)", "").with(|guest| guest.good = guest::endless());
    let plugin = push(&server, endless.component()).await.unwrap();
    let status = server.exchange(with_plugin(&plugin, ""), vec![support::chunk(0, 0..200)]).await.unwrap_err();
    assert_eq!(problem(&status).0, "SM-PLUGIN-BROKEN", "{status:?}");
    assert_eq!(status.code(), Code::FailedPrecondition);
    server.is_untouched().await;
}

/// A readable timecard of a Monday.
fn readable(number: u32) -> v1::Timecard {
    let punch = |at: &str| v1::Punch { at: at.to_owned(), ..v1::Punch::default() };
    let punches = vec![punch("2026-03-02 09:00"), punch("2026-03-02 17:00")];
    v1::Timecard { employee: format!("E{number}"), punches, ..v1::Timecard::default() }
}

/// So many readable timecards, asked about with the ruleset and window of a stream.
fn readable_call(header: &v1::Header, timecards: u32) -> v1::EvaluateRequest {
    v1::EvaluateRequest {
        ruleset: header.rulesets.first().cloned(),
        window: header.window.clone(),
        zone: header.zones[0].clone(),
        timecards: (0..timecards).map(readable).collect(),
        ..v1::EvaluateRequest::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_plugins_may_put_out_counts_before_it_is_there() {
    // A stream has 2 MiB, and the window 30 days.
    let server = Running::start(Limits { bytes_under_way: 8 << 20, ..Limits::default() }).await;
    let header = with_plugin(&push(&server, fixed("meals", 1)).await.unwrap(), "");
    let chunks = vec![support::chunk(0, 0..55), support::chunk(1, 0..62), support::chunk(2, 0..55)];
    let answers = server.exchange(header.clone(), chunks).await.unwrap();
    let refused = support::chunk_errors(&answers);
    let told: Vec<_> =
        refused.iter().map(|error| (error.number, error.code.as_str(), error.message.as_str())).collect();
    let message = "plugins may put out as much as 3 MiB for 62 employees, and there is room for 2 MiB: send about 60 \
                   at a time";
    assert_eq!(told, [(1, "SM-TOO-MANY", message)]);
    assert_eq!(refused[0].violations[0].field, "chunks[1].employees");
    assert_eq!(support::summary(&answers).chunks, 2);

    let mut client = server.client().await;
    let status = client.evaluate(readable_call(&header, 100)).await.unwrap_err();
    assert_eq!(problem(&status), ("SM-TOO-MANY".to_owned(), vec!["timecards".to_owned()]));
    assert!(client.evaluate(readable_call(&header, 20)).await.is_ok());
}

/// A ruleset with a plugin that takes as long as it may for every employee.
async fn with_slow_plugin(server: &Running) -> v1::Header {
    let slow = meals("slow", "(i64.const 1)", SLOW).with(|guest| guest.good = SLOW.to_owned());
    with_plugin(&push(server, slow.component()).await.unwrap(), "")
}

/// A stream whose chunks would keep the only worker busy for minutes; its header has been answered. It ends when the
/// sender is dropped.
async fn slow_stream(
    server: &Running,
) -> (mpsc::Sender<v1::EvaluateStreamRequest>, tonic::Streaming<v1::EvaluateStreamResponse>) {
    let (sender, outgoing) = mpsc::channel(8);
    let chunks = (0..4).map(|number| Asking::Chunk(support::chunk(number, 0..400)));
    for part in std::iter::once(Asking::Header(with_slow_plugin(server).await)).chain(chunks) {
        sender.send(v1::EvaluateStreamRequest { part: Some(part) }).await.unwrap();
    }
    let mut client = server.client().await;
    let mut answers = client.evaluate_stream(ReceiverStream::new(outgoing)).await.unwrap().into_inner();
    assert!(matches!(answers.message().await.unwrap().unwrap().part, Some(Answering::Header(_))));
    (sender, answers)
}

/// Waits until the only worker evaluates for others again.
async fn worker_is_free(server: &Running) {
    let answered = tokio::time::timeout(Duration::from_secs(20), server.is_untouched()).await;
    assert!(answered.is_ok(), "the worker is held by a call that has ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_has_gone_holds_no_worker() {
    let server = Running::start(Limits::default()).await;
    let all = server.budget.free();
    let stream = slow_stream(&server).await;
    eventually("chunks to be under way", || server.budget.free() < all).await;
    drop(stream);
    worker_is_free(&server).await;
    eventually("the memory to come back", || server.budget.free() == all).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_took_too_long_holds_no_worker() {
    let server = Running::start(Limits { stream_time: Duration::from_secs(1), ..Limits::default() }).await;
    let all = server.budget.free();
    let (_sender, mut answers) = slow_stream(&server).await;
    assert_eq!(problem(&answers.message().await.unwrap_err()).0, "SM-DEADLINE");
    worker_is_free(&server).await;
    eventually("the memory to come back", || server.budget.free() == all).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stops_does_not_wait_for_a_plugin() {
    let mut server = Running::start(Limits { drain_time: Duration::from_millis(2_500), ..Limits::default() }).await;
    let all = server.budget.free();
    let (_sender, mut answers) = slow_stream(&server).await;
    server.stop();
    assert_eq!(problem(&answers.message().await.unwrap_err()).0, "SM-DRAINING");
    eventually("the chunk under way to end", || server.budget.free() == all).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_nobody_waits_for_holds_no_worker() {
    let server = Running::start(Limits { timecards_per_call: 600, ..Limits::default() }).await;
    let header = with_slow_plugin(&server).await;
    let mut client = server.client().await;
    let waited = tokio::time::timeout(Duration::from_secs(1), client.evaluate(readable_call(&header, 600))).await;
    assert!(waited.is_err(), "{waited:?}");
    worker_is_free(&server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_carried_over_is_carried_in_again() {
    let server = Running::start(Limits::default()).await;
    // One point more than was carried in.
    let carry = "(call $edit (local.get $employee) (i32.const 11) (i32.const 0)
            (call $workday (local.get $cards) (call $first_day (local.get $cards) (local.get $employee)))
            (i64.const 0) (i64.const 0) (i32.const 0) (i64.const 7) (i32.const 0))";
    let component = Guest::new("points", carry).with(|guest| guest.good = carry.to_owned()).component();
    let plugin = push(&server, component).await.unwrap();
    let header = v1::Header { carried_keys: vec!["meals/points".to_owned()], ..with_plugin(&plugin, "") };
    let answers = server.exchange(header.clone(), vec![support::chunk(0, 0..2)]).await.unwrap();
    let result = support::results(&answers).remove(0);
    assert_eq!((result.carried_count, result.carried_value), (vec![1, 1], vec![7, 7]));
    assert_eq!(first_header(&answers).rulesets[0].carried_keys[result.carried_key[0] as usize].name, "meals/points");

    let mut chunk = support::chunk(1, 0..2);
    (chunk.carried_owner, chunk.carried_key, chunk.carried_value) = (vec![1], vec![0], vec![3]);
    let answers = server.exchange(header, vec![chunk]).await.unwrap();
    assert_eq!(support::results(&answers)[0].carried_value, [7, 7]);
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
    let named = v1::RulesetSource {
        source: Some(v1::ruleset_source::Source::Name("plant".to_owned())),
        ..v1::RulesetSource::default()
    };
    let chunks = (0..4).map(|number| support::chunk(number, 0..3)).collect();
    let answers = server.exchange(v1::Header { rulesets: vec![named], ..header() }, chunks).await.unwrap();
    let amount = amounts[&first_header(&answers).rulesets[0].plugins[0].hash];
    let results = support::results(&answers);
    assert_eq!(results.len(), 4);
    assert!(results.iter().all(|result| meals_of(result) == [amount; 3]), "one version for all chunks");
    assert_eq!(support::summary(&answers).errors, 0);
}
