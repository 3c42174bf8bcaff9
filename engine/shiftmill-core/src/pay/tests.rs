//! Worked examples of overtime, holidays and premiums, with worked time given day by day.

use alloc::{string::String, vec, vec::Vec};

use crate::card::{CardState, ScheduledShift, Span, SpanState, WorkedShift};
use crate::codes::*;
use crate::pay::combine::*;
use crate::pay::holiday_pay::*;
use crate::pay::holidays::*;
use crate::pay::premiums::*;
use crate::pay::tiers::*;
use crate::plan::{Names, Plan, PlanTimeline};
use crate::reason::{Because, Reason};
use crate::record::{Note, Silent, WhyNot};
use crate::scratch::Scratch;
use crate::shape::calendar::StatutoryRestDay;
use crate::tags::{NO_TAGS, TagId};
use crate::time::*;
use crate::timecard::*;
use crate::zone::{Fold, Zone};

const OVERTIME_1_25: PayCode = PayCode(2);
const OVERTIME_1_5: PayCode = PayCode(3);
const OVERTIME_2_0: PayCode = PayCode(4);
const OVERTIME_3_0: PayCode = PayCode(5);
const HOLIDAY_1_35: PayCode = PayCode(6);
const OVERTIME_1_5_LONG: PayCode = PayCode(7);
const PREMIUM: PayCode = PayCode(8);

/// A Monday.
fn monday() -> Workday {
    Workday(20_514)
}

struct Bench {
    versions: Vec<(Workday, Plan)>,
    zone: Zone,
    window: EvaluationWindow,
    overrides: Vec<DayOverride>,
    opening: Vec<OpeningBalance>,
    state: CardState,
}

impl Bench {
    fn new(tiers: Vec<OvertimeTier>, combine: Combine) -> Bench {
        let plan = Plan { overtime: Overtime { tiers, combine }, ..Plan::default() };
        let days = WorkdayRange { first: monday(), last: monday().plus(27) };
        Bench {
            versions: vec![(Workday(0), plan)],
            zone: Zone::fixed("UTC", 0),
            window: EvaluationWindow { pay_period: days, facts: days, as_of: Timestamp(0), require_final: false },
            overrides: Vec::new(),
            opening: Vec::new(),
            state: CardState::default(),
        }
    }

    fn plan(&mut self) -> &mut Plan {
        &mut self.versions[0].1
    }

    /// Adds work on the `day`-th day between two wall-clock times in hours, as a shift of its own.
    fn work(&mut self, day: i32, from: f64, to: f64) {
        let date = monday().plus(day);
        let at = |hour: f64, fold| self.zone.instant(WallTime::on(date, (hour * 3_600.0) as i32), fold);
        let (start, end) = (at(from, Fold::Earlier), at(to, Fold::Later));
        let shift = self.state.shifts.len() as u32;
        self.state.shifts.push(WorkedShift {
            first_punch: 0,
            last_punch: 0,
            first_pair: 0,
            last_pair: 0,
            scheduled: None,
            workday: date,
            start_date: date,
            start: Timestamp(0),
            end: Timestamp(0),
            tag: TagId::NONE,
            continues: false,
            joins: false,
            callback: false,
        });
        self.state.spans.push(Span {
            start,
            end,
            overtime_workday: date,
            reporting_workday: date,
            state: SpanState::Worked,
            day_type: DayType::Workday,
            shift: Some(shift),
            tag: TagId::NONE,
            code: PayCode::REGULAR,
            reason: Reason::WORKED,
        });
    }

    fn leave(&mut self, day: i32, from: f64, to: f64) {
        self.work(day, from, to);
        let span = self.state.spans.last_mut().unwrap();
        span.state = SpanState::Leave;
        span.shift = None;
    }

    fn pay(&mut self) {
        let mut silent = self.state.clone();
        self.run(&mut silent, &mut Silent);
        let mut recorded = core::mem::take(&mut self.state);
        self.run(&mut recorded, &mut Vec::new());
        assert_eq!(silent.spans, recorded.spans);
        assert_eq!(silent.premiums, recorded.premiums);
        self.state = silent;
    }

