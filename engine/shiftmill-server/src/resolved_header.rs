//! Resolves the header of a request: finds and compiles its rulesets, looks up its zones, reads its days.

use std::sync::Arc;

use shiftmill::core::{Detail, EvaluationWindow, Names, Timestamp, Workday, WorkdayRange, excerpt, is_plain};
use shiftmill::ruleset::{JoinError, Mistake, Mistakes, Ruleset, nearest};
use shiftmill::trial::TrialError;
use shiftmill::{Caller, PlaceError, Proposals, Request, RequestError, Stopped, ZoneError, with_cause, zone_table};
use shiftmill_proto::v1;
use shiftmill_timecards::clock::{self, WrittenTime};
use shiftmill_wire::{HEADER_NAMES_MAX, HeaderNames, Known, UnknownName, read_detail, read_tags};
use tokio::task::spawn_blocking;
use tokio::time::timeout;
use tracing::Span;

use crate::budget::busy;
use crate::cancel_on_drop::CancelPluginsOnDrop;
use crate::problem::{ErrorCode, Problem};
use crate::registry::{Ready, Snapshot, Uncompiled};

/// Most rulesets of one stream.
const RULESETS_MAX: usize = 256;
/// Most plugins that the rulesets of one stream bind, together.
const PLUGINS_MAX: usize = 1_024;
/// Most bytes of the name of a document.
const FILE_NAME_BYTES_MAX: usize = 255;
/// Most days that a window spans; the engine would refuse every timecard of a longer one.
const WINDOW_DAYS_MAX: usize = 800;

/// A resolved header.
#[derive(Debug)]
pub(crate) struct ResolvedHeader {
    /// For the engine.
    pub request: Arc<Request>,
    /// The shifts and carried keys that the header names.
    names: HeaderNames,
    /// Per ruleset: the most that its plugins may propose for one employee.
    pub proposals: Vec<Proposals>,
}

impl ResolvedHeader {
    /// Reads the header of a stream.
    pub async fn read(
        mut header: v1::Header,
        known: &Arc<Snapshot>,
        caller: Caller,
    ) -> Result<ResolvedHeader, Problem> {
        if header.rulesets.is_empty() || header.rulesets.len() > RULESETS_MAX {
            let message = format!("{} rulesets are given, 1 to {RULESETS_MAX} are needed", header.rulesets.len());
            return Err(Problem::at(ErrorCode::Header, "header.rulesets", message));
        }
        at_most(HEADER_NAMES_MAX, &header.shifts, "shifts", "header.shifts")?;
        at_most(HEADER_NAMES_MAX, &header.carried_keys, "carried keys", "header.carried_keys")?;
        let tags = read_tags(std::mem::take(&mut header.tags), &header.split_totals_by);
        let tags = tags
            .map_err(|fault| Problem::at(ErrorCode::Header, format!("header.{}", fault.path()), fault.to_string()))?;
        let window = window(header.window.as_ref(), "header.window")?;
        let detail = detail(header.detail, "header.detail")?;
        let mut rulesets = Vec::with_capacity(header.rulesets.len());
        for (index, source) in header.rulesets.iter().enumerate() {
            rulesets.push(ruleset(source, &format!("header.rulesets[{index}]"), known).await?);
        }
        if header.join_rulesets {
            rulesets = joined(rulesets, "header.rulesets", known).await?;
        }
        let known_names: Vec<&Names> = rulesets.iter().map(|ready| ready.ruleset.timeline().names()).collect();
        let names = HeaderNames::read(&header.shifts, &header.carried_keys, &known_names)
            .map_err(|error| unknown_name(&error))?;
        let window = with_context(window, header.window.as_ref(), &rulesets, "header.window")?;
        let fields = Fields { rulesets: "header.rulesets", zones: "header.zones", window: "header.window" };
        if header.zones.is_empty() {
            return Err(Problem::at(ErrorCode::Header, fields.zones, "at least one time zone is needed"));
        }
        let request = request(rulesets, &header.zones, window, detail, fields, known).await?;
        let request = request.with_tags(tags, header.split_totals_by).map_err(|error| place_problem(&error, fields))?;
        let proposals = (0..request.rulesets.len()).map(|ruleset| request.proposals_max(ruleset)).collect();
        Ok(ResolvedHeader { request: Arc::new(request.with_caller(caller)), names, proposals })
    }

