//! The engine's answer to a translated case, in the terms in which cases expect it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use shiftmill::ruleset::{Document, NoLibrary, Ruleset, compile};
use shiftmill_core::{
    Because, CardFacts, CardState, Detail, EvaluationError, EvaluationWindow, Evaluations, ExceptionCode,
    ExceptionState, Fold, GapKind, Inputs, Layer, OpeningBalance, PunchKind, PunchRole, RuleId, Scratch, Seconds,
    SpanState, TagDictionary, TagIndex, TagTable, TimecardBatch, Timestamp, Unit, WallTime, Workday, WorkdayRange,
    Zone, ZoneTable, evaluate,
};
use shiftmill_timecards::read::{Format, Intake, Layout, Report, RulesetNames, StatusMap, Table, read_employees};

use super::translate::{Compared, Money, Translation};

/// Days around the facts that are known to have no facts, so that every counter is complete.
const MARGIN: i32 = 190;

/// The engine's answer.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// By date.
    pub days: BTreeMap<Workday, Day>,
    /// Pieces of paid time in order.
    pub pieces: Vec<Piece>,
    /// Kept punches in order.
    pub punches: Vec<Punched>,
    /// Pairs of an in and its out in order.
    pub pairs: Vec<Pair>,
    /// The codes that the case's own rules pay to.
    pub codes: BTreeSet<String>,
    /// Those of them that overtime is paid to.
    pub overtime_codes: BTreeSet<String>,
    /// What an hour of overtime is worth.
    pub money: Money,
    /// The zone.
    pub zone: Option<Zone>,
    /// What worked time is compared with.
    pub compared: Compared,
    /// Whether work passes midnight, and the policy does not say on which date it counts.
    pub undated: bool,
}

/// One date.
#[derive(Clone, Debug, Default)]
pub struct Day {
    /// Pay lines: code, layer, whether it is paid and leave or not, the rule, seconds.
    pub lines: Vec<Line>,
    /// Exceptions.
    pub exceptions: Vec<Raised>,
    /// Whether the timecard is refused because of a planned shift of this date, which overlaps another one.
    pub shifts_overlap: bool,
    /// Whether anything was worked or punched.
    pub present: bool,
    /// Whether a shift is planned.
    pub planned: bool,
    /// Whether leave begins a planned shift and ends before the first punch of it.
    pub in_after_leave: bool,
    /// Whether leave begins after the start of a planned shift without punches.
    pub leave_after_start: bool,
}

/// An exception.
#[derive(Clone, Debug)]
pub struct Raised {
    /// Its code.
    pub code: ExceptionCode,
    /// How far it has got.
    pub state: ExceptionState,
    /// Its size.
    pub measure: Seconds,
    /// The rule that raised it.
    pub rule: String,
}

/// The pay of one rule to one code on a date.
#[derive(Clone, Debug)]
pub struct Line {
    /// The code.
    pub code: String,
    /// The rule.
    pub rule: String,
    /// The layer of the code.
    pub layer: Layer,
    /// Whether it is paid.
    pub paid: bool,
    /// Whether it is leave.
    pub leave: bool,
    /// How much; an occurrence counts as one hour.
    pub seconds: i64,
}

/// A stretch paid to one code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The date it is shown on.
    pub date: Workday,
    /// Start.
    pub start: Timestamp,
    /// End.
    pub end: Timestamp,
    /// The code.
    pub code: String,
    /// Whether it is paid time of the base layer.
    pub worked: bool,
    /// The branch that its tag names.
    pub branch: String,
}

/// Time from an in to its out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The date its shift is shown on.
    pub date: Workday,
    /// Start.
    pub start: Timestamp,
    /// End.
    pub end: Timestamp,
}

/// A punch as it counts.
#[derive(Clone, Debug)]
pub struct Punched {
    /// Rounded.
    pub at: Timestamp,
    /// What it turned out to be.
    pub kind: PunchKind,
    /// The date its shift is shown on.
    pub work_date: Workday,
    /// The start of the planned shift it belongs to.
    pub shift_start: Option<Timestamp>,
}

