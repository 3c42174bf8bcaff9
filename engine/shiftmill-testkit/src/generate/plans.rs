//! Random plans that are valid, over all rule kinds.

use shiftmill_core::close::exceptions::ExceptionRules;
use shiftmill_core::open::clock_offset::ClockOffset;
use shiftmill_core::open::correction_policy::{CorrectedAs, CorrectionAction, CorrectionActions, CorrectionPolicy};
use shiftmill_core::open::dedupe::{Dedupe, DedupeKeep};
use shiftmill_core::open::normalise::{Granularity, NeedsApproval, Normalise};
use shiftmill_core::open::restriction::{PunchRestriction, RestrictionOutcome};
use shiftmill_core::pay::clock_tiers::TierWindow;
use shiftmill_core::pay::combine::{Alternative, CombinationRow, CombinationTable, Combine, Overtime};
use shiftmill_core::pay::holiday_average::{AverageUnit, HolidayAverage};
use shiftmill_core::pay::holiday_eligibility::{DaysAround, HolidayEligibility, OnHoliday, WorkedDays};
use shiftmill_core::pay::holiday_pay::{BesideLeave, HolidayAmount, HolidayNotWorked};
use shiftmill_core::pay::holidays::{HolidayBasis, Holidays};
use shiftmill_core::pay::overtime_approval::{ApprovalMode, CompensationMode, OvertimeApproval, OvertimeRest};
use shiftmill_core::pay::premium_hours::PremiumHours;
use shiftmill_core::pay::premium_limits::{MinimumThen, PremiumLimits, PremiumMaximum, PremiumMinimum, PremiumPer};
use shiftmill_core::pay::premiums::{ClockWindow, Premium, PremiumMode, PremiumZone};
use shiftmill_core::pay::tiers::{
    Consecutive, ConsecutiveMode, ConsecutiveReset, Counts, OvertimeTier, TierCondition, TierScope,
};
use shiftmill_core::shape::attendance::{Attendance, Compared, EarlyTier, GraceMode, LateDeduct, LateTier, Measured};
use shiftmill_core::shape::breaks::{AutoDeduct, BreakBasis, BreakPlacement, Breaks, Compare, FixedBreak, PaidGap};
use shiftmill_core::shape::calendar::{Calendar, NamedCalendar, StatedDate, StatutoryRestDay, UnrosteredDay};
use shiftmill_core::shape::day_parts::HalfDay;
use shiftmill_core::shape::day_tolerance::ComparedEdges;
use shiftmill_core::shape::employment::EmploymentRules;
use shiftmill_core::shape::expectation::{Expectation, WorkThatCounts};
use shiftmill_core::shape::flexible::FlexibleStart;
use shiftmill_core::shape::free_lateness::FreeLateness;
use shiftmill_core::shape::half_day::HalfDaySplit;
use shiftmill_core::shape::late_off::LateOff;
use shiftmill_core::shape::leave::{LeaveCode, LeaveDays, LeaveRules, LeaveVersusWork};
use shiftmill_core::shape::length_rounding::{LengthRounding, RoundedLength};
use shiftmill_core::shape::matching::{GapBasis, MatchBy, Matching, ShiftStart};
use shiftmill_core::shape::meal_requirement::{JudgedBy, MealRequirement};
use shiftmill_core::shape::pairing::{Adjacency, Imputed, MealDetect, Pairing, PairingMode, RepeatIn};
use shiftmill_core::shape::rest_requirement::RestRequirement;
use shiftmill_core::shape::rounding::{Anchor, Direction, RoundingCondition, RoundingRule, RoundingTarget, Tie};
use shiftmill_core::shape::schedule::{LateMax, Schedule, ShiftBlock, ShiftTemplate};
use shiftmill_core::shape::workdays::{Attribution, Workdays};
use shiftmill_core::watch::breaks::Breaks as WatchedBreaks;
use shiftmill_core::watch::continuous_work::ContinuousWork;
use shiftmill_core::watch::days_in_a_row::{DaysInARow, RunReset};
use shiftmill_core::watch::hours::{CountedTime, Hours, HoursScope};
use shiftmill_core::watch::limit::{Limit, PassedWhen};
use shiftmill_core::watch::rest_between_shifts::{RestBetween, RestBetweenShifts};
use shiftmill_core::watch::spread::Spread;
use shiftmill_core::watch::weekly_rest::{RestPer, WeeklyRest};
use shiftmill_core::watch::{Watched, Watcher};
use shiftmill_core::{
    CalendarId, DayType, DayTypeSet, DayWindow, ExceptionCode, FilterId, Layer, Multiplier, Names, PayCode,
    PayCodeInfo, PayCodeSet, Plan, PlanTimeline, RuleId, Seconds, Severity, Unit, Weekday, WeekdaySet, Workday,
    WorkdayRange,
};

use super::{Grid, Random, tags};

/// Daily windows of tiers, in quarters of an hour.
const TIER_WINDOWS: [(u32, u32); 4] = [(84, 24), (88, 20), (24, 84), (50, 49)];

/// Overtime codes of every generated plan with their multipliers.
const OVERTIME: [(PayCode, u16); 4] =
    [(PayCode(2), 1_250), (PayCode(3), 1_500), (PayCode(4), 2_000), (PayCode(5), 3_000)];
const NIGHT: PayCode = PayCode(6);
const WEEKEND: PayCode = PayCode(7);
const MEAL_PREMIUM: PayCode = PayCode(8);
const HOLIDAY_PAID: PayCode = PayCode(9);
const LATE_DEDUCT: PayCode = PayCode(10);
const LEAVE_PAID: PayCode = PayCode(11);
const LEAVE_UNPAID: PayCode = PayCode(12);
const REST_PREMIUM: PayCode = PayCode(13);
const UNAPPROVED: PayCode = PayCode(14);
const BANK_CREDIT: PayCode = PayCode(15);

/// What dates of calendars are.
const DATED: [DayType; 6] = [
    DayType::StatutoryHoliday,
    DayType::StatutoryHoliday,
    DayType::CompanyHoliday,
    DayType::MakeupWorkday,
    DayType::ShiftedRest,
    DayType::RestDay,
];

/// What a plugin may recode to: all codes of the base layer.
pub(super) fn codes_to_recode() -> Vec<PayCode> {
    let codes = pay_codes().into_iter().zip(0..);
    codes.filter(|(info, _)| info.layer == Layer::Base).map(|(_, number)| PayCode(number)).collect()
}

/// A plan in the making: draws numbers and names rules.
struct Maker<'a> {
    random: &'a mut Random,
    grid: Grid,
    days: WorkdayRange,
    rules: Vec<String>,
    /// How many tag filters there are.
    filters: usize,
}

