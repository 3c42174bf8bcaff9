//! The cells of a suite's tables.

use shiftmill_core::{
    ApprovalStatus, Compensation, DayType, ErrorCode, ExceptionCode, ExceptionState, PunchKind, RosterKind, Seconds,
    TotalScope, WaiverKind, Workday, WorkdayRange,
};

use super::{
    Amount, ClockTime, ExpectedException, NamedValue, Overridden, WrittenApproval, WrittenAssignment,
    WrittenAttestation, WrittenBlock, WrittenCorrection, WrittenCorrectionKind, WrittenDayType, WrittenEmployment,
    WrittenLeave, WrittenLeaveTime, WrittenManual, WrittenOverride, WrittenPunch, WrittenRosterRow, WrittenShift,
};
use crate::clock;
use crate::rows::{self, Action, Fault};

const DAY: u32 = 86_400;

/// What stands between the blocks of a split shift.
pub const DIVIDER: &str = " + ";

/// The content of a cell, or its mistake.
pub type Cell<T> = Result<T, String>;

/// True for a cell that states that there is no value.
pub fn is_nothing(cell: &str) -> bool {
    matches!(cell, "" | "-" | "–" | "—")
}

/// `Mon 2025-06-02` or `2025-06-02`. The weekday has to be the right one.
pub fn workday(cell: &str) -> Cell<Workday> {
    let (weekday, date) = match cell.split_once(' ') {
        Some((weekday, date)) => (Some(weekday), date.trim()),
        None => (None, cell),
    };
    let workday = clock::date(date).ok_or_else(|| format!("`{cell}` is not a workday such as `Mon 2025-06-02`"))?;
    let right = workday.weekday();
    match weekday.map(|name| (name, clock::weekday(name))) {
        Some((name, None)) => Err(format!("`{name}` is not a weekday such as `Mon`")),
        Some((name, Some(named))) if named != right => Err(format!("{workday} is a {}, not a {name}", right.short())),
        _ => Ok(workday),
    }
}

/// `2025-06-02 to 2025-06-08`, each end with or without its weekday.
pub fn range(text: &str) -> Cell<WorkdayRange> {
    let (first, last) =
        text.split_once(" to ").ok_or_else(|| format!("`{text}` is not two dates with `to` between"))?;
    let range = WorkdayRange { first: workday(first.trim())?, last: workday(last.trim())? };
    if range.last < range.first { Err(format!("`{text}` ends before it begins")) } else { Ok(range) }
}

/// `2025-06-02 to 2025-06-20`, `from 2025-06-02`, `until 2025-06-20`.
pub fn employment(line: usize, text: &str) -> Cell<WrittenEmployment> {
    let (hired, left) = match (text.strip_prefix("from "), text.strip_prefix("until "), text.split_once(" to ")) {
        (Some(hired), _, _) => (Some(hired), None),
        (_, Some(left), _) => (None, Some(left)),
        (_, _, Some((hired, left))) => (Some(hired), Some(left)),
        (None, None, None) => return Err(format!("`{text}` is not a stretch such as `2025-06-02 to 2025-06-20`")),
    };
    let day = |day: Option<&str>| day.map(|day| workday(day.trim())).transpose();
    Ok(WrittenEmployment { line, hired: day(hired)?, left: day(left)? })
}

/// `from 2025-06-16 ruleset us-flsa@2 calendar ohio zone America/Chicago tag [site=north]`, or with `for [job=driver]`.
pub fn assignment(line: usize, text: &str) -> Cell<WrittenAssignment> {
    let wrong =
        || format!("`{text}` is not an assignment such as `from 2025-06-16 ruleset us-flsa@2 zone America/Chicago`");
    let mut rest = text.strip_prefix("from ").ok_or_else(wrong)?.trim();
    let (from, after) = rest.split_at(rest.find(' ').unwrap_or(rest.len()));
    let (ruleset, calendar, zone, tag, job) = <(String, String, String, String, String)>::default();
    let mut row = WrittenAssignment { line, from: workday(from)?, ruleset, calendar, zone, tag, job };
    rest = after.trim();
    while let Some((word, after)) = rest.split_once(' ') {
        let after = after.trim();
        let end = match after.strip_prefix('[') {
            Some(inside) => inside.find(']').ok_or_else(wrong)? + 2,
            None => after.find(' ').unwrap_or(after.len()),
        };
        let (value, later) = after.split_at(end);
        let value = value.trim_matches(['[', ']']).to_owned();
        match word {
            "ruleset" => row.ruleset = value,
            "calendar" => row.calendar = value,
            "zone" => row.zone = value,
            "tag" => row.tag = value,
            "for" => row.job = value,
            _ => return Err(wrong()),
        }
        rest = later.trim();
    }
    if rest.is_empty() { Ok(row) } else { Err(wrong()) }
}

