//! `shiftmill plugin new`: a plugin that works, with timecards that prove it.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde_json::json;

use crate::exit::Exit;
use crate::output::Output;
use crate::plugin::sdk;
use crate::problem::Problem;

const EXAMPLES: &str = "\
Examples:
  A rule that looks at finished days, before overtime:
    shiftmill plugin new acme-meals
    cd acme-meals
    shiftmill plugin test

  A rule that moves punches, in a folder of another name:
    shiftmill plugin new acme-doors --hook punches --path rules/doors

The SDK is not published yet: its sources lie inside this program, and are unpacked into `.shiftmill/` of the project with
the documentation and examples, so that it builds without a network and without anything of ours beside it. Keep that
folder with the project.

Exit codes: 0 done; 2 nothing done.";

/// Make a plugin that works, with timecards that prove it.
#[derive(Clone, Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct New {
    /// What the plugin is called: lower case letters, digits and `-`, such as `acme-meals`.
    #[arg(value_name = "NAME")]
    name: String,
    /// Where in the calculation its first rule is asked.
    #[arg(long, value_enum, default_value_t = HookChoice::Days)]
    hook: HookChoice,
    /// The folder to make. Default: the name.
    #[arg(long, value_name = "DIR")]
    path: Option<PathBuf>,
    /// Build with the SDK of this folder instead of the one that is unpacked.
    #[arg(long, value_name = "DIR")]
    sdk: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum HookChoice {
    /// Punches, before they become shifts: move them, let them not count.
    Punches,
    /// Scheduled shifts, before work is compared with them: expect people at another time.
    Schedule,
    /// Finished days, before overtime: pay quantities and premiums, change what time pays.
    Days,
    /// The pay period as a whole, after overtime.
    Period,
}

/// What is written for a hook.
struct Sample {
    description: &'static str,
    lib: &'static str,
    ruleset: &'static str,
    timecards: &'static str,
}

macro_rules! sample {
    ($folder:literal, $description:literal) => {
        Sample {
            description: $description,
            lib: include_str!(concat!("../../templates/plugin/", $folder, "/lib.rs")),
            ruleset: include_str!(concat!("../../templates/plugin/", $folder, "/ruleset.toml")),
            timecards: include_str!(concat!("../../templates/plugin/", $folder, "/timecards.md")),
        }
    };
}

const MANIFEST: &str = include_str!("../../templates/plugin/Cargo.toml.txt");
const README: &str = include_str!("../../templates/plugin/README.md");
const IGNORED: &str = include_str!("../../templates/plugin/gitignore.txt");

fn sample(hook: HookChoice) -> Sample {
    match hook {
        HookChoice::Punches => sample!("punches", "Nobody works before the doors open"),
        HookChoice::Schedule => sample!("schedule", "Who works late may come later on the day after"),
        HookChoice::Days => sample!("days", "A meal allowance for long nights"),
        HookChoice::Period => sample!("period", "A bonus for full attendance"),
    }
}

/// Runs the command.
pub fn run(command: &New, json: bool) -> Result<Exit, Problem> {
    check_name(&command.name)?;
    let folder = command.path.clone().unwrap_or_else(|| PathBuf::from(&command.name));
    let is_there = folder.read_dir().is_ok_and(|mut entries| entries.next().is_some()) || folder.is_file();
    if is_there {
        return Err(Problem::new(format!("`{}` is there already", folder.display()))
            .hint("choose another name or `--path`; nothing is written over"));
    }
    let sdk = match &command.sdk {
        Some(path) => own_sdk(path)?,
        None => sdk::folder(),
    };
    let sample = sample(command.hook);
    let fill = |text: &str| {
        text.replace("__NAME__", &command.name).replace("__DESCRIPTION__", sample.description).replace("__SDK__", &sdk)
    };
    let timecards = format!("timecards/{}.md", command.name);
    let files: [(&str, String); 6] = [
        ("Cargo.toml", fill(MANIFEST)),
        ("src/lib.rs", fill(sample.lib)),
        ("ruleset.toml", fill(sample.ruleset)),
        (&timecards, fill(sample.timecards)),
        ("README.md", fill(README)),
        (".gitignore", fill(IGNORED)),
    ];
    for (name, text) in &files {
        write(&folder, name, text)?;
    }
    if command.sdk.is_none() {
        sdk::unpack(&folder)?;
    }
    let mut out = Output::to(None)?;
    if json {
        let names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
        let made = json!({ "folder": folder, "name": command.name, "files": names, "sdk": sdk });
        writeln!(out, "{made}")?;
    } else {
        tell(&folder, &files, &sdk, &mut out)?;
    }
    out.flush()?;
    Ok(Exit::Done)
}

