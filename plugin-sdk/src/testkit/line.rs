//! One line of a week: a day.

use std::iter::Peekable;

use crate::codes::{
    ApprovalKind, ApprovalStatus, Compensation, DayType, ExceptionCode, PunchKind, RosterKind, SpanState,
};
use crate::config::number;
use crate::contract::ValueKind;
use crate::time::{Length, WALL_DAY, Weekday, Workday};

/// A written day. Times are seconds from the midnight that opens its date.
#[derive(Clone, Debug)]
pub struct Line {
    pub workday: Workday,
    pub day_type: DayType,
    pub in_pay_period: bool,
    pub in_force: bool,
    pub stretches: Vec<Stretch>,
    pub scheduled: Vec<(i64, i64)>,
    pub premiums: Vec<(i64, i64, String)>,
    pub punches: Vec<(PunchKind, i64)>,
    pub quantities: Vec<(String, Amount)>,
    /// Leave without times of day, in seconds.
    pub leave: Vec<(String, u32)>,
    pub exceptions: Vec<Noticed>,
    /// The tags of stretches, punches and scheduled shifts, by position.
    pub tags: Vec<(Tagged, usize, String, String)>,
    /// Rows of the roster that are no scheduled shift.
    pub told: Vec<(RosterKind, Option<(i64, i64)>)>,
    pub approvals: Vec<Approved>,
    /// Questions and answers.
    pub attested: Vec<(String, bool)>,
}

/// What a tag belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tagged {
    Stretch,
    Punch,
    Scheduled,
}

/// An approval.
#[derive(Clone, Copy, Debug)]
pub struct Approved {
    pub kind: ApprovalKind,
    pub status: ApprovalStatus,
    pub choice: Compensation,
    pub times: Option<(i64, i64)>,
    pub length: u32,
}

/// A span of time.
#[derive(Clone, Debug)]
pub struct Stretch {
    pub start: i64,
    pub end: i64,
    pub state: SpanState,
    pub code: Option<String>,
    /// The worked shift of the day, from 0.
    pub shift: usize,
}

/// An exception.
#[derive(Clone, Copy, Debug)]
pub struct Noticed {
    pub code: ExceptionCode,
    pub measure: Length,
    pub at: i64,
    pub is_waived: bool,
}

/// The amount of a quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    Time(u32),
    Count(u32),
}

/// The state of the next span.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Stretch(SpanState),
    Scheduled,
    Premium,
    Waived,
    /// The kind of a row of the roster, or the times of one.
    Told(Option<RosterKind>),
    Approval(ApprovalStatus, Compensation),
    Attested,
}

impl Line {
    /// Reads a line that follows the one of the day `before`.
    pub fn read(text: &str, before: Option<Workday>) -> Result<Line, String> {
        let mut words = text.split([' ', ',', ';']).filter(|word| !word.is_empty()).peekable();
        let mut line = Line {
            workday: label(&mut words, before)?,
            day_type: DayType::Workday,
            in_pay_period: true,
            in_force: true,
            stretches: Vec::new(),
            scheduled: Vec::new(),
            premiums: Vec::new(),
            punches: Vec::new(),
            quantities: Vec::new(),
            leave: Vec::new(),
            exceptions: Vec::new(),
            tags: Vec::new(),
            told: Vec::new(),
            approvals: Vec::new(),
            attested: Vec::new(),
        };
        let mut last = None;
        let (mut next, mut shift) = (Next::Stretch(SpanState::Worked), 0);
        for word in words {
            if let Next::Told(kind) = next {
                next = line.take_told(word, kind).ok_or_else(|| not_understood(word))?;
            } else if let Next::Approval(status, choice) = next {
                line.approvals.push(approved(word, status, choice).ok_or_else(|| not_understood(word))?);
                next = Next::Stretch(SpanState::Worked);
            } else if next == Next::Attested {
                line.attested.push(attested(word).ok_or_else(|| not_understood(word))?);
                next = Next::Stretch(SpanState::Worked);
            } else if let Some(pair) = word.strip_prefix('[').and_then(|word| word.strip_suffix(']')) {
                let ((what, position), (name, value)) =
                    last.zip(pair.split_once('=')).ok_or_else(|| not_understood(word))?;
                line.tags.push((what, position, name.to_owned(), value.to_owned()));
            } else if let Some(what) = announced(word) {
                next = what;
            } else if word == "|" {
                shift += 1;
            } else {
                let before = line.counts();
                line.take(word, next, shift)?;
                last = line.added_since(before).or(last);
                next = Next::Stretch(SpanState::Worked);
            }
        }
        line.finish_told(next);
        Ok(line)
    }

