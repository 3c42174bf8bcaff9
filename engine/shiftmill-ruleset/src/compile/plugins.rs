//! Plugins: which ones, in which order, and the names of their rules and carried keys.

use std::collections::{BTreeMap, BTreeSet};

use shiftmill_core::{
    CarryKey, ContextDays, Hook, HookSet, Manifest, Plan, PluginBinding, PluginHash, RuleId, excerpt,
};

use super::names::Interned;
use super::{Compiler, config};
use crate::check::{Table, quoted};
use crate::effective::Version;
use crate::extends::{Library, PluginFound, PluginReference};
use crate::mistake::{Finder, Place};

/// The most plugins that are in force at a time.
const PLUGINS_MAX: usize = 16;
/// The most plugins and configurations over all dates.
const BINDINGS_MAX: usize = 256;

/// The plugins of all versions.
#[derive(Default)]
pub(super) struct Plugins {
    /// The plugins that the ruleset names.
    found: Found,
    /// The bindings of all versions, in the order in which they were met.
    bindings: Vec<PluginBinding>,
    /// The calls of each version, in their order.
    calls: Vec<Vec<Call>>,
}

/// What the library has found for each plugin that is named.
pub(super) type Found = Vec<(Named, Result<PluginFound, String>)>;

/// A binding in one version of the ruleset.
struct Call {
    /// Its number so far.
    number: u16,
    /// The place of its name.
    name: Place,
    /// The place of its configuration.
    config: Place,
}

/// Which plugin a table names.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Named {
    File(String),
    Hash(PluginHash),
}

/// Looks up every plugin that the versions name, each once.
pub(super) fn found(versions: &[Version], library: &dyn Library) -> Found {
    let mut found = Found::new();
    let tables = versions.iter().flat_map(|version| version.table.tables("plugin").iter().take(PLUGINS_MAX));
    for named in tables.filter_map(named) {
        if found.iter().all(|(known, _)| *known != named) {
            let plugin = library.plugin(match &named {
                Named::File(file) => PluginReference::File(file),
                Named::Hash(hash) => PluginReference::Hash(*hash),
            });
            found.push((named, plugin));
        }
    }
    found
}

impl Plugins {
    /// Takes the plugins of the next ruleset from what was found for it.
    pub fn look_up_in(&mut self, found: Found) {
        self.found = found;
    }

