//! Declares settings for the derives. This code runs when the plugin is compiled, so that a wrong bound or default is an
//! error of the compiler.

use crate::config::literal;
use crate::config::{Number, Setting};
use crate::contract::{self, Fixed, FixedText, Maybe, ValueKind};

/// The declaration of a setting or field: its comment and `#[config(...)]`.
#[derive(Clone, Copy)]
pub struct Declaration {
    /// Its key.
    pub key: &'static str,
    /// Its meaning.
    pub meaning: &'static str,
    /// The default.
    pub default: Option<&'static str>,
    /// The minimum.
    pub least: Option<&'static str>,
    /// The maximum.
    pub most: Option<&'static str>,
}

/// A setting of this type.
pub const fn setting<T: Setting>(declaration: Declaration) -> contract::Setting {
    let field = declared(T::KIND, T::CHOICES, declaration);
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
pub const fn field<T: Number>(declaration: Declaration) -> contract::Field {
    declared(T::KIND, T::CHOICES, declaration)
}

#[allow(clippy::panic, reason = "becomes an error of the compiler")]
const fn declared(kind: ValueKind, choices: &'static [FixedText], declaration: Declaration) -> contract::Field {
    let least = bound(kind, declaration.least);
    let most = bound(kind, declaration.most);
    let default = match declaration.default {
        None => Maybe::None,
        Some(text) => {
            if !fits(kind, choices, text, least, most) {
                panic!("`default` has another format than its type, or is outside the bounds");
            }
            Maybe::Some(FixedText::of(text))
        }
    };
    contract::Field {
        key: FixedText::of(declaration.key),
        meaning: FixedText::of(declaration.meaning),
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
        None => panic!("`least` or `most` has another format than its type"),
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

/// True for lower case letters, digits, `-` and `_`, as in names of rulesets.
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
