//! Encodes the columns of a group from the states of its cards, and maps the rows of the columns back to the lists of the
//! cards.
//!
//! Rows are grouped by the day that they are shown on. The lists of nearly every card are in that order already; for the
//! others, an order maps a row to its position in the list of the card.

use shiftmill_core::{
    CardState, DayType, Hook, Inputs, KeptPunch, PlanTimeline, PluginBinding, PunchKind, PunchRole, WaiverKind,
    Workday, ZoneCursor, shape,
};

use crate::columns::{
    CarriedValueRows, DayColumns, DayRows, EmployeeRows, ExceptionRows, PayCodeRows, PremiumRows, PunchRows,
    QuantityRows, Reads, ScheduledRows, ShiftRows, SpanRows, ZoneRows,
};
use crate::facts::Facts;
use crate::wire::{Cards, Window};

/// A card in the input of a hook.
#[derive(Clone, Copy, Debug)]
pub struct HookCard<'a> {
    /// The key of the employee. It decides whether the card is in the audited sample. The plugin does not see it.
    pub key: &'a str,
    /// The facts, the rules and the window.
    pub inputs: &'a Inputs<'a>,
    /// The state of the card before the hook.
    pub state: &'a CardState,
}

/// The number of a kind of punch in the contract. Kinds that the contract does not have are shown as the nearest one that
/// it has, so that plugins that know nothing of them go on.
const fn shown_kind(kind: PunchKind) -> u8 {
    let shown = match kind {
        PunchKind::CallbackIn => PunchKind::In,
        PunchKind::CallbackOut => PunchKind::Out,
        PunchKind::Offsite => PunchKind::Unknown,
        PunchKind::In
        | PunchKind::Out
        | PunchKind::MealStart
        | PunchKind::MealEnd
        | PunchKind::BreakStart
        | PunchKind::BreakEnd
        | PunchKind::Transfer
        | PunchKind::Unknown => kind,
    };
    shown as u8
}

/// The number of last zones that are searched before a zone is encoded again.
const ZONES_SEARCHED: usize = 16;

/// What is encoded: the columns of one hook of one binding.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Encoding<'a> {
    pub(crate) hook: Hook,
    pub(crate) reads: &'a Reads,
    pub(crate) binding: &'a PluginBinding,
    /// The number of the binding in its timeline.
    pub(crate) index: u16,
    /// Whether the plugin asks for facts.
    pub(crate) facts: bool,
}

/// The columns of a group. Calls reuse the memory.
#[derive(Debug, Default)]
pub(crate) struct Tables {
    window: Window,
    pay_codes: PayCodeRows,
    zones: ZoneRows,
    /// For each encoded zone, the first card with it.
    zone_cards: Vec<usize>,
    employees: EmployeeRows,
    days: DayRows,
    punches: PunchRows,
    shifts: ShiftRows,
    scheduled: ScheduledRows,
    spans: SpanRows,
    quantities: QuantityRows,
    exceptions: ExceptionRows,
    premiums: PremiumRows,
    carried: CarriedValueRows,
    /// For plugins that ask for them.
    facts: Facts,
    /// The number of rows of each table of days, whether or not a hook reads its columns.
    row_counts: ByTable<u32>,
    card_rows: Vec<CardRows>,
    /// The orders of the lists of cards that are not grouped by day.
    orders: Vec<u32>,
    /// The days of the rows of one card: always those of punches, the others only when their list is not grouped by day.
    labels: ByTable<Vec<i32>>,
    /// The days of one card, when its rows have days that its state does not have.
    all_days: Vec<i32>,
    /// The inverse of one order.
    inverse: Vec<u32>,
}

/// One value for each table whose rows belong to days.
#[derive(Clone, Copy, Debug, Default)]
struct ByTable<T> {
    punches: T,
    shifts: T,
    scheduled: T,
    spans: T,
}

