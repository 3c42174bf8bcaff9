//! Suites: Markdown files in which a heading is a claim and tables are the proof.
//!
//! [`parse`] reads a file into a [`SuiteFile`] and knows no rules; the facade runs the cases. [`facts`] writes a
//! timecard as a claim, [`accept`] writes the actual results into a claim that expects others. The format is described
//! in `docs/timecard-suites.md`.

mod accept;
mod because;
mod cells;
mod facts;
mod parse;
mod table;
mod write;

use core::fmt;

use shiftmill_core::{
    ApprovalKind, ApprovalStatus, Because, Compensation, DayHalf, DayType, ErrorCode, ExceptionCode, ExceptionState,
    Fold, PunchKind, RosterKind, Seconds, TotalScope, WaiverKind, Workday, WorkdayRange,
};

pub use accept::{CameOut, CameOutException, CameOutLine, accept};
pub use facts::{FactsError, RulesetLayer, instant};
pub use parse::parse;
pub use write::facts;

/// One Markdown file: a topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SuiteFile {
    /// The name that messages use for the file.
    pub file: String,
    /// The first heading.
    pub title: String,
    /// The settings of every case that does not state its own.
    pub setting: Setting,
    /// The claims, in order.
    pub cases: Vec<SuiteCase>,
}

/// The settings of a preamble or of a case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Setting {
    /// A preset (`us-california@2`) or a file in the folder of the suite (`plant-2.toml`).
    pub ruleset: Option<String>,
    /// A block of TOML over that ruleset, or the whole ruleset when none is named.
    pub toml: Option<TomlBlock>,
    /// The IANA name of the employee's zone.
    pub zone: Option<String>,
    /// Where the claims are written down.
    pub source: Option<String>,
    /// The workdays that are paid.
    pub pay_period: Option<WorkdayRange>,
    /// The workdays that the facts cover.
    pub facts: Option<WorkdayRange>,
    /// The clock time, in the zone, as of which everything is calculated.
    pub as_of: Option<(Workday, ClockTime)>,
}

/// A fenced block of TOML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TomlBlock {
    /// The line of its first line of text, from 1.
    pub line: usize,
    /// Its text.
    pub text: String,
}

/// One heading with its tables. [`SuiteFile::setting`] applies where `setting` states nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SuiteCase {
    /// The line of the heading, from 1.
    pub line: usize,
    /// The claim.
    pub claim: String,
    /// Its settings that differ from the preamble.
    pub setting: Setting,
    /// The facts: one row per line of the facts tables.
    pub facts: Vec<FactsRow>,
    /// Counters carried in.
    pub opening_balances: Vec<NamedBalance>,
    /// When the employee was employed.
    pub employment: Vec<WrittenEmployment>,
    /// What changes for the employee by date.
    pub assignments: Vec<WrittenAssignment>,
    /// How many rows of the employee could not be read.
    pub rejected_rows: u32,
    /// The employee's tag: its line and its text.
    pub tag: Option<(usize, String)>,
    /// Values that plugins carried over from the pay period before.
    pub carried: Vec<NamedValue>,
    /// All expected pay lines; `None` when the case states no pay.
    pub pay: Option<Vec<ExpectedPay>>,
    /// Expected totals.
    pub totals: Vec<ExpectedTotal>,
    /// Expected workdays.
    pub workdays: Vec<ExpectedWorkday>,
    /// Expected exceptions.
    pub exceptions: Vec<ExpectedException>,
    /// Exceptions that no workday may have.
    pub no_exceptions_of: Vec<ExceptionCode>,
    /// True when there may be no exceptions besides those listed.
    pub no_other_exceptions: bool,
    /// Expected overridden lines, each with its line from 1: where there is any, all of them.
    pub overridden: Vec<(usize, Overridden)>,
    /// Values that plugins must carry over to the next pay period.
    pub carries: Vec<NamedValue>,
    /// True when no values may be carried over besides those listed.
    pub carries_nothing_else: bool,
    /// The error expected instead of rows: its code, such as `SM-WINDOW-BACKWARDS`.
    pub error: Option<ErrorCode>,
    /// True when a provisional result is an error; see [`shiftmill_core::EvaluationWindow::require_final`].
    pub final_only: bool,
    /// Whether the rows must be provisional; `None`: not compared.
    pub provisional: Option<bool>,
}

