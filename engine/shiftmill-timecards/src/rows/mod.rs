//! Readable rows: what people write about one employee, one row for each fact, and the one reader of them.
//!
//! ```text
//! files ─────────────→ rows ─┐
//! Markdown suites ───→ rows ─┼→ RowReader ─→ facts of the core, or a RowError; Warnings
//! messages of a call ─→ rows ┘
//! ```
//!
//! The reader of each format fills these rows, with text or with the values that the format states. What the text of a
//! field may be, and what happens at its edges, is decided here alone.

mod fault;
mod given;
mod tag_book;

use shiftmill_core::{
    Approval, ApprovalKind, ApprovalStatus, ApprovalTime, Attestation, CalendarChoice, Carried, CarryKey, Coded,
    Compensation, Correction, CorrectionKind, DayHalf, DayOverride, DayType, DayWindow, Employment, ExceptionCode,
    Leave, LeaveTime, ManualHours, Names, OpeningBalance, Override, PayCode, Punch, PunchKind, PunchRef, RosterKind,
    RuleId, Seconds, ShiftFact, ShiftTimes, TagId, Timestamp, Waiver, WaiverKind, WallTime, Workday, Zone, excerpt,
};

pub use fault::{Fault, NameKind, RowError, Warning};
pub use given::Given;
pub use tag_book::{FindZone, TagBook};

use crate::clock::{self, DateOrder, WrittenTime};
use crate::fields::Field;

/// Recorded at the start of 1970: known at every possible `as_of`.
pub const ALWAYS_KNOWN: Timestamp = Timestamp(0);

const DAY: i32 = 86_400;
const SHIFT_SECONDS_MAX: i32 = 2 * DAY;
const LEAVE_DAYS_MAX: i32 = 400;

/// One clock event.
#[derive(Clone, Copy, Debug, Default)]
pub struct PunchRow<'a> {
    /// When; required.
    pub at: Given<'a, WrittenTime>,
    /// Its kind; without direction when nothing is given.
    pub kind: Given<'a, PunchKind>,
    /// The number by which corrections name it.
    pub id: Given<'a, u64>,
    /// Its tag, `site=north;job=welder`; none when empty.
    pub tag: &'a str,
    /// When it became known; at its own time when nothing is given.
    pub recorded: Given<'a, WrittenTime>,
}

/// One roster row, mostly a scheduled shift: by its times, or by the name of a shift of the ruleset.
#[derive(Clone, Copy, Debug, Default)]
pub struct ShiftRow<'a> {
    /// Its workday; required.
    pub workday: Given<'a, Workday>,
    /// What the person is told to do; to work when nothing is given.
    pub kind: Given<'a, RosterKind>,
    /// Its start, in seconds after the midnight that opens the workday.
    pub start: Given<'a, i32>,
    /// Its end. An end that is not after the start means the day after. Nothing, for a row to work with a start: it is
    /// free.
    pub end: Given<'a, i32>,
    /// The name of a shift, instead of start and end.
    pub shift: &'a str,
    /// Its tag; none when empty.
    pub tag: &'a str,
    /// The number of the split shift that it is a block of; a shift of its own when nothing is given.
    pub split: Given<'a, u64>,
    /// A length, instead of start and end or a name: the workday expects it, at any time. Beside a start whose end is
    /// free: the workday expects it.
    pub length: Given<'a, Seconds>,
}

/// Approved leave: from-to, or a workday with or without a length.
#[derive(Clone, Copy, Debug, Default)]
pub struct LeaveRow<'a> {
    /// The name of the leave code; required.
    pub code: &'a str,
    /// Its start. A date as text means whole workdays.
    pub from: Given<'a, WrittenTime>,
    /// Its end; with dates, the last workday.
    pub to: Given<'a, WrittenTime>,
    /// The workday, instead of from-to.
    pub workday: Given<'a, Workday>,
    /// The length on the workday; the whole workday when nothing is given.
    pub amount: Given<'a, Seconds>,
    /// Which half of the workday, instead of a length.
    pub half: Given<'a, DayHalf>,
    /// When it became known; always known when nothing is given.
    pub recorded: Given<'a, WrittenTime>,
}