impl ByTable<bool> {
    /// The tables whose rows are numbered: those that the hook reads, and those that a column that it reads refers to.
    fn of(reads: &Reads) -> ByTable<bool> {
        ByTable {
            punches: reads.punches.any(),
            shifts: reads.shifts.any() || reads.spans.shift,
            scheduled: reads.scheduled.any() || reads.shifts.scheduled,
            spans: reads.spans.any(),
        }
    }
}

/// The rows of one card.
#[derive(Clone, Copy, Debug, Default)]
struct CardRows {
    days: Run,
    tables: ByTable<Run>,
}

/// A run of rows of one card.
#[derive(Clone, Copy, Debug, Default)]
struct Run {
    first: u32,
    count: u32,
    /// The start of its order in [`Tables::orders`]; [`BY_DAY`] when the list of the card is grouped by day.
    order: u32,
}

const BY_DAY: u32 = u32::MAX;

impl Run {
    fn none(first: u32) -> Run {
        Run { first, count: 0, order: BY_DAY }
    }
}

/// The tables whose rows edits name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RowsOf {
    Punches,
    Scheduled,
    Spans,
}

impl RowsOf {
    pub(crate) fn name(self) -> &'static str {
        match self {
            RowsOf::Punches => "punches",
            RowsOf::Scheduled => "scheduled",
            RowsOf::Spans => "spans",
        }
    }
}

