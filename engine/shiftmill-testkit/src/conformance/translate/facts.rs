//! The facts of a case as files.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Weekday};

use super::super::keys::{Keys, Unsupported, unsupported};
use super::super::stated::Stated;
use super::weekday;

/// The facts of a case.
pub(super) struct Facts {
    timezone: String,
    punches: Vec<PunchRow>,
    shifts: Vec<ShiftRow>,
    leave: Vec<LeaveRow>,
    /// Planned absences.
    absences: Vec<Absence>,
    /// Holidays on which nobody is expected.
    days_off: BTreeSet<Date>,
    /// Whether the planned shifts of a date are the blocks of one shift.
    pub split: bool,
    approvals: Vec<Approval>,
    /// Approvals of overtime, as rows of the file after the employee and the kind.
    overtime_approvals: Vec<String>,
    /// Waivers in the words of the file.
    pub waivers: Vec<(String, String)>,
    /// The last day of employment.
    pub left: Option<String>,
}

struct PunchRow {
    at: DateTime,
    offset: String,
    dir: String,
    /// Where it was done, as files write tags.
    tag: String,
}

struct ShiftRow {
    date: Date,
    start: DateTime,
    /// Where it states no end, the latest.
    end: DateTime,
    free_end: bool,
}

/// A planned shift on which nobody is expected.
struct Absence {
    start: DateTime,
    end: DateTime,
    /// What it is paid as.
    code: Option<String>,
}

struct LeaveRow {
    code: String,
    time: LeaveTime,
}

impl LeaveRow {
    fn is_on(&self, day: Date) -> bool {
        match self.time {
            LeaveTime::Amount(date, _) | LeaveTime::Day(date) => date == day,
            LeaveTime::Span(start, end) => start.date() <= day && day <= end.date(),
        }
    }
}

enum LeaveTime {
    Amount(Date, i64),
    Day(Date),
    Span(DateTime, DateTime),
}

struct Approval {
    kind: String,
    date: Option<String>,
    status: Option<String>,
    span: Option<(DateTime, DateTime)>,
}

impl Facts {
    /// Reads the facts of a case; an attribute that is not known is unsupported.
    pub fn read(stated: &Stated) -> Result<Facts, Unsupported> {
        let Plan { shifts, absences } = shifts(stated)?;
        Ok(Facts {
            timezone: stated.timezone.clone(),
            punches: punches(stated)?,
            shifts,
            leave: leave(stated)?,
            absences,
            days_off: BTreeSet::new(),
            split: false,
            approvals: approvals(stated)?,
            overtime_approvals: Vec::new(),
            waivers: Vec::new(),
            left: None,
        })
    }

    pub fn has_schedule(&self) -> bool {
        !self.shifts.is_empty()
    }

    /// The clock times of the planned shifts: start and end, minutes after the midnight of their date.
    pub fn shift_minutes(&self) -> Vec<(i64, i64)> {
        let minutes = |date: Date, at: DateTime| minutes_between(date.at(0, 0, 0, 0), at);
        self.shifts.iter().map(|shift| (minutes(shift.date, shift.start), minutes(shift.date, shift.end))).collect()
    }

    pub fn has_seconds(&self) -> bool {
        self.punches.iter().any(|punch| punch.at.second() != 0)
    }

    /// True when a meal or break is longer than this.
    pub fn returns_from_a_pause_longer_than(&self, most: i64) -> bool {
        let back = |punch: &PunchRow| ["meal_end", "break_end"].contains(&punch.dir.as_str());
        self.in_order().windows(2).any(|two| back(two[1]) && minutes_between(two[0].at, two[1].at) > most)
    }