    /// Gives the bindings of plans what was learned when the same plans were compiled alone, with the bindings `then`.
    pub fn configure_as<'a>(&mut self, plans: impl Iterator<Item = (&'a Plan, &'a Plan)>, then: &[PluginBinding]) {
        let numbers = plans.flat_map(|(now, alone)| now.plugins.iter().zip(&alone.plugins));
        for (now, alone) in numbers {
            if let Some((now, alone)) = self.bindings.get_mut(usize::from(*now)).zip(then.get(usize::from(*alone))) {
                now.context = alone.context;
            }
        }
    }

    fn of(&self, named: &Named) -> Option<&Result<PluginFound, String>> {
        self.found.iter().find(|(known, _)| known == named).map(|(_, found)| found)
    }

    /// The number of a binding; the same plugin with the same configuration has the same number in every version.
    fn number(&mut self, binding: PluginBinding) -> u16 {
        let known = self.bindings.iter().position(|known| *known == binding);
        let number = known.unwrap_or_else(|| {
            self.bindings.push(binding);
            self.bindings.len() - 1
        });
        number as u16
    }

    /// Checks each configuration with its plugin, when there are no other mistakes.
    pub fn configure(&mut self, library: &dyn Library, mistakes: &mut Finder) {
        if !mistakes.is_empty() {
            return;
        }
        let Plugins { bindings, calls, .. } = self;
        let place_of = |number| calls.iter().flatten().find(|call| call.number == number).map(|call| call.config);
        for (number, binding) in (0..).zip(bindings) {
            match library.configure(binding) {
                Ok(context) => binding.context = context,
                Err(why) => {
                    let message = format!("{} refuses its configuration: {why}", called(&binding.manifest));
                    mistakes.add(place_of(number).unwrap_or_default(), message, None);
                }
            }
        }
    }

    /// All bindings in an order that is the order of calling in every version, and `plans` with their new numbers.
    pub fn in_order<'a>(
        self,
        plans: impl Iterator<Item = &'a mut Vec<u16>>,
        mistakes: &mut Finder,
    ) -> Vec<PluginBinding> {
        let names = self.names_in_order(mistakes);
        let place_of = |binding: &PluginBinding| names.iter().position(|name| *name == binding.name);
        let mut numbers: Vec<u16> = (0..self.bindings.len() as u16).collect();
        numbers.sort_by_key(|number| self.bindings.get(usize::from(*number)).and_then(place_of));
        for number in plans.flatten() {
            *number = numbers.iter().position(|old| old == number).unwrap_or_default() as u16;
        }
        numbers.iter().filter_map(|number| self.bindings.get(usize::from(*number)).cloned()).collect()
    }

    /// The names of the plugins, each after those that some version calls before it; a plugin in another version or
    /// configuration keeps the place of its name. Versions that disagree are a mistake: a timecard may reach over the
    /// date between them.
    fn names_in_order(&self, mistakes: &mut Finder) -> Vec<&str> {
        let name_of = |call: &Call| self.bindings.get(usize::from(call.number)).map(|binding| binding.name.as_str());
        let sequences: Vec<Vec<&str>> =
            self.calls.iter().map(|calls| calls.iter().filter_map(name_of).collect()).collect();
        let neighbours: BTreeSet<(&str, &str)> = sequences
            .iter()
            .flat_map(|names| names.windows(2))
            .filter_map(|pair| <[&str; 2]>::try_from(pair).ok())
            .map(|[first, second]| (first, second))
            .collect();
        let mut waits_for: BTreeMap<&str, usize> = BTreeMap::new();
        neighbours.iter().for_each(|(_, second)| *waits_for.entry(second).or_default() += 1);
        let mut left: Vec<&str> = Vec::new();
        for name in sequences.into_iter().flatten() {
            if !left.contains(&name) {
                left.push(name);
            }
        }
        let mut order = Vec::new();
        while let Some(next) = left.iter().position(|name| waits_for.get(name).is_none_or(|count| *count == 0)) {
            let next = left.remove(next);
            for (_, second) in neighbours.iter().filter(|(first, _)| *first == next) {
                waits_for.entry(second).and_modify(|count| *count -= 1);
            }
            order.push(next);
        }
        if !left.is_empty() {
            self.disagreement(&left, mistakes);
        }
        order
    }

    fn disagreement(&self, names: &[&str], mistakes: &mut Finder) {
        let binding = |call: &&Call| self.bindings.get(usize::from(call.number));
        let place = self.calls.iter().rev().find_map(|calls| {
            let call = calls.iter().find(|call| binding(call).is_some_and(|it| names.contains(&it.name.as_str())));
            call.map(|call| call.name)
        });
        let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        let message = format!("the plugins {} have a different order on another date", names.join(", "));
        let hint = "plugins are called in the order of the document; keep the same order on every date".to_owned();
        mistakes.add(place.unwrap_or_default(), message, Some(hint));
    }
}

fn named(table: &Table) -> Option<Named> {
    match (table.text("file"), table.text("hash")) {
        (Some(file), None) => Some(Named::File(file.to_owned())),
        (None, Some(hash)) => PluginHash::parse(hash).map(Named::Hash),
        _ => None,
    }
}

