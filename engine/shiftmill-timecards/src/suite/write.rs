//! A timecard as a claim of a suite: [`super::parse`] reads back every fact.

use std::collections::BTreeMap;

use shiftmill_core::{
    Approval, ApprovalStatus, ApprovalTime, Attestation, CardFacts, Compensation, Correction, CorrectionKind,
    DayOverride, EvaluationWindow, Fold, Leave, LeaveTime, ManualHours, Names, Override, PunchKind, PunchRef,
    RosterKind, ShiftFact, ShiftTimes, TagDictionary, TagId, Timestamp, WaiverKind, Workday, Zone,
};

use super::ClockTime;
use super::cells::DIVIDER;

/// Writes the facts of a card and the window of its evaluation, as below the heading of a claim. The expected results
/// are for the caller to add.
///
/// Leave is written without the time at which it was recorded, and punches without their numbers.
///
/// ```
/// use shiftmill_core::{
///     CardFacts, EvaluationWindow, Names, Punch, PunchKind, TagDictionary, TagId, Timestamp, Workday, WorkdayRange, Zone,
/// };
/// use shiftmill_timecards::suite;
///
/// let monday = Workday(20514);
/// let days = WorkdayRange { first: monday, last: monday };
/// let window = EvaluationWindow { pay_period: days, facts: days, as_of: Timestamp(1_772_500_000), require_final: false };
/// let punch = |at, kind| Punch { at: Timestamp(at), kind, id: None, tag: TagId::NONE, recorded_at: None };
/// let punches = vec![punch(1_772_438_400, PunchKind::In), punch(1_772_467_200, PunchKind::Out)];
/// let card = CardFacts { punches, ..CardFacts::default() };
/// let text = suite::facts(&card, &window, &Zone::fixed("Etc/UTC", 0), &Names::default(), &TagDictionary::default());
/// assert!(text.contains("| Mon 2026-03-02 | in 08:00, out 16:00 |"), "{text}");
/// ```
pub fn facts(card: &CardFacts, window: &EvaluationWindow, zone: &Zone, names: &Names, tags: &TagDictionary) -> String {
    // Every list is named, so that a new one does not compile until it is written here or in the statements.
    let CardFacts {
        employee: _,
        ruleset: _,
        zone: _,
        rejected_rows: _,
        tag: _,
        punches: _,
        shifts,
        leave,
        corrections,
        waivers,
        day_overrides,
        approvals,
        employment: _,
        assignments: _,
        manual_hours,
        attestations,
        overrides,
        opening_balances: _,
        carried: _,
    } = card;
    let mut rows = Rows { zone, tags, days: BTreeMap::new() };
    rows.punches(card);
    rows.shifts(shifts, names);
    leave.iter().for_each(|leave| rows.leave(leave, names));
    day_overrides.iter().for_each(|day| rows.day_type(day));
    waivers.iter().for_each(|waiver| rows.add(waiver.workday, "waived", waived(waiver.kind)));
    corrections.iter().for_each(|correction| rows.correction(correction, card));
    approvals.iter().for_each(|approval| rows.approval(approval));
    manual_hours.iter().for_each(|hours| rows.manual_hours(hours, names));
    attestations.iter().for_each(|said| rows.attestation(said, names));
    overrides.iter().for_each(|stated| rows.overridden(stated, names));
    if rows.days.is_empty() {
        rows.days.insert(window.pay_period.first, BTreeMap::from([("punches", Vec::new())]));
    }
    let tag = tags.get(card.tag).map_or_else(String::new, |tag| format!("Tag: {tag}.\n"));
    format!("{}{tag}\n{}", statements(card, window, zone, names), rows.table())
}

fn statements(card: &CardFacts, window: &EvaluationWindow, zone: &Zone, names: &Names) -> String {
    let (paid, facts) = (window.pay_period, window.facts);
    let mut text = format!("Zone: {}. Pay period: {} to {}.\n", zone.name(), paid.first, paid.last);
    text.push_str(&format!("Facts: {} to {}. As of: {}.\n", facts.first, facts.last, moment(zone, window.as_of)));
    for employment in &card.employment {
        let stretch = match (employment.hired, employment.left) {
            (Some(hired), Some(left)) => format!("{hired} to {left}"),
            (Some(hired), None) => format!("from {hired}"),
            (None, Some(left)) => format!("until {left}"),
            (None, None) => continue,
        };
        text.push_str(&format!("Employed: {stretch}.\n"));
    }
    for balance in &card.opening_balances {
        text.push_str(&format!("Opening balance: {} {}.\n", names.rule(balance.rule), balance.amount));
    }
    if card.rejected_rows > 0 {
        text.push_str(&format!("Rejected rows: {}.\n", card.rejected_rows));
    }
    if !card.carried.is_empty() {
        let name = |key: usize| names.carried.get(key).map_or("", String::as_str);
        let values = card.carried.iter().map(|it| format!("{} {}", name(usize::from(it.key.0)), it.value));
        text.push_str(&format!("Carried: {}.\n", values.collect::<Vec<_>>().join(", ")));
    }
    text
}