    /// True when two punches at most four hours apart lie in the windows of different planned shifts, or one of them in
    /// none. A window opens so long before the start and closes so long after the end; where two overlap, the later
    /// one takes over right after the earlier shift ends.
    pub fn neighbours_in_different_windows(&self, before: i64, after: i64) -> bool {
        let mut shifts: Vec<&ShiftRow> = self.shifts.iter().collect();
        shifts.sort_by_key(|shift| shift.start);
        let window = |punch: &PunchRow| {
            let inside = |shift: &&&ShiftRow| {
                minutes_between(punch.at, shift.start) <= before && minutes_between(shift.end, punch.at) <= after
            };
            let mut holding = shifts.iter().filter(inside).map(|shift| shift.start);
            let first = holding.next();
            let first_end = shifts.iter().find(|shift| Some(shift.start) == first).map(|shift| shift.end);
            if first_end.is_some_and(|end| punch.at > end) { holding.next().or(first) } else { first }
        };
        let near = |a: &PunchRow, b: &PunchRow| minutes_between(a.at, b.at) <= 240;
        self.in_order().windows(2).any(|two| near(two[0], two[1]) && window(two[0]) != window(two[1]))
    }

    /// Turns planned absences on holidays into days off by roster. What holidays pay takes the place of those that would
    /// pay to its code.
    pub fn take_days_off(&mut self, holidays: &[String], code: Option<&str>) {
        let on_holiday = |absence: &Absence| holidays.contains(&absence.start.date().to_string());
        self.days_off.extend(self.absences.iter().filter(|it| on_holiday(it)).map(|absence| absence.start.date()));
        self.absences.retain(|absence| !on_holiday(absence) || absence.code.as_deref() != code);
    }

    /// Turns planned absences into leave: as long as the shift, less the automatic break that it reaches. `breaks` has
    /// for each the time beyond which it is due, and its length, in minutes.
    pub fn absences_as_leave(&mut self, breaks: &[(i64, i64)]) -> Result<(), Unsupported> {
        let entered = |absence: &Absence| {
            let same =
                |leave: &LeaveRow| Some(&leave.code) == absence.code.as_ref() && leave.is_on(absence.start.date());
            self.leave.iter().any(same)
        };
        // Leave that somebody entered takes the place of a planned absence of its code.
        let planned: Vec<Absence> = std::mem::take(&mut self.absences);
        let planned: Vec<Absence> = planned.into_iter().filter(|absence| !entered(absence)).collect();
        for Absence { start, end, code } in planned {
            // An absence without a code pays nothing.
            let Some(code) = code else { continue };
            let length = minutes_between(start, end);
            let due = breaks.iter().filter(|(after, _)| length > *after).map(|(_, amount)| *amount).max().unwrap_or(0);
            let end = end.checked_sub(due.minutes()).map_err(|_| Unsupported("the start of time".into()))?;
            if start < end {
                self.leave.push(LeaveRow { code, time: LeaveTime::Span(start, end) });
            }
        }
        Ok(())
    }

    /// The dates of punches, each once, with their weekdays.
    pub fn dates(&self) -> Vec<(String, &'static str)> {
        let dates: BTreeSet<Date> = self.punches.iter().map(|punch| punch.at.date()).collect();
        let name = |date: &Date| match date.weekday() {
            Weekday::Monday => "Mon",
            Weekday::Tuesday => "Tue",
            Weekday::Wednesday => "Wed",
            Weekday::Thursday => "Thu",
            Weekday::Friday => "Fri",
            Weekday::Saturday => "Sat",
            Weekday::Sunday => "Sun",
        };
        dates.iter().map(|date| (date.to_string(), name(date))).collect()
    }

    /// The dates on these weekdays, from the day before the first punch to the day after the last.
    pub fn dates_on(&self, weekdays: &[String]) -> Result<Vec<String>, Unsupported> {
        let days = weekdays.iter().map(|day| weekday(day)).collect::<Result<Vec<_>, _>>()?;
        let dates = || self.punches.iter().map(|punch| punch.at.date());
        let (Some(first), Some(last)) = (dates().min(), dates().max()) else { return Ok(Vec::new()) };
        let around =
            first.saturating_sub(1.day()).series(1.day()).take_while(|date| *date <= last.saturating_add(1.day()));
        let short = |date: &Date| format!("{:?}", date.weekday()).chars().take(3).collect::<String>();
        Ok(around.filter(|date| days.contains(&short(date).as_str())).map(|date| date.to_string()).collect())
    }

    /// True when a punch and the next one lie on different dates, less than a day apart: work that passes midnight.
    pub fn passes_midnight(&self) -> bool {
        let apart = |two: &[&PunchRow]| two[0].at.date() != two[1].at.date() && two[0].dir != "out";
        self.in_order().windows(2).any(apart)
    }