/// `08:00`, `+1 06:00` for the day after, `-1 22:00` for the day before, `2nd 01:30` for the second showing.
pub fn clock_time(text: &str) -> Cell<ClockTime> {
    let (second_showing, rest) = match text.trim().strip_prefix("2nd ") {
        Some(rest) => (true, rest.trim()),
        None => (false, text.trim()),
    };
    let (days, time) = match rest.split_once(' ') {
        Some((days, time)) if days.starts_with(['+', '-']) => (days.parse::<i8>().ok(), time.trim()),
        _ => (Some(0), rest),
    };
    let wrong = || format!("`{text}` is not a time of day; write 08:00, or +1 06:00 for the day after");
    let second = clock::time_of_day(time).ok_or_else(wrong)?;
    Ok(ClockTime { days: days.map(i32::from).ok_or_else(wrong)?, second, second_showing })
}

/// A clock time of a scheduled shift: as others, and up to `48:00` without a number of days.
fn shift_time(text: &str) -> Cell<ClockTime> {
    match clock::shift_time(text.trim()).map(i32::unsigned_abs) {
        Some(second) if second > DAY => Ok(ClockTime { days: 1, second: second - DAY, second_showing: false }),
        _ => clock_time(text),
    }
}

/// `2025-06-09 12:00`.
pub fn moment(text: &str) -> Cell<(Workday, ClockTime)> {
    let wrong = || format!("`{text}` is not a date and a time such as `2025-06-09 12:00`");
    let (day, time) = text.trim().rsplit_once(' ').ok_or_else(wrong)?;
    Ok((workday(day.trim())?, clock_time(time)?))
}

/// `12:00-13:00`. An end not after its start is on the day after.
pub fn window(text: &str) -> Cell<(ClockTime, ClockTime)> {
    stretch(text, clock_time)
}

/// Two times that `time` reads, with a dash between them.
fn stretch(text: &str, time: fn(&str) -> Cell<ClockTime>) -> Cell<(ClockTime, ClockTime)> {
    let wrong = || format!("`{text}` is not a stretch of time such as `12:00-13:00`");
    // A minus may also be the sign of a number of days, so the dash that separates follows a digit.
    let divide = text
        .char_indices()
        .zip(text.chars().skip(1))
        .find(|((_, before), mark)| before.is_ascii_digit() && matches!(mark, '-' | '–'));
    let ((before, _), _) = divide.ok_or_else(wrong)?;
    let (start, end) = text.split_at_checked(before + 1).ok_or_else(wrong)?;
    let start = time(start)?;
    let mut end = time(end.trim_start_matches(['-', '–']))?;
    if end.wall_seconds() <= start.wall_seconds() && end.days == start.days {
        end.days += 1;
    }
    Ok((start, end))
}

/// `8:00` or `1`.
pub fn amount(cell: &str) -> Cell<Amount> {
    if let Some(seconds) = clock::length(cell) {
        return Ok(Amount::Time(seconds));
    }
    cell.parse().map(Amount::Count).map_err(|_| format!("`{cell}` is neither a length such as `8:00` nor a number"))
}

/// A length only.
pub fn length(cell: &str) -> Cell<shiftmill_core::Seconds> {
    clock::length(cell).ok_or_else(|| Fault::NotALength(cell.to_owned()).to_string())
}

/// The items of a cell, which commas divide. A tag in brackets is not divided.
pub fn items(cell: &str) -> impl Iterator<Item = &str> {
    let mut in_tag = false;
    let divides = move |mark| {
        in_tag = (in_tag || mark == '[') && mark != ']';
        !in_tag && matches!(mark, ',' | ';')
    };
    cell.split(divides).map(str::trim).filter(|item| !is_nothing(item))
}

