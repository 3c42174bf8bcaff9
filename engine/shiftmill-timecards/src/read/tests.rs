use super::*;
use crate::clock::DateOrder;
use proptest::prelude::*;
use shiftmill_core::{
    ApprovalStatus, CalendarChoice, CalendarId, CardFacts, CorrectionKind, LeaveTime, Names, PunchKind, Seconds,
    ShiftTimes, TagId, Timestamp, WaiverKind, Workday, Zone, ZoneTable,
};

fn zones() -> ZoneTable {
    let changes = vec![(Timestamp(1_772_953_200), -14_400), (Timestamp(1_793_512_800), -18_000)];
    let zones = vec![Zone::new("America/New_York".into(), -18_000, changes).unwrap(), Zone::fixed("Etc/UTC", 0)];
    ZoneTable { zones, edition: "2026a".into() }
}

fn names() -> Names {
    let carried = vec!["points/balance".into(), "points/streak".into()];
    Names { shifts: vec!["office".into()], leave: vec!["annual".into()], carried, ..Names::default() }
}

/// Reads one file for the listed employees, which must be usable as a whole.
fn read_with(employees: &str, table: Table, format: Format, bytes: &[u8]) -> (Vec<CardFacts>, Report) {
    let (cards, report, outcome) = read_as(employees, table, &format.into(), bytes);
    if let Err(error) = outcome {
        panic!("{error}");
    }
    (cards, report)
}

/// Reads one file for the listed employees.
fn read_as(
    employees: &str,
    table: Table,
    layout: &Layout<'_>,
    bytes: &[u8],
) -> (Vec<CardFacts>, Report, Result<(), FileError>) {
    let (zones, names) = (zones(), names());
    let rulesets = [RulesetNames { name: "standard", names: &names }];
    let mut report = Report::default();
    let rows = read_employees("staff.csv", &Format::Csv.into(), &mut employees.as_bytes(), &mut report);
    let rows = if employees.is_empty() { Vec::new() } else { rows.unwrap() };
    let mut report = Report::default();
    let mut intake = Intake::new("staff.csv", &rows, &zones, &zones, &rulesets, StatusMap::default(), &mut report);
    let mut bytes = bytes;
    let outcome = intake.read("facts", table, layout, &mut bytes, &mut report);
    (intake.finish().0, report, outcome)
}

fn reasons(report: &Report) -> Vec<String> {
    report.rejects.iter().map(ToString::to_string).collect()
}

#[test]
fn good_rows_are_kept_and_bad_ones_listed() {
    let file = "\u{FEFF}Employee;Punched At;Direction;ID\r\n\
        E1;2026-03-02 08:00;IN;1\r\n\
        E1;2026-03-02 25:10;OUT;2\r\n\
        \"E1\";\"2026-03-02T17:00:00-05:00\";MEAL_OUT;3\r\n\
        \r\n\
        E9;2026-03-02 08:00;IN;4\r\n\
        E1;2026-03-02 18:00;sideways;5\r\n";
    let (cards, report) = read_with("employee\nE1\n", Table::Punches, Format::Csv, file.as_bytes());
    assert_eq!(cards[0].punches.len(), 2);
    assert_eq!(cards[0].punches[1].at.since(cards[0].punches[0].at).0, 9 * 3_600);
    assert_eq!(cards[0].punches[1].kind, PunchKind::MealStart);
    assert_eq!(cards[0].punches[1].id, Some(3));
    let lines: Vec<u64> = report.rejects.iter().map(|reject| reject.place.line).collect();
    assert_eq!(lines, [3, 6, 7]);
    assert_eq!(reasons(&report)[1], "facts line 6: employee `E9` is not in the employees file");
}

#[test]
fn clock_changes_are_accepted_and_noted() {
    let file = "employee,date,time\nE1,2026-03-08,02:30\nE1,2026-11-01,01:30\nE1,2026-11-01,03:30\n";
    let (cards, report) = read_with("", Table::Punches, Format::Csv, file.as_bytes());
    assert_eq!(cards[0].punches.len(), 3);
    assert_eq!(report.warnings.len(), 2);
    assert!(report.warnings[0].reason.contains("never showed"), "{}", report.warnings[0]);
    assert!(report.warnings[1].reason.contains("twice"), "{}", report.warnings[1]);
    // 01:30 to 03:30 on the night with 25 hours.
    assert_eq!(cards[0].punches[2].at.since(cards[0].punches[1].at).0, 3 * 3_600);
}

