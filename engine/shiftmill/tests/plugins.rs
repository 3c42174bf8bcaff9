//! Evaluations with plugins: each employee has the same bytes whatever the other employees, also when a plugin fails.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that cannot go on fails")]

use std::collections::BTreeMap;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use shiftmill::core::{
    CardFacts, CheckedBatch, Detail, ErrorCode, EvaluationWindow, Evaluations, ExceptionCode, FailureCode, Hook,
    PayCode, Punch, PunchKind, ShiftFact, ShiftTimes, TagId, TimecardBatch, Timestamp, WallTime, Workday, WorkdayRange,
};
use shiftmill::plugin_host::{FAILED_FUEL_MAX, HostSettings, fuel_budget};
use shiftmill::ruleset::{Document, Ruleset, compile};
use shiftmill::words::{self, Language};
use shiftmill::{
    Caller, Engine, Finished, Layout, PluginRegistry, Request, RequestError, ResultHasher, Stopped, StreamHash,
    zone_table,
};
use shiftmill_guests::{Guest, SLOW, endless};

const MONDAY: Workday = Workday(20_514);
/// `meal_premium` and `overtime_2_0`, by their numbers.
const MEAL: PayCode = PayCode(16);
const DOUBLE: PayCode = PayCode(6);

/// Pays a meal on the first day, and lets the first stretch of work pay double.
const GENEROUS: &str = "
    (call $edit (local.get $employee) (i32.const 9) (i32.const 0)
        (call $workday (local.get $cards) (call $first_day (local.get $cards) (local.get $employee)))
        (i64.const 0) (i64.const 0) (i32.const 16) (i64.const 1) (i32.const 0))
    (call $edit (local.get $employee) (i32.const 5) (call $first_span (local.get $cards) (local.get $employee))
        (i32.const 0)
        (call $span_start_at (local.get $cards) (call $first_span (local.get $cards) (local.get $employee)))
        (call $span_end_at (local.get $cards) (call $first_span (local.get $cards) (local.get $employee)))
        (i32.const 6) (i64.const 0) (i32.const 0))";

/// A plugin that is generous, but treats employees of three days badly.
fn plugin(bad: &str) -> Guest {
    Guest::new("generous", bad).with(|guest| guest.good = GENEROUS.to_owned())
}

/// A registry that looks at every employee twice.
fn registry() -> PluginRegistry {
    PluginRegistry::new(HostSettings { audit_one_in: 1, ..HostSettings::default() })
}

fn ruleset(registry: &PluginRegistry, guest: &Guest, more: &str) -> Arc<Ruleset> {
    let plugin = registry.load(&guest.component()).unwrap();
    let text = format!(
        "name = \"with\"\n[[overtime.tiers]]\nname = \"daily-8\"\nscope = \"workday\"\nafter = \"8h\"\n\
         pay = \"overtime_1_5\"\n[[plugin]]\nname = \"generous\"\nhash = \"{}\"\n{more}",
        plugin.hash()
    );
    let compiled = compile(&Document { name: "with.toml", text: &text }, registry);
    Arc::new(compiled.unwrap_or_else(|mistakes| panic!("{mistakes}")))
}

fn without_plugin() -> Arc<Ruleset> {
    Arc::new(compile(&Document { name: "plain.toml", text: "name = \"plain\"" }, &registry()).unwrap())
}

fn request(rulesets: Vec<Arc<Ruleset>>, detail: Detail, registry: &PluginRegistry) -> Result<Request, RequestError> {
    let days = WorkdayRange { first: MONDAY, last: MONDAY.plus(13) };
    let as_of = Timestamp(WallTime::on(days.last.plus(3), 0).0);
    let window = EvaluationWindow { pay_period: days, facts: days, as_of, require_final: false };
    let zones = zone_table(&["America/New_York".to_owned()], days.first, days.last).unwrap();
    Request::new(rulesets, Arc::new(zones), window, detail, registry)
}

/// An employee who works so many days, of nine hours and a little.
fn facts(number: u64, days: i32, rulesets: u64) -> CardFacts {
    let mut card = CardFacts { employee: format!("E-{number:04}"), ..CardFacts::default() };
    card.ruleset = u16::try_from(number % rulesets).unwrap();
    for day in 0..days {
        let start = WallTime::on(MONDAY.plus(day), 9 * 3_600 + 18_000).0 + i64::try_from(number % 7).unwrap() * 60;
        for (at, kind) in [(start, PunchKind::In), (start + 34_000, PunchKind::Out)] {
            card.punches.push(Punch { at: Timestamp(at), kind, id: None, tag: TagId::NONE, recorded_at: None });
        }
    }
    card
}

