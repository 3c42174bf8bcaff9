//! Descriptions of evaluations, rulesets and plugins as messages.

use std::time::Duration;

use prost::Message;
use shiftmill::core::{
    Argument, BecauseKind, CarriedKey, Field, Hook, HookSet, Manifest, Names, PluginBinding, ReasonRule, Setting,
};
use shiftmill::plugin_host::{PluginAllowance, PluginUse};
use shiftmill::ruleset::Ruleset;
use shiftmill::{ENGINE_VERSION, Request, words};
use shiftmill_proto::v1;
use shiftmill_wire::Numbered;

use crate::problem::{ErrorCode, Problem};

/// The rulesets, plugins and versions that an evaluation runs with, and what its plugins may use.
///
/// # Errors
/// When the texts of the rulesets and their plugins have more than `most` bytes.
pub(crate) fn response_header(
    request: &Request,
    allowance: &PluginAllowance,
    most: usize,
) -> Result<v1::ResponseHeader, Problem> {
    let mut rulesets = Vec::with_capacity(request.rulesets.len());
    let mut left = most;
    for ruleset in &request.rulesets {
        let info = ruleset_info(ruleset);
        left = left.checked_sub(info.encoded_len()).ok_or_else(|| {
            let message = format!(
                "the texts of {} rulesets and their plugins have more than {most} bytes; name fewer rulesets at a time",
                request.rulesets.len()
            );
            Problem::new(ErrorCode::TooMany, message)
        })?;
        rulesets.push(info);
    }
    // In the order of their numbers, which have no gaps.
    let reasons = BecauseKind::ALL.iter().map(|kind| words::because_kind(*kind));
    Ok(v1::ResponseHeader {
        engine_version: ENGINE_VERSION.to_owned(),
        zone_edition: request.zones.edition.clone(),
        rulesets,
        reasons: reasons.map(str::to_owned).collect(),
        plugin_budget: request.plugin_budget().map(|_| plugin_budget(allowance)),
    })
}

fn plugin_budget(allowance: &PluginAllowance) -> v1::PluginBudget {
    let PluginAllowance { fuel, fuel_per_day, time, time_per_day } = *allowance;
    v1::PluginBudget {
        fuel,
        fuel_per_employee_day: fuel_per_day,
        processor_microseconds: microseconds(time),
        processor_microseconds_per_employee_day: microseconds(time_per_day),
    }
}

/// What the plugins of a request have used so far. The operator is told when it is nearly all that they may use.
pub(crate) fn plugin_use(request: &Request) -> Option<v1::PluginUse> {
    let budget = request.plugin_budget()?;
    if let Some(used) = budget.tell_nearly_over() {
        tracing::warn!("the plugins of a request have used {used}");
    }
    let PluginUse { fuel, fuel_max, time, time_max } = budget.used();
    Some(v1::PluginUse {
        fuel,
        fuel_max,
        processor_microseconds: microseconds(time),
        processor_microseconds_max: microseconds(time_max),
    })
}

fn microseconds(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// The description of a ruleset. Its plugins bound its length: each has at most 64 KiB of texts.
pub(crate) fn ruleset_info(ruleset: &Ruleset) -> v1::RulesetInfo {
    let names = ruleset.timeline().names();
    let context = ruleset.context();
    let pay_code = |info: &shiftmill::core::PayCodeInfo| v1::PayCodeInfo {
        name: info.name.clone(),
        layer: info.layer.wire_number(),
        unit: info.unit.wire_number(),
        paid: info.paid,
        multiplier: u32::from(info.multiplier.0),
    };
    v1::RulesetInfo {
        name: ruleset.name().to_owned(),
        version: ruleset.version().to_owned(),
        hash: ruleset.hash_hex(),
        not_covered: ruleset.not_covered().to_vec(),
        context_days_before: u32::from(context.before),
        context_days_after: u32::from(context.after),
        rules: names.rules.clone(),
        pay_codes: names.pay_codes.iter().map(pay_code).collect(),
        shifts: names.shifts.clone(),
        leave: names.leave.clone(),
        plugins: ruleset.timeline().bindings().iter().map(plugin_info).collect(),
        reason_rules: names.reasons.iter().map(|(rule, says)| reason_rule(u32::from(rule.0), says)).collect(),
        carried_keys: carried_keys(names, ruleset.timeline().bindings()),
        attestations: names.attestations.clone(),
        calendars: names.calendars.clone(),
    }
}

fn plugin_info(binding: &PluginBinding) -> v1::PluginInfo {
    v1::PluginInfo {
        name: binding.name.clone(),
        plugin: binding.manifest.name.clone(),
        version: binding.manifest.version.clone(),
        hash: binding.plugin.to_string(),
        hooks: hooks(binding.hooks),
        isolation: binding.isolation.wire_number(),
        on_failure: binding.on_failure.wire_number(),
    }
}

fn carried_keys(names: &Names, bindings: &[PluginBinding]) -> Vec<v1::CarriedKey> {
    let meaning = |name: &str| {
        let (plugin, key) = name.split_once('/')?;
        let of_plugin = bindings.iter().filter(|binding| binding.name == plugin);
        let mut keys = of_plugin.flat_map(|binding| &binding.manifest.carried);
        keys.find(|carried| carried.key == key).map(|carried| carried.meaning.clone())
    };
    let key = |name: &String| v1::CarriedKey { name: name.clone(), meaning: meaning(name).unwrap_or_default() };
    names.carried.iter().map(key).collect()
}

fn reason_rule(number: u32, rule: &ReasonRule) -> v1::ReasonRule {
    let argument =
        |argument: &Argument| v1::ReasonArgument { name: argument.name.clone(), kind: argument.kind.wire_number() };
    v1::ReasonRule {
        rule: number,
        key: rule.key.clone(),
        english: rule.english.clone(),
        chinese: rule.chinese.clone(),
        arguments: rule.arguments.iter().map(argument).collect(),
    }
}

fn hooks(hooks: HookSet) -> Vec<i32> {
    hooks.iter().map(Hook::wire_number).collect()
}

/// The declarations of a plugin.
pub(crate) fn manifest(manifest: &Manifest) -> v1::PluginManifest {
    let carried = |carried: &CarriedKey| v1::CarriedKey { name: carried.key.clone(), meaning: carried.meaning.clone() };
    v1::PluginManifest {
        description: manifest.description.clone(),
        made_with: manifest.made_with.clone(),
        hooks: hooks(manifest.hooks),
        settings: manifest.settings.iter().map(setting).collect(),
        rules: manifest.rules.iter().map(|rule| reason_rule(0, rule)).collect(),
        carried: manifest.carried.iter().map(carried).collect(),
    }
}

fn setting(setting: &Setting) -> v1::PluginSetting {
    v1::PluginSetting { fields: setting.fields.iter().map(field).collect(), ..field(&setting.field) }
}

fn field(field: &Field) -> v1::PluginSetting {
    v1::PluginSetting {
        key: field.key.clone(),
        meaning: field.meaning.clone(),
        kind: field.kind.wire_number(),
        default: field.default.clone(),
        least: field.least,
        most: field.most,
        choices: field.choices.clone(),
        fields: Vec::new(),
    }
}