/// An item and its tag: `in 08:00 [site=north;job=welder]`.
pub fn tagged(item: &str) -> (&str, String) {
    match item.trim().strip_suffix(']').and_then(|inner| inner.split_once('[')) {
        Some((item, tag)) => (item.trim(), tag.trim().to_owned()),
        None => (item.trim(), String::new()),
    }
}

/// A punch kind as a column or a word names it: `in`, `meal start`, `meal_start`.
pub fn punch_kind(name: &str) -> Option<PunchKind> {
    match name {
        "punch" => Some(PunchKind::Unknown),
        "meal out" => Some(PunchKind::MealStart),
        "meal in" => Some(PunchKind::MealEnd),
        "break out" => Some(PunchKind::BreakStart),
        "break in" => Some(PunchKind::BreakEnd),
        name => PunchKind::from_code(&name.replace(' ', "_")),
    }
}

/// The time of a punch, with its tag and perhaps ` recorded 2025-06-05 10:00` after it.
pub fn punch_of(kind: PunchKind, item: &str) -> Cell<WrittenPunch> {
    let (item, recorded) = punch_recorded(item)?;
    let (time, tag) = tagged(item);
    Ok(WrittenPunch { kind, at: clock_time(time)?, tag, recorded })
}

/// As [`recorded`], for an item with a tag, which may hold the word.
fn punch_recorded(item: &str) -> Cell<(&str, Option<(Workday, ClockTime)>)> {
    match item.rsplit_once(" recorded ").filter(|(_, moment)| !moment.contains(']')) {
        Some((item, recorded)) => Ok((item.trim_end(), Some(moment(recorded)?))),
        None => Ok((item, None)),
    }
}

/// `in 08:00`, `meal start 12:00`; without a kind, a punch without direction.
pub fn punch(text: &str) -> Cell<WrittenPunch> {
    let (text, recorded) = punch_recorded(text)?;
    let (text, tag) = tagged(text);
    let Some(letters) = text.find(|mark: char| mark.is_ascii_digit() || mark == '+') else {
        return Err(format!("`{text}` is not a punch such as `in 08:00`"));
    };
    // `-1 22:00` opens with the dash before its first digit.
    let letters = if text.get(..letters).is_some_and(|head| head.ends_with('-')) { letters - 1 } else { letters };
    let (name, time) = text.split_at_checked(letters).unwrap_or(("", text));
    let kind = match name.trim() {
        "" => PunchKind::Unknown,
        name => punch_kind(&name.to_lowercase()).ok_or_else(|| format!("`{name}` is not a kind of punch"))?,
    };
    Ok(WrittenPunch { kind, at: clock_time(time)?, tag, recorded })
}

/// A shift to work, such as `09:00-17:00`, `09:00-12:00 + 17:00-21:00` or the name of a shift; `overtime 18:00-20:00`, `on call 22:00-06:00`,
/// `rest day` or `open day`. The name of a shift holds no blank. Without an end: `from 09:00`.
pub fn roster_row(item: &str) -> Cell<WrittenRosterRow> {
    for kind in RosterKind::ALL.iter().copied().filter(|kind| *kind != RosterKind::Work) {
        let words = kind.code().replace('_', " ");
        let Some(rest) = item.strip_prefix(&words).and_then(|rest| rest.strip_prefix(' ')) else { continue };
        return match (kind.has_times(), rest.trim()) {
            (true, times) => Ok(WrittenRosterRow { kind, blocks: blocks(times)? }),
            (false, rest) => match tagged(rest) {
                ("day", tag) => Ok(WrittenRosterRow { kind, blocks: vec![WrittenBlock { shift: None, tag }] }),
                _ => Err(format!("`{item}` holds for the whole day; write `{words} day`")),
            },
        };
    }
    Ok(WrittenRosterRow { kind: RosterKind::Work, blocks: blocks(item)? })
}