    /// Calls `read` with the tables that the numbers and names of chunks refer to.
    pub fn with_known<Read>(&self, read: impl FnOnce(&Known<'_>) -> Read) -> Read {
        let rulesets: Vec<&Names> = self.request.rulesets.iter().map(|ruleset| ruleset.timeline().names()).collect();
        read(&Known {
            rulesets: &rulesets,
            header: &self.names,
            zones: self.request.zones.zones.len(),
            tags: self.request.tags().len(),
        })
    }
}

/// The same rulesets, numbered together. They are compiled outside the threads that serve calls.
pub(crate) async fn joined(rulesets: Vec<Ready>, field: &str, known: &Arc<Snapshot>) -> Result<Vec<Ready>, Problem> {
    let slot = known.slot_to_compile().await?;
    let joined = spawn_blocking(move || {
        let _slot = slot;
        let alone: Vec<Arc<Ruleset>> = rulesets.iter().map(|ready| Arc::clone(&ready.ruleset)).collect();
        let joined = Ruleset::join(&alone)?;
        Ok(rulesets.into_iter().zip(joined).map(|(ready, ruleset)| Ready { ruleset, ..ready }).collect())
    });
    let joined: Result<Vec<Ready>, JoinError> = joined
        .await
        .map_err(|_| Problem::new(ErrorCode::Engine, "rulesets were lost; this is a fault of Shiftmill"))?;
    joined.map_err(|error| Problem::at(ErrorCode::Header, field, error.to_string()))
}

/// The names of the parts of a request in errors.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fields {
    pub rulesets: &'static str,
    pub zones: &'static str,
    pub window: &'static str,
}

/// A request for the engine. Its plugins are bound outside the threads that serve calls, because each checks its
/// configuration. Binding ends when the caller has gone, or after the time that the limits allow.
pub(crate) async fn request(
    rulesets: Vec<Ready>,
    zones: &[String],
    window: EvaluationWindow,
    detail: Detail,
    fields: Fields,
    known: &Arc<Snapshot>,
) -> Result<Request, Problem> {
    let (first, last) = edges(&window);
    let zones = zone_table(zones, first, last).map_err(|error| zone_problem(&error, fields))?;
    let registry = known.plugins_of(&rulesets);
    let rulesets: Vec<Arc<Ruleset>> = rulesets.into_iter().map(|ready| ready.ruleset).collect();
    // Rulesets that are numbered together have their bindings together too.
    let is_first = |(index, ruleset): &(usize, &Arc<Ruleset>)| {
        let mut earlier = rulesets.iter().take(*index);
        !earlier.any(|earlier| earlier.timeline().is_sibling_of(ruleset.timeline()))
    };
    let groups = rulesets.iter().enumerate().filter(is_first);
    let plugins: usize = groups.map(|(_, ruleset)| ruleset.timeline().bindings().len()).sum();
    let cancellation = Arc::default();
    let cancel = CancelPluginsOnDrop::new(&cancellation);
    let bind = move || Request::cancellable(rulesets, Arc::new(zones), window, detail, &registry, &cancellation);
    let request = match plugins {
        0 => bind(),
        1..=PLUGINS_MAX => {
            let slot = known.slot_to_compile().await?;
            let bound = spawn_blocking(move || {
                let _slot = slot;
                bind()
            });
            timeout(known.binding_time(), bound)
                .await
                .map_err(|_| busy("binding the plugins took too long"))?
                .map_err(|_| Problem::new(ErrorCode::Engine, "plugins were lost; this is a fault of Shiftmill"))?
        }
        more => {
            let message = format!("the rulesets bind {more} plugins; the maximum is {PLUGINS_MAX}");
            return Err(Problem::at(ErrorCode::TooMany, fields.rulesets, message));
        }
    };
    let request = request.map_err(|error| unbound(&error, fields.rulesets))?;
    cancel.disarm();
    record(&request);
    Ok(request.with_plugin_budget(known.plugin_allowance()))
}

/// Adds the hashes of the rulesets to what is logged about the call: the first, and how many more there are.
fn record(request: &Request) {
    let [first, more @ ..] = &*request.rulesets else { return };
    let hash = first.hash_hex();
    Span::current().record("ruleset", if more.is_empty() { hash } else { format!("{hash} and {} more", more.len()) });
}

/// Why plugins cannot be called.
fn unbound(error: &RequestError, field: &str) -> Problem {
    Problem::at(error.code(), field, with_cause(error))
}