/// A timeline of one version, sometimes two, over `days`, and with `changes` the versions of one or two rulesets to which
/// a person may change. These pay other figures by rules of the same names.
pub(super) fn rulesets(
    random: &mut Random,
    grid: Grid,
    days: WorkdayRange,
    changes: bool,
) -> (PlanTimeline, Vec<Vec<(Workday, Plan)>>) {
    let rules = Names::BUILT_IN_RULES.map(String::from).to_vec();
    let filters = tags::filters(random);
    let mut maker = Maker { random, grid, days, rules, filters: filters.len() };
    let plan = maker.plan();
    let mut versions = vec![(days.first.plus(-400), plan)];
    if maker.random.chance(15) {
        let length = (days.last.0 - days.first.0) as u64;
        let from = days.first.plus(maker.random.below(length + 1) as i32);
        let changed = maker.changed(&versions[0].1);
        versions.push((from, changed));
    }
    let mut others = Vec::new();
    for _ in 0..if changes { 1 + maker.random.below(2) } else { 0 } {
        let mut other = vec![(days.first.plus(-400), maker.changed(&versions[0].1))];
        if maker.random.chance(25) {
            let from = days.first.plus(maker.random.below(14) as i32);
            let changed = maker.changed(&versions[0].1);
            other.push((from, changed));
        }
        others.push(other);
    }
    if changes {
        for plan in versions.iter_mut().chain(others.iter_mut().flatten()).map(|version| &mut version.1) {
            plan.calendars = maker.calendars();
        }
    }
    let names = Names {
        rules: maker.rules,
        pay_codes: pay_codes(),
        shifts: vec!["early".into(), "late".into(), "night".into()],
        leave: vec!["annual".into(), "unpaid".into()],
        calendars: vec!["north".into(), "south".into()],
        attestations: vec!["meals_taken".into(), "rests_taken".into()],
        ..Names::default()
    };
    let timeline = PlanTimeline::new(versions, names).and_then(|timeline| timeline.with_filters(filters));
    (timeline.expect("a generated timeline is valid"), others)
}

fn pay_codes() -> Vec<PayCodeInfo> {
    let code = |name: &str, layer, unit, paid, multiplier| PayCodeInfo {
        name: name.into(),
        layer,
        unit,
        paid,
        multiplier: Multiplier(multiplier),
    };
    vec![
        code("regular", Layer::Base, Unit::Second, true, 1_000),
        code("unpaid_break", Layer::Base, Unit::Second, false, 0),
        code("overtime_1_25", Layer::Base, Unit::Second, true, 1_250),
        code("overtime_1_5", Layer::Base, Unit::Second, true, 1_500),
        code("overtime_2_0", Layer::Base, Unit::Second, true, 2_000),
        code("overtime_3_0", Layer::Base, Unit::Second, true, 3_000),
        code("night", Layer::Premium, Unit::Second, true, 250),
        code("weekend", Layer::Premium, Unit::Second, true, 250),
        code("meal_premium", Layer::Quantity, Unit::Count, true, 1_000),
        code("holiday_paid", Layer::Quantity, Unit::Second, true, 1_000),
        code("late_deduct", Layer::Quantity, Unit::Second, true, 1_000),
        code("leave_annual", Layer::Base, Unit::Second, true, 1_000),
        code("leave_unpaid", Layer::Base, Unit::Second, false, 0),
        code("rest_premium", Layer::Quantity, Unit::Count, true, 1_000),
        code("unapproved", Layer::Base, Unit::Second, false, 1_000),
        code("bank_credit", Layer::Base, Unit::Second, false, 1_000),
    ]
}

