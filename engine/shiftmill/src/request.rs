//! A request: the settings of an evaluation, with the plugins that it calls.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use shiftmill_core::{
    CheckedBatch, Detail, ErrorCode, EvaluationWindow, Hook, HookSet, Isolation, NO_TAGS, PluginHash, TAG_TOTALS_MAX,
    TagDictionary, TagIndex, TagTable, Zone, ZoneTable, assigned_zone, edits_per_card_max,
};
use shiftmill_plugin_host::{BindError, Bound, CallError, Cancellation, FuelBudget, PluginAllowance, RequestBudget};
use shiftmill_ruleset::Ruleset;

use crate::metrics::PluginMetrics;
use crate::pace::Pace;
use crate::places::Places;
use crate::plugin_registry::PluginRegistry;
use crate::schedule::Caller;
use crate::zones::{BundledZones, PlaceError};

/// The settings of an evaluation, for any number of chunks. The plugins of its rulesets are bound when it is created,
/// and stay the same until it ends.
#[derive(Debug)]
pub struct Request {
    /// The rulesets; a timecard names one by its index.
    pub rulesets: Vec<Arc<Ruleset>>,
    /// The zones; a timecard names one by its index.
    pub zones: Arc<ZoneTable>,
    /// Which days to pay, and as of when.
    pub window: EvaluationWindow,
    /// How much of the derivation is wanted.
    pub detail: Detail,
    tags: Tags,
    layout: Layout,
    /// For each ruleset the first one whose numbers mean the same: employees may change between them.
    groups: Vec<usize>,
    /// For each ruleset that is the first of its group the plugins that are called for the group, in order.
    plugins: Vec<Vec<Bound>>,
    /// The hooks at which any plugin is called.
    hooks: HookSet,
    metrics: Option<Arc<PluginMetrics>>,
    caller: Caller,
    pace: Pace,
    places: Places,
    /// What its plugins may use; `None`: as much as each call allows.
    plugin_budget: Option<Arc<RequestBudget>>,
    /// Ends the calls of its plugins.
    cancellation: Arc<Cancellation>,
    /// Why the request was stopped. Later chunks are then not evaluated, and chunks under way end.
    stopped: OnceLock<Stopped>,
}

/// The tags of a request, compared with the filters of its rulesets once.
#[derive(Debug)]
struct Tags {
    index: Arc<TagIndex>,
    split_by: Vec<String>,
    /// For each ruleset.
    tables: Vec<TagTable>,
}

impl Tags {
    fn new(rulesets: &[Arc<Ruleset>], dictionary: TagDictionary, mut split_by: Vec<String>, places: Vec<Zone>) -> Tags {
        split_by.truncate(TAG_TOTALS_MAX);
        let index = Arc::new(TagIndex::new(dictionary, &split_by, places));
        let table = |ruleset: &Arc<Ruleset>| TagTable::new(ruleset.timeline().filters(), &index);
        Tags { tables: rulesets.iter().map(table).collect(), index, split_by }
    }
}

/// The order in which a worker evaluates a chunk. It never changes a result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Layout {
    /// All phases of a few cards, then the next cards: both the cards and the instructions of a phase stay in the cache.
    /// Only cards with plugins go to a hook together, batch by batch.
    #[default]
    CardByCard,
    /// One phase of all cards of a batch, then the next phase, as if every card had a plugin at every hook.
    PhaseByPhase,
}

/// The size of the proposals of plugins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Proposals {
    /// Edits.
    pub edits: usize,
    /// The figures of their reasons.
    pub figures: usize,
}

/// Why there is no request: a ruleset binds a plugin that cannot be called.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// The plugin is not in the registry.
    #[error("the plugin `{binding}` of ruleset `{ruleset}`, {hash}, is not loaded")]
    NotLoaded {
        /// The ruleset.
        ruleset: String,
        /// The name of the plugin in the ruleset.
        binding: String,
        /// The content of the plugin.
        hash: PluginHash,
    },
    /// The plugin was found not to keep employees apart.
    #[error(
        "the plugin `{binding}` of ruleset `{ruleset}` is quarantined: its answer for one employee depends on other \
         employees; repair it, or bind it with `isolation = \"employee\"`"
    )]
    Quarantined {
        /// The ruleset.
        ruleset: String,
        /// The name of the plugin in the ruleset.
        binding: String,
    },
    /// The ruleset was compiled with other days of context than the plugin has.
    #[error("ruleset `{ruleset}` was compiled with other days of context than its plugin `{binding}` has")]
    OtherContext {
        /// The ruleset.
        ruleset: String,
        /// The name of the plugin in the ruleset.
        binding: String,
    },
    /// The plugin cannot be bound.
    #[error("the plugin `{binding}` of ruleset `{ruleset}` cannot be called")]
    Unbound {
        /// The ruleset.
        ruleset: String,
        /// The name of the plugin in the ruleset.
        binding: String,
        /// Why.
        #[source]
        why: BindError,
    },
}