/// Employees of five days; every tenth has three.
fn some(numbers: impl Iterator<Item = u64>, rulesets: u64) -> Vec<CardFacts> {
    numbers.map(|number| facts(number, if number % 10 == 4 { 3 } else { 5 }, rulesets)).collect()
}

fn chunks(cards: &[CardFacts], per_chunk: usize, request: &Request) -> Vec<CheckedBatch> {
    let chunk = |cards: &[CardFacts]| {
        let mut batch = TimecardBatch::default();
        cards.iter().for_each(|card| batch.push(card).unwrap());
        batch.check(request.rulesets.len(), request.zones.zones.len(), 0).unwrap()
    };
    cards.chunks(per_chunk).map(chunk).collect()
}

/// All about every employee, and the hash of it.
type Told = (BTreeMap<String, String>, StreamHash);

fn outcome(finished: &[Finished]) -> Told {
    let (mut told, mut sum, mut hasher) = (BTreeMap::new(), StreamHash::default(), ResultHasher::default());
    for chunk in finished {
        let keys = &chunk.batch.columns().employees;
        sum.add_all(&hasher.chunk(keys, &chunk.results));
        told.extend(keys.iter().enumerate().map(|(index, key)| (key.clone(), rows(&chunk.results, index))));
    }
    (told, sum)
}

/// Everything about one employee, written out.
fn rows(results: &Evaluations, index: usize) -> String {
    let (own, card) = (results.rows_of(index), results.cards[index]);
    let lines: Vec<_> = results.lines.rows(own.lines).collect();
    let exceptions: Vec<_> = results.exceptions.rows(own.exceptions).collect();
    let spans = &results.spans[own.spans];
    let quantities = &results.quantities[own.quantities];
    let notes = &results.notes[own.notes];
    let reasons: Vec<_> = own.reasons.map(|reason| results.reasons.get(reason as u32)).collect();
    let failures = results.failures.iter().filter(|failure| failure.card as usize == index);
    let failures: Vec<_> = failures.map(|failure| (&failure.binding, failure.code, &failure.message)).collect();
    let error = card.error;
    format!("{error:?} {lines:?} {exceptions:?} {spans:?} {quantities:?} {notes:?} {reasons:?} {failures:?}")
}

#[test]
fn workers_chunks_order_and_layout_do_not_change_a_byte() {
    let registry = registry();
    let with = ruleset(&registry, &plugin("unreachable"), "");
    for detail in [Detail::Workdays, Detail::Full] {
        let request = |layout| {
            let request = request(vec![Arc::clone(&with), without_plugin()], detail, &registry).unwrap();
            Arc::new(request.with_layout(layout))
        };
        let one_worker = request(Layout::CardByCard);
        let cards = some(0..70, 2);
        let expected = Engine::new(1).evaluate(&one_worker, chunks(&cards, 70, &one_worker)).unwrap();
        let expected = outcome(&expected);
        let failed = expected.0.values().filter(|rows| rows.starts_with("Some(Plugin")).count();
        assert_eq!(failed, 7, "every tenth employee is treated badly");
        let backwards: Vec<CardFacts> = cards.iter().rev().cloned().collect();
        for (workers, per_chunk, layout) in [
            (2, 9, Layout::CardByCard),
            (3, 1, Layout::CardByCard),
            (1, 70, Layout::PhaseByPhase),
            (0, 13, Layout::PhaseByPhase),
        ] {
            let request = request(layout);
            let found = Engine::new(workers).evaluate(&request, chunks(&backwards, per_chunk, &request)).unwrap();
            assert_eq!(outcome(&found), expected, "{workers} workers, {per_chunk} per chunk, {layout:?}");
        }
    }
}

#[test]
fn what_a_plugin_makes_of_work_feeds_overtime_and_says_why() {
    let registry = registry();
    let request = request(vec![ruleset(&registry, &plugin("unreachable"), "")], Detail::Full, &registry).unwrap();
    let request = Arc::new(request);
    let finished = Engine::new(1).evaluate(&request, chunks(&some(0..1, 1), 1, &request)).unwrap();
    let results = &finished[0].results;
    let of =
        |code| results.lines.rows(0..99).filter(|line| line.code == code).map(|line| line.amount).collect::<Vec<_>>();
    // All of the first day is double already, so that it is no straight time and no overtime.
    assert_eq!((of(DOUBLE), of(MEAL)), (vec![34_000], vec![1]));
    assert_eq!(of(PayCode(5)), [5_200; 4]);
    let names = request.rulesets[0].timeline().names();
    let told =
        words::explain(names, request.tags(), results, 0, &request.zones.zones[0], Language::English, usize::MAX)
            .unwrap();
    let meal = told.days[0].pay.iter().find(|line| line.pay_code == "meal_premium").unwrap();
    assert_eq!((meal.rule.as_str(), meal.because.as_str()), ("generous/meal", "has a meal"));
    assert!(told.days[0].steps.iter().any(|step| step.contains("by rule `generous/meal`: has a meal")), "{told}");
}

