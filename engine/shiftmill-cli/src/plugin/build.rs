//! `shiftmill plugin build`: from sources, or from a module that any compiler has made, to a file that a service takes.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use serde_json::json;
use shiftmill::PluginRegistry;
use shiftmill::plugin_host::{ComponentiseError, Plugin, componentise};

use crate::exit::Exit;
use crate::output::Output;
use crate::plugin::cargo::{CargoArguments, Package};
use crate::plugin::describe;
use crate::plugins;
use crate::problem::Problem;

const EXAMPLES: &str = "\
Examples:
  shiftmill plugin build
  shiftmill plugin build rules/acme-meals --locked

  A plugin in C, Zig or any other language, from the module that its compiler has made:
    shiftmill plugin build rules/acme-zig --module zig-out/acme.wasm

What is built passes the checks that a service makes. Only then it is written, beside the ruleset; when anything fails,
an earlier build is taken away.

Exit codes: 0 done; 2 nothing done; 70 our fault.";

/// Build a plugin to a file that a service takes, and check it as a service does.
#[derive(Clone, Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Build {
    #[command(flatten)]
    source: Source,
    /// Where to write. Default: the plugin's name, beside the ruleset.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// What a plugin is built from.
#[derive(Clone, Debug, Args)]
pub struct Source {
    /// The folder of the plugin.
    #[arg(value_name = "DIR", default_value = ".")]
    pub folder: PathBuf,
    /// A WebAssembly module made by any compiler, or a plugin that is built already, instead of a crate.
    #[arg(long, value_name = "FILE")]
    pub module: Option<PathBuf>,
    #[command(flatten)]
    pub cargo: CargoArguments,
}

/// A plugin that has been built, checked and loaded.
pub struct Built {
    /// The plugin, as a service would have it.
    pub plugin: Arc<Plugin>,
    /// Its crate, when it is one.
    pub package: Option<Package>,
    /// Its content.
    component: Vec<u8>,
    /// How large the compiler's module is.
    module_bytes: usize,
    elapsed: Duration,
}

impl Source {
    /// Builds it, without writing anything beside it.
    pub fn build(&self, registry: &PluginRegistry) -> Result<Built, Problem> {
        let began = Instant::now();
        let (package, module) = self.module()?;
        let stale = package.as_ref().map(|package| self.folder.join(file_name(&package.name)));
        let built = fs::read(&module)
            .map_err(|error| Problem::new(format!("cannot read `{}`", module.display())).cause(error))
            .and_then(|bytes| Built::new(bytes, package, registry));
        // A file that is not what the sources say must not be taken for it.
        if let (Err(_), Some(stale)) = (&built, stale) {
            take_away(&stale);
        }
        built.map(|built| Built { elapsed: began.elapsed(), ..built })
    }

    /// The crate, if it is one, and the module that its compiler has made.
    fn module(&self) -> Result<(Option<Package>, PathBuf), Problem> {
        if let Some(module) = &self.module {
            return Ok((None, module.clone()));
        }
        let package = Package::find(&self.folder)?;
        let module = package.compile(&self.cargo);
        if module.is_err() {
            take_away(&self.folder.join(file_name(&package.name)));
        }
        Ok((Some(package), module?))
    }
}

/// What a plugin's file is called.
fn file_name(plugin: &str) -> String {
    format!("{plugin}.wasm")
}

/// A file that is not there needs not be taken away.
fn take_away(file: &Path) {
    let _ = fs::remove_file(file);
}

impl Built {
    fn new(module: Vec<u8>, package: Option<Package>, registry: &PluginRegistry) -> Result<Built, Problem> {
        let module_bytes = module.len();
        let component = to_component(module, "what was compiled")?;
        let plugin = plugins::load(registry, &component)?;
        Ok(Built { plugin, package, component, module_bytes, elapsed: Duration::ZERO })
    }

    /// Writes it where a ruleset finds it.
    pub fn write(&self, folder: &Path) -> Result<PathBuf, Problem> {
        let file = folder.join(file_name(&self.plugin.manifest().name));
        self.write_to(&file)?;
        Ok(file)
    }

    /// Writes it whole or not at all.
    fn write_to(&self, file: &Path) -> Result<(), Problem> {
        let beside = file.with_extension("wasm.new");
        let written = fs::write(&beside, &self.component).and_then(|()| fs::rename(&beside, file));
        written.map_err(|error| Problem::new(format!("cannot write `{}`", file.display())).cause(error))
    }

    /// One line that says what has been built.
    pub fn line(&self) -> String {
        let manifest = self.plugin.manifest();
        let hash = self.plugin.hash().to_string();
        let (size, seconds) = (describe::size(self.component.len()), tenths(self.elapsed));
        format!("{} {} · hash {} · {size} · {seconds} s", manifest.name, manifest.version, describe::short(&hash))
    }
}

/// Seconds with one decimal.
pub fn tenths(elapsed: Duration) -> String {
    let tenths = elapsed.as_millis().div_ceil(100);
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// A component as it is, or made of a module, which `what` names.
pub fn to_component(bytes: Vec<u8>, what: &str) -> Result<Vec<u8>, Problem> {
    match componentise(&bytes) {
        Ok(component) => Ok(component),
        Err(ComponentiseError::Component) => Ok(bytes),
        Err(error) => {
            let hint = match &error {
                ComponentiseError::NoPlugin | ComponentiseError::NoHook => "a crate needs `plugin!(Name: days);`",
                ComponentiseError::ForeignImport { .. } => {
                    "a plugin has no clock, no random numbers, no files and no network; take what pulls it in away"
                }
                ComponentiseError::OtherVersion(_) => "`shiftmill --version` tells which program this is",
                _ => "build a library for wasm32-unknown-unknown",
            };
            Err(Problem::new(format!("{what} is no plugin")).cause(error).hint(hint))
        }
    }
}

/// Runs the command.
pub fn run(command: &Build, registry: &PluginRegistry, json: bool) -> Result<Exit, Problem> {
    let built = command.source.build(registry)?;
    let file = match &command.output {
        Some(file) => {
            built.write_to(file)?;
            file.clone()
        }
        None => built.write(&command.source.folder)?,
    };
    let mut out = Output::to(None)?;
    if json {
        let mut object = describe::object(&built.plugin);
        if let Some(object) = object.as_object_mut() {
            object.insert(String::from("file"), json!(file));
            object.insert(String::from("module_bytes"), json!(built.module_bytes));
        }
        writeln!(out, "{object}")?;
    } else {
        describe::topic("built", &[built.line()], &mut out)?;
        describe::topic("file", &[file.display().to_string()], &mut out)?;
        describe::tell(&built.plugin, &mut out)?;
    }
    out.flush()?;
    Ok(Exit::Done)
}
