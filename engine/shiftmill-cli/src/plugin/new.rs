//! `shiftmill plugin new`: creates a working plugin with timecards that test it.

use std::fs;
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde_json::json;

use crate::exit::Exit;
use crate::output::Output;
use crate::plugin::sdk;
use crate::problem::Problem;

const EXAMPLES: &str = "\
Examples:
  A rule for finished days, before overtime:
    shiftmill plugin new acme-meals --hook days
    cd acme-meals
    shiftmill plugin test

  A rule that moves punches, in a folder of another name:
    shiftmill plugin new acme-doors --hook punches --path rules/doors

The rule is a small working one of that hook, with its timecards. Replace it by your own.

The SDK is not published yet. This program contains its sources, and unpacks them into `.shiftmill/` of the project, with
the documentation and examples, so that the project builds without a network. Keep that folder with the project.

Exit codes: 0 done; 2 nothing done.";

/// Create a working plugin with timecards that test it.
#[derive(Clone, Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct New {
    /// The name of the plugin: lower case letters, digits and `-`, such as `acme-meals`.
    #[arg(value_name = "NAME")]
    name: String,
    /// The hook of its first rule. Without it, a terminal asks; elsewhere it is `days`.
    #[arg(long, value_enum)]
    hook: Option<HookChoice>,
    /// The folder to create. Default: the name.
    #[arg(long, value_name = "DIR")]
    path: Option<PathBuf>,
    /// Build with the SDK of this folder instead of the unpacked one.
    #[arg(long, value_name = "DIR")]
    sdk: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum HookChoice {
    /// Punches, before they become shifts: move or discard them.
    Punches,
    /// Scheduled shifts, before work is compared with them: move the expected start and end.
    Schedule,
    /// Finished days, before overtime: pay quantities and premiums, change pay codes.
    Days,
    /// The pay period as a whole, after overtime.
    Period,
}

/// The files of a new plugin at one hook.
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

/// The hook of most rules.
const USUAL_HOOK: HookChoice = HookChoice::Days;

/// Asks for the hook until the answer is one; an empty answer, or none, is the usual hook.
fn ask(answers: &mut dyn BufRead, out: &mut dyn Write) -> Result<HookChoice, Problem> {
    let shown = HookChoice::value_variants().iter().filter_map(ValueEnum::to_possible_value);
    writeln!(out, "At which hook is the rule called?")?;
    for hook in shown {
        let meaning = hook.get_help().map(ToString::to_string).unwrap_or_default();
        writeln!(out, "  {:<9} {meaning}", hook.get_name())?;
    }
    loop {
        write!(out, "hook [days]: ")?;
        out.flush()?;
        let mut answer = String::new();
        let read =
            answers.read_line(&mut answer).map_err(|error| Problem::new("cannot read the answer").cause(error))?;
        let answer = answer.trim();
        if read == 0 || answer.is_empty() {
            return Ok(USUAL_HOOK);
        }
        match HookChoice::from_str(answer, true) {
            Ok(hook) => return Ok(hook),
            Err(_) => writeln!(out, "`{answer}` is not a hook; write one of the words above")?,
        }
    }
}

fn sample(hook: HookChoice) -> Sample {
    match hook {
        HookChoice::Punches => sample!("punches", "Early in punches count from an opening time"),
        HookChoice::Schedule => sample!("schedule", "Who works late may come later on the day after"),
        HookChoice::Days => sample!("days", "An allowance for long workdays"),
        HookChoice::Period => sample!("period", "An allowance for a pay period with enough worked days"),
    }
}

