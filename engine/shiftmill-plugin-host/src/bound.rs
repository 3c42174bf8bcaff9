//! A plugin with its configuration, called for pieces of timecards. Whatever employees stand together, the outcome is
//! that of each employee alone.
//!
//! ```text
//! cards ─→ pieces ─→ encode ─→ instance ─→ configure ─→ adjust ─→ split ─→ edits of each card
//!             ↑                    └── trap, budget, unreadable answer ──┐
//!             └───────────── in parts, down to one employee ─────────────┴─→ failure of the card
//! ```

use std::hash::Hasher;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use shiftmill_core::{ContextDays, ErrorCode, FailureCode, Hook, Isolation, PluginBinding, edits_per_card_max};

use crate::answer::{Answers, Asked};
use crate::encode::{Encoding, HookCard, Tables};
use crate::engine::Fnv;
use crate::failure::{CardFailure, Fault, PluginFault};
use crate::fuel_budget::FuelBudget;
use crate::limits::{FUEL_BASE, FUEL_IN_VAIN_MAX, FUEL_TO_CONFIGURE, fuel_budget};
use crate::plugin::Plugin;
use crate::wire::Value;

/// Room that calls use again: one for each worker.
#[derive(Debug, Default)]
pub struct CallScratch {
    tables: Tables,
    listening: usize,
}

impl CallScratch {
    /// Room in which what plugins say is kept, up to about so many bytes a call.
    pub fn listening(bytes: usize) -> CallScratch {
        CallScratch { listening: bytes, ..CallScratch::default() }
    }

    /// Keeps what plugins say from now on, up to about so many bytes a call.
    pub fn listen(&mut self, bytes: usize) {
        self.listening = bytes;
    }
}

/// Why a plugin cannot be bound.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BindError {
    /// The binding is one of another plugin, or its values do not fit the manifest.
    #[error("plugin `{plugin}` is not the one that the ruleset's `{binding}` was checked against")]
    Unlike {
        /// The plugin.
        plugin: String,
        /// What the ruleset calls it.
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
    /// What it answers for one employee depends on the employees beside. It is quarantined, unless it was on trial.
    #[error(
        "plugin `{plugin}` answers for employee `{key}` at the hook `{hook}` otherwise than it does when the \
             employee is alone"
    )]
    NotIndependent {
        /// The plugin.
        plugin: String,
        /// What the ruleset calls it.
        binding: String,
        /// Where it was called.
        hook: Hook,
        /// The employee.
        key: String,
    },
    /// It has been found not to keep employees apart, and waits to be replaced.
    #[error("plugin `{plugin}` is quarantined: it does not keep employees apart")]
    Quarantined {
        /// The plugin.
        plugin: String,
    },
    /// It used more fuel than a request is worth on employees on whom it failed.
    #[error(
        "plugin `{plugin}` has used more than {FUEL_IN_VAIN_MAX} units of fuel on employees on whom it failed; one of \
         the failures: {}",
        .failure.message
    )]
    Broken {
        /// The plugin.
        plugin: String,
        /// How it failed on one of them.
        failure: CardFailure,
    },
    /// Nobody waits for the answers any more.
    #[error("the evaluation was cancelled")]
    Cancelled,
    /// Cards of different rulesets or windows were handed over together.
    #[error("cards of different rulesets were handed over together")]
    Mixed,
}

impl CallError {
    /// The stable code of the error.
    pub const fn error_code(&self) -> ErrorCode {
        match self {
            CallError::HostFault { .. } => ErrorCode::PluginHost,
            CallError::NotIndependent { .. } | CallError::Quarantined { .. } => ErrorCode::PluginNotIndependent,
            CallError::Broken { .. } => ErrorCode::PluginBroken,
            CallError::Cancelled => ErrorCode::Cancelled,
            CallError::Mixed => ErrorCode::Engine,
        }
    }
}