/// The blocks of a shift, with ` + ` between them, each with its tag.
fn blocks(item: &str) -> Cell<Vec<WrittenBlock>> {
    let mut blocks = Vec::new();
    let mut rest = Some(item);
    while let Some(item) = rest {
        let is_outside = |head: &str| head.matches('[').count() == head.matches(']').count();
        let divides = |at: &usize| item.get(..*at).is_some_and(is_outside);
        let end = item.match_indices(DIVIDER).map(|(at, _)| at).find(divides);
        let (block, tag) = tagged(end.and_then(|end| item.get(..end)).unwrap_or(item));
        blocks.push(WrittenBlock { shift: Some(shift(block)?), tag });
        rest = end.and_then(|end| item.get(end + DIVIDER.len()..));
    }
    Ok(blocks)
}

/// `09:00-17:00`, the name of a shift, `hours 8:00`, `from 09:00` or `from 09:00 hours 6:00`.
fn shift(item: &str) -> Cell<WrittenShift> {
    if item.starts_with(|mark: char| mark.is_ascii_digit() || matches!(mark, '+' | '-')) && item.contains(':') {
        let (start, end) = stretch(item, shift_time)?;
        return Ok(WrittenShift::Times { start, end });
    }
    if let Some(written) = item.strip_prefix("from ") {
        let (start, expects) = match written.split_once(" hours ") {
            Some((start, expects)) => (start, length(expects.trim())?),
            None => (written, Seconds::ZERO),
        };
        return Ok(WrittenShift::FreeEnd { start: shift_time(start)?, expects });
    }
    if let Some(written) = item.strip_prefix("hours ") {
        return Ok(WrittenShift::Length(length(written.trim())?));
    }
    Ok(WrittenShift::Named(item.to_owned()))
}

/// `annual`, `annual 4:00`, `annual 09:00-13:00`, `annual first half`.
pub fn leave(item: &str) -> Cell<WrittenLeave> {
    let halved = item.strip_suffix(" half").and_then(|item| item.rsplit_once(' '));
    if let Some((code, half)) = halved.and_then(|(code, half)| Some((code.trim(), rows::coded(half)?))) {
        return Ok(WrittenLeave { code: code.to_owned(), time: WrittenLeaveTime::Workday, half: Some(half) });
    }
    let (code, time) = match item.split_once(' ') {
        None => (item, WrittenLeaveTime::Workday),
        Some((code, time)) if time.contains('-') => {
            let (start, end) = window(time.trim())?;
            (code, WrittenLeaveTime::Span { start, end })
        }
        Some((code, time)) => (code, WrittenLeaveTime::Amount(length(time.trim())?)),
    };
    Ok(WrittenLeave { code: code.to_owned(), time, half: None })
}

/// `meal 1`, or an exception such as `late_in`.
pub fn waiver(item: &str) -> Cell<WaiverKind> {
    rows::waivable(item).ok_or_else(|| Fault::NotWaivable(item.to_owned()).to_string())
}

/// `add out 17:00`, `void in 08:00`, `retime in 08:00 to 08:30`, `set_kind 08:00 to meal end`, each with `recorded 2025-06-05 10:00` after it.
pub fn correction(item: &str) -> Cell<WrittenCorrection> {
    let (what, recorded) = match item.split_once(" recorded ") {
        Some((what, recorded)) => (what.trim_end(), Some(moment(recorded)?)),
        None => (item, None),
    };
    let wrong = || Fault::NotAnAction(item.to_owned()).to_string();
    let (action, about) = what.split_once(' ').ok_or_else(wrong)?;
    let kind = match Action::from_code(action).ok_or_else(wrong)? {
        Action::Add => WrittenCorrectionKind::Add(punch(about)?),
        Action::Void => WrittenCorrectionKind::Void(punch(about)?),
        Action::Retime => {
            let (from, to) = about.split_once(" to ").ok_or_else(|| format!("`{item}` does not say to when"))?;
            WrittenCorrectionKind::Retime(punch(from)?, clock_time(to)?)
        }
        Action::SetKind => {
            let (wrong, to) = about.split_once(" to ").ok_or_else(|| format!("`{item}` does not say to which kind"))?;
            let right = punch_kind(to.trim()).ok_or_else(|| format!("`{to}` is not a kind of punch"))?;
            WrittenCorrectionKind::SetKind(punch(wrong)?, right)
        }
    };
    Ok(WrittenCorrection { kind, recorded })
}