/// A later fact about a punch.
#[derive(Clone, Copy, Debug, Default)]
pub struct CorrectionRow<'a> {
    /// What it does; required.
    pub action: Given<'a, Action>,
    /// The number of the punch meant, instead of `at` and `kind`.
    pub id: Given<'a, u64>,
    /// The time of the punch to add, or of the punch meant.
    pub at: Given<'a, WrittenTime>,
    /// The kind of that punch.
    pub kind: Given<'a, PunchKind>,
    /// The right time, for [`Action::Retime`].
    pub to: Given<'a, WrittenTime>,
    /// The tag of a punch to add; none when empty.
    pub tag: &'a str,
    /// The right kind, for [`Action::SetKind`].
    pub new_kind: Given<'a, PunchKind>,
    /// When it became known; always known when nothing is given.
    pub recorded: Given<'a, WrittenTime>,
}

/// A waiver for a workday.
#[derive(Clone, Copy, Debug, Default)]
pub struct WaiverRow<'a> {
    /// The workday; required.
    pub workday: Given<'a, Workday>,
    /// A meal or an exception; required.
    pub waived: Given<'a, WaiverKind>,
}

/// A day type decided for the employee.
#[derive(Clone, Copy, Debug, Default)]
pub struct DayTypeRow<'a> {
    /// The workday; required.
    pub workday: Given<'a, Workday>,
    /// Its type; required.
    pub day_type: Given<'a, DayType>,
    /// The start of the part of the day that has the type, in seconds after midnight; the whole day when nothing is given.
    pub from: Given<'a, i32>,
    /// The end of that part.
    pub to: Given<'a, i32>,
}

/// A request and what was decided about it: from-to, or a workday with or without a length.
#[derive(Clone, Copy, Debug, Default)]
pub struct ApprovalRow<'a> {
    /// What it allows; required.
    pub kind: Given<'a, ApprovalKind>,
    /// Its start.
    pub from: Given<'a, WrittenTime>,
    /// Its end.
    pub to: Given<'a, WrittenTime>,
    /// The workday, instead of from-to.
    pub workday: Given<'a, Workday>,
    /// The length on the workday; the whole workday when nothing is given.
    pub amount: Given<'a, Seconds>,
    /// What was decided; approved when nothing is given.
    pub status: Given<'a, ApprovalStatus>,
    /// How overtime is compensated; with pay when nothing is given.
    pub choice: Given<'a, Compensation>,
    /// When it became known; always known when nothing is given.
    pub recorded: Given<'a, WrittenTime>,
}

/// A stretch of employment. One of its days is required.
#[derive(Clone, Copy, Debug, Default)]
pub struct EmploymentRow<'a> {
    /// The first workday of it; before all facts when nothing is given.
    pub hired: Given<'a, Workday>,
    /// The last workday of it; it goes on when nothing is given.
    pub left: Given<'a, Workday>,
}

/// Hours that a person added.
#[derive(Clone, Copy, Debug, Default)]
pub struct ManualHoursRow<'a> {
    /// The workday; required.
    pub workday: Given<'a, Workday>,
    /// The name of the pay code; required.
    pub code: &'a str,
    /// How much; required.
    pub amount: Given<'a, Seconds>,
    /// When they became known; always known when nothing is given.
    pub recorded: Given<'a, WrittenTime>,
}

/// The answer of an employee to a question about a workday.
#[derive(Clone, Copy, Debug, Default)]
pub struct AttestationRow<'a> {
    /// The workday; required.
    pub workday: Given<'a, Workday>,
    /// The name of the attestation; required.
    pub question: &'a str,
    /// Whether the answer is yes; required.
    pub answer: Given<'a, bool>,
    /// When it became known; always known when nothing is given.
    pub recorded: Given<'a, WrittenTime>,
}

/// How much of a pay code a workday has, whatever is computed.
#[derive(Clone, Copy, Debug, Default)]
pub struct OverrideRow<'a> {
    /// The workday; required.
    pub workday: Given<'a, Workday>,
    /// The name of the pay code; required.
    pub code: &'a str,
    /// How much; required.
    pub amount: Given<'a, Seconds>,
    /// How much was computed when it was stated; not compared when nothing is given.
    pub computed: Given<'a, Seconds>,
    /// When it became known; always known when nothing is given.
    pub recorded: Given<'a, WrittenTime>,
}

/// The total of an overtime counter at the start of the facts.
#[derive(Clone, Copy, Debug, Default)]
pub struct BalanceRow<'a> {
    /// The name of the overtime rule; required.
    pub rule: &'a str,
    /// The total of its counter; required.
    pub amount: Given<'a, Seconds>,
}