fn tell(folder: &Path, files: &[(&str, String)], sdk: &str, out: &mut dyn Write) -> Result<(), Problem> {
    writeln!(out, "{}: a plugin that works", folder.display())?;
    let says = [
        "the crate; it needs the SDK and nothing else",
        "the rule",
        "a ruleset that uses it",
        "what must come out",
        "the commands that matter",
        "",
    ];
    let width = files.iter().map(|(name, _)| name.len()).max().unwrap_or(0).max(sdk.len());
    for ((name, _), says) in files.iter().zip(says).filter(|(_, says)| !says.is_empty()) {
        writeln!(out, "  {name:<width$}  {says}")?;
    }
    writeln!(out, "  {sdk:<width$}  the SDK; its README.md is the tutorial")?;
    writeln!(out, "\nNext:\n  cd {}\n  shiftmill plugin test", folder.display())?;
    Ok(())
}

fn write(folder: &Path, name: &str, text: &str) -> Result<(), Problem> {
    let path = folder.join(name);
    let written = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&path, text));
    written.map_err(|error| Problem::new(format!("cannot write `{}`", path.display())).cause(error))
}

/// The full path of an SDK of one's own: the project may lie anywhere.
fn own_sdk(path: &Path) -> Result<String, Problem> {
    let there = path.join("Cargo.toml").is_file() && path.join("derive").is_dir();
    let full = fs::canonicalize(path).ok().filter(|_| there);
    let full = full.ok_or_else(|| {
        Problem::new(format!("there is no plugin SDK in `{}`", path.display()))
            .hint("leave `--sdk` away to use the one that this program carries")
    })?;
    Ok(full.display().to_string().replace('\\', "/"))
}

/// Crates of these names cannot be built, or would hide something that every crate needs.
const TAKEN: [&str; 8] =
    ["alloc", "core", "proc-macro", "shiftmill-plugin", "shiftmill-plugin-derive", "std", "test", "build"];

/// Words of Rust that may look like names.
const WORDS: [&str; 48] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod",
    "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static", "struct", "super", "trait", "true",
    "try", "type", "typeof", "unsafe", "use", "where", "while",
];

fn check_name(name: &str) -> Result<(), Problem> {
    let wrong = |cause: &str| {
        let problem = Problem::new(format!("`{name}` cannot be the name of a plugin")).cause(cause);
        let written = as_it_could_be(name);
        if written != name && fault(&written).is_none() {
            problem.hint(format!("`{written}` can"))
        } else {
            problem.hint("names are such as `acme-meals`: lower case letters, digits and `-`, at most 64")
        }
    };
    fault(name).map_or(Ok(()), |cause| Err(wrong(cause)))
}

/// What is wrong with a name.
fn fault(name: &str) -> Option<&'static str> {
    let marks = name.chars().all(|mark| mark.is_ascii_lowercase() || mark.is_ascii_digit() || mark == '-');
    match () {
        () if name.is_empty() => Some("it is empty"),
        () if name.len() > 64 => Some("it is longer than 64 letters"),
        () if !marks => Some("it holds more than lower case letters, digits and `-`"),
        () if !name.starts_with(|first: char| first.is_ascii_lowercase()) => Some("it does not begin with a letter"),
        () if name.ends_with('-') || name.contains("--") => Some("a `-` stands between two words"),
        () if TAKEN.contains(&name) => Some("a crate of this name cannot be built beside the SDK"),
        () if WORDS.contains(&name) => Some("it is a word of Rust"),
        () => None,
    }
}

/// A name near to what was meant.
fn as_it_could_be(name: &str) -> String {
    let mut written = String::new();
    for mark in name.chars() {
        match mark {
            mark if mark.is_ascii_uppercase() => {
                if !written.is_empty() && !written.ends_with('-') {
                    written.push('-');
                }
                written.push(mark.to_ascii_lowercase());
            }
            mark if mark.is_ascii_lowercase() || mark.is_ascii_digit() => written.push(mark),
            _ if !written.is_empty() && !written.ends_with('-') => written.push('-'),
            _ => {}
        }
    }
    written.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_checked_and_better_ones_proposed() {
        assert!(check_name("acme-meals").is_ok());
        for (name, hint) in [("AcmeMeals", "`acme-meals` can"), ("acme_meals", "`acme-meals` can"), ("3x", "names are")]
        {
            let problem = format!("{:?}", check_name(name).unwrap_err());
            assert!(problem.contains(hint), "{problem}");
        }
        for name in ["", "-", "a--b", "a-", "core", "fn", "../x", "ä", &"x".repeat(65)] {
            assert!(check_name(name).is_err(), "{name}");
        }
    }
}
