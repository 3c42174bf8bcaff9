//! `shiftmill plugin`: customers' own rules, from new sources to a file that a service accepts. No command needs a
//! network.
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
use shiftmill::PluginRegistry;
use shiftmill::plugin_host::HostSettings;

use crate::exit::Exit;
use crate::plugins::PluginArguments;
use crate::problem::Problem;

/// Create, test and measure plugins.
#[derive(Clone, Debug, Subcommand)]
pub enum PluginCommand {
    /// Create a working plugin with timecards that test it.
    New(new::New),
    /// Build the file that a service accepts, with the checks of a service.
    Build(build::Build),
    /// Test a plugin: its own tests, its timecards in the sandbox, shuffled timecards, irregular weeks.
    Test(test::Test),
    /// Show timecards before and after a plugin, with its reasons and fuel.
    Run(Box<run::Run>),
    /// Measure the cost of a plugin for each employee and day.
    Bench(bench::Bench),
    /// Show the contents of a plugin file: its hooks, settings and rules, and the findings of the checks.
    Inspect(inspect::Inspect),
    /// Compile a component in a process of its own, with limited time and memory. The program calls this itself.
    #[command(hide = true)]
    CompileChild,
}

impl PluginCommand {
    /// The arguments of [`PluginCommand::CompileChild`].
    pub const COMPILE_CHILD: [&str; 2] = ["plugin", "compile-child"];
}

/// Runs the command.
pub fn run(command: &PluginCommand, plugins: &PluginArguments, json: bool) -> Result<Exit, Problem> {
    // Samples are not audited here: `test` compares all timecards, and reports those that differ.
    let registry = PluginRegistry::new(HostSettings { audit_one_in: 0, ..plugins.of_command()? });
    match command {
        PluginCommand::New(command) => new::run(command, json),
        PluginCommand::Build(command) => build::run(command, &registry, json),
        PluginCommand::Test(command) => test::run(command, &registry, json),
        PluginCommand::Run(command) => run::run(command, &registry, json),
        PluginCommand::Bench(command) => bench::run(command, &registry, json),
        PluginCommand::Inspect(command) => inspect::run(command, &registry, json),
        PluginCommand::CompileChild => Err(Problem::own("only the program itself runs this command")),
    }
}