#[test]
fn the_time_of_a_punch_is_on_the_clock_of_its_place() {
    // Clocks in New York, where E1 lives, are five hours behind UTC.
    let file = "employee,at,punch_zone,tag\n\
        E1,2026-03-02 08:00,,\n\
        E1,2026-03-02 13:00,Etc/UTC,site=x\n\
        E1,2026-03-02 13:00,,site=x;time_zone=Etc/UTC\n\
        E1,2026-03-02 08:00-05:00,Etc/UTC,\n\
        E1,2026-03-02 13:00,Etc/UTX,\n\
        E1,2026-03-02 13:00,Etc/UTC,time_zone=Etc/UTC\n";
    let (cards, report) = read_with("", Table::Punches, Format::Csv, file.as_bytes());
    let punches: Vec<_> = cards[0].punches.iter().map(|punch| (punch.at.0, punch.tag.0)).collect();
    let at = punches[0].0;
    assert_eq!(punches, [(at, 0), (at, 1), (at, 1), (at, 2)]);
    assert_eq!(
        reasons(&report),
        [
            "facts line 6: the tag has no clock: unknown time zone `Etc/UTX`",
            "facts line 7: the tag has two values for `time_zone`",
        ]
    );
    // A gate, as exports of access control name it.
    let gates = "employee,at,Zone\nE1,2026-03-02 08:00,Main gate\n";
    let (cards, _) = read_with("", Table::Punches, Format::Csv, gates.as_bytes());
    assert_eq!((cards[0].punches[0].at.0, cards[0].punches[0].tag.0), (at, 0));
    let added = "employee,action,at,kind,punch_zone\nE1,add,2026-03-02 13:00,in,Etc/UTC\n";
    let (cards, _) = read_with("", Table::Corrections, Format::Csv, added.as_bytes());
    let kind = CorrectionKind::Add { at: Timestamp(at), kind: PunchKind::In, tag: TagId(1) };
    assert_eq!(cards[0].corrections[0].kind, kind);
}

#[test]
fn a_punch_that_is_named_by_its_number_needs_no_known_kind() {
    let file = "employee,action,id,kind,to\nE1,void,17,Korrektur,\nE1,retime,18,Korrektur,2026-03-02 08:00\n\
        E1,void,,Korrektur,\n";
    let (cards, report) = read_with("", Table::Corrections, Format::Csv, file.as_bytes());
    assert_eq!((cards[0].corrections.len(), report.rejects.len()), (2, 1), "{:?}", reasons(&report));
}

#[test]
fn an_attlog_knows_people_by_their_pins() {
    let file = "        7\t2026-03-02 08:01:12\t0\t1\t0\t0\n        8\t2026-03-02 08:02:00\t0\t1\t0\t0\n\
        7\t2026-03-02 17:00:00\t5\t1\t0\t0\ngarbage\n";
    let (cards, report) = read_with("employee,pin\nE1,7\n", Table::Punches, Format::Attlog, file.as_bytes());
    assert_eq!(cards[0].punches.iter().map(|punch| punch.kind).collect::<Vec<_>>(), [PunchKind::In, PunchKind::Out]);
    let reasons = reasons(&report);
    assert_eq!(reasons[0], "facts line 2: PIN `8` belongs to no employee of the employees file");
    assert_eq!(report.rejects[1].place.line, 4);
}

#[test]
fn carried_values_are_given_once_for_each_key() {
    let file = "employee,key,value\nE1,points/balance,3\nE2,points/balance,-7\nE1,points/balance,4\n\
        E1,points/streak,1.5\nE1,points/balanse,1\n";
    let (cards, report) = read_with("", Table::Carried, Format::Csv, file.as_bytes());
    let values: Vec<Vec<i64>> =
        cards.iter().map(|card| card.carried.iter().map(|carried| carried.value).collect()).collect();
    assert_eq!(values, [[3], [-7]]);
    assert_eq!(
        reasons(&report),
        [
            "facts line 4: employee `E1` carries a value for `points/balance` already",
            "facts line 5: `1.5` is not a whole number",
            "facts line 6: the ruleset has no carried key `points/balanse`; it has points/balance, points/streak",
        ]
    );
}

#[test]
fn the_results_of_a_pay_period_hold_what_the_next_one_carries_in() {
    let results = r#"{ "asked": {}, "employees": [{ "employee": "E1", "lines": [] }], "rejected": { "count": 0 },
        "carried": [{ "employee": "E1", "key": "points/streak", "value": 12 }] }"#;
    let (cards, report) = read_with("", Table::Carried, Format::Json, results.as_bytes());
    assert_eq!((cards.len(), cards[0].carried[0].value), (1, 12));
    assert_eq!(reasons(&report), [] as [&str; 0]);
}

#[test]
fn schedules_name_times_or_shifts() {
    let file = "employee,workday,start,end,shift\nE1,2026-03-02,22:00,06:00,\nE1,2026-03-03,,,office\n\
        E1,2026-03-04,,,nights\nE1,2026-03-05,22:00,30:00,\n";
    let (cards, report) = read_with("", Table::Schedule, Format::Csv, file.as_bytes());
    let night = ShiftTimes::Clock { start: 79_200, end: 108_000 };
    let times: Vec<ShiftTimes> = cards[0].shifts.iter().map(|shift| shift.times).collect();
    assert_eq!(times, [night, ShiftTimes::Template(0), night]);
    assert_eq!(reasons(&report), ["facts line 4: the ruleset has no shift `nights`; it has office"]);
}

