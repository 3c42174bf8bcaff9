//! A file that is replaced as a whole: it is written beside its place and moved there when it is complete. A full disk or a
//! stop leaves the file that was there before.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A file on its way to its place.
#[derive(Debug)]
pub struct Replacing {
    file: File,
    beside: PathBuf,
    place: PathBuf,
}

impl Replacing {
    /// Opens a file beside the place of `name`. What is behind a symbolic link is replaced, not the link. `None` for what
    /// cannot be replaced, such as a pipe or a device.
    pub fn open(name: &str) -> io::Result<Option<Replacing>> {
        // A file that does not exist yet has its place where it is named.
        let place = fs::canonicalize(name).unwrap_or_else(|_| PathBuf::from(name));
        let before = fs::metadata(&place).ok();
        if before.as_ref().is_some_and(|before| !before.is_file()) {
            return Ok(None);
        }
        let file_name = place.file_name().ok_or_else(|| io::Error::from(io::ErrorKind::InvalidFilename))?;
        let beside = place.with_file_name(format!(".{}.{}.part", file_name.to_string_lossy(), std::process::id()));
        let file = OpenOptions::new().write(true).create_new(true).open(&beside)?;
        let replacing = Replacing { file, beside, place };
        if let Some(before) = before {
            fs::set_permissions(&replacing.beside, before.permissions())?;
        }
        Ok(Some(replacing))
    }

    /// Moves the complete file to its place.
    pub fn finish(self) -> io::Result<()> {
        self.file.sync_all()?;
        fs::rename(&self.beside, &self.place)
    }
}

impl Write for Replacing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Replacing {
    fn drop(&mut self) {
        // It is not there any more when it was moved.
        let _moved = fs::remove_file(&self.beside);
    }
}

/// True when two names stand for one file.
pub fn is_same(one: &str, other: &str) -> bool {
    let real = |name: &str| fs::canonicalize(Path::new(name)).ok();
    real(one).is_some_and(|one| real(other) == Some(one))
}
