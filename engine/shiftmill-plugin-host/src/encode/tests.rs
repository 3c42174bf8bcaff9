//! Tests of the columns, encoded from states that are written by hand.

use std::sync::Arc;

use shiftmill_core::{
    Carried, CarryKey, EvaluationWindow, HookSet, Isolation, Manifest, NO_TAGS, Names, OnFailure, PayCode, Plan,
    PluginHash, PunchColumns, PunchKind, Reason, RosterKind, RuleId, ScheduleColumns, ScheduledShift, Seconds, Span,
    SpanState, TagId, Timecard, Timestamp, WorkdayRange, WorkdayState, WorkedShift, Zone,
};

use super::*;

const MIDNIGHT: i64 = 20_514 * 86_400;

fn span(day: i32, from: i64, shift: Option<u32>) -> Span {
    let workday = Workday(20_514 + day);
    let start = Timestamp(MIDNIGHT + from * 3_600);
    Span {
        start,
        end: start.after(Seconds::hours(1)),
        overtime_workday: workday,
        reporting_workday: workday,
        state: SpanState::Worked,
        day_type: DayType::Workday,
        shift,
        code: PayCode::REGULAR,
        reason: Reason::WORKED,
        tag: TagId::NONE,
    }
}

fn scheduled(day: i32, from: i64) -> ScheduledShift {
    let start = Timestamp(MIDNIGHT + from * 3_600);
    let end = start.after(Seconds::hours(8));
    ScheduledShift {
        workday: Workday(20_514 + day),
        kind: RosterKind::Work,
        start,
        end,
        free_end: false,
        planned_end: end,
        moved_start: start,
        moved_end: end,
        expected_start: start,
        expected_end: end,
        on_leave: false,
        planned: Seconds::hours(8),
        template: None,
        split: 0,
        needs_in: true,
        needs_out: true,
        matched: true,
        tag: TagId::NONE,
    }
}

fn workday(day: i32) -> WorkdayState {
    let workday = Workday(20_514 + day);
    WorkdayState { workday, day_type: DayType::RestDay, punches: 0, scheduled: false, worked: Seconds(7) }
}

fn shift(day: i32, scheduled: Option<u32>) -> WorkedShift {
    let workday = Workday(20_514 + day);
    let (first_punch, last_punch, first_pair, last_pair) = (0, 0, 0, 0);
    let (start, end) = (Timestamp(MIDNIGHT), Timestamp(MIDNIGHT));
    WorkedShift {
        first_punch,
        last_punch,
        first_pair,
        last_pair,
        scheduled,
        workday,
        start_date: workday,
        start,
        end,
        tag: TagId::NONE,
        continues: false,
        joins: false,
        callback: false,
    }
}

/// The lists of a card that a test fills.
#[derive(Default)]
struct Lists {
    punches: Vec<KeptPunch>,
    spans: Vec<Span>,
    shifts: Vec<WorkedShift>,
    scheduled: Vec<ScheduledShift>,
    workdays: Vec<WorkdayState>,
}

impl Lists {
    fn state(self) -> CardState {
        let mut state = CardState::default();
        state.punches = self.punches;
        state.spans = self.spans;
        state.shifts = self.shifts;
        state.scheduled = self.scheduled;
        state.workdays = self.workdays;
        state
    }
}

fn binding() -> PluginBinding {
    PluginBinding {
        name: "tested".into(),
        plugin: PluginHash::default(),
        manifest: Arc::new(Manifest::default()),
        hooks: HookSet::NONE.with(Hook::Days),
        values: Vec::new(),
        isolation: Isolation::Chunk,
        on_failure: OnFailure::Fail,
        first_rule: RuleId(4),
        carried_keys: vec![CarryKey(5), CarryKey(2)],
        context: shiftmill_core::ContextDays::default(),
    }
}

