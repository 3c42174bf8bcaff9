//! Edits: the changes that a rule may propose. There is no edit without a reason.

use core::marker::PhantomData;

use crate::carried::Declared;
use crate::codes::{BaseCode, CountCode, ExceptionCode, PremiumCode, TimeCode};
use crate::contract::{self, EditKind};
use crate::reason::Reason;
use crate::time::{Instant, Length, Workday};
use crate::view::{Part, Punch, Scheduled, Span};

/// The edits of a plugin in the hooks `days` and `period`, with reasons of type `Why`. They are applied in the order in
/// which they are proposed, employee by employee: all edits of an employee or, when one is refused, none.
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
    sheet: Sheet,
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
    message = "`{Self}` is not a quantity",
    note = "take a CountCode, which counts occurrences, or a TimeCode, which counts time"
)]
pub trait QuantityCode {
    /// The type of the amount: occurrences or time.
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

/// An edit in the format of the contract, without its reason. Columns that its kind does not read are zero.
#[derive(Clone, Copy, Debug, Default)]
struct Row {
    kind: EditKind,
    row: u32,
    workday: i32,
    start: i64,
    end: i64,
    code: u16,
    amount: i64,
}

/// The columns of the answer.
#[derive(Debug, Default)]
struct Sheet {
    /// The employee of the next edits.
    visited: u32,
    /// The number of edits for which the first edit allocates memory.
    capacity: usize,
    employee: Vec<u32>,
    kind: Vec<u8>,
    row: Vec<u32>,
    workday: Vec<i32>,
    start: Vec<i64>,
    end: Vec<i64>,
    code: Vec<u16>,
    amount: Vec<i64>,
    rule: Vec<u16>,
    argument_end: Vec<u32>,
    arguments: Vec<i64>,
}

const WORKED: i64 = 0;
const PAID_BREAK: i64 = 1;

impl<Why: Reason> Edits<Why, OnPunches> {
    /// Moves the punch to `to`.
    pub fn retime(&mut self, punch: Punch<'_>, to: Instant, why: Why) {
        self.push(Row { kind: EditKind::Retime, row: punch.row, start: to.0, ..Row::default() }, why);
    }

    /// Discards the punch: it does not count.
    pub fn discard(&mut self, punch: Punch<'_>, why: Why) {
        self.push(Row { kind: EditKind::Discard, row: punch.row, ..Row::default() }, why);
    }
}

impl<Why: Reason> Edits<Why, OnSchedule> {
    /// Sets the expected start and end of a scheduled shift. Lateness and early leaving are measured from them.
    pub fn expect(&mut self, shift: Scheduled<'_>, start: Instant, end: Instant, why: Why) {
        self.push(Row { kind: EditKind::Expect, row: shift.row, start: start.0, end: end.0, ..Row::default() }, why);
    }
}

impl<Why: Reason> Edits<Why, OnTimeline> {
    /// Adds worked time where there is no span.
    pub fn add_work(&mut self, on: impl Into<Workday>, start: Instant, end: Instant, code: BaseCode, why: Why) {
        self.add(on.into(), start, end, code, WORKED, why);
    }

    /// Adds a paid break where there is no span.
    pub fn add_paid_break(&mut self, on: impl Into<Workday>, start: Instant, end: Instant, code: BaseCode, why: Why) {
        self.add(on.into(), start, end, code, PAID_BREAK, why);
    }

    /// Changes the pay code of a span, or of a part of one, to `to`. Work with [`BaseCode::UNPAID_BREAK`] becomes a break, and
    /// an unpaid break with any other code becomes a paid one. In the hook `days` this comes before overtime.
    pub fn recode<'a>(&mut self, part: impl Into<Part<'a>>, to: BaseCode, why: Why) {
        self.part(EditKind::Recode, part.into(), to.0, why);
    }

    /// Moves the ends of a span to `start` and `end`. This adds seconds to the timeline or removes them.
    pub fn resize(&mut self, span: Span<'_>, start: Instant, end: Instant, why: Why) {
        self.push(Row { kind: EditKind::Resize, row: span.row, start: start.0, end: end.0, ..Row::default() }, why);
    }

    /// Splits a span in two.
    pub fn split(&mut self, span: Span<'_>, at: Instant, why: Why) {
        self.push(Row { kind: EditKind::Split, row: span.row, start: at.0, ..Row::default() }, why);
    }