/// A value that a plugin carried over from the pay period before.
#[derive(Clone, Copy, Debug, Default)]
pub struct CarriedRow<'a> {
    /// The key; required.
    pub key: &'a str,
    /// The value; required.
    pub value: Given<'a, i64>,
}

/// What a correction does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Adds a punch that was forgotten.
    Add,
    /// Takes away a punch that does not count.
    Void,
    /// Moves a punch to its right time.
    Retime,
    /// Gives a punch its right kind.
    SetKind,
}

impl Action {
    /// All actions.
    pub const ALL: [Action; 4] = [Action::Add, Action::Void, Action::Retime, Action::SetKind];
    /// All words, for messages.
    const WORDS: &'static str = "add, void, retime or set_kind";

    /// Its word.
    pub const fn code(self) -> &'static str {
        match self {
            Action::Add => "add",
            Action::Void => "void",
            Action::Retime => "retime",
            Action::SetKind => "set_kind",
        }
    }

    /// The action with this word, in any case.
    pub fn from_code(code: &str) -> Option<Action> {
        Action::ALL.into_iter().find(|action| action.code().eq_ignore_ascii_case(code))
    }
}

/// Reads rows of one employee.
///
/// ```
/// use shiftmill_core::{Names, PunchKind, Zone};
/// use shiftmill_timecards::rows::{PunchRow, RowReader, TagBook};
/// let (zone, names, tags) = (Zone::fixed("Etc/UTC", 0), Names::default(), TagBook::default());
/// let mut reader = RowReader::new(&zone, &names, &tags);
/// let row = PunchRow { at: "2026-03-02 08:00".into(), kind: "in".into(), ..PunchRow::default() };
/// assert_eq!(reader.punch(&row).unwrap().kind, PunchKind::In);
/// let row = PunchRow { at: "2026-03-02".into(), ..PunchRow::default() };
/// assert!(reader.punch(&row).unwrap_err().to_string().starts_with("`2026-03-02` is not a date and a time"));
/// ```
#[derive(Debug)]
pub struct RowReader<'a> {
    zone: &'a Zone,
    names: &'a Names,
    /// The tags of the evaluation so far; new ones are added.
    tags: &'a TagBook<'a>,
    dates: Option<DateOrder>,
    warnings: Vec<Warning>,
}