    fn notes(&mut self) -> Vec<Note> {
        let mut notes = Vec::new();
        let mut state = self.state.clone();
        self.run(&mut state, &mut notes);
        notes
    }

    fn run<R: crate::record::Recorder>(&self, state: &mut CardState, recorder: &mut R) {
        let names = Names { rules: Names::BUILT_IN_RULES.map(String::from).to_vec(), ..Names::default() };
        let code = |name: &str| PayCodeInfo {
            name: String::from(name),
            layer: Layer::Base,
            unit: Unit::Second,
            paid: true,
            multiplier: Multiplier::PLAIN,
        };
        let names = Names { pay_codes: vec![code("regular"), code("unpaid_break")], ..names };
        let timeline = PlanTimeline::new(self.versions.clone(), names).unwrap();
        let card = Timecard {
            rejected_rows: 0,
            tag: TagId::NONE,
            zone: &self.zone,
            punches: PunchColumns { base: Timestamp(0), at: &[], kind: &[], id: &[], tag: &[], recorded_at: &[] },
            rare_kinds: false,
            schedule: ScheduleColumns {
                workday: &[],
                start: &[],
                end: &[],
                template: &[],
                kind: &[],
                split: &[],
                hours: &[],
                free_end: &[],
                tag: &[],
            },
            leave: &[],
            corrections: &[],
            waivers: &[],
            day_overrides: &self.overrides,
            approvals: &[],
            employment: &[],
            assignments: &[],
            manual_hours: &[],
            attestations: &[],
            overrides: &[],
            opening_balances: &self.opening,
            carried: &[],
        };
        let inputs = Inputs { card, timeline: &timeline, window: &self.window, tags: &NO_TAGS };
        let before: Seconds = state.spans.iter().map(Span::length).sum();
        let scratch = &mut Scratch::default();
        assign_day_types(&inputs, state, &mut scratch.spans);
        crate::pay::pay(&inputs, state, scratch, recorder);
        assert_eq!(before, state.spans.iter().map(Span::length).sum());
        assert!(state.spans.windows(2).all(|pair| pair[0].end <= pair[1].start));
        assert!(state.spans.iter().all(|span| span.start < span.end));
    }

    fn seconds(&self, code: PayCode) -> Seconds {
        self.state.spans.iter().filter(|span| span.code == code).map(Span::length).sum()
    }

    /// Hours on regular, 1.5 and 2.0.
    fn hours(&self) -> [f64; 3] {
        [PayCode::REGULAR, OVERTIME_1_5, OVERTIME_2_0].map(|code| f64::from(self.seconds(code).0) / 3_600.0)
    }

    fn premium_hours(&self) -> f64 {
        let lengths = self.state.premiums.iter().map(|premium| premium.end.since(premium.start));
        f64::from(lengths.sum::<Seconds>().0) / 3_600.0
    }
}

fn tier(rule: u16, scope: TierScope, limit: u32, pays_to: PayCode, multiplier: u16) -> OvertimeTier {
    OvertimeTier {
        rule: RuleId(rule),
        scope,
        when: TierCondition {
            day_types: DayTypeSet::ALL,
            weekdays: WeekdaySet::ALL,
            tags: None,
            callback: None,
            between: None,
            consecutive: None,
        },
        counts: Counts::StraightTime,
        counts_other_tags: false,
        counts_other_day_types: false,
        leave_counts: false,
        limit: Seconds::hours(limit),
        pays_to,
        multiplier: Multiplier(multiplier),
        priority: 0,
    }
}

fn daily(limit: u32, pays_to: PayCode, multiplier: u16) -> OvertimeTier {
    tier(10 + limit as u16, TierScope::Workday, limit, pays_to, multiplier)
}

fn weekly(limit: u32) -> OvertimeTier {
    tier(60, TierScope::Workweek, limit, OVERTIME_1_5, 1_500)
}

fn seventh(rule: u16, limit: u32, pays_to: PayCode, multiplier: u16) -> OvertimeTier {
    let mut tier = tier(rule, TierScope::Workday, limit, pays_to, multiplier);
    tier.when.consecutive = Some(Consecutive {
        day: 7,
        mode: ConsecutiveMode::AtLeast,
        reset: ConsecutiveReset::Workweek,
        worked_at_least: Seconds(1),
    });
    tier
}