    /// Pays a premium over a span, or a part of one, on top of its pay.
    #[inline]
    pub fn premium<'a>(&mut self, part: impl Into<Part<'a>>, code: PremiumCode, why: Why) {
        self.part(EditKind::Premium, part.into(), code.0, why);
    }

    fn add(&mut self, on: Workday, start: Instant, end: Instant, code: BaseCode, state: i64, why: Why) {
        let (start, end) = (start.0, end.0);
        let edit =
            Row { kind: EditKind::Add, workday: on.0, start, end, code: code.0, amount: state, ..Row::default() };
        self.push(edit, why);
    }

    #[inline]
    fn part(&mut self, kind: EditKind, part: Part<'_>, code: u16, why: Why) {
        let (start, end) = (part.start.0, part.end.0);
        self.push(Row { kind, row: part.span.row, start, end, code, ..Row::default() }, why);
    }
}

impl<Why: Reason, Kind: Pays> Edits<Why, Kind> {
    /// Pays a quantity on a day: a number of occurrences of a [`CountCode`], or a length of time of a [`TimeCode`]. Zero pays
    /// nothing and makes no pay line; an explanation with steps gives the reason.
    #[inline]
    pub fn quantity<C: QuantityCode>(&mut self, on: impl Into<Workday>, code: C, amount: C::Amount, why: Why) {
        let (code, amount) = code.write(amount);
        let (workday, amount) = (on.into().0, i64::from(amount));
        self.push(Row { kind: EditKind::Quantity, workday, code, amount, ..Row::default() }, why);
    }

    /// Carries a value over to the next pay period. It replaces the earlier value of its key. Later hooks of this evaluation
    /// read it too.
    pub fn carry(&mut self, key: impl Declared, value: i64, why: Why) {
        self.push(Row { kind: EditKind::Carry, code: key.position(), amount: value, ..Row::default() }, why);
    }
}

impl<Why: Reason, Kind> Edits<Why, Kind> {
    /// Adds an exception to a day, for a person to look at.
    pub fn mark(&mut self, on: impl Into<Workday>, code: ExceptionCode, at: Instant, measure: Length, why: Why) {
        let (workday, code, amount) = (on.into().0, u16::from(code.number()), i64::from(measure.0));
        self.push(Row { kind: EditKind::Mark, workday, code, start: at.0, amount, ..Row::default() }, why);
    }

    /// No edits yet, for a group with this number of days.
    pub(crate) fn new(days: usize) -> Self {
        Edits { sheet: Sheet { capacity: days, ..Sheet::default() }, kind: PhantomData }
    }

    /// Further edits are those of the employee at this row.
    pub(crate) fn turn_to(&mut self, employee: u32) {
        self.sheet.visited = employee;
    }

    #[inline]
    fn push(&mut self, edit: Row, why: Why) {
        let rule = why.write(&mut self.sheet.arguments);
        self.sheet.push(edit, rule);
    }

    pub(crate) fn into_columns(self) -> contract::Edits {
        let sheet = self.sheet;
        contract::Edits {
            employee: sheet.employee.into(),
            kind: sheet.kind.into(),
            row: sheet.row.into(),
            workday: sheet.workday.into(),
            start: sheet.start.into(),
            end: sheet.end.into(),
            code: sheet.code.into(),
            amount: sheet.amount.into(),
            rule: sheet.rule.into(),
            argument_end: sheet.argument_end.into(),
            arguments: sheet.arguments.into(),
        }
    }
}

impl Sheet {
    #[inline(never)]
    fn push(&mut self, edit: Row, rule: u16) {
        if self.kind.is_empty() {
            self.reserve();
        }
        self.employee.push(self.visited);
        self.kind.push(edit.kind as u8);
        self.row.push(edit.row);
        self.workday.push(edit.workday);
        self.start.push(edit.start);
        self.end.push(edit.end);
        self.code.push(edit.code);
        self.amount.push(edit.amount);
        self.rule.push(rule);
        self.argument_end.push(self.arguments.len() as u32);
    }

    /// Reserves memory for one edit a day, which few rules exceed. Unused memory costs nothing.
    #[cold]
    fn reserve(&mut self) {
        self.employee.reserve(self.capacity);
        self.kind.reserve(self.capacity);
        self.row.reserve(self.capacity);
        self.workday.reserve(self.capacity);
        self.start.reserve(self.capacity);
        self.end.reserve(self.capacity);
        self.code.reserve(self.capacity);
        self.amount.reserve(self.capacity);
        self.rule.reserve(self.capacity);
        self.argument_end.reserve(self.capacity);
    }
}
