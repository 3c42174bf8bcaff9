//! Plugins in rulesets: what is bound, what is refused and where, and what the hash holds.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails may say so")]
#![allow(clippy::indexing_slicing, reason = "a test that fails may say so")]

use std::sync::Arc;

use shiftmill_core::{
    Argument, CarriedKey, CarryKey, ConfigValue, ContextDays, Field, Hook, HookSet, Isolation, Manifest, OnFailure,
    PluginBinding, PluginHash, ReasonRule, RuleId, Setting, ValueKind, Workday,
};
use shiftmill_ruleset::{Document, Library, PluginFound, PluginReference, Ruleset, compile, configuration};

const DECLARED: &str = "[pay_codes.night_meal]\nlayer = \"quantity\"\nunit = \"count\"\n";

/// A library with the plugins `night_meal.wasm`, `night_meal_2.wasm`, `points.wasm`, `codes.wasm` and `all.wasm`.
struct PluginRegistry;

impl Library for PluginRegistry {
    fn find(&self, name: &str) -> Option<String> {
        let base =
            format!("name = \"base\"\n{DECLARED}[[plugin]]\nname = \"night-meal\"\nfile = \"night_meal.wasm\"\n");
        (name == "base.toml").then(|| format!("{base}config = {{ least = \"9h\", until = \"21:00\" }}\n"))
    }

    fn plugin(&self, which: PluginReference<'_>) -> Result<PluginFound, String> {
        let (number, manifest) = match which {
            PluginReference::File("night_meal.wasm" | "renamed.wasm") => (1, night_meal("0.3.1")),
            PluginReference::File("night_meal_2.wasm") => (2, night_meal("0.4.0")),
            PluginReference::File("points.wasm") => (3, points()),
            PluginReference::File("all.wasm") => (4, every_kind()),
            PluginReference::File("codes.wasm") => (5, codes()),
            PluginReference::Hash(hash) if hash == PluginHash([1; 32]) => (1, night_meal("0.3.1")),
            PluginReference::File(_) => return Err("there is no such file".to_owned()),
            PluginReference::Hash(_) => return Err("the service has no plugin of this hash".to_owned()),
        };
        Ok(PluginFound { hash: PluginHash([number; 32]), manifest: Arc::new(manifest) })
    }

    fn configure(&self, binding: &PluginBinding) -> Result<ContextDays, String> {
        let odd = binding.values.contains(&ConfigValue::Number(3_601));
        let weekly = binding.values.contains(&ConfigValue::Number(7 * 3_600));
        let context = ContextDays { before: if weekly { 6 } else { 0 }, after: 0 };
        if odd { Err("`least` must be a whole hour".to_owned()) } else { Ok(context) }
    }
}

fn field(key: &str, kind: ValueKind, default: Option<&str>) -> Field {
    Field {
        key: key.to_owned(),
        meaning: format!("What {key} means."),
        kind,
        default: default.map(str::to_owned),
        least: None,
        most: None,
        choices: Vec::new(),
    }
}

fn setting(field: Field) -> Setting {
    Setting { field, fields: Vec::new() }
}

fn night_meal(version: &str) -> Manifest {
    let least = Field { most: Some(86_400), least: Some(3_600), ..field("least", ValueKind::Length, Some("10h")) };
    let argument = Argument { name: "worked".to_owned(), kind: ValueKind::Length };
    Manifest {
        name: "acme-night-meal".to_owned(),
        version: version.to_owned(),
        hooks: HookSet::NONE.with(Hook::Days).with(Hook::Period),
        settings: vec![
            setting(field("until", ValueKind::Clock, Some("22:00"))),
            setting(least),
            setting(field("code", ValueKind::CountCode, Some("night_meal"))),
        ],
        rules: vec![
            ReasonRule {
                key: "long-night".to_owned(),
                english: "worked {worked}".to_owned(),
                chinese: String::new(),
                arguments: vec![argument],
            },
            ReasonRule {
                key: "late-night".to_owned(),
                english: "late".to_owned(),
                chinese: String::new(),
                arguments: Vec::new(),
            },
        ],
        ..Manifest::default()
    }
}

