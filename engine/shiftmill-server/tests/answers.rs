//! Good requests: the same results as in process, byte for byte, in every form of request.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that cannot go on fails")]

mod support;

use std::sync::Arc;

use shiftmill::core::{CheckedBatch, Detail, EvaluationWindow, Evaluations, Leave, LeaveTime, Timestamp, WorkdayRange};
use shiftmill::ruleset::{Document, NoLibrary, compile};
use shiftmill::{Engine, PluginRegistry, Request, ResultHasher, StreamHash, zone_table};
use shiftmill_client::Answer;
use shiftmill_proto::v1;
use shiftmill_proto::v1::rulesets_client::RulesetsClient;
use shiftmill_server::Limits;
use shiftmill_wire::results;
use support::{Gathered, MONDAY, RULES, Running, batch, facts, header, message, problem, source, summary, window};

/// The request of [`header`], for an engine in process.
fn request(detail: Detail) -> Arc<Request> {
    let ruleset = compile(&Document { name: "acme.toml", text: RULES }, &NoLibrary).unwrap();
    let days = WorkdayRange { first: MONDAY, last: MONDAY.plus(27) };
    let zones = zone_table(&["America/New_York".to_owned()], days.first, days.last).unwrap();
    let window = EvaluationWindow {
        pay_period: days,
        facts: WorkdayRange { first: MONDAY.plus(-1), last: MONDAY.plus(28) },
        as_of: Timestamp(i64::from(MONDAY.plus(32).0) * 86_400),
        require_final: false,
    };
    let request = Request::new(vec![Arc::new(ruleset)], Arc::new(zones), window, detail, &PluginRegistry::default());
    Arc::new(request.unwrap())
}

fn in_process(detail: Detail, chunks: &[std::ops::Range<u64>]) -> (Vec<Evaluations>, StreamHash, Vec<CheckedBatch>) {
    let request = request(detail);
    let batches = chunks.iter().map(|range| batch(range.clone()).check(1, 1, 0).unwrap()).collect();
    let finished = Engine::new(1).evaluate(&request, batches).unwrap();
    let mut hash = StreamHash::default();
    let mut hasher = ResultHasher::default();
    for chunk in &finished {
        hash.add_all(&hasher.chunk(&chunk.batch.columns().employees, &chunk.results));
    }
    let (results, batches) = finished.into_iter().map(|chunk| (chunk.results, chunk.batch)).unzip();
    (results, hash, batches)
}

