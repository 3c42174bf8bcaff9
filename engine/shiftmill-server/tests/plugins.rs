//! Plugins over gRPC: taken in, refused, called, failing.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that cannot go on fails")]

mod support;

use std::time::Duration;

use shiftmill::core::{FailureCode, TimecardBatch};
use shiftmill::plugin_host::{HostSettings, PluginAllowance};
use shiftmill_guests::{Guest, SLOW, endless};
use shiftmill_proto::v1;
use shiftmill_proto::v1::evaluate_stream_request::Part as Asking;
use shiftmill_proto::v1::evaluate_stream_response::Part as Answering;
use shiftmill_proto::v1::plugins_client::PluginsClient;
use shiftmill_proto::v1::rulesets_client::RulesetsClient;
use shiftmill_server::{Config, Limits, ServeError, Server};
use shiftmill_wire::results;
use support::plugins::{MEAL, first_header, fixed, meals, meals_of, push, with_plugin};
use support::{Folder, Running, eventually, facts, header, problem, source};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Code;

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
    let read = results::read(result).unwrap();
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
    for (page_size, page_token, field) in [(-1, "", "page_size"), (1, "x", "page_token")] {
        let odd = v1::ListPluginsRequest { page_size, page_token: page_token.to_owned() };
        assert_eq!(problem(&plugins.list_plugins(odd).await.unwrap_err()).1, [field]);
    }

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
        (b"not a plugin".to_vec(), "not WebAssembly"),
        (meals("meals", "(i64.const 1)", "").module(), "core module"),
        (foreign[..foreign.len() - 40].to_vec(), ""),
        (Vec::new(), "not WebAssembly"),
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
async fn hundreds_of_objections_and_mistakes_reach_the_caller() {
    let server = Running::start(Limits::default()).await;
    // A manifest with a few hundred columns that do not exist.
    let mut guest = meals("meals", "(i64.const 1)", "");
    guest.columns = (0..300).map(|number| format!("span.{}{number}", "x".repeat(50))).collect();
    let status = push(&server, guest.component()).await.unwrap_err();
    let (code, fields) = problem(&status);
    assert_eq!((code.as_str(), fields.len()), ("SM-PLUGIN-REFUSED", 21), "{status:?}");
    assert!(
        status.message().contains("there is no column") && status.message().contains("more"),
        "{}",
        status.message()
    );

    let many: String = (0..400).map(|number| format!("colour_{number} = \"{}\"\n", "x".repeat(200))).collect();
    let header = v1::Header { rulesets: vec![source(&format!("name = \"acme\"\n{many}"))], ..header() };
    let status = server.exchange(header, vec![]).await.unwrap_err();
    let (code, fields) = problem(&status);
    assert_eq!((code.as_str(), fields.len()), ("SM-RULESET-MISTAKES", 21), "{status:?}");
    assert!(status.message().starts_with("the ruleset has more than 100 mistakes: "), "{}", status.message());
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
    for (more, skipped) in [("", false), ("on_failure = \"skip\"\n", true)] {
        let chunk = support::message(0, some_with_three_days(6));
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
        let read = results::read(result).unwrap();
        assert!(read.failures.iter().all(|failure| failure.code == FailureCode::Panic));
    }
    server.is_untouched().await;
}

