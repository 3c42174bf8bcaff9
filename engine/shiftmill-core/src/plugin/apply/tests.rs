use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::apply;
use crate::PunchKind::{In, MealEnd, MealStart, Out};
use crate::card::{CardState, SpanState};
use crate::codes::{CarryKey, ExceptionCode, Layer, Multiplier, PayCode, PayCodeInfo, RuleId, Unit};
use crate::evaluation::{Detail, Evaluations};
use crate::plan::{ContextDays, Names, Plan, PlanTimeline};
use crate::plugin::{
    Argument, CarriedKey, Change, Edit, EditError, Edits, Hook, Isolation, Manifest, OnFailure, PluginBinding,
    PluginHash, ReasonRule, ValueKind,
};
use crate::record::{Edited, Note, Silent};
use crate::tags::NO_TAGS;
use crate::testing::{Card, monday};
use crate::time::{Seconds, Timestamp, Workday};
use crate::timecard::{Carried, Inputs};
use crate::{Scratch, Stage, TimecardBatch, close, shape};

const NIGHT: PayCode = PayCode(2);
const MEAL: PayCode = PayCode(3);
const DOUBLE: PayCode = PayCode(4);
const ANNUAL: PayCode = PayCode(5);
const RULE: RuleId = RuleId(4);

/// A plugin with one rule of one figure and one key to carry.
fn binding() -> PluginBinding {
    let rule = ReasonRule {
        key: "rule".into(),
        english: "since {why}".into(),
        chinese: String::new(),
        arguments: [Argument { name: "why".into(), kind: ValueKind::Whole }].to_vec(),
    };
    let carried = [CarriedKey { key: "points".into(), meaning: "points".into() }].to_vec();
    PluginBinding {
        context: ContextDays::default(),
        name: "acme".into(),
        plugin: PluginHash::default(),
        manifest: Arc::new(Manifest { rules: [rule].to_vec(), carried, ..Manifest::default() }),
        hooks: Default::default(),
        values: Vec::new(),
        isolation: Isolation::Chunk,
        on_failure: OnFailure::Fail,
        first_rule: RULE,
        carried_keys: [CarryKey(0)].to_vec(),
    }
}

fn names() -> Names {
    let code = |name: &str, layer, unit, multiplier| PayCodeInfo {
        name: name.into(),
        layer,
        unit,
        paid: name != "unpaid_break",
        multiplier: Multiplier(multiplier),
    };
    Names {
        rules: Names::BUILT_IN_RULES.iter().copied().chain(["acme/rule"]).map(String::from).collect(),
        pay_codes: [
            code("regular", Layer::Base, Unit::Second, 1_000),
            code("unpaid_break", Layer::Base, Unit::Second, 0),
            code("night", Layer::Premium, Unit::Second, 250),
            code("night_meal", Layer::Quantity, Unit::Count, 1_000),
            code("double", Layer::Base, Unit::Second, 2_000),
            code("leave_annual", Layer::Base, Unit::Second, 1_000),
        ]
        .to_vec(),
        carried: ["acme/points".into()].to_vec(),
        ..Names::default()
    }
}

/// A card under a plan with the plugin, from the day given on.
struct Bound {
    card: Card,
    from: Workday,
}

/// Where a hook is called: the phases before it.
fn before(hook: Hook, inputs: &Inputs<'_>, state: &mut CardState, scratch: &mut Scratch, notes: &mut Vec<Note>) {
    let mut stages = Stage::before(hook).iter();
    stages.try_for_each(|stage| stage.run(inputs, state, scratch, Some(notes))).unwrap();
}

impl Bound {
    fn new() -> Bound {
        Bound { card: Card::new(), from: Workday(0) }
    }