impl RequestError {
    /// The stable code that documentation explains.
    pub const fn code(&self) -> ErrorCode {
        match self {
            RequestError::NotLoaded { .. } => ErrorCode::PluginUnknown,
            RequestError::Quarantined { .. } => ErrorCode::PluginNotIndependent,
            RequestError::OtherContext { .. } => ErrorCode::PluginConfig,
            RequestError::Unbound { why, .. } => match why {
                BindError::Host { .. } => ErrorCode::PluginHost,
                BindError::Cancelled => ErrorCode::Cancelled,
                BindError::Unlike { .. } | BindError::Refused { .. } => ErrorCode::PluginConfig,
            },
        }
    }
}

/// Why an evaluation was stopped as a whole. It has no results then.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub struct Stopped(pub CallError);

impl Stopped {
    /// The stable code that documentation explains; `SM-CANCELLED` for [`Request::cancel`].
    pub const fn code(&self) -> ErrorCode {
        self.0.error_code()
    }

    /// True when the same request may succeed elsewhere or later: the plugin is not at fault.
    pub fn is_retryable(&self) -> bool {
        matches!(self.0, CallError::HostFault { .. } | CallError::Cancelled)
    }
}

impl Request {
    /// A request whose plugins are those of `registry`, bound now.
    ///
    /// # Errors
    /// When a ruleset binds a plugin, in force on a day that the facts cover, that cannot be called.
    pub fn new(
        rulesets: Vec<Arc<Ruleset>>,
        zones: Arc<ZoneTable>,
        window: EvaluationWindow,
        detail: Detail,
        registry: &PluginRegistry,
    ) -> Result<Request, RequestError> {
        Request::cancellable(rulesets, zones, window, detail, registry, &Arc::default())
    }

    /// The same, within a cancellation that also ends the binding of its plugins.
    ///
    /// # Errors
    /// See [`Request::new`]; also when it is cancelled.
    pub fn cancellable(
        rulesets: Vec<Arc<Ruleset>>,
        zones: Arc<ZoneTable>,
        window: EvaluationWindow,
        detail: Detail,
        registry: &PluginRegistry,
        cancellation: &Arc<Cancellation>,
    ) -> Result<Request, RequestError> {
        let cancellation = Arc::new(Cancellation::within(cancellation));
        let groups = groups_of(&rulesets);
        let plugins = (0..rulesets.len()).map(|number| {
            let members = rulesets.iter().zip(&groups).filter(|(_, group)| **group == number);
            let members: Vec<&Ruleset> = members.map(|(ruleset, _)| ruleset.as_ref()).collect();
            bind_all(&members, &window, registry, &cancellation)
        });
        let plugins = plugins.collect::<Result<Vec<_>, _>>()?;
        let mut hooks = HookSet::NONE;
        for bound in plugins.iter().flatten() {
            hooks = bound.binding().hooks.iter().fold(hooks, HookSet::with);
        }
        Ok(Request {
            zones,
            window,
            detail,
            tags: Tags::new(&rulesets, TagDictionary::default(), Vec::new(), Vec::new()),
            rulesets,
            layout: Layout::default(),
            pace: Pace::of(&plugins),
            groups,
            plugins,
            hooks,
            metrics: None,
            caller: Caller::default(),
            places: Places::default(),
            plugin_budget: None,
            cancellation,
            stopped: OnceLock::new(),
        })
    }

    /// The same request, whose facts refer to the tags of this dictionary. Totals are also split by the names of
    /// `split_by`, of which [`shiftmill_core::TAG_TOTALS_MAX`] are the most.
    ///
    /// # Errors
    /// When a tag names a zone that is not known, or tags name too many zones.
    pub fn with_tags(self, dictionary: TagDictionary, split_by: Vec<String>) -> Result<Request, PlaceError> {
        let places = BundledZones::of(&self.window).of_places(&dictionary)?;
        Ok(Request { tags: Tags::new(&self.rulesets, dictionary, split_by, places), ..self })
    }

    /// The tags that its facts refer to.
    pub fn tags(&self) -> &TagDictionary {
        self.tags.index.dictionary()
    }

    /// The names of tags by which totals are split.
    pub fn split_by(&self) -> &[String] {
        &self.tags.split_by
    }

