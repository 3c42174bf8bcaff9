//! On-call duty: a scheduled shift of the on-call hours is paid by its length, and a call in it pays an hour at least.
//! - Takes:  the scheduled shifts from and to the on-call hours, and the work in them.
//! - Gives:  the on-call time without work, and for each call the time up to the guarantee, as quantities on the workday of
//!   the duty.
//! - Keeps:  all time and the pay of the work itself.
//! - Edges:  a scheduled shift is duty when both its ends are those of the on-call hours. Work that goes on from before the
//!   duty is no call. Calls that begin within one guarantee share it, also when the duty ends before.
//! - Source: works agreement; its figures are settings. On-call time is no time on the clock, and a premium is paid for work
//!   only, so its pay code is a quantity.
//! - Shown:  timecards/on-call-duty.md

use shiftmill_plugin::prelude::*;

#[derive(Config)]
struct OnCallDuty {
    /// Duty starts at this time of day.
    #[config(default = "17:00")]
    from: Clock,
    /// Duty ends at this time, counted from the midnight before its start.
    #[config(default = "32:00")]
    to: Clock,
    /// A call pays for at least this long.
    #[config(default = "1h", most = "24h")]
    guarantee: Length,
    /// The pay code of duty without work.
    #[config(default = "on_call")]
    on_call: TimeCode,
    /// The pay code of the time up to the guarantee.
    #[config(default = "callback_topup")]
    topup: TimeCode,
}

#[derive(Reason)]
enum Why {
    #[reason("{duty} of duty, {worked} of it worked", chinese = "值班{duty}，其中工作{worked}")]
    Duty { duty: Length, worked: Length },
    #[reason(
        "called at {called}, worked {worked} of {guarantee} guaranteed",
        chinese = "{called}应召，工作{worked}，保底{guarantee}"
    )]
    Call { called: Clock, worked: Length, guarantee: Length },
}

/// A call with its work.
struct Call {
    start: Instant,
    worked: Length,
}

impl Days for OnCallDuty {
    type Why = Why;

    fn day(&self, day: &Day, edits: &mut Edits<Why>) -> Outcome {
        let (start, end) = (day.at(self.from), day.at_latest(self.to));
        for duty in day.scheduled().filter(|shift| shift.start() == start && shift.end() == end) {
            if duty.is_on_leave() {
                continue;
            }
            let (worked, calls) = self.worked(duty);
            let length = start.until(end);
            edits.quantity(day, self.on_call, worked.short_of(length), Why::Duty { duty: length, worked });
            for Call { start, worked } in calls {
                if let Some(lacking) = worked.short_of(self.guarantee).unless_zero() {
                    let why = Why::Call { called: day.clock_at(start), worked, guarantee: self.guarantee };
                    edits.quantity(day, self.topup, lacking, why);
                }
            }
        }
        Ok(())
    }
}

impl OnCallDuty {
    /// The work in a duty, and its calls. Work in a duty may be shown on the day after.
    fn worked(&self, duty: Scheduled) -> (Length, Vec<Call>) {
        let (mut worked, mut calls, mut last_end) = (Length::ZERO, Vec::<Call>::new(), None);
        for work in [Some(duty.day()), duty.day().day_after()].into_iter().flatten().flat_map(Day::work) {
            let goes_on = work.start() < duty.start() || last_end == Some(work.start());
            last_end = Some(work.end());
            let Some(part) = work.between(duty.start(), duty.end()) else { continue };
            worked += part.length();
            match calls.last_mut() {
                Some(call) if goes_on || part.start() < call.start + self.guarantee => call.worked += part.length(),
                None if goes_on => {}
                _ => calls.push(Call { start: part.start(), worked: part.length() }),
            }
        }
        (worked, calls)
    }
}

plugin!(OnCallDuty: days(span.start, span.end, span.state, scheduled));

#[cfg(test)]
mod tests {
    use super::*;
    use shiftmill_plugin::testkit::*;

    #[test]
    fn duty_is_paid_by_its_length_without_its_work() {
        let week = week![
            "Mon scheduled 08:00-17:00, scheduled 17:00-08:00, 08:00-17:00 | 22:00-22:20",
            "Tue scheduled 17:00-08:00",
            "Wed scheduled 17:00-07:00",
        ];
        assert_edits!(
            trial::<OnCallDuty>().days(&week),
            "Mon 2026-06-01 quantity on_call 14:40: 15:00 of duty, 0:20 of it worked",
            "Mon 2026-06-01 quantity callback_topup 0:40: called at 22:00, worked 0:20 of 1:00 guaranteed",
            "Tue 2026-06-02 quantity on_call 15:00: 15:00 of duty, 0:00 of it worked",
        );
    }

    #[test]
    fn calls_share_a_guarantee_and_work_that_goes_on_is_none() {
        let week = week!["Mon scheduled 17:00-08:00, 08:00-17:30 | 22:00-22:10 22:50-23:00 23:01-23:11"];
        assert_edits!(
            trial::<OnCallDuty>().days(&week),
            "Mon 2026-06-01 quantity on_call 14:00: 15:00 of duty, 1:00 of it worked",
            "Mon 2026-06-01 quantity callback_topup 0:40: called at 22:00, worked 0:20 of 1:00 guaranteed",
            "Mon 2026-06-01 quantity callback_topup 0:50: called at 23:01, worked 0:10 of 1:00 guaranteed",
        );
    }

    #[test]
    fn duty_that_is_all_work_says_why_it_pays_nothing() {
        let week = week!["Mon scheduled 17:00-08:00, 17:00-08:00"];
        assert_edits!(
            trial::<OnCallDuty>().days(&week),
            "Mon 2026-06-01 quantity on_call 0:00: 15:00 of duty, 15:00 of it worked",
        );
    }

    #[test]
    fn duty_lasts_an_hour_less_when_clocks_go_forward() {
        let week = week!["Sat 2026-03-28 scheduled 17:00-08:00"].zone("Europe/Berlin");
        assert_edits!(
            trial::<OnCallDuty>().days(&week),
            "Sat 2026-03-28 quantity on_call 14:00: 14:00 of duty, 0:00 of it worked",
        );
    }
}