/// Runs the command.
pub fn run(command: &New, json: bool) -> Result<Exit, Problem> {
    check_name(&command.name)?;
    let folder = command.path.clone().unwrap_or_else(|| PathBuf::from(&command.name));
    let exists = folder.read_dir().is_ok_and(|mut entries| entries.next().is_some()) || folder.is_file();
    if exists {
        return Err(Problem::new(format!("`{}` already exists", folder.display()))
            .hint("choose another name or `--path`; existing files are not overwritten"));
    }
    let sdk = match &command.sdk {
        Some(path) => own_sdk(path)?,
        None => sdk::folder(),
    };
    let hook = match command.hook {
        Some(hook) => hook,
        None if !json && io::stdin().is_terminal() && io::stderr().is_terminal() => {
            ask(&mut io::stdin().lock(), &mut io::stderr())?
        }
        None => USUAL_HOOK,
    };
    let sample = sample(hook);
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
    writeln!(out, "{}: a working plugin", folder.display())?;
    let descriptions = [
        "the crate; it needs the SDK and nothing else",
        "a small rule, to replace by your own",
        "a ruleset that uses it",
        "the expected results",
        "the most important commands",
        "",
    ];
    let width = files.iter().map(|(name, _)| name.len()).max().unwrap_or(0).max(sdk.len());
    for ((name, _), description) in files.iter().zip(descriptions).filter(|(_, description)| !description.is_empty()) {
        writeln!(out, "  {name:<width$}  {description}")?;
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

/// The full path of a given SDK, because the project may be in any folder.
fn own_sdk(path: &Path) -> Result<String, Problem> {
    let there = path.join("Cargo.toml").is_file() && path.join("derive").is_dir();
    let full = fs::canonicalize(path).ok().filter(|_| there);
    let full = full.ok_or_else(|| {
        Problem::new(format!("there is no plugin SDK in `{}`", path.display()))
            .hint("omit `--sdk` to use the SDK that is part of this program")
    })?;
    Ok(full.display().to_string().replace('\\', "/"))
}

/// Crates with these names cannot be built, or would hide a crate that every crate needs.
const TAKEN: [&str; 8] =
    ["alloc", "core", "proc-macro", "shiftmill-plugin", "shiftmill-plugin-derive", "std", "test", "build"];

/// Keywords of Rust, which are not valid names.
const WORDS: [&str; 48] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod",
    "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static", "struct", "super", "trait", "true",
    "try", "type", "typeof", "unsafe", "use", "where", "while",
];

fn check_name(name: &str) -> Result<(), Problem> {
    let wrong = |cause: &str| {
        let problem = Problem::new(format!("`{name}` cannot be the name of a plugin")).cause(cause);
        let written = similar_name(name);
        if written != name && fault(&written).is_none() {
            problem.hint(format!("`{written}` is a valid name"))
        } else {
            problem.hint("a name is like `acme-meals`: lower case letters, digits and `-`, at most 64")
        }
    };
    fault(name).map_or(Ok(()), |cause| Err(wrong(cause)))
}

/// Why a name is not valid.
fn fault(name: &str) -> Option<&'static str> {
    let marks = name.chars().all(|mark| mark.is_ascii_lowercase() || mark.is_ascii_digit() || mark == '-');
    match () {
        () if name.is_empty() => Some("it is empty"),
        () if name.len() > 64 => Some("it is longer than 64 letters"),
        () if !marks => Some("it has other characters than lower case letters, digits and `-`"),
        () if !name.starts_with(|first: char| first.is_ascii_lowercase()) => Some("it does not begin with a letter"),
        () if name.ends_with('-') || name.contains("--") => Some("a `-` must be between two words"),
        () if TAKEN.contains(&name) => Some("a crate with this name cannot be built with the SDK"),
        () if WORDS.contains(&name) => Some("it is a keyword of Rust"),
        () => None,
    }
}

/// A similar name that is valid, or nearly so.
fn similar_name(name: &str) -> String {
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
    fn a_hook_is_asked_for_until_it_is_one() {
        let answered = |typed: &str| {
            let mut shown = Vec::new();
            let hook = ask(&mut typed.as_bytes(), &mut shown).unwrap();
            (hook, String::from_utf8(shown).unwrap())
        };
        assert_eq!(answered("\n").0, HookChoice::Days);
        assert_eq!(answered("").0, HookChoice::Days);
        let (hook, shown) = answered("month\nPeriod\n");
        assert_eq!(hook, HookChoice::Period);
        assert!(shown.contains("  schedule  Scheduled shifts, before work is compared"), "{shown}");
        assert!(shown.contains("`month` is not a hook"), "{shown}");
    }

    #[test]
    fn names_are_checked_and_better_ones_proposed() {
        assert!(check_name("acme-meals").is_ok());
        for (name, hint) in [
            ("AcmeMeals", "`acme-meals` is a valid name"),
            ("acme_meals", "`acme-meals` is a valid name"),
            ("3x", "a name is"),
        ] {
            let problem = format!("{:?}", check_name(name).unwrap_err());
            assert!(problem.contains(hint), "{problem}");
        }
        for name in ["", "-", "a--b", "a-", "core", "fn", "../x", "ä", &"x".repeat(65)] {
            assert!(check_name(name).is_err(), "{name}");
        }
    }
}