impl Answer {
    /// The answers for several employees as one.
    pub fn together(answers: Vec<Answer>) -> Answer {
        let mut answers = answers.into_iter();
        let mut all = answers.next().unwrap_or_default();
        for mut other in answers {
            for (date, mut day) in other.days {
                let of_all = all.days.entry(date).or_default();
                of_all.lines.append(&mut day.lines);
                of_all.exceptions.append(&mut day.exceptions);
                of_all.present |= day.present;
                of_all.planned |= day.planned;
                of_all.in_after_leave |= day.in_after_leave;
                of_all.leave_after_start |= day.leave_after_start;
            }
            all.pieces.append(&mut other.pieces);
            all.punches.append(&mut other.punches);
            all.pairs.append(&mut other.pairs);
            all.undated |= other.undated;
        }
        all.pieces.sort_by_key(|piece| piece.start);
        all.punches.sort_by_key(|punch| punch.at);
        all.pairs.sort_by_key(|pair| pair.start);
        all
    }
}

/// Compiles the ruleset, reads the files and evaluates.
///
/// # Errors
/// When the ruleset or a file is refused, or the card cannot be evaluated: then the translation is wrong.
pub fn answer(translation: &Translation) -> Result<Answer, String> {
    let document = Document { name: "ruleset.toml", text: &translation.ruleset };
    let ruleset = compile(&document, &NoLibrary).map_err(|mistakes| mistakes.to_string())?;
    let (first, last) = days(translation)?;
    let zones =
        shiftmill::zone_table(std::slice::from_ref(&translation.timezone), first.plus(-MARGIN), last.plus(MARGIN))
            .map_err(|error| error.to_string())?;
    let (mut facts, tags) = read(translation, &ruleset, &zones)?;
    let zone = zones.zones.first().ok_or("no zone")?;
    let mut window = EvaluationWindow {
        pay_period: WorkdayRange { first: first.plus(-1), last: last.plus(1) },
        facts: WorkdayRange { first: first.plus(-MARGIN), last: last.plus(MARGIN) },
        as_of: as_of(translation, zone, last)?,
        require_final: false,
    };
    if let Some(evaluated) = translation.evaluated_at.as_deref().and_then(|text| date(text.get(..10)?)) {
        // An evaluation during a period judges what has happened in it, and the day before it.
        window.pay_period.first = first_fact(translation).map_or(evaluated, |first| first.min(evaluated.plus(-1)));
    }
    if let Some((rule, minutes)) = &translation.opening {
        let number = ruleset.timeline().names().rules.iter().position(|name| name == rule).ok_or("no such tier")?;
        let amount = Seconds::minutes(u32::try_from(*minutes).map_err(|error| error.to_string())?);
        facts.opening_balances.push(OpeningBalance { rule: RuleId(number as u16), amount });
        // The opening balance is from before the first day of the facts.
        window.facts.first = first;
        window.pay_period.first = first;
    }
    let mut batch = TimecardBatch::default();
    batch.push(&facts).map_err(|error| error.to_string())?;
    let batch = batch.check(1, 1, tags.len()).map_err(|error| format!("{error:?}"))?;
    let card = batch.timecard(0, &zones.zones).ok_or("no card")?;
    let index = Arc::new(TagIndex::new(tags, &[], Vec::new()));
    let table = TagTable::new(ruleset.timeline().filters(), &index);
    let inputs = Inputs { card, timeline: ruleset.timeline(), window: &window, tags: &table };
    let (mut state, mut results) = (CardState::default(), Evaluations::default());
    evaluate(&inputs, Detail::Full, &mut state, &mut Scratch::default(), &mut results);
    let mut answer = Answer { codes: translation.codes.clone(), zone: Some(zone.clone()), ..Answer::default() };
    match results.cards.first().and_then(|card| card.error) {
        None => {}
        // A roster that nobody can work is refused as a whole, with the shift that is too much.
        Some(EvaluationError::ShiftsOverlap { index }) => {
            let shift = facts.shifts.get(index as usize).ok_or("no such shift")?;
            answer.days.entry(shift.workday).or_default().shifts_overlap = true;
            return Ok(answer);
        }
        Some(error) => return Err(error.to_string()),
    }
    (answer.compared, answer.undated) = (translation.compared, translation.undated);
    answer.overtime_codes = overtime_codes(&ruleset);
    answer.money = translation.money.clone();
    lines(&ruleset, &results, &mut answer);
    planned_shifts(&state, &mut answer);
    pieces(&ruleset, &results, index.dictionary(), &mut answer);
    answer.pairs = pairs(&state);
    punches(&state, &results, translation.totals_move_punch, &mut answer);
    Ok(answer)
}