    fn with_inputs<T>(
        &mut self,
        run: impl FnOnce(&Inputs<'_>, &mut CardState, &mut Scratch, &mut Vec<Note>) -> T,
    ) -> T {
        let plan = Plan { plugins: [0].to_vec(), ..self.card.plan.clone() };
        let mut versions = Vec::new();
        if self.from > Workday(0) {
            versions.push((Workday(0), self.card.plan.clone()));
        }
        versions.push((self.from, plan));
        let timeline = PlanTimeline::new(versions, names()).unwrap().with_bindings([binding()].to_vec()).unwrap();
        let mut batch = TimecardBatch::default();
        batch.push(&self.card.facts).unwrap();
        let batch = batch.check(1, 1, 0).unwrap();
        let card = batch.timecard(0, core::slice::from_ref(&self.card.zone)).unwrap();
        let inputs = Inputs { card, timeline: &timeline, window: &self.card.window, tags: &NO_TAGS };
        self.card.state.clear();
        self.card.notes.clear();
        run(&inputs, &mut self.card.state, &mut self.card.scratch, &mut self.card.notes)
    }

    /// What becomes of these changes at a hook. When they are refused, nothing may have changed.
    fn changed(&mut self, hook: Hook, changes: &[Change]) -> Result<(), EditError> {
        let edits = edits(changes);
        self.with_inputs(|inputs, state, scratch, notes| {
            before(hook, inputs, state, scratch, notes);
            let (whole, told) = (shown(state), notes.len());
            let outcome = apply(inputs, state, scratch, edits.proposed_at(hook, 0), notes);
            if outcome.is_err() {
                assert_eq!((shown(state), notes.len()), (whole, told), "a refused batch leaves a trace");
            }
            outcome
        })
    }

    fn refused(&mut self, hook: Hook, changes: &[Change]) -> String {
        self.changed(hook, changes).unwrap_err().to_string()
    }

    fn at(&self, time: &str) -> Timestamp {
        self.card.instant(0, time)
    }

    /// The spans of the card: start and end on Monday, state, code.
    fn spans(&self) -> Vec<(String, String, SpanState, u16)> {
        let clock = |at| self.card.zone.wall_at(at).to_string()[8..].to_string();
        let spans = self.card.state.spans.iter();
        spans.map(|span| (clock(span.start), clock(span.end), span.state, span.code.0)).collect()
    }
}

/// Everything of a state that a person could see.
fn shown(state: &CardState) -> String {
    let CardState { punches, scheduled, spans, premiums, quantities, noticed, workdays, reasons, carried, .. } = state;
    alloc::format!("{:?}", (punches, scheduled, spans, premiums, quantities, noticed, workdays, reasons, carried))
}

fn edits(changes: &[Change]) -> Edits {
    let edit = |(end, change): (u32, &Change)| Edit { change: *change, rule: RULE, argument_end: end };
    Edits {
        list: (1..).zip(changes).map(edit).collect(),
        arguments: (0..changes.len() as i64).map(|number| 100 + number).collect(),
    }
}

/// Monday from 08:00 to 17:00 with a meal at noon.
fn plain_day() -> Bound {
    let mut bound = Bound::new();
    bound.card.punches(0, &[("08:00", In), ("12:00", MealStart), ("12:30", MealEnd), ("17:00", Out)]);
    bound
}

fn span(start: &str, end: &str, state: SpanState, code: u16) -> (String, String, SpanState, u16) {
    (alloc::format!("02 {start}"), alloc::format!("02 {end}"), state, code)
}

use SpanState::{PaidBreak, UnpaidBreak, Worked};

#[test]
fn a_part_of_a_span_pays_something_else_and_the_rest_stays() {
    let mut bound = plain_day();
    let (start, end) = (bound.at("14:00"), bound.at("15:00"));
    bound.changed(Hook::Days, &[Change::Recode { span: 1, start, end, to: DOUBLE }]).unwrap();
    let expected = [
        span("08:00", "12:00", Worked, 0),
        span("12:30", "14:00", Worked, 0),
        span("14:00", "15:00", Worked, 4),
        span("15:00", "17:00", Worked, 0),
    ];
    assert_eq!(bound.spans(), expected);
    assert_eq!(bound.card.state.reasons.get(0), Some(&[100_i64][..]));
    let told = bound.card.notes.last().unwrap();
    assert!(matches!(told, Note::ByPlugin { edited: Edited::Recoded { to: DOUBLE, .. }, .. }));
}

#[test]
fn spans_are_named_as_the_hook_was_given_them() {
    let mut bound = plain_day();
    let (nine, ten, one, two, six) =
        (bound.at("09:00"), bound.at("10:00"), bound.at("13:00"), bound.at("14:00"), bound.at("18:00"));
    let seven = bound.at("07:00");
    let changes = [
        Change::Split { span: 0, at: nine },
        Change::Add { workday: monday(), start: bound.at("06:00"), end: seven, state: Worked, code: PayCode(0) },
        Change::Recode { span: 0, start: seven.after(Seconds::hours(1)), end: ten, to: PayCode::UNPAID_BREAK },
        Change::Resize { span: 1, start: one, end: six },
        Change::Recode { span: 1, start: two, end: six, to: DOUBLE },
    ];
    bound.changed(Hook::Days, &changes).unwrap();
    let expected = [
        span("06:00", "07:00", Worked, 0),
        span("08:00", "09:00", UnpaidBreak, 1),
        span("09:00", "10:00", UnpaidBreak, 1),
        span("10:00", "12:00", Worked, 0),
        span("13:00", "14:00", Worked, 0),
        span("14:00", "18:00", Worked, 4),
    ];
    assert_eq!(bound.spans(), expected);
    assert_eq!(bound.card.state.workdays[0].worked, Seconds::hours(8));
}

#[test]
fn a_break_that_is_paid_again_is_a_paid_break() {
    let mut bound = plain_day();
    let (start, end) = (bound.at("09:00"), bound.at("09:30"));
    let to_break = Change::Recode { span: 0, start, end, to: PayCode::UNPAID_BREAK };
    bound.changed(Hook::Days, &[to_break, Change::Recode { span: 0, start, end, to: DOUBLE }]).unwrap();
    assert_eq!(bound.spans()[1], span("09:00", "09:30", PaidBreak, 4));
    assert_eq!(bound.card.state.workdays[0].worked, Seconds::minutes(510));
}

#[test]
fn one_refused_edit_discards_all_and_says_which_and_why() {
    let mut bound = plain_day();
    let (start, end) = (bound.at("11:00"), bound.at("12:15"));
    let premium = Change::Premium { span: 0, start, end: bound.at("12:00"), code: NIGHT };
    let refused = bound.refused(Hook::Days, &[premium, Change::Recode { span: 0, start, end, to: DOUBLE }]);
    assert_eq!(
        refused,
        "edit 2, `recode` by rule `acme/rule`, is refused: it must lie inside the span, which runs from 2026-03-02 \
         08:00 to 2026-03-02 12:00"
    );
    assert!(bound.card.state.premiums.is_empty());
}

#[test]
fn nothing_may_overlap() {
    let mut bound = plain_day();
    let add = |bound: &Bound, start: &str, end: &str| Change::Add {
        workday: monday(),
        start: bound.at(start),
        end: bound.at(end),
        state: Worked,
        code: PayCode::REGULAR,
    };
    bound.changed(Hook::Days, &[add(&bound, "12:00", "12:30")]).unwrap();
    let meets = "the timeline already has a span from 2026-03-02 08:00 to 2026-03-02 12:00";
    let refused = bound.refused(Hook::Days, &[add(&bound, "11:59:59", "12:30")]);
    assert!(refused.ends_with(meets), "{refused}");
    let resize = Change::Resize { span: 1, start: bound.at("11:00"), end: bound.at("17:00") };
    assert!(bound.refused(Hook::Days, &[resize]).ends_with(meets));
    let away = Change::Resize { span: 1, start: bound.at("17:00"), end: bound.at("18:00") };
    assert!(bound.refused(Hook::Days, &[away]).contains("must keep a part of its time"));
    let twice = [add(&bound, "12:00", "12:30"), add(&bound, "12:15", "12:20")];
    assert!(bound.refused(Hook::Days, &twice).contains("edit 2"));
}

#[test]
fn added_work_belongs_to_the_shift_that_it_touches() {
    let mut bound = plain_day();
    let add = |bound: &Bound, start: &str, end: &str| Change::Add {
        workday: monday(),
        start: bound.at(start),
        end: bound.at(end),
        state: Worked,
        code: PayCode::REGULAR,
    };
    bound.changed(Hook::Days, &[add(&bound, "17:00", "18:00"), add(&bound, "20:00", "21:00")]).unwrap();
    let shifts: Vec<_> = bound.card.state.spans.iter().map(|span| span.shift).collect();
    assert_eq!(shifts, [Some(0), Some(0), Some(0), None]);
}

#[test]
fn codes_must_fit_their_layer() {
    let mut bound = plain_day();
    let (start, end) = (bound.at("09:00"), bound.at("10:00"));
    let cases = [
        (Change::Recode { span: 0, start, end, to: NIGHT }, "needed is one of the base layer that counts seconds"),
        (Change::Premium { span: 0, start, end, code: DOUBLE }, "needed is one of the premium layer"),
        (Change::Quantity { workday: monday(), code: DOUBLE, amount: 1 }, "needed is one of the quantity layer"),
        (Change::Quantity { workday: monday(), code: PayCode(99), amount: 1 }, "there is no pay code 99"),
        (Change::Quantity { workday: monday(), code: MEAL, amount: 1_000_001 }, "the maximum is 1000000"),
    ];
    for (change, why) in cases {
        let refused = bound.refused(Hook::Days, &[change]);
        assert!(refused.contains(why), "{refused}");
    }
}

#[test]
fn a_premium_lies_on_work_and_pays_no_second_twice() {
    let mut bound = plain_day();
    let premium = |bound: &Bound, start: &str, end: &str| Change::Premium {
        span: 0,
        start: bound.at(start),
        end: bound.at(end),
        code: NIGHT,
    };
    bound.changed(Hook::Period, &[premium(&bound, "08:00", "09:00"), premium(&bound, "09:00", "10:00")]).unwrap();
    assert_eq!(bound.card.state.premiums.len(), 2);
    let twice = [premium(&bound, "08:00", "09:00"), premium(&bound, "08:30", "10:00")];
    assert!(bound.refused(Hook::Period, &twice).contains("already pays `night`"));
    let (start, end) = (bound.at("09:00"), bound.at("09:30"));
    let taken_off = Change::Recode { span: 0, start, end, to: PayCode::UNPAID_BREAK };
    let refused = bound.refused(Hook::Days, &[taken_off, premium(&bound, "08:00", "10:00")]);
    assert!(refused.contains("from 2026-03-02 09:00 to 2026-03-02 09:30 there is an unpaid break"), "{refused}");
}

#[test]
fn a_plugin_acts_only_where_it_is_in_force() {
    let mut bound = plain_day();
    bound.card.punches(1, &[("08:00", In), ("12:00", Out)]);
    bound.from = monday().plus(1);
    let quantity = |day| Change::Quantity { workday: monday().plus(day), code: MEAL, amount: 1 };
    assert!(bound.refused(Hook::Days, &[quantity(0)]).ends_with("is not in force on 2026-03-02"));
    bound.changed(Hook::Days, &[quantity(1)]).unwrap();
    bound.changed(Hook::Days, &[quantity(8)]).unwrap();
    assert!(bound.refused(Hook::Days, &[quantity(9)]).contains("outside the days that the facts cover"));
    assert!(bound.refused(Hook::Punches, &[Change::Discard { punch: 0 }]).contains("not in force"));
    bound.changed(Hook::Punches, &[Change::Discard { punch: 5 }]).unwrap();
    bound.changed(Hook::Schedule, &[Change::Carry { key: CarryKey(0), value: 1 }]).unwrap();
}

#[test]
fn kinds_belong_to_hooks_and_reasons_to_rules() {
    let mut bound = plain_day();
    let quantity = Change::Quantity { workday: monday(), code: MEAL, amount: 1 };
    assert!(bound.refused(Hook::Punches, &[quantity]).ends_with("the hook `punches` does not accept this edit"));
    let carry = Change::Carry { key: CarryKey(1), value: 1 };
    assert!(bound.refused(Hook::Days, &[carry]).ends_with("the plugin carries no such value"));
    let mut edits = edits(&[quantity]);
    let mut outcome = |edits: &Edits| {
        bound.with_inputs(|inputs, state, scratch, notes| {
            before(Hook::Days, inputs, state, scratch, notes);
            apply(inputs, state, scratch, edits.proposed_at(Hook::Days, 0), notes).map_err(|error| error.to_string())
        })
    };
    edits.list[0].argument_end = 0;
    assert!(outcome(&edits).unwrap_err().ends_with("its reason has 0 figures, the rule has 1"));
    edits.list[0].argument_end = 7;
    assert!(outcome(&edits).is_err());
    edits.list[0].argument_end = 1;
    edits.list[0].rule = RuleId(3);
    assert!(outcome(&edits).unwrap_err().ends_with("the plugin has no such rule"));
    edits.list = (0..=64 + 7 * 16).map(|_| edits.list[0]).collect();
    assert_eq!(outcome(&edits).unwrap_err(), "there are 177 edits for one employee; the maximum is 176");
}

#[test]
fn leave_stays_leave_and_keeps_its_time() {
    use crate::shape::leave::{LeaveCode, LeaveDays};
    use crate::timecard::{Leave, LeaveTime};
    let mut bound = Bound::new();
    bound.card.plan.leave.codes = [LeaveCode { pays_to: ANNUAL, counts: LeaveDays::WorkingDays }].to_vec();
    bound.card.punches(0, &[("08:00", In), ("12:00", Out)]);
    let (start, end) = (bound.at("13:00"), bound.at("15:00"));
    let time = LeaveTime::Span { start, end };
    bound.card.facts.leave.push(Leave { code: 0, time, recorded_at: Timestamp(0) });
    let recode = |to| Change::Recode { span: 1, start, end, to };
    bound.changed(Hook::Days, &[recode(ANNUAL), Change::Split { span: 1, at: bound.at("14:00") }]).unwrap();
    assert_eq!(bound.card.state.spans.len(), 3);
    assert!(bound.refused(Hook::Days, &[recode(DOUBLE)]).contains("`double` is not a pay code of leave"));
    let resize = Change::Resize { span: 1, start, end: bound.at("14:00") };
    assert!(bound.refused(Hook::Days, &[resize]).ends_with("leave keeps its start and end"));
}

#[test]
fn retimed_punches_are_in_order_and_repeated_ones_count_once() {
    let mut bound = plain_day();
    let changes = [
        Change::Retime { punch: 3, to: bound.at("16:00") },
        Change::Retime { punch: 0, to: bound.at("17:30") },
        Change::Discard { punch: 1 },
    ];
    bound.changed(Hook::Punches, &changes).unwrap();
    let kinds: Vec<_> = bound.card.state.punches.iter().map(|punch| punch.kind).collect();
    assert_eq!(kinds, [MealEnd, Out, In]);
    bound.card.punches(0, &[("17:10", MealStart), ("17:11", MealEnd), ("17:20", Out)]);
    let apart = [Change::Retime { punch: 3, to: bound.at("17:19:30") }, Change::Discard { punch: 4 }];
    bound.changed(Hook::Punches, &[apart[0], apart[1], Change::Discard { punch: 5 }]).unwrap();
    assert_eq!(bound.card.state.punches.len(), 4);
    assert_eq!(bound.card.state.punches[3].at, bound.at("17:20"));
    assert!(matches!(bound.card.notes.last(), Some(Note::Dropped { .. })));
}

#[test]
fn a_punch_may_not_leave_the_window_nor_run_ahead_of_time() {
    let mut bound = plain_day();
    let retime = |to| Change::Retime { punch: 0, to };
    assert!(bound.refused(Hook::Punches, &[retime(Timestamp(i64::MIN))]).contains("outside the days"));
    assert!(bound.refused(Hook::Punches, &[retime(Timestamp(i64::MAX))]).contains("outside the days"));
    let again = [Change::Discard { punch: 0 }, retime(bound.at("09:00"))];
    assert!(bound.refused(Hook::Punches, &again).ends_with("an earlier edit discards the punch"));
    assert!(
        bound
            .refused(Hook::Punches, &[Change::Discard { punch: 4 }])
            .ends_with("there is no punch 4, the employee has 4")
    );
    bound.card.window.as_of = bound.at("17:00");
    assert!(bound.changed(Hook::Punches, &[retime(bound.at("17:05"))]).is_ok());
    assert!(bound.refused(Hook::Punches, &[retime(bound.at("17:05:01"))]).contains("later than as_of"));
}

#[test]
fn whoever_is_expected_later_is_not_late() {
    let mut bound = Bound::new();
    bound.card.schedule(0, "08:00", "17:00");
    bound.card.punches(0, &[("09:00", In), ("18:00", Out)]);
    let expect = |bound: &Bound, start: &str, end: &str| Change::Expect {
        scheduled: 0,
        start: bound.at(start),
        end: bound.at(end),
    };
    let late = |bound: &mut Bound, changes: &[Change]| {
        let edits = edits(changes);
        bound.with_inputs(|inputs, state, scratch, notes| {
            before(Hook::Schedule, inputs, state, scratch, notes);
            apply(inputs, state, scratch, edits.proposed_at(Hook::Schedule, 0), notes).unwrap();
            shape::compare(inputs, state, scratch, notes);
            state.noticed.iter().map(|noticed| (noticed.code, noticed.measure)).collect::<Vec<_>>()
        })
    };
    assert_eq!(late(&mut bound, &[]), [(ExceptionCode::LateIn, Seconds::hours(1))]);
    let moved = [expect(&bound, "09:00", "18:30")];
    assert_eq!(late(&mut bound, &moved), [(ExceptionCode::EarlyOut, Seconds::minutes(30))]);
    let far = [expect(&bound, "09:00", "41:00:01")];
    assert!(bound.refused(Hook::Schedule, &far).contains("within a day of the scheduled shift"));
}

#[test]
fn work_added_past_midnight_into_a_holiday_is_on_the_holiday() {
    use crate::codes::DayType;
    let mut bound = Bound::new();
    bound.card.plan.calendar.dates.push((monday().plus(1), DayType::StatutoryHoliday));
    bound.card.punches(0, &[("16:00", In), ("23:00", Out)]);
    let resize = Change::Resize { span: 0, start: bound.at("16:00"), end: bound.at("25:00") };
    bound.changed(Hook::Days, &[resize]).unwrap();
    let found: Vec<_> = bound.card.state.spans.iter().map(|span| (span.day_type, span.length())).collect();
    let expected = [(DayType::Workday, Seconds::hours(8)), (DayType::StatutoryHoliday, Seconds::hours(1))];
    assert_eq!(found, expected);
}

#[test]
fn new_seconds_have_the_workday_that_the_ruleset_gives_them() {
    use crate::shape::workdays::Attribution;
    let mut bound = Bound::new();
    bound.card.plan.workdays.overtime = Attribution::SplitMidnight;
    bound.card.plan.workdays.reporting = Attribution::SplitMidnight;
    bound.card.punches(0, &[("16:00", In), ("23:00", Out)]);
    let resize = Change::Resize { span: 0, start: bound.at("15:00"), end: bound.at("25:00") };
    bound.changed(Hook::Days, &[resize]).unwrap();
    let found: Vec<_> = bound.card.state.spans.iter().map(|span| (span.overtime_workday, span.length())).collect();
    assert_eq!(found, [(monday(), Seconds::hours(9)), (monday().plus(1), Seconds::hours(1))]);
    let worked: Vec<_> = bound.card.state.workdays.iter().map(|day| (day.workday, day.worked)).collect();
    assert_eq!(worked, [(monday(), Seconds::hours(9)), (monday().plus(1), Seconds::hours(1))]);
    bound.from = monday().plus(1);
    assert!(bound.refused(Hook::Days, &[resize]).contains("not in force on 2026-03-02"));
}

#[test]
fn the_value_carried_last_counts_and_others_are_passed_on() {
    let mut bound = plain_day();
    let mut carried = |given: &[i64], changes: &[Change]| {
        bound.card.facts.carried = given.iter().map(|value| Carried { key: CarryKey(0), value: *value }).collect();
        bound.card.facts.carried.push(Carried { key: CarryKey(7), value: 7 });
        let edits = edits(changes);
        bound.with_inputs(|inputs, state, scratch, notes| {
            let mut results = Evaluations::default();
            before(Hook::Period, inputs, state, scratch, notes);
            apply(inputs, state, scratch, edits.proposed_at(Hook::Period, 0), notes).unwrap();
            close::close(inputs, Detail::Totals, state, scratch, &mut results, &mut Silent).unwrap();
            results.carried.rows(0..9).map(|row| (row.key.0, row.value)).collect::<Vec<_>>()
        })
    };
    let carry = |value| Change::Carry { key: CarryKey(0), value };
    assert_eq!(carried(&[], &[]), []);
    assert_eq!(carried(&[4], &[]), [(0, 4)]);
    assert_eq!(carried(&[4], &[carry(5), carry(6)]), [(0, 6)]);
}

#[test]
fn what_a_plugin_wants_reviewed_is_told_with_its_reason() {
    let mut bound = plain_day();
    let at = bound.at("08:00");
    let mark = |code| Change::Mark { workday: monday(), code, at, measure: Seconds::ZERO };
    assert!(bound.refused(Hook::Punches, &[mark(ExceptionCode::PluginFailed)]).contains("by the engine only"));
    let edits = edits(&[mark(ExceptionCode::LateOut), mark(ExceptionCode::NeedsReview)]);
    bound.with_inputs(|inputs, state, scratch, notes| {
        let mut results = Evaluations::default();
        before(Hook::Days, inputs, state, scratch, notes);
        apply(inputs, state, scratch, edits.proposed_at(Hook::Days, 0), notes).unwrap();
        close::close(inputs, Detail::Spans, state, scratch, &mut results, &mut Silent).unwrap();
        let marks: Vec<_> = results.marks.rows(0..9).map(|row| (row.exception, row.reason)).collect();
        let codes: Vec<_> = marks.iter().map(|mark| results.exceptions.code[mark.0 as usize]).collect();
        assert_eq!(codes, [ExceptionCode::LateOut, ExceptionCode::NeedsReview]);
        assert_eq!(results.reasons.get(marks[1].1), Some(&[101_i64][..]));
    });
}

#[test]
fn why_nothing_is_paid_is_noted_and_pays_nothing() {
    let mut bound = plain_day();
    let nothing = Change::Quantity { workday: monday().plus(4), code: MEAL, amount: 0 };
    bound.changed(Hook::Days, &[nothing]).unwrap();
    let state = &bound.card.state;
    assert!(state.quantities.is_empty());
    assert_eq!(state.workdays.last().unwrap().workday, monday());
    let noted = bound.card.notes.last().unwrap();
    assert!(
        matches!(noted, Note::ByPlugin { edited: Edited::Quantity { code: MEAL, amount: 0, .. }, .. }),
        "{noted:?}"
    );
}

#[test]
fn a_quantity_stands_on_its_workday_even_without_anything_else() {
    let mut bound = plain_day();
    let quantity = |amount| Change::Quantity { workday: monday().plus(4), code: MEAL, amount };
    bound.changed(Hook::Days, &[quantity(0), quantity(2)]).unwrap();
    assert_eq!(bound.card.state.quantities.len(), 1);
    assert_eq!(bound.card.state.workdays.last().unwrap().workday, monday().plus(4));
}
