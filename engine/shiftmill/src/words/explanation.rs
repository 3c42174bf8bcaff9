//! One evaluated timecard, day by day, for the person whose pay it is.

use std::cell::Cell;
use std::collections::HashSet;
use std::fmt;

use shiftmill_core::{
    ApprovalTime, Because, Corrected, DayType, Edited, EvaluationError, Evaluations, ExceptionCode, ExceptionRow,
    ExceptionState, Names, Note, OverrideRow, PayCode, PayLine, PluginFailure, PremiumSpan, Quantity, Reason,
    RowRanges, RuleId, Seconds, Severity, Span, SpanState, TagDictionary, TagId, Timestamp, TotalScope, Unit, Workday,
    Zone,
};

use crate::words::clock::local_on;
use crate::words::{
    Language, Listener, about, about_marked, because, because_number, day_type, error, failure as failure_words, note,
};

/// The results of one timecard in words. Its content depends on the detail of the request: the timeline needs spans,
/// the steps need full detail. [`fmt::Display`] writes it as text; a screen reads its fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Explanation {
    /// Why the timecard could not be evaluated; everything else is then empty.
    pub error: Option<String>,
    /// True when the figures may still change: days of context are missing, rows were rejected or a plugin failed.
    pub provisional: bool,
    /// The days, in order.
    pub days: Vec<DayExplanation>,
    /// Steps that belong to no day shown.
    pub other_steps: Vec<String>,
    /// Totals of workweeks and of the pay period.
    pub totals: Vec<TotalSentence>,
}

/// One workday in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayExplanation {
    /// The workday.
    pub workday: Workday,
    /// The type of the day; `None` for a day of context, which is not paid.
    pub day_type: Option<DayType>,
    /// `Mon 2026-03-02, an ordinary workday: 9:30 of work`.
    pub title: String,
    /// The work, breaks and leave of the day, with what they pay.
    pub timeline: Vec<TimelineSentence>,
    /// What is paid, and why.
    pub pay: Vec<PaySentence>,
    /// What a person stated in place of what is computed.
    pub overrides: Vec<OverrideSentence>,
    /// What a person must look at.
    pub exceptions: Vec<ExceptionSentence>,
    /// The steps of the calculation, in order.
    pub steps: Vec<String>,
}

/// A stretch of the day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimelineSentence {
    /// When it began, by the wall clock.
    pub from: String,
    /// When it ended.
    pub to: String,
    /// Its length.
    pub length: Seconds,
    /// What it was: `work`, `paid break`, `unpaid break`, `leave`, `premium`.
    pub what: &'static str,
    /// What it pays.
    pub pay_code: String,
    /// The rule that decided it.
    pub rule: String,
    /// The grounds.
    pub because: String,
    /// Its tag, `job=welder;site=north`; empty where it has none.
    pub tag: String,
}

/// A pay line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaySentence {
    /// The pay code.
    pub pay_code: String,
    /// How much: `8:00`, or `1 time`.
    pub amount: String,
    /// False for time that is shown but not paid.
    pub paid: bool,
    /// The rule that decided it.
    pub rule: String,
    /// The grounds.
    pub because: String,
}

/// A pay line that a person stated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OverrideSentence {
    /// The pay code.
    pub pay_code: String,
    /// The figures.
    pub row: OverrideRow,
    /// All of it as a sentence without a full stop.
    pub text: String,
}

/// An exception.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExceptionSentence {
    /// Its code, such as `late_in`.
    pub code: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// Pending, final or waived.
    pub state: ExceptionState,
    /// What happened.
    pub text: String,
}

/// A total.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TotalSentence {
    /// Over what.
    pub scope: TotalScope,
    /// Its first workday.
    pub from: Workday,
    /// The pay code.
    pub pay_code: String,
    /// How much.
    pub amount: String,
}

/// Why a timecard is not explained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExplainError {
    /// The results have no timecard of this number.
    #[error("the results have no timecard {index}")]
    NoTimecard {
        /// The number, from 0.
        index: usize,
    },
    /// It has more words than allowed. Plugins may propose hundreds of edits a week, each with a sentence.
    #[error("the explanation has more than {bytes_max} bytes")]
    TooLong {
        /// How many bytes its sentences may have.
        bytes_max: usize,
    },
}