/// `overtime`, `overtime 2:00`, `overtime 19:00-21:00`, each with `pending` or `rejected`, with `bank`, and with
/// `recorded 2025-06-05 10:00` after it.
pub fn approval(item: &str) -> Cell<WrittenApproval> {
    let (what, recorded) = match item.split_once(" recorded ") {
        Some((what, recorded)) => (what, Some(moment(recorded)?)),
        None => (item, None),
    };
    let (what, choice) = match what.strip_suffix(" bank") {
        Some(what) => (what, Compensation::Bank),
        None => (what, Compensation::Pay),
    };
    let (what, status) = match what.rsplit_once(' ').and_then(|(what, last)| Some((what, rows::coded(last)?))) {
        Some((what, status)) => (what, status),
        None => (what, ApprovalStatus::Approved),
    };
    // The parts of an approval are those of leave: a word, and perhaps a time.
    let WrittenLeave { code, time, half } = leave(what)?;
    if half.is_some() {
        return Err(format!("`{item}` is for half a workday, which an approval cannot be"));
    }
    let kind = rows::coded(&code).ok_or_else(|| Fault::NotAnApproval(code).to_string())?;
    Ok(WrittenApproval { kind, time, status, choice, recorded })
}

/// `overtime_1_5 2:00`, perhaps with `recorded 2025-06-05 10:00` after it.
pub fn manual(item: &str) -> Cell<WrittenManual> {
    let (what, recorded) = recorded(item)?;
    let wrong = || format!("`{item}` is not a pay code and a length such as `overtime_1_5 2:00`");
    let (code, amount) = what.trim().rsplit_once(' ').ok_or_else(wrong)?;
    if amount.starts_with('-') {
        return Err(Fault::NegativeHours.to_string());
    }
    Ok(WrittenManual { code: code.trim().to_owned(), amount: length(amount)?, recorded })
}

/// `rests_taken no`, perhaps with `recorded 2025-06-05 10:00` after it.
pub fn attestation(item: &str) -> Cell<WrittenAttestation> {
    let (what, recorded) = recorded(item)?;
    let wrong = || format!("`{item}` is not an attestation and its answer such as `rests_taken no`");
    let (question, answer) = what.trim().rsplit_once(' ').ok_or_else(wrong)?;
    let answer = rows::yes_or_no(answer).ok_or_else(|| Fault::NotAnAnswer(answer.to_owned()).to_string())?;
    Ok(WrittenAttestation { question: question.trim().to_owned(), answer, recorded })
}

/// `overtime_1_5 2:00 computed 2:15`, perhaps with `recorded 2025-06-05 10:00` after it; `computed` may be left out.
pub fn written_override(item: &str) -> Cell<WrittenOverride> {
    let (what, recorded) = recorded(item)?;
    let (what, computed) = match what.split_once(" computed ") {
        Some((what, computed)) => (what, Some(length(computed.trim())?)),
        None => (what, None),
    };
    let (code, amount) = code_and_length(what)?;
    Ok(WrittenOverride { code, amount, computed, recorded })
}

/// `Mon 2026-06-01, overtime_1_5 2:00 (computed 2:15)`, or `(computed 2:15, before 2:30)`.
pub fn overridden(text: &str) -> Cell<Overridden> {
    let wrong = || format!("`{text}` is not written as `Mon 2026-06-01, overtime_1_5 2:00 (computed 2:15)`");
    let (day, what) = text.split_once(',').ok_or_else(wrong)?;
    let (what, computed) = what.split_once("(computed ").ok_or_else(wrong)?;
    let computed = computed.strip_suffix(')').ok_or_else(wrong)?;
    let (computed, before) = computed.split_once(", before ").map_or((computed, computed), |both| both);
    let (pay_code, amount) = code_and_length(what)?;
    Ok(Overridden {
        workday: workday(day.trim())?,
        pay_code,
        amount,
        computed: length(computed)?,
        computed_before: length(before)?,
    })
}

