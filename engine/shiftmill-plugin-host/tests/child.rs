//! Compiling in a child and keeping code. This program is its own child: started with `compile` it compiles.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::expect_used,
    reason = "a test that cannot go on fails"
)]

#[path = "hostile/bombs.rs"]
#[allow(dead_code, reason = "other tests use more of it")]
mod bombs;
#[path = "hostile/shapes.rs"]
mod shapes;

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use shiftmill_guests::debug::DebugInfo;
use shiftmill_guests::{Guest, component};
use shiftmill_plugin_host::{Compiler, Host, HostSettings, Lines, LoadError, compile_child};
use wit_component::StringEncoding;

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some("compile") {
        return compile_child();
    }
    let tests: [(&str, fn()); 10] = [
        ("a child compiles", a_child_compiles),
        ("a child that fails costs one plugin", a_child_that_fails_costs_one_plugin),
        ("a child that takes too much is ended", a_child_that_takes_too_much_is_ended),
        ("a child judges as this process does", a_child_judges_as_this_process_does),
        ("a cancelled child is ended", a_cancelled_child_is_ended),
        ("code is kept and found again", code_is_kept_and_found_again),
        ("findings are kept with the code", findings_are_kept_with_the_code),
        ("plugins take no more memory than is counted", plugins_take_no_more_memory_than_is_counted),
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
    let variables: String = (0..990).map(|local| format!("(drop (local.get {local}))")).collect();
    let loops = "(loop $again (br_if $again (local.get 0)))".repeat(2_000);
    let fields = format!("(func (local {}) {loops} {variables})", "i32 ".repeat(990));
    let component = Guest::honest("greedy").with(|guest| guest.fields = fields).component();
    let refused = host(in_child(), None).load(&component).unwrap_err();
    let told = refused.to_string();
    if cfg!(target_os = "linux") {
        assert_eq!(told, "the plugin cannot be compiled: compiling it needs more than 130 MiB of memory");
    }
}

fn a_child_judges_as_this_process_does() {
    let (child, here) = (host(in_child(), None), host(Compiler::ThisProcess, None));
    let some = shapes::shapes().into_iter().step_by(5).map(|(name, bytes, _)| (name, bytes));
    let loaded = bombs::bombs().into_iter().step_by(3).map(|bomb| (bomb.name, bomb.component));
    for (name, component) in some.chain(loaded) {
        match (child.load(&component), here.load(&component)) {
            (Ok(one), Ok(other)) => {
                assert_eq!(one.report(), other.report(), "{name}");
                assert_eq!(one.kept_bytes(), other.kept_bytes(), "{name}");
            }
            (one, other) => assert_eq!(one.map(drop), other.map(drop), "{name}"),
        }
    }
}

fn a_cancelled_child_is_ended() {
    if cfg!(unix) {
        let component = Guest::honest("honest").component();
        let slow = host(run("cat > /dev/null; exec sleep 600"), None);
        let (began, cancelled) = (Instant::now(), AtomicBool::new(true));
        let ended = slow.load_unless(&component, &cancelled).unwrap_err();
        assert!(ended.to_string().contains("its caller has gone"), "{ended}");
        // The child itself is ended after a minute.
        assert!(began.elapsed() < Duration::from_secs(30));
    }
}

/// Lines of the source are among the findings, and what is refused is checked again.
fn findings_are_kept_with_the_code() {
    let folder = fresh_folder("findings");
    let guest = Guest::honest("honest");
    let component = guest.component_of(&DebugInfo::of_file("src/lib.rs").added_to(&guest.module()));
    let first = host(in_child(), Some(&folder)).load(&component).unwrap();
    let no_compiler = Compiler::Child { program: PathBuf::from("/no/such/program"), arguments: Vec::new() };
    let again = host(no_compiler.clone(), Some(&folder)).load(&component).unwrap();
    assert_eq!((first.report(), first.kept_bytes()), (again.report(), again.kept_bytes()));
    assert_eq!(again.report().lines, Lines::Known);
    // Findings of a host that allows floats are none of one that does not.
    let settings = HostSettings { compiler: no_compiler, cache: Some(folder.clone()), ..HostSettings::default() };
    let lenient = Host::new(HostSettings { floats_allowed: true, ..settings }).unwrap();
    assert!(matches!(lenient.load(&component), Err(LoadError::Uncompiled(_))));
    fs::remove_dir_all(folder).unwrap();
}

/// Resident memory of this process, in bytes; `None` where the system does not provide it.
fn resident_bytes() -> Option<usize> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.split_whitespace().next()?.parse::<usize>().ok()? << 10)
}

/// Plugins with as many parts as are allowed, of which the engine keeps more than they have bytes.
fn plugins_take_no_more_memory_than_is_counted() {
    type Greedy = fn(&str) -> Vec<u8>;
    let kinds: [(&str, Greedy); 5] = [
        ("exports", |name| {
            let exports: String = (0..1_900).map(|number| format!("(export \"e{number}\" (func $leaf))")).collect();
            with_fields(name, format!("(func $leaf) {exports}"))
        }),
        ("functions", |name| with_fields(name, "(func)".repeat(4_000))),
        ("types", |name| {
            let types = (40..200).map(|parameters| format!("(type (func {}))", "(param i64)".repeat(parameters)));
            with_fields(name, types.collect())
        }),
        ("segments", |name| {
            let elements = format!("(elem funcref {})", "(ref.null func) ".repeat(2_400)).repeat(4);
            with_fields(name, format!("{elements} {}", "(data \"x\")".repeat(3_900)))
        }),
        ("records", |name| {
            let fields: String = (0..900).map(|field| format!("part{field}: u8, ")).collect();
            let more = format!("interface extra {{ record r {{ {fields} }} one: func() -> r; }}");
            let one = "(func (export \"shiftmill:plugin/extra@1.0.0#one\") (result i32) (i32.const 0))";
            let module = Guest::honest(name).with(|guest| guest.fields = one.to_owned()).module();
            let world = "import host; export lifecycle; export days; export extra;";
            component(&module, &str::to_owned, &more, world, StringEncoding::UTF8)
        }),
    ];
    // More plugins make the measurement more exact, and the test slower.
    let count = std::env::var("SHIFTMILL_KEPT_PLUGINS").ok().and_then(|count| count.parse().ok()).unwrap_or(4);
    let host = host(in_child(), None);
    let first = host.load(&Guest::honest("first").component()).unwrap();
    println!("an honest plugin: counted {} KiB", first.kept_bytes() >> 10);
    let Some(_) = resident_bytes() else { return };
    for (kind, greedy) in kinds {
        let before = resident_bytes().unwrap();
        let plugins: Vec<_> = (0..count)
            .map(|number| host.load(&greedy(&format!("p{number}"))).unwrap_or_else(|why| panic!("{kind}: {why}")))
            .collect();
        let took = resident_bytes().unwrap().saturating_sub(before);
        let counted: usize = plugins.iter().map(|plugin| plugin.kept_bytes()).sum();
        println!("{kind}: {count} plugins take {} KiB, counted {} KiB", took >> 10, counted >> 10);
        // What is left of reading the components and their code is no plugin.
        assert!(took < counted + (24 << 20), "{kind}: {count} plugins take {took} bytes, counted {counted}");
    }
}

fn with_fields(name: &str, fields: String) -> Vec<u8> {
    Guest::honest(name).with(|guest| guest.fields = fields).component()
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