impl<'a> RowReader<'a> {
    /// A reader for an employee in a zone, under the ruleset with these names. New tags are added to those given.
    pub fn new(zone: &'a Zone, names: &'a Names, tags: &'a TagBook<'a>) -> RowReader<'a> {
        RowReader { zone, names, tags, dates: None, warnings: Vec::new() }
    }

    /// The same, for dates that do not begin with their year. Without an order they cannot be read.
    pub fn with_dates(self, dates: Option<DateOrder>) -> RowReader<'a> {
        RowReader { dates, ..self }
    }

    /// The warnings about the rows read so far.
    pub fn into_warnings(self) -> Vec<Warning> {
        self.warnings
    }

    /// A punch. A date alone is no punch.
    ///
    /// # Errors
    /// [`RowError`] when a field cannot be read; so for all kinds of rows.
    pub fn punch(&mut self, row: &PunchRow<'_>) -> Result<Punch, RowError> {
        let (kind, tag) = (kind(row.kind)?, self.tag(row.tag)?);
        let (at, id) = (self.instant_of_punch(row.at, tag)?, punch_number(row.id)?);
        let recorded_at = if row.recorded.is_nothing() { None } else { Some(self.recorded(row.recorded)?) };
        // It is stored beside the punch, so that it cannot be as far away as other facts may be.
        match recorded_at.filter(|recorded_at| !in_range(WallTime(recorded_at.0).date())) {
            Some(_) => Err(RowError { field: Field::Recorded, fault: Fault::YearOutOfRange(written(row.recorded)) }),
            None => Ok(Punch { kind, at, id, tag, recorded_at }),
        }
    }

    /// A tag as it is written; none for an empty text.
    ///
    /// # Errors
    /// As for rows.
    pub fn tag(&self, text: &str) -> Result<TagId, RowError> {
        self.tags.read(text)
    }

    /// A roster row. Its times lie between 00:00 and 48:00 of its workday; an end that is not after the start is on
    /// the day after. A kind without times has none. A row to work may have a length instead, or a start and no end.
    pub fn shift(&self, row: &ShiftRow<'_>) -> Result<ShiftFact, RowError> {
        let (workday, tag) = (self.workday(row.workday)?, self.tag(row.tag)?);
        let kind = row.kind.optional(Field::Kind, roster_kind, Fault::NotARosterKind)?.unwrap_or_default();
        let timed = !row.start.is_nothing() || !row.end.is_nothing();
        let length = row.length.optional(Field::Amount, clock::length, Fault::NotALength)?;
        let length = length.filter(|length| !length.is_zero());
        if !row.start.is_nothing() && row.end.is_nothing() && row.shift.trim().is_empty() && kind.has_times() {
            let times = free_end(row, kind, length)?;
            return Ok(ShiftFact { workday, kind, times, split: split_number(row.split)?, tag });
        }
        if let Some(length) = length {
            let stated = timed || !row.shift.trim().is_empty() || !row.split.is_nothing();
            let fault = match (kind, stated) {
                (RosterKind::Work, false) if length.0 <= SHIFT_SECONDS_MAX.unsigned_abs() => {
                    return Ok(ShiftFact { tag, ..ShiftFact::work(workday, ShiftTimes::Length(length)) });
                }
                (RosterKind::Work, false) => Fault::ShiftTooLong,
                (RosterKind::Rest | RosterKind::Open | RosterKind::Overtime | RosterKind::OnCall, _) | (_, true) => {
                    Fault::LengthBesideTimes
                }
            };
            return Err(RowError { field: Field::Amount, fault });
        }
        if !kind.has_times() {
            let stated = timed || !row.shift.trim().is_empty() || !row.split.is_nothing();
            let fault = || RowError { field: Field::Kind, fault: Fault::RosterKindWithTimes(kind) };
            return if stated { Err(fault()) } else { Ok(ShiftFact { tag, ..ShiftFact::whole_day(workday, kind) }) };
        }
        let times = match (timed, row.shift.trim()) {
            (false, name) => {
                ShiftTimes::Template(position(texts(&self.names.shifts), name, Field::Shift, NameKind::Shift)?)
            }
            (true, "") => clock_times(row)?,
            (true, name) => {
                return Err(RowError {
                    field: Field::Shift,
                    fault: Fault::ShiftStatedTwice(excerpt(name).to_string()),
                });
            }
        };
        Ok(ShiftFact { workday, kind, times, split: split_number(row.split)?, tag })
    }

    /// Leave: one fact, or one for each workday from a date to a date.
    pub fn leave(&mut self, row: &LeaveRow<'_>) -> Result<Vec<Leave>, RowError> {
        let code = position(texts(&self.names.leave), row.code.trim(), Field::Code, NameKind::Leave)?;
        let recorded_at = self.recorded(row.recorded)?;
        let stretch = !row.from.is_nothing() || !row.to.is_nothing();
        let on_workday = !row.workday.is_nothing() || !row.amount.is_nothing() || !row.half.is_nothing();
        let times = match (stretch, on_workday) {
            (true, true) => return Err(RowError { field: Field::Workday, fault: Fault::LeaveStatedTwice }),
            (true, false) => self.leave_stretch(row)?,
            (false, _) => vec![self.leave_on_workday(row)?],
        };
        Ok(times.into_iter().map(|time| Leave { code, time, recorded_at }).collect())
    }

    fn leave_stretch(&mut self, row: &LeaveRow<'_>) -> Result<Vec<LeaveTime>, RowError> {
        if let Some(first) = row.from.text().and_then(|text| clock::date_in(text, self.dates)) {
            let first = plausible(first, Field::From)?;
            let last = match row.to.text() {
                Some("") => first,
                Some(text) => self.date(Given::Text(text), Field::To)?,
                None => return Err(RowError { field: Field::To, fault: Fault::NotADate(written(row.to)) }),
            };
            return whole_days(first, last);
        }
        let (start, end) = (self.instant(row.from, Field::From)?, self.instant(row.to, Field::To)?);
        if end <= start {
            let (from, to) = (written(row.from), written(row.to));
            return Err(RowError { field: Field::To, fault: Fault::LeaveBackwards { from, to } });
        }
        Ok(vec![LeaveTime::Span { start, end }])
    }

    /// A correction. A punch that exists is named by its number, or by its time and kind.
    pub fn correction(&mut self, row: &CorrectionRow<'_>) -> Result<Correction, RowError> {
        let kind = match row.action.required(Field::Action, Action::from_code, Fault::NotAnAction)? {
            Action::Add => {
                let (kind, tag) = (kind(row.kind)?, self.tag(row.tag)?);
                CorrectionKind::Add { at: self.instant_of_punch(row.at, tag)?, kind, tag }
            }
            Action::Void => CorrectionKind::Void(self.punch_ref(row)?),
            Action::Retime => {
                CorrectionKind::Retime { punch: self.punch_ref(row)?, to: self.instant(row.to, Field::To)? }
            }
            Action::SetKind => {
                let right = row.new_kind.required(Field::NewKind, PunchKind::from_code, Fault::NotAKind)?;
                CorrectionKind::SetKind { punch: self.punch_ref(row)?, kind: right }
            }
        };
        Ok(Correction { kind, recorded_at: self.recorded(row.recorded)? })
    }

    fn punch_ref(&mut self, row: &CorrectionRow<'_>) -> Result<PunchRef, RowError> {
        match punch_number(row.id)? {
            Some(id) => Ok(PunchRef::Id(id)),
            None => Ok(PunchRef::At(self.instant(row.at, Field::At)?, kind(row.kind)?)),
        }
    }

    /// A waiver. Meals count from 1.
    pub fn waiver(&self, row: &WaiverRow<'_>) -> Result<Waiver, RowError> {
        let kind = row.waived.required(Field::Waived, waivable, Fault::NotWaivable)?;
        Ok(Waiver { workday: self.workday(row.workday)?, kind })
    }

    /// The type of a day.
    pub fn day_type(&self, row: &DayTypeRow<'_>) -> Result<DayOverride, RowError> {
        let day_type = row.day_type.required(Field::DayType, day_type, Fault::NotADayType)?;
        let is_part = !row.from.is_nothing() || !row.to.is_nothing();
        let window = if is_part { Some(day_window(row)?) } else { None };
        Ok(DayOverride { workday: self.workday(row.workday)?, day_type, window })
    }

    /// An approval. Words may be written in any case, with blanks or underscores.
    pub fn approval(&mut self, row: &ApprovalRow<'_>) -> Result<Approval, RowError> {
        let kind = row.kind.required(Field::Kind, coded, Fault::NotAnApproval)?;
        let status = row.status.optional(Field::Status, coded, Fault::NotAStatus)?;
        let choice = row.choice.optional(Field::Choice, coded, Fault::NotACompensation)?;
        let stretch = !row.from.is_nothing() || !row.to.is_nothing();
        let on_workday = !row.workday.is_nothing() || !row.amount.is_nothing();
        let time = match (stretch, on_workday) {
            (true, true) => return Err(RowError { field: Field::Workday, fault: Fault::ApprovalStatedTwice }),
            (true, false) => self.approved_stretch(row)?,
            (false, _) => {
                let day = self.workday(row.workday)?;
                let length = row.amount.optional(Field::Amount, clock::length, Fault::NotALength)?;
                length.map_or(ApprovalTime::Workday(day), |length| ApprovalTime::Length(day, length))
            }
        };
        Ok(Approval {
            kind,
            time,
            status: status.unwrap_or(ApprovalStatus::Approved),
            choice: choice.unwrap_or(Compensation::Pay),
            recorded_at: self.recorded(row.recorded)?,
        })
    }

    fn approved_stretch(&mut self, row: &ApprovalRow<'_>) -> Result<ApprovalTime, RowError> {
        let (start, end) = (self.instant(row.from, Field::From)?, self.instant(row.to, Field::To)?);
        if end <= start {
            let (from, to) = (written(row.from), written(row.to));
            return Err(RowError { field: Field::To, fault: Fault::ApprovalBackwards { from, to } });
        }
        Ok(ApprovalTime::Span { start, end })
    }

    /// A stretch of employment.
    pub fn employment(&self, row: &EmploymentRow<'_>) -> Result<Employment, RowError> {
        employment(row, self.dates)
    }

    /// Manual hours, which are never negative: what was paid too much is corrected where it comes from.
    pub fn manual_hours(&mut self, row: &ManualHoursRow<'_>) -> Result<ManualHours, RowError> {
        let code = self.pay_code(row.code)?;
        if row.amount.text().is_some_and(|text| text.starts_with('-')) {
            return Err(RowError { field: Field::Amount, fault: Fault::NegativeHours });
        }
        let amount = row.amount.required(Field::Amount, clock::length, Fault::NotALength)?;
        let (workday, recorded_at) = (self.workday(row.workday)?, self.recorded(row.recorded)?);
        Ok(ManualHours { workday, code, amount, recorded_at })
    }

    /// An override.
    pub fn overridden(&mut self, row: &OverrideRow<'_>) -> Result<Override, RowError> {
        let code = self.pay_code(row.code)?;
        let amount = row.amount.required(Field::Amount, clock::length, Fault::NotALength)?;
        let computed = row.computed.optional(Field::Computed, clock::length, Fault::NotALength)?;
        let (workday, recorded_at) = (self.workday(row.workday)?, self.recorded(row.recorded)?);
        Ok(Override { workday, code, amount, computed, recorded_at })
    }

    fn pay_code(&self, name: &str) -> Result<PayCode, RowError> {
        let codes = self.names.pay_codes.iter().map(|info| info.name.as_str());
        position(codes, name.trim(), Field::Code, NameKind::PayCode).map(PayCode)
    }

    /// An attestation.
    pub fn attestation(&mut self, row: &AttestationRow<'_>) -> Result<Attestation, RowError> {
        let question =
            position(texts(&self.names.attestations), row.question.trim(), Field::Question, NameKind::Attestation)?;
        let answer = row.answer.required(Field::Answer, yes_or_no, Fault::NotAnAnswer)?;
        let (workday, recorded_at) = (self.workday(row.workday)?, self.recorded(row.recorded)?);
        Ok(Attestation { workday, question, answer, recorded_at })
    }

    /// An opening balance.
    pub fn balance(&self, row: &BalanceRow<'_>) -> Result<OpeningBalance, RowError> {
        let rule = position(texts(&self.names.rules), row.rule.trim(), Field::Rule, NameKind::Rule)?;
        let amount = row.amount.required(Field::Amount, clock::length, Fault::NotALength)?;
        Ok(OpeningBalance { rule: RuleId(rule), amount })
    }

    /// A carried value.
    pub fn carried(&self, row: &CarriedRow<'_>) -> Result<Carried, RowError> {
        let key = CarryKey(position(texts(&self.names.carried), row.key.trim(), Field::Key, NameKind::CarriedKey)?);
        let value = row.value.required(Field::Value, |text| text.parse().ok(), Fault::NotAWholeNumber)?;
        Ok(Carried { key, value })
    }

    fn recorded(&mut self, given: Given<'_, WrittenTime>) -> Result<Timestamp, RowError> {
        if given.is_nothing() { Ok(ALWAYS_KNOWN) } else { self.instant(given, Field::Recorded) }
    }

    /// The instant of a punch, by the clock of the place that its tag names.
    fn instant_of_punch(&mut self, given: Given<'_, WrittenTime>, tag: TagId) -> Result<Timestamp, RowError> {
        match self.tags.place(tag) {
            Some(zone) => self.instant_in(&zone, given, Field::At),
            None => self.instant(given, Field::At),
        }
    }

    fn instant(&mut self, given: Given<'_, WrittenTime>, field: Field) -> Result<Timestamp, RowError> {
        self.instant_in(self.zone, given, field)
    }

    /// The instant of a written time. An ambiguous time is read as [`clock::ClockChange`] states, with a warning.
    fn instant_in(&mut self, zone: &Zone, given: Given<'_, WrittenTime>, field: Field) -> Result<Timestamp, RowError> {
        let dates = self.dates;
        let read = |text: &str| clock::date_and_time_in(text, dates);
        let time = given.required(field, read, |text| unread(text, dates, Fault::NotADateAndTime))?;
        let (at, change) = time.instant(zone);
        // Whatever was recorded outside of these years was known, or is not known yet.
        if field != Field::Recorded && !in_range(time.date()) {
            return Err(RowError { field, fault: Fault::YearOutOfRange(written(given)) });
        }
        if let Some(change) = change {
            let zone = zone.name().to_owned();
            self.warnings.push(Warning { field, written: written(given), zone, change });
        }
        Ok(at)
    }

    fn workday(&self, given: Given<'_, Workday>) -> Result<Workday, RowError> {
        self.date(given, Field::Workday)
    }

    fn date(&self, given: Given<'_, Workday>, field: Field) -> Result<Workday, RowError> {
        date(given, field, self.dates)
    }

    fn leave_on_workday(&self, row: &LeaveRow<'_>) -> Result<LeaveTime, RowError> {
        let day = self.workday(row.workday)?;
        let amount = row.amount.optional(Field::Amount, clock::length, Fault::NotALength)?;
        let half = row.half.optional(Field::Half, coded, Fault::NotAHalf)?;
        match (amount, half) {
            (None, None) => Ok(LeaveTime::Workday(day)),
            (Some(amount), None) => Ok(LeaveTime::Amount(day, amount)),
            (None, Some(half)) => Ok(LeaveTime::HalfDay(day, half)),
            (Some(_), Some(_)) => Err(RowError { field: Field::Half, fault: Fault::HalfWithAmount }),
        }
    }
}