/// `overtime_1_5 2:00`
fn code_and_length(what: &str) -> Cell<(String, Seconds)> {
    let wrong = || format!("`{what}` is not a pay code and a length such as `overtime_1_5 2:00`");
    let (code, amount) = what.trim().rsplit_once(' ').ok_or_else(wrong)?;
    Ok((code.trim().to_owned(), length(amount)?))
}

/// What stands before ` recorded 2025-06-05 10:00`, and that time.
fn recorded(item: &str) -> Cell<(&str, Option<(Workday, ClockTime)>)> {
    match item.split_once(" recorded ") {
        Some((what, recorded)) => Ok((what, Some(moment(recorded)?))),
        None => Ok((item, None)),
    }
}

/// `rest_day`, or `company_holiday 12:00-24:00`.
pub fn day_part(item: &str) -> Cell<WrittenDayType> {
    let timed = item.rsplit_once(' ').filter(|(_, times)| times.contains(':'));
    let Some((name, times)) = timed else { return Ok(WrittenDayType { day_type: day_type(item)?, window: None }) };
    let wrong = || format!("`{times}` is not a part of a day such as `12:00-24:00`");
    let (from, to) = times.split_once(['-', '–']).ok_or_else(wrong)?;
    let (from, to) = (clock::shift_time(from.trim()), clock::shift_time(to.trim()));
    Ok(WrittenDayType { day_type: day_type(name.trim())?, window: Some(from.zip(to).ok_or_else(wrong)?) })
}

/// A day type by its code or with blanks for underscores.
pub fn day_type(cell: &str) -> Cell<DayType> {
    rows::day_type(cell).ok_or_else(|| Fault::NotADayType(cell.to_owned()).to_string())
}

/// An error by its code.
pub fn error_code(text: &str) -> Cell<ErrorCode> {
    ErrorCode::from_code(text).ok_or_else(|| format!("`{text}` is not an error code such as `SM-CONTEXT-SHORT`"))
}

/// An exception by its code or with blanks for underscores.
pub fn exception_code(text: &str) -> Cell<ExceptionCode> {
    let text = text.trim();
    ExceptionCode::from_code(&text.to_lowercase().replace(' ', "_"))
        .ok_or_else(|| format!("`{text}` is not an exception such as `missing_out`"))
}

/// `Tue 2025-06-03, missing_out at 08:00 of 0:20 pending by rule`. Of the words after the code, only these are read.
pub fn exception(line: usize, text: &str) -> Cell<ExpectedException> {
    let (day, what) = text.split_once(',').ok_or_else(|| format!("`{text}` names no workday before a comma"))?;
    let workday = workday(day.trim())?;
    let what = what.trim();
    if let Some((code, at)) = spoken_exception(what) {
        let at = Some(clock_time(at)?);
        return Ok(ExpectedException { line, workday, code, at, measure: None, state: None, rule: None });
    }
    let (mut rest, rule) = match what.split_once(" by ") {
        Some((before, rule)) => (before.trim_end(), Some(rule.trim().to_owned())),
        None => (what, None),
    };
    let mut state = None;
    for candidate in ExceptionState::ALL {
        if let Some(before) = rest.strip_suffix(candidate.code()) {
            state = Some(*candidate);
            rest = before.trim_end().trim_end_matches(',');
        }
    }
    let (rest, measure) = match rest.split_once(" of ") {
        Some((before, measure)) => (before, Some(length(measure.trim())?)),
        None => (rest, None),
    };
    let (code, at) = match rest.split_once(" at ") {
        Some((before, at)) => (before, Some(clock_time(at)?)),
        None => (rest, None),
    };
    Ok(ExpectedException { line, workday, code: exception_code(code)?, at, measure, state, rule })
}

/// `points/balance 3`: a key and a whole number.
pub fn named_value(line: usize, text: &str) -> Cell<NamedValue> {
    let read = text.rsplit_once(' ').and_then(|(key, value)| Some((key.trim(), value.parse().ok()?)));
    let (key, value) = read.ok_or_else(|| format!("`{text}` is not a key and a number such as `points/balance 3`"))?;
    Ok(NamedValue { line, key: key.to_owned(), value })
}

