//! The same bytes for each employee, whatever the number of workers, the chunks, the order and the layout.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that cannot go on fails")]

use std::collections::BTreeMap;
use std::sync::Arc;

use shiftmill::core::{
    CardFacts, CheckedBatch, Correction, CorrectionKind, Detail, ErrorCode, EvaluationWindow, Leave, LeaveTime, Punch,
    PunchKind, PunchRef, Seconds, ShiftFact, ShiftTimes, TagId, TimecardBatch, Timestamp, WallTime, Workday,
    WorkdayRange,
};
use shiftmill::ruleset::{Document, NoLibrary, compile};
use shiftmill::{Engine, Finished, Layout, PluginRegistry, Request, ResultHasher, StreamHash, zone_table};

const MONDAY: Workday = Workday(20514);

/// Rules of every kind that need working memory.
const RULES: &str = r#"
name = "same-bytes"
extends = "us-california@1"
[[breaks.fixed]]
name = "tea"
between = "16:00-16:10"
[[breaks.auto_deduct]]
name = "auto-lunch"
after = "6h"
amount = "30m"
only_if_segments = 1
[leave.codes.annual]
[attendance]
late_grace = "5m"
late_out_beyond = "30m"
absent_below = "4h"
[[premiums]]
name = "evening"
pay = "night"
between = "18:00-06:00"
"#;

fn request(detail: Detail, layout: Layout) -> Arc<Request> {
    let ruleset = compile(&Document { name: "same-bytes.toml", text: RULES }, &NoLibrary).unwrap();
    let days = WorkdayRange { first: MONDAY, last: MONDAY.plus(27) };
    let names = ["America/New_York".to_owned(), "Asia/Tokyo".to_owned()];
    let zones = zone_table(&names, days.first, days.last).unwrap();
    let as_of = Timestamp(WallTime::on(days.last.plus(3), 0).0);
    let window = EvaluationWindow { pay_period: days, facts: days, as_of, require_final: false };
    let request = Request::new(vec![Arc::new(ruleset)], Arc::new(zones), window, detail, &PluginRegistry::default());
    Arc::new(request.unwrap().with_layout(layout))
}

/// Four weeks of a plausible employee: five days a week, a lunch, some long days, some punches forgotten, doubled or
/// corrected, some leave.
fn facts(number: u64) -> CardFacts {
    let mut random = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut below = move |bound: u64| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from((random >> 33) % bound).unwrap()
    };
    let zone = u16::try_from(number % 2).unwrap();
    let offset = if zone == 0 { -18_000 } else { 32_400 };
    let mut card = CardFacts { employee: format!("E-{number:05}"), zone, ..CardFacts::default() };
    for day in (0..28).filter(|day| day % 7 < 5) {
        let workday = MONDAY.plus(day);
        let recorded_at = Timestamp(WallTime::on(workday, 0).0);
        card.shifts.push(ShiftFact::work(workday, ShiftTimes::Clock { start: 32_400, end: 64_800 }));
        let start = WallTime::on(workday, 32_400).0 - offset + below(900) - 450;
        let end = start + 9 * 3_600 + below(3) * 3_600;
        let noon = start + 4 * 3_600;
        let time = match below(24) {
            0 => Some(LeaveTime::Workday(workday)),
            1 => Some(LeaveTime::Amount(workday, Seconds::hours(2))),
            2 => Some(LeaveTime::Span { start: Timestamp(start - 7_200), end: Timestamp(start + below(7_200)) }),
            _ => None,
        };
        card.leave.extend(time.map(|time| Leave { code: 0, time, recorded_at }));
        let kind = match below(24) {
            0 => Some(CorrectionKind::Void(PunchRef::At(Timestamp(noon), PunchKind::MealStart))),
            1 => Some(CorrectionKind::Add { at: Timestamp(end + 3_600), kind: PunchKind::In, tag: TagId::NONE }),
            _ => None,
        };
        card.corrections.extend(kind.map(|kind| Correction { kind, recorded_at }));
        let punches = [
            (start, PunchKind::In),
            (noon, PunchKind::MealStart),
            (noon + 1_800, PunchKind::MealEnd),
            (end, PunchKind::Out),
        ];
        for (at, kind) in punches {
            let copies = match below(40) {
                0 => 0,
                1 => 2,
                _ => 1,
            };
            for copy in 0..copies {
                card.punches.push(Punch {
                    at: Timestamp(at + copy * 20),
                    kind,
                    id: None,
                    tag: TagId::NONE,
                    recorded_at: None,
                });
            }
        }
    }
    card
}

