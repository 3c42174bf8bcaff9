//! A plugin with its configuration, called for groups of timecards: the employees of one call of one instance. The outcome
//! for an employee does not depend on the group.
//!
//! ```text
//! cards ─→ groups ─→ encode ─→ instance ─→ configure ─→ adjust ─→ split ─→ edits of each card
//!             ↑                    └── trap, budget, unreadable answer ──┐
//!             └──────── in smaller groups, down to one employee ─────────┴─→ failure of the card
//! ```

use std::hash::Hasher;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use shiftmill_core::{ContextDays, ErrorCode, FailureCode, Hook, Isolation, PluginBinding, edits_per_card_max};

use crate::answer::{AnswerReader, Answers};
use crate::cancellation::Cancellation;
use crate::encode::{Encoding, HookCard, Tables};
use crate::engine::Fnv;
use crate::failure::{CardFailure, Fault, PluginFault};
use crate::fuel_budget::FuelBudget;
use crate::limits::{FAILED_FUEL_MAX, FUEL_BASE, FUEL_TO_CONFIGURE, fuel_budget};
use crate::plugin::Plugin;
use crate::request_budget::{PluginUse, RequestBudget, Stopwatch};
use crate::wire::Value;

/// Memory that calls reuse: one for each worker.
#[derive(Debug, Default)]
pub struct CallScratch {
    tables: Tables,
    /// Bytes of log that a call keeps, about; 0: none.
    log_bytes: usize,
}

impl CallScratch {
    /// Memory for calls that keep the log of plugins, about `bytes` for each call.
    pub fn with_log(bytes: usize) -> CallScratch {
        CallScratch { log_bytes: bytes, ..CallScratch::default() }
    }

    /// Sets how many bytes of log each further call keeps, about; 0: none.
    pub fn set_log_bytes(&mut self, bytes: usize) {
        self.log_bytes = bytes;
    }
}

/// Why a plugin cannot be bound.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BindError {
    /// The binding belongs to another plugin, or its values do not fit the manifest.
    #[error("plugin `{plugin}` differs from the plugin that `{binding}` of the ruleset was checked with")]
    Unlike {
        /// The plugin.
        plugin: String,
        /// Its name in the ruleset.
        binding: String,
    },
    /// The plugin refuses its configuration, or fails on it.
    #[error("plugin `{plugin}` refuses its configuration: {}", .failure.message)]
    Refused {
        /// The plugin.
        plugin: String,
        /// How it failed.
        failure: CardFailure,
    },
    /// The host could not run it.
    #[error("plugin `{plugin}` could not be run, try again: {reason}")]
    Host {
        /// The plugin.
        plugin: String,
        /// Why.
        reason: String,
    },
    /// The caller has gone, or time is up.
    #[error("binding plugins was cancelled")]
    Cancelled,
}

/// Why a call ended without an answer for each card. None of these is a pay result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The host could not run it; the same call may succeed elsewhere or later.
    #[error("plugin `{plugin}` could not be run, try again: {reason}")]
    HostFault {
        /// The plugin.
        plugin: String,
        /// Why.
        reason: String,
    },
    /// Its answer for one employee depends on other employees. It is quarantined, unless it was on trial.
    #[error(
        "plugin `{plugin}` gives employee `{key}` a different answer at the hook `{hook}` than when the employee is alone"
    )]
    NotIndependent {
        /// The plugin.
        plugin: String,
        /// Its name in the ruleset.
        binding: String,
        /// The hook at which it was called.
        hook: Hook,
        /// The employee.
        key: String,
    },
    /// Its answer for one employee depended on other employees. It is called with one employee at a time only.
    #[error(
        "plugin `{plugin}` is quarantined: its answer for one employee depends on other employees; repair it, or bind it \
         with `isolation = \"employee\"`"
    )]
    Quarantined {
        /// The plugin.
        plugin: String,
    },
    /// It used more fuel than one request allows on employees on whom it failed.
    #[error(
        "plugin `{plugin}` has used more than {FAILED_FUEL_MAX} units of fuel on employees on whom it failed; one of \
         the failures: {}",
        .failure.message
    )]
    Broken {
        /// The plugin.
        plugin: String,
        /// How it failed on one of them.
        failure: CardFailure,
    },
    /// The plugins of the request used more than its budget.
    #[error(
        "the plugins of the request have used {used}, which is beyond its budget, the last of them `{plugin}`; send fewer \
         employees with slow plugins, or ask the operator for more"
    )]
    OverBudget {
        /// The plugin that was called last.
        plugin: String,
        /// What they have used.
        used: PluginUse,
    },
    /// The request was cancelled.
    #[error("the evaluation was cancelled")]
    Cancelled,
    /// One call had cards of different rulesets or windows.
    #[error("one call had cards of different rulesets or windows")]
    Mixed,
}

