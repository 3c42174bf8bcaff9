//! Facts that a rule asks for: tags, the roster, approvals, opening balances. New in version 1.1 of the contract. A plugin
//! that asks for none of them runs on hosts of 1.0 as well.
//!
//! The host is asked once for each fact. The answers stay for the call; in the sandbox every call has an instance of its own.

use core::cell::RefCell;
use core::ops::Range;

use crate::codes::{ApprovalKind, ApprovalStatus, Compensation, RosterKind};
use crate::contract::{Answers, Approvals, List, Roster, Tagged, facts};
use crate::time::{Instant, Length, Workday};
use crate::view::rows::{rows, value_of};
use crate::view::{Day, Employee, Punch, Scheduled, Span};

/// What was asked so far. Answers are leaked: they live as long as the call, at whose end the instance is dropped.
#[derive(Default)]
struct Asked {
    tags: Vec<(String, &'static Tagged)>,
    balances: Vec<(String, &'static List<i64>)>,
    answers: Vec<(String, &'static Answers)>,
    roster: Option<&'static Roster>,
    approvals: Option<&'static Approvals>,
}

thread_local! {
    static ASKED: RefCell<Asked> = RefCell::default();
}

/// Forgets the answers, between the calls of native tests.
#[cfg(not(target_family = "wasm"))]
pub(crate) fn forget() {
    ASKED.take();
}

fn leak<T>(answer: T) -> &'static T {
    Box::leak(Box::new(answer))
}

/// The answer for a name, asked for once.
fn named<T>(
    list: impl Fn(&mut Asked) -> &mut Vec<(String, &'static T)>,
    name: &str,
    ask: impl Fn(&str) -> T,
) -> &'static T {
    ASKED.with_borrow_mut(|asked| {
        let known = list(asked);
        if let Some((_, answer)) = known.iter().find(|(known, _)| known == name) {
            return *answer;
        }
        let answer = leak(ask(name));
        known.push((name.to_owned(), answer));
        answer
    })
}

fn tagged(name: &str) -> &'static Tagged {
    named(|asked| &mut asked.tags, name, facts::tagged)
}

/// The value of a row.
#[track_caller]
fn tag(name: &str, row: u32, table: &'static str, column: fn(&Tagged) -> &[u32]) -> Option<&'static str> {
    let tagged = tagged(name);
    let place = value_of(column(tagged), row, table).checked_sub(1)?;
    tagged.values.get(place as usize).map(|text| text.as_str())
}

fn roster() -> &'static Roster {
    ASKED.with_borrow_mut(|asked| *asked.roster.get_or_insert_with(|| leak(facts::roster())))
}

fn approvals() -> &'static Approvals {
    ASKED.with_borrow_mut(|asked| *asked.approvals.get_or_insert_with(|| leak(facts::approvals())))
}

impl Employee<'_> {
    /// The value of a name in the employee's own tag, such as `department`.
    #[track_caller]
    pub fn tag(&self, name: &str) -> Option<&'static str> {
        tag(name, self.row, "employee", |tagged| &tagged.employee)
    }

    /// What the employee was told to do, in the order given, also rows that are no shift.
    pub fn roster(&self) -> impl DoubleEndedIterator<Item = RosterRow> + Clone + use<> {
        own_rows(&roster().employee_end, self.row).map(|row| RosterRow { row })
    }

    /// The approvals that are known, whatever was decided.
    pub fn approvals(&self) -> impl DoubleEndedIterator<Item = Approval> + Clone + use<> {
        own_rows(&approvals().employee_end, self.row).map(|row| Approval { row })
    }

    /// What the employee attested to a question of the ruleset about a workday: yes, no, or nothing.
    pub fn attested(&self, question: &str, workday: Workday) -> Option<bool> {
        let said = named(|asked| &mut asked.answers, question, facts::attested);
        let of_day = |row: &u32| said.workday.get(*row as usize) == Some(&workday.0);
        let row = own_rows(&said.employee_end, self.row).find(of_day)?;
        said.answer.get(row as usize).map(|answer| *answer == 1)
    }

    /// What the counter of an overtime tier held when the facts begin, such as the hours of a week that is under way.
    pub fn opening_balance(&self, tier: &str) -> Option<Length> {
        let held = named(|asked| &mut asked.balances, tier, facts::opening_balances);
        let seconds = held.get(self.row as usize).copied()?;
        u32::try_from(seconds).ok().map(Length::seconds)
    }
}

