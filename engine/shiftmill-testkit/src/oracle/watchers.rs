//! Watchers: each workday is asked, for each watcher of its plan, whether the limit is passed on it.

use std::collections::{BTreeMap, BTreeSet};

use shiftmill_core::watch::breaks::Breaks;
use shiftmill_core::watch::continuous_work::ContinuousWork;
use shiftmill_core::watch::days_in_a_row::{DaysInARow, RunReset};
use shiftmill_core::watch::hours::{CountedTime, Hours, HoursScope};
use shiftmill_core::watch::limit::{Limit, PassedWhen};
use shiftmill_core::watch::rest_between_shifts::{RestBetween, RestBetweenShifts};
use shiftmill_core::watch::spread::Spread;
use shiftmill_core::watch::weekly_rest::{RestPer, WeeklyRest};
use shiftmill_core::watch::{Watched, Watcher};
use shiftmill_core::{Because, ExceptionCode, Plan, RuleId, Seconds, Timestamp, Workday};

use super::callbacks::is_callback;
use super::employment::is_employed;
use super::moments::Moment;
use super::overtime::week_of;
use super::pairs::Pair;
use super::shifts::Shift;
use super::{Notice, clock, plan_of, tags};
use crate::engine::Question;

/// A day of a run, in seconds.
const DAY: u32 = 86_400;

/// How a measure compares with a limit.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Found {
    Nothing,
    Near,
    Passed,
}

/// Everything that watchers look at.
struct Desk<'a> {
    question: &'a Question,
    shifts: Vec<&'a Shift>,
    /// Moments by overtime workday, then time.
    moments: Vec<&'a Moment>,
    /// What the watcher of a name raised, on which workdays.
    raised: BTreeMap<RuleId, Vec<(Workday, Found)>>,
}

/// Notices what the watchers find.
pub(crate) fn judge(question: &Question, shifts: &[Shift], moments: &[Moment], notices: &mut Vec<Notice>) {
    let shifts: Vec<&Shift> = shifts.iter().filter(|shift| is_employed(question, shift.shown_on)).collect();
    let mut days: BTreeSet<Workday> = moments.iter().map(|moment| moment.overtime).collect();
    days.extend(shifts.iter().map(|shift| shift.shown_on));
    let period = question.window.pay_period;
    days.extend((0..=period.last.0 - period.first.0).map(|number| period.first.plus(number)));
    let mut moments: Vec<&Moment> = moments.iter().collect();
    moments.retain(|moment| moment.reason.because != Because::OutsideEmployment);
    moments.sort_by_key(|moment| (moment.overtime, moment.at));
    let mut desk = Desk { question, shifts, moments, raised: BTreeMap::new() };
    for day in days {
        let plan = plan_of(question, day);
        for watcher in &plan.watchers {
            for (found, at, measure) in desk.findings(plan, watcher, day) {
                let code = match found {
                    Found::Near => ExceptionCode::LimitNear,
                    Found::Nothing | Found::Passed => code_of(&watcher.watches),
                };
                notices.push(Notice { code, workday: day, at, measure });
            }
        }
    }
}

/// Whether several watchers may raise an exception at one instant.
pub(super) fn is_of_watcher(code: ExceptionCode) -> bool {
    [
        ExceptionCode::HoursOverLimit,
        ExceptionCode::LimitNear,
        ExceptionCode::RestShort,
        ExceptionCode::WeeklyRestShort,
        ExceptionCode::ConsecutiveDays,
        ExceptionCode::ContinuousWork,
        ExceptionCode::SpreadTooLong,
        ExceptionCode::BreakShort,
    ]
    .contains(&code)
}

fn code_of(watched: &Watched) -> ExceptionCode {
    match watched {
        Watched::Hours(_) => ExceptionCode::HoursOverLimit,
        Watched::RestBetweenShifts(_) => ExceptionCode::RestShort,
        Watched::WeeklyRest(_) => ExceptionCode::WeeklyRestShort,
        Watched::DaysInARow(_) => ExceptionCode::ConsecutiveDays,
        Watched::ContinuousWork(_) => ExceptionCode::ContinuousWork,
        Watched::Spread(_) => ExceptionCode::SpreadTooLong,
        Watched::Breaks(_) => ExceptionCode::BreakShort,
    }
}