fn on(mut tier: OvertimeTier, day_types: &[DayType]) -> OvertimeTier {
    tier.when.day_types = day_types.iter().fold(DayTypeSet::NONE, |set, day_type| set.with(*day_type));
    tier
}

fn california() -> Vec<OvertimeTier> {
    vec![
        seventh(50, 0, OVERTIME_1_5, 1_500),
        daily(8, OVERTIME_1_5, 1_500),
        seventh(51, 8, OVERTIME_2_0, 2_000),
        daily(12, OVERTIME_2_0, 2_000),
        weekly(40),
    ]
}

/// Hours on regular, 1.5 and 2.0 for days of these lengths from Monday, each in two spans.
fn paid(tiers: Vec<OvertimeTier>, combine: Combine, days: &[f64]) -> [f64; 3] {
    let mut bench = Bench::new(tiers, combine);
    for (day, hours) in (0..).zip(days).filter(|day| *day.1 > 0.0) {
        bench.work(day, 6.0, 6.0 + hours / 2.0);
        bench.work(day, 6.5 + hours / 2.0, 6.5 + hours);
    }
    bench.pay();
    bench.hours()
}

#[test]
fn california_pays_the_day_then_the_seventh_day_then_the_week() {
    let paid = |days: &[f64]| paid(california(), Combine::StraightTimeOnly, days);
    assert_eq!(paid(&[10.0, 10.0, 10.0, 10.0, 10.0, 10.0, 14.0]), [40.0, 28.0, 6.0]);
    assert_eq!(paid(&[9.0, 9.0, 9.0, 9.0, 9.0, 9.0, 0.0]), [40.0, 14.0, 0.0]);
    assert_eq!(paid(&[8.0, 8.0, 8.0, 8.0, 8.0, 6.0, 5.0]), [40.0, 11.0, 0.0]);
    assert_eq!(paid(&[13.0, 8.0, 8.0, 8.0, 8.0]), [40.0, 4.0, 1.0]);
    assert_eq!(paid(&[10.0, 10.0, 10.0, 10.0]), [32.0, 8.0, 0.0]);
}

#[test]
fn an_alternative_workweek_of_ten_hours_has_no_daily_overtime_below_ten() {
    let tiers = vec![daily(10, OVERTIME_1_5, 1_500), daily(12, OVERTIME_2_0, 2_000), weekly(40)];
    assert_eq!(paid(tiers, Combine::StraightTimeOnly, &[10.0, 10.0, 10.0, 10.0]), [40.0, 0.0, 0.0]);
}

#[test]
fn hours_counted_twice_are_paid_once() {
    let tiers = || vec![daily(8, OVERTIME_1_5, 1_500), weekly(40)];
    let tens = [10.0; 5];
    let twelves = [12.0, 12.0, 8.0, 8.0, 8.0];
    assert_eq!(paid(tiers(), Combine::AllHoursCount, &tens)[1], 18.0);
    assert_eq!(paid(tiers(), Combine::StraightTimeOnly, &tens)[1], 10.0);
    assert_eq!(paid(tiers(), Combine::AllHoursCount, &twelves)[1], 16.0);
    assert_eq!(paid(tiers(), Combine::StraightTimeOnly, &twelves)[1], 8.0);
}

#[test]
fn eight_and_eighty_counts_over_two_workweeks() {
    let two_weeks = TierScope::Workweeks { count: 2, anchor: monday().plus(14) };
    let tiers = || vec![daily(8, OVERTIME_1_5, 1_500), tier(61, two_weeks, 80, OVERTIME_1_5, 1_500)];
    let every_other = [12.0, 0.0, 12.0, 0.0, 12.0, 0.0, 12.0, 0.0, 12.0, 0.0, 12.0, 0.0, 12.0, 0.0];
    assert_eq!(paid(tiers(), Combine::StraightTimeOnly, &every_other), [56.0, 28.0, 0.0]);
    assert_eq!(paid(tiers(), Combine::StraightTimeOnly, &[8.0; 11]), [80.0, 8.0, 0.0]);
    assert_eq!(paid(tiers(), Combine::StraightTimeOnly, &[10.0; 8])[1], 16.0);
}

