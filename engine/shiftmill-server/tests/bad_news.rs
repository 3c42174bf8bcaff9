//! Bad requests and bad clients: each a clear answer, and the server untouched.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that cannot go on fails")]

mod support;

use std::time::Duration;

use shiftmill::core::TimecardBatch;
use shiftmill_proto::v1;
use shiftmill_proto::v1::evaluate_stream_request::Part as Asking;
use shiftmill_proto::v1::rulesets_client::RulesetsClient;
use shiftmill_server::Limits;
use support::{Running, chunk, chunk_errors, eventually, facts, header, problem, results, summary};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Code;
use tonic_types::StatusExt;

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_zone() {
    let server = Running::start(Limits::default()).await;
    let header = v1::Header { zones: vec!["America/NewYork".to_owned()], ..header() };
    let status = server.exchange(header, vec![chunk(0, 0..1)]).await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    assert_eq!(problem(&status), ("SM-ZONE-UNKNOWN".to_owned(), vec!["header.zones[0]".to_owned()]));
    assert!(status.message().contains("did you mean `America/New_York`?"), "{}", status.message());
    let tag = |name: &str, value: &str| v1::Tag {
        pairs: vec![v1::TagPair { name: name.to_owned(), value: value.to_owned() }],
    };
    let tags = vec![tag("site", "x"), tag("time_zone", "Asia/Tokyo"), tag("time_zone", "Asia/Tokio")];
    let header = v1::Header { tags, ..support::header() };
    let status = server.exchange(header, vec![chunk(0, 0..1)]).await.unwrap_err();
    assert_eq!(problem(&status), ("SM-ZONE-UNKNOWN".to_owned(), vec!["header.tags[2]".to_owned()]));
    assert!(status.message().contains("did you mean `Asia/Tokyo`?"), "{}", status.message());
    server.is_untouched().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_ruleset() {
    let server = Running::start(Limits::default()).await;
    let named = v1::ruleset_source::Source::Name("us-califrnia@1".to_owned());
    let source = v1::RulesetSource { source: Some(named), file_name: String::new() };
    let header = v1::Header { rulesets: vec![source], ..header() };
    let status = server.exchange(header, vec![]).await.unwrap_err();
    assert_eq!((status.code(), problem(&status).0.as_str()), (Code::NotFound, "SM-RULESET-UNKNOWN"));
    assert_eq!(status.message(), "no ruleset is named `us-califrnia@1`; did you mean `us-california@1`?");
}

/// Texts of megabytes and texts for terminals, in every place of a request that a message repeats.
#[tokio::test(flavor = "multi_thread")]
async fn texts_of_any_length_and_content_come_back_as_an_excerpt() {
    let server = Running::start(Limits::default()).await;
    let hostile = "\u{1b}[2J\u{202e}x".repeat(300_000);
    let named = |name: &str| v1::RulesetSource {
        source: Some(v1::ruleset_source::Source::Name(name.to_owned())),
        file_name: String::new(),
    };
    let text = format!("name = \"acme\"\n[attendance]\nlate_grace = \"{}\"\n", "x".repeat(1_000_000));
    let as_of = v1::Window { as_of: hostile.clone(), ..support::window() };
    let first = v1::Window { pay_period_first: hostile.clone(), ..support::window() };
    let headers = [
        v1::Header { zones: vec![hostile.clone()], ..header() },
        v1::Header { zones: vec!["America/New_York".repeat(200_000)], ..header() },
        v1::Header { rulesets: vec![named(&hostile)], ..header() },
        v1::Header { rulesets: vec![support::source(&text)], ..header() },
        v1::Header {
            rulesets: vec![v1::RulesetSource { file_name: hostile.clone(), ..support::source("colour = 1\n") }],
            ..header()
        },
        v1::Header { shifts: vec![hostile.clone()], ..header() },
        v1::Header { carried_keys: vec![hostile.clone()], ..header() },
        v1::Header { window: Some(as_of), ..header() },
        v1::Header { window: Some(first), ..header() },
    ];
    for header in headers {
        let status = server.exchange(header, vec![]).await.unwrap_err();
        assert_ne!(status.code(), Code::ResourceExhausted, "{status:?}");
        let details = String::from_utf8_lossy(status.details()).into_owned();
        let repeated = |text: &str| text.matches('x').count() + text.matches("New_York").count();
        assert!(status.message().len() < 400 && repeated(status.message()) < 200, "{}", status.message());
        assert!(shiftmill::core::is_plain(status.message()) && !details.contains("\u{1b}"), "{}", status.message());
    }
    server.is_untouched().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_mistakes_do_not_repeat_the_name_of_the_file_many_times() {
    let server = Running::start(Limits::default()).await;
    let mut rulesets = RulesetsClient::new(server.channel().await);
    let text: String = (0..300).map(|number| format!("k{number} = 1\n")).collect();
    let request = |file_name: String| v1::ValidateRequest { text: text.clone(), file_name };
    let status = rulesets.validate(request("x".repeat(1 << 20))).await.unwrap_err();
    assert_eq!(problem(&status), ("SM-HEADER".to_owned(), vec!["file_name".to_owned()]));
    let answer = rulesets.validate(request("x".repeat(255))).await.unwrap().into_inner();
    assert_eq!(answer.mistakes.len(), 101);
    assert!(answer.mistakes[100].message.contains("further mistakes are not listed"), "{:?}", answer.mistakes[100]);
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_of_employees_are_short_and_plain() {
    let server = Running::start(Limits::default()).await;
    let keyed = |number, key: &str| {
        let mut keyed = chunk(number, 0..2);
        keyed.employees[1] = key.to_owned();
        keyed
    };
    let long = "E".repeat(201);
    let chunks = vec![keyed(1, "E\u{1b}[2J"), keyed(2, &long), keyed(3, &long[1..]), keyed(4, "王小明")];
    let answers = server.exchange(header(), chunks).await.unwrap();
    let errors = chunk_errors(&answers);
    let found: Vec<_> = errors.iter().map(|error| (error.code.as_str(), error.violations[0].field.as_str())).collect();
    assert_eq!(found, [("SM-EMPLOYEE-KEY", "chunks[1].employees[1]"), ("SM-EMPLOYEE-KEY", "chunks[2].employees[1]")]);
    assert_eq!(summary(&answers).employees, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chunk_before_the_header() {
    let server = Running::start(Limits::default()).await;
    let requests = vec![v1::EvaluateStreamRequest { part: Some(Asking::Chunk(chunk(0, 0..1))) }];
    let mut answers = server.client().await.evaluate_stream(tokio_stream::iter(requests)).await.unwrap().into_inner();
    let status = answers.message().await.unwrap_err();
    assert_eq!(problem(&status).0, "SM-HEADER-EXPECTED");
    server.is_untouched().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_without_an_instant() {
    let server = Running::start(Limits::default()).await;
    let window = v1::Window { as_of: String::new(), ..support::window() };
    let status = server.exchange(v1::Header { window: Some(window), ..header() }, vec![]).await.unwrap_err();
    assert_eq!(problem(&status), ("SM-HEADER".to_owned(), vec!["header.window.as_of".to_owned()]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_punch_in_the_future_is_an_exception() {
    let server = Running::start(Limits::default()).await;
    // On the last Friday, just before noon in New York: the punches of that afternoon are still to come.
    let window = v1::Window { as_of: "2026-03-27T15:00:00Z".to_owned(), ..support::window() };
    let header = v1::Header { window: Some(window), ..header() };
    let answers = server.exchange(header, vec![chunk(0, 1..2)]).await.unwrap();
    let result = results(&answers).remove(0);
    assert_eq!(result.status, [v1::CardStatus::Final as u8]);
    assert!(result.exception_code.contains(&(v1::ExceptionCode::FuturePunch as u8)));
    server.is_untouched().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_million_punches_in_one_message() {
    let server = Running::start(Limits::default()).await;
    let punches = 10_000_000;
    let huge = v1::Chunk {
        number: 7,
        employees: vec!["E-1".to_owned()],
        punch_count: vec![punches],
        punch_at: (0..punches.cast_signed()).collect(),
        ..v1::Chunk::default()
    };
    let status = server.exchange(header(), vec![huge]).await.unwrap_err();
    assert_eq!(status.code(), Code::ResourceExhausted, "{status:?}");
    assert_eq!(problem(&status).0, "SM-MESSAGE-TOO-LARGE");
    assert!(status.message().contains("4194304"), "{}", status.message());
    server.is_untouched().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn uneven_columns_are_an_error_of_the_chunk_and_the_stream_goes_on() {
    let server = Running::start(Limits::default()).await;
    let mut uneven = chunk(2, 3..6);
    uneven.punch_kind.pop();
    let mut unknown_kind = chunk(3, 6..8);
    unknown_kind.punch_kind[42] = 99;
    let answers = server.exchange(header(), vec![chunk(1, 0..3), uneven, unknown_kind, chunk(4, 8..9)]).await.unwrap();
    let errors = chunk_errors(&answers);
    assert_eq!(errors.len(), 2);
    let found: Vec<_> =
        errors.iter().map(|error| (error.number, error.code.as_str(), error.violations[0].field.as_str())).collect();
    assert_eq!(
        found,
        [(2, "SM-COLUMNS-UNEVEN", "chunks[2].punch_kind"), (3, "SM-VALUE-UNKNOWN", "chunks[3].punch_kind[42]"),]
    );
    assert!(!errors[0].status.is_empty());
    let summary = summary(&answers);
    assert_eq!((summary.chunks, summary.chunk_errors, summary.employees), (2, 2, 4));
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_name_what_is_not_there() {
    let server = Running::start(Limits::default()).await;
    let mut stranger = chunk(2, 0..2);
    stranger.day_overrides = vec![v1::DayOverrideRow { employee: 2, workday: 20514, day_type: 1, ..<_>::default() }];
    let mut unordered = chunk(3, 0..2);
    let balance = |employee| v1::OpeningBalanceRow { employee, rule: "weekly-40".to_owned(), seconds: 3_600 };
    unordered.opening_balances = vec![balance(1), balance(0)];
    let mut template = chunk(4, 0..1);
    template.shift_template = vec![2; template.shift_workday.len()];
    let answers = server.exchange(header(), vec![stranger, unordered, template]).await.unwrap();
    let found: Vec<_> =
        chunk_errors(&answers).iter().map(|error| (error.code.clone(), error.violations[0].field.clone())).collect();
    let expected = [
        ("SM-ROWS-UNORDERED", "chunks[2].day_overrides"),
        ("SM-ROWS-UNORDERED", "chunks[3].opening_balances[1]"),
        ("SM-VALUE-UNKNOWN", "chunks[4].shift_template[0]"),
    ];
    assert_eq!(found, expected.map(|(code, field)| (code.to_owned(), field.to_owned())));
}

#[tokio::test(flavor = "multi_thread")]
async fn carried_values_that_do_not_fit() {
    let server = Running::start(Limits::default()).await;
    let carried = |number, owners: &[u32], keys: &[u32], values: &[i64]| v1::Chunk {
        carried_owner: owners.to_vec(),
        carried_key: keys.to_vec(),
        carried_value: values.to_vec(),
        ..chunk(number, 0..2)
    };
    let chunks = vec![
        carried(1, &[0, 1], &[0], &[5, 5]),
        carried(2, &[0, 1], &[0, 0], &[5]),
        carried(3, &[1, 0], &[0, 0], &[5, 5]),
        carried(4, &[1, 1], &[0, 0], &[5, 5]),
        carried(5, &[1], &[0], &[5]),
    ];
    let answers = server.exchange(header(), chunks).await.unwrap();
    let found: Vec<_> = chunk_errors(&answers)
        .iter()
        .map(|error| (error.number, error.code.as_str(), error.violations[0].field.as_str()))
        .collect();
    assert_eq!(
        found,
        [
            (1, "SM-COLUMNS-UNEVEN", "chunks[1].carried_key"),
            (2, "SM-COLUMNS-UNEVEN", "chunks[2].carried_value"),
            (3, "SM-ROWS-UNORDERED", "chunks[3].carried_key[1]"),
            (4, "SM-ROWS-UNORDERED", "chunks[4].carried_key[1]"),
            (5, "SM-VALUE-UNKNOWN", "chunks[5].carried_key[0]"),
        ]
    );
    server.is_untouched().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn leave_that_the_ruleset_does_not_know_is_an_error_of_its_card_only() {
    let server = Running::start(Limits::default()).await;
    let mut misspelt = chunk(1, 0..3);
    let time = Some(v1::leave_row::Time::Workday(20514));
    misspelt.leave = vec![v1::LeaveRow { employee: 1, code: "anual".to_owned(), time, ..<_>::default() }];
    let answers = server.exchange(header(), vec![misspelt]).await.unwrap();
    let result = results(&answers).remove(0);
    let errors: Vec<_> = result.errors.iter().map(|error| (error.employee, error.code.as_str())).collect();
    assert_eq!(errors, [(1, "SM-UNKNOWN-LEAVE")]);
    assert_eq!(result.errors[0].message, "the ruleset has no leave code `anual`");
    assert_eq!(result.errors[0].field, "chunks[1].leave[0]");
    assert_eq!((summary(&answers).employees, summary(&answers).errors), (3, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_opening_balance_of_an_unknown_rule_is_an_error_of_its_card_only() {
    let server = Running::start(Limits::default()).await;
    let mut misspelt = chunk(1, 0..3);
    misspelt.opening_balances =
        vec![v1::OpeningBalanceRow { employee: 1, rule: "weekly-30".to_owned(), seconds: 3_600 }];
    let answers = server.exchange(header(), vec![misspelt]).await.unwrap();
    let result = results(&answers).remove(0);
    let errors: Vec<_> = result.errors.iter().map(|error| (error.employee, error.code.as_str())).collect();
    assert_eq!(errors, [(1, "SM-UNKNOWN-RULE")]);
    assert_eq!(result.errors[0].message, "the ruleset has no overtime rule `weekly-30`");
    assert_eq!(result.errors[0].field, "chunks[1].opening_balances[0]");
    assert_eq!((summary(&answers).employees, summary(&answers).errors), (3, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_employee_twice_in_a_chunk_is_not_paid_as_two() {
    let server = Running::start(Limits::default()).await;
    let mut twice = chunk(2, 0..4);
    twice.employees[3] = twice.employees[1].clone();
    let mut nameless = chunk(3, 0..2);
    nameless.employees[1].clear();
    let answers = server.exchange(header(), vec![chunk(1, 0..2), twice, nameless]).await.unwrap();
    let found: Vec<_> = chunk_errors(&answers)
        .iter()
        .map(|error| (error.code.as_str(), error.violations[0].field.as_str(), error.message.as_str()))
        .collect();
    let message = "employee `E-00001` is given twice, as entries 1 and 3; give all facts of an employee in one entry";
    let expected = [
        ("SM-EMPLOYEE-KEY", "chunks[2].employees[3]", message),
        ("SM-EMPLOYEE-KEY", "chunks[3].employees[1]", "the key of employee 1 is empty"),
    ];
    assert_eq!(found, expected);
    assert_eq!(summary(&answers).employees, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn facts_that_exclude_each_other_are_an_error_of_their_card() {
    let server = Running::start(Limits::default()).await;
    let mut chunk = chunk(1, 0..3);
    let day = |employee, day_type| v1::DayOverrideRow { employee, workday: 20514, day_type, ..<_>::default() };
    chunk.day_overrides = vec![day(0, 1), day(1, 1), day(1, 2), day(2, 2), day(2, 2)];
    let answers = server.exchange(header(), vec![chunk]).await.unwrap();
    let result = results(&answers).remove(0);
    let errors: Vec<_> = result.errors.iter().map(|error| (error.code.as_str(), error.field.as_str())).collect();
    assert_eq!(errors, [("SM-FACT-TWICE", "chunks[1].day_overrides[2]")]);
    assert_eq!(result.status, [0, 2, 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn instants_and_days_at_the_ends_of_the_calendar() {
    let server = Running::start(Limits::default()).await;
    let exchange = async |window: v1::Window| {
        server.exchange(v1::Header { window: Some(window), ..header() }, vec![chunk(0, 0..1)]).await
    };
    let as_of = async |as_of: &str| exchange(v1::Window { as_of: as_of.to_owned(), ..support::window() }).await;
    for works in ["9999-12-31T23:59:59Z", "9999-12-31T23:59:59+14:00", "0001-01-01T00:00:00Z"] {
        assert_eq!(summary(&as_of(works).await.unwrap()).errors, 0, "{works}");
    }
    let outside = ["9999-12-31T23:59:59-00:01", "0001-01-01T00:00:00+00:01"];
    let unwritten = ["10000-01-01T00:00:00Z", "0000-12-31T00:00:00Z", "2026-06-30T23:59:60Z", "2026-04-03"];
    for refused in outside.into_iter().chain(unwritten) {
        let status = as_of(refused).await.unwrap_err();
        assert_eq!(problem(&status), ("SM-HEADER".to_owned(), vec!["header.window.as_of".to_owned()]), "{refused}");
        assert!(status.message().contains(refused), "{}", status.message());
    }
    let days = async |first: &str, last: &str| {
        let (pay_period_first, pay_period_last) = (first.to_owned(), last.to_owned());
        let (facts_first, facts_last) = (String::new(), String::new());
        exchange(v1::Window { pay_period_first, pay_period_last, facts_first, facts_last, ..support::window() }).await
    };
    let first_days = days("0001-01-01", "0001-01-07").await.unwrap();
    assert_eq!(results(&first_days)[0].errors[0].code, "SM-FACT-OUTSIDE-WINDOW");
    let status = days("9999-12-25", "9999-12-31").await.unwrap_err();
    assert_eq!(problem(&status), ("SM-HEADER".to_owned(), vec!["header.window".to_owned()]));
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_that_ask_for_too_much() {
    let server = Running::start(Limits::default()).await;
    let window = |first: &str, last: &str| {
        let (pay_period_first, pay_period_last) = (first.to_owned(), last.to_owned());
        let (facts_first, facts_last) = (String::new(), String::new());
        v1::Window { pay_period_first, pay_period_last, facts_first, facts_last, ..support::window() }
    };
    let refused = async |header: v1::Header| problem(&server.exchange(header, vec![]).await.unwrap_err());
    let asked = |first: &str, last: &str| v1::Header { window: Some(window(first, last)), ..header() };
    let at = |field: &str| ("SM-HEADER".to_owned(), vec![field.to_owned()]);
    assert_eq!(refused(asked("0001-01-01", "9999-12-31")).await, at("header.window"));
    assert_eq!(refused(asked("2026-01-01", "2028-03-11")).await, at("header.window"));
    assert_eq!(refused(asked("2026-03-29", "2026-03-02")).await, at("header.window.pay_period_last"));
    let facts = v1::Window { facts_last: "2026-02-01".to_owned(), ..support::window() };
    assert_eq!(refused(v1::Header { window: Some(facts), ..header() }).await, at("header.window.facts_last"));
    let shifts = vec!["office".to_owned(); 1_025];
    assert_eq!(refused(v1::Header { shifts, ..header() }).await, at("header.shifts"));
    let carried_keys = vec!["points/balance".to_owned(); 1_025];
    assert_eq!(refused(v1::Header { carried_keys, ..header() }).await, at("header.carried_keys"));
    let unknown = v1::Header { carried_keys: vec!["points/balance".to_owned()], ..header() };
    assert_eq!(refused(unknown).await, ("SM-NAME-UNKNOWN".to_owned(), vec!["header.carried_keys[0]".to_owned()]));
    let zones = vec!["America/New_York".to_owned(); 1_001];
    assert_eq!(refused(v1::Header { zones, ..header() }).await, at("header.zones"));
    // 800 days are not too many.
    assert!(server.exchange(asked("2026-01-01", "2028-03-10"), vec![]).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn few_facts_with_too_many_results() {
    let server = Running::start(Limits { employee_days_per_chunk: 60, ..Limits::default() }).await;
    // The window has 30 days.
    let answers = server.exchange(header(), vec![chunk(0, 0..2), chunk(1, 0..3)]).await.unwrap();
    let found: Vec<_> = chunk_errors(&answers).iter().map(|error| (error.number, error.code.clone())).collect();
    assert_eq!(found, [(1, "SM-TOO-MANY".to_owned())]);
}

/// One mistake of its own on each of the lines after the name.
const TEN_MISTAKES: &str = r#"name = "ten"
colour = "red"
[punches]
dedupe_windw = "60s"
granularity = "hour"
[pairing]
mode = "guess"
pair_length_max = "many"
[matching]
match_by = 3
new_shift_gap = "-1h"
[[rounding]]
name = "uneven"
interval = "7m"
[[overtime.tiers]]
name = "daily-8"
scope = "fortnight"
pay = "overtime_1_5"
[workdays]
opens_at = "25:61"
[attendance]
late_grace = true
"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_ruleset_with_ten_mistakes_names_all_ten() {
    let server = Running::start(Limits::default()).await;
    let mut rulesets = RulesetsClient::new(server.channel().await);
    let request = v1::ValidateRequest { text: TEN_MISTAKES.to_owned(), file_name: "ten.toml".to_owned() };
    let answer = rulesets.validate(request).await.unwrap().into_inner();
    let lines: Vec<_> = answer.mistakes.iter().map(|mistake| mistake.line).collect();
    assert!(!answer.valid && answer.ruleset.is_none());
    assert_eq!(lines, [2, 4, 5, 7, 8, 10, 11, 14, 17, 20, 22], "{:#?}", answer.mistakes);
    assert!(answer.mistakes.iter().all(|mistake| mistake.file == "ten.toml" && mistake.column > 0));

    let header = v1::Header { rulesets: vec![support::source(TEN_MISTAKES)], ..header() };
    let status = server.exchange(header, vec![]).await.unwrap_err();
    assert_eq!(problem(&status).0, "SM-RULESET-MISTAKES");
    assert_eq!(problem(&status).1.len(), answer.mistakes.len());
    server.is_untouched().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn too_few_days_of_context() {
    let server = Running::start(Limits::default()).await;
    // From a Wednesday: the workweek before it is cut in two, and its facts are not given.
    let wednesday = || "2026-03-04".to_owned();
    let window = v1::Window { pay_period_first: wednesday(), facts_first: wednesday(), ..support::window() };
    let provisional = v1::Header { window: Some(window.clone()), ..header() };
    let answers = server.exchange(provisional, vec![within(&window)]).await.unwrap();
    let result = results(&answers).remove(0);
    assert_eq!(result.status, [v1::CardStatus::Provisional as u8]);
    assert!(result.exception_code.contains(&(v1::ExceptionCode::ContextShort as u8)));
    assert_eq!(summary(&answers).provisional, 1);

    let strict = v1::Window { require_final: true, ..window.clone() };
    let answers =
        server.exchange(v1::Header { window: Some(strict), ..header() }, vec![within(&window)]).await.unwrap();
    let result = results(&answers).remove(0);
    assert_eq!(result.status, [v1::CardStatus::Error as u8]);
    assert_eq!(result.errors[0].code, "SM-CONTEXT-SHORT");
    assert_eq!(summary(&answers).errors, 1);
}

/// One employee with facts from Wednesday on.
fn within(window: &v1::Window) -> v1::Chunk {
    assert_eq!(window.pay_period_first, "2026-03-04");
    let mut card = facts(1);
    let wednesday = support::MONDAY.plus(2);
    card.shifts.retain(|shift| shift.workday >= wednesday);
    card.punches.retain(|punch| punch.at.0 >= i64::from(wednesday.0) * 86_400 + 18_000);
    let mut batch = TimecardBatch::default();
    batch.push(&card).unwrap();
    support::message(0, batch)
}

/// Opens a stream and sends its header; answers are not read.
async fn open(
    server: &Running,
) -> (mpsc::Sender<v1::EvaluateStreamRequest>, tonic::Streaming<v1::EvaluateStreamResponse>) {
    let (sender, outgoing) = mpsc::channel(1);
    let mut client = server.client().await;
    let header = v1::EvaluateStreamRequest { part: Some(Asking::Header(header())) };
    sender.send(header).await.unwrap();
    let answers = client.evaluate_stream(ReceiverStream::new(outgoing)).await.unwrap().into_inner();
    (sender, answers)
}

fn message(chunk: v1::Chunk) -> v1::EvaluateStreamRequest {
    v1::EvaluateStreamRequest { part: Some(Asking::Chunk(chunk)) }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_stops_reading_stops_its_own_stream_only() {
    let limits = Limits { chunks_under_way: 4, bytes_under_way: 64 << 20, ..Limits::default() };
    let server = Running::start(limits).await;
    let before = server.budget.free();
    let (sender, mut answers) = open(&server).await;
    let sample = chunk(0, 0..200);
    let mut sent = 0_u64;
    // Until the server takes no more: windows of the connection and the stream are full.
    while tokio::time::timeout(
        Duration::from_secs(1),
        sender.send(message(v1::Chunk { number: sent, ..sample.clone() })),
    )
    .await
    .is_ok()
    {
        sent += 1;
        assert!(sent < 2_000, "the server takes everything although nobody reads");
    }
    assert!(before - server.budget.free() < 8 << 20, "memory under way is bounded");
    server.is_untouched().await;

    // It reads again, and everything comes.
    drop(sender);
    let mut chunks = 0;
    while let Some(answer) = answers.message().await.unwrap() {
        match answer.part {
            Some(v1::evaluate_stream_response::Part::Result(_)) => chunks += 1,
            Some(v1::evaluate_stream_response::Part::Summary(summary)) => assert_eq!(summary.chunks, chunks),
            _ => {}
        }
    }
    assert_eq!(chunks, sent);
    eventually("the memory to come back", || server.budget.free() == before).await;
}

/// Sends until the server takes no more: windows of the connection and the stream are full.
async fn stuff(sender: &mpsc::Sender<v1::EvaluateStreamRequest>, chunk: &v1::Chunk) {
    let patience = Duration::from_millis(500);
    while tokio::time::timeout(patience, sender.send(message(chunk.clone()))).await.is_ok_and(|sent| sent.is_ok()) {}
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_never_reads_again_gives_its_memory_back() {
    let limits = Limits { chunks_under_way: 4, idle_time: Duration::from_secs(3), ..Limits::default() };
    let server = Running::start(limits).await;
    let before = server.budget.free();
    let (sender, mut answers) = open(&server).await;
    stuff(&sender, &chunk(0, 0..200)).await;
    assert!(server.budget.free() < before, "answers wait for the client");
    // What was on its way keeps its memory until the connection ends.
    let on_its_way = 1 << 20;
    eventually("the memory to come back although nobody reads", || server.budget.free() + on_its_way > before).await;
    let status = loop {
        match answers.message().await {
            Ok(Some(_)) => {}
            Ok(None) => panic!("the stream ended well"),
            Err(status) => break status,
        }
    };
    assert_eq!(problem(&status).0, "SM-IDLE");
    assert!(status.message().contains("taken"), "{}", status.message());
    drop((sender, answers));
    eventually("all memory to come back", || server.budget.free() == before).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_vanishes_leaves_nothing_behind() {
    let server = Running::start(Limits { chunks_under_way: 4, ..Limits::default() }).await;
    let before = server.budget.free();
    let (sender, answers) = open(&server).await;
    for number in 0..4 {
        sender.send(message(chunk(number, 0..100))).await.unwrap();
    }
    drop(answers);
    drop(sender);
    eventually("the memory to come back", || server.budget.free() == before).await;
    server.is_untouched().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_ends_the_stream() {
    let server = Running::start(Limits::default()).await;
    let (sender, outgoing) = mpsc::channel(1);
    sender.send(v1::EvaluateStreamRequest { part: Some(Asking::Header(header())) }).await.unwrap();
    let mut request = tonic::Request::new(ReceiverStream::new(outgoing));
    request.set_timeout(Duration::from_millis(300));
    let mut answers = server.client().await.evaluate_stream(request).await.unwrap().into_inner();
    assert!(answers.message().await.unwrap().is_some());
    let status = answers.message().await.unwrap_err();
    assert!(matches!(status.code(), Code::DeadlineExceeded | Code::Cancelled), "{status:?}");
    server.is_untouched().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn too_little_memory_is_said_with_a_time_to_retry() {
    let limits = Limits {
        bytes_under_way: 2 << 20,
        peer_percent: 100,
        memory_wait: Duration::from_millis(200),
        chunks_under_way: 64,
        ..Limits::default()
    };
    let server = Running::start(limits).await;
    let big = chunk(0, 0..400);
    // Clients that do not read hold the memory that there is, each a quarter.
    let mut unread = Vec::new();
    for _ in 0..3 {
        unread.push(open(&server).await);
    }
    for (sender, _answers) in &unread {
        stuff(sender, &big).await;
    }
    eventually("the memory to be used up", || server.budget.free() < 1 << 20).await;
    let status = server.exchange(header(), vec![chunk(1, 0..1)]).await.unwrap_err();
    assert_eq!((status.code(), problem(&status).0.as_str()), (Code::ResourceExhausted, "SM-BUSY"));
    assert!(status.get_details_retry_info().is_some_and(|retry| retry.retry_delay.is_some()));
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_streams_are_turned_away() {
    let server = Running::start(Limits { streams: 1, ..Limits::default() }).await;
    let (_sender, _answers) = open(&server).await;
    let status = server.exchange(header(), vec![]).await.unwrap_err();
    assert_eq!((status.code(), problem(&status).0.as_str()), (Code::ResourceExhausted, "SM-BUSY"));
}

#[tokio::test(flavor = "multi_thread")]
async fn readable_rows_say_which_field_is_wrong() {
    let server = Running::start(Limits::default()).await;
    let punch = v1::Punch { at: "2026-03-02 25:10".to_owned(), kind: "in".to_owned(), ..v1::Punch::default() };
    let timecard = v1::Timecard { employee: "Ana".to_owned(), punches: vec![punch], ..v1::Timecard::default() };
    let request = v1::EvaluateRequest {
        ruleset: Some(support::source(support::RULES)),
        window: Some(support::window()),
        zone: "America/New_York".to_owned(),
        timecards: vec![timecard],
        ..v1::EvaluateRequest::default()
    };
    let answer = server.client().await.evaluate(request).await.unwrap().into_inner();
    let error = answer.timecards[0].error.as_ref().unwrap();
    assert_eq!((error.code.as_str(), error.field.as_str()), ("SM-VALUE-UNKNOWN", "timecards[0].punches[0].at"));
    assert!(error.message.contains("`2026-03-02 25:10`"), "{}", error.message);
}

fn readable(timecards: Vec<v1::Timecard>) -> v1::EvaluateRequest {
    v1::EvaluateRequest {
        ruleset: Some(support::source(support::RULES)),
        window: Some(support::window()),
        zone: "America/New_York".to_owned(),
        timecards,
        ..v1::EvaluateRequest::default()
    }
}

fn eight_hours(employee: &str) -> v1::Timecard {
    let punch = |at: &str, kind: &str| v1::Punch { at: at.to_owned(), kind: kind.to_owned(), ..v1::Punch::default() };
    let punches = vec![punch("2026-03-02 09:00", "in"), punch("2026-03-02 17:00", "out")];
    v1::Timecard { employee: employee.to_owned(), punches, ..v1::Timecard::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timecard_that_cannot_be_read_costs_no_other() {
    let server = Running::start(Limits::default()).await;
    let mut cards: Vec<_> = ["A", "B", "C", "D", "E", "F", "G"].map(eight_hours).to_vec();
    cards[0].punches[0].at = "2026-03-02".to_owned();
    cards[2].leave =
        vec![v1::LeaveFact { code: "anual".to_owned(), workday: "2026-03-03".to_owned(), ..<_>::default() }];
    cards[3].zone = "Mars/Base".to_owned();
    let day = |day_type: &str| v1::DayFact {
        workday: "2026-03-02".to_owned(),
        day_type: day_type.to_owned(),
        ..<_>::default()
    };
    cards[4].days = vec![day("rest_day"), day("workday")];
    // Far from the days of the request, and nearer to the other punches than 68 years.
    cards[5].punches[1].at = "1981-03-02 17:00".to_owned();
    cards[6].punches[1].tag = "time_zone=Mars/Base".to_owned();
    let answer = server.client().await.evaluate(readable(cards.clone())).await.unwrap().into_inner();
    let told: Vec<_> = answer.timecards.iter().map(|card| (card.employee.as_str(), card.error.as_ref())).collect();
    let keys: Vec<_> = told.iter().map(|(key, _)| *key).collect();
    assert_eq!(keys, ["A", "B", "C", "D", "E", "F", "G"]);
    let errors: Vec<_> = told
        .iter()
        .filter_map(|(_, error)| error.map(|error| (error.employee, error.code.as_str(), error.field.as_str())))
        .collect();
    let expected = [
        (0, "SM-VALUE-UNKNOWN", "timecards[0].punches[0].at"),
        (2, "SM-UNKNOWN-LEAVE", "timecards[2].leave[0].code"),
        (3, "SM-ZONE-UNKNOWN", "timecards[3].zone"),
        (4, "SM-FACT-TWICE", "timecards[4].days[1]"),
        (5, "SM-FACT-OUTSIDE-WINDOW", "timecards[5]"),
        (6, "SM-ZONE-UNKNOWN", "timecards[6].punches[1].tag"),
    ];
    assert_eq!(errors, expected);
    assert!(answer.timecards[2].error.as_ref().unwrap().message.contains("no leave code `anual`"));
    assert_eq!(answer.timecards[1].days[0].worked_seconds, 28_800);
    assert_eq!(answer.result_hash_detail(), v1::Detail::Workdays);

    let alone = server.client().await.evaluate(readable(vec![cards.remove(1)])).await.unwrap().into_inner();
    assert_eq!(alone.timecards[0], answer.timecards[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_readable_timecard_has_a_zone_and_a_key_of_its_own() {
    let server = Running::start(Limits::default()).await;
    let elsewhere = v1::Timecard { zone: "Asia/Tokyo".to_owned(), ..eight_hours("B") };
    let no_zone = v1::EvaluateRequest { zone: String::new(), ..readable(vec![eight_hours("A"), elsewhere]) };
    let answer = server.client().await.evaluate(no_zone).await.unwrap().into_inner();
    let error = answer.timecards[0].error.as_ref().unwrap();
    assert_eq!((error.code.as_str(), error.field.as_str()), ("SM-ZONE-UNKNOWN", "timecards[0].zone"));
    assert_eq!(answer.timecards[1].error, None);
    for (keys, field) in [(["A", "A"], "timecards[1].employee"), (["", "A"], "timecards[0].employee")] {
        let status = server.client().await.evaluate(readable(keys.map(eight_hours).to_vec())).await.unwrap_err();
        assert_eq!(problem(&status), ("SM-EMPLOYEE-KEY".to_owned(), vec![field.to_owned()]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn facts_may_be_complete_for_the_days_of_context_that_only_the_service_knows() {
    let server = Running::start(Limits::default()).await;
    let from_wednesday =
        v1::Window { pay_period_first: "2026-03-04".to_owned(), facts_first: String::new(), ..support::window() };
    let short = v1::Window { facts_last: String::new(), ..from_wednesday.clone() };
    let complete = v1::Window { complete: true, ..short.clone() };
    for (window, provisional) in [(short, true), (complete.clone(), false)] {
        let request = v1::EvaluateRequest { window: Some(window.clone()), ..readable(vec![eight_hours("A")]) };
        let answer = server.client().await.evaluate(request).await.unwrap().into_inner();
        assert_eq!((answer.timecards[0].provisional, &answer.timecards[0].error), (provisional, &None));
        let header = v1::Header { window: Some(window), ..header() };
        let answers = server.exchange(header, vec![chunk(0, 1..2)]).await.unwrap();
        assert_eq!((summary(&answers).provisional == 1, summary(&answers).errors), (provisional, 0));
    }
    let both = v1::Window { facts_last: "2026-03-30".to_owned(), ..complete };
    let status = server.exchange(v1::Header { window: Some(both), ..header() }, vec![]).await.unwrap_err();
    assert_eq!(problem(&status), ("SM-HEADER".to_owned(), vec!["header.window.facts_last".to_owned()]));
}
