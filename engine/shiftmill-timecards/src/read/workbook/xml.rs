//! The tags and texts of a part in XML, one after another, each of bounded length. Names of tags and attributes are those
//! without the prefix of their namespace.

use std::borrow::Cow;
use std::io::{self, BufRead};

use memchr::memchr;

use super::unreadable;
use crate::read::error::FileError;

/// Most bytes of a tag, or of the text before it.
const TOKEN_BYTES_MAX: usize = 1 << 20;

/// What kind of tag it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tag {
    /// `<a>`
    Open,
    /// `</a>`
    Close,
    /// `<a/>`
    Empty,
}

/// A part on its way.
pub struct Xml<Bytes> {
    bytes: Bytes,
    /// The text before the tag, as it is meant.
    text: String,
    /// What stands between `<` and `>`.
    inside: String,
    raw: Vec<u8>,
}

impl<Bytes: BufRead> Xml<Bytes> {
    /// The tags of these bytes.
    pub fn new(bytes: Bytes) -> Xml<Bytes> {
        Xml { bytes, text: String::new(), inside: String::new(), raw: Vec::new() }
    }

    /// Goes on to the next tag. False at the end.
    pub fn step(&mut self) -> Result<bool, FileError> {
        self.text.clear();
        loop {
            if !self.until(b'<')? {
                return Ok(false);
            }
            let text = core::str::from_utf8(&self.raw).map_err(|_| unreadable("a part is not UTF-8 text"))?;
            decode(text.trim_start_matches('\u{FEFF}'), &mut self.text);
            if self.text.len() > TOKEN_BYTES_MAX {
                return Err(too_long());
            }
            self.tag_to_its_end()?;
            let inside = core::str::from_utf8(&self.raw).map_err(|_| unreadable("a part is not UTF-8 text"))?;
            if let Some(data) = inside.strip_prefix("![CDATA[") {
                self.text.push_str(data.strip_suffix("]]").unwrap_or(data));
                continue;
            }
            if inside.starts_with("!--") || inside.starts_with('?') {
                continue;
            }
            if inside.starts_with('!') {
                return Err(unreadable("a part declares a type of document"));
            }
            inside.clone_into(&mut self.inside);
            return Ok(true);
        }
    }

    /// Reads up to `end`, which is left out. False when the bytes end before it.
    fn until(&mut self, end: u8) -> Result<bool, FileError> {
        self.raw.clear();
        self.more_until(end)
    }

    fn more_until(&mut self, end: u8) -> Result<bool, FileError> {
        loop {
            let available = match self.bytes.fill_buf() {
                Ok(available) => available,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(unreadable(error)),
            };
            if available.is_empty() {
                return Ok(false);
            }
            let found = memchr(end, available);
            let piece = available.get(..found.unwrap_or(available.len())).unwrap_or(available);
            if self.raw.len() + piece.len() > TOKEN_BYTES_MAX {
                return Err(too_long());
            }
            self.raw.extend_from_slice(piece);
            let used = piece.len() + usize::from(found.is_some());
            self.bytes.consume(used);
            if found.is_some() {
                return Ok(true);
            }
        }
    }

    /// Reads what stands between `<` and its `>`; values of attributes, comments and data may hold a `>`.
    fn tag_to_its_end(&mut self) -> Result<(), FileError> {
        self.raw.clear();
        loop {
            if !self.more_until(b'>')? {
                return Err(unreadable("a part ends within a tag"));
            }
            let ended = if self.raw.starts_with(b"!--") {
                self.raw.len() >= 5 && self.raw.ends_with(b"--")
            } else if self.raw.starts_with(b"![CDATA[") {
                self.raw.ends_with(b"]]")
            } else {
                !in_quotes(&self.raw)
            };
            if ended {
                return Ok(());
            }
            self.raw.push(b'>');
        }
    }