/// A stretch of employment, with dates in this order.
pub(crate) fn employment(row: &EmploymentRow<'_>, dates: Option<DateOrder>) -> Result<Employment, RowError> {
    let stated = |given: Given<'_, Workday>, field| match given.is_nothing() {
        true => Ok(None),
        false => date(given, field, dates).map(Some),
    };
    let (hired, left) = (stated(row.hired, Field::Hired)?, stated(row.left, Field::Left)?);
    match (hired, left) {
        (None, None) => Err(RowError { field: Field::Hired, fault: Fault::Empty }),
        (Some(hired), Some(left)) if left < hired => {
            Err(RowError { field: Field::Left, fault: Fault::EmploymentBackwards { hired, left } })
        }
        (hired, left) => Ok(Employment { hired, left }),
    }
}

pub(crate) fn date(given: Given<'_, Workday>, field: Field, dates: Option<DateOrder>) -> Result<Workday, RowError> {
    let read = |text: &str| clock::date_in(text, dates);
    plausible(given.required(field, read, |text| unread(text, dates, Fault::NotADate))?, field)
}

/// Why a text is not the date, or date and time, that `otherwise` says is expected.
fn unread(text: String, dates: Option<DateOrder>, otherwise: fn(String) -> Fault) -> Fault {
    if dates.is_none() && !DateOrder::possible(&text).is_empty() {
        return Fault::DateOrder(text);
    }
    match clock::serial_date(&text) {
        Some(at) => Fault::SerialDate { written: text, at: at.to_string() },
        None => otherwise(text),
    }
}