#[test]
fn a_shift_to_work_may_have_a_length_instead_of_times() {
    let file = "employee,workday,start,end,shift,kind,hours\nE1,2026-03-02,,,,,8:00\nE1,2026-03-03,,,,work,7:30\n\
        E1,2026-03-04,09:00,17:00,,,8h\nE1,2026-03-05,,,office,,8h\nE1,2026-03-06,,,,open,8h\n\
        E1,2026-03-07,,,,,49h\nE1,2026-03-08,,,,,much\n";
    let (cards, report) = read_with("", Table::Schedule, Format::Csv, file.as_bytes());
    let times: Vec<ShiftTimes> = cards[0].shifts.iter().map(|shift| shift.times).collect();
    assert_eq!(times, [ShiftTimes::Length(Seconds::hours(8)), ShiftTimes::Length(Seconds::minutes(450))]);
    let told = reasons(&report);
    let beside = "or with a start and no end, may have a length";
    assert_eq!(told.iter().filter(|reason| reason.ends_with(beside)).count(), 3, "{told:#?}");
    assert!(told[3].ends_with("a scheduled shift may not be longer than 48 hours"), "{told:#?}");
    assert_eq!(told.len(), 5, "{told:#?}");
}

#[test]
fn the_end_of_a_shift_to_work_is_free_where_it_is_empty() {
    let file = "employee,workday,start,end,kind,hours,shift\nE1,2026-03-02,09:00,,,,\nE1,2026-03-03,09:00,,work,6:00,\n\
        E1,2026-03-04,,17:00,,,\nE1,2026-03-05,09:00,,overtime,,\nE1,2026-03-06,09:00,,,49h,\nE1,2026-03-07,9,,,,\n\
        E1,2026-03-08,09:00,,,,office\nE1,2026-03-09,09:00,,rest,,\n";
    let (cards, report) = read_with("", Table::Schedule, Format::Csv, file.as_bytes());
    let times: Vec<ShiftTimes> = cards[0].shifts.iter().map(|shift| shift.times).collect();
    let free = |expects| ShiftTimes::FreeEnd { start: 32_400, expects };
    assert_eq!(times, [free(Seconds(0)), free(Seconds::hours(6))]);
    let told = reasons(&report);
    let causes = [
        "`start` is empty",
        "a row of kind `overtime` has to end; only the end of a row to work is free where it is empty",
        "a scheduled shift may not be longer than 48 hours",
        "`9` is not a time of day from 00:00 to 48:00; write it as 22:00",
        "give the times or the name of a shift of the ruleset",
        "leave its times and the name of a shift empty",
    ];
    assert_eq!(told.len(), causes.len(), "{told:#?}");
    for (told, cause) in told.iter().zip(causes) {
        assert!(told.ends_with(cause), "{told}");
    }
}

#[test]
fn a_file_with_starts_has_a_column_of_ends() {
    let file = "employee,workday,start,finish\nE1,2026-03-02,09:00,17:00\n";
    let (cards, _, outcome) = read_as("", Table::Schedule, &Format::Csv.into(), file.as_bytes());
    assert!(cards.is_empty());
    assert!(outcome.unwrap_err().to_string().contains("`end`"));
}

#[test]
fn blocks_of_a_split_shift_have_its_number() {
    let file = "employee,workday,start,end,split\nE1,2026-03-02,06:00,10:00,1\nE1,2026-03-02,16:00,20:00,1\n\
        E1,2026-03-03,06:00,10:00,\nE1,2026-03-04,06:00,10:00,256\nE1,2026-03-05,06:00,10:00,a\n";
    let (cards, report) = read_with("", Table::Schedule, Format::Csv, file.as_bytes());
    let numbers: Vec<u8> = cards[0].shifts.iter().map(|shift| shift.split).collect();
    assert_eq!(numbers, [1, 1, 0]);
    let write = "write a number from 1 to 255 on each row of the shift";
    let refused =
        |line: usize, text: &str| format!("facts line {line}: `{text}` is not the number of a split shift; {write}");
    assert_eq!(reasons(&report), [refused(5, "256"), refused(6, "a")]);
}

#[test]
fn leave_is_days_lengths_or_stretches() {
    let file = "employee,code,from,to,workday,amount\nE1,annual,2026-03-02,2026-03-04,,\nE1,annual,,,2026-03-05,4:00\n\
        E1,annual,2026-03-06 09:00,2026-03-06 13:00,,\nE1,sick,,,2026-03-07,\nE1,annual,2026-03-09,2026-03-08,,\n";
    let (cards, report) = read_with("", Table::Leave, Format::Csv, file.as_bytes());
    assert_eq!(cards[0].leave.len(), 5);
    assert_eq!(cards[0].leave[2].time, LeaveTime::Workday(Workday::from_date(2026, 3, 4).unwrap()));
    assert_eq!(report.rejects.len(), 2);
}

#[test]
fn approvals_have_a_status_of_their_own() {
    let file = "employee,type,status,start,end\nE1,overtime,pending,2026-03-02 19:00,2026-03-02 21:00\n\
        E1,overtime,,2026-03-03 19:00,2026-03-03 21:00\nE1,overtime,approved,2026-03-04 21:00,2026-03-04 19:00\n";
    let (cards, report) = read_with("", Table::Approvals, Format::Csv, file.as_bytes());
    let statuses: Vec<ApprovalStatus> = cards[0].approvals.iter().map(|approval| approval.status).collect();
    assert_eq!(statuses, [ApprovalStatus::Pending, ApprovalStatus::Approved]);
    let backwards = "facts line 4: the approval from 2026-03-04 21:00 to 2026-03-04 19:00 does not end after it starts";
    assert_eq!(reasons(&report), [backwards]);
}

