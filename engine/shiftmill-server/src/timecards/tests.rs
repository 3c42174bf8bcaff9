//! The same readable rows from all inputs (files, suites, `Evaluate`) are the same facts, or are refused by all.

use shiftmill::core::{
    Employment, Layer, LeaveTime, Multiplier, PayCodeInfo, Punch, PunchKind, RosterKind, ShiftTimes, TagId, Timestamp,
    Unit, WallTime, Workday, Zone,
};
use shiftmill_timecards::read::{Format, Intake, Report, RulesetNames, StatusMap, Table, read_employees};
use shiftmill_timecards::suite;

use super::*;

/// The expected outcome of a row, for the input named.
#[derive(Clone, Copy, Debug)]
enum Expected {
    /// A fact at this local time.
    At(&'static str, u32),
    /// A time that the clock shows twice: the earlier instant, in UTC. Files warn; suites mean the first showing.
    Twice(&'static str, u32),
    /// A time that the clock skips: moved forward to this local time. Files warn; suites refuse it.
    Skipped(&'static str, u32),
    /// An instant in UTC, which suites have no words for.
    NotInSuites(&'static str, u32),
    /// Nothing: a cell of a suite may be empty, a row of the other inputs may not.
    NotStated,
    /// Refused by all.
    Refused,
}

use Expected::{At, NotInSuites, NotStated, Refused, Skipped, Twice};

/// The date and the clock time of a punch in New York, where clocks change on 8 March and 1 November 2026.
const PUNCHES: &[(&str, &str, Expected)] = &[
    ("2026-03-02", "08:00", At("2026-03-02", 28_800)),
    ("2026-03-02", "8:00", At("2026-03-02", 28_800)),
    ("2026/3/2", "08:00", At("2026-03-02", 28_800)),
    ("2026-03-02", " 08:00 ", At("2026-03-02", 28_800)),
    ("2026-03-02", "08 :00", Refused),
    ("2026-03-02", "08:00:30", At("2026-03-02", 28_830)),
    ("2026-03-02", "08:00:60", Refused),
    ("2026-03-02", "08:60", Refused),
    ("2026-03-02", "08", Refused),
    ("2026-03-02", "0800", Refused),
    ("2026-03-02", "08:00:30.5", NotInSuites("2026-03-02", 46_830)),
    ("2026-03-02", "00:00", At("2026-03-02", 0)),
    ("2026-03-02", "23:59:59", At("2026-03-02", 86_399)),
    ("2026-03-02", "24:00", At("2026-03-03", 0)),
    ("2026-03-02", "24:01", Refused),
    ("2026-03-02", "25:10", Refused),
    ("2026-03-02", "47:59", Refused),
    ("2026-03-02", "48:00", Refused),
    ("2026-03-02", "48:01", Refused),
    ("2026-03-02", "", NotStated),
    ("", "08:00", Refused),
    ("2026-03-08", "01:59:59", At("2026-03-08", 7_199)),
    ("2026-03-08", "02:00", Skipped("2026-03-08", 10_800)),
    ("2026-03-08", "02:30", Skipped("2026-03-08", 12_600)),
    ("2026-03-08", "03:00", At("2026-03-08", 10_800)),
    ("2026-11-01", "00:59:59", At("2026-11-01", 3_599)),
    ("2026-11-01", "01:00", Twice("2026-11-01", 18_000)),
    ("2026-11-01", "01:30", Twice("2026-11-01", 19_800)),
    ("2026-11-01", "02:00", At("2026-11-01", 7_200)),
    ("2026-11-01", "01:30-04:00", NotInSuites("2026-11-01", 19_800)),
    ("2026-11-01", "01:30-05:00", NotInSuites("2026-11-01", 23_400)),
    ("2026-03-02", "08:00Z", NotInSuites("2026-03-02", 28_800)),
    ("2026-03-02", "08:00:00+0800", NotInSuites("2026-03-02", 0)),
    ("2026-03-02", "08:00 +08:00", NotInSuites("2026-03-02", 0)),
    ("2026-03-02", "08:00+8", Refused),
    ("2026-03-02", "08:00+24:00", Refused),
    ("2026-03-02", "08:00[America/Chicago]", Refused),
    ("2028-02-29", "08:00", At("2028-02-29", 28_800)),
    ("2026-02-29", "08:00", Refused),
    ("2026-13-01", "08:00", Refused),
    ("03/02/2026", "08:00", Refused),
    ("1979-12-30", "08:00", Refused),
    ("1980-01-02", "08:00", At("1980-01-02", 28_800)),
    ("2099-12-30", "08:00", At("2099-12-30", 28_800)),
    ("9999-12-31", "08:00", Refused),
    ("9999-12-31", "24:00", Refused),
];

/// Seconds from the midnight that opens a workday to the start and the end of a shift.
type Times = (i32, i32);

/// Start and end of a scheduled shift, and the seconds from the midnight that opens its workday.
const SHIFTS: &[(&str, &str, Option<Times>)] = &[
    ("09:00", "17:00", Some((32_400, 61_200))),
    (" 9:00", "17:00 ", Some((32_400, 61_200))),
    ("22:00", "06:00", Some((79_200, 108_000))),
    ("22:00", "30:00", Some((79_200, 108_000))),
    ("16:00", "24:00", Some((57_600, 86_400))),
    ("24:00", "26:30", Some((86_400, 95_400))),
    ("00:00", "47:59", Some((0, 172_740))),
    ("00:00", "48:00", Some((0, 172_800))),
    ("00:00", "48:01", None),
    ("00:00", "72:00", None),
    ("48:00", "48:01", None),
    ("08:00", "08:00", Some((28_800, 115_200))),
    ("30:00", "29:00", Some((108_000, 190_800))),
    ("30:00", "10:00", Some((108_000, 122_400))),
    ("40:00", "10:00", None),
    ("09:00:30", "17:00", Some((32_430, 61_200))),
    ("09:00", "17:60", None),
    ("", "17:00", None),
    ("9", "17", None),
    ("", "", None),
    ("009:00", "17:00", None),
];

/// Lengths of leave. Messages state seconds, so only files and suites read these.
const LENGTHS: &[(&str, Option<u32>)] = &[
    ("4:00", Some(14_400)),
    ("0:20", Some(1_200)),
    ("4:00:30", Some(14_430)),
    ("4h", Some(14_400)),
    ("4h30m", Some(16_200)),
    ("90s", Some(90)),
    ("100:00", Some(360_000)),
    ("4", None),
    ("4.5", None),
    ("4:60", None),
    ("4 hours", None),
];

fn zones() -> ZoneTable {
    let changes = vec![(Timestamp(1_772_953_200), -14_400), (Timestamp(1_793_512_800), -18_000)];
    let zones = vec![Zone::new("America/New_York".into(), -18_000, changes).unwrap()];
    ZoneTable { zones, edition: String::new() }
}

const DAY: &str = "2026-03-02";

fn names() -> Names {
    let pay_codes = vec![PayCodeInfo {
        name: "regular".into(),
        layer: Layer::Base,
        unit: Unit::Second,
        paid: true,
        multiplier: Multiplier::PLAIN,
    }];
    let (shifts, leave, attestations) = (vec!["office".into()], vec!["annual".into()], vec!["rests_taken".into()]);
    Names { shifts, leave, attestations, pay_codes, ..Names::default() }
}

/// The facts of one row of a file, and its warnings; `None` when the row is rejected.
fn file(table: Table, header: &str, values: &[&str]) -> Option<(CardFacts, usize)> {
    let (zones, names) = (zones(), names());
    let rulesets = [RulesetNames { name: "standard", names: &names }];
    let mut report = Report::default();
    let mut intake = Intake::new("staff", &[], &zones, &zones, &rulesets, StatusMap::default(), &mut report);
    let quoted: Vec<String> = values.iter().map(|value| format!("\"{value}\"")).collect();
    let text = format!("employee,{header}\nE1,{}\n", quoted.join(","));
    intake.read("facts", table, &Format::Csv.into(), &mut text.as_bytes(), &mut report).ok()?;
    let card = intake.finish().0.pop()?;
    (report.rejected() == 0).then_some((card, report.warnings.len()))
}

/// The facts of one row of a suite; `None` when it is a mistake.
fn suite(date: &str, column: &str, cell: &str) -> Option<CardFacts> {
    let text = format!("# T\n\n## C\n| workday | {column} |\n|---|---|\n| {date} | {cell} |\n\nNo exception.\n");
    let (zones, names) = (zones(), names());
    let suite = suite::parse("suite.md", &format!("{text}Zone: America/New_York.\n")).ok()?;
    suite.cases[0].card(&zones.zones[0], 0, &names, &TagBook::default()).ok()
}

/// The facts of a message; `None` when it is refused.
fn message(timecard: v1::Timecard) -> Option<CardFacts> {
    read_timecard(&timecard, "timecards[0]", (Some(0), &zones()), (&names(), &[]), &TagBook::default()).ok()
}

fn punch_message(at: String) -> v1::Timecard {
    let punch = v1::Punch { at, kind: "in".into(), ..v1::Punch::default() };
    v1::Timecard { punches: vec![punch], ..v1::Timecard::default() }
}

#[test]
fn punches_are_the_same_through_all_doors() {
    for (date, time, expected) in PUNCHES {
        let label = format!("`{date}` `{time}`");
        let at = format!("{date} {time}");
        let by_file = file(Table::Punches, "at,kind", &[&at, "in"]);
        let by_columns = file(Table::Punches, "date,time,kind", &[date, time, "in"]);
        let by_suite = suite(date, "in", time);
        let by_message = message(punch_message(at));
        let punch = |card: CardFacts| card.punches.first().copied();
        assert_eq!(
            by_file.clone().map(|(card, _)| card.punches),
            by_message.clone().map(|card| card.punches),
            "{label}"
        );
        // Alone, the column `time` holds a date and a time.
        if !date.is_empty() {
            assert_eq!(
                by_file.clone().map(|(card, _)| card.punches),
                by_columns.map(|(card, _)| card.punches),
                "{label}"
            );
        }
        let warnings = by_file.as_ref().map(|(_, warnings)| *warnings);
        let (by_suite, by_message) = (by_suite.map(punch), by_message.map(punch));
        let instant = |utc: &str, second: u32| {
            let at = Timestamp(wall(utc, second).0);
            Some(Some(Punch { at, kind: PunchKind::In, id: None, tag: TagId::NONE, recorded_at: None }))
        };
        let local = |date: &str, second: u32| {
            let at = zones().zones[0].instant(wall(date, second), shiftmill::core::Fold::Earlier);
            Some(Some(Punch { at, kind: PunchKind::In, id: None, tag: TagId::NONE, recorded_at: None }))
        };
        let (message, suite, warned) = match *expected {
            At(date, second) => (local(date, second), local(date, second), Some(0)),
            Twice(utc, second) => (instant(utc, second), instant(utc, second), Some(1)),
            Skipped(date, second) => (local(date, second), None, Some(1)),
            NotInSuites(utc, second) => (instant(utc, second), None, Some(0)),
            NotStated => (None, Some(None), None),
            Refused => (None, None, None),
        };
        assert_eq!((by_message, by_suite, warnings), (message, suite, warned), "{label}");
    }
}

fn wall(date: &str, second: u32) -> WallTime {
    WallTime::on(clock::date(date).unwrap(), i32::try_from(second).unwrap())
}

#[test]
fn scheduled_shifts_are_the_same_through_all_doors() {
    for (start, end, expected) in SHIFTS {
        let label = format!("`{start}` to `{end}`");
        let shift = v1::ScheduledShift {
            workday: "2026-03-08".into(),
            start: (*start).into(),
            end: (*end).into(),
            ..<_>::default()
        };
        let by_message = message(v1::Timecard { shifts: vec![shift], ..v1::Timecard::default() });
        let by_file = file(Table::Schedule, "workday,start,end", &["2026-03-08", start, end]).map(|(card, _)| card);
        let by_suite = suite("2026-03-08", "scheduled", &format!("{}-{}", start.trim(), end.trim()));
        let times = expected.map(|(start, end)| ShiftTimes::Clock { start, end });
        for (door, card) in [("message", by_message), ("file", by_file), ("suite", by_suite)] {
            // An empty cell of a suite states no shift.
            let read = card.and_then(|card| card.shifts.first().map(|shift| shift.times));
            assert_eq!(read, times, "{label} by {door}");
        }
    }
}

#[test]
fn a_shift_has_times_or_a_name() {
    let shift = |start: &str, shift: &str| v1::ScheduledShift {
        workday: "2026-03-02".into(),
        start: start.into(),
        end: start.into(),
        shift: shift.into(),
        ..<_>::default()
    };
    for (start, name, used) in [("", "office", true), ("", "nights", false), ("09:00", "office", false)] {
        let timecard = v1::Timecard { shifts: vec![shift(start, name)], ..v1::Timecard::default() };
        assert_eq!(message(timecard).is_some(), used, "{start} {name}");
        let row = ["2026-03-02", start, start, name];
        assert_eq!(file(Table::Schedule, "workday,start,end,shift", &row).is_some(), used, "{start} {name}");
    }
    assert!(suite("2026-03-02", "scheduled", "office").is_some());
    assert!(suite("2026-03-02", "scheduled", "nights").is_none());
}

#[test]
fn split_shifts_are_the_same_through_all_doors() {
    let shift = |start: &str, end: &str, split| v1::ScheduledShift {
        workday: "2026-03-02".into(),
        start: start.into(),
        end: end.into(),
        split,
        ..<_>::default()
    };
    let shifts = vec![shift("06:00", "10:00", 1), shift("16:00", "20:00", 1)];
    let by_message = message(v1::Timecard { shifts, ..v1::Timecard::default() }).map(|card| card.shifts);
    assert!(by_message.as_ref().is_some_and(|shifts| shifts.iter().all(|shift| shift.split == 1)));
    assert_eq!(by_message, suite("2026-03-02", "scheduled", "06:00-10:00 + 16:00-20:00").map(|card| card.shifts));
    let row = ["2026-03-02", "06:00", "10:00", "1"];
    let by_file = file(Table::Schedule, "workday,start,end,split", &row).map(|(card, _)| card.shifts);
    assert_eq!(
        by_message.and_then(|shifts| shifts.first().copied()),
        by_file.and_then(|shifts| shifts.first().copied())
    );
    let too_large = v1::Timecard { shifts: vec![shift("06:00", "10:00", 256)], ..v1::Timecard::default() };
    assert!(message(too_large).is_none());
}

#[test]
fn rows_without_clock_times_are_the_same_through_all_doors() {
    let shift = |seconds| v1::ScheduledShift { workday: "2026-03-02".into(), seconds, ..<_>::default() };
    let read = |seconds| message(v1::Timecard { shifts: vec![shift(seconds)], ..v1::Timecard::default() });
    let by_message = read(28_800).map(|card| card.shifts);
    assert!(by_message.as_ref().is_some_and(|shifts| shifts.len() == 1));
    assert_eq!(by_message, suite("2026-03-02", "scheduled", "hours 8:00").map(|card| card.shifts));
    let by_file = file(Table::Schedule, "workday,amount", &["2026-03-02", "8:00"]).map(|(card, _)| card.shifts);
    assert_eq!(by_message, by_file);
    assert!(read(48 * 3_600).is_some());
    for seconds in [0, 48 * 3_600 + 1, u32::MAX] {
        assert!(read(seconds).is_none(), "{seconds}");
    }
}

#[test]
fn free_ends_are_the_same_through_all_doors() {
    for (seconds, amount, item) in [(0, "", "from 09:00"), (21_600, "6:00", "from 09:00 hours 6:00")] {
        let (workday, start) = (String::from("2026-03-02"), String::from("09:00"));
        let shift = v1::ScheduledShift { workday, start, seconds, ..<_>::default() };
        let by_message = message(v1::Timecard { shifts: vec![shift], ..v1::Timecard::default() });
        let by_message = by_message.map(|card| card.shifts);
        assert!(by_message.as_ref().is_some_and(|shifts| shifts.len() == 1));
        assert_eq!(by_message, suite("2026-03-02", "scheduled", item).map(|card| card.shifts));
        let row = ["2026-03-02", "09:00", "", amount];
        let by_file = file(Table::Schedule, "workday,start,end,amount", &row).map(|(card, _)| card.shifts);
        assert_eq!(by_message, by_file);
    }
    assert!(suite("2026-03-02", "scheduled", "overtime from 09:00").is_none());
}

#[test]
fn kinds_of_roster_rows_are_the_same_through_all_doors() {
    let read = |card: Option<CardFacts>| card.and_then(|card| card.shifts.first().map(|shift| shift.kind));
    for kind in RosterKind::ALL {
        for times in ["", "09:00"] {
            let expected = (kind.has_times() != times.is_empty()).then_some(*kind);
            let shift = v1::ScheduledShift {
                workday: "2026-03-02".into(),
                start: times.into(),
                end: times.into(),
                kind: kind.code().into(),
                ..<_>::default()
            };
            let by_message = message(v1::Timecard { shifts: vec![shift], ..v1::Timecard::default() });
            let row = ["2026-03-02", times, times, kind.code()];
            let by_file = file(Table::Schedule, "workday,start,end,kind", &row).map(|(card, _)| card);
            assert_eq!(read(by_message), expected, "{kind} by message");
            assert_eq!(read(by_file), expected, "{kind} by file");
        }
        let words = kind.code().replace('_', " ");
        let item = match kind {
            RosterKind::Work => "09:00-17:00".to_owned(),
            RosterKind::Overtime | RosterKind::OnCall => format!("{words} 09:00-17:00"),
            RosterKind::Rest | RosterKind::Open => format!("{words} day"),
        };
        assert_eq!(read(suite("2026-03-02", "scheduled", &item)), Some(*kind), "{item}");
    }
    assert_eq!(read(suite("2026-03-02", "scheduled", "rest 09:00-17:00")), None);
}

#[test]
fn lengths_are_the_same_in_files_and_suites() {
    let monday = Workday::from_date(2026, 3, 2).unwrap();
    for (length, expected) in LENGTHS {
        let times = expected.map(|seconds| LeaveTime::Amount(monday, Seconds(seconds)));
        let row = ["annual", "2026-03-02", length];
        let by_file = file(Table::Leave, "code,workday,amount", &row).map(|(card, _)| card);
        let by_suite = suite("2026-03-02", "leave", &format!("annual {length}"));
        for (door, card) in [("file", by_file), ("suite", by_suite)] {
            assert_eq!(card.and_then(|card| card.leave.first().map(|leave| leave.time)), times, "{length} by {door}");
        }
    }
}

/// From, to, workday and seconds of leave in a message, and how many facts files make of the same; `None`: refused.
const LEAVE: &[(&str, &str, &str, u32, Option<usize>)] = &[
    ("2026-03-02 09:00", "2026-03-02 13:00", "", 0, Some(1)),
    ("2026-03-02T09:00-05:00", "2026-03-02T13:00-05:00", "", 0, Some(1)),
    ("2026-03-02 13:00", "2026-03-02 09:00", "", 0, None),
    ("2026-03-02 09:00", "2026-03-02 09:00", "", 0, None),
    ("2026-03-02 09:00", "", "", 0, None),
    ("", "2026-03-02 09:00", "", 0, None),
    ("", "", "2026-03-02", 0, Some(1)),
    ("", "", "2026-03-02", 14_400, Some(1)),
    ("", "", "", 14_400, None),
    ("", "", "", 0, None),
    ("2026-03-02 09:00", "2026-03-02 13:00", "2026-03-02", 0, None),
    ("2026-03-02 09:00", "2026-03-02 13:00", "", 14_400, None),
    ("9999-03-02 09:00", "9999-03-02 13:00", "", 0, None),
];

#[test]
fn leave_is_the_same_in_files_and_messages() {
    for (from, to, workday, seconds, expected) in LEAVE {
        let label = format!("`{from}` `{to}` `{workday}` {seconds}");
        let leave = v1::LeaveFact {
            code: "annual".into(),
            from: (*from).into(),
            to: (*to).into(),
            workday: (*workday).into(),
            seconds: *seconds,
            recorded_at: String::new(),
            half: String::new(),
        };
        let by_message = message(v1::Timecard { leave: vec![leave], ..v1::Timecard::default() });
        let amount = if *seconds == 0 { String::new() } else { format!("{seconds}s") };
        let row = ["annual", from, to, workday, &amount];
        let by_file = file(Table::Leave, "code,from,to,workday,amount", &row).map(|(card, _)| card.leave);
        assert_eq!(by_message.map(|card| card.leave), by_file, "{label}");
        assert_eq!(by_file.map(|leave| leave.len()), *expected, "{label}");
    }
}

#[test]
fn whole_days_of_leave_are_one_row_each_in_messages() {
    let leave = v1::LeaveFact { code: "annual".into(), from: "2026-03-02".into(), ..v1::LeaveFact::default() };
    let timecard = v1::Timecard { leave: vec![leave], ..v1::Timecard::default() };
    assert!(message(timecard).is_none());
    let row = ["annual", "2026-03-02", "2026-03-04"];
    assert_eq!(file(Table::Leave, "code,from,to", &row).map(|(card, _)| card.leave.len()), Some(3));
}

/// Kind, from, to, workday, seconds, status and choice of an approval in a message, and whether it is used.
type ApprovalCase = (&'static str, &'static str, &'static str, &'static str, u32, &'static str, &'static str, bool);
const APPROVALS: &[ApprovalCase] = &[
    ("overtime", "2026-03-02 19:00", "2026-03-02 21:00", "", 0, "", "", true),
    ("Overtime", "2026-03-02 19:00", "2026-03-02 21:00", "", 0, "approved", "bank", true),
    ("early_in", "", "", "2026-03-02", 0, "pending", "pay", true),
    ("late out", "", "", "2026-03-02", 7_200, "rejected", "", true),
    ("overtime", "2026-03-02 21:00", "2026-03-02 19:00", "", 0, "", "", false),
    ("overtime", "2026-03-02", "2026-03-03", "", 0, "", "", false),
    ("overtime", "2026-03-02 19:00", "", "", 0, "", "", false),
    ("overtime", "2026-03-02 19:00", "2026-03-02 21:00", "2026-03-02", 0, "", "", false),
    ("overtime", "", "", "", 7_200, "", "", false),
    ("holiday", "", "", "2026-03-02", 0, "", "", false),
    ("", "", "", "2026-03-02", 0, "", "", false),
    ("overtime", "", "", "2026-03-02", 0, "maybe", "", false),
    ("overtime", "", "", "2026-03-02", 0, "", "both", false),
];

#[test]
fn approvals_are_the_same_in_files_and_messages() {
    for (kind, from, to, workday, seconds, status, choice, used) in APPROVALS {
        let label = format!("`{kind}` `{from}` `{to}` `{workday}` {seconds} `{status}` `{choice}`");
        let approval = v1::ApprovalFact {
            kind: (*kind).into(),
            from: (*from).into(),
            to: (*to).into(),
            workday: (*workday).into(),
            seconds: *seconds,
            status: (*status).into(),
            choice: (*choice).into(),
            recorded_at: String::new(),
        };
        let by_message = message(v1::Timecard { approvals: vec![approval], ..v1::Timecard::default() });
        let amount = if *seconds == 0 { String::new() } else { format!("{seconds}s") };
        let row = [*kind, from, to, workday, &amount, status, choice];
        let by_file = file(Table::Approvals, "kind,from,to,workday,amount,status,choice", &row);
        let by_file = by_file.map(|(card, _)| card.approvals);
        assert_eq!(by_message.map(|card| card.approvals), by_file, "{label}");
        assert_eq!(by_file.is_some(), *used, "{label}");
    }
}

#[test]
fn the_right_kind_of_a_punch_is_the_same_in_files_and_messages() {
    for (kind, new_kind, used) in
        [("in", "out", true), ("", "in", true), ("out", "meal_end", true), ("in", "", false), ("in", "inwards", false)]
    {
        let at = "2026-03-02 08:00";
        let correction = v1::CorrectionFact {
            action: "set_kind".into(),
            at: at.into(),
            kind: kind.into(),
            new_kind: new_kind.into(),
            ..v1::CorrectionFact::default()
        };
        let by_message = message(v1::Timecard { corrections: vec![correction], ..v1::Timecard::default() });
        let by_file = file(Table::Corrections, "action,at,kind,new_kind", &["set_kind", at, kind, new_kind]);
        let by_file = by_file.map(|(card, _)| card.corrections);
        assert_eq!(by_message.map(|card| card.corrections), by_file, "`{kind}` `{new_kind}`");
        assert_eq!(by_file.is_some(), used, "`{kind}` `{new_kind}`");
    }
}

/// The employments of the first employee of a file; `None` when there is no such employee.
fn employees(file: &str) -> Option<Vec<Employment>> {
    let (zones, names, mut report) = (zones(), names(), Report::default());
    let listed = read_employees("employees", &Format::Csv.into(), &mut file.as_bytes(), &mut report).ok()?;
    let rulesets = [RulesetNames { name: "standard", names: &names }];
    let intake = Intake::new("employees", &listed, &zones, &zones, &rulesets, StatusMap::default(), &mut report);
    intake.finish().0.into_iter().next().map(|card| card.employment)
}

#[test]
fn employment_is_the_same_in_files_and_messages() {
    for (hired, left, used) in [
        ("2026-03-02", "", true),
        ("", "2026-03-31", true),
        ("2026-03-02", "2026-03-02", true),
        ("2026-03-03", "2026-03-02", false),
        ("yesterday", "", false),
        ("02/03/2026", "", false),
    ] {
        let label = format!("`{hired}` `{left}`");
        let employment = v1::EmploymentFact { hired: hired.into(), left: left.into() };
        let by_message = message(v1::Timecard { employment: vec![employment], ..v1::Timecard::default() });
        let stated = employees(&format!("employee,hired,left\nE1,{hired},{left}\n"));
        assert_eq!(by_message.map(|card| card.employment), stated, "{label}");
        assert_eq!(stated.is_some(), used, "{label}");
    }
    let again = employees("employee,hired,left\nE1,,2026-03-06\nE1,2026-03-16,\n").unwrap();
    assert_eq!(again.len(), 2, "who was hired again has a row for each employment");
    let twice = "employee,hired,zone\nE1,,\nE1,2026-03-16,Asia/Tokyo\n";
    assert_eq!(employees(twice), Some(Vec::new()), "a second row of an employee states nothing else");
}

#[test]
fn meals_are_waived_from_the_first() {
    for (meal, used) in [(0, false), (1, true), (255, true), (256, false)] {
        let waiver = v1::WaiverFact { workday: "2026-03-02".into(), exception: String::new(), meal };
        let timecard = v1::Timecard { waivers: vec![waiver], ..v1::Timecard::default() };
        assert_eq!(message(timecard).is_some(), used, "{meal}");
        let written = format!("meal {meal}");
        assert_eq!(file(Table::Waivers, "workday,waived", &["2026-03-02", &written]).is_some(), used, "{meal}");
        assert_eq!(suite("2026-03-02", "waived", &written).is_some(), used, "{meal}");
    }
}

#[test]
fn a_refused_row_names_its_list_and_field() {
    let correction = v1::CorrectionFact {
        action: "add".into(),
        at: "2026-03-02 08:00".into(),
        kind: "in".into(),
        recorded_at: "yesterday".into(),
        ..v1::CorrectionFact::default()
    };
    let timecard = v1::Timecard { corrections: vec![correction], ..v1::Timecard::default() };
    let problem = read_timecard(&timecard, "timecards[3]", (Some(0), &zones()), (&names(), &[]), &TagBook::default())
        .unwrap_err();
    let status = Status::from(problem);
    assert!(status.message().contains("`yesterday` is not a date and a time"), "{}", status.message());
    let details = String::from_utf8_lossy(status.details()).into_owned();
    assert!(details.contains("timecards[3].corrections[0].recorded_at"), "{details}");
}

#[test]
fn half_days_are_the_same_through_all_doors() {
    for (half, read) in [("first", true), ("Second", true), ("third", false)] {
        let (code, workday, half) = ("annual".to_owned(), DAY.to_owned(), half.to_owned());
        let by_file = file(Table::Leave, "code,workday,half", &["annual", DAY, &half]).map(|(card, _)| card.leave);
        let leave = v1::LeaveFact { code, workday, half, ..v1::LeaveFact::default() };
        let by_message = message(v1::Timecard { leave: vec![leave], ..v1::Timecard::default() });
        assert_eq!(by_message.map(|card| card.leave), by_file);
        assert_eq!(by_file.is_some(), read);
    }
    assert_eq!(file(Table::Leave, "code,workday,half,amount", &["annual", DAY, "first", "4:00"]), None);
    for (from, to, read) in
        [("12:00", "24:00", true), ("12:00", "12:00", false), ("12:00", "24:01", false), ("12:00", "", false)]
    {
        let (workday, day_type) = (DAY.to_owned(), "company_holiday".to_owned());
        let day = v1::DayFact { workday, day_type, from: from.into(), to: to.into() };
        let by_message = message(v1::Timecard { days: vec![day], ..v1::Timecard::default() });
        let by_file = file(Table::Days, "workday,day_type,from,to", &[DAY, "company_holiday", from, to]);
        let by_file = by_file.map(|(card, _)| card.day_overrides);
        assert_eq!(by_message.map(|card| card.day_overrides), by_file, "{from} {to}");
        assert_eq!(by_file.is_some(), read, "{from} {to}");
    }
    let by_suite = suite(DAY, "day type", "company_holiday 12:00-24:00").map(|card| card.day_overrides);
    let by_file = file(Table::Days, "workday,day_type,from,to", &[DAY, "company_holiday", "12:00", "24:00"]);
    assert_eq!(by_suite, by_file.map(|(card, _)| card.day_overrides));
}

#[test]
fn statements_are_the_same_through_all_doors() {
    let recorded = "2026-03-03 10:00";
    for (code, read) in [("regular", true), ("night", false)] {
        let by_file = file(Table::ManualHours, "workday,code,amount,recorded", &[DAY, code, "2:00", recorded]);
        let by_suite = suite(DAY, "manual", &format!("{code} 2:00 recorded {recorded}"));
        let (workday, code, recorded_at) = (DAY.to_owned(), code.to_owned(), recorded.to_owned());
        let hours = v1::ManualHoursFact { workday, code, seconds: 7_200, recorded_at };
        let by_message = message(v1::Timecard { manual_hours: vec![hours], ..v1::Timecard::default() });
        let by_file = by_file.map(|(card, _)| card.manual_hours);
        assert_eq!(by_message.map(|card| card.manual_hours), by_file);
        assert_eq!(by_suite.map(|card| card.manual_hours), by_file);
        assert_eq!(by_file.is_some(), read);
    }
    assert_eq!(file(Table::ManualHours, "workday,code,amount", &[DAY, "regular", "-2:00"]), None);
    for (amount, seconds, computed, read) in
        [("0:00", 0, "", true), ("2:00:30", 7_230, "0:00", true), ("-1", 0, "", false)]
    {
        let row = [DAY, "regular", amount, computed, recorded];
        let by_file = file(Table::Overrides, "workday,code,amount,computed,recorded", &row);
        let of_suite = if computed.is_empty() { String::new() } else { format!(" computed {computed}") };
        let by_suite = suite(DAY, "overrides", &format!("regular {amount}{of_suite} recorded {recorded}"));
        let (workday, code, recorded_at) = (DAY.to_owned(), "regular".to_owned(), recorded.to_owned());
        let computed = (!computed.is_empty()).then_some(0);
        let stated = v1::OverrideFact { workday, code, seconds, computed, recorded_at };
        let by_message = message(v1::Timecard { overrides: vec![stated], ..v1::Timecard::default() });
        let by_file = by_file.map(|(card, _)| card.overrides);
        assert_eq!(by_suite.map(|card| card.overrides), by_file);
        assert_eq!(by_file.is_some(), read);
        if read {
            assert_eq!(by_message.map(|card| card.overrides), by_file);
        }
    }
    let answers =
        [("rests_taken", "no", true), ("rests_taken", "YES", true), ("rests_taken", "?", false), ("x", "no", false)];
    for (question, answer, read) in answers {
        let row = [DAY, question, answer, recorded];
        let by_file = file(Table::Attestations, "workday,question,answer,recorded", &row);
        let by_suite = suite(DAY, "attested", &format!("{question} {answer} recorded {recorded}"));
        let (workday, recorded_at) = (DAY.to_owned(), recorded.to_owned());
        let said = v1::AttestationFact { workday, question: question.into(), answer: answer.into(), recorded_at };
        let by_message = message(v1::Timecard { attestations: vec![said], ..v1::Timecard::default() });
        let by_file = by_file.map(|(card, _)| card.attestations);
        assert_eq!(by_message.map(|card| card.attestations), by_file, "{question} {answer}");
        assert_eq!(by_suite.map(|card| card.attestations), by_file, "{question} {answer}");
        assert_eq!(by_file.is_some(), read, "{question} {answer}");
    }
}
