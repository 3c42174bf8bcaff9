//! The actual results of a claim, as acceptance writes them into the suite.

use shiftmill_core::Unit;
use shiftmill_timecards::suite::{Amount, CameOut, CameOutException, CameOutLine, SuiteCase};

use super::answer::{Answer, Line, exception};
use super::compare::{exceptions_listed, is_of_total, owner};

/// The actual results, each row with the row that expects it.
pub(super) fn came_out(case: &SuiteCase, answer: &Answer<'_>) -> CameOut {
    let total = |row| {
        let own = answer.totals.iter().filter(|total| is_of_total(total, row));
        let unit = own.clone().next().map(|total| total.unit);
        amount(unit.unwrap_or(unit_of(row.amount)), own.map(|total| total.amount).sum())
    };
    let workday = |row: &shiftmill_timecards::suite::ExpectedWorkday| {
        let found = answer.workdays.iter().find(|workday| workday.workday == row.workday);
        found.map(|found| (found.worked, found.day_type))
    };
    let listed = exceptions_listed(case, answer);
    let exceptions = answer.exceptions.iter().zip(listed);
    CameOut {
        lines: answer.lines.iter().map(|row| line(row, case)).collect(),
        totals: case.totals.iter().map(total).collect(),
        workdays: case.workdays.iter().map(workday).collect(),
        exceptions: exceptions
            .map(|(row, listed)| CameOutException { statement: exception(row, answer), listed })
            .collect(),
        overridden: answer.overridden.clone(),
        carried: answer.carried.clone(),
    }
}

fn line(line: &Line, case: &SuiteCase) -> CameOutLine {
    let expected = case.pay.as_deref().unwrap_or(&[]);
    let named = expected.iter().any(|row| row.pay_code == line.pay_code);
    CameOutLine {
        workday: line.workday,
        pay_code: line.pay_code.clone(),
        amount: amount(line.unit, line.amount),
        rule: line.rule.clone(),
        because: line.grounds(),
        listed: owner(line, expected),
        must_be_listed: line.paid || named,
    }
}

fn amount(unit: Unit, amount: u32) -> Amount {
    match unit {
        Unit::Second => Amount::Time(shiftmill_core::Seconds(amount)),
        Unit::Count => Amount::Count(amount),
    }
}

fn unit_of(amount: Amount) -> Unit {
    match amount {
        Amount::Time(_) => Unit::Second,
        Amount::Count(_) => Unit::Count,
    }
}
