//! Compares expected and actual results. Only listed figures are compared.

use shiftmill_core::{ExceptionCode as E, ExceptionState, Fold, Layer, PunchKind, Timestamp, Workday};

use super::answer::{Answer, Day, Pair, Piece, Raised, date, wall};
use super::keys::{Keys, Unsupported, unsupported};
use super::report::Outcome;
use super::translate::Compared;
use super::translate::limits::NOTE;

/// Compares an answer. The text states the differences, or the figure that the result does not have.
pub fn judge(expected: &Keys, answer: &Answer) -> (Outcome, String) {
    let mut differences = Vec::new();
    match all(expected.clone(), answer, &mut differences) {
        Err(missing) => (Outcome::Unsupported, missing.0),
        Ok(()) if differences.is_empty() => (Outcome::Passed, String::new()),
        Ok(()) => (Outcome::Failed, differences.join("; ")),
    }
}

fn all(mut expected: Keys, answer: &Answer, differences: &mut Vec<String>) -> Result<(), Unsupported> {
    for day in expected.objects("days")? {
        judge_day(day, answer, differences)?;
    }
    if let Some(totals) = expected.object("totals")? {
        let days: Vec<&Day> = answer.days.values().collect();
        amounts("in total", totals, 60, &days, answer, differences)?;
    }
    let punches = expected.objects("punches")?;
    if !punches.is_empty() {
        judge_punches(punches, answer, differences)?;
    }
    expected.finish()
}

fn judge_day(mut expected: Keys, answer: &Answer, differences: &mut Vec<String>) -> Result<(), Unsupported> {
    let Some(text) = expected.text("date")? else { return unsupported("days without a date") };
    let Some(workday) = date(&text) else { return unsupported(format!("the date `{text}`")) };
    let empty = Day::default();
    let day = answer.days.get(&workday).unwrap_or(&empty);
    let mut named: Vec<String> = Vec::new();
    for (key, unit) in [("minutes", 60), ("seconds", 1)] {
        if let Some(figures) = expected.object(key)? {
            named.extend(amounts(&text, figures, unit, &[day], answer, differences)?);
        }
    }
    if expected.flag("closed")? == Some(true) {
        for line in day.lines.iter().filter(|line| line.paid && line.seconds != 0 && !named.contains(&line.code)) {
            differences.push(format!("{text}: {} {} where nothing else is expected", shown(line.seconds), line.code));
        }
    }
    for exception in expected.texts("exceptions")? {
        judge_exception(&text, &exception, day, differences)?;
    }
    for exception in expected.texts("exceptions_absent")? {
        let overlaps = exception == "shift_overlap" && day.shifts_overlap;
        if overlaps || day.exceptions.iter().any(|found| is_named(found, &exception)) {
            differences.push(format!("{text}: `{exception}` is raised"));
        }
    }
    if expected.has("status") {
        let status = expected.text("status")?;
        let found = status_of(day);
        if status.as_deref() != found {
            differences.push(format!("{text}: status {found:?}, expected {status:?}"));
        }
    }
    let by_pair = expected.objects("by_pair")?;
    if !by_pair.is_empty() {
        judge_pairs(workday, by_pair, answer, differences)?;
    }
    if let Some(mut branches) = expected.object("by_branch")? {
        for branch in branches.names() {
            let figures = branches.object(&branch)?.unwrap_or_default();
            judge_branch(workday, &branch, figures, answer, differences)?;
        }
    }
    for piece in expected.objects("segments")? {
        judge_piece(workday, piece, answer, differences)?;
    }
    expected.finish()
}

