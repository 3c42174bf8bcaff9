//! Tests of the views of a rule, and of the edits that it proposes.

use shiftmill_plugin::prelude::*;
use shiftmill_plugin::testkit::*;

/// Reads everything and proposes one edit of each kind.
#[derive(Config)]
struct Observer {
    /// A base code.
    #[config(default = "union")]
    base: BaseCode,
    /// A premium code.
    #[config(default = "night")]
    premium: PremiumCode,
    /// A quantity code.
    #[config(default = "on_call")]
    time: TimeCode,
}

#[derive(Reason)]
#[reason("{seen}")]
struct Seen {
    seen: i64,
}

impl Punches for Observer {
    type Why = Seen;

    fn day(&self, day: &Day, edits: &mut PunchEdits<Seen>) -> Outcome {
        for punch in day.punches() {
            match punch.kind() {
                PunchKind::In => edits.retime(punch, punch.at() + Length::minutes(2), Seen { seen: 1 }),
                _ => edits.discard(punch, Seen { seen: punch.role().number().into() }),
            }
        }
        Ok(())
    }
}

impl Schedule for Observer {
    type Why = Seen;

    fn day(&self, day: &Day, edits: &mut ScheduleEdits<Seen>) -> Outcome {
        let shift = day.scheduled().next().or_complain("no shift is scheduled")?;
        let later = shift.expected_start() + Length::hours(1);
        edits.expect(shift, later, shift.expected_end(), Seen { seen: i64::from(shift.is_worked()) });
        Ok(())
    }
}

impl Days for Observer {
    type Why = Seen;

    fn day(&self, day: &Day, edits: &mut Edits<Seen>) -> Outcome {
        let Some(first) = day.first_work() else { return Ok(()) };
        let seen = |seen: u32| Seen { seen: i64::from(seen) };
        let last = first.last(Length::hours(1)).or_complain("no hour")?;
        edits.recode(last, self.base, seen(day.worked().in_minutes()));
        edits.resize(first, first.start() - Length::minutes(5), first.end(), seen(day.spans().len() as u32));
        edits.split(first, first.start() + Length::hours(1), seen(day.shifts().len() as u32));
        edits.premium(first, self.premium, seen(day.punches().len() as u32));
        let end = day.last_work().map(|work| work.end()).or_complain("no work")?;
        edits.add_work(day, end, end + Length::hours(1), self.base, seen(0));
        edits.quantity(day, self.time, Length::minutes(90), seen(0));
        for exception in day.exceptions().filter(|exception| !exception.is_waived()) {
            edits.mark(day, exception.code(), exception.at(), exception.measure(), seen(0));
        }
        Ok(())
    }
}

impl Period for Observer {
    type Why = Seen;

    fn employee(&self, employee: &Employee, edits: &mut Edits<Seen>) -> Outcome {
        let last = employee.days().next_back().or_complain("nothing happened")?;
        let totals = employee.total(BaseCode::REGULAR).in_minutes()
            + employee.total(self.base).in_minutes()
            + employee.total(self.premium).in_minutes();
        edits.quantity(last, self.time, employee.total(self.time), Seen { seen: i64::from(totals) });
        let facts = employee.pay_code(self.base);
        edits.quantity(last, self.time, Length::ZERO, Seen { seen: i64::from(facts.multiplier) });
        Ok(())
    }
}

plugin!(Observer: punches, schedule, days, period);

#[test]
fn punches_are_moved_and_left_out() {
    let answer = trial::<Observer>().punches(&week!["Mon in@07:58 out@17:02", "Tue 08:00-12:00 12:00-13:00=union"]);
    assert_edits!(
        answer,
        "Mon 2026-06-01 retime 07:58 to 08:00: 1",
        "Mon 2026-06-01 discard 17:02: 0",
        "Tue 2026-06-02 retime 08:00 to 08:02: 1",
        "Tue 2026-06-02 discard 13:00: 0",
    );
}

#[test]
fn what_is_expected_moves_and_what_is_missing_is_complained_of_with_the_date() {
    let plugin = trial::<Observer>();
    assert_edits!(
        plugin.schedule(&week!["Mon scheduled 09:00-17:00, 08:00-12:00", "Tue scheduled 22:00-06:00"]),
        "Mon 2026-06-01 expect 10:00-17:00 for 09:00-17:00: 1",
        "Tue 2026-06-02 expect 23:00-06:00 for 22:00-06:00: 0",
    );
    let answer = plugin.schedule(&week!["Mon scheduled 09:00-17:00", "Wed 08:00-12:00"]);
    assert_eq!(answer.complaints(), ["Wed 2026-06-03: no shift is scheduled"]);
    assert_eq!(plugin.period(&week![]).complaints(), ["nothing happened"]);
}

