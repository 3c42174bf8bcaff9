//! How a plugin fails on a card. The failure costs that card, or that plugin's edits on it, and nothing else.

use alloc::string::String;

use crate::coded::coded;
use crate::error_code::ErrorCode;
use crate::plugin::Hook;
use crate::time::Workday;

coded! {
    /// The ways in which a plugin fails.
    FailureCode {
        /// It panicked, or trapped in another way of its own.
        Panic = 0 "panic",
        /// It exceeded its fuel budget.
        Budget = 1 "budget",
        /// It uses more memory or table space, or answers more, than allowed.
        Memory = 2 "memory",
        /// It exceeded the stack.
        Stack = 3 "stack",
        /// It refused its configuration.
        BadConfig = 4 "bad-config",
        /// It reports that it cannot evaluate the card.
        BadData = 5 "bad-data",
        /// It proposed an edit that is refused; none of its edits for the card is applied.
        BadEdit = 6 "bad-edit",
        /// The host could not run it; the same call may succeed elsewhere or later.
        HostFault = 7 "host-fault",
    }
}

impl FailureCode {
    /// The stable code of the error that it costs a timecard.
    pub const fn error_code(self) -> ErrorCode {
        match self {
            FailureCode::Panic => ErrorCode::PluginPanic,
            FailureCode::Budget => ErrorCode::PluginBudget,
            FailureCode::Memory => ErrorCode::PluginMemory,
            FailureCode::Stack => ErrorCode::PluginStack,
            FailureCode::BadConfig => ErrorCode::PluginConfig,
            FailureCode::BadData => ErrorCode::PluginData,
            FailureCode::BadEdit => ErrorCode::PluginEdit,
            FailureCode::HostFault => ErrorCode::PluginHost,
        }
    }
}

/// A plugin's failure on one card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PluginFailure {
    /// The card: its position in the chunk.
    pub card: u32,
    /// What the ruleset calls the plugin.
    pub binding: String,
    /// The plugin with its version: `acme-meals 0.3.1`.
    pub plugin: String,
    /// Where it was called.
    pub hook: Hook,
    /// How it failed.
    pub code: FailureCode,
    /// The workday that it was evaluating, when it reported one.
    pub workday: Option<Workday>,
    /// What happened, with the place in the plugin's source where it is known.
    pub message: String,
    /// Whether the card was evaluated without the plugin.
    pub skipped: bool,
}