/// The columns, in their order.
const COLUMNS: [&str; 10] = [
    "punches",
    "scheduled",
    "leave",
    "day type",
    "waived",
    "corrections",
    "approvals",
    "manual",
    "attested",
    "overrides",
];

/// The cells of each workday, by column.
struct Rows<'a> {
    zone: &'a Zone,
    tags: &'a TagDictionary,
    days: BTreeMap<Workday, BTreeMap<&'static str, Vec<String>>>,
}

impl Rows<'_> {
    fn add(&mut self, workday: Workday, column: &'static str, item: String) {
        self.days.entry(workday).or_default().entry(column).or_default().push(item);
    }

    /// An item with its tag in brackets.
    fn tagged(&self, item: String, tag: TagId) -> String {
        match self.tags.get(tag) {
            Some(tag) => format!("{item} [{tag}]"),
            None => item,
        }
    }

    /// Two of one day, and two of parts of it, agree.
    fn day_type(&mut self, day: &DayOverride) {
        let item = match day.window {
            Some(window) => format!("{} {window}", day.day_type),
            None => day.day_type.code().to_owned(),
        };
        let items = self.days.entry(day.workday).or_default().entry("day type").or_default();
        if !items.contains(&item) {
            items.push(item);
        }
    }

    fn punches(&mut self, card: &CardFacts) {
        let mut punches = card.punches.clone();
        punches.sort_by_key(|punch| punch.at);
        for punch in punches {
            let date = self.zone.date_at(punch.at);
            let item = self.tagged(self.punch(punch.at, punch.kind, date), punch.tag);
            let recorded = punch.recorded_at.map(|at| format!(" recorded {}", moment(self.zone, at)));
            self.add(date, "punches", item + recorded.as_deref().unwrap_or_default());
        }
    }

    /// The blocks of a split shift are one item.
    fn shifts(&mut self, shifts: &[ShiftFact], names: &Names) {
        for (index, shift) in shifts.iter().enumerate() {
            let joins = |other: &&ShiftFact| {
                let same = (other.workday, other.kind, other.split) == (shift.workday, shift.kind, shift.split);
                same && shift.split != 0
            };
            let is_first = !shifts.iter().take(index).any(|other| joins(&other));
            if is_first {
                let others = shifts.iter().skip(index + 1).filter(joins);
                let blocks: Vec<String> = others.map(|block| self.tagged(times(block, names), block.tag)).collect();
                let first = self.tagged(scheduled(shift, names), shift.tag);
                let item = [vec![first], blocks].concat().join(DIVIDER);
                self.add(shift.workday, "scheduled", item);
            }
        }
    }

    fn leave(&mut self, leave: &Leave, names: &Names) {
        let code = names.leave.get(usize::from(leave.code)).map_or("", String::as_str);
        match leave.time {
            LeaveTime::Workday(day) => self.add(day, "leave", code.to_owned()),
            LeaveTime::HalfDay(day, half) => self.add(day, "leave", format!("{code} {half} half")),
            LeaveTime::Amount(day, amount) => self.add(day, "leave", format!("{code} {amount}")),
            LeaveTime::Span { start, end } => {
                let date = self.zone.date_at(start);
                let (start, end) = (clock_time(self.zone, start, date), clock_time(self.zone, end, date));
                self.add(date, "leave", format!("{code} {start}-{end}"));
            }
        }
    }

    fn approval(&mut self, approval: &Approval) {
        let (day, time) = match approval.time {
            ApprovalTime::Workday(day) => (day, String::new()),
            ApprovalTime::Length(day, length) => (day, format!(" {length}")),
            ApprovalTime::Span { start, end } => {
                let date = self.zone.date_at(start);
                let (start, end) = (clock_time(self.zone, start, date), clock_time(self.zone, end, date));
                (date, format!(" {start}-{end}"))
            }
        };
        let status = match approval.status {
            ApprovalStatus::Approved => String::new(),
            status @ (ApprovalStatus::Pending | ApprovalStatus::Rejected) => format!(" {status}"),
        };
        let choice = match approval.choice {
            Compensation::Pay => "",
            Compensation::Bank => " bank",
        };
        let recorded = moment(self.zone, approval.recorded_at);
        let item = format!("{}{time}{status}{choice} recorded {recorded}", approval.kind);
        self.add(day, "approvals", item);
    }

    fn manual_hours(&mut self, hours: &ManualHours, names: &Names) {
        let code = names.pay_code(hours.code).map_or("", |info| info.name.as_str());
        let recorded = moment(self.zone, hours.recorded_at);
        self.add(hours.workday, "manual", format!("{code} {} recorded {recorded}", hours.amount));
    }

    fn attestation(&mut self, said: &Attestation, names: &Names) {
        let question = names.attestations.get(usize::from(said.question)).map_or("", String::as_str);
        let (answer, recorded) = (if said.answer { "yes" } else { "no" }, moment(self.zone, said.recorded_at));
        self.add(said.workday, "attested", format!("{question} {answer} recorded {recorded}"));
    }

    fn overridden(&mut self, stated: &Override, names: &Names) {
        let code = names.pay_code(stated.code).map_or("", |info| info.name.as_str());
        let computed = stated.computed.map_or_else(String::new, |computed| format!(" computed {computed}"));
        let recorded = moment(self.zone, stated.recorded_at);
        self.add(stated.workday, "overrides", format!("{code} {}{computed} recorded {recorded}", stated.amount));
    }

    fn correction(&mut self, correction: &Correction, card: &CardFacts) {
        let named = |punch: PunchRef| match punch {
            PunchRef::At(at, kind) => Some((at, kind)),
            PunchRef::Id(id) => {
                let punch = card.punches.iter().find(|punch| punch.id == Some(id))?;
                Some((punch.at, punch.kind))
            }
        };
        let (what, at, tag) = match correction.kind {
            CorrectionKind::Add { at, kind, tag } => ("add", Some((at, kind)), tag),
            CorrectionKind::Void(punch) => ("void", named(punch), TagId::NONE),
            CorrectionKind::Retime { punch, .. } => ("retime", named(punch), TagId::NONE),
            CorrectionKind::SetKind { punch, .. } => ("set_kind", named(punch), TagId::NONE),
        };
        // A number that no punch has corrects nothing.
        let Some((at, kind)) = at else { return };
        let date = self.zone.date_at(at);
        let item = format!("{what} {}", self.punch(at, kind, date));
        let mut item = self.tagged(item, tag);
        match correction.kind {
            CorrectionKind::Retime { to, .. } => item.push_str(&format!(" to {}", clock_time(self.zone, to, date))),
            // `punch` is the word for one without direction.
            CorrectionKind::SetKind { kind: PunchKind::Unknown, .. } => item.push_str(" to punch"),
            CorrectionKind::SetKind { kind, .. } => item.push_str(&format!(" to {}", kind.code().replace('_', " "))),
            CorrectionKind::Add { .. } | CorrectionKind::Void(_) => {}
        }
        item.push_str(&format!(" recorded {}", moment(self.zone, correction.recorded_at)));
        self.add(date, "corrections", item);
    }

    /// `in 08:00`, or `08:00` for a punch without direction.
    fn punch(&self, at: Timestamp, kind: PunchKind, date: Workday) -> String {
        let time = clock_time(self.zone, at, date);
        match kind {
            PunchKind::Unknown => time.to_string(),
            kind => format!("{} {time}", kind.code().replace('_', " ")),
        }
    }

    fn table(&self) -> String {
        let used = |column: &&str| self.days.values().any(|cells| cells.contains_key(column));
        let columns: Vec<&str> = COLUMNS.into_iter().filter(used).collect();
        let header = std::iter::once("workday").chain(columns.iter().copied()).map(str::to_owned).collect();
        let row = |(day, cells): (&Workday, &BTreeMap<&str, Vec<String>>)| {
            let cell = |column: &&str| cells.get(column).map_or_else(String::new, |items| items.join(", "));
            let label = format!("{} {day}", day.weekday().short());
            std::iter::once(label).chain(columns.iter().map(cell)).collect()
        };
        let rows: Vec<Vec<String>> = std::iter::once(header).chain(self.days.iter().map(row)).collect();
        table(&rows)
    }
}

