//! The commands for authors of plugins: from `plugin new` to a passing test, and the messages for mistakes.
//!
//! Needs cargo. The target that plugins are compiled for is added when it is missing.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::expect_used, reason = "tests may fail loudly")]

mod support;

use std::path::{Path, PathBuf};

use serde_json::Value;
use shiftmill_guests::Guest;
use support::{Place, Plugin, all, json, out, shiftmill};

fn sdk() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugin-sdk")
}

/// All files under a folder that a plugin needs, by their path.
fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_path_buf()];
    while let Some(next) = waiting.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if ["target", "tests", "benches", "examples", "Cargo.lock", ".gitignore"].contains(&name.as_str()) {
                continue;
            }
            match path.is_dir() {
                true => waiting.push(path),
                false => found.push(path.strip_prefix(folder).unwrap().display().to_string()),
            }
        }
    }
    found.sort();
    found
}

#[test]
fn every_file_of_the_sdk_is_carried() {
    let place = Place::new("carried");
    let output = shiftmill(&place.0, &["plugin", "new", "acme-meals", "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", all(&output));
    let unpacked = place.0.join("acme-meals").join(json(&output)["sdk"].as_str().unwrap());
    let own = sdk();
    for file in files(&own) {
        let (ours, theirs) = (std::fs::read(own.join(&file)).unwrap(), std::fs::read(unpacked.join(&file)));
        assert_eq!(theirs.ok(), Some(ours), "{file}");
    }
    let more: Vec<String> = files(&unpacked).into_iter().filter(|file| !own.join(file).is_file()).collect();
    assert_eq!(more, ["LICENSE"]);
    let example = unpacked.join("../plugins/night-meal");
    let manifest = std::fs::read_to_string(example.join("Cargo.toml")).unwrap();
    let (_, sdk) = manifest.split_once("shiftmill-plugin = { path = \"").unwrap();
    assert!(example.join(sdk.split_once('"').unwrap().0).join("Cargo.toml").is_file(), "an example builds here too");
    for page in ["README.md", "../docs/command-line.md", "../docs/timecard-suites.md", "../plugins/README.md"] {
        links_lead_somewhere(&unpacked.join(page));
    }
}

/// Every link of a page to a file finds one.
fn links_lead_somewhere(page: &Path) {
    let text = std::fs::read_to_string(page).unwrap();
    for link in text.split("](").skip(1).map(|rest| rest.split_once(')').unwrap().0) {
        let file = link.split('#').next().unwrap();
        if !file.is_empty() && !file.contains("://") {
            assert!(page.parent().unwrap().join(file).exists(), "`{}` points to `{link}`", page.display());
        }
    }
}

#[test]
fn nothing_is_written_over_and_names_are_checked() {
    let place = Place::new("names");
    let new = |name: &str| shiftmill(&place.0, &["plugin", "new", name]);
    assert_eq!(new("acme-meals").status.code(), Some(0));
    let again = new("acme-meals");
    assert_eq!(again.status.code(), Some(2));
    assert!(all(&again).contains("already exists"), "{}", all(&again));
    let odd = new("AcmeMeals");
    assert_eq!(odd.status.code(), Some(2));
    assert!(all(&odd).contains("hint:  `acme-meals` is a valid name"), "{}", all(&odd));
}

#[test]
fn what_is_no_plugin_is_told() {
    let place = Place::new("none");
    let empty = shiftmill(&place.0, &["plugin", "build"]);
    assert_eq!(empty.status.code(), Some(2));
    assert!(all(&empty).contains("hint:  `shiftmill plugin new NAME` creates one"), "{}", all(&empty));
    std::fs::write(place.0.join("Cargo.toml"), "[package]\nname = 3\n").unwrap();
    let bad = shiftmill(&place.0, &["plugin", "test", "--json"]);
    assert_eq!(bad.status.code(), Some(2));
    let problem: Value = serde_json::from_slice(&bad.stderr).unwrap();
    assert!(problem["error"].as_str().unwrap().contains("cargo cannot read"), "{problem}");
    std::fs::write(place.0.join("x.wasm"), "MZ").unwrap();
    let inspected = shiftmill(&place.0, &["plugin", "inspect", "x.wasm"]);
    assert_eq!(inspected.status.code(), Some(2));
    assert!(
        all(&inspected).contains("error: `x.wasm` is not a plugin\ncause: it does not start like a WebAssembly file"),
        "{}",
        all(&inspected)
    );
}

#[test]
fn from_a_new_plugin_to_one_that_pays() {
    let place = Place::new("days");
    let made = shiftmill(&place.0, &["plugin", "new", "acme-meals"]);
    assert_eq!(made.status.code(), Some(0), "{}", all(&made));
    let plugin = place.plugin("acme-meals");

    let built = json(&plugin.ends(0, &["plugin", "build", "--add-target", "--json"]));
    assert_eq!((built["name"].as_str(), built["version"].as_str()), (Some("acme-meals"), Some("0.1.0")));
    let imports = serde_json::json!(["shiftmill:plugin/types@1.0.0", "shiftmill:plugin/host@1.0.0"]);
    assert_eq!(built["imports"], imports);
    assert_eq!(built["hooks"][0]["hook"], "days");
    assert_eq!(built["settings"][0]["default"], "10h");
    assert_eq!(built["rules"][0]["key"], "long-day");
    assert!(plugin.has("acme-meals.wasm"));

    let tested = json(&plugin.ends(0, &["plugin", "test", "--json", "--fuzz", "200"]));
    assert_eq!(tested["holds"], true);
    assert_eq!(tested["native"]["passed"], 1);
    assert_eq!(tested["golden"]["claims"], 3);
    assert_eq!(tested["shuffled"]["differences"], serde_json::json!([]));
    assert_eq!((&tested["fuzz"]["weeks"], &tested["fuzz"]["failed"]), (&200.into(), &0.into()));
    assert_eq!(tested["plugin"]["hash"], built["hash"]);

    let inspected = out(&plugin.ends(0, &["plugin", "inspect", "acme-meals.wasm"]));
    assert!(inspected.contains("worked {worked}, at least {least}"), "{inspected}");
    assert!(inspected.contains("工作{worked}，达到{least}"), "{inspected}");

    let ran = out(&plugin.ends(0, &["plugin", "run", "timecards/acme-meals.md"]));
    assert!(ran.contains("worked 11:00, at least 10:00"), "{ran}");
    let one = ["plugin", "run", "--timecard", "timecards/acme-meals.md#two-stretches", "--json"];
    let one = json(&plugin.ends(0, &one));
    assert_eq!(one["timecards"].as_array().unwrap().len(), 1);
    assert!(one["timecards"][0]["fuel"].as_u64().unwrap() > 0);

    bench_repeats(&plugin);
    evaluate_pays(&plugin);
}

/// Fuel is nearly the same in every run, and a comparison shows it.
fn bench_repeats(plugin: &Plugin) {
    let bench = ["plugin", "bench", "--json", "--employees", "40", "--runs", "3"];
    let first = plugin.ends(0, &bench);
    std::fs::write(plugin.folder.join("before.json"), out(&first)).unwrap();
    let again = json(&plugin.ends(0, &[&bench[..], &["--compare", "before.json"]].concat()));
    let change = again["compared"]["fuel_change_thousandths"].as_i64().unwrap();
    assert!(change.abs() <= 10, "{again}");
    let cheaper = out(&first).replacen(
        "\"fuel_thousandths_per_employee_day\":",
        "\"fuel_thousandths_per_employee_day\":1, \"was\":",
        1,
    );
    std::fs::write(plugin.folder.join("before.json"), cheaper).unwrap();
    plugin.ends(1, &[&bench[..], &["--compare", "before.json", "--max-regression", "5"]].concat());
}

/// What was built is used through a ruleset.
fn evaluate_pays(plugin: &Plugin) {
    let punches = "employee,at,kind\nE1,2026-03-02 11:00,in\nE1,2026-03-02 23:00,out\n";
    std::fs::write(plugin.folder.join("punches.csv"), punches).unwrap();
    let files = ["--ruleset", "ruleset.toml", "--zone", "America/Chicago", "--punches", "punches.csv"];
    let evaluated = out(&plugin.ends(0, &[&["evaluate"][..], &files].concat()));
    assert!(evaluated.contains("1  allowance"), "{evaluated}");
    let explained = [&["explain", "--employee", "E1", "--language", "zh"][..], &files].concat();
    let explained = out(&plugin.ends(0, &explained));
    assert!(explained.contains("工作12:00，达到10:00"), "{explained}");
    plugin.change("ruleset.toml", "code = \"allowance\"", "code = \"allowanec\"");
    let checked = out(&plugin.ends(1, &["ruleset", "check", "ruleset.toml"]));
    let tested = all(&plugin.ends(2, &["plugin", "test", "--native", "no"]));
    assert_eq!(tested.matches("allowanec").count(), checked.matches("allowanec").count(), "once: {tested}");
    assert!(checked.contains("allowanec"), "{checked}");
    plugin.change("ruleset.toml", "code = \"allowanec\"", "code = \"allowance\"");
}

#[test]
fn a_panic_in_one_employees_data_costs_that_employee_only() {
    let place = Place::new("panic");
    let made = shiftmill(&place.0, &["plugin", "new", "acme-meals"]);
    assert_eq!(made.status.code(), Some(0), "{}", all(&made));
    let plugin = place.plugin("acme-meals");
    let rule = "        if day.worked()";
    let broken = "        let hours = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];\n        let _ = hours[day.work().count() * 12];\n";
    plugin.change("src/lib.rs", rule, &format!("{broken}{rule}"));
    let line = plugin.read("src/lib.rs").lines().position(|line| line.contains("let _ = hours")).unwrap() + 1;
    plugin.ends(0, &["plugin", "build", "--add-target"]);

    // E2 has two stretches of work on Tuesday.
    let punches = "employee,at,kind\n\
        E1,2026-03-02 11:00,in\nE1,2026-03-02 23:00,out\nE1,2026-03-03 08:00,in\nE1,2026-03-03 16:00,out\n\
        E2,2026-03-02 11:00,in\nE2,2026-03-02 23:00,out\n\
        E2,2026-03-03 08:00,in\nE2,2026-03-03 12:00,out\nE2,2026-03-03 14:00,in\nE2,2026-03-03 18:00,out\n\
        E3,2026-03-03 12:00,in\nE3,2026-03-03 23:30,out\n";
    std::fs::write(plugin.folder.join("punches.csv"), punches).unwrap();
    let evaluate = ["evaluate", "--ruleset", "ruleset.toml", "--zone", "America/Chicago", "--punches", "punches.csv"];
    let evaluated = plugin.ends(1, &evaluate);
    let said = String::from_utf8(evaluated.stderr.clone()).unwrap();
    let row = said.lines().find(|line| line.starts_with("not evaluated:")).unwrap_or_else(|| panic!("{said}"));
    assert!(
        row.starts_with("not evaluated: E2: plugin acme-meals 0.1.0 failed on 2026-03-03 (hook `days`): "),
        "{row}"
    );
    assert!(row.contains(&format!("src/lib.rs:{line}:")) && row.ends_with("(SM-PLUGIN-PANIC)"), "{row}");
    assert_eq!(said.matches("not evaluated:").count(), 1, "{said}");

    let totals = out(&plugin.ends(1, &[&evaluate[..], &["--format", "csv", "--rows", "totals"]].concat()));
    for employee in ["E1", "E3"] {
        let paid = |line: &str| line.starts_with(employee) && line.contains("allowance");
        assert!(totals.lines().any(paid), "{totals}");
    }
    assert!(!totals.contains("E2"), "{totals}");
    let answer = json(&plugin.ends(1, &[&evaluate[..], &["--json"]].concat()));
    let failure = &answer["plugin_failures"][0];
    assert_eq!((failure["employee"].as_str(), failure["workday"].as_str()), (Some("E2"), Some("2026-03-03")));
    assert_eq!(
        (failure["plugin"].as_str(), failure["code"].as_str()),
        (Some("acme-meals 0.1.0"), Some("SM-PLUGIN-PANIC"))
    );
    assert_eq!(answer["plugin_failures"].as_array().unwrap().len(), 1);

    // With `skip`, every employee is paid, and an exception is raised.
    plugin.change("ruleset.toml", "file = ", "on_failure = \"skip\"\nfile = ");
    let skipped = plugin.ends(0, &evaluate);
    assert!(
        all(&skipped).contains("evaluated without a plugin: E2: plugin acme-meals 0.1.0 failed"),
        "{}",
        all(&skipped)
    );
    assert!(out(&skipped).contains("plugin failed"), "{}", out(&skipped));
}

#[test]
fn a_ruleset_whose_plugin_mixes_employees_is_told() {
    let place = Place::new("mixing");
    let next = "(global.set $count (i32.add (global.get $count) (i32.const 1)))
        (call $edit (local.get $employee) (i32.const 9) (i32.const 0)
            (call $workday (local.get $cards) (call $first_day (local.get $cards) (local.get $employee)))
            (i64.const 0) (i64.const 0) (i32.const 16) (i64.extend_i32_u (global.get $count)) (i32.const 0))";
    let guest = Guest::new("counts", next).with(|guest| {
        guest.good = next.to_owned();
        guest.fields = "(global $count (mut i32) (i32.const 0))".to_owned();
    });
    std::fs::write(place.0.join("counts.wasm"), guest.component()).unwrap();
    let ruleset =
        |more: &str| format!("name = \"plant\"\n[[plugin]]\nname = \"counts\"\nfile = \"counts.wasm\"\n{more}");
    std::fs::write(place.0.join("plant.toml"), ruleset("")).unwrap();
    let told = shiftmill(&place.0, &["ruleset", "check", "plant.toml"]);
    assert_eq!(told.status.code(), Some(1));
    assert!(out(&told).contains("SM-PLUGIN-NOT-INDEPENDENT: plugin `counts` of ruleset `plant`"), "{}", out(&told));
    let object = json(&shiftmill(&place.0, &["ruleset", "check", "plant.toml", "--json"]));
    assert!(object[0]["not_independent"].as_str().unwrap().contains("meal_premium"), "{object}");
    std::fs::write(place.0.join("plant.toml"), ruleset("isolation = \"employee\"\n")).unwrap();
    assert_eq!(shiftmill(&place.0, &["ruleset", "check", "plant.toml"]).status.code(), Some(0));
}

/// Compiling it takes minutes and gigabytes. A service ends that after a second.
#[test]
fn what_a_service_does_not_compile_is_not_compiled_here() {
    let place = Place::new("greedy");
    let variables: String = (0..990).map(|local| format!("(drop (local.get {local}))")).collect();
    let loops = "(loop $again (br_if $again (local.get 0)))".repeat(2_000);
    let fields = format!("(func (local {}) {loops} {variables})", "i32 ".repeat(990));
    let greedy = Guest::honest("greedy").with(|guest| guest.fields = fields);
    std::fs::write(place.0.join("greedy.wasm"), greedy.component()).unwrap();
    std::fs::write(place.0.join("core.wasm"), greedy.module()).unwrap();
    let plant = "name = \"plant\"\n[[plugin]]\nname = \"greedy\"\nfile = \"greedy.wasm\"\n";
    std::fs::write(place.0.join("plant.toml"), plant).unwrap();
    for (arguments, exit) in [
        (&["plugin", "inspect", "greedy.wasm"][..], 2),
        (&["plugin", "build", "--module", "core.wasm"], 2),
        (&["ruleset", "check", "plant.toml"], 1),
    ] {
        let told = shiftmill(&place.0, arguments);
        assert_eq!(told.status.code(), Some(exit), "{}", all(&told));
        assert!(all(&told).contains("the plugin cannot be compiled: compiling it needs more"), "{}", all(&told));
    }
}

#[cfg(unix)]
#[test]
fn a_plugin_that_is_no_file_of_its_folder_is_told() {
    let place = Place::new("pipe");
    let make = |name: &str| std::process::Command::new("mkfifo").arg(place.0.join(name)).status().unwrap();
    assert!(make("pipe.wasm").success() && make("pipe.toml").success());
    std::os::unix::fs::symlink("/dev/zero", place.0.join("zero.wasm")).unwrap();
    for file in ["pipe.wasm", "zero.wasm"] {
        let plant = format!("name = \"plant\"\n[[plugin]]\nname = \"meals\"\nfile = \"{file}\"\n");
        std::fs::write(place.0.join("plant.toml"), plant).unwrap();
        let told = shiftmill(&place.0, &["ruleset", "check", "plant.toml"]);
        assert!(out(&told).contains("it is not a regular file inside its folder"), "{}", all(&told));
    }
    std::fs::write(place.0.join("plant.toml"), "name = \"plant\"\nextends = \"pipe.toml\"\n").unwrap();
    assert_eq!(shiftmill(&place.0, &["ruleset", "check", "plant.toml"]).status.code(), Some(1));
}

#[test]
fn the_same_sources_become_the_same_plugin_in_every_folder() {
    let place = Place::new("anywhere");
    let built = ["here", "somewhere/else"].map(|path| {
        let made = shiftmill(&place.0, &["plugin", "new", "acme-meals", "--path", path]);
        assert_eq!(made.status.code(), Some(0), "{}", all(&made));
        let plugin = place.plugin(path);
        plugin.ends(0, &["plugin", "build", "--add-target"]);
        std::fs::read(plugin.folder.join("acme-meals.wasm")).unwrap()
    });
    assert!(built[0] == built[1]);
    let own = place.0.display().to_string();
    assert!(!built[0].windows(own.len()).any(|part| part == own.as_bytes()));
}

#[test]
fn what_is_wrong_is_told_where_it_is() {
    let place = Place::new("wrong");
    let made = shiftmill(&place.0, &["plugin", "new", "acme-meals"]);
    assert_eq!(made.status.code(), Some(0), "{}", all(&made));
    let plugin = place.plugin("acme-meals");
    let test = ["plugin", "test", "--native", "no", "--fuzz", "100", "--add-target"];
    plugin.ends(0, &test);
    assert!(plugin.has("acme-meals.wasm"));

    // A rule that changes shows as a timecard that differs, until that is accepted.
    plugin.change("src/lib.rs", "default = \"10h\"", "default = \"9h\"");
    let differs = plugin.ends(1, &test);
    assert!(out(&differs).contains("2 of 3 claims in 1 file do not hold"), "{}", all(&differs));
    assert!(out(&differs).contains("> | Mon 2026-03-02 | allowance | 1 "), "{}", all(&differs));
    let before = plugin.read("timecards/acme-meals.md");
    plugin.ends(1, &[&test[..], &["--accept", "stretches"]].concat());
    assert_eq!(plugin.read("timecards/acme-meals.md"), before);
    plugin.ends(0, &[&test[..], &["--accept"]].concat());
    let row = "| Mon 2026-03-02 | regular   | 9:30 |\n| Mon 2026-03-02 | allowance | 1    |\n";
    assert!(plugin.read("timecards/acme-meals.md").contains(row), "{}", plugin.read("timecards/acme-meals.md"));
    plugin.ends(0, &test);

    // A panic names the line of the rule, and shows a timecard that holds once it is mended.
    let rule = "        if day.worked()";
    let broken = "        let odd = [1, 2];\n        let _ = odd[day.work().count().max(2) - usize::from(day.work().count() < 3)];\n";
    plugin.change("src/lib.rs", rule, &format!("{broken}{rule}"));
    let panics = plugin.ends(1, &test);
    let text = out(&panics);
    let line = plugin.read("src/lib.rs").lines().position(|line| line.contains("let _ = odd")).unwrap() + 1;
    assert!(text.contains(&format!("src/lib.rs:{line}")), "{text}");
    assert!(text.contains("error[panic]") && text.contains("index out of bounds"), "{text}");
    assert!(text.contains("## The plugin does not fail (panic) on this week"), "{text}");
    plugin.change("src/lib.rs", broken, "");

    // What is kept from one employee to the next is found.
    let state = "        static SEEN: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);\n\
        \x20       if SEEN.fetch_add(1, std::sync::atomic::Ordering::Relaxed) > 6 {\n            return Ok(());\n        }\n";
    plugin.change("src/lib.rs", rule, &format!("{state}{rule}"));
    let depends = plugin.ends(1, &test);
    assert!(out(&depends).contains("have different results than alone"), "{}", all(&depends));
    plugin.change("src/lib.rs", state, "");

    // A plugin that does not compile is not tested, and what was built before is gone.
    plugin.change("src/lib.rs", "day.worked() >= ", "day.wroked() >= ");
    let uncompiled = plugin.ends(2, &test);
    assert!(all(&uncompiled).contains("src/lib.rs:"), "{}", all(&uncompiled));
    assert!(all(&uncompiled).contains("error: plugin `acme-meals` does not compile"), "{}", all(&uncompiled));
    assert!(!out(&uncompiled).contains("golden"), "{}", out(&uncompiled));
    assert!(!plugin.has("acme-meals.wasm"));

    // A clock is nothing that a plugin has.
    plugin.change(
        "src/lib.rs",
        "day.wroked() >= ",
        "std::time::SystemTime::now().elapsed().is_err() && day.worked() >= ",
    );
    let panics = plugin.run(&test);
    assert_ne!(panics.status.code(), Some(0));
    assert!(all(&panics).contains("time not implemented"), "{}", all(&panics));
}

#[test]
fn the_samples_of_the_other_hooks_are_green() {
    let place = Place::new("hooks");
    let (sdk, target) = (sdk().display().to_string(), place.0.join("target").display().to_string());
    for hook in ["punches", "schedule", "period"] {
        let name = format!("acme-{hook}");
        let made = shiftmill(&place.0, &["plugin", "new", &name, "--hook", hook, "--sdk", &sdk]);
        assert_eq!(made.status.code(), Some(0), "{}", all(&made));
        let plugin = place.plugin(&name);
        let test = ["plugin", "test", "--target-dir", &target, "--add-target", "--fuzz"];
        let tested = plugin.ends(0, &[&test[..], &["200"]].concat());
        assert!(out(&tested).contains("claims in 1 file hold"), "{}", all(&tested));
        if hook == "period" {
            is_tried_with_a_change_inside_the_week(&plugin, &test);
        }
    }
}

/// A rule that pays on the last day, whether or not the plugin is in force on it, fails on a made-up week.
fn is_tried_with_a_change_inside_the_week(plugin: &Plugin, test: &[&str]) {
    plugin.change("src/lib.rs", "employee.closing_day()", "employee.paid_days().next_back()");
    let refused = out(&plugin.ends(1, &[test, &["200", "--native", "no"]].concat()));
    assert!(refused.contains("the plugin is not in force on"), "{refused}");
    let (_, shown) = refused.split_once("## The plugin does not fail").unwrap();
    assert!(shown.contains("[[change.plugin]]") && shown.contains("isolation = \"employee\""), "{shown}");

    // What is shown is a claim that fails now, and holds once the rule is right.
    let shown = format!("## The plugin does not fail{shown}").replace("\n    ", "\n");
    let (claim, _) = shown.split_once("No exception of plugin_failed.").unwrap();
    let suite = plugin.folder.join("timecards/found.md");
    std::fs::write(suite, format!("# Found\nRuleset: ruleset.toml.\n\n{claim}No exception of plugin_failed.\n"))
        .unwrap();
    let found = [test, &["0", "--native", "no"]].concat();
    assert!(out(&plugin.ends(1, &found)).contains("found.md"));
    plugin.change("src/lib.rs", "employee.paid_days().next_back()", "employee.closing_day()");
    plugin.ends(0, &found);
}