impl Tables {
    /// Encodes the columns that `encoding` reads of these cards. All cards have the same rules and window.
    pub(crate) fn encode(&mut self, encoding: Encoding<'_>, cards: &[HookCard<'_>]) {
        self.clear();
        let Some(first) = cards.first() else { return };
        self.window = Window::of(first.inputs.window);
        self.encode_pay_codes(first.inputs.timeline);
        if encoding.facts {
            self.facts.begin(first.inputs);
        }
        for index in 0..cards.len() {
            self.encode_card(encoding, cards, index);
        }
    }

    /// Gives the facts to the instance of a call, or takes them back for the memory.
    pub(crate) fn swap_facts(&mut self, facts: &mut Facts) {
        std::mem::swap(&mut self.facts, facts);
    }

    /// The number of days of an employee.
    pub(crate) fn days_of(&self, employee: usize) -> u32 {
        self.card_rows.get(employee).map_or(0, |rows| rows.days.count)
    }

    /// The position of a row in the list of the card; `None` when the employee has no such row.
    pub(crate) fn on_card(&self, employee: usize, table: RowsOf, row: u32) -> Option<u32> {
        let tables = self.card_rows.get(employee)?.tables;
        let run = match table {
            RowsOf::Punches => tables.punches,
            RowsOf::Scheduled => tables.scheduled,
            RowsOf::Spans => tables.spans,
        };
        let position = row.checked_sub(run.first).filter(|position| *position < run.count)?;
        match run.order {
            BY_DAY => Some(position),
            order => self.orders.get((order + position) as usize).copied(),
        }
    }

    /// The columns for the plugin: those of `reads`; the others are empty.
    pub(crate) fn lowered(&self, reads: &Reads) -> Cards<'_> {
        let workday = if reads.days.workday { self.days.workday.as_slice() } else { &[] };
        Cards {
            window: self.window,
            pay_codes: self.pay_codes.lowered(),
            zones: self.zones.lowered(),
            employees: self.employees.lowered(),
            days: DayColumns { workday, ..self.days.lowered() },
            punches: self.punches.lowered(),
            shifts: self.shifts.lowered(),
            scheduled: self.scheduled.lowered(),
            spans: self.spans.lowered(),
            quantities: self.quantities.lowered(),
            exceptions: self.exceptions.lowered(),
            premiums: self.premiums.lowered(),
            carried: self.carried.lowered(),
        }
    }

    fn clear(&mut self) {
        self.pay_codes.clear();
        self.zones.clear();
        self.zone_cards.clear();
        self.employees.clear();
        self.days.clear();
        self.punches.clear();
        self.shifts.clear();
        self.scheduled.clear();
        self.spans.clear();
        self.quantities.clear();
        self.exceptions.clear();
        self.premiums.clear();
        self.carried.clear();
        self.facts.clear();
        self.row_counts = ByTable::default();
        self.card_rows.clear();
        self.orders.clear();
    }

    fn encode_pay_codes(&mut self, timeline: &PlanTimeline) {
        for code in &timeline.names().pay_codes {
            self.pay_codes.layer.push(code.layer as u8);
            self.pay_codes.unit.push(code.unit as u8);
            self.pay_codes.paid.push(u8::from(code.paid));
            self.pay_codes.multiplier.push(code.multiplier.0);
        }
    }

    fn encode_card(&mut self, encoding: Encoding<'_>, cards: &[HookCard<'_>], index: usize) {
        let Some(card) = cards.get(index) else { return };
        let zone = self.zone_row(cards, index);
        self.employees.zone.push(zone);
        self.label_punches(encoding, card);
        self.group_days(encoding, card);
        self.encode_days(encoding, card);
        self.encode_rows_of_days(encoding, card);
        self.encode_lists(encoding, card);
        if encoding.facts {
            self.facts.add(card.inputs);
        }
    }

    /// The row of the zone of a card. The zone is added when it is not one of the last zones.
    fn zone_row(&mut self, cards: &[HookCard<'_>], index: usize) -> u32 {
        let Some(zone) = cards.get(index).map(|card| card.inputs.card.zone) else { return 0 };
        let is_same = |named: &usize| cards.get(*named).is_some_and(|card| std::ptr::eq(card.inputs.card.zone, zone));
        let recent = self.zone_cards.iter().rev().take(ZONES_SEARCHED).position(is_same);
        if let Some(back) = recent {
            return (self.zone_cards.len() - 1 - back) as u32;
        }
        self.zone_cards.push(index);
        self.zones.first_offset.push(zone.first_offset());
        self.zones.change_at.extend(zone.changes().iter().map(|change| change.0.0));
        self.zones.change_offset.extend(zone.changes().iter().map(|change| change.1));
        self.zones.change_end.push(self.zones.change_at.len() as u32);
        (self.zone_cards.len() - 1) as u32
    }

    /// Finds the days of the punches of the card, because punches have no day of their own.
    fn label_punches(&mut self, encoding: Encoding<'_>, card: &HookCard<'_>) {
        let labels = &mut self.labels.punches;
        labels.clear();
        if encoding.hook == Hook::Punches {
            let mut clock = ZoneCursor::new(card.inputs.card.zone);
            labels.extend(card.state.punches.iter().map(|punch| clock.date_at(punch.at).0));
        } else if encoding.reads.punches.any() {
            label_by_shift(card, labels);
        }
    }

    /// Groups the rows of the card by day: the labels of its days, and the end of the rows of each day.
    fn group_days(&mut self, encoding: Encoding<'_>, card: &HookCard<'_>) {
        let numbered = ByTable::of(encoding.reads);
        let first = self.days.workday.len();
        match encoding.hook {
            Hook::Punches => {
                let dates = self.labels.punches.chunk_by(|one, next| one == next);
                self.days.workday.extend(dates.filter_map(|date| date.first()));
            }
            _ => self.days.workday.extend(card.state.workdays.iter().map(|row| row.workday.0)),
        }
        let tables = match self.group_in_order(numbered, card.state, first) {
            Some(tables) => tables,
            None => self.group_out_of_order(numbered, card.state, first),
        };
        let count = (self.days.workday.len() - first) as u32;
        self.card_rows.push(CardRows { days: Run { first: first as u32, count, order: BY_DAY }, tables });
        self.employees.day_end.push(self.days.workday.len() as u32);
        self.row_counts.punches += tables.punches.count;
        self.row_counts.shifts += tables.shifts.count;
        self.row_counts.scheduled += tables.scheduled.count;
        self.row_counts.spans += tables.spans.count;
    }

    /// The usual case: days ascend, and every list is grouped by day. `None`, with nothing added, in any other case.
    fn group_in_order(&mut self, numbered: ByTable<bool>, state: &CardState, first: usize) -> Option<ByTable<Run>> {
        let tables = self.group_by_day(numbered, state, first);
        if tables.is_none() {
            let DayRows { punch_end, shift_end, scheduled_end, span_end, .. } = &mut self.days;
            for ends in [punch_end, shift_end, scheduled_end, span_end] {
                ends.truncate(first);
            }
        }
        tables
    }

    fn group_by_day(&mut self, numbered: ByTable<bool>, state: &CardState, first: usize) -> Option<ByTable<Run>> {
        let DayRows { workday, punch_end, shift_end, scheduled_end, span_end, .. } = &mut self.days;
        let (days, from) = (workday.get(first..).unwrap_or(&[]), self.row_counts);
        if !days.is_sorted_by(|one, next| one < next) {
            return None;
        }
        Some(ByTable {
            punches: add_day_ends(
                numbered.punches,
                days,
                self.labels.punches.iter().copied(),
                from.punches,
                punch_end,
            )?,
            shifts: add_day_ends(numbered.shifts, days, labels_of_shifts(state), from.shifts, shift_end)?,
            scheduled: add_day_ends(
                numbered.scheduled,
                days,
                labels_of_scheduled(state),
                from.scheduled,
                scheduled_end,
            )?,
            spans: add_day_ends(numbered.spans, days, labels_of_spans(state), from.spans, span_end)?,
        })
    }

    /// Any other case: all days of the state and of the rows, and an order for each list.
    #[cold]
    fn group_out_of_order(&mut self, numbered: ByTable<bool>, state: &CardState, first: usize) -> ByTable<Run> {
        let Tables { days, labels, row_counts, orders, all_days, .. } = self;
        refill(&mut labels.shifts, numbered.shifts, labels_of_shifts(state));
        refill(&mut labels.scheduled, numbered.scheduled, labels_of_scheduled(state));
        refill(&mut labels.spans, numbered.spans, labels_of_spans(state));
        all_days.clear();
        all_days.extend(days.workday.drain(first..));
        for list in [&labels.punches, &labels.shifts, &labels.scheduled, &labels.spans] {
            all_days.extend(list);
        }
        all_days.sort_unstable();
        all_days.dedup();
        days.workday.extend(&*all_days);
        let mut order = |numbered: bool, labels: &mut Vec<i32>, from: u32, ends: &mut Vec<u32>| {
            if !numbered {
                return Run::none(from);
            }
            let order = orders.len();
            orders.extend(0..labels.len() as u32);
            if let Some(own) = orders.get_mut(order..) {
                own.sort_by_key(|row| labels.get(*row as usize).copied());
            }
            labels.sort_unstable();
            let run =
                add_day_ends(true, all_days, labels.iter().copied(), from, ends).unwrap_or_else(|| Run::none(from));
            Run { order: order as u32, ..run }
        };
        ByTable {
            punches: order(numbered.punches, &mut labels.punches, row_counts.punches, &mut days.punch_end),
            shifts: order(numbered.shifts, &mut labels.shifts, row_counts.shifts, &mut days.shift_end),
            scheduled: order(numbered.scheduled, &mut labels.scheduled, row_counts.scheduled, &mut days.scheduled_end),
            spans: order(numbered.spans, &mut labels.spans, row_counts.spans, &mut days.span_end),
        }
    }

    fn encode_days(&mut self, encoding: Encoding<'_>, card: &HookCard<'_>) {
        let wanted = encoding.reads.days;
        let Inputs { timeline, window, .. } = *card.inputs;
        let first = self.card_rows.last().map_or(0, |rows| rows.days.first as usize);
        let DayRows { workday, marks, day_type, worked, .. } = &mut self.days;
        let days = workday.get(first..).unwrap_or(&[]).iter().map(|label| Workday(*label));
        if wanted.marks {
            let always = timeline.single().map(|plan| plan.plugins.contains(&encoding.index));
            let in_force = |day| always.unwrap_or_else(|| timeline.is_in_force(encoding.index, day));
            let bits = |day| u8::from(window.pay_period.contains(day)) | u8::from(in_force(day)) << 1;
            marks.extend(days.clone().map(bits));
        }
        if !wanted.day_type && !wanted.worked {
            return;
        }
        let mut known = card.state.workdays.iter().peekable();
        for day in days {
            let row = match encoding.hook {
                Hook::Punches => None,
                _ => known.next_if(|row| row.workday == day),
            };
            if wanted.day_type {
                let found = row.map_or_else(|| shape::day_type(card.inputs, card.state, day), |row| row.day_type);
                day_type.push(found as u8);
            }
            if wanted.worked {
                worked.push(row.map_or(0, |row| row.worked.0));
            }
        }
    }

    fn encode_rows_of_days(&mut self, encoding: Encoding<'_>, card: &HookCard<'_>) {
        let Some(tables) = self.card_rows.last().map(|rows| rows.tables) else { return };
        let Encoding { hook, reads, facts, .. } = encoding;
        let state = card.state;
        let orders = &self.orders;

        let punches = Picked::of(&state.punches, tables.punches, orders);
        punches.fill(reads.punches.at, &mut self.punches.at, |punch| punch.at.0);
        punches.fill(reads.punches.kind, &mut self.punches.kind, |punch| shown_kind(punch.kind));
        punches.fill(reads.punches.role, &mut self.punches.role, |punch| role_number(punch, hook));
        punches.fill(facts && reads.punches.any(), &mut self.facts.punch_tags, |punch| punch.tag);
        if hook == Hook::Punches {
            return;
        }

        let shifts = Picked::of(&state.shifts, tables.shifts, orders);
        shifts.fill(reads.shifts.first, &mut self.shifts.first, |shift| shift.start.0);
        shifts.fill(reads.shifts.last, &mut self.shifts.last, |shift| shift.end.0);
        if reads.shifts.scheduled {
            let rows = RowsByPosition::of(tables.scheduled, orders, &mut self.inverse);
            shifts.fill(true, &mut self.shifts.scheduled, |shift| rows.one_more_than(shift.scheduled));
        }

        let scheduled = Picked::of(&state.scheduled, tables.scheduled, orders);
        scheduled.fill(reads.scheduled.start, &mut self.scheduled.start, |shift| shift.start.0);
        scheduled.fill(reads.scheduled.end, &mut self.scheduled.end, |shift| shift.end.0);
        scheduled
            .fill(reads.scheduled.expected_start, &mut self.scheduled.expected_start, |shift| shift.expected_start.0);
        scheduled.fill(reads.scheduled.expected_end, &mut self.scheduled.expected_end, |shift| shift.expected_end.0);
        scheduled.fill(reads.scheduled.planned, &mut self.scheduled.planned, |shift| shift.planned.0);
        scheduled.fill(reads.scheduled.marks, &mut self.scheduled.marks, |shift| {
            u8::from(shift.matched) | u8::from(shift.on_leave) << 1
        });
        scheduled.fill(facts && reads.scheduled.any(), &mut self.facts.scheduled_tags, |shift| shift.tag);

        let spans = Picked::of(&state.spans, tables.spans, orders);
        spans.fill(reads.spans.start, &mut self.spans.start, |span| span.start.0);
        spans.fill(reads.spans.end, &mut self.spans.end, |span| span.end.0);
        spans.fill(reads.spans.state, &mut self.spans.state, |span| span.state.number());
        spans.fill(reads.spans.pay_code, &mut self.spans.pay_code, |span| span.code.0);
        spans.fill(reads.spans.overtime_workday, &mut self.spans.overtime_workday, |span| span.overtime_workday.0);
        spans.fill(facts && reads.spans.any(), &mut self.facts.span_tags, |span| span.tag);
        let day_type = |day_type: DayType| if hook >= Hook::Days { day_type as u8 } else { 0 };
        spans.fill(reads.spans.day_type, &mut self.spans.day_type, |span| day_type(span.day_type));
        if reads.spans.shift {
            let rows = RowsByPosition::of(tables.shifts, orders, &mut self.inverse);
            spans.fill(true, &mut self.spans.shift, |span| rows.one_more_than(span.shift));
        }
    }

    /// Encodes the lists that belong to the employee as a whole.
    fn encode_lists(&mut self, encoding: Encoding<'_>, card: &HookCard<'_>) {
        let reads = encoding.reads;
        let HookCard { inputs, state, .. } = card;

        let quantities = Picked::all_if(reads.quantities.any(), &state.quantities);
        quantities.fill(reads.quantities.workday, &mut self.quantities.workday, |row| row.workday.0);
        quantities.fill(reads.quantities.pay_code, &mut self.quantities.pay_code, |row| row.code.0);
        quantities.fill(reads.quantities.amount, &mut self.quantities.amount, |row| row.amount);
        push_end(&mut self.employees.quantity_end, quantities.rows.len());

        let exceptions = Picked::all_if(reads.exceptions.any(), &state.noticed);
        exceptions.fill(reads.exceptions.workday, &mut self.exceptions.workday, |row| row.workday.0);
        exceptions.fill(reads.exceptions.code, &mut self.exceptions.code, |row| row.code as u8);
        exceptions.fill(reads.exceptions.at, &mut self.exceptions.at, |row| row.at.0);
        exceptions.fill(reads.exceptions.measure, &mut self.exceptions.measure, |row| row.measure.0);
        exceptions.fill(reads.exceptions.waived, &mut self.exceptions.waived, |row| {
            let waives = |kind| kind == WaiverKind::Exception(row.code);
            u8::from(inputs.card.waivers.iter().any(|waiver| waiver.workday == row.workday && waives(waiver.kind)))
        });
        push_end(&mut self.employees.exception_end, exceptions.rows.len());

        let premiums = Picked::all_if(reads.premiums.any(), &state.premiums);
        premiums.fill(reads.premiums.start, &mut self.premiums.start, |row| row.start.0);
        premiums.fill(reads.premiums.end, &mut self.premiums.end, |row| row.end.0);
        premiums.fill(reads.premiums.workday, &mut self.premiums.workday, |row| row.reporting_workday.0);
        premiums.fill(reads.premiums.pay_code, &mut self.premiums.pay_code, |row| row.code.0);
        push_end(&mut self.employees.premium_end, premiums.rows.len());

        let carried = if reads.carried.any() { self.encode_carried(encoding, card) } else { 0 };
        push_end(&mut self.employees.carried_end, carried);
    }

    /// Encodes the values of the plugin's own keys and returns their number: the value that this evaluation carried, or
    /// else the one that was carried in.
    fn encode_carried(&mut self, encoding: Encoding<'_>, card: &HookCard<'_>) -> usize {
        let wanted = encoding.reads.carried;
        let mut found = 0;
        for (key, position) in encoding.binding.carried_keys.iter().zip(0..) {
            let Some(value) = card.state.carried_value(card.inputs, *key) else { continue };
            found += 1;
            if wanted.key {
                self.carried.key.push(position);
            }
            if wanted.value {
                self.carried.value.push(value);
            }
        }
        found
    }
}