#[tokio::test(flavor = "multi_thread")]
async fn results_over_grpc_are_those_in_process_byte_for_byte() {
    let server = Running::start(Limits::default()).await;
    for (detail, wire) in [
        (Detail::Totals, v1::Detail::Totals),
        (Detail::Workdays, v1::Detail::Workdays),
        (Detail::Spans, v1::Detail::Spans),
        (Detail::Full, v1::Detail::Full),
    ] {
        let chunks: Vec<_> = (0..6).map(|number| number * 11..number * 11 + 11).collect();
        let (expected, hash, _) = in_process(detail, &chunks);
        let gathered = Gathered::default();
        let client = server.connect(2).await;
        let sent = chunks.into_iter().map(batch);
        let outcome = client.evaluate_batches(&support::request(wire), sent, gathered.taker()).await.unwrap();

        assert_eq!(outcome.summary.hash, hash, "{detail:?}");
        assert_eq!((outcome.summary.chunks, outcome.summary.employees), (6, 66));
        let answers = std::mem::take(&mut *gathered.0.lock().unwrap());
        assert_eq!(answers.len(), 6);
        for answer in answers {
            let Answer::Results(results) = answer else { panic!("{answer:?}") };
            let number = usize::try_from(results.number()).unwrap();
            results.check_rows().unwrap();
            assert_eq!(results.into_columns().unwrap(), expected[number], "{detail:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_header_says_what_the_results_come_from() {
    let server = Running::start(Limits::default()).await;
    let answers = server.exchange(header(), vec![]).await.unwrap();
    let Some(v1::evaluate_stream_response::Part::Header(header)) = &answers[0].part else { panic!("no header") };
    let ruleset = compile(&Document { name: "acme.toml", text: RULES }, &NoLibrary).unwrap();
    assert_eq!(header.engine_version, shiftmill::ENGINE_VERSION);
    assert!(header.zone_edition.starts_with("20"), "{}", header.zone_edition);
    assert_eq!(header.rulesets[0].hash, ruleset.hash_hex());
    assert!(header.rulesets[0].rules.contains(&"weekly-40".to_owned()));
    assert_eq!(header.reasons[8], "beyond the limit of the workday");
    assert_eq!(summary(&answers).result_hash, [0; 32]);
}

#[tokio::test(flavor = "multi_thread")]
async fn presets_go_by_their_names() {
    let server = Running::start(Limits::default()).await;
    for preset in shiftmill::ruleset::presets() {
        let named = v1::RulesetSource {
            source: Some(v1::ruleset_source::Source::Name(preset.name.to_owned())),
            file_name: String::new(),
        };
        let header = v1::Header { rulesets: vec![named], shifts: vec![], ..header() };
        let answers = server.exchange(header, vec![]).await.unwrap();
        let Some(v1::evaluate_stream_response::Part::Header(header)) = &answers[0].part else { panic!("no header") };
        assert!(!header.rulesets[0].not_covered.is_empty(), "{} says what it does not cover", preset.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sparse_rows_arrive() {
    let server = Running::start(Limits::default()).await;
    let mut card = facts(1);
    card.punches.clear();
    card.shifts.truncate(1);
    card.leave.push(Leave { code: 0, time: LeaveTime::Workday(MONDAY), recorded_at: Timestamp(0) });
    let mut batch = shiftmill::core::TimecardBatch::default();
    batch.push(&facts(0)).unwrap();
    batch.push(&card).unwrap();
    let batches = vec![batch.clone().check(1, 1, 0).unwrap()];
    let expected = Engine::new(1).evaluate(&request(Detail::Workdays), batches).unwrap();
    let answers = server.exchange(header(), vec![message(9, batch)]).await.unwrap();
    let result = support::results(&answers).remove(0);
    assert_eq!(result.number, 9);
    assert_eq!(results::read(result).unwrap(), expected[0].results);
    let paid_leave = (0..expected[0].results.lines.len())
        .filter_map(|index| expected[0].results.lines.get(index))
        .any(|line| line.workday == MONDAY && line.because == 6);
    assert!(paid_leave, "the leave is paid");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timecard_in_readable_rows_comes_back_explained() {
    let server = Running::start(Limits::default()).await;
    let punch = |at: &str, kind: &str| v1::Punch { at: at.to_owned(), kind: kind.to_owned(), ..v1::Punch::default() };
    let timecard = v1::Timecard {
        employee: "Ana".to_owned(),
        punches: vec![punch("2026-03-02 08:00", "in"), punch("2026-03-02T18:00:00-05:00", "out")],
        shifts: vec![v1::ScheduledShift {
            workday: "2026-03-02".to_owned(),
            shift: "office".to_owned(),
            ..v1::ScheduledShift::default()
        }],
        ..v1::Timecard::default()
    };
    let request = v1::EvaluateRequest {
        ruleset: Some(source(RULES)),
        window: Some(window()),
        zone: "America/New_York".to_owned(),
        timecards: vec![timecard],
        detail: 0,
        explain: true,
        language: String::new(),
        split_totals_by: Vec::new(),
        other_rulesets: Vec::new(),
    };
    let answer = server.client().await.evaluate(request).await.unwrap().into_inner();
    let card = &answer.timecards[0];
    let day = card.days.iter().find(|day| day.workday == "2026-03-02").unwrap();
    let pay: Vec<_> = day.pay.iter().map(|line| (line.pay_code.as_str(), line.amount, line.because.as_str())).collect();
    assert_eq!(pay, [("regular", 28_800, "worked"), ("overtime_1_5", 7_200, "beyond 8:00 in the workday")]);
    assert_eq!(day.worked_seconds, 36_000);
    let stretch = &day.timeline[0];
    assert_eq!((stretch.from.as_str(), stretch.to.as_str(), stretch.what.as_str()), ("08:00", "16:00", "work"));
    assert!(card.explanation.contains("beyond 8:00 in the workday"), "{}", card.explanation);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_good_ruleset_validates() {
    let server = Running::start(Limits::default()).await;
    let mut rulesets = RulesetsClient::new(server.channel().await);
    let request = v1::ValidateRequest { text: RULES.to_owned(), file_name: "acme.toml".to_owned() };
    let answer = rulesets.validate(request).await.unwrap().into_inner();
    assert!(answer.valid && answer.mistakes.is_empty());
    let ruleset = answer.ruleset.unwrap();
    assert_eq!((ruleset.name.as_str(), ruleset.hash.len()), ("acme", 64));
    assert!(ruleset.context_days_before >= 6, "a weekly limit needs the days of the week before");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_request_id_comes_back() {
    let server = Running::start(Limits::default()).await;
    let mut rulesets = RulesetsClient::new(server.channel().await);
    let mut request = tonic::Request::new(v1::ValidateRequest::default());
    request.metadata_mut().insert("x-request-id", "payroll-2026-03".parse().unwrap());
    let answer = rulesets.validate(request).await.unwrap();
    assert_eq!(answer.metadata().get("x-request-id").unwrap(), "payroll-2026-03");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_too_large_says_how_many_timecards_fit() {
    let server = Running::start(Limits { message_bytes: 64 << 10, ..Limits::default() }).await;
    let mut client = server.client().await;
    let timecards = |count: usize| {
        let punch = |day: usize, time: &str, kind: &str| v1::Punch {
            at: format!("2026-03-{day:02} {time}"),
            kind: kind.to_owned(),
            ..v1::Punch::default()
        };
        let punches = || (2..=27).flat_map(|day| [punch(day, "08:00", "in"), punch(day, "19:00", "out")]).collect();
        let card = |number| v1::Timecard { employee: format!("E-{number}"), punches: punches(), ..<_>::default() };
        (0..count).map(card).collect::<Vec<_>>()
    };
    let request = |count, explain| v1::EvaluateRequest {
        ruleset: Some(source(RULES)),
        zone: "America/New_York".to_owned(),
        window: Some(window()),
        timecards: timecards(count),
        explain,
        ..v1::EvaluateRequest::default()
    };
    let status = client.evaluate(request(20, true)).await.unwrap_err();
    assert_eq!(problem(&status), ("SM-TOO-MANY".to_owned(), vec!["timecards".to_owned()]));
    let words = "the answer about 20 timecards has more than 65536 bytes; the first ";
    let rest = status.message().strip_prefix(words).unwrap_or_else(|| panic!("{}", status.message()));
    let fit: usize = rest.split(' ').next().unwrap().parse().unwrap();
    assert!((1..20).contains(&fit), "{fit}");
    assert!(client.evaluate(request(fit + 1, true)).await.is_err());
    let answer = client.evaluate(request(fit, true)).await.unwrap().into_inner();
    assert!(answer.timecards.iter().all(|card| !card.explanation.is_empty() && !card.totals.is_empty()));
    // Without sentences of every step, twice as many fit.
    assert!(client.evaluate(request(fit * 2, false)).await.is_ok());
}

/// Two places with holidays of their own.
const PLACES: &str = "\
[calendars.bavaria]
statutory_holidays = [2026-03-03]
[calendars.hesse]
";

fn on_calendar(employee: &str, calendar: &str) -> v1::Timecard {
    let punch = |at: &str, kind: &str| v1::Punch { at: at.to_owned(), kind: kind.to_owned(), ..v1::Punch::default() };
    let (from, calendar) = ("2026-01-01".to_owned(), calendar.to_owned());
    v1::Timecard {
        employee: employee.to_owned(),
        punches: vec![punch("2026-03-03 08:00", "in"), punch("2026-03-03 12:00", "out")],
        assignments: vec![v1::AssignmentFact { from, calendar, ..v1::AssignmentFact::default() }],
        ..v1::Timecard::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_calendar_of_a_timecard_decides_its_holidays() {
    let server = Running::start(Limits::default()).await;
    let to_other = v1::AssignmentFact {
        from: "2026-03-02".to_owned(),
        ruleset: "other".to_owned(),
        ..v1::AssignmentFact::default()
    };
    let mut moved = on_calendar("Cem", "hesse");
    moved.assignments.push(to_other);
    let request = v1::EvaluateRequest {
        ruleset: Some(source(&format!("{RULES}{PLACES}"))),
        window: Some(window()),
        zone: "America/New_York".to_owned(),
        timecards: vec![on_calendar("Ana", "bavaria"), on_calendar("Ben", "own"), moved, on_calendar("Dan", "prussia")],
        explain: true,
        other_rulesets: vec![source("name = \"other\"\n[calendars.bavaria]\n")],
        ..v1::EvaluateRequest::default()
    };
    let answer = server.client().await.evaluate(request).await.unwrap().into_inner();
    let day_types: Vec<_> = answer.timecards[..2]
        .iter()
        .map(|card| card.days.iter().find(|day| day.workday == "2026-03-03").unwrap().day_type.as_str())
        .collect();
    assert_eq!(day_types, ["statutory_holiday", "workday"]);
    let told = "The day is a statutory holiday: the calendar `bavaria` of the ruleset names its date.";
    assert!(answer.timecards[0].explanation.contains(told), "{}", answer.timecards[0].explanation);
    let errors: Vec<_> = answer.timecards[2..]
        .iter()
        .map(|card| card.error.as_ref().unwrap())
        .map(|error| (error.code.as_str(), error.field.as_str(), error.message.as_str()))
        .collect();
    let expected = [
        (
            "SM-UNKNOWN-CALENDAR",
            "timecards[2].assignments[1]",
            "the ruleset `other` has no calendar `hesse`; it has bavaria",
        ),
        (
            "SM-UNKNOWN-CALENDAR",
            "timecards[3].assignments[0].calendar",
            "the ruleset has no calendar `prussia`; it has bavaria, hesse",
        ),
    ];
    assert_eq!(errors, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_calendar_of_a_stream_that_the_ruleset_does_not_have_is_named() {
    let server = Running::start(Limits::default()).await;
    let header = v1::Header { rulesets: vec![source(&format!("{RULES}{PLACES}"))], ..header() };
    let mut chunk = message(9, batch(0..3));
    let calendars = ["bavaria", "prussia", "own"].iter().zip(0..);
    chunk.assignments = calendars
        .map(|(calendar, employee)| v1::AssignmentRow {
            employee,
            from: MONDAY.0,
            calendar: (*calendar).to_owned(),
            ..v1::AssignmentRow::default()
        })
        .collect();
    let answers = server.exchange(header, vec![chunk]).await.unwrap();
    let result = support::results(&answers).remove(0);
    let errors: Vec<_> = result.errors.iter().map(|error| (error.field.as_str(), error.message.as_str())).collect();
    let told = "the ruleset `acme` has no calendar `prussia`; it has bavaria, hesse";
    assert_eq!(errors, [("chunks[9].assignments[1]", told)]);
}
