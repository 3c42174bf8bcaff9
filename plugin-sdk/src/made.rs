//! The implementation of `plugin!`. The checks of the manifest run when the plugin is compiled.

use core::cell::RefCell;
use core::marker::PhantomData;

use crate::columns;
use crate::config::{Config, Values, same};
use crate::contract::{Answer, Cards, Complaint, Configured, Fixed, FixedText, Maybe, Rule, Value};
use crate::reason::Reason;

pub use crate::report::report_panics;

/// The tool of the manifest.
pub const WITH: &str = concat!("shiftmill-plugin ", env!("CARGO_PKG_VERSION"));

/// The configured plugin between calls.
pub type Place<P> = RefCell<Option<P>>;

/// Reads the configuration.
pub fn configure<P: Config>(place: &Place<P>, values: Vec<Value>) -> Configured {
    match P::read(&mut Values::new(values)) {
        Ok(plugin) => {
            let context = plugin.context();
            place.replace(Some(plugin));
            Configured::Yes(context)
        }
        Err(mistake) => Configured::No(mistake.into()),
    }
}

/// Calls a hook of the configured plugin for a group of employees.
#[inline]
pub fn adjust<P>(place: &Place<P>, cards: &Cards, visit: impl Fn(&P, &Cards) -> Answer) -> Answer {
    match &*place.borrow() {
        Some(plugin) => visit(plugin, cards),
        None => without_configuration(cards),
    }
}

#[cold]
fn without_configuration(cards: &Cards) -> Answer {
    let complaint = |employee| Complaint {
        employee,
        workday: Maybe::None,
        message: String::from("the plugin was called without its configuration").into(),
    };
    let complaints: Vec<_> = (0..cards.employees.zone.len() as u32).map(complaint).collect();
    Answer { complaints: complaints.into(), ..Answer::default() }
}

/// The name of a plugin.
#[allow(clippy::panic, reason = "becomes an error of the compiler")]
pub const fn name(name: &'static str) -> FixedText {
    let (mut rest, mut fits) = (name.as_bytes(), !name.is_empty() && name.len() <= 64);
    while let [letter, after @ ..] = rest {
        fits = fits && matches!(*letter, b'a'..=b'z' | b'0'..=b'9' | b'-');
        rest = after;
    }
    if !fits {
        panic!("the name in Cargo.toml must be of lower case letters, digits and `-`, and no longer than 64");
    }
    FixedText::of(name)
}

/// The description of a plugin.
#[allow(clippy::panic, reason = "becomes an error of the compiler")]
pub const fn description(text: &'static str) -> FixedText {
    if text.is_empty() {
        panic!("write in Cargo.toml, as `description`, what the plugin does");
    }
    FixedText::of(text)
}

/// The rules that give reasons, of one type in all hooks.
#[allow(clippy::panic, reason = "becomes an error of the compiler")]
pub const fn rules<Why: Reason>(_hooks: &[PhantomData<Why>]) -> &'static [Rule] {
    let mut rest = Why::RULES;
    while let [rule, after @ ..] = rest {
        let mut others = after;
        while let [other, after @ ..] = others {
            if same(rule.key.get().as_bytes(), other.key.get().as_bytes()) {
                panic!("two reasons have the same key");
            }
            others = after;
        }
        rest = after;
    }
    Why::RULES
}

/// The columns that a hook reads.
#[allow(clippy::panic, reason = "becomes an error of the compiler")]
pub const fn columns(hook: &str, names: &'static [FixedText]) -> Fixed<FixedText> {
    if !columns::exist_in(hook, names) {
        panic!("a column listed in `plugin!` is not available at its hook; the README has a table");
    }
    Fixed::of(names)
}
