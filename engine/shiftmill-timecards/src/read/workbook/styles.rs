//! How the numbers of cells are shown: a date is a number with a format.
//! - Source: ECMA-376 part 1, section 18.8.30 (formats by number), 18.17.4 (dates as numbers).

use std::collections::BTreeMap;
use std::io::BufRead;

use super::xml::{Tag, Xml};
use crate::clock::serial_date;
use crate::read::error::FileError;

/// Most formats of a workbook that are kept. Excel allows fewer.
const FORMATS_MAX: usize = 70_000;

/// What a number is shown as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shown {
    /// A number.
    #[default]
    Number,
    /// A date without a time of day.
    Date,
    /// A time of day, with or without a date.
    Time,
}

/// The formats of cells, by the numbers of their styles.
#[derive(Clone, Debug, Default)]
pub struct Styles(Vec<Shown>);

impl Styles {
    /// Reads the part with the styles.
    pub fn read(xml: &mut Xml<impl BufRead>) -> Result<Styles, FileError> {
        let mut own: BTreeMap<u32, Shown> = BTreeMap::new();
        let mut styles = Vec::new();
        let mut of_cells = false;
        while xml.step()? {
            match (xml.name(), xml.tag()) {
                ("numFmt", Tag::Open | Tag::Empty) if own.len() < FORMATS_MAX => {
                    let id = xml.attribute("numFmtId").and_then(|id| id.parse().ok());
                    if let (Some(id), Some(code)) = (id, xml.attribute("formatCode")) {
                        own.insert(id, of_code(&code));
                    }
                }
                ("cellXfs", tag) => of_cells = tag == Tag::Open,
                ("xf", Tag::Open | Tag::Empty) if of_cells && styles.len() < FORMATS_MAX => {
                    let id = xml.attribute("numFmtId").and_then(|id| id.parse().ok()).unwrap_or(0);
                    styles.push(own.get(&id).copied().unwrap_or_else(|| of_number(id)));
                }
                _ => {}
            }
        }
        Ok(Styles(styles))
    }

    /// What the numbers of a style are shown as.
    pub fn shown(&self, style: usize) -> Shown {
        self.0.get(style).copied().unwrap_or_default()
    }
}

/// The formats that have a number in every workbook.
const fn of_number(id: u32) -> Shown {
    match id {
        14..=17 | 27..=31 | 36 | 50..=54 | 57..=58 => Shown::Date,
        18..=22 | 32..=35 | 45..=47 | 55..=56 => Shown::Time,
        _ => Shown::Number,
    }
}

/// What a written format shows: the letters of dates and times outside of quotes, brackets and escapes.
fn of_code(code: &str) -> Shown {
    let (mut quoted, mut bracket, mut escaped) = (false, false, false);
    let (mut date, mut time) = (false, false);
    for letter in code.chars() {
        if std::mem::take(&mut escaped) {
            continue;
        }
        match letter {
            '"' => quoted ^= true,
            _ if quoted => {}
            '\\' | '_' | '*' => escaped = true,
            '[' => bracket = true,
            ']' => bracket = false,
            // Lengths of time are shown as `[h]`.
            'h' | 'H' | 's' | 'S' => time = true,
            _ if bracket => {}
            'd' | 'D' | 'y' | 'Y' => date = true,
            // Numbers behind this are shown otherwise.
            ';' => break,
            _ => {}
        }
    }
    match (date, time) {
        (_, true) => Shown::Time,
        (true, false) => Shown::Date,
        (false, false) => Shown::Number,
    }
}

impl Shown {
    /// A number as a date, a time or both; `None` where it stays a number. `offset` days are added.
    pub fn text(self, number: &str, offset: i64) -> Option<String> {
        if self == Shown::Number {
            return None;
        }
        let exact: f64 = number.parse().ok().filter(|number| (0.0..100_000.0).contains(number))?;
        let plain = format!("{exact:.9}");
        let (days, fraction) = plain.split_once('.')?;
        let days: i64 = days.parse().ok()?;
        if days == 0 && (offset == 0 || self == Shown::Time) {
            // A time without a date: on any date, of which only the time is kept.
            let at = serial_date(&format!("40000.{fraction}"))?.to_string();
            return at.split_once(' ').map(|(_, time)| time.to_owned());
        }
        let at = serial_date(&format!("{}.{fraction}", days + offset))?.to_string();
        let date_only = self == Shown::Date && fraction.bytes().all(|digit| digit == b'0');
        if date_only { at.split_once(' ').map(|(date, _)| date.to_owned()) } else { Some(at) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_say_what_a_number_means() {
        for (code, shown) in [
            ("yyyy-mm-dd", Shown::Date),
            ("yyyy/m/d h:mm", Shown::Time),
            ("[h]:mm", Shown::Time),
            ("0.00", Shown::Number),
            ("#,##0 \"days\"", Shown::Number),
            ("[Red]0.00;[Blue]d", Shown::Number),
            ("[$-804]yyyy\"年\"m\"月\"d\"日\"", Shown::Date),
        ] {
            assert_eq!(of_code(code), shown, "{code}");
        }
    }

    #[test]
    fn numbers_become_dates_and_times() {
        let text = |shown: Shown, number| shown.text(number, 0);
        assert_eq!(text(Shown::Date, "46083").as_deref(), Some("2026-03-02"));
        assert_eq!(text(Shown::Time, "46083").as_deref(), Some("2026-03-02 00:00"));
        assert_eq!(text(Shown::Time, "46083.334166667").as_deref(), Some("2026-03-02 08:01:12"));
        assert_eq!(text(Shown::Time, "0.5").as_deref(), Some("12:00"));
        assert_eq!(text(Shown::Number, "46083"), None);
        assert_eq!(text(Shown::Date, "1E9"), None);
        assert_eq!(Shown::Date.text("44621", 1_462).as_deref(), Some("2026-03-02"));
    }
}
