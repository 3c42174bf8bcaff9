//! `shiftmill formats`: the formats of files, and the profiles of devices and programs.

use std::io::Write;

use clap::Args;
use serde_json::json;
use shiftmill_timecards::read::{Format, Profile};

use crate::exit::Exit;
use crate::output::Output;
use crate::problem::Problem;

const EXAMPLES: &str = "\
Examples:
  What can be read?
    shiftmill formats

  A profile of your own, from one that comes close:
    shiftmill formats hikvision > ours.toml
    shiftmill evaluate ... --punches export.csv --profile ours.toml";

/// List the formats of files, and the profiles of devices and programs.
#[derive(Clone, Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Formats {
    /// Print this profile as TOML.
    profile: Option<String>,
}

/// Runs the command.
pub fn run(command: &Formats, json: bool) -> Result<Exit, Problem> {
    let mut out = Output::to(None)?;
    match &command.profile {
        Some(name) => {
            let found = Profile::shipped().find(|(profile, _)| profile.name == *name);
            let (_, text) = found.ok_or_else(|| {
                Problem::new(format!("there is no profile `{name}`")).hint("`shiftmill formats` lists all")
            })?;
            write!(out, "{text}")?;
        }
        None if json => {
            let profiles = Profile::shipped().map(|(it, _)| json!({ "name": it.name, "about": it.about }));
            let formats = Format::ALL.iter().map(|format| json!({ "name": format.word(), "ending": format.ending() }));
            let (profiles, formats) = (profiles.collect::<Vec<_>>(), formats.collect::<Vec<_>>());
            writeln!(out, "{}", json!({ "formats": formats, "profiles": profiles }))?;
        }
        None => {
            writeln!(out, "Formats, by the ending of a file's name")?;
            for format in Format::ALL {
                writeln!(out, "  {:<11} .{}", format.word(), format.ending())?;
            }
            writeln!(out, "\nProfiles of punches (--profile NAME)")?;
            for (profile, _) in Profile::shipped() {
                writeln!(out, "  {:<11} {}", profile.name, profile.about)?;
            }
        }
    }
    out.finish()?;
    Ok(Exit::Done)
}