/// A plugin with its configuration. Made for one request: what it learns of its plugin on the way (how much fuel a day
/// takes) never changes an answer, and what it adds up is the same in any order of the employees.
#[derive(Debug)]
pub struct Bound {
    plugin: Arc<Plugin>,
    binding: PluginBinding,
    /// The number of the binding in its timeline.
    index: u16,
    context: ContextDays,
    pace: Pace,
    /// One in about so many employees is evaluated alone too; 0: none.
    audit_one_in: u32,
    /// The fuel of a trial, which its calls share.
    trial_budget: Option<Arc<FuelBudget>>,
    /// Fuel used by employees, each alone, on whom the plugin failed.
    in_vain: AtomicU64,
    cancelled: AtomicBool,
}

impl Bound {
    /// Binds a plugin as `binding`, which is number `index` of its timeline, and lets the plugin look at its
    /// configuration.
    ///
    /// # Errors
    /// See [`BindError`].
    pub fn new(plugin: &Arc<Plugin>, binding: &PluginBinding, index: u16) -> Result<Bound, BindError> {
        let title = plugin.title();
        if binding.plugin != plugin.hash() || !plugin.manifest().accepts(&binding.values) {
            return Err(BindError::Unlike { plugin: title, binding: binding.name.clone() });
        }
        let mut bound = Bound {
            plugin: Arc::clone(plugin),
            binding: binding.clone(),
            index,
            context: ContextDays::default(),
            pace: Pace::default(),
            audit_one_in: plugin.host().settings.audit_one_in,
            trial_budget: None,
            in_vain: AtomicU64::new(0),
            cancelled: AtomicBool::new(false),
        };
        let configured = bound.plugin.configured(&bound.values(), FUEL_TO_CONFIGURE, 0).map(|(_, context)| context);
        match configured {
            Ok(context) => {
                bound.context = context;
                Ok(bound)
            }
            Err(Fault::Host(reason)) => Err(BindError::Host { plugin: title, reason }),
            Err(Fault::Plugin(fault)) => Err(BindError::Refused { plugin: title, failure: fault.failure }),
        }
    }

    /// The same for a trial: its calls share one fuel budget, and one in about so many employees is evaluated alone
    /// too; 0: none. On trial the plugin is not quarantined.
    #[must_use]
    pub fn on_trial(self, trial_budget: &Arc<FuelBudget>, audit_one_in: u32) -> Bound {
        Bound { trial_budget: Some(Arc::clone(trial_budget)), audit_one_in, ..self }
    }

    /// The plugin.
    pub fn plugin(&self) -> &Arc<Plugin> {
        &self.plugin
    }

    /// The days around the pay period that it looks at, as it says of its configuration.
    pub fn context(&self) -> ContextDays {
        self.context
    }

    /// How the ruleset binds it.
    pub fn binding(&self) -> &PluginBinding {
        &self.binding
    }

    /// The number of the binding in its timeline.
    pub fn index(&self) -> u16 {
        self.index
    }

