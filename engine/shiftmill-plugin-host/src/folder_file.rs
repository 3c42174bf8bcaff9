//! Reads files of a folder whose content may come from others, such as a folder of rulesets: a regular file inside the
//! folder, opened once, read up to a limit.
//!
//! A pipe would block its reader for ever, a device may do anything, and a link may lead to a file that is none of the
//! folder. A path that is checked first and opened later may be another file by then, so the open file itself is checked.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Component, Path};

/// Bytes of a ruleset, or of a suite of timecards.
const TEXT_BYTES_MAX: usize = 4 << 20;

/// True for the plain name of a file: it cannot lead out of a folder.
pub fn is_file_name(name: &str) -> bool {
    let mut parts = Path::new(name).components();
    let is_plain = matches!((parts.next(), parts.next()), (Some(Component::Normal(_)), None));
    is_plain && !name.contains(['/', '\\', ':'])
}

/// The content of a file of a folder.
///
/// # Errors
/// When the name is not a plain one, the file is not a regular file inside the folder, it has more than `bytes_max` bytes,
/// or it cannot be read.
pub fn read_file_in(folder: &Path, name: &str, bytes_max: usize) -> io::Result<Vec<u8>> {
    read_up_to(open_file_in(folder, name)?, bytes_max)
}

/// The text of a file of a folder, of at most 4 MiB.
///
/// # Errors
/// Those of [`read_file_in`], and when it is not UTF-8.
pub fn read_text_in(folder: &Path, name: &str) -> io::Result<String> {
    let bytes = read_file_in(folder, name, TEXT_BYTES_MAX)?;
    String::from_utf8(bytes).map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8 text"))
}

/// Opens a file of a folder.
pub(crate) fn open_file_in(folder: &Path, name: &str) -> io::Result<File> {
    if !is_file_name(name) {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not the name of a file in this folder"));
    }
    // The empty path is the folder of a file that was named without one.
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let file = open_beneath(folder, name)?;
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(not_a_file()),
    }
}

/// The content of an open file.
pub(crate) fn read_up_to(file: File, bytes_max: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(bytes_max as u64 + 1).read_to_end(&mut bytes)?;
    match bytes.len() <= bytes_max {
        true => Ok(bytes),
        false => Err(io::Error::other(format!("it has more than {bytes_max} bytes"))),
    }
}

fn not_a_file() -> io::Error {
    io::Error::other("it is not a regular file inside its folder")
}

/// On Linux, links are followed within the folder: some systems deploy files as links to a folder beside them. Elsewhere no
/// link is followed. `NONBLOCK` keeps a pipe from blocking before it is refused.
#[cfg(unix)]
fn open_beneath(folder: &Path, name: &str) -> io::Result<File> {
    use rustix::fs::{Mode, OFlags, open, openat};
    use rustix::io::Errno;
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
    let folder = open(folder, OFlags::RDONLY | OFlags::CLOEXEC | OFlags::DIRECTORY, Mode::empty())?;
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{ResolveFlags, openat2};
        match openat2(&folder, name, flags, Mode::empty(), ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS) {
            // The kernel, or a filter of the container, does not know the call.
            Err(Errno::NOSYS | Errno::PERM) => {}
            opened => return opened.map(File::from).map_err(refused),
        }
    }
    openat(&folder, name, flags | OFlags::NOFOLLOW, Mode::empty()).map(File::from).map_err(refused)
}

/// A link out of the folder, a link where none is followed, and a socket have errors of their own.
#[cfg(unix)]
fn refused(error: rustix::io::Errno) -> io::Error {
    use rustix::io::Errno;
    match error {
        Errno::XDEV | Errno::LOOP | Errno::NXIO => not_a_file(),
        other => other.into(),
    }
}

/// Other systems have no such call: the file is checked before it is opened.
#[cfg(not(unix))]
fn open_beneath(folder: &Path, name: &str) -> io::Result<File> {
    let path = folder.join(name);
    match std::fs::symlink_metadata(&path)?.is_file() {
        true => File::open(path),
        false => Err(not_a_file()),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use super::*;

    fn fresh_folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("shiftmill-{name}-{}", std::process::id()));
        let _gone = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.join("inside")).unwrap();
        folder.join("inside")
    }

    #[test]
    fn a_name_does_not_leave_its_folder() {
        for name in ["", ".", "..", "../x.toml", "/etc/passwd", "a/b.toml", r"a\b.toml", "c:x.toml"] {
            assert!(!is_file_name(name), "{name}");
            assert_eq!(read_file_in(Path::new("."), name, 9).unwrap_err().kind(), io::ErrorKind::InvalidInput);
        }
        assert!(is_file_name("north.toml") && is_file_name("..toml"));
    }

    #[test]
    fn a_file_is_read_up_to_its_limit() {
        let folder = fresh_folder("limit");
        fs::write(folder.join("a.toml"), "12345").unwrap();
        assert_eq!(read_file_in(&folder, "a.toml", 5).unwrap(), b"12345");
        assert_eq!(read_file_in(&folder, "a.toml", 4).unwrap_err().to_string(), "it has more than 4 bytes");
        assert_eq!(read_file_in(&folder, "b.toml", 4).unwrap_err().kind(), io::ErrorKind::NotFound);
        fs::write(folder.join("c.toml"), [0xff]).unwrap();
        assert_eq!(read_text_in(&folder, "c.toml").unwrap_err().to_string(), "it is not UTF-8 text");
        fs::remove_dir_all(folder.parent().unwrap()).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn pipes_devices_folders_and_links_out_of_the_folder_are_not_files() {
        use std::os::unix::fs::symlink;
        let folder = fresh_folder("odd");
        let mode = rustix::fs::Mode::from_raw_mode(0o600);
        rustix::fs::mkfifoat(rustix::fs::CWD, folder.join("pipe.toml"), mode).unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(folder.join("socket.toml")).unwrap();
        fs::create_dir(folder.join("folder.toml")).unwrap();
        fs::write(folder.join("../outside.toml"), "secret").unwrap();
        symlink("../outside.toml", folder.join("out.toml")).unwrap();
        symlink("/dev/zero", folder.join("zero.toml")).unwrap();
        symlink("loop.toml", folder.join("loop.toml")).unwrap();
        for name in ["pipe.toml", "socket.toml", "folder.toml", "out.toml", "zero.toml", "loop.toml"] {
            let error = read_file_in(&folder, name, 1 << 20).unwrap_err();
            assert_eq!(error.to_string(), "it is not a regular file inside its folder", "{name}");
        }
        fs::write(folder.join("real.toml"), "name").unwrap();
        symlink("real.toml", folder.join("near.toml")).unwrap();
        if cfg!(target_os = "linux") {
            assert_eq!(read_text_in(&folder, "near.toml").unwrap(), "name");
        }
        fs::remove_dir_all(folder.parent().unwrap()).unwrap();
    }
}
