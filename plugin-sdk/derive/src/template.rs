//! Code with holes.

use proc_macro::{Group, TokenStream, TokenTree};

/// The code, with what belongs there in place of each hole, which is a word of the code. What is filled in keeps its
/// place in the plugin's source, so that the compiler's errors point there.
pub fn fill(code: &str, holes: &[(&str, TokenStream)]) -> TokenStream {
    let tokens = code.parse::<TokenStream>().unwrap_or_default();
    filled(tokens, holes)
}

fn filled(tokens: TokenStream, holes: &[(&str, TokenStream)]) -> TokenStream {
    tokens.into_iter().flat_map(|token| filled_token(token, holes)).collect()
}

fn filled_token(token: TokenTree, holes: &[(&str, TokenStream)]) -> TokenStream {
    match token {
        TokenTree::Group(group) => {
            let mut whole = Group::new(group.delimiter(), filled(group.stream(), holes));
            whole.set_span(group.span());
            TokenTree::from(whole).into()
        }
        TokenTree::Ident(word) => {
            let name = word.to_string();
            let hole = holes.iter().find(|(hole, _)| *hole == name);
            hole.map_or_else(|| TokenTree::from(word).into(), |(_, filling)| filling.clone())
        }
        other => other.into(),
    }
}
