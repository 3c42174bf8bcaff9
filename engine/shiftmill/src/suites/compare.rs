//! Compares the expected results of a claim with the actual results.

use shiftmill_core::{ErrorCode, ExceptionRow};
use shiftmill_timecards::suite::{
    Amount, ExpectedException, ExpectedPay, ExpectedTotal, ExpectedWorkday, SuiteCase, instant,
};

use super::answer::{Answer, Line, Total, day, exception, over_pay_period, workday_row};

/// Compares everything that a claim states. `Err` with the tables, the differing lines marked with `>`.
pub(super) fn compare(case: &SuiteCase, answer: &Answer<'_>) -> Result<(), String> {
    let mut report = Report::default();
    error(case, answer, &mut report);
    if answer.error.is_none() {
        if let Some(expected) = &case.pay {
            pay(expected, answer, &mut report);
        }
        totals(&case.totals, answer, &mut report);
        workdays(&case.workdays, answer, &mut report);
        exceptions(case, answer, &mut report);
        overridden(case, answer, &mut report);
        carries(case, answer, &mut report);
        provisional(case, answer, &mut report);
    }
    if report.differs { Err(report.text) } else { Ok(()) }
}

/// Lines of text, of which some are marked.
#[derive(Default)]
struct Report {
    text: String,
    differs: bool,
}

impl Report {
    fn heading(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
    }

    /// A line that matches, or one that is marked.
    fn line(&mut self, holds: bool, text: &str) {
        self.differs |= !holds;
        self.text.push_str(if holds { "  " } else { "> " });
        self.text.push_str(text);
        self.text.push('\n');
    }
}

fn error(case: &SuiteCase, answer: &Answer<'_>, report: &mut Report) {
    if case.error != answer.error {
        report.line(false, &format!("expected error: {}", case.error.map_or("none", ErrorCode::code)));
        report.line(false, &format!("came out:       {}", answer.error.map_or("no error", ErrorCode::code)));
        answer.failures.iter().for_each(|failure| report.line(true, failure));
    }
}

/// The table of pay lines is complete: an actual line that is not listed is a difference, unless it is not paid and the
/// table does not name its pay code. Every actual line belongs to the listed line that states most about it.
fn pay(expected: &[ExpectedPay], answer: &Answer<'_>, report: &mut Report) {
    let names_code = |code: &str| expected.iter().any(|row| row.pay_code == code);
    let owners: Vec<Option<usize>> = answer.lines.iter().map(|line| owner(line, expected)).collect();
    let sum_of = |index| {
        let own = answer.lines.iter().zip(&owners).filter(|(_, owner)| **owner == Some(index));
        own.map(|(line, _)| line.amount).sum::<u32>()
    };
    let holds = |(index, row): (usize, &ExpectedPay)| {
        answer.has_pay_code(&row.pay_code) && sum_of(index) == row.amount.number()
    };
    let holding: Vec<bool> = expected.iter().enumerate().map(holds).collect();
    report.heading("expected pay:");
    for (row, holds) in expected.iter().zip(&holding) {
        let unknown = if answer.has_pay_code(&row.pay_code) { "" } else { " no such pay code" };
        report.line(*holds, &format!("{}{unknown}", pay_row(row)));
    }
    report.heading("came out:");
    for (line, owner) in answer.lines.iter().zip(&owners) {
        let ignored = !line.paid && !names_code(&line.pay_code);
        let listed = owner.is_some_and(|owner| holding.get(owner) == Some(&true));
        report.line(listed || ignored, &line.row());
    }
}

/// The listed line that a line belongs to: of those that fit, the one that states most, the first of equals.
pub(super) fn owner(line: &Line, expected: &[ExpectedPay]) -> Option<usize> {
    let stated = |row: &ExpectedPay| usize::from(row.rule.is_some()) + usize::from(row.because.is_some());
    let fitting = expected.iter().enumerate().filter(|(_, row)| fits(line, row));
    fitting.rev().max_by_key(|(_, row)| stated(row)).map(|(index, _)| index)
}

fn fits(line: &Line, row: &ExpectedPay) -> bool {
    let rule = row.rule.as_ref().is_none_or(|rule| *rule == line.rule);
    let because = row.because.as_ref().is_none_or(|because| {
        let has_limit = |wanted| line.grounds.iter().all(|grounds| grounds.limit == Some(wanted));
        let limit_fits = because.limit.is_none_or(|wanted| !line.grounds.is_empty() && has_limit(wanted));
        let said = !because.is_by_plugin() || because.text == line.grounds();
        because.number == line.number && limit_fits && said
    });
    line.workday == row.workday && line.pay_code == row.pay_code && rule && because
}

fn pay_row(row: &ExpectedPay) -> String {
    let because = row.because.as_ref().map_or("", |because| because.text.as_str());
    let rule = row.rule.as_deref().unwrap_or("");
    format!("| {} | {} | {} | {rule} | {because} |", day(row.workday), row.pay_code, amount(row.amount))
}

fn amount(amount: Amount) -> String {
    amount.to_string()
}

fn totals(expected: &[ExpectedTotal], answer: &Answer<'_>, report: &mut Report) {
    if expected.is_empty() {
        return;
    }
    report.heading("expected totals:");
    for row in expected {
        let of_row = answer.totals.iter().filter(|total| is_of_total(total, row));
        let sum: u32 = of_row.map(|total| total.amount).sum();
        let over = row.from.map_or_else(|| over_pay_period(row.tag.as_ref()), |from| format!("workweek {from}"));
        let text = format!("| {over} | {} | {} |", row.pay_code, amount(row.amount));
        report.line(sum == row.amount.number(), &text);
    }
    report.heading("came out:");
    answer.totals.iter().for_each(|total| report.line(true, &total.row()));
}

