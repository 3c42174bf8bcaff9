//! The trial finds plugins that do not keep employees apart before they pay anything; all other plugins pass.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::sync::Arc;
use std::time::Instant;

use shiftmill::PluginRegistry;
use shiftmill::core::ErrorCode;
use shiftmill::plugin_host::Cancellation;
use shiftmill::ruleset::{Document, Ruleset, compile};
use shiftmill::trial::{Dependence, TrialError, check_independence};
use shiftmill_guests::Guest;

/// A plugin that pays every employee so many meals.
fn pays(name: &str, amount: &str) -> Guest {
    let meal = format!(
        "(call $edit (local.get $employee) (i32.const 9) (i32.const 0)
            (call $workday (local.get $cards) (call $first_day (local.get $cards) (local.get $employee)))
            (i64.const 0) (i64.const 0) (i32.const 16) (i64.extend_i32_u {amount}) (i32.const 0))"
    );
    Guest::new(name, &meal).with(|guest| {
        guest.good = meal.clone();
        guest.fields = "(global $count (mut i32) (i32.const 0))
            (func $next (result i32)
                (global.set $count (i32.add (global.get $count) (i32.const 1))) (global.get $count))"
            .to_owned();
    })
}

/// A ruleset that binds plugins by their names.
fn ruleset(registry: &PluginRegistry, guests: &[&Guest], more: &str) -> Arc<Ruleset> {
    let section = |guest: &&Guest| {
        let hash = registry.load(&guest.component()).unwrap().hash();
        format!("[[plugin]]\nname = \"{}\"\nhash = \"{hash}\"\n{more}", guest.name)
    };
    let text = format!("name = \"plant\"\n{}", guests.iter().map(section).collect::<String>());
    let compiled = compile(&Document { name: "plant.toml", text: &text }, registry);
    Arc::new(compiled.unwrap_or_else(|mistakes| panic!("{mistakes}")))
}

fn dependence(ruleset: &Arc<Ruleset>, registry: &PluginRegistry) -> Dependence {
    match check_independence(ruleset, registry, &Arc::default()) {
        Err(TrialError::NotIndependent(found)) => *found,
        other => panic!("{other:?}"),
    }
}

#[test]
fn plugins_that_mix_employees_are_found_and_go_on_for_others() {
    for (name, amount) in [
        ("counts", "(call $next)"),
        ("crowd", "(call $employees (local.get $cards))"),
        ("memory", "(i32.and (i32.shr_u (global.get $heap) (i32.const 6)) (i32.const 1023))"),
        ("first", "(call $first_day (local.get $cards) (local.get $employee))"),
        ("number", "(local.get $employee)"),
        ("edits", "(global.get $edits)"),
    ] {
        let registry = PluginRegistry::default();
        let (honest, guest) = (pays("honest", "(i32.const 1)"), pays(name, amount));
        let ruleset = ruleset(&registry, &[&honest, &guest], "");
        let found = dependence(&ruleset, &registry);
        assert_eq!((found.bindings.as_slice(), found.ruleset.as_str()), ([name.to_owned()].as_slice(), "plant"));
        assert!(found.alone != found.together && found.together.contains("2026-03-0"), "{found}");
        let told = found.to_string();
        assert!(
            told.starts_with(&format!("plugin `{name}` of ruleset `plant` does not keep employees apart")),
            "{told}"
        );
        assert!(registry.plugins().iter().all(|plugin| !plugin.is_quarantined()), "{name}: others may use it");
        assert_eq!(dependence(&ruleset, &registry), found, "it stays so");
    }
}

/// A call has 512 employees at most; each position is compared with the employee alone.
#[test]
fn pay_by_position_is_found_at_every_position() {
    let is = |number: u32| format!("(i32.add (i32.const 1) (i32.eq (local.get $employee) (i32.const {number})))");
    let last = "(i32.add (i32.const 1) (i32.and (i32.gt_u (local.get $employee) (i32.const 0))
        (i32.eq (i32.add (local.get $employee) (i32.const 1)) (call $employees (local.get $cards)))))";
    let seventh = "(i32.add (i32.const 1) (i32.eq (i32.rem_u (local.get $employee) (i32.const 7)) (i32.const 6)))";
    let before = "(call $days (local.get $cards) (select (i32.sub (local.get $employee) (i32.const 1))
        (local.get $employee) (local.get $employee)))";
    let cases = [
        ("second", is(1)),
        ("forty-fifth", is(44)),
        ("three-hundredth", is(299)),
        ("five-hundred-and-twelfth", is(511)),
        ("last", last.to_owned()),
        ("seventh", seventh.to_owned()),
        ("before", before.to_owned()),
    ];
    for (name, amount) in cases {
        let registry = PluginRegistry::default();
        let found = dependence(&ruleset(&registry, &[&pays(name, &amount)], ""), &registry);
        assert_eq!(found.bindings, [name]);
    }
}