/// The first workday that a watcher needs to judge workdays from one on.
pub(super) fn first_needed(question: &Question, plan: &Plan, watcher: &Watcher, from: Workday) -> Workday {
    match &watcher.watches {
        Watched::Hours(hours) if may_be_carried(hours.scope) && balance(question, watcher.rule).is_some() => from,
        Watched::Hours(hours) => match hours.scope {
            HoursScope::Rolling { days } => from.plus(-i32::from(days)),
            HoursScope::PayPeriod => from,
            scope @ (HoursScope::Workday
            | HoursScope::Workweek
            | HoursScope::Workweeks { .. }
            | HoursScope::Months { .. }
            | HoursScope::Year { .. }) => scope_start(plan, scope, from),
        },
        Watched::RestBetweenShifts(rest) => {
            let days = (0..).find(|days| days * DAY >= rest.at_least.0).unwrap_or(0);
            from.plus(-(days as i32))
        }
        Watched::WeeklyRest(rest) => match rest.per {
            RestPer::Workweek => week_of(plan, from),
            RestPer::SevenDays => from.plus(-7),
        },
        Watched::DaysInARow(run) => match run.reset {
            RunReset::Workweek => week_of(plan, from),
            RunReset::Rolling => from.plus(-((run.limit.most.0 / DAY) as i32 + 1)),
        },
        Watched::ContinuousWork(_) | Watched::Spread(_) | Watched::Breaks(_) => from,
    }
}

/// What was carried in under the name of a rule.
fn balance(question: &Question, rule: RuleId) -> Option<u32> {
    question.facts.opening_balances.iter().find(|balance| balance.rule == rule).map(|balance| balance.amount.0)
}

fn may_be_carried(scope: HoursScope) -> bool {
    matches!(
        scope,
        HoursScope::Workweek
            | HoursScope::Workweeks { .. }
            | HoursScope::Months { count: 1, .. }
            | HoursScope::Year { .. }
    )
}

/// The first day of the scope of a day: one goes back until it opens.
fn scope_start(plan: &Plan, scope: HoursScope, day: Workday) -> Workday {
    let back_to = |opens: &dyn Fn(Workday) -> bool| {
        let mut first = day;
        while !opens(first) {
            first = first.plus(-1);
        }
        first
    };
    let opens_month = |day: Workday, opens: u8| day == day.month_start().plus(i32::from(opens) - 1);
    match scope {
        HoursScope::Workday | HoursScope::PayPeriod => day,
        HoursScope::Workweek => week_of(plan, day),
        HoursScope::Workweeks { count, anchor } => back_to(&|day| {
            let weeks = week_of(plan, day).0 - week_of(plan, anchor).0;
            week_of(plan, day) == day && weeks.rem_euclid(7 * i32::from(count)) == 0
        }),
        HoursScope::Months { count, opens } => {
            let mut first = back_to(&|day| opens_month(day, opens));
            for _ in 1..count {
                first = first.plus(-1);
                while !opens_month(first, opens) {
                    first = first.plus(-1);
                }
            }
            first
        }
        HoursScope::Year { month, opens } => back_to(&|day| {
            let months_since = (0..12).find(|months| {
                let mut january = day.month_start();
                for _ in 0..*months {
                    january = january.plus(-1).month_start();
                }
                is_january(january)
            });
            opens_month(day, opens) && months_since == Some(i32::from(month) - 1)
        }),
        HoursScope::Rolling { days } => day.plus(1 - i32::from(days)),
    }
}