#[test]
fn a_failure_costs_its_timecard_or_the_plugin_on_it() {
    let registry = registry();
    let outcomes = |bad: &str, more: &str| {
        let request = request(vec![ruleset(&registry, &plugin(bad), more)], Detail::Spans, &registry).unwrap();
        let request = Arc::new(request);
        let mut finished = Engine::new(1).evaluate(&request, chunks(&some(0..10, 1), 10, &request)).unwrap();
        finished.remove(0).results
    };
    let failed = outcomes("unreachable", "");
    let codes: Vec<_> = failed.cards.iter().map(|card| card.error.map(|error| error.code())).collect();
    let expected = |code| (0..10).map(|index| (index == 4).then_some(code)).collect::<Vec<_>>();
    assert_eq!(codes, expected(ErrorCode::PluginPanic));
    assert_eq!((failed.failures.len(), failed.failures[0].card, failed.failures[0].hook), (1, 4, Hook::Days));
    assert_eq!(failed.failures[0].plugin, "generous 0.1.0");

    // A premium code is no code of the base layer.
    let beyond = GENEROUS.replace("(i32.const 6)", "(i32.const 10)");
    let refused = outcomes(&beyond, "");
    let codes: Vec<_> = refused.cards.iter().map(|card| card.error.map(|error| error.code())).collect();
    assert_eq!(codes, expected(ErrorCode::PluginEdit));
    let message = &refused.failures[0].message;
    assert!(message.starts_with("edit 2, `recode` by rule `generous/meal`, is refused: `night`"), "{message}");
    assert_eq!(refused.failures[0].workday, Some(MONDAY));

    let skipped = outcomes(&beyond, "on_failure = \"skip\"");
    assert!(skipped.cards.iter().all(|card| card.error.is_none()));
    assert_eq!((skipped.failures[0].code, skipped.failures[0].skipped), (FailureCode::BadEdit, true));
    let from = skipped.rows_of(4).lines;
    assert!(
        skipped.lines.rows(from).all(|line| line.code != MEAL && line.code != DOUBLE),
        "none of its edits is applied"
    );
    let marked = skipped.exceptions.code.iter().filter(|code| **code == ExceptionCode::PluginFailed).count();
    assert_eq!(marked, 1);
}

/// One employee of three days with a scheduled shift, treated badly at two hooks.
fn of_two_hooks(bad: &str) -> Evaluations {
    let registry = registry();
    let guest = Guest::new("generous", bad).with(|guest| {
        guest.hooks = vec![Hook::Schedule, Hook::Days];
        guest.columns = ["day.workday", "scheduled.start"].map(str::to_owned).to_vec();
        guest.good = "(nop)".to_owned();
    });
    let with = ruleset(&registry, &guest, "on_failure = \"skip\"");
    let request = Arc::new(request(vec![with], Detail::Spans, &registry).unwrap());
    let mut card = facts(1, 3, 1);
    card.shifts.push(ShiftFact::work(MONDAY, ShiftTimes::Clock { start: 32_400, end: 64_800 }));
    let mut finished = Engine::new(1).evaluate(&request, chunks(&[card], 1, &request)).unwrap();
    finished.remove(0).results
}

#[test]
fn a_plugin_that_is_left_out_leaves_nothing_behind() {
    let failed_at_once = of_two_hooks("unreachable");
    assert_eq!(failed_at_once.cards[0].error, None);
    let hooks: Vec<_> = failed_at_once.failures.iter().map(|failure| (failure.hook, failure.skipped)).collect();
    assert_eq!(hooks, [(Hook::Schedule, true)], "it is not called again");

    // Times may be expected before the days are compared, and not afterwards.
    let start = WallTime::on(MONDAY, 32_400 + 18_000 + 1_800).0;
    let expect = format!(
        "(call $edit (local.get $employee) (i32.const 3) (local.get $employee) (i32.const 0) (i64.const {start})
            (i64.const {}) (i32.const 0) (i64.const 0) (i32.const 0))",
        start + 30_600
    );
    let changed_before = of_two_hooks(&expect);
    assert_eq!(changed_before.cards[0].error.map(|error| error.code()), Some(ErrorCode::PluginEdit));
    assert_eq!((changed_before.failures[0].hook, changed_before.failures[0].skipped), (Hook::Days, false));
}

