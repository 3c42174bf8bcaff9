//! Suites are run from their files, and accept actual results on request.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::PathBuf;

use shiftmill::suites::{Differing, run_folder};

const SUITE: &str = "\
# Days of different lengths
Ruleset: us-california@1. Zone: America/Los_Angeles.

## Ten hours pay two hours of overtime
| workday        | in    | out   | in    | out   |
|----------------|-------|-------|-------|-------|
| Mon 2025-06-02 | 08:00 | 12:00 | 12:30 | 18:30 |

| workday        | pay code     | time | because                    |
|----------------|--------------|------|----------------------------|
| Mon 2025-06-02 | regular      | 8:00 | worked                     |
| Mon 2025-06-02 | overtime_1_5 | 2:00 | beyond 8:00 in the workday |

## A short day
| workday        | in    | out   | scheduled   |
|----------------|-------|-------|-------------|
| Tue 2025-06-03 | 08:10 | 12:00 | 08:00-12:00 |

| workday        | pay code | time |
|----------------|----------|------|
| Tue 2025-06-03 | regular  | 4:00 |

Exception: Tue 2025-06-03, late_in of 0:05.
No other exception.

## A day that cannot be
| workday        | in    | out   |
|----------------|-------|-------|
| Wed 2025-06-04 | 08:00 | 12:00 |

Error: SM-WINDOW-BACKWARDS.
";

/// A folder of its own, removed when dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("shiftmill-suites-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn differing_claims_are_told_or_accepted() {
    let folder = Folder::new("accept");
    let file = folder.0.join("days.md");
    fs::write(&file, SUITE).unwrap();

    let told = run_folder(&folder.0, "", Differing::Tell).unwrap();
    let lines: Vec<usize> = told.failures.iter().map(|failure| failure.line).collect();
    assert_eq!((told.files, told.claims, told.accepted, lines.as_slice()), (1, 3, 0, [14, 26].as_slice()));
    assert!(told.failures[0].difference.contains("> | Tue 2025-06-03 | regular | 4:00"), "{}", told.failures[0]);
    assert_eq!(fs::read_to_string(&file).unwrap(), SUITE);

    let other = run_folder(&folder.0, "", Differing::Accept("long day")).unwrap();
    assert_eq!((other.accepted, other.failures.len()), (0, 2));
    let accepted = run_folder(&folder.0, "", Differing::Accept("")).unwrap();
    assert_eq!((accepted.accepted, accepted.failures.len()), (1, 1));
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains("| Tue 2025-06-03 | regular  | 3:50 |"), "{text}");
    assert!(text.contains("late_in at 08:10 of 0:10 final by attendance"), "{text}");

    // What cannot be rewritten is for a person.
    let again = run_folder(&folder.0, "", Differing::Tell).unwrap();
    assert_eq!((again.claims, again.failures.len()), (3, 1));
    assert!(again.failures[0].difference.contains("expected error: SM-WINDOW-BACKWARDS"));
}