/// A time as it is written, for messages.
fn written(given: Given<'_, WrittenTime>) -> String {
    match given {
        Given::Text(text) => excerpt(text.trim()).to_string(),
        Given::Value(WrittenTime::Instant(at)) => format!("{}Z", WallTime(at.0)),
        Given::Value(WrittenTime::Wall(wall) | WrittenTime::Showing(wall, _)) => wall.to_string(),
    }
}

fn kind(given: Given<'_, PunchKind>) -> Result<PunchKind, RowError> {
    let kind = given.optional(Field::Kind, PunchKind::from_code, Fault::NotAKind)?;
    Ok(kind.unwrap_or(PunchKind::Unknown))
}

fn punch_number(given: Given<'_, u64>) -> Result<Option<u64>, RowError> {
    given.optional(Field::Id, |text| text.parse().ok(), Fault::NotANumber)
}

fn plausible(day: Workday, field: Field) -> Result<Workday, RowError> {
    if in_range(day) { Ok(day) } else { Err(RowError { field, fault: Fault::YearOutOfRange(day.to_string()) }) }
}

/// Rejects mistyped years: no evaluation includes them, and they are too far from the other facts to be stored with
/// them.
fn in_range(day: Workday) -> bool {
    let (year, _, _) = day.to_date();
    (1980..=2099).contains(&year)
}

