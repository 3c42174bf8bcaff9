//! The derives of `Choice` and `Carried`: enums whose variants are words.

use proc_macro::{TokenStream, TokenTree};

use crate::item::{Body, Item, Mistake, Variant};
use crate::names;
use crate::template::fill;
use crate::text::literal;

/// Generates a setting with a choice of words.
pub fn choice(item: &Item) -> Result<TokenStream, Mistake> {
    let variants = variants(item)?;
    let words = variants.iter().map(|variant| {
        let word = literal(&names::separated(&variant.name, '_'));
        fill("::shiftmill_plugin::contract::FixedText::of(WORD),", &[("WORD", word)])
    });
    let arms = numbered(variants, "NUMBER => ::core::option::Option::Some(Self::VARIANT),");
    Ok(fill(
        "impl ::shiftmill_plugin::Number for NAME {
            const KIND: ::shiftmill_plugin::contract::ValueKind = ::shiftmill_plugin::contract::ValueKind::Choice;
            const CHOICES: &'static [::shiftmill_plugin::contract::FixedText] = &[WORDS];

            fn from_number(number: i64) -> ::core::option::Option<Self> {
                match number {
                    ARMS
                    _ => ::core::option::Option::None,
                }
            }
        }",
        &[("NAME", TokenTree::from(item.name.clone()).into()), ("WORDS", words.collect()), ("ARMS", arms)],
    ))
}

/// Generates the keys of carried values.
pub fn carried(item: &Item) -> Result<TokenStream, Mistake> {
    let variants = variants(item)?;
    let mut keys = Vec::new();
    for variant in variants {
        if variant.comment.is_empty() {
            return Err(Mistake::at(variant.name.span(), "say in a comment (`///`) what is carried"));
        }
        let key = literal(&names::separated(&variant.name, '-'));
        keys.push(fill(
            "::shiftmill_plugin::contract::CarriedKey {
                key: ::shiftmill_plugin::contract::FixedText::of(KEY),
                meaning: ::shiftmill_plugin::contract::FixedText::of(MEANING),
            },",
            &[("KEY", key), ("MEANING", literal(&variant.comment))],
        ));
    }
    Ok(fill(
        "impl ::shiftmill_plugin::Carried for NAME {
            const KEYS: &'static [::shiftmill_plugin::contract::CarriedKey] = &[DECLARED];

            fn position(self) -> u16 {
                match self { ARMS }
            }
        }",
        &[
            ("NAME", TokenTree::from(item.name.clone()).into()),
            ("DECLARED", keys.into_iter().collect()),
            ("ARMS", numbered(variants, "Self::VARIANT => NUMBER,")),
        ],
    ))
}

fn variants(item: &Item) -> Result<&[Variant], Mistake> {
    match &item.body {
        Body::Variants(variants) if variants.is_empty() => {
            Err(Mistake::at(item.name.span(), "there must be at least one variant"))
        }
        Body::Variants(variants) => match variants.iter().find(|variant| !variant.fields.is_empty()) {
            Some(variant) => Err(Mistake::at(variant.name.span(), "variants have no fields here")),
            None => Ok(variants),
        },
        Body::Fields(_) => Err(Mistake::at(item.name.span(), "this derive is for enums")),
    }
}

fn numbered(variants: &[Variant], arm: &str) -> TokenStream {
    let arms = variants.iter().enumerate().map(|(number, variant)| {
        let number = TokenTree::from(proc_macro::Literal::usize_unsuffixed(number));
        fill(arm, &[("VARIANT", TokenTree::from(variant.name.clone()).into()), ("NUMBER", number.into())])
    });
    arms.collect()
}
