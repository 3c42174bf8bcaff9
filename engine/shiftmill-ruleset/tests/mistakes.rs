//! Every mistake is reported at once, at its line and column, with what was probably meant.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails may say so")]
#![allow(clippy::indexing_slicing, reason = "a test that fails may say so")]

use shiftmill_ruleset::{Document, Library, Mistakes, NoLibrary, compile};

fn mistakes(text: &str) -> Mistakes {
    compile(&Document { name: "acme.toml", text }, &NoLibrary).expect_err("the document has mistakes")
}

/// `line:column: message | hint`, one per line.
fn shown(mistakes: &Mistakes) -> Vec<String> {
    mistakes
        .list
        .iter()
        .map(|it| format!("{}:{}: {} | {}", it.line, it.column, it.message, it.hint.as_deref().unwrap_or("-")))
        .collect()
}

#[test]
fn ten_different_mistakes_are_reported_together() {
    let text = r#"name = "acme"
[attendance]
late_grase = "5m"
early_grace = 5
watch_window = "3 hours"
compared = "minutes"
[workdays]
workweek_opens = "Monday"
[[rounding]]
name = "seven"
interval = "7m"
[[overtime.tiers]]
name = "daily-8"
after = "8h"
pay = "overtime_1_6"
[[overtime.tiers]]
name = "daily-8"
after = "12h"
pay = "night"
[[overtime.tiers]]
name = "seventh"
pay = "overtime_2_0"
consecutive = { day = 40 }
[bank]
most = "1h"
[schedule]
pattern = { Mon-Fri = "ofice" }
[shifts.office]
start = "09:00"
end = "17:00"
"#;
    let shown = shown(&mistakes(text));
    let expected = [
        "3:1: unknown setting `late_grase` for late, early, absent | did you mean `late_grace`?",
        "4:15: `early_grace` must be a length, not the number `5` | did you mean `\"5m\"`? write lengths",
        "5:16: `watch_window` must be a length, not `\"3 hours\"` | write lengths",
        "6:12: `compared` cannot be `\"minutes\"` | did you mean `\"minute\"`?",
        "8:18: `workweek_opens` must be a weekday, not `\"Monday\"` | write weekdays",
        "11:12: `interval` of 7m does not divide a day evenly | such as",
        "15:7: there is no pay code `overtime_1_6` | did you mean `overtime_1_0`?",
        "17:8: two rules are called `daily-8` | ",
        "19:7: pay code `night` is of layer `premium` with unit `second` | this setting takes",
        "23:23: `day` must be from 2 to 31, not 40 | ",
        "24:2: `bank` is not supported yet | ",
        "27:23: there is no shift `ofice` | did you mean `office`?",
    ];
    assert_eq!(shown.len(), expected.len(), "{shown:#?}");
    for (line, start) in shown.iter().zip(expected) {
        assert!(line.starts_with(start), "{line}\nshould start with\n{start}");
    }
}

#[test]
fn a_missing_name_and_missing_settings_are_reported_where_they_should_be() {
    let shown =
        shown(&mistakes("version = \"1\"\n\n[[premiums]]\nname = \"night\"\n[shifts.day]\nstart = \"09:00\"\n"));
    assert!(shown[0].starts_with("1:1: the ruleset needs `name`"), "{shown:#?}");
    assert!(shown[1].starts_with("3:1: a premium needs `pay`"), "{shown:#?}");
    assert!(shown[2].starts_with("5:9: a named shift needs `end`"), "{shown:#?}");
    assert_eq!(shown.len(), 3);
}

#[test]
fn text_that_is_not_toml_is_located_and_the_rest_is_still_read() {
    let shown = shown(&mistakes("name = \"acme\"\nversion = 1.2.3.4\n[attendance]\nlate_grase = \"5m\"\n"));
    assert!(shown[0].starts_with("2:"), "{shown:#?}");
    assert!(shown[0].contains("this is not TOML"), "{shown:#?}");
    assert!(shown.iter().any(|line| line.starts_with("4:1: unknown setting `late_grase`")), "{shown:#?}");
}

#[test]
fn columns_count_letters() {
    let shown = shown(&mistakes("name = \"acme\"\nnot_covered = [\"日本\", 5]\n"));
    assert!(shown[0].starts_with("2:22: "), "{shown:#?}");
}