    fn counts(&self) -> [usize; 3] {
        [self.stretches.len(), self.punches.len(), self.scheduled.len()]
    }

    /// What was added last, which a tag may follow.
    fn added_since(&self, before: [usize; 3]) -> Option<(Tagged, usize)> {
        let kinds = [Tagged::Stretch, Tagged::Punch, Tagged::Scheduled];
        let added = kinds.into_iter().zip(self.counts().into_iter().zip(before));
        added.filter(|(_, (now, before))| now > before).map(|(kind, (now, _))| (kind, now - 1)).next()
    }

    /// Takes the kind of a row of the roster, or its times.
    fn take_told(&mut self, word: &str, kind: Option<RosterKind>) -> Option<Next> {
        let done = Next::Stretch(SpanState::Worked);
        match kind {
            None => {
                let kind = *RosterKind::ALL.iter().find(|kind| kind.code() == word)?;
                match kind {
                    RosterKind::Rest | RosterKind::Open => {
                        self.told.push((kind, None));
                        Some(done)
                    }
                    _ => Some(Next::Told(Some(kind))),
                }
            }
            Some(kind) => {
                self.told.push((kind, Some(between(word)?)));
                Some(done)
            }
        }
    }

    fn finish_told(&mut self, next: Next) {
        if let Next::Told(Some(kind)) = next {
            self.told.push((kind, None));
        }
    }

    fn take(&mut self, word: &str, next: Next, shift: usize) -> Result<(), String> {
        if let Some(day_type) = DayType::ALL.iter().find(|day_type| day_type.code() == word) {
            self.day_type = *day_type;
            return Ok(());
        }
        match word {
            "context" => self.in_pay_period = false,
            "not_in_force" => self.in_force = false,
            _ => return self.take_figure(word, next, shift).ok_or_else(|| not_understood(word)),
        }
        Ok(())
    }

    fn take_figure(&mut self, word: &str, next: Next, shift: usize) -> Option<()> {
        let (what, at) = word.split_once('@').map_or((word, None), |(what, at)| (what, clock(at)));
        if let Some(kind) = PunchKind::ALL.iter().find(|kind| kind.code() == what) {
            self.punches.push((*kind, at?));
            return Some(());
        }
        let (name, value) = what.split_once('=').map_or((what, None), |(name, value)| (name, Some(value)));
        if let Some(code) = ExceptionCode::ALL.iter().find(|code| code.code() == name) {
            let measure = value.map_or(Some(0), |value| number(ValueKind::Length, value))?;
            let (measure, at) = (Length::seconds(measure as u32), at.unwrap_or(0));
            self.exceptions.push(Noticed { code: *code, measure, at, is_waived: next == Next::Waived });
            return Some(());
        }
        match name.split_once('-').and_then(|(start, end)| Some((clock(start)?, clock(end)?))) {
            Some((start, end)) => self.take_stretch(start, end, next, value.map(str::to_owned), shift),
            None if next == Next::Stretch(SpanState::Leave) => {
                let length = u32::try_from(number(ValueKind::Length, name)?).ok()?;
                self.leave.push((value?.to_owned(), length));
                Some(())
            }
            None => {
                self.quantities.push((name.to_owned(), amount(value?)?));
                Some(())
            }
        }
    }

    fn take_stretch(&mut self, start: i64, end: i64, next: Next, code: Option<String>, shift: usize) -> Option<()> {
        let end = if end > start { end } else { end + WALL_DAY };
        match next {
            Next::Scheduled => self.scheduled.push((start, end)),
            Next::Premium => self.premiums.push((start, end, code?)),
            Next::Waived | Next::Told(_) | Next::Approval(..) | Next::Attested => return None,
            Next::Stretch(state) => {
                // Times ascend: a span that begins before the end of the span before it is on the next date.
                let passed = self.stretches.last().is_some_and(|before| start < before.end);
                let later = if passed { WALL_DAY } else { 0 };
                self.stretches.push(Stretch { start: start + later, end: end + later, state, code, shift });
            }
        }
        Some(())
    }
}

