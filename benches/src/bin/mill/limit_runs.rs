//! Runs of the limit.

use shiftmill_benches::checksum::Checksum;
use shiftmill_benches::limit::Columns;
use shiftmill_benches::measure::{median, millions_per_second, timed};
use shiftmill_benches::workload::chunks;

/// What the limit came to.
pub struct Limit {
    pub punches: usize,
    /// Millions of punches per second.
    pub speed: f64,
    pub checksum: Checksum,
}

/// Runs the limit on the timecards of `employees` people.
pub fn measure(employees: u32, runs: usize) -> Limit {
    let mut columns = Columns::default();
    chunks(employees).for_each(|chunk| columns.add(&chunk));
    let mut days = columns.room();
    // Once before anything counts: the first run meets memory that has never been touched.
    columns.evaluate(&mut days);
    let run = |_| millions_per_second(columns.punches(), timed(|| columns.evaluate(&mut days)).0);
    let speeds: Vec<f64> = (0..runs).map(run).collect();
    Limit { punches: columns.punches(), speed: median(&speeds), checksum: Checksum::of(&days.rows()) }
}