#[test]
fn one_document_holds_every_table() {
    let document = r#"{
        "employees": [{"employee": "E1"}],
        "punches": [
            {"employee": "E1", "at": "2026-03-02T13:00:00Z", "kind": "in", "id": 12},
            {"employee": "E1", "at": "noon", "kind": "out"}
        ],
        "waivers": [{"employee": "E1", "workday": "2026-03-02", "waived": "meal 1"}],
        "corrections": [{"employee": "E1", "action": "retime", "id": 12, "to": "2026-03-02 08:05"}],
        "pets": []
    }"#;
    let (cards, report) = read_with("", Table::Punches, Format::Json, document.as_bytes());
    assert_eq!(cards[0].punches[0].id, Some(12));
    assert_eq!(cards[0].waivers[0].kind, WaiverKind::Meal(1));
    assert_eq!(cards[0].corrections.len(), 1);
    assert_eq!(report.rejects.iter().map(|reject| reject.place.line).collect::<Vec<_>>(), [5, 9]);
    let mut report = Report::default();
    let employees = read_employees("all.json", &Format::Json.into(), &mut document.as_bytes(), &mut report).unwrap();
    assert_eq!(employees[0].employee, "E1");
    assert_eq!(report.rejects, [], "the other tables are somebody else's to read");
}

#[test]
fn one_long_line_costs_one_line() {
    let mut file = String::from("employee,at\n");
    file.push_str(&"x".repeat(LINE_BYTES_MAX + 1));
    file.push_str("\nE1,2026-03-02 08:00\n");
    let (cards, report) = read_with("", Table::Punches, Format::Csv, file.as_bytes());
    assert_eq!(cards[0].punches.len(), 1);
    assert_eq!(reasons(&report), ["facts line 2: the line is longer than 64 KiB"]);
}

/// Why a file as a whole is not used, and the hint.
fn refused(table: Table, layout: &Layout<'_>, bytes: &[u8]) -> (String, String) {
    let (_, report, outcome) = read_as("", table, layout, bytes);
    let error = outcome.expect_err(&format!("{report:?}"));
    (error.to_string(), error.hint().unwrap_or_default())
}

fn csv() -> Layout<'static> {
    Layout::from(Format::Csv)
}

fn with_columns(map: &str) -> Layout<'static> {
    Layout { columns: ColumnMap::parse(Table::Punches, map).unwrap(), ..csv() }
}

fn profile(name: &str) -> Layout<'static> {
    csv().with_profile(Some(Profile::named(name).unwrap()))
}

/// The punches of the first employee as hours and minutes in UTC, with their kinds.
fn punched(cards: &[CardFacts]) -> Vec<String> {
    let written = |punch: &shiftmill_core::Punch| {
        let wall = shiftmill_core::WallTime(punch.at.0);
        format!("{wall} {}", punch.kind.code())
    };
    cards[0].punches.iter().map(written).collect()
}

/// Reads punches of people in UTC, which must be usable as a whole.
fn punches_of(layout: &Layout<'_>, bytes: &[u8]) -> (Vec<CardFacts>, Report) {
    let people = "employee,pin,zone\n00000042,42,Etc/UTC\nE7,7,Etc/UTC\n";
    let (cards, report, outcome) = read_as(people, Table::Punches, layout, bytes);
    outcome.unwrap_or_else(|error| panic!("{error}\n{report:?}"));
    (cards, report)
}

#[test]
fn an_unknown_header_is_quoted_with_the_nearest_profile() {
    let (error, hint) = refused(Table::Punches, &csv(), b"employee,color\nE1,red\n");
    assert_eq!(error, "line 1 is not a header with a column `at` or `date` or `time`: `employee, color`");
    assert!(hint.contains("--columns"), "{hint}");
    let (error, hint) = refused(Table::Punches, &csv(), b"Department,Name,No.,Date/Time,VerifyCode\nA,B,6,x,FP\n");
    assert!(error.contains("`Department, Name, No., Date/Time, VerifyCode`"), "{error}");
    assert!(hint.contains("`--profile zktime`"), "{hint}");
    assert_eq!(refused(Table::Leave, &csv(), b"").0, "the file is empty");
    assert_eq!(refused(Table::Punches, &Format::Attlog.into(), b" \n\n").0, "the file is empty");
}