/// Compares figures by code; returns the codes named.
fn amounts(
    place: &str,
    mut figures: Keys,
    unit: i64,
    days: &[&Day],
    answer: &Answer,
    differences: &mut Vec<String>,
) -> Result<Vec<String>, Unsupported> {
    let codes = figures.names();
    for code in &codes {
        if let Some(of) = code.strip_suffix("_tenths_of_hour") {
            in_tenths(place, of, figures.number(code)?.unwrap_or(0), days, answer, differences)?;
            continue;
        }
        if code == "overtime_pay_cents"
            && let Some(found) = overtime_pay(days, answer)
        {
            let expected = figures.number(code)?.unwrap_or(0);
            if found != expected {
                differences.push(format!("{place}: overtime is worth {found} cents, expected {expected}"));
            }
            continue;
        }
        let expected = figures.number(code)?.unwrap_or(0) * unit;
        read_in_two_ways(code, days, answer)?;
        // Beside the overtime that is approved, overtime is all of it.
        let all = code == "overtime" && codes.iter().any(|code| code == "overtime_approved");
        let found = match all {
            true => amount(code, days, answer).map(|approved| approved + unapproved(days)),
            false => amount(code, days, answer),
        };
        match found {
            // Whole minutes are rounded down.
            Some(found) if found == expected || unit == 60 && found / unit * unit == expected => {}
            Some(found) => differences.push(format!("{place}: {code} {}, expected {}", shown(found), shown(expected))),
            // A figure that no rule of the case gives is zero.
            None if expected == 0 => {}
            None => return unsupported(format!("the figure `{code}`, which no rule of the case defines")),
        }
    }
    Ok(codes)
}

/// What overtime is worth, in whole cents; none where the case states no hourly rate.
fn overtime_pay(days: &[&Day], answer: &Answer) -> Option<i64> {
    let hour = answer.money.hour?;
    let worth = |line: &super::answer::Line| {
        let (number, divisor) = answer.money.rates.get(&line.code)?;
        Some(line.seconds * hour * number / (divisor * 3_600))
    };
    Some(days.iter().flat_map(|day| &day.lines).filter_map(worth).sum())
}

/// Compares a figure that is rounded to tenths of an hour, halves up.
fn in_tenths(
    place: &str,
    code: &str,
    expected: i64,
    days: &[&Day],
    answer: &Answer,
    differences: &mut Vec<String>,
) -> Result<(), Unsupported> {
    const TENTH: i64 = 360;
    let Some(found) = amount(code, days, answer) else {
        return unsupported(format!("the figure `{code}`, which no rule of the case defines"));
    };
    let tenths = (found + TENTH / 2).div_euclid(TENTH);
    if tenths != expected {
        differences.push(format!("{place}: {code} {tenths} tenths of an hour, expected {expected}"));
    }
    Ok(())
}

/// The overtime that is not approved, over some days.
fn unapproved(days: &[&Day]) -> i64 {
    days.iter().flat_map(|day| &day.lines).filter(|line| line.code == "unapproved").map(|line| line.seconds).sum()
}

/// Figures that the data of a case can mean in two ways that differ.
fn read_in_two_ways(code: &str, days: &[&Day], answer: &Answer) -> Result<(), Unsupported> {
    if answer.codes.contains(code) {
        return Ok(());
    }
    if answer.undated && ["undertime", "overtime"].contains(&code) {
        return unsupported("work past midnight, where the policy's data do not say on which date it counts");
    }
    if answer.compared != Compared::Shifts {
        return Ok(());
    }
    let any = |is: fn(&Day) -> bool| days.iter().any(|day| is(day));
    match code {
        "late" if any(|day| day.leave_after_start) => unsupported("lateness of a day without punches"),
        "undertime" if any(|day| day.in_after_leave) => {
            unsupported("time between leave and the first punch, which is late or undertime")
        }
        "overtime" if measures(days, &[E::LateOut]) != measures(days, &[E::OverSchedule]) => {
            unsupported("overtime that is after the end of the shift or beyond its length")
        }
        _ => Ok(()),
    }
}

fn measures(days: &[&Day], codes: &[E]) -> i64 {
    let all = days.iter().flat_map(|day| &day.exceptions);
    all.filter(|found| codes.contains(&found.code)).map(|found| i64::from(found.measure.0)).sum()
}

/// Work beyond what the dates expect; on a date that expects nothing all of it.
fn beyond_expected(days: &[&Day], answer: &Answer) -> Option<i64> {
    let of = |day: &&Day| match (answer.compared, day.planned) {
        (Compared::Nothing, _) => None,
        (Compared::Hours, false) => Some(measures(&[day], &[E::OverSchedule, E::UnscheduledWork])),
        (Compared::Hours, true) | (Compared::Shifts, _) => Some(measures(&[day], &[E::OverSchedule])),
    };
    days.iter().map(of).sum()
}

/// Time that is lacking; of a date in a calendar of usual hours on which nobody came, all of them. A length alone does
/// not say on which dates somebody should come.
fn lacking(days: &[&Day], answer: &Answer) -> Option<i64> {
    let of = |day: &&Day| match (answer.compared, day.planned) {
        (Compared::Nothing, _) => None,
        (Compared::Hours, true) => Some(measures(&[day], &[E::Undertime, E::Absent])),
        (Compared::Hours, false) | (Compared::Shifts, _) => Some(measures(&[day], &[E::Undertime])),
    };
    days.iter().map(of).sum()
}