#[test]
fn japan_counts_a_week_from_sunday_and_pays_the_day_of_rest_apart() {
    let ordinary = [DayType::Workday, DayType::RestDay];
    let tiers = || {
        vec![
            on(tier(40, TierScope::Workday, 0, HOLIDAY_1_35, 1_350), &[DayType::StatutoryRest]),
            on(daily(8, OVERTIME_1_25, 1_250), &ordinary),
            on(tier(60, TierScope::Workweek, 40, OVERTIME_1_25, 1_250), &ordinary),
        ]
    };
    let mut bench = Bench::new(tiers(), Combine::StraightTimeOnly);
    bench.plan().workdays.workweek_opens = Weekday::Sunday;
    for (day, hours) in [(0, 9.0), (1, 9.0), (2, 9.0), (3, 9.0), (4, 9.0), (5, 5.0)] {
        bench.work(day, 8.0, 8.0 + hours);
    }
    bench.pay();
    assert_eq!(bench.seconds(OVERTIME_1_25), Seconds::hours(10));

    let mut bench = Bench::new(tiers(), Combine::StraightTimeOnly);
    bench.plan().workdays.workweek_opens = Weekday::Sunday;
    bench.plan().calendar.statutory_rest_day = Some(StatutoryRestDay::Weekday(Weekday::Sunday));
    bench.work(-1, 8.0, 14.0);
    for day in 0..6 {
        bench.work(day, 8.0, 16.0);
    }
    bench.pay();
    assert_eq!(bench.seconds(HOLIDAY_1_35), Seconds::hours(6));
    assert_eq!(bench.seconds(OVERTIME_1_25), Seconds::hours(8));
}

#[test]
fn japan_pays_more_beyond_sixty_hours_of_overtime_in_a_month() {
    let mut beyond_sixty = tier(62, TierScope::Month, 60, OVERTIME_1_5_LONG, 1_500);
    beyond_sixty.counts = Counts::Codes(PayCodeSet::new(vec![OVERTIME_1_25]));
    let mut bench = Bench::new(vec![daily(8, OVERTIME_1_25, 1_250), beyond_sixty], Combine::StraightTimeOnly);
    for day in 0..14 {
        bench.work(day, 8.0, 21.0);
    }
    bench.pay();
    assert_eq!(bench.seconds(OVERTIME_1_25), Seconds::hours(60));
    assert_eq!(bench.seconds(OVERTIME_1_5_LONG), Seconds::hours(10));
}

#[test]
fn alberta_pays_the_greater_of_day_and_week() {
    let tiers = vec![daily(8, OVERTIME_1_5, 1_500), weekly(44)];
    assert_eq!(paid(tiers, Combine::StraightTimeOnly, &[12.0, 8.0, 8.0, 8.0, 8.0]), [40.0, 4.0, 0.0]);
}

#[test]
fn china_pays_by_the_type_of_the_day() {
    let tiers = || {
        vec![
            on(tier(41, TierScope::Workday, 0, OVERTIME_2_0, 2_000), &[DayType::RestDay, DayType::ShiftedRest]),
            on(tier(42, TierScope::Workday, 0, OVERTIME_3_0, 3_000), &[DayType::StatutoryHoliday]),
            on(daily(8, OVERTIME_1_5, 1_500), &[DayType::Workday, DayType::MakeupWorkday]),
        ]
    };
    let paid_on = |day_type: Option<DayType>| {
        let mut bench = Bench::new(tiers(), Combine::StraightTimeOnly);
        let weekend = WeekdaySet::NONE.with(Weekday::Saturday).with(Weekday::Sunday);
        bench.plan().calendar.rest_days = weekend;
        bench.plan().calendar.dates = day_type.map(|day_type| (monday().plus(5), day_type)).into_iter().collect();
        bench.work(5, 9.0, 12.0);
        bench.work(5, 13.0, 20.0);
        bench.pay();
        bench
    };
    assert_eq!(paid_on(Some(DayType::MakeupWorkday)).hours(), [8.0, 2.0, 0.0]);
    let saturday = paid_on(None);
    assert_eq!(saturday.hours(), [0.0, 0.0, 10.0]);
    let reason = saturday.state.spans[0].reason.because;
    assert_eq!(reason, Because::DayTypeIs { day_type: DayType::RestDay, limit: Seconds::ZERO });
    let holiday = paid_on(Some(DayType::StatutoryHoliday));
    assert_eq!(holiday.seconds(OVERTIME_3_0), Seconds::hours(10));
    let noticed: Vec<_> = holiday.state.noticed.iter().map(|it| (it.code, it.workday, it.measure)).collect();
    assert_eq!(noticed, [(ExceptionCode::HolidayWorked, monday().plus(5), Seconds::hours(10))]);
}