/// Whether a day is the first of January: the days are counted from one, and each year has 365 or 366.
fn is_january(day: Workday) -> bool {
    let (mut first, mut year) = (0, 1970);
    let length = |year: i32| 365 + i32::from(year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
    while first < day.0 {
        first += length(year);
        year += 1;
    }
    while first > day.0 {
        year -= 1;
        first -= length(year);
    }
    first == day.0
}

fn warns_from(limit: &Limit) -> Option<u32> {
    // The first second that has reached the share.
    let hundredths = u64::from(limit.warn_at?);
    let exact = u64::from(limit.most.0) * hundredths;
    Some((exact / 100) as u32 + u32::from(exact % 100 > 0))
}

fn compare(limit: &Limit, measured: u32) -> Found {
    let is_passed = match limit.passed {
        PassedWhen::Over => measured > limit.most.0,
        PassedWhen::At => measured >= limit.most.0,
    };
    if is_passed {
        return Found::Passed;
    }
    match warns_from(limit) {
        Some(from) if measured >= from => Found::Near,
        Some(_) | None => Found::Nothing,
    }
}

/// The instant at which a counter comes to what was found, going through stretches of work one after the other.
fn instant(limit: &Limit, found: Found, mut shown: u32, stretches: &[(Timestamp, u32)]) -> Option<Timestamp> {
    for (start, length) in stretches {
        let seconds_needed = match (found, limit.passed) {
            // The first second that is beyond the limit begins when the limit is reached.
            (Found::Passed, PassedWhen::Over) if shown + length > limit.most.0 => limit.most.0.saturating_sub(shown),
            (Found::Passed, PassedWhen::At) if shown + length >= limit.most.0 => limit.most.0.saturating_sub(shown),
            (Found::Near, _) if shown + length >= warns_from(limit)? => warns_from(limit)?.saturating_sub(shown),
            (Found::Passed | Found::Near | Found::Nothing, _) => {
                shown += length;
                continue;
            }
        };
        return Some(start.after(Seconds(seconds_needed)));
    }
    None
}

/// From the first to the last punch of a worked shift, or what pairing filled in before and after them.
fn presence(shift: &Shift) -> (Timestamp, Timestamp) {
    let taps = shift.taps.iter().map(|tap| tap.at);
    let edges = shift.pairs.iter().flat_map(|pair| [pair.raw_start, pair.raw_end]);
    let instants: Vec<Timestamp> = taps.chain(edges).chain([shift.begins]).collect();
    let first = instants.iter().min().copied().unwrap_or(shift.begins);
    (first, instants.iter().max().copied().unwrap_or(shift.begins))
}

impl Desk<'_> {
    fn findings(&mut self, plan: &Plan, watcher: &Watcher, day: Workday) -> Vec<(Found, Timestamp, Seconds)> {
        match &watcher.watches {
            Watched::Hours(hours) => self.hours(plan, watcher.rule, hours, day),
            Watched::RestBetweenShifts(rest) => self.rests(rest, day),
            Watched::WeeklyRest(rest) => self.weekly_rest(plan, watcher.rule, rest, day),
            Watched::DaysInARow(run) => self.days_in_a_row(plan, watcher.rule, run, day),
            Watched::ContinuousWork(work) => self.continuous(work, day),
            Watched::Spread(spread) => self.spread(spread, day),
            Watched::Breaks(breaks) => self.breaks(breaks, day),
        }
    }

    /// The work that counts on a day.
    fn counted(&self, hours: &Hours, day: Workday) -> Vec<(Timestamp, u32)> {
        let counts = |moment: &&&Moment| {
            let of_time = match &hours.counts {
                CountedTime::AllWork => moment.counts_as_work(),
                CountedTime::Codes(codes) => codes.contains(moment.code),
            };
            moment.overtime == day && of_time && tags::fits(self.question, hours.tags, moment.tag)
        };
        self.moments.iter().filter(counts).map(|moment| (moment.at, moment.length)).collect()
    }

    fn sum(&self, hours: &Hours, first: Workday, last: Workday) -> u32 {
        let days = (0..=last.0 - first.0).map(|number| first.plus(number));
        let worked: BTreeSet<Workday> = self.moments.iter().map(|moment| moment.overtime).collect();
        let of_day = |day| self.counted(hours, day).iter().map(|stretch| stretch.1).sum::<u32>();
        days.filter(|day| worked.contains(day)).map(of_day).sum()
    }

    /// What the scope of a day has by its end; `None` where the day is not counted.
    fn total(&self, plan: &Plan, rule: RuleId, hours: &Hours, day: Workday) -> Option<u32> {
        let window = self.question.window;
        let mut first = scope_start(plan, hours.scope, day);
        if hours.scope == HoursScope::PayPeriod {
            if !window.pay_period.contains(day) {
                return None;
            }
            first = window.pay_period.first;
        }
        let carried =
            balance(self.question, rule).filter(|_| may_be_carried(hours.scope) && first < window.facts.first);
        let Some(carried) = carried else { return Some(self.sum(hours, first, day)) };
        (day >= window.facts.first).then(|| carried + self.sum(hours, window.facts.first, day))
    }

    fn hours(&mut self, plan: &Plan, rule: RuleId, hours: &Hours, day: Workday) -> Vec<(Found, Timestamp, Seconds)> {
        let of_day = self.counted(hours, day);
        let Some(total) = self.total(plan, rule, hours, day).filter(|_| !of_day.is_empty()) else { return Vec::new() };
        let found = compare(&hours.limit, total);
        let is_new = match hours.scope {
            HoursScope::Rolling { .. } => found > self.level_on(rule, day.plus(-1)),
            HoursScope::Months { opens, .. } => {
                let month = scope_start(plan, HoursScope::Months { count: 1, opens }, day);
                self.is_first(rule, found, month, day)
            }
            HoursScope::PayPeriod => self.is_first(rule, found, self.question.window.pay_period.first, day),
            scope @ (HoursScope::Workday
            | HoursScope::Workweek
            | HoursScope::Workweeks { .. }
            | HoursScope::Year { .. }) => self.is_first(rule, found, scope_start(plan, scope, day), day),
        };
        let worked_today: u32 = of_day.iter().map(|stretch| stretch.1).sum();
        let at = instant(&hours.limit, found, total - worked_today, &of_day).filter(|_| is_new);
        at.map(|at| (found, at, Seconds(total))).into_iter().collect()
    }

    /// What the watcher of a name over any days in a row finds on a day, by the plan of that day.
    fn level_on(&self, rule: RuleId, day: Workday) -> Found {
        let plan = plan_of(self.question, day);
        let own = plan.watchers.iter().find(|watcher| watcher.rule == rule);
        match own.map(|watcher| &watcher.watches) {
            Some(Watched::Hours(hours)) => {
                self.total(plan, rule, hours, day).map_or(Found::Nothing, |total| compare(&hours.limit, total))
            }
            Some(_) | None => Found::Nothing,
        }
    }

    /// Whether nothing as grave was raised from a workday on; it is then.
    fn is_first(&mut self, rule: RuleId, found: Found, from: Workday, day: Workday) -> bool {
        let raised = self.raised.entry(rule).or_default();
        let is_first = found != Found::Nothing && !raised.iter().any(|(on, what)| *on >= from && *what >= found);
        if is_first {
            raised.push((day, found));
        }
        is_first
    }

    fn days_in_a_row(
        &mut self,
        plan: &Plan,
        rule: RuleId,
        run: &DaysInARow,
        day: Workday,
    ) -> Vec<(Found, Timestamp, Seconds)> {
        let work_on = |day: Workday| -> Vec<&Moment> {
            let work = self.moments.iter().filter(|moment| moment.overtime == day && moment.counts_as_work());
            work.copied().collect()
        };
        let is_worked = |day: Workday| {
            let seconds: u32 = work_on(day).iter().map(|moment| moment.length).sum();
            seconds > 0 && seconds >= run.worked_at_least.0
        };
        if !is_worked(day) {
            return Vec::new();
        }
        let mut first = day;
        while is_worked(first.plus(-1)) && !(run.reset == RunReset::Workweek && week_of(plan, first) == first) {
            first = first.plus(-1);
        }
        let length = (day.0 - first.0 + 1) as u32 * DAY;
        let at = work_on(day)[0].at;
        let found = compare(&run.limit, length);
        let is_first = self.is_first(rule, found, first, day);
        if is_first { vec![(found, at, Seconds(length))] } else { Vec::new() }
    }

    /// The shifts that count, call-backs or not.
    fn shifts_with(&self, callbacks: bool) -> Vec<&Shift> {
        self.shifts.iter().copied().filter(|shift| callbacks || !is_callback(shift)).collect()
    }

    fn rests(&self, rest: &RestBetweenShifts, day: Workday) -> Vec<(Found, Timestamp, Seconds)> {
        let shifts = self.shifts_with(rest.callbacks);
        let mut findings = Vec::new();
        for (index, shift) in shifts.iter().enumerate().skip(1).filter(|entry| entry.1.shown_on == day) {
            let before = &shifts[..index];
            let Some(ended) = before.iter().map(|shift| presence(shift).1).max() else { continue };
            let same_day = rest.between == RestBetween::Workdays && before[index - 1].shown_on == day;
            let (at, taken) = (presence(shift).0, presence(shift).0.since(ended));
            let touches = taken == Seconds::ZERO;
            if !shift.continues && !shift.joins && !same_day && !touches && taken < rest.at_least {
                findings.push((Found::Passed, at, taken));
            }
        }
        findings
    }

    /// The longest rest of the seven days up to one.
    fn longest_rest(&self, plan: &Plan, rest: &WeeklyRest, day: Workday) -> Seconds {
        let opens = |day| clock::first_shown(&self.question.zone, day, plan.workdays.opens_at as i32);
        let (from, until) = (opens(day.plus(-6)), opens(day.plus(1)));
        let shifts = self.shifts_with(rest.callbacks);
        let busy: Vec<(Timestamp, Timestamp)> = shifts.iter().map(|shift| presence(shift)).collect();
        // A rest begins where somebody goes, or with the seven days, and ends where somebody comes, or with them.
        let mut starts: Vec<Timestamp> = busy.iter().map(|shift| shift.1).chain([from]).collect();
        starts.retain(|start| *start >= from && *start < until);
        let is_free = |start: &Timestamp| {
            let at_work = |shift: &&(Timestamp, Timestamp)| shift.0 < *start && *start < shift.1;
            busy.iter().find(at_work).is_none()
        };
        let length = |start: Timestamp| {
            let next = busy.iter().filter(|shift| shift.0 >= start && shift.1 > start || shift.0 > start);
            next.map(|shift| shift.0).chain([until]).min().unwrap_or(until).since(start)
        };
        starts.into_iter().filter(is_free).map(length).max().unwrap_or(Seconds::ZERO)
    }

    /// Whether the watcher of a name that looks at any seven days finds no rest in those up to a day.
    fn lacks_rest(&self, rule: RuleId, day: Workday) -> bool {
        let plan = plan_of(self.question, day);
        let own = plan.watchers.iter().find(|watcher| watcher.rule == rule);
        match own.map(|watcher| &watcher.watches) {
            Some(Watched::WeeklyRest(rest)) if rest.per == RestPer::SevenDays => {
                is_employed(self.question, day) && self.longest_rest(plan, rest, day) < rest.at_least
            }
            Some(_) | None => false,
        }
    }

    fn weekly_rest(
        &self,
        plan: &Plan,
        rule: RuleId,
        rest: &WeeklyRest,
        day: Workday,
    ) -> Vec<(Found, Timestamp, Seconds)> {
        if !self.question.window.pay_period.contains(day) || !is_employed(self.question, day) {
            return Vec::new();
        }
        let is_judged = match rest.per {
            RestPer::Workweek => week_of(plan, day) == day.plus(-6),
            RestPer::SevenDays => !self.lacks_rest(rule, day.plus(-1)),
        };
        let longest = self.longest_rest(plan, rest, day);
        if !is_judged || longest >= rest.at_least {
            return Vec::new();
        }
        let at = clock::first_shown(&self.question.zone, day, plan.workdays.opens_at as i32);
        vec![(Found::Passed, at, longest)]
    }

    fn continuous(&self, work: &ContinuousWork, day: Workday) -> Vec<(Found, Timestamp, Seconds)> {
        let pairs: Vec<(Workday, Pair)> =
            self.shifts.iter().flat_map(|shift| shift.pairs.iter().map(|pair| (shift.shown_on, *pair))).collect();
        let mut stretches: Vec<Vec<(Workday, Pair)>> = Vec::new();
        for (shown_on, pair) in pairs {
            let ended = stretches.last().and_then(|stretch| stretch.iter().map(|entry| entry.1.raw_end).max());
            match ended {
                Some(ended) if pair.raw_start.since(ended) < work.break_at_least => {
                    stretches.last_mut().into_iter().for_each(|stretch| stretch.push((shown_on, pair)));
                }
                Some(_) | None => stretches.push(vec![(shown_on, pair)]),
            }
        }
        let mut findings = Vec::new();
        for stretch in stretches {
            let pieces: Vec<(Timestamp, u32)> =
                stretch.iter().map(|(_, pair)| (pair.raw_start, pair.raw_end.since(pair.raw_start).0)).collect();
            let total: u32 = pieces.iter().map(|piece| piece.1).sum();
            let found = compare(&work.limit, total);
            // The workday is that of the pair in which it happens.
            let reached = (1..=pieces.len()).find(|count| instant(&work.limit, found, 0, &pieces[..*count]).is_some());
            let Some(count) = reached.filter(|count| stretch[count - 1].0 == day) else { continue };
            if let Some(at) = instant(&work.limit, found, 0, &pieces[..count]) {
                findings.push((found, at, Seconds(total)));
            }
        }
        findings
    }

    fn spread(&self, spread: &Spread, day: Workday) -> Vec<(Found, Timestamp, Seconds)> {
        let shifts = self.shifts_with(spread.callbacks);
        let of_day: Vec<_> = shifts.iter().filter(|shift| shift.shown_on == day).map(|shift| presence(shift)).collect();
        let first = of_day.iter().map(|shift| shift.0).min();
        let last = of_day.iter().map(|shift| shift.1).max();
        let Some((first, last)) = first.zip(last) else { return Vec::new() };
        let measured = last.since(first);
        let found = compare(&spread.limit, measured.0);
        let at = instant(&spread.limit, found, 0, &[(first, measured.0)]);
        at.map(|at| (found, at, measured)).into_iter().collect()
    }

    fn breaks(&self, breaks: &Breaks, day: Workday) -> Vec<(Found, Timestamp, Seconds)> {
        let of_day = self.shifts.iter().filter(|shift| shift.shown_on == day).flat_map(|shift| &shift.pairs);
        let mut pairs: Vec<&Pair> = of_day.collect();
        pairs.sort_by_key(|pair| pair.raw_start);
        let gaps = (1..pairs.len()).map(|index| {
            let ended = pairs[..index].iter().map(|pair| pair.raw_end).max();
            ended.map_or(0, |ended| pairs[index].raw_start.since(ended).0)
        });
        let taken: u32 = gaps.filter(|gap| *gap >= breaks.piece_at_least.0).sum();
        let pieces: Vec<(Timestamp, u32)> =
            pairs.iter().map(|pair| (pair.raw_start, pair.raw_end.since(pair.raw_start).0)).collect();
        let over = Limit { most: breaks.worked_over, passed: PassedWhen::Over, warn_at: None };
        let needed_at = instant(&over, Found::Passed, 0, &pieces).filter(|_| taken < breaks.at_least.0);
        needed_at.map(|at| (Found::Passed, at, Seconds(taken))).into_iter().collect()
    }
}
