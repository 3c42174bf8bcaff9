//! Lines of bounded length, so that no file can fill the memory with one line.

use std::io::{self, BufRead};

use memchr::memchr2;

use super::LINE_BYTES_MAX;
use super::encoding::{Encoding, opened};
use super::error::FileError;

/// Bytes beyond ASCII from which on a file of nothing but valid UTF-8 is UTF-8, whatever its encoding is said to be.
const UTF8_EVIDENCE: usize = 12;

/// Reads lines one after another into the same memory. A line ends with LF, CR LF or CR.
pub struct Lines<'a> {
    bytes: Box<dyn BufRead + 'a>,
    encoding: Encoding,
    line: Vec<u8>,
    text: String,
    number: u64,
    /// The last line ended with CR, so that an LF that follows belongs to it.
    after_return: bool,
    /// Bytes beyond ASCII, while all of them could be UTF-8; `None` once they cannot.
    utf8: Option<usize>,
}

/// One line of a file.
pub struct Line<'a> {
    /// Its number, from 1.
    pub number: u64,
    /// Its text without the end of line. Of a line with a fault, as much as can be read.
    pub text: &'a str,
    /// Why it is not used.
    pub fault: Option<LineFault>,
}

/// Why a line is not used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineFault {
    /// It is longer than [`LINE_BYTES_MAX`].
    #[error("the line is longer than 64 KiB")]
    TooLong,
    /// Some of its bytes are no text.
    #[error("the line is not {0} text; give `--encoding`, or save the file as UTF-8")]
    Undecodable(Encoding),
}

impl<'a> Lines<'a> {
    /// Lines of these bytes, in the encoding that they are marked with, else in the one that is stated, else in UTF-8.
    pub fn new(bytes: &'a mut dyn BufRead, stated: Option<Encoding>) -> Result<Lines<'a>, FileError> {
        let (bytes, encoding) = opened(bytes, stated)?;
        let (line, text) = (Vec::new(), String::new());
        Ok(Lines { bytes, encoding, line, text, number: 0, after_return: false, utf8: Some(0) })
    }

    /// The next line; `None` after the last.
    pub fn next_line(&mut self) -> io::Result<Option<Line<'_>>> {
        self.line.clear();
        let mut too_long = false;
        let mut any = false;
        loop {
            let available = match self.bytes.fill_buf() {
                Ok(available) => available,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if self.after_return && !available.is_empty() {
                self.after_return = false;
                if available.starts_with(b"\n") {
                    self.bytes.consume(1);
                    continue;
                }
            }
            if available.is_empty() {
                break;
            }
            any = true;
            let end = memchr2(b'\n', b'\r', available);
            self.after_return = end.is_some_and(|end| available.get(end) == Some(&b'\r'));
            let (piece, used) = match end {
                Some(end) => (available.get(..end).unwrap_or(available), end + 1),
                None => (available, available.len()),
            };
            let room = LINE_BYTES_MAX - self.line.len();
            too_long |= piece.len() > room;
            self.line.extend_from_slice(piece.get(..room.min(piece.len())).unwrap_or(piece));
            self.bytes.consume(used);
            if end.is_some() {
                break;
            }
        }
        if !any {
            return Ok(None);
        }
        self.number += 1;
        Ok(Some(self.decoded(too_long)))
    }

    fn decoded(&mut self, too_long: bool) -> Line<'_> {
        let (number, whole) = (self.number, if too_long { Some(LineFault::TooLong) } else { None });
        if self.encoding == Encoding::UTF8
            && let Ok(text) = core::str::from_utf8(&self.line)
        {
            return Line { number, text, fault: whole };
        }
        let beyond_ascii = self.line.iter().filter(|byte| !byte.is_ascii()).count();
        let utf8 = self.utf8.filter(|_| core::str::from_utf8(&self.line).is_ok());
        // One line is enough while no line before it was decoded otherwise.
        if utf8 == Some(0) && beyond_ascii >= UTF8_EVIDENCE {
            self.encoding = Encoding::UTF8;
        }
        self.utf8 = utf8.map(|count| count + beyond_ascii);
        let (text, decoded) = self.encoding.decode(&self.line);
        self.text.clear();
        self.text.push_str(&text);
        let undecodable = (!decoded).then_some(LineFault::Undecodable(self.encoding));
        Line { number, text: &self.text, fault: whole.or(undecodable) }
    }

    /// The bytes of the last line, without its end.
    pub fn bytes(&self) -> &[u8] {
        &self.line
    }

    /// The encoding that the lines so far were read in although all of them are UTF-8, and could hardly be by chance.
    pub fn misread_utf8(&self) -> Option<Encoding> {
        let utf8 = self.encoding != Encoding::UTF8 && self.utf8.is_some_and(|count| count >= UTF8_EVIDENCE);
        utf8.then_some(self.encoding)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(bytes: &[u8], stated: Option<Encoding>) -> Vec<(u64, String, bool)> {
        let mut bytes = bytes;
        let mut lines = Lines::new(&mut bytes, stated).unwrap();
        let mut all = Vec::new();
        while let Some(line) = lines.next_line().unwrap() {
            all.push((line.number, line.text.to_owned(), line.fault.is_none()));
        }
        all
    }

    #[test]
    fn every_system_ends_its_lines() {
        for text in ["a\nb\n", "a\r\nb\r\n", "a\rb\r", "a\r\nb"] {
            assert_eq!(lines(text.as_bytes(), None), [(1, "a".into(), true), (2, "b".into(), true)], "{text:?}");
        }
        assert_eq!(lines(b"a\r\n\r\nb", None).len(), 3);
        assert_eq!(lines(b"a\n\rb", None).len(), 3);
        assert_eq!(lines(b"", None).len(), 0);
    }

    #[test]
    fn lines_are_decoded_one_by_one() {
        let gbk = b"\xB9\xA4\xBA\xC5,a\nb\xFF\xFF,c\nd\n";
        let read = lines(gbk, Encoding::named("gbk"));
        assert_eq!(read[0], (1, "工号,a".into(), true));
        assert!(!read[1].2 && read[1].1.ends_with(",c"), "{read:?}");
        assert_eq!(read[2], (3, "d".into(), true));
        assert_eq!(lines(b"\xD1\n", None)[0], (1, "\u{FFFD}".into(), false));
    }

    /// The encoding in which a file was misread.
    fn misread(bytes: &[u8]) -> Option<Encoding> {
        let mut bytes = bytes;
        let mut lines = Lines::new(&mut bytes, Encoding::named("gbk")).unwrap();
        while lines.next_line().unwrap().is_some() {}
        lines.misread_utf8()
    }

    #[test]
    fn a_file_of_utf_8_is_recognised_whatever_is_said() {
        let header = "no,name\n工号,姓名,时间\n";
        assert_eq!(lines(header.as_bytes(), Encoding::named("gbk"))[1].1, "工号,姓名,时间");
        assert_eq!(misread(header.as_bytes()), None);
        assert_eq!(misread("姓名,at\n王小明,1\n李明,2\n".as_bytes()), Encoding::named("gbk"));
        assert_eq!(misread(b"\xB9\xA4\xBA\xC5\xD0\xD5\xC3\xFB,\xCA\xB1\xBC\xE4\n"), None);
    }
}