/// Pays by whether an employee is alone, when it has more days than those that the ruleset was tried with.
const CROWD: &str = "(i64.extend_i32_u (i32.add (i32.const 1) (i32.and
    (i32.gt_u (call $employees (local.get $cards)) (i32.const 1))
    (i32.gt_u (call $days (local.get $cards) (local.get $employee)) (i32.const 15)))))";

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_that_does_not_keep_employees_apart_ends_the_stream() {
    let plugins = HostSettings { audit_one_in: 1, ..HostSettings::default() };
    let server = Running::start_with(Config { workers: 1, plugins, ..Config::default() }).await;
    let plugin = push(&server, meals("crowd", CROWD, "").component()).await.unwrap();
    let status = server.exchange(with_plugin(&plugin, ""), vec![support::chunk(0, 0..50)]).await.unwrap_err();
    assert_eq!(problem(&status).0, "SM-PLUGIN-NOT-INDEPENDENT", "{status:?}");
    assert_eq!(status.code(), Code::FailedPrecondition);

    let again = server.exchange(with_plugin(&plugin, ""), vec![support::chunk(0, 0..10)]).await.unwrap_err();
    assert_eq!(problem(&again).0, "SM-PLUGIN-NOT-INDEPENDENT", "it is quarantined: {again:?}");
    let apart = with_plugin(&plugin, "isolation = \"employee\"\n");
    let pushed = push(&server, meals("crowd", CROWD, "").component()).await;
    assert!(pushed.is_ok_and(|plugin| plugin.quarantined), "the same bytes stay in quarantine");
    let answers = server.exchange(apart, vec![support::chunk(0, 0..50)]).await.unwrap();
    assert_eq!(meals_of(&support::results(&answers)[0]), [1; 50]);
    server.is_untouched().await;
}