/// The first and last date that the files name.
fn days(translation: &Translation) -> Result<(Workday, Workday), String> {
    let all = translation.files.iter().map(|file| file.1.as_str()).chain([translation.ruleset.as_str()]);
    let mut found: Vec<Workday> = all.flat_map(dates).collect();
    found.extend(translation.evaluated_at.iter().flat_map(|text| dates(text)));
    match (found.iter().min(), found.iter().max()) {
        (Some(first), Some(last)) => Ok((*first, *last)),
        // A case without dates has nothing that could differ.
        _ => Ok((Workday(20_000), Workday(20_000))),
    }
}

/// The first date that the facts name.
fn first_fact(translation: &Translation) -> Option<Workday> {
    translation.files.iter().flat_map(|file| dates(&file.1)).min()
}

fn dates(text: &str) -> Vec<Workday> {
    let starts = (0..text.len().saturating_sub(9)).filter(|start| text.is_char_boundary(*start));
    let pieces = starts.filter_map(|start| text.get(start..start + 10));
    pieces.filter_map(date).collect()
}

/// A date written `2026-10-01`.
pub(super) fn date(text: &str) -> Option<Workday> {
    let shape = text.len() == 10 && text.as_bytes()[4] == b'-' && text.as_bytes()[7] == b'-';
    if !shape {
        return None;
    }
    Workday::from_date(text[..4].parse().ok()?, text[5..7].parse().ok()?, text[8..].parse().ok()?)
}

/// A local time written `2026-10-01T08:00:00`.
pub(super) fn wall(text: &str) -> Option<WallTime> {
    let (day, time) = (date(text.get(..10)?)?, text.get(11..)?);
    let mut parts = time.split(':').map(|part| part.parse::<i32>().ok());
    let (hours, minutes) = (parts.next()??, parts.next()??);
    let seconds = parts.next().unwrap_or(Some(0))?;
    Some(WallTime::on(day, hours * 3_600 + minutes * 60 + seconds))
}

fn as_of(translation: &Translation, zone: &Zone, last: Workday) -> Result<Timestamp, String> {
    match &translation.evaluated_at {
        None => Ok(zone.instant(WallTime::on(last.plus(30), 0), Fold::Earlier)),
        Some(text) => {
            let wall = wall(text).ok_or_else(|| format!("`{text}` is not a local time"))?;
            Ok(zone.instant(wall, Fold::Earlier))
        }
    }
}

fn read(translation: &Translation, ruleset: &Ruleset, zones: &ZoneTable) -> Result<(CardFacts, TagDictionary), String> {
    let mut report = Report::default();
    let names = [RulesetNames { name: ruleset.name(), names: ruleset.timeline().names() }];
    let file = |name: &str| translation.files.iter().find(|file| file.0 == name).map(|file| file.1.as_bytes());
    let mut employees = file("employees.csv").unwrap_or_default();
    let layout = Layout::from(Format::Csv);
    let employees =
        read_employees("employees.csv", &layout, &mut employees, &mut report).map_err(|error| error.to_string())?;
    let mut intake = Intake::new("employees.csv", &employees, zones, zones, &names, StatusMap::default(), &mut report);
    for (name, table) in [
        ("punches.csv", Table::Punches),
        ("schedule.csv", Table::Schedule),
        ("leave.csv", Table::Leave),
        ("waivers.csv", Table::Waivers),
        ("approvals.csv", Table::Approvals),
    ] {
        if let Some(mut bytes) = file(name) {
            intake.read(name, table, &layout, &mut bytes, &mut report).map_err(|error| error.to_string())?;
        }
    }
    if let Some(reject) = report.rejects.first() {
        return Err(reject.to_string());
    }
    let (mut cards, tags) = intake.finish();
    Ok((cards.pop().ok_or("no card")?, tags))
}

