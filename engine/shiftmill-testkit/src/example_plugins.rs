//! Example plugins, built as a consultant would build them: cargo makes a module, the host a component.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use shiftmill_plugin_host::componentise;

/// What plugins are compiled for.
const TARGET: &str = "wasm32-unknown-unknown";

/// The folder of the example plugins.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins")
}

/// Compiles crates of the workspace in one go and writes each as `plugins/NAME/NAME.wasm`, as their rulesets name it.
/// `target` is where cargo builds; it must not be the folder of the build that waits for this one.
///
/// # Errors
/// The error of cargo or of the contract.
pub fn build(names: &[&str], target: &Path) -> Result<(), String> {
    ensure_target()?;
    let mut cargo = command("CARGO", "cargo");
    cargo.args(["build", "--locked", "--release", "--target", TARGET, "--target-dir"]).arg(target);
    names.iter().for_each(|name| {
        cargo.args(["--package", name]);
    });
    // As the projects of consultants have it; the workspace is built otherwise.
    cargo.args(["--config", "profile.release.lto=true", "--config", "profile.release.codegen-units=1"]);
    // The environment of the outer cargo build must not affect this one.
    cargo.env_remove("CARGO_ENCODED_RUSTFLAGS").env_remove("RUSTFLAGS").env_remove("CARGO_BUILD_TARGET");
    run(&mut cargo)?;
    for name in names {
        let module = target.join(TARGET).join("release").join(format!("{}.wasm", name.replace('-', "_")));
        finish(&module, name, name)?;
    }
    Ok(())
}

/// Makes the module of a plugin `plugins/FOLDER/NAME.wasm`.
///
/// # Errors
/// The mistakes of the plugin.
pub fn finish(module: &Path, folder_name: &str, name: &str) -> Result<(), String> {
    let bytes = fs::read(module).map_err(|error| format!("cannot read `{}`: {error}", module.display()))?;
    let component = componentise(&bytes).map_err(|error| format!("`{name}` is no plugin: {error}"))?;
    let file = folder().join(folder_name).join(format!("{name}.wasm"));
    if fs::read(&file).is_ok_and(|before| before == component) {
        return Ok(());
    }
    fs::write(&file, component).map_err(|error| format!("cannot write `{}`: {error}", file.display()))
}

/// The compiler must have what plugins are compiled for; rustup adds it where it is missing.
fn ensure_target() -> Result<(), String> {
    let exact = format!("rustup target add {TARGET}");
    if has_target()? {
        return Ok(());
    }
    let added = Command::new("rustup").args(["target", "add", TARGET]).current_dir(folder()).output();
    match added {
        Ok(_) if has_target()? => Ok(()),
        _ => Err(format!("the compiler cannot build for {TARGET} yet: run `{exact}`")),
    }
}

fn has_target() -> Result<bool, String> {
    let mut compiler = command("RUSTC", "rustc");
    let asked = run(compiler.args(["--print", "target-libdir", "--target", TARGET]))?;
    Ok(Path::new(asked.trim()).is_dir())
}

fn command(variable: &str, program: &str) -> Command {
    let mut command = Command::new(env::var_os(variable).unwrap_or_else(|| OsString::from(program)));
    command.current_dir(folder());
    command
}

/// The output of a program, or its error.
fn run(command: &mut Command) -> Result<String, String> {
    let name = command.get_program().display().to_string();
    let ran = command.output().map_err(|error| format!("cannot run `{name}`: {error}"))?;
    match ran.status.success() {
        true => Ok(String::from_utf8_lossy(&ran.stdout).into_owned()),
        false => Err(format!("`{name}` fails:\n{}", String::from_utf8_lossy(&ran.stderr))),
    }
}