/// Explains timecard `index` of `results`. Texts of plugins are in `language` where the plugin has it. The sentences
/// are counted as they are made: about `bytes_max` bytes are the most that it ever makes.
///
/// # Errors
/// [`ExplainError`]. A part of an explanation is never returned.
pub fn explain(
    names: &Names,
    tags: &TagDictionary,
    results: &Evaluations,
    index: usize,
    zone: &Zone,
    language: Language,
    bytes_max: usize,
) -> Result<Explanation, ExplainError> {
    let card = results.cards.get(index).ok_or(ExplainError::NoTimecard { index })?;
    let (own, left) = (results.rows_of(index), Cell::new(Some(bytes_max)));
    let explainer = Explainer { names, tags, results, index, zone, language, own, left };
    let explanation = match card.error {
        Some(failed) => Explanation { error: Some(explainer.error(failed)), ..Explanation::default() },
        None => explainer.explanation(card.provisional),
    };
    if explainer.has_room() { Ok(explanation) } else { Err(ExplainError::TooLong { bytes_max }) }
}

/// The bytes of an explanation in a program that explains one timecard at a time, to one person.
pub const EXPLANATION_BYTES_MAX: usize = 64 << 20;

/// What a sentence or name takes in a message beside its text.
const TEXT_BYTES: usize = 2;

/// Writes the explanation of one timecard.
struct Explainer<'a> {
    names: &'a Names,
    tags: &'a TagDictionary,
    results: &'a Evaluations,
    index: usize,
    zone: &'a Zone,
    language: Language,
    /// The rows of the timecard in each list.
    own: RowRanges,
    /// The bytes that further texts may have; `None` when there were too many.
    left: Cell<Option<usize>>,
}

