//! Runs cargo and the compiler of this machine. Nothing is installed without `--add-target`.

use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use clap::Args;
use serde_json::Value;

use crate::problem::Problem;

/// The compilation target of plugins.
const TARGET: &str = "wasm32-unknown-unknown";

/// Arguments for cargo.
#[derive(Clone, Debug, Default, Args)]
pub struct CargoArguments {
    /// Build with the versions of `Cargo.lock`, and fail where they do not fit.
    #[arg(long)]
    pub locked: bool,
    /// Add the compilation target with rustup when it is missing.
    #[arg(long)]
    pub add_target: bool,
    /// The build folder of cargo. Default: `target` in the project.
    #[arg(long, value_name = "DIR")]
    pub target_dir: Option<PathBuf>,
}

/// A crate that is a plugin.
#[derive(Clone, Debug)]
pub struct Package {
    /// The folder of its manifest.
    folder: PathBuf,
    /// The root folder of the workspace. Cargo names files from there.
    root: PathBuf,
    /// Its name, which is also the name of the plugin.
    pub name: String,
}

/// The outcome of native tests.
#[derive(Clone, Debug)]
pub struct NativeTests {
    /// The number of passed tests.
    pub passed: u64,
    /// The output of the tests, when any failed.
    pub failed: Option<String>,
}

impl Package {
    /// The package of a folder.
    pub fn find(folder: &Path) -> Result<Package, Problem> {
        let manifest = folder.join("Cargo.toml");
        if !manifest.is_file() {
            return Err(Problem::new(format!("there is no plugin in `{}`", folder.display()))
                .cause("it has no Cargo.toml")
                .hint("`shiftmill plugin new NAME` creates one; `--module FILE` uses the module of another compiler"));
        }
        let arguments = ["metadata", "--no-deps", "--format-version", "1", "--manifest-path"];
        let asked =
            cargo(folder).args(arguments).arg("Cargo.toml").stderr(Stdio::piped()).output().map_err(no_cargo)?;
        let unread = |cause: String| Problem::new(format!("cargo cannot read `{}`", manifest.display())).cause(cause);
        if !asked.status.success() {
            return Err(unread(last_lines(&asked.stderr)));
        }
        let metadata: Value = serde_json::from_slice(&asked.stdout).map_err(|error| unread(error.to_string()))?;
        let own = std::fs::canonicalize(&manifest).unwrap_or(manifest.clone());
        let is_own = |package: &&Value| {
            let path = text_of(package, "/manifest_path").map(PathBuf::from).unwrap_or_default();
            std::fs::canonicalize(&path).unwrap_or(path) == own
        };
        let packages = metadata.get("packages").and_then(Value::as_array);
        let package = packages.and_then(|packages| packages.iter().find(is_own));
        let name = package.and_then(|package| text_of(package, "/name"));
        let name = name.ok_or_else(|| {
            unread(String::from("it is a workspace without a package"))
                .hint("give the folder of the crate of the plugin")
        })?;
        let root = text_of(&metadata, "/workspace_root").map_or_else(|| folder.to_path_buf(), PathBuf::from);
        Ok(Package { folder: folder.to_path_buf(), root, name: name.to_owned() })
    }

    /// Compiles the crate to a WebAssembly module and returns its path. The compiler writes its messages to standard error.
    pub fn compile(&self, arguments: &CargoArguments) -> Result<PathBuf, Problem> {
        self.ensure_target(arguments.add_target)?;
        let mut command = self.cargo_with("build", arguments);
        command.args(["--release", "--lib", "--target", TARGET, "--message-format", "json-render-diagnostics"]);
        command.arg("--config").arg(self.without_own_path());
        let built = command.stderr(Stdio::inherit()).output().map_err(no_cargo)?;
        if !built.status.success() {
            return Err(Problem::new(format!("plugin `{}` does not compile", self.name))
                .cause("see the messages of the compiler above")
                .hint("nothing was built; the earlier build was removed because it does not match the sources"));
        }
        let messages = String::from_utf8_lossy(&built.stdout);
        let mut modules = messages.lines().filter_map(|line| self.module_of(line));
        modules.next_back().ok_or_else(|| {
            Problem::new(format!("`{}` compiles, but not to a plugin", self.name))
                .cause("its library is not a `cdylib`")
                .hint("write `crate-type = [\"cdylib\"]` below `[lib]` in Cargo.toml")
        })
    }

    /// Removes the folder of the project from file names, so that the same sources give the same plugin in every folder,
    /// and the plugin does not show where it was built.
    fn without_own_path(&self) -> String {
        let flag = Value::from(format!("--remap-path-prefix={}=", self.root.display()));
        format!("target.{TARGET}.rustflags=[{flag}]")
    }

    /// The module of this crate that a message of cargo names.
    fn module_of(&self, message: &str) -> Option<PathBuf> {
        let message: Value = serde_json::from_str(message).ok()?;
        let is_artifact = text_of(&message, "/reason") == Some("compiler-artifact");
        let kinds = message.pointer("/target/kind")?.as_array()?;
        let is_plugin = kinds.iter().any(|kind| kind == "cdylib") && self.is_of(&message);
        let files = message.get("filenames")?.as_array()?.iter().filter_map(Value::as_str);
        let module = files.into_iter().find(|file| file.ends_with(".wasm"))?;
        (is_artifact && is_plugin).then(|| PathBuf::from(module))
    }

