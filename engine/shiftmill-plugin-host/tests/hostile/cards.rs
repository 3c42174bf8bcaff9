//! Timecards for guests: some employees with three days, the others with five, shaped and ready for the hook `days`.

use std::sync::Arc;

use shiftmill_core::{
    CardFacts, CardState, CarryKey, CheckedBatch, ContextDays, EvaluationWindow, Hook, Inputs, Isolation, Layer,
    Multiplier, NO_TAGS, Names, OnFailure, PayCodeInfo, Plan, PlanTimeline, PluginBinding, Punch, PunchKind, RuleId,
    Scratch, Seconds, Stage, TagId, TimecardBatch, Timestamp, Unit, Workday, WorkdayRange, Zone,
};
use shiftmill_plugin_host::{Answers, BindError, Bound, CallError, CallScratch, HookCard, Plugin};

/// Monday 2026-03-02.
pub const MONDAY: Workday = Workday(20_514);

/// Cards with all that they are evaluated with.
pub struct Cards {
    timeline: PlanTimeline,
    window: EvaluationWindow,
    zones: Vec<Zone>,
    batch: CheckedBatch,
    states: Vec<CardState>,
}

/// The binding of a plugin that the tests use.
pub fn binding(plugin: &Plugin) -> PluginBinding {
    PluginBinding {
        context: ContextDays::default(),
        name: "tested".to_owned(),
        plugin: plugin.hash(),
        manifest: Arc::clone(plugin.manifest()),
        hooks: plugin.manifest().hooks,
        values: Vec::new(),
        isolation: Isolation::Chunk,
        on_failure: OnFailure::Fail,
        first_rule: RuleId(4),
        carried_keys: vec![CarryKey(0)],
    }
}

/// Binds a plugin that nobody cancels.
pub fn bind(plugin: &Arc<Plugin>, binding: &PluginBinding) -> Result<Bound, BindError> {
    Bound::new(plugin, binding, 0, &Arc::default())
}

impl Cards {
    /// One employee for each count of days, shaped up to `hook`. They work from 14:00 to 23:00, or from 08:00 to 17:00
    /// when they are not `late`.
    pub fn new(binding: &PluginBinding, days: &[usize], hook: Hook, late: bool) -> Cards {
        let days_of_facts = WorkdayRange { first: MONDAY, last: MONDAY.plus(27) };
        let zones = vec![Zone::fixed("Etc/UTC", 0)];
        let as_of = zones[0].midnight(MONDAY.plus(60));
        let window = EvaluationWindow { pay_period: days_of_facts, facts: days_of_facts, as_of, require_final: false };
        let plan = Plan { plugins: vec![0], ..Plan::default() };
        let timeline = PlanTimeline::new(vec![(Workday(0), plan)], names(binding)).unwrap();
        let timeline = timeline.with_bindings(vec![binding.clone()]).unwrap();
        let mut batch = TimecardBatch::default();
        for (employee, days) in days.iter().enumerate() {
            batch.push(&facts(employee, *days, if late { 14 } else { 8 })).unwrap();
        }
        let batch = batch.check(1, 1, 0).unwrap();
        let mut cards = Cards { timeline, window, zones, batch, states: Vec::new() };
        cards.states = (0..cards.batch.len()).map(|index| cards.state(index, hook)).collect();
        cards
    }

    /// Employees of five days, of which those at `marked` have three.
    pub fn marked(binding: &PluginBinding, employees: usize, marked: &[usize], hook: Hook) -> Cards {
        let days: Vec<usize> = (0..employees).map(|index| if marked.contains(&index) { 3 } else { 5 }).collect();
        Cards::new(binding, &days, hook, true)
    }

    pub fn inputs(&self, index: usize) -> Inputs<'_> {
        let card = self.batch.timecard(index, &self.zones).unwrap();
        Inputs { card, timeline: &self.timeline, window: &self.window, tags: &NO_TAGS }
    }

    fn state(&self, index: usize, hook: Hook) -> CardState {
        let mut state = CardState::default();
        let inputs = self.inputs(index);
        let mut scratch = Scratch::default();
        for stage in Stage::before(hook) {
            stage.run(&inputs, &mut state, &mut scratch, None).unwrap();
        }
        state
    }

    /// The state of a card, to be changed.
    pub fn state_of(&self, index: usize) -> CardState {
        self.states[index].clone()
    }

    /// Hands the cards at these positions to `run`.
    pub fn some<R>(&self, picked: impl Iterator<Item = usize>, run: impl FnOnce(&[HookCard<'_>]) -> R) -> R {
        let picked: Vec<usize> = picked.collect();
        let inputs: Vec<Inputs<'_>> = picked.iter().map(|index| self.inputs(*index)).collect();
        let keys: Vec<String> = picked.iter().map(|index| key(*index)).collect();
        let card = |row: usize| HookCard { key: &keys[row], inputs: &inputs[row], state: &self.states[picked[row]] };
        run(&(0..picked.len()).map(card).collect::<Vec<_>>())
    }

    /// Hands all cards to `run`.
    pub fn all<R>(&self, run: impl FnOnce(&[HookCard<'_>]) -> R) -> R {
        self.some(0..self.states.len(), run)
    }

    /// Calls a hook for all cards.
    pub fn call(&self, bound: &Bound, hook: Hook) -> Result<Answers, CallError> {
        self.all(|cards| bound.call(hook, cards, &mut CallScratch::default()))
    }
}

fn key(employee: usize) -> String {
    format!("e-{employee}")
}

fn names(binding: &PluginBinding) -> Names {
    let of_plugin = binding.manifest.rules.iter().map(|rule| format!("{}/{}", binding.name, rule.key));
    let rules = Names::BUILT_IN_RULES.map(str::to_owned).into_iter().chain(of_plugin).collect();
    let code = |name: &str, layer, unit, multiplier| PayCodeInfo {
        name: name.to_owned(),
        layer,
        unit,
        paid: name != "unpaid_break",
        multiplier: Multiplier(multiplier),
    };
    let pay_codes = vec![
        code("regular", Layer::Base, Unit::Second, 1_000),
        code("unpaid_break", Layer::Base, Unit::Second, 0),
        code("night", Layer::Premium, Unit::Second, 250),
        code("meal", Layer::Quantity, Unit::Count, 1_000),
    ];
    Names { rules, pay_codes, carried: vec!["tested/points".to_owned()], ..Names::default() }
}

/// Nine hours from `begin` with a meal, on the first `days` days that are no Sunday.
fn facts(employee: usize, days: usize, begin: u32) -> CardFacts {
    let mut facts = CardFacts { employee: key(employee), ..CardFacts::default() };
    for day in (0..).filter(|day| day % 7 != 6).take(days) {
        let midnight = i64::from(MONDAY.plus(day).0) * 86_400;
        let kinds = [(0, PunchKind::In), (4, PunchKind::MealStart), (5, PunchKind::MealEnd), (9, PunchKind::Out)];
        for (hours, kind) in kinds {
            let at = Timestamp(midnight).after(Seconds::hours(begin + hours));
            facts.punches.push(Punch { at, kind, id: None, tag: TagId::NONE, recorded_at: None });
        }
    }
    facts
}