#[test]
fn a_column_of_kinds_is_never_silently_left_out() {
    let file = "employee,at,Richtung\nE1,2026-03-02 08:00,Kommen\nE1,2026-03-02 16:00,Gehen\n";
    let (error, hint) = refused(Table::Punches, &csv(), file.as_bytes());
    assert_eq!(error, "column `Richtung` holds kinds of punches such as `Kommen` and is not read");
    assert!(hint.contains("--columns \"Richtung=kind\""), "{hint}");
    let (cards, _, outcome) = read_as("", Table::Punches, &with_columns("Richtung=kind"), file.as_bytes());
    outcome.unwrap();
    assert_eq!(cards[0].punches.iter().map(|punch| punch.kind).collect::<Vec<_>>(), [PunchKind::In, PunchKind::Out]);
    let (cards, _, outcome) = read_as("", Table::Punches, &with_columns("Richtung=ignore"), file.as_bytes());
    outcome.unwrap();
    assert_eq!(cards[0].punches[0].kind, PunchKind::Unknown);
    // Numbers are kinds only under a name that says so.
    let numbers = |name: &str| format!("employee,at,{name}\nE1,2026-03-02 08:00,0\nE1,2026-03-02 16:00,1\n");
    assert!(read_as("", Table::Punches, &csv(), numbers("Gate").as_bytes()).2.is_ok());
    assert!(refused(Table::Punches, &csv(), numbers("In/Out Flag").as_bytes()).0.contains("`In/Out Flag`"));
    let document = r#"[{"employee": "E1", "at": "2026-03-02 08:00", "sense": "check-in"}]"#;
    assert!(refused(Table::Punches, &Format::Json.into(), document.as_bytes()).0.contains("column `sense`"));
}

#[test]
fn the_order_of_a_date_is_asked_for() {
    let file = |date: &str| format!("employee,at\nE1,{date} 08:00\n");
    let (error, hint) = refused(Table::Punches, &csv(), file("01/09/2026").as_bytes());
    assert!(error.starts_with("line 2: `01/09/2026 08:00` does not say which number is the day"), "{error}");
    assert!(hint.starts_with("give `--dates dmy` or `--dates mdy`"), "{hint}");
    assert!(refused(Table::Punches, &csv(), file("29/08/2026").as_bytes()).1.contains("only as `dmy`"));
    let schedule = "employee,workday,start,end\nE1,03/02/2026,08:00,16:00\n";
    assert!(refused(Table::Schedule, &csv(), schedule.as_bytes()).0.contains("`03/02/2026`"));
    let dmy = Layout { dates: Some(DateOrder::DayMonthYear), ..csv() };
    let text = "employee,at\nE7,01/09/2026  8:00:05\nE7,2026-09-01 16:00\nE7,09/29/2026 08:00\n";
    let (cards, report) = punches_of(&dmy, text.as_bytes());
    assert_eq!(punched(&cards[1..]), ["2026-09-01 08:00:05 unknown", "2026-09-01 16:00 unknown"]);
    assert_eq!(report.rejected(), 1);
}

#[test]
fn people_know_of_their_rejected_rows() {
    let file = b"employee,Name,at,status\n42,MAR\xCDA,2026-05-29 07:58,in\n42,ANA,2026-05-29 18:00,out\n\
        43,PE\xD1A,2026-05-29 08:03,in\n43,X,noon,in\n44,X,2026-05-29 08:00,in,surplus\nE9,X,2026-05-29 08:00,in\n";
    let (cards, report) = read_with("employee\n42\n43\n44\n45\n", Table::Punches, Format::Csv, file);
    let rejected: Vec<(u32, usize)> = cards.iter().map(|card| (card.rejected_rows, card.punches.len())).collect();
    assert_eq!(rejected, [(1, 1), (2, 0), (1, 0), (0, 0)]);
    assert!(reasons(&report)[0].starts_with("facts line 2: the line is not utf-8 text; "), "{:?}", reasons(&report));
    assert_eq!(report.rejected(), 5);
}

#[test]
fn a_file_without_a_usable_row_is_not_used() {
    let file = "employee,at\nE1,noon\nE1,midnight\n";
    let (error, _) = refused(Table::Punches, &csv(), file.as_bytes());
    assert!(error.starts_with("none of its 2 rows can be used; facts line 2: `noon` is not a date"), "{error}");
}