/// Encodes cards of these states and zones at a hook that reads these columns.
fn encode(hook: Hook, columns: &[&str], cards: &[(&CardState, &Zone)]) -> (Tables, Reads) {
    let names = Names { rules: Names::BUILT_IN_RULES.map(String::from).to_vec(), ..Names::default() };
    let code = |name: &str| shiftmill_core::PayCodeInfo {
        name: name.into(),
        layer: shiftmill_core::Layer::Base,
        unit: shiftmill_core::Unit::Second,
        paid: true,
        multiplier: shiftmill_core::Multiplier::PLAIN,
    };
    let names = Names { pay_codes: ["regular", "unpaid_break"].map(code).to_vec(), ..names };
    let plan = Plan { plugins: vec![0], ..Plan::default() };
    let timeline = PlanTimeline::new(vec![(Workday(0), plan)], names).unwrap();
    let timeline = timeline.with_bindings(vec![binding()]).unwrap();
    let pay_period = WorkdayRange { first: Workday(20_515), last: Workday(20_520) };
    let as_of = Timestamp(MIDNIGHT + 86_400);
    let window = EvaluationWindow { pay_period, facts: pay_period, as_of, require_final: false };
    let card = |zone| Timecard {
        rejected_rows: 0,
        tag: TagId::NONE,
        zone,
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
        day_overrides: &[],
        approvals: &[],
        employment: &[],
        assignments: &[],
        manual_hours: &[],
        attestations: &[],
        overrides: &[],
        opening_balances: &[],
        carried: &[Carried { key: CarryKey(5), value: 50 }, Carried { key: CarryKey(9), value: 90 }],
    };
    let inputs: Vec<_> = cards
        .iter()
        .map(|(_, zone)| Inputs { card: card(zone), timeline: &timeline, window: &window, tags: &NO_TAGS })
        .collect();
    let hook_cards = cards.iter().zip(&inputs).map(|((state, _), inputs)| HookCard { key: "e", inputs, state });
    let mut reads = Reads::default();
    columns.iter().for_each(|column| reads.want(column, hook).unwrap());
    let mut tables = Tables::default();
    let encoding = Encoding { hook, reads: &reads, binding: &binding(), index: 0, facts: true };
    tables.encode(encoding, &hook_cards.collect::<Vec<_>>());
    (tables, reads)
}

#[test]
fn rows_stand_by_day_and_are_found_again() {
    let zone = Zone::fixed("Etc/UTC", 0);
    let state = Lists {
        spans: vec![span(1, 8, Some(0)), span(1, 13, Some(0)), span(2, 32, None)],
        shifts: vec![shift(1, Some(1))],
        scheduled: vec![scheduled(0, 8), scheduled(1, 32)],
        workdays: vec![workday(0), workday(1), workday(2)],
        ..Lists::default()
    }
    .state();
    let columns = ["span.start", "span.shift", "shift.scheduled", "day.workday", "day.marks", "day.day-type"];
    let (tables, reads) = encode(Hook::Days, &columns, &[(&state, &zone), (&state, &zone)]);
    let cards = tables.lowered(&reads);
    assert_eq!(cards.employees.day_end, [3, 6]);
    assert_eq!(cards.employees.zone, [0, 0]);
    assert_eq!(cards.zones.first_offset, [0]);
    assert_eq!(cards.days.workday, [20_514, 20_515, 20_516, 20_514, 20_515, 20_516]);
    assert_eq!(cards.days.marks, [2, 3, 3, 2, 3, 3]);
    assert_eq!(cards.days.day_type, [1, 1, 1, 1, 1, 1]);
    assert_eq!(cards.days.span_end, [0, 2, 3, 3, 5, 6]);
    assert_eq!(cards.days.shift_end, [0, 1, 1, 1, 2, 2]);
    assert_eq!(cards.days.scheduled_end, [1, 2, 2, 3, 4, 4]);
    assert_eq!(cards.spans.shift, [1, 1, 0, 2, 2, 0]);
    assert_eq!(cards.shifts.scheduled, [2, 4]);
    assert_eq!(cards.spans.end, [0; 0], "nobody asked for it");
    assert_eq!(cards.days.punch_end, [0; 0]);
    assert_eq!(tables.on_card(1, RowsOf::Spans, 4), Some(1));
    assert_eq!(tables.on_card(1, RowsOf::Spans, 2), None, "a row of the employee before");
    assert_eq!(tables.on_card(0, RowsOf::Spans, 3), None, "a row of the employee after");
    assert_eq!(tables.on_card(0, RowsOf::Punches, 0), None, "no punch was given");
}