fn split_number(given: Given<'_, u64>) -> Result<u8, RowError> {
    let number = given.optional(Field::Split, |text| text.parse().ok(), Fault::NotASplit)?.unwrap_or(0);
    let too_large = |_| RowError { field: Field::Split, fault: Fault::NotASplit(number.to_string()) };
    u8::try_from(number).map_err(too_large)
}

fn clock_times(row: &ShiftRow<'_>) -> Result<ShiftTimes, RowError> {
    let start = row.start.required(Field::Start, clock::shift_time, Fault::NotAShiftTime)?;
    let end = row.end.required(Field::End, clock::shift_time, Fault::NotAShiftTime)?;
    let end = if end <= start { end.saturating_add(DAY) } else { end };
    let fault = match end.saturating_sub(start) {
        ..=0 => Fault::ShiftBackwards,
        1..=SHIFT_SECONDS_MAX => return Ok(ShiftTimes::Clock { start, end }),
        _ => Fault::ShiftTooLong,
    };
    Err(RowError { field: Field::End, fault })
}

/// A start without an end.
fn free_end(row: &ShiftRow<'_>, kind: RosterKind, expects: Option<Seconds>) -> Result<ShiftTimes, RowError> {
    let start = row.start.required(Field::Start, clock::shift_time, Fault::NotAShiftTime)?;
    if kind != RosterKind::Work {
        return Err(RowError { field: Field::End, fault: Fault::FreeEnd(kind) });
    }
    let expects = expects.unwrap_or_default();
    if expects.0 > SHIFT_SECONDS_MAX.unsigned_abs() {
        return Err(RowError { field: Field::Amount, fault: Fault::ShiftTooLong });
    }
    Ok(ShiftTimes::FreeEnd { start, expects })
}

