//! `conformance`: evaluates a folder of worked examples and reports the differences.
#![allow(missing_docs, reason = "a program")]

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use shiftmill_testkit::conformance::{Outcome, run_folder};

/// Answers a folder of worked examples with the engine. Ends with code 1 when an answer differs.
#[derive(Parser)]
struct Arguments {
    /// The folder with one JSON file per group of cases.
    folder: PathBuf,
    /// Print one JSON object on one line in place of the tables.
    #[arg(long)]
    json: bool,
    /// Keep the ruleset and the facts of every case in a folder of its own under this one.
    #[arg(long)]
    emit: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run_folder(&arguments.folder, arguments.emit.as_deref()) {
        Ok(report) => {
            if arguments.json {
                println!("{}", report.json());
            } else {
                print!("{report}");
            }
            if report.count(Outcome::Failed) > 0 { ExitCode::from(1) } else { ExitCode::SUCCESS }
        }
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::from(2)
        }
    }
}