fn lines(ruleset: &Ruleset, results: &Evaluations, answer: &mut Answer) {
    let names = ruleset.timeline().names();
    for row in results.lines.rows(0..results.lines.len()) {
        let Some(info) = names.pay_code(row.code) else { continue };
        let unit = if info.unit == Unit::Count { 3_600 } else { 1 };
        let line = Line {
            code: info.name.clone(),
            rule: names.rule(row.rule).to_owned(),
            layer: info.layer,
            paid: info.paid,
            leave: row.rule == RuleId::LEAVE,
            seconds: i64::from(row.amount) * unit,
        };
        answer.days.entry(row.workday).or_default().lines.push(line);
    }
    for row in results.exceptions.rows(0..results.exceptions.len()) {
        let (code, state, measure, rule) = (row.code, row.state, row.measure, names.rule(row.rule).to_owned());
        answer.days.entry(row.workday).or_default().exceptions.push(Raised { code, state, measure, rule });
    }
    for row in results.workdays.rows(0..results.workdays.len()) {
        let day = answer.days.entry(row.workday).or_default();
        day.present |= row.punches > 0 || !row.worked.is_zero();
    }
}

fn overtime_codes(ruleset: &Ruleset) -> BTreeSet<String> {
    let names = ruleset.timeline().names();
    let plans = ruleset.timeline().versions().iter().map(|version| &version.1);
    let codes = plans.flat_map(|plan| {
        let tiers = plan.overtime.tiers.iter().map(|tier| tier.pays_to);
        tiers.chain(plan.overtime_approval.iter().filter_map(|rule| rule.pays_to))
    });
    codes.filter_map(|code| names.pay_code(code)).map(|info| info.name.clone()).collect()
}

/// Marks the days with planned shifts, and those on which leave decides when a shift begins.
fn planned_shifts(state: &CardState, answer: &mut Answer) {
    let leave = |from, until| {
        let spans = state.spans.iter().filter(|span| span.state == SpanState::Leave);
        spans.filter(move |span| span.start < until && from < span.end).map(|span| span.start).min()
    };
    for (index, shift) in state.scheduled.iter().enumerate() {
        let day = answer.days.entry(shift.workday).or_default();
        day.planned = true;
        let worked = state.shifts.iter().find(|worked| worked.scheduled == Some(index as u32));
        let first = worked.map(|worked| state.punches[worked.first_punch as usize].at);
        let moved = shift.start < shift.expected_start;
        day.in_after_leave |= moved && first.is_some_and(|first| first > shift.expected_start);
        let begins = leave(shift.start, shift.end);
        day.leave_after_start |= first.is_none() && begins.is_some_and(|begins| begins > shift.start);
    }
}

fn pieces(ruleset: &Ruleset, results: &Evaluations, tags: &TagDictionary, answer: &mut Answer) {
    let names = ruleset.timeline().names();
    let branch = |tag| tags.get(tag).and_then(|tag| tag.value("branch")).unwrap_or_default().to_owned();
    let spans = results.spans.iter().map(|span| {
        let worked = match span.state {
            SpanState::Worked | SpanState::PaidBreak => true,
            SpanState::UnpaidBreak | SpanState::Leave => false,
        };
        (span.reporting_workday, span.start, span.end, span.code, worked, branch(span.tag))
    });
    let premiums = results.premiums.iter().map(|span| {
        let below = results.spans.iter().find(|other| other.start <= span.start && span.start < other.end);
        let branch = below.map_or(String::new(), |below| branch(below.tag));
        (span.reporting_workday, span.start, span.end, span.code, false, branch)
    });
    for (date, start, end, code, worked, branch) in spans.chain(premiums) {
        let code = names.pay_code(code).map_or(String::new(), |info| info.name.clone());
        // Neighbouring spans of one code are one span.
        match answer.pieces.last_mut() {
            Some(last) if last.date == date && last.code == code && last.end == start && last.branch == branch => {
                last.end = end;
            }
            _ => answer.pieces.push(Piece { date, start, end, code, worked, branch }),
        }
    }
}