#[test]
fn a_night_into_a_holiday_is_cut_at_midnight() {
    let holiday = on(tier(42, TierScope::Workday, 0, OVERTIME_3_0, 3_000), &[DayType::StatutoryHoliday]);
    let night = |basis, holiday_on: i32, tiers| {
        let mut bench = Bench::new(tiers, Combine::StraightTimeOnly);
        bench.plan().holidays.basis = basis;
        bench.plan().calendar.dates = vec![(monday().plus(holiday_on), DayType::StatutoryHoliday)];
        bench.work(0, 22.0, 30.0);
        bench.pay();
        (bench.seconds(PayCode::REGULAR).0 / HOUR, bench.seconds(OVERTIME_3_0).0 / HOUR)
    };
    assert_eq!(night(HolidayBasis::CalendarSplit, 1, vec![holiday.clone()]), (2, 6));
    assert_eq!(night(HolidayBasis::CalendarSplit, 0, vec![holiday.clone()]), (6, 2));
    assert_eq!(night(HolidayBasis::Workday, 1, vec![holiday.clone()]), (8, 0));
    assert_eq!(night(HolidayBasis::ShiftStart, 0, vec![holiday]), (0, 8));
}

#[test]
fn a_holiday_not_worked_pays_the_planned_time_and_one_worked_does_not() {
    let mut bench = Bench::new(Vec::new(), Combine::StraightTimeOnly);
    let rule = HolidayNotWorked {
        rule: RuleId(70),
        pays_to: PREMIUM,
        amount: HolidayAmount::Planned,
        eligibility: None,
        beside_leave: BesideLeave::Always,
        counts_toward: 0,
    };
    bench.plan().holidays.not_worked = Some(rule);
    let dates = [0, 1, 2].map(|day| (monday().plus(day), DayType::StatutoryHoliday));
    bench.plan().calendar.dates = dates.to_vec();
    for (day, hours) in [(0, 7), (1, 8)] {
        let start = bench.zone.midnight(monday().plus(day));
        bench.state.scheduled.push(ScheduledShift {
            workday: monday().plus(day),
            kind: crate::codes::RosterKind::Work,
            free_end: false,
            planned_end: start.after(Seconds::hours(hours)),
            start,
            end: start.after(Seconds::hours(9)),
            moved_start: start,
            moved_end: start,
            expected_start: start,
            expected_end: start,
            on_leave: false,
            planned: Seconds::hours(hours),
            template: None,
            tag: TagId::NONE,
            split: 0,
            needs_in: true,
            needs_out: true,
            matched: false,
        });
    }
    bench.work(1, 9.0, 10.0);
    bench.pay();
    let paid: Vec<_> = bench.state.quantities.iter().map(|it| (it.workday, it.amount)).collect();
    assert_eq!(paid, [(monday(), 7 * HOUR)]);
}

#[test]
fn the_alternative_worth_most_is_kept_for_each_workweek() {
    let tiers = vec![tier(20, TierScope::Shift, 12, OVERTIME_1_5, 1_500), daily(12, OVERTIME_1_5, 1_500), weekly(40)];
    let alternative = |rule, tier| Alternative { rule: RuleId(rule), tiers: vec![tier] };
    let combine = || Combine::MaxOfAlternatives(vec![alternative(80, 2), alternative(81, 1), alternative(82, 0)]);
    // Week one: 3 h by day against 1 h by week; week two: 0 h by day against 8 h by week.
    let days = [15.0, 12.0, 12.0, 2.0, 0.0, 0.0, 0.0, 12.0, 12.0, 12.0, 12.0];
    assert_eq!(paid(tiers.clone(), combine(), &days), [78.0, 11.0, 0.0]);
    let mut bench = Bench::new(tiers, combine());
    bench.work(0, 0.0, 15.0);
    let notes = bench.notes();
    let others = notes.iter().filter(|note| matches!(note, Note::DidNotAct { why: WhyNot::OtherAlternative, .. }));
    assert_eq!(others.count(), 2);
    assert!(notes.iter().any(|note| matches!(note, Note::Recoded { .. })));
}

