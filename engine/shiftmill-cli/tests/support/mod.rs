//! The program started in folders of their own, and plugins in them.
#![allow(dead_code, reason = "each test file uses a part")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests may fail loudly")]

pub mod service;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// A folder outside of the repository, empty, removed when dropped.
pub struct Place(pub PathBuf);

impl Place {
    pub fn new(name: &str) -> Place {
        let path = std::env::temp_dir().join(format!("shiftmill-plugin-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Place(path)
    }

    pub fn plugin(&self, name: &str) -> Plugin {
        Plugin { folder: self.0.join(name) }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub fn shiftmill(folder: &Path, arguments: &[&str]) -> Output {
    command(folder).args(arguments).args(["--plugin-cache", "off"]).output().unwrap()
}

/// The program, as a person would start it in a folder.
pub fn command(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_shiftmill"));
    command.current_dir(folder);
    // What cargo tells the tests of this repository is not meant for the crates of others.
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("CARGO_") && name != "CARGO_HOME" {
            command.env_remove(name);
        }
    }
    command.env("CARGO_NET_OFFLINE", "true");
    command
}

pub fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub fn all(output: &Output) -> String {
    format!("{}\n{}", out(output), String::from_utf8_lossy(&output.stderr))
}

pub fn json(output: &Output) -> Value {
    serde_json::from_str(&out(output)).unwrap_or_else(|error| panic!("{error}\n{}", all(output)))
}

/// The folder of a plugin.
pub struct Plugin {
    pub folder: PathBuf,
}

impl Plugin {
    pub fn run(&self, arguments: &[&str]) -> Output {
        shiftmill(&self.folder, arguments)
    }

    /// Runs a command that must end so.
    pub fn ends(&self, code: i32, arguments: &[&str]) -> Output {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}\n{}", all(&output));
        output
    }

    pub fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.folder.join(file)).unwrap()
    }

    pub fn has(&self, file: &str) -> bool {
        self.folder.join(file).is_file()
    }

    /// Puts something in place of what must be there.
    pub fn change(&self, file: &str, from: &str, to: &str) {
        let text = self.read(file);
        assert!(text.contains(from), "`{file}` does not hold `{from}`");
        std::fs::write(self.folder.join(file), text.replace(from, to)).unwrap();
    }
}