impl CallError {
    /// The stable code of the error.
    pub const fn error_code(&self) -> ErrorCode {
        match self {
            CallError::HostFault { .. } => ErrorCode::PluginHost,
            CallError::NotIndependent { .. } | CallError::Quarantined { .. } => ErrorCode::PluginNotIndependent,
            CallError::Broken { .. } => ErrorCode::PluginBroken,
            CallError::OverBudget { .. } => ErrorCode::RequestBudget,
            CallError::Cancelled => ErrorCode::Cancelled,
            CallError::Mixed => ErrorCode::Engine,
        }
    }
}

/// A plugin with its configuration, created for one request. It measures how much fuel a day uses, which never changes an
/// answer. Its sum of fuel used on failures is the same in any order of the employees.
#[derive(Debug)]
pub struct Bound {
    plugin: Arc<Plugin>,
    binding: PluginBinding,
    /// The number of the binding in its timeline.
    index: u16,
    context: ContextDays,
    group_size: GroupSize,
    /// About one employee in so many is evaluated alone too; 0: none.
    audit_one_in: u32,
    /// The fuel budget of a trial, which its calls share.
    trial_budget: Option<Arc<FuelBudget>>,
    /// The budget of all plugins of the request.
    request_budget: Option<Arc<RequestBudget>>,
    /// Fuel used on employees on whom the plugin failed, each measured alone.
    failed_fuel: AtomicU64,
    cancellation: Arc<Cancellation>,
}

impl Bound {
    /// Binds a plugin as `binding`, which is number `index` of its timeline, and configures an instance to check the
    /// configuration. The `cancellation` ends this and all calls.
    ///
    /// # Errors
    /// See [`BindError`].
    pub fn new(
        plugin: &Arc<Plugin>,
        binding: &PluginBinding,
        index: u16,
        cancellation: &Arc<Cancellation>,
    ) -> Result<Bound, BindError> {
        let title = plugin.title();
        if binding.plugin != plugin.hash() || !plugin.manifest().accepts(&binding.values) {
            return Err(BindError::Unlike { plugin: title, binding: binding.name.clone() });
        }
        let mut bound = Bound {
            plugin: Arc::clone(plugin),
            binding: binding.clone(),
            index,
            context: ContextDays::default(),
            group_size: GroupSize::default(),
            audit_one_in: plugin.host().settings.audit_one_in,
            trial_budget: None,
            request_budget: None,
            failed_fuel: AtomicU64::new(0),
            cancellation: Arc::clone(cancellation),
        };
        if cancellation.is_cancelled() {
            return Err(BindError::Cancelled);
        }
        let configured = bound.plugin.configured(&bound.values(), FUEL_TO_CONFIGURE, 0, cancellation);
        match configured.map(|(_, context)| context) {
            Ok(context) => {
                bound.context = context;
                Ok(bound)
            }
            Err(Fault::Host(reason)) => Err(BindError::Host { plugin: title, reason }),
            Err(Fault::Cancelled) => Err(BindError::Cancelled),
            Err(Fault::Plugin(fault)) => Err(BindError::Refused { plugin: title, failure: fault.failure }),
        }
    }

    /// The same for a trial: its calls share one fuel budget, and about one employee in `audit_one_in` is evaluated alone
    /// too; 0: none. A trial does not quarantine the plugin.
    #[must_use]
    pub fn on_trial(self, trial_budget: &Arc<FuelBudget>, audit_one_in: u32) -> Bound {
        Bound { trial_budget: Some(Arc::clone(trial_budget)), audit_one_in, ..self }
    }

    /// The same with a budget, which all plugins of a request share. Beyond it, calls end with [`CallError::OverBudget`].
    #[must_use]
    pub fn with_budget(self, budget: &Arc<RequestBudget>) -> Bound {
        Bound { request_budget: Some(Arc::clone(budget)), ..self }
    }

    /// The plugin.
    pub fn plugin(&self) -> &Arc<Plugin> {
        &self.plugin
    }

