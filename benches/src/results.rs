//! Reads the engine's results back into the rows of workload W.

use shiftmill_core::{Because, Evaluations, ExceptionCode, Names, PayCode, Seconds, Workday};

use crate::checksum::{Checksum, Row, flag};
use crate::workload::{CHUNK_EMPLOYEES, FIRST_WORKDAY};

/// The pay codes of the workload, by number.
#[derive(Clone, Copy, Debug)]
pub struct Codes {
    overtime_1_5: PayCode,
    overtime_2: PayCode,
    night: PayCode,
}

impl Codes {
    /// Finds the numbers behind the pay codes; `None` when the ruleset is not that of the workload.
    pub fn find<'a>(pay_codes: impl Iterator<Item = &'a str>) -> Option<Codes> {
        let names: Vec<&str> = pay_codes.collect();
        let find = |name: &str| {
            let number = names.iter().position(|other| *other == name)?;
            u16::try_from(number).ok().map(PayCode)
        };
        Some(Codes { overtime_1_5: find("overtime_1_5")?, overtime_2: find("overtime_2_0")?, night: find("night")? })
    }

    /// Finds the numbers in the names of a timeline.
    pub fn of(names: &Names) -> Option<Codes> {
        Codes::find(names.pay_codes.iter().map(|info| info.name.as_str()))
    }
}

/// Calls `take` with the rows of timecard `card`, in order of their workdays; with none when it could not be evaluated.
pub fn each_row(results: &Evaluations, card: usize, codes: Codes, mut take: impl FnMut(Row)) {
    let own = results.rows_of(card);
    let mut line = own.lines.start;
    let mut exception = own.exceptions.start;
    for workday in results.workdays.rows(own.workdays) {
        let mut paid = Paid::default();
        while line < own.lines.end && results.lines.workday[line] <= workday.workday {
            paid.add(results, line, codes);
            line += 1;
        }
        let mut flags = if paid.auto_lunch { flag::AUTO_LUNCH } else { 0 };
        while exception < own.exceptions.end && results.exceptions.workday[exception] <= workday.workday {
            flags |= flag_of(results.exceptions.code[exception]);
            exception += 1;
        }
        if workday.punches > 0 {
            take(Row {
                day: day_number(workday.workday),
                regular: minutes(paid.regular),
                overtime_1_5: minutes(paid.overtime_1_5),
                overtime_2: minutes(paid.overtime_2),
                flags,
            });
        }
    }
}

/// Adds the rows of all timecards to `sums`.
pub fn add_up(results: &Evaluations, codes: Codes, sums: &mut Checksum) {
    for card in 0..results.cards.len() {
        each_row(results, card, codes, |row| sums.add(&row));
    }
}

/// What one employee is paid on top for the night of one workday.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NightPay {
    /// The number of the employee in the workload.
    pub employee: u32,
    /// The workday.
    pub workday: Workday,
    /// How long.
    pub amount: Seconds,
}

/// Adds the night premiums of chunk `number` to `paid`, in order of employees and their workdays.
pub fn add_night_pay(results: &Evaluations, codes: Codes, number: u64, paid: &mut Vec<NightPay>) {
    let first = number as u32 * CHUNK_EMPLOYEES;
    for card in 0..results.cards.len() {
        let employee = first + card as u32;
        let lines = results.rows_of(card).lines;
        for line in lines.filter(|line| results.lines.code[*line] == codes.night) {
            let (workday, amount) = (results.lines.workday[line], Seconds(results.lines.amount[line]));
            match paid.last_mut() {
                Some(last) if (last.employee, last.workday) == (employee, workday) => {
                    last.amount = last.amount.plus(amount);
                }
                _ => paid.push(NightPay { employee, workday, amount }),
            }
        }
    }
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