/// A Markdown table: the first row is the header. Bars inside cells are written `\|`.
pub(super) fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let cells = |column: usize| rows.iter().filter_map(move |row| row.get(column));
    let width = |column| cells(column).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0).max(1)).collect();
    let mut text = String::new();
    for (number, row) in rows.iter().enumerate() {
        for (column, width) in widths.iter().enumerate() {
            let cell = row.get(column).map_or("", String::as_str).replace('|', "\\|");
            text.push_str(&format!("| {cell:<width$} "));
        }
        text.push_str("|\n");
        if number == 0 {
            widths.iter().for_each(|width| text.push_str(&format!("|{}", "-".repeat(width + 2))));
            text.push_str("|\n");
        }
    }
    text
}

fn scheduled(shift: &ShiftFact, names: &Names) -> String {
    let kind = shift.kind.code().replace('_', " ");
    if !shift.kind.has_times() {
        return format!("{kind} day");
    }
    let times = times(shift, names);
    if shift.kind == RosterKind::Work { times } else { format!("{kind} {times}") }
}

fn times(shift: &ShiftFact, names: &Names) -> String {
    match shift.times {
        ShiftTimes::Template(index) => names.shifts.get(usize::from(index)).cloned().unwrap_or_default(),
        ShiftTimes::Clock { start, end } => format!("{}-{}", wall_clock(start), wall_clock(end)),
        ShiftTimes::Length(length) => format!("hours {length}"),
        ShiftTimes::FreeEnd { start, expects } if expects.is_zero() => format!("from {}", wall_clock(start)),
        ShiftTimes::FreeEnd { start, expects } => format!("from {} hours {expects}", wall_clock(start)),
    }
}