    /// The context days that it needs with its configuration.
    pub fn context(&self) -> ContextDays {
        self.context
    }

    /// Its binding in the ruleset.
    pub fn binding(&self) -> &PluginBinding {
        &self.binding
    }

    /// The number of the binding in its timeline.
    pub fn index(&self) -> u16 {
        self.index
    }

    /// Calls a hook for cards of one window, under timelines whose numbers mean the same. The answer for each card is the answer that the plugin gives for
    /// that card alone.
    ///
    /// # Errors
    /// See [`CallError`]. A failure of the plugin on a card is not an error; it is the answer for the card.
    pub fn call(&self, hook: Hook, cards: &[HookCard<'_>], scratch: &mut CallScratch) -> Result<Answers, CallError> {
        if self.plugin.is_quarantined() && self.binding.isolation == Isolation::Chunk {
            return Err(CallError::Quarantined { plugin: self.plugin.title() });
        }
        let call = Call { bound: self, hook, cards, values: &self.values() };
        call.check_same_inputs()?;
        let mut answers = Answers::with_capacity(cards.len());
        if !self.binding.hooks.contains(hook) {
            answers.push_nothing(cards.len());
            return Ok(answers);
        }
        for group in self.groups(hook, cards) {
            call.evaluate(group, scratch, &mut answers)?;
        }
        call.audit(scratch, &answers)?;
        Ok(answers)
    }

    /// The part of a budget that a trial still allows.
    fn within_trial_budget(&self, budget: u64) -> u64 {
        self.trial_budget.as_ref().map_or(budget, |trial_budget| budget.min(trial_budget.remaining()))
    }

    fn charge(&self, fuel: u64) {
        if let Some(trial_budget) = &self.trial_budget {
            trial_budget.charge(fuel);
        }
    }

    fn check_cancelled(&self) -> Result<(), CallError> {
        if self.cancellation.is_cancelled() { Err(CallError::Cancelled) } else { Ok(()) }
    }

    /// Counts the fuel used on an employee alone on whom the plugin failed. Every employee on whom the plugin fails is
    /// evaluated alone in the end, so the sum does not depend on the order of the employees, nor does reaching the limit.
    fn count_failed_fuel(&self, fuel: u64, failure: &CardFailure) -> Result<(), CallError> {
        let fuel = self.failed_fuel.fetch_add(fuel, Ordering::Relaxed).saturating_add(fuel);
        if fuel <= FAILED_FUEL_MAX {
            return Ok(());
        }
        Err(CallError::Broken { plugin: self.plugin.title(), failure: failure.clone() })
    }

    /// Counts an attempt in the budget of the request.
    fn count_use(&self, fuel: u64, stopwatch: &mut Option<Stopwatch>) -> Result<(), CallError> {
        let (Some(budget), Some(stopwatch)) = (&self.request_budget, stopwatch) else { return Ok(()) };
        let used = budget.charge(fuel, stopwatch.lap());
        match used.is_over() {
            true => Err(CallError::OverBudget { plugin: self.plugin.title(), used }),
            false => Ok(()),
        }
    }

    fn values(&self) -> Vec<Value<'_>> {
        self.binding.values.iter().map(Value::of).collect()
    }

    /// The cards in groups, as large as probably stays within the budget. A group that does not is divided later.
    fn groups(&self, hook: Hook, cards: &[HookCard<'_>]) -> Vec<Range<usize>> {
        let days_most = match self.binding.isolation {
            Isolation::Chunk => self.group_size.days_most(),
            Isolation::Employee => 0,
        };
        let mut groups = Vec::new();
        let (mut start, mut days) = (0, 0);
        for (index, card) in cards.iter().enumerate() {
            let own = days_about(hook, card);
            if index > start && days + own > days_most {
                groups.push(start..index);
                (start, days) = (index, 0);
            }
            days += own;
        }
        if start < cards.len() {
            groups.push(start..cards.len());
        }
        groups
    }
}

/// About how many days a card will have. An estimate is enough to form groups.
fn days_about(hook: Hook, card: &HookCard<'_>) -> u64 {
    let days = match hook {
        Hook::Punches => card.state.punches.len() / 4,
        _ => card.state.workdays.len(),
    };
    days as u64 + 1
}

/// One call of a hook.
#[derive(Clone, Copy)]
struct Call<'a> {
    bound: &'a Bound,
    hook: Hook,
    cards: &'a [HookCard<'a>],
    values: &'a [Value<'a>],
}

