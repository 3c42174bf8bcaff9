//! `shiftmill plugin`: rules of one's own, from the first line to a file that a service takes. Nothing here needs a network.
//!
//! ```text
//! new ─→ sources ─→ cargo ─→ module ─→ component ─→ checks ─→ NAME.wasm ─→ inspect
//!                                                                 ↓
//!                        ruleset ─→ timecards, shuffled cards, irregular weeks ─→ test, run, bench
//! ```

mod bench;
mod build;
mod cargo;
mod describe;
mod inspect;
mod new;
mod project;
mod run;
mod sdk;
mod test;
mod trial;

use clap::Subcommand;
use shiftmill::plugin_host::HostSettings;

use crate::exit::Exit;
use crate::plugins::PluginArguments;
use crate::problem::Problem;

/// Write, test and measure rules of your own.
#[derive(Clone, Debug, Subcommand)]
pub enum PluginCommand {
    /// Make a plugin that works, with timecards that prove it.
    New(new::New),
    /// Build a plugin to a file that a service takes, and check it as a service does.
    Build(build::Build),
    /// Prove a plugin: its own tests, its timecards in the sandbox, shuffled timecards, irregular weeks.
    Test(test::Test),
    /// Show timecards before and after a plugin, with its reasons and what it took.
    Run(Box<run::Run>),
    /// Measure what a plugin costs for each employee and day.
    Bench(bench::Bench),
    /// Show what a plugin is: its hooks, settings and rules, and what was found in it.
    Inspect(inspect::Inspect),
    /// Compile a component in a process of its own, with little time and memory. The program starts itself so.
    #[command(hide = true)]
    CompileChild,
}

impl PluginCommand {
    /// The arguments of [`PluginCommand::CompileChild`].
    pub const COMPILE_CHILD: [&str; 2] = ["plugin", "compile-child"];
}

/// Runs the command.
pub fn run(command: &PluginCommand, plugins: &PluginArguments, json: bool) -> Result<Exit, Problem> {
    // Samples are not audited here: `test` looks at everybody, and tells whom it has found.
    let registry = plugins.registry_with(HostSettings { audit_one_in: 0, ..HostSettings::default() });
    match command {
        PluginCommand::New(command) => new::run(command, json),
        PluginCommand::Build(command) => build::run(command, &registry, json),
        PluginCommand::Test(command) => test::run(command, &registry, json),
        PluginCommand::Run(command) => run::run(command, &registry, json),
        PluginCommand::Bench(command) => bench::run(command, &registry, json),
        PluginCommand::Inspect(command) => inspect::run(command, &registry, json),
        PluginCommand::CompileChild => Err(Problem::own("this is no command for people")),
    }
}