#[test]
fn a_day_is_seen_and_edited() {
    let week = week![
        "Mon 08:00-12:00 12:30-17:00 | 19:00-21:00 leave 21:00-22:00=leave_sick late_in=5m@08:05, waived early_out"
    ];
    assert_edits!(
        trial::<Observer>().days(&week),
        "Mon 2026-06-01 recode 11:00-12:00 to union: 630",
        "Mon 2026-06-01 resize 08:00-12:00 to 07:55-12:00: 4",
        "Mon 2026-06-01 split 08:00-12:00 at 09:00: 2",
        "Mon 2026-06-01 premium night over 08:00-12:00: 6",
        "Mon 2026-06-01 add work 21:00-22:00 as union: 0",
        "Mon 2026-06-01 quantity on_call 1:30: 0",
        "Mon 2026-06-01 mark late_in 0:05 at 08:05: 0",
    );
}

#[test]
fn totals_are_of_the_pay_period() {
    let week = week![
        "Sun 2026-05-31 context 08:00-12:00 on_call=1h premium 08:00-09:00=night",
        "Mon 2026-06-01 08:00-12:00 13:00-14:00=union on_call=2h premium 08:00-08:30=night",
    ];
    assert_edits!(
        trial::<Observer>().period(&week.base_code("union", 1_750)),
        "Mon 2026-06-01 quantity on_call 2:00: 330",
        "Mon 2026-06-01 quantity on_call 0:00: 1750",
    );
}

/// Pays for days that follow each other.
#[derive(Config)]
struct Neighbours {
    /// A base code.
    #[config(default = "row")]
    code: CountCode,
}

impl Days for Neighbours {
    type Why = Seen;

    fn day(&self, day: &Day, edits: &mut Edits<Seen>) -> Outcome {
        let near = u32::from(day.day_before().is_some()) * 100 + u32::from(day.day_after().is_some()) * 10;
        let listed = u32::from(day.previous().is_some()) * 10 + u32::from(day.next().is_some());
        edits.quantity(day, self.code, listed, Seen { seen: i64::from(near + u32::from(day.is_paid())) });
        Ok(())
    }

    fn employee(&self, employee: &Employee, edits: &mut Edits<Seen>) -> Outcome {
        let tuesday = Workday::from_date(2026, 6, 2).or_complain("no such date")?;
        let day = employee.day(tuesday).or_complain("no Tuesday")?;
        assert!(employee.day(tuesday.plus(1)).is_none() && !day.is_in_force());
        edits.quantity(day, self.code, employee.paid_days().count() as u32, Seen { seen: 0 });
        Ok(())
    }
}

plugin!(Neighbours: days(day));

#[test]
fn days_not_in_force_are_looked_at_and_not_visited() {
    let week = week!["Mon context 08:00-12:00", "Tue not_in_force 08:00-12:00", "Thu 08:00-12:00", "Fri"];
    assert_edits!(
        trial::<Neighbours>().days(&week),
        "Mon 2026-06-01 quantity row 1: 10",
        "Thu 2026-06-04 quantity row 11: 11",
        "Fri 2026-06-05 quantity row 10: 101",
        "Tue 2026-06-02 quantity row 3: 0",
    );
}

/// Reads a column that it does not list.
#[derive(Config)]
struct Forgetful {}

impl Days for Forgetful {
    type Why = Seen;

    fn day(&self, day: &Day, edits: &mut Edits<Seen>) -> Outcome {
        if let Some(span) = day.spans().next() {
            edits.mark(day, ExceptionCode::NEEDS_REVIEW, span.end(), Length::ZERO, Seen { seen: 0 });
        }
        Ok(())
    }
}

plugin!(Forgetful: days(span.start));

#[test]
#[should_panic(expected = "this hook does not read `span.end`")]
fn a_column_that_was_not_listed_is_found() {
    trial::<Forgetful>().days(&week!["Mon 08:00-12:00"]);
}

#[test]
#[should_panic(expected = "`08:00-25` cannot be read")]
fn a_line_that_cannot_be_read_is_reported() {
    let _ = week!["Mon 08:00-25"];
}

#[test]
#[should_panic(expected = "2026-06-01 is a Mon")]
fn a_date_is_of_its_weekday() {
    let _ = week!["Tue 2026-06-01 08:00-12:00"];
}