    /// Which rules of a ruleset are for which tags.
    pub(crate) fn tag_table(&self, ruleset: usize) -> &TagTable {
        self.tags.tables.get(ruleset).unwrap_or(&NO_TAGS)
    }

    /// The same request, with metrics of its plugins.
    #[must_use]
    pub fn with_metrics(self, metrics: &Arc<PluginMetrics>) -> Request {
        Request { metrics: Some(Arc::clone(metrics)), ..self }
    }

    /// The same request, asked for by `caller`: requests of different callers take turns.
    #[must_use]
    pub fn with_caller(self, caller: Caller) -> Request {
        Request { caller, ..self }
    }

    /// The same request with a budget for all its plugins, when it has any. The budget grows with the employees that
    /// [`Request::add_employees`] announces.
    #[must_use]
    pub fn with_plugin_budget(mut self, allowance: PluginAllowance) -> Request {
        if self.plugins.iter().all(Vec::is_empty) {
            return self;
        }
        let budget = Arc::new(RequestBudget::new(allowance));
        let with_budget = |bound: Bound| bound.with_budget(&budget);
        self.plugins = self.plugins.into_iter().map(|bound| bound.into_iter().map(with_budget).collect()).collect();
        self.plugin_budget = Some(budget);
        self
    }

    /// The budget of its plugins, when it has plugins and a budget.
    pub fn plugin_budget(&self) -> Option<&RequestBudget> {
        self.plugin_budget.as_deref()
    }

    /// Adds the days of more employees to the budget of its plugins: the days from the first to the last of pay period and
    /// facts.
    pub fn add_employees(&self, employees: usize) {
        if let Some(budget) = &self.plugin_budget {
            let EvaluationWindow { pay_period, facts, .. } = self.window;
            let (first, last) = (pay_period.first.min(facts.first), pay_period.last.max(facts.last));
            let days = u64::from(last.0.saturating_sub(first.0).unsigned_abs()) + 1;
            budget.add_employee_days(days.saturating_mul(employees as u64));
        }
    }

    /// The same request for a trial: its calls share one fuel budget, and one in about so many employees is
    /// evaluated alone too; 0: none. On trial no plugin is quarantined.
    #[must_use]
    pub(crate) fn on_trial(mut self, trial_budget: &Arc<FuelBudget>, audit_one_in: u32) -> Request {
        let on_trial = |bound: Bound| bound.on_trial(trial_budget, audit_one_in);
        self.plugins = self.plugins.into_iter().map(|bound| bound.into_iter().map(on_trial).collect()).collect();
        self
    }

    /// The same request, as if no ruleset had a plugin.
    #[must_use]
    pub fn without_plugins(self) -> Request {
        Request { plugins: Vec::new(), hooks: HookSet::NONE, pace: Pace::of(&[]), plugin_budget: None, ..self }
    }

    /// The same request, evaluated in another order.
    #[must_use]
    pub fn with_layout(self, layout: Layout) -> Request {
        Request { layout, ..self }
    }

    /// The order in which a worker evaluates a chunk.
    pub fn layout(&self) -> Layout {
        self.layout
    }

    /// The plugins that are called for the timecards of a ruleset, in order.
    pub fn plugins(&self, ruleset: usize) -> &[Bound] {
        self.plugins.get(self.group(ruleset)).map_or(&[], Vec::as_slice)
    }

    /// The most that the plugins of a ruleset may propose for one employee, at all their hooks together.
    pub fn proposals_max(&self, ruleset: usize) -> Proposals {
        let mut most = Proposals::default();
        for bound in self.plugins(ruleset) {
            let binding = bound.binding();
            let edits = edits_per_card_max(self.window.facts) * binding.hooks.iter().count();
            let figures = binding.manifest.rules.iter().map(|rule| rule.arguments.len()).max();
            most.edits += edits;
            most.figures += edits * figures.unwrap_or(0);
        }
        most
    }

    /// The metrics of its plugins.
    pub(crate) fn metrics(&self) -> Option<&PluginMetrics> {
        self.metrics.as_deref()
    }

    /// Who asks.
    pub(crate) fn caller(&self) -> Caller {
        self.caller
    }

    /// How large its slices are, and where they run.
    pub(crate) fn pace(&self) -> &Pace {
        &self.pace
    }

    /// The places of its chunks in the engine.
    pub(crate) fn places(&self) -> &Places {
        &self.places
    }

    /// True when its plugins took so long for a single timecard that it was evaluated in the background for a time.
    pub fn was_in_background(&self) -> bool {
        self.pace.was_slow()
    }