/// The two exceptions that people state as a sentence.
fn spoken_exception(what: &str) -> Option<(ExceptionCode, &str)> {
    let after_in = what.strip_prefix("no out punch after the in punch at ");
    let before_out = what.strip_prefix("no in punch before the out punch at ");
    after_in.map(|at| (ExceptionCode::MissingOut, at)).or(before_out.map(|at| (ExceptionCode::MissingIn, at)))
}

/// What a total is of: its scope, the first workday of a workweek, and a name and value of tags.
pub type TotalOf = (TotalScope, Option<Workday>, Option<(String, String)>);

/// `workweek 2025-06-02`, `pay period`, or `site=north`: the part of the pay period with this value of a tag; `site=-` is
/// what has none.
pub fn total_scope(cell: &str) -> Cell<TotalOf> {
    if let Some((name, value)) = cell.split_once('=') {
        let value = if is_nothing(value.trim()) { "" } else { value.trim() };
        return Ok((TotalScope::PayPeriod, None, Some((name.trim().to_owned(), value.to_owned()))));
    }
    match cell.split_once(' ') {
        Some(("pay", "period")) => Ok((TotalScope::PayPeriod, None, None)),
        Some(("workweek", from)) => Ok((TotalScope::Workweek, Some(workday(from.trim())?), None)),
        _ => Err(format!("`{cell}` is neither `workweek` and its first workday, nor `pay period`, nor `site=north`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_past_midnight_name_the_day_after() {
        let night = clock_time("+1 06:00").unwrap();
        assert_eq!(night.wall_seconds(), 30 * 3_600);
        assert_eq!(night.to_string(), "+1 06:00");
        assert_eq!(clock_time("2nd 01:30").unwrap().to_string(), "2nd 01:30");
        assert_eq!(clock_time("-1 22:00").unwrap().wall_seconds(), -2 * 3_600);
        assert!(clock_time("30:00").is_err());
    }

    #[test]
    fn windows_pass_midnight_when_they_end_before_they_start() {
        let (start, end) = window("22:00-06:00").unwrap();
        assert_eq!((start.days, end.days), (0, 1));
        let (start, end) = window("+1 00:30-+1 01:00").unwrap();
        assert_eq!((start.days, end.days), (1, 1));
        assert!(window("22:00").is_err());
    }

    #[test]
    fn shifts_may_start_on_another_day() {
        let after = shift("+1 00:30-+1 08:30").unwrap();
        assert!(matches!(after, WrittenShift::Times { start: ClockTime { days: 1, .. }, .. }), "{after:?}");
        assert_eq!(shift("office").unwrap(), WrittenShift::Named("office".into()));
    }

    #[test]
    fn punches_name_their_kind_or_none() {
        assert_eq!(punch("meal start 12:00").unwrap().kind, PunchKind::MealStart);
        assert_eq!(punch("12:00").unwrap().kind, PunchKind::Unknown);
        assert_eq!(punch("out +1 06:00").unwrap().at.days, 1);
        assert_eq!(punch("out -1 22:00").unwrap().at.days, -1);
        assert!(punch("lunch 12:00").is_err());
        assert!(punch("-").is_err());
    }

    #[test]
    fn a_wrong_weekday_is_a_mistake() {
        assert!(workday("Mon 2025-06-02").is_ok());
        assert_eq!(workday("Tue 2025-06-02"), Err("2025-06-02 is a Mon, not a Tue".into()));
    }

    #[test]
    fn exceptions_are_read_as_codes_or_sentences() {
        let spoken = exception(1, "Tue 2025-06-03, no out punch after the in punch at 08:00").unwrap();
        let coded = exception(1, "Tue 2025-06-03, missing_out at 08:00").unwrap();
        assert_eq!(spoken, coded);
        let full = exception(1, "Tue 2025-06-03, late in at 09:20 of 0:20 pending").unwrap();
        assert_eq!(full.measure, Some(shiftmill_core::Seconds::minutes(20)));
        assert_eq!(full.state, Some(ExceptionState::Pending));
        assert_eq!(full.code, ExceptionCode::LateIn);
        let by_rule = exception(1, "Tue 2025-06-03, needs_review at 09:20 pending by points/limit").unwrap();
        assert_eq!(by_rule.rule.as_deref(), Some("points/limit"));
        assert_eq!(by_rule.state, Some(ExceptionState::Pending));
    }
}
