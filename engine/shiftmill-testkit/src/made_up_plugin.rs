//! A plugin that is in force on every day of a timeline, without any WebAssembly: for edits that tests make up.

use std::sync::Arc;

use shiftmill_core::{
    Argument, CarriedKey, CarryKey, ContextDays, HookSet, Isolation, Manifest, OnFailure, PlanTimeline, PluginBinding,
    PluginHash, ReasonRule, RuleId, ValueKind,
};

/// The same timeline with the plugin: one rule more, of one figure, after all others, and one key to carry.
pub fn bound(timeline: &PlanTimeline) -> PlanTimeline {
    let mut names = timeline.names().clone();
    let rule = ReasonRule {
        key: "rule".into(),
        english: "for number {number}".into(),
        chinese: String::new(),
        arguments: vec![Argument { name: "number".into(), kind: ValueKind::Whole }],
    };
    let first_rule = RuleId(timeline.names().rules.len() as u16);
    names.rules.push("made-up/rule".into());
    names.reasons.push((first_rule, rule.clone()));
    names.carried = vec!["made-up/points".into()];
    let carried = vec![CarriedKey { key: "points".into(), meaning: "points".into() }];
    let binding = PluginBinding {
        name: "made-up".into(),
        plugin: PluginHash::default(),
        manifest: Arc::new(Manifest { name: "made-up".into(), rules: vec![rule], carried, ..Manifest::default() }),
        hooks: HookSet::NONE,
        values: Vec::new(),
        isolation: Isolation::Chunk,
        on_failure: OnFailure::Fail,
        context: ContextDays::default(),
        first_rule,
        carried_keys: vec![CarryKey(0)],
    };
    let filters = timeline.filters().to_vec();
    let mut versions = timeline.to_versions();
    versions.iter_mut().for_each(|version| version.1.plugins = vec![0]);
    let timeline = PlanTimeline::new(versions, names).expect("a timeline with one name more");
    let timeline = timeline.with_filters(filters).expect("the same filters");
    timeline.with_bindings(vec![binding]).expect("every version has the one binding")
}

/// The plugin's rule in a timeline that has it.
pub fn rule(timeline: &PlanTimeline) -> RuleId {
    timeline.bindings()[0].first_rule
}
