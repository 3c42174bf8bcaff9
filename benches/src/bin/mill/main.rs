//! `mill`: one command that measures Shiftmill on workload W from end to end.
fn main() {
    let employees = std::env::args().nth(1).and_then(|a| a.parse().ok()).unwrap_or(13_000);
    let mut columns = shiftmill_benches::limit::Columns::default();
    shiftmill_benches::workload::chunks(employees).for_each(|chunk| columns.add(&chunk));
    let mut rows = columns.room();
    for _ in 0..25 {
        let t = std::time::Instant::now();
        columns.evaluate(&mut rows);
        let s = t.elapsed().as_secs_f64();
        let n = rows.rows();
        println!(
            "{} rows {} ok={} {:.1} M/s",
            columns.punches(),
            n.len(),
            Some(shiftmill_benches::checksum::Checksum::of(&n))
                == shiftmill_benches::checksum::Checksum::known(employees),
            columns.punches() as f64 / s / 1e6
        );
    }
}
