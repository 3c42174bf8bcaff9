//! Worked examples whose answers are known by hand, through a ruleset, the engine and the oracle alike.
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test that fails says so")]
#![allow(clippy::float_arithmetic, reason = "hours as a person writes them")]

#[allow(dead_code, reason = "shared by several files of tests")]
mod support;

use shiftmill_core::{ExceptionCode, PunchKind, Workday};
use support::{Card, date};

/// A Sunday.
fn sunday() -> Workday {
    date(2026, 3, 1)
}

const CALIFORNIA: &str = "extends = \"us-california@1\"";

fn california(days: &[f64]) -> [f64; 3] {
    Card::new(CALIFORNIA, "Etc/UTC", sunday()).days(days).hours(["regular", "overtime_1_5", "overtime_2_0"])
}

#[test]
fn california_pays_the_day_the_week_and_the_seventh_day() {
    assert_eq!(california(&[10.0, 10.0, 10.0, 10.0, 10.0, 10.0, 14.0]), [40.0, 28.0, 6.0]);
    assert_eq!(california(&[9.0, 9.0, 9.0, 9.0, 9.0, 9.0, 0.0]), [40.0, 14.0, 0.0]);
    assert_eq!(california(&[8.0, 8.0, 8.0, 8.0, 8.0, 6.0, 5.0]), [40.0, 11.0, 0.0]);
    assert_eq!(california(&[13.0, 8.0, 8.0, 8.0, 8.0, 0.0, 0.0]), [40.0, 4.0, 1.0]);
    assert_eq!(california(&[10.0, 10.0, 10.0, 10.0]), [32.0, 8.0, 0.0]);
}

fn day_and_week(combine: &str, day: &str, week: &str) -> String {
    format!(
        "[overtime]\ncombine = \"{combine}\"\n\
         [[overtime.tiers]]\nname = \"day\"\nscope = \"workday\"\nafter = \"{day}\"\npay = \"overtime_1_5\"\n\
         [[overtime.tiers]]\nname = \"week\"\nscope = \"workweek\"\nafter = \"{week}\"\npay = \"overtime_1_5\"\n"
    )
}

fn premium_hours(rules: &str, days: &[f64]) -> f64 {
    let monday = sunday().plus(1);
    Card::new(rules, "Etc/UTC", monday).days(days).hours(["overtime_1_5"])[0]
}

#[test]
fn hours_that_count_twice_are_paid_once_or_not_counted_again() {
    let (all, straight) =
        (day_and_week("all_hours_count", "8h", "40h"), day_and_week("straight_time_only", "8h", "40h"));
    assert_eq!(premium_hours(&all, &[10.0; 5]), 18.0);
    assert_eq!(premium_hours(&straight, &[10.0; 5]), 10.0);
    assert_eq!(premium_hours(&all, &[12.0, 12.0, 8.0, 8.0, 8.0]), 16.0);
    assert_eq!(premium_hours(&straight, &[12.0, 12.0, 8.0, 8.0, 8.0]), 8.0);
}

#[test]
fn alberta_pays_the_greater_of_day_and_week() {
    assert_eq!(premium_hours(&day_and_week("straight_time_only", "8h", "44h"), &[12.0, 8.0, 8.0, 8.0, 8.0]), 4.0);
}

#[test]
fn eight_and_eighty_runs_over_two_workweeks() {
    let rules = "[[overtime.tiers]]\nname = \"day\"\nscope = \"workday\"\nafter = \"8h\"\npay = \"overtime_1_5\"\n\
         [[overtime.tiers]]\nname = \"fortnight\"\nscope = \"workweeks\"\nweeks = 2\nanchor = 2026-03-02\n\
         after = \"80h\"\npay = \"overtime_1_5\"\n";
    assert_eq!(premium_hours(rules, &[12.0; 7]), 28.0);
    assert_eq!(premium_hours(rules, &[8.0; 11]), 8.0);
    assert_eq!(premium_hours(rules, &[10.0; 8]), 16.0);
}

#[test]
fn japan_counts_from_sunday_and_pays_the_day_of_rest_apart() {
    let card = |days: &[f64]| Card::new("extends = \"jp-standard@1\"", "Etc/UTC", sunday()).days(days);
    assert_eq!(card(&[0.0, 9.0, 9.0, 9.0, 9.0, 9.0, 5.0]).hours(["overtime_1_25"]), [10.0]);
    let with_sunday = card(&[6.0, 8.0, 8.0, 8.0, 8.0, 8.0, 8.0]);
    assert_eq!(with_sunday.hours(["overtime_1_35", "overtime_1_25"]), [6.0, 8.0]);
}

#[test]
fn quarter_hours_turn_up_where_the_tie_says() {
    let out = |tie: &str, residual: &str| {
        let rules =
            format!("[[rounding]]\nname = \"quarter\"\ntargets = [\"out\"]\ninterval = \"15m\"\ntie = \"{tie}\"\n");
        let card = Card::new(&rules, "Etc/UTC", sunday()).work(1, "8:00", &format!("12:{residual}"));
        card.hours(["regular"])[0] > 4.0
    };
    let ties = ["half_up", "half_down", "partial_minute_down", "partial_minute_up"];
    assert_eq!(ties.map(|tie| out(tie, "07:00")), [false, false, false, true]);
    assert_eq!(ties.map(|tie| out(tie, "07:30")), [true, false, false, true]);
    assert_eq!(ties.map(|tie| out(tie, "07:59")), [true, true, false, true]);
    assert_eq!(ties.map(|tie| out(tie, "08:00")), [true, true, true, true]);
}

