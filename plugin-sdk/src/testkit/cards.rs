//! Converts a week to the input of a hook.

use crate::codes::{PunchKind, PunchRole, RosterKind, SpanState};
use crate::contract::facts::{Made, Pairs};
use crate::contract::{self, Cards, List};
use crate::testkit::codes::Codes;
use crate::testkit::line::{Amount, Line, Stretch, Tagged};
use crate::testkit::week::Week;
use crate::time::{Instant, WALL_DAY, Workday};
use crate::zone::{Fold, Zone};

/// The columns while they are built.
#[derive(Default)]
struct Columns {
    workday: Vec<i32>,
    marks: Vec<u8>,
    day_type: Vec<u8>,
    worked: Vec<u32>,
    punch_end: Vec<u32>,
    shift_end: Vec<u32>,
    scheduled_end: Vec<u32>,
    span_end: Vec<u32>,
    punches: Vec<(i64, PunchKind, PunchRole)>,
    shifts: Vec<(i64, i64, u32)>,
    scheduled: Vec<(i64, i64, u32, u8)>,
    spans: Vec<Span>,
    quantities: Vec<(i32, u16, u32)>,
    exceptions: Vec<(i32, u8, i64, u32, bool)>,
    premiums: Vec<(i64, i64, i32, u16)>,
}

struct Span {
    start: i64,
    end: i64,
    state: SpanState,
    code: u16,
    workday: i32,
    day_type: u8,
    shift: u32,
}

/// The input of a hook for a week. In the hook `punches`, punches have no roles and belong to dates; everything else is as
/// written.
pub fn gather(week: &Week, codes: &mut Codes, keys: &[&str], hook: &str) -> Cards {
    let zones = week.zones();
    let mut columns = Columns::default();
    {
        let zone = Zone::new(&zones, 0);
        week.lines.iter().for_each(|line| columns.add_day(line, &zone, codes));
    }
    if hook == "punches" {
        columns.punches.iter_mut().for_each(|punch| punch.2 = PunchRole::Unused);
    }
    let carried = carried(week, keys);
    let paid: Vec<Workday> = week.lines.iter().filter(|line| line.in_pay_period).map(|line| line.workday).collect();
    let last_day = week.lines.last().map_or(0, |line| line.workday.to_days());
    let as_of = week.as_of.map_or((i64::from(last_day) + 30) * WALL_DAY, Instant::to_unix);
    Cards {
        window: contract::Window {
            pay_period_first: paid.first().map_or(0, |day| day.to_days()),
            pay_period_last: paid.last().map_or(0, |day| day.to_days()),
            as_of,
        },
        pay_codes: codes.columns(),
        zones,
        employees: contract::Employees {
            zone: vec![0].into(),
            day_end: vec![columns.workday.len() as u32].into(),
            quantity_end: vec![columns.quantities.len() as u32].into(),
            exception_end: vec![columns.exceptions.len() as u32].into(),
            premium_end: vec![columns.premiums.len() as u32].into(),
            carried_end: vec![carried.key.len() as u32].into(),
        },
        carried,
        ..columns.into_cards()
    }
}

/// The facts that a rule may ask for, in the order of the rows of [`gather`].
pub fn facts(week: &Week) -> Made {
    let zones = week.zones();
    let zone = Zone::new(&zones, 0);
    let mut made = Made { employee: week.tag.clone(), balances: week.balances.clone(), ..Made::default() };
    for line in &week.lines {
        let workday = line.workday.to_days();
        let instants = |(start, end): (i64, i64)| {
            let of = |second, fold| zone.instant(line.workday, second, fold).to_unix();
            (of(start, Fold::Earlier), of(end, Fold::Later))
        };
        made.scheduled.extend((0..line.scheduled.len()).map(|position| tag(line, Tagged::Scheduled, position)));
        for times in &line.scheduled {
            let (start, end) = instants(*times);
            made.roster.push((workday, RosterKind::Work.number(), start, end));
        }
        for (kind, times) in &line.told {
            let (start, end) = times.map_or((0, 0), instants);
            made.roster.push((workday, kind.number(), start, end));
        }
        made.attested.extend(line.attested.iter().map(|(question, answer)| (question.clone(), workday, *answer)));
        for approved in &line.approvals {
            let (start, end) = approved.times.map_or((0, 0), instants);
            let (kind, status, choice) = (approved.kind.number(), approved.status.number(), approved.choice.number());
            made.approvals.push((kind, status, choice, workday, start, end, approved.length));
        }
        add_tags_of_work(line, &week.tag, &mut made);
    }
    made
}

