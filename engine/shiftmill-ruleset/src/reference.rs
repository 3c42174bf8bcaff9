//! The reference of all settings as Markdown: the second half of the handbook's page on rulesets.

use std::fmt::Write;

use crate::check::written;
use crate::settings::{CHANGE, DOCUMENT, Kind, Setting};

/// All settings as Markdown tables, one per table of the document, in the order of the document.
pub fn reference() -> String {
    let mut text = String::new();
    let tables = [("The top of the document", "", &DOCUMENT), ("Effective dates", "[[change]]", &CHANGE)];
    for (title, header, section) in tables {
        let plain = section.settings().filter(|setting| setting.inner().is_none()).collect::<Vec<_>>();
        push_section(&mut text, title, header, &plain);
        if std::ptr::eq(section, &DOCUMENT) {
            section.settings().for_each(|setting| push_inner(&mut text, setting, ""));
        }
    }
    text
}

fn push_inner(text: &mut String, setting: &Setting, above: &str) {
    let Some(section) = setting.inner() else { return };
    let path = format!("{above}{}", setting.name);
    let header = if matches!(setting.kind, Kind::Rules(_) | Kind::Items(_)) {
        format!("[[{path}]]")
    } else if matches!(setting.kind, Kind::Named(_)) {
        format!("[{path}.<name>]")
    } else if matches!(setting.kind, Kind::Whole(_) | Kind::OffOrWhole(_)) {
        format!("{path} = {{ ... }}")
    } else {
        format!("[{path}]")
    };
    let plain: Vec<&Setting> = section.settings().filter(|setting| setting.inner().is_none()).collect();
    push_section(text, setting.meaning, &header, &plain);
    section.settings().for_each(|setting| push_inner(text, setting, &format!("{path}.")));
}

fn push_section(text: &mut String, title: &str, header: &str, settings: &[&Setting]) {
    let separator = if header.is_empty() { "" } else { ": " };
    let code = if header.is_empty() { String::new() } else { format!("`{header}`") };
    // Writing to a text cannot fail.
    let _ = write!(text, "\n### {code}{separator}{}\n\n", title.trim_end_matches('.'));
    if settings.is_empty() {
        return;
    }
    text.push_str("| setting | values | default | meaning |\n|---|---|---|---|\n");
    for setting in settings {
        let default = match setting.default {
            Some("") => "empty".to_owned(),
            Some(default) => format!("`{default}`"),
            None if setting.required => "required".to_owned(),
            None => "none".to_owned(),
        };
        let _ = writeln!(text, "| `{}` | {} | {default} | {} |", setting.name, values(&setting.kind), setting.meaning);
    }
}

fn values(kind: &Kind) -> String {
    let words = |words: &[&str]| words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(" ");
    let bounds = |least: u32, most: u32| match least {
        0 => format!("length up to {}", written(most)),
        _ => format!("length, {} to {}", written(least), written(most)),
    };
    match kind {
        Kind::Text(most) => format!("text, {most} letters"),
        Kind::Integer { least, most } => format!("{least} to {most}"),
        Kind::Length { least, most } => bounds(*least, *most),
        Kind::LengthOrOff { least, most } => format!("{}, or `off`", bounds(*least, *most)),
        Kind::WordOrLength { words: choices, most } => format!("{}, or a {}", words(choices), bounds(0, *most)),
        Kind::WordOrPayCodes(choices) => format!("{}, or a list of pay codes", words(choices)),
        Kind::Word(choices) => words(choices),
        Kind::Words(choices) => format!("list of {}, or `all`", words(choices)),
        Kind::WeekdayOrWord(choices) => format!("weekday, `none`, or {}", words(choices)),
        Kind::Clock => "time of day before 24:00".into(),
        Kind::Time => "time of day up to 48:00".into(),
        Kind::WordOrTime(choices) => format!("{}, or a time of day up to 48:00", words(choices)),
        Kind::PayCode(fits) => format!("pay code of layer `{}`, unit `{}`", fits.layer, fits.unit),
        Kind::Texts
        | Kind::Name
        | Kind::Names
        | Kind::Flag
        | Kind::FlagOrFlags
        | Kind::Window
        | Kind::Windows
        | Kind::Date
        | Kind::Dates
        | Kind::Weekday
        | Kind::Weekdays
        | Kind::DayTypes
        | Kind::Multiplier
        | Kind::Table(_)
        | Kind::OptionalTable(_)
        | Kind::Whole(_)
        | Kind::OffOrWhole(_)
        | Kind::Rules(_)
        | Kind::Items(_)
        | Kind::Named(_)
        | Kind::Tags
        | Kind::OfPlugin
        | Kind::Pattern
        | Kind::Severities
        | Kind::Changes => kind.expects().trim_start_matches("a ").to_owned(),
    }
}