impl Explainer<'_> {
    fn explanation(&self, provisional: bool) -> Explanation {
        let workdays = self.workdays().into_iter().take_while(|_| self.has_room());
        let mut days: Vec<DayExplanation> = workdays.map(|day| self.day(day)).collect();
        let other_steps = self.add_steps(&mut days);
        Explanation { error: None, provisional, days, other_steps, totals: self.totals() }
    }

    /// True until there were too many texts. No list grows after that.
    fn has_room(&self) -> bool {
        self.left.get().is_some()
    }

    /// Counts a text. Every text of an explanation comes through here.
    fn counted(&self, text: String) -> String {
        self.left.set(self.left.get().and_then(|left| left.checked_sub(text.len() + TEXT_BYTES)));
        text
    }

    /// Every workday with at least one row, in order.
    fn workdays(&self) -> Vec<Workday> {
        let mut days: Vec<Workday> = Vec::new();
        days.extend(self.results.workdays.rows(self.own.workdays.clone()).map(|row| row.workday));
        days.extend(self.lines().map(|row| row.workday));
        days.extend(self.exceptions().map(|row| row.workday));
        days.extend(self.spans().iter().map(|span| span.reporting_workday));
        days.sort_unstable();
        days.dedup();
        days
    }

    fn day(&self, workday: Workday) -> DayExplanation {
        let row = self.results.workdays.rows(self.own.workdays.clone());
        let row = row.into_iter().find(|row| row.workday == workday);
        let lines = self.lines().filter(|line| line.workday == workday);
        let overrides = self.overrides().filter(|row| row.workday == workday);
        let exceptions = (0..).zip(self.exceptions()).filter(|(_, row)| row.workday == workday);
        DayExplanation {
            workday,
            day_type: row.map(|row| row.day_type),
            title: self.counted(title(workday, row.map(|row| (row.day_type, row.worked)))),
            timeline: self.timeline(workday),
            pay: lines.take_while(|_| self.has_room()).map(|line| self.pay(line)).collect(),
            overrides: overrides.take_while(|_| self.has_room()).map(|row| self.overridden(row)).collect(),
            exceptions: exceptions
                .take_while(|_| self.has_room())
                .map(|(position, row)| self.exception(position, row))
                .collect(),
            steps: Vec::new(),
        }
    }

    fn timeline(&self, workday: Workday) -> Vec<TimelineSentence> {
        let spans = self.spans().iter().filter(|span| span.reporting_workday == workday);
        let base = spans.map(|span| (span.start, span.end, state(span.state), span.code, span.reason, span.tag));
        let premiums = self.premiums().filter(|premium| premium.reporting_workday == workday);
        let beside = premiums.map(|span| (span.start, span.end, "premium", span.code, span.reason, TagId::NONE));
        base.chain(beside)
            .take_while(|_| self.has_room())
            .map(|(start, end, what, code, reason, tag)| TimelineSentence {
                from: self.counted(local_on(self.zone, start, workday)),
                to: self.counted(local_on(self.zone, end, workday)),
                length: end.since(start),
                what,
                pay_code: self.code(code),
                rule: self.rule(reason.rule),
                because: self.because(reason, workday),
                tag: self.counted(self.tags.get(tag).map_or_else(String::new, ToString::to_string)),
            })
            .collect()
    }

    /// Why the timecard could not be evaluated. The failure of a plugin has more detail than the error.
    fn error(&self, failed: EvaluationError) -> String {
        let failure = self.failures().find(|failure| !failure.skipped);
        match (failed, failure) {
            (EvaluationError::Plugin { code }, Some(told)) => {
                self.counted(format!("{}: {}", code.error_code(), failure_words(told)))
            }
            _ => self.counted(error(failed)),
        }
    }

    fn failures(&self) -> impl Iterator<Item = &PluginFailure> {
        self.results.failures.iter().filter(|failure| failure.card as usize == self.index)
    }

    /// The grounds with their figures; for a plugin's reason, its text.
    fn because(&self, reason: Reason, workday: Workday) -> String {
        self.counted(
            self.says(reason, workday).unwrap_or_else(|| self.with_filter(reason.rule, because(reason.because))),
        )
    }

    /// Grounds with the tags that the rule is for.
    fn with_filter(&self, rule: RuleId, grounds: String) -> String {
        match self.names.tags_wanted_by(rule) {
            Some(filter) => format!("{grounds}, where {filter}"),
            None => grounds,
        }
    }

    /// The text of a plugin's reason.
    fn says(&self, reason: Reason, workday: Workday) -> Option<String> {
        let Because::ByPlugin { reason: number } = reason.because else { return None };
        let first = u32::try_from(self.own.reasons.start).ok()?;
        let figures = self.results.reasons.get(first.checked_add(number)?)?;
        let Explainer { names, zone, language, .. } = *self;
        Listener { names, zone, workday: Some(workday), language }.reason(reason.rule, figures)
    }

    fn pay(&self, line: PayLine) -> PaySentence {
        PaySentence {
            pay_code: self.code(line.code),
            amount: self.amount(line.code, line.amount),
            paid: self.names.pay_code(line.code).is_none_or(|info| info.paid),
            rule: self.rule(line.rule),
            because: self
                .grounds(line)
                .unwrap_or_else(|| self.counted(self.with_filter(line.rule, because_number(line.because).to_owned()))),
        }
    }

    /// The grounds of a pay line with their figures, where the results contain them. A plugin may have several reasons.
    fn grounds(&self, line: PayLine) -> Option<String> {
        let fits = |workday: Workday, code: PayCode, reason: Reason| {
            workday == line.workday
                && code == line.code
                && reason.rule == line.rule
                && reason.because.number() == line.because
        };
        let spans = self.spans().iter().map(|span| (span.reporting_workday, span.code, span.reason));
        let premiums = self.premiums().map(|span| (span.reporting_workday, span.code, span.reason));
        let quantities = self.quantities().map(|quantity| (quantity.workday, quantity.code, quantity.reason));
        let mut reasons =
            spans.chain(premiums).chain(quantities).filter(|(day, code, reason)| fits(*day, *code, *reason));
        let (_, _, first) = reasons.next()?;
        let told = self.because(first, line.workday);
        if !matches!(first.because, Because::ByPlugin { .. }) {
            return Some(told);
        }
        let mut met = HashSet::from([told.clone()]);
        let mut all = vec![told];
        for (_, _, reason) in reasons.take_while(|_| self.has_room()) {
            let more = self.because(reason, line.workday);
            if met.insert(more.clone()) {
                all.push(more);
            }
        }
        Some(all.join("; "))
    }

    fn overridden(&self, row: OverrideRow) -> OverrideSentence {
        let pay_code = self.code(row.code);
        let OverrideRow { amount, computed, computed_before, .. } = row;
        let mut text = format!("a person stated {amount} of `{pay_code}`, and {computed} is computed");
        if row.is_stale() {
            text.push_str(&format!("; it was {computed_before} at that time"));
        }
        OverrideSentence { pay_code, row, text: self.counted(text) }
    }

    fn exception(&self, position: u32, row: ExceptionRow) -> ExceptionSentence {
        ExceptionSentence {
            code: row.code.code(),
            severity: row.severity,
            state: row.state,
            text: self.about(position, row),
        }
    }

    /// What happened, with the text of the plugin that marked it.
    fn about(&self, position: u32, row: ExceptionRow) -> String {
        let mut marks = self.results.marks.rows(self.own.marks.clone());
        let because =
            marks.find(|mark| mark.exception == position).map(|mark| Because::ByPlugin { reason: mark.reason });
        let says = because.and_then(|because| self.says(Reason { rule: row.rule, because }, row.workday));
        self.counted(match says {
            Some(says) => about_marked(&row, &says, self.zone),
            None if row.code == ExceptionCode::PluginFailed => self.failed(row),
            None => about(&row, self.zone),
        })
    }

    /// The failures of skipped plugins: on the day of the exception, or else on any day.
    fn failed(&self, row: ExceptionRow) -> String {
        let skipped = || self.failures().filter(|failure| failure.skipped);
        let of_day = skipped().filter(|failure| failure.workday == Some(row.workday));
        let mut told: Vec<String> = of_day.map(failure_words).collect();
        if told.is_empty() {
            told.extend(skipped().map(failure_words));
        }
        if told.is_empty() { about(&row, self.zone) } else { told.join("; ") }
    }

    /// Adds every step to its day and returns the steps that belong to no day.
    fn add_steps(&self, days: &mut [DayExplanation]) -> Vec<String> {
        let mut others = Vec::new();
        let notes = self.results.notes.get(self.own.notes.clone()).unwrap_or(&[]);
        for step in notes.iter().take_while(|_| self.has_room()) {
            let workday = self.workday_of(step);
            match days.iter_mut().find(|day| day.workday == workday) {
                Some(day) => day.steps.push(self.step(step, workday)),
                None => others.push(self.step(step, workday)),
            }
        }
        others
    }

    fn step(&self, step: &Note, workday: Workday) -> String {
        self.counted(note(step, self.names, self.zone, workday, |reason| self.says(reason, workday)))
    }

    fn workday_of(&self, note: &Note) -> Workday {
        match *note {
            Note::DidNotAct { from, .. } => from,
            Note::DayTyped { workday, .. }
            | Note::Attested { workday, .. }
            | Note::MealWaived { workday, .. }
            | Note::ExceptionWaived { workday, .. }
            | Note::ShiftMoved { workday, .. }
            | Note::ToleranceExceeded { workday, .. }
            | Note::LatenessWaived { workday, .. }
            | Note::PremiumLimited { workday, .. }
            | Note::Watched { workday, .. } => workday,
            Note::Matched { scheduled: Some(scheduled), .. } => scheduled,
            Note::Dropped { at, .. }
            | Note::PunchNotKnown { at, .. }
            | Note::ClockWasOff { to: at, .. }
            | Note::Rounded { from: at, .. }
            | Note::Matched { first: at, .. }
            | Note::Corrected(
                Corrected::Added { at }
                | Corrected::Voided { at }
                | Corrected::Moved { to: at, .. }
                | Corrected::Kind { at, .. },
            )
            | Note::CorrectionRefused { at, .. } => self.workday_at(at),
            Note::TakenOff { start, .. } | Note::Recoded { start, .. } | Note::Rejected { start, .. } => {
                self.workday_at(start)
            }
            Note::Approval { time: ApprovalTime::Span { start, .. }, .. } => self.workday_at(start),
            Note::Approval { time: ApprovalTime::Workday(workday) | ApprovalTime::Length(workday, _), .. } => workday,
            Note::ByPlugin { edited, .. } => self.workday_of_edit(edited),
        }
    }

    fn workday_of_edit(&self, edited: Edited) -> Workday {
        match edited {
            Edited::Expected { workday, .. } | Edited::Quantity { workday, .. } | Edited::Marked { workday, .. } => {
                workday
            }
            Edited::Retimed { from: at, .. }
            | Edited::Discarded { at }
            | Edited::Added { start: at, .. }
            | Edited::Recoded { start: at, .. }
            | Edited::Resized { start: at, .. }
            | Edited::Split { at }
            | Edited::Premium { start: at, .. } => self.workday_at(at),
            // What is carried over belongs to no day.
            Edited::Carried { .. } => Workday::FIRST,
        }
    }

    /// The workday that an instant is shown on: of the span it lies in or borders on, else its local date.
    fn workday_at(&self, at: Timestamp) -> Workday {
        let inside = self.spans().iter().find(|span| span.start <= at && at < span.end);
        let bordering = || self.spans().iter().find(|span| span.end == at);
        inside.or_else(bordering).map_or_else(|| self.zone.date_at(at), |span| span.reporting_workday)
    }

    fn totals(&self) -> Vec<TotalSentence> {
        let rows = self.results.totals.rows(self.own.totals.clone());
        rows.take_while(|_| self.has_room())
            .map(|row| TotalSentence {
                scope: row.scope,
                from: row.from,
                pay_code: self.code(row.code),
                amount: self.amount(row.code, row.amount),
            })
            .collect()
    }

    fn rule(&self, rule: RuleId) -> String {
        self.counted(self.names.rule(rule).to_owned())
    }

    fn code(&self, code: PayCode) -> String {
        self.counted(self.names.pay_code(code).map_or_else(|| code.0.to_string(), |info| info.name.clone()))
    }

    fn amount(&self, code: PayCode, amount: u32) -> String {
        self.counted(self::amount(self.names, code, amount))
    }

    fn lines(&self) -> impl Iterator<Item = PayLine> + '_ {
        self.results.lines.rows(self.own.lines.clone())
    }

    fn overrides(&self) -> impl Iterator<Item = OverrideRow> + '_ {
        self.results.overrides.rows(self.own.overrides.clone())
    }

    fn exceptions(&self) -> impl Iterator<Item = ExceptionRow> + '_ {
        self.results.exceptions.rows(self.own.exceptions.clone())
    }

    fn spans(&self) -> &[Span] {
        self.results.spans.get(self.own.spans.clone()).unwrap_or(&[])
    }

    fn premiums(&self) -> impl Iterator<Item = &PremiumSpan> {
        self.results.premiums.get(self.own.premiums.clone()).unwrap_or(&[]).iter()
    }

    fn quantities(&self) -> impl Iterator<Item = &Quantity> {
        self.results.quantities.get(self.own.quantities.clone()).unwrap_or(&[]).iter()
    }
}