fn day_window(row: &DayTypeRow<'_>) -> Result<DayWindow, RowError> {
    let from = row.from.required(Field::From, clock::shift_time, Fault::NotAShiftTime)?;
    let to = row.to.required(Field::To, clock::shift_time, Fault::NotAShiftTime)?;
    let window = u32::try_from(from).ok().zip(u32::try_from(to).ok());
    let window = window.and_then(|(from, to)| DayWindow::new(from, to));
    window.ok_or(RowError { field: Field::To, fault: Fault::NotAPartOfADay })
}

fn whole_days(first: Workday, last: Workday) -> Result<Vec<LeaveTime>, RowError> {
    let days = last.0 - first.0 + 1;
    if !(1..=LEAVE_DAYS_MAX).contains(&days) {
        return Err(RowError { field: Field::To, fault: Fault::LeaveDays { first, last } });
    }
    Ok((0..days).map(|day| LeaveTime::Workday(first.plus(day))).collect())
}

/// `yes` or `no`, in any case.
pub(crate) fn yes_or_no(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "yes" | "true" => Some(true),
        "no" | "false" => Some(false),
        _ => None,
    }
}

/// `meal 1`, or the code of an exception in any case, with blanks or underscores.
pub(crate) fn waivable(text: &str) -> Option<WaiverKind> {
    let text = text.to_lowercase();
    if let Some(ordinal) = text.strip_prefix("meal ").and_then(|ordinal| ordinal.trim().parse().ok()) {
        return (ordinal > 0).then_some(WaiverKind::Meal(ordinal));
    }
    ExceptionCode::from_code(&text.replace(' ', "_")).map(WaiverKind::Exception)
}

/// A day type by its code in any case, with blanks or underscores.
pub(crate) fn day_type(text: &str) -> Option<DayType> {
    coded(text)
}

/// A value by its code in any case, with blanks or underscores.
pub(crate) fn coded<T: Coded>(text: &str) -> Option<T> {
    T::from_code(&text.to_lowercase().replace(' ', "_"))
}

/// What a roster row tells a person to do, by its code in any case, with blanks or underscores.
pub(crate) fn roster_kind(text: &str) -> Option<RosterKind> {
    RosterKind::from_code(&text.to_lowercase().replace([' ', '-'], "_"))
}

fn texts(names: &[String]) -> impl Iterator<Item = &str> + Clone {
    names.iter().map(String::as_str)
}

/// The calendar that an assignment names: a named one of the ruleset, or `own` for the ruleset's own. Nothing when it
/// names none.
///
/// # Errors
/// [`Fault::Unknown`] when the ruleset does not have it.
pub fn calendar(text: &str, names: &Names) -> Result<Option<CalendarChoice>, RowError> {
    let name = text.trim();
    if name.is_empty() {
        return Ok(None);
    }
    let unknown = || {
        let (what, known) = (NameKind::Calendar, names.calendars.clone());
        RowError { field: Field::Calendar, fault: Fault::Unknown { what, name: excerpt(name).to_string(), known } }
    };
    names.calendar(name).map(Some).ok_or_else(unknown)
}

/// The position of a name that the ruleset has to know.
fn position<'n>(
    names: impl Iterator<Item = &'n str> + Clone,
    name: &str,
    field: Field,
    what: NameKind,
) -> Result<u16, RowError> {
    if name.is_empty() {
        return Err(RowError { field, fault: Fault::Empty });
    }
    let found = names.clone().position(|known| known == name).and_then(|index| u16::try_from(index).ok());
    let known = names.map(str::to_owned);
    let unknown = || Fault::Unknown { what, name: excerpt(name).to_string(), known: known.collect() };
    found.ok_or_else(|| RowError { field, fault: unknown() })
}