#[test]
fn encodings_are_obeyed() {
    let gbk = b"\xB2\xBF\xC3\xC5,\xBF\xBC\xC7\xDA\xBA\xC5\xC2\xEB,\xC8\xD5\xC6\xDA\xCA\xB1\xBC\xE4,\xBC\xC7\xC2\xBC\xD7\xB4\xCC\xAC\r\n\
        A,007,2026/3/2 8:01:12,\xC9\xCF\xB0\xE0\xC7\xA9\xB5\xBD\r\nA,7,2026/3/2 12:00:40,\xCD\xE2\xB3\xF6\r\n";
    let seen = ["2026-03-02 08:01:12 in", "2026-03-02 12:00:40 break_start"];
    for layout in [profile("zk-cn"), Layout { encoding: Encoding::named("gbk"), ..csv() }] {
        assert_eq!(punched(&punches_of(&layout, gbk).0[1..]), seen);
    }
    let (error, hint) = refused(Table::Punches, &csv(), gbk);
    assert_eq!(error, "line 1 is not utf-8 text");
    assert!(hint.contains("`--profile zk-cn`"), "{hint}");
    let titled = [b"\xBF\xBC\xC7\xDA\xB1\xA8\xB1\xED\r\n".as_slice(), gbk].concat();
    let (error, hint) = refused(Table::Punches, &csv(), &titled);
    assert_eq!(error, "line 2 is not utf-8 text");
    assert!(hint.contains("`--profile zk-cn`"), "{hint}");
    let utf8 = "部门,考勤号码,日期时间,记录状态\rA,007,2026/3/2 8:01:12,上班签到\rA,7,2026/3/2 12:00:40,外出\r";
    assert_eq!(punched(&punches_of(&profile("zk-cn"), utf8.as_bytes()).0[1..]), seen);
    let utf16: Vec<u8> = format!("\u{FEFF}{utf8}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(punched(&punches_of(&profile("zk-cn"), &utf16).0[1..]), seen);
    let unmarked: Vec<u8> = "employee,at\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(refused(Table::Punches, &csv(), &unmarked).1.contains("utf-16"));
    let small = "employee,at,name\nE1,2026-03-02 08:00,é\nE2,2026-03-02 08:00,ünïcödé ñ\n";
    let stated = Layout { encoding: Encoding::named("windows-1252"), ..csv() };
    assert_eq!(refused(Table::Punches, &stated, small.as_bytes()).0, "the file is utf-8 text, not windows-1252");
}

#[test]
fn exports_of_usb_sticks_are_read_with_and_without_their_header() {
    let rows = "000001\t1\t00000042\tAna B.    \t\t1\t1\tF\t0\t0\t2026-03-02  07:58:10\tJob Out\r\n\
        000002\t1\t00000007\tBo        \t\t1\t1\tF\t0\t0\t2026-03-02  08:03:44\tJob Out\r\n";
    let header = "No\tTMNo\tEnNo\tName\t\tGMNo\tMode\tIN/OUT\tAntipass\tDaiGong\tDateTime\tTR\r\n";
    for file in [format!("{header}{rows}"), rows.to_owned()] {
        let (cards, report) = punches_of(&profile("zk-usb"), file.as_bytes());
        assert_eq!(punched(&cards), ["2026-03-02 07:58:10 unknown"], "{report:?}");
        assert_eq!(cards[1].punches.len(), 1);
    }
    let (cards, _) = punches_of(&csv(), format!("{header}{rows}").as_bytes());
    assert_eq!(cards[0].punches.len(), 1);
    let (error, hint) = refused(Table::Punches, &Format::Attlog.into(), rows.as_bytes());
    assert!(error.starts_with("line 1 is not a row of an attlog: `000001"), "{error}");
    assert!(hint.contains("`--profile zk-usb`"), "{hint}");
    let (cards, _) = punches_of(&with_columns("#3=pin, #11=at"), rows.as_bytes());
    assert_eq!(cards[0].punches.len(), 1);
}

#[test]
fn columns_are_named_by_the_caller() {
    let file = "Report of August\n\nName,No.,Date/Time\nAna,7,2026-03-02 08:00\nAna,7,2026-03-02 16:00\n";
    let (cards, report) = punches_of(&with_columns("No.=pin,Date/Time=at"), file.as_bytes());
    assert_eq!(cards[1].punches.len(), 2);
    assert!(
        report.warnings.iter().any(|it| it.to_string() == "facts line 3: the header; 1 line before it are not read")
    );
    let (error, _) = refused(Table::Punches, &with_columns("No.=pin,Date/Time=at,Door=kind"), file.as_bytes());
    assert_eq!(error, "the header has no column `Door`: `Name,No.,Date/Time`");
    for wrong in ["No.", "No.=number", "No.=pin,no.=at", "#1=pin,At=at"] {
        assert!(ColumnMap::parse(Table::Punches, wrong).is_err(), "{wrong}");
    }
}

#[test]
fn punches_may_say_when_they_were_recorded() {
    let file = "employee,at,kind,recorded\nE7,2026-03-02 08:00,in,\nE7,2026-03-02 16:00,out,2026-03-02T17:30:00Z\n\
        E7,2026-03-03 08:00,in,soon\nE7,2026-03-03 16:00,out,9999-01-01 00:00\n";
    let (cards, report) = punches_of(&csv(), file.as_bytes());
    let card = &cards[1];
    assert_eq!(
        card.punches.iter().map(|punch| punch.recorded_at).collect::<Vec<_>>(),
        [None, Some(Timestamp(1_772_472_600))]
    );
    assert_eq!((card.rejected_rows, report.rejected()), (2, 2));
}

#[test]
fn one_row_may_hold_several_punches() {
    let file =
        "工号,日期,上班,下班\nE7,2026-03-02 星期一,08:25,次日 00:31\nE7,2026/3/3,22:00,06:00\nE7,2026/3/4,-,缺卡\n";
    let layout = with_columns("日期=date,上班=in,下班=out");
    let (cards, report) = punches_of(&layout, file.as_bytes());
    assert_eq!(
        punched(&cards[1..]),
        ["2026-03-02 08:25 in", "2026-03-03 00:31 out", "2026-03-03 22:00 in", "2026-03-04 06:00 out"],
        "{report:?}"
    );
    let file = "工号,日期,打卡记录\nE7,2026-03-02,08:25 12:01;13:00;次日 00:31\nE7,2026-03-03,08:25 noon\n";
    let (cards, report) = punches_of(&with_columns("日期=date,打卡记录=taps"), file.as_bytes());
    assert_eq!((cards[1].punches.len(), cards[1].rejected_rows), (5, 1), "{report:?}");
    let document = r#"[{"工号": "E7", "日期": "2026-03-02", "上班": "08:25", "下班": "17:35"}]"#;
    let layout = Layout { format: Format::Json, ..layout };
    assert_eq!(
        punched(&punches_of(&layout, document.as_bytes()).0[1..]),
        ["2026-03-02 08:25 in", "2026-03-02 17:35 out"]
    );
}

#[test]
fn words_and_forms_of_vendors_are_understood() {
    let file = "Person ID,Name,Time,Attendance Status\n'00000042,ANA,2026-05-29 07:58:17,Check-in\n\
        '00000042,ANA,2026-05-29 12:03:51,Break-Out\n'00000042,ANA,2026-05-29 05:05:06 PM,None\n";
    let (cards, _) = punches_of(&csv(), file.as_bytes());
    assert_eq!(
        punched(&cards),
        ["2026-05-29 07:58:17 in", "2026-05-29 12:03:51 break_start", "2026-05-29 17:05:06 unknown"]
    );
    let file =
        "No.,Employee ID,Date,Time,Punch State\n1,E7,17-06-2026,05:10,Check In\n2,E7,17-06-2026,16:45,Overtime Out\n";
    let layout = Layout { dates: Some(DateOrder::DayMonthYear), ..profile("biotime") };
    assert_eq!(punched(&punches_of(&layout, file.as_bytes()).0[1..]), ["2026-06-17 05:10 in", "2026-06-17 16:45 out"]);
    let file = "employee,at,kind\nE7,2026-03-02 20:00,Callback-In\nE7,2026-03-02 21:00,callback out\nE7,2026-03-03 09:00,外勤\n";
    let seen = ["2026-03-02 20:00 callback_in", "2026-03-02 21:00 callback_out", "2026-03-03 09:00 offsite"];
    assert_eq!(punched(&punches_of(&csv(), file.as_bytes()).0[1..]), seen);
    let file = "账号,日期,打卡时间,打卡类型\nE7,2026-06-17,05:10,外出打卡\n";
    assert_eq!(punched(&punches_of(&profile("wecom"), file.as_bytes()).0[1..]), ["2026-06-17 05:10 offsite"]);
    let log = "   42\t2026-07-02 07:05:30\t255\t15\t0\t0\n";
    assert_eq!(punched(&punches_of(&Format::Attlog.into(), log.as_bytes()).0), ["2026-07-02 07:05:30 unknown"]);
}

#[test]
fn numbers_of_spreadsheets_are_named() {
    let file = "employee,at\nE1,46083.33\nE1,2026-03-02 08:00\n";
    let (_, report) = read_with("", Table::Punches, Format::Csv, file.as_bytes());
    assert_eq!(
        reasons(&report),
        [
            "facts line 2: `46083.33` is the number by which a spreadsheet stores 2026-03-02 07:55:12; format the cells as \
          date and time"
        ]
    );
}

#[test]
fn reports_of_days_are_refused_in_one_sentence() {
    let raw = "姓名,工号,考勤组,考勤日期,考勤时间,打卡时间,打卡结果\n\
        王,E7,白班,2026-03-02 星期一,2026-03-02 08:30,2026-03-02 08:25,正常\n";
    assert_eq!(punched(&punches_of(&profile("dingtalk"), raw.as_bytes()).0[1..]), ["2026-03-02 08:25 unknown"]);
    let daily = "每日统计表\n生成时间：2026-03-04\n姓名,工号,UserId,日期,上班1打卡时间,下班1打卡时间\n王,E7,1,26-03-02,08:25,17:30\n";
    for layout in [csv(), profile("dingtalk")] {
        let (error, hint) = refused(Table::Punches, &layout, daily.as_bytes());
        assert!(error.contains("每日统计") && hint.contains("原始记录"), "{error} {hint}");
    }
}

/// Text that looks like the files often enough to get past the first check.
fn almost_a_file() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "employee",
        "at",
        "kind",
        "workday",
        "start",
        "end",
        "shift",
        "code",
        "from",
        "action",
        "waived",
        "id",
        "pin",
        ",",
        ",",
        ",",
        ";",
        "\t",
        "\n",
        "\n",
        "\r\n",
        "\"",
        "E1",
        "2026-03-02",
        "2026-03-02 08:00",
        "08:00",
        "24:00",
        "+1",
        "in",
        "out",
        "0",
        "5",
        "-",
        "2026-11-01 01:30",
        "9999-99-99",
        "annual",
        "office",
        "é",
        "工号",
        "{",
        "[",
        "]",
        "}",
        ":",
        "\"punches\"",
        "99999999999999999999",
        "T",
        "Z",
        " ",
        "meal 300",
        "add",
        "void",
        "retime",
        "01/09/2026",
        "次日",
        "PM",
        "08:00 12:00;13:00",
        "'0042",
        "46083.5",
        "Check In",
        "EnNo",
        "DateTime",
        "\r",
    ]);
    prop::collection::vec(piece, 0..200).prop_map(|pieces| pieces.concat())
}