fn title(workday: Workday, known: Option<(DayType, Seconds)>) -> String {
    let weekday = workday.weekday().short();
    match known {
        Some((of, worked)) => format!("{weekday} {workday}, {}: {worked} of work", day_type(of)),
        None => format!("{weekday} {workday}, not in the pay period"),
    }
}

const fn state(state: SpanState) -> &'static str {
    match state {
        SpanState::Worked => "work",
        SpanState::PaidBreak => "paid break",
        SpanState::UnpaidBreak => "unpaid break",
        SpanState::Leave => "leave",
    }
}

/// Written as plain text, one fact on a line.
impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(error) = &self.error {
            return writeln!(f, "This timecard could not be evaluated. {error}.");
        }
        if self.provisional {
            writeln!(
                f,
                "Provisional: the figures may still change; `context_short`, `facts_rejected` or `plugin_failed` says why.\n"
            )?;
        }
        for day in &self.days {
            writeln!(f, "{day}")?;
        }
        for step in &self.other_steps {
            writeln!(f, "{step}")?;
        }
        write_totals(f, &self.totals)
    }
}

/// An amount of a pay code for people: `8:00`, or `1 time`.
pub fn amount(names: &Names, code: PayCode, amount: u32) -> String {
    match names.pay_code(code).map_or(Unit::Second, |info| info.unit) {
        Unit::Second => Seconds(amount).to_string(),
        Unit::Count if amount == 1 => "1 time".to_owned(),
        Unit::Count => format!("{amount} times"),
    }
}