    /// Cancels the calls that are under way and all that come: each ends with [`CallError::Cancelled`] before its next
    /// attempt, and an attempt is over when its fuel is.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Release);
    }

    /// Calls a hook for cards of one timeline and window. The answer for each card is what the plugin would answer for
    /// it alone.
    ///
    /// # Errors
    /// See [`CallError`]. A failure of the plugin on a card is no error but the card's answer.
    pub fn call(&self, hook: Hook, cards: &[HookCard<'_>], room: &mut CallScratch) -> Result<Answers, CallError> {
        if self.plugin.is_quarantined() {
            return Err(CallError::Quarantined { plugin: self.plugin.title() });
        }
        let call = Call { bound: self, hook, cards, values: &self.values() };
        call.check_alike()?;
        let mut answers = Answers::with_room(cards.len());
        if !self.binding.hooks.contains(hook) {
            answers.push_nothing(cards.len());
            return Ok(answers);
        }
        for piece in self.pieces(hook, cards) {
            call.evaluate(piece, room, &mut answers)?;
        }
        call.audit(room, &answers)?;
        Ok(answers)
    }

    /// What a call may use of a budget.
    fn within_trial_budget(&self, budget: u64) -> u64 {
        self.trial_budget.as_ref().map_or(budget, |trial_budget| budget.min(trial_budget.left()))
    }

    fn pay(&self, fuel: u64) {
        if let Some(trial_budget) = &self.trial_budget {
            trial_budget.pay(fuel);
        }
    }

    fn check_wanted(&self) -> Result<(), CallError> {
        if self.cancelled.load(Ordering::Acquire) { Err(CallError::Cancelled) } else { Ok(()) }
    }

    /// Counts the fuel of an employee on whom the plugin failed alone. Whatever employees stand together, each is alone
    /// in the end when it fails, so the sum is the same in any order, and so is whether it is too much.
    fn count_in_vain(&self, fuel: u64, failure: &CardFailure) -> Result<(), CallError> {
        let fuel = self.in_vain.fetch_add(fuel, Ordering::Relaxed).saturating_add(fuel);
        if fuel <= FUEL_IN_VAIN_MAX {
            return Ok(());
        }
        Err(CallError::Broken { plugin: self.plugin.title(), failure: failure.clone() })
    }

    fn values(&self) -> Vec<Value<'_>> {
        self.binding.values.iter().map(Value::of).collect()
    }

    /// The runs of cards that share an instance at first: as many as probably stay within the budget together.
    fn pieces(&self, hook: Hook, cards: &[HookCard<'_>]) -> Vec<Range<usize>> {
        let days_most = match self.binding.isolation {
            Isolation::Chunk => self.pace.days_most(),
            Isolation::Employee => 0,
        };
        let mut pieces = Vec::new();
        let (mut start, mut days) = (0, 0);
        for (index, card) in cards.iter().enumerate() {
            let own = days_about(hook, card);
            if index > start && days + own > days_most {
                pieces.push(start..index);
                (start, days) = (index, 0);
            }
            days += own;
        }
        if start < cards.len() {
            pieces.push(start..cards.len());
        }
        pieces
    }
}