/// What comes of a request for these cards, in chunks of so many.
fn asked(
    registry: &PluginRegistry,
    with: &Arc<Ruleset>,
    cards: &[CardFacts],
    per_chunk: usize,
) -> Result<Told, Stopped> {
    let request = Arc::new(request(vec![Arc::clone(with)], Detail::Workdays, registry).unwrap());
    let finished = Engine::new(2).evaluate(&request, chunks(cards, per_chunk, &request));
    assert_eq!(request.stopped(), finished.as_ref().err());
    finished.map(|finished| outcome(&finished))
}

#[test]
fn a_plugin_that_fails_for_everybody_costs_every_timecard_and_no_more() {
    let registry = registry();
    let with = ruleset(&registry, &plugin("unreachable"), "");
    let mut cards: Vec<CardFacts> = (0..150).map(|number| facts(number, 3, 1)).collect();
    cards.push(facts(150, 5, 1));
    let told = asked(&registry, &with, &cards, 200).unwrap();
    assert_eq!(told.0.values().filter(|rows| rows.starts_with("Some(Plugin")).count(), 150);
    cards.reverse();
    assert_eq!(asked(&registry, &with, &cards, 10).unwrap(), told);
}

#[test]
fn fuel_used_on_failures_stops_the_request_in_any_order() {
    let registry = registry();
    for more in ["", "on_failure = \"skip\""] {
        let with = ruleset(&registry, &plugin(&endless()), more);
        let most = (FAILED_FUEL_MAX / fuel_budget(3)) as usize;
        let mut cards: Vec<CardFacts> = (0..=most as u64).map(|number| facts(number, 3, 1)).collect();
        cards.extend((200..240).map(|number| facts(number, 5, 1)));
        for per_chunk in [200, 9] {
            cards.reverse();
            let stopped = asked(&registry, &with, &cards, per_chunk).unwrap_err();
            assert_eq!(stopped.code(), ErrorCode::PluginBroken);
            assert!(!stopped.is_retryable());
            let told = stopped.to_string();
            assert!(
                told.contains("units of fuel on employees on whom it failed; one of the failures: exceeded its fuel"),
                "{told}"
            );
        }
        // With one employee less all are answered, in any order too.
        let few: Vec<CardFacts> = cards.into_iter().filter(|card| card.employee != "E-0000").collect();
        let told = asked(&registry, &with, &few, 200).unwrap();
        let backwards: Vec<CardFacts> = few.iter().rev().cloned().collect();
        assert_eq!(asked(&registry, &with, &backwards, 9).unwrap(), told);
    }
}

