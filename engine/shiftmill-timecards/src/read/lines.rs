//! Lines of bounded length, so that no file can fill the memory with one line.

use std::io::{self, BufRead};

use super::LINE_BYTES_MAX;

/// Reads lines one after another into the same memory.
pub struct Lines<'a> {
    bytes: &'a mut dyn BufRead,
    line: Vec<u8>,
    number: u64,
}

/// One line of a file.
pub struct Line<'a> {
    /// Its number, from 1.
    pub number: u64,
    /// Its text without the end of line, or why it cannot be read.
    pub text: Result<&'a str, &'static str>,
}

impl<'a> Lines<'a> {
    /// Lines of these bytes.
    pub fn new(bytes: &'a mut dyn BufRead) -> Lines<'a> {
        Lines { bytes, line: Vec::new(), number: 0 }
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
            if available.is_empty() {
                break;
            }
            any = true;
            let end = available.iter().position(|byte| *byte == b'\n');
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
        if self.number == 1 && self.line.starts_with(b"\xEF\xBB\xBF") {
            self.line.drain(..3);
        }
        let text = match core::str::from_utf8(&self.line) {
            _ if too_long => Err("the line is longer than 64 KiB"),
            Ok(text) => Ok(text.trim_end_matches('\r')),
            Err(_) => Err("the line is not UTF-8 text; save the file as UTF-8"),
        };
        Ok(Some(Line { number: self.number, text }))
    }
}
