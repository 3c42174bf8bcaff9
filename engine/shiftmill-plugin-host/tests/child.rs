//! Compiling in a child and keeping code. This program is its own child: started with `compile` it compiles.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::expect_used,
    reason = "a test that cannot go on fails"
)]

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use shiftmill_guests::Guest;
use shiftmill_plugin_host::{Compiler, Host, HostSettings, LoadError, compile_child};

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some("compile") {
        return compile_child();
    }
    let tests: [(&str, fn()); 6] = [
        ("a child compiles", a_child_compiles),
        ("a child that fails costs one plugin", a_child_that_fails_costs_one_plugin),
        ("a child that takes too much is ended", a_child_that_takes_too_much_is_ended),
        ("code is kept and found again", code_is_kept_and_found_again),
        ("a changed file is not believed", a_changed_file_is_not_believed),
        ("a folder that others can read is refused", a_folder_that_others_can_read_is_refused),
    ];
    for (name, test) in tests {
        test();
        println!("test {name} ... ok");
    }
    ExitCode::SUCCESS
}

fn in_child() -> Compiler {
    let program = std::env::current_exe().unwrap();
    Compiler::Child { program, arguments: vec![OsString::from("compile")] }
}

fn run(script: &str) -> Compiler {
    Compiler::Child { program: PathBuf::from("/bin/sh"), arguments: ["-c", script].map(OsString::from).to_vec() }
}

fn host(compiler: Compiler, cache: Option<&Path>) -> Host {
    let cache = cache.map(Path::to_owned);
    Host::new(HostSettings { compiler, cache, ..HostSettings::default() }).unwrap()
}

/// A new folder with this name.
fn fresh_folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("shiftmill-{name}-{}", std::process::id()));
    let _gone = fs::remove_dir_all(&folder);
    folder
}

/// The files of compiled code in a folder.
fn code_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = entries.filter(|path| path.extension().is_some_and(|it| it == "code")).collect();
    files.sort();
    files
}

fn a_child_compiles() {
    let component = Guest::honest("honest").component();
    let plugin = host(in_child(), None).load(&component).unwrap();
    assert_eq!(plugin.title(), "honest 0.1.0");
    let here = host(Compiler::ThisProcess, None).load(&component).unwrap();
    assert_eq!(plugin.code_bytes(), here.code_bytes());
}

fn a_child_that_fails_costs_one_plugin() {
    let component = Guest::honest("honest").component();
    let why = |compiler| match host(compiler, None).load(&component).unwrap_err() {
        LoadError::Uncompiled(why) => why,
        other => panic!("{other}"),
    };
    let missing = Compiler::Child { program: PathBuf::from("/no/such/program"), arguments: Vec::new() };
    assert!(why(missing).contains("cannot start the compiler"));
    if cfg!(unix) {
        assert_eq!(why(run("cat > /dev/null; echo too odd >&2; exit 1")), "too odd");
        assert!(why(run("exit 0")).contains("another version"));
        assert!(why(run("cat > /dev/null; kill -9 $$")).contains("more time or memory"));
        assert!(why(run("cat > /dev/null; printf 'SMCODE1\\n12345678code'")).contains("another version"));
    }
}

fn a_child_that_takes_too_much_is_ended() {
    // Every loop may have changed every variable, and all are read after the last one.
    let variables: String = (0..1_500).map(|local| format!("(drop (local.get {local}))")).collect();
    let loops = "(loop $again (br_if $again (local.get 0)))".repeat(1_000);
    let fields = format!("(func (local {}) {loops} {variables})", "i32 ".repeat(1_500));
    let component = Guest::honest("greedy").with(|guest| guest.fields = fields).component();
    let refused = host(in_child(), None).load(&component).unwrap_err();
    let told = refused.to_string();
    if cfg!(target_os = "linux") {
        assert_eq!(told, "the plugin cannot be compiled: compiling it needs more than 129 MiB of memory");
    }
}

fn code_is_kept_and_found_again() {
    let folder = fresh_folder("kept");
    let component = Guest::honest("honest").component();
    host(in_child(), Some(&folder)).load(&component).unwrap();
    assert_eq!(code_files(&folder).len(), 1);
    // The compiler is not called, so it may be one that fails.
    let no_compiler = Compiler::Child { program: PathBuf::from("/no/such/program"), arguments: Vec::new() };
    host(no_compiler.clone(), Some(&folder)).load(&component).unwrap();
    let other = Guest::honest("another").component();
    host(no_compiler, Some(&folder)).load(&other).unwrap_err();
    fs::remove_dir_all(folder).unwrap();
}

fn a_changed_file_is_not_believed() {
    let folder = fresh_folder("changed");
    let components = ["one", "two"].map(|name| Guest::honest(name).component());
    let host = host(Compiler::ThisProcess, Some(&folder));
    for component in &components {
        host.load(component).unwrap();
    }
    let files = code_files(&folder);
    let kept: Vec<Vec<u8>> = files.iter().map(|file| fs::read(file).unwrap()).collect();

    // One bit of code, one bit of the seal, cut short, empty, another plugin's, and one sealed with another key.
    let mut code_changed = kept[0].clone();
    *code_changed.last_mut().unwrap() ^= 1;
    let mut seal_changed = kept[0].clone();
    seal_changed[0] ^= 1;
    let short = kept[0][..kept[0].len() / 2].to_vec();
    for changed in [code_changed, seal_changed, short, Vec::new(), kept[1].clone()] {
        fs::write(&files[0], changed).unwrap();
        for component in &components {
            host.load(component).unwrap();
        }
        assert!(fs::read(&files[0]).unwrap() == kept[0], "the file has been made anew");
    }
    fs::remove_file(folder.join("key")).unwrap();
    let with_new_key = self::host(Compiler::ThisProcess, Some(&folder));
    with_new_key.load(&components[0]).unwrap();
    with_new_key.load(&components[1]).unwrap();
    assert!(code_files(&folder).iter().zip(&kept).all(|(file, kept)| fs::read(file).unwrap() != *kept));
    fs::remove_dir_all(folder).unwrap();
}

fn a_folder_that_others_can_read_is_refused() {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let folder = fresh_folder("open");
        fs::create_dir(&folder).unwrap();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
        let settings = HostSettings { cache: Some(folder.clone()), ..HostSettings::default() };
        let error = Host::new(settings).unwrap_err().to_string();
        assert!(error.contains("can be read or changed by others"), "{error}");
        fs::remove_dir_all(folder).unwrap();
    }
}