/// A time of day on a workday or on a day near it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClockTime {
    /// Days after the workday's date.
    pub days: i32,
    /// Seconds since midnight, up to 86 400.
    pub second: u32,
    /// True for the second time that the clock shows it (`2nd 01:30`).
    pub second_showing: bool,
}

impl SuiteCase {
    /// The rulesets to which assignments change, as they are named, each once.
    pub fn other_rulesets(&self) -> Vec<&str> {
        named_once(self.assignments.iter().map(|row| row.ruleset.as_str()))
    }

    /// The zones to which assignments change, each once.
    pub fn other_zones(&self) -> Vec<&str> {
        named_once(self.assignments.iter().map(|row| row.zone.as_str()))
    }

    /// The names of tags by which expected totals are split, each once.
    pub fn split_by(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for (name, _) in self.totals.iter().filter_map(|total| total.tag.as_ref()) {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        names
    }
}

fn named_once<'n>(names: impl Iterator<Item = &'n str>) -> Vec<&'n str> {
    let mut once: Vec<&str> = Vec::new();
    for name in names.filter(|name| !name.is_empty()) {
        if !once.contains(&name) {
            once.push(name);
        }
    }
    once
}

impl ClockTime {
    /// Seconds from the midnight that opens the workday.
    pub fn wall_seconds(self) -> i32 {
        self.days * 86_400 + self.second as i32
    }

    /// Which of two showings is meant.
    pub fn fold(self) -> Fold {
        if self.second_showing { Fold::Later } else { Fold::Earlier }
    }
}

/// Written as in a suite: `08:00`, `+1 06:00`, `2nd 01:30`.
impl fmt::Display for ClockTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.second_showing {
            f.write_str("2nd ")?;
        }
        if self.days != 0 {
            write!(f, "{:+} ", self.days)?;
        }
        let (hours, minutes, seconds) = (self.second / 3_600, self.second / 60 % 60, self.second % 60);
        match seconds {
            0 => write!(f, "{hours:02}:{minutes:02}"),
            _ => write!(f, "{hours:02}:{minutes:02}:{seconds:02}"),
        }
    }
}

/// One row of a facts table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FactsRow {
    /// Its line, from 1.
    pub line: usize,
    /// The workday from whose midnight its times count.
    pub workday: Workday,
    /// Punches, from left to right.
    pub punches: Vec<WrittenPunch>,
    /// Roster rows.
    pub scheduled: Vec<WrittenRosterRow>,
    /// Leave.
    pub leave: Vec<WrittenLeave>,
    /// The type of the day, and of a part of it, for this employee.
    pub day_types: Vec<WrittenDayType>,
    /// What was waived.
    pub waived: Vec<WaiverKind>,
    /// Corrections.
    pub corrections: Vec<WrittenCorrection>,
    /// Approvals.
    pub approvals: Vec<WrittenApproval>,
    /// Manual hours.
    pub manual: Vec<WrittenManual>,
    /// Attestations.
    pub attested: Vec<WrittenAttestation>,
    /// Overrides.
    pub overrides: Vec<WrittenOverride>,
}

/// A punch in a facts table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenPunch {
    /// Its kind.
    pub kind: PunchKind,
    /// When.
    pub at: ClockTime,
    /// Its tag, as written: `site=north;job=welder`; empty for none.
    pub tag: String,
    /// When it was recorded; at its own time unless that is stated.
    pub recorded: Option<(Workday, ClockTime)>,
}

/// A roster row in a facts table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenRosterRow {
    /// What the person is told to do.
    pub kind: RosterKind,
    /// One, or the blocks of a split shift.
    pub blocks: Vec<WrittenBlock>,
}

/// A block of a roster row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenBlock {
    /// When; nothing for kinds without times.
    pub shift: Option<WrittenShift>,
    /// Its tag, as written; empty for none.
    pub tag: String,
}

/// A scheduled shift in a facts table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WrittenShift {
    /// By its times.
    Times {
        /// Start.
        start: ClockTime,
        /// End.
        end: ClockTime,
    },
    /// By the name that the ruleset gives it.
    Named(String),
    /// Without clock times: by its length.
    Length(Seconds),
    /// By its start; the end is free.
    FreeEnd {
        /// Start.
        start: ClockTime,
        /// The length that it expects; zero: none.
        expects: Seconds,
    },
}

