//! What the author of a plugin needs, which the program carries: the sources of the SDK, the examples, the documentation.
//! They are unpacked beside a project.

use std::fs;
use std::path::Path;

use crate::problem::Problem;

mod carried {
    include!(concat!(env!("OUT_DIR"), "/carried.rs"));
}

/// Where everything is unpacked, from the folder of a project.
const UNPACKED: &str = ".shiftmill";

/// The folder of the SDK, from the folder of a project.
pub fn folder() -> String {
    format!("{UNPACKED}/{}", carried::SDK)
}

/// Unpacks everything into a project.
pub fn unpack(project: &Path) -> Result<(), Problem> {
    let top = project.join(UNPACKED);
    for (name, text) in carried::FILES {
        let path = name.split('/').fold(top.clone(), |path, part| path.join(part));
        let text = under_its_name_here(name, text);
        let written = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&path, text));
        written.map_err(|error| Problem::new(format!("cannot write `{}`", path.display())).cause(error))?;
    }
    Ok(())
}

/// A file as it is unpacked: pages and crates that point to the SDK find it under the name that it has here.
fn under_its_name_here(name: &str, text: &str) -> String {
    match name.ends_with(".md") || name.ends_with("/Cargo.toml") {
        true => text.replace("../plugin-sdk", &format!("../{}", carried::SDK)),
        false => text.to_owned(),
    }
}
