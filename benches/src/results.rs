//! Reads the engine's results back into the rows of workload W.

use shiftmill_core::{Because, Evaluations, ExceptionCode, Names, PayCode, Seconds, Workday};

use crate::checksum::{Row, flag};
use crate::workload::FIRST_WORKDAY;

/// The pay codes of the workload, by number.
#[derive(Clone, Copy, Debug)]
pub struct Codes {
    overtime_1_5: PayCode,
    overtime_2: PayCode,
}

impl Codes {
    /// Finds the numbers behind the pay codes; `None` when the ruleset is not that of the workload.
    pub fn find<'a>(pay_codes: impl Iterator<Item = &'a str>) -> Option<Codes> {
        let names: Vec<&str> = pay_codes.collect();
        let find = |name: &str| {
            let number = names.iter().position(|other| *other == name)?;
            u16::try_from(number).ok().map(PayCode)
        };
        Some(Codes { overtime_1_5: find("overtime_1_5")?, overtime_2: find("overtime_2_0")? })
    }

    /// Finds the numbers in the names of a timeline.
    pub fn of(names: &Names) -> Option<Codes> {
        Codes::find(names.pay_codes.iter().map(|info| info.name.as_str()))
    }
}

/// The rows of timecard `card`, in order of their workdays. `None` when it could not be evaluated.
pub fn rows_of(results: &Evaluations, card: usize, codes: Codes) -> Option<Vec<Row>> {
    let (from, result) = (results.starts(card), results.cards[card]);
    if result.error.is_some() {
        return None;
    }
    let mut line = from.lines as usize;
    let mut exception = from.exceptions as usize;
    let mut rows = Vec::new();
    for workday in results.workdays.rows(from.workdays as usize..result.ends.workdays as usize) {
        let mut row = Row { day: day_number(workday.workday), ..Row::default() };
        let mut paid = Paid::default();
        while line < result.ends.lines as usize && results.lines.workday[line] <= workday.workday {
            paid.add(results, line, codes);
            line += 1;
        }
        (row.regular, row.overtime_1_5, row.overtime_2) =
            (minutes(paid.regular), minutes(paid.overtime_1_5), minutes(paid.overtime_2));
        if paid.auto_lunch {
            row.flags |= flag::AUTO_LUNCH;
        }
        while exception < result.ends.exceptions as usize && results.exceptions.workday[exception] <= workday.workday {
            row.flags |= flag_of(results.exceptions.code[exception]);
            exception += 1;
        }
        if workday.punches > 0 {
            rows.push(row);
        }
    }
    Some(rows)
}

#[derive(Default)]
struct Paid {
    regular: Seconds,
    overtime_1_5: Seconds,
    overtime_2: Seconds,
    auto_lunch: bool,
}

impl Paid {
    fn add(&mut self, results: &Evaluations, line: usize, codes: Codes) {
        let auto_deducted = Because::AutoDeducted { amount: Seconds::ZERO }.number();
        let amount = Seconds(results.lines.amount[line]);
        match results.lines.code[line] {
            PayCode::REGULAR => self.regular = self.regular.plus(amount),
            PayCode::UNPAID_BREAK => self.auto_lunch |= results.lines.because[line] == auto_deducted,
            code if code == codes.overtime_1_5 => self.overtime_1_5 = self.overtime_1_5.plus(amount),
            code if code == codes.overtime_2 => self.overtime_2 = self.overtime_2.plus(amount),
            _ => {}
        }
    }
}

fn flag_of(code: ExceptionCode) -> u8 {
    match code {
        ExceptionCode::MissingIn | ExceptionCode::MissingOut => flag::MISSING,
        ExceptionCode::LateIn => flag::LATE,
        ExceptionCode::EarlyOut => flag::EARLY,
        ExceptionCode::UnscheduledWork => flag::UNSCHEDULED,
        _ => 0,
    }
}

fn minutes(length: Seconds) -> u16 {
    (length.0 / 60) as u16
}

fn day_number(workday: Workday) -> u16 {
    (workday.0 - FIRST_WORKDAY.0) as u16
}