#[test]
fn the_counter_of_a_shift_goes_on_after_work_that_belongs_to_no_shift() {
    let mut bench = Bench::new(vec![tier(20, TierScope::Shift, 8, OVERTIME_1_5, 1_500)], Combine::StraightTimeOnly);
    bench.work(0, 8.0, 13.0);
    bench.work(0, 13.0, 14.0);
    bench.work(0, 14.0, 19.0);
    for (span, shift) in bench.state.spans.iter_mut().zip([Some(0), None, Some(0)]) {
        span.shift = shift;
    }
    bench.pay();
    assert_eq!(bench.hours(), [9.0, 2.0, 0.0]);
}

#[test]
fn a_table_decides_the_code_and_which_counters_grow() {
    let tiers = vec![daily(8, OVERTIME_1_5, 1_500), weekly(40)];
    let row = |when, pays_to, counts_toward| CombinationRow { when, pays_to, counts_toward };
    let rows = vec![
        row(0b00, PayCode::REGULAR, 0b11),
        row(0b01, OVERTIME_1_5, 0b01),
        row(0b10, OVERTIME_1_5, 0b11),
        row(0b11, OVERTIME_2_0, 0b11),
    ];
    let table = Combine::Table(CombinationTable { rule: RuleId(90), rows });
    // The workweek reaches its limit after eight hours of Friday.
    assert_eq!(paid(tiers, table, &[10.0, 10.0, 10.0, 10.0, 10.0, 10.0]), [40.0, 16.0, 4.0]);
}

#[test]
fn additive_tiers_stand_side_by_side_and_leave_the_base_alone() {
    let tiers = vec![daily(8, PREMIUM, 1_500), weekly(40)];
    let mut bench = Bench::new(tiers, Combine::Additive);
    for day in 0..5 {
        bench.work(day, 8.0, 18.0);
    }
    bench.pay();
    assert_eq!(bench.seconds(PayCode::REGULAR), Seconds::hours(50));
    assert_eq!(bench.premium_hours(), 20.0);
    assert_eq!(bench.state.premiums.len(), 6);
}

#[test]
fn a_consecutive_run_rolls_or_starts_again_after_its_last_day() {
    let run = |reset, mode, days: i32| {
        let mut third = tier(50, TierScope::Workday, 0, OVERTIME_1_5, 1_500);
        let worked_at_least = Seconds::hours(2);
        third.when.consecutive = Some(Consecutive { day: 3, mode, reset, worked_at_least });
        let mut bench = Bench::new(vec![third], Combine::StraightTimeOnly);
        (0..days).for_each(|day| bench.work(day, 8.0, 10.0));
        bench.pay();
        let days = bench.state.spans.iter().filter(|span| span.code == OVERTIME_1_5);
        days.map(|span| span.overtime_workday.0 - monday().0).collect::<Vec<_>>()
    };
    use {ConsecutiveMode::*, ConsecutiveReset::*};
    assert_eq!(run(Rolling, AtLeast, 8), [2, 3, 4, 5, 6, 7]);
    assert_eq!(run(Workweek, AtLeast, 8), [2, 3, 4, 5, 6]);
    assert_eq!(run(AfterTrigger, Exactly, 8), [2, 5]);
    assert_eq!(run(Rolling, Exactly, 8), [2]);
}

#[test]
fn a_day_with_too_little_work_ends_a_run() {
    let mut third = tier(50, TierScope::Workday, 0, OVERTIME_1_5, 1_500);
    let (mode, reset) = (ConsecutiveMode::AtLeast, ConsecutiveReset::Rolling);
    third.when.consecutive = Some(Consecutive { day: 3, mode, reset, worked_at_least: Seconds::hours(2) });
    let mut bench = Bench::new(vec![third], Combine::StraightTimeOnly);
    [2.0, 2.0, 1.0, 2.0, 2.0, 2.0].into_iter().zip(0..).for_each(|(hours, day)| bench.work(day, 8.0, 8.0 + hours));
    bench.pay();
    assert_eq!(bench.hours(), [9.0, 2.0, 0.0]);
}