    /// Cuts leave between two instants to the planned shifts.
    pub fn clip_leave(&mut self) {
        let mut clipped = Vec::new();
        for row in self.leave.drain(..) {
            match row.time {
                LeaveTime::Span(start, end) => clipped.extend(self.shifts.iter().filter_map(|shift| {
                    let (start, end) = (start.max(shift.start), end.min(shift.end));
                    (start < end).then(|| LeaveRow { code: row.code.clone(), time: LeaveTime::Span(start, end) })
                })),
                LeaveTime::Amount(..) | LeaveTime::Day(_) => clipped.push(row),
            }
        }
        self.leave = clipped;
    }

    /// True when worked time, leave and what holidays pay pass this many minutes together on a day of leave or a holiday,
    /// counted from the first day.
    pub fn leave_passes(&self, limit: i64, holidays: &[String], paid: i64) -> bool {
        let mut days: BTreeMap<Date, (i64, bool)> = BTreeMap::new();
        for two in self.in_order().windows(2).filter(|two| two[0].dir == "in") {
            days.entry(two[0].at.date()).or_default().0 += minutes_between(two[0].at, two[1].at);
        }
        for row in &self.leave {
            let (date, minutes) = match row.time {
                LeaveTime::Amount(date, minutes) => (date, minutes),
                LeaveTime::Day(date) => (date, 480),
                LeaveTime::Span(start, end) => (start.date(), minutes_between(start, end)),
            };
            let day = days.entry(date).or_default();
            *day = (day.0 + minutes, true);
        }
        for date in holidays.iter().filter_map(|date| date.parse().ok()) {
            let day = days.entry(date).or_default();
            *day = (day.0 + paid, true);
        }
        let mut counted = 0;
        days.values().any(|(minutes, leave)| {
            counted += minutes;
            *leave && counted > limit
        })
    }

    /// How long after the end of every planned shift its date is over, in minutes; 0 when shifts end on a later date.
    pub fn minutes_left_after_shifts(&self) -> i64 {
        self.shift_minutes().into_iter().map(|(_, end)| 1_440 - end).max().unwrap_or(0).max(0)
    }

    fn in_order(&self) -> Vec<&PunchRow> {
        let mut punches: Vec<&PunchRow> = self.punches.iter().collect();
        punches.sort_by_key(|punch| punch.at);
        punches
    }

    pub fn leave_codes(&self) -> BTreeSet<String> {
        self.leave.iter().map(|leave| leave.code.clone()).collect()
    }

    /// True when the first punch is an in and the last an out.
    pub fn opens_with_in_and_closes_with_out(&self) -> bool {
        let first = self.punches.iter().min_by_key(|punch| punch.at);
        let last = self.punches.iter().max_by_key(|punch| punch.at);
        first.is_some_and(|punch| punch.dir == "in") && last.is_some_and(|punch| punch.dir == "out")
    }

    /// Takes the approvals of these kinds; true when there was one of each on one date, with the dates.
    pub fn take_agreed(&mut self, kinds: [&str; 2]) -> Vec<String> {
        let dates: BTreeSet<String> = self.approvals.iter().filter_map(|approval| approval.date.clone()).collect();
        let has = |kind: &str, date: &str| {
            self.approvals.iter().any(|approval| approval.kind == kind && approval.date.as_deref() == Some(date))
        };
        let agreed = dates.into_iter().filter(|date| kinds.iter().all(|kind| has(kind, date))).collect();
        self.approvals.retain(|approval| !kinds.contains(&approval.kind.as_str()));
        agreed
    }

    /// Takes the approvals of overtime, for a policy that needs them.
    pub fn take_overtime_approvals(&mut self) -> Result<(), Unsupported> {
        let (taken, left) = self.approvals.drain(..).partition(|approval| approval.kind == "overtime");
        self.approvals = left;
        let taken: Vec<Approval> = taken;
        for Approval { date, status, span, .. } in taken {
            let status = match status.as_deref() {
                None | Some("approved") => "approved",
                Some("pending") => "pending",
                Some("refused" | "rejected") => "rejected",
                Some(other) => return unsupported(format!("approvals of status `{other}`")),
            };
            self.overtime_approvals.push(match (date, span) {
                (None, Some((start, end))) => format!("{start},{end},,{status}"),
                (Some(date), None) => format!(",,{date},{status}"),
                _ => return unsupported("approvals that state their time in another form"),
            });
        }
        Ok(())
    }