fn chunks(employees: impl Iterator<Item = u64>, per_chunk: usize, request: &Request) -> Vec<CheckedBatch> {
    let cards: Vec<CardFacts> = employees.map(facts).collect();
    let chunk = |cards: &[CardFacts]| {
        let mut batch = TimecardBatch::default();
        for card in cards {
            batch.push(card).unwrap();
        }
        batch.check(request.rulesets.len(), request.zones.zones.len(), 0).unwrap()
    };
    cards.chunks(per_chunk).map(chunk).collect()
}

/// Everything that was found out about each employee, written out, and the hash of the stream.
fn outcome(finished: &[Finished]) -> (BTreeMap<String, String>, StreamHash) {
    let mut told = BTreeMap::new();
    let mut sum = StreamHash::default();
    let mut hasher = ResultHasher::default();
    for chunk in finished {
        let keys = &chunk.batch.columns().employees;
        sum.add_all(&hasher.chunk(keys, &chunk.results));
        for (index, key) in keys.iter().enumerate() {
            told.insert(key.clone(), rows(&chunk.results, index));
        }
    }
    (told, sum)
}

fn rows(results: &shiftmill::core::Evaluations, index: usize) -> String {
    let own = results.rows_of(index);
    let card = (results.cards[index].provisional, results.cards[index].error);
    let workdays: Vec<_> = results.workdays.rows(own.workdays).collect();
    let lines: Vec<_> = results.lines.rows(own.lines).collect();
    let exceptions: Vec<_> = results.exceptions.rows(own.exceptions).collect();
    let totals: Vec<_> = results.totals.rows(own.totals).collect();
    let spans = &results.spans[own.spans];
    let premiums = &results.premiums[own.premiums];
    let notes = &results.notes[own.notes];
    format!("{card:?} {workdays:?} {lines:?} {exceptions:?} {totals:?} {spans:?} {premiums:?} {notes:?}")
}

#[test]
fn workers_chunks_order_and_layout_do_not_change_a_byte() {
    for detail in [Detail::Workdays, Detail::Full] {
        let one_worker = request(detail, Layout::CardByCard);
        let expected = outcome(&Engine::new(1).evaluate(&one_worker, chunks(0..60, 60, &one_worker)).unwrap());
        assert_eq!(expected.0.len(), 60);
        for seen in ["LeaveWorked", "MealMissing", "CorrectionUnmatched", "Absent", "LateOut"] {
            assert!(expected.0.values().any(|rows| rows.contains(seen)), "no card has {seen}");
        }
        for (workers, per_chunk, layout) in [
            (2, 7, Layout::CardByCard),
            (3, 1, Layout::PhaseByPhase),
            (1, 60, Layout::PhaseByPhase),
            (0, 13, Layout::PhaseByPhase),
        ] {
            let request = request(detail, layout);
            let engine = Engine::new(workers);
            let backwards = engine.evaluate(&request, chunks((0..60).rev(), per_chunk, &request)).unwrap();
            assert_eq!(outcome(&backwards), expected, "{workers} workers, {per_chunk} per chunk, {layout:?}");
        }
    }
}

#[test]
fn more_detail_does_not_change_the_hash() {
    let hash = |detail| {
        let request = request(detail, Layout::CardByCard);
        outcome(&Engine::new(1).evaluate(&request, chunks(0..20, 20, &request)).unwrap()).1.finish()
    };
    assert_eq!(hash(Detail::Workdays), hash(Detail::Spans));
    assert_eq!(hash(Detail::Workdays), hash(Detail::Full));
}

#[test]
fn a_batch_checked_for_another_request_fails_card_by_card() {
    let request = request(Detail::Workdays, Layout::CardByCard);
    let mut batch = TimecardBatch::default();
    batch.push(&CardFacts { ruleset: 1, ..facts(1) }).unwrap();
    batch.push(&facts(2)).unwrap();
    let finished = Engine::new(1).evaluate(&request, vec![batch.check(2, 2, 0).unwrap()]).unwrap();
    let errors: Vec<_> = finished[0].results.cards.iter().map(|card| card.error.map(|error| error.code())).collect();
    assert_eq!(errors, [Some(ErrorCode::Engine), None]);
}
