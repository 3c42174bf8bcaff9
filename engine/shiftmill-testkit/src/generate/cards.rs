//! Random timecards: ordinary days, and everything that goes wrong at a clock.

use shiftmill_core::{
    Approval, ApprovalKind, ApprovalStatus, ApprovalTime, Attestation, CardFacts, Compensation, Correction,
    CorrectionKind, DayHalf, DayOverride, DayType, DayWindow, Employment, EvaluationWindow, ExceptionCode, Fold, Leave,
    LeaveTime, ManualHours, OpeningBalance, Override, PayCode, PlanTimeline, Punch, PunchKind, PunchRef, RosterKind,
    RuleId, Seconds, ShiftFact, ShiftTimes, TagDictionary, TagId, Timestamp, Unit, Waiver, WaiverKind, WallTime,
    Workday, Zone,
};

use super::{Grid, Random, tags};

/// A timecard in the making.
struct Maker<'a> {
    random: &'a mut Random,
    grid: Grid,
    zone: &'a Zone,
    timeline: &'a PlanTimeline,
    window: &'a EvaluationWindow,
    /// How likely an irregular fact is, in percent.
    odd: u64,
    /// How many tags there are.
    tags: usize,
    /// The end of the scheduled shifts so far, in seconds that a clock shows.
    scheduled_until: i64,
}

/// The facts of one employee.
pub(super) fn facts(
    random: &mut Random,
    grid: Grid,
    zone: &Zone,
    timeline: &PlanTimeline,
    window: &EvaluationWindow,
    tags: &TagDictionary,
) -> CardFacts {
    let odd = *random.one_of(&[0, 2, 5, 15]);
    let (tags, scheduled_until) = (tags.len(), i64::MIN);
    let mut maker = Maker { random, grid, zone, timeline, window, odd, tags, scheduled_until };
    let mut facts = CardFacts { employee: "generated".into(), ..CardFacts::default() };
    let habit = maker.habit();
    let schedule = maker.random.below(3);
    let kinds = maker.random.chance(40);
    for day in window.facts.first.0..=window.facts.last.0 {
        if maker.random.chance(80) {
            maker.day(&habit, Workday(day), schedule, &mut facts);
        }
        if kinds && maker.random.chance(25) {
            maker.roster_row(&habit, Workday(day), &mut facts);
        }
    }
    maker.lengths(&mut facts);
    maker.free_ends(&mut facts);
    maker.callbacks(&habit, &mut facts);
    maker.offsite(&mut facts);
    maker.tags(&mut facts);
    maker.recorded(&mut facts);
    maker.ids_and_order(&mut facts);
    maker.leave(&mut facts);
    maker.corrections(&mut facts);
    maker.decisions(&mut facts);
    maker.employment(&mut facts);
    facts.rejected_rows = maker.random.maybe(5, |random| 1 + random.below(3) as u32).unwrap_or(0);
    facts
}

/// How a person usually works.
struct Habit {
    start: i64,
    length: i64,
    untyped: bool,
}

