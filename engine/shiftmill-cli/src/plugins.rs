//! The plugins of rulesets: one registry for the process, loaded from files beside the rulesets.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use shiftmill::plugin_host::{Compiler, HostSettings, LoadError, Plugin};
use shiftmill::ruleset::{PluginFound, PluginReference};
use shiftmill::trial::{Dependence, TrialError};
use shiftmill::{PluginRegistry, PluginRegistryError, RequestError, Stopped, is_file_name, with_cause};

use crate::plugin::PluginCommand;
use crate::problem::Problem;

/// The folder of the compiled code of plugins.
#[derive(Clone, Debug, Args)]
pub struct PluginArguments {
    /// Keep the compiled code of plugins in this folder, or nowhere with `off`. Default: the user's cache folder; for
    /// `serve`, nowhere.
    #[arg(long, global = true, value_name = "DIR|off", help_heading = "Plugins")]
    plugin_cache: Option<PathBuf>,
}

impl PluginArguments {
    /// The registry of a command.
    pub fn registry(&self) -> Result<PluginRegistry, Problem> {
        Ok(PluginRegistry::new(self.of_command()?))
    }

    /// The settings of a command. Its default folder may fail: then it works without a cache.
    pub fn of_command(&self) -> Result<HostSettings, Problem> {
        let cache = match &self.plugin_cache {
            Some(_) => self.given_cache(),
            None => user_cache().map(|cache| cache.join("shiftmill").join("plugins")),
        };
        Ok(HostSettings { cache, cache_may_fail: self.plugin_cache.is_none(), ..self.of_service()? })
    }

    /// The settings of a service. Like every command, it checks and compiles plugins in a child process with limits, so
    /// that all accept and refuse the same plugins.
    pub fn of_service(&self) -> Result<HostSettings, Problem> {
        let program = own_program().map_err(|error| Problem::own("cannot find the program's own file").cause(error))?;
        let arguments = PluginCommand::COMPILE_CHILD.map(OsString::from).to_vec();
        let compiler = Compiler::Child { program, arguments };
        Ok(HostSettings { compiler, cache: self.given_cache(), ..HostSettings::default() })
    }

    /// The folder of compiled code from the arguments.
    fn given_cache(&self) -> Option<PathBuf> {
        self.plugin_cache.clone().filter(|folder| folder.as_os_str() != "off")
    }
}

/// The path that starts this program again. On Linux it starts the same version even when its file has been replaced.
fn own_program() -> io::Result<PathBuf> {
    let running = PathBuf::from("/proc/self/exe");
    if cfg!(target_os = "linux") && running.exists() { Ok(running) } else { std::env::current_exe() }
}

/// The cache folder of the user.
fn user_cache() -> Option<PathBuf> {
    let folder = |variable: &str| std::env::var_os(variable).map(PathBuf::from).filter(|folder| folder.is_absolute());
    let home = |inside: &str| folder("HOME").map(|home| home.join(inside));
    match () {
        () if cfg!(windows) => folder("LOCALAPPDATA"),
        () if cfg!(target_os = "macos") => home("Library/Caches"),
        () => folder("XDG_CACHE_HOME").or_else(|| home(".cache")),
    }
}

/// Loads a plugin.
pub fn load(registry: &PluginRegistry, component: &[u8]) -> Result<Arc<Plugin>, Problem> {
    registry.load(component).map_err(refused)
}

/// A plugin that cannot be loaded, as a problem.
pub fn refused(error: PluginRegistryError) -> Problem {
    match error {
        PluginRegistryError::Host(error) => Problem::new("plugins cannot be run here")
            .cause(error)
            .hint("`--plugin-cache off` compiles without storing code"),
        PluginRegistryError::Load(LoadError::Host(error)) => Problem::own("the plugin could not be run").cause(error),
        PluginRegistryError::Load(error) => Problem::new("a service would refuse this plugin").cause(error),
        PluginRegistryError::Unreadable(error) => Problem::new("cannot read the plugin").cause(error),
    }
}

/// A ruleset whose plugins cannot be called, as a problem.
pub fn unbound(error: RequestError) -> Problem {
    Problem::new(error.to_string())
        .cause(deepest(&error))
        .hint("`shiftmill ruleset show` prints the configuration of the plugin")
}

/// An evaluation that a plugin stopped, as a problem.
pub fn stopped(stopped: Stopped) -> Problem {
    let cause = format!("{stopped} ({})", stopped.code());
    match stopped.is_retryable() {
        true => Problem::own("a plugin could not be run").cause(cause).hint("try again"),
        false => Problem::new("a plugin stopped the evaluation, and there are no results")
            .cause(cause)
            .hint("`shiftmill plugin test` shows details; `isolation = \"employee\"` keeps employees apart"),
    }
}

/// A plugin whose answer for one employee depends on others, as a problem.
pub fn dependent(found: &Dependence) -> Problem {
    Problem::new(format!("a service would refuse ruleset `{}` ({})", found.ruleset, Dependence::CODE))
        .cause(found)
        .hint("look for a `static` that changes, a cache, or iteration over a HashMap; `shiftmill plugin test` shows details")
}

/// Why a trial of a ruleset stopped, as a problem.
impl From<TrialError> for Problem {
    fn from(error: TrialError) -> Problem {
        match error {
            TrialError::Zones(why) => Problem::new("there is no time-zone data for these days").cause(why),
            TrialError::Unbound(why) => unbound(why),
            TrialError::Stopped(why) => stopped(why),
            TrialError::NotIndependent(found) => dependent(&found),
            TrialError::Untried { .. } => {
                Problem::new(format!("a service would refuse the ruleset ({})", error.code())).cause(error)
            }
            TrialError::Facts(_) | TrialError::Card { .. } | TrialError::Lost => Problem::own(with_cause(&error)),
        }
    }
}

/// The innermost cause.
fn deepest(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(further) = cause.source() {
        cause = further;
    }
    cause.to_string()
}

/// A plugin that a ruleset of `folder` names.
pub fn find(registry: &PluginRegistry, folder: &Path, which: PluginReference<'_>) -> Result<PluginFound, String> {
    let plugin = match which {
        PluginReference::Hash(hash) => registry.get(hash).ok_or("plugins are found by hash only in a service")?,
        PluginReference::File(name) => {
            if !is_file_name(name) {
                return Err("a plugin must be a file in the folder of its ruleset".to_owned());
            }
            registry.load_file(folder, name).map_err(|error| message(&error))?
        }
    };
    Ok(PluginFound { hash: plugin.hash(), manifest: Arc::clone(plugin.manifest()) })
}

fn message(error: &PluginRegistryError) -> String {
    match error {
        PluginRegistryError::Unreadable(error) if error.kind() == io::ErrorKind::NotFound => {
            String::from("there is no such file")
        }
        other => with_cause(other),
    }
}