    fn is_of(&self, message: &Value) -> bool {
        let path = text_of(message, "/manifest_path").map(PathBuf::from).unwrap_or_default();
        let same = |path: PathBuf| std::fs::canonicalize(&path).unwrap_or(path);
        same(path) == same(self.folder.join("Cargo.toml"))
    }

    /// Runs the crate's own tests on this machine, without a sandbox.
    pub fn test(&self, arguments: &CargoArguments) -> Result<NativeTests, Problem> {
        let ran = self.cargo_with("test", arguments).stderr(Stdio::inherit()).output().map_err(no_cargo)?;
        let output = String::from_utf8_lossy(&ran.stdout);
        let passed = output.lines().filter_map(passed_of).sum();
        let failed = (!ran.status.success()).then(|| output.trim_end().to_owned());
        Ok(NativeTests { passed, failed })
    }

    fn cargo_with(&self, what: &str, arguments: &CargoArguments) -> Command {
        let mut command = cargo(&self.folder);
        command.arg(what);
        // Only a terminal shows progress.
        if !io::stderr().is_terminal() {
            command.arg("--quiet");
        }
        let target_dir = arguments.target_dir.clone().unwrap_or_else(|| PathBuf::from("target"));
        let target_dir = std::path::absolute(&target_dir).unwrap_or(target_dir);
        match arguments.target_dir {
            Some(_) => command.arg("--target-dir").arg(target_dir),
            None => command.args(["--target-dir", "target"]),
        };
        if arguments.locked {
            command.arg("--locked");
        }
        command
    }

    /// Checks that the compiler has the target of plugins, and installs it when `add` is set.
    fn ensure_target(&self, add: bool) -> Result<(), Problem> {
        if self.has_target()? {
            return Ok(());
        }
        let exact = format!("rustup target add {TARGET}");
        if !add {
            return Err(Problem::new(format!("the compiler cannot build for {TARGET} yet"))
                .cause("this part of the Rust toolchain is not installed")
                .hint(format!("run `{exact}` in this folder, or give `--add-target` to run it from here")));
        }
        let mut rustup = Command::new("rustup");
        rustup.args(["target", "add", TARGET]).current_dir(&self.folder).stdout(Stdio::from(io::stderr()));
        match rustup.status() {
            Ok(status) if status.success() && self.has_target()? => Ok(()),
            Ok(_) => Err(Problem::new(format!("`{exact}` did not work")).cause("see the messages of rustup above")),
            Err(error) => Err(Problem::new(format!("cannot run `{exact}`")).cause(error).hint(
                "Rust from https://rustup.rs includes rustup; other distributions of Rust have a package for the target",
            )),
        }
    }

    fn has_target(&self) -> Result<bool, Problem> {
        let compiler = std::env::var_os("RUSTC").unwrap_or_else(|| OsString::from("rustc"));
        let mut command = Command::new(compiler);
        command.args(["--print", "target-libdir", "--target", TARGET]).current_dir(&self.folder);
        let asked = command.output().map_err(|error| no_rust("rustc", &error))?;
        if !asked.status.success() {
            return Err(Problem::new("the Rust compiler does not work").cause(last_lines(&asked.stderr)));
        }
        Ok(PathBuf::from(String::from_utf8_lossy(&asked.stdout).trim()).is_dir())
    }
}

/// A text in a message of cargo.
fn text_of<'a>(value: &'a Value, at: &str) -> Option<&'a str> {
    value.pointer(at).and_then(Value::as_str)
}

fn cargo(folder: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")));
    command.current_dir(folder).stdin(Stdio::null());
    command
}

fn no_cargo(error: io::Error) -> Problem {
    no_rust("cargo", &error)
}

fn no_rust(program: &str, error: &io::Error) -> Problem {
    Problem::new(format!("cannot run `{program}`"))
        .cause(error)
        .hint("plugins are built with Rust; install it from https://rustup.rs")
}

/// The last lines of the output of a program.
fn last_lines(output: &[u8]) -> String {
    let text = String::from_utf8_lossy(output);
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.get(lines.len().saturating_sub(6)..).unwrap_or(&[]).join("; ")
}

/// `test result: ok. 3 passed; 0 failed; ...`
fn passed_of(line: &str) -> Option<u64> {
    let (_, rest) = line.strip_prefix("test result: ")?.split_once(". ")?;
    rest.split_once(" passed")?.0.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_module_is_that_of_the_crate_itself() {
        let folder = PathBuf::from("/nowhere/acme");
        let package = Package { root: folder.clone(), folder, name: String::from("acme") };
        let message = |manifest: &str, kind: &str| {
            serde_json::json!({
                "reason": "compiler-artifact", "manifest_path": manifest, "target": { "kind": [kind] },
                "filenames": ["/nowhere/acme.d", "/nowhere/acme.wasm"],
            })
        };
        let found = |manifest, kind| package.module_of(&message(manifest, kind).to_string());
        assert_eq!(found("/nowhere/acme/Cargo.toml", "cdylib"), Some(PathBuf::from("/nowhere/acme.wasm")));
        assert_eq!(found("/nowhere/other/Cargo.toml", "cdylib"), None);
        assert_eq!(found("/nowhere/acme/Cargo.toml", "rlib"), None);
        assert_eq!(package.module_of("not JSON"), None);
    }

    #[test]
    fn passed_tests_are_counted() {
        assert_eq!(passed_of("test result: ok. 3 passed; 0 failed; 0 ignored"), Some(3));
        assert_eq!(passed_of("running 3 tests"), None);
    }
}