const TABLES: [&str; Table::ALL.len()] = [
    "employee,name,zone\n",
    "employee,at,kind,id\n",
    "employee,workday,start,end,shift,kind\n",
    "employee,workday,day_type,from,to\n",
    "employee,code,from,to,workday,amount,half,recorded\n",
    "employee,action,at,kind,id,to,recorded\n",
    "employee,workday,waived\n",
    "employee,kind,from,to,workday,amount,status,choice,recorded\n",
    "employee,code,workday,amount,recorded\n",
    "employee,workday,recorded,question,answer\n",
    "employee,code,workday,amount,computed,recorded\n",
    "employee,from,ruleset,zone,tag,job\n",
    "employee,key,value\n",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn no_bytes_are_too_odd(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        for table in Table::ALL {
            for format in Format::ALL {
                let _usable = read_as("", table, &(*format).into(), &bytes);
            }
        }
    }

    #[test]
    fn no_layout_is_too_odd(text in almost_a_file(), bytes in prop::collection::vec(any::<u8>(), 0..500), marked in 0..4_usize) {
        let mark: &[u8] = [&b""[..], b"\xEF\xBB\xBF", b"\xFF\xFE", b"\xFE\xFF"][marked];
        let map = ColumnMap::parse(Table::Punches, "employee=taps,at=employee,kind=in,id=out").unwrap();
        let numbered = ColumnMap::parse(Table::Punches, "#1=employee,#3=taps,#2=date").unwrap();
        for encoding in ["gbk", "gb18030", "windows-1252", "utf-16", "shift_jis"].map(Encoding::named) {
            for columns in [&ColumnMap::default(), &map, &numbered] {
                let layout = Layout { encoding, columns: columns.clone(), dates: Some(DateOrder::MonthDayYear), ..csv() };
                let _usable = read_as("", Table::Punches, &layout, &[mark, &bytes].concat());
                let file = format!("employee,at,kind,id\n{text}");
                let _usable = read_as("", Table::Punches, &layout, &[mark, file.as_bytes()].concat());
                let layout = Layout { format: Format::Json, ..layout };
                let _usable = read_as("", Table::Punches, &layout, &[mark, file.as_bytes()].concat());
            }
        }
        for (profile, _) in Profile::shipped() {
            let layout = csv().with_profile(Some(profile));
            let _usable = read_as("", Table::Punches, &layout, &[mark, text.as_bytes(), &bytes].concat());
        }
    }

    #[test]
    fn no_text_is_too_odd(text in almost_a_file()) {
        for (table, header) in Table::ALL.into_iter().zip(TABLES) {
            let file = format!("{header}{text}");
            for format in Format::ALL {
                let _usable = read_as("", table, &(*format).into(), text.as_bytes());
                let _usable = read_as("employee,pin\nE1,5\n", table, &(*format).into(), file.as_bytes());
            }
        }
    }
}