impl Maker<'_> {
    fn rule(&mut self, kind: &str) -> RuleId {
        let number = self.rules.len();
        self.rules.push(format!("{kind}-{number}"));
        RuleId(number as u16)
    }

    fn tags(&mut self) -> Option<FilterId> {
        tags::one_of(self.random, self.filters)
    }

    fn minutes(&mut self, from: i64, to: i64) -> Seconds {
        Seconds(self.grid.minutes(self.random, from, to) as u32)
    }

    fn time_of_day(&mut self) -> u32 {
        self.grid.minutes(self.random, 0, 1_439) as u32
    }

    fn flag(&mut self) -> bool {
        self.random.chance(50)
    }

    /// A rule of any kind is present in about half of all plans.
    fn plan(&mut self) -> Plan {
        let mut plan = Plan {
            normalise: self.normalise(),
            corrections: self.correction_policy(),
            dedupe: self.dedupe(),
            calendar: self.calendar(),
            calendars: Vec::new(),
            schedule: self.schedule(),
            matching: self.matching(),
            pairing: self.pairing(),
            rounding: self.rounding(),
            length_rounding: self.length_rounding(),
            clock_offsets: self.clock_offsets(),
            punch_restrictions: self.punch_restrictions(),
            workdays: self.workdays(),
            breaks: self.breaks(),
            meal_requirements: self.meals(),
            rest_requirements: self.rests(),
            leave: self.leave(),
            employment: EmploymentRules {
                outside_to: *self.random.one_of(&[UNAPPROVED, PayCode::REGULAR, PayCode(3)]),
            },
            attendance: self.attendance(),
            expectation: self.expectation(),
            holidays: self.holidays(),
            overtime: self.overtime(),
            premiums: self.premiums(),
            exceptions: exceptions(),
            plugins: Vec::new(),
            overtime_approval: self.overtime_approval(),
            watchers: self.watchers(),
        };
        self.count_holidays(&mut plan.holidays, &plan.overtime);
        plan
    }

    fn overtime_approval(&mut self) -> Vec<OvertimeApproval> {
        let count = *self.random.one_of(&[0, 0, 0, 1, 1, 2]);
        (0..count).map(|_| self.approval_rule()).collect()
    }

    fn approval_rule(&mut self) -> OvertimeApproval {
        let mut rests = Vec::new();
        if self.random.chance(25) {
            let after = self.minutes(30, 180);
            rests.push(OvertimeRest { after, rest: self.minutes(5, 60) });
            if self.flag() {
                let after = after.plus(self.minutes(30, 180));
                rests.push(OvertimeRest { after, rest: self.minutes(5, 90) });
            }
        }
        let unit = Seconds(self.grid.seconds.max(60) * *self.random.one_of(&[1, 2, 3, 6]));
        let code = self.random.one_of(&OVERTIME).0;
        OvertimeApproval {
            rule: self.rule("overtime-approval"),
            day_types: self.condition().day_types,
            mode: *self.random.one_of(ApprovalMode::ALL),
            before_shift: self.flag(),
            after_shift: self.random.chance(85),
            start_offset: if self.random.chance(60) { Seconds::ZERO } else { self.minutes(0, 60) },
            whole_rest_days: self.random.chance(75),
            both_punches: self.flag(),
            rests,
            minimum: if self.flag() { Seconds::ZERO } else { self.minutes(5, 90) },
            minimum_compare: *self.random.one_of(Compare::ALL),
            unit: self.random.maybe(40, |_| unit),
            day_max: if self.random.chance(60) { None } else { Some(self.minutes(0, 240)) },
            compensation: *self.random.one_of(CompensationMode::ALL),
            pays_to: self.random.maybe(40, |_| code),
            unapproved_to: UNAPPROVED,
            excess_to: *self.random.one_of(&[UNAPPROVED, UNAPPROVED, PayCode::REGULAR, PayCode(3)]),
            bank_to: BANK_CREDIT,
            exception_beyond: if self.flag() { Seconds::ZERO } else { self.minutes(0, 60) },
        }
    }

    /// Another version: the same rules, some with other figures.
    fn changed(&mut self, plan: &Plan) -> Plan {
        let mut plan = plan.clone();
        for tier in &mut plan.overtime.tiers {
            if self.flag() {
                tier.limit = tier.limit.plus(self.minutes(15, 90));
            }
        }
        for rule in &mut plan.breaks.auto_deduct {
            rule.amount = self.minutes(5, 60);
        }
        for rule in &mut plan.rounding {
            rule.direction = self.direction();
        }
        if self.flag() {
            plan.attendance = self.attendance();
            plan.expectation = self.expectation();
        }
        if self.random.chance(30) {
            plan.premiums.pop();
        }
        if self.random.chance(30) {
            plan.calendar = self.calendar();
        }
        if self.random.chance(30) {
            plan.schedule = Schedule { weekly_pattern: self.pattern(), ..plan.schedule };
        }
        if self.random.chance(30) {
            plan.pairing.missing_out = self.imputed();
        }
        for rule in &mut plan.overtime_approval {
            if self.flag() {
                rule.day_max = Some(self.minutes(30, 240));
            }
        }
        if self.random.chance(20) {
            plan.dedupe.window = Some(self.minutes(0, 5));
        }
        for watcher in &mut plan.watchers {
            if self.flag() {
                self.change_watcher(watcher);
            }
        }
        if self.random.chance(20) {
            plan.watchers.pop();
        }
        plan
    }

    fn normalise(&mut self) -> Normalise {
        let minute = self.random.chance(15);
        let granularity = if minute { Granularity::Minute } else { Granularity::Second };
        let (offsite, callback) = (*self.random.one_of(NeedsApproval::ALL), *self.random.one_of(NeedsApproval::ALL));
        let recorded_late_after = self.random.chance(50).then(|| self.minutes(0, 2_000));
        let future_skew_max = if self.random.chance(70) { Seconds(300) } else { self.minutes(0, 30) };
        Normalise { granularity, future_skew_max, offsite, callback, recorded_late_after }
    }

    fn correction_policy(&mut self) -> CorrectionPolicy {
        if self.random.chance(60) {
            let counts_as = *self.random.one_of(&[CorrectedAs::Normal, CorrectedAs::Normal, CorrectedAs::StillLate]);
            return CorrectionPolicy { counts_as, ..CorrectionPolicy::default() };
        }
        let actions = CorrectionAction::ALL.iter().filter(|_| self.random.chance(80));
        let accepts = actions.copied().fold(CorrectionActions::NONE, CorrectionActions::with);
        let mut days = |most: u64| self.random.chance(40).then(|| self.random.below(most) as u16);
        let (quota, closes_after, within_days) = (days(3), days(20), days(20).map(|days| days + 1));
        let cycle_opens = 1 + self.random.below(28) as u8;
        let counts_as = *self.random.one_of(CorrectedAs::ALL);
        CorrectionPolicy { accepts, quota, cycle_opens, within_days, closes_after, marked: self.flag(), counts_as }
    }

    fn dedupe(&mut self) -> Dedupe {
        let keep = *self.random.one_of(DedupeKeep::ALL);
        let window = *self.random.one_of(&[None, Some(Seconds(60)), Some(Seconds(300)), Some(Seconds(0))]);
        Dedupe { window, keep }
    }

    fn calendar(&mut self) -> Calendar {
        let mut dates = Vec::new();
        for day in self.days.first.0..=self.days.last.0 {
            if self.random.chance(10) {
                dates.push((Workday(day), *self.random.one_of(&DATED)));
            }
        }
        let rest_days =
            if self.flag() { WeekdaySet::NONE.with(Weekday::Saturday).with(Weekday::Sunday) } else { WeekdaySet::NONE };
        let first = self.days.first;
        let statutory_rest_day = self.random.maybe(35, |random| match random.below(4) {
            0 => StatutoryRestDay::LastWorked { four_weeks_from: None },
            1 => {
                let from = first.plus(random.below(60) as i32 - 30);
                StatutoryRestDay::LastWorked { four_weeks_from: Some(from) }
            }
            _ => StatutoryRestDay::Weekday(*random.one_of(&Weekday::ALL)),
        });
        let roster_decides = self.flag();
        let unrostered_day = *self.random.one_of(UnrosteredDay::ALL);
        let half_days = self.half_days();
        Calendar { dates, half_days, rest_days, statutory_rest_day, roster_decides, unrostered_day }
    }

    fn half_days(&mut self) -> Vec<HalfDay> {
        if !self.random.chance(25) {
            return Vec::new();
        }
        (self.days.first.0..=self.days.last.0).filter_map(|day| self.half_day(Workday(day))).collect()
    }

    fn half_day(&mut self, date: Workday) -> Option<HalfDay> {
        let (one, other) = (self.time_of_day(), self.time_of_day());
        let closes = if self.flag() { 86_400 } else { one.max(other) };
        let window = DayWindow::new(one.min(other), closes).filter(|_| self.random.chance(30))?;
        Some(HalfDay { date, window, day_type: *self.random.one_of(DayType::ALL) })
    }

    /// Calendars of places. A few rulesets have the first one only.
    fn calendars(&mut self) -> Vec<NamedCalendar> {
        let count = if self.random.chance(90) { 2 } else { 1 };
        (0..count).map(|number| NamedCalendar { number: CalendarId(number), dates: self.stated_dates() }).collect()
    }

    fn stated_dates(&mut self) -> Vec<StatedDate> {
        let mut dates = Vec::new();
        for day in self.days.first.0..=self.days.last.0 {
            if self.random.chance(25) {
                let date = Workday(day);
                let day_type = self.random.maybe(70, |random| *random.one_of(&DATED));
                dates.push(StatedDate { date, day_type, half_day: self.half_day(date) });
            }
        }
        dates
    }

    fn schedule(&mut self) -> Schedule {
        let templates = [(480, 540), (840, 480), (1_320, 480)].map(|(from, length)| self.template(from, length));
        Schedule {
            templates: templates.to_vec(),
            weekly_pattern: self.pattern(),
            earliest_in: self.minutes(0, 120),
            latest_out: self.minutes(0, 300),
            late_max: self.late_max(),
        }
    }

    fn template(&mut self, from: i64, length: i64) -> ShiftTemplate {
        let start = self.grid.minutes(self.random, from - 60, from + 60) as i32;
        let end = start + self.grid.minutes(self.random, length - 60, length + 90) as i32;
        let mut breaks = Vec::new();
        let mut blocks = vec![(start, end)];
        if self.random.chance(20) {
            blocks = self.split(start, end);
        } else if self.flag() {
            let pause = start + self.grid.minutes(self.random, 120, 240) as i32;
            breaks.push((pause, pause + self.grid.minutes(self.random, 15, 60).max(1) as i32));
        }
        let (earliest_in, latest_out) = (self.minutes(0, 120), self.minutes(0, 300));
        let half_day_split = self.half_day_split(&blocks);
        let flex = |maker: &mut Self| maker.random.chance(20).then(|| maker.minutes(0, 90));
        ShiftTemplate {
            half_day_split,
            breaks,
            earliest_in,
            latest_out,
            late_max: self.late_max(),
            flex_early: flex(self),
            flex_late: flex(self),
            core_hours: if self.random.chance(15) { self.core_hours(start, end) } else { Vec::new() },
            ..ShiftTemplate::of_blocks(self.needed(&blocks))
        }
    }

    /// Blocks whose edges mostly need punches.
    fn needed(&mut self, blocks: &[(i32, i32)]) -> Vec<ShiftBlock> {
        let block = |(start, end): &(i32, i32)| {
            let (need_in, need_out) = (self.random.chance(85), self.random.chance(85));
            ShiftBlock { need_in, need_out, ..ShiftBlock::new(*start, *end) }
        };
        blocks.iter().map(block).collect()
    }

    /// One or two windows, mostly inside a shift.
    fn core_hours(&mut self, start: i32, end: i32) -> Vec<(i32, i32)> {
        let from = start + self.grid.minutes(self.random, -30, 180) as i32;
        let half = from.max(0) + self.grid.minutes(self.random, 30, 180).max(1) as i32;
        let mut windows = vec![(from.max(0), half)];
        let again = half + self.grid.minutes(self.random, 0, 120).max(1) as i32;
        if again < end && self.flag() {
            windows.push((again, again + self.grid.minutes(self.random, 30, 180).max(1) as i32));
        }
        windows
    }

    /// Two or three blocks of a split shift, some of them as far apart as two worked shifts.
    fn split(&mut self, start: i32, end: i32) -> Vec<(i32, i32)> {
        let count = if self.random.chance(75) { 2 } else { 3 };
        let step = self.grid.minutes(self.random, 60, (i64::from(end - start) / 60 / count).max(61)).max(1) as i32;
        let mut blocks = Vec::new();
        let mut from = start;
        for _ in 0..count {
            blocks.push((from, from + step));
            from += step + self.grid.minutes(self.random, 10, 330).max(1) as i32;
        }
        blocks
    }

    fn half_day_split(&mut self, blocks: &[(i32, i32)]) -> HalfDaySplit {
        let (start, end) = (blocks.first().map_or(0, |it| it.0), blocks.last().map_or(0, |it| it.1));
        match self.random.below(4) {
            0 => HalfDaySplit::Midpoint,
            1 => HalfDaySplit::MidpointWithoutBreaks,
            2 => HalfDaySplit::AtBreak,
            _ => HalfDaySplit::At(start + self.grid.minutes(self.random, 1, i64::from(end - start) / 60) as i32),
        }
    }

    fn late_max(&mut self) -> LateMax {
        if self.flag() { LateMax::HalfShift } else { LateMax::Length(self.minutes(0, 480)) }
    }

    fn pattern(&mut self) -> [Option<u16>; 7] {
        if self.flag() {
            return [None; 7];
        }
        let template = self.random.below(3) as u16;
        [0; 7].map(|_: u16| self.random.maybe(75, |_| template))
    }

    fn matching(&mut self) -> Matching {
        Matching {
            shift_starts_at: *self.random.one_of(&[ShiftStart::Gap, ShiftStart::Gap, ShiftStart::InPunch]),
            shift_gap_basis: *self.random.one_of(GapBasis::ALL),
            new_shift_gap: self.minutes(180, 480),
            shift_length_max: self.minutes(600, 1_080),
            match_by: *self.random.one_of(&[MatchBy::Cluster, MatchBy::Cluster, MatchBy::Workday]),
        }
    }

    fn pairing(&mut self) -> Pairing {
        let modes = [PairingMode::Typed, PairingMode::Typed, PairingMode::Alternating, PairingMode::FirstLast];
        let meal_detect = if self.flag() {
            MealDetect::ByKind
        } else {
            let min = self.minutes(5, 30);
            MealDetect::ByGapLength { min, max: min.plus(self.minutes(10, 60)) }
        };
        Pairing {
            mode: *self.random.one_of(&modes),
            adjacency: *self.random.one_of(Adjacency::ALL),
            repeat_in: *self.random.one_of(RepeatIn::ALL),
            pair_length_max: if self.flag() { None } else { Some(self.minutes(300, 960)) },
            missing_out: self.imputed(),
            missing_in: self.imputed(),
            meal_detect,
        }
    }

    fn imputed(&mut self) -> Imputed {
        match self.random.below(6) {
            0 => Imputed::ToSchedule,
            1 => Imputed::Fixed(self.minutes(30, 300)),
            _ => Imputed::Nothing,
        }
    }

    fn direction(&mut self) -> Direction {
        match self.random.below(4) {
            0 => Direction::Down,
            1 => Direction::Up,
            _ => Direction::Nearest(*self.random.one_of(Tie::ALL)),
        }
    }

    fn rounding(&mut self) -> Vec<RoundingRule> {
        let count = *self.random.one_of(&[0, 0, 1, 1, 2]);
        (0..count).map(|_| self.rounding_rule()).collect()
    }

    fn clock_offsets(&mut self) -> Vec<ClockOffset> {
        let count = *self.random.one_of(&[0, 0, 1, 2]);
        let mut rules = Vec::new();
        for _ in 0..count {
            let Some(tags) = tags::one_of(self.random, self.filters) else { continue };
            let add = self.minutes(1, 90).0 as i32 * if self.flag() { 1 } else { -1 };
            let date = |some: &mut Self| some.days.first.plus(some.random.below(8) as i32 - 1);
            let from = if self.flag() { Some(date(self)) } else { None };
            let until = if self.flag() { Some(date(self)) } else { None };
            rules.push(ClockOffset { rule: self.rule("clock"), tags, add, from, until });
        }
        rules
    }

    fn punch_restrictions(&mut self) -> Vec<PunchRestriction> {
        let count = *self.random.one_of(&[0, 0, 0, 1, 2]);
        let mut rules = Vec::new();
        for _ in 0..count {
            let Some(tags) = tags::one_of(self.random, self.filters) else { continue };
            let outcome = *self.random.one_of(RestrictionOutcome::ALL);
            rules.push(PunchRestriction { rule: self.rule("restriction"), tags, outcome });
        }
        rules
    }

    fn length_rounding(&mut self) -> Vec<LengthRounding> {
        let mut rules = Vec::new();
        for of in RoundedLength::ALL {
            if self.random.chance(8) {
                rules.push(self.length_rounding_rule(*of));
            }
        }
        rules
    }

    fn length_rounding_rule(&mut self, of: RoundedLength) -> LengthRounding {
        let interval = Seconds(*self.random.one_of(&[300, 900, 1_800, 3_600]));
        let direction = self.direction();
        let has_grace = !matches!(direction, Direction::Nearest(_)) && self.flag();
        let grace =
            if has_grace { self.minutes(0, 20).at_most(interval.beyond(Seconds::minutes(1))) } else { Seconds::ZERO };
        let off_to = *self.random.one_of(&[PayCode::UNPAID_BREAK, UNAPPROVED]);
        let up_to = self.random.chance(25).then(|| self.minutes(240, 600));
        let day_types = match self.random.below(4) {
            0 => DayTypeSet::NONE.with(DayType::RestDay).with(DayType::StatutoryHoliday),
            _ => DayTypeSet::ALL,
        };
        LengthRounding { rule: self.rule("lengths"), of, interval, direction, grace, up_to, day_types, off_to }
    }

    fn rounding_rule(&mut self) -> RoundingRule {
        let intervals: &[u32] = if self.grid.seconds < 60 { &[1, 60, 300, 360, 900] } else { &[300, 600, 900, 1_800] };
        let mut target = RoundingTarget::ALL;
        if self.flag() {
            target = RoundingTarget {
                shift_in: self.flag(),
                shift_out: self.flag(),
                meal_start: self.flag(),
                meal_end: self.flag(),
                break_start: self.flag(),
                break_end: self.flag(),
            };
        }
        let condition = match self.random.below(4) {
            0 => RoundingCondition::NearSchedule(self.minutes(0, 60)),
            1 => RoundingCondition::ClockWindow { from: self.time_of_day(), to: self.time_of_day() },
            _ => RoundingCondition::Always,
        };
        RoundingRule {
            rule: self.rule("rounding"),
            target,
            interval: Seconds(*self.random.one_of(intervals)),
            direction: self.direction(),
            anchor: *self.random.one_of(&[Anchor::LocalMidnight, Anchor::LocalMidnight, Anchor::ScheduleStart]),
            condition,
            tags: self.tags(),
            grace: if self.flag() { Seconds::ZERO } else { self.minutes(0, 20) },
            strict: self.random.chance(25),
        }
    }

    fn workdays(&mut self) -> Workdays {
        let ways = [
            Attribution::StartDay,
            Attribution::EndDay,
            Attribution::Majority,
            Attribution::SplitMidnight,
            Attribution::DivideTime,
            Attribution::DivideTimeSplit,
            Attribution::ScheduleLabel,
            Attribution::ScheduleLabel,
        ];
        let overtime = *self.random.one_of(&ways);
        let reporting = if self.flag() { overtime } else { *self.random.one_of(&ways) };
        let opens_at = if self.flag() { 0 } else { self.time_of_day() };
        Workdays { overtime, reporting, opens_at, workweek_opens: *self.random.one_of(&Weekday::ALL) }
    }

    fn breaks(&mut self) -> Breaks {
        let mut breaks = Breaks::default();
        if self.random.chance(40) {
            let limit = self.minutes(5, 30);
            let (rule, meals_too, tags) = (self.rule("paid-gap"), self.flag(), self.tags());
            breaks.paid_below = Some(PaidGap { rule, limit, meals_too, tags });
        }
        if self.random.chance(30) {
            let start = self.time_of_day();
            let end = (start + self.minutes(10, 60).0.max(1)) % 86_400;
            breaks.fixed.push(FixedBreak { rule: self.rule("fixed-break"), start, end, tags: self.tags() });
        }
        let count = *self.random.one_of(&[0, 0, 1, 1, 2]);
        breaks.auto_deduct = (0..count).map(|_| self.auto_deduct()).collect();
        breaks
    }

    fn auto_deduct(&mut self) -> AutoDeduct {
        // Shares fall on arbitrary seconds, and the oracle then checks every second.
        let proportional = self.days.last.0 - self.days.first.0 < 2 && self.random.chance(30);
        AutoDeduct {
            rule: self.rule("auto-deduct"),
            after: self.minutes(120, 600),
            compare: *self.random.one_of(Compare::ALL),
            basis: *self.random.one_of(BreakBasis::ALL),
            amount: self.minutes(10, 75),
            only_if_segments: self.random.maybe(25, |random| 1 + random.below(2) as u8),
            count_taken: self.flag(),
            min_piece: self.minutes(0, 20),
            taper: self.random.chance(30),
            tags: self.tags(),
            placement: if proportional { BreakPlacement::Proportional } else { BreakPlacement::AtTrigger },
        }
    }

    fn rests(&mut self) -> Vec<RestRequirement> {
        let count = *self.random.one_of(&[0, 0, 1, 2]);
        let rest = |plans: &mut Self| RestRequirement {
            rule: plans.rule("rest"),
            when_worked: plans.minutes(120, 420),
            compare: *plans.random.one_of(Compare::ALL),
            attested_by: plans.random.below(2) as u16,
            pays_to: *plans.random.one_of(&[REST_PREMIUM, REST_PREMIUM, MEAL_PREMIUM]),
        };
        (0..count).map(|_| rest(self)).collect()
    }

    fn meals(&mut self) -> Vec<MealRequirement> {
        let count = *self.random.one_of(&[0, 0, 1, 2]);
        (0..count).map(|index| self.meal(index + 1)).collect()
    }

    fn meal(&mut self, ordinal: u8) -> MealRequirement {
        let hours = i64::from(ordinal) * 300;
        MealRequirement {
            rule: self.rule("meal"),
            ordinal,
            when_worked: self.minutes(hours - 120, hours),
            compare: *self.random.one_of(Compare::ALL),
            start_by: self.minutes(hours - 120, hours),
            length_min: self.minutes(15, 45),
            waivable_up_to: if self.flag() { None } else { Some(self.minutes(360, 720)) },
            waivable_only_if_previous_taken: self.flag(),
            judged_by: *self.random.one_of(JudgedBy::ALL),
            attested_by: self.random.maybe(35, |random| random.below(2) as u16),
            pays_to: *self.random.one_of(&[MEAL_PREMIUM, MEAL_PREMIUM, REST_PREMIUM]),
        }
    }

    fn leave(&mut self) -> LeaveRules {
        LeaveRules {
            codes: [LEAVE_PAID, LEAVE_UNPAID]
                .map(|pays_to| LeaveCode { pays_to, counts: *self.random.one_of(LeaveDays::ALL) })
                .to_vec(),
            versus_work: *self.random.one_of(LeaveVersusWork::ALL),
            day_length: self.minutes(240, 480),
            relocates_schedule: self.random.chance(70),
        }
    }

    fn attendance(&mut self) -> Attendance {
        let late_tiers = self.late_tiers();
        let maybe = |maker: &mut Self, from, to| if maker.flag() { None } else { Some(maker.minutes(from, to)) };
        Attendance {
            late_grace: if self.random.chance(10) { None } else { Some(self.minutes(0, 15)) },
            early_grace: if self.random.chance(10) { None } else { Some(self.minutes(0, 15)) },
            grace_mode: *self.random.one_of(GraceMode::ALL),
            late_tiers,
            measured: *self.random.one_of(&[Measured::Clock, Measured::Clock, Measured::Planned]),
            early_tiers: self.early_tiers(),
            watch_window: maybe(self, 30, 240),
            compared: *self.random.one_of(Compared::ALL),
            absence_delay: if self.random.chance(10) { None } else { Some(self.minutes(0, 120)) },
            absent_below: maybe(self, 60, 240),
            half_day_below: maybe(self, 120, 360),
            min_day: maybe(self, 300, 600),
            early_in_beyond: maybe(self, 0, 30),
            late_out_beyond: maybe(self, 0, 30),
            gap_worked_beyond: maybe(self, 0, 60),
            flexible: if self.random.chance(70) {
                FlexibleStart::default()
            } else {
                FlexibleStart { early: self.minutes(0, 90), late: self.minutes(0, 90) }
            },
            late_off: self.late_off(),
            free_late: self
                .random
                .chance(25)
                .then(|| FreeLateness { times: 1 + self.random.below(4) as u8, up_to: self.minutes(1, 60) }),
            edges: if self.random.chance(80) { ComparedEdges::All } else { ComparedEdges::Outer },
            day_tolerance: self.random.chance(25).then(|| self.minutes(0, 30)),
            core_hours: if self.random.chance(20) { self.core_hours(36_000, 54_000) } else { Vec::new() },
            unscheduled: self.random.chance(80),
        }
    }

    fn late_off(&mut self) -> Vec<LateOff> {
        let count = *self.random.one_of(&[0, 0, 0, 0, 1, 2]);
        (0..count).map(|_| LateOff { out_after: self.minutes(0, 60), start_later: self.minutes(1, 120) }).collect()
    }

    fn late_tiers(&mut self) -> Vec<LateTier> {
        let count = *self.random.one_of(&[0, 0, 1, 2]);
        let mut from = Seconds::ZERO;
        let tiers = (0..count).map(|_| {
            from = from.plus(self.minutes(10, 90));
            let outcome = *self.random.one_of(&LateTier::OUTCOMES);
            self.late_tier(from, outcome)
        });
        tiers.collect()
    }

    fn early_tiers(&mut self) -> Vec<EarlyTier> {
        let count = *self.random.one_of(&[0, 0, 1, 2]);
        let mut from = Seconds::ZERO;
        let tiers = (0..count).map(|_| {
            from = from.plus(self.minutes(5, 90));
            let outcome = *self.random.one_of(&EarlyTier::OUTCOMES);
            EarlyTier { from, compare: *self.random.one_of(Compare::ALL), outcome }
        });
        tiers.collect()
    }

    fn expectation(&mut self) -> Expectation {
        let maybe = |maker: &mut Self| if maker.flag() { None } else { Some(maker.minutes(0, 60)) };
        let weekdays = if self.random.chance(70) { 0 } else { 7 };
        let mut hours = [None; 7];
        for slot in hours.iter_mut().take(weekdays) {
            *slot = if self.random.chance(20) { None } else { Some(self.minutes(240, 600)) };
        }
        Expectation {
            undertime_beyond: maybe(self),
            over_schedule_beyond: maybe(self),
            counts: *self.random.one_of(WorkThatCounts::ALL),
            lateness_counts: self.flag(),
            hours,
        }
    }

    fn late_tier(&mut self, from: Seconds, outcome: ExceptionCode) -> LateTier {
        let amount = if self.flag() { None } else { Some(self.minutes(10, 60)) };
        let deduct = if self.flag() { None } else { Some(LateDeduct { pays_to: LATE_DEDUCT, amount }) };
        LateTier { from, compare: *self.random.one_of(Compare::ALL), outcome, deduct }
    }

    fn holidays(&mut self) -> Holidays {
        let basis = *self.random.one_of(HolidayBasis::ALL);
        if self.flag() {
            return Holidays { basis, not_worked: None };
        }
        let amount = match self.random.below(8) {
            0..=2 => HolidayAmount::Planned,
            3..=5 => HolidayAmount::Length(self.minutes(60, 480)),
            6 => HolidayAmount::Average(self.holiday_average()),
            _ => HolidayAmount::Nothing,
        };
        let eligibility = if self.flag() { Some(self.eligibility()) } else { None };
        let beside_leave = *self.random.one_of(BesideLeave::ALL);
        // Leave may pay to the code of holidays.
        let pays_to = if self.random.chance(20) { LEAVE_PAID } else { HOLIDAY_PAID };
        let rule = self.rule("holiday-pay");
        let pay = HolidayNotWorked { rule, pays_to, amount, eligibility, beside_leave, counts_toward: 0 };
        Holidays { basis, not_worked: Some(pay) }
    }

    fn holiday_average(&mut self) -> HolidayAverage {
        let unit = *self.random.one_of(AverageUnit::ALL);
        let over = match unit {
            AverageUnit::Days => (1 + self.random.below(10)) as u16,
            AverageUnit::Workweeks => (1 + self.random.below(2)) as u16,
        };
        let divisor = if self.flag() { None } else { Some((1 + self.random.below(20)) as u16) };
        let codes = vec![PayCode::REGULAR, OVERTIME[1].0, LEAVE_UNPAID];
        let codes = if self.flag() { None } else { Some(PayCodeSet::new(codes)) };
        HolidayAverage { over, unit, divisor, codes }
    }

    fn eligibility(&mut self) -> HolidayEligibility {
        HolidayEligibility {
            employed_for: *self.random.one_of(&[0, 0, 1, 3, 30]),
            before: if self.flag() { Some(self.worked_days()) } else { None },
            after: if self.flag() { Some(self.worked_days()) } else { None },
            on_holiday: *self.random.one_of(OnHoliday::ALL),
            forced_overtime: self.flag(),
        }
    }

    fn worked_days(&mut self) -> WorkedDays {
        let days = *self.random.one_of(DaysAround::ALL);
        let of = (1 + self.random.below(4)) as u16;
        let nearest = if days == DaysAround::SameWeekday { of * 7 } else { of };
        WorkedDays {
            at_least: (1 + self.random.below(u64::from(of))) as u16,
            of,
            days,
            within: nearest + self.random.below(7) as u16,
            leave_counts: self.flag(),
        }
    }

    /// Lets holidays fill counters of tiers, where their amount does not wait for overtime.
    fn count_holidays(&mut self, holidays: &mut Holidays, overtime: &Overtime) {
        let Some(pay) = &mut holidays.not_worked else { return };
        let waits = matches!(&pay.amount, HolidayAmount::Average(average) if average.codes.is_some());
        if waits || self.random.chance(50) {
            return;
        }
        for (index, tier) in overtime.tiers.iter().enumerate() {
            if tier.scope != TierScope::Shift && self.random.chance(50) {
                pay.counts_toward |= 1 << index;
            }
        }
    }

    fn overtime(&mut self) -> Overtime {
        let count = *self.random.one_of(&[0, 1, 2, 2, 3, 4, 5]);
        let mut tiers: Vec<OvertimeTier> = (0..count).map(|_| self.tier()).collect();
        tiers.sort_by_key(|tier| (tier.scope, tier.limit));
        let combine = match self.random.below(10) {
            0..=4 => Combine::StraightTimeOnly,
            5 | 6 => Combine::AllHoursCount,
            7 if !tiers.is_empty() => Combine::MaxOfAlternatives(self.alternatives(tiers.len())),
            8 => Combine::Table(self.table(&tiers)),
            9 => Combine::Additive,
            _ => Combine::StraightTimeOnly,
        };
        if matches!(combine, Combine::Table(_)) {
            tiers.iter_mut().for_each(|tier| tier.when.between = None);
        }
        if combine == Combine::Additive {
            for tier in &mut tiers {
                tier.pays_to = *self.random.one_of(&[NIGHT, WEEKEND]);
            }
        }
        Overtime { tiers, combine }
    }

    fn tier(&mut self) -> OvertimeTier {
        let (scope, limit) = match self.random.below(12) {
            0 => (TierScope::Shift, self.minutes(240, 720)),
            1..=5 => (TierScope::Workday, self.minutes(240, 720)),
            6..=8 => (TierScope::Workweek, self.minutes(900, 2_700)),
            9 => {
                let anchor = self.days.first.plus(self.random.below(30) as i32 - 15);
                (TierScope::Workweeks { count: 2, anchor }, self.minutes(1_800, 4_800))
            }
            10 => (TierScope::Month, self.minutes(1_200, 4_800)),
            _ => (TierScope::PayPeriod, self.minutes(900, 4_800)),
        };
        let limit = if self.random.chance(20) { Seconds::ZERO } else { limit };
        let (pays_to, multiplier) = *self.random.one_of(&OVERTIME);
        let plain = if self.flag() { Some(PayCode::REGULAR) } else { None };
        let codes = PayCodeSet::new([PayCode(2), PayCode(3)].into_iter().chain(plain).collect());
        let counts = match self.random.below(8) {
            0 => Counts::AllHours,
            1 if scope > TierScope::Workday => Counts::Codes(codes),
            _ => Counts::StraightTime,
        };
        OvertimeTier {
            rule: self.rule("tier"),
            scope,
            when: self.condition(),
            counts,
            counts_other_tags: self.random.chance(40),
            counts_other_day_types: self.random.chance(30),
            leave_counts: self.random.chance(25),
            limit,
            pays_to,
            multiplier: Multiplier(multiplier),
            priority: self.random.below(3) as i16 - 1,
        }
    }

    fn condition(&mut self) -> TierCondition {
        let mut condition = TierCondition {
            day_types: DayTypeSet::ALL,
            weekdays: WeekdaySet::ALL,
            tags: None,
            callback: None,
            between: None,
            consecutive: None,
        };
        match self.random.below(8) {
            0 => {
                condition.day_types = DayTypeSet::NONE.with(DayType::Workday).with(DayType::MakeupWorkday);
            }
            1 => {
                condition.day_types = DayTypeSet::NONE
                    .with(DayType::RestDay)
                    .with(DayType::ShiftedRest)
                    .with(DayType::StatutoryHoliday)
                    .with(DayType::StatutoryRest);
            }
            2 => {
                let one = WeekdaySet::NONE.with(*self.random.one_of(&Weekday::ALL));
                condition.weekdays = one.with(*self.random.one_of(&Weekday::ALL));
            }
            3 => condition.consecutive = Some(self.consecutive()),
            _ => {}
        }
        condition.tags = self.tags();
        condition.between = self.random.maybe(15, |random| {
            let number = random.below(TIER_WINDOWS.len() as u64) as u8;
            let (from, to) = TIER_WINDOWS[usize::from(number)];
            TierWindow { window: ClockWindow { from: from * 900, to: to * 900 }, number }
        });
        condition.callback = self.random.maybe(15, |random| random.chance(50));
        condition
    }

    fn consecutive(&mut self) -> Consecutive {
        Consecutive {
            day: 2 + self.random.below(6) as u8,
            mode: *self.random.one_of(ConsecutiveMode::ALL),
            reset: *self.random.one_of(ConsecutiveReset::ALL),
            worked_at_least: if self.flag() { Seconds(1) } else { self.minutes(60, 300) },
        }
    }

    fn alternatives(&mut self, tiers: usize) -> Vec<Alternative> {
        let count = 1 + self.random.below(3);
        (0..count)
            .map(|_| {
                let tiers = (0..tiers as u8).filter(|_| self.random.chance(60)).collect();
                Alternative { rule: self.rule("alternative"), tiers }
            })
            .collect()
    }

    /// A row for every set of tiers of which each scope reaches at most one.
    fn table(&mut self, tiers: &[OvertimeTier]) -> CombinationTable {
        let rule = self.rule("table");
        let mut rows = Vec::new();
        for when in 0..1_u64 << tiers.len() {
            let pays_to = match self.random.below(3) {
                0 => PayCode::REGULAR,
                _ => self.random.one_of(&OVERTIME).0,
            };
            let counts_toward = self.random.next_number() & ((1 << tiers.len()) - 1);
            rows.push(CombinationRow { when, pays_to, counts_toward });
        }
        CombinationTable { rule, rows }
    }

    fn premiums(&mut self) -> Vec<Premium> {
        let count = *self.random.one_of(&[0, 1, 1, 2, 3]);
        (0..count).map(|_| self.premium()).collect()
    }

    fn premium(&mut self) -> Premium {
        let modes = [
            PremiumMode::Split,
            PremiumMode::Split,
            PremiumMode::WholeIfStartsIn,
            PremiumMode::WholeIfEndsIn,
            PremiumMode::WholeIfWithin,
            PremiumMode::WholeIfMajority,
        ];
        let window = if self.random.chance(75) {
            let from = self.time_of_day();
            Some(ClockWindow { from, to: (from + self.minutes(60, 1_440).0) % 86_400 })
        } else {
            None
        };
        let condition = self.condition();
        Premium {
            rule: self.rule("premium"),
            pays_to: *self.random.one_of(&[NIGHT, WEEKEND]),
            window,
            weekdays: condition.weekdays,
            day_types: condition.day_types,
            tags: condition.tags,
            callback: condition.callback,
            zone: *self.random.one_of(PremiumZone::ALL),
            mode: *self.random.one_of(&modes),
            starts_after: self.random.chance(10).then(|| self.minutes(0, 2_000).0),
            starts_before: self.random.chance(15).then(|| self.minutes(0, 2_879).0),
            shifts: self.random.chance(15).then(|| (0..4).filter(|_| self.flag()).collect()),
            over: self.random.chance(15).then(|| self.codes_over()),
            after: self.premium_hours(),
            before: self.premium_hours(),
            min: if self.flag() { Seconds::ZERO } else { self.minutes(30, 180) },
            max: if self.flag() { Seconds::hours(24) } else { self.minutes(60, 480) },
            limits: self.premium_limits(),
        }
    }

    fn codes_over(&mut self) -> PayCodeSet {
        let mut codes = vec![*self.random.one_of(&[PayCode::REGULAR, OVERTIME[0].0])];
        codes.extend(OVERTIME.iter().map(|code| code.0).filter(|_| self.flag()));
        PayCodeSet::new(codes)
    }

    fn premium_hours(&mut self) -> PremiumHours {
        let workday = self.random.chance(10).then(|| self.minutes(0, 720));
        PremiumHours { workday, workweek: self.random.chance(5).then(|| self.minutes(0, 2_400)) }
    }

    fn premium_limits(&mut self) -> PremiumLimits {
        if self.flag() {
            return PremiumLimits::default();
        }
        let minimum = self.random.chance(40).then(|| PremiumMinimum {
            of: self.minutes(0, 600),
            then: *self.random.one_of(MinimumThen::ALL),
            per: *self.random.one_of(PremiumPer::ALL),
        });
        let maximum = self
            .random
            .chance(40)
            .then(|| PremiumMaximum { of: self.minutes(0, 600), per: *self.random.one_of(PremiumPer::ALL) });
        PremiumLimits {
            minimum,
            maximum,
            group: self.random.chance(40).then(|| self.random.below(2) as u16),
            multiplier: Multiplier(*self.random.one_of(&[250, 500, 500])),
            hour: Seconds(*self.random.one_of(&[3_600, 3_600, 3_150, 2_700])),
            per_shift: self.random.chance(10),
        }
    }
}

