//! Callback: an employee who is called in outside of the scheduled shifts is paid for at least four hours.
//! - Takes:  the work and the scheduled shifts of all days.
//! - Gives:  the time from the work of a call up to the guarantee, as a quantity on the day of the call.
//! - Keeps:  all time and the pay of the work itself.
//! - Edges:  the guarantee ends where a shift starts, so a call that runs into a shift is paid as worked. Calls that
//!   begin within one guarantee share it; a call that begins at its end has its own. Work that continues a shift is not
//!   a call, and work that continues a call is not another call. A shift that leave covers does not count as a shift.
//! - Source: union contract; its figures are settings.
//! - Shown:  timecards/callback-minimum.md

use shiftmill_plugin::prelude::*;

#[derive(Config)]
struct CallbackMinimum {
    /// A call pays for at least this long.
    #[config(default = "4h", most = "24h")]
    guarantee: Length,
    /// Work that begins this soon after other work continues it.
    #[config(default = "15m", most = "4h")]
    apart: Length,
    /// The pay code of the time up to the guarantee.
    #[config(default = "callback_topup")]
    code: TimeCode,
}

#[derive(Reason)]
enum Why {
    #[reason(
        "called in at {called}, worked {worked} of {guaranteed} guaranteed",
        chinese = "{called}应召，工作{worked}，保底{guaranteed}"
    )]
    Guaranteed { called: Clock, worked: Length, guaranteed: Length },
    #[reason(
        "called in at {called}, worked {worked} of {guaranteed} until the shift",
        chinese = "{called}应召，工作{worked}，距上班{guaranteed}"
    )]
    UntilShift { called: Clock, worked: Length, guaranteed: Length },
}

/// A call, and the work inside its guarantee.
struct Call<'a> {
    day: Day<'a>,
    start: Instant,
    until: Instant,
    worked: Length,
}

/// A stretch of work that is completely inside a scheduled shift, or completely outside.
struct Stretch<'a> {
    day: Day<'a>,
    start: Instant,
    end: Instant,
    on_shift: bool,
}

impl Days for CallbackMinimum {
    type Why = Why;

    fn employee(&self, employee: &Employee, edits: &mut Edits<Why>) -> Outcome {
        let shifts = employee.days().flat_map(Day::scheduled).filter(|shift| !shift.is_on_leave());
        let shifts: Vec<Scheduled> = shifts.collect();
        let (mut call, mut called, mut last_end) = (None, false, None);
        for stretch in stretches(employee, &shifts) {
            let goes_on = last_end.is_some_and(|end| stretch.start <= end + self.apart);
            called = !stretch.on_shift && (called || !goes_on);
            last_end = Some(stretch.end);
            if !called {
                continue;
            }
            if !goes_on && call.as_ref().is_none_or(|call: &Call| call.until <= stretch.start) {
                self.pay(call.replace(self.call(&stretch, &shifts)), edits);
            }
            if let Some(call) = &mut call {
                call.worked += stretch.start.until(stretch.end.min(call.until));
            }
        }
        self.pay(call, edits);
        Ok(())
    }
}

impl CallbackMinimum {
    fn call<'a>(&self, first: &Stretch<'a>, shifts: &[Scheduled]) -> Call<'a> {
        let guaranteed = first.start + self.guarantee;
        let shift = shifts.iter().map(|shift| shift.start()).find(|start| *start > first.start);
        let until = shift.map_or(guaranteed, |start| guaranteed.min(start));
        Call { day: first.day, start: first.start, until, worked: Length::ZERO }
    }

    fn pay(&self, call: Option<Call>, edits: &mut Edits<Why>) {
        let Some(call) = call.filter(|call| call.day.is_in_force()) else { return };
        let (called, worked) = (call.day.clock_at(call.start), call.worked);
        let guaranteed = call.start.until(call.until);
        let why = match guaranteed < self.guarantee {
            true => Why::UntilShift { called, worked, guaranteed },
            false => Why::Guaranteed { called, worked, guaranteed },
        };
        if let Some(lacking) = worked.short_of(guaranteed).unless_zero() {
            edits.quantity(call.day, self.code, lacking, why);
        }
    }
}