/// The seconds of a code over some days; none when neither the rules nor the engine know the code.
fn amount(code: &str, days: &[&Day], answer: &Answer) -> Option<i64> {
    let lines = |wanted: &dyn Fn(&super::answer::Line) -> bool| -> i64 {
        days.iter().flat_map(|day| &day.lines).filter(|line| wanted(line)).map(|line| line.seconds).sum()
    };
    let measures = |codes: &[E]| measures(days, codes);
    match code {
        "total" => Some(lines(&|line| line.paid && line.layer != Layer::Premium && line.code != "meal_premium")),
        "worked" => Some(lines(&|line| line.paid && line.layer == Layer::Base && !line.leave)),
        "leave" => Some(lines(&|line| line.leave)),
        "late" => Some(measures(&[E::LateIn, E::SeriousLate, E::AbsentHalf, E::AbsentByLateness])),
        "early_leave" => Some(measures(&[E::EarlyOut])),
        "early_arrival" => Some(measures(&[E::EarlyIn])),
        "meal_deducted" | "break_deducted" if answer.codes.contains(code) => {
            let rule = code.trim_end_matches("deducted").replace('_', "-");
            Some(lines(&|line| line.code == "unpaid_break" && line.rule.starts_with(&rule)))
        }
        "overtime_approved" if answer.codes.contains("overtime") => Some(lines(&|line| line.code == "overtime")),
        "overtime_total" if !answer.codes.contains(code) => {
            Some(lines(&|line| answer.overtime_codes.contains(&line.code)))
        }
        _ if answer.codes.contains(code) => Some(lines(&|line| line.code == code)),
        "overtime" if !answer.money.rates.is_empty() => {
            Some(lines(&|line| answer.money.rates.contains_key(&line.code)))
        }
        "ordinary" => Some(lines(&|line| line.code == "regular")),
        "undertime" => lacking(days, answer),
        "overtime" => beyond_expected(days, answer),
        _ => None,
    }
}

fn judge_exception(place: &str, written: &str, day: &Day, differences: &mut Vec<String>) -> Result<(), Unsupported> {
    if written == "shift_overlap" {
        if !day.shifts_overlap {
            differences.push(format!("{place}: no planned shift of the date is refused because it overlaps another"));
        }
        return Ok(());
    }
    let mut parts = written.split(':');
    let name = parts.next().unwrap_or_default();
    let codes = exceptions(name);
    if codes.is_empty() {
        return unsupported(format!("the exception `{name}`"));
    }
    let found: Vec<_> = day.exceptions.iter().filter(|found| is_named(found, name)).collect();
    let mut fits = !found.is_empty();
    for part in parts {
        let size = part.strip_suffix("min").and_then(|minutes| minutes.parse::<u32>().ok());
        match (part, size) {
            ("provisional", _) => fits &= found.iter().any(|found| found.state == ExceptionState::Pending),
            (_, Some(minutes)) => fits &= found.iter().any(|found| found.measure.0 / 60 == minutes),
            _ => return unsupported(format!("the exception `{written}`")),
        }
    }
    // Without the suffix it is final.
    if !written.contains("provisional") {
        fits &= found.iter().any(|found| found.state != ExceptionState::Pending);
    }
    if !fits {
        let raised: Vec<String> = day
            .exceptions
            .iter()
            .map(|it| format!("{} {} {}", it.code, it.state, shown(i64::from(it.measure.0))))
            .collect();
        differences.push(format!("{place}: `{written}` is not raised, but [{}]", raised.join(", ")));
    }
    Ok(())
}

/// Whether an exception is one that a case names so. Two watchers of hours raise the same code.
fn is_named(found: &Raised, name: &str) -> bool {
    let of_watcher = match name {
        "over_daily_limit" => found.rule != NOTE,
        "over_8h_note" => found.rule == NOTE,
        _ => true,
    };
    of_watcher && exceptions(name).contains(&found.code)
}