    /// The end of reading: every approval must have been used.
    pub fn finish(&self) -> Result<(), Unsupported> {
        match self.approvals.first() {
            None => Ok(()),
            Some(approval) => unsupported(format!("approvals of kind `{}`", approval.kind)),
        }
    }

    /// The files, each with its name; empty ones are left out.
    pub fn files(&self) -> Vec<(&'static str, String)> {
        let left = self.left.as_deref().unwrap_or_default();
        let employee = format!("employee,zone,left\nE1,{},{left}\n", self.timezone);
        let mut files = vec![("employees.csv", employee)];
        let mut punches = String::from("employee,at,kind,tag\n");
        for PunchRow { at, offset, dir, tag } in &self.punches {
            let _ = writeln!(punches, "E1,{at}{offset},{dir},{tag}");
        }
        files.push(("punches.csv", punches));
        if !self.shifts.is_empty() || !self.days_off.is_empty() {
            let mut schedule = String::from("employee,workday,start,end,split,kind\n");
            let split = if self.split { "1" } else { "" };
            for shift in &self.shifts {
                let start = clock(shift.date, shift.start);
                let end = if shift.free_end { String::new() } else { clock(shift.date, shift.end) };
                let _ = writeln!(schedule, "E1,{},{start},{end},{split},", shift.date);
            }
            for date in &self.days_off {
                let _ = writeln!(schedule, "E1,{date},,,,rest");
            }
            files.push(("schedule.csv", schedule));
        }
        if !self.leave.is_empty() {
            let mut leave = String::from("employee,code,from,to,workday,amount\n");
            for row in &self.leave {
                let _ = match &row.time {
                    LeaveTime::Amount(date, minutes) => {
                        writeln!(leave, "E1,{},,,{date},{}:{:02}", row.code, minutes / 60, minutes % 60)
                    }
                    LeaveTime::Day(date) => writeln!(leave, "E1,{},,,{date},", row.code),
                    LeaveTime::Span(start, end) => writeln!(leave, "E1,{},{start},{end},,", row.code),
                };
            }
            files.push(("leave.csv", leave));
        }
        if !self.waivers.is_empty() {
            let mut waivers = String::from("employee,workday,waived\n");
            for (date, what) in &self.waivers {
                let _ = writeln!(waivers, "E1,{date},{what}");
            }
            files.push(("waivers.csv", waivers));
        }
        if !self.overtime_approvals.is_empty() {
            let mut approvals = String::from("employee,kind,from,to,workday,status\n");
            for row in &self.overtime_approvals {
                let _ = writeln!(approvals, "E1,overtime,{row}");
            }
            files.push(("approvals.csv", approvals));
        }
        files
    }
}

fn minutes_between(from: DateTime, to: DateTime) -> i64 {
    let midnight = from.date();
    let minute = |at: DateTime| {
        i64::from((at.date() - midnight).get_days()) * 1_440 + i64::from(at.hour()) * 60 + i64::from(at.minute())
    };
    minute(to) - minute(from)
}

/// A clock time counted from the midnight of a date; may pass 24:00.
fn clock(date: Date, at: DateTime) -> String {
    let days = (at.date() - date).get_days();
    let hours = i32::from(at.hour()) + days * 24;
    match at.second() {
        0 => format!("{hours:02}:{:02}", at.minute()),
        second => format!("{hours:02}:{:02}:{second:02}", at.minute()),
    }
}

fn punches(stated: &Stated) -> Result<Vec<PunchRow>, Unsupported> {
    let mut rows = Vec::new();
    for mut keys in stated.punches.iter().cloned() {
        let at = moment(keys.text("at")?)?;
        let offset = keys.text("offset")?.unwrap_or_default();
        let dir = keys.text("dir")?.unwrap_or_else(|| "unknown".into());
        let tag = place_tag(&mut keys)?;
        keys.finish()?;
        rows.push(PunchRow { at, offset, dir, tag });
    }
    Ok(rows)
}