/// Rows of a list of a card, in the order in which they are encoded.
#[derive(Clone, Copy)]
struct Picked<'a, R> {
    rows: &'a [R],
    order: Option<&'a [u32]>,
}

impl<'a, R> Picked<'a, R> {
    fn all_if(read: bool, rows: &'a [R]) -> Picked<'a, R> {
        Picked { rows: if read { rows } else { &[] }, order: None }
    }

    fn of(rows: &'a [R], run: Run, orders: &'a [u32]) -> Picked<'a, R> {
        let order = match run.order {
            BY_DAY => None,
            order => orders.get(order as usize..(order + run.count) as usize),
        };
        Picked { rows, order }
    }

    /// Adds one number for each row to a column that the hook reads.
    fn fill<T>(self, wanted: bool, column: &mut Vec<T>, number: impl Fn(&R) -> T) {
        match (wanted, self.order) {
            (false, _) => {}
            (true, None) => column.extend(self.rows.iter().map(number)),
            (true, Some(order)) => {
                column.extend(order.iter().filter_map(|row| self.rows.get(*row as usize)).map(number));
            }
        }
    }
}

/// Maps the position in a list of a card to the row.
#[derive(Clone, Copy)]
struct RowsByPosition<'a> {
    first: u32,
    inverse: Option<&'a [u32]>,
}

