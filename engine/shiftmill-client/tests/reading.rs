//! Requests with the names of the service, results as rows and as columns, and errors with their codes.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that cannot go on fails")]

mod support;

use shiftmill_client::core::{
    Detail, ExceptionCode, Leave, LeaveTime, OpeningBalance, Seconds, ShiftFact, ShiftTimes, Timestamp, TotalScope,
    Unit,
};
use shiftmill_client::{Answer, Client, ClientTlsConfig, Request, Ruleset, Settings, Vocabulary, v1};
use support::{MONDAY, RULES, card, cards, client, serve, settings};

#[tokio::test(flavor = "multi_thread")]
async fn names_of_the_service_write_facts_and_read_results() {
    let client = client(&serve()).connect().await.unwrap();
    let request = client.prepare(settings()).await.unwrap();
    let names = request.vocabulary();
    assert_eq!((names.shift(0, "office"), names.shift(0, "night"), names.shift(1, "office")), (Some(0), None, None));
    let annual = names.leave(0, "annual").unwrap();
    let rule = names.rule(0, "daily-8").unwrap();

    let mut on_leave = card(1);
    on_leave.punches.clear();
    on_leave.leave.push(Leave { code: annual, time: LeaveTime::Workday(MONDAY), recorded_at: Timestamp(0) });
    on_leave.opening_balances.push(OpeningBalance { rule, amount: Seconds(60) });
    let evaluated = client.evaluate_all(&request, [card(0), on_leave]).await.unwrap();
    assert!(evaluated.refused.is_empty());
    let results = evaluated.results.into_iter().next().unwrap();
    assert_eq!(results.employees(), ["E-00000", "E-00001"]);
    let rows = results.clone().into_rows().unwrap();
    let [worked, on_leave] = rows.employees().collect::<Vec<_>>().try_into().unwrap();

    assert_eq!((worked.employee(), worked.error(), worked.is_provisional()), ("E-00000", None, false));
    let tuesday = MONDAY.plus(1);
    let paid: Vec<_> = worked
        .pay_lines()
        .filter(|line| line.workday == tuesday)
        .map(|line| (line.pay_code, line.amount, line.rule, line.because, line.unit, line.paid))
        .collect();
    let expected = [
        ("regular", 28_800, "worked", "worked", Unit::Second, true),
        ("overtime_1_5", 7_200, "daily-8", "beyond the limit of the workday", Unit::Second, true),
    ];
    assert_eq!(paid, expected);
    let day = worked.workdays().find(|day| day.workday == tuesday).unwrap();
    assert_eq!((day.worked, day.punches), (Seconds(36_000), 2));
    assert!(worked.exceptions().any(|it| it.code == ExceptionCode::MissingOut && it.rule == "punches"));
    let of_the_period = |code| worked.totals().find(|it| it.scope == TotalScope::PayPeriod && it.pay_code == code);
    assert!(of_the_period("overtime_1_5").unwrap().amount > 7_200);
    assert_eq!(worked.plugin_failures().count(), 0);

    assert!(on_leave.pay_lines().any(|line| line.workday == MONDAY && line.because == "on approved leave"));
    assert_eq!(results.into_columns().unwrap(), *rows.columns());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_way_to_give_timecards_comes_to_the_same() {
    let client = client(&serve()).connect().await.unwrap();
    let request = client.prepare(settings()).await.unwrap();
    let one_by_one = client.evaluate(&request, cards(800), |_| {}).await.unwrap();
    let streamed = client.evaluate_stream(&request, tokio_stream::iter(cards(800)), |_| {}).await.unwrap();
    assert_eq!(one_by_one, streamed);
    let mut batch = shiftmill_client::core::TimecardBatch::default();
    for card in cards(800) {
        batch.push(&card).unwrap();
    }
    let batches = client.evaluate_batches(&request, [batch], |_| {}).await.unwrap();
    assert_eq!((batches.summary.chunks, one_by_one.summary.chunks), (1, 3));
    assert_eq!((batches.summary.hash, batches.summary.punches), (one_by_one.summary.hash, one_by_one.summary.punches));
    let none = client.evaluate_all(&request, []).await.unwrap();
    assert_eq!((none.outcome.summary.employees, none.results.len()), (0, 0));
    assert_eq!(none.outcome.header, one_by_one.header);
}

#[tokio::test(flavor = "multi_thread")]
async fn totals_have_hashes_and_rows_of_their_own() {
    let client = client(&serve()).connect().await.unwrap();
    for detail in [Detail::Totals, Detail::Workdays, Detail::Spans, Detail::Full] {
        let request = client.prepare(Settings { detail, ..settings() }).await.unwrap();
        let evaluated = client.evaluate_all(&request, cards(5)).await.unwrap();
        let rows = evaluated.results.into_iter().next().unwrap().into_rows().unwrap();
        let lines = rows.employees().map(|employee| employee.pay_lines().count()).sum::<usize>();
        assert_eq!(lines > 0, detail != Detail::Totals);
        assert!(rows.employees().all(|employee| employee.totals().count() > 0));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chunk_that_cannot_be_read_is_handed_out_and_the_others_go_on() {
    let client = client(&serve()).connect().await.unwrap();
    let request = client.prepare(settings()).await.unwrap();
    let good = v1::Chunk { employees: vec!["E-1".to_owned()], punch_count: vec![0], ..v1::Chunk::default() };
    let bad = v1::Chunk { punch_count: vec![], ..good.clone() };
    let refused = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let told = std::sync::Arc::clone(&refused);
    let answered = move |answer| {
        if let Answer::Refused(error) = answer {
            told.lock().unwrap().push((error.number, error.code));
        }
    };
    let outcome = client.evaluate_chunks(&request, [good.clone(), bad, good], answered).await.unwrap();
    assert_eq!((outcome.summary.chunks, outcome.summary.chunk_errors), (2, 1));
    assert_eq!(*refused.lock().unwrap(), [(1, "SM-COLUMNS-UNEVEN".to_owned())]);
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_have_the_codes_of_the_service_or_of_the_client() {
    let client = client(&serve()).connect().await.unwrap();
    let unknown = Settings { rulesets: vec![Ruleset::Named("us-nowhere@1".to_owned())], ..settings() };
    let error = client.prepare(unknown).await.unwrap_err();
    assert_eq!((error.code(), error.is_retryable()), ("SM-RULESET-UNKNOWN", false));
    let text = RULES.replace("8h", "8 hours or so");
    let mistaken = Ruleset::Document { file_name: "acme.toml".to_owned(), text };
    let error = client.prepare(Settings { rulesets: vec![mistaken], ..settings() }).await.unwrap_err();
    assert_eq!((error.code(), error.is_retryable()), ("SM-RULESET-MISTAKES", false));

    let nowhere = Client::connect("http://127.0.0.1:1").await.unwrap_err();
    assert_eq!((nowhere.code(), nowhere.is_retryable()), ("SM-CLIENT-CONNECT", true));
    let nothing = Client::connect("not an address").await.unwrap_err();
    assert_eq!((nothing.code(), nothing.is_retryable()), ("SM-CLIENT-ADDRESS", false));
    let plaintext = Client::builder("http://127.0.0.1:1").tls(ClientTlsConfig::new()).connect().await.unwrap_err();
    assert_eq!((plaintext.code(), plaintext.is_retryable()), ("SM-CLIENT-PLAINTEXT", false));
}

#[tokio::test(flavor = "multi_thread")]
async fn timecards_and_requests_with_names_that_cannot_be_sent_are_refused() {
    let client = client(&serve()).connect().await.unwrap();
    let request = client.prepare(settings()).await.unwrap();
    let mut unnamed = card(7);
    unnamed.shifts.push(ShiftFact::work(MONDAY, ShiftTimes::Template(1)));
    let error = client.evaluate(&request, [card(0), unnamed], |_| {}).await.unwrap_err();
    assert_eq!(error.code(), "SM-CLIENT-UNNAMED");
    assert_eq!(error.to_string(), "employee `E-00007`: the ruleset has no shift with the number 1");

    let shifts = (0..1_025).map(|number| format!("shift-{number}")).collect();
    let vocabulary = Vocabulary::of_rulesets(&[v1::RulesetInfo { shifts, ..v1::RulesetInfo::default() }]);
    let error = client.evaluate(&Request::new(settings(), vocabulary), [], |_| {}).await.unwrap_err();
    assert_eq!(error.code(), "SM-CLIENT-TOO-MANY-NAMES");
    assert_eq!(error.to_string(), "the rulesets have 1025 shifts together; the maximum is 1024");
}