/// Why a ruleset cannot be used with its plugins.
pub(crate) fn trial_problem(error: &TrialError, field: &str) -> Problem {
    Problem::at(error.code(), field, with_cause(error))
}

/// Why an evaluation was stopped by a plugin.
pub(crate) fn stopped(stopped: &Stopped) -> Problem {
    Problem::new(stopped.code(), stopped.to_string())
}

fn zone_problem(error: &ZoneError, fields: Fields) -> Problem {
    match error {
        ZoneError::Unknown { index, .. } => {
            Problem::at(ErrorCode::ZoneUnknown, format!("{}[{index}]", fields.zones), error.to_string())
        }
        ZoneError::DaysOutOfRange { .. } => Problem::at(ErrorCode::Header, fields.window, error.to_string()),
        ZoneError::TooMany { .. } => Problem::at(ErrorCode::Header, fields.zones, error.to_string()),
    }
}

/// A tag of a header whose zone cannot be used. Tags are numbered from 1.
fn place_problem(error: &PlaceError, fields: Fields) -> Problem {
    let at = format!("header.tags[{}]", usize::from(error.tag.0).saturating_sub(1));
    match &error.why {
        ZoneError::Unknown { .. } => Problem::at(ErrorCode::ZoneUnknown, at, error.to_string()),
        ZoneError::TooMany { .. } => Problem::at(ErrorCode::Header, "header.tags", error.to_string()),
        why @ ZoneError::DaysOutOfRange { .. } => zone_problem(why, fields),
    }
}

/// Finds or compiles a ruleset.
pub(crate) async fn ruleset(source: &v1::RulesetSource, field: &str, known: &Arc<Snapshot>) -> Result<Ready, Problem> {
    match &source.source {
        Some(v1::ruleset_source::Source::Name(name)) => {
            known.named(name).ok_or_else(|| unknown_ruleset(name, field, known))
        }
        Some(v1::ruleset_source::Source::Text(text)) => {
            let name = file_name(&source.file_name, &format!("{field}.file_name"))?;
            let compiled = known.compile(name, text).await;
            compiled.map_err(|why| match why {
                Uncompiled::Mistakes(mistakes) => ruleset_problem(&mistakes, field),
                Uncompiled::Trial(error) => trial_problem(&error, field),
                Uncompiled::Other(problem) => problem,
            })
        }
        None => Err(Problem::at(ErrorCode::Header, field, "neither a name nor a text is given")),
    }
}

/// The name of a document in mistakes. Every mistake repeats it, so it is checked before the document is read.
pub(crate) fn file_name<'a>(given: &'a str, field: &str) -> Result<&'a str, Problem> {
    if given.len() > FILE_NAME_BYTES_MAX || !is_plain(given) {
        let message = format!("the name of the file has more than {FILE_NAME_BYTES_MAX} bytes, or hidden characters");
        return Err(Problem::at(ErrorCode::Header, field, message));
    }
    Ok(if given.is_empty() { "ruleset.toml" } else { given })
}

/// The names of other callers' rulesets are no hint for this one.
fn unknown_ruleset(name: &str, field: &str, known: &Snapshot) -> Problem {
    let meant =
        nearest(name, known.names_for_all()).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    let message = format!("no ruleset is named `{}`{meant}", excerpt(name));
    Problem::at(ErrorCode::RulesetUnknown, field, message)
}

fn ruleset_problem(mistakes: &Mistakes, field: &str) -> Problem {
    let told: Vec<String> = mistakes.list.iter().map(one_mistake).collect();
    Problem::listing(
        ErrorCode::RulesetMistakes,
        &format!("the ruleset has {}", mistakes.count()),
        &format!("{field}.text"),
        &told,
    )
}

/// A mistake with its hint on one line.
fn one_mistake(mistake: &Mistake) -> String {
    mistake.to_string().replace('\n', "; ")
}

/// The first and the last day of a window.
fn edges(window: &EvaluationWindow) -> (Workday, Workday) {
    (window.facts.first.min(window.pay_period.first), window.facts.last.max(window.pay_period.last))
}

/// How many days a window spans.
pub(crate) fn days(window: &EvaluationWindow) -> usize {
    let (first, last) = edges(window);
    usize::try_from(last.0.saturating_sub(first.0).saturating_add(1)).unwrap_or(0)
}