fn announced(word: &str) -> Option<Next> {
    match word {
        "worked" => Some(Next::Stretch(SpanState::Worked)),
        "paid_break" => Some(Next::Stretch(SpanState::PaidBreak)),
        "unpaid_break" => Some(Next::Stretch(SpanState::UnpaidBreak)),
        "leave" => Some(Next::Stretch(SpanState::Leave)),
        "scheduled" => Some(Next::Scheduled),
        "premium" => Some(Next::Premium),
        "waived" => Some(Next::Waived),
        "told" => Some(Next::Told(None)),
        "attested" => Some(Next::Attested),
        "approved" => Some(Next::Approval(ApprovalStatus::Approved, Compensation::Pay)),
        "banked" => Some(Next::Approval(ApprovalStatus::Approved, Compensation::Bank)),
        "pending" => Some(Next::Approval(ApprovalStatus::Pending, Compensation::Pay)),
        "rejected" => Some(Next::Approval(ApprovalStatus::Rejected, Compensation::Pay)),
        _ => None,
    }
}

/// Two times of day; the second is on the next date when it is not after the first.
fn between(word: &str) -> Option<(i64, i64)> {
    let (start, end) = word.split_once('-')?;
    let (start, end) = (clock(start)?, clock(end)?);
    Some((start, if end > start { end } else { end + WALL_DAY }))
}

/// A question and its answer: `rests_taken=no`.
fn attested(word: &str) -> Option<(String, bool)> {
    let (question, answer) = word.split_once('=')?;
    let answer = match answer {
        "yes" => true,
        "no" => false,
        _ => return None,
    };
    Some((question.to_owned(), answer))
}

fn approved(word: &str, status: ApprovalStatus, choice: Compensation) -> Option<Approved> {
    let (word, times) = match word.split_once('@') {
        Some((word, times)) => (word, Some(between(times)?)),
        None => (word, None),
    };
    let (word, length) = match word.split_once('=') {
        Some((word, length)) => (word, u32::try_from(number(ValueKind::Length, length)?).ok()?),
        None => (word, 0),
    };
    let kind = *ApprovalKind::ALL.iter().find(|kind| kind.code() == word)?;
    Some(Approved { kind, status, choice, times, length })
}

/// The first day of a week without a date: a Monday.
const FIRST: Workday = Workday::from_days(20_605);

fn label<'t>(words: &mut Peekable<impl Iterator<Item = &'t str>>, before: Option<Workday>) -> Result<Workday, String> {
    let weekday = words.peek().and_then(|word| Weekday::ALL.into_iter().find(|weekday| weekday.short() == *word));
    words.next_if(|_| weekday.is_some());
    let date = words.peek().and_then(|word| number(ValueKind::Workday, word));
    words.next_if(|_| date.is_some());
    match (weekday, date.map(|days| Workday::from_days(days as i32))) {
        (Some(weekday), Some(date)) if date.weekday() != weekday => {
            Err(format!("{date} is a {}", date.weekday().short()))
        }
        (_, Some(date)) if before.is_some_and(|before| date <= before) => {
            Err(format!("{date} comes after a line of a later date"))
        }
        (_, Some(date)) => Ok(date),
        (Some(weekday), None) => {
            let from = before.map_or(FIRST, |before| before.plus(1));
            Ok(from.plus((weekday as i32 - from.weekday() as i32).rem_euclid(7)))
        }
        (None, None) => Err("a line begins with a weekday or a date: `Mon 08:00-17:00`".to_owned()),
    }
}

fn clock(text: &str) -> Option<i64> {
    number(ValueKind::Clock, text)
}

fn amount(text: &str) -> Option<Amount> {
    match number(ValueKind::Length, text) {
        Some(seconds) => u32::try_from(seconds).ok().map(Amount::Time),
        None => number(ValueKind::Whole, text).and_then(|count| u32::try_from(count).ok()).map(Amount::Count),
    }
}

fn not_understood(word: &str) -> String {
    format!("`{word}` cannot be read; see the description of `Week`")
}