impl Maker<'_> {
    fn watchers(&mut self) -> Vec<Watcher> {
        let count = *self.random.one_of(&[0, 1, 1, 2, 3]);
        (0..count).map(|_| self.watcher()).collect()
    }

    fn watcher(&mut self) -> Watcher {
        let watches = self.watched();
        let rule = self.rule("watcher");
        let severity = self.flag().then(|| *self.random.one_of(Severity::ALL));
        Watcher { rule, severity, watches }
    }

    /// Another limit under the same name.
    fn change_watcher(&mut self, watcher: &mut Watcher) {
        match &mut watcher.watches {
            Watched::Hours(hours) => hours.limit = self.limit(hours.limit.most),
            Watched::RestBetweenShifts(rest) => rest.between = *self.random.one_of(RestBetween::ALL),
            Watched::WeeklyRest(rest) => rest.at_least = self.minutes(600, 2_880),
            Watched::DaysInARow(run) => run.worked_at_least = self.minutes(1, 600),
            Watched::ContinuousWork(work) => work.break_at_least = self.minutes(5, 90),
            Watched::Spread(spread) => spread.limit = self.limit(spread.limit.most),
            Watched::Breaks(breaks) => breaks.at_least = self.minutes(15, 90),
        }
    }

    fn watched(&mut self) -> Watched {
        let callbacks = self.flag();
        match self.random.below(12) {
            0..=4 => Watched::Hours(self.watched_hours()),
            5 => {
                let between = *self.random.one_of(RestBetween::ALL);
                Watched::RestBetweenShifts(RestBetweenShifts { at_least: self.minutes(300, 1_500), between, callbacks })
            }
            6 | 7 => {
                let per = *self.random.one_of(RestPer::ALL);
                Watched::WeeklyRest(WeeklyRest { at_least: self.minutes(600, 2_880), per, callbacks })
            }
            8 => {
                let most = DaysInARow::most(1 + self.random.below(6) as u8);
                let reset = *self.random.one_of(RunReset::ALL);
                let worked_at_least = if self.flag() { Seconds(1) } else { self.minutes(1, 480) };
                let warn_at = self.random.maybe(50, |random| 1 + random.below(99) as u8);
                let limit = Limit { most, passed: PassedWhen::Over, warn_at };
                Watched::DaysInARow(DaysInARow { limit, reset, worked_at_least })
            }
            9 => {
                let most = self.minutes(60, 480);
                let break_at_least = self.minutes(5, 120);
                Watched::ContinuousWork(ContinuousWork { limit: self.limit(most), break_at_least })
            }
            10 => {
                let most = self.minutes(360, 900);
                Watched::Spread(Spread { limit: self.limit(most), callbacks })
            }
            _ => {
                let (worked_over, at_least) = (self.minutes(60, 540), self.minutes(15, 90));
                let piece_at_least = if self.flag() { Seconds(1) } else { self.minutes(1, 30) };
                Watched::Breaks(WatchedBreaks { worked_over, at_least, piece_at_least })
            }
        }
    }

    fn watched_hours(&mut self) -> Hours {
        let opens = *self.random.one_of(&[1, 1, 2, 15, 21, 28]);
        let (scope, most) = match self.random.below(9) {
            0 | 1 => (HoursScope::Workday, self.minutes(120, 720)),
            2 => (HoursScope::Workweek, self.minutes(600, 2_700)),
            3 => {
                let anchor = self.days.first.plus(self.random.below(30) as i32 - 15);
                let count = 2 + self.random.below(3) as u8;
                (HoursScope::Workweeks { count, anchor }, self.minutes(900, 4_800))
            }
            4 | 5 => {
                let count = *self.random.one_of(&[1, 1, 2, 6]);
                (HoursScope::Months { count, opens }, self.minutes(600, 4_800))
            }
            6 => {
                let month = 1 + self.random.below(12) as u8;
                (HoursScope::Year { month, opens }, self.minutes(600, 6_000))
            }
            7 => (HoursScope::PayPeriod, self.minutes(600, 4_800)),
            _ => {
                let days = *self.random.one_of(&[2, 3, 7, 14, 119]);
                (HoursScope::Rolling { days }, self.minutes(300, 1_200))
            }
        };
        let counts = if self.random.chance(70) {
            CountedTime::AllWork
        } else {
            let codes = [PayCode::REGULAR, OVERTIME[0].0, OVERTIME[1].0, OVERTIME[2].0, LEAVE_PAID];
            CountedTime::Codes(PayCodeSet::new(codes.into_iter().filter(|_| self.random.chance(50)).collect()))
        };
        Hours { scope, counts, tags: self.tags(), limit: self.limit(most) }
    }

    fn limit(&mut self, most: Seconds) -> Limit {
        let passed = *self.random.one_of(PassedWhen::ALL);
        Limit { most, passed, warn_at: self.random.maybe(50, |random| 1 + random.below(99) as u8) }
    }
}

