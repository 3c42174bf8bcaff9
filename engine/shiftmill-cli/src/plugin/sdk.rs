//! The SDK, the examples and the documentation, which are part of this program. `shiftmill plugin new` unpacks them into a
//! project.

use std::fs;
use std::path::Path;

use crate::problem::Problem;

mod embedded {
    include!(concat!(env!("OUT_DIR"), "/embedded.rs"));
}

/// The folder of the unpacked files, from the folder of a project.
const UNPACKED: &str = ".shiftmill";

/// The folder of the SDK, from the folder of a project.
pub fn folder() -> String {
    format!("{UNPACKED}/{}", embedded::SDK)
}

/// Unpacks all files into a project.
pub fn unpack(project: &Path) -> Result<(), Problem> {
    let top = project.join(UNPACKED);
    for (name, text) in embedded::FILES {
        let path = name.split('/').fold(top.clone(), |path, part| path.join(part));
        let text = with_unpacked_paths(name, text);
        let written = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&path, text));
        written.map_err(|error| Problem::new(format!("cannot write `{}`", path.display())).cause(error))?;
    }
    Ok(())
}

/// A file as it is unpacked: links and dependencies that point to the SDK get the name of its unpacked folder.
fn with_unpacked_paths(name: &str, text: &str) -> String {
    match name.ends_with(".md") || name.ends_with("/Cargo.toml") {
        true => text.replace("../plugin-sdk", &format!("../{}", embedded::SDK)),
        false => text.to_owned(),
    }
}
