//! Cases in which engine and oracle once differed, each as small as it gets.
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test that fails says so")]
#![allow(clippy::float_arithmetic, reason = "hours as a person writes them")]

#[allow(dead_code, reason = "shared by several files of tests")]
mod support;

use shiftmill_core::{ExceptionCode, LeaveTime, PunchKind};
use support::{Card, date};

/// A Monday.
fn card(rules: &str) -> Card {
    Card::new(rules, "Etc/UTC", date(2026, 3, 2))
}

#[test]
fn an_exception_of_the_second_in_which_two_shifts_meet_stays_with_its_own_shift() {
    let rules = "[workdays]\nreporting = \"divide_time\"\nopens_at = \"16:30\"\n\
         [attendance]\nunscheduled = false\n";
    let card = card(rules).punch(2, "16:00", PunchKind::BreakStart).punch(3, "13:00", PunchKind::BreakStart).punch(
        3,
        "13:00",
        PunchKind::In,
    );
    let exceptions = card.answer().exceptions;
    let days = |code| -> Vec<i32> {
        exceptions.iter().filter(|row| row.1 == code).map(|row| row.0.0 - card.first.0).collect()
    };
    assert_eq!(days(ExceptionCode::MissingIn), [1, 1]);
    assert_eq!(days(ExceptionCode::MissingOut), [2]);
}

#[test]
fn the_start_of_a_shift_gives_the_day_type_where_no_day_is_a_holiday() {
    let rules = "[calendar]\nrest_days = \"Sat-Sun\"\n[holidays]\nbasis = \"shift_start\"\n\
         [workdays]\novertime = \"divide_time\"\nreporting = \"start_day\"\nopens_at = \"10:40\"\n\
         [[premiums]]\nname = \"rest\"\npay = \"weekend\"\nday_types = [\"rest_day\"]\n";
    assert_eq!(card(rules).work(5, "9:00", "13:00").hours(["weekend"]), [4.0]);
}

#[test]
fn work_in_leave_is_said_once_for_a_workday_that_another_one_interrupts() {
    let rules = "[leave]\nversus_work = \"leave_wins\"\n[leave.codes.annual]\n[workdays]\nreporting = \"majority\"\n";
    let card = card(rules).shift(1, 22 * 3_600, 31 * 3_600);
    let (start, end) = (card.instant(1, "21:00"), card.instant(2, "4:00"));
    let night = card.first.plus(1);
    let card = card.leave(LeaveTime::Span { start, end }).leave(LeaveTime::Workday(night)).work(1, "23:00", "29:30");
    let worked: Vec<_> = card.exceptions().into_iter().filter(|row| row.0 == ExceptionCode::LeaveWorked).collect();
    assert_eq!(worked, [(ExceptionCode::LeaveWorked, 9_000), (ExceptionCode::LeaveWorked, 14_400)]);
}
