//! The manifest as a plugin passes it to the host.

use shiftmill_core::{Argument, CarriedKey, Field, ReasonRule, Setting, ValueKind};
use wasmtime::component::{ComponentType, Lift};

/// The manifest before it is checked.
#[derive(Debug, ComponentType, Lift)]
#[component(record)]
pub(crate) struct Described {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) description: String,
    #[component(name = "made-with")]
    pub(crate) made_with: String,
    pub(crate) reads: Vec<HookColumns>,
    pub(crate) settings: Vec<DescribedSetting>,
    pub(crate) rules: Vec<DescribedRule>,
    pub(crate) carried: Vec<DescribedCarried>,
}

#[derive(Debug, ComponentType, Lift)]
#[component(record)]
pub(crate) struct HookColumns {
    pub(crate) hook: String,
    pub(crate) columns: Vec<String>,
}

#[derive(Debug, ComponentType, Lift)]
#[component(record)]
pub(crate) struct DescribedSetting {
    pub(crate) key: String,
    pub(crate) meaning: String,
    pub(crate) kind: DescribedKind,
    pub(crate) default: Option<String>,
    pub(crate) least: Option<i64>,
    pub(crate) most: Option<i64>,
    pub(crate) choices: Vec<String>,
    pub(crate) fields: Vec<DescribedField>,
}

#[derive(Debug, ComponentType, Lift)]
#[component(record)]
pub(crate) struct DescribedField {
    pub(crate) key: String,
    pub(crate) meaning: String,
    pub(crate) kind: DescribedKind,
    pub(crate) default: Option<String>,
    pub(crate) least: Option<i64>,
    pub(crate) most: Option<i64>,
    pub(crate) choices: Vec<String>,
}

#[derive(Debug, ComponentType, Lift)]
#[component(record)]
pub(crate) struct DescribedRule {
    pub(crate) key: String,
    pub(crate) english: String,
    pub(crate) chinese: String,
    pub(crate) arguments: Vec<DescribedArgument>,
}

#[derive(Debug, ComponentType, Lift)]
#[component(record)]
pub(crate) struct DescribedArgument {
    pub(crate) name: String,
    pub(crate) kind: DescribedKind,
}

#[derive(Debug, ComponentType, Lift)]
#[component(record)]
pub(crate) struct DescribedCarried {
    pub(crate) key: String,
    pub(crate) meaning: String,
}

#[derive(Clone, Copy, Debug, ComponentType, Lift)]
#[component(enum)]
#[repr(u8)]
#[allow(dead_code, reason = "values are created by reading the answers of plugins")]
pub(crate) enum DescribedKind {
    #[component(name = "whole")]
    Whole,
    #[component(name = "length")]
    Length,
    #[component(name = "clock")]
    Clock,
    #[component(name = "instant")]
    Instant,
    #[component(name = "workday")]
    Workday,
    #[component(name = "flag")]
    Flag,
    #[component(name = "pay-code")]
    PayCode,
    #[component(name = "base-code")]
    BaseCode,
    #[component(name = "premium-code")]
    PremiumCode,
    #[component(name = "time-code")]
    TimeCode,
    #[component(name = "count-code")]
    CountCode,
    #[component(name = "exception")]
    Exception,
    #[component(name = "choice")]
    Choice,
    #[component(name = "text")]
    Text,
    #[component(name = "rows")]
    Rows,
}

impl DescribedKind {
    fn kind(self) -> ValueKind {
        match self {
            DescribedKind::Whole => ValueKind::Whole,
            DescribedKind::Length => ValueKind::Length,
            DescribedKind::Clock => ValueKind::Clock,
            DescribedKind::Instant => ValueKind::Instant,
            DescribedKind::Workday => ValueKind::Workday,
            DescribedKind::Flag => ValueKind::Flag,
            DescribedKind::PayCode => ValueKind::PayCode,
            DescribedKind::BaseCode => ValueKind::BaseCode,
            DescribedKind::PremiumCode => ValueKind::PremiumCode,
            DescribedKind::TimeCode => ValueKind::TimeCode,
            DescribedKind::CountCode => ValueKind::CountCode,
            DescribedKind::Exception => ValueKind::Exception,
            DescribedKind::Choice => ValueKind::Choice,
            DescribedKind::Text => ValueKind::Text,
            DescribedKind::Rows => ValueKind::Rows,
        }
    }
}

impl DescribedSetting {
    pub(crate) fn setting(self) -> Setting {
        let DescribedSetting { key, meaning, kind, default, least, most, choices, fields } = self;
        let field = Field { key, meaning, kind: kind.kind(), default, least, most, choices };
        Setting { field, fields: fields.into_iter().map(DescribedField::field).collect() }
    }
}

impl DescribedField {
    fn field(self) -> Field {
        let DescribedField { key, meaning, kind, default, least, most, choices } = self;
        Field { key, meaning, kind: kind.kind(), default, least, most, choices }
    }
}

impl DescribedRule {
    pub(crate) fn rule(self) -> ReasonRule {
        let argument = |argument: DescribedArgument| Argument { name: argument.name, kind: argument.kind.kind() };
        let arguments = self.arguments.into_iter().map(argument).collect();
        ReasonRule { key: self.key, english: self.english, chinese: self.chinese, arguments }
    }
}

impl DescribedCarried {
    pub(crate) fn carried(self) -> CarriedKey {
        CarriedKey { key: self.key, meaning: self.meaning }
    }
}