#[test]
fn a_day_has_one_type_and_exists() {
    let text = "name = \"acme\"\n[calendar]\nstatutory_holidays = [2026-10-01]\nshifted_rest = [2026-10-01]\n\
                company_holidays = [\"2026-02-30\"]\n";
    let shown = shown(&mistakes(text));
    assert!(shown[0].starts_with("4:17: 2026-10-01 is already a `statutory_holiday`"), "{shown:#?}");
    assert!(shown[1].starts_with("5:21: `company_holidays` must be a date that exists"), "{shown:#?}");
}

#[test]
fn flexible_hours_are_checked() {
    let text = r#"name = "acme"
[attendance]
flex_late = "13h"
core_hours = ["13:00-15:00", "10:00-12:00"]
monthly_free_late = { times = 0, up_to = "10m" }
late_off_late_on = [
  { out_after = "2h", start_later = "1h" },
  { out_after = "120m", start_later = "2h" },
  { out_after = "3h" },
]
[shifts.office]
start = "09:00"
end = "18:00"
core_hours = ["19:00-20:00"]
"#;
    let shown = shown(&mistakes(text));
    let expected = [
        "3:13: `flex_late` ",
        "4:30: core hours overlap the ones before, or come before them | write core hours in order",
        "5:31: `times` must be from 1 to 31, not 0",
        "8:17: two steps of late off begin at 2h",
        "9:3: a step of late off, late on needs `start_later`",
        "14:15: core hours of shift `office` lie outside of it | write windows that the shift overlaps",
    ];
    assert_eq!(shown.len(), expected.len(), "{shown:#?}");
    for (line, start) in shown.iter().zip(expected) {
        assert!(line.starts_with(start), "{line}\nshould start with\n{start}");
    }
}

#[test]
fn a_table_of_combinations_must_be_complete() {
    let text = r#"name = "acme"
[overtime]
combine = "table"
tiers = [
    { name = "daily-8", after = "8h", pay = "overtime_1_5" },
    { name = "weekly-40", scope = "workweek", after = "40h", pay = "overtime_1_5" },
]
[overtime.table]
rows = [
    { when = [], pay = "regular", counts_toward = ["daily-8", "weekly-40"] },
    { when = ["daily-8"], pay = "overtime_1_5", counts_toward = ["dayly-8"] },
]
"#;
    let shown = shown(&mistakes(text));
    assert_eq!(
        shown,
        [
            "9:8: the table has no row for `daily-8` with `weekly-40` | add { when = [\"daily-8\", \"weekly-40\"], \
             pay = ..., counts_toward = [...] }",
            "9:8: the table has no row for `weekly-40` | add { when = [\"weekly-40\"], pay = ..., counts_toward = \
             [...] }",
            "11:66: there is no overtime tier `dayly-8` | did you mean `daily-8`?",
        ]
    );
}

#[test]
fn tiers_of_different_days_never_meet_in_a_table() {
    let text = r#"name = "acme"
[overtime]
combine = "table"
tiers = [
    { name = "rest", day_types = ["rest_day"], pay = "overtime_2_0" },
    { name = "daily-8", day_types = ["workday"], after = "8h", pay = "overtime_1_5" },
]
[overtime.table]
rows = [
    { when = [], pay = "regular", counts_toward = ["daily-8"] },
    { when = ["rest"], pay = "overtime_2_0", counts_toward = [] },
    { when = ["daily-8"], pay = "overtime_1_5", counts_toward = ["daily-8"] },
]
"#;
    assert!(compile(&Document { name: "acme.toml", text }, &NoLibrary).is_ok());
}

#[test]
fn settings_of_a_way_of_combining_that_was_not_chosen_are_refused() {
    let text = "name = \"acme\"\n[[overtime.alternatives]]\nname = \"x\"\ntiers = []\n";
    assert!(shown(&mistakes(text))[0].contains("`overtime.alternatives` is not used"));
}