impl Compiler<'_> {
    /// The plugins of this version, in the order in which they are called, by their numbers so far.
    pub(super) fn plugins(&mut self, tables: &[Table]) -> Vec<u16> {
        if let Some(beyond) = tables.get(PLUGINS_MAX) {
            let message = format!("there are {} plugins; the maximum is {PLUGINS_MAX}", tables.len());
            self.mistakes.add(beyond.place, message, Some("put several rules into one plugin".into()));
        }
        let mut calls = Vec::new();
        for table in tables.iter().take(PLUGINS_MAX) {
            if let Some(binding) = self.binding(table) {
                let number = self.plugins.number(binding);
                calls.push(Call { number, name: table.place("name"), config: table.place("config") });
            }
            if self.plugins.bindings.len() > BINDINGS_MAX {
                let message =
                    format!("over all dates there are more than {BINDINGS_MAX} different plugins and configurations");
                self.mistakes.add(table.place, message, None);
                self.plugins.bindings.truncate(BINDINGS_MAX);
            }
        }
        let numbers = calls.iter().map(|call| call.number).collect();
        self.plugins.calls.push(calls);
        numbers
    }

    /// A plugin with its configuration. `None` when it cannot be used, which has been noted.
    fn binding(&mut self, table: &Table) -> Option<PluginBinding> {
        let name = table.text("name")?.to_owned();
        self.claim(&name, table.place("name"), "two plugins or rules are called");
        let PluginFound { hash, manifest } = self.find_plugin(table)?;
        let hooks = self.hooks(table, &manifest);
        let values = config::values(table, &manifest, self.names, self.mistakes);
        let first_rule = self.rules_of(&name, &manifest, table.place)?;
        let carried_keys = self.carried_of(&name, &manifest);
        Some(PluginBinding {
            name,
            plugin: hash,
            hooks,
            values,
            isolation: table.one_of("isolation"),
            on_failure: table.one_of("on_failure"),
            first_rule,
            carried_keys,
            context: ContextDays::default(),
            manifest,
        })
    }

    fn find_plugin(&mut self, table: &Table) -> Option<PluginFound> {
        let hint = |text: &str| Some(text.to_owned());
        let place = |setting| table.place(setting);
        match (table.text("file"), table.text("hash")) {
            (Some(_), Some(_)) => {
                let message = "a plugin is named by `file` or by `hash`, not by both".to_owned();
                self.mistakes.add(place("hash"), message, hint("leave one of them out"));
                return None;
            }
            (None, None) => {
                let message = "a plugin needs `file` or `hash`".to_owned();
                let example = "write `file = \"night_meal.wasm\"`, or the `hash` of a plugin that the service has";
                self.mistakes.missing(table.place, message, hint(example));
                return None;
            }
            (None, Some(hash)) if PluginHash::parse(hash).is_none() => {
                let message = format!("`hash` must be 64 hexadecimal digits, not `\"{}\"`", excerpt(hash));
                self.mistakes.add(place("hash"), message, hint("`shiftmill plugin inspect` shows the hash"));
                return None;
            }
            _ => {}
        }
        match self.plugins.of(&named(table)?)? {
            Ok(found) => Some(found.clone()),
            Err(why) => {
                let setting = if table.text("file").is_some() { "file" } else { "hash" };
                let which = table.text(setting).unwrap_or_default();
                self.mistakes.add(place(setting), format!("plugin `{}` cannot be used: {why}", excerpt(which)), None);
                None
            }
        }
    }

    /// The hooks at which it is called: those written, which it must have, or all that it has.
    fn hooks(&mut self, table: &Table, manifest: &Manifest) -> HookSet {
        let Some(chosen) = table.some_of("hooks") else { return manifest.hooks };
        let chosen = chosen.fold(HookSet::NONE, HookSet::with);
        for hook in chosen.iter().filter(|hook| !manifest.hooks.contains(*hook)) {
            let known: Vec<&str> = manifest.hooks.iter().map(Hook::code).collect();
            let message = format!("{} has no hook `{hook}`", called(manifest));
            self.mistakes.add(table.place("hooks"), message, Some(format!("it has {}", quoted(&known))));
        }
        chosen
    }

    /// The number of its first rule. A plugin with the same name and texts in an earlier version has the same numbers.
    fn rules_of(&mut self, name: &str, manifest: &Manifest, place: Place) -> Option<RuleId> {
        let same = |known: &&PluginBinding| known.name == name && known.manifest.rules == manifest.rules;
        if let Some(known) = self.plugins.bindings.iter().find(same) {
            return Some(known.first_rule);
        }
        let names = &mut self.names.names;
        let first = names.rules.len();
        if first + manifest.rules.len() > usize::from(u16::MAX) {
            let message = format!("with the rules of `{name}` the ruleset has more than {} rules", u16::MAX);
            self.mistakes.add(place, message, None);
            return None;
        }
        for (number, rule) in (first as u16..).zip(&manifest.rules) {
            names.rules.push(format!("{name}/{}", rule.key));
            names.reasons.push((RuleId(number), rule.clone()));
        }
        Some(RuleId(first as u16))
    }

    fn carried_of(&mut self, name: &str, manifest: &Manifest) -> Vec<CarryKey> {
        manifest.carried.iter().map(|carried| key(self.names, format!("{name}/{}", carried.key))).collect()
    }
}

/// The number of a carried key; the same name has the same number in every version.
fn key(names: &mut Interned, name: String) -> CarryKey {
    let carried = &mut names.names.carried;
    let known = carried.iter().position(|known| *known == name);
    let number = known.unwrap_or_else(|| {
        carried.push(name);
        carried.len() - 1
    });
    CarryKey(number as u16)
}

/// The name of a plugin in messages: `acme-night-meal 0.3.1`.
pub(super) fn called(manifest: &Manifest) -> String {
    format!("plugin {} {}", manifest.name, manifest.version)
}