    /// What kind of tag it is.
    pub fn tag(&self) -> Tag {
        if self.inside.starts_with('/') {
            Tag::Close
        } else if self.inside.ends_with('/') {
            Tag::Empty
        } else {
            Tag::Open
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        let inside = self.inside.trim_start_matches('/');
        let end = inside.find(|letter: char| letter.is_ascii_whitespace() || letter == '/').unwrap_or(inside.len());
        local(inside.get(..end).unwrap_or(inside))
    }

    /// The text between the tag before and this one.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The value of an attribute.
    pub fn attribute(&self, wanted: &str) -> Option<Cow<'_, str>> {
        let mut rest = self.inside.split_once(|letter: char| letter.is_ascii_whitespace())?.1;
        loop {
            let (name, after) = rest.split_once('=')?;
            let after = after.trim_start();
            let quote = after.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
            let (value, after) = after.get(1..)?.split_once(quote)?;
            if local(name.trim()) == wanted {
                let mut decoded = String::new();
                if !value.contains('&') {
                    return Some(Cow::Borrowed(value));
                }
                decode(value, &mut decoded);
                return Some(Cow::Owned(decoded));
            }
            rest = after;
        }
    }
}

fn too_long() -> FileError {
    unreadable("a part has a text longer than 1 MiB")
}

/// True when a value of an attribute is open at the end.
fn in_quotes(tag: &[u8]) -> bool {
    tag.iter()
        .fold(None, |open, byte| match (open, byte) {
            (None, b'"' | b'\'') => Some(*byte),
            (Some(quote), byte) if quote == *byte => None,
            (open, _) => open,
        })
        .is_some()
}

/// A name without its prefix.
fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, name)| name)
}

/// Adds a text, with letters in place of their codes.
fn decode(text: &str, into: &mut String) {
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        into.push_str(before);
        let code = after.get(..after.len().min(12)).unwrap_or(after);
        let letter = code.split_once(';').and_then(|(code, _)| Some((letter_of(code)?, code.len() + 1)));
        match letter {
            Some((letter, used)) => {
                into.push(letter);
                rest = after.get(used..).unwrap_or("");
            }
            None => {
                into.push('&');
                rest = after;
            }
        }
    }
    into.push_str(rest);
}

fn letter_of(code: &str) -> Option<char> {
    match code {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        code => {
            let number = code.strip_prefix('#')?;
            let number = match number.strip_prefix(['x', 'X']) {
                Some(number) => u32::from_str_radix(number, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(number)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(text: &str) -> Result<Vec<String>, String> {
        let mut xml = Xml::new(text.as_bytes());
        let mut all = Vec::new();
        while xml.step().map_err(|error| error.to_string())? {
            all.push(format!("{}|{:?} {}", xml.text(), xml.tag(), xml.name()));
        }
        Ok(all)
    }

    #[test]
    fn tags_and_texts_come_in_order() {
        let text = "<?xml version='1.0'?><x:a b=\"1>0\"><!-- > --><t>1 &lt; 2 &#x6708;&bad;</t><e/></x:a>";
        assert_eq!(seen(text).unwrap(), ["|Open a", "|Open t", "1 < 2 月&bad;|Close t", "|Empty e", "|Close a"]);
        assert_eq!(seen("<t><![CDATA[a > b]]></t>").unwrap(), ["|Open t", "a > b|Close t"]);
    }

    #[test]
    fn attributes_are_found_by_their_names() {
        let mut xml = Xml::new("<c r = 'B2' r:id=\"a&amp;b\" t=\"s\"/>".as_bytes());
        assert!(xml.step().unwrap());
        assert_eq!(xml.attribute("id").as_deref(), Some("a&b"));
        assert_eq!(xml.attribute("t").as_deref(), Some("s"));
        assert_eq!(xml.attribute("x"), None);
    }

    #[test]
    fn what_is_not_xml_is_an_error_or_an_end() {
        assert!(seen("<a").is_err());
        assert!(seen("<!DOCTYPE a [<!ENTITY b \"c\">]><a/>").is_err());
        assert!(seen(&"x".repeat(TOKEN_BYTES_MAX + 1)).is_err());
        assert_eq!(seen("no tag").unwrap(), [] as [&str; 0]);
    }
}
