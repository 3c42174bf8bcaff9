//! A real service on loopback, and facts for it.
#![allow(dead_code, reason = "each test file uses a part")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

pub mod forwarder;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use shiftmill_client::core::{
    CardFacts, Detail, EvaluationWindow, Punch, PunchKind, ShiftFact, ShiftTimes, TagDictionary, TagId, Timestamp,
    WallTime, Workday, WorkdayRange,
};
use shiftmill_client::{Answer, Builder, ChunkResults, Client, Retry, Ruleset, Settings};
use shiftmill_server::{Config, Server};

/// A Monday.
pub const MONDAY: Workday = Workday(20_514);

/// Daily overtime, with a shift and a leave to name.
pub const RULES: &str = r#"
name = "acme"
[shifts.office]
start = "09:00"
end = "18:00"
[leave.codes.annual]
paid = true
[[overtime.tiers]]
name = "daily-8"
scope = "workday"
after = "8h"
pay = "overtime_1_5"
"#;

/// Starts a service that ends with the test.
pub fn serve() -> String {
    let server = Server::bind(Config { workers: 1, ..Config::default() }).unwrap();
    let address = server.address().to_string();
    tokio::spawn(server.run(std::future::pending()));
    address
}

pub fn settings() -> Settings {
    let days = WorkdayRange { first: MONDAY, last: MONDAY.plus(27) };
    let facts = WorkdayRange { first: MONDAY.plus(-1), last: MONDAY.plus(28) };
    let as_of = Timestamp(i64::from(MONDAY.plus(32).0) * 86_400);
    Settings {
        rulesets: vec![Ruleset::Document { file_name: "acme.toml".to_owned(), text: RULES.to_owned() }],
        zones: vec!["America/New_York".to_owned()],
        window: EvaluationWindow { pay_period: days, facts, as_of, require_final: false },
        complete: false,
        detail: Detail::Workdays,
        tags: TagDictionary::default(),
        split_totals_by: Vec::new(),
        join_rulesets: false,
    }
}

/// Four weeks of an employee, some days long, some without their last punch.
pub fn card(number: usize) -> CardFacts {
    let mut card = CardFacts { employee: format!("E-{number:05}"), ..CardFacts::default() };
    for day in (0..28).filter(|day| day % 7 < 5) {
        let workday = MONDAY.plus(day);
        card.shifts.push(ShiftFact::work(workday, ShiftTimes::Template(0)));
        let turn = i64::try_from(number).unwrap() * 7 + i64::from(day);
        let start = WallTime::on(workday, 32_400).0 + 18_000 + (turn % 13) * 60;
        let punch = |at, kind| Punch { at: Timestamp(at), kind, id: None, tag: TagId::NONE, recorded_at: None };
        card.punches.push(punch(start, PunchKind::In));
        if turn % 17 != 0 {
            card.punches.push(punch(start + 9 * 3_600 + (turn % 3) * 3_600, PunchKind::Out));
        }
    }
    card
}

pub fn cards(employees: usize) -> impl Iterator<Item = CardFacts> + Send + 'static {
    (0..employees).map(card)
}

/// A client that loses no time between attempts.
pub fn client(address: &str) -> Builder {
    let retry = Retry { attempts: 5, first_delay: Duration::from_millis(1), longest_delay: Duration::from_millis(20) };
    Client::builder(format!("http://{address}")).connections(2).window(2).retry(retry).check_rows(true)
}

/// Counts how often each employee is handed out.
#[derive(Clone, Default)]
pub struct Seen(Arc<Mutex<BTreeMap<String, usize>>>);

impl Seen {
    pub fn taker(&self) -> impl Fn(Answer) + Send + Sync + 'static + use<> {
        let seen = self.clone();
        move |answer| match answer {
            Answer::Results(results) => seen.take(&results),
            Answer::Refused(error) => panic!("{error:?}"),
        }
    }

    fn take(&self, results: &ChunkResults) {
        let mut seen = self.0.lock().unwrap();
        for employee in results.employees() {
            *seen.entry(employee.clone()).or_default() += 1;
        }
    }

    /// Every one of so many employees was handed out exactly once.
    pub fn are_exactly(&self, employees: usize) {
        let seen = self.0.lock().unwrap();
        assert!(seen.values().all(|times| *times == 1), "an employee was handed out twice");
        assert_eq!(seen.len(), employees);
    }
}