/// Every exception is raised, so that all are compared.
fn exceptions() -> ExceptionRules {
    let mut rules = ExceptionRules::default();
    for code in ExceptionCode::ALL {
        rules.set(*code, Some(Severity::Low));
    }
    rules
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use shiftmill_core::pay::combine::CombineKind;
    use shiftmill_core::pay::tiers::TierScopeKind;
    use shiftmill_core::shape::rounding::DirectionKind;
    use shiftmill_core::watch::WatcherKind;
    use shiftmill_core::watch::hours::HoursScopeKind;
    use shiftmill_core::{Coded, Workday};

    use super::*;

    /// The values that some of the plans have.
    fn made<'a, T: Coded + Ord + 'a, I: Iterator<Item = T>>(
        plans: &'a [Plan],
        of: impl Fn(&'a Plan) -> I,
    ) -> BTreeSet<T> {
        plans.iter().flat_map(of).collect()
    }

    fn eligibilities(plan: &Plan) -> impl Iterator<Item = HolidayEligibility> + '_ {
        plan.holidays.not_worked.iter().filter_map(|pay| pay.eligibility)
    }

    fn averages(plan: &Plan) -> impl Iterator<Item = &HolidayAverage> {
        plan.holidays.not_worked.iter().filter_map(|pay| match &pay.amount {
            HolidayAmount::Average(average) => Some(average),
            HolidayAmount::Nothing | HolidayAmount::Planned | HolidayAmount::Length(_) => None,
        })
    }

    macro_rules! every_value_is_made {
        ($plans:ident, $($kind:ident: $of:expr,)+) => {$(
            let expected: BTreeSet<$kind> = $kind::ALL.iter().copied().collect();
            assert_eq!(made(&$plans, $of), expected, stringify!($kind));
        )+};
    }

    #[test]
    fn every_value_of_every_setting_is_made() {
        let days = WorkdayRange { first: Workday(20_000), last: Workday(20_001) };
        let mut random = Random::new(7);
        let timelines: Vec<PlanTimeline> =
            (0..2_000).map(|_| rulesets(&mut random, Grid { seconds: 300 }, days, false).0).collect();
        let plans: Vec<Plan> = timelines.iter().flat_map(PlanTimeline::to_versions).map(|version| version.1).collect();
        every_value_is_made!(
            plans,
            Granularity: |plan| [plan.normalise.granularity].into_iter(),
            DedupeKeep: |plan| [plan.dedupe.keep].into_iter(),
            ShiftStart: |plan| [plan.matching.shift_starts_at].into_iter(),
            GapBasis: |plan| [plan.matching.shift_gap_basis].into_iter(),
            MatchBy: |plan| [plan.matching.match_by].into_iter(),
            PairingMode: |plan| [plan.pairing.mode].into_iter(),
            Adjacency: |plan| [plan.pairing.adjacency].into_iter(),
            RepeatIn: |plan| [plan.pairing.repeat_in].into_iter(),
            DirectionKind: |plan| plan.rounding.iter().map(|rule| rule.direction.kind()),
            Anchor: |plan| plan.rounding.iter().map(|rule| rule.anchor),
            RestrictionOutcome: |plan| plan.punch_restrictions.iter().map(|rule| rule.outcome),
            RoundedLength: |plan| plan.length_rounding.iter().map(|rule| rule.of),
            Attribution: |plan| [plan.workdays.overtime].into_iter(),
            BreakBasis: |plan| plan.breaks.auto_deduct.iter().map(|rule| rule.basis),
            BreakPlacement: |plan| plan.breaks.auto_deduct.iter().map(|rule| rule.placement),
            UnrosteredDay: |plan| [plan.calendar.unrostered_day].into_iter(),
            LeaveDays: |plan| plan.leave.codes.iter().map(|code| code.counts),
            LeaveVersusWork: |plan| [plan.leave.versus_work].into_iter(),
            GraceMode: |plan| [plan.attendance.grace_mode].into_iter(),
            Compared: |plan| [plan.attendance.compared].into_iter(),
            JudgedBy: |plan| plan.meal_requirements.iter().map(|requirement| requirement.judged_by),
            Measured: |plan| [plan.attendance.measured].into_iter(),
            WorkThatCounts: |plan| [plan.expectation.counts].into_iter(),
            HolidayBasis: |plan| [plan.holidays.basis].into_iter(),
            BesideLeave: |plan| plan.holidays.not_worked.iter().map(|pay| pay.beside_leave),
            OnHoliday: |plan| eligibilities(plan).map(|eligibility| eligibility.on_holiday),
            DaysAround: |plan| {
                eligibilities(plan).flat_map(|it| [it.before, it.after]).flatten().map(|worked| worked.days)
            },
            AverageUnit: |plan| averages(plan).map(|average| average.unit),
            CombineKind: |plan| [plan.overtime.combine.kind()].into_iter(),
            TierScopeKind: |plan| plan.overtime.tiers.iter().map(|tier| tier.scope.kind()),
            ApprovalMode: |plan| plan.overtime_approval.iter().map(|rule| rule.mode),
            CompensationMode: |plan| plan.overtime_approval.iter().map(|rule| rule.compensation),
            WatcherKind: |plan| plan.watchers.iter().map(|watcher| watcher.watches.kind()),
            HoursScopeKind: |plan| plan.watchers.iter().filter_map(|watcher| match &watcher.watches {
                Watched::Hours(hours) => Some(hours.scope.kind()),
                Watched::RestBetweenShifts(_) | Watched::WeeklyRest(_) | Watched::DaysInARow(_) | Watched::ContinuousWork(_) | Watched::Spread(_) | Watched::Breaks(_) => None,
            }),
            PremiumZone: |plan| plan.premiums.iter().map(|premium| premium.zone),
            PremiumMode: |plan| plan.premiums.iter().map(|premium| premium.mode),
        );
    }
}
