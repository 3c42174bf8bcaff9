use super::*;
use shiftmill_core::{
    CarryKey, DayType, ExceptionCode, ExceptionRows, ExceptionState, Layer, Multiplier, OverrideRows, PayCodeInfo,
    PayLines, RowEnds, RuleId, Seconds, Severity, TagDictionary, Timestamp, TotalRows, TotalScope, WorkdayRows,
};

fn names() -> Names {
    let code = |name: &str, unit| PayCodeInfo {
        name: name.into(),
        layer: Layer::Base,
        unit,
        paid: true,
        multiplier: Multiplier::PLAIN,
    };
    let pay_codes = vec![code("regular", Unit::Second), code("unpaid_break", Unit::Second), code("meal", Unit::Count)];
    let carried = vec!["points/balance".into()];
    Names { rules: vec!["worked".into(), "first, meal".into()], pay_codes, carried, ..Names::default() }
}

fn results() -> Evaluations {
    let workday = Workday::from_date(2026, 3, 2).unwrap();
    let mut results = Evaluations::default();
    results.workdays.push(WorkdayRow { workday, day_type: DayType::Workday, punches: 4, worked: Seconds(28_200) });
    let lines = [(0, 28_200, 0, 0), (2, 1, 1, 20)];
    for (code, amount, rule, because) in lines {
        results.lines.push(PayLine { workday, code: PayCode(code), amount, rule: RuleId(rule), because });
        let scope = TotalScope::PayPeriod;
        results.totals.push(TotalRow { scope, from: workday, code: PayCode(code), amount });
    }
    results.exceptions.push(ExceptionRow {
        workday,
        code: ExceptionCode::LateIn,
        state: ExceptionState::Final,
        severity: Severity::High,
        at: Timestamp(1_772_442_600),
        measure: Seconds::minutes(10),
        rule: RuleId(0),
    });
    results.overrides.push(OverrideRow {
        workday,
        code: PayCode(0),
        amount: Seconds(28_200),
        computed: Seconds(28_800),
        computed_before: Seconds(27_000),
    });
    results.carried.push(CarriedRow { key: CarryKey(0), value: -5 });
    let ends =
        RowEnds { workdays: 1, lines: 2, exceptions: 1, totals: 2, carried: 1, overrides: 1, ..RowEnds::default() };
    results.cards.push(CardResult { ends, provisional: false, error: None });
    results
}

fn written(write: impl Fn(CardView<'_>, &mut Vec<u8>)) -> String {
    let (names, results) = (names(), results());
    let zone = Zone::fixed("Etc/UTC", 0);
    let tags = TagDictionary::default();
    let (employee, name) = ("E1", "Cook, 1");
    let (results, names, zone, tags) = (&results, &names, &zone, &tags);
    let card = CardView { employee, name, results, index: 0, names, zone, tags, split_by: &[] };
    let mut bytes = Vec::new();
    write(card, &mut bytes);
    String::from_utf8(bytes).unwrap()
}

#[test]
fn csv_quotes_what_needs_it_and_says_the_unit() {
    let lines = written(|card, out| csv([card].into_iter(), Rows::Lines, Hours::Decimal(2), out).unwrap());
    assert_eq!(
        lines,
        "employee,name,workday,pay_code,amount,unit,rule,because,provisional\n\
         E1,\"Cook, 1\",2026-03-02,regular,7.83,hours,worked,worked,false\n\
         E1,\"Cook, 1\",2026-03-02,meal,1,count,\"first, meal\",meal_requirement,false\n"
    );
    let exceptions = written(|card, out| csv([card].into_iter(), Rows::Exceptions, Hours::Minutes, out).unwrap());
    assert!(exceptions.ends_with("2026-03-02,late_in,final,high,2026-03-02 09:10,10,worked\n"), "{exceptions}");
}

#[test]
fn every_column_of_results_is_written() {
    let text = written(|card, out| json([card].into_iter(), Hours::Decimal(2), out).unwrap());
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    let tables = [
        (Rows::Workdays, "workdays", WorkdayRows::NAMES, ""),
        (Rows::Lines, "lines", PayLines::NAMES, "pay_code"),
        (Rows::Exceptions, "exceptions", ExceptionRows::NAMES, "exception"),
        (Rows::Totals, "totals", TotalRows::NAMES, "pay_code"),
        (Rows::Overrides, "overrides", OverrideRows::NAMES, "pay_code"),
    ];
    for (rows, list, columns, code) in tables {
        let file = written(|card, out| csv([card].into_iter(), rows, Hours::Decimal(2), out).unwrap());
        let header: Vec<&str> = file.lines().next().unwrap().split(',').collect();
        let object = document[0][list][0].as_object().unwrap();
        for column in columns {
            let name = if *column == "code" { code } else { *column };
            assert!(header.contains(&name), "{list} as CSV: {column} in {header:?}");
            let in_seconds = format!("{name}_seconds");
            let names = [name, in_seconds.as_str(), if name == "amount" { "seconds" } else { name }];
            assert!(names.iter().any(|name| object.contains_key(*name)), "{list} as JSON: {column} in {object:?}");
        }
    }
}

#[test]
fn json_keeps_whole_seconds() {
    let text = written(|card, out| json([card].into_iter(), Hours::Decimal(2), out).unwrap());
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document[0]["lines"][0]["seconds"], 28_200);
    assert_eq!(document[0]["lines"][0]["written"], "7.83");
    assert_eq!(document[0]["lines"][1]["count"], 1);
    assert_eq!(document[0]["carried"]["points/balance"], -5);
}

#[test]
fn what_is_carried_over_is_written_as_the_next_pay_period_reads_it() {
    let rows = written(|card, out| csv([card].into_iter(), Rows::Carried, Hours::HoursMinutes, out).unwrap());
    assert_eq!(rows, "employee,key,value\nE1,points/balance,-5\n");
    let array = written(|card, out| carried([card].into_iter(), out).unwrap());
    assert_eq!(array, "[\n{\"employee\":\"E1\",\"key\":\"points/balance\",\"value\":-5}]");
}

#[test]
fn a_table_reads_like_a_timesheet() {
    let text = written(|card, out| table([card].into_iter(), Hours::HoursMinutes, out).unwrap());
    let expected = "\
E1  Cook, 1  Etc/UTC
  workday         day      worked  regular  meal  to look at
  ----------------------------------------------------------
  Mon 2026-03-02  workday    7:50     7:50     1  late in 0:10
  ------------------------------------------------------------
  total                      7:50     7:50     1
  overridden: Mon 2026-03-02, regular 7:50 (computed 8:00, before 7:30)
  carries over: points/balance 5

";
    // The rule is as long as the longest line.
    assert_eq!(text.replace('-', ""), expected.replace('-', ""));
}

#[test]
fn decimals_are_rounded_half_up_by_whole_numbers() {
    assert_eq!(Hours::Decimal(2).write(18), "0.01");
    assert_eq!(Hours::Decimal(2).write(17), "0.00");
    assert_eq!(Hours::Decimal(2).write(3_599), "1.00");
    assert_eq!(Hours::Decimal(0).write(1_800), "1");
    assert_eq!(Hours::Minutes.write(89), "1");
    assert_eq!(Hours::HoursMinutes.write(28_230), "7:50:30");
}
