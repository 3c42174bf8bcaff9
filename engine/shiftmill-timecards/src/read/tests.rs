use super::*;
use proptest::prelude::*;
use shiftmill_core::{
    CardFacts, LeaveTime, Names, PunchKind, ShiftTimes, Timestamp, WaiverKind, Workday, Zone, ZoneTable,
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

/// Reads one file for the listed employees.
fn read_with(employees: &str, table: Table, format: Format, bytes: &[u8]) -> (Vec<CardFacts>, Report) {
    let (zones, names) = (zones(), names());
    let rulesets = [RulesetNames { name: "standard", names: &names }];
    let mut report = Report::default();
    let rows = read_employees("staff.csv", Format::Csv, &mut employees.as_bytes(), &mut report);
    let rows = if employees.is_empty() { Vec::new() } else { rows.unwrap() };
    let mut report = Report::default();
    let mut intake = Intake::new("staff.csv", &rows, &zones, &rulesets, StatusMap::default(), &mut report);
    let mut bytes = bytes;
    intake.read("facts", table, format, &mut bytes, &mut report).unwrap();
    (intake.finish(), report)
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
fn leave_is_days_lengths_or_stretches() {
    let file = "employee,code,from,to,workday,amount\nE1,annual,2026-03-02,2026-03-04,,\nE1,annual,,,2026-03-05,4:00\n\
        E1,annual,2026-03-06 09:00,2026-03-06 13:00,,\nE1,sick,,,2026-03-07,\nE1,annual,2026-03-09,2026-03-08,,\n";
    let (cards, report) = read_with("", Table::Leave, Format::Csv, file.as_bytes());
    assert_eq!(cards[0].leave.len(), 5);
    assert_eq!(cards[0].leave[2].time, LeaveTime::Workday(Workday::from_date(2026, 3, 4).unwrap()));
    assert_eq!(report.rejects.len(), 2);
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
    let employees = read_employees("all.json", Format::Json, &mut document.as_bytes(), &mut report).unwrap();
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

#[test]
fn a_file_without_a_needed_column_says_which() {
    let (_, report) = read_with("", Table::Punches, Format::Csv, b"employee,color\nE1,red\n");
    assert_eq!(
        reasons(&report),
        ["facts line 1: the header has no column `at` or `date` or `time`, so the file is not read"]
    );
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
    ]);
    prop::collection::vec(piece, 0..200).prop_map(|pieces| pieces.concat())
}

const TABLES: [&str; Table::ALL.len()] = [
    "employee,name,zone\n",
    "employee,at,kind,id\n",
    "employee,workday,start,end,shift,kind\n",
    "employee,workday,day_type\n",
    "employee,code,from,to,workday,amount,recorded\n",
    "employee,action,at,kind,id,to,recorded\n",
    "employee,workday,waived\n",
    "employee,key,value\n",
];

proptest! {
    #[test]
    fn no_bytes_are_too_odd(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        for table in Table::ALL {
            for format in Format::ALL {
                read_with("", table, *format, &bytes);
            }
        }
    }

    #[test]
    fn no_text_is_too_odd(text in almost_a_file()) {
        for (table, header) in Table::ALL.into_iter().zip(TABLES) {
            let file = format!("{header}{text}");
            for format in Format::ALL {
                read_with("", table, *format, text.as_bytes());
                read_with("employee,pin\nE1,5\n", table, *format, file.as_bytes());
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