/// True for a total that a listed total is about.
pub(super) fn is_of_total(total: &Total, row: &ExpectedTotal) -> bool {
    let same = row.from.is_none_or(|wanted| wanted == total.from);
    total.scope == row.scope && total.tag == row.tag && total.pay_code == row.pay_code && same
}

fn workdays(expected: &[ExpectedWorkday], answer: &Answer<'_>, report: &mut Report) {
    if expected.is_empty() {
        return;
    }
    report.heading("expected workdays:");
    for row in expected {
        let found = answer.workdays.iter().find(|workday| workday.workday == row.workday);
        let holds = found.is_some_and(|found| {
            row.worked.is_none_or(|worked| worked == found.worked)
                && row.day_type.is_none_or(|day_type| day_type == found.day_type)
        });
        let worked = row.worked.map(|worked| worked.to_string()).unwrap_or_default();
        let day_type = row.day_type.map_or("", |day_type| day_type.code());
        report.line(holds, &format!("| {} | {worked} | {day_type} |", day(row.workday)));
    }
    report.heading("came out:");
    answer.workdays.iter().for_each(|workday| report.line(true, &workday_row(workday)));
}

fn exceptions(case: &SuiteCase, answer: &Answer<'_>, report: &mut Report) {
    if case.exceptions.is_empty() && case.no_exceptions_of.is_empty() && !case.no_other_exceptions {
        return;
    }
    let listed = exceptions_listed(case, answer);
    report.heading("expected exceptions:");
    for (index, expected) in case.exceptions.iter().enumerate() {
        report.line(listed.contains(&Some(index)), &expected_exception(expected));
    }
    for code in &case.no_exceptions_of {
        let raised = answer.exceptions.iter().any(|row| row.code == *code);
        report.line(!raised, &format!("No exception of {}", code.code()));
    }
    report.heading("came out:");
    for (row, listed) in answer.exceptions.iter().zip(listed) {
        report.line(listed.is_some() || !case.no_other_exceptions, &exception(row, answer));
    }
}

/// For each actual exception the listed one that expects it: each listed exception expects one.
pub(super) fn exceptions_listed(case: &SuiteCase, answer: &Answer<'_>) -> Vec<Option<usize>> {
    let mut listed: Vec<Option<usize>> = vec![None; answer.exceptions.len()];
    for (index, expected) in case.exceptions.iter().enumerate() {
        let mut open = answer.exceptions.iter().zip(&mut listed).filter(|(_, taken)| taken.is_none());
        if let Some((_, taken)) = open.find(|(row, _)| raises(expected, row, answer)) {
            *taken = Some(index);
        }
    }
    listed
}

fn raises(expected: &ExpectedException, row: &ExceptionRow, answer: &Answer<'_>) -> bool {
    row.workday == expected.workday
        && row.code == expected.code
        && expected.at.is_none_or(|at| instant(answer.zone(), expected.workday, at) == row.at)
        && expected.measure.is_none_or(|measure| measure == row.measure)
        && expected.state.is_none_or(|state| state == row.state)
        && expected.rule.as_ref().is_none_or(|rule| rule == answer.rule(row.rule))
}

fn expected_exception(expected: &ExpectedException) -> String {
    let at = expected.at.map(|at| format!(" at {at}")).unwrap_or_default();
    let measure = expected.measure.map(|measure| format!(" of {measure}")).unwrap_or_default();
    let state = expected.state.map(|state| format!(" {}", state.code())).unwrap_or_default();
    let rule = expected.rule.as_ref().map(|rule| format!(" by {rule}")).unwrap_or_default();
    format!("Exception: {}, {}{at}{measure}{state}{rule}", day(expected.workday), expected.code.code())
}

/// Overridden lines are complete where some are stated.
fn overridden(case: &SuiteCase, answer: &Answer<'_>, report: &mut Report) {
    if case.overridden.is_empty() {
        return;
    }
    report.heading("expected overridden lines:");
    for (_, expected) in &case.overridden {
        report.line(answer.overridden.contains(expected), &format!("Overridden: {expected}"));
    }
    report.heading("came out:");
    for row in &answer.overridden {
        let listed = case.overridden.iter().any(|(_, expected)| expected == row);
        report.line(listed, &format!("Overridden: {row}"));
    }
}

fn carries(case: &SuiteCase, answer: &Answer<'_>, report: &mut Report) {
    if case.carries.is_empty() && !case.carries_nothing_else {
        return;
    }
    report.heading("expected to be carried over:");
    for expected in &case.carries {
        let holds = answer.carried.iter().any(|(key, value)| *key == expected.key && *value == expected.value);
        report.line(holds, &format!("Carries: {} {}", expected.key, expected.value));
    }
    report.heading("came out:");
    for (key, value) in &answer.carried {
        let listed = case.carries.iter().any(|expected| expected.key == *key && expected.value == *value);
        report.line(listed || !case.carries_nothing_else, &format!("Carries: {key} {value}"));
    }
}

fn provisional(case: &SuiteCase, answer: &Answer<'_>, report: &mut Report) {
    if let Some(expected) = case.provisional
        && expected != answer.provisional
    {
        let word = |provisional| if provisional { "provisional" } else { "final" };
        report.line(false, &format!("expected {}, came out {}", word(expected), word(answer.provisional)));
    }
}
