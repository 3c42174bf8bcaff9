//! A folder of compiled code: one file for each component and version of the engine. A file is used only when its seal is
//! valid, and the seal needs a key that only the owner of the folder can read.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use hmac::{Hmac, Mac};
use sha2::Sha256;
use shiftmill_core::PluginHash;
use wasmtime::Engine;

use super::admit::OwnCode;
use super::outcome::{self, Outcome};
use crate::engine::code_version;
use crate::folder_file::{open_file_in, read_file_in, read_up_to};
use crate::settings::HostError;

/// Bytes of a seal, and of the key.
const SEAL_BYTES: usize = 32;
/// Bytes of a file. This program compiles no larger code.
const CODE_BYTES_MAX: usize = 128 << 20;
const KEY_FILE: &str = "key";

/// A folder of compiled code. Its files may be deleted at any time.
pub(super) struct Cache {
    folder: PathBuf,
    key: [u8; SEAL_BYTES],
    version: u64,
}

impl std::fmt::Debug for Cache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cache").field("folder", &self.folder).finish_non_exhaustive()
    }
}

/// Code with a verified seal.
pub(super) struct SealedCode(Vec<u8>);

impl SealedCode {
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

impl Cache {
    /// Opens the folder, and creates it when it does not exist.
    ///
    /// # Errors
    /// When users other than its owner can access it.
    pub(super) fn open(folder: &Path, engine: &Engine, floats_allowed: bool) -> Result<Cache, HostError> {
        let problem = |error: io::Error| HostError::new(format!("cache folder `{}`: {error}", folder.display()));
        make_private(folder).map_err(problem)?;
        check_folder(folder).map_err(problem)?;
        let key = key(folder).map_err(problem)?;
        Ok(Cache { folder: folder.to_owned(), key, version: code_version(engine) ^ u64::from(floats_allowed) })
    }

    /// The outcome of compiling a component. `None` when there is no file, or its seal is not valid.
    pub(super) fn get(&self, hash: PluginHash) -> Option<Outcome<OwnCode>> {
        let mut seal = read_file_in(&self.folder, &self.file_name(hash), CODE_BYTES_MAX).ok()?;
        let sealed = seal.split_off(SEAL_BYTES.min(seal.len()));
        self.sealing(hash, &[&sealed])?.verify_slice(&seal).ok()?;
        Some(outcome::read(sealed)?.map(|code| OwnCode::kept(SealedCode(code))))
    }

    /// Stores the outcome of compiling a component. When that fails, the component is compiled again the next time.
    pub(super) fn put(&self, hash: PluginHash, outcome: &Outcome<OwnCode>, code: &OwnCode) {
        let findings = outcome::written(&outcome.report, &outcome.places);
        let Some(sealing) = self.sealing(hash, &[&findings, code.bytes()]) else { return };
        let seal = sealing.finalize().into_bytes();
        let _kept =
            write_whole(&self.folder, &self.folder.join(self.file_name(hash)), &[&seal, &findings, code.bytes()]);
    }

    fn file_name(&self, hash: PluginHash) -> String {
        format!("{hash}-{:016x}.code", self.version)
    }

    /// The seal over the component, the version of the engine and the outcome.
    fn sealing(&self, hash: PluginHash, outcome: &[&[u8]]) -> Option<Hmac<Sha256>> {
        let mut sealing = Hmac::<Sha256>::new_from_slice(&self.key).ok()?;
        sealing.update(b"shiftmill compiled plugin\0");
        sealing.update(&hash.0);
        sealing.update(&self.version.to_le_bytes());
        outcome.iter().for_each(|part| sealing.update(part));
        Some(sealing)
    }
}

/// The key of the folder, which is created when there is none.
fn key(folder: &Path) -> io::Result<[u8; SEAL_BYTES]> {
    let file = match open_file_in(folder, KEY_FILE) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            make_key(folder)?;
            open_file_in(folder, KEY_FILE)
        }
        opened => opened,
    };
    let named = |error: io::Error| io::Error::other(format!("`{KEY_FILE}`: {error}"));
    let file = file.map_err(named)?;
    check_private(&file, KEY_FILE.as_ref())?;
    let bytes = read_up_to(file, SEAL_BYTES).map_err(named)?;
    bytes.try_into().map_err(|_| io::Error::other(format!("`{KEY_FILE}` does not have {SEAL_BYTES} bytes")))
}

fn make_key(folder: &Path) -> io::Result<()> {
    let mut key = [0; SEAL_BYTES];
    getrandom::fill(&mut key).map_err(io::Error::other)?;
    // Another process may be first. Then its key is used. The link makes the file appear with its whole content.
    let ours = write_beside(folder, &[&key])?;
    let _first = fs::hard_link(&ours, folder.join(KEY_FILE));
    fs::remove_file(&ours)
}

/// Writes the whole file, or nothing.
fn write_whole(folder: &Path, path: &Path, parts: &[&[u8]]) -> io::Result<()> {
    let written = write_beside(folder, parts)?;
    fs::rename(&written, path).inspect_err(|_| {
        let _removed = fs::remove_file(&written);
    })
}

/// Writes a new file with a unique name.
fn write_beside(folder: &Path, parts: &[&[u8]]) -> io::Result<PathBuf> {
    let mut name = [0; 8];
    getrandom::fill(&mut name).map_err(io::Error::other)?;
    let path = folder.join(format!("{:016x}.part", u64::from_le_bytes(name)));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    private(&mut options);
    let mut file = options.open(&path)?;
    let written = parts.iter().try_for_each(|part| file.write_all(part)).and_then(|()| file.sync_all());
    written.map(|()| path.clone()).inspect_err(|_| {
        let _removed = fs::remove_file(&path);
    })
}

#[cfg(unix)]
fn private(options: &mut OpenOptions) {
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
}

#[cfg(unix)]
fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}

/// Checks that only its owner, the user of this process, can read or change it.
#[cfg(unix)]
fn check_private(opened: &File, path: &Path) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt;
    let found = opened.metadata()?;
    let name = path.file_name().unwrap_or(path.as_os_str()).display();
    if found.mode() & 0o077 != 0 {
        return Err(io::Error::other(format!("`{name}` can be read or changed by others: `chmod go-rwx` it")));
    }
    match found.uid() == rustix::process::geteuid().as_raw() {
        true => Ok(()),
        false => Err(io::Error::other(format!("`{name}` belongs to another user"))),
    }
}

#[cfg(not(unix))]
fn private(_: &mut OpenOptions) {}

#[cfg(not(unix))]
fn make_private(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).create(folder)
}

#[cfg(unix)]
fn check_folder(folder: &Path) -> io::Result<()> {
    check_private(&File::open(folder)?, folder)
}

/// On other systems the folders of a user are private by default.
#[cfg(not(unix))]
fn check_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
fn check_private(_: &File, _: &Path) -> io::Result<()> {
    Ok(())
}
