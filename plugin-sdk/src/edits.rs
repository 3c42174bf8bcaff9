//! Edits: what a rule may propose. There is no way to make one without a reason.

use core::marker::PhantomData;

use crate::carried::Declared;
use crate::codes::{BaseCode, CountCode, ExceptionCode, PremiumCode, TimeCode};
use crate::contract::{self, List};
use crate::reason::Reason;
use crate::time::{Instant, Length, Workday};
use crate::view::{Part, Punch, Scheduled, Span};

/// The edits of a plugin in the hooks `days` and `period`, with reasons of type `Why`. They are applied in the order in
/// which they are made, employee by employee: all of an employee's edits or, when one is refused, none of them.
///
/// Every edit has its reason as the last argument. This does not compile:
///
/// ```compile_fail
/// use shiftmill_plugin::prelude::*;
/// # #[derive(Reason)] #[reason("because")] struct Why {}
///
/// fn rule(day: &Day, night_meal: CountCode, edits: &mut Edits<Why>) {
///     edits.quantity(day, night_meal, 1); // and why?
/// }
/// ```
///
/// Neither does paying a premium to a code of another layer:
///
/// ```compile_fail
/// use shiftmill_plugin::prelude::*;
/// # #[derive(Reason)] #[reason("because")] struct Why {}
///
/// fn rule(day: &Day, overtime: BaseCode, edits: &mut Edits<Why>) {
///     for span in day.work() {
///         edits.premium(span, overtime, Why {}); // `recode` takes a base code
///     }
/// }
/// ```
#[derive(Debug)]
pub struct Edits<Why, Kind = OnTimeline> {
    employee: u32,
    rows: Vec<Row>,
    figures: Vec<i64>,
    kind: PhantomData<(fn(Why), Kind)>,
}

/// The edits of a plugin in the hook `punches`.
pub type PunchEdits<Why> = Edits<Why, OnPunches>;

/// The edits of a plugin in the hook `schedule`.
pub type ScheduleEdits<Why> = Edits<Why, OnSchedule>;

/// Edits of the hook `punches`.
#[derive(Debug)]
pub enum OnPunches {}

/// Edits of the hook `schedule`.
#[derive(Debug)]
pub enum OnSchedule {}

/// Edits of the hooks `days` and `period`.
#[derive(Debug)]
pub enum OnTimeline {}

/// Edits of hooks in which quantities can be paid and values carried.
#[diagnostic::on_unimplemented(message = "this hook comes too early to pay a quantity or carry a value")]
pub trait Pays {}

impl Pays for OnSchedule {}
impl Pays for OnTimeline {}

/// A quantity and what it counts.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no quantity",
    note = "take a CountCode, which counts occurrences, or a TimeCode, which counts time"
)]
pub trait QuantityCode {
    /// Occurrences or time.
    type Amount;

    /// The number of the code, and the amount in its unit.
    #[doc(hidden)]
    fn write(self, amount: Self::Amount) -> (u16, u32);
}

impl QuantityCode for CountCode {
    type Amount = u32;

    fn write(self, amount: u32) -> (u16, u32) {
        (self.0, amount)
    }
}

impl QuantityCode for TimeCode {
    type Amount = Length;

    fn write(self, amount: Length) -> (u16, u32) {
        (self.0, amount.0)
    }
}

/// An edit as the contract has it; what its kind does not read stays zero.
#[derive(Clone, Copy, Debug, Default)]
struct Row {
    employee: u32,
    kind: u8,
    row: u32,
    workday: i32,
    start: i64,
    end: i64,
    code: u16,
    amount: i64,
    rule: u16,
    figures_end: u32,
}

const RETIME: u8 = 1;
const DISCARD: u8 = 2;
const EXPECT: u8 = 3;
const ADD: u8 = 4;
const RECODE: u8 = 5;
const RESIZE: u8 = 6;
const SPLIT: u8 = 7;
const PREMIUM: u8 = 8;
const QUANTITY: u8 = 9;
const MARK: u8 = 10;
const CARRY: u8 = 11;

const WORKED: i64 = 0;
const PAID_BREAK: i64 = 1;

impl<Why: Reason> Edits<Why, OnPunches> {
    /// Takes the punch to have been at `to`.
    pub fn retime(&mut self, punch: Punch<'_>, to: Instant, why: Why) {
        self.push(Row { kind: RETIME, row: punch.row, start: to.0, ..Row::default() }, why);
    }

    /// Lets the punch not count.
    pub fn discard(&mut self, punch: Punch<'_>, why: Why) {
        self.push(Row { kind: DISCARD, row: punch.row, ..Row::default() }, why);
    }
}

impl<Why: Reason> Edits<Why, OnSchedule> {
    /// Expects the employee from `start` to `end` for a scheduled shift. Lateness and early leaving are judged by it.
    pub fn expect(&mut self, shift: Scheduled<'_>, start: Instant, end: Instant, why: Why) {
        self.push(Row { kind: EXPECT, row: shift.row, start: start.0, end: end.0, ..Row::default() }, why);
    }
}