#[test]
#[should_panic(expected = "the edits differ")]
fn edits_that_differ_fail_the_test() {
    assert_edits!(trial::<Neighbours>().days(&week!["Tue not_in_force 08:00-12:00"]));
}

/// Marks the instant of a time of day.
#[derive(Config)]
struct Two {
    /// The time of day.
    #[config(default = "02:30")]
    at: Clock,
    /// The exception.
    #[config(default = "needs_review")]
    code: ExceptionCode,
}

#[derive(Reason)]
#[reason("{length} after midnight, by the clock {clock}")]
struct Told {
    length: Length,
    clock: Clock,
}

impl Days for Two {
    type Why = Told;

    fn day(&self, day: &Day, edits: &mut Edits<Told>) -> Outcome {
        for at in [day.at(self.at), day.at_latest(self.at)] {
            let length = at.since(day.at(Clock::MIDNIGHT));
            edits.mark(day, self.code, at, Length::ZERO, Told { length, clock: day.clock_at(at) });
        }
        Ok(())
    }
}

plugin!(Two: days);

#[test]
fn a_time_that_is_skipped_moves_forward_and_one_that_is_shown_twice_is_chosen() {
    let spring = week!["Sun 2026-03-08"].zone("America/New_York");
    assert_edits!(
        trial::<Two>().days(&spring),
        "Sun 2026-03-08 mark needs_review at 03:30: 2:30 after midnight, by the clock 03:30",
        "Sun 2026-03-08 mark needs_review at 03:30: 2:30 after midnight, by the clock 03:30",
    );
    let autumn = week!["Sun 2026-11-01"].zone("America/New_York");
    assert_edits!(
        trial::<Two>().set("at", "01:30").days(&autumn),
        "Sun 2026-11-01 mark needs_review at 01:30: 1:30 after midnight, by the clock 01:30",
        "Sun 2026-11-01 mark needs_review at 01:30: 2:30 after midnight, by the clock 01:30",
    );
    assert_edits!(
        trial::<Two>().set("at", "26:00").days(&spring),
        "Sun 2026-03-08 mark needs_review at 02:00: 25:00 after midnight, by the clock 02:00",
        "Sun 2026-03-08 mark needs_review at 02:00: 25:00 after midnight, by the clock 02:00",
    );
}

/// Says what it sees of leave, of days and of pay codes.
#[derive(Config)]
struct Witness {
    /// A quantity.
    #[config(default = "seen")]
    code: CountCode,
    /// Codes whose multipliers are shown.
    #[config(default = "[]", most = 8)]
    codes: Vec<BaseCode>,
    /// A code whose total is shown.
    #[config(default = "leave_sick")]
    leave: BaseCode,
}

#[derive(Reason)]
enum Witnessed {
    #[reason("{leave} of leave, {punches} punches, {shifts} shifts, {scheduled} scheduled")]
    OnDay { leave: Length, punches: i64, shifts: i64, scheduled: i64 },
    #[reason("{code} is paid {multiplier}, paid {paid}")]
    Code { code: BaseCode, multiplier: i64, paid: bool },
    #[reason("{total} in all, on {last}")]
    Total { total: Length, last: Workday },
}

impl Period for Witness {
    type Why = Witnessed;

    fn employee(&self, employee: &Employee, edits: &mut Edits<Witnessed>) -> Outcome {
        for day in employee.days() {
            let label = day.workday();
            let on = |of: Day| i64::from(of.workday() == label);
            edits.quantity(
                day,
                self.code,
                0,
                Witnessed::OnDay {
                    leave: day.leave(),
                    punches: day.punches().map(|punch| on(punch.day())).sum(),
                    shifts: day.shifts().map(|shift| on(shift.day())).sum(),
                    scheduled: day.scheduled().map(|shift| on(shift.day())).sum(),
                },
            );
        }
        let Some(last) = employee.closing_day() else { return Ok(()) };
        for code in self.codes.iter().copied() {
            let facts = employee.pay_code(code);
            let (multiplier, paid) = (i64::from(facts.multiplier), facts.paid);
            edits.quantity(last, self.code, 0, Witnessed::Code { code, multiplier, paid });
        }
        let total = employee.total(self.leave);
        edits.quantity(last, self.code, 0, Witnessed::Total { total, last: last.workday() });
        Ok(())
    }
}

plugin!(Witness: period);