/// Pays one meal and uses some millions of units of fuel for each employee.
fn busy() -> Guest {
    meals("busy", "(call $busy)", "").with(|guest| {
        guest.fields = "(func $busy (result i64) (local $left i32) (local.set $left (i32.const 700000))
            (loop $again
                (local.set $left (i32.sub (local.get $left) (i32.const 1))) (br_if $again (local.get $left)))
            (i64.const 1))"
            .to_owned();
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_plugins_of_a_stream_have_a_budget_of_which_the_caller_is_told() {
    let hour = Duration::from_secs(3_600);
    let plugin_allowance =
        PluginAllowance { fuel: 1_000_000, fuel_per_day: 100_000, time: hour, time_per_day: Duration::ZERO };
    let server = Running::start(Limits { plugin_allowance, ..Limits::default() }).await;
    let plugin = push(&server, busy().component()).await.unwrap();
    // Thirty days of facts and the base allow one employee four million units, and fifty employees three million each.
    let (one, many) = (vec![support::chunk(0, 0..1)], vec![support::chunk(0, 0..50)]);
    let status = server.exchange(with_plugin(&plugin, ""), one).await.unwrap_err();
    assert_eq!((status.code(), problem(&status).0.as_str()), (Code::ResourceExhausted, "SM-REQUEST-BUDGET"));
    let allowed = "of 4 million units of fuel and 0.";
    assert!(status.message().contains(allowed) && status.message().contains("`busy 0.1.0`"), "{}", status.message());
    let status = server.exchange(with_plugin(&plugin, ""), many).await.unwrap_err();
    assert_eq!(problem(&status).0, "SM-REQUEST-BUDGET");

    let plugin = push(&server, fixed("meals", 2)).await.unwrap();
    let chunks = vec![support::chunk(0, 0..20), support::chunk(1, 20..40)];
    let answers = server.exchange(with_plugin(&plugin, ""), chunks).await.unwrap();
    let told = first_header(&answers).plugin_budget.unwrap();
    assert_eq!((told.fuel, told.fuel_per_employee_day), (1_000_000, 100_000));
    let used: Vec<_> = support::results(&answers).iter().map(|result| result.plugin_use.unwrap()).collect();
    assert!(used[0].fuel > 0 && used[0].fuel < used[1].fuel, "{used:?}");
    let all = support::summary(&answers).plugin_use.unwrap();
    assert_eq!((all.fuel, all.fuel_max), (used[1].fuel, 1_000_000 + 40 * 30 * 100_000));
    // A stream without plugins has no budget.
    let answers = server.exchange(header(), vec![support::chunk(0, 0..1)]).await.unwrap();
    assert_eq!((first_header(&answers).plugin_budget, support::summary(&answers).plugin_use), (None, None));
    server.is_untouched().await;
}

/// Pays each employee one meal more than the one before.
fn counting() -> Guest {
    let next = "(i64.extend_i32_u (call $next))";
    meals("counting", next, "").with(|guest| {
        guest.fields = "(global $count (mut i32) (i32.const 0))
            (func $next (result i32)
                (global.set $count (i32.add (global.get $count) (i32.const 1))) (global.get $count))"
            .to_owned();
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ruleset_whose_plugin_mixes_employees_is_refused_when_it_is_sent() {
    let server = Running::start(Limits::default()).await;
    let plugin = push(&server, counting().component()).await.unwrap();
    let header = with_plugin(&plugin, "");
    let status = server.exchange(header.clone(), vec![]).await.unwrap_err();
    assert_eq!((status.code(), problem(&status).0.as_str()), (Code::FailedPrecondition, "SM-PLUGIN-NOT-INDEPENDENT"));
    assert_eq!(problem(&status).1, ["header.rulesets[0]"]);
    let message = status.message();
    assert!(
        message.starts_with("plugin `meals` of ruleset `acme` does not keep employees apart: employee E"),
        "{message}"
    );
    assert!(message.contains("meal_premium"), "{message}");

    let mut plugins = PluginsClient::new(server.channel().await);
    let found = plugins.get_plugin(v1::GetPluginRequest { name: plugin.name.clone() }).await.unwrap().into_inner();
    assert!(!found.quarantined, "others may use it");
    let apart = with_plugin(&plugin, "isolation = \"employee\"\n");
    assert!(server.exchange(apart, vec![support::chunk(0, 0..3)]).await.is_ok(), "it is not pushed anew");
    let mut rulesets = RulesetsClient::new(server.channel().await);
    let Some(v1::ruleset_source::Source::Text(text)) = header.rulesets[0].source.clone() else { panic!("no text") };
    let refused = rulesets.validate(v1::ValidateRequest { text, file_name: String::new() }).await.unwrap_err();
    assert_eq!(problem(&refused), ("SM-PLUGIN-NOT-INDEPENDENT".to_owned(), vec!["text".to_owned()]));
    server.is_untouched().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ruleset_of_the_folder_whose_plugin_mixes_employees_is_refused() {
    let folder = Folder::new("mixing");
    folder.write("meals.wasm", fixed("meals", 1));
    folder.write("plant.toml", "name = \"plant\"\n[[plugin]]\nname = \"meals\"\nfile = \"meals.wasm\"\n");
    let config = Config { workers: 1, rulesets: Some(folder.0.clone()), ..Config::default() };
    let server = Running::start_with(config.clone()).await;
    let mut plugins = PluginsClient::new(server.channel().await);
    let all = v1::ListPluginsRequest::default();
    let before = plugins.list_plugins(all.clone()).await.unwrap().into_inner();

    folder.write("meals.wasm", counting().component());
    let refused = server.registry.reload().await.unwrap_err();
    assert!(matches!(refused, ServeError::Trial { .. }), "{refused:?}");
    let after = plugins.list_plugins(all).await.unwrap().into_inner();
    assert!(before.plugins[0].pinned && after == before, "everything stays as it was");
    assert!(matches!(Server::bind(config), Err(ServeError::Trial { .. })), "it does not start either");
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
    let endless = meals("endless", "(i64.const 1)", "").with(|guest| guest.good = endless());
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
    let limits = Limits { bytes_under_way: 8 << 20, peer_percent: 100, ..Limits::default() };
    let server = Running::start(limits).await;
    let header = with_plugin(&push(&server, fixed("meals", 1)).await.unwrap(), "");
    let chunks = vec![support::chunk(0, 0..55), support::chunk(1, 0..62), support::chunk(2, 0..55)];
    let answers = server.exchange(header.clone(), chunks).await.unwrap();
    let refused = support::chunk_errors(&answers);
    let told: Vec<_> =
        refused.iter().map(|error| (error.number, error.code.as_str(), error.message.as_str())).collect();
    let message = "the edits of plugins may need 3 MiB for 62 employees; the limit is 2 MiB: send about 60 employees at a \
                   time";
    assert_eq!(told, [(1, "SM-TOO-MANY", message)]);
    assert_eq!(refused[0].violations[0].field, "chunks[1].employees");
    assert_eq!(support::summary(&answers).chunks, 2);

    // A call may use all memory: the rows of a hundred timecards need 3 MiB, whatever is said about them.
    let server = Running::start(Limits { bytes_under_way: 2 << 20, ..Limits::default() }).await;
    let header = with_plugin(&push(&server, fixed("meals", 1)).await.unwrap(), "");
    let mut client = server.client().await;
    let status = client.evaluate(readable_call(&header, 100)).await.unwrap_err();
    assert_eq!(problem(&status), ("SM-TOO-MANY".to_owned(), vec!["timecards".to_owned()]));
    assert!(client.evaluate(readable_call(&header, 20)).await.is_ok());
}

/// Limits under which a slow plugin is ended by the test, and never by its budget, however fast the machine is.
fn without_budget() -> Limits {
    let hour = Duration::from_secs(3_600);
    let plugin_allowance =
        PluginAllowance { fuel: u64::MAX, fuel_per_day: 0, time: hour, time_per_day: Duration::ZERO };
    Limits { plugin_allowance, ..Limits::default() }
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
    let chunks = (0..4).map(|number| Asking::Chunk(support::chunk(number, 0..1_000)));
    for part in std::iter::once(Asking::Header(with_slow_plugin(server).await)).chain(chunks) {
        sender.send(v1::EvaluateStreamRequest { part: Some(part) }).await.unwrap();
    }
    let mut client = server.client().await;
    let mut answers = client.evaluate_stream(ReceiverStream::new(outgoing)).await.unwrap().into_inner();
    assert!(matches!(answers.message().await.unwrap().unwrap().part, Some(Answering::Header(_))));
    (sender, answers)
}

/// Waits until the only worker evaluates for others.
async fn worker_is_free(server: &Running) {
    let answered = tokio::time::timeout(Duration::from_secs(20), server.is_untouched()).await;
    assert!(answered.is_ok(), "the worker is held");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_plugin_holds_neither_streams_nor_calls() {
    let server = Running::start(without_budget()).await;
    let (_sender, mut answers) = slow_stream(&server).await;
    let mut client = server.client().await;
    for _ in 0..20 {
        worker_is_free(&server).await;
        let plain = readable_call(&header(), 1);
        let answered = tokio::time::timeout(Duration::from_secs(20), client.evaluate(plain)).await;
        assert!(answered.is_ok_and(|answer| answer.is_ok()));
    }
    let goes_on = tokio::time::timeout(Duration::from_millis(10), answers.message()).await;
    assert!(goes_on.is_err(), "its first chunk takes longer than all of these: {goes_on:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_has_gone_holds_no_worker() {
    let server = Running::start(without_budget()).await;
    let all = server.budget.free();
    let stream = slow_stream(&server).await;
    eventually("chunks to be under way", || server.budget.free() < all).await;
    drop(stream);
    worker_is_free(&server).await;
    eventually("the memory to come back", || server.budget.free() == all).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_took_too_long_holds_no_worker() {
    // Long enough for the trial of the ruleset on a busy machine.
    let server = Running::start(Limits { stream_time: Duration::from_secs(5), ..without_budget() }).await;
    let all = server.budget.free();
    let (_sender, mut answers) = slow_stream(&server).await;
    // A fast machine answers chunks before that.
    let ended = loop {
        match answers.message().await {
            Ok(answer) => assert!(answer.is_some(), "the stream ended by itself"),
            Err(status) => break status,
        }
    };
    assert_eq!(problem(&ended).0, "SM-DEADLINE");
    worker_is_free(&server).await;
    eventually("the memory to come back", || server.budget.free() == all).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stops_does_not_wait_for_a_plugin() {
    let mut server = Running::start(Limits { drain_time: Duration::from_millis(2_500), ..without_budget() }).await;
    let all = server.budget.free();
    let (_sender, mut answers) = slow_stream(&server).await;
    server.stop();
    assert_eq!(problem(&answers.message().await.unwrap_err()).0, "SM-DRAINING");
    eventually("the chunk under way to end", || server.budget.free() == all).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_nobody_waits_for_holds_no_worker() {
    let server = Running::start(Limits { timecards_per_call: 600, ..without_budget() }).await;
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
