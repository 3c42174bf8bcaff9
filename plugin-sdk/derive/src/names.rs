//! Converts names of Rust to names of rulesets.

use proc_macro::Ident;

/// `LongNight` as `long-night` or `long_night`.
pub fn separated(name: &Ident, between: char) -> String {
    let mut words = String::new();
    for letter in plain(name).chars() {
        if letter.is_ascii_uppercase() && !words.is_empty() {
            words.push(between);
        }
        words.push(letter.to_ascii_lowercase());
    }
    words
}

/// The name without the prefix of raw identifiers.
pub fn plain(name: &Ident) -> String {
    let name = name.to_string();
    name.strip_prefix("r#").unwrap_or(&name).to_owned()
}

/// True for lower case letters, digits and `-`.
pub fn is_key(key: &str) -> bool {
    let fits = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    !key.is_empty() && key.len() <= 64 && key.chars().all(fits)
}