#[test]
fn shifts_end_after_their_start_and_hold_their_breaks() {
    let text = "name = \"acme\"\n[shifts.day]\nstart = \"09:00\"\nend = \"17:00\"\nbreaks = [\"16:30-17:30\"]\n\
                [shifts.long]\nstart = \"09:00\"\nend = \"40:00\"\n";
    let shown = shown(&mistakes(text));
    assert!(shown[0].starts_with("5:11: a break of shift `day` is not inside it"), "{shown:#?}");
    assert!(shown[1].starts_with("8:7: shift `long` lasts 31h"), "{shown:#?}");
}

#[test]
fn what_is_stated_for_each_block_is_stated_for_all() {
    let text = "name = \"a\"\n[shifts.market]\nblocks = [\"06:00-10:00\", \"16:00-20:00\"]\nneed_in = [true]\n\
                need_out = [false, \"no\"]\n[shifts.office]\nstart = \"09:00\"\nend = \"17:00\"\nneed_in = []\n\
                need_out = [false]\n";
    let shown = shown(&mistakes(text));
    let one_each = "has other values than one for each block";
    let wrong = [
        format!("4:11: `need_in` of shift `market` {one_each}: 1, not 2"),
        "5:20: ".to_owned(),
        format!("9:11: `need_in` of shift `office` {one_each}: 0, not 1"),
    ];
    assert_eq!(shown.len(), wrong.len(), "{shown:#?}");
    for words in wrong {
        assert!(shown.iter().any(|mistake| mistake.starts_with(&words)), "{words}: {shown:#?}");
    }
}

#[test]
fn blocks_of_a_split_shift_come_in_order_and_alone() {
    let text = "name = \"acme\"\n[shifts.none]\nearliest_in = \"1h\"\n[shifts.both]\nstart = \"06:00\"\n\
                blocks = [\"06:00-10:00\", \"16:00-20:00\"]\n[shifts.touching]\n\
                blocks = [\"06:00-10:00\", \"10:00-12:00\"]\n[shifts.long]\nblocks = [\"06:00-10:00\", \"03:00-08:00\"]\n\
                [shifts.pause]\nblocks = [\"06:00-10:00\", \"16:00-20:00\"]\nbreaks = [\"12:00-13:00\"]\n";
    let shown = shown(&mistakes(text));
    let wrong = ["a named shift needs `start`", "shift `both` has `blocks` beside", "a block of shift `touching`"];
    let wrong = wrong.into_iter().chain(["a block of shift `long`", "a break of shift `pause`"]);
    for words in wrong {
        assert!(shown.iter().any(|mistake| mistake.contains(words)), "{words}: {shown:#?}");
    }
    assert_eq!(shown.len(), 5, "{shown:#?}");
}

#[test]
fn more_tiers_than_a_set_holds_are_refused() {
    let mut text = String::from("name = \"acme\"\n");
    for number in 0..65 {
        text.push_str(&format!(
            "[[overtime.tiers]]\nname = \"t{number}\"\nafter = \"{number}h\"\npay = \"overtime_1_5\"\n"
        ));
    }
    let shown = shown(&mistakes(&text));
    assert!(shown[0].contains("65 overtime tiers; the maximum is 64"), "{shown:#?}");
}

#[test]
fn a_document_too_large_is_refused() {
    let text = format!("name = \"acme\"\n#{}", "x".repeat(1 << 20));
    assert!(shown(&mistakes(&text))[0].contains("the maximum is 1048576"));
}

#[test]
fn mistakes_read_as_errors_with_hints() {
    let shown = mistakes("name = \"acme\"\n[attendance]\nlate_grase = \"5m\"\n").to_string();
    assert_eq!(
        shown,
        "error: acme.toml:3:1: unknown setting `late_grase` for late, early, absent\nhint:  did you mean `late_grace`?"
    );
}