#[test]
fn germany_takes_breaks_off_without_falling_below_the_limit() {
    let rule = |name: &str, after: &str, amount: &str| {
        format!(
            "[[breaks.auto_deduct]]\nname = \"{name}\"\nafter = \"{after}\"\ncompare = \"more_than\"\n\
             basis = \"worked_net\"\namount = \"{amount}\"\ntaper = true\n"
        )
    };
    let rules = rule("six", "6h", "30m") + &rule("nine", "9h", "45m");
    let taken = |until: &str| {
        let card = Card::new(&rules, "Etc/UTC", sunday()).work(1, "8:00", until);
        card.paid().get("unpaid_break").copied().unwrap_or(0) / 60
    };
    let gross = ["14:10", "14:30", "17:01", "17:30", "17:35", "17:45", "18:00"];
    assert_eq!(gross.map(taken), [10, 30, 30, 30, 35, 45, 45]);
}

#[test]
fn california_meals_are_due_to_the_second() {
    let card = || Card::new(CALIFORNIA, "Etc/UTC", sunday());
    let premiums = |card: Card| card.paid().get("meal_premium").copied().unwrap_or(0);
    assert_eq!(premiums(card().work(1, "8:00", "13:00")), 0);
    assert_eq!(premiums(card().work(1, "8:00", "13:00:01")), 1);
    assert_eq!(premiums(card().work(1, "8:00", "13:00").work(1, "13:30", "16:00")), 0);
    assert_eq!(premiums(card().work(1, "8:00", "13:01").work(1, "13:31", "16:00")), 1);
    let short = card()
        .punch(1, "8:00", PunchKind::In)
        .punch(1, "12:02", PunchKind::MealStart)
        .punch(1, "12:25", PunchKind::MealEnd)
        .punch(1, "16:00", PunchKind::Out);
    assert!(short.exceptions().contains(&(ExceptionCode::MealShort, 7 * 60)));
}

#[test]
fn china_pays_by_the_type_of_the_day() {
    let rules = "extends = \"cn-standard@1\"\n[calendar]\nstatutory_holidays = [2026-10-01]\n\
         makeup_workdays = [2026-10-10]\n";
    let on = |day: i32| {
        Card::new(rules, "Asia/Shanghai", date(2026, 9, 30))
            .work(day, "9:00", "12:00")
            .work(day, "13:00", "20:00")
            .hours(["regular", "overtime_1_5", "overtime_2_0", "overtime_3_0"])
    };
    assert_eq!(on(10), [8.0, 2.0, 0.0, 0.0]);
    assert_eq!(on(3), [0.0, 0.0, 10.0, 0.0]);
    assert_eq!(on(1), [0.0, 0.0, 0.0, 10.0]);
    let night = Card::new(rules, "Asia/Shanghai", date(2026, 9, 30)).work(0, "22:00", "30:00");
    assert_eq!(night.hours(["regular", "overtime_3_0"]), [2.0, 6.0]);
}

#[test]
fn the_night_when_clocks_go_back_is_an_hour_longer() {
    let rules = "[[premiums]]\nname = \"night\"\npay = \"night\"\nbetween = \"22:00-06:00\"\n";
    let card = Card::new(rules, "America/New_York", date(2026, 10, 31))
        .shift(0, 22 * 3_600, 30 * 3_600)
        .work(0, "22:00", "30:00");
    assert_eq!(card.hours(["regular", "night"]), [9.0, 9.0]);
    assert!(card.exceptions().iter().all(|row| row.0 == ExceptionCode::ContextShort), "{:?}", card.exceptions());
}

#[test]
fn repeated_taps_are_one_punch() {
    let taps = |window: &str| {
        let rules = format!("[punches]\ndedupe_window = \"{window}\"\n[pairing]\nmode = \"alternating\"\n");
        let times = ["8:59:50", "9:00:20", "18:01", "18:01:30"];
        let card = Card::new(&rules, "Etc/UTC", sunday());
        let card = times.iter().fold(card, |card, time| card.punch(1, time, PunchKind::Unknown));
        card.paid().get("regular").copied().unwrap_or(0)
    };
    assert_eq!(taps("60s"), 9 * 3_600 + 70);
    assert_eq!(taps("off"), 60);
}

#[test]
fn on_the_limit_is_on_time() {
    let late = |settings: &str, time: &str| {
        let rules = format!("[attendance]\nlate_grace = \"5m\"\n{settings}");
        let card = Card::new(&rules, "Etc/UTC", sunday()).shift(1, 9 * 3_600, 17 * 3_600).work(1, time, "17:00");
        card.exceptions().into_iter().find(|row| row.0 == ExceptionCode::LateIn).map(|row| row.1)
    };
    assert_eq!(late("", "9:05:00"), None);
    assert_eq!(late("", "9:05:01"), Some(301));
    assert_eq!(late("grace_mode = \"deduct\"\n", "9:05:01"), Some(1));
    assert_eq!(late("compared = \"minute\"\n", "9:05:59"), None);
}