/// The type of a day, or of a part of it, in a facts table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrittenDayType {
    /// The type.
    pub day_type: DayType,
    /// From when to when, in seconds after the midnight that opens the day; the whole day without.
    pub window: Option<(i32, i32)>,
}

/// Leave in a facts table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenLeave {
    /// The name of the leave code.
    pub code: String,
    /// How much.
    pub time: WrittenLeaveTime,
    /// Which half of the workday, where the time is the workday.
    pub half: Option<DayHalf>,
}

/// How leave in a facts table states its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WrittenLeaveTime {
    /// The whole workday.
    Workday,
    /// A length without clock times.
    Amount(Seconds),
    /// Between two clock times.
    Span {
        /// Start.
        start: ClockTime,
        /// End.
        end: ClockTime,
    },
}

/// An approval in a facts table. Known well before unless it states a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrittenApproval {
    /// What it allows.
    pub kind: ApprovalKind,
    /// For when, as leave states it.
    pub time: WrittenLeaveTime,
    /// What was decided.
    pub status: ApprovalStatus,
    /// How overtime is compensated.
    pub choice: Compensation,
    /// When it was recorded.
    pub recorded: Option<(Workday, ClockTime)>,
}

/// Manual hours in a facts table: `overtime_1_5 2:00`. Known well before unless they state a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenManual {
    /// The pay code.
    pub code: String,
    /// How much.
    pub amount: Seconds,
    /// When they were recorded.
    pub recorded: Option<(Workday, ClockTime)>,
}

/// An attestation in a facts table: `rests_taken no`. Known well before unless it states a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenAttestation {
    /// The question.
    pub question: String,
    /// Whether the answer is yes.
    pub answer: bool,
    /// When it was recorded.
    pub recorded: Option<(Workday, ClockTime)>,
}

/// An override in a facts table: `overtime_1_5 2:00 computed 2:15`. Known well before unless it states a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenOverride {
    /// The pay code.
    pub code: String,
    /// How much.
    pub amount: Seconds,
    /// How much was computed when it was stated.
    pub computed: Option<Seconds>,
    /// When it was recorded.
    pub recorded: Option<(Workday, ClockTime)>,
}

/// A correction in a facts table. Recorded at the end of its workday unless it states a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenCorrection {
    /// What it does.
    pub kind: WrittenCorrectionKind,
    /// When it was recorded.
    pub recorded: Option<(Workday, ClockTime)>,
}

/// What a correction in a facts table does; see [`shiftmill_core::CorrectionKind`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WrittenCorrectionKind {
    /// `add out 17:00`
    Add(WrittenPunch),
    /// `void in 08:00`
    Void(WrittenPunch),
    /// `retime in 08:00 to 08:30`
    Retime(WrittenPunch, ClockTime),
    /// `set_kind in 08:00 to meal end`
    SetKind(WrittenPunch, PunchKind),
}

/// A counter carried in: `Opening balance: weekly-40 12:00.`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedBalance {
    /// Its line, from 1.
    pub line: usize,
    /// The name of the overtime rule.
    pub rule: String,
    /// The total of its counter.
    pub amount: Seconds,
}

/// A stretch of employment: `Employed: 2025-06-02 to 2025-06-20.`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrittenEmployment {
    /// Its line, from 1.
    pub line: usize,
    /// The first day.
    pub hired: Option<Workday>,
    /// The last day.
    pub left: Option<Workday>,
}

/// An assignment by date: `Assigned: from 2025-06-16 ruleset us-flsa@2 calendar ohio zone America/Chicago tag
/// [site=north].`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenAssignment {
    /// Its line, from 1.
    pub line: usize,
    /// The first workday.
    pub from: Workday,
    /// The ruleset, named as in `Ruleset:`; empty: as before.
    pub ruleset: String,
    /// The calendar; empty: as before.
    pub calendar: String,
    /// The zone; empty: as before.
    pub zone: String,
    /// The tag as written, without brackets; empty: as before.
    pub tag: String,
    /// The work that the ruleset is for, as written: `for [job=driver]`; empty: all.
    pub job: String,
}

/// A value that a plugin carries: `Carried: points/balance 3.`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedValue {
    /// Its line, from 1.
    pub line: usize,
    /// The key: `plugin/key`.
    pub key: String,
    /// The value.
    pub value: i64,
}