fn write_totals(f: &mut fmt::Formatter<'_>, totals: &[TotalSentence]) -> fmt::Result {
    let mut last = None;
    for total in totals {
        if last != Some((total.scope, total.from)) {
            match total.scope {
                TotalScope::Workweek => writeln!(f, "Workweek from {}", total.from)?,
                TotalScope::PayPeriod => writeln!(f, "Pay period from {}", total.from)?,
            }
            last = Some((total.scope, total.from));
        }
        writeln!(f, "  {:>9}  {}", total.amount, total.pay_code)?;
    }
    Ok(())
}

impl fmt::Display for DayExplanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.title)?;
        for line in &self.pay {
            let unpaid = if line.paid { "" } else { " (not paid)" };
            writeln!(f, "  {:>9}  {}{unpaid}: {} (rule `{}`)", line.amount, line.pay_code, line.because, line.rule)?;
        }
        for stated in &self.overrides {
            writeln!(f, "    {}", stated.text)?;
        }
        for stretch in &self.timeline {
            let TimelineSentence { from, to, what, pay_code, because, tag, .. } = stretch;
            let length = stretch.length.to_string();
            let tag = if tag.is_empty() { String::new() } else { format!(" [{tag}]") };
            writeln!(f, "    {from} to {to}  {length:>7}  {what}{tag}, {pay_code}: {because}")?;
        }
        for exception in &self.exceptions {
            writeln!(f, "  ! {} ({}, {}): {}", exception.code, exception.severity, exception.state, exception.text)?;
        }
        for step in &self.steps {
            writeln!(f, "    - {step}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use shiftmill_core::{
        Argument, CardResult, FailureCode, Hook, Layer, MarkRow, Multiplier, PayCodeInfo, ReasonRule, RuleId,
        ValueKind, WorkdayRow,
    };

    use super::*;

    const MONDAY: Workday = Workday(20514);

    fn names() -> Names {
        let code = |name: &str| PayCodeInfo {
            name: name.into(),
            layer: Layer::Base,
            unit: Unit::Second,
            paid: true,
            multiplier: Multiplier::PLAIN,
        };
        Names {
            rules: ["worked", "punches", "attendance", "leave", "daily-8"].map(String::from).to_vec(),
            pay_codes: vec![code("regular"), code("unpaid_break"), code("overtime_1_5")],
            ..Names::default()
        }
    }

    fn ten_hours() -> Evaluations {
        let mut results = Evaluations::default();
        let worked = Seconds::hours(10);
        results.workdays.push(WorkdayRow { workday: MONDAY, day_type: DayType::Workday, punches: 2, worked });
        let beyond = Reason { rule: RuleId(4), because: Because::BeyondDay { limit: Seconds::hours(8) } };
        for (from, to, code, reason) in [(8, 16, PayCode::REGULAR, Reason::WORKED), (16, 18, PayCode(2), beyond)] {
            let at = |hour: i64| Timestamp(i64::from(MONDAY.0) * 86_400 + hour * 3_600);
            results.spans.push(Span {
                start: at(from),
                end: at(to),
                overtime_workday: MONDAY,
                reporting_workday: MONDAY,
                state: SpanState::Worked,
                day_type: DayType::Workday,
                shift: Some(0),
                tag: TagId::NONE,
                code,
                reason,
            });
            let amount = at(to).since(at(from)).0;
            let because = reason.because.number();
            results.lines.push(PayLine { workday: MONDAY, code, amount, rule: reason.rule, because });
        }
        let ends = results.ends();
        results.cards.push(CardResult { ends, provisional: false, error: None });
        results
    }

    #[test]
    fn sentences_are_counted_as_they_are_made() {
        // Two thousand quantities on one day, each a reason of a plugin of half a kilobyte.
        let mut results = ten_hours();
        let mut names = names();
        let rule = ReasonRule {
            key: "long".to_owned(),
            english: format!("{} {{often}}", "x".repeat(500)),
            chinese: String::new(),
            arguments: vec![Argument { name: "often".to_owned(), kind: ValueKind::Whole }],
        };
        names.reasons.push((RuleId(4), rule));
        for number in 0..2_000_u32 {
            let because = Because::ByPlugin { reason: number };
            results.reasons.push(&[i64::from(number)]);
            let reason = Reason { rule: RuleId(4), because };
            results.quantities.push(Quantity { workday: MONDAY, code: PayCode(2), amount: 1, reason });
        }
        let because = Because::ByPlugin { reason: 0 }.number();
        let line = PayLine { workday: MONDAY, code: PayCode(2), amount: 2_000, rule: RuleId(4), because };
        results.lines.push(line);
        results.cards.clear();
        let ends = results.ends();
        results.cards.push(CardResult { ends, provisional: false, error: None });
        let zone = Zone::fixed("Etc/UTC", 0);
        let explained =
            |bytes_max| explain(&names, &TagDictionary::default(), &results, 0, &zone, Language::English, bytes_max);
        let told = explained(usize::MAX).unwrap();
        assert!(told.days[0].pay[2].because.len() > 1_000_000);
        assert_eq!(explained(1 << 18), Err(ExplainError::TooLong { bytes_max: 1 << 18 }));
        assert_eq!(
            explain(&names, &TagDictionary::default(), &results, 1, &zone, Language::English, 1),
            Err(ExplainError::NoTimecard { index: 1 })
        );
    }

    #[test]
    fn a_day_is_written_as_text() {
        let told = explain(
            &names(),
            &TagDictionary::default(),
            &ten_hours(),
            0,
            &Zone::fixed("Etc/UTC", 0),
            Language::English,
            usize::MAX,
        )
        .unwrap();
        let expected = "\
Mon 2026-03-02, an ordinary workday: 10:00 of work
       8:00  regular: worked (rule `worked`)
       2:00  overtime_1_5: beyond 8:00 in the workday (rule `daily-8`)
    08:00 to 16:00     8:00  work, regular: worked
    16:00 to 18:00     2:00  work, overtime_1_5: beyond 8:00 in the workday
";
        assert_eq!(told.days[0].to_string(), expected);
    }

    /// A night meal and a mark of a plugin, beside a day of ten hours.
    fn with_plugin(names: &mut Names) -> Evaluations {
        names.rules.push("night-meal/long-night".to_owned());
        names.pay_codes.push(PayCodeInfo {
            name: "night_meal".to_owned(),
            layer: Layer::Quantity,
            unit: Unit::Count,
            paid: true,
            multiplier: Multiplier::PLAIN,
        });
        let worked = Argument { name: "worked".to_owned(), kind: ValueKind::Length };
        let rule = ReasonRule {
            key: "long-night".to_owned(),
            english: "worked {worked} into the night".to_owned(),
            chinese: "夜间工作{worked}".to_owned(),
            arguments: vec![worked],
        };
        names.reasons.push((RuleId(5), rule));
        let mut results = ten_hours();
        let reason = |reason| Reason { rule: RuleId(5), because: Because::ByPlugin { reason } };
        let at = Timestamp(i64::from(MONDAY.0) * 86_400 + 22 * 3_600);
        let meal = |number| Quantity { workday: MONDAY, code: PayCode(3), amount: 1, reason: reason(number) };
        results.quantities = vec![meal(0), meal(1), meal(0)];
        results.lines.push(PayLine { workday: MONDAY, code: PayCode(3), amount: 3, rule: RuleId(5), because: 22 });
        for code in [ExceptionCode::LateOut, ExceptionCode::NeedsReview] {
            results.exceptions.push(ExceptionRow {
                workday: MONDAY,
                code,
                state: ExceptionState::Final,
                severity: Severity::Medium,
                at,
                measure: Seconds::ZERO,
                rule: RuleId(5),
            });
        }
        results.marks.push(MarkRow { exception: 1, reason: 1 });
        results.reasons.push(&[36_000]);
        results.reasons.push(&[43_200]);
        for amount in [1, 0] {
            let edited = Edited::Quantity { workday: MONDAY, code: PayCode(3), amount };
            results.notes.push(Note::ByPlugin { reason: reason(1), edited });
        }
        results.cards[0].ends = results.ends();
        results
    }

    #[test]
    fn a_plugin_explains_its_own_pay() {
        let mut names = names();
        let results = with_plugin(&mut names);
        let told = |language| {
            explain(&names, &TagDictionary::default(), &results, 0, &Zone::fixed("Etc/UTC", 0), language, usize::MAX)
                .unwrap()
        };
        let day = told(Language::English).days.remove(0);
        assert_eq!(day.pay[2].because, "worked 10:00 into the night; worked 12:00 into the night");
        assert_eq!(day.exceptions[0].text, "out well after the scheduled end (at 22:00)");
        assert_eq!(day.exceptions[1].text, "worked 12:00 into the night (at 22:00)");
        let step = "1 time is paid as `night_meal`, by rule `night-meal/long-night`: worked 12:00 into the night.";
        let none = "Nothing is paid as `night_meal`, by rule `night-meal/long-night`: worked 12:00 into the night.";
        assert_eq!(day.steps, [step, none]);
        let day = told(Language::Chinese).days.remove(0);
        assert_eq!(day.pay[2].because, "夜间工作10:00; 夜间工作12:00");
        assert_eq!(day.pay[0].because, "worked");
    }

    #[test]
    fn a_failure_of_a_plugin_is_written_on_its_day() {
        let failure = |code, skipped| PluginFailure {
            card: 0,
            binding: "meals".to_owned(),
            plugin: "night-meal 0.3.1".to_owned(),
            hook: Hook::Days,
            code,
            workday: Some(MONDAY),
            message: "src/lib.rs:41:9: no punches".to_owned(),
            skipped,
        };
        let mut results = ten_hours();
        results.failures.push(failure(FailureCode::Panic, true));
        let row = ExceptionRow {
            workday: MONDAY,
            code: ExceptionCode::PluginFailed,
            state: ExceptionState::Final,
            severity: Severity::Critical,
            at: Timestamp(0),
            measure: Seconds::ZERO,
            rule: RuleId::PUNCHES,
        };
        results.exceptions.push(row);
        results.cards[0].ends = results.ends();
        let zone = Zone::fixed("Etc/UTC", 0);
        let told =
            explain(&names(), &TagDictionary::default(), &results, 0, &zone, Language::English, usize::MAX).unwrap();
        let words = "plugin night-meal 0.3.1, called `meals`, failed on 2026-03-02 (hook `days`): src/lib.rs:41:9: no \
                     punches";
        assert_eq!(told.days[0].exceptions[0].text, words);
        results.failures.push(failure(FailureCode::Budget, false));
        results.cards[0].error = Some(EvaluationError::Plugin { code: FailureCode::Budget });
        let told =
            explain(&names(), &TagDictionary::default(), &results, 0, &zone, Language::English, usize::MAX).unwrap();
        assert_eq!(told.error, Some(format!("SM-PLUGIN-BUDGET: {words}")));
    }

    #[test]
    fn without_spans_the_grounds_have_no_figures() {
        let mut results = ten_hours();
        results.spans.clear();
        results.cards[0].ends.spans = 0;
        let told = explain(
            &names(),
            &TagDictionary::default(),
            &results,
            0,
            &Zone::fixed("Etc/UTC", 0),
            Language::English,
            usize::MAX,
        )
        .unwrap();
        assert_eq!(told.days[0].pay[1].because, "beyond the limit of the workday");
    }
}