/// The exceptions of Shiftmill for a name.
fn exceptions(name: &str) -> &'static [E] {
    match name {
        "late" => &[E::LateIn, E::SeriousLate, E::AbsentByLateness],
        "early_leave" => &[E::EarlyOut],
        "late_out" => &[E::LateOut],
        "absent" => &[E::Absent],
        "half_day" | "half_day_absence" => &[E::AbsentHalf],
        "missing_in" => &[E::MissingIn],
        "missing_out" => &[E::MissingOut],
        "missing_meal_punch" => &[E::MissingMealPunch],
        "missing_break_punch" => &[E::MissingBreakPunch],
        "missed_meal" | "meal_required" => &[E::MealMissing, E::MealShort, E::MealLate],
        "over_daily_limit" | "over_8h_note" => &[E::HoursOverLimit],
        "insufficient_rest" => &[E::RestShort],
        "too_many_consecutive_days" => &[E::ConsecutiveDays],
        "short_break" => &[E::BreakShort],
        "schedule_deviation" => &[E::LateIn, E::EarlyIn, E::EarlyOut, E::LateOut],
        _ => &[],
    }
}

fn status_of(day: &Day) -> Option<&'static str> {
    let raised =
        |code: E| day.exceptions.iter().any(|found| found.code == code && found.state == ExceptionState::Final);
    if raised(E::Absent) {
        Some("absent")
    } else if raised(E::AbsentHalf) {
        Some("half_day")
    } else if day.present {
        Some("present")
    } else {
        None
    }
}

/// Compares the figures of each pair of a date. Time that is lacking belongs to the last one, and time beyond what is
/// expected is the end of the work.
fn judge_pairs(
    date: Workday,
    expected: Vec<Keys>,
    answer: &Answer,
    differences: &mut Vec<String>,
) -> Result<(), Unsupported> {
    let pairs: Vec<&Pair> = answer.pairs.iter().filter(|pair| pair.date == date).collect();
    if pairs.len() != expected.len() {
        differences.push(format!("{date}: {} pairs, expected {}", pairs.len(), expected.len()));
        return Ok(());
    }
    let empty = Day::default();
    let days = [answer.days.get(&date).unwrap_or(&empty)];
    for (number, mut figures) in expected.into_iter().enumerate() {
        let within = |wanted: &dyn Fn(&Piece) -> bool, pair: &Pair| -> i64 {
            let inside = answer.pieces.iter().filter(|piece| piece.date == date && wanted(piece));
            inside.map(|piece| overlap((piece.start, piece.end), (pair.start, pair.end))).sum()
        };
        let worked = |pair: &Pair| within(&|piece| piece.worked, pair);
        for code in figures.names() {
            let minutes = figures.number(&code)?.unwrap_or(0) * 60;
            let found = match code.as_str() {
                "worked" => worked(pairs[number]),
                _ if answer.codes.contains(&code) => within(&|piece| piece.code == code, pairs[number]),
                "overtime" => {
                    read_in_two_ways(&code, &days, answer)?;
                    let later: i64 = pairs[number + 1..].iter().map(|pair| worked(pair)).sum();
                    (amount(&code, &days, answer).unwrap_or(0) - later).clamp(0, worked(pairs[number]))
                }
                "undertime" if number + 1 == pairs.len() => {
                    read_in_two_ways(&code, &days, answer)?;
                    amount(&code, &days, answer).unwrap_or(0)
                }
                "undertime" => 0,
                _ => return unsupported(format!("the figure `{code}` of a pair")),
            };
            if found / 60 != minutes / 60 {
                let place = number + 1;
                differences.push(format!("{date}, pair {place}: {code} {}, expected {}", shown(found), shown(minutes)));
            }
        }
    }
    Ok(())
}

/// Compares the figures of one branch on a date.
fn judge_branch(
    date: Workday,
    branch: &str,
    mut figures: Keys,
    answer: &Answer,
    differences: &mut Vec<String>,
) -> Result<(), Unsupported> {
    for code in figures.names() {
        let minutes = figures.number(&code)?.unwrap_or(0) * 60;
        if !answer.codes.contains(&code) && code != "worked" {
            return unsupported(format!("the figure `{code}` of a branch"));
        }
        let of_branch = answer.pieces.iter().filter(|piece| piece.date == date && piece.branch == branch);
        let wanted = of_branch.filter(|piece| if code == "worked" { piece.worked } else { piece.code == code });
        let found: i64 = wanted.map(|piece| overlap((piece.start, piece.end), (piece.start, piece.end))).sum();
        if found / 60 != minutes / 60 {
            differences.push(format!("{date}, {branch}: {code} {}, expected {}", shown(found), shown(minutes)));
        }
    }
    Ok(())
}

