//! Edits: what a plugin may propose. Each has a reason.

use alloc::vec::Vec;

use crate::card::SpanState;
use crate::coded::coded;
use crate::codes::{CarryKey, ExceptionCode, PayCode, RuleId};
use crate::plugin::Hook;
use crate::time::{Seconds, Timestamp, Workday};

coded! {
    /// The kinds of edit, by their number in the contract of plugins.
    EditKind {
        /// Moves a punch.
        Retime = 1 "retime",
        /// Lets a punch not count.
        Discard = 2 "discard",
        /// Moves what is expected of a scheduled shift.
        Expect = 3 "expect",
        /// Adds work where there is nothing.
        Add = 4 "add",
        /// Changes what a stretch pays.
        Recode = 5 "recode",
        /// Moves the ends of a stretch.
        Resize = 6 "resize",
        /// Cuts a stretch in two.
        Split = 7 "split",
        /// Pays a premium over a stretch.
        Premium = 8 "premium",
        /// Pays a quantity.
        Quantity = 9 "quantity",
        /// Marks something for a person to look at.
        Mark = 10 "mark",
        /// Carries a value over to the next pay period.
        Carry = 11 "carry",
    }
}

impl EditKind {
    /// True when a plugin may propose such an edit at `hook`.
    pub const fn is_allowed_at(self, hook: Hook) -> bool {
        match self {
            EditKind::Retime | EditKind::Discard => matches!(hook, Hook::Punches),
            EditKind::Expect => matches!(hook, Hook::Schedule),
            EditKind::Add | EditKind::Recode | EditKind::Resize | EditKind::Split | EditKind::Premium => {
                matches!(hook, Hook::Days | Hook::Period)
            }
            EditKind::Quantity | EditKind::Carry => !matches!(hook, Hook::Punches),
            EditKind::Mark => true,
        }
    }
}

/// A proposed change of one card. Punches, scheduled shifts and spans are named by their position in the card's lists
/// as they were when the hook was called, whatever earlier edits made of them: an edit of a span is an edit of all its
/// parts. See [`crate::apply`] for what is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The punch is taken to have been at `to`, which is cut to the minute where the ruleset does not count seconds.
    /// Both dates must be covered by the facts, and `to` must not be further ahead of `as_of` than a punch may.
    Retime {
        /// Index into [`crate::CardState::punches`].
        punch: u32,
        /// When.
        to: Timestamp,
    },
    /// The punch does not count.
    Discard {
        /// Index into [`crate::CardState::punches`].
        punch: u32,
    },
    /// The employee is expected from `start` to `end`, both within a day of the scheduled shift. A shift that is wholly
    /// on leave is not compared, whatever is expected.
    Expect {
        /// Index into [`crate::CardState::scheduled`].
        scheduled: u32,
        /// From when.
        start: Timestamp,
        /// Until when.
        end: Timestamp,
    },
    /// `[start, end)` is work, where nothing was on the timeline. It belongs to the worked shift whose work it touches,
    /// that before it first; what touches none is no worked shift, and counts as one of its own for overtime and
    /// premiums. Its local date lies within two days of the workday.
    Add {
        /// The workday that it is shown on and counted in.
        workday: Workday,
        /// Start.
        start: Timestamp,
        /// End.
        end: Timestamp,
        /// Worked or a paid break.
        state: SpanState,
        /// What it pays.
        code: PayCode,
    },
    /// `[start, end)`, a part of the span or all of it, pays `to`. Work recoded to `unpaid_break` is an unpaid break,
    /// and an unpaid break recoded to anything else is a paid break. Leave can only be recoded to a pay code of leave.
    Recode {
        /// Index into [`crate::CardState::spans`].
        span: u32,
        /// Start.
        start: Timestamp,
        /// End.
        end: Timestamp,
        /// What it pays.
        to: PayCode,
    },
    /// The span is `[start, end)` from now on, which must hold some of what it was. It declares the seconds that it adds
    /// or takes away. New seconds pay what the end of the span pays that they are added to, and have the workday that
    /// the ruleset gives to seconds of its worked shift. Leave keeps its ends.
    Resize {
        /// Index into [`crate::CardState::spans`].
        span: u32,
        /// Start.
        start: Timestamp,
        /// End.
        end: Timestamp,
    },
    /// The span is two. Nothing else changes.
    Split {
        /// Index into [`crate::CardState::spans`].
        span: u32,
        /// Where the second begins.
        at: Timestamp,
    },
    /// `[start, end)`, a part of the span or all of it, is paid a premium. All of it must be work, and a rule may pay no
    /// second of it with this code before.
    Premium {
        /// Index into [`crate::CardState::spans`].
        span: u32,
        /// Start.
        start: Timestamp,
        /// End.
        end: Timestamp,
        /// What it pays.
        code: PayCode,
    },
    /// A quantity is paid; nothing, and it is none.
    Quantity {
        /// The workday that it is shown on: any that the facts cover.
        workday: Workday,
        /// What it pays.
        code: PayCode,
        /// How much, in the unit of the code.
        amount: u32,
    },
    /// A person must look.
    Mark {
        /// The workday that it is shown on: any that the facts cover.
        workday: Workday,
        /// At what; `context_short`, `plugin_failed` and `facts_rejected` are raised by the engine only.
        code: ExceptionCode,
        /// The instant it refers to.
        at: Timestamp,
        /// Its size; zero where it has none.
        measure: Seconds,
    },
    /// A value is carried over to the next pay period, in place of what was carried under its key before.
    Carry {
        /// The key.
        key: CarryKey,
        /// The value.
        value: i64,
    },
}

impl Change {
    /// Its kind.
    pub const fn kind(&self) -> EditKind {
        match self {
            Change::Retime { .. } => EditKind::Retime,
            Change::Discard { .. } => EditKind::Discard,
            Change::Expect { .. } => EditKind::Expect,
            Change::Add { .. } => EditKind::Add,
            Change::Recode { .. } => EditKind::Recode,
            Change::Resize { .. } => EditKind::Resize,
            Change::Split { .. } => EditKind::Split,
            Change::Premium { .. } => EditKind::Premium,
            Change::Quantity { .. } => EditKind::Quantity,
            Change::Mark { .. } => EditKind::Mark,
            Change::Carry { .. } => EditKind::Carry,
        }
    }
}

/// A proposed change with its reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What changes.
    pub change: Change,
    /// The plugin's rule that proposes it.
    pub rule: RuleId,
    /// One beyond the last of its figures in [`Edits::arguments`]; they begin where those of the edit before end.
    pub argument_end: u32,
}

/// The edits that one plugin proposes for one card at one hook, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edits {
    /// The edits.
    pub list: Vec<Edit>,
    /// The figures of their reasons.
    pub arguments: Vec<i64>,
}

impl Edits {
    /// Empties both lists and keeps their memory.
    pub fn clear(&mut self) {
        self.list.clear();
        self.arguments.clear();
    }

    /// Each edit with the figures of its reason.
    pub fn iter(&self) -> impl Iterator<Item = (&Edit, &[i64])> {
        let starts = core::iter::once(0).chain(self.list.iter().map(|edit| edit.argument_end));
        let figures = move |(edit, start): (&'_ Edit, u32)| {
            self.arguments.get(start as usize..edit.argument_end as usize).unwrap_or(&[])
        };
        self.list.iter().zip(starts).map(move |(edit, start)| (edit, figures((edit, start))))
    }
}