#[test]
fn lists_out_of_order_are_put_in_order_and_found_again() {
    let zone = Zone::fixed("Etc/UTC", 0);
    let in_order = Lists {
        spans: vec![span(0, 8, Some(0))],
        shifts: vec![shift(0, None)],
        workdays: vec![workday(0)],
        ..Lists::default()
    }
    .state();
    // The second span is shown on the day before the first, and no workday is known of day 3.
    let mixed = Lists {
        spans: vec![span(1, 8, Some(1)), span(0, 9, Some(0)), span(3, 80, Some(1)), span(1, 90, None)],
        shifts: vec![shift(1, Some(0)), shift(0, Some(1))],
        scheduled: vec![scheduled(1, 8), scheduled(0, 9)],
        workdays: vec![workday(0), workday(1)],
        ..Lists::default()
    }
    .state();
    let columns = ["span.start", "span.shift", "shift.scheduled", "day.workday", "day.worked"];
    let (tables, reads) = encode(Hook::Days, &columns, &[(&in_order, &zone), (&mixed, &zone), (&in_order, &zone)]);
    let cards = tables.lowered(&reads);
    assert_eq!(cards.days.workday, [20_514, 20_514, 20_515, 20_517, 20_514]);
    assert_eq!(cards.days.worked, [7, 7, 7, 0, 7]);
    assert_eq!(cards.days.span_end, [1, 2, 4, 5, 6]);
    assert_eq!(cards.days.shift_end, [1, 2, 3, 3, 4]);
    let hours: Vec<i64> = cards.spans.start.iter().map(|start| (start - MIDNIGHT) / 3_600).collect();
    assert_eq!(hours, [8, 9, 8, 90, 80, 8]);
    // Row 1 of shifts is the card's second, row 2 its first.
    assert_eq!(cards.spans.shift, [1, 3, 2, 0, 2, 4]);
    assert_eq!(cards.shifts.scheduled, [0, 1, 2, 0]);
    let on_card: Vec<_> = (1..5).map(|row| tables.on_card(1, RowsOf::Spans, row)).collect();
    assert_eq!(on_card, [Some(1), Some(0), Some(3), Some(2)]);
    assert_eq!(tables.on_card(2, RowsOf::Spans, 5), Some(0));
}

#[test]
fn punches_stand_by_their_local_date_before_shifts_are_known() {
    let zone = Zone::fixed("Asia/Tokyo", 32_400);
    let utc = Zone::fixed("Etc/UTC", 0);
    let punch = |hour: i64| KeptPunch {
        at: Timestamp(MIDNIGHT + hour * 3_600),
        kind: PunchKind::In,
        role: PunchRole::Opens,
        raw: None,
        tag: TagId::NONE,
    };
    let state = Lists { punches: vec![punch(8), punch(14), punch(16)], ..Lists::default() }.state();
    let columns = ["day.workday", "punch.at", "punch.role", "carried.key", "carried.value"];
    let (tables, reads) = encode(Hook::Punches, &columns, &[(&state, &zone), (&state, &utc)]);
    let cards = tables.lowered(&reads);
    assert_eq!(cards.days.workday, [20_514, 20_515, 20_514]);
    assert_eq!(cards.days.punch_end, [2, 3, 6]);
    assert_eq!(cards.employees.zone, [0, 1]);
    assert_eq!(cards.punches.role, [0; 6], "pairing has not been");
    assert_eq!(tables.on_card(1, RowsOf::Punches, 3), Some(0));
    // What was carried in under the plugin's own keys.
    assert_eq!(cards.employees.carried_end, [1, 2]);
    assert_eq!(cards.carried.key, [0, 0]);
    assert_eq!(cards.carried.value, [50, 50]);
}

#[test]
fn kinds_that_the_contract_does_not_have_are_shown_as_the_nearest_one() {
    let zone = Zone::fixed("Etc/UTC", 0);
    let punch = |(kind, hour): (PunchKind, i64)| KeptPunch {
        at: Timestamp(MIDNIGHT + hour * 3_600),
        kind,
        role: PunchRole::Unused,
        raw: None,
        tag: TagId::NONE,
    };
    let punches = PunchKind::ALL.iter().copied().zip(0..).map(punch).collect();
    let state = Lists { punches, ..Lists::default() }.state();
    let (tables, reads) = encode(Hook::Punches, &["punch.kind"], &[(&state, &zone)]);
    assert_eq!(tables.lowered(&reads).punches.kind, [0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 7]);
}