fn points() -> Manifest {
    let rows = Field { most: Some(3), ..field("ladder", ValueKind::Rows, Some("[]")) };
    let fields = vec![field("after", ValueKind::Length, None), field("points", ValueKind::Whole, Some("1"))];
    let carried = |key: &str| CarriedKey { key: key.to_owned(), meaning: String::new() };
    Manifest {
        name: "acme-points".to_owned(),
        version: "1.0.0".to_owned(),
        hooks: HookSet::NONE.with(Hook::Period),
        settings: vec![Setting { field: rows, fields }, setting(field("since", ValueKind::Workday, None))],
        carried: vec![carried("balance"), carried("streak")],
        ..Manifest::default()
    }
}

fn codes() -> Manifest {
    Manifest {
        name: "acme-codes".to_owned(),
        version: "1.0.0".to_owned(),
        hooks: HookSet::NONE.with(Hook::Period),
        settings: vec![Setting {
            field: field("codes", ValueKind::Rows, None),
            fields: vec![field("value", ValueKind::BaseCode, None)],
        }],
        ..Manifest::default()
    }
}

fn every_kind() -> Manifest {
    let of = |kind: ValueKind, default| field(&format!("of_{}", kind.code()), kind, Some(default));
    let choice = Field { choices: vec!["up".to_owned(), "down".to_owned()], ..of(ValueKind::Choice, "down") };
    Manifest {
        name: "all".to_owned(),
        version: "1.0.0".to_owned(),
        hooks: HookSet::NONE.with(Hook::Punches),
        settings: [
            of(ValueKind::Whole, "-3"),
            of(ValueKind::Length, "8h30m"),
            of(ValueKind::Clock, "26:00"),
            of(ValueKind::Workday, "2026-02-28"),
            of(ValueKind::Flag, "true"),
            of(ValueKind::BaseCode, "overtime_1_5"),
            of(ValueKind::PremiumCode, "night"),
            of(ValueKind::TimeCode, "holiday_paid"),
            of(ValueKind::CountCode, "meal_premium"),
            of(ValueKind::Exception, "late_out"),
            choice,
            of(ValueKind::Text, "hello"),
            of(ValueKind::Rows, "[]"),
        ]
        .map(setting)
        .to_vec(),
        ..Manifest::default()
    }
}

