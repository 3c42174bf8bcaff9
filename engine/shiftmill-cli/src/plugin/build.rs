//! `shiftmill plugin build`: builds the file that a service accepts, from sources or from a module of any compiler.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use serde_json::json;
use shiftmill::PluginRegistry;
use shiftmill::plugin_host::{COMPONENT_BYTES_MAX, ComponentiseError, Plugin, componentise};

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

  A plugin in C, Zig or any other language, from the module of its compiler:
    shiftmill plugin build rules/acme-zig --module zig-out/acme.wasm

The file is written beside the ruleset, and only when it passes the checks of a service. When anything fails, an earlier
build is removed.

Exit codes: 0 done; 2 nothing done; 70 a fault of Shiftmill.";

/// Build the file that a service accepts, with the checks of a service.
#[derive(Clone, Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Build {
    #[command(flatten)]
    source: Source,
    /// The file to write. Default: the name of the plugin, beside the ruleset.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// The source of a plugin.
#[derive(Clone, Debug, Args)]
pub struct Source {
    /// The folder of the plugin.
    #[arg(value_name = "DIR", default_value = ".")]
    pub folder: PathBuf,
    /// A WebAssembly module of any compiler, or a built plugin, instead of a crate.
    #[arg(long, value_name = "FILE")]
    pub module: Option<PathBuf>,
    #[command(flatten)]
    pub cargo: CargoArguments,
}

/// A plugin that has been built, checked and loaded.
pub struct Built {
    /// The plugin, as a service would load it.
    pub plugin: Arc<Plugin>,
    /// Its crate, when it was built from one.
    pub package: Option<Package>,
    /// Its content.
    component: Vec<u8>,
    /// The size of the module of the compiler.
    module_bytes: usize,
    elapsed: Duration,
}

impl Source {
    /// Builds it, without writing the file.
    pub fn build(&self, registry: &PluginRegistry) -> Result<Built, Problem> {
        let began = Instant::now();
        let (package, module) = self.module()?;
        let stale = package.as_ref().map(|package| self.folder.join(file_name(&package.name)));
        let built = read(&module).and_then(|bytes| Built::new(bytes, package, registry));
        // A file that does not match the sources must not be used as their build.
        if let (Err(_), Some(stale)) = (&built, stale) {
            remove(&stale);
        }
        built.map(|built| Built { elapsed: began.elapsed(), ..built })
    }

    /// The crate, when the source is one, and the module of its compiler.
    fn module(&self) -> Result<(Option<Package>, PathBuf), Problem> {
        if let Some(module) = &self.module {
            return Ok((None, module.clone()));
        }
        let package = Package::find(&self.folder)?;
        let module = package.compile(&self.cargo);
        if module.is_err() {
            remove(&self.folder.join(file_name(&package.name)));
        }
        Ok((Some(package), module?))
    }
}

/// The file name of a plugin.
fn file_name(plugin: &str) -> String {
    format!("{plugin}.wasm")
}

/// Removes a file, when it exists.
fn remove(file: &Path) {
    let _ = fs::remove_file(file);
}

impl Built {
    fn new(module: Vec<u8>, package: Option<Package>, registry: &PluginRegistry) -> Result<Built, Problem> {
        let module_bytes = module.len();
        let component = to_component(module, "the compiled module")?;
        let plugin = plugins::load(registry, &component)?;
        Ok(Built { plugin, package, component, module_bytes, elapsed: Duration::ZERO })
    }

    /// Writes it to the folder in which a ruleset finds it.
    pub fn write(&self, folder: &Path) -> Result<PathBuf, Problem> {
        let file = folder.join(file_name(&self.plugin.manifest().name));
        self.write_to(&file)?;
        Ok(file)
    }

    /// Writes the whole file, or nothing.
    fn write_to(&self, file: &Path) -> Result<(), Problem> {
        let beside = file.with_extension("wasm.new");
        let written = fs::write(&beside, &self.component).and_then(|()| fs::rename(&beside, file));
        written.map_err(|error| Problem::new(format!("cannot write `{}`", file.display())).cause(error))
    }

    /// One line about the built plugin.
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

/// The content of a file that may be a plugin, or a module of one. Neither is larger than a plugin may be.
pub fn read(file: &Path) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    let most = COMPONENT_BYTES_MAX as u64 + 1;
    let read = File::open(file).and_then(|opened| opened.take(most).read_to_end(&mut bytes));
    let unread = || Problem::new(format!("cannot read `{}`", file.display()));
    read.map_err(|error| unread().cause(error))?;
    if bytes.len() > COMPONENT_BYTES_MAX {
        let cause = format!("it has more than {COMPONENT_BYTES_MAX} bytes, the maximum of a plugin");
        return Err(unread().cause(cause).hint("build it for release, without debug information"));
    }
    Ok(bytes)
}

/// The component of a file: the file itself, or the component of a module. `what` is the name of the file in messages.
pub fn to_component(bytes: Vec<u8>, what: &str) -> Result<Vec<u8>, Problem> {
    match componentise(&bytes) {
        Ok(component) => Ok(component),
        Err(ComponentiseError::Component) => Ok(bytes),
        Err(error) => {
            let hint = match &error {
                ComponentiseError::NoPlugin | ComponentiseError::NoHook => "a crate needs `plugin!(Name: days);`",
                ComponentiseError::ForeignImport { .. } => {
                    "a plugin has no clock, no random numbers, no files and no network; remove the code that imports it"
                }
                ComponentiseError::OtherVersion(_) => "`shiftmill --version` shows the version of this program",
                _ => "build a library for wasm32-unknown-unknown",
            };
            Err(Problem::new(format!("{what} is not a plugin")).cause(error).hint(hint))
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
