//! The derives of `Config` and `Row`.

use proc_macro::TokenStream;

use crate::item::{Body, Field, Item, Mistake, Word};
use crate::names;
use crate::template::{fill, fill_at};
use crate::text::{literal, plain};

/// Generates the settings and the code that reads them.
pub fn config(item: &Item) -> Result<TokenStream, Mistake> {
    known(&item.arguments, &["check", "context"])?;
    let fields = fields(item)?;
    let settings = fields.iter().map(|field| declared("setting", field)).collect::<Result<_, _>>()?;
    let read = fields.iter().map(|field| read("values.next::<TYPE>(KEY)?", field)).collect();
    Ok(fill(
        "impl ::shiftmill_plugin::Config for NAME {
            const SETTINGS: &'static [::shiftmill_plugin::contract::Setting] = &[DECLARED];

            fn read(
                values: &mut ::shiftmill_plugin::Values,
            ) -> ::core::result::Result<Self, ::std::string::String> {
                let _ = &values;
                let config = Self { READ };
                CHECK
                ::core::result::Result::Ok(config)
            }

            CONTEXT
        }

        const _: &[::shiftmill_plugin::contract::Setting] = <NAME as ::shiftmill_plugin::Config>::SETTINGS;",
        &[
            ("NAME", name(item)),
            ("DECLARED", settings),
            ("READ", read),
            ("CHECK", calling(&item.arguments, "check", "(FUNCTION)(&config)?;")),
            (
                "CONTEXT",
                calling(
                    &item.arguments,
                    "context",
                    "fn context(&self) -> ::shiftmill_plugin::ContextDays { (FUNCTION)(self) }",
                ),
            ),
        ],
    ))
}

/// Generates the fields of a row and the code that reads them.
pub fn row(item: &Item) -> Result<TokenStream, Mistake> {
    let fields = fields(item)?;
    if fields.is_empty() {
        return Err(Mistake::at(item.name.span(), "a row has at least one field"));
    }
    let declared = fields.iter().map(|field| declared("field", field)).collect::<Result<_, _>>()?;
    let read = fields.iter().map(|field| read("::shiftmill_plugin::next_number::<TYPE>(numbers)?", field)).collect();
    Ok(fill(
        "impl ::shiftmill_plugin::Row for NAME {
            const FIELDS: &'static [::shiftmill_plugin::contract::Field] = &[DECLARED];

            fn read(numbers: &mut dyn ::core::iter::Iterator<Item = i64>) -> ::core::option::Option<Self> {
                ::core::option::Option::Some(Self { READ })
            }
        }

        const _: &[::shiftmill_plugin::contract::Field] = <NAME as ::shiftmill_plugin::Row>::FIELDS;",
        &[("NAME", name(item)), ("DECLARED", declared), ("READ", read)],
    ))
}

fn name(item: &Item) -> TokenStream {
    proc_macro::TokenTree::from(item.name.clone()).into()
}

fn fields(item: &Item) -> Result<&[Field], Mistake> {
    match &item.body {
        Body::Fields(fields) => Ok(fields),
        Body::Variants(_) => Err(Mistake::at(item.name.span(), "a configuration is a struct")),
    }
}

fn declared(how: &str, field: &Field) -> Result<TokenStream, Mistake> {
    if field.comment.is_empty() {
        return Err(Mistake::at(field.name.span(), "say in a comment (`///`) what the setting means"));
    }
    known(&field.arguments, &["default", "least", "most"])?;
    let argument = |key| match field.arguments.iter().find(|word| word.key == key) {
        None => fill("::core::option::Option::None", &[]),
        Some(word) => fill("::core::option::Option::Some(TEXT)", &[("TEXT", literal(&plain(&word.value)))]),
    };
    Ok(fill_at(
        field.name.span(),
        &format!(
            "::shiftmill_plugin::{how}::<TYPE>(::shiftmill_plugin::Declaration {{
                key: KEY, meaning: MEANING, default: DEFAULT, least: LEAST, most: MOST,
            }}),"
        ),
        &[
            ("TYPE", field.kind.clone()),
            ("KEY", literal(&names::plain(&field.name))),
            ("MEANING", literal(&field.comment)),
            ("DEFAULT", argument("default")),
            ("LEAST", argument("least")),
            ("MOST", argument("most")),
        ],
    ))
}

fn read(how: &str, field: &Field) -> TokenStream {
    let name = proc_macro::TokenTree::from(field.name.clone()).into();
    let key = literal(&names::plain(&field.name));
    fill(&format!("FIELD: {how},"), &[("FIELD", name), ("TYPE", field.kind.clone()), ("KEY", key)])
}

/// The code with the function that a key names; no code without the key.
fn calling(arguments: &[Word], key: &str, code: &str) -> TokenStream {
    let named = arguments.iter().filter(|word| word.key == key);
    named.map(|word| fill(code, &[("FUNCTION", word.value.clone())])).collect()
}

/// Checks that all words are known and given once.
pub fn known(arguments: &[Word], keys: &[&str]) -> Result<(), Mistake> {
    for (position, word) in arguments.iter().enumerate() {
        if !keys.contains(&word.key.as_str()) {
            let keys = keys.join("`, `");
            return Err(Mistake::at(word.span, format!("write `{keys}` here, each with `= ...`")));
        }
        if arguments.iter().take(position).any(|other| other.key == word.key) {
            return Err(Mistake::at(word.span, format!("`{}` is given twice", word.key)));
        }
    }
    Ok(())
}