impl<Why: Reason> Edits<Why, OnTimeline> {
    /// Adds worked time where nothing is on the timeline.
    pub fn add_work(&mut self, on: impl Into<Workday>, start: Instant, end: Instant, code: BaseCode, why: Why) {
        self.add(on.into(), start, end, code, WORKED, why);
    }

    /// Adds a paid break where nothing is on the timeline.
    pub fn add_paid_break(&mut self, on: impl Into<Workday>, start: Instant, end: Instant, code: BaseCode, why: Why) {
        self.add(on.into(), start, end, code, PAID_BREAK, why);
    }

    /// Lets a span, or a part of one, pay `to`. Work that pays [`BaseCode::UNPAID_BREAK`] is a break from then on, and
    /// an unpaid break that pays anything else is a paid one. In the hook `days` this comes before overtime.
    pub fn recode<'a>(&mut self, part: impl Into<Part<'a>>, to: BaseCode, why: Why) {
        self.part(RECODE, part.into(), to.0, why);
    }

    /// Lets a span be from `start` to `end`. This is where seconds are added to the timeline or taken from it.
    pub fn resize(&mut self, span: Span<'_>, start: Instant, end: Instant, why: Why) {
        self.push(Row { kind: RESIZE, row: span.row, start: start.0, end: end.0, ..Row::default() }, why);
    }

    /// Cuts a span in two.
    pub fn split(&mut self, span: Span<'_>, at: Instant, why: Why) {
        self.push(Row { kind: SPLIT, row: span.row, start: at.0, ..Row::default() }, why);
    }

    /// Pays a premium over a span, or a part of one, on top of what it pays.
    #[inline]
    pub fn premium<'a>(&mut self, part: impl Into<Part<'a>>, code: PremiumCode, why: Why) {
        self.part(PREMIUM, part.into(), code.0, why);
    }

    fn add(&mut self, on: Workday, start: Instant, end: Instant, code: BaseCode, state: i64, why: Why) {
        let (start, end) = (start.0, end.0);
        let edit = Row { kind: ADD, workday: on.0, start, end, code: code.0, amount: state, ..Row::default() };
        self.push(edit, why);
    }

    #[inline]
    fn part(&mut self, kind: u8, part: Part<'_>, code: u16, why: Why) {
        let (start, end) = (part.start.0, part.end.0);
        self.push(Row { kind, row: part.span.row, start, end, code, ..Row::default() }, why);
    }
}

impl<Why: Reason, Kind: Pays> Edits<Why, Kind> {
    /// Pays a quantity on a day: so many occurrences of a [`CountCode`], so much time of a [`TimeCode`].
    #[inline]
    pub fn quantity<C: QuantityCode>(&mut self, on: impl Into<Workday>, code: C, amount: C::Amount, why: Why) {
        let (code, amount) = code.write(amount);
        let (workday, amount) = (on.into().0, i64::from(amount));
        self.push(Row { kind: QUANTITY, workday, code, amount, ..Row::default() }, why);
    }

    /// Carries a value over to the next pay period, in place of what was carried under its key before. A later plugin or
    /// hook of this evaluation sees it too.
    pub fn carry(&mut self, key: impl Declared, value: i64, why: Why) {
        self.push(Row { kind: CARRY, code: key.position(), amount: value, ..Row::default() }, why);
    }
}

impl<Why: Reason, Kind> Edits<Why, Kind> {
    /// Marks something on a day for a person to look at.
    pub fn mark(&mut self, on: impl Into<Workday>, code: ExceptionCode, at: Instant, measure: Length, why: Why) {
        let (workday, code, amount) = (on.into().0, u16::from(code.number()), i64::from(measure.0));
        self.push(Row { kind: MARK, workday, code, start: at.0, amount, ..Row::default() }, why);
    }

    pub(crate) fn new() -> Self {
        Edits { employee: 0, rows: Vec::new(), figures: Vec::new(), kind: PhantomData }
    }

    /// From here on the edits are those of the employee at this row.
    pub(crate) fn turn_to(&mut self, employee: u32) {
        self.employee = employee;
    }

    #[inline]
    fn push(&mut self, edit: Row, why: Why) {
        let rule = why.write(&mut self.figures);
        let (employee, figures_end) = (self.employee, self.figures.len() as u32);
        self.rows.push(Row { employee, rule, figures_end, ..edit });
    }

    pub(crate) fn into_columns(self) -> contract::Edits {
        fn column<T>(rows: &[Row], of: impl Fn(&Row) -> T) -> List<T> {
            rows.iter().map(of).collect::<Vec<T>>().into()
        }
        let rows = self.rows.as_slice();
        contract::Edits {
            employee: column(rows, |row| row.employee),
            kind: column(rows, |row| row.kind),
            row: column(rows, |row| row.row),
            workday: column(rows, |row| row.workday),
            start: column(rows, |row| row.start),
            end: column(rows, |row| row.end),
            code: column(rows, |row| row.code),
            amount: column(rows, |row| row.amount),
            rule: column(rows, |row| row.rule),
            argument_end: column(rows, |row| row.figures_end),
            arguments: self.figures.into(),
        }
    }
}
