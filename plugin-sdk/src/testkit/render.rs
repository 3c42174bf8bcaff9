//! Writes edits and complaints as text.

use crate::codes::ExceptionCode;
use crate::contract::{Cards, Complaint, EditKind, Edits, Manifest, ValueKind};
use crate::testkit::codes::Codes;
use crate::time::{Clock, Instant, Length, WALL_DAY, Workday};
use crate::zone::Zone;

/// The names of the numbers in an answer.
pub struct Renderer<'a> {
    pub manifest: &'a Manifest,
    pub cards: &'a Cards,
    pub codes: &'a Codes,
}

impl Renderer<'_> {
    /// Every edit as a line.
    pub fn edits(&self, edits: &Edits) -> Vec<String> {
        (0..edits.kind.len())
            .map(|edit| format!("{}: {}", self.change(edits, edit), self.reason(edits, edit)))
            .collect()
    }

    /// Every complaint as a line.
    pub fn complaints(&self, complaints: &[Complaint]) -> Vec<String> {
        let line = |complaint: &Complaint| match complaint.workday.get() {
            Some(workday) => format!("{}: {}", day(workday), complaint.message.as_str()),
            None => complaint.message.as_str().to_owned(),
        };
        complaints.iter().map(line).collect()
    }

    fn change(&self, edits: &Edits, edit: usize) -> String {
        let row = edits.row[edit] as usize;
        let workday = day(edits.workday[edit]);
        let code = self.codes.name(i64::from(edits.code[edit]));
        let amount = edits.amount[edit];
        let at = self.clock(edits.start[edit]);
        let stretch = || self.stretch(edits.start[edit], edits.end[edit]);
        let kind = EditKind::ALL.iter().copied().find(|kind| *kind as u8 == edits.kind[edit]);
        match kind {
            Some(EditKind::Retime) => format!("{} retime {} to {at}", self.day_of_punch(row), self.punch(row)),
            Some(EditKind::Discard) => format!("{} discard {}", self.day_of_punch(row), self.punch(row)),
            Some(EditKind::Expect) => {
                format!("{} expect {} for {}", self.day_of_scheduled(row), stretch(), self.scheduled(row))
            }
            Some(EditKind::Add) if amount == 0 => format!("{workday} add work {} as {code}", stretch()),
            Some(EditKind::Add) => format!("{workday} add paid_break {} as {code}", stretch()),
            Some(EditKind::Recode) => format!("{} recode {} to {code}", self.day_of_span(row), stretch()),
            Some(EditKind::Resize) => format!("{} resize {} to {}", self.day_of_span(row), self.span(row), stretch()),
            Some(EditKind::Split) => format!("{} split {} at {at}", self.day_of_span(row), self.span(row)),
            Some(EditKind::Premium) => format!("{} premium {code} over {}", self.day_of_span(row), stretch()),
            Some(EditKind::Quantity) if self.codes.counts_time(edits.code[edit]) => {
                format!("{workday} quantity {code} {}", length(amount))
            }
            Some(EditKind::Quantity) => format!("{workday} quantity {code} {amount}"),
            Some(EditKind::Mark) if amount == 0 => format!("{workday} mark {} at {at}", exception(edits.code[edit])),
            Some(EditKind::Mark) => {
                format!("{workday} mark {} {} at {at}", exception(edits.code[edit]), length(amount))
            }
            Some(EditKind::Carry) => {
                format!("carry {} {amount}", self.manifest.carried.get()[usize::from(edits.code[edit])].key.get())
            }
            None => panic!("there is no edit of kind {}", edits.kind[edit]),
        }
    }

    fn reason(&self, edits: &Edits, edit: usize) -> String {
        let start = edit.checked_sub(1).map_or(0, |before| edits.argument_end[before]) as usize;
        let figures = &edits.arguments[start..edits.argument_end[edit] as usize];
        let rule = &self.manifest.rules.get()[usize::from(edits.rule[edit])];
        let arguments = rule.arguments.get().iter().zip(figures);
        arguments.fold(rule.english.get().to_owned(), |text, (argument, figure)| {
            text.replace(&format!("{{{}}}", argument.name.get()), &self.figure(argument.kind, *figure))
        })
    }

    fn figure(&self, kind: ValueKind, figure: i64) -> String {
        match kind {
            ValueKind::Length => length(figure),
            ValueKind::Clock => Clock::from_seconds(figure as u32).unwrap_or_default().to_string(),
            ValueKind::Instant => format!("{} {}", self.date(figure), self.clock(figure)),
            ValueKind::Workday => Workday::from_days(figure as i32).to_string(),
            ValueKind::Flag => (figure != 0).to_string(),
            ValueKind::PayCode
            | ValueKind::BaseCode
            | ValueKind::PremiumCode
            | ValueKind::TimeCode
            | ValueKind::CountCode => self.codes.name(figure),
            ValueKind::Exception => exception(figure as u16),
            ValueKind::Whole | ValueKind::Choice | ValueKind::Text | ValueKind::Rows => figure.to_string(),
        }
    }

    fn day_of_punch(&self, row: usize) -> String {
        self.owner(&self.cards.days.punch_end, row)
    }

    fn day_of_scheduled(&self, row: usize) -> String {
        self.owner(&self.cards.days.scheduled_end, row)
    }

    fn day_of_span(&self, row: usize) -> String {
        self.owner(&self.cards.days.span_end, row)
    }

    fn owner(&self, ends: &[u32], row: usize) -> String {
        day(self.cards.days.workday[ends.partition_point(|end| *end as usize <= row)])
    }

    fn punch(&self, row: usize) -> String {
        self.clock(self.cards.punches.at[row])
    }

    fn scheduled(&self, row: usize) -> String {
        self.stretch(self.cards.scheduled.start[row], self.cards.scheduled.end[row])
    }

    fn span(&self, row: usize) -> String {
        self.stretch(self.cards.spans.start[row], self.cards.spans.end[row])
    }

    fn stretch(&self, start: i64, end: i64) -> String {
        format!("{}-{}", self.clock(start), self.clock(end))
    }

    /// The wall-clock time.
    fn clock(&self, at: i64) -> String {
        Clock::from_seconds(self.wall(at).rem_euclid(WALL_DAY) as u32).unwrap_or_default().to_string()
    }

    fn date(&self, at: i64) -> Workday {
        Workday::from_days(self.wall(at).div_euclid(WALL_DAY) as i32)
    }

    fn wall(&self, at: i64) -> i64 {
        Zone::new(&self.cards.zones, 0).wall_at(Instant::from_unix(at))
    }
}

fn day(workday: i32) -> String {
    let workday = Workday::from_days(workday);
    format!("{} {workday}", workday.weekday().short())
}

fn length(seconds: i64) -> String {
    Length::seconds(seconds as u32).to_string()
}

fn exception(code: u16) -> String {
    ExceptionCode::from_number(code as u8).to_string()
}
