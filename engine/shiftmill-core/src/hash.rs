//! Hashes of results: one per employee over the canonical bytes of their rows, and one per stream over all employees.
//!
//! The canonical bytes of an employee, all numbers little-endian:
//!
//! | what | bytes |
//! |---|---|
//! | key | length (u32), then UTF-8 |
//! | provisional | 0 or 1 (u8) |
//! | error | length (u32), then its `SM-` code; length 0: none |
//! | workdays | count (u32); each: workday (i32), day type (u8), punches (u16), worked seconds (u32) |
//! | pay lines | count (u32); each: workday (i32), pay code (u16), amount (u32), rule (u16), because (u8) |
//! | exceptions | count (u32); each: workday (i32), code, state, severity (u8 each), at (i64), measure (u32), rule (u16) |
//! | totals | count (u32); each: scope (u8), from (i32), pay code (u16), amount (u32) |
//! | carried over | count (u32); each: key (u16), value (i64) |
//! | plugin failures | count (u32); each: hook, code (u8 each), skipped (u8), workday (u8: 0 or 1, then i32), plugin's name in the ruleset (length u32, then UTF-8) |
//!
//! Spans, premiums, quantities, notes and the texts of plugins explain these rows, split totals add up to them, and
//! overrides say what is computed instead; none of them is hashed, so that requesting more detail than workdays does
//! not change the hash; neither are the messages of failures. With totals only there are no workdays and lines, and the
//! hash is another: [`crate::Detail::hashed`] says which of the two it is.
//!
//! The hash of a stream is the sum of its employees' hashes, read as 256-bit little-endian numbers, modulo 2^256. A
//! sum needs the same memory for any number of employees and does not depend on their order or on chunks; an
//! employee that is missing or comes twice changes it. It finds mistakes and lost data. It does not protect
//! against forged results: sign the results for that.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::ops::Range;

use sha2::{Digest, Sha256};

use crate::error_code::ErrorCode;
use crate::evaluation::Evaluations;

/// A SHA-256 hash, or a sum of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ResultHash(pub [u8; 32]);

/// Written as 64 hexadecimal digits.
impl fmt::Display for ResultHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Hashes the results of one employee after another, in the same memory.
#[derive(Clone, Debug, Default)]
pub struct ResultHasher {
    bytes: Vec<u8>,
}

impl ResultHasher {
    /// The hash of the rows of timecard `index` of `results`, which belongs to the employee `key`. `None` beyond the
    /// last timecard.
    pub fn employee(&mut self, key: &str, results: &Evaluations, index: usize) -> Option<ResultHash> {
        self.write(key, results, index)?;
        Some(ResultHash(Sha256::digest(&self.bytes).into()))
    }

    /// The hash of a timecard that was refused before it was evaluated: that of one without rows, with this error.
    pub fn refused(&mut self, key: &str, code: ErrorCode) -> ResultHash {
        self.begin(key, false, code.code());
        // No rows in any list, and no failure of a plugin.
        (0..6).for_each(|_| self.count(&(0..0)));
        ResultHash(Sha256::digest(&self.bytes).into())
    }

    /// The sum of the hashes of all timecards of a chunk.
    pub fn chunk(&mut self, keys: &[String], results: &Evaluations) -> StreamHash {
        let mut sum = StreamHash::default();
        for (index, key) in keys.iter().enumerate() {
            if let Some(hash) = self.employee(key, results, index) {
                sum.add(hash);
            }
        }
        sum
    }

    fn write(&mut self, key: &str, results: &Evaluations, index: usize) -> Option<()> {
        let card = results.cards.get(index)?;
        let own = results.rows_of(index);
        self.begin(key, card.provisional, card.error.map_or("", |error| error.code().code()));
        self.count(&own.workdays);
        results.workdays.rows(own.workdays).for_each(|row| row.put(&mut self.bytes));
        self.count(&own.lines);
        results.lines.rows(own.lines).for_each(|row| row.put(&mut self.bytes));
        self.count(&own.exceptions);
        results.exceptions.rows(own.exceptions).for_each(|row| row.put(&mut self.bytes));
        self.count(&own.totals);
        results.totals.rows(own.totals).for_each(|row| row.put(&mut self.bytes));
        self.count(&own.carried);
        results.carried.rows(own.carried).for_each(|row| row.put(&mut self.bytes));
        self.failures(results, index);
        Some(())
    }

    fn begin(&mut self, key: &str, provisional: bool, error: &str) {
        self.bytes.clear();
        self.text(key);
        self.bytes.push(u8::from(provisional));
        self.text(error);
    }