fn compiled(text: &str) -> Ruleset {
    compile(&Document { name: "acme.toml", text }, &PluginRegistry).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

/// `line:column: message | hint`, one per mistake.
fn mistakes(text: &str) -> Vec<String> {
    let mistakes =
        compile(&Document { name: "acme.toml", text }, &PluginRegistry).expect_err("the document has mistakes");
    let shown = mistakes.list.iter();
    shown
        .map(|it| format!("{}:{}: {} | {}", it.line, it.column, it.message, it.hint.as_deref().unwrap_or("-")))
        .collect()
}

fn acme(plugin: &str) -> String {
    format!("name = \"acme\"\n{DECLARED}[[plugin]]\nname = \"night-meal\"\n{plugin}")
}

#[test]
fn a_plugin_is_bound_with_its_defaults() {
    let ruleset = compiled(&acme("file = \"night_meal.wasm\"\n[plugin.config]\nleast = \"12:00\"\n"));
    let [binding] = ruleset.timeline().bindings() else { panic!("one plugin") };
    assert_eq!((binding.name.as_str(), binding.plugin), ("night-meal", PluginHash([1; 32])));
    assert_eq!(binding.hooks, HookSet::NONE.with(Hook::Days).with(Hook::Period));
    assert_eq!((binding.isolation, binding.on_failure), (Isolation::Chunk, OnFailure::Fail));
    let code = ruleset.timeline().names().pay_codes.iter().position(|info| info.name == "night_meal").unwrap();
    let numbers = [79_200, 43_200, code as i64].map(ConfigValue::Number);
    assert_eq!(binding.values, numbers);
    assert_eq!(ruleset.timeline().at(Workday(0)).plugins, [0]);
    assert!(binding.manifest.accepts(&binding.values));

    let names = ruleset.timeline().names();
    assert_eq!(
        names.rules,
        ["worked", "punches", "attendance", "leave", "night-meal/long-night", "night-meal/late-night"]
    );
    assert_eq!((binding.first_rule, binding.rule(1)), (RuleId(4), Some(RuleId(5))));
    assert_eq!(names.reason_rule(RuleId(4)).unwrap().english, "worked {worked}");
    assert_eq!(names.reason_rule(RuleId(3)), None);
}

#[test]
fn every_kind_of_value_is_read_and_shown_as_it_is_written() {
    let ruleset = compiled("name = \"acme\"\n[[plugin]]\nname = \"all\"\nfile = \"all.wasm\"\n");
    let shown = |ruleset: &Ruleset| {
        let binding = &ruleset.timeline().bindings()[0];
        configuration(binding, ruleset.timeline().names())
            .iter()
            .map(|(key, value)| format!("{key} = {value}\n"))
            .collect()
    };
    let standard: String = shown(&ruleset);
    assert_eq!(
        standard,
        "of_whole = -3\nof_length = \"8h30m\"\nof_clock = \"26:00\"\nof_workday = \"2026-02-28\"\nof_flag = true\n\
         of_base_code = \"overtime_1_5\"\nof_premium_code = \"night\"\nof_time_code = \"holiday_paid\"\n\
         of_count_code = \"meal_premium\"\nof_exception = \"late_out\"\nof_choice = \"down\"\nof_text = \"hello\"\n\
         of_rows = []\n"
    );
    let spelled =
        format!("name = \"acme\"\n[[plugin]]\nname = \"all\"\nfile = \"all.wasm\"\n[plugin.config]\n{standard}");
    assert_eq!(compiled(&spelled).hash(), ruleset.hash());
}

#[test]
fn rows_have_one_number_per_field() {
    let text = "name = \"acme\"\n[[plugin]]\nname = \"points\"\nfile = \"points.wasm\"\n[plugin.config]\nsince = 2026-01-01\n\
                [[plugin.config.ladder]]\nafter = \"5m\"\n[[plugin.config.ladder]]\nafter = \"1h\"\npoints = 3\n";
    let ruleset = compiled(text);
    let binding = &ruleset.timeline().bindings()[0];
    let since = Workday::from_date(2026, 1, 1).unwrap();
    assert_eq!(binding.values, [ConfigValue::Rows(vec![300, 1, 3_600, 3]), ConfigValue::Number(i64::from(since.0))]);
    assert_eq!(ruleset.timeline().names().carried, ["points/balance", "points/streak"]);
    assert_eq!(binding.carried(1), Some(CarryKey(1)));
}

#[test]
fn rows_with_one_field_are_a_list_of_its_values() {
    let text = |codes: &str| {
        format!(
            "name = \"acme\"\n[[plugin]]\nname = \"codes\"\nfile = \"codes.wasm\"\nconfig = {{ codes = {codes} }}\n"
        )
    };
    let plain = compiled(&text("[\"regular\", \"unpaid_break\"]"));
    assert_eq!(plain.timeline().bindings()[0].values, [ConfigValue::Rows(vec![0, 1])]);
    assert!(plain.canonical().contains("\"codes\":[\"regular\",\"unpaid_break\"]"));
    let as_tables = compiled(&text("[{ value = \"regular\" }, { value = \"unpaid_break\" }]"));
    assert_eq!(as_tables.hash(), plain.hash());
    let needed = "must be a pay code of the base layer, not the number `3`";
    assert_eq!(
        mistakes(&text("[3]")),
        [format!("5:21: `codes` {needed} | write the name of a pay code in double quotes")]
    );
    assert_eq!(mistakes(&text("3")), ["5:20: `codes` must be a list, not the number `3` | write `codes = [...]`"]);
}

#[test]
fn every_mistake_of_a_configuration_is_told_with_its_place() {
    let text = r#"name = "acme"
[pay_codes.night_meal]
layer = "quantity"
unit = "count"
[[plugin]]
name = "night-meal"
file = "night_meal.wasm"
hooks = ["days", "punches"]
isolation = "alone"
[plugin.config]
untill = "22:00"
until = "25"
least = "30m"
code = "regular"
[[plugin]]
name = "points"
file = "points.wasm"
[plugin.config]
ladder = [{ after = 5 }, { points = "one" }, 3, { after = "1h", extra = 1 }]
[[plugin]]
name = "worked"
file = "nothing.wasm"
[[plugin]]
name = "night-meal"
hash = "12"
[[plugin]]
name = "both"
file = "all.wasm"
hash = "12"
[[plugin]]
name = "none"
[[plugin]]
name = "all"
file = "all.wasm"
[plugin.config]
of_whole = 1.5
of_clock = "noon"
of_workday = "2026-02-30"
of_flag = "yes"
of_base_code = "overtime_1_6"
of_exception = "late"
of_choice = "sideways"
of_text = 3
of_rows = 3
"#;
    let expected = [
        "8:9: plugin acme-night-meal 0.3.1 has no hook `punches` | it has \"days\", \"period\"",
        "9:13: `isolation` cannot be `\"alone\"`",
        "11:1: unknown setting `untill` for plugin acme-night-meal 0.3.1 | did you mean `until`?",
        "12:9: `until` must be a time of day, not `\"25\"` | write times",
        "13:9: `least` must be from 1h to 24h, not 30m | What least means.",
        "14:8: pay code `regular` is of layer `base` with unit `second` | `code` takes a code of layer `quantity`",
        "18:1: plugin acme-points 1.0.0 needs `since` | What since means. write dates",
        "19:10: `ladder` has 4 rows; the maximum is 3 | -",
        "19:21: `after` must be a length, not the number `5` | did you mean `\"5m\"`?",
        "19:26: plugin acme-points 1.0.0 needs `after` | What after means.",
        "19:37: `points` must be a whole number, not `\"one\"` | -",
        "19:46: a row of `ladder` must be a table, not the number `3` | its fields are after, points",
        "19:65: unknown setting `extra` for plugin acme-points 1.0.0 | known here: after, points",
        "21:8: `worked` is the name of a built-in rule | choose another name",
        "22:8: plugin `nothing.wasm` cannot be used: there is no such file | -",
        "24:8: two plugins or rules are called `night-meal` | ",
        "25:8: `hash` must be 64 hexadecimal digits, not `\"12\"` | ",
        "29:8: a plugin is named by `file` or by `hash`, not by both | leave one of them out",
        "30:1: a plugin needs `file` or `hash` | write `file",
        "36:12: `of_whole` must be a whole number, not the number `1.5` | -",
        "37:12: `of_clock` must be a time of day, not `\"noon\"` | write times",
        "38:14: `of_workday` must be a date that exists, not `\"2026-02-30\"` | write dates",
        "39:11: `of_flag` must be `true` or `false`, not `\"yes\"` | -",
        "40:16: there is no pay code `overtime_1_6` | did you mean `overtime_1_0`? Else declare it under",
        "41:16: `of_exception` cannot be `\"late\"` | did you mean `\"late_in\"`?",
        "42:13: `of_choice` cannot be `\"sideways\"` | write one of \"up\", \"down\"",
        "43:11: `of_text` must be a text, not the number `3` | write texts in double quotes",
        "44:11: `of_rows` must be a list of tables, not the number `3` | write `[[plugin.config.of_rows]]`",
    ];
    let shown = mistakes(text);
    assert_eq!(shown.len(), expected.len(), "{shown:#?}");
    for (line, start) in shown.iter().zip(expected) {
        assert!(line.starts_with(start), "{line}\nshould start with\n{start}");
    }
}

#[test]
fn a_default_that_names_an_undeclared_pay_code_says_what_to_do() {
    let shown = mistakes("name = \"acme\"\n[[plugin]]\nname = \"night-meal\"\nfile = \"night_meal.wasm\"\n");
    assert_eq!(
        shown,
        ["2:1: the default of `code` of plugin acme-night-meal 0.3.1 is not valid here: there is no pay code \
          `night_meal` | declare it under `[pay_codes.night_meal]` with `layer = \"quantity\"` and `unit = \"count\"`, \
          or set `code` under `[plugin.config]`"]
    );
}

#[test]
fn a_plugin_may_refuse_what_fits_its_bounds() {
    let text = acme("file = \"night_meal.wasm\"\n[plugin.config]\nleast = \"1:00:01\"\n");
    assert_eq!(
        mistakes(&text),
        ["8:1: plugin acme-night-meal 0.3.1 refuses its configuration: `least` must be a whole hour | -"]
    );
    // Plugins do not check a document that already has mistakes.
    assert_eq!(mistakes(&format!("{text}until = \"noon\"\n")).len(), 1);
}

#[test]
fn a_plugin_needs_the_days_that_it_looks_at() {
    let context = |least: &str| {
        let text = acme(&format!("file = \"night_meal.wasm\"\n[plugin.config]\nleast = \"{least}\"\n"));
        compiled(&text).context()
    };
    assert_eq!(context("8h"), ContextDays { before: 1, after: 1 });
    assert_eq!(context("7h"), ContextDays { before: 7, after: 1 });
}

#[test]
fn the_hash_holds_what_the_plugin_does_and_not_what_its_file_is_called() {
    let plain = compiled(&acme("file = \"night_meal.wasm\"\n"));
    let spelled = "file = \"renamed.wasm\"\nhooks = [\"period\", \"days\"]\n[plugin.config]\nuntil = \"22:00\"\nleast = \"10:00\"\n";
    assert_eq!(compiled(&acme(spelled)).hash(), plain.hash());
    let by_hash = format!("hash = \"{}\"\n", "01".repeat(32));
    assert_eq!(compiled(&acme(&by_hash)).hash(), plain.hash());
    for other in ["file = \"night_meal_2.wasm\"\n", "file = \"night_meal.wasm\"\nhooks = [\"days\"]\n"] {
        assert_ne!(compiled(&acme(other)).hash(), plain.hash());
    }
    assert!(plain.canonical().contains(
        "\"plugin\":[{\"config\":{\"code\":\"night_meal\",\"least\":\"10h\",\"until\":\"22:00\"},\"hash\":\"0101"
    ));
    let without = compiled(&format!("name = \"acme\"\n{DECLARED}"));
    assert!(!without.canonical().contains("plugin"), "a ruleset without plugins keeps its hash");
}

#[test]
fn inherited_plugins_merge_by_name_and_setting() {
    let text = "name = \"acme\"\nextends = \"base.toml\"\n[[plugin]]\nname = \"night-meal\"\n\
                source = \"Agreement of 2026, section 4\"\n[plugin.config]\nleast = \"11h\"\n";
    let ruleset = compiled(text);
    let names = ruleset.timeline().names();
    let shown: Vec<String> = configuration(&ruleset.timeline().bindings()[0], names)
        .iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    assert_eq!(shown, ["until=\"21:00\"", "least=\"11h\"", "code=\"night_meal\""]);
    assert_eq!(ruleset.source_of(RuleId(5)), Some("Agreement of 2026, section 4"));

    let by_hash = format!(
        "name = \"acme\"\nextends = \"base.toml\"\n[[plugin]]\nname = \"night-meal\"\nhash = \"{}\"\n",
        "01".repeat(32)
    );
    assert_eq!(compiled(&by_hash).timeline().bindings()[0].plugin, PluginHash([1; 32]));
    let removed = compiled("name = \"acme\"\nextends = \"base.toml\"\nremove = [\"night-meal\"]\n");
    assert!(removed.timeline().bindings().is_empty());
}

#[test]
fn effective_dates_bring_bindings_in_the_order_of_calling() {
    let text = acme(
        "file = \"night_meal.wasm\"\n[[plugin]]\nname = \"points\"\nfile = \"points.wasm\"\nconfig.since = 2026-01-01\n\
         [[change]]\nfrom = 2026-07-01\n[[change.plugin]]\nname = \"night-meal\"\nfile = \"night_meal_2.wasm\"\n\
         [[change]]\nfrom = 2026-09-01\n[[change.plugin]]\nname = \"night-meal\"\nconfig.least = \"11h\"\n\
         [[change]]\nfrom = 2026-11-01\nremove = [\"night-meal\"]\n[[change.attendance.late_tiers]]\nfrom = \"1h\"\noutcome = \"late_in\"\n",
    );
    let ruleset = compiled(&text);
    let bindings: Vec<(&str, u8)> =
        ruleset.timeline().bindings().iter().map(|it| (it.name.as_str(), it.plugin.0[0])).collect();
    assert_eq!(bindings, [("night-meal", 1), ("night-meal", 2), ("night-meal", 2), ("points", 3)]);
    let plans: Vec<&[u16]> = ruleset.timeline().versions().iter().map(|(_, plan)| plan.plugins.as_slice()).collect();
    assert_eq!(plans, [[0, 3].as_slice(), &[1, 3], &[2, 3], &[3]]);
    let first_rules: Vec<RuleId> = ruleset.timeline().bindings().iter().map(|it| it.first_rule).collect();
    assert_eq!(first_rules[..3], [RuleId(4); 3], "versions that say the same have the same rules");
}

#[test]
fn dates_that_call_plugins_in_another_order_are_refused() {
    let text = acme(
        "file = \"night_meal.wasm\"\n[[plugin]]\nname = \"all\"\nfile = \"all.wasm\"\n[[change]]\nfrom = 2026-07-01\n\
         remove = [\"night-meal\"]\n[[change.plugin]]\nname = \"night-meal\"\nfile = \"night_meal.wasm\"\n",
    );
    let shown = mistakes(&text);
    assert_eq!(shown.len(), 1, "{shown:#?}");
    assert!(shown[0].contains("the plugins `night-meal`, `all` have a different order on another date"), "{shown:#?}");
}

#[test]
fn more_plugins_than_can_be_called_are_refused() {
    let plugin = |number: usize| format!("[[plugin]]\nname = \"p{number}\"\nfile = \"all.wasm\"\n");
    let text = |count: usize| format!("name = \"acme\"\n{}", (0..count).map(plugin).collect::<String>());
    assert_eq!(compiled(&text(16)).timeline().bindings().len(), 16);
    assert!(mistakes(&text(17))[0].starts_with("50:1: there are 17 plugins; the maximum is 16"));
    // Sixteen plugins that all change on every date.
    let change = |day: usize| {
        let plugin = |number: usize| format!("[[change.plugin]]\nname = \"p{number}\"\nconfig.of_whole = {day}\n");
        let plugins: String = (0..16).map(plugin).collect();
        format!("[[change]]\nfrom = 2026-{:02}-{:02}\n{plugins}", day / 28 + 1, day % 28 + 1)
    };
    let shown = mistakes(&format!("{}{}", text(16), (0..64).map(change).collect::<String>()));
    assert!(shown[0].contains("more than 256 different plugins and configurations"), "{shown:#?}");
}
