//! The handbook's page on rulesets is true: its documents compile, and its reference is the table of settings.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails may say so")]
#![allow(clippy::indexing_slicing, reason = "a test that fails may say so")]

use std::sync::Arc;

use shiftmill_core::{Field, Hook, HookSet, Manifest, PayCode, PlanTimeline, PluginHash, Setting, ValueKind, Workday};
use shiftmill_ruleset::{Document, Library, PluginFound, PluginReference, Ruleset, compile, json_schema, reference};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/rulesets.md");
const MARK: &str = "<!-- reference: from here on generated -->\n";

fn page() -> String {
    std::fs::read_to_string(PAGE).unwrap()
}

/// The plugin that the page speaks of.
struct Beside;

impl Library for Beside {
    fn find(&self, _name: &str) -> Option<String> {
        None
    }

    fn plugin(&self, which: PluginReference<'_>) -> Result<PluginFound, String> {
        assert_eq!(which, PluginReference::File("night_meal.wasm"));
        let setting = |key: &str, kind| {
            let (key, meaning, choices) = (key.to_owned(), String::new(), Vec::new());
            let field = Field { key, meaning, kind, default: None, least: None, most: None, choices };
            Setting { field, fields: Vec::new() }
        };
        let settings = vec![
            setting("until", ValueKind::Clock),
            setting("least", ValueKind::Length),
            setting("code", ValueKind::CountCode),
        ];
        let manifest = Manifest { hooks: HookSet::NONE.with(Hook::Days), settings, ..Manifest::default() };
        Ok(PluginFound { hash: PluginHash([1; 32]), manifest: Arc::new(manifest) })
    }
}

fn compiled(text: &str) -> Ruleset {
    compile(&Document { name: "page.toml", text }, &Beside).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

#[test]
fn every_document_of_the_page_compiles() {
    let page = page();
    let documents: Vec<&str> =
        page.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap_or("")).collect();
    assert_eq!(documents.len(), 13);
    for document in documents {
        compiled(document);
    }
}

#[test]
fn the_page_lists_every_preset() {
    let page = page();
    for preset in shiftmill_ruleset::presets() {
        assert!(page.contains(&format!("| `{}` | {} |", preset.name, preset.title)), "{}", preset.name);
    }
}

/// Run with `SHIFTMILL_WRITE_REFERENCE=1` to bring the page up to date.
#[test]
fn the_reference_of_the_page_is_the_table_of_settings() {
    let page = page();
    let (written, shown) = page.split_once(MARK).expect("the page has the mark");
    if std::env::var_os("SHIFTMILL_WRITE_REFERENCE").is_some() {
        std::fs::write(PAGE, format!("{written}{MARK}{}", reference())).unwrap();
    } else {
        assert_eq!(shown, reference(), "run with SHIFTMILL_WRITE_REFERENCE=1 to bring the page up to date");
    }
}

#[test]
fn the_page_shows_every_setting_in_use() {
    let page = page();
    let shown = reference();
    let rows = shown.lines().filter(|line| line.starts_with("| `"));
    for setting in rows.filter_map(|row| row.split('`').nth(1)) {
        let used = [format!("{setting} ="), format!("{setting}]")].iter().any(|form| page.contains(form));
        assert!(used, "`{setting}` is not shown on the page");
    }
}

#[test]
fn a_ruleset_with_only_a_name_compiles_to_the_defaults() {
    let ruleset = compiled("name = \"plain\"");
    let mut plan = shiftmill_core::Plan::default();
    plan.schedule.earliest_in = shiftmill_core::shape::schedule::EARLIEST_IN_DEFAULT;
    plan.schedule.latest_out = shiftmill_core::shape::schedule::LATEST_OUT_DEFAULT;
    let names = ruleset.timeline().names();
    let unapproved = names.pay_codes.iter().position(|code| code.name == "unapproved").unwrap();
    plan.employment.outside_to = PayCode(unapproved as u16);
    assert_eq!(ruleset.timeline().single(), Some(&plan));
    assert_eq!(names.rules, ["worked", "punches", "attendance", "leave"]);
    assert_eq!(names.pay_codes[0].name, "regular");
    assert_eq!(names.pay_codes[1].name, "unpaid_break");
    assert!(PlanTimeline::at(ruleset.timeline(), Workday(0)).overtime.tiers.is_empty());
}

#[test]
fn the_schema_has_every_table() {
    let schema = json_schema();
    let properties = schema["properties"].as_object().unwrap();
    for table in
        ["punches", "calendars", "overtime", "premiums", "watchers", "plugin", "change", "exceptions", "pay_codes"]
    {
        assert!(properties.contains_key(table), "{table}");
    }
    assert_eq!(schema["additionalProperties"], false);
    assert_eq!(schema["properties"]["overtime"]["properties"]["tiers"]["items"]["properties"]["weeks"]["maximum"], 26);
    // What a plugin may be told is the plugin's own matter.
    assert_eq!(schema["properties"]["plugin"]["items"]["properties"]["config"]["type"], "object");
}