fn own_rows(ends: &[u32], employee: u32) -> Range<u32> {
    if ends.is_empty() { 0..0 } else { rows(ends, employee, "employee") }
}

impl Day<'_> {
    /// What the employee was told to do on this day.
    #[track_caller]
    pub fn roster(self) -> impl DoubleEndedIterator<Item = RosterRow> + Clone {
        let workday = self.workday();
        self.employee().roster().filter(move |row| row.workday() == workday)
    }

    /// What the employee attested to a question of the ruleset about this day: yes, no, or nothing.
    #[track_caller]
    pub fn attested(self, question: &str) -> Option<bool> {
        self.employee().attested(question, self.workday())
    }

    /// The approvals for this day.
    #[track_caller]
    pub fn approvals(self) -> impl DoubleEndedIterator<Item = Approval> + Clone {
        let workday = self.workday();
        self.employee().approvals().filter(move |approval| approval.workday() == workday)
    }
}

impl Punch<'_> {
    /// The value of a name in its tag, such as `device`.
    #[track_caller]
    pub fn tag(self, name: &str) -> Option<&'static str> {
        tag(name, self.row, "punch", |tagged| &tagged.punch)
    }
}

impl Scheduled<'_> {
    /// The value of a name in the tag of its roster row.
    #[track_caller]
    pub fn tag(self, name: &str) -> Option<&'static str> {
        tag(name, self.row, "scheduled", |tagged| &tagged.scheduled)
    }
}

impl Span<'_> {
    /// The value of a name in its tag, such as `job`: what the work was done for. Where the punch that opened it says
    /// nothing, the roster row does, else the employee's own tag.
    #[track_caller]
    pub fn tag(self, name: &str) -> Option<&'static str> {
        tag(name, self.row, "span", |tagged| &tagged.span)
    }
}

/// A row of the roster.
#[derive(Clone, Copy, Debug)]
pub struct RosterRow {
    row: u32,
}

impl RosterRow {
    /// Its workday.
    pub fn workday(self) -> Workday {
        Workday(value_of(&roster().workday, self.row, "roster"))
    }

    /// What the employee was told to do.
    pub fn kind(self) -> RosterKind {
        RosterKind::from_number(value_of(&roster().kind, self.row, "roster"))
    }

    /// From when until when; none for rows without times.
    pub fn times(self) -> Option<(Instant, Instant)> {
        let (start, end) = (value_of(&roster().start, self.row, "roster"), value_of(&roster().end, self.row, "roster"));
        (start < end).then_some((Instant(start), Instant(end)))
    }

    /// The number of the split shift that it is a block of; 0 for a shift of its own.
    pub fn split(self) -> u8 {
        value_of(&roster().split, self.row, "roster")
    }
}

/// An approval.
#[derive(Clone, Copy, Debug)]
pub struct Approval {
    row: u32,
}

impl Approval {
    /// What was asked for.
    pub fn kind(self) -> ApprovalKind {
        ApprovalKind::from_number(value_of(&approvals().kind, self.row, "approval"))
    }

    /// What was decided.
    pub fn status(self) -> ApprovalStatus {
        ApprovalStatus::from_number(value_of(&approvals().status, self.row, "approval"))
    }

    /// True when it was approved.
    pub fn is_approved(self) -> bool {
        self.status() == ApprovalStatus::Approved
    }

    /// How the employee wants to be compensated.
    pub fn choice(self) -> Compensation {
        Compensation::from_number(value_of(&approvals().choice, self.row, "approval"))
    }

    /// Its workday; of one with times, the date of its start.
    pub fn workday(self) -> Workday {
        Workday(value_of(&approvals().workday, self.row, "approval"))
    }

    /// From when until when; none when it states no times.
    pub fn times(self) -> Option<(Instant, Instant)> {
        let all = approvals();
        let (start, end) = (value_of(&all.start, self.row, "approval"), value_of(&all.end, self.row, "approval"));
        (start < end).then_some((Instant(start), Instant(end)))
    }

    /// Its length: between its times, or as stated; none for all of a workday.
    pub fn length(self) -> Option<Length> {
        let stated = Length(value_of(&approvals().amount, self.row, "approval"));
        let between = self.times().map(|(start, end)| end.since(start));
        between.or_else(|| (stated.in_seconds() > 0).then_some(stated))
    }
}
