//! Runs of the limit.

use shiftmill_benches::checksum::Checksum;
use shiftmill_benches::limit::{Columns, Days};
use shiftmill_benches::measure::{millions_per_second, timed};
use shiftmill_benches::workload::chunks;

/// The limit with all that it reads and writes.
pub struct Limit {
    columns: Columns,
    days: Days,
}

impl Limit {
    /// The limit on the timecards of `employees` people.
    pub fn new(employees: u32) -> Limit {
        let mut columns = Columns::default();
        chunks(employees).for_each(|chunk| columns.add(&chunk));
        let days = columns.capacity();
        Limit { columns, days }
    }

    /// How many punches there are.
    pub fn punches(&self) -> usize {
        self.columns.punches()
    }

    /// The speed of one run, in millions of punches per second.
    pub fn run(&mut self) -> f64 {
        let (took, ()) = timed(|| self.columns.evaluate(&mut self.days));
        millions_per_second(self.columns.punches(), took)
    }

    /// The check sums of the last run.
    pub fn checksum(&self) -> Checksum {
        Checksum::of(&self.days.rows())
    }
}
