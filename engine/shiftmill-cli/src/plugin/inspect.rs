//! `shiftmill plugin inspect`: shows the manifest of a plugin and the findings of the checks.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use shiftmill::PluginRegistry;

use crate::exit::Exit;
use crate::output::Output;
use crate::plugin::{build, describe};
use crate::plugins;
use crate::problem::Problem;

const EXAMPLES: &str = "\
Examples:
  shiftmill plugin inspect night-meal.wasm
  shiftmill plugin inspect night-meal.wasm --json

Exit codes: 0 done; 2 it cannot be read, or a service would refuse it.";

/// Show the contents of a plugin file: its hooks, settings and rules, and the findings of the checks.
#[derive(Clone, Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Inspect {
    /// A plugin, or a module from which one can be built.
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// Runs the command.
pub fn run(command: &Inspect, registry: &PluginRegistry, json: bool) -> Result<Exit, Problem> {
    let what = format!("`{}`", command.file.display());
    let component = build::to_component(build::read(&command.file)?, &what)?;
    let plugin = plugins::load(registry, &component)?;
    let mut out = Output::to(None)?;
    if json {
        writeln!(out, "{}", describe::object(&plugin))?;
    } else {
        let (manifest, hash) = (plugin.manifest(), plugin.hash().to_string());
        let line = format!("{} {} · {}", manifest.name, manifest.version, describe::size(component.len()));
        describe::topic("plugin", &[line], &mut out)?;
        describe::topic("hash", &[hash], &mut out)?;
        describe::topic("made by", std::slice::from_ref(&manifest.made_with), &mut out)?;
        describe::tell(&plugin, &mut out)?;
    }
    out.flush()?;
    Ok(Exit::Done)
}