fn waived(kind: WaiverKind) -> String {
    match kind {
        WaiverKind::Meal(ordinal) => format!("meal {ordinal}"),
        WaiverKind::Exception(code) => code.code().to_owned(),
    }
}

/// Seconds from the midnight that opens a workday.
fn wall_clock(second: i32) -> ClockTime {
    let (days, second) = (second.div_euclid(86_400), second.rem_euclid(86_400));
    ClockTime { days, second: second.unsigned_abs(), second_showing: false }
}

/// An instant as a clock time relative to a workday.
fn clock_time(zone: &Zone, at: Timestamp, workday: Workday) -> ClockTime {
    let wall = zone.wall_at(at);
    let second_showing = zone.instant(wall, Fold::Earlier) != at;
    ClockTime { days: wall.date().0 - workday.0, second: wall.second_of_day(), second_showing }
}

/// `2025-06-09 12:00`.
fn moment(zone: &Zone, at: Timestamp) -> String {
    let date = zone.date_at(at);
    let time = ClockTime { second_showing: false, ..clock_time(zone, at, date) };
    format!("{date} {time}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::TagBook;
    use crate::sample::{Company, Punching, Scheduling, irregular};
    use crate::suite::parse;
    use shiftmill_core::{
        Carried, CarryKey, Employment, Layer, Multiplier, OpeningBalance, PayCode, PayCodeInfo, Punch, RuleId, Seconds,
        Unit, WorkdayRange,
    };

    fn new_york() -> Zone {
        let changes = vec![(Timestamp(1_772_953_200), -14_400), (Timestamp(1_793_512_800), -18_000)];
        Zone::new("America/New_York".into(), -18_000, changes).unwrap()
    }

    fn names() -> Names {
        Names {
            rules: vec!["worked".into(), "weekly-40".into()],
            leave: vec!["annual".into()],
            carried: vec!["points/balance".into()],
            attestations: vec!["rests_taken".into()],
            pay_codes: vec![PayCodeInfo {
                name: "regular".into(),
                layer: Layer::Base,
                unit: Unit::Second,
                paid: true,
                multiplier: Multiplier::PLAIN,
            }],
            ..Names::default()
        }
    }

    /// What a suite does not state: when leave was recorded, and the order of punches.
    fn plain(card: &CardFacts) -> CardFacts {
        let mut card = CardFacts { employee: String::new(), ..card.clone() };
        card.leave.iter_mut().for_each(|leave| leave.recorded_at = Timestamp(0));
        card.leave.sort_by_key(|leave| format!("{:?}", leave.time));
        card.punches.sort_by_key(|punch| (punch.at, punch.kind));
        card.shifts.sort_by_key(|shift| shift.workday);
        card.waivers.sort_by_key(|waiver| waiver.workday);
        card.corrections.sort_by_key(|correction| format!("{:?}", correction.kind));
        card.day_overrides.sort_by_key(|day| day.workday);
        card.approvals.sort_by_key(|approval| format!("{approval:?}"));
        card
    }

    #[test]
    fn what_is_written_is_read_again() {
        let (zone, names) = (new_york(), names());
        let tags = TagBook::default();
        for text in ["site=north", "job=welder;site=Nord, 2", "job=fitter"] {
            tags.read(text).unwrap();
        }
        // Clocks go back on the first of November.
        let first = Workday::from_date(2026, 10, 26).unwrap();
        let days = WorkdayRange { first, last: first.plus(13) };
        let company = Company {
            seed: 5,
            employees: 200,
            first,
            days: 14,
            punching: Punching::WithMeals,
            leave: Some(0),
            scheduling: Scheduling::Times,
        };
        let as_of = zone.midnight(first.plus(17));
        let window = EvaluationWindow { pay_period: days, facts: days, as_of, require_final: false };
        for number in 0..company.employees {
            let mut card = company.card(number, &zone, 0);
            irregular(&mut card, &company, number, &zone);
            for (shift, kind) in card.shifts.iter_mut().zip(RosterKind::ALL) {
                let row = ShiftFact { kind: *kind, ..*shift };
                *shift = if kind.has_times() { row } else { ShiftFact::whole_day(shift.workday, *kind) };
            }
            if number % 2 == 1 {
                let row = ShiftFact::work(first.plus(13), ShiftTimes::Clock { start: 21_600, end: 36_000 });
                card.shifts.push(ShiftFact::work(first.plus(12), ShiftTimes::Length(Seconds::minutes(450))));
                let later = ShiftTimes::Clock { start: 57_600, end: 72_000 };
                let free = |expects| ShiftTimes::FreeEnd { start: 21_600, expects };
                card.shifts.push(ShiftFact::work(first.plus(14), free(Seconds(0))));
                card.shifts.push(ShiftFact::work(first.plus(15), free(Seconds::minutes(390))));
                card.shifts.extend([row, ShiftFact { times: later, ..row }].map(|row| ShiftFact { split: 1, ..row }));
            }
            card.opening_balances = vec![OpeningBalance { rule: RuleId(1), amount: Seconds::hours(12) }];
            card.carried = vec![Carried { key: CarryKey(0), value: -3 }];
            card.rejected_rows = 2;
            card.manual_hours =
                vec![ManualHours { workday: first, code: PayCode(0), amount: Seconds(60), recorded_at: as_of }];
            let stated = |amount, computed| Override {
                workday: first,
                code: PayCode(0),
                amount: Seconds(amount),
                computed,
                recorded_at: as_of,
            };
            card.overrides = vec![stated(0, None), stated(7_230, Some(Seconds::ZERO))];
            card.attestations = vec![Attestation { workday: first, question: 0, answer: false, recorded_at: as_of }];
            card.tag = TagId(1);
            card.punches.iter_mut().step_by(3).for_each(|punch| punch.tag = TagId(2));
            card.shifts.iter_mut().step_by(2).for_each(|shift| shift.tag = TagId(3));
            if let Some(punch) = card.punches.first() {
                for kind in [PunchKind::MealEnd, PunchKind::Unknown] {
                    let kind = CorrectionKind::SetKind { punch: PunchRef::At(punch.at, punch.kind), kind };
                    card.corrections.push(Correction { kind, recorded_at: as_of });
                }
            }
            card.employment = vec![
                Employment { hired: None, left: Some(first) },
                Employment { hired: Some(first.plus(2)), left: Some(first.plus(3)) },
                Employment { hired: Some(first.plus(5)), left: None },
            ];
            let text = format!(
                "# T\n\n## C\n{}\nNo exception of plugin_failed.\n",
                facts(&card, &window, &zone, &names, &tags.dictionary())
            );
            let suite = parse("written.md", &text).unwrap_or_else(|mistakes| panic!("{mistakes}\n{text}"));
            let case = &suite.cases[0];
            assert_eq!(plain(&case.card(&zone, 0, &names, &tags).unwrap()), plain(&card), "{text}");
            let read = case.window(&suite.setting_of(case), &zone, shiftmill_core::ContextDays::default());
            assert_eq!(read, window);
        }
    }

    #[test]
    fn nothing_is_written_as_a_day_on_which_nothing_happened() {
        let days = WorkdayRange { first: Workday(20514), last: Workday(20514) };
        let window = EvaluationWindow { pay_period: days, facts: days, as_of: Timestamp(0), require_final: false };
        let card = CardFacts { punches: Vec::<Punch>::new(), ..CardFacts::default() };
        let text = facts(&card, &window, &Zone::fixed("Etc/UTC", 0), &Names::default(), &TagDictionary::default());
        assert!(
            text.ends_with(
                "| workday        | punches |\n|----------------|---------|\n| Mon 2026-03-02 |         |\n"
            )
        );
    }
}