/// The tag that says in which branch and department a punch was done.
fn place_tag(keys: &mut Keys) -> Result<String, Unsupported> {
    let mut pairs = Vec::new();
    for name in ["branch", "department"] {
        if let Some(value) = keys.text(name)? {
            pairs.push(format!("{name}={value}"));
        }
    }
    Ok(pairs.join(";"))
}

/// What the facts plan.
struct Plan {
    shifts: Vec<ShiftRow>,
    absences: Vec<Absence>,
}

fn shifts(stated: &Stated) -> Result<Plan, Unsupported> {
    let mut plan = Plan { shifts: Vec::new(), absences: Vec::new() };
    let mut starts = Vec::new();
    for keys in &stated.schedule {
        starts.push(moment(keys.clone().text("start")?)?);
    }
    for mut keys in stated.schedule.iter().cloned() {
        let date = date(keys.text("date")?)?;
        let start = moment(keys.text("start")?)?;
        let end = keys.text("end")?;
        let free_end = end.is_none();
        let end = match end {
            Some(end) => moment(Some(end))?,
            None => {
                // It goes on until the next shift starts, for a day at most.
                let next = starts.iter().filter(|other| **other > start).min().copied();
                let day = start.checked_add(24.hours()).map_err(|_| Unsupported("the end of time".into()))?;
                next.map_or(day, |next| next.min(day))
            }
        };
        let (status, code) = (keys.text("status")?, keys.text("absence_code")?);
        keys.finish()?;
        if start.date() < date || end <= start {
            return unsupported("planned shifts that start before their date");
        }
        match status.as_deref() {
            None | Some("working") => plan.shifts.push(ShiftRow { date, start, end, free_end }),
            Some("absent") => plan.absences.push(Absence { start, end, code }),
            Some(other) => return unsupported(format!("planned shifts of status `{other}`")),
        }
    }
    Ok(plan)
}

fn leave(stated: &Stated) -> Result<Vec<LeaveRow>, Unsupported> {
    let mut rows = Vec::new();
    for mut keys in stated.leave.iter().cloned() {
        let approved = matches!(keys.text("status")?.as_deref(), None | Some("approved"));
        let (code, kind) = (keys.text("code")?, keys.text("kind")?);
        let (start, end) = (keys.text("start")?, keys.text("end")?);
        let (day, minutes) = (keys.text("date")?, keys.number("minutes")?);
        keys.finish()?;
        let time = match (start, day, minutes) {
            // The date says to which shift the leave belongs, which its times say as well.
            (Some(start), _, None) => LeaveTime::Span(moment(Some(start))?, moment(end)?),
            (None, Some(day), Some(minutes)) => LeaveTime::Amount(date(Some(day))?, minutes),
            (None, Some(day), None) => LeaveTime::Day(date(Some(day))?),
            _ => return unsupported("leave that states its time in another form"),
        };
        if approved {
            rows.push(LeaveRow { code: code.or(kind).unwrap_or_else(|| "leave".into()), time });
        }
    }
    Ok(rows)
}

fn approvals(stated: &Stated) -> Result<Vec<Approval>, Unsupported> {
    let mut rows = Vec::new();
    for mut keys in stated.approvals.iter().cloned() {
        let kind = keys.text("kind")?.unwrap_or_default();
        let (date, status) = (keys.text("date")?, keys.text("status")?);
        let (start, end) = (keys.text("start")?, keys.text("end")?);
        if kind != "overtime" && (status.is_some() || start.is_some()) {
            return unsupported(format!("approvals of kind `{kind}`"));
        }
        let span = match start {
            None => None,
            Some(start) => Some((moment(Some(start))?, moment(end)?)),
        };
        keys.finish()?;
        rows.push(Approval { kind, date, status, span });
    }
    Ok(rows)
}

fn moment(text: Option<String>) -> Result<DateTime, Unsupported> {
    let text = text.unwrap_or_default();
    text.parse().map_err(|_| Unsupported(format!("the local time `{text}`")))
}

fn date(text: Option<String>) -> Result<Date, Unsupported> {
    let text = text.unwrap_or_default();
    text.parse().map_err(|_| Unsupported(format!("the date `{text}`")))
}