/// How many seconds two stretches share.
fn overlap(one: (Timestamp, Timestamp), other: (Timestamp, Timestamp)) -> i64 {
    (one.1.min(other.1).0 - one.0.max(other.0).0).max(0)
}

fn judge_piece(
    workday: Workday,
    mut expected: Keys,
    answer: &Answer,
    differences: &mut Vec<String>,
) -> Result<(), Unsupported> {
    let (start, end) = (expected.text("start")?, expected.text("end")?);
    let code = expected.text("code")?.unwrap_or_default();
    expected.finish()?;
    let instant = |text: &Option<String>, fold: Fold| {
        let zone = answer.zone.as_ref()?;
        wall(text.as_deref()?).map(|wall| zone.instant(wall, fold))
    };
    let (Some(from), Some(to)) = (instant(&start, Fold::Earlier), instant(&end, Fold::Later)) else {
        return unsupported("segments without local times");
    };
    // Ordinary time is what is paid at the plain rate.
    let code = if code == "ordinary" && !answer.codes.contains(&code) { "regular".to_owned() } else { code };
    if !answer.codes.contains(&code) {
        return unsupported(format!("segments of the figure `{code}`, which no rule of the case defines"));
    }
    let inside = |piece: &&super::answer::Piece| {
        piece.date == workday && piece.code == code && piece.start <= from && to <= piece.end
    };
    if !answer.pieces.iter().any(|piece| inside(&piece)) {
        differences.push(format!(
            "{workday}: no {code} from {} to {}",
            start.unwrap_or_default(),
            end.unwrap_or_default()
        ));
    }
    Ok(())
}

fn judge_punches(expected: Vec<Keys>, answer: &Answer, differences: &mut Vec<String>) -> Result<(), Unsupported> {
    if expected.len() != answer.punches.len() {
        differences.push(format!("{} punches, expected {}", answer.punches.len(), expected.len()));
    }
    for (mut keys, found) in expected.into_iter().zip(&answer.punches) {
        let Some(zone) = answer.zone.as_ref() else { return unsupported("no zone") };
        let at = keys.text("at")?.unwrap_or_default();
        let Some(expected_at) = wall(&at) else { return unsupported(format!("the local time `{at}`")) };
        let found_at = zone.wall_at(found.at);
        if found_at != expected_at {
            differences.push(format!("punch at {} instead of {at}", clock(found_at)));
        }
        if let Some(dir) = keys.text("dir")?
            && PunchKind::from_code(&dir) != Some(found.kind)
        {
            differences.push(format!("punch at {at} is {}, expected {dir}", found.kind));
        }
        if let Some(offset) = keys.text("offset")?
            && offset != written_offset(zone.offset_at(found.at))
        {
            differences.push(format!("punch at {at} has offset {}", written_offset(zone.offset_at(found.at))));
        }
        if let Some(day) = keys.text("work_date")?
            && date(&day) != Some(found.work_date)
        {
            differences.push(format!("punch at {at} belongs to {}, expected {day}", found.work_date));
        }
        if keys.has("shift_start") {
            let start = keys.text("shift_start")?;
            let found_start = found.shift_start.map(|start| zone.wall_at(start));
            if start.as_deref().and_then(wall) != found_start {
                let found_start = found_start.map(clock);
                differences.push(format!("punch at {at} belongs to shift {found_start:?}, expected {start:?}"));
            }
        }
        keys.finish()?;
    }
    Ok(())
}

fn written_offset(seconds: i32) -> String {
    let sign = if seconds < 0 { '-' } else { '+' };
    format!("{sign}{:02}:{:02}", seconds.abs() / 3_600, seconds.abs() / 60 % 60)
}

fn clock(wall: shiftmill_core::WallTime) -> String {
    let second = wall.second_of_day();
    format!("{} {:02}:{:02}:{:02}", wall.date(), second / 3_600, second / 60 % 60, second % 60)
}

fn shown(seconds: i64) -> String {
    let size = seconds.abs();
    let sign = if seconds < 0 { "-" } else { "" };
    match size % 60 {
        0 => format!("{sign}{}:{:02}", size / 3_600, size / 60 % 60),
        rest => format!("{sign}{}:{:02}:{rest:02}", size / 3_600, size / 60 % 60),
    }
}
