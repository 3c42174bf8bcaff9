//! Plugins over gRPC: taken in, refused, called, failing.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that cannot go on fails")]

mod support;

use shiftmill::core::{FailureCode, TimecardBatch};
use shiftmill::plugin_host::HostSettings;
use shiftmill_proto::v1;
use shiftmill_proto::v1::plugins_client::PluginsClient;
use shiftmill_proto::v1::rulesets_client::RulesetsClient;
use shiftmill_server::{Config, Limits, ServeError, Server, read_results};
use shiftmill_testkit::guest::Guest;
use support::plugins::{MEAL, first_header, fixed, meals, meals_of, push, with_plugin};
use support::{Folder, Running, facts, header, problem, source};
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
    assert!(status.message().starts_with("the ruleset has 400 mistakes: "), "{}", status.message());
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

/// Pays by how many employees there are, when there are more than the ruleset was tried with.
const CROWD: &str = "(i64.extend_i32_u (i32.add (i32.const 1)
    (i32.gt_u (call $employees (local.get $cards)) (i32.const 40))))";

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
    assert!(push(&server, meals("crowd", CROWD, "").component()).await.is_ok_and(|plugin| !plugin.quarantined));
    let answers = server.exchange(apart, vec![support::chunk(0, 0..50)]).await.unwrap();
    assert_eq!(meals_of(&support::results(&answers)[0]), [1; 50]);
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
    assert!(found.quarantined);
    push(&server, counting().component()).await.unwrap();
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
async fn a_plugin_that_fails_for_everybody_ends_the_stream() {
    let server = Running::start(Limits::default()).await;
    let broken = meals("broken", "(i64.const 1)", "").with(|guest| guest.entry = "unreachable".to_owned());
    let plugin = push(&server, broken.component()).await.unwrap();
    let status = server.exchange(with_plugin(&plugin, ""), vec![support::chunk(0, 0..200)]).await.unwrap_err();
    assert_eq!(problem(&status).0, "SM-PLUGIN-BROKEN", "{status:?}");
    server.is_untouched().await;
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