fn pairs(state: &CardState) -> Vec<Pair> {
    let of_shift = |shift: &shiftmill_core::WorkedShift| {
        let (date, pairs) = (shift.workday, shift.first_pair as usize..shift.last_pair as usize);
        state.pairs[pairs].iter().map(move |pair| Pair { date, start: pair.start, end: pair.end }).collect::<Vec<_>>()
    };
    state.shifts.iter().flat_map(of_shift).collect()
}

fn punches(state: &CardState, results: &Evaluations, totals_move_punch: bool, answer: &mut Answer) {
    let rounded = |at: Timestamp| {
        results.notes.iter().find_map(|note| {
            let shiftmill_core::Note::Rounded { from, to, .. } = note else { return None };
            (*from == at).then_some(*to)
        })
    };
    for (number, shift) in (0_u32..).zip(&state.shifts) {
        let pairs = &state.pairs[shift.first_pair as usize..shift.last_pair as usize];
        let shift_start = shift.scheduled.map(|index| state.scheduled[index as usize].start);
        for punch in &state.punches[shift.first_punch as usize..shift.last_punch as usize] {
            let opens = pairs.iter().position(|pair| pair.raw_start == punch.at);
            let closes = pairs.iter().position(|pair| pair.raw_end == punch.at);
            let (at, kind) = match (punch.role, opens, closes) {
                (PunchRole::Opens, Some(pair), _) => (pairs[pair].start, opener(pairs[pair].gap_before)),
                (PunchRole::Closes, _, Some(pair)) => {
                    let gap = pairs.get(pair + 1).and_then(|next| next.gap_before);
                    (pairs[pair].end, closer(gap, punch.kind))
                }
                _ => (rounded(punch.at).unwrap_or(punch.at), punch.kind),
            };
            let kind = match (punch.role, kind) {
                (PunchRole::MissesOut, PunchKind::Unknown) => PunchKind::In,
                (PunchRole::MissesIn, PunchKind::Unknown) => PunchKind::Out,
                (_, kind) => kind,
            };
            answer.punches.push(Punched { at, kind, work_date: shift.workday, shift_start });
        }
        let of_shift = state.spans.iter().filter(|span| span.shift == Some(number));
        for span in of_shift.filter(|_| totals_move_punch) {
            let Some(last) = answer.punches.last_mut() else { continue };
            if let Because::LengthRoundedDown { .. } = span.reason.because {
                last.at = last.at.before(span.length());
            }
            if let Because::LengthRoundedUp { .. } = span.reason.because {
                last.at = last.at.after(span.length());
            }
        }
    }
}

fn opener(gap: Option<GapKind>) -> PunchKind {
    match gap {
        Some(GapKind::Meal) => PunchKind::MealEnd,
        Some(GapKind::Break) => PunchKind::BreakEnd,
        Some(GapKind::Plain) | None => PunchKind::In,
    }
}

fn closer(gap: Option<GapKind>, stated: PunchKind) -> PunchKind {
    match gap {
        Some(GapKind::Meal) => PunchKind::MealStart,
        Some(GapKind::Break) => PunchKind::BreakStart,
        Some(GapKind::Plain) => PunchKind::Out,
        // Nothing follows, so the last value applies.
        None if stated == PunchKind::Unknown => PunchKind::Out,
        None => stated,
    }
}
