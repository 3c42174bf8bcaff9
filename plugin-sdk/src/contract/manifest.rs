//! The manifest of a plugin, in the layout of `lifecycle.wit`. All of it is static data.

use crate::contract::{Fixed, FixedText, List, Maybe, Text};

/// The manifest of a plugin.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Manifest {
    /// Its name.
    pub name: FixedText,
    /// Its version.
    pub version: FixedText,
    /// What it does, in a sentence.
    pub description: FixedText,
    /// The tool that made it.
    pub made_with: FixedText,
    /// The columns that each hook reads.
    pub reads: Fixed<HookColumns>,
    /// Its settings.
    pub settings: Fixed<Setting>,
    /// The rules that give reasons.
    pub rules: Fixed<Rule>,
    /// The values carried from one pay period to the next.
    pub carried: Fixed<CarriedKey>,
}

/// The columns that a hook reads.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct HookColumns {
    /// `punches`, `schedule`, `days` or `period`.
    pub hook: FixedText,
    /// Their names.
    pub columns: Fixed<FixedText>,
}

/// The meaning of a number.
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueKind {
    /// A whole number.
    Whole,
    /// A length of time in seconds.
    Length,
    /// A time of day in seconds from midnight.
    Clock,
    /// An instant.
    Instant,
    /// A workday.
    Workday,
    /// 0 or 1.
    Flag,
    /// A pay code of any layer.
    PayCode,
    /// A pay code of the base layer.
    BaseCode,
    /// A pay code of the premium layer.
    PremiumCode,
    /// A quantity that counts seconds.
    TimeCode,
    /// A quantity that counts occurrences.
    CountCode,
    /// The number of an exception's code.
    Exception,
    /// A position in a list of words.
    Choice,
    /// Text.
    Text,
    /// A list of rows of numbers.
    Rows,
}

impl ValueKind {
    /// All of them, in the order of the contract.
    pub const ALL: &[ValueKind] = &[
        ValueKind::Whole,
        ValueKind::Length,
        ValueKind::Clock,
        ValueKind::Instant,
        ValueKind::Workday,
        ValueKind::Flag,
        ValueKind::PayCode,
        ValueKind::BaseCode,
        ValueKind::PremiumCode,
        ValueKind::TimeCode,
        ValueKind::CountCode,
        ValueKind::Exception,
        ValueKind::Choice,
        ValueKind::Text,
        ValueKind::Rows,
    ];
}

/// One setting of the configuration.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Setting {
    /// Its key.
    pub key: FixedText,
    /// Its meaning.
    pub meaning: FixedText,
    /// The kind of its value.
    pub kind: ValueKind,
    /// The default.
    pub default: Maybe<FixedText>,
    /// The smallest number.
    pub least: Maybe<i64>,
    /// The greatest number or length.
    pub most: Maybe<i64>,
    /// The words of a choice.
    pub choices: Fixed<FixedText>,
    /// The fields of a row.
    pub fields: Fixed<Field>,
}

/// One field of a row.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Field {
    /// Its key.
    pub key: FixedText,
    /// Its meaning.
    pub meaning: FixedText,
    /// The kind of its value.
    pub kind: ValueKind,
    /// The default.
    pub default: Maybe<FixedText>,
    /// The smallest number.
    pub least: Maybe<i64>,
    /// The greatest number.
    pub most: Maybe<i64>,
    /// The words of a choice.
    pub choices: Fixed<FixedText>,
}

/// A rule that gives reasons.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Rule {
    /// Its key.
    pub key: FixedText,
    /// The text of the reason.
    pub english: FixedText,
    /// The same in Chinese; may be empty.
    pub chinese: FixedText,
    /// The figures.
    pub arguments: Fixed<Argument>,
}

/// A figure of a reason.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Argument {
    /// Its name in the templates.
    pub name: FixedText,
    /// The meaning of the number.
    pub kind: ValueKind,
}

/// A value that is carried from one pay period to the next.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct CarriedKey {
    /// Its key.
    pub key: FixedText,
    /// Its meaning.
    pub meaning: FixedText,
}

/// A value of the configuration.
#[repr(C, u8)]
#[derive(Debug)]
pub enum Value {
    /// A number of the setting's kind.
    Number(i64),
    /// Text.
    Text(Text),
    /// The rows one after another.
    Rows(List<i64>),
}

/// The context days that a rule needs. Results are provisional when the facts do not reach that far. One day on each side is
/// always required.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ContextDays {
    /// Before the first workday that is paid.
    pub before: u16,
    /// After the last workday that is paid.
    pub after: u16,
}

/// Whether a configuration can be used.
#[repr(C, u8)]
#[derive(Debug)]
pub enum Configured {
    /// It can, and the plugin needs these context days.
    Yes(ContextDays),
    /// It cannot, for this reason.
    No(Text),
}

#[cfg(target_family = "wasm")]
const _: () = {
    assert!(size_of::<Manifest>() == 64, "as the canonical ABI lays it out");
    assert!(size_of::<Setting>() == 80, "as the canonical ABI lays it out");
    assert!(size_of::<Value>() == 16, "as the canonical ABI lays it out");
    assert!(size_of::<Configured>() == 12, "as the canonical ABI lays it out");
};