/// The tags of punches and spans. Work without a tag of its own has that of the employee.
fn add_tags_of_work(line: &Line, own: &Pairs, made: &mut Made) {
    let of_stretch = |position| Some(tag(line, Tagged::Stretch, position)).filter(|tag| !tag.is_empty());
    for (position, stretch) in line.stretches.iter().enumerate() {
        made.spans.push(of_stretch(position).unwrap_or_else(|| own.clone()));
        if !line.punches.is_empty() || !stretch.state.is_work() {
            continue;
        }
        let touches = |other: &&Stretch, at: i64, end: bool| {
            other.state.is_work() && if end { other.end == at } else { other.start == at }
        };
        if !line.stretches.iter().any(|other| touches(&other, stretch.start, true)) {
            made.punches.push(of_stretch(position).unwrap_or_default());
        }
        if !line.stretches.iter().any(|other| touches(&other, stretch.end, false)) {
            made.punches.push(Pairs::new());
        }
    }
    made.punches.extend((0..line.punches.len()).map(|position| tag(line, Tagged::Punch, position)));
}

fn tag(line: &Line, of: Tagged, position: usize) -> Pairs {
    let own = line.tags.iter().filter(|tag| (tag.0, tag.1) == (of, position));
    own.map(|(_, _, name, value)| (name.clone(), value.clone())).collect()
}

fn carried(week: &Week, keys: &[&str]) -> contract::Carried {
    let position = |name: &str| match keys.iter().position(|key| *key == name) {
        Some(position) => position as u16,
        None => panic!("the plugin carries no `{name}`; it carries {keys:?}"),
    };
    contract::Carried {
        key: week.carried.iter().map(|(key, _)| position(key)).collect::<Vec<_>>().into(),
        value: week.carried.iter().map(|(_, value)| *value).collect::<Vec<_>>().into(),
    }
}

impl Columns {
    fn add_day(&mut self, line: &Line, zone: &Zone<'_>, codes: &mut Codes) {
        let start_of = |second: i64| zone.instant(line.workday, second, Fold::Earlier).to_unix();
        let end_of = |second: i64| zone.instant(line.workday, second, Fold::Later).to_unix();
        let workday = line.workday.to_days();
        let first_scheduled = self.scheduled.len();
        for (start, end) in &line.scheduled {
            let planned = (end_of(*end) - start_of(*start)) as u32;
            let on_leave = line
                .stretches
                .iter()
                .any(|stretch| stretch.state == SpanState::Leave && stretch.start <= *start && stretch.end >= *end);
            let fits = !worked_shifts(line, |shift| overlaps(shift, *start, *end)).is_empty();
            let marks = u8::from(fits) | u8::from(on_leave) << 1;
            self.scheduled.push((start_of(*start), end_of(*end), planned, marks));
        }
        for shift in worked_shifts(line, |_| true) {
            let fits = line.scheduled.iter().position(|(start, end)| overlaps(&shift, *start, *end));
            let scheduled = fits.map_or(0, |position| (first_scheduled + position) as u32 + 1);
            self.shifts.push((start_of(shift.start), end_of(shift.end), scheduled));
        }
        self.add_punches(line, &start_of, &end_of);
        self.add_spans(line, &start_of, &end_of, codes);
        for (start, end, code) in &line.premiums {
            self.premiums.push((start_of(*start), end_of(*end), workday, codes.premium(code)));
        }
        for (code, amount) in &line.quantities {
            let (Amount::Time(size) | Amount::Count(size)) = *amount;
            self.quantities.push((workday, codes.quantity(code, *amount), size));
        }
        for (code, length) in &line.leave {
            self.quantities.push((workday, codes.base(code), *length));
        }
        for noticed in &line.exceptions {
            let (code, at) = (noticed.code.number(), start_of(noticed.at));
            self.exceptions.push((workday, code, at, noticed.measure.in_seconds(), noticed.is_waived));
        }
        self.workday.push(workday);
        self.marks.push(u8::from(line.in_pay_period) | u8::from(line.in_force) << 1);
        self.day_type.push(line.day_type.number());
        self.punch_end.push(self.punches.len() as u32);
        self.shift_end.push(self.shifts.len() as u32);
        self.scheduled_end.push(self.scheduled.len() as u32);
        self.span_end.push(self.spans.len() as u32);
    }