impl<'a> RowsByPosition<'a> {
    fn of(run: Run, orders: &[u32], inverse: &'a mut Vec<u32>) -> RowsByPosition<'a> {
        if run.order == BY_DAY {
            return RowsByPosition { first: run.first, inverse: None };
        }
        let order = orders.get(run.order as usize..(run.order + run.count) as usize).unwrap_or(&[]);
        inverse.clear();
        inverse.resize(order.len(), 0);
        for (position, row) in order.iter().zip(0..) {
            if let Some(place) = inverse.get_mut(*position as usize) {
                *place = row;
            }
        }
        RowsByPosition { first: run.first, inverse: Some(inverse) }
    }

    /// One more than the row of a position; 0 when there is no position.
    fn one_more_than(self, position: Option<u32>) -> u32 {
        let row = |position: u32| match self.inverse {
            None => Some(position),
            Some(inverse) => inverse.get(position as usize).copied(),
        };
        position.and_then(row).map_or(0, |row| self.first + row + 1)
    }
}

/// The days that worked shifts are shown on.
fn days_of_shifts(state: &CardState) -> impl Iterator<Item = Workday> + '_ {
    let own = state.shifts.iter().skip(state.shown_on.len()).map(|shift| shift.workday);
    state.shown_on.iter().copied().chain(own)
}