    /// Cancels the request, because its caller has gone. Chunks under way end soon and without results, waiting chunks
    /// are not begun. Results that are already evaluated stay.
    pub fn cancel(&self) {
        self.stop(CallError::Cancelled);
    }

    /// Why the request was stopped, if it was.
    pub fn stopped(&self) -> Option<&Stopped> {
        self.stopped.get()
    }

    /// The zone of a timecard of a batch, with the changes that its assignments make. `None` for a timecard or a zone that is
    /// not there.
    pub fn zone_of(&self, batch: &CheckedBatch, index: usize) -> Option<Cow<'_, Zone>> {
        let own = self.zones.zones.get(batch.zone(index))?;
        let moved = assigned_zone(own, batch.assignments(index), &self.zones.zones);
        Some(moved.map_or(Cow::Borrowed(own), Cow::Owned))
    }

    /// The first of the rulesets whose numbers mean the same as those of a ruleset.
    pub(crate) fn group(&self, ruleset: usize) -> usize {
        self.groups.get(ruleset).copied().unwrap_or(ruleset)
    }

    /// The groups of rulesets with plugins that are called at a hook, each named by its first ruleset.
    pub(crate) fn calls_at(&self, hook: Hook) -> impl Iterator<Item = (usize, &Bound)> {
        let all =
            self.plugins.iter().enumerate().flat_map(|(group, plugins)| plugins.iter().map(move |it| (group, it)));
        all.filter(move |(_, bound)| bound.binding().hooks.contains(hook))
    }

    /// True when cards stop at this hook.
    pub(crate) fn stops_at(&self, hook: Hook) -> bool {
        self.hooks.contains(hook) || self.layout == Layout::PhaseByPhase
    }

    /// True when cards stop at any hook.
    pub(crate) fn has_hooks(&self) -> bool {
        !self.hooks.is_empty() || self.layout == Layout::PhaseByPhase
    }

    /// True when the cards of a ruleset stop at hooks.
    pub(crate) fn stops(&self, ruleset: usize) -> bool {
        !self.plugins(ruleset).is_empty() || self.layout == Layout::PhaseByPhase
    }

    /// Fails when the request was stopped.
    pub(crate) fn check_cancelled(&self) -> Result<(), Stopped> {
        self.stopped().map_or(Ok(()), |stopped| Err(stopped.clone()))
    }

    /// Stops the request; the first reason counts. The reason is there before any call ends because of it.
    pub(crate) fn stop(&self, why: CallError) -> Stopped {
        let stopped = self.stopped.get_or_init(|| Stopped(why));
        self.cancellation.cancel();
        stopped.clone()
    }
}

/// For each ruleset the first one whose numbers mean the same.
fn groups_of(rulesets: &[Arc<Ruleset>]) -> Vec<usize> {
    let first = |ruleset: &Arc<Ruleset>| {
        rulesets.iter().position(|earlier| earlier.timeline().is_sibling_of(ruleset.timeline())).unwrap_or_default()
    };
    rulesets.iter().map(first).collect()
}

/// Binds the plugins of rulesets whose numbers mean the same, each that is in force under any of them on a day that the
/// facts cover.
fn bind_all(
    rulesets: &[&Ruleset],
    window: &EvaluationWindow,
    registry: &PluginRegistry,
    cancellation: &Arc<Cancellation>,
) -> Result<Vec<Bound>, RequestError> {
    let bindings = rulesets.first().map_or(&[][..], |ruleset| ruleset.timeline().bindings());
    let mut plugins = Vec::new();
    for (index, binding) in (0_u16..).zip(bindings) {
        let uses = |ruleset: &&&Ruleset| ruleset.timeline().is_in_force_within(index, window.facts);
        let Some(ruleset) = rulesets.iter().find(uses) else { continue };
        let names = || (ruleset.name().to_owned(), binding.name.clone());
        let plugin = registry.get(binding.plugin).ok_or_else(|| {
            let (ruleset, binding_name) = names();
            RequestError::NotLoaded { ruleset, binding: binding_name, hash: binding.plugin }
        })?;
        if plugin.is_quarantined() && binding.isolation == Isolation::Chunk {
            let (ruleset, binding) = names();
            return Err(RequestError::Quarantined { ruleset, binding });
        }
        let bound = Bound::new(&plugin, binding, index, cancellation).map_err(|why| {
            let (ruleset, binding) = names();
            RequestError::Unbound { ruleset, binding, why }
        })?;
        if bound.context() != binding.context {
            let (ruleset, binding) = names();
            return Err(RequestError::OtherContext { ruleset, binding });
        }
        plugins.push(bound);
    }
    Ok(plugins)
}