/// All work in order of time, cut where shifts start and end.
fn stretches<'a>(employee: &'a Employee, shifts: &[Scheduled]) -> Vec<Stretch<'a>> {
    let mut found = Vec::new();
    for span in employee.days().flat_map(Day::work) {
        let mut start = span.start();
        while start < span.end() {
            let shift = shifts.iter().find(|shift| start < shift.end());
            let on_shift = shift.is_some_and(|shift| shift.start() <= start);
            let change = shift.map(|shift| if on_shift { shift.end() } else { shift.start() });
            let end = change.map_or(span.end(), |change| change.min(span.end()));
            found.push(Stretch { day: span.day(), start, end, on_shift });
            start = end;
        }
    }
    found
}

plugin!(CallbackMinimum: days(span.start, span.end, span.state, scheduled.start, scheduled.end, scheduled.marks));

#[cfg(test)]
mod tests {
    use super::*;
    use shiftmill_plugin::testkit::*;

    #[test]
    fn a_call_is_paid_up_to_the_guarantee() {
        let week = week!["Sat 10:00-11:30", "Sun 10:00-13:59:59"];
        assert_edits!(
            trial::<CallbackMinimum>().days(&week),
            "Sat 2026-06-06 quantity callback_topup 2:30: called in at 10:00, worked 1:30 of 4:00 guaranteed",
            "Sun 2026-06-07 quantity callback_topup 0:00:01: called in at 10:00, worked 3:59:59 of 4:00 guaranteed",
        );
        assert_edits!(trial::<CallbackMinimum>().days(&week!["Sat 10:00-14:00"]));
    }

    #[test]
    fn the_guarantee_ends_where_a_shift_starts() {
        let week =
            week!["Mon scheduled 08:00-16:00, 05:00-06:00 08:00-16:00", "Tue scheduled 08:00-16:00, 06:00-16:00"];
        let answer = trial::<CallbackMinimum>().days(&week);
        let monday =
            "Mon 2026-06-01 quantity callback_topup 2:00: called in at 05:00, worked 1:00 of 3:00 until the shift";
        assert_edits!(answer, monday);
    }

    #[test]
    fn work_that_goes_on_from_a_shift_is_not_called_in() {
        let week =
            week!["Mon scheduled 08:00-16:00, 08:00-18:00 18:15-18:30", "Tue scheduled 08:00-16:00, 08:00-15:00"];
        assert_edits!(trial::<CallbackMinimum>().days(&week));
        let week = week!["Mon scheduled 08:00-16:00, 08:00-18:00 18:15:01-18:30"];
        let answer = trial::<CallbackMinimum>().days(&week);
        assert_edits!(
            answer,
            "Mon 2026-06-01 quantity callback_topup 3:45:01: called in at 18:15:01, worked 0:14:59 of 4:00 guaranteed",
        );
    }

    #[test]
    fn calls_within_one_guarantee_share_it() {
        let shared = week!["Sat 20:00-20:30 22:00-23:00 23:50-01:00"];
        assert_edits!(
            trial::<CallbackMinimum>().days(&shared),
            "Sat 2026-06-06 quantity callback_topup 2:20: called in at 20:00, worked 1:40 of 4:00 guaranteed",
        );
        let apart = week!["Sat 12:00-13:00 16:00-17:00"];
        assert_edits!(
            trial::<CallbackMinimum>().days(&apart),
            "Sat 2026-06-06 quantity callback_topup 3:00: called in at 12:00, worked 1:00 of 4:00 guaranteed",
            "Sat 2026-06-06 quantity callback_topup 3:00: called in at 16:00, worked 1:00 of 4:00 guaranteed",
        );
    }

    #[test]
    fn a_long_call_with_a_short_pause_is_one_call() {
        assert_edits!(trial::<CallbackMinimum>().days(&week!["Sat 10:00-14:30 14:40-15:00"]));
    }

    #[test]
    fn a_shift_on_leave_is_none() {
        let week = week!["Mon scheduled 08:00-16:00, 06:00-06:30 leave 08:00-16:00=leave_annual"];
        assert_edits!(
            trial::<CallbackMinimum>().days(&week),
            "Mon 2026-06-01 quantity callback_topup 3:30: called in at 06:00, worked 0:30 of 4:00 guaranteed",
        );
    }

    #[test]
    fn a_day_on_which_the_plugin_is_not_in_force_pays_nothing() {
        let week = week!["Sat not_in_force 20:00-21:00", "Sun 20:00-21:00"];
        assert_edits!(
            trial::<CallbackMinimum>().days(&week),
            "Sun 2026-06-07 quantity callback_topup 3:00: called in at 20:00, worked 1:00 of 4:00 guaranteed",
        );
    }
}
