//! The example plugins are plugins: they build, the host takes them, and their timecards hold in the sandbox.
#![allow(clippy::panic, clippy::expect_used, clippy::indexing_slicing, reason = "test code")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, OnceLock};

use shiftmill::PluginRegistry;
use shiftmill::suites::{Differing, Failure, Suites};
use shiftmill::trial::check_independence;
use shiftmill_plugin_host::{Host, HostSettings};
use shiftmill_testkit::example_plugins;

/// The examples in Rust; their folders have the same names.
const IN_RUST: [&str; 12] = [
    "attendance-points",
    "callback-minimum",
    "full-attendance",
    "late-off-late-on",
    "night-meal",
    "night-premium",
    "on-call-duty",
    "overtime-bank",
    "overtime-rounding",
    "rest-between-shifts",
    "split-shift-premium",
    "trip-allowance",
];

/// Builds the examples in Rust, once.
fn built() {
    static BUILT: OnceLock<Result<(), String>> = OnceLock::new();
    let built = BUILT.get_or_init(|| example_plugins::build(&IN_RUST, &target().join("plugins")));
    if let Err(why) = built {
        panic!("the example plugins cannot be built: {why}");
    }
}

/// Where cargo builds the tests.
fn target() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("..")
}

#[test]
fn the_host_takes_every_example() {
    built();
    let host = Host::new(HostSettings::default()).expect("plugins run here");
    for name in IN_RUST {
        let component =
            fs::read(example_plugins::folder().join(name).join(format!("{name}.wasm"))).expect("it has been built");
        let plugin = host.load(&component).unwrap_or_else(|error| panic!("{name}: {error}"));
        let manifest = plugin.manifest();
        assert_eq!(manifest.name, name);
        assert!(manifest.rules.iter().all(|rule| !rule.chinese.is_empty()), "{name} does not speak Chinese");
    }
}

#[test]
fn the_timecards_of_every_example_hold_in_the_sandbox() {
    built();
    let failures: Vec<String> = IN_RUST.iter().flat_map(|name| differing(name)).collect();
    assert!(failures.is_empty(), "{} claims do not hold\n\n{}", failures.len(), failures.join("\n"));
}

/// What does not hold of the suites of an example, run as `shiftmill plugin test` runs them.
fn differing(folder_name: &str) -> Vec<String> {
    let project = example_plugins::folder().join(folder_name);
    let (folder, registry) = (project.join("timecards"), PluginRegistry::default());
    let suites = Suites { folder: &folder, only: "", rulesets: Some(&project), registry: &registry };
    let ran = suites.run(Differing::Tell).expect("the folder of suites can be read");
    assert!(ran.claims > 0, "{folder_name} has no timecards");
    ran.failures.iter().map(Failure::to_string).collect()
}

#[test]
fn every_example_keeps_employees_apart() {
    built();
    for name in IN_RUST {
        let project = example_plugins::folder().join(name);
        let (folder, registry) = (project.join("timecards"), PluginRegistry::default());
        let suites = Suites { folder: &folder, only: "", rulesets: Some(&project), registry: &registry };
        let claims = suites.read().expect("the folder of suites can be read").claims;
        let mut rulesets: Vec<_> = claims.into_iter().map(|claim| claim.ruleset).collect();
        rulesets.dedup_by_key(|ruleset| ruleset.hash_hex());
        for ruleset in rulesets {
            check_independence(&ruleset, &registry, &Arc::default()).unwrap_or_else(|error| panic!("{name}: {error}"));
        }
    }
}

#[test]
fn a_plugin_in_another_language_keeps_the_contract() {
    if !has_c_compiler() {
        println!("left out: no Python with the package `ziglang`; plugins/weekend-meal-c/build.sh fetches it");
        return;
    }
    let module = target().join("weekend-meal.module.wasm");
    let mut build = Command::new(example_plugins::folder().join("weekend-meal-c/build.sh"));
    let ran = build.arg(&module).env("CARGO_TARGET_DIR", target()).output();
    let ran = ran.expect("the script can be run");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    example_plugins::finish(&module, "weekend-meal-c", "weekend-meal").unwrap_or_else(|why| panic!("{why}"));
    let component =
        fs::read(example_plugins::folder().join("weekend-meal-c/weekend-meal.wasm")).expect("it has been built");
    let host = Host::new(HostSettings::default()).expect("plugins run here");
    let plugin = host.load(&component).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(plugin.manifest().made_with, "shiftmill_plugin.h");
    let failures = differing("weekend-meal-c");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Whether the C compiler is there: the system's Python has it, or the build script has fetched it.
fn has_c_compiler() -> bool {
    [PathBuf::from("python3"), target().join("ziglang/bin/python")].iter().any(|python| {
        let asked = Command::new(python).args(["-c", "import ziglang"]).output();
        asked.is_ok_and(|asked| asked.status.success())
    })
}

/// A plugin that was built for version 1.0 of the contract, with the SDK of that time, and its hash.
const OF_1_0: (&str, &str) = (
    "../shiftmill-plugin-host/tests/contract_1_0/night-premium.wasm",
    "974013746049ace99895abc905e0c4df74fa1db5aa8be82bc2204557a61e1d87",
);

#[test]
fn a_plugin_of_version_1_0_pays_what_it_paid() {
    let component = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(OF_1_0.0)).expect("it is kept");
    let host = Host::new(HostSettings::default()).expect("plugins run here");
    let plugin = host.load(&component).expect("it is a plugin");
    assert_eq!(plugin.hash().to_string(), OF_1_0.1, "it is never built again");
    // Its timecards, against the kept file.
    let example = example_plugins::folder().join("night-premium");
    let project = target().join("tmp").join("of-1-0");
    fs::create_dir_all(project.join("timecards")).expect("a folder can be made");
    fs::write(project.join("night-premium.wasm"), component).expect("a file can be written");
    fs::copy(example.join("ruleset.toml"), project.join("ruleset.toml")).expect("a file can be copied");
    for entry in fs::read_dir(example.join("timecards")).expect("it has timecards") {
        let file = entry.expect("a file").path();
        let name = file.file_name().expect("a name");
        fs::copy(&file, project.join("timecards").join(name)).expect("a file can be copied");
    }
    let (folder, registry) = (project.join("timecards"), PluginRegistry::default());
    let suites = Suites { folder: &folder, only: "", rulesets: Some(&project), registry: &registry };
    let ran = suites.run(Differing::Tell).expect("the folder of suites can be read");
    let failures: Vec<String> = ran.failures.iter().map(Failure::to_string).collect();
    assert!(ran.claims > 0 && failures.is_empty(), "{}", failures.join("\n"));
}