impl Maker<'_> {
    fn minutes(&mut self, from: i64, to: i64) -> i64 {
        self.grid.minutes(self.random, from, to)
    }

    fn habit(&mut self) -> Habit {
        let starts = [(360, 600), (360, 600), (780, 900), (1_260, 1_380)];
        let (from, to) = *self.random.one_of(&starts);
        Habit { start: self.minutes(from, to), length: self.minutes(240, 660), untyped: self.random.chance(12) }
    }

    fn day(&mut self, habit: &Habit, day: Workday, schedule: u64, facts: &mut CardFacts) {
        match schedule {
            0 if self.random.chance(85) => {
                let end =
                    habit.start + habit.length + 1_800 / i64::from(self.grid.seconds) * i64::from(self.grid.seconds);
                self.schedule(day, habit.start, end.max(habit.start + 1), facts);
            }
            1 if self.random.chance(85) => {
                let template = self.random.below(3) as u16;
                let times = self.timeline.at(day).schedule.templates.get(usize::from(template));
                let (first, last) = times.map_or((None, None), |it| (it.blocks.first(), it.blocks.last()));
                let (start, end) = (first.map_or(0, |first| first.start), last.map_or(0, |last| last.end));
                if self.is_free(day, i64::from(start), i64::from(end)) {
                    facts.shifts.push(ShiftFact::work(day, ShiftTimes::Template(template)));
                }
            }
            _ => {}
        }
        if self.random.chance(8) {
            return;
        }
        let second = habit.start + self.jitter();
        let start = self.instant(day, second);
        let mut minutes = vec![(0, PunchKind::In)];
        let half = self.minutes(60, 300).min(habit.length);
        match self.random.below(4) {
            0 => {}
            1 => {
                let pause = self.minutes(0, 40);
                minutes.push((half, PunchKind::BreakStart));
                minutes.push((half + pause, PunchKind::BreakEnd));
            }
            2 => {
                let pause = if self.random.chance(30) { self.minutes(75, 330) } else { self.minutes(10, 75) };
                minutes.push((half, PunchKind::Out));
                minutes.push((half + pause, PunchKind::In));
            }
            _ => {
                let pause = self.minutes(10, 75);
                minutes.push((half, PunchKind::MealStart));
                minutes.push((half + pause, PunchKind::MealEnd));
            }
        }
        // Some work through a second shift.
        let longer = if self.random.chance(10) { self.minutes(120, 480) } else { 0 };
        let length = habit.length + longer + self.jitter();
        let last = minutes[minutes.len() - 1].0;
        minutes.push((length.max(last), PunchKind::Out));
        for (offset, kind) in minutes {
            let kind = if habit.untyped { PunchKind::Unknown } else { kind };
            self.punch(Timestamp(start.0 + offset), kind, facts);
        }
    }

    /// Schedules a shift, or two that touch or have a pause between them; now and then one twice.
    fn schedule(&mut self, day: Workday, start: i64, end: i64, facts: &mut CardFacts) {
        let step = i64::from(self.grid.seconds);
        let half = start + (end - start) / 2 / step * step;
        let mut rows = vec![(start, end)];
        // The blocks of a split shift, or two shifts.
        let split = if self.random.chance(50) { 0 } else { 1 + self.random.below(2) as u8 };
        match self.random.below(8) {
            0 if half > start => rows = vec![(start, half), (half, end)],
            1 if half > start => {
                let pause = self.minutes(0, 300);
                rows = vec![(start, half), (half + pause, end + pause)];
            }
            2 => rows.push((end, end + self.minutes(60, 600))),
            _ => {}
        }
        for (start, end) in rows {
            if !self.is_free(day, start, end) {
                continue;
            }
            let times = ShiftTimes::Clock { start: start as i32, end: end as i32 };
            let row = ShiftFact { split, ..ShiftFact::work(day, times) };
            facts.shifts.push(row);
            if self.random.chance(self.odd / 4) {
                facts.shifts.push(row);
            }
        }
    }

    /// Whether a shift may be scheduled after the ones before; one that overlaps them is rare, since it is an error.
    fn is_free(&mut self, day: Workday, start: i64, end: i64) -> bool {
        let midnight = i64::from(day.0) * 86_400;
        let overlaps = midnight + start < self.scheduled_until;
        self.scheduled_until = self.scheduled_until.max(midnight + end);
        !overlaps || self.random.chance(self.odd / 5)
    }

    /// Adds a roster row of any kind, or changes the kind of the last one.
    fn roster_row(&mut self, habit: &Habit, day: Workday, facts: &mut CardFacts) {
        let kind = *self.random.one_of(RosterKind::ALL);
        let start = (habit.start + self.minutes(-300, 300)).max(0) as i32;
        let end = start + self.minutes(60, 600) as i32;
        let times = match self.random.below(3) {
            0 => ShiftTimes::Template(self.random.below(3) as u16),
            _ => ShiftTimes::Clock { start, end },
        };
        match facts.shifts.last_mut().filter(|row| row.workday == day && self.random.chance(50)) {
            Some(row) => row.kind = kind,
            None if kind.is_duty() && !self.is_free(day, i64::from(start), i64::from(end)) => {}
            None => {
                let split = if self.random.chance(20) { 1 } else { 0 };
                facts.shifts.push(ShiftFact { workday: day, kind, times, split, tag: TagId::NONE });
            }
        }
    }

    /// Rows to work of which some have no clock times.
    fn lengths(&mut self, facts: &mut CardFacts) {
        let share = *self.random.one_of(&[0, 0, 0, 0, 10, 60]);
        for index in 0..facts.shifts.len() {
            let row = facts.shifts[index];
            if row.kind == RosterKind::Work && self.random.chance(share) {
                let times = ShiftTimes::Length(Seconds(self.minutes(60, 540).max(1) as u32));
                facts.shifts[index] = ShiftFact { times, split: 0, ..row };
                if self.random.chance(self.odd) {
                    let again = facts.shifts[index];
                    facts.shifts.push(again);
                }
            }
        }
    }

    /// Rows to work of which some have a start only, with or without a length.
    fn free_ends(&mut self, facts: &mut CardFacts) {
        let share = *self.random.one_of(&[0, 0, 0, 0, 25, 90]);
        for index in 0..facts.shifts.len() {
            let row = facts.shifts[index];
            let ShiftTimes::Clock { start, .. } = row.times else { continue };
            if row.kind != RosterKind::Work || !self.random.chance(share) {
                continue;
            }
            let length = self.minutes(60, 540).max(1) as u32;
            let expects = if self.random.chance(50) { Seconds(length) } else { Seconds::ZERO };
            facts.shifts[index].times = ShiftTimes::FreeEnd { start, expects };
            if self.random.chance(self.odd) {
                let again = facts.shifts[index];
                facts.shifts.push(again);
            }
        }
    }

    /// Some people are called back, mostly after work; now and then in the middle of it.
    fn callbacks(&mut self, habit: &Habit, facts: &mut CardFacts) {
        while self.random.chance(20) {
            let day = self.any_day();
            let after = if self.random.chance(80) { habit.length } else { 0 };
            let second = habit.start + after + self.minutes(0, 300);
            let start = self.instant(day, second);
            let length = self.minutes(10, 240);
            self.punch(start, PunchKind::CallbackIn, facts);
            self.punch(Timestamp(start.0 + length), PunchKind::CallbackOut, facts);
        }
    }

    /// Some punches are made outside.
    fn offsite(&mut self, facts: &mut CardFacts) {
        let share = *self.random.one_of(&[0, 0, 0, 10, 50]);
        for punch in &mut facts.punches {
            if punch.kind.is_without_direction() && self.random.chance(share) || self.random.chance(share / 10) {
                punch.kind = PunchKind::Offsite;
            }
        }
    }

    /// Some punches say when they became known: mostly at once, some days later, some before they happened, some too late.
    fn recorded(&mut self, facts: &mut CardFacts) {
        let share = *self.random.one_of(&[0, 0, 0, 15, 90]);
        for index in 0..facts.punches.len() {
            if !self.random.chance(share) {
                continue;
            }
            let at = facts.punches[index].at.0;
            let recorded_at = match self.random.below(12) {
                0 => at - self.minutes(0, 40),
                1 => self.window.as_of.0 + self.minutes(-60, 120),
                2 | 3 => at + self.minutes(60, 4_000),
                _ => at + self.minutes(0, 20),
            };
            facts.punches[index].recorded_at = Some(Timestamp(recorded_at));
        }
    }

    /// Tags of the employee, of some rows and punches, and transfers from one to another.
    fn tags(&mut self, facts: &mut CardFacts) {
        let tags = self.tags;
        if tags == 0 {
            return;
        }
        facts.tag = tags::tag(self.random, tags, 40);
        let (of_rows, of_punches) = (*self.random.one_of(&[0, 30, 90]), *self.random.one_of(&[0, 30, 90]));
        facts.shifts.iter_mut().for_each(|row| row.tag = tags::tag(self.random, tags, of_rows));
        facts.punches.iter_mut().for_each(|punch| punch.tag = tags::tag(self.random, tags, of_punches));
        let ins: Vec<Punch> = facts.punches.iter().filter(|punch| punch.kind == PunchKind::In).copied().collect();
        for opener in ins {
            if self.random.chance(25) {
                let at = Timestamp(opener.at.0 + self.minutes(1, 240));
                let tag = tags::tag(self.random, tags, 80);
                facts.punches.push(Punch { at, kind: PunchKind::Transfer, tag, id: None, recorded_at: None });
            }
        }
    }

    fn jitter(&mut self) -> i64 {
        let wide = if self.random.chance(20) { 120 } else { 15 };
        self.minutes(-wide, wide)
    }

    fn instant(&mut self, day: Workday, second: i64) -> Timestamp {
        let fold = if self.random.chance(50) { Fold::Earlier } else { Fold::Later };
        self.zone.instant(WallTime(WallTime::on(day, 0).0 + second), fold)
    }

    /// Adds a punch, sometimes not, twice, at another time or of another kind.
    fn punch(&mut self, at: Timestamp, kind: PunchKind, facts: &mut CardFacts) {
        if self.random.chance(self.odd) {
            return;
        }
        let mut punch = Punch { at, kind, id: None, tag: TagId::NONE, recorded_at: None };
        if self.random.chance(self.odd) {
            punch.kind = *self.random.one_of(PunchKind::ALL);
        }
        if self.random.chance(self.odd) {
            punch.at = Timestamp(at.0 + self.minutes(-180, 180));
        }
        facts.punches.push(punch);
        if self.random.chance(self.odd) {
            let again = Timestamp(punch.at.0 + self.minutes(0, 5));
            facts.punches.push(Punch { at: again, ..punch });
        }
        if self.random.chance(self.odd) {
            let at = Timestamp(punch.at.0 + self.minutes(-300, 300));
            facts.punches.push(Punch {
                at,
                kind: *self.random.one_of(PunchKind::ALL),
                id: None,
                tag: TagId::NONE,
                recorded_at: None,
            });
        }
    }

    fn ids_and_order(&mut self, facts: &mut CardFacts) {
        if self.random.chance(30) {
            for (index, punch) in facts.punches.iter_mut().enumerate() {
                punch.id = Some(100 + index as u64);
            }
        }
        if self.random.chance(20) {
            for index in (1..facts.punches.len()).rev() {
                facts.punches.swap(index, self.random.below(index as u64 + 1) as usize);
            }
        }
    }

    fn any_day(&mut self) -> Workday {
        let days = (self.window.facts.last.0 - self.window.facts.first.0) as u64 + 1;
        self.window.facts.first.plus(self.random.below(days) as i32)
    }

    /// Mostly known in time, sometimes too late.
    fn known(&mut self) -> Timestamp {
        let late = self.random.chance(8);
        Timestamp(self.window.as_of.0 + if late { 3_600 } else { -7_200 + self.random.below(4) as i64 * 600 })
    }

    fn leave(&mut self, facts: &mut CardFacts) {
        let count = *self.random.one_of(&[0, 0, 0, 0, 1, 1, 2]);
        for _ in 0..count {
            let day = self.any_day();
            let time = match self.random.below(5) {
                0 => LeaveTime::Workday(day),
                4 => LeaveTime::HalfDay(day, *self.random.one_of(DayHalf::ALL)),
                1 => LeaveTime::Amount(day, Seconds(self.minutes(60, 480) as u32)),
                _ => {
                    let second = self.minutes(300, 1_200);
                    let start = self.instant(day, second);
                    LeaveTime::Span { start, end: Timestamp(start.0 + self.minutes(30, 600)) }
                }
            };
            let recorded_at = self.known();
            facts.leave.push(Leave { code: self.random.below(2) as u16, time, recorded_at });
        }
    }

    fn corrections(&mut self, facts: &mut CardFacts) {
        let count = *self.random.one_of(&[0, 0, 0, 0, 1, 2]);
        for _ in 0..count {
            let Some(punch) = facts.punches.get(self.random.below(facts.punches.len() as u64) as usize).copied() else {
                return;
            };
            let mut named = match punch.id {
                Some(id) => PunchRef::Id(id),
                None => PunchRef::At(punch.at, punch.kind),
            };
            if self.random.chance(10) {
                named = PunchRef::At(Timestamp(punch.at.0 + 7), punch.kind);
            }
            let to = Timestamp(punch.at.0 + self.minutes(-90, 90));
            let kind = match self.random.below(4) {
                0 => CorrectionKind::Void(named),
                1 => CorrectionKind::Retime { punch: named, to },
                2 => CorrectionKind::SetKind { punch: named, kind: *self.random.one_of(PunchKind::ALL) },
                _ => {
                    let kind = *self.random.one_of(PunchKind::ALL);
                    CorrectionKind::Add { at: to, kind, tag: tags::tag(self.random, self.tags, 50) }
                }
            };
            let recorded_at = self.known();
            facts.corrections.push(Correction { kind, recorded_at });
        }
    }

    fn decisions(&mut self, facts: &mut CardFacts) {
        let codes = [ExceptionCode::LateIn, ExceptionCode::MissingOut, ExceptionCode::EarlyOut, ExceptionCode::Absent];
        while self.random.chance(15) {
            let workday = self.any_day();
            let kind = match self.random.below(3) {
                0 => WaiverKind::Exception(*self.random.one_of(&codes)),
                _ => WaiverKind::Meal(1 + self.random.below(2) as u8),
            };
            facts.waivers.push(Waiver { workday, kind });
        }
        if self.random.chance(10) {
            let day_type = *self.random.one_of(DayType::ALL);
            let workday = self.any_day();
            let window = self.random.chance(50).then(|| self.day_window()).flatten();
            facts.day_overrides.push(DayOverride { workday, day_type, window });
            if self.random.chance(10) {
                let (day_type, window) = (*self.random.one_of(DayType::ALL), window.filter(|_| self.random.chance(50)));
                facts.day_overrides.push(DayOverride { workday, day_type, window });
            }
        }
        self.approvals(facts);
        self.statements(facts);
        self.overrides(facts);
        if self.random.chance(15) {
            let plan = &self.timeline.versions()[0].1;
            let tiers = plan.overtime.tiers.iter().map(|tier| tier.rule);
            let rules: Vec<RuleId> = tiers.chain(plan.watchers.iter().map(|watcher| watcher.rule)).collect();
            if !rules.is_empty() {
                let rule = *self.random.one_of(&rules);
                let amount = Seconds(self.minutes(60, 2_400) as u32);
                facts.opening_balances.push(OpeningBalance { rule, amount });
                let rule = *self.random.one_of(&rules);
                if self.random.chance(20) {
                    facts.opening_balances.push(OpeningBalance { rule, amount });
                }
            }
        }
    }
}

