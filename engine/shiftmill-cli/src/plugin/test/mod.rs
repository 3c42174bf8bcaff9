//! `shiftmill plugin test`: all tests of a plugin that need no service.
//!
//! ```text
//! build ─→ native tests ─→ timecards in the sandbox ─→ the same, shuffled ─→ irregular weeks
//! ```

mod fuzz;
mod golden;
mod irregular_week;
mod shuffled;

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};
use shiftmill::PluginRegistry;

use crate::exit::Exit;
use crate::output::Output;
use crate::plugin::build::{Built, Source};
use crate::plugin::cargo::NativeTests;
use crate::plugin::describe::topic;
use crate::plugin::project::Project;
use crate::plugin::trial::Trial;
use crate::problem::Problem;

const EXAMPLES: &str = "\
Examples:
  shiftmill plugin test
  shiftmill plugin test rules/acme-meals

  When the actual results are right, write them into the timecards, or only into those whose claim or file contains `night`:
    shiftmill plugin test --accept
    shiftmill plugin test --accept night

  More irregular weeks, with another seed:
    shiftmill plugin test --fuzz 20000 --seed 7

Exit codes: 0 everything passes; 1 something fails; 2 nothing was tested; 70 a fault of Shiftmill.";

/// Test a plugin: its own tests, its timecards in the sandbox, shuffled timecards, irregular weeks.
#[derive(Clone, Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Test {
    #[command(flatten)]
    source: Source,
    /// Write the actual results into the timecards that fail; with a word, only into those whose claim or file contains
    /// it.
    #[arg(long, value_name = "NAME", num_args = 0..=1, default_missing_value = "")]
    accept: Option<String>,
    /// The number of irregular weeks.
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(0..=1_000_000))]
    fuzz: u32,
    /// The seed of the irregular weeks; the same seed makes the same weeks.
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// `no` skips the crate's own tests.
    #[arg(long, value_name = "yes|no", default_value = "yes", action = clap::ArgAction::Set, value_parser = yes_or_no)]
    native: bool,
    /// The ruleset that uses the plugin. Default: `ruleset.toml` beside it.
    #[arg(long, value_name = "FILE")]
    ruleset: Option<PathBuf>,
}

fn yes_or_no(text: &str) -> Result<bool, &'static str> {
    match text {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err("write `yes` or `no`"),
    }
}

/// The outcome of a test.
struct Outcome {
    native: Option<NativeTests>,
    golden: golden::Golden,
    shuffled: shuffled::Shuffled,
    fuzz: fuzz::Fuzz,
}

impl Outcome {
    fn holds(&self) -> bool {
        let native = self.native.as_ref().is_none_or(|native| native.failed.is_none());
        native && self.golden.holds() && self.shuffled.holds() && self.fuzz.holds()
    }
}

/// Runs the command.
pub fn run(command: &Test, registry: &PluginRegistry, json: bool) -> Result<Exit, Problem> {
    let built = command.source.build(registry)?;
    let file = built.write(&command.source.folder)?;
    let mut out = Output::to(None)?;
    if !json {
        topic("built", &[format!("{} · {}", built.line(), file.display())], &mut out)?;
        out.flush()?;
    }
    let outcome = command.steps(&built, registry, json, &mut out)?;
    if json {
        writeln!(out, "{}", outcome.object(&built))?;
    }
    out.flush()?;
    Ok(if outcome.holds() { Exit::Done } else { Exit::LeftOut })
}

impl Test {
    fn steps(
        &self,
        built: &Built,
        registry: &PluginRegistry,
        json: bool,
        out: &mut dyn Write,
    ) -> Result<Outcome, Problem> {
        let mut report = |lines: Vec<String>, word: &str| -> Result<(), Problem> {
            if !json {
                topic(word, &lines, out)?;
                out.flush()?;
            }
            Ok(())
        };
        let native = match &built.package {
            Some(package) if self.native => Some(package.test(&self.source.cargo)?),
            _ => None,
        };
        if let Some(native) = &native {
            report(native_lines(native), "native")?;
        }
        let project = Project { folder: &self.source.folder, ruleset: self.ruleset.as_deref(), registry };
        project.check_ruleset()?;
        let golden = golden::run(&project, self.accept.as_deref())?;
        report(golden.lines(), "golden")?;
        let (trial, settings) = (Trial::new(registry), project.settings(&golden.claims)?);
        let shuffled = shuffled::run(&trial, &settings, &golden.claims, self.seed)?;
        report(shuffled.lines(), "shuffled")?;
        let fuzz = fuzz::run(&trial, &settings, self.fuzz, self.seed)?;
        report(fuzz.lines(), "fuzz")?;
        Ok(Outcome { native, golden, shuffled, fuzz })
    }
}

fn native_lines(native: &NativeTests) -> Vec<String> {
    let count = native.passed;
    let plural = if count == 1 { "test passes" } else { "tests pass" };
    let mut lines = vec![format!("{count} {plural}")];
    if let Some(said) = &native.failed {
        lines = vec![String::from("the crate's own tests fail")];
        lines.extend(said.lines().map(|line| format!("  {line}")));
    }
    lines
}

impl Outcome {
    fn object(&self, built: &Built) -> Value {
        let manifest = built.plugin.manifest();
        let native = self.native.as_ref().map(|native| json!({ "passed": native.passed, "failed": native.failed }));
        json!({
            "plugin": {
                "name": manifest.name, "version": manifest.version, "hash": built.plugin.hash().to_string(),
            },
            "native": native,
            "golden": self.golden.object(),
            "shuffled": self.shuffled.object(),
            "fuzz": self.fuzz.object(),
            "holds": self.holds(),
        })
    }
}
