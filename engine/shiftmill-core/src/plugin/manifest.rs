//! What a plugin declares of itself: hooks, settings, reasons. The ruleset checks a configuration against it, so that a
//! wrong value is reported with line and column.

use alloc::{string::String, vec::Vec};

use crate::coded::coded;
use crate::codes::{Layer, Unit};
use crate::plugin::ConfigValue;

coded! {
    /// Where in the calculation a plugin is called.
    Hook {
        /// After open: punches are corrected, ordered and thinned out, and not yet shifts.
        Punches = 0 "punches",
        /// Before worked shifts are compared with the schedule.
        Schedule = 1 "schedule",
        /// At the end of shape, before overtime.
        Days = 2 "days",
        /// After pay, before exceptions and totals.
        Period = 3 "period",
    }
}

/// A set of hooks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct HookSet(u8);

impl HookSet {
    /// No hook.
    pub const NONE: HookSet = HookSet(0);

    /// The set with `hook` in it.
    pub const fn with(self, hook: Hook) -> HookSet {
        HookSet(self.0 | 1 << hook as u8)
    }

    /// True when `hook` is in the set.
    pub const fn contains(self, hook: Hook) -> bool {
        self.0 & 1 << hook as u8 != 0
    }

    /// True when no hook is in the set.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The hooks in the order in which they are called.
    pub fn iter(self) -> impl Iterator<Item = Hook> {
        Hook::ALL.iter().copied().filter(move |hook| self.contains(*hook))
    }
}

/// What a plugin declares of itself. A manifest that exists has been checked by the host: names are names, defaults fit
/// their settings, templates name their arguments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    /// Its name.
    pub name: String,
    /// Its version, such as `0.3.1`.
    pub version: String,
    /// What it does, in a sentence.
    pub description: String,
    /// The tool that built it.
    pub made_with: String,
    /// The hooks that it has.
    pub hooks: HookSet,
    /// Its settings, in the order in which it is given their values.
    pub settings: Vec<Setting>,
    /// The rules that give reasons for its edits.
    pub rules: Vec<ReasonRule>,
    /// What it carries from one pay period to the next.
    pub carried: Vec<CarriedKey>,
}

coded! {
    /// What a number means to a person, and how it is written.
    ValueKind {
        /// A whole number.
        Whole = 0 "whole",
        /// A length of time in seconds, such as `8h30m`.
        Length = 1 "length",
        /// A time of day in seconds from midnight, up to 48:00.
        Clock = 2 "clock",
        /// An instant.
        Instant = 3 "instant",
        /// A workday, written as a date.
        Workday = 4 "workday",
        /// 0 or 1, written as `false` or `true`.
        Flag = 5 "flag",
        /// A pay code of any layer.
        PayCode = 6 "pay_code",
        /// A pay code of the base layer.
        BaseCode = 7 "base_code",
        /// A pay code of the premium layer.
        PremiumCode = 8 "premium_code",
        /// A quantity in seconds.
        TimeCode = 9 "time_code",
        /// A quantity in occurrences.
        CountCode = 10 "count_code",
        /// An exception, written as its code.
        Exception = 11 "exception",
        /// One of some words, by its position among them.
        Choice = 12 "choice",
        /// Text.
        Text = 13 "text",
        /// Rows of numbers.
        Rows = 14 "rows",
    }
}

impl ValueKind {
    /// True for the kinds that name a pay code.
    pub const fn is_pay_code(self) -> bool {
        matches!(self, ValueKind::PayCode) || self.fits().is_some()
    }

    /// The layer and unit that a pay code must have for this kind; `None` when the kind is no pay code or any fits.
    pub const fn fits(self) -> Option<(Layer, Unit)> {
        match self {
            ValueKind::BaseCode => Some((Layer::Base, Unit::Second)),
            ValueKind::PremiumCode => Some((Layer::Premium, Unit::Second)),
            ValueKind::TimeCode => Some((Layer::Quantity, Unit::Second)),
            ValueKind::CountCode => Some((Layer::Quantity, Unit::Count)),
            ValueKind::Whole
            | ValueKind::Length
            | ValueKind::Clock
            | ValueKind::Instant
            | ValueKind::Workday
            | ValueKind::Flag
            | ValueKind::PayCode
            | ValueKind::Exception
            | ValueKind::Choice
            | ValueKind::Text
            | ValueKind::Rows => None,
        }
    }
}

/// One setting of a plugin's configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Its key, its meaning, its bounds.
    pub field: Field,
    /// The fields of a row, for [`ValueKind::Rows`].
    pub fields: Vec<Field>,
}

/// A value with a name, a unit and bounds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its key.
    pub key: String,
    /// What it means, in a sentence.
    pub meaning: String,
    /// What may be written.
    pub kind: ValueKind,
    /// The default, as a person would write it; `None`: the setting is required.
    pub default: Option<String>,
    /// The smallest number allowed.
    pub least: Option<i64>,
    /// The greatest number allowed; for text and rows, the greatest length.
    pub most: Option<i64>,
    /// The words of a choice.
    pub choices: Vec<String>,
}

/// A rule of a plugin: the text of the reason of its edits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReasonRule {
    /// Its key.
    pub key: String,
    /// The text in English, with arguments in braces.
    pub english: String,
    /// The text in Chinese; empty when there is none.
    pub chinese: String,
    /// The figures, in order.
    pub arguments: Vec<Argument>,
}

/// A figure of a reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argument {
    /// Its name in the templates.
    pub name: String,
    /// What the number means.
    pub kind: ValueKind,
}

/// A value that is carried from one pay period to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CarriedKey {
    /// Its key.
    pub key: String,
    /// What it means, in a sentence.
    pub meaning: String,
}

impl Manifest {
    /// The setting of this key.
    pub fn setting(&self, key: &str) -> Option<&Setting> {
        self.settings.iter().find(|setting| setting.field.key == key)
    }

    /// True when there is one value per setting and each is of the setting's shape.
    pub fn accepts(&self, values: &[ConfigValue]) -> bool {
        let fits = |(setting, value): (&Setting, &ConfigValue)| match (setting.field.kind, value) {
            (ValueKind::Text, ConfigValue::Text(_)) => true,
            (ValueKind::Rows, ConfigValue::Rows(numbers)) => numbers.len() % setting.fields.len().max(1) == 0,
            (ValueKind::Text | ValueKind::Rows, _) => false,
            (_, ConfigValue::Number(_)) => true,
            (_, _) => false,
        };
        self.settings.len() == values.len() && self.settings.iter().zip(values).all(fits)
    }
}
