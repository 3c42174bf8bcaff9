//! A timecard written in code, with its ruleset as TOML.

use std::collections::BTreeMap;

use shiftmill_core::{
    CardFacts, EvaluationWindow, ExceptionCode, Fold, Leave, LeaveTime, Punch, PunchKind, ShiftFact, ShiftTimes,
    TagDictionary, TagId, Timestamp, WallTime, Workday, WorkdayRange,
};
use shiftmill_ruleset::{Document, NoLibrary, compile};
use shiftmill_testkit::compare::compare;
use shiftmill_testkit::engine::{self, Question};
use shiftmill_testkit::generate::zone;
use shiftmill_testkit::outcome::Outcome;
use shiftmill_testkit::print;

const HOUR: f64 = 3_600.0;

/// A timecard in the making.
pub struct Card {
    pub question: Question,
    pub first: Workday,
}

impl Card {
    /// A card of 14 days from `first` by a ruleset; two days more are known on each side.
    pub fn new(rules: &str, zone_name: &str, first: Workday) -> Card {
        let text = format!("name = \"golden\"\n{rules}");
        let ruleset = match compile(&Document { name: "golden.toml", text: &text }, &NoLibrary) {
            Ok(ruleset) => ruleset,
            Err(mistakes) => panic!("{mistakes}"),
        };
        let pay_period = WorkdayRange { first, last: first.plus(13) };
        let facts = WorkdayRange { first: first.plus(-2), last: first.plus(15) };
        let as_of = Timestamp(i64::from(first.0 + 30) * 86_400);
        let question = Question {
            facts: CardFacts { employee: "E1".into(), ..CardFacts::default() },
            zone: zone(zone_name),
            timeline: (**ruleset.timeline()).clone(),
            window: EvaluationWindow { pay_period, facts, as_of, require_final: false },
            others: Vec::new(),
            other_zones: Vec::new(),
            presets: Vec::new(),
            tags: TagDictionary::default(),
            places: Vec::new(),
            split_by: Vec::new(),
        };
        Card { question, first }
    }

    /// Clock time on day number `day`; minutes may pass 24 hours.
    pub fn instant(&self, day: i32, time: &str) -> Timestamp {
        let parts: Vec<i32> = time.split(':').map(|part| part.parse().expect("a number")).collect();
        let second = parts[0] * 3_600 + parts[1] * 60 + parts.get(2).copied().unwrap_or(0);
        self.question.zone.instant(WallTime::on(self.first.plus(day), second), Fold::Earlier)
    }

    pub fn punch(mut self, day: i32, time: &str, kind: PunchKind) -> Card {
        let at = self.instant(day, time);
        self.question.facts.punches.push(Punch { at, kind, id: None, tag: TagId::NONE, recorded_at: None });
        self
    }

    /// Works without a break between clock times.
    pub fn work(self, day: i32, from: &str, until: &str) -> Card {
        self.punch(day, from, PunchKind::In).punch(day, until, PunchKind::Out)
    }

    /// Works so many hours on each day, from 06:00.
    pub fn days(mut self, hours: &[f64]) -> Card {
        for (day, hours) in (0..).zip(hours).filter(|day| *day.1 > 0.0) {
            let start = self.instant(day, "6:00");
            let end = Timestamp(start.0 + (hours * HOUR) as i64);
            for (at, kind) in [(start, PunchKind::In), (end, PunchKind::Out)] {
                self.question.facts.punches.push(Punch { at, kind, id: None, tag: TagId::NONE, recorded_at: None });
            }
        }
        self
    }

    pub fn shift(mut self, day: i32, start: i32, end: i32) -> Card {
        let workday = self.first.plus(day);
        self.question.facts.shifts.push(ShiftFact::work(workday, ShiftTimes::Clock { start, end }));
        self
    }

    /// Leave by the ruleset's first code.
    pub fn leave(mut self, time: LeaveTime) -> Card {
        self.question.facts.leave.push(Leave { code: 0, time, recorded_at: Timestamp(0) });
        self
    }

    /// The answer, on which engine and oracle agree.
    pub fn answer(&self) -> Outcome {
        if let Some(found) = compare(&self.question) {
            panic!("{}", print::disagreement(&found));
        }
        engine::answer(&self.question)
    }

    /// Seconds (or units) of each pay code.
    pub fn paid(&self) -> BTreeMap<String, u64> {
        let mut paid = BTreeMap::new();
        for ((_, code, ..), amount) in self.answer().lines {
            let name = self.question.timeline.names().pay_code(code).map_or("", |info| info.name.as_str());
            *paid.entry(name.to_owned()).or_default() += amount;
        }
        paid
    }

    /// Hours of some pay codes.
    pub fn hours<const N: usize>(&self, codes: [&str; N]) -> [f64; N] {
        let paid = self.paid();
        codes.map(|code| paid.get(code).copied().unwrap_or(0) as f64 / HOUR)
    }

    /// Exceptions with their measures in seconds.
    pub fn exceptions(&self) -> Vec<(ExceptionCode, u32)> {
        self.answer().exceptions.iter().map(|row| (row.1, row.4.0)).collect()
    }
}

/// A date.
pub fn date(year: i32, month: u32, day: u32) -> Workday {
    Workday::from_date(year, month, day).expect("a date")
}