#[test]
fn leave_is_seen_with_and_without_times_and_rows_know_their_day() {
    let week = week![
        "Sun 2026-05-31 context leave 8h=leave_sick",
        "Mon scheduled 08:00-12:00, scheduled 13:00-17:00, 08:00-12:00 | 13:00-17:00",
        "Tue 08:00-10:00 leave 10:00-12:00=leave_sick, leave 1h30m=leave_sick",
        "Sun context 08:00-09:00",
    ];
    assert_edits!(
        trial::<Witness>().period(&week),
        "Sun 2026-05-31 quantity seen 0: 8:00 of leave, 0 punches, 0 shifts, 0 scheduled",
        "Mon 2026-06-01 quantity seen 0: 0:00 of leave, 4 punches, 2 shifts, 2 scheduled",
        "Tue 2026-06-02 quantity seen 0: 3:30 of leave, 2 punches, 1 shifts, 0 scheduled",
        "Sun 2026-06-07 quantity seen 0: 0:00 of leave, 2 punches, 1 shifts, 0 scheduled",
        "Tue 2026-06-02 quantity seen 0: 3:30 in all, on 2026-06-02",
    );
}

#[test]
fn the_day_that_closes_the_pay_period_is_none_where_the_plugin_is_not_in_force() {
    let week = week!["Mon 08:00-09:00", "Tue not_in_force 08:00-09:00"];
    let answer = trial::<Witness>().period(&week);
    assert!(answer.edits().iter().all(|edit| !edit.contains("in all")), "{:?}", answer.edits());
}

#[test]
fn shipped_pay_codes_have_their_properties() {
    let witness = trial::<Witness>().set("codes", "overtime_2_0 / overtime_1_25 / unapproved / own");
    let answer = witness.period(&week!["Mon 08:00-09:00"].base_code("own", 1_100));
    assert_eq!(
        answer.edits().get(1..5),
        Some(
            &[
                "Mon 2026-06-01 quantity seen 0: overtime_2_0 is paid 2000, paid true",
                "Mon 2026-06-01 quantity seen 0: overtime_1_25 is paid 1250, paid true",
                "Mon 2026-06-01 quantity seen 0: unapproved is paid 1000, paid false",
                "Mon 2026-06-01 quantity seen 0: own is paid 1100, paid true",
            ]
            .map(String::from)[..]
        )
    );
}

#[test]
#[should_panic(
    expected = "`standby` is a pay code of layer `premium` that counts time; here it is used as one of layer"
)]
fn a_pay_code_of_another_layer_is_reported() {
    trial::<Witness>().set("code", "standby").period(&week!["Mon 08:00-09:00"]);
}

/// Pays what a rule learns from facts that it asks for.
#[derive(Config)]
struct Asking {
    /// A quantity code.
    #[config(default = "on_call")]
    time: TimeCode,
}

impl Days for Asking {
    type Why = Seen;

    fn day(&self, day: &Day, edits: &mut Edits<Seen>) -> Outcome {
        let mut say = |seen: i64| edits.quantity(day, self.time, Length::minutes(1), Seen { seen });
        match day.attested("rests_taken") {
            Some(answer) => say(i64::from(answer)),
            None => say(-1),
        }
        for span in day.spans().filter(|span| span.tag("job") == Some("welder")) {
            say(i64::from(span.length().in_minutes()));
        }
        for punch in day.punches().filter(|punch| punch.tag("device").is_some()) {
            say(100 + i64::from(punch.kind().number()));
        }
        for row in day.roster() {
            say(200 + i64::from(row.kind().number()));
        }
        for approval in day.approvals() {
            say(300 + i64::from(approval.status().number()));
            say(approval.length().map_or(-1, |length| i64::from(length.in_minutes())));
        }
        let held = day.employee().opening_balance("weekly-40");
        say(held.map_or(-1, |held| i64::from(held.in_hours())));
        Ok(())
    }
}

plugin!(Asking: days(day.workday, span, punch.kind));

#[test]
fn facts_that_a_rule_asks_for_are_those_of_its_day() {
    let week = week![
        "Mon 08:00-12:00 [job=welder] 13:00-17:00, scheduled 08:00-17:00, attested rests_taken=no",
        "Tue in@08:00 [device=gate] out@17:00, told on_call 18:00-22:00, pending overtime=2h, approved trip",
    ];
    let week = week.opening_balance("weekly-40", Length::hours(12));
    let answer = trial::<Asking>().days(&week);
    let seen: Vec<i64> =
        answer.edits().iter().filter_map(|edit| edit.rsplit_once(": ")?.1.trim().parse().ok()).collect();
    assert_eq!(seen, [0, 240, 200, 12, -1, 100, 204, 301, 120, 300, -1, 12], "{:#?}", answer.edits());
}
