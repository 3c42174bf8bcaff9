//! The derives of `shiftmill-plugin`, which documents them. They read tokens without a parser library: a parser for all of
//! Rust would take longer to build than the rest of a plugin, and these derives read only a few forms.

mod config;
mod item;
mod names;
mod reason;
mod template;
mod text;
mod words;

use proc_macro::TokenStream;

use crate::item::{Item, Mistake};

/// The configuration of a plugin; see `shiftmill_plugin::Config`.
#[proc_macro_derive(Config, attributes(config))]
pub fn derive_config(input: TokenStream) -> TokenStream {
    derive(input, config::config)
}

/// A row of a list of tables; see `shiftmill_plugin::Config`.
#[proc_macro_derive(Row, attributes(config))]
pub fn derive_row(input: TokenStream) -> TokenStream {
    derive(input, config::row)
}

/// A setting with a choice of words; see `shiftmill_plugin::Config`.
#[proc_macro_derive(Choice)]
pub fn derive_choice(input: TokenStream) -> TokenStream {
    derive(input, words::choice)
}

/// The values that a plugin carries; see `shiftmill_plugin::Carried`.
#[proc_macro_derive(Carried)]
pub fn derive_carried(input: TokenStream) -> TokenStream {
    derive(input, words::carried)
}

/// The reasons of a plugin; see `shiftmill_plugin::Reason`.
#[proc_macro_derive(Reason, attributes(reason))]
pub fn derive_reason(input: TokenStream) -> TokenStream {
    derive(input, reason::reason)
}

fn derive(input: TokenStream, make: fn(&Item) -> Result<TokenStream, Mistake>) -> TokenStream {
    Item::read(input).and_then(|item| make(&item)).unwrap_or_else(Mistake::into_tokens)
}
