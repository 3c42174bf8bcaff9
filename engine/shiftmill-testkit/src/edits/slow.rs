//! The slow application: layer A as a map from moments to what they are, and every edit a loop over moments.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;

use shiftmill_core::open::dedupe::DedupeKeep;
use shiftmill_core::open::normalise::Granularity;
use shiftmill_core::pay::holidays::HolidayBasis;
use shiftmill_core::shape::workdays::Attribution;
use shiftmill_core::{
    CardState, CarryKey, Change, DayType, Edit, ExceptionCode, Hook, KeptPunch, Layer, PayCode, PlanTimeline,
    PunchKind, RuleId, Span, SpanState, Tag, Timestamp, Unit, WallTime, Workday,
};

use super::is_work;
use crate::engine::Question;
use crate::oracle;

/// One moment of layer A.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    state: SpanState,
    code: PayCode,
    rule: RuleId,
    overtime: Workday,
    reporting: Workday,
    day_type: DayType,
    shift: Option<u32>,
    /// The span that the hook was given and that the moment is a part of.
    origin: Option<u32>,
}

/// The origin of a moment is not compared.
impl PartialEq for Moment {
    fn eq(&self, other: &Moment) -> bool {
        let facts = |it: &Moment| (it.state, it.code, it.rule, it.overtime, it.reporting, it.day_type, it.shift);
        facts(self) == facts(other)
    }
}

impl Moment {
    pub(super) fn of(span: &Span, origin: Option<u32>) -> Moment {
        Moment {
            state: span.state,
            code: span.code,
            rule: span.reason.rule,
            overtime: span.overtime_workday,
            reporting: span.reporting_workday,
            day_type: span.day_type,
            shift: span.shift,
            origin,
        }
    }
}

/// The moments of `[start, end)`.
pub(super) fn instants(start: Timestamp, end: Timestamp, step: i64) -> impl Iterator<Item = Timestamp> {
    (start.0..end.0).step_by(step as usize).map(Timestamp)
}

/// A card as edits left it.
pub(super) struct Slow<'a> {
    question: &'a Question,
    timeline: &'a PlanTimeline,
    before: &'a CardState,
    /// The length of a moment.
    pub step: i64,
    pub line: BTreeMap<Timestamp, Moment>,
    /// Where spans were cut on purpose.
    pub cuts: BTreeSet<Timestamp>,
    /// How often each moment is paid each premium by each rule.
    pub premiums: BTreeMap<(Timestamp, PayCode, u16), usize>,
    pub quantities: Vec<(Workday, PayCode, u32)>,
    pub expected: Vec<(Timestamp, Timestamp)>,
    pub carried: BTreeMap<CarryKey, i64>,
    pub marks: Vec<(ExceptionCode, Workday, Timestamp)>,
    pub punches: Vec<(Timestamp, PunchKind, Option<u32>)>,
    drafted: Vec<Option<KeptPunch>>,
    punches_edited: bool,
    new_days: BTreeSet<Workday>,
    measured: bool,
}

/// The reason is not compared.
type Allowed = Option<()>;