struct Files(Vec<(&'static str, String)>);

impl Library for Files {
    fn find(&self, name: &str) -> Option<String> {
        self.0.iter().find(|file| file.0 == name).map(|file| file.1.clone())
    }
}

#[test]
fn a_mistake_in_a_parent_is_located_in_the_parent() {
    let files = Files(vec![("base.toml", "name = \"base\"\n[punches]\ngranularty = \"minute\"\n".into())]);
    let text = "name = \"acme\"\nextends = \"base.toml\"\n";
    let mistakes = compile(&Document { name: "acme.toml", text }, &files).expect_err("the parent has a mistake");
    let first = &mistakes.list[0];
    assert_eq!((first.file.as_str(), first.line, first.column), ("base.toml", 3, 1));
}

#[test]
fn circles_and_depth_and_unknown_parents_are_refused() {
    let circle = Files(vec![
        ("a.toml", "name = \"a\"\nextends = \"b.toml\"\n".into()),
        ("b.toml", "name = \"b\"\nextends = \"a.toml\"\n".into()),
    ]);
    let text = "name = \"acme\"\nextends = \"a.toml\"\n";
    let mistakes = compile(&Document { name: "acme.toml", text }, &circle).expect_err("a circle");
    assert!(mistakes.list[0].message.contains("circular"), "{mistakes}");

    let names = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
    let deep = names.windows(2).map(|pair| (pair[0], format!("name = \"x\"\nextends = \"{}\"\n", pair[1])));
    let mistakes =
        compile(&Document { name: "acme.toml", text: "name = \"acme\"\nextends = \"0\"\n" }, &Files(deep.collect()))
            .expect_err("too deep");
    assert!(mistakes.list[0].message.contains("deeper than 8"), "{mistakes}");

    let text = "name = \"acme\"\nextends = \"us-californa@1\"\n";
    let mistakes = compile(&Document { name: "acme.toml", text }, &NoLibrary).expect_err("no such preset");
    assert_eq!(mistakes.list[0].hint.as_deref(), Some("did you mean `us-california@1`?"));
    assert_eq!((mistakes.list[0].line, mistakes.list[0].column), (2, 11));
}

#[test]
fn removing_what_is_not_there_is_a_mistake() {
    let text = "name = \"acme\"\nextends = \"us-california@1\"\nremove = [\"second-meel\"]\n";
    let mistakes = mistakes(text);
    assert_eq!(mistakes.list[0].hint.as_deref(), Some("did you mean `second-meal`?"));
}

#[test]
fn garbage_is_refused_and_never_panics() {
    let valid = include_str!("../presets/us-california-1.toml");
    // Every prefix that ends on a character, and every document with one letter changed, is either fine or refused.
    for end in (0..valid.len()).filter(|end| valid.is_char_boundary(*end)).step_by(37) {
        let _ = compile(&Document { name: "cut.toml", text: &valid[..end] }, &NoLibrary);
        let mut changed = valid.to_owned();
        changed.replace_range(end..=end, "\"");
        let _ = compile(&Document { name: "changed.toml", text: &changed }, &NoLibrary);
    }
}

#[test]
fn documents_full_of_mistakes_are_refused_soon() {
    let lines = |line: &dyn Fn(usize) -> String, count: usize| -> String { (0..count).map(line).collect() };
    let documents = [
        lines(&|number| format!("k{number} = 1\n"), 90_000),
        lines(&|number| format!("[[premiums]]\nname = \"p{number}\"\n"), 30_000),
        lines(&|number| format!("[shifts.s{number}]\nstart = 1\n"), 35_000),
        lines(&|number| format!("[[change]]\nfrom = 2{:03}-01-01\nx = 1\n", number % 1_000), 28_000),
        format!("remove = [{}]\n", lines(&|number| format!("\"r{number}\","), 90_000)),
        format!("not_covered = [{}]\n", lines(&|number| format!("\"r{number}\","), 90_000)),
    ];
    for text in &documents {
        let started = std::time::Instant::now();
        let mistakes = compile(&Document { name: "full.toml", text }, &NoLibrary).expect_err("all is wrong");
        assert!(mistakes.list.len() <= 100);
        assert!(started.elapsed().as_secs() < 20, "{}", &text[..40]);
    }
}

#[test]
fn no_more_than_a_hundred_mistakes_are_listed() {
    let lines = |count: usize| -> String { (0..count).map(|number| format!("k{number} = 1\n")).collect() };
    let hundred = mistakes(&format!("name = \"acme\"\n{}", lines(100)));
    assert_eq!((hundred.count().as_str(), hundred.further), ("100 mistakes", false));
    let more = mistakes(&format!("name = \"acme\"\n{}", lines(101)));
    assert_eq!((more.list.len(), more.count().as_str()), (100, "more than 100 mistakes"));
    assert!(more.to_string().ends_with("hint:  correct these first: further mistakes are not listed"));
}

/// Documents of about a megabyte, each with one long text `x…x` where a name or value is expected.
fn long_texts() -> Vec<String> {
    let x = "x".repeat(1_000_000);
    let head = "name = \"acme\"\n";
    [
        format!("name = \"{x}\"\n"),
        format!("{head}{x} = 1\n"),
        format!("{head}version = \"{x}\"\n"),
        format!("{head}extends = \"{x}\"\n"),
        format!("{head}remove = [\"{x}\"]\n"),
        format!("{head}not_covered = [\"{x}\"]\n"),
        format!("{head}[punches]\ngranularity = \"{x}\"\n"),
        format!("{head}[attendance]\nlate_grace = \"{x}\"\n"),
        format!("{head}[workdays]\nopens_at = \"{x}\"\n"),
        format!("{head}[workdays]\nopens_at = 1{}\n", "0".repeat(1_000_000)),
        format!("{head}[shifts.{x}]\nstart = \"09:00\"\nend = \"08:00\"\n"),
        format!("{head}[schedule]\npattern = {{ {x} = \"day\", Mon = \"day\" }}\n"),
        format!("{head}[schedule]\npattern = {{ Mon = \"{x}\" }}\n"),
        format!("{head}[exceptions]\n{x} = \"off\"\nlate_in = 1\n"),
        format!("{head}[exceptions]\nlate_in = \"{x}\"\n"),
        format!("{head}[pay_codes.{x}]\nlayer = \"base\"\n[pay_codes.regular]\nlayer = \"base\"\n"),
        format!("{head}[[overtime.tiers]]\nname = \"{x}\"\nafter = \"8h\"\npay = \"{x}\"\n"),
        format!("{head}[[overtime.tiers]]\nname = \"{x}\"\nafter = 1\npay = \"overtime_1_5\"\n"),
        format!("{head}[[plugin]]\nname = \"meals\"\nfile = \"{x}\"\n"),
        format!("{head}[[plugin]]\nname = \"meals\"\nhash = \"{x}\"\n"),
        format!("{head}a = \"{x}"),
        format!("{head}[{x}\n"),
    ]
    .to_vec()
}

#[test]
fn a_message_repeats_no_more_than_a_line_of_what_was_written() {
    for text in long_texts() {
        let mistakes = compile(&Document { name: "acme.toml", text: &text }, &NoLibrary).expect_err("it is wrong");
        for mistake in &mistakes.list {
            let (message, hint) = (&mistake.message, mistake.hint.as_deref().unwrap_or_default());
            let repeats = |text: &str| text.contains(&"x".repeat(121)) || text.contains(&"0".repeat(121));
            assert!(!repeats(message) && !repeats(hint), "{mistake}");
            assert!(message.len() <= 400 && hint.len() <= 1_004, "{mistake}");
        }
    }
}

#[test]
fn the_name_of_a_document_is_a_short_line_in_mistakes() {
    let name = "\u{1b}[2Jacme".repeat(100_000);
    let mistakes = compile(&Document { name: &name, text: "colour = 1\n" }, &NoLibrary).expect_err("it is wrong");
    let file = &mistakes.list[0].file;
    assert!(file.starts_with("\\u{1b}[2Jacme") && file.len() <= 260, "{file}");
}

#[test]
fn texts_show_all_that_they_have() {
    let text = "name = \"acme\"\nversion = \"1\\u001b[2J\"\ndescription = \"two\\nlines\"\nsource = \"\\u202e1 law\"\n\
                not_covered = [\"a\\u2028b\"]\n[[rounding]]\nname = \"x\\u0007\"\ninterval = \"15m\"\n";
    let shown = shown(&mistakes(text));
    for part in [
        "2:11: `version` has hidden characters | write it on one line",
        "3:15: `description` has hidden characters",
        "4:10: `source` has hidden characters",
        "5:16: `not_covered` has hidden characters",
        "7:8: `x\\u{7}` is not a name",
    ] {
        assert!(shown.iter().any(|line| line.starts_with(part)), "{part} is missing in {shown:#?}");
    }
}

#[test]
fn suggestions_cost_little_however_many_names_are_wrong() {
    // Each of the names differs from each of the known ones in its last letters only.
    let name = |number: usize| format!("{}{number:04}", "c".repeat(56));
    let codes: String = (0..1_000).map(|number| format!("[pay_codes.{}]\nlayer = \"base\"\n", name(number))).collect();
    let tiers: String = (0..16)
        .map(|number| {
            format!(
                "[[overtime.tiers]]\nname = \"t{number}\"\nafter = \"{number}m\"\npay = \"{}\"\n",
                name(5_000 + number)
            )
        })
        .collect();
    let changes: String = (1..=60)
        .map(|minute| format!("[[change]]\nfrom = 2026-01-01\n[[change.premiums]]\nname = \"p{minute}\"\n"))
        .collect();
    let text = format!("name = \"acme\"\n{codes}{tiers}{changes}");
    let started = std::time::Instant::now();
    let mistakes = mistakes(&text);
    assert!(mistakes.list.iter().any(|mistake| mistake.hint.as_deref().unwrap_or_default().contains("did you mean")));
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
}

#[test]
fn deep_and_wide_documents_are_refused() {
    let deep = 100_000;
    let documents = [
        format!("a{} = 1\n", ".a".repeat(deep)),
        format!("[a{}]\n", ".a".repeat(deep)),
        format!("[[a{}]]\n", ".a".repeat(deep)),
        format!("a = {}1{}\n", "[".repeat(deep), "]".repeat(deep)),
        format!("a = {}1{}\n", "{ a = ".repeat(deep), " }".repeat(deep)),
        format!("a = {}\n", "[".repeat(1_000_000)),
        "=".repeat(1_000_000),
        "\u{0}\n".repeat(500_000),
        "a = 1\n".repeat(150_000),
        format!("a = [{}]\n", "[],".repeat(300_000)),
    ];
    for text in &documents {
        let mistakes = compile(&Document { name: "deep.toml", text }, &NoLibrary).expect_err("it is wrong");
        assert!(mistakes.list.len() <= 100);
    }
}

#[test]
fn after_a_mistake_of_syntax_a_long_document_is_not_read_to_its_end() {
    let lines = |count: usize| -> String { (0..count).map(|number| format!("k{number} = [\n1 ]\n")).collect() };
    let short = mistakes(&format!("=\n{}=\n", lines(100)));
    let places: Vec<u32> =
        short.list.iter().filter(|it| it.message.contains("not TOML")).map(|mistake| mistake.line).collect();
    assert_eq!((places.first(), places.last()), (Some(&1), Some(&202)));
    let long = mistakes(&format!("=\n{}=\n", lines(20_000)));
    assert!(long.further && long.list.iter().all(|mistake| mistake.line == 1), "{long}");
}

#[test]
fn mistakes_in_the_tags_of_a_rule_have_their_place() {
    let rule = |tags: &str| {
        let text = format!("name = \"acme\"\n[[premiums]]\nname = \"welding\"\npay = \"night\"\nwhere = {tags}\n");
        shown(&mistakes(&text))
    };
    let expected = [
        ("{}", "5:9: `where` has 0 names of tags; it needs 1 to 16 | leave it out"),
        ("{ \"a=b\" = \"x\" }", "5:11: `a=b` cannot be the name of a tag | at most 64 bytes"),
        ("{ job = 3 }", "5:17: `job` must be a value or a list of values, not the number `3` | write values"),
        ("{ job = [] }", "5:17: `job` must be a value or a list of values, not "),
        ("{ job = [\"welder\", 3] }", "5:28: `job` must be a list of values, not of the number `3` | write values"),
        ("{ job = \"a;b\" }", "5:17: `a;b` cannot be the value of a tag | at most 200 bytes"),
        ("{ job = [\"!welder\", \"cook\"] }", "`job` names values that fit and values that do not | write only"),
    ];
    for (tags, start) in expected {
        let shown = rule(tags);
        assert!(shown.len() == 1 && shown[0].contains(start), "{tags}: {shown:#?}");
    }
}

#[test]
fn counting_other_tags_needs_a_filter() {
    let text = "name = \"acme\"\n[[overtime.tiers]]\nname = \"a\"\npay = \"overtime_1_5\"\ncounts_other_tags = true\n";
    let expected = ["5:21: `counts_other_tags` has no effect without `where` | add `where`, or drop it"];
    assert_eq!(shown(&mistakes(text)), expected);
}

#[test]
fn mistakes_in_named_calendars_have_their_place() {
    let text = r#"name = "acme"
[calendar]
statutory_holidays = [2027-03-08]
[calendars.own]
[calendars.bavaria]
statutory_holidays = [2027-05-27]
company_holidays = [2027-05-27]
remove = [2027-03-08, 2027-05-27, 2027-03-09]
rest_days = "Sat-Sun"
[[change]]
from = 2027-06-01
[change.calendar]
statutory_holidays = [2028-03-08]
"#;
    // Of the change, `bavaria` still removes a date that the calendar named before.
    let expected = [
        "4:12: `own` is how assignments name the ruleset's own calendar | choose another name",
        "7:21: 2027-05-27 is already a `statutory_holiday`, it cannot be a `company_holiday` too",
        "8:23: 2027-05-27 is special in this calendar, it cannot be removed too | what a calendar says",
        "8:35: `[calendar]` does not name 2027-03-09, so it cannot be removed | -",
        "9:1: unknown setting `rest_days` for the calendar of a place",
    ];
    let shown = shown(&mistakes(text));
    assert_eq!(shown.len(), expected.len(), "{shown:#?}");
    for (shown, start) in shown.iter().zip(expected) {
        assert!(shown.starts_with(start), "{shown}");
    }
}

#[test]
fn there_are_at_most_64_named_calendars() {
    let with = |count: usize| -> String {
        let calendars: String = (0..count).map(|number| format!("[calendars.c{number:02}]\n")).collect();
        format!("name = \"acme\"\n{calendars}")
    };
    assert!(compile(&Document { name: "acme.toml", text: &with(64) }, &NoLibrary).is_ok());
    let shown = shown(&mistakes(&with(65)));
    assert_eq!(shown, ["66:12: there are 65 named calendars; the maximum is 64 | -"]);
}

#[test]
fn each_kind_of_watcher_has_its_own_settings() {
    let text = r#"name = "acme"
[[watchers]]
name = "hours"
kind = "hours"
scope = "rolling"
days = 10
average = true
limit = "48h"
at_least = "11h"
[[watchers]]
name = "weeks"
kind = "hours"
scope = "workweeks"
weeks = 4
limit = "160h"
months = 2
[[watchers]]
name = "rest"
kind = "rest_between_shifts"
limit = "11h"
warn_at = 100
[[watchers]]
name = "codes"
kind = "hours"
scope = "day"
limit = "0h"
counts = ["night"]
[[watchers]]
name = "row"
kind = "days_in_row"
"#;
    let shown = shown(&mistakes(text));
    let expected = [
        "6:8: 10 days are no whole weeks, over which an average could be | with `average`",
        "9:12: `at_least` has no effect with `kind = \"hours\"` | drop it",
        "13:9: `scope = \"workweeks\"` needs `anchor` | -",
        "16:10: `months` has no effect with `scope = \"workweeks\"` | drop it",
        "19:8: `kind = \"rest_between_shifts\"` needs `at_least` | -",
        "20:9: `limit` has no effect with `kind = \"rest_between_shifts\"` | drop it",
        "21:11: `warn_at` must be",
        "25:9: `scope` cannot be `\"day\"` | write one of",
        "26:9: `limit`",
        "27:11: pay code `night` is of layer `premium`",
        "30:8: `kind` cannot be `\"days_in_row\"` | did you mean `\"days_in_a_row\"`?",
    ];
    for start in expected {
        assert!(shown.iter().any(|line| line.starts_with(start)), "no {start:?} in {shown:#?}");
    }
}

/// The mistakes of a premium with these settings.
fn of_a_premium(settings: &str) -> String {
    let shifts = "[shifts.night]\nstart = \"22:00\"\nend = \"06:00\"\n";
    shown(&mistakes(&format!("name = \"acme\"\n{shifts}[[premiums]]\nname = \"p\"\n{settings}"))).join("\n")
}

#[test]
fn limits_of_a_premium_that_contradict_each_other_are_mistakes() {
    let raise = "minimum = { of = \"3h\", then = \"raise\", per = \"shift\" }\n";
    let top_up = "minimum = { of = \"3h\", then = \"top_up\" }\n";
    for (settings, message) in [
        (format!("pay = \"night\"\n{raise}maximum = {{ of = \"2h\" }}"), "`minimum` is more than `maximum`"),
        (format!("pay = \"night\"\n{top_up}group = \"loadings\""), "`group` cannot be used with `then = \"top_up\"`"),
        ("pay = \"meal_premium\"\nper_shift = true\nhour = \"50m\"".into(), "`hour` cannot be used with `per_shift`"),
        ("pay = \"night\"\nper_shift = true".into(), "pay code `night` is of layer `premium`"),
        ("pay = \"meal_premium\"".into(), "pay code `meal_premium` is of layer `quantity`"),
        ("pay = \"night\"\nafter = {}".into(), "`after` states no hours"),
        ("pay = \"night\"\nover = []".into(), "`over` names no pay code"),
        ("pay = \"night\"\nover = [\"weekend\"]".into(), "pay code `weekend` is of layer `premium`"),
        ("pay = \"night\"\nshifts = [\"nihgt\"]".into(), "there is no shift `nihgt`"),
        ("pay = \"night\"\nshifts = []".into(), "`shifts` names no shift"),
        (
            "pay = \"night\"\nstarts_after = \"22:00\"\nstarts_before = \"06:00\"".into(),
            "`starts_after` is not before `starts_before`",
        ),
        ("pay = \"night\"\nhour = \"61m\"".into(), "must be from 30m to 1h"),
        ("pay = \"night\"\nminimum = { of = \"1h\" }".into(), "then"),
    ] {
        let mistakes = of_a_premium(&settings);
        assert!(mistakes.contains(message), "{settings}\n{mistakes}");
    }
}

#[test]
fn what_holidays_pay_does_not_decide_what_holidays_pay() {
    let text = r#"name = "acme"
[holidays.not_worked]
amount = "average"
average = { over = 4, unit = "workweeks", counts = ["regular", "holiday_paid"] }
counts_toward = ["weekly-40"]
[[overtime.tiers]]
name = "weekly-40"
scope = "workweek"
after = "40h"
pay = "overtime_1_5"
"#;
    assert_eq!(
        shown(&mistakes(text)),
        [
            "4:64: the average of a holiday counts `holiday_paid`, which holidays pay: it is cyclic | leave it out; pay \
             holidays to a pay code of their own where leave must count",
            "5:18: the pay of holidays fills `weekly-40`, and their average counts the pay codes that overtime decides: \
             it is cyclic | write `counts = \"work\"` in `average`, or leave `counts_toward` out",
        ]
    );
}

#[test]
fn conditions_of_holiday_pay_that_cannot_hold_are_mistakes() {
    let text = r#"name = "acme"
[holidays.not_worked]
average = { over = 30 }
counts_toward = ["weekly-4", "rest"]
[holidays.not_worked.eligibility]
worked_before = { at_least = 16, of_last = 15 }
worked_after = { of_next = 5, days = "same_weekday", within = 30 }
[[overtime.tiers]]
name = "weekly-40"
scope = "workweek"
after = "40h"
pay = "overtime_1_5"
[[overtime.tiers]]
name = "rest"
scope = "workday"
after = "0h"
day_types = ["rest_day"]
pay = "overtime_2_0"
"#;
    assert_eq!(
        shown(&mistakes(text)),
        [
            "3:11: `average` has no effect with this `amount` | write `amount = \"average\"`, or drop it",
            "4:18: there is no overtime tier `weekly-4` | did you mean `weekly-40`?",
            "4:30: the counter of `rest` never counts a holiday | name a tier of a workday or longer whose `day_types` \
             have holidays",
            "6:30: 16 worked days of 15 are more than there are | raise `of_last`",
            "7:63: 5 such days do not lie within 30 days | write at least 35",
        ]
    );
    let text = "name = \"acme\"\n[holidays.not_worked]\namount = \"average\"\n";
    let found = shown(&mistakes(text));
    assert!(found[0].starts_with("3:10: `amount = \"average\"` needs `average`"), "{found:#?}");
}
