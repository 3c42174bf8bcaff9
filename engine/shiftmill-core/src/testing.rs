//! A card in the making, for tests: one employee in New York in the week from Monday 2026-03-02.

use alloc::{string::String, vec};

use crate::card::CardState;
use crate::codes::{Layer, Multiplier, PayCodeInfo, PunchKind, Unit};
use crate::evaluation::EvaluationError;
use crate::facts::{CardFacts, Punch, ShiftFact, ShiftTimes};
use crate::plan::{Names, Plan, PlanTimeline};
use crate::record::Note;
use crate::tags::{NO_TAGS, TagId};
use crate::time::{Timestamp, WallTime, Workday, WorkdayRange};
use crate::timecard::{Correction, CorrectionKind, EvaluationWindow, Inputs};
use crate::zone::{Fold, Zone};
use crate::{Hook, Scratch, Stage, TimecardBatch};

/// Day 0 of test cards.
pub(crate) fn monday() -> Workday {
    Workday(20_514)
}

/// Seconds of `HH:MM` or `HH:MM:SS`.
pub(crate) fn seconds(time: &str) -> i32 {
    time.split(':').zip([3_600, 60, 1]).map(|(part, unit)| part.parse::<i32>().unwrap() * unit).sum()
}

pub(crate) struct Card {
    pub(crate) facts: CardFacts,
    pub(crate) plan: Plan,
    pub(crate) zone: Zone,
    pub(crate) window: EvaluationWindow,
    pub(crate) state: CardState,
    pub(crate) scratch: Scratch,
    pub(crate) notes: vec::Vec<Note>,
}

impl Card {
    pub(crate) fn new() -> Card {
        let changes = vec![(Timestamp(1_772_953_200), -14_400), (Timestamp(1_793_512_800), -18_000)];
        let zone = Zone::new("America/New_York".into(), -18_000, changes).unwrap();
        let days = WorkdayRange { first: monday(), last: monday().plus(6) };
        let as_of = zone.midnight(monday().plus(300));
        Card {
            facts: CardFacts { employee: "E1".into(), ..CardFacts::default() },
            plan: Plan::default(),
            zone,
            window: EvaluationWindow { pay_period: days, facts: days, as_of, require_final: false },
            state: CardState::default(),
            scratch: Scratch::default(),
            notes: vec::Vec::new(),
        }
    }

    /// The instant of a wall-clock time, the earlier one where there are two.
    pub(crate) fn instant(&self, day: i32, time: &str) -> Timestamp {
        self.zone.instant(WallTime::on(monday().plus(day), seconds(time)), Fold::Earlier)
    }

    pub(crate) fn punch(&mut self, day: i32, time: &str, kind: PunchKind) {
        let at = self.instant(day, time);
        self.facts.punches.push(Punch { at, kind, id: None, tag: TagId::NONE, recorded_at: None });
    }

    pub(crate) fn punches(&mut self, day: i32, punches: &[(&str, PunchKind)]) {
        for (time, kind) in punches {
            self.punch(day, time, *kind);
        }
    }

    pub(crate) fn schedule(&mut self, day: i32, start: &str, end: &str) {
        let times = ShiftTimes::Clock { start: seconds(start), end: seconds(end) };
        self.facts.shifts.push(ShiftFact::work(monday().plus(day), times));
    }

    /// Adds a correction that became known `order` seconds after Monday began.
    pub(crate) fn correct(&mut self, order: i64, kind: CorrectionKind) {
        let recorded_at = Timestamp(self.zone.midnight(monday()).0 + order);
        self.facts.corrections.push(Correction { kind, recorded_at });
    }

    /// Runs the first phase.
    pub(crate) fn opened(&mut self) -> Result<(), EvaluationError> {
        self.run(|inputs, state, scratch, notes| Stage::Open.run(inputs, state, scratch, Some(notes)))
    }

    /// Runs the first two phases.
    pub(crate) fn shaped(&mut self) -> Result<(), EvaluationError> {
        self.run(|inputs, state, scratch, notes| {
            let mut stages = Stage::before(Hook::Days).iter();
            stages.try_for_each(|stage| stage.run(inputs, state, scratch, Some(notes)))
        })
    }

    /// Runs `phases` with empty state, under a timeline of the one plan.
    pub(crate) fn run(
        &mut self,
        phases: impl FnOnce(&Inputs<'_>, &mut CardState, &mut Scratch, &mut vec::Vec<Note>) -> Result<(), EvaluationError>,
    ) -> Result<(), EvaluationError> {
        let names = Names {
            rules: Names::BUILT_IN_RULES.map(String::from).to_vec(),
            pay_codes: ["regular", "unpaid_break"].map(pay_code).to_vec(),
            attestations: ["rests_taken", "nobody_asks"].map(String::from).to_vec(),
            ..Names::default()
        };
        let timeline = PlanTimeline::new(vec![(Workday(0), self.plan.clone())], names).unwrap();
        let mut batch = TimecardBatch::default();
        batch.push(&self.facts).unwrap();
        let batch = batch.check(1, 1, 0).unwrap();
        let card = batch.timecard(0, core::slice::from_ref(&self.zone)).unwrap();
        let inputs = Inputs { card, timeline: &timeline, window: &self.window, tags: &NO_TAGS };
        self.state.clear();
        self.notes.clear();
        phases(&inputs, &mut self.state, &mut self.scratch, &mut self.notes)
    }
}

fn pay_code(name: &str) -> PayCodeInfo {
    let paid = name == "regular";
    PayCodeInfo { name: name.into(), layer: Layer::Base, unit: Unit::Second, paid, multiplier: Multiplier::PLAIN }
}