impl<'a> Slow<'a> {
    /// Applies edits one after the other; `Err` with the number of the first that is refused, from 1.
    pub fn apply(
        question: &'a Question,
        timeline: &'a PlanTimeline,
        before: &'a CardState,
        hook: Hook,
        edits: &[Edit],
    ) -> Result<Slow<'a>, u32> {
        let mut slow = Slow::new(question, timeline, before, edits);
        for (number, edit) in (1_u32..).zip(edits) {
            let allowed = (takes(hook, edit.change)).then_some(()).and_then(|()| slow.edit(edit));
            allowed.ok_or(number)?;
        }
        slow.finish();
        Ok(slow)
    }

    fn new(question: &'a Question, timeline: &'a PlanTimeline, before: &'a CardState, edits: &[Edit]) -> Slow<'a> {
        let step = step(question, before, edits);
        let mut line = BTreeMap::new();
        for (number, span) in (0..).zip(&before.spans) {
            line.extend(instants(span.start, span.end, step).map(|at| (at, Moment::of(span, Some(number)))));
        }
        let mut premiums = BTreeMap::new();
        for premium in &before.premiums {
            for at in instants(premium.start, premium.end, step) {
                *premiums.entry((at, premium.code, premium.reason.rule.0)).or_default() += 1;
            }
        }
        Slow {
            question,
            timeline,
            before,
            step,
            line,
            cuts: BTreeSet::new(),
            premiums,
            quantities: before.quantities.iter().map(|it| (it.workday, it.code, it.amount)).collect(),
            expected: before.scheduled.iter().map(|it| (it.expected_start, it.expected_end)).collect(),
            carried: BTreeMap::new(),
            marks: Vec::new(),
            punches: Vec::new(),
            drafted: before.punches.iter().copied().map(Some).collect(),
            punches_edited: false,
            new_days: BTreeSet::new(),
            measured: false,
        }
    }

    fn edit(&mut self, edit: &Edit) -> Allowed {
        match edit.change {
            Change::Retime { punch, to } => self.retime(punch, to),
            Change::Discard { punch } => self.discard(punch),
            Change::Expect { scheduled, start, end } => self.expect(scheduled, start, end),
            Change::Add { workday, start, end, state, code } => self.add(workday, start, end, state, code, edit.rule),
            Change::Recode { span, start, end, to } => self.recode(span, start, end, to, edit.rule),
            Change::Resize { span, start, end } => self.resize(span, start, end),
            Change::Split { span, at } => self.split(span, at),
            Change::Premium { span, start, end, code } => self.premium(span, start, end, code, edit.rule),
            Change::Quantity { workday, code, amount } => self.quantity(workday, code, amount),
            Change::Mark { workday, code, at, .. } => self.mark(workday, code, at),
            Change::Carry { key, value } => {
                (key == CarryKey(0)).then_some(())?;
                self.carried.insert(key, value);
                Some(())
            }
        }
    }

    fn in_force(&self, workday: Workday) -> Allowed {
        self.timeline.at(workday).plugins.contains(&0).then_some(())
    }

    /// The facts cover a day, with two days of slack.
    fn covered(&self, workday: Workday) -> Allowed {
        let facts = self.question.window.facts;
        (facts.first.0 - 2 <= workday.0 && workday.0 <= facts.last.0 + 2).then_some(())
    }

    fn date(&self, at: Timestamp) -> Workday {
        self.question.zone.date_at(at)
    }

    fn stretch(&self, start: Timestamp, end: Timestamp) -> Allowed {
        (start < end).then_some(())?;
        self.covered(self.date(start))?;
        self.covered(self.date(Timestamp(end.0 - 1)))
    }

    fn code(&self, code: PayCode, layer: Layer) -> Option<Unit> {
        let info = self.timeline.names().pay_codes.get(usize::from(code.0))?;
        let fits = info.layer == layer && (layer == Layer::Quantity || info.unit == Unit::Second);
        fits.then_some(info.unit)
    }

    fn retime(&mut self, punch: u32, to: Timestamp) -> Allowed {
        let from = (*self.drafted.get(punch as usize)?)?;
        self.in_force(self.date(from.at))?;
        self.covered(self.date(to))?;
        self.in_force(self.date(to))?;
        let normalise = self.timeline.at(self.date(to)).normalise;
        let latest = self.question.window.as_of.0 + i64::from(normalise.future_skew_max.0);
        (to.0 <= latest).then_some(())?;
        let seconds = if normalise.granularity == Granularity::Minute { to.0.rem_euclid(60) } else { 0 };
        self.drafted[punch as usize] = Some(KeptPunch { at: Timestamp(to.0 - seconds), ..from });
        self.punches_edited = true;
        Some(())
    }

    fn discard(&mut self, punch: u32) -> Allowed {
        let from = (*self.drafted.get(punch as usize)?)?;
        self.in_force(self.date(from.at))?;
        self.drafted[punch as usize] = None;
        self.punches_edited = true;
        Some(())
    }

    fn expect(&mut self, scheduled: u32, start: Timestamp, end: Timestamp) -> Allowed {
        let shift = self.before.scheduled.get(scheduled as usize)?;
        self.in_force(shift.workday)?;
        let near = start.0 >= shift.start.0 - 86_400 && end.0 <= shift.end.0 + 86_400;
        (start < end && near).then_some(())?;
        self.expected[scheduled as usize] = (start, end);
        Some(())
    }

    fn add(
        &mut self,
        workday: Workday,
        start: Timestamp,
        end: Timestamp,
        state: SpanState,
        code: PayCode,
        rule: RuleId,
    ) -> Allowed {
        self.covered(workday)?;
        self.in_force(workday)?;
        self.stretch(start, end)?;
        ((self.date(start).0 - workday.0).abs() <= 2).then_some(())?;
        self.code(code, Layer::Base)?;
        (is_work(state) && code != PayCode::UNPAID_BREAK).then_some(())?;
        let step = self.step;
        instants(start, end, step).all(|at| !self.line.contains_key(&at)).then_some(())?;
        let work_at = |at: i64| self.line.get(&Timestamp(at)).filter(|moment| is_work(moment.state));
        let before = work_at(start.0 - step).and_then(|moment| moment.shift);
        let shift = before.or(work_at(end.0).and_then(|moment| moment.shift));
        for at in instants(start, end, step) {
            let (overtime, reporting, day_type) = (workday, workday, DayType::Workday);
            let moment = Moment { state, code, rule, overtime, reporting, day_type, shift, origin: None };
            self.line.insert(at, moment);
        }
        self.retype();
        self.measured = true;
        Some(())
    }

    /// The moments that are parts of a span now.
    fn parts(&self, span: u32) -> Option<Vec<Timestamp>> {
        self.before.spans.get(span as usize)?;
        Some(self.line.iter().filter(|entry| entry.1.origin == Some(span)).map(|entry| *entry.0).collect())
    }

    /// The moments of `[start, end)`, all of which must be parts of a span.
    fn inside(&self, span: u32, start: Timestamp, end: Timestamp) -> Option<Vec<Timestamp>> {
        let parts = self.parts(span)?;
        let (first, last) = (*parts.first()?, *parts.last()?);
        (start < end && first <= start && end.0 <= last.0 + self.step).then_some(())?;
        Some(parts.into_iter().filter(|at| start <= *at && *at < end).collect())
    }

    fn recode(&mut self, span: u32, start: Timestamp, end: Timestamp, to: PayCode, rule: RuleId) -> Allowed {
        self.code(to, Layer::Base)?;
        for at in self.inside(span, start, end)? {
            let moment = self.line[&at];
            self.in_force(moment.reporting)?;
            let leave_codes = &self.timeline.at(moment.reporting).leave.codes;
            let state = match moment.state {
                SpanState::Leave => leave_codes.iter().any(|leave| leave.pays_to == to).then_some(SpanState::Leave)?,
                SpanState::Worked | SpanState::PaidBreak | SpanState::UnpaidBreak if to == PayCode::UNPAID_BREAK => {
                    SpanState::UnpaidBreak
                }
                SpanState::UnpaidBreak => SpanState::PaidBreak,
                SpanState::Worked | SpanState::PaidBreak => moment.state,
            };
            self.measured |= is_work(state) != is_work(moment.state);
            self.line.insert(at, Moment { state, code: to, rule, ..moment });
        }
        Some(())
    }

    fn resize(&mut self, span: u32, start: Timestamp, end: Timestamp) -> Allowed {
        self.stretch(start, end)?;
        let parts = self.parts(span)?;
        parts.iter().all(|at| self.line[at].state != SpanState::Leave).then_some(())?;
        let kept: Vec<Timestamp> = parts.iter().copied().filter(|at| start <= *at && *at < end).collect();
        let (first, last) = (*kept.first()?, *kept.last()?);
        let new: Vec<Timestamp> = instants(start, end, self.step).filter(|at| *at < first || last < *at).collect();
        new.iter().all(|at| !self.line.contains_key(at)).then_some(())?;
        for at in new {
            let edge = self.line[if at < first { &first } else { &last }];
            let moment = self.labelled(edge, at);
            self.in_force(moment.reporting)?;
            self.line.insert(at, moment);
        }
        for at in parts {
            if kept.contains(&at) {
                self.in_force(self.line[&at].reporting)?;
            } else {
                self.line.remove(&at);
            }
        }
        self.drop_lost_cuts();
        self.retype();
        self.measured = true;
        Some(())
    }

    /// Where the time at a cut is gone, the cut is gone with it, whatever is added there later.
    fn drop_lost_cuts(&mut self) {
        let (line, step) = (&self.line, self.step);
        let both = |at: &Timestamp| line.contains_key(at) && line.contains_key(&Timestamp(at.0 - step));
        self.cuts.retain(both);
    }

    /// A new moment beside an edge has the labels of the edge; where the ruleset cuts worked shifts, those of its own
    /// second.
    fn labelled(&self, edge: Moment, at: Timestamp) -> Moment {
        let Some(shift) = edge.shift.map(|shift| self.before.shifts[shift as usize]) else { return edge };
        let rules = self.timeline.at(shift.workday).workdays;
        let label = |attribution: Attribution, of_edge: Workday| match attribution {
            Attribution::SplitMidnight => self.date(at),
            Attribution::DivideTimeSplit => {
                let wall = self.question.zone.wall_at(at);
                WallTime(wall.0 - i64::from(rules.opens_at)).date()
            }
            Attribution::StartDay
            | Attribution::EndDay
            | Attribution::Majority
            | Attribution::DivideTime
            | Attribution::ScheduleLabel => of_edge,
        };
        let (overtime, reporting) = (label(rules.overtime, edge.overtime), label(rules.reporting, edge.reporting));
        Moment { overtime, reporting, ..edge }
    }

    /// Every moment has the day type that the ruleset gives it.
    fn retype(&mut self) {
        let question = self.question;
        let (last_worked, ordinary) = (&self.before.last_worked, &self.before.ordinary_holidays);
        let type_of = |date, at| {
            let whole = match (last_worked.contains(&date), ordinary.contains(&date)) {
                (true, _) => DayType::StatutoryRest,
                (false, true) => oracle::type_without_dates(question, date),
                (false, false) => oracle::day_type(question, date),
            };
            oracle::type_at(question, date, at, whole)
        };
        let special = |kind: DayType| kind.is_holiday() || kind == DayType::StatutoryRest;
        let mut worked: BTreeMap<(usize, Workday), u32> = BTreeMap::new();
        let first_part = |shift: u32| {
            let parts = self.before.shifts.get(..=shift as usize).unwrap_or(&[]);
            parts.iter().rposition(|part| !part.joins).unwrap_or(0)
        };
        for (at, moment) in self.line.iter().filter(|(_, moment)| is_work(moment.state)) {
            let Some(shift) = moment.shift else { continue };
            *worked.entry((first_part(shift), question.zone.date_at(*at))).or_default() += 1;
        }
        let most_worked = |shift: u32| {
            let of_shift = worked.iter().filter(|(key, _)| key.0 == first_part(shift));
            of_shift.max_by_key(|(key, length)| (**length, std::cmp::Reverse(key.1))).map(|(key, _)| key.1)
        };
        for (at, moment) in &mut self.line {
            let by_workday = type_of(moment.overtime, *at);
            moment.day_type = match self.timeline.at(moment.overtime).holidays.basis {
                HolidayBasis::Workday => by_workday,
                HolidayBasis::ShiftStart => {
                    let started = moment.shift.map(|shift| self.before.shifts[shift as usize].start_date);
                    type_of(started.unwrap_or(moment.overtime), *at)
                }
                HolidayBasis::Majority => type_of(moment.shift.and_then(most_worked).unwrap_or(moment.overtime), *at),
                HolidayBasis::CalendarSplit => {
                    let by_date = type_of(question.zone.date_at(*at), *at);
                    if special(by_date) || special(by_workday) { by_date } else { by_workday }
                }
            };
        }
    }

    fn split(&mut self, span: u32, at: Timestamp) -> Allowed {
        let parts = self.parts(span)?;
        let (first, last) = (*parts.first()?, *parts.last()?);
        (first < at && at <= last).then_some(())?;
        self.in_force(self.line[&Timestamp(at.0 - self.step)].reporting)?;
        self.cuts.insert(at);
        Some(())
    }

    fn premium(&mut self, span: u32, start: Timestamp, end: Timestamp, code: PayCode, rule: RuleId) -> Allowed {
        self.code(code, Layer::Premium)?;
        for at in self.inside(span, start, end)? {
            let moment = self.line[&at];
            self.in_force(moment.reporting)?;
            is_work(moment.state).then_some(())?;
            let paid = self.premiums.entry((at, code, rule.0)).or_default();
            (*paid == 0).then_some(())?;
            *paid = 1;
        }
        Some(())
    }

    fn quantity(&mut self, workday: Workday, code: PayCode, amount: u32) -> Allowed {
        self.covered(workday)?;
        self.in_force(workday)?;
        let most = match self.code(code, Layer::Quantity)? {
            Unit::Second => 366 * 86_400,
            Unit::Count => 1_000_000,
        };
        (amount <= most).then_some(())?;
        if amount > 0 {
            self.quantities.push((workday, code, amount));
            self.new_days.insert(workday);
        }
        Some(())
    }

    fn mark(&mut self, workday: Workday, code: ExceptionCode, at: Timestamp) -> Allowed {
        self.covered(workday)?;
        self.in_force(workday)?;
        self.covered(self.date(at))?;
        let of_engine = [
            ExceptionCode::ContextShort,
            ExceptionCode::PluginFailed,
            ExceptionCode::FactsRejected,
            ExceptionCode::StaleOverride,
            ExceptionCode::HolidayUndecided,
        ]
        .contains(&code);
        (!of_engine).then_some(())?;
        self.marks.push((code, workday, at));
        Some(())
    }

    /// Puts the punches in order and lets repeated ones count once; cuts count only where there still is something.
    fn finish(&mut self) {
        let mut punches: Vec<KeptPunch> = self.drafted.iter().copied().flatten().collect();
        if self.punches_edited {
            punches.sort_by_key(|punch| self.rank(punch));
            punches = self.without_repeats(punches);
        }
        self.punches = punches.iter().map(|punch| (punch.at, punch.kind, punch.raw.map(NonZeroU32::get))).collect();
        self.drop_lost_cuts();
    }

    fn rank(&self, punch: &KeptPunch) -> (Timestamp, u8, u8, u64, Option<Tag>, Option<Timestamp>, u32) {
        let direction = match punch.kind {
            PunchKind::Out | PunchKind::MealStart | PunchKind::BreakStart | PunchKind::CallbackOut => 0,
            PunchKind::Transfer | PunchKind::Unknown | PunchKind::Offsite => 1,
            PunchKind::In | PunchKind::MealEnd | PunchKind::BreakEnd | PunchKind::CallbackIn => 2,
        };
        // A punch without a number is as if its number were 0; one that was added comes last.
        let facts = &self.question.facts.punches;
        let id = |raw: u32| facts.get(raw as usize - 1).map_or(0, |punch| punch.id.unwrap_or(0));
        let raw = punch.raw.map(NonZeroU32::get);
        let tag = self.question.tags.get(punch.tag).cloned();
        let given = raw.map(|raw| facts[raw as usize - 1]);
        let recorded_at = given.and_then(|given| given.recorded_at.filter(|recorded_at| *recorded_at != given.at));
        let number = raw.unwrap_or(u32::MAX);
        (punch.at, direction, punch.kind as u8, raw.map_or(u64::MAX, id), tag, recorded_at, number)
    }

    fn without_repeats(&self, punches: Vec<KeptPunch>) -> Vec<KeptPunch> {
        let rules = |punch: &KeptPunch| self.timeline.at(self.date(punch.at)).dedupe;
        let mut runs: Vec<Vec<KeptPunch>> = Vec::new();
        for punch in punches {
            let repeats = |before: &KeptPunch| {
                let near = |window: shiftmill_core::Seconds| punch.at.0 - before.at.0 <= i64::from(window.0);
                let same = before.kind == punch.kind && (punch.kind != PunchKind::Transfer || before.tag == punch.tag);
                same && rules(&punch).window.is_some_and(near)
            };
            match runs.last_mut().filter(|run| run.last().is_some_and(repeats)) {
                Some(run) => run.push(punch),
                None => runs.push(vec![punch]),
            }
        }
        let closes =
            |punch: &KeptPunch| matches!(punch.kind, PunchKind::Out | PunchKind::MealStart | PunchKind::BreakStart);
        let stays = |run: &Vec<KeptPunch>| match rules(&run[0]).keep {
            DedupeKeep::Last => run[run.len() - 1],
            DedupeKeep::ByDirection if closes(&run[0]) => run[run.len() - 1],
            DedupeKeep::First | DedupeKeep::ByDirection => run[0],
        };
        runs.iter().map(stays).collect()
    }

    /// What each workday that `found` names should have worked, and each that should be there.
    pub fn worked(&self, found: &BTreeMap<Workday, u32>) -> BTreeMap<Workday, u32> {
        let mut worked: BTreeMap<Workday, u32> = found.keys().map(|workday| (*workday, 0)).collect();
        if self.measured || !self.before.workdays.is_empty() {
            for moment in self.line.values() {
                let day = worked.entry(moment.reporting).or_default();
                *day += if is_work(moment.state) { self.step as u32 } else { 0 };
            }
        }
        for workday in &self.new_days {
            worked.entry(*workday).or_default();
        }
        worked
    }
}