impl Call<'_> {
    fn check_same_inputs(self) -> Result<(), CallError> {
        let Some(first) = self.cards.first() else { return Ok(()) };
        let is_same = |card: &HookCard<'_>| {
            card.inputs.timeline.is_sibling_of(first.inputs.timeline) && card.inputs.window == first.inputs.window
        };
        if self.cards.iter().all(is_same) { Ok(()) } else { Err(CallError::Mixed) }
    }

    /// Evaluates a group, in smaller groups when it does not succeed as a whole.
    fn evaluate(self, group: Range<usize>, scratch: &mut CallScratch, answers: &mut Answers) -> Result<(), CallError> {
        let mut stopwatch = self.bound.request_budget.as_ref().map(|_| Stopwatch::start());
        let mut waiting = vec![group];
        while let Some(group) = waiting.pop() {
            self.bound.check_cancelled()?;
            let (fuel_before, own_before) = (answers.fuel(), answers.own_fuel());
            let outcome = self.attempt(group.clone(), scratch, answers);
            self.bound.count_use(answers.own_fuel() - own_before, &mut stopwatch)?;
            match outcome {
                Ok(()) => {}
                Err(Fault::Host(reason)) => return Err(self.host_fault(reason)),
                Err(Fault::Cancelled) => return Err(CallError::Cancelled),
                Err(Fault::Plugin(fault)) if group.len() == 1 => {
                    self.bound.count_failed_fuel(answers.fuel() - fuel_before, &fault.failure)?;
                    answers.push_failure(fault.failure, true);
                }
                Err(Fault::Plugin(fault)) => {
                    self.bound.group_size.failed(&fault, &scratch.tables, group.len());
                    waiting.extend(smaller_groups(group, fault.employee).into_iter().rev());
                }
            }
        }
        Ok(())
    }

    /// Evaluates a group as a whole and adds the answers of its cards; adds nothing when it does not succeed.
    fn attempt(self, group: Range<usize>, scratch: &mut CallScratch, answers: &mut Answers) -> Result<(), Fault> {
        let Call { bound, hook, values, .. } = self;
        let cards = self.cards.get(group).unwrap_or(&[]);
        let reads = bound.plugin.reads(hook);
        let CallScratch { tables, log_bytes } = scratch;
        let facts = bound.plugin.asks_for_facts();
        tables.encode(Encoding { hook, reads: &reads, binding: &bound.binding, index: bound.index, facts }, cards);

        // A group that succeeds together also succeeds alone: the whole group has no more fuel than any of its employees has
        // alone.
        let days = (0..cards.len()).map(|employee| tables.days_of(employee));
        let (fewest, all) = days.fold((u32::MAX, 0), |(fewest, all), days| (fewest.min(days), all + u64::from(days)));
        let budget = bound.within_trial_budget(fuel_budget(fewest));
        let configured = bound.plugin.configured(values, budget, *log_bytes, &bound.cancellation);
        let (mut sandbox, _) = configured.inspect_err(|_| bound.charge(budget))?;
        let to_configure = sandbox.fuel_used();
        if facts {
            tables.swap_facts(&mut sandbox.store.data_mut().facts);
        }
        let answer = bound.plugin.adjust(&mut sandbox, hook, tables.lowered(&reads));
        if facts {
            tables.swap_facts(&mut sandbox.store.data_mut().facts);
        }

        // All cards have one window.
        let edits_max = cards.first().map_or(0, |card| edits_per_card_max(card.inputs.window.facts));
        let reader = AnswerReader { binding: &bound.binding, tables, employees: cards.len(), edits_max };
        let (fuel, log) = (sandbox.fuel_used(), std::mem::take(&mut sandbox.store.data_mut().log));
        bound.charge(fuel);
        bound.plugin.record_fuel(fuel, cards.len());
        answers.record_memory(sandbox.store.data().memory);
        drop(sandbox);
        let before = answers.len();
        let outcome = answer.and_then(|answer| reader.split(&answer, answers));
        if outcome.is_ok() || cards.len() == 1 {
            answers.add_fuel(to_configure, fuel.saturating_sub(to_configure), all);
            answers.add_log(log, before);
        }
        if outcome.is_ok() {
            bound.group_size.passed(fuel, all);
        }
        outcome
    }

    /// Evaluates a sample of the cards alone and compares. The sample depends on the employee and the plugin only. Once the
    /// budget of a trial is empty nothing is compared, because a call with less fuel may fail for that reason.
    fn audit(self, scratch: &mut CallScratch, answers: &Answers) -> Result<(), CallError> {
        let one_in = self.bound.audit_one_in;
        if one_in == 0 {
            return Ok(());
        }
        let mut stopwatch = self.bound.request_budget.as_ref().map(|_| Stopwatch::start());
        for (index, card) in self.cards.iter().enumerate() {
            if answers.is_alone(index) || !is_in_sample(card.key, self.bound.plugin.hash().0, one_in) {
                continue;
            }
            self.bound.check_cancelled()?;
            let mut alone = Answers::default();
            let outcome = self.attempt(index..index + 1, scratch, &mut alone);
            // Their time counts, as a caller may choose keys that are all in the sample; their fuel does not.
            self.bound.count_use(0, &mut stopwatch)?;
            match outcome {
                Ok(()) => {}
                Err(Fault::Host(reason)) => return Err(self.host_fault(reason)),
                Err(Fault::Cancelled) => return Err(CallError::Cancelled),
                Err(Fault::Plugin(fault)) => alone.push_failure(fault.failure, true),
            }
            if self.bound.trial_budget.as_ref().is_some_and(|trial_budget| trial_budget.is_empty()) {
                return Ok(());
            }
            if alone.of(0) != answers.of(index) {
                return Err(self.not_independent(card.key));
            }
        }
        Ok(())
    }

    /// A trial refuses the ruleset and does not quarantine the plugin, so that others can use it.
    fn not_independent(self, key: &str) -> CallError {
        let Bound { plugin, binding, trial_budget, .. } = self.bound;
        if trial_budget.is_none() {
            plugin.quarantine();
        }
        let (plugin, binding, key) = (plugin.title(), binding.name.clone(), key.to_owned());
        CallError::NotIndependent { plugin, binding, hook: self.hook, key }
    }

    fn host_fault(self, reason: String) -> CallError {
        CallError::HostFault { plugin: self.bound.plugin.title(), reason }
    }
}