/// Reads the days and the instant of a window. Zones are built for these days, so days out of range are refused first.
pub(crate) fn window(window: Option<&v1::Window>, field: &str) -> Result<EvaluationWindow, Problem> {
    let Some(window) = window else {
        return Err(Problem::at(ErrorCode::Header, field, "the window is missing"));
    };
    let day = |text: &str, name: &str| {
        let wrong = || format!("`{}` is not a date such as 2026-03-02", excerpt(text));
        clock::date(text.trim()).ok_or_else(|| Problem::at(ErrorCode::Header, format!("{field}.{name}"), wrong()))
    };
    let or = |text: &str, name: &str, default| if text.is_empty() { Ok(default) } else { day(text, name) };
    let pay_period = WorkdayRange {
        first: day(&window.pay_period_first, "pay_period_first")?,
        last: day(&window.pay_period_last, "pay_period_last")?,
    };
    let facts = WorkdayRange {
        first: or(&window.facts_first, "facts_first", pay_period.first)?,
        last: or(&window.facts_last, "facts_last", pay_period.last)?,
    };
    for (range, name) in [(pay_period, "pay_period_last"), (facts, "facts_last")] {
        if range.last < range.first {
            let message = format!("{} is before the first day, {}", range.last, range.first);
            return Err(Problem::at(ErrorCode::Header, format!("{field}.{name}"), message));
        }
    }
    let Some(WrittenTime::Instant(as_of)) = clock::date_and_time(&window.as_of) else {
        let message = format!("`{}` is not an instant such as 2026-04-01T09:00:00Z", excerpt(&window.as_of));
        return Err(Problem::at(ErrorCode::Header, format!("{field}.as_of"), message));
    };
    if as_of < Timestamp::FIRST || as_of > Timestamp::LAST {
        let message = format!("`{}` is not between the years 1 and 9999 in UTC", window.as_of);
        return Err(Problem::at(ErrorCode::Header, format!("{field}.as_of"), message));
    }
    at_most_days(EvaluationWindow { pay_period, facts, as_of, require_final: window.require_final }, field)
}

fn at_most_days(window: EvaluationWindow, field: &str) -> Result<EvaluationWindow, Problem> {
    match days(&window) {
        count if count > WINDOW_DAYS_MAX => {
            let message = format!("pay period and facts span {count} days; the maximum is {WINDOW_DAYS_MAX}");
            Err(Problem::at(ErrorCode::Header, field, message))
        }
        _ => Ok(window),
    }
}

/// The window with the days of context of the rulesets, when the client states that its facts are complete for them.
pub(crate) fn with_context(
    window: EvaluationWindow,
    given: Option<&v1::Window>,
    rulesets: &[Ready],
    field: &str,
) -> Result<EvaluationWindow, Problem> {
    let Some(given) = given.filter(|given| given.complete) else { return Ok(window) };
    for (text, name) in [(&given.facts_first, "facts_first"), (&given.facts_last, "facts_last")] {
        if !text.is_empty() {
            let message =
                format!("`{name}` is given in addition to `complete`; give the days or leave them to the service");
            return Err(Problem::at(ErrorCode::Header, format!("{field}.{name}"), message));
        }
    }
    let context = rulesets.iter().map(|ready| ready.ruleset.context());
    let (before, after) = context.fold((0, 0), |most, one| (one.before.max(most.0), one.after.max(most.1)));
    let facts = WorkdayRange {
        first: window.pay_period.first.plus(-i32::from(before)),
        last: window.pay_period.last.plus(i32::from(after)),
    };
    at_most_days(EvaluationWindow { facts, ..window }, field)
}

/// Reads the level of detail.
pub(crate) fn detail(number: i32, field: &str) -> Result<Detail, Problem> {
    let unknown = || Problem::at(ErrorCode::ValueUnknown, field, format!("no level of detail has the number {number}"));
    read_detail(number).ok_or_else(unknown)
}

fn at_most(most: usize, names: &[String], what: &str, field: &str) -> Result<(), Problem> {
    match names.len() {
        count if count > most => {
            Err(Problem::at(ErrorCode::Header, field, format!("{count} {what} are named; the maximum is {most}")))
        }
        _ => Ok(()),
    }
}

fn unknown_name(error: &UnknownName) -> Problem {
    Problem::at(ErrorCode::NameUnknown, format!("header.{}[{}]", error.field, error.index), error.to_string())
}
