//! Bytes to text: marks at the start of a file, and encodings that the caller names.

use core::fmt;
use std::borrow::Cow;
use std::io::{self, BufRead, Cursor, Read};

use encoding_rs::{UTF_8, UTF_16BE, UTF_16LE};

use super::error::FileError;

/// How the bytes of a file are text.
///
/// ```
/// use shiftmill_timecards::read::Encoding;
/// assert_eq!(Encoding::named("cp936"), Encoding::named("gbk"));
/// assert_eq!(Encoding::named("windows-1252").unwrap().to_string(), "windows-1252");
/// assert_eq!(Encoding::named("klingon"), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encoding(&'static encoding_rs::Encoding);

impl Encoding {
    /// UTF-8.
    pub const UTF8: Encoding = Encoding(UTF_8);

    /// The encoding with a name that browsers know, such as `gb18030`, `shift_jis` or `utf-16`, or with the number of a
    /// code page of Windows, such as `cp1252`. Case does not count.
    pub fn named(name: &str) -> Option<Encoding> {
        let name = name.trim().to_ascii_lowercase();
        let label = match name.as_str() {
            "cp932" | "windows-932" => "shift_jis",
            "cp936" | "windows-936" => "gbk",
            "cp949" => "euc-kr",
            "cp950" | "windows-950" => "big5",
            name => match name.strip_prefix("cp") {
                Some(page) => &format!("windows-{page}"),
                None => name,
            },
        };
        encoding_rs::Encoding::for_label_no_replacement(label.as_bytes()).map(Encoding)
    }

    /// The text of bytes, and whether all of them could be decoded. What could not is `U+FFFD` in the text.
    pub fn decode(self, bytes: &[u8]) -> (Cow<'_, str>, bool) {
        let (text, failed) = self.0.decode_without_bom_handling(bytes);
        (text, !failed)
    }

    fn is_utf16(self) -> bool {
        self.0 == UTF_16LE || self.0 == UTF_16BE
    }
}

/// Written as its usual name, in lower case.
impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.name().to_ascii_lowercase())
    }
}

/// The bytes of a file without its mark, and their encoding: the one that the mark says, else `stated`, else UTF-8.
/// UTF-16 arrives as UTF-8, in which a part that is no text is no UTF-8 either.
pub fn opened<'a>(
    bytes: &'a mut dyn BufRead,
    stated: Option<Encoding>,
) -> Result<(Box<dyn BufRead + 'a>, Encoding), FileError> {
    let mut start = Vec::new();
    Read::take(&mut *bytes, 4).read_to_end(&mut start)?;
    match start.as_slice() {
        b"PK\x03\x04" => {
            return Err(FileError::Document(String::from("it is a workbook; its name has to end with .xlsx")));
        }
        b"\xD0\xCF\x11\xE0" => {
            return Err(FileError::Document(String::from(
                "it is an old workbook, or a protected one; save it as .xlsx or .csv",
            )));
        }
        _ => {}
    }
    let (encoding, mark) = match start.as_slice() {
        [0xEF, 0xBB, 0xBF, ..] => (Encoding::UTF8, 3),
        [0xFF, 0xFE, ..] => (Encoding(UTF_16LE), 2),
        [0xFE, 0xFF, ..] => (Encoding(UTF_16BE), 2),
        _ => (stated.unwrap_or(Encoding::UTF8), 0),
    };
    let rest = Cursor::new(start.split_off(mark)).chain(bytes);
    if encoding.is_utf16() {
        let units = Utf16 { bytes: rest, big_endian: encoding.0 == UTF_16BE, text: Vec::new(), read: 0, ended: false };
        return Ok((Box::new(units), Encoding::UTF8));
    }
    Ok((Box::new(rest), encoding))
}

/// UTF-16 as UTF-8, some thousand units at a time.
struct Utf16<Bytes> {
    bytes: Bytes,
    big_endian: bool,
    text: Vec<u8>,
    read: usize,
    ended: bool,
}

impl<Bytes: BufRead> Utf16<Bytes> {
    const UNITS: u64 = 8_192;

    fn unit(&self, pair: &[u8]) -> Option<u16> {
        let pair: [u8; 2] = pair.try_into().ok()?;
        Some(if self.big_endian { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) })
    }

    fn refill(&mut self) -> io::Result<()> {
        let mut bytes = Vec::new();
        self.bytes.by_ref().take(Self::UNITS * 2).read_to_end(&mut bytes)?;
        // The first half of a letter of two units waits for the second.
        let cut = bytes.len() == Self::UNITS as usize * 2
            && bytes.rchunks(2).next().and_then(|pair| self.unit(pair)).is_some_and(|unit| unit & 0xFC00 == 0xD800);
        if cut {
            self.bytes.by_ref().take(2).read_to_end(&mut bytes)?;
        }
        self.ended = bytes.is_empty();
        self.text.clear();
        self.read = 0;
        let pairs = bytes.chunks_exact(2);
        let odd = !pairs.remainder().is_empty();
        let big_endian = self.big_endian;
        let units = pairs.map(|pair| match (pair, big_endian) {
            ([high, low], true) | ([low, high], false) => u16::from_be_bytes([*high, *low]),
            _ => 0xD800,
        });
        for letter in char::decode_utf16(units) {
            match letter {
                Ok(letter) => self.text.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes()),
                Err(_) => self.text.push(0xFF),
            }
        }
        if odd {
            self.text.push(0xFF);
        }
        Ok(())
    }
}

impl<Bytes: BufRead> BufRead for Utf16<Bytes> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.read >= self.text.len() && !self.ended {
            self.refill()?;
        }
        Ok(self.text.get(self.read..).unwrap_or(&[]))
    }

    fn consume(&mut self, amount: usize) {
        self.read = self.read.saturating_add(amount).min(self.text.len());
    }
}

impl<Bytes: BufRead> Read for Utf16<Bytes> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut available = self.fill_buf()?;
        let length = available.read(into)?;
        self.consume(length);
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], stated: Option<Encoding>) -> Vec<u8> {
        let mut bytes = bytes;
        let mut text = Vec::new();
        opened(&mut bytes, stated).unwrap().0.read_to_end(&mut text).unwrap();
        text
    }

    #[test]
    fn marks_say_the_encoding() {
        let little: Vec<u8> = "\u{FEFF}é😀\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = "\u{FEFF}é😀\n".encode_utf16().flat_map(u16::to_be_bytes).collect();
        for bytes in [little, big, "\u{FEFF}é😀\n".as_bytes().to_vec()] {
            assert_eq!(read(&bytes, Encoding::named("gbk")), "é😀\n".as_bytes());
        }
        assert_eq!(read(b"a\0b\0", Encoding::named("utf-16")), b"ab");
        assert_eq!(read(b"", None), b"");
        assert_eq!(read(b"\xFF\xFE", None), b"");
    }

    #[test]
    fn halves_of_letters_are_no_text() {
        let halves: Vec<u8> = [0xFEFF, 0xD83D, 0x0041].into_iter().flat_map(u16::to_le_bytes).collect();
        assert_eq!(read(&halves, None), b"\xFFA");
        assert_eq!(read(b"\xFF\xFEa\0b", None), b"a\xFF");
    }

    #[test]
    fn letters_of_two_units_may_lie_anywhere() {
        let text = format!("a{}", "😀".repeat(20_000));
        let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert!(read(&bytes, Encoding::named("utf-16be")) == text.as_bytes());
    }
}
