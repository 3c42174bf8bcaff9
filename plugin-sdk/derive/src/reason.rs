//! The derive of `Reason`.

use proc_macro::{Ident, TokenStream, TokenTree};

use crate::config::known;
use crate::item::{Body, Field, Item, Mistake, Word};
use crate::names;
use crate::template::fill;
use crate::text::{literal, plain};

/// The maximum number of figures of a reason in the contract.
const MOST_FIGURES: usize = 8;

/// A struct, or a variant of an enum.
struct Rule<'a> {
    name: &'a Ident,
    arguments: &'a [Word],
    fields: &'a [Field],
    /// The path before the fields in a pattern.
    pattern: TokenStream,
}

/// Generates the rules and the code that writes figures.
pub fn reason(item: &Item) -> Result<TokenStream, Mistake> {
    let rules = rules(item);
    if rules.is_empty() {
        return Err(Mistake::at(item.name.span(), "there must be at least one reason"));
    }
    // A reason with a mistake still is a reason, so that the compiler reports the mistake alone.
    let (declared, mistake) = match rules.iter().map(Rule::declared).collect::<Result<_, _>>() {
        Ok(declared) => (declared, TokenStream::new()),
        Err(mistake) => (TokenStream::new(), mistake.into_tokens()),
    };
    let arms = rules.iter().enumerate().map(|(number, rule)| rule.written(number)).collect();
    let generated = fill(
        "impl ::shiftmill_plugin::Reason for NAME {
            const RULES: &'static [::shiftmill_plugin::contract::Rule] = &[DECLARED];

            #[inline]
            fn write(&self, figures: &mut ::std::vec::Vec<i64>) -> u16 {
                let _ = &figures;
                match self { ARMS }
            }
        }",
        &[("NAME", TokenTree::from(item.name.clone()).into()), ("DECLARED", declared), ("ARMS", arms)],
    );
    Ok([generated, mistake].into_iter().collect())
}

fn rules(item: &Item) -> Vec<Rule<'_>> {
    match &item.body {
        Body::Fields(fields) => {
            vec![Rule { name: &item.name, arguments: &item.arguments, fields, pattern: fill("Self", &[]) }]
        }
        Body::Variants(variants) => variants
            .iter()
            .map(|variant| Rule {
                name: &variant.name,
                arguments: &variant.arguments,
                fields: &variant.fields,
                pattern: fill("Self::VARIANT", &[("VARIANT", TokenTree::from(variant.name.clone()).into())]),
            })
            .collect(),
    }
}

impl Rule<'_> {
    fn declared(&self) -> Result<TokenStream, Mistake> {
        known(self.arguments, &["", "chinese", "key"])?;
        let Some(english) = self.template("") else {
            return Err(Mistake::at(self.name.span(), "say it in words: `#[reason(\"worked {worked}\")]`"));
        };
        let chinese = self.template("chinese");
        for (language, template) in [("English", Some(&english)), ("Chinese", chinese.as_ref())] {
            let Some((text, word)) = template else { continue };
            self.check(text).map_err(|what| Mistake::at(word.span, format!("the {language} text: {what}")))?;
        }
        if let Some(field) = self.fields.get(MOST_FIGURES) {
            return Err(Mistake::at(field.name.span(), format!("a reason has at most {MOST_FIGURES} figures")));
        }
        Ok(fill(
            "::shiftmill_plugin::contract::Rule {
                key: ::shiftmill_plugin::contract::FixedText::of(KEY),
                english: ::shiftmill_plugin::contract::FixedText::of(ENGLISH),
                chinese: ::shiftmill_plugin::contract::FixedText::of(CHINESE),
                arguments: ::shiftmill_plugin::contract::Fixed::of(&[ARGUMENTS]),
            },",
            &[
                ("KEY", literal(&self.key()?)),
                ("ENGLISH", literal(&english.0)),
                ("CHINESE", literal(&chinese.map_or(String::new(), |(text, _)| text))),
                ("ARGUMENTS", self.fields.iter().map(argument).collect()),
            ],
        ))
    }

    fn key(&self) -> Result<String, Mistake> {
        match self.template("key") {
            None => Ok(names::separated(self.name, '-')),
            Some((key, _)) if names::is_key(&key) => Ok(key),
            Some((_, word)) => Err(Mistake::at(word.span, "a key is of lower case letters, digits and `-`")),
        }
    }

    fn template(&self, key: &str) -> Option<(String, &Word)> {
        self.arguments.iter().find(|word| word.key == key).map(|word| (plain(&word.value), word))
    }

    /// Checks that every name in braces is a field, and that every field is named, as the host requires.
    fn check(&self, text: &str) -> Result<(), String> {
        let (mut rest, mut named) = (text, Vec::new());
        while let Some(brace) = rest.find(['{', '}']) {
            let (_, from) = rest.split_at(brace);
            let inside = from.strip_prefix('{').and_then(|inside| inside.split_once('}'));
            let Some((name, after)) = inside else { return Err("a brace is missing".to_owned()) };
            if !self.fields.iter().any(|field| names::plain(&field.name) == name) {
                return Err(format!("there is no field `{name}`"));
            }
            named.push(name);
            rest = after;
        }
        let unnamed =
            self.fields.iter().map(|field| names::plain(&field.name)).find(|name| !named.contains(&name.as_str()));
        match unnamed {
            Some(name) => Err(format!("it does not name the field `{name}`: write `{{{name}}}`, or remove the field")),
            None => Ok(()),
        }
    }

    /// The arm that writes the figures of this rule.
    fn written(&self, number: usize) -> TokenStream {
        let name = |field: &Field| TokenStream::from(TokenTree::from(field.name.clone()));
        let fields = self.fields.iter().map(|field| fill("FIELD,", &[("FIELD", name(field))])).collect();
        let pushes = self.fields.iter().map(|field| {
            let push = "figures.push(<TYPE as ::shiftmill_plugin::Figure>::number(*FIELD));";
            fill(push, &[("TYPE", field.kind.clone()), ("FIELD", name(field))])
        });
        let number = TokenTree::from(proc_macro::Literal::u16_unsuffixed(number as u16));
        fill(
            "PATTERN { FIELDS } => { PUSHES NUMBER }",
            &[
                ("PATTERN", self.pattern.clone()),
                ("FIELDS", fields),
                ("PUSHES", pushes.collect()),
                ("NUMBER", number.into()),
            ],
        )
    }
}

fn argument(field: &Field) -> TokenStream {
    fill(
        "::shiftmill_plugin::contract::Argument {
            name: ::shiftmill_plugin::contract::FixedText::of(KEY),
            kind: <TYPE as ::shiftmill_plugin::Figure>::KIND,
        },",
        &[("KEY", literal(&names::plain(&field.name))), ("TYPE", field.kind.clone())],
    )
}
