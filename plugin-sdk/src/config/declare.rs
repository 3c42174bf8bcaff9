//! Settings as the derives declare them. All of this runs when the plugin is compiled, so that a wrong bound or default
//! is an error of the compiler.

use crate::config::literal;
use crate::config::{Number, Setting};
use crate::contract::{self, Fixed, FixedText, Maybe, ValueKind};

/// What `#[config(...)]` and the comment say of a setting or field.
#[derive(Clone, Copy)]
pub struct Said {
    /// Its key.
    pub key: &'static str,
    /// Its meaning.
    pub meaning: &'static str,
    /// What holds when nothing is written.
    pub default: Option<&'static str>,
    /// The least that is allowed.
    pub least: Option<&'static str>,
    /// The most that is allowed.
    pub most: Option<&'static str>,
}

/// A setting of this type.
pub const fn setting<T: Setting>(said: Said) -> contract::Setting {
    let field = declared(T::KIND, T::CHOICES, said);
    contract::Setting {
        key: field.key,
        meaning: field.meaning,
        kind: field.kind,
        default: field.default,
        least: field.least,
        most: field.most,
        choices: field.choices,
        fields: Fixed::of(T::FIELDS),
    }
}

/// A field of this type.
pub const fn field<T: Number>(said: Said) -> contract::Field {
    declared(T::KIND, T::CHOICES, said)
}

#[allow(clippy::panic, reason = "becomes an error of the compiler")]
const fn declared(kind: ValueKind, choices: &'static [FixedText], said: Said) -> contract::Field {
    let least = bound(kind, said.least);
    let most = bound(kind, said.most);
    let default = match said.default {
        None => Maybe::None,
        Some(text) => {
            if !fits(kind, choices, text, least, most) {
                panic!("`default` is not written as its type is, or lies outside the bounds");
            }
            Maybe::Some(FixedText::of(text))
        }
    };
    contract::Field {
        key: FixedText::of(said.key),
        meaning: FixedText::of(said.meaning),
        kind,
        default,
        least: match least {
            None => Maybe::None,
            Some(least) => Maybe::Some(least),
        },
        most: match most {
            None => Maybe::None,
            Some(most) => Maybe::Some(most),
        },
        choices: Fixed::of(choices),
    }
}

#[allow(clippy::panic, reason = "becomes an error of the compiler")]
const fn bound(kind: ValueKind, text: Option<&str>) -> Option<i64> {
    let Some(text) = text else { return None };
    let kind = match kind {
        ValueKind::Text | ValueKind::Rows => ValueKind::Whole,
        kind => kind,
    };
    match literal::number(kind, text) {
        Some(number) => Some(number),
        None => panic!("`least` or `most` is not written as its type is"),
    }
}

const fn fits(kind: ValueKind, choices: &[FixedText], text: &str, least: Option<i64>, most: Option<i64>) -> bool {
    match kind {
        ValueKind::Choice => position(choices, text).is_some(),
        ValueKind::Rows => matches!(text.as_bytes(), b"[]"),
        ValueKind::Text => match most {
            Some(most) => text.len() as i64 <= most,
            None => true,
        },
        ValueKind::BaseCode
        | ValueKind::PremiumCode
        | ValueKind::TimeCode
        | ValueKind::CountCode
        | ValueKind::Exception => is_name(text.as_bytes()),
        _ => match (literal::number(kind, text), least, most) {
            (None, _, _) => false,
            (Some(number), Some(least), _) if number < least => false,
            (Some(number), _, Some(most)) if number > most => false,
            _ => true,
        },
    }
}

/// The position of a word among the choices.
pub(crate) const fn position(choices: &[FixedText], word: &str) -> Option<usize> {
    let (mut rest, mut position) = (choices, 0);
    while let [choice, after @ ..] = rest {
        if same(choice.get().as_bytes(), word.as_bytes()) {
            return Some(position);
        }
        rest = after;
        position += 1;
    }
    None
}

/// Whether two texts are the same.
pub(crate) const fn same(mut one: &[u8], mut other: &[u8]) -> bool {
    while let ([first, rest @ ..], [other_first, other_rest @ ..]) = (one, other) {
        if *first != *other_first {
            return false;
        }
        one = rest;
        other = other_rest;
    }
    one.is_empty() && other.is_empty()
}

/// Lower case letters, digits, `-` and `_`, as names in rulesets are.
pub(crate) const fn is_name(text: &[u8]) -> bool {
    let mut rest = text;
    while let [letter, after @ ..] = rest {
        if !matches!(*letter, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_') {
            return false;
        }
        rest = after;
    }
    !text.is_empty() && text.len() <= 64
}
