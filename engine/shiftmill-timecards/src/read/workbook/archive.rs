//! The parts of a ZIP archive. Sizes that the archive states are not believed: what all parts unpack to is bounded.
//! - Source: APPNOTE.TXT, the description of the ZIP format, sections 4.3.7, 4.3.12 and 4.3.16.

use std::cell::Cell;
use std::io::{self, BufReader, Read};

use miniz_oxide::inflate::stream::{InflateState, inflate};
use miniz_oxide::{DataFormat, MZError, MZFlush, MZStatus};

use super::{PARTS_MAX, unreadable};
use crate::read::error::FileError;

const END: &[u8] = b"PK\x05\x06";
const ENTRY: &[u8] = b"PK\x01\x02";
const LOCAL: &[u8] = b"PK\x03\x04";
/// The end of an archive, and the longest comment behind it.
const END_BYTES: usize = 22;
const COMMENT_BYTES: usize = 65_535;

/// An archive in memory.
pub struct Archive<'a> {
    bytes: &'a [u8],
    entries: Vec<Entry<'a>>,
    /// Bytes that parts may still unpack to.
    left: Cell<u64>,
}

struct Entry<'a> {
    name: &'a [u8],
    method: usize,
    encrypted: bool,
    packed: usize,
    offset: usize,
}

impl<'a> Archive<'a> {
    /// Reads the list of parts, which unpack to `most` bytes at most.
    pub fn open(bytes: &'a [u8], most: u64) -> Result<Archive<'a>, FileError> {
        let entries =
            entries(bytes).ok_or_else(|| unreadable("it is damaged, protected by a password, or no .xlsx"))?;
        Ok(Archive { bytes, entries, left: Cell::new(most) })
    }

    /// A part, unpacked while it is read.
    pub fn part(&self, name: &str) -> Result<BufReader<Part<'_>>, FileError> {
        let entry = self.entries.iter().find(|entry| entry.name.eq_ignore_ascii_case(name.as_bytes()));
        let entry = entry.ok_or_else(|| unreadable(format_args!("it has no part `{name}`")))?;
        let packed = self.packed(entry).filter(|_| !entry.encrypted);
        let packed = packed.ok_or_else(|| unreadable(format_args!("part `{name}` is damaged or protected")))?;
        let state = match entry.method {
            0 => None,
            8 => Some(InflateState::new_boxed(DataFormat::Raw)),
            _ => return Err(unreadable(format_args!("part `{name}` is packed in an unusual way"))),
        };
        Ok(BufReader::new(Part { packed, state, done: false, left: &self.left }))
    }

    fn packed(&self, entry: &Entry<'a>) -> Option<&'a [u8]> {
        let local = self.bytes.get(entry.offset..)?;
        if !local.starts_with(LOCAL) {
            return None;
        }
        let start = 30 + number(local, 26, 2)? + number(local, 28, 2)?;
        local.get(start..start.checked_add(entry.packed)?)
    }
}

fn entries(bytes: &[u8]) -> Option<Vec<Entry<'_>>> {
    let from = bytes.len().saturating_sub(END_BYTES + COMMENT_BYTES);
    let at = (from..=bytes.len().checked_sub(END_BYTES)?)
        .rev()
        .find(|at| bytes.get(*at..).is_some_and(|rest| rest.starts_with(END)))?;
    let end = bytes.get(at..)?;
    let (count, mut at) = (number(end, 10, 2)?, number(end, 16, 4)?);
    let mut entries = Vec::new();
    for _ in 0..count.min(PARTS_MAX) {
        let entry = bytes.get(at..)?;
        if !entry.starts_with(ENTRY) {
            return None;
        }
        let (name, extra, comment) = (number(entry, 28, 2)?, number(entry, 30, 2)?, number(entry, 32, 2)?);
        entries.push(Entry {
            name: entry.get(46..46 + name)?,
            method: number(entry, 10, 2)?,
            encrypted: number(entry, 8, 2)? & 1 == 1,
            packed: number(entry, 20, 4)?,
            offset: number(entry, 42, 4)?,
        });
        at = at.checked_add(46 + name + extra + comment)?;
    }
    Some(entries)
}

/// A number of some bytes, the lowest first.
fn number(bytes: &[u8], at: usize, length: usize) -> Option<usize> {
    let bytes = bytes.get(at..at + length)?;
    Some(bytes.iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte)))
}

/// A part of an archive.
pub struct Part<'a> {
    packed: &'a [u8],
    /// The state of unpacking; `None` for a part that is stored as it is.
    state: Option<Box<InflateState>>,
    done: bool,
    left: &'a Cell<u64>,
}

impl Part<'_> {
    fn unpack(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let Some(state) = &mut self.state else { return self.packed.read(into) };
        while !self.done {
            let result = inflate(state, self.packed, into, MZFlush::None);
            self.packed = self.packed.get(result.bytes_consumed..).unwrap_or(&[]);
            self.done = match result.status {
                Ok(MZStatus::StreamEnd) => true,
                Ok(_) => false,
                // Nothing more to unpack now, or at all.
                Err(MZError::Buf) if result.bytes_written > 0 => false,
                Err(_) => return Err(io::Error::new(io::ErrorKind::InvalidData, "a part of the workbook is damaged")),
            };
            if result.bytes_written > 0 {
                return Ok(result.bytes_written);
            }
            if result.bytes_consumed == 0 && !self.done {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(0)
    }
}

impl Read for Part<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if into.is_empty() {
            return Ok(0);
        }
        let length = self.unpack(into)?;
        match self.left.get().checked_sub(length as u64) {
            Some(left) => self.left.set(left),
            None => return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it unpacks to more than 1 GiB")),
        }
        Ok(length)
    }
}