#[test]
fn leave_fills_the_counter_and_is_never_claimed() {
    let mut week = weekly(40);
    week.leave_counts = true;
    let mut bench = Bench::new(vec![week], Combine::StraightTimeOnly);
    (0..4).for_each(|day| bench.work(day, 8.0, 18.0));
    bench.leave(4, 8.0, 16.0);
    bench.work(5, 8.0, 10.0);
    bench.pay();
    assert_eq!(bench.hours(), [48.0, 2.0, 0.0]);
}

#[test]
fn opening_balances_fill_a_scope_that_is_already_running() {
    let mut bench = Bench::new(vec![weekly(40)], Combine::StraightTimeOnly);
    bench.window.facts.first = monday().plus(3);
    bench.opening.push(OpeningBalance { rule: RuleId(60), amount: Seconds::hours(30) });
    bench.work(3, 0.0, 12.0);
    bench.work(7, 0.0, 12.0);
    bench.pay();
    assert_eq!(bench.hours(), [22.0, 2.0, 0.0]);
}

#[test]
fn days_follow_their_own_plan_and_weeks_the_plan_of_their_last_day() {
    let tiers = |day: u32, week: u32| vec![daily_ruled(10, day), weekly(week)];
    fn daily_ruled(rule: u16, limit: u32) -> OvertimeTier {
        tier(rule, TierScope::Workday, limit, OVERTIME_2_0, 2_000)
    }
    let mut bench = Bench::new(tiers(8, 40), Combine::StraightTimeOnly);
    let mut later = bench.versions[0].1.clone();
    later.overtime.tiers = tiers(6, 30);
    bench.versions.push((monday().plus(9), later));
    // Workweek one: limits 8 and 40. Workweek two: Monday and Tuesday 8, then 6; the week 30.
    (0..5).chain(7..12).for_each(|day| bench.work(day, 8.0, 18.0));
    bench.pay();
    let on_day = |day: i32, code| {
        let on = bench.state.spans.iter().filter(|span| span.overtime_workday == monday().plus(day));
        on.filter(|span| span.code == code).map(Span::length).sum::<Seconds>().0 / HOUR
    };
    assert_eq!([0, 4, 7, 8, 9, 11].map(|day| on_day(day, OVERTIME_2_0)), [2, 2, 2, 2, 4, 4]);
    assert_eq!([4, 9, 10, 11].map(|day| on_day(day, OVERTIME_1_5)), [0, 0, 0, 4]);
}

#[test]
fn work_out_of_the_order_of_workdays_is_counted_by_workday() {
    let mut bench = Bench::new(vec![daily(8, OVERTIME_1_5, 1_500), weekly(16)], Combine::StraightTimeOnly);
    bench.work(0, 0.0, 10.0);
    bench.work(1, 0.0, 9.0);
    bench.work(1, 10.0, 12.0);
    // The first span counts on Tuesday, the second on Monday.
    bench.state.spans[0].overtime_workday = monday().plus(1);
    bench.state.spans[1].overtime_workday = monday();
    bench.pay();
    // Monday 9 h: 8 and 1. Tuesday 12 h: 8, then 4 beyond the day.
    assert_eq!(bench.hours(), [16.0, 5.0, 0.0]);
    assert!(bench.state.spans.is_sorted_by_key(|span| span.start));
}

