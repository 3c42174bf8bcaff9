//! How a ruleset binds a plugin: which one, by its content; with which configuration; at which hooks.

use alloc::{string::String, sync::Arc, vec::Vec};
use core::fmt;

use crate::coded::coded;
use crate::codes::{CarryKey, RuleId};
use crate::plan::ContextDays;
use crate::plugin::{HookSet, Manifest};

/// SHA-256 of a plugin's component. What it does is what it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PluginHash(pub [u8; 32]);

/// Written as 64 hexadecimal digits.
impl fmt::Display for PluginHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl PluginHash {
    /// Reads 64 hexadecimal digits.
    pub fn parse(text: &str) -> Option<PluginHash> {
        let digits = text.as_bytes().as_chunks::<2>();
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.0) {
            *byte = u8::from_str_radix(core::str::from_utf8(pair).ok()?, 16).ok()?;
        }
        Some(PluginHash(bytes))
    }
}

/// A plugin in a ruleset. A binding that exists has been checked: its values fit the manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PluginBinding {
    /// What the ruleset calls it; its rules are named `name/key`.
    pub name: String,
    /// Which plugin.
    pub plugin: PluginHash,
    /// What the plugin declares.
    pub manifest: Arc<Manifest>,
    /// The hooks at which it is called; a subset of the hooks that it has.
    pub hooks: HookSet,
    /// One value per setting of the manifest, in its order; pay codes and exceptions by number.
    pub values: Vec<ConfigValue>,
    /// What is kept apart.
    pub isolation: Isolation,
    /// What a failure means.
    pub on_failure: OnFailure,
    /// The number of its first rule; the others follow in the order of the manifest.
    pub first_rule: RuleId,
    /// The numbers of its carried keys, in the order of the manifest. A plugin that replaces another under the
    /// same name has the same number for the same key, so that carried values continue.
    pub carried_keys: Vec<CarryKey>,
    /// The days around the pay period that it needs with this configuration.
    pub context: ContextDays,
}

impl PluginBinding {
    /// The number of one of its rules.
    pub fn rule(&self, position: u16) -> Option<RuleId> {
        let known = usize::from(position) < self.manifest.rules.len();
        known.then(|| RuleId(self.first_rule.0.saturating_add(position)))
    }

    /// The number of one of its carried keys.
    pub fn carried(&self, position: u16) -> Option<CarryKey> {
        self.carried_keys.get(usize::from(position)).copied()
    }

    /// The position among its carried keys of a key of the ruleset.
    pub fn position_of(&self, key: CarryKey) -> Option<u16> {
        self.carried_keys.iter().position(|own| *own == key).map(|position| position as u16)
    }
}

/// The value of a setting of a plugin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConfigValue {
    /// A number of the setting's kind.
    Number(i64),
    /// Text.
    Text(String),
    /// Row after row, each with one number per field.
    Rows(Vec<i64>),
}

coded! {
    /// What is kept apart when a plugin runs.
    Isolation {
        /// Every chunk of employees has an instance of its own, and samples show that employees are independent.
        Chunk = 0 "chunk",
        /// Every employee has an instance of its own: slower, for plugins that cannot be trusted to forget.
        Employee = 1 "employee",
    }
}

coded! {
    /// What it means for a timecard that a plugin fails on it.
    OnFailure {
        /// The timecard cannot be evaluated.
        Fail = 0 "fail",
        /// It is evaluated without the plugin, and a person must look: `plugin_failed`.
        Skip = 1 "skip",
    }
}