#[test]
fn the_handbook_names_the_ending_of_every_format() {
    let handbook = include_str!("../../../../docs/files.md");
    for format in Format::ALL {
        assert_eq!(Format::of(&format!("facts.{}", format.ending().to_uppercase())), *format);
        assert!(handbook.contains(&format!("`.{}`", format.ending())), "{format:?}");
    }
    assert_eq!([Format::of("facts"), Format::of("facts.txt")], [Format::Csv; 2]);
}

#[test]
fn an_assignment_names_a_calendar_of_the_ruleset() {
    let (zones, names) = (zones(), Names { calendars: vec!["hesse".into(), "bavaria".into()], ..names() });
    let rulesets = [RulesetNames { name: "standard", names: &names }];
    let mut report = Report::default();
    let mut intake = Intake::new("staff.csv", &[], &zones, &zones, &rulesets, StatusMap::default(), &mut report);
    let file = "employee,from,calendar,job\nE1,2026-01-01,bavaria,\nE1,2026-02-01,own,\nE1,2026-03-01,prussia,\n\
        E1,2026-04-01,,\nE1,2026-05-01,bavaria,job=driver\n";
    let rows = read_assignments("moves.csv", &Format::Csv.into(), &mut file.as_bytes(), &mut report).unwrap();
    intake.assign("moves.csv", &rows, &mut report);
    let (cards, _) = intake.finish();
    let chosen: Vec<_> = cards[0].assignments.iter().map(|row| row.calendar).collect();
    assert_eq!(chosen, [Some(CalendarChoice::Named(CalendarId(1))), Some(CalendarChoice::Own)]);
    let expected = [
        "moves.csv line 4: the ruleset has no calendar `prussia`; it has hesse, bavaria",
        "moves.csv line 5: no ruleset, calendar, zone or tag is named",
        "moves.csv line 6: an assignment for a job names a ruleset, and no calendar, zone or tag",
    ];
    assert_eq!(reasons(&report), expected);
}