/// Whether an employee is in the audited sample: about one in `one_in`, the same ones in every run.
fn is_in_sample(key: &str, plugin: [u8; 32], one_in: u32) -> bool {
    let seed = plugin.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
    let mut hash = Fnv::new(seed);
    hash.write(key.as_bytes());
    hash.finish().is_multiple_of(u64::from(one_in))
}

/// The smaller groups of a group that did not succeed: the employee that the plugin names is alone, or the group is halved.
fn smaller_groups(group: Range<usize>, employee: Option<u32>) -> Vec<Range<usize>> {
    let named = employee.map(|employee| group.start + employee as usize).filter(|named| group.contains(named));
    let groups = match named {
        Some(named) => vec![group.start..named, named..named + 1, named + 1..group.end],
        None => {
            let middle = group.start + group.len() / 2;
            vec![group.start..middle, middle..group.end]
        }
    };
    groups.into_iter().filter(|group| !group.is_empty()).collect()
}

/// How many days a group may have, from the measurements of earlier calls, so that most groups succeed at the first attempt.
#[derive(Debug)]
struct GroupSize {
    by_fuel: AtomicU64,
    by_memory: AtomicU64,
}

impl Default for GroupSize {
    fn default() -> GroupSize {
        GroupSize { by_fuel: AtomicU64::new(u64::MAX), by_memory: AtomicU64::new(u64::MAX) }
    }
}

impl GroupSize {
    fn days_most(&self) -> u64 {
        self.by_fuel.load(Ordering::Relaxed).min(self.by_memory.load(Ordering::Relaxed))
    }

    /// Uses half of the budget, because some days need more fuel than others.
    fn passed(&self, fuel: u64, days: u64) {
        let per_day = fuel / days.max(1);
        self.by_fuel.store(FUEL_BASE / 2 / per_day.max(1), Ordering::Relaxed);
    }

    fn failed(&self, fault: &PluginFault, tables: &Tables, employees: usize) {
        if fault.failure.code == FailureCode::Memory {
            let days: u64 = (0..employees).map(|employee| u64::from(tables.days_of(employee)) + 1).sum();
            self.by_memory.fetch_min((days / 2).max(1), Ordering::Relaxed);
        }
    }
}
