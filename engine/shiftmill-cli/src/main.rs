//! The program `shiftmill`. A command translates arguments and files, calls the library, and writes the results.
//!
//! ```text
//! evaluate, explain: rulesets ─→ files ─→ window ─→ Engine ─→ table, CSV, JSON, text
//! ruleset:           check, schema, show, presets, reference
//! plugin:            new, build, test, run, bench, inspect
//! formats:           the formats and profiles of files
//! generate:          a seed ─→ the files that evaluate reads
//! serve:             the gRPC service, until a signal stops it
//! demo:              serve, and a client that streams a generated month through it
//! ```

mod demo;
mod evaluate;
mod evaluated;
mod exit;
mod explain;
mod files;
mod formats;
mod generate;
mod layouts;
mod one_line;
mod output;
mod plugin;
mod plugins;
mod problem;
mod replacing;
mod ruleset;
mod rulesets;
mod serve;
mod stray_punches;
mod window;

use std::panic::AssertUnwindSafe;

use clap::{Parser, Subcommand};

use exit::Exit;
use problem::Problem;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Turns clock punches into payable time, and states the reason for every second.
#[derive(Debug, Parser)]
#[command(name = "shiftmill", version, max_term_width = 100, after_help = exit::HELP)]
struct Arguments {
    /// Write JSON: results to standard output, an error as one object to standard error.
    #[arg(long, global = true)]
    json: bool,
    #[command(flatten)]
    plugins: plugins::PluginArguments,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Evaluate files of punches and write the pay.
    Evaluate(evaluate::Evaluate),
    /// Explain one person's pay, day by day and step by step.
    Explain(explain::Explain),
    /// Check, show and list rulesets.
    #[command(subcommand)]
    Ruleset(ruleset::RulesetCommand),
    /// Create, test and measure plugins.
    #[command(subcommand)]
    Plugin(plugin::PluginCommand),
    /// List the formats of files, and the profiles of devices and programs.
    Formats(formats::Formats),
    /// Generate the data of a made-up company, as the files that `evaluate` reads.
    Generate(generate::Generate),
    /// Serve evaluations over gRPC until SIGTERM or Ctrl-C.
    Serve(serve::Serve),
    /// Demonstrate the service: it evaluates a company's month on this machine, in a few seconds.
    Demo(demo::Demo),
}

fn main() -> std::process::ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return refused(&error),
    };
    // This comes first: the process reduces its own limits and permissions.
    if let Command::Plugin(plugin::PluginCommand::CompileChild) = arguments.command {
        return shiftmill::plugin_host::compile_child();
    }
    let json = arguments.json;
    // A panic is a fault of this program and has its own exit code.
    let outcome = std::panic::catch_unwind(AssertUnwindSafe(|| run(arguments)))
        .unwrap_or_else(|_| Err(Problem::own("shiftmill failed").hint("please report it with the lines above")));
    let exit = outcome.unwrap_or_else(|problem| {
        problem.print(json);
        problem.exit()
    });
    exit.into()
}

/// Prints why the arguments cannot be used, or the help that they ask for.
fn refused(error: &clap::Error) -> std::process::ExitCode {
    let json = std::env::args_os().any(|argument| argument == "--json");
    if json && error.use_stderr() {
        Problem::arguments(&error.render().to_string()).print(json);
    } else {
        // Nobody is left to tell when the output is closed.
        let _printed = error.print();
    }
    if error.use_stderr() { Exit::BadInput } else { Exit::Done }.into()
}

fn run(arguments: Arguments) -> Result<Exit, Problem> {
    let Arguments { json, plugins, command } = arguments;
    let registry = plugins.registry()?;
    match command {
        Command::Evaluate(command) => evaluate::run(command, &registry, json),
        Command::Explain(command) => explain::run(&command, &registry, json),
        Command::Ruleset(command) => ruleset::run(command, &registry, json),
        Command::Plugin(command) => plugin::run(&command, &plugins, json),
        Command::Formats(command) => formats::run(&command, json),
        Command::Generate(command) => generate::run(&command, json),
        Command::Serve(command) => serve::run(&command, &plugins, json),
        Command::Demo(command) => demo::run(&command, json),
    }
}