/// Waits until `met`, at most twenty seconds.
fn eventually(what: &str, met: impl Fn() -> bool) {
    for _ in 0..1_000 {
        if met() {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("waited in vain for {what}");
}

#[test]
fn a_slow_plugin_holds_no_worker() {
    let registry = registry();
    let slow = Arc::new(request(vec![ruleset(&registry, &plugin(SLOW), "")], Detail::Workdays, &registry).unwrap());
    let with = ruleset(&registry, &plugin("unreachable"), "");
    let engine = Engine::new(1);
    // The worker would need minutes for the first three.
    let three_days: Vec<CardFacts> = (0..1_500).map(|number| facts(number, 3, 1)).collect();
    for chunk in chunks(&three_days, 500, &slow) {
        engine.submit(Arc::clone(&slow), chunk, drop);
    }
    let (told, ended) = mpsc::channel();
    for rulesets in [vec![without_plugin()], vec![with]] {
        let request = Arc::new(request(rulesets, Detail::Workdays, &registry).unwrap());
        let alone = outcome(&Engine::new(1).evaluate(&request, chunks(&some(0..40, 1), 40, &request)).unwrap());
        let beside = outcome(&engine.evaluate(&request, chunks(&some(0..40, 1), 9, &request)).unwrap());
        assert_eq!(alone, beside);
        let (told, call) = (told.clone(), chunks(&some(0..1, 1), 1, &request).remove(0));
        engine.submit_call(request, call, move |finished| told.send(finished.map(|_| ())).unwrap());
        assert_eq!(ended.recv_timeout(Duration::from_secs(60)), Ok(Ok(())));
    }
    assert_eq!(slow.stopped(), None);
    eventually("the background", || slow.was_in_background());
    slow.cancel();
}

#[test]
fn a_small_request_does_not_wait_for_a_large_one() {
    let large = Arc::new(request(vec![without_plugin()], Detail::Full, &registry()).unwrap());
    let small = request(vec![without_plugin()], Detail::Full, &registry()).unwrap();
    let small = Arc::new(small.with_caller(Caller(1)));
    let engine = Engine::new(1);
    let (told, ended) = mpsc::channel();
    let submit = |request: &Arc<Request>, cards: Vec<CardFacts>, name: &'static str| {
        for chunk in chunks(&cards, 2_000, request) {
            let told = told.clone();
            engine.submit(Arc::clone(request), chunk, move |finished| told.send((name, finished.is_ok())).unwrap());
        }
    };
    // Only the order of finishing is compared: a chunk of the large request has many slices, the small request has one.
    submit(&large, (0..60_000).map(|number| facts(number, 12, 1)).collect(), "large");
    submit(&small, some(0..3, 1), "small");
    drop(engine);
    drop(told);
    let ended: Vec<_> = ended.iter().collect();
    assert!(ended.len() == 31 && ended.iter().all(|(_, is_ok)| *is_ok));
    assert_ne!(ended.last(), Some(&("small", true)), "{ended:?}");
}

#[test]
fn a_cancelled_request_frees_its_worker() {
    let registry = registry();
    let slow = ruleset(&registry, &plugin(SLOW), "");
    let request = Arc::new(request(vec![slow], Detail::Workdays, &registry).unwrap());
    // A single employee passes. The others would take minutes.
    let engine = Engine::new(1);
    let one = engine.evaluate(&request, chunks(&[facts(1, 3, 1)], 1, &request)).unwrap();
    assert_eq!(one[0].results.cards[0].error, None);
    let cards: Vec<CardFacts> = (0..1_500).map(|number| facts(number, 3, 1)).collect();
    let (told, ended) = mpsc::channel();
    for chunk in chunks(&cards, 600, &request) {
        let told = told.clone();
        engine.submit(Arc::clone(&request), chunk, move |finished| told.send(finished.map(|_| ())).unwrap());
    }
    eventually("the first chunk to be under way", || request.was_in_background());
    request.cancel();
    // The engine ends at once, since the chunk under way does, and those that wait are not begun.
    drop((engine, told));
    let ended: Vec<_> = ended.iter().map(|ended| ended.unwrap_err().code()).collect();
    assert_eq!(ended, [ErrorCode::Cancelled; 3]);
}

#[test]
fn timecards_without_plugins_are_not_evaluated_for_nobody() {
    let request = Arc::new(request(vec![without_plugin()], Detail::Workdays, &registry()).unwrap());
    request.cancel();
    let cards = some(0..3, 1);
    let stopped = Engine::new(1).evaluate(&request, chunks(&cards, 3, &request)).unwrap_err();
    assert_eq!((stopped.code(), stopped.to_string().as_str()), (ErrorCode::Cancelled, "the evaluation was cancelled"));
}

#[test]
fn a_plugin_that_looks_at_the_neighbours_stops_the_request_and_waits_to_be_replaced() {
    let registry = registry();
    // Pays as many meals as employees came before.
    let curious = GENEROUS.replacen("(i64.const 1)", "(i64.extend_i32_u (local.get $employee))", 1);
    let guest = Guest::honest("curious").with(|guest| guest.good = curious);
    let with = ruleset(&registry, &guest, "");
    let asked = Arc::new(request(vec![Arc::clone(&with)], Detail::Workdays, &registry).unwrap());
    let cards: Vec<CardFacts> = (0..10).map(|number| facts(number, 5, 1)).collect();
    let stopped = Engine::new(1).evaluate(&asked, chunks(&cards, 10, &asked)).unwrap_err();
    assert_eq!(stopped.code(), ErrorCode::PluginNotIndependent);
    let again = request(vec![with], Detail::Workdays, &registry).unwrap_err();
    assert_eq!(again.code(), ErrorCode::PluginNotIndependent);
    // Loaded again it is called again; with an instance for each employee it does no harm.
    let apart = ruleset(&registry, &guest, "isolation = \"employee\"");
    let apart = Arc::new(request(vec![apart], Detail::Workdays, &registry).unwrap());
    assert!(Engine::new(1).evaluate(&apart, chunks(&cards, 10, &apart)).is_ok());
}

#[test]
fn a_plugin_that_is_not_loaded_is_named() {
    let with = ruleset(&registry(), &plugin("unreachable"), "");
    let error = request(vec![with], Detail::Workdays, &registry()).unwrap_err();
    assert_eq!(error.code(), ErrorCode::PluginUnknown);
    let told = error.to_string();
    assert!(told.starts_with("the plugin `generous` of ruleset `with`, ") && told.ends_with("is not loaded"), "{told}");
}