    fn add_punches(&mut self, line: &Line, start_of: &dyn Fn(i64) -> i64, end_of: &dyn Fn(i64) -> i64) {
        if !line.punches.is_empty() {
            let roles = roles(line.punches.iter().map(|(kind, _)| *kind));
            let punches = line.punches.iter().zip(roles).map(|((kind, at), role)| (start_of(*at), *kind, role));
            self.punches.extend(punches);
            return;
        }
        let work: Vec<&Stretch> = line.stretches.iter().filter(|stretch| stretch.state.is_work()).collect();
        for (position, stretch) in work.iter().enumerate() {
            let continues = position.checked_sub(1).is_some_and(|before| work[before].end == stretch.start);
            let goes_on = work.get(position + 1).is_some_and(|next| next.start == stretch.end);
            if !continues {
                self.punches.push((start_of(stretch.start), PunchKind::In, PunchRole::Opens));
            }
            if !goes_on {
                self.punches.push((end_of(stretch.end), PunchKind::Out, PunchRole::Closes));
            }
        }
    }

    fn add_spans(
        &mut self,
        line: &Line,
        start_of: &dyn Fn(i64) -> i64,
        end_of: &dyn Fn(i64) -> i64,
        codes: &mut Codes,
    ) {
        let first_shift = self.shifts.len() - worked_shifts(line, |_| true).len();
        let mut worked = 0;
        for stretch in &line.stretches {
            let usual = if stretch.state == SpanState::UnpaidBreak { "unpaid_break" } else { "regular" };
            let (start, end) = (start_of(stretch.start), end_of(stretch.end));
            let shifts_before = worked_shifts(line, |shift| shift.number < stretch.shift).len();
            let has_shift = stretch.state != SpanState::Leave;
            self.spans.push(Span {
                start,
                end,
                state: stretch.state,
                code: codes.base(stretch.code.as_deref().unwrap_or(usual)),
                workday: line.workday.to_days(),
                day_type: line.day_type.number(),
                shift: if has_shift { (first_shift + shifts_before) as u32 + 1 } else { 0 },
            });
            if stretch.state.is_work() {
                worked += end - start;
            }
        }
        self.worked.push(worked as u32);
    }

    fn into_cards(self) -> Cards {
        fn column<R, T>(rows: &[R], of: impl Fn(&R) -> T) -> List<T> {
            rows.iter().map(of).collect::<Vec<T>>().into()
        }
        let (punches, shifts, scheduled, spans) = (&self.punches, &self.shifts, &self.scheduled, &self.spans);
        Cards {
            punches: contract::Punches {
                at: column(punches, |punch| punch.0),
                kind: column(punches, |punch| punch.1.number()),
                role: column(punches, |punch| punch.2.number()),
            },
            shifts: contract::Shifts {
                first: column(shifts, |shift| shift.0),
                last: column(shifts, |shift| shift.1),
                scheduled: column(shifts, |shift| shift.2),
            },
            scheduled: contract::Scheduled {
                start: column(scheduled, |shift| shift.0),
                end: column(scheduled, |shift| shift.1),
                expected_start: column(scheduled, |shift| shift.0),
                expected_end: column(scheduled, |shift| shift.1),
                planned: column(scheduled, |shift| shift.2),
                marks: column(scheduled, |shift| shift.3),
            },
            spans: contract::Spans {
                start: column(spans, |span| span.start),
                end: column(spans, |span| span.end),
                state: column(spans, |span| span.state.number()),
                pay_code: column(spans, |span| span.code),
                overtime_workday: column(spans, |span| span.workday),
                day_type: column(spans, |span| span.day_type),
                shift: column(spans, |span| span.shift),
            },
            quantities: contract::Quantities {
                workday: column(&self.quantities, |quantity| quantity.0),
                pay_code: column(&self.quantities, |quantity| quantity.1),
                amount: column(&self.quantities, |quantity| quantity.2),
            },
            exceptions: contract::Exceptions {
                workday: column(&self.exceptions, |exception| exception.0),
                code: column(&self.exceptions, |exception| exception.1),
                at: column(&self.exceptions, |exception| exception.2),
                measure: column(&self.exceptions, |exception| exception.3),
                waived: column(&self.exceptions, |exception| u8::from(exception.4)),
            },
            premiums: contract::Premiums {
                start: column(&self.premiums, |premium| premium.0),
                end: column(&self.premiums, |premium| premium.1),
                workday: column(&self.premiums, |premium| premium.2),
                pay_code: column(&self.premiums, |premium| premium.3),
            },
            days: contract::Days {
                workday: self.workday.into(),
                marks: self.marks.into(),
                day_type: self.day_type.into(),
                worked: self.worked.into(),
                punch_end: self.punch_end.into(),
                shift_end: self.shift_end.into(),
                scheduled_end: self.scheduled_end.into(),
                span_end: self.span_end.into(),
            },
            ..Cards::default()
        }
    }
}