#[test]
fn notes_tell_what_was_recoded_and_who_lost() {
    let mut bench = Bench::new(vec![daily(8, OVERTIME_1_5, 1_500), daily(12, OVERTIME_2_0, 2_000)], Combine::default());
    bench.work(0, 0.0, 13.0);
    bench.work(1, 0.0, 8.0);
    let start = bench.zone.midnight(monday());
    let at = |hours| start.after(Seconds::hours(hours));
    let within = |rule, limit| Note::DidNotAct {
        rule: RuleId(rule),
        scope: TierScope::Workday,
        from: monday().plus(1),
        why: WhyNot::WithinLimit { counted: Seconds::hours(8), limit: Seconds::hours(limit) },
    };
    let recoded = |from, until, to, rule, limit| Note::Recoded {
        start: at(from),
        end: at(until),
        from: PayCode::REGULAR,
        to,
        reason: Reason { rule: RuleId(rule), because: Because::BeyondDay { limit: Seconds::hours(limit) } },
        counter_before: Seconds::hours(from),
        counter_after: Seconds::hours(until),
    };
    let expected = [
        recoded(8, 12, OVERTIME_1_5, 18, 8),
        recoded(12, 13, OVERTIME_2_0, 22, 12),
        Note::Rejected { rule: RuleId(18), winner: RuleId(22), start: at(12), end: at(13) },
        within(18, 8),
        within(22, 12),
    ];
    assert_eq!(bench.notes(), expected);
}

fn night() -> Premium {
    Premium {
        window: Some(ClockWindow { from: 22 * HOUR, to: 6 * HOUR }),
        ..Premium::for_all_work(RuleId(95), PREMIUM)
    }
}

fn premium_of(premium: Premium, from: f64, to: f64) -> f64 {
    let mut bench = Bench::new(Vec::new(), Combine::default());
    bench.plan().premiums = vec![premium];
    bench.work(0, from, to);
    bench.pay();
    bench.premium_hours()
}

#[test]
fn a_night_window_follows_the_wall_clock_when_clocks_change() {
    let changes = vec![(Timestamp(1_772_953_200), -14_400), (Timestamp(1_793_512_800), -18_000)];
    let on_night = |days: i32| {
        let mut bench = Bench::new(Vec::new(), Combine::default());
        bench.zone = Zone::new("America/New_York".into(), -18_000, changes.clone()).unwrap();
        bench.plan().premiums = vec![night()];
        bench.work(days, 20.0, 31.0);
        bench.pay();
        bench.premium_hours()
    };
    // The nights before 2026-03-08, 2026-03-09 and 2026-11-01.
    assert_eq!([5, 6, 243].map(on_night), [7.0, 8.0, 9.0]);
}

#[test]
fn premiums_pay_all_of_a_shift_by_their_mode() {
    let with = |mode| Premium { mode, ..night() };
    assert_eq!(premium_of(with(PremiumMode::Split), 20.0, 26.0), 4.0);
    assert_eq!(premium_of(with(PremiumMode::WholeIfStartsIn), 20.0, 26.0), 0.0);
    assert_eq!(premium_of(with(PremiumMode::WholeIfStartsIn), 22.0, 32.0), 10.0);
    assert_eq!(premium_of(with(PremiumMode::WholeIfEndsIn), 20.0, 30.0), 10.0);
    assert_eq!(premium_of(with(PremiumMode::WholeIfWithin), 22.0, 30.0), 8.0);
    assert_eq!(premium_of(with(PremiumMode::WholeIfWithin), 22.0, 30.5), 0.0);
    assert_eq!(premium_of(with(PremiumMode::WholeIfMajority), 18.0, 26.0), 0.0);
    assert_eq!(premium_of(with(PremiumMode::WholeIfMajority), 28.0, 32.0), 4.0);
    assert_eq!(premium_of(with(PremiumMode::WholeIfMajority), 18.0, 26.5), 8.5);
}

#[test]
fn premiums_have_a_least_and_a_most() {
    let at_least = |min| Premium { min: Seconds::hours(min), ..night() };
    assert_eq!(premium_of(at_least(4), 20.0, 26.0), 4.0);
    assert_eq!(premium_of(at_least(5), 20.0, 26.0), 0.0);
    assert_eq!(premium_of(Premium { max: Seconds::hours(3), ..night() }, 20.0, 26.0), 3.0);
}

#[test]
fn weekdays_are_those_on_which_a_window_begins() {
    let monday_only = WeekdaySet::NONE.with(Weekday::Monday);
    assert_eq!(premium_of(Premium { weekdays: monday_only, ..night() }, 20.0, 32.0), 8.0);
    assert_eq!(premium_of(Premium { weekdays: monday_only, window: None, ..night() }, 20.0, 32.0), 4.0);
}
