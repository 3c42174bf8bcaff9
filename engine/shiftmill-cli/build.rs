//! Embeds the sources of the SDK, the examples and the documentation in the program. `shiftmill plugin new` unpacks them
//! into a project, so that it builds on any machine and has its documentation.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

/// Folders and files that are not embedded.
const LEFT_OUT: [&str; 6] = ["target", "tests", "benches", "examples", "Cargo.lock", ".gitignore"];

fn main() -> Result<(), Box<dyn Error>> {
    let home = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?).join("../..").canonicalize()?;
    println!("cargo::rerun-if-changed=build.rs");

    let sdk = home.join("plugin-sdk");
    let version = version(&sdk)?;
    let unpacked = format!("sdk-{version}");
    let mut files = vec![(format!("{unpacked}/LICENSE"), home.join("LICENSE"))];
    for (folder, name) in [(sdk, unpacked.as_str()), (home.join("docs"), "docs"), (home.join("plugins"), "plugins")] {
        println!("cargo::rerun-if-changed={}", folder.display());
        gather(&folder, name, &mut files)?;
    }
    files.sort();
    let mut source = format!("pub const SDK: &str = {unpacked:?};\n");
    source.push_str("pub const FILES: &[(&str, &str)] = &[\n");
    for (name, path) in files {
        source.push_str(&format!("    ({name:?}, include_str!({:?})),\n", path.display().to_string()));
    }
    source.push_str("];\n");
    fs::write(PathBuf::from(std::env::var("OUT_DIR")?).join("embedded.rs"), source)?;
    Ok(())
}

/// Collects all files of a folder, with their names below `name` and `/` between folders.
fn gather(folder: &Path, name: &str, files: &mut Vec<(String, PathBuf)>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let own = path.file_name().map(|own| own.to_string_lossy().into_owned()).unwrap_or_default();
        if LEFT_OUT.contains(&own.as_str()) || own.ends_with(".wasm") {
            continue;
        }
        let name = format!("{name}/{own}");
        if path.is_dir() {
            gather(&path, &name, files)?;
        } else {
            files.push((name, path));
        }
    }
    Ok(())
}

/// The version of the SDK, from its manifest.
fn version(sdk: &Path) -> Result<String, Box<dyn Error>> {
    let manifest = fs::read_to_string(sdk.join("Cargo.toml"))?;
    let line = manifest.lines().find_map(|line| line.strip_prefix("version = \"")?.strip_suffix('"'));
    Ok(line.ok_or("plugin-sdk/Cargo.toml states no version")?.to_owned())
}
