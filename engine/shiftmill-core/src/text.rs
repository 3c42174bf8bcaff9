//! Texts of others: which of them may be names, and how a message repeats them.
//!
//! A text that others wrote may be of any length, and may contain characters that change how the text around them is
//! shown. Names with such characters are refused where they come in. Messages repeat other texts through [`excerpt`] and
//! [`one_line`].

use alloc::string::String;
use core::fmt::{self, Write};

/// Most bytes of a text of others that a message repeats.
pub const EXCERPT_BYTES_MAX: usize = 120;

/// True when a text has no hidden character: none that changes how the text around it is shown. Hidden are control
/// characters (ends of lines, tabs and the escape character among them), separators of lines and paragraphs, and marks
/// of the direction of writing.
///
/// ```
/// use shiftmill_core::is_plain;
/// assert!(is_plain("E-100 王小明"));
/// assert!(!is_plain("E-100\u{1b}[2J") && !is_plain("two\nlines") && !is_plain("\u{202e}001-E"));
/// ```
pub fn is_plain(text: &str) -> bool {
    !text.chars().any(is_hidden)
}

fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The beginning of a text of others, for a message: at most [`EXCERPT_BYTES_MAX`] bytes and ` …`, with hidden
/// characters written as escapes. Its cost does not depend on the length of the text.
///
/// ```
/// use shiftmill_core::excerpt;
/// assert_eq!(format!("no zone is named `{}`", excerpt("Berlin\n")), "no zone is named `Berlin\\u{a}`");
/// ```
pub fn excerpt(text: &str) -> Excerpt<'_> {
    Excerpt(text)
}

/// See [`excerpt`].
#[derive(Clone, Copy, Debug)]
pub struct Excerpt<'a>(&'a str);

impl fmt::Display for Excerpt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_line(self.0, EXCERPT_BYTES_MAX, f)
    }
}

/// The beginning of a text as one line: at most `bytes_max` bytes and ` …`, with hidden characters written as escapes.
///
/// ```
/// use shiftmill_core::one_line;
/// assert_eq!(one_line("one\u{1b}[31m", 100), "one\\u{1b}[31m");
/// assert_eq!(one_line("一二三", 7), "一二 …");
/// ```
pub fn one_line(text: &str, bytes_max: usize) -> String {
    let mut line = String::with_capacity(text.len().min(bytes_max));
    // Writing to a text cannot fail.
    let _ = write_line(text, bytes_max, &mut line);
    line
}

fn write_line(text: &str, bytes_max: usize, out: &mut dyn Write) -> fmt::Result {
    let mut left = bytes_max;
    for letter in text.chars() {
        let escape = is_hidden(letter).then(|| letter.escape_unicode());
        let length = escape.as_ref().map_or(letter.len_utf8(), ExactSizeIterator::len);
        let Some(rest) = left.checked_sub(length) else { return out.write_str(" …") };
        left = rest;
        match escape {
            Some(escape) => write!(out, "{escape}")?,
            None => out.write_char(letter)?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn texts_of_any_length_and_content_are_one_line_of_a_message() {
        let hostile = "\u{1b}[2J\u{202e}\u{2028}\u{9b}\r\n\0".repeat(1 << 16);
        let shown = excerpt(&hostile).to_string();
        assert!(shown.len() <= EXCERPT_BYTES_MAX + " …".len() && shown.ends_with(" …"), "{shown}");
        assert!(
            is_plain(&shown) && shown.starts_with("\\u{1b}[2J\\u{202e}\\u{2028}\\u{9b}\\u{d}\\u{a}\\u{0}"),
            "{shown}"
        );
    }

    #[test]
    fn words_of_any_language_are_plain() {
        for text in ["regular", "夜班津贴", "رمز", "می‌خواهم", "Zoë 👩‍🏭", ""] {
            assert!(is_plain(text), "{text}");
            assert_eq!(one_line(text, 100), text);
        }
    }
}
