//! Reads text from tokens.

use proc_macro::{Literal, TokenStream, TokenTree};

/// A string literal.
pub fn literal(text: &str) -> TokenStream {
    TokenTree::from(Literal::string(text)).into()
}

/// The text of a string literal; `None` for any other token.
pub fn content(token: &TokenTree) -> Option<String> {
    let TokenTree::Literal(literal) = token else { return None };
    let written = literal.to_string();
    if let Some(raw) = written.strip_prefix('r') {
        let quoted = raw.trim_matches('#');
        return Some(quoted.strip_prefix('"')?.strip_suffix('"')?.to_owned());
    }
    unescaped(written.strip_prefix('"')?.strip_suffix('"')?)
}

/// The text of a value: a string literal, a number or a word.
pub fn plain(value: &TokenStream) -> String {
    let tokens = value.clone().into_iter();
    tokens.map(|token| content(&token).unwrap_or_else(|| token.to_string())).collect()
}

fn unescaped(text: &str) -> Option<String> {
    let mut unescaped = String::new();
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            unescaped.push(letter);
            continue;
        }
        match letters.next()? {
            'n' => unescaped.push('\n'),
            't' => unescaped.push('\t'),
            'r' => unescaped.push('\r'),
            '0' => unescaped.push('\0'),
            'u' => {
                let digits: String = letters.by_ref().skip(1).take_while(|digit| *digit != '}').collect();
                unescaped.push(char::from_u32(u32::from_str_radix(&digits.replace('_', ""), 16).ok()?)?);
            }
            'x' => {
                let digits: String = letters.by_ref().take(2).collect();
                unescaped.push(char::from_u32(u32::from_str_radix(&digits, 16).ok()?)?);
            }
            '\n' => {
                // A backslash at the end of a line removes the space at the start of the next line.
                let rest = letters.as_str().trim_start();
                letters = rest.chars();
            }
            other => unescaped.push(other),
        }
    }
    Some(unescaped)
}