/// An expected pay line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpectedPay {
    /// Its line, from 1.
    pub line: usize,
    /// The reporting workday.
    pub workday: Workday,
    /// The pay code, as written in rulesets. `REG` and the like are not known.
    pub pay_code: String,
    /// How much.
    pub amount: Amount,
    /// The rule that pays it; not compared when left out.
    pub rule: Option<String>,
    /// The grounds; not compared when left out.
    pub because: Option<ExpectedBecause>,
}

/// The grounds of a pay line, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpectedBecause {
    /// As written.
    pub text: String,
    /// [`shiftmill_core::Because::number`] of the grounds.
    pub number: u8,
    /// The limit that the words name.
    pub limit: Option<Seconds>,
}

impl ExpectedBecause {
    /// The grounds of a plugin's rule, with any text.
    pub fn by_plugin(text: &str) -> ExpectedBecause {
        let because = Because::ByPlugin { reason: 0 };
        ExpectedBecause { text: text.to_owned(), number: because.number(), limit: None }
    }

    /// True for the text of a plugin, which is compared letter by letter.
    pub fn is_by_plugin(&self) -> bool {
        self.number == ExpectedBecause::by_plugin("").number
    }
}

/// An amount: time or occurrences.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    /// Written `8:00`.
    Time(Seconds),
    /// Written `1`.
    Count(u32),
}

impl Amount {
    /// The number in a result row.
    pub fn number(self) -> u32 {
        match self {
            Amount::Time(seconds) => seconds.0,
            Amount::Count(count) => count,
        }
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Amount::Time(seconds) => seconds.fmt(f),
            Amount::Count(count) => count.fmt(f),
        }
    }
}

/// An expected total.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpectedTotal {
    /// Its line, from 1.
    pub line: usize,
    /// Over what.
    pub scope: TotalScope,
    /// The first workday of the workweek, which may lie before the pay period; `None` for the pay period.
    pub from: Option<Workday>,
    /// Of the pay period: only what has this value of this tag name; an empty value: what has none.
    pub tag: Option<(String, String)>,
    /// The pay code.
    pub pay_code: String,
    /// How much.
    pub amount: Amount,
}

/// An expected workday; `None` fields are not compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpectedWorkday {
    /// Its line, from 1.
    pub line: usize,
    /// The reporting workday.
    pub workday: Workday,
    /// Work time.
    pub worked: Option<Seconds>,
    /// The type of the day.
    pub day_type: Option<DayType>,
}

/// An expected exception; `None` fields are not compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpectedException {
    /// Its line, from 1.
    pub line: usize,
    /// The reporting workday.
    pub workday: Workday,
    /// What.
    pub code: ExceptionCode,
    /// The clock time it refers to.
    pub at: Option<ClockTime>,
    /// Its size.
    pub measure: Option<Seconds>,
    /// How far it has got.
    pub state: Option<ExceptionState>,
    /// The rule that noticed it.
    pub rule: Option<String>,
}

/// An overridden line: `Mon 2026-06-01, overtime_1_5 2:00 (computed 2:15, before 2:30)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overridden {
    /// The reporting workday.
    pub workday: Workday,
    /// The pay code.
    pub pay_code: String,
    /// What a person stated.
    pub amount: Seconds,
    /// What is computed.
    pub computed: Seconds,
    /// What was computed before; written only where it differs.
    pub computed_before: Seconds,
}

impl fmt::Display for Overridden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Overridden { workday, pay_code, amount, computed, computed_before } = self;
        let weekday = workday.weekday().short();
        write!(f, "{weekday} {workday}, {pay_code} {amount} (computed {computed}")?;
        if computed_before != computed {
            write!(f, ", before {computed_before}")?;
        }
        f.write_str(")")
    }
}

/// All mistakes of one suite file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SuiteMistakes {
    /// The name of the file.
    pub file: String,
    /// The mistakes, in order of their lines.
    pub list: Vec<SuiteMistake>,
}

/// Something in a suite file that cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SuiteMistake {
    /// The line, from 1.
    pub line: usize,
    /// The mistake, in the words of the suite.
    pub message: String,
}

impl fmt::Display for SuiteMistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for mistake in &self.list {
            writeln!(f, "error: line {} of `{}` cannot be read", mistake.line, self.file)?;
            writeln!(f, "cause: {}", mistake.message)?;
        }
        Ok(())
    }
}

impl core::error::Error for SuiteMistakes {}