#[test]
fn slow_plugins_are_tried_with_as_many_employees_as_their_calls_have() {
    let busy = |name: &str, rounds: u32, amount: &str| {
        pays(name, &format!("(call $busy) {amount} (i32.add)")).with(|guest| {
            guest.fields += &format!(
                "(func $busy (result i32) (local $left i32) (local.set $left (i32.const {rounds}))
                (loop $again
                    (local.set $left (i32.sub (local.get $left) (i32.const 1))) (br_if $again (local.get $left)))
                (i32.const 0))"
            );
        })
    };
    let tried = |guests: &[&Guest]| {
        let registry = PluginRegistry::default();
        check_independence(&ruleset(&registry, guests, ""), &registry, &Arc::default())
    };
    tried(&[&busy("slow", 10_000_000, "(i32.const 1)")]).unwrap();
    let error = tried(&[&busy("slow", 3_000_000, "(call $next)")]).unwrap_err();
    assert!(matches!(error, TrialError::NotIndependent(_)), "{error}");
    // The calls of a quick plugin have more employees than a slow one has fuel for.
    let error = tried(&[&busy("slow", 10_000_000, "(i32.const 1)"), &pays("quick", "(i32.const 1)")]).unwrap_err();
    assert_eq!(error.code(), ErrorCode::PluginUntried);
}

#[test]
fn a_trial_ends_when_its_caller_has_gone() {
    let registry = PluginRegistry::default();
    let ruleset = ruleset(&registry, &[&pays("honest", "(i32.const 1)")], "");
    let late = Arc::new(Cancellation::at(Instant::now()));
    let error = check_independence(&ruleset, &registry, &late).unwrap_err();
    assert_eq!(error.code(), ErrorCode::Cancelled);
}

#[test]
fn a_plugin_that_burns_fuel_is_not_taken_for_one_that_mixes_employees() {
    // So much that what the trial leaves would not be enough for looking at every answer twice.
    let busy = pays("busy", "(call $busy)").with(|guest| {
        guest.fields = "(func $busy (result i32) (local $left i32) (local.set $left (i32.const 1000000))
            (loop $again
                (local.set $left (i32.sub (local.get $left) (i32.const 1))) (br_if $again (local.get $left)))
            (i32.const 1))"
            .to_owned();
    });
    let registry = PluginRegistry::default();
    let ruleset = ruleset(&registry, &[&busy, &pays("counts", "(call $next)")], "");
    assert_eq!(dependence(&ruleset, &registry).bindings, ["counts"]);
}

#[test]
fn who_is_kept_apart_need_not_be_tried() {
    let registry = PluginRegistry::default();
    let ruleset = ruleset(&registry, &[&pays("counts", "(call $next)")], "isolation = \"employee\"\n");
    check_independence(&ruleset, &registry, &Arc::default()).unwrap();
}

#[test]
fn failing_alike_is_no_dependence() {
    let honest = pays("honest", "(i32.const 1)");
    let panics = pays("panics", "(i32.const 1)").with(|guest| guest.bad = "unreachable".to_owned());
    let broken = pays("broken", "(i32.const 1)").with(|guest| guest.entry = "unreachable".to_owned());
    let endless = pays("endless", "(i32.const 1)").with(|guest| guest.entry = "(loop $again (br $again))".to_owned());
    for on_failure in ["fail", "skip"] {
        let registry = PluginRegistry::default();
        let ruleset =
            ruleset(&registry, &[&honest, &panics, &broken, &endless], &format!("on_failure = \"{on_failure}\"\n"));
        check_independence(&ruleset, &registry, &Arc::default()).unwrap();
        assert!(registry.plugins().iter().all(|plugin| !plugin.is_quarantined()));
    }
}

#[test]
fn a_plugin_that_takes_effect_within_a_week_has_a_week_of_its_own() {
    let registry = PluginRegistry::default();
    let section = |name: &str, amount: &str| {
        let hash = registry.load(&pays(name, amount).component()).unwrap().hash();
        format!("[[change.plugin]]\nname = \"{name}\"\nhash = \"{hash}\"\n")
    };
    let (honest, counts) = (section("honest", "(i32.const 1)"), section("counts", "(call $next)"));
    let text = format!(
        "name = \"plant\"\n[[change]]\nfrom = \"2031-01-01\"\n{honest}[[change]]\nfrom = \"2031-01-07\"\n{counts}"
    );
    let compiled = compile(&Document { name: "plant.toml", text: &text }, &registry);
    let ruleset = Arc::new(compiled.unwrap_or_else(|mistakes| panic!("{mistakes}")));
    let found = dependence(&ruleset, &registry);
    assert_eq!(
        (found.bindings.as_slice(), found.week.to_string()),
        (["counts".to_owned()].as_slice(), "2031-01-07".to_owned())
    );
}

#[test]
fn a_plugin_is_tried_in_the_version_that_binds_it() {
    let registry = PluginRegistry::default();
    let hash = registry.load(&pays("counts", "(call $next)").component()).unwrap().hash();
    for from in ["2031-01-01", "9999-12-30"] {
        let text = format!(
            "name = \"plant\"\n[[change]]\nfrom = \"{from}\"\n[[change.plugin]]\nname = \"counts\"\nhash = \"{hash}\"\n"
        );
        let compiled = compile(&Document { name: "plant.toml", text: &text }, &registry);
        let ruleset = Arc::new(compiled.unwrap_or_else(|mistakes| panic!("{mistakes}")));
        match from {
            "2031-01-01" => assert_eq!(dependence(&ruleset, &registry).week.to_string(), from),
            // Nobody works where the calendar ends.
            _ => check_independence(&ruleset, &PluginRegistry::default(), &Arc::default()).unwrap(),
        }
    }
}
