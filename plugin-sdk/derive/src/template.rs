//! Templates of generated code.

use proc_macro::{Group, Span, TokenStream, TokenTree};

/// The code with its placeholders replaced. A placeholder is a word of the code. The inserted tokens keep their place in the
/// source of the plugin, so that errors of the compiler point there.
pub fn fill(code: &str, holes: &[(&str, TokenStream)]) -> TokenStream {
    let tokens = code.parse::<TokenStream>().unwrap_or_default();
    filled(tokens, holes)
}

/// Like [`fill`], and sets the place of the generated code in the source of the plugin, so that errors of the compiler about
/// that code point there.
pub fn fill_at(place: Span, code: &str, holes: &[(&str, TokenStream)]) -> TokenStream {
    let tokens = code.parse::<TokenStream>().unwrap_or_default();
    filled(respanned(tokens, Span::call_site().located_at(place)), holes)
}

/// The tokens, all with one place.
pub fn respanned(tokens: TokenStream, span: Span) -> TokenStream {
    let moved = tokens.into_iter().map(|mut token| {
        if let TokenTree::Group(group) = &token {
            token = Group::new(group.delimiter(), respanned(group.stream(), span)).into();
        }
        token.set_span(span);
        token
    });
    moved.collect()
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