    /// The failures are in the order of their cards.
    fn failures(&mut self, results: &Evaluations, index: usize) {
        let first = results.failures.partition_point(|failure| (failure.card as usize) < index);
        let later = results.failures.get(first..).unwrap_or(&[]);
        let own = later.get(..later.partition_point(|failure| failure.card as usize == index)).unwrap_or(&[]);
        self.put((own.len() as u32).to_le_bytes());
        for failure in own {
            self.put([failure.hook as u8, failure.code as u8, u8::from(failure.skipped)]);
            self.bytes.push(u8::from(failure.workday.is_some()));
            if let Some(workday) = failure.workday {
                self.put(workday.0.to_le_bytes());
            }
            self.text(&failure.binding);
        }
    }

    fn text(&mut self, text: &str) {
        self.put((text.len() as u32).to_le_bytes());
        self.bytes.extend_from_slice(text.as_bytes());
    }

    fn count(&mut self, rows: &Range<usize>) {
        self.put((rows.len() as u32).to_le_bytes());
    }

    fn put<const N: usize>(&mut self, bytes: [u8; N]) {
        self.bytes.extend_from_slice(&bytes);
    }
}

/// The hash of a stream: the sum of the hashes of its employees.
///
/// ```
/// use shiftmill_core::{ResultHash, StreamHash};
/// let (anna, ben) = (ResultHash([7; 32]), ResultHash([9; 32]));
/// let mut one_way = StreamHash::default();
/// one_way.add(anna);
/// one_way.add(ben);
/// let mut other_way = StreamHash::default();
/// other_way.add(ben);
/// other_way.add(anna);
/// assert_eq!(one_way.finish(), other_way.finish());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StreamHash {
    /// Least significant first.
    sum: [u64; 4],
}

impl StreamHash {
    /// Adds one employee.
    pub fn add(&mut self, hash: ResultHash) {
        let (words, _) = hash.0.as_chunks::<8>();
        let mut carry = false;
        for (sum, word) in self.sum.iter_mut().zip(words) {
            (*sum, carry) = carrying_add(*sum, u64::from_le_bytes(*word), carry);
        }
    }

    /// Adds all employees of another part of the stream.
    pub fn add_all(&mut self, other: &StreamHash) {
        self.add(other.finish());
    }

    /// The hash of all employees added so far.
    pub fn finish(&self) -> ResultHash {
        let mut bytes = [0; 32];
        let (words, _) = bytes.as_chunks_mut::<8>();
        for (word, sum) in words.iter_mut().zip(self.sum) {
            *word = sum.to_le_bytes();
        }
        ResultHash(bytes)
    }
}

fn carrying_add(left: u64, right: u64, carry: bool) -> (u64, bool) {
    let (sum, first) = left.overflowing_add(right);
    let (sum, second) = sum.overflowing_add(u64::from(carry));
    (sum, first || second)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::{
        CardResult, CarriedRows, EvaluationError, ExceptionRows, PayLines, TotalRows, WorkdayRows,
    };
    use alloc::string::ToString;

    #[test]
    fn a_refused_timecard_has_the_hash_of_one_that_could_not_be_evaluated() {
        let error = EvaluationError::UnknownLeave { index: 0, code: 3 };
        let cards = alloc::vec![CardResult { error: Some(error), ..CardResult::default() }];
        let results = Evaluations { cards, ..Evaluations::default() };
        let mut hasher = ResultHasher::default();
        assert_eq!(Some(hasher.refused("E1", ErrorCode::UnknownLeave)), hasher.employee("E1", &results, 0));
    }

    #[test]
    fn the_table_of_canonical_bytes_has_every_column() {
        let tables = [
            ("workdays", WorkdayRows::NAMES),
            ("pay lines", PayLines::NAMES),
            ("exceptions", ExceptionRows::NAMES),
            ("totals", TotalRows::NAMES),
            ("carried over", CarriedRows::NAMES),
        ];
        for (table, columns) in tables {
            let begins = alloc::format!("//! | {table} | count (u32); each: ");
            let line = include_str!("hash.rs").lines().find_map(|line| line.strip_prefix(&*begins)).unwrap();
            assert_eq!(line.split(", ").count(), columns.len(), "{table}");
        }
    }

    #[test]
    fn a_sum_carries_and_wraps() {
        let mut sum = StreamHash::default();
        sum.add(ResultHash([0xff; 32]));
        let mut one = [0; 32];
        one[0] = 1;
        sum.add(ResultHash(one));
        assert_eq!(sum.finish(), ResultHash([0; 32]));
    }

    #[test]
    fn a_hash_is_written_in_hexadecimal() {
        assert_eq!(ResultHash([0xab; 32]).to_string(), "ab".repeat(32));
    }
}
