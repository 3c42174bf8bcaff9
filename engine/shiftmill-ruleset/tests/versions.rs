//! Merging, effective dates, names and the hash.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails may say so")]
#![allow(clippy::indexing_slicing, reason = "a test that fails may say so")]

use std::sync::Arc;

use shiftmill_core::pay::combine::Combine;
use shiftmill_core::pay::tiers::{Counts, TierScope};
use shiftmill_core::shape::calendar::NamedCalendar;
use shiftmill_core::shape::schedule::ShiftBlock;
use shiftmill_core::{CalendarId, Multiplier, Seconds, Workday};
use shiftmill_ruleset::{Document, Library, NoLibrary, Ruleset, compile, presets};

fn compiled(text: &str) -> Ruleset {
    with(text, &NoLibrary)
}

fn with(text: &str, library: &dyn Library) -> Ruleset {
    compile(&Document { name: "acme.toml", text }, library).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

fn day(year: i32, month: u32, day: u32) -> Workday {
    Workday::from_date(year, month, day).unwrap()
}

struct File(&'static str);

impl Library for File {
    fn find(&self, name: &str) -> Option<String> {
        (name == "base.toml").then(|| self.0.to_owned())
    }
}

#[test]
fn every_preset_compiles_and_says_what_it_does_not_cover() {
    for preset in presets() {
        let ruleset = compiled(preset.text);
        assert_eq!(format!("{}@{}", ruleset.name(), ruleset.version()), preset.name);
        assert!(!ruleset.not_covered().is_empty(), "{}", preset.name);
        let names = ruleset.timeline().names();
        for tier in &ruleset.timeline().single().unwrap().overtime.tiers {
            assert!(ruleset.source_of(tier.rule).is_some(), "{}", names.rule(tier.rule));
        }
    }
}

#[test]
fn tiers_stand_from_narrow_to_wide() {
    let california = compiled(presets()[2].text);
    let plan = california.timeline().single().unwrap();
    let names = california.timeline().names();
    let tiers: Vec<&str> = plan.overtime.tiers.iter().map(|tier| names.rule(tier.rule)).collect();
    assert_eq!(tiers, ["seventh-day", "daily-8", "seventh-day-8", "daily-12", "weekly-40"]);
    assert_eq!(plan.overtime.combine, Combine::StraightTimeOnly);
    assert_eq!(plan.overtime.tiers[3].multiplier, Multiplier(2_000));

    let japan = compiled(presets()[6].text);
    let monthly = japan.timeline().single().unwrap().overtime.tiers.last().unwrap().clone();
    assert_eq!(monthly.scope, TierScope::Month);
    assert!(matches!(monthly.counts, Counts::Codes(_)));
}

#[test]
fn layout_comments_order_and_spelling_do_not_change_the_hash() {
    let one = compiled(
        "name = \"acme\"\n# a comment\n[attendance]\nlate_grace = \"5m\"\nearly_grace = \"0m\"\n\
         [calendar]\nstatutory_holidays = [2026-10-01, 2026-10-02]\n[workdays]\nopens_at = \"00:00\"\n",
    );
    let other = compiled(
        "calendar.statutory_holidays = [\"2026-10-02\",\n\n  2026-10-01]\nname=\"acme\"\n\
         attendance = { late_grace = \"0:05\" }\n",
    );
    assert_eq!(one.hash_hex(), other.hash_hex());
    assert_eq!(one.timeline(), other.timeline());
    assert_eq!(one.hash_hex().len(), 64);
    let changed = compiled("name = \"acme\"\n[attendance]\nlate_grace = \"6m\"\n");
    assert_ne!(one.hash(), changed.hash());
}

#[test]
fn a_ruleset_written_out_has_the_hash_of_one_that_extends() {
    let base = "name = \"base\"\n[attendance]\nlate_grace = \"5m\"\n";
    let extending = with("name = \"acme\"\nextends = \"base.toml\"\n", &File(base));
    let written = compiled("name = \"acme\"\n[attendance]\nlate_grace = \"5m\"\n");
    assert_eq!(extending.hash(), written.hash());
    assert_eq!(extending.extends(), ["base.toml"]);
}

#[test]
fn a_child_changes_adds_and_removes_rules_by_name() {
    let ruleset = compiled(
        r#"
name = "acme"
extends = "us-california@1"
remove = ["second-meal", "short-rest"]
not_covered = ["Standby."]
[attendance]
late_grace = "5m"
[[overtime.tiers]]
name = "weekly-40"
after = "38h"
[[overtime.tiers]]
name = "weekly-50"
scope = "workweek"
after = "50h"
pay = "overtime_2_0"
"#,
    );
    let plan = ruleset.timeline().single().unwrap();
    let names = ruleset.timeline().names();
    let tiers: Vec<(&str, Seconds)> =
        plan.overtime.tiers.iter().map(|tier| (names.rule(tier.rule), tier.limit)).collect();
    assert_eq!(tiers[4..], [("weekly-40", Seconds::hours(38)), ("weekly-50", Seconds::hours(50))]);
    assert_eq!(plan.meal_requirements.len(), 1);
    assert!(plan.breaks.paid_below.is_none());
    assert_eq!(plan.attendance.late_grace, Some(Seconds::minutes(5)));
    assert_eq!(ruleset.not_covered().last().map(String::as_str), Some("Standby."));
    assert!(ruleset.not_covered().len() > 3);
    assert_eq!(ruleset.name(), "acme");
    assert_eq!(ruleset.version(), "");
}

#[test]
fn effective_dates_make_versions_that_share_their_names() {
    let ruleset = compiled(
        r#"
name = "acme"
shifts.late = { start = "22:00", end = "06:00" }
schedule.pattern = { Mon-Fri = "late" }
[[overtime.tiers]]
name = "daily-8"
after = "8h"
pay = "overtime_1_5"
[[change]]
from = 2026-07-01
overtime.tiers = [ { name = "weekly-40", scope = "workweek", after = "40h", pay = "overtime_1_5" } ]
shifts.day = { start = "08:00", end = "16:00" }
[[change]]
from = 2026-03-01
remove = ["daily-8"]
overtime.tiers = [ { name = "daily-7", after = "7h", pay = "overtime_1_5" } ]
"#,
    );
    let timeline = ruleset.timeline();
    let rules = |at: Workday| -> Vec<u16> { timeline.at(at).overtime.tiers.iter().map(|tier| tier.rule.0).collect() };
    assert_eq!(timeline.versions().len(), 3);
    assert_eq!(rules(day(2026, 2, 28)), [4]);
    assert_eq!(rules(day(2026, 3, 1)), [5]);
    assert_eq!(rules(day(2026, 7, 1)), [5, 6]);
    assert_eq!(timeline.names().rules[4..], ["daily-8", "daily-7", "weekly-40"]);
    // The shift that comes later keeps its number away from the earlier one.
    assert_eq!(timeline.names().shifts, ["late", "day"]);
    let first = timeline.at(day(2026, 1, 1));
    assert_eq!(first.schedule.templates.len(), 2);
    assert_eq!(first.schedule.weekly_pattern[0], Some(0));
    assert_eq!(first.schedule.templates[0].blocks, [ShiftBlock::new(79_200, 108_000)]);
}

#[test]
fn what_a_child_says_stays_said_when_its_parent_changes() {
    let base = "name = \"base\"\n[attendance]\nlate_grace = \"5m\"\nearly_grace = \"5m\"\n\
                [[change]]\nfrom = 2026-07-01\nattendance = { late_grace = \"3m\", early_grace = \"3m\" }\n";
    let ruleset = with("name = \"acme\"\nextends = \"base.toml\"\nattendance.late_grace = \"9m\"\n", &File(base));
    let at = |date: Workday| {
        let attendance = &ruleset.timeline().at(date).attendance;
        (attendance.late_grace, attendance.early_grace)
    };
    let minutes = |minutes| Some(Seconds::minutes(minutes));
    assert_eq!(at(day(2026, 6, 30)), (minutes(9), minutes(5)));
    assert_eq!(at(day(2026, 7, 1)), (minutes(9), minutes(3)));
}

#[test]
fn leave_and_pay_codes_of_ones_own_are_numbered_after_the_shipped_ones() {
    let ruleset = compiled(
        "name = \"acme\"\n[leave.codes.annual]\n[leave.codes.unpaid]\npaid = false\n[leave.codes.jury]\npay = \"civic\"\n\
         [pay_codes.civic]\nmultiplier = \"1.0\"\n",
    );
    let names = ruleset.timeline().names();
    assert_eq!(names.leave, ["annual", "jury", "unpaid"]);
    let codes = &ruleset.timeline().single().unwrap().leave.codes;
    let told = |index: usize| names.pay_code(codes[index].pays_to).map(|info| (info.name.as_str(), info.paid));
    assert_eq!(
        [told(0), told(1), told(2)],
        [Some(("leave_annual", true)), Some(("civic", true)), Some(("leave_unpaid", false))]
    );
}

#[test]
fn whether_a_ruleset_is_shared_is_its_own_and_changes_no_hash() {
    let base = compiled("name = \"base\"\nshared = true\n");
    assert!(base.is_shared());
    assert_eq!(base.hash(), compiled("name = \"base\"\n").hash());
    let over = with("name = \"acme\"\nextends = \"base.toml\"\n", &File("name = \"base\"\nshared = true\n"));
    assert!(!over.is_shared());
}

#[test]
fn named_calendars_are_extended_changed_and_hashed_as_the_own_one_is() {
    let base = "name = \"base\"\n[calendar]\nstatutory_holidays = [2027-03-08]\n\
                [calendars.bavaria]\nstatutory_holidays = [2027-05-27]\n";
    let child = "name = \"acme\"\nextends = \"base.toml\"\n[calendars.bavaria]\nremove = [2027-03-08]\n\
                 [[change]]\nfrom = 2027-07-01\n[change.calendars.saxony]\nstatutory_holidays = [2027-11-17]\n\
                 [change.calendars.bavaria]\nstatutory_holidays = [2027-11-01]\n";
    let ruleset = with(child, &File(base));
    let timeline = ruleset.timeline();
    assert_eq!(timeline.names().calendars, ["bavaria", "saxony"]);
    let of = |date: Workday| -> Vec<(u16, Vec<(Workday, bool)>)> {
        let calendars = timeline.at(date).calendars.iter();
        let dates = |named: &NamedCalendar| named.dates.iter().map(|it| (it.date, it.day_type.is_some())).collect();
        calendars.map(|named| (named.number.0, dates(named))).collect()
    };
    let removed = (day(2027, 3, 8), false);
    assert_eq!(of(day(2027, 6, 30)), [(0, vec![removed, (day(2027, 5, 27), true)])]);
    let bavaria = (0, vec![removed, (day(2027, 11, 1), true)]);
    assert_eq!(of(day(2027, 7, 1)), [bavaria, (1, vec![(day(2027, 11, 17), true)])]);
    // Who replaces the dates of a document below need not know what its named calendars remove.
    let next_year = "name = \"acme\"\nextends = \"base.toml\"\n[calendar]\nstatutory_holidays = [2028-03-08]\n";
    let removes = "name = \"base\"\n[calendar]\nstatutory_holidays = [2027-03-08]\n\
                   [calendars.bavaria]\nremove = [2027-03-08]\n";
    with(next_year, &File(removes));
    assert_ne!(ruleset.hash(), with(&child.replace("2027-11-17", "2027-11-16"), &File(base)).hash());
    assert_ne!(ruleset.hash(), with(&child.replace("saxony", "thuringia"), &File(base)).hash());
}

#[test]
fn rulesets_that_are_joined_number_their_calendars_together() {
    let one = Arc::new(compiled("name = \"one\"\n[calendars.bavaria]\n[calendars.hesse]\n"));
    let two = Arc::new(compiled("name = \"two\"\n[calendars.saxony]\n[calendars.bavaria]\n"));
    let joined = Ruleset::join(&[one, two]).unwrap();
    assert_eq!(joined[1].timeline().names().calendars, ["bavaria", "hesse", "saxony"]);
    let has = |ruleset: usize| [0, 1, 2].map(|number| joined[ruleset].timeline().has_calendar(CalendarId(number)));
    assert_eq!((has(0), has(1)), ([true, true, false], [true, false, true]));
}