/// A worked shift of a day: from the start of its first work to the end of its last.
struct WorkedShift {
    number: usize,
    start: i64,
    end: i64,
}

fn worked_shifts(line: &Line, wanted: impl Fn(&WorkedShift) -> bool) -> Vec<WorkedShift> {
    let mut shifts: Vec<WorkedShift> = Vec::new();
    for stretch in line.stretches.iter().filter(|stretch| stretch.state.is_work()) {
        match shifts.last_mut() {
            Some(shift) if shift.number == stretch.shift => shift.end = stretch.end,
            _ => shifts.push(WorkedShift { number: stretch.shift, start: stretch.start, end: stretch.end }),
        }
    }
    shifts.retain(wanted);
    shifts
}

/// The roles of written punches: an opening punch belongs to the closing punch directly after it.
fn roles(kinds: impl Iterator<Item = PunchKind>) -> Vec<PunchRole> {
    // Whether each punch closes, and whether it opens.
    let mut sides: Vec<(bool, bool)> = Vec::new();
    for kind in kinds {
        let is_open = sides.last().is_some_and(|(_, opens)| *opens);
        sides.push(match kind {
            PunchKind::Transfer => (true, true),
            PunchKind::Unknown => (is_open, !is_open),
            kind => (kind.is_closer(), kind.is_opener()),
        });
    }
    let opened = |punch: usize| punch > 0 && sides[punch - 1].1;
    let closed = |punch: usize| sides.get(punch + 1).is_some_and(|(closes, _)| *closes);
    let role = |punch: usize| match sides[punch] {
        (true, true) if opened(punch) && closed(punch) => PunchRole::ClosesAndOpens,
        (true, _) if opened(punch) => PunchRole::Closes,
        (_, true) if closed(punch) => PunchRole::Opens,
        (_, true) => PunchRole::MissesOut,
        _ => PunchRole::MissesIn,
    };
    (0..sides.len()).map(role).collect()
}

fn overlaps(shift: &WorkedShift, start: i64, end: i64) -> bool {
    shift.start < end && start < shift.end
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::PunchKind::{In, Out, Transfer, Unknown};
    use crate::codes::PunchRole::{Closes, ClosesAndOpens, MissesIn, MissesOut, Opens};

    #[test]
    fn punches_without_a_partner_miss_it() {
        let roles = |kinds: &[PunchKind]| roles(kinds.iter().copied());
        assert_eq!(roles(&[In, Transfer, Out]), [Opens, ClosesAndOpens, Closes]);
        assert_eq!(roles(&[In, Out, In]), [Opens, Closes, MissesOut]);
        assert_eq!(roles(&[Out, In, In, Out]), [MissesIn, MissesOut, Opens, Closes]);
        assert_eq!(roles(&[Unknown, Unknown, Unknown]), [Opens, Closes, MissesOut]);
        assert_eq!(roles(&[In, Transfer]), [Opens, Closes]);
    }
}