impl Maker<'_> {
    /// Hours that somebody added, and what the employee attested.
    fn statements(&mut self, facts: &mut CardFacts) {
        let codes = self.timeline.names().pay_codes.len() as u64;
        while self.random.chance(15) {
            let code = PayCode(if self.random.chance(1) { 999 } else { self.random.below(codes) as u16 });
            let counts_time = self.timeline.names().pay_code(code).is_none_or(|info| info.unit == Unit::Second);
            if !counts_time && self.random.chance(97) {
                continue;
            }
            let most = if self.random.chance(1) { 1_500 } else { 600 };
            let amount = Seconds(self.minutes(0, most) as u32);
            let (workday, recorded_at) = (self.any_day(), self.known());
            facts.manual_hours.push(ManualHours { workday, code, amount, recorded_at });
        }
        let questions = self.timeline.names().attestations.len() as u64;
        let often = *self.random.one_of(&[0, 70, 90]);
        while self.random.chance(often) {
            let question = if self.random.below(300) == 0 { 99 } else { self.random.below(questions.max(1)) as u16 };
            let (workday, answer, recorded_at) = (self.any_day(), self.random.chance(50), self.known());
            facts.attestations.push(Attestation { workday, question, answer, recorded_at });
        }
    }

    /// Pay lines that somebody stated, mostly of codes that much work has, several for some days.
    fn overrides(&mut self, facts: &mut CardFacts) {
        let codes = self.timeline.names().pay_codes.len() as u64;
        let often = *self.random.one_of(&[0, 0, 0, 60, 90]);
        while self.random.chance(often) {
            let code = match self.random.below(200) {
                0 => PayCode(999),
                1..120 => PayCode::REGULAR,
                _ => PayCode(self.random.below(codes) as u16),
            };
            let counts_time = self.timeline.names().pay_code(code).is_none_or(|info| info.unit == Unit::Second);
            if !counts_time && self.random.chance(97) {
                continue;
            }
            let most = if self.random.chance(1) { 2_890 } else { 600 };
            let amount = if self.random.chance(20) { 0 } else { self.minutes(0, most) };
            let amount = Seconds(amount as u32 + u32::from(self.random.chance(10)));
            let computed = self.random.maybe(40, |random| Seconds(*random.one_of(&[0, 14_400, 28_800])));
            let (workday, recorded_at) = (self.any_day(), self.known());
            let stated = Override { workday, code, amount, computed, recorded_at };
            facts.overrides.push(stated);
            match self.random.below(40) {
                0 => facts.overrides.push(stated),
                1 => facts.overrides.push(Override { amount: Seconds(600), ..stated }),
                2..6 => facts.overrides.push(Override { amount: Seconds(600), recorded_at: self.known(), ..stated }),
                _ => {}
            }
        }
    }

    fn day_window(&mut self) -> Option<DayWindow> {
        let (one, other) = (self.minutes(0, 1_440) as u32, self.minutes(0, 1_440) as u32);
        DayWindow::new(one.min(other), if self.random.chance(50) { 86_400 } else { one.max(other) })
    }

    /// Some people are hired or leave inside the days of the facts, and a few are hired again.
    fn employment(&mut self, facts: &mut CardFacts) {
        while self.random.chance(12) {
            let (one, other) = (self.any_day(), self.any_day());
            let hired = self.random.maybe(70, |_| one.min(other));
            let left = self.random.maybe(60, |_| one.max(other));
            let backwards = self.random.chance(2);
            facts.employment.push(match backwards {
                true => Employment { hired: left, left: hired },
                false => Employment { hired, left },
            });
        }
    }

    /// Approvals, mostly of overtime at the end of a day.
    fn approvals(&mut self, facts: &mut CardFacts) {
        let count = *self.random.one_of(&[0, 0, 1, 2, 4, 6]);
        for _ in 0..count {
            let day = self.any_day();
            let time = match self.random.below(6) {
                0 => ApprovalTime::Workday(day),
                1 => ApprovalTime::Length(day, Seconds(self.minutes(0, 240) as u32)),
                _ => {
                    let second = self.minutes(240, 1_500);
                    let start = self.instant(day, second);
                    ApprovalTime::Span { start, end: Timestamp(start.0 + self.minutes(15, 300).max(1)) }
                }
            };
            let of_overtime = self.random.chance(75);
            let kind = if of_overtime { ApprovalKind::Overtime } else { *self.random.one_of(ApprovalKind::ALL) };
            let approved = self.random.chance(85);
            let status = if approved { ApprovalStatus::Approved } else { *self.random.one_of(ApprovalStatus::ALL) };
            let choice = if self.random.chance(70) { Compensation::Pay } else { Compensation::Bank };
            let recorded_at = self.known();
            facts.approvals.push(Approval { kind, time, status, choice, recorded_at });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate;

    #[test]
    fn every_list_of_facts_is_made() {
        let mut made = [false; 30];
        for seed in 0..2_000 {
            // Carried values need a plugin, which the generator of edits binds.
            let CardFacts {
                employee: _,
                ruleset: _,
                zone: _,
                rejected_rows,
                tag,
                punches,
                shifts,
                leave,
                corrections,
                waivers,
                day_overrides,
                approvals,
                employment,
                assignments,
                manual_hours,
                attestations,
                overrides,
                opening_balances,
                carried: _,
            } = generate::question(seed, 0).facts;
            let numbered = punches.iter().any(|punch| punch.id.is_some());
            let lists = [
                !punches.is_empty(),
                numbered,
                !shifts.is_empty(),
                !leave.is_empty(),
                leave.iter().any(|leave| matches!(leave.time, LeaveTime::HalfDay(..))),
                !corrections.is_empty(),
                !waivers.is_empty(),
                day_overrides.iter().any(|day| day.window.is_none()),
                day_overrides.iter().any(|day| day.window.is_some()),
                !approvals.is_empty(),
                !employment.is_empty(),
                !manual_hours.is_empty(),
                !attestations.is_empty(),
                overrides.iter().any(|stated| stated.amount == Seconds::ZERO),
                overrides.iter().any(|stated| stated.computed.is_some()),
                overrides.len() > 1,
                !opening_balances.is_empty(),
                assignments.iter().any(|row| row.ruleset.is_some() && row.job == TagId::NONE),
                assignments.iter().any(|row| row.calendar.is_some()),
                assignments.iter().any(|row| row.zone.is_some()),
                assignments.iter().any(|row| row.tag.is_some()),
                assignments.iter().any(|row| row.job != TagId::NONE),
                assignments.len() > 1,
                rejected_rows > 0,
                tag != TagId::NONE,
                punches.iter().any(|punch| punch.tag != TagId::NONE && punch.kind == PunchKind::Transfer),
                shifts.iter().any(|row| row.tag != TagId::NONE),
                punches.iter().any(|punch| punch.kind == PunchKind::CallbackIn),
                punches.iter().any(|punch| punch.kind == PunchKind::Offsite),
                punches.iter().any(|punch| punch.recorded_at.is_some()),
            ];
            made.iter_mut().zip(lists).for_each(|(made, list)| *made |= list);
        }
        assert_eq!(made, [true; 30]);
    }
}
