//! The program `shiftmill`. A command translates files and arguments, calls, and translates back.
//!
//! ```text
//! evaluate, explain: rulesets ─→ files ─→ window ─→ Engine ─→ table, CSV, JSON, words
//! ruleset:           check, schema, show, presets, reference
//! plugin:            new, build, test, run, bench, inspect
//! generate:          a seed ─→ the files that evaluate reads
//! serve:             the gRPC service, until it is told to stop
//! demo:              serve, and a client that streams a generated month through it
//! ```

mod demo;
mod evaluate;
mod evaluated;
mod exit;
mod explain;
mod files;
mod generate;
mod output;
mod plugin;
mod plugins;
mod problem;
mod ruleset;
mod rulesets;
mod serve;
mod window;

use std::panic::AssertUnwindSafe;

use clap::{Parser, Subcommand};

use exit::Exit;
use problem::Problem;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Turns clock punches into payable time, and says for every second why.
#[derive(Debug, Parser)]
#[command(name = "shiftmill", version, max_term_width = 100, after_help = exit::HELP)]
struct Arguments {
    /// Write JSON for machines: results on standard output, problems as one object on standard error.
    #[arg(long, global = true)]
    json: bool,
    #[command(flatten)]
    plugins: plugins::PluginArguments,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Evaluate files of punches and write what is to be paid.
    Evaluate(evaluate::Evaluate),
    /// Explain one person's pay, day by day and step by step.
    Explain(explain::Explain),
    /// Check, show and list rulesets.
    #[command(subcommand)]
    Ruleset(ruleset::RulesetCommand),
    /// Write, test and measure rules of your own.
    #[command(subcommand)]
    Plugin(plugin::PluginCommand),
    /// Make up a plausible company: the files that `evaluate` reads.
    Generate(generate::Generate),
    /// Serve evaluations over gRPC until SIGTERM or Ctrl-C.
    Serve(serve::Serve),
    /// Show what it does: a company's month through a service on this machine, in a few seconds.
    Demo(demo::Demo),
}

fn main() -> std::process::ExitCode {
    let arguments = Arguments::parse();
    // Before anything else: the process gives up what it may have.
    if let Command::Plugin(plugin::PluginCommand::CompileChild) = arguments.command {
        return shiftmill::plugin_host::compile_child();
    }
    let json = arguments.json;
    // A panic is our fault and ends with the code that says so.
    let outcome = std::panic::catch_unwind(AssertUnwindSafe(|| run(arguments)))
        .unwrap_or_else(|_| Err(Problem::own("shiftmill failed").hint("please report it with the lines above")));
    let exit = outcome.unwrap_or_else(|problem| {
        problem.print(json);
        problem.exit()
    });
    exit.into()
}

fn run(arguments: Arguments) -> Result<Exit, Problem> {
    let Arguments { json, plugins, command } = arguments;
    let registry = plugins.registry();
    match command {
        Command::Evaluate(command) => evaluate::run(command, &registry, json),
        Command::Explain(command) => explain::run(&command, &registry, json),
        Command::Ruleset(command) => ruleset::run(command, &registry, json),
        Command::Plugin(command) => plugin::run(&command, &plugins, json),
        Command::Generate(command) => generate::run(&command, json),
        Command::Serve(command) => serve::run(&command, &plugins, json),
        Command::Demo(command) => demo::run(&command, json),
    }
}