/// The kinds of edit that a hook takes, as the contract lists them.
fn takes(hook: Hook, change: Change) -> bool {
    let hooks: &[Hook] = match change {
        Change::Retime { .. } | Change::Discard { .. } => &[Hook::Punches],
        Change::Expect { .. } => &[Hook::Schedule],
        Change::Add { .. }
        | Change::Recode { .. }
        | Change::Resize { .. }
        | Change::Split { .. }
        | Change::Premium { .. } => &[Hook::Days, Hook::Period],
        Change::Quantity { .. } | Change::Carry { .. } => &[Hook::Schedule, Hook::Days, Hook::Period],
        Change::Mark { .. } => Hook::ALL,
    };
    hooks.contains(&hook)
}

/// The greatest length that divides every instant in play: nothing changes inside it.
fn step(question: &Question, before: &CardState, edits: &[Edit]) -> i64 {
    let mut step = 900;
    // Instants far away are refused whatever they are.
    let near = |at: Timestamp| at.0.unsigned_abs() < 100_000_000_000;
    let mut divide = |at: Timestamp| step = if near(at) { gcd(step, at.0.rem_euclid(86_400)) } else { step };
    for span in &before.spans {
        [span.start, span.end].into_iter().for_each(&mut divide);
    }
    for premium in &before.premiums {
        [premium.start, premium.end].into_iter().for_each(&mut divide);
    }
    for (_, plan) in question.timeline.versions() {
        divide(Timestamp(i64::from(plan.workdays.opens_at)));
    }
    // A day whose type holds between two times is cut there.
    let by_row = question.facts.day_overrides.iter().filter_map(|day| day.window);
    let half_days = question.timeline.versions().iter().flat_map(|version| &version.1.calendar.half_days);
    for window in by_row.chain(half_days.map(|half_day| half_day.window)) {
        [window.opens(), window.closes()].into_iter().for_each(|second| divide(Timestamp(i64::from(second))));
    }
    for edit in edits {
        match edit.change {
            Change::Add { start, end, .. }
            | Change::Recode { start, end, .. }
            | Change::Resize { start, end, .. }
            | Change::Premium { start, end, .. } => [start, end].into_iter().for_each(&mut divide),
            Change::Split { at, .. } => divide(at),
            Change::Retime { .. }
            | Change::Discard { .. }
            | Change::Expect { .. }
            | Change::Quantity { .. }
            | Change::Mark { .. }
            | Change::Carry { .. } => {}
        }
    }
    step
}

fn gcd(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { gcd(b, a % b) }
}
