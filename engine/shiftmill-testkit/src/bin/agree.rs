//! `agree`: engine and oracle answer the same generated timecards, until they differ.
#![allow(missing_docs, reason = "a program")]

use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use clap::Parser;
use shiftmill_testkit::compare::{Disagreement, compare};
use shiftmill_testkit::shrink::shrink;
use shiftmill_testkit::{generate, print};

/// Compares the engine with the oracle on generated timecards. Prints the first difference, as small as it gets, and
/// ends with code 1.
#[derive(Parser)]
struct Arguments {
    /// How many timecards.
    #[arg(long, default_value_t = 100_000)]
    cards: u64,
    /// Where the random numbers start.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The first timecard of the run.
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// Goes on after a difference; prints one line for each.
    #[arg(long)]
    list: bool,
    /// How many threads.
    #[arg(long, default_value_t = 2)]
    threads: u64,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let next = AtomicU64::new(arguments.from);
    let done = AtomicU64::new(0);
    let found: Mutex<Option<u64>> = Mutex::new(None);
    let stop = AtomicBool::new(false);
    let differences = AtomicU64::new(0);
    let started = Instant::now();
    std::panic::set_hook(Box::new(|_| {}));
    std::thread::scope(|scope| {
        for _ in 0..arguments.threads.max(1) {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= arguments.from + arguments.cards {
                        break;
                    }
                    let question = generate::any(arguments.seed, index);
                    let asked = std::panic::catch_unwind(|| compare(&question));
                    if !matches!(asked, Ok(None)) && arguments.list {
                        differences.fetch_add(1, Ordering::Relaxed);
                        println!(
                            "{index}: {}",
                            asked.map_or("the oracle fails".into(), |found| summary(found.as_ref()))
                        );
                    } else if !matches!(asked, Ok(None)) {
                        stop.store(true, Ordering::Relaxed);
                        let mut found = found.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                        *found = Some(found.map_or(index, |other| other.min(index)));
                    }
                    let count = done.fetch_add(1, Ordering::Relaxed) + 1;
                    if count.is_multiple_of(100_000) {
                        eprintln!("{count} timecards compared, {:.0} s", started.elapsed().as_secs_f32());
                    }
                }
            });
        }
    });
    let found = *found.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let Some(index) = found else {
        let (done, differences) = (done.load(Ordering::Relaxed), differences.load(Ordering::Relaxed));
        println!("{} timecards agree", done - differences);
        return if differences == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    };
    report(arguments.seed, index);
    ExitCode::FAILURE
}

/// The first lines that differ.
fn summary(disagreement: Option<&Disagreement>) -> String {
    let Some(Disagreement { question, engine, oracle }) = disagreement else { return String::new() };
    let lines = |outcome| print::answer(outcome, question.timeline.names(), &question.zone);
    let Some(engine) = engine else { return "the engine panicked".into() };
    let (engine, oracle) = (lines(engine), lines(oracle));
    let only = |these: &[String], others: &[String]| {
        these.iter().find(|line| !others.contains(line)).cloned().unwrap_or_default()
    };
    format!("engine [{}] oracle [{}]", only(&engine, &oracle), only(&oracle, &engine))
}

/// Prints a disagreement as small as it gets.
fn report(seed: u64, index: u64) {
    let question = generate::any(seed, index);
    let Ok(Some(_)) = std::panic::catch_unwind(|| compare(&question)) else {
        println!("the oracle itself fails on timecard {index} of seed {seed}");
        let _ = std::panic::take_hook();
        let _ = compare(&question);
        return;
    };
    let differ = |question: &_| matches!(std::panic::catch_unwind(|| compare(question)), Ok(Some(_)));
    let smallest = shrink(&question, differ);
    println!("timecard {index} of seed {seed}, as small as it gets:\n");
    if let Some(disagreement) = compare(&smallest) {
        println!("{}", print::disagreement(&disagreement));
    }
}