/// About how many days a card will have; good enough to cut pieces by.
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
    fn check_alike(self) -> Result<(), CallError> {
        let Some(first) = self.cards.first() else { return Ok(()) };
        let alike = |card: &HookCard<'_>| {
            std::ptr::eq(card.inputs.timeline, first.inputs.timeline) && card.inputs.window == first.inputs.window
        };
        if self.cards.iter().all(alike) { Ok(()) } else { Err(CallError::Mixed) }
    }

    /// Evaluates a piece, in parts where it does not pass as a whole.
    fn evaluate(self, piece: Range<usize>, room: &mut CallScratch, answers: &mut Answers) -> Result<(), CallError> {
        let mut waiting = vec![piece];
        while let Some(piece) = waiting.pop() {
            self.bound.check_wanted()?;
            let fuel_before = answers.fuel();
            match self.attempt(piece.clone(), room, answers) {
                Ok(()) => {}
                Err(Fault::Host(reason)) => return Err(self.host_fault(reason)),
                Err(Fault::Plugin(fault)) if piece.len() == 1 => {
                    self.bound.count_in_vain(answers.fuel() - fuel_before, &fault.failure)?;
                    answers.push_failure(fault.failure, true);
                }
                Err(Fault::Plugin(fault)) => {
                    self.bound.pace.failed(&fault, &room.tables, piece.len());
                    waiting.extend(parts(piece, fault.employee).into_iter().rev());
                }
            }
        }
        Ok(())
    }

    /// Evaluates a piece as a whole and adds the answers of its cards; adds nothing when it does not pass.
    fn attempt(self, piece: Range<usize>, room: &mut CallScratch, answers: &mut Answers) -> Result<(), Fault> {
        let Call { bound, hook, values, .. } = self;
        let cards = self.cards.get(piece).unwrap_or(&[]);
        let reads = bound.plugin.reads(hook);
        let CallScratch { tables, listening } = room;
        tables.encode(Encoding { hook, reads: &reads, binding: &bound.binding, index: bound.index }, cards);

        // What passes together passes alone: nobody has more fuel here than by themselves.
        let days = (0..cards.len()).map(|employee| tables.days_of(employee));
        let (fewest, all) = days.fold((u32::MAX, 0), |(fewest, all), days| (fewest.min(days), all + u64::from(days)));
        let budget = bound.within_trial_budget(fuel_budget(fewest));
        let configured = bound.plugin.configured(values, budget, *listening);
        let (mut sandbox, _) = configured.inspect_err(|_| bound.pay(budget))?;
        let answer = bound.plugin.adjust(&mut sandbox, hook, tables.lowered(&reads));

        // All cards have one window.
        let edits_max = cards.first().map_or(0, |card| edits_per_card_max(card.inputs.window.facts));
        let asked = Asked { binding: &bound.binding, tables, employees: cards.len(), edits_max };
        let (fuel, log) = (sandbox.fuel_used(), std::mem::take(&mut sandbox.store.data_mut().log));
        bound.pay(fuel);
        answers.see_memory(sandbox.store.data().memory);
        drop(sandbox);
        let before = answers.len();
        let outcome = answer.and_then(|answer| asked.split(&answer, answers));
        if outcome.is_ok() || cards.len() == 1 {
            answers.add_spent(fuel, all);
            answers.add_log(log, before);
        }
        if outcome.is_ok() {
            bound.pace.passed(fuel, all);
        }
        outcome
    }

    /// Evaluates a sample of the cards alone and compares. The sample depends on the employee and the plugin only. Nothing
    /// is compared once the budget of a trial is empty: who had less fuel may answer otherwise for want of it.
    fn audit(self, room: &mut CallScratch, answers: &Answers) -> Result<(), CallError> {
        let one_in = self.bound.audit_one_in;
        if one_in == 0 {
            return Ok(());
        }
        for (index, card) in self.cards.iter().enumerate() {
            if answers.is_alone(index) || !is_in_sample(card.key, self.bound.plugin.hash().0, one_in) {
                continue;
            }
            self.bound.check_wanted()?;
            let mut alone = Answers::default();
            match self.attempt(index..index + 1, room, &mut alone) {
                Ok(()) => {}
                Err(Fault::Host(reason)) => return Err(self.host_fault(reason)),
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

    /// On trial it is the ruleset that is refused; others who use the plugin go on.
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

/// Whether an employee is in the sample that is audited: about one in so many, the same ones in every run.
fn is_in_sample(key: &str, plugin: [u8; 32], one_in: u32) -> bool {
    let seed = plugin.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
    let mut hash = Fnv::new(seed);
    hash.write(key.as_bytes());
    hash.finish().is_multiple_of(u64::from(one_in))
}

/// The parts of a piece that did not pass: the employee at whom the plugin says it was by itself, else halves.
fn parts(piece: Range<usize>, employee: Option<u32>) -> Vec<Range<usize>> {
    let named = employee.map(|employee| piece.start + employee as usize).filter(|named| piece.contains(named));
    let parts = match named {
        Some(named) => vec![piece.start..named, named..named + 1, named + 1..piece.end],
        None => {
            let middle = piece.start + piece.len() / 2;
            vec![piece.start..middle, middle..piece.end]
        }
    };
    parts.into_iter().filter(|part| !part.is_empty()).collect()
}

/// How many days a piece may have. Learned on the way, so that most pieces pass at once.
#[derive(Debug)]
struct Pace {
    by_fuel: AtomicU64,
    by_memory: AtomicU64,
}

impl Default for Pace {
    fn default() -> Pace {
        Pace { by_fuel: AtomicU64::new(u64::MAX), by_memory: AtomicU64::new(u64::MAX) }
    }
}

impl Pace {
    fn days_most(&self) -> u64 {
        self.by_fuel.load(Ordering::Relaxed).min(self.by_memory.load(Ordering::Relaxed))
    }

    /// Half of the budget leaves room for days that take more.
    fn passed(&self, fuel: u64, days: u64) {
        let a_day = fuel / days.max(1);
        self.by_fuel.store(FUEL_BASE / 2 / a_day.max(1), Ordering::Relaxed);
    }

    fn failed(&self, fault: &PluginFault, tables: &Tables, employees: usize) {
        if fault.failure.code == FailureCode::Memory {
            let days: u64 = (0..employees).map(|employee| u64::from(tables.days_of(employee)) + 1).sum();
            self.by_memory.fetch_min((days / 2).max(1), Ordering::Relaxed);
        }
    }
}