/// The days of punches: those that the worked shifts of the punches are shown on.
fn label_by_shift(card: &HookCard<'_>, labels: &mut Vec<i32>) {
    let HookCard { inputs, state, .. } = card;
    let by_date = |punch: &KeptPunch| inputs.card.zone.date_at(punch.at).0;
    for (shift, day) in state.shifts.iter().zip(days_of_shifts(state)) {
        // Shifts have all punches between them. A punch without a shift would have its own date.
        let before = state.punches.get(labels.len()..shift.first_punch as usize).unwrap_or(&[]);
        labels.extend(before.iter().map(by_date));
        labels.resize((shift.last_punch as usize).max(labels.len()), day.0);
    }
    labels.extend(state.punches.iter().skip(labels.len()).map(by_date));
}

fn labels_of_shifts(state: &CardState) -> impl Iterator<Item = i32> + '_ {
    days_of_shifts(state).map(|workday| workday.0)
}

fn labels_of_scheduled(state: &CardState) -> impl Iterator<Item = i32> + '_ {
    state.scheduled.iter().map(|shift| shift.workday.0)
}

fn labels_of_spans(state: &CardState) -> impl Iterator<Item = i32> + '_ {
    state.spans.iter().map(|span| span.reporting_workday.0)
}

fn refill(list: &mut Vec<i32>, wanted: bool, labels: impl Iterator<Item = i32>) {
    list.clear();
    if wanted {
        list.extend(labels);
    }
}

/// Adds the end of the rows of each day. `None` when the rows are not grouped by day or a day is missing.
#[inline]
fn add_day_ends(
    wanted: bool,
    days: &[i32],
    labels: impl Iterator<Item = i32>,
    first: u32,
    ends: &mut Vec<u32>,
) -> Option<Run> {
    if !wanted {
        return Some(Run::none(first));
    }
    let mut labels = labels.peekable();
    let mut row = first;
    ends.extend(days.iter().map(|day| {
        while labels.next_if_eq(day).is_some() {
            row += 1;
        }
        row
    }));
    labels.next().is_none().then_some(Run { first, count: row - first, order: BY_DAY })
}

fn push_end(ends: &mut Vec<u32>, rows: usize) {
    let before = ends.last().copied().unwrap_or(0);
    ends.push(before + rows as u32);
}

/// The number of the role of a punch. Before pairing, no punch has a role.
fn role_number(punch: &KeptPunch, hook: Hook) -> u8 {
    if hook == Hook::Punches { PunchRole::Unused.number() } else { punch.role.number() }
}

#[cfg(test)]
mod tests;
